//! An index or key of a partition's own that becomes the copy of its parent's.

use crate::id::Id;
use crate::kind::relation::attached::Attached;
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::copy;
use crate::kind::relation::index::Index;
use crate::kind::relation::lineage::{becomes_partition, parents};
use crate::kind::{Attrs, Kind, Sides};

/// Whether an index or constraint of a partition becomes the copy of an equal one of its parent's that
/// comes, is completed, or gets the table: PostgreSQL takes it in place of building another
/// (`CompareIndexInfo`, DefineIndex; `AttachPartitionEnsureIndexes`).
pub(in crate::kind) fn adopted(attrs: &Attrs, id: &Id, cx: &Sides<'_>) -> Option<Id> {
    if cx.desired.get(id).is_some() {
        return None;
    }
    let table = id.ancestor(Kind::Table, 2);
    let arrives = becomes_partition(&table, cx);
    // Where something else is said to be the copy, this one is not.
    let other = |new: &Id| {
        let copy = cx.desired.attrs::<Attached>(&table.child(Kind::Attached, new.name()));
        let said = copy
            .map(|copy| [Kind::Constraint, Kind::Index].map(|kind| table.child(kind, copy.name())));
        said.is_some_and(|said| said.iter().any(|copy| cx.desired.get(copy).is_some()))
    };
    let fits = |new: &Id| {
        let completed = copy::becomes_complete(new, cx);
        let comes = arrives || completed || cx.current.get(new).is_none();
        let key = cx.desired.attrs::<Constraint>(new);
        let index = cx.desired.attrs::<Index>(new);
        match attrs {
            Attrs::Constraint(own) => comes && key.is_some_and(|key| key.is_key_like(own)),
            Attrs::Index(own) => {
                completed && key.is_some_and(|key| key.takes(own))
                    || comes && index.is_some_and(|index| index.is_copy_of(own))
            }
            _ => false,
        }
    };
    parents(&table, cx.desired).iter().find_map(|parent| {
        let mut all = [Kind::Constraint, Kind::Index]
            .into_iter()
            .flat_map(|kind| cx.desired.below(kind, &parent.path));
        all.find(|(new, _)| fits(new) && !other(new)).map(|(new, _)| new.clone())
    })
}

/// The indexes and keys of a partition's parents that were there: the names of their copies are not
/// known.
pub(in crate::kind) fn copied(id: &Id, cx: &Sides<'_>) -> Vec<Id> {
    let parents = parents(&id.ancestor(Kind::Table, 2), cx.current);
    let of = |parent: &Id| {
        let kinds = [Kind::Index, Kind::Constraint];
        let all = kinds.map(|kind| cx.current.below(kind, &parent.path).map(|(id, _)| id.clone()));
        all.into_iter().flatten().collect::<Vec<_>>()
    };
    parents.iter().flat_map(of).collect()
}
