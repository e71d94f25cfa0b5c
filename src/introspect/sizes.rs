//! How large relations are: asked only where a plan is made of a difference, since nothing else looks at it.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use super::IntrospectError;
use crate::catalog::{Catalog, Size};
use crate::connect::execute;
use crate::kind::Kind;

/// The relations that hold rows, with their parents. `pg_class.relpages` is as old as the last VACUUM or ANALYZE, the
/// number of live rows is as new as the statistics; a relation without either is measured.
const RELATIONS: &str = "SELECT c.oid, n.nspname::text, c.relname::text, \
     CASE WHEN c.reltuples < 0 THEN pg_catalog.pg_relation_size(c.oid) ELSE \
       GREATEST(c.relpages::int8, pg_catalog.pg_stat_get_live_tuples(c.oid) / 100) \
         * pg_catalog.current_setting('block_size')::int8 END, \
     GREATEST(c.reltuples::int8, pg_catalog.pg_stat_get_live_tuples(c.oid), 0), \
     ARRAY(SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) \
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p', 'm') AND c.oid >= 16384";

/// How long measuring may wait for a relation that another session has locked.
const PATIENCE: &str = "SET LOCAL lock_timeout = '2s'";

/// Says of each relation of a catalog how large it is. What could not be told stays unknown.
///
/// # Errors
/// If the connection broke.
pub async fn read_sizes(client: &Client, catalog: &mut Catalog) -> Result<(), IntrospectError> {
    let failed = |source| IntrospectError::Query { what: "the sizes".to_owned(), source };
    execute(client, super::BEGIN).await.map_err(failed)?;
    let read = async {
        execute(client, PATIENCE).await?;
        client.query_typed(RELATIONS, &[]).await
    };
    let read = read.await;
    execute(client, "ROLLBACK").await.map_err(failed)?;
    let rows = match read {
        Ok(rows) => rows,
        Err(error) if error.as_db_error().is_some() => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let mut own: BTreeMap<u32, (Size, Vec<u32>)> = BTreeMap::new();
    let mut names: BTreeMap<[String; 2], u32> = BTreeMap::new();
    for row in &rows {
        let oid: u32 = row.get(0);
        let whole = |at: usize| u64::try_from(row.get::<_, i64>(at)).unwrap_or(0);
        own.insert(oid, (Size { bytes: whole(3), rows: whole(4) }, row.get(5)));
        names.insert([row.get(1), row.get(2)], oid);
    }
    let mut all: BTreeMap<u32, Size> = own.iter().map(|(oid, (size, _))| (*oid, *size)).collect();
    for (size, parents) in own.values() {
        let mut open = parents.clone();
        while let Some(parent) = open.pop() {
            if let Some(sum) = all.get_mut(&parent) {
                sum.bytes += size.bytes;
                sum.rows += size.rows;
            }
            open.extend(own.get(&parent).iter().flat_map(|(_, above)| above));
        }
    }
    let is_relation = |kind| Kind::RELATIONS.contains(&kind);
    for (id, object) in catalog.objects.iter_mut().filter(|(id, _)| is_relation(id.kind)) {
        let [schema, name] = id.path.as_slice() else { continue };
        let oid = names.get(&[schema.clone(), name.clone()]);
        object.size = oid.and_then(|oid| all.get(oid)).copied();
    }
    Ok(())
}
