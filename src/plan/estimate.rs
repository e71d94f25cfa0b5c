//! About how long a transaction holds a lock that others wait for: from the sizes of the tables and what its statements do
//! to their rows. A lock is held until the transaction ends, whatever the statement was that took it.

use std::time::Duration;

use super::{Plan, PlannedStep, Relation, Transaction};
use crate::hazard::Hazard;

/// Bytes of a table that a server reads in a second, to check its rows.
const READ: u64 = 250 << 20;
/// Bytes of a table of which it builds an index in a second.
const INDEX: u64 = 40 << 20;
/// Bytes of a table that it writes again in a second, with its indexes.
const REWRITE: u64 = 15 << 20;
/// Bytes of a table whose rows it updates in a second.
const UPDATE: u64 = 4 << 20;

/// A relation that is blocked, and about how long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// The relation.
    pub relation: Relation,
    /// For about how long, if the lock is granted at once. The figures behind it were taken on a busy machine with two
    /// cores.
    pub time: Duration,
}

impl Plan {
    /// The large relation that a transaction blocks for longest, with what it waits for itself left out; `None`: it blocks
    /// none, or for no longer than a lock takes to be granted.
    #[must_use]
    pub fn held(&self, transaction: &Transaction) -> Option<Held> {
        let mut clock = Duration::ZERO;
        let mut since: Vec<(&Relation, Duration)> = Vec::new();
        for step in &transaction.steps {
            for (relation, _) in self.large_in(step) {
                if !since.iter().any(|(known, _)| *known == relation) {
                    since.push((relation, clock));
                }
            }
            clock += self.work(step);
        }
        let held =
            since.into_iter().map(|(relation, since)| (clock.saturating_sub(since), relation));
        let longest = held.max_by(|(a, one), (b, other)| a.cmp(b).then_with(|| other.cmp(one)));
        longest
            .filter(|(time, _)| !time.is_zero())
            .map(|(time, relation)| Held { relation: relation.clone(), time })
    }

    /// About how long a statement works on the rows of large relations.
    fn work(&self, step: &PlannedStep) -> Duration {
        let rates = step.hazards.iter().filter_map(|hazard| rate(hazard.name));
        let long = rates.min().or_else(|| updates(step).then_some(UPDATE));
        let Some(rate) = long else { return Duration::ZERO };
        let locked = step.locks.iter().filter_map(|lock| self.large.get_key_value(&lock.relation));
        let bytes: u64 = locked.map(|(_, size)| size.bytes).sum();
        Duration::from_millis(bytes.saturating_mul(1000) / rate)
    }
}

fn updates(step: &PlannedStep) -> bool {
    step.batches.is_none() && step.sql.starts_with("UPDATE ")
}

/// How many bytes of the table a statement with that hazard handles in a second.
fn rate(hazard: Hazard) -> Option<u64> {
    match hazard {
        Hazard::RewriteTable => Some(REWRITE),
        Hazard::NonConcurrentIndex | Hazard::RebuildIndexExclusive => Some(INDEX),
        other => other.takes_long().then_some(READ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Size;
    use crate::plan::{Lock, LockMode};
    use crate::step::StepHazard;

    fn step(sql: &str, on: &str, mode: LockMode, hazard: Option<Hazard>) -> PlannedStep {
        let lock = Lock { relation: on.parse().unwrap(), mode };
        let said = |name| StepHazard { name, message: String::new() };
        PlannedStep {
            sql: sql.to_owned(),
            locks: vec![lock],
            hazards: hazard.map(said).into_iter().collect(),
            ..PlannedStep::default()
        }
    }

    #[test]
    fn a_lock_is_held_while_later_statements_work() {
        let large = ["s.a", "s.b"].into_iter().zip([150_u64 << 20, 500 << 20]);
        let large = large.map(|(name, bytes)| (name.parse().unwrap(), Size { bytes, rows: 1 }));
        let plan = Plan { large: large.collect(), ..Plan::default() };
        let held = |steps: &[PlannedStep]| {
            let transaction = Transaction { steps: steps.to_vec(), ..Transaction::default() };
            plan.held(&transaction).map(|held| (held.relation.to_string(), held.time.as_millis()))
        };
        let all = LockMode::AccessExclusive;
        let cheap = step("ALTER TABLE s.b ADD c int", "s.b", all, None);
        let rewrite = step("ALTER TABLE s.a ...", "s.a", all, Some(Hazard::RewriteTable));
        assert_eq!(held(std::slice::from_ref(&cheap)), None);
        assert_eq!(held(&[rewrite.clone(), cheap.clone()]), Some(("s.a".to_owned(), 10_000)));
        // The cheap one takes its lock first, and holds it for as long.
        assert_eq!(held(&[cheap.clone(), rewrite]), Some(("s.a".to_owned(), 10_000)));
        let update = step("UPDATE s.a SET c = 1", "s.a", LockMode::RowExclusive, None);
        assert_eq!(held(std::slice::from_ref(&update)), None);
        assert_eq!(held(&[cheap.clone(), update.clone()]), Some(("s.b".to_owned(), 37_500)));
        let batches = Some("s.a".parse().unwrap());
        assert_eq!(held(&[cheap, PlannedStep { batches, ..update }]), None);
    }
}
