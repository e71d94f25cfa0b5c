//! What one statement needs, from its parse tree.

use serde_json::{Map, Value};

use super::{Walk, role, roles, superuser};
use crate::id::Id;
use crate::sql::constant;
use crate::sql::tree::{fields, list, number, text};
use pg_query::protobuf::{AlterTableType as Do, ObjectType};

/// A right that a statement needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Need {
    /// The privileges of a role: ownership.
    ActFor {
        /// The role.
        role: String,
        /// For what, in words.
        what: String,
    },
    /// To make a role an owner.
    Become {
        /// The role.
        role: String,
        /// Of what.
        id: Id,
    },
    /// To grant as a role.
    GrantAs {
        /// The role.
        role: String,
        /// On what.
        id: Id,
    },
    /// CREATE on a schema.
    CreateIn {
        /// Who needs it.
        role: String,
        /// The schema.
        schema: Id,
        /// For what.
        id: Id,
    },
    /// CREATE on the database.
    CreateInDatabase {
        /// For what.
        id: Id,
    },
    /// To grant itself a role.
    GrantToSelf {
        /// The role.
        role: String,
    },
    /// An attribute of a role (`REPLICATION`), which only who has it may give since 16.
    Attribute {
        /// The attribute.
        attribute: &'static str,
        /// The role that gets it.
        id: Id,
    },
    /// To be a superuser.
    Superuser {
        /// For what.
        id: Id,
    },
    /// ADMIN of a role.
    Administer {
        /// The role.
        role: String,
        /// The role, or what is part of it.
        id: Id,
    },
    /// USAGE on a schema.
    Use {
        /// Who needs it.
        role: String,
        /// The schema.
        schema: Id,
        /// For what.
        id: Id,
    },
    /// CREATEROLE.
    CreateRole {
        /// The role to be made.
        id: Id,
    },
}

/// Statements whose rights are not a matter of ownership or CREATE alone, or that take none: they need a superuser, a
/// privilege that may come in several ways, or are about rows.
const OPEN: &[&str] = &[
    "AlterExtensionContentsStmt",
    "AlterExtensionStmt",
    "AlterOpFamilyStmt",
    "AlterSubscriptionStmt",
    "AlterUserMappingStmt",
    "CreateCastStmt",
    "CreateEventTrigStmt",
    "CreateExtensionStmt",
    "CreateFdwStmt",
    "CreateForeignServerStmt",
    "CreateSubscriptionStmt",
    "CreateTableAsStmt",
    "CreateTransformStmt",
    "CreateTrigStmt",
    "CreateUserMappingStmt",
    "DoStmt",
    "DropSubscriptionStmt",
    "DropUserMappingStmt",
    "GrantRoleStmt",
    "InsertStmt",
    "LockStmt",
    "SecLabelStmt",
    "SelectStmt",
    "UpdateStmt",
];

/// Whether a statement makes an object.
pub(super) fn makes(kind: &str) -> bool {
    (kind.starts_with("Create") || kind.starts_with("Define"))
        || matches!(kind, "CompositeTypeStmt" | "IndexStmt" | "RuleStmt" | "ViewStmt")
}

/// The role that `SET ROLE` names.
pub(super) fn set_role(statement: &Map<String, Value>) -> Option<String> {
    list(statement, "args").iter().find_map(constant::as_string).map(str::to_owned)
}

/// The owner that a statement gives.
pub(super) fn new_owner(kind: &str, statement: &Map<String, Value>) -> Option<String> {
    match kind {
        "AlterOwnerStmt" => statement.get("newowner").and_then(role),
        "AlterTableStmt" => list(statement, "cmds").iter().find_map(|command| {
            let command = fields(command, "AlterTableCmd")?;
            let changes = number(command, "subtype") == Do::AtChangeOwner as i64;
            changes.then(|| command.get("newowner").and_then(role)).flatten()
        }),
        _ => None,
    }
}

/// What a statement for this object needs.
pub(super) fn of(
    kind: &str,
    statement: &Map<String, Value>,
    id: &Id,
    walk: &Walk<'_>,
) -> Vec<Need> {
    if superuser::is_needed(kind, statement) {
        return vec![Need::Superuser { id: id.clone() }];
    }
    match kind {
        "CreateRoleStmt" | "AlterRoleStmt" | "AlterRoleSetStmt" | "DropRoleStmt" => {
            return super::role::needs(kind, statement, id, walk);
        }
        "RenameStmt" if number(statement, "rename_type") == ObjectType::ObjectRole as i64 => {
            return super::role::needs(kind, statement, id, walk);
        }
        "CreateSchemaStmt" => {
            let become_it = statement.get("authrole").and_then(role);
            let become_it = become_it.map(|role| Need::Become { role, id: id.clone() });
            let create = Need::CreateInDatabase { id: id.clone() };
            return become_it.into_iter().chain([create]).collect();
        }
        "VariableSetStmt" => {
            return set_role(statement)
                .map(|role| Need::GrantAs { role, id: id.clone() })
                .into_iter()
                .collect();
        }
        "CreatePublicationStmt" => return vec![Need::CreateInDatabase { id: id.clone() }],
        "AlterDefaultPrivilegesStmt" => return default_privileges(statement, id, walk),
        kind if OPEN.contains(&kind) => return Vec::new(),
        _ => {}
    }
    if walk.acting.is_some() {
        return walk.as_other(kind, id);
    }
    let make = makes(kind);
    let owner = if make && walk.owner(id).is_none_or(|(of, _)| of != *id) {
        id.parents().iter().find_map(|parent| walk.owner(parent))
    } else {
        walk.owner(id)
    };
    let mut needs = Vec::new();
    if make
        && id.parents().is_empty()
        && let Some(schema) = id.schema_id()
    {
        let role = walk.user().to_owned();
        needs.push(Need::CreateIn { role, schema, id: id.clone() });
    }
    // Who owns a schema may drop whatever is in it.
    let by_schema = kind == "DropStmt" && {
        let schema = owner.as_ref().and_then(|(of, _)| of.schema_id());
        schema
            .and_then(|schema| walk.owner(&schema))
            .is_some_and(|(_, owner)| walk.acts_for(&owner))
    };
    // A privilege may be granted by whoever has it with GRANT OPTION.
    let by_option = kind == "GrantStmt"
        && walk.current.get(id).and_then(|object| object.grants.as_ref()).is_none_or(|grants| {
            grants.lists().any(|privileges| privileges.values().any(|passes| *passes))
        });
    if let Some((of, role)) = owner
        && !by_schema
        && !by_option
    {
        let what = if of == *id { format!("{id}") } else { format!("{id} of {of}") };
        needs.push(Need::ActFor { what: format!("{what} is owned by {role}"), role });
    }
    if let Some(role) = new_owner(kind, statement) {
        needs.push(Need::Become { role: role.clone(), id: id.clone() });
        match id.schema_id() {
            Some(schema) => {
                needs.push(Need::CreateIn { role, schema, id: id.clone() });
            }
            // The owner of a schema does not change without CREATE on the database.
            None if number(statement, "object_type") == ObjectType::ObjectSchema as i64 => {
                needs.push(Need::CreateInDatabase { id: id.clone() });
            }
            None => {}
        }
    }
    needs
}

/// `ALTER DEFAULT PRIVILEGES FOR ROLE r`: since 16 r's privileges, before membership.
fn default_privileges(statement: &Map<String, Value>, id: &Id, walk: &Walk<'_>) -> Vec<Need> {
    let options = list(statement, "options").iter().filter_map(|option| fields(option, "DefElem"));
    let of = options.filter(|option| text(option, "defname") == "roles");
    let list_of = |option: &Map<String, Value>| -> Vec<String> {
        let items = option.get("arg").and_then(|arg| fields(arg, "List"));
        items.map_or_else(Vec::new, |items| roles(list(items, "items")).collect())
    };
    let need = |role: String| {
        if walk.is_newer() {
            Need::ActFor { what: id.to_string(), role }
        } else {
            Need::Become { role, id: id.clone() }
        }
    };
    of.flat_map(list_of).map(need).collect()
}
