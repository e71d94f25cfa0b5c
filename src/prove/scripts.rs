//! Scripts of extensions. They run with a superuser's rights, and find whatever lies in their schema; on the copy, that is
//! text of every user of the database. So an extension that the plan creates is made before anything else is there, and
//! no other script runs.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::id::Id;
use crate::oracle::{Script, script};
use crate::plan::{Plan, PlannedStep};

/// What becomes of a plan's extensions on the copy.
pub(super) struct Scripts {
    /// The statements that create extensions, and the schemas that these need, in their order.
    pub(super) first: Vec<PlannedStep>,
    /// The extensions whose script a statement of the plan runs.
    extensions: BTreeSet<Id>,
    /// Those of them that the database has already. They stay on the copy as they are.
    pub(super) unchanged: BTreeSet<Id>,
}

impl Scripts {
    pub(super) fn of(plan: &Plan, current: &Catalog) -> Self {
        let is_there = |id: &Id| current.get(id).is_some();
        let found: Vec<(&Id, &PlannedStep, Script)> = plan
            .steps()
            .filter_map(|step| Some((plan.object_of(step)?, step, script(&step.sql)?)))
            .collect();
        let mut extensions = BTreeSet::new();
        let mut schemas = BTreeSet::new();
        for (id, _, of) in &found {
            if let Script::Runs(schema) = of {
                extensions.insert((*id).clone());
                schemas.insert(schema.as_str());
            }
        }
        let comes_first = |of: &Script| match of {
            Script::Runs(_) => true,
            Script::Schema(name) => schemas.contains(name.as_str()),
        };
        let new = found.iter().filter(|(id, _, of)| !is_there(id) && comes_first(of));
        let first = new.map(|(_, step, _)| (*step).clone()).collect();
        let unchanged = extensions.iter().filter(|id| is_there(id)).cloned().collect();
        Self { first, extensions, unchanged }
    }

    /// Why a step is passed over on the copy.
    pub(super) fn passed_over(&self, step: &PlannedStep, object: &Id) -> Option<&'static str> {
        if self.unchanged.contains(object) {
            return Some("the script of an extension runs only where nothing else is");
        }
        let first = self.first.iter().any(|first| first.sql == step.sql);
        (first || self.extensions.contains(object) && script(&step.sql).is_some()).then_some(
            "it ran before the copy was made, since the script of an extension finds what is there",
        )
    }
}
