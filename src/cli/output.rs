//! What is printed, and where: the only place of the crate that prints.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;

use pgplumb::compare::CompareError;
use pgplumb::declare::{self, Declaration};
use pgplumb::id::Id;
use pgplumb::later::Passing;
use pgplumb::oracle::OracleError;
use pgplumb::plan::{self, PlanError};
use pgplumb::render::Style;
use pgplumb::report::{Code, Diagnostic, Report};
use pgplumb::secret::{carries_secret, is_secret};
use pgplumb::shown::{self, Place};
use pgplumb::source::{Origin, Source};
use terminal_size::terminal_size_of;

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
        let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let terminal = || terminal_size_of(std::io::stdout()).map(|(columns, _)| columns.0.into());
        let width = said.or_else(terminal);
        Style { colour: self.out, width: width.unwrap_or(100) }
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    message: String,
    report: Option<(Report, Vec<Source>)>,
    /// Whether the files of the report are named by their paths, and not within the declaration's directory.
    pub(crate) by_path: bool,
}

impl Failure {
    pub(crate) fn text(message: impl Display) -> Self {
        Self { exit: Exit::Error, message: message.to_string(), report: None, by_path: false }
    }

    /// What may succeed later exits otherwise than what does not.
    pub(crate) fn of(error: impl Display + Passing) -> Self {
        let exit = if error.is_passing() { Exit::Later } else { Exit::Error };
        Self { exit, ..Self::text(error) }
    }

    /// A file that the user named, which could not be read. A URL in its place is not repeated: it may hold a password.
    pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        let shown = path.display().to_string();
        Self::text(if shown.contains("://") || carries_secret(&shown) {
            "what stands in the place of a file seems to be a database: name that with --url"
                .to_owned()
        } else {
            format!("{shown} could not be read: {error}")
        })
    }

    pub(crate) fn refused(message: impl Display) -> Self {
        Self { exit: Exit::Refused, message: message.to_string(), report: None, by_path: false }
    }

    /// What may succeed later.
    pub(crate) fn later(message: impl Display) -> Self {
        Self { exit: Exit::Later, message: message.to_string(), report: None, by_path: false }
    }

    pub(crate) fn report(report: Report, sources: &[Source]) -> Self {
        Self {
            exit: Exit::Error,
            message: String::new(),
            report: Some((report, sources.to_vec())),
            by_path: false,
        }
    }

    /// The same, where its files are named by their paths.
    pub(crate) fn by_path(self) -> Self {
        Self { by_path: true, ..self }
    }

    /// Objects that need each other, each with its place.
    fn circle(objects: Vec<(Id, Option<Origin>)>, sources: &[Source]) -> Self {
        let message =
            format!("these objects need each other in a circle: {}", plan::circle(&objects));
        let mut diagnostic = Diagnostic::error(Code::Circle, message).help(plan::CIRCLE_HELP);
        for (object, origin) in objects {
            if let Some(origin) = origin {
                diagnostic = diagnostic.at(origin, object.to_string());
            }
        }
        Self::report(diagnostic.into(), sources)
    }

    pub(crate) fn compare(error: CompareError, sources: &[Source]) -> Self {
        match error {
            CompareError::Declaration(report) => Self::report(report, sources),
            CompareError::Plan(PlanError::Refused(refused)) => {
                let mut report = Report::default();
                for refusal in refused {
                    let diagnostic = Diagnostic::error(Code::NoWay, refusal.to_string());
                    report.push(match refusal.origin {
                        Some(origin) => diagnostic.at(origin, "declared here"),
                        None => diagnostic,
                    });
                }
                Self { exit: Exit::Refused, ..Self::report(report, sources) }
            }
            CompareError::Plan(error @ PlanError::Broken(_)) => Self::text(error),
            CompareError::Plan(error @ PlanError::Locks { .. }) => Self::refused(error),
            CompareError::Plan(PlanError::Cycle(objects)) => {
                Self { exit: Exit::Refused, ..Self::circle(objects, sources) }
            }
            CompareError::Oracle(OracleError::Plan(PlanError::Cycle(objects))) => {
                Self::circle(objects, sources)
            }
            // What cannot be built on an empty server either is a mistake in the declaration.
            CompareError::Unbuildable(error) => {
                Self { exit: Exit::Error, ..Self::compare(CompareError::Plan(error), sources) }
            }
            other => Self::of(other),
        }
    }
}

impl Failure {
    /// The report, where the failure is one, and the files that it points into.
    pub(crate) fn reported(&self) -> Option<(&Report, &[Source])> {
        self.report.as_ref().map(|(report, sources)| (report, sources.as_slice()))
    }

    /// Whether it is a report with a mistake of that sort.
    pub(crate) fn says(&self, code: Code) -> bool {
        let report = self.report.as_ref().map(|(report, _)| report);
        report.is_some_and(|report| report.diagnostics.iter().any(|it| it.code == code))
    }

    /// What went wrong, without colours.
    pub(crate) fn message(&self) -> String {
        match &self.report {
            Some((report, sources)) => report.render(sources, false),
            None => self.message.clone(),
        }
    }
}

/// How standard output and standard error are read. Decided once, since everything that is printed
/// depends on it.
static READERS: OnceLock<Readers> = OnceLock::new();

#[derive(Clone, Copy, Debug)]
struct Readers {
    colours: Colours,
    runner: bool,
}

/// Decides how everything is printed from here on.
pub(crate) fn start(colours: Colours) {
    let _ = READERS.set(Readers { colours, runner: runner() });
}

/// Where a text of one of the two streams is printed; without colours until it is decided.
fn place(colour: fn(Colours) -> bool) -> Place {
    match READERS.get() {
        Some(readers) => Place { colour: colour(readers.colours), runner: readers.runner },
        None => Place { colour: false, runner: runner() },
    }
}

/// Whether a CI runner reads what is printed: its service sets one of these variables.
fn runner() -> bool {
    const SET_BY_RUNNERS: [&str; 9] = [
        "CI",
        "GITHUB_ACTIONS",
        "GITEA_ACTIONS",
        "GITLAB_CI",
        "TF_BUILD",
        "TEAMCITY_VERSION",
        "BUILDKITE",
        "JENKINS_URL",
        "BITBUCKET_BUILD_NUMBER",
    ];
    let set = |name| std::env::var_os(name).is_some_and(|it| !it.is_empty() && it != "false");
    SET_BY_RUNNERS.into_iter().any(set)
}

/// What sort of text is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// To be read.
    Text,
    /// JSON, whose values stay as they are.
    Json,
    /// A script, of which every byte counts.
    Script,
    /// Commands for a CI runner, in which everything that a user named is escaped.
    Commands,
}

impl Form {
    /// The text as a file gets it.
    pub(crate) fn written(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Text => shown::printed(text, Place { colour: false, runner: runner() }),
            Self::Json => shown::json(text),
            Self::Script | Self::Commands => Cow::Borrowed(text),
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

/// Prints the warnings of a declaration, each with its place.
pub(crate) fn warn(declaration: &Declaration, colours: Colours) {
    let doubts = declare::doubts(declaration);
    if !doubts.is_empty() {
        print_err(&doubts.render(&declaration.sources, colours.err));
    }
}

/// Prints what clap says of the arguments, which it repeats, but for what may have a password.
pub(crate) fn usage(error: &clap::Error, colours: Colours) {
    let text = error.render();
    let written = |colour| {
        let text = if colour { text.ansi().to_string() } else { text.to_string() };
        without_secrets(text, std::env::args())
    };
    start(colours);
    if error.use_stderr() {
        print_err(&written(colours.err));
    } else {
        print(&written(colours.out));
    }
}

/// The text without those arguments that may be a URL or a connection string with a password.
fn without_secrets(text: String, arguments: impl Iterator<Item = String>) -> String {
    arguments.fold(text, |text, argument| {
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, value),
            _ => ("", argument.as_str()),
        };
        // What is said is short; what stands in it by chance is not looked at.
        let may = value.contains(['@', ':']) || is_secret(value) || is_secret(option);
        if may && value.len() > 1 { text.replace(value, "(not shown)") } else { text }
    })
}

/// `error: ...` on standard error.
pub(crate) fn complain(message: &str, colours: Colours) {
    let word = if colours.err { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
    print_err(&format!("{word}: {}\n", shown::lines(message)));
}

/// A remark on standard error.
pub(crate) fn say(message: impl Display) {
    print_err(&format!("{}\n", shown::lines(&message.to_string())));
}

/// Text on standard output. A reader that went away is no error of ours.
pub(crate) fn print(text: &str) {
    write_out(&shown::printed(text, place(|colours| colours.out)));
}

/// Data in any form on standard output.
///
/// # Errors
/// If it is a script that cannot be printed where a CI runner reads.
pub(crate) fn print_as(form: Form, text: &str) -> Result<(), Failure> {
    match form {
        Form::Text => print(text),
        Form::Json => write_out(&shown::json(text)),
        Form::Script if runner() && shown::has_command(text) => {
            return Err(Failure::text(
                "a line of the script is a command for the CI runner (`::`, `##[` or `##vso[`), \
                 and is not printed; write the script to a file with `plumb plan --out FILE.sql`",
            ));
        }
        Form::Script | Form::Commands => write_out(text),
    }
    Ok(())
}

fn write_out(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
    let _ = std::io::stdout().flush();
}

fn print_err(text: &str) {
    let text = shown::printed(text, place(|colours| colours.err));
    let _ = std::io::stderr().write_all(text.as_bytes());
}
