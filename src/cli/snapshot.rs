use std::path::PathBuf;

use clap::Args;
use pgplumb::shown::counted;
use pgplumb::snapshot::write as write_catalog;

use super::config::Config;
use super::output::{Colours, Failure, Form};
use super::write;
use super::{Database, Declared, Exit, exit, sides};

/// Saves the catalog of a database as a file.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::CONNECTS))]
pub(crate) struct Snapshot {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    database: Database,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Snapshot {
    pub(crate) async fn run(self, _colours: Colours) -> Result<Exit, Failure> {
        let config = Config::find(self.declared.config.as_deref(), &self.declared.dir)?;
        let (info, _) = sides::some_database(&self.database, &config)?;
        let catalog = sides::read(&info).await?;
        sides::is_readable(&catalog)?;
        write::deliver(&self.out, Form::Json, &write_catalog(&catalog), sides::readers(&info))?;
        write::summarize(&self.out, &format!("{} saved", counted(catalog.objects.len(), "object")));
        Ok(Exit::Done)
    }
}
