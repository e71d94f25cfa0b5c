//! Questions of ALTER TABLE ADD CONSTRAINT: rows that a check refuses, orphans of a foreign key, equal keys.

use pg_query::protobuf::{AlterTableType as Do, ConstrType};
use serde_json::{Map, Value};

use super::{Asked, Table, built_in, column, index, part, plain, what};
use crate::plan::gate::named::range;
use crate::sql::quote::{ident, qualified};
use crate::sql::scan;
use crate::sql::tree::{choice, fields, names, number, text};

/// What a subcommand asks of the rows.
pub(super) fn asked(command: &Map<String, Value>, sql: &str, table: &Table<'_>) -> Vec<Asked> {
    if what(command) != Some(Do::AtAddConstraint) {
        return Vec::new();
    }
    let constraint = command.get("def").and_then(|def| fields(def, "Constraint"));
    let Some(constraint) = constraint.filter(|_| !part::is_not_enforced(sql)) else {
        return Vec::new();
    };
    let kind = choice(constraint, "contype");
    let keys = |key: &str| names(constraint.get(key)).unwrap_or_default();
    match kind {
        Some(ConstrType::ConstrCheck) => check(constraint, sql, table).into_iter().collect(),
        Some(ConstrType::ConstrForeign) => orphans(constraint, table).into_iter().collect(),
        Some(ConstrType::ConstrNotnull) => {
            let columns = keys("keys").into_iter().filter(|name| !table.is_fresh(name));
            columns.map(|name| column::without_value(name, table)).collect()
        }
        // An index that is there already has no equal keys.
        Some(ConstrType::ConstrPrimary | ConstrType::ConstrUnique)
            if !constraint.contains_key("indexname")
                && !constraint.contains_key("without_overlaps") =>
        {
            let columns = keys("keys");
            if columns.iter().any(|name| table.is_fresh(name)) {
                return Vec::new();
            }
            let primary = kind == Some(ConstrType::ConstrPrimary);
            let equal = constraint.get("nulls_not_distinct").and_then(Value::as_bool) == Some(true);
            let quoted: Vec<String> = columns.iter().map(|name| ident(name)).collect();
            let nulls = columns.iter().filter(|_| primary);
            let nulls = nulls.map(|name| column::without_value(name, table));
            nulls.chain([index::equal(&quoted, None, equal, table)]).collect()
        }
        _ => Vec::new(),
    }
}

fn check(constraint: &Map<String, Value>, sql: &str, table: &Table<'_>) -> Option<Asked> {
    let (name, tree) = (text(constraint, "conname"), constraint.get("raw_expr")?);
    if table.uses_fresh(tree) {
        return None;
    }
    // The helper of SET NOT NULL asks what that asks.
    if let Some(test) = fields(tree, "NullTest")
        && let [only] = part::columns(tree).into_iter().collect::<Vec<_>>().as_slice()
        && number(test, "nulltesttype") == IS_NOT_NULL
        && fields(test.get("arg")?, "ColumnRef").is_some()
    {
        return Some(column::without_value(only, table));
    }
    // A check is violated by false alone.
    let without = scan::without_comments(sql);
    let condition = part::check(&without, name)?;
    let calls = plain::calls(tree, table);
    Some(Asked {
        about: format!("rows of {} that violate {}", table.text(), ident(name)),
        sql: calls
            .is_some()
            .then(|| format!("SELECT FROM {} WHERE ({condition}) IS FALSE", table.sql())),
        calls: calls.unwrap_or_default(),
    })
}

const IS_NOT_NULL: i64 = pg_query::protobuf::NullTestType::IsNotNull as i64;

fn orphans(constraint: &Map<String, Value>, table: &Table<'_>) -> Option<Asked> {
    let columns = names(constraint.get("fk_attrs"))?;
    let theirs = names(constraint.get("pk_attrs")).unwrap_or_default();
    let target = range(constraint.get("pktable")).filter(|path| path.len() == 2)?;
    if columns.is_empty()
        || columns.len() != theirs.len()
        || columns.iter().any(|name| table.is_fresh(name))
        || theirs.iter().any(|name| table.plan.has_column([&target[0], &target[1]], name))
        || table.plan.has(&target)
        || constraint.contains_key("fk_with_period")
    {
        return None;
    }
    // `=` of other types may be anybody's.
    let own_type = |name: &&str| table.built_in(name).is_some();
    let target_path =
        |name: &str| built_in(table.current, [target[0].as_str(), target[1].as_str(), name]);
    let is_own =
        columns.iter().all(own_type) && theirs.iter().all(|name| target_path(name).is_some());
    let full = text(constraint, "fk_matchtype") == "f";
    let own = |name: &str| format!("own.{}", ident(name));
    let set: Vec<String> =
        columns.iter().map(|name| format!("{} IS NOT NULL", own(name))).collect();
    let pairs = columns.iter().zip(&theirs);
    let equal: Vec<String> = pairs
        .map(|(name, other)| format!("{} OPERATOR(pg_catalog.=) other.{}", own(name), ident(other)))
        .collect();
    let to = qualified(&target[0], &target[1]);
    let missing = format!("NOT EXISTS (SELECT FROM {to} AS other WHERE {})", equal.join(" AND "));
    let orphan = format!("{} AND {missing}", set.join(" AND "));
    // MATCH FULL refuses a key of which a part is NULL and a part is not.
    let condition = if full && columns.len() > 1 {
        let any = set.join(" OR ");
        let every = set.join(" AND ");
        format!("({orphan}) OR (({any}) AND NOT ({every}))")
    } else {
        orphan
    };
    let listed: Vec<String> = columns.iter().map(|name| ident(name)).collect();
    let asked = Asked::own(
        format!("rows of {} whose {} is in no row of {to}", table.text(), listed.join(", ")),
        format!("SELECT FROM {} AS own WHERE {condition}", table.sql()),
    );
    Some(Asked { sql: asked.sql.filter(|_| is_own), ..asked })
}
