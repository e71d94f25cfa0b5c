//! When triggers, rules and event triggers fire (`tgenabled`, `ev_enabled`, `evtenabled`; manual, ALTER
//! TABLE, "DISABLE/ENABLE").

use serde::{Deserialize, Deserializer, Serialize};

use crate::leaf::text_of;

/// In which sessions it fires, by `session_replication_role`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::kind) enum Enabled {
    /// In those of origin, and local ones.
    #[default]
    Origin,
    /// In those of replicas.
    Replica,
    /// In all.
    Always,
    /// In none.
    Disabled,
}

impl<'de> Deserialize<'de> for Enabled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = text_of(deserializer)?;
        match text.to_ascii_lowercase().as_str() {
            "origin" => Ok(Self::Origin),
            "replica" => Ok(Self::Replica),
            "always" => Ok(Self::Always),
            "disabled" => Ok(Self::Disabled),
            _ => Err(serde::de::Error::custom(format!(
                "`enabled` is origin, replica, always or disabled, not `{text}`"
            ))),
        }
    }
}

impl Enabled {
    /// Whether it is as CREATE leaves it.
    pub(in crate::kind) fn is_origin(&self) -> bool {
        *self == Self::Origin
    }

    /// The words of ALTER.
    pub(in crate::kind) fn words(self) -> &'static str {
        match self {
            Self::Origin => "ENABLE",
            Self::Replica => "ENABLE REPLICA",
            Self::Always => "ENABLE ALWAYS",
            Self::Disabled => "DISABLE",
        }
    }

    /// The column `enabled` of a query, from the column of the catalog.
    pub(in crate::kind) fn query(column: &str) -> String {
        format!(
            "CASE {column} WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' \
             ELSE 'always' END AS enabled"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_there_is_not_is_refused() {
        assert_eq!(serde_json::from_str::<Enabled>("\"Always\"").ok(), Some(Enabled::Always));
        let error = serde_json::from_str::<Enabled>("\"sometimes\"").expect_err("no state");
        assert!(error.to_string().contains("origin, replica, always or disabled"));
    }
}
