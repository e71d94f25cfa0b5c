//! Names that are taken by what stays: what is made has to have another, or the other has to go.

use std::collections::{BTreeMap, BTreeSet};

use super::rename::Renames;
use super::{PlanError, Refusal};
use crate::catalog::Object;
use crate::id::Id;
use crate::kind::{Cx, Obstacle};

/// A sort of name, and the name.
type Name = (&'static str, Vec<String>);

/// Whether an object goes to another schema with a table: it is part of it, or owned by it.
fn goes_along(id: &Id, object: &Object, table: &Id) -> bool {
    let owner = || object.attrs.as_companion().and_then(|it| it.follows_owner(id));
    id != table && (id.lies_in(table) || owner().as_ref() == Some(table))
}

/// The names that an object's indexes and sequences take in another schema to which it goes (`AlterTableNamespace`):
/// they get new ones only there.
pub(super) fn along(cx: &Cx<'_>, new: &Id, renames: &Renames) -> Vec<Name> {
    let moves = renames.get(new).is_some_and(|old| old.schema() != new.schema());
    let along = |(id, object): (&Id, &Object)| {
        if !goes_along(id, object, new) {
            return Vec::new();
        }
        let mut first = id.clone();
        if let (Some(old), Some(name)) = (renames.get(id), first.path.last_mut()) {
            old.name().clone_into(name);
        }
        object.attrs.occupies(&first)
    };
    let all = cx.current.objects.iter().filter(|_| moves);
    all.flat_map(along).filter(|(sort, _)| *sort == "relation").collect()
}

/// Looks for names of new objects among those of objects that are there and stay, of whatever kind.
///
/// # Errors
/// Each new object whose name is taken.
pub(super) fn check(cx: &Cx<'_>, renames: &Renames) -> Result<(), PlanError> {
    let mut wanted: BTreeMap<Name, &Id> = BTreeMap::new();
    let mut brought = BTreeSet::new();
    for new in renames.keys() {
        for name in along(cx, new, renames) {
            brought.insert(name.clone());
            wanted.insert(name, new);
        }
    }
    for (id, decision) in cx.decisions {
        // What is made again had its name before.
        if decision.makes()
            && cx.current.get(id).is_none()
            && let Some(object) = cx.desired.get(id)
        {
            wanted.extend(object.attrs.occupies(id).into_iter().map(|name| (name, id)));
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let mut refused: Vec<Refusal> = Vec::new();
    for (holder, object) in &cx.current.objects {
        if cx.decision(holder).removes() {
            continue;
        }
        for name in object.attrs.occupies(holder) {
            let takes = |id: &&&Id| **id != holder && !goes_along(holder, object, id);
            let Some(id) = wanted.get(&name).filter(takes) else { continue };
            if refused.iter().any(|refusal| refusal.object == **id) {
                continue;
            }
            let why = if brought.contains(&name) {
                let name = name.1.last().map_or("", String::as_str);
                Obstacle::with_hint(
                    format!("it takes {name} to the schema where {holder} has that name and stays"),
                    format!("give {name} another name first, while {id} is where it is"),
                )
            } else {
                let hint = format!("drop or rename {holder} first, or give {id} another name");
                Obstacle::with_hint(format!("{holder} has its name and stays"), hint)
            };
            let origin = cx.desired.get(id).and_then(|object| object.origin.as_ref());
            refused.push(Refusal::new(id, why, origin));
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(PlanError::Refused(refused)) }
}
