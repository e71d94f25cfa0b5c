//! Both sides brought to where they can simply be compared: names resolved, renames followed, leaves brought to one
//! spelling, `[manage]` settled.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use super::look_alike::{self, Pair};
use super::{CompareError, rename, syntax};
use crate::canon::{self, Findings};
use crate::catalog::{Catalog, Object, Unmodelled, side_by_side};
use crate::declare::{self, Accepted, Declaration};
use crate::diff;
use crate::id::Id;
use crate::manage;
use crate::oracle::{Lazy, OracleError};
use crate::plan::{self, Action, At, Cause, Change, Field, Proof, Undeclared};
use crate::shown::counted;
use crate::source::{Origin, Source};
use crate::timings::{Leaves, Timings};

/// Two catalogs that can simply be compared, and what was found on the way.
pub(super) struct Aligned {
    pub(super) current: Catalog,
    pub(super) desired: Catalog,
    /// The declaration as it was before `[manage]` was settled, where plans are built to be checked.
    pub(super) natural: Option<Catalog>,
    /// What there was before the renames, where there are any and plans are built to be checked.
    pub(super) before: Option<Catalog>,
    pub(super) sources: Vec<Source>,
    pub(super) schemas: Option<Vec<String>>,
    pub(super) everything: bool,
    pub(super) renames: plan::Renames,
    pub(super) followers: plan::Renames,
    pub(super) prints: BTreeMap<Id, String>,
    pub(super) findings: Findings,
    pub(super) pairs: Vec<Pair>,
    pub(super) open: Vec<Change>,
    pub(super) kept: Vec<(Id, Object, Object)>,
    pub(super) undeclared: Vec<Id>,
    pub(super) dropped: BTreeSet<Id>,
    pub(super) notes: Vec<String>,
    pub(super) acceptances: Vec<Accepted>,
}

impl Aligned {
    pub(super) fn options<'a>(
        &self,
        locate: &'a dyn Fn(&Origin) -> Option<At>,
    ) -> plan::Options<'a> {
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
    pub(super) fn unproved(&self, locate: &dyn Fn(&Origin) -> Option<At>) -> Vec<Change> {
        let placed = |change: &Change| {
            let origin = self.desired.get(&change.object).and_then(|it| it.origin.clone());
            Change { at: origin.and_then(|origin| locate(&origin)), ..change.clone() }
        };
        self.open.iter().map(placed).collect()
    }

    pub(super) fn undeclared(&self) -> Vec<Undeclared> {
        self.undeclared.iter().map(|id| Undeclared { object: id.clone() }).collect()
    }

    /// What is not modelled in the managed schemas.
    pub(super) fn unmodelled(&self) -> Vec<Unmodelled> {
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

    /// Frees two large catalogs in another thread, since that takes a while.
    pub(super) fn forget(self) {
        std::thread::spawn(move || drop(self));
    }
}

/// Brings both sides to where they can simply be compared.
pub(super) async fn align(
    mut current: Catalog,
    mut declaration: Declaration,
    scratch: &mut Lazy,
    strict: bool,
    timings: &mut Timings,
) -> Result<Aligned, CompareError> {
    let start = Instant::now();
    scratch.like(&current);
    let given = declaration.name_given(&current);
    declare::resolve(&mut declaration, Some(&current));
    declare::check(&declaration, Some(&current))?;
    let mut notes: Vec<String> = given
        .iter()
        .map(|id| format!("[{}] is left out: the other side says nothing of it", id.kind.def().key))
        .collect();
    let renames = rename::renames(&current, &declaration, &mut notes)?;
    let mut prints = BTreeMap::new();
    let followers = rename::followers(&current, &renames);
    let mut before = None;
    if !renames.is_empty() {
        before = scratch.checks_plans().then(|| current.clone());
        (current, prints) = rename::renamed(current, &renames, scratch, &mut notes).await;
    }
    current.mark_said(&declaration.online);
    let acceptances = declaration.acceptances();
    let Declaration { catalog: mut desired, manage, implicit, sources, .. } = declaration;
    if !manage.constraint_names {
        settle_names(&current, &mut desired, &implicit.into_iter().collect::<Vec<_>>());
    }
    let differing = changed(&current, &desired);
    let unset = settle_secrets(&current, &mut desired, &differing);
    syntax::check(&current, &mut desired, &differing, scratch).await?;
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
    let differs = !renames.is_empty() || !changed(&current, &desired).is_empty();
    let natural = (scratch.checks_plans() && differs).then(|| desired.clone());
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
        before,
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
        acceptances,
        current,
        desired,
    })
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
pub(super) fn changed(current: &Catalog, desired: &Catalog) -> Vec<Id> {
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
pub(super) fn alike(current: &crate::kind::Attrs, desired: &crate::kind::Attrs) -> bool {
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
            let because_of = findings.reasons.get(&id).cloned().map(Cause::Undecided);
            Some(Change { because_of, ..difference(&id, old, &wanted, Proof::Unproved) })
        })
        .collect()
}

/// The fields of an object that differ.
pub(super) fn difference(id: &Id, old: &Object, new: &Object, proof: Proof) -> Change {
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
        object: id.clone(),
        action: Action::Alter,
        from: None,
        because_of: None,
        fields: Vec::new(),
        at: None,
        undeclared: false,
    }
}
