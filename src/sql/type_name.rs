//! Reads the name of a type as an author writes it and renders it as PostgreSQL prints it.
//!
//! The rendering is that of `format_type(oid, typmod)` under `search_path = pg_catalog`, so that a
//! declared type can be compared with an introspected one as text. What schema an unqualified
//! user type lives in is not known here: [`TypeName::schema`] stays empty until somebody resolves
//! it. Types of columns (`tab.col%TYPE`) and `SETOF` are refused; the caller strips the latter.

use std::fmt;

use serde_json::{Map, Value};

use super::pg_catalog::is_type as is_built_in;
use super::quote;
use super::tree::{self, Class, ParseError};

/// A type with its modifiers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TypeName {
    /// The schema; none for a built-in type and for a user type that is not resolved yet.
    pub schema: Option<String>,
    /// The name as in `pg_type.typname`, of the element if this is an array.
    pub name: String,
    /// The modifiers as printed: `(10,2)`, ` year to month`, or nothing.
    pub modifiers: String,
    /// Whether this is an array; PostgreSQL keeps neither the dimensions nor their bounds.
    pub array: bool,
    /// Where the type comes from.
    pub origin: Origin,
}

/// Where a type comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A type of `pg_catalog`.
    BuiltIn,
    /// `serial` and its kin, which are no types but shorthands of CREATE TABLE.
    Serial,
    /// Anything else.
    User,
}

/// The reasons for which a text is no type name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeError {
    /// PostgreSQL's grammar refuses it.
    #[error("`{text}` is no type: {source}")]
    Syntax {
        /// The text.
        text: String,
        /// What the grammar says.
        source: ParseError,
    },
    /// The type exists and takes no modifier, or not this one.
    #[error("type `{0}` does not take such a modifier; remove what stands in parentheses")]
    Modifier(String),
    /// SETOF or %TYPE.
    #[error("`{0}` is not allowed here; name the type itself")]
    Indirect(String),
}

impl TypeName {
    /// Returns the type without its modifiers.
    #[must_use]
    pub fn base(&self) -> Self {
        Self { modifiers: String::new(), ..self.clone() }
    }

    /// Returns the type of the elements of an array.
    #[must_use]
    pub fn element(&self) -> Self {
        Self { array: false, ..self.clone() }
    }

    /// Returns the integer type behind `serial`, `bigserial` or `smallserial`.
    #[must_use]
    pub fn serial(&self) -> Option<&'static str> {
        match (self.origin, self.name.as_str()) {
            (Origin::Serial, "bigserial") => Some("bigint"),
            (Origin::Serial, "smallserial") => Some("smallint"),
            (Origin::Serial, _) => Some("integer"),
            _ => None,
        }
    }

    /// Says whether the schema of this type must still be found.
    #[must_use]
    pub fn is_unresolved(&self) -> bool {
        self.origin == Origin::User && self.schema.is_none()
    }

    fn built_in(name: &str) -> Self {
        Self {
            schema: None,
            name: name.to_owned(),
            modifiers: String::new(),
            array: false,
            origin: Origin::BuiltIn,
        }
    }

    /// Classifies a name; an underscore before a built-in name is how `pg_type` names its array.
    fn named(schema: Option<&str>, name: &str) -> Self {
        let in_catalog = matches!(schema, None | Some("pg_catalog"));
        if in_catalog && is_built_in(name) {
            return Self::built_in(name);
        }
        if in_catalog && let Some(element) = name.strip_prefix('_').filter(|n| is_built_in(n)) {
            return Self { array: true, ..Self::built_in(element) };
        }
        let serial = match name {
            _ if schema.is_some() => None,
            "serial" | "serial4" => Some("serial"),
            "bigserial" | "serial8" => Some("bigserial"),
            "smallserial" | "serial2" => Some("smallserial"),
            _ => None,
        };
        Self {
            schema: schema.map(str::to_owned),
            origin: if serial.is_some() { Origin::Serial } else { Origin::User },
            ..Self::built_in(serial.unwrap_or(name))
        }
    }
}

/// Prints as `format_type` does under `search_path = pg_catalog` (format_type.c).
impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modifiers = &self.modifiers;
        if let Some(schema) = self.schema.as_deref().filter(|s| *s != "pg_catalog") {
            write!(f, "{}.", quote::ident(schema))?;
        }
        let special = SPELLINGS.iter().find(|(name, _, _)| *name == self.name);
        match special.filter(|_| self.origin == Origin::BuiltIn) {
            // `bit` alone would be read as bit(1), `character` as character(1).
            Some(("bit", _, _)) if modifiers.is_empty() => f.write_str("\"bit\"")?,
            Some(("bpchar", _, _)) if modifiers.is_empty() => f.write_str("bpchar")?,
            Some((_, head, tail)) => write!(f, "{head}{modifiers}{tail}")?,
            None => write!(f, "{}{modifiers}", quote::ident(&self.name))?,
        }
        f.write_str(if self.array { "[]" } else { "" })
    }
}

/// Reads a type as the author writes it: `int4`, `varchar(20)[]`, `app.status`, `interval day`.
///
/// # Errors
///
/// Fails if the text is no type name, has a modifier that its type does not take, or is SETOF or
/// %TYPE.
pub fn canonical(text: &str) -> Result<TypeName, TypeError> {
    if let Some(found) = common(text) {
        return Ok(found);
    }
    let tree = tree::parse(Class::Type, text.trim())
        .map_err(|source| TypeError::Syntax { text: text.to_owned(), source })?;
    let fields = tree.as_object().ok_or_else(|| TypeError::Indirect(text.to_owned()))?;
    from_tree(fields, text)
}

/// Reads a `TypeName` of a parse tree; `text` stands in the message if it is refused.
///
/// # Errors
///
/// Fails as [`canonical`] does.
pub fn from_tree(fields: &Map<String, Value>, text: &str) -> Result<TypeName, TypeError> {
    let is_set = |key| fields.get(key).is_some_and(|v| v == true);
    let names = tree::names(fields.get("names")).unwrap_or_default();
    let (schema, name) = match names.as_slice() {
        [name] => (None, *name),
        [schema, name] => (Some(*schema), *name),
        _ => return Err(TypeError::Indirect(text.to_owned())),
    };
    if is_set("setof") || is_set("pct_type") {
        return Err(TypeError::Indirect(text.to_owned()));
    }
    let mut found = TypeName::named(schema, name);
    let arguments = tree::list(fields, "typmods");
    if !arguments.is_empty() {
        let written: Option<Vec<String>> = arguments.iter().map(argument).collect();
        found.modifiers = written
            .and_then(|written| modifiers(&found, &written))
            .ok_or_else(|| TypeError::Modifier(found.to_string()))?;
    }
    found.array |= !tree::list(fields, "array_bounds").is_empty();
    Ok(found)
}

/// Reads a plain lower-case spelling without the parser; anything unusual is left to that.
fn common(text: &str) -> Option<TypeName> {
    let mut rest = text.trim();
    let mut array = false;
    while let Some(element) = rest.strip_suffix("[]") {
        array = true;
        rest = element.trim_end();
    }
    let (head, arguments, tail) = match rest.split_once('(') {
        None => (rest, None, ""),
        Some((head, after)) => {
            let (inside, tail) = after.split_once(')')?;
            (head.trim_end(), Some(inside), tail.trim())
        }
    };
    if !tail.is_empty() && !matches!(head, "time" | "timestamp")
        || tail.is_empty() && arguments.is_some() && head.ends_with(" zone")
    {
        return None;
    }
    let spelling = if tail.is_empty() { head.to_owned() } else { format!("{head} {tail}") };
    let mut found = match ALIASES.binary_search_by_key(&spelling.as_str(), |(alias, _)| alias) {
        Ok(at) => TypeName::built_in(ALIASES[at].1),
        Err(_) if arguments.is_some() => return None,
        Err(_) => match spelling.split_once('.') {
            None if is_plain(&spelling) => TypeName::named(None, &spelling),
            Some((schema, name)) if is_plain(schema) && is_plain(name) => {
                TypeName::named(Some(schema), name)
            }
            _ => return None,
        },
    };
    if let Some(inside) = arguments {
        let digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let parts: Vec<&str> = inside.split(',').map(str::trim).collect();
        if !parts.iter().all(digits) || head == "float" || head == "interval" {
            return None;
        }
        // The number as the parser would print it: without leading zeros.
        let numbers: Option<Vec<String>> =
            parts.iter().map(|p| p.parse::<u32>().ok().map(|n| n.to_string())).collect();
        found.modifiers = modifiers(&found, &numbers?)?;
    } else if matches!(head, "char" | "character" | "nchar" | "bit") {
        "(1)".clone_into(&mut found.modifiers);
    }
    found.array |= array;
    Some(found)
}

fn is_plain(name: &str) -> bool {
    quote::ident(name) == name
}

/// A modifier as text: a number, a word or a string.
fn argument(value: &Value) -> Option<String> {
    match tree::node(value)? {
        ("AConst", fields) => {
            let (kind, inner) = tree::node(fields.get("val")?)?;
            match kind {
                "Ival" => Some(tree::number(inner, "ival").to_string()),
                "Fval" => Some(tree::text(inner, "fval").to_owned()),
                "Sval" => Some(tree::text(inner, "sval").to_owned()),
                _ => None,
            }
        }
        ("ColumnRef", fields) => match tree::names(fields.get("fields"))?.as_slice() {
            [word] => Some((*word).to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// Renders the modifiers as the type's `typmodout` function does.
fn modifiers(of: &TypeName, written: &[String]) -> Option<String> {
    if of.origin == Origin::User {
        return Some(format!("({})", extension_modifiers(of, written).join(",")));
    }
    match (of.name.as_str(), written) {
        ("interval", [fields]) => interval_fields(fields.parse().ok()?).map(str::to_owned),
        ("interval", [fields, precision]) => {
            Some(format!("{}({})", interval_fields(fields.parse().ok()?)?, digits(precision)?))
        }
        ("numeric", [precision]) => Some(format!("({precision},0)")),
        ("numeric", [precision, scale]) => Some(format!("({precision},{scale})")),
        ("time" | "timetz" | "timestamp" | "timestamptz", [precision]) => {
            Some(format!("({})", digits(precision)?))
        }
        ("varchar" | "bpchar" | "bit" | "varbit", [length]) => Some(format!("({length})")),
        _ => None,
    }
}

/// PostgreSQL cuts a precision of seconds to six digits, with a warning (`anytimestamp_typmod_check`).
fn digits(precision: &str) -> Option<u32> {
    precision.parse::<u32>().ok().map(|digits| digits.min(6))
}

/// The words of an interval's range mask (`intervaltypmodout`; INTERVAL_MASK in timestamp.h).
fn interval_fields(mask: u32) -> Option<&'static str> {
    const MONTH: u32 = 1 << 1;
    const YEAR: u32 = 1 << 2;
    const DAY: u32 = 1 << 3;
    const HOUR: u32 = 1 << 10;
    const MINUTE: u32 = 1 << 11;
    const SECOND: u32 = 1 << 12;
    const TABLE: [(u32, &str); 14] = [
        (YEAR, " year"),
        (MONTH, " month"),
        (DAY, " day"),
        (HOUR, " hour"),
        (MINUTE, " minute"),
        (SECOND, " second"),
        (YEAR | MONTH, " year to month"),
        (DAY | HOUR, " day to hour"),
        (DAY | HOUR | MINUTE, " day to minute"),
        (DAY | HOUR | MINUTE | SECOND, " day to second"),
        (HOUR | MINUTE, " hour to minute"),
        (HOUR | MINUTE | SECOND, " hour to second"),
        (MINUTE | SECOND, " minute to second"),
        (0x7fff, ""),
    ];
    TABLE.iter().find(|(found, _)| *found == mask).map(|(_, words)| *words)
}

/// Modifiers of extension types as they stand; those of PostGIS as `postgis_typmod_out` prints
/// them: `(Point,4326)`, without the default SRID of a geometry and with that of a geography.
fn extension_modifiers(of: &TypeName, written: &[String]) -> Vec<String> {
    const SHAPES: [&str; 15] = [
        "Geometry",
        "Point",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
        "CircularString",
        "CompoundCurve",
        "CurvePolygon",
        "MultiCurve",
        "MultiSurface",
        "PolyhedralSurface",
        "Triangle",
    ];
    let geography = of.name == "geography";
    if !geography && of.name != "geometry" {
        return written.to_vec();
    }
    let lower = written.first().map(|s| s.to_ascii_lowercase()).unwrap_or_default();
    let shape = SHAPES.iter().chain(&["Tin"]).find_map(|shape| {
        let suffix = lower.strip_prefix(&shape.to_ascii_lowercase())?;
        matches!(suffix, "" | "z" | "m" | "zm").then(|| format!("{shape}{}", suffix.to_uppercase()))
    });
    let Some(shape) = shape else { return written.to_vec() };
    match written.get(1).map_or(if geography { "4326" } else { "0" }, String::as_str) {
        "0" => vec![shape],
        srid => vec![shape, srid.to_owned()],
    }
}

/// Built-in types that are not printed by their `typname`: what stands before and after the
/// modifiers (`format_type_extended`).
const SPELLINGS: [(&str, &str, &str); 17] = [
    ("bit", "bit", ""),
    ("bool", "boolean", ""),
    ("bpchar", "character", ""),
    ("float4", "real", ""),
    ("float8", "double precision", ""),
    ("int2", "smallint", ""),
    ("int4", "integer", ""),
    ("int8", "bigint", ""),
    ("interval", "interval", ""),
    ("json", "json", ""),
    ("numeric", "numeric", ""),
    ("time", "time", " without time zone"),
    ("timetz", "time", " with time zone"),
    ("timestamp", "timestamp", " without time zone"),
    ("timestamptz", "timestamp", " with time zone"),
    ("varbit", "bit varying", ""),
    ("varchar", "character varying", ""),
];

/// Spellings of the grammar (`SimpleTypename` in gram.y) and names that are common, sorted.
const ALIASES: [(&str, &str); 43] = [
    ("bigint", "int8"),
    ("bit", "bit"),
    ("bit varying", "varbit"),
    ("bool", "bool"),
    ("boolean", "bool"),
    ("bpchar", "bpchar"),
    ("bytea", "bytea"),
    ("char", "bpchar"),
    ("char varying", "varchar"),
    ("character", "bpchar"),
    ("character varying", "varchar"),
    ("date", "date"),
    ("dec", "numeric"),
    ("decimal", "numeric"),
    ("double precision", "float8"),
    ("float", "float8"),
    ("float4", "float4"),
    ("float8", "float8"),
    ("int", "int4"),
    ("int2", "int2"),
    ("int4", "int4"),
    ("int8", "int8"),
    ("integer", "int4"),
    ("interval", "interval"),
    ("json", "json"),
    ("jsonb", "jsonb"),
    ("nchar", "bpchar"),
    ("numeric", "numeric"),
    ("real", "float4"),
    ("smallint", "int2"),
    ("text", "text"),
    ("time", "time"),
    ("time with time zone", "timetz"),
    ("time without time zone", "time"),
    ("timestamp", "timestamp"),
    ("timestamp with time zone", "timestamptz"),
    ("timestamp without time zone", "timestamp"),
    ("timestamptz", "timestamptz"),
    ("timetz", "timetz"),
    ("uuid", "uuid"),
    ("varbit", "varbit"),
    ("varchar", "varchar"),
    ("xml", "xml"),
];

/// Says whether the word is a built-in type or another spelling of one.
pub(super) fn common_name(word: &str) -> bool {
    is_built_in(word) || ALIASES.binary_search_by_key(&word, |(alias, _)| alias).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the author writes and what `format_type` of PostgreSQL 15 and 18 prints.
    #[rustfmt::skip]
    const PRINTED: &[(&str, &str)] = &[
        ("int", "integer"),
        ("int4", "integer"),
        ("integer", "integer"),
        ("INTEGER", "integer"),
        ("int2", "smallint"),
        ("smallint", "smallint"),
        ("int8", "bigint"),
        ("bigint", "bigint"),
        ("real", "real"),
        ("float4", "real"),
        ("float", "double precision"),
        ("float(1)", "real"),
        ("float(24)", "real"),
        ("float(25)", "double precision"),
        ("float(53)", "double precision"),
        ("float8", "double precision"),
        ("double precision", "double precision"),
        ("Double  Precision", "double precision"),
        ("numeric", "numeric"),
        ("decimal", "numeric"),
        ("dec", "numeric"),
        ("numeric(8)", "numeric(8,0)"),
        ("decimal(8,2)", "numeric(8,2)"),
        ("numeric ( 10 , 0 )", "numeric(10,0)"),
        ("numeric(5,-2)", "numeric(5,-2)"),
        ("bool", "boolean"),
        ("boolean", "boolean"),
        ("text", "text"),
        ("TEXT", "text"),
        ("pg_catalog.text", "text"),
        ("\"text\"", "text"),
        ("varchar", "character varying"),
        ("varchar(20)", "character varying(20)"),
        ("character varying(020)", "character varying(20)"),
        ("char varying(3)", "character varying(3)"),
        ("national character varying(4)", "character varying(4)"),
        ("bpchar", "bpchar"),
        ("bpchar(3)", "character(3)"),
        ("char", "character(1)"),
        ("char(1)", "character(1)"),
        ("character", "character(1)"),
        ("character(12)", "character(12)"),
        ("nchar(3)", "character(3)"),
        ("national char", "character(1)"),
        ("\"char\"", "\"char\""),
        ("pg_catalog.\"char\"", "\"char\""),
        ("name", "name"),
        ("bit", "bit(1)"),
        ("bit(8)", "bit(8)"),
        ("\"bit\"", "\"bit\""),
        ("bit varying", "bit varying"),
        ("varbit(5)", "bit varying(5)"),
        ("bit varying(7)", "bit varying(7)"),
        ("date", "date"),
        ("time", "time without time zone"),
        ("time(3)", "time(3) without time zone"),
        ("timetz", "time with time zone"),
        ("time with time zone", "time with time zone"),
        ("time(2) with time zone", "time(2) with time zone"),
        ("timetz(0)", "time(0) with time zone"),
        ("timestamp", "timestamp without time zone"),
        ("timestamp(0)", "timestamp(0) without time zone"),
        ("timestamp (6) without time zone", "timestamp(6) without time zone"),
        ("timestamptz", "timestamp with time zone"),
        ("timestamptz(3)", "timestamp(3) with time zone"),
        ("timestamp(3) with time zone", "timestamp(3) with time zone"),
        ("timestamp with time zone", "timestamp with time zone"),
        ("pg_catalog.timestamptz", "timestamp with time zone"),
        ("interval", "interval"),
        ("interval(3)", "interval(3)"),
        ("interval year to month", "interval year to month"),
        ("interval year", "interval year"),
        ("interval month", "interval month"),
        ("interval day", "interval day"),
        ("interval hour", "interval hour"),
        ("interval minute", "interval minute"),
        ("interval second", "interval second"),
        ("interval second(3)", "interval second(3)"),
        ("interval day to second(3)", "interval day to second(3)"),
        ("interval day to hour", "interval day to hour"),
        ("interval day to minute", "interval day to minute"),
        ("interval hour to minute", "interval hour to minute"),
        ("interval hour to second(0)", "interval hour to second(0)"),
        ("interval minute to second", "interval minute to second"),
        ("interval day to second", "interval day to second"),
        ("text[]", "text[]"),
        ("text[][]", "text[]"),
        ("text[3]", "text[]"),
        ("int4[3][4]", "integer[]"),
        ("integer array", "integer[]"),
        ("integer array[4]", "integer[]"),
        ("varchar(32)[]", "character varying(32)[]"),
        ("numeric(8,2)[]", "numeric(8,2)[]"),
        ("timestamp(3)[]", "timestamp(3) without time zone[]"),
        ("_int4", "integer[]"),
        ("_text", "text[]"),
        ("bit[]", "bit(1)[]"),
        ("char[]", "character(1)[]"),
        ("\"char\"[]", "\"char\"[]"),
        ("json", "json"),
        ("jsonb", "jsonb"),
        ("jsonpath", "jsonpath"),
        ("xml", "xml"),
        ("uuid", "uuid"),
        ("bytea", "bytea"),
        ("inet", "inet"),
        ("cidr", "cidr"),
        ("macaddr8", "macaddr8"),
        ("money", "money"),
        ("oid", "oid"),
        ("regclass", "regclass"),
        ("point", "point"),
        ("box", "box"),
        ("path", "path"),
        ("tsvector", "tsvector"),
        ("tsquery", "tsquery"),
        ("int4range", "int4range"),
        ("tstzmultirange", "tstzmultirange"),
        ("pg_lsn", "pg_lsn"),
        ("xid8", "xid8"),
        ("oidvector", "oidvector"),
        ("public.status", "public.status"),
        ("app.status[]", "app.status[]"),
        ("\"App 1\".\"x y\"", "\"App 1\".\"x y\""),
        ("app.\"user\"", "app.\"user\""),
        ("interval day to second(6)", "interval day to second(6)"),
        ("time without time zone", "time without time zone"),
        ("timestamp without time zone[]", "timestamp without time zone[]"),
        ("timestamp(9)", "timestamp(6) without time zone"),
        ("geometry(point, 4326)", "geometry(Point,4326)"),
        ("extensions.geometry(MULTIPOLYGONZ)", "extensions.geometry(MultiPolygonZ)"),
        ("geography(Point)", "geography(Point,4326)"),
        ("vector(1536)", "vector(1536)"),
        ("bigserial", "bigserial"),
        ("serial4", "serial"),
    ];

    #[test]
    fn a_type_is_rendered_as_format_type_prints_it() {
        for (written, printed) in PRINTED {
            let found = canonical(written).unwrap_or_else(|e| panic!("{written}: {e}"));
            assert_eq!(found.to_string(), *printed, "{written}");
        }
    }

    #[test]
    fn what_postgresql_prints_is_read_back_as_the_same_type() {
        for (written, printed) in PRINTED.iter().filter(|(_, p)| !p.starts_with("geo")) {
            let once = canonical(written).expect(written);
            assert_eq!(canonical(printed).expect(printed), once, "{written}");
        }
    }

    #[test]
    fn the_short_way_and_the_parser_agree() {
        for (written, _) in PRINTED {
            let tree = tree::parse(Class::Type, written).expect(written);
            let parsed = from_tree(tree.as_object().expect("fields"), written);
            if let Some(short) = common(written) {
                assert_eq!(Ok(short), parsed, "{written}");
            }
        }
    }

    #[test]
    fn types_that_differ_are_never_rendered_alike() {
        for (one, other) in [
            ("varchar", "varchar(1)"),
            ("varchar(20)", "varchar(21)"),
            ("char", "bpchar"),
            ("char", "\"char\""),
            ("bit", "\"bit\""),
            ("timestamp", "timestamp(6)"),
            ("timestamp", "timestamptz"),
            ("time(3)", "timetz(3)"),
            ("numeric", "numeric(10)"),
            ("interval day", "interval hour"),
            ("interval", "interval(6)"),
            ("float(24)", "float(25)"),
            ("text", "text[]"),
            ("Status", "\"Status\""),
            ("public.text", "text"),
            ("serial", "integer"),
        ] {
            let rendered = |text| canonical(text).expect(text);
            assert_ne!(rendered(one), rendered(other));
            assert_ne!(rendered(one).to_string(), rendered(other).to_string(), "{one} {other}");
        }
    }

    #[test]
    fn a_user_type_waits_for_its_schema() {
        let found = canonical("Status[]").expect("a type");
        assert!(found.is_unresolved() && found.array && found.name == "status");
        let found = canonical("app.status").expect("a type");
        assert!(!found.is_unresolved() && found.schema.as_deref() == Some("app"));
        assert!(!canonical("text").expect("a type").is_unresolved());
        assert_eq!(canonical("bigserial").expect("a type").serial(), Some("bigint"));
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for text in [
            "",
            "text, integer",
            "text not null",
            "setof text",
            "t.c%type",
            "text(5)",
            "uuid(3)",
            "numeric(1,2,3)",
            "varchar(a+1)",
            "timestamptz with time zone",
            "a.b.c.d",
            "timestamp with time zone(3)",
            "text collate \"C\"",
            "float(54)",
            "date()",
        ] {
            assert!(canonical(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_tables_are_sorted_so_that_the_search_finds_each_entry() {
        assert!(ALIASES.is_sorted());
        assert!(ALIASES.iter().all(|(_, name)| is_built_in(name)));
    }
}
