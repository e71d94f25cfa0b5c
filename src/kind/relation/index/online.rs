//! Indexes of relations that are in use: built and dropped CONCURRENTLY, and replaced so that there is one at any moment
//! (manual, "Building Indexes Concurrently").

use super::{Index, btree, use_steps};
use crate::kind::abilities::Unsaid;
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::{copy, helper, lineage};
use crate::kind::{Describe, Id, Kind, Member, Sides};
use crate::leaf::{List, Name, Parameters, Sql};
use crate::sql::quote::{ident, qualified};
use crate::step::{Block, Step};

impl Index {
    /// Builds it while others write.
    pub(in crate::kind) fn build(&self, table: &Id, name: &str) -> Step {
        Step::new(self.statement(table, name, ("CONCURRENTLY ", "")))
            .authored()
            .late()
            .block(Block::Alone)
    }

    /// Drops it while others use the table.
    pub(super) fn vanish(id: &Id) -> Step {
        let name = qualified(&id.path[0], id.name());
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
            steps.extend([Self::vanish(id), self.build(&table, name)]);
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
            steps.push(Self::vanish(&former).leaves(&former, None));
        }
        steps.extend(Self::statistics_steps(&self.statistics, &Parameters::default(), id, cx));
        let used = |was: bool, is: bool| (was && old.invalid, is);
        let cluster = used(old.cluster, self.cluster);
        let replica = used(old.replica_identity, self.replica_identity);
        steps.extend(use_steps(id, cluster, replica, cx));
        Some(steps)
    }

    /// The index of a key of these columns, as one that belongs to no constraint.
    pub(in crate::kind) fn of_key(
        columns: Vec<&str>,
        include: List<Name>,
        nulls_not_distinct: bool,
        (with, tablespace): (Parameters, Option<String>),
    ) -> Self {
        Self {
            unique: true,
            using: btree(),
            columns: List(columns.into_iter().map(|name| Sql::new(ident(name))).collect()),
            include,
            nulls_not_distinct,
            with,
            tablespace,
            predicate: None,
            statistics: Parameters::default(),
            cluster: false,
            replica_identity: false,
            only: false,
            invalid: false,
        }
    }

    /// Whether the declared key of the same table and name can be made of it (ADD CONSTRAINT ... USING INDEX, which
    /// PostgreSQL refuses for a partitioned table).
    pub(in crate::kind) fn becomes_key(&self, id: &Id, cx: &Sides<'_>) -> bool {
        let key = id.as_kind(Kind::Constraint);
        cx.desired.attrs::<Constraint>(&key).is_some_and(|key| self.fits(key))
            && cx.desired.get(id).is_none()
            && cx.current.get(&key).is_none()
            && !copy::is_partitioned(id, cx)
    }

    /// Whether a key can be made of it as it is.
    fn fits(&self, key: &Constraint) -> bool {
        let Self { cluster, replica_identity, .. } = *self;
        key.is_key() && *self == Self { cluster, replica_identity, ..key.own_index() }
    }
}

impl Unsaid for Index {
    fn remedy(&self, id: &Id) -> Option<Step> {
        self.invalid.then(|| Self::vanish(id))
    }

    fn is_left_over(&self, id: &Id, cx: &Sides<'_>) -> bool {
        let table = id.ancestor(Kind::Table, 2);
        let key = cx.desired.attrs::<Constraint>(&id.as_kind(Kind::Constraint));
        let of_key = self.invalid && key.is_some_and(Constraint::is_key);
        let mut beside = cx.current.below(Kind::Index, &table.path).map(|(index, _)| index);
        of_key
            || self.becomes_key(id, cx)
            || self.waits_to_be_attached(id, cx)
            || beside.any(|index| *id == helper::next(index) || *id == helper::former(index))
    }
}
