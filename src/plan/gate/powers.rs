//! What frees a role from privileges, or lets it hand them out: its attributes, and memberships in roles that have such.

use pg_query::protobuf::ObjectType;
use serde_json::{Map, Value};

use super::named::{Group, changed_of_cluster};
use super::{Loss, form};
use crate::hazard::Hazard;
use crate::sql::tree::{self, list, text};

/// The roles that let their members do what no privilege does, which a statement makes others members of.
pub(super) fn memberships(statement: &Map<String, Value>) -> Vec<Loss> {
    let group = Group::of(ObjectType::ObjectRole);
    let loss = |(granted, member): (String, String)| Loss {
        gate: Hazard::PrivilegeChange,
        path: vec![member],
        now: vec![granted],
        group,
        used: false,
    };
    let given = members(statement).into_iter();
    given.filter(|(granted, _)| granted.starts_with("pg_")).map(loss).collect()
}

/// The roles that a statement grants, each with each role that it grants them to. What the connected role lends itself is
/// its own already.
pub(super) fn members(statement: &Map<String, Value>) -> Vec<(String, String)> {
    if !statement.contains_key("is_grant") || form::is_lending("GrantRoleStmt", statement) {
        return Vec::new();
    }
    let granted = list(statement, "granted_roles").iter();
    let granted = granted.filter_map(|role| tree::fields(role, "AccessPriv"));
    let to = list(statement, "grantee_roles").iter();
    let to: Vec<_> = to.filter_map(|role| tree::fields(role, "RoleSpec")).collect();
    let pairs = granted.flat_map(|role| to.iter().map(move |to| (role, *to)));
    pairs
        .map(|(role, to)| (text(role, "priv_name").to_owned(), text(to, "rolename").to_owned()))
        .collect()
}

/// What a role gets that frees it from privileges, or lets it hand them out.
pub(super) fn powers(kind: &str, statement: &Map<String, Value>) -> Option<Loss> {
    let powers = ["superuser", "bypassrls", "isreplication", "createrole"];
    let options = list(statement, "options").iter().filter_map(|it| tree::fields(it, "DefElem"));
    let gets = options
        .filter(|option| powers.contains(&text(option, "defname")))
        .any(|option| option.get("arg").is_some_and(tree::is_on));
    let role = changed_of_cluster(kind, statement)?.into_iter().next().filter(|_| gets)?;
    let path = vec![role.to_owned()];
    let group = Group::of(ObjectType::ObjectRole);
    Some(Loss { gate: Hazard::PrivilegeChange, path: path.clone(), now: path, group, used: false })
}
