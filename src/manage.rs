//! `[manage]`: what the declaration answers for. Silence is not an order.

mod settle;

use serde::{Deserialize, Serialize};

use crate::accept::Acceptance;
use crate::id::Id;
use crate::report::{Code, Diagnostic};
use crate::source::{Node, Table};
use crate::suggest::suggest;

pub use settle::{Scope, settle};

/// What happens to objects in managed schemas that nobody declares.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Undeclared {
    /// They are printed and left alone.
    #[default]
    Report,
    /// They are dropped.
    Drop,
    /// They are not mentioned.
    Ignore,
}

/// What the declaration answers for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Manage {
    /// The managed schemas; `None`: those in which something is declared; `*`: all.
    pub schemas: Option<Vec<String>>,
    /// See [`Undeclared`].
    pub undeclared: Undeclared,
    /// Whether partitions of a declared parent are to be declared too.
    pub partitions: bool,
    /// Globs over the ids of what is neither compared nor dropped.
    pub ignore: Vec<String>,
    /// Whether owners are compared; `None`: where they are written.
    pub owners: Option<bool>,
    /// Whether privileges are compared; `None`: where they are written.
    pub grants: Option<bool>,
    /// Whether default privileges are compared; `None`: where they are written.
    pub default_privileges: Option<bool>,
    /// Who owns what says nothing else.
    pub owner: Option<String>,
    /// Whether versions of extensions are compared.
    pub extension_versions: bool,
    /// Whether a constraint that is written without a name has to have the one that PostgreSQL gives; otherwise one of
    /// the same definition under any name is it.
    #[serde(default)]
    pub constraint_names: bool,
    /// Whether roles are altered and dropped.
    pub roles: bool,
    /// The hazards that are accepted of what is dropped and lives in no other object.
    #[serde(skip)]
    pub allow: Vec<Acceptance>,
}

/// The keys of the table.
pub const KEYS: &[&str] = &[
    "schemas",
    "undeclared",
    "partitions",
    "ignore",
    "owners",
    "grants",
    "default_privileges",
    "owner",
    "extension_versions",
    "constraint_names",
    "roles",
    "allow",
];

impl Manage {
    /// Reads the table.
    ///
    /// # Errors
    /// Every key that is unknown or holds the wrong sort of value.
    pub fn read(table: &Table) -> Result<Self, Vec<Diagnostic>> {
        let mut manage = Self::default();
        let mut mistakes = Vec::new();
        for (key, node) in &table.entries {
            let good = match key.name.as_str() {
                "schemas" => strings(node).map(|list| manage.schemas = Some(list)),
                "ignore" => strings(node).map(|list| manage.ignore = list),
                "undeclared" => match node.as_text().map(|text| text.value.as_str()) {
                    Some("report") => Some(manage.undeclared = Undeclared::Report),
                    Some("drop") => Some(manage.undeclared = Undeclared::Drop),
                    Some("ignore") => Some(manage.undeclared = Undeclared::Ignore),
                    _ => None,
                },
                "partitions" => node.as_boolean().map(|flag| manage.partitions = flag),
                "owners" => node.as_boolean().map(|flag| manage.owners = Some(flag)),
                "grants" => node.as_boolean().map(|flag| manage.grants = Some(flag)),
                "default_privileges" => {
                    node.as_boolean().map(|flag| manage.default_privileges = Some(flag))
                }
                "owner" => node.as_text().map(|text| manage.owner = Some(text.value.clone())),
                "extension_versions" => {
                    node.as_boolean().map(|flag| manage.extension_versions = flag)
                }
                "constraint_names" => node.as_boolean().map(|flag| manage.constraint_names = flag),
                "roles" => node.as_boolean().map(|flag| manage.roles = flag),
                "allow" => Some(match Acceptance::read(node) {
                    Ok(accepted) => manage.allow = accepted,
                    Err(found) => mistakes.extend(found),
                }),
                name => {
                    let message = format!("`{name}` is no key of [manage]");
                    let mut diagnostic = Diagnostic::error(Code::UnknownKey, message)
                        .at(key.origin.clone(), "unknown");
                    if let Some(near) = suggest(name, KEYS.iter().copied()) {
                        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                    }
                    mistakes.push(diagnostic);
                    Some(())
                }
            };
            if good.is_none() {
                let message = format!("`{}` cannot be {}", key.name, node.type_name());
                mistakes.push(
                    Diagnostic::error(Code::WrongType, message)
                        .at(node.origin(), "this value")
                        .help("undeclared is \"report\", \"drop\" or \"ignore\"; lists are arrays of texts"),
                );
            }
        }
        if mistakes.is_empty() { Ok(manage) } else { Err(mistakes) }
    }

    /// Whether everything is managed that is in no schema.
    pub fn everything(&self) -> bool {
        self.schemas.as_ref().is_some_and(|list| list.iter().any(|schema| schema == "*"))
    }

    /// Whether an object, or one that it lives in, is neither compared nor dropped.
    fn ignored(&self, id: &Id) -> bool {
        if self.ignore.is_empty() {
            return false;
        }
        let text = id.to_string();
        self.ignore.iter().any(|glob| matches_glob(glob, &text))
            || id.parents().iter().any(|parent| self.ignored(parent))
    }
}

fn strings(node: &Node) -> Option<Vec<String>> {
    node.as_array()?.iter().map(|item| item.as_text().map(|text| text.value.clone())).collect()
}

/// `*` is any run of characters, `?` is one.
///
/// A later `*` can take whatever an earlier one could, so that only the last is ever moved: the time is
/// at most the product of the lengths.
pub fn matches_glob(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    let (mut at, mut reached) = (0, 0);
    // Behind the last `*`, and where the text goes on that it does not cover.
    let mut star = None;
    while reached < text.len() {
        match glob.get(at) {
            Some('*') => {
                at += 1;
                star = Some((at, reached));
            }
            Some(c) if *c == '?' || *c == text[reached] => {
                at += 1;
                reached += 1;
            }
            _ => {
                let Some((behind, covered)) = star else { return false };
                star = Some((behind, covered + 1));
                (at, reached) = (behind, covered + 1);
            }
        }
    }
    glob[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_covers_any_run_of_characters() {
        assert!(matches_glob("*:public.tmp_*", "table:public.tmp_1"));
        assert!(!matches_glob("*:public.tmp_*", "table:public.temp"));
        assert!(matches_glob("table:public.t?", "table:public.t1"));
        assert!(matches_glob("*", "") && matches_glob("a**b*", "a*xbb"));
        assert!(matches_glob("*ab?c*", "aabababxc") && !matches_glob("a?", "a"));
        assert!(!matches_glob("", "a") && matches_glob("", "") && !matches_glob("*a", "ab"));
    }

    #[test]
    fn many_stars_cost_no_more_than_the_text_is_long() {
        let start = std::time::Instant::now();
        assert!(!matches_glob(&"*a".repeat(2_000).replace("*a*a", "*a*b"), &"a".repeat(10_000)));
        assert!(!matches_glob("*a*a*a*a*a*a*a*a*a*a*a*a*b", &"a".repeat(10_000)));
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }
}
