//! The catalog query of constraints (`pg_constraint`).

use super::exclusion;
use crate::kind::relation::copy::INCOMPLETE;
use crate::sql::own::{USER_SCHEMA, no_member};

/// The keys, foreign keys, checks and exclusions of tables.
pub(super) fn constraints(major: u32) -> String {
    let since = |version: u32, text: &'static str, before: &'static str| {
        if major >= version { text } else { before }
    };
    // A key of one column, as most are, costs a look-up and no sort.
    let columns = |numbers: &str, relation: &str| {
        let period = since(18, "con.conperiod", "false");
        format!(
            "CASE WHEN cardinality({numbers}) = 1 THEN (SELECT quote_ident(a.attname) \
               FROM pg_attribute a WHERE a.attrelid = {relation} AND a.attnum = ({numbers})[1]) \
             ELSE (SELECT string_agg(CASE WHEN {period} AND k.ord = cardinality({numbers}) THEN \
                 CASE con.contype WHEN 'f' THEN 'PERIOD ' || quote_ident(a.attname) \
                 ELSE quote_ident(a.attname) || ' WITHOUT OVERLAPS' END \
                 ELSE quote_ident(a.attname) END, ', ' ORDER BY k.ord) \
               FROM unnest({numbers}) WITH ORDINALITY AS k(num, ord) \
               JOIN pg_attribute a ON a.attrelid = {relation} AND a.attnum = k.num) END"
        )
    };
    let action = |code: &str, only: &str| {
        format!(
            "CASE con.{code} WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' \
             WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' END{only}"
        )
    };
    let only = since(
        15,
        " || COALESCE((SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY k.ord) || ')' \
          FROM unnest(con.confdelsetcols) WITH ORDINALITY AS k(num, ord) JOIN pg_attribute a \
          ON a.attrelid = con.conrelid AND a.attnum = k.num), '')",
        "",
    );
    format!(
        "SELECT con.oid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, \
         con.conname::text AS _3, con.contype = 'p' AS primary_key, con.contype = 'u' AS \"unique\", \
         con.contype = 'f' AS foreign_key, \
         CASE con.contype WHEN 'c' THEN pg_get_expr(con.conbin, con.conrelid) END AS \"check\", \
         CASE con.contype WHEN 'x' THEN {exclude} END AS exclude, {distinct} AS nulls_not_distinct, \
         CASE WHEN con.contype IN ('p', 'u', 'f') THEN {own} END AS columns, CASE WHEN i.indnatts > i.indnkeyatts THEN (SELECT \
           array_agg(a.attname::text ORDER BY k.ord) FROM unnest(i.indkey) WITH ORDINALITY AS k(num, ord) \
           JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.num \
           WHERE k.ord > i.indnkeyatts) END AS include, \
         ic.reloptions AS \"with\", quote_ident(s.spcname) AS tablespace, \
         quote_ident(fn.nspname) || '.' || quote_ident(fc.relname) || ' (' || {foreign} || ')' \
           AS \"references\", \
         CASE con.confmatchtype WHEN 'f' THEN 'full' WHEN 'p' THEN 'partial' END AS \"match\", \
         {on_delete} AS on_delete, {on_update} AS on_update, \
         CASE con.contype WHEN 'x' THEN pg_get_expr(i.indpred, i.indrelid) END AS \"where\", \
         con.contype = 'c' AND con.connoinherit AS no_inherit, con.condeferrable AS deferrable, \
         con.condeferred AS initially_deferred, {enforced} AS not_enforced, \
         NOT con.convalidated AND NOT {enforced} AS not_valid, \
         COALESCE({INCOMPLETE}, false) AS only, i.indisclustered AS cluster, i.indisreplident AS replica_identity, \
         x.description AS index_comment FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_class fc ON fc.oid = con.confrelid AND con.confrelid <> 0 \
         LEFT JOIN pg_namespace fn ON fn.oid = fc.relnamespace \
         LEFT JOIN pg_index i ON i.indexrelid = con.conindid AND con.contype IN ('p', 'u', 'x') \
         LEFT JOIN pg_class ic ON ic.oid = i.indexrelid \
         LEFT JOIN pg_tablespace s ON s.oid = ic.reltablespace \
         LEFT JOIN pg_description x ON x.objoid = ic.oid AND x.classoid = 'pg_class'::regclass \
         WHERE con.contype IN ('p', 'u', 'f', 'c', 'x') AND con.conparentid = 0 AND con.conislocal \
         AND c.relkind IN ('r', 'p', 'f') AND {USER_SCHEMA} AND {member}",
        exclude = exclusion::catalog_text(),
        distinct = since(15, "i.indnullsnotdistinct AND con.contype = 'u'", "NULL::bool"),
        enforced = since(18, "(NOT con.conenforced)", "false"),
        on_delete = action("confdeltype", only),
        on_update = action("confupdtype", ""),
        own = columns("con.conkey", "con.conrelid"),
        foreign = columns("con.confkey", "con.confrelid"),
        member = no_member("pg_class", "c.oid"),
    )
}
