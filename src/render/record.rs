//! What an apply did, as evidence to be kept: what was planned, what was committed, how long it took, what it blocked.

use serde::Serialize;

use super::json::pretty;
use super::summary;
use crate::apply::{Record, spoken};
use crate::plan::Plan;
use crate::shown::counted;

/// The circumstances of an apply, which its record does not know.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// When it began and when it ended, by the clock of the server.
    pub times: [&'a str; 2],
    /// The role that applied.
    pub role: &'a str,
    /// Why it did not come to its end.
    pub error: Option<&'a str>,
}

#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    database: &'a str,
    server_version: u32,
    role: &'a str,
    began: &'a str,
    ended: &'a str,
    summary: String,
    done: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    refused_locks: u32,
    transactions: Vec<Transaction<'a>>,
}

#[derive(Serialize)]
struct Transaction<'a> {
    transaction: usize,
    attempts: u32,
    milliseconds: u128,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked_milliseconds: Option<u128>,
    statements: Vec<&'a str>,
}

/// Writes the record as JSON. A secret stands as its placeholder, as in the plan.
#[must_use]
pub fn record_json(plan: &Plan, record: &Record, of: Circumstances<'_>) -> String {
    let transactions = record.committed.iter().map(|it| Transaction {
        transaction: it.transaction,
        attempts: it.attempts,
        milliseconds: it.took.as_millis(),
        blocked_milliseconds: it.blocked.map(|blocked| blocked.as_millis()),
        statements: statements(plan, it.transaction),
    });
    pretty(&Written {
        format: 1,
        database: &plan.database,
        server_version: plan.server_version,
        role: of.role,
        began: of.times[0],
        ended: of.times[1],
        summary: summary(plan),
        done: of.error.is_none(),
        error: of.error,
        refused_locks: record.refused,
        transactions: transactions.collect(),
    })
}

/// Writes the record as markdown.
#[must_use]
pub fn record_markdown(plan: &Plan, record: &Record, of: Circumstances<'_>) -> String {
    use super::markdown::{code, fenced, prose};
    let [began, ended] = of.times;
    let mut out = format!(
        "### Applied to {}\n\n{}\n\n- role: {}\n- began: {}\n- ended: {}\n- {}\n",
        code(&plan.database),
        prose(&summary(plan)),
        code(of.role),
        prose(began),
        prose(ended),
        prose(&last_line(record)),
    );
    if let Some(error) = of.error {
        out.push_str(&format!("\n**It did not come to its end.**\n\n{}", fenced("text", error)));
    }
    for it in &record.committed {
        let attempts = counted(it.attempts as usize, "attempt");
        let blocked =
            it.blocked.map(|blocked| format!(", a table blocked for {} at most", spoken(blocked)));
        let took = spoken(it.took);
        out.push_str(&format!(
            "\n#### Transaction {}\n\n{attempts}, committed after {took}{}\n\n{}",
            it.transaction,
            blocked.unwrap_or_default(),
            fenced("sql", &(statements(plan, it.transaction).join(";\n") + ";")),
        ));
    }
    super::markdown::printed(&out)
}

/// `2 transactions committed; a table was blocked for 30 ms at most, in transaction 2`.
#[must_use]
pub fn last_line(record: &Record) -> String {
    let committed = format!("{} committed", counted(record.committed.len(), "transaction"));
    let refused = match record.refused {
        0 => String::new(),
        count => format!("; {} got no lock", counted(count as usize, "attempt")),
    };
    match record.longest() {
        Some((transaction, time)) => format!(
            "{committed}{refused}; a table was blocked for {} at most, in transaction {transaction}",
            spoken(time)
        ),
        None => format!("{committed}{refused}; no table was blocked"),
    }
}

fn statements(plan: &Plan, transaction: usize) -> Vec<&str> {
    let of = transaction.checked_sub(1).and_then(|at| plan.transactions.get(at));
    of.map_or_else(Vec::new, |it| it.steps.iter().map(|step| step.sql.as_str()).collect())
}
