//! `Step`: one SQL statement with its hazards and its place in a transaction.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value as Json;

use crate::hazard::{Hazard, Severity};

/// Whether a statement may share a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// It may.
    #[default]
    Shared,
    /// It may, but what follows needs it committed (`ALTER TYPE ... ADD VALUE`).
    CommitAfter,
    /// It stands in a transaction of its own: it takes long, or needs what is before it committed, and no lock of
    /// another statement may be held meanwhile.
    Apart,
    /// PostgreSQL refuses it inside a transaction block.
    Alone,
}

/// A hazard of one step.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
pub struct StepHazard {
    /// Which one.
    pub name: Hazard,
    /// What happens, in a sentence.
    pub message: String,
}

/// The severity stands beside the name, for those who read the plan; whoever reads it back knows it by the name.
impl Serialize for StepHazard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            name: Hazard,
            severity: Severity,
            message: &'a str,
        }
        let Self { name, message } = self;
        Written { name: *name, severity: name.severity(), message }.serialize(serializer)
    }
}

/// One SQL statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The statement, without a semicolon.
    pub sql: String,
    /// Its place in a transaction.
    pub block: Block,
    /// What it may do.
    pub hazards: Vec<StepHazard>,
    /// Whether no unqualified name in it needs the author's search path.
    pub qualified: bool,
    /// The environment variables whose values stand in the place of placeholders when it is
    /// executed.
    pub secrets: BTreeSet<String>,
    /// Whether it can wait until all is done that cannot.
    pub late: bool,
    /// What it leaves of objects that are there for a while only, so that it can be told how far a plan has come: their
    /// ids as texts with their attributes, or `None` for what is gone then.
    pub leaves: Vec<(String, Option<Json>)>,
    /// The relation whose rows it writes in batches, each in a transaction of its own: its schema and name.
    pub batches: Option<[String; 2]>,
}

impl Step {
    /// A harmless statement that may share a transaction.
    pub fn new(sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            block: Block::Shared,
            hazards: Vec::new(),
            qualified: true,
            secrets: BTreeSet::new(),
            late: false,
            leaves: Vec::new(),
            batches: None,
        }
    }

    /// Says what it leaves of an object that is there for a while only.
    #[must_use]
    pub fn leaves(mut self, object: &impl ToString, attrs: Option<Json>) -> Self {
        self.leaves.push((object.to_string(), attrs));
        self
    }

    /// Lets the statement, and those of its object that follow it, wait until all is done that cannot.
    #[must_use]
    pub fn late(self) -> Self {
        Self { late: true, ..self }
    }

    /// Says that the statement, an UPDATE with a WHERE, writes the rows of a relation in batches.
    #[must_use]
    pub fn in_batches(mut self, relation: [&str; 2]) -> Self {
        self.batches = Some(relation.map(str::to_owned));
        self.block = Block::Alone;
        self
    }

    /// Says that the statement holds the author's text, and so needs his search path.
    #[must_use]
    pub fn authored(mut self) -> Self {
        self.qualified = false;
        self
    }

    /// Adds a hazard.
    #[must_use]
    pub fn hazard(mut self, name: Hazard, message: impl Into<String>) -> Self {
        self.hazards.push(StepHazard { name, message: message.into() });
        self
    }

    /// Names variables that may stand in the statement as placeholders.
    #[must_use]
    pub fn secrets<'a>(mut self, variables: impl IntoIterator<Item = &'a str>) -> Self {
        let stands = |name: &&str| self.sql.contains(&format!("${{env:{name}}}"));
        let named: Vec<String> = variables.into_iter().filter(stands).map(str::to_owned).collect();
        self.secrets.extend(named);
        self
    }

    /// Says that rows or values are lost.
    #[must_use]
    pub fn loses_data(self, message: impl Into<String>) -> Self {
        self.hazard(Hazard::DataLoss, message)
    }

    /// Says that the whole of a relation is rewritten; `what` it is, in words.
    #[must_use]
    pub fn rewrites(self, what: &str) -> Self {
        let message = format!("rewrites the whole {what} while holding the lock");
        self.hazard(Hazard::RewriteTable, message)
    }

    /// Says that the old name is gone for clients, also where only the schema is another.
    #[must_use]
    pub fn renames(self) -> Self {
        self.hazard(Hazard::RenameBreaksClients, "code that uses the old name stops working")
    }

    /// Says where in a transaction it may stand.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.block = block;
        self
    }
}

impl From<String> for Step {
    fn from(sql: String) -> Self {
        Self::new(sql)
    }
}
