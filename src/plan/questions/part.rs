//! Pieces of a statement as they were written: the parse tree says what stands there, the lexer where.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sql::scan::{self, Token};
use crate::sql::tree::{fields, list, text};

/// The names of columns in a tree: the last part of each reference.
pub(super) fn columns(tree: &Value) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    collect(tree, &mut found);
    found
}

fn collect<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    if let Some(reference) = fields(value, "ColumnRef") {
        let last = list(reference, "fields").last().and_then(|last| fields(last, "String"));
        found.extend(last.map(|last| text(last, "sval")));
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(all) => all.values().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// What stands between the parentheses that open at or after a token, and the place of the token behind them.
pub(super) fn parentheses<'a>(
    sql: &'a str,
    tokens: &[Token],
    from: usize,
) -> Option<(&'a str, usize)> {
    let open = from + tokens.get(from..)?.iter().position(|token| token.is("("))?;
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth -= 1;
            if depth == 0 {
                return Some((sql[tokens[open].end..token.start].trim(), at + 1));
            }
        }
    }
    None
}

/// Whether a statement adds a constraint that no row has to meet (18).
pub(super) fn is_not_enforced(sql: &str) -> bool {
    let tokens = scan::tokens(sql).unwrap_or_default();
    tokens.windows(2).any(|two| two[0].is_word("not") && two[1].is_word("enforced"))
}

/// The condition of `CONSTRAINT name CHECK (condition)`.
pub(super) fn check<'a>(sql: &'a str, name: &str) -> Option<&'a str> {
    let tokens = scan::tokens(sql).ok()?;
    let named = tokens.windows(3).position(|three| {
        three[0].is_word("constraint") && three[1].word == name && three[2].is_word("check")
    })?;
    Some(parentheses(sql, &tokens, named + 3)?.0)
}
