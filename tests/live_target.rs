//! `--scratch target`: the target's own server is asked, in a database of its own that does not stay.

#![allow(clippy::unwrap_used)]

mod common;

use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{Cluster, Database, Folder, Plumb, majors};

/// A view that only a server can show to be as it is declared.
const THERE: &str = "create table t (id integer primary key, a text);
    create table u (id integer primary key, b text);
    create view v as select * from t natural join u";

const DECLARED: &str = "[table.t.column]\nid = \"integer primary key\"\na = \"text\"\n\
    [table.u.column]\nid = \"integer primary key\"\nb = \"text\"\n\
    [view]\nv = \"as select * from t natural join u\"\n";

fn declared(text: &str) -> Folder {
    let folder = Folder::new();
    folder.write("a.toml", text);
    folder
}

/// What everybody on the server shares.
async fn shared(database: &Database) -> Vec<String> {
    let sql = "select datname::text from pg_database where datname !~ '^test_' \
        union all select rolname || coalesce(rolconfig::text, '') || rolsuper from pg_roles order by 1";
    database.query_strings(sql).await
}

fn plan(database: &Database, url: &str, folder: &Folder) -> Plumb {
    let words = ["plan", "--exit-code", "--scratch", "target", "--schema", folder.arg()];
    // No binaries are needed.
    Plumb::new(&[&words[..], &["--url", url]].concat()).on(&database.cluster.postgres)
}

#[tokio::test]
async fn the_target_answers_and_is_left_as_it_was() {
    for postgres in majors() {
        let database = Database::create(&Cluster::start(postgres)).await;
        database.execute(THERE).await;
        let before = shared(&database).await;
        let output = plan(&database, &database.url(), &declared(DECLARED)).run();
        assert_eq!(output.code, 0, "{}: {}{}", postgres.major, output.stdout, output.stderr);
        // A policy for a role that is not there: the role is not made to find out what it says.
        let policy = format!(
            "{DECLARED}[role]\nreads = {{}}\n[table.t.policy]\np = \"for select to reads using \
             (exists (select from u where u.id = t.id))\"\n"
        );
        let policy = policy.replace("b = \"text\"", "b = \"text default ('a' || 'b')\"");
        let output = plan(&database, &database.url(), &declared(&policy)).run();
        assert_eq!(output.code, 2, "{}: {}{}", postgres.major, output.stdout, output.stderr);
        assert_eq!(before, shared(&database).await, "{}", postgres.major);
    }
}

#[tokio::test]
async fn a_role_that_may_not_make_databases_is_told_so() {
    let database = Database::create(&Cluster::start(common::home())).await;
    database.execute(THERE).await;
    database.execute("create role reads_only login").await;
    let folder = declared(DECLARED);
    let output = plan(&database, &database.url_as("reads_only"), &folder).run();
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    for words in ["role `reads_only` may not make the scratch a database", "? view public.v"] {
        assert!(output.stdout.contains(words), "{}", output.stdout);
    }
    let output = Plumb::new(&["check", "--schema", folder.arg(), "--scratch", "target"]).run();
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("there is no target here"), "{}", output.stderr);
}

fn until(what: &str, done: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < patience, "{what}");
        sleep(Duration::from_millis(50));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_plumb_left_is_dropped_by_the_next_and_nothing_else_is() {
    let cluster = Cluster::start(common::home());
    let database = Database::create(&cluster).await;
    database.execute(THERE).await;
    for kept in ["plumb_scratch_1_2", "plumb_scratch_1_2_3x", "x_plumb_scratch_1_2_3"] {
        database.execute(&format!("create database {kept}")).await;
    }
    // As one is called whose session is still there.
    let client = database.client().await;
    let own = "select format('plumb_scratch_%s_%s_0', pid, (extract(epoch from backend_start) \
        * 1000000)::bigint) from pg_stat_activity where pid = pg_backend_pid()";
    let own: String = client.query_one(own, &[]).await.unwrap().get(0);
    client.batch_execute(&format!("create database {own}")).await.unwrap();
    let before = shared(&database).await;

    // To build the policy, its role is made, and that waits for another who makes it.
    let held = "[role]\nreads = {}\n[table.t.policy]\np = \"for select to reads using \
         (exists (select from u where u.id = t.id))\"\n";
    let slow = declared(&format!("{DECLARED}{held}"));
    database.execute("create policy p on t for select using (id > 0)").await;
    let other = database.client().await;
    other.batch_execute("begin; create role reads").await.unwrap();
    let mut victim = plan(&database, &database.url(), &slow).command().spawn().unwrap();
    let handle = tokio::runtime::Handle::current();
    let now = || tokio::task::block_in_place(|| handle.block_on(shared(&database)));
    until("plumb makes a database", || now().len() > before.len());
    let built = "select 1::text from pg_stat_activity where query ilike 'create role%' \
        and wait_event_type = 'Lock'";
    let building =
        || tokio::task::block_in_place(|| handle.block_on(database.query_strings(built))).len();
    until("plumb builds", || building() > 0);
    victim.kill().unwrap();
    victim.wait().unwrap();
    assert!(now().len() > before.len(), "it was killed too late");
    drop(other);

    let gone = || {
        let output = plan(&database, &database.url(), &declared(DECLARED)).run();
        assert!([0, 2].contains(&output.code), "{}", output.stderr);
        now() == before
    };
    until("the next plumb drops it", gone);
    drop(client);
    until("its session has ended", || {
        let output = plan(&database, &database.url(), &declared(DECLARED)).run();
        assert!([0, 2].contains(&output.code), "{}", output.stderr);
        !now().contains(&own)
    });
}
