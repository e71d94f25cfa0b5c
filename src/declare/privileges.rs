//! Grants that no server takes: a privilege that a column does not have, a column that is not there, a grant option for
//! PUBLIC, a privilege passed on by a role that may not.

use crate::catalog::{Catalog, Object};
use crate::declare::Declaration;
use crate::grants::{Grants, PUBLIC, key_of};
use crate::id::Id;
use crate::kind::abilities;
use crate::report::{Code, Diagnostic, Report};

/// Looks at every privilege that the declaration grants.
pub(super) fn check(declaration: &Declaration, current: Option<&Catalog>, report: &mut Report) {
    let catalog = &declaration.catalog;
    for (id, object) in &catalog.objects {
        let (Some(origin), Some(grants)) = (&object.origin, &object.grants) else { continue };
        let mut wrong = |code, message, help: &str| {
            report.push(Diagnostic::error(code, message).at(origin.clone(), "here").help(help));
        };
        if is_only_granted(id, object) && !exists(id, catalog, current) {
            let table = id.parents().first().map(Id::dotted).unwrap_or_default();
            let message = format!("{table} has no column `{}`, on which it grants", id.name());
            wrong(Code::UnknownName, message, "correct the name, or declare the column");
            continue;
        }
        if let Some(rights) = id.kind.def().rights {
            let has = |name: &str| rights.all.iter().any(|(_, known)| *known == name);
            if let Some(name) = grants.lists().flat_map(|list| list.keys()).find(|name| !has(name))
            {
                let message = format!("`{name}` is no privilege of a {}: {id}", id.kind.noun());
                wrong(Code::UnknownPrivilege, message, "grant it on the whole table");
            }
        }
        let for_public = grants.by_owner.get(PUBLIC).into_iter();
        let passed = grants.passed_on.iter().filter(|(of, _)| of.grantee == PUBLIC);
        if for_public.chain(passed.map(|(_, list)| list)).any(|list| list.values().any(|it| *it)) {
            let message = format!("{id} grants a grant option to public; only roles can have one");
            wrong(Code::BadValue, message, "grant without it, or to a role");
        }
        let owner = object.owner.as_deref().or(current.map(|current| current.server.user.as_str()));
        for (of, list) in grants.passed_on.iter().filter(|(of, _)| Some(&*of.grantor) != owner) {
            let above =
                || id.parents().first().and_then(|table| catalog.get(table)?.grants.as_ref());
            let may = |name: &str| {
                passes(grants, &of.grantor, name)
                    || above().is_some_and(|above| passes(above, &of.grantor, name))
            };
            if let Some(name) = list.keys().find(|name| !may(name)) {
                let message = format!(
                    "{id} has {} granted by {}, to whom it does not grant that with grant option",
                    name.to_uppercase(),
                    of.grantor
                );
                wrong(Code::BadValue, message, "grant it to that role `with grant option` too");
            }
        }
    }
}

/// Whether a role has a privilege with the grant option.
fn passes(grants: &Grants, role: &str, privilege: &str) -> bool {
    let key = key_of(role);
    let passed = grants.passed_on.iter().filter(|(of, _)| of.grantee == key);
    let lists = grants.by_owner.get(&key).into_iter().chain(passed.map(|(_, list)| list));
    lists.into_iter().any(|list| list.get(privilege) == Some(&true))
}

/// Whether nothing is said of a column but its privileges, which stand with its table.
fn is_only_granted(id: &Id, object: &Object) -> bool {
    let nothing = (id.kind.def().parse)(&serde_json::Value::Object(serde_json::Map::new()));
    object.attrs.as_values().is_some() && nothing.is_ok_and(|nothing| nothing == object.attrs)
}

/// Whether a column of which only privileges are declared is there, or may come from elsewhere.
fn exists(id: &Id, catalog: &Catalog, current: Option<&Catalog>) -> bool {
    if current.is_some_and(|current| current.get(id).is_some()) {
        return true;
    }
    let Some(table) = id.parents().into_iter().next() else { return true };
    let Some(object) = catalog.get(&table) else { return true };
    // A parent's columns.
    object.attrs.as_child().is_some_and(abilities::Child::is_open)
}
