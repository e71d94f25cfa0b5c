//! The pass `gate`: what the statements themselves destroy, from their parse trees alone. A saved plan says its
//! hazards too, and whoever edits the file can edit those; here they are derived again from what will run.
//!
//! Data is lost by dropping a table, a column, an attribute, a sequence or an extension, and by a conversion that does
//! not look at the old value. A table whose rows the plan itself saves and restores loses none, but for the columns that
//! it leaves out ([`rows`]), nor does a sequence whose position another one takes over. What a statement cannot tell, whether a column is computed, stands in
//! [`PlannedStep::harmless`], and is compared with the database before anything runs ([`excuse`]). A loss is said of the
//! object that the step is for, so that what is allowed of one object is not allowed of another.

mod block;
pub(crate) mod excuse;
mod form;
mod routine;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pg_query::protobuf::{AlterTableType as Do, ObjectType};
use serde_json::{Map, Value};

use super::{Change, PlannedStep, Transaction};
use crate::catalog::Catalog;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::kind::{Kind, abilities};
use crate::sql::piece;
use crate::sql::quote::ident;
use crate::sql::tree::{self, Class, fields, list, node, number, text};
use crate::step::StepHazard;
use routine::Routine;
use rows::{Kept, Rows};

/// What the names of objects are compared by: two objects of one group may not have the same name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Group {
    Relation,
    Column,
    Attribute,
    Type,
    Routine,
    /// An object of another sort, by the number of its `ObjectType`.
    Other(i32),
}

impl Group {
    fn of(kind: ObjectType) -> Self {
        match kind {
            ObjectType::ObjectTable
            | ObjectType::ObjectForeignTable
            | ObjectType::ObjectView
            | ObjectType::ObjectMatview
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

type Name = (Group, Vec<String>);

/// What one statement destroys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Loss {
    /// The hazard that has to say so.
    pub(crate) gate: Hazard,
    /// Its path, by the names from before the plan.
    path: Vec<String>,
    /// Its path, as the statement has it.
    now: Vec<String>,
    group: Group,
}

impl Loss {
    /// How [`PlannedStep::harmless`] names it: `column public.client.total`.
    pub(crate) fn key(&self) -> String {
        let word = match self.group {
            Group::Relation => "relation",
            Group::Column => "column",
            Group::Attribute => "attribute",
            Group::Type => "type",
            Group::Routine => "routine",
            Group::Other(_) => "object",
        };
        let path: Vec<String> = self.path.iter().map(|part| ident(part)).collect();
        format!("{word} {}", path.join("."))
    }

    /// Whether its name has a schema, if it lives in one.
    fn is_qualified(&self) -> bool {
        self.now.len()
            >= match self.group {
                Group::Relation | Group::Type | Group::Routine => 2,
                Group::Column | Group::Attribute => 3,
                Group::Other(_) => 1,
            }
    }

    /// Whether it is of the object or of a part of it. Of other sorts of objects the path says nothing that could be
    /// compared.
    fn concerns(&self, object: &Id) -> bool {
        let path: Vec<&str> = match object.path.split_last() {
            Some((_, above)) => {
                above.iter().map(String::as_str).chain([object.bare_name()]).collect()
            }
            None => Vec::new(),
        };
        let of = |loss: &Vec<String>| {
            path.len() > 1
                && loss.len() >= path.len()
                && loss.iter().zip(&path).all(|(a, b)| a == b)
        };
        matches!(self.group, Group::Other(_)) || of(&self.path) || of(&self.now)
    }

    fn message(&self) -> String {
        let key = self.key();
        match (self.gate, self.group) {
            (Hazard::DataLoss, Group::Relation) => format!("what {key} holds is lost"),
            (Hazard::DataLoss, _) => format!("values of {key} are lost"),
            _ => format!("{key} is dropped and not made again"),
        }
    }
}

/// A statement that no plan contains, by its number from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Foreign {
    /// The number of the statement.
    pub(crate) step: usize,
    /// Why it is none of a plan's.
    pub(crate) why: String,
}

/// Adds the hazards that the kinds have not said, and lists what only looks like a loss. `current` has the names that
/// the plan gives already.
pub(crate) fn gate(transactions: &mut [Transaction], current: &Catalog) {
    let may_lose = |step: &PlannedStep| {
        let sql = step.sql.as_str();
        sql.starts_with("DROP ")
            || sql.starts_with("ALTER ")
                && [" DROP ", " USING "].iter().any(|word| sql.contains(word))
    };
    if !transactions.iter().flat_map(|transaction| &transaction.steps).any(may_lose) {
        return;
    }
    let read = read(transactions);
    let gone = gone(transactions);
    let saved = read.saved.iter().map(|(kept, _)| kept.table.clone()).collect();
    let unsaved = read.unsaved(current);
    let steps = transactions.iter_mut().flat_map(|transaction| &mut transaction.steps);
    for (at, (step, losses)) in steps.zip(&read.losses).enumerate() {
        let said = step.hazards.iter().any(|hazard| hazard.name == Hazard::DataLoss);
        for (_, column) in unsaved.iter().filter(|(restores, _)| !said && *restores == at) {
            let column = column.last().map_or("", String::as_str);
            let message = format!("the values of column {column} are lost");
            step.hazards.push(StepHazard { name: Hazard::DataLoss, message });
        }
        for loss in losses {
            if step.hazards.iter().any(|hazard| hazard.name == loss.gate) {
                continue;
            }
            let goes = |id: &Id| gone.contains(id);
            if excuse::is_harmless(loss, &loss.now, &saved, &goes, current) {
                step.harmless.insert(loss.key());
            } else {
                step.hazards.push(StepHazard { name: loss.gate, message: loss.message() });
            }
        }
    }
}

/// Checks that a plan has no statement which no plan contains, and says all that its statements destroy, of the objects
/// that they destroy.
///
/// # Errors
/// The first statement that is otherwise, by its number from 0, and why.
pub(crate) fn check(transactions: &[Transaction], changes: &[Change]) -> Result<(), Foreign> {
    let Read { mut losses, foreign, saved, .. } = read(transactions);
    if let Some(foreign) = foreign {
        return Err(foreign);
    }
    // What is lost between saving and restoring is said where the rows are restored.
    for (Kept { table: now, restored: (step, _), .. }, path) in saved {
        let said = |hazard: &StepHazard| hazard.name == Hazard::DataLoss;
        if steps(transactions).nth(step).is_some_and(|planned| planned.hazards.iter().any(said)) {
            let (gate, group) = (Hazard::DataLoss, Group::Relation);
            losses[step].push(Loss { gate, path, now, group });
        }
    }
    for (step, (planned, losses)) in steps(transactions).zip(losses).enumerate() {
        let said = |gate: Hazard| planned.hazards.iter().any(|hazard| hazard.name == gate);
        for loss in &losses {
            let harmless = excuse::is_excusable(loss) && planned.harmless.contains(&loss.key());
            let why = if !loss.is_qualified() {
                format!("{}, and it is named without its schema", loss.message())
            } else if !said(loss.gate) && !harmless {
                format!("{}, and the plan does not say `{}`", loss.message(), loss.gate)
            } else if said(loss.gate)
                && !planned.object(changes).is_some_and(|object| loss.concerns(object))
            {
                let object = planned.object(changes).map_or("nothing".to_owned(), Id::to_string);
                format!("{}, and the plan says it of {object}", loss.message())
            } else {
                continue;
            };
            return Err(Foreign { step, why });
        }
    }
    Ok(())
}

/// What the plan says to be harmless and is not, by the database that it is to be applied to.
pub(crate) fn not_harmless(transactions: &[Transaction], current: &Catalog) -> Vec<String> {
    let read = read(transactions);
    let gone = gone(transactions);
    let goes = |id: &Id| gone.contains(id) && read.drops(id, current);
    let saved = read.saved_paths();
    let unsaved = read.unsaved(current);
    let mut found = Vec::new();
    for (step, (planned, losses)) in steps(transactions).zip(&read.losses).enumerate() {
        let said = |gate: Hazard| planned.hazards.iter().any(|hazard| hazard.name == gate);
        for loss in losses.iter().filter(|loss| !said(loss.gate)) {
            let there = |path: &[String]| current.objects.keys().any(|id| id.path == path);
            let paths = [&loss.path, &loss.now].into_iter().filter(|path| there(path));
            let mut held =
                paths.map(|path| excuse::is_harmless(loss, path, &saved, &goes, current));
            if held.any(|harmless| !harmless) {
                found.push(loss.message());
            }
        }
        for (_, column) in unsaved.iter().filter(|(restores, _)| *restores == step) {
            if !said(Hazard::DataLoss) {
                found.push(format!("values of column {} are lost", column.join(".")));
            }
        }
    }
    found
}

fn steps(transactions: &[Transaction]) -> impl Iterator<Item = &PlannedStep> {
    transactions.iter().flat_map(|transaction| &transaction.steps)
}

/// The objects that the plan leaves no more.
fn gone(transactions: &[Transaction]) -> BTreeSet<Id> {
    let all = transactions.iter().flat_map(|transaction| &transaction.after);
    all.filter(|(_, after)| after.is_none()).map(|(id, _)| id.clone()).collect()
}

/// What the statements of a plan say.
struct Read {
    /// What each destroys.
    losses: Vec<Vec<Loss>>,
    /// The first that is none of a plan's.
    foreign: Option<Foreign>,
    /// The tables whose rows are saved and restored, with their names before the plan.
    saved: Vec<(Kept, Vec<String>)>,
    /// What the statements drop, by the names in them and before the plan.
    dropped: BTreeSet<Vec<String>>,
    /// Old and new names of columns.
    renames: rows::Renames,
}

impl Read {
    /// The saved tables by all their names.
    fn saved_paths(&self) -> BTreeSet<Vec<String>> {
        self.saved.iter().flat_map(|(kept, old)| [kept.table.clone(), old.clone()]).collect()
    }

    /// Whether a statement drops the object, or the table that it is a part of, or the parent of that.
    fn drops(&self, id: &Id, catalog: &Catalog) -> bool {
        if self.dropped.contains(&id.path) {
            return true;
        }
        let mut at = id.parents().into_iter().find(|parent| catalog.get(parent).is_some());
        for _ in 0..100 {
            let Some(table) = at else { return false };
            if self.dropped.contains(&table.path) {
                return true;
            }
            at = catalog.get(&table).and_then(|object| {
                object.attrs.as_child().and_then(abilities::Child::partition_parent)
            });
        }
        false
    }

    /// The columns of saved tables whose values are not saved, or not restored, with the number of the statement that
    /// restores. One that is computed has no values to be saved.
    fn unsaved(&self, catalog: &Catalog) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        for (kept, old) in &self.saved {
            let (step, restored) = &kept.restored;
            let table = [old, &kept.table].into_iter().find(|path| {
                catalog.objects.keys().any(|id| id.kind.def().holds_rows && id.path == **path)
            });
            let Some(table) = table else { continue };
            for kind in Kind::ALL.iter().filter(|kind| kind.def().shapes) {
                for (id, object) in catalog.below(*kind, table) {
                    let computed =
                        object.attrs.as_values().is_none_or(abilities::Values::is_computed);
                    let has = |columns| rows::has(columns, id.name(), &self.renames);
                    let kept = computed || has(&kept.saved) && has(restored);
                    if !kept {
                        found.push((*step, id.path.clone()));
                    }
                }
            }
        }
        found
    }
}

fn read(transactions: &[Transaction]) -> Read {
    let mut foreign = None;
    let mut parsed = Vec::new();
    for (step, planned) in steps(transactions).enumerate() {
        let read = piece::statement(&planned.sql).map_err(|error| error.to_string());
        let read = read.and_then(|()| {
            tree::parse(Class::Statements, &planned.sql).map_err(|error| error.to_string())
        });
        let read = read.and_then(|tree| match tree.as_array().map(Vec::as_slice) {
            Some([_]) => Ok(tree),
            _ => Err("it is not one statement".to_owned()),
        });
        match read {
            Ok(tree) => parsed.push(tree),
            Err(why) => {
                foreign = foreign.or(Some(Foreign { step, why }));
                parsed.push(Arc::default());
            }
        }
    }
    let statements: Vec<Option<(&str, &Map<String, Value>)>> =
        parsed.iter().map(|tree| tree.get(0).and_then(node)).collect();
    let mut history = History::of(&statements);
    let (mut losses, mut saved, mut dropped) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (step, statement) in statements.iter().enumerate() {
        let Some((kind, fields)) = statement else {
            losses.push(Vec::new());
            continue;
        };
        if let Err(why) = form::check(kind, fields, &history, step) {
            foreign = foreign.or(Some(Foreign { step, why }));
        }
        for (group, path) in drops(kind, fields) {
            if group == Group::Relation
                && let Some(kept) = history.rows.kept(&path, step)
            {
                saved.push((kept, history.before(group, &path)));
            }
            dropped.extend([history.before(group, &path), path]);
        }
        losses.push(history.losses(step, kind, fields));
        history.renamed(kind, fields);
    }
    let renames = rows::renames(&statements);
    Read { losses, foreign, saved, dropped, renames }
}

/// What the statements of a plan make, rename, save and restore.
struct History {
    /// Every name that a statement makes, but for routines, with the number of the last that does.
    made: BTreeMap<Name, usize>,
    /// The routines that a statement makes, with its number: overloads share a name.
    routines: Vec<(usize, Routine)>,
    /// Names that objects got by the renames so far, and the names that they had before the plan.
    old_names: BTreeMap<Name, Vec<String>>,
    /// Rows that are saved and restored.
    rows: Rows,
    /// The statements that give a relation or a column another name.
    renames: BTreeSet<usize>,
    /// Sequences whose position another sequence takes over, by the name that they have then.
    counted_on: BTreeSet<Vec<String>>,
    /// Columns that are added, with the number of the statement.
    added: BTreeMap<Vec<String>, usize>,
}

impl History {
    fn of(statements: &[Option<(&str, &Map<String, Value>)>]) -> Self {
        let mut history = Self {
            made: BTreeMap::new(),
            routines: Vec::new(),
            old_names: BTreeMap::new(),
            rows: Rows::of(statements),
            renames: BTreeSet::new(),
            counted_on: BTreeSet::new(),
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
                    if target.is_some_and(|list| mentions(list, "last_value")) {
                        history.counted_on.extend(from);
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
                        let def = column.get("def").and_then(|def| self::fields(def, "ColumnDef"));
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
    fn before(&self, group: Group, path: &[String]) -> Vec<String> {
        if let Some(old) = self.old_names.get(&(group, path.to_vec())) {
            return old.clone();
        }
        let schema = (Group::Other(ObjectType::ObjectSchema as i32), path[..1].to_vec());
        match self.old_names.get(&schema).filter(|_| path.len() > 1) {
            Some(old) => old.iter().chain(&path[1..]).cloned().collect(),
            None => path.to_vec(),
        }
    }

    /// Whether the plan has added the column before the statement, and has given nothing another name since.
    fn is_added(&self, column: &[String], step: usize) -> bool {
        let added = self.added.get(column).filter(|added| column.len() == 3 && **added < step);
        added.is_some_and(|added| self.renames.range(added..&step).next().is_none())
    }

    fn losses(&self, step: usize, kind: &str, fields: &Map<String, Value>) -> Vec<Loss> {
        match kind {
            "DropStmt" => self.drop(step, fields),
            "DropUserMappingStmt" => {
                let path = vec![text(fields, "servername").to_owned()];
                self.undeclared(step, Group::Other(ObjectType::ObjectUserMapping as i32), path)
            }
            "DropSubscriptionStmt" => {
                let path = vec![text(fields, "subname").to_owned()];
                self.undeclared(step, Group::Other(ObjectType::ObjectSubscription as i32), path)
            }
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
                ObjectType::ObjectSequence => !self.counted_on.contains(&path),
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
                let def = command.get("def").and_then(|def| self::fields(def, "ColumnDef"));
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
    fn renamed(&mut self, kind: &str, fields: &Map<String, Value>) {
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

/// `CASCADE` of the grammar's `DropBehavior`.
const CASCADE: i64 = 2;

fn object_type(fields: &Map<String, Value>, key: &str) -> Option<ObjectType> {
    ObjectType::try_from(i32::try_from(number(fields, key)).ok()?).ok()
}

/// Whether an object of that sort is no part of another.
fn is_top(kind: ObjectType) -> bool {
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

/// What a statement drops, by the names in it.
fn drops(kind: &str, statement: &Map<String, Value>) -> Vec<(Group, Vec<String>)> {
    match kind {
        "DropStmt" => {
            let group = object_type(statement, "remove_type").map(Group::of);
            let objects = list(statement, "objects").iter().map(path_of);
            group.map_or_else(Vec::new, |group| objects.map(|path| (group, path)).collect())
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

fn commands(statement: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    list(statement, "cmds").iter().filter_map(|command| fields(command, "AlterTableCmd"))
}

/// The path of a relation: its schema, if it is said, and its name.
fn range(value: Option<&Value>) -> Option<Vec<String>> {
    let value = value?;
    let range = fields(value, "RangeVar").or_else(|| value.as_object())?;
    range.contains_key("relname").then(|| {
        let parts = [text(range, "schemaname"), text(range, "relname")];
        parts.into_iter().filter(|part| !part.is_empty()).map(str::to_owned).collect()
    })
}

/// The names by which a statement calls an object, in order; of a routine without its arguments.
fn path_of(object: &Value) -> Vec<String> {
    let mut path = Vec::new();
    collect(object, &mut path);
    path
}

fn collect(value: &Value, path: &mut Vec<String>) {
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
fn made(kind: &str, fields: &Map<String, Value>) -> Option<Name> {
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
        "CreateUserMappingStmt" => (Group::of(ObjectType::ObjectUserMapping), named("servername")),
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
fn mentions(value: &Value, column: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(transactions: &[Transaction]) -> Result<(), Foreign> {
        check(transactions, &[])
    }

    fn planned(sqls: &[&str]) -> Vec<Transaction> {
        let step = |sql: &&str| PlannedStep { sql: (*sql).to_owned(), ..PlannedStep::default() };
        vec![Transaction {
            block: true,
            steps: sqls.iter().map(step).collect(),
            ..Transaction::default()
        }]
    }

    #[test]
    fn a_routine_is_made_again_only_with_the_same_arguments() {
        let create = |arguments: &str| {
            format!("CREATE FUNCTION s.f({arguments}) RETURNS int LANGUAGE sql RETURN 1")
        };
        for (drop, made, again) in [
            ("s.f(integer)", "a int, OUT b text", true),
            ("s.f(s.status, integer[])", "status, int[]", true),
            ("s.f(integer)", "a text", false),
            ("s.f(integer)", "a int[]", false),
            ("s.f(integer)", "", false),
            ("s.f(a.status)", "b.status", false),
        ] {
            let (drop, create) = (format!("DROP FUNCTION {drop}"), create(made));
            assert_eq!(checked(&planned(&[&drop, &create])).is_ok(), again, "{drop}; {create}");
        }
        let aggregate =
            "CREATE AGGREGATE s.f(double precision ORDER BY anyelement) (SFUNC = g, STYPE = int)";
        let drop = "DROP AGGREGATE s.f(float8 ORDER BY anyelement)";
        assert!(checked(&planned(&[drop, aggregate])).is_ok());
        assert!(checked(&planned(&["DROP AGGREGATE s.f(*)", aggregate])).is_err());
    }

    #[test]
    fn what_is_dropped_and_made_again_is_no_undeclared_drop() {
        for (drop, create) in [
            ("DROP LANGUAGE l", "CREATE LANGUAGE l HANDLER s.h"),
            ("DROP EVENT TRIGGER e", "CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION s.f()"),
            ("DROP VIEW s.v", "CREATE VIEW s.v AS SELECT 1"),
            ("DROP FOREIGN DATA WRAPPER w", "CREATE FOREIGN DATA WRAPPER w"),
        ] {
            assert!(checked(&planned(&[drop, create])).is_ok(), "{create}");
            assert!(checked(&planned(&[drop])).is_err(), "{drop}");
        }
    }
}
