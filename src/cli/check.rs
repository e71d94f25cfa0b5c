use clap::{Args, ValueEnum};
use pgplumb::check::check;
use pgplumb::declare;
use pgplumb::render::{Anchors, report_alerts};
use pgplumb::report::Report;
use pgplumb::shown::counted;
use pgplumb::source::Source;

use super::hosts::Host;
use super::output::{Colours, Failure, print, warn};
use super::{Declared, Exit, ScratchFrom, exit, sides};

/// Reads the declaration and builds it on a scratch; names what is wrong, and where.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::CONNECTS))]
pub(crate) struct Check {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    scratch: ScratchFrom,
    /// How what is wrong is written; as text it goes to standard error, otherwise to standard output too.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How mistakes are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// To be read.
    Text,
    /// For code scanning (SARIF 2.1.0).
    Sarif,
    /// For annotations by a runner of GitHub.
    Github,
    /// For code quality of GitLab.
    Gitlab,
}

impl Format {
    fn host(self) -> Option<Host> {
        match self {
            Self::Text => None,
            Self::Sarif => Some(Host::Sarif),
            Self::Github => Some(Host::Github),
            Self::Gitlab => Some(Host::Gitlab),
        }
    }
}

impl Check {
    pub(crate) async fn run(self, colours: Colours) -> Result<Exit, Failure> {
        let mut doubts = (Report::default(), Vec::new());
        let ended = self.checked(colours, &mut doubts).await;
        let Some(host) = self.format.host() else {
            print(&format!("{}, nothing wrong\n", counted(ended?, "object")));
            return Ok(Exit::Done);
        };
        // What is no mistake of the declaration has no place in it.
        let (report, sources) = match &ended {
            Ok(_) => (&doubts.0, doubts.1.as_slice()),
            Err(failure) => match failure.reported() {
                Some(reported) => reported,
                None => return ended.map(|_| Exit::Done),
            },
        };
        let mut all = doubts.0.clone();
        if ended.is_err() {
            all.extend(report.diagnostics.iter().cloned());
        }
        let anchors = Anchors::under(&sides::shown_dir(&self.declared.dir));
        let alerts = report_alerts(&all, sources, &anchors);
        host.print(&alerts, "check")?;
        ended.map(|_| Exit::Done)
    }

    /// How many objects there are, where nothing is wrong; what is doubtful is said, and kept.
    async fn checked(
        &self,
        colours: Colours,
        doubts: &mut (Report, Vec<Source>),
    ) -> Result<usize, Failure> {
        let (declaration, config) = sides::declaration(&self.declared)?;
        warn(&declaration, colours);
        let sources = declaration.sources.clone();
        *doubts = (declare::doubts(&declaration), sources.clone());
        let mut scratch = sides::scratch(&self.scratch, &config, None)?;
        let count = declaration.catalog.objects.len();
        check(declaration, &mut scratch)
            .await
            .map_err(|error| Failure::compare(error, &sources))?;
        Ok(count)
    }
}
