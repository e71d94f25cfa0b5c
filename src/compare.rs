//! Both sides made comparable: names resolved, renames followed, leaves brought to one spelling,
//! authority settled; then the plan.

mod buildable;
mod former;
mod look_alike;
mod refused;
mod rename;
mod syntax;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::canon::{self, Findings};
use crate::catalog::{Catalog, Object, Unmodelled, side_by_side};
use crate::declare::{self, Declaration};
use crate::diff;
use crate::drift::Drift;
use crate::id::Id;
use crate::later::Passing;
use crate::manage;
use crate::oracle::{Lazy, OracleError};
use crate::plan::{
    self, Action, At, Change, Field, LooksRenamed, Plan, PlanError, Proof, Undeclared,
};
use crate::report::Report;
use crate::shown::counted;
use crate::source::{Origin, Source};
use crate::sql::scan;
use crate::timings::{Leaves, Timings};
use look_alike::Pair;
pub(crate) use refused::diagnostic;
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
    if let Some(natural) = aligned.natural.take() {
        let start = Instant::now();
        notes.extend(buildable::check(&plan, &aligned.current, &natural, scratch).await?);
        timings.ended("scratch, check", start);
    }
    notes.append(&mut plan.notes);
    plan.notes = notes;
    timings.ended("plan", start);
    aligned.forget();
    Ok(plan)
}

/// Two catalogs that can simply be compared, and what was found on the way.
struct Aligned {
    current: Catalog,
    desired: Catalog,
    /// The declaration as it was before `[manage]` was settled, where plans are built to be checked.
    natural: Option<Catalog>,
    sources: Vec<Source>,
    schemas: Option<Vec<String>>,
    everything: bool,
    renames: plan::Renames,
    followers: plan::Renames,
    prints: BTreeMap<Id, String>,
    findings: Findings,
    pairs: Vec<Pair>,
    open: Vec<Change>,
    kept: Vec<(Id, Object, Object)>,
    undeclared: Vec<Id>,
    dropped: BTreeSet<Id>,
    notes: Vec<String>,
}

impl Aligned {
    fn options<'a>(&self, locate: &'a dyn Fn(&Origin) -> Option<At>) -> plan::Options<'a> {
        plan::Options {
            renames: self.renames.clone(),
            followers: self.followers.clone(),
            prints: self.prints.clone(),
            proofs: self.findings.proofs.clone(),
            cosmetic: self.findings.cosmetic.clone(),
            undeclared_drops: self.dropped.clone(),
            locate: Some(locate),
        }
    }

    /// The differences that no server could decide, with their places.
    fn unproved(&self, locate: &dyn Fn(&Origin) -> Option<At>) -> Vec<Change> {
        let placed = |change: &Change| {
            let id = change.object.parse::<Id>().ok();
            let origin = id.and_then(|id| self.desired.get(&id)?.origin.clone());
            Change { at: origin.and_then(|origin| locate(&origin)), ..change.clone() }
        };
        self.open.iter().map(placed).collect()
    }

    fn undeclared(&self) -> Vec<Undeclared> {
        self.undeclared.iter().map(|id| Undeclared { object: id.to_string() }).collect()
    }

    /// What is not modelled in the managed schemas.
    fn unmodelled(&self) -> Vec<Unmodelled> {
        let mut all = self.current.unmodelled.clone();
        if !self.everything {
            let managed: Vec<&str> = match &self.schemas {
                Some(list) => list.iter().map(String::as_str).collect(),
                None => {
                    let declared = self.desired.objects.iter().filter(|(_, o)| o.origin.is_some());
                    declared.filter_map(|(id, _)| id.schema()).collect()
                }
            };
            all.retain(|object| object.schema.as_deref().is_none_or(|s| managed.contains(&s)));
        }
        all
    }

    /// Taking two large trees apart takes a while, and nobody waits for it.
    fn forget(self) {
        std::thread::spawn(move || drop(self));
    }
}

/// Brings both sides to where they can simply be compared.
async fn align(
    mut current: Catalog,
    mut declaration: Declaration,
    scratch: &mut Lazy,
    strict: bool,
    timings: &mut Timings,
) -> Result<Aligned, CompareError> {
    let start = Instant::now();
    scratch.like(&current);
    declare::resolve(&mut declaration, Some(&current));
    declare::check(&declaration, Some(&current))?;
    let mut notes = Vec::new();
    let renames = rename::renames(&current, &declaration, &mut notes)?;
    let mut prints = BTreeMap::new();
    let followers = rename::followers(&current, &renames);
    if !renames.is_empty() {
        (current, prints) = rename::renamed(current, &renames, scratch, &mut notes).await;
    }
    let Declaration { catalog: mut desired, manage, implicit, sources, .. } = declaration;
    settle_names(&current, &mut desired, &implicit.into_iter().collect::<Vec<_>>());
    let differing = changed(&current, &desired);
    let unset = settle_secrets(&current, &mut desired, &differing);
    syntax::check(&current, &desired, &differing, scratch).await?;
    timings.ended("names, renames", start);
    let start = Instant::now();
    let counts = timings.counts;
    let count = |desired: &Catalog| {
        if counts { canon::count(&current, desired) } else { Default::default() }
    };
    let (all, unequal) = count(&desired);
    let open = canon::by_parse_tree(&current, &mut desired);
    let (_, left) = count(&desired);
    timings.ended("parse trees", start);
    let mut findings = Findings::default();
    if !open.is_empty() {
        match ask(&current, &mut desired, &open, scratch, timings).await {
            Ok(found) => {
                findings = found;
                notes.extend(other_major(&current, scratch));
            }
            // Strictly, what cannot be decided is no change but an error.
            Err(error) if strict => return Err(error.into()),
            Err(error) => {
                notes.push(format!("no server could be asked: {error}"));
                findings.unproved.extend(open.iter().cloned());
            }
        }
    }
    let (_, different) = count(&desired);
    let unknown = findings.proofs.values().filter(|proof| **proof == Proof::Unproved).count();
    timings.leaves = Leaves {
        bytes: all - unequal,
        parse_tree: unequal - left,
        server: left - different,
        different: different.saturating_sub(unknown),
        unproved: unknown,
    };
    let start = Instant::now();
    let unproved = unproved(&current, &mut desired, &findings, strict);
    let pairs = look_alike::pairs(&current, &desired);
    let natural = (scratch.checks_plans() && !changed(&current, &desired).is_empty())
        .then(|| desired.clone());
    let scope = manage::settle(&mut current, &mut desired, &manage);
    for (parent, count) in &scope.partitions {
        let (partitions, are) =
            (counted(*count, "partition"), if *count == 1 { "is" } else { "are" });
        notes.push(format!("{partitions} of {parent} not in the declaration {are} left alone"));
    }
    notes.extend(unset);
    timings.ended("manage", start);
    Ok(Aligned {
        natural,
        sources,
        everything: manage.everything(),
        schemas: manage.schemas,
        renames,
        followers,
        prints,
        findings,
        pairs,
        open: unproved,
        kept: scope.kept,
        undeclared: scope.undeclared,
        dropped: scope.dropped,
        notes,
        current,
        desired,
    })
}

/// Refuses to make an object again from a text with bytes that are not UTF-8.
///
/// # Errors
/// The objects.
fn made_again_garbled(plan: &Plan, current: &Catalog) -> Result<(), CompareError> {
    let again: Vec<_> = plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Rebuild && is_garbled(change, current))
        .map(|change| (change.object.clone(), format!("{GARBLED}, so that plumb cannot make it again as it is: drop it before, and make it again after"), None))
        .collect();
    if again.is_empty() { Ok(()) } else { Err(PlanError::Refused(again).into()) }
}

/// Names the objects with bytes that are not UTF-8 among these.
fn garbled<'a>(changes: impl Iterator<Item = &'a Change>, current: &Catalog) -> Option<String> {
    let named = changes.filter(|change| is_garbled(change, current));
    let named: Vec<&str> = named.map(|change| change.object.as_str()).collect();
    (!named.is_empty()).then(|| format!("{}: {GARBLED}, shown as U+FFFD", named.join(", ")))
}

fn is_garbled(change: &Change, current: &Catalog) -> bool {
    change.object.parse().is_ok_and(|id: Id| current.garbled.contains(&id))
}

/// What is said of an object whose text cannot be read as it is.
const GARBLED: &str =
    "the database, whose encoding is SQL_ASCII, holds bytes of it that are not UTF-8";

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
        def.cluster_wide || def.keeps.contains(&id.name())
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
    let done: BTreeSet<(&str, bool)> = plan
        .changes
        .iter()
        .filter(|change| matches!(change.action, Action::Create | Action::Drop))
        .map(|change| (change.object.as_str(), change.action == Action::Drop))
        .collect();
    let left: BTreeSet<&Id> = undeclared.iter().collect();
    let mut wanted: BTreeMap<&str, BTreeMap<former::Span, Vec<(usize, &Id)>>> = BTreeMap::new();
    for (at, pair) in pairs.iter().enumerate() {
        let goes =
            done.contains(&(pair.old.to_string().as_str(), true)) || left.contains(&pair.old);
        let made = done.contains(&(pair.new.to_string().as_str(), false));
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
            object: pair.new.to_string(),
            from: pair.old.to_string(),
            common: pair.common.clone(),
            at: self::at(origin, sources),
            under: line.under,
            line: line.text,
        })
    });
    said.collect()
}

async fn ask(
    current: &Catalog,
    desired: &mut Catalog,
    open: &[Id],
    scratch: &mut Lazy,
    timings: &mut Timings,
) -> Result<Findings, OracleError> {
    let start = Instant::now();
    let major = Some(current.server.major()).filter(|major| *major > 0);
    let scratch = scratch.get(major).await?;
    timings.ended("scratch, start", start);
    timings.scratch = Some(scratch.walled());
    let start = Instant::now();
    let findings = canon::by_server(current, desired, open, scratch).await;
    timings.ended("scratch, answers", start);
    findings
}

/// Says that the scratch is no server of the target's version.
fn other_major(current: &Catalog, scratch: &Lazy) -> Option<String> {
    let (there, here) = (current.server.major(), scratch.started()?.major());
    (there > 0 && there != here).then(|| {
        format!(
            "the scratch is PostgreSQL {here} and the target {there}: what both print was compared by \
             parse tree; with binaries of {there}, or a server of {there} as --scratch, by bytes"
        )
    })
}

/// The place of an origin in its file.
pub fn at(origin: &Origin, sources: &[Source]) -> Option<At> {
    let source = sources.iter().find(|source| source.name == origin.file)?;
    let (line, column) = source.line_column(origin);
    Some(At { file: origin.file.to_string(), line, column })
}

/// An object whose name PostgreSQL would have chosen is found under another name, if there is one
/// of the same definition that nobody else declares.
fn settle_names(current: &Catalog, desired: &mut Catalog, implicit: &[Id]) {
    for id in implicit {
        if current.objects.contains_key(id) {
            continue;
        }
        let Some(object) = desired.get(id) else { continue };
        let prefix = &id.path[..id.path.len() - 1];
        let same: Vec<&Id> = current
            .below(id.kind, prefix)
            .filter(|(other, there)| {
                !desired.objects.contains_key(*other) && alike(&there.attrs, &object.attrs)
            })
            .map(|(other, _)| other)
            .collect();
        if let [only] = same.as_slice()
            && only.path.len() == id.path.len()
        {
            let only = (*only).clone();
            if let Some(object) = desired.objects.remove(id) {
                desired.objects.insert(only, object);
            }
        }
    }
}

/// The objects of the desired side that are not there, or not so. All are looked at once: in most
/// plans there are none.
fn changed(current: &Catalog, desired: &Catalog) -> Vec<Id> {
    side_by_side(&current.objects, &desired.objects)
        .filter(|(_, there, wanted)| {
            wanted.is_some_and(|wanted| there.is_none_or(|there| there.attrs != wanted.attrs))
        })
        .map(|(id, ..)| id.clone())
        .collect()
}

/// A secret that one of the sides does not know is not compared. Says what is declared by a variable that is not set:
/// a job without the value has nothing to compare, and that is no difference.
fn settle_secrets(current: &Catalog, desired: &mut Catalog, changed: &[Id]) -> Vec<String> {
    let mut unset = Vec::new();
    for id in changed {
        let (Some(there), Some(object)) = (current.get(id), desired.objects.get_mut(id)) else {
            continue;
        };
        let mut known = BTreeMap::new();
        there.attrs.clone().secrets(&mut |option, secret| {
            known.insert(option.to_owned(), secret.clone());
        });
        if known.is_empty() {
            continue;
        }
        // A snapshot never has values.
        let declared = object.origin.is_some();
        object.attrs.secrets(&mut |option, secret| {
            let Some(there) = known.get(option) else { return };
            if declared && secret.value().is_none() && there.value().is_some() {
                unset.push(format!(
                    "{id}: option {option} is not compared: the environment variable {} is not set, or \
                     --untrusted withholds it",
                    secret.variable()
                ));
            }
            secret.settle(there);
        });
    }
    unset
}

/// The same attributes, but for the spelling of SQL that parse trees show equal.
fn alike(current: &crate::kind::Attrs, desired: &crate::kind::Attrs) -> bool {
    if current == desired {
        return true;
    }
    let id = Id::new(current.kind(), ["x", "x", "x"]);
    let side = |attrs: &crate::kind::Attrs| {
        let mut catalog = Catalog::default();
        catalog.objects.insert(id.clone(), Object::new(attrs.clone()));
        catalog
    };
    let (current, mut desired) = (side(current), side(desired));
    canon::by_parse_tree(&current, &mut desired);
    current.get(&id).map(|o| &o.attrs) == desired.get(&id).map(|o| &o.attrs)
}

/// Takes the undecided differences out of the desired side, unless that is strict.
fn unproved(
    current: &Catalog,
    desired: &mut Catalog,
    findings: &Findings,
    strict: bool,
) -> Vec<Change> {
    if strict {
        return Vec::new();
    }
    let aside = canon::put_aside(current, desired, &findings.unproved);
    aside
        .into_iter()
        .filter_map(|(id, wanted)| {
            let old = current.get(&id)?;
            let because_of = findings.reasons.get(&id).cloned();
            Some(Change { because_of, ..difference(&id, old, &wanted, Proof::Unproved) })
        })
        .collect()
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

/// The fields of an object that differ.
fn difference(id: &Id, old: &Object, new: &Object, proof: Proof) -> Change {
    let text = |value: serde_json::Value| value.as_str().map_or(value.to_string(), str::to_owned);
    let fields = diff::fields(old, new)
        .into_iter()
        .map(|(name, old, new)| Field {
            name,
            old: old.map(text),
            new: new.map(text),
            proof,
            cosmetic: false,
        })
        .collect();
    Change { fields, ..altered(id) }
}

/// A change in place, of no field yet.
fn altered(id: &Id) -> Change {
    Change {
        object: id.to_string(),
        kind: id.kind.to_string(),
        action: Action::Alter,
        from: None,
        because_of: None,
        fields: Vec::new(),
        at: None,
        undeclared: false,
    }
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
