//! What a change of a column's type costs, and whether it needs USING.
//!
//! Which casts are assignment casts is PostgreSQL's own `pg_cast`; what rewrites the table was
//! measured on 14 to 18. What is not known here is taken to rewrite and to need USING, which does
//! no harm where it is not so.

use crate::sql::type_name::{Origin, TypeName};

/// What a conversion takes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Conversion {
    /// Whether no assignment cast leads there.
    pub(super) explicit: bool,
    /// Whether the table is written anew.
    pub(super) rewrites: bool,
    /// What values may lose.
    pub(super) loses: Option<&'static str>,
}

const METADATA: Conversion = Conversion { explicit: false, rewrites: false, loses: None };
const REWRITE: Conversion = Conversion { explicit: false, rewrites: true, loses: None };

/// What takes values of one type to another.
pub(super) fn conversion(old: &TypeName, new: &TypeName) -> Conversion {
    if old == new {
        return METADATA;
    }
    if old.array || new.array {
        // Even a longer limit on the elements writes every array anew.
        let element = if old.array && new.array {
            conversion(&old.element(), &new.element())
        } else {
            Conversion { explicit: new.array || !is_text(&new.name), ..REWRITE }
        };
        return Conversion { rewrites: true, ..element };
    }
    if old.name == new.name && old.schema == new.schema {
        return modifiers(old, new);
    }
    let (from, to) = (old.name.as_str(), new.name.as_str());
    if is_text(to) && new.schema.is_none() {
        return to_text(old, new);
    }
    if to == "char" && is_text(from) {
        return Conversion { loses: Some("all but the first character is lost"), ..REWRITE };
    }
    let rank = |name: &str| NUMBERS.iter().position(|number| *number == name);
    if let (Some(from_rank), Some(to_rank)) = (rank(from), rank(to)) {
        // A whole number fits or is refused.
        let whole = INTEGERS.contains(&from) && INTEGERS.contains(&to);
        let narrower = to_rank < from_rank || (to == "numeric" && !new.modifiers.is_empty());
        // A float of 4 bytes holds whole numbers of 24 bits, one of 8 bytes such of 53.
        let inexact = match to {
            "float4" => matches!(from, "int4" | "int8" | "numeric"),
            "float8" => matches!(from, "int8" | "numeric"),
            _ => false,
        };
        let narrower = narrower && !whole || inexact;
        let loses = narrower.then_some("numbers that do not fit are rounded or refused");
        return Conversion { loses, ..REWRITE };
    }
    match (from, to) {
        ("cidr", "inet") | ("int4", "oid") | ("oid", "int4") => METADATA,
        ("date", "timestamp" | "timestamptz")
        | ("timestamp", "timestamptz")
        | ("timestamptz", "timestamp")
        | ("time", "timetz" | "interval")
        | ("jsonb", "json")
        | ("bit", "varbit")
        | ("int2" | "int8", "oid")
        | ("oid", "int8")
        | ("int4" | "int8", "money")
        | ("macaddr", "macaddr8")
        | ("money", "numeric") => REWRITE,
        ("timestamp" | "timestamptz", "date") => {
            Conversion { loses: Some("the time of day is lost"), ..REWRITE }
        }
        ("timestamp" | "timestamptz", "time") | ("timestamptz", "timetz") => {
            Conversion { loses: Some("the date is lost"), ..REWRITE }
        }
        ("timetz", "time") => Conversion { loses: Some("the time zone is lost"), ..REWRITE },
        ("interval", "time") => Conversion { loses: Some("whole days are lost"), ..REWRITE },
        ("json", "jsonb") => Conversion {
            loses: Some("of a key that stands twice in an object only the last is kept"),
            ..REWRITE
        },
        ("numeric", "money") => {
            Conversion { loses: Some("fractions of cents are rounded"), ..REWRITE }
        }
        ("inet", "cidr") => Conversion { loses: Some("host bits are lost"), ..REWRITE },
        _ => {
            let loses = merges(old, new).then_some("values that differ may become the same");
            Conversion { explicit: true, loses, ..REWRITE }
        }
    }
}

/// Whether an explicit cast between built-in types may make different values the same. What is written as text says all
/// of itself, and what is read from a text is refused where it does not fit.
fn merges(old: &TypeName, new: &TypeName) -> bool {
    let (from, to) = (old.name.as_str(), new.name.as_str());
    let built_in = [old, new].iter().all(|name| name.origin == Origin::BuiltIn);
    let reads = is_text(from) || matches!(from, "char" | "jsonb" | "json" | "bytea" | "xml");
    let exact = [("bool", "int4"), ("point", "box"), ("box", "polygon"), ("path", "polygon")];
    let of_oid = |name: &str| name == "oid" || name.starts_with("reg");
    let keeps = reads
        || exact.contains(&(from, to))
        || of_oid(from) && of_oid(to)
        || to.ends_with("multirange")
        || to == "bytea";
    built_in && !keeps
}

/// Numbers, each of which has an implicit cast to those after it and an assignment cast back.
const NUMBERS: &[&str] = &["int2", "int4", "int8", "numeric", "float4", "float8"];

/// Those without a fraction.
const INTEGERS: &[&str] = &["int2", "int4", "int8"];

pub(super) fn is_text(name: &str) -> bool {
    matches!(name, "text" | "varchar" | "bpchar" | "name" | "citext")
}

/// Every type has an assignment cast to the text types (`CREATE CAST`, I/O conversion casts).
fn to_text(old: &TypeName, new: &TypeName) -> Conversion {
    let limited = !new.modifiers.is_empty() || new.name == "name";
    let loses = limited.then_some("texts that are too long are cut or refused");
    let kept = matches!(old.name.as_str(), "text" | "varchar" | "citext" | "xml")
        && !limited
        && matches!(new.name.as_str(), "text" | "varchar" | "citext")
        && !(old.name == "xml" && new.name == "citext");
    if kept { METADATA } else { Conversion { loses, ..REWRITE } }
}

/// The same type with another limit.
fn modifiers(old: &TypeName, new: &TypeName) -> Conversion {
    let (from, to) = (limits(&old.modifiers), limits(&new.modifiers));
    let narrower = |loses| Conversion { loses: Some(loses), ..REWRITE };
    match new.name.as_str() {
        "varchar" | "varbit" => match (from.as_slice(), to.as_slice()) {
            (_, []) => METADATA,
            ([old], [new]) if new >= old => METADATA,
            _ => narrower("values that are too long are cut or refused"),
        },
        "numeric" => match (from.as_slice(), to.as_slice()) {
            (_, []) => METADATA,
            ([old, scale @ ..], [new, other @ ..]) => {
                let (scale, other) =
                    (scale.first().copied().unwrap_or(0), other.first().copied().unwrap_or(0));
                match (new >= old, other.cmp(&scale)) {
                    (true, std::cmp::Ordering::Equal) => METADATA,
                    (_, std::cmp::Ordering::Greater) if new - other >= old - scale => REWRITE,
                    _ => narrower("numbers that do not fit are rounded or refused"),
                }
            }
            _ => narrower("numbers that do not fit are rounded or refused"),
        },
        "timestamp" | "timestamptz" | "time" | "timetz" | "interval" => {
            match (from.as_slice(), to.as_slice()) {
                (_, []) if new.modifiers.is_empty() => METADATA,
                // Six digits are all there are.
                (_, [6]) => METADATA,
                ([old], [new]) if new >= old => METADATA,
                _ => narrower("fractions of seconds or fields are lost"),
            }
        }
        "bpchar" | "bit" => match (from.as_slice(), to.as_slice()) {
            ([old], [new]) if new >= old => REWRITE,
            (_, []) => REWRITE,
            _ => narrower("values that are too long are cut or refused"),
        },
        _ => REWRITE,
    }
}

/// The numbers of `(10,2)`.
fn limits(modifiers: &str) -> Vec<i64> {
    modifiers
        .split(|c: char| !c.is_ascii_digit() && c != '-')
        .filter_map(|number| number.parse().ok())
        .collect()
}

/// The storage that the type itself has (`pg_type.typstorage`), as far as that is known here.
pub(super) fn default_storage(name: &TypeName) -> &'static str {
    const PLAIN: &[&str] = &[
        "bool",
        "int2",
        "int4",
        "int8",
        "oid",
        "float4",
        "float8",
        "money",
        "date",
        "time",
        "timetz",
        "timestamp",
        "timestamptz",
        "interval",
        "uuid",
        "name",
        "char",
        "macaddr",
        "macaddr8",
        "point",
        "lseg",
        "box",
        "line",
        "circle",
        "tid",
        "xid",
        "xid8",
        "cid",
        "pg_lsn",
        "regclass",
        "regproc",
        "regprocedure",
        "regtype",
        "regoper",
        "regoperator",
        "regrole",
        "regnamespace",
        "regconfig",
        "regdictionary",
        "regcollation",
        "tsquery",
        "int2vector",
        "oidvector",
    ];
    if name.array || name.schema.is_some() {
        return "extended";
    }
    match name.name.as_str() {
        "numeric" | "inet" | "cidr" => "main",
        own if PLAIN.contains(&own) => "plain",
        _ => "extended",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::type_name::canonical;

    fn change(old: &str, new: &str) -> Conversion {
        conversion(&canonical(old).unwrap(), &canonical(new).unwrap())
    }

    #[test]
    fn a_longer_limit_touches_no_row() {
        for (old, new) in [
            ("varchar(20)", "varchar(30)"),
            ("varchar(20)", "text"),
            ("text", "varchar"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("timestamp(3)", "timestamp"),
            ("cidr", "inet"),
        ] {
            assert_eq!(change(old, new), METADATA, "{old} to {new}");
        }
    }

    #[test]
    fn a_shorter_limit_may_lose_something() {
        for (old, new) in [
            ("varchar(20)", "varchar(10)"),
            ("text", "varchar(10)"),
            ("numeric(10,2)", "numeric(10,1)"),
            ("numeric(10,2)", "numeric(10,3)"),
            ("numeric", "integer"),
            ("timestamp", "date"),
            ("timestamptz", "timestamptz(3)"),
        ] {
            let change = change(old, new);
            assert!(
                change.rewrites && change.loses.is_some() && !change.explicit,
                "{old} to {new}"
            );
        }
    }

    #[test]
    fn a_whole_number_fits_or_is_refused() {
        assert_eq!(change("bigint", "integer"), REWRITE);
        assert_eq!(change("integer", "smallint"), REWRITE);
    }

    #[test]
    fn a_wider_number_is_only_written_anew() {
        assert_eq!(change("integer", "bigint"), REWRITE);
        assert_eq!(change("integer[]", "bigint[]"), REWRITE);
        assert_eq!(change("varchar(5)[]", "varchar(9)[]"), REWRITE);
        assert_eq!(change("uuid", "text"), REWRITE);
    }

    #[test]
    fn text_becomes_another_type_only_by_using() {
        for (old, new) in [("text", "integer"), ("text", "uuid"), ("boolean", "integer")] {
            assert!(change(old, new).explicit, "{old} to {new}");
        }
        assert!(change("text[]", "integer[]").explicit);
        assert!(change("text", "app.status").explicit);
        assert!(!change("app.status", "text").explicit);
    }
}
