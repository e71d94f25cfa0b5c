//! The column that a table had from a parent which it leaves, or which loses it: it stays as it is, as the
//! table's own.

use super::not_null::usual_name;
use super::{Column, alter_column};
use crate::id::Id;
use crate::kind::relation::default;
use crate::kind::relation::lineage;
use crate::kind::{Alter, Kind, Sides};
use crate::step::Step;

impl Column {
    /// What a new column of a table's own takes, where a parent's is there in its place.
    pub(super) fn loosened(&self, id: &Id, cx: &Sides<'_>) -> Option<Alter> {
        (!self.is_override() && is_there(id, cx)).then(|| self.comes_loose(id, cx))
    }

    /// Makes what is there of the parent's column the one that is wanted.
    pub(super) fn comes_loose(&self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Some((there, parent)) = left_there(id, cx) else { return Alter::InPlace(Vec::new()) };
        let left = default::is_left(id, &parent, cx);
        let mut first: Vec<Step> = Vec::new();
        first.extend(left.then(|| Step::new(format!("{} DROP DEFAULT", alter_column(id)))));
        match self.change(&there, id, cx) {
            Alter::InPlace(steps) => Alter::InPlace(first.into_iter().chain(steps).collect()),
            Alter::Around(steps) => Alter::Around(first.into_iter().chain(steps).collect()),
            other => other,
        }
    }
}

/// The column that is there, with what the child has otherwise, and the parent that it is from; NOT NULL as
/// the parent's, by the name of the parent's constraint. The identity of a parent ends with a partition.
fn left_there(id: &Id, cx: &Sides<'_>) -> Option<(Column, Id)> {
    let (parent, of) = lineage::inherited(id, cx.current)?;
    let above = cx.current.attrs::<Column>(&of)?;
    let own = cx.current.attrs::<Column>(id).cloned().unwrap_or_default();
    let between = cx.current.attrs::<Column>(&parent.child(Kind::Column, id.name()));
    // Where only the parent loses it, NOT NULL goes first (see `Describe::drop` of columns).
    let freed = cx.major() >= 18 && was_inherited(id, cx) && lineage::kept(id, cx).is_none();
    let all = if freed { [Some(&own), None, None] } else { [Some(&own), between, Some(above)] };
    let not_null = all.iter().flatten().any(|column| column.not_null);
    let name = all.iter().flatten().find_map(|column| column.constraint.clone());
    let name = name.unwrap_or_else(|| usual_name(&of));
    let named = not_null && cx.major() >= 18 && name != usual_name(id);
    let there = Column {
        kind: above.kind.clone(),
        collate: above.collate.clone(),
        generated: above.generated.clone(),
        stored: above.stored,
        not_null,
        constraint: named.then_some(name),
        storage: own.storage.or_else(|| above.storage.clone()),
        compression: own.compression.or_else(|| above.compression.clone()),
        statistics: own.statistics,
        options: own.options,
        ..Column::default()
    };
    Some((there, parent))
}

/// Whether a new column of a table's own is there as one of a parent that the table leaves, or that loses it.
pub(super) fn is_there(id: &Id, cx: &Sides<'_>) -> bool {
    let detached = lineage::detached_from(&id.ancestor(Kind::Table, 2), cx);
    detached.is_some() && lineage::inherited(id, cx.current).is_some()
        || was_inherited(id, cx)
        || lineage::kept(id, cx).is_some()
}

/// Whether a table has a column of a parent, and still has it when the parent has lost it: as its own, or of another.
pub(crate) fn keeps_column(table: &Id, column: &Id, cx: &Sides<'_>) -> bool {
    let own = table.child(Kind::Column, column.name());
    lineage::ancestors(&own, cx.current).any(|above| above == *column)
        && (cx.desired.attrs::<Column>(&own).is_some_and(|own| !own.is_override())
            || lineage::origins(&own, cx.desired).any(|(_, of)| of != *column))
}

/// Whether a column that is declared as a table's own is there as one that it inherits,
/// while the parent loses it.
pub(super) fn was_inherited(id: &Id, cx: &Sides<'_>) -> bool {
    let own = |column: Option<&Column>| column.is_some_and(|column| !column.is_override());
    let child = id.ancestor(Kind::Table, 2);
    lineage::is_partition(&child, cx.current) == Some(false)
        && lineage::parents(&child, cx.current).iter().any(|parent| {
            let inherited = parent.child(Kind::Column, id.name());
            own(cx.current.attrs(&inherited))
                && cx.desired.get(&inherited).is_none()
                && !own(cx.current.attrs(id))
        })
}
