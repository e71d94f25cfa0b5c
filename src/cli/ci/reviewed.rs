use clap::Args;

use super::super::output::{Failure, print};
use super::super::{Exit, exit};
use super::artifact::artifact;
use super::comment::of_trouble;
use super::github::Github;
use super::job::{Job, Service};
use super::report;

/// Finds the plan that was reviewed for the merge that the job runs for.
///
/// It is the run of GitHub whose artifact holds the plan, as outputs `run`, `artifact` and `request`. Without a pull request, or without an
/// artifact of its last commit, `run` is empty; what a fork's job left does not count.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::REFUSES))]
pub(crate) struct Reviewed {
    /// The name of the environment.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Exit with 3 where no plan was reviewed.
    #[arg(long)]
    required: bool,
}

impl Reviewed {
    pub(crate) async fn run(self) -> Result<Exit, Failure> {
        let job = Job::here();
        let (Some(Service::Github), Some(commit)) = (job.service, job.commit.clone()) else {
            return Err(Failure::text("`plumb ci reviewed` is for a job of GitHub"));
        };
        let Some(token) = job.token.clone() else {
            return Err(Failure::text("GITHUB_TOKEN is not set"));
        };
        let name = artifact(self.name.as_deref());
        let (api, repository, wanted) = (job.api.clone(), job.repository.clone(), name.clone());
        let found = tokio::task::spawn_blocking(move || {
            let github = Github::new(&api, token, &repository)?;
            let Some((request, head)) = github.merged(&commit)? else { return Ok(None) };
            Ok(Some((request, github.artifact(&wanted, &head)?)))
        });
        let found = found.await.map_err(Failure::text)?.map_err(of_trouble)?;
        let (request, run) = match found {
            Some((request, run)) => (Some(request), run),
            None => (None, None),
        };
        let text = |number: Option<u64>| number.map_or_else(String::new, |it| it.to_string());
        let said = match (request, run) {
            (Some(request), Some(run)) => format!("pull request {request}: {name} of run {run}"),
            (Some(request), None) => {
                format!("pull request {request} has no artifact {name} for its last commit")
            }
            (None, _) => "no merged pull request has this commit".to_owned(),
        };
        let outputs = [("run", text(run)), ("artifact", name), ("request", text(request))];
        report::outputs(&job, &outputs)?;
        if self.required && run.is_none() {
            return Err(Failure::refused(format!("no plan was reviewed: {said}")));
        }
        print(&format!("{said}\n"));
        Ok(Exit::Done)
    }
}
