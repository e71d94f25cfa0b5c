//! The first pass, `decide`: what happens to each object, closed over who needs whom. It sees the two sides and asks
//! each kind whether it can change in place; no statement is written here.

use std::collections::{BTreeMap, BTreeSet};

use super::needs::Needs;
use super::swap::{self, ToConvert};
use super::{PlanError, Refusal};
use crate::catalog::Object;
use crate::diff::Delta;
use crate::id::Id;
use crate::kind::{self, Alter, Decision, Decisions, Obstacle, Sides, abilities};
use crate::step::Step;

/// What is decided, and how columns are converted to a swapped type.
pub(crate) struct Decided {
    /// What happens to each object.
    pub(crate) decisions: Decisions,
    /// The statements by which columns are converted when a type or collation is swapped.
    pub(crate) converted: BTreeMap<Id, Vec<Step>>,
}

/// Finds out what the differences take, and what else has to be dropped and made anew for them.
/// `anew` are objects that are made again where they could change in place.
///
/// # Errors
/// Changes that PostgreSQL has no way for, all of them.
pub(crate) fn decide(
    cx: &Sides<'_>,
    needs: &Needs<'_>,
    deltas: &BTreeMap<&Id, Delta<'_>>,
    anew: &BTreeSet<Id>,
) -> Result<Decided, PlanError> {
    let mut decisions = Decisions::new();
    let mut refused = Vec::new();
    let mut forced: Vec<(Id, Id, bool)> = Vec::new();
    for (id, delta) in deltas {
        let id = *id;
        let decision = match delta {
            Delta { old: None, new: Some(new) } => {
                refused.extend(hindered(id, new, cx));
                if new.attrs.as_values().is_some_and(|it| it.reshapes(id, cx)) {
                    forced.push((id.clone(), id.clone(), false));
                }
                Decision::Create
            }
            Delta { old: Some(_), new: None } => Decision::Drop,
            Delta { old: Some(old), new: Some(new) } if delta.attrs() => {
                match new.attrs.alter(&old.attrs, id, cx) {
                    Alter::InPlace(_) => Decision::Alter { because: None },
                    Alter::Around(_) => {
                        forced.push((id.clone(), id.clone(), false));
                        Decision::Alter { because: None }
                    }
                    Alter::Replace => {
                        refused.extend(hindered(id, new, cx));
                        forced.push((id.clone(), id.clone(), true));
                        Decision::Rebuild { because: None }
                    }
                    Alter::Refuse(why) => {
                        refused.push(Refusal::new(id, why, new.origin.as_ref()));
                        Decision::Keep
                    }
                }
            }
            _ => Decision::Keep,
        };
        let decision = match decision {
            Decision::Alter { .. } if anew.contains(id) => {
                forced.push((id.clone(), id.clone(), true));
                Decision::Rebuild { because: None }
            }
            decision => decision,
        };
        if decision == Decision::Drop {
            forced.push((id.clone(), id.clone(), true));
        }
        decisions.insert(id.clone(), decision);
    }
    for id in decisions.keys().cloned().collect::<Vec<_>>() {
        let Some(object) = cx.desired.get(&id).or_else(|| cx.current.get(&id)) else { continue };
        let others = match decisions.get(&id) {
            Some(Decision::Alter { .. } | Decision::Drop) => {
                object.attrs.as_ordered().map_or_else(Vec::new, |it| it.has_rebuilt(&id, cx))
            }
            Some(decision) if decision.makes() => {
                object.attrs.as_ordered().map_or_else(Vec::new, |it| it.needs_rebuilt(&id, cx))
            }
            _ => continue,
        };
        for other in others {
            if decisions.get(&other).is_none_or(|decision| !decision.makes() && !decision.removes())
            {
                decisions.insert(other.clone(), Decision::Rebuild { because: Some(id.clone()) });
                forced.push((other, id.clone(), true));
            }
        }
    }
    let to_convert = close(cx, needs, &mut decisions, forced, &mut refused);
    let converted = swap::convert(cx, needs, &mut decisions, &to_convert, &mut refused);
    if refused.is_empty() {
        Ok(Decided { decisions, converted })
    } else {
        Err(PlanError::Refused(refused))
    }
}

/// What stands in the way of making an object.
fn hindered(id: &Id, new: &Object, cx: &Sides<'_>) -> Option<Refusal> {
    let why = new.attrs.obstacle(id, cx)?;
    Some(Refusal::new(id, why, new.origin.as_ref()))
}

/// Whatever needs an object that is dropped or made anew is made anew as well.
fn close(
    cx: &Sides<'_>,
    needs: &Needs<'_>,
    decisions: &mut Decisions,
    mut forced: Vec<(Id, Id, bool)>,
    refused: &mut Vec<Refusal>,
) -> ToConvert {
    let mut to_convert = ToConvert::new();
    let mut seen: BTreeSet<(Id, bool)> = BTreeSet::new();
    while let Some((id, cause, gone)) = forced.pop() {
        if !seen.insert((id.clone(), gone)) {
            continue;
        }
        let along = match cx.current.get(&id) {
            Some(object) if gone => object
                .attrs
                .as_ordered()
                .map_or_else(Vec::new, |it| it.cascades_to(&id, cx.current)),
            None if gone => Vec::new(),
            _ => on_children(&id, cx, needs),
        };
        for dependent in needs.dependents(&id).chain(&along) {
            let Some(new) = cx.desired.get(dependent) else { continue };
            if gone && id.kind.def().shapes && is_kept_below(dependent, &id, cx, needs) {
                continue;
            }
            let def = dependent.kind.def();
            // PostgreSQL carries an index through a change of its column, not one with a value of
            // the type itself in its expression.
            let follows = id.kind.def().shapes
                && new
                    .attrs
                    .as_ordered()
                    .and_then(|it| it.follows_type(dependent, cx))
                    .unwrap_or(def.follows_type)
                && !(to_convert.contains_key(&id)
                    && new.attrs.as_key().is_some_and(abilities::Key::ties));
            if !gone
                && (follows || def.holds_rows || def.shapes && !follows_nothing(dependent, &id, cx))
            {
                continue;
            }
            match decisions.get(dependent) {
                Some(Decision::Swap { .. }) if gone => {
                    swap::mark(needs, decisions, &id);
                    continue;
                }
                Some(decision) if decision.makes() || *decision == Decision::Drop => continue,
                // A change of its own may be what releases the object.
                Some(Decision::Alter { .. })
                    if gone && matches!(decisions.get(&id), Some(Decision::Drop)) =>
                {
                    continue;
                }
                _ => {}
            }
            // What is owned by another object goes with it and is no victim.
            let owned_by = new.attrs.dropped_with(dependent).contains(&id);
            if gone
                && decisions.get(&id) == Some(&Decision::Drop)
                && !owned_by
                && misses(dependent, &id, cx)
            {
                let reason = format!("it uses {id}, which is not declared and would be dropped");
                let why = Obstacle::with_hint(reason, "declare it");
                refused.push(Refusal::new(dependent, why, new.origin.as_ref()));
                continue;
            }
            // What is said of a parent's column goes with it, and has no values of its own.
            let is_said = id.kind.def().shapes
                && new.attrs.as_inherited().is_some_and(|inherited| !inherited.is_local());
            let values = def.shapes
                && !is_said
                && !new.attrs.as_values().is_some_and(abilities::Values::is_computed)
                && dependent.parents().iter().any(|parent| {
                    parent.kind.def().holds_rows
                        && cx.current.get(parent).is_some()
                        && !decisions
                            .get(parent)
                            .is_some_and(|decision| decision.makes() || decision.removes())
                });
            // The columns that a table has from its parent are changed with the parent's.
            let inherits =
                def.holds_rows && new.attrs.as_child().is_some_and(abilities::Child::is_open);
            if (inherits || values) && swap::mark(needs, decisions, &id) {
                if values {
                    to_convert.entry(dependent.clone()).or_default().insert(cause.clone());
                    forced.push((dependent.clone(), cause.clone(), false));
                }
                continue;
            }
            let kept = cx.current.get(dependent).is_some_and(|old| {
                old.attrs.as_rows().is_some_and(|it| it.keeps_rows(dependent, cx))
            });
            if (def.holds_rows || values) && !owned_by && !kept {
                let what = if values { "values" } else { "rows" };
                let why = format!(
                    "it uses {id}, which has to be dropped and made again, and its {what} would be lost"
                );
                refused.push(Refusal::new(dependent, why, new.origin.as_ref()));
                continue;
            }
            decisions.insert(dependent.clone(), Decision::Rebuild { because: Some(cause.clone()) });
            forced.push((dependent.clone(), cause.clone(), true));
        }
    }
    to_convert
}

/// Whether an object uses a column only as a table has it that keeps it when its parent loses it.
fn is_kept_below(dependent: &Id, column: &Id, cx: &Sides<'_>, needs: &Needs<'_>) -> bool {
    let tables = dependent.parents().into_iter().chain(needs.needed_by(dependent).cloned());
    let mut others = tables.filter(|of| of.kind.def().holds_rows && !column.lies_in(of));
    others.any(|table| kind::keeps_column(&table, column, cx))
}

/// What uses the column of a child table that is changed with its parent's: the child's column is no object
/// of its own, so that its users are found as users of the table that name the column.
fn on_children(column: &Id, cx: &Sides<'_>, needs: &Needs<'_>) -> Vec<Id> {
    let mut users = Vec::new();
    let mut use_of = |table: &Id| {
        let names = |user: &&Id| names_column(user, column.name(), cx);
        users.extend(needs.dependents(table).filter(names).cloned());
    };
    let mut open = if column.kind.def().shapes { column.parents() } else { Vec::new() };
    // What a table has of its parent is no object there.
    if cx.current.get(column).is_none() {
        open.iter().for_each(&mut use_of);
    }
    while let Some(table) = open.pop() {
        for child in needs.dependents(&table).filter(|child| {
            let object = cx.current.get(child);
            child.kind == table.kind
                && object.is_some_and(|object| {
                    object.attrs.as_child().is_some_and(abilities::Child::is_open)
                })
        }) {
            open.push(child.clone());
            use_of(child);
        }
    }
    users
}

fn names_column(user: &Id, column: &str, cx: &Sides<'_>) -> bool {
    let Some(object) = cx.current.get(user) else { return false };
    let mut found = false;
    object.attrs.each_leaf(&mut |_, class, leaf| {
        let refs = crate::sql::refs::references(class, &leaf.text).unwrap_or_default();
        found |= refs.columns.iter().any(|parts| parts.last().is_some_and(|name| name == column));
    });
    found
}

/// Whether an object that stays as it is names one that goes, with nothing in its place.
fn misses(dependent: &Id, id: &Id, cx: &Sides<'_>) -> bool {
    let (Some(old), Some(new)) = (cx.current.get(dependent), cx.desired.get(dependent)) else {
        return false;
    };
    if old.attrs != new.attrs || cx.current.get(id).is_none() {
        return false;
    }
    // Another overload may serve as well, and a relation of another kind with columns of its own.
    let replaced = |id: &Id| {
        let names = cx.current.get(id).map(|gone| gone.attrs.occupies(id)).unwrap_or_default();
        let mut all = cx.desired.objects.iter().filter(|(other, _)| other.schema() == id.schema());
        all.any(|(other, object)| {
            other.kind != id.kind && object.attrs.occupies(other).iter().any(|n| names.contains(n))
                || other.parents() == id.parents()
                    && other.bare_name() == id.bare_name()
                    && other != id
        })
    };
    // A column's parent may be of several kinds: the one that is there counts.
    let parents: Vec<Id> =
        id.parents().into_iter().filter(|parent| cx.current.get(parent).is_some()).collect();
    let replaced = || replaced(id) || parents.iter().any(replaced);
    // A key or index may have another in its place.
    let chosen = || new.attrs.needs(dependent, cx.current).contains(id);
    !cx.outlives(id)
        && !chosen()
        && !replaced()
        && super::needs::wanted(dependent, new, cx.current).hard.contains(id)
}

/// A column that only uses the type or the column under it stays; one that is computed from it
/// does not.
fn follows_nothing(dependent: &Id, id: &Id, cx: &Sides<'_>) -> bool {
    dependent.kind == id.kind
        && cx.current.get(dependent).is_some_and(|object| {
            object.attrs.as_values().is_some_and(abilities::Values::is_computed)
        })
}
