//! A table in a publication (`pg_publication_rel`), with the columns and rows of it that are
//! published (15). It stands for the table itself: child tables are named one by one.

use serde::{Deserialize, Serialize};

use crate::clause::{Clause, Shape, clause};
use crate::id::{QUOTED_PART, key_part};
use crate::kind::abilities::{Companion, Inline};
use crate::kind::relation::lineage;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::{List, Name, Qualified, Sql};
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{self, ident, qualified};
use crate::sql::tree::Class;
use crate::step::Step;

/// What of a table is published.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationTable {
    /// The columns; none written is all of them (`prattrs`).
    #[serde(default, skip_serializing_if = "List::is_empty")]
    columns: List<Name>,
    /// The rows (`prqual`).
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    condition: Option<Sql>,
}

/// What stands behind TABLE in a publication.
pub(in crate::kind) const BEHIND_TABLE: &[Clause] = &[
    clause("name", "", Shape::Word),
    clause("columns", "", Shape::Parens),
    clause("where", "where", Shape::Parens),
];

/// The key of a table: its dotted name, which has no schema before it is resolved.
pub(in crate::kind) fn dotted(name: &Qualified) -> String {
    name.path().iter().map(|part| key_part(part)).collect::<Vec<_>>().join(".")
}

/// As [`key_part`], on the server.
fn key_part_sql(name: &str) -> String {
    format!(
        "CASE WHEN {name} ~ '{QUOTED_PART}' THEN '\"' || replace({name}, '\"', '\"\"') || '\"' ELSE {name} END"
    )
}

fn path(id: &Id) -> Vec<String> {
    quote::split_key(id.name()).unwrap_or_else(|_| vec![id.name().to_owned()])
}

fn table(id: &Id) -> Id {
    Id::new(Kind::Table, path(id))
}

fn name(id: &Id) -> String {
    match path(id).as_slice() {
        [schema, name] => qualified(schema, name),
        _ => ident(id.name()),
    }
}

impl PublicationTable {
    fn item(&self, id: &Id) -> String {
        let mut sql = format!("TABLE ONLY {}", name(id));
        if !self.columns.is_empty() {
            sql.push_str(&format!(" ({})", self.columns.sql()));
        }
        if let Some(condition) = &self.condition {
            sql.push_str(&format!(" WHERE ({condition})"));
        }
        sql
    }
}

/// Whether a table or one that inherits from it is named by a publication (`GetRelationPublications`).
pub(in crate::kind) fn is_published(of: &Id, cx: &Sides<'_>) -> bool {
    let below = lineage::below(of, cx.current);
    let mut named = cx.current.of_kind(Kind::PublicationTable).map(|(id, _)| table(id));
    named.any(|table| table == *of || below.contains(&table))
}

impl Define for PublicationTable {
    const ABOUT: About = About {
        clauses: &[clause("columns", "", Shape::Parens), clause("where", "where", Shape::Parens)],
        catalog: 6106,
        renames: false,
        part: true,
        noun: Some("published table"),
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        let what = if major >= 15 {
            "(SELECT array_agg(a.attname::text ORDER BY a.attname COLLATE \"C\") FROM pg_attribute a \
               WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[])) AS columns, \
             pg_get_expr(r.prqual, r.prrelid) AS \"where\""
        } else {
            "NULL::text[] AS columns, NULL AS \"where\""
        };
        // What is left out of all tables is the publication's own.
        let named = if major >= 19 { "NOT r.prexcept AND " } else { "" };
        format!(
            "SELECT r.oid AS _oid, p.pubname::text AS _1, {} || '.' || {} AS _2, {what} \
             FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid \
             JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE {USER_SCHEMA} AND {named}{}",
            key_part_sql("n.nspname::text"),
            key_part_sql("c.relname::text"),
            no_member("pg_publication", "p.oid")
        )
    }

    fn alter(&self, _old: &Self, _id: &Id, _cx: &Sides<'_>) -> Alter {
        // SET names all tables of the publication; one alone is taken out and put in again.
        Alter::Replace
    }

    fn resolve_key(id: &Id, names: &Lookup<'_>) -> Option<Id> {
        let [bare] = path(id).try_into().ok()?;
        let mut name = Qualified { schema: None, name: bare };
        names.relation(&mut name);
        Some(Id::new(id.kind, [id.first().to_owned(), dotted(&name)]))
    }
}

impl Describe for PublicationTable {
    fn address(&self, id: &Id) -> String {
        format!("TABLE {}", name(id))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let sql = format!("ALTER PUBLICATION {} ADD {}", ident(id.first()), self.item(id));
        vec![Step::new(sql).authored()]
    }

    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        let publication = ident(id.first());
        vec![Step::new(format!("ALTER PUBLICATION {publication} DROP TABLE ONLY {}", name(id)))]
    }

    fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
        Vec::new()
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        let table = table(id);
        let columns = self.columns.names().map(|name| table.child(Kind::Column, name));
        columns.chain([table.clone()]).collect()
    }

    fn dropped_with(&self, id: &Id) -> Vec<Id> {
        vec![table(id)]
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        if let Some(condition) = &mut self.condition {
            visit("where", Class::Expr, condition);
        }
    }

    fn resolve(&mut self, _id: &Id, _names: &Lookup<'_>) {
        self.columns.0.sort();
    }

    fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        if major >= 15 {
            return None;
        }
        if self.condition.is_some() {
            return Some(("WHERE in a publication", 15));
        }
        (!self.columns.is_empty()).then_some(("columns of a table in a publication", 15))
    }
}

impl Inline for PublicationTable {
    fn clause(&self, id: &Id, _cx: &Sides<'_>, _inner: &[String]) -> Option<String> {
        Some(self.item(id))
    }
}

impl Companion for PublicationTable {
    fn named_after(&self, id: &Id, now: &dyn Fn(&Id) -> Id) -> Option<Id> {
        let table = now(&table(id));
        Some(Id::new(id.kind, [id.first().to_owned(), table.dotted()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn a_table_is_put_in_and_taken_out_by_its_own_name() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::PublicationTable, ["p", "s.\"a.b\""]);
        let wanted: PublicationTable =
            serde_json::from_value(serde_json::json!({ "columns": "x, \"Y\"", "where": "x > 1" }))
                .unwrap();
        assert_eq!(
            wanted.create(&id, &cx, &[])[0].sql,
            "ALTER PUBLICATION p ADD TABLE ONLY s.\"a.b\" (x, \"Y\") WHERE (x > 1)"
        );
        assert_eq!(wanted.drop(&id, &cx)[0].sql, "ALTER PUBLICATION p DROP TABLE ONLY s.\"a.b\"");
        assert_eq!(wanted.dropped_with(&id), [Id::new(Kind::Table, ["s", "a.b"])]);
        assert_eq!(wanted.lacks(14), Some(("WHERE in a publication", 15)));
    }
}
