//! `[lint]` of `plumb.toml`: which rules count and how much, what they ignore, and the names that they look for.

use std::collections::BTreeMap;
use std::str::FromStr;

use regex_lite::Regex;

use super::{Level, RULES, Rule};
use crate::accept::{Entry, is_over, wrong};
use crate::hazard::{Hazard, Severity};
use crate::kind::Kind;
use crate::report::{Code, Diagnostic};
use crate::source::{Node, Table};
use crate::suggest::suggest;

/// The keys of the table.
pub const KEYS: &[&str] = &["rules", "ignore", "tenant", "soft_delete", "naming", "tag"];
const OF_TAG: &[&str] = &["type", "comment", "index", "no_grant", "security_label"];

/// The form of all names where `naming` is not written.
const USUAL_NAME: &str = "[a-z_][a-z0-9_]*";

/// What `[lint]` says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    /// Rules that do not count as much as usual; `None`: off.
    pub rules: BTreeMap<String, Option<Level>>,
    /// What is not to be found.
    pub ignore: Vec<Ignore>,
    pub(super) tags: BTreeMap<String, Tag>,
    tenant: Option<Vec<String>>,
    soft_delete: Option<Vec<String>>,
    naming: BTreeMap<String, Pattern>,
}

/// An object, or several, that may break a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ignore {
    /// The name of the rule.
    pub rule: String,
    /// A glob over ids.
    pub object: String,
    /// Why.
    pub reason: String,
    /// The last day on which it counts, as `YYYY-MM-DD`.
    pub until: Option<String>,
}

impl Ignore {
    pub(super) fn is_expired(&self, today: &str) -> bool {
        is_over(self.until.as_deref(), today)
    }
}

/// What columns with a tag have to be.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Tag {
    pub(super) types: Vec<String>,
    pub(super) comment: bool,
    pub(super) index: Option<bool>,
    pub(super) no_grant: Vec<String>,
    pub(super) security_label: Option<String>,
}

/// The form of names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Pattern {
    pub(super) text: String,
}

/// Stands for the name of the table in a pattern.
const TABLE: &str = "${table}";

impl Pattern {
    fn regex(&self, table: &str) -> Option<Regex> {
        let text = self.text.replace(TABLE, &regex_lite::escape(table));
        Regex::new(&format!("^(?:{text})$")).ok()
    }

    /// Whether a name has the form, in the table of that name.
    pub(super) fn matches(&self, name: &str, table: &str) -> bool {
        self.regex(table).is_none_or(|regex| regex.is_match(name))
    }
}

impl Settings {
    /// Reads the table.
    ///
    /// # Errors
    /// Every key that is unknown or holds the wrong sort of value.
    pub fn read(table: &Table) -> Result<Self, Vec<Diagnostic>> {
        let mut settings = Self::default();
        let mut mistakes = Vec::new();
        for (key, node) in &table.entries {
            match key.name.as_str() {
                "rules" => settings.read_rules(node, &mut mistakes),
                "ignore" => settings.read_ignore(node, &mut mistakes),
                "tenant" => settings.tenant = strings(node, &mut mistakes),
                "soft_delete" => settings.soft_delete = strings(node, &mut mistakes),
                "naming" => settings.read_naming(node, &mut mistakes),
                "tag" => settings.read_tags(node, &mut mistakes),
                _ => mistakes.push(Diagnostic::misplaced(key, KEYS)),
            }
        }
        if mistakes.is_empty() { Ok(settings) } else { Err(mistakes) }
    }

    /// How much a rule counts; `None`: it is off.
    #[must_use]
    pub fn level(&self, rule: &Rule) -> Option<Level> {
        self.rules.get(rule.name).copied().unwrap_or(rule.level)
    }

    /// Lets what was found in a script count as `rules` says.
    pub fn regrade(&self, found: &mut Vec<crate::lint::Finding>) {
        found.retain_mut(|finding| match self.rules.get(finding.what.name()) {
            None => true,
            Some(None) => false,
            Some(Some(level)) => {
                finding.severity = match level {
                    Level::Info => Severity::Info,
                    Level::Warn => Severity::Warn,
                    Level::Error => Severity::Block,
                };
                true
            }
        });
    }

    pub(super) fn tenant(&self) -> Vec<String> {
        self.tenant.clone().unwrap_or_else(|| vec!["tenant_id".to_owned()])
    }

    pub(super) fn soft_delete(&self) -> Vec<String> {
        self.soft_delete.clone().unwrap_or_else(|| vec!["deleted_at".to_owned()])
    }

    /// The form of the names of a kind.
    pub(super) fn pattern(&self, kind: &str) -> Option<Pattern> {
        if self.naming.is_empty() {
            return Some(Pattern { text: USUAL_NAME.to_owned() });
        }
        self.naming.get(kind).or_else(|| self.naming.get("*")).cloned()
    }

    fn read_rules(&mut self, node: &Node, mistakes: &mut Vec<Diagnostic>) {
        let Some(table) = node.as_table() else {
            mistakes.push(wrong(node, "rules is a table of names and levels"));
            return;
        };
        for (key, node) in &table.entries {
            if let Err(mistake) = rule(&key.name) {
                mistakes.push(mistake.at(key.origin.clone(), "this rule"));
                continue;
            }
            let said = node.as_text().map_or("", |text| text.value.as_str());
            match (said, Level::from_str(said)) {
                (_, Ok(level)) => _ = self.rules.insert(key.name.clone(), Some(level)),
                ("off", _) => _ = self.rules.insert(key.name.clone(), None),
                _ => {
                    mistakes
                        .push(wrong(node, "a rule is \"error\", \"warn\", \"info\" or \"off\""));
                }
            }
        }
    }

    fn read_ignore(&mut self, node: &Node, mistakes: &mut Vec<Diagnostic>) {
        let Some(list) = node.as_array() else {
            mistakes.push(wrong(node, "ignore is an array of tables"));
            return;
        };
        for item in list {
            let Some(table) = item.as_table() else {
                mistakes.push(wrong(item, "write { rule, object, reason, until }"));
                continue;
            };
            let read = Entry::read("ignore", item, table, &["rule", "object", "reason"], &[]);
            let mut entry = match read {
                Ok(entry) => entry,
                Err(found) => {
                    mistakes.extend(found);
                    continue;
                }
            };
            let (name, object, reason) =
                (entry.take("rule"), entry.take("object"), entry.take("reason"));
            if let Err(mistake) = schema_rule(&name) {
                let origin = table.get("rule").map_or_else(|| item.origin(), Node::origin);
                mistakes.push(mistake.at(origin, "this rule"));
            }
            let until = entry.until;
            self.ignore.push(Ignore { rule: name, object, reason, until });
        }
    }

    fn read_naming(&mut self, node: &Node, mistakes: &mut Vec<Diagnostic>) {
        let Some(table) = node.as_table() else {
            mistakes.push(wrong(node, "naming is a table of kinds and regular expressions"));
            return;
        };
        for (key, node) in &table.entries {
            let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).chain(["*"]).collect();
            if !kinds.contains(&key.name.as_str()) {
                mistakes.push(Diagnostic::misplaced(key, &kinds));
                continue;
            }
            let pattern = node.as_text().map(|text| Pattern { text: text.value.clone() });
            match pattern.filter(|pattern| pattern.regex("t").is_some()) {
                Some(pattern) => _ = self.naming.insert(key.name.clone(), pattern),
                None => mistakes.push(wrong(node, "this is no regular expression")),
            }
        }
    }

    fn read_tags(&mut self, node: &Node, mistakes: &mut Vec<Diagnostic>) {
        let Some(table) = node.as_table() else {
            mistakes.push(wrong(node, "tag is a table of tags"));
            return;
        };
        for (key, node) in &table.entries {
            let mut tag = Tag::default();
            let Some(table) = node.as_table() else {
                mistakes.push(wrong(node, "a tag is a table of what its columns have to be"));
                continue;
            };
            for (key, node) in &table.entries {
                let flag = |mistakes: &mut Vec<Diagnostic>| {
                    let flag = node.as_boolean();
                    if flag.is_none() {
                        mistakes.push(wrong(node, "true or false belongs here"));
                    }
                    flag
                };
                match key.name.as_str() {
                    "type" => tag.types = strings(node, mistakes).unwrap_or_default(),
                    "no_grant" => tag.no_grant = strings(node, mistakes).unwrap_or_default(),
                    "comment" => tag.comment = flag(mistakes).unwrap_or_default(),
                    "index" => tag.index = flag(mistakes),
                    "security_label" => {
                        let provider = strings(node, mistakes).unwrap_or_default();
                        tag.security_label = provider.into_iter().next();
                    }
                    _ => mistakes.push(Diagnostic::misplaced(key, OF_TAG)),
                }
            }
            self.tags.insert(key.name.clone(), tag);
        }
    }
}

/// Whether a name is a rule's: one over the declaration, or one for scripts, which hazards are too.
fn rule(name: &str) -> Result<(), Diagnostic> {
    let scripts = crate::lint::Rule::ALL.iter().map(|rule| rule.name());
    let hazards = Hazard::ALL.iter().map(|hazard| hazard.name());
    let schema = RULES.iter().map(|rule| rule.name);
    one_of(name, &schema.chain(scripts).chain(hazards).collect::<Vec<_>>())
}

fn schema_rule(name: &str) -> Result<(), Diagnostic> {
    one_of(name, &RULES.iter().map(|rule| rule.name).collect::<Vec<_>>())
}

fn one_of(name: &str, known: &[&str]) -> Result<(), Diagnostic> {
    if known.contains(&name) {
        return Ok(());
    }
    let diagnostic = Diagnostic::error(Code::UnknownRule, format!("unknown rule `{name}`"));
    Err(match suggest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help("`plumb explain` lists the rules"),
    })
}

/// A text, or an array of texts.
fn strings(node: &Node, mistakes: &mut Vec<Diagnostic>) -> Option<Vec<String>> {
    let items = node.as_array().unwrap_or(std::slice::from_ref(node));
    let texts: Option<Vec<String>> =
        items.iter().map(|item| item.as_text().map(|text| text.value.clone())).collect();
    if texts.is_none() {
        mistakes.push(wrong(node, "a text or an array of texts belongs here"));
    }
    texts
}
