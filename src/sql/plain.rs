//! SQL as a person would write it: without parentheses, casts and capitals that reading does not need.
//!
//! A server prints every operand in parentheses and every constant with its type. What is taken away here changes
//! nothing: parentheses go where the parse tree stays the same, anything else where the caller says that the text means
//! the same.

use std::collections::BTreeSet;
use std::ops::Range;

use super::scan::{self, Token, TokenKind};
use super::tree::{self, Class};

/// The most pairs of parentheses that are tried one by one.
const MOST: usize = 64;

/// Takes parentheses away that change nothing, but for those that tell AND from OR.
///
/// A text that does not parse stays as it is.
#[must_use]
pub fn parentheses(class: Class, text: &str) -> String {
    let mut text = text.to_owned();
    if !text.contains('(') {
        return text;
    }
    let Ok(tree) = tree::parse(class, &text) else { return text };
    let same = |other: &str| tree::parse(class, other).is_ok_and(|it| it == tree);
    // Most often all of them go.
    if let Ok(tokens) = scan::tokens(&text) {
        let needless = |pair: &(usize, usize)| !tells_apart(&tokens, pair.0, pair.1);
        let all = pairs(&tokens).into_iter().filter(needless);
        let all: BTreeSet<usize> = all.flat_map(|(open, close)| [open, close]).collect();
        let without = cut(&text, all.into_iter().map(|at| &tokens[at]));
        if same(&without) {
            return without;
        }
    }
    let mut at = 0;
    for _ in 0..MOST {
        let Ok(tokens) = scan::tokens(&text) else { break };
        let Some((open, close)) = pairs(&tokens).into_iter().nth(at) else { break };
        let without = cut(&text, [&tokens[open], &tokens[close]]);
        if !tells_apart(&tokens, open, close) && same(&without) {
            text = without;
        } else {
            at += 1;
        }
    }
    text
}

/// Writes words that are not quoted in lower case: keywords, and names, of which a server quotes those that are not.
#[must_use]
pub fn lower_case(text: &str) -> String {
    let Ok(tokens) = scan::tokens(text) else { return text.to_owned() };
    let mut lower = text.to_owned();
    for token in tokens.iter().filter(|token| token.kind == TokenKind::Word) {
        if token.word.len() == token.end - token.start {
            lower.replace_range(token.start..token.end, &token.word);
        }
    }
    lower
}

/// The short names of types that have two: `varchar(20)`, `timestamptz`.
#[must_use]
pub fn types(text: &str) -> String {
    let Ok(tokens) = scan::tokens(text) else { return text.to_owned() };
    let word = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is_word(word));
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for at in 0..tokens.len() {
        let varying = word(at + 1, "varying");
        if varying && (word(at, "character") || word(at, "bit")) {
            let short = if word(at, "bit") { "varbit" } else { "varchar" };
            edits.push((tokens[at].start..tokens[at + 1].end, short.to_owned()));
        } else if word(at, "character") && tokens.get(at + 1).is_some_and(|token| token.is("(")) {
            edits.push((tokens[at].start..tokens[at].end, "char".to_owned()));
        } else if word(at, "timestamp") || word(at, "time") {
            // What stands in parentheses is the precision.
            let digits = tokens.get(at + 1).is_some_and(|token| token.is("("));
            let next = if digits { at + 4 } else { at + 1 };
            let zone = word(next + 1, "time") && word(next + 2, "zone");
            if !zone || !(word(next, "with") || word(next, "without")) {
                continue;
            }
            let precision = &text[tokens[at].end..tokens[next - 1].end];
            let precision = if digits { precision } else { "" };
            let short = if word(next, "with") { "tz" } else { "" };
            let short = format!("{}{short}{precision}", tokens[at].word);
            edits.push((tokens[at].start..tokens[next + 2].end, short));
        }
    }
    edited(text, edits)
}

/// Takes casts of constants away, and turns comparisons with arrays into lists, wherever `same` says that the text means
/// the same: all at once, or one by one.
#[must_use]
pub fn constants(text: &str, same: &dyn Fn(&str) -> bool) -> String {
    let Ok(tokens) = scan::tokens(text) else { return text.to_owned() };
    let mut edits = casts(text, &tokens);
    edits.extend(lists(text, &tokens));
    if edits.is_empty() {
        return text.to_owned();
    }
    let all = edited(text, edits.clone());
    if same(&all) {
        return all;
    }
    let mut kept = Vec::new();
    for edit in edits.into_iter().take(MOST) {
        kept.push(edit);
        if !same(&edited(text, kept.clone())) {
            kept.pop();
        }
    }
    edited(text, kept)
}

type Edit = (Range<usize>, String);

/// The casts behind constants that stand alone or are compared, and behind what is compared with such a one.
fn casts(text: &str, tokens: &[Token]) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if !token.is("::") || at == 0 {
            continue;
        }
        let end = type_end(tokens, at + 1);
        let (before, after) = (tokens.get(at.wrapping_sub(2)), tokens.get(end));
        let literal = tokens[at - 1].kind == TokenKind::String;
        let name = matches!(tokens[at - 1].kind, TokenKind::Word | TokenKind::QuotedIdent);
        let alone = at == 1 && after.is_none();
        let compared = [before, after].into_iter().flatten().any(compares);
        let named = at > 2
            && before.is_some_and(|token| token.is("("))
            && tokens[at - 3].is_word("nextval");
        let cut = token.start..tokens[end - 1].end;
        let number = text[tokens[at - 1].start..tokens[at - 1].end].trim_matches('\'');
        let digits = number.strip_prefix('-').unwrap_or(number);
        let is_number =
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        if literal && (alone || compared) && is_number {
            edits.push((tokens[at - 1].start..cut.end, number.to_owned()));
            continue;
        }
        if literal && (alone || compared || named) || name && after.is_some_and(compares) {
            edits.push((cut, String::new()));
        }
    }
    edits
}

fn compares(token: &Token) -> bool {
    let operators = [
        "=", "<>", "<", "<=", ">", ">=", "~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*", "->",
        "->>",
    ];
    operators.iter().any(|operator| token.is(operator))
}

/// Where the name of a type ends that begins at a token.
fn type_end(tokens: &[Token], at: usize) -> usize {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.is(text));
    let word = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is_word(word));
    let mut end = at + 1;
    if is(end, ".") {
        end += 2;
    } else if word(end, "varying") || word(end, "precision") {
        end += 1;
    }
    if is(end, "(") {
        end = close(tokens, end).map_or(end, |close| close + 1);
    }
    if (word(end, "with") || word(end, "without")) && word(end + 1, "time") {
        end += 3;
    }
    while is(end, "[") && is(end + 1, "]") {
        end += 2;
    }
    end.min(tokens.len())
}

/// `x = any (array['a', 'b'])` as the list that it was written as, with the casts of its elements.
fn lists(text: &str, tokens: &[Token]) -> Vec<Edit> {
    let mut edits = Vec::new();
    for at in 1..tokens.len() {
        let any = tokens[at - 1].is("=") && tokens[at].is_word("any");
        let all = tokens[at - 1].is("<>") && tokens[at].is_word("all");
        let opens = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.is(text));
        if !(any || all) || !opens(at + 1, "(") {
            continue;
        }
        let Some(end) = close(tokens, at + 1) else { continue };
        let mut array = at + 2;
        while opens(array, "(") {
            array += 1;
        }
        if !tokens[array].is_word("array") || !opens(array + 1, "[") {
            continue;
        }
        // The array ends with its elements; `text[]` behind it is a cast.
        let last =
            (array + 2..end).rev().find(|at| tokens[*at].is("]") && !tokens[*at - 1].is("["));
        let Some(last) = last else { continue };
        let (mut items, mut next) = (Vec::new(), array + 2);
        while next < last {
            let Some(behind) = item(tokens, next, last) else { break };
            items.push(&text[tokens[next].start..tokens[next].end]);
            next = behind;
        }
        if next < last || items.is_empty() {
            continue;
        }
        let word = if any { "in" } else { "not in" };
        let list = format!("{word} ({})", items.join(", "));
        edits.push((tokens[at - 1].start..tokens[end].end, list));
    }
    edits
}

/// The token behind a constant of a list, its cast and its comma.
fn item(tokens: &[Token], at: usize, end: usize) -> Option<usize> {
    if !matches!(tokens[at].kind, TokenKind::String | TokenKind::Number) {
        return None;
    }
    let mut next = at + 1;
    if tokens[next].is("::") {
        next = type_end(tokens, next + 1);
    }
    match next {
        next if next == end => Some(next),
        next if tokens[next].is(",") => Some(next + 1),
        _ => None,
    }
}

/// Whether parentheses tell a reader what belongs together: AND and OR beside each other, IS beside an operator.
fn tells_apart(tokens: &[Token], open: usize, close: usize) -> bool {
    let joins = |at: Option<usize>| {
        let token = at.and_then(|at| tokens.get(at));
        token.is_some_and(|token| ["and", "or", "not"].iter().any(|word| token.is_word(word)))
    };
    let holds = |words: &[&str]| {
        let mut depth = 0;
        tokens[open + 1..close].iter().any(|token| {
            depth += i32::from(token.is("(")) - i32::from(token.is(")"));
            depth == 0 && words.iter().any(|word| token.is_word(word))
        })
    };
    let beside = [open.checked_sub(1), Some(close + 1)];
    let operator = |at: Option<usize>| {
        at.and_then(|at| tokens.get(at)).is_some_and(|token| token.kind == TokenKind::Op)
    };
    holds(&["and", "or"]) && beside.into_iter().any(joins)
        || holds(&["is"]) && beside.into_iter().any(operator)
}

/// The pairs of parentheses, in the order in which they open.
fn pairs(tokens: &[Token]) -> Vec<(usize, usize)> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        if token.is("(") {
            open.push(at);
        } else if token.is(")")
            && let Some(start) = open.pop()
        {
            found.push((start, at));
        }
    }
    found.sort_unstable();
    found
}

fn close(tokens: &[Token], open: usize) -> Option<usize> {
    pairs(tokens).into_iter().find(|(start, _)| *start == open).map(|(_, end)| end)
}

/// The text without some of its tokens; where words would meet, a blank stands between them.
fn cut<'a>(text: &str, tokens: impl IntoIterator<Item = &'a Token>) -> String {
    let word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '"' | '\'' | '$');
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    let mut add = |part: &str| {
        let meets = out.chars().next_back().is_some_and(word);
        if meets && part.chars().next().is_some_and(word) {
            out.push(' ');
        }
        out.push_str(part);
    };
    for token in tokens {
        add(&text[at..token.start]);
        at = token.end;
    }
    add(&text[at..]);
    out.trim().to_owned()
}

fn edited(text: &str, mut edits: Vec<Edit>) -> String {
    // A list holds the casts of its elements.
    edits.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (range, replacement) in edits {
        if range.start < at {
            continue;
        }
        out.push_str(&text[at..range.start]);
        out.push_str(&replacement);
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_go_where_the_tree_stays() {
        for (before, after) in [
            ("((a >= 1) AND (b <= 3))", "a >= 1 AND b <= 3"),
            ("(((a > 0) AND (b > 0)) OR (c > 0))", "(a > 0 AND b > 0) OR c > 0"),
            ("((a IS NULL) = (b IS NULL))", "(a IS NULL) = (b IS NULL)"),
            ("(NOT (a))", "NOT a"),
            ("(a - (b - c))", "a - (b - c)"),
            ("((a)::text = 'x'::text)", "a::text = 'x'::text"),
            ("(a = ANY (ARRAY[1, 2]))", "a = ANY (ARRAY[1, 2])"),
            ("lower((name)::text)", "lower(name::text)"),
            ("ROW(a, (b))", "ROW(a, b)"),
            ("(a, b)", "(a, b)"),
            ("((a", "((a"),
        ] {
            assert_eq!(parentheses(Class::Expr, before), after);
        }
    }

    #[test]
    fn types_have_their_short_names() {
        for (before, after) in [
            ("character varying(20)", "varchar(20)"),
            ("timestamp(3) with time zone[]", "timestamptz(3)[]"),
            ("timestamp without time zone not null", "timestamp not null"),
            ("time with time zone", "timetz"),
            ("bit varying(3)", "varbit(3)"),
            ("character(1)", "char(1)"),
            ("text default 'character varying'", "text default 'character varying'"),
            ("integer", "integer"),
        ] {
            assert_eq!(types(before), after);
        }
    }

    #[test]
    fn casts_of_constants_go_where_the_meaning_stays() {
        let all = |text: &str| constants(text, &|_| true);
        for (before, after) in [
            ("'x'::text", "'x'"),
            ("'-1'::integer", "-1"),
            ("a >= '-40'::integer", "a >= -40"),
            ("nextval('s.q'::regclass)", "nextval('s.q')"),
            ("a::text = 'x'::text", "a = 'x'"),
            ("a - '1 day'::interval", "a - '1 day'::interval"),
            ("f('x'::text)", "f('x'::text)"),
            ("data ->> 'k'::text = 'v'::character varying(3)", "data ->> 'k' = 'v'"),
            ("a = ANY (ARRAY['x'::text, 'y'::text])", "a in ('x', 'y')"),
            (
                "a::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[])",
                "a in ('x', 'y')",
            ),
            ("a <> ALL (ARRAY[1, 2])", "a not in (1, 2)"),
            ("a = ANY (b)", "a = ANY (b)"),
        ] {
            assert_eq!(all(before), after);
        }
        assert_eq!(constants("a = 'x'::text", &|_| false), "a = 'x'::text");
        let keeps = |text: &str| text.contains("'y'::text");
        assert_eq!(
            constants("a = 'x'::text and b = 'y'::text", &keeps),
            "a = 'x' and b = 'y'::text"
        );
    }

    #[test]
    fn keywords_are_lower_and_names_and_texts_stay() {
        assert_eq!(lower_case("FOR VALUES IN ('A', \"B\")"), "for values in ('A', \"B\")");
    }
}
