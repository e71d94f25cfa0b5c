//! Changes one place of a leaf of SQL so that it means, or at least is, something else: a plan has to say so.

use pgplumb::clause::Shape;
use pgplumb::kind::Attrs;
use pgplumb::sql::scan::TokenKind;
use pgplumb::sql::tree::{self, Class};

use serde_json::{Map, Value as Json};

use crate::respell::{Piece, cut, joined};

/// A leaf with one place changed, and the rule that changed it.
pub type Mutation = (&'static str, String);

/// One word or operator for another one.
const SWAPS: &[(&str, &str, &str)] = &[
    ("operator", "=", "<>"),
    ("operator", "<>", "="),
    ("operator", "<", "<="),
    ("operator", "<=", "<"),
    ("operator", ">", ">="),
    ("operator", ">=", ">"),
    ("operator", "+", "-"),
    ("operator", "*", "+"),
    ("operator", "~~", "!~~"),
    ("operator", "!~~", "~~"),
    ("operator", "~~*", "~~"),
    ("operator", "!~~*", "!~~"),
    ("operator", "~", "~*"),
    ("operator", "!~*", "!~"),
    ("operator", "->>", "->"),
    ("operator", "@>", "<@"),
    ("operator", "<<", "<<="),
    ("connective", "and", "or"),
    ("connective", "or", "and"),
    ("quantor", "any", "all"),
    ("quantor", "all", "any"),
    ("function", "lower", "upper"),
    ("function", "upper", "lower"),
    ("function", "max", "min"),
    ("function", "min", "max"),
    ("function", "sum", "avg"),
    ("function", "coalesce", "nullif"),
    ("function", "greatest", "least"),
    ("function", "least", "greatest"),
    ("function", "row_number", "rank"),
    ("function", "ltrim", "rtrim"),
    ("function", "num_nulls", "num_nonnulls"),
    ("time", "now()", "CURRENT_TIMESTAMP"),
    ("user", "current_user", "SESSION_USER"),
    ("field", "year", "month"),
    ("field", "day", "hour"),
    ("join", "left join", "JOIN"),
    ("set", "union all", "UNION"),
    ("set", "union", "UNION ALL"),
    ("set", "except", "INTERSECT"),
    ("set", "distinct on", "ON"),
    ("order", "desc", ""),
    ("order", "desc nulls last", "DESC"),
    ("order", "nulls first", ""),
    ("collation", "\"C\"", "\"POSIX\""),
    ("class", "text_pattern_ops", ""),
    ("class", "jsonb_path_ops", ""),
    ("null", "is null", "IS NOT NULL"),
    ("null", "is not null", "IS NULL"),
    ("truth", "is true", "IS FALSE"),
    ("truth", "is unknown", "IS TRUE"),
    ("truth", "true", "false"),
    ("truth", "false", "true"),
    ("row", "new", "old"),
    ("row", "old", "new"),
    ("mode", "variadic", ""),
    ("frame", "rows", "RANGE"),
    ("bound", "maxvalue", "MINVALUE"),
    ("type", ":: date", ":: timestamp without time zone"),
    ("type", ":: date", ":: timestamp with time zone"),
    ("type", ":: integer", ":: smallint"),
    ("type", ":: bigint", ":: numeric"),
    ("type", ") :: text", ") :: character varying(3)"),
    ("type", ":: numeric(10,2)", ":: numeric(10,3)"),
    ("type", "timestamp with time zone", "timestamp without time zone"),
    ("type", "timestamp with time zone", "timestamp(3) with time zone"),
    ("type", "character varying", "text"),
    ("type", "double precision", "real"),
];

fn is_same(found: &[Piece], wanted: &[Piece]) -> bool {
    found.len() == wanted.len()
        && found.iter().zip(wanted).all(|(a, b)| a.text.eq_ignore_ascii_case(&b.text))
}

fn swapped(pieces: &[Piece], all: &mut Vec<(&'static str, Vec<Piece>)>) {
    // `SET a = 1` assigns.
    let assigns = pieces.iter().any(|piece| piece.word("set"));
    for (rule, from, to) in SWAPS {
        let from = cut(from);
        if assigns && *rule == "operator" {
            continue;
        }
        for at in 0..(pieces.len() + 1).saturating_sub(from.len()) {
            if is_same(&pieces[at..at + from.len()], &from) {
                let mut changed = pieces.to_vec();
                changed.splice(at..at + from.len(), cut(to));
                all.push((rule, changed));
            }
        }
    }
}

fn constants(pieces: &[Piece], all: &mut Vec<(&'static str, Vec<Piece>)>) {
    for at in 0..pieces.len() {
        let mut put = |rule, text: String| {
            let mut changed = pieces.to_vec();
            changed[at].text = text;
            all.push((rule, changed));
        };
        match pieces[at].kind {
            TokenKind::Number => {
                if let Ok(number) = pieces[at].text.parse::<i64>() {
                    put("number", (number + 1).to_string());
                } else {
                    // The scale of a numeric constant belongs to it.
                    put("scale", format!("{}0", pieces[at].text));
                }
            }
            TokenKind::String if pieces[at].text.starts_with('\'') => {
                let inner = &pieces[at].text[1..pieces[at].text.len() - 1];
                let of = pieces.get(at + 2).filter(|_| pieces[at + 1].is("::"));
                // The input of an array skips blanks.
                let array = pieces.get(at + 3).is_some_and(|piece| piece.is("["));
                let text = of.is_some_and(|of| of.word("text")) && !array;
                let varying = of.is_some_and(|of| of.word("character"))
                    && pieces.get(at + 3).is_some_and(|p| p.word("varying"));
                if text || varying {
                    put("text", format!("'{inner}q'"));
                    put("blank", format!("'{inner} '"));
                    let upper = inner.to_ascii_uppercase();
                    if upper != inner && !inner.contains('\\') {
                        put("case", format!("'{upper}'"));
                    }
                }
                // What has four digits, or more, is a year or the like.
                if let Some(first) = inner.bytes().position(|byte| byte.is_ascii_digit())
                    && of.is_some()
                {
                    let digit = (inner.as_bytes()[first] - b'0' + 1) % 10;
                    put("digit", format!("'{}{digit}{}'", &inner[..first], &inner[first + 1..]));
                }
            }
            _ => {}
        }
    }
}

fn closing(pieces: &[Piece], open: usize) -> Option<usize> {
    let mut depth = 0;
    (open..pieces.len()).find(|at| {
        if pieces[*at].is("(") {
            depth += 1;
        } else if pieces[*at].is(")") {
            depth -= 1;
        }
        depth == 0
    })
}

fn shapes(pieces: &[Piece], all: &mut Vec<(&'static str, Vec<Piece>)>) {
    for at in 0..pieces.len() {
        let mut put = |rule, range: std::ops::Range<usize>, with: &[Piece]| {
            let mut changed = pieces.to_vec();
            changed.splice(range, with.iter().cloned());
            all.push((rule, changed));
        };
        if pieces[at].is("(") {
            let Some(end) = closing(pieces, at) else { continue };
            // ( SELECT f() AS f ) is evaluated once, f() for each row.
            if pieces[at + 1].word("select")
                && !pieces[at..end].iter().any(|piece| piece.word("from"))
                && let Some(label) = pieces[at..end].iter().position(|piece| piece.word("as"))
            {
                put("subquery", at..end + 1, &pieces[at + 2..at + label]);
            }
            // NOT in front of a condition that stands between others.
            if at > 0 && (pieces[at - 1].word("and") || pieces[at - 1].word("or")) {
                let mut negated = vec![Piece { text: "NOT".into(), kind: TokenKind::Word }];
                negated.extend_from_slice(&pieces[at..=end]);
                put("not", at..end + 1, &negated);
            }
        }
        // ELSE of a CASE.
        if pieces[at].word("else")
            && let Some(end) = (at..pieces.len()).find(|end| pieces[*end].word("end"))
            && !pieces[at + 1].word("null")
            && !pieces[at..end].iter().any(|piece| piece.word("case"))
        {
            put("else", at..end, &[]);
        }
        // IS DISTINCT FROM.
        if pieces[at].word("is") && pieces[at + 1].word("distinct") {
            put("distinct", at + 1..at + 1, &cut("NOT"));
        }
        // The order of the elements of a list, and of a row.
        if pieces[at].is(",")
            && at > 0
            && pieces.get(at + 1).is_some_and(|next| next.kind == TokenKind::Number)
            && pieces[at - 1].kind == TokenKind::Number
            && pieces[at - 1] != pieces[at + 1]
        {
            let turned = [pieces[at + 1].clone(), pieces[at].clone(), pieces[at - 1].clone()];
            put("turned", at - 1..at + 2, &turned);
        }
        // A table without its heirs.
        if pieces[at].word("from")
            && pieces.get(at + 2).is_some_and(|dot| dot.is("."))
            && pieces[at + 1].is_name()
        {
            put("only", at + 1..at + 1, &cut("ONLY"));
        }
        // An argument's default.
        if pieces[at].word("default") {
            let end = (at..pieces.len()).find(|end| pieces[*end].is(",")).unwrap_or(pieces.len());
            put("default", at..end, &[]);
        }
    }
}

/// Every leaf that differs from this one in one place and that PostgreSQL's grammar reads.
pub fn mutations(name: &str, class: Class, text: &str) -> Vec<Mutation> {
    if text.is_empty() {
        return Vec::new();
    }
    if name == "locale" {
        return vec![("locale", format!("{text}-x"))];
    }
    let pieces = cut(text);
    let mut all = Vec::new();
    // The modifiers of an argument's type are not kept.
    let kept = |place: &(&str, Vec<Piece>)| class != Class::Arguments || place.0 != "type";
    swapped(&pieces, &mut all);
    constants(&pieces, &mut all);
    shapes(&pieces, &mut all);
    all.retain(kept);
    if class == Class::Type {
        let other = if pieces[0].word("text") { "bigint" } else { "text" };
        all.push(("type", cut(other)));
    }
    let all = all.into_iter().map(|(rule, pieces)| (rule, joined(&pieces)));
    all.filter(|(_, text)| tree::parse(class, text).is_ok()).collect()
}

/// Whether a field that is changed so is no difference, as the traps state it: it follows from another one, is
/// a set, or leaves to the server what it does not say.
fn says_nothing(kind: &str, key: &str, rule: &str, map: &Map<String, Json>) -> bool {
    match (kind, key) {
        ("extension" | "member", _)
        | ("subscription", "connection")
        | ("text_search_configuration", "parser")
        | ("column", "identity_options") => rule == "gone",
        ("policy", "to") | ("publication_table", "columns") | ("subscription", "publication") => {
            rule == "order"
        }
        (_, "deferrable") => rule == "gone" && map.contains_key("initially_deferred"),
        ("column", "not_null") => map.contains_key("identity"),
        _ => false,
    }
}

/// Attributes that differ from these in one field: a flag set or taken back, another of the words that a field
/// may be, a number more, a list without its last, or turned round.
pub fn attributes(attrs: &Attrs) -> Vec<(&'static str, Attrs)> {
    let def = attrs.kind().def();
    let Json::Object(map) = attrs.json() else { return Vec::new() };
    let parse = |map: Map<String, Json>| (def.parse)(&Json::Object(map)).ok();
    // What cannot be read again was not written to be read.
    if parse(map.clone()).as_ref() != Some(attrs) {
        return Vec::new();
    }
    let mut leaves = Vec::new();
    attrs.each_leaf(&mut |name, _, _| leaves.push(name));
    let mut all: Vec<(&'static str, Map<String, Json>)> = Vec::new();
    let mut put = |rule, key: &str, value: Option<Json>| {
        if says_nothing(def.name, key, rule, &map) {
            return;
        }
        let mut changed = map.clone();
        match value {
            Some(value) => changed.insert(key.to_owned(), value),
            None => changed.remove(key),
        };
        all.push((rule, changed));
    };
    for clause in def.clauses.iter().filter(|clause| !leaves.contains(&clause.key)) {
        match clause.shape {
            Shape::Flag if !map.contains_key(clause.key) => {
                put("flag", clause.key, Some(true.into()));
            }
            Shape::Is(word) => put("word", clause.key, Some(word.into())),
            _ => {}
        }
    }
    for (key, value) in map.iter().filter(|(key, _)| !leaves.contains(&key.as_str())) {
        put("gone", key, None);
        match value {
            Json::Number(number) => {
                if let Some(number) = number.as_i64() {
                    put("number", key, Some((number + 1).into()));
                }
            }
            Json::String(text) => {
                if let Ok(number) = text.parse::<i64>() {
                    put("number", key, Some((number + 1).to_string().into()));
                }
                if let Some((head, last)) = text.rsplit_once(", ") {
                    put("last", key, Some(head.into()));
                    put("order", key, Some(format!("{last}, {head}").into()));
                }
            }
            Json::Array(items) if items.len() > 1 => {
                put("last", key, Some(items[..items.len() - 1].into()));
                put("order", key, Some(items.iter().rev().cloned().collect::<Vec<_>>().into()));
            }
            _ => {}
        }
    }
    let parsed = all.into_iter().filter_map(|(rule, map)| Some((rule, parse(map)?)));
    parsed.filter(|(_, changed)| changed != attrs).collect()
}
