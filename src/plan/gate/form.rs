//! Which statements a plan contains: those that define objects, and few that move rows, each in one form.

use pg_query::protobuf::{NullTestType, RoleSpecType, VariableSetKind};
use serde_json::{Map, Value};

use super::history::History;
use super::named::{CASCADE, commands, dropped_role, object_type, range};
use super::{block, counter, rows, target};
use crate::sql::tree::{fields, list, names, number, text};
use pg_query::protobuf::{AlterTableType as Do, ObjectType};

/// Statements that define objects, and touch no row by themselves.
const DEFINE: &[&str] = &[
    "AlterDatabaseSetStmt",
    "AlterDefaultPrivilegesStmt",
    "AlterDomainStmt",
    "AlterEnumStmt",
    "AlterEventTrigStmt",
    "AlterExtensionContentsStmt",
    "AlterExtensionStmt",
    "AlterFdwStmt",
    "AlterForeignServerStmt",
    "AlterFunctionStmt",
    "AlterObjectDependsStmt",
    "AlterObjectSchemaStmt",
    "AlterOpFamilyStmt",
    "AlterOperatorStmt",
    "AlterOwnerStmt",
    "AlterPolicyStmt",
    "AlterPublicationStmt",
    "AlterRoleSetStmt",
    "AlterStatsStmt",
    "AlterSubscriptionStmt",
    "AlterTsconfigurationStmt",
    "AlterTsdictionaryStmt",
    "AlterTypeStmt",
    "AlterUserMappingStmt",
    "CommentStmt",
    "CompositeTypeStmt",
    "CreateAmStmt",
    "CreateCastStmt",
    "CreateConversionStmt",
    "CreateDomainStmt",
    "CreateEnumStmt",
    "CreateEventTrigStmt",
    "CreateExtensionStmt",
    "CreateFdwStmt",
    "CreateForeignServerStmt",
    "CreateForeignTableStmt",
    "CreateFunctionStmt",
    "CreateOpClassStmt",
    "CreateOpFamilyStmt",
    "CreatePlangStmt",
    "CreatePolicyStmt",
    "CreatePublicationStmt",
    "CreateRangeStmt",
    "CreateSchemaStmt",
    "CreateSeqStmt",
    "CreateStatsStmt",
    "CreateStmt",
    "CreateSubscriptionStmt",
    "CreateTransformStmt",
    "CreateTrigStmt",
    "CreateUserMappingStmt",
    "DefineStmt",
    "DropSubscriptionStmt",
    "DropUserMappingStmt",
    "GrantRoleStmt",
    "IndexStmt",
    "LockStmt",
    "RenameStmt",
    "RuleStmt",
    "SecLabelStmt",
    "ViewStmt",
];

/// Checks that a plan may contain the statement.
pub(super) fn check(
    kind: &str,
    statement: &Map<String, Value>,
    history: &History,
    step: usize,
) -> Result<(), String> {
    let fits = match kind {
        "AlterSeqStmt" => !counter::restarts_at(kind, statement),
        "AlterTableStmt" => !counter::restarts_at(kind, statement) && !cascades(statement),
        "GrantStmt" => target::grants_on_named(statement),
        kind if DEFINE.contains(&kind) => true,
        "DropStmt" => may_cascade(statement),
        "CreateRoleStmt" | "AlterRoleStmt" => !is_membership(statement),
        "DropRoleStmt" => dropped_role(statement).is_some(),
        "CreateTableAsStmt" => !has_any(statement, &["with_clause"]) && is_query_plain(statement),
        "InsertStmt" => is_restore(statement, history, step),
        "UpdateStmt" => is_backfill(statement),
        "SelectStmt" => counter::is_set(statement) && history.may_set(statement, step),
        "VariableSetStmt" => is_role(statement),
        "DoStmt" => return block::check(statement),
        _ => false,
    };
    if fits { Ok(()) } else { Err(format!("no plan contains a statement of this form ({kind})")) }
}

/// Whether a statement about a role gives memberships beside, which a plan does by GRANT.
fn is_membership(statement: &Map<String, Value>) -> bool {
    let options = list(statement, "options").iter().filter_map(|option| fields(option, "DefElem"));
    options
        .map(|option| text(option, "defname"))
        .any(|name| matches!(name, "rolemembers" | "adminmembers" | "addroleto"))
}

/// Whether a plan may contain the statement without a change that it is for: what the connected role grants itself for the
/// transaction, and acting as another role.
pub(super) fn is_lending(kind: &str, statement: &Map<String, Value>) -> bool {
    let role = |role: &Value| fields(role, "RoleSpec").map(|role| number(role, "roletype"));
    match kind {
        "VariableSetStmt" => true,
        "GrantRoleStmt" => {
            let to: Vec<_> = list(statement, "grantee_roles").iter().map(role).collect();
            to == [Some(RoleSpecType::RolespecCurrentUser as i64)]
                && list(statement, "granted_roles").len() == 1
        }
        _ => false,
    }
}

/// CASCADE takes other objects with it; a plan says it of an index, whose copies are keys of partitions, and of a type,
/// whose functions need it.
fn may_cascade(statement: &Map<String, Value>) -> bool {
    number(statement, "behavior") != CASCADE
        || matches!(
            object_type(statement, "remove_type"),
            Some(ObjectType::ObjectIndex | ObjectType::ObjectType | ObjectType::ObjectDomain)
        )
}

/// Whether a part of a table is dropped with whatever needs it.
fn cascades(statement: &Map<String, Value>) -> bool {
    // ALTER ATTRIBUTE ... CASCADE takes nothing away.
    let drops = [Do::AtDropColumn, Do::AtDropConstraint].map(|of| of as i64);
    let cascades = |command: &Map<String, Value>| {
        number(command, "behavior") == CASCADE && drops.contains(&number(command, "subtype"))
    };
    object_type(statement, "objtype") != Some(ObjectType::ObjectType)
        && commands(statement).any(cascades)
}

fn has_any(statement: &Map<String, Value>, keys: &[&str]) -> bool {
    keys.iter().any(|key| statement.contains_key(*key))
}

/// A query that only reads.
fn is_query_plain(statement: &Map<String, Value>) -> bool {
    statement.get("query").is_some_and(reads)
}

/// Whether no statement that writes rows stands in it.
fn reads(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(reads),
        Value::Object(fields) => {
            let writes = ["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"];
            !writes.iter().any(|kind| fields.contains_key(*kind)) && fields.values().all(reads)
        }
        _ => true,
    }
}

/// Checks that a plan writes no rows once it has made a rule that writes others in their place; `rules` says whether it
/// has.
pub(super) fn check_rules(
    kind: &str,
    statement: &Map<String, Value>,
    rules: &mut bool,
) -> Result<(), String> {
    *rules |= kind == "RuleStmt" && !list(statement, "actions").iter().all(reads);
    if *rules && matches!(kind, "InsertStmt" | "UpdateStmt") {
        return Err("a plan writes no rows after it has made a rule that writes rows".to_owned());
    }
    Ok(())
}

/// The one table that a query reads with all its children, if it has no other clause than SELECT and FROM.
pub(super) fn source(query: Option<&Value>) -> Option<Vec<String>> {
    let select = fields(query?, "SelectStmt")?;
    let known = ["target_list", "from_clause", "limit_option", "op"];
    let plain = select.keys().all(|key| known.contains(&key.as_str()));
    match list(select, "from_clause") {
        [from] if plain => {
            let table = fields(from, "RangeVar")?;
            // ONLY leaves the rows of child tables out, and an alias may give the columns other names.
            let whole = table.contains_key("inh") && !table.contains_key("alias");
            if whole { range(Some(from)) } else { None }
        }
        _ => None,
    }
}

/// The table whose rows CREATE TABLE AS copies, all of them.
pub(super) fn whole_source(statement: &Map<String, Value>) -> Option<Vec<String>> {
    let query = statement.get("query");
    source(query).filter(|_| rows::is_of_columns(query))
}

/// `INSERT INTO t (...) SELECT ... FROM` a table that the same plan makes of rows.
fn is_restore(statement: &Map<String, Value>, history: &History, step: usize) -> bool {
    let known = ["relation", "cols", "select_stmt", "override"];
    statement.keys().all(|key| known.contains(&key.as_str()))
        && source(statement.get("select_stmt")).is_some_and(|from| history.rows.has(&from, step))
}

/// `UPDATE t SET c = ... WHERE c IS NULL`.
fn is_backfill(statement: &Map<String, Value>) -> bool {
    let known = ["relation", "target_list", "where_clause"];
    let [target] = list(statement, "target_list") else { return false };
    let Some(target) = fields(target, "ResTarget") else { return false };
    let column = text(target, "name");
    let only_nulls = || {
        let test = statement.get("where_clause").and_then(|it| fields(it, "NullTest"));
        test.is_some_and(|test| {
            let of = test.get("arg").and_then(|arg| fields(arg, "ColumnRef"));
            number(test, "nulltesttype") == NullTestType::IsNull as i64
                && of.and_then(|of| names(of.get("fields"))).as_deref() == Some(&[column])
        })
    };
    statement.keys().all(|key| known.contains(&key.as_str())) && only_nulls()
}

/// Checks that a plan does nothing as another role but grant and revoke; `under_role` says whether that role is set.
pub(super) fn check_role(
    kind: &str,
    statement: &Map<String, Value>,
    under_role: &mut bool,
) -> Result<(), String> {
    if kind == "VariableSetStmt" {
        *under_role = !is_reset(statement);
    } else if *under_role && kind != "GrantStmt" {
        return Err(format!(
            "a plan grants and revokes as another role, and nothing else ({kind})"
        ));
    }
    Ok(())
}

fn is_reset(statement: &Map<String, Value>) -> bool {
    number(statement, "kind") == VariableSetKind::VarReset as i64
}

/// `SET LOCAL ROLE r` and `RESET ROLE`, around what a role grants.
fn is_role(statement: &Map<String, Value>) -> bool {
    let local = statement.get("is_local").is_some_and(|is| is == true);
    text(statement, "name") == "role" && (local || is_reset(statement))
}
