//! How a table gets parents and leaves them: ATTACH and DETACH PARTITION, INHERIT and NO INHERIT. What it has of its
//! parents before and after is told by [`lineage`]; the statements are what is between.

mod fit;
mod inherit;
mod leave;
mod unlike;

pub(in crate::kind) use fit::steps as fit;
pub(in crate::kind) use inherit::steps as inherit;
pub(in crate::kind) use leave::steps as leave;

pub(super) use unlike::obstacle as unlike;

use super::Table;
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::relation::lineage::{self, PartitionOf, arrives, moves_within};
use crate::kind::{Kind, Sides};
use crate::sql::quote::qualified;
use crate::step::Step;

/// Whether a table leaves its parent, for another or for none.
pub(super) fn leaves(old: &Table, new: &Table) -> bool {
    let (old, new) = (&old.partition_of, &new.partition_of);
    old.is_some() && old != new && !moves_within(old.as_ref(), new.as_ref())
}

/// The columns and checks of the parent that a table gets: as it hands them down the table must have
/// them.
pub(super) fn inherited(id: &Id, cx: &Sides<'_>) -> Vec<Id> {
    let of = |side: &Catalog| side.attrs::<Table>(id).and_then(|table| table.partition_of.clone());
    let Some(parent) = arrives(of(cx.current).as_ref(), of(cx.desired).as_ref()) else {
        return Vec::new();
    };
    let columns = lineage::columns(&parent, cx.desired).into_values();
    let all = columns.chain(lineage::checks(&parent, cx.desired).into_values());
    all.map(|effective| effective.of).collect()
}

/// Detaches a table that is to get other rows, so that another may get those that it had.
pub(crate) fn detach_first(
    old: &Option<PartitionOf>,
    new: &Option<PartitionOf>,
    id: &Id,
) -> Vec<Step> {
    let old = old.as_ref().filter(|_| moves_within(old.as_ref(), new.as_ref()));
    old.map(|old| detach(old, id)).into_iter().collect()
}

fn detach(old: &PartitionOf, id: &Id) -> Step {
    let (parent, child) = (old.parent.sql(), qualified(&id.path[0], &id.path[1]));
    Step::new(format!("ALTER TABLE {parent} DETACH PARTITION {child}"))
}

/// The tables that inherit from a table until it becomes a partition: no other table may inherit from one
/// (`ATExecAttachPartition`).
pub(super) fn leavers(id: &Id, cx: &Sides<'_>) -> Vec<Id> {
    if !lineage::is_attached(id, cx) {
        return Vec::new();
    }
    let is_child = |child: &Id, side: &Catalog| lineage::parents(child, side).contains(id);
    let all = lineage::children(cx.current);
    all.filter(|child| is_child(child, cx.current) && !is_child(child, cx.desired)).collect()
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
