//! Says, for the expressions where it is certain, what type PostgreSQL gives them and to what
//! types it converts the operands of an operator and the arguments of a function.
//!
//! It is a small part of parse analysis (`parse_oper.c`, `parse_func.c`, `parse_coerce.c`): the
//! built-in types and operators that schemas are made of. It serves to know which casts the
//! server has added to what an author wrote. Where it knows nothing it says so; it never guesses,
//! for on its word a difference is declared to be none.

use serde_json::{Map, Value};

use super::constant;
use super::fold::kind;
use super::names::Names;
use super::operator::{self, base, is_plain, is_text, rank};
use super::pg_catalog;
use super::tree::{self, fields, list, number, text};
use super::type_name;

/// What is known of the type of an expression that an author wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    /// A string literal or NULL that takes its type from where it stands.
    Literal,
    /// The type without modifiers, as `format_type` prints it.
    Known(String),
    /// Nothing.
    Unclear,
}

pub(super) fn known(of: &str) -> Type {
    Type::Known(of.to_owned())
}

/// Returns the type of an expression of the desired side, folded and with columns annotated.
pub(super) fn type_of(expr: &Value, names: &dyn Names) -> Type {
    let Some((node, map)) = tree::node(expr) else { return Type::Unclear };
    let of_list = |key: &str| -> Vec<Type> {
        list(map, key).iter().map(|item| type_of(item, names)).collect()
    };
    match node {
        "AConst" => constant_type(map),
        "TypeCast" => cast_type(map),
        "ColumnRef" => map.get("type").and_then(Value::as_str).map_or(Type::Unclear, known),
        "BoolExpr" | "NullTest" | "BooleanTest" => known("boolean"),
        "AExpr" => expression_type(map, names),
        "FuncCall" => match function(map, names) {
            Some((_, Some(result))) => Type::Known(result),
            _ => Type::Unclear,
        },
        "CoalesceExpr" | "MinMaxExpr" => common(&of_list("args"), names),
        "CaseExpr" => common(&case_results(map, names), names),
        "AArrayExpr" => match common(&of_list("elements"), names) {
            Type::Known(of) if !of.ends_with("[]") => Type::Known(format!("{of}[]")),
            _ => Type::Unclear,
        },
        "CollateClause" => match map.get("arg").map_or(Type::Unclear, |arg| type_of(arg, names)) {
            Type::Literal => Type::Unclear,
            other => other,
        },
        "SqlvalueFunction" => value_function(number(map, "op")).map_or(Type::Unclear, known),
        "SubLink" => sub_link_type(map, names),
        _ => Type::Unclear,
    }
}

fn constant_type(map: &Map<String, Value>) -> Type {
    match map.get("val").and_then(tree::node).map(|(kind, _)| kind) {
        None | Some("Sval") => Type::Literal,
        Some("Ival") => known("integer"),
        Some("Boolval") => known("boolean"),
        // Others are folded into casts.
        Some("Fval") => known("numeric"),
        Some(_) => Type::Unclear,
    }
}

fn cast_type(map: &Map<String, Value>) -> Type {
    let written = map.get("type_name").and_then(Value::as_object).map_or("", |t| text(t, "type"));
    match type_name::canonical(written) {
        Ok(of) if !written.is_empty() => Type::Known(of.base().to_string()),
        _ => Type::Unclear,
    }
}

fn value_function(op: i64) -> Option<&'static str> {
    Some(match op {
        1 => "date",
        2 | 3 => "time with time zone",
        4 | 5 => "timestamp with time zone",
        6 | 7 => "time without time zone",
        8 | 9 => "timestamp without time zone",
        10..=15 => "name",
        _ => return None,
    })
}

fn expression_type(map: &Map<String, Value>, names: &dyn Names) -> Type {
    match number(map, "kind") {
        kind::OP => match operator::of_expression(map, names) {
            Some(found) => Type::Known(found.result),
            None => Type::Unclear,
        },
        kind::OP_ANY | kind::OP_ALL | kind::DISTINCT | kind::IN => known("boolean"),
        kind::NULLIF => match operator::of_expression(map, names) {
            Some(found) => Type::Known(found.left),
            None => Type::Unclear,
        },
        _ => Type::Unclear,
    }
}

fn sub_link_type(map: &Map<String, Value>, names: &dyn Names) -> Type {
    const EXISTS_TO_ANY: std::ops::RangeInclusive<i64> = 1..=3;
    const EXPR: i64 = 5;
    let link = number(map, "sub_link_type");
    if EXISTS_TO_ANY.contains(&link) {
        return known("boolean");
    }
    let query = map.get("subselect").and_then(|query| fields(query, "SelectStmt"));
    let target =
        query.filter(|q| !q.contains_key("larg")).and_then(|q| list(q, "target_list").first());
    let expr = target.and_then(|t| fields(t, "ResTarget")).and_then(|t| t.get("val"));
    match expr.map_or(Type::Unclear, |expr| type_of(expr, names)) {
        // A literal that is the result of a query is text (`resolveTargetListUnknowns`).
        Type::Literal if link == EXPR => known("text"),
        found if link == EXPR => found,
        _ => Type::Unclear,
    }
}

/// The types of the results of a CASE; without an ELSE that is NULL.
pub(super) fn case_results(map: &Map<String, Value>, names: &dyn Names) -> Vec<Type> {
    let whens = list(map, "args").iter().filter_map(|when| fields(when, "CaseWhen")?.get("result"));
    let default = map.get("defresult");
    let mut types: Vec<Type> =
        default.into_iter().chain(whens).map(|e| type_of(e, names)).collect();
    if default.is_none() {
        types.push(Type::Literal);
    }
    types
}

/// Returns the type that several expressions have in common (`select_common_type`).
pub(super) fn common(types: &[Type], names: &dyn Names) -> Type {
    let mut found: Option<&str> = None;
    for of in types {
        match (of, found) {
            (Type::Literal, _) => {}
            (Type::Unclear, _) => return Type::Unclear,
            (Type::Known(of), None) => found = Some(of),
            (Type::Known(of), Some(so_far)) if of == so_far => {}
            // Numbers are converted upwards, and never downwards without a cast.
            (Type::Known(of), Some(so_far)) => match (rank(of), rank(so_far)) {
                (Some(new), Some(old)) => found = Some(if new > old { of } else { so_far }),
                _ => return Type::Unclear,
            },
        }
    }
    match found {
        // Nothing but literals is text.
        None => known("text"),
        // A domain is replaced by its base type, which is not known here.
        Some(of) if is_plain(of, names) || of.ends_with("[]") => known(of),
        Some(_) => Type::Unclear,
    }
}

/// Functions of which only the overload for text takes text or a literal there: the arguments
/// that are text, and the result.
const ON_TEXT: [(&str, usize, &[usize], &str); 20] = [
    ("btrim", 1, &[0], "text"),
    ("btrim", 2, &[0, 1], "text"),
    ("char_length", 1, &[0], "integer"),
    ("length", 1, &[0], "integer"),
    ("like_escape", 2, &[0, 1], "text"),
    ("lower", 1, &[0], "text"),
    ("ltrim", 1, &[0], "text"),
    ("ltrim", 2, &[0, 1], "text"),
    ("md5", 1, &[0], "text"),
    ("octet_length", 1, &[0], "integer"),
    ("position", 2, &[0, 1], "integer"),
    ("reverse", 1, &[0], "text"),
    ("rtrim", 1, &[0], "text"),
    ("rtrim", 2, &[0, 1], "text"),
    ("string_agg", 2, &[0, 1], "text"),
    ("substring", 2, &[0], "text"),
    ("substring", 3, &[0], "text"),
    ("to_tsvector", 1, &[0], "tsvector"),
    ("to_tsvector", 2, &[1], "tsvector"),
    ("upper", 1, &[0], "text"),
];

/// The types to which arguments are converted, where they are known, and that of the result.
pub(super) type Conversions = (Vec<Option<String>>, Option<String>);

/// Returns the types to which the arguments of a call are converted, where all overloads of the
/// function agree, and the type of the result.
pub(super) fn function(map: &Map<String, Value>, names: &dyn Names) -> Option<Conversions> {
    let name = tree::names(map.get("funcname"))?;
    let [schema, name] = name.as_slice() else { return None };
    let args = list(map, "args");
    let unusual = ["agg_within_group", "func_variadic", "agg_star"];
    if unusual.iter().any(|key| map.contains_key(*key))
        || args.iter().any(|arg| fields(arg, "NamedArgExpr").is_some())
    {
        return None;
    }
    if *schema != "pg_catalog" {
        let signature = names.signature(schema, name)?;
        let wants = signature.arguments.iter().cloned().map(Some);
        return Some((wants.take(args.len()).collect(), signature.result.clone()));
    }
    let types: Vec<Type> = args.iter().map(|arg| base(&type_of(arg, names), names)).collect();
    if let ("timezone", [zone, stamp]) = (*name, types.as_slice()) {
        return time_zone(zone, stamp);
    }
    let on_text = ON_TEXT.iter().find(|(known, arity, places, _)| {
        // Those that have an overload for bpchar keep it.
        let blank_padded = ["lower", "md5", "reverse", "upper"].contains(known);
        let fits = |of: &Type| is_text(of) || blank_padded && *of == self::known("bpchar");
        known == name && *arity == args.len() && places.iter().all(|at| fits(&types[*at]))
            // Beside a second argument that is a literal, substring could take a pattern.
            && (*known != "substring" || types[1..].iter().all(|of| *of == self::known("integer")))
    });
    let common = common_signature(name, args.len());
    let Some((_, arity, places, result)) = on_text else { return common };
    let mut wants = common.map_or(vec![None; *arity], |(wants, _)| wants);
    for place in *places {
        wants[*place] = Some("text".to_owned());
    }
    Some((wants, Some((*result).to_owned())))
}

/// `stamp AT TIME ZONE zone`: the zone is text or an interval; a literal prefers text.
fn time_zone(zone: &Type, stamp: &Type) -> Option<Conversions> {
    if !is_text(zone) {
        return None;
    }
    let result = match stamp {
        Type::Known(of) if of == "timestamp with time zone" => "timestamp without time zone",
        Type::Known(of) if of == "timestamp without time zone" => "timestamp with time zone",
        _ => return Some((vec![Some("text".to_owned()), None], None)),
    };
    Some((vec![Some("text".to_owned()), None], Some(result.to_owned())))
}

fn common_signature(name: &str, arity: usize) -> Option<Conversions> {
    let read = |of: &str| (of != "*").then(|| of.to_owned());
    for record in pg_catalog::signatures(name)?.split('|') {
        let (count, rest) = record.split_once('(')?;
        let (types, result) = rest.split_once(')')?;
        if count == "n" {
            return Some((vec![None; arity], read(result)));
        }
        if count.parse() == Ok(arity) {
            let types = types.split(';').filter(|of| !of.is_empty()).map(read).collect();
            return Some((types, read(result)));
        }
    }
    None
}

/// Says whether the function exists in `pg_catalog` without arguments, so that a call without
/// any means that one whatever other schemas hold: `pg_catalog` is searched first.
pub(super) fn is_nullary(name: &str) -> bool {
    pg_catalog::signatures(name)
        .is_some_and(|record| record.split('|').any(|r| r.starts_with("0(")))
}

/// Says whether the expression is a literal without a type, NULL included.
pub(super) fn is_literal(expr: &Value) -> bool {
    constant::is_null(expr) || constant::as_string(expr).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::fold::{Side, fold};
    use crate::sql::names::KnownNames;
    use crate::sql::tree::{Class, parse_owned};

    #[test]
    fn the_type_of_an_expression_is_that_of_the_server_or_unclear() {
        let names = KnownNames::default();
        for (text, of) in [
            ("'x'", Type::Literal),
            ("null", Type::Literal),
            ("1", known("integer")),
            ("1.5", known("numeric")),
            ("3000000000", known("bigint")),
            ("true and a", known("boolean")),
            ("a::varchar(20)", known("character varying")),
            ("now()", known("timestamp with time zone")),
            ("current_user", known("name")),
            ("current_date - 1", known("date")),
            ("1 + 2.0", known("numeric")),
            ("lower('X')", known("text")),
            ("length('x') > 1", known("boolean")),
            ("coalesce(null, 1, 2.0)", known("numeric")),
            ("coalesce(null, 'x')", known("text")),
            ("case when a then 1 end", known("integer")),
            ("array['a', 'b']", known("text[]")),
            ("(select 'x')", known("text")),
            ("a in (select 1)", known("boolean")),
            ("current_setting('x')", known("text")),
            ("a", Type::Unclear),
            ("a + 1", Type::Unclear),
            ("f(1)", Type::Unclear),
            ("lower(a)", Type::Unclear),
            ("1 operator(s.+) 1", Type::Unclear),
            ("coalesce(1, 'x'::text)", Type::Unclear),
            ("max(1)", Type::Unclear),
            ("(select 1 union select 2)", Type::Unclear),
        ] {
            let tree = fold(parse_owned(Class::Expr, text).expect(text), Side::Desired(&names));
            assert_eq!(type_of(&tree, &names), of, "{text}");
        }
    }
}
