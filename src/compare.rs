//! Both sides made comparable: names resolved, renames followed, leaves brought to one spelling,
//! authority settled; then the plan.

use std::collections::BTreeMap;

use crate::canon::{self, Findings};
use crate::catalog::{Catalog, Object};
use crate::declare::{self, Declaration};
use crate::diff;
use crate::id::Id;
use crate::kind::Kind;
use crate::manage;
use crate::oracle::{Lazy, OracleError, closure};
use crate::plan::{self, Action, At, Change, Field, Plan, PlanError, Proof, Renames, Undeclared};
use crate::report::{Diagnostic, Report};
use crate::source::{Origin, Source};

/// Why two sides could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// The declaration is wrong.
    #[error("{0}")]
    Declaration(#[from] Report),
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The scratch failed.
    #[error(transparent)]
    Oracle(#[from] OracleError),
}

/// Compares a database with a declaration and plans the way.
///
/// # Errors
/// What is wrong in the declaration; changes for which there is no way.
pub async fn compare(
    mut current: Catalog,
    mut declaration: Declaration,
    scratch: &mut Lazy,
    strict: bool,
) -> Result<Plan, CompareError> {
    declare::resolve(&mut declaration, Some(&current));
    declare::check(&declaration, Some(&current))?;
    let mut notes = Vec::new();
    let renames = renames(&current, &declaration, &mut notes)?;
    if !renames.is_empty() {
        current = renamed(current, &renames, scratch, &mut notes).await;
    }
    let Declaration { catalog: mut desired, manage, implicit, sources } = declaration;
    settle_names(&current, &mut desired, &implicit.into_iter().collect::<Vec<_>>());
    syntax(&current, &desired)?;
    let open = canon::by_parse_tree(&current, &mut desired);
    let mut findings = Findings::default();
    if !open.is_empty() {
        match ask(&current, &mut desired, &open, scratch).await {
            Ok(found) => findings = found,
            Err(error) => {
                notes.push(format!("no server could be asked: {error}"));
                findings.unproved.extend(open.iter().cloned());
            }
        }
    }
    let unproved = unproved(&current, &mut desired, &findings, strict);
    let scope = manage::settle(&mut current, &mut desired, &manage);
    for (parent, count) in &scope.partitions {
        notes.push(format!("{count} partitions of {parent} that nobody declared are left alone"));
    }
    let locate = |origin: &Origin| at(origin, &sources);
    let options = plan::Options {
        renames,
        proofs: findings.proofs,
        undeclared_drops: scope.dropped,
        locate: Some(&locate),
    };
    let mut plan = plan::plan(&current, &desired, &options)?;
    plan.unproved = unproved
        .into_iter()
        .map(|mut change| {
            let id = change.object.parse::<Id>().ok();
            let origin = id.and_then(|id| desired.get(&id)?.origin.clone());
            change.at = origin.and_then(|origin| locate(&origin));
            change
        })
        .collect();
    plan.undeclared =
        scope.undeclared.iter().map(|id| Undeclared { object: id.to_string() }).collect();
    if !manage.everything() {
        let managed: Vec<String> = match &manage.schemas {
            Some(list) => list.clone(),
            None => desired.objects.iter().filter(|(_, o)| o.origin.is_some()).filter_map(|(id, _)| id.schema().map(str::to_owned)).collect(),
        };
        plan.unmodelled.retain(|object| object.schema.as_ref().is_none_or(|schema| managed.contains(schema)));
    }
    plan.notes = notes;
    Ok(plan)
}

async fn ask(
    current: &Catalog,
    desired: &mut Catalog,
    open: &[Id],
    scratch: &mut Lazy,
) -> Result<Findings, OracleError> {
    let major = Some(current.server.major()).filter(|major| *major > 0);
    let scratch = scratch.get(major).await?;
    canon::by_server(current, desired, open, scratch).await
}

/// The place of an origin in its file.
pub fn at(origin: &Origin, sources: &[Source]) -> Option<At> {
    let source = sources.iter().find(|source| source.name == origin.file)?;
    let (line, column) = origin.line_column(&source.text);
    Some(At { file: origin.file.to_string(), line, column })
}

/// Which objects get another name: new id to old id.
fn renames(
    current: &Catalog,
    declaration: &Declaration,
    notes: &mut Vec<String>,
) -> Result<Renames, Report> {
    let mut report = Report::default();
    let mut renames = Renames::new();
    let mut claimed: BTreeMap<Id, Id> = BTreeMap::new();
    for (id, object) in &declaration.catalog.objects {
        let Some(old) = &object.renamed_from else { continue };
        let error = |message: String| {
            let diagnostic = Diagnostic::error("bad-rename", message);
            match &object.origin {
                Some(origin) => diagnostic.at(origin.clone(), "renamed_from stands here"),
                None => diagnostic,
            }
        };
        if let Some(other) = claimed.insert(old.clone(), id.clone()) {
            report.push(error(format!("{other} and {id} both say that they were {old}")));
            continue;
        }
        let old = followed(old, &renames);
        match (current.get(&old).is_some(), current.get(id).is_some()) {
            (true, true) => report.push(
                error(format!("{id} was {old}, it says, but both are there"))
                    .help("remove renamed_from, or one of the two objects"),
            ),
            (true, false) => {
                renames.insert(id.clone(), old);
            }
            (false, _) => notes.push(format!("{id}: renamed_from names {old}, which is gone; the line can go")),
        }
    }
    if report.has_errors() { Err(report) } else { Ok(renames) }
}

/// The old id of a child, when its parent was renamed too: `renamed_from` gives the name only.
fn followed(old: &Id, renames: &Renames) -> Id {
    for (new, from) in renames {
        if old.path.len() > new.path.len() && old.path.starts_with(&new.path) {
            let mut path = from.path.clone();
            path.extend_from_slice(&old.path[new.path.len()..]);
            return Id { kind: old.kind, path };
        }
    }
    old.clone()
}

/// The id under which an object is found after the renames.
fn rekeyed(id: &Id, renames: &Renames) -> Id {
    let mut best: Option<(&Id, &Id)> = None;
    for (new, old) in renames {
        let fits = if old.path.len() == id.path.len() {
            old.path == id.path && (old.kind == id.kind || id.kind.def().single)
        } else {
            id.path.starts_with(&old.path) && id.parents().iter().any(|p| p.path.starts_with(&old.path))
        };
        if fits && best.is_none_or(|(_, known)| known.path.len() < old.path.len()) {
            best = Some((new, old));
        }
    }
    match best {
        Some((new, old)) => {
            let mut path = new.path.clone();
            path.extend_from_slice(&id.path[old.path.len()..]);
            // A child's parent may be renamed as well as the child.
            Id { kind: id.kind, path }
        }
        None => id.clone(),
    }
}

/// The current side as it will be after the renames. What mentions an old name is asked of a
/// scratch, on which the renames are really done: no text is replaced here.
async fn renamed(current: Catalog, renames: &Renames, scratch: &mut Lazy, notes: &mut Vec<String>) -> Catalog {
    let needs = plan::needs::Needs::of(&current);
    let affected: Vec<Id> = renames
        .values()
        .flat_map(|old| needs.dependents(old).cloned().chain([old.clone()]))
        .collect();
    let mut statements = Vec::new();
    for (new, old) in renames {
        if let Some(object) = current.get(old) {
            statements.extend(object.attrs.rename(old, new).into_iter().map(|step| step.sql));
        }
    }
    let major = Some(current.server.major()).filter(|major| *major > 0);
    let built = match scratch.get(major).await {
        Ok(scratch) => {
            let subset = closure(&current, affected.iter().cloned(), true);
            scratch.build(&subset, &statements).await.ok()
        }
        Err(error) => {
            notes.push(format!("what mentions a renamed object could not be asked of a server: {error}"));
            None
        }
    };
    let mut after = Catalog {
        needs: current.needs.iter().map(|(a, b)| (rekeyed(a, renames), rekeyed(b, renames))).collect(),
        copies: current.copies,
        unmodelled: current.unmodelled,
        roles: current.roles,
        server: current.server,
        ..Catalog::default()
    };
    for (id, mut object) in current.objects {
        let new = rekeyed(&id, renames);
        if affected.contains(&id)
            && let Some(built) = built.as_ref().and_then(|built| built.catalog.get(&new))
        {
            object.attrs = built.attrs.clone();
        }
        after.objects.insert(new, object);
    }
    after
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

/// SQL that PostgreSQL's grammar refuses is an error before anything is planned.
fn syntax(current: &Catalog, desired: &Catalog) -> Result<(), Report> {
    let mut report = Report::default();
    for (id, object) in &desired.objects {
        let Some(origin) = &object.origin else { continue };
        if current.get(id).is_some_and(|there| there.attrs == object.attrs) {
            continue;
        }
        let mut attrs = object.attrs.clone();
        attrs.leaves(&mut |name, class, leaf| {
            if let Err(error) = crate::sql::tree::parse(class, leaf.written()) {
                let message = format!("{id}: `{}` does not parse: {error}", name.replace('_', " "));
                report.push(
                    Diagnostic::error("sql-syntax", message).at(origin.clone(), "declared here"),
                );
            }
        });
    }
    if report.has_errors() { Err(report) } else { Ok(()) }
}

/// Takes the undecided differences out of the desired side, unless that is strict.
fn unproved(current: &Catalog, desired: &mut Catalog, findings: &Findings, strict: bool) -> Vec<Change> {
    if strict {
        return Vec::new();
    }
    let aside = canon::put_aside(current, desired, &findings.unproved);
    aside
        .into_iter()
        .filter_map(|(id, wanted)| {
            let old = current.get(&id)?;
            let text = |value: serde_json::Value| value.as_str().map_or(value.to_string(), str::to_owned);
            let fields = diff::fields(old, &wanted)
                .into_iter()
                .map(|(name, old, new)| Field {
                    name,
                    old: old.map(text),
                    new: new.map(text),
                    proof: Proof::Unproved,
                })
                .collect();
            Some(Change {
                object: id.to_string(),
                kind: id.kind.to_string(),
                action: Action::Alter,
                from: None,
                because_of: findings.reasons.get(&id).cloned(),
                fields,
                at: None,
                undeclared: false,
            })
        })
        .collect()
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

/// Kinds that are reported only by name: kept here so that a reader finds what is not compared.
pub fn modelled() -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied()
}
