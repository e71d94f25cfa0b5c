//! The fifth pass, `emit`: nodes in order into statements, and statements into transactions.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;
use serde_json::Value as Json;

use super::fold::Folds;
use super::graph::{self, Edges, Effect};
use super::needs::search_path;
use super::realise::Altered;
use super::rename::{Renames, at_turn};
use super::stages::Stages;
use super::swap;
use super::{PlannedStep, Relation, Transaction, Turn, grant, save};
use crate::catalog::Object;
use crate::grants::Grants;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::kind::{Cx, Decision};
use crate::sql::quote::{ident, literal};
use crate::step::{Block, Step};

/// A statement with the objects that it concerns, the first foremost.
pub(crate) struct Emitted {
    /// The statement.
    pub(crate) step: Step,
    /// The objects.
    pub(crate) objects: Vec<Id>,
    /// The search path that its names need.
    pub(crate) search_path: Option<Vec<String>>,
    /// The place of its node in the order.
    pub(crate) turn: usize,
}

/// Writes the statements.
pub(crate) fn emit(
    cx: &Cx<'_>,
    altered: &Altered,
    edges: &Edges,
    folds: &Folds,
    renames: &Renames,
    stages: &Stages,
    order: &[NodeIndex],
) -> Vec<Emitted> {
    let mut all = Vec::new();
    for (turn, leader) in order.iter().enumerate() {
        let node = &edges.graph[*leader];
        let members: Vec<Id> =
            folds.members(*leader).iter().map(|member| edges.graph[*member].id.clone()).collect();
        let secrets = secrets(cx, node.effect, &members);
        let all_steps = steps(cx, altered, folds, renames, node.effect, &node.id, &members);
        for step in stages.of_node(node, all_steps) {
            let step = step.secrets(secrets.iter().map(String::as_str));
            let side = if node.effect == Effect::Drop { cx.current } else { cx.desired };
            let object = side.get(&node.id);
            let search_path = match object {
                Some(object) if !step.qualified => {
                    Some(search_path(object)).filter(|p| !p.is_empty())
                }
                _ => None,
            };
            all.push(Emitted { step, objects: members.clone(), search_path, turn });
        }
    }
    all
}

/// The variables whose placeholders may stand in the statements that make objects.
fn secrets(cx: &Cx<'_>, effect: Effect, members: &[Id]) -> Vec<String> {
    let mut variables = Vec::new();
    let made = members.iter().filter(|_| effect == Effect::Make);
    for object in made.filter_map(|id| cx.desired.get(id)) {
        object.attrs.clone().secrets(&mut |_, secret| variables.push(secret.variable().to_owned()));
    }
    variables
}

fn steps(
    cx: &Cx<'_>,
    altered: &Altered,
    folds: &Folds,
    renames: &Renames,
    effect: Effect,
    id: &Id,
    members: &[Id],
) -> Vec<Step> {
    let (old, new) = (cx.current.get(id), cx.desired.get(id));
    match effect {
        // What it was says what moves with it.
        Effect::Rename => match (renames.get(id), old.or(new)) {
            (Some(from), Some(old)) => old.attrs.rename(&at_turn(id, from, renames), id),
            _ => Vec::new(),
        },
        Effect::Check => save::steps_before(cx, id),
        Effect::Restore => new.map_or_else(Vec::new, |new| {
            new.attrs.as_rows().map_or_else(Vec::new, |it| it.restore(id, cx))
        }),
        Effect::Aside if cx.decision(id).alters() => graph::runs_before(cx, id),
        Effect::Aside => old.map_or_else(Vec::new, |old| {
            old.attrs
                .as_swapped()
                .map_or_else(Vec::new, |it| it.take_temporary_name(id, &swap::former(id, old, cx)))
        }),
        Effect::Drop if matches!(cx.decision(id), Decision::Swap { .. }) => {
            old.map_or_else(Vec::new, |old| old.attrs.drop(&swap::former(id, old, cx), cx))
        }
        Effect::Drop => old.map_or_else(Vec::new, |old| {
            // It may be that it is given another name then.
            let outlives = new.is_none() && cx.outlives(id);
            let mut steps = if outlives { reset(cx, id, old) } else { Vec::new() };
            steps.extend(old.attrs.drop(id, cx));
            steps
        }),
        Effect::Make | Effect::Finish => match (altered.get(id), new) {
            (Some(steps), _) => steps.clone(),
            (None, Some(new)) => {
                let mut steps = new.attrs.create(id, cx, &folds.clauses(cx, id));
                for child in &members[1..] {
                    if let Some(object) = cx.desired.get(child) {
                        steps.extend(
                            object
                                .attrs
                                .as_inline()
                                .map_or_else(Vec::new, |it| it.after_clause(child, cx)),
                        );
                    }
                }
                if members.len() > 1
                    && let Some(first) = steps.first_mut()
                {
                    first.qualified = false;
                }
                steps
            }
            _ => Vec::new(),
        },
        Effect::Owner => new.map_or_else(Vec::new, |new| {
            let Some(owner) = &new.owner else { return Vec::new() };
            vec![Step::new(format!("ALTER {} OWNER TO {}", new.attrs.address(id), ident(owner)))]
        }),
        Effect::Comment => new.map_or_else(Vec::new, |new| {
            let old = old.filter(|_| !cx.decision(id).makes());
            remarks(old, new, &new.attrs.address(id))
        }),
        Effect::Grant => new.map_or_else(Vec::new, |new| {
            let Some(rights) = id.kind.def().rights else { return Vec::new() };
            let before = privileges_before(cx, id);
            grant::steps(id, &owned(cx, id, new), &before, rights, cx.major())
        }),
    }
}

/// The comment and the labels of an object that had those of `old`.
fn remarks(old: Option<&Object>, new: &Object, address: &str) -> Vec<Step> {
    let text = |text: Option<&String>| text.map_or_else(|| "NULL".to_owned(), |text| literal(text));
    let mut steps = Vec::new();
    if new.comment != old.and_then(|old| old.comment.clone()) {
        let comment = text(new.comment.as_ref());
        steps.push(Step::new(format!("COMMENT ON {address} IS {comment}")));
    }
    let none = BTreeMap::new();
    let before = old.map_or(&none, |old| &old.labels);
    let providers: BTreeSet<&String> = before.keys().chain(new.labels.keys()).collect();
    for provider in providers {
        let label = new.labels.get(provider);
        if label != before.get(provider) {
            let (by, label) = (ident(provider), text(label));
            let step = Step::new(format!("SECURITY LABEL FOR {by} ON {address} IS {label}"));
            let changes = format!("what {provider} lets be done with {address} may change");
            steps.push(match old {
                Some(_) => step.hazard(Hazard::PrivilegeChange, changes),
                None => step,
            });
        }
    }
    steps
}

/// Resets the privileges, the comment and the labels of what stays when its declaration goes.
fn reset(cx: &Cx<'_>, id: &Id, old: &Object) -> Vec<Step> {
    let mut steps = Vec::new();
    if old.grants.is_some()
        && let Some(rights) = id.kind.def().rights
    {
        let bare = Object { grants: Some(Grants::default()), ..old.clone() };
        let before = privileges_before(cx, id);
        steps.extend(grant::steps(id, &owned(cx, id, &bare), &before, rights, cx.major()));
    }
    steps.extend(remarks(Some(old), &Object::new(old.attrs.clone()), &old.attrs.address(id)));
    steps
}

/// An object with the owner that it has by what it is part of, if it has none of its own: the sequence of
/// an identity has its table's.
fn owned(cx: &Cx<'_>, id: &Id, object: &Object) -> Object {
    let mut object = object.clone();
    let mut open = vec![id.clone()];
    while let Some(at) = open.pop().filter(|_| object.owner.is_none()) {
        let sides = [cx.desired, cx.current];
        object.owner = sides.iter().find_map(|side| side.get(&at)?.owner.clone());
        open.extend(at.parents());
    }
    object
}

/// The privileges that an object has when it is its turn: those it had, or those that a new one gets
/// by the default privileges in force.
pub(crate) fn privileges_before(cx: &Cx<'_>, id: &Id) -> Grants {
    let Some(rights) = id.kind.def().rights else { return Grants::default() };
    // What is said of a thing that is there already makes no new one, unless it comes again with what it is of.
    let above = cx.desired.get(id).and_then(|object| object.attrs.as_inherited());
    let mut hosts = id.parents();
    hosts.extend(above.into_iter().flat_map(|it| it.ancestors(id, cx.desired)));
    let there = cx.back().outlives(id) && !hosts.iter().any(|host| cx.decision(host).rebuilds());
    match cx.decision(id) {
        decision if decision.makes() && !there => crate::kind::default_grants(
            cx.current,
            &cx.current.server.user,
            id.schema(),
            rights.word,
            rights,
            cx.major(),
        ),
        _ => {
            let mut before =
                cx.current.get(id).and_then(|object| object.grants.clone()).unwrap_or_default();
            // REVOKE on a table takes the same privilege from its columns.
            for parent in id.parents() {
                let (Some(old), Some(new)) = (cx.current.get(&parent), cx.desired.get(&parent))
                else {
                    continue;
                };
                let (Some(old), Some(new)) = (&old.grants, &new.grants) else { continue };
                for (grantee, privileges) in &mut before.by_owner {
                    let lost = |name: &String| {
                        old.by_owner.get(grantee).is_some_and(|had| had.contains_key(name))
                            && !new.by_owner.get(grantee).is_some_and(|has| has.contains_key(name))
                    };
                    privileges.retain(|name, _| !lost(name));
                }
                for (of, privileges) in &mut before.passed_on {
                    let has = |side: &Grants, name: &str| {
                        side.passed_on.get(of).is_some_and(|had| had.contains_key(name))
                    };
                    privileges.retain(|name, _| !has(old, name) || has(new, name));
                }
            }
            before
        }
    }
}

/// How many locks making or dropping an object takes at most: its own, those of its TOAST table and index, and of what it
/// names.
const LOCKS_PER_OBJECT: usize = 4;

/// A transaction with what its statements are about.
pub(crate) struct Cut {
    /// The transaction.
    pub(crate) transaction: Transaction,
    /// The objects that it changes.
    pub(crate) touched: Vec<Id>,
    /// What it leaves of objects that are there for a while only.
    pub(crate) leaves: Vec<(String, Option<Json>)>,
}

/// Cuts the statements into transactions: as few as PostgreSQL allows. `room`: how many locks the server's
/// lock table holds, where cutting is safe because everything is new, or goes; 0: the statements stay together.
/// Other sessions keep half of it.
pub(crate) fn transactions(
    emitted: Vec<Emitted>,
    places: &BTreeMap<Id, usize>,
    room: u32,
) -> Vec<Cut> {
    let most = if room == 0 { usize::MAX } else { room as usize / 2 };
    let mut locks = 0_usize;
    let mut all: Vec<Cut> = Vec::new();
    let mut open = false;
    for Emitted { step, objects, search_path, turn } in emitted {
        let block = step.block;
        locks += LOCKS_PER_OBJECT * objects.len();
        if locks > most {
            (open, locks) = (false, LOCKS_PER_OBJECT * objects.len());
        }
        if !open || matches!(block, Block::Alone | Block::Apart) {
            let empty = Transaction { block: block != Block::Alone, ..Transaction::default() };
            all.push(Cut { transaction: empty, touched: Vec::new(), leaves: Vec::new() });
        }
        if let Some(Cut { transaction, touched, leaves }) = all.last_mut() {
            leaves.extend(step.leaves);
            let mut changes: Vec<usize> =
                objects.iter().filter_map(|id| places.get(id).copied()).collect();
            changes.dedup();
            let mut hazards = step.hazards;
            hazards.dedup();
            transaction.steps.push(PlannedStep {
                sql: step.sql,
                search_path,
                changes,
                hazards,
                secrets: step.secrets,
                turn: Turn(Some(turn)),
                batches: step.batches.map(|[schema, name]| Relation::new(schema, name)),
                ..PlannedStep::default()
            });
            touched.extend(objects);
        }
        open = block == Block::Shared;
    }
    all
}
