//! Says how PostgreSQL resolves an operator for operands of given types.
//!
//! It is the part of `oper` and `func_select_candidate` (parse_oper.c, parse_func.c) that concerns
//! the built-in types and operators of which schemas are made; for anything else there is no
//! answer.

use serde_json::{Map, Value};

use super::fold::UNRESOLVED;
use super::infer::{Type, known, type_of};
use super::names::Names;
use super::tree;
use super::type_name;

/// How an operator is resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operator {
    /// The types to which the operands are converted.
    pub left: String,
    pub right: String,
    /// The type of the result.
    pub result: String,
    /// Whether the operand types are met exactly, so that no operator of another schema can win.
    pub exact: bool,
}

/// Numbers in the order of their implicit casts (`pg_cast`).
pub(super) fn rank(of: &str) -> Option<usize> {
    ["smallint", "integer", "bigint", "numeric", "real", "double precision"]
        .iter()
        .position(|number| *number == of)
}

fn is_integer(of: &str) -> bool {
    rank(of).is_some_and(|rank| rank <= 2)
}

pub(super) fn is_text(of: &Type) -> bool {
    match of {
        Type::Literal => true,
        Type::Known(of) => of == "text" || of == "character varying",
        Type::Unclear => false,
    }
}

/// Says whether `of` is a type of which a literal beside it takes the type, by an operator that
/// is defined for it or for any enum.
pub(super) fn is_plain(of: &str, names: &dyn Names) -> bool {
    const TYPES: [&str; 24] = [
        "text",
        "character varying",
        "bpchar",
        "\"char\"",
        "name",
        "boolean",
        "smallint",
        "integer",
        "bigint",
        "numeric",
        "real",
        "double precision",
        "date",
        "time without time zone",
        "time with time zone",
        "timestamp without time zone",
        "timestamp with time zone",
        "interval",
        "uuid",
        "bytea",
        "jsonb",
        "oid",
        "inet",
        "macaddr",
    ];
    TYPES.contains(&of) || is_enum(of, names)
}

fn is_enum(of: &str, names: &dyn Names) -> bool {
    let found = type_name::canonical(of).ok().filter(|of| !of.array);
    found.is_some_and(|of| of.schema.is_some_and(|schema| names.is_enum(&schema, &of.name)))
}

/// Says how the operator of an expression with two operands is resolved, if it is one of
/// `pg_catalog`. Where other schemas have one of the name too, it is if it meets the operand types
/// exactly, because `pg_catalog` is searched first (`oper`).
pub(super) fn of_expression(map: &Map<String, Value>, names: &dyn Names) -> Option<Operator> {
    let (left, right) = (type_of(map.get("lexpr")?, names), type_of(map.get("rexpr")?, names));
    let name = tree::names(map.get("name"))?;
    let [schema, op] = name.as_slice() else { return None };
    let found = resolve(op, &left, &right, names)?;
    (*schema == "pg_catalog" || *schema == UNRESOLVED && found.exact).then_some(found)
}

/// Says how an operator of `pg_catalog` is resolved for two operands (`oper` in parse_oper.c).
pub(super) fn resolve(op: &str, left: &Type, right: &Type, names: &dyn Names) -> Option<Operator> {
    let (left, right) = (&base(left, names), &base(right, names));
    match op {
        "=" | "<>" | "<" | ">" | "<=" | ">=" => comparison(left, right, names),
        "~~" | "!~~" | "~~*" | "!~~*" | "~" | "!~" | "~*" | "!~*" => matching(left, right),
        "+" | "-" | "*" | "/" => arithmetic(op, left, right),
        "||" => concatenation(left, right),
        "->" | "->>" | "#>" | "#>>" | "@>" | "<@" | "?" | "?|" | "?&" => json(op, left, right),
        _ => None,
    }
}

/// An operator or function of a domain is that of its base type (`getBaseType`).
pub(super) fn base(of: &Type, names: &dyn Names) -> Type {
    let Type::Known(written) = of else { return of.clone() };
    let domain = type_name::canonical(written).ok().filter(|of| !of.array);
    let base = domain.and_then(|of| {
        let base = names.domain_base(of.schema.as_deref()?, &of.name)?;
        Some(type_name::canonical(base).ok()?.base().to_string())
    });
    base.map_or_else(|| of.clone(), Type::Known)
}

fn both(of: &str, result: &str, exact: bool) -> Option<Operator> {
    mixed(of, of, result, exact)
}

#[expect(clippy::unnecessary_wraps, reason = "every rule answers with an option")]
fn mixed(left: &str, right: &str, result: &str, exact: bool) -> Option<Operator> {
    let (left, right, result) = (left.to_owned(), right.to_owned(), result.to_owned());
    Some(Operator { left, right, result, exact })
}

/// Two operands of one type, or one operand and a literal that takes its type
/// (`binary_oper_exact`). `character varying` has no operators and borrows those of text.
fn comparison(left: &Type, right: &Type, names: &dyn Names) -> Option<Operator> {
    let boolean = "boolean";
    let (left, right) = match (left, right) {
        (Type::Known(left), Type::Known(right)) => (left.as_str(), right.as_str()),
        (Type::Known(one), Type::Literal) | (Type::Literal, Type::Known(one)) => {
            (one.as_str(), one.as_str())
        }
        _ => return None,
    };
    let is_text = |of: &str| of == "text" || of == "character varying";
    if is_text(left) && is_text(right) {
        return both("text", boolean, left == "text" && right == "text");
    }
    // Of two string types text is preferred.
    if [(left, right), (right, left)].contains(&("text", "bpchar")) {
        return both("text", boolean, false);
    }
    if left == right {
        let exact = is_plain(left, names) && !is_enum(left, names);
        return if is_plain(left, names) { both(left, boolean, exact) } else { None };
    }
    let dates = ["date", "timestamp without time zone", "timestamp with time zone"];
    if is_integer(left) && is_integer(right) || dates.contains(&left) && dates.contains(&right) {
        // Operators across these types exist.
        return mixed(left, right, boolean, true);
    }
    numbers(left, right).and_then(|(left, right)| mixed(left, right, boolean, false))
}

/// Operand types for numbers of different types of which not both are integers: `numeric` wins
/// over integers, and `double precision`, the preferred type, over anything.
fn numbers<'a>(left: &'a str, right: &'a str) -> Option<(&'a str, &'a str)> {
    let double = "double precision";
    let (low, high) = (rank(left)?.min(rank(right)?), rank(left)?.max(rank(right)?));
    match (low, high) {
        (0..=2, 3) => Some(("numeric", "numeric")),
        (0..=3, 5) => Some((double, double)),
        (0..=3, 4) if left == "real" => Some(("real", double)),
        (0..=3, 4) => Some((double, "real")),
        (4, 5) => Some((left, right)),
        _ => None,
    }
}

fn matching(left: &Type, right: &Type) -> Option<Operator> {
    if is_text(left) && is_text(right) && (left, right) != (&Type::Literal, &Type::Literal) {
        let exact = [left, right].iter().all(|of| **of != known("character varying"));
        return both("text", "boolean", exact);
    }
    None
}

fn arithmetic(op: &str, left: &Type, right: &Type) -> Option<Operator> {
    let (left, right) = match (left, right) {
        (Type::Known(left), Type::Known(right)) => (left.as_str(), right.as_str()),
        // A literal beside a number is that number's type.
        (Type::Known(one), Type::Literal) | (Type::Literal, Type::Known(one))
            if rank(one).is_some() =>
        {
            (one.as_str(), one.as_str())
        }
        _ => return None,
    };
    if let (Some(left_rank), Some(right_rank)) = (rank(left), rank(right)) {
        if left == right {
            return both(left, left, true);
        }
        if is_integer(left) && is_integer(right) {
            let result = if left_rank > right_rank { left } else { right };
            return mixed(left, right, result, true);
        }
        let (left, right) = numbers(left, right)?;
        let result = if left == "numeric" { left } else { "double precision" };
        return mixed(left, right, result, false);
    }
    let stamps = ["timestamp without time zone", "timestamp with time zone"];
    let result = match (left, op, right) {
        ("date", "+" | "-", "integer") => "date",
        ("date", "-", "date") => "integer",
        ("date", "+" | "-", "interval") => "timestamp without time zone",
        (stamp, "+" | "-", "interval") if stamps.contains(&stamp) => stamp,
        ("interval", "+", stamp) if stamps.contains(&stamp) => stamp,
        ("interval", "+" | "-", "interval") => "interval",
        (one, "-", other) if one == other && stamps.contains(&one) => "interval",
        _ => return None,
    };
    mixed(left, right, result, true)
}

fn concatenation(left: &Type, right: &Type) -> Option<Operator> {
    if is_text(left) && is_text(right) {
        let exact = [left, right].iter().all(|of| **of != known("character varying"))
            && (left, right) != (&Type::Literal, &Type::Literal);
        return both("text", "text", exact);
    }
    match (left, right) {
        (Type::Known(one), Type::Literal) | (Type::Literal, Type::Known(one)) if one == "jsonb" => {
            both("jsonb", "jsonb", true)
        }
        (Type::Known(one), Type::Known(other)) if one == other && one == "jsonb" => {
            both("jsonb", "jsonb", true)
        }
        _ => None,
    }
}

fn json(op: &str, left: &Type, right: &Type) -> Option<Operator> {
    let Type::Known(of) = left else { return None };
    let of = of.as_str();
    if let (Some(element), "@>" | "<@", Type::Literal) = (of.strip_suffix("[]"), op, right) {
        // Arrays of built-in types; the operators are those of `anyarray`.
        return rank(element)
            .map(|_| of)
            .or((element == "text" || element == "uuid").then_some(of))
            .and_then(|of| both(of, "boolean", false));
    }
    let takes = |wanted: &'static str| match right {
        Type::Literal => Some(wanted),
        Type::Known(right) if right == wanted => Some(wanted),
        _ => None,
    };
    match (of, op) {
        ("json" | "jsonb", "->" | "->>") => {
            let result = if op == "->" { of } else { "text" };
            match right {
                Type::Known(right) if right == "integer" => mixed(of, "integer", result, true),
                _ => mixed(of, takes("text")?, result, false),
            }
        }
        ("json" | "jsonb", "#>" | "#>>") => {
            mixed(of, takes("text[]")?, if op == "#>" { of } else { "text" }, false)
        }
        ("jsonb", "@>" | "<@") => mixed(of, takes("jsonb")?, "boolean", true),
        ("jsonb", "?") => mixed(of, takes("text")?, "boolean", false),
        ("jsonb", "?|" | "?&") => mixed(of, takes("text[]")?, "boolean", false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::names::KnownNames;

    fn resolved(left: &str, op: &str, right: &str) -> Option<(String, String, String)> {
        let mut names = KnownNames::default();
        names.add_enum("public", "status");
        names.add_domain("public", "email", "character varying(20)");
        let of = |text: &str| match text {
            "?" => Type::Literal,
            "" => Type::Unclear,
            of => known(of),
        };
        resolve(op, &of(left), &of(right), &names).map(|o| (o.left, o.right, o.result))
    }

    #[test]
    fn operands_are_converted_as_the_server_converts_them() {
        for (left, op, right, wanted) in [
            ("text", "=", "?", ["text", "text", "boolean"]),
            ("character varying", "=", "?", ["text", "text", "boolean"]),
            ("public.email", "~", "?", ["text", "text", "boolean"]),
            ("public.status", "<>", "?", ["public.status", "public.status", "boolean"]),
            ("integer", "<", "bigint", ["integer", "bigint", "boolean"]),
            ("numeric", ">", "integer", ["numeric", "numeric", "boolean"]),
            ("real", ">", "integer", ["real", "double precision", "boolean"]),
            ("integer", ">", "real", ["double precision", "real", "boolean"]),
            ("numeric", "*", "double precision", ["double precision"; 3]),
            ("smallint", "+", "bigint", ["smallint", "bigint", "bigint"]),
            ("numeric", "/", "integer", ["numeric"; 3]),
            ("date", "-", "date", ["date", "date", "integer"]),
            ("date", "+", "interval", ["date", "interval", "timestamp without time zone"]),
            ("?", "||", "text", ["text"; 3]),
            ("character varying", "||", "?", ["text"; 3]),
            ("jsonb", "->>", "?", ["jsonb", "text", "text"]),
            ("jsonb", "->", "integer", ["jsonb", "integer", "jsonb"]),
            ("json", "#>>", "?", ["json", "text[]", "text"]),
            ("jsonb", "@>", "?", ["jsonb", "jsonb", "boolean"]),
            ("text[]", "@>", "?", ["text[]", "text[]", "boolean"]),
        ] {
            let [left_type, right_type, result] = wanted.map(str::to_owned);
            let found = resolved(left, op, right);
            assert_eq!(found, Some((left_type, right_type, result)), "{left} {op} {right}");
        }
    }

    #[test]
    fn what_is_not_known_for_certain_has_no_answer() {
        for (left, op, right) in [
            ("", "=", "?"),
            ("text", "=", "integer"),
            ("?", "=", "?"),
            ("name", "=", "text"),
            ("bpchar", "=", "character varying"),
            ("public.other", "=", "?"),
            ("public.status", "=", "text"),
            ("date", "+", "?"),
            ("timestamp with time zone", "-", "?"),
            ("jsonb", "-", "?"),
            ("?", "~~", "?"),
            ("json", "@>", "?"),
            ("text", "<->", "text"),
            ("integer", "%", "bigint"),
        ] {
            assert_eq!(resolved(left, op, right), None, "{left} {op} {right}");
        }
    }

    #[test]
    fn only_an_exact_match_wins_over_operators_of_other_schemas() {
        let names = KnownNames::default();
        let exact = |left: &str, right: Type| {
            resolve("=", &known(left), &right, &names).expect("an operator").exact
        };
        assert!(exact("text", Type::Literal) && exact("integer", known("bigint")));
        assert!(!exact("character varying", Type::Literal) && !exact("numeric", known("integer")));
    }
}
