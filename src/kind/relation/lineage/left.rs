//! What a table keeps of a parent that it leaves: PostgreSQL makes the columns and checks that it had from there
//! its own (`RemoveInheritance`, tablecmds.c).

use std::collections::BTreeMap;

use super::{checks, columns, parents};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::abilities::Inherited;
use crate::kind::{Attrs, Kind, Sides};

/// The parents that a table has and is not to have.
pub(in crate::kind) fn left(table: &Id, cx: &Sides<'_>) -> Vec<Id> {
    if cx.desired.get(table).is_none() {
        return Vec::new();
    }
    let stays = parents(table, cx.desired);
    parents(table, cx.current).into_iter().filter(|parent| !stays.contains(parent)).collect()
}

/// The columns or checks that a table gets of these parents, by name.
pub(in crate::kind) fn of_parents(
    parents: &[Id],
    kind: Kind,
    catalog: &Catalog,
) -> BTreeMap<String, Id> {
    let of = |parent: &Id| match kind {
        Kind::Column => columns(parent, catalog),
        _ => checks(parent, catalog),
    };
    // What the first of two parents has stands last, and so stays.
    let all = parents.iter().rev().flat_map(of);
    all.map(|(name, effective)| (name, effective.of)).collect()
}

/// The column or check of a parent that a table leaves, which it has as its own from then on.
pub(in crate::kind) fn kept(id: &Id, cx: &Sides<'_>) -> Option<Id> {
    let left = left(&id.ancestor(Kind::Table, 2), cx);
    let is_local = |attrs: &Attrs| attrs.as_inherited().is_none_or(Inherited::is_local);
    if left.is_empty() || cx.current.get(id).is_some_and(|object| is_local(&object.attrs)) {
        return None;
    }
    of_parents(&left, id.kind, cx.current).remove(id.name())
}

/// Whether a check that is wanted is the one of a parent, which stays as it is.
pub(in crate::kind) fn stays_as_it_is(wanted: Option<&Attrs>, of: &Id, cx: &Sides<'_>) -> bool {
    let attrs = |side: &Catalog| side.get(of).map(|object| object.attrs.clone());
    let there = attrs(cx.current);
    there == attrs(cx.desired) && wanted == there.as_ref()
}

/// What DROP says of an object that a parent may have dropped by then.
pub(in crate::kind) fn gone(of: &Id, cx: &Sides<'_>) -> &'static str {
    let attrs = |side: &Catalog| side.get(of).map(|object| object.attrs.clone());
    if attrs(cx.current) == attrs(cx.desired) { "" } else { "IF EXISTS " }
}
