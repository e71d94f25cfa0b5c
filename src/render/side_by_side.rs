//! What an attribute was and what it will be: beside each other if short, as a diff if long.

use similar::{ChangeTag, DiffOp, TextDiff};

use crate::plan::{Field, Proof};

use super::ink::{self, Ink, Style};

/// The longest text that stands beside another.
const SHORT: usize = 60;
/// How many lines around a difference are shown.
const CONTEXT: usize = 3;

/// Writes every attribute that differs, each line with a margin of `indent` columns.
pub(super) fn fields(fields: &[Field], style: Style, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let rows: Vec<Row<'_>> = fields.iter().map(Row::new).collect();
    let short = || rows.iter().filter(|row| row.fits(style, indent));
    let names = short().map(|row| ink::columns(&row.name)).max().unwrap_or_default();
    let olds = short().map(|row| ink::columns(&row.old)).max().unwrap_or_default();
    let mut out = String::new();
    for row in &rows {
        let proof = style.paint(Ink::Dim, &format!("({})", row.proof()));
        if row.fits(style, indent) {
            let name = padded(&row.name, names);
            let old = padded(&row.old, olds);
            let (old, new) = (style.paint(Ink::Red, &old), style.paint(Ink::Green, &row.new));
            out.push_str(&format!("{margin}{name}  {old} → {new}  {proof}\n"));
        } else {
            out.push_str(&format!("{margin}{}  {proof}\n", row.name));
            let (old, new) = (row.field.old.as_deref(), row.field.new.as_deref());
            out.push_str(&diff(
                old.unwrap_or_default(),
                new.unwrap_or_default(),
                style,
                indent + 2,
            ));
        }
    }
    out
}

/// How a difference was found, in words.
pub(super) fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Structure => "structure",
        Proof::ParseTree => "parse tree",
        Proof::Server => "server",
        Proof::Unproved => "unproved",
    }
}

/// How many lines a diff takes away and adds.
pub(super) fn moved_lines(old: &str, new: &str) -> (usize, usize) {
    let diff = TextDiff::from_lines(old, new);
    let of = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    (of(ChangeTag::Delete), of(ChangeTag::Insert))
}

/// A value on one line; absent ones and empty ones can be told apart.
pub(super) fn value(text: Option<&str>) -> String {
    match text {
        None => "(none)".to_owned(),
        Some("") => "''".to_owned(),
        Some(text) => ink::line(text).into_owned(),
    }
}

struct Row<'a> {
    field: &'a Field,
    name: String,
    old: String,
    new: String,
}

impl<'a> Row<'a> {
    fn new(field: &'a Field) -> Self {
        let (old, new) = (value(field.old.as_deref()), value(field.new.as_deref()));
        Self { field, name: ink::line(&field.name).into_owned(), old, new }
    }

    fn proof(&self) -> &'static str {
        proof(self.field.proof)
    }

    fn fits(&self, style: Style, indent: usize) -> bool {
        let (old, new) = (ink::columns(&self.old), ink::columns(&self.new));
        let all = indent + ink::columns(&self.name) + old + new + self.proof().len() + 9;
        short(self.field) && all <= style.width
    }
}

fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(ink::columns(text))))
}

/// Whether a value can stand beside another on one line.
pub(super) fn short(field: &Field) -> bool {
    let texts = || [field.old.as_deref(), field.new.as_deref()].into_iter();
    texts().flatten().all(|text| !text.contains('\n'))
        && texts().all(|text| ink::columns(&value(text)) <= SHORT)
}

/// A diff by lines; with colours, what changed inside a line stands out.
pub(super) fn diff(old: &str, new: &str, style: Style, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let diff = TextDiff::from_lines(old, new);
    // Said only where the end of the text is what differs.
    let ends = old.ends_with('\n') != new.ends_with('\n') && !old.is_empty() && !new.is_empty();
    let mut out = String::new();
    for (at, ops) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        let start = ops.first().map_or(0, |op| op.old_range().start);
        if at > 0 || start > 0 {
            let place = format!("… line {}", start + 1);
            out.push_str(&format!("{margin}{}\n", style.paint(Ink::Dim, &place)));
        }
        for op in ops {
            for (tag, line, missing_newline) in changed_lines(&diff, op, style) {
                let (sign, ink) = match tag {
                    ChangeTag::Equal => (" ", Ink::Dim),
                    ChangeTag::Delete => ("-", Ink::Red),
                    ChangeTag::Insert => ("+", Ink::Green),
                };
                let row = format!("{margin}{} {line}", style.paint(ink, sign));
                out.push_str(if line.is_empty() { row.trim_end() } else { &row });
                if ends && missing_newline && tag != ChangeTag::Equal {
                    out.push_str(&style.paint(Ink::Dim, "  (no line end)"));
                }
                out.push('\n');
            }
        }
    }
    out
}

fn changed_lines(
    diff: &TextDiff<'_, '_, str>,
    op: &DiffOp,
    style: Style,
) -> Vec<(ChangeTag, String, bool)> {
    // No deadline: with one, the same texts could be shown differently on a slower machine.
    let changes = diff.iter_inline_changes_deadline(op, None);
    changes
        .map(|change| {
            let (plain, mark) = match change.tag() {
                ChangeTag::Equal => (Ink::Dim, Ink::Dim),
                ChangeTag::Delete => (Ink::Red, Ink::RedMark),
                ChangeTag::Insert => (Ink::Green, Ink::GreenMark),
            };
            let whole: String = change.values().iter().map(|(_, piece)| *piece).collect();
            let mut seen = whole.trim_end().len();
            let mut line = String::new();
            for (emphasized, piece) in change.values() {
                let text = shown(piece.trim_end_matches('\n'), seen, change.tag());
                seen = seen.saturating_sub(piece.len());
                line.push_str(&style.paint(if *emphasized { mark } else { plain }, &text));
            }
            (change.tag(), line, change.missing_newline())
        })
        .collect()
}

/// A piece of a line whose first `seen` bytes come before the blanks at the end of the line. They
/// cannot be seen, and may be all that differs.
fn shown(piece: &str, seen: usize, tag: ChangeTag) -> String {
    let (text, blanks) = piece.split_at_checked(seen).unwrap_or((piece, ""));
    if tag == ChangeTag::Equal {
        return ink::lines(text).into_owned();
    }
    let blanks = blanks.replace(' ', "·").replace('\t', "⇥");
    format!("{}{}", ink::lines(text), ink::lines(&blanks))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { colour: false, width: 100 };

    fn field(name: &str, old: Option<&str>, new: Option<&str>) -> Field {
        let (old, new) = (old.map(str::to_owned), new.map(str::to_owned));
        Field { name: name.to_owned(), old, new, proof: Proof::Structure }
    }

    #[test]
    fn short_values_stand_beside_each_other() {
        let all = [
            field("type", Some("integer"), Some("bigint")),
            field("not_null", None, Some("true")),
            field("comment", Some(""), Some("two\twords")),
        ];
        let expected = "  type      integer → bigint  (structure)\n  \
                          not_null  (none)  → true  (structure)\n  \
                          comment   ''      → two\\twords  (structure)\n";
        assert_eq!(fields(&all, PLAIN, 2), expected);
    }

    #[test]
    fn a_long_body_shows_only_the_lines_around_what_changed() {
        let old: String = (1..=12).map(|n| format!("line {n}\n")).collect();
        let new = old.replace("line 9\n", "line nine \n");
        let shown = fields(&[field("body", Some(&old), Some(&new))], PLAIN, 0);
        let expected = "body  (structure)\n  … line 6\n    line 6\n    line 7\n    line 8\n  \
                        - line 9\n  + line nine·\n    line 10\n    line 11\n    line 12\n";
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_missing_line_end_is_said_if_nothing_else_differs() {
        let shown = fields(&[field("body", Some("a\nb\n"), Some("a\nb"))], PLAIN, 0);
        assert_eq!(shown, "body  (structure)\n    a\n  - b\n  + b  (no line end)\n");
    }

    #[test]
    fn what_does_not_fit_the_width_goes_below_each_other() {
        let narrow = Style { colour: false, width: 40 };
        let shown =
            fields(&[field("using", Some("(tenant = 1)"), Some("(tenant = 2)"))], narrow, 0);
        assert_eq!(shown, "using  (structure)\n  - (tenant = 1)\n  + (tenant = 2)\n");
    }

    #[test]
    fn in_colour_the_changed_word_stands_out() {
        let coloured = Style { colour: true, width: 40 };
        let shown = fields(
            &[field("query", Some("select a from t where b\n"), Some("select a from t where c\n"))],
            coloured,
            0,
        );
        assert!(shown.contains("\x1b[31;7mb\x1b[0m"), "{shown:?}");
        assert!(shown.contains("\x1b[32;7mc\x1b[0m"), "{shown:?}");
    }
}
