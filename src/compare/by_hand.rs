//! Renames by hand, as drift reports them: an object that is missing, and one that is there under another name and is in
//! everything else the same, are one object that was renamed.

use std::collections::BTreeSet;

use super::align::{Aligned, alike};
use super::look_alike::Pair;
use crate::catalog::Object;
use crate::drift::Drift;
use crate::id::Id;
use crate::plan::{Action, Change};

/// Puts one change in the place of the two that a rename by hand makes, with all that lives in the object. A pair that
/// differs in anything but the name stays two changes.
pub(super) fn merge_renames(drift: &mut Drift, aligned: &Aligned) {
    for pair in aligned.pairs.iter().filter(|pair| differ_in_name_only(pair, aligned)) {
        let missing =
            |change: &Change| change.action == Action::Create && change.object == pair.new;
        let Some(at) = drift.moved.iter().position(missing) else { continue };
        let renamed = &mut drift.moved[at];
        (renamed.action, renamed.from) = (Action::Rename, Some(pair.old.clone()));
        let of_pair = |change: &Change| match change.action {
            Action::Create => is_inside(&change.object, &pair.new),
            Action::Drop => change.object == pair.old || is_inside(&change.object, &pair.old),
            _ => false,
        };
        drift.moved.retain(|change| !of_pair(change));
        drift
            .undeclared
            .retain(|found| found.object != pair.old && !is_inside(&found.object, &pair.old));
    }
}

fn differ_in_name_only(pair: &Pair, aligned: &Aligned) -> bool {
    let (there, wanted) = (&aligned.current, &aligned.desired);
    let objects = (there.get(&pair.old), wanted.get(&pair.new));
    let (Some(old), Some(new)) = objects else { return false };
    let parts: Vec<(&Id, &Object)> = inside(&there.objects, &pair.old).collect();
    let declared: BTreeSet<&Id> = inside(&wanted.objects, &pair.new).map(|(id, _)| id).collect();
    is_same(old, new)
        && parts.len() == declared.len()
        && parts.iter().all(|(id, part)| {
            let mut id = (*id).clone();
            id.path.splice(..pair.old.path.len(), pair.new.path.iter().cloned());
            declared.contains(&id) && wanted.get(&id).is_some_and(|other| is_same(part, other))
        })
}

fn is_same(old: &Object, new: &Object) -> bool {
    alike(&old.attrs, &new.attrs)
        && old.is_remarked_as(new)
        && old.owner == new.owner
        && old.grants == new.grants
}

fn inside<'a>(
    objects: &'a std::collections::BTreeMap<Id, Object>,
    id: &'a Id,
) -> impl Iterator<Item = (&'a Id, &'a Object)> {
    objects.iter().filter(move |(other, _)| is_inside(other, id))
}

/// Whether an object lives in another, at any depth.
fn is_inside(id: &Id, outer: &Id) -> bool {
    id != outer && id.lies_in(outer)
}
