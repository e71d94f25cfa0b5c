//! Copies that stay with a partition when it is detached: they are its own from then on, and may not be
//! in the declaration.

use super::{of_table, usual_name};
use crate::kind::relation::attached::Attached;
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::index::Index;
use crate::kind::relation::lineage;
use crate::kind::{Cx, Id, Kind, name};
use crate::sql::quote::{ident, qualified};
use crate::step::Step;

/// The steps before a table is detached, and those after.
pub(in crate::kind) type Around = (Vec<Step>, Vec<Step>);

/// Drops what a table keeps of the keys, foreign keys and indexes of its former parent, unless it is
/// declared as the table's own or the next parent has its like, which takes it over.
pub(in crate::kind) fn dropped(
    partition: &Id,
    former: &Id,
    next: Option<&Id>,
    cx: &Cx<'_>,
) -> Around {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for parent in lineage::line(former, cx.current) {
        for (original, _) in of_table(&parent, cx.current) {
            if !has_copy(original, partition, cx) || wanted(original, partition, next, cx) {
                continue;
            }
            let (renamed, name) = name_of(original, partition, cx);
            before.extend(renamed);
            let goes = lineage::gone(original, cx);
            let key = partition.child(Kind::Constraint, &name);
            let key = original.kind == Kind::Constraint || cx.current.get(&key).is_some();
            after.push(Step::new(if key {
                let table = qualified(&partition.path[0], &partition.path[1]);
                format!("ALTER TABLE {table} DROP CONSTRAINT {goes}{}", ident(&name))
            } else {
                format!("DROP INDEX {goes}{}", qualified(&partition.path[0], &name))
            }));
        }
    }
    (before, after)
}

fn attached<'a>(original: &Id, partition: &Id, cx: &Cx<'a>) -> Option<&'a Attached> {
    cx.current.attrs(&partition.child(Kind::Attached, original.name()))
}

fn has_copy(original: &Id, partition: &Id, cx: &Cx<'_>) -> bool {
    let only = match cx.current.attrs::<Constraint>(original) {
        Some(check) if check.is_check() => return false,
        Some(key) => key.is_only(),
        None => cx.current.attrs::<Index>(original).is_some_and(Index::is_only),
    };
    !only || attached(original, partition, cx).is_some()
}

fn wanted(original: &Id, partition: &Id, next: Option<&Id>, cx: &Cx<'_>) -> bool {
    let equal = |other: &Id, whole: bool| match original.kind {
        Kind::Index => {
            let of = cx.current.attrs::<Index>(original);
            cx.desired.attrs::<Index>(other).is_some_and(|index| {
                of.is_some_and(|of| index.is_copy_of(of)) && !(whole && index.is_only())
            })
        }
        _ => {
            let of = cx.current.attrs::<Constraint>(original);
            cx.desired.attrs::<Constraint>(other).is_some_and(|key| {
                of.is_some_and(|of| key.is_copy_of(of)) && !(whole && key.is_only())
            })
        }
    };
    let on = |table: &Id, fits: &dyn Fn(&Id) -> bool| {
        cx.desired.below(original.kind, &table.path).any(|(other, _)| fits(other))
    };
    // One that is there already beside the copy does not take its place.
    let new = |other: &Id| cx.current.get(other).is_none() && equal(other, false);
    match next {
        Some(next) => on(next, &|other| equal(other, true)),
        None => cx.stays(original) && on(partition, &new),
    }
}

/// The name of the copy. Which one PostgreSQL chose for expressions only the server knows: the copy is
/// given one while it can be found by what it is a copy of.
fn name_of(original: &Id, partition: &Id, cx: &Cx<'_>) -> (Option<Step>, String) {
    if let Some(copy) = attached(original, partition, cx) {
        return (None, copy.name().to_owned());
    }
    let foreign = cx.current.attrs::<Constraint>(original).is_some_and(Constraint::is_foreign);
    if foreign {
        return (None, original.name().to_owned());
    }
    let taken = |name: &str| cx.current.occupied("relation", &[partition.first(), name]);
    match usual_name(original, partition, cx.current).filter(|name| !taken(name)) {
        Some(name) => (None, name),
        None => {
            let base = name::object_name(partition.name(), Some(original.name()), "copy");
            let name = super::free(&base, cx);
            let id = partition.child(Kind::Attached, original.name());
            let copy = Attached::called(&name);
            let stays = lineage::gone(original, cx).is_empty();
            let rename = if stays { copy.rename_copy(&id) } else { copy.rename_copy_if_there(&id) };
            (Some(rename), name)
        }
    }
}
