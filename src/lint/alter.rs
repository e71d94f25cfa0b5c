//! ALTER TABLE: what each of its subcommands does.

use pg_query::protobuf::{AlterTableType as Do, ConstrType, NullTestType};
use serde_json::{Map, Value};

use super::column::{self, is};
use super::script::Script;
use super::statement::relation;
use crate::hazard::Hazard;
use crate::sql::tree::{fields, list, names, number, text};

/// Reads the subcommands of an ALTER TABLE.
pub(super) fn read(table: &str, statement: &Map<String, Value>, script: &mut Script<'_>) {
    let commands = list(statement, "cmds").iter().filter_map(|it| fields(it, "AlterTableCmd"));
    let mut strong = None;
    for command in commands {
        let Some(to) = Do::try_from(number(command, "subtype") as i32).ok() else { continue };
        strong = strong.max(mode(to, command));
        subcommand(to, table, command, script);
    }
    if let Some(mode) = strong {
        script.locks(table, ["SHARE ROW EXCLUSIVE", "ACCESS EXCLUSIVE"][mode]);
    }
}

/// The lock of a subcommand, as far as it stops writers: 0 SHARE ROW EXCLUSIVE, 1 ACCESS EXCLUSIVE (`AlterTableGetLockLevel`).
fn mode(to: Do, command: &Map<String, Value>) -> Option<usize> {
    match to {
        Do::AtValidateConstraint
        | Do::AtSetStatistics
        | Do::AtClusterOn
        | Do::AtDropCluster
        | Do::AtSetRelOptions
        | Do::AtResetRelOptions
        | Do::AtSetOptions
        | Do::AtResetOptions
        | Do::AtAttachPartition
        | Do::AtDetachPartitionFinalize => None,
        Do::AtDetachPartition => (!is_concurrent(command)).then_some(1),
        Do::AtAddConstraint => {
            let constraint = command.get("def").and_then(|def| fields(def, "Constraint"));
            let foreign = constraint.is_some_and(|it| is(it, ConstrType::ConstrForeign));
            Some(usize::from(!foreign))
        }
        Do::AtEnableTrig
        | Do::AtEnableAlwaysTrig
        | Do::AtEnableReplicaTrig
        | Do::AtEnableTrigAll
        | Do::AtEnableTrigUser
        | Do::AtDisableTrig
        | Do::AtDisableTrigAll
        | Do::AtDisableTrigUser => Some(0),
        _ => Some(1),
    }
}

fn subcommand(to: Do, table: &str, command: &Map<String, Value>, script: &mut Script<'_>) {
    let name = text(command, "name");
    let def = command.get("def");
    let definition = |kind: &str| def.and_then(|def| fields(def, kind));
    match to {
        Do::AtAddColumn => {
            if let Some(new) = definition("ColumnDef") {
                column::added(table, new, script);
            }
        }
        Do::AtAddConstraint => {
            if let Some(new) = definition("Constraint") {
                constraint(table, new, script);
            }
        }
        Do::AtValidateConstraint => script.validates(table, name),
        Do::AtAlterColumnType => {
            if let Some(new) = definition("ColumnDef") {
                column::retyped(table, name, new, script);
            }
        }
        Do::AtSetNotNull => {
            let test = not_null(name);
            if !script.proves(table, |condition| condition == test) {
                let message =
                    format!("all rows of {table} are read, since no valid check proves {name}");
                script.work(Hazard::ScanExclusive, table, message);
            }
        }
        Do::AtDropColumn => {
            let message = format!("the values of column {name} of {table} are lost");
            lost(table, message, script);
            cascades(command, script);
        }
        Do::AtDropConstraint => {
            if name.ends_with("_pkey") && !script.is_identified(table) {
                let message = format!(
                    "{table} loses its key: a published table then refuses UPDATE and DELETE"
                );
                script.work(Hazard::ReplicaIdentity, table, message);
            }
            cascades(command, script);
        }
        Do::AtSetLogged | Do::AtSetUnLogged | Do::AtSetAccessMethod | Do::AtSetTableSpace => {
            script.work(Hazard::RewriteTable, table, format!("every row of {table} is rewritten"));
        }
        Do::AtAddIdentity => {
            let message = format!(
                "the sequence of column {name} of {table} starts at 1 beside the values that are there"
            );
            script.work(Hazard::IdentitySequenceStart, table, message);
        }
        Do::AtReplicaIdentity => {
            let none = definition("ReplicaIdentityStmt")
                .is_some_and(|it| text(it, "identity_type") == "n");
            if none {
                let message = format!(
                    "{table} has no identity: a published table then refuses UPDATE and DELETE"
                );
                script.work(Hazard::ReplicaIdentity, table, message);
            } else if definition("ReplicaIdentityStmt")
                .is_some_and(|it| text(it, "identity_type") != "d")
            {
                script.identifies(table);
            }
        }
        Do::AtAttachPartition => attached(table, definition("PartitionCmd"), script),
        Do::AtDetachPartition => {
            if is_concurrent(command) {
                script.alone("DETACH PARTITION CONCURRENTLY");
            } else {
                let message = format!("all partitions of {table} wait while one is detached");
                script.work(Hazard::DetachBlocking, table, message);
            }
        }
        Do::AtEnableRowSecurity
        | Do::AtDisableRowSecurity
        | Do::AtForceRowSecurity
        | Do::AtNoForceRowSecurity => {
            let message = format!("which rows of {table} are seen, and by whom, changes at once");
            script.work(Hazard::RlsChange, table, message);
        }
        _ => {}
    }
}

fn is_concurrent(command: &Map<String, Value>) -> bool {
    let def = command.get("def").and_then(|def| fields(def, "PartitionCmd"));
    def.is_some_and(|def| def.contains_key("concurrent"))
}

fn lost(table: &str, message: String, script: &mut Script<'_>) {
    if !script.is_made(table) {
        script.hazard(Hazard::DataLoss, message);
    }
}

pub(super) fn cascades(statement: &Map<String, Value>, script: &mut Script<'_>) {
    if number(statement, "behavior") == 2 {
        script.hazard(
            Hazard::Cascade,
            "CASCADE drops whatever depends on it, and says so in a notice only",
        );
    }
}

/// ADD CONSTRAINT.
fn constraint(table: &str, new: &Map<String, Value>, script: &mut Script<'_>) {
    let name = text(new, "conname");
    let not_valid = new.contains_key("skip_validation");
    if not_valid {
        let tested = new.get("raw_expr").map(ToString::to_string);
        let column = list(new, "keys").first().and_then(|key| fields(key, "String"));
        let column = column.map(|key| not_null(text(key, "sval")));
        script.adds_not_valid(table, name, tested.or(column));
        return;
    }
    let key = is(new, ConstrType::ConstrPrimary) || is(new, ConstrType::ConstrUnique);
    if is(new, ConstrType::ConstrForeign) {
        let other = new.get("pktable").and_then(relation).unwrap_or_default();
        let message =
            format!("all rows of {table} are looked up in {other} while neither can be written");
        script.work(Hazard::ScanBlocksWrites, table, message);
    } else if is(new, ConstrType::ConstrCheck) || is(new, ConstrType::ConstrNotnull) {
        let message = format!("all rows of {table} are read for the constraint while it is locked");
        script.work(Hazard::ScanExclusive, table, message);
    } else if key && text(new, "indexname").is_empty() || is(new, ConstrType::ConstrExclusion) {
        let message = format!("an index is built while {table} can be neither read nor written");
        script.work(Hazard::ScanExclusive, table, message);
    }
}

/// ATTACH PARTITION: its rows are read unless a valid check says what the bounds say; which check that is, is not proved here.
fn attached(table: &str, def: Option<&Map<String, Value>>, script: &mut Script<'_>) {
    let partition = def.and_then(|def| def.get("name")).and_then(relation).unwrap_or_default();
    script.locks(&partition, "ACCESS EXCLUSIVE");
    if !script.proves(&partition, |_| true) {
        let message =
            format!("all rows of {partition} are read to see that they belong into {table}");
        script.work(Hazard::ScanExclusive, &partition, message);
    }
}

/// `column IS NOT NULL`, as the text of its tree.
fn not_null(column: &str) -> String {
    let reference =
        serde_json::json!({ "ColumnRef": { "fields": [{ "String": { "sval": column } }] } });
    let test = NullTestType::IsNotNull as i32;
    serde_json::json!({ "NullTest": { "arg": reference, "nulltesttype": test } }).to_string()
}

/// The path in a name of a statement that is a list of strings.
pub(super) fn dotted(value: Option<&Value>) -> String {
    names(value).unwrap_or_default().join(".")
}
