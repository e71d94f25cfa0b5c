//! Some objects of a database, by their ids: while locks are held, a transaction reads only what it touches.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::Client;

use super::reading::Reading;
use super::{COMMENTS, IntrospectError, LABELS, pinned};
use crate::catalog::{Catalog, Server};
use crate::connect::execute;
use crate::id::Id;
use crate::kind::Kind;
use crate::sql::quote::literal;

/// Between the parts of a path: a character that no name has.
const DIVIDER: &str = "\u{1}";

/// Reads these objects of a server inside the caller's transaction, whose settings it changes (SET LOCAL). What is not
/// there is left out, and so is what depends on what.
///
/// # Errors
/// As [`super::introspect`].
pub async fn read_some(
    client: &Client,
    server: &Server,
    ids: &BTreeSet<Id>,
) -> Result<Catalog, IntrospectError> {
    let failed = |what: &str| {
        let what = what.to_owned();
        move |source| IntrospectError::Query { what, source }
    };
    execute(client, &pinned(false)).await.map_err(failed("the settings"))?;
    let mut reading = Reading::new(server.clone());
    let major = reading.catalog.server.major();
    let mut by_kind: BTreeMap<(Kind, usize), Vec<String>> = BTreeMap::new();
    for id in ids {
        by_kind.entry((id.kind, id.path.len())).or_default().push(id.path.join(DIVIDER));
    }
    let Narrow { tables, parts } = narrow(client, ids).await.map_err(failed("the tables"))?;
    let (tables, parts_of) = (&tables, &parts);
    let queries = by_kind.iter().map(|((kind, parts), paths)| async move {
        // Each part alone is a filter on one catalog, which cuts the joins short.
        let each = (1..=*parts).map(|part| {
            let names: BTreeSet<&str> =
                paths.iter().filter_map(|path| path.split(DIVIDER).nth(part - 1)).collect();
            let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
            format!("q._{part} = ANY({})", texts(&names))
        });
        let each = each.collect::<Vec<_>>().join(" AND ");
        let path: Vec<String> = (1..=*parts).map(|part| format!("q._{part}")).collect();
        let path = path.join(&format!(" || {} || ", literal(DIVIDER)));
        let query = (kind.def().query)(major);
        let own = if Kind::IN_RELATIONS.contains(kind) {
            format!(" AND q._oid = ANY({}::oid[])", literal(parts_of))
        } else {
            String::new()
        };
        let sql = format!(
            "{tables} SELECT q.* FROM ({query}) q WHERE {each}{own} AND {path} = ANY({})",
            texts(paths)
        );
        (*kind, client.query_typed(&sql, &[]).await)
    });
    // All are sent at once.
    for (kind, rows) in futures_util::future::join_all(queries).await {
        reading.objects(kind, &rows.map_err(failed(kind.name()))?)?;
    }
    let oids: Vec<String> = reading.oids().map(|oid| oid.to_string()).collect();
    let those = |query: &str| {
        let oids = oids.join(",");
        format!("SELECT q.* FROM ({query}) q WHERE q.objoid = ANY('{{{oids}}}'::oid[])")
    };
    let (comments, labels) = (those(COMMENTS), those(LABELS));
    let (comments, labels) =
        tokio::join!(client.query_typed(&comments, &[]), client.query_typed(&labels, &[]));
    reading.comments(&comments.map_err(failed("comments"))?);
    reading.labels(&labels.map_err(failed("security labels"))?);
    Ok(reading.catalog)
}

/// What cuts the queries short.
struct Narrow {
    /// The catalogs with the most rows, each under its own name in a WITH clause, with the rows of these objects' tables
    /// and of all tables that they inherit from or hand down to. The planner cannot move a condition on names below the
    /// grouping of an index's columns, and expects few rows where a default is looked for.
    tables: String,
    /// The oids of those relations and of what is theirs: no index helps where a name is compared as text.
    parts: String,
}

async fn narrow(client: &Client, ids: &BTreeSet<Id>) -> Result<Narrow, tokio_postgres::Error> {
    let part = |at: usize| {
        let names: BTreeSet<&String> = ids.iter().filter_map(|id| id.path.get(at)).collect();
        texts(&names.into_iter().cloned().collect::<Vec<_>>())
    };
    let named = format!(
        "SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = ANY({}::name[]) AND c.relname = ANY({}::name[])",
        part(0),
        part(1)
    );
    let of = |catalog: &str, column: &str| {
        format!(" UNION ALL SELECT p.oid FROM {catalog} p JOIN own ON p.{column} = own.oid")
    };
    let parts: String = [
        ("pg_attrdef", "adrelid"),
        ("pg_constraint", "conrelid"),
        ("pg_policy", "polrelid"),
        ("pg_rewrite", "ev_class"),
        ("pg_trigger", "tgrelid"),
    ]
    .iter()
    .map(|(catalog, column)| of(catalog, column))
    .collect();
    let sql = format!(
        "WITH RECURSIVE above AS ({named} UNION SELECT h.inhparent FROM above a \
         JOIN pg_inherits h ON h.inhrelid = a.oid), below AS ({named} UNION SELECT h.inhrelid \
         FROM below b JOIN pg_inherits h ON h.inhparent = b.oid), own AS ({named}) \
         SELECT ARRAY(SELECT oid FROM above UNION SELECT oid FROM below)::text, \
         ARRAY(SELECT oid FROM own{parts})::text"
    );
    let row = client.query_typed_one(&sql, &[]).await?;
    let tables: String = row.get(0);
    let of = |catalog: &str, column: &str| {
        format!(
            "{catalog} AS (SELECT * FROM pg_catalog.{catalog} WHERE {column} = ANY({}::oid[]))",
            literal(&tables)
        )
    };
    let tables = format!("WITH {}, {}", of("pg_index", "indrelid"), of("pg_attrdef", "adrelid"));
    Ok(Narrow { tables, parts: row.get(1) })
}

/// A list of texts.
fn texts(all: &[String]) -> String {
    let all: Vec<String> = all.iter().map(|text| literal(text)).collect();
    format!("ARRAY[{}]::text[]", all.join(", "))
}
