//! Databases on a scratch, which are dropped again. A plumb that is killed leaves its own behind: the
//! name of each says which session made it, so that the next plumb can tell what nobody uses any more.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value as Json;
use tokio_postgres::{Client, Error};

use crate::connect::execute;
use crate::sql::quote::{ident, literal};

/// The names of the databases that one session makes.
pub(super) struct Names {
    session: String,
    next: AtomicU32,
    /// Whether files are copied faster than pages are logged (`CREATE DATABASE ... STRATEGY`, since 15): the
    /// checkpoint that copying takes costs nothing where nothing is synced, and much on a server at work.
    copies: bool,
}

impl Names {
    /// Those of this session: its process and when it started, which no two sessions of a server share
    /// (`pg_stat_activity.pid` and `backend_start`).
    pub(super) async fn of(client: &Client) -> Result<Self, Error> {
        let sql = format!(
            "SELECT pid || '_' || {STARTED}, pg_catalog.current_setting('fsync') = 'off' \
               AND pg_catalog.current_setting('server_version_num')::int4 >= 150000 \
             FROM pg_catalog.pg_stat_activity a WHERE pid = pg_catalog.pg_backend_pid()"
        );
        let row = client.query_typed_one(&sql, &[]).await?;
        Ok(Self { session: row.get(0), next: AtomicU32::new(0), copies: row.get(1) })
    }

    /// A name that no other database has.
    pub(super) fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("plumb_scratch_{}_{number}", self.session)
    }

    /// How a database is made: a clause of CREATE DATABASE.
    pub(super) fn strategy(&self) -> &'static str {
        if self.copies { " STRATEGY file_copy" } else { "" }
    }
}

/// Microseconds, which is what PostgreSQL keeps.
const STARTED: &str = "(extract(epoch FROM a.backend_start) * 1000000)::bigint";

/// Drops what sessions that have ended left. Whatever bears another name is not touched, nor what
/// another role owns; one that cannot be dropped stays.
pub(super) async fn sweep(client: &Client) -> Result<(), Error> {
    // Who may not see when a session started sees that it is there.
    let sql = format!(
        "SELECT d.datname::text FROM pg_catalog.pg_database d, LATERAL pg_catalog.regexp_match( \
           d.datname::text, '^plumb_scratch_([0-9]{{1,9}})_([0-9]{{1,18}})_[0-9]+$') AS m(part) \
         WHERE m.part IS NOT NULL AND pg_catalog.pg_has_role(d.datdba, 'USAGE') AND NOT EXISTS ( \
           SELECT FROM pg_catalog.pg_stat_activity a WHERE a.pid = m.part[1]::int4 \
             AND (a.backend_start IS NULL OR {STARTED} = m.part[2]::bigint)) \
         ORDER BY 1"
    );
    for row in client.query_typed(&sql, &[]).await? {
        let _ = remove(client, row.get(0)).await;
    }
    Ok(())
}

/// Whether the role of a session is a superuser, or may do on the server what else only one may do
/// (manual, "Predefined Roles").
pub(super) async fn is_powerful(client: &Client) -> Result<bool, Error> {
    let sql = "SELECT pg_catalog.bool_or(r.rolsuper OR r.rolname OPERATOR(pg_catalog.=) ANY ( \
           '{pg_execute_server_program,pg_read_server_files,pg_write_server_files}'::pg_catalog.name[])) \
         FROM pg_catalog.pg_roles r WHERE pg_catalog.pg_has_role(r.oid, 'MEMBER')";
    Ok(client.query_typed_one(sql, &[]).await?.get(0))
}

/// Makes an empty database; `like`: with the encoding and locale of the one at hand.
pub(super) async fn create(
    client: &Client,
    name: &str,
    owner: Option<&str>,
    strategy: &str,
    like: bool,
) -> Result<(), Error> {
    let mut sql = format!("CREATE DATABASE {} TEMPLATE template0{strategy}", ident(name));
    if let Some(owner) = owner {
        sql.push_str(&format!(" OWNER {}", ident(owner)));
    }
    if like {
        let row = "SELECT pg_catalog.to_jsonb(d), pg_catalog.pg_encoding_to_char(d.encoding)::text \
             FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";
        let row = client.query_typed_one(row, &[]).await?;
        sql.push_str(&options(&row.get(0), row.get(1)));
    }
    execute(client, &sql).await
}

/// The options that repeat a row of `pg_database`. Its columns differ from one major to the next:
/// `datlocprovider` came with 15, `daticurules` with 16, and `daticulocale` is `datlocale` since 17.
fn options(row: &Json, encoding: &str) -> String {
    let text = |key: &str| row.get(key).and_then(Json::as_str);
    let mut out = format!(" ENCODING {}", literal(encoding));
    let mut add = |option: &str, value: Option<&str>| {
        if let Some(value) = value {
            out.push_str(&format!(" {option} {}", literal(value)));
        }
    };
    add("LC_COLLATE", text("datcollate"));
    add("LC_CTYPE", text("datctype"));
    let locale = text("datlocale").or(text("daticulocale"));
    match text("datlocprovider") {
        Some("i") => {
            add("LOCALE_PROVIDER", Some("icu"));
            add("ICU_LOCALE", locale);
            add("ICU_RULES", text("daticurules"));
        }
        Some("b") => {
            add("LOCALE_PROVIDER", Some("builtin"));
            add("BUILTIN_LOCALE", locale);
        }
        Some(_) => add("LOCALE_PROVIDER", Some("libc")),
        None => {}
    }
    out
}

/// Drops a database, whoever is still in it.
pub(super) async fn remove(client: &Client, name: &str) -> Result<(), Error> {
    execute(client, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", ident(name))).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_database_is_made_like_another_of_any_major() {
        let of_14 = json!({ "datcollate": "C", "datctype": "de_DE.UTF-8" });
        assert_eq!(
            options(&of_14, "UTF8"),
            " ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'de_DE.UTF-8'"
        );
        let icu = json!({ "datcollate": "C", "datctype": "C", "datlocprovider": "i",
            "daticulocale": "und", "daticurules": "&V << w <<< W" });
        assert_eq!(
            options(&icu, "UTF8"),
            " ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER 'icu' ICU_LOCALE 'und' \
             ICU_RULES '&V << w <<< W'"
        );
        let builtin = json!({ "datcollate": "C", "datctype": "C", "datlocprovider": "b",
            "datlocale": "C.UTF-8", "daticurules": null });
        assert_eq!(
            options(&builtin, "UTF8"),
            " ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER 'builtin' \
             BUILTIN_LOCALE 'C.UTF-8'"
        );
    }
}
