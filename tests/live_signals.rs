//! An interrupted apply leaves a database of which it is said what state it is in.

mod common;

use std::process::Child;
use std::time::{Duration, Instant};

use common::{Cluster, Database, Folder, Plumb, home};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A table that another session reads in a transaction, so that ALTER TABLE waits.
async fn waiting() -> (Database, tokio_postgres::Client, Folder) {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("create table t (a integer); create table u (a integer)").await;
    let holder = database.client().await;
    holder.batch_execute("begin; select from t").await.expect("a lock");
    let wanted = "[table]\nt = { column = { a = \"integer\", b = \"text\" } }\n\
                  u = { column = { a = \"integer\", c = \"text\" } }\n";
    (database, holder, Folder::declaring(wanted))
}

fn start(database: &Database, wanted: &Folder) -> Child {
    let words = ["apply", "--yes", "--schema", wanted.arg(), "--url", &database.url()];
    Plumb::new(&words).command().spawn().expect("plumb")
}

async fn until(database: &Database, count: &str, wanted: &str) {
    let sql = format!(
        "select count(*) from pg_stat_activity where datname = '{}' and {count}",
        database.name
    );
    let patience = Instant::now() + Duration::from_secs(20);
    while database.query_strings(&sql).await != [wanted] {
        assert!(Instant::now() < patience, "never {wanted}: {sql}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const WAITS: &str = "wait_event_type = 'Lock' and query like 'ALTER TABLE%'";

#[tokio::test]
async fn the_first_signal_cancels_the_statement_and_says_what_state_the_database_is_in() {
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let (database, holder, wanted) = waiting().await;
        let child = start(&database, &wanted);
        until(&database, WAITS, "1").await;
        kill(Pid::from_raw(child.id().cast_signed()), signal).expect("a signal");
        let output = child.wait_with_output().expect("plumb");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains("nothing was changed"), "{said}");
        until(&database, WAITS, "0").await;
        let added = "select count(*) from pg_attribute where attname in ('b', 'c')";
        assert_eq!(database.query_strings(added).await, ["0"]);
        // The lock of the one that was interrupted is gone.
        drop(holder);
        until(&database, "state = 'idle in transaction'", "0").await;
        let words = ["apply", "--yes", "--schema", wanted.arg(), "--url", &database.url()];
        Plumb::new(&words).run().ok();
    }
}

#[tokio::test]
async fn a_killed_plumb_leaves_no_statement_behind() {
    let (database, _holder, wanted) = waiting().await;
    let mut child = start(&database, &wanted);
    until(&database, WAITS, "1").await;
    child.kill().expect("SIGKILL");
    child.wait().expect("plumb");
    until(&database, WAITS, "0").await;
}

#[tokio::test]
async fn a_reading_command_ends_at_once() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("create table t (a integer)").await;
    let holder = database.client().await;
    holder
        .batch_execute("begin; lock table pg_class in access exclusive mode")
        .await
        .expect("a lock");
    let child =
        Plumb::new(&["snapshot", "--url", &database.url(), "--out", "/dev/null"]).command().spawn();
    let child = child.expect("plumb");
    tokio::time::sleep(Duration::from_millis(700)).await;
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).expect("a signal");
    let start = Instant::now();
    let output = child.wait_with_output().expect("plumb");
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(start.elapsed() < Duration::from_secs(5));
}
