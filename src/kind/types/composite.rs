//! Composite types (`CREATE TYPE ... AS (...)`, `pg_type.typtype = 'c'` with a `pg_class` row of
//! its own). The row types of tables and views belong to those and are not read.

mod attribute;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use attribute::Attribute;

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::grants;
use crate::kind::abilities::{Ordered, Swapped};
use crate::kind::relation::{column, typed_table};
use crate::kind::routines::routine;
use crate::kind::types::transform;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Obstacle, Sides};
use crate::leaf::{List, Sql};
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, literal, qualified};
use crate::sql::tree::Class;
use crate::step::Step;

/// A composite type.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Composite {
    /// Its attributes, in order (`pg_attribute`).
    attributes: List<Attribute>,
    /// The comments on attributes, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attribute_comment: BTreeMap<String, String>,
}

/// What of the current catalog has values of a type.
#[derive(Default)]
struct Users {
    columns: BTreeSet<Id>,
    /// Whether a view may read an attribute, or a routine with a body that PostgreSQL has parsed.
    queries: bool,
}

impl Users {
    /// Follows `pg_depend`, through the types that are made of the type.
    fn of(id: &Id, current: &Catalog) -> Self {
        let mut users = Self::default();
        let (mut open, mut seen) = (vec![id.clone()], BTreeSet::new());
        while let Some(at) = open.pop() {
            for from in current.needs.dependents(&at) {
                match from.kind {
                    Kind::Column => {
                        users.columns.insert(from.clone());
                    }
                    Kind::View | Kind::MaterializedView => users.queries = true,
                    Kind::Function | Kind::Procedure if routine::is_parsed(from, current) => {
                        users.queries = true;
                    }
                    Kind::Domain | Kind::Composite | Kind::Range if seen.insert(from.clone()) => {
                        open.push(from.clone());
                    }
                    _ => {}
                }
            }
        }
        users
    }
}

impl Composite {
    /// Its attributes, each with its type.
    pub(in crate::kind) fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.0.iter().map(|attribute| (&*attribute.name, &*attribute.of.text))
    }

    fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.0.iter().find(|attribute| attribute.name == name)
    }

    fn comments(&self, old: &BTreeMap<String, String>, id: &Id) -> Vec<Step> {
        let names: BTreeSet<&String> = old.keys().chain(self.attribute_comment.keys()).collect();
        let changed = names.into_iter().filter(|name| {
            let (old, new) = (old.get(*name), self.attribute_comment.get(*name));
            old != new && self.attribute(name).is_some()
        });
        let comment = |name: &String| {
            let text = self.attribute_comment.get(name).map(|text| literal(text));
            Step::new(format!(
                "COMMENT ON COLUMN {}.{} IS {}",
                qualified(&id.path[0], &id.path[1]),
                ident(name),
                text.as_deref().unwrap_or("NULL")
            ))
        };
        changed.map(comment).collect()
    }

    /// The names in the order in which ALTER TYPE would leave them.
    fn order_after<'a>(&'a self, old: &'a Self) -> Vec<&'a str> {
        let kept = old.attributes.0.iter().filter(|a| self.attribute(&a.name).is_some());
        let added = self.attributes.0.iter().filter(|a| old.attribute(&a.name).is_none());
        kept.chain(added).map(|attribute| attribute.name.as_str()).collect()
    }

    fn actions(&self, old: &Self, id: &Id, users: &Users) -> Vec<Step> {
        let alter = format!("ALTER {}", self.address(id));
        let mut steps = Vec::new();
        for gone in old.attributes.0.iter().filter(|a| self.attribute(&a.name).is_none()) {
            let step = Step::new(format!("{alter} DROP ATTRIBUTE {}", ident(&gone.name)));
            steps.push(match users.columns.first() {
                None => step,
                Some(column) => step.loses_data(format!(
                    "the values of attribute {} in column {} are lost",
                    gone.name,
                    column.dotted()
                )),
            });
        }
        for attribute in &self.attributes.0 {
            let action = match old.attribute(&attribute.name) {
                None => format!("ADD ATTRIBUTE {}", attribute.sql()),
                Some(old) if old != attribute => {
                    format!(
                        "ALTER ATTRIBUTE {} TYPE {}",
                        ident(&attribute.name),
                        attribute.of_sql()
                    )
                }
                Some(_) => continue,
            };
            steps.push(Step::new(format!("{alter} {action}")).authored());
        }
        steps
    }
}

impl Composite {
    /// How the columns of a table that is of the type are not its attributes.
    fn unlike(&self, table: &Id, catalog: &Catalog) -> Option<String> {
        let columns = column::of_table(table, catalog);
        let differs = |attribute: &Attribute| {
            let (name, of) = (&attribute.name, &attribute.of);
            let Some((_, column)) = columns.iter().find(|(column, _)| column == name) else {
                return Some(format!("has no column {name}"));
            };
            let there = column.kind.as_ref().filter(|there| *there != of)?;
            Some(format!("its column {name} is of type {there}, the attribute of type {of}"))
        };
        let surplus = || {
            let (name, _) = columns.iter().find(|(name, _)| self.attribute(name).is_none())?;
            Some(format!("the type has no attribute {name}, as its column is called"))
        };
        self.attributes.0.iter().find_map(differs).or_else(surplus)
    }
}

impl Define for Composite {
    const ABOUT: About = About {
        clauses: &[clause("attributes", "as", Shape::Parens)],
        catalog: 1247,
        extra_keys: &["attribute_comment"],
        models: Some(("pg_type", "t.typtype = 'c'")),
        rights: Some(&grants::TYPE),
        owned: true,
        sets_aside: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT t.oid AS _oid, n.nspname::text AS _1, t.typname::text AS _2, \
             pg_get_userbyid(t.typowner)::text AS _owner, t.typacl::text AS _acl, \
             ARRAY(SELECT quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod) \
               || CASE WHEN a.attcollation <> b.typcollation THEN ' collate ' \
                 || CASE WHEN cn.nspname <> 'pg_catalog' THEN quote_ident(cn.nspname) || '.' \
                   ELSE '' END || quote_ident(co.collname) ELSE '' END \
               FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid \
               LEFT JOIN pg_collation co ON co.oid = a.attcollation \
               LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace \
               WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
               ORDER BY a.attnum) AS attributes, \
             (SELECT json_object_agg(a.attname, x.description) FROM pg_description x \
               JOIN pg_attribute a ON a.attrelid = x.objoid AND a.attnum = x.objsubid \
               WHERE x.classoid = 'pg_class'::regclass AND x.objoid = c.oid AND x.objsubid > 0 \
               AND NOT a.attisdropped) AS attribute_comment \
             FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' \
             JOIN pg_namespace n ON n.oid = t.typnamespace \
             WHERE t.typtype = 'c' AND {USER_SCHEMA} AND {}",
            no_member("pg_type", "t.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Self { attributes, attribute_comment: _ } = self;
        let users = Users::of(id, cx.current);
        let wanted: Vec<&str> = attributes.0.iter().map(|a| a.name.as_str()).collect();
        let reordered = self.order_after(old) != wanted;
        let retyped = attributes
            .0
            .iter()
            .find(|new| old.attribute(&new.name).is_some_and(|attribute| attribute != *new));
        let stays = |table: &&Id| cx.desired.get(&table.as_kind(Kind::Table)).is_some();
        let typed = typed_table::of_type(id, cx.desired);
        if let Some(table) = typed
            .iter()
            .find(stays)
            .filter(|table| reordered && cx.current.get(&table.as_kind(Kind::Table)).is_some())
        {
            let reason = format!(
                "table {} is of type {}, and PostgreSQL cannot put its columns into another order",
                table.dotted(),
                id.dotted()
            );
            let hint = "write new attributes last, or leave out the table's `of`";
            return Alter::Refuse(Obstacle::with_hint(reason, hint));
        }
        let unlike = |table: &Id| Some((table.dotted(), self.unlike(table, cx.desired)?));
        if let Some((table, why)) = typed.iter().filter(stays).find_map(unlike) {
            let reason = format!("table {table} is of type {}, and {why}", id.dotted());
            let hint =
                "declare the columns of the table as the attributes are, or leave out its `of`";
            return Alter::Refuse(Obstacle::with_hint(reason, hint));
        }
        // ALTER TYPE puts new attributes last, and changes no type of what a column stores.
        if reordered || retyped.is_some() && !users.columns.is_empty() {
            return Alter::Replace;
        }
        let mut steps = self.actions(old, id, &users);
        // Who reads an attribute in a query stands in the way of its end and of a new type.
        let removed = old.attributes.0.iter().any(|a| self.attribute(&a.name).is_none());
        let around = users.queries && (removed || retyped.is_some());
        steps.extend(self.comments(&old.attribute_comment, id));
        if around { Alter::Around(steps) } else { Alter::InPlace(steps) }
    }
}

impl Describe for Composite {
    fn address(&self, id: &Id) -> String {
        format!("TYPE {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let attributes: Vec<String> = self.attributes.0.iter().map(Attribute::sql).collect();
        let sql = format!("CREATE {} AS ({})", self.address(id), attributes.join(", "));
        let mut steps = vec![Step::new(sql).authored()];
        steps.extend(self.comments(&BTreeMap::new(), id));
        steps
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        self.attributes.0.iter().filter_map(Attribute::collation).collect()
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        for attribute in &mut self.attributes.0 {
            visit("attributes", Class::Type, &mut attribute.of);
        }
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        for attribute in &mut self.attributes.0 {
            let there = there.and_then(|there| there.attribute(&attribute.name));
            attribute.resolve(names, there);
        }
        self.attribute_comment.retain(|_, text| !text.is_empty());
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![("type", id.path.clone()), ("relation", id.path.clone())]
    }
}

impl Ordered for Composite {
    fn has_rebuilt(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        if cx.desired.get(id).is_none() {
            return Vec::new();
        }
        let mut others = typed_table::of_type(id, cx.current);
        others.extend(transform::of_type(id, cx.current));
        others
    }
}

impl Swapped for Composite {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hazard::Hazard;

    fn composite(attributes: &str) -> Composite {
        serde_json::from_value(serde_json::json!({ "attributes": attributes })).unwrap()
    }

    fn id() -> Id {
        Id::new(Kind::Composite, ["s", "address"])
    }

    fn sql(alter: Alter) -> Vec<String> {
        let (Alter::InPlace(steps) | Alter::Around(steps)) = alter else { panic!("{alter:?}") };
        steps.into_iter().map(|step| step.sql).collect()
    }

    #[test]
    fn a_composite_type_reads_back_as_it_is_written() {
        let written = "street text, \"Zip\" varchar(10) collate \"C\", price numeric(8,2)[]";
        let json = serde_json::to_value(composite(written)).unwrap();
        let text = json["attributes"].as_str().unwrap();
        assert_eq!(
            text,
            "street text, \"Zip\" character varying(10) collate \"C\", price numeric(8,2)[]"
        );
        assert_eq!(composite(text), composite(written));
        assert!(composite("").attributes.is_empty());
    }

    #[test]
    fn attributes_come_and_go_in_place() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let (old, new) = (composite("a text, b integer"), composite("b bigint, c text"));
        assert_eq!(
            sql(new.alter(&old, &id(), &cx)),
            [
                "ALTER TYPE s.address DROP ATTRIBUTE a",
                "ALTER TYPE s.address ALTER ATTRIBUTE b TYPE bigint",
                "ALTER TYPE s.address ADD ATTRIBUTE c text",
            ]
        );
        let swapped = composite("b integer, a text");
        assert_eq!(swapped.alter(&old, &id(), &cx), Alter::Replace);
    }

    #[test]
    fn what_a_column_stores_goes_over_to_a_new_type() {
        let mut current = Catalog::default();
        let domain = Id::new(Kind::Domain, ["s", "d"]);
        let column = Id::new(Kind::Column, ["s", "t", "c"]);
        current.needs = [(domain.clone(), id()), (column, domain)].into_iter().collect();
        let desired = Catalog::default();
        let cx = Cx::undecided(&current, &desired);
        let old = composite("a text, b integer");
        assert_eq!(composite("a text, b bigint").alter(&old, &id(), &cx), Alter::Replace);
        assert_eq!(composite("b integer, a text").alter(&old, &id(), &cx), Alter::Replace);
        let Alter::InPlace(steps) = composite("a text").alter(&old, &id(), &cx) else { panic!() };
        assert_eq!(steps[0].hazards[0].name, Hazard::DataLoss);
    }
}
