//! What looks like a rename is planned as two objects, and is one as soon as the line that the plan prints is
//! written.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Plumb, home};
use serde_json::Value as Json;

const OLD: &str = "create table customer (id integer primary key, name text not null, born date);
    create table visit (id integer primary key, day date, remarks text, room integer);
    create index visit_day_idx on visit (day);
    create type visit_state as enum ('planned', 'here', 'gone');
    insert into visit values (1, '2020-01-01', 'said', 2)";

const NEW: &str = r#"
[manage]
undeclared = "report"

[enum]
state = ["planned", "here", "gone"]

[table.client]
column = { id = "integer primary key", name = "text not null", born = "date" }

[table.visit.column]
id    = "integer primary key"
day   = "date"
notes = "text"
room  = "integer"

[table.visit.index]
visit_by_day_idx = "(day)"
"#;

fn plan(database: &Database, folder: &Folder) -> Json {
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    let words = ["plan", "--format", "json", "--schema", folder.arg()];
    let output = Plumb::new(&[&words[..], &["--url", &url, "--scratch", &scratch]].concat()).run();
    assert_eq!(output.code, 0, "{}", output.stderr);
    serde_json::from_str(&output.stdout).unwrap()
}

/// The file with every line of the plan in its place.
fn corrected(text: &str, plan: &Json) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let pairs = plan["looks_renamed"].as_array().unwrap();
    for pair in pairs {
        let line = pair["line"].as_str().unwrap();
        let at = usize::try_from(pair["at"]["line"].as_u64().unwrap()).unwrap() - 1;
        match pair["under"].as_str() {
            // On the same line of the list, so that the others stay where they were.
            Some(header) => {
                assert_eq!(lines[at], header);
                lines[at] = format!("{header}\n{line}");
            }
            None => lines[at] = line.to_owned(),
        }
    }
    lines.join("\n")
}

#[tokio::test]
async fn the_lines_that_the_plan_prints_make_it_a_plan_of_renames() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute(OLD).await;
    let folder = Folder::new();
    folder.write("a.toml", NEW);
    let first = plan(&database, &folder);
    let actions = |plan: &Json| -> Vec<String> {
        let changes = plan["changes"].as_array().unwrap();
        let words = |change: &Json| format!("{} {}", change["action"], change["object"]);
        changes.iter().map(words).map(|text| text.replace('"', "")).collect()
    };
    assert!(actions(&first).iter().all(|action| action.starts_with("create ")), "{first:#}");

    folder.write("a.toml", &corrected(NEW, &first));
    let second = plan(&database, &folder);
    assert_eq!(
        actions(&second),
        [
            "rename enum:public.state",
            "rename table:public.client",
            "rename column:public.visit.notes",
            "rename index:public.visit.visit_by_day_idx",
        ],
        "{second:#}"
    );
    assert!(second.get("looks_renamed").is_none(), "{second:#}");
}

#[tokio::test]
async fn of_two_candidates_none_is_named_and_unlike_objects_are_no_pair() {
    let database = Database::create(&Cluster::shared(home())).await;
    let old = "create table first (a integer, b text); create table second (a integer, b text);
        create table t (id integer, x integer, y integer, fax text); create type mood as enum ('a')";
    database.execute(old).await;
    let folder = Folder::new();
    let new = "[table]\nthird = { column = { a = \"integer\", b = \"text\" } }\n\
        t = { column = { id = \"integer\", v = \"integer\", w = \"integer\", mail = \"integer\" } }\n\
        [enum]\nother = [\"b\", \"c\"]\n";
    folder.write("a.toml", new);
    let plan = plan(&database, &folder);
    assert!(plan.get("looks_renamed").is_none(), "{plan:#}");
}
