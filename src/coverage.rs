//! What plumb does with each column of each system catalog, kept as data (`coverage/catalogs.toml`)
//! and checked against live servers by a test; and what of one database it manages.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Unmodelled};
use crate::declare::Declaration;
use crate::manage;

/// What is done with a column of a catalog.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Treatment {
    /// It tells objects apart, or is one of the things that two sides are compared by.
    Compared,
    /// It is named where it says something, and not compared.
    Reported,
    /// It is not looked at, for this reason.
    Ignored(String),
}

/// A column of a system catalog.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Column {
    /// Its name (`pg_attribute.attname`).
    pub name: String,
    /// What is done with it.
    pub treatment: Treatment,
    /// The first major version that has it, and the last, where not all since 14 do.
    pub versions: Option<(u32, Option<u32>)>,
}

/// A system catalog: its columns, or why none of them is read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SystemCatalog {
    /// Why the catalog is not read, if it is not.
    pub reason: Option<String>,
    /// Its columns, by treatment.
    pub columns: Vec<Column>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    reason: Option<String>,
    #[serde(default)]
    compared: String,
    #[serde(default)]
    reported: String,
    #[serde(default)]
    ignored: BTreeMap<String, String>,
    #[serde(default)]
    versions: BTreeMap<String, String>,
}

impl Entry {
    fn read(self) -> SystemCatalog {
        let words = |text: &str, treatment: &Treatment| -> Vec<(String, Treatment)> {
            text.split_whitespace().map(|word| (word.to_owned(), treatment.clone())).collect()
        };
        let mut columns = words(&self.compared, &Treatment::Compared);
        columns.extend(words(&self.reported, &Treatment::Reported));
        let ignored = self.ignored.into_iter();
        columns.extend(ignored.map(|(name, reason)| (name, Treatment::Ignored(reason))));
        let versions = |name: &str| {
            let text = self.versions.get(name)?;
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            Some((first.parse().ok()?, last.parse().ok()))
        };
        let columns = columns
            .into_iter()
            .map(|(name, treatment)| Column { versions: versions(&name), name, treatment })
            .collect();
        SystemCatalog { reason: self.reason, columns }
    }
}

/// Every system catalog of PostgreSQL since 14, by name.
pub fn catalogs() -> &'static BTreeMap<String, SystemCatalog> {
    static CATALOGS: OnceLock<BTreeMap<String, SystemCatalog>> = OnceLock::new();
    CATALOGS.get_or_init(|| {
        // A unit test reads it, so that what is shipped can be read.
        toml::from_str::<BTreeMap<String, Entry>>(include_str!("coverage/catalogs.toml"))
            .unwrap_or_default()
            .into_iter()
            .map(|(name, entry)| (name, entry.read()))
            .collect()
    })
}

/// What plumb makes of the objects of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Count {
    /// Those that the declaration says something about.
    pub declared: usize,
    /// Those that nobody declares, where the declaration answers for everything.
    pub undeclared: usize,
    /// Those that are none of the declaration's business.
    pub left_alone: usize,
}

/// What plumb makes of a database.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Coverage {
    /// The objects that it models, by kind.
    pub kinds: BTreeMap<String, Count>,
    /// What it sees and does not model.
    pub unmodelled: Vec<Unmodelled>,
}

/// Counts the objects of a database by what a declaration makes of them; without one, everything is
/// undeclared.
pub fn coverage(mut current: Catalog, declaration: Option<Declaration>) -> Coverage {
    let everything = declaration.is_none();
    let Declaration { catalog: mut desired, manage, .. } = declaration.unwrap_or_default();
    let all: Vec<_> = current.objects.keys().cloned().collect();
    let declared: Vec<bool> = all.iter().map(|id| desired.objects.contains_key(id)).collect();
    let mut coverage = Coverage { unmodelled: current.unmodelled.clone(), ..Coverage::default() };
    let scope = manage::settle(&mut current, &mut desired, &manage);
    for (id, declared) in all.iter().zip(declared) {
        let count = coverage.kinds.entry(id.kind.name().to_owned()).or_default();
        if declared {
            count.declared += 1;
        } else if everything || scope.dropped.contains(id) || scope.undeclared.contains(id) {
            count.undeclared += 1;
        } else {
            count.left_alone += 1;
        }
    }
    coverage
}

/// The catalogs as text, a paragraph each.
pub fn catalogs_text() -> String {
    let mut text = String::new();
    for (name, catalog) in catalogs() {
        if let Some(reason) = &catalog.reason {
            let _ = writeln!(text, "{name}: not read; {reason}");
            continue;
        }
        let _ = writeln!(text, "{name}");
        let named = |column: &Column| match column.versions {
            None => column.name.clone(),
            Some((first, None)) => format!("{} (since {first})", column.name),
            Some((first, Some(last))) if first == last => format!("{} ({first})", column.name),
            Some((first, Some(last))) => format!("{} ({first} to {last})", column.name),
        };
        let of = |wanted: &Treatment| -> Vec<String> {
            catalog.columns.iter().filter(|c| c.treatment == *wanted).map(named).collect()
        };
        for (word, wanted) in [("compared", Treatment::Compared), ("reported", Treatment::Reported)]
        {
            let names = of(&wanted);
            if !names.is_empty() {
                let _ = writeln!(text, "  {word}: {}", names.join(", "));
            }
        }
        for column in &catalog.columns {
            if let Treatment::Ignored(reason) = &column.treatment {
                let _ = writeln!(text, "  ignored:  {}; {reason}", named(column));
            }
        }
    }
    text
}

/// A database's coverage as text.
pub fn coverage_text(coverage: &Coverage) -> String {
    let mut text =
        format!("{:<28}{:>10}{:>12}{:>12}\n", "kind", "declared", "undeclared", "left alone");
    for (kind, count) in &coverage.kinds {
        let Count { declared, undeclared, left_alone } = count;
        let _ = writeln!(text, "{kind:<28}{declared:>10}{undeclared:>12}{left_alone:>12}");
    }
    if coverage.unmodelled.is_empty() {
        text.push_str("\nnothing that plumb does not model\n");
    } else {
        text.push_str("\nnot modelled:\n");
        for object in &coverage.unmodelled {
            let _ = writeln!(text, "  {} {}", object.kind, object.identity);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_catalog_can_be_read_and_no_column_stands_twice() {
        assert!(catalogs().len() > 60, "the data does not parse");
        for (name, catalog) in catalogs() {
            let names: BTreeSet<&str> = catalog.columns.iter().map(|c| c.name.as_str()).collect();
            assert_eq!(names.len(), catalog.columns.len(), "{name} names a column twice");
            assert!(catalog.reason.is_some() || !catalog.columns.is_empty(), "{name} says nothing");
        }
    }

    #[test]
    fn what_is_ignored_has_a_reason() {
        for (name, catalog) in catalogs() {
            for column in &catalog.columns {
                if let Treatment::Ignored(reason) = &column.treatment {
                    assert!(reason.len() > 5, "{name}.{} says nothing", column.name);
                }
            }
        }
    }
}
