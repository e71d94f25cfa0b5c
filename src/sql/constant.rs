//! Brings constants to one spelling: `'t'::boolean` is `true`, `'-1'::integer` is `-1`.
//!
//! PostgreSQL keeps a constant as a value and prints it in its own way (`get_const_expr`). Only
//! spellings whose value is plain from the text are folded here; any other literal must have the
//! same text on both sides, or the server is asked.

use serde_json::{Map, Value, json};

use super::fold::Side;
use super::names::What;
use super::quote;
use super::tree::{self, fields, text};

/// Returns a string constant.
pub(super) fn string(text: &str) -> Value {
    // As in any tree, a field with the zero of its type is left out.
    let fields = if text.is_empty() { json!({}) } else { json!({"sval": text}) };
    json!({"AConst": {"val": {"Sval": fields}}})
}

fn integer(number: i64) -> Value {
    let fields = if number == 0 { json!({}) } else { json!({"ival": number}) };
    json!({"AConst": {"val": {"Ival": fields}}})
}

fn float(text: &str) -> Value {
    json!({"AConst": {"val": {"Fval": {"fval": text}}}})
}

fn boolean(set: bool) -> Value {
    let fields = if set { json!({"boolval": true}) } else { json!({}) };
    json!({"AConst": {"val": {"Boolval": fields}}})
}

fn typed(text: &str, of: &str) -> Value {
    json!({"TypeCast": {"arg": string(text), "type_name": {"type": of}}})
}

/// Returns the text of a string constant that has no type yet.
pub(crate) fn as_string(value: &Value) -> Option<&str> {
    let inner = fields(value, "AConst")?.get("val")?;
    Some(text(fields(inner, "Sval")?, "sval"))
}

/// Says whether a string constant stands anywhere in a tree. The input function of its type is called when the
/// statement is parsed, and with it whatever that type is made of: checks of domains, comparisons of a range.
pub(crate) fn has_string(value: &Value) -> bool {
    as_string(value).is_some()
        || match value {
            Value::Array(items) => items.iter().any(has_string),
            Value::Object(map) => map.values().any(has_string),
            _ => false,
        }
}

/// Says whether this is a bare NULL.
pub(super) fn is_null(value: &Value) -> bool {
    fields(value, "AConst").is_some_and(|c| c.get("isnull").is_some_and(|v| v == true))
}

/// Returns the constant of the type that the text of an untyped literal becomes, in the form in
/// which casts are folded.
pub(super) fn of_type(text: &str, of: &str, side: Side) -> Value {
    cast(typed(text, of), side)
}

/// Folds a cast of a constant, and a cast to the type of the cast in it.
pub(super) fn cast(value: Value, side: Side) -> Value {
    let folded = fields(&value, "TypeCast").and_then(|map| {
        let of = text(map.get("type_name")?.as_object()?, "type");
        let arg = map.get("arg")?;
        let inner = fields(arg, "TypeCast").and_then(|inner| inner.get("type_name"));
        if inner.is_some() && inner == map.get("type_name") && !of.contains('(') {
            return Some(arg.clone());
        }
        match as_string(arg) {
            Some(written) => literal(written, of, side),
            None => same_type(arg, of),
        }
    });
    folded.unwrap_or(value)
}

/// A cast to the type that the constant has anyway does nothing (`coerce_type`).
fn same_type(arg: &Value, of: &str) -> Option<Value> {
    let kind = tree::node(fields(arg, "AConst")?.get("val")?)?.0;
    let has = match kind {
        "Ival" => "integer",
        "Boolval" => "boolean",
        // What is left an Fval is a numeric with a decimal point.
        "Fval" => "numeric",
        _ => return None,
    };
    (has == of).then(|| arg.clone())
}

fn literal(written: &str, of: &str, side: Side) -> Option<Value> {
    match of {
        "boolean" => truth(written).map(boolean),
        "integer" => {
            let number: i32 = written.parse().ok()?;
            (number.to_string() == written).then(|| integer(number.into()))
        }
        "numeric" => {
            let plain = numeric(written)?;
            Some(if plain.contains('.') { float(&plain) } else { typed(&plain, "numeric") })
        }
        "regclass" => relation(written, side).map(|name| typed(&name, of)),
        // A literal with a length is first a constant without, and is then cut (`coerce_type`
        // gives the input function a modifier for intervals only).
        _ if of.ends_with(')') && !of.starts_with("interval") => {
            let (base, _) = of.rsplit_once('(')?;
            Some(cut(written, base, of))
        }
        _ if of.starts_with("time") && of.contains('(') => {
            let (head, rest) = of.split_once('(')?;
            let (_, tail) = rest.split_once(')')?;
            Some(cut(written, &format!("{head}{tail}"), of))
        }
        _ => None,
    }
}

fn cut(written: &str, base: &str, of: &str) -> Value {
    // Without a length these names mean a length of one.
    let base = match base {
        "character" => "bpchar",
        "bit" => "\"bit\"",
        other => other,
    };
    let inner = of_base(written, base);
    json!({"TypeCast": {"arg": inner, "type_name": {"type": of}}})
}

fn of_base(written: &str, base: &str) -> Value {
    match (base, numeric(written)) {
        ("numeric", Some(plain)) if plain.contains('.') => float(&plain),
        ("numeric", Some(plain)) => typed(&plain, "numeric"),
        _ => typed(written, base),
    }
}

/// The spellings that `boolin` takes and that nobody would take for anything else.
fn truth(written: &str) -> Option<bool> {
    match written.trim().to_ascii_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "on" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// A relation named in a literal is looked up when the expression is created (trap A14).
fn relation(written: &str, side: Side) -> Option<String> {
    let parts = quote::split_qualified(written).ok()?;
    match parts.as_slice() {
        [schema, name] => Some(quote::qualified(schema, name)),
        [name] => match side {
            Side::Current => Some(quote::qualified("pg_catalog", name)),
            Side::Desired(names) => {
                let schema = names.resolve(What::Relation, None, name)?;
                Some(quote::qualified(&schema, name))
            }
        },
        _ => None,
    }
}

/// Gives a number that does not fit the parser's integers the type that `make_const` gives it:
/// `integer` or `bigint` where it fits, otherwise `numeric`, whose scale is kept (trap A33).
pub(super) fn number(value: Value) -> Value {
    let folded = fields(&value, "AConst").and_then(|map: &Map<String, Value>| {
        let written = text(fields(map.get("val")?, "Fval")?, "fval");
        if let Ok(number) = written.parse::<i64>() {
            return Some(match i32::try_from(number) {
                Ok(_) => integer(number),
                Err(_) => typed(&number.to_string(), "bigint"),
            });
        }
        let plain = numeric(written)?;
        Some(if plain.contains('.') { float(&plain) } else { typed(&plain, "numeric") })
    });
    folded.unwrap_or(value)
}

/// Returns the number as `numeric_out` prints what `numeric_in` reads, if it is a plain decimal.
fn numeric(written: &str) -> Option<String> {
    const LONGEST: usize = 1000;
    let trimmed = written.trim();
    let (negative, unsigned) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{fraction}");
    if digits.is_empty()
        || !digits.bytes().all(|b| b.is_ascii_digit())
        || exponent.unsigned_abs() as usize + digits.len() > LONGEST
    {
        return None;
    }
    let mut scale = i64::try_from(fraction.len()).ok()? - i64::from(exponent);
    while scale < 0 {
        digits.push('0');
        scale += 1;
    }
    let scale = usize::try_from(scale).ok()?;
    while digits.len() <= scale {
        digits.insert(0, '0');
    }
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if negative && digits.bytes().any(|b| b != b'0') { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_printed_as_numeric_prints_it() {
        for (written, printed) in [
            ("1.50", "1.50"),
            (".5", "0.5"),
            ("1.", "1"),
            ("007", "7"),
            ("1.5e3", "1500"),
            ("1.50e1", "15.0"),
            ("1e-3", "0.001"),
            ("12.5e-3", "0.0125"),
            ("-0.0", "0.0"),
            ("-0.50", "-0.50"),
            ("0e5", "0"),
            ("+3", "3"),
        ] {
            assert_eq!(numeric(written).as_deref(), Some(printed), "{written}");
        }
        for text in ["", ".", "NaN", "1e", "1e99999", "0x1F", "1_000", "1 2", "--1"] {
            assert_eq!(numeric(text), None, "{text}");
        }
    }

    #[test]
    fn scale_belongs_to_a_numeric_constant() {
        assert_ne!(numeric("0"), numeric("0.0"));
        assert_ne!(numeric("0.0"), numeric("0.00"));
    }

    #[test]
    fn only_plain_spellings_of_truth_are_read() {
        assert_eq!(truth(" TRUE "), Some(true));
        assert_eq!(truth("0"), Some(false));
        assert_eq!(truth("o"), None);
        assert_eq!(truth(""), None);
    }
}
