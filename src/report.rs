//! What is wrong with a declaration, said all at once, each with the place where it is written.
//!
//! A [`Diagnostic`] is data; only [`Report::render`] makes it into text with excerpts. Nothing here
//! prints, and nothing decides what is a mistake.

mod code;
mod mask;
mod render;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::source::{Key, Origin, Source};
use crate::suggest::suggest;
pub use code::{Code, Example};

/// How much a diagnostic weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The declaration cannot be used.
    Error,
    /// The declaration can be used and is probably not what was meant.
    Warning,
}

/// One thing that is wrong, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// What sort of mistake it is.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong: starts lower-case, names the object.
    pub message: String,
    /// Where, and what to say about the place; the first is where the mistake is.
    pub labels: Vec<(Origin, String)>,
    /// What to do about it, where it is clear.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Makes an error.
    pub fn error(code: Code, message: impl Into<String>) -> Diagnostic {
        let severity = Severity::Error;
        Diagnostic { code, severity, message: message.into(), labels: Vec::new(), help: None }
    }

    /// Makes a warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, message) }
    }

    /// A key that does not belong where it stands, with the nearest of those that do.
    #[must_use]
    pub fn misplaced(key: &Key, known: &[&str]) -> Diagnostic {
        let message = format!("`{}` does not belong here", key.name);
        let diagnostic =
            Diagnostic::error(Code::UnknownKey, message).at(key.origin.clone(), "this key");
        match suggest(&key.name, known.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None if known.len() > 10 => diagnostic,
            None => diagnostic.help(format!("known here: {}", known.join(", "))),
        }
    }

    /// Adds a place; the label may be empty.
    #[must_use]
    pub fn at(mut self, origin: Origin, label: impl Into<String>) -> Diagnostic {
        self.labels.push((origin, label.into()));
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Orders by file and place, then by what is said.
    fn order(&self) -> impl Ord + '_ {
        let first = self.labels.first().map(|(origin, _)| origin);
        (first, self.severity, self.code, &self.message)
    }
}

/// Everything that is wrong with a declaration.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// In the order in which they were found.
    pub diagnostics: Vec<Diagnostic>,
    /// What may be a secret, by where it stands.
    hidden: BTreeSet<Origin>,
}

impl Report {
    /// Adds a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// No excerpt of the report shows what stands at this place.
    pub(crate) fn hide(&mut self, origin: Origin) {
        self.hidden.insert(origin);
    }

    /// The text of a file with asterisks for what may be a secret.
    fn masked<'a>(&self, source: &'a Source) -> Cow<'a, str> {
        let here = self.hidden.iter().filter(|origin| origin.file == source.name);
        mask::masked(&source.text, here.map(|origin| origin.start..origin.end))
    }

    /// Takes out of the messages what may be a secret where they point.
    #[must_use]
    pub fn without_secrets(mut self, sources: &[Source]) -> Report {
        let texts: BTreeMap<&str, (&str, String)> = sources
            .iter()
            .filter_map(|source| match self.masked(source) {
                Cow::Borrowed(_) => None,
                Cow::Owned(masked) => Some((&*source.name, (&*source.text, masked))),
            })
            .collect();
        for diagnostic in &mut self.diagnostics {
            for (origin, _) in &diagnostic.labels {
                let Some((text, masked)) = texts.get(&*origin.file) else { continue };
                let start = text.get(..origin.start).and_then(|before| before.rfind('\n'));
                let start = start.map_or(0, |at| at + 1);
                let end = text.get(origin.end..).and_then(|rest| rest.find('\n'));
                let end = end.map_or(text.len(), |at| origin.end + at);
                let lines = (text.get(start..end), masked.get(start..end));
                let (Some(plain), Some(covered)) = lines else { continue };
                let said = [Some(&mut diagnostic.message), diagnostic.help.as_mut()];
                for said in said.into_iter().flatten() {
                    *said = mask::without_words(said, plain, covered);
                }
            }
        }
        self
    }

    /// Says whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Says whether one of the diagnostics is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Renders every diagnostic with the lines it points at, in an order that depends only on
    /// what is said and where, and a last line that counts them.
    #[must_use]
    pub fn render(&self, sources: &[Source], colour: bool) -> String {
        render::render(self, sources, colour)
    }

    /// Returns the diagnostics by file and place, each once.
    fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<_> = self.diagnostics.iter().collect();
        sorted.sort_by(|left, right| left.order().cmp(&right.order()));
        sorted.dedup();
        sorted
    }
}

/// Writes the messages without excerpts, one a line.
impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, diagnostic) in self.sorted().into_iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            let message = &diagnostic.message;
            match diagnostic.labels.first() {
                Some((origin, _)) if !message.contains(&*origin.file) => {
                    write!(out, "{separator}{}: {message}", origin.file)?;
                }
                _ => write!(out, "{separator}{message}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Report {}

impl From<Diagnostic> for Report {
    fn from(diagnostic: Diagnostic) -> Report {
        Report { diagnostics: vec![diagnostic], ..Report::default() }
    }
}

impl Extend<Diagnostic> for Report {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.diagnostics.extend(diagnostics);
    }
}

impl FromIterator<Diagnostic> for Report {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Report {
        Report { diagnostics: diagnostics.into_iter().collect(), ..Report::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_text_is_in_order_and_says_nothing_twice() {
        let (a, b) = (Source::new("a.toml", "x y"), Source::new("b.toml", "z"));
        let report = Report::from_iter([
            Diagnostic::error(Code::BadValue, "third").at(b.origin(0..1), ""),
            Diagnostic::error(Code::BadValue, "second").at(a.origin(2..3), ""),
            Diagnostic::warning(Code::BadValue, "first").at(a.origin(0..1), ""),
            Diagnostic::error(Code::BadValue, "second").at(a.origin(2..3), ""),
            Diagnostic::error(Code::BadValue, "nowhere"),
        ]);
        let text = "nowhere\na.toml: first\na.toml: second\nb.toml: third";
        assert_eq!(report.to_string(), text);
    }

    #[test]
    fn warnings_alone_are_no_errors() {
        let mut report = Report::from(Diagnostic::warning(Code::BadValue, "odd"));
        assert!(!report.has_errors() && !report.is_empty());
        report.extend([Diagnostic::error(Code::BadValue, "wrong")]);
        assert!(report.has_errors());
    }
}
