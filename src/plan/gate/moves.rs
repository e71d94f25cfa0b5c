//! What a statement gives another name or another place, or ties to another object. After that a name stands for something
//! else, and a drop drops more than it names.

use std::ops::Range;

use pg_query::protobuf::{AlterTableType as Do, ObjectType};
use serde_json::{Map, Value};

use super::named::{Group, Name, commands, object_type, path_of, range};
use crate::sql::tree::{fields, list, number, text};

/// The relations that the statements move, with the number of each statement.
#[derive(Default)]
pub(super) struct Moves(Vec<(usize, Vec<String>)>);

impl Moves {
    pub(super) fn follow(&mut self, step: usize, kind: &str, statement: &Map<String, Value>) {
        self.0.extend(moved(kind, statement).into_iter().map(|path| (step, path)));
    }

    /// Whether one of these statements moves the relation, or something to its name, or its schema.
    pub(super) fn has(&self, relation: &[String], steps: Range<usize>) -> bool {
        let is = |path: &[String]| path == relation || path.len() == 1 && path == &relation[..1];
        self.0.iter().any(|(at, path)| steps.contains(at) && is(path))
    }
}

/// The relations that a statement moves, by their names before and after it; of a schema its name.
fn moved(kind: &str, statement: &Map<String, Value>) -> Vec<Vec<String>> {
    let relation = || range(statement.get("relation"));
    match kind {
        "RenameStmt" => match (object_type(statement, "rename_type"), relation()) {
            (Some(ObjectType::ObjectSchema), _) => {
                ["subname", "newname"].map(|key| vec![text(statement, key).to_owned()]).into()
            }
            // The values stand under another name.
            (Some(ObjectType::ObjectColumn), Some(of)) => vec![of],
            (Some(of), Some(old)) if Group::of(of) == Group::Relation => {
                let mut new = old.clone();
                new.pop();
                new.push(text(statement, "newname").to_owned());
                vec![old, new]
            }
            _ => Vec::new(),
        },
        "AlterObjectSchemaStmt" => relation().map_or_else(Vec::new, |old| {
            let new = text(statement, "newschema").to_owned();
            let new = std::iter::once(new).chain(old.last().cloned()).collect();
            vec![old, new]
        }),
        "AlterTableStmt" => {
            let others: Vec<_> = commands(statement).filter_map(other_table).collect();
            let own = relation().filter(|_| !others.is_empty());
            own.into_iter().chain(others).collect()
        }
        "AlterSeqStmt" => {
            let owner = owner(statement).map(|(mut column, _)| {
                column.pop();
                column
            });
            owner.into_iter().filter(|table| !table.is_empty()).collect()
        }
        _ => Vec::new(),
    }
}

/// The other table of ATTACH, DETACH, INHERIT and NO INHERIT.
pub(super) fn other_table(command: &Map<String, Value>) -> Option<Vec<String>> {
    let does = |of: &[Do]| of.iter().any(|of| number(command, "subtype") == *of as i64);
    let def = command.get("def")?;
    if does(&[Do::AtAttachPartition, Do::AtDetachPartition, Do::AtDetachPartitionFinalize]) {
        range(fields(def, "PartitionCmd")?.get("name"))
    } else if does(&[Do::AtAddInherit, Do::AtDropInherit]) {
        range(Some(def))
    } else {
        None
    }
}

/// What `OWNED BY` of a sequence says: the path of a column, or `none`, and whether it is a column.
pub(super) fn owner(statement: &Map<String, Value>) -> Option<(Vec<String>, bool)> {
    list(statement, "options").iter().find_map(|option| {
        let option = fields(option, "DefElem")?;
        let path = (text(option, "defname") == "owned_by").then(|| option.get("arg"))??;
        let path = path_of(path);
        let is_column = path.len() > 1;
        Some((path, is_column))
    })
}

/// What goes with another object from a statement on.
pub(super) struct Tie {
    pub(super) step: usize,
    /// What goes.
    pub(super) what: Name,
    /// With what it goes; `None`: with nothing any more.
    pub(super) to: Option<Name>,
    /// Whether its rows are those of a parent, too.
    pub(super) is_partition: bool,
}

/// What a statement ties to another object, or unties.
pub(super) fn ties(step: usize, kind: &str, statement: &Map<String, Value>) -> Vec<Tie> {
    let relation = |key: &str| range(statement.get(key)).map(|path| (Group::Relation, path));
    match kind {
        "AlterTableStmt" => {
            let partition = |command: &Map<String, Value>| {
                let attaches = number(command, "subtype") == Do::AtAttachPartition as i64;
                let inherits = [Do::AtAddInherit, Do::AtDropInherit].map(|of| of as i64);
                if inherits.contains(&number(command, "subtype")) {
                    return None;
                }
                let what = (Group::Relation, other_table(command)?);
                let to = relation("relation").filter(|_| attaches);
                Some(Tie { step, what, to, is_partition: true })
            };
            commands(statement).filter_map(partition).collect()
        }
        "AlterSeqStmt" => {
            let one =
                relation("sequence").zip(owner(statement)).map(|(what, (path, is_column))| {
                    let to = is_column.then_some((Group::Column, path));
                    Tie { step, what, to, is_partition: false }
                });
            one.into_iter().collect()
        }
        "AlterExtensionContentsStmt" => {
            let of = object_type(statement, "objtype").map(Group::of);
            let what = of.zip(statement.get("object").map(path_of));
            let extension = vec![text(statement, "extname").to_owned()];
            let adds = number(statement, "action") > 0;
            let to = adds.then_some((Group::of(ObjectType::ObjectExtension), extension));
            what.map(|what| Tie { step, what, to, is_partition: false }).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
