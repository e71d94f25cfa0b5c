//! Lines on a page: blank lines, comments, and the columns of `=` and `#`.

use unicode_width::UnicodeWidthStr;

/// A key wider than this stands by itself: its neighbours are not moved that far.
const WIDEST_KEY: usize = 40;
/// Comments line up only while they start left of this column.
const LAST_COMMENT: usize = 80;

/// A comment on a line of its own, or a blank line.
pub(super) type Between = Option<String>;

/// What stands between two values: comments and blank lines.
pub(super) struct Gap {
    /// The comment on the line of what comes before.
    pub(super) same_line: Option<String>,
    /// What follows on lines of its own.
    pub(super) own_lines: Vec<Between>,
}

impl Gap {
    /// Reads what follows a value on the same line and below.
    pub(super) fn after(raw: &str) -> Gap {
        let (line, rest) = raw.split_once('\n').unwrap_or((raw, ""));
        let line = line.trim();
        Gap {
            same_line: (!line.is_empty()).then(|| line.to_string()),
            own_lines: Gap::own_lines(rest),
        }
    }

    /// Reads what begins at the start of a line.
    pub(super) fn own_lines(raw: &str) -> Vec<Between> {
        let mut lines: Vec<&str> = raw.split('\n').map(str::trim).collect();
        // The last piece is what the next value is indented with.
        if lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
        let mut between: Vec<Between> = Vec::new();
        for line in lines {
            let line = (!line.is_empty()).then(|| line.to_string());
            if line.is_some() || between.last() != Some(&None) {
                between.push(line);
            }
        }
        between
    }
}

/// A value with its key, or the header of a table.
pub(super) struct Line {
    pub(super) before: Vec<Between>,
    pub(super) key: Option<String>,
    pub(super) value: String,
    pub(super) comment: Option<String>,
}

/// A table as the file has it: the header and the lines below it.
pub(super) struct Section {
    /// Absent for the keys at the top of the file.
    pub(super) header: Option<Line>,
    pub(super) lines: Vec<Line>,
}

/// Prints a file; `end` is what follows the last table.
pub(super) fn print(sections: Vec<Section>, end: Vec<Between>, newline: &str) -> String {
    let mut out = String::new();
    for section in sections {
        if let Some(mut header) = section.header {
            separate(&mut header.before, out.is_empty());
            print_between(&mut out, &header.before, 0, newline);
            out.push_str(&header.value);
            if let Some(comment) = &header.comment {
                out.push_str("  ");
                out.push_str(comment);
            }
            out.push_str(newline);
        }
        print_lines(&mut out, section.lines, 0, newline);
    }
    let end = if out.is_empty() { without_leading_blank(end) } else { end };
    print_end(&mut out, end, 0, newline);
    out
}

/// Sets a header off from what comes before it by a blank line.
fn separate(before: &mut Vec<Between>, is_first: bool) {
    if is_first {
        *before = without_leading_blank(std::mem::take(before));
    // A comment with a blank line below it belongs to what comes before: it stays there.
    } else if !before.contains(&None) {
        before.insert(0, None);
    }
}

fn without_leading_blank(mut between: Vec<Between>) -> Vec<Between> {
    if between.first() == Some(&None) {
        between.remove(0);
    }
    between
}

/// Prints what follows the last value before the end of the file or a closing bracket.
pub(super) fn print_end(out: &mut String, mut end: Vec<Between>, indent: usize, newline: &str) {
    if end.last() == Some(&None) {
        end.pop();
    }
    print_between(out, &end, indent, newline);
}

/// Prints lines with their `=` and their comments in columns.
pub(super) fn print_lines(out: &mut String, mut lines: Vec<Line>, indent: usize, newline: &str) {
    if let Some(first) = lines.first_mut() {
        first.before = without_leading_blank(std::mem::take(&mut first.before));
    }
    let mut rest = &lines[..];
    while !rest.is_empty() {
        let (run, after) = rest.split_at(run_length(rest));
        let key_width = run.iter().filter_map(|line| line.key.as_deref()).map(width).max();
        let starts: Vec<String> = run.iter().map(|line| start(line, key_width)).collect();
        let commented = run.iter().zip(&starts).filter(|(line, _)| line.comment.is_some());
        let column = commented.map(|(_, start)| indent + width(start)).max().unwrap_or_default();
        for (line, start) in run.iter().zip(&starts) {
            print_between(out, &line.before, indent, newline);
            out.push_str(&" ".repeat(indent));
            out.push_str(start);
            if let Some(comment) = &line.comment {
                let in_column = column <= LAST_COMMENT && !start.contains('\n');
                let pad = if in_column { column - indent - width(start) } else { 0 };
                out.push_str(&" ".repeat(pad + 2));
                out.push_str(comment);
            }
            out.push_str(newline);
        }
        rest = after;
    }
}

fn start(line: &Line, key_width: Option<usize>) -> String {
    let Some(key) = &line.key else { return line.value.clone() };
    let pad = key_width.unwrap_or_default().saturating_sub(width(key));
    format!("{key}{} = {}", " ".repeat(pad), line.value)
}

/// Returns how many of the lines belong together: up to a blank line or a value of several lines.
fn run_length(lines: &[Line]) -> usize {
    let alone = |line: &Line| {
        line.value.contains('\n') || line.key.as_deref().is_some_and(|key| width(key) > WIDEST_KEY)
    };
    if lines.first().is_none_or(alone) {
        return 1;
    }
    let follows = |line: &&Line| !alone(line) && !line.before.contains(&None);
    1 + lines[1..].iter().take_while(follows).count()
}

fn print_between(out: &mut String, between: &[Between], indent: usize, newline: &str) {
    for line in between {
        if let Some(comment) = line {
            out.push_str(&" ".repeat(indent));
            out.push_str(comment);
        }
        out.push_str(newline);
    }
}

/// How many columns of a terminal a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}
