//! What lint finds, in scripts that were written by hand and in a declaration: for people, and for programs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::alert::{Anchors, Place};
use super::json::pretty;
use crate::lint::schema::{self, Findings};
use crate::lint::{Finding, What};
use crate::shown::{self, counted};
use crate::source::Source;

/// The findings of one script, with its name and text.
type Read = (Source, Vec<Finding>);

/// One line of a finding, in the form that editors jump by.
fn line(place: Option<&Place>, severity: &str, name: &str, message: &str) -> String {
    let message = shown::line(message);
    match place {
        Some(Place { file, line, column, end: _ }) => {
            let file = shown::line(file);
            format!("{file}:{line}:{column}: {severity}[{name}]: {message}\n")
        }
        None => format!("{severity}[{name}]: {message}\n"),
    }
}

/// What to do, once for each name.
fn remedies<'a>(names: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let names: BTreeMap<&str, String> = names.into_iter().collect();
    let mut text = String::new();
    if !names.is_empty() {
        text.push_str("\nwhat to do (plumb explain NAME says more):\n");
    }
    for (name, remedy) in names {
        text.push_str(&format!("  {name}: {remedy}\n"));
    }
    text
}

/// A line for each finding in a script, with its place, and what to do once for each name.
#[must_use]
pub fn lint_text(read: &[Read]) -> String {
    let mut text = String::new();
    for (source, finding) in all(read) {
        let place = place(source, finding);
        text.push_str(&line(
            Some(&place),
            finding.severity.name(),
            finding.what.name(),
            &finding.message,
        ));
    }
    text.push_str(&remedies(all(read).map(|(_, it)| (it.what.name(), it.what.remedy()))));
    text
}

/// The findings in scripts as JSON.
#[must_use]
pub fn lint_json(read: &[Read]) -> String {
    let one = |(source, finding): (&Source, &Finding)| {
        let Place { file, line, column, end: _ } = place(source, finding);
        json!({
            "file": file, "line": line, "column": column,
            "rule": finding.what.name(), "class": class(finding.what),
            "severity": finding.severity.name(), "message": finding.message,
            "help": finding.what.remedy(),
        })
    };
    let findings: Vec<Value> = all(read).map(one).collect();
    pretty(&json!({ "format": 1, "findings": findings }))
}

/// A line for each finding in the declaration, what to do, and how many there are.
#[must_use]
pub fn lint_schema_text(findings: &Findings, anchors: &Anchors) -> String {
    let mut text = String::new();
    for finding in &findings.all {
        let place = anchors.nearest(&finding.object);
        text.push_str(&line(
            place.as_ref(),
            finding.level.name(),
            finding.rule.name,
            &finding.message,
        ));
    }
    text.push_str(&remedies(findings.all.iter().map(|it| (it.rule.name, it.rule.remedy()))));
    if !findings.all.is_empty() {
        text.push('\n');
    }
    text.push_str(&format!("{}\n", verdict(findings)));
    text
}

/// `2 findings: 1 error, 1 warning; 3 ignored`.
fn verdict(findings: &Findings) -> String {
    let levels = [
        (schema::Level::Error, "error"),
        (schema::Level::Warn, "warning"),
        (schema::Level::Info, "remark"),
    ];
    let parts = levels.into_iter().filter_map(|(level, noun)| {
        let count = findings.all.iter().filter(|finding| finding.level == level).count();
        (count > 0).then(|| counted(count, noun))
    });
    let parts: Vec<String> = parts.collect();
    let mut text = match parts.as_slice() {
        [] => "nothing found".to_owned(),
        parts => format!("{}: {}", counted(findings.all.len(), "finding"), parts.join(", ")),
    };
    if findings.ignored > 0 {
        text.push_str(&format!("; {} ignored", findings.ignored));
    }
    text
}

/// The findings in the declaration as JSON.
#[must_use]
pub fn lint_schema_json(findings: &Findings, anchors: &Anchors) -> String {
    let one = |finding: &schema::Finding| {
        let place = anchors.nearest(&finding.object);
        json!({
            "file": place.as_ref().map(|place| &place.file),
            "line": place.as_ref().map(|place| place.line),
            "column": place.as_ref().map(|place| place.column),
            "rule": finding.rule.name, "class": "schema", "object": finding.object,
            "severity": finding.level.name(), "message": finding.message,
            "help": finding.rule.remedy(),
        })
    };
    let all: Vec<Value> = findings.all.iter().map(one).collect();
    pretty(&json!({
        "format": 1, "findings": all, "ignored": findings.ignored, "expired": findings.expired,
    }))
}

fn all(read: &[Read]) -> impl Iterator<Item = (&Source, &Finding)> {
    read.iter().flat_map(|(source, found)| found.iter().map(move |finding| (source, finding)))
}

fn place(source: &Source, finding: &Finding) -> Place {
    let (line, column) = source.line_column(&source.origin(finding.at..finding.at));
    Place { file: source.name.to_string(), line, column, end: None }
}

fn class(what: What) -> &'static str {
    match what {
        What::Hazard(_) => "hazard",
        What::Rule(_) => "sql",
    }
}
