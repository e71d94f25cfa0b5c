//! Keys whose numbers run out.

use super::rule::{Level, rule};
use super::{Facts, Found};
use crate::kind::survey::{Column, Table};

rule! {
    /// The numbers of a key run out: its sequence counts in `integer` or `smallint`; or, where a database is named, the
    /// sequence has used more than half of them.
    ///
    /// Why: after the last number every INSERT fails. `integer` has 2,147,483,647 numbers, `smallint` 32,767; deleted rows
    /// and transactions that were rolled back use them up too. Changing the type of a large table rewrites it while reads
    /// and writes wait.
    ///
    /// What to do: declare `bigint`, best while the table is small, and with it every column that refers to the key. With
    /// `--url` or `--env` only the keys are named whose sequences have used more than half of their numbers.
    "key-near-exhaustion" Some(Level::Warn), check
}

fn check(facts: &Facts<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for table in facts.survey.tables.values().filter(|table| !table.is_foreign) {
        for column in table.columns.iter().filter(|column| !column.is_inherited) {
            if let Some(message) = message(facts, table, column) {
                found.push(Found { object: column.id.clone(), message });
            }
        }
    }
    found
}

fn message(facts: &Facts<'_>, table: &Table, column: &Column) -> Option<String> {
    let counter = column.counter.as_ref()?;
    let (name, owner) = (column.id.name(), table.id.dotted());
    let in_key = table.keys.iter().any(|key| key.columns.iter().any(|of| of == name));
    let narrow = matches!(column.of.as_str(), "integer" | "smallint");
    let Some(positions) = facts.positions else {
        return (in_key && narrow).then(|| {
            let most = counter.greatest;
            format!(
                "key {name} of {owner} is {}: after {most} numbers every INSERT fails",
                column.of
            )
        });
    };
    let schema = counter.name.schema.as_deref().unwrap_or(table.id.first());
    let by_name = || positions.get(&vec![schema.to_owned(), counter.name.name.clone()]);
    let last = *positions.get(&column.id.path).or_else(by_name)?;
    // Hundredths, in whole numbers: a sequence may go up to 2^63 - 1.
    let used = i128::from(last) * 100 / i128::from(counter.greatest).max(1);
    (used > 50).then(|| {
        let most = counter.greatest;
        format!("key {name} of {owner} has used {used} % of its numbers: {last} of {most}")
    })
}
