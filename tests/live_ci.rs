//! `plumb ci` with a database: one issue while something is drifted, and what was reviewed is applied.

#![allow(clippy::unwrap_used)]

mod common;

use common::hub::{Hub, comment};
use common::runner::{outputs, with_event};
use common::{Cluster, Database, Folder, Output, home};
use serde_json::{Value, json};

async fn database() -> (Database, Folder, Hub) {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    database.execute("create table client (id int)").await;
    let folder = Folder::new();
    folder.write("schema/a.toml", "[table.client.column]\nid = 'int'\n");
    (database, folder, Hub::start())
}

fn run(folder: &Folder, hub: &Hub, database: &Database, arguments: &[&str]) -> Output {
    let url = database.url();
    let all = [arguments, &["--url", &url]].concat();
    with_event(folder, hub, &all, "schedule", &json!({})).run()
}

/// The issues as `number state title`, and what they say.
fn issues(hub: &Hub) -> Vec<(String, String)> {
    let text = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    let state = hub.state();
    let all = state.issues.iter();
    all.map(|it| {
        (format!("{} {} {}", it["number"], text(it, "state"), text(it, "title")), text(it, "body"))
    })
    .collect()
}

#[tokio::test]
async fn while_something_is_drifted_there_is_one_issue() {
    let (database, folder, hub) = database().await;
    let drift =
        || run(&folder, &hub, &database, &["drift", "--name", "production", "--label", "drift"]);
    drift().exit(0);
    assert!(hub.writes().is_empty());
    // Issues and pull requests of others, on more than one page.
    let mut all: Vec<Value> =
        (1..=130).map(|id| comment(id, "cuddy", "User", "an issue")).collect();
    for it in &mut all {
        it["number"] = it["id"].clone();
        it["state"] = json!("open");
    }
    all[3]["body"] = json!("<!-- plumb drift production -->\nby a stranger");
    all[129]["pull_request"] = json!({});
    hub.state().issues = all;
    database.execute("alter table client alter id type bigint").await;
    let said = drift().exit(2);
    assert!(said.contains("changed column:public.client.id"), "{said}");
    assert_eq!(hub.writes(), ["POST /repos/clinic/db/issues"]);
    let (named, body) = issues(&hub).pop().unwrap();
    assert!(named.starts_with("9001 open Drift of ") && named.ends_with(", production"), "{named}");
    assert!(body.starts_with("<!-- plumb drift production -->\n### drift of "), "{body}");
    assert!(body.contains("**changed** `column public.client.id`"), "{body}");
    assert_eq!(hub.state().issues.last().unwrap()["labels"], json!(["drift"]));
    // The same drift is no news; other drift is written into the same issue.
    drift().exit(2);
    assert_eq!(hub.writes().len(), 1);
    database.execute("alter table client alter id set not null").await;
    drift().exit(2);
    assert_eq!(hub.writes()[1..], ["PATCH /repos/clinic/db/issues/9001"]);
    assert!(issues(&hub).pop().unwrap().1.contains("not_null"));
    // Of two that two jobs have opened at a time the older one stays.
    let mut twin = hub.state().issues.last().cloned().unwrap();
    twin["number"] = json!(9050);
    hub.state().issues.push(twin);
    drift().exit(2);
    let all = issues(&hub);
    assert!(
        all[130].0.starts_with("9001 open") && all[131].0.starts_with("9050 closed"),
        "{all:?}"
    );
    // Nothing is drifted any more.
    database.execute("alter table client alter id drop not null, alter id type int").await;
    drift().exit(0);
    assert!(issues(&hub)[130].0.starts_with("9001 closed"));
    let said = hub.texts(9001);
    assert!(said[0].starts_with("Nothing is drifted any more.\n\n---\nplumb"), "{said:?}");
    assert!(outputs(&folder).contains(&("drift".to_owned(), "false".to_owned())));
    drift().exit(0);
    // The next one is another issue.
    database.execute("drop table client").await;
    drift().exit(2);
    assert!(issues(&hub).pop().unwrap().0.starts_with("9004 open"), "{:?}", issues(&hub).pop());
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_closes_no_issue() {
    let (database, folder, hub) = database().await;
    database.execute("drop table client").await;
    run(&folder, &hub, &database, &["drift"]).exit(2);
    let gone = with_event(
        &folder,
        &hub,
        &["drift", "--url", "postgresql://127.0.0.1:1/x"],
        "schedule",
        &json!({}),
    );
    gone.run().exit(4);
    assert!(issues(&hub)[0].0.starts_with("9001 open"));
    assert!(folder.read("summary.md").contains("### cannot tell whether anything drifted"));
    // Drift is said by the exit code, whatever becomes of the issue.
    hub.state().read_only = true;
    let said = run(&folder, &hub, &database, &["drift", "--name", "b"]).exit(2);
    assert!(
        said.contains("::warning title=plumb ci::no issue is kept: the token may not"),
        "{said}"
    );
    hub.state().broken = 9;
    run(&folder, &hub, &database, &["drift", "--name", "b"]).exit(2);
}

#[tokio::test]
async fn what_was_reviewed_is_applied_with_its_record_in_the_summary() {
    let (database, folder, hub) = database().await;
    folder.write("schema/a.toml", "[table.client.column]\nid = 'int'\nfax = 'text'\n");
    run(&folder, &hub, &database, &["plan"]).exit(0);
    std::fs::remove_file(folder.path().join("summary.md")).unwrap();
    let apply = || run(&folder, &hub, &database, &["apply", "plumb-ci/plan.json"]);
    let said = apply().exit(0);
    assert!(said.contains("applied: 1 to create"), "{said}");
    let summary = folder.read("summary.md");
    assert!(summary.contains("ADD COLUMN fax text"), "{summary}");
    // What has moved since then is refused, and the summary says why.
    database.execute("alter table client drop column fax, add column id2 int").await;
    run(&folder, &hub, &database, &["plan"]).exit(0);
    database.execute("alter table client add column fax bytea").await;
    apply().exit(3);
    let ended = || folder.read("summary.md").matches("**It did not come to its end.**").count();
    assert_eq!(ended(), 1);
    // So is a hazard that is not allowed.
    folder.write(
        "schema/a.toml",
        "[manage]\nundeclared = 'drop'\n[table.client.column]\nid = 'int'\n",
    );
    run(&folder, &hub, &database, &["plan"]).exit(0);
    apply().exit(3);
    assert_eq!(ended(), 2);
    // And a file that is no plan.
    folder.write("plumb-ci/plan.json", "{}");
    apply().exit(1);
    let summary = folder.read("summary.md");
    assert!(summary.contains("### nothing was applied\n\n```text\n"), "{summary}");
}
