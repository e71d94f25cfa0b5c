//! What a plan says of the lines of its declaration: its hazards, what is lost, what is undecided.

use super::{Alert, Anchors, Level};
use crate::hazard::Severity;
use crate::id::Id;
use crate::plan::Plan;

/// The hazards of a plan, what looks like a rename, and what is unproved, each at the line of its object.
#[must_use]
pub fn plan_alerts(plan: &Plan, anchors: &Anchors) -> Vec<Alert> {
    let mut alerts = Vec::new();
    for (number, step) in plan.steps().enumerate() {
        let object = plan.object_of(step);
        for hazard in &step.hazards {
            let named = object.map_or_else(String::new, |id| format!("{}: ", named(id)));
            alerts.push(Alert {
                rule: hazard.name.name().to_owned(),
                about: first(&hazard.name.page()),
                help: hazard.name.remedy(),
                level: level(hazard.name.severity()),
                message: format!("{named}{} (statement {})", hazard.message, number + 1),
                object: object.map_or_else(String::new, Id::to_string),
                place: object.and_then(|id| anchors.nearest(id)),
            });
        }
    }
    for pair in &plan.looks_renamed {
        alerts.push(Alert {
            rule: "looks-renamed".to_owned(),
            about: "An object goes and one that is much like it is made.".to_owned(),
            help: "add `renamed_from` to the new object, if it is the old one".to_owned(),
            level: Level::Warning,
            message: format!("{} was {}? {}", named(&pair.object), named(&pair.from), pair.common),
            object: pair.object.to_string(),
            place: anchors.nearest(&pair.object),
        });
    }
    for change in &plan.unproved {
        alerts.push(Alert {
            rule: "unproved".to_owned(),
            about: "No server could decide whether an object differs.".to_owned(),
            help: "name a scratch server that has what the object refers to, with --scratch"
                .to_owned(),
            level: Level::Note,
            message: format!(
                "{}: not known whether it differs; nothing is done",
                named(&change.object)
            ),
            object: change.object.to_string(),
            place: anchors.nearest(&change.object),
        });
    }
    alerts
}

/// How much a hazard or a finding of that severity counts.
pub(super) fn level(severity: Severity) -> Level {
    match severity {
        Severity::Info => Level::Note,
        Severity::Warn => Level::Warning,
        Severity::Block => Level::Error,
    }
}

/// The first paragraph of a page.
pub(super) fn first(page: &str) -> String {
    page.split("\n\n").next().unwrap_or_default().to_owned()
}

fn named(id: &Id) -> String {
    format!("{} {}", id.kind.noun(), id.dotted())
}
