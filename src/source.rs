//! The files of a declaration, as read: their text, and trees of values that remember where each
//! of them was written.
//!
//! This is where TOML ends. What the keys mean is not decided here, and nothing here knows SQL: a
//! leaf is a [`Text`], which can say for any of its bytes where in the file it stood.

mod duplicate;
pub mod limit;
mod parse;
mod read;
mod root;
mod syntax;
mod text;
mod token;
mod tree;

use std::sync::Arc;

pub use parse::parse;
pub use read::{read_bytes, read_dir};
pub use root::{Root, Unread, is_hidden};
pub use text::Text;
pub use tree::{Key, Node, Table};

/// One file of the declaration, as read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// The path relative to the declaration directory, with forward slashes.
    pub name: Arc<str>,
    /// The whole text; shared with every [`Text`] read from it.
    pub text: Arc<str>,
    /// The first byte of each line.
    lines: Arc<[usize]>,
}

impl Source {
    /// Makes a source of a name and a text.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Source {
        let text = text.into();
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Source { name: name.into(), text, lines }
    }

    /// As [`Origin::line_column`], for an origin in this file, without reading all of it.
    #[must_use]
    pub fn line_column(&self, origin: &Origin) -> (usize, usize) {
        let end = origin.start.min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= end);
        let before = &self.text.as_bytes()[self.lines[line - 1]..end];
        // A byte that goes on with a character (0b10......) does not begin a column.
        (line, before.iter().filter(|byte| **byte & 0xC0 != 0x80).count() + 1)
    }

    /// Returns the place of a byte range of this file.
    #[must_use]
    pub fn origin(&self, range: std::ops::Range<usize>) -> Origin {
        Origin { file: Arc::clone(&self.name), start: range.start, end: range.end }
    }
}

/// Where something was written: a byte range of a file. Orders by file, then by place.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Origin {
    /// The [`Source::name`] of the file.
    pub file: Arc<str>,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Origin {
    /// Returns line and column of the first byte, both counted from 1, the column in characters.
    ///
    /// `text` is the text of the file that the origin names.
    #[must_use]
    pub fn line_column(&self, text: &str) -> (usize, usize) {
        let before = &text.as_bytes()[..self.start.min(text.len())];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line = before.split(|byte| *byte == b'\n').count();
        // A byte that goes on with a character (0b10......) does not begin a column.
        let starts = before[line_start..].iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        (line, starts + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_characters() {
        let source = Source::new("a.toml", "a = 1\nb = 'é→' # x\n");
        let at = source.text.find('#').unwrap();
        assert_eq!(source.origin(at..at + 1).line_column(&source.text), (2, 10));
        assert_eq!(source.origin(0..1).line_column(&source.text), (1, 1));
    }

    #[test]
    fn a_place_is_the_same_however_it_is_looked_for() {
        let source = Source::new("a.toml", "a = 1\n\nb = 'é→' # x\n");
        for start in (0..source.text.len() + 3)
            .filter(|at| source.text.is_char_boundary((*at).min(source.text.len())))
        {
            let origin = source.origin(start..start + 1);
            assert_eq!(source.line_column(&origin), origin.line_column(&source.text), "{start}");
        }
    }

    #[test]
    fn a_place_past_the_end_is_the_end() {
        assert_eq!(Source::new("a.toml", "a\n").origin(9..9).line_column("a\n"), (2, 1));
    }

    #[test]
    fn places_order_by_file_then_position() {
        let (a, b) = (Source::new("a.toml", ""), Source::new("b.toml", ""));
        assert!(a.origin(9..10) < b.origin(1..2));
        assert!(a.origin(1..2) < a.origin(9..10));
    }
}
