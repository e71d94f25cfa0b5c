//! A catalog that another session changes while it is read.

#![allow(clippy::unwrap_used)]

mod common;

use std::time::{Duration, Instant};

use common::{Cluster, Database, Folder, Plumb, home};
use tokio::time::sleep;

/// Sessions that have each dropped a view and not yet committed: whoever prints one of the views waits for the
/// commit, and then finds no such relation.
async fn droppers(database: &Database, count: usize) -> Vec<(i32, tokio_postgres::Client)> {
    let mut all = Vec::new();
    for n in 0..count {
        database.execute(&format!("create view v{n} as select {n} as a")).await;
        let client = database.client().await;
        client.batch_execute(&format!("begin; drop view v{n}")).await.unwrap();
        let pid = client.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
        all.push((pid, client));
    }
    all
}

/// Commits each session for which plumb waits, until plumb has ended; says how many there were.
async fn commit_those_in_the_way(
    database: &Database,
    sessions: &mut Vec<(i32, tokio_postgres::Client)>,
    ended: &dyn Fn() -> bool,
) -> usize {
    let watcher = database.client().await;
    let waits = "select unnest(pg_blocking_pids(pid)) from pg_stat_activity
        where application_name like 'plumb%' and wait_event_type = 'Lock'";
    let (mut committed, start) = (0, Instant::now());
    while !ended() && start.elapsed() < Duration::from_secs(60) {
        for row in watcher.query(waits, &[]).await.unwrap() {
            let pid: i32 = row.get(0);
            if let Some(at) = sessions.iter().position(|(of, _)| *of == pid) {
                let (_, client) = sessions.remove(at);
                client.batch_execute("commit").await.unwrap();
                committed += 1;
            }
        }
        sleep(Duration::from_millis(20)).await;
    }
    committed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_that_changes_while_it_is_read_is_read_again_a_few_times() {
    // Once: plumb reads again. Each time: plumb says so, and that it may be tried again.
    for (views, exit) in [(1, 0), (12, 4)] {
        let database = Database::create(&Cluster::start(home())).await;
        database.execute("create table keep (a int)").await;
        let mut sessions = droppers(&database, views).await;
        let (folder, url) = (Folder::new(), database.url());
        let out = folder.join("out");
        let words = ["export", "--url", &url, "--out", &out];
        let plumb = Plumb::new(&words);
        let run = std::thread::spawn(move || plumb.run());
        let committed =
            commit_those_in_the_way(&database, &mut sessions, &|| run.is_finished()).await;
        let output = run.join().unwrap();
        assert_eq!(output.code, exit, "{}{}", output.stdout, output.stderr);
        if exit == 0 {
            assert_eq!(committed, 1);
        } else {
            assert!(committed >= 6, "{committed}");
            let said = "the catalog changed while it was read, several times in a row";
            assert!(output.stderr.contains(said), "{}", output.stderr);
        }
    }
}

/// Two sessions of one reading and a third that wants what the one has and has what the other wants: the server sees no
/// circle, since one of them waits for no lock but for plumb.
#[tokio::test(flavor = "multi_thread")]
async fn a_reading_ends_while_another_session_rewrites_catalogs() {
    let database = Database::create(&Cluster::start(home())).await;
    let tables: String = (0..200)
        .map(|n| {
            format!(
                "create table t{n} (a int primary key default {n}, check (a > {n}));
                 comment on table t{n} is 'table {n}'; create view v{n} as select a from t{n};"
            )
        })
        .collect();
    database.execute(&tables).await;
    let (folder, url) = (Folder::new(), database.url());
    let out = folder.join("out");
    Plumb::new(&["export", "--url", &url, "--out", &out]).run().ok();
    let rewriter = database.client().await;
    let ends = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let ended = std::sync::Arc::clone(&ends);
    let rewrites = tokio::spawn(async move {
        while !ended.load(std::sync::atomic::Ordering::Relaxed) {
            for catalog in
                ["pg_description", "pg_attrdef", "pg_constraint", "pg_depend", "pg_rewrite"]
            {
                rewriter.batch_execute(&format!("vacuum full {catalog}")).await.unwrap();
            }
        }
    });
    for _ in 0..8 {
        let words = ["drift", "--url", &url, "--schema", &out].map(str::to_owned);
        let run =
            std::thread::spawn(move || Plumb::new(&words.each_ref().map(String::as_str)).run());
        let start = Instant::now();
        while !run.is_finished() {
            assert!(start.elapsed() < Duration::from_secs(60), "the reading does not end");
            sleep(Duration::from_millis(20)).await;
        }
        let output = run.join().unwrap();
        assert!(matches!(output.code, 0 | 4), "{}{}", output.stdout, output.stderr);
    }
    ends.store(true, std::sync::atomic::Ordering::Relaxed);
    rewrites.await.unwrap();
}
