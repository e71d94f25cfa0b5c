//! `plumb.toml`: environments, where scratch binaries are, which secrets may be revealed, and `[manage]`
//! if it stands there. With `--untrusted` a file of the checkout keeps `[manage]` and `[session]`, which say how the
//! declaration is read, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pgplumb::apply::Allowed;
use pgplumb::manage::Manage;
use pgplumb::plan::Plan;
use pgplumb::report::{Code, Diagnostic, Report};
use pgplumb::source::{self, Node, Source, Table};
use pgplumb::suggest::suggest;

use super::checkout::{self, Checkout};
use super::output::Failure;
use super::trust;

/// One environment: how to reach a database, and what is allowed on it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// The variable that holds the URL, so that no secret stands in a file.
    pub(crate) url_env: Option<String>,
    /// A URL without secrets.
    pub(crate) url: Option<String>,
    /// Hazards that need no word on the command line.
    pub(crate) allow: Allowed,
    /// `lock_timeout` for apply, as PostgreSQL reads it.
    pub(crate) lock_timeout: Option<String>,
    /// How long apply waits for locks in all.
    pub(crate) deadline: Option<String>,
    /// `statement_timeout` for apply.
    pub(crate) statement_timeout: Option<String>,
    /// The keys whose values are ignored, since a stranger may have written them.
    pub(crate) ignored: Vec<&'static str>,
}

/// What the file says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    pub(crate) manage: Option<Manage>,
    pub(crate) environments: BTreeMap<String, Environment>,
    pub(crate) scratch_bin: Vec<PathBuf>,
    /// The time zone in which literals are read; none: the target database's.
    pub(crate) timezone: Option<String>,
    /// The variables that may be revealed with `--untrusted`, besides those named `PLUMB_`.
    pub(crate) secrets: BTreeSet<String>,
    /// Where the declaration lies.
    pub(crate) checkout: Checkout,
    /// Where it was read from.
    pub(crate) file: PathBuf,
}

impl Config {
    /// Reads the file that is named, or else the one in the declaration's directory or its parent.
    pub(crate) fn find(named: Option<&Path>, dir: &Path) -> Result<Self, Failure> {
        let checkout = Checkout::around(dir);
        if let Some(path) = named {
            return Ok(Self { checkout, ..Self::read(path)? });
        }
        let parent = match dir.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => dir,
        };
        for candidate in [dir.join("plumb.toml"), parent.join("plumb.toml")] {
            if !candidate.is_file() {
                continue;
            }
            checkout::holds_config(&candidate, parent)?;
            let mut config = Self::read(&candidate)?;
            if trust::untrusted() && !checkout.is_outside(&candidate) {
                config.distrust();
            }
            return Ok(Self { checkout, ..config });
        }
        Ok(Self { checkout, ..Self::default() })
    }

    /// Forgets what could run a program, reach a host, reveal a variable or open a gate.
    fn distrust(&mut self) {
        if !std::mem::take(&mut self.scratch_bin).is_empty() {
            trust::ignored(&self.file, "[scratch] bin");
        }
        if !std::mem::take(&mut self.secrets).is_empty() {
            trust::ignored(&self.file, "[secrets] env");
        }
        for environment in self.environments.values_mut() {
            let keys = [
                ("url_env", environment.url_env.is_some()),
                ("url", environment.url.is_some()),
                ("allow", environment.allow != Allowed::default()),
                ("lock_timeout", environment.lock_timeout.is_some()),
                ("deadline", environment.deadline.is_some()),
                ("statement_timeout", environment.statement_timeout.is_some()),
            ];
            let ignored = keys.into_iter().filter_map(|(key, there)| there.then_some(key));
            *environment = Environment { ignored: ignored.collect(), ..Environment::default() };
        }
    }

    /// An environment by its name; what of it is ignored is said.
    pub(crate) fn environment(&self, name: &str) -> Result<&Environment, Failure> {
        let environment = self.environments.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.environments.keys().map(String::as_str).collect();
            let known =
                if known.is_empty() { "there are none".to_owned() } else { known.join(", ") };
            Failure::text(format!("plumb.toml has no environment `{name}`; known: {known}"))
        })?;
        for key in &environment.ignored {
            trust::ignored(&self.file, &format!("[env.{name}] {key}"));
        }
        if environment.url.is_none() && environment.url_env.is_none() {
            let message = if environment.ignored.iter().any(|key| key.starts_with("url")) {
                format!(
                    "environment `{name}` has no URL, since --untrusted ignores the one in {}; name the \
                     database with --url or DATABASE_URL, or trust the file with --config",
                    self.file.display()
                )
            } else {
                format!("environment `{name}` has neither url_env nor url")
            };
            return Err(Failure::text(message));
        }
        Ok(environment)
    }

    /// The value of an environment variable that a placeholder names, if it may be revealed.
    pub(crate) fn secret(&self, variable: &str) -> Option<String> {
        if self.reveals(variable) { std::env::var(variable).ok() } else { None }
    }

    fn reveals(&self, variable: &str) -> bool {
        !trust::untrusted() || variable.starts_with("PLUMB_") || self.secrets.contains(variable)
    }

    /// Refuses a plan whose statements would take a variable that may not be revealed.
    pub(crate) fn may_reveal(&self, plan: &Plan) -> Result<(), Failure> {
        let hidden: BTreeSet<&str> = plan
            .steps()
            .flat_map(|step| &step.secrets)
            .map(String::as_str)
            .filter(|variable| !self.reveals(variable))
            .collect();
        if hidden.is_empty() {
            return Ok(());
        }
        let names = hidden.into_iter().collect::<Vec<_>>().join(", ");
        Err(Failure::refused(format!(
            "the plan needs environment variables that --untrusted does not reveal: {names}; call them \
             PLUMB_..., or list them under [secrets] env in a file named by --config"
        )))
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let text = source::limit::read_text(path).map_err(|error| {
            Failure::text(format!("{} could not be read: {error}", path.display()))
        })?;
        let source = Source::new(path.display().to_string(), text);
        let (table, mistakes) = source::parse(&source);
        let mut report: Report = mistakes.into_iter().collect();
        let mut config =
            Self { file: path.strip_prefix(".").unwrap_or(path).to_owned(), ..Self::default() };
        for (key, node) in &table.entries {
            match (key.name.as_str(), node) {
                ("manage", Node::Table(table)) => match Manage::read(table) {
                    Ok(manage) => config.manage = Some(manage),
                    Err(mistakes) => report.extend(mistakes),
                },
                ("scratch", Node::Table(table)) => {
                    let list = list(table, "bin", &mut report);
                    config.scratch_bin = list.into_iter().map(PathBuf::from).collect();
                }
                ("session", Node::Table(table)) => {
                    config.timezone = list(table, "timezone", &mut report).pop();
                }
                ("secrets", Node::Table(table)) => {
                    config.secrets = list(table, "env", &mut report).into_iter().collect();
                }
                ("env", Node::Table(table)) => {
                    for (name, node) in &table.entries {
                        let environment = environment(node, &mut report);
                        config.environments.insert(name.name.clone(), environment);
                    }
                }
                ("lint", Node::Table(_)) => {}
                _ => report
                    .push(wrong(key, &["manage", "session", "scratch", "secrets", "env", "lint"])),
            }
        }
        if report.has_errors() { Err(Failure::report(report, &[source])) } else { Ok(config) }
    }
}

fn wrong(key: &source::Key, known: &[&str]) -> Diagnostic {
    let message = format!("`{}` does not belong here", key.name);
    let diagnostic =
        Diagnostic::error(Code::UnknownKey, message).at(key.origin.clone(), "this key");
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

/// The texts under the only key that a table may have.
fn list(table: &Table, known: &str, report: &mut Report) -> Vec<String> {
    let mut found = Vec::new();
    for (key, node) in &table.entries {
        match texts(node) {
            Some(list) if key.name == known => found.extend(list),
            _ => report.push(wrong(key, &[known])),
        }
    }
    found
}

/// Hazards and globs. A glob may match nothing: it stands there for every plan to come.
fn allowed(node: &Node, report: &mut Report) -> Allowed {
    let mut allowed = Allowed::default();
    let items = node.as_array().unwrap_or(std::slice::from_ref(node));
    for item in items {
        let Some(text) = item.as_text() else {
            let message = format!("a hazard cannot be {}", item.type_name());
            report
                .push(Diagnostic::error(Code::WrongType, message).at(item.origin(), "this value"));
            continue;
        };
        match Allowed::parse(&text.value) {
            Ok(list) => allowed.add(list),
            Err(error) => report.push(
                Diagnostic::error(
                    Code::UnknownHazard,
                    format!("unknown hazard `{}`", error.unknown.name),
                )
                .at(text.at(error.at), "this hazard")
                .help(error.unknown.help()),
            ),
        }
    }
    allowed
}

fn environment(node: &Node, report: &mut Report) -> Environment {
    const KEYS: &[&str] =
        &["url_env", "url", "allow", "lock_timeout", "deadline", "statement_timeout"];
    let mut environment = Environment::default();
    let Node::Table(table) = node else {
        report.push(
            Diagnostic::error(Code::WrongType, "an environment is a table")
                .at(node.origin(), "a table belongs here"),
        );
        return environment;
    };
    for (key, node) in &table.entries {
        let list = texts(node).unwrap_or_default();
        let first = list.first().cloned();
        match key.name.as_str() {
            "url_env" => environment.url_env = first,
            "url" => environment.url = first,
            "allow" => environment.allow.add(allowed(node, report)),
            "lock_timeout" => environment.lock_timeout = first,
            "deadline" => environment.deadline = first,
            "statement_timeout" => environment.statement_timeout = first,
            _ => report.push(wrong(key, KEYS)),
        }
    }
    environment
}
