//! The report of code quality that GitLab shows in a merge request.

use serde_json::{Value, json};

use super::super::json::pretty;
use super::{Alert, Level};
use crate::shown;

/// Writes alerts as code quality. An alert without a place stands at the first line of the declaration's directory, since
/// GitLab wants one.
#[must_use]
pub fn gitlab(alerts: &[Alert]) -> String {
    let all: Vec<Value> = alerts.iter().map(one).collect();
    pretty(&Value::Array(all))
}

fn one(alert: &Alert) -> Value {
    let severity = match alert.level {
        Level::Note => "info",
        Level::Warning => "minor",
        Level::Error => "critical",
    };
    let (file, line) =
        alert.place.as_ref().map_or((".", 1), |place| (place.file.as_str(), place.line));
    json!({
        "description": shown::line(&alert.message),
        "check_name": alert.rule,
        "fingerprint": alert.fingerprint(),
        "severity": severity,
        "location": { "path": file, "lines": { "begin": line } },
    })
}
