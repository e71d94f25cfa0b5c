//! The plan as JSON: what `apply` reads back. The field order is that of the types in `plan`, but for the digest over
//! all of it, which stands behind the format.

use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::hazard::Hazard;
use crate::plan::{FORMAT, Plan, gate, placeholder};
use crate::shown;

/// Why a saved plan cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no JSON, or not of a plan.
    #[error("not a plan saved by plumb: {0}; make it with `plumb plan --out FILE.json`")]
    Json(#[from] serde_json::Error),
    /// Another version of plumb wrote it.
    #[error(
        "the plan has format {0}, and this plumb reads format {FORMAT}: make the plan again with \
         this plumb, or apply it with the one that made it"
    )]
    Format(u64),
    /// The file is not as plumb wrote it.
    #[error("the plan was changed after plumb had saved it: its digest does not fit; plan again")]
    Digest,
    /// Another version of plumb wrote it, with a hazard that this one lacks.
    #[error(
        "the plan was made by another plumb: its statement {step} has the hazard `{name}`, which this plumb does not \
         know; make the plan again with this plumb, or apply it with the one that made it"
    )]
    Hazard {
        /// The number of the statement, from 1.
        step: usize,
        /// The name of the hazard.
        name: String,
    },
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
    /// A statement does what the plan does not say, or what no plan does.
    #[error("statement {step} of the plan is refused: {why}; the file was edited: plan again")]
    Statement {
        /// The number of the statement, from 1.
        step: usize,
        /// Why it is refused.
        why: String,
    },
}

impl ReadError {
    /// Whether it is a plan, and was edited.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Self::Json(_) | Self::Format(_) | Self::Hazard { .. })
    }
}

/// The key of the digest.
const DIGEST: &str = "digest";

fn fields(plan: &Plan) -> Map<String, Value> {
    // Serializing fails only for maps whose keys are no strings, and the plan has none.
    match serde_json::to_value(plan) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// The digest by which a plan is known: that of its saved form.
#[must_use]
pub fn digest_of(plan: &Plan) -> String {
    digest(&fields(plan))
}

/// Writes a plan as JSON that [`read_json`] reads.
#[must_use]
pub fn json(plan: &Plan) -> String {
    let fields = fields(plan);
    let digest = Value::String(digest(&fields));
    let mut saved = Map::new();
    for (key, value) in fields {
        let first = saved.is_empty();
        saved.insert(key, value);
        if first {
            saved.insert(DIGEST.to_owned(), digest.clone());
        }
    }
    pretty(&Value::Object(saved))
}

/// The digest over the fields of a plan: every key and value, whatever blanks stand between them.
fn digest(fields: &Map<String, Value>) -> String {
    let text = serde_json::to_string(fields).unwrap_or_default();
    let digest = Sha256::digest(text.as_bytes());
    format!("sha256:{}", shown::hex(&digest))
}

/// Reads a plan that [`json`] wrote.
///
/// # Errors
///
/// Fails if the text is no plan, if its format is another version's, if its digest does not fit, or if a statement
/// does what the plan does not say.
pub fn read_json(text: &str) -> Result<Plan, ReadError> {
    // The version first: a later format may have other fields.
    let Version { format } = serde_json::from_str(text)?;
    if format != u64::from(FORMAT) {
        return Err(ReadError::Format(format));
    }
    let mut fields: Map<String, Value> = serde_json::from_str(text)?;
    let said = fields.shift_remove(DIGEST);
    // What is read below is what the digest is over: of a key that stands there twice the last value.
    if said != Some(Value::String(digest(&fields))) {
        return Err(ReadError::Digest);
    }
    known_hazards(&fields)?;
    let plan: Plan = serde_json::from_value(Value::Object(fields))?;
    let changes = plan.changes.len();
    for (at, step) in plan.steps().enumerate() {
        if let Some(change) = step.changes.iter().find(|change| **change >= changes) {
            return Err(ReadError::Change { step: at + 1, change: *change, changes });
        }
        if let Some(why) = placeholder::misplaced(step) {
            return Err(ReadError::Statement { step: at + 1, why });
        }
    }
    gate::check(&plan.transactions, &plan.changes)
        .map_err(|foreign| ReadError::Statement { step: foreign.step + 1, why: foreign.why })?;
    Ok(plan)
}

/// Checks that every hazard is one of ours; whether the rest is a plan, its types say.
fn known_hazards(fields: &Map<String, Value>) -> Result<(), ReadError> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let steps = list(fields.get("transactions")).into_iter().flat_map(|it| list(it.get("steps")));
    for (at, step) in steps.enumerate() {
        for hazard in list(step.get("hazards")) {
            let name = hazard.get("name").and_then(Value::as_str);
            if let Some(name) = name.filter(|name| Hazard::named(name).is_none()) {
                return Err(ReadError::Hazard { step: at + 1, name: name.to_owned() });
            }
        }
    }
    Ok(())
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
        let text = json(&sample::empty());
        let (head, rest) = text.split_once("  \"digest\": \"sha256:").unwrap();
        assert_eq!(head, "{\n  \"format\": 2,\n");
        assert_eq!(
            &rest[64..],
            "\",\n  \"database\": \"clinic\",\n  \"server_version\": 150018,\n  \"changes\": [],\n  \
             \"transactions\": []\n}\n"
        );
    }

    #[test]
    fn the_plan_of_another_version_is_refused_by_its_number() {
        let error = read_json(r#"{"format": 9, "steps": "elsewhere"}"#).unwrap_err();
        assert!(matches!(error, ReadError::Format(9)));
        assert!(
            error.to_string().starts_with("the plan has format 9, and this plumb reads format 2")
        );
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        for text in ["", "[2]", "{}", r#"{"format": 2, "x"}"#] {
            let error = read_json(text).unwrap_err().to_string();
            assert!(error.starts_with("not a plan saved by plumb"), "{error}");
        }
    }

    #[test]
    fn a_hazard_of_another_version_is_named() {
        let mut fields: Map<String, Value> =
            serde_json::from_str(&json(&sample::clinic())).unwrap();
        fields.shift_remove(DIGEST);
        let text = Value::Object(fields).to_string().replace("rewrite-table", "rewrite");
        let mut fields: Map<String, Value> = serde_json::from_str(&text).unwrap();
        fields.insert(DIGEST.to_owned(), Value::String(digest(&fields)));
        let error = read_json(&Value::Object(fields).to_string()).unwrap_err();
        assert!(!error.is_refusal());
        assert_eq!(
            error.to_string(),
            "the plan was made by another plumb: its statement 5 has the hazard `rewrite`, which this plumb does not \
             know; make the plan again with this plumb, or apply it with the one that made it"
        );
    }

    /// The sample plan with one text replaced, and a digest that fits.
    fn bent(from: &str, to: &str) -> String {
        let mut fields: Map<String, Value> =
            serde_json::from_str(&json(&sample::clinic())).unwrap();
        fields.shift_remove(DIGEST);
        let text = Value::Object(fields).to_string();
        assert!(text.contains(from), "{from}");
        let mut fields: Map<String, Value> = serde_json::from_str(&text.replace(from, to)).unwrap();
        fields.insert(DIGEST.to_owned(), Value::String(digest(&fields)));
        Value::Object(fields).to_string()
    }

    #[test]
    fn a_text_that_names_no_object_kind_or_lock_is_refused() {
        for (from, to, said) in [
            ("\"object\":\"role:app_auditor\"", "\"object\":\"auditor\"", "`auditor` is no id"),
            (
                "\"kind\":\"role\"",
                "\"kind\":\"view\"",
                "the kind of role:app_auditor is not `view`",
            ),
            ("\"kind\":\"role\"", "\"kind\":\"roll\"", "`roll` is no kind of object"),
            ("\"from\":\"column:", "\"from\":\"", "is no id"),
            ("\"mode\":\"ShareRowExclusiveLock\"", "\"mode\":\"None\"", "unknown variant `None`"),
            ("\"relation\":\"public.invoice\"", "\"relation\":\"\"", "`` is no relation"),
        ] {
            let error = read_json(&bent(from, to)).unwrap_err().to_string();
            assert!(error.starts_with("not a plan saved by plumb: "), "{error}");
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn fingerprints_are_saved_in_the_order_of_their_texts() {
        let mut plan = sample::clinic();
        let ids = ["column:a.t.b", "table:a.t", "domain:a.d", "role:x"];
        let prints = ids.iter().map(|id| (id.parse().unwrap(), None)).collect();
        plan.transactions[0].before = prints;
        let text = json(&plan);
        let mut places: Vec<_> = ids.iter().map(|id| (text.rfind(id).unwrap(), *id)).collect();
        places.sort_unstable();
        let found: Vec<_> = places.into_iter().map(|(_, id)| id).collect();
        assert_eq!(found, ["column:a.t.b", "domain:a.d", "role:x", "table:a.t"]);
        assert_eq!(read_json(&text).unwrap(), plan);
    }

    #[test]
    fn an_edited_plan_whose_statements_point_nowhere_is_refused() {
        let mut plan = sample::clinic();
        plan.changes.truncate(3);
        let error = read_json(&json(&plan)).unwrap_err();
        assert!(matches!(error, ReadError::Change { changes: 3, .. }), "{error}");
    }
}
