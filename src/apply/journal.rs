//! The journal: what each apply did, kept in the database where its environment asks for that. Events are only added. A
//! row is written between two transactions of the plan, so that one which begins and does not end shows where apply was
//! killed.
//!
//! Whoever owns the table decides what an INSERT into it runs, so that it has to belong to the role that applies, or to a
//! superuser.

use std::time::Duration;

use serde_json::{Value, json};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};

use super::Blocker;
use crate::connect::execute;
use crate::introspect::{JOURNAL, MARK, server_message};
use crate::plan::{Relation, Transaction};

/// What whoever applies says of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Said {
    /// The person and the machine, as far as they are known.
    pub who: String,
    /// The revision of the declaration in version control.
    pub revision: Option<String>,
    /// What the plan does, in one line.
    pub summary: String,
    /// The digest of the plan, by which its file is known.
    pub digest: String,
}

/// An entry, as `plumb log` reads it.
#[non_exhaustive]
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// When, by the clock of the server, in the time zone of the session.
    pub at: String,
    /// Which run of apply; the same for all entries of one.
    pub run: String,
    /// The role that applied.
    pub role: String,
    /// What happened: `begun`, `committed`, `refused`, `ended`.
    pub event: String,
    /// The details of that.
    pub detail: Value,
}

/// Why there is no journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The server refused.
    #[error("the journal cannot be used: {}", server_message(.0))]
    Server(#[from] Error),
    /// What has its name is not plumb's, or may run what a stranger wrote.
    #[error("plumb.journal is not used: {0}")]
    Untrusted(String),
}

/// A journal that an apply writes to.
pub(super) struct Journal<'a> {
    client: &'a Client,
    run: String,
}

/// A statement that has run.
pub(super) struct Ran {
    pub(super) sql: String,
    pub(super) took: Duration,
}

impl<'a> Journal<'a> {
    /// Opens the journal, and makes it where it is not there.
    pub(super) async fn open(client: &'a Client) -> Result<Self, JournalError> {
        if !is_there(client).await? {
            execute(client, "BEGIN").await?;
            for statement in JOURNAL {
                execute(client, statement).await?;
            }
            execute(client, "COMMIT").await?;
        }
        let run = client.query_typed_one("SELECT pg_catalog.gen_random_uuid()::text", &[]).await?;
        Ok(Self { client, run: run.get(0) })
    }

    async fn write(&self, event: &str, detail: &Value) -> Result<(), Error> {
        let sql = "INSERT INTO plumb.journal (run, event, detail) VALUES ($1, $2, $3::text::jsonb)";
        let detail = detail.to_string();
        let values =
            [(&self.run as _, Type::TEXT), (&event as _, Type::TEXT), (&detail as _, Type::TEXT)];
        self.client.execute_typed(sql, &values).await?;
        Ok(())
    }

    /// The run begins with so many transactions to do.
    pub(super) async fn begun(&self, said: &Said, of: usize, to_do: usize) -> Result<(), Error> {
        let Said { who, revision, summary, digest } = said;
        let detail = json!({
            "plan": digest, "summary": summary, "who": who, "revision": revision,
            "plumb": env!("CARGO_PKG_VERSION"), "transactions": of, "to_do": to_do,
        });
        self.write("begun", &detail).await
    }

    /// A transaction is committed.
    pub(super) async fn committed(
        &self,
        (at, attempts): (usize, u32),
        (took, blocked): (Duration, Option<Duration>),
        ran: &[Ran],
        relations: &Value,
    ) -> Result<(), Error> {
        let statements: Vec<Value> = ran
            .iter()
            .map(|ran| json!({ "sql": ran.sql, "milliseconds": milliseconds(ran.took) }))
            .collect();
        let detail = json!({
            "transaction": at + 1, "attempts": attempts, "milliseconds": milliseconds(took),
            "blocked_milliseconds": blocked.map(milliseconds), "statements": statements,
            "relations": relations,
        });
        self.write("committed", &detail).await
    }

    /// A transaction did not get a lock.
    pub(super) async fn refused(
        &self,
        at: usize,
        attempts: u32,
        message: &str,
        blockers: &[Blocker],
    ) -> Result<(), Error> {
        let blockers: Vec<String> = blockers.iter().map(ToString::to_string).collect();
        let detail = json!({
            "transaction": at + 1, "attempts": attempts, "message": message, "blockers": blockers,
        });
        self.write("refused", &detail).await
    }

    /// The run ends, with an error or without.
    pub(super) async fn ended(&self, error: Option<&str>) -> Result<(), Error> {
        self.write("ended", &json!({ "done": error.is_none(), "error": error })).await
    }

    /// The files and sizes of the relations that a transaction locks: another file after it means that the rows were
    /// written again.
    pub(super) async fn relations(&self, transaction: &Transaction) -> Result<Value, Error> {
        let locks = transaction.steps.iter().flat_map(|step| &step.locks);
        let mut names: Vec<&Relation> = locks.map(|lock| &lock.relation).collect();
        names.sort();
        names.dedup();
        let names: Vec<String> = names.into_iter().map(ToString::to_string).collect();
        let sql = "SELECT n, pg_catalog.pg_relation_filenode(c.oid)::bigint, pg_catalog.pg_relation_size(c.oid), \
                   c.reltuples::float8 \
                   FROM pg_catalog.unnest($1) AS n JOIN pg_catalog.pg_class c \
                   ON c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(n)";
        let rows = self.client.query_typed(sql, &[(&names, Type::TEXT_ARRAY)]).await?;
        let one = |row: &tokio_postgres::Row| {
            let name: String = row.get(0);
            let (file, bytes): (Option<i64>, Option<i64>) = (row.get(1), row.get(2));
            (name, json!({ "file": file, "bytes": bytes, "rows": row.get::<_, f64>(3) }))
        };
        Ok(Value::Object(rows.iter().map(one).collect()))
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// What of relations was before and after, side by side.
pub(super) fn side_by_side(before: Value, after: &Value) -> Value {
    let Value::Object(before) = before else { return Value::Null };
    let one = |(name, before): (String, Value)| {
        let after = after.get(&name).cloned();
        (name, json!({ "before": before, "after": after }))
    };
    Value::Object(before.into_iter().map(one).collect())
}

/// Whether there is a journal, which may be used then. Only catalogs are read for that.
async fn is_there(client: &Client) -> Result<bool, JournalError> {
    let sql = "SELECT c.relkind::text, pg_catalog.obj_description(n.oid, 'pg_namespace'), \
               o.rolname::text, o.rolname OPERATOR(pg_catalog.=) CURRENT_USER OR o.rolsuper, \
               c.relhastriggers OR c.relhasrules OR c.relrowsecurity OR c.relispartition OR \
               n.nspowner OPERATOR(pg_catalog.<>) c.relowner AND NOT (SELECT r.rolsuper FROM pg_catalog.pg_roles r \
               WHERE r.oid OPERATOR(pg_catalog.=) n.nspowner), \
               EXISTS (SELECT FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a \
                 ON a.attrelid OPERATOR(pg_catalog.=) d.adrelid AND a.attnum OPERATOR(pg_catalog.=) d.adnum \
                 WHERE d.adrelid OPERATOR(pg_catalog.=) c.oid \
                   AND (a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid)) \
                     OPERATOR(pg_catalog.<>) ALL (VALUES ('at'::name, 'clock_timestamp()'), ('role', 'SESSION_USER'))) \
               OR EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid OPERATOR(pg_catalog.=) c.oid \
                 AND k.contype OPERATOR(pg_catalog.<>) ALL ('{p,n}'::\"char\"[])) \
               OR EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid \
                 AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)) \
               OR EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid \
                 AND a.atttypid OPERATOR(pg_catalog.>=) 16384) \
               FROM pg_catalog.pg_namespace n \
               LEFT JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid AND \
               c.relname OPERATOR(pg_catalog.=) 'journal' \
               LEFT JOIN pg_catalog.pg_roles o ON o.oid OPERATOR(pg_catalog.=) c.relowner \
               WHERE n.nspname OPERATOR(pg_catalog.=) 'plumb'";
    let Some(row) = client.query_typed_opt(sql, &[]).await? else { return Ok(false) };
    let untrusted = |why: String| Err(JournalError::Untrusted(why));
    let comment: Option<String> = row.get(1);
    if comment.as_deref() != Some(MARK) {
        return untrusted(format!(
            "a schema plumb is there that is not plumb's; its comment is not '{MARK}'"
        ));
    }
    match row.get::<_, Option<String>>(0).as_deref() {
        Some("r") => {}
        Some(_) => return untrusted("it is no table".to_owned()),
        None => {
            return untrusted("the schema plumb has no table journal; drop the schema".to_owned());
        }
    }
    if !row.get::<_, bool>(3) {
        let owner: String = row.get(2);
        return untrusted(format!(
            "it belongs to {}, who is neither the role that is connected nor a superuser; drop the schema",
            crate::shown::line(&owner)
        ));
    }
    if row.get(4) {
        return untrusted(
            "it has triggers, rules or policies, or its schema another owner".to_owned(),
        );
    }
    if row.get(5) {
        return untrusted(
            "it has defaults, checks, indexes or types that plumb did not make; drop the schema"
                .to_owned(),
        );
    }
    Ok(true)
}

/// The last entries of the journal, those of the last `runs` runs, the oldest first; none where there is no journal.
///
/// # Errors
/// If what has its name is not plumb's, or the server refuses.
pub async fn log(client: &Client, runs: u32) -> Result<Vec<Entry>, JournalError> {
    if !is_there(client).await? {
        return Ok(Vec::new());
    }
    let sql = "SELECT pg_catalog.to_char(j.at, 'YYYY-MM-DD HH24:MI:SS TZH:TZM'), j.run, j.role, j.event, j.detail::text \
               FROM plumb.journal j WHERE j.run OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT r.run FROM plumb.journal r \
               GROUP BY r.run ORDER BY pg_catalog.max(r.id) USING OPERATOR(pg_catalog.>) LIMIT $1)) ORDER BY j.id";
    let rows = client.query_typed(sql, &[(&i64::from(runs), Type::INT8)]).await?;
    let entry = |row: &tokio_postgres::Row| Entry {
        at: row.get(0),
        run: row.get(1),
        role: row.get(2),
        event: row.get(3),
        detail: serde_json::from_str(&row.get::<_, String>(4)).unwrap_or_default(),
    };
    Ok(rows.iter().map(entry).collect())
}
