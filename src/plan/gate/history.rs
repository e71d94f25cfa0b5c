//! What the statements of a plan make, rename, save and take over, and what each destroys by that.

use std::collections::{BTreeMap, BTreeSet};

use pg_query::protobuf::{AlterTableType as Do, ObjectType};
use serde_json::{Map, Value};

use super::Loss;
use super::counter::{self, Set};
use super::moves::{self, Tie};
use super::named::{
    CASCADE, Group, Name, commands, dropped_role, drops, is_top, made, mapping, mentions,
    object_type, path_of, range,
};
use super::powers;
use super::routine::{self, Routine};
use super::rows::Rows;
use crate::hazard::Hazard;
use crate::sql::tree::{self, list, number, text};

/// What the statements of a plan make, rename, save and restore.
pub(super) struct History {
    /// Every name that a statement makes, but for routines, with the number of the last that does.
    made: BTreeMap<Name, usize>,
    /// The routines that a statement makes, with its number: overloads share a name.
    routines: Vec<(usize, Routine)>,
    /// Names that objects got by the renames so far, and the names that they had before the plan; of columns and attributes
    /// below the name that their table or type had before.
    old_names: BTreeMap<Name, Vec<String>>,
    /// What goes with another object, by the statements so far, with the names from before the plan.
    ties: Vec<Tie>,
    /// The types of which the statements so far make something that may hold values, by the names that they have now.
    used: BTreeSet<Vec<String>>,
    /// Rows that are saved and restored.
    pub(super) rows: Rows,
    /// Sequences whose position another sequence takes over, by the name that they have then, with the number of the
    /// first statement that does.
    counted_on: BTreeMap<Vec<String>, usize>,
    /// The columns that get a sequence of their own, and those sequences, with the number of the first statement that gives them one.
    numbered: BTreeMap<Vec<String>, usize>,
    /// The last statement that drops each name.
    dropped: BTreeMap<Name, usize>,
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
            ties: Vec::new(),
            used: BTreeSet::new(),
            counted_on: BTreeMap::new(),
            numbered: BTreeMap::new(),
            dropped: BTreeMap::new(),
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
            history.dropped.extend(drops(kind, fields).into_iter().map(|name| (name, step)));
            for column in counter::numbered(kind, fields) {
                history.numbered.entry(column).or_insert(step);
            }
            if *kind == "SelectStmt"
                && let [from] = list(fields, "from_clause")
                && let Some((from, target)) = range(Some(from)).zip(fields.get("target_list"))
                && counter::takes_over(target, &from)
            {
                history.counted_on.entry(from).or_insert(step);
            }
        }
        history
    }

    /// The path that an object had before the plan.
    pub(super) fn before(&self, group: Group, path: &[String]) -> Vec<String> {
        let of = match group {
            Group::Column => Some(Group::Relation),
            Group::Attribute => Some(Group::Type),
            _ => None,
        };
        if let Some((of, (part, whole))) = of.zip(path.split_last()) {
            let mut path = self.before(of, whole);
            path.push(part.clone());
            return self.old_names.get(&(group, path.clone())).cloned().unwrap_or(path);
        }
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

    /// Whether an object of that name is made and dropped again by one transaction, so that no one else ever sees it.
    pub(super) fn is_for_a_while(&self, group: Group, path: &[String]) -> bool {
        let name = (group, path.to_vec());
        let both = self.made.get(&name).zip(self.dropped.get(&name));
        both.is_some_and(|(made, dropped)| {
            made < dropped
                && self.rows.together(*made, *dropped)
                && !self.rows.moves(path, *made..*dropped)
        })
    }

    /// Whether a statement sets a counter that the plan has made before, or from what it counts for itself.
    pub(super) fn may_set(&self, statement: &Map<String, Value>, step: usize) -> bool {
        match Set::of("SelectStmt", statement) {
            None => false,
            Some(_) if !counter::goes_on(statement) => true,
            Some(Set::Sequence(path)) => {
                let made = self.made.get(&(Group::Relation, path.clone()));
                let made = made.or_else(|| self.numbered.get(&path));
                made.is_some_and(|made| *made < step && !self.rows.moves(&path, *made..step))
            }
            Some(Set::OfColumn(path)) => self.numbered.get(&path).is_some_and(|made| {
                let mut table = path.clone();
                table.pop();
                *made < step && !self.rows.moves(&table, *made..step)
            }),
        }
    }

    pub(super) fn losses(&self, step: usize, kind: &str, fields: &Map<String, Value>) -> Vec<Loss> {
        match kind {
            "DropStmt" => self.drop(step, fields),
            "CreateRoleStmt" | "AlterRoleStmt" => {
                powers::powers(kind, fields).into_iter().collect()
            }
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
            "AlterTableStmt" => self.alter(step, fields),
            "GrantRoleStmt" => powers::memberships(fields),
            _ => Vec::new(),
        }
    }

    /// What goes with an object that a statement drops, by what the plan has tied to it.
    fn tied(&self, step: usize, group: Group, path: &[String]) -> Vec<Loss> {
        let dropped = (group, self.before(group, path));
        let kept = self.rows.kept(path, step);
        let with = |to: &Name| {
            // A sequence goes with its column, and that with its table.
            let table = to.0 == Group::Column && group == Group::Relation;
            *to == dropped || table && to.1.starts_with(&dropped.1)
        };
        let goes = |tie: &&Tie| {
            let saved = kept.as_ref().is_some_and(|kept| tie.is_partition && tie.step < kept.since);
            let counts_on = self.counted_on.get(&tie.what.1).is_some_and(|taken| *taken < step);
            tie.to.as_ref().is_some_and(with) && !saved && !counts_on
        };
        let lost = self.ties.iter().filter(goes).map(|tie| Loss {
            gate: Hazard::DataLoss,
            path: tie.what.1.clone(),
            now: tie.what.1.clone(),
            group: tie.what.0,
            used: true,
        });
        lost.collect()
    }

    /// What the statements so far tie, by the names from before the plan.
    pub(super) fn ties(&self) -> &[Tie] {
        &self.ties
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
            vec![Loss { gate: Hazard::UndeclaredDrop, path: old, now: path, group, used: false }]
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
        vec![Loss { gate: Hazard::UndeclaredDrop, path: old, now: path, group, used: false }]
    }

    fn drop(&self, step: usize, fields: &Map<String, Value>) -> Vec<Loss> {
        let Some(kind) = object_type(fields, "remove_type") else { return Vec::new() };
        let cascades = number(fields, "behavior") == CASCADE;
        let mut losses = Vec::new();
        for object in list(fields, "objects") {
            let (group, path) = (Group::of(kind), path_of(object));
            losses.extend(self.tied(step, group, &path));
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
                let used = group == Group::Type && self.is_used(&path);
                let (now, path) = (path.clone(), self.before(group, &path));
                losses.push(Loss { gate: Hazard::DataLoss, path, now, group, used });
            }
            if group == Group::Routine {
                losses.extend(self.undeclared_routine(step, object, path));
            } else if is_top(kind) && !aside {
                losses.extend(self.undeclared(step, group, path));
            }
        }
        losses
    }

    /// Whether the statements so far make something of a type that may hold values.
    fn is_used(&self, of: &[String]) -> bool {
        let is = |used: &Vec<String>| {
            used == of || (used.len() == 1 || of.len() == 1) && used.last() == of.last()
        };
        self.used.iter().any(is)
    }

    fn alter(&self, step: usize, fields: &Map<String, Value>) -> Vec<Loss> {
        let kind = object_type(fields, "objtype");
        let group = match kind {
            Some(ObjectType::ObjectTable) => Group::Column,
            Some(ObjectType::ObjectType) => Group::Attribute,
            _ => return Vec::new(),
        };
        let Some(relation) = range(fields.get("relation")) else { return Vec::new() };
        let used = group == Group::Attribute && self.is_used(&relation);
        let lost = commands(fields).flat_map(|command| {
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
            let now: Vec<String> = relation.iter().cloned().chain([column.to_owned()]).collect();
            let path = self.before(group, &now);
            let mut losses = Vec::new();
            if subtype == Do::AtDropColumn as i64 {
                losses.extend(self.tied(step, group, &now));
            }
            losses.extend(lost.then_some(Loss { gate: Hazard::DataLoss, path, now, group, used }));
            losses
        });
        lost.collect()
    }

    /// Follows what a statement renames, ties and uses.
    pub(super) fn follow(&mut self, step: usize, kind: &str, fields: &Map<String, Value>) {
        for tie in moves::ties(step, kind, fields) {
            let before = |(group, path): Name| (group, self.before(group, &path));
            let tie = Tie { what: before(tie.what), to: tie.to.map(before), ..tie };
            self.ties.retain(|other| other.what != tie.what);
            self.ties.push(tie);
        }
        if HOLDS.contains(&kind) {
            fields.values().for_each(|value| types(value, &mut self.used));
        }
        self.renamed(kind, fields);
    }

    fn renamed(&mut self, kind: &str, fields: &Map<String, Value>) {
        let moved = match kind {
            "RenameStmt" => object_type(fields, "rename_type"),
            "AlterObjectSchemaStmt" => object_type(fields, "object_type"),
            _ => None,
        };
        let Some(moved) = moved else { return };
        let relation = range(fields.get("relation"));
        if let (Some(group), Some(of)) = (part(moved), &relation) {
            let path = |key: &str| -> Vec<String> {
                of.iter().cloned().chain([text(fields, key).to_owned()]).collect()
            };
            let (old, new) = (self.before(group, &path("subname")), path("newname"));
            let whole = if group == Group::Column { Group::Relation } else { Group::Type };
            let mut at = self.before(whole, of);
            at.extend(new.last().cloned());
            self.old_names.insert((group, at), old);
            return;
        }
        let path = relation
            .or_else(|| fields.get("object").map(path_of))
            .unwrap_or_else(|| vec![text(fields, "subname").to_owned()]);
        // What else is inside a table keeps its path but for the last part, and is not followed.
        if !is_top(moved) && Group::of(moved) != Group::Relation || path.is_empty() {
            return;
        }
        let group = Group::of(moved);
        let old = self.before(group, &path);
        let mut new = path.clone();
        match (kind, new.len()) {
            ("AlterObjectSchemaStmt", 2..) => new[0] = text(fields, "newschema").to_owned(),
            ("RenameStmt", at) => new[at - 1] = text(fields, "newname").to_owned(),
            _ => return,
        }
        if group == Group::Type && self.used.remove(&path) {
            self.used.insert(new.clone());
        }
        self.old_names.insert((group, new), old);
    }
}

/// Statements that make what may hold values, and name the types of those.
const HOLDS: &[&str] = &[
    "AlterTableStmt",
    "CompositeTypeStmt",
    "CreateDomainStmt",
    "CreateForeignTableStmt",
    "CreateRangeStmt",
    "CreateStmt",
    "CreateTableAsStmt",
];

/// The sort of the parts of relations and types that get another name.
fn part(of: ObjectType) -> Option<Group> {
    match of {
        ObjectType::ObjectColumn => Some(Group::Column),
        ObjectType::ObjectAttribute => Some(Group::Attribute),
        _ => None,
    }
}

/// Adds the types that a statement names.
fn types(value: &Value, found: &mut BTreeSet<Vec<String>>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| types(item, found)),
        Value::Object(map) => {
            if map.contains_key("names") {
                found.insert(path_of(value));
            }
            map.values().for_each(|inner| types(inner, found));
        }
        _ => {}
    }
}
