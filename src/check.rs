//! The declaration, built on a scratch: PostgreSQL's own errors, pointed at the TOML.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::compare::{self, CompareError};
use crate::declare::{self, Declaration};
use crate::id::Id;
use crate::oracle::{Lazy, Refusal};
use crate::report::{Diagnostic, Report};
use crate::sql::quote::ident;

/// Builds the declaration.
///
/// # Errors
/// Whatever is wrong with it, all at once; or a scratch that cannot be had.
pub async fn check(mut declaration: Declaration, scratch: &mut Lazy) -> Result<(), CompareError> {
    declare::resolve(&mut declaration, None);
    declare::check(&declaration, None)?;
    compare::parse_leaves(&declaration.catalog, declaration.catalog.objects.keys())?;
    let built = scratch.get(None).await?.build(&declaration.catalog, &[]).await?;
    let refused: BTreeSet<&Id> =
        built.refusals.iter().filter_map(|refusal| refusal.object.as_ref()).collect();
    // What is inside an object that is refused is refused for want of it.
    let is_own = |refusal: &&Refusal| {
        let mut open = refusal.object.as_ref().map_or_else(Vec::new, Id::parents);
        while let Some(parent) = open.pop() {
            if refused.contains(&parent) {
                return false;
            }
            open.extend(parent.parents());
        }
        true
    };
    let own = built.refusals.iter().filter(is_own);
    let report: Report = own.map(|refusal| diagnostic(&declaration.catalog, refusal)).collect();
    if report.has_errors() { Err(report.into()) } else { Ok(()) }
}

/// The column or constraint on whose line of a CREATE TABLE the error stands.
fn part_at_fault(catalog: &Catalog, whole: &Id, refusal: &Refusal) -> Option<Id> {
    let at = usize::try_from(refusal.position?).ok()?.checked_sub(1)?;
    let before: String = refusal.sql.chars().take(at).collect();
    let line = before.rsplit('\n').next()?.trim_start();
    let line = line.strip_prefix("CONSTRAINT ").unwrap_or(line);
    let parts = whole.kind.def().children.iter();
    let mut parts = parts.flat_map(|place| catalog.below(place.kind, &whole.path));
    let named = |id: &Id| {
        line.strip_prefix(&ident(id.name())).is_some_and(|rest| rest.starts_with([' ', '(']))
    };
    parts.find(|(id, _)| named(id)).map(|(id, _)| id.clone())
}

/// A refusal as a diagnostic at the object that it is for.
pub(crate) fn diagnostic(catalog: &Catalog, refusal: &Refusal) -> Diagnostic {
    let name = refusal.object.as_ref().map_or_else(String::new, |id| format!("{id}: "));
    let message = format!("{name}{} ({})", refusal.message, refusal.code);
    let diagnostic = Diagnostic::error("postgresql", message);
    let origin = refusal.object.as_ref().and_then(|id| {
        let at_fault = part_at_fault(catalog, id, refusal);
        catalog.get(&at_fault.unwrap_or_else(|| id.clone()))?.origin.clone()
    });
    let diagnostic = match origin {
        Some(origin) => diagnostic.at(origin, "PostgreSQL refuses this"),
        None => diagnostic,
    };
    let near = refusal.position.and_then(|at| {
        let at = usize::try_from(at).ok()?.checked_sub(1)?;
        let rest: String = refusal.sql.chars().skip(at).take(40).collect();
        rest.lines().next().map(str::to_owned)
    });
    match near {
        Some(near) => diagnostic.help(format!("near `{near}`")),
        None => diagnostic,
    }
}
