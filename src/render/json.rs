//! The plan as JSON: what `apply` reads back. The field order is that of the types in `plan`.

use serde::Deserialize;

use crate::plan::{FORMAT, Plan};
use crate::shown;

/// Why a saved plan cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no JSON, or not of a plan.
    #[error("this is no plan that plumb saved: {0}; make it with `plumb plan --out FILE.json`")]
    Json(#[from] serde_json::Error),
    /// Another version of plumb wrote it.
    #[error(
        "the plan has format {0}, and this plumb reads format {FORMAT}: make the plan again with \
         this plumb, or apply it with the one that made it"
    )]
    Format(u64),
    /// A statement names a change that is not in the plan.
    #[error(
        "statement {step} of the plan is for change {change}, and there are only {changes}: the \
         file was edited by hand; make the plan again"
    )]
    Change {
        /// The number of the statement, from 1.
        step: usize,
        /// The change that it names, from 0.
        change: usize,
        /// How many there are.
        changes: usize,
    },
}

/// Writes a plan as JSON that [`read_json`] reads.
#[must_use]
pub fn json(plan: &Plan) -> String {
    pretty(plan)
}

/// Reads a plan that [`json`] wrote.
///
/// # Errors
///
/// Fails if the text is no plan, if its format is another version's, or if it does not hold
/// together.
pub fn read_json(text: &str) -> Result<Plan, ReadError> {
    // The version first: a later format may have other fields.
    let Version { format } = serde_json::from_str(text)?;
    if format != u64::from(FORMAT) {
        return Err(ReadError::Format(format));
    }
    let plan: Plan = serde_json::from_str(text)?;
    let changes = plan.changes.len();
    for (at, step) in plan.steps().enumerate() {
        if let Some(change) = step.changes.iter().find(|change| **change >= changes) {
            return Err(ReadError::Change { step: at + 1, change: *change, changes });
        }
    }
    Ok(plan)
}

/// Pretty JSON with a line end, fit to be printed.
pub(super) fn pretty(value: &impl serde::Serialize) -> String {
    // Serializing fails only for maps whose keys are no strings, and the plan has none.
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut out = shown::json(&text).into_owned();
    out.push('\n');
    out
}

#[derive(Deserialize)]
struct Version {
    format: u64,
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_saved_plan_is_read_back_as_it_was() {
        for plan in [sample::clinic(), sample::empty()] {
            let text = json(&plan);
            assert!(text.ends_with("}\n"));
            let read = read_json(&text).unwrap();
            assert_eq!(read, plan);
            assert_eq!(json(&read), text);
        }
    }

    #[test]
    fn an_empty_plan_is_short() {
        assert_eq!(
            json(&sample::empty()),
            "{\n  \"format\": 1,\n  \"database\": \"clinic\",\n  \"server_version\": 150018,\n  \
             \"changes\": [],\n  \"transactions\": []\n}\n"
        );
    }

    #[test]
    fn the_plan_of_another_version_is_refused_by_its_number() {
        let error = read_json(r#"{"format": 2, "steps": "elsewhere"}"#).unwrap_err();
        assert!(matches!(error, ReadError::Format(2)));
        assert!(
            error.to_string().starts_with("the plan has format 2, and this plumb reads format 1")
        );
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        for text in ["", "[1]", "{}", r#"{"format": 1}"#] {
            let error = read_json(text).unwrap_err().to_string();
            assert!(error.starts_with("this is no plan that plumb saved"), "{error}");
        }
    }

    #[test]
    fn an_edited_plan_whose_statements_point_nowhere_is_refused() {
        let mut plan = sample::clinic();
        plan.changes.truncate(3);
        let error = read_json(&json(&plan)).unwrap_err();
        assert!(matches!(error, ReadError::Change { changes: 3, .. }), "{error}");
    }
}
