//! What stands in the way of a column's new type: that rows fall into partitions by it, that a child table has
//! it from elsewhere too, that a column somewhere holds whole rows of the table.

use crate::id::Id;
use crate::kind::relation::lineage::{below, partitioned_by, shared_below};
use crate::kind::relation::repartition::BY_HAND;
pub(super) use crate::kind::types::domain::is_conditional;
use crate::kind::types::made_of;
use crate::kind::{Kind, Sides, abilities};
use crate::sql::type_name;

/// Why a column cannot get another type, and what to do.
pub(in crate::kind) fn obstacle(column: &Id, cx: &Sides<'_>) -> Option<String> {
    if let Some(table) = partitioned_by(column, cx.current) {
        let (column, table) = (column.dotted(), table.dotted());
        return Some(format!(
            "PostgreSQL cannot change the type of column {column}, by which the rows of table {table} \
             fall into partitions: {BY_HAND}"
        ));
    }
    let table = column.ancestor(Kind::Table, 2);
    if let Some((child, other)) = shared_below(column, cx.current) {
        let (column, child, other) = (column.dotted(), child.dotted(), other.dotted());
        return Some(format!(
            "PostgreSQL cannot change the type of column {column}, which table {child} has from {other} \
             as well: let {child} inherit from neither first, and from both again after"
        ));
    }
    of_rows(&table, cx).or_else(|| of_foreign_rows(&table, cx))
}

/// Why the rows of a table and of those that inherit from it cannot be rewritten, and what to do
/// (`find_composite_type_dependencies`, asked for each of them).
pub(in crate::kind) fn of_rows(table: &Id, cx: &Sides<'_>) -> Option<String> {
    let (table, column) = held(table, Kind::Table, cx)?;
    let (table, column) = (table.dotted(), column.dotted());
    Some(format!(
        "PostgreSQL does not write the rows of table {table} anew while column {column} holds rows of \
         that type: give that column a type of its own first (`create type ... as (...)`), or add a \
         column without a default and fill it by hand"
    ))
}

/// Why the columns of a foreign table among these cannot get another type, and what to do.
fn of_foreign_rows(table: &Id, cx: &Sides<'_>) -> Option<String> {
    let (table, column) = held(table, Kind::ForeignTable, cx)?;
    let (table, column) = (table.dotted(), column.dotted());
    Some(format!(
        "PostgreSQL does not change the columns of foreign table {table} while column {column} holds \
         rows of that type: give that column a type of its own first (`create type ... as (...)`)"
    ))
}

/// A table of a kind, among one and those that inherit from it, and a column that holds its rows.
fn held(table: &Id, kind: Kind, cx: &Sides<'_>) -> Option<(Id, Id)> {
    let tables = std::iter::once(table.clone()).chain(below(table, cx.current));
    let tables = tables.map(|table| table.as_kind(kind));
    let mut there = tables.filter(|table| cx.current.get(table).is_some());
    there.find_map(|table| holder(&table, cx).map(|column| (table, column)))
}

/// A column that holds rows of a table.
fn holder(table: &Id, cx: &Sides<'_>) -> Option<Id> {
    let holds = |of: Option<String>| {
        let Some(Ok(of)) = of.map(|of| type_name::canonical(&of)) else { return false };
        made_of::holds(&of, table, cx.current)
    };
    // Reading each column's type takes long, and few name the table.
    let (name, is_held) = (table.name().to_lowercase(), made_of::is_held(table, cx.current));
    let may_hold = |of: &String| is_held || name.contains('"') || of.to_lowercase().contains(&name);
    let mut all = cx.current.of_kind(Kind::Column);
    let (column, _) = all.find(|(column, object)| {
        let of = object.attrs.as_typed().and_then(abilities::Typed::type_text);
        let of = of.filter(may_hold);
        of.is_some() && cx.desired.get(column).is_some() && holds(of)
    })?;
    Some(column.clone())
}
