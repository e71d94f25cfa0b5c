//! `action.yml` as a runner of GitHub executes it: each `run` by bash, in the environment of a step, against stubs of the API and of the
//! place of the releases. Actions of others are named with what they get.

#![allow(clippy::unwrap_used)]

mod common;
#[path = "action/expression.rs"]
mod expression;
#[path = "action/runner.rs"]
mod runner;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use common::hub::TOKEN;
use common::{Cluster, Database, Folder, home};
use runner::{Runner, copy, file, yaml};
use serde_json::json;

#[test]
fn a_pull_request_is_planned_against_its_base_where_no_database_may_be_reached() {
    let runner = Runner::new();
    let ended = runner.run(&[("name", "production")]);
    assert!(!ended.failed, "{}", ended.log);
    let texts = runner.hub.texts(12);
    assert!(texts[0].contains("**creates 1 table; nothing is lost;"), "{texts:?}");
    assert!(texts[0].contains("`table public.visit`") && !texts[0].contains("client"), "{texts:?}");
    assert!(ended.summary.contains("creates 1 table"));
    assert_eq!(ended.outputs["changes"], "true");
    assert_eq!(ended.outputs["comment"], "https://github.example/c/9001");
    let used: Vec<&str> = ended.used.iter().map(|(uses, _)| uses.as_str()).collect();
    assert_eq!(used, ["github/codeql-action/upload-sarif@v4", "actions/upload-artifact@v4"]);
    assert_eq!(ended.used[0].1["sarif_file"], "plumb-ci/plan.sarif");
    assert_eq!(ended.used[1].1["name"], "plumb-plan-production");
    for name in ["plan.json", "plan.sarif", "plan.html"] {
        runner.folder.read(&format!("w/{}/{name}", ended.used[1].1["path"].as_str().unwrap()));
    }
    // The checkout of the pull request is a stranger's.
    runner.folder.write("w/plumb.toml", "[scratch]\nbin = ['tools']\n");
    assert!(
        runner
            .run(&[])
            .log
            .contains("[scratch] bin in plumb.toml is ignored because of --untrusted")
    );
}

#[test]
fn a_pull_request_that_brings_the_first_declaration_creates_all_of_it() {
    let runner = Runner::new();
    runner.git(&["rm", "-q", "-r", "schema"]);
    runner.git(&["commit", "-q", "-m", "none"]);
    runner.git(&["checkout", "-q", "-b", "first"]);
    runner.folder.write("w/schema/c.toml", "[table.first.column]\nid = 'int'\n");
    runner.git(&["add", "."]);
    runner.git(&["commit", "-q", "-m", "first"]);
    runner.git(&["checkout", "-q", "main"]);
    runner.git(&["merge", "-q", "--no-ff", "-m", "merge", "first"]);
    let ended = runner.run(&[]);
    assert!(!ended.failed, "{}", ended.log);
    assert!(runner.hub.texts(12)[0].contains("**creates 1 table;"), "{}", ended.log);
}

#[test]
fn a_pull_request_from_a_fork_has_the_summary_and_its_comment_from_the_second_half() {
    let mut runner = Runner::new();
    let fork = json!({ "full_name": "mallory/db", "fork": true });
    runner.event["pull_request"]["head"]["repo"] = fork;
    runner.hub.state().read_only = true;
    let ended = runner.run(&[]);
    assert!(!ended.failed && ended.summary.contains("creates 1 table"), "{}", ended.log);
    // Code scanning takes nothing from a fork.
    let used: Vec<&str> = ended.used.iter().map(|(uses, _)| uses.as_str()).collect();
    assert_eq!(used, ["actions/upload-artifact@v4"]);
    runner.hub.state().read_only = false;
    runner.artifacts.insert("plumb-plan".to_owned(), runner.folder.path().join("w/plumb-ci"));
    runner.event_name = "workflow_run";
    runner.event = json!({ "workflow_run": { "id": 3, "head_sha": "cafe", "head_branch": "b",
        "head_repository": { "full_name": "mallory/db", "owner": { "login": "mallory" } } } });
    let pull = json!({ "number": 12, "head": { "sha": "cafe" } });
    runner.hub.state().pulls.insert("mallory:b".to_owned(), vec![pull]);
    let ended = runner.run(&[("command", "comment")]);
    assert!(!ended.failed, "{}", ended.log);
    assert_eq!(ended.used[0].1["run-id"], "3");
    assert!(runner.hub.texts(12)[0].contains("This is from a job of the fork"));
}

#[test]
fn a_mistake_fails_the_job_and_its_files_are_kept() {
    let runner = Runner::new();
    runner.folder.write("w/schema/b.toml", "[tabel.visit.column]\nid = 'int'\n");
    let ended = runner.run(&[]);
    assert!(
        ended.failed && ended.log.contains("::error file=schema/b.toml,line=1"),
        "{}",
        ended.log
    );
    assert_eq!(ended.used.len(), 2, "{:?}", ended.used);
    assert_eq!(ended.outputs["changes"], "");
}

#[test]
fn nothing_of_a_release_with_another_checksum_is_run() {
    let runner = Runner::new();
    let ran = runner.folder.join("ran");
    runner.release("v0.4.0", &format!("#!/bin/sh\ntouch '{ran}'\n"));
    let sums = "/acme/plumb/releases/download/v0.4.0/SHA256SUMS";
    let right = runner.hub.state().files[sums].clone();
    let sum = String::from_utf8(right.clone()).unwrap().lines().nth(1).unwrap()[..64].to_owned();
    let refused = |inputs: &[(&str, &str)], why: &str| {
        let ended = runner.run(&[inputs, &[("version", "v0.4.0")]].concat());
        assert!(ended.failed && ended.log.contains(why), "{}", ended.log);
        assert!(!Path::new(&ran).exists() && ended.used.is_empty());
    };
    let wrong = String::from_utf8(right.clone()).unwrap().replace(&sum, &"1".repeat(64));
    runner.hub.state().files.insert(sums.to_owned(), wrong.into_bytes());
    refused(&[], "is not that of SHA256SUMS: nothing of it is run");
    // A list without the archive says nothing of it.
    runner
        .hub
        .state()
        .files
        .insert(sums.to_owned(), format!("{sum}  another.tar.gz\n").into_bytes());
    refused(&[], "is not that of SHA256SUMS");
    runner.hub.state().files.insert(sums.to_owned(), right);
    refused(&[("sha256", &"2".repeat(64))], "is not the one of the input sha256");
    refused(&[("version", "main")], "name the release with the input version");
    refused(&[("version", "v0.4.0/../../x")], "name the release with the input version");
    refused(&[("version", "v0.9.9")], "could not be downloaded");
    // The right one is.
    runner.run(&[("version", "v0.4.0"), ("sha256", &sum.to_uppercase())]);
    assert!(Path::new(&ran).exists());
}

#[tokio::test]
async fn after_the_merge_the_plan_that_was_reviewed_is_applied_and_nothing_else() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    database.execute("create table client (id int)").await;
    let url = database.url();
    let mut runner = Runner::new();
    let ended = runner.run(&[("url", &url), ("name", "production")]);
    assert!(!ended.failed && ended.log.contains("create table public.visit"), "{}", ended.log);
    let reviewed = runner.folder.path().join("reviewed");
    copy(&runner.folder.path().join("w/plumb-ci"), &reviewed);
    runner.artifacts.insert("plumb-plan-production".to_owned(), reviewed);
    // The merge: another pull request has changed the declaration meanwhile, which this plan does not know.
    runner.event_name = "push";
    runner.event = json!({});
    runner.folder.write("w/schema/c.toml", "[table.unseen.column]\nid = 'int'\n");
    let apply = [("command", "apply"), ("url", url.as_str()), ("name", "production")];
    let ended = runner.run(&apply);
    assert!(ended.failed && ended.log.contains("no plan was reviewed"), "{}", ended.log);
    let head = runner.git(&["rev-parse", "HEAD^2"]);
    let merge = runner.git(&["rev-parse", "HEAD"]);
    let pull = json!({ "number": 12, "merged_at": "2026-11-30T00:00:00Z", "merge_commit_sha": merge, "head": { "sha": head } });
    runner.hub.state().merged.insert(merge, vec![pull]);
    runner.hub.state().artifacts = vec![json!({ "name": "plumb-plan-production", "expired": false,
        "workflow_run": { "id": 44, "head_sha": head, "repository_id": 1, "head_repository_id": 1 } })];
    let ended = runner.run(&apply);
    assert!(!ended.failed, "{}", ended.log);
    assert_eq!(ended.used[0].1["run-id"], "44");
    assert!(ended.summary.contains("CREATE TABLE public.visit"), "{}", ended.summary);
    let tables = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1";
    assert_eq!(database.query_strings(tables).await, ["client", "visit"]);
    // What is left is drift, which is an issue.
    let drift = runner.run(&[
        ("command", "drift"),
        ("url", &url),
        ("name", "production"),
        ("label", "drift"),
    ]);
    assert!(drift.failed && drift.outputs["drift"] == "true", "{}", drift.log);
    assert_eq!(runner.hub.state().issues.len(), 1);
}

#[test]
fn no_text_of_an_event_stands_in_a_script() {
    let action = yaml(&file("action.yml"));
    let steps = action["runs"]["steps"].as_array().unwrap();
    assert!(steps.len() > 8);
    for step in steps {
        let script = step["run"].as_str().unwrap_or_default();
        assert!(!script.contains("${{"), "{script}");
    }
    let untrusted = [
        "title",
        "body",
        "head.ref",
        "head_ref",
        "label",
        "comment.body",
        "head_branch",
        "commits",
        "message",
    ];
    let text = file("action.yml");
    let used = text.split("${{").skip(1).map(|rest| rest.split("}}").next().unwrap());
    for expression in used.filter(|it| it.contains("github.")) {
        assert!(!untrusted.iter().any(|name| expression.contains(name)), "{expression}");
    }
}

#[test]
fn every_input_is_declared_and_used() {
    let text = file("action.yml");
    let action = yaml(&text);
    let declared: BTreeSet<&str> =
        action["inputs"].as_object().unwrap().keys().map(String::as_str).collect();
    let used: BTreeSet<&str> = text
        .split("inputs.")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap())
        .collect();
    assert_eq!(declared, used);
}

#[test]
fn the_examples_of_workflows_use_the_action_as_it_is() {
    let inputs = yaml(&file("action.yml"))["inputs"].clone();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/github");
    let mut commands = BTreeSet::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap();
        let workflow = yaml(&text);
        assert!(workflow["permissions"].is_object(), "{text}");
        assert!(!text.contains("pull_request_target"));
        for job in workflow["jobs"].as_object().unwrap().values() {
            for step in job["steps"].as_array().unwrap() {
                assert!(step.get("run").is_none(), "{text}");
                if step["uses"].as_str().unwrap().contains("/plumb@") {
                    let with = step["with"].as_object().unwrap();
                    commands.insert(
                        with.get("command")
                            .map_or("plan".to_owned(), |it| it.as_str().unwrap().to_owned()),
                    );
                    for name in with.keys() {
                        assert!(inputs.get(name).is_some(), "{name} in {text}");
                    }
                }
            }
        }
    }
    assert_eq!(commands.into_iter().collect::<Vec<_>>(), ["apply", "comment", "drift", "plan"]);
}

#[test]
fn the_hooks_of_pre_commit_run_on_a_declaration() {
    let folder = Folder::new();
    folder.write("schema/a.toml", "[table.client.column]\nid = \"int primary key\"\n");
    for hook in yaml(&file(".pre-commit-hooks.yaml")).as_array().unwrap() {
        let entry = hook["entry"].as_str().unwrap();
        let arguments: Vec<&str> = entry.split(' ').collect();
        assert_eq!((arguments[0], &hook["pass_filenames"]), ("plumb", &json!(false)));
        common::Plumb::new(&arguments[1..]).dir(folder.path()).run().exit(0);
    }
}

#[test]
fn the_job_of_gitlab_plans_against_the_base_of_the_merge_request() {
    let runner = Runner::new();
    let text = file("templates/plumb.yml");
    let (spec, jobs) = text.split_once("\n---\n").unwrap();
    let inputs = yaml(spec)["spec"]["inputs"].clone();
    let mut jobs = jobs.to_owned();
    for (name, input) in inputs.as_object().unwrap() {
        jobs = jobs.replace(
            &format!("$[[ inputs.{name} ]]"),
            &input["default"].as_str().map_or("x".to_owned(), |it| {
                if it.is_empty() { "''".to_owned() } else { it.to_owned() }
            }),
        );
    }
    assert!(!jobs.contains("$[["), "{jobs}");
    let jobs = yaml(&jobs);
    let script = jobs["plumb-plan"]["script"][0].as_str().unwrap();
    runner
        .folder
        .write("bin/plumb", &format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_plumb")));
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(runner.folder.path().join("bin/plumb"), mode).unwrap();
    runner.hub.state().user = Some(json!({ "id": 77 }));
    let mut shell = Command::new("sh");
    shell
        .current_dir(runner.folder.path().join("w"))
        .env_clear()
        .args(["-ec", &script.replace("/tmp/plumb-base", &runner.folder.join("base"))]);
    for (name, value) in jobs[".plumb"]["variables"].as_object().unwrap() {
        shell.env(name, value.as_str().unwrap_or_default());
    }
    let path = format!("{}:{}", runner.folder.join("bin"), std::env::var("PATH").unwrap());
    for (name, value) in [
        ("PATH", path.as_str()),
        ("GITLAB_CI", "true"),
        ("CI", "true"),
        ("CI_API_V4_URL", &format!("{}/api/v4", runner.hub.url)),
        ("CI_PROJECT_ID", "5"),
        ("CI_MERGE_REQUEST_IID", "9"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &runner.git(&["rev-parse", "HEAD^1"])),
        ("GITLAB_TOKEN", TOKEN),
        ("PLUMB_UNTRUSTED", "1"),
        ("PLUMB_PG_BIN", home().bin.to_str().unwrap()),
    ] {
        shell.env(name, value);
    }
    let done = shell.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(runner.hub.texts(9)[0].contains("**creates 1 table;"), "{:?}", runner.hub.texts(9));
    let report = jobs["plumb-plan"]["artifacts"]["reports"]["codequality"].as_str().unwrap();
    runner.folder.read(&format!("w/{report}"));
}

#[test]
fn the_archives_of_a_release_are_those_that_the_action_downloads() {
    let (release, script) =
        (file(".github/workflows/release.yml"), file("scripts/install-release"));
    let targets: Vec<&str> = script
        .lines()
        .filter_map(|line| line.split_once("target=").map(|(_, rest)| rest.trim_end_matches(" ;;")))
        .collect();
    assert_eq!(targets.len(), 4);
    for target in targets {
        assert!(release.contains(&format!("target: {target} }}")), "{target}");
    }
    assert!(release.contains("name=plumb-$GITHUB_REF_NAME-${{ matrix.target }}"));
    assert!(script.contains("name=plumb-$VERSION-$target"));
    assert!(release.contains("sha256sum plumb-*.tar.gz > SHA256SUMS"));
}
