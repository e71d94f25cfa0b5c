//! GitLab's REST API: notes of merge requests, and issues.

use std::cell::OnceCell;

use serde_json::{Value, json};

use super::forge::{Forge, Posted};
use super::github::query;
use super::http::{Api, Scheme, Trouble};

/// GitLab takes notes and descriptions of a million characters, which is more than a person reads.
const LONGEST: usize = 200_000;

/// A project on GitLab.
#[derive(Debug)]
pub(crate) struct Gitlab {
    api: Api,
    /// `/projects/7`.
    project: String,
    /// The number of the token's user.
    user: OnceCell<u64>,
}

impl Gitlab {
    /// The project, by its number or path, at the API.
    pub(crate) fn new(api: &str, token: String, project: &str) -> Result<Self, Trouble> {
        let api = Api::new(api, Scheme::Private, token)?;
        Ok(Self { api, project: format!("/projects/{}", query(project)), user: OnceCell::new() })
    }

    fn user(&self) -> Result<u64, Trouble> {
        if let Some(user) = self.user.get() {
            return Ok(*user);
        }
        let user = self.api.get("/user")?;
        let id = user.get("id").and_then(Value::as_u64);
        let id = id.ok_or_else(|| {
            Trouble::Other("the code host does not say whose token it is".to_owned())
        })?;
        Ok(*self.user.get_or_init(|| id))
    }

    fn ours(&self, list: &[Value], number: &str, body: &str) -> Result<Vec<Posted>, Trouble> {
        let mut found = Vec::new();
        for value in list {
            let marked = value.get(body).and_then(Value::as_str);
            if marked.is_some_and(|text| text.starts_with("<!-- plumb "))
                && value.pointer("/author/id").and_then(Value::as_u64) == Some(self.user()?)
            {
                found.push(posted(value, number, body)?);
            }
        }
        Ok(found)
    }
}

impl Forge for Gitlab {
    fn comments(&self, request: u64) -> Result<Vec<Posted>, Trouble> {
        let path = format!("{}/merge_requests/{request}/notes?per_page=100&sort=asc", self.project);
        self.ours(&self.api.all(&path)?, "id", "body")
    }

    fn comment(&self, request: u64, body: &str) -> Result<Posted, Trouble> {
        let path = format!("{}/merge_requests/{request}/notes", self.project);
        posted(&self.api.send("POST", &path, &json!({ "body": body }))?, "id", "body")
    }

    fn rewrite(&self, request: u64, comment: u64, body: &str) -> Result<Posted, Trouble> {
        let path = format!("{}/merge_requests/{request}/notes/{comment}", self.project);
        posted(&self.api.send("PUT", &path, &json!({ "body": body }))?, "id", "body")
    }

    fn issues(&self) -> Result<Vec<Posted>, Trouble> {
        let path = format!("{}/issues?state=opened&per_page=100", self.project);
        self.ours(&self.api.all(&path)?, "iid", "description")
    }

    fn open(&self, title: &str, body: &str, labels: &[String]) -> Result<Posted, Trouble> {
        let path = format!("{}/issues", self.project);
        let issue = json!({ "title": title, "description": body, "labels": labels.join(",") });
        posted(&self.api.send("POST", &path, &issue)?, "iid", "description")
    }

    fn update(&self, issue: u64, title: &str, body: &str) -> Result<Posted, Trouble> {
        let path = format!("{}/issues/{issue}", self.project);
        let issue = json!({ "title": title, "description": body });
        posted(&self.api.send("PUT", &path, &issue)?, "iid", "description")
    }

    fn close(&self, issue: u64, why: &str) -> Result<(), Trouble> {
        let path = format!("{}/issues/{issue}", self.project);
        self.api.send("POST", &format!("{path}/notes"), &json!({ "body": why }))?;
        self.api.send("PUT", &path, &json!({ "state_event": "close" })).map(|_| ())
    }

    fn longest(&self) -> usize {
        LONGEST
    }
}

fn posted(value: &Value, number: &str, body: &str) -> Result<Posted, Trouble> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    match value.get(number).and_then(Value::as_u64) {
        Some(id) => Ok(Posted { id, body: text(body), link: text("web_url") }),
        None => Err(Trouble::Other(format!("the code host answers without `{number}`"))),
    }
}
