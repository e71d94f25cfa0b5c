//! A column that a table inherits, or has as its own and inherits too: what it has of its parents, and when it changes,
//! is made and is dropped beside theirs.

use super::Column;
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::abilities::{Inherited, Ordered};
use crate::kind::relation::{constraint, default, lineage, repartition, typed_table};
use crate::kind::{Cx, Kind, Sides};

impl Inherited for Column {
    fn is_local(&self) -> bool {
        !self.is_override()
    }

    fn passes_on(&self) -> bool {
        !self.is_override()
    }
}

impl Ordered for Column {
    /// What overrides a parent's column comes after it; the type of an inherited column changes with the parent's, and
    /// its NOT NULL goes after the parent's.
    fn changes_after(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        if self.is_override() {
            return lineage::origins(id, cx.desired).map(|(_, of)| of).collect();
        }
        if self.follows(id, cx) { lineage::shared(id, cx) } else { Vec::new() }
    }

    /// ADD COLUMN and SET NOT NULL of a parent take what an equal column of a child has for what it inherits; the child
    /// cannot add what it has inherited.
    fn comes_before(&self, id: &Id, cx: &Cx<'_>) -> Vec<Id> {
        if self.is_override() || self.follows(id, cx) {
            return Vec::new();
        }
        lineage::beside(id, cx.desired, cx)
    }

    fn drops_after(&self, id: &Id, cx: &Cx<'_>) -> Vec<Id> {
        if self.is_override() {
            return Vec::new();
        }
        lineage::beside(id, cx.current, cx)
    }

    /// PostgreSQL renames no column of a typed table (`renameatt_check`).
    fn renamed_after(&self, id: &Id) -> Vec<Id> {
        vec![id.ancestor(Kind::TypedTable, 2)]
    }

    fn needs_rebuilt(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        typed_table::of_column(id, cx).into_iter().collect()
    }

    fn has_rebuilt(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        let retyped = self.is_retyped(id, cx);
        let table = id.ancestor(Kind::Table, 2);
        let whole = repartition::is_rebuilt(&table, cx).then_some(table);
        typed_table::of_column(id, cx).into_iter().chain(whole).filter(|_| retyped).collect()
    }
}

impl Column {
    /// Whether it is there and of another type.
    pub(super) fn is_retyped(&self, id: &Id, cx: &Sides<'_>) -> bool {
        cx.current.attrs::<Self>(id).is_some_and(|old| old.is_of_another_type(self))
    }

    /// Whether it changes in a way that has to come after its parents' change.
    pub(super) fn follows(&self, id: &Id, cx: &Sides<'_>) -> bool {
        let was = cx.current.attrs::<Self>(id).is_some_and(|old| old.not_null);
        self.is_retyped(id, cx) || was && !self.not_null
    }

    /// Whether it is a table's own column without a default, and a parent's has one, which it would get.
    pub(super) fn loses_default(&self, id: &Id, cx: &Sides<'_>) -> bool {
        let fills = self.identity.is_some() || self.generated.is_some();
        !self.is_override()
            && !fills
            && lineage::parents(&id.ancestor(Kind::Table, 2), cx.desired).iter().any(|parent| {
                default::inherited(id, parent, cx.desired)
                    .and_then(default::Default::expr)
                    .is_some()
            })
    }
}

/// Whether a column that is declared here too is a generated one of what the table inherits from.
pub(super) fn generated_above(id: &Id, catalog: &Catalog) -> bool {
    let generated = |of: &Id| catalog.attrs::<Column>(of).is_some_and(|of| of.generated.is_some());
    lineage::origins(id, catalog).any(|(_, of)| generated(&of))
}

/// Whether a column that a table has of its own is changed before the table gets a parent that has it too.
pub(super) fn is_fitted(id: &Id, cx: &Sides<'_>) -> bool {
    let table = id.ancestor(Kind::Table, 2);
    let old = lineage::parents(&table, cx.current);
    let mut new = lineage::origins(id, cx.desired).map(|(parent, _)| parent);
    lineage::is_partition(&table, cx.desired) == Some(false) && new.any(|new| !old.contains(&new))
}

/// Whether a primary key of the table makes the column NOT NULL.
pub(super) fn in_primary_key(table: &Id, column: &str, side: &Catalog) -> bool {
    side.below(Kind::Constraint, &table.path).any(|(id, _)| {
        side.attrs::<constraint::Constraint>(id).is_some_and(|constraint| {
            constraint.primary_key && constraint.names().contains(&column)
        })
    })
}

/// Whether a parent's column, which a table inherits, is NOT NULL.
pub(super) fn inherits_not_null(id: &Id, side: &Catalog) -> bool {
    let table = id.ancestor(Kind::Table, 2);
    if !lineage::has_parents(&table, side) {
        return false;
    }
    lineage::line(&table, side).skip(1).any(|parent| {
        let own = parent.child(Kind::Column, id.name());
        side.attrs::<Column>(&own).is_some_and(|own| own.not_null)
            || in_primary_key(&parent, id.name(), side)
    })
}
