//! What was seen when a plan was run on a copy, for reading.

use crate::plan::{Evidence, Plan};

use super::statement::said;

/// The evidence as text.
#[must_use]
pub fn evidence(plan: &Plan, evidence: &Evidence) -> String {
    let version = evidence.server_version / 10_000;
    let mut out = format!("proof on a copy (PostgreSQL {version})\n");
    for (at, (step, seen)) in plan.steps().zip(&evidence.steps).enumerate() {
        let first = step.sql.trim().lines().next().unwrap_or_default();
        out.push_str(&format!("\n  {}. {first}\n", at + 1));
        for line in said(seen) {
            out.push_str(&format!("     {line}\n"));
        }
    }
    if !evidence.tables.is_empty() {
        out.push_str("\n  rows\n");
    }
    for table in &evidence.tables {
        let after = table.after.map_or_else(|| "gone".to_owned(), |rows| rows.to_string());
        let changed = if table.changed.is_empty() {
            String::new()
        } else {
            format!("; other values in {}", table.changed.join(", "))
        };
        out.push_str(&format!("    {}: {} -> {after}{changed}\n", table.table, table.before));
    }
    for note in &evidence.notes {
        out.push_str(&format!("\n  note: {note}\n"));
    }
    if let Some(failed) = &evidence.failed {
        out.push_str(&format!("\n  failed: {failed}\n"));
    }
    for object in &evidence.differing {
        out.push_str(&format!("\n  not as declared: {object}\n"));
    }
    out.push_str(&format!("\n{}\n", verdict(plan, evidence)));
    out
}

/// `proved: 3 of 3 statements ran, nothing differs`.
pub(super) fn verdict(plan: &Plan, evidence: &Evidence) -> String {
    let ran = evidence.steps.iter().filter(|seen| seen.skipped.is_none()).count();
    let verdict = if evidence.holds(plan) { "proved" } else { "not proved" };
    let differs = match (&evidence.failed, evidence.differing.len()) {
        (Some(_), _) => String::new(),
        (None, 0) => ", nothing differs".to_owned(),
        (None, count) => format!(", {} not as declared", crate::shown::counted(count, "object")),
    };
    format!(
        "{verdict}: {ran} of {} ran{differs}",
        crate::shown::counted(plan.steps().count(), "statement")
    )
}
