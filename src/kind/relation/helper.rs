//! The constraints and indexes that a change of a table in use needs for a while, by their names. They belong to the plan: the
//! next plan uses or drops one that an interrupted apply has left, whatever `[manage]` says of other objects.

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

/// A check that a change of a column needs for a while. It is added as NOT VALID, so that no row is read for it.
pub(in crate::kind) struct Check {
    /// Its id.
    pub(in crate::kind) id: Id,
    condition: String,
}

impl Check {
    /// The check by which a column becomes NOT NULL.
    pub(in crate::kind) fn not_null(column: &Id) -> Self {
        Self::of(column, NOT_NULL, format!("{} IS NOT NULL", ident(column.name())))
    }

    /// The check that stands while a column is filled.
    pub(in crate::kind) fn filling(column: &Id) -> Self {
        let name = ident(column.name());
        Self::of(column, FILLING, format!("{name} IS NULL OR {name} IS NOT NULL"))
    }

    fn of(column: &Id, label: &str, condition: String) -> Self {
        let name = object_name(column.name(), None, label);
        Self { id: column.ancestor(Kind::Table, 2).child(Kind::Constraint, &name), condition }
    }

    /// The subcommand of ALTER TABLE that adds it.
    pub(in crate::kind) fn adding(&self) -> String {
        format!("ADD CONSTRAINT {} CHECK ({}) NOT VALID", ident(self.id.name()), self.condition)
    }

    /// What it is in the catalog.
    pub(in crate::kind) fn attrs(&self, not_valid: bool) -> Json {
        let mut attrs = json!({ "check": self.condition });
        if not_valid {
            attrs["not_valid"] = json!(true);
        }
        attrs
    }
}

/// The column that a check of this name and condition was made for, and whether that is being filled.
pub(in crate::kind) fn column_of(
    check: &Id,
    condition: &Sql,
    catalog: &Catalog,
) -> Option<(Id, bool)> {
    let table = check.ancestor(Kind::Table, 2);
    let tree = |text: &str| tree::parse(Class::Expr, text).ok();
    let there = tree(&condition.text)?;
    let is = |of: Check| of.id == *check && tree(&of.condition).is_some_and(|it| it == there);
    catalog.below(Kind::Column, &table.path).map(|(column, _)| column).find_map(|column| {
        let filling = is(Check::filling(column));
        (filling || is(Check::not_null(column))).then(|| (column.clone(), filling))
    })
}

/// The name under which an index is built that takes the place of another one.
pub(in crate::kind) fn next(index: &Id) -> Id {
    labelled(index, NEXT)
}

/// The name that an index has for a moment whose place another one has taken.
pub(in crate::kind) fn former(index: &Id) -> Id {
    labelled(index, FORMER)
}

fn labelled(index: &Id, label: &str) -> Id {
    let mut id = index.clone();
    if let Some(name) = id.path.last_mut() {
        *name = object_name(name, None, label);
    }
    id
}

/// Gives a value to the rows in which a column is NULL; of a table in use a batch after the other.
pub(in crate::kind) fn fill(column: &Id, value: &str, in_use: bool) -> Step {
    let (table, name) = (qualified(&column.path[0], &column.path[1]), ident(column.name()));
    let step = Step::new(format!("UPDATE {table} SET {name} = {value} WHERE {name} IS NULL"))
        .authored()
        .hazard(Hazard::BackfillNeeded, "every row in which the column is NULL is updated");
    if in_use { step.late().in_batches([&column.path[0], &column.path[1]]) } else { step }
}

/// `ALTER TABLE ... DROP CONSTRAINT`.
pub(in crate::kind) fn drop(constraint: &Id) -> Step {
    let table = qualified(&constraint.path[0], &constraint.path[1]);
    Step::new(format!("ALTER TABLE {table} DROP CONSTRAINT {}", ident(constraint.name())))
        .leaves(constraint, None)
}

/// `ALTER TABLE ... VALIDATE CONSTRAINT`, which reads the table while others write it; of one in use in a transaction of
/// its own.
pub(in crate::kind) fn validate(constraint: &Id, in_use: bool) -> Step {
    let table = qualified(&constraint.path[0], &constraint.path[1]);
    let sql = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {}", ident(constraint.name()));
    if in_use { Step::new(sql).late().block(Block::Apart) } else { Step::new(sql) }
}
