//! What an apply did, gathered from its events: for the report of the night, and for its last line.

use std::time::Duration;

use super::event::Event;

/// A transaction that was committed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Committed {
    /// Its number, from 1.
    pub transaction: usize,
    /// How many attempts it took.
    pub attempts: u32,
    /// How long the last one took.
    pub took: Duration,
    /// What others waited at most for a table that was there; `None`: no lock blocked reads or writes.
    pub blocked: Option<Duration>,
}

/// What an apply did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Record {
    /// The transactions that were committed, in the order in which they were.
    pub committed: Vec<Committed>,
    /// How often a transaction did not get a lock.
    pub refused: u32,
}

impl Record {
    /// Takes down an event.
    pub fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::Done { transaction, attempts, took, blocked, .. } => {
                let (transaction, attempts) = (*transaction, *attempts);
                self.committed.push(Committed {
                    transaction,
                    attempts,
                    took: *took,
                    blocked: *blocked,
                });
            }
            Event::TriesAgain { .. } | Event::Parked { .. } => self.refused += 1,
            _ => {}
        }
    }

    /// The transaction that blocked a table for longest, and for how long.
    #[must_use]
    pub fn longest(&self) -> Option<(usize, Duration)> {
        let all = self.committed.iter().filter_map(|it| Some((it.transaction, it.blocked?)));
        all.max_by_key(|(transaction, blocked)| (*blocked, std::cmp::Reverse(*transaction)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_longest_blocks_is_told() {
        let mut record = Record::default();
        assert_eq!(record.longest(), None);
        for (transaction, ms) in [(1, None), (2, Some(30)), (3, Some(30)), (4, Some(9))] {
            record.hear(&Event::Done {
                transaction,
                of: 4,
                attempts: 1,
                took: Duration::from_millis(50),
                blocked: ms.map(Duration::from_millis),
            });
        }
        assert_eq!(record.longest(), Some((2, Duration::from_millis(30))));
    }
}
