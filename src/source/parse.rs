//! From the text of a file to its tree, with every mistake against TOML itself said at once.
//!
//! What could be read is returned even if something is wrong, so that the mistakes of other files
//! can be told in the same run; but after a mistake a tree may lack what follows it, so that
//! nothing should be concluded from what is absent.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::{Key, Node, Source, Table, Text, syntax};
use crate::report::{Code, Diagnostic};

/// Parses a file; entries come in the order in which their keys first appear.
#[must_use]
pub fn parse(source: &Source) -> (Table, Vec<Diagnostic>) {
    let (mut document, mut errors) = DeTable::parse_recoverable(&source.text);
    let repaired = without_bare_keys(&source.text, &errors);
    if let Some(text) = &repaired {
        let (rest, more) = DeTable::parse_recoverable(text);
        document = rest;
        let known = |error: &Error| {
            let same = |old: &Error| old.span() == error.span() && old.message() == error.message();
            errors.iter().any(same)
        };
        let more: Vec<_> = more.into_iter().filter(|error| !known(error)).collect();
        errors.extend(more);
        errors.sort_by_key(|error| error.span().map(|span| span.start));
    }
    let mut reader = Reader { source, diagnostics: syntax::diagnostics(source, &errors) };
    let (table, _) = reader.table(document.into_inner(), 0..source.text.len());
    (table, reader.diagnostics)
}

/// Blanks out the lines that hold a key and no value, if there are any.
///
/// The parser builds no tree from what follows such a line, and so finds no duplicates there.
fn without_bare_keys(text: &str, errors: &[Error]) -> Option<String> {
    let mut repaired = None;
    for error in errors.iter().filter(|error| error.message().starts_with("key with no value")) {
        let at = error.span()?.start;
        let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
        let end = text.get(at..)?.find('\n').map_or(text.len(), |newline| at + newline);
        // Inside braces the parser goes on by itself.
        if !text[start..end].contains(['{', '}', '[', ']']) {
            let repaired = repaired.get_or_insert_with(|| text.to_string());
            repaired.replace_range(start..end, &" ".repeat(end - start));
        }
    }
    repaired
}

struct Reader<'a> {
    source: &'a Source,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Returns the table, and where the first of its keys stands.
    fn table(&mut self, table: DeTable<'_>, span: Range<usize>) -> (Table, usize) {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            let span = key.span();
            // A table whose header comes after those of its children first appears in theirs.
            if let Some((node, first)) = self.node(value) {
                let origin = self.source.origin(span.clone());
                let name = key.into_inner().into_owned();
                let key = Key { name, origin, source: self.source.text.clone() };
                entries.push((first.min(span.start), key, node));
            }
        }
        entries.sort_by_key(|(first, ..)| *first);
        let first = entries.first().map_or(usize::MAX, |(first, ..)| *first);
        let entries = entries.into_iter().map(|(_, key, node)| (key, node)).collect();
        (Table { entries, origin: self.source.origin(span) }, first)
    }

    /// Returns the value, and the first place of a key in it; nothing where no value was written.
    fn node(&mut self, value: Spanned<DeValue<'_>>) -> Option<(Node, usize)> {
        let span = value.span();
        let origin = self.source.origin(span.clone());
        let node = match value.into_inner() {
            // What the parser puts where a value is missing: it has said so.
            _ if span.is_empty() => return None,
            DeValue::String(value) => {
                self.unclosed(&span);
                Node::String(Text::from_raw(&self.source.name, &self.source.text, span, value))
            }
            DeValue::Integer(value) => match i64::from_str_radix(value.as_str(), value.radix()) {
                Ok(value) => Node::Integer(value, origin),
                Err(_) => return self.unreadable("integer", span),
            },
            DeValue::Float(value) => match value.as_str().parse::<f64>() {
                Ok(parsed) if parsed.is_finite() || value.as_str().ends_with(['f', 'n']) => {
                    Node::Float(parsed, origin)
                }
                _ => return self.unreadable("float", span),
            },
            DeValue::Boolean(value) => Node::Boolean(value, origin),
            DeValue::Datetime(value) => Node::Datetime(value.to_string(), origin),
            DeValue::Array(values) => {
                let mut first = usize::MAX;
                let mut nodes = Vec::with_capacity(values.len());
                for (node, start) in values.into_iter().filter_map(|value| self.node(value)) {
                    first = first.min(start);
                    nodes.push(node);
                }
                return Some((Node::Array(nodes, origin), first));
            }
            DeValue::Table(table) => {
                let (table, first) = self.table(table, span);
                return Some((Node::Table(table), first));
            }
        };
        Some((node, usize::MAX))
    }

    /// Adds where a string begins that the end of the file cuts off.
    fn unclosed(&mut self, span: &Range<usize>) {
        let end = self.source.text.len();
        let at_end = |diagnostic: &&mut Diagnostic| {
            diagnostic.labels.first().is_some_and(|(origin, _)| origin.start == end)
        };
        if span.end == end
            && span.len() >= 3
            && let Some(diagnostic) = self.diagnostics.iter_mut().find(at_end)
        {
            let opening = self.source.origin(span.start..span.start + 3);
            diagnostic.labels.push((opening, "the text that is not closed begins here".into()));
        }
    }

    fn unreadable(&mut self, what: &str, span: Range<usize>) -> Option<(Node, usize)> {
        // The parser has named a number that is malformed; what is left does not fit.
        let origin = self.source.origin(span);
        let known = |diagnostic: &Diagnostic| {
            let first = diagnostic.labels.first();
            first.is_some_and(|(at, _)| origin.start <= at.start && at.start <= origin.end)
        };
        if !self.diagnostics.iter().any(known) {
            let written = self.source.text.get(origin.start..origin.end).unwrap_or_default();
            let message = format!("{what} `{written}` is not a 64-bit number");
            self.diagnostics.push(Diagnostic::error(Code::NumberRange, message).at(origin, ""));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(table: &Table) -> String {
        let entry = |(key, node): &(Key, Node)| match node {
            Node::Table(table) => format!("{}({})", key.name, outline(table)),
            Node::Array(nodes, _) => format!("{}[{}]", key.name, nodes.len()),
            _ => key.name.clone(),
        };
        table.entries.iter().map(entry).collect::<Vec<_>>().join(" ")
    }

    fn read(text: &str) -> (String, Vec<(usize, String)>) {
        let source = Source::new("a.toml", text);
        let (table, diagnostics) = parse(&source);
        let said = diagnostics.iter().map(|diagnostic| {
            (diagnostic.labels[0].0.line_column(text).0, diagnostic.message.clone())
        });
        (outline(&table), said.collect())
    }

    #[test]
    fn columns_keep_the_order_of_the_file() {
        let (outline, errors) = read("[table.t.column]\nzebra = ''\napple = ''\nmango = ''\n");
        assert_eq!(outline, "table(t(column(zebra apple mango)))");
        assert!(errors.is_empty());
    }

    #[test]
    fn a_table_that_is_opened_again_keeps_its_first_place() {
        let text = "[table.a.column]\nx = ''\n[table.b]\nz = ''\n[table.a]\ncomment = ''\n\
                    [view.v]\n[table.c]\n[table.b.index]\ni = ''\n";
        assert_eq!(read(text).0, "table(a(column(x) comment) b(z index(i)) c()) view(v())");
    }

    #[test]
    fn dotted_keys_and_headers_merge() {
        let text =
            "[view.v]\ncolumn.a = ''\nsql = ''\ncolumn.b = ''\ntrigger.t = { x.y = 1, x.z = 2 }\n";
        assert_eq!(read(text).0, "view(v(column(a b) sql trigger(t(x(y z)))))");
        assert_eq!(read("[[a]]\nx = 1\n[[a]]\n[b]\n").0, "a[2] b()");
    }

    #[test]
    fn all_kinds_of_values_are_read() {
        let text = "i = 0x1F\nn = -7\nf = -1.5e3\nm = inf\nb = false\nd = 2026-01-01\ns = 'x'\n";
        let (table, diagnostics) = parse(&Source::new("a.toml", text));
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        assert!(matches!(table.get("i"), Some(Node::Integer(31, _))));
        assert!(matches!(table.get("n"), Some(Node::Integer(-7, _))));
        assert!(
            matches!(table.get("f"), Some(Node::Float(value, _)) if value.to_string() == "-1500")
        );
        assert!(matches!(table.get("m"), Some(Node::Float(value, _)) if value.is_infinite()));
        assert!(matches!(table.get("b"), Some(Node::Boolean(false, _))));
        assert!(matches!(table.get("d"), Some(Node::Datetime(value, _)) if value == "2026-01-01"));
    }

    #[test]
    fn every_syntax_error_of_a_file_is_said() {
        let text = "a = \n[table.t]\nb = \"x\nc = 'y'\nd 1\n[view\ne = 1\n";
        let (_, errors) = read(text);
        let lines: std::collections::BTreeSet<_> = errors.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines.into_iter().collect::<Vec<_>>(), [1, 3, 5, 6], "{errors:?}");
    }

    #[test]
    fn a_line_without_a_value_does_not_hide_the_rest() {
        let (outline, errors) = read("foo\n[table.t]\na = text\na = ''\n\"ü\" 1\n[view.v]\n");
        assert_eq!(outline, "table(t(a)) view(v())");
        let said: Vec<_> = errors.iter().map(|(line, text)| (*line, text.as_str())).collect();
        assert_eq!(
            said,
            [
                (1, "key with no value, expected `=`"),
                (3, "a string is not quoted"),
                (4, "key `a` is written twice"),
                (5, "key with no value, expected `=`"),
            ]
        );
    }

    #[test]
    fn a_text_that_is_never_closed_is_shown_from_its_beginning() {
        let source = Source::new("a.toml", "[table.t]\nbody = '''\nselect 1\n[view.v]\n");
        let (_, diagnostics) = parse(&source);
        let places = diagnostics[0].labels.iter().map(|(at, _)| at.line_column(&source.text));
        assert_eq!(places.collect::<Vec<_>>(), [(5, 1), (2, 8)]);
    }

    #[test]
    fn a_number_that_does_not_fit_is_an_error() {
        let (outline, errors) = read("a = 99999999999999999999\nc = 1\n");
        assert_eq!(outline, "c");
        let message = "integer `99999999999999999999` is not a 64-bit number";
        assert_eq!(errors, [(1, message.to_string())]);
    }

    #[test]
    fn origins_cover_headers_braces_and_tokens() {
        let source = Source::new("a.toml", "[table.t]\nx = { y = 'é' }\n[table.u.column]\n");
        let (table, _) = parse(&source);
        let of = |node: &Node| source.text[node.origin().start..node.origin().end].to_string();
        let tables = table.get("table").unwrap().as_table().unwrap();
        let (t, u) = (tables.get("t").unwrap(), tables.get("u").unwrap());
        let x = t.as_table().unwrap().get("x").unwrap();
        assert_eq!(of(t), "[table.t]");
        assert_eq!(of(x), "{ y = 'é' }");
        assert_eq!(of(x.as_table().unwrap().get("y").unwrap()), "'é'");
        assert_eq!(of(u), "u");
    }

    #[test]
    fn a_byte_order_mark_does_not_shift_places() {
        let source = Source::new("a.toml", "\u{feff}key = 'x'\n");
        let (table, diagnostics) = parse(&source);
        assert!(diagnostics.is_empty());
        let origin = table.get("key").unwrap().origin();
        assert_eq!(&source.text[origin.start..origin.end], "'x'");
    }
}
