//! Range types (`CREATE TYPE ... AS RANGE`, `pg_range`), each with the multirange type that
//! PostgreSQL makes beside it.

mod definition;

use serde::{Deserialize, Serialize};

use definition::{Definition, KEYS, multirange_name};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::grants;
use crate::kind::abilities::Swapped;
use crate::kind::def_list::gather;
use crate::kind::describe::{bare, move_named};
use crate::kind::routines::routine::find::{best, qualify};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Inner, Kind, Lookup, Part, Sides};
use crate::leaf::{Qualified, Sql};
use crate::source::Origin;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::qualified;
use crate::sql::tree::Class;
use crate::step::Step;

/// A range type.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// What it ranges over, and how.
    options: Definition,
    /// What makes a range of two bounds, if it is not called like the type (`pg_depend`): so it is
    /// after the type alone was renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    constructor: Option<Qualified>,
    /// The same for the multirange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    multirange_constructor: Option<Qualified>,
}

impl Range {
    /// The name of the multirange type.
    fn multirange(&self, id: &Id) -> Qualified {
        let usual = || Qualified::new(id.first(), &multirange_name(id.name()));
        self.options.multirange.clone().unwrap_or_else(usual)
    }

    /// What it is over.
    pub(in crate::kind) fn subtype(&self) -> &str {
        &self.options.subtype.text
    }

    /// The names of what makes a range, and a multirange. PostgreSQL makes both in the schema of the
    /// range, wherever the multirange is.
    fn constructors(&self, id: &Id) -> [Qualified; 2] {
        let own = self.constructor.clone();
        let many = self.multirange_constructor.clone();
        let usual = |name: &str| Qualified::new(id.first(), name);
        [
            own.unwrap_or_else(|| usual(id.name())),
            many.unwrap_or_else(|| usual(&self.multirange(id).name)),
        ]
    }

    /// Steps that give the constructors other names.
    fn construct(&self, from: &[Qualified; 2], id: &Id) -> Vec<Step> {
        let [own, many] = self.constructors(id);
        let of = &self.options.subtype.text;
        let range = qualified(id.first(), id.name());
        let mut steps = Vec::new();
        for arguments in [format!("({of}, {of})"), format!("({of}, {of}, text)")] {
            steps.extend(move_named("FUNCTION", &from[0], &own, &arguments));
        }
        for arguments in ["()".to_owned(), format!("({range})"), format!("(VARIADIC {range}[])")] {
            steps.extend(move_named("FUNCTION", &from[1], &many, &arguments));
        }
        steps
    }
}

impl Define for Range {
    const ABOUT: About = About {
        clauses: &[
            clause("options", "", Shape::Parens),
            clause("options", "as range", Shape::Parens),
        ],
        catalog: 1247,
        extra_keys: &[
            "subtype",
            "subtype_opclass",
            "collation",
            "canonical",
            "subtype_diff",
            "multirange_type_name",
            "constructor",
            "multirange_constructor",
        ],
        models: Some(("pg_type", "t.typtype = 'r'")),
        rights: Some(&grants::TYPE),
        owned: true,
        sets_aside: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        let name = |schema: &str, name: &str| {
            format!(
                "CASE WHEN {schema}.nspname <> 'pg_catalog' \
                 THEN quote_ident({schema}.nspname) || '.' ELSE '' END || quote_ident({name})"
            )
        };
        let function = |column: &str| {
            format!(
                "(SELECT {} FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace \
                 WHERE f.oid = r.{column}::oid)",
                name("fn", "f.proname")
            )
        };
        let constructor = |of: &str, arguments: u32| {
            format!(
                "(SELECT min(quote_ident(pn.nspname) || '.' || quote_ident(p.proname)) \
                 FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid \
                 JOIN pg_namespace pn ON pn.oid = p.pronamespace \
                 WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_type'::regclass \
                 AND d.refobjid IN (t.oid, mt.oid) AND d.deptype = 'i' \
                 AND p.prorettype = {of}.oid AND p.pronargs = {arguments} \
                 AND (p.proname <> {of}.typname OR p.pronamespace <> t.typnamespace))"
            )
        };
        format!(
            "SELECT t.oid AS _oid, n.nspname::text AS _1, t.typname::text AS _2, \
             pg_get_userbyid(t.typowner)::text AS _owner, t.typacl::text AS _acl, \
             json_strip_nulls(json_build_object('subtype', format_type(r.rngsubtype, NULL), \
               'subtype_opclass', CASE WHEN NOT oc.opcdefault OR (oc.opcintype <> r.rngsubtype \
                 AND EXISTS (SELECT FROM pg_opclass d WHERE d.opcmethod = oc.opcmethod \
                   AND d.opcdefault AND d.opcintype = r.rngsubtype)) THEN {opclass} END, \
               'collation', CASE WHEN r.rngcollation <> st.typcollation THEN {collation} END, \
               'canonical', {canonical}, 'subtype_diff', {diff}, \
               'multirange_type_name', CASE WHEN mt.typnamespace <> t.typnamespace \
                 OR octet_length(t.typname) > 52 \
                 OR mt.typname <> CASE WHEN strpos(t.typname, 'range') > 0 \
                   THEN regexp_replace(t.typname, 'range', 'multirange') \
                   ELSE t.typname || '_multirange' END \
                 THEN quote_ident(mn.nspname) || '.' || quote_ident(mt.typname) END)) AS options, \
             {constructor} AS constructor, {multirange_constructor} AS multirange_constructor \
             FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid \
             JOIN pg_namespace n ON n.oid = t.typnamespace \
             JOIN pg_type st ON st.oid = r.rngsubtype \
             JOIN pg_type mt ON mt.oid = r.rngmultitypid \
             JOIN pg_namespace mn ON mn.oid = mt.typnamespace \
             JOIN pg_opclass oc ON oc.oid = r.rngsubopc \
             JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace \
             LEFT JOIN pg_collation co ON co.oid = r.rngcollation \
             LEFT JOIN pg_namespace con ON con.oid = co.collnamespace \
             WHERE {USER_SCHEMA} AND {}",
            no_member("pg_type", "t.oid"),
            opclass = name("ocn", "oc.opcname"),
            collation = name("con", "co.collname"),
            canonical = function("rngcanonical"),
            diff = function("rngsubdiff"),
            constructor = constructor("t", 2),
            multirange_constructor = constructor("mt", 0),
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { options, constructor: _, multirange_constructor: _ } = self;
        if !options.agree(&old.options) {
            return Alter::Replace;
        }
        let mut steps = move_named("TYPE", &old.multirange(id), &self.multirange(id), "");
        steps.extend(self.construct(&old.constructors(id), id));
        Alter::InPlace(steps)
    }

    fn expand(_id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        gather(KEYS, parts)
    }
}

impl Describe for Range {
    fn address(&self, id: &Id) -> String {
        format!("TYPE {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let sql = format!("CREATE {} AS RANGE ({})", self.address(id), self.options.sql());
        let mut steps = vec![Step::new(sql).authored()];
        let fresh = Self { constructor: None, multirange_constructor: None, ..self.clone() };
        steps.extend(self.construct(&fresh.constructors(id), id));
        steps
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        let Definition { subtype, opclass, collation, multirange, .. } = &self.options;
        let names = [multirange, &self.constructor, &self.multirange_constructor];
        let schemas = names.into_iter().flatten().filter_map(|name| name.schema.as_ref());
        let schemas = schemas.map(|schema| Id::new(Kind::Schema, [schema]));
        let opclass = opclass.iter().flat_map(|of| crate::kind::operator_class_ids(of, "btree"));
        let collation = collation.iter().filter_map(crate::kind::collation_id);
        let found =
            crate::kind::type_ids(&subtype.text).into_iter().chain(opclass).chain(collation);
        let found = found.chain(schemas);
        found.filter(|other| other != id).collect()
    }

    fn needs(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
        let Definition { subtype, canonical, subtype_diff, .. } = &self.options;
        let own = qualified(id.first(), id.name());
        let diff = format!("{0}, {0}", subtype.text);
        let canonical =
            canonical.iter().flat_map(|of| best(Kind::Function, of, Some(&own), catalog));
        let diff =
            subtype_diff.iter().flat_map(|of| best(Kind::Function, of, Some(&diff), catalog));
        canonical.chain(diff).collect()
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        visit("subtype", Class::Type, &mut self.options.subtype);
    }

    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        let name = |id: &Id| Qualified::new(id.first(), id.name());
        let mut steps = move_named("TYPE", &name(old), &name(new), "");
        // The constructors keep their names, and are then seen to be called otherwise.
        if self.options.multirange.is_none() {
            let many = |id: &Id| Qualified::new(id.first(), &multirange_name(id.name()));
            steps.extend(move_named("TYPE", &many(old), &many(new), ""));
        }
        steps
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        let there = there.map(|there| &there.options);
        let options = &mut self.options;
        names.type_name(&mut options.subtype);
        let theirs = there.and_then(|there| there.collation.as_ref());
        if let Some(collation) = &mut options.collation {
            names.named(&[Kind::Collation], collation, theirs);
        }
        options.collation.take_if(|name| name.schema.is_none() && name.name == "default");
        if let Some(opclass) = &mut options.opclass {
            let theirs = there.and_then(|there| there.opclass.as_ref());
            let mut key =
                Qualified { name: format!("{} using btree", opclass.name), ..opclass.clone() };
            names.named(Kind::OPERATOR_CLASSES, &mut key, None);
            opclass.schema = key.schema;
            names.named(&[], opclass, theirs);
        }
        for (of, theirs) in [
            (&mut options.canonical, there.and_then(|there| there.canonical.as_ref())),
            (&mut options.subtype_diff, there.and_then(|there| there.subtype_diff.as_ref())),
        ] {
            if let Some(of) = of {
                qualify(Kind::Function, of, theirs, names);
            }
        }
        let usual = Qualified::new(id.first(), &multirange_name(id.name()));
        if let Some(name) = &mut options.multirange {
            name.schema.get_or_insert_with(|| id.first().to_owned());
        }
        // The catalog tells a name that was cut always.
        if id.name().len() > 52 {
            options.multirange.get_or_insert(usual);
        } else {
            options.multirange.take_if(|name| *name == usual);
        }
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![("type", id.path.clone()), ("type", self.multirange(id).path())]
    }
}

impl Swapped for Range {
    fn take_temporary_name(&self, id: &Id, former: &Id) -> Vec<Step> {
        let many = Qualified::new(former.first(), &multirange_name(former.name()));
        let mut steps = move_named("TYPE", &self.multirange(id), &many, "");
        steps.extend(move_named(
            "TYPE",
            &Qualified::new(id.first(), id.name()),
            &Qualified::new(former.first(), former.name()),
            "",
        ));
        let options = Definition { multirange: None, ..self.options.clone() };
        let aside = Self { options, constructor: None, multirange_constructor: None };
        steps.extend(aside.construct(&self.constructors(id), former));
        bare(steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn range(options: &str) -> Range {
        serde_json::from_value(json!({ "options": options })).unwrap()
    }

    #[test]
    fn a_range_takes_up_the_name_of_its_multirange() {
        let id = Id::new(Kind::Range, ["s", "float_range"]);
        let taken = range("subtype = float8").occupies(&id);
        assert_eq!(taken[1], ("type", vec!["s".to_owned(), "float_multirange".to_owned()]));
        let named = range("subtype = float8, multirange_type_name = x.m");
        assert_eq!(named.occupies(&id)[1].1, ["x", "m"]);
    }

    #[test]
    fn a_range_over_something_else_is_a_new_one() {
        let id = Id::new(Kind::Range, ["s", "r"]);
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let (old, new) = (range("subtype = int4"), range("subtype = int8"));
        assert_eq!(new.alter(&old, &id, &cx), Alter::Replace);
    }

    #[test]
    fn what_makes_a_range_is_set_aside_with_it() {
        let id = Id::new(Kind::Range, ["s", "r"]);
        let sql: Vec<String> = range("subtype = int4, multirange_type_name = s.many")
            .take_temporary_name(&id, &Id::new(Kind::Range, ["s", "r_former"]))
            .into_iter()
            .map(|step| step.sql)
            .collect();
        assert_eq!(
            sql,
            [
                "ALTER TYPE s.many RENAME TO r_former_multirange",
                "ALTER TYPE s.r RENAME TO r_former",
                "ALTER FUNCTION s.r(integer, integer) RENAME TO r_former",
                "ALTER FUNCTION s.r(integer, integer, text) RENAME TO r_former",
                "ALTER FUNCTION s.many() RENAME TO r_former_multirange",
                "ALTER FUNCTION s.many(s.r_former) RENAME TO r_former_multirange",
                "ALTER FUNCTION s.many(VARIADIC s.r_former[]) RENAME TO r_former_multirange",
            ]
        );
    }

    #[test]
    fn a_multirange_gets_another_name_in_place() {
        let id = Id::new(Kind::Range, ["s", "r"]);
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let old = range("subtype = int4");
        let new = range("subtype = int4, multirange_type_name = s.many");
        let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
        let sql: Vec<&str> = steps.iter().map(|step| step.sql.as_str()).collect();
        assert_eq!(
            sql,
            [
                "ALTER TYPE s.r_multirange RENAME TO many",
                "ALTER FUNCTION s.r_multirange() RENAME TO many",
                "ALTER FUNCTION s.r_multirange(s.r) RENAME TO many",
                "ALTER FUNCTION s.r_multirange(VARIADIC s.r[]) RENAME TO many",
            ]
        );
    }
}
