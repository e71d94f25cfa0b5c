//! A live database into a [`Catalog`]: the queries of all kinds, pipelined, in one read-only
//! snapshot. Names no kind, takes no lock stronger than ACCESS SHARE, and lets no oid out.

mod own;
mod positions;
pub(crate) mod readable;
mod reading;
mod sizes;
mod some;
mod unmodelled;
mod versions;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{self, OptionFuture, Ready};
use futures_util::stream::{self, FuturesOrdered, Stream};
use futures_util::{FutureExt, StreamExt};
use tokio::time::timeout;
use tokio_postgres::{Client, Row, error::SqlState};

pub(crate) use own::{JOURNAL, MARK};
pub use positions::read_positions;
use reading::Reading;
pub use sizes::read_sizes;
pub use some::read_some;
use unmodelled::{members_query, unmodelled_query};
pub use versions::{Versions, read_versions};

use crate::actor::{self, Actor};
use crate::catalog::{Catalog, Server};
use crate::connect::{Connection, execute, settings};
use crate::event_trigger::{self, EventTrigger};
use crate::kind::Kind;
use crate::later;
use crate::later::Passing;
use crate::row;
use crate::sql::quote;

/// Why a catalog could not be read. Never to be taken for an empty one.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum IntrospectError {
    /// The server refused a query or the connection broke.
    #[error("reading {what} from the catalog failed: {}", server_message(source))]
    Query {
        /// What was read.
        what: String,
        /// The server's answer.
        source: tokio_postgres::Error,
    },
    /// A row does not fit the kind: a server that plumb does not know.
    #[error("the catalog row of {id} could not be understood: {source}")]
    Row {
        /// The object.
        id: String,
        /// What did not fit.
        source: serde_json::Error,
    },
    /// The server is older than the oldest that plumb knows.
    #[error("PostgreSQL {0} is not supported: plumb knows 14 and later")]
    TooOld(u32),
    /// The catalog changed during each of several readings.
    #[error(
        "the catalog changed while it was read, several times in a row; try again when no other session creates \
         or drops objects: {0}"
    )]
    Moving(Box<IntrospectError>),
}

impl Passing for IntrospectError {
    fn is_passing(&self) -> bool {
        match self {
            Self::Moving(_) => true,
            Self::Query { source, .. } => source.is_passing(),
            Self::Row { .. } | Self::TooOld(_) => false,
        }
    }
}

impl IntrospectError {
    /// Whether the server only says that an earlier query failed.
    fn is_aftermath(&self) -> bool {
        let Self::Query { source, .. } = self else { return false };
        source.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION)
    }

    /// Whether the reading failed because another session drops what it reads.
    fn is_moving(&self) -> bool {
        matches!(self, Self::Query { source, .. } if later::is_moving(source))
    }

    /// Whether another reading may succeed: for an object that is dropped meanwhile the functions that print it
    /// fail or return NULL, where the kind has a value.
    pub(crate) fn is_worth_another(&self) -> bool {
        self.is_moving() || self.is_locked() || matches!(self, Self::Row { .. })
    }

    /// Whether another session held a lock for longer than this one waits.
    fn is_locked(&self) -> bool {
        let Self::Query { source, .. } = self else { return false };
        source.code() == Some(&SqlState::LOCK_NOT_AVAILABLE)
    }

    /// The error of the last reading.
    pub(crate) fn last(self) -> Self {
        if self.is_moving() { Self::Moving(Box::new(self)) } else { self }
    }
}

/// The server's own words, with its SQLSTATE.
pub fn server_message(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} ({})", db.message(), db.code().code()),
        None => error.to_string(),
    }
}

/// What a reading transaction sets: the settings of every session again, since a plan may have set the path
/// otherwise by then; no conversion of texts whose encoding the server does not know; and three for speed, since planning our own joins would take longer than running
/// them. `beside`: another session reads in the same snapshot, so that a third one which waits for the one and keeps
/// the other waiting would hold up all three for ever; no server sees that, since the first waits for no lock.
fn pinned(beside: bool) -> String {
    let settings = settings::for_transaction();
    let patience = if beside {
        format!(", {}", settings::set_config("lock_timeout", LOCK_PATIENCE, true))
    } else {
        String::new()
    };
    format!(
        "{settings}{patience}, pg_catalog.set_config('jit', 'off', true), \
         pg_catalog.set_config('client_encoding', CASE pg_catalog.current_setting('server_encoding') \
           WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END, true), \
         pg_catalog.set_config('max_parallel_workers_per_gather', '0', true), \
         pg_catalog.set_config('join_collapse_limit', '3', true)"
    )
}

/// How long to wait before the catalog is read again.
pub(crate) const WAITS: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
];

/// How long one of two sessions waits for a lock; then one session reads, and waits as long as it takes.
const LOCK_PATIENCE: &str = "1s";

/// How a reading transaction begins.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// Reads the whole catalog in a transaction of its own.
///
/// # Errors
/// Whatever the server refuses, by the name of what was read.
pub async fn introspect(client: &Client) -> Result<Catalog, IntrospectError> {
    again(client, None::<Ready<_>>).await
}

/// As [`introspect`], half of it over the connection that `second` opens, in the same snapshot: most
/// of the time is the server's. Where that cannot be had, all of it is read over the first one.
///
/// # Errors
/// As [`introspect`].
pub async fn introspect_beside(
    client: &Client,
    second: impl Future<Output = Option<Connection>>,
) -> Result<Catalog, IntrospectError> {
    again(client, Some(second)).await
}

/// Reads again where another session drops what is read.
async fn again(
    client: &Client,
    second: Option<impl Future<Output = Option<Connection>>>,
) -> Result<Catalog, IntrospectError> {
    let mut read = begin(client, second).await;
    for wait in WAITS {
        if !read.as_ref().is_err_and(IntrospectError::is_worth_another) {
            break;
        }
        tokio::time::sleep(wait).await;
        read = begin(client, None::<Ready<_>>).await;
    }
    read.map_err(IntrospectError::last)
}

async fn begin(
    client: &Client,
    second: Option<impl Future<Output = Option<Connection>>>,
) -> Result<Catalog, IntrospectError> {
    let failed = |source| IntrospectError::Query { what: "a snapshot".to_owned(), source };
    execute(client, BEGIN).await.map_err(failed)?;
    let catalog = read_beside(client, second).await;
    let ended = execute(client, "ROLLBACK").await.map_err(failed);
    let catalog = catalog?;
    ended?;
    Ok(catalog)
}

/// Reads the whole catalog inside the caller's transaction, whose settings it changes (SET LOCAL).
///
/// # Errors
/// As [`introspect`].
pub async fn read(client: &Client) -> Result<Catalog, IntrospectError> {
    read_beside(client, None::<Ready<_>>).await
}

/// A transaction that has written, or that has savepoints, cannot lend its snapshot: `second` is for
/// one that has just begun.
async fn read_beside(
    client: &Client,
    second: Option<impl Future<Output = Option<Connection>>>,
) -> Result<Catalog, IntrospectError> {
    let pinned = pinned(second.is_some());
    let (asked, census) = (server_query(), census_query());
    let beside = OptionFuture::from(second.map(|second| {
        let exported = client.query_typed(SNAPSHOT, &[]);
        future::join(exported, timeout(PATIENCE, second))
    }));
    let first = tokio::join!(
        execute(client, &pinned),
        client.query_typed(&asked, &[]),
        client.query_typed(&census, &[]),
        beside
    );
    let failed = |source| IntrospectError::Query { what: "the settings".to_owned(), source };
    first.0.map_err(failed)?;
    let (about, census) = (first.1.map_err(failed)?, first.2.map_err(failed)?);
    let there: Vec<bool> = census.first().map_or_else(Vec::new, |row| row.get(0));
    let server = understood(about.first())?;
    let major = server.major();
    let (snapshot, second) = match first.3 {
        Some((exported, second)) => {
            let exported = exported.map_err(failed)?;
            (exported.first().and_then(|row| row.get(0)), second.ok().flatten())
        }
        None => (None, None),
    };
    let (mine, theirs) = shares(snapshot.is_some() && second.is_some(), &there);
    let opened = OnceCell::new();
    let beside = async {
        match join(snapshot, second).await {
            Some(connection) => &opened.get_or_init(|| connection).client,
            None => client,
        }
    };
    let mine = answers(client, mine, major);
    let theirs = beside.map(|client| answers(client, theirs, major)).flatten_stream();
    let mut reading = Reading::new(server);
    let (mut comments, mut labels, mut dependencies) = (Vec::new(), Vec::new(), Vec::new());
    // While the rows of one query are understood here, the server reads the next one's.
    let mut both = pin!(stream::select(mine, theirs));
    let mut aftermath = None;
    while let Some((what, rows)) = both.next().await {
        let rows = match rows {
            // Of what failed first, the answer is still to come.
            Err(error) if error.is_aftermath() => {
                aftermath = Some(error);
                continue;
            }
            rows => rows?,
        };
        match what {
            What::Kind(kind) => reading.objects(kind, &rows)?,
            What::Comments => comments = rows,
            What::Labels => labels = rows,
            What::Dependencies => dependencies = rows,
            What::Unmodelled => reading.unmodelled(&rows),
            What::Members => reading.members(&rows),
            What::Roles => {
                reading.catalog.roles = rows.iter().map(|row| row::text(row, 0)).collect();
                if let Some(actor) = &mut reading.catalog.server.actor {
                    actor.learn(&rows);
                }
            }
        }
    }
    if let Some(error) = aftermath {
        return Err(error);
    }
    reading.comments(&comments);
    reading.labels(&labels);
    reading.forget_own();
    reading.dependencies(&dependencies);
    Ok(reading.catalog)
}

/// The server, read by a row of [`server_query`].
fn understood(about: Option<&Row>) -> Result<Server, IntrospectError> {
    let server = Server {
        version: about.map_or(0, |row| row.get::<_, i32>(0).unsigned_abs()),
        user: about.map_or_else(String::new, |row| row.get(1)),
        database: about.map_or_else(String::new, |row| row.get(2)),
        timezone: about.map_or_else(String::new, |row| row.get(3)),
        lock_table: about.map_or(0, |row| row.get::<_, i32>(4).unsigned_abs()),
        max_locks: about.map_or(0, |row| row.get::<_, i32>(5).unsigned_abs()),
        backends: about.map_or(0, |row| row.get::<_, i32>(6).unsigned_abs()),
        actor: about.map(|row| Actor::read(row, 8)),
        event_triggers: about.map_or_else(Vec::new, |row| EventTrigger::read(row, 7)),
        system: None,
    };
    let major = server.major();
    if major < 14 { Err(IntrospectError::TooOld(major)) } else { Ok(server) }
}

/// Asks which server it is.
///
/// # Errors
/// If the server refuses, or is too old.
pub async fn server(client: &Client) -> Result<Server, IntrospectError> {
    let failed = |source| IntrospectError::Query { what: "the settings".to_owned(), source };
    let about = client.query_typed(&server_query(), &[]).await.map_err(failed)?;
    understood(about.first())
}

/// The identifier that initdb gave the server's cluster; `None` if this role may not read it.
pub async fn system_identifier(client: &Client) -> Option<String> {
    const SYSTEM: &str =
        "SELECT s.system_identifier::text FROM pg_catalog.pg_control_system() AS s";
    let rows = client.query_typed(SYSTEM, &[]).await.ok()?;
    rows.first()?.get(0)
}

/// What a query of the pipeline reads.
#[derive(Clone, Copy)]
enum What {
    Kind(Kind),
    Comments,
    Labels,
    Dependencies,
    Unmodelled,
    Members,
    Roles,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            What::Kind(kind) => kind.name(),
            What::Comments => "comments",
            What::Labels => "security labels",
            What::Dependencies => "dependencies",
            What::Unmodelled => "objects that plumb does not model",
            What::Members => "members of extensions",
            What::Roles => "roles",
        }
    }

    fn sql(self, major: u32) -> String {
        match self {
            What::Kind(kind) => (kind.def().query)(major),
            What::Comments => COMMENTS.to_owned(),
            What::Labels => LABELS.to_owned(),
            What::Dependencies => DEPENDENCIES.to_owned(),
            What::Unmodelled => unmodelled_query(),
            What::Members => members_query(),
            What::Roles => actor::roles_query(major),
        }
    }
}

/// Asks of which kinds there may be any: most databases have no object of most kinds, and a query that
/// finds none costs its planning all the same. An array in the order of the kinds; the last of it is
/// whether an extension has brought anything that is not the server's own.
fn census_query() -> String {
    let any = |kind: &Kind| match kind.def().models {
        Some((catalog, condition)) => {
            format!("EXISTS (SELECT FROM {catalog} t WHERE t.oid >= 16384 AND ({condition}))")
        }
        None => "true".to_owned(),
    };
    let members = "EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_extension'::regclass \
         AND deptype = 'e' AND objid >= 16384)";
    let all = Kind::ALL.iter().map(any).chain([members.to_owned()]);
    format!("SELECT ARRAY[{}]", all.collect::<Vec<_>>().join(", "))
}

/// Divides the queries over two sessions. Of those with several rows a table, each has neighbours in
/// the list, whose work on the server's relation cache is the same.
fn shares(two: bool, there: &[bool]) -> (Vec<What>, Vec<What>) {
    let present: BTreeSet<Kind> =
        Kind::ALL.iter().zip(there).filter(|(_, there)| **there).map(|(kind, _)| *kind).collect();
    let members = there.get(Kind::ALL.len()).copied().unwrap_or(true);
    let holds = |parent: &Kind| present.contains(parent) && (members || !parent.def().provides);
    let placed = |parents: &[Kind]| parents.is_empty() || parents.iter().any(holds);
    let (many, few): (Vec<What>, Vec<What>) = present
        .iter()
        .filter(|kind| placed(kind.def().parents))
        .map(|kind| What::Kind(*kind))
        .partition(|what| matches!(what, What::Kind(kind) if kind.def().numerous));
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    let half = many.len() / 2;
    for (at, what) in many.into_iter().enumerate() {
        if two && at >= half { theirs.push(what) } else { mine.push(what) }
    }
    mine.extend(few);
    mine.extend([What::Comments, What::Labels, What::Dependencies]);
    let rest = if two { &mut theirs } else { &mut mine };
    rest.extend([What::Unmodelled, What::Roles]);
    rest.extend(members.then_some(What::Members));
    (mine, theirs)
}

/// Sends all the queries at once; their rows come one after the other.
fn answers(
    client: &Client,
    wanted: Vec<What>,
    major: u32,
) -> impl Stream<Item = (What, Result<Vec<Row>, IntrospectError>)> {
    let answer = move |what: What| async move {
        let rows = client.query_typed(&what.sql(major), &[]).await;
        let failed = |source| IntrospectError::Query { what: what.name().to_owned(), source };
        (what, rows.map_err(failed))
    };
    wanted.into_iter().map(answer).collect::<FuturesOrdered<_>>()
}

/// How long the second session may take to be there. A pool of connections that has no other one to
/// give lets it wait for the first one's end.
const PATIENCE: Duration = Duration::from_secs(1);

/// Puts the second session into the snapshot of the first (`pg_export_snapshot`, `SET TRANSACTION
/// SNAPSHOT`); `None` where it cannot be had, say for want of a free connection.
async fn join(snapshot: Option<String>, second: Option<Connection>) -> Option<Connection> {
    let name = quote::literal(&snapshot?);
    let connection = second?;
    let begin = async {
        let client = &connection.client;
        execute(client, BEGIN).await?;
        execute(client, &format!("SET TRANSACTION SNAPSHOT {name}")).await?;
        execute(client, &pinned(true)).await
    };
    timeout(PATIENCE, begin).await.ok()?.ok()?;
    Some(connection)
}

fn server_query() -> String {
    let (actor, event_triggers) = (actor::COLUMNS, event_trigger::COLUMN);
    format!(
        "SELECT current_setting('server_version_num')::int4, \
         current_user::text, current_database()::text, current_setting('TimeZone'), \
         current_setting('max_locks_per_transaction')::int4 * (current_setting('max_connections')::int4 \
           + current_setting('max_prepared_transactions')::int4), \
         current_setting('max_locks_per_transaction')::int4, \
         (SELECT sum(s.setting::int4) FROM pg_catalog.pg_settings s WHERE s.name IN ('max_connections', \
           'max_prepared_transactions', 'max_wal_senders', 'max_worker_processes', \
           'autovacuum_max_workers', 'autovacuum_worker_slots'))::int4, {event_triggers}, {actor} \
         FROM pg_catalog.pg_roles r WHERE r.rolname = current_user"
    )
}

/// A snapshot for the second session. Not every version exports one from a standby.
const SNAPSHOT: &str = "SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_export_snapshot() END";

/// Objects below 16384 are the server's own, but for schema `public`.
const COMMENTS: &str = "SELECT classoid, objoid, objsubid, description FROM pg_description \
    WHERE objoid >= 16384 OR classoid = 'pg_namespace'::regclass \
    UNION ALL SELECT classoid, objoid, 0, description FROM pg_shdescription \
    WHERE classoid = 'pg_authid'::regclass OR classoid = 'pg_database'::regclass \
      AND objoid = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// Labels with what they are on, as far as it is not the server's own, a large object, or something that
/// belongs to the cluster and is neither a role nor this database.
const LABELS: &str = "SELECT l.classoid, l.objoid, l.objsubid, l.provider, l.label, i.type, \
    CASE WHEN i.schema IS NULL OR i.schema !~ '^pg_' AND i.schema <> 'information_schema' \
      THEN i.identity END, i.schema \
    FROM pg_seclabel l, LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) AS i \
    WHERE l.classoid <> 'pg_largeobject'::regclass \
    UNION ALL SELECT l.classoid, l.objoid, 0, l.provider, l.label, NULL, NULL, NULL \
    FROM pg_shseclabel l WHERE l.classoid = 'pg_authid'::regclass OR l.classoid = 'pg_database'::regclass \
      AND l.objoid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 6, 7, 4";

/// What a typed table needs of its type is an object of its own. Named are the columns that a table has of its parents
/// alone, which are no objects there.
const DEPENDENCIES: &str = "SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid, \
    deptype::text, \
    CASE WHEN refclassid = 'pg_class'::regclass AND refobjsubid > 0 \
        AND refobjid IN (SELECT inhrelid FROM pg_inherits) \
      THEN (SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = refobjid \
        AND a.attnum = refobjsubid AND a.attinhcount > 0 AND NOT a.attislocal) END \
    FROM pg_depend \
    WHERE objid >= 16384 AND refobjid >= 16384 AND refclassid <> 'pg_namespace'::regclass \
    AND NOT (classid = 'pg_class'::regclass AND objsubid = 0 AND refclassid = 'pg_type'::regclass \
      AND EXISTS (SELECT FROM pg_class c WHERE c.oid = objid AND c.reloftype = refobjid))";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn array_types_are_told_apart_by_an_index() {
        let asked = [census_query(), unmodelled_query()];
        let asked = asked.into_iter().chain(Kind::ALL.iter().map(|kind| (kind.def().query)(18)));
        for sql in asked {
            let (all, found) = ("e.typarray = t.oid", "e.oid = t.typelem AND e.typarray = t.oid");
            assert_eq!(sql.matches(all).count(), sql.matches(found).count(), "{sql}");
        }
    }
}
