//! From two catalogs to ordered steps: a list of passes, each in its own file. Plain data comes
//! out; nothing here knows SQL text or a server.

mod build;
mod decide;
mod emit;
mod estimate;
mod evidence;
mod fingerprint;
pub(crate) mod fires;
mod fold;
pub(crate) mod gate;
mod grant;
mod graph;
pub(crate) mod large;
pub(crate) mod lock;
pub mod needs;
mod order;
pub(crate) mod placeholder;
mod precede;
pub(crate) mod questions;
mod realise;
mod refusal;
mod relation;
pub mod rename;
pub(crate) mod rights;
mod room;
mod save;
mod stages;
mod statement;
mod swap;
mod taken;
mod why;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use build::{Options, differing, plan};
pub use fingerprint::{LOOSE, Prints, fingerprint, loose_fingerprint};
pub use questions::{Question, questions};
pub use refusal::{CIRCLE_HELP, PlanError, Refusal, circle};
pub use relation::{Lock, LockMode, Relation, RelationError};
pub use rename::Renames;
pub use statement::{Statement, statements};
pub use why::{Done, Turn, Way};

pub use estimate::Held;
pub use evidence::{Evidence, StepEvidence, TableEvidence};

use crate::catalog::{Size, Unmodelled};
use crate::id::Id;
use crate::snapshot::Part;
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
    /// Undecided: no server could tell whether they differ.
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
    /// The object; its kind stands beside it in the saved form.
    #[serde(flatten, with = "with_kind")]
    pub object: Id,
    /// What happens to it.
    pub action: Action,
    /// The old id of a renamed object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Id>,
    /// What changes it, where it does not differ itself; why the difference is undecided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because_of: Option<Cause>,
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

/// Why a change stands in a plan, where that does not follow from the object itself.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cause {
    /// For a rebuild, and a column that is converted to a new type: the object that changes under it.
    Object(Id),
    /// What a server said, which so could not decide whether it differs.
    Undecided(String),
}

impl Cause {
    /// The object that changes.
    #[must_use]
    pub fn object(&self) -> Option<&Id> {
        match self {
            Self::Object(id) => Some(id),
            Self::Undecided(_) => None,
        }
    }
}

/// The saved form of an object: its id, and its kind once more.
mod with_kind {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::id::Id;
    use crate::kind::Kind;

    #[derive(Serialize)]
    struct Written<'a> {
        object: &'a Id,
        kind: Kind,
    }

    #[derive(Deserialize)]
    struct Read {
        object: Id,
        kind: Kind,
    }

    pub(super) fn serialize<S: Serializer>(object: &Id, serializer: S) -> Result<S::Ok, S::Error> {
        Written { object, kind: object.kind }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Id, D::Error> {
        let Read { object, kind } = Read::deserialize(from)?;
        if object.kind == kind {
            return Ok(object);
        }
        Err(D::Error::custom(format!("the kind of {object} is not `{kind}`")))
    }
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
    /// What the statement changes beside the objects of the plan's changes and what they are made of: `relation
    /// public.visit_2026_key`, a partition's copy of an index.
    #[serde(skip_serializing_if = "std::collections::BTreeSet::is_empty", default)]
    pub touches: std::collections::BTreeSet<String>,
    /// The environment variables whose values replace the placeholders in the statement.
    #[serde(skip_serializing_if = "std::collections::BTreeSet::is_empty", default)]
    pub secrets: std::collections::BTreeSet<String>,
    /// The relation whose rows the statement writes in batches, each committed before the next.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub batches: Option<Relation>,
    /// Its place in [`Plan::way`].
    #[serde(skip)]
    pub turn: Turn,
}

impl PlannedStep {
    /// The object that it is foremost for, among the changes of its plan.
    pub(crate) fn object<'a>(&self, changes: &'a [Change]) -> Option<&'a Id> {
        Some(&changes.get(*self.changes.first()?)?.object)
    }
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
    #[serde(serialize_with = "fingerprint::by_text")]
    pub before: Prints,
    /// The touched objects, with their fingerprints after.
    #[serde(serialize_with = "fingerprint::by_text")]
    pub after: Prints,
    /// The places of the earlier transactions that have to be committed before it; `None`: all of them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub needs: Option<std::collections::BTreeSet<usize>>,
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
    /// The object.
    pub object: Id,
}

/// Something that goes or that nobody declares, and something that is made, which look like one
/// object under two names. It is no change: the author decides, by the line that is given.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LooksRenamed {
    /// What is made.
    pub object: Id,
    /// What is there.
    pub from: Id,
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
    /// The relations above the limit that it locks, and how large they are.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub large: BTreeMap<Relation, Size>,
    /// What the rows must be like for it to succeed. `apply` asks what the statements ask, and not what stands here.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub questions: Vec<Question>,
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
    /// What the objects that it changes were before: where the way back leads.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub back: Option<Part>,
    /// What was seen when it was run on a copy.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evidence: Option<Evidence>,
    /// The graph that it was ordered by; empty in a plan that was read from a file.
    #[serde(skip)]
    pub way: Way,
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

    /// The objects that it changes, or starts from, or leaves behind.
    pub fn ids(&self) -> impl Iterator<Item = &Id> + Clone {
        let changed = self.changes.iter().map(|change| &change.object);
        let kept = self.transactions.iter().flat_map(|it| it.before.keys().chain(it.after.keys()));
        changed.chain(kept)
    }

    /// The object that a step is foremost for; none where it only gives the connected role a right.
    #[must_use]
    pub fn object_of(&self, step: &PlannedStep) -> Option<&Id> {
        step.object(&self.changes)
    }

    /// Every hazard with the object that it threatens, in order of the steps.
    pub fn hazards(&self) -> impl Iterator<Item = (Option<&Id>, &StepHazard)> {
        self.steps().flat_map(move |step| {
            let object = self.object_of(step);
            step.hazards.iter().map(move |hazard| (object, hazard))
        })
    }
}
