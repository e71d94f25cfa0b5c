//! A database does not differ from its own declaration, in whatever words somebody writes that: each leaf of SQL
//! of what `export` wrote is respelled by rules that are known to be sound, and the plan is empty.
//!
//! A run is bounded and always the same. `PLUMB_RESPELL_SEED=7` draws other words, `PLUMB_RESPELL_EVERY=1` takes
//! every small schema and not one in some, `PLUMB_RESPELL=pagila` keeps the schemas that are called so.

#![allow(clippy::unwrap_used, clippy::print_stdout, unreachable_pub)]

mod common;
mod corpus;
mod random;
mod respell;

use pgplumb::kind::abilities;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use common::{Cluster, Database, home};
use corpus::{Case, built, exported, planned, scratch};
use pgplumb::catalog::Catalog;
use pgplumb::render;
use respell::{Chance, Known, Respeller};

const WORKERS: usize = 4;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// What the rules have to know of a database.
fn known(catalog: &Catalog, hidden: &[String]) -> Known {
    let mut known = Known { hidden: hidden.iter().cloned().collect(), ..Known::default() };
    for (id, object) in &catalog.objects {
        if id.kind.def().shapes
            && let Some(of) = object.attrs.as_typed().and_then(abilities::Typed::type_text)
        {
            known.columns.entry(id.name().to_owned()).or_default().insert(of);
        }
        if id.schema().is_some_and(|schema| schema != "public") {
            let name = id.name().split('(').next().unwrap_or_default();
            known.hidden.insert(name.to_owned());
        }
    }
    known
}

/// The short forms of a file in other words.
fn short_forms(value: &mut toml::Value, key: &str, respeller: &mut Respeller<'_>) {
    const NAMED: &[&str] = &["column", "constraint", "index", "policy", "trigger"];
    let toml::Value::Table(table) = value else { return };
    // The short form of a copy of an index is its name, as it is.
    if key == "attached" {
        return;
    }
    for (name, inner) in table.iter_mut() {
        match inner {
            toml::Value::String(text) if name == "sql" || NAMED.contains(&key) => {
                *text = respeller.short_form(text);
            }
            inner => short_forms(inner, name, respeller),
        }
    }
}

/// What `export` writes, in other words.
fn respelled(there: &Catalog, respeller: &mut Respeller<'_>) -> Vec<(String, String)> {
    let mut catalog = there.clone();
    for object in catalog.objects.values_mut() {
        object.attrs.leaves(&mut |name, class, leaf| {
            leaf.text = respeller.leaf(name, class, &leaf.text);
        });
    }
    let other_words = |(path, text): (String, String)| {
        let table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{path}: {e}\n{text}"));
        let mut value = toml::Value::Table(table);
        short_forms(&mut value, "", respeller);
        (path, toml::to_string(&value).expect("TOML"))
    };
    exported(&catalog).into_iter().map(other_words).collect()
}

#[derive(Default)]
struct Tally {
    leaves: AtomicUsize,
    struck: Mutex<BTreeMap<&'static str, usize>>,
    failures: Mutex<Vec<String>>,
}

async fn holds(case: &Case, seed: u64, cluster: &Arc<Cluster>, hidden: &[String], tally: &Tally) {
    let mut scratch = scratch(cluster);
    let there = built(case, cluster, &mut scratch).await;
    let there = there.unwrap_or_else(|error| panic!("{}: {error}", case.name));
    // An index that could not be finished is a difference in whatever words.
    if there.objects.values().any(|object| object.attrs.json().get("invalid").is_some()) {
        return;
    }
    let known = known(&there, hidden);
    let mut respeller = Respeller { chance: Chance(seed), known: &known, struck: BTreeMap::new() };
    let files = respelled(&there, &mut respeller);
    let text = || files.iter().map(|(path, text)| format!("# {path}\n{text}")).collect::<String>();
    let wrong = match planned(&there, files.clone(), &mut scratch).await {
        Ok(plan) if plan.is_empty() && plan.unproved.is_empty() => None,
        Ok(plan) => {
            let unproved: Vec<_> = plan.unproved.iter().map(|change| &change.object).collect();
            Some(format!("unproved {unproved:?}\n{}", render::sql(&plan).unwrap()))
        }
        Err(error) => Some(error),
    };
    let mut leaves = 0;
    for object in there.objects.values() {
        object.attrs.each_leaf(&mut |_, _, _| leaves += 1);
    }
    tally.leaves.fetch_add(leaves, Ordering::Relaxed);
    let mut struck = tally.struck.lock().unwrap();
    for (rule, count) in respeller.struck {
        *struck.entry(rule).or_default() += count;
    }
    if let Some(wrong) = wrong {
        let text = if std::env::var_os("PLUMB_RESPELL").is_some() { text() } else { String::new() };
        tally.failures.lock().unwrap().push(format!("{}: {wrong}\n{text}", case.name));
    }
}

#[test]
fn a_declaration_in_other_words_differs_in_nothing() {
    let (seed, random) = (number("PLUMB_RESPELL_SEED", 1), number("PLUMB_RESPELL_RANDOM", 12));
    println!("PLUMB_RESPELL_SEED={seed} PLUMB_RESPELL_RANDOM={random}");
    let only = std::env::var("PLUMB_RESPELL").unwrap_or_default();
    let mut cases = corpus::cases(home().major, random as u32, seed);
    let every = number("PLUMB_RESPELL_EVERY", if only.is_empty() { 4 } else { 1 });
    corpus::thin(&mut cases, &only, every as usize);
    let cluster = Cluster::start(home());
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let hidden = runtime().block_on(async {
        let database = Database::create(&cluster).await;
        database.execute(corpus::ROLES).await;
        let names = "SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace
            UNION SELECT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
            UNION SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace";
        database.query_strings(names).await
    });
    let (next, tally) = (AtomicUsize::new(0), Tally::default());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let runtime = runtime();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(at) else { break };
                    let seed = seed.wrapping_mul(1_000_003).wrapping_add(at as u64);
                    runtime.block_on(holds(case, seed, &cluster, &hidden, &tally));
                }
            });
        }
    });
    let struck = tally.struck.into_inner().unwrap();
    println!("{} schemas, {:?} leaves; {struck:?}", cases.len(), tally.leaves);
    let mut failures = tally.failures.into_inner().unwrap();
    failures.sort();
    assert!(failures.is_empty(), "{}\n{} failures", failures.join("\n\n"), failures.len());
    if only.is_empty() {
        let unused: Vec<_> = respell::rules().filter(|rule| !struck.contains_key(rule)).collect();
        assert!(unused.is_empty(), "rules that never struck: {unused:?}");
    }
}
