//! `Obstacle`: why PostgreSQL has no way to a change.

use std::fmt;

/// Why PostgreSQL has no way to a change, and what to do instead.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Obstacle {
    /// What stands in the way.
    pub reason: String,
    /// What to do, where the reason does not say it.
    pub hint: Option<String>,
}

impl Obstacle {
    /// An obstacle, and what to do about it.
    pub(crate) fn with_hint(reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { reason: reason.into(), hint: Some(hint.into()) }
    }
}

impl From<String> for Obstacle {
    fn from(reason: String) -> Self {
        Self { reason, hint: None }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        self.hint.iter().try_for_each(|hint| write!(f, ": {hint}"))
    }
}
