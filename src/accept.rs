//! What is accepted beside the object that it is said of, why, and until when:
//! `allow = [{ hazard = "...", reason = "12 rows", until = "2027-01-31" }]`. The same form says which rules of
//! lint an object may break.

use std::collections::BTreeMap;

use crate::hazard::Hazard;
use crate::report::{Code, Diagnostic};
use crate::source::{Node, Origin, Table};

/// A hazard that its author accepts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acceptance {
    /// The hazard.
    pub hazard: Hazard,
    /// Why.
    pub reason: String,
    /// The last day on which it counts, as `YYYY-MM-DD`; none: always.
    pub until: Option<String>,
    /// Where it is written.
    pub origin: Origin,
}

impl Acceptance {
    /// Reads a list of them.
    ///
    /// # Errors
    /// Every mistake in it: a hazard that is unknown, a reason that is missing, a date that is none.
    pub fn read(node: &Node) -> Result<Vec<Self>, Vec<Diagnostic>> {
        let shape = "write [{ hazard, reason, until }]";
        let Some(items) = node.as_array() else { return Err(vec![wrong(node, shape)]) };
        let (mut read, mut mistakes) = (Vec::new(), Vec::new());
        for item in items {
            let Some(table) = item.as_table() else {
                mistakes.push(wrong(item, shape));
                continue;
            };
            match Self::read_one(item, table) {
                Ok(acceptance) => read.push(acceptance),
                Err(found) => mistakes.extend(found),
            }
        }
        if mistakes.is_empty() { Ok(read) } else { Err(mistakes) }
    }

    fn read_one(item: &Node, table: &Table) -> Result<Self, Vec<Diagnostic>> {
        let entry = Entry::read("allow", item, table, &["hazard", "reason"], &[])?;
        Self::of(item, table, entry)
    }

    /// Reads an entry of a configuration, which may name objects by a glob over ids (`object`).
    ///
    /// # Errors
    /// As [`Acceptance::read`].
    pub fn read_entry(
        item: &Node,
        table: &Table,
    ) -> Result<(Self, Option<String>), Vec<Diagnostic>> {
        let mut entry = Entry::read("allow", item, table, &["hazard", "reason"], &["object"])?;
        let object = entry.find("object");
        Ok((Self::of(item, table, entry)?, object))
    }

    fn of(item: &Node, table: &Table, mut entry: Entry) -> Result<Self, Vec<Diagnostic>> {
        let hazard = entry.take("hazard");
        let hazard = hazard.parse::<Hazard>().map_err(|unknown| {
            vec![unknown_hazard(&unknown, table.get("hazard").map_or(item.origin(), Node::origin))]
        })?;
        let reason = entry.take("reason");
        Ok(Self { hazard, reason, until: entry.until, origin: item.origin() })
    }
}

/// A mistake in the name of a hazard.
#[must_use]
pub fn unknown_hazard(unknown: &crate::hazard::UnknownHazard, at: Origin) -> Diagnostic {
    Diagnostic::error(Code::UnknownHazard, format!("unknown hazard `{}`", unknown.name))
        .at(at, "this hazard")
        .help(unknown.help())
}

/// An inline table of texts with a last day.
pub(crate) struct Entry {
    said: BTreeMap<String, String>,
    /// The last day on which it counts, as `YYYY-MM-DD`.
    pub(crate) until: Option<String>,
}

impl Entry {
    /// Reads an entry of the list `list`, with the keys that it needs, those that it may have, and `until`.
    pub(crate) fn read(
        list: &str,
        item: &Node,
        table: &Table,
        needs: &[&str],
        may_have: &[&str],
    ) -> Result<Self, Vec<Diagnostic>> {
        let known: Vec<&str> = needs.iter().chain(may_have).copied().chain(["until"]).collect();
        let mut mistakes = Vec::new();
        let mut said: BTreeMap<String, String> = BTreeMap::new();
        for (key, node) in &table.entries {
            let text = match node {
                Node::String(text) => text.value.clone(),
                Node::Datetime(text, _) => text.clone(),
                _ => {
                    mistakes.push(wrong(node, "a text belongs here"));
                    continue;
                }
            };
            if known.contains(&key.name.as_str()) {
                said.insert(key.name.clone(), text);
            } else {
                mistakes.push(Diagnostic::misplaced(key, &known));
            }
        }
        let is_said = |key: &str| said.get(key).is_some_and(|text| !text.trim().is_empty());
        if let Some(key) = needs.iter().find(|key| !is_said(key) && mistakes.is_empty()) {
            let message = format!("an entry of {list} needs `{key}`");
            return Err(vec![
                Diagnostic::error(Code::BadValue, message).at(item.origin(), "this entry"),
            ]);
        }
        let until = said.remove("until");
        if let (Some(until), Some(node)) = (&until, table.get("until"))
            && !is_date(until)
        {
            mistakes.push(wrong(node, "until is a date, such as \"2027-06-30\""));
        }
        if mistakes.is_empty() { Ok(Self { said, until }) } else { Err(mistakes) }
    }

    /// The text of a key, once.
    pub(crate) fn take(&mut self, key: &str) -> String {
        self.said.remove(key).unwrap_or_default()
    }

    /// The text of a key that need not be there.
    pub(crate) fn find(&mut self, key: &str) -> Option<String> {
        self.said.remove(key)
    }
}

/// Whether what counts until a day counts no more.
pub(crate) fn is_over(until: Option<&str>, today: &str) -> bool {
    until.is_some_and(|until| until < today)
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |at: usize, digits: usize| {
        parts.get(at).filter(|part| part.len() == digits).and_then(|part| part.parse::<u32>().ok())
    };
    let (year, month, day) = (number(0, 4), number(1, 2), number(2, 2));
    parts.len() == 3
        && year.is_some()
        && month.is_some_and(|month| (1..=12).contains(&month))
        && day.is_some_and(|day| (1..=31).contains(&day))
}

/// A value that is not of the sort that belongs in its place.
pub(crate) fn wrong(node: &Node, what: &str) -> Diagnostic {
    Diagnostic::error(Code::WrongType, what).at(node.origin(), "this value")
}
