//! What an index is to partitions: the copies that they have, or are to have, of it.

use super::{Index, is_btree};
use crate::kind::relation::copy::{self, column_of};
use crate::kind::relation::lineage;
use crate::kind::{Id, Kind, Member, Sides, name};
use crate::leaf::{Item, Name, Parameters};
use crate::sql::label;
use crate::step::Step;

impl Index {
    /// The statement that makes the same index on a partition, and perhaps not on the partitions of that.
    pub(in crate::kind) fn on(&self, partition: &Id, name: &str, only: bool) -> Step {
        Step::new(self.statement(partition, name, ("", if only { "ONLY " } else { "" }))).authored()
    }

    /// Whether it differs from `other` in nothing that a copy may not differ in.
    pub(in crate::kind) fn is_copy_of(&self, other: &Self) -> bool {
        let plain = |index: &Self| Self {
            only: false,
            cluster: false,
            replica_identity: false,
            with: Parameters::default(),
            tablespace: None,
            statistics: Parameters::default(),
            ..index.clone()
        };
        plain(self) == plain(other)
    }

    /// The statements that make it for a partitioned table in use: for the table alone, then for each partition
    /// (manual, "CREATE INDEX", `ONLY`).
    pub(super) fn spread(&self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let table = id.ancestor(Kind::Table, 2);
        let alone = Self { only: true, ..self.clone() };
        let first = Step::new(self.statement(&table, id.name(), ("", "ONLY "))).authored();
        let first = first.leaves(id, Some(alone.wrap().json()));
        [vec![first], self.complete(id, cx)].concat()
    }

    /// Whether it is the copy of a parent's index that is not attached yet.
    pub(super) fn waits_to_be_attached(&self, id: &Id, cx: &Sides<'_>) -> bool {
        let table = id.ancestor(Kind::Table, 2);
        lineage::parents(&table, cx.desired).iter().any(|parent| {
            let mut above = cx.current.below(Kind::Index, &parent.path);
            above.any(|(of, _)| {
                let complete = cx.desired.attrs::<Self>(of).is_some_and(|index| !index.only);
                complete
                    && cx.current.attrs::<Self>(of).is_some_and(|of| {
                        let named = of.usual_name(&table).or_else(|| of.likely_name(&table));
                        of.only && self.is_copy_of(of) && named.as_deref() == Some(id.name())
                    })
            })
        })
    }

    /// Whether it forbids equal rows without looking at a column.
    pub(in crate::kind) fn overlooks(&self, column: &str) -> bool {
        let is = |element| column_of(element).as_deref() == Some(column);
        self.unique && !self.columns.0.iter().any(is)
    }

    /// The columns of a unique index that may become the index of a key.
    pub(in crate::kind) fn key_columns(&self) -> Option<Vec<String>> {
        let usual = self.columns.0.iter().all(|element| Name::read(&element.text).is_ok());
        let fits = self.unique
            && usual
            && self.predicate.is_none()
            && is_btree(&self.using)
            && self.include.is_empty()
            && !self.nulls_not_distinct
            && !self.invalid;
        if fits { self.columns.0.iter().map(column_of).collect() } else { None }
    }

    /// The name that PostgreSQL chooses for it on a table, where every element is a column.
    pub(in crate::kind) fn usual_name(&self, table: &Id) -> Option<String> {
        let columns = self.columns.0.iter().all(|element| column_of(element).is_some());
        self.likely_name(table).filter(|_| columns)
    }

    /// The name that PostgreSQL chooses for it on a table (`ChooseIndexName`), if an expression is still
    /// called as its author's was.
    pub(in crate::kind) fn likely_name(&self, table: &Id) -> Option<String> {
        let mut names: Vec<String> = Vec::new();
        let elements = self.columns.0.iter().map(|element| label::of_index_element(&element.text));
        for name in elements.chain(self.include.names().map(|name| Some(name.to_owned()))) {
            let name = name?;
            let counted = (1..).map(|number| format!("{name}{number}"));
            let mut all = std::iter::once(name.clone()).chain(counted);
            names.push(all.find(|name| !names.contains(name))?);
        }
        Some(name::object_name(table.name(), Some(&names.join("_")), "idx"))
    }

    /// Gives a copy to each partition that has none.
    pub(in crate::kind) fn complete(&self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let usual = |partition: &Id| {
            let found = self.usual_name(partition);
            found.unwrap_or_else(|| name::object_name(partition.name(), Some("expr"), "idx"))
        };
        let equal = |partition: &Id| {
            let mut own = cx.current.below(Kind::Index, &partition.path);
            let (own, _) = own.find(|(own, _)| {
                cx.current.attrs::<Self>(own).is_some_and(|index| self.is_copy_of(index))
                    && cx.desired.get(own).is_none()
            })?;
            Some((own.name().to_owned(), Vec::new()))
        };
        let made = |partition: &Id, name: &str| {
            let whole = lineage::is_partitioned(partition, cx.current);
            let online = cx.is_in_use(id) && !whole;
            let made = || self.on(partition, name, false);
            vec![if online { self.build(partition, name) } else { made() }]
        };
        copy::complete(id, cx, &usual, &equal, &made)
    }
}
