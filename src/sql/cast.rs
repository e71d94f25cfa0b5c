//! Expressions that are a column and nothing more, perhaps cast to another type.

use serde_json::Value;

use super::tree::{fields, list, names, node, type_name};
use super::type_name::{TypeName, from_tree};

/// A column, and the types that it is cast to on the way, from the inside out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct CastColumn<'a> {
    /// The name of the column.
    pub(crate) column: &'a str,
    /// The types.
    pub(crate) types: Vec<TypeName>,
}

impl<'a> CastColumn<'a> {
    /// The column of an expression, if it is one or casts of it. A collation changes no value.
    pub(crate) fn of(value: &'a Value) -> Option<Self> {
        match node(value)? {
            ("ColumnRef", reference) => match names(reference.get("fields"))?.as_slice() {
                [column] => Some(Self { column, types: Vec::new() }),
                _ => None,
            },
            ("CollateClause", collated) => Self::of(collated.get("arg")?),
            ("TypeCast", cast) => {
                let mut inner = Self::of(cast.get("arg")?)?;
                let of = cast.get("type_name").and_then(type_name)?;
                inner.types.push(from_tree(of, inner.column).ok()?);
                Some(inner)
            }
            _ => None,
        }
    }

    /// The column that stands first in `coalesce(column, ...)`, or alone.
    pub(crate) fn first_of(value: &'a Value) -> Option<Self> {
        match fields(value, "CoalesceExpr") {
            Some(coalesce) => Self::of(list(coalesce, "args").first()?),
            None => Self::of(value),
        }
    }
}

/// Whether an expression may yield no row or several, as far as its text tells: PostgreSQL refuses what returns a set within
/// COALESCE and CASE, and a subquery is one value.
pub(crate) fn may_be_set(value: &Value) -> bool {
    match node(value) {
        Some(("CoalesceExpr" | "CaseExpr" | "SubLink", _)) => false,
        Some(("FuncCall" | "AExpr" | "AIndirection", _)) => true,
        // `t.f` calls f(t) where t has no such column.
        Some(("ColumnRef", reference)) => list(reference, "fields").len() > 1,
        _ => match value {
            Value::Array(items) => items.iter().any(may_be_set),
            Value::Object(fields) => fields.values().any(may_be_set),
            _ => false,
        },
    }
}
