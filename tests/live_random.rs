//! The laws of a plan, on random schemas: what is exported differs from nothing, a plan makes the one schema of
//! the other and back, a second plan is empty, the same plan has the same bytes, and rows stay.
//!
//! A run is bounded and always the same. `PLUMB_RANDOM_CASES=1000 PLUMB_RANDOM_SEED=7 cargo test --test
//! live_random -- --ignored
//! --nocapture` tries more, and others; what fails is made as small as it can be.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;
mod random;

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use common::{Cluster, Database, Folder, Output, Plumb, home};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use random::Model;

/// A scratch that cannot be had.
const NO_SCRATCH: &str = "postgresql:///none?host=/nowhere";

/// What became of the plans.
#[derive(Default)]
struct Tally {
    applied: AtomicU32,
    refused: AtomicU32,
    rows_in_the_way: AtomicU32,
}

fn number(name: &str, otherwise: u64) -> u64 {
    let text = env::var(name).ok().filter(|text| !text.is_empty());
    text.map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// A database with what was declared of it.
struct Side {
    database: Database,
    export: Folder,
    state: String,
}

impl Side {
    async fn new(cluster: &Arc<Cluster>, model: &Model) -> Result<Self, String> {
        let database = Database::create(cluster).await;
        let sql = model.sql();
        if let Err(error) = database.try_execute(&sql).await {
            let why = error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string);
            return Err(format!("the generator is wrong: {why}\nin: {sql}"));
        }
        let export = Folder::new();
        let (url, out) = (database.url(), export.join("schema"));
        expect(0, "export", &Plumb::new(&["export", "--url", &url, "--out", &out]).run())?;
        let plan =
            ["plan", "--exit-code", "--schema", &out, "--url", &url, "--scratch", NO_SCRATCH];
        expect(0, "against its own export", &Plumb::new(&plan).run())?;
        let state = state(&database).await;
        Ok(Self { database, export, state })
    }

    /// Runs the program against a database, with this side's declaration.
    fn plumb(&self, words: &[&str], database: &Database) -> Output {
        let (url, scratch) = (database.url(), database.cluster.url("postgres"));
        let schema = self.export.join("schema");
        let on = ["--schema", &schema, "--url", &url, "--scratch", &scratch, "--color", "never"];
        Plumb::new(&[words, &on].concat()).run()
    }
}

async fn state(database: &Database) -> String {
    let witness = database.witness().await;
    database.dump().map_or(witness.clone(), |dump| format!("{dump}\n{witness}"))
}

fn expect(code: i32, what: &str, output: &Output) -> Result<(), String> {
    let Output { code: actual, stdout, stderr } = output;
    if *actual == code { Ok(()) } else { Err(format!("{what}: exit {actual}\n{stdout}\n{stderr}")) }
}

fn diff(old: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new).unified_diff().context_radius(2).to_string()
}

/// Takes a database to a declaration; false if the plan is refused.
async fn goes(
    there: &Database,
    to: &Side,
    tables: &[String],
    tally: &Tally,
) -> Result<bool, String> {
    let plan = to.plumb(&["plan", "--format", "sql"], there);
    let again = to.plumb(&["plan", "--format", "sql"], there);
    if plan.code == 3 {
        tally.refused.fetch_add(1, Ordering::Relaxed);
        if env::var_os("PLUMB_RANDOM_REFUSED").is_some() {
            println!("refused: {}", plan.stderr);
        }
        return Ok(false);
    }
    expect(0, "plan", &plan)?;
    if plan.stdout != again.stdout {
        return Err(format!("the same plan in other bytes\n{}", diff(&plan.stdout, &again.stdout)));
    }
    let counted = rows(there, tables).await;
    let mut applied = to.plumb(&["apply", "--yes", "--allow", "all"], there);
    let mut stay = true;
    if applied.code != 0 && is_about_rows(&applied.stderr) {
        // Rows that a new key or type does not admit: without them it works.
        tally.rows_in_the_way.fetch_add(1, Ordering::Relaxed);
        stay = false;
        there.execute(EMPTY).await;
        applied = to.plumb(&["apply", "--yes", "--allow", "all"], there);
    }
    expect(0, "apply", &applied)?;
    tally.applied.fetch_add(1, Ordering::Relaxed);
    let again = to.plumb(&["plan", "--exit-code"], there);
    expect(0, "a second plan", &again).map_err(|e| format!("{e}\nafter\n{}", plan.stdout))?;
    let now = state(there).await;
    if now != to.state {
        let diff = diff(&to.state, &now);
        return Err(format!("-wanted +there\n{diff}\nafter\n{}", plan.stdout));
    }
    let left = rows(there, tables).await;
    if stay && counted != left {
        return Err(format!("rows were {counted:?} and are {left:?}\nafter\n{}", plan.stdout));
    }
    Ok(true)
}

const EMPTY: &str = "DO $$ DECLARE name regclass; BEGIN FOR name IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p')
    AND relnamespace::regnamespace::text IN ('public', 'app') LOOP EXECUTE format('TRUNCATE %s CASCADE', name); END LOOP; END $$";

async fn rows(database: &Database, tables: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    for table in tables {
        all.extend(
            database.query_strings(&format!("SELECT '{table}', count(*) FROM {table}")).await,
        );
    }
    all
}

/// SQLSTATEs of classes 22 and 23: data that cannot be converted, or breaks a constraint.
fn is_about_rows(text: &str) -> bool {
    let lines = text.lines().filter(|line| line.starts_with("error: "));
    let codes = lines.flat_map(|line| line.split('(').skip(1).map(|rest| rest.split(')').next()));
    codes
        .flatten()
        .any(|code| code.len() == 5 && (code.starts_with("22") || code.starts_with("23")))
}

async fn walk(
    cluster: &Arc<Cluster>,
    one: &Model,
    two: &Model,
    tally: &Tally,
) -> Result<(), String> {
    let (first, second) = (Side::new(cluster, one).await?, Side::new(cluster, two).await?);
    let there = &first.database;
    if let Err(error) = there.try_execute(&one.rows()).await {
        let why = error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string);
        return Err(format!("the generator's rows are wrong: {why}\nin: {}", one.rows()));
    }
    let tables = one.common_tables(two);
    let forward = goes(there, &second, &tables, tally).await;
    if forward.map_err(|why| format!("forward: {why}"))? {
        goes(there, &first, &tables, tally).await.map_err(|why| format!("backward: {why}"))?;
    }
    Ok(())
}

/// Tries so many pairs; the least that fails, with what is wrong with it.
fn tries(cluster: &Arc<Cluster>, cases: u32, seed: u64, tally: &Tally) -> Result<(), String> {
    let config = Config {
        cases,
        failure_persistence: None,
        // The short run says the seed and leaves making it small to a long one.
        max_shrink_iters: if env::var_os("PLUMB_RANDOM_CASES").is_some() { 400 } else { 0 },
        max_shrink_time: 90_000,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let tried = TestRunner::new_with_rng(config, rng).run(&random::pair(), |(one, two)| {
        let walked = runtime.block_on(walk(cluster, &one, &two, tally));
        walked.map_err(TestCaseError::fail)
    });
    match tried {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, (one, two))) => {
            Err(format!("seed {seed}\n{why}\nfrom\n{}\nto\n{}", one.sql(), two.sql()))
        }
        Err(TestError::Abort(why)) => Err(why.to_string()),
    }
}

#[ignore = "until its default seed passes: run it with --ignored"]
#[test]
fn any_schema_becomes_any_other_and_turns_back() {
    let (cases, seed) = (number("PLUMB_RANDOM_CASES", 20), number("PLUMB_RANDOM_SEED", 1));
    println!("PLUMB_RANDOM_CASES={cases} PLUMB_RANDOM_SEED={seed}");
    let cluster = Cluster::start(home());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let database = Database::create(&cluster).await;
        database.execute("CREATE ROLE random_ada; CREATE ROLE random_ben").await;
    });
    let workers = thread::available_parallelism().map_or(2, usize::from).min(8) as u64;
    let tally = Tally::default();
    let failures: Vec<String> = thread::scope(|scope| {
        let (cluster, tally) = (&cluster, &tally);
        let all = (0..workers).map(|at| {
            let share = (cases / workers + u64::from(at < cases % workers)) as u32;
            scope.spawn(move || tries(cluster, share, seed.wrapping_mul(1000) + at, tally))
        });
        let all: Vec<_> = all.collect();
        all.into_iter().filter_map(|worker| worker.join().expect("a worker").err()).collect()
    });
    let Tally { applied, refused, rows_in_the_way } = tally;
    println!("plans applied {applied:?}, refused {refused:?}; rows in the way {rows_in_the_way:?}");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
