//! What moved in the database as metrics: Prometheus's text format, for the textfile collector of a
//! node exporter or a push gateway.
//!
//! Labels are the database, the kind and the state: never the name of an object.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::drift::Drift;
use crate::shown;

use super::drift::states;

/// When a run began, and how long it took.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// When it began, from 1970-01-01 00:00 UTC.
    pub at: Duration,
    /// How long it took.
    pub took: Duration,
}

/// Gauges in the making.
struct Gauges {
    database: String,
    out: String,
}

impl Gauges {
    fn of(database: &str) -> Self {
        Self { database: escaped(database), out: String::new() }
    }

    fn gauge<T: std::fmt::Display>(&mut self, name: &str, help: &str, samples: Vec<(String, T)>) {
        let (database, out) = (&self.database, &mut self.out);
        out.push_str(&format!("# HELP plumb_{name} {help}\n# TYPE plumb_{name} gauge\n"));
        for (labels, value) in samples {
            out.push_str(&format!("plumb_{name}{{database=\"{database}\"{labels}}} {value}\n"));
        }
    }

    fn one<T: std::fmt::Display>(&mut self, name: &str, help: &str, value: T) {
        self.gauge(name, help, vec![(String::new(), value)]);
    }

    /// Whether the run came to an answer, when it was and how long it took.
    fn run(&mut self, up: bool, run: Run) {
        self.one("up", "Whether the database could be read and compared.", u8::from(up));
        self.one(
            "run_timestamp_seconds",
            "When the run began, in seconds since 1970.",
            run.at.as_secs(),
        );
        let took = format!("{:.3}", run.took.as_secs_f64());
        self.one("run_duration_seconds", "How long the run took.", took);
    }
}

/// Writes how many objects moved, by kind and state.
#[must_use]
pub fn drift_prometheus(drift: &Drift, run: Run) -> String {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let moved = states(drift);
    for (state, node) in &moved {
        *counts.entry((node.change.object.kind.name(), state)).or_default() += 1;
    }
    let mut gauges = Gauges::of(&drift.database);
    gauges.run(true, run);
    gauges.one(
        "drift",
        "Whether the database is otherwise than declared.",
        u8::from(!moved.is_empty()),
    );
    let by_kind = counts.iter().map(|((kind, state), count)| {
        (format!(",kind=\"{}\",state=\"{state}\"", escaped(kind)), *count)
    });
    gauges.gauge(
        "drift_objects",
        "Objects that are missing, extra, changed or renamed.",
        by_kind.collect(),
    );
    let rest = [
        (
            "unproved",
            "Objects of which no server could decide whether they differ.",
            drift.unproved.len(),
        ),
        (
            "undeclared",
            "Objects in managed schemas that are not in the declaration.",
            drift.undeclared.len(),
        ),
        ("unmodelled", "Objects that plumb does not know.", drift.unmodelled.len()),
    ];
    for (name, help, count) in rest {
        gauges.one(&format!("{name}_objects"), help, count);
    }
    gauges.out
}

/// Writes that a run came to no answer, so that no gauge of an earlier run stays.
#[must_use]
pub fn drift_error_prometheus(database: &str, run: Run) -> String {
    let mut gauges = Gauges::of(database);
    gauges.run(false, run);
    gauges.out
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

    const RUN: Run =
        Run { at: Duration::from_secs(1_700_000_000), took: Duration::from_millis(1234) };

    #[test]
    fn a_quiet_night_has_every_gauge_at_zero() {
        let text = drift_prometheus(&sample::moved(sample::empty()), RUN);
        let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            [
                "plumb_up{database=\"clinic\"} 1",
                "plumb_run_timestamp_seconds{database=\"clinic\"} 1700000000",
                "plumb_run_duration_seconds{database=\"clinic\"} 1.234",
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
        let text = drift_prometheus(&sample::moved(plan), RUN);
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

    #[test]
    fn a_run_without_an_answer_says_only_that_it_has_none() {
        let text = drift_error_prometheus("clinic", RUN);
        assert!(text.contains("plumb_up{database=\"clinic\"} 0\n"), "{text}");
        assert!(text.contains("plumb_run_timestamp_seconds{"), "{text}");
        assert!(!text.contains("plumb_drift"), "{text}");
    }
}
