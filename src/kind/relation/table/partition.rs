//! What follows PARTITION OF: the parent's name and the bound, as one text; and how a table is attached.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Table, inherit};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::{Kind, Sides};
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

impl PartitionOf {
    /// The parent as an object.
    pub(crate) fn table(&self) -> Id {
        Id::new(Kind::Table, self.parent.path())
    }
}

/// The parent that a table gets and did not have before.
pub(crate) fn arrives(old: &Option<PartitionOf>, new: &Option<PartitionOf>) -> Option<Id> {
    let new = new.as_ref().filter(|_| !moves_within(old, new) && old != new)?;
    Some(new.table())
}

/// Whether a table leaves its parent, for another or for none.
pub(super) fn leaves(old: &Table, new: &Table) -> bool {
    let (old, new) = (&old.partition_of, &new.partition_of);
    old.is_some() && old != new && !moves_within(old, new)
}

/// The columns and checks of the parent that a table gets: as it hands them down the table must have
/// them.
pub(super) fn handed_down(id: &Id, cx: &Sides<'_>) -> Vec<Id> {
    let of = |side: &Catalog| side.attrs::<Table>(id).and_then(|table| table.partition_of.clone());
    let Some(parent) = arrives(&of(cx.current), &of(cx.desired)) else { return Vec::new() };
    let columns = inherit::columns(&parent, cx.desired).into_values();
    columns.chain(inherit::checks(&parent, cx.desired).into_values()).collect()
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

/// Whether a table stays with its parent and gets other rows.
fn moves_within(old: &Option<PartitionOf>, new: &Option<PartitionOf>) -> bool {
    let parent = |of: &Option<PartitionOf>| of.as_ref().map(|of| of.parent.clone());
    old != new && parent(old) == parent(new)
}

/// Detaches a table that is to get other rows, so that another may get those that it had.
pub(crate) fn detach_first(
    old: &Option<PartitionOf>,
    new: &Option<PartitionOf>,
    id: &Id,
) -> Vec<Step> {
    let old = old.as_ref().filter(|_| moves_within(old, new));
    old.map(|old| detach(old, id)).into_iter().collect()
}

fn detach(old: &PartitionOf, id: &Id) -> Step {
    let (parent, child) = (old.parent.sql(), qualified(&id.path[0], &id.path[1]));
    Step::new(format!("ALTER TABLE {parent} DETACH PARTITION {child}"))
}

/// The tables that give rows of a parent free before a table gets some.
pub(super) fn givers(id: &Id, cx: &Sides<'_>) -> Vec<Id> {
    let of = |id: &Id, catalog: &Catalog| {
        catalog.attrs::<Table>(id).and_then(|table| table.partition_of.clone())
    };
    let (old, new) = (of(id, cx.current), of(id, cx.desired));
    let Some(parent) = new.as_ref().filter(|_| old != new).map(|of| &of.parent) else {
        return Vec::new();
    };
    let gives = |other: &&Id| {
        let had = of(other, cx.current);
        *other != id
            && had.as_ref().is_some_and(|had| had.parent == *parent)
            && had != of(other, cx.desired)
    };
    cx.current.of_kind(Kind::Table).map(|(other, _)| other).filter(gives).cloned().collect()
}

/// Takes a table from the one parent to the other, or away: the steps before it is attached, and the
/// one that attaches it.
pub(crate) fn moved(
    old: &Option<PartitionOf>,
    new: &Option<PartitionOf>,
    id: &Id,
) -> (Option<Step>, Option<Step>) {
    if old == new {
        return (None, None);
    }
    let attach = new.as_ref().map(|new| {
        let (parent, child) = (new.parent.sql(), qualified(&id.path[0], &id.path[1]));
        let sql = format!("ALTER TABLE {parent} ATTACH PARTITION {child} {}", new.bound);
        Step::new(sql).authored()
    });
    (old.as_ref().map(|old| detach(old, id)), attach)
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
