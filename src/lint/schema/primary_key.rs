//! Tables without a primary key.

use super::rule::{Level, rule};
use super::{Facts, Found};

rule! {
    /// A table has no primary key.
    ///
    /// Why: nothing says which columns tell two rows apart, so that one row cannot be addressed; logical replication
    /// refuses UPDATE and DELETE of such a table unless another replica identity is set, and tools that work in batches
    /// find no way through its rows.
    ///
    /// What to do: declare a primary key; where a table holds raw input for a moment, ignore it with a reason.
    "no-primary-key" Some(Level::Warn), check
}

fn check(facts: &Facts<'_>) -> Vec<Found> {
    let is_bare = |table: &&crate::kind::survey::Table| {
        // A partition has the key of its parent; an inheriting table does not.
        !table.is_foreign && !table.is_partition && !table.keys.iter().any(|key| key.is_primary)
    };
    let found = facts.survey.tables.values().filter(is_bare);
    found
        .map(|table| Found {
            object: table.id.clone(),
            message: format!("table {} has no primary key", table.id.dotted()),
        })
        .collect()
}
