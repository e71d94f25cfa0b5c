//! What stands in scripts that were written by hand: for people, for programs, for code scanning (SARIF 2.1.0).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::json::pretty;
use crate::hazard::Severity;
use crate::lint::{Finding, What};
use crate::shown;
use crate::source::Source;

/// The findings of one script, with its name and text.
type Read = (Source, Vec<Finding>);

/// A line for each finding, with its place, and what to do once for each name.
#[must_use]
pub fn lint_text(read: &[Read]) -> String {
    let mut text = String::new();
    let mut names: BTreeMap<&str, What> = BTreeMap::new();
    for (source, finding) in all(read) {
        let (line, column) = place(source, finding);
        let (name, severity) = (finding.what.name(), finding.severity.name());
        let (file, message) = (shown::line(&source.name), shown::line(&finding.message));
        text.push_str(&format!("{file}:{line}:{column}: {severity}[{name}]: {message}\n"));
        names.insert(name, finding.what);
    }
    if !names.is_empty() {
        text.push_str("\nwhat to do (plumb explain NAME says more):\n");
    }
    for (name, what) in names {
        text.push_str(&format!("  {name}: {}\n", what.remedy()));
    }
    text
}

/// The findings as JSON.
#[must_use]
pub fn lint_json(read: &[Read]) -> String {
    let one = |(source, finding): (&Source, &Finding)| {
        let (line, column) = place(source, finding);
        json!({
            "file": &*source.name, "line": line, "column": column,
            "rule": finding.what.name(), "class": class(finding.what),
            "severity": finding.severity.name(), "message": finding.message,
            "help": finding.what.remedy(),
        })
    };
    let findings: Vec<Value> = all(read).map(one).collect();
    pretty(&json!({ "format": 1, "findings": findings }))
}

/// The findings as SARIF.
#[must_use]
pub fn lint_sarif(read: &[Read]) -> String {
    let whats: BTreeMap<&str, What> =
        all(read).map(|(_, finding)| (finding.what.name(), finding.what)).collect();
    let rule = |(name, what): (&&str, &What)| {
        json!({
            "id": name,
            "shortDescription": { "text": name },
            "help": { "text": what.remedy() },
            "defaultConfiguration": { "level": level(what.severity()) },
        })
    };
    let rules: Vec<Value> = whats.iter().map(rule).collect();
    let one = |(source, finding): (&Source, &Finding)| {
        let (line, column) = place(source, finding);
        json!({
            "ruleId": finding.what.name(),
            "level": level(finding.severity),
            "message": { "text": shown::line(&finding.message) },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": uri(&source.name) },
                "region": { "startLine": line, "startColumn": column },
            } }],
        })
    };
    let results: Vec<Value> = all(read).map(one).collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "plumb", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn all(read: &[Read]) -> impl Iterator<Item = (&Source, &Finding)> {
    read.iter().flat_map(|(source, found)| found.iter().map(move |finding| (source, finding)))
}

fn place(source: &Source, finding: &Finding) -> (usize, usize) {
    source.origin(finding.at..finding.at).line_column(&source.text)
}

fn class(what: What) -> &'static str {
    match what {
        What::Hazard(_) => "hazard",
        What::Rule(_) => "sql",
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Block => "error",
        Severity::Warn => "warning",
        Severity::Info => "note",
    }
}

/// A path as a relative reference of RFC 3986: every byte that is not unreserved, and no slash, is written in hex.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
