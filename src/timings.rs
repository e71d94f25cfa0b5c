//! How long a comparison took, and which rung of equality decided how many leaves. For those who ask: none of
//! it is in a plan, which is the same bytes on every run.

use std::time::{Duration, Instant};

/// What was measured.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Timings {
    /// Whether leaves are counted, for which every object has to be looked at once more.
    pub counts: bool,
    /// The phases in the order in which they ended.
    pub phases: Vec<(&'static str, Duration)>,
    /// The leaves of the objects that are on both sides.
    pub leaves: Leaves,
    /// The scratch that was asked, and what the operating system keeps it from.
    pub scratch: Option<String>,
}

/// Leaves by what was found out about them, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Leaves {
    /// The same bytes.
    pub bytes: usize,
    /// The same parse tree, after folds.
    pub parse_tree: usize,
    /// The same as a server prints both.
    pub server: usize,
    /// Not the same, by the word of a server.
    pub different: usize,
    /// Nobody could tell.
    pub unproved: usize,
}

impl Timings {
    /// To be measured with the leaves counted.
    pub fn counting() -> Self {
        Self { counts: true, ..Self::default() }
    }

    /// Notes that a phase is over.
    pub fn ended(&mut self, phase: &'static str, since: Instant) {
        self.phases.push((phase, since.elapsed()));
    }

    /// As text, a line for each phase and one for the leaves.
    pub fn text(&self) -> String {
        let width = self.phases.iter().map(|(phase, _)| phase.len()).max().unwrap_or_default();
        let mut out = String::new();
        for (phase, took) in &self.phases {
            let took = took.as_secs_f64() * 1000.0;
            out.push_str(&format!("{phase:width$}  {took:9.1} ms\n"));
        }
        if let Some(scratch) = &self.scratch {
            out.push_str(&format!("scratch: {scratch}\n"));
        }
        let Leaves { bytes, parse_tree, server, different, unproved } = self.leaves;
        out.push_str(&format!(
            "leaves: {bytes} equal by bytes, {parse_tree} by parse tree, {server} by a server; {different} \
             different, {unproved} unproved\n"
        ));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_stand_in_columns() {
        let mut timings = Timings::counting();
        timings.phases = vec![
            ("catalog", Duration::from_micros(12_340)),
            ("parse trees", Duration::from_millis(1)),
        ];
        timings.leaves = Leaves { bytes: 7, parse_tree: 2, ..Leaves::default() };
        assert_eq!(
            timings.text(),
            "catalog           12.3 ms\nparse trees        1.0 ms\n\
             leaves: 7 equal by bytes, 2 by parse tree, 0 by a server; 0 different, 0 unproved\n"
        );
    }
}
