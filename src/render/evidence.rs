//! What was seen when a plan was run on a copy, for reading.

use crate::plan::{Evidence, Lock, Plan, StepEvidence};

/// The evidence as text; `held`: whether it speaks for the plan.
#[must_use]
pub fn evidence(plan: &Plan, evidence: &Evidence, held: bool) -> String {
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
    let ran = evidence.steps.iter().filter(|seen| seen.skipped.is_none()).count();
    let verdict = if held { "proved" } else { "not proved" };
    out.push_str(&format!("\n{verdict}: {ran} of {} statements ran", plan.steps().count()));
    out.push_str(match (&evidence.failed, evidence.differing.len()) {
        (Some(_), _) => "\n",
        (None, 0) => ", nothing differs\n",
        (None, 1) => ", 1 object differs\n",
        (None, _) => ", several objects differ\n",
    });
    out
}

fn said(seen: &StepEvidence) -> Vec<String> {
    if let Some(why) = &seen.skipped {
        return vec![format!("not run: {why}")];
    }
    let lock = |lock: &Lock| format!("lock {} on {}", mode(&lock.mode), lock.relation);
    let rewritten = seen.rewritten.iter().map(|relation| format!("rewrote {relation}"));
    seen.locks.iter().map(lock).chain(rewritten).collect()
}

/// `AccessExclusiveLock` is ACCESS EXCLUSIVE in a LOCK statement.
fn mode(mode: &str) -> String {
    let mut words = String::new();
    for c in mode.trim_end_matches("Lock").chars() {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(c.to_ascii_uppercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_called_as_in_lock() {
        assert_eq!(mode("ShareUpdateExclusiveLock"), "SHARE UPDATE EXCLUSIVE");
    }
}
