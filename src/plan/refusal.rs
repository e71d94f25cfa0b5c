//! Why there is no plan.

use crate::id::Id;
use crate::kind::Obstacle;
use crate::source::Origin;

/// A change that is refused.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The object.
    pub object: Id,
    /// What stands in the way, and what to do.
    pub why: Obstacle,
    /// Where the object is declared.
    pub origin: Option<Origin>,
}

impl Refusal {
    /// Refuses the change of an object, declared there.
    pub(crate) fn new(object: &Id, why: impl Into<Obstacle>, origin: Option<&Origin>) -> Self {
        Self { object: object.clone(), why: why.into(), origin: origin.cloned() }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} cannot be changed: {}", self.object, self.why)
    }
}

/// Why there is no plan.
#[non_exhaustive]
#[derive(Clone, Debug, thiserror::Error)]
pub enum PlanError {
    /// PostgreSQL has no way from here to there.
    #[error("{}", lines(.0.iter().map(ToString::to_string)))]
    Refused(Vec<Refusal>),
    /// Texts that would end the statement in which they stand.
    #[error("{}", lines(.0.iter().map(|it| format!("{}: its statement is not one: {}", it.object, it.why))))]
    Broken(Vec<Refusal>),
    /// A transaction takes more locks than the server's lock table holds.
    #[error(
        "transaction {transaction} takes at least {locks} locks, and the lock table of the server holds {room} for sure: set \
         max_locks_per_transaction to {enough} or more and restart the server, or make the change in parts"
    )]
    Locks {
        /// The number of the transaction, from 1.
        transaction: usize,
        /// How many locks it takes at least.
        locks: usize,
        /// How many the lock table holds.
        room: u32,
        /// The `max_locks_per_transaction` that is enough.
        enough: usize,
    },
    /// Objects need each other in a circle.
    #[error("these objects need each other in a circle: {}; {CIRCLE_HELP}", circle(.0))]
    Cycle(Vec<(Id, Option<Origin>)>),
}

/// What to do about a circle.
pub const CIRCLE_HELP: &str =
    "break it with a body that PostgreSQL reads late (PL/pgSQL), or in two steps";

/// The objects of a circle, the first again at the end.
#[must_use]
pub fn circle(objects: &[(Id, Option<Origin>)]) -> String {
    let names = objects.iter().chain(objects.first()).map(|(id, _)| id.to_string());
    names.collect::<Vec<_>>().join(" -> ")
}

fn lines(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<_>>().join("\n")
}
