//! `OPTIONS (host 'a', port '1')` of wrappers, servers, user mappings, foreign tables and their
//! columns. The value of a secret one is a placeholder wherever it is written.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::leaf::{Item, Name, Sql, literal_text, split_commas};
use crate::secret::{Secret, is_secret};
use crate::sql::quote::{ident, literal};
use crate::sql::scan;

/// Options by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Options(BTreeMap<String, Value>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Value {
    Plain(String),
    Secret(Secret),
}

impl Value {
    fn sql(&self) -> String {
        match self {
            Value::Plain(text) => literal(text),
            Value::Secret(secret) => format!("'{secret}'"),
        }
    }
}

impl Options {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Options that a server has.
    pub(super) fn known(pairs: impl Iterator<Item = (String, String)>) -> Self {
        let value = |name: &str, value: String| {
            if is_secret(name) { Value::Secret(Secret::known(&value)) } else { Value::Plain(value) }
        };
        Self(pairs.map(|(name, text)| (name.clone(), value(&name, text))).collect())
    }

    /// Options that somebody wrote.
    pub(super) fn written(pairs: impl Iterator<Item = (String, String)>) -> Result<Self, String> {
        let mut all = Self::default();
        for (name, value) in pairs {
            all.write(name, value)?;
        }
        Ok(all)
    }

    /// Each option with its value or placeholder, and whether it is a secret.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, String, bool)> {
        self.0.iter().map(|(name, value)| match value {
            Value::Plain(text) => (name.as_str(), text.clone(), false),
            Value::Secret(secret) => (name.as_str(), secret.to_string(), true),
        })
    }

    /// The list without its parentheses.
    fn list(&self) -> String {
        let item = |(name, value): (&String, &Value)| format!("{} {}", ident(name), value.sql());
        self.0.iter().map(item).collect::<Vec<_>>().join(", ")
    }

    /// The clause with a space before it; nothing if there are none.
    pub(super) fn clause(&self) -> String {
        if self.is_empty() { String::new() } else { format!(" OPTIONS ({})", self.list()) }
    }

    /// The clause of ALTER that takes `old` to `self`.
    pub(super) fn change(&self, old: &Self) -> Option<String> {
        let gone = old.0.keys().filter(|name| !self.0.contains_key(*name));
        let mut items: Vec<String> = gone.map(|name| format!("DROP {}", ident(name))).collect();
        for (name, value) in &self.0 {
            let verb = match old.0.get(name) {
                Some(there) if there == value => continue,
                Some(_) => "SET",
                None => "ADD",
            };
            items.push(format!("{verb} {} {}", ident(name), value.sql()));
        }
        (!items.is_empty()).then(|| format!("OPTIONS ({})", items.join(", ")))
    }

    /// Shows the secrets, with the names of their options.
    pub(super) fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        for (name, value) in &mut self.0 {
            if let Value::Secret(secret) = value {
                visit(name, secret);
            }
        }
    }

    fn write(&mut self, name: String, value: String) -> Result<(), String> {
        let value = if is_secret(&name) {
            Value::Secret(Secret::placeholder(&value, &name)?)
        } else {
            Value::Plain(value)
        };
        match self.0.insert(name, value) {
            None => Ok(()),
            Some(_) => Err("the same option stands there twice".to_owned()),
        }
    }

    /// Reads `name 'value'`.
    fn add(&mut self, text: &str) -> Result<(), String> {
        let wrong = || "an option is written as in SQL: name 'value'".to_owned();
        let tokens = scan::tokens(text).map_err(|_| wrong())?;
        let first = tokens.first().ok_or_else(wrong)?;
        let name = Name::read(&text[first.start..first.end]).map_err(|_| wrong())?.0;
        // What is no literal may be a secret all the same.
        let value = match literal_text(&text[first.end..]) {
            Some(value) => value,
            None if is_secret(&name) => String::new(),
            None => return Err(wrong()),
        };
        self.write(name, value)
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.list())
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Options;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`name 'value', ...` or a table")
            }
            fn visit_str<E: Error>(self, v: &str) -> Result<Options, E> {
                let mut all = Options::default();
                for pair in split_commas(v) {
                    all.add(pair).map_err(E::custom)?;
                }
                Ok(all)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Options, A::Error> {
                let mut pairs = Vec::new();
                // An array comes from the catalog, which has the value itself.
                while let Some(pair) = seq.next_element::<String>()? {
                    let (name, value) = pair.split_once('=').unwrap_or((&pair, ""));
                    pairs.push((name.to_owned(), value.to_owned()));
                }
                Ok(Options::known(pairs.into_iter()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Options, A::Error> {
                let mut all = Options::default();
                while let Some((name, value)) = map.next_entry::<String, Sql>()? {
                    all.write(name, value.text).map_err(A::Error::custom)?;
                }
                Ok(all)
            }
        }
        deserializer.deserialize_any(Pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str) -> Options {
        serde_json::from_value(text.into()).unwrap()
    }

    #[test]
    fn options_read_back_as_they_are_written() {
        let all = options("\"User\" 'it''s', port '1', password '${env:PW}'");
        assert_eq!(all.clause(), " OPTIONS (\"User\" 'it''s', password '${env:PW}', port '1')");
        assert_eq!(options(&all.list()), all);
    }

    #[test]
    fn a_change_drops_sets_and_adds() {
        let (old, new) = (options("a '1', b '2', c '3'"), options("b '2', c '4', d '5'"));
        assert_eq!(new.change(&old).unwrap(), "OPTIONS (DROP a, SET c '4', ADD d '5')");
        assert_eq!(new.change(&new), None);
    }

    #[test]
    fn a_secret_of_the_catalog_is_never_written() {
        let live: Options =
            serde_json::from_value(serde_json::json!(["user=u", "password=a=b"])).unwrap();
        assert_eq!(serde_json::to_value(&live).unwrap(), "password '${env:SECRET}', \"user\" 'u'");
        let wrong = serde_json::from_value::<Options>("password 'a=b'".into()).unwrap_err();
        assert!(!wrong.to_string().contains("a=b"));
    }
}
