//! Reads the copies of which there is something to say.

use crate::kind::relation::copy::INCOMPLETE;
use crate::sql::own::{USER_SCHEMA, no_member};

/// Every copy that is not what PostgreSQL makes by itself.
pub(super) fn copies() -> String {
    // Where not every partition has a copy, each is said; so is a copy that a key has.
    // The columns of an index are named by the same rule as the index itself. A name that had
    // to be cut is taken for PostgreSQL's choice if it ends as that would, one that is counted
    // up if what it would be otherwise is taken.
    let unusual = "NOT implied OR CASE \
         WHEN octet_length(base) + octet_length(label) > 63 \
         THEN octet_length(name) < 58 OR name !~ (label || '[0-9]*$') \
         ELSE name <> base || label AND NOT (starts_with(name, base || label) \
           AND substr(name, length(base || label) + 1) ~ '^[0-9]*$' \
           AND EXISTS (SELECT FROM pg_class o JOIN pg_namespace t ON t.oid = o.relnamespace \
             WHERE o.relname = base || label AND t.nspname = a._1)) END";
    format!(
        "SELECT a._oid, a._1, a._2, a._3, a.name, a.\"only\", a.\"with\", a.tablespace, a.statistics, \
         a.cluster, a.replica_identity, a.constraint_comment, \
         CASE WHEN octet_length(base) + octet_length(label) <= 63 THEN base || label END AS usual \
         FROM (SELECT ic.oid AS _oid, \
         n.nspname::text AS _1, c.relname::text AS _2, pc.relname::text AS _3, \
         ic.relname::text AS name, {INCOMPLETE} AS \"only\", \
         CASE WHEN ic.reloptions IS DISTINCT FROM pc.reloptions \
           THEN COALESCE(ic.reloptions, '{{}}') END AS \"with\", \
         CASE WHEN ic.reltablespace <> pc.reltablespace \
           THEN COALESCE(quote_ident(s.spcname), 'pg_default') END AS tablespace, \
         k.targets AS statistics, i.indisclustered AS cluster, \
         i.indisreplident AS replica_identity, \
         (SELECT d.description FROM pg_constraint x JOIN pg_description d ON d.objoid = x.oid \
           AND d.classoid = 2606 WHERE x.conindid = ic.oid AND x.contype IN ('p', 'u', 'x')) \
           AS constraint_comment, \
         EXISTS (SELECT FROM pg_description d WHERE d.objoid = ic.oid AND d.classoid = 1259 \
           AND d.objsubid = 0) AS commented, \
         pi.indisvalid AND (con.oid IS NOT NULL OR NOT EXISTS (SELECT FROM pg_constraint x \
           WHERE x.conindid = ic.oid AND x.contype IN ('p', 'u', 'x'))) AS implied, \
         CASE con.contype WHEN 'p' THEN '_pkey' WHEN 'u' THEN '_key' \
           WHEN 'x' THEN '_excl' ELSE '_idx' END AS label, \
         c.relname || CASE con.contype WHEN 'p' THEN '' ELSE '_' || k.names END AS base \
         FROM pg_inherits h JOIN pg_index i ON i.indexrelid = h.inhrelid \
         JOIN pg_class ic ON ic.oid = h.inhrelid JOIN pg_class pc ON pc.oid = h.inhparent \
         JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_index pi ON pi.indexrelid = h.inhparent \
         CROSS JOIN LATERAL (SELECT string_agg(ia.attname, '_' ORDER BY ia.attnum) AS names, \
           array_agg(ia.attnum || '=' || ia.attstattarget ORDER BY ia.attnum) \
             FILTER (WHERE ia.attstattarget >= 0) AS targets \
           FROM pg_attribute ia WHERE ia.attrelid = ic.oid) k \
         LEFT JOIN pg_tablespace s ON s.oid = ic.reltablespace \
         LEFT JOIN pg_constraint con ON con.conindid = pc.oid AND con.contype IN ('p', 'u', 'x') \
         WHERE {USER_SCHEMA} AND {member}) a WHERE \"with\" IS NOT NULL OR tablespace IS NOT NULL \
         OR statistics IS NOT NULL OR cluster OR replica_identity OR \"only\" OR commented \
         OR constraint_comment IS NOT NULL OR {unusual}",
        member = no_member("pg_class", "c.oid")
    )
}
