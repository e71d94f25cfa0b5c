//! A statement in the form in which psql reads what the server reads, and a terminal shows what is there.
//!
//! psql has a lexer of its own (`psqlscan.l`): outside quotes it takes `:name` for a variable and a
//! backslash for a command, and it decides at which `;` a statement ends. Characters that move a cursor
//! or hide are written as escapes. The parse tree stays the same.

use crate::render::ink;
use crate::sql::quote::continues_identifier;
use crate::sql::scan::{self, Token, TokenKind};

/// Returns the statement as a script may hold it.
///
/// # Errors
/// Why no script may hold it.
pub(super) fn guarded(sql: &str) -> Result<String, String> {
    if sql.contains('\0') {
        return Err("it holds the character NUL".to_owned());
    }
    let tokens = scan::tokens(sql).map_err(|error| error.to_string())?;
    let plain = !sql.contains(hides) && !tokens.iter().any(|token| token.is(":"));
    let text = if plain { sql.to_owned() } else { rewritten(sql, &tokens)? };
    ends_once(text)
}

/// Whether a character is shown as something else than it is, or not at all.
pub(super) fn hides(c: char) -> bool {
    match c {
        '\n' | '\t' | ' '..='~' => false,
        c => matches!(ink::line(c.encode_utf8(&mut [0; 4])), std::borrow::Cow::Owned(_)),
    }
}

fn rewritten(sql: &str, tokens: &[Token]) -> Result<String, String> {
    let mut out = String::with_capacity(sql.len() + 16);
    let mut done = 0;
    for token in tokens {
        out.push_str(&gap(&sql[done..token.start]));
        let written = &sql[token.start..token.end];
        done = token.end;
        if token.is(":") {
            out.push(':');
            // What follows would be the name of a variable.
            if !sql[done..].starts_with(char::is_whitespace) {
                out.push(' ');
            }
            continue;
        }
        if !written.contains(hides) {
            out.push_str(written);
            continue;
        }
        let touches = out.ends_with(continues_identifier);
        let escaped = match token.kind {
            TokenKind::String => string(written, touches && out.ends_with(['n', 'N']))?,
            TokenKind::QuotedIdent | TokenKind::Word => identifier(token, written)?,
            _ => return Err("a character that cannot be shown stands outside quotes".to_owned()),
        };
        if touches {
            out.push(' ');
        }
        out.push_str(&escaped);
        if sql[done..].starts_with(|c| matches!(c, '\'' | '"') || continues_identifier(c)) {
            out.push(' ');
        }
    }
    out.push_str(&gap(&sql[done..]));
    Ok(out)
}

/// White space and comments between two tokens.
fn gap(text: &str) -> String {
    if !text.contains(hides) {
        return text.to_owned();
    }
    // To the server a carriage return is a line end, also behind `--`.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars()
        .map(|c| match c {
            '\u{b}' | '\u{c}' => ' ',
            c if hides(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// A literal of which every hidden character is an escape.
fn string(written: &str, national: bool) -> Result<String, String> {
    let first = written.chars().next().unwrap_or_default();
    match first {
        '$' => {
            let tag = written[1..].find('$').map_or(0, |at| at + 2);
            let body = written.get(tag..written.len() - tag).unwrap_or_default();
            Ok(format!("E'{}'", escape(body)))
        }
        '\'' if !national => Ok(format!("E{}", segments(written, false, escape_quoted))),
        'e' | 'E' => Ok(format!("E{}", segments(&written[1..], true, escape_escaped))),
        _ => {
            Err("a literal that cannot have escapes holds a character that cannot be shown"
                .to_owned())
        }
    }
}

/// Applies a function to what stands between the quotes of each part of a literal.
fn segments(written: &str, escapes: bool, each: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(written.len() + 16);
    let mut rest = written;
    while let Some(open) = opening(rest) {
        out.push_str(&gap(&rest[..=open]));
        let inner = &rest[open + 1..];
        let end = closing(inner, escapes);
        out.push_str(&each(&inner[..end]));
        out.push('\'');
        rest = inner.get(end + 1..).unwrap_or_default();
    }
    out
}

/// The byte of the quote that opens a part, behind white space and comments.
fn opening(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        at += rest.find(['\'', '-'])?;
        if text[at..].starts_with('\'') {
            return Some(at);
        }
        at += text[at..].find(['\n', '\r'])?;
    }
}

/// The byte of the quote that closes a part: neither doubled nor escaped.
fn closing(inner: &str, escapes: bool) -> usize {
    let bytes = inner.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'\'', Some(b'\'')) => at += 2,
            (b'\\', _) if escapes => at += 2,
            (b'\'', _) => return at,
            _ => at += 1,
        }
    }
    inner.len()
}

/// A text as it stands between `E'` and `'`.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend([c, c]),
            c => push(&mut out, c),
        }
    }
    out
}

/// As [`escape`], of what stands between plain quotes: quotes are doubled already.
fn escape_quoted(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len() + 16);
    for c in inner.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            c => push(&mut out, c),
        }
    }
    out
}

/// As [`escape`], of what stands between `E'` and `'` already.
fn escape_escaped(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len() + 16);
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            // `\` and a character without a meaning of its own is that character.
            ('\\', Some(next)) if hides(next) => {}
            ('\\', Some(next)) => {
                chars.next();
                out.extend([c, next]);
            }
            (c, _) => push(&mut out, c),
        }
    }
    out
}

fn push(out: &mut String, c: char) {
    match c {
        '\r' => out.push_str("\\r"),
        c if !hides(c) => out.push(c),
        c if u32::from(c) > 0xffff => out.push_str(&format!("\\U{:08X}", u32::from(c))),
        c => out.push_str(&format!("\\u{:04X}", u32::from(c))),
    }
}

/// A name with its hidden characters as Unicode escapes (manual, "Identifiers and Key Words").
fn identifier(token: &Token, written: &str) -> Result<String, String> {
    if token.kind == TokenKind::QuotedIdent && !written.starts_with('"') {
        return Err("a name after U& holds a character that cannot be shown".to_owned());
    }
    let mut out = String::from("U&\"");
    for c in token.word.chars() {
        match c {
            '"' => out.push_str("\"\""),
            '\\' => out.push_str("\\\\"),
            c if !hides(c) => out.push(c),
            c if u32::from(c) > 0xffff => out.push_str(&format!("\\+{:06X}", u32::from(c))),
            c => out.push_str(&format!("\\{:04X}", u32::from(c))),
        }
    }
    out.push('"');
    Ok(out)
}

/// Sees to it that psql ends the statement at its end and nowhere else.
fn ends_once(text: String) -> Result<String, String> {
    let tokens = scan::tokens(&text).map_err(|error| error.to_string())?;
    if is_one(&tokens) {
        return Ok(text);
    }
    // psql counts BEGIN, CASE and END of a function's body, also where they are names.
    let mut out = String::with_capacity(text.len() + 16);
    let mut done = 0;
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| &tokens[at]);
        let counted = ["begin", "case", "end"].contains(&token.word.as_str());
        let named = before.is_some_and(|before| before.is(".") || before.is_word("as"));
        if token.kind == TokenKind::Word && counted && named {
            out.push_str(&text[done..token.start]);
            out.push_str(&format!("\"{}\"", token.word));
            done = token.end;
        }
    }
    out.push_str(&text[done..]);
    let tokens = scan::tokens(&out).map_err(|error| error.to_string())?;
    if is_one(&tokens) { Ok(out) } else { Err("psql would not see where it ends".to_owned()) }
}

/// Whether psql reads the tokens as one statement without an end (`psqlscan.l`, the rules for
/// parentheses, `;` and identifiers).
fn is_one(tokens: &[Token]) -> bool {
    let mut parentheses = 0_usize;
    let mut blocks = 0_usize;
    let mut first = [b' '; 4];
    let mut words = 0;
    for token in tokens {
        match token.word.as_str() {
            "(" if token.kind == TokenKind::Punct => parentheses += 1,
            ")" if token.kind == TokenKind::Punct => match parentheses.checked_sub(1) {
                Some(left) => parentheses = left,
                None => return false,
            },
            ";" if token.kind == TokenKind::Punct && parentheses == 0 && blocks == 0 => {
                return false;
            }
            word if token.kind == TokenKind::Word => {
                let told = ["create", "function", "procedure", "or", "replace"].contains(&word);
                if let Some(place) = first.get_mut(words).filter(|_| told) {
                    *place = word.as_bytes()[0];
                }
                words += 1;
                let routine = matches!(&first, b"corf" | b"corp" | [b'c', b'f' | b'p', ..]);
                if routine && parentheses == 0 {
                    match word {
                        "begin" => blocks += 1,
                        "case" if blocks > 0 => blocks += 1,
                        "end" => blocks = blocks.saturating_sub(1),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    parentheses == 0 && blocks == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a statement means, to PostgreSQL's own parser.
    fn meaning(sql: &str) -> String {
        let parsed = pg_query::parse(sql, 0).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let mut tree = serde_json::to_value(&parsed.protobuf).expect("a tree is a value");
        forget_places(&mut tree);
        tree.to_string()
    }

    fn forget_places(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(map) => {
                for key in ["location", "arg_location", "stmt_location", "stmt_len"] {
                    map.remove(key);
                }
                map.values_mut().for_each(forget_places);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(forget_places),
            _ => {}
        }
    }

    #[test]
    fn no_variable_of_psql_is_seen_and_the_meaning_stays() {
        for (sql, script) in [
            ("select a[1:PORT] from t", "select a[1: PORT] from t"),
            ("select a[1:2], a[ : ], a[:n]", "select a[1: 2], a[ : ], a[: n]"),
            (
                "select a[1:\"x\"], ':x', $$:x$$, \":x\", b::int",
                "select a[1: \"x\"], ':x', $$:x$$, \":x\", b::int",
            ),
            ("select f(a := 1), a[1:/* :x */b]", "select f(a := 1), a[1: /* :x */b]"),
            ("select a[b::int:c]", "select a[b::int: c]"),
        ] {
            assert_eq!(guarded(sql).as_deref(), Ok(script));
            assert_eq!(meaning(sql), meaning(script), "{sql}");
        }
    }

    #[test]
    fn a_character_that_hides_is_an_escape_and_the_meaning_stays() {
        for (sql, script) in [
            (
                "comment on table t is 'a\x1b[2J\r\n\tb\\'",
                "comment on table t is E'a\\u001B[2J\\r\n\tb\\\\'",
            ),
            ("select E'a\\\\\x1b\\\x1b\\'\u{202e}'", "select E'a\\\\\\u001B\\u001B\\'\\u202E'"),
            ("select 'it''s'\r\n  'a\u{1}'", "select E'it''s'\n  'a\\u0001'"),
            ("select $x$ '\\ \r $$ $x$", "select E' ''\\\\ \\r $$ '"),
            ("select E'a\\'\x1b' -- it's\n '\u{1}'", "select E'a\\'\\u001B' -- it's\n '\\u0001'"),
            ("select 'a' -- it's\n '\u{1}'", "select E'a' -- it's\n '\\u0001'"),
            ("select\"a\x1b\\ \"\"b\"", "select U&\"a\\001B\\\\ \"\"b\""),
            ("select'\u{85}'", "select E'\\u0085'"),
            ("select caf\u{202e}e", "select U&\"caf\\202Ee\""),
            ("select\r1 -- a\rb", "select\n1 -- a\nb"),
            ("select 1 /* \x1b */", "select 1 /* \u{fffd} */"),
            ("select 'ünï 🙂 \\'", "select 'ünï 🙂 \\'"),
        ] {
            assert_eq!(guarded(sql).as_deref(), Ok(script));
            assert_eq!(meaning(sql), meaning(script), "{sql}");
        }
    }

    #[test]
    fn what_a_script_cannot_hold_is_refused() {
        for sql in [
            "select 1 \\! touch CANARY",
            "select (1\n\\! touch CANARY\n)",
            "select 'a\0'",
            "select 'open",
            "select 1; drop table t",
            "select 1) ; (select 2",
            "select (1",
            "select n'\x1b'",
            "select U&'\x1b'",
            "create function f() returns int begin atomic select 1; end; drop table t",
            "create function f() returns int begin atomic select 1;",
        ] {
            assert!(guarded(sql).is_err(), "{sql}");
        }
    }

    #[test]
    fn psql_ends_a_body_where_the_server_does() {
        let body = "create or replace function f() returns int begin atomic \
                    select case when true then 1 end; select 2; end";
        assert_eq!(guarded(body).as_deref(), Ok(body));
        assert!(guarded("create rule r as on insert to t do also (select 1; select 2)").is_ok());
        for (sql, script) in [
            (
                "create procedure p() begin atomic select t.end from t; delete from u; end",
                "create procedure p() begin atomic select t.\"end\" from t; delete from u; end",
            ),
            (
                "create function public.begin() returns int language sql as 'select 1'",
                "create function public.\"begin\"() returns int language sql as 'select 1'",
            ),
        ] {
            assert_eq!(guarded(sql).as_deref(), Ok(script));
            assert_eq!(meaning(sql), meaning(script), "{sql}");
        }
    }

    #[test]
    fn every_golden_statement_stays_as_it_is_in_meaning() {
        let mut seen = 0;
        let mut folders = vec![std::path::PathBuf::from("snapshots")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.ends_with("plan.json") {
                    let text = std::fs::read_to_string(&path).expect("a plan");
                    // A pinned plan has no digest.
                    let plan: crate::plan::Plan =
                        serde_json::from_str(&text.replace("  \"digest\": \"golden\",\n", ""))
                            .expect("a plan");
                    for step in plan.steps() {
                        let script = guarded(&step.sql).expect(&step.sql);
                        if script != step.sql {
                            assert_eq!(meaning(&step.sql), meaning(&script));
                        }
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > 100, "{seen}");
    }
}
