//! `Id`: names an object alike in every database. No oid, no file, no position.
//!
//! The text form `kind:schema.name[.child]` is written and parsed here and nowhere else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kind::Kind;
use crate::sql::quote;

/// The identity of an object: its kind and its qualified name, stable across servers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Id {
    /// What sort of object it is.
    pub kind: Kind,
    /// The parts of its name, outermost first: schema, name, child.
    pub path: Vec<String>,
}

impl Id {
    /// Makes an id from a kind and the parts of a name.
    pub fn new<S: Into<String>>(kind: Kind, path: impl IntoIterator<Item = S>) -> Self {
        Self { kind, path: path.into_iter().map(Into::into).collect() }
    }

    /// The last part of the name.
    pub fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// The first part of the name: the schema, for whatever lives in one.
    pub fn first(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    /// The schema that the object lives in, if its kind lives in one.
    pub fn schema(&self) -> Option<&str> {
        self.kind.def().in_schema.then(|| self.first())
    }

    /// The same path as an object of another kind.
    #[must_use]
    pub fn as_kind(&self, kind: Kind) -> Self {
        Self { kind, path: self.path.clone() }
    }

    /// The path cut to its first `parts` parts, as an object of another kind.
    #[must_use]
    pub fn ancestor(&self, kind: Kind, parts: usize) -> Self {
        Self { kind, path: self.path.iter().take(parts).cloned().collect() }
    }

    /// The id of a child of this object.
    #[must_use]
    pub fn child(&self, kind: Kind, name: &str) -> Self {
        let mut path = self.path.clone();
        path.push(name.to_owned());
        Self { kind, path }
    }

    /// The dotted name without the kind, each part as [`key_part`] writes it.
    pub fn dotted(&self) -> String {
        self.path.iter().map(|part| key_part(part)).collect::<Vec<_>>().join(".")
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.dotted())
    }
}

/// The regular expression of the names that [`key_part`] quotes, for queries.
pub const QUOTED_PART: &str = r#"[."]|^[ \t\n\r\f\v]|[ \t\n\r\f\v]$"#;

/// A part of a key: quoted only where it holds a dot or a double quote, begins or ends in a blank,
/// or is empty.
pub fn key_part(part: &str) -> String {
    const BLANKS: [char; 6] = [' ', '\t', '\n', '\r', '\u{c}', '\u{b}'];
    if part.is_empty()
        || part.contains(['.', '"'])
        || part.starts_with(BLANKS)
        || part.ends_with(BLANKS)
    {
        format!("\"{}\"", part.replace('"', "\"\""))
    } else {
        part.to_owned()
    }
}

/// Why a text is no id.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no id of an object: write kind:schema.name, for example table:public.client")]
pub struct IdError(String);

impl FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError(text.to_owned());
        let (kind, path) = text.split_once(':').ok_or_else(wrong)?;
        let kind = Kind::named(kind).ok_or_else(wrong)?;
        let path = quote::split_key(path).map_err(|_| wrong())?;
        Ok(Self { kind, path })
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
