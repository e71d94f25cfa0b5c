//! DROP, and what partitions that come and go do to the default partition.

use pg_query::protobuf::ObjectType;
use serde_json::{Map, Value};

use super::{lock, own_sequences, row_security};
use crate::hazard::Hazard;
use crate::plan::lock::there::{At, There, flag, listed};
use crate::plan::lock::{LockMode, Taken};
use crate::sql::quote::qualified;
use crate::sql::tree::{choice, list};

pub(super) fn drop(fields: &Map<String, Value>, there: &mut There<'_>, taken: &mut Taken) {
    let kind = choice(fields, "remove_type");
    for object in list(fields, "objects") {
        let Some(path) = listed(object) else { continue };
        let (schema, name) = match path.as_slice() {
            [schema, name, ..] => (*schema, *name),
            [name] => ("", *name),
            [] => continue,
        };
        if kind == Some(ObjectType::ObjectStatisticExt) {
            let address = format!("STATISTICS {}", qualified(schema, name));
            lock(there.table_beside(&address, &path), LockMode::ShareUpdateExclusive, taken);
            continue;
        }
        let Some(at) = there.named(schema, name) else { continue };
        match kind {
            Some(ObjectType::ObjectIndex) => {
                drop_index(at, flag(fields, "concurrent"), there, taken);
            }
            Some(ObjectType::ObjectTrigger) => {
                taken.name(at, LockMode::AccessExclusive);
                taken.reach(there.partitions(at), LockMode::AccessExclusive);
            }
            Some(ObjectType::ObjectPolicy) => {
                taken.name(at, LockMode::AccessExclusive);
                row_security(at, there, taken);
            }
            Some(ObjectType::ObjectRule) => taken.name(at, LockMode::AccessExclusive),
            Some(
                ObjectType::ObjectTable
                | ObjectType::ObjectForeignTable
                | ObjectType::ObjectView
                | ObjectType::ObjectMatview
                | ObjectType::ObjectSequence
                | ObjectType::ObjectType,
            ) => drop_relation(at, there, taken),
            _ => {}
        }
    }
}

fn drop_index(at: At, concurrent: bool, there: &mut There<'_>, taken: &mut Taken) {
    let mode = if concurrent { LockMode::ShareUpdateExclusive } else { LockMode::AccessExclusive };
    taken.name(at, mode);
    if let Some(table) = there.table_of(at) {
        taken.name(table, mode);
        taken.reach(there.partitions(table), mode);
        if !concurrent {
            let message = format!(
                "reads and writes of {} wait while the index is dropped",
                there.text(table)
            );
            taken.hazard(Hazard::NonConcurrentIndex, message);
        }
    }
    there.gone(at);
}

fn drop_relation(at: At, there: &mut There<'_>, taken: &mut Taken) {
    taken.name(at, LockMode::AccessExclusive);
    let mut all = there.below(at);
    taken.reach(all.iter().copied(), LockMode::AccessExclusive);
    if let Some(parent) = there.partition_of(at) {
        taken.take(parent, LockMode::AccessExclusive);
        default_partition(parent, at, there, taken);
        let message = format!("reads and writes of {} wait", there.text(parent));
        taken.hazard(Hazard::DetachBlocking, message);
    }
    all.insert(at);
    for table in all {
        let (to, from) = there.others(table, None);
        to.into_iter().chain(from).for_each(|other| taken.take(other, LockMode::AccessExclusive));
        own_sequences(table, there, taken);
        there.gone(table);
    }
}

/// A partition that comes or goes changes what the default partition may hold.
pub(in super::super) fn default_partition(
    parent: At,
    child: At,
    there: &There<'_>,
    taken: &mut Taken,
) -> bool {
    match there.default_of(parent).filter(|default| *default != child) {
        Some(default) => {
            taken.take(default, LockMode::AccessExclusive);
            true
        }
        None => false,
    }
}

/// A new partition may only come where the default partition has no row of its.
pub(in super::super) fn default_is_read(parent: At, there: &There<'_>, taken: &mut Taken) {
    if let Some(default) = there.default_of(parent) {
        taken.take(default, LockMode::AccessExclusive);
        let message = format!(
            "the default partition {} is read under its lock, unless a valid CHECK of its own \
             excludes the new rows",
            there.text(default)
        );
        taken.hazard(Hazard::DefaultPartitionScan, message);
    }
}
