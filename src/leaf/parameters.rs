//! Storage parameters and their like: `name = value`, in the order in which they were given.

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Sql, split_commas};
use crate::sql::quote;
use crate::sql::scan;

/// Parameters in parentheses after WITH, by name: `fillfactor = 70, autovacuum_enabled = false`.
/// PostgreSQL keeps a value as it was written, and the parameters in the order in which they were set;
/// `off`, `false` and `0` are equal here, and so are two orders.
#[derive(Clone, Debug, Default)]
pub struct Parameters(pub IndexMap<String, String>);

impl PartialEq for Parameters {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|(name, value)| other.has(name, value))
    }
}

impl Eq for Parameters {}

impl Parameters {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The list as SQL, without parentheses; every value as PostgreSQL reads it back.
    pub fn sql(&self) -> String {
        let item = |(name, value): (&String, &String)| match value.as_str() {
            "" => parameter_name(name),
            value => format!("{}={}", parameter_name(name), parameter_value(value)),
        };
        self.0.iter().map(item).collect::<Vec<_>>().join(", ")
    }

    /// Whether a parameter is said to be true; a bare name says so.
    pub fn is_on(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.is_empty() || meaning(value) == "1")
    }

    fn has(&self, name: &str, value: &str) -> bool {
        self.0.get(name).is_some_and(|other| other == value || meaning(other) == meaning(value))
    }

    /// Takes out what only their history has decided: their order, and which of the words for one value
    /// was written.
    pub fn sort(&mut self) {
        self.0.sort_unstable_keys();
        self.0.values_mut().for_each(|value| *value = meaning(value));
    }

    /// What takes `old` to `self`: the SET list and the RESET list, either perhaps empty.
    pub fn delta(&self, old: &Self) -> (String, String) {
        let set = self.0.iter().filter(|(name, value)| !old.has(name, value));
        let set = Self(set.map(|(name, value)| (name.clone(), value.clone())).collect()).sql();
        let gone = old.0.keys().filter(|name| !self.0.contains_key(*name));
        (set, gone.map(|name| parameter_name(name)).collect::<Vec<_>>().join(", "))
    }

    /// The statements `ALTER ... SET (...)` and `RESET (...)` that take `old` to `self`.
    pub fn alter(&self, old: &Self, alter: &str) -> Vec<String> {
        let (set, reset) = self.delta(old);
        let mut statements = Vec::new();
        if !reset.is_empty() {
            statements.push(format!("{alter} RESET ({reset})"));
        }
        if !set.is_empty() {
            statements.push(format!("{alter} SET ({set})"));
        }
        statements
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').map_or((text, ""), |(n, v)| (n.trim(), v.trim()));
        if name.is_empty() {
            return Err(format!("`{text}` is not `name = value`"));
        }
        let part = |part: &str| match part.trim() {
            quoted if quoted.starts_with('"') => quoted.trim_matches('"').to_owned(),
            folded => folded.to_ascii_lowercase(),
        };
        let name = name.split('.').map(part).collect::<Vec<_>>();
        let value = match value.strip_prefix('\'').and_then(|v| v.strip_suffix('\'')) {
            Some(inner) => inner.replace("''", "'"),
            None => value.to_owned(),
        };
        self.0.insert(name.join("."), value);
        Ok(())
    }
}

/// A value in one spelling of those that PostgreSQL reads alike.
fn meaning(value: &str) -> String {
    let folded = value.to_ascii_lowercase();
    match (folded.as_str(), folded.parse::<f64>()) {
        ("on" | "true" | "yes", _) => "1".to_owned(),
        ("off" | "false" | "no", _) => "0".to_owned(),
        (_, Ok(number)) => number.to_string(),
        _ => value.to_owned(),
    }
}

/// `toast.autovacuum_enabled` has a namespace; each part is an identifier.
fn parameter_name(name: &str) -> String {
    name.split('.').map(quote::ident).collect::<Vec<_>>().join(".")
}

fn parameter_value(value: &str) -> String {
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "_.+-".contains(c));
    let number = value.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    if plain && (number && value.parse::<f64>().is_ok() || !number && quote::ident(value) == value)
        || matches!(value, "true" | "false" | "on" | "off")
    {
        value.to_owned()
    } else {
        quote::literal(value)
    }
}

impl Serialize for Parameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql())
    }
}

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Parameters;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`name = value, ...` or a table")
            }
            fn visit_str<E: Error>(self, v: &str) -> Result<Parameters, E> {
                let mut all = Parameters::default();
                let v = scan::without_comments(v);
                let inner = v.trim();
                let inner = inner
                    .strip_prefix('(')
                    .and_then(|rest| rest.strip_suffix(')'))
                    .unwrap_or(inner);
                for pair in split_commas(inner) {
                    all.add(pair).map_err(E::custom)?;
                }
                Ok(all)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Parameters, A::Error> {
                let mut all = Parameters::default();
                while let Some(pair) = seq.next_element::<String>()? {
                    // An array comes from `reloptions`, where nothing is quoted.
                    let (name, value) = pair.split_once('=').unwrap_or((&pair, ""));
                    all.0.insert(name.to_owned(), value.to_owned());
                }
                Ok(all)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parameters, A::Error> {
                let mut all = Parameters::default();
                while let Some((name, value)) = map.next_entry::<String, Sql>()? {
                    all.0.insert(name, value.text);
                }
                Ok(all)
            }
        }
        deserializer.deserialize_any(Pairs)
    }
}

/// One `=` of an option list with literals: `OPTIONS (host 'a', port '1')`.
pub fn option_list(options: &BTreeMap<String, String>) -> String {
    let item = |(name, value): (&String, &String)| {
        format!("{} {}", quote::ident(name), quote::literal(value))
    };
    options.iter().map(item).collect::<Vec<_>>().join(", ")
}
