//! `name = value, flag`: the options in parentheses of CREATE TYPE, COLLATION and their kin, also
//! written as keys of the long form. What they mean is the kind's own affair.

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};

use super::{Inner, Part};
use crate::leaf::{Item, Name, Qualified, Sql, literal_text, split_commas};
use crate::source::Origin;
use crate::sql::quote::ident;
use crate::sql::type_name;

/// Options in the order in which they are written, each with its name in lower case and its value
/// as SQL; empty for a bare flag.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options(Vec<(String, String)>);

impl Options {
    /// Reads the list between the parentheses.
    ///
    /// # Errors
    /// An option that is said twice.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut all = Self::default();
        for item in split_commas(text) {
            let (name, value) = item.split_once('=').unwrap_or((item, ""));
            let Name(name) = Name::read(name.trim())?;
            if all.0.iter().any(|(known, _)| *known == name) {
                return Err(format!("`{item}` is said twice"));
            }
            all.0.push((name, value.trim().to_owned()));
        }
        Ok(all)
    }

    /// Adds an option, if it has a value.
    pub(crate) fn set(&mut self, name: &str, value: Option<String>) {
        self.0.extend(value.map(|value| (name.to_owned(), value)));
    }

    /// Takes an option out, as SQL.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1)
    }

    /// Takes out an option that is a name.
    ///
    /// # Errors
    /// A value that is no name.
    pub(crate) fn take_name(&mut self, name: &str) -> Result<Option<Qualified>, String> {
        let name = self.take(name).map(|text| Qualified::read(&text)).transpose()?;
        Ok(name.map(system))
    }

    /// Takes out an option that is a type, as `format_type` prints it.
    ///
    /// # Errors
    /// A value that is no type.
    pub(crate) fn take_type(&mut self, name: &str) -> Result<Option<Sql>, String> {
        let Some(text) = self.take(name) else { return Ok(None) };
        let of = type_name::canonical(&text).map_err(|error| error.to_string())?;
        Ok(Some(Sql::new(of.to_string())))
    }

    /// Takes out an option that is a text: a literal, a name or a number.
    pub(crate) fn take_text(&mut self, name: &str) -> Option<String> {
        self.take(name).map(|text| plain(&text))
    }

    /// Takes out a boolean; a bare flag is true.
    ///
    /// # Errors
    /// A value that is neither true nor false.
    pub(crate) fn take_flag(&mut self, name: &str) -> Result<Option<bool>, String> {
        let Some(text) = self.take_text(name) else { return Ok(None) };
        match text.to_ascii_lowercase().as_str() {
            "" | "true" | "on" | "1" => Ok(Some(true)),
            "false" | "off" | "0" => Ok(Some(false)),
            _ => Err(format!("`{name}` is true or false, not `{text}`")),
        }
    }

    /// Everything that has not been taken out.
    pub(crate) fn rest(self) -> Vec<(String, String)> {
        self.0
    }

    /// Fails if something is left that nobody took out.
    ///
    /// # Errors
    /// The name of it, beside those that are known.
    pub(crate) fn finish(self, what: &str, known: &[&str]) -> Result<(), String> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => {
                Err(format!("`{name}` is no option of {what}; known are {}", known.join(", ")))
            }
        }
    }

    /// The list as SQL, the options in this order and the others after them.
    pub(crate) fn sql(&self, order: &[&str]) -> String {
        let first = order.iter().filter_map(|name| self.0.iter().find(|(known, _)| known == name));
        let others = self.0.iter().filter(|(name, _)| !order.contains(&name.as_str()));
        let item = |(name, value): &(String, String)| match value.as_str() {
            "" => ident(name),
            value => format!("{} = {value}", ident(name)),
        };
        first.chain(others).map(item).collect::<Vec<_>>().join(", ")
    }
}

/// What a literal, a name or a number says.
pub(crate) fn plain(text: &str) -> String {
    literal_text(text)
        .or_else(|| Name::read(text).ok().map(|name| name.0))
        .unwrap_or_else(|| text.trim().to_owned())
}

/// What is in `pg_catalog` has no schema in a model.
pub(crate) fn system(mut name: Qualified) -> Qualified {
    name.schema.take_if(|schema| schema == "pg_catalog");
    name
}

/// Gathers the options that are written as keys of the long form into the one part `options`.
///
/// # Errors
/// Options that are said both ways.
pub(crate) fn gather(keys: &[&str], parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
    let (single, mut kept): (Vec<Part>, Vec<Part>) =
        std::mem::take(parts).into_iter().partition(|part| keys.contains(&part.key.as_str()));
    if let Some(first) = single.first() {
        if kept.iter().any(|part| part.key == "options") {
            let message = "say all options in one place: in `sql`, or each as a key".to_owned();
            return Err((message, first.origin.clone()));
        }
        let origin = first.origin.clone();
        let all: Map<String, Json> =
            single.into_iter().map(|part| (part.key, part.value)).collect();
        kept.push(Part { key: "options".to_owned(), value: Json::Object(all), origin });
    }
    *parts = kept;
    Ok(Vec::new())
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql(&[]))
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Options;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("`name = value, ...` or a table")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Options, E> {
                Options::read(text).map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Options, A::Error> {
                let mut all = Options::default();
                while let Some((name, value)) = map.next_entry::<String, Sql>()? {
                    all.0.push((name, value.text));
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

    #[test]
    fn options_are_read_in_any_case_and_written_in_order() {
        let mut options = Options::read("Locale = 'de, at', PROVIDER = icu, flag").unwrap();
        assert_eq!(options.sql(&["provider"]), "provider = icu, locale = 'de, at', flag");
        assert_eq!(options.take_text("locale").unwrap(), "de, at");
        assert_eq!(options.take_flag("flag"), Ok(Some(true)));
        assert!(options.finish("a thing", &["x"]).unwrap_err().contains("known are x"));
        assert!(Options::read("a = 1, A = 2").is_err());
    }
}
