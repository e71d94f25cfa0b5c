//! ALTER TABLE and its kin: the strictest of what the subcommands ask for, on the relation and on
//! all that a subcommand reaches (manual, ALTER TABLE; `AlterTableGetLockLevel` in tablecmds.c).

mod risk;

pub(super) use risk::LATER;

use pg_query::protobuf::{AlterTableType as Do, ConstrType, ObjectType};
use serde_json::{Map, Value};

use super::statement::referred;
use super::statement::removal::{default_is_read, default_partition};
use super::there::{At, Foreign, There, flag};
use super::{LockMode, Taken};
use crate::hazard::Hazard;
use crate::sql::tree::{choice, fields, list, names, text};

/// How far down a subcommand goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The relation alone.
    Alone,
    /// The partitions of a partitioned table.
    Partitions,
    /// Whatever inherits.
    All,
}

/// Reads ALTER TABLE, ALTER INDEX, ALTER VIEW, ALTER MATERIALIZED VIEW, and ALTER SEQUENCE where it
/// is one of these in disguise.
pub(super) fn table(statement: &Map<String, Value>, there: &mut There<'_>, taken: &mut Taken) {
    let range = statement.get("relation");
    let Some(at) = there.relation(range) else {
        // A table of this plan may still become a partition of one that was there.
        for command in commands(statement) {
            new_table(command, there, taken);
        }
        return;
    };
    let kind: Option<ObjectType> = choice(statement, "objtype");
    let down = range.and_then(Value::as_object).is_some_and(|range| flag(range, "inh"));
    let mut strictest = LockMode::ShareUpdateExclusive;
    let mut reach = Reach::Alone;
    for command in commands(statement) {
        let Some(what) = choice::<Do>(command, "subtype") else { continue };
        strictest = strictest.max(mode(what, command, kind));
        let goes = extent(what, command, there.major());
        if reach != Reach::All && goes != Reach::Alone {
            reach = goes;
        }
        let mut one = Command { what, command, at, kind, down, there, taken };
        one.others();
        one.hazards();
    }
    taken.name(at, strictest);
    match reach {
        Reach::All if down => taken.reach(there.below(at), strictest),
        Reach::Partitions if down => taken.reach(there.partitions(at), strictest),
        _ => {}
    }
}

fn commands(statement: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    list(statement, "cmds").iter().filter_map(|command| fields(command, "AlterTableCmd"))
}

/// What a table that is new locks of those that are not.
fn new_table(command: &Map<String, Value>, there: &There<'_>, taken: &mut Taken) {
    let range = command.get("def");
    match choice(command, "subtype") {
        Some(Do::AtAddInherit) => {
            if let Some(parent) = there.relation(range) {
                taken.name(parent, LockMode::ShareUpdateExclusive);
            }
        }
        Some(Do::AtAddConstraint | Do::AtAddColumn) => {
            for constraint in constraints(command) {
                if choice(constraint, "contype") == Some(ConstrType::ConstrForeign) {
                    referred(constraint, there, taken);
                }
            }
        }
        _ => {}
    }
}

/// The constraints that ADD CONSTRAINT and ADD COLUMN bring.
fn constraints(command: &Map<String, Value>) -> Vec<&Map<String, Value>> {
    let Some(def) = command.get("def") else { return Vec::new() };
    match fields(def, "ColumnDef") {
        Some(column) => {
            list(column, "constraints").iter().filter_map(|c| fields(c, "Constraint")).collect()
        }
        None => fields(def, "Constraint").into_iter().collect(),
    }
}

fn options(command: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let items = command.get("def").and_then(|def| fields(def, "List"));
    let items = items.map_or(&[][..], |items| list(items, "items"));
    items.iter().filter_map(|item| fields(item, "DefElem")).map(|item| text(item, "defname"))
}

/// Parameters of GIN, BRIN and GiST, whose change stops readers (`reloptions.c`).
const STRICT: [&str; 5] =
    ["fastupdate", "gin_pending_list_limit", "autosummarize", "pages_per_range", "buffering"];

fn mode(what: Do, command: &Map<String, Value>, kind: Option<ObjectType>) -> LockMode {
    match what {
        Do::AtSetStatistics
        | Do::AtSetOptions
        | Do::AtResetOptions
        | Do::AtClusterOn
        | Do::AtDropCluster
        | Do::AtValidateConstraint
        | Do::AtDetachPartitionFinalize => LockMode::ShareUpdateExclusive,
        Do::AtAttachPartition => LockMode::ShareUpdateExclusive,
        Do::AtDetachPartition if partition(command).is_some_and(|p| flag(p, "concurrent")) => {
            LockMode::ShareUpdateExclusive
        }
        Do::AtSetRelOptions | Do::AtResetRelOptions => {
            let strict = kind == Some(ObjectType::ObjectView)
                || options(command)
                    .any(|name| name == "user_catalog_table" || STRICT.contains(&name));
            if strict { LockMode::AccessExclusive } else { LockMode::ShareUpdateExclusive }
        }
        Do::AtEnableTrig
        | Do::AtEnableAlwaysTrig
        | Do::AtEnableReplicaTrig
        | Do::AtDisableTrig
        | Do::AtEnableTrigAll
        | Do::AtDisableTrigAll
        | Do::AtEnableTrigUser
        | Do::AtDisableTrigUser => LockMode::ShareRowExclusive,
        Do::AtAddConstraint if is_foreign(command) => LockMode::ShareRowExclusive,
        _ => LockMode::AccessExclusive,
    }
}

fn is_key(kind: Option<ConstrType>) -> bool {
    use ConstrType::{ConstrExclusion, ConstrPrimary, ConstrUnique};
    matches!(kind, Some(ConstrPrimary | ConstrUnique | ConstrExclusion))
}

fn is_foreign(command: &Map<String, Value>) -> bool {
    let constraint = command.get("def").and_then(|def| fields(def, "Constraint"));
    constraint.is_some_and(|c| choice(c, "contype") == Some(ConstrType::ConstrForeign))
}

fn partition(command: &Map<String, Value>) -> Option<&Map<String, Value>> {
    command.get("def").and_then(|def| fields(def, "PartitionCmd"))
}

fn extent(what: Do, command: &Map<String, Value>, major: u32) -> Reach {
    match what {
        Do::AtAddColumn
        | Do::AtDropColumn
        | Do::AtColumnDefault
        | Do::AtSetNotNull
        | Do::AtDropNotNull
        | Do::AtSetExpression
        | Do::AtDropExpression
        | Do::AtSetStatistics
        | Do::AtSetStorage
        | Do::AtAlterColumnType
        | Do::AtDropConstraint
        | Do::AtValidateConstraint => Reach::All,
        Do::AtAddConstraint => {
            let constraint = command.get("def").and_then(|def| fields(def, "Constraint"));
            match constraint.and_then(|constraint| choice(constraint, "contype")) {
                Some(ConstrType::ConstrCheck | ConstrType::ConstrNotnull) => Reach::All,
                // Up to 17 the partitions are locked as CREATE INDEX locks them.
                kind if major < 18 && is_key(kind) => Reach::Alone,
                _ => Reach::Partitions,
            }
        }
        Do::AtAddIdentity | Do::AtSetIdentity | Do::AtDropIdentity if major >= 17 => {
            Reach::Partitions
        }
        Do::AtAlterConstraint
        | Do::AtEnableTrig
        | Do::AtEnableAlwaysTrig
        | Do::AtEnableReplicaTrig
        | Do::AtDisableTrig
        | Do::AtEnableTrigAll
        | Do::AtDisableTrigAll
        | Do::AtEnableTrigUser
        | Do::AtDisableTrigUser => Reach::Partitions,
        _ => Reach::Alone,
    }
}

/// A subcommand at work.
struct Command<'c, 't, 'a> {
    what: Do,
    command: &'c Map<String, Value>,
    at: At,
    kind: Option<ObjectType>,
    /// Whether ONLY is not said.
    down: bool,
    there: &'t mut There<'a>,
    taken: &'t mut Taken,
}

impl<'c> Command<'c, '_, '_> {
    fn column(&self) -> &'c str {
        text(self.command, "name")
    }

    fn take_all(&mut self, all: impl IntoIterator<Item = At>, mode: LockMode) {
        all.into_iter().for_each(|at| self.taken.take(at, mode));
    }

    /// The locks on other relations, and what becomes of foreign keys and partitions.
    fn others(&mut self) {
        match self.what {
            Do::AtAddConstraint | Do::AtAddColumn => self.add(),
            Do::AtDropConstraint => self.drop_constraint(),
            Do::AtValidateConstraint => {
                self.there.validated(self.at, self.column());
                if let Some(target) =
                    self.there.foreign(self.at, self.column()).map(|key| key.target)
                {
                    self.taken.take(target, LockMode::RowShare);
                    let parts = self.there.partitions(target);
                    self.taken.reach(parts, LockMode::RowShare);
                }
            }
            Do::AtAlterConstraint => self.alter_constraint(),
            Do::AtDropColumn => {
                let column = self.column();
                let (to, from) = self.there.others(self.at, Some(column));
                self.take_all(to.into_iter().chain(from), LockMode::AccessExclusive);
                self.own_sequences(Some(column));
            }
            Do::AtAlterColumnType => {
                let (to, from) = self.there.others(self.at, Some(self.column()));
                self.take_all(to.into_iter().chain(from), LockMode::AccessExclusive);
            }
            Do::AtChangeOwner => self.own_sequences(None),
            Do::AtSetLogged | Do::AtSetUnLogged if self.there.major() >= 15 => {
                self.own_sequences(None);
            }
            Do::AtAddInherit | Do::AtDropInherit => {
                let Some(parent) = self.there.relation(self.command.get("def")) else { return };
                let does = self.what == Do::AtAddInherit;
                if does {
                    self.taken.name(parent, LockMode::ShareUpdateExclusive);
                }
                self.there.inherits(self.at, parent, does);
            }
            Do::AtAttachPartition if self.kind == Some(ObjectType::ObjectIndex) => {
                let child =
                    partition(self.command).and_then(|p| self.there.relation(p.get("name")));
                if let Some(child) = child {
                    self.taken.name(child, LockMode::AccessExclusive);
                }
            }
            Do::AtAttachPartition => self.attach(),
            Do::AtDetachPartition | Do::AtDetachPartitionFinalize => self.detach(),
            Do::AtReplicaIdentity => {
                let index =
                    self.command.get("def").and_then(|def| fields(def, "ReplicaIdentityStmt"));
                let name = index.map_or("", |index| text(index, "name"));
                self.index(name, LockMode::Share);
            }
            Do::AtClusterOn => self.index(self.column(), LockMode::ShareUpdateExclusive),
            _ => {}
        }
    }

    fn own_sequences(&mut self, column: Option<&str>) {
        for owned in self.there.sequences(self.at, column) {
            self.taken.name(owned, LockMode::AccessExclusive);
        }
    }

    /// Locks an index that the subcommand names.
    fn index(&mut self, name: &str, mode: LockMode) {
        if let Some(index) = self.there.index_of(self.at, name) {
            self.taken.name(index, mode);
        }
    }

    fn add(&mut self) {
        let command = self.command;
        let is_column = self.what == Do::AtAddColumn;
        for constraint in constraints(command) {
            let name = text(constraint, "conname");
            if flag(constraint, "skip_validation") {
                self.there.not_valid(self.at, name);
                self.there.check(self.at, name, constraint);
            }
            match choice(constraint, "contype") {
                Some(ConstrType::ConstrForeign) => {
                    let Some(target) = referred(constraint, self.there, self.taken) else {
                        continue;
                    };
                    // The keys that the partitions have already are taken over under this lock.
                    let merges = self
                        .there
                        .partitions(self.at)
                        .into_iter()
                        .any(|part| self.there.others(part, None).0.contains(&target));
                    if merges {
                        self.taken.take(target, LockMode::AccessExclusive);
                    }
                    let own = match command.get("def").and_then(|def| fields(def, "ColumnDef")) {
                        Some(column) => vec![text(column, "colname")],
                        None => names(constraint.get("fk_attrs")).unwrap_or_default(),
                    };
                    let theirs = names(constraint.get("pk_attrs")).unwrap_or_default();
                    self.there.key(self.at, name, Some(Foreign::new(target, &own, &theirs)));
                }
                kind if is_key(kind) && !is_column => {
                    self.index(text(constraint, "indexname"), LockMode::ShareUpdateExclusive);
                    if self.down {
                        self.taken.reach(self.there.partitions(self.at), LockMode::Share);
                    }
                }
                _ => {}
            }
        }
    }

    fn drop_constraint(&mut self) {
        let name = self.column();
        if let Some(target) = self.there.foreign(self.at, name).map(|key| key.target) {
            self.taken.take(target, LockMode::AccessExclusive);
            let parts = self.there.partitions(target);
            self.taken.reach(parts, LockMode::AccessExclusive);
            self.there.key(self.at, name, None);
        } else if let Some(index) = self.there.index_of(self.at, name)
            && self.there.table_of(index) == Some(self.at)
        {
            self.there.gone(index);
        }
    }

    fn alter_constraint(&mut self) {
        let Some(change) = self.command.get("def").and_then(|def| fields(def, "AtalterConstraint"))
        else {
            return;
        };
        if !flag(change, "alter_enforceability") {
            return;
        }
        let enforced = flag(change, "is_enforced");
        if let Some(key) = self.there.foreign(self.at, text(change, "conname")) {
            let mode =
                if enforced { LockMode::ShareRowExclusive } else { LockMode::AccessExclusive };
            self.taken.take(key.target, mode);
            return;
        }
        // A check (19), which every child table has too.
        self.taken.reach(self.there.below(self.at), LockMode::AccessExclusive);
        if enforced {
            let relation = self.there.text(self.at);
            let message = format!("{relation} is read while its reads and writes wait{LATER}");
            self.taken.hazard(Hazard::ScanExclusive, message);
        }
    }

    fn attach(&mut self) {
        let Some(part) = partition(self.command) else { return };
        default_is_read(self.at, self.there, self.taken);
        let child = self.there.relation(part.get("name"));
        let (to, from) = self.there.others(self.at, None);
        let has = child.map(|child| self.there.others(child, None).0).unwrap_or_default();
        for target in to {
            let merges = has.contains(&target);
            let mode = if merges { LockMode::AccessExclusive } else { LockMode::ShareRowExclusive };
            self.taken.take(target, mode);
        }
        if self.there.major() >= 15 {
            self.take_all(from, LockMode::ShareRowExclusive);
        }
        let Some(child) = child else { return };
        self.taken.name(child, LockMode::AccessExclusive);
        let parts = self.there.below(child);
        self.taken.reach(parts, LockMode::AccessExclusive);
        let bound = part.get("bound").and_then(Value::as_object);
        self.there.attached(self.at, child, bound.is_some_and(|bound| flag(bound, "is_default")));
        let message = format!(
            "{} is read while its reads and writes wait, unless a valid CHECK of its own proves \
             the bound",
            self.there.text(child)
        );
        self.taken.hazard(Hazard::ScanExclusive, message);
    }

    fn detach(&mut self) {
        let Some(part) = partition(self.command) else { return };
        let Some(child) = self.there.relation(part.get("name")) else { return };
        self.taken.name(child, LockMode::AccessExclusive);
        let parts = self.there.below(child);
        self.taken.reach(parts, LockMode::AccessExclusive);
        self.there.detached(child);
        if self.what != Do::AtDetachPartition || flag(part, "concurrent") {
            return;
        }
        default_partition(self.at, child, self.there, self.taken);
        let (to, from) = self.there.others(self.at, None);
        self.take_all(to, LockMode::ShareRowExclusive);
        self.take_all(from, LockMode::AccessExclusive);
        let message = format!("reads and writes of {} wait", self.there.text(self.at));
        self.taken.hazard(Hazard::DetachBlocking, message);
    }
}
