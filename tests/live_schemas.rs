//! Schemas of others (`tests/schemas`): exported, they are planned against themselves without a server being
//! asked; built anew from the export, they dump alike; and what somebody broke is made whole.

#![allow(clippy::print_stdout)]

mod common;

use std::{env, fs, ops::RangeInclusive, path::Path};

use common::{Cluster, Database, Folder, Output, Plumb, home};

/// Nobody listens there.
const NO_SCRATCH: &str = "postgresql://127.0.0.1:1/none";

fn run(words: &[&str], folder: &Folder, database: &Database, scratch: &str) -> Output {
    let url = database.url();
    let mut all = words.to_vec();
    all.extend(["--schema", folder.arg(), "--url", &url, "--scratch", scratch]);
    Plumb::new(&all).run()
}

/// What is done to a schema behind its declaration's back: how many of it, and a query of statements.
fn breaks() -> impl Iterator<Item = (u32, String)> {
    const USER: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
    let lines = include_str!("breaks.txt").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with("--")).map(|line| {
        let (many, question) = line.split_once(": ").expect("a number and a query");
        (many.parse().expect("a number"), question.replace("{user}", USER))
    })
}

/// Breaks some of everything, chosen by the seed; what cannot be broken stays. The statements that were run.
async fn break_some(database: &Database, seed: u32) -> Vec<String> {
    let mut done = Vec::new();
    for (many, question) in breaks() {
        let chosen = format!(
            "SELECT statement FROM ({question}) AS b (object, statement) \
             WHERE object NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'e') \
             ORDER BY hashtext(statement || '{seed}'), statement LIMIT {many}"
        );
        for statement in database.query_strings(&chosen).await {
            if database.try_execute(&statement).await.is_ok() {
                done.push(statement);
            }
        }
    }
    done
}

/// Two, or those of `PLUMB_SCHEMAS_SEEDS=3-40`.
fn seeds() -> RangeInclusive<u32> {
    let Ok(asked) = env::var("PLUMB_SCHEMAS_SEEDS") else { return 1..=2 };
    let (first, last) = asked.split_once('-').unwrap_or((&asked, &asked));
    let number = |text: &str| text.parse().expect("PLUMB_SCHEMAS_SEEDS=first-last");
    number(first)..=number(last)
}

async fn holds(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas").join(name);
    let sql = fs::read_to_string(&path).expect("a schema");
    let cluster = Cluster::start(home());
    let scratch = cluster.url("postgres");
    let original = Database::create(&cluster).await;
    original.execute(&sql).await;
    let wanted = original.dump().expect("a pg_dump");
    let folder = Folder::new();
    Plumb::new(&["export", "--url", &original.url(), "--out", folder.arg()]).run().ok();

    let same = run(&["plan", "--exit-code"], &folder, &original, NO_SCRATCH);
    assert_eq!(same.code, 0, "{name} against itself: {}{}", same.stdout, same.stderr);
    assert!(!same.stdout.contains("unproved"), "{name}: {}", same.stdout);

    let anew = Database::create(&cluster).await;
    run(&["apply", "--yes"], &folder, &anew, &scratch).ok();
    dumps_alike(name, "built anew", &wanted, &anew.dump().expect("a pg_dump"));

    for seed in seeds() {
        let broken = original.copy().await;
        let done = break_some(&broken, seed).await;
        println!("{name}: seed {seed} broke {} things", done.len());
        let how = format!("broken with seed {seed}:\n{}", done.join(";\n"));
        assert_ne!(broken.dump().expect("a pg_dump"), wanted, "{name}, {how}");
        let applied = run(&["apply", "--yes", "--allow", "all"], &folder, &broken, &scratch);
        if applied.code == 3 && applied.stderr.contains("error[no-way]") {
            // A column of a type that has no cast back: refused before anything is done.
            println!("{name}: seed {seed} is refused: {}", applied.stderr);
            continue;
        }
        assert_eq!(applied.code, 0, "{name}, {how}\n{}{}", applied.stdout, applied.stderr);
        dumps_alike(name, &how, &wanted, &broken.dump().expect("a pg_dump"));
        let again = run(&["plan", "--exit-code"], &folder, &broken, &scratch);
        assert_eq!(again.code, 0, "{name}, {how}\nagain: {}{}", again.stdout, again.stderr);
    }
}

/// The lines of two dumps that differ.
fn dumps_alike(name: &str, what: &str, wanted: &str, found: &str) {
    let lines =
        |text: &str| text.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
    let (wanted, found) = (lines(wanted), lines(found));
    let missing: Vec<_> = wanted.difference(&found).take(20).collect();
    let too_many: Vec<_> = found.difference(&wanted).take(20).collect();
    assert!(
        missing.is_empty() && too_many.is_empty(),
        "{name}, {what}\nmissing: {missing:#?}\ntoo many: {too_many:#?}"
    );
}

#[tokio::test]
async fn adventureworks_is_what_it_was() {
    holds("adventureworks.sql").await;
}

#[tokio::test]
async fn apflora_is_what_it_was() {
    holds("apflora.sql").await;
}

#[tokio::test]
async fn chinook_is_what_it_was() {
    holds("chinook.sql").await;
}

#[tokio::test]
async fn danbooru_is_what_it_was() {
    holds("danbooru.sql").await;
}

#[tokio::test]
async fn dhis2_base_is_what_it_was() {
    holds("dhis2_base.sql").await;
}

#[tokio::test]
async fn graphile_starter_is_what_it_was() {
    holds("graphile_starter.sql").await;
}

#[tokio::test]
async fn omop_cdm_is_what_it_was() {
    holds("omop_cdm.sql").await;
}

#[tokio::test]
async fn pagila_is_what_it_was() {
    holds("pagila.sql").await;
}

#[tokio::test]
async fn postgraphile_kitchen_sink_is_what_it_was() {
    holds("postgraphile_kitchen_sink.sql").await;
}

#[tokio::test]
async fn postgrest_spec_is_what_it_was() {
    holds("postgrest_spec.sql").await;
}

#[tokio::test]
async fn supabase_auth_storage_is_what_it_was() {
    holds("supabase_auth_storage.sql").await;
}

#[tokio::test]
async fn temporal_is_what_it_was() {
    holds("temporal.sql").await;
}
