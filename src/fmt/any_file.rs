//! Files in every style that TOML allows, to show that formatting changes nothing but the style.

use super::format;
use super::tests::{formatted, outline};
use crate::source::Source;

#[test]
fn any_file_keeps_its_values_its_order_and_its_comments() {
    for seed in 0..1000 {
        let mut writer = Writer { state: seed, comments: 0, names: 0, out: String::new() };
        writer.file();
        let text = writer.out;
        let once = formatted(&text);
        assert_eq!(outline(&once), outline(&text), "seed {seed}\n{text}\n=>\n{once}");
        for comment in 0..writer.comments {
            let mark = format!("# note {comment}.");
            assert_eq!(once.matches(&mark).count(), 1, "{mark}\n{text}\n=>\n{once}");
        }
        assert_eq!(formatted(&once), once, "seed {seed}\n{text}");
        let spaced = once.lines().any(|line| line.ends_with([' ', '\t']) && !line.contains("pad"));
        assert!(!spaced && !once.contains("\n\n\n"), "seed {seed}\n{text}\n=>\n{once}");
    }
}

#[test]
fn a_damaged_file_is_refused_with_places_that_can_be_shown() {
    for seed in 0..1000 {
        let mut writer = Writer { state: seed, comments: 0, names: 0, out: String::new() };
        writer.file();
        let mut text = std::mem::take(&mut writer.out);
        for _ in 0..=writer.below(3) {
            let letters: Vec<char> = text.chars().collect();
            let (at, until) = (writer.below(letters.len() + 1), writer.below(letters.len() + 1));
            let hole = at..if writer.below(2) == 0 { at } else { until.clamp(at, at.max(until)) };
            writer.put(&["", "", "'", "\"", "\n", "é", "=", "[", "]", "}", ",", "\\", "\r", "\0"]);
            let put = std::mem::take(&mut writer.out);
            let kept = |range: &[char]| range.iter().collect::<String>();
            text = kept(&letters[..hole.start]) + &put + &kept(&letters[hole.end..]);
        }
        let source = Source::new("a.toml", text.as_str());
        match format(&source) {
            Ok(once) => assert_eq!(outline(&once), outline(&text)),
            Err(report) => {
                for (origin, _) in report.diagnostics.iter().flat_map(|found| &found.labels) {
                    assert!(origin.start <= origin.end && origin.end <= text.len(), "{text}");
                }
                assert!(report.render(&[source], false).contains("a.toml:"), "{text}");
            }
        }
    }
}

struct Writer {
    state: u64,
    comments: usize,
    names: usize,
    out: String,
}

impl Writer {
    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99_991);
        usize::try_from(self.state >> 33).unwrap() % bound
    }

    fn put(&mut self, choices: &[&str]) {
        let choice = choices[self.below(choices.len())];
        self.out.push_str(choice);
    }

    fn comment(&mut self) {
        let note = format!("# note {}.", self.comments);
        self.out.push_str(&note);
        self.comments += 1;
        self.put(&["", "  ", " 'x = 1", "\t"]);
    }

    fn between(&mut self) {
        for _ in 0..self.below(4) {
            self.put(&["", "  ", "\t"]);
            if self.below(2) == 0 {
                self.comment();
            }
            self.out.push('\n');
        }
        self.put(&["", "  "]);
    }

    fn line_end(&mut self) {
        self.put(&["", " "]);
        if self.below(4) == 0 {
            self.comment();
        }
        self.out.push('\n');
    }

    fn key(&mut self) {
        self.names += 1;
        let name = format!("k{}", self.names);
        let forms = [
            name.clone(),
            format!("\"{name}\""),
            format!("'{name}'"),
            format!("'{name}.\"q\"'"),
            format!("\"f({name} text, '\\u00e9')\""),
            format!("{name}_{}", "x".repeat(45)),
        ];
        self.put(&forms.each_ref().map(String::as_str));
    }

    fn file(&mut self) {
        for _ in 0..self.below(4) {
            self.entry();
        }
        for _ in 0..self.below(5) {
            self.between();
            let (open, close) = if self.below(8) == 0 { ("[[", "]]") } else { ("[", "]") };
            self.out.push_str(open);
            for depth in 0..=self.below(4) {
                if depth > 0 {
                    self.put(&[".", " . "]);
                }
                self.key();
            }
            self.out.push_str(close);
            self.line_end();
            for _ in 0..self.below(6) {
                self.entry();
            }
        }
        self.between();
    }

    fn entry(&mut self) {
        self.between();
        let dotted = self.below(8) == 0;
        let table = format!("d{}", self.names);
        for part in ["", "b"].iter().take(if dotted { 2 } else { 1 }) {
            if dotted {
                self.put(&[&format!("{table}{part}. ")]);
            }
            self.key();
            self.put(&["=", " = ", "   ="]);
            self.value(0);
            self.line_end();
        }
        if dotted {
            // A third line goes back to the first table.
            self.put(&[&format!("{table}.back=1\n")]);
        }
    }

    fn value(&mut self, depth: usize) {
        match self.below(if depth < 3 { 20 } else { 14 }) {
            0 => self.put(&["1", "0xff", "1_000", "-7"]),
            1 => self.put(&["1.5", "true", "2026-01-01", "12:30:00", "1e3"]),
            2..14 => self.put(&[
                "'text not null'",
                "\"'x'\"",
                "'a \"b\" c'",
                "\"a\\\"b\\\" 'c' d\"",
                "'''a'''",
                "\"\"\"\nselect 1\n  from x pad  \n\"\"\"",
                "'''\nselect 'x'\n\n# no comment\n'''",
                "\"line\\nline\"",
                "\"\\t\\\\ \\u0001\"",
                "\"\"\"a \\\n   b\"\"\"",
                "''",
                "\"x ~ '\\\\d'\"",
                "\"'''\\n\\\"\\\"\\\"\"",
            ]),
            14..17 => self.list("[", "]", depth),
            17 => {
                self.out.push_str("{ sql = ");
                self.value(9);
                self.put(&["}", " }", "\n}", ",}"]);
            }
            _ => self.list("{", "}", depth),
        }
    }

    fn list(&mut self, open: &str, close: &str, depth: usize) {
        self.out.push_str(open);
        let several_lines = self.below(2) == 0;
        let length = self.below(4);
        for at in 0..length {
            self.gap(several_lines);
            if open == "{" {
                self.key();
                self.put(&["=", " = "]);
            }
            self.value(depth + 1);
            self.gap(several_lines);
            if at + 1 < length || several_lines && self.below(2) == 0 {
                self.out.push(',');
            }
        }
        self.gap(several_lines);
        self.out.push_str(close);
    }

    fn gap(&mut self, several_lines: bool) {
        self.put(&["", " "]);
        if several_lines && self.below(3) == 0 {
            self.line_end();
            self.between();
        }
    }
}
