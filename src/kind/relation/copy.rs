//! Copies: the indexes and keys of partitions that belong to one of their parent's. PostgreSQL makes
//! them with the parent's, with the partition, or takes an equal one that is there; an index that was
//! made ON ONLY the parent is not complete until each partition has one
//! (<https://www.postgresql.org/docs/current/ddl-partitioning.html>).

mod adopt;
pub(in crate::kind) mod left;

pub(in crate::kind) use adopt::{adopted, copied, displaced_by, displaced_on, make_room, rival};

use crate::catalog::{Catalog, Object};
use crate::kind::relation::attached::Attached;
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::index::Index;
use crate::kind::relation::lineage;
use crate::kind::{Cx, Id, Kind, Member, Sides, abilities};
use crate::leaf::{Item, Name, Sql};
use crate::sql::quote::{ident, qualified};
use crate::sql::scan;
use crate::step::{Block, Step};

/// A condition on index `i` of relation `ic` that holds if a partition, at any level, has no copy of it.
pub(in crate::kind) const INCOMPLETE: &str = "NOT i.indisvalid AND ic.relkind = 'I' AND EXISTS (\
     SELECT FROM pg_partition_tree(i.indrelid) pt WHERE NOT EXISTS (\
       SELECT FROM pg_partition_tree(i.indexrelid) it JOIN pg_index ci ON ci.indexrelid = it.relid \
       WHERE ci.indrelid = pt.relid))";

/// The partitions of a table.
pub(in crate::kind) fn partitions(table: &Id, catalog: &Catalog) -> Vec<Id> {
    let all = catalog.below(Kind::Table, &[]);
    all.filter(|(_, object)| {
        object.attrs.as_child().and_then(abilities::Child::partition_parent).as_ref() == Some(table)
    })
    .map(|(id, _)| id.clone())
    .collect()
}

/// Whether an index is that of a partitioned table, whose parameters PostgreSQL cannot change, and whose
/// copies do not follow it to another tablespace.
pub(in crate::kind) fn is_partitioned(index: &Id, cx: &Sides<'_>) -> bool {
    lineage::is_partitioned(&index.ancestor(Kind::Table, 2), cx.desired)
}

/// What a copy is a copy of in the end: an index, or the index of a key, of the uppermost parent.
pub(in crate::kind) fn original(attached: &Id, catalog: &Catalog) -> Option<Id> {
    let table = attached.ancestor(Kind::Table, 2);
    lineage::parents(&table, catalog).iter().find_map(|parent| {
        let own = [Kind::Index, Kind::Constraint].map(|kind| parent.child(kind, attached.name()));
        if let Some(own) = own.into_iter().find(|own| catalog.get(own).is_some()) {
            return copy_of(&own, catalog).or(Some(own));
        }
        match above(attached, catalog) {
            Some(above) => original(&above, catalog),
            None => above_all(parent, catalog)
                .find(|id| likely_name(id, parent, catalog).as_deref() == Some(attached.name())),
        }
    })
}

/// The copy on the current side of what a copy on the desired side is a copy of, under whatever name the
/// index above it has there.
pub(in crate::kind) fn same(attached: &Id, cx: &Sides<'_>) -> Option<Id> {
    let of = original(attached, cx.desired)?;
    on(&of, &attached.ancestor(Kind::Table, 2), cx.current)
}

/// A table's copy of an index or key, if there is something to say of it.
pub(in crate::kind) fn on(of: &Id, table: &Id, catalog: &Catalog) -> Option<Id> {
    let mut all = catalog.below(Kind::Attached, &table.path).map(|(id, _)| id);
    all.find(|id| original(id, catalog).as_ref() == Some(of)).cloned()
}

/// Whether a table has, by its parents, a copy of an index or key.
pub(in crate::kind) fn is_copied(original: &Id, table: &Id, catalog: &Catalog) -> bool {
    catalog.get(original).is_some() && above_all(table, catalog).any(|id| id == *original)
}

/// The keys and indexes that a table has of its own.
pub(in crate::kind) fn of_table<'a>(
    table: &'a Id,
    catalog: &'a Catalog,
) -> impl Iterator<Item = (&'a Id, &'a Object)> {
    let kinds = [Kind::Constraint, Kind::Index].into_iter();
    kinds.flat_map(|kind| catalog.below(kind, &table.path))
}

/// The keys and indexes of all that a table has columns of.
fn above_all(table: &Id, catalog: &Catalog) -> impl Iterator<Item = Id> {
    let of = |above: Id| of_table(&above, catalog).map(|(id, _)| id.clone()).collect::<Vec<_>>();
    lineage::line(table, catalog).skip(1).flat_map(of)
}

/// The copy of the parent's that a copy is a copy of, if there is something to say of that one.
pub(in crate::kind) fn above(attached: &Id, catalog: &Catalog) -> Option<Id> {
    let table = attached.ancestor(Kind::Table, 2);
    lineage::parents(&table, catalog).iter().find_map(|parent| {
        let mut all = catalog.below(Kind::Attached, &parent.path);
        let called = |copy: &&Attached| copy.name() == attached.name();
        let is_it = |id: &Id| catalog.attrs::<Attached>(id).as_ref().is_some_and(called);
        all.find(|(id, _)| is_it(id)).map(|(id, _)| id.clone())
    })
}

/// The index of the parent itself that a copy is attached to.
pub(in crate::kind) fn parent(attached: &Id, catalog: &Catalog) -> Id {
    let table = attached.ancestor(Kind::Table, 2);
    let parents = lineage::parents(&table, catalog);
    parents.first().unwrap_or(&table).child(Kind::Index, attached.name())
}

/// The name that PostgreSQL chooses for a partition's copy of an index or key, where that is certain.
pub(in crate::kind) fn usual_name(
    original: &Id,
    partition: &Id,
    catalog: &Catalog,
) -> Option<String> {
    let attrs = &catalog.get(original)?.attrs;
    match Index::downcast(attrs) {
        Some(index) => index.usual_name(partition),
        None => Constraint::downcast(attrs).map(|key| key.usual_name(partition)),
    }
}

/// As [`usual_name`], and a good guess where it is not certain.
pub(in crate::kind) fn likely_name(
    original: &Id,
    partition: &Id,
    catalog: &Catalog,
) -> Option<String> {
    let index = catalog.attrs::<Index>(original);
    index
        .and_then(|index| index.likely_name(partition))
        .or_else(|| usual_name(original, partition, catalog))
}

/// Whether PostgreSQL makes the copy, because every partition of the parent has one.
pub(in crate::kind) fn is_given(attached: &Id, catalog: &Catalog) -> bool {
    if let Some(above) = above(attached, catalog) {
        return catalog.attrs::<Attached>(&above).is_some_and(|copy| !copy.is_only());
    }
    let Some(original) = original(attached, catalog) else { return false };
    let of = original.ancestor(Kind::Table, 2);
    let nearest = lineage::parents(&attached.ancestor(Kind::Table, 2), catalog).contains(&of);
    !(nearest && is_only(&original, catalog) == Some(true))
}

/// Whether not every partition has a copy of an index or key.
fn is_only(id: &Id, catalog: &Catalog) -> Option<bool> {
    let attrs = &catalog.get(id)?.attrs;
    let index = Index::downcast(attrs).map(Index::is_only);
    index.or_else(|| Constraint::downcast(attrs).map(Constraint::is_only))
}

/// The index of the parent whose copy an index or key of a partition's own is, by its name.
pub(in crate::kind) fn copy_of(id: &Id, catalog: &Catalog) -> Option<Id> {
    let (attached, _) = catalog.below(Kind::Attached, &id.path[..2]).find(|(attached, _)| {
        catalog.attrs::<Attached>(attached).is_some_and(|copy| copy.name() == id.name())
    })?;
    original(attached, catalog)
}

/// The keys of partitions, declared there, that are copies of an index.
pub(in crate::kind) fn keys_of(index: &Id, catalog: &Catalog) -> Vec<Id> {
    let table = index.ancestor(Kind::Table, 2);
    let keys = partitions(&table, catalog).into_iter().filter_map(|partition| {
        let copy = catalog.attrs::<Attached>(&partition.child(Kind::Attached, index.name()))?;
        Some(partition.child(Kind::Constraint, copy.name()))
    });
    keys.filter(|key| catalog.get(key).is_some()).collect()
}

/// Whether keys of a new partition are to be the copies of indexes that its parent has already: with
/// CREATE TABLE ... PARTITION OF these would get copies of their own.
pub(in crate::kind) fn keys_first(table: &Id, inner: &[String], cx: &Sides<'_>) -> bool {
    let keys = cx.desired.below(Kind::Constraint, &table.path).any(|(key, _)| {
        copy_of(key, cx.desired)
            .is_some_and(|of| of.kind == Kind::Index && cx.current.get(&of).is_some())
    });
    keys && inner.iter().all(|clause| clause.starts_with("CONSTRAINT "))
}

/// Whether an index or key is on every partition after, and not before.
pub(in crate::kind) fn becomes_complete(id: &Id, cx: &Sides<'_>) -> bool {
    is_only(id, cx.current) == Some(true) && is_only(id, cx.desired) == Some(false)
}

/// Gives each partition that has none its copy of an index or key. `equal` finds what is there
/// already on a partition and can be taken, with the step that makes it fit; `made` are the
/// statements that make one of a name. In use, each partition is done for itself.
pub(in crate::kind) fn complete(
    id: &Id,
    cx: &Sides<'_>,
    usual: &dyn Fn(&Id) -> String,
    equal: &dyn Fn(&Id) -> Option<(String, Vec<Step>)>,
    made: &dyn Fn(&Id, &str) -> Vec<Step>,
) -> Vec<Step> {
    let table = id.ancestor(Kind::Table, 2);
    let apart = |step: Step| {
        if cx.is_in_use(id) { step.late().block(Block::Apart) } else { step }
    };
    let mut steps = Vec::new();
    for partition in partitions(&table, cx.current) {
        let attached = partition.child(Kind::Attached, id.name());
        let stays = lineage::parents(&partition, cx.desired).contains(&table);
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
                steps.extend(made(&partition, &name));
                name
            }
        };
        steps.push(apart(attach(id, &partition, &name)));
        steps.extend(rename);
    }
    steps
}

/// The statement that makes an index of a partition the copy of its parent's.
pub(in crate::kind) fn attach(original: &Id, partition: &Id, name: &str) -> Step {
    Step::new(format!(
        "ALTER INDEX {} ATTACH PARTITION {}",
        qualified(original.first(), original.name()),
        qualified(partition.first(), name)
    ))
}

/// The statement that gives an index that becomes a copy the name that PostgreSQL would have
/// chosen, where nobody names it and that name is free.
pub(in crate::kind) fn rename_adopted(
    id: &Id,
    original: &Id,
    usual: Option<String>,
    cx: &Sides<'_>,
) -> Vec<Step> {
    // What completes its parent's is renamed there.
    if becomes_complete(original, cx) {
        return Vec::new();
    }
    renamed(id, usual, cx)
}

fn renamed(id: &Id, usual: Option<String>, cx: &Sides<'_>) -> Vec<Step> {
    let Some(usual) = usual.filter(|usual| usual != id.name()) else { return Vec::new() };
    if copy_of(id, cx.desired).is_some() || free(&usual, cx) != usual {
        return Vec::new();
    }
    let index = qualified(&id.path[0], id.name());
    vec![Step::new(format!("ALTER INDEX {index} RENAME TO {}", ident(&usual)))]
}

/// The index or constraint of the former parent that left its copy when a table was detached; one
/// that goes takes its copy along.
pub(in crate::kind) fn detached(id: &Id, cx: &Cx<'_>, equal: &dyn Fn(&Id) -> bool) -> Option<Id> {
    let parent = lineage::detached_from(&id.ancestor(Kind::Table, 2), cx)?;
    let mut all = cx.current.below(id.kind, &parent.path);
    all.find(|(old, _)| cx.stays(old) && equal(old)).map(|(old, _)| old.clone())
}

/// The statement that gives a copy that a table keeps when it is detached the name that is wanted.
pub(in crate::kind) fn rename_detached(
    id: &Id,
    original: &Id,
    usual: Option<String>,
    cx: &Sides<'_>,
) -> Vec<Step> {
    let attached = id.ancestor(Kind::Table, 2).child(Kind::Attached, original.name());
    let known = cx.current.attrs::<Attached>(&attached).map(|copy| copy.name().to_owned());
    let Some(name) = known.or(usual).filter(|name| name != id.name()) else { return Vec::new() };
    let index = qualified(&id.path[0], &name);
    vec![Step::new(format!("ALTER INDEX {index} RENAME TO {}", ident(id.name())))]
}

/// Whether nothing has that name on either side.
pub(in crate::kind) fn is_free(name: &str, cx: &Sides<'_>) -> bool {
    free(name, cx) == name
}

/// A name that nothing has on either side, counted up as PostgreSQL does (`ChooseRelationName`).
fn free(name: &str, cx: &Sides<'_>) -> String {
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
pub(in crate::kind) fn column_of(element: &Sql) -> Option<String> {
    let tokens = scan::tokens(&element.text).ok()?;
    let plain = !tokens.iter().any(|token| token.is("("));
    let first = tokens.first().filter(|_| plain)?;
    Name::read(&element.text[first.start..first.end]).ok().map(|name| name.0)
}
