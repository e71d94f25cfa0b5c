//! What the schema `pg_catalog` holds in PostgreSQL 14 to 18, as far as names go.
//!
//! An author's unqualified name may mean one of these, because `pg_catalog` is searched first. The
//! lists are complete for types, functions, operators and operator classes; of relations and
//! collations only the shape of the name is known.

use super::names::What;

/// Says whether `pg_catalog` of a supported server has an object of this name, or could have.
#[must_use]
pub(crate) fn may_have(what: What, name: &str) -> bool {
    match what {
        What::Relation => name.starts_with("pg_"),
        What::Type => is_type(name) || name.starts_with("pg_"),
        What::Function => signatures(name).is_some() || name.starts_with("pg_"),
        What::Operator => OPERATORS.split_ascii_whitespace().any(|known| known == name),
        What::OperatorClass => CLASSES.split_ascii_whitespace().any(|known| known == name),
        What::Collation => may_be_locale(name),
    }
}

/// Collations of `pg_catalog` are fixed ones and, by `initdb`, whatever locales the machine has:
/// `en_US.utf8`, `de-x-icu`. A name that is shaped like a locale may be there or not.
fn may_be_locale(name: &str) -> bool {
    let fixed = ["default", "C", "POSIX", "ucs_basic", "unicode", "pg_c_utf8", "pg_unicode_fast"];
    let language = name.bytes().take_while(u8::is_ascii_lowercase).count();
    let rest = name.get(language..).unwrap_or("");
    fixed.contains(&name)
        || name.starts_with("C.")
        || name.ends_with("-x-icu")
        || matches!(language, 2 | 3) && (rest.is_empty() || rest.starts_with(['_', '-', '.', '@']))
}

/// Returns what is recorded of the functions of `pg_catalog` with this name, none if there are
/// none.
///
/// The record is a list of `arity(types)result`, separated by `|`; see `functions.txt`.
#[must_use]
pub(crate) fn signatures(name: &str) -> Option<&'static str> {
    // The lines are sorted: the search halves the text and goes back to the start of a line.
    let (mut low, mut high) = (0, FUNCTIONS.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = FUNCTIONS[..middle].rfind('\n').map_or(0, |at| at + 1).max(low);
        let end = FUNCTIONS[start..].find('\n').map_or(FUNCTIONS.len(), |at| start + at);
        let line = &FUNCTIONS[start..end];
        let (found, record) = line.split_once('|').unwrap_or((line, ""));
        match found.cmp(name) {
            std::cmp::Ordering::Equal => return Some(record),
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
}

/// Whether a function of `pg_catalog` of this name may give another value for each row (`pg_proc.provolatile` is `v`
/// for one of its overloads, in any of PostgreSQL 14 to 18). What begins with `pg_` mostly tells of the server, and is
/// taken for one.
#[must_use]
pub(crate) fn is_volatile(name: &str) -> bool {
    name.starts_with("pg_") || VOLATILE.split_ascii_whitespace().any(|known| known == name)
}

/// `select distinct proname from pg_proc where provolatile = 'v'` of what returns one value, without those of `pg_`.
const VOLATILE: &str = "array_sample array_shuffle clock_timestamp currval current_query cursor_to_xml \
    cursor_to_xmlschema currtid2 gen_random_uuid lastval lo_close lo_creat lo_create lo_export \
    lo_from_bytea lo_get lo_import lo_lseek lo_lseek64 lo_open lo_put lo_tell lo_tell64 lo_truncate \
    lo_truncate64 lo_unlink loread lowrite nextval query_to_xml query_to_xml_and_xmlschema query_to_xmlschema \
    random random_normal set_config setseed setval timeofday ts_rewrite txid_status uuidv4 uuidv7";

/// The functions of `pg_catalog` in PostgreSQL 14 to 18, a name a line, sorted by bytes.
///
/// After the name stand the signatures that all overloads of one number of arguments, in all
/// these versions, have in common, `*` where they differ or are polymorphic. An arity is left out
/// where the name is also a type, because `name(unknown)` is then a cast; `n` stands for the
/// arity of functions that are variadic, of which only the result is given.
const FUNCTIONS: &str = include_str!("functions.txt");

/// `select distinct oprname from pg_operator`, PostgreSQL 14 to 18.
const OPERATORS: &str = "!! !~ !~* !~~ !~~* # ## #- #> #>> % & && &< &<| &> * *< *<= *<> *= *> \
    *>= + - -> ->> -|- / < <-> << <<= <<| <= <> <@ <^ = > >= >> >>= >^ ? ?# ?& ?- ?-| ?| ?|| @ \
    @-@ @> @? @@ @@@ ^ ^@ | |&> |/ |>> || ||/ ~ ~* ~<=~ ~<~ ~= ~>=~ ~>~ ~~ ~~*";

/// `select distinct opcname from pg_opclass`, PostgreSQL 14 to 18.
const CLASSES: &str = "aclitem_ops array_ops bit_minmax_ops bit_ops bool_ops box_inclusion_ops box_ops \
    bpchar_bloom_ops bpchar_minmax_ops bpchar_ops bpchar_pattern_ops bytea_bloom_ops \
    bytea_minmax_ops bytea_ops char_bloom_ops char_minmax_ops char_ops cid_ops cidr_ops \
    circle_ops date_bloom_ops date_minmax_multi_ops date_minmax_ops date_ops enum_ops \
    float4_bloom_ops float4_minmax_multi_ops float4_minmax_ops float4_ops float8_bloom_ops \
    float8_minmax_multi_ops float8_minmax_ops float8_ops inet_bloom_ops inet_inclusion_ops \
    inet_minmax_multi_ops inet_minmax_ops inet_ops int2_bloom_ops int2_minmax_multi_ops \
    int2_minmax_ops int2_ops int4_bloom_ops int4_minmax_multi_ops int4_minmax_ops int4_ops \
    int8_bloom_ops int8_minmax_multi_ops int8_minmax_ops int8_ops interval_bloom_ops \
    interval_minmax_multi_ops interval_minmax_ops interval_ops jsonb_ops jsonb_path_ops \
    kd_point_ops macaddr8_bloom_ops macaddr8_minmax_multi_ops macaddr8_minmax_ops macaddr8_ops \
    macaddr_bloom_ops macaddr_minmax_multi_ops macaddr_minmax_ops macaddr_ops money_ops \
    multirange_ops name_bloom_ops name_minmax_ops name_ops numeric_bloom_ops \
    numeric_minmax_multi_ops numeric_minmax_ops numeric_ops oid_bloom_ops oid_minmax_multi_ops \
    oid_minmax_ops oid_ops oidvector_ops pg_lsn_bloom_ops pg_lsn_minmax_multi_ops \
    pg_lsn_minmax_ops pg_lsn_ops point_ops poly_ops quad_point_ops range_inclusion_ops \
    range_ops record_image_ops record_ops text_bloom_ops text_minmax_ops text_ops \
    text_pattern_ops tid_bloom_ops tid_minmax_multi_ops tid_minmax_ops tid_ops time_bloom_ops \
    time_minmax_multi_ops time_minmax_ops time_ops timestamp_bloom_ops \
    timestamp_minmax_multi_ops timestamp_minmax_ops timestamp_ops timestamptz_bloom_ops \
    timestamptz_minmax_multi_ops timestamptz_minmax_ops timestamptz_ops timetz_bloom_ops \
    timetz_minmax_multi_ops timetz_minmax_ops timetz_ops tsquery_ops tsvector_ops \
    uuid_bloom_ops uuid_minmax_multi_ops uuid_minmax_ops uuid_ops varbit_minmax_ops varbit_ops \
    varchar_ops varchar_pattern_ops xid8_ops xid_ops";

/// Says whether `pg_catalog` has a type of this name (PostgreSQL 14 to 18, row types aside).
#[must_use]
pub(crate) fn is_type(name: &str) -> bool {
    TYPES.binary_search(&name).is_ok()
}

#[rustfmt::skip]
const TYPES: [&str; 107] = [
    "aclitem", "any", "anyarray", "anycompatible", "anycompatiblearray",
    "anycompatiblemultirange", "anycompatiblenonarray", "anycompatiblerange", "anyelement",
    "anyenum", "anymultirange", "anynonarray", "anyrange", "bit", "bool", "box", "bpchar",
    "bytea", "char", "cid", "cidr", "circle", "cstring", "date", "datemultirange", "daterange",
    "event_trigger", "fdw_handler", "float4", "float8", "gtsvector", "index_am_handler", "inet",
    "int2", "int2vector", "int4", "int4multirange", "int4range", "int8", "int8multirange",
    "int8range", "internal", "interval", "json", "jsonb", "jsonpath", "language_handler",
    "line", "lseg", "macaddr", "macaddr8", "money", "name", "numeric", "nummultirange",
    "numrange", "oid", "oidvector", "path", "pg_brin_bloom_summary",
    "pg_brin_minmax_multi_summary", "pg_ddl_command", "pg_dependencies", "pg_lsn",
    "pg_mcv_list", "pg_ndistinct", "pg_node_tree", "pg_snapshot", "point", "polygon", "record",
    "refcursor", "regclass", "regcollation", "regconfig", "regdictionary", "regnamespace",
    "regoper", "regoperator", "regproc", "regprocedure", "regrole", "regtype",
    "table_am_handler", "text", "tid", "time", "timestamp", "timestamptz", "timetz", "trigger",
    "tsm_handler", "tsmultirange", "tsquery", "tsrange", "tstzmultirange", "tstzrange",
    "tsvector", "txid_snapshot", "unknown", "uuid", "varbit", "varchar", "void", "xid", "xid8",
    "xml",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_the_list_is_found_by_its_name() {
        assert!(FUNCTIONS.lines().map(|l| l.split('|').next()).is_sorted());
        for line in FUNCTIONS.lines() {
            let (name, record) = line.split_once('|').unwrap_or((line, ""));
            assert_eq!(signatures(name), Some(record), "{name}");
        }
        assert_eq!(signatures("no_such_function"), None);
        assert_eq!(signatures(""), None);
        assert_eq!(signatures("zzz"), None);
    }

    #[test]
    fn types_are_sorted_so_that_the_search_finds_each() {
        assert!(TYPES.is_sorted());
    }
}
