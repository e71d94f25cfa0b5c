//! Runs the transactions of a plan: each as often as it takes to get its locks, and those that do not get them last.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tokio_postgres::error::{Severity, SqlState};
use tokio_postgres::{Client, Error};

use super::event::{Event, Hears, Teller};
use super::journal::{self, Journal, Ran};
use super::state::{is, remedy};
use super::steer::{self, Steering};
use super::waits::{Budget, Class, lock_timeout, pause};
use super::watch::{Watch, Watched};
use super::{
    ApplyError, Dependence, JournalError, Locked, Options, Ready, ask, committed, ids, moved,
    read_now, ready, refused, session, turn,
};
use crate::catalog::Catalog;
use crate::connect::{Connection, execute};
use crate::execute::{self, Observer, Progress};
use crate::id::Id;
use crate::introspect::{self, IntrospectError, server_message};
use crate::later::Passing;
use crate::online::{Online, Policy};
use crate::plan::fires::firing;
use crate::plan::large::large;
use crate::plan::{Plan, PlannedStep, Prints, Question, Statement, Transaction, gate, lock};
use crate::secret;

/// How often a transaction is tried before others that do not depend on it have their turn.
const BEFORE_OTHERS: u32 = 3;

/// How often it is looked, during a pause, whether the user goes on.
const GLANCE: Duration = Duration::from_millis(50);

/// How much longer than its lock timeout the waits of a statement may take together, so that the server's timeout comes
/// first where it can.
const SLACK: Duration = Duration::from_millis(200);

pub(super) async fn run(
    connection: &Connection,
    plan: &Plan,
    options: &Options<'_>,
    hears: Hears<'_>,
) -> Result<usize, ApplyError> {
    let client = &connection.client;
    let teller = Teller::new(hears);
    session::say_overridden(client, &teller).await?;
    let first = lock_timeout(&options.waits, 1, Duration::ZERO);
    session::prepare(client, &options.waits, Some(first), true).await?;
    let Ready { mut current, depend, done, to_do } = ready(connection, plan).await?;
    if options.saved && !to_do.is_empty() {
        let harmful = gate::not_harmless(&plan.transactions, &done, &current);
        if !harmful.is_empty() {
            return Err(ApplyError::Harmful(harmful));
        }
        let understated = lock::understated(&to_do, &current);
        if !understated.is_empty() {
            return Err(ApplyError::Understated(understated));
        }
        // A table may have grown since.
        introspect::read_sizes(client, &mut current).await?;
        let policy = Policy { online: Online::Off, above: options.online_above, fixed: true };
        current.mark(policy);
        let large = large(&plan.transactions, &current, &BTreeMap::new());
        let gates = refused(&Plan { large, ..plan.clone() }, options.allowed, &options.waits);
        if !gates.is_empty() {
            return Err(ApplyError::Gated(gates));
        }
    }
    if options.asks {
        let open = |question: &Question, why: &str| {
            teller.tell(Event::Unanswered { about: &question.about, why });
        };
        ask::require(client, &to_do, &current, options.stopped, &open).await?;
    }
    let mut run = Run {
        connection,
        plan,
        options,
        current: &current,
        teller: &teller,
        watch: Watch::new(client, options.beside, &options.waits, &teller).await?,
        steering: Steering::new(connection, &teller, options.stopped, plan.transactions.len())
            .await?,
        deadlock: session::deadlock_timeout(client).await?,
        depend,
        done,
        open: Vec::new(),
        given_up: BTreeSet::new(),
        spent: Duration::ZERO,
        journal: None,
    };
    if let Some(said) = options.journal {
        let journal = Journal::open(client).await?;
        let written = journal.begun(said, plan.transactions.len(), to_do.len()).await;
        written.map_err(JournalError::from)?;
        run.journal = Some(journal);
    }
    let of = plan.transactions.len();
    let open = (0..of).filter(|at| !run.done.contains(at));
    run.open = open.map(|transaction| Locked { transaction, of, ..Locked::default() }).collect();
    let count = run.open.len();
    let mut ended = Ok(count);
    while ended.is_ok() && !run.open.is_empty() {
        ended = run.round().await.map(|()| count);
    }
    if let Some(journal) = &run.journal {
        let error = ended.as_ref().err().map(ToString::to_string);
        run.gap(journal.ended(error.as_deref()).await);
    }
    ended
}

/// Why a transaction goes no further.
enum Stop {
    /// A lock was not obtained; nothing of the transaction is done.
    Locked(Refusal),
    Failed(ApplyError),
}

impl From<ApplyError> for Stop {
    fn from(error: ApplyError) -> Self {
        Self::Failed(error)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        if is_lock(&error) {
            Self::Locked(Refusal::of_reading(&error))
        } else {
            Self::Failed(error.into())
        }
    }
}

impl From<IntrospectError> for Stop {
    fn from(error: IntrospectError) -> Self {
        match error {
            IntrospectError::Query { source, .. } if is_lock(&source) => {
                Self::Locked(Refusal::of_reading(&source))
            }
            error => Self::Failed(error.into()),
        }
    }
}

/// What became of an attempt.
enum Tried {
    /// It is committed; see [`Event::Done`].
    Committed { blocked: Option<Duration>, ran: Vec<Ran> },
    /// It did not get a lock.
    Refused(Refusal),
}

/// What did not get its lock.
struct Refusal {
    sql: String,
    message: String,
    /// Whether it may be tried again: an index that was built CONCURRENTLY is there, and invalid.
    again: bool,
}

impl Refusal {
    fn of_reading(error: &Error) -> Self {
        let sql = "(reading what the transaction is about)".to_owned();
        Self { sql, message: server_message(error), again: true }
    }
}

struct Run<'a> {
    connection: &'a Connection,
    plan: &'a Plan,
    options: &'a Options<'a>,
    current: &'a Catalog,
    teller: &'a Teller<'a>,
    watch: Watch<'a>,
    steering: Steering<'a>,
    deadlock: Duration,
    depend: Dependence,
    done: BTreeSet<usize>,
    /// The transactions that are not done, in order, with what became of them.
    open: Vec<Locked>,
    /// Those of them that are not tried again.
    given_up: BTreeSet<usize>,
    /// What has gone of the deadline.
    spent: Duration,
    journal: Option<Journal<'a>>,
}

impl Run<'_> {
    /// Tries each open transaction that comes after no other open one.
    async fn round(&mut self) -> Result<(), ApplyError> {
        let (mut at, mut tried) = (0, false);
        while at < self.open.len() {
            if !self.can_go(&self.open[at]) {
                at += 1;
                continue;
            }
            tried = true;
            let others = self.open.iter().filter(|it| self.can_go(it)).count() - 1;
            if self.tries(at, others).await? {
                self.done.insert(self.open.remove(at).transaction);
            } else {
                at += 1;
            }
        }
        if tried {
            return Ok(());
        }
        let mut transactions = std::mem::take(&mut self.open);
        for it in &mut transactions {
            it.after = self.depend.before(it.transaction).difference(&self.done).copied().collect();
        }
        Err(ApplyError::Locked { transactions, committed: committed(&self.done) })
    }

    /// Whether a transaction comes after no open one, and has time left. Each has one attempt, whatever others took.
    fn can_go(&self, it: &Locked) -> bool {
        let time = it.attempts == 0 || !self.rest().is_zero();
        time && !self.given_up.contains(&it.transaction)
            && self.depend.before(it.transaction).is_subset(&self.done)
    }

    /// What is left of the deadline.
    fn rest(&self) -> Duration {
        self.options.waits.deadline.saturating_sub(self.spent)
    }

    /// Tries a transaction until it is committed, or until it is the turn of others. Every other has its share of the
    /// deadline.
    async fn tries(&mut self, open: usize, others: usize) -> Result<bool, ApplyError> {
        let at = self.open[open].transaction;
        let of = self.plan.transactions.len();
        let share = self.rest() / (others as u32 + 1);
        let end = self.spent + share;
        if self.open[open].attempts == 0 {
            let statements = self.plan.transactions[at].steps.len();
            self.teller.tell(Event::TransactionStarts { transaction: at + 1, of, statements });
        }
        for turn in 1.. {
            // A pause is no part of the deadline.
            self.steering.obey(at, &self.done).await?;
            let start = Instant::now();
            let attempts = self.open[open].attempts + 1;
            let before = self.relations(at).await;
            let refusal = match self.attempt(at, attempts).await? {
                Tried::Committed { blocked, ran } => {
                    let (transaction, took) = (at + 1, start.elapsed());
                    if let Some(journal) = &self.journal {
                        let relations = journal::side_by_side(before, &self.relations(at).await);
                        let times = (took, blocked);
                        let written = journal.committed((at, attempts), times, &ran, &relations);
                        self.gap(written.await);
                    }
                    self.teller.tell(Event::Done { transaction, of, attempts, took, blocked });
                    return Ok(true);
                }
                Tried::Refused(refusal) => refusal,
            };
            self.spent += start.elapsed();
            let blockers = self.watch.blockers();
            let message = refusal.message.clone();
            if let Some(journal) = &self.journal {
                self.gap(journal.refused(at, attempts, &message, &blockers).await);
            }
            let it = &mut self.open[open];
            it.attempts = attempts;
            it.took += start.elapsed();
            (it.sql, it.message, it.blockers) = (refusal.sql, refusal.message, blockers.clone());
            let transaction = at + 1;
            let (message, blockers) = (message.as_str(), &blockers[..]);
            if !refusal.again {
                self.given_up.insert(at);
                return Ok(false);
            }
            if others > 0 && (turn >= BEFORE_OTHERS || self.spent >= end) {
                self.teller.tell(Event::Parked { transaction, of, attempts, message, blockers });
                return Ok(false);
            }
            if self.rest().is_zero() {
                return Ok(false);
            }
            // Half of what is left is for the attempt behind the pause.
            let pause = pause(attempts).min(self.rest() / 2);
            self.teller.tell(Event::TriesAgain {
                transaction,
                of,
                attempts,
                message,
                blockers,
                pause,
            });
            self.spent += self.sleep(pause).await?;
        }
        Ok(false)
    }

    /// What a transaction locks, for the journal.
    async fn relations(&self, at: usize) -> serde_json::Value {
        let Some(journal) = &self.journal else { return serde_json::Value::Null };
        let read = journal.relations(&self.plan.transactions[at]).await;
        read.unwrap_or_default()
    }

    /// Says that an entry of the journal could not be written: what is applied is not taken back for that.
    fn gap(&self, written: Result<(), Error>) {
        if let Err(error) = written {
            self.teller.tell(Event::Unwritten { why: &server_message(&error) });
        }
    }

    /// The event triggers that may have fired before a transaction ends.
    fn fired(&self, at: usize) -> Vec<String> {
        let until = self.plan.transactions[..=at].iter().flat_map(|it| &it.steps);
        let names: BTreeSet<&str> =
            until.flat_map(|step| firing(step, &self.current.server)).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// Waits, unless the user goes no further.
    async fn sleep(&self, pause: Duration) -> Result<Duration, ApplyError> {
        let start = Instant::now();
        while start.elapsed() < pause {
            self.goes_on()?;
            tokio::time::sleep(GLANCE.min(pause.saturating_sub(start.elapsed()))).await;
        }
        Ok(start.elapsed())
    }

    fn goes_on(&self) -> Result<(), ApplyError> {
        goes_on(self.options, &self.done)
    }

    /// Tries a transaction once.
    async fn attempt(&mut self, at: usize, attempt: u32) -> Result<Tried, ApplyError> {
        self.goes_on()?;
        let client = &self.connection.client;
        if self.connection.is_pooled().await? {
            return Err(ApplyError::Pooled { committed: committed(&self.done) });
        }
        if !turn::is_held(client).await? {
            return Err(ApplyError::TurnLost { committed: committed(&self.done) });
        }
        let transaction = &self.plan.transactions[at];
        let waits = &self.options.waits;
        let (limit, rest) = (lock_timeout(waits, attempt, self.deadlock), self.rest());
        // The first attempt of each has its whole time.
        let limit =
            if attempt == 1 { limit } else { limit.min(rest.max(Duration::from_millis(1))) };
        session::prepare(client, waits, Some(limit), transaction.block).await?;
        self.watch.attempt(at + 1);
        let mut observer = Applying {
            client,
            current: self.current,
            plan: self.plan,
            transaction,
            at,
            done: &self.done,
            of: self.plan.transactions.len(),
            options: self.options,
            watch: &self.watch,
            steering: &self.steering,
            budget: Budget::new(limit, rest),
            timeout: Some(limit),
            fired: self.fired(at),
            teller: self.teller,
            before_step: false,
            class: Class::Strong,
            started: None,
            blocks: None,
            ran: Vec::new(),
        };
        let session = Watched { client, watch: &self.watch };
        match execute::transaction(&session, transaction, &mut observer).await {
            Ok(()) => {
                let blocked = observer.blocks.map(|since| since.elapsed());
                Ok(Tried::Committed { blocked, ran: observer.ran })
            }
            Err(Stop::Failed(error)) => match self.steering.is_cancelled().await {
                Ok(true) => Err(steer::cancelled(&self.done)),
                _ => Err(error),
            },
            Err(Stop::Locked(refusal)) => {
                self.goes_on()?;
                Ok(Tried::Refused(refusal))
            }
        }
    }
}

/// Stops where the user goes no further.
fn goes_on(options: &Options<'_>, done: &BTreeSet<usize>) -> Result<(), ApplyError> {
    if (options.stopped)() {
        return Err(ApplyError::Interrupted { committed: committed(done) });
    }
    Ok(())
}

/// Whether a statement did not get a lock, or was part of a deadlock: the same transaction may succeed.
fn is_lock(error: &Error) -> bool {
    let passes = [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED];
    error.code().is_some_and(|code| passes.contains(code))
}

/// What apply looks at: that nothing has moved since the plan was made, that the user goes on, how long each statement
/// may wait, and what a saved plan leaves behind.
struct Applying<'a, 'w> {
    client: &'a Client,
    current: &'a Catalog,
    plan: &'a Plan,
    transaction: &'a Transaction,
    at: usize,
    done: &'a BTreeSet<usize>,
    of: usize,
    options: &'a Options<'a>,
    steering: &'a Steering<'w>,
    watch: &'a Watch<'w>,
    budget: Budget,
    /// The event triggers that fire up to here.
    fired: Vec<String>,
    teller: &'a Teller<'w>,
    /// Whether a savepoint from before the statement is there.
    before_step: bool,
    /// The lock timeout that is set.
    timeout: Option<Duration>,
    /// What the statement that runs waits for.
    class: Class,
    /// When it was sent.
    started: Option<Instant>,
    /// When the first statement was sent that takes a lock which blocks reads or writes.
    blocks: Option<Instant>,
    /// The statements that have run, where a journal is written.
    ran: Vec<Ran>,
}

impl Applying<'_, '_> {
    /// Sets how long a step may wait.
    async fn limit(&mut self, step: &PlannedStep) -> Result<(), Error> {
        self.class = Class::of(step, self.transaction.block);
        let timeout = self.budget.timeout(self.class);
        if timeout != self.timeout {
            let local = if self.transaction.block { "LOCAL " } else { "" };
            let value = session::milliseconds(timeout);
            execute(self.client, &format!("SET {local}lock_timeout = '{value}'")).await?;
            self.timeout = timeout;
        }
        self.watch.limit(match self.class {
            // A batch has a time of its own.
            _ if step.batches.is_some() => None,
            Class::Concurrent => Some(self.budget.rest.max(self.budget.limit)),
            _ => timeout.map(|timeout| timeout + SLACK),
        });
        Ok(())
    }

    /// How long the statement that has run waited: as far as that was seen, else all of its time.
    fn waited(&self) -> Duration {
        let took = self.started.map_or(Duration::ZERO, |started| started.elapsed());
        // Without a second session waiting looks like working, and work must not use up the whole budget.
        self.watch.waited().unwrap_or(took.min(self.budget.limit / 4))
    }

    /// Whether what a refused statement is for is as the plan leaves it, since an event trigger has done it. The
    /// transaction is then as it was before the statement.
    async fn is_done(&mut self, step: &PlannedStep) -> Result<bool, Stop> {
        if !std::mem::take(&mut self.before_step) {
            return Ok(false);
        }
        let (planned, after) = (&self.plan.changes, &self.transaction.after);
        let of = step.changes.iter().filter_map(|at| planned.get(*at)).map(|change| &change.object);
        let left: Option<Prints> =
            of.map(|id| Some((id.clone(), after.get(id)?.clone()))).collect();
        let Some(left) = left.filter(|left| !left.is_empty()) else { return Ok(false) };
        execute(self.client, "ROLLBACK TO plumb_step").await?;
        let now = introspect::read_some(self.client, &self.current.server, &ids(&left)).await?;
        execute(self.client, "ROLLBACK TO plumb_step").await?;
        execute(self.client, "RELEASE plumb_step").await?;
        Ok(moved(&left, &now).is_empty())
    }

    /// `None`: the COMMIT has failed.
    fn failed(&self, statement: Option<&Statement<'_>>, error: &Error) -> ApplyError {
        let mut message = server_message(error);
        if let Some(db) = error.as_db_error() {
            for more in [db.detail(), db.hint()].into_iter().flatten() {
                message.push_str("; ");
                message.push_str(more);
            }
        }
        ApplyError::Failed {
            transaction: self.at + 1,
            of: self.of,
            message,
            sql: sql_of(statement).to_owned(),
            committed: self.standing(statement.is_none(), error),
            passing: error.is_passing(),
        }
    }

    /// What state the database is in when a statement has failed so. Without an answer to COMMIT, or to a statement that
    /// is a transaction by itself, it is not known whether it is done.
    fn standing(&self, committing: bool, error: &Error) -> String {
        let answered = error
            .as_db_error()
            .is_some_and(|answer| matches!(answer.parsed_severity(), Some(Severity::Error)));
        if answered || self.transaction.block && !committing {
            return committed(self.done);
        }
        let at = self.at + 1;
        let earlier = match self.done.len() {
            0 => String::new(),
            _ => format!("; {}", committed(self.done)),
        };
        format!(
            "whether transaction {at} was committed is not known: the same command looks, and goes on from \
                 there{earlier}"
        )
    }

    fn locked(&self, sql: &str, message: String) -> Stop {
        let again = self.transaction.block || self.class != Class::Concurrent;
        Stop::Locked(Refusal { sql: sql.to_owned(), message, again })
    }
}

impl Observer for Applying<'_, '_> {
    type Stop = Stop;

    async fn begun(&mut self) -> Result<(), Stop> {
        let before = &self.transaction.before;
        let now = if self.transaction.block {
            execute(self.client, "SAVEPOINT plumb").await?;
            let now = introspect::read_some(self.client, &self.current.server, &ids(before)).await;
            let now = now.map_err(IntrospectError::last)?;
            execute(self.client, "ROLLBACK TO plumb").await?;
            execute(self.client, "RELEASE plumb").await?;
            now
        } else {
            read_now(self.client, &self.current.server, &ids(before)).await?
        };
        let mut moved = moved(before, &now);
        if !self.transaction.block {
            moved.retain(|id| remedy(id, &now).is_none());
        }
        if !self.fired.is_empty() {
            // An event trigger of an earlier transaction may have made it as this one leaves it.
            let after = &self.transaction.after;
            let is_left = |id: &Id| after.get(id).is_some_and(|print| is(id, print, &now));
            moved.retain(|id| !is_left(id));
        }
        if !moved.is_empty() {
            return Err(ApplyError::Stale(moved).into());
        }
        // What a statement that failed has left is in the way of making it, not of dropping it.
        let made = before.iter().filter(|(_, print)| print.is_none());
        for step in made.filter_map(|(id, _)| remedy(id, &now)) {
            execute(self.client, "SET lock_timeout = 0").await?;
            execute(self.client, &step.sql).await?;
        }
        Ok(())
    }

    async fn before<'s>(
        &mut self,
        statement: &'s Statement<'_>,
    ) -> Result<Option<Cow<'s, str>>, Stop> {
        goes_on(self.options, self.done)?;
        let sql = statement.sql();
        let Statement::Step(step) = statement else { return Ok(Some(Cow::Borrowed(sql))) };
        self.limit(step).await?;
        if self.transaction.block && !self.fired.is_empty() {
            execute(self.client, "SAVEPOINT plumb_step").await?;
            self.before_step = true;
        }
        self.started = Some(Instant::now());
        if step.locks.iter().any(|lock| lock.mode.blocks_writes()) {
            self.blocks = self.blocks.or(self.started);
        }
        if step.secrets.is_empty() {
            return Ok(Some(Cow::Borrowed(sql)));
        }
        let revealed = secret::reveal(sql, &step.secrets, self.options.secrets);
        let revealed = revealed.map_err(|name| ApplyError::Secrets(vec![name]))?;
        Ok(Some(Cow::Owned(revealed)))
    }

    async fn after(&mut self, statement: &Statement<'_>) -> Result<(), Stop> {
        let Statement::Step(step) = statement else { return Ok(()) };
        if std::mem::take(&mut self.before_step) {
            execute(self.client, "RELEASE plumb_step").await?;
        }
        if self.options.journal.is_some() {
            let took = self.started.map_or(Duration::ZERO, |started| started.elapsed());
            self.ran.push(Ran { sql: step.sql.trim_end().to_owned(), took });
        }
        self.budget.ran(self.class, self.waited());
        if self.transaction.block && self.watch.cancelled() {
            // The order to cancel came too late for the statement, and may still meet the next one.
            return Err(self.locked(step.sql.trim_end(), TOGETHER.to_owned()));
        }
        Ok(())
    }

    async fn batch(&mut self, _progress: Progress) -> Result<(), Stop> {
        self.steering.obey(self.at, self.done).await?;
        Ok(goes_on(self.options, self.done)?)
    }

    async fn ending(&mut self) -> Result<(), Stop> {
        if !self.options.saved && self.fired.is_empty() {
            return Ok(());
        }
        // The locks are held: only what the transaction leaves behind is read.
        let after = &self.transaction.after;
        let now = introspect::read_some(self.client, &self.current.server, &ids(after)).await?;
        let objects = moved(after, &now);
        if objects.is_empty() {
            return Ok(());
        }
        let (transaction, committed) = (self.at + 1, committed(self.done));
        let (of, event_triggers) = (self.of, self.fired.clone());
        Err(ApplyError::Unlike { transaction, of, objects, event_triggers, committed }.into())
    }

    /// What is shown of a statement that fails has the placeholders of its secrets.
    async fn refused(
        &mut self,
        statement: Option<&Statement<'_>>,
        error: Error,
    ) -> Result<(), Stop> {
        let sql = sql_of(statement);
        if is_lock(&error) {
            return Err(self.locked(sql, server_message(&error)));
        }
        if self.watch.cancelled() && error.code() == Some(&SqlState::QUERY_CANCELED) {
            return Err(self.locked(sql, TOGETHER.to_owned()));
        }
        if let Some(Statement::Step(step)) = statement
            && self.is_done(step).await?
        {
            let (transaction, fired) = (self.at + 1, &self.fired[..]);
            self.teller.tell(Event::AlreadyThere { transaction, sql, fired });
            return Ok(());
        }
        Err(self.failed(statement, &error).into())
    }
}

/// The text of a statement; `None`: the COMMIT.
fn sql_of<'a>(statement: Option<&'a Statement<'_>>) -> &'a str {
    statement.map_or("COMMIT", Statement::sql)
}

/// Why a statement was cancelled of which no single wait was too long.
const TOGETHER: &str = "the waits for its locks took longer than the timeout together";
