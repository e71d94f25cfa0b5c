//! The parser's complaints about a file, in the words of whoever writes declarations.
//!
//! The parser guesses from the first letter what a bare word was meant to be: a boolean for
//! `text`, a number for `integer`. In a declaration it was meant to be a string.

use toml::de::Error;

use super::Source;
use super::duplicate::earlier_keys;
use crate::report::{Code, Diagnostic};

const UNQUOTED: &str = "string values must be quoted, expected literal string";
const GUESSES: [&str; 4] = [
    "invalid boolean, expected `true`",
    "invalid boolean, expected `false`",
    "invalid float, expected `inf`",
    "invalid float, expected `nan`",
];

/// Returns the diagnostics of a file's syntax errors.
pub(super) fn diagnostics(source: &Source, errors: &[Error]) -> Vec<Diagnostic> {
    let twice = |error: &&Error| error.message() == "duplicate key" && error.span().is_some();
    let again: Vec<_> = errors.iter().filter(twice).filter_map(Error::span).collect();
    let mut earlier = earlier_keys(&source.text, &again).into_iter();
    let unquoted: Vec<_> = errors.iter().filter(|error| is_unquoted(source, error)).collect();
    let mut diagnostics = Vec::new();
    for error in errors {
        let origin = source.origin(error.span().unwrap_or_default());
        let (start, message) = (origin.start, error.message());
        let written = source.text.get(origin.start..origin.end).unwrap_or_default();
        let goes_on = message.starts_with("unexpected key or value");
        diagnostics.push(if twice(&error) {
            let message = format!("key `{written}` is written twice");
            let diagnostic =
                Diagnostic::error(Code::DuplicateKey, message).at(origin, "written again here");
            match earlier.next().flatten() {
                Some(first) => diagnostic.at(source.origin(first), "first written here"),
                None => diagnostic,
            }
        } else if message == UNQUOTED && written.is_empty() {
            Diagnostic::error(Code::TomlSyntax, "a key has no value").at(origin, "value missing")
        } else if is_unquoted(source, error) {
            Diagnostic::error(Code::TomlSyntax, "a string is not quoted")
                .at(origin, "")
                .help("write it between double quotes, or single ones if it holds double ones")
        } else if goes_on
            && unquoted.iter().any(|word| word.span().is_some_and(|at| at.end == start))
        {
            // The rest of what is not quoted.
            continue;
        } else if goes_on && start > 0 && source.text.get(start - 1..=start) == Some("''") {
            Diagnostic::error(
                Code::TomlSyntax,
                "a string in single quotes cannot hold a single quote",
            )
            .at(origin, "the string ends before this quote")
            .help("write it between double quotes, or between three single ones")
        } else {
            Diagnostic::error(Code::TomlSyntax, message).at(origin, "")
        });
    }
    // One stray character can make the parser say the same thing twice.
    diagnostics.dedup();
    diagnostics
}

fn is_unquoted(source: &Source, error: &Error) -> bool {
    let written = error.span().and_then(|span| source.text.get(span)).unwrap_or_default();
    let lower = written.to_ascii_lowercase();
    let meant =
        GUESSES.contains(&error.message()) && !matches!(&*lower, "true" | "false" | "inf" | "nan");
    !written.is_empty() && (meant || error.message() == UNQUOTED)
}

#[cfg(test)]
mod tests {
    use crate::source::{Source, parse};

    /// Returns what is said of a value, and the part of it that is underlined.
    fn said(value: &str) -> Vec<(String, String)> {
        let source = Source::new("a.toml", format!("a = {value}\nb = 1\n"));
        let (_, diagnostics) = parse(&source);
        let said = diagnostics.into_iter().map(|diagnostic| {
            let at = &diagnostic.labels[0].0;
            (diagnostic.message, source.text[at.start..at.end].to_string())
        });
        said.collect()
    }

    #[test]
    fn a_type_without_quotes_is_a_string_without_quotes() {
        for word in ["text", "integer", "numeric", "bigint", "text not null", "foo.bar", "é"] {
            assert_eq!(said(word), [("a string is not quoted".into(), word.into())]);
        }
        assert_eq!(
            said("numeric(10, 2)"),
            [("a string is not quoted".into(), "numeric(10".into())]
        );
        assert_eq!(said("[a, b]").len(), 2);
    }

    #[test]
    fn a_quote_inside_single_quotes_is_explained() {
        let message = "a string in single quotes cannot hold a single quote";
        assert_eq!(said("'it''s'"), [(message.into(), String::new())]);
    }

    #[test]
    fn other_mistakes_are_said_as_the_parser_says_them() {
        for (value, message) in [
            ("", "a key has no value"),
            ("True", "invalid boolean, expected `true`"),
            ("2026-13-01", "invalid date, expected month between 01 and 12"),
            ("\"a\" \"b\"", "unexpected key or value, expected newline, `#`"),
            ("0x", "integer `0x` is not a 64-bit number"),
            ("1e999", "float `1e999` is not a 64-bit number"),
        ] {
            let said: Vec<_> = said(value).into_iter().map(|(message, _)| message).collect();
            assert_eq!(said, [message]);
        }
    }
}
