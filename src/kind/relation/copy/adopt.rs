//! An index or key of a partition's own that becomes the copy of its parent's.

use crate::id::Id;
use crate::kind::relation::attached::Attached;
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::copy::{self, of_table};
use crate::kind::relation::index::Index;
use crate::kind::relation::lineage::{becomes_partition, is_partitioned, parents};
use crate::kind::{Attrs, Kind, Member, Sides, name};
use crate::sql::quote::{ident, qualified};
use crate::step::Step;

/// The index or key of its parent's that an index or key of a partition, which is not in the declaration any more, becomes
/// the copy of.
pub(in crate::kind) fn adopted(id: &Id, cx: &Sides<'_>) -> Option<Id> {
    if cx.desired.get(id).is_some() {
        return None;
    }
    let attrs = &cx.current.get(id)?.attrs;
    find(id, cx, &|new| is_taken(attrs, id, new, cx))
}

/// The index or key of its parent's that an index or key of a partition would become the copy of, though the
/// declaration wants both: it makes room, and is made again when the copy is there.
fn displaced(id: &Id, cx: &Sides<'_>) -> Option<Id> {
    let attrs = &cx.current.get(id).filter(|_| cx.desired.get(id).is_some())?.attrs;
    let is_taken = |new: &Id| is_taken(attrs, id, new, cx);
    find(id, cx, &|new| is_taken(new) || comes(id, new, cx) && backs(attrs, new, cx))
}

/// The index or key of its parent's that is made before an index or key of a partition, which PostgreSQL would take for
/// its copy otherwise.
pub(in crate::kind) fn rival(id: &Id, cx: &Sides<'_>) -> Option<Id> {
    let attrs = &cx.desired.get(id)?.attrs;
    find(id, cx, &|new| equals(attrs, new, cx) || backs(attrs, new, cx))
}

/// All that make room when a table becomes a partition.
pub(in crate::kind) fn displaced_on(table: &Id, cx: &Sides<'_>) -> Vec<Id> {
    let all = of_table(table, cx.current).map(|(id, _)| id);
    all.filter(|id| displaced(id, cx).is_some()).cloned().collect()
}

/// All on partitions that make room when an index or key of the parent's is made, or is completed.
pub(in crate::kind) fn displaced_by(new: &Id, cx: &Sides<'_>) -> Vec<Id> {
    let table = new.ancestor(Kind::Table, 2);
    if !is_partitioned(&table, cx.desired) {
        return Vec::new();
    }
    let on = |partition: &Id| {
        let all = of_table(partition, cx.current).map(|(id, _)| id);
        let found = all.filter(|id| displaced(id, cx).as_ref() == Some(new));
        found.cloned().collect::<Vec<_>>()
    };
    copy::partitions(&table, cx.desired).iter().flat_map(on).collect()
}

/// The statements that make room for a copy: the index or key is renamed and becomes the copy itself, where nothing else
/// can; otherwise it is dropped, as `None` says.
pub(in crate::kind) fn make_room(
    id: &Id,
    usual: Option<String>,
    cx: &Sides<'_>,
) -> Option<Vec<Step>> {
    let original = displaced(id, cx)?;
    let table = id.ancestor(Kind::Table, 2);
    let taken = of_table(&table, cx.current)
        .filter(|(id, object)| is_taken(&object.attrs, id, &original, cx));
    // One that is not in the declaration any more becomes the copy before one that is.
    if taken.map(|(id, _)| id).min_by_key(|id| (cx.desired.get(id).is_some(), *id)) != Some(id) {
        return None;
    }
    let usual = usual.unwrap_or_else(|| name::object_name(table.name(), Some("expr"), "idx"));
    let index = qualified(id.first(), id.name());
    let name = ident(&super::free(&usual, cx));
    Some(vec![Step::new(format!("ALTER INDEX {index} RENAME TO {name}"))])
}

/// Whether an index of the parent's comes to a partition: with the table, because it is made, or because it is completed.
fn comes(id: &Id, new: &Id, cx: &Sides<'_>) -> bool {
    becomes_partition(&id.ancestor(Kind::Table, 2), cx)
        || copy::becomes_complete(new, cx)
        || cx.current.get(new).is_none()
}

/// Whether PostgreSQL takes an index or key for the copy of its parent's in place of building another
/// (`CompareIndexInfo`, DefineIndex; `AttachPartitionEnsureIndexes`).
fn is_taken(attrs: &Attrs, id: &Id, new: &Id, cx: &Sides<'_>) -> bool {
    let completed = || match (attrs, cx.desired.attrs::<Constraint>(new)) {
        (Attrs::Index(own), Some(key)) => copy::becomes_complete(new, cx) && key.takes(own),
        _ => false,
    };
    comes(id, new, cx) && equals(attrs, new, cx) || completed()
}

/// Whether an index or key is like one of a parent's.
fn equals(attrs: &Attrs, new: &Id, cx: &Sides<'_>) -> bool {
    match attrs {
        Attrs::Constraint(own) => {
            let key = cx.desired.attrs::<Constraint>(new);
            key.is_some_and(|key| key.is_key_like(own))
        }
        Attrs::Index(own) => {
            let index = cx.desired.attrs::<Index>(new);
            index.is_some_and(|index| index.is_copy_of(own))
        }
        _ => false,
    }
}

/// Whether the index of a key can be the copy of a unique index of a parent's; the key cannot have two.
fn backs(attrs: &Attrs, new: &Id, cx: &Sides<'_>) -> bool {
    match (Constraint::downcast(attrs), cx.desired.attrs::<Index>(new)) {
        (Some(own), Some(index)) => own.takes(index),
        _ => false,
    }
}

/// The index or key of a parent's that fits, unless something else is said to be its copy.
fn find(id: &Id, cx: &Sides<'_>, fits: &dyn Fn(&Id) -> bool) -> Option<Id> {
    let table = id.ancestor(Kind::Table, 2);
    let other = |new: &Id| {
        let copy = cx.desired.attrs::<Attached>(&table.child(Kind::Attached, new.name()));
        let said = copy
            .map(|copy| [Kind::Constraint, Kind::Index].map(|kind| table.child(kind, copy.name())));
        said.is_some_and(|said| said.iter().any(|copy| cx.desired.get(copy).is_some()))
    };
    parents(&table, cx.desired).iter().find_map(|parent| {
        let mut all = of_table(parent, cx.desired).map(|(new, _)| new);
        all.find(|new| fits(new) && !other(new)).cloned()
    })
}

/// The indexes and keys of a partition's parents that were there: the names of their copies are not
/// known.
pub(in crate::kind) fn copied(id: &Id, cx: &Sides<'_>) -> Vec<Id> {
    let parents = parents(&id.ancestor(Kind::Table, 2), cx.current);
    let of =
        |parent: &Id| of_table(parent, cx.current).map(|(id, _)| id.clone()).collect::<Vec<_>>();
    parents.iter().flat_map(of).collect()
}
