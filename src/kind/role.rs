//! Roles (`CREATE ROLE`, `pg_authid`): only so that a declared one that is missing can be made
//! before anything names it. They belong to the cluster, so a database's catalog does not read
//! them, and passwords are never anybody's business here.

use serde::{Deserialize, Deserializer, Serialize};

use super::{Alter, Cx, Describe, Id};
use crate::clause::{Clause, Shape, clause};
use crate::leaf::{is_false, text_of};
use crate::sql::quote::ident;
use crate::step::Step;

/// A role's attributes (`CREATE ROLE`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Whether it may log in (`rolcanlogin`).
    #[serde(default)]
    login: bool,
    /// Whether it is a superuser (`rolsuper`).
    #[serde(default, skip_serializing_if = "is_false")]
    superuser: bool,
    /// Whether it may create databases (`rolcreatedb`).
    #[serde(default, skip_serializing_if = "is_false")]
    createdb: bool,
    /// Whether it may create roles (`rolcreaterole`).
    #[serde(default, skip_serializing_if = "is_false")]
    createrole: bool,
    /// Whether it has the privileges of the roles that it is a member of (`rolinherit`).
    #[serde(default = "yes", deserialize_with = "flag", skip_serializing_if = "is_true")]
    inherit: bool,
    /// Whether it may replicate (`rolreplication`).
    #[serde(default, skip_serializing_if = "is_false")]
    replication: bool,
    /// Whether row security does not bind it (`rolbypassrls`).
    #[serde(default, skip_serializing_if = "is_false")]
    bypassrls: bool,
    /// How many connections it may have; -1 is any number (`rolconnlimit`).
    #[serde(default = "any", deserialize_with = "number", skip_serializing_if = "is_any")]
    connection_limit: i32,
}

fn yes() -> bool {
    true
}
fn is_true(value: &bool) -> bool {
    *value
}
fn any() -> i32 {
    -1
}
fn is_any(limit: &i32) -> bool {
    *limit == -1
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    text_of(deserializer)?.parse().map_err(serde::de::Error::custom)
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    text_of(deserializer)?.replace(' ', "").parse().map_err(serde::de::Error::custom)
}

impl Role {
    fn flags(&self) -> [(bool, &'static str); 7] {
        let Self {
            login,
            superuser,
            createdb,
            createrole,
            inherit,
            replication,
            bypassrls,
            connection_limit: _,
        } = self;
        [
            (*login, "LOGIN"),
            (*superuser, "SUPERUSER"),
            (*createdb, "CREATEDB"),
            (*createrole, "CREATEROLE"),
            (*inherit, "INHERIT"),
            (*replication, "REPLICATION"),
            (*bypassrls, "BYPASSRLS"),
        ]
    }

    /// The options that are not as in `old`.
    fn options(&self, old: &Self) -> String {
        let mut sql = String::new();
        for ((on, word), (was, _)) in self.flags().into_iter().zip(old.flags()) {
            if on != was {
                sql.push_str(if on { " " } else { " NO" });
                sql.push_str(word);
            }
        }
        if self.connection_limit != old.connection_limit {
            sql.push_str(&format!(" CONNECTION LIMIT {}", self.connection_limit));
        }
        sql
    }
}

impl Describe for Role {
    const CLAUSES: &'static [Clause] = &[
        clause("login", "login", Shape::Flag),
        clause("login", "nologin", Shape::Off),
        clause("superuser", "superuser", Shape::Flag),
        clause("superuser", "nosuperuser", Shape::Off),
        clause("createdb", "createdb", Shape::Flag),
        clause("createdb", "nocreatedb", Shape::Off),
        clause("createrole", "createrole", Shape::Flag),
        clause("createrole", "nocreaterole", Shape::Off),
        clause("inherit", "noinherit", Shape::Off),
        clause("inherit", "inherit", Shape::Is("true")),
        clause("replication", "replication", Shape::Flag),
        clause("replication", "noreplication", Shape::Off),
        clause("bypassrls", "bypassrls", Shape::Flag),
        clause("bypassrls", "nobypassrls", Shape::Off),
        clause("connection_limit", "connection limit", Shape::Word),
    ];
    const CATALOG: u32 = 1260;
    const CLUSTER_WIDE: bool = true;
    const RENAMES: bool = false;

    fn query(_major: u32) -> String {
        "SELECT NULL::oid AS _oid, NULL::text AS _1 WHERE false".to_owned()
    }

    fn address(&self, id: &Id) -> String {
        format!("ROLE {}", ident(id.name()))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        // What CREATE ROLE gives when nothing is said, but for LOGIN, which is always said.
        let plain = Self {
            login: !self.login,
            superuser: false,
            createdb: false,
            createrole: false,
            inherit: true,
            replication: false,
            bypassrls: false,
            connection_limit: -1,
        };
        vec![Step::new(format!("CREATE {}{}", self.address(id), self.options(&plain)))]
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Cx<'_>) -> Alter {
        let options = self.options(old);
        if options.is_empty() {
            return Alter::InPlace(Vec::new());
        }
        Alter::InPlace(vec![Step::new(format!("ALTER {}{options}", self.address(id)))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::kind::Kind;

    fn sql(json: serde_json::Value) -> String {
        let role: Role = serde_json::from_value(json).unwrap();
        let empty = Catalog::default();
        let cx = Cx { current: &empty, desired: &empty };
        role.create(&Id::new(Kind::Role, ["App"]), &cx, &[])[0].sql.clone()
    }

    #[test]
    fn a_role_may_not_log_in_unless_it_says_so() {
        assert_eq!(sql(serde_json::json!({})), "CREATE ROLE \"App\" NOLOGIN");
    }

    #[test]
    fn what_differs_from_a_plain_role_is_said() {
        let json = serde_json::json!({"login": true, "inherit": false, "connection_limit": "5"});
        assert_eq!(sql(json), "CREATE ROLE \"App\" LOGIN NOINHERIT CONNECTION LIMIT 5");
    }
}
