//! The forms that code hosts show beside the lines of a pull request.

use std::path::Path;

use pgplumb::render::{self, Alert, Anchors, Level, report_alerts};

use super::output::{Failure, Form, print_as};
use super::{Exit, sides};

/// What a failure says of the declaration: its mistakes, or what PostgreSQL has no way for; else a refusal as a whole. That a server
/// cannot be reached says nothing of it.
pub(crate) fn of_failure(failure: &Failure, anchors: &Anchors) -> Vec<Alert> {
    match failure.reported() {
        Some((report, sources)) if failure.by_path => {
            let mut alerts = report_alerts(report, sources, &Anchors::default());
            for place in alerts.iter_mut().filter_map(|alert| alert.place.as_mut()) {
                place.file = sides::shown_dir(Path::new(&place.file));
            }
            // A file outside of the checkout has no place in it.
            for alert in &mut alerts {
                alert.place.take_if(|place| Path::new(&place.file).is_absolute());
            }
            alerts
        }
        Some((report, sources)) => report_alerts(report, sources, anchors),
        None if failure.exit == Exit::Refused => vec![Alert {
            rule: "no-way".to_owned(),
            about: "There is no plan from the database to the declaration.".to_owned(),
            help: "read the reason, and change the declaration or the database".to_owned(),
            level: Level::Error,
            message: failure.message(),
            object: String::new(),
            place: None,
        }],
        None => Vec::new(),
    }
}

/// A code host's form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Host {
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub.
    Github,
    /// Code quality of GitLab.
    Gitlab,
}

impl Host {
    /// What sort of text it is.
    pub(crate) fn form(self) -> Form {
        match self {
            Self::Sarif | Self::Gitlab => Form::Json,
            Self::Github => Form::Commands,
        }
    }

    /// Prints alerts in that form.
    pub(crate) fn print(self, alerts: &[Alert], category: &str) -> Result<(), Failure> {
        print_as(self.form(), &self.written(alerts, category))
    }

    /// The alerts in that form; `category` tells the runs of one commit apart.
    pub(crate) fn written(self, alerts: &[Alert], category: &str) -> String {
        match self {
            Self::Sarif => render::sarif(alerts, category),
            Self::Github => render::github(alerts),
            Self::Gitlab => render::gitlab(alerts),
        }
    }
}
