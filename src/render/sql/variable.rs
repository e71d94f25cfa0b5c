//! Secrets in a script: psql (15) takes them from the environment, and puts them into the literals
//! in which their placeholders stand.

use std::collections::BTreeSet;

use crate::plan::{Plan, PlannedStep};
use crate::sql::scan::{self, TokenKind};

/// The head of a script: gets every variable, and ends the script if one is not set.
pub(super) fn head(plan: &Plan) -> String {
    let names: BTreeSet<&String> = plan.steps().flat_map(|step| &step.secrets).collect();
    let get = |name: &&String| {
        let own = own(name);
        format!(
            "\\getenv {own} {name}\n\\if :{{?{own}}}\n\\else\n\
             DO $$ BEGIN RAISE 'the environment variable {name} is not set'; END $$;\n\\endif\n"
        )
    };
    names.iter().map(get).collect()
}

/// The variable of psql that holds a secret: a name by itself could be one of psql's settings.
fn own(name: &str) -> String {
    format!("plumb_{name}")
}

/// The statement, with the lines before it that put its secrets into literals. `sql` is the step's
/// statement as the script may hold it.
///
/// # Errors
/// A secret that stands where no variable of psql can stand.
pub(super) fn statement(step: &PlannedStep, sql: &str) -> Result<(String, String), String> {
    let (mut lines, mut out, mut done) = (String::new(), String::new(), 0);
    let mut missing: BTreeSet<&String> = step.secrets.iter().collect();
    if let Some(name) = missing.iter().find(|name| !is_plain(name)) {
        return Err(format!("`{name}` is no name of a variable"));
    }
    let tokens = scan::tokens(sql).map_err(|error| error.to_string())?;
    let mut count = 0;
    for token in tokens.iter().filter(|token| token.kind == TokenKind::String) {
        let Some(text) = value(&sql[token.start..token.end]) else { continue };
        let pieces = pieces(&text, &step.secrets);
        if !pieces.iter().any(|piece| matches!(piece, Piece::Secret(_))) {
            continue;
        }
        count += 1;
        let written: Vec<String> = pieces.iter().map(Piece::written).collect();
        lines.push_str(&format!("\\set plumb_{count} {}\n", written.join(" ")));
        out.push_str(&sql[done..token.start]);
        out.push_str(&format!(":'plumb_{count}'"));
        done = token.end;
        for piece in pieces {
            if let Piece::Secret(name) = piece {
                missing.remove(name);
            }
        }
    }
    out.push_str(&sql[done..]);
    match missing.first() {
        None => Ok((lines, out)),
        Some(name) => Err(format!("the secret {name} stands where psql cannot put a value")),
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What a literal means, as far as plumb itself writes literals.
fn value(literal: &str) -> Option<String> {
    let (escapes, quoted) = match literal.strip_prefix(['E', 'e']) {
        Some(rest) => (true, rest),
        None => (false, literal),
    };
    let inner = quoted.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match c {
            '\'' if rest.next() == Some('\'') => out.push('\''),
            '\'' => return None,
            '\\' if escapes => match rest.next()? {
                'r' => out.push('\r'),
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'u' => out.push(code(&mut rest, 4)?),
                'U' => out.push(code(&mut rest, 8)?),
                c @ ('\\' | '\'') => out.push(c),
                _ => return None,
            },
            c => out.push(c),
        }
    }
    Some(out)
}

fn code(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let text: String = chars.take(digits).collect();
    char::from_u32(u32::from_str_radix(&text, 16).ok()?)
}

/// A part of a literal.
enum Piece<'a> {
    Text(&'a str),
    Secret(&'a String),
}

impl Piece<'_> {
    /// The part as an argument of `\set`, which ends at the end of the line.
    fn written(&self) -> String {
        let text = match self {
            Self::Secret(name) => return format!(":{}", own(name)),
            Self::Text(text) => text,
        };
        let mut out = String::from("'");
        for c in text.chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\\' | '\'' => out.extend(['\\', c]),
                c if c == ' ' || !(c.is_control() || super::guard::hides(c)) => out.push(c),
                c => {
                    let bytes = c.encode_utf8(&mut [0; 4]).bytes().collect::<Vec<_>>();
                    out.extend(bytes.iter().map(|byte| format!("\\{byte:03o}")));
                }
            }
        }
        out.push('\'');
        out
    }
}

/// The text cut at the placeholders of these secrets.
fn pieces<'a>(text: &'a str, secrets: &'a BTreeSet<String>) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let next = |rest: &str| {
        secrets
            .iter()
            .filter_map(|name| Some((rest.find(&format!("${{env:{name}}}"))?, name)))
            .min_by_key(|(at, _)| *at)
    };
    while let Some((at, name)) = next(rest) {
        if at > 0 {
            pieces.push(Piece::Text(&rest[..at]));
        }
        pieces.push(Piece::Secret(name));
        rest = &rest[at + "${env:}".len() + name.len()..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    fn script(sql: &str) -> Result<(String, String), String> {
        let mut step = sample::step(sql, &[]);
        step.secrets.insert("PW".to_owned());
        statement(&step, sql)
    }

    #[track_caller]
    fn becomes(before: &str, lines: &str, after: &str) {
        assert_eq!(script(before), Ok((lines.to_owned(), after.to_owned())));
    }

    #[test]
    fn a_placeholder_becomes_a_variable_of_psql() {
        becomes(
            "CREATE SUBSCRIPTION s CONNECTION 'host=a password=''${env:PW}''' PUBLICATION p",
            "\\set plumb_1 'host=a password=\\'' :plumb_PW '\\''\n",
            "CREATE SUBSCRIPTION s CONNECTION :'plumb_1' PUBLICATION p",
        );
        becomes(
            "OPTIONS (a '${env:NO}', password '${env:PW}')",
            "\\set plumb_1 :plumb_PW\n",
            "OPTIONS (a '${env:NO}', password :'plumb_1')",
        );
    }

    #[test]
    fn what_stands_beside_a_secret_cannot_end_the_line() {
        becomes(
            "OPTIONS (x E'a\\\\b\n\\\\! touch CANARY\\r\\u001B\\u202E${env:PW}')",
            "\\set plumb_1 'a\\\\b\\n\\\\! touch CANARY\\015\\033\\342\\200\\256' :plumb_PW\n",
            "OPTIONS (x :'plumb_1')",
        );
    }

    #[test]
    fn a_secret_that_no_variable_can_replace_is_an_error_that_names_it() {
        for sql in ["OPTIONS (x $$${env:PW}$$)", "OPTIONS (x U&'${env:PW}')", "select 1"] {
            assert!(script(sql).unwrap_err().contains("PW"), "{sql}");
        }
    }
}
