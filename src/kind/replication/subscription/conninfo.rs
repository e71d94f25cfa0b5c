//! The connection string of a subscription, parameter by parameter. The values of secret ones are
//! placeholders wherever they are written; the whole string may be one too.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::connect::ConnInfo;
use crate::kind::foreign::options::{OF_LIBPQ, Options};
use crate::kind::hint::Hint;
use crate::leaf::literal_text;
use crate::secret::{REFUSED, Secret, is_secret};

/// What a subscription connects with.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Conninfo {
    /// Parameters by name, and the order in which they were written.
    Parameters(Options, Hint<Vec<String>>),
    /// A string of which nothing is written.
    Whole(Secret),
}

impl Conninfo {
    /// Reads what a server has, secrets included.
    pub(super) fn known(text: &str) -> Self {
        match ConnInfo::settings(text) {
            Ok(settings) => {
                let order = order(text, settings.keys().copied());
                let pairs = settings.into_iter().map(|(name, value)| (name.to_owned(), value));
                Self::Parameters(Options::known(OF_LIBPQ, pairs), Hint(order))
            }
            // A parameter that nobody here knows may be a secret.
            Err(_) => Self::Whole(Secret::known(text)),
        }
    }

    /// Reads what somebody wrote.
    fn written(text: &str) -> Result<Self, String> {
        let text = literal_text(text).unwrap_or_else(|| text.to_owned());
        if let Ok(whole) = Secret::placeholder(text.trim(), "connection") {
            return Ok(Self::Whole(whole));
        }
        let settings = ConnInfo::settings(&text).map_err(|error| {
            // Wherever it went wrong, a secret may stand there.
            if is_secret(&text) || text.contains('@') {
                return format!(
                    "the connection string cannot be read, and a password {REFUSED}: {error}"
                );
            }
            error.to_string()
        })?;
        let order = order(&text, settings.keys().copied());
        let pairs = settings.into_iter().map(|(name, value)| (name.to_owned(), value));
        Options::written(pairs).map(|options| Self::Parameters(options, Hint(order)))
    }

    /// The string as a literal.
    pub(super) fn sql(&self) -> String {
        let text = match self {
            Self::Whole(secret) => secret.to_string(),
            Self::Parameters(options, Hint(order)) => {
                let pair = |(name, value, secret): (&str, String, bool)| {
                    format!("{name}={}", quoted(&value, secret))
                };
                let mut pairs: Vec<_> = options.pairs().collect();
                pairs.sort_by_key(|(name, ..)| order.iter().position(|known| known == name));
                pairs.into_iter().map(pair).collect::<Vec<_>>().join(" ")
            }
        };
        // Never in the form with backslashes, in which a value could not be put.
        format!("'{}'", text.replace('\'', "''"))
    }

    pub(super) fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        match self {
            Self::Whole(secret) => visit("connection", secret),
            Self::Parameters(options, _) => options.secrets(visit),
        }
    }

    /// Takes over what is there if it is no other, as far as anybody can tell.
    pub(super) fn settle(&mut self, there: &Self) {
        match (&mut *self, there) {
            // Where the names are the same, their order is no difference.
            (Self::Parameters(_, Hint(order)), Self::Parameters(_, Hint(there)))
                if order.len() == there.len() && order.iter().all(|name| there.contains(name)) =>
            {
                order.clone_from(there);
            }
            (Self::Whole(secret), there)
                if secret.value().is_none_or(|value| Self::known(value) == *there) =>
            {
                self.clone_from(there);
            }
            _ => {}
        }
    }
}

/// The names in the order of the text, as far as it has them.
fn order<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<&str> = names.collect();
    names.sort_by_key(|name| {
        let begins = |(at, _): &(usize, &str)| {
            text[..*at].chars().next_back().is_none_or(char::is_whitespace)
        };
        text.match_indices(&format!("{name}=")).find(begins).map_or(text.len(), |(at, _)| at)
    });
    names.into_iter().map(str::to_owned).collect()
}

/// A value as libpq reads it (`conninfo_parse`).
fn quoted(value: &str, secret: bool) -> String {
    let plain = !value.is_empty() && !value.contains([' ', '\t', '\n', '\'', '\\']);
    if plain && !secret {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

impl Serialize for Conninfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql())
    }
}

impl<'de> Deserialize<'de> for Conninfo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::written(&text).map_err(serde::de::Error::custom)
    }
}

/// As [`Conninfo`], from a declaration, or from the catalog with the value itself in an array of one.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Conninfo>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Source {
        Catalog(Vec<String>),
        Text(String),
    }
    match Source::deserialize(from)? {
        Source::Catalog(known) => Ok(known.first().map(|text| Conninfo::known(text))),
        Source::Text(text) => Conninfo::written(&text).map(Some).map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_and_a_url_are_parameters() {
        let one = Conninfo::written("'host=a dbname=''my db'' password=''${env:PW}'''").unwrap();
        let other = Conninfo::written("postgresql://:${env:PW}@a/my%20db").unwrap();
        assert_eq!(one, other);
        assert_eq!(one.sql(), "'host=a dbname=''my db'' password=''${env:PW}'''");
    }

    #[test]
    fn a_password_of_the_server_is_never_written() {
        let known = Conninfo::known("host=a password='it\\'s'");
        assert_eq!(known.sql(), "'host=a password=''${env:SECRET}'''");
        assert!(!Conninfo::written("host=a password=hunter2").unwrap_err().contains("hunter2"));
        assert_eq!(Conninfo::known("strange=secret").sql(), "'${env:SECRET}'");
    }
}
