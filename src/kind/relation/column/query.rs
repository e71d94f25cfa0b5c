//! The catalog query of columns (`pg_attribute`), and what the columns of views are read by too.

use super::not_null;
use crate::kind::foreign::options::of_wrapper;
use crate::kind::relation::default;
use crate::sql::own::{USER_SCHEMA, no_member};

/// The columns that tables have as their own, and what child tables have otherwise than their parents.
pub(super) fn columns(major: u32) -> String {
    let statistics =
        if major >= 17 { "a.attstattarget::int4" } else { "NULLIF(a.attstattarget, -1)::int4" };
    let parent_statistics = statistics.replace("a.att", "p.att");
    let own_options = options_of("a");
    let parent_options = options_of("p");
    let head = "SELECT a.attrelid AS _oid, a.attnum::int4 AS _subid, a.attnum::int4 AS _rank, \
         n.nspname::text AS _1, c.relname::text AS _2, a.attname::text AS _3, \
         pg_get_userbyid(c.relowner)::text AS _owner, a.attacl::text AS _acl";
    let tables = format!(
        "c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped \
         AND {USER_SCHEMA} AND {}",
        no_member("pg_class", "c.oid")
    );
    let options = identity_options("q", "a");
    format!(
        "{head}, format_type(a.atttypid, a.atttypmod) AS \"type\", \
         CASE WHEN a.attcollation <> t.typcollation THEN CASE WHEN cn.nspname = 'pg_catalog' \
           THEN '' ELSE quote_ident(cn.nspname) || '.' END || quote_ident(co.collname) END \
           AS \"collate\", {own_name} AS \"constraint\", {own_not_null} AS not_null, \
         {states}, CASE WHEN a.attstorage <> t.typstorage THEN {STORAGE} END AS storage, \
         {COMPRESSION} AS compression, {statistics} AS statistics, {own_options} AS options, \
         {foreign_options} AS foreign_options, \
         CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity, \
         CASE WHEN a.attidentity <> '' THEN {options} END AS identity_options, \
         CASE WHEN a.attidentity <> '' THEN quote_ident(q.nspname) || '.' || \
           quote_ident(q.relname) END AS sequence, \
         CASE WHEN a.attgenerated <> '' THEN (SELECT pg_get_expr(d.adbin, d.adrelid) \
           FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END AS generated, \
         a.attgenerated = 's' AS stored \
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation \
         LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace \
         LEFT JOIN (SELECT s.*, g.refobjid, g.refobjsubid, sc.relname, sc.relnamespace, \
           sn.nspname FROM pg_sequence s JOIN pg_depend g ON g.classid = 'pg_class'::regclass \
           AND g.objid = s.seqrelid AND g.deptype = 'i' AND g.refclassid = 'pg_class'::regclass \
           AND g.refobjsubid > 0 JOIN pg_class sc ON sc.oid = s.seqrelid \
           JOIN pg_namespace sn ON sn.oid = sc.relnamespace) q \
           ON q.refobjid = a.attrelid AND q.refobjsubid = a.attnum \
         {constraints} WHERE {tables} AND a.attislocal \
         UNION ALL \
         {head}, NULL, NULL, {heirs_name}, a.attnotnull AND NOT p.attnotnull, false, false, \
         CASE WHEN a.attstorage <> p.attstorage THEN {STORAGE} END, \
         CASE WHEN a.attcompression <> p.attcompression THEN {COMPRESSION} END, \
         CASE WHEN {statistics} IS DISTINCT FROM {parent_statistics} THEN {statistics} END, \
         CASE WHEN {own_options} IS DISTINCT FROM {parent_options} THEN {own_options} END, \
         CASE WHEN c.relkind = 'f' THEN {foreign_options} END, NULL, NULL, NULL, NULL, false \
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
         {parent} {constraints} WHERE {tables} AND NOT a.attislocal AND p.attrelid IS NOT NULL \
         AND (a.attnotnull AND NOT p.attnotnull OR {heirs_name} IS NOT NULL OR a.attstorage <> p.attstorage \
           OR a.attcompression <> p.attcompression AND a.attcompression <> '' \
           OR {statistics} IS NOT NULL AND {statistics} IS DISTINCT FROM {parent_statistics} \
           OR {own_options} IS NOT NULL AND {own_options} IS DISTINCT FROM {parent_options} \
           OR a.attacl IS NOT NULL OR a.attfdwoptions IS NOT NULL \
           OR a.attgenerated = '' AND pg_get_expr(d.adbin, 0) IS DISTINCT FROM pg_get_expr(p.adbin, 0) \
           OR EXISTS (SELECT FROM pg_description x WHERE x.classoid = 'pg_class'::regclass \
             AND x.objoid = a.attrelid AND x.objsubid = a.attnum) \
           OR EXISTS (SELECT FROM pg_seclabel x WHERE x.classoid = 'pg_class'::regclass \
             AND x.objoid = a.attrelid AND x.objsubid = a.attnum))",
        parent = default::PARENT_DEFAULT,
        own_name = not_null::own_name(major),
        own_not_null = not_null::own(major),
        heirs_name = not_null::heirs_name(major),
        states = not_null::states(major),
        foreign_options = foreign_options(),
        constraints = not_null::constraints(major),
    )
}

/// How values of column `a` are stored, in the words of SET STORAGE.
pub(in crate::kind) const STORAGE: &str = "CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'm' THEN 'main' \
    WHEN 'e' THEN 'external' ELSE 'extended' END";

/// How they are compressed, NULL if as the server does it.
pub(in crate::kind) const COMPRESSION: &str =
    "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END";

/// The options of column `a` in `pg_attribute.attoptions` that are a user's, NULL if there are none.
///
/// `pg_attver` is a mark that 15.20 sets and changes by itself: it differs between equal databases,
/// SET and RESET leave it as it is, and pg_dump does not write it.
pub(in crate::kind) fn options_of(a: &str) -> String {
    format!(
        "CASE WHEN {a}.attoptions IS NULL OR {a}.attoptions[1] LIKE 'pg\\_attver=%' \
           AND cardinality({a}.attoptions) = 1 THEN NULL ELSE (SELECT array_agg(o ORDER BY o COLLATE \"C\") \
         FROM unnest({a}.attoptions) o WHERE o NOT LIKE 'pg\\_attver=%') END"
    )
}

/// The options that a foreign table's wrapper is told of column `a`.
fn foreign_options() -> String {
    format!(
        "CASE WHEN a.attfdwoptions IS NOT NULL THEN (SELECT {} FROM pg_foreign_table f \
         JOIN pg_foreign_server s ON s.oid = f.ftserver \
         JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE f.ftrelid = a.attrelid) END",
        of_wrapper("a.attfdwoptions")
    )
}

/// The options of sequence `q` of column `a` as JSON, without those that the type implies.
fn identity_options(q: &str, a: &str) -> String {
    let most = format!(
        "CASE {q}.seqtypid WHEN 21 THEN 32767 WHEN 23 THEN 2147483647 ELSE 9223372036854775807 END"
    );
    let least = format!(
        "CASE {q}.seqtypid WHEN 21 THEN -32768 WHEN 23 THEN -2147483648 ELSE -9223372036854775808 END"
    );
    let up = format!("{q}.seqincrement > 0");
    format!(
        "json_strip_nulls(json_build_object(\
         'start', NULLIF({q}.seqstart, CASE WHEN {up} THEN {q}.seqmin ELSE {q}.seqmax END), \
         'increment', NULLIF({q}.seqincrement, 1), \
         'minvalue', NULLIF({q}.seqmin, CASE WHEN {up} THEN 1 ELSE {least} END), \
         'maxvalue', NULLIF({q}.seqmax, CASE WHEN {up} THEN {most} ELSE -1 END), \
         'cache', NULLIF({q}.seqcache, 1), 'cycle', NULLIF({q}.seqcycle, false), \
         'name', CASE WHEN {q}.relnamespace <> c.relnamespace OR \
           CASE WHEN octet_length(c.relname || '_' || {a}.attname || '_seq') > 63 \
             THEN octet_length({q}.relname) < 58 OR {q}.relname !~ '_seq[0-9]*$' \
             ELSE {q}.relname <> c.relname || '_' || {a}.attname || '_seq' \
           END THEN quote_ident({q}.nspname) || '.' || quote_ident({q}.relname) END))"
    )
}
