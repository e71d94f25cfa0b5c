//! Texts that would end what they stand in, for the tests of all forms, and what is left of markdown outside of code.

use crate::plan::{Plan, Relation};

use super::sample;

/// Texts of a stranger.
const HOSTILE: &[&str] = &[
    "<img src=x onerror=alert(1)>",
    "</details><script>alert(1)</script>",
    "@team",
    "#12",
    "[a](https://evil.example)",
    "![i](j)",
    "`<b>`",
    "```\n<script>",
    "~~~",
    "a|<b>|@all",
    "**b** _c_",
    "https://evil.example",
    "www.evil.example",
    "\n# title",
    "\n- [ ] done",
    "-->",
    "<!-- plumb plan  -->",
    "::set-output name=a::b",
    "\n::add-mask::x",
    "##[group]",
    "\r\n::error::x",
    "\u{1b}[2J\u{202e}",
    "%0A::warning::y",
    "{{ 7 * 7 }}",
    "&lt;b&gt;",
];

/// A small generator: the same texts on every run.
pub(super) struct Texts(u64);

impl Texts {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self, count: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % count
    }

    pub(super) fn text(&mut self) -> String {
        let parts: Vec<&str> =
            (0..=self.next(3)).map(|_| HOSTILE[self.next(HOSTILE.len())]).collect();
        parts.join(["", " ", "\n"][self.next(3)])
    }

    /// A plan with such a text at every place where a user's text can stand.
    pub(super) fn plan(&mut self) -> Plan {
        let mut plan = sample::clinic();
        plan.database = self.text();
        for change in plan.changes.iter_mut().chain(&mut plan.unproved) {
            if let Some(name) = change.object.path.last_mut() {
                name.push_str(&self.text());
            }
            if let Some(at) = &mut change.at {
                at.file = self.text();
            }
            for field in &mut change.fields {
                field.name = self.text();
                field.old = Some(self.text());
                field.new = Some(format!("{}\n{}", self.text(), self.text()));
            }
        }
        for step in plan.transactions.iter_mut().flat_map(|it| &mut it.steps) {
            step.sql = self.text();
            step.search_path = Some(vec![self.text()]);
            step.hazards.iter_mut().for_each(|hazard| hazard.message = self.text());
            step.locks.iter_mut().for_each(|lock| {
                lock.relation = Relation::new(self.text(), self.text());
            });
        }
        plan.notes = vec![self.text()];
        plan.unmodelled.iter_mut().for_each(|it| it.identity = self.text());
        plan
    }
}

/// Markdown without code spans, fenced blocks and `code` elements, by the rules of CommonMark: spans and blocks end at a run of as
/// many backticks.
pub(super) fn outside(text: &str) -> String {
    let mut left = String::new();
    let mut rest = text.to_owned();
    while let Some(at) = rest.find(['`', '<']) {
        left.push_str(&rest[..at]);
        let behind = rest[at..].to_owned();
        if let Some(element) = behind.strip_prefix("<code>") {
            let (inside, after) = element.split_once("</code>").unwrap();
            assert!(!inside.contains(['<', '`', '*', '|', '@']), "{inside}");
            rest = after.to_owned();
            continue;
        }
        let run = behind.len() - behind.trim_start_matches('`').len();
        if run == 0 {
            left.push('<');
            rest = behind[1..].to_owned();
            continue;
        }
        let fence = "`".repeat(run);
        let mut inside = &behind[run..];
        let end = loop {
            let Some(at) = inside.find(&fence) else { panic!("{text}: {behind}") };
            let found = inside[at..].len() - inside[at..].trim_start_matches('`').len();
            inside = &inside[at + found..];
            if found == run {
                break inside;
            }
        };
        // A span ends at an empty line.
        let span = &behind[..behind.len() - end.len()];
        assert!(run > 2 || !span.contains("\n\n"), "{span}");
        rest = end.to_owned();
    }
    left + &rest
}

/// What no text of a stranger may leave outside of code.
pub(super) const MARKUP: &[&str] =
    &["<", ">", "@", "#12", "[", "https:", " www.", "(www.", "\u{1b}", "~", "&l"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{self, Anchors};
    use crate::shown;

    #[test]
    fn nothing_of_a_stranger_is_markup_or_a_command_in_a_comment() {
        let mut texts = Texts::new(11);
        for _ in 0..12 {
            let plan = texts.plan();
            for longest in [60_000, 4_000, 2_000] {
                let text = render::markdown_within(&plan, longest);
                let outside = outside(&text);
                for markup in MARKUP {
                    assert!(!outside.contains(markup), "{markup:?} in {outside}\n{text}");
                }
                assert!(!shown::has_command(&text), "{text}");
                assert!(text.starts_with("### plan"), "{text}");
            }
        }
    }

    #[test]
    fn nothing_of_a_stranger_is_a_command_in_an_annotation_or_a_value_in_another_place() {
        let mut texts = Texts::new(12);
        for _ in 0..60 {
            let plan = texts.plan();
            let alerts = render::plan_alerts(&plan, &Anchors::default());
            let said = render::github(&alerts);
            assert_eq!(said.lines().count(), alerts.len());
            for line in said.lines() {
                let known =
                    ["::notice title=plumb ", "::warning title=plumb ", "::error title=plumb "];
                assert!(known.iter().any(|start| line.starts_with(start)), "{line}");
                assert!(!line.contains("##[") && !line.contains('\r'), "{line}");
                // What the runner takes back is the message, on one line.
                let (_, message) = line[2..].split_once("::").unwrap();
                assert!(!message.contains("%0A") && !message.contains("%0D"), "{line}");
            }
        }
    }
}
