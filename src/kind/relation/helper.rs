//! The constraints and indexes that a change of a table in use needs for a while, by their names. They are the plan's own: one
//! that an interrupted apply has left is used by the next plan, or dropped, whatever `[manage]` says of others.

use serde_json::{Value as Json, json};

use crate::catalog::Catalog;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::kind::Kind;
use crate::kind::name::object_name;
use crate::leaf::Sql;
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::{self, Class};
use crate::step::{Block, Step};

/// A check that a column holds no NULL; once it is validated, SET NOT NULL does not read the table
/// (`NotNullImpliedByRelConstraints`).
const NOT_NULL: &str = "plumb_not_null";

/// A check that is always true, and stands as long as rows of a new column wait for their value.
const FILLING: &str = "plumb_filling";

/// The end of the name of an index that takes the place of another one.
const NEXT: &str = "plumb_next";

/// The end of the name of an index whose place another one has taken.
const FORMER: &str = "plumb_former";

/// The name of the check by which a column becomes NOT NULL.
pub(in crate::kind) fn not_null(column: &Id) -> Id {
    column
        .ancestor(Kind::Table, 2)
        .child(Kind::Constraint, &object_name(column.name(), None, NOT_NULL))
}

/// The name of the check that stands while a column is filled.
pub(in crate::kind) fn filling(column: &Id) -> Id {
    column
        .ancestor(Kind::Table, 2)
        .child(Kind::Constraint, &object_name(column.name(), None, FILLING))
}

/// The name under which an index is built that takes the place of another one.
pub(in crate::kind) fn next(index: &Id) -> Id {
    let mut next = index.clone();
    if let Some(name) = next.path.last_mut() {
        *name = object_name(name, None, NEXT);
    }
    next
}

/// The name that an index has for a moment whose place another one has taken.
pub(in crate::kind) fn former(index: &Id) -> Id {
    let mut former = index.clone();
    if let Some(name) = former.path.last_mut() {
        *name = object_name(name, None, FORMER);
    }
    former
}

/// The condition of [`not_null`].
pub(in crate::kind) fn not_null_condition(column: &str) -> String {
    format!("{} IS NOT NULL", ident(column))
}

/// The condition of [`filling`].
pub(in crate::kind) fn filling_condition(column: &str) -> String {
    let name = ident(column);
    format!("{name} IS NULL OR {name} IS NOT NULL")
}

/// The column that a check of this name and condition was made for.
pub(in crate::kind) fn column_of(
    check: &Id,
    condition: &Sql,
    catalog: &Catalog,
) -> Option<(Id, bool)> {
    let table = check.ancestor(Kind::Table, 2);
    let tree = |text: &str| tree::parse(Class::Expr, text).ok();
    let there = tree(&condition.text)?;
    let is = |text: &str| tree(text).is_some_and(|wanted| wanted == there);
    catalog.below(Kind::Column, &table.path).map(|(column, _)| column).find_map(|column| {
        let name = column.name();
        if *check == not_null(column) && is(&not_null_condition(name)) {
            return Some((column.clone(), false));
        }
        let filling = *check == filling(column) && is(&filling_condition(name));
        filling.then(|| (column.clone(), true))
    })
}

/// Gives a value to the rows in which a column is NULL; of a table in use a batch after the other.
pub(in crate::kind) fn fill(column: &Id, value: &str, in_use: bool) -> Step {
    let (table, name) = (qualified(&column.path[0], &column.path[1]), ident(column.name()));
    let step = Step::new(format!("UPDATE {table} SET {name} = {value} WHERE {name} IS NULL"))
        .authored()
        .hazard(Hazard::BackfillNeeded, "every row in which the column is NULL is updated");
    if in_use { step.late().in_batches([&column.path[0], &column.path[1]]) } else { step }
}

/// What such a check is in the catalog.
pub(in crate::kind) fn check(condition: &str, not_valid: bool) -> Json {
    let mut attrs = json!({ "check": condition });
    if not_valid {
        attrs["not_valid"] = json!(true);
    }
    attrs
}

/// `ALTER TABLE ... DROP CONSTRAINT`.
pub(in crate::kind) fn drop(constraint: &Id) -> Step {
    let table = qualified(&constraint.path[0], &constraint.path[1]);
    Step::new(format!("ALTER TABLE {table} DROP CONSTRAINT {}", ident(constraint.name())))
        .leaves(constraint, None)
}

/// `ALTER TABLE ... VALIDATE CONSTRAINT`, which reads the table while others write it.
pub(in crate::kind) fn validate(constraint: &Id) -> Step {
    let table = qualified(&constraint.path[0], &constraint.path[1]);
    Step::new(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {}", ident(constraint.name())))
        .late()
        .block(Block::Apart)
}
