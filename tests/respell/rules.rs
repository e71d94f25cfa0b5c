//! The rules, each with why it is sound.
#![allow(clippy::ptr_arg)] // all rules have one type

use pgplumb::sql::scan::TokenKind;
use pgplumb::sql::tree::Class;

use super::{Chance, Known, Piece, cut, joined};

/// What a rule may look at.
pub(super) struct Rule<'a> {
    pub(super) chance: &'a mut Chance,
    pub(super) known: &'a Known,
    pub(super) class: Class,
}

pub(super) type Apply = fn(&mut Rule<'_>, &mut Vec<Piece>);

/// In this order: what one leaves is what the next one knows.
pub(super) const ALL: &[(&str, Apply)] = &[
    ("in", in_list),
    ("between", between),
    ("distinct", not_distinct),
    ("else null", else_null),
    ("array", array_of_literals),
    ("negative", negative),
    ("truth", truth),
    ("pattern", patterns),
    ("null", is_null),
    ("operator", operators),
    ("fewer parentheses", fewer_parentheses),
    ("cast", casts),
    ("alias", aliases),
    ("unequal", unequal),
    ("join", joins),
    ("order", order),
    ("qualified", qualified),
    ("unqualified", unqualified),
    ("quoted", quoted),
    ("more parentheses", more_parentheses),
    ("string", strings),
];

/// The place of the bracket that closes the one at a place.
fn closing(pieces: &[Piece], open: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, piece) in pieces.iter().enumerate().skip(open) {
        if piece.is("(") || piece.is("[") {
            depth += 1;
        } else if piece.is(")") || piece.is("]") {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

fn opening(pieces: &[Piece], close: usize) -> Option<usize> {
    (0..close).rev().find(|at| {
        (pieces[*at].is("(") || pieces[*at].is("[")) && closing(pieces, *at) == Some(close)
    })
}

/// The places in a range that stand in no bracket of it.
fn outer(pieces: &[Piece], range: std::ops::Range<usize>) -> Vec<usize> {
    let (mut all, mut at) = (Vec::new(), range.start);
    while at < range.end {
        all.push(at);
        let opens = pieces[at].is("(") || pieces[at].is("[");
        at = match closing(pieces, at).filter(|_| opens) {
            Some(end) => end + 1,
            None => at + 1,
        };
    }
    all
}

/// Words that are part of an expression's grammar, and no names.
const WORDS: &[&str] = &[
    "select",
    "with",
    "values",
    "from",
    "where",
    "and",
    "or",
    "not",
    "is",
    "in",
    "any",
    "all",
    "some",
    "like",
    "ilike",
    "similar",
    "between",
    "case",
    "when",
    "then",
    "else",
    "end",
    "at",
    "collate",
    "distinct",
    "null",
    "exists",
    "as",
    "on",
    "join",
    "left",
    "right",
    "full",
    "inner",
    "cross",
    "natural",
    "union",
    "except",
    "intersect",
    "order",
    "group",
    "by",
    "having",
    "limit",
    "offset",
    "window",
    "over",
    "filter",
    "within",
    "array",
    "row",
    "using",
    "for",
    "isnull",
    "notnull",
    "operator",
    "return",
    "begin",
    "cast",
    "lateral",
    "fetch",
    "insert",
    "update",
    "delete",
    "into",
    "set",
    "returning",
    "default",
    "do",
    "nothing",
    "both",
];

fn is_keyword(piece: &Piece) -> bool {
    WORDS.iter().any(|word| piece.word(word))
}

/// Whether a bracket at this place surrounds an operand: it is no list of arguments, of columns or of rows.
fn surrounds(pieces: &[Piece], open: usize) -> bool {
    let Some(before) = open.checked_sub(1).map(|at| &pieces[at]) else { return false };
    const BEFORE: &[&str] = &["and", "or", "not", "when", "then", "else", "where", "having"];
    (before.kind == TokenKind::Op && !before.is(".")) || BEFORE.iter().any(|word| before.word(word))
}

fn starts_query(pieces: &[Piece], at: usize) -> bool {
    pieces
        .get(at)
        .is_some_and(|piece| ["select", "with", "values"].iter().any(|word| piece.word(word)))
}

/// The column at a place, as `a`, `t.a` or `(a)`; where it ends, and its name.
fn column(pieces: &[Piece], at: usize) -> Option<(usize, String)> {
    let name = |piece: &Piece| piece.is_name() && !is_keyword(piece);
    if !name(pieces.get(at)?) {
        return None;
    }
    let mut end = at + 1;
    while pieces.get(end).is_some_and(|dot| dot.is(".")) && name(pieces.get(end + 1)?) {
        end += 2;
    }
    let bare = pieces[end - 1].text.trim_matches('"').to_owned();
    (!pieces.get(end).is_some_and(|next| next.is("("))).then_some((end, bare))
}

/// The type at a place: where it ends, and how `format_type` prints it.
fn type_at(pieces: &[Piece], at: usize) -> Option<(usize, String)> {
    let is = |at: usize, word: &str| pieces.get(at).is_some_and(|piece| piece.word(word));
    if !pieces.get(at)?.is_name() {
        return None;
    }
    let mut end = at + 1;
    let brackets = |end: &mut usize, open: &str| {
        if pieces.get(*end).is_some_and(|piece| piece.is(open))
            && let Some(close) = closing(pieces, *end)
        {
            *end = close + 1;
        }
    };
    if pieces.get(end).is_some_and(|dot| dot.is(".")) {
        end += 2;
    } else if is(at, "double") && is(end, "precision")
        || (is(at, "character") || is(at, "bit")) && is(end, "varying")
    {
        end += 1;
    }
    brackets(&mut end, "(");
    let stamp = is(at, "timestamp") || is(at, "time");
    let with = is(end, "with") || is(end, "without");
    if stamp && with && is(end + 1, "time") && is(end + 2, "zone") {
        end += 3;
    }
    while pieces.get(end).is_some_and(|piece| piece.is("["))
        && pieces.get(end + 1).is_some_and(|p| p.is("]"))
    {
        end += 2;
    }
    Some((end, joined(&pieces[at..end])))
}

/// A literal with its cast: where it ends, its literal and its type.
fn typed_literal(pieces: &[Piece], at: usize) -> Option<(usize, String, String)> {
    if pieces.get(at)?.kind != TokenKind::String || !pieces.get(at + 1)?.is("::") {
        return None;
    }
    let (end, of) = type_at(pieces, at + 2)?;
    Some((end, pieces[at].text.clone(), of))
}

/// The literals of `ARRAY[...]` at a place that are all of one type; where it ends, they, and the type.
fn literals(pieces: &[Piece], at: usize) -> Option<(usize, Vec<String>, String)> {
    if !pieces.get(at)?.word("array") || !pieces.get(at + 1)?.is("[") {
        return None;
    }
    let close = closing(pieces, at + 1)?;
    let (mut next, mut all, mut of) = (at + 2, Vec::new(), None);
    while next < close {
        let (end, text, found) = match typed_literal(pieces, next) {
            Some(found) => found,
            None if pieces[next].kind == TokenKind::Number
                && !pieces[next].text.contains(['.', 'e']) =>
            {
                (next + 1, pieces[next].text.clone(), "integer".to_owned())
            }
            None => return None,
        };
        if of.get_or_insert_with(|| found.clone()) != &found
            || !(end == close || pieces[end].is(","))
        {
            return None;
        }
        all.push(text);
        next = end + 1;
    }
    Some((close + 1, all, of?))
}

/// `transformAExprIn` makes `x = ANY (ARRAY[...])` of a list of several constants, each coerced to the common
/// type of `x` and them, and of a varying text an array that is cast as a whole.
fn in_list(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    let mut at = 0;
    while at + 3 < pieces.len() {
        at += 1;
        let (negated, quantor) = match (pieces[at].text.as_str(), &pieces[at + 1]) {
            ("=", word) if word.word("any") => ("", at + 1),
            ("<>", word) if word.word("all") => ("NOT ", at + 1),
            _ => continue,
        };
        let Some(end) = closing(pieces, quantor + 1) else { continue };
        // Nothing else stands in the parentheses around it.
        let whole = |start: usize| {
            start > 0 && pieces[start - 1].is("(") && pieces.get(end + 1).is_some_and(|p| p.is(")"))
        };
        let start = (0..at)
            .rev()
            .find(|start| whole(*start) && opening(pieces, end + 1) == Some(start - 1));
        let Some(start) = start else { continue };
        let all_of = |name: &str, of: &str| {
            rule.known
                .columns
                .get(name)
                .is_some_and(|types| types.iter().all(|found| found.as_str() == of))
        };
        let varying = |name: &str| {
            let is = |of: &String| of.starts_with("character varying") && !of.ends_with(']');
            rule.known.columns.get(name).is_some_and(|types| types.iter().all(is))
        };
        let plain = literals(pieces, quantor + 2).filter(|(stop, ..)| *stop == end);
        let (left, items) = if let Some((_, items, of)) = plain {
            let fits = match column(pieces, start) {
                Some((stop, name)) if stop == at => all_of(&name, &of),
                _ => {
                    pieces[start].is("(")
                        && closing(pieces, start).is_some_and(|close| {
                            pieces[close + 1].is("::")
                                && type_at(pieces, close + 2) == Some((at, of.clone()))
                        })
                }
            };
            if !fits {
                continue;
            }
            (joined(&pieces[start..at]), items)
        } else {
            // (a)::text = ANY ((ARRAY['x'::character varying, ...])::text[])
            let array =
                pieces[quantor + 2].is("(").then(|| literals(pieces, quantor + 3)).flatten();
            let Some((_, items, of)) = array else { continue };
            let Some((stop, name)) = column(pieces, start + 1) else { continue };
            if of != "character varying"
                || !varying(&name)
                || joined(&pieces[stop..at]) != ") :: text"
            {
                continue;
            }
            (joined(&pieces[start + 1..stop]), items)
        };
        if items.len() < 2 || rule.chance.one_in(4) {
            continue;
        }
        let list = cut(&format!("{left} {negated}IN ({})", items.join(", ")));
        pieces.splice(start..=end, list);
    }
}

/// `transformAExprBetween` writes it out as two comparisons.
fn between(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    let mut at = 0;
    while at < pieces.len() {
        let site = comparison(pieces, at, ">=").and_then(|(column, low, end)| {
            let next = pieces.get(end + 1).filter(|word| word.word("and")).map(|_| end + 2)?;
            let (same, high, end) = comparison(pieces, next, "<=")?;
            (same == column).then_some((column, low, high, end))
        });
        if let Some((column, low, high, end)) = site
            && !rule.chance.one_in(4)
        {
            let text = format!("({column} BETWEEN ({low}) AND ({high}))");
            pieces.splice(at..=end, cut(&text));
        }
        at += 1;
    }
}

/// `(column op operand)` at a place.
fn comparison(pieces: &[Piece], at: usize, op: &str) -> Option<(String, String, usize)> {
    if !pieces.get(at)?.is("(") {
        return None;
    }
    let end = closing(pieces, at)?;
    let (stop, _) = column(pieces, at + 1)?;
    if !pieces.get(stop)?.is(op)
        || outer(pieces, stop + 1..end).iter().any(|at| is_keyword(&pieces[*at]))
    {
        return None;
    }
    Some((joined(&pieces[at + 1..stop]), joined(&pieces[stop + 1..end]), end))
}

/// `transformAExprDistinct` puts a NOT around it; not with a NULL that has no type.
fn not_distinct(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    let mut at = 0;
    while at + 3 < pieces.len() {
        at += 1;
        if !pieces[at].word("not") || !pieces[at - 1].is("(") || !pieces[at + 1].is("(") {
            continue;
        }
        let Some(end) = closing(pieces, at + 1) else { continue };
        let inner = outer(pieces, at + 2..end);
        let Some(is) = inner.iter().find(|is| pieces[**is].word("is")).copied() else { continue };
        if !pieces[is + 1].word("distinct")
            || !pieces.get(end + 1).is_some_and(|shut| shut.is(")"))
            || inner.iter().filter(|at| is_keyword(&pieces[**at])).count() > 3
            || pieces[is + 3].word("null")
            || rule.chance.one_in(4)
        {
            continue;
        }
        let text =
            format!("{} IS NOT {}", joined(&pieces[at + 2..is]), joined(&pieces[is + 1..end]));
        pieces.splice(at..=end, cut(&text));
    }
}

/// Without ELSE, NULL of the common type is what is left.
fn else_null(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    let mut at = 0;
    while at + 3 < pieces.len() {
        if pieces[at].word("else")
            && pieces[at + 1].word("null")
            && pieces[at + 2].is("::")
            && let Some((end, _)) = type_at(pieces, at + 3)
            && pieces.get(end).is_some_and(|word| word.word("end"))
            && !rule.chance.one_in(3)
        {
            pieces.drain(at..end);
        }
        at += 1;
    }
}

/// `transformTypeCast` hands the type of an array on to the elements that are written in it.
fn array_of_literals(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    let mut at = 0;
    while at < pieces.len() {
        if let Some((end, items, of)) = literals(pieces, at)
            && of != "integer"
            && !of.ends_with(']')
            && !of.ends_with(')')
            && !pieces.get(end).is_some_and(|next| next.is("::") || next.is("["))
            && !(pieces.get(end).is_some_and(|next| next.is(")"))
                && pieces.get(end + 1).is_some_and(|next| next.is("::")))
            && rule.chance.one_in(2)
        {
            let text = format!("ARRAY[{}]::{of}[]", items.join(", "));
            pieces.splice(at..end, cut(&text));
        }
        at += 1;
    }
}

/// `doNegate` makes a constant of a number with a sign, which is printed as `'-1'::integer`.
fn negative(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    let mut at = 0;
    while at < pieces.len() {
        if let Some((end, text, of)) = typed_literal(pieces, at)
            && let Some(digits) = text.trim_matches('\'').strip_prefix('-')
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && digits.len() < 10
            && digits.starts_with(|first: char| first.is_ascii_digit())
            && (of == "integer" && !digits.contains('.') || of == "numeric" && digits.contains('.'))
            && rule.class != Class::Bound
            && rule.chance.one_in(2)
        {
            pieces.splice(at..end, cut(&format!("(-{digits})")));
        }
        at += 1;
    }
}

/// `boolin` reads them, and what is stored is the value.
fn truth(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    let mut at = 0;
    while at < pieces.len() && rule.class == Class::Expr {
        let is = at > 0 && (pieces[at - 1].word("is") || pieces[at - 1].word("not"));
        let text = match &pieces[at] {
            word if word.word("true") => {
                rule.chance.pick(&["true", "'t'::bool", "('yes'::boolean)"])
            }
            word if word.word("false") => {
                rule.chance.pick(&["false", "'f'::bool", "('off'::boolean)"])
            }
            _ => "",
        };
        if !is && !text.is_empty() {
            pieces.splice(at..=at, cut(text));
        }
        at += 1;
    }
}

/// gram.y gives LIKE and its like these operators.
fn patterns(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    let mut at = 0;
    while at < pieces.len() {
        let word = match pieces[at].text.as_str() {
            "~~" => "LIKE",
            "!~~" => "NOT LIKE",
            "~~*" => "ILIKE",
            "!~~*" => "NOT ILIKE",
            _ => "",
        };
        let qualified = at > 0 && pieces[at - 1].is(".") || rule.class == Class::IndexElement;
        if pieces[at].kind == TokenKind::Op
            && !word.is_empty()
            && !qualified
            && !rule.chance.one_in(4)
        {
            pieces.splice(at..=at, cut(word));
        }
        at += 1;
    }
}

/// Two words of gram.y for one test.
fn is_null(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    let mut at = 0;
    while at + 2 < pieces.len() {
        let not = usize::from(pieces[at + 1].word("not"));
        let ends = pieces.get(at + 2 + not).is_some_and(|piece| piece.is(")"));
        if pieces[at].word("is")
            && pieces[at + 1 + not].word("null")
            && ends
            && rule.chance.one_in(2)
        {
            let text = if not == 1 { "NOTNULL" } else { "ISNULL" };
            pieces.splice(at..=at + 1 + not, cut(text));
        }
        at += 1;
    }
}

/// The only operator between parentheses, by its whole name.
fn operators(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    const KNOWN: &[&str] =
        &["=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "/", "||", "->>", "~", "@>"];
    let mut open = 0;
    while open < pieces.len() {
        if pieces[open].is("(")
            && surrounds(pieces, open)
            && let Some(end) = closing(pieces, open)
            && !starts_query(pieces, open + 1)
        {
            let inner = outer(pieces, open + 1..end);
            let ops: Vec<usize> =
                inner.iter().copied().filter(|at| pieces[*at].kind == TokenKind::Op).collect();
            if let [op] = ops.as_slice()
                && *op > open + 1
                && KNOWN.contains(&pieces[*op].text.as_str())
                && !inner.iter().any(|at| is_keyword(&pieces[*at]) || pieces[*at].is(","))
                && rule.chance.one_in(5)
            {
                let text = format!("OPERATOR(pg_catalog.{})", pieces[*op].text);
                pieces.splice(*op..=*op, cut(&text));
            }
        }
        open += 1;
    }
}

/// A comparison binds closer than NOT, AND and OR.
fn fewer_parentheses(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    const LOOSE: &[&str] = &["and", "or", "when", "then", "where", "having"];
    const AFTER: &[&str] = &["and", "or", "when", "then", "else", "end"];
    let mut open = 1;
    while open < pieces.len() {
        let end = if pieces[open].is("(") { closing(pieces, open) } else { None };
        let before = &pieces[open - 1];
        if let Some(end) = end
            && (LOOSE.iter().any(|word| before.word(word)))
            && pieces
                .get(end + 1)
                .is_none_or(|next| next.is(")") || AFTER.iter().any(|word| next.word(word)))
            && !starts_query(pieces, open + 1)
        {
            let inner = outer(pieces, open + 1..end);
            let plain = |at: &usize| !is_keyword(&pieces[*at]) && !pieces[*at].is(",");
            let compares = |at: &&usize| {
                ["=", "<>", "<", ">", "<=", ">="].contains(&pieces[**at].text.as_str())
            };
            let count = inner.iter().filter(compares).count();
            let ops = inner.iter().filter(|at| pieces[**at].kind == TokenKind::Op).count();
            if count == 1 && ops == 1 && inner.iter().all(plain) && rule.chance.one_in(2) {
                pieces.remove(end);
                pieces.remove(open);
            }
        }
        open += 1;
    }
}

/// `x::t`, `CAST(x AS t)` and `t 'x'` are one node of the grammar.
fn casts(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    const TYPES: &[&str] =
        &["text", "date", "jsonb", "json", "uuid", "interval", "numeric", "bytea", "inet"];
    let mut at = 1;
    while at + 1 < pieces.len() {
        let found = if pieces[at].is("::") { type_at(pieces, at + 1) } else { None };
        let Some((end, of)) = found else {
            at += 1;
            continue;
        };
        let nested = pieces[..at].iter().any(|piece| piece.is("("));
        let bare = matches!(rule.class, Class::IndexElement | Class::PartitionKey) && !nested;
        let operand = &pieces[at - 1];
        let constant = matches!(operand.kind, TokenKind::String | TokenKind::Number);
        let text = if constant {
            match rule.chance.below(4) {
                0 => format!("CAST({} AS {of})", operand.text),
                1 if operand.kind == TokenKind::String && TYPES.contains(&of.as_str()) && !bare => {
                    format!("{of} {}", operand.text)
                }
                _ => String::new(),
            }
        } else {
            String::new()
        };
        if !text.is_empty() {
            pieces.splice(at - 1..end, cut(&text));
        } else if operand.is(")")
            && let Some(open) = opening(pieces, at - 1)
            && pieces[open].is("(")
            && (surrounds(pieces, open) || open > 0 && pieces[open - 1].is("(") || open == 0)
            && !starts_query(pieces, open + 1)
            && !outer(pieces, open + 1..at - 1).iter().any(|at| pieces[*at].is(","))
        {
            let inner = joined(&pieces[open + 1..at - 1]);
            let single = column(pieces, open + 1).is_some_and(|(stop, _)| stop == at - 1)
                || pieces[open + 1].kind == TokenKind::Number && open + 2 == at - 1;
            let text = match rule.chance.below(4) {
                0 => format!("CAST({inner} AS {of})"),
                1 if single => format!("{inner}::{of}"),
                _ => String::new(),
            };
            if !text.is_empty() {
                pieces.splice(open..end, cut(&text));
                at = open;
            }
        }
        at += 1;
    }
}

/// SystemTypeName of gram.y, and the names that `pg_type` has for the same.
pub(super) fn aliases(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    const ONE: &[(&str, &[&str])] = &[
        ("integer", &["int", "int4", "pg_catalog.int4"]),
        ("bigint", &["int8", "pg_catalog.int8"]),
        ("smallint", &["int2"]),
        ("real", &["float4", "float(24)"]),
        ("boolean", &["bool", "pg_catalog.bool"]),
        ("numeric", &["decimal", "dec"]),
        ("double precision", &["float8", "float", "float(53)"]),
        ("character varying", &["varchar", "char varying", "nchar varying"]),
        ("bit varying", &["varbit"]),
        ("character", &["char", "nchar"]),
    ];
    let mut at = 0;
    while at < pieces.len() {
        let dotted =
            at > 0 && pieces[at - 1].is(".") || pieces.get(at + 1).is_some_and(|p| p.is("."));
        let two = pieces.get(at + 1).map(|next| joined(&[pieces[at].clone(), next.clone()]));
        let two = two.map(|text| text.to_ascii_lowercase());
        let stamp = pieces[at].word("timestamp") || pieces[at].word("time");
        let zoned = stamp.then(|| type_at(pieces, at)).flatten();
        let word = pieces[at].text.to_ascii_lowercase();
        let names = |of: &str| ONE.iter().find(|(known, _)| *known == of).map(|(_, names)| *names);
        if dotted || pieces[at].kind != TokenKind::Word || rule.chance.one_in(2) {
            at += 1;
            continue;
        }
        if let Some((end, of)) = zoned.filter(|(_, of)| of.contains("zone")) {
            let end = if of.ends_with(']') { end - 2 } else { end };
            let arrays = pieces[at..end].iter().any(|piece| piece.is("["));
            let modifier = pieces[at..end].iter().position(|piece| piece.is("("));
            let modifier = modifier.map_or(String::new(), |open| {
                let close = closing(pieces, at + open).unwrap_or(at + open);
                joined(&pieces[at + open..=close])
            });
            let with = pieces[at..end].iter().any(|piece| piece.word("with"));
            let name = format!("{word}{}{modifier}", if with { "tz" } else { "" });
            if !arrays {
                pieces.splice(at..end, cut(&name));
            }
        } else if let Some(names) = two.as_deref().and_then(names) {
            let length = pieces.get(at + 2).is_some_and(|piece| piece.is("("));
            let name = rule.chance.pick(names);
            if !(length && name.contains('(')) {
                pieces.splice(at..at + 2, cut(name));
            }
        } else if let Some(names) = names(&word) {
            let length = pieces.get(at + 1).is_some_and(|piece| piece.is("("));
            let name = rule.chance.pick(names);
            let fits = if length { !name.contains('(') } else { word != "character" };
            if fits {
                pieces.splice(at..=at, cut(name));
            }
        }
        at += 1;
    }
}

/// The lexer makes `<>` of it.
fn unequal(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    for piece in pieces.iter_mut().filter(|piece| piece.is("<>")) {
        if rule.chance.one_in(2) {
            piece.text = "!=".to_owned();
        }
    }
}

/// Words of a join that say nothing.
fn joins(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    let mut at = 1;
    while at < pieces.len() {
        let before = &pieces[at - 1];
        let word = if !pieces[at].word("join") || rule.chance.one_in(2) {
            ""
        } else if ["left", "right", "full"].iter().any(|word| before.word(word)) {
            "OUTER"
        } else if ["outer", "inner", "cross", "natural"].iter().any(|word| before.word(word)) {
            ""
        } else {
            "INNER"
        };
        if !word.is_empty() {
            pieces.splice(at..at, cut(word));
            at += 1;
        }
        at += 1;
    }
}

/// What an ORDER BY has by default.
fn order(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    const ENDS: &[&str] = &["limit", "offset", "fetch", "for", "rows", "range", "groups", "union"];
    let mut at = 0;
    while at + 1 < pieces.len() {
        at += 1;
        if !pieces[at - 1].word("order") || !pieces[at].word("by") {
            continue;
        }
        let mut next = at + 1;
        while let Some(piece) = pieces.get(next) {
            let opens = piece.is("(") || piece.is("[");
            next = if opens { closing(pieces, next).unwrap_or(next) + 1 } else { next + 1 };
            let ends = |piece: &Piece| {
                piece.is(")") || piece.is(";") || ENDS.iter().any(|w| piece.word(w))
            };
            let over = pieces.get(next).is_none_or(ends);
            if !over && !pieces[next].is(",") {
                continue;
            }
            let last = &pieces[next - 1];
            let said = ["asc", "last", "first"].iter().any(|word| last.word(word));
            let text = match (last.word("desc"), rule.chance.below(3)) {
                _ if said => "",
                (_, 0) => "",
                (true, _) => "NULLS FIRST",
                (false, 1) => "ASC",
                (false, _) => "ASC NULLS LAST",
            };
            // `USING operator` takes the place of a direction.
            let using = pieces[at..next].iter().any(|piece| piece.word("using"));
            if !text.is_empty() && !using {
                let words = cut(text);
                let count = words.len();
                pieces.splice(next..next, words);
                next += count;
            }
            if over {
                break;
            }
            next += 1;
        }
    }
}

/// `pg_catalog` is searched first.
fn qualified(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    const FUNCTIONS: &[&str] =
        &["lower", "upper", "now", "length", "date_trunc", "count", "sum", "max", "nextval"];
    let mut at = 0;
    while at + 1 < pieces.len() {
        let known = FUNCTIONS.iter().any(|name| pieces[at].word(name)) && pieces[at + 1].is("(");
        let named = at > 0
            && (pieces[at - 1].is(".") || pieces[at - 1].is_name() && !is_keyword(&pieces[at - 1]));
        if known && !named && rule.chance.one_in(3) {
            pieces.splice(at..at, cut("pg_catalog."));
            at += 2;
        }
        at += 1;
    }
}

/// `public` is on the search path of a declaration, behind the schema of its file.
fn unqualified(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    if pieces.iter().any(|piece| piece.word("with")) {
        return;
    }
    let mut at = 0;
    while at + 2 < pieces.len() {
        let dotted =
            at > 0 && pieces[at - 1].is(".") || pieces.get(at + 3).is_some_and(|next| next.is("."));
        let name = &pieces[at + 2];
        if pieces[at].word("public")
            && pieces[at + 1].is(".")
            && name.is_name()
            && !dotted
            && !rule.known.hidden.contains(name.text.trim_matches('"'))
            && !rule.chance.one_in(4)
        {
            pieces.drain(at..at + 2);
        }
        at += 1;
    }
}

/// What stands behind a dot is a name.
fn quoted(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    for at in 1..pieces.len() {
        let lower = pieces[at]
            .text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if pieces[at - 1].is(".")
            && pieces[at].kind == TokenKind::Word
            && lower
            && rule.chance.one_in(4)
        {
            pieces[at] =
                Piece { text: format!("\"{}\"", pieces[at].text), kind: TokenKind::QuotedIdent };
        }
    }
}

/// Around an operand they say nothing.
fn more_parentheses(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    let mut open = 0;
    while open < pieces.len() {
        if pieces[open].is("(")
            && surrounds(pieces, open)
            && let Some(end) = closing(pieces, open)
            && rule.chance.one_in(4)
        {
            pieces.splice(end..end, cut(")"));
            pieces.splice(open..open, cut("("));
            open += 1;
        }
        open += 1;
    }
}

/// The lexer reads one value out of all of them.
fn strings(rule: &mut Rule<'_>, pieces: &mut Vec<Piece>) {
    for piece in pieces.iter_mut().filter(|piece| piece.kind == TokenKind::String) {
        let Some(inner) = piece.text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''))
        else {
            continue;
        };
        // Two literals on two lines are one.
        if inner.contains('\n') {
            continue;
        }
        let value = inner.split("''").collect::<Vec<_>>().join("'");
        piece.text = match rule.chance.below(8) {
            0 => {
                let escape = |c: char| match c {
                    '\\' => "\\\\".to_owned(),
                    '\'' => "\\'".to_owned(),
                    'a' => "\\x61".to_owned(),
                    c => c.to_string(),
                };
                format!("E'{}'", value.chars().map(escape).collect::<String>())
            }
            1 if !value.contains('$') => format!("$q${value}$q$"),
            2 if inner.len() > 2 && inner.is_ascii() && !inner.contains('\'') => {
                format!("'{}'\n'{}'", &inner[..1], &inner[1..])
            }
            _ => continue,
        };
    }
}
