//! What a terminal needs: colours and width.
//!
//! Nothing here asks a terminal what it can do.

use unicode_width::UnicodeWidthStr;

pub(super) use crate::shown::{line, lines};

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

/// How many columns of a terminal a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

#[cfg(test)]
mod tests {
    use super::*;

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
