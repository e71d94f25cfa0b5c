//! What is not declared and stays: where it stands beside what a plan changes, PostgreSQL may refuse what it would not
//! refuse of the declaration alone, such as a partition that overlaps another one. There the plan is run on a copy of
//! both, before it is shown.

use std::borrow::Cow;
use std::collections::BTreeSet;

use tokio_postgres::error::SqlState;

use super::align::Aligned;
use crate::catalog::Catalog;
use crate::execute::{self, Observer};
use crate::id::Id;
use crate::introspect::server_message;
use crate::kind::Obstacle;
use crate::oracle::{Lazy, Room, Scratch, Scripts, closure, copy};
use crate::plan::{self, Action, Plan, PlanError, Refusal, Statement, needs};
use crate::sql::quote::ident;

/// More objects than that around one plan are not copied for it: that would take longer than a reviewer waits.
const MOST: usize = 1000;

/// Runs the plan where there is something beside it that is not declared.
///
/// # Errors
/// The statement that PostgreSQL refuses with it, and does not refuse without it.
pub(super) async fn check(
    plan: &Plan,
    aligned: &Aligned,
    declared: &Catalog,
    scratch: &mut Lazy,
) -> Result<(), PlanError> {
    let around = around(plan, aligned);
    let left = left(plan, &around, &aligned.current, declared);
    if left.is_empty() || around.len() > MOST {
        return Ok(());
    }
    let major = aligned.current.server.major();
    // On a server that is not plumb's own no role is made.
    let Ok(scratch) = scratch.get(Some(major).filter(|major| *major > 0)).await else {
        return Ok(());
    };
    if scratch.major() != major || !scratch.is_private() {
        return Ok(());
    }
    let there = aligned.before.as_ref().unwrap_or(&aligned.current);
    let named = |id: &Id| {
        let followed = aligned.followers.get(id).cloned();
        followed.unwrap_or_else(|| plan::rename::before(id, &aligned.renames))
    };
    let all: BTreeSet<Id> = around.iter().map(&named).collect();
    let ran = run(plan, there, &all, &BTreeSet::new(), scratch).await;
    let Outcome::Refused { object, sql, message } = ran else { return Ok(()) };
    // What fails without it too is no fault of it, unless it is part of the very object that is changed.
    let is_part = |of: &Id| *of == object || of.parents().contains(&object);
    let own = left.iter().any(is_part) || object.parents().iter().any(|of| left.contains(of));
    let left_there: BTreeSet<Id> = left.iter().map(named).collect();
    if !own && !matches!(run(plan, there, &all, &left_there, scratch).await, Outcome::Done) {
        return Ok(());
    }
    let mut names: Vec<String> = left.iter().map(ToString::to_string).collect();
    if names.len() > 3 {
        let more = names.len() - 3;
        names.truncate(3);
        names.push(format!("{more} more"));
    }
    let sql = sql.lines().next().unwrap_or_default();
    let why = Obstacle::with_hint(
        format!("PostgreSQL refuses `{sql}`: {message}"),
        format!(
            "what is not declared stays beside it: {}; declare that as it is to be, or drop it",
            names.join(", ")
        ),
    );
    let origin = aligned.desired.get(&object).and_then(|it| it.origin.as_ref());
    Err(PlanError::Refused(vec![Refusal::new(&object, why, origin)]))
}

/// What the plan changes and what that is part of, what hangs on it, and what it needs, as far as it is there.
fn around(plan: &Plan, aligned: &Aligned) -> BTreeSet<Id> {
    let (current, desired) = (&aligned.current, &aligned.desired);
    let mut found = BTreeSet::new();
    let mut open: Vec<Id> = Vec::new();
    for change in &plan.changes {
        let id = &change.object;
        open.push(id.clone());
        open.extend(id.parents());
        if let Some(object) = desired.get(id) {
            let wanted = needs::wanted(id, object, desired);
            open.extend(wanted.hard);
        }
    }
    open.retain(|id| current.get(id).is_some() && !id.kind.def().is_anyway());
    while let Some(id) = open.pop() {
        if found.len() > MOST || !found.insert(id.clone()) || id.is_schema() {
            continue;
        }
        let whole = id.parents();
        open.extend(whole.iter().filter(|whole| current.get(whole).is_some()).cloned());
        open.extend(current.inside(&id).map(|(part, _)| part.clone()));
        open.extend(current.needs.dependents(&id).filter(|it| current.get(it).is_some()).cloned());
    }
    found
}

/// Those of them that are not declared and that the plan leaves.
fn left(plan: &Plan, around: &BTreeSet<Id>, current: &Catalog, declared: &Catalog) -> BTreeSet<Id> {
    let dropped: BTreeSet<&Id> = plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Drop)
        .map(|change| &change.object)
        .collect();
    let stays = |id: &&Id| {
        let def = id.kind.def();
        let own = !def.cluster_wide && !def.given && !def.provides && !def.is_anyway();
        // A schema is where the others stand.
        let own = own && !id.is_schema();
        let gone = dropped.contains(*id) || id.parents().iter().any(|of| dropped.contains(of));
        own && !gone && current.get(id).is_some() && declared.get(id).is_none()
    };
    around.iter().filter(stays).cloned().collect()
}

/// What became of a plan on a copy.
enum Outcome {
    Done,
    /// A statement was refused, for what the plan is about.
    Refused {
        object: Id,
        sql: String,
        message: String,
    },
    /// There was no such copy, or the machine has refused something.
    Unknown,
}

/// Runs the plan on a copy of some objects and what they need, but for those `without` which it is tried.
async fn run(
    plan: &Plan,
    there: &Catalog,
    seeds: &BTreeSet<Id>,
    without: &BTreeSet<Id>,
    scratch: &Scratch,
) -> Outcome {
    let mut wanted = closure(there, seeds.iter().cloned(), true);
    let stays =
        |id: &Id| !without.contains(id) && !id.parents().iter().any(|of| without.contains(of));
    wanted.objects.retain(|id, _| stays(id));
    let both = |(from, to): &(&Id, &Id)| [from, to].iter().all(|id| wanted.get(id).is_some());
    wanted.needs = there.needs.iter().filter(both).map(|(a, b)| (a.clone(), b.clone())).collect();
    let says = |role: &&String| plan.steps().any(|step| step.sql.contains(&ident(role)));
    wanted.roles = there.roles.iter().filter(says).cloned().collect();
    let Ok(room) = scratch.room(&there.server.user, true).await else { return Outcome::Unknown };
    let outcome = run_in(&room, plan, &wanted).await;
    match room.leave().await {
        Ok(()) => outcome,
        Err(_) => Outcome::Unknown,
    }
}

async fn run_in(room: &Room<'_>, plan: &Plan, wanted: &Catalog) -> Outcome {
    let scripts = Scripts::of(plan, wanted);
    let Ok(copied) = copy(wanted, &scripts.first, room).await else { return Outcome::Unknown };
    if copied.refusals.iter().any(|refusal| refusal.object.is_some()) {
        return Outcome::Unknown;
    }
    let missing = copied.missing(wanted);
    let mut running = Running { plan, scripts: &scripts, missing: &missing };
    for transaction in &plan.transactions {
        if let Err(Stop(outcome)) = execute::transaction(room, transaction, &mut running).await {
            return outcome;
        }
    }
    Outcome::Done
}

/// Why a plan does not run to its end.
struct Stop(Outcome);

impl From<tokio_postgres::Error> for Stop {
    fn from(_: tokio_postgres::Error) -> Self {
        Self(Outcome::Unknown)
    }
}

/// Passes over what a copy cannot show, and tells what the plan is about from what the machine is.
struct Running<'a> {
    plan: &'a Plan,
    scripts: &'a Scripts,
    missing: &'a BTreeSet<Id>,
}

impl Observer for Running<'_> {
    type Stop = Stop;

    async fn before<'s>(
        &mut self,
        statement: &'s Statement<'_>,
    ) -> Result<Option<Cow<'s, str>>, Stop> {
        let skipped = match statement {
            Statement::Step(step) => self.scripts.skipped(step, self.plan, self.missing),
            Statement::Setting(_) => None,
        };
        Ok(skipped.is_none().then(|| Cow::Borrowed(statement.sql())))
    }

    async fn refused(
        &mut self,
        statement: Option<&Statement<'_>>,
        error: tokio_postgres::Error,
    ) -> Result<(), Stop> {
        let step = match statement {
            Some(Statement::Step(step)) => Some(*step),
            _ => None,
        };
        // Rights, the machine's resources and its limits are others there.
        let about = error.as_db_error().is_some_and(|db| {
            let of_the_machine = ["08", "53", "54", "57", "58", "XX"];
            let code = db.code().code();
            !of_the_machine.iter().any(|class| code.starts_with(class))
                && *db.code() != SqlState::INSUFFICIENT_PRIVILEGE
        });
        let object = step.and_then(|step| self.plan.object_of(step));
        Err(Stop(match (step, object) {
            (Some(step), Some(object)) if about => Outcome::Refused {
                object: object.clone(),
                sql: step.sql.clone(),
                message: server_message(&error),
            },
            _ => Outcome::Unknown,
        }))
    }
}
