//! Which table has what from which: partitions and their parents, tables and what inherits from them. Every kind asks
//! here; nothing else walks from a table to its parents or children.

mod effective;
mod left;
mod partition_of;

pub(in crate::kind) use effective::{
    ancestors, checks, columns, inherited, origins, shared, shared_below,
};
pub(crate) use effective::{columns_above, inherited_columns};
pub(in crate::kind) use left::{gone, kept, left, of_parents, stays_as_it_is};
pub(crate) use partition_of::PartitionOf;

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::abilities::Child;
use crate::kind::{Cx, Kind, Sides};
use crate::leaf::Sql;
use crate::sql::refs::references;
use crate::sql::tree::Class;

/// Levels of parents. PostgreSQL has no number for it, and its planner recurses over them.
pub(crate) const LEVELS: usize = 200;

/// A table, also a foreign one, as the child that it may be.
fn child<'a>(table: &Id, catalog: &'a Catalog) -> Option<&'a dyn Child> {
    let kinds = [Kind::Table, Kind::ForeignTable].into_iter();
    let mut found = kinds.filter_map(|kind| catalog.get(&table.as_kind(kind)));
    found.find_map(|object| object.attrs.as_child())
}

/// The tables whose columns a table has: the parent of a partition, or what it inherits from.
pub(crate) fn parents(table: &Id, catalog: &Catalog) -> Vec<Id> {
    let Some(child) = child(table, catalog) else { return Vec::new() };
    let names = child.partition_of().map(|of| &of.parent).into_iter().chain(child.inherits());
    names.map(|name| Id::new(Kind::Table, name.path())).collect()
}

/// Whether a table has columns of another.
pub(in crate::kind) fn has_parents(table: &Id, catalog: &Catalog) -> bool {
    let has = |child: &dyn Child| child.partition_of().is_some() || !child.inherits().is_empty();
    child(table, catalog).is_some_and(has)
}

/// A table and all that it has columns of, the nearest first, those of the first parent before those of the
/// second, as PostgreSQL merges them (`MergeAttributes`, tablecmds.c); no further than tables may inherit.
pub(in crate::kind) fn line<'a>(
    table: &Id,
    catalog: &'a Catalog,
) -> impl Iterator<Item = Id> + use<'a> {
    let mut seen = BTreeSet::new();
    let mut open = vec![(table.clone(), 0)];
    std::iter::from_fn(move || {
        loop {
            let (next, level) = open.pop()?;
            if level <= LEVELS && seen.insert(next.clone()) {
                let parents = parents(&next, catalog).into_iter().rev();
                open.extend(parents.map(|parent| (parent, level + 1)));
                return Some(next);
            }
        }
    })
}

/// Whether the rows of the table that an object lives in are elsewhere: whether it is a foreign table.
pub(in crate::kind) fn is_foreign(id: &Id, cx: &Sides<'_>) -> bool {
    let table = id.ancestor(Kind::ForeignTable, 2);
    [cx.desired, cx.current].iter().any(|side| side.get(&table).is_some())
}

/// What one of a table's own is inherited from on one side, where the tables of both stay.
pub(in crate::kind) fn beside(id: &Id, side: &Catalog, cx: &Cx<'_>) -> Vec<Id> {
    let stays = |of: &Id| cx.stays(&of.ancestor(Kind::Table, 2));
    if !stays(id) {
        return Vec::new();
    }
    origins(id, side).map(|(_, of)| of).filter(stays).collect()
}

/// Whether a table is a partition.
pub(in crate::kind) fn is_partition(table: &Id, catalog: &Catalog) -> Option<bool> {
    child(table, catalog).map(|child| child.partition_of().is_some())
}

/// The tables of a catalog that have parents.
pub(in crate::kind) fn children(catalog: &Catalog) -> impl Iterator<Item = Id> + '_ {
    let all = [Kind::Table, Kind::ForeignTable].into_iter();
    all.flat_map(|kind| catalog.below(kind, &[]))
        .filter(|(_, object)| object.attrs.as_child().is_some_and(Child::is_open))
        .map(|(id, _)| id.as_kind(Kind::Table))
}

/// The tables that have columns of a table, of its children and so on, foreign ones too.
pub(in crate::kind) fn below(table: &Id, catalog: &Catalog) -> Vec<Id> {
    let mut found = Vec::new();
    let mut open = vec![table.clone()];
    while let Some(parent) = open.pop() {
        for child in children(catalog).filter(|child| parents(child, catalog).contains(&parent)) {
            if !found.contains(&child) {
                found.push(child.clone());
                open.push(child);
            }
        }
    }
    found
}

/// The key by which a table's rows fall into partitions.
pub(in crate::kind) fn partition_key<'a>(table: &Id, catalog: &'a Catalog) -> Option<&'a Sql> {
    child(table, catalog)?.partition_key()
}

/// Whether a table says itself what logical replication knows its rows by.
pub(in crate::kind) fn says_replica_identity(table: &Id, catalog: &Catalog) -> bool {
    child(table, catalog).is_some_and(Child::says_replica_identity)
}

/// Whether a table's rows fall into partitions.
pub(in crate::kind) fn is_partitioned(table: &Id, catalog: &Catalog) -> bool {
    partition_key(table, catalog).is_some()
}

/// The column by which a table's rows fall into partitions and that a key overlooks, as PostgreSQL allows no
/// key to (`CREATE TABLE`: "all the partition key columns").
pub(in crate::kind) fn overlooked(
    table: &Id,
    catalog: &Catalog,
    overlooks: impl Fn(&str) -> bool,
) -> Option<String> {
    let key = partition_key(table, catalog)?;
    let mut columns = references(Class::PartitionKey, &key.text).ok()?.columns.into_iter();
    let column =
        columns.find_map(|parts| parts.into_iter().last().filter(|name| overlooks(name)))?;
    let table = table.dotted();
    Some(format!(
        "unique constraints and indexes on partitioned table {table} must include partition key column {column}: \
         add {column} to it, or drop it"
    ))
}

/// The table whose rows fall into partitions by a column, of those that have it: its own, or one
/// that inherits it.
pub(in crate::kind) fn partitioned_by(column: &Id, catalog: &Catalog) -> Option<Id> {
    let mut open = vec![column.ancestor(Kind::Table, 2)];
    while let Some(table) = open.pop() {
        catalog.get(&table)?;
        let key = partition_key(&table, catalog);
        let refs = key.and_then(|key| references(Class::PartitionKey, &key.text).ok());
        let name = column.name();
        if refs.is_some_and(|refs| refs.columns.iter().any(|parts| parts == &[name])) {
            return Some(table);
        }
        let all = catalog.below(Kind::Table, &[]).map(|(child, _)| child);
        open.extend(all.filter(|child| parents(child, catalog).contains(&table)).cloned());
    }
    None
}

/// Whether a table that stands alone is attached to a parent, which then has its columns.
pub(in crate::kind) fn becomes_partition(table: &Id, cx: &Sides<'_>) -> bool {
    is_partition(table, cx.current) == Some(false) && is_partition(table, cx.desired) == Some(true)
}

/// Whether a table is attached to a parent that it did not have; it is made to fit then.
pub(in crate::kind) fn is_attached(table: &Id, cx: &Sides<'_>) -> bool {
    let (Some(old), Some(new)) = (child(table, cx.current), child(table, cx.desired)) else {
        return false;
    };
    arrives(old.partition_of(), new.partition_of()).is_some()
}

/// The parent of which a partition is detached; what it had from there stays with it.
pub(in crate::kind) fn detached_from(table: &Id, cx: &Sides<'_>) -> Option<Id> {
    let old = child(table, cx.current)?.partition_of()?;
    (is_partition(table, cx.desired) == Some(false)).then(|| old.table())
}

/// The parent that a table gets and did not have before.
pub(in crate::kind) fn arrives(old: Option<&PartitionOf>, new: Option<&PartitionOf>) -> Option<Id> {
    let new = new.filter(|_| !moves_within(old, new) && old != new)?;
    Some(new.table())
}

/// Whether a table stays with its parent and gets other rows.
pub(in crate::kind) fn moves_within(old: Option<&PartitionOf>, new: Option<&PartitionOf>) -> bool {
    let parent = |of: Option<&PartitionOf>| of.map(|of| of.parent.clone());
    old != new && parent(old) == parent(new)
}
