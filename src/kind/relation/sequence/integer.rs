//! The type of a sequence (`pg_sequence.seqtypid`).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::sql::type_name;

/// The types that a sequence may have, the narrowest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Integer {
    /// `smallint`.
    Small,
    /// `integer`.
    Plain,
    /// `bigint`.
    #[default]
    Big,
}

impl Integer {
    /// The type of that name, as `format_type` prints it.
    pub(in crate::kind) fn of(name: &str) -> Option<Self> {
        [Self::Small, Self::Plain, Self::Big].into_iter().find(|of| of.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Small => "smallint",
            Self::Plain => "integer",
            Self::Big => "bigint",
        }
    }

    pub(in crate::kind) fn bounds(self) -> (i64, i64) {
        match self {
            Self::Small => (i16::MIN.into(), i16::MAX.into()),
            Self::Plain => (i32::MIN.into(), i32::MAX.into()),
            Self::Big => (i64::MIN, i64::MAX),
        }
    }
}

pub(super) fn is_bigint(of: &Integer) -> bool {
    *of == Integer::Big
}

impl Serialize for Integer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let name = type_name::canonical(&text).map(|name| name.to_string());
        name.ok().and_then(|name| Self::of(&name)).ok_or_else(|| {
            let message = format!("a sequence is smallint, integer or bigint, not `{text}`");
            serde::de::Error::custom(message)
        })
    }
}
