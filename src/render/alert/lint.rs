//! What lint says of scripts and of the declaration.

use super::plan::{first, level};
use super::{Alert, Anchors, Level, Place};
use crate::lint::schema::{self, Findings};
use crate::lint::{Finding, What};
use crate::source::Source;

/// The findings of scripts, each with its name and text.
#[must_use]
pub fn script_alerts(read: &[(Source, Vec<Finding>)]) -> Vec<Alert> {
    let one = |source: &Source, finding: &Finding| {
        let (line, column) = source.line_column(&source.origin(finding.at..finding.at));
        let about = match finding.what {
            What::Hazard(hazard) => first(&hazard.page()),
            What::Rule(rule) => rule.page().to_owned(),
        };
        Alert {
            rule: finding.what.name().to_owned(),
            about,
            help: finding.what.remedy(),
            level: level(finding.severity),
            message: finding.message.clone(),
            object: String::new(),
            place: Some(Place { file: source.name.to_string(), line, column, end: None }),
        }
    };
    read.iter().flat_map(|(source, all)| all.iter().map(move |found| one(source, found))).collect()
}

/// The findings of the rules over a declaration.
#[must_use]
pub fn schema_alerts(findings: &Findings, anchors: &Anchors) -> Vec<Alert> {
    let one = |finding: &schema::Finding| Alert {
        rule: finding.rule.name.to_owned(),
        about: finding.rule.summary(),
        help: finding.rule.remedy(),
        level: match finding.level {
            schema::Level::Info => Level::Note,
            schema::Level::Warn => Level::Warning,
            schema::Level::Error => Level::Error,
        },
        message: finding.message.clone(),
        object: finding.object.to_string(),
        place: anchors.nearest(&finding.object),
    };
    findings.all.iter().map(one).collect()
}
