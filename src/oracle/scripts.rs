//! Scripts of extensions. They run with a superuser's rights, and find whatever lies in their schema; on the copy, that is
//! text of every user of the database. So an extension that the plan creates is made before anything else is there, and
//! no other script runs.

use std::collections::BTreeSet;

use super::elevate::{Script, script};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::plan::{Plan, PlannedStep};

/// What becomes of a plan's extensions on the copy.
pub(crate) struct Scripts {
    /// The statements that create extensions, and the schemas that these need, in their order.
    pub(crate) first: Vec<PlannedStep>,
    /// The extensions whose script a statement of the plan runs.
    extensions: BTreeSet<Id>,
    /// Those of them that the database has already. They stay on the copy as they are.
    pub(crate) unchanged: BTreeSet<Id>,
}

impl Scripts {
    pub(crate) fn of(plan: &Plan, current: &Catalog) -> Self {
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

    /// Why a step of a plan cannot run on the copy, from which these objects are `missing`.
    pub(crate) fn skipped(
        &self,
        step: &PlannedStep,
        plan: &Plan,
        missing: &BTreeSet<Id>,
    ) -> Option<String> {
        let objects = step.changes.iter().filter_map(|at| plan.changes.get(*at));
        let ids: Vec<&Id> = objects.map(|change| &change.object).collect();
        if ids.is_empty() || ids.iter().any(|id| id.kind.def().cluster_wide) {
            return Some("it is about the whole cluster".to_owned());
        }
        if ids.iter().any(|id| id.kind.def().given) {
            return Some("it is about the database itself, and the copy is another".to_owned());
        }
        if let Some(why) = self.passed_over(step, ids[0]) {
            return Some(why.to_owned());
        }
        let no_copy = |id: &&Id| !id.kind.def().on_scratch || missing.contains(*id);
        ids.iter().all(no_copy).then(|| "the scratch cannot have the object".to_owned())
    }

    /// Why a step is passed over on the copy.
    fn passed_over(&self, step: &PlannedStep, object: &Id) -> Option<&'static str> {
        if self.unchanged.contains(object) {
            return Some("the script of an extension runs only where nothing else is");
        }
        let first = self.first.iter().any(|first| first.sql == step.sql);
        (first || self.extensions.contains(object) && script(&step.sql).is_some()).then_some(
            "it ran before the copy was made, since the script of an extension finds what is there",
        )
    }
}
