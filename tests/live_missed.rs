//! No difference is missed: one place of one leaf of SQL is changed in what `export` wrote of a database, an
//! operator, a constant, the order of nulls, and the plan says so of that very object.
//!
//! In each round every object is changed in another place. `PLUMB_MISSED_ROUNDS=99` tries more places,
//! `PLUMB_MISSED_EVERY=1` every small schema, `PLUMB_MISSED_OBJECTS=9999` more objects of each, `PLUMB_MISSED=pagila`
//! keeps the schemas that are called so.

#![allow(clippy::unwrap_used, clippy::print_stdout, unreachable_pub)]

mod common;
mod corpus;
mod mutate;
mod random;
#[allow(dead_code)] // half of it is for the other words
mod respell;

use pgplumb::kind::abilities;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use common::{Cluster, Database, home};
use corpus::{Case, built, exported, planned, scratch};
use pgplumb::catalog::Catalog;
use pgplumb::id::Id;
use pgplumb::kind::Attrs;
use pgplumb::oracle::Lazy;
use pgplumb::plan::{Action, Plan};

const WORKERS: usize = 4;

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A place of an object, as it is and as it is changed.
#[derive(Clone)]
struct Place {
    id: Id,
    what: What,
    rule: &'static str,
    old: String,
    new: String,
}

#[derive(Clone)]
enum What {
    /// The leaf of that number.
    Leaf(usize),
    /// The attributes as a whole.
    Attributes(Box<Attrs>),
    Comment,
}

/// Whether the column has its NOT NULL from elsewhere: it is part of a primary key, or an heir's.
fn is_never_null(there: &Catalog, id: &Id) -> bool {
    let Some(table) = id.parents().into_iter().find(|table| there.get(table).is_some()) else {
        return false;
    };
    let heir = there.get(&table).is_some_and(|object| {
        let json = object.attrs.json();
        json.get("partition_of").is_some() || json.get("inherits").is_some()
    });
    let keys = there
        .children(&table)
        .filter(|(_, object)| object.attrs.as_key().is_some_and(abilities::Key::is_key));
    let mut keys = keys.map(|(_, object)| object.attrs.json());
    heir || keys.any(|key| {
        let columns = key.get("columns").and_then(|columns| columns.as_str()).unwrap_or_default();
        key.get("primary_key").is_some()
            && columns.split(", ").any(|name| name.trim_matches('"') == id.name())
    })
}

/// Every place that can be changed, by object.
fn places(there: &Catalog) -> BTreeMap<Id, Vec<Place>> {
    let mut all: BTreeMap<Id, Vec<Place>> = BTreeMap::new();
    for (id, object) in &there.objects {
        // What belongs to the whole server is not exported.
        if id.kind.def().cluster_wide {
            continue;
        }
        let mut places = Vec::new();
        let mut put = |what, rule, old: &str, new: String| {
            places.push(Place { id: id.clone(), what, rule, old: old.to_owned(), new });
        };
        let mut leaf = 0;
        object.attrs.each_leaf(&mut |name, class, sql| {
            for (rule, new) in mutate::mutations(name, class, &sql.text) {
                put(What::Leaf(leaf), rule, &sql.text, new);
            }
            leaf += 1;
        });
        let old = object.attrs.json().to_string();
        for (rule, attrs) in mutate::attributes(&object.attrs) {
            let null = |attrs: &Attrs| attrs.json().get("not_null").cloned();
            if null(&attrs) != null(&object.attrs) && is_never_null(there, id) {
                continue;
            }
            let new = attrs.json().to_string();
            put(What::Attributes(Box::new(attrs)), rule, &old, new);
        }
        // What an extension says of itself may be left unsaid.
        let spoken = !id.kind.def().provides;
        if let Some(comment) = object.comment.as_ref().filter(|_| spoken) {
            put(What::Comment, "comment", comment, String::new());
        }
        if !places.is_empty() {
            all.insert(id.clone(), places);
        }
    }
    all
}

fn changed(there: &Catalog, places: &[Place]) -> Vec<(String, String)> {
    let mut catalog = there.clone();
    for place in places {
        let object = catalog.objects.get_mut(&place.id).unwrap();
        match &place.what {
            What::Leaf(number) => {
                let mut at = 0;
                object.attrs.leaves(&mut |_, _, sql| {
                    if at == *number {
                        sql.text.clone_from(&place.new);
                    }
                    at += 1;
                });
            }
            What::Attributes(attrs) => object.attrs = attrs.as_ref().clone(),
            What::Comment => object.comment = None,
        }
    }
    exported(&catalog)
}

/// The objects of which a plan says that they differ themselves.
fn differing(plan: &Plan) -> BTreeSet<&Id> {
    let own = plan.changes.iter().filter(|c| c.action != Action::Rebuild || !c.fields.is_empty());
    own.chain(&plan.unproved).map(|change| &change.object).collect()
}

#[derive(Default)]
struct Tally {
    tried: Mutex<BTreeMap<&'static str, usize>>,
    unproved: AtomicUsize,
    refused: AtomicUsize,
    missed: Mutex<Vec<String>>,
}

/// Plans with all of the changes, or with half of them and the other half where there is no such plan.
async fn tries(there: &Catalog, places: &[Place], scratch: &mut Lazy, case: &str, tally: &Tally) {
    let mut open = vec![places.to_vec()];
    while let Some(places) = open.pop() {
        match planned(there, changed(there, &places), scratch).await {
            Ok(plan) => {
                let differing = differing(&plan);
                tally.unproved.fetch_add(plan.unproved.len(), Ordering::Relaxed);
                for place in &places {
                    *tally.tried.lock().unwrap().entry(place.rule).or_default() += 1;
                    if !differing.contains(&place.id) {
                        let Place { id, rule, old, new, .. } = place;
                        let missed = format!("{case}: {id}: {rule}\n{old}\n{new}");
                        tally.missed.lock().unwrap().push(missed);
                    }
                }
            }
            Err(_) if places.len() > 1 => {
                let (one, other) = places.split_at(places.len() / 2);
                open.extend([one.to_vec(), other.to_vec()]);
            }
            // An error says it too.
            Err(_) => {
                tally.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

async fn holds(case: &Case, rounds: usize, most: usize, cluster: &Arc<Cluster>, tally: &Tally) {
    let mut scratch = scratch(cluster);
    let there = built(case, cluster, &mut scratch).await;
    let there = there.unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let all = places(&there);
    for round in 0..rounds {
        // Where there are more places than rounds, those of a round are spread over all of them.
        let some = all.values().filter_map(|places| {
            let step = (places.len() / rounds).max(1);
            places.get(round * step)
        });
        let some: Vec<Place> = some.cloned().collect();
        let step = (some.len() / most).max(1);
        let some: Vec<Place> = some.into_iter().step_by(step).collect();
        if some.is_empty() {
            break;
        }
        tries(&there, &some, &mut scratch, &case.name, tally).await;
    }
}

#[test]
fn a_leaf_that_is_changed_in_one_place_is_a_difference() {
    let rounds = number("PLUMB_MISSED_ROUNDS", 0);
    println!("PLUMB_MISSED_ROUNDS={rounds}");
    let only = std::env::var("PLUMB_MISSED").unwrap_or_default();
    let mut cases = corpus::cases(home().major, 6, 1);
    let most = number("PLUMB_MISSED_OBJECTS", 150);
    let every = number("PLUMB_MISSED_EVERY", if only.is_empty() { 18 } else { 1 });
    corpus::thin(&mut cases, &only, every);
    // One of the dense ones is enough, and it has the most rounds.
    cases.retain(|case| !case.name.contains("dense") || case.name.ends_with(" 1"));
    let cluster = Cluster::start(home());
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime().block_on(async {
        Database::create(&cluster).await.execute(corpus::ROLES).await;
    });
    let (next, tally) = (AtomicUsize::new(0), Tally::default());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let runtime = runtime();
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let usual = if case.name.contains("dense") { 4 } else { 1 };
                    let rounds = if rounds == 0 { usual } else { rounds };
                    runtime.block_on(holds(case, rounds, most, &cluster, &tally));
                }
            });
        }
    });
    let Tally { tried, unproved, refused, missed } = tally;
    let tried = tried.into_inner().unwrap();
    let sum: usize = tried.values().sum();
    println!(
        "{} schemas, {sum} places, unproved {unproved:?}, refused {refused:?}; {tried:?}",
        cases.len()
    );
    let mut missed = missed.into_inner().unwrap();
    missed.sort();
    assert!(missed.is_empty(), "{}\n{} missed", missed.join("\n\n"), missed.len());
}
