use std::path::PathBuf;

use clap::Args;
use pgplumb::render::{self, Asked};
use pgplumb::timings::Timings;

use super::config::Config;
use super::output::{Failure, print};
use super::{Checked, Database, Declared, Exit, InUse, ScratchFrom, exit, sides};

/// Says why an object or a statement is in the plan, what it waits for, and what waits for it.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::REFUSES))]
pub(crate) struct Why {
    /// An object, by its id (table:public.visit) or name, or a statement, by its number in the plan.
    #[arg(value_name = "OBJECT|STEP")]
    what: String,
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    scratch: ScratchFrom,
    #[command(flatten)]
    checked: Checked,
    #[command(flatten)]
    in_use: InUse,
    /// Plan from a snapshot in place of a database.
    #[arg(long, value_name = "SNAPSHOT", conflicts_with_all = ["url", "env"])]
    from: Option<PathBuf>,
}

impl Why {
    pub(crate) async fn run(self) -> Result<Exit, Failure> {
        let config = Config::find(self.declared.config.as_deref(), &self.declared.dir)?;
        let mut timings = Timings::default();
        let target = self.from.is_none().then_some(&self.database);
        let mut scratch =
            sides::scratch(&self.scratch, &config, target)?.checking(!self.checked.no_check);
        let (from, in_use) = (self.from.as_deref(), self.in_use);
        let current = sides::current(from, &self.database, &config, in_use, &mut scratch);
        let (declaration, current) =
            Box::pin(sides::declaration_beside(&self.declared, current, &mut timings)).await?;
        let plan = sides::compared(current, declaration, &mut scratch, false, &mut timings).await?;
        let asked = match self.what.parse() {
            Ok(number) => Asked::Step(number),
            Err(_) => Asked::Object(self.what),
        };
        print(&render::why(&plan, &asked).map_err(Failure::text)?);
        Ok(Exit::Done)
    }
}
