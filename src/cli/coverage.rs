use clap::{Args, ValueEnum};
use pgplumb::coverage;

use super::config::Config;
use super::output::{Colours, Failure, Form, print, print_as};
use super::{Database, Declared, Exit, exit, sides};

/// Says what plumb knows of PostgreSQL's catalogs; with a database, what of it is managed.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::CONNECTS))]
pub(crate) struct Coverage {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    database: Database,
    /// How it is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How coverage is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// To be read.
    Text,
    /// For machines.
    Json,
}

impl Coverage {
    pub(crate) async fn run(self, _colours: Colours) -> Result<Exit, Failure> {
        let config = Config::find(self.declared.config.as_deref(), &self.declared.dir)?;
        let (info, _) = sides::database(&self.database, &config)?;
        let Some(info) = info else {
            match self.format {
                Format::Text => print(&coverage::catalogs_text()),
                Format::Json => print_as(Form::Json, &json(coverage::catalogs())?)?,
            }
            return Ok(Exit::Done);
        };
        let current = sides::read(&info).await?;
        // Without a declaration the question is what plumb could manage.
        let declaration = if self.declared.dir.is_dir() {
            Some(sides::declaration(&self.declared)?.0)
        } else {
            None
        };
        let found = coverage::coverage(current, declaration);
        match self.format {
            Format::Text => print(&coverage::coverage_text(&found)),
            Format::Json => print_as(Form::Json, &json(&found)?)?,
        }
        Ok(Exit::Done)
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::text)?;
    Ok(format!("{text}\n"))
}
