use std::path::PathBuf;

use clap::Args;
use pgplumb::snapshot::write;

use super::config::Config;
use super::output::{self, Colours, Failure, print};
use super::{Database, Declared, Exit, sides};

/// Saves the catalog of a database as a file.
#[derive(Args, Debug)]
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
        output::write(&self.out, &write(&catalog))?;
        print(&format!("{} objects saved\n", catalog.objects.len()));
        Ok(Exit::Ok)
    }
}
