//! The environment of a step on a runner of GitHub.

use serde_json::{Value, json};

use super::hub::{Hub, TOKEN};
use super::{Folder, Plumb};

/// A run in a job of GitHub for pull request 12.
pub fn job(folder: &Folder, hub: &Hub, arguments: &[&str]) -> Plumb {
    let event = json!({ "pull_request": { "number": 12, "head": {
        "sha": "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567", "repo": { "full_name": "clinic/db" }
    }, "base": { "repo": { "full_name": "clinic/db" } } } });
    with_event(folder, hub, arguments, "pull_request", &event)
}

/// A run in a job of GitHub for an event.
pub fn with_event(
    folder: &Folder,
    hub: &Hub,
    arguments: &[&str],
    name: &str,
    event: &Value,
) -> Plumb {
    folder.write("event.json", &event.to_string());
    let mut plumb = Plumb::new(&[&["ci"], arguments].concat()).dir(folder.path());
    for (name, value) in [
        ("GITHUB_ACTIONS", "true"),
        ("CI", "true"),
        ("GITHUB_API_URL", &hub.url),
        ("GITHUB_TOKEN", TOKEN),
        ("GITHUB_REPOSITORY", "clinic/db"),
        ("GITHUB_EVENT_NAME", name),
        ("GITHUB_EVENT_PATH", &folder.join("event.json")),
        ("GITHUB_SHA", "feedfacefeedfacefeedfacefeedfacefeedface"),
        ("GITHUB_RUN_ID", "7"),
        ("GITHUB_STEP_SUMMARY", &folder.join("summary.md")),
        ("GITHUB_OUTPUT", &folder.join("outputs")),
    ] {
        plumb = plumb.env(name, value);
    }
    plumb
}

/// The outputs of the step.
pub fn outputs(folder: &Folder) -> Vec<(String, String)> {
    let text = folder.read("outputs");
    text.lines()
        .map(|line| line.split_once('=').expect("a name and a value"))
        .map(|(a, b)| (a.into(), b.into()))
        .collect()
}
