//! Settings of a function (`SET name = value`, `pg_proc.proconfig`): each value in the text that
//! the server stores (`ExtractSetVariableArgs` and `flatten_set_variable_args`
//! of `guc_funcs.c`). The value of a custom setting that is named as a secret (`app.token`) is a placeholder
//! wherever it is written.

use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::leaf::{literal_text, split_commas, text_of};
use crate::secret::{Secret, Value, is_placeholder, is_secret};
use crate::sql::quote::{ident, literal};
use crate::sql::scan;

/// Settings whose value is a list of identifiers (`GUC_LIST_QUOTE`), as in `dumputils.c`.
const LISTS: [&str; 6] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// Settings whose names are not all lower case.
const MIXED: [&str; 3] = ["DateStyle", "IntervalStyle", "TimeZone"];

/// Settings by name, each with the text that PostgreSQL stores. They keep their order, as the
/// catalog does; it means nothing.
#[derive(Clone, Debug, Default)]
pub(in crate::kind) struct Settings(Vec<(String, Value)>);

/// Whether the value of a setting may be a secret. PostgreSQL's own settings, which have no dot in their names, hold
/// none, and a flag or a small number (`credcheck.password_min_length`) is none.
fn hides(name: &str, value: &str) -> bool {
    let flag = ["", "true", "false", "on", "off", "yes", "no"].contains(&value);
    let small = value.len() < 4 && value.bytes().all(|byte| byte.is_ascii_digit());
    name.contains('.') && is_secret(name) && !flag && !small
}

impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|pair| other.0.contains(pair))
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value.to_string())))
    }
}

impl Settings {
    pub(in crate::kind) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of what is set.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The clauses of CREATE FUNCTION.
    pub(super) fn sql(&self) -> String {
        self.0.iter().map(set).collect()
    }

    /// Each setting that is no secret.
    pub(in crate::kind) fn plain(&self) -> Vec<(String, String)> {
        let plain = self.0.iter().filter_map(|(name, value)| match value {
            Value::Plain(text) => Some((name.clone(), text.clone())),
            Value::Secret(_) => None,
        });
        plain.collect()
    }

    /// Shows the secrets, with the names of their settings.
    pub(in crate::kind) fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        for (name, value) in &mut self.0 {
            if let Value::Secret(secret) = value {
                visit(name, secret);
            }
        }
    }

    /// The statements that take `old` to `self`, each behind `alter`.
    pub(in crate::kind) fn alter(&self, old: &Self, alter: &str) -> Vec<String> {
        let gone = old.0.iter().filter(|(name, _)| !self.0.iter().any(|(other, _)| other == name));
        let resets = gone.map(|(name, _)| format!("{alter} RESET {}", name_sql(name)));
        let differing = self.0.iter().filter(|pair| !old.0.contains(pair));
        resets.chain(differing.map(|pair| format!("{alter}{}", set(pair)))).collect()
    }

    fn put(&mut self, name: &str, value: String) -> Result<(), String> {
        let name = canonical_name(name);
        if self.0.iter().any(|(known, _)| *known == name) {
            return Err(format!("`{name}` is set twice"));
        }
        let value = if is_placeholder(&value) || hides(&name, &value) {
            Value::Secret(Secret::placeholder(&value, &name)?)
        } else {
            Value::Plain(value)
        };
        self.0.push((name, value));
        Ok(())
    }
}

fn name_sql(name: &str) -> String {
    name.split('.').map(ident).collect::<Vec<_>>().join(".")
}

fn set((name, value): &(String, Value)) -> String {
    let items = |value| split_commas(value).into_iter().map(|item| literal(&plain(item)));
    let written = match value {
        Value::Plain(value) if is_list(name) => items(value).collect::<Vec<_>>().join(", "),
        value => value.sql(),
    };
    format!(" SET {} TO {written}", name_sql(name))
}

fn is_list(name: &str) -> bool {
    LISTS.contains(&name)
}

fn canonical_name(name: &str) -> String {
    match MIXED.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        Some(known) => (*known).to_owned(),
        None if name.contains('.') => name.to_owned(),
        None => name.to_ascii_lowercase(),
    }
}

/// Reads what follows SET: `search_path = a, b`, `work_mem to '1MB'`, `time zone 'UTC'`.
pub(super) fn clause(text: &str) -> Result<(String, String), String> {
    let wrong = || format!("`{text}` is not `name = value`");
    let tokens = scan::tokens(text).map_err(|error| error.to_string())?;
    if let [time, zone, rest, ..] = tokens.as_slice()
        && time.is_word("time")
        && zone.is_word("zone")
    {
        return Ok(("TimeZone".to_owned(), value("TimeZone", &text[rest.start..])));
    }
    let sign = tokens.iter().position(|token| token.is("=") || token.is_word("to"));
    let Some(sign) = sign else {
        if tokens.iter().any(|token| token.is_word("current")) {
            return Err("`from current` depends on who applies it: write the value".to_owned());
        }
        return Err(wrong());
    };
    let name: Vec<&str> =
        tokens[..sign].iter().filter(|t| !t.is(".")).map(|t| t.word.as_str()).collect();
    let Some(first) = tokens.get(sign + 1).filter(|_| !name.is_empty()) else {
        return Err(wrong());
    };
    let name = canonical_name(&name.join("."));
    let rest = &text[first.start..];
    if rest.eq_ignore_ascii_case("default") {
        return Err(format!("`{name}` is at its default without being set"));
    }
    let value = value(&name, rest);
    Ok((name, value))
}

/// What one item of a value means: a literal, an identifier or a number.
fn plain(item: &str) -> String {
    literal_text(item).unwrap_or_else(|| match item.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').unwrap_or(rest).replace("\"\"", "\""),
        None if item.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
            item.replace(' ', "").trim_start_matches('+').to_owned()
        }
        None => item.to_ascii_lowercase(),
    })
}

/// The text that is stored for a value that is written as SQL.
fn value(name: &str, text: &str) -> String {
    let item = |item: &str| {
        let plain = plain(item);
        if is_list(name) { ident(&plain) } else { plain }
    };
    split_commas(text).into_iter().map(item).collect::<Vec<_>>().join(", ")
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// A value of the long form: a text, a number or a boolean.
        struct Scalar(String);
        impl<'de> Deserialize<'de> for Scalar {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                text_of(deserializer).map(Scalar)
            }
        }
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Settings;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of settings")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Settings, E> {
                let mut all = Settings::default();
                let (name, value) = clause(text).map_err(E::custom)?;
                all.put(&name, value).map_err(E::custom)?;
                Ok(all)
            }
            /// `pg_proc.proconfig`.
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Settings, A::Error> {
                let mut all = Settings::default();
                while let Some(pair) = seq.next_element::<String>()? {
                    let (name, value) = pair.split_once('=').unwrap_or((&pair, ""));
                    // What looks like a placeholder of ours in a database is none.
                    let value = if is_placeholder(value) || hides(name, value) {
                        Value::Secret(Secret::known(value))
                    } else {
                        Value::Plain(value.to_owned())
                    };
                    all.0.push((name.to_owned(), value));
                }
                Ok(all)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Settings, A::Error> {
                let mut all = Settings::default();
                while let Some((name, Scalar(text))) = map.next_entry::<String, Scalar>()? {
                    let text = match canonical_name(&name) {
                        list if !is_list(&list) => text,
                        _ if text.trim().is_empty() => ident(""),
                        list => value(&list, &text),
                    };
                    all.put(&name, text).map_err(A::Error::custom)?;
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
    use serde_json::json;

    fn stored(text: &str) -> (String, String) {
        clause(text).unwrap()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_value_is_stored_as_postgresql_stores_it() {
        assert_eq!(stored("search_path = ''"), pair("search_path", "\"\""));
        assert_eq!(
            stored("Search_Path to Public, 'My Schema', \"$user\""),
            pair("search_path", "public, \"My Schema\", \"$user\"")
        );
        assert_eq!(stored("work_mem = '1MB'"), pair("work_mem", "1MB"));
        assert_eq!(stored("datestyle = ISO, DMY"), pair("DateStyle", "iso, dmy"));
        assert_eq!(stored("time zone 'UTC'"), pair("TimeZone", "UTC"));
        assert_eq!(stored("app.x = -1"), pair("app.x", "-1"));
        assert!(clause("x from current").is_err());
    }

    #[test]
    fn a_table_and_the_catalog_say_the_same() {
        let written: Settings =
            serde_json::from_value(json!({"search_path": "", "statement_timeout": 50})).unwrap();
        let read: Settings =
            serde_json::from_value(json!(["search_path=\"\"", "statement_timeout=50"])).unwrap();
        assert_eq!(written, read);
        assert_eq!(read.sql(), " SET search_path TO '' SET statement_timeout TO '50'");
        let again: Settings = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
        assert_eq!(again, read);
    }

    #[test]
    fn what_is_named_as_a_secret_is_a_placeholder() {
        let read = |json| serde_json::from_value::<Settings>(json);
        let live = read(json!(["app.api_key=hunter2", "credcheck.password_min_length=8"])).unwrap();
        assert!(!format!("{live:?}{}", live.sql()).contains("hunter2"));
        assert_eq!(
            serde_json::to_value(&live).unwrap(),
            json!({"app.api_key": "${env:SECRET}", "credcheck.password_min_length": "8"})
        );
        let wrong = read(json!({"app.api_key": "hunter2"})).unwrap_err().to_string();
        assert!(wrong.contains("is a secret") && !wrong.contains("hunter2"), "{wrong}");
        let mut wanted =
            read(json!({"app.api_key": "${env:KEY}", "password_encryption": "md5"})).unwrap();
        assert_eq!(
            wanted.sql(),
            " SET app.api_key TO '${env:KEY}' SET password_encryption TO 'md5'"
        );
        wanted.secrets(&mut |_, secret| secret.settle(&Secret::known("hunter2")));
        assert_eq!(
            wanted.alter(&live, "ALTER ROLE r"),
            [
                "ALTER ROLE r RESET credcheck.password_min_length",
                "ALTER ROLE r SET password_encryption TO 'md5'",
            ]
        );
    }
}
