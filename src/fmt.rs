//! The one way to write a declaration file: same values, same order, every comment kept.
//!
//! Spaces, blank lines, quotes and the alignment of `=` are normalised, and `{ sql = "..." }`
//! becomes the plain string that it stands for. Nothing is moved, and long lines are not broken:
//! what belongs on a line is the author's choice.

#[cfg(test)]
mod any_file;
mod layout;
mod string;
mod value;

use toml_edit::{Document, Item, Key, Table, Value};

use crate::report::{Code, Diagnostic, Report};
use crate::source::{Source, parse};
use layout::{Gap, Line, Section};
use value::Values;

pub(crate) use layout::width;
pub use string::{key, one_line_string, string};

/// Formats a file of a declaration.
///
/// # Errors
///
/// Fails with everything in the file that is not TOML; only what can be read can be formatted.
pub fn format(source: &Source) -> Result<String, Report> {
    let (_, diagnostics) = parse(source);
    if !diagnostics.is_empty() {
        return Err(Report::from_iter(diagnostics));
    }
    let document = Document::parse(&*source.text).map_err(|error| {
        let origin = source.origin(error.span().unwrap_or_default());
        Report::from(Diagnostic::error(Code::TomlSyntax, error.message()).at(origin, ""))
    })?;
    let first_line = source.text.split_inclusive('\n').next().unwrap_or_default();
    let newline = if first_line.ends_with("\r\n") { "\r\n" } else { "\n" };
    let values = Values { text: document.raw(), newline };

    let mut found = Vec::new();
    let at_top =
        Found { table: document.as_table(), path: Vec::new(), is_array: false, listed: false };
    collect(at_top, &mut found);
    found.sort_by_key(|table| table.table.position());
    let sections = found.iter().map(|table| section(table, &values)).collect();
    let end = Gap::own_lines(values.raw(Some(document.trailing())));
    Ok(layout::print(sections, end, newline))
}

/// A table of the file; those with a header, and the top, make the sections.
struct Found<'a> {
    table: &'a Table,
    path: Vec<&'a Key>,
    is_array: bool,
    /// Whether it is an element of an array, or inside one.
    listed: bool,
}

fn collect<'a>(found: Found<'a>, out: &mut Vec<Found<'a>>) {
    for (name, item) in found.table {
        let Some(key) = found.table.key(name) else { continue };
        let inner = |table, is_array| {
            let path = found.path.iter().copied().chain([key]).collect();
            Found { table, path, is_array, listed: found.listed || is_array }
        };
        match item {
            Item::Table(table) => collect(inner(table, false), out),
            Item::ArrayOfTables(tables) => {
                tables.iter().for_each(|table| collect(inner(table, true), out));
            }
            Item::None | Item::Value(_) => {}
        }
    }
    // An implicit table has no header of its own; a dotted one stands in its parent's lines.
    if found.path.is_empty() || !(found.table.is_dotted() || found.table.is_implicit()) {
        out.push(found);
    }
}

fn section(found: &Found<'_>, values: &Values<'_>) -> Section {
    let mut entries: Vec<(Vec<&Key>, &Value)> = found.table.get_values();
    entries.sort_by_key(|(path, _)| path.last().and_then(|key| key.span()).map(|span| span.start));
    let lines = entries.into_iter().map(|(path, value)| {
        let full: Vec<&str> = found.path.iter().chain(&path).map(|key| key.get()).collect();
        let full = (!found.listed).then_some(&full[..]);
        let decor = path.last().map(|key| key.leaf_decor());
        let before = Gap::own_lines(values.raw(decor.and_then(|decor| decor.prefix())));
        let comment = Gap::after(values.raw(value.decor().suffix())).same_line;
        Line { before, key: Some(dotted(&path)), value: values.entry(value, full), comment }
    });
    let lines = lines.collect();
    if found.path.is_empty() {
        return Section { header: None, lines };
    }
    let (open, close) = if found.is_array { ("[[", "]]") } else { ("[", "]") };
    let decor = found.table.decor();
    let header = Line {
        before: Gap::own_lines(values.raw(decor.prefix())),
        key: None,
        value: [open, &dotted(&found.path), close].concat(),
        comment: Gap::after(values.raw(decor.suffix())).same_line,
    };
    Section { header: Some(header), lines }
}

fn dotted(path: &[&Key]) -> String {
    path.iter().map(|part| key(part.get())).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{self, Node};

    pub(super) fn formatted(text: &str) -> String {
        match format(&Source::new("a.toml", text)) {
            Ok(text) => text,
            Err(report) => panic!("{report}\n{text}"),
        }
    }

    /// Names and values in order, an object's `{ sql = "..." }` as the plain string.
    pub(super) fn outline(text: &str) -> String {
        let (tree, diagnostics) = parse(&Source::new("a.toml", text));
        assert!(diagnostics.is_empty(), "{diagnostics:?}\n{text}");
        table(&tree, 0)
    }

    fn table(table: &source::Table, depth: usize) -> String {
        let entries = table.entries.iter();
        let entries =
            entries.map(|(key, value)| format!("{:?}={}", key.name, node(value, depth + 1)));
        format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
    }

    fn node(value: &Node, depth: usize) -> String {
        match value {
            Node::String(text) => format!("{:?}", text.value),
            Node::Integer(value, _) => value.to_string(),
            Node::Float(value, _) => value.to_string(),
            Node::Boolean(value, _) => value.to_string(),
            Node::Datetime(value, _) => value.clone(),
            Node::Array(nodes, _) => {
                format!("{:?}", nodes.iter().map(|inner| node(inner, 99)).collect::<Vec<_>>())
            }
            Node::Table(inner) => match &inner.entries[..] {
                [(key, Node::String(text))] if key.name == "sql" && matches!(depth, 2 | 4) => {
                    format!("{:?}", text.value)
                }
                _ => table(inner, depth),
            },
        }
    }

    #[test]
    fn a_declaration_is_put_in_order() {
        let before = r#"


# schema/team.toml
[enum]
'role'=["OWNER",'ADMIN' ,"MEMBER"]   
[table.team]   # who works with whom
  comment='Links users, "each" with a role.'
  "use" = [ "timestamps" ]  # a mixin
# the columns
[table.team.column]

id="text primary key" # key
"organization_id" = "text not null"   # also
# what the user may do
role = {type="role",not_null=true, default = "'MEMBER'"}


"odd name" = { sql = "text" }
a_very_long_name_that_would_push_all_of_the_others_away = 'text'
[table.team.index]
team_idx = { sql = 'using gin ("name")' }
column = { sql = "x", comment = "kept" }


# the end
"#;
        let after = r#"# schema/team.toml
[enum]
role = ["OWNER", "ADMIN", "MEMBER"]

[table.team]  # who works with whom
comment = 'Links users, "each" with a role.'
use     = ["timestamps"]  # a mixin

# the columns
[table.team.column]
id              = "text primary key"  # key
organization_id = "text not null"     # also
# what the user may do
role            = { type = "role", not_null = true, default = "'MEMBER'" }

"odd name" = "text"
a_very_long_name_that_would_push_all_of_the_others_away = "text"

[table.team.index]
team_idx = 'using gin ("name")'
column   = { sql = "x", comment = "kept" }

# the end
"#;
        assert_eq!(formatted(before), after);
        assert_eq!(formatted(after), after);
    }

    #[test]
    fn a_text_of_several_lines_stands_between_aligned_lines() {
        let before = "[function.f]\nlanguage='plpgsql'\nreturns = 'int'\n\
            body=\"begin\\n  return \\\"x\\\";\\nend\\n\" # long\ncost=1\nvolatility = 'stable'\n";
        let after = "[function.f]\nlanguage = \"plpgsql\"\nreturns  = \"int\"\nbody = '''\n\
            begin\n  return \"x\";\nend\n'''  # long\ncost       = 1\nvolatility = \"stable\"\n";
        assert_eq!(formatted(before), after);
    }

    #[test]
    fn only_an_object_gives_up_its_braces() {
        for kept in [
            "[table.t]\ncolumn = { sql = \"text\" }\ngrant  = { sql = \"select\" }\n",
            "[default_privileges.\"for role x\"]\ntables = { sql = \"select\" }\n",
            "[table.t.grant]\nx = { sql = \"\" }\n",
            "[view]\nv = {\n    # why\n    sql = \"select '#'\",\n}\n",
            "[view]\nv = { sql = 1 }\n",
        ] {
            assert_eq!(formatted(kept), kept);
        }
        for (before, after) in [
            ("view.v = { sql = 'select 1' }\n", "view.v = \"select 1\"\n"),
            ("[view]\nv = { sql = \"select '#'\" }", "[view]\nv = \"select '#'\"\n"),
            (
                "[table.t]\ncolumn = { a = { sql = 'text' }, sql = { sql = 'int' } }\n",
                "[table.t]\ncolumn = { a = \"text\", sql = \"int\" }\n",
            ),
        ] {
            assert_eq!(formatted(before), after);
        }
    }

    #[test]
    fn lists_that_begin_a_line_have_a_line_for_each_element() {
        let before = "[enum]\nx = [ # first\n  'a', # one\n'b'\n # between\n\n\n  , 'c' ] # end\n\
                      y = [\n]\nz = [1,\n[2,\n3]]\n";
        let after = "[enum]\nx = [\n    # first\n    \"a\",  # one\n    \"b\",\n    # between\n\n    \
                     \"c\",\n]  # end\ny = []\nz = [\n    1,\n    [\n        2,\n        3,\n    ],\n]\n";
        assert_eq!(formatted(before), after);
    }

    #[test]
    fn a_comment_stays_with_what_it_is_about() {
        let text = "# the file\n\n# about a\na = 1\n# still a\n\n# about t\n[t]\n\n# about u\n[u]\n\
                    x = 1\n\n# end\n";
        assert_eq!(formatted(text), text);
        assert_eq!(formatted("[t]\nx = 1\n# about u\n[u]\n"), "[t]\nx = 1\n\n# about u\n[u]\n");
        assert_eq!(formatted("\n\n  # only\n\n"), "# only\n");
        assert_eq!(formatted("\n \n"), "");
    }

    #[test]
    fn line_ends_and_byte_order_marks_do_not_change_values() {
        let text = "\u{feff}[view]\r\nv='''\r\nselect\r\n1'''\r\nw=\"a\\nb\"\r\n";
        let after = formatted(text);
        assert_eq!(after, "[view]\r\nv = '''\r\nselect\r\n1'''\r\nw = \"\"\"\r\na\\nb\"\"\"\r\n");
        assert_eq!(outline(&after), outline(text));
    }

    #[test]
    fn what_nobody_could_see_stays_as_it_was_written() {
        let text = "a = \"x\\u200By\"\nb = \"x\u{200B}y\"\nc = \"\\t\"\n";
        assert_eq!(formatted(text), text);
    }

    #[test]
    fn a_file_that_is_not_toml_is_refused_with_every_mistake() {
        let report = format(&Source::new("a.toml", "a = b\nc 1\nd = 1\nd = 2\n")).unwrap_err();
        assert_eq!(report.diagnostics.len(), 3, "{report}");
    }
}
