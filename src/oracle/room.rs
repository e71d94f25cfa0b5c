//! A database on a scratch: statements run in it with the rights that the scratch gives them.

use std::path::Path;

use tokio_postgres::{Client, Row};

use super::cage::Cage;
use super::{OracleError, Scratch, database};
use crate::catalog::Catalog;
use crate::connect::{Connection, execute};
use crate::execute::Session;
use crate::introspect::{self, IntrospectError};
use crate::scratch::Cluster;
use crate::sql::quote::ident;

/// A database on a scratch, and a connection to it.
pub(crate) struct Room<'a> {
    pub(crate) connection: Connection,
    name: String,
    scratch: &'a Scratch,
    /// The role that is caged there; none on a server that is not plumb's own.
    role: Option<String>,
    rows: bool,
}

impl<'a> Room<'a> {
    pub(super) fn new(
        connection: Connection,
        name: String,
        scratch: &'a Scratch,
        role: Option<String>,
        rows: bool,
    ) -> Self {
        Self { connection, name, scratch, role, rows }
    }

    /// Whether it is on plumb's own cluster.
    pub(super) fn is_caged(&self) -> bool {
        self.role.is_some()
    }

    /// Runs one query within the same limits.
    ///
    /// # Errors
    /// What the server refuses.
    pub(crate) async fn query(&self, sql: &str) -> Result<Vec<Row>, tokio_postgres::Error> {
        let client = &self.connection.client;
        match self.cage(&|_| false) {
            Some(cage) => cage.watched(client, client.query_typed(sql, &[])).await,
            None => client.query_typed(sql, &[]).await,
        }
    }

    /// Reads the catalog, however long it takes: what is read there runs nothing of what was built.
    ///
    /// # Errors
    /// As [`introspect::introspect`].
    pub(crate) async fn catalog(&self) -> Result<Catalog, IntrospectError> {
        let client = &self.connection.client;
        let what = "the settings".to_owned();
        let failed = |source| IntrospectError::Query { what, source };
        execute(client, "RESET statement_timeout").await.map_err(failed)?;
        Ok(introspect::introspect(client).await?.without_given())
    }

    /// The cage around the session; none on a server that is not plumb's own.
    fn cage<'b>(&'b self, extensions: &'b (dyn Fn(&str) -> bool + Sync)) -> Option<Cage<'b>> {
        let scratch = self.scratch;
        Some(Cage {
            admin: &scratch.admin.client,
            role: self.role.as_deref()?,
            data: scratch.cluster.as_ref().map_or(Path::new(""), Cluster::data),
            rows: self.rows,
            slow: &scratch.slow,
            extensions,
        })
    }

    /// Makes a role, without rights. Whether there was none.
    pub(super) async fn create_role(
        &self,
        name: &str,
        block: bool,
    ) -> Result<bool, tokio_postgres::Error> {
        let Some(cage) = &self.role else {
            let sql = format!("CREATE ROLE {}", ident(name));
            // Another build may have made it meanwhile.
            return Ok(attempt(&self.connection.client, &sql, block).await.is_ok());
        };
        let admin = &self.scratch.admin.client;
        let made = super::cage::create_role(admin, name, "").await?;
        // What the role is to own, the builder gives it.
        if made && self.rows {
            let (name, cage) = (ident(name), ident(cage));
            execute(admin, &format!("GRANT {name} TO {cage}")).await?;
        }
        Ok(made)
    }

    /// A throwaway cluster takes the database with it; another one must get rid of it.
    ///
    /// # Errors
    /// A server that does not answer.
    pub(crate) async fn leave(self) -> Result<(), OracleError> {
        self.connection.close().await;
        Ok(database::remove(&self.scratch.admin.client, &self.name).await?)
    }
}

impl Session for Room<'_> {
    /// Within a transaction block, a statement that is refused leaves it as it was.
    async fn run(&self, sql: &str, block: bool) -> Result<(), tokio_postgres::Error> {
        let client = &self.connection.client;
        match self.cage(&|name| self.scratch.extensions.contains(name)) {
            Some(cage) => cage.run(client, sql, block).await,
            None => attempt(client, sql, block).await,
        }
    }

    fn client(&self) -> &Client {
        &self.connection.client
    }

    const LIMITS: bool = false;
}

/// Runs a statement; within a transaction, one that is refused leaves it as it was.
pub(super) async fn attempt(
    client: &Client,
    sql: &str,
    block: bool,
) -> Result<(), tokio_postgres::Error> {
    if !block {
        return execute(client, sql).await;
    }
    // Sent together: each waits for the one before on the server, not here.
    let (_, done, _) = tokio::join!(
        biased;
        execute(client, "SAVEPOINT plumb_step"),
        execute(client, sql),
        execute(client, "RELEASE plumb_step"),
    );
    if done.is_err() {
        let (back, released) = tokio::join!(
            biased;
            execute(client, "ROLLBACK TO plumb_step"),
            execute(client, "RELEASE plumb_step"),
        );
        back.and(released)?;
    }
    done
}
