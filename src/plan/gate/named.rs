//! What a statement names: what it makes and drops, by the names in it.

use pg_query::protobuf::{AlterTableType as Do, ObjectType, RoleSpecType};
use serde_json::{Map, Value};

use crate::sql::tree::{self, choice, fields, list, node, number, text};

/// What the names of objects are compared by: two objects of one group may not have the same name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Group {
    Relation,
    Column,
    Attribute,
    Type,
    Routine,
    /// An object of another sort, by the number of its `ObjectType`.
    Other(i32),
}

impl Group {
    pub(super) fn of(kind: ObjectType) -> Self {
        match kind {
            ObjectType::ObjectTable
            | ObjectType::ObjectForeignTable
            | ObjectType::ObjectView
            | ObjectType::ObjectMatview
            | ObjectType::ObjectIndex
            | ObjectType::ObjectSequence => Self::Relation,
            ObjectType::ObjectType | ObjectType::ObjectDomain => Self::Type,
            ObjectType::ObjectFunction
            | ObjectType::ObjectProcedure
            | ObjectType::ObjectRoutine
            | ObjectType::ObjectAggregate => Self::Routine,
            other => Self::Other(other as i32),
        }
    }
}

/// A name, and what it is compared with.
pub(super) type Name = (Group, Vec<String>);

/// `CASCADE` of the grammar's `DropBehavior`.
pub(super) const CASCADE: i64 = 2;

pub(super) fn object_type(fields: &Map<String, Value>, key: &str) -> Option<ObjectType> {
    choice(fields, key)
}

/// Whether an object of that sort is no part of another.
pub(super) fn is_top(kind: ObjectType) -> bool {
    !matches!(
        kind,
        ObjectType::ObjectIndex
            | ObjectType::ObjectTrigger
            | ObjectType::ObjectPolicy
            | ObjectType::ObjectRule
            | ObjectType::ObjectColumn
            | ObjectType::ObjectAttribute
            | ObjectType::ObjectTabconstraint
            | ObjectType::ObjectDomconstraint
            | ObjectType::ObjectStatisticExt
    )
}

/// The server and the role of a user mapping; a role that is not named is none.
pub(super) fn mapping(statement: &Map<String, Value>) -> Vec<String> {
    let role = statement.get("user").and_then(|user| {
        let role = fields(user, "RoleSpec").or_else(|| user.as_object())?;
        let public = number(role, "roletype") == RoleSpecType::RolespecPublic as i64;
        Some(if public { "public" } else { text(role, "rolename") }.to_owned())
    });
    [text(statement, "servername").to_owned()].into_iter().chain(role).collect()
}

/// What a statement drops, by the names in it.
pub(super) fn drops(kind: &str, statement: &Map<String, Value>) -> Vec<(Group, Vec<String>)> {
    match kind {
        "DropStmt" => {
            let group = object_type(statement, "remove_type").map(Group::of);
            let objects = list(statement, "objects").iter().map(path_of);
            group.map_or_else(Vec::new, |group| objects.map(|path| (group, path)).collect())
        }
        "DropRoleStmt" => {
            let role = dropped_role(statement);
            role.map(|name| (Group::of(ObjectType::ObjectRole), vec![name])).into_iter().collect()
        }
        "AlterTableStmt" => {
            let relation = range(statement.get("relation")).unwrap_or_default();
            let column = |command: &Map<String, Value>| {
                (number(command, "subtype") == Do::AtDropColumn as i64).then(|| {
                    let name = [text(command, "name").to_owned()];
                    (Group::Column, relation.iter().cloned().chain(name).collect())
                })
            };
            commands(statement).filter_map(column).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a statement drops indexes with what needs them.
pub(super) fn cascades(kind: &str, statement: &Map<String, Value>) -> bool {
    kind == "DropStmt"
        && object_type(statement, "remove_type") == Some(ObjectType::ObjectIndex)
        && number(statement, "behavior") == CASCADE
}

/// The constraints that a statement drops, each behind its table.
pub(super) fn dropped_constraints(kind: &str, statement: &Map<String, Value>) -> Vec<Vec<String>> {
    let Some(table) = range(statement.get("relation")).filter(|_| kind == "AlterTableStmt") else {
        return Vec::new();
    };
    let drops =
        |command: &&Map<String, Value>| number(command, "subtype") == Do::AtDropConstraint as i64;
    let names = commands(statement).filter(drops).map(|command| text(command, "name").to_owned());
    names.map(|name| table.iter().cloned().chain([name]).collect()).collect()
}

/// The one role that `DROP ROLE` names, by its name.
pub(super) fn dropped_role(statement: &Map<String, Value>) -> Option<String> {
    match list(statement, "roles") {
        [role] => fields(role, "RoleSpec")
            .filter(|role| number(role, "roletype") == RoleSpecType::RolespecCstring as i64)
            .map(|role| text(role, "rolename").to_owned()),
        _ => None,
    }
}

/// The roles and databases whose attributes, settings or memberships a statement changes, by their names, the connected
/// role by an empty name; `None`: it changes neither.
pub(super) fn changed_of_cluster<'a>(
    kind: &str,
    statement: &'a Map<String, Value>,
) -> Option<Vec<&'a str>> {
    let name = |role: &'a Value| {
        fields(role, "RoleSpec").or_else(|| role.as_object()).map(|role| text(role, "rolename"))
    };
    Some(match kind {
        "CreateRoleStmt" => vec![text(statement, "role")],
        "AlterDatabaseSetStmt" => vec![text(statement, "dbname")],
        "RenameStmt" if is_of_cluster(statement, "rename_type") => vec![text(statement, "subname")],
        "AlterOwnerStmt" if is_of_cluster(statement, "object_type") => {
            let object = statement.get("object").and_then(|object| fields(object, "String"));
            object.map(|name| text(name, "sval")).into_iter().collect()
        }
        "AlterRoleStmt" | "AlterRoleSetStmt" => {
            statement.get("role").and_then(name).into_iter().collect()
        }
        "GrantRoleStmt" => {
            let granted = list(statement, "granted_roles")
                .iter()
                .filter_map(|role| fields(role, "AccessPriv").map(|role| text(role, "priv_name")));
            granted.chain(list(statement, "grantee_roles").iter().filter_map(name)).collect()
        }
        _ => return None,
    })
}

fn is_of_cluster(statement: &Map<String, Value>, key: &str) -> bool {
    matches!(object_type(statement, key), Some(ObjectType::ObjectRole | ObjectType::ObjectDatabase))
}

/// The object that gets another owner, by its name in the statement.
pub(super) fn new_owner_of(kind: &str, statement: &Map<String, Value>) -> Option<Vec<String>> {
    match kind {
        "AlterOwnerStmt" => Some(match range(statement.get("relation")) {
            Some(path) => path,
            None => path_of(statement.get("object")?),
        }),
        "AlterTableStmt" => {
            let owner = |command: &Map<String, Value>| {
                number(command, "subtype") == Do::AtChangeOwner as i64
            };
            commands(statement).any(owner).then(|| range(statement.get("relation"))).flatten()
        }
        _ => None,
    }
}

pub(in crate::plan) fn commands(
    statement: &Map<String, Value>,
) -> impl Iterator<Item = &Map<String, Value>> {
    list(statement, "cmds").iter().filter_map(|command| fields(command, "AlterTableCmd"))
}

/// The path of a relation: its schema, if it is said, and its name.
pub(in crate::plan) fn range(value: Option<&Value>) -> Option<Vec<String>> {
    let value = value?;
    let range = fields(value, "RangeVar").or_else(|| value.as_object())?;
    range.contains_key("relname").then(|| {
        let parts = [text(range, "schemaname"), text(range, "relname")];
        parts.into_iter().filter(|part| !part.is_empty()).map(str::to_owned).collect()
    })
}

/// The names by which a statement calls an object, in order; of a routine without its arguments.
pub(super) fn path_of(object: &Value) -> Vec<String> {
    let mut path = Vec::new();
    collect(object, &mut path);
    path
}

pub(super) fn collect(value: &Value, path: &mut Vec<String>) {
    match node(value) {
        Some(("String", string)) => path.push(text(string, "sval").to_owned()),
        Some(("List", items)) => list(items, "items").iter().for_each(|item| collect(item, path)),
        Some(("TypeName", name)) => list(name, "names").iter().for_each(|item| collect(item, path)),
        Some(("ObjectWithArgs", of)) => {
            for item in list(of, "objname") {
                collect(item, path);
            }
        }
        _ => match value {
            Value::Array(items) => items.iter().for_each(|item| collect(item, path)),
            Value::Object(fields) if fields.contains_key("objname") => {
                for item in list(fields, "objname") {
                    collect(item, path);
                }
            }
            // A type name stands there without its kind in some statements.
            Value::Object(fields) if fields.contains_key("names") => {
                for item in list(fields, "names") {
                    collect(item, path);
                }
            }
            _ => {}
        },
    }
}

/// The names that a statement makes.
pub(super) fn made(kind: &str, fields: &Map<String, Value>) -> Option<Name> {
    let listed = |key: &str| fields.get(key).map(path_of).unwrap_or_default();
    let named = |key: &str| vec![text(fields, key).to_owned()];
    Some(match kind {
        "CreateStmt" | "CreateForeignTableStmt" => {
            let base = fields.get("base_stmt").and_then(Value::as_object).unwrap_or(fields);
            (Group::Relation, range(base.get("relation"))?)
        }
        "CreateTableAsStmt" => (Group::Relation, range(fields.get("into")?.get("rel"))?),
        "ViewStmt" => (Group::Relation, range(fields.get("view"))?),
        "CreateSeqStmt" => (Group::Relation, range(fields.get("sequence"))?),
        "CompositeTypeStmt" => (Group::Type, range(fields.get("typevar"))?),
        "CreateEnumStmt" | "CreateRangeStmt" => (Group::Type, listed("type_name")),
        "CreateDomainStmt" => (Group::Type, listed("domainname")),
        "DefineStmt" => (Group::of(object_type(fields, "kind")?), listed("defnames")),
        "CreateFunctionStmt" => (Group::Routine, listed("funcname")),
        "CreateSchemaStmt" => (Group::of(ObjectType::ObjectSchema), named("schemaname")),
        "CreateExtensionStmt" => (Group::of(ObjectType::ObjectExtension), named("extname")),
        "CreateCastStmt" => {
            let mut path = listed("sourcetype");
            path.extend(listed("targettype"));
            (Group::of(ObjectType::ObjectCast), path)
        }
        "CreateConversionStmt" => {
            (Group::of(ObjectType::ObjectConversion), listed("conversion_name"))
        }
        "CreateOpClassStmt" => (
            Group::of(ObjectType::ObjectOpclass),
            [named("amname"), listed("opclassname")].concat(),
        ),
        "CreateOpFamilyStmt" => (
            Group::of(ObjectType::ObjectOpfamily),
            [named("amname"), listed("opfamilyname")].concat(),
        ),
        "CreatePublicationStmt" => (Group::of(ObjectType::ObjectPublication), named("pubname")),
        "CreateSubscriptionStmt" => (Group::of(ObjectType::ObjectSubscription), named("subname")),
        "CreateForeignServerStmt" => {
            (Group::of(ObjectType::ObjectForeignServer), named("servername"))
        }
        "CreateUserMappingStmt" => (Group::of(ObjectType::ObjectUserMapping), mapping(fields)),
        "CreateRoleStmt" => (Group::of(ObjectType::ObjectRole), named("role")),
        "CreateFdwStmt" => (Group::of(ObjectType::ObjectFdw), named("fdwname")),
        "CreateTransformStmt" => {
            (Group::of(ObjectType::ObjectTransform), [listed("type_name"), named("lang")].concat())
        }
        "CreateEventTrigStmt" => (Group::of(ObjectType::ObjectEventTrigger), named("trigname")),
        "CreatePlangStmt" => (Group::of(ObjectType::ObjectLanguage), named("plname")),
        "CreateAmStmt" => (Group::of(ObjectType::ObjectAccessMethod), named("amname")),
        _ => return None,
    })
}

/// Whether an expression reads a column of that name.
pub(super) fn mentions(value: &Value, column: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| mentions(item, column)),
        Value::Object(fields) => {
            let named =
                fields.get("ColumnRef").and_then(|of| of.get("fields")).and_then(Value::as_array);
            let is = |field: &Value| {
                tree::fields(field, "String").is_some_and(|name| text(name, "sval") == column)
                    || node(field).is_some_and(|(kind, _)| kind == "AStar")
            };
            named.is_some_and(|parts| parts.iter().any(is))
                || fields.values().any(|inner| mentions(inner, column))
        }
        _ => false,
    }
}

/// Whether a text constant in an expression is this one.
pub(super) fn says(value: &Value, constant: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| says(item, constant)),
        Value::Object(fields) => {
            fields.get("sval").is_some_and(|text| text == constant)
                || fields.values().any(|inner| says(inner, constant))
        }
        _ => false,
    }
}
