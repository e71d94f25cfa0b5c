use clap::Args;

use super::super::output::{Failure, print};
use super::super::{Exit, exit};
use super::job::Job;
use super::report;

/// Says which artifact holds the plan for an environment, also as the output `artifact`.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::OFFLINE))]
pub(crate) struct Artifact {
    /// The name of the environment.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

impl Artifact {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let name = artifact(self.name.as_deref());
        print(&format!("{name}\n"));
        report::outputs(&Job::here(), &[("artifact", name)])?;
        Ok(Exit::Done)
    }
}

/// The name of the artifact that holds the plan for an environment.
pub(super) fn artifact(environment: Option<&str>) -> String {
    let mut name = "plumb-plan".to_owned();
    if let Some(environment) = environment {
        name.push('-');
        // What a name of an artifact may not have.
        let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        name.extend(environment.chars().map(|c| if ok(c) { c } else { '_' }));
    }
    name
}
