use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{Instant, SystemTime};

use clap::{Args, ValueEnum};
use pgplumb::compare::whole;
use pgplumb::drift::{self, Verdict};
use pgplumb::render::{self, Run};
use pgplumb::timings::Timings;

use super::config::Config;
use super::output::{Colours, Failure, Form, print_as, say};
use super::state::Kept;
use super::{Database, Declared, Exit, ScratchFrom, exit, sides, write};

/// Says whether the database is still as it is declared: exit 0 if it is, 2 if not, 1 if plumb cannot tell.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::DRIFT))]
pub(crate) struct Drift {
    #[command(flatten)]
    comparing: Comparing,
    /// How the answer is written; otherwise as the name of the file says, or as text.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write the answer to this file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Also list what is not in the declaration and what plumb does not model, and say so where nothing moved; on a
    /// terminal that is always done.
    #[arg(long, short)]
    verbose: bool,
}

/// What is compared.
#[derive(Args, Debug)]
pub(crate) struct Comparing {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    pub(crate) database: Database,
    #[command(flatten)]
    scratch: ScratchFrom,
    /// Compare with a snapshot in place of the declaration.
    #[arg(long, value_name = "SNAPSHOT")]
    against: Option<PathBuf>,
    /// Take a difference that no server could decide for drift.
    #[arg(long)]
    strict: bool,
    /// Keep the answer in this file, and give it again as long as neither the declaration nor a row of the catalogs has
    /// changed, which the server tells in one query. Only this job should write the file.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Say on standard error how long each phase took, and which rung of equality decided how many
    /// leaves.
    #[arg(long)]
    timings: bool,
}

/// How drift is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// A line for what moved.
    Text,
    /// For machines.
    Json,
    /// For a comment or a ticket.
    Markdown,
    /// Gauges, for the textfile collector.
    Prometheus,
}

impl Format {
    fn of(named: Option<Self>, out: Option<&PathBuf>) -> Self {
        let extension = out.and_then(|out| out.extension()?.to_str());
        named.unwrap_or(match extension {
            Some("json") => Self::Json,
            Some("md" | "markdown") => Self::Markdown,
            Some("prom") => Self::Prometheus,
            _ => Self::Text,
        })
    }

    fn form(self) -> Form {
        if self == Self::Json { Form::Json } else { Form::Text }
    }
}

impl Drift {
    pub(crate) async fn run(self, colours: Colours) -> Result<Exit, Failure> {
        let (start, now) = (Instant::now(), SystemTime::now());
        let format = Format::of(self.format, self.out.as_ref());
        let drift = Box::pin(self.comparing.compare()).await;
        let at = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let run = Run { at, took: start.elapsed() };
        let aside = self.verbose || self.out.is_none() && std::io::stdout().is_terminal();
        let text = match (&drift, format) {
            (Ok(drift), Format::Text) => {
                let mut style = colours.style();
                style.colour &= self.out.is_none();
                render::drift_text(drift, aside, style)
            }
            (Ok(drift), Format::Markdown) => render::drift_markdown(drift, aside),
            (Ok(drift), Format::Json) => render::drift_json(drift),
            (Ok(drift), Format::Prometheus) => render::drift_prometheus(drift, run),
            (Err(error), Format::Json) => {
                render::drift_error_json(&self.comparing.database_name(), &error.message())
            }
            (Err(_), Format::Prometheus) => {
                render::drift_error_prometheus(&self.comparing.database_name(), run)
            }
            // An empty file would say that nothing moved.
            (Err(error), Format::Text | Format::Markdown) if self.out.is_some() => {
                format!("cannot tell: {}\n", error.message().trim_end())
            }
            (Err(_), Format::Text | Format::Markdown) => String::new(),
        };
        let delivered = self.deliver(format, &text);
        let drift = drift?;
        for note in drift.notes.iter().filter(|_| aside) {
            say(format!("note: {note}"));
        }
        delivered?;
        let verdict = drift.verdict();
        if self.out.is_some() && (aside || verdict != Verdict::None) {
            print_as(Form::Text, &format!("{}\n", render::drift_verdict(&drift)))?;
        }
        Ok(match verdict {
            Verdict::None => Exit::Done,
            Verdict::Drift => Exit::Difference,
            Verdict::CannotTell => Exit::Error,
        })
    }

    fn deliver(&self, format: Format, text: &str) -> Result<(), Failure> {
        match &self.out {
            Some(out) => write::deliver(out, format.form(), text, write::Readers::Usual),
            None => print_as(format.form(), text),
        }
    }
}

impl Comparing {
    /// What moved.
    pub(crate) async fn compare(&self) -> Result<drift::Drift, Failure> {
        let config = Config::find(self.declared.config.as_deref(), &self.declared.dir)?;
        let mut timings = Timings { counts: self.timings, ..Timings::default() };
        let kept = self.kept(&config)?;
        let (mut begun, start) = (None, Instant::now());
        if let Some(kept) = kept.as_ref().filter(|kept| kept.is_known()) {
            let (info, _) = sides::some_database(&self.database, &config)?;
            let connection = sides::open(&info).await?;
            let versions = Kept::versions(&connection).await?;
            timings.ended("versions of rows", start);
            if let Some(drift) = kept.answer(versions.as_ref()) {
                self.say(&timings);
                return Ok(drift);
            }
            begun = Some((info, connection, versions));
        }
        let mut scratch = sides::scratch(&self.scratch, &config, Some(&self.database))?;
        let current = async {
            let (info, connection, versions) = match begun {
                Some(begun) => begun,
                None => {
                    let (info, _) = sides::some_database(&self.database, &config)?;
                    let connection = sides::open(&info).await?;
                    // Before the catalog is read: what changes meanwhile is seen the next time.
                    let versions = match &kept {
                        Some(_) => Kept::versions(&connection).await?,
                        None => None,
                    };
                    (info, connection, versions)
                }
            };
            Ok((sides::read_over(&connection, &info).await?, versions, sides::readers(&info)))
        };
        let (declaration, (current, versions, readers)) = match &self.against {
            Some(path) => (whole(sides::read_snapshot(path)?), current.await?),
            None => {
                let beside = sides::declaration_beside(&self.declared, current, &mut timings);
                Box::pin(beside).await?
            }
        };
        let drift =
            sides::drift(current, declaration, &mut scratch, self.strict, &mut timings).await?;
        if let Some(kept) = kept {
            kept.keep(versions, &drift, readers);
        }
        self.say(&timings);
        Ok(drift)
    }

    /// The last answer, where one is to be kept.
    fn kept(&self, config: &Config) -> Result<Option<Kept>, Failure> {
        let Some(path) = &self.state else { return Ok(None) };
        let compared = self.against.as_ref().unwrap_or(&self.declared.dir);
        Kept::find(path, compared, config, self.strict)
    }

    fn say(&self, timings: &Timings) {
        if self.timings {
            say(timings.text().trim_end());
        }
    }

    /// The name of the database, where it could not be read; empty where none is named.
    fn database_name(&self) -> String {
        let config = Config::find(self.declared.config.as_deref(), &self.declared.dir);
        let info = config.and_then(|config| sides::some_database(&self.database, &config));
        info.map_or_else(|_| String::new(), |(info, _)| info.database().to_owned())
    }
}
