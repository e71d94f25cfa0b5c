use std::path::PathBuf;

use clap::{Args, ValueEnum};
use pgplumb::catalog::Catalog;
use pgplumb::declare;
use pgplumb::render::{self, Chosen, Columns, Drawing};

use super::config::Config;
use super::output::{Failure, Form, print_as};
use super::{Database, Declared, Exit, exit, sides, write};

/// Draws tables and foreign keys: of the declaration, of a snapshot, or of a database that is named here.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::CONNECTS))]
pub(crate) struct Graph {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    database: Database,
    /// Draw a snapshot.
    #[arg(long, value_name = "SNAPSHOT", conflicts_with_all = ["url", "env"])]
    from: Option<PathBuf>,
    /// Draw only tables whose name, as schema.table, matches this glob, like 'billing.*'; may be repeated.
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    /// Draw this table and those that are near it; may be repeated.
    #[arg(long, value_name = "TABLE")]
    around: Vec<String>,
    /// How many foreign keys away near is.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "around")]
    depth: usize,
    /// Which columns stand in a table: none, keys (primary and foreign), or all; otherwise all in up to 12 tables.
    #[arg(long, value_enum)]
    columns: Option<Shown>,
    /// Mark what this saved plan makes, changes and drops.
    #[arg(long, value_name = "PLAN.json")]
    plan: Option<PathBuf>,
    /// How it is drawn; otherwise as the name of --out says, or as mermaid.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write the picture to this file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// How a picture is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// For markdown on GitHub and GitLab.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A picture.
    Svg,
}

/// Which columns are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Shown {
    /// None.
    None,
    /// Those of primary and foreign keys.
    Keys,
    /// All.
    All,
}

impl Graph {
    pub(crate) async fn run(self) -> Result<Exit, Failure> {
        let format = self.format();
        let catalog = self.catalog().await?;
        let plan = match &self.plan {
            None => None,
            Some(path) => {
                let text = pgplumb::source::limit::read_text(path)
                    .map_err(|error| Failure::unreadable(path, &error))?;
                let plan = render::read_json(&text)
                    .map_err(|error| Failure::text(format!("{}: {error}", path.display())))?;
                Some(plan)
            }
        };
        let mut chosen = Chosen {
            only: self.only,
            around: self.around,
            depth: self.depth,
            columns: Columns::None,
        };
        let draw =
            |chosen: &Chosen| Drawing::of(&catalog, chosen, plan.as_ref()).map_err(Failure::text);
        chosen.columns = match self.columns {
            Some(Shown::None) => Columns::None,
            Some(Shown::Keys) => Columns::Keys,
            Some(Shown::All) => Columns::All,
            None => Drawing::usual_columns(draw(&chosen)?.tables()),
        };
        let drawing = draw(&chosen)?;
        let text = match format {
            Format::Mermaid => render::mermaid(&drawing),
            Format::Dot => render::dot(&drawing),
            Format::Svg => render::svg(&drawing),
        };
        match &self.out {
            Some(out) => write::deliver(out, Form::Text, &text, write::Readers::Usual)?,
            None => print_as(Form::Text, &text)?,
        }
        Ok(Exit::Done)
    }

    fn format(&self) -> Format {
        let named = self.out.as_ref().and_then(|out| out.extension()?.to_str());
        self.format.unwrap_or(match named {
            Some("svg") => Format::Svg,
            Some("dot" | "gv") => Format::Dot,
            _ => Format::Mermaid,
        })
    }

    async fn catalog(&self) -> Result<Catalog, Failure> {
        if let Some(path) = &self.from {
            return sides::read_snapshot(path);
        }
        if self.database.url.is_some() || self.database.env.is_some() {
            let config = Config::find(self.declared.config.as_deref(), &self.declared.dir)?;
            let (info, _) = sides::some_database(&self.database, &config)?;
            return Box::pin(sides::read(&info)).await;
        }
        let (mut declaration, _) = sides::declaration(&self.declared)?;
        declare::resolve(&mut declaration, None);
        declare::check(&declaration, None)
            .map_err(|report| Failure::report(report, &declaration.sources))?;
        Ok(declaration.catalog)
    }
}
