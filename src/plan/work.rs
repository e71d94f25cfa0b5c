//! The first pass, `rebuild`: what must be done to each object, closed over who needs whom.

use std::collections::{BTreeMap, BTreeSet};

use super::PlanError;
use super::exchange::{self, Carried};
use super::needs::Needs;
use crate::catalog::Object;
use crate::diff::Delta;
use crate::id::Id;
use crate::kind::{Alter, Cx};
use crate::step::Step;

/// What is done to an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Deed {
    /// It is made.
    Create,
    /// It is changed in place by these statements; the other id is the change that forces it, if it
    /// is not the object's own.
    Alter(Vec<Step>, Option<Id>),
    /// It is dropped and made again; the other id is the change that forces it, if it is not the
    /// object's own.
    Recreate(Option<Id>),
    /// It is set aside under another name, made again, and dropped when the values of columns have
    /// gone over to the new one; the other id as above.
    Exchange(Option<Id>),
    /// It is removed.
    Drop,
    /// It stays; only its comment, owner or privileges change.
    Keep,
}

impl Deed {
    /// Whether it is made, for the first time or again.
    pub(crate) fn makes(&self) -> bool {
        matches!(self, Self::Create | Self::Recreate(_) | Self::Exchange(_))
    }

    /// Whether what is there is dropped, for good or to be made again.
    pub(crate) fn removes(&self) -> bool {
        matches!(self, Self::Drop | Self::Recreate(_) | Self::Exchange(_))
    }
}

/// What is to be done, by object.
pub(crate) type Works = BTreeMap<Id, Deed>;

/// Finds out what the differences take, and what else has to be dropped and made anew for them.
/// `anew` are objects that are made again where they could change in place.
///
/// # Errors
/// Changes that PostgreSQL has no way for, all of them.
pub(crate) fn works(
    cx: &Cx<'_>,
    needs: &Needs,
    deltas: &BTreeMap<&Id, Delta<'_>>,
    anew: &BTreeSet<Id>,
) -> Result<Works, PlanError> {
    let mut works = Works::new();
    let mut refused = Vec::new();
    let mut forced: Vec<(Id, Id, bool)> = Vec::new();
    for (id, delta) in deltas {
        let id = *id;
        let deed = match delta {
            Delta { old: None, new: Some(new) } => {
                refused.extend(hindered(id, new, cx));
                if new.attrs.reshapes(id, cx) {
                    forced.push((id.clone(), id.clone(), false));
                }
                Deed::Create
            }
            Delta { old: Some(_), new: None } => Deed::Drop,
            Delta { old: Some(old), new: Some(new) } if delta.attrs() => {
                match new.attrs.alter(&old.attrs, id, cx) {
                    Alter::InPlace(steps) => Deed::Alter(steps, None),
                    Alter::Around(steps) => {
                        forced.push((id.clone(), id.clone(), false));
                        Deed::Alter(steps, None)
                    }
                    Alter::Replace => {
                        refused.extend(hindered(id, new, cx));
                        forced.push((id.clone(), id.clone(), true));
                        Deed::Recreate(None)
                    }
                    Alter::Refuse(why) => {
                        refused.push((id.clone(), why, new.origin.clone()));
                        Deed::Keep
                    }
                }
            }
            _ => Deed::Keep,
        };
        let deed = match deed {
            Deed::Alter(..) if anew.contains(id) => {
                forced.push((id.clone(), id.clone(), true));
                Deed::Recreate(None)
            }
            deed => deed,
        };
        if deed == Deed::Drop {
            forced.push((id.clone(), id.clone(), true));
        }
        works.insert(id.clone(), deed);
    }
    for id in works.keys().cloned().collect::<Vec<_>>() {
        let Some(new) = cx.desired.get(&id) else { continue };
        let others = match works.get(&id) {
            Some(Deed::Alter(..)) => new.attrs.releases(&id, cx),
            Some(deed) if deed.makes() => new.attrs.remakes(&id, cx).into_iter().collect(),
            _ => continue,
        };
        for other in others {
            if works.get(&other).is_none_or(|deed| !deed.makes() && !deed.removes()) {
                works.insert(other.clone(), Deed::Recreate(Some(id.clone())));
                forced.push((other, id.clone(), true));
            }
        }
    }
    let carried = close(cx, needs, &mut works, forced, &mut refused);
    exchange::carry(cx, needs, &mut works, &carried, &mut refused);
    if refused.is_empty() {
        Ok(works)
    } else {
        Err(PlanError::Refused(
            refused.into_iter().map(|(id, why, at)| (id.to_string(), why, at)).collect(),
        ))
    }
}

type Refusal = (Id, String, Option<crate::source::Origin>);

pub(super) type Refused = Vec<Refusal>;

/// What stands in the way of making an object.
fn hindered(id: &Id, new: &Object, cx: &Cx<'_>) -> Option<Refusal> {
    let why = new.attrs.obstacle(id, cx)?;
    Some((id.clone(), why, new.origin.clone()))
}

/// Whatever needs an object that is dropped or made anew is made anew as well.
fn close(
    cx: &Cx<'_>,
    needs: &Needs,
    works: &mut Works,
    mut forced: Vec<(Id, Id, bool)>,
    refused: &mut Refused,
) -> Carried {
    let mut carried = Carried::new();
    let mut seen: BTreeSet<(Id, bool)> = BTreeSet::new();
    while let Some((id, cause, gone)) = forced.pop() {
        if !seen.insert((id.clone(), gone)) {
            continue;
        }
        let along = match cx.current.get(&id) {
            Some(object) if gone => object.attrs.takes_along(&id, cx.current),
            None if gone => Vec::new(),
            _ => on_heirs(&id, cx, needs),
        };
        for dependent in needs.dependents(&id).chain(&along) {
            let Some(new) = cx.desired.get(dependent) else { continue };
            let def = dependent.kind.def();
            // PostgreSQL carries an index through a change of its column, not one with a value of
            // the type itself in its expression.
            let follows = id.kind.def().shapes
                && new.attrs.follows_type(dependent, cx)
                && !(carried.contains_key(&id) && new.attrs.ties());
            if !gone
                && (follows || def.holds_rows || def.shapes && !follows_nothing(dependent, &id, cx))
            {
                continue;
            }
            match works.get(dependent) {
                Some(Deed::Exchange(_)) if gone => {
                    exchange::set_aside(needs, works, &id);
                    continue;
                }
                Some(deed) if deed.makes() || *deed == Deed::Drop => continue,
                // A change of its own may be what releases the object.
                Some(Deed::Alter(..)) if gone && matches!(works.get(&id), Some(Deed::Drop)) => {
                    continue;
                }
                _ => {}
            }
            // What is owned by another object goes with it and is no victim.
            let owned_by = new.attrs.dropped_with(dependent).contains(&id);
            if gone
                && works.get(&id) == Some(&Deed::Drop)
                && !owned_by
                && misses(dependent, &id, cx)
            {
                let why =
                    format!("it uses {id}, which is not declared and would be dropped: declare it");
                refused.push((dependent.clone(), why, new.origin.clone()));
                continue;
            }
            let values = def.shapes
                && !new.attrs.is_computed()
                && dependent.parents().iter().any(|parent| {
                    parent.kind.def().holds_rows
                        && cx.current.get(parent).is_some()
                        && !works.get(parent).is_some_and(|deed| deed.makes() || deed.removes())
                });
            // The columns that a table has from its parent are changed with the parent's.
            let inherits = def.holds_rows && new.attrs.is_open();
            if (inherits || values) && exchange::set_aside(needs, works, &id) {
                if values {
                    carried.entry(dependent.clone()).or_default().insert(cause.clone());
                    forced.push((dependent.clone(), cause.clone(), false));
                }
                continue;
            }
            let kept =
                cx.current.get(dependent).is_some_and(|old| old.attrs.keeps_rows(dependent, cx));
            if (def.holds_rows || values) && !owned_by && !kept {
                let what = if values { "values" } else { "rows" };
                refused.push((
                    dependent.clone(),
                    format!("it uses {id}, which has to be dropped and made again, and its {what} would be lost"),
                    new.origin.clone(),
                ));
                continue;
            }
            works.insert(dependent.clone(), Deed::Recreate(Some(cause.clone())));
            forced.push((dependent.clone(), cause.clone(), true));
        }
    }
    carried
}

/// What uses the column of an heir that is changed with its parent's: the heir's column is no object
/// of its own, so that its users are found as users of the table that name the column.
fn on_heirs(column: &Id, cx: &Cx<'_>, needs: &Needs) -> Vec<Id> {
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
        for heir in needs.dependents(&table).filter(|heir| {
            let object = cx.current.get(heir);
            heir.kind == table.kind && object.is_some_and(|object| object.attrs.is_open())
        }) {
            open.push(heir.clone());
            use_of(heir);
        }
    }
    users
}

fn names_column(user: &Id, column: &str, cx: &Cx<'_>) -> bool {
    let Some(object) = cx.current.get(user) else { return false };
    let mut found = false;
    object.attrs.each_leaf(&mut |_, class, leaf| {
        let refs = crate::sql::refs::references(class, &leaf.text).unwrap_or_default();
        found |= refs.columns.iter().any(|parts| parts.last().is_some_and(|name| name == column));
    });
    found
}

/// Whether an object that stays as it is names one that goes, with nothing in its place.
fn misses(dependent: &Id, id: &Id, cx: &Cx<'_>) -> bool {
    let (Some(old), Some(new)) = (cx.current.get(dependent), cx.desired.get(dependent)) else {
        return false;
    };
    let Some(gone) = cx.current.get(id).filter(|_| old.attrs == new.attrs) else { return false };
    // Another overload may serve as well, and a relation of another kind with columns of its own.
    let plain = |id: &Id| id.name().split('(').next().unwrap_or_default().to_owned();
    let replaced = |id: &Id| {
        let names = cx.current.get(id).map(|gone| gone.attrs.occupies(id)).unwrap_or_default();
        let mut all = cx.desired.objects.iter().filter(|(other, _)| other.schema() == id.schema());
        all.any(|(other, object)| {
            other.kind != id.kind && object.attrs.occupies(other).iter().any(|n| names.contains(n))
                || other.parents() == id.parents() && plain(other) == plain(id) && other != id
        })
    };
    // A column's parent may be of several kinds: the one that is there counts.
    let parents: Vec<Id> =
        id.parents().into_iter().filter(|parent| cx.current.get(parent).is_some()).collect();
    let replaced = || replaced(id) || parents.iter().any(replaced);
    let stays = gone.attrs.outlives(id, cx);
    // A key or index may have another in its place.
    let chosen = || new.attrs.needs(dependent, cx.current).contains(id);
    !stays
        && !chosen()
        && !replaced()
        && super::needs::wanted(dependent, new, cx.current).hard.contains(id)
}

/// A column that only uses the type or the column under it stays; one that is computed from it
/// does not.
fn follows_nothing(dependent: &Id, id: &Id, cx: &Cx<'_>) -> bool {
    dependent.kind == id.kind
        && cx.current.get(dependent).is_some_and(|object| object.attrs.is_computed())
}
