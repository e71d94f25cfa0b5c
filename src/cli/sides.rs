//! The two sides of a comparison, by what the user named: a database, a directory, a snapshot.

use std::path::{Path, PathBuf};
use std::time::Instant;

use pgplumb::catalog::Catalog;
use pgplumb::compare;
use pgplumb::connect::{ConnInfo, Connection, Env, connect};
use pgplumb::declare::{self, Declaration};
use pgplumb::drift::Drift;
use pgplumb::introspect::{introspect_beside, read_sizes, system_identifier};
use pgplumb::online::Policy;
use pgplumb::oracle::{Lazy, Named, Source as ScratchSource};
use pgplumb::plan::Plan;
use pgplumb::scratch::Search;
use pgplumb::timings::Timings;
use pgplumb::{snapshot, source};

use super::checkout;
use super::config::{Config, Environment};
use super::interrupt;
use super::output::{Failure, say};
use super::write::Readers;
use super::{Database, Declared, InUse, ScratchFrom, trust};

/// Reads the declaration.
pub(crate) fn declaration(from: &Declared) -> Result<(Declaration, Config), Failure> {
    checkout::holds_declaration(&from.dir)?;
    let config = Config::find(from.config.as_deref(), &from.dir)?;
    let sources = source::read_dir(&from.dir).map_err(|report| Failure::report(report, &[]))?;
    let mut declared = declare::declare(sources.clone(), from.dir.clone(), config.manage.clone())
        .map_err(|report| Failure::report(report, &sources))?;
    declared.reveal(&|variable| config.secret(variable));
    Ok((declared, config))
}

/// Reads the declaration on another thread, while something else is read here. What is wrong with
/// the declaration is said first.
pub(crate) async fn declaration_beside<T>(
    from: &Declared,
    other: impl Future<Output = Result<T, Failure>>,
    timings: &mut Timings,
) -> Result<(Declaration, T), Failure> {
    let from = from.clone();
    let start = Instant::now();
    let reading = tokio::task::spawn_blocking(move || (declaration(&from), start.elapsed()));
    let other = other.await;
    timings.ended("catalog", start);
    let (declaration, took) = reading.await.map_err(Failure::text)?;
    timings.phases.push(("declaration, beside it", took));
    Ok((declaration?.0, other?))
}

/// A directory as the root of the checkout knows it, which is taken to be the current directory.
pub(crate) fn shown_dir(dir: &Path) -> String {
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| dir.strip_prefix(here).ok().map(Path::to_path_buf));
    let dir = below.unwrap_or_else(|| dir.to_path_buf());
    let dir = dir.strip_prefix(".").unwrap_or(&dir);
    dir.to_string_lossy().replace('\\', "/")
}

/// The database that the user named, in any of the ways there are; `None`: in none.
pub(crate) fn database(
    named: &Database,
    config: &Config,
) -> Result<(Option<ConnInfo>, Environment), Failure> {
    let env = Env::from_process();
    let zoned = |info: ConnInfo| match &config.timezone {
        Some(zone) => info.with_timezone(zone),
        None => info,
    };
    let parse = |text: &str| ConnInfo::parse(text, &env).map(zoned).map_err(Failure::text);
    if let Some(url) = &named.url {
        return Ok((Some(parse(url)?), Environment::default()));
    }
    if let Some(name) = &named.env {
        let environment = config.environment(name)?.clone();
        let url = match &environment.url_env {
            Some(variable) => std::env::var(variable).map_err(|_| {
                Failure::text(format!("environment `{name}` needs its URL in the variable {variable}, which is not set"))
            })?,
            None => environment.url.clone().unwrap_or_default(),
        };
        return Ok((Some(parse(&url)?), environment));
    }
    if let Some(url) = env.get("DATABASE_URL") {
        return Ok((Some(parse(url)?), Environment::default()));
    }
    if ConnInfo::names_a_server(&env) {
        return Ok((
            Some(ConnInfo::from_env(&env).map(zoned).map_err(Failure::text)?),
            Environment::default(),
        ));
    }
    Ok((None, Environment::default()))
}

/// As [`database`], where there has to be one.
pub(crate) fn some_database(
    named: &Database,
    config: &Config,
) -> Result<(ConnInfo, Environment), Failure> {
    match database(named, config)? {
        (Some(info), environment) => Ok((info, environment)),
        (None, _) => Err(Failure::text(
            "no database is named; use --url, --env, DATABASE_URL or the PG* variables",
        )),
    }
}

/// A connection to the database that is named.
pub(crate) async fn named(declared: &Declared, named: &Database) -> Result<Connection, Failure> {
    let config = Config::find(declared.config.as_deref(), &declared.dir)?;
    let (info, _) = some_database(named, &config)?;
    open(&info).await
}

/// Who may read a file with data of that server.
pub(crate) fn readers(info: &ConnInfo) -> Readers {
    if info.has_password() { Readers::Owner } else { Readers::Usual }
}

/// Who may read a file with data of the current side: a snapshot's readers, or a server's.
pub(crate) fn current_readers(from: Option<&Path>, named: &Database, config: &Config) -> Readers {
    match from {
        Some(snapshot) => Readers::of(snapshot),
        None => match database(named, config) {
            Ok((Some(info), _)) => readers(&info),
            _ => Readers::Usual,
        },
    }
}

/// Opens a connection, with its warnings on standard error.
pub(crate) async fn open(info: &ConnInfo) -> Result<Connection, Failure> {
    let connection = connect(info, "plumb").await.map_err(Failure::of)?;
    interrupt::covers(&connection);
    for warning in info.warnings().iter().chain(connection.warnings()) {
        say(format!("warning: {warning}"));
    }
    Ok(connection)
}

/// Reads a database, over a second connection too where that is faster.
pub(crate) async fn read(info: &ConnInfo) -> Result<Catalog, Failure> {
    read_over(&open(info).await?, info).await
}

/// As [`read`], over a connection that stays.
pub(crate) async fn read_over(
    connection: &Connection,
    info: &ConnInfo,
) -> Result<Catalog, Failure> {
    let second = async { connect(info, "plumb").await.ok() };
    let read = Box::pin(introspect_beside(&connection.client, second)).await;
    let mut catalog = read.map_err(Failure::of)?;
    catalog.server.system = system_identifier(&connection.client).await;
    if let Some(warning) = catalog.server.warning() {
        say(format!("warning: {warning}"));
    }
    Ok(catalog)
}

/// The current side: a snapshot, a database, or where neither is named an empty database.
pub(crate) async fn current(
    from: Option<&Path>,
    named: &Database,
    config: &Config,
    in_use: InUse,
    scratch: &mut Lazy,
) -> Result<Catalog, Failure> {
    if let Some(path) = from {
        let mut catalog = read_snapshot(path)?;
        catalog.mark(in_use.policy(&Environment::default()));
        return Ok(catalog);
    }
    match database(named, config)? {
        (Some(info), environment) => {
            let connection = open(&info).await?;
            Box::pin(read_marked(&connection, &info, in_use.policy(&environment))).await
        }
        (None, _) => Box::pin(nothing(scratch)).await,
    }
}

/// As [`read_over`], with what is in use.
pub(crate) async fn read_marked(
    connection: &Connection,
    info: &ConnInfo,
    policy: Policy,
) -> Result<Catalog, Failure> {
    let mut catalog = read_over(connection, info).await?;
    read_sizes(&connection.client, &mut catalog).await.map_err(Failure::of)?;
    catalog.mark(policy);
    Ok(catalog)
}

/// The plan from one side to the other.
pub(crate) async fn compared(
    current: Catalog,
    declaration: Declaration,
    scratch: &mut Lazy,
    strict: bool,
    timings: &mut Timings,
) -> Result<Plan, Failure> {
    let sources = declaration.sources.clone();
    let plan = Box::pin(compare::timed(current, declaration, scratch, strict, timings)).await;
    plan.map_err(|error| Failure::compare(error, &sources))
}

/// What moved, whether or not there is a plan.
pub(crate) async fn drift(
    current: Catalog,
    declaration: Declaration,
    scratch: &mut Lazy,
    strict: bool,
    timings: &mut Timings,
) -> Result<Drift, Failure> {
    let sources = declaration.sources.clone();
    let drift = Box::pin(compare::drift(current, declaration, scratch, strict, timings)).await;
    drift.map_err(|error| Failure::compare(error, &sources))
}

/// The scratch, if one should be needed; `target` says what it is beside, if it is so named.
pub(crate) fn scratch(
    from: &ScratchFrom,
    config: &Config,
    target: Option<&Database>,
) -> Result<Lazy, Failure> {
    let env = Env::from_process();
    let server = match from.scratch.as_deref() {
        Some("target") => match target.map(|named| database(named, config)).transpose()? {
            Some((Some(info), _)) => Some(Named::Target(info)),
            _ => return Err(Failure::text("--scratch target: there is no target here")),
        },
        Some(url) => Some(Named::Other(ConnInfo::parse(url, &env).map_err(Failure::text)?)),
        None => None,
    };
    let mut named: Vec<PathBuf> = env
        .get("PLUMB_PG_BIN")
        .map(|list| std::env::split_paths(list).collect())
        .unwrap_or_default();
    named.extend(config.scratch_bin.iter().cloned());
    let mut path: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|list| std::env::split_paths(&list).collect())
        .unwrap_or_default();
    if trust::untrusted() {
        // Whoever named the directory, the programs in it are the checkout's.
        path.retain(|dir| !config.checkout.holds(dir));
        named.retain(|dir| {
            let held = config.checkout.holds(dir);
            if held {
                say(format!(
                    "note: {} lies in the checkout: because of --untrusted no program in it is run",
                    dir.display()
                ));
            }
            !held
        });
    }
    let search = Search { named, path: std::env::join_paths(path).ok() };
    let cache = cache(&env).filter(|dir| !config.checkout.holds(dir));
    let timezone = config.timezone.clone();
    let trusted = from.trust_database;
    Ok(Lazy::new(ScratchSource { server, search, cache, trusted, timezone }))
}

/// The directory of plumb among the user's caches (XDG Base Directory Specification).
fn cache(env: &Env) -> Option<PathBuf> {
    let absolute = |name: &str| env.get(name).map(PathBuf::from).filter(|dir| dir.is_absolute());
    let home = || absolute("HOME").map(|home| home.join(".cache"));
    Some(absolute("XDG_CACHE_HOME").or_else(home)?.join("plumb"))
}

/// A file cannot hold bytes that are not UTF-8.
pub(crate) fn is_readable(catalog: &Catalog) -> Result<(), Failure> {
    let named: Vec<String> = catalog.garbled.iter().map(ToString::to_string).collect();
    if named.is_empty() {
        return Ok(());
    }
    Err(Failure::text(format!(
        "the database, whose encoding is SQL_ASCII, holds bytes that are not UTF-8, in the name, definition or comment \
         of: {}; correct them first",
        named.join(", ")
    )))
}

/// Reads a snapshot file.
pub(crate) fn read_snapshot(path: &Path) -> Result<Catalog, Failure> {
    let text = source::limit::read_text(path).map_err(|error| Failure::unreadable(path, &error))?;
    snapshot::read(&text).map_err(|error| Failure::text(format!("{}: {error}", path.display())))
}

/// The catalog of an empty database, on a scratch.
pub(crate) async fn nothing(scratch: &mut Lazy) -> Result<Catalog, Failure> {
    let mut catalog = match scratch.get(None).await {
        Ok(scratch) => scratch.nothing().await.map_err(Failure::of)?,
        Err(error) => return Err(Failure::of(error)),
    };
    catalog.server.database = String::new();
    Ok(catalog)
}
