//! Watches the statements of apply from a second session: how long they wait, and for whom. Without a second session
//! apply works, and tells less.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;
use tokio::time::{sleep, timeout};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

use super::blocker::{self, Blocker};
use super::event::{Event, Teller};
use super::waits::Waits;
use crate::connect::{self, ConnInfo, Connection};
use crate::execute::Session;
use crate::introspect::server_message;

/// How often it is looked whether a statement waits.
const TICK: Duration = Duration::from_millis(50);

/// How often it is asked for whom: that stops the server's lock manager for a moment.
const ASK: Duration = Duration::from_millis(500);

/// After what time a wait is told that goes on.
const TELL: Duration = Duration::from_secs(5);

/// After what time it is told again.
const TELL_AGAIN: Duration = Duration::from_secs(60);

/// How long the second session may take to answer when the statement has ended.
const PATIENCE: Duration = Duration::from_secs(1);

/// When a session of `pg_stat_activity a` began. Of one that acts as another role than it connected as, that may be hidden.
const SINCE: &str = "COALESCE(a.backend_start, pg_catalog.pg_postmaster_start_time())::text";

/// The second session, and what it has seen.
pub(super) struct Watch<'a> {
    info: Option<&'a ConnInfo>,
    second: OnceCell<Option<Connection>>,
    /// The process of the session that is watched, and when that began.
    first: (i32, String),
    waits: &'a Waits,
    teller: &'a Teller<'a>,
    transaction: Cell<usize>,
    /// How long all waits of the statement may take together.
    limit: Cell<Option<Duration>>,
    waited: Cell<Duration>,
    cancelled: Cell<bool>,
    /// Whether the second session is ending another one, or a statement of the first.
    acts: Cell<bool>,
    blockers: RefCell<Vec<Blocker>>,
    /// Sessions that could not be ended.
    refused: RefCell<BTreeSet<i32>>,
}

impl<'a> Watch<'a> {
    /// Watches the session of `client`; `info`: how to reach the server once more.
    pub(super) async fn new(
        client: &Client,
        info: Option<&'a ConnInfo>,
        waits: &'a Waits,
        teller: &'a Teller<'a>,
    ) -> Result<Self, Error> {
        let sql = format!(
            "SELECT a.pid, {SINCE} FROM pg_catalog.pg_stat_activity a WHERE a.pid = pg_catalog.pg_backend_pid()"
        );
        let row = client.query_typed_one(&sql, &[]).await?;
        Ok(Self {
            info,
            second: OnceCell::new(),
            first: (row.get(0), row.get(1)),
            waits,
            teller,
            transaction: Cell::default(),
            limit: Cell::default(),
            waited: Cell::default(),
            cancelled: Cell::default(),
            acts: Cell::default(),
            blockers: RefCell::default(),
            refused: RefCell::default(),
        })
    }

    /// An attempt begins.
    pub(super) fn attempt(&self, transaction: usize) {
        self.transaction.set(transaction);
        self.limit.set(None);
        self.cancelled.set(false);
        self.blockers.borrow_mut().clear();
    }

    /// The next statements may wait for so long in all; `None`: without a limit.
    pub(super) fn limit(&self, limit: Option<Duration>) {
        self.limit.set(limit);
    }

    /// How long the last statement waited, as far as that was seen; `None`: it was not watched.
    pub(super) fn waited(&self) -> Option<Duration> {
        self.second.get()?.as_ref()?;
        Some(self.waited.get())
    }

    /// Whether a statement of the attempt was cancelled because its waits took too long together.
    pub(super) fn cancelled(&self) -> bool {
        self.cancelled.get()
    }

    /// Who blocked the attempt last.
    pub(super) fn blockers(&self) -> Vec<Blocker> {
        self.blockers.borrow().clone()
    }

    /// The second session, if it is one on the same server.
    async fn second(&self) -> Option<&Connection> {
        let open = async {
            let connection = Box::pin(connect::connect(self.info?, "plumb")).await.ok()?;
            let (pid, since) = &self.first;
            let sql = format!(
                "SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.pid = {pid} \
                 AND {SINCE} = {})",
                crate::sql::quote::literal(since)
            );
            let same = connection.client.query_typed_one(&sql, &[]).await.ok()?.get(0);
            Some(connection).filter(|_| same)
        };
        self.second.get_or_init(|| open).await.as_ref()
    }

    /// Looks at the statement until it ends.
    async fn look(&self) -> Infallible {
        sleep(TICK).await;
        if let Some(second) = self.second().await {
            // A second session that is lost is not made again.
            let _ = self.look_from(&second.client).await;
        }
        std::future::pending().await
    }

    async fn look_from(&self, client: &Client) -> Result<Infallible, Error> {
        let waits = format!(
            "SELECT COALESCE((SELECT a.wait_event_type = 'Lock' \
             FROM pg_catalog.pg_stat_get_activity({}) a), false)",
            self.first.0
        );
        let (mut asked, mut told): (Option<Instant>, Option<(Instant, Vec<Option<i32>>)>) =
            (None, None);
        let mut last: Option<Instant> = None;
        loop {
            let waiting: bool = client.query_typed_one(&waits, &[]).await?.get(0);
            let now = Instant::now();
            if waiting {
                let passed = last.map_or(TICK, |last| now - last);
                self.waited.set(self.waited.get() + passed);
                if asked.is_none_or(|asked| now - asked >= ASK) {
                    asked = Some(now);
                    self.ask(client).await?;
                }
                let blockers = self.blockers();
                let pids: Vec<Option<i32>> = blockers.iter().map(|blocker| blocker.pid).collect();
                let due = told.as_ref().is_none_or(|(at, of)| {
                    now - *at >= TELL_AGAIN || *of != pids && now - *at >= TELL
                });
                let waited = self.waited.get();
                if waited >= TELL && due {
                    told = Some((now, pids));
                    let transaction = self.transaction.get();
                    self.teller.tell(Event::WaitsFor { transaction, waited, blockers: &blockers });
                }
                if self.limit.get().is_some_and(|limit| waited > limit) && !self.cancelled.get() {
                    self.cancelled.set(true);
                    let cancel = format!("SELECT pg_catalog.pg_cancel_backend({})", self.first.0);
                    self.acting(connect::execute(client, &cancel)).await?;
                }
            }
            last = Some(now);
            sleep(TICK).await;
        }
    }

    /// Asks who blocks, and ends those that may be ended.
    async fn ask(&self, client: &Client) -> Result<(), Error> {
        let found = blocker::read(client, self.first.0, self.waits.show_queries).await?;
        if found.is_empty() {
            return Ok(());
        }
        self.blockers.replace(found.clone());
        let Some(after) = self.waits.terminate_after else { return Ok(()) };
        for blocker in &found {
            let idle = blocker.idle().is_some_and(|idle| idle > after);
            let Some(pid) = blocker.pid.filter(|_| idle && blocker.granted) else { continue };
            if self.refused.borrow().contains(&pid) {
                continue;
            }
            let end = async {
                match blocker::terminate(client, pid, after).await {
                    Ok(true) => self.teller.tell(Event::Terminated { blocker }),
                    Ok(false) => {}
                    Err(error) if error.as_db_error().is_some() => {
                        self.refused.borrow_mut().insert(pid);
                        let why = server_message(&error);
                        self.teller.tell(Event::NotTerminated { blocker, why: &why });
                    }
                    Err(error) => return Err(error),
                }
                Ok(())
            };
            self.acting(end).await?;
        }
        Ok(())
    }

    /// Does what must be known to have been done, though the statement ends by it.
    async fn acting<T>(&self, act: impl Future<Output = T>) -> T {
        self.acts.set(true);
        let done = act.await;
        self.acts.set(false);
        done
    }
}

/// A session whose statements are watched.
pub(super) struct Watched<'a, 'w> {
    pub(super) client: &'a Client,
    pub(super) watch: &'a Watch<'w>,
}

impl Session for Watched<'_, '_> {
    const LIMITS: bool = true;

    fn client(&self) -> &Client {
        self.client
    }

    async fn run(&self, sql: &str, _block: bool) -> Result<(), Error> {
        self.watch.waited.set(Duration::ZERO);
        let mut work = std::pin::pin!(connect::execute(self.client, sql));
        let mut look = std::pin::pin!(self.watch.look());
        let done = tokio::select! {
            biased;
            done = &mut work => done,
            never = &mut look => match never {},
        };
        let acted = std::future::poll_fn(|cx| match look.as_mut().poll(cx) {
            _ if !self.watch.acts.get() => Poll::Ready(()),
            _ => Poll::Pending,
        });
        // What ended the wait may not have said so yet.
        if self.watch.acts.get() && timeout(PATIENCE, acted).await.is_err() {
            self.watch.acts.set(false);
        }
        // An order to cancel that came too late for its statement must not keep the transaction open.
        let late = |error: &Error| error.code() == Some(&SqlState::QUERY_CANCELED);
        if sql == "ROLLBACK" && self.watch.cancelled() && done.as_ref().is_err_and(late) {
            return connect::execute(self.client, sql).await;
        }
        done
    }
}
