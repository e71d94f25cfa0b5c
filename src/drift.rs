//! What moved in a database since it was declared. It comes from what differs, not from a plan: there may be no way
//! from the one to the other, and drift is reported all the same.

mod state;

use serde::{Deserialize, Serialize};

pub use state::State;

use crate::catalog::Unmodelled;
use crate::plan::{Change, Undeclared};

/// How a database stands to its declaration.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Drift {
    /// The name of the database.
    pub database: String,
    /// What is missing, extra, changed or renamed, grouped by object.
    pub moved: Vec<Change>,
    /// What `[manage]` leaves alone and what moved all the same, such as the attributes of a role.
    pub unmanaged: Vec<Change>,
    /// Differences that no server could decide.
    pub unproved: Vec<Change>,
    /// Objects in managed schemas that are not in the declaration, left alone.
    pub undeclared: Vec<Undeclared>,
    /// What is there and not modelled.
    pub unmodelled: Vec<Unmodelled>,
    /// Remarks.
    pub notes: Vec<String>,
}

/// What a program is told of a database: the exit code of `plumb drift`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// As declared.
    None,
    /// Something moved.
    Drift,
    /// Nothing moved for certain, and of something no server could decide whether it differs.
    CannotTell,
}

impl Drift {
    /// Everything that moved, managed or not.
    pub fn all(&self) -> impl Iterator<Item = &Change> {
        self.moved.iter().chain(&self.unmanaged)
    }

    /// The verdict on the database.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.all().next().is_some() {
            Verdict::Drift
        } else if self.unproved.is_empty() {
            Verdict::None
        } else {
            Verdict::CannotTell
        }
    }
}
