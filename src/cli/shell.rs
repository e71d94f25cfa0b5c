//! What a packager installs beside the program: completions for shells and manual pages, both
//! made of the arguments themselves.

use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::output::{Failure, Form, print_as};
use super::{Arguments, Exit, exit};

/// Prints the completions of a shell, for it to read.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::OFFLINE))]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "plumb", &mut text);
        printed(text)
    }
}

/// Prints the manual page of plumb, or writes the pages of all commands into a directory.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::OFFLINE))]
pub(crate) struct Man {
    /// The directory for plumb.1, plumb-plan.1 and so on; it has to exist.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let command = Arguments::command();
        if let Some(dir) = self.out {
            clap_mangen::generate_to(command, &dir)
                .map_err(|error| Failure::text(format!("{}: {error}", dir.display())))?;
            return Ok(Exit::Done);
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(Failure::text)?;
        printed(page)
    }
}

fn printed(text: Vec<u8>) -> Result<Exit, Failure> {
    let text = String::from_utf8(text).map_err(Failure::text)?;
    print_as(Form::Script, &text)?;
    Ok(Exit::Done)
}
