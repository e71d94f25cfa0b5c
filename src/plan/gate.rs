//! The pass `gate`: what the statements themselves destroy, from their parse trees alone. A saved plan says its
//! hazards too, and whoever edits the file can edit those; here they are derived again from what will run.
//!
//! Data is lost by dropping a table, a column, an attribute, a sequence or an extension, and by a conversion that does
//! not look at the old value. A table whose rows the plan itself saves and restores loses none, but for the columns that
//! it leaves out ([`rows`]), nor does a sequence whose position another one takes over. What a statement cannot tell,
//! whether a column is computed, stands in [`PlannedStep::harmless`], and is compared with the database before anything
//! runs ([`excuse`]). A loss is said of the object that the step is for, so that what is allowed of one object is not
//! allowed of another.

mod block;
mod counter;
pub(crate) mod excuse;
mod form;
mod history;
mod moves;
pub(super) mod named;
mod powers;
mod read;
mod retype;
mod routine;
mod rows;
mod target;

use std::collections::BTreeSet;

use super::{Change, PlannedStep, Transaction};
use crate::catalog::Catalog;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::kind::Kind;
use crate::sql::quote::ident;
use crate::step::StepHazard;
use excuse::Facts;
use named::Group;
use read::{Names, Read, read};
use rows::Kept;

/// What one statement destroys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Loss {
    /// The hazard that has to say so.
    pub(crate) gate: Hazard,
    /// Its path, by the names from before the plan.
    path: Vec<String>,
    /// Its path, as the statement has it.
    now: Vec<String>,
    group: Group,
    /// Whether the plan itself has made it hold something, or go with what is dropped, so that the catalog says nothing of
    /// it.
    used: bool,
}

impl Loss {
    /// How [`PlannedStep::harmless`] names it: `column public.client.total`.
    pub(crate) fn key(&self) -> String {
        let word = match self.group {
            Group::Relation => "relation",
            Group::Column => "column",
            Group::Attribute => "attribute",
            Group::Type => "type",
            Group::Routine => "routine",
            Group::Other(_) => "object",
        };
        let path: Vec<String> = self.path.iter().map(|part| ident(part)).collect();
        format!("{word} {}", path.join("."))
    }

    /// Whether its name has a schema, if it lives in one.
    fn is_qualified(&self) -> bool {
        self.now.len()
            >= match self.group {
                Group::Relation | Group::Type | Group::Routine => 2,
                Group::Column | Group::Attribute => 3,
                Group::Other(_) => 1,
            }
    }

    /// Whether it is of the object or of a part of it. Of other sorts of objects a path of several names says nothing that
    /// could be compared.
    fn concerns(&self, object: &Id) -> bool {
        let path: Vec<&str> = match object.path.split_last() {
            Some((_, above)) => {
                above.iter().map(String::as_str).chain([object.bare_name()]).collect()
            }
            None => Vec::new(),
        };
        let of = |loss: &Vec<String>| {
            path.len() > 1
                && loss.len() >= path.len()
                && loss.iter().zip(&path).all(|(a, b)| a == b)
        };
        let alone = |loss: &Vec<String>| match loss.as_slice() {
            [name] => object.path.first() == Some(name),
            _ => true,
        };
        let in_schema = [Kind::RELATIONS, Kind::TYPES, Kind::ROUTINES];
        let is_outside = !in_schema.iter().any(|kinds| kinds.contains(&object.kind));
        let is_other = is_outside && object.parents().is_empty();
        // A user mapping stands behind its server.
        let is_part =
            |loss: &Vec<String>| is_outside && !object.parents().is_empty() && *loss == object.path;
        match self.group {
            Group::Other(_) => {
                is_other && (alone(&self.path) || alone(&self.now)) || is_part(&self.path)
            }
            _ => of(&self.path) || of(&self.now),
        }
    }

    fn message(&self) -> String {
        let key = self.key();
        match (self.gate, self.group) {
            (Hazard::PrivilegeChange, _) => {
                let role = self.path.join(".");
                if self.now != self.path {
                    return format!("role {role} becomes a member of {}", self.now.join("."));
                }
                format!("role {role} gets SUPERUSER, BYPASSRLS, REPLICATION or CREATEROLE")
            }
            (Hazard::DataLoss, Group::Relation) => format!("what {key} holds is lost"),
            (Hazard::DataLoss, _) => format!("values of {key} are lost"),
            _ => format!("{key} is dropped and not made again"),
        }
    }
}

/// A statement that no plan contains, by its number from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Foreign {
    /// The number of the statement.
    pub(crate) step: usize,
    /// Why it is none of a plan's.
    pub(crate) why: String,
}

/// Adds the hazards that the kinds have not said, and lists what only looks like a loss. `current` has the names that
/// the plan gives already.
pub(crate) fn gate(transactions: &mut [Transaction], changes: &[Change], current: &Catalog) {
    let read = read(transactions, &BTreeSet::new());
    let steps = transactions.iter_mut().flat_map(|transaction| &mut transaction.steps);
    for (step, touches) in steps.zip(read.touches(changes)) {
        step.touches = touches;
    }
    let may_lose = |step: &PlannedStep| {
        let sql = step.sql.as_str();
        ["DROP ", "CREATE ROLE ", "ALTER ROLE ", "GRANT "].iter().any(|word| sql.starts_with(word))
            || sql.starts_with("ALTER ")
                && [" DROP ", " USING "].iter().any(|word| sql.contains(word))
    };
    if !transactions.iter().flat_map(|transaction| &transaction.steps).any(may_lose) {
        return;
    }
    let gone = gone(transactions);
    let unsaved = read.unsaved(current, Names::Now);
    let steps = transactions.iter_mut().flat_map(|transaction| &mut transaction.steps);
    for (at, (step, losses)) in steps.zip(&read.losses).enumerate() {
        let said = step.hazards.iter().any(|hazard| hazard.name == Hazard::DataLoss);
        for (_, column) in unsaved.iter().filter(|(restores, _)| !said && *restores == at) {
            let column = column.last().map_or("", String::as_str);
            let message = format!("the values of column {column} are lost");
            step.hazards.push(StepHazard { name: Hazard::DataLoss, message });
        }
        for message in read.joined(at, current) {
            step.hazards.push(StepHazard { name: Hazard::PrivilegeChange, message });
        }
        for loss in losses {
            if step.hazards.iter().any(|hazard| hazard.name == loss.gate) {
                continue;
            }
            let goes = |id: &Id| gone.contains(id);
            let saved = |path: &[String]| read.saves(path, at, Names::Now);
            let moved = |path: &[String]| read.moves(path, at);
            let facts = Facts {
                saved: &saved,
                moved: &moved,
                goes: &goes,
                catalog: current,
                renamed: true,
            };
            if excuse::is_harmless(loss, &loss.now, &facts) {
                step.harmless.insert(loss.key());
            } else {
                step.hazards.push(StepHazard { name: loss.gate, message: loss.message() });
            }
        }
    }
}

/// Checks that a plan has no statement which no plan contains, and says all that its statements destroy, of the objects
/// that they destroy.
///
/// # Errors
/// The first statement that is otherwise, by its number from 0, and why.
pub(crate) fn check(transactions: &[Transaction], changes: &[Change]) -> Result<(), Foreign> {
    let read = read(transactions, &BTreeSet::new());
    let touches = read.touches(changes);
    let Read { mut losses, foreign, saved, of_cluster, owners, unsaid, .. } = read;
    if let Some(foreign) = foreign {
        return Err(foreign);
    }
    for (step, (planned, touches)) in steps(transactions).zip(touches).enumerate() {
        if let Some(unsaid) = touches.difference(&planned.touches).next() {
            let why = format!("it changes {unsaid}, of which the plan says nothing");
            return Err(Foreign { step, why });
        }
        let Some(object) = planned.object(changes) else {
            if unsaid.contains(&step) {
                let why = "the plan does not say what it is for".to_owned();
                return Err(Foreign { step, why });
            }
            continue;
        };
        if let Some(path) = owners.get(&step) {
            // An operator class stands behind its access method.
            let name = (object.kind.def().name_in_key)(object.name());
            let names = |wanted: &str| path.iter().any(|part| part == wanted);
            if !names(object.first()) || !names(object.bare_name()) && !names(name) {
                let name = path.join(".");
                let why =
                    format!("it gives {name} another owner, and the plan says it of {object}");
                return Err(Foreign { step, why });
            }
        }
        let def = object.kind.def();
        if let Some(named) = of_cluster.get(&step)
            && !matches!(object.path.as_slice(), [name] if named.contains(name) && (def.cluster_wide || def.given))
        {
            let named = named.join(", ");
            let why = format!("it changes {named}, and the plan says it of {object}");
            return Err(Foreign { step, why });
        }
    }
    // What is lost between saving and restoring is said where the rows are restored.
    for Kept { table: now, before: path, restored: (step, _), may_be_sets, .. } in saved {
        let said = |hazard: &StepHazard| hazard.name == Hazard::DataLoss;
        let says = || steps(transactions).nth(step).is_some_and(|it| it.hazards.iter().any(said));
        if may_be_sets || says() {
            let (gate, group) = (Hazard::DataLoss, Group::Relation);
            losses[step].push(Loss { gate, path, now, group, used: false });
        }
    }
    for (step, (planned, losses)) in steps(transactions).zip(losses).enumerate() {
        let said = |gate: Hazard| planned.hazards.iter().any(|hazard| hazard.name == gate);
        for loss in &losses {
            let harmless = excuse::is_excusable(loss) && planned.harmless.contains(&loss.key());
            let why = if !loss.is_qualified() {
                format!("{}, and it is named without its schema", loss.message())
            } else if !said(loss.gate) && !harmless {
                format!("{}, and the plan does not say `{}`", loss.message(), loss.gate)
            } else if said(loss.gate)
                && !planned.object(changes).is_some_and(|object| loss.concerns(object))
            {
                let object = planned.object(changes).map_or("nothing".to_owned(), Id::to_string);
                format!("{}, and the plan says it of {object}", loss.message())
            } else {
                continue;
            };
            return Err(Foreign { step, why });
        }
    }
    Ok(())
}

/// What the plan says to be harmless and is not, by the database that it is to be applied to; the transactions that are
/// `done` there already are not run.
pub(crate) fn not_harmless(
    transactions: &[Transaction],
    done: &BTreeSet<usize>,
    current: &Catalog,
) -> Vec<String> {
    let read = read(transactions, done);
    let gone = gone(transactions);
    let goes = |id: &Id| gone.contains(id) && read.drops(id, current);
    let unsaved = read.unsaved(current, Names::Before);
    let mut found = Vec::new();
    let of_steps = transactions.iter().enumerate();
    let is_done = of_steps.flat_map(|(at, it)| it.steps.iter().map(move |_| done.contains(&at)));
    for ((step, (planned, losses)), _) in
        steps(transactions).zip(&read.losses).enumerate().zip(is_done).filter(|(_, done)| !done)
    {
        let said = |gate: Hazard| planned.hazards.iter().any(|hazard| hazard.name == gate);
        let saved = |path: &[String]| read.saves(path, step, Names::Before);
        let moved = |path: &[String]| read.moves(path, step);
        let facts =
            Facts { saved: &saved, moved: &moved, goes: &goes, catalog: current, renamed: false };
        for loss in losses.iter().filter(|loss| !said(loss.gate)) {
            if !excuse::is_harmless(loss, &loss.path, &facts) {
                found.push(loss.message());
            }
        }
        found.extend(read.attached_below(step, current));
        found.extend(read.goes_with_index(step, current));
        if !said(Hazard::PrivilegeChange) {
            found.extend(read.joined(step, current));
        }
        if !said(Hazard::DataLoss) {
            found.extend(read.retyped.get(&step).into_iter().flatten().filter_map(|retyped| {
                let loses = retyped.loses(current)?;
                Some(format!("column {}: {loses}", retyped.column.join(".")))
            }));
            let restarted = read.restarted.get(&step).into_iter().flatten();
            found.extend(restarted.filter_map(|restarted| restarted.loses(current)));
        }
        for (_, column) in unsaved.iter().filter(|(restores, _)| *restores == step) {
            if !said(Hazard::DataLoss) {
                found.push(format!("values of column {} are lost", column.join(".")));
            }
        }
    }
    found
}

fn steps(transactions: &[Transaction]) -> impl Iterator<Item = &PlannedStep> {
    transactions.iter().flat_map(|transaction| &transaction.steps)
}

/// The objects that the plan leaves no more.
fn gone(transactions: &[Transaction]) -> BTreeSet<Id> {
    let all = transactions.iter().flat_map(|transaction| &transaction.after);
    all.filter(|(_, after)| after.is_none()).map(|(id, _)| id.clone()).collect()
}

#[cfg(test)]
mod tests;
