//! A table that becomes partitioned, stops being so or is partitioned by something else: PostgreSQL cannot
//! change that, so that the table is made again with its partitions and its rows. When that is so, and
//! why it cannot be.

use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::relation::column::{self, Column};
use crate::kind::relation::lineage::{
    below, is_partitioned, line, parents, partition_key, partitioned_by,
};
use crate::kind::{Kind, Sides, abilities};

/// What to do where a plan does not make the table again.
pub(in crate::kind) const BY_HAND: &str =
    "make a new table partitioned as wanted, copy the rows and exchange the names";

/// Whether a table has to be made again, and its rows saved.
pub(in crate::kind) fn is_rebuilt(table: &Id, cx: &Sides<'_>) -> bool {
    is_partitioned_anew(table, cx) || has_key_retyped(table, cx)
}

fn is_partitioned_anew(table: &Id, cx: &Sides<'_>) -> bool {
    let there = |side: &Catalog| side.get(table).is_some();
    there(cx.current)
        && there(cx.desired)
        && partition_key(table, cx.current) != partition_key(table, cx.desired)
}

/// Whether a column of the table by which rows fall into partitions, its own or those below, gets
/// another type.
fn has_key_retyped(table: &Id, cx: &Sides<'_>) -> bool {
    let partitioned = |side: &Catalog| is_partitioned(table, side);
    let retyped = |(name, old): (&str, &Column)| {
        let id = table.child(Kind::Column, name);
        let new = cx.desired.attrs::<Column>(&id).filter(|new| !new.is_override());
        new.is_some_and(|new| old.is_of_another_type(new))
            && partitioned_by(&id, cx.current).is_some()
    };
    partitioned(cx.current)
        && partitioned(cx.desired)
        && column::of_table(table, cx.current)
            .into_iter()
            .filter(|(_, old)| !old.is_override())
            .any(retyped)
}

/// Why a column, by which rows fall into partitions, cannot get another type with its table.
pub(in crate::kind) fn key_obstacle(table: &Id, cx: &Sides<'_>) -> Option<String> {
    if is_partitioned_anew(table, cx) {
        // The table says it.
        return None;
    }
    let why = obstacle(table, cx)?;
    let name = table.dotted();
    Some(format!(
        "PostgreSQL cannot change the type of a column by which the rows of table {name} fall into \
         partitions, and {why}: {BY_HAND}"
    ))
}

/// Whether the rows of a table are saved with those of a table that it is a partition of.
pub(in crate::kind) fn is_kept(table: &Id, cx: &Sides<'_>) -> bool {
    line(table, cx.current).skip(1).any(|above| is_rebuilt(&above, cx))
}

/// Why it cannot be done in one plan.
pub(in crate::kind) fn obstacle(id: &Id, cx: &Sides<'_>) -> Option<String> {
    // With the rows of its parent go its own.
    if is_kept(id, cx) {
        return None;
    }
    if [cx.current, cx.desired].iter().any(|side| !parents(id, side).is_empty()) {
        return Some("it has a parent itself".to_owned());
    }
    let (before, after) = (below(id, cx.current), below(id, cx.desired));
    if !is_partitioned(id, cx.current) && !before.is_empty() {
        return Some(format!("{} inherits from it", before[0]));
    }
    let foreign =
        |side: &Catalog, table: &&Id| side.get(&table.as_kind(Kind::ForeignTable)).is_some();
    let far = before.iter().find(|table| foreign(cx.current, table));
    if let Some(far) = far.or_else(|| after.iter().find(|table| foreign(cx.desired, table))) {
        return Some(format!("its partition {} is a foreign table", far.dotted()));
    }
    // What is not in the declaration stays as it is.
    let partition_of = |table: &&Id| {
        let object = cx.desired.get(table).and_then(|object| object.attrs.as_child());
        object.and_then(abilities::Child::partition_parent).is_some_and(|parent| parent == *id)
    };
    if !is_partitioned(id, cx.desired)
        && let Some(left) = after.iter().find(partition_of)
    {
        return Some(format!("{left} stays its partition: drop it, or declare it otherwise"));
    }
    let stays = |table: &&Id| cx.desired.get(table).is_some() && !after.contains(table);
    if let Some(left) = before.iter().find(stays) {
        return Some(format!(
            "{left} is its partition now and is to be a table with rows of its own"
        ));
    }
    column::of_table(id, cx.desired).into_iter().find_map(|(name, new)| {
        let old = cx.current.attrs::<Column>(&id.child(Kind::Column, name))?;
        let why = new.no_cast(old, cx).filter(|_| old.is_of_another_type(new))?;
        Some(format!("its column {name} is to be of another type ({why})"))
    })
}

/// A key that is to stay as it is and has not all columns by which the rows are to fall into partitions.
pub(in crate::kind) fn narrow_key(id: &Id, cx: &Sides<'_>) -> Option<String> {
    let all = [Kind::Constraint, Kind::Index].map(|kind| cx.desired.below(kind, &id.path));
    all.into_iter().flatten().find_map(|(key, object)| {
        object.attrs.obstacle(key, cx).map(|why| format!("{key} cannot stay as it is: {why}"))
    })
}
