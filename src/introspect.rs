//! A live database into a [`Catalog`]: the queries of all kinds, pipelined, in one read-only
//! snapshot. Names no kind, takes no lock stronger than ACCESS SHARE, and lets no oid out.

mod row;

use std::collections::{BTreeMap, HashMap};

use futures_util::StreamExt;
use futures_util::future::try_join_all;
use futures_util::stream::FuturesOrdered;
use tokio_postgres::{Client, Row};

pub use row::RowReader;

use crate::catalog::{Catalog, Links, Object, Server, Unmodelled};
use crate::grants::Grants;
use crate::id::Id;
use crate::kind::Kind;

/// Why a catalog could not be read. Never to be taken for an empty one.
#[derive(Debug, thiserror::Error)]
pub enum IntrospectError {
    /// The server refused a query or the connection broke.
    #[error("reading {what} from the catalog failed: {}", server_message(source))]
    Query {
        /// What was read.
        what: String,
        /// The server's answer.
        source: tokio_postgres::Error,
    },
    /// A row does not fit the kind: a server that plumb does not know.
    #[error("the catalog row of {id} could not be understood: {source}")]
    Row {
        /// The object.
        id: String,
        /// What did not fit.
        source: serde_json::Error,
    },
    /// The server is older than the oldest that plumb knows.
    #[error("PostgreSQL {0} is not supported: plumb knows 14 and later")]
    TooOld(u32),
}

/// The server's own words, with its SQLSTATE.
pub fn server_message(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} ({})", db.message(), db.code().code()),
        None => error.to_string(),
    }
}

/// What every reading session pins, so that the deparsed texts depend on nothing else.
pub const PINNED: &str = "SET LOCAL search_path = pg_catalog; SET LOCAL DateStyle = ISO; \
    SET LOCAL IntervalStyle = postgres; SET LOCAL TimeZone = 'UTC'; \
    SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = hex; \
    SET LOCAL quote_all_identifiers = off; SET LOCAL standard_conforming_strings = on; \
    SET LOCAL jit = off; SET LOCAL xmloption = content; SET LOCAL row_security = off;";

/// Reads the whole catalog in a transaction of its own.
///
/// # Errors
/// Whatever the server refuses, by the name of what was read.
pub async fn introspect(client: &Client) -> Result<Catalog, IntrospectError> {
    let failed = |source| IntrospectError::Query { what: "a snapshot".to_owned(), source };
    client
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .await
        .map_err(failed)?;
    let catalog = read(client).await;
    let ended = client.batch_execute("ROLLBACK").await.map_err(failed);
    let catalog = catalog?;
    ended?;
    Ok(catalog)
}

/// Reads the whole catalog inside the caller's transaction, whose settings it changes (SET LOCAL).
///
/// # Errors
/// As [`introspect`].
pub async fn read(client: &Client) -> Result<Catalog, IntrospectError> {
    let query = |what: &'static str, sql: String| async move {
        let rows = client.query(&sql, &[]).await;
        rows.map_err(|source| IntrospectError::Query { what: what.to_owned(), source })
    };
    client
        .batch_execute(PINNED)
        .await
        .map_err(|source| IntrospectError::Query { what: "settings".to_owned(), source })?;
    let about = query("the server's version", SERVER.to_owned()).await?;
    let server = Server {
        version: about.first().map_or(0, |row| row.get::<_, i32>(0).unsigned_abs()),
        user: about.first().map_or_else(String::new, |row| row.get(1)),
        database: about.first().map_or_else(String::new, |row| row.get(2)),
    };
    let major = server.major();
    if major < 14 {
        return Err(IntrospectError::TooOld(major));
    }
    // While one kind's rows are understood here, the server reads the next one's.
    let mut kinds: FuturesOrdered<_> =
        Kind::ALL.iter().map(|kind| query(kind.name(), (kind.def().query)(major))).collect();
    let rest = try_join_all([
        query("comments", COMMENTS.to_owned()),
        query("dependencies", DEPENDENCIES.to_owned()),
        query("objects that plumb does not model", unmodelled_query()),
        query("roles", "SELECT rolname::text FROM pg_roles ORDER BY 1".to_owned()),
    ]);
    let objects = async {
        let mut reading = Reading::new(server);
        for kind in Kind::ALL {
            if let Some(rows) = kinds.next().await {
                reading.objects(*kind, &rows?)?;
            }
        }
        Ok::<_, IntrospectError>(reading)
    };
    let (reading, rest) = tokio::join!(objects, rest);
    let mut reading = reading?;
    let rest = rest?;
    reading.comments(&rest[0]);
    reading.dependencies(&rest[1]);
    let mut catalog = reading.catalog;
    catalog.unmodelled = rest[2]
        .iter()
        .map(|row| Unmodelled { kind: row.get(0), identity: row.get(1), schema: row.get(2) })
        .collect();
    catalog.roles = rest[3].iter().map(|row| row.get(0)).collect();
    Ok(catalog)
}

/// A catalog in the making, with the addresses that lead to its objects.
struct Reading {
    catalog: Catalog,
    ids: Vec<Id>,
    /// `(classid, objid, objsubid)` of `pg_depend` to a place in `ids`.
    addresses: HashMap<(u32, u32, i32), usize>,
}

impl Reading {
    fn new(server: Server) -> Self {
        let catalog = Catalog { server, ..Catalog::default() };
        Self { catalog, ids: Vec::new(), addresses: HashMap::new() }
    }

    fn objects(&mut self, kind: Kind, rows: &[Row]) -> Result<(), IntrospectError> {
        let Some(first) = rows.first() else { return Ok(()) };
        let def = kind.def();
        let layout = row::Layout::of(first);
        for row in rows {
            let path = layout.path(row);
            let id = Id { kind, path };
            let reader = RowReader::new(row, &layout);
            let mut attrs = (def.read)(&reader)
                .map_err(|source| IntrospectError::Row { id: id.to_string(), source })?;
            attrs.secrets(&mut |option, secret| secret.call(&id, option));
            let mut object = Object::new(attrs);
            object.owner = layout.text(row, "_owner");
            object.rank = layout.integer(row, "_rank").unwrap_or(0);
            object.grants = def.rights.map(|rights| {
                let owner = object.owner.as_deref().unwrap_or("");
                let acl = layout.text(row, "_acl");
                Grants::from_acl(acl.as_deref(), owner, rights, self.catalog.server.major())
            });
            if !def.owned {
                object.owner = None;
            }
            if let Some(oid) = layout.oid(row) {
                let subid = layout.integer(row, "_subid").map_or(0, u32::cast_signed);
                self.addresses.insert((def.catalog, oid, subid), self.ids.len());
            }
            self.ids.push(id.clone());
            self.catalog.objects.insert(id, object);
        }
        Ok(())
    }

    fn comments(&mut self, rows: &[Row]) {
        for row in rows {
            let address = (row.get::<_, u32>(0), row.get::<_, u32>(1), row.get::<_, i32>(2));
            if let Some(at) = self.addresses.get(&address)
                && let Some(object) = self.catalog.objects.get_mut(&self.ids[*at])
            {
                object.comment = row.get(3);
            }
        }
    }

    /// Resolves `pg_depend`: an address is an object's own, or what it is internally part of (a
    /// view's rule, a table's row type, a key's index), or a member of an extension.
    fn dependencies(&mut self, rows: &[Row]) {
        let mut part_of: HashMap<(u32, u32), (u32, u32, i32)> = HashMap::new();
        let mut edges = Vec::new();
        for row in rows {
            let from = (row.get::<_, u32>(0), row.get::<_, u32>(1), row.get::<_, i32>(2));
            let to = (row.get::<_, u32>(3), row.get::<_, u32>(4), row.get::<_, i32>(5));
            match row.get::<_, &str>(6) {
                // A sequence of an identity is part of its column; the column of its table only.
                "i" | "e" => {
                    part_of.insert((from.0, from.1), to);
                }
                _ => {}
            }
            edges.push((from, to));
        }
        let resolve = |mut address: (u32, u32, i32)| {
            for _ in 0..5 {
                if let Some(at) = self.addresses.get(&address) {
                    return Some(*at);
                }
                if let Some(at) = self.addresses.get(&(address.0, address.1, 0)) {
                    return Some(*at);
                }
                address = *part_of.get(&(address.0, address.1))?;
            }
            None
        };
        let mut pairs = Vec::new();
        for (from, to) in edges {
            if let (Some(from), Some(to)) = (resolve(from), resolve(to))
                && from != to
            {
                pairs.push((from, to));
            }
        }
        self.catalog.needs = Links::new(self.ids.clone(), pairs);
    }
}

const SERVER: &str = "SELECT current_setting('server_version_num')::int4, \
    current_user::text, current_database()::text";

/// Objects below 16384 are the server's own, but for schema `public`.
const COMMENTS: &str = "SELECT classoid, objoid, objsubid, description FROM pg_description \
    WHERE objoid >= 16384 OR classoid = 'pg_namespace'::regclass \
    UNION ALL SELECT classoid, objoid, 0, description FROM pg_shdescription \
    WHERE classoid = 'pg_authid'::regclass";

const DEPENDENCIES: &str = "SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid, \
    deptype::text FROM pg_depend \
    WHERE objid >= 16384 AND refobjid >= 16384 AND refclassid <> 'pg_namespace'::regclass";

/// The schemas that are nobody's: the server's own, and those of sessions.
pub const USER_SCHEMA: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/// A condition that leaves out members of extensions (`pg_depend.deptype = 'e'`).
pub fn no_member(class: &str, oid: &str) -> String {
    format!(
        "NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '{class}'::regclass \
         AND e.objid = {oid} AND e.deptype = 'e')"
    )
}

/// Objects of the catalogs that no kind reads, by PostgreSQL's own description of them.
fn unmodelled_query() -> String {
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
    // A label is a provider's affair, of which the server knows nothing but the text.
    let labels = "SELECT 'security label on ' || i.type, i.identity || ' for ' || l.provider, i.schema \
         FROM pg_seclabel l, LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) AS i";
    format!(
        "SELECT i.type::text, i.identity::text, i.schema::text FROM (SELECT i.type, i.identity, i.schema \
           FROM ({}) AS o, LATERAL pg_identify_object(o.class, o.oid, 0) AS i UNION ALL {labels}) AS i \
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
        "t.typtype IN ('b', 'c', 'd', 'e', 'r', 'p') AND t.typelem = 0 AND \
        NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c') AND \
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
