//! Default privileges (`ALTER DEFAULT PRIVILEGES`, `pg_default_acl`): what objects are granted the
//! moment a role makes them.
//!
//! Without a schema PostgreSQL keeps the whole ACL, of which the built-in part says nothing here;
//! with a schema it keeps only what is added.

pub(in crate::kind) mod list;
mod scope;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::catalog::Catalog;
use crate::grants::{self, Grants, OWNER, PUBLIC, Privileges, Rights, key_of, role_of};
use crate::kind::abilities::Unsaid;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::sql::own::USER_SCHEMA;
use crate::sql::quote::ident;
use crate::step::Step;
use scope::Scope;

/// What one role's new objects are granted, everywhere or in one schema.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct DefaultPrivileges {
    /// By the places in [`CLASSES`].
    classes: [Grants; 6],
}

/// The attributes as they are written, or as ACLs of the catalog.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Tables, views and the like (`defaclobjtype` `r`).
    #[serde(skip_serializing_if = "Option::is_none")]
    tables: Option<Given>,
    /// Sequences (`S`).
    #[serde(skip_serializing_if = "Option::is_none")]
    sequences: Option<Given>,
    /// Functions and procedures (`f`).
    #[serde(skip_serializing_if = "Option::is_none")]
    functions: Option<Given>,
    /// Types and domains (`T`).
    #[serde(skip_serializing_if = "Option::is_none")]
    types: Option<Given>,
    /// Schemas (`n`).
    #[serde(skip_serializing_if = "Option::is_none")]
    schemas: Option<Given>,
    /// Large objects (`L`, from version 18).
    #[serde(skip_serializing_if = "Option::is_none")]
    large_objects: Option<Given>,
    /// From the catalog: whose entry it is.
    #[serde(skip_serializing)]
    for_role: Option<String>,
    /// From the catalog: whether it is for one schema.
    #[serde(default, skip_serializing)]
    additive: bool,
    /// From the catalog: the version of the server.
    #[serde(default, skip_serializing)]
    major: u32,
}

/// Privileges by grantee, or an `aclitem[]`.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Given {
    Acl(String),
    Lists(BTreeMap<String, String>),
}

/// The rights on large objects.
const LARGE_OBJECT: Rights =
    Rights { word: "LARGE OBJECT", all: &[('r', "select"), ('w', "update")], public: &[] };

/// The sorts of objects, each with its word in ALTER DEFAULT PRIVILEGES.
const CLASSES: [(&str, Rights); 6] = [
    ("TABLES", grants::TABLE),
    ("SEQUENCES", grants::SEQUENCE),
    ("FUNCTIONS", grants::FUNCTION),
    ("TYPES", grants::TYPE),
    ("SCHEMAS", grants::SCHEMA),
    ("LARGE OBJECTS", LARGE_OBJECT),
];

/// Rights on top of others: nothing is built in.
fn added(rights: &Rights) -> Rights {
    Rights { word: grants::COLUMN.word, all: rights.all, public: &[] }
}

impl TryFrom<Written> for DefaultPrivileges {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written {
            tables,
            sequences,
            functions,
            types,
            schemas,
            large_objects,
            for_role,
            additive,
            major,
        } = written;
        let mut classes = <[Grants; 6]>::default();
        let given = [tables, sequences, functions, types, schemas, large_objects];
        for ((place, given), (_, rights)) in classes.iter_mut().zip(given).zip(&CLASSES) {
            *place = match given {
                None => continue,
                Some(Given::Acl(acl)) => {
                    let owner = for_role.as_deref().unwrap_or_default();
                    let rights = if additive { added(rights) } else { *rights };
                    Grants::from_acl(Some(&acl), owner, &rights, major)
                }
                Some(Given::Lists(lists)) => {
                    let read = |(grantee, list): (String, String)| {
                        list::read(&list, rights).map(|list| (grantee, list))
                    };
                    Grants::by_owner(lists.into_iter().map(read).collect::<Result<_, _>>()?)
                }
            };
        }
        Ok(Self { classes })
    }
}

impl From<DefaultPrivileges> for Written {
    fn from(defaults: DefaultPrivileges) -> Self {
        let mut given = defaults.classes.into_iter().map(|grants| {
            let lists =
                grants.by_owner.into_iter().map(|(grantee, list)| (grantee, list::write(&list)));
            let lists: BTreeMap<_, _> = lists.collect();
            (!lists.is_empty()).then_some(Given::Lists(lists))
        });
        let mut next = || given.next().flatten();
        Self {
            tables: next(),
            sequences: next(),
            functions: next(),
            types: next(),
            schemas: next(),
            large_objects: next(),
            ..Self::default()
        }
    }
}

impl DefaultPrivileges {
    /// The statements that take `old` to `self`.
    fn change(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let Self { classes } = self;
        let scope = Scope::of(id);
        let major = cx.major();
        let mut steps = Vec::new();
        for ((new, old), (word, rights)) in classes.iter().zip(&old.classes).zip(&CLASSES) {
            let rights = scope.rights(rights);
            let grantees: BTreeSet<&String> =
                new.by_owner.keys().chain(old.by_owner.keys()).collect();
            for grantee in grantees {
                let role = match grantee.as_str() {
                    PUBLIC => "PUBLIC".to_owned(),
                    OWNER => scope.role.as_ref().map_or("CURRENT_USER".to_owned(), |r| ident(r)),
                    key => ident(role_of(key).unwrap_or(key)),
                };
                let has = old.effective(grantee, &rights, major);
                let wanted = new.effective(grantee, &rights, major);
                let mut say = |verb: &str, names: &[String], to: &str| {
                    if !names.is_empty() {
                        let names = names.join(", ").to_uppercase();
                        steps.push(Step::new(format!(
                            "ALTER DEFAULT PRIVILEGES{} {verb}{names} ON {word} {to}",
                            scope.sql()
                        )));
                    }
                };
                let of = |all: &Privileges, fits: &dyn Fn(&str, bool) -> bool| {
                    let some = all.iter().filter(|(name, passes)| fits(name, **passes));
                    some.map(|(name, _)| name.clone()).collect::<Vec<_>>()
                };
                let lost = of(&has, &|name, _| !wanted.contains_key(name));
                let bound = of(&has, &|name, passes| passes && wanted.get(name) == Some(&false));
                let gained = of(&wanted, &|name, passes| !passes && !has.contains_key(name));
                let passing = of(&wanted, &|name, passes| passes && has.get(name) != Some(&true));
                say("REVOKE ", &lost, &format!("FROM {role}"));
                say("REVOKE GRANT OPTION FOR ", &bound, &format!("FROM {role}"));
                say("GRANT ", &gained, &format!("TO {role}"));
                say("GRANT ", &passing, &format!("TO {role} WITH GRANT OPTION"));
            }
        }
        steps
    }
}

impl Define for DefaultPrivileges {
    const ABOUT: About = About {
        clauses: &[],
        catalog: 826,
        extra_keys: &["tables", "sequences", "functions", "types", "schemas", "large_objects"],
        sort: crate::kind::Sort::DefaultPrivileges,
        renames: false,
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        let class = |letter: &str, name: &str| {
            format!("max(d.defaclacl::text) FILTER (WHERE d.defaclobjtype = '{letter}') AS {name}")
        };
        let classes = [
            class("r", "tables"),
            class("S", "sequences"),
            class("f", "functions"),
            class("T", "types"),
            class("n", "schemas"),
            class("L", "large_objects"),
        ];
        format!(
            "SELECT max(d.oid) AS _oid, 'for role ' || quote_ident(r.rolname) || \
               COALESCE(' in schema ' || quote_ident(n.nspname), '') AS _1, \
             r.rolname::text AS for_role, n.nspname IS NOT NULL AS additive, {major} AS major, {} \
             FROM pg_default_acl d JOIN pg_roles r ON r.oid = d.defaclrole \
             LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace \
             WHERE n.nspname IS NULL OR ({USER_SCHEMA}) \
             GROUP BY r.rolname, n.nspname",
            classes.join(", ")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        Alter::InPlace(self.change(old, id, cx))
    }

    fn resolve_key(id: &Id, names: &Lookup<'_>) -> Option<Id> {
        let scope = Scope::of(id);
        if scope.role.is_some() {
            return None;
        }
        let user = names.current.map(|current| current.server.user.clone());
        let role = Some(user.filter(|user| !user.is_empty())?);
        Some(Id::new(id.kind, [Scope { role, ..scope }.key()]))
    }

    fn name_in_key(_key: &str) -> &'static str {
        ""
    }

    fn key(key: &str) -> Result<(String, Option<Json>), String> {
        Ok((Scope::read(key)?.key(), None))
    }
}

impl Describe for DefaultPrivileges {
    fn address(&self, id: &Id) -> String {
        format!("DEFAULT PRIVILEGES{}", Scope::of(id).sql())
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        self.change(&Self::default(), id, cx)
    }

    fn drop(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        Self::default().change(self, id, cx)
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        let scope = Scope::of(id);
        let grantees = self.classes.iter().flat_map(|grants| grants.by_owner.keys());
        let grantees = grantees.filter_map(|key| role_of(key));
        let roles: BTreeSet<&str> = grantees.chain(scope.role.as_deref()).collect();
        let roles = roles.into_iter().map(|role| Id::new(Kind::Role, [role]));
        let schema = scope.schema.iter().map(|schema| Id::new(Kind::Schema, [schema]));
        roles.chain(schema).collect()
    }

    fn dropped_with(&self, id: &Id) -> Vec<Id> {
        Scope::of(id).schema.iter().map(|schema| Id::new(Kind::Schema, [schema])).collect()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let scope = Scope::of(id);
        // `all` in a declaration is what the server at hand knows.
        let major = names.current.map(|current| current.server.major()).filter(|major| *major > 0);
        let major = major.unwrap_or(u32::MAX);
        for (grants, (_, rights)) in self.classes.iter_mut().zip(&CLASSES) {
            if let Some(own) =
                scope.role.as_ref().and_then(|role| grants.by_owner.remove(&key_of(role)))
            {
                grants.by_owner.entry(OWNER.to_owned()).or_insert(own);
            }
            for privileges in grants.by_owner.values_mut() {
                privileges.retain(|name, _| rights.known(major).any(|known| known == name));
            }
            *grants = std::mem::take(grants).without_built_in(&scope.rights(rights), major);
        }
    }
}

impl Unsaid for DefaultPrivileges {
    /// PostgreSQL keeps no row that says what the owner and PUBLIC have anyway (`SetDefaultACL` of aclchk.c). One
    /// that is there is taken away.
    fn is_nothing(&self, id: &Id, names: &Lookup<'_>) -> bool {
        self.classes.iter().all(Grants::is_empty)
            && names.current.is_none_or(|current| current.get(id).is_none())
    }
}

/// The statements that take the default privileges of the current role away, and those that give them
/// back: what an extension brings is to be as its script makes it.
pub(in crate::kind) fn suspended(cx: &Sides<'_>) -> (Vec<Step>, Vec<Step>) {
    let mut both = (Vec::new(), Vec::new());
    for (id, _) in cx.current.below(Kind::DefaultPrivileges, &[]) {
        let mine = Scope::of(id).role.as_deref() == Some(cx.current.server.user.as_str());
        if let Some(there) = cx.current.attrs::<DefaultPrivileges>(id).filter(|_| mine) {
            both.0.extend(DefaultPrivileges::default().change(there, id, cx));
            both.1.extend(there.change(&DefaultPrivileges::default(), id, cx));
        }
    }
    both
}

/// The privileges, as they differ from the built-in ones, that an object has the moment `role`
/// makes it in `schema` (`get_user_default_acl` of aclchk.c). `word` is its class as in GRANT.
pub fn in_force(
    catalog: &Catalog,
    role: &str,
    schema: Option<&str>,
    word: &str,
    rights: &Rights,
    major: u32,
) -> Grants {
    let word = if word == "PROCEDURE" { "FUNCTION" } else { word };
    let Some(place) = CLASSES.iter().position(|(_, rights)| rights.word == word) else {
        return Grants::default();
    };
    let entry = |schema: Option<&str>| {
        let scope = Scope { role: Some(role.to_owned()), schema: schema.map(str::to_owned) };
        let id = Id::new(Kind::DefaultPrivileges, [scope.key()]);
        catalog.attrs::<DefaultPrivileges>(&id).map(|entry| &entry.classes[place])
    };
    let mut grants = entry(None).cloned().unwrap_or_default();
    if let Some(extra) = schema.and_then(|schema| entry(Some(schema))) {
        for (grantee, privileges) in &extra.by_owner {
            let mut all = grants.effective(grantee, rights, major);
            for (name, passes) in privileges {
                *all.entry(name.clone()).or_default() |= *passes;
            }
            grants.by_owner.insert(grantee.clone(), all);
        }
    }
    grants.without_built_in(rights, major)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Object;
    use crate::kind::Member;
    use serde_json::json;

    fn of(json: Json) -> DefaultPrivileges {
        serde_json::from_value(json).unwrap()
    }

    fn id(key: &str) -> Id {
        Id::new(Kind::DefaultPrivileges, [DefaultPrivileges::key(key).unwrap().0])
    }

    fn steps(old: &DefaultPrivileges, new: &DefaultPrivileges, id: &Id) -> Vec<String> {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        new.change(old, id, &cx).into_iter().map(|step| step.sql).collect()
    }

    #[test]
    fn a_key_has_one_spelling() {
        assert_eq!(id("FOR USER  App IN SCHEMA \"Odd\""), id("for role app in schema \"Odd\""));
        assert_eq!(id("in schema s").name(), "in schema s");
        assert!(DefaultPrivileges::key("for role a, b").is_err());
    }

    #[test]
    fn without_a_schema_the_built_in_rights_are_not_said() {
        let read = of(json!({"functions": "{o=X/o,app=X*/o}", "for_role": "o", "major": 15}));
        let json = serde_json::to_value(&read).unwrap();
        assert_eq!(json, json!({"functions": {"app": "execute with grant option", "public": ""}}));
        assert_eq!(
            steps(&DefaultPrivileges::default(), &of(json), &id("for role o")),
            [
                "ALTER DEFAULT PRIVILEGES FOR ROLE o GRANT EXECUTE ON FUNCTIONS TO app WITH GRANT OPTION",
                "ALTER DEFAULT PRIVILEGES FOR ROLE o REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
            ]
        );
    }

    #[test]
    fn with_a_schema_they_are_additions() {
        let read =
            of(json!({"functions": "{=X/o}", "for_role": "o", "additive": true, "major": 15}));
        assert_eq!(
            serde_json::to_value(&read).unwrap(),
            json!({"functions": {"public": "execute"}})
        );
        assert_eq!(
            steps(&read, &DefaultPrivileges::default(), &id("for role o in schema s")),
            [
                "ALTER DEFAULT PRIVILEGES FOR ROLE o IN SCHEMA s REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
            ]
        );
    }

    #[test]
    fn some_privileges_may_be_passed_on_and_others_not() {
        let mixed = of(json!({"tables": {"app": "select with grant option, insert"}}));
        let json = serde_json::to_value(&mixed).unwrap();
        assert_eq!(json, json!({"tables": {"app": "select with grant option, insert"}}));
        assert_eq!(of(json), mixed);
        assert!(
            serde_json::from_value::<DefaultPrivileges>(json!({"tables": {"a": "usage"}})).is_err()
        );
    }

    #[test]
    fn a_new_object_gets_both_entries() {
        let mut catalog = Catalog::default();
        let mut add = |key: &str, json: Json| {
            catalog.objects.insert(id(key), Object::new(of(json).wrap()));
        };
        add("for role o", json!({"functions": {"public": "", "app": "execute"}}));
        add("for role o in schema s", json!({"functions": {"public": "execute"}}));
        let rights = &grants::FUNCTION;
        let there = in_force(&catalog, "o", Some("s"), "FUNCTION", rights, 15);
        assert_eq!(there.by_owner.keys().collect::<Vec<_>>(), ["app"]);
        let elsewhere = in_force(&catalog, "o", Some("t"), "FUNCTION", rights, 15);
        assert_eq!(elsewhere.by_owner.keys().collect::<Vec<_>>(), ["app", "public"]);
    }
}
