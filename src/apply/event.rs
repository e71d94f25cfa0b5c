//! What apply tells while it works: whoever calls it prints it, or does not.

use std::cell::RefCell;
use std::time::Duration;

use super::{Blocker, Order};

/// Something that happened.
#[non_exhaustive]
#[derive(Clone, PartialEq, Debug)]
pub enum Event<'a> {
    /// A timeout of the role or the database does not hold for the session.
    Overridden {
        /// The setting.
        setting: &'a str,
        /// Its value there.
        value: &'a str,
        /// What it is set for: `role x`, `database y`, both.
        of: &'a str,
    },
    /// It is not known whether rows are in the way of a statement.
    Unanswered {
        /// Which rows.
        about: &'a str,
        /// The server's message.
        why: &'a str,
    },
    /// An entry could not be written into the journal; the plan goes on.
    Unwritten {
        /// The server's message.
        why: &'a str,
    },
    /// Another session gave an order.
    Ordered {
        /// The order.
        order: Order,
        /// The process of that session.
        pid: i32,
    },
    /// A transaction is begun for the first time.
    TransactionStarts {
        /// Its number, from 1.
        transaction: usize,
        /// How many there are.
        of: usize,
        /// How many statements it has.
        statements: usize,
    },
    /// A statement has been waiting for a while, and goes on waiting.
    WaitsFor {
        /// The number of its transaction.
        transaction: usize,
        /// For how long.
        waited: Duration,
        /// For whom.
        blockers: &'a [Blocker],
    },
    /// A session that blocked was ended.
    Terminated {
        /// The session.
        blocker: &'a Blocker,
    },
    /// A session that blocks could not be ended.
    NotTerminated {
        /// The session.
        blocker: &'a Blocker,
        /// What the server says.
        why: &'a str,
    },
    /// A transaction did not get a lock, was rolled back, and is tried again.
    TriesAgain {
        /// Its number.
        transaction: usize,
        /// How many there are.
        of: usize,
        /// How many attempts have failed.
        attempts: u32,
        /// The server's message.
        message: &'a str,
        /// Who blocked the last one, as far as that could be told.
        blockers: &'a [Blocker],
        /// After what pause it is tried again.
        pause: Duration,
    },
    /// A transaction did not get a lock; others that do not depend on it come first.
    Parked {
        /// Its number.
        transaction: usize,
        /// How many there are.
        of: usize,
        /// How many attempts have failed.
        attempts: u32,
        /// The server's message.
        message: &'a str,
        /// Who blocked the last one, as far as that could be told.
        blockers: &'a [Blocker],
    },
    /// A statement was refused, and what it is for is as the plan leaves it: an event trigger has done it.
    AlreadyThere {
        /// The number of its transaction.
        transaction: usize,
        /// The statement.
        sql: &'a str,
        /// The event triggers that fire for the plan.
        fired: &'a [String],
    },
    /// A transaction is committed.
    Done {
        /// Its number.
        transaction: usize,
        /// How many there are.
        of: usize,
        /// How many attempts it took.
        attempts: u32,
        /// How long the last one took.
        took: Duration,
        /// For how long the last one waited for, or held, a lock that blocks reads or writes of a table that was there:
        /// what others waited at most. `None`: it took no such lock.
        blocked: Option<Duration>,
    },
}

/// Hears of events.
pub type Hears<'a> = &'a mut dyn FnMut(Event<'_>);

/// Tells events from several places.
pub(super) struct Teller<'a>(RefCell<Hears<'a>>);

impl<'a> Teller<'a> {
    pub(super) fn new(hears: Hears<'a>) -> Self {
        Self(RefCell::new(hears))
    }

    pub(super) fn tell(&self, event: Event<'_>) {
        // Who hears of an event while it hears of one has called us from there, and is told nothing.
        if let Ok(mut hears) = self.0.try_borrow_mut() {
            hears(event);
        }
    }
}
