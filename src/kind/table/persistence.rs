//! Whether the rows of a table survive a crash (`pg_class.relpersistence`).

use std::collections::BTreeSet;

use crate::id::Id;
use crate::kind::constraint::Constraint;
use crate::kind::{Cx, Kind};
use crate::step::Step;

use super::Table;

/// The statements that make a table unlogged, or logged again; or why there are none.
///
/// A logged table never references an unlogged one: to become unlogged, what references the table
/// goes first, to become logged, what it references. The last of such a chain takes all of it along.
///
/// # Errors
/// Tables that reference each other, of which none can go first.
pub(super) fn steps(table: &Id, unlogged: bool, cx: &Cx<'_>) -> Result<Vec<Step>, String> {
    let turning = turning(unlogged, cx);
    let goes_before = |other: &Id, table: &Id| {
        if unlogged { references(other, table, cx) } else { references(table, other, cx) }
    };
    let mut chain = vec![table.clone()];
    let mut seen = BTreeSet::from([table.clone()]);
    let mut at = 0;
    while let Some(later) = chain.get(at).cloned() {
        for other in turning.iter().filter(|other| goes_before(other, &later)) {
            if other == table && later != *table {
                return Err(format!(
                    "tables {} and {} reference each other, and PostgreSQL lets no logged table \
                     reference an unlogged one in between: leave one of the foreign keys out of the \
                     declaration until both have changed",
                    table.dotted(),
                    later.dotted()
                ));
            }
            if seen.insert(other.clone()) {
                chain.push(other.clone());
            }
        }
        at += 1;
    }
    if turning.iter().any(|other| other != table && goes_before(table, other)) {
        return Ok(Vec::new());
    }
    // What is further away goes earlier.
    let mut order: Vec<Id> = Vec::new();
    while order.len() < chain.len() {
        let ready = |id: &&Id| {
            !order.contains(id)
                && chain.iter().all(|other| {
                    other == *id || order.contains(other) || !goes_before(other, id)
                })
        };
        let Some(next) = chain.iter().find(ready) else { break };
        order.push(next.clone());
    }
    Ok(order.iter().map(|table| step(table, unlogged)).collect())
}

fn step(table: &Id, unlogged: bool) -> Step {
    let word = if unlogged { "UNLOGGED" } else { "LOGGED" };
    let step = Step::new(format!("{} SET {word}", Table::alter_table(table)))
        .hazard("rewrite", "the whole table is written anew under a lock");
    if unlogged { step.hazard("unlogged", "after a crash the table is empty") } else { step }
}

/// The tables that become unlogged, or logged.
fn turning(unlogged: bool, cx: &Cx<'_>) -> Vec<Id> {
    let tables = cx.desired.below(Kind::Table, &[]).map(|(id, _)| id);
    let turns = |id: &&Id| {
        let wanted = cx.desired.attrs::<Table>(id).map(|table| table.unlogged);
        let there = cx.current.attrs::<Table>(id).map(|table| table.unlogged);
        wanted == Some(unlogged) && there == Some(!unlogged)
    };
    tables.filter(turns).cloned().collect()
}

/// Whether a foreign key that is there and stays leads from one table to another.
fn references(from: &Id, to: &Id, cx: &Cx<'_>) -> bool {
    cx.current.below(Kind::Constraint, &from.path).any(|(id, _)| {
        let target = |of: Option<&Constraint>| {
            let name = &of?.references.as_ref()?.table;
            (Id::new(Kind::Table, name.path()) == *to).then_some(())
        };
        target(cx.current.attrs(id)).is_some() && target(cx.desired.attrs(id)).is_some()
    })
}
