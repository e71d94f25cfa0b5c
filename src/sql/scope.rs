//! Finds out which relation a name in a FROM clause is and which of them a column belongs to.
//!
//! The server prints `t.c` where the author wrote `c` (traps B16, B22). Both become `t.c` here,
//! where it is certain what `c` is: in a query over one relation that nothing encloses, or where
//! all columns of all relations in question are known. Anything else stays as written, and then
//! equals only what is written the same. Columns whose type is known are annotated with it.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::fold::Side;
use super::infer::{self, Type};
use super::names::{Names, What};
use super::same::Place;
use super::tree::{self, fields, list, number, text};
use super::type_name;

/// Columns with their types, where these are known.
type Columns = BTreeMap<String, Option<String>>;

/// What one item of a FROM clause brings into sight.
struct Item {
    name: String,
    columns: Option<Rc<Columns>>,
}

/// What one level of a query brings into sight.
#[derive(Default)]
struct Frame {
    items: Vec<Item>,
    /// Something is in sight that cannot be listed: parameters, the target of an UPDATE, columns
    /// that a join merges.
    open: bool,
}

pub(super) struct Scope<'a> {
    side: Side<'a>,
    names: &'a dyn Names,
    place: &'a Place<'a>,
    frames: Vec<Frame>,
    ctes: Vec<(String, Option<Rc<Columns>>)>,
}

impl<'a> Scope<'a> {
    /// Starts outside of any query. `enclosed` says that something unknown may be in sight there.
    pub(super) fn new(
        side: Side<'a>,
        names: &'a dyn Names,
        place: &'a Place<'a>,
        enclosed: bool,
    ) -> Self {
        let mut scope = Self { side, names, place, frames: Vec::new(), ctes: Vec::new() };
        if let Some((schema, name)) = place.table {
            let columns = scope.relation_columns(schema, name);
            let items = vec![Item { name: name.to_owned(), columns }];
            scope.frames.push(Frame { items, open: false });
        } else if enclosed {
            scope.frames.push(Frame { items: Vec::new(), open: true });
        }
        scope
    }

    /// Resolves all relations and columns of the tree.
    pub(super) fn bind(&mut self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.bind(item)),
            Value::Object(map) if map.contains_key("relname") => self.relation(map),
            Value::Object(map) => {
                for (key, inner) in map.iter_mut() {
                    match (key.as_str(), inner) {
                        ("SelectStmt", Value::Object(query)) => self.select(query),
                        ("ColumnRef", Value::Object(column)) => self.column(column),
                        (
                            "InsertStmt" | "UpdateStmt" | "DeleteStmt" | "MergeStmt",
                            Value::Object(statement),
                        ) => self.modification(statement),
                        (_, inner) => self.bind(inner),
                    }
                }
            }
            _ => {}
        }
    }

    fn select(&mut self, query: &mut Map<String, Value>) {
        const PLAIN: i64 = 1;
        let outer_ctes = self.ctes.len();
        self.with(query);
        if number(query, "op") == PLAIN {
            self.frames.push(Frame::default());
            let mut from = query.get_mut("from_clause").map(Value::take);
            if let Some(Value::Array(items)) = &mut from {
                for item in &mut *items {
                    self.add_item(item);
                }
                for item in items {
                    self.join_conditions(item);
                }
            }
            self.group_by_label(query);
            for (key, inner) in query.iter_mut().filter(|(key, _)| *key != "with_clause") {
                if key == "from_clause" {
                    *inner = from.take().unwrap_or_default();
                } else {
                    self.bind(inner);
                }
            }
            self.frames.pop();
        } else {
            for (_, inner) in query.iter_mut().filter(|(key, _)| *key != "with_clause") {
                self.bind(inner);
            }
        }
        self.ctes.truncate(outer_ctes);
    }

    /// A name in GROUP BY that is no column of FROM is one of the result
    /// (`findTargetlistEntrySQL92`).
    fn group_by_label(&self, query: &mut Map<String, Value>) {
        let Some(frame) = self.frames.last() else { return };
        if frame.open || frame.items.iter().any(|item| item.columns.is_none()) {
            return;
        }
        let is_column = |name: &str| {
            is_system(name)
                || frame
                    .items
                    .iter()
                    .any(|i| i.columns.as_ref().is_some_and(|c| c.contains_key(name)))
        };
        let targets: Vec<Value> = list(query, "target_list").to_vec();
        let Some(Value::Array(groups)) = query.get_mut("group_clause") else { return };
        for group in groups {
            let parts = fields(group, "ColumnRef").and_then(|c| tree::names(c.get("fields")));
            let Some([name]) = parts.as_deref() else { continue };
            let labelled =
                |t: &&Value| fields(t, "ResTarget").is_some_and(|t| text(t, "name") == *name);
            let mut found = targets.iter().filter(labelled);
            if let (false, Some(target), None) = (is_column(name), found.next(), found.next())
                && let Some(expr) = target.pointer("/ResTarget/val")
            {
                *group = expr.clone();
            }
        }
    }

    /// The names of an INSERT, UPDATE, DELETE or MERGE are not looked into.
    fn modification(&mut self, statement: &mut Map<String, Value>) {
        let outer_ctes = self.ctes.len();
        self.with(statement);
        self.frames.push(Frame { items: Vec::new(), open: true });
        for (_, inner) in statement.iter_mut().filter(|(key, _)| *key != "with_clause") {
            self.bind(inner);
        }
        self.frames.pop();
        self.ctes.truncate(outer_ctes);
    }

    /// A WITH query sees those before it, with RECURSIVE all of them and itself.
    fn with(&mut self, query: &mut Map<String, Value>) {
        let Some(Value::Object(with)) = query.get_mut("with_clause") else { return };
        let recursive = with.get("recursive").is_some_and(|v| v == true);
        let Some(Value::Array(ctes)) = with.get_mut("ctes") else { return };
        let first = self.ctes.len();
        if recursive {
            for cte in ctes.iter() {
                let name = fields(cte, "CommonTableExpr").map_or("", |c| text(c, "ctename"));
                self.ctes.push((name.to_owned(), None));
            }
        }
        for (at, cte) in ctes.iter_mut().enumerate() {
            self.bind(cte);
            let Some(cte) = fields(cte, "CommonTableExpr") else { continue };
            let names = self.names;
            let renamed = cte.get("aliascolnames");
            let columns =
                cte.get("ctequery").and_then(|query| result_columns(query, renamed, names));
            if recursive {
                self.ctes[first + at].1 = columns;
            } else {
                self.ctes.push((text(cte, "ctename").to_owned(), columns));
            }
        }
    }

    fn add_item(&mut self, item: &mut Value) {
        if let Some(Value::Object(relation)) = item.get_mut("RangeVar") {
            let columns = self.visible_columns(relation);
            let name = alias(relation).unwrap_or_else(|| text(relation, "relname").to_owned());
            self.relation(relation);
            self.add(name, columns);
        } else if let Some(Value::Object(join)) = item.get_mut("JoinExpr") {
            for side in ["larg", "rarg"] {
                if let Some(inner) = join.get_mut(side) {
                    self.add_item(inner);
                }
            }
            if ["is_natural", "using_clause", "alias"].iter().any(|key| join.contains_key(*key))
                && let Some(frame) = self.frames.last_mut()
            {
                frame.open = true;
            }
        } else if let Some(Value::Object(sub)) = item.get_mut("RangeSubselect") {
            let lateral = sub.contains_key("lateral");
            let siblings = if lateral { None } else { self.frames.pop() };
            if let Some(query) = sub.get_mut("subquery") {
                self.bind(query);
            }
            self.frames.extend(siblings);
            let names = self.names;
            let renamed = sub.get("alias").and_then(|alias| alias.get("colnames"));
            let columns =
                sub.get("subquery").and_then(|query| result_columns(query, renamed, names));
            self.add(alias(sub).unwrap_or_default(), columns);
        } else {
            // A function, a sample, a table made of XML or JSON: its columns are not known.
            self.bind(item);
            let name = tree::node(item).and_then(|(_, map)| alias(map)).unwrap_or_default();
            self.add(name, None);
            if let Some(frame) = self.frames.last_mut() {
                frame.open = true;
            }
        }
    }

    /// ON is read when all of FROM is known.
    fn join_conditions(&mut self, item: &mut Value) {
        if let Some(Value::Object(join)) = item.get_mut("JoinExpr") {
            for side in ["larg", "rarg"] {
                if let Some(inner) = join.get_mut(side) {
                    self.join_conditions(inner);
                }
            }
            if let Some(condition) = join.get_mut("quals") {
                self.bind(condition);
            }
        }
    }

    fn add(&mut self, name: String, columns: Option<Rc<Columns>>) {
        if let Some(frame) = self.frames.last_mut() {
            frame.items.push(Item { name, columns });
        }
    }

    fn is_cte(&self, relation: &Map<String, Value>) -> Option<&(String, Option<Rc<Columns>>)> {
        let name = text(relation, "relname");
        let unqualified = text(relation, "schemaname").is_empty();
        self.ctes.iter().rev().find(|(cte, _)| unqualified && cte == name)
    }

    fn schema_of(&self, relation: &Map<String, Value>) -> String {
        let written = Some(text(relation, "schemaname")).filter(|schema| !schema.is_empty());
        self.side.schema(What::Relation, written, text(relation, "relname"))
    }

    /// Writes the schema of a relation, and drops an alias that is its name.
    fn relation(&mut self, relation: &mut Map<String, Value>) {
        if self.is_cte(relation).is_none() {
            let schema = self.schema_of(relation);
            relation.insert("schemaname".to_owned(), Value::from(schema));
        }
        let name = text(relation, "relname").to_owned();
        if relation.get("alias").is_some_and(|alias| *alias == json!({"aliasname": name})) {
            relation.shift_remove("alias");
        }
    }

    fn visible_columns(&self, relation: &Map<String, Value>) -> Option<Rc<Columns>> {
        if relation.get("alias").is_some_and(|alias| alias.get("colnames").is_some()) {
            return None;
        }
        match self.is_cte(relation) {
            Some((_, columns)) => columns.clone(),
            None => self.relation_columns(&self.schema_of(relation), text(relation, "relname")),
        }
    }

    fn relation_columns(&self, schema: &str, name: &str) -> Option<Rc<Columns>> {
        let columns = self.names.columns(schema, name)?;
        let base = |of: &String| type_name::canonical(of).ok().map(|t| t.base().to_string());
        Some(Rc::new(columns.iter().map(|(name, of)| (name.clone(), base(of))).collect()))
    }

    fn column(&self, column: &mut Map<String, Value>) {
        let Some(parts) = tree::names(column.get("fields")) else { return };
        match parts.as_slice() {
            // The word VALUE of a domain's check is read as a column.
            ["value"] if self.place.value.is_some() => {
                let base = self.place.value.and_then(|of| type_name::canonical(of).ok());
                if let Some(base) = base {
                    column.insert("type".to_owned(), Value::from(base.base().to_string()));
                }
            }
            [name] => {
                let name = (*name).to_owned();
                if let Some(item) = self.owner(&name) {
                    let of = item.columns.as_ref().and_then(|known| known.get(&name));
                    let of = of.cloned().flatten();
                    let owner = item.name.clone();
                    column.insert(
                        "fields".to_owned(),
                        json!([{"String": {"sval": owner}}, {"String": {"sval": name}}]),
                    );
                    annotate(column, of);
                }
            }
            [qualifier, name] => {
                let of = self.qualified(qualifier, name);
                annotate(column, of);
            }
            _ => {}
        }
    }

    /// Finds the relation of a column that is not qualified, if there is no doubt.
    fn owner(&self, column: &str) -> Option<&Item> {
        for (depth, frame) in self.frames.iter().enumerate().rev() {
            let is_known = |item: &Item| item.columns.is_some();
            if frame.open || !frame.items.iter().all(is_known) {
                // Nothing encloses it: what is not in the only relation is nowhere.
                let only = depth == 0 && !frame.open && frame.items.len() == 1;
                return frame.items.first().filter(|_| only);
            }
            let has = |item: &&Item| item.columns.as_ref().is_some_and(|c| c.contains_key(column));
            let mut found = frame.items.iter().filter(has);
            match (found.next(), found.next()) {
                (Some(item), None) => return Some(item),
                (Some(_), Some(_)) => return None,
                // A system column belongs to every table and is listed by none.
                (None, _) if is_system(column) => return None,
                (None, _) => {}
            }
        }
        None
    }

    fn qualified(&self, qualifier: &str, column: &str) -> Option<String> {
        let frames = self.frames.iter().rev();
        let item = frames.flat_map(|frame| &frame.items).find(|item| item.name == qualifier);
        let item = match item {
            // The rows that a trigger's WHEN and a rule see.
            None if matches!(qualifier, "new" | "old") => {
                self.place.table.and(self.frames.first()?.items.first())?
            }
            found => found?,
        };
        item.columns.as_ref()?.get(column).cloned().flatten()
    }
}

fn annotate(column: &mut Map<String, Value>, of: Option<String>) {
    if let Some(of) = of {
        column.insert("type".to_owned(), Value::from(of));
    }
}

fn is_system(column: &str) -> bool {
    ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "oid"].contains(&column)
}

fn alias(item: &Map<String, Value>) -> Option<String> {
    item.get("alias")?.get("aliasname")?.as_str().map(str::to_owned)
}

/// The columns that a query has, if each has a name; those of its leftmost arm. The types of a
/// set operation are not looked into.
fn result_columns(
    query: &Value,
    renamed: Option<&Value>,
    names: &dyn Names,
) -> Option<Rc<Columns>> {
    let query = fields(query, "SelectStmt")?;
    let (mut arm, mut typed) = (query, true);
    while let Some(left) = arm.get("larg") {
        arm = fields(left, "SelectStmt")?;
        typed = false;
    }
    let targets = list(arm, "target_list").iter().map(|target| fields(target, "ResTarget"));
    let mut columns = Vec::new();
    for target in targets {
        let (name, expr) = (text(target?, "name"), target?.get("val")?);
        let of = match infer::type_of(expr, names) {
            Type::Known(of) if typed => Some(of),
            _ => None,
        };
        columns.push((name.to_owned(), of));
    }
    let renamed = renamed.map_or(Some(Vec::new()), |list| tree::names(Some(list)))?;
    for (at, name) in renamed.into_iter().enumerate() {
        name.clone_into(&mut columns.get_mut(at)?.0);
    }
    if columns.is_empty() || columns.iter().any(|(name, _)| name.is_empty()) {
        return None;
    }
    Some(Rc::new(columns.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::fold::fold;
    use crate::sql::names::KnownNames;
    use crate::sql::tree::{Class, parse_owned};

    fn columns(list: &[&str]) -> BTreeMap<String, String> {
        list.iter().map(|name| ((*name).to_owned(), "text".to_owned())).collect()
    }

    /// The columns of the query, in the order of the text, as they are resolved.
    fn bound(class: Class, text: &str, place: &Place) -> Vec<String> {
        let mut names = KnownNames::new(["public"]);
        names.add_relation("public", "t", columns(&["id", "a", "b"]));
        names.add_relation("public", "u", columns(&["id", "c"]));
        names.add(What::Relation, "public", "dark");
        let side = Side::Desired(&names);
        let mut tree = fold(parse_owned(class, text).expect(text), side);
        Scope::new(side, &names, place, class != Class::Query).bind(&mut tree);
        let mut found = Vec::new();
        collect(&tree, &mut found);
        found
    }

    fn collect(tree: &Value, found: &mut Vec<String>) {
        match tree {
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            Value::Object(map) => {
                if let Some(column) = fields(tree, "ColumnRef") {
                    let parts = tree::names(column.get("fields")).unwrap_or_else(|| vec!["*"]);
                    found.push(parts.join("."));
                }
                // FROM first, so that the order is that of the scopes.
                map.values().for_each(|inner| collect(inner, found));
            }
            _ => {}
        }
    }

    fn in_query(text: &str) -> Vec<String> {
        let mut found = bound(Class::Query, text, &Place::default());
        found.sort();
        found
    }

    #[test]
    fn a_column_belongs_to_the_only_relation_that_has_it() {
        assert_eq!(in_query("select a, c from t, u"), ["t.a", "u.c"]);
        assert_eq!(in_query("select a from t x join u y on c = b"), ["x.a", "x.b", "y.c"]);
        assert_eq!(in_query("select x from dark"), ["dark.x"]);
        assert_eq!(
            in_query("select a from t, (select c as d from u) s where d = a"),
            ["s.d", "t.a", "t.a", "u.c"]
        );
        assert_eq!(in_query("with w as (select c from u) select c from w"), ["u.c", "w.c"]);
        assert_eq!(in_query("with w (k) as (select c from u) select k from w"), ["u.c", "w.k"]);
    }

    #[test]
    fn a_column_of_two_relations_or_of_unknown_ones_stays_as_it_is() {
        assert_eq!(in_query("select id from t, u"), ["id"]);
        assert_eq!(in_query("select a from t, dark"), ["a"]);
        assert_eq!(in_query("select id from t join u using (id)"), ["id"]);
        assert_eq!(in_query("select a from t natural join u"), ["a"]);
        assert_eq!(in_query("select a from t, f(1) g"), ["a"]);
        assert_eq!(in_query("select a from t z (x, y, a)"), ["z.a"]);
        assert_eq!(in_query("select ctid from t"), ["ctid"]);
    }

    #[test]
    fn an_inner_scope_is_searched_before_the_outer_one() {
        let sub = "select a from t where exists (select 1 from u where c = a and id = b)";
        assert_eq!(in_query(sub), ["t.a", "t.a", "t.b", "u.c", "u.id"]);
        // Whether the inner relation has the column is not known.
        assert_eq!(
            in_query("select a from t where exists (select 1 from dark where x = b)"),
            ["b", "t.a", "x"]
        );
        // Only LATERAL sees what stands before it.
        assert_eq!(in_query("select 1 from t, (select a) s"), ["a"]);
        assert_eq!(in_query("select 1 from t, lateral (select a) s"), ["t.a"]);
    }

    #[test]
    fn an_expression_sees_the_columns_of_its_table() {
        let place = Place { table: Some(("public", "t")), ..Place::default() };
        assert_eq!(bound(Class::Expr, "a > t.b", &place), ["t.a", "t.b"]);
        assert_eq!(bound(Class::Expr, "a", &Place::default()), ["a"]);
        let dark = Place { table: Some(("public", "dark")), ..Place::default() };
        assert_eq!(bound(Class::Expr, "a", &dark), ["dark.a"]);
        assert_eq!(
            bound(Class::Expr, "a in (select c from u where a = id)", &dark),
            ["dark.a", "u.c", "dark.a", "u.id"].map(String::from)
        );
        assert_eq!(bound(Class::Body, "return (select a from dark)", &Place::default()), ["a"]);
    }
}
