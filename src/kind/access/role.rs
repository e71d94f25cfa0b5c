//! Roles (`CREATE ROLE`, `pg_roles`), with what they are members of and what is set for them. They
//! belong to the cluster: unless `[manage] roles` says so, one that is there is left as it is, and a
//! difference in its attributes is only reported.
//!
//! Passwords, and until when they are valid, are never anybody's business here; nor are the roles
//! that initdb makes.

mod membership;

use std::collections::BTreeMap;

use membership::Memberships;
use serde::{Deserialize, Deserializer, Serialize};

use crate::clause::{Shape, clause};
use crate::kind::abilities::{Configured, Empowered, HoldsSecrets, Unsaid};
use crate::kind::routines::routine::setting::Settings;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::{is_false, text_of};
use crate::secret::Secret;
use crate::sql::quote::ident;
use crate::step::Step;

/// A role's attributes (`CREATE ROLE`).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
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
    /// The roles whose member it is.
    #[serde(default, skip_serializing_if = "Memberships::is_empty")]
    member_of: Memberships,
    /// What is set for its sessions (`pg_db_role_setting`).
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    set: Settings,
    /// What is set for its sessions in one database.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    in_database: BTreeMap<String, Settings>,
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
            member_of: _,
            set: _,
            in_database: _,
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

    /// The memberships and settings that are not as in `old`.
    fn belongings(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let mut sql = self.member_of.change(&old.member_of, id.name(), self.inherit, cx.major());
        let alter = format!("ALTER {}", self.address(id));
        sql.extend(self.set.alter(&old.set, &alter));
        let none = Settings::default();
        let databases = old.in_database.keys().chain(self.in_database.keys());
        for database in databases.collect::<std::collections::BTreeSet<_>>() {
            let of = |role: &Self| role.in_database.get(database).cloned();
            let (there, wanted) = (of(old), of(self));
            let alter = format!("{alter} IN DATABASE {}", ident(database));
            let there = there.as_ref().unwrap_or(&none);
            sql.extend(wanted.as_ref().unwrap_or(&none).alter(there, &alter));
        }
        sql.into_iter().map(Step::new).collect()
    }
}

impl Define for Role {
    const ABOUT: About = About {
        clauses: &[
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
        ],
        catalog: 1260,
        cluster_wide: true,
        renames: false,
        extra_keys: &["member_of", "set", "in_database"],
        hides: &["password"],
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        let more = if major >= 16 {
            " || CASE WHEN bool_or(m.inherit_option) <> r.rolinherit \
                THEN ', inherit ' || bool_or(m.inherit_option) ELSE '' END \
             || CASE WHEN bool_or(m.set_option) THEN '' ELSE ', set false' END"
        } else {
            ""
        };
        // The first role is the one that initdb made.
        format!(
            "SELECT r.oid AS _oid, r.rolname::text AS _1, r.rolcanlogin AS login, \
             r.rolsuper AS superuser, r.rolcreatedb AS createdb, r.rolcreaterole AS createrole, \
             r.rolinherit::text AS inherit, r.rolreplication AS replication, \
             r.rolbypassrls AS bypassrls, r.rolconnlimit::text AS connection_limit, \
             (SELECT jsonb_object_agg(m.role, m.options) FROM (SELECT g.rolname AS role, \
               'admin ' || bool_or(m.admin_option){more} AS options FROM pg_auth_members m \
               JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid GROUP BY g.rolname) m) \
               AS member_of, \
             (SELECT s.setconfig FROM pg_db_role_setting s \
               WHERE s.setrole = r.oid AND s.setdatabase = 0) AS \"set\", \
             (SELECT jsonb_object_agg(d.datname, to_jsonb(s.setconfig)) FROM pg_db_role_setting s \
               JOIN pg_database d ON d.oid = s.setdatabase WHERE s.setrole = r.oid) AS in_database \
             FROM pg_roles r WHERE r.oid <> 10 AND r.rolname !~ '^pg_'"
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let options = self.options(old);
        let mut steps = Vec::new();
        if !options.is_empty() {
            steps.push(Step::new(format!("ALTER {}{options}", self.address(id))));
        }
        steps.extend(self.belongings(old, id, cx));
        Alter::InPlace(steps)
    }
}

impl Describe for Role {
    fn obstacle(&self, id: &Id, cx: &Sides<'_>) -> Option<String> {
        let reserved = id.name().starts_with("pg_") && cx.current.get(id).is_none();
        reserved.then(|| {
            "PostgreSQL keeps names of roles that begin with pg_ for its own: give it another"
                .to_owned()
        })
    }

    fn address(&self, id: &Id) -> String {
        format!("ROLE {}", ident(id.name()))
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
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
            member_of: Memberships::default(),
            set: Settings::default(),
            in_database: BTreeMap::new(),
        };
        let create = format!("CREATE {}{}", self.address(id), self.options(&plain));
        let mut steps = vec![Step::new(create)];
        steps.extend(self.belongings(&plain, id, cx));
        steps
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        self.member_of.0.keys().map(|role| Id::new(Kind::Role, [role])).collect()
    }

    fn resolve(&mut self, _id: &Id, _names: &Lookup<'_>) {
        self.member_of.strip(self.inherit);
        self.in_database.retain(|_, settings| !settings.is_empty());
    }

    fn without_choices(&mut self) {
        self.member_of.strip(self.inherit);
    }

    fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        (major < 16 && self.member_of.is_newer()).then_some(("INHERIT or SET of a membership", 16))
    }
}

impl Unsaid for Role {
    fn without_belongings(&mut self) {
        self.member_of = Memberships::default();
        self.set = Settings::default();
        self.in_database.clear();
    }
}

impl Empowered for Role {
    fn has_powers(&self) -> bool {
        self.superuser || self.bypassrls || self.replication || self.createrole
    }
}

impl Configured for Role {
    fn settings(&self) -> Vec<(String, String)> {
        let everywhere = [&self.set].into_iter();
        everywhere.chain(self.in_database.values()).flat_map(Settings::plain).collect()
    }
}

impl HoldsSecrets for Role {
    fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        self.set.secrets(visit);
        for (database, settings) in &mut self.in_database {
            settings.secrets(&mut |name, secret| visit(&format!("{database}.{name}"), secret));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn sql(json: serde_json::Value) -> String {
        let role: Role = serde_json::from_value(json).unwrap();
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        role.create(&Id::new(Kind::Role, ["App"]), &cx, &[])[0].sql.clone()
    }

    #[test]
    fn a_role_may_not_log_in_unless_it_says_so() {
        assert_eq!(sql(serde_json::json!({})), "CREATE ROLE \"App\" NOLOGIN");
    }

    #[test]
    fn memberships_and_settings_are_changed_one_by_one() {
        let of = |json| serde_json::from_value::<Role>(json).unwrap();
        let old = of(serde_json::json!({
            "member_of": {"a": "admin false"}, "set": ["work_mem=1MB", "search_path=a, \"B\""]
        }));
        let new = of(serde_json::json!({
            "set": {"work_mem": "2MB"}, "in_database": {"Db": {"app.x": "1"}}
        }));
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let steps = new.belongings(&old, &Id::new(Kind::Role, ["r"]), &cx);
        let sql: Vec<_> = steps.into_iter().map(|step| step.sql).collect();
        assert_eq!(
            sql,
            [
                "REVOKE a FROM r",
                "ALTER ROLE r RESET search_path",
                "ALTER ROLE r SET work_mem TO '2MB'",
                "ALTER ROLE r IN DATABASE \"Db\" SET app.x TO '1'",
            ]
        );
    }

    #[test]
    fn what_differs_from_a_plain_role_is_said() {
        let json = serde_json::json!({"login": true, "inherit": false, "connection_limit": "5"});
        assert_eq!(sql(json), "CREATE ROLE \"App\" LOGIN NOINHERIT CONNECTION LIMIT 5");
    }
}
