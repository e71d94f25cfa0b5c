//! Copies: the indexes and keys of partitions that belong to one of their parent's. PostgreSQL makes
//! them with the parent's, with the partition, or takes an equal one that is there; an index that was
//! made ON ONLY the parent is not complete until each partition has one
//! (<https://www.postgresql.org/docs/current/ddl-partitioning.html>).

pub(super) mod left;

use super::attached::Attached;
use super::constraint::Constraint;
use super::index::Index;
use super::{Alter, Cx, Id, Kind, Member};
use crate::catalog::Catalog;
use crate::leaf::{Item, Name, Sql};
use crate::sql::quote::{ident, qualified};
use crate::sql::scan;
use crate::step::Step;

/// A condition on index `i` of relation `ic` that holds if a partition has no copy of it.
pub(super) const INCOMPLETE: &str = "NOT i.indisvalid AND ic.relkind = 'I' AND EXISTS (\
     SELECT FROM pg_inherits ph WHERE ph.inhparent = i.indrelid AND NOT EXISTS (\
       SELECT FROM pg_inherits ch JOIN pg_index ci ON ci.indexrelid = ch.inhrelid \
       WHERE ch.inhparent = i.indexrelid AND ci.indrelid = ph.inhrelid))";

/// The partitions of a table.
pub(super) fn partitions(table: &Id, catalog: &Catalog) -> Vec<Id> {
    let all = catalog.below(Kind::Table, &[]);
    all.filter(|(_, object)| object.attrs.partition_parent().as_ref() == Some(table))
        .map(|(id, _)| id.clone())
        .collect()
}

/// What a copy is a copy of: an index, or the index of a key, of the table's parent.
pub(super) fn originals(attached: &Id, catalog: &Catalog) -> Vec<Id> {
    let table = attached.ancestor(Kind::Table, 2);
    let parents = super::table::parents(&table, catalog);
    let ids = parents.iter().flat_map(|parent| {
        [Kind::Index, Kind::Constraint].map(|kind| parent.child(kind, attached.name()))
    });
    ids.filter(|id| catalog.get(id).is_some()).collect()
}

/// The name that PostgreSQL chooses for a partition's copy of an index or key that every partition has.
pub(super) fn usual_name(original: &Id, partition: &Id, catalog: &Catalog) -> Option<String> {
    let attrs = &catalog.get(original)?.attrs;
    if let Some(index) = Index::peel(attrs).filter(|index| !index.is_only()) {
        return index.usual_name(partition);
    }
    let key = Constraint::peel(attrs).filter(|key| !key.is_only())?;
    Some(key.usual_name(partition))
}

/// The index of the parent whose copy an index or key of a partition's own is, by its name.
pub(super) fn copy_of(id: &Id, catalog: &Catalog) -> Option<Id> {
    let (attached, _) = catalog.below(Kind::Attached, &id.path[..2]).find(|(attached, _)| {
        catalog.attrs::<Attached>(attached).is_some_and(|copy| copy.name() == id.name())
    })?;
    originals(attached, catalog).into_iter().next()
}

/// The keys of partitions, declared there, that are copies of an index.
pub(super) fn keys_of(index: &Id, catalog: &Catalog) -> Vec<Id> {
    let table = index.ancestor(Kind::Table, 2);
    let keys = partitions(&table, catalog).into_iter().filter_map(|partition| {
        let copy = catalog.attrs::<Attached>(&partition.child(Kind::Attached, index.name()))?;
        Some(partition.child(Kind::Constraint, copy.name()))
    });
    keys.filter(|key| catalog.get(key).is_some()).collect()
}

/// Whether keys of a new partition are to be the copies of indexes that its parent has already: with
/// CREATE TABLE ... PARTITION OF these would get copies of their own.
pub(super) fn keys_first(table: &Id, inner: &[String], cx: &Cx<'_>) -> bool {
    let keys = cx.desired.below(Kind::Constraint, &table.path).any(|(key, _)| {
        copy_of(key, cx.desired)
            .is_some_and(|of| of.kind == Kind::Index && cx.current.get(&of).is_some())
    });
    keys && inner.iter().all(|clause| clause.starts_with("CONSTRAINT "))
}

/// Whether an index or key is on every partition after, and not before.
pub(super) fn becomes_complete(id: &Id, cx: &Cx<'_>) -> bool {
    let only = |catalog: &Catalog| {
        let object = catalog.get(id)?;
        let index = Index::peel(&object.attrs).map(Index::is_only);
        index.or_else(|| Constraint::peel(&object.attrs).map(Constraint::is_only))
    };
    only(cx.current) == Some(true) && only(cx.desired) == Some(false)
}

/// Gives each partition that has none its copy of an index or key. `equal` finds what is there
/// already on a partition and can be taken, with the step that makes it fit; `made` is the
/// statement that makes one of a name.
pub(super) fn complete(
    id: &Id,
    cx: &Cx<'_>,
    usual: &dyn Fn(&Id) -> String,
    equal: &dyn Fn(&Id) -> Option<(String, Vec<Step>)>,
    made: &dyn Fn(&Id, &str) -> Step,
) -> Vec<Step> {
    let table = id.ancestor(Kind::Table, 2);
    let mut steps = Vec::new();
    for partition in partitions(&table, cx.current) {
        let attached = partition.child(Kind::Attached, id.name());
        let stays = super::table::parents(&partition, cx.desired).contains(&table);
        if cx.current.get(&attached).is_some() || !stays {
            continue;
        }
        let mut rename = Vec::new();
        let name = match equal(&partition) {
            Some((name, fits)) => {
                steps.extend(fits);
                let own = partition.child(Kind::Index, &name);
                rename = renamed(&own, Some(usual(&partition)), cx);
                name
            }
            None => {
                let wanted = cx.desired.attrs::<Attached>(&attached);
                let name =
                    wanted.map_or_else(|| free(&usual(&partition), cx), |w| w.name().to_owned());
                steps.push(made(&partition, &name));
                name
            }
        };
        steps.push(attach(id, &partition, &name));
        steps.extend(rename);
    }
    steps
}

/// The statement that makes an index of a partition the copy of its parent's.
pub(super) fn attach(original: &Id, partition: &Id, name: &str) -> Step {
    Step::new(format!(
        "ALTER INDEX {} ATTACH PARTITION {}",
        qualified(original.first(), original.name()),
        qualified(partition.first(), name)
    ))
}

/// The statement that gives an index that becomes a copy the name that PostgreSQL would have
/// chosen, where nobody names it and that name is free.
pub(super) fn rename_adopted(
    id: &Id,
    original: &Id,
    usual: Option<String>,
    cx: &Cx<'_>,
) -> Vec<Step> {
    // What completes its parent's is renamed there.
    if becomes_complete(original, cx) {
        return Vec::new();
    }
    renamed(id, usual, cx)
}

fn renamed(id: &Id, usual: Option<String>, cx: &Cx<'_>) -> Vec<Step> {
    let Some(usual) = usual.filter(|usual| usual != id.name()) else { return Vec::new() };
    if copy_of(id, cx.desired).is_some() || free(&usual, cx) != usual {
        return Vec::new();
    }
    let index = qualified(&id.path[0], id.name());
    vec![Step::new(format!("ALTER INDEX {index} RENAME TO {}", ident(&usual)))]
}

/// The index or constraint of the former parent that left its copy when a table was detached; one
/// that goes takes its copy along.
pub(super) fn detached(id: &Id, cx: &Cx<'_>, equal: &dyn Fn(&Id) -> bool) -> Option<Id> {
    let parent = super::table::detached_from(&id.ancestor(Kind::Table, 2), cx)?;
    let mut all = cx.current.below(id.kind, &parent.path);
    all.find(|(old, _)| stays(old, cx) && equal(old)).map(|(old, _)| old.clone())
}

/// Whether an index or constraint is neither dropped nor made again.
fn stays(old: &Id, cx: &Cx<'_>) -> bool {
    match (cx.current.get(old), cx.desired.get(old)) {
        (Some(there), Some(kept)) => {
            there.attrs == kept.attrs
                || !matches!(kept.attrs.alter(&there.attrs, old, cx), Alter::Replace)
        }
        _ => false,
    }
}

/// The statement that gives a copy that a table keeps when it is detached the name that is wanted.
pub(super) fn rename_detached(
    id: &Id,
    original: &Id,
    usual: Option<String>,
    cx: &Cx<'_>,
) -> Vec<Step> {
    let attached = id.ancestor(Kind::Table, 2).child(Kind::Attached, original.name());
    let known = cx.current.attrs::<Attached>(&attached).map(|copy| copy.name().to_owned());
    let Some(name) = known.or(usual).filter(|name| name != id.name()) else { return Vec::new() };
    let index = qualified(&id.path[0], &name);
    vec![Step::new(format!("ALTER INDEX {index} RENAME TO {}", ident(id.name())))]
}

/// A name that nothing has on either side, counted up as PostgreSQL does (`ChooseRelationName`).
fn free(name: &str, cx: &Cx<'_>) -> String {
    let taken =
        |name: &str| [cx.current, cx.desired].iter().any(|side| side.occupied("relation", &[name]));
    let mut found = name.to_owned();
    let mut pass = 0;
    while taken(&found) {
        pass += 1;
        found = format!("{name}{pass}");
    }
    found
}

/// The plain name in the element of an index: the column, without collation, class and order.
pub(super) fn column_of(element: &Sql) -> Option<String> {
    let tokens = scan::tokens(&element.text).ok()?;
    let plain = !tokens.iter().any(|token| token.is("("));
    let first = tokens.first().filter(|_| plain)?;
    Name::read(&element.text[first.start..first.end]).ok().map(|name| name.0)
}
