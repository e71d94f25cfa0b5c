//! Cuts SQL text into tokens as PostgreSQL's lexer does, quickly and without its parser.
//!
//! It serves to find clauses in short texts (`"text not null default now()"`), many thousands in
//! a run. It knows nothing of grammar, and it never changes a text: a token is a place in it.
//! The rules are those of `scan.l` with `standard_conforming_strings = on`.

use std::borrow::Cow;

use super::quote::{continues_identifier, starts_identifier};

/// What sort of token stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenKind {
    /// A bare identifier or a keyword.
    Word,
    /// An identifier between double quotes, also after `U&`.
    QuotedIdent,
    /// A string, bit string or dollar-quoted literal.
    String,
    /// A number in any notation.
    Number,
    /// An operator, built of the characters `+-*/<>=~!@#%^&|` and the backquote or `?`.
    Op,
    /// One of `( ) [ ] , ; : .`, or `::`, `..`, `:=`, `=>`.
    Punct,
    /// A parameter such as `$1`.
    Param,
}

/// One token: where it stands in the text, in bytes, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// What it is.
    pub kind: TokenKind,
    /// For a word its lower-case text, for a quoted identifier its meaning (after `U&` the text
    /// as it is), otherwise the text.
    pub word: String,
}

impl Token {
    /// Says whether this is the bare word, given in lower case.
    #[must_use]
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.word == word
    }

    /// Says whether this is the punctuation or operator.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        matches!(self.kind, TokenKind::Punct | TokenKind::Op) && self.word == text
    }
}

/// The reasons for which a text cannot be cut into tokens, each with its place in bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// A string, quoted identifier, dollar quote or comment is opened and never closed.
    #[error("unterminated {what}; close it")]
    Unterminated {
        /// What was opened.
        what: &'static str,
        /// Where it was opened.
        at: usize,
    },
    /// A character that begins no token.
    #[error("`{character}` begins nothing that SQL knows; remove it or quote it")]
    Character {
        /// The character.
        character: char,
        /// Where it stands.
        at: usize,
    },
    /// Letters follow a number without a space.
    #[error("letters directly after a number; put a space between them")]
    Trailing {
        /// Where the number starts.
        at: usize,
    },
    /// There are more tokens than plumb cuts a text into.
    #[error("the text has more than 2,000,000 words and signs; plumb reads no longer one")]
    TooMany {
        /// Where the first of those begins.
        at: usize,
    },
}

/// The most tokens that a text is cut into: each takes about a hundred bytes of memory.
const MOST: usize = 2_000_000;

impl ScanError {
    /// Returns the byte of the text at which the trouble starts.
    #[must_use]
    pub fn at(&self) -> usize {
        match self {
            Self::Unterminated { at, .. }
            | Self::Character { at, .. }
            | Self::Trailing { at }
            | Self::TooMany { at } => *at,
        }
    }
}

/// Returns the tokens of the text; white space and comments are skipped.
///
/// # Errors
///
/// Fails where PostgreSQL's lexer fails: something is not closed, or begins no token; and if there are more than two
/// million.
pub fn tokens(text: &str) -> Result<Vec<Token>, ScanError> {
    let mut scanner = Scanner { text, bytes: text.as_bytes(), at: 0 };
    let mut tokens = Vec::with_capacity((text.len() / 4 + 1).min(MOST));
    while let Some(token) = scanner.next()? {
        if tokens.len() == MOST {
            return Err(ScanError::TooMany { at: token.start });
        }
        tokens.push(token);
    }
    Ok(tokens)
}

/// Whether a text that can be cut into tokens has more of them than that.
pub(super) fn has_more(text: &str, limit: usize) -> bool {
    let mut scanner = Scanner { text, bytes: text.as_bytes(), at: 0 };
    // No token is shorter than a byte.
    text.len() > limit && (0..=limit).all(|_| matches!(scanner.next(), Ok(Some(_))))
}

/// Returns the text with blanks in the place of its comments, byte by byte, so that every token and
/// line break stands where it stood; the text as it is where it cannot be cut into tokens.
#[must_use]
pub fn without_comments(text: &str) -> Cow<'_, str> {
    if !text.contains("--") && !text.contains("/*") {
        return Cow::Borrowed(text);
    }
    let Ok(tokens) = tokens(text) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    let blank = |byte| if byte == b'\n' { '\n' } else { ' ' };
    for token in &tokens {
        out.extend(text.as_bytes()[out.len()..token.start].iter().copied().map(blank));
        out.push_str(&text[token.start..token.end]);
    }
    out.extend(text.as_bytes()[out.len()..].iter().copied().map(blank));
    Cow::Owned(out)
}

/// Returns the text without the comments after its last token, which would swallow what follows it in
/// a statement; the text as it is where it cannot be cut into tokens.
#[must_use]
pub fn before_last_comment(text: &str) -> &str {
    if !text.contains("--") && !text.contains("/*") {
        return text;
    }
    match tokens(text) {
        Ok(tokens) => &text[..tokens.last().map_or(0, |last| last.end)],
        Err(_) => text,
    }
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn next(&mut self) -> Result<Option<Token>, ScanError> {
        self.skip_blank()?;
        let start = self.at;
        if start == self.bytes.len() {
            return Ok(None);
        }
        let (first, second) = (self.peek(0), self.peek(1));
        let kind = match first {
            b'\'' => self.string(0, false)?,
            b'e' | b'E' if second == b'\'' => self.string(1, true)?,
            b'b' | b'B' | b'x' | b'X' if second == b'\'' => self.string(1, false)?,
            b'u' | b'U' if second == b'&' && self.peek(2) == b'\'' => self.string(2, false)?,
            b'u' | b'U' if second == b'&' && self.peek(2) == b'"' => self.quoted(2)?,
            b'"' => self.quoted(0)?,
            b'$' => self.dollar()?,
            b'0'..=b'9' => self.number()?,
            b'.' if second.is_ascii_digit() => self.number()?,
            b'.' if second == b'.' => self.take(2, TokenKind::Punct),
            b':' if second == b':' || second == b'=' => self.take(2, TokenKind::Punct),
            b'(' | b')' | b'[' | b']' | b',' | b';' | b'.' | b':' => self.take(1, TokenKind::Punct),
            b if is_operator(b) => self.operator(),
            _ => self.word()?,
        };
        let written = &self.text[start..self.at];
        let word = match kind {
            TokenKind::Word => written.to_ascii_lowercase(),
            TokenKind::QuotedIdent if first == b'"' => {
                written[1..written.len() - 1].replace("\"\"", "\"")
            }
            _ => written.to_owned(),
        };
        Ok(Some(Token { start, end: self.at, kind, word }))
    }

    fn take(&mut self, length: usize, kind: TokenKind) -> TokenKind {
        self.at += length;
        kind
    }

    fn skip_blank(&mut self) -> Result<(), ScanError> {
        loop {
            match (self.peek(0), self.peek(1)) {
                (b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c, _) => self.at += 1,
                (b'-', b'-') => self.skip_line(),
                (b'/', b'*') => self.skip_comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
    }

    /// Comments nest (`xcstart` in scan.l).
    fn skip_comment(&mut self) -> Result<(), ScanError> {
        let opened = self.at;
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ if self.at >= self.bytes.len() => {
                    return Err(ScanError::Unterminated { what: "comment", at: opened });
                }
                _ => self.at += 1,
            }
        }
    }

    /// Reads a string; literals on the lines that follow it are part of it (`quotecontinue`).
    fn string(&mut self, prefix: usize, escapes: bool) -> Result<TokenKind, ScanError> {
        let opened = self.at;
        self.at += prefix + 1;
        loop {
            match self.peek(0) {
                b'\\' if escapes => self.at += 2,
                b'\'' if self.peek(1) == b'\'' => self.at += 2,
                b'\'' => {
                    self.at += 1;
                    match self.continuation() {
                        Some(next) => self.at = next,
                        None => return Ok(TokenKind::String),
                    }
                }
                _ if self.at >= self.bytes.len() => {
                    return Err(ScanError::Unterminated { what: "string", at: opened });
                }
                _ => self.at += 1,
            }
        }
    }

    /// Returns the byte after the quote that goes on with a string, if only white space with a
    /// line break and `--` comments stand before it.
    fn continuation(&self) -> Option<usize> {
        let mut at = self.at;
        let mut line_break = false;
        loop {
            match self.bytes.get(at)? {
                b'\n' | b'\r' => {
                    line_break = true;
                    at += 1;
                }
                b' ' | b'\t' | 0x0b | 0x0c => at += 1,
                b'-' if self.bytes.get(at + 1) == Some(&b'-') => {
                    at += self.bytes[at..].iter().position(|b| matches!(b, b'\n' | b'\r'))?;
                }
                b'\'' if line_break => return Some(at + 1),
                _ => return None,
            }
        }
    }

    fn quoted(&mut self, prefix: usize) -> Result<TokenKind, ScanError> {
        let opened = self.at;
        self.at += prefix + 1;
        loop {
            match self.peek(0) {
                b'"' if self.peek(1) == b'"' => self.at += 2,
                b'"' => return Ok(self.take(1, TokenKind::QuotedIdent)),
                _ if self.at >= self.bytes.len() => {
                    return Err(ScanError::Unterminated { what: "quoted identifier", at: opened });
                }
                _ => self.at += 1,
            }
        }
    }

    fn dollar(&mut self) -> Result<TokenKind, ScanError> {
        let opened = self.at;
        let rest = &self.text[opened..];
        if self.peek(1).is_ascii_digit() {
            let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
            if rest[1 + digits..].starts_with(starts_identifier) {
                return Err(ScanError::Trailing { at: opened });
            }
            return Ok(self.take(1 + digits, TokenKind::Param));
        }
        let unknown = ScanError::Character { character: '$', at: opened };
        let inner = rest[1..].find('$').ok_or(unknown.clone())?;
        let tag = &rest[..inner + 2];
        if tag[1..=inner].starts_with(|c| !starts_identifier(c))
            || tag[1..=inner].contains(|c| !continues_identifier(c))
        {
            return Err(unknown);
        }
        let body = rest[tag.len()..]
            .find(tag)
            .ok_or(ScanError::Unterminated { what: "dollar-quoted string", at: opened })?;
        Ok(self.take(body + 2 * tag.len(), TokenKind::String))
    }

    /// Reads decimal, hexadecimal, octal and binary numbers with `_` between digits.
    fn number(&mut self) -> Result<TokenKind, ScanError> {
        let start = self.at;
        let radix = match (self.peek(0), self.peek(1) | 0x20) {
            (b'0', b'x') => 16,
            (b'0', b'o') => 8,
            (b'0', b'b') => 2,
            _ => 10,
        };
        if radix == 10 {
            self.digits(10);
            // `1..10` is an integer, then the range of PL/pgSQL.
            if self.peek(0) == b'.' && self.peek(1) != b'.' {
                self.at += 1;
                self.digits(10);
            }
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            if self.peek(0) | 0x20 == b'e' && self.peek(1 + sign).is_ascii_digit() {
                self.at += 1 + sign;
                self.digits(10);
            }
        } else {
            self.at += 2;
            self.digits(radix);
        }
        if self.text[self.at..].starts_with(starts_identifier) {
            return Err(ScanError::Trailing { at: start });
        }
        Ok(TokenKind::Number)
    }

    fn digits(&mut self, radix: u32) {
        while char::from(self.peek(0)).is_digit(radix)
            || self.peek(0) == b'_' && char::from(self.peek(1)).is_digit(radix)
        {
            self.at += 1;
        }
    }

    /// Reads an operator by the rule of scan.l: a comment ends it, and a trailing `+` or `-`
    /// belongs to it only if it holds one of `~!@#^&|?%` or the backquote.
    fn operator(&mut self) -> TokenKind {
        let rest = &self.bytes[self.at..];
        let mut length = rest.iter().take_while(|&&b| is_operator(b)).count();
        if let Some(comment) =
            rest[..length].windows(2).position(|two| two == b"--" || two == b"/*")
        {
            length = comment;
        }
        let special = |b: &u8| b"~!@#^&|?%`".contains(b);
        while length > 1
            && matches!(rest[length - 1], b'+' | b'-')
            && !rest[..length - 1].iter().any(special)
        {
            length -= 1;
        }
        if &rest[..length] == b"=>" {
            return self.take(2, TokenKind::Punct);
        }
        self.take(length, TokenKind::Op)
    }

    fn word(&mut self) -> Result<TokenKind, ScanError> {
        let rest = &self.text[self.at..];
        let first = rest.chars().next().unwrap_or('\0');
        if !starts_identifier(first) {
            return Err(ScanError::Character { character: first, at: self.at });
        }
        let length = rest.find(|c| !continues_identifier(c)).unwrap_or(rest.len());
        Ok(self.take(length, TokenKind::Word))
    }
}

fn is_operator(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|`?".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pg_query::protobuf::Token as Theirs;

    /// The places of the tokens as PostgreSQL's own lexer sees them; comments left out.
    fn reference(text: &str) -> Option<Vec<(usize, usize)>> {
        let is_comment = |t: i32| t == Theirs::SqlComment as i32 || t == Theirs::CComment as i32;
        let place = |at: i32| usize::try_from(at).expect("a place is not negative");
        let tokens = pg_query::scan(text).ok()?.tokens;
        let kept = tokens.iter().filter(|t| !is_comment(t.token));
        Some(kept.map(|t| (place(t.start), place(t.end))).collect())
    }

    #[test]
    fn a_text_has_at_most_two_million_tokens() {
        let text = "a ".repeat(MOST);
        assert_eq!(tokens(&text).map(|tokens| tokens.len()), Ok(MOST));
        let more = format!("{text}a");
        assert_eq!(tokens(&more), Err(ScanError::TooMany { at: text.len() }));
        assert!(has_more("a b c", 2) && !has_more("a b c", 3) && !has_more("'abc'", 1));
    }

    #[test]
    fn a_comment_is_blank_and_moves_nothing() {
        for (text, blank) in [
            ("a -- b\nc", "a     \nc"),
            ("a/* é /* x */ */,b", "a                ,b"),
            ("'-- a' || \"/* b */\" -- c", "'-- a' || \"/* b */\"     "),
            ("$$ -- a $$ /**/", "$$ -- a $$     "),
            ("a - -1", "a - -1"),
            ("'open -- a", "'open -- a"),
        ] {
            assert_eq!(without_comments(text), blank, "{text}");
            assert_eq!(without_comments(text).len(), text.len(), "{text}");
        }
    }

    #[test]
    fn tokens_stand_where_postgresqls_lexer_sees_them() {
        for text in [
            "",
            "text not null default now()",
            "x::numeric(10,2)[] <> -1 and y >= +.5e-3 or z=-2",
            "a||'it''s'||E'\\'x\\\\'||U&'\\0041' || b'01' || X'ff' || n'n'",
            "'one'\n  'two' 'three' -- not part of it",
            "'one' -- note\n -- more\n 'two'",
            "e'a\\'\n' 'b'",
            "$$a $x$ b$$ $x$ '$$' $x$ $tag_1$ $tag$ $tag_1$",
            "/* a /* nested */ b */ select -- end\n 1/*x*/+/**/2",
            "\"odd \"\" name\".\"b.c\" u&\"d\\0061t\"",
            "1..10 1.5 .5 5. 1e10 1e 1_000 0xff 0o17 0b101 1.e5",
            "$1 + $23",
            "a->>'b' #> '{c}' @> c ?| d <-> e !~~* f @-@ g *-h *-- i\n ~- j",
            "a:=1, b=>2, c => 3, d>=e, f<=g, h!=i",
            "é_ñ$1 ÀÉ \"ß\" '日本' and x",
            "arr[1:2] := x . y",
            "a=/*c*/-1, b<--\n1",
        ] {
            let Some(wanted) = reference(text) else {
                assert!(tokens(text).is_err(), "{text}");
                continue;
            };
            let found = tokens(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(
                found.iter().map(|t| (t.start, t.end)).collect::<Vec<_>>(),
                wanted,
                "{text}"
            );
        }
    }

    #[test]
    fn words_are_folded_and_quoted_names_are_not() {
        let found = tokens("NOT \"Null\" 'Text' (").expect("tokens");
        let seen: Vec<_> = found.iter().map(|t| (t.kind, t.word.as_str())).collect();
        assert_eq!(
            seen,
            [
                (TokenKind::Word, "not"),
                (TokenKind::QuotedIdent, "Null"),
                (TokenKind::String, "'Text'"),
                (TokenKind::Punct, "("),
            ]
        );
        assert!(found[0].is_word("not") && !found[1].is_word("null") && found[3].is("("));
    }

    #[test]
    fn what_is_not_closed_is_an_error_with_its_place() {
        for (text, at) in [
            ("a 'b", 2),
            ("a \"b", 2),
            ("a /* /* */", 2),
            ("$x$ $y$", 0),
            ("$ 1", 0),
            ("x = {1}", 4),
        ] {
            assert_eq!(tokens(text).expect_err(text).at(), at, "{text}");
        }
        assert!(tokens("12abc").is_err());
        assert!(tokens("$1a").is_err());
    }
}
