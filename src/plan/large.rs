//! Which large relations a plan locks, and what it does to them for long.

use std::collections::BTreeMap;

use super::{Plan, PlannedStep, Relation, Transaction};
use crate::catalog::{Catalog, Size};
use crate::kind::Kind;
use crate::step::StepHazard;

/// The relations of `current` above the limit that the statements lock. `current` has the new names of what is renamed,
/// and is looked up by those of the locks; `former` says what a name was before.
pub(crate) fn large(
    transactions: &[Transaction],
    current: &Catalog,
    former: &BTreeMap<Relation, Relation>,
) -> BTreeMap<Relation, Size> {
    let there = current.objects.iter().filter(|(id, object)| {
        object.large && Kind::RELATIONS.contains(&id.kind) && id.path.len() == 2
    });
    let mut sizes: BTreeMap<Relation, Size> = there
        .filter_map(|(id, object)| Some((Relation::new(&id.path[0], id.name()), object.size?)))
        .collect();
    for (new, old) in former {
        if let Some(size) = sizes.get(new).copied() {
            sizes.insert(old.clone(), size);
        }
    }
    let locked = transactions.iter().flat_map(|it| &it.steps).flat_map(|step| &step.locks);
    locked.filter_map(|lock| Some((lock.relation.clone(), *sizes.get(&lock.relation)?))).collect()
}

impl Plan {
    /// The large relations that a statement locks so that others wait.
    pub fn large_in<'a>(
        &'a self,
        step: &'a PlannedStep,
    ) -> impl Iterator<Item = (&'a Relation, &'a Size)> {
        let stops = step.locks.iter().filter(|lock| lock.mode.blocks_writes());
        stops.filter_map(|lock| self.large.get_key_value(&lock.relation))
    }

    /// Whether a hazard of a statement means that others wait for long.
    pub(crate) fn stops_others(&self, step: &PlannedStep, hazard: &StepHazard) -> bool {
        hazard.name.takes_long() && self.large_in(step).next().is_some()
    }
}
