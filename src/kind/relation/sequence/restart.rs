//! What other bounds mean for a sequence that has counted already. How far it has counted is not
//! read, so that only the bounds can tell.

use crate::hazard::Hazard;
use crate::step::Step;

/// Whether a sequence has to start again to keep its new bounds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::kind) enum Restart {
    /// Wherever it stands, it stands within the new bounds.
    No,
    /// Only if it has come beyond them: PostgreSQL refuses the change then, so that the counter is set first.
    Perhaps,
    /// No value of the old bounds is one of the new: it cannot go on.
    Must,
}

impl Restart {
    /// What it takes to go from these bounds to those.
    pub(in crate::kind) fn of(old: (i64, i64), new: (i64, i64)) -> Self {
        if new.0 > old.1 || new.1 < old.0 {
            Self::Must
        } else if new.0 > old.0 || new.1 < old.1 {
            Self::Perhaps
        } else {
            Self::No
        }
    }

    /// Says what it means on the statement that does it.
    pub(in crate::kind) fn warn(self, step: Step) -> Step {
        match self {
            Self::No | Self::Perhaps => step,
            Self::Must => step.hazard(
                Hazard::SequenceRestart,
                "no value so far is within the new bounds: the sequence starts again",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_that_share_no_value_start_it_again() {
        assert_eq!(Restart::of((1, 10), (-10, -1)), Restart::Must);
        assert_eq!(Restart::of((1, 10), (1, 9)), Restart::Perhaps);
        assert_eq!(Restart::of((1, 10), (0, 10)), Restart::No);
    }
}
