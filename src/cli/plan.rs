use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use pgplumb::render::{self, Anchors};
use pgplumb::rollback::{self, RollbackError};
use pgplumb::timings::Timings;

use super::config::Config;
use super::hosts::{self, Host};
use super::output::{Colours, Failure, Form, print_as, say, warn};
use super::template::Template;
use super::write;
use super::{Checked, Database, Declared, Exit, InUse, ScratchFrom, exit, sides, sign};

/// Shows or saves what it takes to make the database as it is declared.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::PLANS))]
pub(crate) struct Plan {
    #[command(flatten)]
    making: Making,
    /// How the plan is written; otherwise as the name of the file says, or as text.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write the plan through a template of yours, whose name ends in .md, .html or .txt; docs/template.md says what it can use.
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    template: Option<PathBuf>,
    /// Save the plan to this file; a plan saved as json can be applied.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Sign the saved plan with this secret key of minisign, into FILE.minisig; the password of the key is in
    /// PLUMB_SIGN_PASSWORD, or asked for on a terminal.
    #[arg(long, value_name = "KEYFILE", requires = "out")]
    sign: Option<PathBuf>,
    /// Show the way back in place of the plan: what leads from where the plan leads to what is there now.
    #[arg(long)]
    rollback: bool,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    exit_code: bool,
}

/// What a plan is made from.
#[derive(Args, Debug)]
pub(crate) struct Making {
    #[command(flatten)]
    pub(crate) declared: Declared,
    #[command(flatten)]
    pub(crate) database: Database,
    #[command(flatten)]
    pub(crate) scratch: ScratchFrom,
    #[command(flatten)]
    checked: Checked,
    #[command(flatten)]
    in_use: InUse,
    /// Plan from a snapshot in place of a database.
    #[arg(long, value_name = "SNAPSHOT", conflicts_with_all = ["url", "env"])]
    pub(crate) from: Option<PathBuf>,
    /// Take a difference that no server could decide for a change.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Say on standard error how long each phase took, and which rung of equality decided how many
    /// leaves.
    #[arg(long)]
    timings: bool,
}

/// What is made beside the plan, since it takes time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beside {
    /// Where the objects are declared.
    pub(crate) anchors: bool,
    /// The part of a saved plan from which its way back is planned.
    pub(crate) back: bool,
    /// The way back in place of the plan.
    pub(crate) rollback: bool,
}

/// A plan with what is needed to write it.
pub(crate) struct Made {
    pub(crate) plan: pgplumb::plan::Plan,
    pub(crate) anchors: Anchors,
    pub(crate) config: Config,
    /// Who may read a file with the plan.
    pub(crate) readers: write::Readers,
}

/// How a plan is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Format {
    /// For the reviewer.
    Text,
    /// A script for psql.
    Sql,
    /// For machines, and for `plumb apply`.
    Json,
    /// For a comment on a pull request.
    Markdown,
    /// A page for the reviewer's browser, in one file.
    Html,
    /// What is dangerous, for code scanning (SARIF 2.1.0).
    Sarif,
    /// What is dangerous, for annotations by a runner of GitHub.
    Github,
    /// What is dangerous, for code quality of GitLab.
    Gitlab,
}

impl Format {
    fn of(named: Option<Self>, out: Option<&PathBuf>) -> Result<Self, Failure> {
        if let Some(format) = named {
            return Ok(format);
        }
        let Some(out) = out else { return Ok(Self::Text) };
        match out.extension().and_then(std::ffi::OsStr::to_str) {
            Some("sql") => Ok(Self::Sql),
            Some("json") => Ok(Self::Json),
            Some("md" | "markdown") => Ok(Self::Markdown),
            Some("txt" | "text") => Ok(Self::Text),
            Some("html" | "htm") => Ok(Self::Html),
            Some("sarif") => Ok(Self::Sarif),
            _ => Err(Failure::text(format!(
                "the name {} does not say a format; end it in .txt, .md, .sql, .json, .html or .sarif, or give --format",
                out.display()
            ))),
        }
    }

    /// plumb's own form of what a template writes.
    fn beside(template: &Path) -> Self {
        let name = template.to_string_lossy();
        let parts = || name.rsplit('.');
        if parts().any(|part| matches!(part, "md" | "markdown")) {
            Self::Markdown
        } else if parts().any(|part| matches!(part, "html" | "htm")) {
            Self::Html
        } else {
            Self::Text
        }
    }

    /// What sort of text it is.
    pub(crate) fn form(self) -> Form {
        match self {
            Self::Text | Self::Markdown | Self::Html => Form::Text,
            Self::Sql => Form::Script,
            Self::Json => Form::Json,
            Self::Sarif => Host::Sarif.form(),
            Self::Github => Host::Github.form(),
            Self::Gitlab => Host::Gitlab.form(),
        }
    }

    /// The code host that it is for.
    pub(crate) fn host(self) -> Option<Host> {
        match self {
            Self::Sarif => Some(Host::Sarif),
            Self::Github => Some(Host::Github),
            Self::Gitlab => Some(Host::Gitlab),
            Self::Text | Self::Sql | Self::Json | Self::Markdown | Self::Html => None,
        }
    }

    /// Whether it says things of the lines of a declaration.
    pub(crate) fn needs_anchors(self) -> bool {
        self.host().is_some()
    }

    /// The plan in that form; `anchors` says where objects are declared, and `category` which of several plans it is.
    ///
    /// # Errors
    /// A statement that no script can hold.
    pub(crate) fn written(
        self,
        plan: &pgplumb::plan::Plan,
        style: render::Style,
        anchors: &Anchors,
        category: &str,
    ) -> Result<String, Failure> {
        let alerts = |host: Host| host.written(&render::plan_alerts(plan, anchors), category);
        Ok(match self {
            Self::Text => render::text(plan, style),
            Self::Sql => render::sql(plan).map_err(Failure::refused)?,
            Self::Json => render::json(plan),
            Self::Markdown => render::markdown(plan),
            Self::Html => render::html(plan),
            Self::Sarif => alerts(Host::Sarif),
            Self::Github => alerts(Host::Github),
            Self::Gitlab => alerts(Host::Gitlab),
        })
    }
}

impl Making {
    /// The run that the alerts of this plan belong to. Uploads of one commit and category replace each other.
    pub(crate) fn category(&self) -> String {
        self.database.env.as_ref().map_or("plan".to_owned(), |env| format!("plan/{env}"))
    }

    /// Reads both sides, and plans.
    pub(crate) async fn plan(&self, beside: Beside, colours: Colours) -> Result<Made, Failure> {
        let config = Config::find(self.declared.config.as_deref(), &self.declared.dir)?;
        let mut timings = Timings { counts: self.timings, ..Timings::default() };
        let mut scratch =
            sides::scratch(&self.scratch, &config, self.from.is_none().then_some(&self.database))?
                .checking(!self.checked.no_check);
        let current = sides::current(
            self.from.as_deref(),
            &self.database,
            &config,
            self.in_use,
            &mut scratch,
        );
        let (declaration, current) =
            Box::pin(sides::declaration_beside(&self.declared, current, &mut timings)).await?;
        warn(&declaration, colours);
        let anchors = if beside.anchors {
            Anchors::of(&declaration, &sides::shown_dir(&self.declared.dir))
        } else {
            Anchors::default()
        };
        // A saved plan knows what was there before it.
        let before = (beside.rollback || beside.back).then(|| current.clone());
        let mut plan =
            sides::compared(current, declaration, &mut scratch, self.strict, &mut timings).await?;
        if let Some(before) = before.filter(|_| !plan.is_empty()) {
            if beside.rollback {
                plan = rollback::plan(&plan, &before, &mut scratch).await.map_err(no_way_back)?;
            } else {
                plan.back = Some(rollback::part(&plan, &before));
            }
        }
        if self.timings {
            say(timings.text().trim_end());
        }
        for note in &plan.notes {
            say(format!("note: {note}"));
        }
        let readers = sides::current_readers(self.from.as_deref(), &self.database, &config);
        Ok(Made { plan, anchors, config, readers })
    }
}

impl Plan {
    pub(crate) async fn run(self, colours: Colours) -> Result<Exit, Failure> {
        let format = match &self.template {
            Some(template) => Format::beside(template),
            None => Format::of(self.format, self.out.as_ref())?,
        };
        if self.sign.is_some() && format != Format::Json {
            return Err(Failure::text("--sign: only a plan that is saved as json can be signed"));
        }
        let beside = Beside {
            anchors: format.needs_anchors(),
            back: format == Format::Json && self.out.is_some(),
            rollback: self.rollback,
        };
        let made = Box::pin(self.making.plan(beside, colours)).await;
        let Made { plan, anchors, config, readers } = match (made, format.host()) {
            (Ok(made), _) => made,
            (Err(failure), Some(host)) => return Err(self.alerted(host, failure)),
            (Err(failure), None) => return Err(failure),
        };
        let mut style = colours.style();
        style.colour &= self.out.is_none();
        if format == Format::Sql {
            config.may_reveal(&plan)?;
        }
        let template = match &self.template {
            Some(path) => {
                let environment = self.making.database.env.as_deref();
                Template::trusted(path, &config.checkout, environment)?
            }
            None => None,
        };
        let text = match &template {
            Some(template) => template.written(&plan)?,
            None => format.written(&plan, style, &anchors, &self.making.category())?,
        };
        match &self.out {
            Some(out) => {
                write::deliver(out, format.form(), &text, readers)?;
                if let Some(key) = &self.sign {
                    sign::sign(out, &format.form().written(&text), key)?;
                }
                write::summarize(out, &render::summary(&plan));
            }
            None => print_as(format.form(), &text)?,
        }
        Ok(if self.exit_code && !plan.is_empty() { Exit::Difference } else { Exit::Done })
    }
}

impl Plan {
    /// A failure, which is written in the form of a code host too: the mistakes of the declaration, or what PostgreSQL has no way for.
    fn alerted(&self, host: Host, failure: Failure) -> Failure {
        let anchors = Anchors::under(&sides::shown_dir(&self.making.declared.dir));
        let text = host.written(&hosts::of_failure(&failure, &anchors), &self.making.category());
        let written = match &self.out {
            Some(out) => write::deliver(out, host.form(), &text, write::Readers::Usual),
            None => print_as(host.form(), &text),
        };
        written.err().unwrap_or(failure)
    }
}

/// That there is no plan needs a person; that it could not be found out is an error.
pub(crate) fn no_way_back(error: RollbackError) -> Failure {
    match error {
        RollbackError::Compare(error) => Failure::compare(error, &[]),
        RollbackError::Prove(error) => Failure::of(error),
        error => Failure::refused(error),
    }
}
