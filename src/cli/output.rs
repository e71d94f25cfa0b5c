//! What is printed, and where: the only place of the crate that prints.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::path::Path;

use pgplumb::compare::CompareError;
use pgplumb::plan::PlanError;
use pgplumb::render::Style;
use pgplumb::report::Report;
use pgplumb::source::Source;

use super::{Colour, Exit};

/// Whether each stream is coloured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Colours {
    pub(crate) out: bool,
    pub(crate) err: bool,
}

impl Colours {
    pub(crate) fn new(choice: Colour) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let decide = |terminal: bool| match choice {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => wanted && terminal,
        };
        Self {
            out: decide(std::io::stdout().is_terminal()),
            err: decide(std::io::stderr().is_terminal()),
        }
    }

    /// How a report for standard output looks.
    pub(crate) fn style(self) -> Style {
        let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        Style { colour: self.out, width: width.unwrap_or(100) }
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    message: String,
    report: Option<(Report, Vec<Source>)>,
}

impl Failure {
    pub(crate) fn text(message: impl Display) -> Self {
        Self { exit: Exit::Error, message: message.to_string(), report: None }
    }

    pub(crate) fn refused(message: impl Display) -> Self {
        Self { exit: Exit::Refused, message: message.to_string(), report: None }
    }

    pub(crate) fn report(report: Report, sources: &[Source]) -> Self {
        Self { exit: Exit::Error, message: String::new(), report: Some((report, sources.to_vec())) }
    }

    pub(crate) fn compare(error: CompareError, sources: &[Source]) -> Self {
        match error {
            CompareError::Declaration(report) => Self::report(report, sources),
            CompareError::Plan(PlanError::Refused(refused)) => {
                let mut report = Report::default();
                for (object, why, origin) in refused {
                    let message = format!("{object} cannot be changed: {why}");
                    let diagnostic = pgplumb::report::Diagnostic::error("no-way", message);
                    report.push(match origin {
                        Some(origin) => diagnostic.at(origin, "declared here"),
                        None => diagnostic,
                    });
                }
                Self { exit: Exit::Refused, ..Self::report(report, sources) }
            }
            CompareError::Plan(error @ PlanError::Broken(_)) => Self::text(error),
            CompareError::Plan(error) => Self::refused(error),
            other => Self::text(other),
        }
    }
}

/// Prints why a command ended early.
pub(crate) fn report(failure: &Failure, colours: Colours) {
    match &failure.report {
        Some((report, sources)) => print_err(&report.render(sources, colours.err)),
        None => complain(&failure.message, colours),
    }
}

/// `error: ...` on standard error.
pub(crate) fn complain(message: &str, colours: Colours) {
    let word = if colours.err { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
    print_err(&format!("{word}: {message}\n"));
}

/// A remark on standard error.
pub(crate) fn say(message: impl Display) {
    print_err(&format!("{message}\n"));
}

/// Data on standard output. A reader that went away is no error of ours.
pub(crate) fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
    let _ = std::io::stdout().flush();
}

fn print_err(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Writes a file whole or not at all.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error| Failure::text(format!("{} could not be written: {error}", path.display()));
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.part", std::process::id()));
    std::fs::write(&partial, text).map_err(failed)?;
    std::fs::rename(&partial, path).map_err(failed)
}
