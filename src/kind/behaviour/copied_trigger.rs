//! When a partition's copy of its parent's trigger fires, where that is otherwise than its parent's
//! (`pg_trigger.tgparentid`, `tgenabled`). The copy comes with the parent's trigger, whose state goes to all
//! copies since 15; before that each table has a state of its own, and none of them is looked at.

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::kind::behaviour::enabled::Enabled;
use crate::kind::behaviour::trigger::Trigger;
use crate::kind::relation::lineage;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Sides};
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, qualified};
use crate::step::Step;

/// The state of a copy, under the name of the trigger.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopiedTrigger {
    /// In which sessions it fires.
    enabled: Enabled,
}

fn set(enabled: Enabled, id: &Id) -> Step {
    let (table, name) = (qualified(&id.path[0], &id.path[1]), ident(id.name()));
    Step::new(format!("ALTER TABLE ONLY {table} {} TRIGGER {name}", enabled.words()))
}

/// The trigger that it is a copy of.
fn original(id: &Id, catalog: &Catalog) -> Option<Id> {
    let mut open = lineage::parents(&id.ancestor(Kind::Table, 2), catalog);
    while let Some(parent) = open.pop() {
        let trigger = parent.child(Kind::Trigger, id.name());
        if catalog.get(&trigger).is_some() {
            return Some(trigger);
        }
        open.extend(lineage::parents(&parent, catalog));
    }
    None
}

/// The copies of a trigger that have a state of their own.
pub(in crate::kind) fn copies(trigger: &Id, catalog: &Catalog) -> Vec<Id> {
    let all = catalog.below(Kind::CopiedTrigger, &[]).map(|(id, _)| id);
    all.filter(|id| original(id, catalog).as_ref() == Some(trigger)).cloned().collect()
}

impl Define for CopiedTrigger {
    const ABOUT: About = About {
        clauses: &[clause("enabled", "", Shape::Tail)],
        catalog: 2620,
        models: Some(("pg_trigger", "t.tgparentid <> 0 AND NOT t.tgisinternal")),
        renames: false,
        noun: Some("copied trigger"),
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        format!(
            "SELECT t.oid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, \
             t.tgname::text AS _3, {enabled} \
             FROM pg_trigger t JOIN pg_trigger o ON o.oid = t.tgparentid \
             JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE t.tgenabled <> o.tgenabled AND NOT t.tgisinternal AND {since} \
             AND {USER_SCHEMA} AND {member}",
            enabled = Enabled::query("t.tgenabled"),
            since = major >= 15,
            member = no_member("pg_class", "c.oid"),
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { enabled } = self;
        let same = *enabled == old.enabled;
        Alter::InPlace(if same { Vec::new() } else { vec![set(*enabled, id)] })
    }
}

impl Describe for CopiedTrigger {
    fn address(&self, id: &Id) -> String {
        format!("TRIGGER {} ON {}", ident(id.name()), qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        vec![set(self.enabled, id)]
    }

    /// The copy stays, and is as its parent's again; with the trigger it goes.
    fn drop(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        let parents = original(id, cx.desired);
        let trigger = parents.and_then(|of| cx.desired.attrs::<Trigger>(&of));
        trigger.map(|trigger| set(trigger.enabled(), id)).into_iter().collect()
    }

    fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
        Vec::new()
    }

    fn needs(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
        original(id, catalog).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_a_state_of_its_own() {
        let id = Id::new(Kind::CopiedTrigger, ["s", "p1", "o'k"]);
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let copy: CopiedTrigger = serde_json::from_str("{\"enabled\": \"disabled\"}").unwrap();
        let steps = copy.create(&id, &cx, &[]);
        assert_eq!(steps[0].sql, "ALTER TABLE ONLY s.p1 DISABLE TRIGGER \"o'k\"");
    }
}
