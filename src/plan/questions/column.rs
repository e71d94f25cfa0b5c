//! Questions of ALTER TABLE about one column: NULLs, values that a narrower type cannot hold, rows where a new column must
//! have a value.

use pg_query::protobuf::{AlterTableType as Do, ConstrType};
use serde_json::{Map, Value};

use super::{Asked, Table, what};
use crate::sql::quote::ident;
use crate::sql::tree::{choice, fields, list, names, node, number, text, type_name};

/// What a subcommand asks of a column.
pub(super) fn asked(command: &Map<String, Value>, table: &Table<'_>) -> Option<Asked> {
    let name = text(command, "name");
    match what(command)? {
        Do::AtSetNotNull if !table.is_fresh(name) => Some(without_value(name, table)),
        Do::AtAddColumn => {
            let def = fields(command.get("def")?, "ColumnDef")?;
            needs_value(def).then(|| {
                let column = ident(text(def, "colname"));
                Asked::own(
                    format!("rows in {}, which get no value in {column}", table.text()),
                    format!("SELECT FROM {}", table.sql()),
                )
            })
        }
        Do::AtAlterColumnType if !table.is_fresh(name) => {
            let def = fields(command.get("def")?, "ColumnDef")?;
            // What USING computes cannot be asked before.
            if def.contains_key("raw_default") {
                return None;
            }
            too_large(name, def.get("type_name")?, table)
        }
        _ => None,
    }
}

/// The question whether a column has NULLs.
pub(super) fn without_value(name: &str, table: &Table<'_>) -> Asked {
    let column = ident(name);
    // IS NULL is true of a row of NULLs, too, which is a value of a composite type.
    let test = if table.built_in(name).is_some() { "IS NULL" } else { "IS NOT DISTINCT FROM NULL" };
    Asked::own(
        format!("rows of {} without a value in {column}", table.text()),
        format!("SELECT FROM {} WHERE {column} {test}", table.sql()),
    )
}

/// The column whose values a subcommand makes or computes. A new type without USING keeps what is NULL, and all but
/// some values as they are.
pub(super) fn written(command: &Map<String, Value>) -> Option<String> {
    if what(command)? == Do::AtSetExpression {
        return Some(text(command, "name").to_owned());
    }
    let def = fields(command.get("def")?, "ColumnDef")?;
    match what(command)? {
        Do::AtAddColumn => Some(text(def, "colname").to_owned()),
        Do::AtAlterColumnType if def.contains_key("raw_default") => {
            Some(text(command, "name").to_owned())
        }
        _ => None,
    }
}

/// Whether a new column is NOT NULL and has neither a default nor values that are made.
fn needs_value(def: &Map<String, Value>) -> bool {
    let mut not_null = def.get("is_not_null").and_then(Value::as_bool).unwrap_or_default();
    for constraint in list(def, "constraints").iter().filter_map(|it| fields(it, "Constraint")) {
        match choice(constraint, "contype") {
            Some(ConstrType::ConstrNotnull | ConstrType::ConstrPrimary) => not_null = true,
            Some(
                ConstrType::ConstrDefault
                | ConstrType::ConstrIdentity
                | ConstrType::ConstrGenerated,
            ) => return false,
            _ => {}
        }
    }
    // serial makes its default.
    let of = def.get("type_name").and_then(|of| names(type_name(of)?.get("names")));
    let serial = of.is_some_and(|of| of.last().is_some_and(|last| last.contains("serial")));
    not_null && !serial && !def.contains_key("raw_default")
}

/// The values that a narrower type refuses (assignment casts of int2, int4, varchar and numeric).
fn too_large(name: &str, of: &Value, table: &Table<'_>) -> Option<Asked> {
    let of = type_name(of)?;
    if !list(of, "array_bounds").is_empty() {
        return None;
    }
    let (column, base) = (ident(name), names(of.get("names"))?);
    let modifiers: Vec<i64> = list(of, "typmods").iter().filter_map(integer).collect();
    let old = table.built_in(name).filter(|of| !of.array)?.to_string();
    let integers = ["smallint", "integer", "bigint"];
    let condition = match (*base.last()?, modifiers.as_slice()) {
        ("int2", []) if integers[1..].contains(&old.as_str()) => {
            format!("{column} NOT BETWEEN -32768 AND 32767")
        }
        ("int4", []) if old == "bigint" => {
            format!("{column} NOT BETWEEN -2147483648 AND 2147483647")
        }
        ("varchar", [length]) if old == "text" || is_longer(&old, *length) => {
            // Blanks at the end are cut off in silence.
            format!("pg_catalog.length(pg_catalog.rtrim({column}::text)) > {length}")
        }
        ("numeric", [precision, scale @ ..])
            if old.starts_with("numeric") || integers.contains(&old.as_str()) =>
        {
            let scale = scale.first().copied().unwrap_or(0);
            let digits = u32::try_from(precision - scale).ok()?;
            format!("pg_catalog.abs(pg_catalog.round({column}::numeric, {scale})) >= 1e{digits}")
        }
        _ => return None,
    };
    Some(Asked::own(
        format!("rows of {} whose {column} does not fit into the new type", table.text()),
        format!("SELECT FROM {} WHERE {condition}", table.sql()),
    ))
}

/// Whether a type is `character varying`, without a length or with a larger one.
fn is_longer(old: &str, length: i64) -> bool {
    let Some(rest) = old.strip_prefix("character varying") else { return false };
    let had = rest.trim_start_matches('(').trim_end_matches(')');
    had.is_empty() || had.parse::<i64>().is_ok_and(|had| had > length)
}

fn integer(value: &Value) -> Option<i64> {
    match node(fields(value, "AConst")?.get("val")?) {
        Some(("Ival", value)) => Some(number(value, "ival")),
        _ => None,
    }
}
