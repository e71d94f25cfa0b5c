//! The `keyword=value` form of a connection string: libpq, "Keyword/Value Connection Strings".
//!
//! It knows quoting, not meaning. Nothing of the text is quoted in an error but names of
//! parameters, and not even those after a password.

use super::ConnectError;
use super::keyword::{self, Settings};
use std::iter::Peekable;
use std::str::Chars;

/// Reads `host=localhost dbname='my db'`.
///
/// # Errors
/// If the text is not of this form, or names an unknown parameter.
pub(super) fn parse(text: &str) -> Result<Settings, ConnectError> {
    let mut settings = Settings::new();
    let mut chars = text.chars().peekable();
    let mut previous = "";
    loop {
        skip_blanks(&mut chars);
        if chars.peek().is_none() {
            return Ok(settings);
        }
        let mut name = String::new();
        while let Some(c) = chars.next_if(|c| *c != '=' && !c.is_ascii_whitespace()) {
            name.push(c);
        }
        skip_blanks(&mut chars);
        if chars.next() != Some('=') {
            return Err(form(after(
                previous,
                "a word without `=`; a value with blanks needs single quotes",
            )));
        }
        let canonical = match keyword::canonical(&name) {
            Ok(canonical) => canonical,
            Err(_) if keyword::secret(previous) => {
                return Err(form(after(previous, "an unknown parameter")));
            }
            Err(unknown) => return Err(unknown),
        };
        skip_blanks(&mut chars);
        settings.insert(canonical, value(&mut chars, canonical)?);
        previous = canonical;
    }
}

/// A value: quoted, or up to the next blank; a backslash takes the next character as it is.
fn value(chars: &mut Peekable<Chars<'_>>, keyword: &str) -> Result<String, ConnectError> {
    let quoted = chars.next_if_eq(&'\'').is_some();
    let mut value = String::new();
    loop {
        match chars.next_if(|c| quoted || !c.is_ascii_whitespace()) {
            Some('\\') => value.extend(chars.next()),
            Some('\'') if quoted => return Ok(value),
            Some(c) => value.push(c),
            None if quoted => {
                return Err(form(format!("the quoted value of `{keyword}` has no closing quote")));
            }
            None => return Ok(value),
        }
    }
}

fn skip_blanks(chars: &mut Peekable<Chars<'_>>) {
    while chars.next_if(char::is_ascii_whitespace).is_some() {}
}

fn after(previous: &str, what: &str) -> String {
    let place =
        if previous.is_empty() { "at its start".to_owned() } else { format!("after `{previous}`") };
    format!("the connection string has, {place}, {what}")
}

fn form(problem: String) -> ConnectError {
    ConnectError::Form { problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(&'static str, String)> {
        parse(text).unwrap().into_iter().collect()
    }

    #[test]
    fn values_are_quoted_as_in_libpq() {
        for (text, expected) in [
            ("", vec![]),
            ("  ", vec![]),
            ("host=localhost port=5433", vec![("host", "localhost"), ("port", "5433")]),
            ("host = localhost\n port =5433", vec![("host", "localhost"), ("port", "5433")]),
            ("dbname='my db'", vec![("dbname", "my db")]),
            (r"dbname='it\'s' user=a\ b", vec![("dbname", "it's"), ("user", "a b")]),
            (r"password='a\\b'", vec![("password", r"a\b")]),
            ("password=''", vec![("password", "")]),
            ("password= user=x", vec![("password", "user=x")]),
            ("host=a host=b", vec![("host", "b")]),
            ("options='-c search_path=app -c x=1'", vec![("options", "-c search_path=app -c x=1")]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(k, v)| (k, v.to_owned())).collect();
            assert_eq!(pairs(text), expected, "{text}");
        }
    }

    #[test]
    fn a_password_with_a_blank_does_not_end_up_in_an_error() {
        for text in ["password=one hunter2", "password=one hunter2=x", "password='hunter2"] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.contains("`password`") && !message.contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn an_unknown_parameter_is_named() {
        assert_eq!(
            parse("hots=localhost").unwrap_err().to_string(),
            "unknown connection parameter `hots`; did you mean `host`?"
        );
    }
}
