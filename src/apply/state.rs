//! Which transactions of a plan are done, from the objects of the database: each is judged alone.

use std::collections::{BTreeMap, BTreeSet};

use super::ApplyError;
use super::depend::{Dependence, touched};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::plan::{LOOSE, Plan, Prints, fingerprint, loose_fingerprint};
use crate::step::Step;

/// What the objects of a database say of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    ToDo,
    Done,
    /// All of its objects are changed by earlier and later transactions, too.
    Unknown,
}

/// The transactions that are done.
///
/// # Errors
/// [`ApplyError::Stale`] with the objects that are neither as a transaction starts from them nor as it leaves them.
pub(super) fn done(
    plan: &Plan,
    depend: &Dependence,
    current: &Catalog,
) -> Result<BTreeSet<usize>, ApplyError> {
    let mut states: Vec<State> = Vec::new();
    for at in 0..plan.transactions.len() {
        let waits = depend.before(at).iter().any(|before| states[*before] == State::ToDo);
        // What it looks at is not yet as it finds it.
        states.push(if waits { State::ToDo } else { state(plan, at, current)? });
    }
    for at in (0..states.len()).rev().filter(|at| states[*at] == State::Unknown).collect::<Vec<_>>()
    {
        let done = depend.after(at).any(|after| states[after] == State::Done);
        states[at] = if done { State::Done } else { State::ToDo };
    }
    Ok((0..states.len()).filter(|at| states[*at] == State::Done).collect())
}

fn state(plan: &Plan, at: usize, current: &Catalog) -> Result<State, ApplyError> {
    let transaction = &plan.transactions[at];
    let mut before = moved(&transaction.before, current);
    before.retain(|id| remedy(id, current).is_none());
    let passing = passing(plan);
    // Of what is there for a while only, a later transaction may have left another state already.
    let superseded = |id: &Id| {
        let later = plan.transactions[at + 1..].iter().filter_map(|it| it.after.get_key_value(id));
        let mut later = later.map(|(id, print)| Prints::from([(id.clone(), print.clone())]));
        passing.contains(id) && later.any(|print| moved(&print, current).is_empty())
    };
    let mut after = moved(&transaction.after, current);
    after.retain(|id| !superseded(id));
    // It is absent before its time, and after: others say which.
    if after.is_empty() && before.is_empty() && !transaction.after.is_empty() {
        let only_passing = transaction.after.keys().all(|id| passing.contains(id));
        if only_passing {
            return Ok(State::Unknown);
        }
    }
    let touched = touched(transaction, plan);
    // An object that an earlier transaction has changed has no fingerprint before. One after it leaves out
    // the texts, so that it says less than one before.
    let starts = transaction.before.keys().any(|id| touched.contains(id));
    match (starts, transaction.after.is_empty()) {
        (false, true) => Ok(State::Unknown),
        (true, _) if before.is_empty() => Ok(State::ToDo),
        _ if after.is_empty() => Ok(State::Done),
        _ if before.is_empty() => Ok(State::ToDo),
        _ => Err(ApplyError::Stale(before)),
    }
}

/// The statement that removes what a statement that failed half way has left of an object: before a transaction that
/// counts as its not having begun.
pub(super) fn remedy(id: &Id, current: &Catalog) -> Option<Step> {
    current.get(id)?.attrs.as_unsaid()?.remedy(id)
}

/// The objects that are there only while the plan is applied.
fn passing(plan: &Plan) -> BTreeSet<Id> {
    let mut ends: BTreeMap<&Id, (bool, bool)> = BTreeMap::new();
    for transaction in &plan.transactions {
        for (id, print) in &transaction.before {
            ends.entry(id).or_insert((print.is_none(), false));
        }
        for (id, print) in &transaction.after {
            ends.entry(id).or_insert((false, false)).1 = print.is_none();
        }
    }
    ends.into_iter()
        .filter(|(_, (first, last))| *first && *last)
        .map(|(id, _)| id.clone())
        .collect()
}

/// The objects that are not as a transaction expects them.
pub(super) fn moved(expected: &Prints, current: &Catalog) -> Vec<Id> {
    let is = |id: &Id, wanted: &Option<String>| match (wanted, current.get(id)) {
        (None, None) => true,
        (Some(wanted), Some(object)) if wanted.starts_with(LOOSE) => {
            *wanted == loose_fingerprint(object)
        }
        (Some(wanted), Some(object)) => *wanted == fingerprint(object),
        _ => false,
    };
    let moved = expected.iter().filter(|(id, wanted)| !is(id, wanted));
    moved.map(|(id, _)| id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Transaction;

    /// A transaction by its fingerprints of one object before and after, if it has them; in the database is nothing.
    fn transaction(before: Option<bool>, after: Option<bool>) -> Transaction {
        let print = |there: bool| {
            let id: Id = "table:public.a".parse().unwrap();
            Prints::from([(id, there.then(|| "print".to_owned()))])
        };
        Transaction {
            before: before.map(print).unwrap_or_default(),
            after: after.map(print).unwrap_or_default(),
            ..Transaction::default()
        }
    }

    fn judged(transactions: Vec<Transaction>) -> Result<Vec<usize>, ApplyError> {
        let plan = Plan { transactions, ..Plan::default() };
        let done = done(&plan, &Dependence::of(&plan), &Catalog::default())?;
        Ok(done.into_iter().collect())
    }

    #[test]
    fn a_transaction_is_done_where_what_it_leaves_is_there_and_what_it_starts_from_is_not() {
        let (there, gone) = (Some(true), Some(false));
        assert_eq!(judged(vec![transaction(there, gone)]).unwrap(), [0]);
        assert!(judged(vec![transaction(gone, there)]).unwrap().is_empty());
        // What it leaves may look as what it starts from: the texts are left out of that.
        assert!(judged(vec![transaction(gone, gone)]).unwrap().is_empty());
        let stale = judged(vec![transaction(there, there)]).unwrap_err();
        assert!(matches!(stale, ApplyError::Stale(moved) if moved.len() == 1));
    }

    #[test]
    fn a_transaction_between_two_that_change_its_object_is_judged_by_them() {
        let (there, gone) = (Some(true), Some(false));
        let chain = |before| {
            let (middle, last) = (transaction(None, None), transaction(None, gone));
            vec![transaction(before, gone), middle, last]
        };
        assert_eq!(judged(chain(there)).unwrap(), [0, 1, 2]);
        // The first is to do, so that those behind it are, whatever is there.
        assert!(judged(chain(gone)).unwrap().is_empty());
    }
}
