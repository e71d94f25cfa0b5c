//! What lint says on the command line: of a declaration, with and without a database; and the forms for code hosts.

mod common;

use common::{Cluster, Database, Folder, Plumb, home};
use serde_json::Value;

const DECLARED: &str = "[table.client]\ncolumn = { id = 'int generated always as identity primary key' }\n\
                        [table.note.column]\nbody = 'text'\n";

/// A folder with a declaration in `schema`, and a `plumb.toml`.
fn project(lint: &str) -> Folder {
    let folder = Folder::new();
    folder.write("schema/a.toml", DECLARED);
    folder.write("plumb.toml", lint);
    folder
}

#[test]
fn lint_exits_with_1_where_a_rule_is_an_error_and_says_where() {
    let folder = project("");
    let text = Plumb::new(&["lint"]).dir(folder.path()).run().exit(0);
    assert!(
        text.contains(
            "schema/a.toml:3:8: warn[no-primary-key]: table public.note has no primary key\n"
        ),
        "{text}"
    );
    assert!(text.ends_with("\n2 findings: 2 warnings\n"), "{text}");
    let folder =
        project("[lint]\nrules = { no-primary-key = 'error', key-near-exhaustion = 'off' }\n");
    let text = Plumb::new(&["lint"]).dir(folder.path()).run().exit(1);
    assert!(text.ends_with("\n1 finding: 1 error\n"), "{text}");
}

#[test]
fn a_level_of_a_rule_for_scripts_counts_for_scripts() {
    let folder = project("[lint]\nrules = { missing-lock-timeout = 'off' }\n");
    folder.write("a.sql", "alter table t add column c int;\n");
    let lint = |arguments: &[&str]| Plumb::new(arguments).dir(folder.path()).run();
    assert!(!lint(&["lint", "--sql", "a.sql"]).exit(0).contains("missing-lock-timeout"));
    folder.write("plumb.toml", "");
    assert!(lint(&["lint", "--sql", "a.sql"]).exit(1).contains("missing-lock-timeout"));
}

#[test]
fn an_expired_ignore_is_said_and_ignores_nothing() {
    let ignore = |until: &str| {
        format!(
            "[lint]\nignore = [{{ rule = 'no-primary-key', object = 'table:public.note', reason = 'raw', until = '{until}' }}]\n"
        )
    };
    let folder = project(&ignore("2999-12-31"));
    let run = Plumb::new(&["lint"]).dir(folder.path()).run();
    assert!(run.stdout.ends_with("1 finding: 1 warning; 1 ignored\n"), "{}", run.stdout);
    let folder = project(&ignore("2001-01-01"));
    let run = Plumb::new(&["lint"]).dir(folder.path()).run();
    assert!(run.stdout.ends_with("2 findings: 2 warnings\n"), "{}", run.stdout);
    assert!(run.stderr.contains("has expired on 2001-01-01 and ignores nothing (raw)"));
}

#[test]
fn an_untrusted_checkout_turns_no_rule_off() {
    let folder = project("[lint]\nrules = { no-primary-key = 'off' }\n");
    let run = Plumb::new(&["lint", "--untrusted"]).dir(folder.path()).run();
    assert!(run.stdout.contains("no-primary-key"), "{}", run.stdout);
    assert!(run.stderr.contains("[lint]"), "{}", run.stderr);
}

#[tokio::test]
async fn with_a_database_a_key_is_found_when_its_sequence_is_used_up() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    database.execute("create table client (id int generated always as identity primary key)").await;
    let folder = project("");
    let url = database.url();
    let lint = || Plumb::new(&["lint", "--url", &url]).dir(folder.path()).run().exit(0);
    assert!(!lint().contains("key-near-exhaustion"));
    // The name of the sequence is not the one that the declaration expects.
    database.execute("alter sequence client_id_seq rename to numbers").await;
    database.execute("select setval('numbers', 2000000000)").await;
    let said = lint();
    assert!(
        said.contains(
            "key id of public.client has used 93 % of its numbers: 2000000000 of 2147483647"
        ),
        "{said}"
    );
}

#[test]
fn what_check_finds_is_a_result_at_its_line() {
    let folder = Folder::new();
    folder.write(
        "schema/a.toml",
        "[table.a.column]\nid = 'int'\n[view.v]\nquery = 'select nope from a'\n",
    );
    let run = Plumb::new(&["check", "--format", "sarif"]).dir(folder.path()).run();
    let log: Value = serde_json::from_str(&run.exit(1)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1, "{log}");
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "schema/a.toml");
    assert_eq!(place["region"]["startLine"], 3);
    folder.write("schema/a.toml", "[table.a.column]\nid = 'int'\n");
    let run = Plumb::new(&["check", "--format", "sarif"]).dir(folder.path()).run();
    let log: Value = serde_json::from_str(&run.exit(0)).unwrap();
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_dropped_column_is_a_result_at_the_line_of_its_table() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    database.execute("create table note (body text, fax text); create table gone ()").await;
    let folder = Folder::new();
    folder.write(
        "schema/a.toml",
        "[manage]\nschemas = ['public']\nundeclared = 'drop'\n\n[table.note.column]\nbody = 'text'\n",
    );
    let url = database.url();
    let plan = |format: &str| {
        let arguments = ["plan", "--url", &url, "--format", format, "--exit-code"];
        Plumb::new(&arguments).dir(folder.path()).run().exit(2)
    };
    let log: Value = serde_json::from_str(&plan("sarif")).unwrap();
    let lines: Vec<(String, u64)> = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|result| result["ruleId"] == "data-loss")
        .map(|result| {
            let line = &result["locations"][0]["physicalLocation"]["region"]["startLine"];
            (result["message"]["text"].as_str().unwrap().to_owned(), line.as_u64().unwrap())
        })
        .collect();
    assert!(
        lines.iter().any(|(said, line)| said.starts_with("column public.note.fax: ") && *line == 5),
        "{lines:?}"
    );
    assert!(
        lines.iter().any(|(said, line)| said.starts_with("table public.gone: ") && *line == 1),
        "{lines:?}"
    );
    let github = plan("github");
    assert!(
        github.contains("::error file=schema/a.toml,line=5,col=8,title=plumb data-loss::column public.note.fax: "),
        "{github}"
    );
}
