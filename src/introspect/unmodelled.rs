//! What is in a database beside the objects of its kinds: members of extensions, of which only the
//! names are known, and what no kind models.

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::sql::names::What as Name;
use crate::sql::own::no_member;

/// What members of extensions are called, by sort: the catalog, its column for the name, and that for
/// the schema.
pub(super) const MEMBERS: &[(Name, &str, &str, &str)] = &[
    (Name::Relation, "pg_class", "relname", "relnamespace"),
    (Name::Function, "pg_proc", "proname", "pronamespace"),
    (Name::Type, "pg_type", "typname", "typnamespace"),
    (Name::Operator, "pg_operator", "oprname", "oprnamespace"),
    (Name::Collation, "pg_collation", "collname", "collnamespace"),
    (Name::OperatorClass, "pg_opclass", "opcname", "opcnamespace"),
];

pub(super) fn members_query() -> String {
    let of = |(at, (_, catalog, name, schema)): (usize, &(Name, &str, &str, &str))| {
        format!(
            "SELECT {at}, n.nspname::text, m.{name}::text FROM pg_depend e \
             JOIN {catalog} m ON m.oid = e.objid JOIN pg_namespace n ON n.oid = m.{schema} \
             WHERE e.refclassid = 'pg_extension'::regclass AND e.classid = '{catalog}'::regclass \
             AND e.deptype = 'e'"
        )
    };
    MEMBERS.iter().enumerate().map(of).collect::<Vec<_>>().join(" UNION ")
}

/// Objects of the catalogs that no kind reads, by PostgreSQL's own description of them.
pub(super) fn unmodelled_query() -> String {
    let modelled: BTreeMap<&str, String> = Kind::ALL
        .iter()
        .filter_map(|kind| kind.def().models)
        .fold(BTreeMap::new(), |mut all, (catalog, condition)| {
            let entry: &mut String = all.entry(catalog).or_default();
            if !entry.is_empty() {
                entry.push_str(" OR ");
            }
            entry.push_str(condition);
            all
        });
    let mut union = Vec::new();
    for (catalog, base) in SEEN {
        let not_modelled = match modelled.get(catalog) {
            Some(condition) => format!(" AND NOT ({condition})"),
            None => String::new(),
        };
        union.push(format!(
            "SELECT '{catalog}'::regclass::oid AS class, t.oid FROM {catalog} t \
             WHERE t.oid >= 16384 AND ({base}){not_modelled} AND {}",
            no_member(catalog, "t.oid")
        ));
    }
    format!(
        "SELECT i.type::text, i.identity::text, i.schema::text FROM (SELECT i.type, i.identity, i.schema \
           FROM ({}) AS o, LATERAL pg_identify_object(o.class, o.oid, 0) AS i) AS i \
         WHERE i.schema IS NULL OR (i.schema !~ '^pg_' AND i.schema <> 'information_schema') \
         ORDER BY i.type COLLATE \"C\", i.identity COLLATE \"C\"",
        union.join(" UNION ALL ")
    )
}

/// The catalogs with objects of their own, and which rows of them are not made by another object.
const SEEN: &[(&str, &str)] = &[
    (
        "pg_class",
        "t.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND NOT EXISTS (SELECT FROM pg_depend d \
        WHERE d.classid = 'pg_class'::regclass AND d.objid = t.oid AND d.deptype = 'i')",
    ),
    (
        "pg_type",
        "t.typtype IN ('b', 'c', 'd', 'e', 'r', 'p') AND \
        (t.typelem = 0 OR t.typcategory <> 'A') AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c') AND \
        NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid \
        AND d.deptype = 'i' AND d.refclassid = 'pg_type'::regclass)",
    ),
    (
        "pg_proc",
        "NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass \
        AND d.objid = t.oid AND d.deptype = 'i')",
    ),
    ("pg_operator", "true"),
    ("pg_opclass", "true"),
    ("pg_opfamily", "true"),
    (
        "pg_cast",
        "NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass \
        AND d.objid = t.oid AND d.deptype = 'i')",
    ),
    ("pg_conversion", "true"),
    ("pg_collation", "true"),
    ("pg_ts_config", "true"),
    ("pg_ts_dict", "true"),
    ("pg_ts_parser", "true"),
    ("pg_ts_template", "true"),
    ("pg_language", "true"),
    ("pg_transform", "true"),
    ("pg_am", "true"),
    ("pg_rewrite", "t.rulename <> '_RETURN'"),
    ("pg_event_trigger", "true"),
    ("pg_foreign_data_wrapper", "true"),
    ("pg_foreign_server", "true"),
    ("pg_publication", "true"),
];
