//! Which objects get another name, and the current side as it is when they have it.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Object};
use crate::declare::Declaration;
use crate::id::Id;
use crate::oracle::{Lazy, closure};
use crate::plan::{self, Renames, rename};
use crate::report::{Code, Diagnostic, Report};
use crate::sql::quote;

/// Which objects get another name: new id to old id.
pub(super) fn renames(
    current: &Catalog,
    declaration: &Declaration,
    notes: &mut Vec<String>,
) -> Result<Renames, Report> {
    let mut report = Report::default();
    let mut renames = Renames::new();
    let mut claimed: BTreeMap<Id, Id> = BTreeMap::new();
    let mut renamed: Vec<_> = declaration
        .catalog
        .objects
        .iter()
        .filter_map(|(id, object)| Some((id, object, object.renamed_from.as_ref()?)))
        .collect();
    // What something lives in is known by its old name before it.
    renamed.sort_by_key(|(id, ..)| id.path.len());
    for (id, object, old) in renamed {
        let error = |message: String| {
            let diagnostic = Diagnostic::error(Code::BadRename, message);
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
            (false, _) => notes
                .push(format!("{id}: renamed_from names {old}, which is gone; the line can go")),
        }
    }
    // What an object made of its own name goes with it.
    for (id, object) in &current.objects {
        let Some(maker) = object.attrs.as_companion().and_then(|it| it.made_by(id)) else {
            continue;
        };
        let new = rename::renamed(&maker, &renames).as_kind(id.kind);
        if new != *id && !claimed.contains_key(id) && current.get(&new).is_none() {
            renames.insert(new, id.clone());
        }
    }
    kept(current, declaration, &mut renames);
    // RENAME of a parent's reaches its children, which may say so too.
    let inherited = inherited(current, &renames);
    renames.retain(|new, old| inherited.get(new) != Some(old));
    for (new, old) in &renames {
        let there = current.get(old).and_then(|object| object.attrs.as_inherited());
        let Some((child, other)) = there.and_then(|it| it.shared_below(old, current)) else {
            continue;
        };
        let (child, other) = (child.dotted(), other.dotted());
        let message = format!(
            "{new} was {old}, which table {child} has from {other} as well: PostgreSQL cannot rename it"
        );
        let diagnostic = Diagnostic::error(Code::BadRename, message).help(format!(
            "let {child} inherit from neither first, and from both again after the rename"
        ));
        let origin = declaration.catalog.get(new).and_then(|object| object.origin.clone());
        report.push(match origin {
            Some(origin) => diagnostic.at(origin, "renamed_from stands here"),
            None => diagnostic,
        });
    }
    if report.has_errors() { Err(report) } else { Ok(renames) }
}

/// What a column has of its own, in the words of its type, goes by the column's name: the one that is
/// there under another is renamed.
fn kept(current: &Catalog, declaration: &Declaration, renames: &mut Renames) {
    for id in declaration.kept.iter().filter(|id| current.get(id).is_none()) {
        let Some(object) = declaration.catalog.get(id) else { continue };
        let columns = object.attrs.dropped_with(id);
        let free = |old: &Id| {
            declaration.catalog.get(old).is_none() && renames.values().all(|other| other != old)
        };
        let mut same = current.of_kind(id.kind).filter(|(old, there)| {
            let of = there.attrs.dropped_with(old);
            let of: Vec<Id> = of.iter().map(|column| rename::renamed(column, renames)).collect();
            of == columns && free(old)
        });
        let (Some((old, there)), None) = (same.next(), same.next()) else { continue };
        // It may come under its name with its table.
        if place(old, there, renames) != *id && !renames.contains_key(id) {
            renames.insert(id.clone(), old.clone());
        }
    }
}

/// The columns and checks of child tables that are renamed with their parents': new id to old id.
fn inherited(current: &Catalog, renames: &Renames) -> Renames {
    if renames.is_empty() {
        return Renames::new();
    }
    let follows = |(id, object): (&Id, &Object)| {
        let ancestors = object.attrs.as_inherited()?.ancestors(id, current);
        let mut names = ancestors.iter().map(|of| rename::renamed(of, renames));
        let ancestor = names.find(|ancestor| ancestor.name() != id.name())?;
        let mut new = rename::renamed(id, renames);
        *new.path.last_mut()? = ancestor.name().to_owned();
        Some((new, id.clone()))
    };
    current.objects.iter().filter_map(follows).collect()
}

/// The old id of an object of which `renamed_from` gives the name only: it lives in what is called otherwise as well,
/// at every level.
fn followed(old: &Id, renames: &Renames) -> Id {
    let above = renames.iter().filter(|(new, _)| new.path.len() < old.path.len());
    let above: Renames = above.map(|(new, from)| (new.clone(), from.clone())).collect();
    rename::before(old, &above)
}

/// The current side as it will be after the renames, and the fingerprints that objects have before
/// them. What mentions an old name is asked of a scratch, on which the renames are really done: no
/// text is replaced here.
pub(super) async fn renamed(
    current: Catalog,
    renames: &Renames,
    scratch: &mut Lazy,
    notes: &mut Vec<String>,
) -> (Catalog, BTreeMap<Id, String>) {
    let mut all = inherited(&current, renames);
    all.extend(renames.iter().map(|(new, old)| (new.clone(), old.clone())));
    let affected = affected(&current, &all);
    let mut statements = Vec::new();
    for (new, old) in renames {
        if let Some(object) = current.get(old).filter(|_| new.kind.def().on_scratch) {
            if let Some(schema) = new.schema().filter(|schema| *schema != old.first()) {
                // It may be one that the plan makes.
                statements.push(format!("CREATE SCHEMA IF NOT EXISTS {}", quote::ident(schema)));
            }
            let old = rename::at_turn(new, old, renames);
            statements.extend(object.attrs.rename(&old, new).into_iter().map(|step| step.sql));
        }
    }
    let major = Some(current.server.major()).filter(|major| *major > 0);
    let subset = closure(&current, affected.iter().cloned(), true);
    let built = match scratch.get(major).await {
        Ok(scratch) => scratch.build(&subset, &statements).await,
        Err(error) => Err(error),
    };
    let built = built.map(|built| built.catalog).unwrap_or_else(|error| {
        notes.push(format!(
            "what mentions a renamed object could not be asked of a server: {error}"
        ));
        Catalog::default()
    });
    let to: BTreeMap<Id, Id> =
        current.objects.iter().map(|(id, object)| (id.clone(), place(id, object, &all))).collect();
    let of = |id: &Id| to.get(id).cloned().unwrap_or_else(|| rename::renamed(id, &all));
    let mut after = Catalog {
        needs: current.needs.iter().map(|(a, b)| (of(a), of(b))).collect(),
        copies: current.copies,
        unmodelled: current.unmodelled,
        provided: current.provided,
        roles: current.roles,
        server: current.server,
        ..Catalog::default()
    };
    let mut prints = BTreeMap::new();
    for (id, mut object) in current.objects {
        let new = of(&id);
        let print = plan::fingerprint(&object);
        if affected.contains(&id)
            && let Some(built) = built.get(&new)
        {
            let whole = std::mem::replace(&mut object.attrs, built.attrs.clone());
            if let Some(it) = object.attrs.as_stubbed_mut() {
                it.unstub(&whole);
            }
        }
        if plan::fingerprint(&object) != print {
            prints.insert(new.clone(), print);
        }
        after.objects.insert(new, object);
    }
    (after, prints)
}

/// The renamed objects and all that needs them, directly or not.
fn affected(current: &Catalog, renames: &Renames) -> BTreeSet<Id> {
    let needs = plan::needs::Needs::of(current);
    let mut open: Vec<Id> = renames.values().cloned().collect();
    let mut affected = BTreeSet::new();
    while let Some(id) = open.pop() {
        open.extend(needs.dependents(&id).filter(|other| !affected.contains(*other)).cloned());
        affected.insert(id);
    }
    affected
}

/// Where an object is after the renames; what a table owns follows it to another schema.
fn place(id: &Id, object: &Object, renames: &Renames) -> Id {
    let mut to = rename::renamed(id, renames);
    if to == *id
        && let Some(owner) = object.attrs.as_companion().and_then(|it| it.follows_owner(id))
    {
        to.path[0].clone_from(&rename::renamed(&owner, renames).path[0]);
    }
    object
        .attrs
        .as_companion()
        .and_then(|it| it.named_after(&to, &|other| rename::renamed(other, renames)))
        .unwrap_or(to)
}

/// The objects that are found under another name because one in theirs is renamed: new id to old id.
pub(super) fn followers(current: &Catalog, renames: &Renames) -> Renames {
    if renames.is_empty() {
        return Renames::new();
    }
    let named = |(id, object): (&Id, &Object)| {
        object.attrs.as_companion().and_then(|it| it.named_after(id, &|other| other.clone()))?;
        let to = place(id, object, renames);
        (to != *id).then(|| (to, id.clone()))
    };
    let mut found: Renames = current.objects.iter().filter_map(named).collect();
    found.extend(inherited(current, renames));
    found
}
