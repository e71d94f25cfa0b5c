//! What a statement changes, and whether the plan says so: an object of one of its changes, one that lives in such an
//! object or that such an object lives in, or something that the plan makes. Everything else that a statement changes
//! stands in [`PlannedStep::touches`], and is shown above it.

use std::collections::BTreeSet;

use pg_query::protobuf::{GrantTargetType, ObjectType};
use serde_json::{Map, Value};

use super::counter::Set;
use super::history::History;
use super::moves::{other_table, owner};
use super::named::{Group, Name, commands, drops, made, mapping, object_type, path_of, range};
use crate::id::Id;
use crate::kind::Kind;
use crate::plan::Change;
use crate::sql::quote::ident;
use crate::sql::tree::{choice, fields, list, text};

/// What a plan says that it changes.
pub(super) struct Said<'a> {
    /// What is in a schema, or in something that is.
    within: BTreeSet<Vec<&'a str>>,
    /// What is in none.
    outside: BTreeSet<Vec<&'a str>>,
}

impl<'a> Said<'a> {
    /// The objects of the changes, under their old names too.
    pub(super) fn of(changes: &'a [Change]) -> Self {
        let ids =
            changes.iter().flat_map(|change| std::iter::once(&change.object).chain(&change.from));
        let (within, outside): (Vec<_>, Vec<_>) = ids.partition(|id| id.kind.def().in_schema);
        let paths = |id: &'a Id| {
            let above = id.path.len().saturating_sub(1);
            let own = id.path[..above].iter().map(String::as_str).chain([id.bare_name()]);
            let index = Kind::INDEXES.contains(&id.kind);
            let beside = index.then(|| vec![id.first(), id.name()]);
            std::iter::once(own.collect()).chain(beside)
        };
        let within = within.into_iter().flat_map(paths).collect();
        Self { within, outside: outside.into_iter().flat_map(paths).collect() }
    }

    /// Whether a target is one of them, lives in one, or has one living in it, under either of its names.
    pub(super) fn covers(&self, target: &Target) -> bool {
        let said = if target.is_in_schema() { &self.within } else { &self.outside };
        // A schema says nothing of what is in it.
        let least = if target.is_in_schema() { 2 } else { 1 };
        has(said, &target.now, least) || has(said, &target.before, least)
    }
}

fn has(said: &BTreeSet<Vec<&str>>, path: &[String], least: usize) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    (least..=path.len()).any(|of| said.contains(&path[..of]))
        || path.len() >= least
            && said.range(path.clone()..).next().is_some_and(|said| said.starts_with(&path))
}

/// An object that a statement makes, changes or drops.
pub(super) struct Target {
    group: Group,
    /// Its path, as the statement has it.
    now: Vec<String>,
    /// Its path before the plan.
    before: Vec<String>,
}

impl Target {
    /// Those of a statement.
    pub(super) fn of(kind: &str, statement: &Map<String, Value>, history: &History) -> Vec<Self> {
        let targets = targets(kind, statement).into_iter();
        let others = targets.filter(|(group, path)| !history.is_for_a_while(*group, path));
        let one = |(group, now): Name| Self { group, before: history.before(group, &now), now };
        others.map(one).collect()
    }

    fn is_in_schema(&self) -> bool {
        match self.group {
            Group::Other(of) => word(of).is_some_and(|(_, in_schema)| in_schema),
            _ => true,
        }
    }

    /// The name of a relation that is named without its schema, so that the search path decides which one it is.
    pub(super) fn unqualified(&self) -> Option<&str> {
        let bare = self.group == Group::Relation && self.now.len() < 2;
        self.now.first().filter(|_| bare).map(String::as_str)
    }

    /// As [`PlannedStep::touches`] has it.
    pub(super) fn shown(&self) -> String {
        if self.group == Group::of(ObjectType::ObjectDefacl) {
            return format!("default privileges {}", self.now.join("."));
        }
        let path: Vec<String> = self.now.iter().map(|part| ident(part)).collect();
        let word = match self.group {
            Group::Type => "type",
            Group::Routine => "routine",
            Group::Other(of) => word(of).map_or("object", |(word, _)| word),
            _ => "relation",
        };
        format!("{word} {}", path.join("."))
    }
}

/// The relations, types and routines that a statement changes, by the names in it.
fn targets(kind: &str, statement: &Map<String, Value>) -> Vec<Name> {
    let relation = |key: &str| range(statement.get(key)).map(|path| (Group::Relation, path));
    let object = |key: &str, of: ObjectType| {
        statement.get(key).map(|object| (Group::of(of), path_of(object)))
    };
    let known = |name: &Name| {
        let known = match name.0 {
            Group::Relation | Group::Type | Group::Routine => true,
            Group::Other(of) => word(of).is_some(),
            Group::Column | Group::Attribute => false,
        };
        known && !name.1.is_empty()
    };
    let named = |key: &str, of: ObjectType| {
        let name = text(statement, key);
        (!name.is_empty()).then(|| (Group::of(of), vec![name.to_owned()]))
    };
    let found: Vec<Name> = match kind {
        "AlterTableStmt" => {
            let of_type = object_type(statement, "objtype") == Some(ObjectType::ObjectType);
            let own = range(statement.get("relation"))
                .map(|path| (if of_type { Group::Type } else { Group::Relation }, path));
            own.into_iter()
                .chain(
                    commands(statement).filter_map(other_table).map(|path| (Group::Relation, path)),
                )
                .collect()
        }
        "AlterSeqStmt" => {
            let owner = owner(statement).and_then(|(mut path, is_column)| {
                path.pop();
                is_column.then_some((Group::Relation, path))
            });
            relation("sequence").into_iter().chain(owner).collect()
        }
        "SelectStmt" => {
            let set = Set::of(kind, statement).map(Set::relation);
            set.map(|path| (Group::Relation, path)).into_iter().collect()
        }
        "AlterDefaultPrivilegesStmt" => defaults(statement),
        "AlterDomainStmt" => object("type_name", ObjectType::ObjectDomain).into_iter().collect(),
        "AlterEnumStmt" | "AlterTypeStmt" => {
            object("type_name", ObjectType::ObjectType).into_iter().collect()
        }
        "AlterEventTrigStmt" => {
            named("trigname", ObjectType::ObjectEventTrigger).into_iter().collect()
        }
        "AlterPublicationStmt" => {
            named("pubname", ObjectType::ObjectPublication).into_iter().collect()
        }
        "AlterSubscriptionStmt" | "DropSubscriptionStmt" => {
            named("subname", ObjectType::ObjectSubscription).into_iter().collect()
        }
        "AlterExtensionStmt" => named("extname", ObjectType::ObjectExtension).into_iter().collect(),
        "AlterFdwStmt" => named("fdwname", ObjectType::ObjectFdw).into_iter().collect(),
        "AlterForeignServerStmt" => {
            named("servername", ObjectType::ObjectForeignServer).into_iter().collect()
        }
        "AlterUserMappingStmt" | "DropUserMappingStmt" => {
            vec![(Group::of(ObjectType::ObjectUserMapping), mapping(statement))]
        }
        "AlterStatsStmt" => {
            object("defnames", ObjectType::ObjectStatisticExt).into_iter().collect()
        }
        "AlterTsconfigurationStmt" => {
            object("cfgname", ObjectType::ObjectTsconfiguration).into_iter().collect()
        }
        "AlterTsdictionaryStmt" => {
            object("dictname", ObjectType::ObjectTsdictionary).into_iter().collect()
        }
        "AlterOperatorStmt" => object("opername", ObjectType::ObjectOperator).into_iter().collect(),
        "CommentStmt" | "SecLabelStmt" => {
            let of = object_type(statement, "objtype");
            of.and_then(|of| Some(remarked(of, statement.get("object")?))).into_iter().collect()
        }
        "IndexStmt" | "CreateTrigStmt" | "RuleStmt" | "InsertStmt" | "UpdateStmt" => {
            relation("relation").into_iter().collect()
        }
        "CreatePolicyStmt" | "AlterPolicyStmt" => relation("table").into_iter().collect(),
        "RenameStmt" | "AlterObjectSchemaStmt" => {
            let key = if kind == "RenameStmt" { "rename_type" } else { "object_type" };
            let of = object_type(statement, key);
            let named = of.and_then(|of| object("object", of).or_else(|| named("subname", of)));
            relation("relation").or(named).into_iter().collect()
        }
        "DropStmt" => {
            let part = object_type(statement, "remove_type").is_some_and(|of| {
                matches!(
                    of,
                    ObjectType::ObjectTrigger | ObjectType::ObjectPolicy | ObjectType::ObjectRule
                )
            });
            let dropped = drops(kind, statement).into_iter();
            // A trigger, a policy and a rule stand behind their table.
            dropped
                .map(|(group, mut path)| {
                    if part {
                        path.pop();
                        return (Group::Relation, path);
                    }
                    (group, path)
                })
                .collect()
        }
        "GrantStmt" => {
            let of = object_type(statement, "objtype").map(Group::of);
            let one = |object: &Value| {
                Some(match range(Some(object)) {
                    Some(path) => (Group::Relation, path),
                    None => (of?, path_of(object)),
                })
            };
            list(statement, "objects").iter().filter_map(one).collect()
        }
        "AlterFunctionStmt" => object("func", ObjectType::ObjectFunction).into_iter().collect(),
        "AlterExtensionContentsStmt" => {
            let of = object_type(statement, "objtype");
            of.and_then(|of| object("object", of)).into_iter().collect()
        }
        _ => made(kind, statement).into_iter().collect(),
    };
    found.into_iter().filter(known).collect()
}

/// The default privileges that a statement changes, as an id names them.
fn defaults(statement: &Map<String, Value>) -> Vec<Name> {
    let of = |option: &str| -> Vec<String> {
        let options = list(statement, "options").iter().filter_map(|it| fields(it, "DefElem"));
        let mut names = Vec::new();
        for option in options.filter(|it| text(it, "defname") == option) {
            let listed = option.get("arg").and_then(|arg| fields(arg, "List"));
            for item in listed.map_or(&[][..], |listed| list(listed, "items")) {
                match fields(item, "RoleSpec") {
                    Some(role) => names.push(text(role, "rolename").to_owned()),
                    None => names.extend(path_of(item)),
                }
            }
        }
        names
    };
    let (mut roles, schemas) = (of("roles"), of("schemas"));
    if roles.is_empty() {
        roles.push(String::new());
    }
    let one = |role: &String| -> Vec<String> {
        // The connected role has no name here.
        let role = if role.is_empty() { "the connected role" } else { role };
        if schemas.is_empty() {
            return vec![format!("for role {role}")];
        }
        schemas.iter().map(|schema| format!("for role {role} in schema {schema}")).collect()
    };
    let group = Group::of(ObjectType::ObjectDefacl);
    roles.iter().flat_map(one).map(|name| (group, vec![name])).collect()
}

/// What a comment or a label is on, or what that is a part of.
fn remarked(of: ObjectType, object: &Value) -> Name {
    let mut path = path_of(object);
    match of {
        ObjectType::ObjectColumn
        | ObjectType::ObjectPolicy
        | ObjectType::ObjectRule
        | ObjectType::ObjectTabconstraint
        | ObjectType::ObjectTrigger => {
            path.pop();
            (Group::Relation, path)
        }
        of => (Group::of(of), path),
    }
}

/// How an object of another sort is called, by the number of its `ObjectType`, and whether it is in a schema; `None`: it
/// has no name that ids could be compared with.
fn word(of: i32) -> Option<(&'static str, bool)> {
    Some(match ObjectType::try_from(of).ok()? {
        ObjectType::ObjectAccessMethod => ("access method", false),
        ObjectType::ObjectCollation => ("collation", true),
        ObjectType::ObjectConversion => ("conversion", true),
        ObjectType::ObjectDefacl => ("default privileges", false),
        ObjectType::ObjectEventTrigger => ("event trigger", false),
        ObjectType::ObjectExtension => ("extension", false),
        ObjectType::ObjectFdw => ("foreign data wrapper", false),
        ObjectType::ObjectForeignServer => ("server", false),
        ObjectType::ObjectLanguage => ("language", false),
        ObjectType::ObjectOperator => ("operator", true),
        ObjectType::ObjectPublication => ("publication", false),
        ObjectType::ObjectSchema => ("schema", false),
        ObjectType::ObjectStatisticExt => ("statistics", true),
        ObjectType::ObjectSubscription => ("subscription", false),
        ObjectType::ObjectTsconfiguration => ("text search configuration", true),
        ObjectType::ObjectTsdictionary => ("text search dictionary", true),
        ObjectType::ObjectTsparser => ("text search parser", true),
        ObjectType::ObjectTstemplate => ("text search template", true),
        ObjectType::ObjectUserMapping => ("user mapping", false),
        _ => return None,
    })
}

/// Whether a GRANT is of named objects, and not of all that a schema has.
pub(super) fn grants_on_named(statement: &Map<String, Value>) -> bool {
    choice(statement, "targtype") == Some(GrantTargetType::AclTargetObject)
}
