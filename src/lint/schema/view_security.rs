//! Views that read past the policies of their tables.

use super::rule::{Level, rule};
use super::{Facts, Found};

rule! {
    /// A view reads a table with row-level security, and is neither `security_invoker` nor `security_barrier`.
    ///
    /// Why: a view reads as its owner, so that the policies for the role that uses the view do not apply; and without
    /// `security_barrier` a function in the condition of a query may see rows that the view leaves out.
    ///
    /// What to do: declare the view with `(security_invoker = true)` (PostgreSQL 15), so that the policies apply to who
    /// uses it; or with `(security_barrier = true)`, where the view itself leaves out what its users may not see.
    "view-over-row-level-security" Some(Level::Warn), check
}

fn check(facts: &Facts<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for view in facts.survey.views.iter().filter(|view| !view.is_invoker && !view.is_barrier) {
        let is_secured = |id: &&crate::id::Id| {
            facts.survey.tables.get(*id).is_some_and(|table| table.row_level_security)
        };
        let tables: std::collections::BTreeSet<String> =
            view.reads.iter().filter(is_secured).map(crate::id::Id::dotted).collect();
        if !tables.is_empty() {
            let tables = tables.into_iter().collect::<Vec<_>>().join(", ");
            found.push(Found {
                object: view.id.clone(),
                message: format!(
                    "view {} reads as its owner past the row-level security of {tables}",
                    view.id.dotted()
                ),
            });
        }
    }
    found
}
