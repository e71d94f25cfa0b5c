use std::path::{Path, PathBuf};

use clap::Args;
use pgplumb::render;
use pgplumb::source::limit;

use super::super::output::{Failure, print};
use super::super::{Exit, exit};
use super::artifact::artifact;
use super::github::Github;
use super::http::Trouble;
use super::job::{Job, Service};
use super::plan::{FAILURE, NO_PLAN, PLAN};
use super::report::{self, Said};
use super::sticky;

/// Writes the comment for a pull request from a fork, in a job after its own.
///
/// A fork's own job may not write. This is for GitHub's event workflow_run, and takes the files that `plumb ci plan` left in the job before.
/// Which pull request it is, the event and the API say, and never the files: a fork's job may leave what it likes in them. What they say is
/// shown as text, and the comment says that it is the fork's.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::CONNECTS))]
pub(crate) struct Comment {
    /// The directory of the files.
    #[arg(default_value = "plumb-ci")]
    dir: PathBuf,
    /// The name of the environment, for which there is one comment.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What becomes of the comment of an earlier plan.
    #[arg(long, value_enum, default_value_t = sticky::Comment::Update)]
    comment: sticky::Comment,
}

impl Comment {
    pub(crate) async fn run(self) -> Result<Exit, Failure> {
        let job = Job::here();
        let Some(run) = job.run.clone().filter(|_| job.service == Some(Service::Github)) else {
            return Err(Failure::text(
                "`plumb ci comment` is for a job that GitHub starts with the event workflow_run",
            ));
        };
        let Some(token) = job.token.clone() else {
            return Err(Failure::text("GITHUB_TOKEN is not set"));
        };
        let read = |name: &str| read(&self.dir.join(name));
        let (plan, failure) = match (read(PLAN)?, read(FAILURE)?) {
            (Some(text), _) => {
                let plan = render::read_json(&text);
                let plan = plan.map_err(|error| Failure::text(format!("{PLAN}: {error}")))?;
                (Some(plan), String::new())
            }
            (None, Some(text)) => (None, text),
            (None, None) => {
                let dir = self.dir.display();
                return Err(Failure::text(format!("{dir} has neither {PLAN} nor {FAILURE}")));
            }
        };
        let said =
            plan.as_ref().map_or(Said::Failure(NO_PLAN, &failure), |plan| Said::Plan(plan, None));
        let (api, repository) = (job.api.clone(), job.repository.clone());
        let (head, commit) = (run.head.clone(), run.commit.clone());
        let request = tokio::task::spawn_blocking(move || {
            Github::new(&api, token, &repository)?.request_of(&head, &commit)
        });
        let Some(request) = request.await.map_err(Failure::text)?.map_err(of_trouble)? else {
            // Closed, or followed by another commit, whose job comments itself.
            print(&format!("no open pull request has {} at {}\n", run.head, run.commit));
            return Ok(Exit::Done);
        };
        let note = run.is_fork.then_some(
            "This is from a job of the fork, which the fork can change: plan again before you rely on it.",
        );
        let named = self.name.as_deref();
        let artifact = artifact(named);
        let of = [named, Some(&artifact), Some(&run.commit), run.link.as_deref()];
        let footer = report::footer(of, note);
        let environment = named.unwrap_or_default();
        report::comment(&job, request, environment, &said, &footer, self.comment).await?;
        Ok(Exit::Done)
    }
}

fn read(path: &Path) -> Result<Option<String>, Failure> {
    match limit::read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::text(format!("{}: {error}", path.display()))),
    }
}

/// What may succeed later exits otherwise than what does not.
pub(super) fn of_trouble(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Later(_) => Failure::later(trouble),
        _ => Failure::text(trouble),
    }
}
