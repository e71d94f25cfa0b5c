//! `Relation` and `Lock`: what a statement locks, and how much.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::sql::quote;

/// The name of a relation, whatever kind of object it is; written `public."Visit"`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Relation {
    /// Its schema.
    pub schema: String,
    /// Its name in the schema.
    pub name: String,
}

impl Relation {
    /// Makes the name of a relation.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: schema.into(), name: name.into() }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quote::qualified(&self.schema, &self.name))
    }
}

/// Why a text names no relation.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is no relation: write schema.name")]
pub struct RelationError(String);

impl FromStr for Relation {
    type Err = RelationError;

    fn from_str(text: &str) -> Result<Self, RelationError> {
        if let Ok(parts) = quote::split_key(text)
            && let Ok([schema, name]) = <[String; 2]>::try_from(parts)
        {
            return Ok(Self { schema, name });
        }
        // The evidence of earlier versions has names without quotes.
        let (schema, name) = text.split_once('.').ok_or_else(|| RelationError(text.to_owned()))?;
        Ok(Self::new(schema, name))
    }
}

impl Serialize for Relation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Relation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A mode of table locks, weakest first (manual, "Table-Level Locks").
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum LockMode {
    /// `ACCESS SHARE`, which reading takes.
    #[serde(rename = "AccessShareLock")]
    AccessShare,
    /// `ROW SHARE`.
    #[serde(rename = "RowShareLock")]
    RowShare,
    /// `ROW EXCLUSIVE`, which writing takes.
    #[serde(rename = "RowExclusiveLock")]
    RowExclusive,
    /// `SHARE UPDATE EXCLUSIVE`.
    #[serde(rename = "ShareUpdateExclusiveLock")]
    ShareUpdateExclusive,
    /// `SHARE`.
    #[serde(rename = "ShareLock")]
    Share,
    /// `SHARE ROW EXCLUSIVE`.
    #[serde(rename = "ShareRowExclusiveLock")]
    ShareRowExclusive,
    /// `EXCLUSIVE`.
    #[serde(rename = "ExclusiveLock")]
    Exclusive,
    /// `ACCESS EXCLUSIVE`.
    #[serde(rename = "AccessExclusiveLock")]
    AccessExclusive,
}

impl LockMode {
    /// Every mode, weakest first.
    pub const ALL: [Self; 8] = [
        Self::AccessShare,
        Self::RowShare,
        Self::RowExclusive,
        Self::ShareUpdateExclusive,
        Self::Share,
        Self::ShareRowExclusive,
        Self::Exclusive,
        Self::AccessExclusive,
    ];

    /// The name in `pg_locks.mode`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessShare => "AccessShareLock",
            Self::RowShare => "RowShareLock",
            Self::RowExclusive => "RowExclusiveLock",
            Self::ShareUpdateExclusive => "ShareUpdateExclusiveLock",
            Self::Share => "ShareLock",
            Self::ShareRowExclusive => "ShareRowExclusiveLock",
            Self::Exclusive => "ExclusiveLock",
            Self::AccessExclusive => "AccessExclusiveLock",
        }
    }

    /// The mode of that name in `pg_locks.mode`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// The words of `LOCK TABLE`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// Whether INSERT, UPDATE and DELETE wait for it (manual, table "Conflicting Lock Modes").
    #[must_use]
    pub fn blocks_writes(self) -> bool {
        self >= Self::Share
    }

    /// Whether SELECT waits for it.
    #[must_use]
    pub fn blocks_reads(self) -> bool {
        self == Self::AccessExclusive
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A lock that a step takes on a relation.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Lock {
    /// The relation.
    pub relation: Relation,
    /// The mode.
    pub mode: LockMode,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_saved_as_pg_locks_names_it() {
        for mode in LockMode::ALL {
            let saved = serde_json::to_value(mode).unwrap();
            assert_eq!(saved, mode.name());
            assert_eq!(serde_json::from_value::<LockMode>(saved).unwrap(), mode);
            assert_eq!(mode.name().to_uppercase(), mode.words().replace(' ', "") + "LOCK");
        }
        assert!(LockMode::ALL.is_sorted());
    }

    #[test]
    fn a_relation_is_read_back_whatever_it_is_called() {
        for (schema, name) in [("public", "t"), ("s.x", "a\"b"), ("Odd", "two words"), ("ä", "é")]
        {
            let relation = Relation::new(schema, name);
            assert_eq!(relation.to_string().parse(), Ok(relation));
        }
        assert_eq!("public.Two Words".parse(), Ok(Relation::new("public", "Two Words")));
        assert_eq!("s.a\"b".parse(), Ok(Relation::new("s", "a\"b")));
        assert!("t".parse::<Relation>().is_err());
    }
}
