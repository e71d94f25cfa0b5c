//! The whole loop beforehand: the schema as it is, copied to a scratch, perhaps with rows; the plan,
//! statement by statement; the catalog read again and compared. What was seen is written into the
//! plan.
//!
//! Left out are roles, which belong to the cluster, and what no scratch can have.

mod rows;
mod watch;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::compare::{self, CompareError};
use crate::connect::execute;
use crate::declare::Declaration;
use crate::execute::{self, Observer};
use crate::hazard::Hazard;
use crate::id::Id;
use crate::introspect::{self, server_message};
use crate::later::Passing;
use crate::oracle::{Lazy, OracleError, Room, Scripts};
use crate::plan::{Evidence, LockMode, Plan, Statement, StepEvidence, TableEvidence, Transaction};
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
    let Done { mut evidence, mut after, missing, .. } = on_copy(current, plan, rows, lazy).await?;
    if evidence.failed.is_none() {
        after.server.actor = None;
        after.server.user.clone_from(&current.server.user);
        // The copy has placeholders for values.
        for object in after.objects.values_mut() {
            object.attrs.secrets(&mut |_, secret| secret.reveal(&|_| None));
        }
        let left = Box::pin(compare::compare(after, declaration, lazy, false)).await?;
        let counts = |id: &Id| !id.kind.def().cluster_wide && !missing.contains(id);
        let differing = left.changes.into_iter().map(|change| change.object);
        evidence.differing = differing.filter(counts).collect();
    }
    Ok(evidence)
}

/// What there is on a scratch before and after a plan, or why the plan fails.
///
/// # Errors
/// See [`ProveError`].
pub(crate) async fn ends(
    current: &Catalog,
    plan: &Plan,
    lazy: &mut Lazy,
) -> Result<Result<(Catalog, Catalog), String>, ProveError> {
    let Done { evidence, before, after, .. } = on_copy(current, plan, 0, lazy).await?;
    Ok(match evidence.failed {
        Some(message) => Err(message),
        None => Ok((before, after)),
    })
}

/// What a run of a plan on a copy has shown.
struct Done {
    evidence: Evidence,
    before: Catalog,
    after: Catalog,
    /// What the copy does not have.
    missing: BTreeSet<Id>,
}

/// Runs the plan on a copy in a room of its own, which is gone afterwards.
async fn on_copy(
    current: &Catalog,
    plan: &Plan,
    rows: u32,
    lazy: &mut Lazy,
) -> Result<Done, ProveError> {
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
    done
}

async fn run(
    current: &Catalog,
    plan: &Plan,
    rows: u32,
    room: &Room<'_>,
    made: &mut Vec<String>,
) -> Result<Done, ProveError> {
    let client = &room.connection.client;
    let mut evidence = Evidence { rows, ..Evidence::default() };
    let scripts = Scripts::of(plan, current);
    let copied = crate::oracle::copy(current, &scripts.first, room).await?;
    made.clone_from(&copied.roles);
    evidence.server_version = copied.catalog.server.version;
    let mut missing = copied.missing(current);
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
        let of = Of { room, plan, scripts: &scripts, missing: &missing };
        if let Some(message) = go(of, at, transaction, &mut evidence).await? {
            evidence.failed = Some(message);
            break;
        }
    }
    missing.extend(scripts.unchanged);
    let after = Contents::read(room).await?;
    evidence.tables = before.compare(&after);
    let (before, after) = (copied.catalog, room.catalog().await?);
    Ok(Done { evidence, before, after, missing })
}

/// Why a transaction was not run to its end.
enum Stop {
    /// The server refused a statement, or the commit.
    Refused(String),
    /// What was to be looked at could not be.
    Failed(ProveError),
}

impl<E: Into<ProveError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What is the same for all transactions.
#[derive(Clone, Copy)]
struct Of<'a> {
    room: &'a Room<'a>,
    plan: &'a Plan,
    scripts: &'a Scripts,
    missing: &'a BTreeSet<Id>,
}

/// What prove looks at: which locks each statement takes and which tables it rewrites.
struct Proving<'a> {
    of: Of<'a>,
    at: usize,
    transaction: &'a Transaction,
    evidence: &'a mut Evidence,
    there: watch::Names,
    files: Files,
    held: BTreeSet<(u32, LockMode)>,
    skipped: Option<String>,
}

impl Observer for Proving<'_> {
    type Stop = Stop;

    async fn before<'s>(
        &mut self,
        statement: &'s Statement<'_>,
    ) -> Result<Option<Cow<'s, str>>, Stop> {
        self.skipped = match statement {
            Statement::Step(step) => self.of.scripts.skipped(step, self.of.plan, self.of.missing),
            Statement::Setting(_) => None,
        };
        Ok(self.skipped.is_none().then(|| Cow::Borrowed(statement.sql())))
    }

    async fn after(&mut self, statement: &Statement<'_>) -> Result<(), Stop> {
        if let Statement::Setting(_) = statement {
            return Ok(());
        }
        let mut seen = StepEvidence { skipped: self.skipped.take(), ..StepEvidence::default() };
        if self.transaction.block {
            seen.locks = watch::locks(self.of.room, &self.there, &mut self.held).await?;
        }
        let now = Files::read(self.of.room).await?;
        seen.rewritten = now.rewritten(&self.files, &self.there);
        self.files = now;
        self.evidence.steps.push(seen);
        Ok(())
    }

    async fn refused(
        &mut self,
        statement: Option<&Statement<'_>>,
        error: tokio_postgres::Error,
    ) -> Result<(), Stop> {
        let mut message = format!("transaction {}: {}", self.at + 1, server_message(&error));
        if let Some(statement) = statement {
            message.push_str(&format!("; the statement was: {}", statement.sql()));
        }
        Err(Stop::Refused(message))
    }
}

/// Runs one transaction; the message of the statement that failed.
async fn go(
    of: Of<'_>,
    at: usize,
    transaction: &Transaction,
    evidence: &mut Evidence,
) -> Result<Option<String>, ProveError> {
    let (there, files) = (watch::names(of.room).await?, Files::read(of.room).await?);
    let (held, skipped) = (BTreeSet::new(), None);
    let mut observer = Proving { of, at, transaction, evidence, there, files, held, skipped };
    match execute::transaction(of.room, transaction, &mut observer).await {
        Ok(()) => Ok(None),
        Err(Stop::Refused(message)) => Ok(Some(message)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

impl Evidence {
    /// Whether nothing differs, and nothing was lost that no step says is lost.
    pub fn holds(&self, plan: &Plan) -> bool {
        let accepted =
            |names: &[Hazard]| plan.hazards().any(|(_, hazard)| names.contains(&hazard.name));
        let lost = |table: &TableEvidence| {
            table.after.is_none_or(|after| after < table.before) && table.before > 0
        };
        let lost = self.tables.iter().any(lost) && !accepted(&[Hazard::DataLoss]);
        let changed = self.tables.iter().any(|table| !table.changed.is_empty())
            && !accepted(&[Hazard::DataLoss, Hazard::BackfillNeeded]);
        self.failed.is_none() && self.differing.is_empty() && !lost && !changed
    }
}
