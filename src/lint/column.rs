//! What a new column, or a new type of a column, does to the rows that are there.

use pg_query::protobuf::ConstrType;
use serde_json::{Map, Value};

use super::script::Script;
use crate::hazard::Hazard;
use crate::sql::names::What;
use crate::sql::pg_catalog;
use crate::sql::tree::{fields, list, names, node, number, text};

/// Whether a constraint is of that sort.
pub(super) fn is(constraint: &Map<String, Value>, kind: ConstrType) -> bool {
    number(constraint, "contype") == kind as i64
}

/// ADD COLUMN.
pub(super) fn added(table: &str, column: &Map<String, Value>, script: &mut Script<'_>) {
    let name = text(column, "colname");
    let constraints: Vec<&Map<String, Value>> =
        list(column, "constraints").iter().filter_map(|it| fields(it, "Constraint")).collect();
    let has = |kind| constraints.iter().any(|it| is(it, kind));
    let rewrite = |script: &mut Script<'_>, why: &str| {
        let message = format!("every row of {table} is rewritten: {why}");
        script.work(Hazard::RewriteTable, table, message);
    };
    let of = type_name(column.get("type_name"));
    let serial = of.last().is_some_and(|of| {
        matches!(
            of.as_str(),
            "serial" | "bigserial" | "smallserial" | "serial4" | "serial8" | "serial2"
        )
    });
    if serial || has(ConstrType::ConstrIdentity) {
        rewrite(script, &format!("each gets a number in column {name}"));
    }
    let default = constraints.iter().find(|it| is(it, ConstrType::ConstrDefault));
    let default = default.and_then(|it| it.get("raw_expr"));
    if default.is_some_and(is_volatile) {
        rewrite(script, &format!("the default of column {name} is volatile"));
    }
    let stored = constraints
        .iter()
        .any(|it| is(it, ConstrType::ConstrGenerated) && text(it, "generated_kind") != "v");
    if stored {
        rewrite(script, &format!("the stored column {name} is computed"));
    }
    let filled = default.is_some_and(|default| !is_null(default)) || serial || stored;
    if has(ConstrType::ConstrNotnull) && !filled && !has(ConstrType::ConstrIdentity) {
        let message = format!(
            "column {name} is NOT NULL and has no default: with rows in {table} it is refused"
        );
        script.work(Hazard::NotNullWithoutDefault, table, message);
    }
    for constraint in &constraints {
        if is(constraint, ConstrType::ConstrPrimary) || is(constraint, ConstrType::ConstrUnique) {
            let message = format!("the index of column {name} is built while {table} is locked");
            script.work(Hazard::ScanExclusive, table, message);
        } else if is(constraint, ConstrType::ConstrCheck) {
            let message = format!("all rows of {table} are read for the check of column {name}");
            script.work(Hazard::ScanExclusive, table, message);
        } else if is(constraint, ConstrType::ConstrForeign) {
            let message =
                format!("the foreign key of column {name} is validated while {table} is locked");
            script.work(Hazard::ScanBlocksWrites, table, message);
        }
    }
}

/// ALTER COLUMN TYPE. What the type was is not known: where the new one may have the same form on disk, the rows may stay.
pub(super) fn retyped(
    table: &str,
    name: &str,
    column: &Map<String, Value>,
    script: &mut Script<'_>,
) {
    let of = type_name(column.get("type_name"));
    let wide = of
        .last()
        .is_some_and(|of| matches!(of.as_str(), "varchar" | "text" | "numeric" | "varbit"));
    let message = format!(
        "every row of {table} is rewritten if type {} has another form on disk",
        of.join(".")
    );
    if wide && !column.contains_key("raw_default") {
        script.mild(Hazard::RewriteTable, message);
    } else {
        script.work(Hazard::RewriteTable, table, message);
    }
    let message = format!("the values of column {name} have to fit into the new type");
    script.mild(Hazard::MayFail, message);
}

/// The parts of a type's name.
fn type_name(value: Option<&Value>) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    let of = fields(value, "TypeName").or_else(|| value.as_object());
    let parts = of.and_then(|of| names(of.get("names"))).unwrap_or_default();
    parts.into_iter().map(str::to_owned).collect()
}

fn is_null(default: &Value) -> bool {
    matches!(node(default), Some(("AConst", of)) if of.contains_key("isnull"))
}

/// Whether an expression calls a function that may give another value for each row. One that is not PostgreSQL's own is
/// volatile unless it was made otherwise.
fn is_volatile(expression: &Value) -> bool {
    let called = match node(expression) {
        Some(("FuncCall", call)) => match names(call.get("funcname")).as_deref() {
            Some([name] | ["pg_catalog", name]) => {
                pg_catalog::is_volatile(name) || !pg_catalog::may_have(What::Function, name)
            }
            _ => true,
        },
        _ => false,
    };
    called
        || match expression {
            Value::Array(items) => items.iter().any(is_volatile),
            Value::Object(map) => map.values().any(is_volatile),
            _ => false,
        }
}
