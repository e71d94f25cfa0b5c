//! The cage: on its own cluster, plumb builds as a role that is no superuser, is a member of no
//! predefined role and owns nothing but its database. Whatever a text of a declaration or of a database
//! makes PostgreSQL evaluate, it does so with these rights, for a limited time and with limited space.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

use super::elevate::{Vetted, vetted};
use crate::connect::execute;
use crate::sql::quote::{ident, literal};

/// The role that builds.
pub(super) const ROLE: &str = "plumb_cage";
/// The role, without rights, that owns the functions of extensions that may not be called.
pub(super) const KEEPER: &str = "plumb_keeper";
/// How long a statement may take.
const LIMIT: Duration = Duration::from_secs(30);
/// How long one may take when another has already used up its time.
const LIMIT_AFTER_SLOW: Duration = Duration::from_secs(3);
/// How long one may take on a copy with rows, which works with the rows.
const LIMIT_WITH_ROWS: Duration = Duration::from_secs(120);
/// How long a statement that is to end may go on.
const GRACE: Duration = Duration::from_secs(5);
/// How often a statement that takes long is looked after.
const LOOK: Duration = Duration::from_millis(500);
/// How many bytes the cluster may take: the files of a thousand tables are 50 MB.
const SPACE: u64 = 2 << 30;

/// Makes the roles, and shuts the other databases of the cluster to it.
pub(super) async fn prepare(admin: &Client) -> Result<(), Error> {
    create_role(admin, ROLE, "").await?;
    create_role(admin, KEEPER, "").await?;
    for database in ["postgres", "template1"] {
        execute(admin, &format!("REVOKE ALL ON DATABASE {database} FROM PUBLIC")).await?;
    }
    Ok(())
}

/// Makes a role that may log in and do nothing but `more`, if there is none of the name.
pub(super) async fn create_role(admin: &Client, name: &str, more: &str) -> Result<bool, Error> {
    let role = ident(name);
    let made = execute(
        admin,
        &format!(
            "CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION {more}"
        ),
    )
    .await;
    match made {
        Ok(()) => Ok(true),
        Err(error) if error.code() == Some(&SqlState::DUPLICATE_OBJECT) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Runs statements in the cage.
pub(super) struct Cage<'a> {
    /// The superuser's connection, to another database.
    pub(super) admin: &'a Client,
    /// The role that builds.
    pub(super) role: &'a str,
    /// The directory of the cluster's files.
    pub(super) data: &'a Path,
    /// Whether there are rows to work with.
    pub(super) rows: bool,
    /// Whether a statement has used up its time.
    pub(super) slow: &'a AtomicBool,
    /// Whether the target has an extension of that name.
    pub(super) extensions: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Cage<'_> {
    /// Runs a statement with the rights of the role, or, where only a superuser may run it and it
    /// evaluates nothing, with a superuser's for this one statement.
    ///
    /// # Errors
    /// What the server refuses. `block`: the transaction goes on without the statement.
    pub(super) async fn run(&self, client: &Client, sql: &str, block: bool) -> Result<(), Error> {
        let refused = match self.limited(client, sql, block).await {
            // To others the type of a state `internal` is none at all.
            Err(error)
                if matches!(
                    error.code(),
                    Some(
                        &SqlState::INSUFFICIENT_PRIVILEGE | &SqlState::INVALID_FUNCTION_DEFINITION
                    )
                ) =>
            {
                error
            }
            other => return other,
        };
        let Some(vetted) = vetted(sql, !self.rows, self.extensions) else { return Err(refused) };
        let role = ident(self.role);
        execute(self.admin, &format!("ALTER ROLE {role} SUPERUSER")).await?;
        let done = self.elevated(client, sql, block, &vetted).await;
        execute(self.admin, &format!("ALTER ROLE {role} NOSUPERUSER")).await?;
        settle(client).await?;
        done
    }

    async fn elevated(
        &self,
        client: &Client,
        sql: &str,
        block: bool,
        vetted: &Vetted,
    ) -> Result<(), Error> {
        settle(client).await?;
        self.limited(client, sql, block).await?;
        if *vetted == Vetted::Plain {
            return Ok(());
        }
        // A wrapper without a handler defines tables and reaches nothing.
        let wrappers = "SELECT w.fdwname::text FROM pg_catalog.pg_foreign_data_wrapper w \
             WHERE w.fdwhandler OPERATOR(pg_catalog.<>) 0::pg_catalog.oid";
        for row in client.query_typed(wrappers, &[]).await? {
            let wrapper = ident(row.get(0));
            execute(client, &format!("ALTER FOREIGN DATA WRAPPER {wrapper} NO HANDLER")).await?;
            let grant = format!("GRANT USAGE ON FOREIGN DATA WRAPPER {wrapper} TO PUBLIC");
            execute(client, &grant).await?;
        }
        if let Vetted::Extension(name) = vetted {
            let functions = format!(
                "SELECT p.oid::pg_catalog.regprocedure::text FROM pg_catalog.pg_depend d \
                   JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid \
                   JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) d.objid \
                 WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass \
                   AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass \
                   AND d.deptype OPERATOR(pg_catalog.=) 'e' AND e.extname OPERATOR(pg_catalog.=) {}",
                literal(name)
            );
            for row in client.query_typed(&functions, &[]).await? {
                let function: &str = row.get(0);
                // An owner may give EXECUTE back to itself, and the role owns what it creates.
                execute(client, &format!("ALTER ROUTINE {function} OWNER TO {KEEPER}")).await?;
                execute(client, &format!("REVOKE ALL ON ROUTINE {function} FROM PUBLIC")).await?;
            }
        }
        Ok(())
    }

    /// Runs a statement within the limits.
    async fn limited(&self, client: &Client, sql: &str, block: bool) -> Result<(), Error> {
        self.watched(client, super::room::attempt(client, sql, block)).await
    }

    /// Awaits one statement of the session within the time limit, which the statements before it cannot have
    /// changed, and the limit of space. One that goes beyond is cancelled; one that does not end even so takes
    /// its session with it.
    pub(super) async fn watched<T>(
        &self,
        client: &Client,
        statement: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let limit = match self.rows {
            _ if self.slow.load(Ordering::Relaxed) => LIMIT_AFTER_SLOW,
            true => LIMIT_WITH_ROWS,
            false => LIMIT,
        };
        let timeout = format!("SET statement_timeout = {}", limit.as_millis());
        let work = async {
            let (set, done) = tokio::join!(biased; execute(client, &timeout), statement);
            set.and(done)
        };
        tokio::pin!(work);
        let start = Instant::now();
        let mut cancelled: Option<Instant> = None;
        loop {
            if let Ok(done) = tokio::time::timeout(LOOK, &mut work).await {
                let code = done.as_ref().err().and_then(Error::code);
                if code == Some(&SqlState::QUERY_CANCELED) {
                    self.slow.store(true, Ordering::Relaxed);
                }
                return done;
            }
            match cancelled {
                Some(at) if at.elapsed() > GRACE => break,
                Some(_) => {}
                None if start.elapsed() > limit + GRACE || space(self.data) > SPACE => {
                    self.end("pg_cancel_backend").await?;
                    cancelled = Some(Instant::now());
                }
                None => {}
            }
        }
        self.end("pg_terminate_backend").await?;
        work.await
    }

    /// Ends what the sessions of the role do, or the sessions.
    async fn end(&self, how: &str) -> Result<(), Error> {
        let sql = format!(
            "SELECT pg_catalog.{how}(a.pid) FROM pg_catalog.pg_stat_activity a \
             WHERE a.usename OPERATOR(pg_catalog.=) {}",
            literal(self.role)
        );
        execute(self.admin, &sql).await
    }
}

/// The bytes of the files below a directory.
fn space(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => space(&entry.path()),
        // Segments of the log are longer than what is in them.
        Ok(metadata) => metadata.blocks() * 512,
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

/// Lets a session see the rights that its role has now: whoever locks a relation reads the messages of other
/// sessions first (`AcceptInvalidationMessages`).
async fn settle(client: &Client) -> Result<(), Error> {
    execute(client, "SELECT FROM pg_catalog.pg_class LIMIT 0").await
}
