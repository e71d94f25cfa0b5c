use clap::Args;
use pgplumb::apply::log;
use pgplumb::render;

use super::output::{Colours, Failure, print};
use super::{Database, Declared, Exit, exit, sides};

/// Shows what was applied to the database, by its journal, which an environment with `journal = true` keeps.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::CONNECTS))]
pub(crate) struct Log {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    database: Database,
    /// How many runs of apply, the last ones.
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    runs: u32,
    /// text or json.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    format: String,
    /// Show the statements, too.
    #[arg(short, long)]
    verbose: bool,
}

impl Log {
    pub(crate) async fn run(self, _colours: Colours) -> Result<Exit, Failure> {
        let connection = sides::named(&self.declared, &self.database).await?;
        let entries = log(&connection.client, self.runs).await.map_err(Failure::text)?;
        if self.format == "json" {
            print(&render::log_json(&entries));
        } else {
            print(&render::log_text(&entries, self.verbose));
        }
        Ok(Exit::Done)
    }
}
