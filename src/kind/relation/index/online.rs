//! Indexes of relations that are in use: built and dropped CONCURRENTLY, and replaced so that there is one at any moment
//! (manual, "Building Indexes Concurrently").

use super::{Index, use_steps};
use crate::kind::abilities::Unsaid;
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::{copy, helper, lineage};
use crate::kind::{Describe, Id, Kind, Member, Sides};
use crate::leaf::Parameters;
use crate::sql::quote::ident;
use crate::step::{Block, Step};

impl Index {
    /// Builds it while others write.
    pub(super) fn build(&self, table: &Id, name: &str) -> Step {
        Step::new(self.statement(table, name, ("CONCURRENTLY ", "")))
            .authored()
            .late()
            .block(Block::Alone)
    }

    /// Drops it when nobody uses it any more.
    pub(super) fn vanish(&self, id: &Id) -> Step {
        let address = self.address(id);
        let name = address.trim_start_matches("INDEX ");
        Step::new(format!("DROP INDEX CONCURRENTLY {name}")).late().block(Block::Alone)
    }

    /// The statements that put it in the place of one of another definition, without a moment when there is neither;
    /// `None` where that cannot be: the copies of partitions, an index that a foreign key refers to.
    pub(super) fn replace(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Option<Vec<Step>> {
        let table = id.ancestor(Kind::Table, 2);
        let partitioned =
            [cx.current, cx.desired].map(|side| lineage::is_partitioned(&table, side));
        let copied = copy::original(id, cx.current).is_some();
        if !cx.is_in_use(id) || partitioned.contains(&true) || copied || self.only || old.only {
            return None;
        }
        let refers = |object: &Constraint| object.referenced_table().as_ref() == Some(&table);
        let mut keys = cx.current.of_kind(Kind::Constraint);
        if old.unique && keys.any(|(key, _)| cx.current.attrs(key).is_some_and(refers)) {
            return None;
        }
        let mut steps = Vec::new();
        let name = id.name();
        if old.invalid {
            steps.extend([self.vanish(id), self.build(&table, name)]);
        } else {
            let (next, former) = (helper::next(id), helper::former(id));
            let alter = |id: &Id, to: &Id| {
                Step::new(format!("ALTER {} RENAME TO {}", self.address(id), ident(to.name())))
            };
            let attrs = |index: &Self| Some(index.clone().wrap().json());
            steps.push(self.build(&table, next.name()).leaves(&next, attrs(self)));
            // Both names change at once.
            steps.push(alter(id, &former).leaves(&former, attrs(old)));
            steps.push(alter(&next, id).leaves(&next, None));
            steps.push(self.vanish(&former).leaves(&former, None));
        }
        steps.extend(Self::statistics_steps(&self.statistics, &Parameters::default(), id, cx));
        let used = |was: bool, is: bool| (was && old.invalid, is);
        let cluster = used(old.cluster, self.cluster);
        let replica = used(old.replica_identity, self.replica_identity);
        steps.extend(use_steps(id, cluster, replica, cx));
        Some(steps)
    }

    /// The declared key of the same table and name that this index can become (ADD CONSTRAINT ... USING INDEX).
    pub(in crate::kind) fn becomes_key(&self, id: &Id, cx: &Sides<'_>) -> Option<Id> {
        let key = id.as_kind(Kind::Constraint);
        let fits = cx.desired.attrs::<Constraint>(&key).is_some_and(|key| self.fits(key));
        (fits && cx.desired.get(id).is_none() && cx.current.get(&key).is_none()).then_some(key)
    }

    /// Whether a key can be made of it as it is.
    fn fits(&self, key: &Constraint) -> bool {
        let columns: Option<Vec<String>> = self.columns.0.iter().map(copy::column_of).collect();
        let plain = columns.is_some_and(|own| {
            own.iter().map(String::as_str).eq(key.names())
                && self.columns.0.iter().zip(&own).all(|(sql, name)| sql.text == ident(name))
        });
        plain
            && !self.invalid
            && self.unique
            && self.using == "btree"
            && self.predicate.is_none()
            && key.is_made_of(&self.include, self.nulls_not_distinct)
            && key.storage() == self.storage()
    }
}

impl Unsaid for Index {
    fn remedy(&self, id: &Id) -> Option<Step> {
        self.invalid.then(|| self.vanish(id))
    }

    fn is_left_over(&self, id: &Id, cx: &Sides<'_>) -> bool {
        let table = id.ancestor(Kind::Table, 2);
        let key = cx.desired.attrs::<Constraint>(&id.as_kind(Kind::Constraint));
        let for_key = key.is_some_and(|key| key.has_index() && (self.invalid || self.fits(key)));
        let mut beside = cx.current.below(Kind::Index, &table.path).map(|(index, _)| index);
        for_key
            || self.waits_to_be_attached(id, cx)
            || beside.any(|index| *id == helper::next(index) || *id == helper::former(index))
    }
}
