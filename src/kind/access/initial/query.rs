//! The catalog query: objects whose privileges are not what they were at the start.

use crate::grants::{OWNER, PUBLIC};

/// Whose objects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::kind::access) enum Of {
    /// Members of extensions. Those of `plpgsql`, which is no declared extension, are initdb's.
    Extensions,
    /// What initdb made in `pg_catalog`, and languages.
    Initdb,
}

impl Of {
    /// The maker, what is joined to the catalog, and the condition.
    fn source(self, catalog: &str, oid: &str, has_schema: bool) -> (&'static str, String, String) {
        match self {
            Self::Extensions => (
                "e.refobjid",
                format!("JOIN pg_depend e ON e.objid = {oid}"),
                format!(
                    "e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e' \
                     AND e.classid = 'pg_{catalog}'::regclass"
                ),
            ),
            Self::Initdb => {
                // FirstNormalObjectId. In information_schema initdb leaves no initial privileges.
                let own = format!("{oid} < 16384");
                let which = match catalog {
                    _ if has_schema => format!("{own} AND n.nspname = 'pg_catalog'"),
                    "namespace" => format!("{own} AND t.nspname = 'pg_catalog'"),
                    _ => own,
                };
                ("NULL::oid", String::new(), which)
            }
        }
    }
}

/// Reads the path (`_1` and, of extensions, `_2`), and what each grantee has and had.
pub(in crate::kind::access) fn query(of: Of) -> String {
    let class = |catalog: &str, acl: &str, built_in: &str, key: &str, more: &str| {
        let (maker, from, which) = of.source(catalog, "t.oid", more.contains("pg_namespace n"));
        format!(
            "SELECT {maker} AS maker, {key} AS key, t.{acl} AS acl, \
                 COALESCE(i.initprivs, acldefault({built_in})) AS init \
                 FROM pg_{catalog} t {from} {more} \
                 LEFT JOIN pg_init_privs i ON i.classoid = 'pg_{catalog}'::regclass \
                   AND i.objoid = t.oid AND i.objsubid = 0 \
                 WHERE {which} AND t.{acl} IS NOT NULL AND t.{acl} IS DISTINCT FROM i.initprivs"
        )
    };
    let in_schema = |of: &str| format!("JOIN pg_namespace n ON n.oid = t.{of}");
    let name = |word: &str, of: &str| {
        format!("'{word} ' || quote_ident(n.nspname) || '.' || quote_ident(t.{of})")
    };
    let alone = |word: &str, of: &str| format!("'{word} ' || quote_ident(t.{of})");
    let routine = format!(
        "CASE t.prokind WHEN 'p' THEN {} ELSE {} END || '(' || COALESCE((SELECT \
             string_agg(format_type(a.t, -1), ', ' ORDER BY a.at) \
             FROM unnest(t.proargtypes::oid[]) WITH ORDINALITY AS a(t, at)), '') || ')'",
        name("procedure", "proname"),
        name("function", "proname"),
    );
    let relation = format!(
        "CASE t.relkind WHEN 'S' THEN {} ELSE {} END",
        name("sequence", "relname"),
        name("table", "relname")
    );
    let (maker, from, which) = of.source("class", "c.oid", true);
    let columns = format!(
        "SELECT {maker}, 'column ' || quote_ident(n.nspname) || '.' || \
             quote_ident(c.relname) || '.' || quote_ident(t.attname), t.attacl, \
             COALESCE(i.initprivs, acldefault('c', c.relowner)) \
             FROM pg_class c {from} JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_attribute t ON t.attrelid = c.oid AND NOT t.attisdropped \
             LEFT JOIN pg_init_privs i ON i.classoid = 'pg_class'::regclass AND i.objoid = c.oid \
               AND i.objsubid = t.attnum \
             WHERE {which} AND t.attacl IS NOT NULL AND t.attacl IS DISTINCT FROM i.initprivs"
    );
    let all = [
        class("proc", "proacl", "'f', t.proowner", &routine, &in_schema("pronamespace")),
        class(
            "class",
            "relacl",
            "CASE t.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", t.relowner",
            &relation,
            &in_schema("relnamespace"),
        ),
        columns,
        class(
            "type",
            "typacl",
            "'T', t.typowner",
            &name("type", "typname"),
            &in_schema("typnamespace"),
        ),
        class("namespace", "nspacl", "'n', t.nspowner", &alone("schema", "nspname"), ""),
        class("language", "lanacl", "'l', t.lanowner", &alone("language", "lanname"), ""),
        class(
            "foreign_data_wrapper",
            "fdwacl",
            "'F', t.fdwowner",
            &alone("foreign data wrapper", "fdwname"),
            "",
        ),
        class(
            "foreign_server",
            "srvacl",
            "'S', t.srvowner",
            &alone("foreign server", "srvname"),
            "",
        ),
    ];
    let side = |now: &str| {
        let of = if now == "true" { "o.acl" } else { "o.init" };
        format!("SELECT {now} AS now, a.* FROM aclexplode({of}) a")
    };
    let (path, join, which) = match of {
        Of::Extensions => (
            "x.extname::text AS _1, o.key AS _2",
            "JOIN pg_extension x ON x.oid = o.maker",
            "x.extname <> 'plpgsql'",
        ),
        Of::Initdb => ("o.key AS _1", "", "true"),
    };
    format!(
        "SELECT NULL::oid AS _oid, {path}, g.now AS \"grant\", \
             g.was AS initial FROM ({}) o {join}, \
             LATERAL (SELECT jsonb_object_agg(grantee, now) AS now, \
               jsonb_object_agg(grantee, was) AS was FROM (\
               SELECT grantee, COALESCE(jsonb_agg(DISTINCT p) FILTER (WHERE now), '[]') AS now, \
               COALESCE(jsonb_agg(DISTINCT p) FILTER (WHERE NOT now), '[]') AS was FROM (\
                 SELECT CASE WHEN a.grantee = 0 THEN '{PUBLIC}' WHEN btrim(r.rolname, '\"') = '{OWNER}' \
                   THEN '\"' || r.rolname || '\"' ELSE r.rolname END AS grantee, \
                 lower(a.privilege_type) || CASE WHEN a.is_grantable THEN '*' ELSE '' END AS p, now \
                 FROM ({} UNION ALL {}) a LEFT JOIN pg_roles r ON r.oid = a.grantee \
                 WHERE a.grantee = 0 OR r.oid IS NOT NULL) p GROUP BY grantee) s \
               WHERE now <> was) g \
             WHERE g.now IS NOT NULL AND {which}",
        all.join(" UNION ALL "),
        side("true"),
        side("false"),
    )
}
