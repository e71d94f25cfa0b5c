//! Brings two trees of the same meaning to the same shape, one rule a function.
//!
//! A fold may only join what PostgreSQL's parse analysis turns into the same expression; the
//! reason stands at each. What looks alike and is not is left apart: `now()` and
//! `CURRENT_TIMESTAMP`, `(select f())` and `f()`, two orders of one list, a cast that the author
//! wrote. Rules that need the types of columns are not here but in `same`, and those that need to
//! know which relation a column belongs to are in `scope`.

use serde_json::{Map, Value, json};

use super::constant;
use super::label;
use super::names::{Names, What};
use super::tree::{self, fields, list, number};
use super::type_name::{self, Origin};

/// Whose text a tree comes from, which says what its unqualified names mean.
#[derive(Clone, Copy)]
pub(crate) enum Side<'a> {
    /// Printed by PostgreSQL under `search_path = pg_catalog`.
    Current,
    /// Written by an author, for the search path of the declaration.
    Desired(&'a dyn Names),
}

/// The schema of a name that is not resolved: it equals no schema that exists.
pub(super) const UNRESOLVED: &str = "\0";

/// `A_Expr_Kind` (parsenodes.h) as pg_query numbers it.
pub(super) mod kind {
    pub(crate) const OP: i64 = 1;
    pub(crate) const OP_ANY: i64 = 2;
    pub(crate) const OP_ALL: i64 = 3;
    pub(crate) const DISTINCT: i64 = 4;
    pub(crate) const NOT_DISTINCT: i64 = 5;
    pub(crate) const NULLIF: i64 = 6;
    pub(crate) const IN: i64 = 7;
    pub(crate) const LIKE: i64 = 8;
    pub(crate) const ILIKE: i64 = 9;
    pub(crate) const SIMILAR: i64 = 10;
    pub(crate) const BETWEEN: i64 = 11;
    pub(crate) const NOT_BETWEEN: i64 = 12;
    pub(crate) const BETWEEN_SYM: i64 = 13;
    pub(crate) const NOT_BETWEEN_SYM: i64 = 14;
}

const AND: i64 = 1;
const OR: i64 = 2;
const NOT: i64 = 3;

impl Side<'_> {
    /// Returns the schema of a name: as written, or by the search path of the side.
    pub(super) fn schema(self, what: What, schema: Option<&str>, name: &str) -> String {
        match (schema, self) {
            (Some(schema), _) => schema.to_owned(),
            (None, Side::Current) => "pg_catalog".to_owned(),
            (None, Side::Desired(names)) => {
                names.resolve(what, None, name).unwrap_or_else(|| UNRESOLVED.to_owned())
            }
        }
    }

    /// Replaces a list of name parts by schema and name.
    pub(super) fn qualify(self, what: What, list: &Value) -> Option<Value> {
        let parts = tree::names(Some(list))?;
        let (schema, name) = match parts.as_slice() {
            [name] => (None, *name),
            [schema, name] => (Some(*schema), *name),
            _ => return None,
        };
        Some(names_value(&self.schema(what, schema, name), name))
    }
}

fn names_value(schema: &str, name: &str) -> Value {
    json!([{"String": {"sval": schema}}, {"String": {"sval": name}}])
}

/// Returns the tree in the shape in which it can be compared, its names resolved except those
/// of relations and columns.
pub(super) fn fold(value: Value, side: Side) -> Value {
    let value = label::label(value, side);
    let value = match value {
        Value::Array(items) => {
            return Value::Array(items.into_iter().map(|item| fold(item, side)).collect());
        }
        Value::Object(map) if is_type(&map) => return type_value(map, side),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(key, v)| (key, fold(v, side))).collect())
        }
        other => return other,
    };
    match tree::node(&value).map(|(kind, _)| kind) {
        Some("AExpr") => a_expr(value, side),
        Some("BoolExpr") => flatten(value),
        Some("FuncCall") => func_call(value, side),
        Some("SubLink") => sub_link(value, side),
        Some("TypeCast") => constant::cast(value, side),
        Some("AConst") => constant::number(value),
        Some("CollateClause") => {
            requalify(value, "CollateClause", "collname", What::Collation, side)
        }
        Some("IndexElem") => index_element(value, side),
        Some("PartitionElem") => partition_element(value, side),
        Some("SortBy") => sort_by(value, side),
        // `ROW(a, b)` and `(a, b)`: the format is for printing only (RowExpr.row_format).
        Some("RowExpr") => without(value, "RowExpr", "row_format"),
        Some("FunctionParameter") => parameter(value),
        Some("Constraint") => exclusion(value, side),
        Some("SelectStmt") => right_arm(value),
        _ => value,
    }
}

/// The right arm of a set operation names nothing; the server prints the names of the left one.
fn right_arm(value: Value) -> Value {
    change(value, "SelectStmt", |map| {
        if let Some(arm) = map.get_mut("rarg") {
            label::drop_arm_labels(arm);
        }
    })
}

/// Applies a change to the fields of a node of the kind.
fn change(mut value: Value, kind: &str, change: impl FnOnce(&mut Map<String, Value>)) -> Value {
    if let Some(Value::Object(map)) = value.get_mut(kind) {
        change(map);
    }
    value
}

fn without(value: Value, kind: &str, key: &str) -> Value {
    change(value, kind, |map| {
        map.shift_remove(key);
    })
}

fn requalify(value: Value, kind: &str, key: &str, what: What, side: Side) -> Value {
    change(value, kind, |map| {
        if let Some(found) = map.get(key).and_then(|list| side.qualify(what, list)) {
            map.insert(key.to_owned(), found);
        }
    })
}

fn is_type(map: &Map<String, Value>) -> bool {
    const FIELDS: [&str; 7] =
        ["names", "type_oid", "setof", "pct_type", "typmods", "typemod", "array_bounds"];
    map.get("names").is_some_and(Value::is_array)
        && map.keys().all(|key| FIELDS.contains(&key.as_str()))
}

/// A type is what `format_type` prints of it, with the schema of a user type found
/// (traps A1 to A9: aliases, modifiers, array bounds, qualification).
fn type_value(map: Map<String, Value>, side: Side) -> Value {
    let Ok(mut found) = type_name::from_tree(&map, "") else { return Value::Object(map) };
    if found.origin != Origin::BuiltIn && found.schema.is_none() {
        found.origin = Origin::User;
        found.schema = Some(side.schema(What::Type, None, &found.name));
    }
    json!({"type": found.to_string()})
}

fn a_expr(value: Value, side: Side) -> Value {
    let value = requalify(value, "AExpr", "name", What::Operator, side);
    let Some(map) = fields(&value, "AExpr") else { return value };
    match number(map, "kind") {
        // gram.y gives them the operators `~~`, `~~*` and `~` itself (trap B5), and parse
        // analysis treats them as such (transformExprRecurse).
        kind::LIKE | kind::ILIKE | kind::SIMILAR => {
            change(value, "AExpr", |map| set(map, "kind", kind::OP))
        }
        // transformAExprDistinct puts a NOT around it (trap B6). With a bare NULL it makes a
        // NullTest of it, which depends on the type of the other side: left to the server.
        kind::NOT_DISTINCT => {
            let inner = change(value, "AExpr", |map| set(map, "kind", kind::DISTINCT));
            bool_expr(NOT, vec![inner])
        }
        kind::BETWEEN | kind::NOT_BETWEEN | kind::BETWEEN_SYM | kind::NOT_BETWEEN_SYM => {
            between(map, side).unwrap_or(value)
        }
        kind::IN => in_list(value),
        _ => value,
    }
}

fn set(map: &mut Map<String, Value>, key: &str, value: i64) {
    map.insert(key.to_owned(), Value::from(value));
}

fn bool_expr(op: i64, args: Vec<Value>) -> Value {
    let fields = [("boolop".to_owned(), op.into()), ("args".to_owned(), Value::Array(args))];
    flatten(tree::of_kind("BoolExpr", Map::from_iter(fields).into()))
}

/// `transformAExprBetween` writes the comparisons out (trap B4).
fn between(map: &Map<String, Value>, side: Side) -> Option<Value> {
    let left = map.get("lexpr")?;
    let bounds = list(fields(map.get("rexpr")?, "List")?, "items");
    let [low, high] = bounds else { return None };
    let compare = |op: &str, right: &Value| {
        let name = names_value(&side.schema(What::Operator, None, op), op);
        json!({"AExpr": {"kind": kind::OP, "name": name, "lexpr": left, "rexpr": right}})
    };
    let inside = |a, b| bool_expr(AND, vec![compare(">=", a), compare("<=", b)]);
    let outside = |a, b| bool_expr(OR, vec![compare("<", a), compare(">", b)]);
    Some(match number(map, "kind") {
        kind::BETWEEN => inside(low, high),
        kind::NOT_BETWEEN => outside(low, high),
        kind::BETWEEN_SYM => bool_expr(OR, vec![inside(low, high), inside(high, low)]),
        _ => bool_expr(AND, vec![outside(low, high), outside(high, low)]),
    })
}

/// `transformAExprIn` makes `x = ANY (ARRAY[...])` of a list of several items without columns,
/// and `x = item` of a list of one (traps B1 to B3). The mark `in` remembers that the items of
/// the array take the common type of `x` and the items, which an array that is written as one
/// does not.
fn in_list(value: Value) -> Value {
    change(value, "AExpr", |map| {
        let Some(items) =
            map.get("rexpr").and_then(|r| fields(r, "List")).map(|l| list(l, "items"))
        else {
            return;
        };
        let items = items.to_vec();
        if let [one] = items.as_slice() {
            let one = one.clone();
            set(map, "kind", kind::OP);
            map.insert("rexpr".to_owned(), one);
        } else if !items.iter().any(has_column) {
            let op = tree::names(map.get("name")).and_then(|n| n.last().map(ToString::to_string));
            set(map, "kind", if op.as_deref() == Some("=") { kind::OP_ANY } else { kind::OP_ALL });
            let array = json!({"AArrayExpr": {"elements": items, "in": true}});
            map.insert("rexpr".to_owned(), array);
        }
    })
}

fn has_column(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_column),
        Value::Object(map) => map.contains_key("ColumnRef") || map.values().any(has_column),
        _ => false,
    }
}

/// AND and OR are associative, and evaluated in the order written: nesting of one operator is no
/// difference, order is (trap B8).
fn flatten(value: Value) -> Value {
    change(value, "BoolExpr", |map| {
        let op = number(map, "boolop");
        let Some(Value::Array(args)) = map.get_mut("args").map(Value::take) else { return };
        let mut flat = Vec::with_capacity(args.len());
        for arg in args {
            match fields(&arg, "BoolExpr").filter(|b| op != NOT && number(b, "boolop") == op) {
                Some(inner) => flat.extend(list(inner, "args").iter().cloned()),
                None => flat.push(arg),
            }
        }
        map.insert("args".to_owned(), Value::Array(flat));
    })
}

/// The format says only how a call is printed, `EXTRACT(year FROM x)` or with commas
/// (FuncCall.funcformat, trap B18); the function is the same.
fn func_call(value: Value, side: Side) -> Value {
    let value = without(value, "FuncCall", "funcformat");
    requalify(value, "FuncCall", "funcname", What::Function, side)
}

/// `x = ANY (select ...)` is `x IN (select ...)` (SubLink.operName: NIL means IN).
fn sub_link(value: Value, side: Side) -> Value {
    const ANY: i64 = 3;
    let value = requalify(value, "SubLink", "oper_name", What::Operator, side);
    change(value, "SubLink", |map| {
        let is_equal =
            tree::names(map.get("oper_name")).is_some_and(|name| name == ["pg_catalog", "="]);
        if is_equal && number(map, "sub_link_type") == ANY {
            map.shift_remove("oper_name");
        }
    })
}

/// ASC and the place of NULLs that goes with the direction are the defaults (trap D1).
fn default_order(map: &mut Map<String, Value>, direction: &str, nulls: &str) {
    const DEFAULT: i64 = 1;
    const ASC: i64 = 2;
    const DESC: i64 = 3;
    const FIRST: i64 = 2;
    const LAST: i64 = 3;
    if number(map, direction) == ASC {
        set(map, direction, DEFAULT);
    }
    match (number(map, direction), number(map, nulls)) {
        (DEFAULT, LAST) | (DESC, FIRST) => set(map, nulls, DEFAULT),
        _ => {}
    }
}

fn sort_by(value: Value, side: Side) -> Value {
    let value = requalify(value, "SortBy", "use_op", What::Operator, side);
    change(value, "SortBy", |map| default_order(map, "sortby_dir", "sortby_nulls"))
}

fn index_element(value: Value, side: Side) -> Value {
    let value = requalify(value, "IndexElem", "collation", What::Collation, side);
    let value = requalify(value, "IndexElem", "opclass", What::OperatorClass, side);
    change(value, "IndexElem", |map| {
        default_order(map, "ordering", "nulls_ordering");
        plain_column(map);
    })
}

fn partition_element(value: Value, side: Side) -> Value {
    let value = requalify(value, "PartitionElem", "collation", What::Collation, side);
    let value = requalify(value, "PartitionElem", "opclass", What::OperatorClass, side);
    change(value, "PartitionElem", plain_column)
}

/// An expression that is nothing but a column is that column (ComputeIndexAttrs).
fn plain_column(map: &mut Map<String, Value>) {
    let column = map
        .get("expr")
        .and_then(|expr| fields(expr, "ColumnRef"))
        .and_then(|column| tree::names(column.get("fields")))
        .and_then(
            |parts| if let [one] = parts.as_slice() { Some(Value::from(*one)) } else { None },
        );
    if let Some(column) = column {
        map.shift_remove("expr");
        map.insert("name".to_owned(), column);
    }
}

/// An argument without a mode is an IN argument.
fn parameter(value: Value) -> Value {
    const IN: i64 = 1;
    const DEFAULT: i64 = 6;
    change(value, "FunctionParameter", |map| {
        if number(map, "mode") == DEFAULT {
            set(map, "mode", IN);
        }
    })
}

/// The operators of an exclusion constraint stand in lists beside their elements.
fn exclusion(value: Value, side: Side) -> Value {
    change(value, "Constraint", |map| {
        let Some(Value::Array(pairs)) = map.get_mut("exclusions") else { return };
        for pair in pairs {
            let operator = pair.pointer_mut("/List/items/1/List/items");
            if let Some(operator) = operator
                && let Some(found) = side.qualify(What::Operator, operator)
            {
                *operator = found;
            }
        }
    })
}

/// A bound is a constant that takes the type of the key: `1` and `'1'` are the same, and a date
/// keeps its text (`get_const_expr` prints bounds without a type; trap H4).
pub(super) fn bound(value: Value) -> Value {
    if let Some(map) = fields(&value, "AConst")
        && let Some(ival) = map.get("val").and_then(|v| fields(v, "Ival"))
    {
        return constant::string(&number(ival, "ival").to_string());
    }
    if let Some(map) = fields(&value, "TypeCast")
        && map.get("type_name").is_some_and(|t| *t == json!({"type": "date"}))
        && let Some(day) = map.get("arg").and_then(constant::as_string)
        && is_iso_day(day)
    {
        return constant::string(day);
    }
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(bound).collect()),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(key, v)| (key, bound(v))).collect())
        }
        other => other,
    }
}

fn is_iso_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::names::KnownNames;
    use crate::sql::tree::{Class, parse_owned};

    fn folded(text: &str) -> Value {
        let names = KnownNames::default();
        fold(
            parse_owned(Class::Expr, text).unwrap_or_else(|e| panic!("{text}: {e}")),
            Side::Desired(&names),
        )
    }

    #[test]
    fn two_spellings_of_one_thing_have_one_shape() {
        for (one, other) in [
            ("a between 1 and 2", "a >= 1 and a <= 2"),
            ("a not between symmetric b and c", "(a < b or a > c) and (a < c or a > b)"),
            ("a and (b and c)", "(a and b) and c"),
            ("a like b", "a ~~ b"),
            ("a != b", "a operator(pg_catalog.<>) b"),
            ("a is not distinct from b", "not (a is distinct from b)"),
            ("a in (1)", "a = 1"),
            ("a = any (select b from c)", "a in (select b from c)"),
            ("a::int4[3]", "cast(a as integer array)"),
            ("position(a in b)", "pg_catalog.position(b, a)"),
            ("'t'::bool", "true"),
            ("1::numeric::numeric", "1::decimal"),
            ("'x'::char(2)", "('x'::bpchar)::character(2)"),
            ("sum(a) over (order by b asc nulls last)", "sum(a) over (order by b)"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} | {other}");
        }
    }

    #[test]
    fn what_means_something_else_keeps_its_shape() {
        for (one, other) in [
            ("a or b", "b or a"),
            ("not (not a)", "a"),
            ("a in (1, 2)", "a = any (array[1, 2])"),
            ("a = all (select b from c)", "a in (select b from c)"),
            ("a is not distinct from null", "a is null"),
            ("a::int", "a::int8"),
            ("'x'::char", "'x'::bpchar"),
            ("'1'::bit(3)", "'1'::bit"),
            ("0.0", "0.00"),
            ("a and (b or c)", "a and b or c"),
            ("f(a)", "f(all_a)"),
            ("sum(a) over (order by b nulls first)", "sum(a) over (order by b)"),
        ] {
            assert_ne!(folded(one), folded(other), "{one} | {other}");
        }
    }
}
