//! `Hazard`: what a statement may do to a production system. Name, severity, gate and page of each stand here and
//! nowhere else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::suggest::suggest;

/// How much a hazard weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// To be known: nothing is at risk.
    Info,
    /// To be read before the plan is applied.
    Warn,
    /// Not to be done on a large or busy table without a decision.
    Block,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Block => "block",
        }
    }
}

/// What stands before the third paragraph of a page.
const WHAT_TO_DO: &str = "What to do: ";

/// Makes the enum of documented hazards. A doc comment is the page: what happens, why, what to do.
macro_rules! hazards {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $severity:ident;)+) => {
        /// What a statement may do to a production system. In the order of the names, so that sorted hazards are
        /// sorted by name.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Hazard {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Hazard {
            /// Every hazard, by name.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in plans and behind `--allow`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// How much it weighs.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)+
                }
            }

            /// The doc comment, as the compiler sees it.
            const fn doc(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc, "\n"),+),)+
                }
            }
        }
    };
}

hazards! {
    /// Rows that are there have to get a value: an UPDATE of every row, or a batch that is run beside the plan.
    ///
    /// Why: an UPDATE writes a new version of each row, holds the locks of the rows until COMMIT, and leaves as many
    /// dead rows for vacuum.
    ///
    /// What to do: nothing on a table in use, where plumb fills the column in batches (`--online`); otherwise expect the
    /// writers of the table to wait for the rows.
    BackfillNeeded "backfill-needed" Warn;
    /// A statement changes what `SELECT *` returns: a column is added, or gets another type.
    ///
    /// Why: a session that has prepared `SELECT *` gets the error "cached plan must not change result type".
    ///
    /// What to do: list the columns in prepared statements, or reconnect the pool after the change.
    CachedPlanChange "cached-plan-change" Info;
    /// The drop of an object needs CASCADE, which drops other objects with it.
    ///
    /// Why: CASCADE follows every dependency, whoever made the objects, and no review has seen them.
    ///
    /// What to do: remove each dependent object from the declaration, so that the plan drops it by name.
    Cascade "cascade" Block;
    /// CREATE INDEX CONCURRENTLY, DROP INDEX CONCURRENTLY or REINDEX CONCURRENTLY waits for old transactions.
    ///
    /// Why: it may only go on when every transaction that could still use the old state of the table has ended; one
    /// that is left open stops it for as long.
    ///
    /// What to do: end the long transactions, or wait for them; a short lock_timeout leaves an invalid index.
    ConcurrentIndexWait "concurrent-index-wait" Warn;
    /// Rows or values are gone after the statement: DROP TABLE, DROP COLUMN, a type that holds less.
    ///
    /// Why: after COMMIT only a backup has them; a plan for the way back makes the object again, without its rows.
    ///
    /// What to do: make a backup, then allow the hazard for this object: `--allow 'data-loss:table:public.visit'`.
    DataLoss "data-loss" Block;
    /// A new partition is made while the parent has a default partition without a CHECK that excludes its rows.
    ///
    /// Why: PostgreSQL reads the default partition for rows that belong in the new one, and holds ACCESS EXCLUSIVE on
    /// the default partition and SHARE UPDATE EXCLUSIVE or more on the parent meanwhile.
    ///
    /// What to do: add a CHECK to the default partition that excludes the rows, as NOT VALID, validate it, then make
    /// the partition.
    DefaultPartitionScan "default-partition-scan" Block;
    /// PostgreSQL refuses the change of a type while another object depends on the column: a view, a rule, a policy,
    /// a trigger, a generated column, a publication filter, a partition key.
    ///
    /// Why: the dependent object holds the type of the column in its parse tree.
    ///
    /// What to do: let plumb drop and create the dependent objects, or change them in an earlier plan.
    DependentBlocksChange "dependent-blocks-change" Block;
    /// A partition is detached without CONCURRENTLY, or dropped while it is attached.
    ///
    /// Why: both take ACCESS EXCLUSIVE on the parent, so that reads and writes of every partition wait.
    ///
    /// What to do: run ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY by hand first, then apply the plan.
    DetachBlocking "detach-blocking" Block;
    /// A constraint of a domain is added or validated, and columns of tables have the domain as their type.
    ///
    /// Why: PostgreSQL reads every table that has such a column, one after the other in one statement, and holds the
    /// locks of all of them.
    ///
    /// What to do: put the CHECK on the tables instead, as NOT VALID first, or apply when the tables are not in use.
    DomainFanout "domain-fanout" Block;
    /// The database has changed since the plan was made.
    ///
    /// Why: the statements were reviewed for another state, and may do something else to this one.
    ///
    /// What to do: plan again, and review what differs.
    DriftedSincePlan "drifted-since-plan" Block;
    /// An object is dropped and created again, since PostgreSQL cannot change it in place.
    ///
    /// Why: the privileges, owner, comment and dependent objects of the old object go with it, and have to be made
    /// again; the new object has another oid.
    ///
    /// What to do: check in the plan that privileges and dependent objects are made again in the same transaction.
    DropAndCreate "drop-and-create" Warn;
    /// The plan adds a value to an enum and uses the value.
    ///
    /// Why: PostgreSQL refuses to use a new enum value before the transaction that added it is committed.
    ///
    /// What to do: nothing, where the plan has two transactions; otherwise use the value in a later plan.
    EnumValueInUseSameTx "enum-value-in-use-same-tx" Block;
    /// A value of an enum is removed, or the order of the values changes.
    ///
    /// Why: PostgreSQL has no statement for it; the type is made again, and every column of the type is converted and
    /// rewritten. A row that has a removed value makes the statement fail.
    ///
    /// What to do: change the rows that have the value first, and apply when the tables are not in use.
    EnumValueRemoval "enum-value-removal" Block;
    /// A statement takes ACCESS EXCLUSIVE on a table, for a change of the catalogs only.
    ///
    /// Why: the statement is short, but while it waits for its lock every later query of the table waits behind it.
    ///
    /// What to do: keep lock_timeout short, and do not apply while long transactions use the table.
    ExclusiveLock "exclusive-lock" Warn;
    /// An extension is created, updated or dropped.
    ///
    /// Why: the extension runs its own script, and plumb does not inspect the script.
    ///
    /// What to do: read the release notes of the extension, and the script where the update is a large one.
    ExtensionChange "extension-change" Warn;
    /// A new foreign key has referencing columns without an index.
    ///
    /// Why: each DELETE, or UPDATE of the key, in the referenced table reads the whole referencing table.
    ///
    /// What to do: declare an index on the referencing columns.
    FkWithoutIndex "fk-without-index" Info;
    /// ALTER INDEX ... SET changes a storage parameter for which PostgreSQL takes ACCESS EXCLUSIVE on the index.
    ///
    /// Why: every query of the table locks its indexes while it is planned, so that all of them wait.
    ///
    /// What to do: keep lock_timeout short, and do not apply while long transactions use the table.
    GinBrinStorageParameter "gin-brin-storage-parameter" Warn;
    /// An identity or a sequence is given to a column that has values already.
    ///
    /// Why: the sequence starts at 1, and its first values are those of rows that are there.
    ///
    /// What to do: declare the start of the sequence above the largest value, or call setval in the same transaction.
    IdentitySequenceStart "identity-sequence-start" Block;
    /// A function is replaced that an index, a CHECK, a generated column or a partition key uses.
    ///
    /// Why: what is stored was computed by the old function; PostgreSQL computes nothing again.
    ///
    /// What to do: run REINDEX CONCURRENTLY on the indexes, and drop and add the constraints.
    ImmutableFunctionReplaced "immutable-function-replaced" Block;
    /// An index is dropped, or dropped before its successor is valid.
    ///
    /// Why: queries that used the index read the whole table from then on.
    ///
    /// What to do: build the successor first, and look at pg_stat_user_indexes on the primary and on every standby.
    IndexDropped "index-dropped" Warn;
    /// An index is invalid, or is left invalid if its statement fails.
    ///
    /// Why: a CREATE INDEX CONCURRENTLY that fails leaves an index that slows writes and that no query uses.
    ///
    /// What to do: drop the index with DROP INDEX CONCURRENTLY, and build it again.
    InvalidIndex "invalid-index" Block;
    /// A statement also locks a table that it does not name: the other side of a foreign key, a parent, a partition.
    ///
    /// Why: writes, or reads and writes, of a table wait that no review of the statement has in view.
    ///
    /// What to do: keep lock_timeout short, and do not apply while long transactions use either table.
    LocksOtherTable "locks-other-table" Warn;
    /// A statement on a parent locks its partitions or child tables, too.
    ///
    /// Why: the locks are taken one after the other and all are held until COMMIT; one busy partition stops the rest.
    ///
    /// What to do: keep lock_timeout short; for an index, build it on each partition by hand first.
    LocksPartitionTree "locks-partition-tree" Warn;
    /// A column or a table changes that is published by logical replication.
    ///
    /// Why: logical replication does not replicate the schema; a subscriber that lacks a column stops with an error.
    ///
    /// What to do: change the subscriber first where something is added, and the publisher first where something is
    /// removed.
    LogicalReplicationOrder "logical-replication-order" Warn;
    /// A transaction is open that is older than the limit.
    ///
    /// Why: a statement that needs ACCESS EXCLUSIVE waits for it, and every later query waits behind the statement;
    /// what runs CONCURRENTLY waits for any such transaction of the database.
    ///
    /// What to do: end the transaction, or apply later.
    LongTransaction "long-transaction" Warn;
    /// The statement fails if the data does not fit.
    ///
    /// Why: whether a value can be converted, or a row belongs in a partition, is only known when the row is read. The
    /// transaction is rolled back then, and nothing is lost.
    ///
    /// What to do: look for such rows with a query first, or run `plumb prove` with rows like those of production.
    MayFail "may-fail" Warn;
    /// `plumb apply` is told to use lock_timeout 0, and a statement takes SHARE or a stronger lock.
    ///
    /// Why: the statement may wait until the deadline, and every later query of the table waits behind it.
    ///
    /// What to do: leave lock_timeout out (2s then), or set it to a few seconds for the environment in plumb.toml or
    /// with `--lock-timeout`; a transaction that does not get its lock is tried again.
    NoTimeout "no-timeout" Block;
    /// An index is created or dropped without CONCURRENTLY on a table that is in use.
    ///
    /// Why: CREATE INDEX takes SHARE on the table, so that writes wait until the index is built; DROP INDEX takes ACCESS
    /// EXCLUSIVE.
    ///
    /// What to do: let plumb build it CONCURRENTLY: `--online always`, or `auto` for tables above `online_above`.
    NonConcurrentIndex "non-concurrent-index" Block;
    /// A column is added that is NOT NULL and has no default.
    ///
    /// Why: the statement fails if the table has rows, and so does each INSERT of a client that does not know the
    /// column.
    ///
    /// What to do: give the column a default or a `backfill`, or make it NOT NULL in a later plan.
    NotNullWithoutDefault "not-null-without-default" Block;
    /// The plan has a statement that PostgreSQL refuses inside a transaction block.
    ///
    /// Why: such a plan is not atomic; if a later statement fails, what is committed stays.
    ///
    /// What to do: run the same command again after a failure; it goes on where it stopped.
    NotTransactional "not-transactional" Info;
    /// A constraint is added as NOT VALID and validated in the same transaction.
    ///
    /// Why: the lock that added it is held until COMMIT, so that reading every row stops as much as without NOT VALID.
    ///
    /// What to do: let plumb validate it in a transaction of its own: `--online always`, or `auto` for large tables.
    NotValidAndValidateTogether "not-valid-and-validate-together" Block;
    /// The plan has code whose dependencies plumb does not know: a body that is a string, the script of an extension.
    ///
    /// Why: PostgreSQL records no dependencies of such code, and a change of what it uses fails when it is called.
    ///
    /// What to do: review by hand what the code uses.
    OpaqueCode "opaque-code" Warn;
    /// A partition is made by CREATE TABLE ... PARTITION OF on a parent that is in use.
    ///
    /// Why: it takes ACCESS EXCLUSIVE on the parent, so that reads and writes of every partition wait.
    ///
    /// What to do: make the table alone and attach it: ATTACH PARTITION takes SHARE UPDATE EXCLUSIVE on the parent only.
    PartitionCreatedInPlace "partition-created-in-place" Warn;
    /// A DETACH PARTITION ... CONCURRENTLY was interrupted, and is still pending.
    ///
    /// Why: until it is finished the partition is read by some queries only, and other partitions cannot be detached.
    ///
    /// What to do: run ALTER TABLE ... DETACH PARTITION ... FINALIZE.
    PendingDetach "pending-detach" Block;
    /// A connection pooler answers in the server's place.
    ///
    /// Why: each transaction may run in another session, so that settings and the lock against a second apply are lost.
    ///
    /// What to do: connect to the server directly.
    PoolerSession "pooler-session" Block;
    /// Who may use an object changes: GRANT, REVOKE, an owner, default privileges, SECURITY DEFINER, security_invoker.
    ///
    /// Why: a client that loses a right fails at once, and one that gains a right may read what it could not.
    ///
    /// What to do: review who gains and who loses which right.
    PrivilegeChange "privilege-change" Warn;
    /// A column gets a type that keeps the rows as they are, and the indexes of the column are built again.
    ///
    /// Why: the indexes are built while ACCESS EXCLUSIVE is held, so that reads and writes of the table wait.
    ///
    /// What to do: drop the indexes first and build them CONCURRENTLY after the change.
    RebuildIndexExclusive "rebuild-index-exclusive" Block;
    /// A table, a column, a type, an enum value, a schema or a function gets another name or another schema.
    ///
    /// Why: code that uses the old name fails from COMMIT on, also the string bodies of functions.
    ///
    /// What to do: release clients that know both names first, or keep a view with the old name for some time.
    RenameBreaksClients "rename-breaks-clients" Block;
    /// What logical replication sends of a published table changes: REPLICA IDENTITY, or the key behind it.
    ///
    /// Why: without a replica identity UPDATE and DELETE of a published table fail; with FULL each sends the whole old
    /// row.
    ///
    /// What to do: keep a primary key, or choose FULL knowingly.
    ReplicaIdentity "replica-identity" Block;
    /// A publication or a subscription is made, dropped or changed so that replication needs another step.
    ///
    /// Why: a subscription fails while its publication is missing, follows changed tables only after ALTER SUBSCRIPTION
    /// ... REFRESH PUBLICATION, and leaves its slot on the publisher when it is dropped.
    ///
    /// What to do: do by hand what the message names, on the publisher or the subscriber.
    Replication "replication" Warn;
    /// The whole table, materialized view or index is rewritten.
    ///
    /// Why: the statement holds ACCESS EXCLUSIVE until every row is written, so that reads and writes wait; it needs room on
    /// disk for a second copy, and as much WAL.
    ///
    /// What to do: on a large table add a second column or table, fill it in batches and rename; or apply in a
    /// maintenance window.
    RewriteTable "rewrite-table" Block;
    /// Row-level security is enabled, disabled or forced, or a policy is made, dropped or changed.
    ///
    /// Why: which rows a role sees and writes changes at COMMIT; a table without a policy shows no row at all.
    ///
    /// What to do: review the policies together with the switch, and check that both are in one transaction.
    RlsChange "rls-change" Block;
    /// Every row of a table is read, or an index is built, while SHARE or SHARE ROW EXCLUSIVE is held.
    ///
    /// Why: reads go on; writes wait for as long as it takes.
    ///
    /// What to do: let plumb add it as NOT VALID and validate it later, and build indexes CONCURRENTLY: `--online always`, or
    /// `auto` for tables above `online_above`.
    ScanBlocksWrites "scan-blocks-writes" Block;
    /// Every row of a table is read, or an index is built, while ACCESS EXCLUSIVE is held.
    ///
    /// Why: reads and writes of the table wait until the last row.
    ///
    /// What to do: let plumb take the way around: `--online always`, or `auto` for tables above `online_above`. An EXCLUDE
    /// constraint, and a key of a partitioned table, have none.
    ScanExclusive "scan-exclusive" Block;
    /// ALTER SEQUENCE locks a sequence that is in use.
    ///
    /// Why: it takes SHARE ROW EXCLUSIVE until COMMIT, and every nextval of another session waits.
    ///
    /// What to do: keep the transaction short, and lock_timeout too.
    SequenceLock "sequence-lock" Warn;
    /// A sequence starts again, since no value that it has given is within its new bounds, or its counter is set to the
    /// bound that it lies beyond.
    ///
    /// Why: where it counted to is lost, and a value that it gives may be in a table already.
    ///
    /// What to do: check that no column that uses the sequence has values within the new bounds.
    SequenceRestart "sequence-restart" Warn;
    /// A dictionary or the mapping of a text search configuration changes.
    ///
    /// Why: PostgreSQL does not compute stored tsvectors and indexes on to_tsvector again, so that they no longer fit
    /// the queries.
    ///
    /// What to do: update the stored tsvectors, and run REINDEX CONCURRENTLY on the indexes.
    StaleTextSearch "stale-text-search" Warn;
    /// A standby is behind, or a slot keeps WAL above the limit, before a statement that writes much.
    ///
    /// Why: a rewrite or an index build writes as much WAL as it writes data; the standby falls behind further, and
    /// the disk of the primary may fill.
    ///
    /// What to do: wait until the standby has caught up.
    StandbyLag "standby-lag" Warn;
    /// The planner's statistics of a column are gone after the statement.
    ///
    /// Why: ALTER COLUMN ... TYPE removes them, and until the next ANALYZE plans are made without them.
    ///
    /// What to do: run ANALYZE on the table after the change.
    StatsLost "stats-lost" Info;
    /// A column changes between timestamp and timestamptz.
    ///
    /// Why: the values are read in the TimeZone of the session, so that another session gives other values; with UTC
    /// PostgreSQL does not rewrite the table.
    ///
    /// What to do: declare the zone: `using = "c at time zone 'UTC'"`, or `timezone` in `[session]` of plumb.toml.
    TimezoneDependent "timezone-dependent" Block;
    /// An object is dropped because it is not in the declaration.
    ///
    /// Why: `undeclared = "drop"` drops whatever the declaration does not name, also what was made by hand for a
    /// reason.
    ///
    /// What to do: declare the object, or list it in `ignore` of `[manage]`, or allow the drop:
    /// `--allow 'undeclared-drop:view:public.old'`.
    UndeclaredDrop "undeclared-drop" Block;
    /// A table becomes unlogged.
    ///
    /// Why: an unlogged table writes no WAL: after a crash it is empty, and a standby has no row of it.
    ///
    /// What to do: check that the rows can be made again.
    Unlogged "unlogged" Warn;
    /// A constraint that is declared valid is NOT VALID in the database.
    ///
    /// Why: rows from before the constraint may break it, and the planner does not rely on it.
    ///
    /// What to do: correct the rows that break it, then let the plan validate it.
    UnvalidatedConstraint "unvalidated-constraint" Warn;
    /// A column is added first and gets its volatile default in a second statement.
    ///
    /// Why: the default counts for new rows only; in rows that are there the column is NULL.
    ///
    /// What to do: fill the column with a `backfill`, or in batches.
    VolatileDefaultNotBackfilled "volatile-default-not-backfilled" Warn;
    /// An autovacuum to prevent transaction ID wraparound works on the table.
    ///
    /// Why: such a worker is not cancelled for a waiting statement; the statement waits until the worker has ended.
    ///
    /// What to do: wait until the worker has ended, then apply.
    WraparoundVacuumRunning "wraparound-vacuum-running" Block;
    /// A statement takes SHARE or SHARE ROW EXCLUSIVE on a table, for a change of the catalogs only.
    ///
    /// Why: the statement is short, but while it waits for its lock every later write of the table waits behind it.
    ///
    /// What to do: keep lock_timeout short, and do not apply while long transactions use the table.
    WriteLock "write-lock" Warn;
}

impl Hazard {
    /// Whether a plan with it is refused until it is allowed.
    #[must_use]
    pub const fn gates(self) -> bool {
        matches!(self, Self::DataLoss | Self::NoTimeout | Self::UndeclaredDrop)
    }

    /// Whether it says that a lock is held while rows are read or written or an index is built: a plan with it is
    /// refused where that is done to a large table.
    #[must_use]
    pub const fn takes_long(self) -> bool {
        matches!(
            self,
            Self::DefaultPartitionScan
                | Self::DetachBlocking
                | Self::DomainFanout
                | Self::NonConcurrentIndex
                | Self::NotValidAndValidateTogether
                | Self::RebuildIndexExclusive
                | Self::RewriteTable
                | Self::ScanBlocksWrites
                | Self::ScanExclusive
        )
    }

    /// The hazard of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|hazard| hazard.name() == name)
    }

    /// Three paragraphs: what happens, why, and what to do.
    #[must_use]
    pub fn page(self) -> String {
        let lines = self.doc().lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        let paragraph = |text: &str| text.replace('\n', " ");
        let text: Vec<&str> = lines.collect();
        let paragraphs: Vec<String> = text.join("\n").split("\n\n").map(paragraph).collect();
        paragraphs.join("\n\n")
    }

    /// What to do about it: the last paragraph of its page.
    #[must_use]
    pub fn remedy(self) -> String {
        let page = self.page();
        page.rsplit_once(WHAT_TO_DO).map_or_else(String::new, |(_, remedy)| remedy.to_owned())
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that is no hazard's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownHazard {
    /// The name.
    pub name: String,
}

impl UnknownHazard {
    /// The nearest hazard, or where all of them are listed.
    #[must_use]
    pub fn help(&self) -> String {
        match nearest(&self.name, Hazard::ALL.iter().map(|hazard| hazard.name())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`plumb explain` lists the hazards".to_owned(),
        }
    }
}

impl fmt::Display for UnknownHazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown hazard `{}`; {}", self.name, self.help())
    }
}

impl std::error::Error for UnknownHazard {}

/// The name that was meant: the nearest, or else the first that begins with what was written.
#[must_use]
pub fn nearest<'a>(wrong: &str, names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let begins = |name: &&str| wrong.len() > 2 && name.starts_with(wrong);
    suggest(wrong, names.clone()).or_else(|| names.clone().find(begins))
}

impl FromStr for Hazard {
    type Err = UnknownHazard;

    fn from_str(name: &str) -> Result<Self, UnknownHazard> {
        Self::named(name).ok_or_else(|| UnknownHazard { name: name.to_owned() })
    }
}

impl Serialize for Hazard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Hazard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHY: &str = "Why: ";

    #[test]
    fn every_hazard_has_a_page_that_says_what_happens_why_and_what_to_do() {
        for hazard in Hazard::ALL {
            let page = hazard.page();
            let paragraphs: Vec<&str> = page.split("\n\n").collect();
            let [what, why, remedy] = paragraphs[..] else { panic!("{hazard}: {page}") };
            assert!(what.len() > 20 && what.ends_with('.'), "{hazard}: {what}");
            for (paragraph, start) in [(why, WHY), (remedy, WHAT_TO_DO)] {
                let text =
                    paragraph.strip_prefix(start).unwrap_or_else(|| panic!("{hazard}: {page}"));
                assert!(text.len() > 20 && text.ends_with('.'), "{hazard}: {text}");
            }
            assert_eq!(remedy.strip_prefix(WHAT_TO_DO), Some(hazard.remedy().as_str()));
            assert!(!page.contains("  ") && !page.contains(" \n"), "{hazard}: {page}");
        }
    }

    #[test]
    fn hazards_are_sorted_by_name_and_each_name_is_read_back() {
        let names: Vec<&str> = Hazard::ALL.iter().map(|hazard| hazard.name()).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        assert!(Hazard::ALL.is_sorted());
        for hazard in Hazard::ALL {
            assert_eq!(hazard.name().parse(), Ok(*hazard));
            let json = serde_json::to_string(hazard).unwrap();
            assert_eq!(json, format!("\"{hazard}\""));
            assert_eq!(serde_json::from_str::<Hazard>(&json).unwrap(), *hazard);
        }
    }

    #[test]
    fn what_destroys_and_what_waits_for_ever_gates_and_what_gates_blocks() {
        let gates: Vec<_> = Hazard::ALL.iter().filter(|hazard| hazard.gates()).collect();
        assert_eq!(gates, [&Hazard::DataLoss, &Hazard::NoTimeout, &Hazard::UndeclaredDrop]);
        let slow = Hazard::ALL.iter().filter(|hazard| hazard.takes_long());
        let mut all = gates.into_iter().chain(slow);
        assert!(all.all(|hazard| hazard.severity() == Severity::Block));
    }

    #[test]
    fn an_unknown_hazard_is_answered_with_the_nearest() {
        for (wrong, help) in [
            ("data-lost", "did you mean `data-loss`?"),
            ("data_loss", "did you mean `data-loss`?"),
            ("rewrite", "did you mean `rewrite-table`?"),
            ("undeclared", "did you mean `undeclared-drop`?"),
            ("fire", "`plumb explain` lists the hazards"),
        ] {
            let error = wrong.parse::<Hazard>().unwrap_err();
            assert_eq!(error.to_string(), format!("unknown hazard `{wrong}`; {help}"));
        }
    }

    /// A name in a string literal would be a second place where it is decided.
    #[test]
    fn no_other_file_writes_the_name_of_a_hazard_for_the_program() {
        fn files(dir: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
            for entry in std::fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    files(&path, found);
                } else if path.extension().is_some_and(|ext| ext == "rs") {
                    found.push(path);
                }
            }
        }
        // These are words of PostgreSQL or of the declaration, too.
        let words = ["cascade", "replication", "unlogged"];
        let mut found = Vec::new();
        files(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.len() > 100);
        for path in found.iter().filter(|path| !path.ends_with("src/hazard.rs")) {
            let text = std::fs::read_to_string(path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            if path.ends_with("tests.rs") {
                continue;
            }
            for hazard in Hazard::ALL.iter().filter(|hazard| !words.contains(&hazard.name())) {
                let literal = format!("\"{hazard}\"");
                assert!(!code.contains(&literal), "{}: {literal}", path.display());
            }
        }
    }
}
