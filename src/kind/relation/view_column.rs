//! What hangs on a column of a view or materialized view: a comment, privileges, for views a default
//! for INSERT (`ALTER VIEW ... SET DEFAULT`), for materialized ones how the values are stored
//! (`ALTER MATERIALIZED VIEW ... ALTER COLUMN`). The column itself is the query's affair.

use serde::{Deserialize, Serialize};

use crate::clause::{Shape, clause};
use crate::grants;
use crate::kind::abilities::{Granted, Outliving};
use crate::kind::relation::column::options_of_authors;
use crate::kind::relation::column::query::{COMPRESSION, STORAGE, options_of};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::{Parameters, Sql};
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, literal, qualified};
use crate::sql::tree::Class;
use crate::step::Step;

/// A column of a view of which something is said.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewColumn {
    /// What INSERT into the view puts there (`pg_attrdef`).
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Sql>,
    /// `plain`, `main`, `external` or `extended`, if it is not the type's (`pg_attribute.attstorage`).
    #[serde(
        default,
        deserialize_with = "crate::leaf::keywords::option::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    storage: Option<String>,
    /// `pglz` or `lz4` (`pg_attribute.attcompression`).
    #[serde(
        default,
        deserialize_with = "crate::leaf::keywords::option::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    compression: Option<String>,
    /// The statistics target, if it is not the server's (`pg_attribute.attstattarget`).
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<i32>,
    /// `n_distinct` (`pg_attribute.attoptions`).
    #[serde(
        default,
        skip_serializing_if = "Parameters::is_empty",
        deserialize_with = "options_of_authors"
    )]
    options: Parameters,
}

impl ViewColumn {
    fn steps(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let Self { default, storage, compression, statistics, options } = self;
        let mut steps = Vec::new();
        if *default != old.default {
            steps.push(self.default_step(id));
        }
        let view = qualified(&id.path[0], &id.path[1]);
        let alter = format!("ALTER MATERIALIZED VIEW {view} ALTER COLUMN {}", ident(id.name()));
        if *storage != old.storage {
            steps.push(match storage {
                Some(word) => Step::new(format!("{alter} SET STORAGE {}", word.to_uppercase())),
                None if cx.major() >= 16 => Step::new(format!("{alter} SET STORAGE DEFAULT")),
                None => usual_storage(&alter, &view, id.name()),
            });
        }
        if *compression != old.compression {
            let word = compression.as_deref().unwrap_or("DEFAULT");
            steps.push(Step::new(format!("{alter} SET COMPRESSION {word}")));
        }
        if *statistics != old.statistics {
            let target = statistics.unwrap_or(-1);
            steps.push(Step::new(format!("{alter} SET STATISTICS {target}")));
        }
        steps.extend(options.alter(&old.options, &alter).into_iter().map(Step::new));
        steps
    }

    fn default_step(&self, id: &Id) -> Step {
        let view = qualified(&id.path[0], &id.path[1]);
        let alter = format!("ALTER VIEW {view} ALTER COLUMN {}", ident(id.name()));
        match &self.default {
            Some(default) => Step::new(format!("{alter} SET DEFAULT {default}")).authored(),
            None => Step::new(format!("{alter} DROP DEFAULT")),
        }
    }
}

/// Before 16 there is no word for the storage that the type has.
fn usual_storage(alter: &str, view: &str, column: &str) -> Step {
    let (alter, view) = (literal(&format!("{alter} SET STORAGE ")), literal(view));
    let column = literal(column);
    Step::new(format!(
        "DO $$\n\
         DECLARE storage \"char\";\n\
         BEGIN\n  \
           SELECT t.typstorage INTO STRICT storage FROM pg_catalog.pg_attribute a\n    \
             JOIN pg_catalog.pg_type t ON t.oid = a.atttypid\n    \
             WHERE a.attrelid = {view}::pg_catalog.regclass AND a.attname = {column};\n  \
           EXECUTE {alter} || CASE storage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN'\n    \
             WHEN 'e' THEN 'EXTERNAL' ELSE 'EXTENDED' END;\n\
         END\n\
         $$"
    ))
}

impl Define for ViewColumn {
    const ABOUT: About = About {
        clauses: &[
            clause("storage", "storage", Shape::Word),
            clause("compression", "compression", Shape::Word),
            clause("default", "default", Shape::Tail),
        ],
        catalog: 1259,
        extra_keys: &["statistics", "options"],
        rights: Some(&grants::COLUMN),
        renames: false,
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        let statistics =
            if major >= 17 { "a.attstattarget::int4" } else { "NULLIF(a.attstattarget, -1)::int4" };
        format!(
            "SELECT a.attrelid AS _oid, a.attnum::int4 AS _subid, a.attnum::int4 AS _rank, \
             n.nspname::text AS _1, c.relname::text AS _2, a.attname::text AS _3, \
             pg_get_userbyid(c.relowner)::text AS _owner, a.attacl::text AS _acl, \
             pg_get_expr(d.adbin, 0) AS \"default\", CASE WHEN {stored} THEN {STORAGE} END AS storage, \
             {COMPRESSION} AS compression, {statistics} AS statistics, {options} AS options \
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid \
             LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
             WHERE c.relkind IN ('v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND {USER_SCHEMA} \
             AND (d.oid IS NOT NULL OR a.attacl IS NOT NULL OR {stored} OR {options} IS NOT NULL \
               OR {statistics} IS NOT NULL OR {COMPRESSION} IS NOT NULL \
               OR EXISTS (SELECT FROM pg_description x WHERE x.classoid = 'pg_class'::regclass \
                 AND x.objoid = a.attrelid AND x.objsubid = a.attnum) \
               OR EXISTS (SELECT FROM pg_seclabel x WHERE x.classoid = 'pg_class'::regclass \
                 AND x.objoid = a.attrelid AND x.objsubid = a.attnum)) AND {member}",
            stored = "(c.relkind = 'm' AND a.attstorage <> t.typstorage)",
            options = options_of("a"),
            member = no_member("pg_class", "c.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        Alter::InPlace(self.steps(old, id, cx))
    }
}

impl Describe for ViewColumn {
    fn address(&self, id: &Id) -> String {
        format!("COLUMN {}.{}", qualified(&id.path[0], &id.path[1]), ident(id.name()))
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        self.steps(&Self::default(), id, cx)
    }

    fn drop(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        Self::default().steps(self, id, cx)
    }

    fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
        Vec::new()
    }

    fn resolve(&mut self, _id: &Id, _names: &Lookup<'_>) {
        for word in [&mut self.storage, &mut self.compression].into_iter().flatten() {
            word.make_ascii_lowercase();
        }
        self.storage.take_if(|storage| storage == "default");
        self.compression.take_if(|compression| compression == "default");
        self.statistics.take_if(|target| *target < 0);
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        if let Some(default) = &mut self.default {
            visit("default", Class::Expr, default);
        }
    }

    fn obstacle(&self, id: &Id, cx: &Sides<'_>) -> Option<String> {
        let Self { default: _, storage, compression, statistics, options } = self;
        let stores = storage.is_some()
            || compression.is_some()
            || statistics.is_some()
            || !options.is_empty();
        let view = id.ancestor(Kind::View, 2);
        (stores && cx.desired.get(&view).is_some()).then(|| {
            format!(
                "view {} stores no values, so that nothing can be said of how column {} is stored: \
                 leave it out, or make it a materialized view",
                view.dotted(),
                id.name()
            )
        })
    }

    fn occupies(&self, _id: &Id) -> Vec<(&'static str, Vec<String>)> {
        Vec::new()
    }
}

impl Granted for ViewColumn {
    fn grant_columns(&self, id: &Id) -> Option<String> {
        Some(ident(id.name()))
    }

    fn grant_address(&self, id: &Id) -> Option<String> {
        Some(format!("TABLE {}", qualified(&id.path[0], &id.path[1])))
    }
}

impl Outliving for ViewColumn {
    fn outlives(&self, id: &Id, cx: &Sides<'_>) -> bool {
        id.parents().iter().any(|view| cx.desired.get(view).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn a_comment_alone_makes_no_statement_and_a_default_one() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::ViewColumn, ["s", "v", "C"]);
        assert!(ViewColumn::default().create(&id, &cx, &[]).is_empty());
        let column = ViewColumn { default: Some(Sql::new("1")), ..ViewColumn::default() };
        let steps = column.create(&id, &cx, &[]);
        assert_eq!(steps[0].sql, "ALTER VIEW s.v ALTER COLUMN \"C\" SET DEFAULT 1");
    }
}
