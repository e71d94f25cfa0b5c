//! SARIF 2.1.0, as code scanning of GitHub reads it ("SARIF support for code scanning").

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::json::pretty;
use super::{Alert, Place};
use crate::shown;

/// Writes alerts as SARIF. `category` tells the runs of one commit apart, such as `plan/production`.
#[must_use]
pub fn sarif(alerts: &[Alert], category: &str) -> String {
    // Of a rule that counts differently in two places the graver level is the usual one.
    let mut rules: BTreeMap<&str, &Alert> = BTreeMap::new();
    for alert in alerts {
        let known = rules.entry(&alert.rule).or_insert(alert);
        if alert.level > known.level {
            *known = alert;
        }
    }
    let places: BTreeMap<&str, usize> =
        rules.keys().enumerate().map(|(at, rule)| (*rule, at)).collect();
    let results: Vec<Value> =
        alerts.iter().map(|alert| result(alert, places[alert.rule.as_str()])).collect();
    let rules: Vec<Value> = rules.values().copied().map(rule).collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "plumb", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules,
            } },
            "automationDetails": { "id": format!("plumb/{category}/") },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn rule(alert: &Alert) -> Value {
    json!({
        "id": alert.rule,
        "shortDescription": { "text": alert.rule.replace('-', " ") },
        // A full description has at most 1,024 characters.
        "fullDescription": { "text": alert.about.chars().take(1024).collect::<String>() },
        "help": { "text": format!("{}\n\nplumb explain {} says more.", alert.help, alert.rule) },
        "defaultConfiguration": { "level": alert.level.name() },
    })
}

fn result(alert: &Alert, rule: usize) -> Value {
    // Code scanning refuses a result without a place.
    let root = Place { file: ".".to_owned(), line: 1, column: 1, end: None };
    json!({
        "ruleId": alert.rule,
        "ruleIndex": rule,
        "level": alert.level.name(),
        "message": { "text": shown::line(&alert.message) },
        "locations": [location(alert.place.as_ref().unwrap_or(&root))],
        "partialFingerprints": { "primaryLocationLineHash": format!("{}:1", alert.fingerprint()) },
    })
}

fn location(place: &Place) -> Value {
    let (end_line, end_column) = place.end.unwrap_or((place.line, place.column + 1));
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&place.file) },
        "region": {
            "startLine": place.line, "startColumn": place.column,
            "endLine": end_line, "endColumn": end_column,
        },
    } })
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
