//! The statements of a transaction with the settings that they need: what is run, and what a script holds.

use super::{PlannedStep, Relation, Transaction};
use crate::sql::quote::ident;

/// A statement of a transaction.
pub enum Statement<'a> {
    /// A setting that the steps behind it need.
    Setting(String),
    /// A step of the plan.
    Step(&'a PlannedStep),
}

impl Statement<'_> {
    /// The relation whose rows it writes in batches.
    pub fn batches(&self) -> Option<&Relation> {
        match self {
            Self::Setting(_) => None,
            Self::Step(step) => step.batches.as_ref(),
        }
    }

    /// The statement without a semicolon, and with the placeholders of its secrets.
    pub fn sql(&self) -> &str {
        match self {
            Self::Setting(setting) => setting,
            Self::Step(step) => step.sql.trim_end(),
        }
    }
}

/// Lists the statements of one transaction with the settings that they need, without BEGIN and COMMIT.
///
/// Outside a block the settings are the session's; the last statement resets them, and whoever
/// goes on in the session after a failure must do so too.
#[must_use]
pub fn statements(transaction: &Transaction) -> Vec<Statement<'_>> {
    let local = if transaction.block { "LOCAL " } else { "" };
    let mut pieces = Vec::new();
    if transaction.block {
        // Bodies may name what only a later statement makes.
        pieces.push(Statement::Setting("SET LOCAL check_function_bodies = off".to_owned()));
    }
    let mut current = None;
    for step in &transaction.steps {
        // A step without a path is qualified throughout, and does not care which one is set.
        if current.is_some() && step.search_path.is_none() {
            pieces.push(Statement::Step(step));
            continue;
        }
        let path = search_path(step.search_path.as_deref());
        if current.as_ref() != Some(&path) {
            pieces.push(Statement::Setting(format!("SET {local}search_path = {path}")));
            current = Some(path);
        }
        pieces.push(Statement::Step(step));
    }
    if !transaction.block && current.is_some() {
        pieces.push(Statement::Setting("RESET search_path".to_owned()));
    }
    pieces
}

fn search_path(path: Option<&[String]>) -> String {
    match path {
        None => "pg_catalog".to_owned(),
        // PostgreSQL has no empty list; an empty name finds nothing.
        Some([]) => "''".to_owned(),
        Some(names) => names.iter().map(|name| ident(name)).collect::<Vec<_>>().join(", "),
    }
}
