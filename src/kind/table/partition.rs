//! What follows PARTITION OF: the parent's name and the bound, as one text; and how a table is attached.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::Id;
use crate::leaf::{Item, Qualified, Sql};
use crate::sql::quote::qualified;
use crate::sql::scan;
use crate::step::Step;

/// The parent of a partition, and which of its rows the partition holds.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct PartitionOf {
    /// The partitioned table.
    pub(crate) parent: Qualified,
    /// `FOR VALUES ...` or `DEFAULT` (`pg_class.relpartbound`).
    pub(crate) bound: Sql,
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

/// Detaches a table from the one parent and attaches it to the other.
pub(crate) fn attach_steps(
    old: &Option<PartitionOf>,
    new: &Option<PartitionOf>,
    id: &Id,
) -> Vec<Step> {
    if old == new {
        return Vec::new();
    }
    let child = qualified(&id.path[0], &id.path[1]);
    let mut steps = Vec::new();
    if let Some(old) = old {
        let parent = old.parent.sql();
        steps.push(Step::new(format!("ALTER TABLE {parent} DETACH PARTITION {child}")));
    }
    if let Some(new) = new {
        let parent = new.parent.sql();
        let sql = format!("ALTER TABLE {parent} ATTACH PARTITION {child} {}", new.bound);
        steps.push(Step::new(sql).authored());
    }
    steps
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
