//! A plan onto a server: exactly what was reviewed, or a refusal. Knows no diff.

mod allow;
mod ask;
mod blocker;
mod depend;
mod encoding;
mod event;
mod gates;
mod journal;
mod locked;
mod record;
mod run;
mod session;
mod state;
mod status;
mod steer;
mod turn;
mod waits;
mod watch;

use std::collections::BTreeSet;

use tokio_postgres::Client;

use crate::catalog::{Catalog, Server};
use crate::connect::{ConnInfo, Connection, execute};
use crate::id::Id;
use crate::introspect::{self, IntrospectError, server_message};
use crate::later::Passing;
use crate::online::USUAL_LIMIT;
use crate::plan::{Plan, Prints, Transaction, rights};
use crate::shown;
pub use allow::{Allowed, BadAllow, NoMatch};
pub use ask::{Answer, ask};
pub use blocker::Blocker;
use depend::Dependence;
pub use event::{Event, Hears};
pub use gates::{Gate, refused};
pub use journal::{Entry, JournalError, Said, log};
pub use locked::Locked;
pub use record::{Committed, Record};
use state::moved;
pub use status::{Progress, Running, status};
pub use steer::{Obeyed, Order, order};
pub use turn::Holder;
pub use waits::{BadTime, Waits, spoken, time};

/// Why a plan was not applied, or not to its end.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Hazards that are not allowed; nothing was done.
    #[error("{}", gates::text(.0))]
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
    /// Rows of the database would make statements of the plan fail; nothing was done.
    #[error("refused, nothing was changed; rows are in the way:\n  {}", ask::listed(.0))]
    InTheWay(Vec<Answer>),
    /// The plan says that a statement loses nothing, and it does; nothing was done.
    #[error("the plan is refused, nothing was changed: it says that nothing is lost, and {}; plan again", .0.join("; "))]
    Harmful(Vec<String>),
    /// The plan says less of its statements' locks than they take; nothing was done.
    #[error("the plan is refused, nothing was changed: {}, which the plan does not say; plan again", .0.join("; "))]
    Understated(Vec<String>),
    /// A transaction would leave objects otherwise than the plan says, and was rolled back.
    #[error(
        "transaction {transaction} of {of} was rolled back: it leaves these objects otherwise than the plan says: {}{}; \
         {committed}; plan again",
        listed(.objects), fired(.event_triggers)
    )]
    Unlike {
        /// The number of the transaction, from 1.
        transaction: usize,
        /// How many there are.
        of: usize,
        /// The objects.
        objects: Vec<Id>,
        /// The event triggers that fired.
        event_triggers: Vec<String>,
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
    /// Transactions did not get their locks by the deadline; what does not depend on them is done.
    #[error("{}", locked::text(.transactions, .committed))]
    Locked {
        /// They, and those that come after them.
        transactions: Vec<Locked>,
        /// What state the database is in.
        committed: String,
    },
    /// Another session told it to go no further (`plumb cancel`).
    #[error("cancelled by `plumb cancel`; {committed}")]
    Cancelled {
        /// What state the database is in.
        committed: String,
    },
    /// The lock that keeps other applies away was lost.
    #[error(
        "the session no longer has the advisory lock that keeps other applies away; {committed}"
    )]
    TurnLost {
        /// What state the database is in.
        committed: String,
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
    /// The environment asks for a journal, and there can be none; nothing was done.
    #[error("{0}; nothing was changed")]
    Journal(#[from] JournalError),
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
            Self::Busy(_) | Self::Locked { .. } | Self::TurnLost { .. } => true,
            Self::Failed { passing, .. } => *passing,
            Self::Introspect(error) => error.is_passing(),
            Self::Server(error) => error.is_passing(),
            _ => false,
        }
    }
}

/// Where the values of secrets come from, by the names in their placeholders.
pub type Secrets<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How a plan is applied.
pub struct Options<'a> {
    /// The hazards that are accepted.
    pub allowed: &'a Allowed,
    /// The values of secrets.
    pub secrets: Secrets<'a>,
    /// Asked before each statement, and while apply waits, whether to go no further.
    pub stopped: &'a dyn Fn() -> bool,
    /// Whether the plan comes from a file, so that its declaration is not at hand: each transaction must leave what the
    /// plan says before it is committed.
    pub saved: bool,
    /// How long to wait for locks.
    pub waits: Waits,
    /// Above how many bytes a table may not be stopped for long: those of a saved plan may have grown since.
    pub online_above: u64,
    /// Whether the rows are asked first whether they let the plan succeed.
    pub asks: bool,
    /// What is said of the run in the journal of the database; `None`: no journal is written.
    pub journal: Option<&'a Said>,
    /// How to reach the server once more, to see who blocks a statement while it waits.
    pub beside: Option<&'a ConnInfo>,
}

impl<'a> Options<'a> {
    /// Accepts these hazards, and nothing else: no secrets, no interruption, the usual waits, one session.
    pub fn new(allowed: &'a Allowed) -> Self {
        Self {
            allowed,
            secrets: &|_| None,
            stopped: &|| false,
            saved: false,
            waits: Waits::default(),
            online_above: USUAL_LIMIT,
            asks: true,
            journal: None,
            beside: None,
        }
    }
}

/// Applies a plan, and says how many transactions it took. `hears` is told what happens.
///
/// A transaction that does not get its locks is tried again until [`Waits::deadline`]; those that do not depend on it come
/// first then.
///
/// # Errors
/// See [`ApplyError`].
pub async fn apply(
    connection: &Connection,
    plan: &Plan,
    options: &Options<'_>,
    hears: Hears<'_>,
) -> Result<usize, ApplyError> {
    let mut gates = refused(plan, options.allowed, &options.waits);
    if !gates.is_empty() {
        gates::count(connection, &mut gates).await;
        return Err(ApplyError::Gated(gates));
    }
    let named: BTreeSet<&String> = plan.steps().flat_map(|step| &step.secrets).collect();
    let missing: Vec<String> =
        named.into_iter().filter(|name| (options.secrets)(name).is_none()).cloned().collect();
    if !missing.is_empty() {
        return Err(ApplyError::Secrets(missing));
    }
    let client = &connection.client;
    let nothing = || committed(&BTreeSet::new());
    if connection.is_pooled().await? {
        return Err(ApplyError::Pooled { committed: nothing() });
    }
    if !turn::take(client, options.stopped).await? {
        if (options.stopped)() {
            return Err(ApplyError::Interrupted { committed: nothing() });
        }
        return Err(ApplyError::Busy(turn::holder(client).await));
    }
    let done = Box::pin(run::run(connection, plan, options, hears)).await;
    session::restore(client).await;
    steer::stop(client).await;
    turn::give_back(client).await;
    done
}

/// Whether a plan could be applied here, as far as that can be told without doing anything.
///
/// # Errors
/// Why not: another database, objects that have changed, rights that the connected role lacks, and, with `asks`, rows that
/// would make a statement fail.
pub async fn preflight(connection: &Connection, plan: &Plan, asks: bool) -> Result<(), ApplyError> {
    let Ready { current, to_do, .. } = ready(connection, plan).await?;
    if !asks {
        return Ok(());
    }
    ask::require(&connection.client, &to_do, &current, &|| false, &|_, _| {}).await
}

/// What a plan starts from.
struct Ready {
    current: Catalog,
    depend: Dependence,
    /// The transactions that are done already.
    done: BTreeSet<usize>,
    /// Those that are not, in order.
    to_do: Vec<Transaction>,
}

async fn ready(connection: &Connection, plan: &Plan) -> Result<Ready, ApplyError> {
    let current = introspect::introspect(&connection.client).await?;
    is_planned_for(plan, &current.server, connection).await?;
    let depend = Dependence::of(plan);
    let done = state::done(plan, &depend, &current)?;
    let all = plan.transactions.iter().enumerate();
    let to_do: Vec<Transaction> =
        all.filter(|(at, _)| !done.contains(at)).map(|(_, it)| it.clone()).collect();
    let mut missing = rights::missing(&to_do, &plan.changes, &current);
    if !to_do.is_empty() {
        missing.extend(encoding::lacks(&connection.client, plan).await?);
    }
    if missing.is_empty() {
        Ok(Ready { current, depend, done, to_do })
    } else {
        Err(ApplyError::Forbidden(missing))
    }
}

/// Whether this is the database, on the server, that the plan was made for.
async fn is_planned_for(
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

/// Whether a connection is to the database, on the server, that a plan was made for.
///
/// # Errors
/// If it is another one.
pub async fn is_target(connection: &Connection, plan: &Plan) -> Result<(), ApplyError> {
    let server = introspect::server(&connection.client).await?;
    is_planned_for(plan, &server, connection).await
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
    is_planned_for(plan, &server, connection).await?;
    let current = read_now(client, &server, &wanted).await?;
    let of = plan.transactions.len();
    let done = state::done(plan, &Dependence::of(plan), &current);
    Ok(of > 0 && done.is_ok_and(|done| done.len() == of))
}

/// Reads some objects in a transaction of its own.
async fn read_now(
    client: &Client,
    server: &Server,
    wanted: &BTreeSet<Id>,
) -> Result<Catalog, ApplyError> {
    execute(client, "BEGIN READ ONLY").await?;
    let current = introspect::read_some(client, server, wanted).await;
    execute(client, "ROLLBACK").await?;
    Ok(current.map_err(IntrospectError::last)?)
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

/// What state the database is in when these transactions are done, by their places.
fn committed(done: &BTreeSet<usize>) -> String {
    if done.is_empty() {
        return "nothing was changed".to_owned();
    }
    let verb = if done.len() == 1 { "is" } else { "are" };
    format!("{} {verb} committed; the same command goes on from there", numbered(done))
}

/// `transaction 3`, `transactions 1 to 3`, `transactions 1, 3 and 5`, by places from 0.
fn numbered(places: &BTreeSet<usize>) -> String {
    let mut numbers: Vec<String> = places.iter().map(|at| (at + 1).to_string()).collect();
    let run = places
        .first()
        .zip(places.last())
        .filter(|(first, last)| *last - *first + 1 == places.len());
    let last = numbers.pop().unwrap_or_default();
    match (numbers.len(), run) {
        (0, _) => format!("transaction {last}"),
        (2.., Some((first, _))) => format!("transactions {} to {last}", first + 1),
        _ => format!("transactions {} and {last}", numbers.join(", ")),
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

/// What a message says of the event triggers that fired.
fn fired(event_triggers: &[String]) -> String {
    let names: Vec<_> = event_triggers.iter().map(|name| shown::line(name)).collect();
    match names.len() {
        0 => String::new(),
        1 => format!(" (event trigger {} fired)", names[0]),
        _ => format!(" (event triggers {} fired)", names.join(", ")),
    }
}

/// The objects in a message, in the order of their texts.
fn listed(objects: &[Id]) -> String {
    let texts: BTreeSet<String> = objects.iter().map(Id::to_string).collect();
    texts.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_transactions_agree() {
        for (places, text) in [
            (&[][..], "nothing was changed"),
            (&[0], "transaction 1 is committed; the same command goes on from there"),
            (&[0, 1], "transactions 1 and 2 are committed; the same command goes on from there"),
            (&[0, 1, 2], "transactions 1 to 3 are committed; the same command goes on from there"),
            (
                &[0, 2, 3],
                "transactions 1, 3 and 4 are committed; the same command goes on from there",
            ),
        ] {
            assert_eq!(committed(&places.iter().copied().collect()), text);
        }
    }
}
