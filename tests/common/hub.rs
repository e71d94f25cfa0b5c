//! A code host on this machine that answers as the documentation of GitHub's and GitLab's REST API says: lists in pages with a header
//! `Link`, 403 for a token that may only read, 422 for a text that is too long, 404 for what is not there; and the files of a release.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde_json::{Value, json};

/// The token that the host knows.
pub const TOKEN: &str = "ghs_0123456789SECRET";

/// A request that was made.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// Path and query.
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
}

/// What the host has, and how it behaves.
#[derive(Default)]
pub struct State {
    /// Comments of each pull or merge request.
    pub comments: BTreeMap<u64, Vec<Value>>,
    pub issues: Vec<Value>,
    /// What `/user` says; none where the token is that of a job.
    pub user: Option<Value>,
    /// Whether the token only reads.
    pub read_only: bool,
    /// The longest comment, in characters.
    pub longest: usize,
    /// So many requests are answered with 502 first.
    pub broken: usize,
    /// Whether it takes requests and answers none.
    pub hangs: bool,
    /// The host of the next page, in place of its own.
    pub other_host: Option<String>,
    /// Open pull requests by `owner:branch`, merged ones by commit, and artifacts.
    pub pulls: BTreeMap<String, Vec<Value>>,
    pub merged: BTreeMap<String, Vec<Value>>,
    pub artifacts: Vec<Value>,
    /// Files by path.
    pub files: BTreeMap<String, Vec<u8>>,
    pub asked: Vec<Asked>,
    made: u64,
}

/// The host.
pub struct Hub {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Hub {
    /// Starts it; it ends with the process.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state =
            Arc::new(Mutex::new(State { longest: 65_536, made: 9_000, ..State::default() }));
        let hub = Self { url: url.clone(), state: Arc::clone(&state) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, url) = (Arc::clone(&state), url.clone());
                thread::spawn(move || answer(stream, &state, &url));
            }
        });
        hub
    }

    /// What it has.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The requests that changed something, as `POST /path`.
    pub fn writes(&self) -> Vec<String> {
        let state = self.state();
        let all = state.asked.iter().filter(|asked| asked.method != "GET");
        all.map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }

    /// The texts of the comments on a request.
    pub fn texts(&self, request: u64) -> Vec<String> {
        let state = self.state();
        let all = state.comments.get(&request).into_iter().flatten();
        all.map(|it| it["body"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// A comment as GitHub shows it.
pub fn comment(id: u64, login: &str, kind: &str, body: &str) -> Value {
    json!({
        "id": id, "body": body, "html_url": format!("https://github.example/c/{id}"),
        "user": { "login": login, "type": kind },
        "author": { "id": if kind == "Bot" { 77 } else { 5 } },
    })
}

fn answer(mut stream: TcpStream, state: &Mutex<State>, url: &str) {
    let Some(asked) = read(&stream) else { return };
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    state.asked.push(asked.clone());
    if state.hangs {
        drop(state);
        thread::sleep(std::time::Duration::from_secs(60));
        return;
    }
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    if let Some(file) = state.files.get(path) {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            file.len()
        );
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(file));
        return;
    }
    let (status, mut value) = if state.broken > 0 {
        state.broken -= 1;
        (502, json!({ "message": "Server Error" }))
    } else {
        respond(&mut state, &asked, path, query)
    };
    let mut link = String::new();
    if let (200, Value::Array(list)) = (status, &mut value) {
        let of = |name: &str, usual: usize| {
            let found =
                query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            found.and_then(|text| text.parse().ok()).unwrap_or(usual)
        };
        let (page, size) = (of("page", 1), of("per_page", 30).min(100));
        let start = (page - 1) * size;
        if list.len() > start + size {
            let rest: Vec<&str> = query
                .split('&')
                .filter(|part| !part.is_empty() && !part.starts_with("page="))
                .collect();
            let host = state.other_host.as_deref().unwrap_or(url);
            link = format!(
                "link: <{host}{path}?{}&page={}>; rel=\"next\", <{host}{path}?page=9>; rel=\"last\"\r\n",
                rest.join("&"),
                page + 1
            );
        }
        *list = list.drain(..).skip(start).take(size).collect();
    }
    let body = value.to_string();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json; charset=utf-8\r\n{link}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

fn respond(state: &mut State, asked: &Asked, path: &str, query: &str) -> (u16, Value) {
    let gitlab = path.starts_with("/api/v4/");
    let token = if gitlab {
        asked.headers.get("private-token").cloned()
    } else {
        asked
            .headers
            .get("authorization")
            .and_then(|it| it.strip_prefix("Bearer "))
            .map(str::to_owned)
    };
    if token.as_deref() != Some(TOKEN) {
        return (401, json!({ "message": "Bad credentials" }));
    }
    if path.ends_with("/user") {
        return match &state.user {
            Some(user) => (200, user.clone()),
            None => (403, json!({ "message": "Resource not accessible by integration" })),
        };
    }
    let is_write = asked.method != "GET";
    if is_write && state.read_only {
        return (403, json!({ "message": "Resource not accessible by integration" }));
    }
    let text = asked.body["body"].as_str().or_else(|| asked.body["description"].as_str());
    if is_write && text.is_some_and(|text| text.chars().count() > state.longest) {
        return (
            422,
            json!({ "message": "Validation Failed", "errors": [
            { "resource": "IssueComment", "field": "data", "message": format!("Body is too long (maximum is {} characters)", state.longest) }
        ] }),
        );
    }
    let rest = path
        .strip_prefix("/repos/clinic/db/")
        .or_else(|| path.strip_prefix("/api/v4/projects/5/"))
        .map(|rest| rest.split('/').collect::<Vec<_>>());
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    let missing = || (404, json!({ "message": "Not Found" }));
    match (asked.method.as_str(), rest.as_deref()) {
        ("GET", Some(["issues", of, "comments"] | ["merge_requests", of, "notes"])) => {
            (200, Value::Array(state.comments.get(&number(of)).cloned().unwrap_or_default()))
        }
        ("POST", Some(["issues", of, "comments" | "notes"] | ["merge_requests", of, "notes"])) => {
            let made = made(state, asked);
            state.comments.entry(number(of)).or_default().push(made.clone());
            (201, made)
        }
        ("PATCH", Some(["issues", "comments", id]))
        | ("PUT", Some(["merge_requests", _, "notes", id])) => {
            let mut all = state.comments.values_mut().flatten();
            match all.find(|it| it["id"] == json!(number(id))) {
                Some(found) => {
                    found["body"] = asked.body["body"].clone();
                    (200, found.clone())
                }
                None => missing(),
            }
        }
        ("GET", Some(["issues"])) => {
            let open = state.issues.iter().filter(|it| it["state"] == "open");
            (200, Value::Array(open.cloned().collect()))
        }
        ("POST", Some(["issues"])) => {
            let mut made = made(state, asked);
            made["title"] = asked.body["title"].clone();
            made["labels"] = asked.body["labels"].clone();
            state.issues.push(made.clone());
            (201, made)
        }
        ("PATCH" | "PUT", Some(["issues", id])) => {
            let is_it = |it: &&mut Value| it["number"] == json!(number(id));
            match state.issues.iter_mut().find(is_it) {
                Some(found) => {
                    for key in ["title", "body", "description", "state"] {
                        if let Some(value) = asked.body.get(key) {
                            found[key] = value.clone();
                        }
                    }
                    if asked.body["state_event"] == "close" {
                        found["state"] = json!("closed");
                    }
                    (200, found.clone())
                }
                None => missing(),
            }
        }
        ("GET", Some(["pulls"])) => {
            let head =
                query.split('&').find_map(|part| part.strip_prefix("head=")).unwrap_or_default();
            let all = state.pulls.get(&head.replace("%3A", ":")).cloned();
            (200, Value::Array(all.unwrap_or_default()))
        }
        ("GET", Some(["commits", commit, "pulls"])) => {
            (200, Value::Array(state.merged.get(*commit).cloned().unwrap_or_default()))
        }
        ("GET", Some(["actions", "artifacts"])) => {
            let name =
                query.split('&').find_map(|part| part.strip_prefix("name=")).unwrap_or_default();
            let all: Vec<&Value> = state.artifacts.iter().filter(|it| it["name"] == name).collect();
            (200, json!({ "total_count": all.len(), "artifacts": all }))
        }
        _ => missing(),
    }
}

/// A new comment or issue of the token's user.
fn made(state: &mut State, asked: &Asked) -> Value {
    state.made += 1;
    let mut made = comment(state.made, "github-actions[bot]", "Bot", "");
    for key in ["body", "description"] {
        if let Some(text) = asked.body.get(key) {
            made[key] = text.clone();
        }
    }
    made["number"] = json!(state.made);
    made["iid"] = json!(state.made);
    made["state"] = json!("open");
    made
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut words = first.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Some(Asked { method, path, headers, body })
}
