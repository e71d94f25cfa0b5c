//! The laws of a plan, on living servers: applied, nothing is left to do; exported, nothing differs; the same
//! input gives the same bytes; a saved plan is applied as written or refused; reading is reading.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::thread;

use common::{Cluster, Database, Folder, Output, Plumb, Postgres, home, majors};
use serde_json::Value as Json;

/// A scratch that cannot be had: whoever asks for it says so on standard error.
const NO_SCRATCH: &str = "postgresql:///none?host=/nowhere";

fn example() -> String {
    format!("{}/schema", env!("CARGO_MANIFEST_DIR"))
}

fn run(words: &[&str], schema: &str, database: &Database) -> Output {
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    let mut all = words.to_vec();
    all.extend(["--schema", schema, "--url", &url, "--scratch", &scratch]);
    Plumb::new(&all).run()
}

/// Nothing is to be done, and no server had to be asked to know that.
fn nothing_to_do(schema: &str, database: &Database) {
    let url = database.url();
    let output = Plumb::new(&[
        "plan",
        "--exit-code",
        "--strict",
        "--schema",
        schema,
        "--url",
        &url,
        "--scratch",
        NO_SCRATCH,
    ])
    .env("PATH", "")
    .run();
    assert_eq!(output.stderr, "", "{}", output.stdout);
    assert_eq!(output.code, 0, "{}", output.stdout);
}

async fn state(database: &Database) -> String {
    match database.dump() {
        Some(dump) => dump,
        None => database.witness().await,
    }
}

async fn converges(postgres: &Postgres) {
    // Roles are made by the plan, so that the server is its own.
    let cluster = Cluster::start(postgres);
    let (one, two) = (Database::create(&cluster).await, Database::create(&cluster).await);
    run(&["apply", "--yes"], &example(), &one).ok();
    let again = run(&["plan", "--exit-code", "--strict"], &example(), &one);
    assert_eq!(again.code, 0, "PostgreSQL {}\n{}{}", postgres.major, again.stdout, again.stderr);
    // Where no server can be asked, what is undecided is no change.
    let (schema, url) = (example(), one.url());
    let alone =
        ["plan", "--exit-code", "--schema", &schema, "--url", &url, "--scratch", NO_SCRATCH];
    assert_eq!(Plumb::new(&alone).run().code, 0);

    let folder = Folder::new();
    let exported = folder.join("exported");
    Plumb::new(&["export", "--url", &one.url(), "--out", &exported]).run().ok();
    nothing_to_do(&exported, &one);
    Plumb::new(&["fmt", "--check", "--schema", &exported]).run().ok();

    run(&["apply", "--yes"], &exported, &two).ok();
    nothing_to_do(&exported, &two);
    let again = run(&["plan", "--exit-code", "--strict"], &example(), &two);
    assert_eq!(again.code, 0, "PostgreSQL {}\n{}{}", postgres.major, again.stdout, again.stderr);
    let (one, two) = (state(&one).await, state(&two).await);
    let diff = similar::TextDiff::from_lines(&one, &two);
    assert!(one == two, "PostgreSQL {}\n{}", postgres.major, diff.unified_diff());
}

#[test]
fn the_example_is_made_from_nothing_and_from_its_export_on_every_major() {
    thread::scope(|scope| {
        for postgres in majors() {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime").block_on(converges(postgres));
            });
        }
    });
}

/// The same declaration in files of other names.
fn renamed_files(from: &Path, to: &Folder, below: &str) {
    let mut entries: Vec<_> =
        from.read_dir().expect("a directory").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for (at, path) in entries.iter().rev().enumerate() {
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        if path.is_dir() {
            renamed_files(path, to, &format!("{below}{name}/"));
        } else {
            // Bodies are named by their paths.
            let prefix = if name.ends_with(".toml") { format!("{at:02}_") } else { String::new() };
            let text = std::fs::read_to_string(path).expect("a file");
            to.write(&format!("{below}{prefix}{name}"), &text);
        }
    }
}

#[tokio::test]
async fn the_same_declaration_gives_the_same_bytes_in_any_file_order() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    let plan = |schema: &str| run(&["plan", "--format", "sql"], schema, &database).ok();
    let first = plan(&example());
    assert_eq!(first, plan(&example()));
    let folder = Folder::new();
    renamed_files(Path::new(&example()), &folder, "");
    // Only the names of the files, in the remarks, are others.
    let plain =
        |text: String| (0..100).fold(text, |text, at| text.replace(&format!("{at:02}_"), ""));
    let (first, moved) = (plain(first), plain(plan(folder.arg())));
    let diff = similar::TextDiff::from_lines(&first, &moved);
    assert!(first == moved, "{}", diff.unified_diff());
}

const CLIENT: &str = "
[manage]
undeclared = \"drop\"
[enum]
status = [\"open\", \"done\"]
[table.client.column]
id     = \"integer primary key\"
name   = \"text not null\"
status = \"status default 'open'\"
";

async fn client() -> (Database, Folder) {
    let database = Database::create(&Cluster::shared(home())).await;
    let folder = Folder::declaring(CLIENT);
    run(&["apply", "--yes"], folder.arg(), &database).ok();
    database.execute("insert into client values (1, 'Ada'), (2, 'Ben'), (3, 'Cy')").await;
    (database, folder)
}

#[tokio::test]
async fn drift_is_silent_until_something_moves() {
    let (database, folder) = client().await;
    assert_eq!(run(&["drift"], folder.arg(), &database).ok(), "");
    database
        .execute("alter table client alter name drop not null; create table extra (id integer)")
        .await;
    let text = run(&["drift"], folder.arg(), &database).exit(2);
    assert!(text.contains("public.client.name") && text.contains("public.extra"), "{text}");
    let json = run(&["drift", "--format", "json"], folder.arg(), &database).exit(2);
    let json: Json = serde_json::from_str(&json).expect("JSON");
    let objects = json["objects"].as_array().expect("a list of objects");
    let states: Vec<(&str, &str)> = objects
        .iter()
        .map(|object| {
            (object["object"].as_str().expect("an id"), object["state"].as_str().expect("a state"))
        })
        .collect();
    assert!(states.contains(&("column:public.client.name", "changed")), "{json:#}");
    assert!(states.contains(&("table:public.extra", "extra")), "{json:#}");
}

#[tokio::test]
async fn drift_against_a_snapshot_needs_no_declaration() {
    let (database, folder) = client().await;
    let snapshot = folder.join("was.json");
    let url = database.url();
    Plumb::new(&["snapshot", "--url", &url, "--out", &snapshot]).run().ok();
    let drift = |code| {
        Plumb::new(&["drift", "--url", &url, "--against", &snapshot, "--scratch", NO_SCRATCH])
            .run()
            .exit(code)
    };
    drift(0);
    database.execute("create index client_name_idx on client (name)").await;
    assert!(drift(2).contains("client_name_idx"));
}

#[tokio::test]
async fn a_saved_plan_is_applied_as_it_was_written() {
    let (database, folder) = client().await;
    folder.write("schema.toml", &CLIENT.replace("name   =", "note   = \"text\"\nname   ="));
    let file = folder.join("plan.json");
    let summary = run(&["plan", "--out", &file], folder.arg(), &database).ok();
    assert!(summary.contains("1 to create"), "{summary}");
    // What is declared by now is of no interest to a saved plan.
    folder.write("schema.toml", &CLIENT.replace("client", "customer"));
    let url = database.url();
    Plumb::new(&["apply", &file, "--yes", "--url", &url]).run().ok();
    assert_eq!(
        database.query_strings("select name, note from client where id = 1").await,
        ["Ada|"]
    );
    // A second time there is nothing left of it.
    let before = database.dump();
    Plumb::new(&["apply", &file, "--yes", "--url", &url]).run().ok();
    assert_eq!(before, database.dump());
}

#[tokio::test]
async fn a_saved_plan_is_refused_when_the_database_has_moved() {
    let (database, folder) = client().await;
    folder.write(
        "schema.toml",
        &CLIENT.replace("name   = \"text not null\"", "name   = \"varchar(99)\""),
    );
    let file = folder.join("plan.json");
    run(&["plan", "--out", &file], folder.arg(), &database).ok();
    database.execute("alter table client alter name type varchar(10)").await;
    let before = database.dump();
    let output =
        Plumb::new(&["apply", &file, "--yes", "--allow", "all", "--url", &database.url()]).run();
    assert_eq!(output.code, 3, "{}", output.stderr);
    assert!(output.stderr.contains("column:public.client.name"), "{}", output.stderr);
    assert_eq!(before, database.dump());
    let other = Database::create(&database.cluster).await;
    let output =
        Plumb::new(&["apply", &file, "--yes", "--allow", "all", "--url", &other.url()]).run();
    assert_eq!(output.code, 3, "{}", output.stderr);
    assert!(
        output.stderr.contains(&database.name) && output.stderr.contains(&other.name),
        "{}",
        output.stderr
    );
}

#[tokio::test]
async fn an_interrupted_plan_goes_on_where_it_stopped() {
    let (database, folder) = client().await;
    let wanted = CLIENT
        .replace("\"done\"]", "\"done\", \"lost\"]")
        .replace("default 'open'", "default 'lost'");
    folder.write("schema.toml", &wanted);
    let file = folder.join("plan.json");
    run(&["plan", "--out", &file], folder.arg(), &database).ok();
    let plan: Json = serde_json::from_str(&folder.read("plan.json")).expect("JSON");
    let transactions = plan["transactions"].as_array().expect("transactions");
    assert!(transactions.len() > 1, "a new value has to be committed before it is used");
    let first = transactions[0]["steps"][0]["sql"].as_str().expect("a statement");
    database.execute(first).await;
    Plumb::new(&["apply", &file, "--yes", "--url", &database.url()]).run().ok();
    assert_eq!(run(&["drift"], folder.arg(), &database).ok(), "");
}

#[tokio::test]
async fn what_would_be_lost_is_refused_until_it_is_allowed_by_name() {
    let (database, folder) = client().await;
    folder.write("schema.toml", "[manage]\nschemas = [\"public\"]\nundeclared = \"drop\"\n[enum]\nstatus = [\"open\", \"done\"]\n");
    let before = database.dump();
    let output = run(&["apply", "--yes"], folder.arg(), &database);
    assert_eq!(output.code, 3, "{}", output.stderr);
    for word in ["data-loss", "table:public.client", "3 rows"] {
        assert!(output.stderr.contains(word), "{word}: {}", output.stderr);
    }
    let other = ["apply", "--yes", "--allow", "data-loss:enum:public.status,undeclared-drop"];
    assert_eq!(run(&other, folder.arg(), &database).code, 3);
    assert_eq!(run(&["apply", "--dry-run"], folder.arg(), &database).code, 3);
    assert_eq!(before, database.dump());
    let allowed = ["apply", "--yes", "--allow", "data-loss:*:public.cl*,undeclared-drop"];
    run(&allowed, folder.arg(), &database).ok();
    assert_eq!(database.query_strings("select to_regclass('client')").await, [""]);
}

#[tokio::test]
async fn without_a_terminal_nothing_is_done_that_nobody_said_yes_to() {
    let (database, folder) = client().await;
    folder.write("schema.toml", &CLIENT.replace("name   =", "note   = \"text\"\nname   ="));
    let before = database.dump();
    let output = run(&["apply"], folder.arg(), &database);
    assert_eq!(output.code, 3, "{}", output.stderr);
    assert!(output.stderr.contains("--yes"), "{}", output.stderr);
    assert_eq!(before, database.dump());
}

#[tokio::test]
async fn reading_waits_for_nobody_who_works() {
    let (database, folder) = client().await;
    database.execute("create view named as select name from client; create index client_low_idx on client (lower(name))").await;
    let session = database.client().await;
    // ACCESS SHARE is all that EXCLUSIVE lets through.
    session
        .batch_execute("begin; lock table client in exclusive mode; lock table pg_class, pg_attribute in exclusive mode")
        .await
        .expect("locks");
    let url = format!(
        "{}&options=-clock_timeout%3D5s%20-cdefault_transaction_read_only%3Don",
        database.url()
    );
    let out = Folder::new();
    let (exported, snapshot) = (out.join("exported"), out.join("now.json"));
    for words in [
        &["plan", "--schema", folder.arg(), "--url", &url][..],
        &["export", "--url", &url, "--out", &exported],
        &["snapshot", "--url", &url, "--out", &snapshot],
    ] {
        let output = Plumb::new(words).run();
        assert_eq!(output.code, 0, "{words:?}\n{}", output.stderr);
    }
    let output = Plumb::new(&["drift", "--schema", folder.arg(), "--url", &url]).run();
    assert_eq!(output.code, 2, "{}", output.stderr);
}

#[tokio::test]
async fn who_may_only_connect_may_plan() {
    let (database, folder) = client().await;
    database.execute("create role only_reader login").await;
    let url = database.url_as("only_reader");
    let output = Plumb::new(&[
        "plan",
        "--exit-code",
        "--schema",
        folder.arg(),
        "--url",
        &url,
        "--scratch",
        NO_SCRATCH,
    ])
    .run();
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
}

/// PostgreSQL cannot add a column as inherited only, so that the dump shows it as the table's own: no golden case.
#[tokio::test]
async fn a_table_that_gets_a_parent_is_first_given_what_it_lacks() {
    let parent = "[table.stamped]
         column     = { stamp = \"timestamptz not null default now()\" }
         constraint = { stamp_past = \"check (stamp <= now())\" }
         [table.visit]
         column = { id = \"integer\" }\n";
    let database = Database::create(&Cluster::shared(home())).await;
    run(&["apply", "--yes"], Folder::declaring(parent).arg(), &database).ok();
    database.execute("insert into visit values (1), (2)").await;
    let heir = Folder::declaring(&format!("{parent}inherits = [\"stamped\"]\n"));
    run(&["apply", "--yes"], heir.arg(), &database).ok();
    run(&["plan", "--exit-code", "--strict"], heir.arg(), &database).ok();
    let rows = database.query_strings("select count(stamp)::text from stamped").await;
    assert_eq!(rows, ["2"], "the rows of the heir are the parent's too, with its default");
}
