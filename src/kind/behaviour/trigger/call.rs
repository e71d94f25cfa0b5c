//! What a trigger executes: a function and its arguments, which are always texts.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::key_part;
use crate::leaf::{Item, Qualified, split_commas};
use crate::sql::quote::literal;
use crate::sql::scan::{self, Token, TokenKind};

/// `function s.f('a', 'b')`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Call {
    /// The function; without schema it is one of PostgreSQL's own.
    pub(crate) function: Qualified,
    /// The arguments (`pg_trigger.tgargs`).
    pub(crate) arguments: Vec<String>,
}

impl Call {
    fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not `function name(arguments)`");
        let tokens = scan::tokens(text).map_err(|error| error.to_string())?;
        let words = tokens
            .first()
            .filter(|token| token.is_word("function") || token.is_word("procedure"))
            .map_or(0, |_| 1);
        let open = tokens.iter().position(|token| token.is("(")).ok_or_else(wrong)?;
        let close = tokens.last().filter(|token| token.is(")")).ok_or_else(wrong)?;
        let start = tokens.get(words).filter(|_| open > words).ok_or_else(wrong)?.start;
        let function = Qualified::read(&text[start..tokens[open].start])?;
        let inside = &text[tokens[open].end..close.start];
        let arguments =
            split_commas(inside).into_iter().map(|item| argument(item).ok_or_else(wrong));
        Ok(Self { function, arguments: arguments.collect::<Result<_, _>>()? })
    }

    /// As it stands behind EXECUTE FUNCTION.
    pub(crate) fn sql(&self) -> String {
        let arguments: Vec<String> = self.arguments.iter().map(|text| literal(text)).collect();
        format!("{}({})", self.function.sql(), arguments.join(", "))
    }

    /// The key of the function: a trigger's has no arguments.
    pub(crate) fn key(&self) -> String {
        format!("{}()", key_part(&self.function.name))
    }
}

/// An argument may be a string, a number or a name; all are kept as text (`TriggerFuncArg`).
fn argument(item: &str) -> Option<String> {
    let tokens = scan::tokens(item).ok()?;
    let [Token { kind, word, .. }] = tokens.as_slice() else { return None };
    Some(match kind {
        TokenKind::String => unquote(word)?,
        TokenKind::Word | TokenKind::Number | TokenKind::QuotedIdent => word.clone(),
        _ => return None,
    })
}

/// The meaning of a string literal.
fn unquote(text: &str) -> Option<String> {
    if let Some(rest) = text.strip_prefix('$') {
        let tag = &text[..rest.find('$')? + 2];
        return Some(text.strip_prefix(tag)?.strip_suffix(tag)?.to_owned());
    }
    let (escapes, quoted) = match text.strip_prefix(['e', 'E']) {
        Some(quoted) => (true, quoted),
        None => (false, text),
    };
    let inside = quoted.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'");
    if !escapes {
        return Some(inside);
    }
    let mut plain = String::new();
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'x' | 'u' | 'U' | '0'..='7' => return None,
                other => other,
            },
            c => c,
        });
    }
    Some(plain)
}

impl Serialize for Call {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("function {}", self.sql()))
    }
}

impl<'de> Deserialize<'de> for Call {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_texts() {
        let call = Call::read(r"procedure f(1, abc, 'it''s', E'a\\b', $$x$$)").unwrap();
        assert_eq!(call.arguments, ["1", "abc", "it's", "a\\b", "x"]);
        assert_eq!(call.key(), "f()");
        assert_eq!(Call::read(&format!("function {}", call.sql())).unwrap(), call);
    }

    #[test]
    fn a_call_needs_its_parentheses() {
        assert!(Call::read("function f").is_err());
        assert!(Call::read("function (1)").is_err());
    }
}
