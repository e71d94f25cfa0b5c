use std::path::{Path, PathBuf};

use clap::Args;
use pgplumb::catalog::Catalog;
use pgplumb::compare::whole;
use pgplumb::declare::{self, Declaration};
use pgplumb::oracle::Lazy;
use pgplumb::render::Anchors;
use pgplumb::report::Code;
use pgplumb::timings::Timings;

use super::checkout::Checkout;
use super::config::Config;
use super::hosts;
use super::output::{Colours, Failure, print_as, warn};
use super::plan::{Format, Made, Making};
use super::write::Readers;
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

/// A declaration as a server has it, built on a scratch; `name` stands for the database.
async fn built(
    mut declaration: Declaration,
    name: &str,
    scratch: &mut Lazy,
) -> Result<Catalog, Failure> {
    declare::resolve(&mut declaration, None);
    let scratch = scratch.get(None).await.map_err(Failure::of)?;
    let built = scratch.build(&declaration.catalog, &[]).await.map_err(Failure::of)?;
    match built.refusals.first() {
        None => {
            let mut catalog = built.catalog;
            // The scratch has another name each time.
            name.clone_into(&mut catalog.server.database);
            Ok(catalog)
        }
        Some(refusal) => Err(Failure::text(format!(
            "the declaration cannot be built: {}; `plumb check` says where",
            refusal.message
        ))),
    }
}

/// The plan from the declaration in another directory to the one that is named, as from the base of a pull request to its head.
pub(crate) async fn between(
    base: &Path,
    making: &Making,
    colours: Colours,
) -> Result<Made, Failure> {
    let dir = &making.declared.dir;
    let config = Config::find(making.declared.config.as_deref(), dir)?;
    let config = Config { checkout: config.checkout.clone().and(Checkout::around(base)), ..config };
    let mut scratch = sides::scratch(&making.scratch, &config, None)?;
    let (declaration, _) = sides::declaration(&making.declared)?;
    warn(&declaration, colours);
    let old = Declared { dir: base.to_path_buf(), config: making.declared.config.clone() };
    let current = match sides::declaration(&old) {
        Ok((old, _)) => built(old, "base", &mut scratch).await,
        // The head brings the first declaration.
        Err(failure) if failure.says(Code::NoDeclaration) => sides::nothing(&mut scratch).await,
        Err(failure) => Err(failure),
    };
    let current = current.map_err(|failure| of_base(base, &failure))?;
    let anchors = Anchors::of(&declaration, &sides::shown_dir(dir));
    let timings = &mut Timings::default();
    let plan = sides::compared(current, declaration, &mut scratch, making.strict, timings).await?;
    Ok(Made { plan, anchors, config, readers: Readers::Usual })
}

/// What is wrong with the base is no mistake of the head, and has no line in it.
fn of_base(base: &Path, failure: &Failure) -> Failure {
    let message = format!("the base, {}: {}", base.display(), failure.message().trim_end());
    let mut said = Failure::text(message);
    said.exit = failure.exit;
    said
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
            Side::Declared(declaration) => built(*declaration, &self.a, &mut scratch).await?,
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
        let compared =
            sides::compared(current, declaration, &mut scratch, false, &mut Timings::default())
                .await;
        let plan = match (compared, self.format.host()) {
            (Err(failure), Some(host)) => {
                host.print(&hosts::of_failure(&failure, &anchors), "diff")?;
                return Err(failure);
            }
            (compared, _) => compared?,
        };
        if self.format == Format::Sql {
            config.may_reveal(&plan)?;
        }
        let text = self.format.written(&plan, colours.style(), &anchors, "diff")?;
        print_as(self.format.form(), &text)?;
        Ok(if self.exit_code && !plan.is_empty() { Exit::Difference } else { Exit::Done })
    }
}
