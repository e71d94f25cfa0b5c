//! Whether tables are written to the log, where foreign keys join them: a logged table cannot
//! reference an unlogged one, so that tables that change together do so in an order
//! (`ATPrepChangePersistence`).

use std::collections::BTreeSet;

use super::Table;
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::relation::constraint::Constraint;
use crate::kind::{Kind, Sides};

/// A foreign key between two tables that both change in the same way: it must hold while one of
/// them has changed and the other has not.
struct Joint {
    key: Id,
    /// The table that changes first.
    first: Id,
    /// The table that changes after.
    then: Id,
}

fn unlogged(table: &Id, catalog: &Catalog) -> Option<bool> {
    catalog.attrs::<Table>(table).map(|table| table.unlogged)
}

/// What the table becomes, if that is not what it is.
fn turns(table: &Id, cx: &Sides<'_>) -> Option<bool> {
    let after = unlogged(table, cx.desired)?;
    (unlogged(table, cx.current)? != after).then_some(after)
}

fn joints(cx: &Sides<'_>) -> Vec<Joint> {
    let keys = cx.current.of_kind(Kind::Constraint);
    keys.filter(|(key, _)| cx.desired.get(key).is_some())
        .filter_map(|(key, _)| {
            let other = cx.current.attrs::<Constraint>(key)?.referenced_table()?;
            let own = key.ancestor(Kind::Table, 2);
            let unlogged = turns(&own, cx)?;
            if own == other || turns(&other, cx) != Some(unlogged) {
                return None;
            }
            // Whoever references becomes unlogged first, and logged last.
            let (first, then) = if unlogged { (own, other) } else { (other, own) };
            Some(Joint { key: key.clone(), first, then })
        })
        .collect()
}

/// Whether a way leads from one table to another.
fn leads(from: &Id, to: &Id, joints: &[Joint]) -> bool {
    let (mut open, mut seen) = (vec![from], BTreeSet::new());
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            open.extend(joints.iter().filter(|joint| joint.first == *at).map(|joint| &joint.then));
        }
    }
    false
}

/// The tables that change before this one.
pub(super) fn before(table: &Id, cx: &Sides<'_>) -> Vec<Id> {
    if turns(table, cx).is_none() {
        return Vec::new();
    }
    let joints = joints(cx);
    let first = joints.iter().filter(|joint| joint.then == *table);
    let open = first.filter(|joint| !leads(&joint.then, &joint.first, &joints));
    open.map(|joint| joint.first.clone()).collect()
}

/// The foreign keys of tables that reference each other in a circle, so that none can be the first.
pub(super) fn in_circles(table: &Id, cx: &Sides<'_>) -> Vec<Id> {
    if turns(table, cx).is_none() {
        return Vec::new();
    }
    let joints = joints(cx);
    let own = joints.iter().filter(|joint| joint.key.path.starts_with(&table.path));
    let closed = own.filter(|joint| leads(&joint.then, &joint.first, &joints));
    closed.map(|joint| joint.key.clone()).collect()
}
