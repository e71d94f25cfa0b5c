//! Tables and foreign keys as a picture. What is drawn is chosen once, as a [`Drawing`]; each form writes that.

mod dot;
mod layout;
mod mermaid;
mod svg;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::survey::{Survey, Table};
use crate::manage::matches_glob;
use crate::plan::{Action, Plan};

pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::svg;

/// Which columns stand in the box of a table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Columns {
    /// None.
    None,
    /// Those of the primary key and of foreign keys.
    Keys,
    /// All.
    All,
}

/// What is drawn of a catalog.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chosen {
    /// Globs over `schema.table`; none: every table.
    pub only: Vec<String>,
    /// Tables in the middle, as `schema.table` or, where only one has it, by name alone.
    pub around: Vec<String>,
    /// How many foreign keys away from these others may be.
    pub depth: usize,
    /// Which columns.
    pub columns: Columns,
}

/// A table that is to be in the middle and is not there.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDrawn {
    /// There is none of that name.
    #[error("there is no table `{name}`{}", near.as_ref().map_or(String::new(), |near| format!("; did you mean `{near}`?")))]
    NoTable {
        /// The name.
        name: String,
        /// The nearest name.
        near: Option<String>,
    },
    /// Several schemas have one.
    #[error("several tables are called `{name}`: {}; write the schema too", all.join(", "))]
    Several {
        /// The name.
        name: String,
        /// All of them.
        all: Vec<String>,
    },
}

/// What is drawn.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Drawing {
    boxes: Vec<Box>,
    arrows: Vec<Arrow>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Box {
    title: String,
    rows: Vec<Row>,
    /// How many partitions it has, which are not drawn.
    partitions: usize,
    /// What a plan does with it.
    mark: Option<Action>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Row {
    name: String,
    of: String,
    is_primary: bool,
    is_foreign: bool,
}

/// A foreign key, by the places of its tables.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Arrow {
    from: usize,
    to: usize,
    name: String,
    columns: Vec<String>,
    /// Whether a row of `from` may refer to none.
    is_optional: bool,
    /// Whether a row of `to` has at most one.
    is_unique: bool,
}

impl Drawing {
    /// Chooses what is drawn of a catalog whose names are resolved; `plan` marks what it changes.
    ///
    /// # Errors
    /// If a table that is to be in the middle is not there.
    pub fn of(catalog: &Catalog, chosen: &Chosen, plan: Option<&Plan>) -> Result<Self, NotDrawn> {
        let survey = Survey::of(catalog);
        let matches = |table: &&Table| {
            let name = table.id.dotted();
            chosen.only.is_empty() || chosen.only.iter().any(|glob| matches_glob(glob, &name))
        };
        let whole = survey.tables.values().filter(|table| !table.is_partition);
        let mut drawn: BTreeSet<&Id> = whole.filter(matches).map(|table| &table.id).collect();
        if !chosen.around.is_empty() {
            let near = around(&survey, chosen)?;
            drawn.retain(|id| near.contains(*id));
        }
        let places: BTreeMap<&Id, usize> =
            drawn.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let schemas: BTreeSet<&str> = drawn.iter().map(|id| id.first()).collect();
        let marks = plan.map(marks).unwrap_or_default();
        let mut drawing = Self::default();
        for table in drawn.iter().filter_map(|id| survey.tables.get(*id)) {
            drawing.boxes.push(Box {
                // Of one schema its name says nothing.
                title: if schemas.len() > 1 {
                    table.id.dotted()
                } else {
                    table.id.name().to_owned()
                },
                rows: rows(table, chosen.columns),
                partitions: partitions(&survey, &table.id),
                mark: marks.get(&table.id).copied(),
            });
            for reference in &table.references {
                let (Some(from), Some(to)) = (places.get(&table.id), places.get(&reference.to))
                else {
                    continue;
                };
                let column = |name: &String| table.column(name);
                drawing.arrows.push(Arrow {
                    from: *from,
                    to: *to,
                    name: reference.id.name().to_owned(),
                    columns: reference.columns.clone(),
                    is_optional: !reference
                        .columns
                        .iter()
                        .filter_map(column)
                        .all(|it| it.not_null || is_key(table, it.id.name())),
                    is_unique: is_unique(table, &reference.columns),
                });
            }
        }
        Ok(drawing)
    }
}

fn is_key(table: &Table, column: &str) -> bool {
    table.keys.iter().any(|key| key.is_primary && key.columns.iter().any(|name| name == column))
}

/// Whether a key or unique index has no other columns than these.
fn is_unique(table: &Table, columns: &[String]) -> bool {
    let within = |of: &[Option<String>]| {
        of.iter().all(|name| name.as_ref().is_some_and(|name| columns.contains(name)))
    };
    let keys = table.keys.iter().any(|key| key.columns.iter().all(|name| columns.contains(name)));
    keys || table
        .indexes
        .iter()
        .any(|index| index.is_unique && index.predicate.is_none() && within(&index.columns))
}

fn rows(table: &Table, columns: Columns) -> Vec<Row> {
    let row = |column: &crate::kind::survey::Column| {
        let name = column.id.name();
        let refers = |of: &crate::kind::survey::Reference| of.columns.iter().any(|it| it == name);
        Row {
            name: name.to_owned(),
            of: column.of.clone(),
            is_primary: is_key(table, name),
            is_foreign: table.references.iter().any(refers),
        }
    };
    let all = table.columns.iter().map(row);
    match columns {
        Columns::None => Vec::new(),
        Columns::Keys => all.filter(|row| row.is_primary || row.is_foreign).collect(),
        Columns::All => all.collect(),
    }
}

fn partitions(survey: &Survey, table: &Id) -> usize {
    let is_below = |other: &&Table| other.is_partition && other.ancestors.contains(table);
    survey.tables.values().filter(is_below).count()
}

/// The tables that are near enough to those in the middle, in either direction of the foreign keys.
fn around(survey: &Survey, chosen: &Chosen) -> Result<BTreeSet<Id>, NotDrawn> {
    let mut near = BTreeSet::new();
    for name in &chosen.around {
        near.insert(named(survey, name)?);
    }
    for _ in 0..chosen.depth {
        let mut next = near.clone();
        for table in survey.tables.values() {
            for reference in &table.references {
                if near.contains(&table.id) {
                    next.insert(reference.to.clone());
                }
                if near.contains(&reference.to) {
                    next.insert(table.id.clone());
                }
            }
        }
        near = next;
    }
    Ok(near)
}

fn named(survey: &Survey, name: &str) -> Result<Id, NotDrawn> {
    let exact = survey.tables.keys().find(|id| id.dotted() == name);
    let all: Vec<&Id> = match exact {
        Some(id) => vec![id],
        None => survey.tables.keys().filter(|id| id.name() == name).collect(),
    };
    match all.as_slice() {
        [id] => Ok((*id).clone()),
        [] => {
            let known: Vec<String> =
                survey.tables.keys().flat_map(|id| [id.name().to_owned(), id.dotted()]).collect();
            let near = crate::suggest::suggest(name, known.iter().map(String::as_str));
            Err(NotDrawn::NoTable { name: name.to_owned(), near: near.map(str::to_owned) })
        }
        all => Err(NotDrawn::Several {
            name: name.to_owned(),
            all: all.iter().map(|id| id.dotted()).collect(),
        }),
    }
}

/// What a plan does with each table: with the table itself, or with what lives in it.
fn marks(plan: &Plan) -> BTreeMap<Id, Action> {
    let mut marks = BTreeMap::new();
    for change in &plan.changes {
        let own = change.object.parents().is_empty();
        let mut level = vec![change.object.clone()];
        while level.iter().any(|id| !id.parents().is_empty()) {
            level = level.iter().flat_map(Id::parents).collect();
        }
        for id in level {
            let action = if own { change.action } else { Action::Alter };
            let known = marks.entry(id).or_insert(action);
            if own {
                *known = action;
            }
        }
    }
    marks
}

#[cfg(test)]
mod tests;
