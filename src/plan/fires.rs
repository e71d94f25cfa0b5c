//! Which event triggers of the server fire for the statements of a plan. Their code runs beside the plan, and never on a
//! scratch.

use std::collections::BTreeSet;

use super::{PlannedStep, Transaction};
use crate::catalog::Server;
use crate::hazard::Hazard;
use crate::shown;

/// The names of the event triggers that may fire for a step.
pub(crate) fn firing<'s>(step: &PlannedStep, server: &'s Server) -> impl Iterator<Item = &'s str> {
    let rewrites = step.hazards.iter().any(|hazard| hazard.name == Hazard::RewriteTable);
    let sql = step.sql.clone();
    let all = server.event_triggers.iter();
    all.filter(move |it| it.fires_for(&sql, rewrites)).map(|it| it.name.as_str())
}

/// What to say of the event triggers that fire for any of the statements.
pub(crate) fn note(transactions: &[Transaction], server: &Server) -> Option<String> {
    let steps = transactions.iter().flat_map(|transaction| &transaction.steps);
    let names: BTreeSet<&str> = steps.flat_map(|step| firing(step, server)).collect();
    let listed: Vec<_> = names.into_iter().map(shown::line).collect();
    let (triggers, fires, run) = match listed.len() {
        0 => return None,
        1 => ("event trigger", "fires", "runs"),
        _ => ("event triggers", "fire", "run"),
    };
    let names = listed.join(", ");
    Some(format!(
        "{triggers} {names} {fires} for statements of this plan, and {run} code that the plan does not show"
    ))
}
