//! Unique keys that deleted rows still hold.

use super::rule::{Level, rule};
use super::{Facts, Found};
use crate::kind::survey::Table;
use crate::sql::refs::references;
use crate::sql::tree::Class;

rule! {
    /// A table marks its rows as deleted in a column, and a unique key or unique index of it also holds the deleted rows.
    ///
    /// Why: a row that users take for deleted still keeps others from having its value: an address of a closed account
    /// cannot be used again.
    ///
    /// What to do: in place of the key declare a partial unique index, `unique (email) where (deleted_at is null)`; or add
    /// the column to the key. The names of such columns are `soft_delete` of `[lint]` in plumb.toml (`["deleted_at"]`
    /// otherwise). The primary key is left out: it addresses deleted rows too.
    "soft-delete-unique" Some(Level::Warn), check
}

fn check(facts: &Facts<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for table in facts.survey.tables.values().filter(|table| !table.is_foreign) {
        let names = facts.settings.soft_delete();
        let Some(mark) = names.iter().find(|name| table.column(name).is_some()) else { continue };
        for (object, noun) in unaware(table, mark) {
            found.push(Found {
                message: format!(
                    "{noun} {} of {} also holds rows with {mark} set",
                    object.name(),
                    table.id.dotted()
                ),
                object,
            });
        }
    }
    found
}

fn unaware(table: &Table, mark: &str) -> Vec<(crate::id::Id, &'static str)> {
    let referred = |columns: &[String]| columns.iter().any(|column| column == mark);
    let keys = table.keys.iter().filter(|key| !key.is_primary && !referred(&key.columns));
    let indexes = table.indexes.iter().filter(|index| {
        let in_key = index.columns.iter().flatten().any(|column| column == mark);
        let text = index.predicate.as_deref().unwrap_or("true");
        let in_predicate = references(Class::Expr, text).is_ok_and(|refs| {
            refs.columns.iter().any(|parts| parts.last().is_some_and(|it| it == mark))
        });
        index.is_unique && !in_key && !in_predicate
    });
    let keys = keys.map(|key| (key.id.clone(), "unique key"));
    keys.chain(indexes.map(|index| (index.id.clone(), "unique index"))).collect()
}
