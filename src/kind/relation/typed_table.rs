//! The type that a table is of (`CREATE TABLE ... OF`, `pg_class.reloftype`). The table's columns are as
//! those of any other: PostgreSQL only sees to it that they are the type's, so that the table is taken off
//! the type while either changes (`ALTER TABLE ... NOT OF`), and put on it again.

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::Qualified;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::qualified;
use crate::step::Step;

/// What a typed table is of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedTable {
    /// The composite type.
    #[serde(rename = "type")]
    of: Qualified,
}

fn alter_table(id: &Id) -> String {
    format!("ALTER TABLE {}", qualified(&id.path[0], &id.path[1]))
}

/// The types of tables that are of a composite type.
pub(in crate::kind) fn of_type(composite: &Id, catalog: &Catalog) -> Vec<Id> {
    let all = catalog.below(Kind::TypedTable, &[]);
    let of = all.filter(|(id, _)| {
        catalog.attrs::<TypedTable>(id).is_some_and(|table| table.of.path() == composite.path)
    });
    of.map(|(id, _)| id.clone()).collect()
}

/// The type of the table that a column is in, where that table is there already.
pub(in crate::kind) fn of_column(column: &Id, cx: &Sides<'_>) -> Option<Id> {
    let id = column.ancestor(Kind::TypedTable, 2);
    cx.current.get(&id).is_some().then_some(id)
}

impl TypedTable {
    fn set(&self, id: &Id) -> Vec<Step> {
        vec![Step::new(format!("{} OF {}", alter_table(id), self.of.sql()))]
    }
}

impl Define for TypedTable {
    const ABOUT: About = About {
        clauses: &[clause("type", "", Shape::Tail)],
        catalog: 0,
        renames: false,
        noun: Some("type"),
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT 0::oid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, \
             quote_ident(tn.nspname) || '.' || quote_ident(t.typname) AS \"type\" \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_type t ON t.oid = c.reloftype JOIN pg_namespace tn ON tn.oid = t.typnamespace \
             WHERE c.relkind IN ('r', 'p') AND {USER_SCHEMA} AND {}",
            no_member("pg_class", "c.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { of } = self;
        Alter::InPlace(if *of == old.of { Vec::new() } else { self.set(id) })
    }
}

impl Describe for TypedTable {
    fn address(&self, id: &Id) -> String {
        format!("TABLE {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        self.set(id)
    }

    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        vec![Step::new(format!("{} NOT OF", alter_table(id)))]
    }

    fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
        Vec::new()
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        vec![Id::new(Kind::Composite, self.of.path())]
    }

    fn needs(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
        catalog.below(Kind::Column, &id.path).map(|(column, _)| column.clone()).collect()
    }

    fn resolve(&mut self, _id: &Id, names: &Lookup<'_>) {
        if self.of.schema.is_none() {
            let found = names.schema_of(&[Kind::Composite], &self.of.name);
            self.of.schema = found.or_else(|| names.path.first().cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_put_on_a_type_and_taken_off_it() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::TypedTable, ["s", "t"]);
        let of = TypedTable { of: Qualified::new("s", "a person") };
        assert_eq!(of.create(&id, &cx, &[])[0].sql, "ALTER TABLE s.t OF s.\"a person\"");
        assert_eq!(of.drop(&id, &cx)[0].sql, "ALTER TABLE s.t NOT OF");
    }
}
