//! What a key is to partitions: the copies that they have, or are to have, of it, and the copy of an
//! index of their parent's that becomes its index.

use super::Constraint;
use crate::kind::relation::copy;
use crate::kind::relation::index::Index;
use crate::kind::relation::lineage;
use crate::kind::relation::lineage::parents;
use crate::kind::{Cx, Id, Kind, Sides, name};
use crate::sql::quote::{dollar, ident, literal, qualified};
use crate::step::Step;

impl Constraint {
    /// The statement that makes the same key on a partition, and perhaps not on the partitions of that.
    pub(in crate::kind) fn on(&self, partition: &Id, name: &str, only: bool) -> Step {
        let (table, name) = (qualified(&partition.path[0], &partition.path[1]), ident(name));
        let only = if only { " ONLY" } else { "" };
        let sql = format!("ALTER TABLE{only} {table} ADD CONSTRAINT {name} {}", self.definition());
        Step::new(sql).authored()
    }

    /// Whether it forbids equal rows without looking at a column.
    pub(in crate::kind) fn overlooks(&self, column: &str) -> bool {
        self.is_key() && !self.names().contains(&column)
    }

    /// Whether it is an equal key.
    pub(in crate::kind) fn is_key_like(&self, other: &Self) -> bool {
        self.is_key()
            && self.is_like(other)
            && self.deferrable == other.deferrable
            && self.initially_deferred == other.initially_deferred
    }

    /// Whether a unique index can become its index.
    pub(in crate::kind) fn takes(&self, index: &Index) -> bool {
        let plain = self.include.is_empty() && !self.nulls_not_distinct && !self.deferrable;
        self.is_key() && plain && index.key_columns().is_some_and(|columns| columns == self.names())
    }

    /// The name that PostgreSQL chooses for it on a table.
    pub(in crate::kind) fn usual_name(&self, table: &Id) -> String {
        if self.primary_key {
            return name::object_name(table.name(), None, "pkey");
        }
        let columns = self.names().join("_");
        name::object_name(table.name(), Some(&columns), "key")
    }

    /// Gives a copy to each partition that has none.
    pub(in crate::kind) fn complete(&self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let equal = |partition: &Id| {
            let gone = |own: &Id| cx.desired.get(own).is_none();
            let mut keys = cx.current.below(Kind::Constraint, &partition.path);
            let key = keys.find(|(own, _)| {
                let key = cx.current.attrs::<Self>(own);
                gone(own) && key.is_some_and(|key| self.is_key_like(key))
            });
            if let Some((own, _)) = key {
                return Some((own.name().to_owned(), Vec::new()));
            }
            let mut indexes = cx.current.below(Kind::Index, &partition.path);
            let (own, _) = indexes.find(|(own, _)| {
                let index = cx.current.attrs::<Index>(own);
                gone(own) && index.is_some_and(|index| self.takes(index))
            })?;
            Some((own.name().to_owned(), vec![self.using_index(partition, own.name(), own.name())]))
        };
        let usual = |partition: &Id| self.usual_name(partition);
        let made = |partition: &Id, name: &str| {
            let whole = lineage::is_partitioned(partition, cx.current);
            if whole || self.has_periods() || !cx.is_in_use(id) {
                return vec![self.on(partition, name, false)];
            }
            let key = partition.child(Kind::Constraint, name);
            self.built_beside(&key)
        };
        copy::complete(id, cx, &usual, &equal, &made)
    }

    /// The index of the parent's of which a key that is dropped is the copy.
    pub(super) fn goes_with(id: &Id, cx: &Sides<'_>) -> Option<Id> {
        let original = copy::copy_of(id, cx.current).filter(|_| cx.desired.get(id).is_none())?;
        let is_index = cx.current.attrs::<Index>(&original).is_some();
        let adopted = || copy::adopted(id, cx).is_some();
        Some(original).filter(|_| is_index && !adopted())
    }

    /// The statement that makes an index the index of the same key.
    pub(super) fn using_index(&self, table: &Id, name: &str, index: &str) -> Step {
        let word = if self.primary_key { "PRIMARY KEY" } else { "UNIQUE" };
        let table = qualified(&table.path[0], &table.path[1]);
        let (name, index, timing) = (ident(name), ident(index), self.timing());
        Step::new(format!(
            "ALTER TABLE {table} ADD CONSTRAINT {name} {word} USING INDEX {index}{timing}"
        ))
    }

    /// The statement that makes the copy of an index of the parent's, which is there, the index
    /// of this key; under which name it is there, only the server knows.
    pub(super) fn takes_copy(&self, id: &Id, cx: &Cx<'_>) -> Option<Step> {
        let original = copy::copy_of(id, cx.desired)?;
        cx.current.attrs::<Index>(&original).filter(|index| !index.is_only())?;
        let table = id.ancestor(Kind::Table, 2);
        if !cx.stays(&original)
            || !parents(&table, cx.current).contains(&original.ancestor(Kind::Table, 2))
        {
            return None;
        }
        let word = if self.primary_key { "PRIMARY KEY" } else { "UNIQUE" };
        let body = format!(
            "\nDECLARE copy name;\n\
             BEGIN\n  \
             SELECT c.relname INTO STRICT copy FROM pg_catalog.pg_index i\n    \
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid\n    \
             JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid\n    \
             WHERE i.indrelid = {of}::pg_catalog.regclass\n    \
             AND h.inhparent = {index}::pg_catalog.regclass;\n  \
             EXECUTE pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I {word} USING INDEX %I', {of}::pg_catalog.regclass, {name}, copy);\n\
             END\n",
            of = literal(&qualified(&table.path[0], &table.path[1])),
            index = literal(&qualified(original.first(), original.name())),
            name = literal(id.name()),
        );
        Some(Step::new(format!("DO {}", dollar(&body))))
    }
}
