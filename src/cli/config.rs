//! `plumb.toml`: environments, where scratch binaries are, which secrets may be revealed, and `[manage]`
//! if it stands there. With `--untrusted` a file of the checkout keeps `[manage]` and `[session]`, which say how the
//! declaration is read, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pgplumb::accept::{Acceptance, unknown_hazard};
use pgplumb::apply::Allowed;
use pgplumb::lint::schema::Settings;
use pgplumb::manage::Manage;
use pgplumb::online::{self, Online};
use pgplumb::plan::Plan;
use pgplumb::report::{Code, Diagnostic, Report};
use pgplumb::source::{self, Node, Source, Table};

use super::checkout::{self, Checkout};
use super::output::Failure;
use super::{sign, trust};

/// The tables of the file. What of them a stranger may say, [`Config::distrust`] decides.
const SECTIONS: &[&str] = &["manage", "session", "scratch", "secrets", "env", "lint"];
/// The keys of an environment, all of which are the trusted side's.
const OF_ENVIRONMENT: &[&str] = &[
    "url_env",
    "url",
    "allow",
    "lock_timeout",
    "deadline",
    "statement_timeout",
    "online",
    "online_above",
    "journal",
    "max_lock",
];

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
    /// When changes are made in steps that do not block for long.
    pub(crate) online: Option<Online>,
    /// Above how many bytes a table is taken to be in use.
    pub(crate) online_above: Option<u64>,
    /// For how long a transaction may block a table by its estimate.
    pub(crate) max_lock: Option<String>,
    /// Whether what is applied is written down in the database.
    pub(crate) journal: bool,
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
    /// Which rules of lint count.
    pub(crate) lint: Settings,
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
        if let Some(manage) = &mut self.manage
            && !std::mem::take(&mut manage.allow).is_empty()
        {
            trust::ignored(&self.file, "[manage] allow");
        }
        if !std::mem::take(&mut self.secrets).is_empty() {
            trust::ignored(&self.file, "[secrets] env");
        }
        if std::mem::take(&mut self.lint) != Settings::default() {
            trust::ignored(&self.file, "[lint]");
        }
        for environment in self.environments.values_mut() {
            let keys = [
                ("url_env", environment.url_env.is_some()),
                ("url", environment.url.is_some()),
                ("allow", environment.allow != Allowed::default()),
                ("lock_timeout", environment.lock_timeout.is_some()),
                ("deadline", environment.deadline.is_some()),
                ("statement_timeout", environment.statement_timeout.is_some()),
                ("online", environment.online.is_some()),
                ("online_above", environment.online_above.is_some()),
                ("journal", environment.journal),
                ("max_lock", environment.max_lock.is_some()),
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
        // What opens a key of plumb's own is no secret of a database.
        let named = variable.starts_with("PLUMB_") && variable != sign::PASSWORD;
        !trust::untrusted() || named || self.secrets.contains(variable)
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
            if !SECTIONS.contains(&key.name.as_str()) {
                report.push(Diagnostic::misplaced(key, SECTIONS));
                continue;
            }
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
                        let environment = environment(node, &source, &mut report);
                        config.environments.insert(name.name.clone(), environment);
                    }
                }
                ("lint", Node::Table(table)) => match Settings::read(table) {
                    Ok(lint) => config.lint = lint,
                    Err(mistakes) => report.extend(mistakes),
                },
                _ => report.push(Diagnostic::misplaced(key, SECTIONS)),
            }
        }
        if report.has_errors() {
            return Err(Failure::report(report, &[source]).by_path());
        }
        Ok(config)
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
            _ => report.push(Diagnostic::misplaced(key, &[known])),
        }
    }
    found
}

/// Hazards and globs. A glob may match nothing: it stands there for every plan to come.
fn allowed(node: &Node, file: &Source, report: &mut Report) -> Allowed {
    let mut allowed = Allowed::default();
    let items = node.as_array().unwrap_or(std::slice::from_ref(node));
    for item in items {
        if let Some(table) = item.as_table() {
            match Acceptance::read_entry(item, table) {
                Ok((acceptance, glob)) => allowed.add(Allowed::entry(&acceptance, glob, file)),
                Err(mistakes) => report.extend(mistakes),
            }
            continue;
        }
        let Some(text) = item.as_text() else {
            let message = format!("a hazard cannot be {}", item.type_name());
            report
                .push(Diagnostic::error(Code::WrongType, message).at(item.origin(), "this value"));
            continue;
        };
        match Allowed::parse(&text.value) {
            Ok(list) => allowed.add(list),
            Err(error) => report.push(unknown_hazard(&error.unknown, text.at(error.at))),
        }
    }
    allowed
}

/// The value of a key, as what it says.
fn read<T>(
    node: &Node,
    text: Option<String>,
    report: &mut Report,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Option<T> {
    match parse(&text.unwrap_or_default()) {
        Ok(value) => Some(value),
        Err(why) => {
            report.push(Diagnostic::error(Code::WrongType, why).at(node.origin(), "here"));
            None
        }
    }
}

fn environment(node: &Node, file: &Source, report: &mut Report) -> Environment {
    let mut environment = Environment::default();
    let Node::Table(table) = node else {
        report.push(
            Diagnostic::error(Code::WrongType, "an environment is a table")
                .at(node.origin(), "a table belongs here"),
        );
        return environment;
    };
    for (key, node) in &table.entries {
        if !OF_ENVIRONMENT.contains(&key.name.as_str()) {
            report.push(Diagnostic::misplaced(key, OF_ENVIRONMENT));
            continue;
        }
        let list = texts(node).unwrap_or_default();
        let first = list.first().cloned();
        match key.name.as_str() {
            "url_env" => environment.url_env = first,
            "url" => environment.url = first,
            "allow" => environment.allow.add(allowed(node, file, report)),
            "lock_timeout" => environment.lock_timeout = first,
            "deadline" => environment.deadline = first,
            "max_lock" => environment.max_lock = first,
            "statement_timeout" => environment.statement_timeout = first,
            "online" => environment.online = read(node, first, report, str::parse),
            "online_above" => {
                environment.online_above = read(node, first, report, online::bytes);
            }
            "journal" => match node.as_boolean() {
                Some(journal) => environment.journal = journal,
                None => report.push(
                    Diagnostic::error(Code::WrongType, "journal is true or false")
                        .at(node.origin(), "here"),
                ),
            },
            _ => report.push(Diagnostic::misplaced(key, OF_ENVIRONMENT)),
        }
    }
    environment
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a stranger may do with a key.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    enum Stranger {
        /// It says how the declaration is read.
        Counts,
        /// It could run a program, reach a host, reveal a variable, open a gate or wait for ever.
        Ignored,
    }
    use Stranger::{Counts, Ignored};

    /// Every key that the file may have, with a value.
    const KEYS: &[(&str, &str, &str, Stranger)] = &[
        ("manage", "schemas", "['clinic']", Counts),
        ("manage", "undeclared", "'drop'", Counts),
        ("manage", "partitions", "true", Counts),
        ("manage", "ignore", "['*']", Counts),
        ("manage", "owners", "true", Counts),
        ("manage", "grants", "true", Counts),
        ("manage", "default_privileges", "true", Counts),
        ("manage", "owner", "'app'", Counts),
        ("manage", "extension_versions", "true", Counts),
        ("manage", "constraint_names", "true", Counts),
        ("manage", "roles", "true", Counts),
        ("manage", "allow", "[{ hazard = 'data-loss', reason = 'x' }]", Ignored),
        ("session", "timezone", "'Asia/Kathmandu'", Counts),
        ("scratch", "bin", "['tools']", Ignored),
        ("secrets", "env", "['AWS_KEY']", Ignored),
        ("env.prod", "url_env", "'OTHER'", Ignored),
        ("env.prod", "url", "'host=evil'", Ignored),
        ("env.prod", "allow", "['all']", Ignored),
        ("env.prod", "lock_timeout", "'1d'", Ignored),
        ("env.prod", "deadline", "'1d'", Ignored),
        ("env.prod", "statement_timeout", "'1d'", Ignored),
        ("env.prod", "online", "'off'", Ignored),
        ("env.prod", "online_above", "'1TB'", Ignored),
        ("env.prod", "journal", "true", Ignored),
        ("env.prod", "max_lock", "'500ms'", Ignored),
        ("lint", "rules", "{ naming = 'warn' }", Ignored),
        ("lint", "ignore", "[{ rule = 'naming', object = '*', reason = 'x' }]", Ignored),
        ("lint", "tenant", "['x']", Ignored),
        ("lint", "soft_delete", "['x']", Ignored),
        ("lint", "naming", "{ table = 'x' }", Ignored),
        ("lint", "tag", "{ phi = { comment = true } }", Ignored),
    ];

    /// What a configuration of this text says, and what is left of it where a stranger wrote it.
    fn both(text: &str) -> (Config, Config) {
        let file = std::env::temp_dir().join(format!("plumb-config-{}.toml", std::process::id()));
        std::fs::write(&file, text).unwrap();
        let said = Config::read(&file).unwrap_or_else(|_| panic!("{text}"));
        std::fs::remove_file(&file).unwrap();
        let mut left = said.clone();
        left.distrust();
        (said, left)
    }

    /// A configuration without its file and without what it only says to be ignored.
    fn shown(config: &Config) -> String {
        let mut config = Config { file: PathBuf::new(), ..config.clone() };
        config.environments.values_mut().for_each(|environment| environment.ignored.clear());
        format!("{config:?}")
    }

    #[test]
    fn of_a_stranger_counts_what_says_how_the_declaration_is_read_and_nothing_else() {
        for (table, key, value, stranger) in KEYS {
            let (said, left) = both(&format!("[{table}]\n{key} = {value}\n"));
            let (_, nothing) = both(&format!("[{table}]\n"));
            let (said, left, nothing) = (shown(&said), shown(&left), shown(&nothing));
            assert_ne!(said, nothing, "[{table}] {key}");
            let expected = if *stranger == Counts { &said } else { &nothing };
            // A table that is empty says nothing of what is managed, as one that is not there.
            assert_eq!(&left, expected, "[{table}] {key}");
        }
    }

    #[test]
    fn every_key_is_known_to_be_a_strangers_or_not() {
        let keys = |table: &str| -> Vec<&str> {
            let of = KEYS.iter().filter(|(of, ..)| of.split('.').next() == Some(table));
            of.map(|(_, key, ..)| *key).collect()
        };
        for (table, known) in [
            ("manage", pgplumb::manage::KEYS),
            ("session", &["timezone"][..]),
            ("scratch", &["bin"]),
            ("secrets", &["env"]),
            ("env", OF_ENVIRONMENT),
            ("lint", pgplumb::lint::schema::KEYS),
        ] {
            assert_eq!(keys(table), known, "[{table}]");
            assert!(SECTIONS.contains(&table));
        }
        assert_eq!(SECTIONS.len(), 6);
        let file = std::env::temp_dir().join(format!("plumb-keys-{}.toml", std::process::id()));
        for text in [
            "[scratch]\nurl = 'x'",
            "[session]\nrole = 'x'",
            "[secrets]\nfile = 'x'",
            "[x]\ny = 'z'",
        ] {
            std::fs::write(&file, text).unwrap();
            assert!(Config::read(&file).is_err(), "{text}");
        }
        std::fs::remove_file(&file).unwrap();
    }
}
