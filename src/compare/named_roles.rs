//! Whether the roles exist that what a plan makes or changes names.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::grants::{Grants, PUBLIC};
use crate::id::Id;
use crate::plan::{Action, Plan};
use crate::report::{Code, Diagnostic, Report};
use crate::suggest::suggest;

/// Looks for each owner, grantee, grantor and other role that a change names, on the server and in the declaration.
///
/// # Errors
/// Each role that is in neither, at the object that names it.
pub(super) fn check(plan: &Plan, current: &Catalog, desired: &Catalog) -> Result<(), Report> {
    // A side that is no server says nothing of roles, and a scratch has none of those that a declaration names.
    if current.server.actor.is_none() {
        return Ok(());
    }
    let mut report = Report::default();
    let mut said: BTreeSet<(&Id, String)> = BTreeSet::new();
    for change in plan.changes.iter().filter(|change| change.action != Action::Drop) {
        let id = &change.object;
        let Some(object) = desired.get(id) else { continue };
        let Some(origin) = &object.origin else { continue };
        let granted = object.grants.iter().flat_map(Grants::roles).map(str::to_owned);
        let named = object.attrs.references(id).into_iter();
        let named = named.filter(|named| named.kind.def().cluster_wide);
        let named = named.map(|named| named.name().to_owned());
        for role in object.owner.clone().into_iter().chain(granted).chain(named) {
            let exists = current.roles.contains(&role)
                || desired.get(&Id::role(&role)).is_some()
                || role == PUBLIC;
            if exists || !said.insert((id, role.clone())) {
                continue;
            }
            let message = format!("there is no role {role}, which {id} names");
            let diagnostic =
                Diagnostic::error(Code::UnknownName, message).at(origin.clone(), "declared here");
            let known = current.roles.iter().map(String::as_str);
            report.push(match suggest(&role, known) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help("declare it under [role], or create it first"),
            });
        }
    }
    if report.has_errors() { Err(report) } else { Ok(()) }
}
