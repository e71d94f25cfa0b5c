//! Constraints of tables that are in use: foreign keys and checks that are added without reading the table and validated while
//! others write, keys whose index is built CONCURRENTLY (manual, "ALTER TABLE", notes), and the checks that a change
//! needs for a while.

use super::{Constraint, alter_table};
use crate::kind::abilities::Unsaid;
use crate::kind::relation::column::Column;
use crate::kind::relation::index::Index;
use crate::kind::relation::{helper, lineage};
use crate::kind::{Cx, Id, Kind, Member, Sides};
use crate::sql::quote::{ident, qualified};
use crate::step::Step;

impl Constraint {
    /// The statements that make it without blocking others for long; `None`: it is made in one statement.
    pub(super) fn staged(&self, id: &Id, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let table = id.ancestor(Kind::Table, 2);
        let partitioned = lineage::is_partitioned(&table, cx.desired);
        if self.is_key() {
            let there = id.as_kind(Kind::Index);
            let index = cx.current.attrs::<Index>(&there);
            let taken_over = index.is_some_and(|index| index.becomes_key(&there, cx));
            let online = cx.is_staged(id) && !self.has_periods() && !self.only;
            return match (taken_over, online, partitioned) {
                (true, ..) => Some(vec![self.adopt(id)]),
                (false, true, false) => Some(self.built_beside(id)),
                (false, true, true) => Some(self.spread(id, cx)),
                (false, false, _) => None,
            };
        }
        let checks = self.foreign_key || self.check.is_some();
        let other = self.referenced_table();
        let in_use = |table: &Id| cx.current.get(table).is_some_and(|object| object.in_use);
        let reads = cx.is_staged(id)
            || other.is_some_and(|other| in_use(&other) && cx.stays(&other) && cx.stays(&table));
        // Before 18 a foreign key of a partitioned table is always validated.
        let refused = self.foreign_key && partitioned && cx.major() < 18;
        if !checks || !reads || self.not_valid || self.not_enforced || self.only || refused {
            return None;
        }
        let add = format!(
            "{} ADD CONSTRAINT {} {} NOT VALID",
            alter_table(id),
            ident(id.name()),
            self.definition()
        );
        Some(vec![Step::new(add).authored(), helper::validate(id, true)])
    }

    /// Whether a period is a part of the key, which no index of its own can stand for.
    pub(super) fn has_periods(&self) -> bool {
        self.columns.0.iter().any(super::KeyColumn::is_temporal)
    }

    /// The statements that build its index while others write, and make it of that.
    pub(super) fn built_beside(&self, id: &Id) -> Vec<Step> {
        let (index, table) = (self.own_index(), id.ancestor(Kind::Table, 2));
        // Nothing in it is the author's SQL.
        let build = Step { qualified: true, ..index.build(&table, id.name()) };
        let build = build.leaves(&id.as_kind(Kind::Index), Some(index.wrap().json()));
        vec![build, self.adopt(id)]
    }

    /// The statements that make it for a partitioned table in use: for the table alone, then for each partition.
    fn spread(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        let alone = Self { only: true, ..self.clone() };
        let table = qualified(&id.path[0], &id.path[1]);
        let (name, key) = (ident(id.name()), self.definition());
        let add = Step::new(format!("ALTER TABLE ONLY {table} ADD CONSTRAINT {name} {key}"));
        let add = add.authored().leaves(id, Some(alone.wrap().json()));
        [vec![add], self.complete(id, cx)].concat()
    }

    /// Makes it of the index of its name.
    fn adopt(&self, id: &Id) -> Step {
        let table = id.ancestor(Kind::Table, 2);
        self.using_index(&table, id.name(), id.name()).leaves(&id.as_kind(Kind::Index), None)
    }

    /// Its index as one that belongs to no constraint.
    pub(in crate::kind) fn own_index(&self) -> Index {
        Index::of_key(
            self.names(),
            self.include.clone(),
            self.nulls_not_distinct,
            (self.with.clone(), self.tablespace.clone()),
        )
    }

    /// The column that this check was made for by a change of a table in use, and whether the column is being filled.
    fn helps(&self, id: &Id, cx: &Sides<'_>) -> Option<(Id, bool)> {
        helper::column_of(id, self.check.as_ref()?, cx.current)
    }

    /// What is left to do when a check goes that was made for a change of a table in use.
    pub(super) fn ends(&self, id: &Id, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let (column, filling) = self.helps(id, cx)?;
        let wanted = cx.desired.attrs::<Column>(&column)?;
        if filling {
            let fill = helper::fill(&column, &wanted.fill_value(), cx.is_staged(id));
            return Some(vec![fill, helper::drop(id)]);
        }
        // The column's own change drops it.
        wanted.uses_check(&column, cx).then(Vec::new)
    }
}

impl Unsaid for Constraint {
    fn is_left_over(&self, id: &Id, cx: &Sides<'_>) -> bool {
        self.helps(id, cx).is_some()
    }
}
