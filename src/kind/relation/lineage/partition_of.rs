//! `parent for values ...`: of what a table is a partition, and which rows it holds.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::Id;
use crate::kind::Kind;
use crate::leaf::{Item, Qualified, Sql};
use crate::sql::scan;

/// The parent of a partition, and which of its rows the partition holds.
#[derive(Clone, PartialEq, Debug)]
pub struct PartitionOf {
    /// The partitioned table.
    pub parent: Qualified,
    /// `FOR VALUES ...` or `DEFAULT` (`pg_class.relpartbound`).
    pub bound: Sql,
}

impl PartitionOf {
    /// Reads `parent for values ...`.
    fn read(text: &str) -> Result<Self, String> {
        let tokens = scan::tokens(text).map_err(|error| error.to_string())?;
        let qualifies = tokens.get(1).is_some_and(|token| token.is("."));
        let words = if qualifies { 3 } else { 1 };
        let missing = || format!("`{text}` is not `parent for values ...` or `parent default`");
        let name = tokens.get(words - 1).ok_or_else(missing)?;
        let bound = tokens.get(words).ok_or_else(missing)?;
        if !bound.is_word("for") && !bound.is_word("default") {
            return Err(missing());
        }
        let parent = Qualified::read(&text[..name.end])?;
        Ok(Self { parent, bound: Sql::new(text[bound.start..].trim_end()) })
    }
}

impl PartitionOf {
    /// The parent as an object.
    pub fn table(&self) -> Id {
        Id::new(Kind::Table, self.parent.path())
    }
}

impl Serialize for PartitionOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{} {}", self.parent.sql(), self.bound.text))
    }
}

impl<'de> Deserialize<'de> for PartitionOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_begins_behind_the_name() {
        let of = PartitionOf::read("\"A\".\"for values\" for values in ('x')").unwrap();
        assert_eq!(of.parent, Qualified::new("A", "for values"));
        assert_eq!(of.bound.text, "for values in ('x')");
        assert_eq!(PartitionOf::read("p default").unwrap().parent.schema, None);
    }

    #[test]
    fn a_partition_without_bound_is_a_mistake() {
        assert!(PartitionOf::read("p").is_err());
        assert!(PartitionOf::read("p from 1").is_err());
    }
}
