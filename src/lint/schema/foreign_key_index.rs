//! Foreign keys whose columns no index leads with.

use super::rule::{Level, rule};
use super::{Facts, Found};
use crate::kind::survey::{Index, Reference, Table};

rule! {
    /// No index begins with the columns of a foreign key.
    ///
    /// Why: each DELETE, or UPDATE of the key, in the referenced table reads the whole referencing table to find rows that
    /// refer to the old key, and so does each query that follows the key backwards.
    ///
    /// What to do: declare an index whose first columns are those of the foreign key, in any order; if no row of the
    /// referenced table is ever deleted and nothing reads backwards, ignore it with that reason.
    "foreign-key-without-index" Some(Level::Warn), check
}

fn check(facts: &Facts<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for table in facts.survey.tables.values().filter(|table| !table.is_foreign) {
        for reference in &table.references {
            // A partition has the indexes of its parent.
            let near =
                facts.survey.line(table).take(if table.is_partition { usize::MAX } else { 1 });
            if near.into_iter().any(|table| is_covered(reference, table)) {
                continue;
            }
            let columns = reference.columns.join(", ");
            found.push(Found {
                object: reference.id.clone(),
                message: format!(
                    "no index of {} begins with ({columns}), the columns of foreign key {} to {}",
                    table.id.dotted(),
                    reference.id.name(),
                    reference.to.dotted()
                ),
            });
        }
    }
    found
}

fn is_covered(reference: &Reference, table: &Table) -> bool {
    let wanted = &reference.columns;
    let leads = |columns: &[&str]| {
        columns.len() >= wanted.len()
            && columns[..wanted.len()].iter().all(|column| wanted.iter().any(|name| name == column))
    };
    let keys = table.keys.iter().any(|key| {
        let columns: Vec<&str> = key.columns.iter().map(String::as_str).collect();
        leads(&columns)
    });
    keys || table.indexes.iter().any(|index| {
        serves(index, wanted) && {
            let columns: Vec<&str> =
                index.columns.iter().map(|column| column.as_deref().unwrap_or_default()).collect();
            leads(&columns)
        }
    })
}

/// Whether the checks of a foreign key can use an index: a B-tree, or a hash of one column, that holds every row whose
/// columns are not NULL.
fn serves(index: &Index, columns: &[String]) -> bool {
    let whole = index.predicate.as_ref().is_none_or(|predicate| {
        let predicate = predicate.trim_start_matches('(').trim_end_matches(')').to_lowercase();
        let name = predicate.strip_suffix(" is not null").map(|name| name.trim().trim_matches('"'));
        name.is_some_and(|name| columns.iter().any(|column| column.to_lowercase() == name))
    });
    whole && (index.method == "btree" || index.method == "hash" && columns.len() == 1)
}
