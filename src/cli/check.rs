use clap::Args;
use pgplumb::check::check;
use pgplumb::shown::counted;

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
}

impl Check {
    pub(crate) async fn run(self, colours: Colours) -> Result<Exit, Failure> {
        let (declaration, config) = sides::declaration(&self.declared)?;
        warn(&declaration, colours);
        let sources = declaration.sources.clone();
        let mut scratch = sides::scratch(&self.scratch, &config, None)?;
        let count = declaration.catalog.objects.len();
        check(declaration, &mut scratch)
            .await
            .map_err(|error| Failure::compare(error, &sources))?;
        print(&format!("{}, nothing wrong\n", counted(count, "object")));
        Ok(Exit::Done)
    }
}
