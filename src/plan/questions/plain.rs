//! Whether an expression of an author runs nothing but what is PostgreSQL's own when it is asked of a database, and has no
//! effect. Names are looked up in `pg_catalog` alone.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Table;
use crate::sql::tree::{self, list, names, node, number};
use crate::sql::type_name;

/// The functions that an expression calls, if every node of it is harmless and every column is of a built-in type. Functions
/// have to be immutable, which the server says.
pub(super) fn calls(tree: &Value, table: &Table<'_>) -> Option<BTreeSet<String>> {
    let mut calls = BTreeSet::new();
    is_plain(tree, table, &mut calls).then_some(calls)
}

/// Nodes that are as harmless as what is in them.
const HARMLESS: &[&str] = &[
    "AArrayExpr",
    "BooleanTest",
    "BoolExpr",
    "CaseExpr",
    "CaseWhen",
    "CoalesceExpr",
    "Integer",
    "Float",
    "List",
    "MinMaxExpr",
    "NullTest",
    "String",
];

fn is_plain(tree: &Value, table: &Table<'_>, calls: &mut BTreeSet<String>) -> bool {
    let inside = |fields: &Map<String, Value>, calls: &mut BTreeSet<String>| {
        fields.values().all(|value| is_plain(value, table, calls))
    };
    match tree {
        Value::Array(items) => items.iter().all(|item| is_plain(item, table, calls)),
        Value::Object(all) => match node(tree) {
            Some(("AConst", _)) => true,
            Some(("ColumnRef", reference)) => {
                let column = names(reference.get("fields"));
                column.is_some_and(|path| {
                    path.len() == 1 && table.built_in(path[0]).is_some_and(|of| !of.array)
                })
            }
            Some(("AExpr", expression)) => {
                let operator = names(expression.get("name"));
                let own = operator.is_some_and(|path| is_own(&path));
                let sides = ["lexpr", "rexpr"].iter().filter_map(|key| expression.get(*key));
                own && sides.into_iter().all(|side| is_plain(side, table, calls))
            }
            Some(("TypeCast", cast)) => {
                let of = cast.get("type_name").and_then(type_of);
                of.is_some() && cast.get("arg").is_some_and(|arg| is_plain(arg, table, calls))
            }
            Some(("FuncCall", call)) => {
                let Some(path) = names(call.get("funcname")) else { return false };
                let clauses = ["agg_order", "agg_filter", "over", "agg_distinct", "agg_star"];
                if !is_own(&path) || clauses.iter().any(|key| call.contains_key(*key)) {
                    return false;
                }
                calls.extend(path.last().map(|name| (*name).to_owned()));
                list(call, "args").iter().all(|arg| is_plain(arg, table, calls))
            }
            Some((kind, fields)) if HARMLESS.contains(&kind) => inside(fields, calls),
            // A node that stands there without its kind.
            None => inside(all, calls),
            Some((_, inner)) => tree.get("kind").is_some() && inside(inner, calls),
        },
        _ => true,
    }
}

/// A name without a schema, which is looked up in `pg_catalog`, or one of it.
fn is_own(path: &[&str]) -> bool {
    matches!(path, [_] | ["pg_catalog", _])
}

/// A built-in type whose input and casts have no effect.
fn type_of(of: &Value) -> Option<()> {
    let fields = tree::type_name(of)?;
    let path = names(fields.get("names"))?;
    // What names objects of the database says whether they are there.
    let plain =
        is_own(&path) && !path.last()?.starts_with("reg") && number(fields, "pct_type") == 0;
    let known =
        type_name::canonical(path.last()?).is_ok_and(|of| of.origin == type_name::Origin::BuiltIn);
    (plain && known).then_some(())
}
