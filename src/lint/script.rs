//! What is known when it is a statement's turn: what the script has made, which transaction is open, what is set.

use std::collections::BTreeSet;

use super::{Finding, Rule, Sizes, What};
use crate::hazard::{Hazard, Severity};

/// An open transaction block.
#[derive(Default)]
struct Open {
    /// Tables that others use and that it locks, so that they cannot be written.
    locked: BTreeSet<String>,
    /// Whether it has written rows of such tables.
    has_rows: bool,
    /// Labels of enums that it adds.
    labels: Vec<String>,
    /// Constraints that it adds NOT VALID.
    not_valid: BTreeSet<(String, String)>,
    /// Whether `SET LOCAL lock_timeout` holds.
    timeout: bool,
}

/// The state of a script.
pub(super) struct Script<'a> {
    sizes: &'a Sizes,
    above: u64,
    at: usize,
    text: &'a str,
    found: Vec<Finding>,
    open: Option<Open>,
    /// Whether `SET lock_timeout` holds for the session.
    timeout: bool,
    /// Whether it was said that it does not hold.
    said_timeout: bool,
    /// Tables that get a replica identity other than their key.
    identified: BTreeSet<String>,
    /// Relations that the script makes, as long as they are empty.
    made: BTreeSet<String>,
    /// Checks that are added NOT VALID, and whether they are validated: table, name, condition.
    checks: Vec<(String, String, String, bool)>,
}

impl<'a> Script<'a> {
    pub(super) fn new(sizes: &'a Sizes, above: u64) -> Self {
        Self {
            sizes,
            above,
            at: 0,
            text: "",
            found: Vec::new(),
            open: None,
            timeout: false,
            said_timeout: false,
            identified: BTreeSet::new(),
            made: BTreeSet::new(),
            checks: Vec::new(),
        }
    }

    /// It is the turn of the statement that begins at a byte.
    pub(super) fn statement(&mut self, at: usize, text: &'a str) {
        (self.at, self.text) = (at, text);
    }

    /// What was found, in the order of the script.
    pub(super) fn found(self) -> Vec<Finding> {
        self.found
    }

    fn add(&mut self, what: What, severity: Severity, message: String) {
        let at = self.at;
        let finding = Finding { what, severity, message, at };
        if !self.found.contains(&finding) {
            self.found.push(finding);
        }
    }

    /// Says a hazard, as grave as its page says.
    pub(super) fn hazard(&mut self, hazard: Hazard, message: impl Into<String>) {
        self.add(What::Hazard(hazard), hazard.severity(), message.into());
    }

    /// Says a hazard that is less grave here than its page says.
    pub(super) fn mild(&mut self, hazard: Hazard, message: impl Into<String>) {
        self.add(What::Hazard(hazard), Severity::Warn, message.into());
    }

    /// Says a hazard of work on the rows of a table: none if the script made the table, mild if it is small.
    pub(super) fn work(&mut self, hazard: Hazard, table: &str, message: impl Into<String>) {
        if self.is_made(table) {
        } else if self.is_small(table) {
            self.mild(hazard, message);
        } else {
            self.hazard(hazard, message);
        }
    }

    pub(super) fn rule(&mut self, rule: Rule, message: impl Into<String>) {
        self.add(What::Rule(rule), Severity::Block, message.into());
    }

    /// Whether the script made the relation, and nothing is in it.
    pub(super) fn is_made(&self, relation: &str) -> bool {
        self.made.contains(relation)
    }

    /// Whether a relation is known to be small.
    pub(super) fn is_small(&self, relation: &str) -> bool {
        self.sizes.is_small(relation, self.above)
    }

    /// The script makes a relation.
    pub(super) fn makes(&mut self, relation: String) {
        self.made.insert(relation);
    }

    /// Rows come into a relation.
    pub(super) fn fills(&mut self, relation: &str) {
        self.made.remove(relation);
    }

    /// A transaction block begins or ends.
    pub(super) fn begins(&mut self) {
        self.open.get_or_insert_default();
    }

    pub(super) fn ends(&mut self) {
        self.open = None;
    }

    /// `lock_timeout` is set to something, or to nothing.
    pub(super) fn times(&mut self, on: bool, local: bool) {
        self.said_timeout = false;
        match &mut self.open {
            Some(open) if local => open.timeout = on,
            // Outside a transaction block SET LOCAL has no effect.
            None if local => {}
            _ => self.timeout = on,
        }
    }

    /// A statement refuses a transaction block.
    pub(super) fn alone(&mut self, words: &str) {
        if self.open.is_some() {
            let message = format!("PostgreSQL refuses {words} in a transaction block");
            self.rule(Rule::ConcurrentlyInTransaction, message);
        }
    }

    /// A statement locks a table so that it cannot be written, or not be read either.
    pub(super) fn locks(&mut self, table: &str, mode: &str) {
        if self.is_made(table) {
            return;
        }
        let timed = self.timeout || self.open.as_ref().is_some_and(|open| open.timeout);
        if !timed && !std::mem::replace(&mut self.said_timeout, true) {
            let message = format!("it waits for {mode} on {table}, and lock_timeout is not set");
            self.rule(Rule::MissingLockTimeout, message);
        }
        let Some(open) = &mut self.open else { return };
        let others = !open.locked.is_empty() && !open.locked.contains(table);
        open.locked.insert(table.to_owned());
        let (all, has_rows) = (open.locked.iter().cloned().collect::<Vec<_>>(), open.has_rows);
        if others {
            let message = format!("the transaction keeps locked: {}", all.join(", "));
            self.rule(Rule::SeveralTablesInTransaction, message);
        }
        if has_rows {
            let message = format!("it locks {table} in a transaction that has written rows before");
            self.rule(Rule::RowsWithDdl, message);
        }
    }

    /// A table gets a replica identity other than its key.
    pub(super) fn identifies(&mut self, table: &str) {
        self.identified.insert(table.to_owned());
    }

    /// Whether a table has got a replica identity other than its key.
    pub(super) fn is_identified(&self, table: &str) -> bool {
        self.identified.contains(table)
    }

    /// A statement writes many rows of a table.
    pub(super) fn writes(&mut self, table: &str, batched: bool) {
        if self.is_made(table) || self.is_small(table) {
            return;
        }
        if !batched {
            let message = format!("it writes the rows of {table} in one transaction");
            self.rule(Rule::UnbatchedRows, message);
        }
        let Some(open) = &mut self.open else { return };
        open.has_rows = true;
        let locked: Vec<String> = open.locked.iter().cloned().collect();
        if !locked.is_empty() {
            let message = format!("{} stays locked while rows are written", locked.join(", "));
            self.rule(Rule::RowsWithDdl, message);
        }
    }

    /// A label is added to an enum.
    pub(super) fn labels(&mut self, label: &str) {
        if let Some(open) = &mut self.open {
            open.labels.push(label.to_owned());
        }
    }

    /// The label of an enum that this transaction has added and that the statement uses.
    pub(super) fn uses_label(&mut self) {
        let Some(open) = &self.open else { return };
        let used = open.labels.iter().find(|label| self.text.contains(&format!("'{label}'")));
        if let Some(label) = used.cloned() {
            let message = format!("it uses the label {label}, which the same transaction adds");
            self.hazard(Hazard::EnumValueInUseSameTx, message);
        }
    }

    /// A constraint is added NOT VALID; `condition`: of a check.
    pub(super) fn adds_not_valid(&mut self, table: &str, name: &str, condition: Option<String>) {
        if let Some(open) = &mut self.open {
            open.not_valid.insert((table.to_owned(), name.to_owned()));
        }
        if let Some(condition) = condition {
            self.checks.push((table.to_owned(), name.to_owned(), condition, false));
        }
    }

    /// A constraint is validated.
    pub(super) fn validates(&mut self, table: &str, name: &str) {
        let key = (table.to_owned(), name.to_owned());
        if self.open.as_ref().is_some_and(|open| open.not_valid.contains(&key)) {
            let message =
                format!("constraint {name} of {table} is added and validated in one transaction");
            self.work(Hazard::NotValidAndValidateTogether, table, message);
        }
        for (of, check, _, valid) in &mut self.checks {
            *valid |= of == table && check == name;
        }
    }

    /// Whether a validated check of the script proves something of a table's rows.
    pub(super) fn proves(&self, table: &str, proves: impl Fn(&str) -> bool) -> bool {
        self.checks
            .iter()
            .any(|(of, _, condition, valid)| *valid && of == table && proves(condition))
    }
}
