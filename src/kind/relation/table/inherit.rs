//! How a table gets other tables to inherit from (`ALTER TABLE ... INHERIT`).

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::relation::column::{Column, child};
use crate::kind::relation::constraint::Constraint;
use crate::kind::{Kind, Sides};
use crate::leaf::{List, Qualified};
use crate::sql::quote::qualified;
use crate::step::Step;

/// Takes parents from a table and gives it others.
///
/// INHERIT asks for a column and a check like each of the parent's. What the table lacks of them is
/// made first, and is the table's own from then on as well (`attislocal`): PostgreSQL has no way to
/// add it as inherited only. Returned with the steps: whether the type of a column is among what changes.
///
/// # Errors
/// What PostgreSQL cannot change in place.
pub(crate) fn steps(
    old: &List<Qualified>,
    new: &List<Qualified>,
    id: &Id,
    cx: &Sides<'_>,
) -> Result<(Vec<Step>, bool), String> {
    let alter = format!("ALTER TABLE {}", qualified(&id.path[0], &id.path[1]));
    // The order of the parents is the order in which they were added: all behind the first
    // that differs are taken away and added again.
    let pairs = new.0.iter().zip(&old.0);
    let same = pairs.take_while(|(new, old)| new == old).count();
    let gone: Vec<Step> = old.0[same..]
        .iter()
        .map(|parent| Step::new(format!("{alter} NO INHERIT {}", parent.sql())))
        .collect();
    // What no parent hands down for a moment becomes the table's own.
    let again = new.0[same..].iter().any(|parent| old.0[same..].contains(parent));
    let (mut steps, last) = if again { (gone, Vec::new()) } else { (Vec::new(), gone) };
    let mut retyped = false;
    let mut there: BTreeSet<String> = columns(id, cx.current).into_keys().collect();
    let mut checked: BTreeSet<String> = checks(id, cx.current).into_keys().collect();
    for parent in &new.0[same..] {
        let table = Id::new(Kind::Table, parent.path());
        for (name, column) in columns(&table, cx.desired) {
            let own = id.child(Kind::Column, &name);
            let is_local = |side: &Catalog| {
                side.attrs::<Column>(&own).is_some_and(|column| !column.is_override())
            };
            if there.insert(name) {
                let declared = cx.desired.get(&own).is_some();
                steps.extend(add_column(&alter, &column, cx).filter(|_| !declared));
            } else if is_local(cx.current)
                && let Some((fits, retypes)) = child::fit(&own, None, &table, cx)?
            {
                steps.extend(fits);
                retyped |= retypes;
            }
        }
        for (name, check) in checks(&table, cx.desired) {
            let own = cx.desired.get(&id.child(Kind::Constraint, &name)).is_some();
            if checked.insert(name) && !own {
                steps.extend(add_check(&alter, &check, cx));
            }
        }
        steps.push(Step::new(format!("{alter} INHERIT {}", parent.sql())));
    }
    steps.extend(last);
    Ok((steps, retyped))
}

/// Whether a column that a table has of its own is changed before the table gets a parent that has it too.
pub(in crate::kind) fn is_fitted(column: &Id, cx: &Sides<'_>) -> bool {
    let table = column.ancestor(Kind::Table, 2);
    if super::is_partition(&table, cx.desired) != Some(false) {
        return false;
    }
    let old = super::parents(&table, cx.current);
    let mut new = super::parents(&table, cx.desired).into_iter().filter(|new| !old.contains(new));
    new.any(|parent| columns(&parent, cx.desired).contains_key(column.name()))
}

/// The columns of a table by name, its own and those of its parents.
pub(in crate::kind) fn columns(table: &Id, catalog: &Catalog) -> BTreeMap<String, Id> {
    handed_down(table, catalog, Kind::Column, &|id| {
        catalog.attrs::<Column>(id).is_some_and(|column| !column.is_override())
    })
}

/// The parent from which a table has a column, and the column that is handed down.
pub(in crate::kind) fn handed_from(column: &Id, catalog: &Catalog) -> Option<(Id, Id)> {
    let parents = super::parents(&column.ancestor(Kind::Table, 2), catalog);
    parents.into_iter().find_map(|parent| {
        let of = columns(&parent, catalog).remove(column.name())?;
        Some((parent, of))
    })
}

/// The checks of a table that its child tables have too, by name.
pub(super) fn checks(table: &Id, catalog: &Catalog) -> BTreeMap<String, Id> {
    handed_down(table, catalog, Kind::Constraint, &|id| {
        catalog.attrs::<Constraint>(id).is_some_and(Constraint::is_handed_down)
    })
}

fn handed_down(
    table: &Id,
    catalog: &Catalog,
    kind: Kind,
    fits: &dyn Fn(&Id) -> bool,
) -> BTreeMap<String, Id> {
    let mut found = BTreeMap::new();
    let mut open = vec![table.clone()];
    let mut seen = BTreeSet::new();
    while let Some(table) = open.pop() {
        if !seen.insert(table.clone()) {
            continue;
        }
        for (id, _) in catalog.below(kind, &table.path).filter(|(id, _)| fits(id)) {
            found.entry(id.name().to_owned()).or_insert_with(|| id.clone());
        }
        open.extend(super::parents(&table, catalog));
    }
    found
}

pub(super) fn add_column(alter: &str, id: &Id, cx: &Sides<'_>) -> Option<Step> {
    let default = id.as_kind(Kind::Default);
    let inner = cx.desired.get(&default);
    let inner: Vec<String> = inner
        .and_then(|object| object.attrs.as_inline().and_then(|it| it.clause(&default, cx, &[])))
        .into_iter()
        .collect();
    let clause = cx.desired.get(id)?.attrs.as_inline().and_then(|it| it.clause(id, cx, &inner))?;
    Some(Step::new(format!("{alter} ADD COLUMN {clause}")).authored())
}

pub(super) fn add_check(alter: &str, id: &Id, cx: &Sides<'_>) -> Option<Step> {
    let clause = cx.desired.get(id)?.attrs.as_inline().and_then(|it| it.clause(id, cx, &[]))?;
    Some(Step::new(format!("{alter} ADD {clause}")).authored())
}
