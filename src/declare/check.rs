//! What the declaration names must be declared or be there: a key's column, a foreign key's table.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, side_by_side};
use crate::declare::{Declaration, privileges};
use crate::grants::{Grants, PUBLIC};
use crate::id::Id;
use crate::kind::relation::nesting;
use crate::kind::{Kind, abilities};
use crate::report::{Code, Diagnostic, Report};
use crate::sql::quote::qualified;
use crate::suggest::suggest;

/// Looks up every object that another one names in its typed fields.
///
/// # Errors
/// Each name that means nothing, at the object that says it.
pub fn check(declaration: &Declaration, current: Option<&Catalog>) -> Result<(), Report> {
    let mut report = Report::default();
    let catalog = &declaration.catalog;
    // Whatever asks for a parent's columns goes up all levels.
    nested(catalog, &mut report);
    if let Some(current) = current {
        nested(current, &mut report);
    }
    if report.has_errors() {
        return Err(report);
    }
    let nothing = BTreeMap::new();
    let there = current.map_or(&nothing, |current| &current.objects);
    let major = current.map_or(0, |current| current.server.major());
    for (id, there, object) in side_by_side(there, &catalog.objects) {
        let Some(object) = object else { continue };
        let granted = || object.grants.as_ref().and_then(|grants| grants.lacks(major));
        if let Some((what, since)) =
            object.attrs.lacks(major).or_else(granted).filter(|_| major > 0)
        {
            let message = format!(
                "{id} uses {what}, which came with PostgreSQL {since}; the server has {major}"
            );
            let diagnostic = Diagnostic::error(Code::Version, message);
            report.push(match &object.origin {
                Some(origin) => diagnostic.at(origin.clone(), "declared here"),
                None => diagnostic,
            });
        }
        let Some(origin) = &object.origin else { continue };
        // What the database has word for word names what the database has.
        if there.is_some_and(|there| there.attrs == object.attrs) {
            continue;
        }
        let references = object.attrs.references(id);
        // A name of a type may be that of a relation's row, or of anything else that is a type.
        let is_relation = |path: &[String]| {
            let mut named = references.iter().filter(|wanted| wanted.path == path);
            named.all(|wanted| Kind::RELATIONS.contains(&wanted.kind))
        };
        for wanted in references.iter().cloned() {
            let there = |catalog: &Catalog| {
                catalog.objects.contains_key(&wanted) || catalog.copies.contains_key(&wanted)
            };
            if there(catalog) || current.is_some_and(there) {
                continue;
            }
            let nowhere = current.is_some_and(|current| {
                is_relation(&wanted.path) && is_nowhere(&wanted, catalog, current)
            });
            if nowhere || is_missing(&wanted, catalog, current) {
                let message = format!("there is no {} {}", wanted.kind, wanted.dotted());
                let diagnostic = Diagnostic::error(Code::UnknownName, message)
                    .at(origin.clone(), format!("named by {} `{}`", id.kind, id.name()));
                let all = [Some(catalog), current]
                    .into_iter()
                    .flatten()
                    .flat_map(|c| c.below(wanted.kind, &[]));
                let names: Vec<String> = all.map(|(id, _)| id.dotted()).collect();
                let near = suggest(&wanted.dotted(), names.iter().map(String::as_str));
                report.push(match near {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic,
                });
                break;
            }
            // What nobody can know from here is left to the server.
            let holder = |parent: &Id| catalog.get(parent).or_else(|| current?.get(parent));
            let Some((parent, holder)) =
                wanted.parents().into_iter().find_map(|p| holder(&p).map(|holder| (p, holder)))
            else {
                continue;
            };
            if holder.attrs.as_child().is_some_and(abilities::Child::is_open)
                || wanted.kind.def().single
            {
                continue;
            }
            let message = format!("{} has no {} `{}`", parent.dotted(), wanted.kind, wanted.name());
            let diagnostic = Diagnostic::error(Code::UnknownName, message)
                .at(origin.clone(), format!("named by {} `{}`", id.kind, id.name()));
            let siblings =
                catalog.below(wanted.kind, &parent.path).map(|(sibling, _)| sibling.name());
            report.push(match suggest(wanted.name(), siblings) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        }
    }
    names(declaration, &mut report);
    grantees(declaration, current, &mut report);
    privileges::check(declaration, current, &mut report);
    reserved(declaration, &mut report);
    labels(declaration, &mut report);
    if report.has_errors() { Err(report) } else { Ok(()) }
}

/// Grantees that are spelled like PUBLIC in capitals, which is a role's name.
fn grantees(declaration: &Declaration, current: Option<&Catalog>, report: &mut Report) {
    for (id, object) in &declaration.catalog.objects {
        let Some(origin) = &object.origin else { continue };
        for role in object.grants.iter().flat_map(Grants::roles) {
            let exists = declaration.catalog.get(&Id::role(role)).is_some()
                || current.is_none_or(|current| current.roles.contains(role));
            if role.eq_ignore_ascii_case(PUBLIC) && !exists {
                let message = format!("there is no role \"{role}\", to which {id} grants");
                report.push(
                    Diagnostic::error(Code::UnknownName, message)
                        .at(origin.clone(), "declared here")
                        .help("the key `public`, in lower case, is PUBLIC"),
                );
            }
        }
    }
}

/// Relations in schemas that are PostgreSQL's own.
fn reserved(declaration: &Declaration, report: &mut Report) {
    for kind in Kind::RELATIONS {
        for (id, object) in declaration.catalog.of_kind(*kind) {
            let own = |schema: &str| schema.starts_with("pg_") || schema == "information_schema";
            let (Some(origin), Some(schema)) = (&object.origin, id.schema()) else { continue };
            if own(schema) {
                let message = format!("{id} is in the schema {schema}, which is PostgreSQL's own");
                report.push(
                    Diagnostic::error(Code::BadName, message)
                        .at(origin.clone(), "declared here")
                        .help("declare it in another schema"),
                );
            }
        }
    }
}

/// Whether an object without a schema, such as a language, is in no database that has what is declared. One that an
/// extension may bring is somewhere.
fn is_missing(wanted: &Id, catalog: &Catalog, current: Option<&Catalog>) -> bool {
    let def = wanted.kind.def();
    let outside = !def.in_schema && def.parents.is_empty();
    let brought = || {
        let both = [Some(catalog), current];
        both.into_iter().flatten().any(|c| c.objects.keys().any(|id| id.kind.def().provides))
    };
    outside
        && !def.cluster_wide
        && !def.provides
        && def.on_scratch
        && !def.keeps.contains(&wanted.name())
        && !wanted.name().starts_with("pg_")
        && wanted.name() != "information_schema"
        && !brought()
}

/// Tables that inherit too deep, or from themselves.
fn nested(catalog: &Catalog, report: &mut Report) {
    let Some(id) = nesting::too_deep(catalog) else { return };
    let message = format!(
        "{} {} inherits through more than {} levels of tables, or from itself",
        id.kind.noun(),
        id.dotted(),
        nesting::LEVELS
    );
    let diagnostic = Diagnostic::error(Code::TooDeep, message);
    report.push(match catalog.get(&id).and_then(|object| object.origin.clone()) {
        Some(origin) => diagnostic.at(origin, "declared here"),
        None => diagnostic,
    });
}

/// Labels of what can have none.
fn labels(declaration: &Declaration, report: &mut Report) {
    for (id, object) in &declaration.catalog.objects {
        let Some(origin) = object.origin.as_ref().filter(|_| !object.labels.is_empty()) else {
            continue;
        };
        if !Kind::LABELLED.contains(&id.kind) {
            let message = format!("PostgreSQL has no security label for {id}");
            report.push(
                Diagnostic::error(Code::NoLabel, message)
                    .at(origin.clone(), "declared here")
                    .help("remove security_label"),
            );
        }
    }
}

/// Names that two kinds share: a table and a view, a domain and the row type of a table. What
/// PostgreSQL names itself gives way.
fn names(declaration: &Declaration, report: &mut Report) {
    let mut taken = BTreeMap::new();
    for (id, object) in &declaration.catalog.objects {
        let chosen = declaration.implicit.contains(id)
            || object.attrs.as_companion().and_then(|it| it.made_by(id)).is_some();
        let Some(origin) = object.origin.as_ref().filter(|_| !chosen) else { continue };
        if !id.kind.def().parents.is_empty() {
            continue;
        }
        for name in object.attrs.occupies(id) {
            let Some((first, place)) = taken.insert(name, (id, origin)) else { continue };
            if first != id {
                let message = format!("{first} and {id} cannot have one name");
                report.push(
                    Diagnostic::error(Code::DuplicateName, message)
                        .at(origin.clone(), "declared here")
                        .at(place.clone(), "and here")
                        .help("give one of them another name"),
                );
                break;
            }
        }
    }
}

/// Whether a relation is neither declared nor there, under whatever kind. One in a schema that is
/// not read, or that an extension may bring, is somewhere else.
fn is_nowhere(wanted: &Id, catalog: &Catalog, current: &Catalog) -> bool {
    let Some(schema) = wanted.schema().filter(|_| Kind::RELATIONS.contains(&wanted.kind)) else {
        return false;
    };
    let system = schema.starts_with("pg_") || schema == "information_schema";
    let both = [catalog, current];
    let brought = || both.iter().any(|c| c.objects.keys().any(|id| id.kind.def().provides));
    let exists = || {
        let known = |kind: &Kind| {
            let id = Id::new(*kind, wanted.path.clone());
            both.iter().any(|c| c.objects.contains_key(&id) || c.copies.contains_key(&id))
        };
        let identity = qualified(schema, wanted.name());
        Kind::RELATIONS.iter().any(known)
            || current.unmodelled.iter().any(|object| object.identity == identity)
    };
    !system && !exists() && !brought()
}
