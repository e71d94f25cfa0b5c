//! Whether an UPDATE or DELETE writes a part of a table's rows only.

use serde_json::{Map, Value};

use crate::sql::tree::{fields, list, node, text};

/// Whether the condition of a statement bounds how many rows it writes: LIMIT, both ends of a range, one value of a key.
pub(super) fn is_bounded(statement: &Map<String, Value>) -> bool {
    let sources = ["with_clause", "from_clause", "using_clause"];
    if sources.iter().filter_map(|key| statement.get(*key)).any(is_limited) {
        return true;
    }
    let Some(condition) = statement.get("where_clause") else { return false };
    let mut ends = (false, false);
    bounds(condition, &mut ends);
    ends == (true, true)
}

/// Looks for lower and upper ends, in what all rows have to meet.
fn bounds(condition: &Value, ends: &mut (bool, bool)) {
    match node(condition) {
        Some(("BoolExpr", of)) if of.get("boolop").is_some_and(|op| op == 1) => {
            for inner in list(of, "args") {
                bounds(inner, ends);
            }
        }
        Some(("AExpr", of)) => {
            let operator = list(of, "name").first().and_then(|name| fields(name, "String"));
            let column = of.get("lexpr").and_then(|side| fields(side, "ColumnRef")).is_some();
            let between = crate::sql::tree::number(of, "kind");
            match operator.map(|name| text(name, "sval")) {
                _ if !column => {}
                Some("BETWEEN") => *ends = (true, true),
                Some(">" | ">=") => ends.0 = true,
                Some("<" | "<=") => ends.1 = true,
                Some("=") if between != IN || is_list(of) => {
                    *ends = if is_key(of) { (true, true) } else { *ends }
                }
                _ => {}
            }
        }
        Some(("SubLink", of)) => {
            let limited = of
                .get("subselect")
                .and_then(|select| fields(select, "SelectStmt"))
                .is_some_and(|select| select.contains_key("limit_count"));
            if limited {
                *ends = (true, true);
            }
        }
        _ => {}
    }
}

/// Whether a query with LIMIT stands in it.
fn is_limited(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(is_limited),
        Value::Object(map) => map.contains_key("limit_count") || map.values().any(is_limited),
        _ => false,
    }
}

/// `AEXPR_IN` of the grammar.
const IN: i64 = pg_query::protobuf::AExprKind::AexprIn as i64;

fn is_list(of: &Map<String, Value>) -> bool {
    of.get("rexpr").and_then(|side| fields(side, "List")).is_some()
}

/// Whether the column of a comparison is called like a key, and it is compared with constants.
fn is_key(of: &Map<String, Value>) -> bool {
    let column = of.get("lexpr").and_then(|side| fields(side, "ColumnRef"));
    let name = column.and_then(|column| list(column, "fields").last());
    let name = name.and_then(|name| fields(name, "String")).map(|name| text(name, "sval"));
    let constant = of.get("rexpr").and_then(node).is_some_and(|(kind, _)| {
        matches!(kind, "AConst" | "ParamRef" | "List" | "AArrayExpr" | "TypeCast")
    });
    constant && name.is_some_and(|name| matches!(name, "id" | "ctid" | "uuid" | "key" | "code"))
}
