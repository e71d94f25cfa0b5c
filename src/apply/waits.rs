//! How long apply waits: for one lock, and for all locks of a run; and how such times are written.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::plan::{Lock, LockMode, PlannedStep};

/// How long apply waits for the locks of tables, and what it does about those who have them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waits {
    /// How long a statement waits for a lock of mode SHARE or stronger, for which others then wait; zero: as long as
    /// [`Self::deadline`].
    pub lock_timeout: Duration,
    /// How long the attempts that got no lock, and the pauses behind them, may take in all.
    pub deadline: Duration,
    /// For how long a transaction may block a table by its estimate; `None`: for as long as it takes.
    pub max_lock: Option<Duration>,
    /// `statement_timeout` for the statements in a transaction block, as PostgreSQL reads it.
    pub statement_timeout: Option<String>,
    /// After how long idle in transaction a session that blocks is ended; `None`: never.
    pub terminate_after: Option<Duration>,
    /// Whether the queries of sessions that block are told.
    pub show_queries: bool,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_secs(2),
            deadline: Duration::from_secs(15 * 60),
            max_lock: None,
            statement_timeout: None,
            terminate_after: None,
            show_queries: false,
        }
    }
}

/// How long a statement waits whose lock stops neither reads nor writes: VALIDATE, ANALYZE.
const WEAK: Duration = Duration::from_secs(120);

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The shortest one, in which those who waited behind us go on.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// The least that a lock timeout can be: zero is none.
const LEAST: Duration = Duration::from_millis(1);

/// What a statement waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    /// A lock of mode SHARE or stronger: writes, or reads and writes, wait behind the statement. Or the locks of rows,
    /// and it holds those that it has while it waits for the next.
    Strong,
    /// SHARE UPDATE EXCLUSIVE: neither reads nor writes wait.
    Weak,
    /// Other transactions, outside of a transaction block: a timeout would leave an invalid index.
    Concurrent,
}

impl Class {
    /// The class of a step. One of which the plan names no lock may take one on something that is no relation.
    pub(super) fn of(step: &PlannedStep, block: bool) -> Self {
        let strongest = step.locks.iter().map(|lock| lock.mode).max();
        match strongest {
            _ if step.batches.is_some() => Self::Strong,
            Some(mode) if mode < LockMode::ShareUpdateExclusive => Self::Strong,
            _ if !block => Self::Concurrent,
            Some(LockMode::ShareUpdateExclusive) => Self::Weak,
            _ => Self::Strong,
        }
    }
}

/// The relations that others cannot write, or not read, while a step waits for another lock.
pub(super) fn strong(step: &PlannedStep) -> impl Iterator<Item = &Lock> {
    step.locks.iter().filter(|lock| lock.mode.blocks_writes())
}

/// What is left of the time in which one attempt may block others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Budget {
    /// The lock timeout of the attempt.
    pub(super) limit: Duration,
    /// What is left of the deadline.
    pub(super) rest: Duration,
    /// Whether a strong lock is held.
    holds: bool,
    /// How long statements waited while one was held.
    waited: Duration,
}

impl Budget {
    pub(super) fn new(limit: Duration, rest: Duration) -> Self {
        Self { limit, rest, holds: false, waited: Duration::ZERO }
    }

    /// How long a statement may wait; `None`: without a limit.
    ///
    /// PostgreSQL counts each lock separately, and the locks that are held stop others meanwhile: behind the first strong
    /// lock of a transaction all statements share one timeout.
    pub(super) fn timeout(&self, class: Class) -> Option<Duration> {
        match class {
            Class::Concurrent => None,
            _ if self.holds => Some(self.limit.saturating_sub(self.waited).max(LEAST)),
            Class::Strong => Some(self.limit),
            Class::Weak => Some(WEAK.min(self.rest).max(self.limit)),
        }
    }

    /// A statement has run, and waited for so long.
    pub(super) fn ran(&mut self, class: Class, waited: Duration) {
        if self.holds {
            self.waited += waited;
        }
        self.holds |= class == Class::Strong;
    }
}

/// The lock timeout of an attempt, counted from 1. An autovacuum gives way to a statement that has waited for
/// `deadlock_timeout`, so every third attempt waits longer than that; the others vary a little, so that two sessions
/// that meet do not meet again.
pub(super) fn lock_timeout(waits: &Waits, attempt: u32, deadlock: Duration) -> Duration {
    if waits.lock_timeout.is_zero() {
        return waits.deadline.max(LEAST);
    }
    if attempt.is_multiple_of(3) {
        return waits.lock_timeout.max(deadlock.mul_f64(1.2) + Duration::from_millis(100));
    }
    let vary = if attempt == 1 { 1.0 } else { 0.9 + 0.1 * chance() };
    waits.lock_timeout.mul_f64(vary).max(LEAST)
}

/// The pause after so many attempts that failed: twice as long each time, with full jitter.
pub(super) fn pause(failed: u32) -> Duration {
    let doubled = Duration::from_secs(1) * 2_u32.pow(failed.saturating_sub(1).min(6));
    doubled.min(LONGEST_PAUSE).mul_f64(chance()).max(SHORTEST_PAUSE)
}

/// A number between 0 and 1, another one each time.
fn chance() -> f64 {
    f64::from(RandomState::new().hash_one(0_u8) as u32) / f64::from(u32::MAX)
}

/// Why a text is no time.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is no time; write a number and a unit, such as 500ms, 2s or 15min")]
pub struct BadTime(String);

/// Reads a time as PostgreSQL reads a setting with a unit of time: `500ms`, `1.5 s`, `15min`, `2h`, `1d`. A number without a
/// unit is milliseconds.
///
/// # Errors
/// If it is no time, or one that PostgreSQL's settings do not hold (2^31 ms).
pub fn time(text: &str) -> Result<Duration, BadTime> {
    let bad = || BadTime(text.to_owned());
    let trimmed = text.trim_ascii();
    let end = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(end);
    let number: f64 = number.parse().map_err(|_| bad())?;
    let milliseconds = match unit.trim_ascii_start() {
        "us" => 0.001,
        "" | "ms" => 1.0,
        "s" => 1e3,
        "min" => 60e3,
        "h" => 3600e3,
        "d" => 86400e3,
        _ => return Err(bad()),
    };
    let time = (number * milliseconds).round();
    if time > f64::from(i32::MAX) { Err(bad()) } else { Ok(Duration::from_millis(time as u64)) }
}

/// A time in a sentence: `300 ms`, `1.5 s`, `3 min 20 s`, `2 h 5 min`, `4 d 1 h`.
#[must_use]
pub fn spoken(time: Duration) -> String {
    let (ms, s) = (time.as_millis(), time.as_secs());
    let two = |large: u64, unit: &str, small: u64, part: &str| match small {
        0 => format!("{large} {unit}"),
        small => format!("{large} {unit} {small} {part}"),
    };
    match s {
        0 => format!("{ms} ms"),
        1..10 if ms % 1000 >= 100 => format!("{s}.{} s", ms % 1000 / 100),
        1..60 => format!("{s} s"),
        60..3600 => two(s / 60, "min", s % 60, "s"),
        3600..86400 => two(s / 3600, "h", s % 3600 / 60, "min"),
        _ => two(s / 86400, "d", s % 86400 / 3600, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Relation;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn times_are_read_as_postgresql_reads_them() {
        for (text, ms) in [
            ("500ms", 500),
            ("250", 250),
            (" 1.5 s", 1500),
            ("15min", 900_000),
            ("2h", 7_200_000),
            ("1d", 86_400_000),
            ("1500us", 2),
            ("0", 0),
        ] {
            assert_eq!(time(text), Ok(MS(ms)), "{text}");
        }
        for text in ["", "s", "-1s", "1 m", "1S", "1.2.3s", "30d", "soon", "1s 2ms"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_told_in_two_units_at_most() {
        for (ms, text) in [
            (0, "0 ms"),
            (300, "300 ms"),
            (2000, "2 s"),
            (1570, "1.5 s"),
            (12_400, "12 s"),
            (200_000, "3 min 20 s"),
            (900_000, "15 min"),
            (7_500_000, "2 h 5 min"),
            (349_200_000, "4 d 1 h"),
        ] {
            assert_eq!(spoken(MS(ms)), text);
        }
    }

    fn step(locks: &[LockMode]) -> PlannedStep {
        let lock = |mode: &LockMode| Lock { relation: Relation::new("a", "b"), mode: *mode };
        PlannedStep { locks: locks.iter().map(lock).collect(), ..PlannedStep::default() }
    }

    #[test]
    fn a_statement_that_could_block_others_has_the_short_timeout() {
        use LockMode::{AccessExclusive, RowExclusive, Share, ShareUpdateExclusive};
        for (locks, block, class) in [
            (&[AccessExclusive][..], true, Class::Strong),
            (&[ShareUpdateExclusive, Share], true, Class::Strong),
            (&[ShareUpdateExclusive], true, Class::Weak),
            (&[RowExclusive], true, Class::Strong),
            (&[], true, Class::Strong),
            (&[], false, Class::Concurrent),
            (&[ShareUpdateExclusive], false, Class::Concurrent),
            (&[RowExclusive], false, Class::Strong),
        ] {
            assert_eq!(Class::of(&step(locks), block), class, "{locks:?} {block}");
        }
    }

    #[test]
    fn statements_behind_a_strong_lock_share_one_timeout() {
        let mut budget = Budget::new(MS(2000), MS(900_000));
        assert_eq!(budget.timeout(Class::Weak), Some(WEAK));
        assert_eq!(budget.timeout(Class::Concurrent), None);
        budget.ran(Class::Weak, MS(1500));
        assert_eq!(budget.timeout(Class::Strong), Some(MS(2000)));
        budget.ran(Class::Strong, MS(1500));
        assert_eq!(budget.timeout(Class::Strong), Some(MS(2000)));
        budget.ran(Class::Strong, MS(700));
        assert_eq!(budget.timeout(Class::Weak), Some(MS(1300)));
        budget.ran(Class::Weak, MS(5000));
        assert_eq!(budget.timeout(Class::Strong), Some(LEAST));
    }

    #[test]
    fn every_third_attempt_outlasts_the_deadlock_timeout_and_none_is_without_a_timeout() {
        let waits = Waits { lock_timeout: MS(500), ..Waits::default() };
        for attempt in 1..=30 {
            let timeout = lock_timeout(&waits, attempt, MS(1000));
            assert_eq!(timeout > MS(1000), attempt.is_multiple_of(3), "{attempt}: {timeout:?}");
            assert!(timeout >= MS(450), "{attempt}: {timeout:?}");
        }
        let none = Waits { lock_timeout: Duration::ZERO, deadline: MS(6000), ..Waits::default() };
        assert_eq!(lock_timeout(&none, 1, MS(1000)), MS(6000));
        assert!(!lock_timeout(&Waits { deadline: MS(0), ..none }, 1, MS(1000)).is_zero());
    }

    #[test]
    fn pauses_grow_and_end() {
        for failed in [1, 2, 3, 7, 200] {
            let most = Duration::from_secs(1 << (failed - 1).min(6)).min(LONGEST_PAUSE);
            let pauses: Vec<Duration> = (0..50).map(|_| pause(failed)).collect();
            assert!(pauses.iter().all(|it| *it >= SHORTEST_PAUSE && *it <= most), "{pauses:?}");
            assert!(pauses.iter().any(|it| *it * 2 > most), "{pauses:?}");
        }
    }
}
