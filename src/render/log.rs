//! The journal of a database, for reading: a run of apply a paragraph.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::ink;
use super::json::pretty;
use crate::apply::{Entry, spoken};

/// Writes the entries as JSON.
#[must_use]
pub fn log_json(entries: &[Entry]) -> String {
    let one = |entry: &Entry| {
        let Entry { at, run, role, event, detail, .. } = entry;
        json!({ "at": at, "run": run, "role": role, "event": event, "detail": detail })
    };
    pretty(&Value::Array(entries.iter().map(one).collect()))
}

/// Writes the entries as text, the last run first; `verbose`: with the statements.
#[must_use]
pub fn log_text(entries: &[Entry], verbose: bool) -> String {
    let mut runs: Vec<(&str, String)> = Vec::new();
    for entry in entries {
        let at = runs.iter().position(|(run, _)| *run == entry.run).unwrap_or(runs.len());
        if at == runs.len() {
            runs.push((&entry.run, String::new()));
        }
        entry_text(&mut runs[at].1, entry, verbose);
    }
    if runs.is_empty() {
        return "no run of apply is in the journal\n".to_owned();
    }
    let texts: Vec<String> = runs.into_iter().rev().map(|(_, text)| text).collect();
    texts.join("\n")
}

fn entry_text(out: &mut String, entry: &Entry, verbose: bool) {
    let Entry { at, role, event, detail, .. } = entry;
    let text = |key: &str| detail.get(key).and_then(Value::as_str).map(ink::line);
    let number = |key: &str| detail.get(key).and_then(Value::as_u64).unwrap_or_default();
    let time = |key: &str| {
        detail.get(key).and_then(Value::as_u64).map(|ms| spoken(Duration::from_millis(ms)))
    };
    let mut line = |text: String| _ = writeln!(out, "{text}");
    match event.as_str() {
        "begun" => {
            let revision = text("revision").map(|of| format!(", revision {of}"));
            line(format!(
                "{}  {} as {}{}",
                ink::line(at),
                text("who").unwrap_or_default(),
                ink::line(role),
                revision.unwrap_or_default()
            ));
            line(format!("  {}", text("summary").unwrap_or_default()));
            line(format!("  plan {}", text("plan").unwrap_or_default()));
        }
        "committed" => {
            let blocked = time("blocked_milliseconds")
                .map(|time| format!(", a table blocked for {time} at most"));
            line(format!(
                "  transaction {} committed after {}{}",
                number("transaction"),
                time("milliseconds").unwrap_or_default(),
                blocked.unwrap_or_default()
            ));
            let statements = detail.get("statements").and_then(Value::as_array);
            for statement in statements.into_iter().flatten().filter(|_| verbose) {
                let sql = statement.get("sql").and_then(Value::as_str).unwrap_or_default();
                let took =
                    statement.get("milliseconds").and_then(Value::as_u64).unwrap_or_default();
                line(format!("    {} ms  {}", took, ink::line(sql)));
            }
        }
        "refused" => {
            let blockers = detail.get("blockers").and_then(Value::as_array);
            let blockers: Vec<_> =
                blockers.into_iter().flatten().filter_map(Value::as_str).map(ink::line).collect();
            let by = if blockers.is_empty() {
                String::new()
            } else {
                format!(" ({})", blockers.join("; "))
            };
            line(format!(
                "  transaction {} got no lock, attempt {}: {}{by}",
                number("transaction"),
                number("attempts"),
                text("message").unwrap_or_default()
            ));
        }
        "ended" => match text("error") {
            None => line(format!("  done at {}", ink::line(at))),
            Some(error) => line(format!("  stopped at {}: {error}", ink::line(at))),
        },
        other => line(format!("  {} at {}", ink::line(other), ink::line(at))),
    }
}
