//! What the declaration names must be declared or be there: a key's column, a foreign key's table.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, side_by_side};
use crate::declare::Declaration;
use crate::report::{Diagnostic, Report, suggest};

/// Looks up every object that another one names in its typed fields.
///
/// # Errors
/// Each name that means nothing, at the object that says it.
pub fn check(declaration: &Declaration, current: Option<&Catalog>) -> Result<(), Report> {
    let mut report = Report::default();
    let catalog = &declaration.catalog;
    let nothing = BTreeMap::new();
    let there = current.map_or(&nothing, |current| &current.objects);
    let major = current.map_or(0, |current| current.server.major());
    for (id, there, object) in side_by_side(there, &catalog.objects) {
        let Some(object) = object else { continue };
        let maintain = ("the privilege maintain", 17);
        let granted = || {
            let grants = object.grants.iter().flat_map(|grants| grants.0.values());
            let newer = major < 17 && grants.into_iter().any(|held| held.contains_key("maintain"));
            newer.then_some(maintain)
        };
        if let Some((what, since)) =
            object.attrs.lacks(major).or_else(granted).filter(|_| major > 0)
        {
            let message = format!(
                "{id} uses {what}, which came with PostgreSQL {since}; the server has {major}"
            );
            let diagnostic = Diagnostic::error("version", message);
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
        for wanted in object.attrs.references(id) {
            let there = |catalog: &Catalog| {
                catalog.objects.contains_key(&wanted) || catalog.copies.contains_key(&wanted)
            };
            if there(catalog) || current.is_some_and(there) {
                continue;
            }
            // What nobody can know from here is left to the server.
            let Some(parent) =
                wanted.parents().into_iter().find(|parent| catalog.get(parent).is_some())
            else {
                continue;
            };
            let Some(holder) = catalog.get(&parent) else { continue };
            if holder.attrs.is_open() || wanted.kind.def().single {
                continue;
            }
            let message = format!("{} has no {} `{}`", parent.dotted(), wanted.kind, wanted.name());
            let diagnostic = Diagnostic::error("unknown-name", message)
                .at(origin.clone(), format!("named by {} `{}`", id.kind, id.name()));
            let siblings =
                catalog.below(wanted.kind, &parent.path).map(|(sibling, _)| sibling.name());
            report.push(match suggest(wanted.name(), siblings) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        }
    }
    if report.has_errors() { Err(report) } else { Ok(()) }
}
