//! The one executor: the statements of a plan, one message each, with an observer before and after each of them.
//! `apply` runs it on a target, `prove` on a copy, the oracle on a scratch; what they look at is the observer's.

mod batches;

use std::borrow::Cow;

use tokio_postgres::{Client, Error};

pub(crate) use batches::{Progress, between, pages};

use crate::connect;
use crate::plan::{Statement, Transaction, statements};

/// A session that statements are sent to.
pub(crate) trait Session {
    /// Runs one statement; `block`: within a transaction block.
    ///
    /// # Errors
    /// What the server refuses.
    async fn run(&self, sql: &str, block: bool) -> Result<(), Error>;

    /// Its connection.
    fn client(&self) -> &Client;

    /// Whether the executor sets how long a statement may take; otherwise the session's owner does.
    const LIMITS: bool;
}

impl Session for Client {
    async fn run(&self, sql: &str, _block: bool) -> Result<(), Error> {
        connect::execute(self, sql).await
    }

    fn client(&self) -> &Client {
        self
    }

    const LIMITS: bool = true;
}

/// Looks at every statement.
pub(crate) trait Observer {
    /// Why no further statement is run; also that a transaction cannot begin.
    type Stop: From<Error>;

    /// The transaction has begun; nothing of it has run.
    async fn begun(&mut self) -> Result<(), Self::Stop> {
        Ok(())
    }

    /// What is sent for a statement; `None`: it is passed over.
    async fn before<'s>(
        &mut self,
        statement: &'s Statement<'_>,
    ) -> Result<Option<Cow<'s, str>>, Self::Stop>;

    /// A statement has run, or was passed over.
    async fn after(&mut self, _statement: &Statement<'_>) -> Result<(), Self::Stop> {
        Ok(())
    }

    /// A batch of a statement comes next.
    async fn batch(&mut self, _progress: Progress) -> Result<(), Self::Stop> {
        Ok(())
    }

    /// All statements have run; nothing is committed.
    async fn ending(&mut self) -> Result<(), Self::Stop> {
        Ok(())
    }

    /// The server has refused a statement; `None`: the COMMIT. With `Ok` the next one is run.
    async fn refused(
        &mut self,
        statement: Option<&Statement<'_>>,
        error: Error,
    ) -> Result<(), Self::Stop>;
}

/// Runs one transaction of a plan. One that stops leaves the session as it was before.
///
/// # Errors
/// What the observer stops for.
pub(crate) async fn transaction<S: Session, O: Observer>(
    session: &S,
    transaction: &Transaction,
    observer: &mut O,
) -> Result<(), O::Stop> {
    if transaction.block {
        session.run("BEGIN", false).await?;
    }
    let done = async {
        observer.begun().await?;
        steps(session, transaction, observer).await?;
        if transaction.block { observer.ending().await } else { Ok(()) }
    };
    if let Err(stop) = done.await {
        let _ = session.run(transaction.way_back(), false).await;
        return Err(stop);
    }
    if transaction.block
        && let Err(error) = session.run("COMMIT", false).await
    {
        return observer.refused(None, error).await;
    }
    Ok(())
}

/// Runs the statements of a transaction, and neither begins nor ends it.
///
/// # Errors
/// What the observer stops for.
pub(crate) async fn steps<S: Session, O: Observer>(
    session: &S,
    transaction: &Transaction,
    observer: &mut O,
) -> Result<(), O::Stop> {
    for statement in statements(transaction) {
        if let Some(sql) = observer.before(&statement).await? {
            let done = match statement.batches().filter(|_| !transaction.block) {
                Some(relation) => batches::run(session, &sql, relation, observer).await?,
                None => session.run(&sql, transaction.block).await,
            };
            if let Err(error) = done {
                observer.refused(Some(&statement), error).await?;
                continue;
            }
        }
        observer.after(&statement).await?;
    }
    Ok(())
}
