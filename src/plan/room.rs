//! The pass `room`: whether the locks of each transaction fit into the server's lock table (manual,
//! `max_locks_per_transaction`). A transaction that takes more fails after it has waited for and held most of them.

use std::collections::BTreeSet;

use super::{Action, Change, PlanError, PlannedStep, Relation, Transaction};
use crate::catalog::Server;
use crate::id::Id;

/// Refuses a plan with a transaction that cannot fit, and notes one that fits only into what the server reserves for
/// its own processes (`InitLocks`, `LockShmemSize`: a tenth more than for all backends). The count is the least that the
/// transaction takes, so that no plan is refused that would fit.
///
/// # Errors
/// [`PlanError::Locks`].
pub(super) fn check(
    transactions: &[Transaction],
    changes: &[Change],
    server: &Server,
) -> Result<Vec<String>, PlanError> {
    let mut notes = Vec::new();
    let (room, each) = (server.lock_table as usize, server.max_locks as usize);
    if room == 0 || each == 0 {
        return Ok(notes);
    }
    let most = room.max(each * server.backends as usize * 11 / 10);
    for (at, transaction) in transactions.iter().enumerate() {
        let locks = least(transaction, changes);
        if locks <= room {
            continue;
        }
        // A quarter more, for the sessions beside it.
        let enough = (locks + locks / 4).div_ceil((room / each).max(1));
        let error =
            PlanError::Locks { transaction: at + 1, locks, room: server.lock_table, enough };
        if locks > most {
            return Err(error);
        }
        notes.push(error.to_string());
    }
    Ok(notes)
}

/// How many locks a transaction takes at least: one on each relation, and one on each object that it drops, where a
/// table has two types of its own (`AcquireDeletionLock`).
fn least(transaction: &Transaction, changes: &[Change]) -> usize {
    let locks = transaction.steps.iter().flat_map(|step| &step.locks);
    let relations: BTreeSet<&Relation> = locks.map(|lock| &lock.relation).collect();
    let beside: usize = transaction.steps.iter().map(|step| dropped(step, changes)).sum();
    relations.len() + beside
}

/// The locks of a DROP beside the one on the relation itself.
fn dropped(step: &PlannedStep, changes: &[Change]) -> usize {
    if !step.sql.starts_with("DROP ") {
        return 0;
    }
    let ids = step.changes.iter().filter_map(|at| changes.get(*at));
    let ids = ids.filter(|change| change.action == Action::Drop);
    let ids: Vec<&Id> = ids.map(|change| &change.object).collect();
    let first = ids.first().map_or(0, |id| 2 * usize::from(id.kind.def().holds_rows));
    let inside = ids.iter().skip(1).filter(|id| !id.kind.def().shapes && !id.kind.def().single);
    first + inside.count()
}

#[cfg(test)]
mod tests {
    use super::super::{Lock, LockMode};
    use super::*;

    #[test]
    fn a_transaction_that_does_not_fit_is_refused_with_what_is_enough() {
        let step = |n: usize| PlannedStep {
            sql: format!("ALTER TABLE t{n} ADD COLUMN a int"),
            locks: vec![Lock {
                relation: Relation::new("public", format!("t{n}")),
                mode: LockMode::AccessExclusive,
            }],
            ..PlannedStep::default()
        };
        let all = [Transaction {
            block: true,
            steps: (0..400).map(step).collect(),
            ..Transaction::default()
        }];
        let server = |max_locks| Server {
            lock_table: max_locks * 30,
            max_locks,
            backends: 36,
            ..Server::default()
        };
        let error = check(&all, &[], &server(10)).unwrap_err();
        assert!(matches!(error, PlanError::Locks { locks: 400, room: 300, enough: 17, .. }));
        assert_eq!(check(&all, &[], &server(11)).unwrap().len(), 1);
        assert_eq!(check(&all, &[], &server(17)).unwrap().len(), 0);
    }
}
