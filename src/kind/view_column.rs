//! What hangs on a column of a view or materialized view: a comment, privileges, and for views a
//! default for INSERT (`ALTER VIEW ... SET DEFAULT`). The column itself is the query's affair.

use serde::{Deserialize, Serialize};

use super::{Alter, Cx, Describe, Id};
use crate::clause::{Clause, Shape, clause};
use crate::grants::{self, Rights};
use crate::introspect::{USER_SCHEMA, no_member};
use crate::leaf::Sql;
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::Class;
use crate::step::Step;

/// A column of a view of which something is said.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewColumn {
    /// What INSERT into the view puts there (`pg_attrdef`).
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Sql>,
}

impl ViewColumn {
    fn default_step(&self, id: &Id) -> Step {
        let view = qualified(&id.path[0], &id.path[1]);
        let alter = format!("ALTER VIEW {view} ALTER COLUMN {}", ident(id.name()));
        match &self.default {
            Some(default) => Step::new(format!("{alter} SET DEFAULT {default}")).authored(),
            None => Step::new(format!("{alter} DROP DEFAULT")),
        }
    }
}

impl Describe for ViewColumn {
    const CLAUSES: &'static [Clause] = &[clause("default", "default", Shape::Tail)];
    const CATALOG: u32 = 1259;
    const RIGHTS: Option<&'static Rights> = Some(&grants::COLUMN);
    const RENAMES: bool = false;

    fn query(_major: u32) -> String {
        format!(
            "SELECT a.attrelid AS _oid, a.attnum::int4 AS _subid, a.attnum::int4 AS _rank, \
             n.nspname::text AS _1, c.relname::text AS _2, a.attname::text AS _3, \
             pg_get_userbyid(c.relowner)::text AS _owner, a.attacl::text AS _acl, \
             pg_get_expr(d.adbin, 0) AS \"default\" \
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
             WHERE c.relkind IN ('v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND {USER_SCHEMA} \
             AND (d.oid IS NOT NULL OR a.attacl IS NOT NULL OR EXISTS (SELECT FROM pg_description x \
               WHERE x.classoid = 'pg_class'::regclass AND x.objoid = a.attrelid \
               AND x.objsubid = a.attnum)) AND {}",
            no_member("pg_class", "c.oid")
        )
    }

    fn address(&self, id: &Id) -> String {
        format!("COLUMN {}.{}", qualified(&id.path[0], &id.path[1]), ident(id.name()))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        if self.default.is_some() { vec![self.default_step(id)] } else { Vec::new() }
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Cx<'_>) -> Alter {
        let Self { default } = self;
        let same = *default == old.default;
        Alter::InPlace(if same { Vec::new() } else { vec![self.default_step(id)] })
    }

    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        if self.default.is_some() {
            vec![Self { default: None }.default_step(id)]
        } else {
            Vec::new()
        }
    }

    fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
        Vec::new()
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        if let Some(default) = &mut self.default {
            visit("default", Class::Expr, default);
        }
    }

    fn grant_columns(&self, id: &Id) -> Option<String> {
        Some(ident(id.name()))
    }

    fn grant_address(&self, id: &Id) -> Option<String> {
        Some(format!("TABLE {}", qualified(&id.path[0], &id.path[1])))
    }

    fn outlives(&self, id: &Id, cx: &Cx<'_>) -> bool {
        id.parents().iter().any(|view| cx.desired.get(view).is_some())
    }

    fn occupies(&self, _id: &Id) -> Vec<(&'static str, Vec<String>)> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::kind::Kind;

    #[test]
    fn a_comment_alone_makes_no_statement_and_a_default_one() {
        let empty = Catalog::default();
        let cx = Cx { current: &empty, desired: &empty };
        let id = Id::new(Kind::ViewColumn, ["s", "v", "C"]);
        assert!(ViewColumn { default: None }.create(&id, &cx, &[]).is_empty());
        let steps = ViewColumn { default: Some(Sql::new("1")) }.create(&id, &cx, &[]);
        assert_eq!(steps[0].sql, "ALTER VIEW s.v ALTER COLUMN \"C\" SET DEFAULT 1");
    }
}
