//! GitHub's REST API, as "REST API endpoints for issue comments" and "for issues" describe it; Gitea and Forgejo answer alike.

use std::cell::OnceCell;

use serde_json::{Value, json};

use super::forge::{Forge, Posted};
use super::http::{Api, Scheme, Trouble};

/// A repository on GitHub.
#[derive(Debug)]
pub(crate) struct Github {
    api: Api,
    /// `/repos/owner/name`.
    repository: String,
    /// The login of the token's user; `None` within: the host does not say, since the token is that of a job.
    user: OnceCell<Option<String>>,
}

impl Github {
    /// The repository `owner/name` at the API.
    pub(crate) fn new(api: &str, token: String, repository: &str) -> Result<Self, Trouble> {
        let is_name = |name: &str| {
            let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            !name.is_empty() && name.chars().all(ok)
        };
        match repository.split_once('/') {
            Some((owner, name)) if is_name(owner) && is_name(name) => {}
            _ => return Err(Trouble::Other(format!("`{repository}` is no owner/name"))),
        }
        let api = Api::new(api, Scheme::Bearer, token)?;
        Ok(Self { api, repository: format!("/repos/{repository}"), user: OnceCell::new() })
    }

    /// Whether the token's own user wrote something. The token of a job may not ask who that is; then what any app wrote counts, which
    /// a stranger cannot be: an app writes where an owner of the repository has installed it.
    fn is_ours(&self, value: &Value) -> Result<bool, Trouble> {
        let user = match self.user.get() {
            Some(user) => user,
            None => {
                let user = match self.api.get("/user") {
                    Ok(user) => user.get("login").and_then(Value::as_str).map(str::to_owned),
                    Err(Trouble::Denied(_) | Trouble::Missing(_)) => None,
                    Err(error) => return Err(error),
                };
                self.user.get_or_init(|| user)
            }
        };
        let of = |key: &str| value.pointer(&format!("/user/{key}")).and_then(Value::as_str);
        Ok(match user {
            Some(user) => of("login").is_some_and(|login| login == user),
            None => of("type") == Some("Bot"),
        })
    }

    /// Those of a list that are ours, by the field that numbers them.
    fn ours(&self, list: &[Value], number: &str) -> Result<Vec<Posted>, Trouble> {
        let mut found = Vec::new();
        for value in list {
            // Who wrote it is asked only if plumb may have.
            let marked = value.get("body").and_then(Value::as_str);
            if marked.is_some_and(|body| body.starts_with("<!-- plumb ")) && self.is_ours(value)? {
                found.push(posted(value, number)?);
            }
        }
        Ok(found)
    }

    /// The open pull request whose head is this branch (`owner:branch`) at this commit.
    pub(crate) fn request_of(&self, head: &str, commit: &str) -> Result<Option<u64>, Trouble> {
        let path =
            format!("{}/pulls?state=open&head={}&per_page=100", self.repository, query(head));
        let found = self.api.all(&path)?;
        let is_it =
            |pull: &&Value| pull.pointer("/head/sha").and_then(Value::as_str) == Some(commit);
        Ok(found.iter().find(is_it).and_then(|pull| pull.get("number")?.as_u64()))
    }

    /// The merged pull request that a commit of the base branch came with: its number and the commit of its head.
    pub(crate) fn merged(&self, commit: &str) -> Result<Option<(u64, String)>, Trouble> {
        let found = self.api.all(&format!(
            "{}/commits/{}/pulls?per_page=100",
            self.repository,
            query(commit)
        ))?;
        let is_it = |pull: &&Value| {
            pull.get("merged_at").is_some_and(|at| !at.is_null())
                && pull.get("merge_commit_sha").and_then(Value::as_str) == Some(commit)
        };
        Ok(found.iter().find(is_it).and_then(|pull| {
            let commit = pull.pointer("/head/sha")?.as_str()?;
            Some((pull.get("number")?.as_u64()?, commit.to_owned()))
        }))
    }

    /// The newest artifact of that name that a job of this repository made for a commit: the number of the run. What a fork's
    /// job made does not count.
    pub(crate) fn artifact(&self, name: &str, commit: &str) -> Result<Option<u64>, Trouble> {
        let path =
            format!("{}/actions/artifacts?name={}&per_page=100", self.repository, query(name));
        let mut page = 1;
        loop {
            let value = self.api.get(&format!("{path}&page={page}"))?;
            let list =
                value.get("artifacts").and_then(Value::as_array).cloned().unwrap_or_default();
            let is_it = |artifact: &&Value| {
                let of = |pointer: &str| artifact.pointer(pointer);
                of("/expired").and_then(Value::as_bool) == Some(false)
                    && of("/name").and_then(Value::as_str) == Some(name)
                    && of("/workflow_run/head_sha").and_then(Value::as_str) == Some(commit)
                    && of("/workflow_run/head_repository_id").is_some()
                    && of("/workflow_run/head_repository_id") == of("/workflow_run/repository_id")
            };
            if let Some(found) = list.iter().find(is_it) {
                return Ok(found.pointer("/workflow_run/id").and_then(Value::as_u64));
            }
            if list.len() < 100 {
                return Ok(None);
            }
            page += 1;
        }
    }
}

impl Forge for Github {
    fn comments(&self, request: u64) -> Result<Vec<Posted>, Trouble> {
        let path = format!("{}/issues/{request}/comments?per_page=100", self.repository);
        self.ours(&self.api.all(&path)?, "id")
    }

    fn comment(&self, request: u64, body: &str) -> Result<Posted, Trouble> {
        let path = format!("{}/issues/{request}/comments", self.repository);
        posted(&self.api.send("POST", &path, &json!({ "body": body }))?, "id")
    }

    fn rewrite(&self, _request: u64, comment: u64, body: &str) -> Result<Posted, Trouble> {
        let path = format!("{}/issues/comments/{comment}", self.repository);
        posted(&self.api.send("PATCH", &path, &json!({ "body": body }))?, "id")
    }

    fn issues(&self) -> Result<Vec<Posted>, Trouble> {
        let path = format!("{}/issues?state=open&per_page=100", self.repository);
        let mut list = self.api.all(&path)?;
        // Every pull request is an issue to this API.
        list.retain(|issue| issue.get("pull_request").is_none());
        self.ours(&list, "number")
    }

    fn open(&self, title: &str, body: &str, labels: &[String]) -> Result<Posted, Trouble> {
        let path = format!("{}/issues", self.repository);
        let issue = json!({ "title": title, "body": body, "labels": labels });
        posted(&self.api.send("POST", &path, &issue)?, "number")
    }

    fn update(&self, issue: u64, title: &str, body: &str) -> Result<Posted, Trouble> {
        let path = format!("{}/issues/{issue}", self.repository);
        posted(&self.api.send("PATCH", &path, &json!({ "title": title, "body": body }))?, "number")
    }

    fn close(&self, issue: u64, why: &str) -> Result<(), Trouble> {
        self.comment(issue, why)?;
        let path = format!("{}/issues/{issue}", self.repository);
        let closed = json!({ "state": "closed", "state_reason": "completed" });
        self.api.send("PATCH", &path, &closed).map(|_| ())
    }

    fn longest(&self) -> usize {
        pgplumb::render::LONGEST
    }
}

fn posted(value: &Value, number: &str) -> Result<Posted, Trouble> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    match value.get(number).and_then(Value::as_u64) {
        Some(id) => Ok(Posted { id, body: text("body"), link: text("html_url") }),
        None => Err(Trouble::Other(format!("the code host answers without `{number}`"))),
    }
}

/// A value in a query or a path, by RFC 3986.
pub(super) fn query(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
