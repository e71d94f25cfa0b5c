//! Which locks a transaction holds from which statement on: all until it is committed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::ink;
use crate::plan::{LockMode, Transaction};

/// The locks on one relation.
#[derive(Serialize)]
pub(super) struct Held {
    relation: String,
    /// The strongest, in the words of LOCK TABLE.
    mode: &'static str,
    pieces: Vec<Piece>,
}

/// How long one mode is held, in hundredths of the transaction.
#[derive(Serialize)]
struct Piece {
    from: usize,
    width: usize,
    /// What waits for it: `all`, `writes`, `none`.
    blocks: &'static str,
    says: String,
}

/// So many relations are drawn.
const MANY: usize = 40;

/// The relations that a transaction locks, those that are blocked most and longest first, and how many are left out.
pub(super) fn timeline(transaction: &Transaction, first: usize) -> (Vec<Held>, usize) {
    let count = transaction.steps.len().max(1);
    let mut taken: BTreeMap<String, Vec<(usize, LockMode)>> = BTreeMap::new();
    for (at, step) in transaction.steps.iter().enumerate() {
        for lock in &step.locks {
            let held = taken.entry(lock.relation.to_string()).or_default();
            // A weaker lock beside a stronger one changes nothing for others.
            if held.last().is_none_or(|(_, mode)| weight(*mode) < weight(lock.mode)) {
                held.push((at, lock.mode));
            }
        }
    }
    let mut all: Vec<_> = taken.into_iter().collect();
    all.sort_by_key(|(relation, held)| {
        let strongest = held.last().map_or(0, |(_, mode)| weight(*mode));
        let since = held.last().map_or(0, |(at, _)| *at);
        (std::cmp::Reverse(strongest), since, relation.clone())
    });
    let left = all.len().saturating_sub(MANY);
    let held = all.into_iter().take(MANY).map(|(relation, held)| {
        let pieces = held.iter().enumerate().map(|(place, (at, mode))| {
            let end = held.get(place + 1).map_or(count, |(next, _)| *next);
            let from = at * 100 / count;
            Piece {
                from,
                width: (end * 100 / count).saturating_sub(from).max(1),
                blocks: blocks(*mode),
                says: format!("{} from statement {}", mode.words(), first + at),
            }
        });
        Held {
            relation: ink::line(&relation).into_owned(),
            mode: held.last().map_or("", |(_, mode)| mode.words()),
            pieces: pieces.collect(),
        }
    });
    (held.collect(), left)
}

fn weight(mode: LockMode) -> usize {
    LockMode::ALL.iter().position(|other| *other == mode).unwrap_or_default() + 1
}

fn blocks(mode: LockMode) -> &'static str {
    match (mode.blocks_reads(), mode.blocks_writes()) {
        (true, _) => "all",
        (false, true) => "writes",
        (false, false) => "none",
    }
}
