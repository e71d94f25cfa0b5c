//! Whose turn it is: an advisory lock, so that no two runs apply to one database at the same time.
//!
//! It is asked for again and again and never waited for: whoever waits in `pg_advisory_lock` holds a snapshot, and a
//! CREATE INDEX CONCURRENTLY of the holder waits for that snapshot, which is a deadlock.

use std::fmt;
use std::time::{Duration, Instant};

use tokio_postgres::{Client, Error};

use crate::connect::execute;
use crate::shown;

/// The key of the advisory lock, `plumb` and a zero byte.
const KEY: i64 = 0x706c_756d_6200;

/// How long another apply may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait before the lock is asked for again.
const PAUSE: Duration = Duration::from_millis(200);

/// The session that holds the lock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holder {
    /// Its process id on the server.
    pub pid: i32,
    /// Its `application_name`.
    pub application: String,
    /// When it connected, if this role may see that.
    pub since: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid {}", self.pid)?;
        if !self.application.is_empty() {
            write!(f, ", application {}", shown::line(&self.application))?;
        }
        match &self.since {
            Some(since) => write!(f, ", connected since {since}"),
            None => Ok(()),
        }
    }
}

/// Takes the lock; `false` if another session still has it after a few seconds, or if `stopped` says so.
pub(super) async fn take(client: &Client, stopped: &dyn Fn() -> bool) -> Result<bool, Error> {
    let lock = format!("SELECT pg_catalog.pg_try_advisory_lock({KEY})");
    let end = Instant::now() + PATIENCE;
    loop {
        if client.query_typed_one(&lock, &[]).await?.get(0) {
            return Ok(true);
        }
        if Instant::now() >= end || stopped() {
            return Ok(false);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether this session still has the lock.
pub(super) async fn is_held(client: &Client) -> Result<bool, Error> {
    let sql = format!(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE {} AND l.pid = pg_catalog.pg_backend_pid())",
        held()
    );
    Ok(client.query_typed_one(&sql, &[]).await?.get(0))
}

/// Gives it back. A connection that is lost has done so already.
pub(super) async fn give_back(client: &Client) {
    let _ = execute(client, &format!("SELECT pg_catalog.pg_advisory_unlock({KEY})")).await;
}

/// The condition for the row `l` of pg_locks that says who has the lock.
fn held() -> String {
    let (class, object) = (KEY >> 32, KEY & 0xffff_ffff);
    format!(
        "l.locktype = 'advisory' AND l.granted AND l.classid = {class} AND l.objid = {object} \
         AND l.objsubid = 1 AND l.database = \
         (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())"
    )
}

/// Who has the lock; `None` where it has just been given back.
pub(super) async fn holder(client: &Client) -> Option<Holder> {
    let sql = format!(
        "SELECT l.pid, COALESCE(a.application_name, '')::text, \
         pg_catalog.to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')::text \
         FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE {}",
        held()
    );
    let rows = client.query_typed(&sql, &[]).await.ok()?;
    let row = rows.first()?;
    Some(Holder { pid: row.get(0), application: row.get(1), since: row.get(2) })
}
