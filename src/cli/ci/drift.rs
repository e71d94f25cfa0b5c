use clap::Args;
use pgplumb::drift::Verdict;
use pgplumb::render;
use pgplumb::shown;

use super::super::drift::Comparing;
use super::super::output::{Colours, Failure, print, say};
use super::super::{Exit, exit};
use super::forge::{self, Forge, Marker, same};
use super::http::Trouble;
use super::job::Job;
use super::report::{self, Said};

/// Keeps one issue while the database is not as it is declared.
///
/// The issue is opened when something has moved, updated in place as that changes, and closed when nothing is left. Where plumb cannot
/// tell, it stays as it is.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::DRIFT))]
pub(crate) struct Drift {
    #[command(flatten)]
    comparing: Comparing,
    /// The name of the environment, for which there is one issue; otherwise that of --env.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A label for a new issue; may be repeated.
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,
}

/// What becomes of the issue.
struct Issue {
    marker: Marker,
    title: String,
    body: String,
    labels: Vec<String>,
}

impl Drift {
    pub(crate) async fn run(self, colours: Colours) -> Result<Exit, Failure> {
        let job = Job::here();
        let drift = match Box::pin(self.comparing.compare()).await {
            Ok(drift) => drift,
            Err(failure) => {
                let message = failure.message();
                report::summarize(
                    &job,
                    &Said::Failure("cannot tell whether anything drifted", &message),
                )?;
                return Err(failure);
            }
        };
        let verdict = drift.verdict();
        print(&render::drift_text(&drift, false, colours.style()));
        print(&format!("{}\n", render::drift_verdict(&drift)));
        // A character has at most four bytes, and the summary a limit of 1 MiB.
        report::append_summary(&job, &render::drift_markdown_within(&drift, true, 200_000))?;
        report::outputs(
            &job,
            &[
                ("drift", (verdict == Verdict::Drift).to_string()),
                ("summary", render::drift_verdict(&drift)),
            ],
        )?;
        let exit = match verdict {
            Verdict::None => Exit::Done,
            Verdict::Drift => Exit::Difference,
            Verdict::CannotTell => return Ok(Exit::Error),
        };
        let environment = self.name.as_deref().or(self.comparing.database.env.as_deref());
        let of = [environment, None, job.commit.as_deref(), job.link.as_deref()];
        let footer = report::footer(of, None);
        let forge = match forge::of(&job) {
            Ok(Some(forge)) => forge,
            Ok(None) => {
                say("note: no issue is kept: there is no token of a code host");
                return Ok(exit);
            }
            Err(error) => return Err(Failure::text(format!("no issue is kept: {error}"))),
        };
        let body = match verdict {
            Verdict::None => "Nothing is drifted any more.".to_owned(),
            _ => render::drift_markdown_within(&drift, false, forge.longest()),
        };
        let named = environment.map_or_else(String::new, |name| format!(", {name}"));
        let issue = Issue {
            marker: Marker::new("drift", environment.unwrap_or_default()),
            title: shown::line(&format!("Drift of {}{named}", drift.database)).into_owned(),
            body: format!("{}\n\n{footer}\n", body.trim_end()),
            labels: self.label,
        };
        let kept = tokio::task::spawn_blocking(move || match verdict {
            Verdict::None => settle(&*forge, &issue),
            _ => keep(&*forge, &issue),
        });
        match kept.await.map_err(Failure::text)? {
            Ok(Some(link)) => say(format!("issue: {link}")),
            Ok(None) => {}
            Err(error @ (Trouble::Denied(_) | Trouble::Missing(_) | Trouble::Refused(_))) => {
                report::degraded(&job, &format!("no issue is kept: {error}"))?;
            }
            // That something drifted says more than that the issue could not be written.
            Err(error) if verdict == Verdict::Drift => {
                report::degraded(&job, &format!("no issue is kept: {error}"))?;
            }
            Err(error) => return Err(super::comment::of_trouble(error)),
        }
        Ok(exit)
    }
}

/// Has one open issue that says what drifted; gives its link.
fn keep(forge: &dyn Forge, issue: &Issue) -> Result<Option<String>, Trouble> {
    let whole = issue.marker.mark(&issue.body);
    let (newest, others) = issue.marker.find(forge.issues()?);
    // The oldest is the one that people have written in.
    let mut all: Vec<_> = newest.into_iter().chain(others).collect();
    let Some(oldest) = all.pop() else {
        return forge.open(&issue.title, &whole, &issue.labels).map(|it| Some(it.link));
    };
    for other in all {
        forge.close(other.id, &format!("The same as {}.", oldest.link))?;
    }
    if !same(&oldest.body, &whole) {
        forge.update(oldest.id, &issue.title, &whole)?;
    }
    Ok(Some(oldest.link))
}

/// Has no open issue; gives the link of the one that was closed.
fn settle(forge: &dyn Forge, issue: &Issue) -> Result<Option<String>, Trouble> {
    let (newest, others) = issue.marker.find(forge.issues()?);
    let mut closed = None;
    for one in newest.into_iter().chain(others) {
        forge.close(one.id, &issue.body)?;
        closed = Some(one.link);
    }
    Ok(closed)
}
