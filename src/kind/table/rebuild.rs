//! A table that becomes partitioned, stops being so or is partitioned by something else: PostgreSQL cannot
//! change that, so that the rows are put aside, the table is made again with its partitions, and the rows
//! are put back before anything that would look at them is there.

use super::{Table, below, is_partitioned, parents, partitioned_by};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::column::Column;
use crate::kind::foreign_table::ForeignTable;
use crate::kind::sequence::Sequence;
use crate::kind::{Cx, Describe, Kind, spare_name};
use crate::sql::quote::{ident, literal, qualified};
use crate::step::Step;

/// Whether a table has to be made again, and its rows put aside.
pub(in crate::kind) fn is_rebuilt(table: &Id, cx: &Cx<'_>) -> bool {
    is_partitioned_anew(table, cx) || has_key_retyped(table, cx)
}

fn is_partitioned_anew(table: &Id, cx: &Cx<'_>) -> bool {
    let key = |side: &Catalog| side.attrs::<Table>(table).map(|table| table.partition_by.clone());
    matches!((key(cx.current), key(cx.desired)), (Some(old), Some(new)) if old != new)
}

/// Whether a column of the table by which rows fall into partitions, its own or those below, gets
/// another type.
fn has_key_retyped(table: &Id, cx: &Cx<'_>) -> bool {
    let partitioned = |side: &Catalog| is_partitioned(table, side);
    let retyped = |(name, old): (&str, &Column)| {
        let id = table.child(Kind::Column, name);
        let new = cx.desired.attrs::<Column>(&id).filter(|new| !new.is_override());
        new.is_some_and(|new| old.is_of_another_type(new)) && partitioned_by(&id, cx.current).is_some()
    };
    partitioned(cx.current)
        && partitioned(cx.desired)
        && columns(table, cx.current).into_iter().filter(|(_, old)| !old.is_override()).any(retyped)
}

/// Why a column, by which rows fall into partitions, cannot get another type with its table.
pub(in crate::kind) fn key_obstacle(table: &Id, cx: &Cx<'_>) -> Option<String> {
    if is_partitioned_anew(table, cx) {
        // The table says it.
        return None;
    }
    let (old, new) = (cx.current.attrs::<Table>(table)?, cx.desired.attrs::<Table>(table)?);
    let why = obstacle(old, new, table, cx)?;
    let name = table.dotted();
    Some(format!(
        "PostgreSQL cannot change the type of a column by which the rows of table {name} fall into \
         partitions, and {why}: make a new table partitioned as wanted, copy the rows and exchange the names"
    ))
}

/// Whether the rows of a table are put aside with those of a table that it is a partition of.
pub(in crate::kind) fn is_kept(table: &Id, cx: &Cx<'_>) -> bool {
    parents(table, cx.current).iter().any(|parent| is_rebuilt(parent, cx) || is_kept(parent, cx))
}

/// Why it cannot be done in one plan.
pub(super) fn obstacle(old: &Table, new: &Table, id: &Id, cx: &Cx<'_>) -> Option<String> {
    // With the rows of its parent go its own.
    if is_kept(id, cx) {
        return None;
    }
    let inherits = |table: &Table| table.partition_of.is_some() || !table.inherits.is_empty();
    if inherits(old) || inherits(new) {
        return Some("it has a parent itself".to_owned());
    }
    if old.force_row_level_security {
        return Some("its row-level security is forced, so that not all rows may be seen".to_owned());
    }
    let (before, after) = (below(id, cx.current), below(id, cx.desired));
    if old.partition_by.is_none() && !before.is_empty() {
        return Some(format!("{} inherits from it", before[0]));
    }
    let foreign = |side: &Catalog, table: &&Id| {
        side.attrs::<ForeignTable>(&table.as_kind(Kind::ForeignTable)).is_some()
    };
    let far = before.iter().find(|table| foreign(cx.current, table));
    if let Some(far) = far.or_else(|| after.iter().find(|table| foreign(cx.desired, table))) {
        return Some(format!("its partition {} is a foreign table", far.dotted()));
    }
    let stays = |table: &&Id| cx.desired.get(table).is_some() && !after.contains(table);
    if let Some(left) = before.iter().find(stays) {
        return Some(format!("{left} is its partition now and is to be a table with rows of its own"));
    }
    columns(id, cx.desired).into_iter().find_map(|(name, new)| {
        let old = cx.current.attrs::<Column>(&id.child(Kind::Column, name))?;
        let why = new.no_cast(old, cx).filter(|_| old.is_of_another_type(new))?;
        Some(format!("its column {name} is to be of another type ({why})"))
    })
}

/// A key that is to stay as it is and has not all columns by which the rows are to fall into partitions.
pub(super) fn narrow_key(id: &Id, cx: &Cx<'_>) -> Option<String> {
    let all = [Kind::Constraint, Kind::Index].map(|kind| cx.desired.below(kind, &id.path));
    all.into_iter().flatten().find_map(|(key, object)| {
        object.attrs.obstacle(key, cx).map(|why| format!("{key} cannot stay as it is: {why}"))
    })
}

fn columns<'a>(table: &'a Id, catalog: &'a Catalog) -> Vec<(&'a str, &'a Column)> {
    let all = catalog.below(Kind::Column, &table.path);
    let mut all: Vec<_> = all
        .filter_map(|(id, object)| {
            Some((object.rank, id.name(), catalog.attrs::<Column>(id)?))
        })
        .collect();
    all.sort_by_key(|(rank, ..)| *rank);
    all.into_iter().map(|(_, name, column)| (name, column)).collect()
}

/// The name of a table for a while.
fn aside(table: &Id, what: &str, cx: &Cx<'_>) -> String {
    let taken = |name: &str| {
        [cx.current, cx.desired].iter().any(|side| side.occupied("relation", &[table.first(), name]))
    };
    qualified(table.first(), &spare_name(&format!("{}{what}", table.name()), &taken))
}

/// A sequence that counts on.
struct Count {
    /// By what it is known while it is away.
    what: String,
    /// The sequence that is there.
    from: String,
    /// The sequence that is made, as an expression.
    to: String,
}

/// The sequences of a table that count on: those of identities, and those that columns own.
fn counts(table: &Id, cx: &Cx<'_>) -> Vec<Count> {
    let mut found = Vec::new();
    for (name, new) in columns(table, cx.desired) {
        let id = table.child(Kind::Column, name);
        let old = cx.current.attrs::<Column>(&id).filter(|old| old.is_identity());
        if let Some(old) = old.filter(|_| new.is_identity()) {
            let of = literal(&qualified(table.first(), table.name()));
            let to = format!("pg_catalog.pg_get_serial_sequence({of}, {})", literal(name));
            found.push(Count { what: name.to_owned(), from: old.sequence_name(&id).sql(), to });
        }
    }
    for (id, object) in cx.current.below(Kind::Sequence, &[]) {
        let of = object.attrs.dropped_with(id);
        let owned = of.iter().any(|column| column.path.starts_with(&table.path));
        if owned && cx.desired.attrs::<Sequence>(id).is_some() {
            let from = qualified(id.first(), id.name());
            found.push(Count { what: id.dotted(), to: literal(&from), from });
        }
    }
    found
}

/// Puts the rows aside, and how far its sequences have counted.
pub(super) fn save(id: &Id, cx: &Cx<'_>) -> Vec<Step> {
    if !is_rebuilt(id, cx) || is_kept(id, cx) {
        return Vec::new();
    }
    let (table, rows) = (qualified(id.first(), id.name()), aside(id, "", cx));
    let moved = format!(
        "all rows are copied to {rows}, and from there to the table that is made again, while nobody \
         reads or writes"
    );
    let columns = columns(id, cx.current);
    let value = |(name, column): &(&str, &Column)| column.aside(&id.child(Kind::Column, name), cx);
    let values: Vec<String> = columns.iter().map(value).collect();
    let copy = if columns.iter().map(|(name, _)| ident(name)).eq(values.iter().cloned()) {
        format!("CREATE TABLE {rows} AS TABLE {table}")
    } else {
        format!("CREATE TABLE {rows} AS\nSELECT {}\nFROM {table}", values.join(", "))
    };
    let mut steps = vec![
        Step::new(format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")),
        Step::new(copy).hazard("rewrite", moved),
    ];
    let counts = counts(id, cx);
    if !counts.is_empty() {
        let one = |Count { what, from, .. }: &Count| {
            format!("SELECT {}::text AS what, last_value, is_called FROM {from}", literal(what))
        };
        let all: Vec<String> = counts.iter().map(one).collect();
        let counts = aside(id, "_counts", cx);
        steps.push(Step::new(format!("CREATE TABLE {counts} AS {}", all.join("\nUNION ALL "))));
    }
    steps
}

/// Puts the rows back.
pub(super) fn restore(id: &Id, cx: &Cx<'_>) -> Vec<Step> {
    let (table, rows) = (qualified(id.first(), id.name()), aside(id, "", cx));
    let (mut into, mut from, mut identity) = (Vec::new(), Vec::new(), false);
    let (mut lost, mut without, mut behind) = (Vec::new(), Vec::new(), Vec::new());
    for (name, column) in columns(id, cx.desired).into_iter().filter(|(_, c)| !c.is_computed()) {
        let of = id.child(Kind::Column, name);
        let old = cx.current.attrs::<Column>(&of);
        let back = old.map(|old| column.returning(old, &of, cx));
        let value = back.as_ref().map(|back| back.sql.clone()).or_else(|| column.backfill_sql());
        identity |= column.is_identity() && value.is_some();
        into.extend(value.is_some().then(|| ident(name)));
        from.extend(value);
        if column.is_identity() && old.is_some_and(|old| !old.is_identity()) {
            behind.push(column.count_behind(&of));
        }
        if let Some(back) = back {
            lost.extend(back.loses.map(|loses| format!("column {name}: {loses}")));
            without.extend(back.may_be_null.then_some(name));
        }
    }
    let overriding = if identity { " OVERRIDING SYSTEM VALUE" } else { "" };
    let (into, from) = (into.join(", "), from.join(", "));
    let into = if into.is_empty() { String::new() } else { format!(" ({into})") };
    let mut insert =
        Step::new(format!("INSERT INTO {table}{into}{overriding}\nSELECT {from} FROM {rows}"));
    if cx.desired.attrs::<Table>(id).is_some_and(|table| table.partition_by.is_some()) {
        insert = insert.hazard("may-fail", "it fails if a row belongs to no partition");
    }
    for name in without {
        insert = insert.hazard("may-fail", format!("it fails if a row has no value in column {name}"));
    }
    for loses in lost {
        insert = insert.loses_data(loses);
    }
    for (name, _) in columns(id, cx.current) {
        if cx.desired.get(&id.child(Kind::Column, name)).is_none() {
            insert = insert.loses_data(format!("the values of column {name} are lost"));
        }
    }
    let mut steps = vec![insert.authored()];
    steps.extend(behind);
    let (counts, counted) = (counts(id, cx), aside(id, "_counts", cx));
    for Count { what, to, .. } in &counts {
        steps.push(Step::new(format!(
            "SELECT pg_catalog.setval({to}, last_value, is_called) FROM {counted} WHERE what = {}",
            literal(what)
        )));
    }
    steps.push(Step::new(format!("DROP TABLE {rows}")));
    steps.extend((!counts.is_empty()).then(|| Step::new(format!("DROP TABLE {counted}"))));
    steps
}
