//! `plumb.toml`: environments, where scratch binaries are, and `[manage]` if it stands there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pgplumb::manage::Manage;
use pgplumb::report::{Diagnostic, Report, suggest};
use pgplumb::source::{self, Node, Source, Table};

use super::checkout;
use super::output::Failure;

/// One environment: how to reach a database, and what is allowed on it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// The variable that holds the URL, so that no secret stands in a file.
    pub(crate) url_env: Option<String>,
    /// A URL without secrets.
    pub(crate) url: Option<String>,
    /// Hazards that need no word on the command line.
    pub(crate) allow: Vec<String>,
    /// `lock_timeout` for apply, as PostgreSQL reads it.
    pub(crate) lock_timeout: Option<String>,
    /// `statement_timeout` for apply.
    pub(crate) statement_timeout: Option<String>,
}

/// What the file says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    pub(crate) manage: Option<Manage>,
    pub(crate) environments: BTreeMap<String, Environment>,
    pub(crate) scratch_bin: Vec<PathBuf>,
}

impl Config {
    /// Reads the file that is named, or else the one in the declaration's directory or its parent.
    pub(crate) fn find(named: Option<&Path>, dir: &Path) -> Result<Self, Failure> {
        if let Some(path) = named {
            return Self::read(path);
        }
        let parent = match dir.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => dir,
        };
        for candidate in [dir.join("plumb.toml"), parent.join("plumb.toml")] {
            if candidate.is_file() {
                checkout::holds_config(&candidate, parent)?;
                return Self::read(&candidate);
            }
        }
        Ok(Self::default())
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::text(format!("{} could not be read: {error}", path.display()))
        })?;
        let source = Source::new(path.display().to_string(), text);
        let (table, mistakes) = source::parse(&source);
        let mut report: Report = mistakes.into_iter().collect();
        let mut config = Self::default();
        for (key, node) in &table.entries {
            match (key.name.as_str(), node) {
                ("manage", Node::Table(table)) => match Manage::read(table) {
                    Ok(manage) => config.manage = Some(manage),
                    Err(mistakes) => report.extend(mistakes),
                },
                ("scratch", Node::Table(table)) => config.scratch_bin = bins(table, &mut report),
                ("env", Node::Table(table)) => {
                    for (name, node) in &table.entries {
                        let environment = environment(node, &mut report);
                        config.environments.insert(name.name.clone(), environment);
                    }
                }
                ("lint", Node::Table(_)) => {}
                _ => report.push(wrong(key, &["manage", "scratch", "env", "lint"])),
            }
        }
        if report.has_errors() { Err(Failure::report(report, &[source])) } else { Ok(config) }
    }
}

fn wrong(key: &source::Key, known: &[&str]) -> Diagnostic {
    let message = format!("`{}` does not belong here", key.name);
    let diagnostic = Diagnostic::error("unknown-key", message).at(key.origin.clone(), "this key");
    match suggest(&key.name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("known here: {}", known.join(", "))),
    }
}

fn texts(node: &Node) -> Option<Vec<String>> {
    match node {
        Node::String(text) => Some(vec![text.value.clone()]),
        Node::Array(items, _) => {
            items.iter().map(|item| item.as_text().map(|text| text.value.clone())).collect()
        }
        _ => None,
    }
}

fn bins(table: &Table, report: &mut Report) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (key, node) in &table.entries {
        match (key.name.as_str(), texts(node)) {
            ("bin", Some(list)) => found.extend(list.into_iter().map(PathBuf::from)),
            _ => report.push(wrong(key, &["bin"])),
        }
    }
    found
}

fn environment(node: &Node, report: &mut Report) -> Environment {
    const KEYS: &[&str] = &["url_env", "url", "allow", "lock_timeout", "statement_timeout"];
    let mut environment = Environment::default();
    let Node::Table(table) = node else {
        report.push(
            Diagnostic::error("wrong-type", "an environment is a table")
                .at(node.origin(), "a table belongs here"),
        );
        return environment;
    };
    for (key, node) in &table.entries {
        let mut list = texts(node).unwrap_or_default();
        let first = list.first().cloned();
        match key.name.as_str() {
            "url_env" => environment.url_env = first,
            "url" => environment.url = first,
            "allow" => environment.allow.append(&mut list),
            "lock_timeout" => environment.lock_timeout = first,
            "statement_timeout" => environment.statement_timeout = first,
            _ => report.push(wrong(key, KEYS)),
        }
    }
    environment
}
