//! Collects the names that a leaf of SQL mentions, so that what it needs can be created first.
//!
//! Names are returned as written, folded as SQL folds them; whoever asks knows the search path and
//! what exists. Objects of `pg_catalog` are left out where they can be told. Bodies in languages
//! other than SQL are not looked into: what they need is found when they run, and a declaration
//! can say `depends_on`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::constant;
use super::names::What;
use super::pg_catalog::{is_type, may_have};
use super::quote;
use super::tree::{self, Class, ParseError, fields, list, text};
use super::type_name;

/// A name with the schema, if one is written.
pub type Name = (Option<String>, String);

/// The names in a leaf of SQL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refs {
    /// Tables, views and other relations, also those named in `'...'::regclass`; not the names of
    /// WITH queries.
    pub relations: BTreeSet<Name>,
    /// Those of the relations that `nextval`, `currval` or `setval` is called with.
    pub sequences: BTreeSet<Name>,
    /// Functions and aggregates that are called, and those named in `'...'::regprocedure`.
    pub functions: BTreeSet<Name>,
    /// Types that are not built in; of an array that of its elements.
    pub types: BTreeSet<Name>,
    /// Operators that are qualified or not built in.
    pub operators: BTreeSet<Name>,
    /// Collations.
    pub collations: BTreeSet<Name>,
    /// Text search configurations and dictionaries: those named in `'...'::regconfig` and the like,
    /// and those that a function of text search is called with.
    pub text_search: BTreeSet<Name>,
    /// Operator classes.
    pub operator_classes: BTreeSet<Name>,
    /// Columns, each as the list of its parts: `["c"]`, `["t", "c"]`, `["new", "c"]`.
    pub columns: BTreeSet<Vec<String>>,
}

/// Returns the names in a leaf.
///
/// # Errors
///
/// Fails if the leaf does not parse.
pub fn references(class: Class, text: &str) -> Result<Refs, ParseError> {
    tree::with_stack(&[text], || {
        let tree = tree::parse(class, text)?;
        let mut walk = Walk::default();
        walk.visit(&tree);
        Ok(walk.refs)
    })
}

/// Returns the names in the body of a function, none for a language other than SQL and for a body
/// that does not parse.
#[must_use]
pub fn body_references(language: &str, body: &str) -> Refs {
    if !language.eq_ignore_ascii_case("sql") {
        return Refs::default();
    }
    references(Class::Statements, body).unwrap_or_default()
}

#[derive(Default)]
struct Walk {
    refs: Refs,
    ctes: Vec<String>,
}

impl Walk {
    fn visit(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.visit(item)),
            Value::Object(map) => {
                let outer = self.ctes.len();
                self.with(map);
                self.mention(map);
                if let Some((kind, inner)) = tree::node(value) {
                    self.node(kind, inner);
                }
                let rest = map.iter().filter(|(key, _)| *key != "with_clause");
                rest.for_each(|(_, inner)| self.visit(inner));
                self.ctes.truncate(outer);
            }
            _ => {}
        }
    }

    /// WITH queries are no relations from here on; without RECURSIVE not yet in themselves.
    fn with(&mut self, map: &Map<String, Value>) {
        let Some(Value::Object(with)) = map.get("with_clause") else { return };
        let ctes = list(with, "ctes").iter().filter_map(|cte| fields(cte, "CommonTableExpr"));
        let name = |cte: &Map<String, Value>| text(cte, "ctename").to_owned();
        if with.get("recursive").is_some_and(|v| v == true) {
            self.ctes.extend(ctes.clone().map(name));
        }
        for cte in ctes {
            cte.values().for_each(|inner| self.visit(inner));
            self.ctes.push(name(cte));
        }
    }

    /// Relations and types hang in trees also without saying what they are.
    fn mention(&mut self, map: &Map<String, Value>) {
        if map.contains_key("relname") {
            let (schema, name) = (text(map, "schemaname"), text(map, "relname"));
            let is_cte = schema.is_empty() && self.ctes.iter().any(|cte| cte == name);
            if !is_cte {
                let schema = Some(schema.to_owned()).filter(|schema| !schema.is_empty());
                add(&mut self.refs.relations, schema, name);
            }
        }
        if let Some(parts) = map.get("names").and_then(|list| tree::names(Some(list))) {
            self.type_name(&parts, map.get("pct_type").is_some_and(|v| v == true));
        }
    }

    fn type_name(&mut self, parts: &[&str], of_column: bool) {
        match (parts, of_column) {
            // `tab.col%TYPE`
            ([relation @ .., column], true) => {
                if let Some(name) = qualified(relation) {
                    let mut path: Vec<String> = vec![name.1.clone()];
                    path.push((*column).to_owned());
                    self.refs.columns.insert(path);
                    self.refs.relations.insert(name);
                }
            }
            (parts, _) => {
                let Some((schema, name)) = qualified(parts) else { return };
                let element = name.strip_prefix('_').is_some_and(is_type);
                if schema.is_some() || !is_type(&name) && !element {
                    add(&mut self.refs.types, schema, &name);
                }
            }
        }
    }

    fn node(&mut self, kind: &str, map: &Map<String, Value>) {
        match kind {
            "FuncCall" => self.call(map),
            "TypeCast" => self.cast(map),
            "ColumnRef" => {
                if let Some(parts) = tree::names(map.get("fields")) {
                    self.refs.columns.insert(parts.into_iter().map(str::to_owned).collect());
                }
            }
            "AExpr" => self.operator(map.get("name")),
            "SubLink" => self.operator(map.get("oper_name")),
            "SortBy" => self.operator(map.get("use_op")),
            "CollateClause" => self.collation(map.get("collname")),
            "IndexElem" | "PartitionElem" => {
                if !text(map, "name").is_empty() {
                    self.refs.columns.insert(vec![text(map, "name").to_owned()]);
                }
                self.collation(map.get("collation"));
                if let Some((schema, name)) = name_of(map.get("opclass"))
                    && (schema.is_some() || !may_have(What::OperatorClass, &name))
                {
                    add(&mut self.refs.operator_classes, schema, &name);
                }
            }
            "Constraint" => self.constraint(map),
            _ => {}
        }
    }

    fn call(&mut self, map: &Map<String, Value>) {
        let Some((schema, name)) = name_of(map.get("funcname")) else { return };
        if matches!(name.as_str(), "nextval" | "currval" | "setval")
            && let Some(literal) = list(map, "args").first().and_then(regclass_literal)
            && let Some(sequence) = written_name(literal)
        {
            self.refs.relations.insert(sequence.clone());
            self.refs.sequences.insert(sequence);
        }
        let search = matches!(name.as_str(), "ts_headline" | "ts_lexize" | "ts_parse")
            || name.ends_with("to_tsvector")
            || name.ends_with("to_tsquery");
        if search
            && let [first, _, ..] = list(map, "args")
            && let Some(found) = regclass_literal(first).and_then(written_name)
        {
            add(&mut self.refs.text_search, found.0, &found.1);
        }
        add(&mut self.refs.functions, schema, &name);
    }

    /// A literal of an object identifier type names an object.
    fn cast(&mut self, map: &Map<String, Value>) {
        let Some(literal) = map.get("arg").and_then(constant::as_string) else { return };
        let of = map.get("type_name").and_then(|of| name_of(of.get("names")));
        let Some((None | Some("pg_catalog"), of)) =
            of.as_ref().map(|(schema, name)| (schema.as_deref(), name.as_str()))
        else {
            return;
        };
        let sort = match of {
            "regclass" => &mut self.refs.relations,
            "regproc" | "regprocedure" => &mut self.refs.functions,
            "regtype" => &mut self.refs.types,
            "regcollation" => &mut self.refs.collations,
            "regconfig" | "regdictionary" => &mut self.refs.text_search,
            _ => return,
        };
        let without_arguments = literal.split_once('(').map_or(literal, |(name, _)| name);
        if let Some((schema, name)) = written_name(without_arguments) {
            let is_type = of == "regtype" && schema.is_none() && type_name::common_name(&name);
            if !is_type {
                add(sort, schema, &name);
            }
        }
    }

    fn operator(&mut self, name: Option<&Value>) {
        if let Some((schema, name)) = name_of(name)
            && (schema.is_some() || !may_have(What::Operator, &name))
            // The words BETWEEN and the like stand where an operator would.
            && !name.starts_with(|c: char| c.is_ascii_alphabetic())
        {
            add(&mut self.refs.operators, schema, &name);
        }
    }

    fn collation(&mut self, name: Option<&Value>) {
        if let Some((schema, name)) = name_of(name) {
            add(&mut self.refs.collations, schema, &name);
        }
    }

    /// The columns of the table itself; those that a foreign key refers to are not its own.
    fn constraint(&mut self, map: &Map<String, Value>) {
        for key in ["keys", "fk_attrs", "including", "fk_del_set_cols"] {
            for column in tree::names(map.get(key)).unwrap_or_default() {
                self.refs.columns.insert(vec![column.to_owned()]);
            }
        }
        for pair in list(map, "exclusions") {
            self.operator(pair.pointer("/List/items/1/List/items"));
        }
    }
}

/// What is of `pg_catalog` is always there.
fn add(set: &mut BTreeSet<Name>, schema: Option<String>, name: &str) {
    if schema.as_deref() != Some("pg_catalog") {
        set.insert((schema, name.to_owned()));
    }
}

fn name_of(list: Option<&Value>) -> Option<Name> {
    qualified(&tree::names(list)?)
}

fn qualified(parts: &[&str]) -> Option<Name> {
    match parts {
        [name] => Some((None, (*name).to_owned())),
        [schema, name] => Some((Some((*schema).to_owned()), (*name).to_owned())),
        _ => None,
    }
}

fn written_name(literal: &str) -> Option<Name> {
    let parts = quote::split_qualified(literal).ok()?;
    qualified(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

fn regclass_literal(argument: &Value) -> Option<&str> {
    match fields(argument, "TypeCast") {
        Some(cast) => regclass_literal(cast.get("arg")?),
        None => constant::as_string(argument),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(class: Class, text: &str) -> Refs {
        references(class, text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    fn names(set: &BTreeSet<Name>) -> Vec<String> {
        let whole = |(schema, name): &Name| match schema {
            Some(schema) => format!("{schema}.{name}"),
            None => name.clone(),
        };
        set.iter().map(whole).collect()
    }

    #[test]
    fn a_view_needs_its_tables_wherever_they_hide() {
        let refs = found(
            Class::Query,
            "select a.x, (select max(y) from b) from app.a join c using (id)
             where exists (select 1 from d where d.id in (select id from \"E\"))
             union all select z, 1 from lateral f(1) order by 1",
        );
        assert_eq!(names(&refs.relations), ["E", "b", "c", "d", "app.a"]);
        assert_eq!(names(&refs.functions), ["f", "max"]);
    }

    #[test]
    fn a_with_query_is_no_relation_but_one_of_its_name_inside_it_is() {
        let refs = found(
            Class::Query,
            "with t as (select * from t), u as (select * from t) select * from u, v",
        );
        assert_eq!(names(&refs.relations), ["t", "v"]);
        let refs = found(
            Class::Query,
            "with recursive t as (select 1 union all select * from t) select * from t",
        );
        assert!(refs.relations.is_empty());
        let refs = found(Class::Query, "select (with w as (select 1) select * from w), x from w");
        assert_eq!(names(&refs.relations), ["w"]);
    }

    #[test]
    fn a_default_needs_its_sequence_and_its_type() {
        let refs = found(Class::Expr, "nextval('billing.\"Seq\"'::regclass)");
        assert_eq!(names(&refs.sequences), ["billing.Seq"]);
        assert_eq!(names(&refs.relations), ["billing.Seq"]);
        assert_eq!(
            names(&found(Class::Expr, "nextval('client_number')").sequences),
            ["client_number"]
        );
        let refs = found(Class::Expr, "'a'::app.status || 'b'::mood[] || 'c'::text || 1::_int4");
        assert_eq!(names(&refs.types), ["mood", "app.status"]);
        assert!(refs.sequences.is_empty());
    }

    #[test]
    fn literals_that_name_objects_are_read() {
        let refs = found(
            Class::Expr,
            "f('t'::regclass, 'app.g(integer)'::regprocedure, 'app.kind'::regtype, 'integer'::regtype, 't'::text)",
        );
        assert_eq!(names(&refs.relations), ["t"]);
        assert_eq!(names(&refs.functions), ["f", "app.g"]);
        assert_eq!(names(&refs.types), ["app.kind"]);
    }

    #[test]
    fn columns_are_returned_as_they_are_written() {
        let refs = found(Class::Expr, "new.status is distinct from old.status and a > (\"B\").c");
        let columns: Vec<String> = refs.columns.iter().map(|parts| parts.join(".")).collect();
        assert_eq!(columns, ["B", "a", "new.status", "old.status"]);
    }

    #[test]
    fn operators_and_collations_of_others_are_named() {
        let refs = found(
            Class::Expr,
            "a operator(ext.<->) b and a @@@@ c and a = 1 and a between 1 and 2 collate app.de",
        );
        assert_eq!(names(&refs.operators), ["@@@@", "ext.<->"]);
        assert_eq!(names(&refs.collations), ["app.de"]);
        let refs =
            found(Class::IndexElement, "name collate \"C\" ext.gin_trgm_ops, lower(b), c text_ops");
        assert_eq!(names(&refs.collations), ["C"]);
        assert_eq!(names(&refs.operator_classes), ["ext.gin_trgm_ops"]);
        assert_eq!(refs.columns.len(), 3);
    }

    #[test]
    fn text_search_needs_its_configuration() {
        let refs = found(
            Class::Expr,
            "to_tsvector('app.mine', a) || to_tsvector(b) @@ to_tsquery('own'::regconfig, 'x')",
        );
        assert_eq!(names(&refs.text_search), ["own", "app.mine"]);
    }

    #[test]
    fn a_foreign_key_needs_the_other_table() {
        let refs = found(Class::Constraint, "foreign key (a, b) references app.t (x, y)");
        assert_eq!(names(&refs.relations), ["app.t"]);
        let columns: Vec<String> = refs.columns.iter().map(|parts| parts.join(".")).collect();
        assert_eq!(columns, ["a", "b"]);
    }

    #[test]
    fn arguments_need_their_types() {
        let refs = found(
            Class::Arguments,
            "a app.status, b t.c%type, out d text, e mood default 'ok'::mood",
        );
        assert_eq!(names(&refs.types), ["mood", "app.status"]);
        assert_eq!(names(&refs.relations), ["t"]);
    }

    #[test]
    fn only_bodies_in_sql_are_read() {
        let body = "insert into log select * from app.t; select g($1)";
        let refs = body_references("SQL", body);
        assert_eq!(names(&refs.relations), ["log", "app.t"]);
        assert_eq!(names(&refs.functions), ["g"]);
        assert_eq!(body_references("plpgsql", body), Refs::default());
        assert_eq!(body_references("sql", "not sql"), Refs::default());
        let refs = found(Class::Body, "begin atomic insert into log values (1); select h(); end");
        assert_eq!(names(&refs.relations), ["log"]);
        assert_eq!(names(&refs.functions), ["h"]);
    }
}
