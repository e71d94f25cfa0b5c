//! The whole loop beforehand: the schema as it is, copied to a scratch, perhaps with rows; the plan,
//! statement by statement; the catalog read again and compared. What was seen is written into the
//! plan.
//!
//! Left out are roles, which belong to the cluster, and what no scratch can have.

mod rows;
mod watch;

use crate::later::Passing;
use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::compare::{self, CompareError};
use crate::connect::execute;
use crate::declare::Declaration;
use crate::id::Id;
use crate::introspect::{self, server_message};
use crate::oracle::{Lazy, OracleError, Room};
use crate::plan::{Evidence, Plan, StepEvidence, TableEvidence, Transaction};
use crate::render::{self, sql::Statement};
use watch::{Contents, Files};

/// Why nothing could be proved.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The scratch failed.
    #[error(transparent)]
    Oracle(#[from] OracleError),
    /// The two sides could not be compared.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// The scratch refused something around the statements.
    #[error("the scratch refused: {}", server_message(.0))]
    Server(#[from] tokio_postgres::Error),
    /// Its catalog could not be read.
    #[error(transparent)]
    Introspect(#[from] introspect::IntrospectError),
}

impl Passing for ProveError {
    fn is_passing(&self) -> bool {
        match self {
            Self::Oracle(error) => error.is_passing(),
            Self::Compare(error) => error.is_passing(),
            Self::Server(error) => error.is_passing(),
            Self::Introspect(error) => error.is_passing(),
        }
    }
}

/// Runs the plan on a copy of `current` with some `rows` in each table, and says what happened.
///
/// # Errors
/// See [`ProveError`]; a statement that fails is part of the evidence.
pub async fn prove(
    current: &Catalog,
    declaration: Declaration,
    plan: &Plan,
    rows: u32,
    lazy: &mut Lazy,
) -> Result<Evidence, ProveError> {
    let major = Some(current.server.major()).filter(|major| *major > 0);
    lazy.like(current);
    let scratch = lazy.get(major).await?;
    let room = scratch.room(&current.server.user, true).await?;
    let mut made = Vec::new();
    let done = run(current, plan, rows, &room, &mut made).await;
    room.leave().await?;
    if !scratch.is_private() {
        scratch.drop_roles(&made).await;
    }
    let (mut evidence, after, missing) = done?;
    if evidence.failed.is_none() {
        let mut after = after;
        after.server.actor = None;
        after.server.user.clone_from(&current.server.user);
        let left = Box::pin(compare::compare(after, declaration, lazy, false)).await?;
        let counts = |object: &&str| {
            object
                .parse::<Id>()
                .is_ok_and(|id| !id.kind.def().cluster_wide && !missing.contains(&id))
        };
        let differing = left.changes.iter().map(|change| change.object.as_str());
        evidence.differing = differing.filter(counts).map(str::to_owned).collect();
    }
    Ok(evidence)
}

async fn run(
    current: &Catalog,
    plan: &Plan,
    rows: u32,
    room: &Room<'_>,
    made: &mut Vec<String>,
) -> Result<(Evidence, Catalog, BTreeSet<Id>), ProveError> {
    let client = &room.connection.client;
    let mut evidence = Evidence { rows, ..Evidence::default() };
    let copied = crate::oracle::copy(current, room).await?;
    made.clone_from(&copied.roles);
    evidence.server_version = copied.catalog.server.version;
    let lacks = |id: &&Id| !id.kind.def().cluster_wide && copied.catalog.get(id).is_none();
    let missing: BTreeSet<Id> = current.objects.keys().filter(lacks).cloned().collect();
    for refusal in &copied.refusals {
        let object = refusal.object.as_ref().map_or_else(String::new, |id| format!("{id}: "));
        evidence.notes.push(format!("not copied: {object}{}", refusal.message));
    }
    execute(client, "SET search_path = pg_catalog").await?;
    if rows > 0 {
        evidence.notes.extend(rows::fill(room, rows).await?);
    }
    execute(client, "RESET ALL").await?;
    let before = Contents::read(room).await?;
    for (at, transaction) in plan.transactions.iter().enumerate() {
        if let Some(message) = go(room, plan, at, transaction, &missing, &mut evidence).await? {
            evidence.failed = Some(message);
            break;
        }
    }
    let after = Contents::read(room).await?;
    evidence.tables = before.compare(&after);
    Ok((evidence, room.catalog().await?, missing))
}

/// Runs one transaction; the message of the statement that failed.
async fn go(
    room: &Room<'_>,
    plan: &Plan,
    at: usize,
    transaction: &Transaction,
    missing: &BTreeSet<Id>,
    evidence: &mut Evidence,
) -> Result<Option<String>, ProveError> {
    let client = &room.connection.client;
    let there = watch::names(room).await?;
    if transaction.block {
        execute(client, "BEGIN").await?;
    }
    let mut files = Files::read(room).await?;
    let mut held = BTreeSet::new();
    for statement in render::sql::statements(transaction) {
        let (sql, step) = match &statement {
            Statement::Setting(setting) => (setting.as_str(), None),
            Statement::Step(step) => (statement.sql(), Some(step)),
        };
        let mut seen = StepEvidence::default();
        if let Some(step) = step {
            let objects = step.changes.iter().filter_map(|at| plan.changes.get(*at));
            let ids: Vec<Id> = objects.filter_map(|change| change.object.parse().ok()).collect();
            if ids.is_empty() || ids.iter().any(|id| id.kind.def().cluster_wide) {
                seen.skipped = Some("it is about the whole cluster".to_owned());
            } else if ids.iter().all(|id| no_copy(id, missing)) {
                seen.skipped = Some("the scratch cannot have the object".to_owned());
            }
        }
        if seen.skipped.is_none()
            && let Err(error) = room.run(sql, transaction.block).await
        {
            let _ = execute(client, transaction.way_back()).await;
            return Ok(Some(format!(
                "transaction {}: {}; the statement was: {sql}",
                at + 1,
                server_message(&error)
            )));
        }
        if step.is_some() {
            if transaction.block {
                seen.locks = watch::locks(room, &there, &mut held).await?;
            }
            let now = Files::read(room).await?;
            seen.rewritten = now.rewritten(&files, &there);
            files = now;
            evidence.steps.push(seen);
        }
    }
    if transaction.block
        && let Err(error) = room.run("COMMIT", false).await
    {
        return Ok(Some(format!("transaction {}: {}", at + 1, server_message(&error))));
    }
    Ok(None)
}

fn no_copy(id: &Id, missing: &BTreeSet<Id>) -> bool {
    !id.kind.def().on_scratch || missing.contains(id)
}

impl Evidence {
    /// Whether nothing differs, and nothing was lost that no step says is lost.
    pub fn holds(&self, plan: &Plan) -> bool {
        let accepted = |names: &[&str]| {
            plan.hazards().any(|(_, hazard)| names.contains(&hazard.name.as_str()))
        };
        let lost = |table: &TableEvidence| {
            table.after.is_none_or(|after| after < table.before) && table.before > 0
        };
        let lost = self.tables.iter().any(lost) && !accepted(&["data-loss"]);
        let changed = self.tables.iter().any(|table| !table.changed.is_empty())
            && !accepted(&["data-loss", "backfill"]);
        self.failed.is_none() && self.differing.is_empty() && !lost && !changed
    }
}
