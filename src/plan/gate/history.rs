//! What the statements of a plan make, rename, save and take over, and what each destroys by that.

use std::collections::{BTreeMap, BTreeSet};

use pg_query::protobuf::{AlterTableType as Do, ObjectType};
use serde_json::{Map, Value};

use super::Loss;
use super::named::{
    CASCADE, Group, Name, changed_of_cluster, commands, dropped_role, is_top, made, mapping,
    mentions, object_type, path_of, range, says,
};
use super::routine::{self, Routine};
use super::rows::Rows;
use crate::hazard::Hazard;
use crate::sql::quote::ident;
use crate::sql::tree::{self, list, number, text};

/// What the statements of a plan make, rename, save and restore.
pub(super) struct History {
    /// Every name that a statement makes, but for routines, with the number of the last that does.
    made: BTreeMap<Name, usize>,
    /// The routines that a statement makes, with its number: overloads share a name.
    routines: Vec<(usize, Routine)>,
    /// Names that objects got by the renames so far, and the names that they had before the plan.
    old_names: BTreeMap<Name, Vec<String>>,
    /// Rows that are saved and restored.
    pub(super) rows: Rows,
    /// The statements that give a relation or a column another name.
    renames: BTreeSet<usize>,
    /// Sequences whose position another sequence takes over, by the name that they have then, with the number of the
    /// first statement that does.
    counted_on: BTreeMap<Vec<String>, usize>,
    /// Columns that are added, with the number of the statement.
    added: BTreeMap<Vec<String>, usize>,
}

impl History {
    pub(super) fn of(
        statements: &[Option<(&str, &Map<String, Value>)>],
        transactions: &[usize],
    ) -> Self {
        let mut history = Self {
            made: BTreeMap::new(),
            routines: Vec::new(),
            old_names: BTreeMap::new(),
            rows: Rows::of(statements, transactions),
            renames: BTreeSet::new(),
            counted_on: BTreeMap::new(),
            added: BTreeMap::new(),
        };
        for (step, statement) in statements.iter().enumerate() {
            let Some((kind, fields)) = statement else { continue };
            match made(kind, fields) {
                Some((Group::Routine, path)) => {
                    let arguments = routine::made(fields);
                    history.routines.push((step, Routine { path, arguments }));
                }
                made => history.made.extend(made.map(|made| (made, step))),
            }
            match *kind {
                "SelectStmt" => {
                    let from = match list(fields, "from_clause") {
                        [from] => range(Some(from)),
                        _ => None,
                    };
                    let target = fields.get("target_list");
                    if let Some((from, target)) = from.zip(target)
                        && takes_over(target, &from)
                    {
                        history.counted_on.entry(from).or_insert(step);
                    }
                }
                "RenameStmt" | "AlterObjectSchemaStmt" => {
                    history.renames.insert(step);
                }
                "AlterTableStmt" => {
                    for column in commands(fields)
                        .filter(|command| number(command, "subtype") == Do::AtAddColumn as i64)
                        .filter(|command| !command.contains_key("missing_ok"))
                    {
                        let def = column.get("def").and_then(|def| tree::fields(def, "ColumnDef"));
                        if let (Some(mut path), Some(def)) = (range(fields.get("relation")), def) {
                            path.push(text(def, "colname").to_owned());
                            history.added.entry(path).or_insert(step);
                        }
                    }
                }
                _ => {}
            }
        }
        history
    }

    /// The path that an object had before the plan.
    pub(super) fn before(&self, group: Group, path: &[String]) -> Vec<String> {
        if let Some(old) = self.old_names.get(&(group, path.to_vec())) {
            return old.clone();
        }
        let schema = (Group::Other(ObjectType::ObjectSchema as i32), path[..1].to_vec());
        match self.old_names.get(&schema).filter(|_| path.len() > 1) {
            Some(old) => old.iter().chain(&path[1..]).cloned().collect(),
            None => path.to_vec(),
        }
    }

    /// Whether a statement of the plan makes an object of that name. A routine may be one that is replaced.
    pub(super) fn makes(&self, group: Group, path: &[String]) -> bool {
        self.made.contains_key(&(group, path.to_vec()))
    }

    /// Whether the transaction has added the column before the statement, and has given nothing another name since.
    pub(super) fn is_added(&self, column: &[String], step: usize) -> bool {
        let added = self.added.get(column).filter(|added| {
            column.len() == 3 && **added < step && self.rows.together(**added, step)
        });
        added.is_some_and(|added| self.renames.range(added..&step).next().is_none())
    }

    pub(super) fn losses(&self, step: usize, kind: &str, fields: &Map<String, Value>) -> Vec<Loss> {
        match kind {
            "DropStmt" => self.drop(step, fields),
            "CreateRoleStmt" | "AlterRoleStmt" => powers(kind, fields).into_iter().collect(),
            "DropUserMappingStmt" => {
                let group = Group::Other(ObjectType::ObjectUserMapping as i32);
                self.undeclared(step, group, mapping(fields))
            }
            "DropSubscriptionStmt" => {
                let path = vec![text(fields, "subname").to_owned()];
                self.undeclared(step, Group::Other(ObjectType::ObjectSubscription as i32), path)
            }
            "DropRoleStmt" => dropped_role(fields).map_or_else(Vec::new, |name| {
                self.undeclared(step, Group::of(ObjectType::ObjectRole), vec![name])
            }),
            "AlterTableStmt" => self.alter(fields),
            _ => Vec::new(),
        }
    }

    /// Whether what is made in a statement takes the place of what another drops: under the same name after that, or
    /// under the name that it had before the plan.
    fn replaces(made: usize, drop: usize, renamed: bool) -> bool {
        renamed || made > drop
    }

    /// A drop of what the plan does not make again.
    fn undeclared(&self, step: usize, group: Group, path: Vec<String>) -> Vec<Loss> {
        let old = self.before(group, &path);
        let again = [&path, &old].iter().any(|name| {
            let made = self.made.get(&(group, (*name).clone()));
            made.is_some_and(|made| Self::replaces(*made, step, **name != path))
        });
        if again {
            Vec::new()
        } else {
            vec![Loss { gate: Hazard::UndeclaredDrop, path: old, now: path, group }]
        }
    }

    /// As [`History::undeclared`], for a routine: one of the same name with other arguments is another one.
    fn undeclared_routine(&self, step: usize, object: &Value, path: Vec<String>) -> Vec<Loss> {
        let group = Group::Routine;
        let old = self.before(group, &path);
        let arguments = routine::dropped(object);
        let again = self.routines.iter().any(|(at, made)| {
            (made.path == path || made.path == old)
                && Self::replaces(*at, step, made.path != path)
                && routine::alike(&made.arguments, &arguments, &|of| self.before(Group::Type, of))
        });
        if again {
            return Vec::new();
        }
        vec![Loss { gate: Hazard::UndeclaredDrop, path: old, now: path, group }]
    }

    fn drop(&self, step: usize, fields: &Map<String, Value>) -> Vec<Loss> {
        let Some(kind) = object_type(fields, "remove_type") else { return Vec::new() };
        let cascades = number(fields, "behavior") == CASCADE;
        let mut losses = Vec::new();
        for object in list(fields, "objects") {
            let (group, path) = (Group::of(kind), path_of(object));
            let aside = kind == ObjectType::ObjectTable && self.rows.is_own(&path, step);
            let lost = match kind {
                ObjectType::ObjectTable => !aside && self.rows.kept(&path, step).is_none(),
                ObjectType::ObjectSequence => {
                    self.counted_on.get(&path).is_none_or(|taken| *taken > step)
                }
                ObjectType::ObjectExtension => true,
                // With a type go the columns of that type.
                ObjectType::ObjectType | ObjectType::ObjectDomain => cascades,
                _ => false,
            };
            if lost {
                let (now, path) = (path.clone(), self.before(group, &path));
                losses.push(Loss { gate: Hazard::DataLoss, path, now, group });
            }
            if group == Group::Routine {
                losses.extend(self.undeclared_routine(step, object, path));
            } else if is_top(kind) && !aside {
                losses.extend(self.undeclared(step, group, path));
            }
        }
        losses
    }

    fn alter(&self, fields: &Map<String, Value>) -> Vec<Loss> {
        let kind = object_type(fields, "objtype");
        let group = match kind {
            Some(ObjectType::ObjectTable) => Group::Column,
            Some(ObjectType::ObjectType) => Group::Attribute,
            _ => return Vec::new(),
        };
        let Some(relation) = range(fields.get("relation")) else { return Vec::new() };
        let of = if group == Group::Column { Group::Relation } else { Group::Type };
        let old = self.before(of, &relation);
        let lost = commands(fields).filter_map(|command| {
            let column = text(command, "name");
            let subtype = number(command, "subtype");
            let lost = if subtype == Do::AtDropColumn as i64 {
                true
            } else if subtype == Do::AtAlterColumnType as i64 {
                let def = command.get("def").and_then(|def| tree::fields(def, "ColumnDef"));
                let using = def.and_then(|def| def.get("raw_default"));
                using.is_some_and(|using| !mentions(using, column))
            } else {
                false
            };
            let path = |of: &[String]| of.iter().cloned().chain([column.to_owned()]).collect();
            let (path, now) = (path(&old), path(&relation));
            lost.then_some(Loss { gate: Hazard::DataLoss, path, now, group })
        });
        lost.collect()
    }

    /// Follows a rename.
    pub(super) fn renamed(&mut self, kind: &str, fields: &Map<String, Value>) {
        let moved = match kind {
            "RenameStmt" => object_type(fields, "rename_type"),
            "AlterObjectSchemaStmt" => object_type(fields, "object_type"),
            _ => None,
        };
        let Some(moved) = moved else { return };
        let path = range(fields.get("relation"))
            .or_else(|| fields.get("object").map(path_of))
            .unwrap_or_else(|| vec![text(fields, "subname").to_owned()]);
        // What is inside a table keeps its path but for the last part, and is not followed.
        if !is_top(moved) || path.is_empty() {
            return;
        }
        let group = Group::of(moved);
        let old = self.before(group, &path);
        let mut new = path;
        match (kind, new.len()) {
            ("AlterObjectSchemaStmt", 2..) => new[0] = text(fields, "newschema").to_owned(),
            ("RenameStmt", at) => new[at - 1] = text(fields, "newname").to_owned(),
            _ => return,
        }
        self.old_names.insert((group, new), old);
    }
}

/// Whether a SELECT gives the position of a sequence to another one.
fn takes_over(target: &Value, sequence: &[String]) -> bool {
    let name: Vec<String> = sequence.iter().map(|part| ident(part)).collect();
    mentions(target, "last_value") && !says(target, &name.join("."))
}

/// What a role gets that frees it from privileges, or lets it hand them out.
fn powers(kind: &str, statement: &Map<String, Value>) -> Option<Loss> {
    let powers = ["superuser", "bypassrls", "isreplication", "createrole"];
    let options = list(statement, "options").iter().filter_map(|it| tree::fields(it, "DefElem"));
    let gets = options
        .filter(|option| powers.contains(&text(option, "defname")))
        .any(|option| option.get("arg").is_some_and(tree::is_on));
    let role = changed_of_cluster(kind, statement)?.into_iter().next().filter(|_| gets)?;
    let path = vec![role.to_owned()];
    let group = Group::of(ObjectType::ObjectRole);
    Some(Loss { gate: Hazard::PrivilegeChange, path: path.clone(), now: path, group })
}
