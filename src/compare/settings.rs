//! Whether a server takes the settings of a database, a role or a function.

use super::refused::diagnostic;
use crate::catalog::Catalog;
use crate::id::Id;
use crate::oracle::{Lazy, can_be_asked};
use crate::report::Report;

/// Asks the scratch for the settings of these objects. Where none of the server's version can be had, the server decides.
///
/// # Errors
/// Each setting that does not exist or cannot have its value, at the object that has it.
pub(crate) async fn check<'a>(
    catalog: &Catalog,
    ids: impl Iterator<Item = &'a Id>,
    major: Option<u32>,
    scratch: &mut Lazy,
) -> Result<(), Report> {
    let mut settings = Vec::new();
    for id in ids {
        let Some(object) = catalog.get(id).filter(|object| object.origin.is_some()) else {
            continue;
        };
        let of = object
            .attrs
            .as_configured()
            .map_or_else(Vec::new, crate::kind::abilities::Configured::settings);
        let of = of.into_iter().filter(|(name, _)| can_be_asked(name));
        settings.extend(of.map(|(name, value)| (id.clone(), name, value)));
    }
    if settings.is_empty() {
        return Ok(());
    }
    let Ok(scratch) = scratch.get(major).await else { return Ok(()) };
    if major.is_some_and(|major| major != scratch.major()) {
        return Ok(());
    }
    let Ok(refusals) = scratch.refused_settings(&settings).await else { return Ok(()) };
    let report: Report = refusals.iter().map(|refusal| diagnostic(catalog, refusal)).collect();
    if report.has_errors() { Err(report) } else { Ok(()) }
}
