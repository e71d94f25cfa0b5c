//! Schemas of others (`tests/schemas`): exported, they are planned against themselves without a server being
//! asked; built anew from the export, they dump alike; and what somebody broke is made whole.

mod common;

use std::{fs, path::Path};

use common::{Cluster, Database, Folder, Output, Plumb, home};

/// Nobody listens there.
const NO_SCRATCH: &str = "postgresql://127.0.0.1:1/none";

fn run(words: &[&str], folder: &Folder, database: &Database, scratch: &str) -> Output {
    let url = database.url();
    let mut all = words.to_vec();
    all.extend(["--schema", folder.arg(), "--url", &url, "--scratch", scratch]);
    Plumb::new(&all).run()
}

/// Breaks some of everything, chosen by the seed; what cannot be broken stays.
async fn break_some(database: &Database, seed: u32) {
    let user = "nspname !~ '^pg_' AND nspname <> 'information_schema'";
    let member = "(SELECT objid FROM pg_depend WHERE deptype = 'e')";
    let some = |what: &str, from: &str, oid: &str, condition: &str, many: u32| {
        format!(
            "SELECT format({what}) FROM {from} JOIN pg_namespace n ON {condition} AND {user} \
             WHERE {oid} NOT IN {member} ORDER BY hashtext({oid}::text || '{seed}') LIMIT {many}"
        )
    };
    let relation = "c.relnamespace = n.oid";
    let column = "a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND c.relnamespace = n.oid";
    let columns = "pg_attribute a JOIN pg_class c ON c.oid = a.attrelid";
    let questions = [
        some(
            "'DROP VIEW %s CASCADE', c.oid::regclass",
            "pg_class c",
            "c.oid",
            &format!("c.relkind = 'v' AND {relation}"),
            2,
        ),
        some(
            "'DROP TABLE %s CASCADE', c.oid::regclass",
            "pg_class c",
            "c.oid",
            &format!("c.relkind IN ('r', 'p') AND {relation}"),
            2,
        ),
        some(
            "'DROP INDEX %s', c.oid::regclass",
            "pg_class c",
            "c.oid",
            &format!("c.relkind IN ('i', 'I') AND {relation}"),
            6,
        ),
        some(
            "'ALTER TABLE %s DROP COLUMN %I CASCADE', c.oid::regclass, a.attname",
            columns,
            "c.oid",
            column,
            4,
        ),
        some(
            "'ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', c.oid::regclass, a.attname",
            columns,
            "c.oid",
            column,
            9,
        ),
        some(
            "'ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', c.oid::regclass, a.attname",
            columns,
            "c.oid",
            column,
            9,
        ),
        some(
            "'ALTER TABLE %s RENAME COLUMN %I TO %I', c.oid::regclass, a.attname, a.attname || '_old'",
            columns,
            "c.oid",
            column,
            2,
        ),
        some(
            "'ALTER TABLE %s DROP CONSTRAINT %I CASCADE', k.conrelid::regclass, k.conname",
            "pg_constraint k",
            "k.conrelid",
            "k.conrelid <> 0 AND k.connamespace = n.oid",
            5,
        ),
        some(
            "'DROP FUNCTION %s CASCADE', p.oid::regprocedure",
            "pg_proc p",
            "p.oid",
            "p.pronamespace = n.oid",
            2,
        ),
        some(
            "'COMMENT ON TABLE %s IS ''broken''', c.oid::regclass",
            "pg_class c",
            "c.oid",
            &format!("c.relkind = 'r' AND {relation}"),
            2,
        ),
        some(
            "'REVOKE ALL ON %s FROM PUBLIC, CURRENT_USER', c.oid::regclass",
            "pg_class c",
            "c.oid",
            &format!("c.relkind = 'r' AND {relation}"),
            2,
        ),
        some(
            "'DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass",
            "pg_trigger t",
            "t.tgrelid",
            "NOT t.tgisinternal AND n.nspname <> ''",
            3,
        ),
    ];
    for question in questions {
        for statement in database.query_strings(&question).await {
            let _ = database.try_execute(&statement).await;
        }
    }
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

    for seed in [1, 2] {
        let broken = Database::create(&cluster).await;
        broken.execute(&sql).await;
        break_some(&broken, seed).await;
        assert_ne!(broken.dump().expect("a pg_dump"), wanted, "{name}: seed {seed} broke nothing");
        run(&["apply", "--yes", "--allow", "all"], &folder, &broken, &scratch).ok();
        let mended = broken.dump().expect("a pg_dump");
        dumps_alike(name, &format!("broken with seed {seed}"), &wanted, &mended);
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
async fn chinook_is_what_it_was() {
    holds("chinook.sql").await;
}

#[tokio::test]
async fn pagila_is_what_it_was() {
    holds("pagila.sql").await;
}

#[tokio::test]
async fn graphile_starter_is_what_it_was() {
    holds("graphile_starter.sql").await;
}

#[tokio::test]
async fn temporal_is_what_it_was() {
    holds("temporal.sql").await;
}

#[tokio::test]
async fn supabase_is_what_it_was() {
    holds("supabase_auth_storage.sql").await;
}
