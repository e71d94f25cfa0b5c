//! Why something is in a plan, and why it stands where it does: the path in the graph that the plan was ordered by.

use std::collections::{BTreeMap, BTreeSet};

use super::{ink, label};
use crate::id::Id;
use crate::plan::{Action, Cause, Change, Plan, PlannedStep, Proof};
use crate::suggest::suggest;

/// What is asked about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asked {
    /// A statement by its number, from 1.
    Step(usize),
    /// An object, by its id or by its name.
    Object(String),
}

/// What is not in the plan.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotThere {
    /// A statement.
    #[error("the plan has no statement {0}: it has {1}")]
    Step(usize, usize),
    /// An object.
    #[error("the plan does not touch `{name}`{}", near.as_ref().map_or(String::new(), |near| format!("; did you mean `{near}`?")))]
    Object {
        /// The name.
        name: String,
        /// The nearest name in the plan.
        near: Option<String>,
    },
}

/// Says why: of each object what differs or what forces its change; of each statement what it waits for, one behind the
/// other, and what waits for it.
///
/// # Errors
/// If the plan does not have what is asked about.
pub fn why(plan: &Plan, asked: &Asked) -> Result<String, NotThere> {
    let steps: Vec<(usize, &PlannedStep)> = numbered(plan).collect();
    let (objects, asked): (Vec<usize>, Vec<usize>) = match asked {
        Asked::Step(number) => {
            let found = steps.iter().find(|(at, _)| at == number);
            let (_, step) = found.ok_or(NotThere::Step(*number, steps.len()))?;
            (step.changes.iter().take(1).copied().collect(), vec![*number])
        }
        Asked::Object(name) => {
            let named = |change: &Change| {
                let id = &change.object;
                id.to_string() == *name || id.dotted() == *name || id.name() == *name
            };
            let exact = |change: &Change| change.object.to_string() == *name;
            let by = |is: &dyn Fn(&Change) -> bool| -> Vec<usize> {
                let all = plan.changes.iter().enumerate();
                all.filter(|(_, change)| is(change)).map(|(at, _)| at).collect()
            };
            let mut found = by(&exact);
            if found.is_empty() {
                found = by(&named);
            }
            if found.is_empty() {
                let known: Vec<String> = plan
                    .changes
                    .iter()
                    .flat_map(|it| [it.object.to_string(), it.object.name().to_owned()])
                    .collect();
                let near = suggest(name, known.iter().map(String::as_str)).map(str::to_owned);
                return Err(NotThere::Object { name: name.clone(), near });
            }
            let touches = |step: &PlannedStep| step.changes.iter().any(|at| found.contains(at));
            let numbers = steps.iter().filter(|(_, step)| touches(step)).map(|(at, _)| *at);
            let numbers = numbers.collect();
            (found, numbers)
        }
    };
    let mut out = String::new();
    for at in objects {
        let mut seen = BTreeSet::new();
        cause(plan, &plan.changes[at].object, 0, &mut seen, &mut out);
    }
    let turn = |number: &usize| steps.get(number - 1).and_then(|(_, step)| step.turn.0);
    for together in asked.chunk_by(|one, other| turn(one).is_some() && turn(one) == turn(other)) {
        out.push('\n');
        out.push_str(&place(plan, together));
    }
    Ok(out)
}

fn numbered(plan: &Plan) -> impl Iterator<Item = (usize, &PlannedStep)> {
    plan.steps().enumerate().map(|(at, step)| (at + 1, step))
}

/// Why an object is in the plan, and, where another forces its change, why that is.
fn cause(plan: &Plan, id: &Id, depth: usize, seen: &mut BTreeSet<Id>, out: &mut String) {
    let Some(change) = plan.changes.iter().find(|change| change.object == *id) else { return };
    let at = change.at.as_ref().map_or(String::new(), |at| format!(" ({})", label::place(at)));
    let forced = change.because_of.as_ref().and_then(Cause::object);
    let differs = fields(change);
    let reason = match (change.action, forced) {
        (Action::Create, _) => {
            "is made: it is in the declaration and not in the database".to_owned()
        }
        (Action::Drop, _) if change.undeclared => {
            "is dropped: it is in the database and not in the declaration".to_owned()
        }
        (Action::Drop, _) => {
            "is dropped: what it belongs to is in the declaration without it".to_owned()
        }
        (Action::Rename, _) => {
            let from = change.from.as_ref().map_or(String::new(), label::object);
            format!("is renamed: the declaration says that it was {from}{}", and(&differs))
        }
        (Action::Alter, None) => format!("is changed in place: {differs}"),
        (Action::Replace, None) => {
            format!(
                "is dropped and made again: PostgreSQL cannot change it in place, and {differs}"
            )
        }
        (Action::Rebuild, None) => "is dropped and made again".to_owned(),
        (Action::Alter, Some(other)) => {
            format!("is changed: {} changes under it{}", label::object(other), and(&differs))
        }
        (Action::Rebuild | Action::Replace, Some(other)) => format!(
            "is dropped and made again: it needs {}, which cannot change while it is there{}",
            label::object(other),
            and(&differs)
        ),
    };
    let indent = "  ".repeat(depth);
    out.push_str(&format!("{indent}{} {reason}{at}\n", label::object(id)));
    if let Some(other) = forced
        && seen.insert(id.clone())
    {
        cause(plan, other, depth + 1, seen, out);
    }
}

fn and(differs: &str) -> String {
    if differs.is_empty() { String::new() } else { format!("; also {differs}") }
}

/// `type (structure), using (server) differ`.
fn fields(change: &Change) -> String {
    let proof = |proof: Proof| match proof {
        Proof::Structure => "structure",
        Proof::ParseTree => "parse tree",
        Proof::Server => "server",
        Proof::Unproved => "unproved",
    };
    let all: Vec<String> = change
        .fields
        .iter()
        .map(|field| format!("{} ({})", ink::line(&field.name), proof(field.proof)))
        .collect();
    match all.as_slice() {
        [] => String::new(),
        [one] => format!("{one} differs"),
        all => format!("{} differ", all.join(", ")),
    }
}

/// What statements that are done in one go wait for, from the nearest to the first, and what waits for them.
fn place(plan: &Plan, together: &[usize]) -> String {
    let mut out = String::new();
    let (mut number, mut own) = (0, None);
    for (at, transaction) in plan.transactions.iter().enumerate() {
        for step in &transaction.steps {
            number += 1;
            if together.contains(&number) {
                let first = ink::line(step.sql.lines().next().unwrap_or_default());
                let at = at + 1;
                out.push_str(&format!("statement {number}, in transaction {at}: {first}\n"));
                own = step.turn.0;
            }
        }
    }
    let Some(own) = own else {
        out.push_str("  it gives the connected role a right for the statements that follow\n");
        return out;
    };
    let mut statements: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, step) in numbered(plan) {
        if let Some(turn) = step.turn.0 {
            statements.entry(turn).or_default().push(at);
        }
    }
    let told = |node: usize| {
        let done = &plan.way.nodes[node];
        let object = done.objects.first().map_or(String::new(), label::object);
        match statements.get(&node).and_then(|all| all.last()) {
            Some(at) => format!("statement {at}: {} {object}", done.verb),
            None => format!("{} {object}, without a statement of its own", done.verb),
        }
    };
    // The longest way back: of all that has to come before, what comes last.
    let mut path = Vec::new();
    let mut here = own;
    while let Some(last) = plan.way.nodes[here].after.last().copied() {
        path.push(last);
        here = last;
    }
    let also = plan.way.nodes[own].after.len().saturating_sub(1);
    if path.is_empty() {
        out.push_str("  nothing has to come before it\n");
    }
    for (depth, node) in path.iter().enumerate() {
        let also = match (depth, also) {
            (0, also) if also > 0 => format!(" (and {also} more)"),
            _ => String::new(),
        };
        out.push_str(&format!("  {}after {}{also}\n", "  ".repeat(depth), told(*node)));
    }
    let waiting: Vec<usize> = (0..plan.way.nodes.len())
        .filter(|node| plan.way.nodes[*node].after.contains(&own))
        .collect();
    for node in waiting.iter().take(MANY) {
        out.push_str(&format!("  before {}\n", told(*node)));
    }
    if waiting.len() > MANY {
        out.push_str(&format!("  before {} more\n", waiting.len() - MANY));
    }
    out
}

/// So many of what waits are named.
const MANY: usize = 5;
