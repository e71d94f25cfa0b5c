//! Whether rows of a relation can be read without running what its owner has written.
//!
//! A name that was a table's may be a view's by the time a query is planned (CVE-2024-7348), and planning a query on a
//! table folds the constants in the expressions of its indexes, checks and partition key (`RelationGetIndexExpressions`,
//! `get_relation_constraints`), for which immutable functions are called with the rights of whoever asks. So the
//! relation is locked first, and then looked at.

use tokio_postgres::{Client, Error};

use crate::connect::execute;
use crate::connect::settings::set_config;
use crate::sql::quote::{literal, qualified};

/// Locks a table for reading, within the caller's transaction, and says why its rows should not be read, if so: by the
/// time that it is locked it is no table, or a query on it would call a function that neither this role nor a superuser
/// owns, or reach another server.
///
/// # Errors
/// If there is no such relation, or the lock is not to be had.
pub(crate) async fn hold(
    client: &Client,
    schema: &str,
    name: &str,
) -> Result<Option<String>, Error> {
    refuse_views(client).await?;
    let relation = qualified(schema, name);
    execute(client, &format!("LOCK TABLE {relation} IN ACCESS SHARE MODE")).await?;
    let row = client.query_typed_one(&looked_at(schema, name), &[]).await?;
    let (tables, foreign, calls): (i64, bool, Vec<String>) = (row.get(0), row.get(1), row.get(2));
    if tables == 0 {
        return Ok(Some(format!("{schema}.{name} is no table any more")));
    }
    if foreign {
        let why = "has foreign tables below it, whose servers are not asked";
        return Ok(Some(format!("{schema}.{name} {why}")));
    }
    let stranger = |function: &String| {
        format!(
            "a query on {schema}.{name} would call {function}, which belongs to neither this role nor a superuser"
        )
    };
    Ok(calls.first().map(stranger))
}

/// Has the server refuse views and foreign tables for the rest of the transaction, where it can (14.13, 15.8, 16.4, 17).
/// Whether it does.
pub(crate) async fn refuse_views(client: &Client) -> Result<bool, Error> {
    let name = "restrict_nonsystem_relation_kind";
    let sql = format!(
        "SELECT {} FROM pg_catalog.pg_settings s WHERE s.name = {}",
        set_config(name, "view, foreign-table", true),
        literal(name)
    );
    Ok(!client.query_typed(&sql, &[]).await?.is_empty())
}

/// How many tables the name has now, with all below it; whether one is foreign; and the functions that planning or reading
/// calls: of indexes, constraints, statistics, partition keys and bounds, and of casts from the types of columns.
fn looked_at(schema: &str, name: &str) -> String {
    let (schema, name) = (literal(schema), literal(name));
    let class =
        |catalog: &str| format!("'pg_catalog.{catalog}'::pg_catalog.regclass::pg_catalog.oid");
    let part = |of_class: &str, catalog: &str, oid: &str, of: &str| {
        let of_class = class(of_class);
        format!(
            " UNION ALL SELECT {of_class}, p.{oid} FROM pg_catalog.{catalog} p JOIN tables t ON p.{of} = t.oid"
        )
    };
    let parts = [
        part("pg_class", "pg_index", "indexrelid", "indrelid"),
        part("pg_constraint", "pg_constraint", "oid", "conrelid"),
        part("pg_statistic_ext", "pg_statistic_ext", "oid", "stxrelid"),
    ]
    .concat();
    format!(
        "WITH RECURSIVE tables AS (SELECT c.oid, c.relkind FROM pg_catalog.pg_class c \
           JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
           WHERE n.nspname = {schema} AND c.relname = {name} AND c.relkind IN ('r', 'p', 'm') \
           UNION SELECT c.oid, c.relkind FROM tables t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid \
           JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid), \
         parts AS (SELECT {relation} AS classid, t.oid AS objid FROM tables t{parts}), \
         called AS (SELECT d.refobjid AS oid FROM parts p JOIN pg_catalog.pg_depend d \
             ON d.classid = p.classid AND d.objid = p.objid AND d.refclassid = {function} \
           UNION SELECT o.oprcode FROM parts p JOIN pg_catalog.pg_depend d \
             ON d.classid = p.classid AND d.objid = p.objid AND d.refclassid = {operator} \
             JOIN pg_catalog.pg_operator o ON o.oid = d.refobjid \
           UNION SELECT k.castfunc FROM tables t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid \
             JOIN pg_catalog.pg_cast k ON k.castsource = a.atttypid AND k.castcontext = 'i') \
         SELECT pg_catalog.count(*), COALESCE(pg_catalog.bool_or(t.relkind = 'f'), false), \
           ARRAY(SELECT f.oid::pg_catalog.regprocedure::text FROM called \
             JOIN pg_catalog.pg_proc f ON f.oid = called.oid JOIN pg_catalog.pg_roles r ON r.oid = f.proowner \
             WHERE f.oid >= 16384 AND r.rolname <> current_user AND NOT r.rolsuper ORDER BY 1) FROM tables t",
        relation = class("pg_class"),
        function = class("pg_proc"),
        operator = class("pg_operator"),
    )
}
