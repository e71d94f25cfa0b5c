//! Makes two dumps comparable: two databases that differ in nothing but the order of columns, grants and
//! statements have the same normal dump.

use std::collections::BTreeSet;

/// Returns the entries of a `pg_dump --schema-only`, sorted, each in a form that does not depend on the order in
/// which its parts were made.
pub fn normalise_dump(dump: &str) -> String {
    let mut entries = BTreeSet::new();
    let mut defaults = Defaults::default();
    for block in blocks(dump) {
        // What is set at the end of a block holds for the next.
        let in_force = defaults.clone();
        let mut text = String::new();
        for line in block.lines() {
            if !defaults.take(line)
                && !line.starts_with("\\restrict")
                && !line.starts_with("\\unrestrict")
            {
                text.push_str(line);
                text.push('\n');
            }
        }
        let (header, body) = text.split_once('\n').unwrap_or((&text, ""));
        let body = body.trim_start_matches("--").trim();
        let header = header.split_once("; Owner: ").map_or(header, |(header, _)| header);
        entry(header.trim(), body, &in_force, &mut entries);
    }
    entries.into_iter().collect::<Vec<_>>().join("\n\n") + "\n"
}

/// The text after each `-- Name: ` of pg_dump's headers.
fn blocks(dump: &str) -> impl Iterator<Item = &str> {
    let end = dump.find("\n--\n-- PostgreSQL database dump complete").unwrap_or(dump.len());
    dump[..end].split("\n--\n-- Name: ").skip(1)
}

fn entry(header: &str, body: &str, defaults: &Defaults, entries: &mut BTreeSet<String>) {
    let name = |text: &str| format!("-- {header}{}\n{text}", defaults.note());
    if header.contains("Type: ACL") || header.contains("Type: DEFAULT ACL") {
        entries.insert(name(&sorted_lines(body)));
    } else if is_table(body) {
        let (table, checks) = table(body);
        entries.insert(name(&table));
        entries.extend(checks);
    } else if header.contains("Type: CHECK CONSTRAINT") {
        entries.insert(one_line(body).replacen("ALTER TABLE ONLY ", "ALTER TABLE ", 1));
    } else if body.starts_with("CREATE STATISTICS ") {
        entries.insert(name(&sorted_between(body, " ON ", " FROM ")));
    } else if header.contains("Type: INDEX") || header.contains("Type: CONSTRAINT") {
        entries.insert(name(&sorted_options(body, "WITH (")));
    } else if header.contains("Type: TEXT SEARCH DICTIONARY") {
        entries.insert(name(&sorted_options(body, " (")));
    } else if header.contains("Type: PUBLICATION TABLE") {
        entries.insert(name(&sorted_between(body, " (", ")")));
    } else {
        entries.insert(name(body));
    }
}

/// `SET default_tablespace` and its like: written by `pg_dump` only when they change.
#[derive(Clone, Default)]
struct Defaults {
    tablespace: String,
    access_method: String,
}

impl Defaults {
    fn take(&mut self, line: &str) -> bool {
        let value = |prefix| {
            line.strip_prefix(prefix).map(|rest: &str| rest.trim_end_matches(';').to_owned())
        };
        if let Some(tablespace) = value("SET default_tablespace = ") {
            self.tablespace = if tablespace == "''" { String::new() } else { tablespace };
        } else if let Some(method) = value("SET default_table_access_method = ") {
            self.access_method = if method == "heap" { String::new() } else { method };
        } else {
            return false;
        }
        true
    }

    fn note(&self) -> String {
        let mut note = String::new();
        for (word, value) in
            [("tablespace", &self.tablespace), ("access method", &self.access_method)]
        {
            if !value.is_empty() {
                note = format!("{note} [{word} {value}]");
            }
        }
        note
    }
}

fn is_table(body: &str) -> bool {
    ["CREATE TABLE ", "CREATE UNLOGGED TABLE ", "CREATE FOREIGN TABLE "]
        .iter()
        .any(|start| body.starts_with(start))
}

/// Sorts the columns of a CREATE TABLE and the statements after it, and lifts its checks out: `pg_dump` writes
/// them apart when they call a function that it dumps later.
fn table(body: &str) -> (String, Vec<String>) {
    let first_line = body.find('\n').unwrap_or(body.len());
    let Some(open) = body[..first_line].rfind(" (").map(|at| at + 1) else {
        return (body.to_owned(), Vec::new());
    };
    let Some(close) = closing(body, open) else { return (body.to_owned(), Vec::new()) };
    let name = body[..open].rsplit_once("TABLE ").map_or("", |(_, name)| name.trim());
    let name = name.split(" PARTITION OF ").next().unwrap_or(name);
    let (mut columns, mut checks) = (Vec::new(), Vec::new());
    for item in parts(&body[open + 1..close], ',') {
        if item.starts_with("CONSTRAINT ") && item.contains(" CHECK ") {
            checks.push(one_line(&format!("ALTER TABLE {name} ADD {item};")));
        } else {
            columns.push(format!("    {item}"));
        }
    }
    columns.sort();
    let mut after = parts(&body[close + 1..], ';');
    let tail =
        if after.is_empty() { String::new() } else { sorted_options(after.remove(0), "WITH (") };
    after.sort_unstable();
    let mut text = format!("{}(\n{}\n) {tail}", &body[..open], columns.join(",\n"));
    text.truncate(text.trim_end().len());
    for statement in after {
        text = format!("{text};\n{statement}");
    }
    (text + ";", checks)
}

fn sorted_lines(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// Sorts the list that stands between two words.
pub(super) fn sorted_between(text: &str, start: &str, end: &str) -> String {
    let Some(from) = text.find(start).map(|at| at + start.len()) else { return text.to_owned() };
    let Some(to) = text[from..].rfind(end).map(|at| at + from) else { return text.to_owned() };
    let mut list = parts(&text[from..to], ',');
    list.sort_unstable();
    format!("{}{}{}", &text[..from], list.join(", "), &text[to..])
}

/// Sorts the list that these words begin.
fn sorted_options(text: &str, words: &str) -> String {
    let Some(open) = text.find(words).map(|at| at + words.len() - 1) else {
        return text.to_owned();
    };
    let Some(close) = closing(text, open) else { return text.to_owned() };
    let mut list = parts(&text[open + 1..close], ',');
    list.sort_unstable();
    format!("{}({}{}", &text[..open], list.join(", "), &text[close..])
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The parts of a text between dividers that stand outside quotes and parentheses; none is empty.
fn parts(text: &str, divider: char) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0, 0);
    walk(text, 0, |at, c| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ if c == divider && depth == 0 => {
                found.push(text[start..at].trim());
                start = at + c.len_utf8();
            }
            _ => {}
        }
        true
    });
    found.push(text[start..].trim());
    found.retain(|part| !part.is_empty());
    found
}

/// Where the parenthesis that opens there closes.
fn closing(text: &str, open: usize) -> Option<usize> {
    let (mut depth, mut close) = (0, None);
    walk(text, open, |at, c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth == 0 {
            close = Some(at);
        }
        depth > 0
    });
    close
}

/// Calls with each character that stands outside quotes, until the call says no.
fn walk(text: &str, from: usize, mut each: impl FnMut(usize, char) -> bool) {
    let (mut quote, mut escapes, mut escaped, mut before) = (None, false, false, ' ');
    for (at, c) in text[from..].char_indices() {
        if let Some(end) = quote {
            if escaped {
                escaped = false;
            } else if escapes && c == '\\' {
                escaped = true;
            } else if c == end {
                quote = None; // a doubled one opens again at once
            }
        } else if c == '\'' || c == '"' {
            quote = Some(c);
            escapes = c == '\'' && before == 'E';
        } else if !each(from + at, c) {
            return;
        }
        before = c;
    }
}
