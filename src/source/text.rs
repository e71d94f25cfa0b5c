//! A string of a file, decoded, that still knows where each of its bytes stood.
//!
//! TOML's escapes, folded line ends and trimmed first newlines make the decoded text shorter than
//! what was written. The way back is worked out only when somebody asks, by walking the token
//! again: almost every string of a declaration is right, and is never asked.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::Origin;
use super::token::raw_range;

/// A string value, decoded, which can still say where each byte of it stood in the file.
#[derive(Clone)]
pub struct Text {
    /// The value, as the reader of the file means it.
    pub value: String,
    origin: Origin,
    form: Form,
}

/// How the bytes of the value relate to those of the origin.
#[derive(Clone)]
enum Form {
    /// A TOML token of this file.
    Token(Arc<str>),
    /// Byte for byte what stands there.
    Verbatim,
    /// Made up; every byte comes from the whole of the origin.
    Opaque,
    /// Another text in which pieces were replaced.
    Edited(Arc<Edited>),
}

struct Edited {
    base: Text,
    pieces: Vec<Piece>,
}

struct Piece {
    here: Range<usize>,
    base: Range<usize>,
    kept: bool,
}

impl Text {
    /// Makes the text of the TOML token (string or key) at `raw_span` of `source`.
    #[must_use]
    pub fn from_raw(
        file: &Arc<str>,
        source: &Arc<str>,
        raw_span: Range<usize>,
        decoded: impl Into<String>,
    ) -> Text {
        let origin = Origin { file: Arc::clone(file), start: raw_span.start, end: raw_span.end };
        Text { value: decoded.into(), origin, form: Form::Token(Arc::clone(source)) }
    }

    /// Makes the text of a file that is taken as it is, such as the one a `body_file` names.
    #[must_use]
    pub fn from_file(file: &Arc<str>, value: impl Into<String>) -> Text {
        let value = value.into();
        let origin = Origin { file: Arc::clone(file), start: 0, end: value.len() };
        Text { value, origin, form: Form::Verbatim }
    }

    /// Makes a text that nobody wrote as such, on behalf of what stands at `origin`.
    #[must_use]
    pub fn made(value: impl Into<String>, origin: Origin) -> Text {
        Text { value: value.into(), origin, form: Form::Opaque }
    }

    /// Returns the place of the whole value, quotes included.
    #[must_use]
    pub fn whole(&self) -> Origin {
        self.origin.clone()
    }

    /// Returns the place of a byte range of the decoded value.
    ///
    /// A byte that an escape stands for is at the whole escape. A range past the end is at the
    /// closing quote.
    #[must_use]
    pub fn at(&self, range: Range<usize>) -> Origin {
        let range = range.start..range.end.max(range.start);
        let place = |range: Range<usize>| Origin {
            file: Arc::clone(&self.origin.file),
            start: (self.origin.start + range.start).min(self.origin.end),
            end: (self.origin.start + range.end).min(self.origin.end),
        };
        match &self.form {
            Form::Token(source) => match source.get(self.origin.start..self.origin.end) {
                Some(raw) => place(raw_range(raw, &self.value, range)),
                None => self.whole(),
            },
            Form::Verbatim => place(range),
            Form::Opaque => self.whole(),
            Form::Edited(edited) => edited.base.at(edited.base_range(range)),
        }
    }

    /// Returns the text with another before it, which stands where this one begins.
    #[must_use]
    pub fn after(&self, opening: &str) -> Text {
        let (own, length) = (opening.len(), self.value.len());
        let pieces = vec![
            Piece { here: 0..own, base: 0..0, kept: false },
            Piece { here: own..own + length, base: 0..length, kept: true },
        ];
        let form = Form::Edited(Arc::new(Edited { base: self.clone(), pieces }));
        Text { value: format!("{opening}{}", self.value), origin: self.origin.clone(), form }
    }

    /// Returns the text with every occurrence of each pattern replaced, in one pass.
    ///
    /// What was put in does not hide where it came from: it is at the pattern that it replaced.
    #[must_use]
    pub fn substitute(&self, pairs: &[(&str, &str)]) -> Text {
        let (mut value, mut pieces) = (String::with_capacity(self.value.len()), Vec::new());
        let (mut kept_to, mut at) = (0, 0);
        let mut push = |text: &str, base: Range<usize>, kept: bool| {
            let start = value.len();
            value.push_str(text);
            pieces.push(Piece { here: start..value.len(), base, kept });
        };
        while let Some(rest) = self.value.get(at..).filter(|rest| !rest.is_empty()) {
            let found = pairs.iter().find(|(from, _)| !from.is_empty() && rest.starts_with(from));
            if let Some((from, to)) = found {
                push(&self.value[kept_to..at], kept_to..at, true);
                push(to, at..at + from.len(), false);
                at += from.len();
                kept_to = at;
            } else {
                at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        push(&self.value[kept_to..], kept_to..self.value.len(), true);
        if pieces.len() == 1 {
            return self.clone();
        }
        pieces.retain(|piece| !piece.here.is_empty());
        let form = Form::Edited(Arc::new(Edited { base: self.clone(), pieces }));
        Text { value, origin: self.origin.clone(), form }
    }
}

/// Shows the value and its place; the file behind it stays out of the output.
impl fmt::Debug for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Text")
            .field("value", &self.value)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Edited {
    fn base_range(&self, range: Range<usize>) -> Range<usize> {
        let last = self.base.value.len();
        let mut pieces = self.pieces.iter().skip_while(|piece| piece.here.end <= range.start);
        let Some(first) = pieces.next() else { return last..last };
        let start = first.base.start + if first.kept { range.start - first.here.start } else { 0 };
        if range.is_empty() {
            return start..start;
        }
        let reached = |piece: &&Piece| piece.here.end >= range.end;
        let end = std::iter::once(first).chain(pieces).find(reached).map_or(last, |piece| {
            if piece.kept {
                piece.base.start + range.end - piece.here.start
            } else {
                piece.base.end
            }
        });
        start..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Node, Source, parse};

    /// Reads `key = TOKEN` and returns the text and the file it came from.
    fn text(token: &str) -> (Text, String) {
        let source = Source::new("a.toml", format!("# über\nkey = {token} # end\n"));
        let (mut table, diagnostics) = parse(&source);
        assert!(diagnostics.is_empty(), "{token}: {diagnostics:?}");
        match table.take("key") {
            Some((_, Node::String(text))) => (text, source.text.to_string()),
            other => panic!("{token}: {other:?}"),
        }
    }

    fn written(token: &str, found: &str) -> String {
        let (text, file) = text(token);
        let start = text.value.find(found).unwrap();
        let origin = text.at(start..start + found.len());
        file[origin.start..origin.end].to_string()
    }

    #[test]
    fn every_kind_of_string_points_at_what_was_written() {
        for (token, found, expected) in [
            (r#""select a""#, "a", "a"),
            ("'select a'", "a", "a"),
            (r#""é → ü x""#, "ü", "ü"),
            (r#""a\"b\" c""#, "\"b\"", "\\\"b\\\""),
            (r#""a\"b\" c""#, "c", "c"),
            (r#""a\nb""#, "b", "b"),
            (r#""a\nb""#, "\n", r"\n"),
            (r#""\u00e9 x""#, "é", r"\u00e9"),
            (r#""\U0001F418 x""#, "x", "x"),
            (r#""\x41\e z""#, "A", r"\x41"),
            (r#""\x41\e z""#, "z", "z"),
            ("'''\nselect 'é', x'''", "x", "x"),
            ("'''\r\nselect\r\n x'''", "x", "x"),
            ("\"\"\"\r\nselect\\t\r\n x\"\"\"", "x", "x"),
            ("\"\"\"\nselect \\\n\n   \t x\\ty\"\"\"", "x", "x"),
            ("\"\"\"\nselect \\\n\n   \t x\"\"\"", "select x", "select \\\n\n   \t x"),
            ("\"\"\"select \\  \r\n   x\"\"\"", "select ", "select "),
            ("\"\"\"\\\n   x \\\n  \"\"\"", "x", "x"),
            ("\"\"\"a \"\" \\\" b\"\"\"\"", "b\"", "b\""),
            ("'''it''s'''", "s", "s"),
        ] {
            assert_eq!(written(token, found), expected, "{token}");
        }
    }

    #[test]
    fn the_end_of_a_text_is_its_closing_quote() {
        for token in [r#""ab""#, "'ab'", "'''\nab'''", r#""\u0061b""#, "\"\"\"a\\\n b\"\"\""] {
            let (text, file) = text(token);
            let origin = text.at(2..2);
            assert_eq!(origin.start, origin.end);
            assert!(file[origin.start..].starts_with(['"', '\'']), "{token}");
            assert_eq!(text.at(99..120), origin, "{token}");
        }
    }

    #[test]
    fn the_whole_text_includes_its_quotes() {
        let (text, file) = text("'''\nab'''");
        assert_eq!(&file[text.whole().start..text.whole().end], "'''\nab'''");
    }

    /// Builds some thousand strings of pieces that are written in one way and mean another.
    #[test]
    fn every_byte_of_any_string_is_found_where_it_was_written() {
        const BASIC: [(&str, &str); 12] = [
            ("a", "a"),
            ("é", "é"),
            ("→", "→"),
            ("🐘", "🐘"),
            (r"\n", "\n"),
            (r"\\", "\\"),
            (r#"\""#, "\""),
            (r"\u00e9", "é"),
            (r"\U0001F418", "🐘"),
            (r"\x7f", "\u{7f}"),
            (r"\e", "\u{1b}"),
            ("select ", "select "),
        ];
        const MULTI_LINE: [(&str, &str); 4] =
            [("\n", "\n"), ("\r\n", "\r\n"), ("\\\n  \t\r\n ", ""), ("\"z", "\"z")];
        let mut state = 7_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_041);
            usize::try_from(state >> 33).unwrap() % below
        };
        for round in 0..2000 {
            let multi_line = round % 2 == 0;
            let (open, choices) = if multi_line { ("\"\"\"\n", 16) } else { ("\"", 12) };
            let (mut token, mut expected) = (String::from(open), Vec::new());
            let mut folded = false;
            for _ in 0..random(12) {
                let choice = random(choices);
                let (raw, decoded) = *BASIC.get(choice).unwrap_or(&MULTI_LINE[choice.max(12) - 12]);
                // What follows a folded line end loses its own leading space.
                if folded && raw.starts_with(['\r', '\n']) {
                    continue;
                }
                folded = decoded.is_empty();
                expected.push((token.len()..token.len() + raw.len(), raw == decoded, decoded));
                token.push_str(raw);
            }
            token.push_str(if multi_line { "\"\"\"" } else { "\"" });
            let (text, _) = text(&token);
            let start = text.whole().start;
            let mut at = 0;
            for (raw, same, decoded) in expected {
                for offset in 0..decoded.len() {
                    let origin = text.at(at + offset..at + offset + 1);
                    let wanted =
                        if same { raw.start + offset..raw.start + offset + 1 } else { raw.clone() };
                    let found = origin.start - start..origin.end - start;
                    assert_eq!(found, wanted, "{token} byte {}", at + offset);
                }
                assert_eq!(&text.value[at..at + decoded.len()], decoded, "{token}");
                at += decoded.len();
            }
            assert_eq!(at, text.value.len(), "{token}");
        }
    }

    #[test]
    fn what_a_mixin_puts_in_stands_where_its_placeholder_was_written() {
        let (text, file) = text(r#""\"x\" ${table}_id references ${schema}.t""#);
        let text = text.substitute(&[("${table}", "${schema}"), ("${schema}", "app")]);
        assert_eq!(text.value, r#""x" ${schema}_id references app.t"#);
        for (found, expected) in [
            ("${schema}", "${table}"),
            ("app", "${schema}"),
            ("pp", "${schema}"),
            ("_id", "_id"),
            ("app.t", "${schema}.t"),
            ("\"x\"", r#"\"x\""#),
        ] {
            let at = text.value.find(found).unwrap();
            let origin = text.at(at..at + found.len());
            assert_eq!(&file[origin.start..origin.end], expected);
        }
    }

    #[test]
    fn what_is_put_before_a_text_does_not_move_it() {
        let (text, file) = text("'for values in (1)'");
        let text = text.after("partition of s.p ");
        assert_eq!(text.value, "partition of s.p for values in (1)");
        let at = text.value.find("values").unwrap();
        let origin = text.at(at..at + 6);
        assert_eq!(&file[origin.start..origin.end], "values");
    }

    #[test]
    fn a_text_without_placeholders_is_left_alone() {
        let (text, _) = text("'select a'");
        assert_eq!(text.substitute(&[("${table}", "t")]).at(7..8), text.at(7..8));
        assert_eq!(Text::made("x", text.whole()).at(0..1), text.whole());
    }

    #[test]
    fn a_body_file_is_taken_as_it_is() {
        let text = Text::from_file(&"f.sql".into(), "a\\nb");
        assert_eq!((text.at(2..3).start, text.at(2..3).end), (2, 3));
    }
}
