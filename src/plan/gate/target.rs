//! What a statement changes, and whether the plan says so: an object of one of its changes, one that lives in such an
//! object or that such an object lives in, or something that the plan makes. Everything else that a statement changes
//! stands in [`PlannedStep::touches`], and is shown above it.

use std::collections::BTreeSet;

use pg_query::protobuf::{AlterTableType as Do, GrantTargetType, ObjectType};
use serde_json::{Map, Value};

use super::history::History;
use super::named::{Group, Name, commands, drops, object_type, path_of, range};
use crate::id::Id;
use crate::kind::Kind;
use crate::plan::Change;
use crate::sql::quote::ident;
use crate::sql::tree::{choice, fields, list, number, text};

/// What a plan says that it changes.
pub(super) struct Said<'a>(BTreeSet<Vec<&'a str>>);

impl<'a> Said<'a> {
    /// The objects of the changes, under their old names too.
    pub(super) fn of(changes: &'a [Change]) -> Self {
        let ids =
            changes.iter().flat_map(|change| std::iter::once(&change.object).chain(&change.from));
        let paths = |id: &'a Id| {
            let above = id.path.len().saturating_sub(1);
            let own = id.path[..above].iter().map(String::as_str).chain([id.bare_name()]);
            let index = Kind::INDEXES.contains(&id.kind);
            let beside = index.then(|| vec![id.first(), id.name()]);
            std::iter::once(own.collect()).chain(beside)
        };
        Self(ids.flat_map(paths).collect())
    }

    /// Whether a target is one of them, lives in one, or has one living in it, under either of its names.
    pub(super) fn covers(&self, target: &Target) -> bool {
        self.has(&target.now) || self.has(&target.before)
    }

    /// A schema says nothing of what is in it.
    fn has(&self, path: &[String]) -> bool {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let within = |of: usize| of > 1 && self.0.contains(&path[..of]);
        self.0.contains(&path)
            || (2..=path.len()).any(within)
            || path.len() > 1
                && self.0.range(path.clone()..).next().is_some_and(|said| said.starts_with(&path))
    }
}

/// An object that a statement changes and the plan does not make.
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
        let others = targets.filter(|(group, path)| !history.makes(*group, path));
        let one = |(group, now): Name| Self { group, before: history.before(group, &now), now };
        others.map(one).collect()
    }

    /// The name of a relation that is named without its schema, so that the search path decides which one it is.
    pub(super) fn unqualified(&self) -> Option<&str> {
        let bare = self.group == Group::Relation && self.now.len() < 2;
        self.now.first().filter(|_| bare).map(String::as_str)
    }

    /// As [`PlannedStep::touches`] has it.
    pub(super) fn shown(&self) -> String {
        let path: Vec<String> = self.now.iter().map(|part| ident(part)).collect();
        let word = match self.group {
            Group::Type => "type",
            Group::Routine => "routine",
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
        matches!(name.0, Group::Relation | Group::Type | Group::Routine) && !name.1.is_empty()
    };
    let found: Vec<Name> = match kind {
        "AlterTableStmt" => {
            let of_type = object_type(statement, "objtype") == Some(ObjectType::ObjectType);
            let own = range(statement.get("relation"))
                .map(|path| (if of_type { Group::Type } else { Group::Relation }, path));
            own.into_iter().chain(commands(statement).filter_map(other_table)).collect()
        }
        "AlterSeqStmt" => {
            let owner = list(statement, "options").iter().filter_map(|option| {
                let option = fields(option, "DefElem")?;
                let mut path = (text(option, "defname") == "owned_by")
                    .then(|| option.get("arg").map(path_of))??;
                path.pop();
                (!path.is_empty()).then_some((Group::Relation, path))
            });
            relation("sequence").into_iter().chain(owner).collect()
        }
        "IndexStmt" | "CreateTrigStmt" | "RuleStmt" | "InsertStmt" | "UpdateStmt" => {
            relation("relation").into_iter().collect()
        }
        "CreatePolicyStmt" | "AlterPolicyStmt" => relation("table").into_iter().collect(),
        "RenameStmt" | "AlterObjectSchemaStmt" => {
            let key = if kind == "RenameStmt" { "rename_type" } else { "object_type" };
            let named = object_type(statement, key).and_then(|of| object("object", of));
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
        "CreateFunctionStmt" => {
            object("funcname", ObjectType::ObjectFunction).into_iter().collect()
        }
        "AlterExtensionContentsStmt" => {
            let of = object_type(statement, "objtype");
            of.and_then(|of| object("object", of)).into_iter().collect()
        }
        _ => Vec::new(),
    };
    found.into_iter().filter(known).collect()
}

/// The other table of ATTACH, DETACH, INHERIT and NO INHERIT.
fn other_table(command: &Map<String, Value>) -> Option<Name> {
    let does = |of: Do| number(command, "subtype") == of as i64;
    let def = command.get("def")?;
    let path = if does(Do::AtAttachPartition) || does(Do::AtDetachPartition) {
        range(fields(def, "PartitionCmd")?.get("name"))
    } else if does(Do::AtAddInherit) || does(Do::AtDropInherit) {
        range(Some(def))
    } else {
        None
    };
    path.map(|path| (Group::Relation, path))
}

/// Whether a GRANT is of named objects, and not of all that a schema has.
pub(super) fn grants_on_named(statement: &Map<String, Value>) -> bool {
    choice(statement, "targtype") == Some(GrantTargetType::AclTargetObject)
}
