//! A statement that writes the rows of a relation in batches, as a script holds it: a block that commits after each.
//! `apply` steers the size of a batch by the time that it takes; a script takes as many pages each time.

use crate::plan::Relation;
use crate::sql::quote::literal;

/// How many pages a batch has: 8 MB.
const PAGES: u32 = 1024;

/// The block around a statement, an UPDATE that ends in its WHERE, as the script may hold it.
///
/// # Errors
/// If it holds the delimiter of the block.
pub(super) fn block(sql: &str, relation: &Relation) -> Result<String, String> {
    if sql.contains("$plumb$") {
        return Err("it holds the delimiter $plumb$".to_owned());
    }
    let of = literal(&relation.to_string());
    Ok(format!(
        "DO $plumb$
#variable_conflict use_column
DECLARE
  plumb_at pg_catalog.int8 := 0;
  plumb_end pg_catalog.int8;
BEGIN
  LOOP
    WITH RECURSIVE tree(oid) AS (SELECT {of}::pg_catalog.regclass::pg_catalog.oid
      UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree t ON i.inhparent OPERATOR(pg_catalog.=) t.oid)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(oid)) OPERATOR(pg_catalog./)
      pg_catalog.current_setting('block_size')::pg_catalog.int8 INTO plumb_end FROM tree;
    EXIT WHEN plumb_at OPERATOR(pg_catalog.>=) plumb_end;
    {sql}
      AND ctid OPERATOR(pg_catalog.>=) pg_catalog.format('(%s,0)', plumb_at)::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) pg_catalog.format('(%s,0)', plumb_at OPERATOR(pg_catalog.+) {PAGES})::pg_catalog.tid;
    COMMIT;
    plumb_at := plumb_at OPERATOR(pg_catalog.+) {PAGES};
  END LOOP;
END
$plumb$"
    ))
}
