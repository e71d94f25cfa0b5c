//! What plumb leaves in a job: the summary of the step, annotations, outputs, and a comment, each within its limit. Where the token may
//! not write, the summary says so and the job goes on: a pull request from a fork has such a token.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use pgplumb::plan::Plan;
use pgplumb::render::{self, Alert, Level};
use pgplumb::shown::{self, counted};

use super::super::output::{Failure, Form, print, print_as, say};
use super::super::write;
use super::forge::{self, Marker};
use super::http::Trouble;
use super::job::{Job, Service};
use super::sticky::{Comment, Text, stick};

/// GitHub drops the summary of a step that is longer, in bytes.
const SUMMARY: u64 = 1 << 20;
/// So many annotations of each level GitHub shows of a step, and drops the others without a word.
const ANNOTATIONS: usize = 10;
/// The shortest form in which a plan is written whole, in characters.
const SHORT: usize = 30_000;

/// What is said of a plan, or of why there is none.
pub(crate) enum Said<'a> {
    /// The plan, and the text that a template of the user made of it.
    Plan(&'a Plan, Option<&'a str>),
    /// What there is not, and why.
    Failure(&'a str, &'a str),
}

impl Said<'_> {
    /// The text in markdown, in so many characters.
    pub(crate) fn markdown(&self, longest: usize) -> String {
        match self {
            Self::Plan(_, Some(text)) if text.chars().count() <= longest => (*text).to_owned(),
            Self::Plan(plan, _) => render::markdown_within(plan, longest),
            Self::Failure(title, message) => {
                let room = longest.saturating_sub(1_000);
                let mut text: String = message.chars().take(room).collect();
                if text.len() < message.len() {
                    text.push_str("\n... (the job says all of it)");
                }
                let text = shown::lines(&text).into_owned();
                let text = format!("### {title}\n\n{}", render::fenced("text", &text));
                shown::printed(&text, shown::Place { colour: false, runner: true }).into_owned()
            }
        }
    }
}

/// `environment production, artifact plumb-plan-production, commit 0a1b2c3, job`, under a line: of each what is known, in this order.
pub(crate) fn footer(of: [Option<&str>; 4], note: Option<&str>) -> String {
    let [environment, artifact, commit, link] = of;
    let mut parts = vec![format!("plumb {}", env!("CARGO_PKG_VERSION"))];
    parts.extend(environment.map(|name| format!("environment {}", render::prose(name))));
    parts.extend(artifact.map(|name| format!("artifact {}", render::prose(name))));
    // The whole commit: GitHub makes a link of it.
    parts.extend(commit.map(|commit| format!("commit {}", render::prose(commit))));
    let is_plain =
        |link: &&str| link.starts_with("http") && !link.contains([' ', ')', '<', '>', '\n']);
    parts.extend(link.filter(is_plain).map(|link| format!("[job]({link})")));
    let note = note.map_or_else(String::new, |note| format!("\n\n{}", render::prose(note)));
    format!("---\n{}{note}", parts.join(", "))
}

/// Writes the comment of a job's pull request; gives its link. What the token may not do, or the host refuses, is said and no failure.
///
/// # Errors
/// If the host cannot be reached: an outdated comment would be read as the plan.
pub(crate) async fn comment(
    job: &Job,
    request: u64,
    environment: &str,
    said: &Said<'_>,
    footer: &str,
    how: Comment,
) -> Result<Option<String>, Failure> {
    if how == Comment::Off {
        return Ok(None);
    }
    let marker = Marker::new("plan", environment);
    let forge = match forge::of(job) {
        Ok(Some(forge)) => forge,
        Ok(None) => {
            let name =
                if job.service == Some(Service::Gitlab) { "GITLAB_TOKEN" } else { "GITHUB_TOKEN" };
            degraded(job, &format!("no comment is written: {name} is not set"))?;
            return Ok(None);
        }
        Err(error) => return Err(Failure::text(format!("no comment is written: {error}"))),
    };
    let texts = [forge.longest(), SHORT]
        .map(|longest| Text { body: said.markdown(longest), footer: footer.to_owned() });
    // Apart from the task, so that a signal is heard meanwhile.
    let written = tokio::task::spawn_blocking(move || {
        let [whole, short] = &texts;
        match stick(&*forge, request, &marker, whole, how) {
            Err(Trouble::Refused(_)) if short.body != whole.body => {
                stick(&*forge, request, &marker, short, how)
            }
            other => other,
        }
    });
    match written.await.map_err(Failure::text)? {
        Ok(link) => {
            say(format!("comment: {link}"));
            Ok(Some(link))
        }
        Err(Trouble::Later(why)) => Err(Failure::later(format!("no comment is written: {why}"))),
        Err(Trouble::Other(why)) => Err(Failure::text(format!("no comment is written: {why}"))),
        Err(error @ Trouble::Refused(_)) => {
            degraded(job, &format!("no comment is written: {error}"))?;
            Ok(None)
        }
        Err(error @ (Trouble::Denied(_) | Trouble::Missing(_))) => {
            let why = "of a pull request from a fork it only reads; a workflow_run with `plumb ci comment` can write it";
            degraded(job, &format!("no comment is written: {error}; {why}"))?;
            Ok(None)
        }
    }
}

/// Says that something was left out, where the reviewer sees it.
pub(crate) fn degraded(job: &Job, what: &str) -> Result<(), Failure> {
    append_summary(job, &format!("{}\n", render::prose(&format!("{what}."))))?;
    if job.service == Some(Service::Github) {
        annotate(&[own(what)])
    } else {
        say(format!("warning: {what}"));
        Ok(())
    }
}

/// An annotation about the job itself.
fn own(what: &str) -> Alert {
    Alert {
        rule: "ci".to_owned(),
        about: String::new(),
        help: String::new(),
        level: Level::Warning,
        message: what.to_owned(),
        object: String::new(),
        place: None,
    }
}

/// Prints alerts as annotations, as many as are shown, and how many there are more.
pub(crate) fn annotate(alerts: &[Alert]) -> Result<(), Failure> {
    let mut shown = Vec::new();
    for level in [Level::Error, Level::Warning, Level::Note] {
        let all: Vec<&Alert> = alerts.iter().filter(|alert| alert.level == level).collect();
        let more = all.len().saturating_sub(ANNOTATIONS);
        // The last one that is shown says how many are not.
        let most = if more > 0 { ANNOTATIONS - 1 } else { ANNOTATIONS };
        shown.extend(all.into_iter().take(most).cloned());
        if more > 0 {
            let what = counted(more + 1, "annotation");
            let message = format!(
                "and {what} more: GitHub shows ten of a level; the summary of the job has all"
            );
            shown.push(Alert { level, ..own(&message) });
        }
    }
    print_as(Form::Commands, &render::github(&shown))
}

/// Writes what is said into the summary of the step, within its limit.
pub(crate) fn summarize(job: &Job, said: &Said<'_>) -> Result<(), Failure> {
    let Some(path) = &job.summary else { return Ok(()) };
    let there = path.metadata().map_or(0, |there| there.len());
    let room = usize::try_from(SUMMARY.saturating_sub(there)).unwrap_or_default();
    // A character has at most four bytes.
    let text = said.markdown((room / 4).clamp(SHORT, 250_000));
    append_summary(job, &text)
}

/// Adds a text to the summary of the step, if it still fits.
pub(crate) fn append_summary(job: &Job, text: &str) -> Result<(), Failure> {
    let Some(path) = &job.summary else { return Ok(()) };
    let there = path.metadata().map_or(0, |there| there.len());
    if there + text.len() as u64 + 1 > SUMMARY {
        say("note: the summary of the step is full; what it would say is printed above");
        return Ok(());
    }
    append(path, &format!("{text}\n"))
}

/// Sets outputs of the step. A value is one line, so that it sets no other one.
pub(crate) fn outputs(job: &Job, all: &[(&str, String)]) -> Result<(), Failure> {
    let Some(path) = &job.outputs else { return Ok(()) };
    let lines: String =
        all.iter().map(|(name, value)| format!("{name}={}\n", shown::line(value))).collect();
    append(path, &lines)
}

fn append(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    let file = options.append(true).create(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| write::failed(path, &error))
}

/// Prints the plan into the log of the job, where whoever may not see the comment finds it.
pub(crate) fn log(plan: &Plan, style: render::Style) {
    print(&render::text(plan, style));
}
