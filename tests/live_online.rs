//! Changes of tables in use: reads and writes go on while they are made, and one that is killed at any transaction is
//! finished by the same command, or taken back.

#![allow(clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::{Cluster, Database, Folder, Plumb, home};

const OLD: &str = r#"
[table.customer.column]
id = "bigint primary key"

[table.visit.column]
id = "bigint primary key"
customer_id = "bigint"
code = "integer not null"
note = "text"

[table.visit.index]
by_note = "(note)"
"#;

/// Every sort of step.
const NEW: &str = r#"
[table.customer.column]
id = "bigint primary key"

[table.visit.column]
id = "bigint primary key"
customer_id = "bigint not null"
code = "integer not null"
note = "text"
len = { sql = "integer not null", backfill = "length(note)" }
ref = "uuid not null default gen_random_uuid()"

[table.visit.index]
by_note = "(note, id)"
by_customer = "(customer_id)"

[table.visit.constraint]
visit_customer = "foreign key (customer_id) references customer (id)"
code_positive = "check (code >= 0)"
code_once = "unique (code)"
"#;

/// A database as OLD says, with rows.
async fn filled(rows: u32) -> Database {
    let database = Database::create(&Cluster::shared(home())).await;
    let old = Folder::declaring(OLD);
    Plumb::new(&["apply", "--yes", "--schema", old.arg(), "--url", &database.url()]).run().ok();
    database
        .execute(&format!(
            "insert into customer select generate_series(1, 100); \
             insert into visit select g, g % 100 + 1, g, repeat('x', g % 9) from generate_series(1, {rows}) g"
        ))
        .await;
    database
}

fn drift(database: &Database, declared: &Folder) -> common::Output {
    Plumb::new(&["drift", "--schema", declared.arg(), "--url", &database.url()]).run()
}

/// Starts an apply, and kills it when it says that it has come to a transaction; whether it has.
fn killed_at(words: &[&str], transaction: usize) -> bool {
    let mut child =
        Plumb::new(words).command().stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let wanted = format!("transaction {transaction} of ");
    let found = lines.by_ref().map_while(Result::ok).any(|line| line.starts_with(&wanted));
    if found {
        // Some way into it.
        std::thread::sleep(Duration::from_millis(3 * transaction as u64 % 40));
        child.kill().unwrap();
    }
    child.wait().unwrap();
    found
}

/// Waits until no session of plumb is left on the server.
async fn ended(database: &Database) {
    let sql = format!(
        "select count(*) from pg_stat_activity where datname = '{}' and application_name like 'plumb%'",
        database.name
    );
    while database.query_strings(&sql).await != ["0"] {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const ROWS: &str =
    "select count(*), sum(hashtext(id::text || customer_id || code || note)) from visit";
const UNFINISHED: &str = "select (select count(*) from pg_index where not indisvalid) \
    + (select count(*) from pg_constraint where not convalidated)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_apply_that_is_killed_at_any_transaction_is_finished_or_taken_back() {
    let base = filled(3000).await;
    let (old, new) = (Folder::declaring(OLD), Folder::declaring(NEW));
    let (before, rows) = (base.dump(), base.query_strings(ROWS).await);
    let direct = base.copy().await;
    let apply = |database: &Database| {
        let url = database.url();
        Plumb::new(&["apply", "--yes", "--schema", new.arg(), "--url", &url, "--online", "always"])
            .run()
    };
    apply(&direct).ok();
    let after = direct.dump();
    for transaction in 1.. {
        let database = base.copy().await;
        let (url, file) = (database.url(), old.join("plan.json"));
        let plan = ["plan", "--schema", new.arg(), "--url", &url, "--online", "always"];
        Plumb::new(&[&plan[..], &["--out", &file]].concat()).run().ok();
        // The plan that is made, and the one that was saved, in turn.
        let made = ["apply", "--yes", "--schema", new.arg(), "--url", &url, "--online", "always"];
        let saved = ["apply", &file, "--yes", "--url", &url];
        let words: &[&str] = if transaction % 2 == 0 { &saved } else { &made };
        if !killed_at(words, transaction) {
            assert!(transaction > 12, "the plan has {transaction} transactions");
            break;
        }
        ended(&database).await;
        if transaction % 3 == 0 {
            let back = ["apply", "--rollback", &file, "--yes", "--allow", "all", "--url", &url];
            let output = Plumb::new(&back).run();
            assert_eq!(output.code, 0, "back from {transaction}: {}", output.stderr);
            assert_eq!(database.dump(), before, "back from {transaction}");
        } else {
            let output = Plumb::new(words).run();
            assert_eq!(output.code, 0, "on from {transaction}: {}", output.stderr);
            assert_eq!(drift(&database, &new).code, 0, "on from {transaction}");
            assert_eq!(database.dump(), after, "on from {transaction}");
        }
        assert_eq!(database.query_strings(ROWS).await, rows, "from {transaction}");
        assert_eq!(database.query_strings(UNFINISHED).await, ["0"], "from {transaction}");
    }
}

#[tokio::test]
async fn a_foreign_key_to_a_table_in_use_is_validated_after_all_else() {
    let database = Database::create(&Cluster::shared(home())).await;
    database
        .execute("create table big (id int primary key); create table small (id int); insert into big values (1)")
        .await;
    let wanted = Folder::declaring(
        "[table.big.column]\nid = \"integer primary key\"\n[table.small.column]\nid = \"integer\"\n\
         [table.small.constraint]\nsmall_fk = \"foreign key (id) references big (id)\"\n\
         [view.v]\nquery = \"select id from small\"\n",
    );
    // What has rows is large, and what has none is not.
    let config = format!("[env.here]\nurl = \"{}\"\nonline_above = \"0\"\n", database.url());
    wanted.write("plumb.toml", &config);
    let words = ["plan", "--env", "here", "--schema", wanted.arg(), "--format", "json"];
    let plan: serde_json::Value = serde_json::from_str(&Plumb::new(&words).run().ok()).unwrap();
    let transactions = plan["transactions"].as_array().unwrap();
    let statements = |at: usize| -> Vec<&str> {
        let steps = transactions[at]["steps"].as_array().unwrap();
        steps.iter().map(|step| step["sql"].as_str().unwrap()).collect()
    };
    assert_eq!(transactions.len(), 2, "{plan}");
    assert!(statements(0)[0].ends_with("NOT VALID") && statements(0)[1].starts_with("CREATE VIEW"));
    assert_eq!(statements(1), ["ALTER TABLE public.small VALIDATE CONSTRAINT small_fk"]);
}

/// The longest that a statement of those who use the table took, in milliseconds, while something was done.
async fn longest(database: &Database, rows: u32, work: impl FnOnce() + Send + 'static) -> u64 {
    let (stop, worst) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut load = Vec::new();
    for user in 0..3_u32 {
        let client = database.client().await;
        let (stop, worst) = (Arc::clone(&stop), Arc::clone(&worst));
        load.push(tokio::spawn(async move {
            let mut at = user * 7919;
            while !stop.load(Ordering::Relaxed) {
                at = (at + 104_729) % rows;
                let sql = match user {
                    0 => {
                        format!("select count(*) from visit where id between {at} and {}", at + 20)
                    }
                    _ => format!("update visit set note = note || 'y' where id = {at}"),
                };
                let start = Instant::now();
                client.batch_execute(&sql).await.unwrap();
                let took = u64::try_from(start.elapsed().as_millis()).unwrap();
                worst.fetch_max(took, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }));
    }
    tokio::task::spawn_blocking(work).await.unwrap();
    stop.store(true, Ordering::Relaxed);
    for user in load {
        user.await.unwrap();
    }
    worst.load(Ordering::Relaxed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_who_use_a_table_go_on_while_it_is_changed() {
    const MANY: u32 = 600_000;
    let base = filled(MANY).await;
    let new = Arc::new(Folder::declaring(NEW));
    let mut waited = Vec::new();
    for online in ["off", "always"] {
        let database = base.copy().await;
        let (url, declared) = (database.url(), Arc::clone(&new));
        let work = move || {
            let at = ["--schema", declared.arg(), "--url", &url, "--online", online];
            let words = [&["apply", "--yes", "--allow", "all"], &at[..]].concat();
            Plumb::new(&words).run().ok();
        };
        waited.push(longest(&database, MANY, work).await);
        assert_eq!(drift(&database, &new).code, 0, "{online}");
    }
    let [off, online] = waited[..] else { unreachable!() };
    // The lock timeout in force, and what a busy machine adds.
    assert!(online < 2_100, "a read or write waited for {online} ms");
    assert!(off > 2 * online, "online {online} ms, and {off} ms without");
}

#[tokio::test]
async fn an_index_that_was_built_and_not_put_in_its_place_is_built_again() {
    let database = filled(100).await;
    let new = Folder::declaring(NEW);
    // The server has ended the statement although plumb was killed while it ran.
    database.execute("create index by_note_plumb_next on visit (note, id)").await;
    let url = database.url();
    let words = ["apply", "--yes", "--schema", new.arg(), "--url", &url, "--online", "always"];
    Plumb::new(&words).run().ok();
    assert_eq!(drift(&database, &new).code, 0);
    let left = database.query_strings("select relname from pg_class where relname like '%plumb_%'");
    assert!(left.await.is_empty());
}

#[tokio::test]
async fn a_table_says_whether_it_is_in_use_and_the_command_line_says_it_for_all() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("create table visit (id int); create table note (id int)").await;
    let table = |name: &str, online: &str| {
        format!(
            "[table.{name}]\nonline = '{online}'\n[table.{name}.column]\nid = 'int'\n[table.{name}.index]\n{name}_id = '(id)'\n"
        )
    };
    let folder = Folder::declaring(&(table("visit", "always") + &table("note", "auto")));
    let url = database.url();
    let plan = |online: &[&str]| {
        let words = ["plan", "--schema", folder.arg(), "--url", &url, "--format", "sql"];
        Plumb::new(&[&words, online].concat()).run().ok()
    };
    let own = plan(&[]);
    assert!(own.contains("CREATE INDEX CONCURRENTLY visit_id"), "{own}");
    assert!(own.contains("CREATE INDEX note_id"), "{own}");
    assert!(!plan(&["--online", "off"]).contains("CONCURRENTLY"));
    let all = plan(&["--online", "always"]);
    assert!(all.contains("CREATE INDEX CONCURRENTLY note_id"), "{all}");
    let wrong = Folder::declaring(&table("visit", "never"));
    let words = ["plan", "--schema", wrong.arg(), "--url", &url];
    let refused = Plumb::new(&words).run();
    assert!(refused.stderr.contains("\"auto\", \"always\" or \"off\""), "{}", refused.stderr);
}
