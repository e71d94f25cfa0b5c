//! What statements about roles need. Since 16 a role with CREATEROLE gives only the attributes that it has itself, and
//! changes only the roles of which it has ADMIN (manual, "Role Attributes", "creating roles"); before, it changes any role
//! that is no superuser, and gives neither REPLICATION nor BYPASSRLS.

use serde_json::{Map, Value};

use super::Walk;
use super::need::Need;
use crate::id::Id;
use crate::sql::tree::{fields, is_on, list, text};

/// What a statement about the role needs.
pub(super) fn needs(
    kind: &str,
    statement: &Map<String, Value>,
    id: &Id,
    walk: &Walk<'_>,
) -> Vec<Need> {
    let role = walk.renamed.get(id).unwrap_or(id).name();
    // Whoever may log in may change its own settings.
    if kind == "AlterRoleSetStmt" && role == walk.user() {
        return Vec::new();
    }
    let mut needs = vec![Need::CreateRole { id: id.clone() }];
    let is_superuser = walk.actor.roles.get(role).is_some_and(|held| held.superuser);
    if is_superuser && !walk.made.contains(role) {
        needs.push(Need::Superuser { id: id.clone() });
    } else if kind != "CreateRoleStmt" && walk.is_newer() {
        needs.push(Need::Administer { role: role.to_owned(), id: id.clone() });
    }
    let options = list(statement, "options").iter().filter_map(|option| fields(option, "DefElem"));
    for option in options {
        let need = |attribute| Need::Attribute { attribute, id: id.clone() };
        // Who alters takes an attribute away with the same rights.
        let gives = kind == "AlterRoleStmt" || option.get("arg").is_some_and(is_on);
        match text(option, "defname") {
            "superuser" if gives => needs.push(Need::Superuser { id: id.clone() }),
            "isreplication" if gives => needs.push(need("REPLICATION")),
            "bypassrls" if gives => needs.push(need("BYPASSRLS")),
            "createdb" if gives && walk.is_newer() => needs.push(need("CREATEDB")),
            _ => {}
        }
    }
    needs
}

impl Walk<'_> {
    /// Whether the connected role may give an attribute.
    pub(super) fn has_attribute(&self, attribute: &str) -> bool {
        self.is_newer()
            && match attribute {
                "REPLICATION" => self.actor.replication,
                "BYPASSRLS" => self.actor.bypassrls,
                _ => self.actor.createdb,
            }
    }

    /// Whether it certainly has no ADMIN of a role.
    pub(super) fn lacks_admin(&self, role: &str) -> bool {
        let held = self.actor.roles.get(role).filter(|held| !held.administers);
        held.is_some() && !self.made.contains(role) && !self.changes_own
    }
}
