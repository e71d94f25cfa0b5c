//! The line that says what a declared object was called before, for the place where it is declared.

use std::collections::BTreeMap;

use toml_edit::{Document, Item, TableLike, Value};

use crate::fmt;
use crate::id::{Id, key_part};
use crate::source::Source;

/// What to write, and under which header, if it goes under one.
pub(super) struct Line {
    /// The header: `[table.client]`; `None`: the line stands in the place of the one that is there.
    pub(super) under: Option<String>,
    /// The line.
    pub(super) text: String,
}

/// A longer line is not printed whole.
const LONG: usize = 160;

/// The bytes of a key.
pub(super) type Span = (usize, usize);

/// The lines for objects whose keys stand at these places of a file, which is read once; `old` is what each
/// was called. What nothing declares by name has none.
pub(super) fn lines(
    source: &Source,
    wanted: &BTreeMap<Span, Vec<(usize, &Id)>>,
) -> BTreeMap<usize, Line> {
    let mut found = BTreeMap::new();
    let Ok(document) = Document::parse(&*source.text) else { return found };
    walk(document.as_table(), &mut Vec::new(), &mut |span, path, item| {
        for (at, old) in wanted.get(&span).into_iter().flatten() {
            found.extend(line(path, item, source, old).map(|line| (*at, line)));
        }
    });
    found
}

fn line(path: &[String], item: &Item, source: &Source, old: &Id) -> Option<Line> {
    let name = fmt::one_line_string(&key_part(old.name()));
    let line = format!("renamed_from = {name}");
    let written = |span: Option<std::ops::Range<usize>>| source.text.get(span?);
    let inside = match item {
        Item::Table(_) => {
            let under = Some(format!("[{}]", path.join(".")));
            return Some(Line { under, text: line });
        }
        Item::Value(Value::InlineTable(table)) => {
            let inside = written(table.span())?.strip_prefix('{')?.strip_suffix('}')?;
            let inside = inside.trim().trim_end_matches(',').trim_end();
            if short(inside) && !inside.is_empty() { inside } else { "..." }.to_owned()
        }
        Item::Value(Value::Array(array)) => {
            let list = written(array.span()).filter(|list| short(list));
            format!("values = {}", list.unwrap_or("[...]"))
        }
        Item::Value(value) => {
            let sql = written(value.span()).filter(|sql| short(sql));
            format!("sql = {}", sql.unwrap_or("\"...\""))
        }
        Item::None | Item::ArrayOfTables(_) => return None,
    };
    let key = path.last()?;
    Some(Line { under: None, text: format!("{key} = {{ {inside}, {line} }}") })
}

fn short(text: &str) -> bool {
    text.len() <= LONG && !text.contains('\n')
}

/// Every key with the keys down to it and its value.
fn walk(
    table: &dyn TableLike,
    path: &mut Vec<String>,
    visit: &mut dyn FnMut(Span, &[String], &Item),
) {
    for (name, item) in table.iter() {
        let Some((key, _)) = table.get_key_value(name) else { continue };
        path.push(fmt::key(name));
        if let Some(span) = key.span() {
            visit((span.start, span.end), path, item);
        }
        if let Some(inner) = item.as_table_like() {
            walk(inner, path, visit);
        }
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, at: &str, old: &str) -> Option<(Option<String>, String)> {
        let source = Source::new("a.toml", text);
        let start = text.find(at).unwrap();
        let old: Id = old.parse().unwrap();
        let wanted = BTreeMap::from([((start, start + at.len()), vec![(0, &old)])]);
        let line = lines(&source, &wanted).remove(&0)?;
        Some((line.under, line.text))
    }

    fn line_of(text: &str, at: &str) -> String {
        check(text, at, "column:public.t.old").unwrap().1
    }

    #[test]
    fn a_table_of_its_own_gets_a_line_under_its_header() {
        let text = "[table.client]\ncomment = 'x'\n[table.client.column]\nid = \"integer\"\n";
        let under = |header: &str, line: &str| Some((Some(header.to_owned()), line.to_owned()));
        let client = check(text, "client", "table:public.customer");
        assert_eq!(client, under("[table.client]", "renamed_from = \"customer\""));
        // A table that only its parts have headers for may get one.
        let text = "[table.\"a.b\".column]\nid = \"integer\"\n";
        let odd = check(text, "\"a.b\"", "table:public.\"x.y\"");
        assert_eq!(odd, under("[table.\"a.b\"]", "renamed_from = '\"x.y\"'"));
    }

    #[test]
    fn a_value_becomes_a_table() {
        let text = "[x.y.column]\nz = \"text not null\"\nw = { type = \"text\" }\n";
        let short = "z = { sql = \"text not null\", renamed_from = \"old\" }";
        let at = |key: &str| line_of(text, key);
        assert_eq!(at("z"), short);
        assert_eq!(at("w"), "w = { type = \"text\", renamed_from = \"old\" }");
        let list = line_of("enum.mood = [\"a\", \"b\"]", "mood");
        assert_eq!(list, "mood = { values = [\"a\", \"b\"], renamed_from = \"old\" }");
        let long = line_of("function.g = \"\"\"\nx\n\"\"\"", "g");
        assert_eq!(long, "g = { sql = \"...\", renamed_from = \"old\" }");
    }

    #[test]
    fn what_stands_inside_a_value_has_no_line() {
        assert_eq!(
            check("table.t.column.id = \"integer primary key\"", "primary", "table:a.b"),
            None
        );
    }
}
