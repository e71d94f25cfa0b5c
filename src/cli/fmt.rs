use clap::Args;
use pgplumb::{fmt, report::Report, shown, source};

use super::checkout;
use super::output::{Failure, print};
use super::write::{Readers, write};
use super::{Declared, Exit, exit};

/// Formats the declaration; comments stay.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::OFFLINE))]
pub(crate) struct Fmt {
    #[command(flatten)]
    declared: Declared,
    /// Change nothing; exit with 1 and name the files that are not formatted.
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        checkout::holds_declaration(&self.declared.dir)?;
        let sources =
            source::read_dir(&self.declared.dir).map_err(|report| Failure::report(report, &[]))?;
        let mut mistakes = Report::default();
        let mut exit = Exit::Done;
        for source in &sources {
            match fmt::format(source) {
                Ok(text) if *text == *source.text => {}
                Ok(_) if self.check => {
                    print(&format!("{}\n", shown::line(&source.name)));
                    exit = Exit::Error;
                }
                Ok(text) => {
                    write(&self.declared.dir.join(&*source.name), &text, Readers::Usual)?;
                }
                Err(report) => mistakes.extend(report.diagnostics),
            }
        }
        if mistakes.has_errors() { Err(Failure::report(mistakes, &sources)) } else { Ok(exit) }
    }
}
