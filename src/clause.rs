//! The short form: a value is the SQL that would follow the name, and each kind says in a table of
//! [`Clause`]s which words open which part. One engine takes the text apart and puts it together.
//!
//! It knows words, parentheses and CASE, nothing of what the parts mean.

use std::ops::Range;

use crate::sql::scan::{self, Token};

/// One clause of a kind's grammar.
#[derive(Clone, Copy, Debug)]
pub struct Clause {
    /// The key of the part in the long form, and the field of the kind's struct.
    pub key: &'static str,
    /// The words that open it, lower case; empty for the head or for a bare parenthesis. The first may be a comma, where
    /// the clause goes on with what another has begun.
    pub lead: &'static str,
    /// What follows the words.
    pub shape: Shape,
}

/// What follows the words of a clause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Nothing: the words are the value `true`.
    Flag,
    /// Nothing: the words stand for this text.
    Is(&'static str),
    /// Nothing: the words stand for `false`.
    Off,
    /// Everything up to the next clause.
    Rest,
    /// One parenthesised group, kept without its parentheses.
    Parens,
    /// One name, perhaps qualified, or one literal.
    Word,
    /// Everything to the end, whatever words are in it.
    Tail,
}

const COMMA: &str = ",";

/// A clause of that key, opening words and shape.
pub const fn clause(key: &'static str, lead: &'static str, shape: Shape) -> Clause {
    Clause { key, lead, shape }
}

/// A part that was found in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The key of the clause.
    pub key: &'static str,
    /// What it says.
    pub value: Value,
    /// Where the value stands in the text; the words themselves where they are the value.
    pub range: Range<usize>,
}

/// What a part says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// A flag.
    Flag(bool),
    /// A text.
    Text(String),
}

/// Why a text could not be taken apart.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct SplitError {
    /// What was expected.
    pub message: String,
    /// Where.
    pub at: Range<usize>,
}

/// Takes a short form apart, in the order of the text. A comment says nothing, whatever it stands in.
///
/// # Errors
/// Text that belongs to no clause, a missing parenthesis, a literal that does not end.
pub fn split(clauses: &[Clause], text: &str) -> Result<Vec<Found>, SplitError> {
    let tokens = scan::tokens(text)
        .map_err(|error| SplitError { message: error.to_string(), at: 0..text.len() })?;
    let text = &scan::without_comments(text);
    let splitter = Splitter { clauses, text, tokens: &tokens };
    splitter.run()
}

struct Splitter<'a> {
    clauses: &'a [Clause],
    text: &'a str,
    tokens: &'a [Token],
}

impl Splitter<'_> {
    fn slice(&self, token: usize) -> &str {
        &self.text[self.tokens[token].start..self.tokens[token].end]
    }

    fn is_word(&self, token: usize, word: &str) -> bool {
        self.tokens.get(token).is_some_and(|token| token.is_word(word))
    }

    /// The clause whose words stand at a token, and how many words they are: the longest wins.
    fn lead_at(&self, at: usize) -> Option<(&Clause, usize)> {
        let mut best: Option<(&Clause, usize)> = None;
        // Most tokens open nothing, and this is asked of every one.
        let first = self.tokens[at].word.as_bytes().first().copied();
        let comma = self.tokens[at].is(COMMA);
        if !comma && self.tokens[at].kind != scan::TokenKind::Word || first.is_none() {
            return None;
        }
        let may_open = |clause: &&Clause| clause.lead.as_bytes().first().copied() == first;
        for clause in self.clauses.iter().filter(may_open) {
            let mut count = 0;
            let fits = clause.lead.split(' ').all(|word| {
                let fits = self.is_word(at + count, word) || comma && count == 0 && word == COMMA;
                count += 1;
                fits
            });
            // `storage.kind` is a name whose schema happens to be a word of the grammar.
            let dotted = |token: usize| token < self.tokens.len() && self.slice(token) == ".";
            let fits = fits && !dotted(at + count) && !(at > 0 && dotted(at - 1));
            let opens = clause.shape != Shape::Parens
                || (at + count < self.tokens.len() && self.slice(at + count) == "(");
            if fits && opens && best.is_none_or(|(_, most)| count > most) {
                best = Some((clause, count));
            }
        }
        best
    }

    fn run(&self) -> Result<Vec<Found>, SplitError> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let opened = self.lead_at(at);
            let (clause, words) = match opened {
                Some(lead) => lead,
                None => (self.unnamed(at, found.is_empty())?, 0),
            };
            let next = self.body(clause, at, words, &mut found)?;
            at = next;
        }
        Ok(found)
    }

    /// The clause without words that may stand here.
    fn unnamed(&self, at: usize, first: bool) -> Result<&Clause, SplitError> {
        let parenthesis = self.slice(at) == "(";
        let fits = |clause: &&Clause| {
            clause.lead.is_empty()
                && if clause.shape == Shape::Parens { parenthesis } else { first }
        };
        self.clauses.iter().find(fits).ok_or_else(|| SplitError {
            message: format!("`{}` was not expected here", self.slice(at)),
            at: self.tokens[at].start..self.tokens[at].end,
        })
    }

    /// Reads what follows the words of a clause; says where the next one begins.
    fn body(
        &self,
        clause: &Clause,
        at: usize,
        words: usize,
        found: &mut Vec<Found>,
    ) -> Result<usize, SplitError> {
        let start = at + words;
        let lead = || {
            let last = start.max(at + 1) - 1;
            self.tokens[at].start..self.tokens[last].end
        };
        let mut push = |value, range| found.push(Found { key: clause.key, value, range });
        let end = match clause.shape {
            Shape::Flag => {
                push(Value::Flag(true), lead());
                return Ok(start);
            }
            Shape::Off => {
                push(Value::Flag(false), lead());
                return Ok(start);
            }
            Shape::Is(text) => {
                push(Value::Text(text.to_owned()), lead());
                return Ok(start);
            }
            Shape::Parens => {
                let close = self.closing(start, &lead())?;
                let range = self.tokens[start].end..self.tokens[close].start;
                push(Value::Text(self.text[range.clone()].trim().to_owned()), range);
                return Ok(close + 1);
            }
            Shape::Word => self.word_end(start),
            Shape::Rest => self.rest_end(start),
            Shape::Tail => self.tokens.len(),
        };
        if end == start {
            return Err(SplitError {
                message: format!("something is missing after `{}`", clause.lead),
                at: lead(),
            });
        }
        let range = self.tokens[start].start..self.tokens[end - 1].end;
        push(Value::Text(self.text[range.clone()].to_owned()), range);
        Ok(end)
    }

    fn closing(&self, open: usize, lead: &Range<usize>) -> Result<usize, SplitError> {
        let missing = |message: &str| SplitError { message: message.to_owned(), at: lead.clone() };
        if open >= self.tokens.len() || self.slice(open) != "(" {
            return Err(missing("a parenthesis `(` is missing after this"));
        }
        let mut depth = 0_usize;
        for at in open..self.tokens.len() {
            match self.slice(at) {
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return Ok(at);
            }
        }
        Err(missing("the parenthesis opened after this is never closed"))
    }

    fn word_end(&self, start: usize) -> usize {
        let mut at = start;
        if at >= self.tokens.len() {
            return at;
        }
        if matches!(self.slice(at), "-" | "+") {
            at += 1;
        }
        at += 1;
        while at + 1 < self.tokens.len() && self.slice(at) == "." {
            at += 2;
        }
        at.min(self.tokens.len())
    }

    fn rest_end(&self, start: usize) -> usize {
        let (mut depth, mut cases) = (0_i32, 0_i32);
        let mut at = start;
        while at < self.tokens.len() {
            match self.slice(at) {
                "(" | "[" => depth += 1,
                ")" | "]" => depth -= 1,
                _ if self.is_word(at, "case") => cases += 1,
                _ if self.is_word(at, "end") && cases > 0 => cases -= 1,
                // `is not null` and `is not distinct from` are operators, not clauses.
                _ if depth == 0
                    && cases == 0
                    && at > start
                    && !self.is_word(at - 1, "is")
                    && !(at > start + 1
                        && self.is_word(at - 1, "not")
                        && self.is_word(at - 2, "is"))
                    && self.lead_at(at).is_some() =>
                {
                    break;
                }
                _ => {}
            }
            at += 1;
        }
        at
    }
}

/// Puts parts together into a short form, in the order of the grammar. `part` gives the value of a
/// key; a key that no clause can write is not asked for.
pub fn join(clauses: &[Clause], part: &dyn Fn(&str) -> Option<Value>) -> String {
    let mut text = String::new();
    let mut done: Vec<&str> = Vec::new();
    for clause in clauses {
        let goes_on = clause.lead.starts_with(COMMA);
        if done.contains(&clause.key) || goes_on && text.is_empty() {
            continue;
        }
        let piece = match (part(clause.key), clause.shape) {
            (Some(Value::Flag(true)), Shape::Flag) | (Some(Value::Flag(false)), Shape::Off) => {
                clause.lead.to_owned()
            }
            (Some(Value::Text(text)), Shape::Is(word)) if text == word => clause.lead.to_owned(),
            (Some(Value::Text(text)), Shape::Parens) if clause.lead.is_empty() => {
                format!("({text})")
            }
            (Some(Value::Text(text)), Shape::Parens) => format!("{} ({text})", clause.lead),
            (Some(Value::Text(text)), Shape::Rest | Shape::Word | Shape::Tail) => {
                if clause.lead.is_empty() { text } else { format!("{} {text}", clause.lead) }
            }
            _ => continue,
        };
        done.push(clause.key);
        match piece.strip_prefix(COMMA) {
            Some(rest) if goes_on => text.push_str(&format!("{COMMA}{rest}")),
            _ if text.is_empty() => text.push_str(&piece),
            _ => text.push_str(&format!(" {piece}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMN: &[Clause] = &[
        clause("type", "", Shape::Rest),
        clause("collate", "collate", Shape::Word),
        clause("not_null", "not null", Shape::Flag),
        clause("not_null", "null", Shape::Off),
        clause("default", "default", Shape::Rest),
        clause("check", "check", Shape::Parens),
    ];

    fn parts(text: &str) -> Vec<(&'static str, String)> {
        let show = |found: Found| match found.value {
            Value::Flag(flag) => (found.key, flag.to_string()),
            Value::Text(text) => (found.key, text),
        };
        split(COLUMN, text).unwrap().into_iter().map(show).collect()
    }

    #[test]
    fn a_column_falls_into_its_clauses() {
        assert_eq!(
            parts(
                "numeric(8, 2) not null default case when 1 is not null then 1 else null end check (x > 0)"
            ),
            [
                ("type", "numeric(8, 2)".to_owned()),
                ("not_null", "true".to_owned()),
                ("default", "case when 1 is not null then 1 else null end".to_owned()),
                ("check", "x > 0".to_owned()),
            ]
        );
    }

    #[test]
    fn a_clause_may_go_on_behind_a_comma() {
        const ALL: &[Clause] = &[
            clause("a", "for all a", Shape::Flag),
            clause("b", ", all b", Shape::Flag),
            clause("b", "for all b", Shape::Flag),
            clause("a", ", all a", Shape::Flag),
            clause("for", "for", Shape::Rest),
        ];
        let keys = |text: &str| -> Vec<&str> {
            split(ALL, text).unwrap().into_iter().map(|found| found.key).collect()
        };
        assert_eq!(keys("for all b, ALL a"), ["b", "a"]);
        assert_eq!(keys("for a, all"), ["for"]);
        assert!(split(ALL, "for all a, c").is_err());
        let joined =
            |wanted: &[&str]| join(ALL, &|key| wanted.contains(&key).then_some(Value::Flag(true)));
        assert_eq!(joined(&["a", "b"]), "for all a, all b");
        assert_eq!(joined(&["b"]), "for all b");
    }

    #[test]
    fn a_schema_may_be_called_like_a_clause() {
        assert_eq!(parts("collate.t not null")[0], ("type", "collate.t".to_owned()));
        assert_eq!(parts("s.collate not null")[0], ("type", "s.collate".to_owned()));
    }

    #[test]
    fn a_default_may_be_null() {
        assert_eq!(parts("text default null")[1], ("default", "null".to_owned()));
        assert_eq!(parts("text null default ' not null '")[2].1, "' not null '");
    }

    #[test]
    fn a_parenthesis_that_is_never_closed_is_an_error() {
        assert!(split(COLUMN, "text check (a > (1)").unwrap_err().message.contains("never closed"));
    }
}
