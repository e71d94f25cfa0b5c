//! `action.yml` as a runner of GitHub executes it: each `run` by bash, in the environment of a step, against stubs of the API and of the
//! place of the releases. Actions of others are named with what they get.

#![allow(clippy::unwrap_used)]

mod common;
#[path = "action/expression.rs"]
mod expression;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::hub::{Hub, TOKEN};
use common::{Cluster, Database, Folder, home};
use expression::{evaluate, filled, truth};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// A job on a runner.
struct Runner {
    folder: Folder,
    hub: Hub,
    event_name: &'static str,
    event: Value,
    /// What the steps of an earlier job have left as artifacts, by name.
    artifacts: BTreeMap<String, PathBuf>,
}

/// What became of the steps.
#[derive(Default, Debug)]
struct Ended {
    failed: bool,
    log: String,
    /// Actions of others with their inputs.
    used: Vec<(String, Value)>,
    outputs: BTreeMap<String, String>,
    summary: String,
}

impl Runner {
    /// A repository of git with a base and a merge of a pull request that adds a table.
    fn new() -> Self {
        let folder = Folder::new();
        folder.write("w/schema/a.toml", "[table.client.column]\nid = 'int'\n");
        folder.write("temp/.keep", "");
        let runner = Self {
            folder,
            hub: Hub::start(),
            event_name: "pull_request",
            event: json!({}),
            artifacts: BTreeMap::new(),
        };
        runner.git(&["init", "-q", "-b", "main"]);
        runner.git(&["add", "."]);
        runner.git(&["commit", "-q", "-m", "base"]);
        runner.git(&["checkout", "-q", "-b", "head"]);
        runner.folder.write("w/schema/b.toml", "[table.visit.column]\nid = 'int'\n");
        runner.git(&["add", "."]);
        runner.git(&["commit", "-q", "-m", "head"]);
        let head = runner.git(&["rev-parse", "HEAD"]);
        runner.git(&["checkout", "-q", "main"]);
        runner.git(&["merge", "-q", "--no-ff", "-m", "merge", "head"]);
        let base = runner.git(&["rev-parse", "HEAD^1"]);
        let repo = json!({ "full_name": "clinic/db", "fork": false });
        let event = json!({ "pull_request": { "number": 12, "head": { "sha": head, "repo": repo }, "base": { "sha": base, "repo": repo } } });
        runner.release(
            "v0.3.0",
            &format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_plumb")),
        );
        Self { event, ..runner }
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.current_dir(self.folder.path().join("w")).args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
        ]);
        let output = git.args(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Publishes a release with this program.
    fn release(&self, version: &str, program: &str) {
        let name = format!("plumb-{version}-x86_64-unknown-linux-musl");
        let path = format!("release/{name}/plumb");
        self.folder.write(&path, program);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(self.folder.path().join(path), mode).unwrap();
        let archive = Command::new("tar")
            .current_dir(self.folder.path().join("release"))
            .args(["-cz", &name])
            .output()
            .unwrap()
            .stdout;
        let sum: String =
            Sha256::digest(&archive).iter().map(|byte| format!("{byte:02x}")).collect();
        let at = |file: &str| format!("/acme/plumb/releases/download/{version}/{file}");
        let mut state = self.hub.state();
        state.files.insert(
            at("SHA256SUMS"),
            format!("{}  other.tar.gz\n{sum}  {name}.tar.gz\n", "0".repeat(64)).into_bytes(),
        );
        state.files.insert(at(&format!("{name}.tar.gz")), archive);
    }

    /// Runs the action with these inputs.
    fn run(&self, inputs: &[(&str, &str)]) -> Ended {
        let action = yaml(&file("action.yml"));
        let sha = self.git(&["rev-parse", "HEAD"]);
        let mut contexts = json!({
            "github": {
                "server_url": self.hub.url, "action_repository": "acme/plumb", "action_ref": "v0.3.0", "token": TOKEN,
                "action_path": env!("CARGO_MANIFEST_DIR"), "event_name": self.event_name, "event": self.event,
            },
            "runner": { "temp": self.folder.join("temp") },
            "inputs": {}, "steps": {},
        });
        for (name, input) in action["inputs"].as_object().unwrap() {
            let usual = filled(input["default"].as_str().unwrap(), &contexts);
            let given = inputs
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| (*value).to_owned());
            contexts["inputs"][name] = json!(given.unwrap_or(usual));
        }
        for (name, _) in inputs {
            assert!(action["inputs"].get(name).is_some(), "no input {name}");
        }
        self.folder.write("event.json", &self.event.to_string());
        let mut ended = Ended::default();
        for (at, step) in action["runs"]["steps"].as_array().unwrap().iter().enumerate() {
            let condition = step["if"].as_str().unwrap_or("success()");
            let after_failure = condition.contains("cancelled()") || condition.contains("always()");
            if (ended.failed && !after_failure)
                || (condition != "success()" && !truth(&evaluate(condition, &contexts)))
            {
                continue;
            }
            if let Some(uses) = step["uses"].as_str() {
                let fill = |(name, value): (&String, &Value)| {
                    (
                        name.clone(),
                        json!(filled(
                            value
                                .as_str()
                                .map_or_else(|| value.to_string(), str::to_owned)
                                .as_str(),
                            &contexts
                        )),
                    )
                };
                let with: Value = step["with"]
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(fill)
                    .collect::<serde_json::Map<_, _>>()
                    .into();
                if uses.starts_with("actions/download-artifact@") {
                    let target = self.folder.path().join("w").join(with["path"].as_str().unwrap());
                    let Some(source) = self.artifacts.get(with["name"].as_str().unwrap()) else {
                        ended.failed = true;
                        continue;
                    };
                    copy(source, &target);
                }
                ended.used.push((uses.to_owned(), with));
                continue;
            }
            assert_eq!(step["shell"], "bash");
            let (script, output, summary) =
                (format!("step{at}.sh"), format!("output{at}"), format!("summary{at}"));
            self.folder.write(&script, step["run"].as_str().unwrap());
            self.folder.write(&output, "");
            let mut bash = Command::new("bash");
            bash.current_dir(self.folder.path().join("w")).env_clear();
            bash.args(["--noprofile", "--norc", "-eo", "pipefail", &self.folder.join(&script)]);
            for (name, value) in [
                ("PATH", std::env::var("PATH").unwrap().as_str()),
                ("HOME", &self.folder.join("temp")),
                ("CI", "true"),
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_API_URL", &self.hub.url),
                ("GITHUB_SERVER_URL", &self.hub.url),
                ("GITHUB_REPOSITORY", "clinic/db"),
                ("GITHUB_EVENT_NAME", self.event_name),
                ("GITHUB_EVENT_PATH", &self.folder.join("event.json")),
                ("GITHUB_SHA", &sha),
                ("GITHUB_OUTPUT", &self.folder.join(&output)),
                ("GITHUB_STEP_SUMMARY", &self.folder.join(&summary)),
                ("RUNNER_TEMP", &self.folder.join("temp")),
                ("RUNNER_OS", "Linux"),
                ("RUNNER_ARCH", "X64"),
                ("PLUMB_PG_BIN", home().bin.to_str().unwrap()),
            ] {
                bash.env(name, value);
            }
            for (name, value) in step["env"].as_object().unwrap() {
                bash.env(name, filled(value.as_str().unwrap(), &contexts));
            }
            let done = bash.output().unwrap();
            let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
            ended.log.push_str(&said.concat());
            ended.failed |= !done.status.success();
            let mut outputs = BTreeMap::new();
            for line in self.folder.read(&output).lines() {
                let (name, value) = line.split_once('=').unwrap();
                outputs.insert(name.to_owned(), value.to_owned());
            }
            if let Some(id) = step["id"].as_str() {
                contexts["steps"][id] = json!({ "outputs": outputs });
            }
            ended.summary.push_str(
                &fs::read_to_string(self.folder.path().join(&summary)).unwrap_or_default(),
            );
        }
        for (name, output) in action["outputs"].as_object().unwrap() {
            ended
                .outputs
                .insert(name.clone(), filled(output["value"].as_str().unwrap(), &contexts));
        }
        assert!(!ended.log.contains(TOKEN), "{}", ended.log);
        ended
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

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
