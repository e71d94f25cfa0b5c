//! The parts of keys and foreign keys: columns with the words of temporal keys, the table that is
//! referred to, and the actions.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::{Kind, Sides, abilities};
use crate::leaf::{Item, List, Name, Qualified};
use crate::sql::quote::ident;
use crate::sql::{scan, type_name};

/// A column of a key; the last one may be a period (18).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct KeyColumn {
    /// The name of the column.
    pub(crate) name: String,
    temporal: Temporal,
}

impl KeyColumn {
    /// Whether it is the period of a temporal key.
    pub(crate) fn is_temporal(&self) -> bool {
        self.temporal != Temporal::No
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Temporal {
    No,
    WithoutOverlaps,
    Period,
}

impl KeyColumn {
    /// Turns the column of a key into the same column of what refers to it.
    pub(super) fn as_target(&mut self) {
        if self.temporal == Temporal::WithoutOverlaps {
            self.temporal = Temporal::Period;
        }
    }
}

impl Item for KeyColumn {
    fn read(text: &str) -> Result<Self, String> {
        let tokens = scan::tokens(text).map_err(|error| error.to_string())?;
        let (from, to, temporal) = match tokens.as_slice() {
            [period, name] if period.is_word("period") => (name.start, name.end, Temporal::Period),
            [name, without, overlaps]
                if without.is_word("without") && overlaps.is_word("overlaps") =>
            {
                (name.start, name.end, Temporal::WithoutOverlaps)
            }
            _ => (0, text.len(), Temporal::No),
        };
        Ok(Self { name: Name::read(&text[from..to])?.0, temporal })
    }

    fn write(&self) -> String {
        let name = ident(&self.name);
        match self.temporal {
            Temporal::No => name,
            Temporal::WithoutOverlaps => format!("{name} WITHOUT OVERLAPS"),
            Temporal::Period => format!("PERIOD {name}"),
        }
    }

    fn exact(text: String) -> Result<Self, String> {
        Ok(Self { name: text, temporal: Temporal::No })
    }
}

/// What a foreign key refers to: `s.t (a, b)`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Target {
    /// The table.
    pub(crate) table: Qualified,
    /// Its columns; none written is the primary key, until that is looked up.
    pub(crate) columns: List<KeyColumn>,
}

impl Target {
    fn read(text: &str) -> Result<Self, String> {
        let tokens = scan::tokens(text).map_err(|error| error.to_string())?;
        // A quoted name may hold a parenthesis; a token is one only outside quotes.
        let (table, columns) = match tokens.iter().find(|token| token.is("(")) {
            None => (text, None),
            Some(open) => (&text[..open.start], Some(&text[open.end..])),
        };
        let columns = match columns {
            None => List::default(),
            Some(list) => {
                let list = list.trim_end().trim_end_matches(')');
                let items = crate::leaf::split_commas(list).into_iter().map(KeyColumn::read);
                List(items.collect::<Result<_, _>>()?)
            }
        };
        Ok(Self { table: Qualified::read(table)?, columns })
    }

    /// As it stands behind REFERENCES.
    pub(crate) fn sql(&self) -> String {
        if self.columns.is_empty() {
            return self.table.sql();
        }
        format!("{} ({})", self.table.sql(), self.columns.sql())
    }

    /// The names of its columns.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.columns.0.iter().map(|column| column.name.as_str()).collect()
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql())
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Whether both sides of a foreign key can be compared at any time while their types change: each
/// column changes in a statement of its own, and PostgreSQL makes the key again after each.
pub(super) fn stays_joined(key: &super::Constraint, table: &Id, cx: &Sides<'_>) -> bool {
    let Some(target) = &key.references else { return true };
    let other = Id::new(Kind::Table, target.table.path());
    let temporal = key.columns.0.iter().any(KeyColumn::is_temporal);
    let of = |catalog: &Catalog, table: &Id, name: &str| {
        let text = catalog
            .get(&table.child(Kind::Column, name))?
            .attrs
            .as_typed()
            .and_then(abilities::Typed::type_text)?;
        let of = type_name::canonical(&text).ok()?;
        Some(match of.name.as_str() {
            // The operators of a temporal key are those of one type.
            _ if temporal => of.base().to_string(),
            "int2" | "int4" | "int8" if !of.array => "int8".to_owned(),
            "varchar" | "text" if !of.array => "text".to_owned(),
            _ => of.base().to_string(),
        })
    };
    key.names().into_iter().zip(target.names()).all(|(own, theirs)| {
        let sides = [cx.current, cx.desired];
        let mut all = sides.iter().flat_map(|catalog| {
            [of(catalog, table, own), of(catalog, &other, theirs)].into_iter().flatten()
        });
        let Some(first) = all.next() else { return true };
        all.all(|other| other == first)
    })
}

/// An action of a foreign key in one spelling: `set null (a, b)`.
pub(crate) fn action(text: &str) -> String {
    let (words, columns) = text.split_once('(').map_or((text, None), |(w, c)| (w, Some(c)));
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
    let Some(columns) = columns else { return words };
    let list = columns.trim_end().trim_end_matches(')');
    let names = crate::leaf::split_commas(list).into_iter().map(Name::read);
    match names.collect::<Result<Vec<_>, _>>() {
        Ok(names) => format!("{words} ({})", List(names).sql()),
        Err(_) => text.to_owned(),
    }
}

/// The same in SQL.
pub(super) fn action_sql(action: &str) -> String {
    match action.split_once('(') {
        Some((words, columns)) => format!("{}({columns}", words.to_uppercase()),
        None => action.to_uppercase(),
    }
}
