//! What is there when it is a statement's turn: relations under their names of that moment, who is
//! a partition of whom, and which foreign keys hold. It starts as the current side, and follows the
//! plan as far as locks depend on it; what the plan creates is never part of it.

mod follow;
mod proof;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use follow::Change;

use super::{LockMode, Relation as RelationName, Taken};
use crate::catalog::{Catalog, Object};
use crate::id::Id;
use crate::kind::{Kind, abilities};
use crate::sql::tree::{Class, names, node, text};

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
    /// What it inherits from.
    parents: BTreeSet<At>,
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

/// What is there.
pub(super) struct There<'a> {
    /// The schemas in which the statement's unqualified names are looked for.
    pub(super) path: Vec<String>,
    current: &'a Catalog,
    relations: Vec<Relation>,
    names: BTreeMap<(String, String), At>,
    children: BTreeMap<At, BTreeSet<At>>,
    indexes: BTreeMap<At, Vec<At>>,
    sequences: BTreeMap<At, Vec<(At, Option<String>)>>,
    foreign: BTreeMap<(At, String), Foreign>,
    referencing: BTreeMap<At, BTreeSet<(At, String)>>,
    /// Constraints that the open transaction has added as NOT VALID.
    unvalidated: BTreeSet<(At, String)>,
    /// Columns that a constraint of the plan keeps NULL out of, by the name of the constraint.
    not_null: BTreeMap<(At, String), String>,
    /// Columns of which a constraint is validated that keeps NULL out.
    proven: BTreeSet<(At, String)>,
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
            indexes: BTreeMap::new(),
            sequences: BTreeMap::new(),
            foreign: BTreeMap::new(),
            referencing: BTreeMap::new(),
            unvalidated: BTreeSet::new(),
            not_null: BTreeMap::new(),
            proven: BTreeSet::new(),
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
                    if id.path.len() > 2 {
                        indexes.push((at, id));
                    }
                }
            }
        }
        for (at, id) in indexes {
            if let Some(table) = there.of(&id.path) {
                there.relations[at].table = Some(table);
                there.indexes.entry(table).or_default().push(at);
            }
        }
        for (id, object) in objects() {
            there.tie(id, object);
        }
        there
    }

    /// Finds a relation by its name again where another had that name, and has it no more.
    pub(super) fn name_again(&mut self) {
        for (at, relation) in self.relations.iter().enumerate() {
            self.names.entry(relation.name.clone()).or_insert(at);
        }
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
            if let Some(owner) = attrs.as_companion().and_then(|it| it.follows_owner(id)) {
                let column = references.iter().find(|r| r.path.len() > owner.path.len());
                if let Some(table) = self.of(&owner.path) {
                    let column = column.map(|column| column.name().to_owned());
                    self.sequences.entry(table).or_default().push((own, column));
                }
                return;
            }
            for parent in references.iter().filter(|parent| Kind::RELATIONS.contains(&parent.kind))
            {
                if let Some(parent) = self.of(&parent.path) {
                    self.link(parent, own);
                }
            }
            let parent = attrs.as_child().and_then(abilities::Child::partition_parent);
            self.relations[own].partition_of = parent.and_then(|parent| self.of(&parent.path));
        } else if attrs.occupies(id).iter().any(|(space, _)| *space == CONSTRAINT) {
            let references = attrs.references(id);
            let target = references.iter().find(|target| Kind::RELATIONS.contains(&target.kind));
            let Some(target) = target else { return };
            let columns = |table: &[String]| {
                let of =
                    references.iter().filter(|r| r.path.len() == 3 && r.path.starts_with(table));
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

    /// The major version of the server; without one as new as can be.
    pub(super) fn major(&self) -> u32 {
        Some(self.current.server.major()).filter(|major| *major > 0).unwrap_or(u32::MAX)
    }

    /// The names of all relations.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(|(_, name)| name.as_str())
    }

    /// The catalog that the relations are from.
    pub(super) fn current(&self) -> &'a Catalog {
        self.current
    }

    /// How SQL names a relation at this moment.
    pub(super) fn name(&self, at: At) -> RelationName {
        let (schema, name) = &self.relations[at].name;
        RelationName::new(schema, name)
    }

    /// The name as a message has it.
    pub(super) fn text(&self, at: At) -> String {
        self.name(at).to_string()
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
        if schema.is_empty() {
            self.path.iter().find_map(|schema| find(schema))
        } else {
            find(schema)
        }
    }

    /// The relation that an index of the same schema as `table` is.
    pub(super) fn index_of(&self, table: At, name: &str) -> Option<At> {
        self.named(&self.relations[table].name.0, name)
    }

    /// Locks all whose name stands in a text that does not parse.
    pub(super) fn all_in(&self, sql: &str, taken: &mut Taken) {
        for at in self.names.values().filter(|at| sql.contains(&self.text(**at))) {
            taken.name(*at, LockMode::AccessExclusive);
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

    /// The tables at the other end of foreign keys, with their partitions: those that it refers to
    /// and those that refer to it, by one column or by any.
    pub(super) fn others(&self, table: At, column: Option<&str>) -> (BTreeSet<At>, BTreeSet<At>) {
        let has = |columns: &BTreeSet<String>| {
            column.is_none_or(|column| columns.is_empty() || columns.contains(column))
        };
        let whole = |at: At| self.partitions(at).into_iter().chain([at]);
        let own =
            self.foreign.range((table, String::new())..).take_while(|((at, _), _)| *at == table);
        let to = own.filter(|(_, key)| has(&key.columns)).flat_map(|(_, key)| whole(key.target));
        let keys = self.referencing.get(&table).into_iter().flatten();
        let from = keys
            .filter(|key| self.foreign.get(*key).is_some_and(|key| has(&key.target_columns)))
            .flat_map(|(at, _)| whole(*at));
        (to.collect(), from.collect())
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
                let needs = || self.current.needs.needed_by(id).any(|needed| *needed == domain);
                if !object.attrs.references(id).contains(&domain) && !needs() {
                    continue;
                }
                if column {
                    let table = self
                        .of(&id.path)
                        .filter(|at| self.relations[*at].holds_rows && !self.is_partitioned(*at));
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

/// What a relation says of itself, without its name.
fn shape(id: &Id, object: &Object) -> Relation {
    let mut relation = Relation { holds_rows: id.kind.def().holds_rows, ..Relation::default() };
    if relation.holds_rows && Kind::RELATIONS.contains(&id.kind) {
        object.attrs.each_leaf(&mut |_, class, leaf| match class {
            Class::Bound => relation.is_default = leaf.text.trim().eq_ignore_ascii_case("default"),
            Class::PartitionKey => relation.is_partitioned = true,
            _ => {}
        });
    }
    relation
}

/// The qualified name in a list of `String` nodes or in the name of a type.
pub(super) fn listed(value: &Value) -> Option<Vec<&str>> {
    let items = match node(value) {
        Some(("List", list)) => list.get("items"),
        Some(("TypeName", name)) => name.get("names"),
        _ => Some(value),
    };
    names(items)
}

/// A flag of a node.
pub(super) fn flag(fields: &Map<String, Value>, key: &str) -> bool {
    fields.get(key).is_some_and(|value| value == true)
}
