//! Whether a database can hold what a plan writes: one that is not in UTF-8 lacks most characters.

use std::collections::BTreeSet;

use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};

use crate::plan::Plan;

/// What the encoding of the database has no characters for, in words.
///
/// # Errors
/// If the server does not answer.
pub(super) async fn lacks(client: &Client, plan: &Plan) -> Result<Option<String>, Error> {
    let all = plan.steps().flat_map(|step| step.sql.chars());
    let wanted: BTreeSet<char> = all.filter(|c| !c.is_ascii()).collect();
    if wanted.is_empty() || holds(client, &wanted.iter().collect::<String>()).await? {
        return Ok(None);
    }
    let mut lacking = Vec::new();
    for c in wanted {
        if !holds(client, &c.to_string()).await? {
            lacking.push(format!("{c} (U+{:04X})", u32::from(c)));
        }
    }
    let sql = "SELECT pg_catalog.current_setting('server_encoding')";
    let encoding: String = client.query_typed_one(sql, &[]).await?.get(0);
    let characters = lacking.join(", ");
    Ok(Some(format!("the database is in {encoding}, which has no character {characters}")))
}

/// Whether the database can hold a text.
async fn holds(client: &Client, text: &str) -> Result<bool, Error> {
    let held = client.query_typed("SELECT pg_catalog.length($1)", &[(&text, Type::TEXT)]).await;
    match held {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some(&SqlState::UNTRANSLATABLE_CHARACTER) => Ok(false),
        Err(error) => Err(error),
    }
}
