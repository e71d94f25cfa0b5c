//! Names that are taken by what stays: what is made has to have another, or the other has to go.

use std::collections::BTreeMap;

use super::{PlanError, Refusal};
use crate::id::Id;
use crate::kind::{Cx, Obstacle};

/// Looks for names of new objects among those of objects that are there and stay, of whatever kind.
///
/// # Errors
/// Each new object whose name is taken.
pub(super) fn check(cx: &Cx<'_>) -> Result<(), PlanError> {
    let mut wanted: BTreeMap<(&'static str, Vec<String>), &Id> = BTreeMap::new();
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
            let Some(id) = wanted.get(&name).filter(|id| **id != holder) else { continue };
            if refused.iter().any(|refusal| refusal.object == **id) {
                continue;
            }
            let hint = format!("drop or rename {holder} first, or give {id} another name");
            let why = Obstacle::with_hint(format!("{holder} has its name and stays"), hint);
            let origin = cx.desired.get(id).and_then(|object| object.origin.as_ref());
            refused.push(Refusal::new(id, why, origin));
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(PlanError::Refused(refused)) }
}
