//! Who may do what in a schema, by what is there and by what the plan grants.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::need::Need;
use super::{Walk, is_grant, role};
use crate::grants::{PUBLIC, key_of};
use crate::id::Id;
use crate::sql::tree::{fields, list, number, text};
use pg_query::protobuf::RoleSpecType;

/// What a plan does to schemas.
#[derive(Default)]
pub(super) struct Schemas {
    /// Those that it makes.
    made: BTreeSet<Id>,
    /// Those of which it takes privileges away.
    revoked: BTreeSet<Id>,
    /// What it grants: the schema, the privilege, the key of the grantee.
    granted: BTreeSet<(Id, String, String)>,
}

impl Walk<'_> {
    /// What a statement needs that runs as another role.
    pub(super) fn as_other(&self, kind: &str, id: &Id) -> Vec<Need> {
        let needs = |role: &String| {
            let schema = id.schema_id().filter(|_| kind == "GrantStmt")?;
            Some(Need::Use { role: role.clone(), schema, id: id.clone() })
        };
        self.acting.as_ref().and_then(needs).into_iter().collect()
    }

    /// Follows what a statement does to a schema.
    pub(super) fn follow_schema(&mut self, kind: &str, statement: &Map<String, Value>, id: &Id) {
        match kind {
            "CreateSchemaStmt" => _ = self.schemas.made.insert(id.clone()),
            "GrantStmt" if is_grant(statement) => {
                for (privilege, grantee) in grants(statement) {
                    self.schemas.granted.insert((id.clone(), privilege, grantee));
                }
            }
            "GrantStmt" => _ = self.schemas.revoked.insert(id.clone()),
            _ => {}
        }
    }

    /// Whether the plan has granted a privilege on a schema to a role or to PUBLIC.
    fn is_granted(&self, privilege: &str, role: &str, schema: &Id) -> bool {
        [PUBLIC.to_owned(), key_of(role)].into_iter().any(|grantee| {
            let privilege = privilege.to_owned();
            self.schemas.granted.contains(&(schema.clone(), privilege, grantee))
        })
    }

    /// Whether nothing but its own name gives a role rights: no membership that is there or that the plan makes.
    fn is_alone(&self, role: &str) -> bool {
        if self.joined.contains(role) {
            return false;
        }
        let held = self.actor.roles.get(role);
        self.made.contains(role) || held.is_some_and(|held| !held.member && !held.superuser)
    }

    /// Whether a role has CREATE in a schema that the plan makes; `None`: that cannot be told, or it is another schema.
    pub(super) fn creates_in_new(&self, role: &str, schema: &Id) -> Option<bool> {
        if !self.schemas.made.contains(schema) || self.schemas.revoked.contains(schema) {
            return None;
        }
        if self.is_granted("create", role, schema) || self.owner(schema)?.1 == role {
            return Some(true);
        }
        (role != self.user() && self.is_alone(role)).then_some(false)
    }

    /// Whether a role has USAGE on a schema; `None`: that cannot be told.
    pub(super) fn uses(&self, role: &str, schema: &Id) -> Option<bool> {
        if self.is_granted("usage", role, schema) || self.owner(schema)?.1 == role {
            return Some(true);
        }
        if self.schemas.revoked.contains(schema) || !self.is_alone(role) {
            return None;
        }
        if self.schemas.made.contains(schema) {
            return Some(false);
        }
        let there = self.renamed.get(schema).unwrap_or(schema);
        let (object, rights) = (self.current.get(there)?, there.kind.def().rights?);
        let (grants, major) = (object.grants.as_ref()?, self.current.server.major());
        let has = |key: &str| grants.effective(key, rights, major).contains_key("usage");
        let passed = grants.passed_on.iter().any(|(of, privileges)| {
            (of.grantee == PUBLIC || of.grantee == key_of(role)) && privileges.contains_key("usage")
        });
        Some(passed || has(PUBLIC) || has(&key_of(role)))
    }
}

/// The privileges of a GRANT with their grantees, by key; ALL is every one.
fn grants(statement: &Map<String, Value>) -> Vec<(String, String)> {
    let named = |value: &Value| {
        let name = text(fields(value, "AccessPriv")?, "priv_name").to_lowercase();
        Some(name).filter(|name| !name.is_empty())
    };
    let mut privileges: Vec<String> =
        list(statement, "privileges").iter().filter_map(named).collect();
    if privileges.is_empty() {
        privileges = vec!["create".to_owned(), "usage".to_owned()];
    }
    let grantees = list(statement, "grantees").iter().filter_map(|grantee| match role(grantee) {
        Some(role) => Some(key_of(&role)),
        None => {
            let kind = number(fields(grantee, "RoleSpec")?, "roletype");
            (kind == RoleSpecType::RolespecPublic as i64).then(|| PUBLIC.to_owned())
        }
    });
    let all = grantees.flat_map(|grantee| {
        privileges.iter().map(move |privilege| (privilege.clone(), grantee.clone()))
    });
    all.collect()
}
