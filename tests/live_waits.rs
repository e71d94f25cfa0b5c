//! How apply waits for locks: never for long with others behind it, again and again until the deadline, and not for what
//! it does not need.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use common::{Cluster, Database, Folder, Output, Plumb, home};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pgplumb::plan::Plan;
use pgplumb::render::{json, read_json};
use tokio_postgres::Client;

/// Two tables, and a declaration in which each has a column more.
async fn tables() -> (Database, Folder) {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("create table a (id integer); create table b (id integer)").await;
    let toml = "[table]\na = { column = { id = 'integer', more = 'text' } }\n\
                b = { column = { id = 'integer', more = 'text' } }\n";
    (database, Folder::declaring(toml))
}

/// A session that has a lock in an open transaction, and its process.
async fn holder(database: &Database, lock: &str) -> (Client, i32) {
    let client = database.client().await;
    client
        .batch_execute(&format!("set application_name = 'ward app'; begin; {lock}"))
        .await
        .unwrap();
    let pid = client.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
    client.batch_execute("select 'the last query'").await.unwrap();
    (client, pid)
}

fn plumb(database: &Database, folder: &Folder, more: &[&str]) -> Plumb {
    let url = database.url();
    let words = ["apply", "--yes", "--schema", folder.arg(), "--url", &url];
    Plumb::new(&[&words[..], more].concat())
}

/// Returns when a statement of apply waits for a lock.
async fn until_it_waits(database: &Database) {
    let waits = "select count(*) from pg_stat_activity where datname = current_database() \
                 and wait_event_type = 'Lock' and query like 'ALTER TABLE%'";
    let start = Instant::now();
    while database.query_strings(waits).await != ["1"] {
        assert!(start.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Runs it on another thread, while the locks of the test go on.
async fn run(plumb: Plumb) -> Output {
    tokio::task::spawn_blocking(move || plumb.run()).await.unwrap()
}

async fn columns(database: &Database) -> Vec<String> {
    let sql = "select count(*) from pg_attribute where attname = 'more'";
    database.query_strings(sql).await
}

#[tokio::test]
async fn a_lock_that_never_comes_ends_at_the_deadline_and_its_holder_is_named() {
    let (database, folder) = tables().await;
    let (holder, pid) = holder(&database, "select from a").await;
    let start = Instant::now();
    let waits = ["--lock-timeout", "300ms", "--deadline", "3s"];
    let output = run(plumb(&database, &folder, &waits)).await;
    assert_eq!(output.code, 4, "{}", output.stderr);
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    let said = output.stderr;
    let named =
        format!("blocked by pid {pid}, user postgres, application ward app, idle in transaction");
    assert!(said.matches(&named).count() > 2, "{named}: {said}");
    for part in ["attempt 2", "55P03", "holds ACCESS SHARE on public.a", "nothing was changed"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("the last query"), "{said}");
    let more = [&waits[..], &["--show-queries"]].concat();
    let said = run(plumb(&database, &folder, &more)).await.stderr;
    assert!(said.contains("query: select 'the last query'"), "{said}");
    drop(holder);
    run(plumb(&database, &folder, &[])).await.ok();
    assert_eq!(columns(&database).await, ["2"]);
}

#[tokio::test]
async fn a_lock_that_comes_free_is_taken_by_a_later_attempt() {
    let (database, folder) = tables().await;
    let (holder, _) = holder(&database, "select from a").await;
    let run = tokio::spawn(run(plumb(&database, &folder, &["--lock-timeout", "200ms"])));
    until_it_waits(&database).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    // Between the attempts others are not held up.
    let reader = database.client().await;
    let start = Instant::now();
    reader.batch_execute("select from a; select from b").await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    drop(holder);
    let output = run.await.unwrap();
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(output.stderr.contains("it is tried again in"), "{}", output.stderr);
    assert!(output.stderr.contains(": committed"), "{}", output.stderr);
}

#[tokio::test]
async fn the_waits_of_a_statement_for_several_tables_are_bounded_together() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("create table a (id integer primary key); create table b (id integer)").await;
    let folder = Folder::declaring(
        "[table]\na = { column = { id = 'integer primary key' } }\n\
         b = { column = { id = 'integer' }, constraint = { b_a = 'foreign key (id) references a' } }\n",
    );
    let (first, _) = holder(&database, "lock table b in row exclusive mode").await;
    let (second, _) = holder(&database, "lock table a in row exclusive mode").await;
    let run = tokio::spawn(run(plumb(&database, &folder, &["--lock-timeout", "1500ms"])));
    until_it_waits(&database).await;
    // Each table alone comes free in time.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    drop(first);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    drop(second);
    let output = run.await.unwrap();
    assert_eq!(output.code, 0, "{}", output.stderr);
    let said = "attempt 1: the waits for its locks took longer than the timeout together";
    assert!(output.stderr.contains(said), "{}", output.stderr);
}

#[tokio::test]
async fn a_deadlock_is_tried_again() {
    let (database, folder) = tables().await;
    let (other, _) = holder(&database, "select from b").await;
    let run = tokio::spawn(run(plumb(&database, &folder, &["--lock-timeout", "5s"])));
    until_it_waits(&database).await;
    other.batch_execute("select from a; commit").await.unwrap();
    let output = run.await.unwrap();
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(output.stderr.contains("40P01"), "{}", output.stderr);
    assert_eq!(columns(&database).await, ["2"]);
}

#[tokio::test]
async fn only_a_session_that_is_idle_in_its_transaction_is_ended_and_only_where_that_is_wanted() {
    let (database, folder) = tables().await;
    let (idle, pid) = holder(&database, "select from a").await;
    let (busy, _) = holder(&database, "select from b").await;
    let sleep = tokio::spawn(async move { busy.batch_execute("select pg_sleep(9)").await });
    let words = ["--lock-timeout", "400ms", "--deadline", "4s", "--terminate-blockers-after", "1s"];
    let output = run(plumb(&database, &folder, &words)).await;
    assert_eq!(output.code, 4, "{}", output.stderr);
    let said = format!("ended the session that blocked: pid {pid}, ");
    assert!(output.stderr.contains(&said), "{}", output.stderr);
    assert_eq!(output.stderr.matches("ended the session").count(), 1, "{}", output.stderr);
    assert!(idle.batch_execute("select 1").await.is_err());
    sleep.await.unwrap().unwrap();
    run(plumb(&database, &folder, &[])).await.ok();
}

#[tokio::test]
async fn a_prepared_transaction_that_blocks_is_named() {
    let cluster = Cluster::with(home(), &["max_prepared_transactions=4"]);
    let database = Database::create(&cluster).await;
    database.execute("create table a (id integer)").await;
    let folder = Folder::declaring("[table]\na = { column = { id = 'integer', more = 'text' } }\n");
    let client = database.client().await;
    client
        .batch_execute("begin; insert into a values (1); prepare transaction 'two phases'")
        .await
        .unwrap();
    let waits = ["--lock-timeout", "400ms", "--deadline", "1s"];
    let output = run(plumb(&database, &folder, &waits)).await;
    assert_eq!(output.code, 4, "{}", output.stderr);
    let said = "blocked by prepared transaction two phases, user postgres, transaction open for";
    assert!(output.stderr.contains(said), "{}", output.stderr);
    client.batch_execute("rollback prepared 'two phases'").await.unwrap();
    run(plumb(&database, &folder, &[])).await.ok();
}

#[tokio::test]
async fn an_interruption_ends_the_pause_between_two_attempts() {
    let (database, folder) = tables().await;
    let (_holder, _) = holder(&database, "select from a").await;
    let words = ["--lock-timeout", "50ms"];
    let child = plumb(&database, &folder, &words).command().spawn().unwrap();
    // By then the pauses are long.
    tokio::time::sleep(Duration::from_secs(6)).await;
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    let start = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(143), "{said}");
    assert!(
        said.contains("it is tried again in") && said.contains("nothing was changed"),
        "{said}"
    );
}

#[tokio::test]
async fn timeouts_of_the_role_and_the_database_do_not_hold_and_are_told() {
    let (database, _) = tables().await;
    database.execute("insert into a select generate_series(1, 300000)").await;
    let name = &database.name;
    database
        .execute(&format!(
            "alter database {name} set statement_timeout = '1ms'; alter database {name} set lock_timeout = '1ms'"
        ))
        .await;
    // To write the table again takes longer than that.
    let folder = Folder::declaring(
        "[table]\na = { column = { id = 'bigint' } }\nb = { column = { id = 'integer' } }\n",
    );
    let output = run(plumb(&database, &folder, &[])).await;
    assert_eq!(output.code, 0, "{}", output.stderr);
    for setting in ["lock_timeout", "statement_timeout"] {
        let said = format!("note: database {name} has {setting} = 1ms, which does not hold");
        assert!(output.stderr.contains(&said), "{}", output.stderr);
    }
}

#[tokio::test]
async fn no_timeout_is_refused_until_it_is_allowed() {
    let (database, folder) = tables().await;
    let output = run(plumb(&database, &folder, &["--lock-timeout", "0"])).await;
    assert_eq!(output.code, 3, "{}", output.stderr);
    assert!(output.stderr.contains("no-timeout: lock_timeout is 0"), "{}", output.stderr);
    let (_holder, _) = holder(&database, "select from a").await;
    let words = ["--lock-timeout", "0", "--allow", "no-timeout", "--deadline", "1s"];
    let output = run(plumb(&database, &folder, &words)).await;
    assert_eq!(output.code, 4, "{}", output.stderr);
    let output = run(plumb(&database, &folder, &["--deadline", "soon"])).await;
    assert_eq!(output.code, 1, "{}", output.stderr);
    assert!(output.stderr.contains("deadline: `soon` is no time"), "{}", output.stderr);
}

/// A saved plan of two transactions that do not depend on each other: a column for `a`, and one for `b`.
fn in_two(database: &Database, folder: &Folder) -> String {
    let file = folder.join("plan.json");
    let url = database.url();
    Plumb::new(&["plan", "--schema", folder.arg(), "--url", &url, "--out", &file]).run().ok();
    let mut plan: Plan = read_json(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(plan.transactions.len(), 1);
    let (mut first, mut second) = (plan.transactions[0].clone(), plan.transactions[0].clone());
    let is_of = |table: &str, text: &str| text.contains(&format!("public.{table}"));
    for (part, table) in [(&mut first, "a"), (&mut second, "b")] {
        part.steps.retain(|step| is_of(table, &step.sql));
        assert_eq!(part.steps.len(), 1);
        part.before.retain(|id, _| is_of(table, &id.to_string()));
        part.after.retain(|id, _| is_of(table, &id.to_string()));
        assert!(!part.before.is_empty() && !part.after.is_empty());
    }
    second.needs = Some(BTreeSet::new());
    plan.transactions = vec![first, second];
    std::fs::write(&file, json(&plan)).unwrap();
    file
}

#[tokio::test]
async fn what_does_not_depend_on_a_locked_table_is_done_and_the_next_run_goes_on() {
    let (database, folder) = tables().await;
    let file = in_two(&database, &folder);
    let (holder, _) = holder(&database, "select from a").await;
    let waits = [&*file, "--lock-timeout", "500ms", "--deadline", "3s"];
    let output = run(plumb(&database, &folder, &waits)).await;
    assert_eq!(output.code, 4, "{}", output.stderr);
    for part in [
        "what does not depend on it comes first",
        "transaction 1 of 2, ",
        "transaction 2 is committed; the same command goes on from there",
    ] {
        assert!(output.stderr.contains(part), "{part}: {}", output.stderr);
    }
    assert_eq!(columns(&database).await, ["1"]);
    drop(holder);
    let output = run(plumb(&database, &folder, &[&file])).await;
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(!output.stderr.contains("transaction 2 of 2"), "{}", output.stderr);
    assert_eq!(columns(&database).await, ["2"]);
    assert!(run(plumb(&database, &folder, &[&file])).await.ok().contains("already applied"));
}

#[tokio::test]
async fn a_parked_transaction_is_tried_again_at_the_end() {
    let (database, folder) = tables().await;
    let file = in_two(&database, &folder);
    let (holder, _) = holder(&database, "select from a").await;
    let run = tokio::spawn(run(plumb(&database, &folder, &[&file, "--lock-timeout", "300ms"])));
    let start = Instant::now();
    while columns(&database).await != ["1"] {
        assert!(start.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(holder);
    let output = run.await.unwrap();
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert_eq!(columns(&database).await, ["2"]);
}

#[tokio::test]
async fn each_transaction_of_a_saved_plan_is_judged_alone() {
    let (database, folder) = tables().await;
    let file = in_two(&database, &folder);
    // Another session does the second one.
    database.execute("alter table b add column more text").await;
    let output = run(plumb(&database, &folder, &[&file])).await;
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(!output.stderr.contains("transaction 2 of 2"), "{}", output.stderr);
    // What is neither before nor after is named, whichever transaction it belongs to.
    let (database, folder) = tables().await;
    let file = in_two(&database, &folder);
    database.execute("alter table b add column more integer").await;
    let output = run(plumb(&database, &folder, &[&file])).await;
    assert_eq!(output.code, 3, "{}", output.stderr);
    assert!(output.stderr.contains("column:public.b.more"), "{}", output.stderr);
    assert_eq!(columns(&database).await, ["1"]);
}

#[tokio::test]
async fn a_validation_waits_longer_than_what_would_hold_up_others() {
    let database = Database::create(&Cluster::shared(home())).await;
    database
        .execute(
            "create table a (id integer); alter table a add constraint c check (id > 0) not valid",
        )
        .await;
    let folder = Folder::declaring(
        "[table.a]\ncolumn = { id = 'integer' }\nconstraint = { c = 'check (id > 0)' }\n",
    );
    let (holder, _) = holder(&database, "lock table a in share update exclusive mode").await;
    let run = tokio::spawn(run(plumb(&database, &folder, &["--lock-timeout", "200ms"])));
    until_it_waits(&database).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    drop(holder);
    let output = run.await.unwrap();
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(!output.stderr.contains("attempt"), "{}", output.stderr);
}

/// A saved plan that makes an index of `a` outside of a transaction block.
async fn concurrently() -> (Database, Folder, String) {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("create table a (id integer)").await;
    let folder =
        Folder::declaring("[table.a]\ncolumn = { id = 'integer' }\nindex = { a_id = '(id)' }\n");
    let file = folder.join("plan.json");
    let url = database.url();
    Plumb::new(&["plan", "--schema", folder.arg(), "--url", &url, "--out", &file]).run().ok();
    let mut plan: Plan = read_json(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let transaction = &mut plan.transactions[0];
    transaction.block = false;
    let step = &mut transaction.steps[0];
    step.sql = step.sql.replace("CREATE INDEX a_id", "CREATE INDEX CONCURRENTLY a_id");
    assert!(step.sql.contains("CONCURRENTLY"), "{}", step.sql);
    std::fs::write(&file, json(&plan)).unwrap();
    (database, folder, file)
}

#[tokio::test]
async fn an_index_that_is_built_concurrently_waits_for_old_transactions_until_the_deadline() {
    let (database, folder, file) = concurrently().await;
    let (old, _) = holder(&database, "insert into a values (1)").await;
    let run_to_end =
        tokio::spawn(run(plumb(&database, &folder, &[&file, "--lock-timeout", "200ms"])));
    tokio::time::sleep(Duration::from_secs(3)).await;
    drop(old);
    let output = run_to_end.await.unwrap();
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(!output.stderr.contains("attempt"), "{}", output.stderr);

    let (database, folder, file) = concurrently().await;
    let (_old, pid) = holder(&database, "insert into a values (1)").await;
    let output = run(plumb(&database, &folder, &[&file, "--deadline", "2s"])).await;
    assert_eq!(output.code, 4, "{}", output.stderr);
    let said =
        format!("blocked by pid {pid}, user postgres, application ward app, idle in transaction");
    assert!(output.stderr.contains(&said), "{}", output.stderr);
}

/// It gives way to a statement that has waited for longer than `deadlock_timeout`, and to no shorter one.
#[tokio::test]
async fn an_autovacuum_gives_way_to_every_third_attempt() {
    let settings = ["autovacuum=on", "autovacuum_naptime=1s", "autovacuum_max_workers=1"];
    let database = Database::create(&Cluster::with(home(), &settings)).await;
    database
        .execute(
            "create table a (id integer) with (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1, \
             autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0); \
             insert into a select generate_series(1, 100000); delete from a where id % 2 = 0",
        )
        .await;
    let folder = Folder::declaring(
        "[table.a]\nwith = { autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1, \
         autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0 }\n\
         column = { id = 'integer', more = 'text' }\n",
    );
    let works = "select count(*) from pg_stat_progress_vacuum where relid = 'a'::regclass";
    let start = Instant::now();
    while database.query_strings(works).await != ["1"] {
        assert!(start.elapsed() < Duration::from_secs(60), "no autovacuum came");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let output = run(plumb(&database, &folder, &["--lock-timeout", "300ms"])).await;
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(output.stderr.contains("autovacuum worker"), "{}", output.stderr);
    let third = |attempt| output.stderr.contains(&format!("attempt {attempt}: committed"));
    assert!([3, 6, 9].into_iter().any(third), "{}", output.stderr);
}

/// A COMMIT that waits for a standby is done already: whoever loses the connection then must not say that nothing was
/// changed.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_lost_at_commit_leaves_it_open_what_was_done() {
    let database = Database::create(&Cluster::start(home())).await;
    let watcher = database.client().await;
    watcher.batch_execute("alter system set synchronous_standby_names = 'nowhere'").await.unwrap();
    watcher.batch_execute("select pg_reload_conf()").await.unwrap();
    let (folder, url) = (Folder::declaring("[table.t.column]\na = \"int\"\n"), database.url());
    let schema = folder.arg().to_owned();
    let apply = move |options: &'static str| {
        let separator = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{separator}options={options}");
        Plumb::new(&["apply", "--yes", "--schema", &schema, "--url", &url]).run()
    };
    let again = apply.clone();
    let run = std::thread::spawn(move || apply("-csynchronous_commit%3Don"));
    let ends =
        "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'";
    while !run.is_finished() {
        watcher.batch_execute(ends).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let output = run.join().unwrap();
    let said = "whether transaction 1 was committed is not known: the same command looks";
    assert!(output.stderr.contains(said), "{}", output.stderr);
    assert!(!output.stderr.contains("nothing was changed"), "{}", output.stderr);
    assert_eq!(output.code, 4);
    again("-csynchronous_commit%3Dlocal").ok();
    watcher.batch_execute("alter system reset synchronous_standby_names").await.unwrap();
    watcher.batch_execute("select pg_reload_conf()").await.unwrap();
}
