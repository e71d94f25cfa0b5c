//! `OPTIONS (host 'a', port '1')` of wrappers, servers, user mappings, foreign tables and their
//! columns. The value of an option is a secret unless it is known to be none (`harmless`), and that of
//! a secret is a placeholder wherever it is written.

mod harmless;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(in crate::kind) use harmless::OF_LIBPQ;

use crate::leaf::{Item, Name, Sql, literal_text, split_commas};
use crate::secret::{REFUSED, Secret, Value, is_placeholder, is_secret};
use crate::sql::quote::ident;
use crate::sql::scan;

/// Options by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::kind) struct Options(BTreeMap<String, Value>);

impl Options {
    /// Whether there are none.
    pub(in crate::kind) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Options that a server has, of that foreign-data wrapper.
    pub(in crate::kind) fn known(
        wrapper: &str,
        pairs: impl Iterator<Item = (String, String)>,
    ) -> Self {
        let value = |name: &str, value: String| {
            if harmless::shows(wrapper, name, &value) {
                Value::Plain(value)
            } else {
                Value::Secret(Secret::known(&value))
            }
        };
        Self(pairs.map(|(name, text)| (name.clone(), value(&name, text))).collect())
    }

    /// Options that somebody wrote.
    pub(in crate::kind) fn written(
        pairs: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, String> {
        let mut all = Self::default();
        for (name, value) in pairs {
            all.write(name, value)?;
        }
        Ok(all)
    }

    /// Each option with its value or placeholder, and whether it is a secret.
    pub(in crate::kind) fn pairs(&self) -> impl Iterator<Item = (&str, String, bool)> {
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
    pub(in crate::kind) fn clause(&self) -> String {
        if self.is_empty() { String::new() } else { format!(" OPTIONS ({})", self.list()) }
    }

    /// The clause of ALTER that takes `old` to `self`.
    pub(in crate::kind) fn change(&self, old: &Self) -> Option<String> {
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
    pub(in crate::kind) fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        for (name, value) in &mut self.0 {
            if let Value::Secret(secret) = value {
                visit(name, secret);
            }
        }
    }

    fn write(&mut self, name: String, value: String) -> Result<(), String> {
        let value = if !is_placeholder(&value) && harmless::may_be_written(&name, &value) {
            Value::Plain(value)
        } else {
            let secret = Secret::placeholder(&value, &name).map_err(|wrong| {
                if is_secret(&name) {
                    return wrong;
                }
                format!("{wrong}; an option that plumb does not know is taken for a secret")
            });
            Value::Secret(secret?)
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
            None if harmless::may_be_written(&name, "x") => return Err(wrong()),
            None => return Err(format!("`{name}` {REFUSED}, and its placeholder is in quotes")),
        };
        self.write(name, value)
    }
}

/// SQL for options as the catalog has them, behind the name of their wrapper `w`: that of its
/// handler, which is the same in every database, or its own.
pub(in crate::kind) fn of_wrapper(options: &str) -> String {
    format!(
        "CASE WHEN {options} IS NOT NULL THEN pg_catalog.array_prepend(pg_catalog.replace(\
           COALESCE((SELECT pg_catalog.regexp_replace(h.proname::pg_catalog.text, '_handler$', '') \
             FROM pg_catalog.pg_proc h WHERE h.oid OPERATOR(pg_catalog.=) w.fdwhandler), \
           w.fdwname::pg_catalog.text), '=', ''), {options}) END"
    )
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
                let (mut wrapper, mut pairs) = (String::new(), Vec::new());
                // An array comes from the catalog, which has the values themselves; the wrapper
                // stands before them (`of_wrapper`).
                while let Some(pair) = seq.next_element::<String>()? {
                    match pair.split_once('=') {
                        Some((name, value)) => pairs.push((name.to_owned(), value.to_owned())),
                        None => wrapper = pair,
                    }
                }
                Ok(Options::known(&wrapper, pairs.into_iter()))
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
        let old = options("dbname '1', host '2', port '3'");
        let new = options("host '2', port '4', region '5'");
        assert_eq!(
            new.change(&old).unwrap(),
            "OPTIONS (DROP dbname, SET port '4', ADD region '5')"
        );
        assert_eq!(new.change(&new), None);
    }

    #[test]
    fn an_option_that_nobody_knows_is_a_secret() {
        let live = |wrapper: &str| -> Options {
            serde_json::from_value(serde_json::json!([wrapper, "dsn=x", "dbserver=y", "key=on"]))
                .unwrap()
        };
        let text = |options: &Options| serde_json::to_value(options).unwrap();
        assert_eq!(text(&live("mine")), "dbserver '${env:SECRET}', dsn '${env:SECRET}', key 'on'");
        assert_eq!(text(&live("oracle_fdw")), "dbserver 'y', dsn '${env:SECRET}', key 'on'");
        // Written or hidden, an equal value is no difference, and another one is.
        let written = options("dbserver 'y', dsn '${env:DSN}', key 'on'");
        assert_eq!(written.change(&live("oracle_fdw")).unwrap(), "OPTIONS (SET dsn '${env:DSN}')");
        let other = options("dbserver 'z'");
        assert!(other.change(&live("mine")).unwrap().contains("SET dbserver 'z'"));
        for wrong in ["dsn 'hunter2'", "dsn hunter2", "host 'http://u:hunter2@h'"] {
            let wrong = serde_json::from_value::<Options>(wrong.into()).unwrap_err().to_string();
            assert!(wrong.contains(REFUSED) && !wrong.contains("hunter2"), "{wrong}");
        }
    }

    #[test]
    fn a_placeholder_is_one_in_any_option_and_a_servers_own_is_none() {
        let hidden = options("host '${env:HOST}'");
        assert_eq!(hidden.list(), "host '${env:HOST}'");
        assert!(hidden.pairs().all(|(_, _, secret)| secret));
        let live: Options = serde_json::from_value(serde_json::json!(["host=${env:PW}"])).unwrap();
        assert_eq!(live.list(), "host '${env:SECRET}'");
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
