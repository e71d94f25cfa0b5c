//! The first line of a plan: what changes, what is lost, what is blocked, what rows can refuse.

use std::collections::BTreeMap;

use super::group::grouped;
use super::label;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::plan::{Action, Plan};
use crate::shown::counted;

/// More losses than these are counted and not named.
const NAMED: usize = 2;

/// What a reviewer asks first, in one line; `None` of a plan without changes.
pub(super) fn verdict(plan: &Plan) -> Option<String> {
    if plan.changes.is_empty() {
        return None;
    }
    let asks = plan.questions.len();
    let asks = (asks > 0).then(|| format!("rows can refuse it ({})", counted(asks, "question")));
    let parts = [Some(changed(plan)), Some(lost(plan)), Some(blocked(plan)), asks];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

/// What the plan does, in the order in which a reviewer asks.
const VERBS: [(&str, &[Action]); 5] = [
    ("drops", &[Action::Drop]),
    ("changes", &[Action::Alter]),
    ("renames", &[Action::Rename]),
    ("makes again", &[Action::Replace, Action::Rebuild]),
    ("creates", &[Action::Create]),
];

/// `changes 3 tables, creates 1 function`: an object with what lives in it counts once.
fn changed(plan: &Plan) -> String {
    let mut counts: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for group in grouped(&plan.changes) {
        let own = group.nodes.first().filter(|node| !node.is_child());
        let action = own.map_or(Action::Alter, |node| node.change.action);
        let verb = VERBS.iter().position(|(_, actions)| actions.contains(&action));
        *counts.entry((verb.unwrap_or_default(), group.noun())).or_default() += 1;
    }
    let phrase = |(at, (verb, _)): (usize, &(&str, &[Action]))| {
        let of = counts.iter().filter(|((of, _), _)| *of == at);
        let all: Vec<String> = of.map(|((_, noun), count)| counted(*count, noun)).collect();
        (!all.is_empty()).then(|| format!("{verb} {}", all.join(", ")))
    };
    VERBS.iter().enumerate().filter_map(phrase).collect::<Vec<_>>().join(", ")
}

fn lost(plan: &Plan) -> String {
    let mut losses: Vec<(&Id, &str)> = Vec::new();
    for (object, hazard) in plan.hazards() {
        if let (Hazard::DataLoss, Some(object)) = (hazard.name, object)
            && !losses.iter().any(|(known, _)| *known == object)
        {
            losses.push((object, hazard.message.as_str()));
        }
    }
    let named = |(object, message): &(&Id, &str)| {
        let table = object.path.get(..2).and_then(|path| {
            let named = plan.large.iter();
            named.into_iter().find(|(of, _)| of.to_string() == path.join("."))
        });
        let rows = table.map(|(_, size)| format!(" ({} rows)", size.rows)).unwrap_or_default();
        format!("{}: {message}{rows}", label::object(object))
    };
    match losses.len() {
        0 => "nothing is lost".to_owned(),
        1..=NAMED => losses.iter().map(named).collect::<Vec<_>>().join("; "),
        count => format!("{} lose data", counted(count, "object")),
    }
}

/// Whether tables are locked. The large ones have a line of their own.
fn blocked(plan: &Plan) -> String {
    let locks = plan.steps().flat_map(|step| &step.locks);
    let stops = locks.into_iter().any(|lock| lock.mode.blocks_writes());
    let long = plan
        .steps()
        .filter(|step| step.hazards.iter().any(|hazard| plan.stops_others(step, hazard)))
        .count();
    match (long, stops) {
        (0, false) => "no table is locked".to_owned(),
        (0, true) => "no large table is blocked for long".to_owned(),
        (count, _) => {
            let verb = if count == 1 { "blocks" } else { "block" };
            format!("{} {verb} a large table for long", counted(count, "statement"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, change};
    use super::*;

    #[test]
    fn the_first_line_says_what_changes_and_what_is_lost() {
        assert_eq!(verdict(&sample::empty()), None);
        assert_eq!(
            verdict(&sample::clinic()).unwrap(),
            "drops 1 table, changes 1 enum, 1 function, 1 table, makes again 1 view, creates 1 enum, 1 role, 1 table; column \
             public.client.fax: the values of public.client.fax are lost; no large table is blocked for long"
        );
    }

    #[test]
    fn each_sort_of_change_is_counted_by_the_object_that_it_is_in() {
        let mut plan = sample::empty();
        plan.changes = vec![
            change(Action::Create, "table:public.a"),
            change(Action::Create, "column:public.a.x"),
            change(Action::Create, "column:public.b.x"),
            change(Action::Alter, "column:public.c.x"),
            change(Action::Drop, "view:public.v"),
        ];
        assert_eq!(
            verdict(&plan).unwrap(),
            "drops 1 view, changes 2 tables, creates 1 table; nothing is lost; no table is locked"
        );
    }
}
