//! How far sequences have counted: asked only by who wants to know when numbers run out. It is data and no schema.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use super::{IntrospectError, readable};
use crate::connect::execute;
use crate::sql::own::USER_SCHEMA;
use crate::sql::quote::qualified;

/// How long reading waits for a sequence that another session has locked.
const PATIENCE: &str = "SET LOCAL lock_timeout = '2s'";

/// How many sequences one statement reads.
const AT_ONCE: usize = 200;

/// The last value of each sequence that the connected role may read: by schema and name, and, where a column owns it, by
/// schema, table and column too. `pg_sequence_last_value` takes ROW EXCLUSIVE on each (`lock_and_open_sequence`,
/// sequence.c), reading the sequence as a relation ACCESS SHARE; only a server that can refuse views is asked by name.
///
/// # Errors
/// If the server refuses.
pub async fn read_positions(
    client: &Client,
) -> Result<BTreeMap<Vec<String>, i64>, IntrospectError> {
    let failed =
        |source| IntrospectError::Query { what: "positions of sequences".to_owned(), source };
    execute(client, super::BEGIN).await.map_err(failed)?;
    let read = read(client).await;
    execute(client, "ROLLBACK").await.map_err(failed)?;
    read.map_err(failed)
}

async fn read(client: &Client) -> Result<BTreeMap<Vec<String>, i64>, tokio_postgres::Error> {
    let list = format!(
        "SELECT n.nspname::text, c.relname::text, \
           ARRAY[tn.nspname::text, t.relname::text, a.attname::text], c.oid \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid \
           AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') \
         LEFT JOIN pg_catalog.pg_class t ON t.oid = d.refobjid \
         LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace \
         LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid \
         WHERE c.relkind = 'S' AND {USER_SCHEMA} AND pg_catalog.has_table_privilege(c.oid, 'SELECT') \
           AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') ORDER BY 1, 2"
    );
    execute(client, PATIENCE).await?;
    // A name that was a sequence's may be a view's by now.
    let by_name = readable::refuse_views(client).await?;
    let rows = client.query_typed(&list, &[]).await?;
    let mut found = BTreeMap::new();
    for rows in rows.chunks(AT_ONCE) {
        let each = rows.iter().enumerate().map(|(at, row)| {
            if by_name {
                let name = qualified(row.get(0), row.get(1));
                return format!(
                    "SELECT {at}, CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {name}"
                );
            }
            let oid: u32 = row.get(3);
            format!(
                "SELECT {at}, COALESCE(pg_catalog.pg_sequence_last_value({oid}), s.seqstart - 1) \
                 FROM pg_catalog.pg_sequence s WHERE s.seqrelid = {oid}"
            )
        });
        let each = each.collect::<Vec<_>>().join(" UNION ALL ");
        for value in client.query_typed(&each, &[]).await? {
            let at: i32 = value.get(0);
            let Some(row) = usize::try_from(at).ok().and_then(|at| rows.get(at)) else { continue };
            let last: i64 = value.get(1);
            found.insert(vec![row.get(0), row.get(1)], last);
            let owner: Vec<Option<String>> = row.get(2);
            if let Some(owner) = owner.into_iter().collect::<Option<Vec<String>>>() {
                found.insert(owner, last);
            }
        }
    }
    Ok(found)
}
