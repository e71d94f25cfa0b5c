use std::path::{Path, PathBuf};

use clap::Args;
use pgplumb::plan::Plan as Planned;
use pgplumb::render::{self, Alert, Anchors};

use super::super::diff::between;
use super::super::hosts::{self, Host};
use super::super::output::{Colours, Failure, Form, say};
use super::super::plan::{Beside, Made, Making};
use super::super::template::Template;
use super::super::{Exit, exit, sides, write};
use super::artifact::artifact;
use super::job::{Job, Service};
use super::report::{self, Said};
use super::sticky::Comment;

/// The files that a job leaves, in their directory. The second half of a fork's job reads PLAN or FAILURE.
pub(super) const PLAN: &str = "plan.json";
pub(super) const FAILURE: &str = "failure.txt";
/// The title of what is said where there is no plan.
pub(super) const NO_PLAN: &str = "plumb: no plan";
const PAGE: &str = "plan.html";
const TEXT: &str = "comment.md";
const SARIF: &str = "plan.sarif";
const QUALITY: &str = "gl-code-quality-report.json";

/// Says the plan where a pull request is reviewed.
///
/// In a comment that is updated in place, the summary of the job, annotations, outputs, and files for artifacts and code scanning.
/// What goes wrong is said in the same places.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::PLANS))]
pub(crate) struct Plan {
    #[command(flatten)]
    making: Making,
    /// Plan from the declaration in this directory, such as that of the base branch, where no database may be reached.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["url", "env", "from"])]
    base: Option<PathBuf>,
    /// The name of the environment, for which there is one comment; otherwise that of --env.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What becomes of the comment of an earlier plan.
    #[arg(long, value_enum, default_value_t = Comment::Update)]
    comment: Comment,
    /// Write the comment through a template of yours; docs/template.md says what it can use.
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// The directory for the files: plan.json, which can be applied, plan.html, plan.sarif, comment.md.
    #[arg(long, value_name = "DIR", default_value = "plumb-ci")]
    out: PathBuf,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    exit_code: bool,
}

impl Plan {
    /// The environment by which the comment is found.
    fn environment(&self) -> Option<&str> {
        self.name.as_deref().or(self.making.database.env.as_deref())
    }

    /// The run that the alerts belong to: of one commit and category the last upload counts.
    fn category(&self) -> String {
        self.environment().map_or("plan".to_owned(), |name| format!("plan/{name}"))
    }

    pub(crate) async fn run(self, colours: Colours) -> Result<Exit, Failure> {
        let job = Job::here();
        std::fs::create_dir_all(&self.out).map_err(|error| write::failed(&self.out, &error))?;
        // A file of an earlier run would be taken for this one's.
        for name in [PLAN, FAILURE, PAGE, TEXT, SARIF, QUALITY] {
            let _ = std::fs::remove_file(self.out.join(name));
        }
        match Box::pin(self.made(colours)).await {
            Ok(made) => self.planned(&job, made, colours).await,
            Err(failure) => {
                self.failed(&job, &failure).await?;
                Err(failure)
            }
        }
    }

    async fn made(&self, colours: Colours) -> Result<Made, Failure> {
        match &self.base {
            Some(base) => {
                let mut made = Box::pin(between(base, &self.making, colours)).await?;
                made.plan.notes.insert(
                    0,
                    "planned from the declaration of the base, and not from a database: what the database has otherwise, and how \
                     large its tables are, is unknown"
                        .to_owned(),
                );
                Ok(made)
            }
            None => {
                let beside = Beside { anchors: true, back: true, rollback: false };
                Box::pin(self.making.plan(beside, colours)).await
            }
        }
    }

    async fn planned(&self, job: &Job, made: Made, colours: Colours) -> Result<Exit, Failure> {
        let Made { plan, anchors, config, readers } = made;
        let template = match &self.template {
            Some(path) => Template::trusted(path, &config.checkout, self.environment())?,
            None => None,
        };
        let text = template.map(|template| template.written(&plan)).transpose()?;
        if text.as_ref().is_some_and(|text| text.chars().count() > render::LONGEST) {
            say(
                "note: what the template writes is too long for a comment; plumb's own form is written",
            );
        }
        let said = Said::Plan(&plan, text.as_deref());
        let alerts = render::plan_alerts(&plan, &anchors);
        let out = |name: &str, form: Form, text: &str| {
            write::write(&self.out.join(name), &form.written(text), readers)
        };
        out(PLAN, Form::Json, &render::json(&plan))?;
        out(PAGE, Form::Text, &render::html(&plan))?;
        out(TEXT, Form::Text, &said.markdown(render::LONGEST))?;
        self.alert_files(&alerts, readers)?;
        report::log(&plan, colours.style());
        report::summarize(job, &said)?;
        let link = self.say(job, &said, &alerts).await;
        report::outputs(job, &self.outputs(&plan, link.as_ref().ok().and_then(Option::as_deref)))?;
        link?;
        Ok(if self.exit_code && !plan.is_empty() { Exit::Difference } else { Exit::Done })
    }

    /// Says in the same places that there is no plan.
    async fn failed(&self, job: &Job, failure: &Failure) -> Result<(), Failure> {
        let message = failure.message();
        let said = Said::Failure(NO_PLAN, &message);
        let readers = write::Readers::Usual;
        write::write(&self.out.join(FAILURE), &Form::Text.written(&message), readers)?;
        write::write(&self.out.join(TEXT), &said.markdown(render::LONGEST), readers)?;
        let anchors = Anchors::under(&sides::shown_dir(&self.making.declared.dir));
        let alerts = hosts::of_failure(failure, &anchors);
        self.alert_files(&alerts, readers)?;
        report::summarize(job, &said)?;
        let link = self.say(job, &said, &alerts).await?;
        let mut outputs = vec![("changes", String::new()), ("summary", "no plan".to_owned())];
        outputs.extend(self.places(link.as_deref()));
        report::outputs(job, &outputs)
    }

    /// Annotations, and the comment.
    async fn say(
        &self,
        job: &Job,
        said: &Said<'_>,
        alerts: &[Alert],
    ) -> Result<Option<String>, Failure> {
        if job.service == Some(Service::Github) {
            report::annotate(alerts)?;
        }
        let Some(request) = job.request else { return Ok(None) };
        let environment = self.environment();
        let artifact = artifact(environment);
        let of = [environment, Some(&artifact), job.commit.as_deref(), job.link.as_deref()];
        let footer = report::footer(of, None);
        let named = environment.unwrap_or_default();
        report::comment(job, request, named, said, &footer, self.comment).await
    }

    /// What is said of lines, for code scanning of GitHub and code quality of GitLab.
    fn alert_files(&self, alerts: &[Alert], readers: write::Readers) -> Result<(), Failure> {
        for (name, host) in [(SARIF, Host::Sarif), (QUALITY, Host::Gitlab)] {
            let text = host.written(alerts, &self.category());
            write::write(&self.out.join(name), &host.form().written(&text), readers)?;
        }
        Ok(())
    }

    fn outputs(&self, plan: &Planned, link: Option<&str>) -> Vec<(&'static str, String)> {
        let mut hazards: Vec<&str> = plan.hazards().map(|(_, it)| it.name.name()).collect();
        hazards.sort_unstable();
        hazards.dedup();
        let mut all = vec![
            ("changes", (!plan.is_empty()).to_string()),
            ("summary", render::summary(plan)),
            ("hazards", hazards.join(",")),
            ("plan", self.path(PLAN)),
            ("page", self.path(PAGE)),
        ];
        all.extend(self.places(link));
        all
    }

    fn places(&self, link: Option<&str>) -> Vec<(&'static str, String)> {
        vec![
            ("directory", self.out.display().to_string()),
            ("sarif", self.path(SARIF)),
            ("artifact", artifact(self.environment())),
            ("comment", link.unwrap_or_default().to_owned()),
        ]
    }

    fn path(&self, name: &str) -> String {
        Path::new(&self.out).join(name).display().to_string()
    }
}
