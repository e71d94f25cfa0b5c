//! Asks a database the questions of a plan before its first statement: read-only, each with a time limit, in numbers and never
//! in values. Nothing of a stranger runs: names are looked up in `pg_catalog`, what is called there is immutable, and each
//! table is locked and looked at before it is read.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio_postgres::{Client, Error};

use super::ApplyError;
use super::session::milliseconds;
use crate::catalog::Catalog;
use crate::connect::settings::set_config;
use crate::connect::{Connection, execute};
use crate::introspect::{self, readable, server_message};
use crate::plan::{Plan, Question, Transaction, questions};
use crate::sql::quote::literal;

/// How long one question may take. What is not answered by then is left open.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a question waits for a lock: it takes ACCESS SHARE, which waits for ACCESS EXCLUSIVE alone.
const FOR_LOCKS: Duration = Duration::from_secs(2);

/// More rows than these are not counted.
const MOST: u32 = 100_000;

/// What a database says to a question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The question.
    pub question: Question,
    /// How many rows are in the way, at most 100,001; or why that is not known.
    pub rows: Result<u64, String>,
}

impl Answer {
    /// Whether rows are in the way for certain.
    #[must_use]
    pub fn is_in_the_way(&self) -> bool {
        matches!(self.rows, Ok(1..))
    }

    /// The number in words: `12`, `more than 100000`.
    #[must_use]
    pub fn number(&self) -> String {
        match &self.rows {
            Ok(rows) if *rows > u64::from(MOST) => format!("more than {MOST}"),
            Ok(rows) => rows.to_string(),
            Err(_) => "unknown".to_owned(),
        }
    }
}

/// Asks every question of a plan, of whatever state the database is in.
///
/// # Errors
/// If the plan is for another database, or the catalog cannot be read.
pub async fn ask(connection: &Connection, plan: &Plan) -> Result<Vec<Answer>, ApplyError> {
    let current = introspect::introspect(&connection.client).await?;
    super::is_planned_for(plan, &current.server, connection).await?;
    let asked = questions(&plan.transactions, &current);
    Ok(answers(&connection.client, &asked, &|| false).await?)
}

/// Asks what transactions that are to be run ask; `open` is told of each question without an answer.
///
/// # Errors
/// [`ApplyError::InTheWay`] with all that is in the way.
pub(super) async fn require(
    client: &Client,
    to_do: &[Transaction],
    current: &Catalog,
    stopped: &dyn Fn() -> bool,
    open: &dyn Fn(&Question, &str),
) -> Result<(), ApplyError> {
    let mut answers = answers(client, &questions(to_do, current), stopped).await?;
    for answer in &answers {
        if let Err(why) = &answer.rows {
            open(&answer.question, why);
        }
    }
    answers.retain(Answer::is_in_the_way);
    if answers.is_empty() { Ok(()) } else { Err(ApplyError::InTheWay(answers)) }
}

/// The answers, in order; `stopped`: whether to go no further.
async fn answers(
    client: &Client,
    questions: &[Question],
    stopped: &dyn Fn() -> bool,
) -> Result<Vec<Answer>, Error> {
    let mut all = Vec::new();
    for question in questions {
        if stopped() {
            break;
        }
        execute(client, "BEGIN READ ONLY").await?;
        let rows = one(client, question).await;
        execute(client, "ROLLBACK").await?;
        let rows = match rows {
            Ok(Some(rows)) => rows,
            Ok(None) => continue,
            Err(error) => match error.code() {
                None => return Err(error),
                // The message of a data exception names the value.
                Some(code) if code.code().starts_with("22") => {
                    Err(format!("the query fails on a value ({})", code.code()))
                }
                Some(_) => Err(server_message(&error)),
            },
        };
        all.push(Answer { question: question.clone(), rows });
    }
    Ok(all)
}

/// How many rows are in the way, or why they are not counted; `None`: the question is not asked, since it calls what may have
/// an effect.
async fn one(client: &Client, question: &Question) -> Result<Option<Result<u64, String>>, Error> {
    let set = |name: &str, value: &str| set_config(name, value, true);
    let settings = [
        set("statement_timeout", &milliseconds(Some(PATIENCE))),
        set("lock_timeout", &milliseconds(Some(FOR_LOCKS))),
        // Under row-level security some of the rows would not be seen, and the answer would be wrong.
        set("row_security", "off"),
        set("search_path", "pg_catalog"),
    ];
    execute(client, &format!("SELECT {}", settings.join(", "))).await?;
    if !are_immutable(client, &question.calls).await? {
        return Ok(None);
    }
    for (schema, name) in question.relations() {
        if let Some(why) = readable::hold(client, &schema, &name).await? {
            return Ok(Some(Err(why)));
        }
    }
    let row = client.query_typed_one(&question.count_to(MOST + 1), &[]).await?;
    Ok(Some(Ok(u64::try_from(row.get::<_, i64>(0)).unwrap_or(0))))
}

/// Whether all functions of these names in `pg_catalog` are immutable and no aggregates, and there are such.
async fn are_immutable(client: &Client, calls: &BTreeSet<String>) -> Result<bool, Error> {
    for name in calls {
        let sql = format!(
            "SELECT COALESCE(pg_catalog.bool_and(p.provolatile = 'i' AND p.prokind = 'f'), false) \
             FROM pg_catalog.pg_proc p WHERE p.proname = {} \
             AND p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace",
            literal(name)
        );
        if !client.query_typed_one(&sql, &[]).await?.get::<_, bool>(0) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What is in the way, with a query for each that counts it, to be pasted.
pub(super) fn listed(answers: &[Answer]) -> String {
    let one = |answer: &Answer| {
        format!("{}: {}\n    {};", answer.question.about, answer.number(), answer.question.count())
    };
    answers.iter().map(one).collect::<Vec<_>>().join("\n  ")
}
