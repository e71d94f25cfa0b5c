//! What is said of a place in a file, in the forms that code hosts show beside the lines of a pull request: SARIF, workflow
//! commands of GitHub, code quality of GitLab. What is said comes from a plan, a report, or the rules of lint; each is made
//! into [`Alert`]s once, and each form is made of these.

mod anchor;
mod github;
mod gitlab;
mod lint;
mod plan;
mod report;
mod sarif;

use sha2::{Digest, Sha256};

pub use anchor::Anchors;
pub use github::github;
pub use gitlab::gitlab;
pub use lint::{schema_alerts, script_alerts};
pub use plan::plan_alerts;
pub use report::report_alerts;
pub use sarif::sarif;

/// How much an alert counts, in SARIF's words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// To be known.
    Note,
    /// To be looked at.
    Warning,
    /// Fails the check of a code host.
    Error,
}

impl Level {
    /// The word for it.
    const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place in a file of the checkout.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// The path, relative to the root of the checkout.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// Line and column behind the last character, where that is known.
    pub end: Option<(usize, usize)>,
}

/// One thing that is said of a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alert {
    /// The name of the hazard, rule or code, as `plumb explain` takes it.
    pub rule: String,
    /// What the rule finds, in a sentence.
    pub about: String,
    /// What to do about it.
    pub help: String,
    /// How much it counts.
    pub level: Level,
    /// What is wrong here.
    pub message: String,
    /// The object that it is said of, which stays when lines move.
    pub object: String,
    /// Where.
    pub place: Option<Place>,
}

impl Alert {
    /// A number that stays the same as long as the same is said of the same object.
    fn fingerprint(&self) -> String {
        let said = [&self.rule, &self.object, &self.message].map(String::as_str).join("\0");
        let digest = Sha256::digest(said.as_bytes());
        crate::shown::hex(&digest[..8])
    }
}

#[cfg(test)]
mod tests;
