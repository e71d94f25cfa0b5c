//! Values as text: on one line, or with an element a line where the author began one.

use toml_edit::{Array, InlineTable, Key, RawString, Value};

use super::dotted;
use super::layout::{self, Gap, Line};
use super::string::{hides_something, is_text, multi_line, one_line_string};

/// Writes the values of one file.
pub(super) struct Values<'a> {
    /// The file, into which every raw string points.
    pub(super) text: &'a str,
    /// How the file ends its lines.
    pub(super) newline: &'static str,
}

const INDENT: usize = 4;

impl<'a> Values<'a> {
    /// Writes the value of a line; `path` is everything from the top of the file to its key, and
    /// absent inside an array, where nothing has a name to be an object by.
    pub(super) fn entry(&self, value: &Value, path: Option<&[&str]>) -> String {
        match value {
            Value::String(string) => self.string(value, string.value(), is_text(string.value())),
            _ => self.value(value, path, 0),
        }
    }

    /// Returns what stands between two tokens of the file.
    pub(super) fn raw(&self, raw: Option<&RawString>) -> &'a str {
        raw.and_then(RawString::span).and_then(|span| self.text.get(span)).unwrap_or_default()
    }

    fn value(&self, value: &Value, path: Option<&[&str]>, indent: usize) -> String {
        match value {
            // Inside brackets a text has several lines only if it was written so.
            Value::String(string) => {
                let several = self.written(value).is_some_and(|raw| raw.contains('\n'));
                self.string(value, string.value(), several && is_text(string.value()))
            }
            Value::Array(array) => self.array(array, indent),
            Value::InlineTable(table) => match self.bare_sql(table, path) {
                Some(sql) if indent == 0 => self.entry(sql, path),
                Some(sql) => self.value(sql, path, indent),
                None => self.table(table, path, indent),
            },
            _ => self.written(value).map_or_else(|| value.to_string(), Into::into),
        }
    }

    /// Returns the value as the file has it.
    fn written(&self, value: &Value) -> Option<&'a str> {
        self.text.get(value.span()?)
    }

    fn string(&self, value: &Value, string: &str, several_lines: bool) -> String {
        match self.written(value) {
            // Whoever wrote an escape for it, or did not, knew what was there.
            Some(raw) if hides_something(string) => raw.to_string(),
            _ if several_lines => multi_line(string, self.newline),
            _ => one_line_string(string),
        }
    }

    /// Returns the string of `{ sql = "..." }` where the string alone means the same.
    ///
    /// That is so for an object (`kind.name`, `kind.name.kind.name`), and not for a map from names,
    /// such as `column = { sql = "text" }`, in which `sql` is one of the names.
    fn bare_sql<'t>(&self, table: &'t InlineTable, path: Option<&[&str]>) -> Option<&'t Value> {
        let is_object = match path? {
            [_, _] => true,
            [_, _, part, _] => !matches!(*part, "grant" | "set" | "with" | "options" | "attached"),
            _ => false,
        };
        let [(key, value)] = &table.get_values()[..] else { return None };
        let [key] = key[..] else { return None };
        let has_comment = self.text.get(table.span()?)?.contains('#') && {
            let (gaps, end) = self.gaps(table);
            gaps.iter().chain([&end]).any(|gap| gap.contains('#'))
        };
        (is_object && key.get() == "sql" && value.is_str() && !has_comment).then_some(value)
    }

    fn array(&self, array: &Array, indent: usize) -> String {
        let elements: Vec<&Value> = array.iter().collect();
        let mut gaps: Vec<String> = Vec::new();
        let mut left = "";
        for element in &elements {
            gaps.push([left, self.decor(element, true)].concat());
            left = self.decor(element, false);
        }
        let end = [left, self.raw(Some(array.trailing()))].concat();
        let values =
            |indent| elements.iter().map(move |value| (None, self.value(value, None, indent)));
        if several_lines(&gaps, &end) {
            self.a_line_each(("[", "]"), values(indent + INDENT), &gaps, &end, indent)
        } else {
            let values: Vec<_> = values(indent + 1).map(|(_, value)| value).collect();
            format!("[{}]", values.join(", "))
        }
    }

    fn table(&self, table: &InlineTable, path: Option<&[&str]>, indent: usize) -> String {
        let (gaps, end) = self.gaps(table);
        let several_lines = several_lines(&gaps, &end);
        let inner = if several_lines { indent + INDENT } else { indent + 1 };
        let entries = sorted(table).into_iter().map(|(keys, value)| {
            let names = keys.iter().map(|key| key.get());
            let full = path.map(|path| path.iter().copied().chain(names).collect::<Vec<&str>>());
            (Some(dotted(&keys)), self.value(value, full.as_deref(), inner))
        });
        if several_lines {
            return self.a_line_each(("{", "}"), entries, &gaps, &end, indent);
        }
        let entries: Vec<_> =
            entries.map(|(key, value)| format!("{} = {value}", key.unwrap_or_default())).collect();
        if entries.is_empty() { "{}".into() } else { format!("{{ {} }}", entries.join(", ")) }
    }

    /// Returns what stands before each entry of a table, commas aside, and before its end.
    fn gaps(&self, table: &InlineTable) -> (Vec<String>, String) {
        let (mut gaps, mut left) = (Vec::new(), "");
        for (keys, value) in sorted(table) {
            let prefix = keys.last().and_then(|key| key.leaf_decor().prefix());
            gaps.push([left, self.raw(prefix)].concat());
            left = self.decor(value, false);
        }
        (gaps, [left, self.raw(Some(table.trailing()))].concat())
    }

    fn a_line_each(
        &self,
        (open, close): (&str, &str),
        elements: impl Iterator<Item = (Option<String>, String)>,
        gaps: &[String],
        end: &str,
        indent: usize,
    ) -> String {
        let mut lines: Vec<Line> = Vec::new();
        for ((key, value), gap) in elements.zip(gaps) {
            let Gap { same_line, mut own_lines } = Gap::after(gap);
            match lines.last_mut() {
                Some(last) => last.comment = same_line,
                // What stands after the bracket goes to the line below it.
                None => own_lines.splice(0..0, same_line.map(Some)).for_each(drop),
            }
            lines.push(Line { before: own_lines, key, value: value + ",", comment: None });
        }
        let Gap { same_line, mut own_lines } = Gap::after(end);
        match lines.last_mut() {
            Some(last) => last.comment = same_line,
            None => own_lines.splice(0..0, same_line.map(Some)).for_each(drop),
        }
        let mut out = [open, self.newline].concat();
        layout::print_lines(&mut out, lines, indent + INDENT, self.newline);
        layout::print_end(&mut out, own_lines, indent + INDENT, self.newline);
        out + &" ".repeat(indent) + close
    }

    fn decor(&self, value: &Value, before: bool) -> &'a str {
        let decor = value.decor();
        self.raw(if before { decor.prefix() } else { decor.suffix() })
    }
}

/// Says whether the author gave the elements lines of their own; without any, only a comment does.
fn several_lines(gaps: &[String], end: &str) -> bool {
    let begins_a_line = |gap: &str| gap.contains('#') || gap.contains('\n') && !gaps.is_empty();
    gaps.iter().any(|gap| begins_a_line(gap)) || begins_a_line(end)
}

/// Returns the entries in the order of the file, also where dotted keys of two tables alternate.
fn sorted(table: &InlineTable) -> Vec<(Vec<&Key>, &Value)> {
    let mut entries = table.get_values();
    entries.sort_by_key(|(path, _)| path.last().and_then(|key| key.span()).map(|span| span.start));
    entries
}
