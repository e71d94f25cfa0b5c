//! Domains (`CREATE DOMAIN`, `pg_type.typtype = 'd'`). Their checks are objects of their own.

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::grants;
use crate::kind::abilities::{Swapped, Typed};
use crate::kind::types::domain_constraint::DomainConstraint;
use crate::kind::types::made_of;
use crate::kind::{
    About, Alter, Cx, Define, Describe, Id, Inner, Kind, Lookup, Member, Naming, Part, Sides,
    abilities, name,
};
use crate::leaf::{Item, Name, Qualified, Sql, Type, is_false, read_type};
use crate::source::Origin;
use crate::sql::names::KnownNames;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::qualified;
use crate::sql::tree::Class;
use crate::sql::type_name::{self, TypeName};
use crate::step::Step;

/// A domain.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// The type below it (`typbasetype`, `typtypmod`).
    #[serde(rename = "type", deserialize_with = "read_type")]
    pub(in crate::kind) base: Type,
    /// The collation, if it is not the one of the type below (`typcollation`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    collate: Option<Qualified>,
    /// What a column of it has if nothing is said (`typdefaultbin`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<Sql>,
    /// Whether it refuses NULL (`typnotnull`).
    #[serde(default, skip_serializing_if = "is_false")]
    not_null: bool,
}

impl Domain {
    /// Whether it is built on a domain that has a default.
    fn takes_a_default(&self, cx: &Sides<'_>) -> bool {
        let Ok(base) = Qualified::read(&self.base.text) else { return false };
        let id = Id::new(Kind::Domain, base.path());
        let base = cx.desired.attrs::<Self>(&id).or_else(|| cx.current.attrs::<Self>(&id));
        base.is_some_and(|base| base.default.is_some())
    }
}

/// Whether a type is a domain that does not take every value of the type below it, so that PostgreSQL writes
/// every row of a table that gets a column of it (`DomainHasConstraints`).
pub(in crate::kind) fn is_conditional(of: &TypeName, catalog: &Catalog) -> bool {
    let id = made_of::type_id(of, catalog).filter(|_| !of.array);
    let Some((id, domain)) = id.and_then(|id| Some((id.clone(), catalog.attrs::<Domain>(&id)?)))
    else {
        return false;
    };
    let below = type_name::canonical(&domain.base.text);
    domain.not_null
        || catalog.below(Kind::DomainConstraint, &id.path).next().is_some()
        || below.is_ok_and(|below| is_conditional(&below, catalog))
}

/// Whether a new condition on a domain cannot be checked in place: PostgreSQL looks at columns of the
/// domain, but not into arrays and composites of it (`get_rels_with_domain`).
pub(in crate::kind) fn is_unseen(id: &Id, cx: &Sides<'_>) -> bool {
    if cx.current.get(id).is_none() || cx.desired.get(id).is_none() {
        return false;
    }
    let mut columns =
        cx.current.of_kind(Kind::Column).filter(|(column, _)| cx.desired.get(column).is_some());
    columns.any(|(_, column)| {
        let of = column
            .attrs
            .as_typed()
            .and_then(abilities::Typed::type_text)
            .map(|of| type_name::canonical(&of));
        let Some(Ok(of)) = of else { return false };
        let own = !of.array && made_of::type_id(&of, cx.current).as_ref() == Some(id);
        !own && made_of::holds(&of, id, cx.current)
    })
}

impl Define for Domain {
    const ABOUT: About = About {
        clauses: &[
            clause("type", "", Shape::Rest),
            clause("type", "as", Shape::Rest),
            clause("collate", "collate", Shape::Word),
            clause("default", "default", Shape::Rest),
            clause("not_null", "not null", Shape::Flag),
            clause("not_null", "null", Shape::Off),
            clause("constraint_name", "constraint", Shape::Word),
            clause("check", "check", Shape::Parens),
        ],
        catalog: 1247,
        models: Some(("pg_type", "t.typtype = 'd'")),
        rights: Some(&grants::TYPE),
        owned: true,
        sets_aside: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT t.oid AS _oid, n.nspname::text AS _1, t.typname::text AS _2, \
             pg_get_userbyid(t.typowner)::text AS _owner, t.typacl::text AS _acl, \
             format_type(t.typbasetype, t.typtypmod) AS \"type\", \
             CASE WHEN t.typcollation <> b.typcollation THEN \
               CASE WHEN cn.nspname <> 'pg_catalog' THEN quote_ident(cn.nspname) || '.' ELSE '' END \
               || quote_ident(co.collname) END AS \"collate\", \
             pg_get_expr(t.typdefaultbin, 0) AS \"default\", t.typnotnull AS not_null \
             FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
             JOIN pg_type b ON b.oid = t.typbasetype \
             LEFT JOIN pg_collation co ON co.oid = t.typcollation \
             LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace \
             WHERE t.typtype = 'd' AND {USER_SCHEMA} AND {}",
            no_member("pg_type", "t.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Self { base, collate, default, not_null } = self;
        if *base != old.base || *collate != old.collate {
            return Alter::Replace;
        }
        let alter = format!("ALTER {}", self.address(id));
        let mut steps = Vec::new();
        if *default != old.default {
            steps.push(match default {
                Some(default) => Step::new(format!("{alter} SET DEFAULT {default}")).authored(),
                None => Step::new(format!("{alter} DROP DEFAULT")),
            });
        }
        if *not_null != old.not_null {
            if *not_null && is_unseen(id, cx) {
                return Alter::Replace;
            }
            let verb = if *not_null { "SET" } else { "DROP" };
            steps.push(Step::new(format!("{alter} {verb} NOT NULL")));
        }
        Alter::InPlace(steps)
    }

    fn expand(id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        let mut inner = Vec::new();
        let mut kept = Vec::new();
        let mut called: Option<(String, Origin)> = None;
        for part in std::mem::take(parts) {
            match part.key.as_str() {
                "constraint_name" => {
                    let read = part.text().map(Name::read);
                    let Some(Ok(Name(name))) = read else {
                        return Err(("this is not a name".to_owned(), part.origin));
                    };
                    called = Some((name, part.origin));
                }
                "check" => {
                    let named = called.take().map(|(name, _)| name);
                    let naming = Naming::of(named.as_ref());
                    let name = named.unwrap_or_else(|| name::object_name(id.name(), None, "check"));
                    inner.push(Inner {
                        id: id.child(DomainConstraint::KIND, &name),
                        parts: vec![part],
                        naming,
                    });
                }
                _ => {
                    // The name of a NOT NULL says nothing: the domain has it or not.
                    if part.key == "not_null" {
                        called = None;
                    }
                    kept.push(part);
                }
            }
        }
        *parts = kept;
        match called {
            Some((name, origin)) => {
                Err((format!("`check (...)` is missing after `constraint {name}`"), origin))
            }
            None => Ok(inner),
        }
    }
}

impl Describe for Domain {
    fn address(&self, id: &Id) -> String {
        format!("DOMAIN {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, inner: &[String]) -> Vec<Step> {
        let mut sql = format!("CREATE {} AS {}", self.address(id), self.base);
        if let Some(collation) = &self.collate {
            sql.push_str(&format!(" COLLATE {}", collation.sql()));
        }
        if let Some(default) = &self.default {
            sql.push_str(&format!(" DEFAULT {default}"));
        }
        if self.not_null {
            sql.push_str(" NOT NULL");
        }
        for check in inner {
            sql.push_str(&format!(" {check}"));
        }
        let mut steps = vec![Step::new(sql).authored()];
        if self.default.is_none() && self.takes_a_default(cx) {
            // It has taken over the default of the domain below; DEFAULT NULL would be one too.
            steps.push(Step::new(format!("ALTER {} DROP DEFAULT", self.address(id))));
        }
        steps
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        self.collate.iter().filter_map(crate::kind::collation_id).collect()
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        visit("type", Class::Type, &mut self.base);
        if let Some(default) = &mut self.default {
            visit("default", Class::Expr, default);
        }
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        names.type_name(&mut self.base);
        self.default.take_if(|default| default.text.eq_ignore_ascii_case("null"));
        let Some(collation) = &mut self.collate else { return };
        let system = collation.schema.as_deref().is_none_or(|schema| schema == "pg_catalog");
        if system && collation.name == "default" {
            self.collate = None;
            return;
        }
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        let there = there.and_then(|there| there.collate.as_ref());
        names.named(Kind::COLLATIONS, collation, there);
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![("type", id.path.clone())]
    }
}

impl Typed for Domain {
    fn register(&self, id: &Id, names: &mut KnownNames) {
        // The type below one of the user's is not known here.
        if !self.base.text.contains('.') {
            names.add_domain(id.first(), id.name(), &self.base.text);
        }
    }

    fn type_text(&self) -> Option<String> {
        Some(self.base.text.clone())
    }
}

impl Swapped for Domain {
    fn take_temporary_name(&self, id: &Id, former: &Id) -> Vec<Step> {
        let mut steps = crate::kind::describe::bare(self.rename(id, former));
        if self.default.is_some() {
            steps.push(Step::new(format!("ALTER {} DROP DEFAULT", self.address(former))));
        }
        steps
    }

    fn stops_needing(&self, other: &Id) -> bool {
        // What it is made of stays; its default and its checks are gone.
        !Kind::TYPES.contains(&other.kind) && !Kind::COLLATIONS.contains(&other.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::clause::{Value, split};

    fn parts(text: &str) -> Vec<Part> {
        let origin = Origin { file: "".into(), start: 0, end: 0 };
        let part = |found: crate::clause::Found| Part {
            key: found.key.to_owned(),
            value: match found.value {
                Value::Flag(flag) => flag.into(),
                Value::Text(text) => text.into(),
            },
            origin: origin.clone(),
        };
        split(Domain::ABOUT.clauses, text).unwrap().into_iter().map(part).collect()
    }

    #[test]
    fn its_checks_become_objects_with_the_names_that_postgresql_gives() {
        let id = Id::new(Kind::Domain, ["public", "email"]);
        let mut parts = parts(
            "varchar(99) collate \"C\" default 'x' not null check (value ~ '@') constraint short check (length(value) < 9)",
        );
        let inner = Domain::expand(&id, &mut parts).unwrap();
        let names: Vec<_> =
            inner.iter().map(|inner| (inner.id.name(), inner.naming == Naming::Chosen)).collect();
        assert_eq!(names, [("email_check", true), ("short", false)]);
        let map = parts.into_iter().map(|part| (part.key, part.value)).collect();
        let domain: Domain = serde_json::from_value(serde_json::Value::Object(map)).unwrap();
        let empty = Catalog::default();
        let mut desired = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        assert_eq!(
            domain.create(&id, &cx, &["CONSTRAINT short CHECK (true)".to_owned()])[0].sql,
            "CREATE DOMAIN public.email AS character varying(99) COLLATE \"C\" DEFAULT 'x' NOT NULL \
             CONSTRAINT short CHECK (true)"
        );
        desired.objects.insert(id, crate::catalog::Object::new(domain.wrap()));
        let above: Domain =
            serde_json::from_value(serde_json::json!({"type": "public.email"})).unwrap();
        let cx = Cx::undecided(&empty, &desired);
        let steps = above.create(&Id::new(Kind::Domain, ["public", "e"]), &cx, &[]);
        let sql: Vec<&str> = steps.iter().map(|step| step.sql.as_str()).collect();
        assert_eq!(
            sql,
            ["CREATE DOMAIN public.e AS public.email", "ALTER DOMAIN public.e DROP DEFAULT"]
        );
    }

    #[test]
    fn a_domain_over_something_else_is_a_new_one_and_leaves_no_default_behind() {
        let (id, former) =
            (Id::new(Kind::Domain, ["s", "d"]), Id::new(Kind::Domain, ["s", "d_former"]));
        let of = |json| serde_json::from_value::<Domain>(json).unwrap();
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let old = of(serde_json::json!({ "type": "integer", "default": "s.f()" }));
        let new = of(serde_json::json!({ "type": "text" }));
        assert_eq!(new.alter(&old, &id, &cx), Alter::Replace);
        let sql: Vec<String> =
            old.take_temporary_name(&id, &former).into_iter().map(|step| step.sql).collect();
        assert_eq!(
            sql,
            ["ALTER DOMAIN s.d RENAME TO d_former", "ALTER DOMAIN s.d_former DROP DEFAULT"]
        );
        assert!(old.stops_needing(&Id::new(Kind::Function, ["s", "f()"])));
        assert!(!old.stops_needing(&Id::new(Kind::Enum, ["s", "e"])));
    }
}
