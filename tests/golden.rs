//! The golden cases: each folder below `snapshots/<kind>/` holds two declarations and the plan from the one to
//! the other, pinned as text, SQL, JSON and markdown, a few as HTML. On every major the plan does what it says: applied to the old
//! database it makes the new one, and back; rows stay, and a second plan is empty.
//!
//! A usual run walks each on the distribution's major and the newest; with
//! `PLUMB_TEST_MAJORS=14,15,16,17,18`, or some of them, on all that it names.
//! `UPDATE=1 cargo test --test golden` writes the plans anew; `GOLDEN=index/` keeps the cases whose path has
//! that in it.

#![allow(clippy::unwrap_used)]

mod common;

use std::any::Any;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use common::{Cluster, Database, Folder, Plumb, Postgres, home, majors};
use serde_json::Value as Json;

/// What a declaration answers for when it is the whole truth, as an export writes it.
const MANAGE: &str = r#"
[manage]
schemas = ["*"]
undeclared = "drop"
partitions = true
owners = true
grants = true
default_privileges = true
"#;

/// Roles are the whole server's, so that these are there before any case begins.
const ROLES: [&str; 3] = ["app_user", "app_auditor", "app_owner"];

/// A declaration, and whether every table is taken to be in use.
struct Side {
    folder: Folder,
    online: bool,
}

/// A folder with `old.toml` and `new.toml`.
struct Case {
    path: PathBuf,
    /// Its path below `snapshots/`.
    name: String,
    /// Actions that may not be in the plan: `replace:table`.
    forbid: Vec<String>,
    /// The oldest major that can have it.
    min_version: u32,
    /// Rows of the old database.
    seed: Option<String>,
    /// Asks for values that no step may change.
    rows: Option<String>,
    /// The way back is not gone: it would make other objects of the same names.
    one_way: bool,
    /// The way there is refused too, with the words in `plan.txt`.
    refused: bool,
    /// Every table is taken to be in use.
    online: bool,
}

impl Case {
    fn read(path: &Path) -> Self {
        let mut name = path.iter().rev().take(2).map(|part| part.to_str().expect("UTF-8"));
        let (case, kind) = (name.next().expect("a case"), name.next().expect("a kind"));
        let text = fs::read_to_string(path.join("case.toml")).unwrap_or_default();
        let mut table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{kind}/{case}: {e}"));
        let mut take = |key: &str| table.remove(key);
        let text = |value: toml::Value| value.as_str().map(str::to_owned);
        let flag =
            |value: Option<toml::Value>| value.is_some_and(|value| value.as_bool() == Some(true));
        let case = Self {
            path: path.to_path_buf(),
            name: format!("{kind}/{case}"),
            forbid: match take("forbid") {
                Some(toml::Value::Array(list)) => list.into_iter().filter_map(text).collect(),
                _ => Vec::new(),
            },
            min_version: take("min_version").and_then(|v| v.as_integer()).map_or(14, |v| v as u32),
            seed: take("seed").and_then(text),
            rows: take("rows").and_then(text),
            one_way: flag(take("one_way")),
            refused: flag(take("refused")),
            online: flag(take("online")),
        };
        assert!(table.is_empty(), "{}: unknown in case.toml: {table:?}", case.name);
        case
    }

    fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
        let only = std::env::var("GOLDEN").unwrap_or_default();
        let mut cases: Vec<Self> = folders(&root)
            .iter()
            .flat_map(|kind| folders(kind))
            .filter(|path| path.join("new.toml").exists())
            .map(|path| Self::read(&path))
            .filter(|case| case.name.contains(&only))
            .collect();
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        assert!(!cases.is_empty(), "no golden case is called {only}");
        cases
    }

    /// The declaration as a directory of its own.
    fn side(&self, file: &str) -> Side {
        let folder = Folder::new();
        let text = fs::read_to_string(self.path.join(file));
        folder.write(file, &text.unwrap_or_else(|e| panic!("{}/{file}: {e}", self.name)));
        folder.write("plumb.toml", MANAGE);
        Side { folder, online: self.online }
    }

    /// The server whose plan is pinned.
    fn home(&self) -> &'static Postgres {
        let fits = |postgres: &&Postgres| postgres.major >= self.min_version;
        Some(home())
            .filter(fits)
            .or_else(|| majors().iter().find(fits))
            .expect("a server of that version")
    }
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

/// A run of the program against a database, with scratch databases on the same server.
fn plumb(database: &Database, side: &Side, words: &[&str]) -> common::Output {
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    let mut all = words.to_vec();
    if side.online {
        all.extend(["--online", "always"]);
    }
    all.extend([
        "--schema",
        side.folder.arg(),
        "--url",
        &url,
        "--scratch",
        &scratch,
        "--color",
        "never",
    ]);
    // What is planned in four formats is built on the scratch once.
    if ["sql", "json", "markdown", "html"].iter().any(|format| words.contains(format)) {
        all.push("--no-check");
    }
    Plumb::new(&all).run()
}

fn apply(database: &Database, side: &Side) -> Result<(), String> {
    let output = plumb(database, side, &["apply", "--yes", "--allow", "all"]);
    match output.code {
        0 => Ok(()),
        code => Err(format!("exit {code}\n{}{}", output.stdout, output.stderr)),
    }
}

/// Saves the plan, and applies what was saved.
fn apply_saved(database: &Database, side: &Side) -> Result<(), String> {
    let folder = Folder::new();
    let file = folder.join("plan.json");
    for words in [vec!["plan", "--out", &file], vec!["apply", &file, "--yes", "--allow", "all"]] {
        let output = plumb(database, side, &words);
        if output.code != 0 {
            let (code, out, err) = (output.code, output.stdout, output.stderr);
            return Err(format!("{} of a saved plan: exit {code}\n{out}{err}", words[0]));
        }
    }
    Ok(())
}

/// The database is as it is declared, and so is its dump.
async fn is_as(there: &Database, side: &Side, dump: &str) -> Result<(), String> {
    let again = plumb(there, side, &["plan", "--exit-code"]);
    if again.code != 0 {
        return Err(format!("a second plan is not empty\n{}{}", again.stdout, again.stderr));
    }
    let now = state(there).await;
    if now == dump {
        Ok(())
    } else {
        Err(format!("the databases differ (-wanted +there)\n{}", diff(dump, &now)))
    }
}

/// What is in a database, as `pg_dump` or else the server says it.
async fn state(database: &Database) -> String {
    match database.dump() {
        Some(dump) => dump,
        None => database.witness().await,
    }
}

fn diff(old: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new).unified_diff().context_radius(2).to_string()
}

/// How many rows each table has, or what the case asks for.
async fn rows(case: &Case, database: &Database) -> Vec<String> {
    match &case.rows {
        Some(query) => database.query_strings(query).await,
        None => {
            let count = "SELECT coalesce(sum((xpath('/row/n/text()', query_to_xml(
                  format('SELECT count(*) AS n FROM ONLY %s', oid::regclass), false, true, '')))[1]::text::int), 0)
                FROM pg_class WHERE relkind = 'r' AND relnamespace >= 2200 AND relnamespace NOT IN
                  (SELECT oid FROM pg_namespace WHERE nspname = 'information_schema')";
            database.query_strings(count).await
        }
    }
}

/// What differs from run to run, made the same.
fn normalised(text: &str, database: &Database) -> String {
    let mut text = text.replace(&format!("for {} (", database.name), "for golden (");
    // Settings that only some versions have stand in the scripts for those.
    for setting in ["createrole_self_grant", "restrict_nonsystem_relation_kind"] {
        text = text.replace(&format!("SET {setting} = '';\n"), "");
    }
    text = text.replace(&format!("for `{}` (", database.name), "for golden (");
    let text =
        text.replace(&format!("\"database\": \"{}\"", database.name), "\"database\": \"golden\"");
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("  \"system\": ")) {
        let line = match (line.find("(PostgreSQL "), line.find("\"server_version\": ")) {
            (Some(at), _) => format!("{}(PostgreSQL)", &line[..at]),
            (None, Some(at)) => format!("{}\"server_version\": 0,", &line[..at]),
            // The digest is over the name of the database too.
            (None, None) if line.starts_with("  \"digest\": ") => {
                "  \"digest\": \"golden\",".to_owned()
            }
            (None, None) => line.to_owned(),
        };
        lines.push(line);
    }
    lines.join("\n") + "\n"
}

/// A page without its style and script, and without the nonce, which is a digest over the name of the database too.
fn without_dress(page: &str) -> String {
    let mut page = page.to_owned();
    if let Some((_, rest)) = page.split_once("nonce-") {
        page = page.replace(&rest[..64], "golden");
    }
    for (start, end) in [("<style>", "</style>"), ("<script nonce=\"golden\">", "</script>")] {
        let (from, to) = (page.find(start), page.find(end));
        if let (Some(from), Some(to)) = (from, to) {
            page.replace_range(from + start.len()..to, "");
        }
    }
    page
}

/// The plan in each of its forms is what is pinned.
fn pinned(case: &Case, database: &Database, new: &Side) -> Result<(), String> {
    let mut wrong = String::new();
    let formats: &[_] = if case.refused {
        &[("text", "txt")]
    } else {
        &[("text", "txt"), ("sql", "sql"), ("json", "json"), ("markdown", "md"), ("html", "html")]
    };
    // The page repeats what the others say: a few cases pin it.
    let is_pinned = |extension: &str| extension != "html" || case.path.join("plan.html").exists();
    for (format, extension) in formats.iter().filter(|(_, extension)| is_pinned(extension)) {
        let output = plumb(database, new, &["plan", "--format", format]);
        // Refused is what cannot be reached from here, and an error what cannot be built at all.
        let codes: &[i32] = if case.refused { &[1, 3] } else { &[0] };
        if !codes.contains(&output.code) {
            return Err(format!("plan: exit {}\n{}{}", output.code, output.stdout, output.stderr));
        }
        if *format == "json" {
            forbidden(case, &output.stdout)?;
        }
        let text = if case.refused { output.stderr } else { output.stdout };
        let text = if *format == "html" { without_dress(&text) } else { text };
        let text = normalised(&text, database);
        let path = case.path.join(format!("plan.{extension}"));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &text).map_err(|e| e.to_string())?;
        }
        let wanted = fs::read_to_string(&path).unwrap_or_default();
        if wanted != text {
            wrong += &format!("plan.{extension} differs (-pinned +now)\n{}", diff(&wanted, &text));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// A plan that is right and does too much.
fn forbidden(case: &Case, plan: &str) -> Result<(), String> {
    let plan: Json = serde_json::from_str(plan).map_err(|e| e.to_string())?;
    let changes = plan["changes"].as_array().ok_or("no changes in the json")?;
    let word = |change: &Json, key: &str| change[key].as_str().unwrap_or_default().to_owned();
    let done: BTreeSet<String> = changes
        .iter()
        .map(|change| format!("{}:{}", word(change, "action"), word(change, "kind")))
        .collect();
    match case.forbid.iter().find(|forbidden| done.contains(*forbidden)) {
        Some(found) => Err(format!("the plan has what the case forbids: {found}")),
        None => Ok(()),
    }
}

async fn walk(case: &Case, postgres: &Postgres) -> Result<(), String> {
    let cluster = Cluster::shared(postgres);
    let (old, new) = (case.side("old.toml"), case.side("new.toml"));
    let (there, direct) = (Database::create(&cluster).await, Database::create(&cluster).await);
    for database in [&there, &direct] {
        // The server of the tests has another zone, so that a test of what it means notices.
        let utc = format!("ALTER DATABASE {} SET timezone = 'UTC'", database.name);
        database.execute(&utc).await;
    }
    apply(&there, &old).map_err(|e| format!("old.toml on an empty database: {e}"))?;
    let old_state = state(&there).await;
    if let Some(seed) = &case.seed {
        there.execute(seed).await;
    }
    let before = rows(case, &there).await;
    // Pinned plans that differ do not keep the rest from being seen.
    let pins = if postgres == case.home() { pinned(case, &there, &new) } else { Ok(()) };
    if case.refused {
        return pins;
    }
    apply(&direct, &new).map_err(|e| format!("new.toml on an empty database: {e}"))?;
    let new_state = state(&direct).await;
    if old_state == new_state && !case.name.starts_with("same/") {
        return Err("old and new are the same to pg_dump: the case shows nothing".to_owned());
    }
    let sides = [("forward", &new, &new_state), ("backward", &old, &old_state)];
    for (way, side, wanted) in sides {
        if case.one_way && way == "backward" {
            continue;
        }
        let apply = if way == "forward" { apply_saved } else { apply };
        apply(&there, side).map_err(|e| format!("{way}: {e}"))?;
        is_as(&there, side, wanted).await.map_err(|e| format!("{way}: {e}"))?;
        let after = rows(case, &there).await;
        if before != after {
            return Err(format!("{way}: rows were {before:?} and are {after:?}"));
        }
    }
    pins
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").to_owned()
}

/// Whether a case is walked on a major in a usual run: on the distribution's and the newest each is, and what is of a
/// version on all of them.
fn is_among(case: &Case, postgres: &Postgres) -> bool {
    let newest = majors().iter().map(|postgres| postgres.major).max();
    let end = postgres == case.home() || Some(postgres.major) == newest;
    end || case.name.starts_with("version/")
}

#[test]
fn every_golden_plan_is_as_pinned_and_does_what_it_says() {
    let cases = Case::all();
    thread::scope(|scope| {
        for postgres in majors() {
            scope.spawn(move || roles(postgres));
        }
    });
    let whole = ["GOLDEN", "PLUMB_TEST_MAJORS"].iter().any(|name| env::var_os(name).is_some());
    let mut jobs: Vec<(&Case, &Postgres)> = cases
        .iter()
        .flat_map(|case| majors().iter().map(move |postgres| (case, postgres)))
        .filter(|(case, postgres)| postgres.major >= case.min_version)
        .filter(|(case, postgres)| whole || is_among(case, postgres))
        .collect();
    let all = jobs.len();
    jobs.reverse();
    let (jobs, failures) = (Mutex::new(jobs), Mutex::new(Vec::new()));
    let workers = thread::available_parallelism().map_or(2, usize::from) * 2;
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let runtime = runtime.expect("a runtime");
                loop {
                    let Some((case, postgres)) = jobs.lock().expect("the jobs").pop() else {
                        break;
                    };
                    let walked =
                        catch_unwind(AssertUnwindSafe(|| runtime.block_on(walk(case, postgres))));
                    let walked = walked.unwrap_or_else(|panic| Err(words(panic.as_ref())));
                    if let Err(why) = walked {
                        let failure = format!("== {} on {}\n{why}", case.name, postgres.major);
                        failures.lock().expect("the failures").push(failure);
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("the failures");
    failures.sort();
    assert!(failures.is_empty(), "{} of {all} failed\n{}", failures.len(), failures.join("\n"));
}

fn roles(postgres: &Postgres) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let database = Database::create(&Cluster::shared(postgres)).await;
        for role in ROLES {
            database.execute(&format!("CREATE ROLE {role}")).await;
        }
    });
}
