//! An UPDATE of a large relation in batches, each committed before the next, so that no row is locked for long and what
//! is done stays done. A batch is a range of pages (`ctid`), which every relation has, with or without a key, and which
//! a TID range scan reads without an index (14). Rows that move are either written already, or found again by the
//! WHERE of the statement when it is run once more.

use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

use super::{Observer, Session};
use crate::later::Passing;
use crate::plan::Relation;
use crate::sql::quote::literal;

/// How long a batch should take: as long as a writer of one of its rows may have to wait.
const TARGET: Duration = Duration::from_millis(100);

/// How many pages the first batch has.
const FIRST: f64 = 16.0;

/// How many pages a batch has at most.
const MOST: f64 = 1024.0;

/// How long a batch may take at most; one that would take longer is made smaller. Pages without a row to be written say
/// nothing of those behind them.
const PATIENCE: Duration = Duration::from_millis(400);

/// How much smaller it is made then.
const SMALLER: f64 = 8.0;

/// How often a batch is tried again that met a deadlock, or a lock that was not obtained.
const TRIES: u32 = 10;

/// How far a statement has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Progress {
    /// The pages that are done.
    pub(crate) done: i64,
    /// How many there are.
    pub(crate) of: i64,
}

/// Runs the statement, an UPDATE that ends in its WHERE, on all pages of a relation and of its partitions and children.
///
/// # Errors
/// What the observer stops for, and what the server refuses.
pub(super) async fn run<S: Session, O: Observer>(
    session: &S,
    sql: &str,
    relation: &Relation,
    observer: &mut O,
) -> Result<Result<(), Error>, O::Stop> {
    if let Err(error) = limit(session, PATIENCE).await {
        return Ok(Err(error));
    }
    let done = all(session, sql, relation, observer).await;
    let unlimited = limit(session, Duration::ZERO).await;
    Ok(done?.and(unlimited))
}

/// Sets how long a statement may take, and how long it may wait for the lock of a row, where the statements are the
/// session's own affair.
async fn limit<S: Session>(session: &S, most: Duration) -> Result<(), Error> {
    if !S::LIMITS {
        return Ok(());
    }
    for name in ["statement_timeout", "lock_timeout"] {
        session.run(&format!("SET {name} = {}", most.as_millis()), false).await?;
    }
    Ok(())
}

async fn all<S: Session, O: Observer>(
    session: &S,
    sql: &str,
    relation: &Relation,
    observer: &mut O,
) -> Result<Result<(), Error>, O::Stop> {
    let (mut first, mut pages, mut of) = (0_i64, FIRST, 0_i64);
    loop {
        if first >= of {
            // It may have grown meanwhile.
            of = match count(session.client(), relation).await {
                Ok(of) if first >= of => return Ok(Ok(())),
                Ok(of) => of,
                Err(error) => return Ok(Err(error)),
            };
        }
        observer.batch(Progress { done: first, of }).await?;
        let next = first.saturating_add(pages as i64);
        let start = Instant::now();
        let refused = attempt(session, &piece(sql, first, next)).await.err();
        match refused {
            None => {}
            Some(error) if error.code() == Some(&SqlState::QUERY_CANCELED) && pages > 1.0 => {
                // Whoever has cancelled it is heard by the observer.
                pages = (pages / SMALLER).max(1.0);
                continue;
            }
            // A single page that takes longer takes as long as it takes.
            Some(error) if error.code() == Some(&SqlState::QUERY_CANCELED) => {
                observer.batch(Progress { done: first, of }).await?;
                let unlimited = async {
                    session.run("SET statement_timeout = 0", false).await?;
                    attempt(session, &piece(sql, first, next)).await?;
                    limit(session, PATIENCE).await
                };
                if let Err(error) = unlimited.await {
                    return Ok(Err(error));
                }
            }
            Some(error) => return Ok(Err(error)),
        }
        let share = TARGET.as_secs_f64() / start.elapsed().as_secs_f64().max(0.000_1);
        pages = (pages * (1.0 + share.clamp(0.1, 3.0)) / 2.0).clamp(1.0, MOST);
        first = next;
    }
}

/// The statement on some of the pages.
fn piece(sql: &str, first: i64, next: i64) -> String {
    between(sql, &format!("'({first},0)'"), &format!("'({next},0)'"))
}

/// The statement, an UPDATE that ends in its WHERE, on the rows from the place `first` to before `next`: both are
/// expressions of type text.
pub(crate) fn between(sql: &str, first: &str, next: &str) -> String {
    format!(
        "{sql}
      AND ctid OPERATOR(pg_catalog.>=) {first}::pg_catalog.tid
      AND ctid OPERATOR(pg_catalog.<) {next}::pg_catalog.tid"
    )
}

async fn attempt<S: Session>(session: &S, sql: &str) -> Result<(), Error> {
    for tried in 1..=TRIES {
        match session.run(sql, false).await {
            Err(error) if error.is_passing() && !error.is_closed() && tried < TRIES => {
                tokio::time::sleep(TARGET * tried).await;
            }
            done => return done,
        }
    }
    Ok(())
}

async fn count(client: &Client, relation: &Relation) -> Result<i64, Error> {
    Ok(client.query_typed_one(&pages(relation, ""), &[]).await?.get(0))
}

/// Asks how many pages the largest of a relation, its partitions and its children has; `into`: what stands behind the
/// expression.
pub(crate) fn pages(relation: &Relation, into: &str) -> String {
    let of = literal(&relation.to_string());
    format!(
        "WITH RECURSIVE tree(oid) AS (SELECT {of}::pg_catalog.regclass::pg_catalog.oid
      UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree t ON i.inhparent OPERATOR(pg_catalog.=) t.oid)
    SELECT pg_catalog.max(pg_catalog.pg_relation_size(oid)) OPERATOR(pg_catalog./)
      pg_catalog.current_setting('block_size')::pg_catalog.int8{into} FROM tree"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_the_statement_on_a_range_of_pages() {
        let sql = piece("UPDATE s.t SET c = 1 WHERE c IS NULL", 16, 32);
        assert!(sql.starts_with("UPDATE s.t SET c = 1 WHERE c IS NULL\n      AND ctid "));
        assert!(crate::sql::piece::statement(&sql).is_ok());
    }
}
