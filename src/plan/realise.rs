//! The second pass, `realise`: the statements of every change in place, now that it is decided what happens to all
//! objects.

use std::collections::BTreeMap;

use crate::diff::Delta;
use crate::id::Id;
use crate::kind::Cx;
use crate::step::Step;

/// The statements of changes in place, by object.
pub(crate) type Altered = BTreeMap<Id, Vec<Step>>;

/// Writes the statements of all changes in place. A column that is converted because its type is swapped is so before
/// its own change.
pub(crate) fn realise(
    cx: &Cx<'_>,
    deltas: &BTreeMap<&Id, Delta<'_>>,
    mut converted: BTreeMap<Id, Vec<Step>>,
) -> Altered {
    let altered = cx.decisions.iter().filter(|(_, decision)| decision.alters());
    altered
        .map(|(id, _)| {
            let mut steps = converted.remove(id).unwrap_or_default();
            if let Some(delta) = deltas.get(id).filter(|delta| delta.attrs())
                && let (Some(old), Some(new)) = (delta.old, delta.new)
            {
                steps.extend(new.attrs.alter_steps(&old.attrs, id, cx));
            }
            (id.clone(), steps)
        })
        .collect()
}
