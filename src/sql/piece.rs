//! Whether a text is one piece of SQL, by the lexer alone: no quote, comment or bracket of it reaches
//! out of the place where it stands, and it does not end the statement around it.
//!
//! The check does not depend on the grammar that plumb carries, so it also holds for SQL that only a
//! newer PostgreSQL can parse. Text from strangers passes it before any server sees it.

use super::scan::{self, Token, TokenKind};
use super::tree::{self, Class};

/// Why a text is not one piece, with its place in bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PieceError {
    /// What is wrong.
    pub message: String,
    /// Where it is in the text.
    pub at: usize,
}

impl PieceError {
    fn new(message: impl Into<String>, at: usize) -> Self {
        Self { message: message.into(), at }
    }
}

/// Checks that a leaf of the class can stand in its place without ending it.
///
/// # Errors
///
/// Fails if a quote, comment or bracket is not closed or closes nothing, if a semicolon stands where
/// one statement is expected, or a comma where one expression is.
pub fn leaf(class: Class, text: &str) -> Result<(), PieceError> {
    let tokens = scanned(text)?;
    let several = match class {
        Class::Statements => return balanced(&tokens, true),
        Class::Body => {
            let whole = || format!("CREATE FUNCTION f() RETURNS void {text}");
            return statement_of(&tokens, 0).or_else(|error| parsed_as_one(&whole(), error));
        }
        // A query may end in semicolons.
        Class::Query => {
            let end = tokens.iter().rposition(|token| !token.is(";")).map_or(0, |last| last + 1);
            return balanced(&tokens[..end], false);
        }
        Class::Expr | Class::Type => false,
        Class::IndexElement
        | Class::Constraint
        | Class::PartitionKey
        | Class::Bound
        | Class::Arguments => true,
    };
    balanced(&tokens, false)?;
    let comma = at_top(&tokens).find(|token| token.is(",") && !several);
    match comma {
        Some(comma) => Err(PieceError::new("one expression is expected, not a list", comma.start)),
        None => Ok(()),
    }
}

/// Checks that a text is one SQL statement without its semicolon, so that neither a server nor psql
/// finds a second one in it.
///
/// # Errors
///
/// As [`leaf`].
pub fn statement(text: &str) -> Result<(), PieceError> {
    let tokens = scanned(text)?;
    let mut words = tokens.iter().map(|token| token.word.as_str());
    let kept: Vec<&str> =
        words.by_ref().filter(|word| !matches!(*word, "or" | "replace")).take(2).collect();
    match kept.as_slice() {
        ["create", "function" | "procedure"] => {
            statement_of(&tokens, usize::MAX).or_else(|error| parsed_as_one(text, error))
        }
        // Its actions stand in brackets.
        ["create", "rule"] => statement_of(&tokens, 0),
        _ => balanced(&tokens, false),
    }
}

/// A label may be called `begin` or `end`, which only the grammar can tell from the words around a body.
fn parsed_as_one(text: &str, error: PieceError) -> Result<(), PieceError> {
    match tree::parse(Class::Statements, text) {
        Ok(tree) if tree.as_array().is_some_and(|all| all.len() == 1) => Ok(()),
        _ => Err(error),
    }
}

fn scanned(text: &str) -> Result<Vec<Token>, PieceError> {
    if let Some(at) = text.find('\0') {
        return Err(PieceError::new("a text of SQL cannot hold the character U+0000", at));
    }
    scan::tokens(text).map_err(|error| PieceError::new(error.to_string(), error.at()))
}

/// The tokens that stand in no bracket.
fn at_top(tokens: &[Token]) -> impl Iterator<Item = &Token> {
    let mut depth = 0_usize;
    tokens.iter().filter(move |token| {
        let before = depth;
        match bracket(token) {
            Some((true, _)) => depth += 1,
            Some((false, _)) => depth = depth.saturating_sub(1),
            None => {}
        }
        before == 0
    })
}

/// Whether a token opens or closes, and which bracket.
fn bracket(token: &Token) -> Option<(bool, char)> {
    if token.kind != TokenKind::Punct {
        return None;
    }
    match token.word.as_str() {
        "(" => Some((true, ')')),
        "[" => Some((true, ']')),
        ")" => Some((false, ')')),
        "]" => Some((false, ']')),
        _ => None,
    }
}

/// Checks the brackets, and unless `many` that no semicolon is there.
fn balanced(tokens: &[Token], many: bool) -> Result<(), PieceError> {
    let mut open: Vec<(char, usize)> = Vec::new();
    for token in tokens {
        match bracket(token) {
            Some((true, closes)) => open.push((closes, token.start)),
            Some((false, closes)) if open.pop().is_none_or(|(wanted, _)| wanted != closes) => {
                return Err(PieceError::new(format!("unmatched `{}`", token.word), token.start));
            }
            Some((false, _)) => {}
            None if token.is(";") && !many => {
                return Err(PieceError::new("a semicolon ends the statement here", token.start));
            }
            None => {}
        }
    }
    match open.pop() {
        Some((_, at)) => Err(PieceError::new("a bracket is not closed", at)),
        None => Ok(()),
    }
}

/// Semicolons may stand in brackets (the actions of a rule) and between BEGIN ATOMIC and its END,
/// which is the last word of the statement. BEGIN is at most the token number `latest` outside of
/// brackets, from 0: psql, too, looks for it only in CREATE FUNCTION and CREATE PROCEDURE.
fn statement_of(tokens: &[Token], latest: usize) -> Result<(), PieceError> {
    balanced(tokens, true)?;
    let Some(end) = at_top(tokens).find(|token| token.is(";")) else { return Ok(()) };
    let outside = PieceError::new("a semicolon ends the statement here", end.start);
    let top: Vec<&Token> = at_top(tokens).collect();
    let atomic = top.windows(2).position(|two| two[0].is_word("begin") && two[1].is_word("atomic"));
    let fits = |start: &usize| *start <= latest && top[*start].start < end.start;
    let Some(start) = atomic.filter(fits) else {
        return Err(outside);
    };
    let mut depth = 0_usize;
    for (at, token) in top.iter().enumerate().skip(start) {
        // A column or a label may be called `end` or `case` only in double quotes: both are reserved.
        if token.is_word("case") || at == start {
            depth += 1;
        } else if token.is_word("end") {
            depth -= 1;
        }
        if depth == 0 {
            let after = top.get(at + 1);
            return after.map_or(Ok(()), |after| {
                Err(PieceError::new("the body ends before this", after.start))
            });
        }
    }
    Err(PieceError::new("BEGIN ATOMIC has no END", top[start].start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_cannot_end_the_place_where_it_stands() {
        for (class, text, message) in [
            (Class::Expr, "a > 0; drop table precious; --", "a semicolon ends the statement here"),
            (Class::Expr, "a > 0) or (b", "unmatched `)`"),
            (Class::Expr, "f(a", "a bracket is not closed"),
            (Class::Expr, "a[(1])", "unmatched `]`"),
            (Class::Expr, "1, drop column b", "one expression is expected, not a list"),
            (Class::Expr, "1;\n\\! touch x\n--", "`\\` begins nothing that SQL knows"),
            (Class::Expr, "1 \\! touch x", "`\\` begins nothing that SQL knows"),
            (Class::Expr, "1 /* open", "unterminated comment"),
            (Class::Expr, "'open", "unterminated string"),
            (Class::Expr, "$a$ open", "unterminated dollar-quoted string"),
            (Class::Expr, "'a\0b'", "a text of SQL cannot hold the character U+0000"),
            (Class::Type, "integer, x int", "one expression is expected, not a list"),
            (Class::Query, "select 1; drop table precious", "a semicolon ends the statement here"),
            (Class::Query, "select 1) as x, (select 2", "unmatched `)`"),
            (Class::Statements, "select 1); drop table precious; --", "unmatched `)`"),
            (Class::Body, "return 1; drop table precious", "a semicolon ends the statement here"),
            (Class::Body, "begin atomic select 1; end; drop table x", "the body ends before this"),
            (Class::Body, "begin atomic select case when a then 1 end;", "BEGIN ATOMIC has no END"),
        ] {
            let error = leaf(class, text).expect_err(text);
            assert!(error.message.starts_with(message), "{text}: {error}");
        }
    }

    #[test]
    fn what_only_looks_like_an_end_is_no_end() {
        for (class, text) in [
            (Class::Expr, "f(a, b) || ';' || $x$ ) $x$ || \"odd;)\" -- ); '"),
            (Class::Expr, "array[1, 2]"),
            (Class::IndexElement, "a, lower(b) desc"),
            (Class::Query, "select a, b from t;"),
            (Class::Statements, "insert into t values (1); notify x"),
            (Class::Body, "begin atomic select case when a then 1 end; select 2; END"),
            (Class::Body, "return a + 1"),
            (Class::Body, "begin atomic select 1 as begin; select 2 as end; end"),
        ] {
            assert_eq!(leaf(class, text), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_statement_is_one() {
        let body = "create function f() returns int begin atomic select 1; select 2; end";
        let rule =
            "create rule r as on update to t do also (\ninsert into a values (1); notify x\n)";
        for text in [body, rule, "create view v as select ';' as x"] {
            assert_eq!(statement(text), Ok(()), "{text}");
        }
        for text in [
            "create index i on t (a) where a > 0; drop table precious; --",
            "create table \"begin\" (a int default 1; atomic int)",
            "select begin atomic; drop table x; end; drop table y",
        ] {
            assert!(statement(text).is_err(), "{text}");
        }
    }
}
