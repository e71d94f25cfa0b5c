//! Transactions that did not get their locks by the deadline, in words.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Blocker, numbered, spoken};
use crate::shown::counted;

/// A transaction that did not get a lock, or comes after one that did not.
#[non_exhaustive]
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Locked {
    /// Its place in the plan, from 0.
    pub transaction: usize,
    /// How many transactions the plan has.
    pub of: usize,
    /// How often it was tried.
    pub attempts: u32,
    /// How long that took, without the pauses.
    pub took: Duration,
    /// The statement that waited last.
    pub sql: String,
    /// What the server said.
    pub message: String,
    /// Who blocked it, as far as that could be told.
    pub blockers: Vec<Blocker>,
    /// The transactions that it comes after and that are not done, by their places, where it was not tried.
    pub after: BTreeSet<usize>,
}

pub(super) fn text(transactions: &[Locked], committed: &str) -> String {
    let mut lines = vec!["not now: a lock was not obtained by the deadline".to_owned()];
    for it in transactions {
        let name = format!("  transaction {} of {}", it.transaction + 1, it.of);
        if it.attempts == 0 {
            lines.push(format!("{name} was not tried: it comes after {}", numbered(&it.after)));
            continue;
        }
        let attempts = counted(it.attempts as usize, "attempt");
        lines.push(format!("{name}, {attempts} in {}: {}", spoken(it.took), it.message));
        lines.push(format!("    the statement was: {}", it.sql));
        lines.extend(it.blockers.iter().map(|blocker| format!("    blocked by {blocker}")));
    }
    let again =
        if committed.contains("same command") { "" } else { "; the same command tries again" };
    lines.push(format!("{committed}{again}"));
    lines.join("\n")
}
