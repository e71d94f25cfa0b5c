//! Says which differences are cosmetic: PostgreSQL keeps both forms apart, and neither its answers nor its plans
//! do. They are differences all the same.

use serde_json::Value;

use super::fold::{Side, fold};
use super::scan;
use super::tree::{self, Class, fields, number};
use super::type_name;

/// Says whether two leaves, as a server printed both, are alike but for what is cosmetic: the name of the time
/// of the transaction or of the current user, and the order of constants in `= ANY` and `<> ALL`.
#[must_use]
pub fn leaves(class: Class, one: &str, other: &str) -> bool {
    if class == Class::Type {
        return types(one, other);
    }
    tree::with_stack(&[one, other], || {
        let read =
            |text| tree::parse_owned(class, text).map(|tree| softened(fold(tree, Side::Current)));
        matches!((read(one), read(other)), (Ok(one), Ok(other)) if one == other)
    })
}

/// Says whether two types differ in nothing but a precision of six, which is what none means.
#[must_use]
pub fn types(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        let mut of = type_name::canonical(text).ok()?;
        if of.schema.is_none() && ["time", "interval"].iter().any(|head| of.name.starts_with(head))
        {
            of.modifiers = of.modifiers.strip_suffix("(6)").unwrap_or(&of.modifiers).to_owned();
        }
        Some(of)
    };
    matches!((plain(one), plain(other)), (Some(one), Some(other)) if one == other)
}

/// Says whether two bodies in SQL or PL/pgSQL differ in blanks and comments only.
#[must_use]
pub fn bodies(language: &str, one: &str, other: &str) -> bool {
    let words = |text| -> Option<Vec<String>> {
        let tokens = scan::tokens(text).ok()?;
        Some(tokens.iter().map(|token| text[token.start..token.end].to_owned()).collect())
    };
    matches!(language, "sql" | "plpgsql")
        && matches!((words(one), words(other)), (Some(one), Some(other)) if one == other)
}

fn softened(value: Value) -> Value {
    // SQLValueFunctionOp and A_Expr_Kind of libpg_query's protobuf.
    const CURRENT_TIMESTAMP: i64 = 4;
    const CURRENT_ROLE: i64 = 10;
    const USER: i64 = 12;
    const ANY: i64 = 2;
    const ALL: i64 = 3;
    if let Some(map) = fields(&value, "SqlvalueFunction") {
        match number(map, "op") {
            CURRENT_TIMESTAMP => return the("time of the transaction"),
            CURRENT_ROLE..=USER => return the("current user"),
            _ => {}
        }
    }
    if let Some(map) = fields(&value, "FuncCall")
        && tree::list(map, "args").is_empty()
        && let Some(["pg_catalog", "now" | "transaction_timestamp"]) =
            tree::names(map.get("funcname")).as_deref()
    {
        return the("time of the transaction");
    }
    let alternatives = fields(&value, "AExpr").is_some_and(|map| {
        let name = tree::names(map.get("name")).unwrap_or_default();
        matches!((number(map, "kind"), name.last()), (ANY, Some(&"=")) | (ALL, Some(&"<>")))
    });
    let mut value = match value {
        Value::Array(items) => Value::Array(items.into_iter().map(softened).collect()),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(k, v)| (k, softened(v))).collect())
        }
        other => other,
    };
    if alternatives {
        sort_constants(&mut value);
    }
    value
}

fn the(name: &str) -> Value {
    Value::String(name.to_owned())
}

/// Sorts the array on the right of an `= ANY`, also below a cast, if its elements are constants.
fn sort_constants(value: &mut Value) {
    let Some(mut right) = value.pointer_mut("/AExpr/rexpr") else { return };
    while right.get("TypeCast").is_some() {
        let Some(arg) = right.pointer_mut("/TypeCast/arg") else { return };
        right = arg;
    }
    let Some(Value::Array(items)) = right.pointer_mut("/AArrayExpr/elements") else { return };
    if items.iter().all(is_constant) {
        items.sort_by_key(Value::to_string);
    }
}

fn is_constant(value: &Value) -> bool {
    match tree::node(value) {
        Some(("AConst", _)) => true,
        Some(("TypeCast", map)) => map.get("arg").is_some_and(is_constant),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nothing_can_tell_apart_is_cosmetic() {
        for (one, other) in [
            ("now()", "CURRENT_TIMESTAMP"),
            ("(now() - '1 day'::interval)", "(transaction_timestamp() - '1 day'::interval)"),
            ("(a = CURRENT_USER)", "(a = USER)"),
            ("(a = ANY (ARRAY[1, 2]))", "(a = ANY (ARRAY[2, 1]))"),
            (
                "(a <> ALL (ARRAY['x'::text, 'y'::text]))",
                "(a <> ALL (ARRAY['y'::text, 'x'::text]))",
            ),
            (
                "((a)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))",
                "((a)::text = ANY ((ARRAY['y'::character varying, 'x'::character varying])::text[]))",
            ),
        ] {
            assert!(leaves(Class::Expr, one, other), "{one} | {other}");
        }
        assert!(types("timestamp(6)", "timestamp") && types("interval(6)", "interval"));
        assert!(types("timestamptz(6)[]", "timestamp with time zone[]"));
        assert!(bodies("sql", "select 1", "\n  select\t1 -- one\n"));
    }

    #[test]
    fn what_something_can_tell_apart_is_not() {
        for (one, other) in [
            ("now()", "clock_timestamp()"),
            ("now()", "statement_timestamp()"),
            ("now()", "CURRENT_TIMESTAMP(3)"),
            ("now()", "LOCALTIMESTAMP"),
            ("(a = CURRENT_USER)", "(a = SESSION_USER)"),
            ("(a = ANY (ARRAY[1, 2]))", "(a = ANY (ARRAY[1, 3]))"),
            ("(a = ANY (ARRAY[1, 2]))", "(a = ALL (ARRAY[2, 1]))"),
            ("(a = ALL (ARRAY[1, 2]))", "(a < ALL (ARRAY[2, 1]))"),
            ("(a < ANY (ARRAY[1, 2]))", "(a < ANY (ARRAY[2, 1]))"),
            ("(a = ANY (ARRAY[f(1), g(2)]))", "(a = ANY (ARRAY[g(2), f(1)]))"),
            ("ARRAY[1, 2]", "ARRAY[2, 1]"),
            ("(a = ( SELECT f() AS f))", "(a = f())"),
            ("public.now()", "now()"),
        ] {
            assert!(!leaves(Class::Expr, one, other), "{one} | {other}");
        }
        assert!(!types("timestamp(3)", "timestamp") && !types("numeric(6)", "numeric"));
        assert!(
            !types("timestamp(6)", "timestamptz") && !types("interval(6)", "interval second(6)")
        );
        assert!(!bodies("plpython3u", "a\n b", "a\n  b"));
        assert!(!bodies("sql", "select 'a b'", "select 'a  b'"));
    }
}
