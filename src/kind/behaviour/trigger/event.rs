//! The events of a trigger, and the names of its transition tables.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::leaf::{Item, Name};
use crate::sql::quote::ident;
use crate::sql::scan;

/// `insert or update of a, b`, in the order in which PostgreSQL prints events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Events(Vec<Event>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Event {
    Insert,
    Delete,
    /// With columns: only if one of them is in the SET list (`pg_trigger.tgattr`).
    Update(Columns),
    Truncate,
}

impl Event {
    /// Its place among the events of a trigger.
    fn place(&self) -> u8 {
        match self {
            Self::Insert => 0,
            Self::Delete => 1,
            Self::Update(_) => 2,
            Self::Truncate => 3,
        }
    }
}

/// Columns in the order in which they are said, which the catalog keeps and nothing depends on.
#[derive(Clone, Debug)]
struct Columns(Vec<String>);

impl PartialEq for Columns {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|name| other.0.contains(name))
    }
}

impl Eq for Columns {}

impl Events {
    fn read(text: &str) -> Result<Self, String> {
        let tokens = scan::tokens(text).map_err(|error| error.to_string())?;
        let wrong =
            || format!("`{text}` is no list of events: `insert or update of a, b or delete`");
        let mut events = Vec::new();
        for event in tokens.split(|token| token.is_word("or")) {
            let (first, rest) = event.split_first().ok_or_else(wrong)?;
            let mut columns = Vec::new();
            if let Some((of, list)) = rest.split_first() {
                if !of.is_word("of") || list.is_empty() || !first.is_word("update") {
                    return Err(wrong());
                }
                for name in list.split(|token| token.is(",")) {
                    let [name] = name else { return Err(wrong()) };
                    let name = Name::read(&text[name.start..name.end])?.0;
                    if !columns.contains(&name) {
                        columns.push(name);
                    }
                }
            }
            events.push(match first.word.as_str() {
                "insert" => Event::Insert,
                "delete" => Event::Delete,
                "update" => Event::Update(Columns(columns)),
                "truncate" => Event::Truncate,
                _ => return Err(wrong()),
            });
        }
        events.sort_by_key(Event::place);
        Ok(Self(events))
    }

    fn write(&self, words: [&str; 4], of: &str, or: &str) -> String {
        let event = |event: &Event| match event {
            Event::Insert => words[0].to_owned(),
            Event::Delete => words[1].to_owned(),
            Event::Update(columns) if columns.0.is_empty() => words[2].to_owned(),
            Event::Update(columns) => {
                let list: Vec<String> = columns.0.iter().map(|name| ident(name)).collect();
                format!("{} {of} {}", words[2], list.join(", "))
            }
            Event::Truncate => words[3].to_owned(),
        };
        self.0.iter().map(event).collect::<Vec<_>>().join(or)
    }

    /// As SQL.
    pub(crate) fn sql(&self) -> String {
        self.write(["INSERT", "DELETE", "UPDATE", "TRUNCATE"], "OF", " OR ")
    }

    /// Brings the columns into an order of their own, to be compared as a text.
    pub(crate) fn sort(&mut self) {
        for event in &mut self.0 {
            if let Event::Update(columns) = event {
                columns.0.sort();
            }
        }
    }

    /// The columns behind UPDATE OF.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|event| {
            match event {
                Event::Update(columns) => columns.0.as_slice(),
                _ => &[],
            }
            .iter()
            .map(String::as_str)
        })
    }
}

impl Serialize for Events {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.write(
            ["insert", "delete", "update", "truncate"],
            "of",
            " or ",
        ))
    }
}

impl<'de> Deserialize<'de> for Events {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// `old table as x new table as y`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Referencing {
    old: Option<String>,
    new: Option<String>,
}

impl Referencing {
    /// Whether there are no transition tables.
    pub(crate) fn is_empty(&self) -> bool {
        self.old.is_none() && self.new.is_none()
    }

    fn read(text: &str) -> Result<Self, String> {
        let tokens = scan::tokens(text).map_err(|error| error.to_string())?;
        let wrong = || format!("`{text}` is not `old table as NAME new table as NAME`");
        let mut found = Self::default();
        let mut rest = tokens.as_slice();
        while let Some((side, after)) = rest.split_first() {
            let after = match after.split_first() {
                Some((table, after)) if table.is_word("table") => after,
                _ => return Err(wrong()),
            };
            let after = match after.split_first() {
                Some((word, after)) if word.is_word("as") => after,
                _ => after,
            };
            let (name, after) = after.split_first().ok_or_else(wrong)?;
            let name = Name::read(&text[name.start..name.end])?.0;
            match side.word.as_str() {
                "old" => found.old = Some(name),
                "new" => found.new = Some(name),
                _ => return Err(wrong()),
            }
            rest = after;
        }
        Ok(found)
    }

    fn write(&self, words: [&str; 2]) -> String {
        let sides = [(words[0], &self.old), (words[1], &self.new)];
        let sides = sides
            .iter()
            .filter_map(|(words, name)| Some(format!("{words} {}", ident(name.as_deref()?))));
        sides.collect::<Vec<_>>().join(" ")
    }

    /// As SQL.
    pub(crate) fn sql(&self) -> String {
        self.write(["OLD TABLE AS", "NEW TABLE AS"])
    }
}

impl Serialize for Referencing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.write(["old table as", "new table as"]))
    }
}

impl<'de> Deserialize<'de> for Referencing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_columns_is_kept_and_makes_no_difference() {
        let there = Events::read("delete or update of c, a, b or insert").unwrap();
        assert_eq!(there.sql(), "INSERT OR DELETE OR UPDATE OF c, a, b");
        assert_eq!(there, Events::read("insert or update of a, b, c or delete").unwrap());
        assert_ne!(there, Events::read("insert or update of a, b or delete").unwrap());
    }
}
