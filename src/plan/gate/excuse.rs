//! What only looks like a loss, by the catalog: a column that is computed or that no table holds, a partition whose rows
//! the plan saves through its parent, an attribute or a type that no column uses, an object that cannot be renamed.

use super::Loss;
use super::named::Group;
use crate::catalog::Catalog;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::kind::{Kind, abilities};

/// What the plan and the catalog say, at one statement.
pub(crate) struct Facts<'a> {
    /// Whether the rows of a table are saved before the statement and restored after it.
    pub(crate) saved: &'a dyn Fn(&[String]) -> bool,
    /// Whether the plan has given the relation another place before the statement.
    pub(crate) moved: &'a dyn Fn(&[String]) -> bool,
    /// Whether the plan leaves an object no more.
    pub(crate) goes: &'a dyn Fn(&Id) -> bool,
    pub(crate) catalog: &'a Catalog,
    /// Whether the catalog has the names that the plan gives: what cannot be renamed is dropped under a name that is not
    /// there.
    pub(crate) renamed: bool,
}

/// Whether the catalog can show that nothing is lost.
pub(crate) fn is_excusable(loss: &Loss) -> bool {
    if loss.used {
        return false;
    }
    match loss.gate {
        Hazard::UndeclaredDrop => loss.group == Group::Type,
        _ => matches!(loss.group, Group::Column | Group::Attribute | Group::Type | Group::Relation),
    }
}

/// Whether nothing is lost, by what the catalog has under this path. What it does not have may hold anything.
pub(crate) fn is_harmless(loss: &Loss, path: &[String], facts: &Facts<'_>) -> bool {
    if !is_excusable(loss) {
        return false;
    }
    let Facts { saved, moved, goes, catalog, .. } = facts;
    let id = |kind: &Kind, path: &[String]| Id { kind: *kind, path: path.to_vec() };
    let found = |kinds: &[Kind], path: &[String]| -> Vec<Id> {
        let ids = kinds.iter().map(|kind| id(kind, path));
        ids.filter(|id| catalog.get(id).is_some()).collect()
    };
    let has_no_users = |of: &[String]| {
        let types = found(Kind::TYPES, of);
        // CASCADE takes typed tables and whatever else lives in a relation or a type; routines hold no values.
        let holds = |user: &Id| {
            user.kind.def().shapes
                || Kind::RELATIONS.contains(&user.kind)
                || !user.parents().is_empty()
        };
        let mut users = types.iter().flat_map(|of| catalog.needs.dependents(of));
        !types.is_empty() && !users.any(|user| holds(user) && !goes(user))
    };
    match loss.group {
        _ if loss.gate == Hazard::UndeclaredDrop => {
            let types = found(Kind::TYPES, path);
            (facts.renamed || !types.is_empty()) && types.iter().all(|id| !id.kind.def().renames)
        }
        Group::Column => {
            let holds = |id: &Id| {
                let computed = catalog.get(id).is_some_and(|object| {
                    object.attrs.as_values().is_some_and(abilities::Values::is_computed)
                });
                let parents = id.parents();
                let table = parents.iter().find(|parent| catalog.get(parent).is_some());
                !computed && table.is_some_and(|table| table.kind.def().holds_rows)
            };
            let columns: Vec<Kind> =
                Kind::ALL.iter().copied().filter(|kind| kind.def().shapes).collect();
            let there = found(&columns, path);
            // What a table has from its parent is no object of its own, and holds values all the same.
            let of_none = || {
                let relation = path.split_last().map(|(_, of)| found(Kind::RELATIONS, of));
                relation.is_some_and(|of| {
                    !of.is_empty() && of.iter().all(|id| !id.kind.def().holds_rows)
                })
            };
            if there.is_empty() { of_none() } else { !there.iter().any(holds) }
        }
        Group::Attribute => path.split_last().is_some_and(|(_, of)| has_no_users(of)),
        Group::Type => has_no_users(path),
        Group::Relation => {
            // A table that is saved itself and dropped again after that loses what was restored.
            let own = found(Kind::RELATIONS, path).into_iter().next();
            let stays = |id: &Id| !moved(&id.path);
            let of_saved = |id: Id| parent(&id, catalog).is_some_and(|of| saved(&of.path));
            upwards(own, catalog).take_while(stays).any(of_saved)
        }
        _ => false,
    }
}

/// A relation, what it is a partition of, and so on; a catalog that turns in a circle is left after a hundred.
pub(super) fn upwards(relation: Option<Id>, catalog: &Catalog) -> impl Iterator<Item = Id> {
    std::iter::successors(relation, |id| parent(id, catalog)).take(100)
}

/// What a relation is a partition of.
fn parent(id: &Id, catalog: &Catalog) -> Option<Id> {
    catalog.get(id)?.attrs.as_child().and_then(abilities::Child::partition_parent)
}
