//! What is there when it is a statement's turn: relations under their names of that moment, who is
//! a partition of whom, and which foreign keys hold. It starts as the current side, and follows the
//! plan as far as locks depend on it; what the plan creates is never part of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Mode, Taken};
use crate::catalog::{Catalog, Object};
use crate::id::Id;
use crate::kind::Kind;
use crate::sql::quote::qualified;
use crate::sql::tree::{Class, text};

/// The place of a relation in [`There`].
pub(super) type At = usize;

/// The name space of `pg_class`, as kinds call it in `occupies`.
const RELATION: &str = "relation";
/// That of a table's constraints.
const CONSTRAINT: &str = "constraint";

/// One relation.
#[derive(Default)]
struct Relation {
    name: (String, String),
    /// The table of an index.
    table: Option<At>,
    /// The parent of a partition.
    partition_of: Option<At>,
    is_default: bool,
    is_partitioned: bool,
    holds_rows: bool,
}

/// A foreign key.
#[derive(Clone)]
pub(super) struct Foreign {
    /// The table that it refers to.
    pub(super) target: At,
    columns: BTreeSet<String>,
    target_columns: BTreeSet<String>,
}

impl Foreign {
    pub(super) fn new(target: At, columns: &[&str], target_columns: &[&str]) -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self { target, columns: owned(columns), target_columns: owned(target_columns) }
    }
}

/// What a statement changes in what is there, once it has run.
enum Change {
    Gone(At),
    Renamed(At, (String, String)),
    SchemaRenamed(String, String),
    Attached(At, At, bool),
    Detached(At),
    Inherits(At, At, bool),
    Key(At, String, Option<Foreign>),
}

/// What is there.
pub(super) struct There<'a> {
    /// The schemas in which the statement's unqualified names are looked for.
    pub(super) path: Vec<String>,
    current: &'a Catalog,
    relations: Vec<Relation>,
    names: BTreeMap<(String, String), At>,
    children: BTreeMap<At, BTreeSet<At>>,
    sequences: BTreeMap<At, Vec<(At, Option<String>)>>,
    foreign: BTreeMap<(At, String), Foreign>,
    referencing: BTreeMap<At, BTreeSet<(At, String)>>,
    /// Constraints that the open transaction has added as NOT VALID.
    unvalidated: BTreeSet<(At, String)>,
    pending: Vec<Change>,
}

impl<'a> There<'a> {
    pub(super) fn new(current: &'a Catalog) -> Self {
        let mut there = There {
            path: Vec::new(),
            current,
            relations: Vec::new(),
            names: BTreeMap::new(),
            children: BTreeMap::new(),
            sequences: BTreeMap::new(),
            foreign: BTreeMap::new(),
            referencing: BTreeMap::new(),
            unvalidated: BTreeSet::new(),
            pending: Vec::new(),
        };
        let objects = || {
            let all = current.objects.iter().chain(&current.copies);
            all.filter(|(id, _)| !id.kind.def().shapes && !id.kind.def().single)
        };
        let mut indexes = Vec::new();
        for (id, object) in objects() {
            for (space, path) in object.attrs.occupies(id) {
                if let (RELATION, [schema, name]) = (space, path.as_slice()) {
                    let at = there.relations.len();
                    let mut relation = shape(id, object);
                    relation.name = (schema.clone(), name.clone());
                    there.names.insert(relation.name.clone(), at);
                    there.relations.push(relation);
                    if !Kind::RELATIONS.contains(&id.kind) {
                        indexes.push((at, id));
                    }
                }
            }
        }
        for (at, id) in indexes {
            there.relations[at].table = there.of(&id.path);
        }
        for (id, object) in objects() {
            there.tie(id, object);
        }
        there
    }

    /// The relation that the first two parts of a path name.
    fn of(&self, path: &[String]) -> Option<At> {
        let [schema, name, ..] = path else { return None };
        self.names.get(&(schema.clone(), name.clone())).copied()
    }

    /// Puts down what an object says of others.
    fn tie(&mut self, id: &Id, object: &Object) {
        let attrs = &object.attrs;
        let Some(own) = self.of(&id.path) else { return };
        if Kind::RELATIONS.contains(&id.kind) {
            let references = attrs.references(id);
            if let Some(owner) = attrs.follows_owner(id) {
                let column = references.iter().find(|r| r.path.len() > owner.path.len());
                if let Some(table) = self.of(&owner.path) {
                    let column = column.map(|column| column.name().to_owned());
                    self.sequences.entry(table).or_default().push((own, column));
                }
                return;
            }
            for parent in references.iter().filter(|parent| Kind::RELATIONS.contains(&parent.kind)) {
                if let Some(parent) = self.of(&parent.path) {
                    self.children.entry(parent).or_default().insert(own);
                }
            }
            let parent = attrs.partition_parent();
            self.relations[own].partition_of = parent.and_then(|parent| self.of(&parent.path));
        } else if attrs.occupies(id).iter().any(|(space, _)| *space == CONSTRAINT) {
            let references = attrs.references(id);
            let target = references.iter().find(|target| Kind::RELATIONS.contains(&target.kind));
            let Some(target) = target else { return };
            let columns = |table: &[String]| {
                let of = references.iter().filter(|r| r.path.len() == 3 && r.path.starts_with(table));
                of.map(|column| column.name().to_owned()).collect()
            };
            if let Some(at) = self.of(&target.path) {
                let key = Foreign {
                    target: at,
                    columns: columns(&id.path[..2]),
                    target_columns: columns(&target.path),
                };
                self.refer(own, id.name().to_owned(), key);
            }
        }
    }

    fn refer(&mut self, table: At, name: String, key: Foreign) {
        self.referencing.entry(key.target).or_default().insert((table, name.clone()));
        self.foreign.insert((table, name), key);
    }

    /// The major version of the server.
    pub(super) fn major(&self) -> u32 {
        self.current.server.major()
    }

    /// The names of all relations.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(|(_, name)| name.as_str())
    }

    /// How SQL names a relation at this moment.
    pub(super) fn text(&self, at: At) -> String {
        let (schema, name) = &self.relations[at].name;
        qualified(schema, name)
    }

    /// The relation that a `RangeVar` names.
    pub(super) fn relation(&self, range: Option<&Value>) -> Option<At> {
        let range = range?.as_object()?;
        let range = range.get("RangeVar").and_then(Value::as_object).unwrap_or(range);
        self.named(text(range, "schemaname"), text(range, "relname"))
    }

    /// The relation of a name whose schema may be missing.
    pub(super) fn named(&self, schema: &str, name: &str) -> Option<At> {
        let find = |schema: &str| self.names.get(&(schema.to_owned(), name.to_owned())).copied();
        if schema.is_empty() { self.path.iter().find_map(|schema| find(schema)) } else { find(schema) }
    }

    /// The relation that an index of the same schema as `table` is.
    pub(super) fn index_of(&self, table: At, name: &str) -> Option<At> {
        self.named(&self.relations[table].name.0, name)
    }

    /// Locks all whose name stands in a text that does not parse.
    pub(super) fn all_in(&self, sql: &str, taken: &mut Taken) {
        for at in self.names.values().filter(|at| sql.contains(&self.text(**at))) {
            taken.name(*at, Mode::AccessExclusive);
        }
    }

    /// The table of an index.
    pub(super) fn table_of(&self, at: At) -> Option<At> {
        self.relations[at].table
    }

    pub(super) fn is_partitioned(&self, at: At) -> bool {
        self.relations[at].is_partitioned
    }

    /// The partitioned table that it is a part of.
    pub(super) fn partition_of(&self, at: At) -> Option<At> {
        self.relations[at].partition_of
    }

    /// The partition that has the rows of no other.
    pub(super) fn default_of(&self, parent: At) -> Option<At> {
        self.children(parent).into_iter().find(|at| self.relations[*at].is_default)
    }

    fn children(&self, at: At) -> Vec<At> {
        self.children.get(&at).into_iter().flatten().copied().collect()
    }

    /// All that inherits from it, directly or not.
    pub(super) fn below(&self, at: At) -> BTreeSet<At> {
        let mut found = BTreeSet::new();
        let mut next = self.children(at);
        while let Some(at) = next.pop() {
            if found.insert(at) {
                next.extend(self.children(at));
            }
        }
        found
    }

    /// The same, where it is partitioned.
    pub(super) fn partitions(&self, at: At) -> BTreeSet<At> {
        if self.is_partitioned(at) { self.below(at) } else { BTreeSet::new() }
    }

    /// The sequences that a column of the table owns, or any of them.
    pub(super) fn sequences<'s>(
        &'s self,
        table: At,
        column: Option<&'s str>,
    ) -> impl Iterator<Item = At> + 's {
        let all = self.sequences.get(&table).into_iter().flatten();
        all.filter(move |(_, of)| column.is_none() || column == of.as_deref()).map(|(at, _)| *at)
    }

    /// The foreign key of that name, which a partition may have from its parent.
    pub(super) fn foreign(&self, table: At, name: &str) -> Option<&Foreign> {
        self.foreign.get(&(table, name.to_owned()))
    }

    /// The tables at the other end of foreign keys: those that it refers to and that refer to it,
    /// by one column or by any.
    pub(super) fn others(&self, table: At, column: Option<&str>) -> (BTreeSet<At>, BTreeSet<At>) {
        let has = |columns: &BTreeSet<String>| {
            column.is_none_or(|column| columns.is_empty() || columns.contains(column))
        };
        let own = self.foreign.range((table, String::new())..).take_while(|((at, _), _)| *at == table);
        let to = own.filter(|(_, key)| has(&key.columns)).map(|(_, key)| key.target).collect();
        let keys = self.referencing.get(&table).into_iter().flatten();
        let from = keys
            .filter(|key| self.foreign.get(*key).is_some_and(|key| has(&key.target_columns)))
            .map(|(at, _)| *at)
            .collect();
        (to, from)
    }

    /// The tables with a column of a domain, directly or by way of another domain.
    pub(super) fn users(&self, schema: &str, name: &str) -> BTreeSet<At> {
        let mut found = BTreeSet::new();
        let of = |path: [&str; 2]| -> Vec<Id> {
            let ids = Kind::TYPES.iter().map(|kind| Id::new(*kind, path));
            ids.filter(|id| self.current.get(id).is_some()).collect()
        };
        let mut next = of([schema, name]);
        let mut seen = BTreeSet::new();
        while let Some(domain) = next.pop() {
            if !seen.insert(domain.clone()) {
                continue;
            }
            for (id, object) in &self.current.objects {
                let column = id.kind.def().shapes;
                if !(column || Kind::TYPES.contains(&id.kind)) {
                    continue;
                }
                let needs = || self.current.needs.contains(&(id.clone(), domain.clone()));
                if !object.attrs.references(id).contains(&domain) && !needs() {
                    continue;
                }
                if column {
                    let table = self.of(&id.path).filter(|at| {
                        self.relations[*at].holds_rows && !self.is_partitioned(*at)
                    });
                    found.extend(table);
                } else if !Kind::RELATIONS.contains(&id.kind) {
                    next.push(id.clone());
                }
            }
        }
        found
    }

    /// The table of an object that stands beside it in a schema (extended statistics), found by
    /// how SQL names that object.
    pub(super) fn table_beside(&self, address: &str, path: &[&str]) -> Option<At> {
        let ids = Kind::ALL.iter().map(|kind| Id::new(*kind, path.iter().copied()));
        let (id, object) = ids
            .filter_map(|id| self.current.get(&id).map(|object| (id, object)))
            .find(|(id, object)| object.attrs.address(id) == address)?;
        let references = object.attrs.references(&id);
        let table = references.iter().find(|of| Kind::RELATIONS.contains(&of.kind))?;
        self.of(&table.path)
    }
}

/// What follows the plan.
impl There<'_> {
    /// Starts a transaction.
    pub(super) fn begin(&mut self) {
        self.unvalidated.clear();
    }

    pub(super) fn not_valid(&mut self, table: At, constraint: &str) {
        self.unvalidated.insert((table, constraint.to_owned()));
    }

    /// Whether the open transaction itself has added the constraint.
    pub(super) fn is_fresh(&self, table: At, constraint: &str) -> bool {
        self.unvalidated.contains(&(table, constraint.to_owned()))
    }

    pub(super) fn gone(&mut self, at: At) {
        self.pending.push(Change::Gone(at));
    }

    pub(super) fn renamed(&mut self, at: At, schema: Option<&str>, name: Option<&str>) {
        let (old_schema, old_name) = &self.relations[at].name;
        let new = (schema.unwrap_or(old_schema).to_owned(), name.unwrap_or(old_name).to_owned());
        self.pending.push(Change::Renamed(at, new));
    }

    pub(super) fn schema_renamed(&mut self, from: &str, to: &str) {
        self.pending.push(Change::SchemaRenamed(from.to_owned(), to.to_owned()));
    }

    pub(super) fn attached(&mut self, parent: At, child: At, is_default: bool) {
        self.pending.push(Change::Attached(parent, child, is_default));
    }

    pub(super) fn detached(&mut self, child: At) {
        self.pending.push(Change::Detached(child));
    }

    pub(super) fn inherits(&mut self, child: At, parent: At, does: bool) {
        self.pending.push(Change::Inherits(child, parent, does));
    }

    /// A foreign key is added, or a constraint is dropped.
    pub(super) fn key(&mut self, table: At, name: &str, key: Option<Foreign>) {
        self.pending.push(Change::Key(table, name.to_owned(), key));
    }

    /// Brings about what the statement has changed.
    pub(super) fn settle(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            match change {
                Change::Gone(at) => self.forget(at),
                Change::Renamed(at, new) => self.rename(at, new),
                Change::SchemaRenamed(from, to) => {
                    let inside = self.names.iter().filter(|((schema, _), _)| *schema == from);
                    let inside: Vec<(At, String)> =
                        inside.map(|((_, name), at)| (*at, name.clone())).collect();
                    for (at, name) in inside {
                        self.names.remove(&self.relations[at].name);
                        self.relations[at].name = (to.clone(), name);
                        self.names.insert(self.relations[at].name.clone(), at);
                    }
                }
                Change::Attached(parent, child, is_default) => {
                    self.children.entry(parent).or_default().insert(child);
                    self.relations[child].partition_of = Some(parent);
                    self.relations[child].is_default = is_default;
                }
                Change::Detached(child) => {
                    if let Some(parent) = self.relations[child].partition_of.take() {
                        self.children.entry(parent).or_default().remove(&child);
                    }
                    self.relations[child].is_default = false;
                }
                Change::Inherits(child, parent, true) => {
                    self.children.entry(parent).or_default().insert(child);
                }
                Change::Inherits(child, parent, false) => {
                    self.children.entry(parent).or_default().remove(&child);
                }
                Change::Key(table, name, Some(key)) => self.refer(table, name, key),
                Change::Key(table, name, None) => {
                    if let Some(key) = self.foreign.remove(&(table, name.clone())) {
                        self.referencing.entry(key.target).or_default().remove(&(table, name));
                    }
                }
            }
        }
    }

    fn rename(&mut self, at: At, new: (String, String)) {
        self.names.remove(&self.relations[at].name);
        self.names.insert(new.clone(), at);
        // An index is always in the schema of its table.
        let moved = self.relations[at].name.0 != new.0;
        let schema = new.0.clone();
        self.relations[at].name = new;
        if moved {
            let with: Vec<At> = (0..self.relations.len())
                .filter(|other| self.relations[*other].table == Some(at))
                .chain(self.sequences(at, None))
                .collect();
            for other in with {
                let name = (schema.clone(), self.relations[other].name.1.clone());
                if self.names.get(&self.relations[other].name) == Some(&other) {
                    self.rename(other, name);
                }
            }
        }
    }

    fn forget(&mut self, at: At) {
        let name = &self.relations[at].name;
        if self.names.get(name) == Some(&at) {
            self.names.remove(name);
        }
        let keys: Vec<String> = self
            .foreign
            .range((at, String::new())..)
            .take_while(|((table, _), _)| *table == at)
            .map(|((_, name), _)| name.clone())
            .collect();
        for name in keys {
            if let Some(key) = self.foreign.remove(&(at, name.clone())) {
                self.referencing.entry(key.target).or_default().remove(&(at, name));
            }
        }
        for children in self.children.values_mut() {
            children.remove(&at);
        }
        let with: Vec<At> = (0..self.relations.len())
            .filter(|other| self.relations[*other].table == Some(at))
            .chain(self.sequences.remove(&at).into_iter().flatten().map(|(at, _)| at))
            .collect();
        for other in with {
            let name = &self.relations[other].name;
            if self.names.get(name) == Some(&other) {
                self.names.remove(name);
            }
        }
    }
}

/// What a relation says of itself, without its name.
fn shape(id: &Id, object: &Object) -> Relation {
    let mut relation = Relation { holds_rows: id.kind.def().holds_rows, ..Relation::default() };
    if relation.holds_rows && Kind::RELATIONS.contains(&id.kind) {
        let mut attrs = object.attrs.clone();
        attrs.leaves(&mut |_, class, leaf| match class {
            Class::Bound => relation.is_default = leaf.text.trim().eq_ignore_ascii_case("default"),
            Class::PartitionKey => relation.is_partitioned = true,
            _ => {}
        });
    }
    relation
}

/// The qualified name in a list of `String` nodes.
pub(super) fn listed(value: &Value) -> Option<Vec<&str>> {
    let items = match crate::sql::tree::fields(value, "List") {
        Some(list) => list.get("items"),
        None => Some(value),
    };
    crate::sql::tree::names(items)
}

/// A flag of a node.
pub(super) fn flag(fields: &Map<String, Value>, key: &str) -> bool {
    fields.get(key).is_some_and(|value| value == true)
}
