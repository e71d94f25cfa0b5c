//! Which transactions of a plan are done, from the objects of the database.
//!
//! The transactions that change an object come one after the other, and of some of them the plan says how they leave it. So
//! an object says how many of them may be done; an object that is made for a while only says it twice, as it is absent
//! before and after. The answer is the smallest set that all objects allow and that has with each transaction those
//! before it, and then whatever an object proves.

use std::collections::{BTreeMap, BTreeSet};

use super::ApplyError;
use super::depend::{Dependence, touched};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::plan::{LOOSE, Plan, Prints, fingerprint, loose_fingerprint};
use crate::step::Step;

/// An object, and the transactions that change it.
#[derive(Default)]
struct Chain<'a> {
    /// How it is before all of them, if the plan says so.
    start: Option<&'a Option<String>>,
    /// Their places, in order.
    changes: Vec<usize>,
    /// How each leaves it, where the plan says so.
    left: Vec<Option<&'a Option<String>>>,
    /// Whether each is a transaction block, of which nothing is left when it fails.
    block: Vec<bool>,
}

impl Chain<'_> {
    /// Whether the object is as the first `count` changes leave it; `None`: the plan does not say. What the next change
    /// has left of it when it failed counts as that.
    fn fits(&self, count: usize, id: &Id, current: &Catalog) -> Option<bool> {
        if self.block.get(count) == Some(&false) && remedy(id, current).is_some() {
            return Some(true);
        }
        let print = match count.checked_sub(1) {
            None => self.start,
            Some(last) => self.left.get(last).copied().flatten(),
        };
        print.map(|print| is(id, print, current))
    }

    /// How many of the changes are done.
    fn count(&self, done: &BTreeSet<usize>) -> usize {
        self.changes.iter().filter(|at| done.contains(at)).count()
    }
}

/// The transactions that are done.
///
/// # Errors
/// [`ApplyError::Stale`] with the objects that are as no transaction finds or leaves them.
pub(super) fn done(
    plan: &Plan,
    depend: &Dependence,
    current: &Catalog,
) -> Result<BTreeSet<usize>, ApplyError> {
    let chains = chains(plan);
    let mut done = forced(&chains, depend, current)?;
    for at in 0..plan.transactions.len() {
        if done.contains(&at) {
            continue;
        }
        let mut more = done.clone();
        with_those_before(at, depend, &mut more);
        let after = plan.transactions[at].after.keys();
        let proves = |id: &Id| {
            let chain = &chains[id];
            chain.fits(chain.count(&more), id, current) == Some(true)
                && chain.fits(chain.count(&done), id, current).is_none()
        };
        let mut changed =
            chains.iter().filter(|(_, chain)| chain.count(&more) > chain.count(&done));
        let allows = |(id, chain): (&Id, &Chain<'_>)| {
            chain.fits(chain.count(&more), id, current) != Some(false)
        };
        if after.into_iter().any(proves) && changed.all(allows) {
            done = more;
        }
    }
    let pending = (0..plan.transactions.len()).filter(|at| !done.contains(at));
    let needed = pending.flat_map(|at| &plan.transactions[at].before);
    let unchanged = needed.filter(|(id, _)| chains[*id].changes.is_empty());
    let moved: BTreeSet<&Id> =
        unchanged.filter(|(id, print)| !is(id, print, current)).map(|(id, _)| id).collect();
    if moved.is_empty() { Ok(done) } else { Err(stale(moved)) }
}

fn stale<'a>(moved: impl IntoIterator<Item = &'a Id>) -> ApplyError {
    ApplyError::Stale(moved.into_iter().cloned().collect())
}

fn chains(plan: &Plan) -> BTreeMap<Id, Chain<'_>> {
    let mut chains: BTreeMap<Id, Chain<'_>> = BTreeMap::new();
    for (at, transaction) in plan.transactions.iter().enumerate() {
        for (id, print) in &transaction.before {
            let chain = chains.entry(id.clone()).or_default();
            if chain.changes.is_empty() {
                chain.start.get_or_insert(print);
            }
        }
        for id in touched(transaction, plan) {
            let left = transaction.after.get(&id);
            let chain = chains.entry(id).or_default();
            chain.changes.push(at);
            chain.left.push(left);
            chain.block.push(transaction.block);
        }
    }
    chains
}

/// The smallest set of transactions that all objects allow.
fn forced(
    chains: &BTreeMap<Id, Chain<'_>>,
    depend: &Dependence,
    current: &Catalog,
) -> Result<BTreeSet<usize>, ApplyError> {
    let mut done = BTreeSet::new();
    loop {
        let (mut grows, mut moved) = (false, Vec::new());
        for (id, chain) in chains.iter().filter(|(_, chain)| !chain.changes.is_empty()) {
            let count = chain.count(&done);
            let allows = |count: &usize| chain.fits(*count, id, current) != Some(false);
            match (count..=chain.changes.len()).find(allows) {
                Some(next) if next == count => {}
                Some(next) => {
                    for at in &chain.changes[..next] {
                        with_those_before(*at, depend, &mut done);
                    }
                    grows = true;
                }
                None => moved.push(id),
            }
        }
        if !moved.is_empty() {
            return Err(stale(moved));
        }
        if !grows {
            return Ok(done);
        }
    }
}

/// Adds a transaction, and those that come before it.
fn with_those_before(at: usize, depend: &Dependence, done: &mut BTreeSet<usize>) {
    let mut open = vec![at];
    while let Some(at) = open.pop() {
        if done.insert(at) {
            open.extend(depend.before(at));
        }
    }
}

/// The statement that removes what a statement that failed half way has left of an object: before a transaction that
/// counts as its not having begun.
pub(super) fn remedy(id: &Id, current: &Catalog) -> Option<Step> {
    current.get(id)?.attrs.as_unsaid()?.remedy(id)
}

/// The objects that are not as a transaction expects them.
pub(super) fn moved(expected: &Prints, current: &Catalog) -> Vec<Id> {
    let moved = expected.iter().filter(|(id, wanted)| !is(id, wanted, current));
    moved.map(|(id, _)| id.clone()).collect()
}

/// Whether an object is as a fingerprint says; `None`: it is not there.
pub(super) fn is(id: &Id, wanted: &Option<String>, current: &Catalog) -> bool {
    match (wanted, current.get(id)) {
        (None, None) => true,
        (Some(wanted), Some(object)) if wanted.starts_with(LOOSE) => {
            *wanted == loose_fingerprint(object)
        }
        (Some(wanted), Some(object)) => *wanted == fingerprint(object),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Action, Change, PlannedStep, Transaction};

    const THERE: Option<&str> = Some("print");
    const GONE: Option<&str> = None;

    type Say<'a> = &'a [(&'a str, Option<&'a str>)];

    /// What is judged of transactions by what they say of tables before and after; all change them all, and in the
    /// database is nothing.
    fn judged(transactions: &[(Say<'_>, Say<'_>)]) -> Result<Vec<usize>, ApplyError> {
        let id = |name: &str| format!("table:public.{name}").parse::<Id>().unwrap();
        let prints = |says: Say<'_>| -> Prints {
            says.iter().map(|(name, print)| (id(name), print.map(str::to_owned))).collect()
        };
        let change = |name: &str| Change {
            object: id(name),
            action: Action::Alter,
            from: None,
            because_of: None,
            fields: Vec::new(),
            at: None,
            undeclared: false,
        };
        let mut plan = Plan::default();
        for (before, after) in transactions {
            let names: BTreeSet<&str> =
                before.iter().chain(*after).map(|(name, _)| *name).collect();
            let first = plan.changes.len();
            plan.changes.extend(names.into_iter().map(change));
            let changes = (first..plan.changes.len()).collect();
            plan.transactions.push(Transaction {
                steps: vec![PlannedStep { changes, ..PlannedStep::default() }],
                before: prints(before),
                after: prints(after),
                ..Transaction::default()
            });
        }
        let done = done(&plan, &Dependence::of(&plan), &Catalog::default())?;
        Ok(done.into_iter().collect())
    }

    #[test]
    fn a_transaction_is_done_where_what_it_leaves_is_there_and_what_it_starts_from_is_not() {
        assert_eq!(judged(&[(&[("a", THERE)], &[("a", GONE)])]).unwrap(), [0]);
        assert!(judged(&[(&[("a", GONE)], &[("a", THERE)])]).unwrap().is_empty());
        // What it leaves may look as what it starts from: the texts are left out of that.
        assert!(judged(&[(&[("a", GONE)], &[("a", GONE)])]).unwrap().is_empty());
        let stale = judged(&[(&[("a", THERE)], &[("a", THERE)])]).unwrap_err();
        assert!(matches!(stale, ApplyError::Stale(moved) if moved.len() == 1));
    }

    #[test]
    fn an_object_that_is_made_for_a_while_is_absent_before_and_after() {
        let making: Say<'_> = &[("column", THERE), ("helper", GONE)];
        let plan: [(Say<'_>, Say<'_>); 3] = [
            (making, &[("helper", THERE)]),
            (&[], &[("helper", THERE)]),
            (&[], &[("column", GONE), ("helper", GONE)]),
        ];
        assert_eq!(judged(&plan).unwrap(), [0, 1, 2]);
        let unchanged: Say<'_> = &[("column", GONE), ("helper", GONE)];
        let last: Say<'_> = &[("column", THERE), ("helper", GONE)];
        let plan: [(Say<'_>, Say<'_>); 2] = [(unchanged, &[("helper", THERE)]), (&[], last)];
        assert!(judged(&plan).unwrap().is_empty());
    }

    #[test]
    fn a_transaction_of_which_nothing_is_said_is_done_where_a_later_one_is() {
        let chain = |start| judged(&[(&[("a", start)], &[]), (&[], &[]), (&[], &[("a", GONE)])]);
        assert_eq!(chain(THERE).unwrap(), [0, 1, 2]);
        assert!(chain(GONE).unwrap().is_empty());
    }

    #[test]
    fn one_object_that_is_as_a_transaction_leaves_it_proves_nothing_against_another() {
        let plan: [(Say<'_>, Say<'_>); 2] = [
            (&[("index", THERE), ("former", THERE)], &[("former", GONE)]),
            (&[], &[("index", GONE), ("former", THERE)]),
        ];
        assert_eq!(judged(&plan).unwrap(), [0]);
    }
}
