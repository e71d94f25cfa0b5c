//! How what is there follows the plan. A statement is read against what it finds; what it changes
//! is put down and comes about when it has run.

use super::{At, Foreign, There};

/// What a statement changes in what is there, once it has run.
pub(super) enum Change {
    Gone(At),
    Renamed(At, (String, String)),
    SchemaRenamed(String, String),
    Attached(At, At, bool),
    Detached(At),
    Inherits(At, At, bool),
    Key(At, String, Option<Foreign>),
}

/// What follows the plan.
impl There<'_> {
    /// Starts a transaction.
    pub(in super::super) fn begin(&mut self) {
        self.unvalidated.clear();
    }

    pub(in super::super) fn not_valid(&mut self, table: At, constraint: &str) {
        self.unvalidated.insert((table, constraint.to_owned()));
    }

    /// Whether the open transaction itself has added the constraint.
    pub(in super::super) fn is_fresh(&self, table: At, constraint: &str) -> bool {
        self.unvalidated.contains(&(table, constraint.to_owned()))
    }

    pub(in super::super) fn gone(&mut self, at: At) {
        self.pending.push(Change::Gone(at));
    }

    pub(in super::super) fn renamed(&mut self, at: At, schema: Option<&str>, name: Option<&str>) {
        let (old_schema, old_name) = &self.relations[at].name;
        let new = (schema.unwrap_or(old_schema).to_owned(), name.unwrap_or(old_name).to_owned());
        self.pending.push(Change::Renamed(at, new));
    }

    pub(in super::super) fn schema_renamed(&mut self, from: &str, to: &str) {
        self.pending.push(Change::SchemaRenamed(from.to_owned(), to.to_owned()));
    }

    pub(in super::super) fn attached(&mut self, parent: At, child: At, is_default: bool) {
        self.pending.push(Change::Attached(parent, child, is_default));
    }

    pub(in super::super) fn detached(&mut self, child: At) {
        self.pending.push(Change::Detached(child));
    }

    pub(in super::super) fn inherits(&mut self, child: At, parent: At, does: bool) {
        self.pending.push(Change::Inherits(child, parent, does));
    }

    /// A foreign key is added, or a constraint is dropped.
    pub(in super::super) fn key(&mut self, table: At, name: &str, key: Option<Foreign>) {
        self.pending.push(Change::Key(table, name.to_owned(), key));
    }

    /// Brings about what the statement has changed.
    pub(in super::super) fn settle(&mut self) {
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
                    self.link(parent, child);
                    self.relations[child].partition_of = Some(parent);
                    self.relations[child].is_default = is_default;
                }
                Change::Detached(child) => {
                    if let Some(parent) = self.relations[child].partition_of.take() {
                        self.unlink(parent, child);
                    }
                    self.relations[child].is_default = false;
                }
                Change::Inherits(child, parent, true) => self.link(parent, child),
                Change::Inherits(child, parent, false) => self.unlink(parent, child),
                Change::Key(table, name, Some(key)) => self.refer(table, name, key),
                Change::Key(table, name, None) => {
                    if let Some(key) = self.foreign.remove(&(table, name.clone())) {
                        self.referencing.entry(key.target).or_default().remove(&(table, name));
                    }
                }
            }
        }
    }

    pub(super) fn link(&mut self, parent: At, child: At) {
        self.children.entry(parent).or_default().insert(child);
        self.relations[child].parents.insert(parent);
    }

    fn unlink(&mut self, parent: At, child: At) {
        self.children.entry(parent).or_default().remove(&child);
        self.relations[child].parents.remove(&parent);
    }

    fn rename(&mut self, at: At, new: (String, String)) {
        self.names.remove(&self.relations[at].name);
        self.names.insert(new.clone(), at);
        // An index is always in the schema of its table.
        let moved = self.relations[at].name.0 != new.0;
        let schema = new.0.clone();
        self.relations[at].name = new;
        if moved {
            let indexes = self.indexes.get(&at).into_iter().flatten().copied();
            let with: Vec<At> = indexes.chain(self.sequences(at, None)).collect();
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
        for parent in std::mem::take(&mut self.relations[at].parents) {
            self.children.entry(parent).or_default().remove(&at);
        }
        let sequences = self.sequences.remove(&at).into_iter().flatten().map(|(at, _)| at);
        let with: Vec<At> =
            self.indexes.remove(&at).into_iter().flatten().chain(sequences).collect();
        for other in with {
            let name = &self.relations[other].name;
            if self.names.get(name) == Some(&other) {
                self.names.remove(name);
            }
        }
    }
}
