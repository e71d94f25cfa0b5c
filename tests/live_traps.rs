//! The traps: spellings that mean the same and have to be no difference, each beside its nearest neighbour that
//! means something else and has to be one. `tests/traps/*.toml` holds them; each is tried in a
//! database of its own, as the whole truth about it.
//!
//! `TRAPS=index` keeps the traps whose file or name has that in it. Without it they are tried on the home major and
//! on the newest one, or else this would take minutes; with it, or with `EVERY_MAJOR=1`, on each.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use common::{Cluster, Database, Postgres, home, majors};
use pgplumb::catalog::Catalog;
use pgplumb::compare::{CompareError, compare};
use pgplumb::connect::{ConnInfo, Env};
use pgplumb::declare::declare;
use pgplumb::introspect::introspect;
use pgplumb::manage::{Manage, Undeclared};
use pgplumb::oracle::{Lazy, Named, Source as Scratch};
use pgplumb::plan::{Plan, PlanError};
use pgplumb::render;
use pgplumb::scratch::Search;
use pgplumb::source::Source;
use serde::Deserialize;

/// How many traps are tried at a time: a server's answers are what most of the time goes by for.
const WORKERS: usize = 4;

/// Roles are the whole server's, so that these are there before any trap is.
const ROLES: &str = "create role app_user; create role app_auditor; create role app_owner;
    create role \"Odd Role\"; create role app_writer; create role app_member";

/// A file of traps.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    trap: Vec<Trap>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trap {
    /// What holds, as a sentence.
    name: String,
    /// Makes what is there.
    #[serde(default)]
    setup: String,
    /// The declaration, in which `@` is what `same` and `other` put there; they are whole declarations without it.
    #[serde(default)]
    declare: Option<String>,
    /// What is there, in other words.
    #[serde(default)]
    same: Vec<String>,
    /// What is not there.
    #[serde(default)]
    other: Vec<String>,
    /// `other` cannot be had: the refusal has these words.
    #[serde(default)]
    refused: Option<String>,
    /// The oldest and the newest major that can have it.
    #[serde(default)]
    from: Option<u32>,
    #[serde(default)]
    to: Option<u32>,
    /// What plumb does not know yet; failing is printed and no failure.
    #[serde(default)]
    known: Option<String>,
    #[serde(skip)]
    file: String,
}

impl Trap {
    fn declaration(&self, words: &str) -> String {
        self.declare.as_ref().map_or_else(|| words.to_owned(), |text| text.replace('@', words))
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traps")
}

fn traps() -> Vec<Trap> {
    let only = std::env::var("TRAPS").unwrap_or_default();
    let entries = fs::read_dir(folder()).expect("tests/traps");
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut traps = Vec::new();
    for path in paths {
        let file = path.file_stem().and_then(|name| name.to_str()).expect("UTF-8").to_owned();
        if file == "not_here" {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a file of traps");
        let read: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        traps.extend(read.trap.into_iter().map(|trap| Trap { file: file.clone(), ..trap }));
    }
    traps.retain(|trap| trap.file.contains(&only) || trap.name.contains(&only));
    assert!(!traps.is_empty(), "no trap is called {only}");
    traps
}

/// The declaration is the whole truth, unless it says itself what it answers for.
fn manage(text: &str) -> Option<Manage> {
    let says = |line: &str| line.starts_with("[manage]") || line.starts_with("manage");
    (!text.lines().any(says)).then(|| Manage {
        schemas: Some(vec!["*".to_owned()]),
        undeclared: Undeclared::Drop,
        partitions: true,
        grants: Some(true),
        default_privileges: Some(true),
        owners: Some(true),
        ..Manage::default()
    })
}

/// Why there is no plan.
enum Refusal {
    /// `PostgreSQL` has no way from here to there, so that there is something to be done.
    NoWay,
    Error(String),
}

async fn planned(current: &Catalog, text: &str, scratch: &mut Lazy) -> Result<Plan, Refusal> {
    let sources = vec![Source::new("trap.toml", text)];
    let error = |error: String| Refusal::Error(error);
    let declaration =
        declare(sources, folder(), manage(text)).map_err(|report| error(report.to_string()))?;
    compare(current.clone(), declaration, scratch, true).await.map_err(|why| match why {
        CompareError::Plan(PlanError::Refused(_)) => Refusal::NoWay,
        CompareError::Declaration(report) => error(report.to_string()),
        why => error(why.to_string()),
    })
}

/// What is wrong with it; each of its declarations is tried.
async fn tried(trap: &Trap, cluster: &std::sync::Arc<Cluster>, scratch: &mut Lazy) -> Vec<String> {
    let database = Database::create(cluster).await;
    let client = database.client().await;
    if let Err(error) = client.batch_execute(&trap.setup).await {
        return vec![format!("its setup fails: {error:?}")];
    }
    let current = match introspect(&client).await {
        Ok(current) => current,
        Err(error) => return vec![error.to_string()],
    };
    let mut wrong = Vec::new();
    for words in &trap.same {
        match planned(&current, &trap.declaration(words), scratch).await {
            Ok(plan) if plan.is_empty() && plan.unproved.is_empty() => {}
            Ok(plan) => {
                wrong.push(format!(
                    "a difference that is none\n{words}\n{}",
                    render::sql(&plan).unwrap()
                ));
            }
            Err(Refusal::NoWay) => wrong.push(format!("no way to what is there\n{words}")),
            Err(Refusal::Error(error)) => wrong.push(format!("an error\n{words}\n{error}")),
        }
    }
    for words in &trap.other {
        match (planned(&current, &trap.declaration(words), scratch).await, &trap.refused) {
            (Ok(plan), None) if !plan.is_empty() => {}
            (Err(Refusal::NoWay), None) => {}
            (Err(Refusal::Error(error)), Some(refused)) if error.contains(refused) => {}
            (Err(Refusal::Error(error)), _) => wrong.push(format!("an error\n{words}\n{error}")),
            (_, None) => wrong.push(format!("no difference\n{words}")),
            (Ok(plan), Some(_)) => {
                wrong.push(format!("it is not refused\n{words}\n{}", render::sql(&plan).unwrap()));
            }
            (Err(Refusal::NoWay), Some(_)) => {
                wrong.push(format!("there is no way, but no error\n{words}"));
            }
        }
    }
    wrong
}

fn worker(
    cluster: &std::sync::Arc<Cluster>,
    traps: &[&Trap],
    next: &AtomicUsize,
    failures: &Mutex<Vec<String>>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = ConnInfo::parse(&cluster.url("postgres"), &Env::default()).unwrap();
    let mut scratch = Lazy::new(Scratch {
        server: Some(Named::Other(url)),
        search: Search::default(),
        cache: None,
        trusted: true,
        timezone: None,
    });
    while let Some(trap) = traps.get(next.fetch_add(1, Ordering::Relaxed)) {
        let wrong = runtime.block_on(tried(trap, cluster, &mut scratch));
        let at = format!("PostgreSQL {}: {}: {}", cluster.postgres.major, trap.file, trap.name);
        match &trap.known {
            Some(why) if wrong.is_empty() => {
                failures.lock().unwrap().push(format!("{at}\nholds by now, though known: {why}"));
            }
            Some(why) => println!("{at}\nis known: {why}"),
            None => failures.lock().unwrap().extend(wrong.iter().map(|w| format!("{at}\n{w}"))),
        }
    }
}

fn sprung(postgres: &Postgres, traps: &[Trap]) -> Vec<String> {
    let major = postgres.major;
    let traps: Vec<&Trap> = traps
        .iter()
        .filter(|trap| trap.from.is_none_or(|from| major >= from))
        .filter(|trap| trap.to.is_none_or(|to| major <= to))
        .collect();
    let cluster = Cluster::start(postgres);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) =
            tokio_postgres::connect(&cluster.url("postgres"), tokio_postgres::NoTls).await.unwrap();
        tokio::join!(
            async {
                client.batch_execute(ROLES).await.unwrap();
                drop(client);
            },
            async {
                connection.await.unwrap();
            }
        );
    });
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| worker(&cluster, &traps, &next, &failures));
        }
    });
    failures.into_inner().unwrap()
}

#[test]
fn what_means_the_same_is_no_difference_and_what_does_not_is_one() {
    let traps = traps();
    let says = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    let some = !says("TRAPS") && !says("EVERY_MAJOR");
    let tried =
        |postgres: &&Postgres| !some || *postgres == home() || majors().last() == Some(*postgres);
    let mut failures: Vec<String> =
        majors().iter().filter(tried).flat_map(|postgres| sprung(postgres, &traps)).collect();
    failures.sort();
    assert!(failures.is_empty(), "{}\n{} failures", failures.join("\n\n"), failures.len());
}

/// Why a trap cannot arise here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    trap: String,
    because: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotHere {
    not_here: Vec<Reason>,
}

#[test]
fn every_trap_has_both_sides_and_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for trap in traps() {
        let at = format!("{}: {}", trap.file, trap.name);
        assert!(!trap.same.is_empty() && !trap.other.is_empty(), "{at}: both sides");
        assert!(names.insert(trap.name.clone()), "{at}: twice");
        let spellings: BTreeSet<&String> = trap.same.iter().chain(&trap.other).collect();
        assert_eq!(spellings.len(), trap.same.len() + trap.other.len(), "{at}: a spelling twice");
    }
    let text = fs::read_to_string(folder().join("not_here.toml")).expect("the list");
    let list: NotHere = toml::from_str(&text).expect("the list");
    for reason in list.not_here {
        assert!(names.insert(reason.trap.clone()), "{}: twice", reason.trap);
        assert!(reason.because.len() > 20, "{}: a reason", reason.trap);
    }
}
