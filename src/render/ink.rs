//! What a terminal needs: colours, width, and text that cannot play tricks on it.
//!
//! Nothing here asks a terminal what it can do.

use std::borrow::Cow;

/// How text is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Whether with ANSI colours.
    pub colour: bool,
    /// The columns at hand; SQL and names are never broken.
    pub width: usize,
}

/// What a piece of text is, for the eye.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ink {
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
    Magenta,
    Cyan,
    /// A warning in red.
    Alarm,
    /// What was taken away inside a line.
    RedMark,
    /// What was added inside a line.
    GreenMark,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Ink::Bold => "1",
            Ink::Dim => "2",
            Ink::Red => "31",
            Ink::Green => "32",
            Ink::Yellow => "33",
            Ink::Magenta => "35",
            Ink::Cyan => "36",
            Ink::Alarm => "1;31",
            Ink::RedMark => "31;7",
            Ink::GreenMark => "32;7",
        }
    }
}

impl Style {
    /// The text in that ink, or as it is where there are no colours.
    pub(super) fn paint(self, ink: Ink, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\x1b[{}m{text}\x1b[0m", ink.code())
        } else {
            text.to_owned()
        }
    }

    /// Breaks a text at spaces into lines that fit behind a margin of `indent` columns.
    pub(super) fn wrapped(self, text: &str, indent: usize) -> Vec<String> {
        // Narrower than this nothing can be read, and it is better to run over.
        let room = self.width.saturating_sub(indent).max(40);
        let mut lines: Vec<String> = Vec::new();
        for word in text.split(' ') {
            match lines.last_mut() {
                Some(line) if columns(line) + 1 + columns(word) <= room => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }
}

/// How many columns a text takes, one for each character.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// The text with everything escaped that could move a cursor or turn the direction of reading;
/// line ends and tabs stay.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| deceives(c) && c != '\n' && c != '\t')
}

/// As [`lines`], with line ends and tabs escaped too: what comes out is one line.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |c| deceives(c) || matches!(c, '\u{2028}' | '\u{2029}'))
}

fn escaped(text: &str, bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' if bad(c) => out.push_str("\\n"),
            '\t' if bad(c) => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if bad(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Control characters, and those that reorder what stands around them.
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_neither_clear_the_screen_nor_begin_a_line() {
        assert_eq!(line("a\x1b[2J\r\nb\tc"), "a\\u{1b}[2J\\r\\nb\\tc");
        assert_eq!(lines("select 1;\n\tx\u{202e}"), "select 1;\n\tx\\u{202e}");
        assert!(matches!(line("Müller 🙂"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_long_remark_is_broken_at_spaces_and_a_long_name_is_not() {
        let style = Style { colour: false, width: 44 };
        let name = "n".repeat(60);
        let text = format!("the partition is left alone because {name} is");
        let expected =
            vec!["the partition is left alone because".to_owned(), name, "is".to_owned()];
        assert_eq!(style.wrapped(&text, 4), expected);
    }

    #[test]
    fn without_colours_there_is_no_escape_sequence() {
        assert_eq!(Style { colour: false, width: 80 }.paint(Ink::Red, "x"), "x");
        assert_eq!(Style { colour: true, width: 80 }.paint(Ink::Red, "x"), "\x1b[31mx\x1b[0m");
    }
}
