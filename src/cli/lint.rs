use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use pgplumb::declare;
use pgplumb::hazard::Severity;
use pgplumb::introspect::read_positions;
use pgplumb::lint::{self, Sizes, schema};
use pgplumb::render::{self, Anchors};
use pgplumb::source::Source;

use super::config::Config;
use super::hosts::{self, Host};
use super::output::{Colours, Failure, Form, print_as, say};
use super::{Database, Declared, Exit, InUse, date, exit, sides};

/// Says what breaks the rules of [lint] in plumb.toml: in the declaration, or, with --sql, in SQL that was written by hand,
/// which is read and never executed.
///
/// Exits with 1 where a finding is an error; of a script, where one has severity block.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::CONNECTS))]
pub(crate) struct Lint {
    #[command(flatten)]
    declared: Declared,
    /// A database, which says how far the sequences of keys have counted; with --sql, how large the tables are:
    /// otherwise every table that the script does not make is large.
    #[command(flatten)]
    database: Database,
    /// A script; - is standard input.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    sql: Vec<PathBuf>,
    /// How many rows a table has.
    #[arg(long, value_name = "TABLE=ROWS", value_parser = size, requires = "sql")]
    assume_size: Vec<(String, u64)>,
    /// How it is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How findings are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// To be read.
    Text,
    /// For machines.
    Json,
    /// For code scanning (SARIF 2.1.0).
    Sarif,
    /// For annotations by a runner of GitHub.
    Github,
    /// For code quality of GitLab.
    Gitlab,
}

fn size(text: &str) -> Result<(String, u64), String> {
    let wrong = || "write TABLE=ROWS, like public.visit=2000000".to_owned();
    let (table, rows) = text.rsplit_once('=').ok_or_else(wrong)?;
    let rows = rows.replace('_', "").parse().map_err(|_| wrong())?;
    if table.is_empty() { Err(wrong()) } else { Ok((table.to_owned(), rows)) }
}

impl Lint {
    pub(crate) async fn run(self, _colours: Colours) -> Result<Exit, Failure> {
        if !self.sql.is_empty() {
            return self.scripts().await;
        }
        let (host, dir) = (self.format.host(), self.declared.dir.clone());
        let ended = self.declaration().await;
        // What cannot be read breaks no rule, and is said in the same form.
        if let (Err(failure), Some(host)) = (&ended, host) {
            let anchors = Anchors::under(&sides::shown_dir(&dir));
            host.print(&hosts::of_failure(failure, &anchors), "lint")?;
        }
        ended
    }

    /// Whether a database is named on the command line; the variables of the environment name none here.
    fn names_database(&self) -> bool {
        self.database.url.is_some() || self.database.env.is_some()
    }

    async fn declaration(self) -> Result<Exit, Failure> {
        let (mut declaration, config) = sides::declaration(&self.declared)?;
        let anchors = Anchors::of(&declaration, &sides::shown_dir(&self.declared.dir));
        declare::resolve(&mut declaration, None);
        declare::check(&declaration, None)
            .map_err(|report| Failure::report(report, &declaration.sources))?;
        let mut positions = None;
        if self.names_database() {
            let (info, _) = sides::some_database(&self.database, &config)?;
            let connection = sides::open(&info).await?;
            positions = Some(read_positions(&connection.client).await.map_err(Failure::of)?);
        }
        let found = schema::schema(&declaration, &config.lint, positions.as_ref(), &date::today());
        for expired in &found.expired {
            say(format!("note: {expired}"));
        }
        match (self.format.host(), self.format) {
            (Some(host), _) => host.print(&render::schema_alerts(&found, &anchors), "lint")?,
            (None, Format::Json) => {
                print_as(Form::Json, &render::lint_schema_json(&found, &anchors))?;
            }
            (None, _) => print_as(Form::Text, &render::lint_schema_text(&found, &anchors))?,
        }
        Ok(if found.has_errors() { Exit::Error } else { Exit::Done })
    }

    async fn scripts(self) -> Result<Exit, Failure> {
        let config = Config::find(self.declared.config.as_deref(), &self.declared.dir)?;
        let mut sizes = Sizes::default();
        let mut above = pgplumb::online::USUAL_LIMIT;
        // A script is read without a database unless one is named.
        if self.names_database() {
            let (info, environment) = sides::database(&self.database, &config)?;
            let policy = InUse::default().policy(&environment);
            above = policy.above;
            if let Some(info) = info {
                let connection = sides::open(&info).await?;
                let catalog = Box::pin(sides::read_marked(&connection, &info, policy)).await?;
                sizes.learn(&catalog);
            }
        }
        sizes.rows.extend(self.assume_size);
        let mut read = Vec::new();
        for path in &self.sql {
            let source = script(path)?;
            let mut found = lint::sql(&source.text, &sizes, above).map_err(|error| {
                let at = error.at.unwrap_or(0);
                let (line, column) = source.origin(at..at).line_column(&source.text);
                Failure::text(format!("{}:{line}:{column}: {error}", source.name))
            })?;
            config.lint.regrade(&mut found);
            read.push((source, found));
        }
        match (self.format.host(), self.format) {
            (Some(host), _) => host.print(&render::script_alerts(&read), "lint-sql")?,
            (None, Format::Json) => print_as(Form::Json, &render::lint_json(&read))?,
            (None, _) => print_as(Form::Text, &render::lint_text(&read))?,
        }
        let mut all = read.iter().flat_map(|(_, found)| found);
        let blocks = all.any(|finding| finding.severity == Severity::Block);
        Ok(if blocks { Exit::Error } else { Exit::Done })
    }
}

impl Format {
    /// The code host that it is for.
    fn host(self) -> Option<Host> {
        match self {
            Self::Text | Self::Json => None,
            Self::Sarif => Some(Host::Sarif),
            Self::Github => Some(Host::Github),
            Self::Gitlab => Some(Host::Gitlab),
        }
    }
}

fn script(path: &Path) -> Result<Source, Failure> {
    let name =
        if path == Path::new("-") { "(standard input)".into() } else { path.display().to_string() };
    let failed = |error: std::io::Error| Failure::text(format!("{name}: {error}"));
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes).map_err(failed)?;
    } else {
        bytes = std::fs::read(path).map_err(failed)?;
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::text(format!("{name}: byte {at} is not UTF-8; save the script as UTF-8"))
    })?;
    Ok(Source::new(name, text))
}
