//! What was seen when a plan was run on a copy of the schema.

use serde::{Deserialize, Serialize};

use super::{Lock, Relation};
use crate::id::Id;

/// What was seen, in all.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// `server_version_num` of the scratch.
    pub server_version: u32,
    /// How many rows were to be in each table.
    pub rows: u32,
    /// Of each statement that was run, in order.
    pub steps: Vec<StepEvidence>,
    /// Of each table that had rows.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tables: Vec<TableEvidence>,
    /// The statement that failed, and why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failed: Option<String>,
    /// The objects that are not as declared afterwards.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub differing: Vec<Id>,
    /// What could not be copied or filled.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
}

/// What one statement did.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct StepEvidence {
    /// The locks that it took on relations that were there before its transaction.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub locks: Vec<Lock>,
    /// The relations that it wrote anew.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub rewritten: Vec<Relation>,
    /// Why it was not run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub skipped: Option<String>,
}

/// What became of one table.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TableEvidence {
    /// Its name before.
    pub table: Relation,
    /// How many rows it had.
    pub before: i64,
    /// How many it has; `None`: the table is gone.
    pub after: Option<i64>,
    /// Columns whose type is the same and whose values are not.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub changed: Vec<String>,
}
