//! Base types (`CREATE TYPE name (INPUT = ..., OUTPUT = ...)`, `pg_type.typtype` `b`). The functions of one take
//! and return it, so that a shell of its name comes first: an object of its own, which goes into the type.

mod definition;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use definition::{Definition, FUNCTIONS, KEYS, SETTABLE};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::grants;
use crate::kind::abilities::Ordered;
use crate::kind::def_list::gather;
use crate::kind::routines::routine::find::{called, qualify};
use crate::kind::{
    About, Alter, Cx, Define, Describe, Id, Inner, Kind, Lookup, Naming, Obstacle, Part, Sides,
};
use crate::leaf::Sql;
use crate::source::Origin;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::qualified;
use crate::sql::tree::Class;
use crate::step::Step;

/// A base type.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseType {
    /// How its values are read, written and kept.
    options: Definition,
}

/// Whether a function goes with a base type that is dropped.
pub(in crate::kind) fn takes(function: &Id, cx: &Sides<'_>) -> bool {
    let gone = |id: &Id| cx.desired.get(id).is_none();
    let mut all = cx.current.below(Kind::BaseType, &[]);
    all.any(|(id, _)| {
        let of = cx.current.attrs::<BaseType>(id).filter(|_| gone(id));
        of.is_some_and(|of| of.functions(id, cx.current).contains(function))
    })
}

impl BaseType {
    /// Those of its functions that are the user's and have it in their signature.
    fn functions(&self, id: &Id, catalog: &Catalog) -> BTreeSet<Id> {
        let own = qualified(id.first(), id.name());
        let named = self.options.functions.values();
        let all = named.flat_map(|name| called(Kind::Function, name, catalog));
        all.filter(|function| {
            let mut named = function.name().contains(&own);
            if let Some(object) = catalog.get(function) {
                named |= object.attrs.references(function).contains(id);
                object.attrs.each_leaf(&mut |_, _, leaf| named |= leaf.text == own);
            }
            named
        })
        .collect()
    }
}

impl Define for BaseType {
    const ABOUT: About = About {
        clauses: &[clause("options", "", Shape::Parens)],
        catalog: 1247,
        extra_keys: KEYS,
        // An array type is found by its element's oid: `typarray` has no index.
        models: Some((
            "pg_type",
            "t.typtype = 'b' AND t.typisdefined AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)",
        )),
        rights: Some(&grants::TYPE),
        owned: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        let functions: String = FUNCTIONS
            .iter()
            .map(|key| {
                let column = match *key {
                    "typmod_in" => "typmodin".to_owned(),
                    "typmod_out" => "typmodout".to_owned(),
                    key => format!("typ{key}"),
                };
                format!(
                    "'{key}', (SELECT CASE WHEN fn.nspname <> 'pg_catalog' \
                     THEN quote_ident(fn.nspname) || '.' ELSE '' END || quote_ident(f.proname) \
                     FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace \
                     WHERE f.oid = t.{column}::oid), "
                )
            })
            .collect();
        format!(
            "SELECT t.oid AS _oid, n.nspname::text AS _1, t.typname::text AS _2, \
             pg_get_userbyid(t.typowner)::text AS _owner, t.typacl::text AS _acl, \
             json_strip_nulls(json_build_object({functions}\
               'internallength', CASE t.typlen WHEN -1 THEN 'variable' ELSE t.typlen::text END, \
               'passedbyvalue', t.typbyval::text, \
               'alignment', CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' \
                 WHEN 'd' THEN 'double' ELSE 'int4' END, \
               'storage', CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' \
                 WHEN 'x' THEN 'extended' ELSE 'main' END, \
               'category', quote_literal(t.typcategory::text), 'preferred', t.typispreferred::text, \
               'default', quote_literal(t.typdefault), \
               'element', CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END, \
               'delimiter', quote_literal(t.typdelim::text), \
               'collatable', (t.typcollation <> 0)::text)) AS options \
             FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
             WHERE t.typtype = 'b' AND t.typisdefined \
             AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid) AND {USER_SCHEMA} AND {}",
            no_member("pg_type", "t.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { options } = self;
        if !options.agree(&old.options) {
            return Alter::Refuse(Obstacle::with_hint(
                "PostgreSQL changes of a base type only what is in ALTER TYPE ... SET",
                format!("make a new type beside {}, and let the columns have that", id.dotted()),
            ));
        }
        let mut actions = Vec::new();
        for key in SETTABLE {
            let (new, old) = (options.functions.get(key), old.options.functions.get(key));
            if new != old {
                let name = new.map_or_else(|| "NONE".to_owned(), crate::leaf::Qualified::sql);
                actions.push(format!("{key} = {name}"));
            }
        }
        if options.storage != old.options.storage {
            actions.push(format!("storage = {}", options.storage));
        }
        if actions.is_empty() {
            return Alter::InPlace(Vec::new());
        }
        let sql = format!("ALTER {} SET ({})", self.address(id), actions.join(", "));
        Alter::InPlace(vec![Step::new(sql)])
    }

    /// The shell comes with it.
    fn expand(id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        let origin = parts.first().map(|part| part.origin.clone());
        let mut inner = gather(KEYS, parts)?;
        inner.extend(origin.map(|origin| Inner {
            id: id.as_kind(Kind::ShellType),
            parts: vec![Part { key: "defined".to_owned(), value: true.into(), origin }],
            naming: Naming::Given,
        }));
        Ok(inner)
    }
}

impl Describe for BaseType {
    fn address(&self, id: &Id) -> String {
        format!("TYPE {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let sql = format!("CREATE {} ({})", self.address(id), self.options.sql());
        vec![Step::new(sql).authored()]
    }

    /// Its functions need it as it needs them, and PostgreSQL knows no other way. What else there is of
    /// it is gone by then.
    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        vec![Step::new(format!("DROP {} CASCADE", self.address(id)))]
    }

    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        vec![Step::new(format!(
            "ALTER {} RENAME TO {}",
            self.address(old),
            crate::sql::quote::ident(new.name())
        ))]
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        let element = self.options.element.iter().flat_map(|of| crate::kind::type_ids(&of.text));
        element.chain([id.as_kind(Kind::ShellType)]).collect()
    }

    fn needs(&self, _id: &Id, catalog: &Catalog) -> Vec<Id> {
        let named = self.options.functions.values();
        named.flat_map(|name| called(Kind::Function, name, catalog)).collect()
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        if let Some(element) = &mut self.options.element {
            visit("element", Class::Type, element);
        }
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        for (key, name) in &mut self.options.functions {
            let theirs = there.and_then(|there| there.options.functions.get(key));
            qualify(Kind::Function, name, theirs, names);
        }
        if let Some(element) = &mut self.options.element {
            names.type_name(element);
        }
    }

    /// Its shell has the name.
    fn occupies(&self, _id: &Id) -> Vec<(&'static str, Vec<String>)> {
        Vec::new()
    }
}

impl Ordered for BaseType {
    fn completes(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
        self.functions(id, catalog).into_iter().collect()
    }
}
