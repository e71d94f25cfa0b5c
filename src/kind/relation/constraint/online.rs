//! Constraints of tables that are in use: foreign keys and checks that are added without reading the table and validated while
//! others write, keys whose index is built CONCURRENTLY (manual, "ALTER TABLE", notes), and the checks that a change
//! needs for a while.

use serde_json::{Value as Json, json};

use super::{Constraint, alter_table};
use crate::kind::abilities::Unsaid;
use crate::kind::relation::column::Column;
use crate::kind::relation::index::Index;
use crate::kind::relation::{helper, lineage};
use crate::kind::{Cx, Id, Kind, Member, Sides};
use crate::leaf::{List, Name};
use crate::sql::quote::{ident, qualified};
use crate::step::{Block, Step};

impl Constraint {
    /// The statements that make it without blocking others for long; `None` where there are none, or the tables are not in use.
    pub(super) fn staged(&self, id: &Id, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let table = id.ancestor(Kind::Table, 2);
        let partitioned = lineage::is_partitioned(&table, cx.desired);
        if self.has_index() {
            let there = id.as_kind(Kind::Index);
            let index = cx.current.attrs::<Index>(&there);
            let taken_over = index.is_some_and(|index| index.becomes_key(&there, cx).is_some());
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
        Some(vec![Step::new(add).authored(), helper::validate(id)])
    }

    /// Whether a period is a part of the key, which no index of its own can stand for.
    pub(super) fn has_periods(&self) -> bool {
        self.columns.0.iter().any(super::KeyColumn::is_temporal)
    }

    /// The statements that build its index while others write, and make it of that.
    pub(super) fn built_beside(&self, id: &Id) -> Vec<Step> {
        let build = Step::new(self.index_statement(id));
        let build = build.leaves(&id.as_kind(Kind::Index), Some(self.index_attrs()));
        vec![build.late().block(Block::Alone), self.adopt(id)]
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

    /// The statement that builds its index while others write.
    fn index_statement(&self, id: &Id) -> String {
        let table = qualified(&id.path[0], &id.path[1]);
        let mut sql = format!(
            "CREATE UNIQUE INDEX CONCURRENTLY {} ON {table} ({})",
            ident(id.name()),
            self.columns.sql()
        );
        let (with, tablespace) = self.storage();
        if !self.include.is_empty() {
            sql.push_str(&format!(" INCLUDE ({})", self.include.sql()));
        }
        if self.nulls_not_distinct {
            sql.push_str(" NULLS NOT DISTINCT");
        }
        if !with.is_empty() {
            sql.push_str(&format!(" WITH ({})", with.sql()));
        }
        if let Some(tablespace) = tablespace {
            sql.push_str(&format!(" TABLESPACE {}", ident(tablespace)));
        }
        sql
    }

    /// Makes it of the index of its name.
    fn adopt(&self, id: &Id) -> Step {
        let name = ident(id.name());
        let word = if self.primary_key { "PRIMARY KEY" } else { "UNIQUE" };
        let mut sql =
            format!("{} ADD CONSTRAINT {name} {word} USING INDEX {name}", alter_table(id));
        if self.deferrable || self.initially_deferred {
            sql.push_str(" DEFERRABLE");
        }
        if self.initially_deferred {
            sql.push_str(" INITIALLY DEFERRED");
        }
        Step::new(sql).leaves(&id.as_kind(Kind::Index), None)
    }

    /// What its index is in the catalog until it is the constraint's.
    fn index_attrs(&self) -> Json {
        let columns: Vec<String> = self.names().into_iter().map(ident).collect();
        let (with, tablespace) = self.storage();
        let mut attrs = json!({ "unique": true, "columns": columns });
        if !self.include.is_empty() {
            attrs["include"] = json!(self.include);
        }
        if self.nulls_not_distinct {
            attrs["nulls_not_distinct"] = json!(true);
        }
        if !with.is_empty() {
            attrs["with"] = json!(with);
        }
        if let Some(tablespace) = tablespace {
            attrs["tablespace"] = json!(ident(tablespace));
        }
        attrs
    }

    /// Whether an index stands behind it that may be built before.
    pub(in crate::kind) fn has_index(&self) -> bool {
        self.is_key()
    }

    /// Whether an index with these parts has all that it says of its own.
    pub(in crate::kind) fn is_made_of(
        &self,
        include: &List<Name>,
        nulls_not_distinct: bool,
    ) -> bool {
        self.is_key() && self.include == *include && self.nulls_not_distinct == nulls_not_distinct
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
