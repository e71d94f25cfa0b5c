//! Types and collations that cannot change under the values of columns: they get a temporary name, are made again,
//! the columns are converted, and the old ones are dropped.

use std::collections::{BTreeMap, BTreeSet};

use super::Refusal;
use super::needs::Needs;
use crate::catalog::Object;
use crate::id::Id;
use crate::kind::{Decision, Decisions, Obstacle, Sides, temporary_name};
use crate::step::Step;

/// The columns that are converted, each with the changes that force it.
pub(super) type ToConvert = BTreeMap<Id, BTreeSet<Id>>;

/// Has an object swapped, and with it whatever the old one needs; false if its kind cannot be.
pub(super) fn mark(needs: &Needs<'_>, decisions: &mut Decisions, id: &Id) -> bool {
    if !id.kind.def().sets_aside {
        return false;
    }
    let mut open = vec![id.clone()];
    while let Some(at) = open.pop() {
        let Some(Decision::Rebuild { because }) = decisions.get(&at).cloned() else { continue };
        decisions.insert(at.clone(), Decision::Swap { because });
        open.extend(needs.needed_by(&at).filter(|other| other.kind.def().sets_aside).cloned());
    }
    matches!(decisions.get(id), Some(Decision::Swap { .. }))
}

/// The statements by which columns are converted, and what stands in the way.
pub(super) fn convert(
    cx: &Sides<'_>,
    needs: &Needs<'_>,
    decisions: &mut Decisions,
    to_convert: &ToConvert,
    refused: &mut Vec<Refusal>,
) -> BTreeMap<Id, Vec<Step>> {
    let mut converted = BTreeMap::new();
    let swapped: BTreeSet<Id> = decisions
        .iter()
        .filter(|(_, decision)| matches!(decision, Decision::Swap { .. }))
        .map(|(id, _)| id.clone())
        .collect();
    for id in &swapped {
        let (Some(old), Some(new)) = (cx.current.get(id), cx.desired.get(id)) else { continue };
        // The old one is still there when what it needs would have to be gone.
        let held = needs.needed_by(id).find(|other| {
            matches!(decisions.get(*other), Some(Decision::Rebuild { .. }))
                && !old.attrs.as_swapped().is_some_and(|it| it.stops_needing(other))
        });
        if let Some(held) = held {
            let reason = format!(
                "columns use it, so that the old one has to stay until they are changed, but it \
                 needs {held}, which has to be dropped and made again"
            );
            let hint = "declare both under other names, move the columns, then remove these";
            let why = Obstacle::with_hint(reason, hint);
            refused.push(Refusal::new(id, why, new.origin.as_ref()));
        }
    }
    for (id, causes) in to_convert {
        let (Some(old), Some(new)) = (cx.current.get(id), cx.desired.get(id)) else { continue };
        let own = match decisions.get(id) {
            None | Some(Decision::Keep) => false,
            Some(Decision::Alter { .. }) => true,
            Some(_) => continue,
        };
        let Some(values) = new.attrs.as_values() else { continue };
        match values.convert(&old.attrs, id, cx, &swapped) {
            Ok(steps) => {
                let because = if own { None } else { causes.first().cloned() };
                decisions.insert(id.clone(), Decision::Alter { because });
                converted.insert(id.clone(), steps);
            }
            Err(why) => refused.push(Refusal::new(id, why, new.origin.as_ref())),
        }
    }
    converted
}

/// The id under which an object that is set aside is known until it is dropped.
pub(super) fn former(id: &Id, object: &Object, cx: &Sides<'_>) -> Id {
    let own = object.attrs.occupies(id);
    let taken = |other: &Id| {
        let mut names = object.attrs.occupies(other);
        // A name of its own that does not follow from the id is given up as well.
        names.retain(|name| !own.contains(name));
        [cx.current, cx.desired].iter().any(|catalog| {
            catalog.objects.iter().any(|(holder, held)| {
                held.attrs.occupies(holder).iter().any(|name| names.contains(name))
            })
        })
    };
    let called = |name: &str| {
        let mut other = id.clone();
        if let Some(last) = other.path.last_mut() {
            name.clone_into(last);
        }
        other
    };
    called(&temporary_name(id.name(), &|name| taken(&called(name))))
}
