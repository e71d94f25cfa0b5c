//! Settings that no server of the version takes: each is set on the scratch for the length of its own statement.

use super::{OracleError, Refusal, Scratch, cage, server_message};
use crate::connect::settings::set_config;
use crate::id::Id;

/// Settings whose values name what is in a database or on a machine, so that a scratch cannot tell, or that change who
/// the session is.
const ELSEWHERE: &[&str] = &[
    "default_table_access_method",
    "default_tablespace",
    "default_text_search_config",
    "default_toast_compression",
    "lc_messages",
    "lc_monetary",
    "lc_numeric",
    "lc_time",
    "role",
    "session_authorization",
    "temp_tablespaces",
    "timezone",
    "timezone_abbreviations",
    "wal_compression",
];

/// No such setting, and a value that it cannot have (manual, "PostgreSQL Error Codes").
const CERTAIN: [&str; 2] = ["42704", "22023"];

/// Whether a scratch can tell if a setting is right. One with a dot is a custom setting or an extension's, which takes any
/// value until the extension is loaded.
pub(crate) fn can_be_asked(name: &str) -> bool {
    !name.contains('.') && !ELSEWHERE.contains(&name.to_ascii_lowercase().as_str())
}

impl Scratch {
    /// Sets each setting of these objects, and says which the server refuses for certain.
    ///
    /// # Errors
    /// A server that makes no database, or does not answer.
    pub(crate) async fn refused_settings(
        &self,
        settings: &[(Id, String, String)],
    ) -> Result<Vec<Refusal>, OracleError> {
        let room = self.room(cage::ROLE, false).await?;
        let mut refusals = Vec::new();
        for (id, name, value) in settings {
            // Local to the statement, which is a transaction of its own.
            let sql = format!("SELECT {}", set_config(name, value, true));
            let Err(error) = room.query(&sql).await else { continue };
            let code = error.code().map_or("", |code| code.code());
            if CERTAIN.contains(&code) {
                refusals.push(Refusal {
                    object: Some(id.clone()),
                    sql,
                    message: server_message(&error),
                    code: code.to_owned(),
                    position: None,
                });
            }
        }
        room.leave().await?;
        Ok(refusals)
    }
}
