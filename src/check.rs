//! The declaration, built on a scratch: PostgreSQL's own errors, pointed at the TOML.

use crate::catalog::Catalog;
use crate::compare::{self, CompareError};
use crate::declare::{self, Declaration};
use crate::oracle::{Lazy, Refusal};
use crate::report::{Diagnostic, Report};

/// Builds the declaration.
///
/// # Errors
/// Whatever is wrong with it, all at once; or a scratch that cannot be had.
pub async fn check(mut declaration: Declaration, scratch: &mut Lazy) -> Result<(), CompareError> {
    declare::resolve(&mut declaration, None);
    declare::check(&declaration, None)?;
    compare::parse_leaves(&declaration.catalog, declaration.catalog.objects.keys())?;
    let built = scratch.get(None).await?.build(&declaration.catalog, &[]).await?;
    let report: Report =
        built.refusals.iter().map(|refusal| diagnostic(&declaration.catalog, refusal)).collect();
    if report.has_errors() { Err(report.into()) } else { Ok(()) }
}

/// A refusal as a diagnostic at the object that it is for.
pub(crate) fn diagnostic(catalog: &Catalog, refusal: &Refusal) -> Diagnostic {
    let name = refusal.object.as_ref().map_or_else(String::new, |id| format!("{id}: "));
    let message = format!("{name}{} ({})", refusal.message, refusal.code);
    let diagnostic = Diagnostic::error("postgresql", message);
    let origin = refusal
        .object
        .as_ref()
        .and_then(|id| catalog.get(id))
        .and_then(|object| object.origin.clone());
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
        Some(near) => diagnostic.help(format!("it stumbles at `{near}`")),
        None => diagnostic,
    }
}
