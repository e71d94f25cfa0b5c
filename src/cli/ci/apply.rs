use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use clap::Args;
use pgplumb::render;

use super::super::output::{Colours, Failure, say};
use super::super::{Exit, apply, exit, write};
use super::job::Job;
use super::report::{self, Said};

/// Applies as `plumb apply --yes` does, with its record in the summary of the job.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::REFUSES))]
#[group(skip)]
pub(crate) struct Apply {
    #[command(flatten)]
    apply: apply::Apply,
}

impl Apply {
    pub(crate) async fn run(mut self, colours: Colours) -> Result<Exit, Failure> {
        let job = Job::here();
        let own = Own::new()?;
        let path = self.apply.in_a_job(own.0.join("record.md"));
        let ended = Box::pin(self.apply.run(colours)).await;
        let text = std::fs::read_to_string(&path).ok();
        let is_markdown = path.extension().is_some_and(|end| end == "md");
        let said = match (text, &ended) {
            (Some(text), _) if is_markdown => text,
            (Some(text), _) => render::fenced("json", &text),
            // A gate or a stale plan: nothing was begun.
            (None, Err(failure)) => {
                Said::Failure("nothing was applied", &failure.message()).markdown(render::LONGEST)
            }
            (None, Ok(_)) => "Nothing was to be applied.\n".to_owned(),
        };
        // What was applied is applied, even if the summary cannot be written.
        if let Err(error) = report::append_summary(&job, &said) {
            say(format!("warning: {}", error.message()));
        }
        ended
    }
}

/// A directory of this process, which goes with it.
struct Own(PathBuf);

impl Own {
    fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("plumb-ci-{}", std::process::id()));
        // A directory that is there already may be another user's.
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|error| write::failed(&path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
