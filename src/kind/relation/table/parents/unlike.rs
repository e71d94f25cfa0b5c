//! Columns that two parents have otherwise, so that CREATE TABLE takes no table of both (`MergeAttributes`,
//! tablecmds.c). A table that is there keeps its own.

use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::Kind;
use crate::kind::relation::column::Column;
use crate::kind::relation::default::{Default, inherited};
use crate::kind::relation::lineage;

/// Why a table cannot be made with its parents, and what to do.
pub(in crate::kind::relation::table) fn obstacle(table: &Id, side: &Catalog) -> Option<String> {
    let parents = lineage::parents(table, side);
    if parents.len() < 2 {
        return None;
    }
    lineage::columns(table, side).into_keys().find_map(|name| {
        let column = table.child(Kind::Column, &name);
        let of: Vec<Id> = lineage::origins(&column, side).map(|(parent, _)| parent).collect();
        let (first, rest) = of.split_first()?;
        let (second, what) =
            rest.iter().find_map(|other| Some((other, differs(&name, first, other, side)?)))?;
        let is_own = side.attrs::<Column>(&column).is_some_and(|own| !own.is_override());
        if what == "default" && is_own {
            return None;
        }
        let (table, first, second) = (table.dotted(), first.dotted(), second.dotted());
        let hint = if what == "default" {
            "write the column in this table too, with its type and a default"
        } else {
            "let both have the same"
        };
        Some(format!(
            "tables {first} and {second} have another {what} of column {name} each, and PostgreSQL makes no \
             table {table} that inherits from both: {hint}"
        ))
    })
}

/// In what a column of two parents is not the same.
fn differs(name: &str, one: &Id, other: &Id, side: &Catalog) -> Option<&'static str> {
    let column = |table: &Id| Column::stored_as(&table.child(Kind::Column, name), side);
    let (a, b) = (column(one), column(other));
    if a.0 != b.0 {
        return Some("storage");
    }
    if a.1.is_some() && b.1.is_some() && a.1 != b.1 {
        return Some("compression");
    }
    let default = |table: &Id| {
        let expr = inherited(&table.child(Kind::Column, name), table, side);
        expr.and_then(Default::expr).map(|expr| expr.text.clone())
    };
    let (a, b) = (default(one), default(other));
    (a.is_some() && b.is_some() && a != b).then_some("default")
}
