//! Which tables a plan blocks, and for how long: the first question of those who run a database.

use crate::apply::spoken;
use crate::catalog::Size;
use crate::plan::{Plan, Relation};
use crate::shown::counted;

/// What blocks a large table for longer than a lock takes to be granted; `None` where no large table is locked.
pub(super) fn blocked(plan: &Plan) -> Option<String> {
    if plan.large.is_empty() {
        return None;
    }
    let mut waits: Vec<String> = Vec::new();
    for (at, step) in plan.steps().enumerate() {
        let long: Vec<&str> = step
            .hazards
            .iter()
            .filter(|hazard| plan.stops_others(step, hazard))
            .map(|hazard| hazard.name.name())
            .collect();
        if !long.is_empty() {
            let on: Vec<String> = plan.large_in(step).map(|(of, size)| sized(of, *size)).collect();
            waits.push(format!("statement {} on {} ({})", at + 1, on.join(", "), long.join(", ")));
        }
    }
    if waits.is_empty() {
        let large: Vec<String> = plan.large.iter().map(|(of, size)| sized(of, *size)).collect();
        return Some(format!(
            "no large table is blocked for longer than a lock takes to be granted: {}",
            large.join(", ")
        ));
    }
    let longest = plan.transactions.iter().filter_map(|transaction| plan.held(transaction));
    let longest = longest.max_by_key(|held| held.time).map_or_else(String::new, |held| {
        format!("; at the longest {} for about {}", held.relation, spoken(held.time))
    });
    Some(format!("reads or writes wait for as long as these take: {}{longest}", waits.join("; ")))
}

fn sized(relation: &Relation, size: Size) -> String {
    let rows = usize::try_from(size.rows).unwrap_or(usize::MAX);
    format!("{relation} ({}, {} MB)", counted(rows, "row"), size.bytes >> 20)
}
