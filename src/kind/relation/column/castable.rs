//! Whether values of one type can be cast to another: `ALTER COLUMN ... TYPE` fails where they cannot,
//! and needs an expression of the author's.
//!
//! What is not known here, the types of extensions above all, is taken to have a cast.

use super::convert::{Conversion, conversion, is_text};
use crate::catalog::Catalog;
use crate::kind::types::domain::Domain;
use crate::kind::types::made_of;
use crate::kind::{Id, Kind, Sides};
use crate::sql::type_name::{Origin, TypeName};

/// The casts between built-in types (`pg_cast`), those from and to texts apart.
const CASTS: &[(&str, &str)] = &[
    ("bit", "int4 int8 varbit"),
    ("bool", "int4"),
    ("box", "circle lseg point polygon"),
    ("char", "int4"),
    ("cidr", "inet"),
    ("circle", "box point polygon"),
    ("date", "timestamp timestamptz"),
    ("daterange", "datemultirange"),
    ("float4", "float8 int2 int4 int8 numeric"),
    ("float8", "float4 int2 int4 int8 numeric"),
    ("inet", "cidr"),
    ("int2", "float4 float8 int4 int8 numeric"),
    ("int4", "bit bool char float4 float8 int2 int8 money numeric"),
    ("int4range", "int4multirange"),
    ("int8", "bit float4 float8 int2 int4 money numeric"),
    ("int8range", "int8multirange"),
    ("interval", "time"),
    ("json", "jsonb"),
    ("jsonb", "bool float4 float8 int2 int4 int8 json numeric"),
    ("lseg", "point"),
    ("macaddr", "macaddr8"),
    ("macaddr8", "macaddr"),
    ("money", "numeric"),
    ("numeric", "float4 float8 int2 int4 int8 money"),
    ("numrange", "nummultirange"),
    ("path", "polygon"),
    ("point", "box"),
    ("polygon", "box circle path point"),
    ("time", "interval timetz"),
    ("timestamp", "date time timestamptz"),
    ("timestamptz", "date time timestamp timetz"),
    ("timetz", "time"),
    ("tsrange", "tsmultirange"),
    ("tstzrange", "tstzmultirange"),
    ("varbit", "bit"),
];

/// Built-in types that have none but those.
const ALONE: &[&str] = &[
    "bytea",
    "circle",
    "datemultirange",
    "int4multirange",
    "int8multirange",
    "jsonpath",
    "line",
    "nummultirange",
    "pg_lsn",
    "pg_snapshot",
    "tsmultirange",
    "tsquery",
    "tstzmultirange",
    "tsvector",
    "uuid",
    "xml",
];

/// Whether some cast leads from one type to the other.
pub(super) fn castable(from: &TypeName, to: &TypeName, cx: &Sides<'_>) -> bool {
    let (from, to) = (below_domains(from, cx), below_domains(to, cx));
    if from == to || reads_as_text(&from) || reads_as_text(&to) {
        return true;
    }
    if from.array != to.array {
        // int2vector and oidvector, which are arrays in all but name.
        return [&from, &to]
            .iter()
            .any(|name| name.name.ends_with("vector") && name.name != "tsvector");
    }
    if from.array {
        return castable(&from.element(), &to.element(), cx);
    }
    if goes_by_text(&from, cx) || goes_by_text(&to, cx) {
        return true;
    }
    let declared = format!("{} as {}", from.base(), to.base());
    if [cx.current, cx.desired]
        .iter()
        .any(|side| side.get(&Id::new(Kind::Cast, [&*declared])).is_some())
    {
        return true;
    }
    if is_a(Kind::Composite, &from, cx) || is_a(Kind::Composite, &to, cx) {
        return false;
    }
    if from.origin != Origin::BuiltIn || to.origin != Origin::BuiltIn || from.name == to.name {
        return true;
    }
    let (from, to) = (from.name.as_str(), to.name.as_str());
    let known = |name: &str| ALONE.contains(&name) || CASTS.iter().any(|(other, _)| *other == name);
    // Numbers have casts to bytes since 18.
    let bytes = cx.major() >= 18 && (from == "bytea" || to == "bytea");
    let there =
        CASTS.iter().any(|(other, all)| *other == from && all.split(' ').any(|name| name == to));
    there || bytes || !known(from) || !known(to)
}

/// Everything has a cast from and to a text, by way of what is read and printed.
pub(super) fn reads_as_text(name: &TypeName) -> bool {
    !name.array && is_text(&name.name)
}

/// Whether a type is of a sort that has casts from and to texts only: an enum, a range.
pub(super) fn goes_by_text(name: &TypeName, cx: &Sides<'_>) -> bool {
    [cx.desired, cx.current].iter().any(|catalog| {
        let id = made_of::type_id(&name.element(), catalog);
        id.is_some_and(|id| matches!(id.kind, Kind::Enum | Kind::Range))
    })
}

fn is_a(kind: Kind, name: &TypeName, cx: &Sides<'_>) -> bool {
    let Some(schema) = &name.schema else { return false };
    let id = Id::new(kind, [schema.as_str(), name.name.as_str()]);
    cx.desired.get(&id).is_some() || cx.current.get(&id).is_some()
}

/// The type below all domains; an array of a domain is one of its own.
pub(super) fn below_domains(name: &TypeName, cx: &Sides<'_>) -> TypeName {
    below(name, &[cx.desired, cx.current])
}

/// What takes values of one type to another. A domain stands for the type below it: what that cuts or rounds is lost in a
/// column of the domain, too, and the same casts lead to it.
pub(super) fn converted(from: &TypeName, to: &TypeName, cx: &Sides<'_>) -> Conversion {
    through(from, to, &[cx.current, cx.desired], &[cx.desired, cx.current])
}

/// As [`converted`], by the domains of one catalog.
pub(super) fn converted_in(from: &TypeName, to: &TypeName, catalog: &Catalog) -> Conversion {
    through(from, to, &[catalog], &[catalog])
}

fn through(from: &TypeName, to: &TypeName, before: &[&Catalog], after: &[&Catalog]) -> Conversion {
    let elements = |name: &TypeName, sides: &[&Catalog]| {
        let element = below(&name.element(), sides);
        // An array of a domain over an array is not looked through.
        if name.array && !element.array {
            TypeName { array: true, ..element }
        } else {
            below(name, sides)
        }
    };
    let (old, new) = (elements(from, before), elements(to, after));
    if from == to || old == *from && new == *to {
        return conversion(from, to);
    }
    Conversion { rewrites: true, ..conversion(&old, &new) }
}

fn below(name: &TypeName, sides: &[&Catalog]) -> TypeName {
    let mut name = name.clone();
    // Domains form no circles, but declarations may.
    for _ in 0..32 {
        let Some(schema) = name.schema.clone().filter(|_| !name.array) else { break };
        let id = Id::new(Kind::Domain, [schema.as_str(), name.name.as_str()]);
        let domain = sides.iter().find_map(|side| side.attrs::<Domain>(&id));
        let below = domain.map(|domain| crate::sql::type_name::canonical(&domain.base.text));
        let Some(Ok(below)) = below else { break };
        name = below;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::kind::Cx;
    use crate::sql::type_name::canonical;

    #[test]
    fn what_has_no_cast_is_known_and_what_is_not_known_has_one() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let castable = |from: &str, to: &str| {
            castable(&canonical(from).unwrap(), &canonical(to).unwrap(), &cx)
        };
        for (from, to) in [
            ("integer", "uuid"),
            ("integer[]", "integer"),
            ("integer[]", "uuid[]"),
            ("bytea", "jsonb"),
            ("date", "bigint"),
            ("inet", "int4multirange"),
            ("pg_lsn", "bigint"),
        ] {
            assert!(!castable(from, to), "{from} to {to}");
        }
        for (from, to) in [
            ("integer", "text"),
            ("text", "integer[]"),
            ("integer[]", "bigint[]"),
            ("numeric(9,2)", "numeric(10)"),
            ("postgis.geometry", "integer"),
            ("regclass", "oid"),
            ("timestamp", "date"),
            ("int4range", "int4multirange"),
        ] {
            assert!(castable(from, to), "{from} to {to}");
        }
    }
}
