//! What a comparison found, kept for the next one: where neither the declaration nor a row of the catalogs has changed
//! since, it is the answer, and nothing is read.

use serde::{Deserialize, Serialize};

use super::Drift;
use crate::introspect::Versions;

/// A file that plumb wrote as a state, of this or another version.
#[derive(Deserialize)]
struct Written {
    plumb_state: u32,
    #[serde(flatten)]
    rest: serde_json::Value,
}

/// What was found, and of what.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct State {
    /// A digest of what the database was compared with, and how.
    pub asked: String,
    /// What the database stood at before it was read.
    pub versions: Versions,
    /// What was found.
    pub drift: Drift,
}

/// The version of the form.
const FORMAT: u32 = 1;

impl State {
    /// Reads what [`State::text`] wrote; `None` within if another version of plumb did, whose answer is not ours.
    ///
    /// # Errors
    /// If it is no state.
    pub fn read(text: &str) -> Result<Option<Self>, serde_json::Error> {
        let Written { plumb_state, rest } = serde_json::from_str(text)?;
        Ok((plumb_state == FORMAT).then(|| serde_json::from_value(rest).ok()).flatten())
    }

    /// As JSON. Nothing in it is secret: a declaration that holds secrets has no state.
    #[must_use]
    pub fn text(&self) -> String {
        let state = serde_json::json!({
            "plumb_state": FORMAT,
            "asked": self.asked,
            "versions": self.versions,
            "drift": self.drift,
        });
        format!("{state:#}\n")
    }

    /// What was found, if it is still true: the same question, of a database in which nothing has changed.
    #[must_use]
    pub fn answers(&self, asked: &str, versions: &Versions) -> Option<&Drift> {
        (self.asked == asked && versions.is_as(&self.versions)).then_some(&self.drift)
    }
}
