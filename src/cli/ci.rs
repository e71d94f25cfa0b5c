//! What a job of a CI service does with a plan: says it where it is reviewed, applies what was reviewed, and keeps an issue for drift. The
//! YAML of a job only calls this.

mod apply;
mod artifact;
mod comment;
mod drift;
mod forge;
mod github;
mod gitlab;
mod http;
mod job;
mod plan;
mod report;
mod reviewed;
mod sticky;

use clap::{Args, Subcommand};

use super::output::{Colours, Failure};
use super::{Exit, exit};

/// Says a plan where a pull request is reviewed, applies what was reviewed, and keeps one issue for drift: for jobs of GitHub
/// and GitLab.
///
/// The token is read from GITHUB_TOKEN, or of GitLab from GITLAB_TOKEN, and sent to the API that the service names
/// (GITHUB_API_URL, CI_API_V4_URL) and to no other host. Where it may not write, as that of a pull request from a fork, the summary of
/// the job has what the comment would have, and the exit code is that of the plan.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::PLANS))]
pub(crate) struct Ci {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Plan(Box<plan::Plan>),
    Comment(comment::Comment),
    Artifact(artifact::Artifact),
    Reviewed(reviewed::Reviewed),
    Apply(Box<apply::Apply>),
    Drift(Box<drift::Drift>),
}

impl Ci {
    pub(crate) async fn run(self, colours: Colours) -> Result<Exit, Failure> {
        match self.what {
            What::Plan(command) => Box::pin(command.run(colours)).await,
            What::Comment(command) => command.run().await,
            What::Artifact(command) => command.run(),
            What::Reviewed(command) => command.run().await,
            What::Apply(command) => Box::pin(command.run(colours)).await,
            What::Drift(command) => Box::pin(command.run(colours)).await,
        }
    }
}
