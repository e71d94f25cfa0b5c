//! A plan as text: for a reviewer, for a pull request, for psql, for a program, for the nightly
//! job.
//!
//! Renderers take a [`Plan`] and give a `String`. They decide nothing, read no terminal and know
//! no server; whether to colour and how wide to write is passed in.

mod alert;
mod blocked;
mod drift;
mod evidence;
mod graph;
mod group;
mod html;
mod ink;
mod json;
mod label;
mod lint;
mod log;
mod markdown;
mod metrics;
mod record;
mod side_by_side;
pub mod sql;
mod statement;
mod template;
mod text;
mod verdict;
mod why;

use std::collections::BTreeMap;

use crate::hazard::Hazard;
use crate::plan::{Action, Plan};

pub use alert::{
    Alert, Anchors, Level, github, gitlab, plan_alerts, report_alerts, sarif, schema_alerts,
    script_alerts,
};
pub use drift::{drift_error_json, drift_json, drift_text, drift_verdict};
pub use evidence::evidence;
pub use graph::{Chosen, Columns, Drawing, NotDrawn, dot, mermaid, svg};
pub use html::html;
pub use ink::Style;
pub use json::{ReadError, digest_of, json, read_json};
pub use lint::{lint_json, lint_schema_json, lint_schema_text, lint_text};
pub use log::{log_json, log_text};
pub use markdown::{
    LONGEST, drift_markdown, drift_markdown_within, fenced, markdown, markdown_within, prose,
};
pub use metrics::{Run, drift_error_prometheus, drift_prometheus};
pub use record::{Circumstances, last_line, record_json, record_markdown};
pub use sql::{SqlError, sql};
pub use template::{About, TemplateError, template};
pub use text::text;
pub use why::{Asked, NotThere, why};

/// Says in one line what a plan does: `5 to create, 2 to change; 12 statements in 2 transactions`.
#[must_use]
pub fn summary(plan: &Plan) -> String {
    let mut parts = vec![changes(plan)];
    let statements = plan.steps().count();
    if statements > 0 {
        let transactions = crate::shown::counted(plan.transactions.len(), "transaction");
        parts.push(format!("{} in {transactions}", crate::shown::counted(statements, "statement")));
    }
    let mut hazards: BTreeMap<Hazard, usize> = BTreeMap::new();
    for (_, hazard) in plan.hazards() {
        *hazards.entry(hazard.name).or_default() += 1;
    }
    if !hazards.is_empty() {
        let each = hazards.iter().map(|(name, count)| format!("{name} {count}"));
        parts.push(format!("hazards: {}", each.collect::<Vec<_>>().join(", ")));
    }
    if !plan.unproved.is_empty() {
        parts.push(format!("{} unproved", plan.unproved.len()));
    }
    parts.join("; ")
}

/// `5 to create, 2 to change, 1 to drop`; what comes with its parent is not counted again.
fn changes(plan: &Plan) -> String {
    let nodes = group::fold(&plan.changes);
    let words = [
        ("create", &[Action::Create][..]),
        ("change", &[Action::Alter, Action::Replace]),
        ("rename", &[Action::Rename]),
        ("rebuild", &[Action::Rebuild]),
        ("drop", &[Action::Drop]),
    ];
    let counted = words.iter().filter_map(|(word, actions)| {
        let count = nodes.iter().filter(|node| actions.contains(&node.change.action)).count();
        (count > 0).then(|| format!("{count} to {word}"))
    });
    let counted = counted.collect::<Vec<_>>().join(", ");
    if counted.is_empty() { "no changes".to_owned() } else { counted }
}

/// `plan for clinic (PostgreSQL 15.18)`.
fn heading(plan: &Plan) -> String {
    let database = match plan.database.as_str() {
        "" => "plan from nothing".to_owned(),
        name => format!("plan for {}", ink::line(name)),
    };
    // `server_version_num` of 10 and later is the major version times 10000 plus the minor one.
    match (plan.server_version / 10_000, plan.server_version % 10_000) {
        (0, _) => database,
        (major, minor) => format!("{database} (PostgreSQL {major}.{minor})"),
    }
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod sample;

#[cfg(test)]
mod tests {
    use super::sample;
    use super::*;

    #[test]
    fn an_empty_plan_says_no_changes() {
        assert_eq!(summary(&sample::empty()), "no changes");
    }

    #[test]
    fn the_summary_counts_what_is_done_and_what_is_dangerous() {
        assert_eq!(
            summary(&sample::clinic()),
            "5 to create, 5 to change, 1 to rename, 1 to rebuild, 2 to drop; 9 statements in 2 \
             transactions; hazards: data-loss 1, rename-breaks-clients 1, rewrite-table 1; 1 unproved"
        );
    }

    #[test]
    fn one_of_each_is_written_in_the_singular() {
        let mut plan = sample::empty();
        plan.changes = vec![sample::change(Action::Drop, "table:public.old")];
        plan.transactions = vec![sample::transaction(vec![sample::step("DROP TABLE old", &[0])])];
        assert_eq!(summary(&plan), "1 to drop; 1 statement in 1 transaction");
    }

    #[test]
    fn the_heading_names_the_server_only_if_there_is_one() {
        let mut plan = sample::empty();
        assert_eq!(heading(&plan), "plan for clinic (PostgreSQL 15.18)");
        plan.database.clear();
        assert_eq!(heading(&plan), "plan from nothing (PostgreSQL 15.18)");
        plan.server_version = 0;
        assert_eq!(heading(&plan), "plan from nothing");
    }
}
