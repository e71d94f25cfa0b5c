//! Policies that do not apply.

use super::rule::{Level, rule};
use super::{Facts, Found};

rule! {
    /// A table has a policy, and its row-level security is off.
    ///
    /// Why: PostgreSQL keeps the policy and applies it to no query until row-level security is enabled.
    ///
    /// What to do: add `row_level_security = true` to the table, or remove the policy.
    "policy-without-row-level-security" Some(Level::Error), check
}

fn check(facts: &Facts<'_>) -> Vec<Found> {
    let off = facts.survey.tables.values().filter(|table| !table.row_level_security);
    let policies = off.flat_map(|table| table.policies.iter().map(move |policy| (table, policy)));
    policies
        .map(|(table, policy)| Found {
            object: policy.id.clone(),
            message: format!(
                "policy {} does not apply: row-level security of table {} is off",
                policy.id.name(),
                table.id.dotted()
            ),
        })
        .collect()
}
