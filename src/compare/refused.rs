//! What PostgreSQL refuses on a scratch, pointed at the TOML.

use crate::catalog::Catalog;
use crate::id::Id;
use crate::oracle::Refusal;
use crate::report::{Code, Diagnostic};
use crate::sql::quote::ident;

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
    let diagnostic = Diagnostic::error(Code::Postgresql, message);
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
