//! What only looks like a loss, by the catalog: a column that is computed or that no table holds, a partition whose rows
//! the plan saves through its parent, an attribute or a type that no column uses, an object that cannot be renamed.

use std::collections::BTreeSet;

use super::Loss;
use super::named::Group;
use crate::catalog::Catalog;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::kind::{Kind, abilities};

/// Whether the catalog can show that nothing is lost.
pub(crate) fn is_excusable(loss: &Loss) -> bool {
    match loss.gate {
        Hazard::UndeclaredDrop => loss.group == Group::Type,
        _ => matches!(loss.group, Group::Column | Group::Attribute | Group::Type | Group::Relation),
    }
}

/// Whether nothing is lost, by what the catalog has under this path; also where it has nothing there.
pub(crate) fn is_harmless(
    loss: &Loss,
    path: &[String],
    saved: &BTreeSet<Vec<String>>,
    goes: &dyn Fn(&Id) -> bool,
    catalog: &Catalog,
) -> bool {
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
        !users.any(|user| holds(user) && !goes(user))
    };
    match loss.group {
        _ if loss.gate == Hazard::UndeclaredDrop => {
            let types = found(Kind::TYPES, path);
            loss.group == Group::Type && types.iter().all(|id| !id.kind.def().renames)
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
            let inherits = || {
                let table = path.split_last().and_then(|(_, table)| {
                    found(Kind::RELATIONS, table).into_iter().find(|id| id.kind.def().holds_rows)
                });
                let attrs = table.and_then(|table| catalog.get(&table)).map(|table| &table.attrs);
                attrs.and_then(|attrs| attrs.as_child()).is_some_and(|child| {
                    child.partition_of().is_some() || !child.inherits().is_empty()
                })
            };
            if there.is_empty() { !inherits() } else { !there.iter().any(holds) }
        }
        Group::Attribute => path.split_last().is_some_and(|(_, of)| has_no_users(of)),
        Group::Type => has_no_users(path),
        Group::Relation => {
            // A table that is saved itself and dropped again after that loses what was restored.
            let parent = |id: &Id| {
                let child = catalog.get(id)?.attrs.as_child()?;
                child.partition_parent()
            };
            let mut at = found(Kind::RELATIONS, path).iter().find_map(parent);
            for _ in 0..100 {
                let Some(id) = at else { return false };
                if saved.contains(&id.path) {
                    return true;
                }
                at = catalog.get(&id).and_then(|object| {
                    object.attrs.as_child().and_then(abilities::Child::partition_parent)
                });
            }
            false
        }
        _ => false,
    }
}
