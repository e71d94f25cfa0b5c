//! The options of CREATE AGGREGATE: `sfunc = numeric_add, stype = numeric, initcond = '0'`
//! (<https://www.postgresql.org/docs/current/sql-createaggregate.html>, `pg_aggregate`).

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kind::operators::operator::{read_name, write_name};
use crate::leaf::{Item, Qualified, Sql, literal_text, split_commas};
use crate::sql::quote::literal;
use crate::sql::type_name;

/// What an option takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Takes {
    Function,
    Type,
    Number,
    Flag,
    Word,
    Text,
    Operator,
}

/// Every option, in the order in which they are written.
const OPTIONS: [(&str, Takes); 21] = [
    ("sfunc", Takes::Function),
    ("stype", Takes::Type),
    ("sspace", Takes::Number),
    ("finalfunc", Takes::Function),
    ("finalfunc_extra", Takes::Flag),
    ("finalfunc_modify", Takes::Word),
    ("combinefunc", Takes::Function),
    ("serialfunc", Takes::Function),
    ("deserialfunc", Takes::Function),
    ("initcond", Takes::Text),
    ("msfunc", Takes::Function),
    ("minvfunc", Takes::Function),
    ("mstype", Takes::Type),
    ("msspace", Takes::Number),
    ("mfinalfunc", Takes::Function),
    ("mfinalfunc_extra", Takes::Flag),
    ("mfinalfunc_modify", Takes::Word),
    ("minitcond", Takes::Text),
    ("sortop", Takes::Operator),
    ("parallel", Takes::Word),
    ("hypothetical", Takes::Flag),
];

/// The keys of the long form: the arguments, then the options.
pub(super) const KEYS: &[&str] = &{
    let mut names = ["arguments"; OPTIONS.len() + 1];
    let mut at = 0;
    while at < OPTIONS.len() {
        names[at + 1] = OPTIONS[at].0;
        at += 1;
    }
    names
};

/// What an option says.
#[derive(Clone, PartialEq, Debug)]
enum Value {
    /// A function, or an operator of that schema.
    Named(Qualified),
    Type(Sql),
    /// A number, a word or the text of an initial value.
    Text(String),
    Flag,
}

/// The options that say more than nothing, by their place in the list.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Options(BTreeMap<usize, Value>);

fn place(name: &str) -> Option<usize> {
    let name = match name {
        "sfunc1" => "sfunc",
        "stype1" => "stype",
        "initcond1" => "initcond",
        name => name,
    };
    OPTIONS.iter().position(|(known, _)| *known == name)
}

impl Options {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(&place(name)?)
    }

    /// Whether both say the same of these options.
    pub(super) fn agree(&self, other: &Self, names: &[&str]) -> bool {
        names.iter().all(|name| self.get(name) == other.get(name))
    }

    /// A type, by the name of its option.
    pub(super) fn type_of(&self, name: &str) -> Option<&Sql> {
        if let Value::Type(of) = self.get(name)? { Some(of) } else { None }
    }

    /// The types, to be changed.
    pub(super) fn types_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut Sql)> {
        self.0.iter_mut().filter_map(|(at, value)| match value {
            Value::Type(of) => Some((OPTIONS[*at].0, of)),
            _ => None,
        })
    }

    /// The functions, by the name of their option.
    pub(super) fn functions(&self) -> impl Iterator<Item = (&'static str, &Qualified)> {
        self.0.iter().filter_map(|(at, value)| match (OPTIONS[*at], value) {
            ((name, Takes::Function), Value::Named(function)) => Some((name, function)),
            _ => None,
        })
    }

    /// The functions, to be changed.
    pub(super) fn functions_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut Qualified)> {
        self.0.iter_mut().filter_map(|(at, value)| match (OPTIONS[*at], value) {
            ((name, Takes::Function), Value::Named(function)) => Some((name, function)),
            _ => None,
        })
    }

    /// The operator that sorts as the aggregate does.
    pub(super) fn operator(&self) -> Option<&Qualified> {
        if let Value::Named(name) = self.get("sortop")? { Some(name) } else { None }
    }

    /// As [`Options::operator`], to be changed.
    pub(super) fn operator_mut(&mut self) -> Option<&mut Qualified> {
        match self.0.get_mut(&place("sortop")?)? {
            Value::Named(name) => Some(name),
            _ => None,
        }
    }

    /// Leaves out what PostgreSQL does if nothing is said (`AggregateCreate`).
    pub(super) fn forget_defaults(&mut self, ordered: bool) {
        let modify = if ordered { "read_write" } else { "read_only" };
        for (name, default) in
            [("finalfunc_modify", modify), ("mfinalfunc_modify", modify), ("parallel", "unsafe")]
        {
            if self.get(name) == Some(&Value::Text(default.to_owned())) {
                self.0.retain(|at, _| OPTIONS[*at].0 != name);
            }
        }
    }

    fn insert(&mut self, name: &str, text: &str) -> Result<(), String> {
        let name = name.trim().trim_matches('"').to_ascii_lowercase();
        let Some(at) = place(&name) else {
            let known = OPTIONS.map(|(name, _)| name).join(", ");
            return Err(format!("`{name}` is no option of an aggregate; known are {known}"));
        };
        let value = match OPTIONS[at].1 {
            Takes::Function => Value::Named(system(Qualified::read(text)?)),
            Takes::Operator => Value::Named(system(read_name(text)?)),
            Takes::Type => {
                let of = type_name::canonical(text).map_err(|error| error.to_string())?;
                Value::Type(Sql::new(of.to_string()))
            }
            Takes::Number if text.parse() == Ok(0_u32) => return Ok(()),
            Takes::Number if text.parse::<u32>().is_ok() => Value::Text(text.to_owned()),
            Takes::Number => return Err(format!("`{name}` is a number of bytes, not `{text}`")),
            Takes::Flag => match text.to_ascii_lowercase().as_str() {
                "" | "true" | "on" | "1" => Value::Flag,
                "false" | "off" | "0" => return Ok(()),
                _ => return Err(format!("`{name}` is true or false, not `{text}`")),
            },
            Takes::Word => {
                let word = literal_text(text).unwrap_or_else(|| text.to_owned());
                Value::Text(word.to_ascii_lowercase())
            }
            Takes::Text => Value::Text(text.to_owned()),
        };
        match self.0.insert(at, value) {
            None => Ok(()),
            Some(_) => Err(format!("`{name}` is said twice")),
        }
    }

    /// Reads the text between the parentheses.
    fn read(text: &str) -> Result<Self, String> {
        let mut options = Self::default();
        for item in split_commas(text) {
            let (name, value) =
                item.split_once('=').map_or((item, ""), |(name, value)| (name, value.trim()));
            // An initial value is a literal, or a word or number that stands for itself.
            let initial = name.trim().to_ascii_lowercase().contains("initcond");
            match literal_text(value).filter(|_| initial) {
                Some(meant) => options.insert(name, &meant)?,
                None => options.insert(name, value)?,
            }
        }
        Ok(options)
    }

    /// Writes the text between the parentheses; `emit` says that it is for a server.
    pub(super) fn sql(&self, emit: bool) -> String {
        let item = |(at, value): (&usize, &Value)| {
            let (name, takes) = OPTIONS[*at];
            let word = if emit { name.to_uppercase() } else { name.to_owned() };
            let value = match (value, takes) {
                (Value::Flag, _) => return word,
                (Value::Named(operator), Takes::Operator) => write_name(operator),
                (Value::Named(function), _) => function.sql(),
                (Value::Type(of), _) if emit => of.to_string(),
                (Value::Type(of), _) => of.text.clone(),
                (Value::Text(text), Takes::Text) => literal(text),
                (Value::Text(text), _) => text.clone(),
            };
            format!("{word} = {value}")
        };
        self.0.iter().map(item).collect::<Vec<_>>().join(", ")
    }
}

/// What is in `pg_catalog` has no schema here.
fn system(mut name: Qualified) -> Qualified {
    name.schema.take_if(|schema| schema == "pg_catalog");
    name
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql(false))
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Options;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`sfunc = name, stype = type, ...` or a table")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Options, E> {
                Options::read(text).map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Options, A::Error> {
                let mut options = Options::default();
                while let Some((name, value)) = map.next_entry::<String, Text>()? {
                    options.insert(&name, &value.0).map_err(A::Error::custom)?;
                }
                Ok(options)
            }
        }
        deserializer.deserialize_any(Pairs)
    }
}

/// A text that is taken exactly as it is, or a number or boolean.
#[derive(Deserialize)]
struct Text(#[serde(deserialize_with = "crate::leaf::text_of")] String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_read_back_in_one_order() {
        let text = "STYPE = int[], sfunc = pg_catalog.int4_avg_accum, initcond = '{0,0}', \
                    sortop = operator(s.<), parallel = SAFE, finalfunc_extra, sspace = 0";
        let options = Options::read(text).unwrap();
        let short = options.sql(false);
        assert_eq!(
            short,
            "sfunc = int4_avg_accum, stype = integer[], finalfunc_extra, initcond = '{0,0}', \
             sortop = operator(s.<), parallel = safe"
        );
        assert_eq!(Options::read(&short).unwrap(), options);
    }

    #[test]
    fn an_empty_initial_value_is_not_none() {
        let empty = Options::read("sfunc = f, stype = text, initcond = ''").unwrap();
        assert!(empty.sql(true).ends_with("INITCOND = ''"));
        assert_ne!(empty, Options::read("sfunc = f, stype = text").unwrap());
    }

    #[test]
    fn an_option_that_does_not_exist_is_named() {
        assert!(Options::read("sfun = f").unwrap_err().contains("`sfun`"));
        assert!(Options::read("sfunc = f, sfunc1 = g").unwrap_err().contains("twice"));
    }
}
