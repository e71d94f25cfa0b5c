use std::path::PathBuf;

use clap::{Args, ValueEnum};
use pgplumb::compare::whole;
use pgplumb::render;
use pgplumb::timings::Timings;

use super::config::Config;
use super::output::{Colours, Failure, Form, print_as, say};
use super::{Database, Declared, Exit, ScratchFrom, sides};

/// Says whether the database is still as it is declared: exit 0 if it is, 2 if not.
#[derive(Args, Debug)]
pub(crate) struct Drift {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    scratch: ScratchFrom,
    /// Compare with a snapshot in place of the declaration.
    #[arg(long, value_name = "SNAPSHOT")]
    against: Option<PathBuf>,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Take a difference that no server could decide for drift.
    #[arg(long)]
    strict: bool,
    /// Say on standard error how long each phase took, and which rung of equality decided how many
    /// leaves.
    #[arg(long)]
    timings: bool,
}

/// How drift is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// A line for what moved.
    Text,
    /// For machines.
    Json,
    /// For a comment or a ticket.
    Markdown,
    /// Gauges, for the textfile collector.
    Prometheus,
}

impl Drift {
    pub(crate) async fn run(self, colours: Colours) -> Result<Exit, Failure> {
        let config = Config::find(self.declared.config.as_deref(), &self.declared.dir)?;
        let mut timings = Timings { counts: self.timings, ..Timings::default() };
        let mut scratch = sides::scratch(&self.scratch, &config, Some(&self.database))?;
        let current = async {
            let (info, _) = sides::some_database(&self.database, &config)?;
            sides::read(&info).await
        };
        let (declaration, current) = match &self.against {
            Some(path) => (whole(sides::read_snapshot(path)?), current.await?),
            None => sides::declaration_beside(&self.declared, current, &mut timings).await?,
        };
        let plan =
            sides::compared(current, declaration, &mut scratch, self.strict, &mut timings).await?;
        if self.timings {
            say(timings.text().trim_end());
        }
        let form = if self.format == Format::Json { Form::Json } else { Form::Text };
        let text = match self.format {
            Format::Text => render::drift_text(&plan, colours.style()),
            Format::Json => render::drift_json(&plan),
            Format::Markdown => render::drift_markdown(&plan),
            Format::Prometheus => render::drift_prometheus(&plan),
        };
        print_as(form, &text)?;
        Ok(if plan.has_drifted() { Exit::Difference } else { Exit::Ok })
    }
}
