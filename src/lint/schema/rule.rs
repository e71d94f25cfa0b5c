//! What a rule is: its name, how much it counts, its page, and what it looks for.

use std::fmt;
use std::str::FromStr;

use super::{Facts, Found};

/// How much what a rule finds counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// To be known.
    Info,
    /// To be looked at.
    Warn,
    /// Not to be merged: `plumb lint` exits with 1.
    Error,
}

impl Level {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl FromStr for Level {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Info, Self::Warn, Self::Error]
            .into_iter()
            .find(|level| level.name() == text)
            .ok_or(())
    }
}

/// A rule over the declaration.
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// How much it counts where `[lint]` does not say; `None`: it is off.
    pub level: Option<Level>,
    pub(super) doc: &'static str,
    pub(super) check: fn(&Facts<'_>) -> Vec<Found>,
}

impl Rule {
    /// Its page: what is found, why, what to do; a paragraph each.
    #[must_use]
    pub fn page(&self) -> String {
        let lines = self.doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        let text: Vec<&str> = lines.collect();
        let paragraph = |text: &str| text.trim().replace('\n', " ");
        let paragraphs: Vec<String> = text.join("\n").split("\n\n").map(paragraph).collect();
        paragraphs.join("\n\n")
    }

    /// What is found: the first paragraph of its page.
    #[must_use]
    pub fn summary(&self) -> String {
        self.page().split("\n\n").next().unwrap_or_default().to_owned()
    }

    /// What to do about it: the paragraph of its page that begins so.
    #[must_use]
    pub fn remedy(&self) -> String {
        let page = self.page();
        let found = page.split("\n\n").find_map(|text| text.strip_prefix("What to do: "));
        found.unwrap_or_default().to_owned()
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Rule {}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Makes the rule of a file. The doc comment is its page: what is found, why, what to do.
macro_rules! rule {
    ($(#[doc = $doc:literal])+ $name:literal $level:expr, $check:path) => {
        $(#[doc = $doc])+
        pub(super) const RULE: super::Rule = super::Rule {
            name: $name,
            level: $level,
            doc: concat!($($doc, "\n"),+),
            check: $check,
        };
    };
}
pub(super) use rule;
