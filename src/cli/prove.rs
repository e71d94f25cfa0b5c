use std::path::PathBuf;

use clap::{Args, ValueEnum};
use pgplumb::timings::Timings;
use pgplumb::{prove, render};

use super::config::Config;
use super::output::{Colours, Failure, Form, print, print_as, say};
use super::write;
use super::{Database, Declared, Exit, InUse, ScratchFrom, exit, sides};

/// Runs the plan on a scratch copy of the schema, and shows that nothing differs afterwards.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::REFUSES))]
pub(crate) struct Prove {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    scratch: ScratchFrom,
    #[command(flatten)]
    in_use: InUse,
    /// Prove for a snapshot in place of a database.
    #[arg(long, value_name = "SNAPSHOT", conflicts_with_all = ["url", "env"])]
    from: Option<PathBuf>,
    /// Put so many made-up rows into each table before.
    #[arg(long, value_name = "N", default_value_t = 0)]
    rows: u32,
    /// How the evidence is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Save the plan with the evidence to this file: as markdown if it ends in .md, else as json.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// How evidence is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Format {
    /// The evidence, for the reviewer.
    Text,
    /// The plan with the evidence in it.
    Json,
    /// The plan with the evidence in it, for a comment on a pull request.
    Markdown,
}

impl Prove {
    pub(crate) async fn run(self, _colours: Colours) -> Result<Exit, Failure> {
        let config = Config::find(self.declared.config.as_deref(), &self.declared.dir)?;
        let mut scratch =
            sides::scratch(&self.scratch, &config, self.from.is_none().then_some(&self.database))?;
        let current = sides::current(
            self.from.as_deref(),
            &self.database,
            &config,
            self.in_use,
            &mut scratch,
        );
        let (declaration, current) =
            Box::pin(sides::declaration_beside(&self.declared, current, &mut Timings::default()))
                .await?;
        let sources = declaration.sources.clone();
        let again = declaration.clone();
        let mut plan = sides::compared(
            current.clone(),
            declaration,
            &mut scratch,
            false,
            &mut Timings::default(),
        )
        .await?;
        for note in &plan.notes {
            say(format!("note: {note}"));
        }
        let evidence =
            Box::pin(prove::prove(&current, again, &plan, self.rows, &mut scratch)).await;
        let evidence = evidence.map_err(|error| match error {
            prove::ProveError::Compare(error) => Failure::compare(error, &sources),
            error => Failure::of(error),
        })?;
        let held = evidence.holds(&plan);
        let text = render::evidence(&plan, &evidence);
        plan.evidence = Some(evidence);
        if let Some(out) = &self.out {
            let markdown = out.extension().is_some_and(|it| it == "md" || it == "markdown");
            let readers = sides::current_readers(self.from.as_deref(), &self.database, &config);
            if markdown {
                write::deliver(out, Form::Text, &render::markdown(&plan), readers)?;
            } else {
                write::deliver(out, Form::Json, &render::json(&plan), readers)?;
            }
        }
        match self.format {
            Format::Text => print(&text),
            Format::Json => print_as(Form::Json, &render::json(&plan))?,
            Format::Markdown => print(&render::markdown(&plan)),
        }
        Ok(if held { Exit::Done } else { Exit::Error })
    }
}
