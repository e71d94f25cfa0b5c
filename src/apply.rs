//! A plan onto a server: exactly what was reviewed, or a refusal. Knows no diff.

mod allow;
mod turn;

use std::borrow::Cow;
use std::collections::BTreeSet;

use tokio_postgres::Client;

use crate::catalog::{Catalog, Server};
use crate::connect::{Connection, execute};
use crate::execute::{self, Observer};
use crate::hazard::Hazard;
use crate::id::Id;
use crate::introspect::{self, IntrospectError, server_message};
use crate::later::Passing;
use crate::plan::gate;
use crate::plan::{
    LOOSE, Plan, Prints, Statement, Transaction, fingerprint, lock, loose_fingerprint, rights,
};
use crate::secret;
use crate::shown::counted;
pub use allow::{Allowed, BadAllow, NoMatch};
pub use turn::Holder;

/// A hazard that is not allowed.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gate {
    /// Which one.
    pub hazard: Hazard,
    /// The object that it threatens.
    pub object: Option<Id>,
    /// What happens.
    pub message: String,
    /// How many rows are at stake, where they can be counted.
    pub rows: Option<i64>,
}

/// Why a plan was not applied, or not to its end.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Hazards that nobody has allowed; nothing was done.
    #[error("{}", gates_text(.0))]
    Gated(Vec<Gate>),
    /// The database is not the one that the plan was made for; nothing was done.
    #[error("the plan is stale: since it was made, these objects have changed: {}; plan again", listed(.0))]
    Stale(Vec<Id>),
    /// The plan was made for another database.
    #[error("the plan was made for database {planned}, and this is {actual}")]
    OtherDatabase {
        /// The name in the plan.
        planned: String,
        /// The name of this one.
        actual: String,
    },
    /// Every statement was executed, and some objects are not what the plan says they would be.
    #[error("every statement was executed, and yet these objects are not as planned: {}; plan again", listed(.0))]
    Left(Vec<Id>),
    /// The plan was made on another server.
    #[error("the plan was made {planned}, and this is {actual}; plan again")]
    OtherServer {
        /// What the plan says of the server.
        planned: String,
        /// What this server is.
        actual: String,
    },
    /// The connected role lacks a right, or the server takes no changes; nothing was done.
    #[error("refused, nothing was changed:\n  {}", .0.join("\n  "))]
    Forbidden(Vec<String>),
    /// The plan says that a statement loses nothing, and it does; nothing was done.
    #[error("the plan is refused, nothing was changed: it says that nothing is lost, and {}; plan again", .0.join("; "))]
    Harmful(Vec<String>),
    /// The plan says less of its statements' locks than they take; nothing was done.
    #[error("the plan is refused, nothing was changed: {}, which the plan does not say; plan again", .0.join("; "))]
    Understated(Vec<String>),
    /// A transaction would leave objects otherwise than the plan says, and was rolled back.
    #[error(
        "transaction {transaction} of {of} was rolled back: it leaves these objects otherwise than the plan says: {}; \
         {committed}; plan again",
        listed(.objects)
    )]
    Unlike {
        /// The number of the transaction, from 1.
        transaction: usize,
        /// How many there are.
        of: usize,
        /// The objects.
        objects: Vec<Id>,
        /// What state the database is in.
        committed: String,
    },
    /// Environment variables that hold secrets of the plan are not set; nothing was done.
    #[error("the plan needs secrets from environment variables that are not set: {}", .0.join(", "))]
    Secrets(Vec<String>),
    /// Another session applies at this moment.
    #[error(
        "another plumb is applying to this database{}; try again when it has ended",
        .0.as_ref().map(|holder| format!(" ({holder})")).unwrap_or_default()
    )]
    Busy(Option<Holder>),
    /// A statement failed; its transaction was rolled back, earlier ones stand.
    #[error("transaction {transaction} of {of}: {message}\nthe statement was: {sql}\n{committed}")]
    Failed {
        /// The number of the transaction, from 1.
        transaction: usize,
        /// How many there are.
        of: usize,
        /// PostgreSQL's message.
        message: String,
        /// The statement.
        sql: String,
        /// What state the database is in.
        committed: String,
        /// Whether the same statement may succeed later: a lock was not obtained.
        passing: bool,
    },
    /// Another session may be behind each transaction; nothing was done.
    #[error(
        "a connection pooler answers in the server's place: apply needs a direct connection, since its lock and \
         its settings belong to one session; {committed}"
    )]
    Pooled {
        /// What state the database is in.
        committed: String,
    },
    /// It was stopped between two statements.
    #[error("interrupted: {committed}")]
    Interrupted {
        /// What state the database is in.
        committed: String,
    },
    /// The connection broke or the catalog could not be read.
    #[error(transparent)]
    Introspect(#[from] IntrospectError),
    /// The server refused something around the statements.
    #[error("the server refused: {}", server_message(.0))]
    Server(#[from] tokio_postgres::Error),
}

impl Passing for ApplyError {
    fn is_passing(&self) -> bool {
        match self {
            Self::Busy(_) => true,
            Self::Failed { passing, .. } => *passing,
            Self::Introspect(error) => error.is_passing(),
            Self::Server(error) => error.is_passing(),
            _ => false,
        }
    }
}

fn gates_text(gates: &[Gate]) -> String {
    let line = |gate: &Gate| {
        let rows = gate.rows.and_then(|rows| usize::try_from(rows).ok());
        let rows = rows.map_or_else(String::new, |rows| format!(" ({})", counted(rows, "row")));
        let flag = allow::flag(gate.hazard, gate.object.as_ref());
        let message = crate::shown::line(&gate.message);
        format!("{}: {message}{rows}; allow it with {flag}", gate.hazard)
    };
    let lines: Vec<String> = gates.iter().map(line).collect();
    format!("refused, nothing was changed:\n  {}", lines.join("\n  "))
}

/// What nobody has allowed of a plan's hazards.
pub fn refused(plan: &Plan, allowed: &Allowed) -> Vec<Gate> {
    let mut gates: Vec<Gate> = Vec::new();
    for (object, hazard) in plan.hazards() {
        if hazard.name.gates() && !allowed.allows(hazard.name, object) {
            let gate = Gate {
                hazard: hazard.name,
                object: object.cloned(),
                message: match object {
                    Some(object) => format!("{object}: {}", hazard.message),
                    None => hazard.message.clone(),
                },
                rows: None,
            };
            if !gates.contains(&gate) {
                gates.push(gate);
            }
        }
    }
    gates
}

/// Counts the rows that are at stake.
async fn count(connection: &Connection, gates: &mut [Gate]) {
    for gate in gates.iter_mut().filter(|gate| gate.hazard == Hazard::DataLoss) {
        let Some(id) = &gate.object else { continue };
        let relation =
            std::iter::once(id.clone()).chain(id.parents()).find(|id| id.kind.def().holds_rows);
        let Some(relation) = relation.filter(|relation| relation.path.len() == 2) else { continue };
        let name = crate::sql::quote::qualified(&relation.path[0], &relation.path[1]);
        let counted = connection
            .client
            .query_typed_one(&format!("SELECT pg_catalog.count(*) FROM {name}"), &[])
            .await;
        gate.rows = counted.ok().map(|row| row.get(0));
    }
}

/// Where the values of secrets come from, by the names in their placeholders.
pub type Secrets<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Applies a plan. `progress` hears of each transaction before it starts; `stopped` is asked before each
/// statement whether to go no further. `saved`: the plan comes from a file, and its declaration is not at
/// hand, so that each transaction must leave what the plan says before it is committed.
///
/// # Errors
/// See [`ApplyError`]; with [`ApplyError::Failed`] the transactions before it are committed.
pub async fn apply(
    connection: &Connection,
    plan: &Plan,
    allowed: &Allowed,
    secrets: Secrets<'_>,
    stopped: &dyn Fn() -> bool,
    saved: bool,
    progress: &mut dyn FnMut(usize, usize, &Transaction),
) -> Result<usize, ApplyError> {
    let mut gates = refused(plan, allowed);
    if !gates.is_empty() {
        count(connection, &mut gates).await;
        return Err(ApplyError::Gated(gates));
    }
    let named: BTreeSet<&String> = plan.steps().flat_map(|step| &step.secrets).collect();
    let missing: Vec<String> =
        named.into_iter().filter(|name| secrets(name).is_none()).cloned().collect();
    if !missing.is_empty() {
        return Err(ApplyError::Secrets(missing));
    }
    let client = &connection.client;
    if connection.is_pooled().await? {
        return Err(ApplyError::Pooled { committed: committed(0) });
    }
    if !turn::take(client, stopped).await? {
        if stopped() {
            return Err(ApplyError::Interrupted { committed: committed(0) });
        }
        return Err(ApplyError::Busy(turn::holder(client).await));
    }
    let done = run(connection, plan, secrets, stopped, saved, progress).await;
    turn::give_back(client).await;
    done
}

async fn run(
    connection: &Connection,
    plan: &Plan,
    secrets: Secrets<'_>,
    stopped: &dyn Fn() -> bool,
    saved: bool,
    progress: &mut dyn FnMut(usize, usize, &Transaction),
) -> Result<usize, ApplyError> {
    let client = &connection.client;
    let (current, start) = ready(connection, plan).await?;
    let of = plan.transactions.len();
    if saved && start < of {
        let harmful = gate::not_harmless(&plan.transactions, &current);
        if !harmful.is_empty() {
            return Err(ApplyError::Harmful(harmful));
        }
        let understated = lock::understated(&plan.transactions[start..], &current);
        if !understated.is_empty() {
            return Err(ApplyError::Understated(understated));
        }
    }
    for (at, transaction) in plan.transactions.iter().enumerate().skip(start) {
        if connection.is_pooled().await? {
            return Err(ApplyError::Pooled { committed: committed(at) });
        }
        progress(at + 1, of, transaction);
        let mut observer =
            Applying { client, current: &current, transaction, at, of, secrets, stopped, saved };
        execute::transaction(client, transaction, &mut observer).await?;
    }
    Ok(of - start)
}

/// What apply looks at: that nothing has moved since the plan was made, that the user goes on, and what a saved plan
/// leaves behind.
struct Applying<'a> {
    client: &'a Client,
    current: &'a Catalog,
    transaction: &'a Transaction,
    at: usize,
    of: usize,
    secrets: Secrets<'a>,
    stopped: &'a dyn Fn() -> bool,
    saved: bool,
}

impl Observer for Applying<'_> {
    type Stop = ApplyError;

    async fn begun(&mut self) -> Result<(), ApplyError> {
        let before = &self.transaction.before;
        let now = if self.transaction.block {
            execute(self.client, "SAVEPOINT plumb").await?;
            let now = introspect::read_some(self.client, &self.current.server, &ids(before)).await;
            let now = now.map_err(IntrospectError::last)?;
            execute(self.client, "ROLLBACK TO plumb").await?;
            execute(self.client, "RELEASE plumb").await?;
            now
        } else {
            introspect::introspect(self.client).await?
        };
        let moved = moved(before, &now);
        if moved.is_empty() { Ok(()) } else { Err(ApplyError::Stale(moved)) }
    }

    async fn before<'s>(
        &mut self,
        statement: &'s Statement<'_>,
    ) -> Result<Option<Cow<'s, str>>, ApplyError> {
        if (self.stopped)() {
            return Err(ApplyError::Interrupted { committed: committed(self.at) });
        }
        let sql = statement.sql();
        match statement {
            Statement::Step(step) if !step.secrets.is_empty() => {
                let revealed = secret::reveal(sql, &step.secrets, self.secrets);
                let revealed = revealed.map_err(|name| ApplyError::Secrets(vec![name]))?;
                Ok(Some(Cow::Owned(revealed)))
            }
            _ => Ok(Some(Cow::Borrowed(sql))),
        }
    }

    async fn ending(&mut self) -> Result<(), ApplyError> {
        if !self.saved {
            return Ok(());
        }
        // The locks are held: only what the transaction leaves behind is read.
        let after = &self.transaction.after;
        let now = introspect::read_some(self.client, &self.current.server, &ids(after)).await?;
        let objects = moved(after, &now);
        if objects.is_empty() {
            return Ok(());
        }
        let (transaction, committed) = (self.at + 1, committed(self.at));
        Err(ApplyError::Unlike { transaction, of: self.of, objects, committed })
    }

    /// What is shown of a statement that fails has the placeholders of its secrets.
    fn refused(
        &mut self,
        statement: Option<&Statement<'_>>,
        error: tokio_postgres::Error,
    ) -> Result<(), ApplyError> {
        let sql = statement.map_or("COMMIT", Statement::sql).to_owned();
        Err(failed(self.at, self.of, sql, &error))
    }
}

/// Whether a plan could be applied here, as far as that can be told without doing anything.
///
/// # Errors
/// Why not: another database, objects that have changed, rights that the connected role lacks.
pub async fn preflight(connection: &Connection, plan: &Plan) -> Result<(), ApplyError> {
    ready(connection, plan).await.map(drop)
}

/// The catalog that a plan starts from, and the first transaction that is still to be run.
async fn ready(connection: &Connection, plan: &Plan) -> Result<(Catalog, usize), ApplyError> {
    let current = introspect::introspect(&connection.client).await?;
    is_target(plan, &current.server, connection).await?;
    let start = start(plan, &current)?;
    let missing = rights::missing(&plan.transactions[start..], &plan.changes, &current);
    if missing.is_empty() { Ok((current, start)) } else { Err(ApplyError::Forbidden(missing)) }
}

/// Whether this is the database, on the server, that the plan was made for.
async fn is_target(
    plan: &Plan,
    server: &Server,
    connection: &Connection,
) -> Result<(), ApplyError> {
    if !plan.database.is_empty() && plan.database != server.database {
        return Err(ApplyError::OtherDatabase {
            planned: plan.database.clone(),
            actual: server.database.clone(),
        });
    }
    let major = plan.server_version / 10_000;
    if major > 0 && major != server.major() {
        return Err(ApplyError::OtherServer {
            planned: format!("for PostgreSQL {major}"),
            actual: format!("PostgreSQL {}", server.major()),
        });
    }
    let Some(planned) = &plan.system else { return Ok(()) };
    match introspect::system_identifier(&connection.client).await {
        Some(actual) if actual != *planned => Err(ApplyError::OtherServer {
            planned: format!("for the server with system identifier {planned}"),
            actual: format!("the one with {actual}"),
        }),
        _ => Ok(()),
    }
}

/// Whether the database is as the plan leaves it already.
///
/// # Errors
/// If the plan is for another database, or the catalog cannot be read.
pub async fn is_applied(connection: &Connection, plan: &Plan) -> Result<bool, ApplyError> {
    let client = &connection.client;
    let mut wanted = BTreeSet::new();
    for transaction in &plan.transactions {
        wanted.extend(ids(&transaction.before));
        wanted.extend(ids(&transaction.after));
    }
    let server = introspect::server(client).await?;
    is_target(plan, &server, connection).await?;
    execute(client, "BEGIN READ ONLY").await?;
    let current = introspect::read_some(client, &server, &wanted).await;
    execute(client, "ROLLBACK").await?;
    let current = current.map_err(IntrospectError::last)?;
    let of = plan.transactions.len();
    Ok(of > 0 && start(plan, &current).is_ok_and(|start| start == of))
}

/// Reads the database again: every object must be what the plan says that it leaves behind. For a
/// saved plan, whose declaration is not at hand; with one, planning again says more.
///
/// # Errors
/// [`ApplyError::Left`] with the objects that are not.
pub async fn verify(connection: &Connection, plan: &Plan) -> Result<(), ApplyError> {
    let now = introspect::introspect(&connection.client).await?;
    let left = moved(&after(&plan.transactions), &now);
    if left.is_empty() { Ok(()) } else { Err(ApplyError::Left(left)) }
}

fn failed(at: usize, of: usize, sql: String, error: &tokio_postgres::Error) -> ApplyError {
    let mut message = server_message(error);
    if let Some(db) = error.as_db_error() {
        for more in [db.detail(), db.hint()].into_iter().flatten() {
            message.push_str("; ");
            message.push_str(more);
        }
    }
    let passing = error.is_passing();
    ApplyError::Failed { transaction: at + 1, of, message, sql, committed: committed(at), passing }
}

/// What state the database is in after so many transactions.
fn committed(transactions: usize) -> String {
    match transactions {
        0 => "nothing was changed".to_owned(),
        1 => "transaction 1 is committed; the same command goes on from there".to_owned(),
        n => format!("transactions 1 to {n} are committed; the same command goes on from there"),
    }
}

/// The objects of fingerprints.
fn ids(expected: &Prints) -> BTreeSet<Id> {
    expected.keys().cloned().collect()
}

/// What these transactions leave behind.
fn after(done: &[Transaction]) -> Prints {
    done.iter().flat_map(|done| done.after.clone()).collect()
}

/// The first transaction that is still to be run: its *before* is there, and so is what all earlier
/// ones leave behind.
fn start(plan: &Plan, current: &Catalog) -> Result<usize, ApplyError> {
    let mut first_moved = Vec::new();
    for (at, transaction) in plan.transactions.iter().enumerate() {
        let before = moved(&transaction.before, current);
        if before.is_empty() && moved(&after(&plan.transactions[..at]), current).is_empty() {
            return Ok(at);
        }
        if at == 0 {
            first_moved = before;
        }
    }
    let done = moved(&after(&plan.transactions), current).is_empty();
    if done { Ok(plan.transactions.len()) } else { Err(ApplyError::Stale(first_moved)) }
}

/// The objects that are not as a transaction expects them.
fn moved(expected: &Prints, current: &Catalog) -> Vec<Id> {
    let is = |id: &Id, wanted: &Option<String>| match (wanted, current.get(id)) {
        (None, None) => true,
        (Some(wanted), Some(object)) if wanted.starts_with(LOOSE) => {
            *wanted == loose_fingerprint(object)
        }
        (Some(wanted), Some(object)) => *wanted == fingerprint(object),
        _ => false,
    };
    let moved = expected.iter().filter(|(id, wanted)| !is(id, wanted));
    moved.map(|(id, _)| id.clone()).collect()
}

/// The objects in a message, in the order of their texts.
fn listed(objects: &[Id]) -> String {
    let texts: BTreeSet<String> = objects.iter().map(Id::to_string).collect();
    texts.into_iter().collect::<Vec<_>>().join(", ")
}
