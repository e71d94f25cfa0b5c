//! Which versions of which rows the catalogs hold: where nothing of that has changed since it was last asked, no object
//! has.
//!
//! A row that is written again has another `xmin` (the transaction), `cmin` (the statement in it) or `ctid` (the
//! place), so that there is no need to look into it. What is written in place is no part of a definition: numbers of pages and
//! rows (`pg_class.relpages`), horizons of freezing.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio_postgres::Client;

use super::{BEGIN, IntrospectError, pinned};
use crate::connect::execute;
use crate::shown::hex;
use crate::sql::quote::{ident, literal};

/// What all that plumb reads of a database stood at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Versions {
    /// A digest over the server, the role, all settings, and the versions of all rows of the catalogs.
    rows: String,
    /// The first transaction that had not begun (`pg_snapshot_xmax`, with its epoch).
    next: u64,
}

/// After so many transactions a row of a catalog could bear the number of an earlier one: `xmin` has 32 bits.
const ROUND: u64 = 1 << 31;

impl Versions {
    /// Whether nothing has changed since `earlier`, of the same database.
    #[must_use]
    pub fn is_as(&self, earlier: &Self) -> bool {
        let passed = self.next.checked_sub(earlier.next);
        self.rows == earlier.rows && passed.is_some_and(|passed| passed < ROUND)
    }
}

/// The catalogs of which nothing is read. The first two are statistics of rows, written by ANALYZE; the others hold
/// large objects and the progress of replication.
const UNREAD: [&str; 6] = [
    "pg_statistic",
    "pg_statistic_ext_data",
    "pg_largeobject",
    "pg_largeobject_metadata",
    "pg_subscription_rel",
    "pg_replication_origin",
];

/// The views to look at where the catalog under them may not be read.
const VIEWS: [(&str, &str); 2] =
    [("pg_authid", "pg_roles"), ("pg_user_mapping", "pg_user_mappings")];

/// A server that was started again may be another one: restored from a copy of its files, or promoted from a standby.
const SERVER: &str = "SELECT 'server', 0::int8, pg_catalog.hashtextextended(pg_catalog.concat_ws(' ', \
     pg_catalog.current_setting('server_version_num'), pg_catalog.pg_postmaster_start_time(), \
     pg_catalog.pg_is_in_recovery(), d.oid, current_user, session_user), 0)::text \
     FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";

/// Reads the versions of the rows of all catalogs, in a transaction of its own. `None` where this role may not.
///
/// # Errors
/// If the connection broke.
pub async fn read_versions(client: &Client) -> Result<Option<Versions>, IntrospectError> {
    let failed = |source| IntrospectError::Query { what: "versions of rows".to_owned(), source };
    execute(client, BEGIN).await.map_err(failed)?;
    let read = read(client).await;
    execute(client, "ROLLBACK").await.map_err(failed)?;
    match read {
        Ok(versions) => Ok(Some(versions)),
        Err(error) if error.as_db_error().is_some() => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

async fn read(client: &Client) -> Result<Versions, tokio_postgres::Error> {
    execute(client, &pinned(false)).await?;
    let mut parts = vec![
        SERVER.to_owned(),
        "SELECT 'next', pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::int8, ''"
            .to_owned(),
        values("pg_settings", "ROW(t.name, t.setting, t.reset_val)"),
    ];
    for row in client.query_typed(&readable(), &[]).await? {
        let (name, whole, columns): (String, bool, Vec<String>) =
            (row.get(0), row.get(1), row.get(2));
        if whole {
            parts.push(versions(&name));
            continue;
        }
        let view = VIEWS.iter().find(|(catalog, _)| *catalog == name).map(|(_, view)| *view);
        if let Some(view) = view {
            parts.push(values(view, "t"));
        } else if !columns.is_empty() {
            let columns: Vec<String> =
                columns.iter().map(|column| format!("t.{}", ident(column))).collect();
            parts.push(values(&name, &format!("ROW({})", columns.join(", "))));
        }
    }
    let mut next = 0;
    let mut rows: Vec<String> = Vec::new();
    for row in client.query_typed(&parts.join(" UNION ALL "), &[]).await? {
        let (what, count): (String, i64) = (row.get(0), row.get(1));
        if what == "next" {
            next = count.unsigned_abs();
        } else {
            let sum: Option<String> = row.get(2);
            rows.push(format!("{what} {count} {}\n", sum.unwrap_or_default()));
        }
    }
    rows.sort();
    let digest = Sha256::digest(rows.concat());
    Ok(Versions { rows: hex(&digest), next })
}

/// The catalogs of the server, whatever its version: their names, whether this role may read whole rows, and which
/// columns it may read.
fn readable() -> String {
    let unread: Vec<String> = UNREAD.iter().map(|name| literal(name)).collect();
    format!(
        "SELECT c.relname::text, pg_catalog.has_table_privilege(c.oid, 'SELECT'), \
         ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 \
           AND NOT a.attisdropped AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT') \
           ORDER BY a.attnum) \
         FROM pg_catalog.pg_class c WHERE c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace \
           AND c.relkind = 'r' AND c.oid < 16384 AND c.relname <> ALL (ARRAY[{}]::name[]) \
         ORDER BY c.relname",
        unread.join(", ")
    )
}

/// The versions of the rows of a catalog: a count and a sum, in which their order does not matter.
fn versions(catalog: &str) -> String {
    format!(
        "SELECT {}, pg_catalog.count(*), \
         pg_catalog.sum(pg_catalog.hash_record_extended(ROW(t.ctid, t.xmin, t.cmin), 0))::text \
         FROM pg_catalog.{} t",
        literal(catalog),
        ident(catalog)
    )
}

/// The same of what the rows say, where nothing else is shown.
fn values(relation: &str, row: &str) -> String {
    format!(
        "SELECT {}, pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended({row}::text, 0))::text \
         FROM pg_catalog.{} t",
        literal(relation),
        ident(relation)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_gone_backwards_or_all_the_way_round_may_have_changed() {
        let at = |next| Versions { rows: String::new(), next };
        assert!(at(7).is_as(&at(7)) && at(1000).is_as(&at(7)));
        assert!(!at(6).is_as(&at(7)) && !at(7 + ROUND).is_as(&at(7)));
    }
}
