//! The statements of a script, with their places.

use super::scan;
use super::tree::{self, Class, ParseError, with_stack};

/// Splits a script at its statements: the byte at which each begins, and its text without the semicolon.
///
/// # Errors
/// As [`tree::parse`].
pub fn statements(text: &str) -> Result<Vec<(usize, &str)>, ParseError> {
    tree::parse(Class::Statements, text)?;
    let parts = with_stack(&[text], || pg_query::split_with_parser(text));
    let parts = parts.map_err(|error| ParseError {
        message: error.to_string(),
        at: None,
        surplus: false,
    })?;
    let place = |part: &&str| {
        let tokens = scan::tokens(part).ok()?;
        let (first, last) = (tokens.first()?.start, tokens.last()?.end);
        let start = part.as_ptr() as usize - text.as_ptr() as usize + first;
        Some((start, &text[start..start + last - first]))
    };
    Ok(parts.iter().filter_map(place).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_statement_has_its_place() {
        let text = "-- one; two\nselect 1;\n\n  select ';' ; ";
        assert_eq!(statements(text).unwrap(), [(12, "select 1"), (25, "select ';'")]);
        let body = "create function f() returns int begin atomic select 1; select 2; end";
        assert_eq!(statements(body).unwrap().len(), 1);
        assert!(statements("select from where").is_err());
    }
}
