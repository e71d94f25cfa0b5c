//! What an apply that runs in a database is doing, as another session sees it.

use std::time::Duration;

use tokio_postgres::{Client, Error};

use super::blocker::{self, Blocker};
use super::turn::{self, Holder};
use crate::connect::Connection;

/// A running apply.
#[non_exhaustive]
#[derive(Clone, PartialEq, Debug)]
pub struct Running {
    /// Its session; the application's name says how far it has come.
    pub holder: Holder,
    /// Its statement, if this role may see it.
    pub statement: Option<String>,
    /// For how long the statement has been running.
    pub running: Option<Duration>,
    /// What it waits for (`pg_stat_activity.wait_event_type` and `wait_event`).
    pub waits_for: Option<String>,
    /// Who blocks it.
    pub blockers: Vec<Blocker>,
    /// How far the statement has come, in the words of its `pg_stat_progress_` view.
    pub progress: Option<Progress>,
}

/// How far a statement has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The phase.
    pub phase: String,
    /// Blocks done of the phase.
    pub done: i64,
    /// Blocks of the phase in all; 0: not known.
    pub of: i64,
}

/// Looks what the apply that runs in the database of a connection is doing; `None`: none runs.
///
/// # Errors
/// What the server refuses.
pub async fn status(connection: &Connection) -> Result<Option<Running>, Error> {
    let client = &connection.client;
    let Some(holder) = turn::holder(client).await else { return Ok(None) };
    let pid = holder.pid;
    let sql = format!(
        "SELECT a.query, EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.query_start)::float8, \
         pg_catalog.concat_ws(' ', a.wait_event_type, a.wait_event), a.state = 'active' \
         FROM pg_catalog.pg_stat_activity a WHERE a.pid = {pid}"
    );
    let rows = client.query_typed(&sql, &[]).await?;
    let active = rows.first().filter(|row| row.get::<_, Option<bool>>(3) == Some(true));
    Ok(Some(Running {
        statement: active.and_then(|row| row.get(0)),
        running: active
            .and_then(|row| row.get::<_, Option<f64>>(1))
            .map(|seconds| Duration::from_secs_f64(seconds.max(0.0))),
        waits_for: active
            .and_then(|row| row.get::<_, Option<String>>(2))
            .filter(|event| !event.is_empty()),
        blockers: blocker::read(client, pid, false).await?,
        progress: progress(client, pid).await?,
        holder,
    }))
}

/// CREATE INDEX and REINDEX, CLUSTER and rewriting statements have a view each.
async fn progress(client: &Client, pid: i32) -> Result<Option<Progress>, Error> {
    let sql = format!(
        "SELECT p.phase, COALESCE(p.blocks_done, 0), COALESCE(p.blocks_total, 0) \
         FROM pg_catalog.pg_stat_progress_create_index p WHERE p.pid = {pid} \
         UNION ALL SELECT p.phase, COALESCE(p.heap_blks_scanned, 0), COALESCE(p.heap_blks_total, 0) \
         FROM pg_catalog.pg_stat_progress_cluster p WHERE p.pid = {pid}"
    );
    let rows = client.query_typed(&sql, &[]).await?;
    Ok(rows.first().map(|row| Progress { phase: row.get(0), done: row.get(1), of: row.get(2) }))
}
