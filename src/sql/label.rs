//! Gives every column of a query's result the name that PostgreSQL gives it, and puts in place of
//! a reference to such a column what it stands for.
//!
//! It works on the tree as parsed, before anything is folded, because the names depend on how a
//! thing is written: `substring(x from 1)` is called `substring`. It resolves no other names.

use serde_json::{Map, Value, json};

use super::fold::Side;
use super::tree::{self, Class, fields, list, number, text};

/// What a column is called that has no better name (`FigureColname`).
const NAMELESS: &str = "?column?";

/// Labels the result columns of a query; any other node is returned as it is.
pub(super) fn label(mut value: Value, side: Side) -> Value {
    if let Some(Value::Object(query)) = value.get_mut("SelectStmt") {
        query_labels(query, side);
    }
    value
}

fn query_labels(query: &mut Map<String, Value>, side: Side) {
    const PLAIN: i64 = 1;
    if number(query, "op") == PLAIN {
        if let Some(Value::Array(targets)) = query.get_mut("target_list") {
            for target in targets {
                target_label(target, side);
            }
        }
        replace_references(query);
        return;
    }
    // The names of a set operation are those of its leftmost arm; ORDER BY goes by them, and the
    // server prints its numbers.
    let leftmost = leftmost_labels(query.get("larg"), side);
    if let Some(Value::Array(sorts)) = query.get_mut("sort_clause") {
        for sort in sorts {
            let Some(node) = sort.pointer_mut("/SortBy/node") else { continue };
            let at = bare_column(node).and_then(|name| {
                let mut at = leftmost.iter().enumerate().filter(|(_, label)| **label == name);
                at.next().filter(|_| at.next().is_none()).map(|(at, _)| at + 1)
            });
            if let Some(at) = at {
                *node = json!({"AConst": {"val": {"Ival": {"ival": at}}}});
            }
        }
    }
}

/// Takes away the names of the right arms of set operations, which name nothing. Called when all
/// that could refer to them has been replaced.
pub(super) fn drop_arm_labels(value: &mut Value) {
    let Some(Value::Object(query)) = value.get_mut("SelectStmt") else { return };
    if let Some(Value::Array(targets)) = query.get_mut("target_list") {
        for target in targets {
            if let Some(Value::Object(target)) = target.get_mut("ResTarget") {
                target.shift_remove("name");
            }
        }
    }
    for arm in ["larg", "rarg"] {
        if let Some(arm) = query.get_mut(arm) {
            drop_arm_labels(arm);
        }
    }
}

fn leftmost_labels(arm: Option<&Value>, side: Side) -> Vec<String> {
    let Some(query) = arm.and_then(|arm| fields(arm, "SelectStmt")) else { return Vec::new() };
    match query.get("larg") {
        Some(inner) => leftmost_labels(Some(inner), side),
        None => list(query, "target_list").iter().map(|t| target_name(t, side)).collect(),
    }
}

fn target_label(target: &mut Value, side: Side) {
    let name = target_name(target, side);
    if let Some(Value::Object(target)) = target.get_mut("ResTarget")
        && !name.is_empty()
    {
        target.insert("name".to_owned(), Value::from(name));
    }
}

/// The name of a result column, empty for a star.
///
/// An author who writes none gets that of `FigureColname` (parse_target.c, trap B15). The server
/// prints the name of each, except of a column that keeps its own and of one without a better
/// name (`get_target_list`).
fn target_name(target: &Value, side: Side) -> String {
    let Some(target) = fields(target, "ResTarget") else { return String::new() };
    let Some(expr) = target.get("val") else { return String::new() };
    let given = text(target, "name");
    if !given.is_empty() {
        return given.to_owned();
    }
    let column = fields(expr, "ColumnRef").map(|column| list(column, "fields"));
    match (side, column.and_then(<[Value]>::last)) {
        (_, Some(last)) => fields(last, "String").map_or("", |s| text(s, "sval")).to_owned(),
        (Side::Current, None) => NAMELESS.to_owned(),
        (Side::Desired(_), None) => figure(expr).0.unwrap_or_else(|| NAMELESS.to_owned()),
    }
}

/// The name of an index's column before it is counted up (`FigureIndexColname`, and
/// `ChooseIndexColumnNames` in indexcmds.c); nothing if the element cannot be read.
pub(crate) fn of_index_element(element: &str) -> Option<String> {
    let tree = tree::parse(Class::IndexElement, element).ok()?;
    let element = fields(tree.as_array().map_or(Some(&*tree), |all| all.first())?, "IndexElem")?;
    let column = text(element, "name");
    if !column.is_empty() {
        return Some(column.to_owned());
    }
    let name = element.get("expr").and_then(|expr| figure(expr).0);
    Some(name.unwrap_or_else(|| "expr".to_owned()))
}

/// `FigureColnameInternal`: a name and how strong its claim is.
fn figure(expr: &Value) -> (Option<String>, u8) {
    let strong = |name: &str| (Some(name.to_owned()), 2);
    let Some((kind, map)) = tree::node(expr) else { return (None, 0) };
    let of = |key: &str| map.get(key).map_or((None, 0), figure);
    match kind {
        "ColumnRef" => last_name(list(map, "fields")).map_or((None, 0), |name| (Some(name), 2)),
        "AIndirection" => match last_name(list(map, "indirection")) {
            Some(name) => (Some(name), 2),
            None => of("arg"),
        },
        "FuncCall" => last_name(list(map, "funcname")).map_or((None, 0), |name| (Some(name), 2)),
        "AExpr" if number(map, "kind") == super::fold::kind::NULLIF => strong("nullif"),
        "TypeCast" => {
            let (name, strength) = of("arg");
            let of_type = map.get("type_name").and_then(Value::as_object);
            match of_type.and_then(|t| last_name(list(t, "names"))) {
                Some(type_name) if strength <= 1 => (Some(type_name), 1),
                _ => (name, strength),
            }
        }
        "CollateClause" => of("arg"),
        "GroupingFunc" => strong("grouping"),
        "MergeSupportFunc" => strong("merge_action"),
        "SubLink" => sub_link(map),
        "CaseExpr" => match of("defresult") {
            (_, 0 | 1) => (Some("case".to_owned()), 1),
            stronger => stronger,
        },
        "AArrayExpr" => strong("array"),
        "RowExpr" => strong("row"),
        "CoalesceExpr" => strong("coalesce"),
        "MinMaxExpr" => strong(if number(map, "op") == 1 { "greatest" } else { "least" }),
        "SqlvalueFunction" => value_function(number(map, "op")).map_or((None, 0), strong),
        "XmlSerialize" => strong("xmlserialize"),
        "XmlExpr" => xml(number(map, "op")).map_or((None, 0), strong),
        "JsonParseExpr" => strong("json"),
        "JsonScalarExpr" => strong("json_scalar"),
        "JsonSerializeExpr" => strong("json_serialize"),
        "JsonObjectConstructor" => strong("json_object"),
        "JsonArrayConstructor" | "JsonArrayQueryConstructor" => strong("json_array"),
        "JsonObjectAgg" => strong("json_objectagg"),
        "JsonArrayAgg" => strong("json_arrayagg"),
        "JsonFuncExpr" => match number(map, "op") {
            1 => strong("json_exists"),
            2 => strong("json_query"),
            3 => strong("json_value"),
            _ => (None, 0),
        },
        _ => (None, 0),
    }
}

fn last_name(items: &[Value]) -> Option<String> {
    items.iter().rev().find_map(|item| Some(text(fields(item, "String")?, "sval").to_owned()))
}

fn sub_link(map: &Map<String, Value>) -> (Option<String>, u8) {
    const EXISTS: i64 = 1;
    const EXPR: i64 = 5;
    const ARRAY: i64 = 7;
    match number(map, "sub_link_type") {
        EXISTS => (Some("exists".to_owned()), 2),
        ARRAY => (Some("array".to_owned()), 2),
        EXPR => {
            let mut query = map.get("subselect").and_then(|q| fields(q, "SelectStmt"));
            while let Some(inner) = query.and_then(|q| q.get("larg")) {
                query = fields(inner, "SelectStmt");
            }
            let target = query.and_then(|q| list(q, "target_list").first());
            let Some(target) = target.and_then(|t| fields(t, "ResTarget")) else {
                return (None, 0);
            };
            let given = text(target, "name");
            if !given.is_empty() {
                return (Some(given.to_owned()), 2);
            }
            let name = target.get("val").and_then(|val| figure(val).0);
            (Some(name.unwrap_or_else(|| NAMELESS.to_owned())), 2)
        }
        _ => (None, 0),
    }
}

fn value_function(op: i64) -> Option<&'static str> {
    Some(match op {
        1 => "current_date",
        2 | 3 => "current_time",
        4 | 5 => "current_timestamp",
        6 | 7 => "localtime",
        8 | 9 => "localtimestamp",
        10 => "current_role",
        11 => "current_user",
        12 => "user",
        13 => "session_user",
        14 => "current_catalog",
        15 => "current_schema",
        _ => return None,
    })
}

fn xml(op: i64) -> Option<&'static str> {
    Some(match op {
        1 => "xmlconcat",
        2 => "xmlelement",
        3 => "xmlforest",
        4 => "xmlparse",
        5 => "xmlpi",
        6 => "xmlroot",
        _ => return None,
    })
}

/// Puts the expression of a result column where ORDER BY and DISTINCT ON name it or its number,
/// and GROUP BY its number (`findTargetlistEntrySQL92`): the server prints the expression.
fn replace_references(query: &mut Map<String, Value>) {
    let targets: Vec<(String, Value)> = list(query, "target_list")
        .iter()
        .filter_map(|target| fields(target, "ResTarget"))
        .map(|target| {
            (text(target, "name").to_owned(), target.get("val").cloned().unwrap_or_default())
        })
        .collect();
    // With a star the numbers are not those of the list.
    if targets.iter().any(|(name, _)| name.is_empty()) {
        return;
    }
    let by_number = |node: &Value| {
        let ival = fields(fields(node, "AConst")?.get("val")?, "Ival")?;
        let at = usize::try_from(number(ival, "ival")).ok()?.checked_sub(1)?;
        targets.get(at).map(|(_, expr)| expr.clone())
    };
    let by_name = |node: &Value| {
        let name = bare_column(node)?;
        let mut named = targets.iter().filter(|(label, _)| *label == name).map(|(_, expr)| expr);
        let first = named.next()?;
        named.all(|other| other == first).then(|| first.clone())
    };
    let replace = |node: &mut Value, named: bool| {
        let found = by_number(node).or_else(|| by_name(node).filter(|_| named));
        if let Some(expr) = found {
            *node = expr;
        }
    };
    for (key, named) in [("sort_clause", true), ("distinct_clause", true), ("group_clause", false)]
    {
        let Some(Value::Array(items)) = query.get_mut(key) else { continue };
        for item in items {
            match item.pointer_mut("/SortBy/node") {
                Some(node) => replace(node, named),
                None => replace(item, named),
            }
        }
    }
}

fn bare_column(node: &Value) -> Option<String> {
    match tree::names(fields(node, "ColumnRef")?.get("fields"))?.as_slice() {
        [name] => Some((*name).to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::names::KnownNames;
    use crate::sql::tree::{Class, parse_owned};

    fn labels(text: &str) -> Vec<String> {
        let names = KnownNames::default();
        let query = parse_owned(Class::Query, text).unwrap_or_else(|e| panic!("{text}: {e}"));
        let query = label(query, Side::Desired(&names));
        let targets = list(fields(&query, "SelectStmt").expect("a query"), "target_list");
        let name = |target| text_of(fields(target, "ResTarget").expect("a target"));
        targets.iter().map(name).collect()
    }

    fn text_of(target: &Map<String, Value>) -> String {
        text(target, "name").to_owned()
    }

    #[test]
    fn an_index_column_is_called_as_postgresql_calls_it() {
        for (element, name) in [
            ("a desc", "a"),
            ("lower(b) COLLATE \"C\"", "lower"),
            ("(a + 1)", "expr"),
            ("COALESCE(a, 0)", "coalesce"),
            ("((b)::date)", "b"),
            ("date_part('day'::text, at)", "date_part"),
        ] {
            assert_eq!(of_index_element(element).as_deref(), Some(name), "{element}");
        }
    }

    /// As PostgreSQL 15 names the columns of `create view v as select ...`.
    #[test]
    fn a_column_without_a_name_gets_the_servers() {
        for (expr, label) in [
            ("t.a", "a"),
            ("a as b", "b"),
            ("1", "?column?"),
            ("a + b", "?column?"),
            ("lower(a)", "lower"),
            ("s.f(a)::text", "f"),
            ("a::int", "a"),
            ("1::int", "int4"),
            ("'x'::character varying(3)", "varchar"),
            ("date '2020-01-01'", "date"),
            ("(a).b", "b"),
            ("a[1]", "a"),
            ("(a[1]).c[2]", "c"),
            ("a collate \"C\"", "a"),
            ("case when a then b else c end", "c"),
            ("case when a then 1 else 2 end", "case"),
            ("case when a then b end", "case"),
            ("case when a then 1 else lower(c) end", "lower"),
            ("coalesce(a, b)", "coalesce"),
            ("greatest(a, b)", "greatest"),
            ("least(a, b)", "least"),
            ("nullif(a, b)", "nullif"),
            ("array[1]", "array"),
            ("row(1, 2)", "row"),
            ("(select max(x) from t)", "max"),
            ("(select x as y from t)", "y"),
            ("(select 1)", "?column?"),
            ("exists (select 1)", "exists"),
            ("array(select 1)", "array"),
            ("a in (select 1)", "?column?"),
            ("current_date", "current_date"),
            ("current_user", "current_user"),
            ("extract(year from a)", "extract"),
            ("substring(a from 1)", "substring"),
            ("trim(a)", "btrim"),
            ("a at time zone 'utc'", "timezone"),
            ("count(*)", "count"),
            ("sum(a) over (order by b)", "sum"),
            ("a is null", "?column?"),
            ("not a", "?column?"),
            ("xmlelement(name a)", "xmlelement"),
        ] {
            assert_eq!(labels(&format!("select {expr}")), [label], "{expr}");
        }
    }

    #[test]
    fn a_star_has_no_name_and_stops_numbers_from_being_read() {
        let names = KnownNames::default();
        let label =
            |text| label(parse_owned(Class::Query, text).expect("a query"), Side::Desired(&names));
        let starred = label("select *, a from t order by 2");
        assert_eq!(
            starred.pointer("/SelectStmt/sort_clause/0/SortBy/node/AConst/val/Ival/ival"),
            Some(&json!(2))
        );
        let plain = label("select b, a from t order by 2, b");
        let sorted = |at| {
            plain.pointer(&format!(
                "/SelectStmt/sort_clause/{at}/SortBy/node/ColumnRef/fields/0/String/sval"
            ))
        };
        assert_eq!((sorted(0), sorted(1)), (Some(&json!("a")), Some(&json!("b"))));
    }
}
