//! The list of passes, read from top to bottom.

use std::collections::{BTreeMap, BTreeSet};

use super::decide::{Decided, decide};
use super::emit::{self, Cut, Emitted, emit};
use super::fold::fold;
use super::gate::gate;
use super::graph::{Fields, edges};
use super::large::large;
use super::lock::lock;
use super::needs::Needs;
use super::order::order;
use super::precede::precede;
use super::realise::realise;
use super::rename::{self, Renames};
use super::rights;
use super::room;
use super::stages::Stages;
use super::taken;
use super::why::way;
use super::{
    Action, At, Cause, Change, FORMAT, Field, Plan, PlanError, Proof, Refusal, Relation,
    Transaction, fingerprint, loose_fingerprint,
};
use crate::catalog::{Catalog, Object};
use crate::diff;
use crate::grants::Grants;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::kind::{Cx, Decision, Decisions, Sides, abilities};
use crate::source::Origin;
use crate::sql::{cosmetic, piece};

/// What a plan is made with, beside the two sides.
#[derive(Default)]
pub struct Options<'a> {
    /// New id to old id; the current side has the new ones already.
    pub renames: Renames,
    /// Objects that are found under another name for it: new id to old id.
    pub followers: Renames,
    /// The fingerprints that objects have before the renames, by new id, where they are others.
    pub prints: BTreeMap<Id, String>,
    /// How differences of SQL leaves were found, by object and field.
    pub proofs: BTreeMap<(Id, String), Proof>,
    /// Differences of SQL leaves that are cosmetic, by object and field.
    pub cosmetic: BTreeSet<(Id, String)>,
    /// Objects that are dropped because they are not in the declaration.
    pub undeclared_drops: BTreeSet<Id>,
    /// Says where an origin is in its file.
    pub locate: Option<&'a dyn Fn(&Origin) -> Option<At>>,
}

/// Makes the plan that takes `current` to `desired`.
///
/// # Errors
/// Changes that PostgreSQL has no way for; objects that need each other in a circle.
pub fn plan(
    current: &Catalog,
    desired: &Catalog,
    options: &Options<'_>,
) -> Result<Plan, PlanError> {
    let sides = Sides { current, desired };
    let deltas = diff::diff(current, desired);
    if options.renames.is_empty() && deltas.is_empty() {
        return Ok(Plan {
            format: FORMAT,
            database: current.server.database.clone(),
            server_version: current.server.version,
            timezone: current.server.timezone.clone(),
            system: current.server.system.clone(),
            unmodelled: current.unmodelled.clone(),
            ..Plan::default()
        });
    }
    let needs = Needs::of(current);
    // What waits for its own change in a circle is dropped first, where nothing is lost by that.
    let mut anew = BTreeSet::new();
    // What waits for nothing, because something that is dropped and made again would be gone meanwhile.
    let mut at_once = BTreeSet::new();
    let (decisions, altered, fields, edges, folds, stages, order) = loop {
        let Decided { decisions, converted } = decide(&sides, &needs, &deltas, &anew)?;
        let cx = Cx::new(sides, &decisions).at_once(&at_once);
        let altered = realise(&cx, &deltas, converted);
        let stages = Stages::of(&cx, &altered);
        let fields = fields(&cx);
        let edges = edges(&cx, &needs, &fields, &options.renames, &stages);
        let folds = fold(&cx, &edges);
        match order(&cx, &altered, &edges, &folds, &stages) {
            Ok(order) => {
                let between = stages.between(&cx, &edges, &order);
                if between.is_empty() {
                    break (decisions, altered, fields, edges, folds, stages, order);
                }
                at_once.extend(between);
            }
            Err(circle) => {
                let next = circle.iter().find(|id| {
                    let def = id.kind.def();
                    let keeps = def.holds_rows || def.shapes || def.cluster_wide;
                    !keeps && cx.decision(id).alters()
                });
                match next {
                    Some(next) => anew.insert(next.clone()),
                    None => {
                        let origin = |id| desired.get(id).and_then(|it| it.origin.clone());
                        let places = circle.iter().map(|id| (id.clone(), origin(id)));
                        return Err(PlanError::Cycle(places.collect()));
                    }
                };
            }
        }
    };
    let cx = Cx::new(sides, &decisions).at_once(&at_once);
    taken::check(&cx, &options.renames)?;
    let emitted = emit(&cx, &altered, &edges, &folds, &options.renames, &stages, &order);
    pieces(&cx, &emitted)?;
    let (changes, places) = changes(&cx, &fields, options);
    // Between transactions others see what is done so far: some of the new objects, or some of those that go.
    let is_remark = |change: &Change| change.fields.iter().all(|field| field.name == "comment");
    let remarks = |change: &Change| change.action == Action::Alter && is_remark(change);
    let only = |action| changes.iter().all(|change| change.action == action || remarks(change));
    let is_cut = only(Action::Create) || only(Action::Drop);
    let room = if is_cut { current.server.lock_table } else { 0 };
    let mut transactions = emit::transactions(emitted, &places, room);
    mark_undeclared(&mut transactions, &changes);
    let preceding = precede(&transactions, &altered, &edges);
    let mut transactions = fingerprints(&cx, &needs, transactions, options);
    for (transaction, needs) in transactions.iter_mut().zip(preceding).skip(1) {
        transaction.needs = Some(needs);
    }
    rights::lend(&mut transactions, &changes, current);
    lock(&mut transactions, &changes, current);
    let questions = super::questions::mark(&mut transactions, current);
    let large = large(&transactions, current, &former(&options.renames));
    let notes = room::check(&transactions, &changes, &current.server)?;
    gate(&mut transactions, &changes, current);
    Ok(Plan {
        format: FORMAT,
        database: current.server.database.clone(),
        server_version: current.server.version,
        timezone: current.server.timezone.clone(),
        system: current.server.system.clone(),
        changes,
        transactions,
        large,
        questions,
        notes,
        unmodelled: current.unmodelled.clone(),
        way: way(&edges, &folds, &order),
        ..Plan::default()
    })
}

/// The names that relations have before the plan, by those that it gives them.
fn former(renames: &Renames) -> BTreeMap<Relation, Relation> {
    let relation = |id: &Id| match id.path.as_slice() {
        [schema, name] => Some(Relation::new(schema, name)),
        _ => None,
    };
    renames.iter().filter_map(|(new, old)| Some((relation(new)?, relation(old)?))).collect()
}

/// What differs between `current` and `desired`, without the steps: there may be no way from the one to the other.
pub fn differing(current: &Catalog, desired: &Catalog, options: &Options<'_>) -> Vec<Change> {
    let deltas = diff::diff(current, desired);
    let decision = |delta: &diff::Delta<'_>| match (delta.old, delta.new) {
        (None, _) => Decision::Create,
        (_, None) => Decision::Drop,
        _ if delta.attrs() => Decision::Alter { because: None },
        _ => Decision::Keep,
    };
    let decisions: Decisions =
        deltas.iter().map(|(id, delta)| ((*id).clone(), decision(delta))).collect();
    let cx = Cx::new(Sides { current, desired }, &decisions);
    changes(&cx, &fields(&cx), options).0
}

/// Every statement must be one, whatever texts stand in it.
fn pieces(cx: &Cx<'_>, emitted: &[Emitted]) -> Result<(), PlanError> {
    let mut broken = Vec::new();
    for Emitted { step, objects, .. } in emitted {
        let Err(error) = piece::statement(&step.sql) else { continue };
        let sides = [cx.desired, cx.current];
        for object in objects.iter().take(1) {
            let origin = sides.iter().find_map(|side| side.get(object)?.origin.as_ref());
            broken.push(Refusal::new(object, error.to_string(), origin));
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(PlanError::Broken(broken)) }
}

/// Which owners, privileges and comments are set.
fn fields(cx: &Cx<'_>) -> Fields {
    let mut fields =
        Fields { owner: BTreeSet::new(), grants: BTreeSet::new(), comment: BTreeSet::new() };
    for (id, decision) in cx.decisions {
        let Some(new) = cx.desired.get(id) else { continue };
        let old = if decision.makes() { None } else { cx.current.get(id) };
        let owner = match old {
            None => Some(cx.current.server.user.clone()),
            Some(old) => old.owner.clone(),
        };
        let follows = new
            .attrs
            .as_companion()
            .and_then(|it| it.follows_owner(id))
            .is_some_and(|of| cx.desired.get(&of).is_some());
        if id.kind.def().owned && new.owner.is_some() && new.owner != owner && !follows {
            fields.owner.insert(id.clone());
        }
        if let Some(grants) = &new.grants
            && *grants != emit::privileges_before(cx, id)
        {
            fields.grants.insert(id.clone());
        }
        if !old.map_or(new.is_unremarked(), |old| new.is_remarked_as(old)) {
            fields.comment.insert(id.clone());
        }
    }
    // A table that loses a privilege takes it from its columns, which get it again.
    let lost: Vec<Id> = cx
        .desired
        .objects
        .iter()
        .filter(|(id, _)| id.parents().iter().any(|parent| fields.grants.contains(parent)))
        .filter(|(id, object)| {
            object.grants.as_ref().is_some_and(|grants| *grants != emit::privileges_before(cx, id))
        })
        .map(|(id, _)| id.clone())
        .collect();
    fields.grants.extend(lost);
    fields
}

/// The differences as they are read, and where each object's stands.
fn changes(
    cx: &Cx<'_>,
    fields: &Fields,
    options: &Options<'_>,
) -> (Vec<Change>, BTreeMap<Id, usize>) {
    let mut changes = Vec::new();
    let mut places = BTreeMap::new();
    // What stays, and has nothing taken from it, is no change.
    let stays = |id: &Id| {
        let old = cx.current.get(id).filter(|_| cx.outlives(id));
        old.is_some_and(|old| {
            let bare = old.grants.as_ref().is_none_or(Grants::is_empty);
            bare && old.is_unremarked() && old.attrs.drop(id, cx).is_empty()
        })
    };
    let touched: BTreeSet<&Id> = cx
        .decisions
        .iter()
        .filter(|(id, decision)| match decision {
            Decision::Keep => false,
            Decision::Drop => !stays(id),
            _ => true,
        })
        .map(|(id, _)| id)
        .chain(&fields.owner)
        .chain(&fields.grants)
        .chain(&fields.comment)
        .chain(options.renames.keys())
        .collect();
    for id in touched {
        let (old, new) = (cx.current.get(id), cx.desired.get(id));
        let decision = cx.decision(id);
        let action = match decision {
            Decision::Create => Action::Create,
            Decision::Drop if !cx.outlives(id) => Action::Drop,
            decision if decision.rebuilds() => match decision.because() {
                None => Action::Replace,
                Some(_) => Action::Rebuild,
            },
            Decision::Alter { because: None } | Decision::Keep
                if options.renames.contains_key(id) =>
            {
                Action::Rename
            }
            _ => Action::Alter,
        };
        let differing = match (old, new) {
            (Some(old), Some(new)) => differences(id, old, new, options),
            _ => Vec::new(),
        };
        let origin = new.and_then(|new| new.origin.as_ref());
        let at = origin.and_then(|origin| options.locate.and_then(|locate| locate(origin)));
        places.insert(id.clone(), changes.len());
        changes.push(Change {
            object: id.clone(),
            action,
            from: options.renames.get(id).cloned(),
            because_of: decision.because().cloned().map(Cause::Object),
            fields: differing,
            at,
            undeclared: options.undeclared_drops.contains(id),
        });
    }
    (changes, places)
}

fn differences(id: &Id, old: &Object, new: &Object, options: &Options<'_>) -> Vec<Field> {
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let proof = |name: &str| {
        let known = options.proofs.get(&(id.clone(), name.to_owned()));
        known.copied().unwrap_or(Proof::Structure)
    };
    let known = [old, new].map(Known::of);
    let mut fields: Vec<Field> = diff::fields(old, new)
        .into_iter()
        .map(|(name, old, new)| {
            let proof = proof(&name);
            let (before, after) = (old.map(text), new.map(text));
            let cosmetic = options.cosmetic.contains(&(id.clone(), name.clone()))
                || proof == Proof::Structure && is_cosmetic(&before, &after, &known);
            Field { name, old: before, new: after, proof, cosmetic }
        })
        .collect();
    let mut add = |name: &str, old: Option<String>, new: Option<String>| {
        if old != new {
            let (name, proof) = (name.to_owned(), Proof::Structure);
            fields.push(Field { name, old, new, proof, cosmetic: false });
        }
    };
    if id.kind.def().owned && new.owner.is_some() {
        add("owner", old.owner.clone(), new.owner.clone());
    }
    if new.grants.is_some() {
        let show = |object: &Object| {
            object
                .grants
                .as_ref()
                .filter(|grants| !grants.is_empty())
                .map(crate::grants::text::grants_text)
        };
        add("grant", show(old), show(new));
    }
    add("comment", old.comment.clone(), new.comment.clone());
    let labels = |object: &Object| {
        let pair = |(provider, label): (&String, &String)| format!("{provider}: {label}");
        let all: Vec<String> = object.labels.iter().map(pair).collect();
        (!all.is_empty()).then(|| all.join(", "))
    };
    add("security_label", labels(old), labels(new));
    fields
}

/// The texts of an object that can differ without a difference in meaning.
struct Known {
    /// The language and text of its body.
    body: Option<(String, String)>,
    /// Its type.
    of: Option<String>,
}

impl Known {
    fn of(object: &Object) -> Self {
        let attrs = &object.attrs;
        Self {
            body: attrs.as_stubbed().and_then(abilities::Stubbed::body_language),
            of: attrs.as_typed().and_then(abilities::Typed::type_text),
        }
    }
}

/// Whether a field differs in a way that nothing can tell: a precision that is the usual one, blanks in
/// the body of a function.
fn is_cosmetic(old: &Option<String>, new: &Option<String>, known: &[Known; 2]) -> bool {
    let (Some(old), Some(new)) = (old, new) else { return false };
    let [before, after] = known;
    let is = |text: &String, known: &Option<String>| known.as_ref() == Some(text);
    match (&before.body, &after.body) {
        (Some((one, was)), Some((other, is))) if was == old && is == new => {
            one == other && cosmetic::bodies(one, old, new)
        }
        _ => is(old, &before.of) && is(new, &after.of) && cosmetic::types(old, new),
    }
}

/// A drop of what is not in the declaration is a hazard of its own.
fn mark_undeclared(transactions: &mut [Cut], changes: &[Change]) {
    for step in transactions.iter_mut().flat_map(|cut| &mut cut.transaction.steps) {
        let undeclared =
            step.changes.first().and_then(|at| changes.get(*at)).filter(|c| c.undeclared);
        if let Some(change) = undeclared {
            step.hazards.push(crate::step::StepHazard {
                name: Hazard::UndeclaredDrop,
                message: format!("{} is not in the declaration", change.object),
            });
        }
    }
}

/// An object as the plan leaves it: with the privileges that the server gives where nobody speaks
/// of them.
fn left(cx: &Cx<'_>, id: &Id, object: &Object) -> Object {
    let mut object = object.clone();
    if object.grants.is_none() && id.kind.def().rights.is_some() {
        object.grants = Some(emit::privileges_before(cx, id));
    }
    if let Some(of) = object
        .attrs
        .as_companion()
        .and_then(|it| it.follows_owner(id))
        .and_then(|of| cx.desired.get(&of))
    {
        object.owner.clone_from(&of.owner);
    }
    object
}

/// Gives each transaction the state that it starts from and the state that it leaves.
fn fingerprints(
    cx: &Cx<'_>,
    needs: &Needs<'_>,
    transactions: Vec<Cut>,
    options: &Options<'_>,
) -> Vec<Transaction> {
    // Objects that an earlier transaction has changed are known by their structure only.
    let mut changed: BTreeSet<Id> = BTreeSet::new();
    let last_use: BTreeMap<Id, usize> = transactions
        .iter()
        .enumerate()
        .flat_map(|(at, cut)| cut.touched.iter().map(move |id| (id.clone(), at)))
        .collect();
    let mut all = Vec::new();
    for (at, cut) in transactions.into_iter().enumerate() {
        let Cut { mut transaction, touched, leaves } = cut;
        let touched: BTreeSet<Id> = touched.into_iter().collect();
        let mut looked_at = touched.clone();
        for id in &touched {
            looked_at.extend(needs.needed_by(id).cloned());
        }
        for id in looked_at {
            if changed.contains(&id) {
                continue;
            }
            let there = cx.current.get(&id).map(fingerprint);
            // Renames come first, but perhaps not in this transaction.
            let to_come = options.renames.iter().filter(|(new, _)| !changed.contains(*new));
            let to_come: Renames = to_come.map(|(new, old)| (new.clone(), old.clone())).collect();
            let print = options.prints.get(&id).filter(|_| !to_come.is_empty());
            let there = there.map(|now| print.cloned().unwrap_or(now));
            let follows = options.followers.get(&id).filter(|_| !to_come.is_empty());
            let before = follows.cloned().unwrap_or_else(|| rename::before(&id, &to_come));
            transaction.before.insert(before, there);
        }
        for id in &touched {
            // Only the last transaction that touches an object leaves it as it is wanted. What is
            // the cluster's is not read from a database, and what outlives its declaration is
            // still there in some form.
            let outlives = cx.desired.get(id).is_none() && cx.outlives(id);
            if last_use.get(id) == Some(&at) && !id.kind.def().cluster_wide && !outlives {
                let after =
                    cx.desired.get(id).map(|object| loose_fingerprint(&left(cx, id, object)));
                // One that looks as before all of them does not tell which of them are done.
                let tells = cx.current.get(id).map(loose_fingerprint) != after;
                if tells || !changed.contains(id) {
                    transaction.after.insert(id.clone(), after);
                }
            }
        }
        changed.extend(touched);
        let leaves =
            leaves.into_iter().filter_map(|(id, attrs)| Some((id.parse::<Id>().ok()?, attrs)));
        for (id, attrs) in leaves {
            if changed.insert(id.clone()) {
                let there = cx.current.get(&id).map(fingerprint);
                transaction.before.insert(id.clone(), there);
            }
            let attrs = attrs.and_then(|attrs| (id.kind.def().parse)(&attrs).ok());
            let after = attrs.map(|attrs| loose_fingerprint(&Object::new(attrs)));
            transaction.after.insert(id, after);
        }
        all.push(transaction);
    }
    all
}
