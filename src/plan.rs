//! From two catalogs to ordered steps: a list of passes, each in its own file. Plain data comes
//! out; nothing here knows SQL text or a server.

mod build;
mod decide;
mod emit;
mod evidence;
mod fingerprint;
mod fold;
pub(crate) mod gate;
mod grant;
mod graph;
pub(crate) mod lock;
pub mod needs;
mod order;
mod realise;
pub mod rename;
pub(crate) mod rights;
mod room;
mod save;
mod statement;
mod swap;

use serde::{Deserialize, Serialize};

pub use build::{Options, differing, plan};
pub use fingerprint::{LOOSE, fingerprint, loose_fingerprint};
pub use rename::Renames;
pub use statement::{Statement, statements};

pub use evidence::{Evidence, StepEvidence, TableEvidence};

use crate::catalog::Unmodelled;
use crate::source::Origin;
use crate::step::StepHazard;

/// How it was found out that two values differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Typed fields differ.
    Structure,
    /// The parse trees differ, and nothing that a server could say would make them equal.
    ParseTree,
    /// A server deparsed both, and they differ.
    Server,
    /// Nobody could decide.
    Unproved,
}

/// What happens to an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is made.
    Create,
    /// It changes in place.
    Alter,
    /// It is dropped and made again because it cannot change in place.
    Replace,
    /// It is dropped and made again as it was, because something that it needs changes.
    Rebuild,
    /// It gets another name.
    Rename,
    /// It is removed.
    Drop,
}

/// One attribute that differs: `None` is absent.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// The name of the attribute, as in the long form; `comment`, `owner`, `grant` too.
    pub name: String,
    /// What is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// How the difference was found.
    pub proof: Proof,
    /// Whether PostgreSQL only keeps it apart, and nothing that it does can tell: `now()` and
    /// `CURRENT_TIMESTAMP`.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub cosmetic: bool,
}

/// A place in the declaration.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct At {
    /// The file, relative to the declaration's directory.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// One difference between what is there and what is wanted, for reading.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Change {
    /// The id of the object.
    pub object: String,
    /// Its kind.
    pub kind: String,
    /// What happens to it.
    pub action: Action,
    /// The old id of a renamed object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// For a rebuild, and a column whose values go over to a new type: the object that changes
    /// under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because_of: Option<String>,
    /// What differs; empty for create, drop and rebuild.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<Field>,
    /// Where it is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    /// Whether nobody declared the object and it goes for that.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub undeclared: bool,
}

/// A lock that a step takes on a relation.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Lock {
    /// The relation.
    pub relation: String,
    /// The mode, as in `pg_locks.mode`.
    pub mode: String,
}

/// One statement in its place.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PlannedStep {
    /// The statement, without a semicolon.
    pub sql: String,
    /// The search path that its unqualified names need; `None`: everything is qualified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_path: Option<Vec<String>>,
    /// The places in [`Plan::changes`] of the changes that it makes, the first one foremost.
    pub changes: Vec<usize>,
    /// What it may do.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub hazards: Vec<StepHazard>,
    /// The strongest lock on each relation that was there before.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub locks: Vec<Lock>,
    /// What the statement removes and what holds no data of its own: `column public.client.total`, a computed one.
    #[serde(skip_serializing_if = "std::collections::BTreeSet::is_empty", default)]
    pub harmless: std::collections::BTreeSet<String>,
    /// The environment variables whose values replace the placeholders in the statement.
    #[serde(skip_serializing_if = "std::collections::BTreeSet::is_empty", default)]
    pub secrets: std::collections::BTreeSet<String>,
}

/// Steps that are committed together.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Transaction {
    /// Whether the steps stand in a transaction block; otherwise there is only one, and PostgreSQL
    /// refuses it in a block.
    pub block: bool,
    /// The steps, in order.
    pub steps: Vec<PlannedStep>,
    /// The objects that are touched or needed, with their fingerprints before; `None`: absent.
    pub before: std::collections::BTreeMap<String, Option<String>>,
    /// The touched objects, with their fingerprints after.
    pub after: std::collections::BTreeMap<String, Option<String>>,
}

impl Transaction {
    /// The statement that leaves the session as it was before the transaction, after a statement of it failed.
    #[must_use]
    pub fn way_back(&self) -> &'static str {
        if self.block { "ROLLBACK" } else { "RESET ALL" }
    }
}

/// What would be dropped if silence were an order, and is only reported.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Undeclared {
    /// The id of the object.
    pub object: String,
}

/// Something that goes or that nobody declares, and something that is made, which look like one
/// object under two names. It is no change: the author decides, by the line that is given.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LooksRenamed {
    /// The id of what is made.
    pub object: String,
    /// The id of what is there.
    pub from: String,
    /// What they have in common.
    pub common: String,
    /// Where the object is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    /// The header under which the line goes; `None`: in the place of the line that is there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub under: Option<String>,
    /// The line that makes it a rename.
    pub line: String,
}

/// Ordered steps, what they are for, and what they start from.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Plan {
    /// The version of this format.
    pub format: u32,
    /// The name of the database it was made for; empty without one.
    pub database: String,
    /// `server_version_num` of that server.
    pub server_version: u32,
    /// The time zone in which literals of its statements are read.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub timezone: String,
    /// The system identifier of that server, if the role may read it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub system: Option<String>,
    /// The differences, grouped by object.
    pub changes: Vec<Change>,
    /// The way.
    pub transactions: Vec<Transaction>,
    /// Differences that nobody could decide: no steps are made for them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unproved: Vec<Change>,
    /// Differences in what `[manage]` leaves alone, such as the attributes of a role: no steps are
    /// made for them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unmanaged: Vec<Change>,
    /// What looks like a rename and is planned as a drop and a create.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub looks_renamed: Vec<LooksRenamed>,
    /// Objects in managed schemas that nobody declares, left alone.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub undeclared: Vec<Undeclared>,
    /// What is there and not modelled, left alone.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unmodelled: Vec<Unmodelled>,
    /// Remarks: a rename that has already happened, a partition left alone.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
    /// What was seen when it was run on a copy.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evidence: Option<Evidence>,
}

/// The version of the saved form.
pub const FORMAT: u32 = 2;

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Every step, in order.
    pub fn steps(&self) -> impl Iterator<Item = &PlannedStep> {
        self.transactions.iter().flat_map(|transaction| &transaction.steps)
    }

    /// The ids of the objects that it changes, or starts from, or leaves behind.
    pub fn ids(&self) -> impl Iterator<Item = &str> + Clone {
        let changed = self.changes.iter().map(|change| change.object.as_str());
        let kept = self.transactions.iter().flat_map(|it| it.before.keys().chain(it.after.keys()));
        changed.chain(kept.map(String::as_str))
    }

    /// Every hazard with the object that it threatens, in order of the steps.
    pub fn hazards(&self) -> impl Iterator<Item = (&str, &StepHazard)> {
        self.steps().flat_map(move |step| {
            let object = step.changes.first().and_then(|at| self.changes.get(*at));
            let object = object.map_or("", |change| change.object.as_str());
            step.hazards.iter().map(move |hazard| (object, hazard))
        })
    }
}

/// Why there is no plan.
#[non_exhaustive]
#[derive(Clone, Debug, thiserror::Error)]
pub enum PlanError {
    /// PostgreSQL has no way from here to there: object, reason and way round, place.
    #[error("{}", refusals(.0))]
    Refused(Vec<(String, String, Option<Origin>)>),
    /// Texts that would end the statement in which they stand: object, reason, place.
    #[error("{}", broken(.0))]
    Broken(Vec<(String, String, Option<Origin>)>),
    /// A transaction takes more locks than the server's lock table holds.
    #[error(
        "transaction {transaction} takes at least {locks} locks, and the lock table of the server holds {room} for sure: set \
         max_locks_per_transaction to {enough} or more and restart the server, or make the change in parts"
    )]
    Locks {
        /// The number of the transaction, from 1.
        transaction: usize,
        /// How many locks it takes at least.
        locks: usize,
        /// How many the lock table holds.
        room: u32,
        /// The `max_locks_per_transaction` that is enough.
        enough: usize,
    },
    /// Objects need each other in a circle.
    #[error("these objects need each other in a circle: {}; {CIRCLE_HELP}", circle(.0))]
    Cycle(Vec<(String, Option<Origin>)>),
}

/// What to do about a circle.
pub const CIRCLE_HELP: &str =
    "break it with a body that PostgreSQL reads late (PL/pgSQL), or in two steps";

/// The objects of a circle, the first again at the end.
#[must_use]
pub fn circle(objects: &[(String, Option<Origin>)]) -> String {
    let names = objects.iter().chain(objects.first()).map(|(id, _)| id.as_str());
    names.collect::<Vec<_>>().join(" -> ")
}

fn broken(broken: &[(String, String, Option<Origin>)]) -> String {
    let line =
        |(id, why, _): &(String, String, _)| format!("{id}: its statement is not one: {why}");
    broken.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn refusals(refused: &[(String, String, Option<Origin>)]) -> String {
    let line = |(id, why, _): &(String, String, _)| format!("{id} cannot be changed: {why}");
    refused.iter().map(line).collect::<Vec<_>>().join("\n")
}
