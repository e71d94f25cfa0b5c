//! Each form of statement but ALTER TABLE, with the locks that it takes.

pub(super) mod removal;

use pg_query::protobuf::{ConstrType, ObjectType};
use serde_json::{Map, Value};

use super::alter::{self, LATER};
use super::there::{At, There, flag, listed};
use super::{LockMode, Taken};
use crate::hazard::Hazard;
use crate::sql::quote::ident;
use crate::sql::tree::{choice, fields, list, names, node, text};
use removal::default_is_read;

/// Reads the locks and hazards of what a step says, and follows what it changes.
pub(super) fn read(parsed: &Value, there: &mut There<'_>, taken: &mut Taken) {
    for statement in parsed.as_array().into_iter().flatten() {
        if let Some((kind, fields)) = node(statement) {
            one(kind, fields, statement, there, taken);
        }
    }
}

fn one(
    kind: &str,
    fields: &Map<String, Value>,
    whole: &Value,
    there: &mut There<'_>,
    taken: &mut Taken,
) {
    let relation = |key: &str| there.relation(fields.get(key));
    match kind {
        "AlterTableStmt" => alter::table(fields, there, taken),
        "RenameStmt" => rename(fields, there, taken),
        "AlterObjectSchemaStmt" => {
            if let Some(at) = subject(fields).and_then(|(schema, name)| there.named(schema, name)) {
                taken.name(at, LockMode::AccessExclusive);
                own_sequences(at, there, taken);
                there.renamed(at, Some(text(fields, "newschema")), None);
            }
        }
        "IndexStmt" => create_index(fields, there, taken),
        "DropStmt" => removal::drop(fields, there, taken),
        "CreateStmt" => create_table(fields, there, taken),
        "CreateTrigStmt" => {
            if let Some(at) = relation("relation") {
                taken.name(at, LockMode::ShareRowExclusive);
                if flag(fields, "row") {
                    taken.reach(there.partitions(at), LockMode::ShareRowExclusive);
                }
            }
        }
        "CreatePolicyStmt" | "AlterPolicyStmt" => {
            if let Some(at) = relation("table") {
                taken.name(at, LockMode::AccessExclusive);
                row_security(at, there, taken);
            }
        }
        "RuleStmt" => lock(relation("relation"), LockMode::AccessExclusive, taken),
        "CommentStmt" | "SecLabelStmt" => comment(fields, there, taken),
        "CreateStatsStmt" => {
            for range in list(fields, "relations") {
                lock(there.relation(Some(range)), LockMode::ShareUpdateExclusive, taken);
            }
        }
        // All of its tables, also those that it leaves out (`OpenTableList` in publicationcmds.c).
        "CreatePublicationStmt" | "AlterPublicationStmt" => {
            for object in list(fields, "pubobjects") {
                let table =
                    self::fields(object, "PublicationObjSpec").and_then(|of| of.get("pubtable"));
                let table = table.and_then(|table| there.relation(table.get("relation")));
                lock(table, LockMode::ShareUpdateExclusive, taken);
            }
        }
        // A new view locks nothing that matters; one that is there is replaced.
        "ViewStmt" => lock(relation("view"), LockMode::AccessExclusive, taken),
        "RefreshMatViewStmt" => {
            let free = flag(fields, "concurrent");
            let mode = if free { LockMode::Exclusive } else { LockMode::AccessExclusive };
            lock(relation("relation"), mode, taken);
        }
        "AlterSeqStmt" => {
            if let Some(at) = relation("sequence") {
                taken.name(at, LockMode::ShareRowExclusive);
                let message =
                    format!("nextval of {} waits for the end of the transaction", there.text(at));
                taken.hazard(Hazard::SequenceLock, message);
            }
        }
        "AlterDomainStmt" => domain(fields, there, taken),
        "InsertStmt" | "UpdateStmt" | "DeleteStmt" => {
            if let Some(at) = relation("relation") {
                taken.name(at, LockMode::RowExclusive);
                taken.reach(there.below(at), LockMode::RowExclusive);
            }
        }
        // Objects that are no relations, and readers.
        "GrantStmt"
        | "GrantRoleStmt"
        | "AlterDefaultPrivilegesStmt"
        | "AlterOwnerStmt"
        | "CreateFunctionStmt"
        | "AlterFunctionStmt"
        | "CreateEnumStmt"
        | "AlterEnumStmt"
        | "CreateDomainStmt"
        | "CreateRangeStmt"
        | "CreateCastStmt"
        | "CreateConversionStmt"
        | "CreatePlangStmt"
        | "CreateTransformStmt"
        | "CreateAmStmt"
        | "CreateOpClassStmt"
        | "CreateOpFamilyStmt"
        | "AlterOpFamilyStmt"
        | "AlterOperatorStmt"
        | "AlterTypeStmt"
        | "AlterTsdictionaryStmt"
        | "AlterTsconfigurationStmt"
        | "DefineStmt"
        | "CreateSchemaStmt"
        | "CreateExtensionStmt"
        | "AlterExtensionStmt"
        | "AlterExtensionContentsStmt"
        | "CreateRoleStmt"
        | "AlterRoleStmt"
        | "AlterRoleSetStmt"
        | "AlterDatabaseSetStmt"
        | "DropRoleStmt"
        | "CreateSeqStmt"
        | "CreateTableAsStmt"
        | "SelectStmt"
        | "AlterStatsStmt"
        | "VariableSetStmt"
        | "VariableShowStmt"
        | "TransactionStmt" => {}
        _ => named_anywhere(whole, there, taken),
    }
}

fn lock(at: Option<At>, mode: LockMode, taken: &mut Taken) {
    if let Some(at) = at {
        taken.name(at, mode);
    }
}

/// The sequences of a table go with it, and are as good as named.
fn own_sequences(table: At, there: &There<'_>, taken: &mut Taken) {
    there.sequences(table, None).for_each(|at| taken.name(at, LockMode::AccessExclusive));
}

/// A form that nobody has looked at is taken for the worst.
fn named_anywhere(value: &Value, there: &There<'_>, taken: &mut Taken) {
    match value {
        Value::Array(items) => {
            if let Some([schema, name, ..]) = names(Some(value)).as_deref() {
                lock(there.named(schema, name), LockMode::AccessExclusive, taken);
            }
            for item in items {
                named_anywhere(item, there, taken);
            }
        }
        Value::Object(fields) => {
            if fields.contains_key("relname") {
                lock(there.relation(Some(value)), LockMode::AccessExclusive, taken);
            }
            fields.values().for_each(|inner| named_anywhere(inner, there, taken));
        }
        _ => {}
    }
}

fn rename(fields: &Map<String, Value>, there: &mut There<'_>, taken: &mut Taken) {
    let kind = choice(fields, "rename_type");
    if kind == Some(ObjectType::ObjectSchema) {
        there.schema_renamed(text(fields, "subname"), text(fields, "newname"));
        return;
    }
    let at = subject(fields).and_then(|(schema, name)| there.named(schema, name));
    let Some(at) = at else { return };
    match kind {
        Some(ObjectType::ObjectIndex) => {
            taken.name(at, LockMode::ShareUpdateExclusive);
            there.renamed(at, None, Some(text(fields, "newname")));
        }
        Some(ObjectType::ObjectColumn | ObjectType::ObjectTabconstraint) => {
            taken.name(at, LockMode::AccessExclusive);
            taken.reach(there.below(at), LockMode::AccessExclusive);
            if kind == Some(ObjectType::ObjectTabconstraint)
                && let Some(index) = there.index_of(at, text(fields, "subname"))
                && there.table_of(index) == Some(at)
            {
                there.renamed(index, None, Some(text(fields, "newname")));
            }
        }
        Some(ObjectType::ObjectTrigger) => {
            taken.name(at, LockMode::AccessExclusive);
            if there.major() >= 15 {
                taken.reach(there.partitions(at), LockMode::AccessExclusive);
            }
        }
        Some(ObjectType::ObjectPolicy | ObjectType::ObjectRule) => {
            taken.name(at, LockMode::AccessExclusive);
        }
        _ => {
            taken.name(at, LockMode::AccessExclusive);
            there.renamed(at, None, Some(text(fields, "newname")));
        }
    }
}

/// The schema and name of what is renamed or moved, where that may be a relation: a composite type
/// is one too.
fn subject(fields: &Map<String, Value>) -> Option<(&str, &str)> {
    if let Some(range) = fields.get("relation").and_then(Value::as_object) {
        return Some((text(range, "schemaname"), text(range, "relname")));
    }
    let kind = choice(fields, "rename_type").or(choice(fields, "object_type"));
    let path = listed(fields.get("object")?).filter(|_| kind == Some(ObjectType::ObjectType))?;
    <[&str; 2]>::try_from(path.as_slice()).ok().map(|[schema, name]| (schema, name))
}

/// Gives relations the names that they have before a statement, if they have those of after it.
pub(super) fn undo_rename(parsed: &Value, there: &mut There<'_>) {
    for (kind, fields) in parsed.as_array().into_iter().flatten().filter_map(node) {
        match (kind, subject(fields)) {
            ("RenameStmt", None)
                if choice(fields, "rename_type") == Some(ObjectType::ObjectSchema) =>
            {
                there.schema_renamed(text(fields, "newname"), text(fields, "subname"));
            }
            ("RenameStmt", Some((schema, old))) if !fields.contains_key("subname") => {
                let new = there.named(schema, text(fields, "newname"));
                if let (Some(at), None) = (new, there.named(schema, old)) {
                    there.renamed(at, None, Some(old));
                }
            }
            ("AlterObjectSchemaStmt", Some((schema, name))) => {
                let new = there.named(text(fields, "newschema"), name);
                if let (Some(at), None) = (new, there.named(schema, name)) {
                    there.renamed(at, Some(schema), None);
                }
            }
            _ => {}
        }
        there.settle();
    }
}

fn create_index(fields: &Map<String, Value>, there: &There<'_>, taken: &mut Taken) {
    let Some(at) = there.relation(fields.get("relation")) else { return };
    let only = !fields.get("relation").and_then(Value::as_object).is_some_and(|r| flag(r, "inh"));
    if flag(fields, "concurrent") {
        taken.name(at, LockMode::ShareUpdateExclusive);
        return;
    }
    taken.name(at, LockMode::Share);
    let table = there.text(at);
    if !there.is_partitioned(at) {
        let message = format!("writes to {table} wait until the index is built{LATER}");
        taken.hazard(Hazard::NonConcurrentIndex, message);
    } else if !only {
        taken.reach(there.partitions(at), LockMode::Share);
        let message =
            format!("writes to {table} and its partitions wait until every index is built");
        taken.hazard(Hazard::ScanBlocksWrites, message);
    }
}

fn create_table(fields: &Map<String, Value>, there: &There<'_>, taken: &mut Taken) {
    for parent in list(fields, "inh_relations") {
        let Some(parent) = there.relation(Some(parent)) else { continue };
        if !fields.contains_key("partbound") {
            taken.name(parent, LockMode::ShareUpdateExclusive);
            continue;
        }
        taken.name(parent, LockMode::AccessExclusive);
        let message = format!(
            "reads and writes of {} wait; a table that is made alone and then attached does not \
             stop them",
            there.text(parent)
        );
        taken.hazard(Hazard::PartitionCreatedInPlace, message);
        default_is_read(parent, there, taken);
        let (to, from) = there.others(parent, None);
        let from = from.into_iter().filter(|_| there.major() >= 15);
        to.into_iter().chain(from).for_each(|other| taken.take(other, LockMode::ShareRowExclusive));
    }
    for element in list(fields, "table_elts") {
        let Some((kind, element)) = node(element) else { continue };
        let constraints =
            list(element, "constraints").iter().filter_map(|c| self::fields(c, "Constraint"));
        for constraint in constraints.chain((kind == "Constraint").then_some(element)) {
            if choice(constraint, "contype") == Some(ConstrType::ConstrForeign) {
                referred(constraint, there, taken);
            }
        }
    }
}

/// Locks the table that a new foreign key refers to.
pub(super) fn referred(
    constraint: &Map<String, Value>,
    there: &There<'_>,
    taken: &mut Taken,
) -> Option<At> {
    let target = there.relation(constraint.get("pktable"))?;
    taken.name(target, LockMode::ShareRowExclusive);
    taken.reach(there.partitions(target), LockMode::ShareRowExclusive);
    Some(target)
}

fn comment(fields: &Map<String, Value>, there: &There<'_>, taken: &mut Taken) {
    let of_relation = matches!(
        choice(fields, "objtype"),
        Some(
            ObjectType::ObjectTable
                | ObjectType::ObjectForeignTable
                | ObjectType::ObjectColumn
                | ObjectType::ObjectIndex
                | ObjectType::ObjectView
                | ObjectType::ObjectMatview
                | ObjectType::ObjectSequence
        )
    );
    if of_relation
        && let Some([schema, name, ..]) = fields.get("object").and_then(listed).as_deref()
    {
        lock(there.named(schema, name), LockMode::ShareUpdateExclusive, taken);
    }
}

fn domain(fields: &Map<String, Value>, there: &There<'_>, taken: &mut Taken) {
    let added = fields.get("def").and_then(|def| self::fields(def, "Constraint"));
    let reads = match text(fields, "subtype") {
        "C" => added.is_some_and(|added| !flag(added, "skip_validation")),
        "V" | "O" => true,
        _ => false,
    };
    let Some([schema, name]) = names(fields.get("type_name"))
        .as_deref()
        .filter(|_| reads)
        .and_then(|path| <[&str; 2]>::try_from(path).ok())
    else {
        return;
    };
    let users = there.users(schema, name);
    if users.is_empty() {
        return;
    }
    let mut tables: Vec<String> = users.iter().map(|at| there.text(*at)).collect();
    tables.sort();
    let tables = tables.join(", ");
    taken.hazard(
        Hazard::ScanBlocksWrites,
        format!("writes to {tables} wait while every row is read"),
    );
    taken.hazard(
        Hazard::DomainFanout,
        format!("{} is the type of columns of {tables}", ident(name)),
    );
    for at in users {
        taken.name(at, LockMode::Share);
    }
}

/// Says that other rows may be seen or written.
pub(super) fn row_security(at: At, there: &There<'_>, taken: &mut Taken) {
    let message = format!("who sees and writes which rows of {} changes", there.text(at));
    taken.hazard(Hazard::RlsChange, message);
}
