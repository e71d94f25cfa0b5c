//! Reads functions and procedures from `pg_proc`.

use crate::id::QUOTED_PART;
use crate::sql::own::{USER_SCHEMA, no_member};

/// The query for some kinds of routines (`pg_proc.prokind`).
pub(in crate::kind) fn query(kinds: &str) -> String {
    format!(
        "SELECT p.oid AS _oid, n.nspname::text AS _1, \
         CASE WHEN p.proname ~ '{QUOTED_PART}' THEN '\"' || replace(p.proname, '\"', '\"\"') || '\"' \
           ELSE p.proname END || '(' || COALESCE(i.types, '') || ')' AS _2, \
         pg_get_userbyid(p.proowner)::text AS _owner, p.proacl::text AS _acl, \
         CASE WHEN p.proargnames IS NOT NULL OR p.pronargdefaults > 0 OR p.proallargtypes IS NOT NULL \
           THEN NULLIF(NULLIF(pg_get_function_arguments(p.oid), ''), COALESCE(i.printed, '')) END AS arguments, \
         CASE WHEN p.prokind <> 'p' AND (p.proretset OR NOT COALESCE(p.proargmodes && '{{o,b}}', false)) \
           THEN pg_get_function_result(p.oid) END AS \"returns\", \
         quote_ident(l.lanname) AS language, \
         ARRAY(SELECT format_type(t, NULL) FROM unnest(p.protrftypes) t) AS transform, \
         p.prokind = 'w' AS \"window\", \
         CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatility, \
         p.proleakproof AS leakproof, p.proisstrict AS strict, \
         CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END AS security, \
         CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END AS parallel, \
         NULLIF(p.procost, CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END) AS cost, \
         NULLIF(p.prorows, CASE WHEN p.proretset THEN 1000 ELSE 0 END) AS rows, \
         CASE WHEN p.prosupport <> 0 THEN (SELECT CASE WHEN sn.nspname <> 'pg_catalog' \
             THEN quote_ident(sn.nspname) || '.' ELSE '' END || quote_ident(s.proname) \
           FROM pg_proc s JOIN pg_namespace sn ON sn.oid = s.pronamespace WHERE s.oid = p.prosupport) \
           END AS support, \
         p.proconfig AS \"set\", \
         CASE WHEN p.prosqlbody IS NULL AND p.probin IS NULL THEN p.prosrc END AS body, \
         CASE WHEN p.prosqlbody IS NOT NULL THEN pg_get_function_sqlbody(p.oid) END AS sql_body, \
         p.probin AS object_file, CASE WHEN p.probin IS NOT NULL THEN p.prosrc END AS link_symbol \
         FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
         JOIN pg_language l ON l.oid = p.prolang \
         CROSS JOIN LATERAL (SELECT \
           string_agg(CASE WHEN a.at = p.pronargs AND p.provariadic <> 0 THEN 'variadic ' ELSE '' END \
             || format_type(a.t, -1), ', ' ORDER BY a.at) AS types, \
           string_agg(CASE WHEN a.at = p.pronargs AND p.provariadic <> 0 THEN 'VARIADIC ' \
             WHEN p.prokind = 'p' THEN 'IN ' ELSE '' END \
             || format_type(a.t, NULL), ', ' ORDER BY a.at) AS printed \
           FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a(t, at)) i \
         WHERE p.prokind IN ({kinds}) AND {USER_SCHEMA} AND {} \
         AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass \
           AND d.objid = p.oid AND d.deptype = 'i')",
        no_member("pg_proc", "p.oid")
    )
}
