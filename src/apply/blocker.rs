//! Who blocks a statement: the sessions and prepared transactions that hold, or wait before it for, the lock that it waits
//! for. Told by another session while it waits; afterwards it cannot be told.

use std::fmt;
use std::time::Duration;

use tokio_postgres::{Client, Error};

use super::waits::spoken;
use crate::plan::LockMode;
use crate::shown;

/// A session or a prepared transaction that blocks.
#[non_exhaustive]
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Blocker {
    /// Its process on the server; none of a prepared transaction.
    pub pid: Option<i32>,
    /// The identifier of the prepared transaction, to be ended by COMMIT PREPARED or ROLLBACK PREPARED.
    pub prepared: Option<String>,
    /// Its user, or the owner of the prepared transaction.
    pub user: Option<String>,
    /// Its `application_name`.
    pub application: String,
    /// `pg_stat_activity.backend_type`, if it is no client's.
    pub backend: Option<String>,
    /// Whether it is an autovacuum that does not give way.
    pub wraparound: bool,
    /// `pg_stat_activity.state`, if this role may see it.
    pub state: Option<String>,
    /// For how long it has been in that state.
    pub in_state: Option<Duration>,
    /// For how long its transaction has been open.
    pub open: Option<Duration>,
    /// The lock.
    pub mode: Option<LockMode>,
    /// Whether it has the lock; otherwise it waits for it, before us.
    pub granted: bool,
    /// The relation that the lock is on, if it is on one.
    pub relation: Option<String>,
    /// Its query, if that is wanted and this role may see it.
    pub query: Option<String>,
}

impl Blocker {
    /// For how long it has been idle in its transaction.
    pub(super) fn idle(&self) -> Option<Duration> {
        let idle = self.state.as_deref().is_some_and(|state| state.starts_with(IDLE));
        self.in_state.filter(|_| idle)
    }
}

/// How the states begin in which a client keeps a transaction open and does nothing.
const IDLE: &str = "idle in transaction";

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut add = |what: &str, name: Option<&str>| {
            if let Some(name) = name.filter(|name| !name.is_empty()) {
                parts.push(format!("{what}{}", shown::line(name)));
            }
        };
        add("", self.pid.map(|pid| format!("pid {pid}")).as_deref());
        add("prepared transaction ", self.prepared.as_deref());
        add("", self.backend.as_deref());
        add("", self.wraparound.then_some("to prevent wraparound, which does not give way"));
        add("user ", self.user.as_deref());
        add("application ", Some(&self.application));
        add("", self.state.as_deref());
        let open = self.open.map(|open| format!("transaction open for {}", spoken(open)));
        add("", open.as_deref());
        if let (Some(mode), Some(relation)) = (self.mode, &self.relation) {
            let verb = if self.granted { "holds" } else { "waits for" };
            add(&format!("{verb} {} on ", mode.words()), Some(relation));
        }
        add("query: ", self.query.as_deref());
        f.write_str(&parts.join(", "))
    }
}

/// Asks who blocks the session with this process.
pub(super) async fn read(
    client: &Client,
    pid: i32,
    show_queries: bool,
) -> Result<Vec<Blocker>, Error> {
    let rows = client.query_typed(&query(pid, show_queries), &[]).await?;
    let seconds = |seconds: Option<f64>| seconds.map(|it| Duration::from_secs_f64(it.max(0.0)));
    let blocker = |row: &tokio_postgres::Row| Blocker {
        pid: row.get(0),
        prepared: row.get(1),
        user: row.get(2),
        application: row.get::<_, Option<String>>(3).unwrap_or_default(),
        backend: row.get(4),
        wraparound: row.get::<_, Option<bool>>(5).unwrap_or_default(),
        state: row.get(6),
        in_state: seconds(row.get(7)),
        open: seconds(row.get(8)),
        mode: row.get::<_, Option<&str>>(9).and_then(LockMode::named),
        granted: row.get::<_, Option<bool>>(10).unwrap_or_default(),
        relation: row.get(11),
        query: row.get(12),
    };
    Ok(rows.iter().map(blocker).collect())
}

/// The locks of a prepared transaction have no process (manual, "pg_locks"); the lock on its own transaction id, which has the
/// same `virtualtransaction`, says which one it is.
fn query(pid: i32, show_queries: bool) -> String {
    let same = [
        "locktype",
        "database",
        "relation",
        "page",
        "tuple",
        "virtualxid",
        "transactionid",
        "classid",
        "objid",
        "objsubid",
    ];
    let same =
        same.map(|column| format!("l.{column} IS NOT DISTINCT FROM w.{column}")).join(" AND ");
    let query = if show_queries { "pg_catalog.left(a.query, 1000)" } else { "NULL" };
    format!(
        "WITH l AS MATERIALIZED (SELECT * FROM pg_catalog.pg_locks), \
         w AS (SELECT * FROM l WHERE pid = {pid} AND NOT granted LIMIT 1), \
         o AS (SELECT l.*, CASE WHEN w.database = (SELECT d.oid FROM pg_catalog.pg_database d \
             WHERE d.datname = pg_catalog.current_database()) THEN w.relation::regclass::text END AS named \
           FROM l, w WHERE {same}) \
         SELECT b.pid, NULL::text, a.usename::text, a.application_name, \
           NULLIF(a.backend_type, 'client backend'), \
           a.backend_type = 'autovacuum worker' AND a.query LIKE '%(to prevent wraparound)%', a.state, \
           EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.state_change)::float8, \
           EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::float8, \
           h.mode, h.granted, h.named, ({query})::text \
         FROM (SELECT DISTINCT p.pid FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids({pid})) p(pid)) b \
         LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid \
         LEFT JOIN LATERAL (SELECT o.mode, o.granted, o.named FROM o WHERE o.pid = b.pid \
           ORDER BY o.granted DESC, o.mode LIMIT 1) h ON true \
         WHERE b.pid <> 0 \
         UNION ALL SELECT NULL, p.gid, p.owner::text, NULL, NULL, false, NULL, NULL, \
           EXTRACT(epoch FROM pg_catalog.clock_timestamp() - p.prepared)::float8, o.mode, o.granted, o.named, NULL \
         FROM o JOIN l own ON own.virtualtransaction = o.virtualtransaction AND own.pid IS NULL \
         AND own.locktype = 'transactionid' \
         JOIN pg_catalog.pg_prepared_xacts p ON p.transaction = own.transactionid \
         WHERE o.pid IS NULL AND o.granted \
         ORDER BY 1, 2"
    )
}

/// Ends a session, if it still is idle in a transaction for so long; `false`: it is so no more.
pub(super) async fn terminate(client: &Client, pid: i32, after: Duration) -> Result<bool, Error> {
    let sql = format!(
        "SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a WHERE a.pid = {pid} \
         AND pg_catalog.starts_with(a.state, '{IDLE}') \
         AND pg_catalog.clock_timestamp() - a.state_change > '{} ms'::interval",
        after.as_millis()
    );
    let rows = client.query_typed(&sql, &[]).await?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blocker_is_told_in_a_line_whatever_it_calls_itself() {
        let blocker = Blocker {
            pid: Some(12),
            user: Some("ann".to_owned()),
            application: "psql\n\x1b[2Jok".to_owned(),
            state: Some("idle in transaction".to_owned()),
            open: Some(Duration::from_secs(125)),
            mode: Some(LockMode::AccessShare),
            granted: true,
            relation: Some("public.visit".to_owned()),
            ..Blocker::default()
        };
        assert_eq!(
            blocker.to_string(),
            "pid 12, user ann, application psql\\n\\u{1b}[2Jok, idle in transaction, transaction open for 2 min 5 s, \
             holds ACCESS SHARE on public.visit"
        );
        let prepared = Blocker {
            prepared: Some("two\tphase".to_owned()),
            mode: Some(LockMode::AccessExclusive),
            relation: Some("a.b".to_owned()),
            ..Blocker::default()
        };
        assert_eq!(
            prepared.to_string(),
            "prepared transaction two\\tphase, waits for ACCESS EXCLUSIVE on a.b"
        );
        assert_eq!(prepared.idle(), None);
    }
}
