//! What a function returns: a type, a set of it, or the rows of a table (`pg_get_function_result`).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::signature;
use crate::kind::Lookup;
use crate::leaf::Sql;
use crate::sql::type_name;

/// The result of a function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Returns {
    /// `text`
    One(Sql),
    /// `setof text`
    Set(Sql),
    /// `table (a text, b integer)`
    Table(Sql),
}

impl Returns {
    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (first, rest) =
            text.split_at(text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len()));
        let rest = rest.trim();
        let of = |text: &str| {
            let name = type_name::canonical(text).map_err(|error| error.to_string())?;
            Ok::<_, String>(Sql::new(name.base().to_string()))
        };
        if first.eq_ignore_ascii_case("setof") {
            return of(rest).map(Self::Set);
        }
        let columns = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        match columns {
            Some(columns) if first.eq_ignore_ascii_case("table") => {
                signature::columns(columns).map(|columns| Self::Table(Sql::new(columns)))
            }
            _ => of(text).map(Self::One),
        }
    }

    pub(super) fn resolve(&mut self, names: &Lookup<'_>) {
        match self {
            Self::One(of) | Self::Set(of) => names.type_name(of),
            Self::Table(columns) => {
                let Ok(read) = signature::arguments(&columns.text) else { return };
                let written: Vec<_> = read
                    .iter()
                    .map(|column| {
                        let mut of = Sql::new(column.of.base().to_string());
                        names.type_name(&mut of);
                        format!("{} {}", crate::sql::quote::ident(&column.name), of.text)
                    })
                    .collect();
                columns.take_over(&written.join(", "));
            }
        }
    }
}

impl fmt::Display for Returns {
    /// Writes the text to emit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(of) => write!(f, "{of}"),
            Self::Set(of) => write!(f, "SETOF {of}"),
            Self::Table(columns) => write!(f, "TABLE({columns})"),
        }
    }
}

impl Serialize for Returns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(of) => serializer.serialize_str(&of.text),
            Self::Set(of) => serializer.collect_str(&format_args!("setof {}", of.text)),
            Self::Table(columns) => {
                serializer.collect_str(&format_args!("table({})", columns.text))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Returns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
