//! Questions of CREATE UNIQUE INDEX: rows with equal keys.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Asked, Table, part, plain};
use crate::leaf::split_commas;
use crate::sql::quote::ident;
use crate::sql::scan;
use crate::sql::tree::{fields, list, text};

/// What a unique index asks of the rows.
pub(super) fn asked(index: &Map<String, Value>, sql: &str, table: &Table<'_>) -> Option<Asked> {
    let flag = |key: &str| index.get(key).and_then(Value::as_bool) == Some(true);
    let elements = list(index, "index_params");
    if !flag("unique") || elements.iter().any(|tree| table.uses_fresh(tree)) {
        return None;
    }
    let named = elements.iter().filter_map(|it| Some(text(fields(it, "IndexElem")?, "name")));
    if named.into_iter().any(|name| table.is_fresh(name))
        || index.get("where_clause").is_some_and(|tree| table.uses_fresh(tree))
    {
        return None;
    }
    let mut calls = BTreeSet::new();
    let trees = elements.iter().chain(index.get("where_clause"));
    let trees = trees.map(|tree| {
        fields(tree, "IndexElem")
            .map_or(Some(tree), |element| element.get("expr"))
            .map(|tree| plain::calls(tree, table))
    });
    let mut is_plain = true;
    for found in trees.flatten() {
        match found {
            Some(found) => calls.extend(found),
            None => is_plain = false,
        }
    }
    let sql = scan::without_comments(sql);
    let tokens = scan::tokens(&sql).ok()?;
    let on = tokens.iter().position(|token| token.is_word("on"))?;
    let (inside, behind) = part::parentheses(&sql, &tokens, on)?;
    let written = split_commas(inside);
    if written.len() != elements.len() {
        return None;
    }
    let mut keys = Vec::new();
    for (element, written) in elements.iter().zip(written) {
        let element = fields(element, "IndexElem")?;
        keys.push(match text(element, "name") {
            "" => expression(written)?.to_owned(),
            name => ident(name),
        });
    }
    let condition = if index.contains_key("where_clause") {
        let at = behind + tokens[behind..].iter().position(|token| token.is_word("where"))?;
        Some(sql[tokens[at].end..].trim())
    } else {
        None
    };
    let asked = equal(&keys, condition, flag("nulls_not_distinct"), table);
    Some(Asked { calls, sql: asked.sql.filter(|_| is_plain), ..asked })
}

/// The rows that have a key which others have, too; `nulls`: whether NULLs are equal. GROUP BY compares by the default operator
/// class of a type, which only a superuser can make.
pub(super) fn equal(
    keys: &[String],
    condition: Option<&str>,
    nulls: bool,
    table: &Table<'_>,
) -> Asked {
    let set = keys.iter().filter(|_| !nulls).map(|key| format!("({key}) IS NOT NULL"));
    let condition = condition.map(|condition| format!("({condition})"));
    let conditions: Vec<String> = condition.into_iter().chain(set).collect();
    let filter = match conditions.as_slice() {
        [] => String::new(),
        all => format!(" WHERE {}", all.join(" AND ")),
    };
    let grouped: Vec<String> = keys.iter().map(|key| format!("({key})")).collect();
    Asked::own(
        format!("several rows of {} with the same {}", table.text(), keys.join(", ")),
        format!(
            "SELECT FROM {}{filter} GROUP BY {} HAVING pg_catalog.count(*) > 1",
            table.sql(),
            grouped.join(", ")
        ),
    )
}

/// The expression at the start of an index element: in parentheses, or a call.
fn expression(written: &str) -> Option<&str> {
    let tokens = scan::tokens(written).ok()?;
    let (_, behind) = part::parentheses(written, &tokens, 0)?;
    let end = tokens.get(behind - 1)?.end;
    Some(written[..end].trim())
}
