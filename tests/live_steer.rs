//! A running apply seen and steered from a second terminal: status, pause, resume, cancel.

#![allow(clippy::unwrap_used)]

mod common;

use std::time::{Duration, Instant};

use common::{Cluster, Database, Folder, Output, Plumb, home};

/// Each row takes a while to be filled, in batches.
const SLOW: &str = "[table.t.column]\nid = 'int primary key'\n\
    n = { sql = 'int not null', backfill = 'case when pg_sleep(0.0005) is null then 0 else id end' }\n";

async fn rows() -> (Database, Folder) {
    let database = Database::create(&Cluster::shared(home())).await;
    let sql = "create table t (id int primary key); insert into t select generate_series(1, 20000)";
    database.execute(sql).await;
    (database, Folder::declaring(SLOW))
}

fn apply(url: String, folder: &Folder, more: &[&str]) -> tokio::task::JoinHandle<Output> {
    let words = ["apply", "--yes", "--schema", folder.arg(), "--url", &url, "--online"];
    let plumb = Plumb::new(&[&words[..], more].concat());
    tokio::task::spawn_blocking(move || plumb.run())
}

async fn steer(command: &str, url: &str) -> Output {
    let plumb = Plumb::new(&[command, "--url", url]);
    tokio::task::spawn_blocking(move || plumb.run()).await.unwrap()
}

async fn until(database: &Database, sql: &str) {
    let start = Instant::now();
    while database.query_strings(sql).await != ["t"] {
        assert!(start.elapsed() < Duration::from_secs(30), "{sql}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const FILLS: &str = "select case when exists (select from pg_attribute where attname = 'n' and attnum > 0 \
    and attrelid = 't'::regclass) and exists (select from pg_stat_activity where application_name like 'plumb: in %' \
    and datname = current_database() and query like '%UPDATE%') then 't' else 'f' end";

#[tokio::test]
async fn an_apply_pauses_without_a_lock_goes_on_and_is_cancelled() {
    let (database, folder) = rows().await;
    let url = database.url();
    assert_eq!(steer("status", &url).await.ok(), "no apply is running\n");
    assert_eq!(steer("pause", &url).await.code, 1);

    let running = apply(url.clone(), &folder, &["always"]);
    until(&database, FILLS).await;
    let said = steer("status", &url).await.ok();
    assert!(said.contains("plumb: in transaction"), "{said}");
    steer("pause", &url).await.ok();
    let said = steer("status", &url).await.ok();
    assert!(said.contains("plumb: paused before transaction"), "{said}");
    let filled = "select count(*)::text from t where n is not null";
    let count = database.query_strings(filled).await;
    assert_ne!(count, ["20000"]);
    let locks = "select count(*)::text from pg_locks where relation = 't'::regclass and pid <> pg_backend_pid()";
    assert_eq!(database.query_strings(locks).await, ["0"]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(database.query_strings(filled).await, count);

    steer("resume", &url).await.ok();
    until(
        &database,
        &format!("select case when ({filled}) <> '{}' then 't' else 'f' end", count[0]),
    )
    .await;
    steer("cancel", &url).await.ok();
    let output = running.await.unwrap();
    assert_eq!(output.code, 1, "{}", output.stderr);
    for part in
        ["told to pause", "told to resume", "cancelled by `plumb cancel`", "goes on from there"]
    {
        assert!(output.stderr.contains(part), "{part}: {}", output.stderr);
    }
    apply(url.clone(), &folder, &["always"]).await.unwrap().ok();
    assert_eq!(database.query_strings(filled).await, ["20000"]);
}

#[tokio::test]
async fn a_statement_that_waits_is_cancelled_and_others_cannot_order_that() {
    let (database, folder) = rows().await;
    let url = database.url();
    database.execute("create role passer_by login").await;
    let holder = database.client().await;
    holder.batch_execute("begin; lock table t in access share mode").await.unwrap();
    let running = apply(url.clone(), &folder, &["off", "--lock-timeout", "60s"]);
    let waits = "select case when exists (select from pg_stat_activity where wait_event_type = 'Lock' \
        and datname = current_database() and application_name like 'plumb: in %') then 't' else 'f' end";
    until(&database, waits).await;
    let said = steer("status", &url).await.ok();
    assert!(said.contains("blocked by pid") && said.contains("public.t"), "{said}");
    let other = steer("cancel", &database.url_as("passer_by")).await;
    assert_ne!(other.code, 0, "{}", other.stdout);
    let start = Instant::now();
    steer("cancel", &url).await.ok();
    let output = running.await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(output.code, 1, "{}", output.stderr);
    assert!(
        output.stderr.contains("cancelled by `plumb cancel`; nothing was changed"),
        "{}",
        output.stderr
    );
    drop(holder);
}

#[tokio::test]
async fn an_order_of_a_role_that_may_not_act_for_the_other_is_not_heard() {
    let (database, folder) = rows().await;
    let url = database.url();
    database.execute("create role stranger login").await;
    let (stranger, session) =
        tokio_postgres::connect(&database.url_as("stranger"), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(session);
    let running = apply(url.clone(), &folder, &["always"]);
    until(&database, FILLS).await;
    for word in ["pause", "cancel", "nonsense"] {
        stranger.batch_execute(&format!("notify plumb_apply, '{word}'")).await.unwrap();
    }
    let output = running.await.unwrap();
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(!output.stderr.contains("told to"), "{}", output.stderr);
}

#[tokio::test]
async fn what_was_done_is_reported_also_where_it_failed() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("create table t (a int); insert into t values (1)").await;
    let (url, folder) =
        (database.url(), Folder::declaring("[table.t.column]\na = 'int'\nb = 'text'\n"));
    let run = |file: &str, more: &[&str]| {
        let file = folder.join(file);
        let words = ["apply", "--yes", "--schema", folder.arg(), "--url", &url, "--report", &file];
        (Plumb::new(&[&words[..], more].concat()).run(), file)
    };
    let (output, file) = run("report.json", &[]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(
        output.stderr.contains("1 transaction committed; a table was blocked for"),
        "{}",
        output.stderr
    );
    let report: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(report["done"], true);
    assert_eq!(report["role"], "postgres");
    let statements = &report["transactions"][0]["statements"];
    assert_eq!(statements[0], "ALTER TABLE public.t ADD COLUMN b text");

    folder.write("schema.toml", "[table.t.column]\na = 'int'\nb = 'text not null'\n");
    let (output, file) = run("report.md", &["--no-preflight"]);
    assert_eq!(output.code, 1, "{}", output.stderr);
    let report = std::fs::read_to_string(file).unwrap();
    assert!(report.contains("It did not come to its end") && report.contains("23502"), "{report}");
}
