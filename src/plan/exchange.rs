//! Types and collations that cannot change under the values of columns: they are set aside under
//! another name, made again, the columns are taken over, and the old ones are dropped.

use std::collections::{BTreeMap, BTreeSet};

use super::needs::Needs;
use super::work::{Deed, Refused, Works};
use crate::catalog::Object;
use crate::id::Id;
use crate::kind::{Cx, spare_name};

/// The columns whose values go over, each with the changes that force it.
pub(super) type Carried = BTreeMap<Id, BTreeSet<Id>>;

/// Has an object set aside, and with it whatever the old one needs; false if its kind cannot be.
pub(super) fn set_aside(needs: &Needs, works: &mut Works, id: &Id) -> bool {
    if !id.kind.def().sets_aside {
        return false;
    }
    let mut open = vec![id.clone()];
    while let Some(at) = open.pop() {
        let Some(Deed::Recreate(cause)) = works.get(&at).cloned() else { continue };
        works.insert(at.clone(), Deed::Exchange(cause));
        open.extend(needs.needed_by(&at).filter(|other| other.kind.def().sets_aside).cloned());
    }
    matches!(works.get(id), Some(Deed::Exchange(_)))
}

/// Finds the statements by which columns go over, and what stands in the way.
pub(super) fn carry(
    cx: &Cx<'_>,
    needs: &Needs,
    works: &mut Works,
    carried: &Carried,
    refused: &mut Refused,
) {
    let exchanged: BTreeSet<Id> = works
        .iter()
        .filter(|(_, deed)| matches!(deed, Deed::Exchange(_)))
        .map(|(id, _)| id.clone())
        .collect();
    for id in &exchanged {
        let (Some(old), Some(new)) = (cx.current.get(id), cx.desired.get(id)) else { continue };
        // The old one is still there when what it needs would have to be gone.
        let held = needs.needed_by(id).find(|other| {
            matches!(works.get(*other), Some(Deed::Recreate(_))) && !old.attrs.lets_go(other)
        });
        if let Some(held) = held {
            let why = format!(
                "columns use it, so that the old one has to stay until they are changed, but it \
                 needs {held}, which has to be dropped and made again: declare both under other \
                 names, move the columns, then remove these"
            );
            refused.push((id.clone(), why, new.origin.clone()));
        }
    }
    for (id, causes) in carried {
        let (Some(old), Some(new)) = (cx.current.get(id), cx.desired.get(id)) else { continue };
        let own = match works.get(id) {
            None | Some(Deed::Keep) => None,
            Some(Deed::Alter(steps, _)) => Some(steps.clone()),
            Some(_) => continue,
        };
        match new.attrs.carry(&old.attrs, id, cx, &exchanged) {
            Ok(mut steps) => {
                let cause = if own.is_some() { None } else { causes.first().cloned() };
                steps.extend(own.into_iter().flatten());
                works.insert(id.clone(), Deed::Alter(steps, cause));
            }
            Err(why) => refused.push((id.clone(), why, new.origin.clone())),
        }
    }
}

/// The id under which an object that is set aside is known until it is dropped.
pub(super) fn former(id: &Id, object: &Object, cx: &Cx<'_>) -> Id {
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
    called(&spare_name(id.name(), &|name| taken(&called(name))))
}
