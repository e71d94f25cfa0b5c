//! Steers a running apply from another session: pause, resume, cancel. The order is a NOTIFY (manual, "NOTIFY"), so that
//! nothing is left in the database; the server delivers it when the session of apply is in no transaction, and so no lock is
//! held while apply pauses. An order counts if its sender may act for the role that applies.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, Instant};

use tokio_postgres::{Client, Error};

use super::event::{Event, Teller};
use super::{ApplyError, committed, turn};
use crate::connect::{Connection, execute};
use crate::sql::quote::literal;

/// The channel of the orders.
const CHANNEL: &str = "plumb_apply";

/// How often a paused apply looks for an order.
const GLANCE: Duration = Duration::from_millis(100);

/// How long the sender waits for the running apply to obey: it does so between transactions and between batches.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a running apply is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Begin no transaction and no batch until told to go on.
    Pause,
    /// Go on.
    Resume,
    /// Go no further: the running statement is cancelled, its transaction rolled back.
    Cancel,
}

impl Order {
    const ALL: [Self; 3] = [Self::Pause, Self::Resume, Self::Cancel];

    fn word(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Cancel => "cancel",
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The orders that a running apply has got.
pub(super) struct Steering<'a> {
    connection: &'a Connection,
    teller: &'a Teller<'a>,
    /// Whether the user goes no further.
    stopped: &'a dyn Fn() -> bool,
    paused: Cell<bool>,
    cancelled: Cell<bool>,
    said: Cell<Option<(usize, bool)>>,
    of: usize,
}

/// That apply was told to go no further, after these transactions.
pub(super) fn cancelled(done: &BTreeSet<usize>) -> ApplyError {
    ApplyError::Cancelled { committed: committed(done) }
}

impl<'a> Steering<'a> {
    /// Listens for orders; `of`: how many transactions there are.
    pub(super) async fn new(
        connection: &'a Connection,
        teller: &'a Teller<'a>,
        stopped: &'a dyn Fn() -> bool,
        of: usize,
    ) -> Result<Self, Error> {
        execute(&connection.client, &format!("LISTEN {CHANNEL}")).await?;
        let (paused, cancelled, said) = (Cell::default(), Cell::default(), Cell::default());
        Ok(Self { connection, teller, stopped, paused, cancelled, said, of })
    }

    /// Does what was ordered before transaction `at`, from 0, or its next batch; `done` are the transactions that are
    /// committed. No transaction may be open.
    ///
    /// # Errors
    /// [`ApplyError::Cancelled`], if that was ordered.
    pub(super) async fn obey(&self, at: usize, done: &BTreeSet<usize>) -> Result<(), ApplyError> {
        loop {
            self.hear().await?;
            self.say(at).await?;
            if self.cancelled.get() {
                return Err(cancelled(done));
            }
            if !self.paused.get() || (self.stopped)() {
                return Ok(());
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Whether a statement that the server cancelled was cancelled by order.
    pub(super) async fn is_cancelled(&self) -> Result<bool, Error> {
        // What came while the statement ran is delivered with the next answer of the server.
        execute(&self.connection.client, "SELECT").await?;
        self.hear().await?;
        Ok(self.cancelled.get())
    }

    async fn hear(&self) -> Result<(), Error> {
        for told in self.connection.take_notifications() {
            let order = Order::ALL.into_iter().find(|order| order.word() == told.payload);
            let Some(order) = order.filter(|_| told.channel == CHANNEL) else { continue };
            if !may_order(&self.connection.client, told.pid).await? {
                continue;
            }
            match order {
                Order::Pause => self.paused.set(true),
                Order::Resume => self.paused.set(false),
                Order::Cancel => self.cancelled.set(true),
            }
            self.teller.tell(Event::Ordered { order, pid: told.pid });
        }
        Ok(())
    }

    /// Says in `pg_stat_activity` how far apply has come.
    async fn say(&self, at: usize) -> Result<(), Error> {
        let state = (at, self.paused.get());
        if self.said.replace(Some(state)) == Some(state) {
            return Ok(());
        }
        let verb = if state.1 { "paused before" } else { "in" };
        let name = format!("plumb: {verb} transaction {} of {}", at + 1, self.of);
        execute(&self.connection.client, &format!("SET application_name = {}", literal(&name)))
            .await
    }
}

/// Ends what [`Steering::new`] began. A connection that is lost listens no more.
pub(super) async fn stop(client: &Client) {
    for sql in [&format!("UNLISTEN {CHANNEL}"), "RESET application_name"] {
        let _ = execute(client, sql).await;
    }
}

/// Whether the role of the session with this process may act for the role that applies. A session that has ended may not.
async fn may_order(client: &Client, pid: i32) -> Result<bool, Error> {
    let sql = format!(
        "SELECT pg_catalog.pg_has_role(a.usesysid, r.oid, 'USAGE') FROM pg_catalog.pg_stat_activity a, pg_catalog.pg_roles r \
         WHERE a.pid = {pid} AND r.rolname = SESSION_USER"
    );
    let rows = client.query_typed(&sql, &[]).await?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

/// What became of an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Obeyed {
    /// It was obeyed.
    Yes,
    /// No apply is running in the database.
    NoneRuns,
    /// The running apply, with this process, has not obeyed within ten seconds: a statement takes longer, or the role may not
    /// act for the one that applies.
    NotYet(i32),
}

/// Gives an order to the apply that runs in the database of a connection, and waits until it is obeyed.
///
/// # Errors
/// What the server refuses.
pub async fn order(connection: &Connection, order: Order) -> Result<Obeyed, Error> {
    let client = &connection.client;
    let Some(holder) = turn::holder(client).await else { return Ok(Obeyed::NoneRuns) };
    execute(client, &format!("NOTIFY {CHANNEL}, {}", literal(order.word()))).await?;
    if order == Order::Cancel {
        execute(client, &format!("SELECT pg_catalog.pg_cancel_backend({})", holder.pid)).await?;
    }
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        let now = turn::holder(client).await.filter(|now| now.pid == holder.pid);
        let paused = now.as_ref().map(|now| now.application.starts_with("plumb: paused"));
        match (order, paused) {
            (_, None) | (Order::Pause, Some(true)) | (Order::Resume, Some(false)) => {
                return Ok(Obeyed::Yes);
            }
            _ => tokio::time::sleep(GLANCE).await,
        }
    }
    Ok(Obeyed::NotYet(holder.pid))
}
