//! The journal: what was applied is written down where the environment asks for it, is no difference, and runs
//! nothing of a stranger's.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Output, Plumb, home};

/// Everything is managed, and what is not declared is dropped.
const MANAGE: &str =
    "[manage]\nschemas = ['*']\nundeclared = 'drop'\nowners = true\ngrants = true\n";

fn declaring(toml: &str) -> Folder {
    let folder = Folder::declaring(&format!("{MANAGE}{toml}"));
    folder.write("plumb.toml", "[env.prod]\nurl_env = 'DB'\njournal = true\nallow = ['all']\n");
    folder
}

fn run(words: &[&str], folder: &Folder, database: &Database) -> Output {
    let at = ["--schema", folder.arg(), "--env", "prod"];
    Plumb::new(&[words, &at].concat())
        .env("DB", &database.url())
        .env("PLUMB_REVISION", "abcdef1234")
        .env("PLUMB_USER", "nora")
        .run()
}

#[tokio::test]
async fn what_was_applied_is_written_down_and_is_no_difference() {
    let database = Database::create(&Cluster::shared(home())).await;
    let first = declaring("[schema.public]\n[table.visit.column]\nid = 'int'\n");
    assert_eq!(run(&["log"], &first, &database).ok(), "no run of apply is in the journal\n");
    run(&["apply", "--yes"], &first, &database).ok();
    let again = run(&["plan", "--exit-code"], &first, &database);
    assert_eq!(again.code, 0, "{}", again.stdout);
    let drift = run(&["drift", "-v"], &first, &database);
    assert_eq!(drift.code, 0, "{}", drift.stdout);
    assert!(!drift.stdout.contains("plumb."), "{}", drift.stdout);

    // A type that needs every row written again: another file.
    database.execute("insert into visit values (1)").await;
    let second = declaring("[schema.public]\n[table.visit.column]\nid = 'bigint'\n");
    run(&["apply", "--yes"], &second, &database).ok();
    let failing = declaring(
        "[schema.public]\n[table.visit]\n[table.visit.column]\nid = 'bigint'\nn = 'int default 1 / 0'\n",
    );
    let failed = run(&["apply", "--yes", "--no-check"], &failing, &database);
    assert_eq!(failed.code, 1, "{}", failed.stderr);

    let text = run(&["log", "-v"], &second, &database).ok();
    let runs: Vec<&str> = text.split("\n\n").collect();
    assert_eq!(runs.len(), 3, "{text}");
    assert!(runs[0].contains("stopped at") && runs[0].contains("division by zero"), "{text}");
    assert!(runs[1].contains("nora") && runs[1].contains("revision abcdef1234"), "{text}");
    assert!(runs[1].contains("ALTER COLUMN id TYPE bigint"), "{text}");
    assert!(runs[1].contains("transaction 1 committed after"), "{text}");
    assert!(runs[2].contains("done at"), "{text}");
    let json = run(&["log", "--format", "json", "--runs", "2"], &second, &database).ok();
    let entries: serde_json::Value = serde_json::from_str(&json).unwrap();
    let committed: Vec<&serde_json::Value> =
        entries.as_array().unwrap().iter().filter(|entry| entry["event"] == "committed").collect();
    let [committed] = committed[..] else { panic!("{json}") };
    let visit = &committed["detail"]["relations"]["public.visit"];
    assert_ne!(visit["before"]["file"], visit["after"]["file"], "{json}");
    // No journal is asked for here.
    let plain = Database::create(&Cluster::shared(home())).await;
    let url = plain.url();
    Plumb::new(&["apply", "--yes", "--schema", first.arg(), "--url", &url]).run().ok();
    assert_eq!(
        plain.query_strings("select nspname from pg_namespace where nspname = 'plumb'").await,
        [""; 0]
    );
}

#[tokio::test]
async fn what_stands_beside_the_journal_is_a_difference_like_any_other() {
    let database = Database::create(&Cluster::shared(home())).await;
    let folder = declaring("[schema.public]\n[table.visit.column]\nid = 'int'\n");
    run(&["apply", "--yes"], &folder, &database).ok();
    database
        .execute(
            "create table plumb.hidden (id int); alter table plumb.journal add column more int",
        )
        .await;
    let drift = run(&["drift"], &folder, &database);
    assert_eq!(drift.code, 2, "{}", drift.stdout);
    assert!(drift.stdout.contains("table:plumb.hidden"), "{}", drift.stdout);
    assert!(drift.stdout.contains("column:plumb.journal.more"), "{}", drift.stdout);
}

#[tokio::test]
async fn a_journal_that_a_stranger_has_made_is_not_used() {
    for (make, why) in [
        ("create schema plumb", "not plumb's"),
        (
            "create schema plumb authorization mallory; comment on schema plumb is 'the journal of plumb';
             create table plumb.journal (id int, run text, event text, detail jsonb, role text default current_user);
             alter table plumb.journal owner to mallory",
            "it belongs to mallory",
        ),
        (
            "create schema plumb; comment on schema plumb is 'the journal of plumb';
             create table plumb.journal (run text, event text, detail jsonb);
             create function public.steal() returns trigger language plpgsql as
               'begin create table public.stolen (); return new; end';
             create trigger t before insert on plumb.journal for each row execute function public.steal()",
            "it has triggers",
        ),
        (
            "create schema plumb; comment on schema plumb is 'the journal of plumb';
             create function public.steal() returns text language plpgsql as
               'begin create table public.stolen (); return 1; end';
             create table plumb.journal (id int, at timestamptz default now(), run text, event text, detail jsonb,
                                         role text default public.steal())",
            "it has defaults",
        ),
        (
            "create schema plumb; comment on schema plumb is 'the journal of plumb';
             create function public.steal(text) returns boolean language plpgsql as
               'begin create table public.stolen (); return true; end';
             create table plumb.journal (id int, run text check (public.steal(run)), event text, detail jsonb)",
            "it has defaults, checks",
        ),
        (
            "create schema plumb; comment on schema plumb is 'the journal of plumb';
             create view plumb.journal as select 1 as a",
            "it is no table",
        ),
    ] {
        let database = Database::create(&Cluster::shared(home())).await;
        database
            .execute("do $$ begin create role mallory; exception when duplicate_object then null; end $$")
            .await;
        database.execute(make).await;
        let folder = Folder::declaring("[table.visit.column]\nid = 'int'\n");
        folder.write("plumb.toml", "[env.prod]\nurl_env = 'DB'\njournal = true\n");
        let applied = run(&["apply", "--yes"], &folder, &database);
        assert_eq!(applied.code, 3, "{make}: {}", applied.stderr);
        assert!(applied.stderr.contains(why), "{make}: {}", applied.stderr);
        let read = run(&["log"], &folder, &database);
        assert!(read.stderr.contains(why), "{make}: {}", read.stderr);
        let made = "select relname from pg_class where relname in ('visit', 'stolen')";
        assert_eq!(database.query_strings(made).await, [""; 0], "{make}");
    }
}
