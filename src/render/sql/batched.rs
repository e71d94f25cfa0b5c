//! A statement that writes the rows of a relation in batches, as a script holds it: a block that commits after each.
//! `apply` steers the size of a batch by the time that it takes; a script takes as many pages each time.

use crate::execute::{between, pages};
use crate::plan::Relation;

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
    let next = format!("plumb_at OPERATOR(pg_catalog.+) {PAGES}");
    let place = |page: &str| format!("pg_catalog.format('(%s,0)', {page})");
    let batch = between(sql, &place("plumb_at"), &place(&next));
    let count = pages(relation, " INTO plumb_end");
    Ok(format!(
        "DO $plumb$
#variable_conflict use_column
DECLARE
  plumb_at pg_catalog.int8 := 0;
  plumb_end pg_catalog.int8;
BEGIN
  LOOP
    {count};
    EXIT WHEN plumb_at OPERATOR(pg_catalog.>=) plumb_end;
    {batch};
    COMMIT;
    plumb_at := {next};
  END LOOP;
END
$plumb$"
    ))
}
