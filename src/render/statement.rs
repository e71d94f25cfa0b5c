//! The statements of a plan under their reasons, locks and hazards, which are SQL comments.

use std::collections::BTreeMap;

use crate::plan::{Lock, LockMode, Plan, PlannedStep, StepEvidence, Transaction};

use super::ink::{self, Ink, Style};
use super::label;

/// Each transaction: its title, and its statements with a margin before each line.
pub(super) fn transactions(plan: &Plan, style: Style, margin: &str) -> Vec<(String, String)> {
    chosen(plan, style, margin, &|_| true)
}

/// As [`transactions`], but only the statements that are `wanted`, each under its own number.
pub(super) fn chosen(
    plan: &Plan,
    style: Style,
    margin: &str,
    wanted: &dyn Fn(&PlannedStep) -> bool,
) -> Vec<(String, String)> {
    let (mut number, mut path) = (0, None);
    let mut all = Vec::new();
    for (at, transaction) in plan.transactions.iter().enumerate() {
        let mut bodies = Vec::new();
        for step in &transaction.steps {
            number += 1;
            if !wanted(step) {
                continue;
            }
            // Qualified statements mean the same under any path.
            let new_path = step.search_path.as_ref().filter(|new| path != Some(*new));
            path = step.search_path.as_ref().or(path);
            let remarks = remarks(plan, step, number, new_path, style, margin);
            let sql = format!("{};", step.sql.trim_end());
            bodies.push(format!("{remarks}{}", indented(&sql, margin)));
        }
        all.push((title(transaction, at + 1, plan.transactions.len()), bodies.join("\n")));
    }
    all
}

pub(super) fn title(transaction: &Transaction, at: usize, all: usize) -> String {
    let how = if transaction.block {
        ""
    } else if transaction.steps.iter().any(|step| step.batches.is_some()) {
        ", in batches: each is committed before the next"
    } else {
        ", outside a block: PostgreSQL refuses this statement in one"
    };
    format!("transaction {at} of {all}{how}")
}

/// The comment lines above a statement: its reason, its locks, its hazards, and what it did on a
/// copy.
fn remarks(
    plan: &Plan,
    step: &PlannedStep,
    number: usize,
    new_path: Option<&Vec<String>>,
    style: Style,
    margin: &str,
) -> String {
    let mut out = String::new();
    let mut remark = |first: &str, ink: Ink, text: &str| {
        let width = margin.len() + "-- ".len() + first.len();
        for (at, line) in style.wrapped(text, width).iter().enumerate() {
            let lead = if at == 0 { first.to_owned() } else { " ".repeat(first.len()) };
            out.push_str(&format!("{margin}{}\n", style.paint(ink, &format!("-- {lead}{line}"))));
        }
    };
    let reasons = label::reasons(plan, step);
    remark(&format!("{number}. "), Ink::Cyan, reasons.first().map_or("", String::as_str));
    for reason in reasons.iter().skip(1) {
        remark("   ", Ink::Cyan, reason);
    }
    if let Some(path) = new_path {
        let names = path.iter().map(|name| ink::line(name)).collect::<Vec<_>>().join(", ");
        remark("   ", Ink::Dim, &format!("search_path = {names}"));
    }
    for line in locks(&step.locks) {
        remark("   ", Ink::Dim, &line);
    }
    for other in &step.touches {
        remark("   ", Ink::Dim, &format!("also changes {}", ink::line(other)));
    }
    for hazard in &step.hazards {
        let text = format!("{}: {}", hazard.name, ink::line(&hazard.message));
        remark("!! ", Ink::Alarm, &text);
    }
    let evidence = plan.evidence.as_ref();
    if let Some(seen) = evidence.and_then(|evidence| evidence.steps.get(number - 1)) {
        for line in said(seen) {
            remark("   ", Ink::Dim, &format!("seen on a copy: {line}"));
        }
    }
    out
}

/// What one statement did on a copy, a line each.
pub(super) fn said(seen: &StepEvidence) -> Vec<String> {
    if let Some(why) = &seen.skipped {
        return vec![format!("not run: {}", ink::line(why))];
    }
    let lock = |lock: &Lock| {
        format!("lock {} on {}", lock.mode.words(), ink::line(&lock.relation.to_string()))
    };
    let rewritten =
        seen.rewritten.iter().map(|name| format!("rewrote {}", ink::line(&name.to_string())));
    seen.locks.iter().map(lock).chain(rewritten).collect()
}

/// What waits for a lock, of what matters to a running application.
fn effect(mode: LockMode) -> &'static str {
    match (mode.blocks_reads(), mode.blocks_writes()) {
        (true, _) => "blocks reads and writes",
        (false, true) => "blocks writes",
        (false, false) => "blocks neither reads nor writes",
    }
}

/// The relations under their locks, the strongest first.
pub(super) fn locks(locks: &[Lock]) -> Vec<String> {
    let mut by_mode: BTreeMap<LockMode, Vec<String>> = BTreeMap::new();
    for lock in locks {
        let relation = ink::line(&lock.relation.to_string()).into_owned();
        by_mode.entry(lock.mode).or_default().push(relation);
    }
    let line = |(mode, relations): (&LockMode, &Vec<String>)| {
        format!("lock {} on {} ({})", mode.words(), relations.join(", "), effect(*mode))
    };
    by_mode.iter().rev().map(line).collect()
}

fn indented(sql: &str, margin: &str) -> String {
    let mut out = String::new();
    for line in ink::lines(sql).split('\n') {
        if !line.is_empty() {
            out.push_str(margin);
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}
