//! The laws of a plan, on random schemas: what is exported differs from nothing, a plan makes the one schema of
//! the other and back, a second plan is empty, the same plan has the same bytes whatever the order of the files,
//! and rows stay. A plan may be refused, with a reason.
//!
//! `tests/random/schema.txt` is what the schemas are made of. A run is bounded and always the same;
//! `make random HOURS=2` goes on for hours (`SEED=7`, `MAJORS=17,18` and `OUT=directory`, where each
//! failure is written as small as it can be made). `PLUMB_RANDOM_SEED=n PLUMB_RANDOM_CASES=1` is one pair again.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;
mod random;

use std::env;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use common::{Cluster, Database, home, majors};
use pgplumb::apply::{Allowed, ApplyError, Options, apply};
use pgplumb::catalog::Catalog;
use pgplumb::compare::{CompareError, compare};
use pgplumb::connect::{ConnInfo, Connection, Env, connect};
use pgplumb::declare::declare;
use pgplumb::export::{self, export};
use pgplumb::hazard::Hazard;
use pgplumb::introspect::introspect;
use pgplumb::oracle::{Lazy, Named, Source as Scratch};
use pgplumb::plan::{Plan, PlanError};
use pgplumb::render;
use pgplumb::scratch::Search;
use pgplumb::source::Source;
use random::{Chance, Counts, Grammar, Held, Pair, held};

/// Who is named in the schemas.
const ROLES: &str = "CREATE ROLE random_ada; CREATE ROLE \"Random Eve\"; CREATE ROLE random_ben; CREATE ROLE \"Random Cy\"";

/// How long a failure is made smaller.
const SHRINKING: Duration = Duration::from_secs(150);

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok().filter(|text| !text.is_empty());
    text.map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// A law is broken; the first line says which.
fn law(what: &str, detail: impl std::fmt::Display) -> String {
    format!("{what}\n{detail}")
}

/// A database with what was declared of it.
struct Side {
    database: Database,
    connection: Connection,
    catalog: Catalog,
    files: Vec<Source>,
    state: String,
    /// The statements that made it.
    sql: String,
}

impl Side {
    async fn new(cluster: &Arc<Cluster>, sql: &[String]) -> Result<Self, String> {
        let database = Database::create(cluster).await;
        let info = ConnInfo::parse(&database.url(), &Env::default()).expect("a URL");
        let connection = connect(&info, "plumb").await.expect("a connection");
        let mut made = String::new();
        for line in sql {
            // What this server does not take is not part of the schema.
            match connection.client.batch_execute(line).await {
                Ok(()) => made = format!("{made}{line}\n"),
                Err(error) if env::var_os("PLUMB_RANDOM_INVALID").is_some() => {
                    println!("not taken: {}: {line}", say(&error));
                }
                Err(_) => {}
            }
        }
        let catalog = read(&connection).await?;
        if let Some(object) = catalog.unmodelled.first() {
            return Err(law("an object is not modelled", format!("{object:?}\nfrom\n{made}")));
        }
        let options = export::Options::default();
        let files = export(&catalog, options).into_iter();
        let files = files.map(|(name, text)| Source::new(name, text)).collect();
        let state = state(&database).await;
        let side = Self { database, connection, catalog, files, state, sql: made };
        let nowhere = Scratch { trusted: true, ..Scratch::default() };
        let plan = side.plan(side.catalog.clone(), &mut Lazy::new(nowhere)).await?;
        let Some(plan) = plan.filter(Plan::is_empty) else {
            return Err(law(
                "it differs from its own export",
                format!("{}\nfrom\n{}", side.text(), side.sql),
            ));
        };
        if !plan.unproved.is_empty() {
            return Err(law(
                "its own export is not understood",
                format!("{:?}\nfrom\n{}", plan.unproved, side.sql),
            ));
        }
        Ok(side)
    }

    /// The way from there to this side; None if it is refused.
    async fn plan(&self, there: Catalog, scratch: &mut Lazy) -> Result<Option<Plan>, String> {
        let plan = plan(there, self.files.clone(), scratch).await;
        plan.map_err(|why| law(&why, self.text()))
    }

    async fn fill(&self) -> Result<(), String> {
        let filled = random::rows(&self.connection.client, true).await;
        filled.map_err(|error| law("no rows can be had", say(&error)))
    }

    fn text(&self) -> String {
        self.files.iter().map(|file| format!("# {}\n{}", file.name, file.text)).collect()
    }
}

async fn plan(
    there: Catalog,
    files: Vec<Source>,
    scratch: &mut Lazy,
) -> Result<Option<Plan>, String> {
    let declared = declare(files, PathBuf::from("."), None);
    let declared = declared.map_err(|report| format!("an export is no declaration: {report}"))?;
    match compare(there, declared, scratch, false).await {
        Ok(plan) => Ok(Some(plan)),
        Err(CompareError::Plan(PlanError::Refused(why))) => {
            if env::var_os("PLUMB_RANDOM_REFUSED").is_some() {
                println!("refused: {why:?}");
            }
            Ok(None)
        }
        Err(why) => Err(format!("no plan: {why}")),
    }
}

async fn read(connection: &Connection) -> Result<Catalog, String> {
    introspect(&connection.client).await.map_err(|error| law("it cannot be read", error))
}

/// What is there, in words that are not plumb's.
async fn state(database: &Database) -> String {
    match database.dump() {
        Some(dump) => dump,
        None => database.witness().await,
    }
}

fn say(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string)
}

fn diff(old: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new).unified_diff().context_radius(2).to_string()
}

/// SQLSTATEs of classes 22 and 23: data that cannot be converted, or breaks a constraint.
fn is_about_rows(error: &ApplyError) -> bool {
    let text = error.to_string();
    text.split('(')
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .any(|(code, _)| code.len() == 5 && (code.starts_with("22") || code.starts_with("23")))
}

/// Takes a database to a declaration; false if the plan is refused.
async fn goes(
    from: &Side,
    to: &Side,
    scratch: &mut Lazy,
    counts: &Mutex<Counts>,
) -> Result<bool, String> {
    let count = |what: &str| {
        *counts.lock().expect("the counts").entry(what.to_owned()).or_default() += 1;
    };
    let (there, database) = (&from.connection, &from.database);
    let current = read(there).await?;
    let Some(made) = to.plan(current.clone(), scratch).await? else {
        count("refused");
        return Ok(false);
    };
    let sql = render::sql(&made).unwrap();
    let after = |text: String| format!("{text}\nafter\n{sql}\ndeclared\n{}", to.text());
    let reversed = to.files.iter().rev().cloned().collect();
    let again = plan(current, reversed, scratch).await.map_err(|why| law(&why, to.text()))?;
    let again = again.map_or_else(String::new, |plan| render::sql(&plan).unwrap());
    if sql != again {
        return Err(law("the same plan in other bytes", after(diff(&sql, &again))));
    }
    let mut before = held(&there.client).await.map_err(|error| law("rows", say(&error)))?;
    let allowed = Allowed::parse("all").expect("a list");
    let mut applied = apply(there, &made, &Options::new(&allowed), &mut |_| {}).await;
    if applied.as_ref().is_err_and(is_about_rows) {
        // Rows that a new key or type does not admit: without them it works.
        count("rows in the way");
        before = Held::new();
        random::rows(&there.client, false).await.map_err(|error| law("emptying", say(&error)))?;
        let Some(plan) = to.plan(read(there).await?, scratch).await? else { return Ok(false) };
        applied = apply(there, &plan, &Options::new(&allowed), &mut |_| {}).await;
    }
    if let Err(error) = applied {
        return Err(law(&format!("it cannot be applied: {error}"), after(String::new())));
    }
    count(if made.is_empty() { "nothing to do" } else { "applied" });
    let now = state(database).await;
    if now != to.state {
        return Err(law("it is not what is declared", after(diff(&to.state, &now))));
    }
    let left = to.plan(read(there).await?, scratch).await?;
    if left.as_ref().is_none_or(|left| !left.is_empty()) {
        let left =
            left.map_or_else(|| "it is refused".to_owned(), |plan| render::sql(&plan).unwrap());
        return Err(law("a second plan is not empty", after(left)));
    }
    let stay = held(&there.client).await.map_err(|error| law("rows", say(&error)))?;
    lost(&made, &before, &stay).map_err(|what| law("rows are lost in silence", after(what)))?;
    Ok(true)
}

/// Values that were there and are not, of which no hazard of the plan tells.
fn lost(plan: &Plan, before: &Held, after: &Held) -> Result<(), String> {
    for (key, value) in before {
        let (table, column, what) = key;
        let now = match after.get(key) {
            Some(now) if now == value => continue,
            Some(now) => now.as_str(),
            // A column of another type has other values, and an empty one none to lose.
            None if what == "sequence" || value.starts_with('0') => continue,
            None if after.keys().any(|(t, c, _)| t == table && c == column) => continue,
            None => "nothing",
        };
        let told = plan.hazards().any(|(object, hazard)| {
            let path = object.map(|id| id.path.join("\n")).unwrap_or_default();
            let column = format!("\n{column}");
            // A column goes from a partition with its parent's.
            let of_it = path == *table
                || path.starts_with(&format!("{table}\n"))
                || path.ends_with(&column) && path.matches('\n').count() == 2;
            let restarts = what == "sequence" && hazard.name == Hazard::SequenceRestart;
            (hazard.name == Hazard::DataLoss || restarts) && of_it
        });
        if !told {
            return Err(format!("{table} {column} {what}: {value}, now {now}"));
        }
    }
    Ok(())
}

async fn walk(
    cluster: &Arc<Cluster>,
    grammar: &Grammar,
    pair: &Pair,
    scratch: &mut Lazy,
    counts: &Mutex<Counts>,
) -> Result<(), String> {
    let major = cluster.postgres.major;
    let (one, two) = (grammar.sql(&pair.0, major), grammar.sql(&pair.1, major));
    let first = Box::pin(Side::new(cluster, &one)).await?;
    let second = Box::pin(Side::new(cluster, &two)).await?;
    let named = |way: &str, wrong: String| {
        format!("{way}: {wrong}\nfrom\n{}\nto\n{}", first.sql, second.sql)
    };
    first.fill().await?;
    let forward = goes(&first, &second, scratch, counts).await;
    let there = if forward.map_err(|wrong| named("forward", wrong))? {
        &first
    } else {
        second.fill().await?;
        &second
    };
    let backward = goes(there, &first, scratch, counts).await;
    backward.map_err(|wrong| named("backward", wrong))?;
    Ok(())
}

/// What a run may take, and what came of it.
struct Run {
    grammar: Grammar,
    next: AtomicU64,
    end: u64,
    until: Option<Instant>,
    out: Option<PathBuf>,
    counts: Mutex<Counts>,
    failures: Mutex<Vec<String>>,
}

impl Run {
    fn worker(&self, clusters: &[Arc<Cluster>]) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut scratches: Vec<Lazy> = clusters.iter().map(scratch).collect();
        loop {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            if seed >= self.end || self.until.is_some_and(|until| Instant::now() > until) {
                return;
            }
            let at = (seed % clusters.len() as u64) as usize;
            let (cluster, lazy) = (&clusters[at], &mut scratches[at]);
            let mut chance = Chance::new(seed);
            let one = chance.model(&self.grammar);
            let pair = (one.clone(), chance.changed(&self.grammar, &one));
            let walked = runtime.block_on(walk(cluster, &self.grammar, &pair, lazy, &self.counts));
            match walked {
                Ok(()) => {
                    self.count("pairs");
                    let counts = self.counts.lock().expect("the counts");
                    if counts["pairs"].is_multiple_of(100) {
                        println!("{counts:?}");
                    }
                }
                Err(why) => {
                    self.count("pairs");
                    // The short run says the seed and leaves making it small to a long one.
                    let why = if self.until.is_some() || self.end - seed == 1 {
                        let until = Instant::now() + SHRINKING;
                        let mut last = why.clone();
                        let counts = Mutex::new(Counts::new());
                        random::shrink(pair, |less| {
                            if Instant::now() > until {
                                return None;
                            }
                            let walk = walk(cluster, &self.grammar, less, lazy, &counts);
                            match runtime.block_on(walk) {
                                Err(now) if kin(&now) == kin(&why) => {
                                    last = now;
                                    Some(true)
                                }
                                _ => Some(false),
                            }
                        });
                        last
                    } else {
                        why
                    };
                    self.fail(seed, cluster.postgres.major, &why);
                }
            }
        }
    }

    fn count(&self, what: &str) {
        *self.counts.lock().expect("the counts").entry(what.to_owned()).or_default() += 1;
    }

    fn fail(&self, seed: u64, major: u32, why: &str) {
        let text = format!("seed {seed}, PostgreSQL {major}\n{why}");
        if let Some(out) = &self.out {
            let path = out.join(format!("{seed}.txt"));
            std::fs::write(&path, &text).expect("a file for a failure");
            println!("{}: {}", path.display(), why.lines().next().unwrap_or_default());
        }
        self.failures.lock().expect("the failures").push(text);
    }
}

/// What tells one failure from another: its first words, without the names in them.
fn kin(why: &str) -> String {
    let line = why.lines().next().unwrap_or_default();
    line.split(|c: char| c == '"' || c.is_ascii_digit()).next().unwrap_or_default().to_owned()
}

fn scratch(cluster: &Arc<Cluster>) -> Lazy {
    let url = ConnInfo::parse(&cluster.url("postgres"), &Env::default()).expect("a URL");
    Lazy::new(Scratch {
        server: Some(Named::Other(url)),
        search: Search::default(),
        cache: None,
        trusted: true,
        timezone: None,
    })
}

#[test]
fn any_schema_becomes_any_other_and_turns_back() {
    let hours = env::var("PLUMB_RANDOM_HOURS").ok().filter(|text| !text.is_empty());
    let hours: Option<f64> = hours.map(|text| text.parse().expect("PLUMB_RANDOM_HOURS"));
    let seed = number("PLUMB_RANDOM_SEED").unwrap_or(1);
    let cases =
        number("PLUMB_RANDOM_CASES").unwrap_or(if hours.is_some() { u64::MAX / 2 } else { 16 });
    println!("PLUMB_RANDOM_SEED={seed} PLUMB_RANDOM_CASES={cases}");
    let servers = if env::var_os("PLUMB_TEST_MAJORS").is_some() {
        majors().to_vec()
    } else {
        vec![home().clone()]
    };
    let clusters: Vec<Arc<Cluster>> = servers.iter().map(Cluster::start).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        for cluster in &clusters {
            Database::create(cluster).await.execute(ROLES).await;
        }
    });
    let run = Run {
        grammar: random::grammar(),
        next: AtomicU64::new(seed),
        end: seed + cases,
        until: hours.map(|hours| Instant::now() + Duration::from_secs_f64(hours * 3600.0)),
        out: env::var_os("PLUMB_RANDOM_OUT").map(|out| Path::new(&out).to_path_buf()),
        counts: Mutex::default(),
        failures: Mutex::default(),
    };
    let workers = thread::available_parallelism().map_or(2, usize::from).min(8);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| run.worker(&clusters));
        }
    });
    println!("{:?}", run.counts.lock().expect("the counts"));
    let failures = run.failures.lock().expect("the failures");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
