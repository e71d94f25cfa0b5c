//! What SQL written by hand would do to a live database: which of its statements block others for long, lose data or
//! break clients, and how they stand beside each other in transactions.
//!
//! The text is parsed and never executed. Without a database nothing is known of what is there: a relation that the
//! script does not make counts as large, unless its size is said.

mod alter;
mod column;
mod rows;
mod rule;
pub mod schema;
mod script;
mod statement;

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::hazard::{Hazard, Severity};
use crate::sql::split;
use crate::sql::tree::{self, Class, ParseError};

pub use rule::Rule;
use script::Script;

/// What is wrong with a statement: a hazard that a plan would have too, or a rule that only SQL written by hand breaks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    /// A hazard of a plan.
    Hazard(Hazard),
    /// A rule for scripts.
    Rule(Rule),
}

impl What {
    /// Its name, as `plumb explain` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hazard(hazard) => hazard.name(),
            Self::Rule(rule) => rule.name(),
        }
    }

    /// How grave it is.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::Hazard(hazard) => hazard.severity(),
            Self::Rule(_) => Severity::Block,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> String {
        match self {
            Self::Hazard(hazard) => hazard.remedy(),
            Self::Rule(rule) => rule.remedy().to_owned(),
        }
    }
}

/// Something to say of a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What.
    pub what: What,
    /// How grave it is here: work on a small table blocks others for a moment only.
    pub severity: Severity,
    /// The sentence, without what to do.
    pub message: String,
    /// The byte of the script at which the statement begins.
    pub at: usize,
}

/// How large the relations are, by `schema.name` or by the name alone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sizes {
    /// Rows of each.
    pub rows: BTreeMap<String, u64>,
    /// Bytes of each.
    pub bytes: BTreeMap<String, u64>,
}

/// A table with fewer rows is small: a server reads them in a millisecond.
const FEW_ROWS: u64 = 1000;

impl Sizes {
    /// Takes over the sizes of a database's relations.
    pub fn learn(&mut self, catalog: &Catalog) {
        for (id, object) in &catalog.objects {
            let Some(size) = object.size else { continue };
            self.bytes.insert(id.path.join("."), size.bytes);
            let bare = self.bytes.entry(id.name().to_owned()).or_default();
            *bare = size.bytes.max(*bare);
        }
    }

    /// Whether a relation is known to be small, of at most so many bytes.
    fn is_small(&self, name: &str, above: u64) -> bool {
        let bare = name.rsplit('.').next().unwrap_or(name);
        let of = |map: &BTreeMap<String, u64>| map.get(name).or_else(|| map.get(bare)).copied();
        match (of(&self.rows), of(&self.bytes)) {
            (Some(rows), _) => rows < FEW_ROWS,
            (None, Some(bytes)) => bytes <= above,
            (None, None) => false,
        }
    }
}

/// Reads a script and says what its statements would do; `above`: up to how many bytes a table is small.
///
/// # Errors
/// What PostgreSQL's grammar does not read.
pub fn sql(text: &str, sizes: &Sizes, above: u64) -> Result<Vec<Finding>, ParseError> {
    let mut script = Script::new(sizes, above);
    for (at, statement) in split::statements(text)? {
        let parsed = tree::parse(Class::Statements, statement)?;
        if let Some((kind, fields)) = parsed.get(0).and_then(tree::node) {
            script.statement(at, statement);
            statement::read(kind, fields, &mut script);
        }
    }
    Ok(script.found())
}

#[cfg(test)]
mod tests;
