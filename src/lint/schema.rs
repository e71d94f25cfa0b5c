//! Rules over the declaration: what PostgreSQL accepts and what is a mistake on most databases, or on this one.
//!
//! A rule is a file here; its doc comment is its page. Which rules count, and how much, says `[lint]` of `plumb.toml`.

mod definer_path;
mod foreign_key_index;
mod key_exhaustion;
mod naming;
mod policy_off;
mod primary_key;
mod redundant_index;
mod rule;
mod settings;
mod soft_delete;
mod tag;
mod tenant;
mod time_zone;
mod view_security;

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::declare::Declaration;
use crate::id::Id;
use crate::kind::survey::Survey;
use crate::manage::matches_glob;
use crate::source::Origin;

pub use rule::{Level, Rule};
pub use settings::{KEYS, Settings};

/// Every rule, by name.
pub const RULES: &[&Rule] = &[
    &foreign_key_index::RULE,
    &key_exhaustion::RULE,
    &naming::RULE,
    &primary_key::RULE,
    &policy_off::RULE,
    &redundant_index::RULE,
    &definer_path::RULE,
    &soft_delete::RULE,
    &tag::RULE,
    &tenant::RULE,
    &time_zone::RULE,
    &view_security::RULE,
];

/// The rule of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}

/// How far sequences have counted: by schema and name, and by the path of the column that owns them.
pub type Positions = BTreeMap<Vec<String>, i64>;

/// What a rule sees.
struct Facts<'a> {
    catalog: &'a Catalog,
    survey: Survey,
    settings: &'a Settings,
    positions: Option<&'a Positions>,
}

/// What a rule says of an object.
struct Found {
    object: Id,
    message: String,
}

/// What breaks a rule, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How much it counts here.
    pub level: Level,
    /// The object that breaks it.
    pub object: Id,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Where the object is declared.
    pub at: Option<Origin>,
}

/// What was found in a declaration.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Findings {
    /// By file and place.
    pub all: Vec<Finding>,
    /// How many are ignored.
    pub ignored: usize,
    /// Entries of `ignore` that have expired, in words.
    pub expired: Vec<String>,
}

impl Findings {
    /// Whether one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.all.iter().any(|finding| finding.level == Level::Error)
    }
}

/// Looks at a declaration whose names are resolved. `today`: the date as `YYYY-MM-DD`; `positions`: how far the sequences of
/// the database have counted, if one was asked.
#[must_use]
pub fn schema(
    declaration: &Declaration,
    settings: &Settings,
    positions: Option<&Positions>,
    today: &str,
) -> Findings {
    let catalog = &declaration.catalog;
    let facts = Facts { catalog, survey: Survey::of(catalog), settings, positions };
    let mut findings = Findings::default();
    for ignore in settings.ignore.iter().filter(|ignore| ignore.is_expired(today)) {
        findings.expired.push(format!(
            "ignore of {} for {} has expired on {} and ignores nothing ({})",
            ignore.rule,
            ignore.object,
            ignore.until.as_deref().unwrap_or_default(),
            ignore.reason
        ));
    }
    for rule in RULES.iter().copied() {
        let Some(level) = settings.level(rule) else { continue };
        for Found { object, message } in (rule.check)(&facts) {
            let id = object.to_string();
            let ignored = settings.ignore.iter().any(|ignore| {
                ignore.rule == rule.name
                    && !ignore.is_expired(today)
                    && matches_glob(&ignore.object, &id)
            });
            if ignored {
                findings.ignored += 1;
                continue;
            }
            let at = place(&object, catalog);
            findings.all.push(Finding { rule, level, object, message, at });
        }
    }
    let order = |finding: &Finding| {
        (finding.at.clone(), finding.rule.name, finding.object.clone(), finding.message.clone())
    };
    findings.all.sort_by_cached_key(order);
    findings
}

/// Where an object is declared, or else what it is part of.
fn place(object: &Id, catalog: &Catalog) -> Option<Origin> {
    let mut level = vec![object.clone()];
    while !level.is_empty() {
        let origin = |id: &Id| catalog.get(id).and_then(|object| object.origin.clone());
        if let Some(origin) = level.iter().find_map(origin) {
            return Some(origin);
        }
        level = level.iter().flat_map(Id::parents).collect();
    }
    None
}

#[cfg(test)]
mod tests;
