//! Tables of tenants without a wall between them.

use super::rule::{Level, rule};
use super::{Facts, Found};

rule! {
    /// A table has a tenant column, and its row-level security is off or not forced, or no policy of it names the column.
    ///
    /// Why: rows of one tenant are then kept from another by nothing but the WHERE of each query; without FORCE the owner,
    /// as which many applications connect, passes every policy.
    ///
    /// What to do: add `row_level_security = true`, `force_row_level_security = true` and a policy whose condition names
    /// the column. The names of tenant columns are `tenant` of `[lint]` in plumb.toml (`["tenant_id"]` otherwise).
    "tenant-row-level-security" Some(Level::Error), check
}

fn check(facts: &Facts<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    // Through the parent the parent's policies apply; read by itself a partition has its own only.
    for table in facts.survey.tables.values().filter(|table| !table.is_foreign) {
        let names = facts.settings.tenant();
        let Some(name) = names.iter().find(|name| table.column(name).is_some()) else { continue };
        let mut lacks = Vec::new();
        if !table.row_level_security {
            lacks.push("row-level security is off".to_owned());
        } else if !table.is_forced {
            lacks.push("row-level security does not apply to its owner".to_owned());
        }
        if !table.policies.iter().any(|policy| policy.columns.iter().any(|column| column == name)) {
            lacks.push(format!("no policy names {name}"));
        }
        if !lacks.is_empty() {
            found.push(Found {
                object: table.id.clone(),
                message: format!(
                    "table {} has the tenant column {name}: {}",
                    table.id.dotted(),
                    lacks.join(", and ")
                ),
            });
        }
    }
    found
}
