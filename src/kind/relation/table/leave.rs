//! What a table keeps of a parent that it leaves: PostgreSQL makes the columns and checks that came from
//! there the table's own, and nobody may want them.

use std::collections::BTreeMap;

use super::Table;
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::relation::column::Column;
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::lineage::parents;
use crate::kind::{Attrs, Kind, Member, Sides};
use crate::sql::quote::ident;
use crate::step::Step;

/// The parents that a table has and is not to have.
fn left(table: &Id, cx: &Sides<'_>) -> Vec<Id> {
    if cx.desired.get(table).is_none() {
        return Vec::new();
    }
    let stays = parents(table, cx.desired);
    parents(table, cx.current).into_iter().filter(|parent| !stays.contains(parent)).collect()
}

/// The columns or checks that parents hand down, by name; of two, the nearer one's.
fn handed_down(parents_of: Vec<Id>, kind: Kind, catalog: &Catalog) -> BTreeMap<String, Id> {
    let mut found = BTreeMap::new();
    let mut open = parents_of;
    while let Some(parent) = open.pop() {
        for (id, object) in catalog.below(kind, &parent.path) {
            let column =
                Column::downcast(&object.attrs).is_some_and(|column| !column.is_override());
            let check = Constraint::downcast(&object.attrs).is_some_and(Constraint::is_handed_down);
            if column || check {
                found.entry(id.name().to_owned()).or_insert_with(|| id.clone());
            }
        }
        open.extend(parents(&parent, catalog));
    }
    found
}

/// The column or check of a parent that a table leaves, which it has as its own from then on.
pub(in crate::kind) fn kept(id: &Id, cx: &Sides<'_>) -> Option<Id> {
    let table = id.ancestor(Kind::Table, 2);
    let left = left(&table, cx);
    if left.is_empty() || cx.current.get(id).is_some_and(|object| !is_override(&object.attrs)) {
        return None;
    }
    handed_down(left, id.kind, cx.current).remove(id.name())
}

fn is_override(attrs: &Attrs) -> bool {
    Column::downcast(attrs).is_some_and(Column::is_override)
}

/// Whether a check that is wanted is the one of a parent, which stays as it is.
pub(in crate::kind) fn keeps_check(wanted: Option<&Attrs>, of: &Id, cx: &Sides<'_>) -> bool {
    let attrs = |side: &'_ Catalog| side.get(of).map(|object| object.attrs.clone());
    let there = attrs(cx.current);
    there == attrs(cx.desired) && wanted == there.as_ref()
}

/// What goes from the parent may be gone by then.
pub(in crate::kind) fn gone(of: &Id, cx: &Sides<'_>) -> &'static str {
    let attrs = |side: &'_ Catalog| side.get(of).map(|object| object.attrs.clone());
    if attrs(cx.current) == attrs(cx.desired) { "" } else { "IF EXISTS " }
}

/// Takes away what nobody wants of the parents that a table has left.
pub(super) fn steps(table: &Id, cx: &Sides<'_>) -> Vec<Step> {
    let left = left(table, cx);
    if left.is_empty() {
        return Vec::new();
    }
    let alter = Table::alter_table(table);
    let stays = parents(table, cx.desired);
    let mut steps = Vec::new();
    for kind in [Kind::Constraint, Kind::Column] {
        // Another parent, which may be new, hands it down as well.
        let mut still = handed_down(stays.clone(), kind, cx.current);
        still.extend(handed_down(stays.clone(), kind, cx.desired));
        for (name, of) in handed_down(left.clone(), kind, cx.current) {
            let own = table.child(kind, &name);
            if still.contains_key(&name) || kept(&own, cx).is_none() {
                continue;
            }
            let wanted = cx.desired.get(&own).map(|object| &object.attrs);
            let step = if kind == Kind::Column {
                if wanted.is_some_and(|attrs| !is_override(attrs)) {
                    continue;
                }
                Step::new(format!("{alter} DROP COLUMN {}{}", gone(&of, cx), ident(&name)))
                    .loses_data("its values are lost")
            } else {
                if keeps_check(wanted, &of, cx) {
                    continue;
                }
                Step::new(format!("{alter} DROP CONSTRAINT {}{}", gone(&of, cx), ident(&name)))
            };
            steps.push(step);
        }
    }
    steps
}
