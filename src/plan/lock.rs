//! The pass `lock`: which locks each statement takes on relations that were there before the plan,
//! and the hazards that follow from its form (manual, "Explicit Locking" and the page of each
//! command). It reads statements and knows nothing of why they are there.
//!
//! ACCESS SHARE is left out, for it waits for nothing but ACCESS EXCLUSIVE, and so are the indexes
//! of a table that is locked itself, unless the statement names them. How large a relation is
//! nobody knows here.

mod alter;
mod privilege;
mod statement;
mod there;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Change, Lock, LockMode, PlannedStep, Relation, Transaction};
use crate::catalog::Catalog;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::sql::quote::ident;
use crate::sql::scan;
use crate::sql::tree::{self, Class};
use crate::step::StepHazard;
use there::{At, There};

/// What one statement does to what was there.
#[derive(Default)]
struct Taken {
    modes: BTreeMap<At, LockMode>,
    /// The relations that the statement names.
    named: BTreeSet<At>,
    /// Those that it reaches because a named one is their parent.
    below: BTreeSet<At>,
    hazards: Vec<StepHazard>,
}

impl Taken {
    /// Locks a relation that the statement does not name.
    fn take(&mut self, at: At, mode: LockMode) {
        let strongest = self.modes.entry(at).or_insert(mode);
        *strongest = mode.max(*strongest);
    }

    /// Locks a relation that it names.
    fn name(&mut self, at: At, mode: LockMode) {
        self.named.insert(at);
        self.take(at, mode);
    }

    /// Locks partitions or inheriting tables of a relation that it names.
    fn reach(&mut self, all: impl IntoIterator<Item = At>, mode: LockMode) {
        for at in all {
            self.below.insert(at);
            self.take(at, mode);
        }
    }

    fn hazard(&mut self, name: Hazard, message: String) {
        self.hazards.push(StepHazard { name, message });
    }

    /// The hazards that follow from the locks alone.
    fn surprises(&mut self, there: &There<'_>) {
        let stopped: Vec<(At, LockMode)> = self
            .modes
            .iter()
            .map(|(at, mode)| (*at, *mode))
            .filter(|(_, m)| m.blocks_writes())
            .collect();
        let below = stopped.iter().filter(|(at, _)| self.below.contains(at)).count();
        let others: Vec<String> = stopped
            .iter()
            .filter(|(at, _)| !self.named.contains(at) && !self.below.contains(at))
            .map(|(at, _)| there.text(*at))
            .collect();
        if !others.is_empty() {
            let mut others = others;
            others.sort();
            let message = format!("it also locks {}, which it does not name", others.join(", "));
            self.hazard(Hazard::LocksOtherTable, message);
        }
        if below > 0 {
            let tables = if below == 1 {
                "1 partition or child".to_owned()
            } else {
                format!("{below} partitions or children")
            };
            let message = format!("it locks {tables} too, one after the other");
            self.hazard(Hazard::LocksPartitionTree, message);
        }
    }
}

/// Fills in the locks of every step, and adds the hazards that its form makes certain.
///
/// Relations that the plan creates carry neither. `current` has the new names of what the `changes` of the plan rename.
pub(crate) fn lock(transactions: &mut [Transaction], changes: &[Change], current: &Catalog) {
    if transactions.is_empty() || current.objects.is_empty() {
        return;
    }
    let mut there = There::new(current);
    let mut words = Words::default();
    words.add(there.names());
    let all = || transactions.iter().flat_map(|transaction| &transaction.steps);
    let renames = |step: &PlannedStep| {
        let change = step.changes.first().and_then(|at| changes.get(*at));
        may_rename(&step.sql) && change.is_none_or(|change| change.from.is_some())
    };
    for step in all().rev().filter(|step| renames(step)) {
        if let Ok(parsed) = tree::parse(Class::Statements, &step.sql) {
            statement::undo_rename(&parsed, &mut there);
        }
    }
    there.name_again();
    words.add(there.names());
    words.add_renames(transactions);
    let mut found = Vec::new();
    read(transactions, there, &words, &mut |taken, there| {
        let lock = |(at, mode): (&At, &LockMode)| Lock { relation: there.name(*at), mode: *mode };
        let mut locks: Vec<Lock> = taken.modes.iter().map(lock).collect();
        locks.sort_by_cached_key(|lock| lock.relation.to_string());
        found.push((locks, taken.hazards));
    });
    let steps = transactions.iter_mut().flat_map(|transaction| &mut transaction.steps);
    for (step, (locks, hazards)) in steps.zip(found) {
        step.locks = locks;
        for hazard in hazards {
            if !step.hazards.contains(&hazard) {
                step.hazards.push(hazard);
            }
        }
    }
}

/// The locks on relations that a statement names itself and that its plan does not say, or says to be weaker. A saved
/// plan is a file that can be edited; `current` is the database before it, with the old names. Locks that a relation
/// reached in another way gets are left out: who refers to it may have changed since.
pub(crate) fn understated(transactions: &[Transaction], current: &Catalog) -> Vec<String> {
    let there = There::new(current);
    // An object whose first fingerprint is "absent" is made by the plan; what it lives in was there.
    let mut known: BTreeMap<Id, bool> = BTreeMap::new();
    for (id, print) in transactions.iter().flat_map(|transaction| &transaction.before) {
        known.entry(id.clone()).or_insert(print.is_some());
    }
    let mut old = BTreeSet::new();
    for id in known.keys().flat_map(|id| id.parents().into_iter().chain([id.clone()])) {
        if known.get(&id) != Some(&false) && id.path.len() > 1 {
            old.extend(there.named(&id.path[0], id.name()));
        }
    }
    let mut words = Words::default();
    words.add(there.names());
    words.add_renames(transactions);
    let mut steps = transactions.iter().flat_map(|transaction| &transaction.steps);
    let mut number = 0;
    let mut less = Vec::new();
    read(transactions, there, &words, &mut |taken, there| {
        number += 1;
        let Some(step) = steps.next() else { return };
        for (at, mode) in &taken.modes {
            let relation = there.name(*at);
            let said = |lock: &Lock| lock.relation == relation && lock.mode >= *mode;
            if taken.named.contains(at) && old.contains(at) && !step.locks.iter().any(said) {
                less.push(format!("statement {number} takes {mode} on {relation}"));
            }
        }
    });
    less
}

/// Tells what each statement takes, in order.
fn read(
    transactions: &[Transaction],
    mut there: There<'_>,
    words: &Words,
    tell: &mut dyn FnMut(Taken, &There<'_>),
) {
    let mut grants = Grants { current: there.current(), known: None, gone: BTreeSet::new() };
    for transaction in transactions {
        there.begin();
        for step in &transaction.steps {
            let mut taken = Taken::default();
            if !grants.read(&step.sql, &mut taken) && words.concern(&step.sql) {
                there.path = step.search_path.clone().unwrap_or_default();
                match tree::parse(Class::Statements, &step.sql) {
                    Ok(parsed) => statement::read(&parsed, &mut there, &mut taken),
                    Err(_) => there.all_in(&step.sql, &mut taken),
                }
            }
            taken.surprises(&there);
            tell(taken, &there);
            there.settle();
        }
    }
}

fn may_rename(sql: &str) -> bool {
    sql.starts_with("ALTER ") && (sql.contains(" RENAME ") || sql.contains(" SET SCHEMA "))
}

/// Tells without parsing that a statement has nothing to do with what was there.
#[derive(Default)]
struct Words {
    plain: HashSet<Vec<u8>>,
    odd: BTreeSet<String>,
}

/// Statements that lock no relation more than reading does.
const HARMLESS: &[&str] = &[
    "CREATE FUNCTION ",
    "CREATE OR REPLACE FUNCTION ",
    "CREATE PROCEDURE ",
    "CREATE OR REPLACE PROCEDURE ",
    "CREATE VIEW ",
    "CREATE MATERIALIZED VIEW ",
    "CREATE TYPE ",
    "CREATE DOMAIN ",
];

/// Statements that concern relations which they do not name.
const INDIRECT: &[&str] = &["ALTER DOMAIN ", "ALTER SCHEMA ", "DROP STATISTICS "];

impl Words {
    fn add<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        for name in names {
            if name.bytes().all(is_word) {
                self.plain.insert(name.as_bytes().to_vec());
            } else {
                self.odd.insert(ident(name));
            }
        }
    }

    /// Names that relations get on the way: a helper's, or that of what is replaced.
    fn add_renames(&mut self, transactions: &[Transaction]) {
        let steps = transactions.iter().flat_map(|transaction| &transaction.steps);
        for step in steps.filter(|step| may_rename(&step.sql)) {
            let tokens = scan::tokens(&step.sql).unwrap_or_default();
            self.add(tokens.last().map(|token| token.word.as_str()).into_iter());
        }
    }

    fn concern(&self, sql: &str) -> bool {
        if HARMLESS.iter().any(|start| sql.starts_with(start)) {
            return false;
        }
        INDIRECT.iter().any(|start| sql.starts_with(start))
            || sql.as_bytes().split(|byte| !is_word(*byte)).any(|word| self.has(word))
            || self.odd.iter().any(|name| sql.contains(name))
    }

    fn has(&self, word: &[u8]) -> bool {
        self.plain.contains(word)
            || word.iter().any(u8::is_ascii_uppercase)
                && self.plain.contains(&word.to_ascii_lowercase())
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || !byte.is_ascii()
}

/// Says of statements about privileges, owners and extensions whether they are for something that
/// was there; the addresses are those that the same kinds have written into the statements.
struct Grants<'a> {
    current: &'a Catalog,
    /// How GRANT and ALTER name an object, and how DROP does.
    known: Option<BTreeMap<String, String>>,
    gone: BTreeSet<String>,
}

impl Grants<'_> {
    /// Whether that is all there is to say of the statement.
    fn read(&mut self, sql: &str, taken: &mut Taken) -> bool {
        if let Some(dropped) = sql.strip_prefix("DROP ") {
            self.gone.insert(dropped.to_owned());
        }
        if ["CREATE", "ALTER", "DROP"]
            .iter()
            .any(|verb| sql.strip_prefix(verb).is_some_and(|rest| rest.starts_with(" EXTENSION ")))
        {
            let message = "what the extension's script does is not looked into";
            taken.hazard(Hazard::ExtensionChange, message.to_owned());
            return true;
        }
        let (message, done) = if sql.starts_with("ALTER DEFAULT PRIVILEGES ") {
            (privilege::change(sql, "made later"), true)
        } else if sql.starts_with("GRANT ") || sql.starts_with("REVOKE ") {
            match self.subject(sql, &["on"], &["to", "from"]) {
                Some(_) => (privilege::change(sql, ""), true),
                None => return true,
            }
        } else if sql.starts_with("ALTER ") && sql.contains(" OWNER TO ") {
            match self.subject(sql, &["alter"], &["owner"]) {
                Some(of) => (privilege::owner(sql, &of), false),
                None => return false,
            }
        } else {
            return false;
        };
        let message = message.unwrap_or_else(|| "who may use the object changes".to_owned());
        taken.hazard(Hazard::PrivilegeChange, message);
        done
    }

    /// What stands between two words of the statement, if it was there before the plan. A
    /// membership has no such words and stays out.
    fn subject(&mut self, sql: &str, from: &[&str], to: &[&str]) -> Option<String> {
        let tokens = scan::tokens(sql).ok()?;
        let is = |token: &scan::Token, words: &[&str]| words.iter().any(|word| token.is_word(word));
        let start = tokens.iter().position(|token| is(token, from))?;
        let end = tokens.iter().skip(start).position(|token| is(token, to))? + start;
        let text = sql.get(tokens.get(start)?.end..tokens.get(end)?.start)?.trim();
        let current = self.current;
        let known = self.known.get_or_insert_with(|| addresses(current));
        let dropped = known.get(text)?;
        (!self.gone.contains(dropped)).then(|| text.to_owned())
    }
}

fn addresses(current: &Catalog) -> BTreeMap<String, String> {
    let all = current.objects.iter().filter(|(id, _)| {
        let def = id.kind.def();
        def.owned || def.rights.is_some()
    });
    all.flat_map(|(id, object)| {
        let address = object.attrs.address(id);
        let texts = [Some(address.clone()), object.attrs.grant_address(id)];
        texts.into_iter().flatten().map(move |text| (text, address.clone()))
    })
    .collect()
}
