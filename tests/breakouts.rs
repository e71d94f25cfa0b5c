//! Text of a declaration stays in its place: every text and every name of every golden case, with
//! something appended, put before or put in that tries to break out of it, is an error, or gives
//! statements that pg_query counts as one each, and none of which does what the text tried.
//!
//! No server is needed. A usual run takes every text of some cases; `PLUMB_BREAKOUTS_EVERY=1` takes all.

use std::fs;
use std::path::{Path, PathBuf};

use pgplumb::catalog::Catalog;
use pgplumb::compare::compare;
use pgplumb::connect::{ConnInfo, Env};
use pgplumb::declare::{self, Declaration, declare};
use pgplumb::oracle::{Lazy, Named, Source as Scratch};
use pgplumb::plan::Plan;
use pgplumb::scratch::Search;
use pgplumb::source::Source;
use pgplumb::sql::piece;
use toml::Value;

/// Whatever a text tries is tried on this.
const CANARY: &str = "plumb_canary";

/// What is appended, put before and put in.
const BREAKOUTS: &[&str] = &[
    "; drop table plumb_canary",
    "; drop table plumb_canary; --",
    "); drop table plumb_canary; --",
    ")); drop table plumb_canary; --",
    "' ; drop table plumb_canary; --",
    "'); drop table plumb_canary; --",
    "\"; drop table plumb_canary; --",
    ", drop column plumb_canary",
    ", drop column plumb_canary cascade --",
    " drop column plumb_canary",
    "), drop column plumb_canary",
    "); alter table t drop column plumb_canary; --",
    " */ ; drop table plumb_canary; /* ",
    "$$; drop table plumb_canary; $$",
    "$body$; drop table plumb_canary; $body$",
    "\\'; drop table plumb_canary; --",
    "\n\\! touch plumb_canary\n",
    ";\n\\! touch plumb_canary\n--",
    " \\; drop table plumb_canary \\; ",
    " \\gexec plumb_canary",
    "\r; drop table plumb_canary\r",
    "\n;drop table plumb_canary\n",
    "\u{2028}; drop table plumb_canary; --",
    "\0; drop table plumb_canary; --",
    " -- plumb_canary",
    " /* plumb_canary",
    " begin atomic; drop table plumb_canary; end",
    " end; drop table plumb_canary; --",
    "'",
    "\"",
    "$$",
    "(",
    ")",
    "]",
    ";",
    ",",
    "\\",
    "*/",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut all: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    all.sort();
    all
}

/// A scratch that cannot be had, so that nothing is left to a server.
fn nowhere() -> Lazy {
    let info = ConnInfo::parse("host=/nowhere user=x", &Env::default()).expect("a connection");
    Lazy::new(Scratch {
        server: Some(Named::Other(info)),
        search: Search::default(),
        cache: None,
        trusted: true,
        timezone: None,
    })
}

fn declared(text: &str) -> Option<Declaration> {
    let source = Source::new("new.toml", text.to_owned());
    declare(vec![source], root().to_path_buf(), None).ok()
}

/// The catalog of a server on which a declaration was built.
fn there(text: &str) -> Catalog {
    let mut catalog = Catalog::default();
    catalog.server.version = 180_000;
    catalog.server.user = "postgres".to_owned();
    let Some(mut declaration) = declared(text) else { return catalog };
    declare::resolve(&mut declaration, None);
    catalog.objects = declaration.catalog.objects;
    for object in catalog.objects.values_mut() {
        object.origin = None;
    }
    catalog
}

/// How many texts and names a table holds.
fn texts(value: &Value) -> usize {
    match value {
        Value::String(_) => 1,
        Value::Array(items) => items.iter().map(texts).sum(),
        Value::Table(table) => table.len() + table.values().map(texts).sum::<usize>(),
        _ => 0,
    }
}

/// The table with one text or name of it changed.
fn changed(value: &Value, at: &mut usize, change: &dyn Fn(&str) -> String) -> Value {
    let mut turn = |text: &str| {
        let now = *at == 0;
        *at = at.wrapping_sub(1);
        if now { change(text) } else { text.to_owned() }
    };
    match value {
        Value::String(text) => Value::String(turn(text)),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| changed(item, at, change)).collect())
        }
        Value::Table(table) => {
            let mut out = toml::Table::new();
            for (key, value) in table {
                let now = *at == 0;
                *at = at.wrapping_sub(1);
                let key = if now { change(key) } else { key.clone() };
                out.insert(key, changed(value, at, change));
            }
            Value::Table(out)
        }
        other => other.clone(),
    }
}

/// Whether a tree does something to the canary: a statement or a command about it, not a text or a
/// name that mentions it.
fn acts(tree: &serde_json::Value) -> bool {
    const ACTS: &[&str] = &[
        "DropStmt",
        "TruncateStmt",
        "CopyStmt",
        "DoStmt",
        "GrantStmt",
        "DeleteStmt",
        "UpdateStmt",
        "InsertStmt",
        "VariableSetStmt",
        "DropRoleStmt",
        "DropdbStmt",
    ];
    match tree {
        serde_json::Value::Object(fields) => fields.iter().any(|(key, value)| {
            let acts_here = match key.as_str() {
                // AT_DropColumn.
                "AlterTableCmd" => {
                    value["name"] == CANARY && value["subtype"].as_i64() == Some(DROP_COLUMN)
                }
                key => ACTS.contains(&key) && names(value),
            };
            // A body may say anything: the server refuses it, or nothing of it runs before it is called.
            acts_here || key != "sql_body" && acts(value)
        }),
        serde_json::Value::Array(items) => items.iter().any(acts),
        _ => false,
    }
}

const DROP_COLUMN: i64 = pg_query::protobuf::AlterTableType::AtDropColumn as i64;

/// Whether the canary is a name in it.
fn names(tree: &serde_json::Value) -> bool {
    match tree {
        serde_json::Value::String(text) => text == CANARY,
        serde_json::Value::Array(items) => items.iter().any(names),
        serde_json::Value::Object(fields) => fields.values().any(names),
        _ => false,
    }
}

fn wrong(plan: &Plan) -> Option<String> {
    plan.steps().find_map(|step| {
        if let Err(error) = piece::statement(&step.sql) {
            return Some(format!("{error}: {}", step.sql));
        }
        // What only a newer grammar takes is one piece all the same.
        let parsed = pg_query::parse(&step.sql, 0).ok()?;
        if parsed.protobuf.stmts.len() != 1 {
            return Some(format!("{} statements: {}", parsed.protobuf.stmts.len(), step.sql));
        }
        let tree = serde_json::to_value(&parsed.protobuf).expect("a tree");
        acts(&tree).then(|| format!("it does what a text tried: {}", step.sql))
    })
}

#[tokio::test]
async fn no_text_breaks_out_of_its_place() {
    let every = std::env::var("PLUMB_BREAKOUTS_EVERY").ok().and_then(|text| text.parse().ok());
    let every: usize = every.unwrap_or(97);
    let only = std::env::var("PLUMB_BREAKOUTS_ONLY").unwrap_or_default();
    let (mut tried, mut planned, mut turn) = (0_usize, 0_usize, 0_usize);
    let mut failures = Vec::new();
    let mut scratch = nowhere();
    let snapshots = folders(&root().join("snapshots"));
    let cases = snapshots.iter().filter(|p| p.is_dir()).flat_map(|p| folders(p));
    for case in cases.filter(|case| case.display().to_string().contains(&only)) {
        let Ok(text) = fs::read_to_string(case.join("new.toml")) else { continue };
        let old = fs::read_to_string(case.join("old.toml")).unwrap_or_default();
        let Ok(table) = text.parse::<toml::Table>() else { continue };
        let table = Value::Table(table);
        let sides = [there(""), there(&text), there(&old)];
        for place in 0..texts(&table) {
            for breakout in BREAKOUTS {
                for how in 0..3 {
                    turn += 1;
                    if turn % every != 0 {
                        continue;
                    }
                    let change = |text: &str| match how {
                        0 => format!("{text}{breakout}"),
                        1 => format!("{breakout}{text}"),
                        _ => {
                            let middle = text.char_indices().nth(text.chars().count() / 2);
                            let (head, tail) = text.split_at(middle.map_or(0, |(at, _)| at));
                            format!("{head}{breakout}{tail}")
                        }
                    };
                    let mutant = changed(&table, &mut place.clone(), &change);
                    let Ok(mutant) = toml::to_string(&mutant) else { continue };
                    for side in &sides {
                        tried += 1;
                        let Some(declaration) = declared(&mutant) else { continue };
                        let plan = compare(side.clone(), declaration, &mut scratch, false).await;
                        let Ok(plan) = plan else { continue };
                        planned += 1;
                        if let Some(why) = wrong(&plan) {
                            let case = case.strip_prefix(root()).expect("below").display();
                            failures.push(format!("{case}: {breakout:?}: {why}"));
                            break;
                        }
                    }
                }
            }
        }
    }
    println!("{tried} declarations with a breakout, {planned} planned");
    failures.dedup();
    assert!(failures.is_empty(), "{} broke out:\n{}", failures.len(), failures.join("\n"));
    assert!(planned > 0, "nothing was planned");
}
