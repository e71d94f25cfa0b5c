//! Columns of tables that are in use: filled in batches, and made NOT NULL by a check that is validated while others write
//! (manual, "ALTER TABLE", `SET NOT NULL`).

use super::{Column, alter_column, alter_table};
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::default::Default as ColumnDefault;
use crate::kind::relation::helper::{self, Check};
use crate::kind::relation::lineage;
use crate::kind::{Cx, Id, Kind, Sides};
use crate::sql::quote::ident;
use crate::step::{Block, Step};

impl Column {
    /// What rows that are there get.
    pub(in crate::kind) fn fill_value(&self) -> String {
        self.backfill_sql().unwrap_or_else(|| "DEFAULT".to_owned())
    }

    /// The statements that add it to a table in use, and fill it afterwards; `None` where the table is not, or PostgreSQL
    /// fills it without writing a row.
    pub(super) fn filled_later(&self, id: &Id, cx: &Cx<'_>, inner: &[String]) -> Option<Vec<Step>> {
        let own = self.generated.is_none() && self.identity.is_none() && !self.is_override();
        if !own || !cx.is_staged(id) || lineage::is_foreign(id, cx) {
            return None;
        }
        let default = cx.desired.attrs::<ColumnDefault>(&id.as_kind(Kind::Default));
        let varies = default.is_some_and(|default| default.is_volatile(cx));
        if self.backfill.0.is_none() && !varies {
            return None;
        }
        let (check, name) = (Check::filling(id), ident(id.name()));
        let mut add =
            format!("{} ADD COLUMN {}", alter_table(id), self.definition(id, cx, false, &[]));
        for clause in inner {
            add.push_str(&format!(", ALTER COLUMN {name} SET {clause}"));
        }
        add.push_str(&format!(", {}", check.adding()));
        let mut steps = vec![Step::new(add).authored().leaves(&check.id, Some(check.attrs(true)))];
        steps.extend(self.settings(id, cx));
        steps.push(helper::fill(id, &self.fill_value(), true));
        if self.not_null && !self.not_valid {
            steps.extend(self.becomes_not_null(id, cx, true));
        }
        steps.push(helper::drop(&check.id));
        Some(steps)
    }

    /// Whether its change to NOT NULL goes by a check, which it drops at the end.
    pub(in crate::kind) fn uses_check(&self, id: &Id, cx: &Sides<'_>) -> bool {
        let nullable = cx.current.attrs::<Self>(id).is_some_and(|old| !old.not_null);
        cx.major() < 18 && cx.is_in_use(id) && self.not_null && nullable
    }

    /// The statements that make it NOT NULL without reading the table under a strong lock; `filled`: it has just been.
    pub(super) fn becomes_not_null(&self, id: &Id, cx: &Sides<'_>, filled: bool) -> Vec<Step> {
        let fill = || self.backfill_sql().map(|value| helper::fill(id, &value, true));
        let mut steps: Vec<Step> = fill().filter(|_| !filled).into_iter().collect();
        if cx.major() >= 18 {
            let unchecked = Self { not_valid: true, ..self.clone() };
            steps.push(unchecked.add_not_null(id).late().block(Block::Apart));
            steps.extend(fill().filter(|_| !self.not_valid));
            if !self.not_valid {
                steps.push(helper::validate(&self.not_null_constraint(id), true));
            }
            return steps;
        }
        let check = Check::not_null(id);
        let there = cx.current.attrs::<Constraint>(&check.id);
        if there.is_none() {
            let add = Step::new(format!("{} {}", alter_table(id), check.adding()));
            let add = add.leaves(&check.id, Some(check.attrs(true)));
            steps.push(add.late().block(Block::Apart));
            // Rows that came meanwhile, from those who do not know the column.
            steps.extend(fill());
        }
        if there.is_none_or(Constraint::is_not_valid) {
            let validate = helper::validate(&check.id, true);
            steps.push(validate.leaves(&check.id, Some(check.attrs(false))));
        }
        let set = Step::new(format!("{} SET NOT NULL", alter_column(id)));
        steps.extend([set.late(), helper::drop(&check.id)]);
        steps
    }
}
