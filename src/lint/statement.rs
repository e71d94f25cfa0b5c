//! What each statement of a script does.

use pg_query::protobuf::{ObjectType, TransactionStmtKind as Transaction, VariableSetKind};
use serde_json::{Map, Value};

use super::alter::{cascades, dotted};
use super::script::Script;
use super::{Rule, alter, rows};
use crate::hazard::Hazard;
use crate::sql::tree::{fields, list, node, number, text};

/// `schema.name` of a relation, as the statement has it.
pub(super) fn relation(value: &Value) -> Option<String> {
    let range = fields(value, "RangeVar").or_else(|| value.as_object())?;
    let parts = [text(range, "schemaname"), text(range, "relname")];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("."))
}

const STRONG: &str = "ACCESS EXCLUSIVE";

/// Reads one statement.
pub(super) fn read(kind: &str, statement: &Map<String, Value>, script: &mut Script<'_>) {
    let of = |key: &str| statement.get(key).and_then(relation).unwrap_or_default();
    script.uses_label();
    match kind {
        "TransactionStmt" => transaction(statement, script),
        "VariableSetStmt" => setting(statement, script),
        "CreateStmt" => created(statement, script),
        "CreateTableAsStmt" => {
            let into = statement
                .get("into")
                .and_then(|into| fields(into, "IntoClause").or(into.as_object()));
            if let Some(made) = into.and_then(|into| relation(into.get("rel")?)) {
                script.makes(made.clone());
                script.fills(&made);
            }
        }
        "IndexStmt" => indexed(statement, script),
        "AlterTableStmt" if number(statement, "objtype") == ObjectType::ObjectTable as i64 => {
            alter::read(&of("relation"), statement, script);
        }
        "DropStmt" => dropped(statement, script),
        "RenameStmt" => renamed(statement, script),
        "AlterObjectSchemaStmt" if statement.contains_key("relation") => {
            let table = of("relation");
            let message = format!("queries that name {table} with its schema fail");
            script.work(Hazard::RenameBreaksClients, &table, message);
            script.locks(&table, STRONG);
        }
        "TruncateStmt" => {
            for table in list(statement, "relations").iter().filter_map(relation) {
                if !script.is_made(&table) {
                    script.hazard(Hazard::DataLoss, format!("what {table} holds is lost"));
                }
                script.locks(&table, STRONG);
            }
            cascades(statement, script);
        }
        "VacuumStmt" | "ClusterStmt" | "ReindexStmt" | "RefreshMatViewStmt" => {
            maintained(kind, statement, script);
        }
        "LockStmt" if number(statement, "mode") >= 5 => {
            for table in list(statement, "relations").iter().filter_map(relation) {
                script.mild(
                    Hazard::ExclusiveLock,
                    format!("{table} is locked until the transaction ends"),
                );
                script.locks(&table, STRONG);
            }
        }
        "CreateTrigStmt" => script.locks(&of("relation"), "SHARE ROW EXCLUSIVE"),
        "CreatePolicyStmt" | "AlterPolicyStmt" => {
            let table = of("table");
            let message = format!("which rows of {table} are seen, and by whom, changes at once");
            script.work(Hazard::RlsChange, &table, message);
            script.locks(&table, STRONG);
        }
        "AlterEnumStmt" => {
            if text(statement, "old_val").is_empty() {
                script.labels(text(statement, "new_val"));
            } else {
                let message = format!(
                    "clients that send or expect the label {} fail",
                    text(statement, "old_val")
                );
                script.hazard(Hazard::RenameBreaksClients, message);
            }
        }
        "AlterDomainStmt" => domain(statement, script),
        "UpdateStmt" | "DeleteStmt" => script.writes(&of("relation"), rows::is_bounded(statement)),
        "InsertStmt" => script.fills(&of("relation")),
        "CopyStmt" if statement.contains_key("is_from") => script.fills(&of("relation")),
        "DropdbStmt" => script.hazard(Hazard::DataLoss, "the database is lost"),
        _ => {}
    }
}

fn transaction(statement: &Map<String, Value>, script: &mut Script<'_>) {
    match Transaction::try_from(number(statement, "kind") as i32) {
        Ok(Transaction::TransStmtBegin | Transaction::TransStmtStart) => script.begins(),
        Ok(
            Transaction::TransStmtCommit
            | Transaction::TransStmtRollback
            | Transaction::TransStmtPrepare,
        ) => script.ends(),
        _ => {}
    }
}

/// `SET lock_timeout`: 0 is none.
fn setting(statement: &Map<String, Value>, script: &mut Script<'_>) {
    let kind = number(statement, "kind");
    if kind == VariableSetKind::VarResetAll as i64 {
        script.times(false, false);
    }
    if text(statement, "name") != "lock_timeout" {
        return;
    }
    let value = list(statement, "args").first().and_then(node).map(|(_, constant)| constant);
    let value = value.and_then(|constant| constant.get("val")).and_then(node);
    let none = match value {
        Some(("Ival", number)) => !number.contains_key("ival"),
        Some(("Sval", string)) => {
            let digits: String =
                text(string, "sval").chars().filter(char::is_ascii_digit).collect();
            digits.bytes().all(|digit| digit == b'0')
        }
        _ => true,
    };
    let on = kind == VariableSetKind::VarSetValue as i64 && !none;
    script.times(on, statement.contains_key("is_local"));
}

fn created(statement: &Map<String, Value>, script: &mut Script<'_>) {
    let Some(made) = statement.get("relation").and_then(relation) else { return };
    if statement.contains_key("partbound") {
        for parent in list(statement, "inh_relations").iter().filter_map(relation) {
            if !script.is_made(&parent) {
                script.mild(
                    Hazard::PartitionCreatedInPlace,
                    format!("{parent} can be neither read nor written while the partition is made"),
                );
                script.locks(&parent, STRONG);
            }
        }
    }
    script.makes(made);
}

fn indexed(statement: &Map<String, Value>, script: &mut Script<'_>) {
    let table = statement.get("relation").and_then(relation).unwrap_or_default();
    if !statement.contains_key("concurrent") {
        let message = format!("{table} cannot be written while the index is built");
        script.work(Hazard::NonConcurrentIndex, &table, message);
        script.locks(&table, "SHARE");
        return;
    }
    script.alone("CREATE INDEX CONCURRENTLY");
    if statement.contains_key("if_not_exists") && !script.is_made(&table) {
        let name = text(statement, "idxname");
        let message = format!("where index {name} is there and invalid, nothing is built");
        script.rule(Rule::RetryOverInvalidIndex, message);
    }
}

fn dropped(statement: &Map<String, Value>, script: &mut Script<'_>) {
    let Ok(kind) = ObjectType::try_from(number(statement, "remove_type") as i32) else { return };
    for object in list(statement, "objects") {
        let listed = fields(object, "List").and_then(|of| of.get("items"));
        let name = dotted(listed);
        match kind {
            ObjectType::ObjectTable
            | ObjectType::ObjectForeignTable
            | ObjectType::ObjectMatview => {
                if kind == ObjectType::ObjectTable && !script.is_made(&name) {
                    script.hazard(Hazard::DataLoss, format!("what {name} holds is lost"));
                }
                script.locks(&name, STRONG);
            }
            ObjectType::ObjectSchema => {
                let name = fields(object, "String").map_or("", |name| text(name, "sval"));
                if number(statement, "behavior") == 2 {
                    script.hazard(Hazard::DataLoss, format!("what schema {name} holds is lost"));
                }
            }
            ObjectType::ObjectIndex if statement.contains_key("concurrent") => {
                script.alone("DROP INDEX CONCURRENTLY");
            }
            ObjectType::ObjectIndex => {
                let message = format!(
                    "the table of {name} can be neither read nor written until it is dropped"
                );
                script.hazard(Hazard::NonConcurrentIndex, message);
                script.locks(&format!("the table of {name}"), STRONG);
            }
            ObjectType::ObjectTrigger | ObjectType::ObjectPolicy | ObjectType::ObjectRule => {
                let table = name.rsplit_once('.').map_or("", |(table, _)| table);
                script.locks(table, STRONG);
            }
            ObjectType::ObjectSequence => {
                script.hazard(Hazard::DataLoss, format!("the position of {name} is lost"));
            }
            _ => {}
        }
    }
    cascades(statement, script);
}

fn renamed(statement: &Map<String, Value>, script: &mut Script<'_>) {
    let Ok(kind) = ObjectType::try_from(number(statement, "rename_type") as i32) else { return };
    let table = statement.get("relation").and_then(relation).unwrap_or_default();
    let (old, new) = (text(statement, "subname"), text(statement, "newname"));
    let what = match kind {
        ObjectType::ObjectColumn => format!("column {old} of {table}"),
        ObjectType::ObjectTable | ObjectType::ObjectView | ObjectType::ObjectMatview => {
            table.clone()
        }
        ObjectType::ObjectSchema => format!("schema {old}"),
        ObjectType::ObjectType
        | ObjectType::ObjectFunction
        | ObjectType::ObjectProcedure
        | ObjectType::ObjectSequence => {
            let object = statement.get("object");
            let named = object.and_then(|of| fields(of, "List")).and_then(|of| of.get("items"));
            let routine =
                object.and_then(|of| fields(of, "ObjectWithArgs")).and_then(|of| of.get("objname"));
            let name = dotted(named.or(routine));
            if name.is_empty() { table.clone() } else { name }
        }
        _ => return,
    };
    let message = format!("clients that say {what} fail until they say {new}");
    script.work(Hazard::RenameBreaksClients, &table, message);
    if !table.is_empty() {
        script.locks(&table, STRONG);
    }
}

/// VACUUM FULL, CLUSTER, REINDEX, REFRESH MATERIALIZED VIEW.
fn maintained(kind: &str, statement: &Map<String, Value>, script: &mut Script<'_>) {
    let has = |key: &str, option: &str| {
        let all = list(statement, key).iter().filter_map(|it| fields(it, "DefElem"));
        all.filter(|it| text(it, "defname") == option).any(|it| {
            let off = it.get("arg").map(ToString::to_string).unwrap_or_default();
            !["false", "off", "\"0\"", "ival\":0"].iter().any(|word| off.contains(word))
        })
    };
    let one = statement.get("relation").and_then(relation);
    match kind {
        "VacuumStmt" if has("options", "full") => {
            let all = list(statement, "rels").iter().filter_map(|it| fields(it, "VacuumRelation"));
            let mut tables: Vec<String> =
                all.filter_map(|it| relation(it.get("relation")?)).collect();
            if tables.is_empty() {
                tables.push("every table".to_owned());
            }
            for table in tables {
                rewritten(&table, script);
            }
        }
        "ClusterStmt" => rewritten(&one.unwrap_or_else(|| "every table".to_owned()), script),
        "ReindexStmt" if has("params", "concurrently") => script.alone("REINDEX CONCURRENTLY"),
        "ReindexStmt" => {
            let name = one.unwrap_or_else(|| text(statement, "name").to_owned());
            let message =
                format!("{name} cannot be written, nor read by the index, while it is built");
            script.work(Hazard::RebuildIndexExclusive, &name, message);
            script.locks(&name, STRONG);
        }
        "RefreshMatViewStmt" if !statement.contains_key("concurrent") => {
            let view = one.unwrap_or_default();
            let message = format!("{view} cannot be read while its query runs");
            script.work(Hazard::ScanExclusive, &view, message);
            script.locks(&view, STRONG);
        }
        _ => {}
    }
}

fn rewritten(table: &str, script: &mut Script<'_>) {
    let message = format!("{table} can be neither read nor written while every row is rewritten");
    script.work(Hazard::RewriteTable, table, message);
    script.locks(table, STRONG);
}

/// ALTER DOMAIN: every table with a column of the domain is read.
fn domain(statement: &Map<String, Value>, script: &mut Script<'_>) {
    let name = dotted(statement.get("type_name"));
    let def = statement.get("def").and_then(|def| fields(def, "Constraint"));
    let valid = def.is_none_or(|def| !def.contains_key("skip_validation"));
    // C: ADD CONSTRAINT, O: SET NOT NULL, V: VALIDATE.
    if matches!(text(statement, "subtype"), "C" | "O") && valid {
        let message = format!(
            "every table with a column of domain {name} is read, and cannot be written meanwhile"
        );
        script.hazard(Hazard::DomainFanout, message);
    }
}
