//! What moved in the database as metrics: Prometheus's text format, for the textfile collector of a
//! node exporter or a push gateway.
//!
//! Labels are the database, the kind and the state: never the name of an object.

use std::collections::BTreeMap;

use crate::plan::Plan;
use crate::shown;

use super::drift;

/// Writes how many objects moved, by kind and state.
#[must_use]
pub fn drift_prometheus(plan: &Plan) -> String {
    let database = escaped(&plan.database);
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let moved = drift::states(plan);
    for (state, node) in &moved {
        *counts.entry((node.change.kind.as_str(), state)).or_default() += 1;
    }
    let mut out = String::new();
    let mut gauge = |name: &str, help: &str, samples: Vec<(String, usize)>| {
        out.push_str(&format!("# HELP plumb_{name} {help}\n# TYPE plumb_{name} gauge\n"));
        for (labels, value) in samples {
            out.push_str(&format!("plumb_{name}{{database=\"{database}\"{labels}}} {value}\n"));
        }
    };
    let one = |value: usize| vec![(String::new(), value)];
    gauge(
        "drift",
        "Whether the database is otherwise than declared.",
        one(usize::from(!moved.is_empty())),
    );
    let by_kind = counts.iter().map(|((kind, state), count)| {
        (format!(",kind=\"{}\",state=\"{state}\"", escaped(kind)), *count)
    });
    gauge(
        "drift_objects",
        "Objects that are missing, extra, changed or renamed.",
        by_kind.collect(),
    );
    let rest = [
        (
            "unproved",
            "Objects of which nobody could decide whether they differ.",
            plan.unproved.len(),
        ),
        ("undeclared", "Objects in managed schemas that nobody declares.", plan.undeclared.len()),
        ("unmodelled", "Objects that plumb does not know.", plan.unmodelled.len()),
    ];
    for (name, help, count) in rest {
        gauge(&format!("{name}_objects"), help, one(count));
    }
    out
}

/// The value of a label: backslash, quote and line end are escaped, and what deceives before them.
fn escaped(text: &str) -> String {
    let place = shown::Place { colour: false, runner: true };
    shown::printed(text, place).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::plan::Action;

    #[test]
    fn a_quiet_night_has_every_gauge_at_zero() {
        let text = drift_prometheus(&sample::empty());
        let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            [
                "plumb_drift{database=\"clinic\"} 0",
                "plumb_unproved_objects{database=\"clinic\"} 0",
                "plumb_undeclared_objects{database=\"clinic\"} 0",
                "plumb_unmodelled_objects{database=\"clinic\"} 0",
            ]
        );
    }

    #[test]
    fn objects_are_counted_by_kind_and_state_and_never_named() {
        let mut plan = sample::empty();
        plan.database = "a\"b\\c\n".to_owned();
        plan.changes = vec![
            sample::change(Action::Create, "index:public.t.a"),
            sample::change(Action::Create, "index:public.t.b"),
            sample::change(Action::Alter, "view:public.v"),
            sample::change(Action::Rebuild, "view:public.w"),
        ];
        let text = drift_prometheus(&plan);
        let label = r#"database="a\"b\\c\n""#;
        for line in [
            format!("plumb_drift{{{label}}} 1\n"),
            format!("plumb_drift_objects{{{label},kind=\"index\",state=\"missing\"}} 2\n"),
            format!("plumb_drift_objects{{{label},kind=\"view\",state=\"changed\"}} 1\n"),
        ] {
            assert!(text.contains(&line), "{text}");
        }
        assert!(!text.contains("public"), "{text}");
    }
}
