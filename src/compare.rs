//! Both sides made comparable: names resolved, renames followed, leaves brought to one spelling,
//! authority settled; then the plan.

mod align;
mod beside;
mod buildable;
mod by_hand;
mod former;
mod look_alike;
mod named_roles;
mod refused;
mod rename;
mod settings;
mod syntax;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::catalog::{Catalog, Object};
use crate::declare::{Accepted, Declaration};
use crate::drift::Drift;
use crate::id::Id;
use crate::kind::Obstacle;
use crate::later::Passing;
use crate::manage;
use crate::oracle::{Lazy, OracleError};
use crate::plan::{self, Action, At, Change, LooksRenamed, Plan, PlanError, Proof, Refusal};
use crate::report::Report;
use crate::source::{Origin, Source};
use crate::sql::scan;
use crate::timings::Timings;
use align::{align, difference};
use look_alike::Pair;
pub(crate) use refused::diagnostic;
pub(crate) use settings::check as check_settings;
pub(crate) use syntax::parse as parse_leaves;

/// Why two sides could not be compared.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// The declaration is wrong.
    #[error("{0}")]
    Declaration(#[from] Report),
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// There is no plan for an empty database either: the declaration asks for what PostgreSQL has not.
    #[error("{0}")]
    Unbuildable(PlanError),
    /// The scratch failed.
    #[error(transparent)]
    Oracle(#[from] OracleError),
}

impl Passing for CompareError {
    fn is_passing(&self) -> bool {
        matches!(self, Self::Oracle(error) if error.is_passing())
    }
}

/// Compares a database with a declaration and plans the way.
///
/// # Errors
/// What is wrong in the declaration; changes for which there is no way.
pub async fn compare(
    current: Catalog,
    declaration: Declaration,
    scratch: &mut Lazy,
    strict: bool,
) -> Result<Plan, CompareError> {
    timed(current, declaration, scratch, strict, &mut Timings::default()).await
}

/// As [`compare`], measured.
///
/// # Errors
/// As [`compare`].
pub async fn timed(
    current: Catalog,
    declaration: Declaration,
    scratch: &mut Lazy,
    strict: bool,
    timings: &mut Timings,
) -> Result<Plan, CompareError> {
    Box::pin(planned(current, declaration, scratch, strict, timings)).await
}

/// What differs, and not how to change it: where there is no plan, the differences are there all the same.
///
/// # Errors
/// What is wrong in the declaration.
pub async fn drift(
    current: Catalog,
    declaration: Declaration,
    scratch: &mut Lazy,
    strict: bool,
    timings: &mut Timings,
) -> Result<Drift, CompareError> {
    let aligned = Box::pin(align(current, declaration, scratch, strict, timings)).await?;
    let start = Instant::now();
    let locate = |origin: &Origin| at(origin, &aligned.sources);
    let moved = plan::differing(&aligned.current, &aligned.desired, &aligned.options(&locate));
    let mut drift = Drift {
        database: aligned.current.server.database.clone(),
        moved,
        unmanaged: unmanaged(aligned.kept.clone(), &locate),
        unproved: aligned.unproved(&locate),
        undeclared: aligned.undeclared(),
        unmodelled: aligned.unmodelled(),
        notes: aligned.notes.clone(),
    };
    by_hand::merge_renames(&mut drift, &aligned);
    let all = drift.all().chain(&drift.unproved);
    let garbled = garbled(all, &aligned.current);
    drift.notes.extend(garbled);
    timings.ended("differences", start);
    aligned.forget();
    Ok(drift)
}

async fn planned(
    current: Catalog,
    declaration: Declaration,
    scratch: &mut Lazy,
    strict: bool,
    timings: &mut Timings,
) -> Result<Plan, CompareError> {
    let mut aligned = Box::pin(align(current, declaration, scratch, strict, timings)).await?;
    let start = Instant::now();
    let (current, desired) = (&aligned.current, &aligned.desired);
    let locate = |origin: &Origin| at(origin, &aligned.sources);
    let mut plan = match plan::plan(current, desired, &aligned.options(&locate)) {
        Err(error) if !has_plan_from_nothing(current, desired) => {
            return Err(CompareError::Unbuildable(error));
        }
        plan => plan?,
    };
    named_roles::check(&plan, current, desired)?;
    plan.unproved = aligned.unproved(&locate);
    plan.unmanaged = unmanaged(aligned.kept.clone(), &locate);
    plan.looks_renamed =
        looks_renamed(&aligned.pairs, &plan, &aligned.undeclared, desired, &aligned.sources);
    plan.undeclared = aligned.undeclared();
    plan.unmodelled = aligned.unmodelled();
    let mut notes = aligned.notes.clone();
    notes.extend(zoned(&plan));
    made_again_garbled(&plan, current)?;
    let all = plan.changes.iter().chain(&plan.unproved).chain(&plan.unmanaged);
    notes.extend(garbled(all, current));
    let missing = plan::rights::missing(&plan.transactions, &plan.changes, current);
    notes.extend(missing.iter().map(|why| format!("apply would be refused: {why}")));
    notes.extend(plan::fires::note(&plan.transactions, &current.server));
    notes.extend(accepted(&plan, &aligned.acceptances));
    if let Some(mut natural) = aligned.natural.take() {
        let start = Instant::now();
        let made = plan.changes.iter().filter(|change| change.action != Action::Drop);
        let made = made.map(|change| &change.object);
        let major = Some(current.server.major()).filter(|major| *major > 0);
        settings::check(&natural, made, major, scratch).await?;
        let unchecked = buildable::check(&plan, &aligned.current, &mut natural, scratch).await?;
        if unchecked.is_none() {
            beside::check(&plan, &aligned, &natural, scratch).await?;
        }
        notes.extend(unchecked);
        timings.ended("scratch, check", start);
    }
    notes.append(&mut plan.notes);
    plan.notes = notes;
    timings.ended("plan", start);
    aligned.forget();
    Ok(plan)
}

/// Refuses to make an object again from a text with bytes that are not UTF-8, and to change one that has them in its name.
///
/// # Errors
/// The objects.
fn made_again_garbled(plan: &Plan, current: &Catalog) -> Result<(), CompareError> {
    let why = || {
        let reason =
            format!("{GARBLED}, so that plumb can neither name it nor make it again as it is");
        Obstacle::with_hint(reason, "rename or drop it before")
    };
    let again: Vec<_> = plan
        .changes
        .iter()
        .filter(|change| {
            let named = change.object.path.iter().any(|part| part.contains('\u{fffd}'));
            (named || change.action == Action::Rebuild) && is_garbled(change, current)
        })
        .map(|change| Refusal::new(&change.object, why(), None))
        .collect();
    if again.is_empty() { Ok(()) } else { Err(PlanError::Refused(again).into()) }
}

/// Names the objects with bytes that are not UTF-8 among these.
fn garbled<'a>(changes: impl Iterator<Item = &'a Change>, current: &Catalog) -> Option<String> {
    let named = changes.filter(|change| is_garbled(change, current));
    let named: Vec<String> = named.map(|change| change.object.to_string()).collect();
    (!named.is_empty())
        .then(|| format!("{}: {GARBLED}, each shown as U+FFFD and its value", named.join(", ")))
}

fn is_garbled(change: &Change, current: &Catalog) -> bool {
    current.garbled.contains(&change.object)
}

/// What is said of an object whose text cannot be read as it is.
const GARBLED: &str =
    "the database, whose encoding is SQL_ASCII, holds bytes of it that are not UTF-8";

/// Says which hazards of the plan the declaration accepts beside its objects, and why.
fn accepted(plan: &Plan, acceptances: &[Accepted]) -> Vec<String> {
    let mut notes = Vec::new();
    for step in plan.steps() {
        let change = step.changes.first().and_then(|at| plan.changes.get(*at));
        let Some(change) = change else { continue };
        let dropped = change.action == Action::Drop;
        for hazard in &step.hazards {
            let covers =
                |it: &&Accepted| it.hazard == hazard.name && it.of.covers(&change.object, dropped);
            let Some(accepted) = acceptances.iter().find(covers) else { continue };
            let Accepted { reason, until, at, .. } = accepted;
            let until = until.as_ref().map_or_else(String::new, |until| format!(" until {until}"));
            let (name, object) = (hazard.name, &change.object);
            let note = format!("{name} of {object} is accepted{until} in {at}: {reason}");
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    notes
}

/// Says in which time zone literals without one are read, where the plan has such literals.
fn zoned(plan: &Plan) -> Option<String> {
    let zone = &plan.timezone;
    let is_utc = matches!(zone.as_str(), "" | "UTC" | "GMT" | "Etc/UTC" | "Etc/GMT");
    let depends = |step: &plan::PlannedStep| {
        scan::tokens(&step.sql).is_ok_and(|tokens| {
            tokens.iter().any(|token| {
                token.kind == scan::TokenKind::String
                    && is_zoneless_date(token.word.trim_matches('\''))
            })
        })
    };
    (!is_utc && plan.steps().any(depends))
        .then(|| format!("timestamptz literals without a time zone are read in {zone}"))
}

/// Whether a literal begins with a date (`2026-01-01 12:00`) and names no zone.
fn is_zoneless_date(literal: &str) -> bool {
    let shape: String =
        literal.chars().take(10).map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00"
        && literal[10..].chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | 'T' | ':' | '.'))
}

/// Whether there is a plan that builds the declaration on an empty database of the same server.
fn has_plan_from_nothing(current: &Catalog, desired: &Catalog) -> bool {
    let stays = |id: &Id| {
        let def = id.kind.def();
        def.is_anyway() || def.keeps.contains(&id.name())
    };
    let objects = current.objects.iter().filter(|(id, _)| stays(id));
    let empty = Catalog {
        objects: objects.map(|(id, object)| (id.clone(), object.clone())).collect(),
        provided: current.provided.clone(),
        roles: current.roles.clone(),
        server: current.server.clone(),
        ..Catalog::default()
    };
    plan::plan(&empty, desired, &plan::Options::default()).is_ok()
}

/// The pairs as the plan says them, of which it makes the one and drops or leaves the other.
fn looks_renamed(
    pairs: &[Pair],
    plan: &Plan,
    undeclared: &[Id],
    desired: &Catalog,
    sources: &[Source],
) -> Vec<LooksRenamed> {
    if pairs.is_empty() {
        return Vec::new();
    }
    let done: BTreeSet<(&Id, bool)> = plan
        .changes
        .iter()
        .filter(|change| matches!(change.action, Action::Create | Action::Drop))
        .map(|change| (&change.object, change.action == Action::Drop))
        .collect();
    let left: BTreeSet<&Id> = undeclared.iter().collect();
    let mut wanted: BTreeMap<&str, BTreeMap<former::Span, Vec<(usize, &Id)>>> = BTreeMap::new();
    for (at, pair) in pairs.iter().enumerate() {
        let goes = done.contains(&(&pair.old, true)) || left.contains(&pair.old);
        let made = done.contains(&(&pair.new, false));
        let origin = desired.get(&pair.new).and_then(|object| object.origin.as_ref());
        if let Some(origin) = origin.filter(|_| goes && made) {
            let file = wanted.entry(&*origin.file).or_default();
            file.entry((origin.start, origin.end)).or_default().push((at, &pair.old));
        }
    }
    let files = sources.iter().filter_map(|source| Some((source, wanted.get(&*source.name)?)));
    let lines: BTreeMap<usize, former::Line> =
        files.flat_map(|(source, wanted)| former::lines(source, wanted)).collect();
    let said = lines.into_iter().filter_map(|(at, line)| {
        let pair = pairs.get(at)?;
        let origin = desired.get(&pair.new)?.origin.as_ref()?;
        Some(LooksRenamed {
            object: pair.new.clone(),
            from: pair.old.clone(),
            common: pair.common.clone(),
            at: self::at(origin, sources),
            under: line.under,
            line: line.text,
        })
    });
    said.collect()
}

/// The place of an origin in its file.
pub fn at(origin: &Origin, sources: &[Source]) -> Option<At> {
    let source = sources.iter().find(|source| source.name == origin.file)?;
    let (line, column) = source.line_column(origin);
    Some(At { file: origin.file.to_string(), line, column })
}

/// Differences that are only reported, since `[manage]` leaves their objects alone.
fn unmanaged(
    kept: Vec<(Id, Object, Object)>,
    locate: &dyn Fn(&Origin) -> Option<At>,
) -> Vec<Change> {
    let one = |(id, there, wanted): (Id, Object, Object)| {
        let at = wanted.origin.as_ref().and_then(locate);
        Change { at, ..difference(&id, &there, &wanted, Proof::Structure) }
    };
    kept.into_iter().map(one).collect()
}

/// A catalog as a declaration that is the whole truth: a snapshot, another database.
pub fn whole(mut catalog: Catalog) -> Declaration {
    for object in catalog.objects.values_mut() {
        object.namespace = None;
    }
    let manage = manage::Manage {
        schemas: Some(vec!["*".to_owned()]),
        undeclared: manage::Undeclared::Drop,
        partitions: true,
        owners: Some(true),
        grants: Some(true),
        default_privileges: Some(true),
        extension_versions: true,
        ..manage::Manage::default()
    };
    Declaration { catalog, manage, ..Declaration::default() }
}
