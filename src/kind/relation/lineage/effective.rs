//! Which columns and checks a table has: its own, those of its parents, and those that are both.

use std::collections::BTreeMap;

use super::{below, children, has_parents, line, parents};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::abilities::Inherited;
use crate::kind::{Kind, Sides};

/// A column of a table, or a check of it that its children have too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::kind) struct Effective {
    /// The object that says what it is: the table's own, or the nearest one that it is inherited from.
    pub of: Id,
    /// Whether the table has it as its own (`pg_attribute.attislocal`, `pg_constraint.conislocal`).
    pub local: bool,
}

/// The columns of a table by name.
pub(in crate::kind) fn columns(table: &Id, catalog: &Catalog) -> BTreeMap<String, Effective> {
    effective(table, Kind::Column, catalog)
}

/// The checks of a table that its children have too, by name.
pub(in crate::kind) fn checks(table: &Id, catalog: &Catalog) -> BTreeMap<String, Effective> {
    effective(table, Kind::Constraint, catalog)
}

fn effective(table: &Id, kind: Kind, catalog: &Catalog) -> BTreeMap<String, Effective> {
    let mut found = BTreeMap::new();
    for above in line(table, catalog) {
        for (name, of) in own(&above, kind, catalog) {
            found.entry(name).or_insert(Effective { of, local: above == *table });
        }
    }
    found
}

/// What a table has as its own of a kind, and its children have too.
fn own<'a>(
    table: &'a Id,
    kind: Kind,
    catalog: &'a Catalog,
) -> impl Iterator<Item = (String, Id)> + 'a {
    let all = catalog.below(kind, &table.path).map(|(id, _)| id);
    all.filter(|id| passes_on(id, catalog)).map(|id| (id.name().to_owned(), id.clone()))
}

/// Whether an object is there as its table's own and the children of its table have it too.
fn passes_on(id: &Id, catalog: &Catalog) -> bool {
    let attrs = catalog.get(id).map(|object| &object.attrs);
    attrs.and_then(|attrs| attrs.as_inherited()).is_some_and(Inherited::passes_on)
}

/// The objects that a column or check is inherited from, one for each parent that has it, with that parent.
pub(in crate::kind) fn origins(id: &Id, catalog: &Catalog) -> impl Iterator<Item = (Id, Id)> {
    parents(&id.ancestor(Kind::Table, 2), catalog).into_iter().filter_map(move |parent| {
        let mut all = line(&parent, catalog).map(|above| above.child(id.kind, id.name()));
        let of = all.find(|above| above != id && passes_on(above, catalog))?;
        Some((parent, of))
    })
}

/// The columns that a column of a table is inherited from, one for each parent that has it.
pub(crate) fn columns_above(table: &Id, name: &str, catalog: &Catalog) -> Vec<Id> {
    let table = table.ancestor(Kind::Table, 2);
    origins(&table.child(Kind::Column, name), catalog).map(|(_, of)| of).collect()
}

/// A table that inherits a column or check from its table and from a parent that does not: PostgreSQL renames it and
/// changes its type in no way (`renameatt_internal`, `ATPrepAlterColumnType`).
pub(in crate::kind) fn shared_below(id: &Id, catalog: &Catalog) -> Option<(Id, Id)> {
    let table = id.ancestor(Kind::Table, 2);
    let below = below(&table, catalog);
    let child_tables = children(catalog).filter(|child| below.contains(child));
    let mut others = child_tables.flat_map(|child| {
        let own = child.child(id.kind, id.name());
        let parents: Vec<Id> = origins(&own, catalog).map(|(parent, _)| parent).collect();
        parents.into_iter().map(move |other| (child.clone(), other))
    });
    others.find(|(_, other)| *other != table && !below.contains(other))
}

/// The columns that a table has of its parents alone.
pub(crate) fn inherited_columns(table: &Id, catalog: &Catalog) -> Vec<Id> {
    if !has_parents(table, catalog) {
        return Vec::new();
    }
    let all = columns(&table.ancestor(Kind::Table, 2), catalog).into_values();
    all.filter(|column| !column.local).map(|column| column.of).collect()
}

/// What a column or check is inherited from, at every level, the nearest first.
pub(in crate::kind) fn ancestors(id: &Id, catalog: &Catalog) -> impl Iterator<Item = Id> {
    let line = line(&id.ancestor(Kind::Table, 2), catalog).skip(1);
    line.map(|above| above.child(id.kind, id.name())).filter(|above| passes_on(above, catalog))
}

/// The object that a column or check is inherited from, and the parent that has it, if one does.
pub(in crate::kind) fn inherited(id: &Id, catalog: &Catalog) -> Option<(Id, Id)> {
    origins(id, catalog).next()
}

/// The objects that one of a table's own is inherited from too, before and after: PostgreSQL changes it with them
/// and not by itself (`ATPrepAlterColumnType`), and drops it when they are gone (`ATExecDropColumn`).
pub(in crate::kind) fn shared(id: &Id, cx: &Sides<'_>) -> Vec<Id> {
    let after: Vec<Id> = origins(id, cx.desired).map(|(parent, _)| parent).collect();
    let both = origins(id, cx.current).filter(|(parent, _)| after.contains(parent));
    both.map(|(_, of)| of).collect()
}
