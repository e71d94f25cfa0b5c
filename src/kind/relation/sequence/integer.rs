//! The type of a sequence (`pg_sequence.seqtypid`).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::sql::type_name;

/// The types that a sequence may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Integer {
    Small,
    Plain,
    #[default]
    Big,
}

impl Integer {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Small => "smallint",
            Self::Plain => "integer",
            Self::Big => "bigint",
        }
    }

    pub(super) fn bounds(self) -> (i64, i64) {
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
        match name.as_deref() {
            Ok("smallint") => Ok(Self::Small),
            Ok("integer") => Ok(Self::Plain),
            Ok("bigint") => Ok(Self::Big),
            _ => Err(serde::de::Error::custom(format!(
                "a sequence is smallint, integer or bigint, not `{text}`"
            ))),
        }
    }
}
