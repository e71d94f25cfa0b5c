//! Columns that hold whole rows of a table: PostgreSQL does not rewrite a table whose row type a
//! column has (`find_composite_type_dependencies`).

use crate::id::Id;
use crate::kind::{Cx, Kind, made_of};
use crate::sql::type_name;

/// Why the rows of a table cannot be written anew, and the way round.
pub(in crate::kind) fn obstacle(table: &Id, cx: &Cx<'_>) -> Option<String> {
    let holds = |of: Option<String>| {
        let Some(Ok(of)) = of.map(|of| type_name::canonical(&of)) else { return false };
        !made_of::places("", &of, table, cx.current).is_empty()
    };
    let mut all = cx.current.of_kind(Kind::Column);
    let (column, _) = all.find(|(column, object)| {
        cx.desired.get(column).is_some() && holds(object.attrs.type_text())
    })?;
    let (table, column) = (table.dotted(), column.dotted());
    Some(format!(
        "PostgreSQL does not write the rows of table {table} anew while column {column} holds rows of \
         that type: give that column a type of its own first (`create type ... as (...)`), or add a \
         column without a default and fill it by hand"
    ))
}
