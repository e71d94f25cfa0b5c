use std::path::{Path, PathBuf};

use clap::Args;
use pgplumb::catalog::Catalog;
use pgplumb::compare::whole;
use pgplumb::declare::{self, Declaration};
use pgplumb::oracle::Lazy;
use pgplumb::render::Anchors;
use pgplumb::timings::Timings;

use super::checkout::Checkout;
use super::config::Config;
use super::output::{Colours, Failure, print_as};
use super::plan::Format;
use super::{Database, Declared, Exit, ScratchFrom, exit, sides};

/// Compares any two of: a database, a declaration's directory, a snapshot file.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::PLANS))]
pub(crate) struct Diff {
    /// What is there.
    a: String,
    /// What is wanted.
    b: String,
    #[command(flatten)]
    scratch: ScratchFrom,
    /// How the difference is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Exit with 2 when there are differences.
    #[arg(long)]
    exit_code: bool,
}

/// One side, as it was named.
enum Side {
    Declared(Box<Declaration>),
    Read(Catalog),
}

async fn side(name: &str) -> Result<Side, Failure> {
    let path = Path::new(name);
    if path.is_dir() {
        let declared = Declared { dir: PathBuf::from(path), config: None };
        return sides::declaration(&declared)
            .map(|(declaration, _)| Side::Declared(Box::new(declaration)));
    }
    if path.is_file() {
        return sides::read_snapshot(path).map(Side::Read);
    }
    if !name.contains("://") && !name.contains('=') {
        // A mistyped URL is not repeated: a password may stand in it.
        let name = if name.contains(['@', ':']) { "an argument of `plumb diff`" } else { name };
        let message = format!("{name} is no directory, no file and no URL of a database");
        return Err(Failure::text(message));
    }
    let database = Database { url: Some(name.to_owned()), env: None };
    let (info, _) = sides::some_database(&database, &Config::default())?;
    sides::read(&info).await.map(Side::Read)
}

/// A declaration as a server has it, built on a scratch.
async fn built(mut declaration: Declaration, scratch: &mut Lazy) -> Result<Catalog, Failure> {
    declare::resolve(&mut declaration, None);
    let scratch = scratch.get(None).await.map_err(Failure::of)?;
    let built = scratch.build(&declaration.catalog, &[]).await.map_err(Failure::of)?;
    match built.refusals.first() {
        None => Ok(built.catalog),
        Some(refusal) => Err(Failure::text(format!(
            "the declaration cannot be built: {}; `plumb check` says where",
            refusal.message
        ))),
    }
}

impl Diff {
    pub(crate) async fn run(self, colours: Colours) -> Result<Exit, Failure> {
        let checkout =
            Checkout::around(Path::new(&self.a)).and(Checkout::around(Path::new(&self.b)));
        let config = Config { checkout, ..Config::default() };
        let mut scratch = sides::scratch(&self.scratch, &config, None)?;
        let (a, b) = (side(&self.a).await?, side(&self.b).await?);
        let current = match a {
            Side::Read(catalog) => catalog,
            Side::Declared(declaration) => built(*declaration, &mut scratch).await?,
        };
        let declaration = match b {
            Side::Read(catalog) => whole(catalog),
            Side::Declared(declaration) => *declaration,
        };
        let anchors = if self.format.needs_anchors() {
            Anchors::of(&declaration, &sides::shown_dir(Path::new(&self.b)))
        } else {
            Anchors::default()
        };
        let plan =
            sides::compared(current, declaration, &mut scratch, false, &mut Timings::default())
                .await?;
        if self.format == Format::Sql {
            config.may_reveal(&plan)?;
        }
        let text = self.format.written(&plan, colours.style(), &anchors, "diff")?;
        print_as(self.format.form(), &text)?;
        Ok(if self.exit_code && !plan.is_empty() { Exit::Difference } else { Exit::Done })
    }
}
