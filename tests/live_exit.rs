//! Exit codes are an interface: what a job scheduler may rely on.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Output, Plumb, majors};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const TOML: &str = "[table.client.column]\nid = 'integer primary key'\n";

/// The oldest and the newest major that are here.
fn clusters() -> Vec<&'static common::Postgres> {
    let all = majors();
    let fifteen = all.iter().find(|it| it.major == 15).or(all.first());
    let mut both: Vec<_> = fifteen.into_iter().chain(all.last()).collect();
    both.dedup_by_key(|it| it.major);
    both
}

async fn declared(postgres: &'static common::Postgres) -> (Database, Folder) {
    let database = Database::create(&Cluster::shared(postgres)).await;
    database.execute("create table client (id integer primary key)").await;
    let folder = Folder::new();
    folder.write("client.toml", TOML);
    (database, folder)
}

fn run(words: &[&str], folder: &Folder, url: &str) -> Output {
    let scratch =
        ["--schema", folder.arg(), "--url", url, "--scratch", "postgresql:///?host=/none"];
    Plumb::new(&[words, &scratch[..]].concat()).run()
}

#[tokio::test]
async fn a_quiet_night_prints_nothing_and_exits_0() {
    for postgres in clusters() {
        let (database, folder) = declared(postgres).await;
        // Undeclared and unmodelled objects are shown with -v.
        database.execute("create operator public.=== (leftarg = text, rightarg = text, function = texteq); create table stray ()").await;
        folder.write("plumb.toml", "[manage]\nundeclared = 'report'\n");
        let url = database.url();
        for format in ["text", "markdown"] {
            let output = run(&["drift", "--format", format], &folder, &url);
            assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
            assert_eq!(output.code, 0);
        }
        let verbose = run(&["drift", "-v"], &folder, &url).ok();
        assert!(verbose.contains("undeclared table:public.stray"), "{verbose}");
        assert!(verbose.ends_with("no drift\n"), "{verbose}");
        assert!(
            run(&["drift", "--format", "json"], &folder, &url).ok().contains("\"drift\": false")
        );
        let gauges = run(&["drift", "--format", "prometheus"], &folder, &url).ok();
        assert!(
            gauges.contains("plumb_up{database=\"")
                && gauges.contains("plumb_run_duration_seconds")
        );
        let out = folder.path().join("answer.txt");
        let output = run(&["drift", "--out", out.to_str().unwrap()], &folder, &url);
        assert_eq!((output.code, output.stdout.as_str()), (0, ""));
        assert_eq!(std::fs::read_to_string(out).unwrap(), "");
    }
}

#[tokio::test]
async fn drift_is_reported_in_full_where_no_plan_exists() {
    for postgres in clusters() {
        let database = Database::create(&Cluster::shared(postgres)).await;
        database
            .execute("create table client (id integer not null, at date not null) partition by range (at); create table other ()")
            .await;
        let folder = Folder::new();
        folder.write("client.toml", "[table.client]\npartition_by = 'range (at)'\n[table.client.column]\nid = 'integer not null'\nat = 'date not null'\nextra = 'integer'\n[table.client.constraint]\nclient_pkey = 'primary key (id)'\n");
        let url = database.url();
        // PostgreSQL wants the partition key in every unique key: no server can build that.
        let plan = run(&["plan"], &folder, &url);
        assert_eq!(plan.code, 1, "{} {}", plan.stdout, plan.stderr);
        let text = run(&["drift"], &folder, &url).exit(2);
        assert!(text.contains("missing constraint:public.client.client_pkey"), "{text}");
        assert!(text.contains("missing column:public.client.extra"), "{text}");
    }
}

#[tokio::test]
async fn an_unproved_difference_and_nothing_else_cannot_tell() {
    for postgres in clusters() {
        let database = Database::create(&Cluster::shared(postgres)).await;
        database.execute("create view v as select 1 + 1 as two").await;
        let folder = Folder::new();
        folder.write("v.toml", "[view.v]\nquery = 'select 1 + 2 as two'\n");
        // A scratch that cannot be reached decides nothing.
        let url = database.url();
        let output = run(&["drift"], &folder, &url);
        let plan = run(&["plan"], &folder, &url);
        if output.code == 1 {
            assert!(output.stdout.contains("unproved view:public.v"), "{}", output.stdout);
            assert!(output.stdout.contains("cannot tell"), "{}", output.stdout);
            assert!(plan.ok().contains("1 unproved"));
        } else {
            panic!("{output:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_away_or_full_is_tried_again_later() {
    let folder = Folder::new();
    folder.write("client.toml", TOML);
    let away = "postgresql:///x?host=/nowhere";
    let snapshot = folder.path().join("s.json");
    for words in [&["plan"][..], &["drift"], &["apply", "--yes"], &["prove"]] {
        let output = run(words, &folder, away);
        assert_eq!(output.code, 4, "{words:?}: {}", output.stderr);
        assert!(output.stderr.contains("could not reach the server"), "{}", output.stderr);
    }
    let out = snapshot.to_str().unwrap();
    Plumb::new(&["snapshot", "--url", away, "--out", out]).run().exit(4);
    Plumb::new(&["export", "--url", away, "--out", out]).run().exit(4);
    Plumb::new(&["init", "--url", away]).dir(folder.path()).run().exit(4);
    Plumb::new(&["coverage", "--url", away]).run().exit(4);
    Plumb::new(&["diff", away, folder.arg()]).run().exit(4);
    let gauges = run(&["drift", "--format", "prometheus"], &folder, away);
    let gauges = gauges.exit(4);
    assert!(gauges.contains("plumb_up{database=\"x\"} 0\n"), "{gauges}");
    let json = run(&["drift", "--format", "json"], &folder, away).exit(4);
    assert!(json.contains("\"drift\": null") && json.contains("\"error\""), "{json}");
    let prom = folder.path().join("plumb.prom");
    run(&["drift", "--out", prom.to_str().unwrap()], &folder, away).exit(4);
    assert!(std::fs::read_to_string(prom).unwrap().contains("plumb_up{database=\"x\"} 0\n"));
}

#[tokio::test]
async fn a_lock_that_is_held_is_waited_for_and_then_left_for_later() {
    for postgres in clusters() {
        let (database, folder) = declared(postgres).await;
        folder.write("client.toml", &format!("{TOML}name = 'text'\n"));
        let holder = database.client().await;
        holder.batch_execute("begin; lock table client in access exclusive mode").await.unwrap();
        let url = database.url();
        let words = ["apply", "--yes", "--lock-timeout", "300ms", "--deadline", "1s"];
        let output = run(&words, &folder, &url);
        assert_eq!(output.code, 4, "{}", output.stderr);
        assert!(output.stderr.contains("55P03"), "{}", output.stderr);
        holder.batch_execute("rollback").await.unwrap();
        run(&["apply", "--yes"], &folder, &url).ok();
    }
}

#[tokio::test]
async fn another_apply_is_named_with_its_pid_and_application() {
    for postgres in clusters() {
        let (database, folder) = declared(postgres).await;
        folder.write("client.toml", &format!("{TOML}name = 'text'\n"));
        let holder = database.client().await;
        holder
            .batch_execute(
                "set application_name = 'nightly'; select pg_advisory_lock(123611128881664)",
            )
            .await
            .unwrap();
        let pid: i32 = holder.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
        let output = run(&["apply", "--yes"], &folder, &database.url());
        assert_eq!(output.code, 4, "{}", output.stderr);
        let said = format!("pid {pid}, application nightly, connected since 20");
        assert!(output.stderr.contains(&said), "{}", output.stderr);
    }
}

#[tokio::test]
async fn another_apply_that_ends_soon_is_waited_for() {
    for postgres in clusters() {
        let (database, folder) = declared(postgres).await;
        folder.write("client.toml", &format!("{TOML}name = 'text'\n"));
        let holder = database.client().await;
        holder.batch_execute("select pg_advisory_lock(123611128881664)").await.unwrap();
        let ended = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            drop(holder);
        });
        let url = database.url();
        let run = tokio::task::spawn_blocking(move || run(&["apply", "--yes"], &folder, &url));
        run.await.unwrap().ok();
        ended.await.unwrap();
    }
}

/// Tables come and go all the time while the catalog is read.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_catalog_that_changes_while_it_is_read_is_read_again() {
    for postgres in clusters() {
        let (database, folder) = declared(postgres).await;
        folder.write("plumb.toml", "[manage]\nundeclared = 'ignore'\n");
        let done = Arc::new(AtomicBool::new(false));
        let (client, ended) = (database.client().await, Arc::clone(&done));
        let storm = tokio::spawn(async move {
            let mut at = 0;
            while !ended.load(Ordering::Relaxed) {
                at += 1;
                let sql = format!(
                    "create table t{at} (a integer default 1 check (a > 0), b text); create view v{at} as select a \
                     from t{at}; create index on t{at} (lower(b)); drop table t{at} cascade"
                );
                client.batch_execute(&sql).await.unwrap();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        let mut codes = Vec::new();
        for at in 0..8 {
            let out = folder.path().join(format!("s{at}.json"));
            let output =
                Plumb::new(&["snapshot", "--url", &database.url(), "--out", out.to_str().unwrap()])
                    .run();
            assert!(matches!(output.code, 0 | 4), "{}", output.stderr);
            codes.push(output.code);
        }
        done.store(true, Ordering::Relaxed);
        storm.await.unwrap();
        assert!(codes.contains(&0), "{codes:?}");
    }
}

#[test]
fn the_exit_codes_are_in_the_help_of_every_command() {
    let help = Plumb::new(&["--help"]).run().ok();
    for code in
        ["  0  done", "  1  an error", "  2  changes", "  3  refused", "  4  not now", "130", "143"]
    {
        assert!(help.contains(code), "{code}: {help}");
    }
    for command in [
        "init", "export", "check", "plan", "apply", "prove", "drift", "diff", "snapshot",
        "coverage",
    ] {
        let help = Plumb::new(&[command, "--help"]).run().ok();
        assert!(help.contains("Exit codes:") && help.contains("  4  not now"), "{command}: {help}");
    }
    let help = Plumb::new(&["fmt", "--help"]).run().ok();
    assert!(help.contains("Exit codes:") && !help.contains("  4  not now"), "{help}");
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = Plumb::new(&["completions", shell]).run().ok();
        assert!(text.contains("snapshot") && text.contains("lock-timeout"), "{shell}: {text}");
    }
    let page = Plumb::new(&["man"]).run().ok();
    assert!(page.contains(".TH plumb 1") && page.contains("plumb\\-snapshot(1)"), "{page}");
    let folder = Folder::new();
    Plumb::new(&["man", "--out", folder.arg()]).run().ok();
    let page = std::fs::read_to_string(folder.join("plumb-apply.1")).expect("a page");
    assert!(page.contains("Exit codes") && page.contains("yes"), "{page}");
    Plumb::new(&["man", "--out", &folder.join("nowhere")]).run().exit(1);
}
