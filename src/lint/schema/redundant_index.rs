//! Indexes that another index makes superfluous.

use super::rule::{Level, rule};
use super::{Facts, Found};
use crate::kind::survey::{Index, Table};
use crate::sql::quote::ident;

rule! {
    /// An index can do nothing that another index or key of the table cannot do: it has the same elements, or the other
    /// begins with them, and both hold the same rows.
    ///
    /// Why: each index is written with every row, takes space in memory and on disk, and is vacuumed.
    ///
    /// What to do: drop the index that is named. An index that is much narrower than the one that covers it may still be
    /// worth its place for queries that read much of it; ignore it with that reason.
    "redundant-index" Some(Level::Warn), check
}

/// What an index or the index of a key holds.
struct Held<'a> {
    name: &'a str,
    what: &'static str,
    elements: Vec<String>,
    include: &'a [String],
    predicate: Option<String>,
    unique: bool,
}

fn check(facts: &Facts<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for table in facts.survey.tables.values() {
        let all = held(table);
        for index in table.indexes.iter().filter(|index| index.method == "btree") {
            let own = of_index(index);
            let Some(other) = all.iter().find(|other| covers(other, &own)) else { continue };
            let same = if other.elements.len() == own.elements.len() {
                "has the same columns"
            } else {
                "begins with its columns"
            };
            found.push(Found {
                object: index.id.clone(),
                message: format!(
                    "index {} of {} is redundant: {} {} {same}",
                    own.name,
                    table.id.dotted(),
                    other.what,
                    other.name
                ),
            });
        }
    }
    found
}

fn held(table: &Table) -> Vec<Held<'_>> {
    let keys = table.keys.iter().map(|key| Held {
        name: key.id.name(),
        what: if key.is_primary { "primary key" } else { "unique key" },
        elements: key.columns.iter().map(|name| ident(name)).collect(),
        include: &[],
        predicate: None,
        unique: true,
    });
    let indexes = table.indexes.iter().filter(|index| index.method == "btree").map(of_index);
    keys.chain(indexes).collect()
}

fn of_index(index: &Index) -> Held<'_> {
    let plain = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    Held {
        name: index.id.name(),
        what: "index",
        elements: index.elements.iter().map(plain).collect(),
        include: &index.include,
        predicate: index.predicate.as_ref().map(plain),
        unique: index.is_unique,
    }
}

fn covers(other: &Held<'_>, own: &Held<'_>) -> bool {
    if other.what == own.what && other.name == own.name || other.predicate != own.predicate {
        return false;
    }
    let same = other.elements == own.elements;
    let holds = own
        .include
        .iter()
        .all(|column| other.include.contains(column) || other.elements.contains(&ident(column)));
    if !holds || !other.elements.starts_with(&own.elements) {
        return false;
    }
    // What a unique index forbids only one of the same columns forbids too.
    if own.unique && !(same && other.unique) {
        return false;
    }
    let equal = same
        && other.what == own.what
        && other.unique == own.unique
        && other.include.len() == own.include.len();
    // Of two that are equal the later name is named.
    !equal || other.name < own.name
}
