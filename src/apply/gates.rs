//! The hazards of a plan that gate, and are not allowed: all of them are refused together.

use std::time::Duration;

use tokio_postgres::Client;

use super::allow::{self, Allowed, Threat};
use super::waits::{self, Waits, spoken};
use crate::connect::settings::set_config;
use crate::connect::{Connection, execute};
use crate::hazard::Hazard;
use crate::id::Id;
use crate::introspect::readable;
use crate::plan::{Action, Plan, PlannedStep, Transaction};
use crate::shown::counted;
use crate::sql::quote::qualified;

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
    /// An acceptance of it that has ended: where it is written, and its last day.
    pub ended: Option<(String, String)>,
    /// Whether it is no matter of a hazard that may be allowed: a table is blocked for longer than the environment has
    /// as its `max_lock`.
    pub over_limit: bool,
}

pub(super) fn text(gates: &[Gate]) -> String {
    let line = |gate: &Gate| {
        let rows = gate.rows.and_then(|rows| usize::try_from(rows).ok());
        let rows = rows.map_or_else(String::new, |rows| format!(" ({})", counted(rows, "row")));
        let flag = allow::flag(gate.hazard, gate.object.as_ref());
        let message = crate::shown::line(&gate.message);
        if gate.over_limit {
            return format!("{}: {message}", gate.hazard);
        }
        let ended = gate.ended.as_ref().map_or_else(String::new, |(at, until)| {
            format!("; its acceptance in {} ended on {until}", crate::shown::line(at))
        });
        format!("{}: {message}{rows}{ended}; allow it with {flag}", gate.hazard)
    };
    let lines: Vec<String> = gates.iter().map(line).collect();
    format!("refused, nothing was changed:\n  {}", lines.join("\n  "))
}

/// The hazards of a plan that gate and are not allowed, where it is applied with these waits.
pub fn refused(plan: &Plan, allowed: &Allowed, waits: &Waits) -> Vec<Gate> {
    let mut gates: Vec<Gate> = Vec::new();
    if waits.lock_timeout.is_zero() {
        gates.extend(untimed(plan, allowed));
    }
    let all = plan.steps().flat_map(|step| step.hazards.iter().map(move |hazard| (step, hazard)));
    for (step, hazard) in all {
        let threat = threat(plan, step);
        let object = threat.object;
        let refuses = hazard.name.gates() || plan.stops_others(step, hazard);
        if refuses && !allowed.allows(hazard.name, threat) {
            let ended = allowed.ended(hazard.name, threat);
            let gate = Gate {
                hazard: hazard.name,
                object: object.cloned(),
                message: match object {
                    Some(object) => format!("{object}: {}", hazard.message),
                    None => hazard.message.clone(),
                },
                rows: None,
                ended: ended.map(|(at, until)| (at.to_owned(), until.to_owned())),
                over_limit: false,
            };
            if !gates.contains(&gate) {
                gates.push(gate);
            }
        }
    }
    gates.extend(waits.max_lock.into_iter().flat_map(|limit| over_limit(plan, limit)));
    gates
}

/// The transactions that block a table for longer than the limit, by their estimates.
fn over_limit(plan: &Plan, limit: Duration) -> Vec<Gate> {
    let one = |(at, transaction): (usize, &Transaction)| {
        let held = plan.held(transaction).filter(|held| held.time > limit)?;
        let message = format!(
            "transaction {} blocks {} for about {}, and max_lock of the environment is {}",
            at + 1,
            held.relation,
            spoken(held.time),
            spoken(limit)
        );
        let hazard = Hazard::LongTransaction;
        Some(Gate { hazard, object: None, message, rows: None, ended: None, over_limit: true })
    };
    plan.transactions.iter().enumerate().filter_map(one).collect()
}

/// What the hazards of a step threaten.
fn threat<'a>(plan: &'a Plan, step: &PlannedStep) -> Threat<'a> {
    let of = step.changes.first().and_then(|at| plan.changes.get(*at));
    let dropped = of.is_some_and(|change| change.action == Action::Drop);
    Threat { object: plan.object_of(step), dropped }
}

/// The statements that take a lock of mode SHARE or stronger, of those whose wait for it is not allowed.
fn untimed(plan: &Plan, allowed: &Allowed) -> Option<Gate> {
    let strong = plan.steps().filter(|step| waits::strong(step).next().is_some());
    let refused = strong.filter(|step| !allowed.allows(Hazard::NoTimeout, threat(plan, step)));
    let step = refused.into_iter().next()?;
    let lock = waits::strong(step).next()?;
    let (mode, relation) = (lock.mode.words(), &lock.relation);
    let message = format!(
        "lock_timeout is 0, and a statement waits for {mode} on {relation} until the deadline, with every later query of \
         the table behind it"
    );
    Some(Gate {
        hazard: Hazard::NoTimeout,
        object: None,
        message,
        rows: None,
        ended: None,
        over_limit: false,
    })
}

/// How long counting may take; what takes longer is not said.
const PATIENCE: &str = "5s";

/// Counts the rows that are at stake.
pub(super) async fn count(connection: &Connection, gates: &mut [Gate]) {
    for gate in gates.iter_mut().filter(|gate| gate.hazard == Hazard::DataLoss) {
        let Some(id) = &gate.object else { continue };
        let relation =
            std::iter::once(id.clone()).chain(id.parents()).find(|id| id.kind.def().holds_rows);
        let Some(relation) = relation.filter(|relation| relation.path.len() == 2) else { continue };
        let client = &connection.client;
        if execute(client, "BEGIN READ ONLY").await.is_ok() {
            gate.rows = rows(client, &relation.path).await.ok().flatten();
            let _ = execute(client, "ROLLBACK").await;
        }
    }
}

/// The rows of a relation, where they can be read without running what its owner has written.
async fn rows(client: &Client, path: &[String]) -> Result<Option<i64>, tokio_postgres::Error> {
    let limits = ["statement_timeout", "lock_timeout"].map(|name| set_config(name, PATIENCE, true));
    execute(client, &format!("SELECT {}", limits.join(", "))).await?;
    if readable::hold(client, &path[0], &path[1]).await?.is_some() {
        return Ok(None);
    }
    let sql = format!("SELECT pg_catalog.count(*) FROM {}", qualified(&path[0], &path[1]));
    Ok(Some(client.query_typed_one(&sql, &[]).await?.get(0)))
}
