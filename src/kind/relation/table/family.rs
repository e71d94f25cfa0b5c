//! Which tables have columns of which: partitions and their parents, tables and their heirs; and what comes
//! of it for their indexes and keys.

use super::Table;
use super::partition::{self, PartitionOf};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::abilities;
use crate::kind::foreign::foreign_table::ForeignTable;
use crate::kind::relation::attached::Attached;
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::copy;
use crate::kind::relation::index::Index;
use crate::kind::{Attrs, Kind, Sides};
use crate::leaf::{List, Qualified};
use crate::sql::refs::references;
use crate::sql::tree::Class;

/// The tables whose columns a table has: the parent of a partition, or what it inherits from.
pub(in crate::kind) fn parents(table: &Id, catalog: &Catalog) -> Vec<Id> {
    let Some((of, inherits)) = ancestry(table, catalog) else { return Vec::new() };
    let names = of.iter().map(|of| &of.parent).chain(&inherits.0);
    names.map(|name| Id::new(Kind::Table, name.path())).collect()
}

/// Where a table's columns come from, also a foreign table's.
fn ancestry<'a>(
    table: &Id,
    catalog: &'a Catalog,
) -> Option<(&'a Option<PartitionOf>, &'a List<Qualified>)> {
    let own = catalog.attrs::<Table>(table).map(|table| (&table.partition_of, &table.inherits));
    own.or_else(|| {
        let table = catalog.attrs::<ForeignTable>(&table.as_kind(Kind::ForeignTable))?;
        Some((&table.partition_of, &table.inherits))
    })
}

/// Whether a table is a partition.
pub(in crate::kind) fn is_partition(table: &Id, catalog: &Catalog) -> Option<bool> {
    ancestry(table, catalog).map(|(of, _)| of.is_some())
}

/// The tables of a catalog that have columns of others.
pub(in crate::kind) fn heirs(catalog: &Catalog) -> impl Iterator<Item = Id> + '_ {
    let all = [Kind::Table, Kind::ForeignTable].into_iter();
    all.flat_map(|kind| catalog.below(kind, &[]))
        .filter(|(_, object)| object.attrs.as_child().is_some_and(abilities::Child::is_open))
        .map(|(id, _)| id.as_kind(Kind::Table))
}

/// The tables that have columns of a table, of its heirs and so on, foreign ones too.
pub(in crate::kind) fn below(table: &Id, catalog: &Catalog) -> Vec<Id> {
    let mut found = Vec::new();
    let mut open = vec![table.clone()];
    while let Some(parent) = open.pop() {
        for heir in heirs(catalog).filter(|heir| parents(heir, catalog).contains(&parent)) {
            if !found.contains(&heir) {
                found.push(heir.clone());
                open.push(heir);
            }
        }
    }
    found
}

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

/// Whether a table or one that inherits from it has a check.
pub(in crate::kind) fn has_check(table: &Id, cx: &Sides<'_>) -> bool {
    let of = |table: &Id| {
        let mut all = cx.current.below(Kind::Constraint, &table.path);
        all.any(|(id, _)| cx.current.attrs::<Constraint>(id).is_some_and(Constraint::is_check))
    };
    let mut heirs = heirs(cx.current);
    of(table)
        || heirs.any(|heir| parents(&heir, cx.current).contains(table) && has_check(&heir, cx))
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

/// Whether a table says itself what logical replication knows its rows by.
pub(in crate::kind) fn says_identity(table: &Id, cx: &Sides<'_>) -> bool {
    cx.desired.attrs::<Table>(table).is_some_and(|table| table.replica_identity.is_some())
}

/// Whether a table's rows fall into partitions.
pub(in crate::kind) fn is_partitioned(table: &Id, catalog: &Catalog) -> bool {
    catalog.attrs::<Table>(table).is_some_and(|table| table.partition_by.is_some())
}

/// The column by which a table's rows fall into partitions and that a key overlooks, as PostgreSQL allows no
/// key to (`CREATE TABLE`: "all the partition key columns").
pub(in crate::kind) fn overlooked(
    table: &Id,
    catalog: &Catalog,
    overlooks: impl Fn(&str) -> bool,
) -> Option<String> {
    let key = catalog.attrs::<Table>(table)?.partition_by.as_ref()?;
    let mut columns = references(Class::PartitionKey, &key.text).ok()?.columns.into_iter();
    let column =
        columns.find_map(|parts| parts.into_iter().last().filter(|name| overlooks(name)))?;
    let table = table.dotted();
    Some(format!(
        "it is to forbid equal rows in {table}, so that it must have the column {column} too, by which they \
         fall into partitions"
    ))
}

/// The table whose rows fall into partitions by a column, of those that have it: its own, or one
/// that inherits it.
pub(in crate::kind) fn partitioned_by(column: &Id, catalog: &Catalog) -> Option<Id> {
    let mut open = vec![column.ancestor(Kind::Table, 2)];
    while let Some(table) = open.pop() {
        let key = catalog.attrs::<Table>(&table)?.partition_by.as_ref();
        let refs = key.and_then(|key| references(Class::PartitionKey, &key.text).ok());
        let name = column.name();
        if refs.is_some_and(|refs| refs.columns.iter().any(|parts| parts == &[name])) {
            return Some(table);
        }
        let heirs = catalog.below(Kind::Table, &[]).map(|(heir, _)| heir);
        open.extend(heirs.filter(|heir| parents(heir, catalog).contains(&table)).cloned());
    }
    None
}

/// Whether a table that stands alone is attached to a parent, which then has its columns.
pub(in crate::kind) fn becomes_partition(table: &Id, cx: &Sides<'_>) -> bool {
    is_partition(table, cx.current) == Some(false) && is_partition(table, cx.desired) == Some(true)
}

/// Whether a table is attached to a parent that it did not have; it is made to fit then.
pub(in crate::kind) fn arrives(table: &Id, cx: &Sides<'_>) -> bool {
    let of = |side| ancestry(table, side).map(|(of, _)| of);
    let (Some(old), Some(new)) = (of(cx.current), of(cx.desired)) else { return false };
    partition::arrives(old, new).is_some()
}

/// The parent of which a partition is detached; what it had from there stays with it.
pub(in crate::kind) fn detached_from(table: &Id, cx: &Sides<'_>) -> Option<Id> {
    let old = ancestry(table, cx.current)?.0.as_ref()?;
    let detached = is_partition(table, cx.desired) == Some(false);
    detached.then(|| Id::new(Kind::Table, old.parent.path()))
}
