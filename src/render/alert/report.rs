//! What a report says of the lines of a declaration: its mistakes and doubts.

use super::{Alert, Anchors, Level};
use crate::report::{Report, Severity};
use crate::source::Source;

/// The diagnostics of a report; `sources` are the files that they point into.
#[must_use]
pub fn report_alerts(report: &Report, sources: &[Source], anchors: &Anchors) -> Vec<Alert> {
    let report = report.clone().without_secrets(sources);
    let mut alerts: Vec<Alert> = report
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let place = diagnostic.labels.first().and_then(|(origin, _)| {
                let source = sources.iter().find(|source| source.name == origin.file)?;
                Some(anchors.place(origin, source))
            });
            let [about, remedy] = diagnostic.code.page();
            let help = diagnostic.help.clone().unwrap_or(remedy);
            Alert {
                rule: diagnostic.code.name().to_owned(),
                about,
                help,
                level: match diagnostic.severity {
                    Severity::Error => Level::Error,
                    Severity::Warning => Level::Warning,
                },
                message: diagnostic.message.clone(),
                object: String::new(),
                place,
            }
        })
        .collect();
    alerts.sort_by(|a, b| (&a.place, &a.rule, &a.message).cmp(&(&b.place, &b.rule, &b.message)));
    alerts.dedup();
    alerts
}
