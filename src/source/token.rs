//! The way back from a decoded string to the bytes of its token.
//!
//! It follows TOML's grammar of strings, not its errors: of a token that the parser has complained
//! about it finds places that are near enough.

use std::ops::Range;

/// Maps a range of the decoded value to a range of the token.
pub(super) fn raw_range(raw: &str, decoded: &str, range: Range<usize>) -> Range<usize> {
    let body = body(raw);
    if raw.get(body.clone()) == Some(decoded) {
        let shift = |at: usize| (body.start + at).min(body.end);
        return shift(range.start)..shift(range.end);
    }
    let (mut before, mut start, mut end) = (0, None, body.start);
    let units = Units { raw, at: body.start, end: body.end };
    for unit in units {
        let after = before + unit.decoded;
        let within = |at: usize, edge| if unit.same { unit.raw.start + at - before } else { edge };
        if start.is_none() && range.start < after {
            start = Some(within(range.start, unit.raw.start));
        }
        end = unit.raw.end;
        match start {
            Some(start) if range.is_empty() => return start..start,
            Some(start) if range.end <= after => return start..within(range.end, unit.raw.end),
            _ => before = after,
        }
    }
    start.unwrap_or(end)..end
}

/// Returns what stands between the quotes of a token, without a first newline that TOML drops.
fn body(raw: &str) -> Range<usize> {
    for delimiter in ["\"\"\"", "'''"] {
        if let Some(rest) = raw.strip_prefix(delimiter) {
            let newline = if rest.starts_with("\r\n") { 2 } else { rest.starts_with('\n').into() };
            let start = 3 + newline;
            let closed = raw.len() >= start + 3 && raw.ends_with(delimiter);
            return start..if closed { raw.len() - 3 } else { raw.len() };
        }
    }
    match raw.as_bytes() {
        [quote @ (b'"' | b'\''), .., last] if last == quote => 1..raw.len() - 1,
        [b'"' | b'\'', ..] => 1..raw.len(),
        _ => 0..raw.len(),
    }
}

/// A stretch of a token and the number of bytes that it decodes to; `same` if it is those bytes.
struct Unit {
    raw: Range<usize>,
    decoded: usize,
    same: bool,
}

/// Walks the body of a basic string; no other kind of token decodes to anything but its body.
struct Units<'a> {
    raw: &'a str,
    at: usize,
    end: usize,
}

impl Iterator for Units<'_> {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        loop {
            let rest = self.raw.get(self.at..self.end).filter(|rest| !rest.is_empty())?;
            let start = self.at;
            let plain = rest.find('\\').unwrap_or(rest.len());
            if plain > 0 {
                self.at += plain;
                return Some(Unit { raw: start..self.at, decoded: plain, same: true });
            }
            let escape = rest[1..].chars().next();
            if let Some(' ' | '\t' | '\r' | '\n') = escape {
                let folded = rest[1..].trim_start_matches([' ', '\t', '\r', '\n']);
                self.at = self.end - folded.len();
                continue;
            }
            let digits = match escape {
                Some('x') => 2,
                Some('u') => 4,
                Some('U') => 8,
                Some('b' | 'e' | 'f' | 'n' | 'r' | 't' | '\\' | '"') => {
                    self.at += 2;
                    return Some(Unit { raw: start..self.at, decoded: 1, same: false });
                }
                // No escape at all: the parser has said so, and keeps the backslash.
                _ => {
                    self.at += 1;
                    return Some(Unit { raw: start..self.at, decoded: 1, same: true });
                }
            };
            let hex = rest[2..].bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
            self.at += 2 + hex;
            let code = u32::from_str_radix(&rest[2..2 + hex], 16).ok().filter(|_| hex == digits);
            let decoded = code.and_then(char::from_u32).unwrap_or('\u{FFFD}').len_utf8();
            return Some(Unit { raw: start..self.at, decoded, same: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_token_stands_for_itself() {
        assert_eq!(raw_range("team_id", "team_id", 5..7), 5..7);
    }

    #[test]
    fn a_broken_token_has_places_too() {
        for (raw, decoded) in [
            ("\"abc", "abc"),
            ("\"a\\q", "a\\q"),
            ("\"a\\u00", "a\u{FFFD}"),
            ("\"\\UFFFFFFFFb\"", "\u{FFFD}b"),
            ("'''a", "a"),
            ("\"\"\"a\\", "a"),
            ("\"", ""),
            ("", ""),
        ] {
            for start in 0..=decoded.len() + 1 {
                let range = raw_range(raw, decoded, start..start + 1);
                assert!(range.start <= range.end && range.end <= raw.len(), "{raw} {start}");
            }
        }
    }
}
