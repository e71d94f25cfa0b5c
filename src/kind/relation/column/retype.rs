//! What stands in the way of a column's new type: that rows fall into partitions by it, that a child table has
//! it from elsewhere too, that a column somewhere holds whole rows of the table.

use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::relation::lineage::{below, children, origins, partitioned_by};
use crate::kind::relation::repartition::BY_HAND;
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
    if let Some((child, other)) = shared(&table, column.name(), cx.current) {
        let (column, child, other) = (column.dotted(), child.dotted(), other.dotted());
        return Some(format!(
            "PostgreSQL cannot change the type of column {column}, which table {child} has from {other} \
             as well: let {child} inherit from neither first, and from both again after"
        ));
    }
    of_rows(&table, cx)
}

/// Why the rows of a table cannot be rewritten, and what to do
/// (`find_composite_type_dependencies`).
pub(in crate::kind) fn of_rows(table: &Id, cx: &Sides<'_>) -> Option<String> {
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
    let (table, column) = (table.dotted(), column.dotted());
    Some(format!(
        "PostgreSQL does not write the rows of table {table} anew while column {column} holds rows of \
         that type: give that column a type of its own first (`create type ... as (...)`), or add a \
         column without a default and fill it by hand"
    ))
}

/// A table that inherits a column from the table and from a parent that does not (`ATPrepAlterColumnType`).
fn shared(table: &Id, column: &str, catalog: &Catalog) -> Option<(Id, Id)> {
    let below = below(table, catalog);
    let child_tables = children(catalog).filter(|child| below.contains(child));
    let mut others = child_tables.flat_map(|child| {
        let column = child.child(Kind::Column, column);
        let parents: Vec<Id> = origins(&column, catalog).map(|(parent, _)| parent).collect();
        parents.into_iter().map(move |other| (child.clone(), other))
    });
    others.find(|(_, other)| other != table && !below.contains(other))
}
