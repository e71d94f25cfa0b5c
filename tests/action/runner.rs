//! A runner of GitHub that executes a composite action, as far as `action.yml` needs one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::common::hub::{Hub, TOKEN};
use crate::common::{Folder, home};
use crate::expression::{evaluate, filled, truth};

pub(crate) fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

pub(crate) fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// A job on a runner.
pub(crate) struct Runner {
    pub(crate) folder: Folder,
    pub(crate) hub: Hub,
    pub(crate) event_name: &'static str,
    pub(crate) event: Value,
    /// What the steps of an earlier job have left as artifacts, by name.
    pub(crate) artifacts: BTreeMap<String, PathBuf>,
}

/// What became of the steps.
#[derive(Default, Debug)]
pub(crate) struct Ended {
    pub(crate) failed: bool,
    pub(crate) log: String,
    /// Actions of others with their inputs.
    pub(crate) used: Vec<(String, Value)>,
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) summary: String,
}

impl Runner {
    /// A repository of git with a base and a merge of a pull request that adds a table.
    pub(crate) fn new() -> Self {
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

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
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
    pub(crate) fn release(&self, version: &str, program: &str) {
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
    pub(crate) fn run(&self, inputs: &[(&str, &str)]) -> Ended {
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

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
