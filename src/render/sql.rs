//! The plan as a script for psql, or for any client: plain SQL, transactions included.
//!
//! Whatever a name, a literal or a body holds: psql reads the statements of the plan and no others.
//! [`statements`] is what `apply` runs, so that what was reviewed is what happens.

mod batched;
mod guard;
mod variable;

use crate::connect::settings;
use crate::plan::{Plan, PlannedStep, Statement, statements};

use super::{heading, ink, label, summary};

/// The head of a script: what every session of plumb has set. psql converts nothing: it sends the bytes of the
/// script, and the server takes them for the encoding that is set first. Each is a statement of its own
/// before any comment, which psql would send along with the first.
fn head(plan: &Plan) -> String {
    let encoding = "SET client_encoding = 'UTF8'".to_owned();
    let settings = settings::script(&plan.timezone, plan.server_version);
    std::iter::once(encoding).chain(settings).map(|setting| format!("{setting};\n")).collect()
}

/// A statement that no script can hold.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "the statement for {object} cannot stand in a script for psql: {why}; save the plan as json, and \
     let plumb apply it"
)]
pub struct SqlError {
    /// The object that the statement is for.
    pub object: String,
    /// The reason.
    pub why: String,
}

/// Writes a plan as a script that `psql -v ON_ERROR_STOP=1 -f` runs as it is.
///
/// # Errors
/// A statement that psql would read as something else.
pub fn sql(plan: &Plan) -> Result<String, SqlError> {
    let mut out = if plan.transactions.is_empty() { String::new() } else { head(plan) };
    out.push_str(&format!("-- {}\n-- {}\n", heading(plan), summary(plan)));
    for change in &plan.unproved {
        let object = label::object(&change.object);
        out.push_str(&format!("-- unproved, and not in this script: {object}\n"));
    }
    if !plan.transactions.is_empty() {
        out.push_str("-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE\n");
    }
    out.push_str(&variable::head(plan));
    let all = plan.transactions.len();
    for (at, transaction) in plan.transactions.iter().enumerate() {
        out.push_str(&format!("\n-- transaction {} of {all}", at + 1));
        let batched = transaction.steps.iter().any(|step| step.batches.is_some());
        out.push_str(match (transaction.block, batched) {
            (true, _) => "\nBEGIN;\n",
            (false, true) => ", in batches\n",
            (false, false) => ", outside a block\n",
        });
        for statement in statements(transaction) {
            match statement {
                Statement::Setting(setting) => {
                    let setting = guard::guarded(&setting)
                        .map_err(|why| SqlError { object: setting.clone(), why })?;
                    out.push_str(&format!("{setting};\n"));
                }
                Statement::Step(step) => {
                    out.push_str(&remarks(plan, step));
                    let refused = |why| SqlError { object: object(plan, step), why };
                    let sql = guard::guarded(step.sql.trim_end()).map_err(refused)?;
                    let (lines, sql) = if step.secrets.is_empty() {
                        (String::new(), sql)
                    } else {
                        variable::statement(step, &sql).map_err(refused)?
                    };
                    let sql = match &step.batches {
                        Some(relation) => batched::block(&sql, relation).map_err(refused)?,
                        None => sql,
                    };
                    out.push_str(&format!("{lines}{}\n", terminated(&sql)));
                }
            }
        }
        if transaction.block {
            out.push_str("COMMIT;\n");
        }
    }
    Ok(out)
}

/// The object that a step is for.
fn object(plan: &Plan, step: &PlannedStep) -> String {
    plan.object_of(step).map_or_else(String::new, label::object)
}

/// The comments above a statement; nothing in them can end the line.
fn remarks(plan: &Plan, step: &PlannedStep) -> String {
    let reasons = label::reasons(plan, step).into_iter();
    let hazards = step
        .hazards
        .iter()
        .map(|hazard| format!("hazard {}: {}", hazard.name, ink::line(&hazard.message)));
    reasons.chain(hazards).map(|text| format!("-- {text}\n")).collect()
}

/// The statement with its semicolon, which must not fall into a comment at its end.
fn terminated(sql: &str) -> String {
    let sql = sql.trim_end();
    let last = sql.rsplit(['\n', '\r']).next().unwrap_or_default();
    if last.contains("--") { format!("{sql}\n;\n") } else { format!("{sql};\n") }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, step, transaction};
    use super::*;
    use crate::hazard::Hazard;
    use crate::plan::{Action, Cause, Transaction};
    use crate::step::StepHazard;

    fn on(path: &[&str], step: PlannedStep) -> PlannedStep {
        let search_path = Some(path.iter().map(|name| (*name).to_owned()).collect());
        PlannedStep { search_path, ..step }
    }

    #[test]
    fn an_empty_plan_is_a_comment() {
        let script = sql(&sample::empty()).expect("a script");
        assert_eq!(script, "-- plan for clinic (PostgreSQL 15.18)\n-- no changes\n");
    }

    #[test]
    fn the_script_has_its_transactions_and_its_reasons() {
        let mut plan = sample::empty();
        let mut view = sample::change(Action::Rebuild, "view:public.v");
        view.because_of = "column:public.t.a".parse().ok().map(Cause::Object);
        plan.changes = vec![sample::change(Action::Alter, "column:public.t.a"), view];
        let mut index = step("CREATE INDEX CONCURRENTLY i ON public.t (a)", &[0]);
        let message = "left invalid if it fails".to_owned();
        index.hazards.push(StepHazard { name: Hazard::InvalidIndex, message });
        plan.transactions = vec![
            transaction(vec![
                step("DROP VIEW public.v", &[1]),
                step("ALTER TABLE public.t ALTER a TYPE bigint", &[0]),
                on(&["billing", "public"], step("CREATE VIEW public.v AS select a from t", &[1])),
            ]),
            Transaction { block: false, ..transaction(vec![index]) },
        ];
        assert_eq!(
            sql(&plan).expect("a script"),
            head(&plan)
                + r"-- plan for clinic (PostgreSQL 15.18)
-- 1 to change, 1 to rebuild; 4 statements in 2 transactions; hazards: invalid-index 1
-- Run it with: psql -v ON_ERROR_STOP=1 -f FILE

-- transaction 1 of 2
BEGIN;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
-- rebuild view public.v, because column public.t.a changes
DROP VIEW public.v;

-- alter column public.t.a
ALTER TABLE public.t ALTER a TYPE bigint;

SET LOCAL search_path = billing, public;
-- rebuild view public.v, because column public.t.a changes
CREATE VIEW public.v AS select a from t;

COMMIT;

-- transaction 2 of 2, outside a block
SET search_path = pg_catalog;
-- alter column public.t.a
-- hazard invalid-index: left invalid if it fails
CREATE INDEX CONCURRENTLY i ON public.t (a);

RESET search_path;
"
        );
    }

    #[test]
    fn apply_runs_the_statements_of_the_script_and_no_others() {
        let plan = sample::clinic();
        let script = sql(&plan).expect("a script").replace(&head(&plan), "");
        let mut bare: String = script
            .lines()
            .filter(|line| !line.starts_with("--") && !["", "BEGIN;", "COMMIT;"].contains(line))
            .map(|line| format!("{line}\n"))
            .collect();
        for statement in plan.transactions.iter().flat_map(statements) {
            let sql = statement.sql();
            bare = bare.strip_prefix(&format!("{sql};\n")).expect(sql).to_owned();
        }
        assert_eq!(bare, "");
    }

    #[test]
    fn the_search_path_is_set_only_where_it_changes_and_quoted() {
        let steps = vec![
            on(&["Odd", "public"], step("select 1", &[])),
            on(&["Odd", "public"], step("select 2", &[])),
            on(&[], step("select 3", &[])),
            step("select 4", &[]),
        ];
        let transaction = transaction(steps);
        let statements = statements(&transaction);
        assert_eq!(
            statements.iter().map(Statement::sql).collect::<Vec<_>>(),
            [
                "SET LOCAL check_function_bodies = off",
                "SET LOCAL search_path = \"Odd\", public",
                "select 1",
                "select 2",
                "SET LOCAL search_path = ''",
                "select 3",
                "select 4",
            ]
        );
    }

    #[test]
    fn a_name_cannot_break_out_of_its_comment() {
        let mut plan = sample::empty();
        plan.database = "clinic\n; drop table client".to_owned();
        plan.changes = vec![sample::change(Action::Create, "table:public.a\r\ndrop table b; --")];
        plan.transactions = vec![transaction(vec![step("select 1", &[0])])];
        let script = sql(&plan).expect("a script");
        assert!(script.contains("\n-- plan for clinic\\n; drop table client (Post"), "{script}");
        assert!(script.contains("\n-- create table public.a\\r\\ndrop table b; --\nselect 1;\n"));
    }

    #[test]
    fn a_statement_that_psql_would_read_otherwise_is_refused_by_the_name_of_its_object() {
        let mut plan = sample::empty();
        plan.changes = vec![sample::change(Action::Alter, "column:public.t.a")];
        let evil = "ALTER TABLE t ALTER a TYPE text USING a::text;\n\\! touch CANARY\n--";
        plan.transactions = vec![transaction(vec![step(evil, &[0])])];
        let error = sql(&plan).unwrap_err();
        assert_eq!(error.object, "column public.t.a");
    }

    #[test]
    fn a_comment_at_the_end_of_a_statement_does_not_swallow_the_semicolon() {
        assert_eq!(terminated("select 1 -- one\n"), "select 1 -- one\n;\n");
        assert_eq!(terminated("select 1 -- one\n+ 1"), "select 1 -- one\n+ 1;\n");
    }
}
