//! What a scratch answers: it builds objects, and its catalog says how PostgreSQL prints them.
//!
//! On a server that is not plumb's own nothing stays: what is built there is rolled back, its database
//! is dropped, and no role is made or changed.

mod database;

use std::collections::BTreeSet;

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::catalog::{Catalog, Server};
use crate::connect::{ConnInfo, Connection, Env, connect};
use crate::id::Id;
use crate::introspect::{self, IntrospectError, server_message};
use crate::kind::Kind;
use crate::plan::{self, PlanError, needs};
use crate::scratch::{self, Cluster, Search};

/// A server that plumb may write to.
pub struct Scratch {
    admin: Connection,
    info: ConnInfo,
    names: database::Names,
    /// Whether a new database is to be like the one that the connection names.
    like: bool,
    version: u32,
    // Goes when the scratch goes.
    cluster: Option<Cluster>,
}

/// Where a scratch comes from.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// A server that somebody named.
    pub server: Option<Named>,
    /// Where binaries of PostgreSQL are looked for otherwise.
    pub search: Search,
}

/// A server that somebody named as a scratch.
#[derive(Clone, Debug)]
pub enum Named {
    /// Any.
    Other(ConnInfo),
    /// The target's own: it has the same extensions, and a database of the same locale is made.
    Target(ConnInfo),
}

/// A scratch that is started when it is first needed.
#[derive(Default)]
pub struct Lazy {
    source: Source,
    scratch: Option<Scratch>,
}

impl Lazy {
    /// A scratch to be had from there.
    pub fn new(source: Source) -> Self {
        Self { source, scratch: None }
    }

    /// The scratch; `major` is the version that it should be nearest to.
    ///
    /// # Errors
    /// No binaries, or a server that does not start or answer.
    pub async fn get(&mut self, major: Option<u32>) -> Result<&Scratch, OracleError> {
        if self.scratch.is_none() {
            self.scratch = Some(Scratch::open(&self.source, major).await?);
        }
        self.scratch.as_ref().ok_or(OracleError::NoBinaries)
    }

    /// The scratch, if one was needed.
    pub fn started(&self) -> Option<&Scratch> {
        self.scratch.as_ref()
    }
}

/// Why a scratch could not answer.
#[derive(Debug, thiserror::Error)]
pub enum OracleError {
    /// There is nothing to start one from.
    #[error(
        "no PostgreSQL server binaries were found for a scratch; install PostgreSQL, or name their \
         directory in PLUMB_PG_BIN, or give a server with --scratch URL"
    )]
    NoBinaries,
    /// Its role may not make databases.
    #[error(
        "the role `{0}` may not make the scratch a database: give it CREATEDB, or install PostgreSQL \
         here, or give another server with --scratch URL"
    )]
    NoCreateDb(String),
    /// It did not start.
    #[error(transparent)]
    Start(#[from] scratch::ScratchError),
    /// Its server refused something that is no question of the objects.
    #[error("the scratch failed: {}", server_message(.0))]
    Server(#[from] tokio_postgres::Error),
    /// It could not be reached.
    #[error("the scratch could not be reached: {0}")]
    Connect(#[from] crate::connect::ConnectError),
    /// Its catalog could not be read.
    #[error(transparent)]
    Introspect(#[from] IntrospectError),
    /// The objects could not be ordered.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// A statement that the scratch refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The objects that it was for, the first foremost.
    pub object: Option<Id>,
    /// The statement.
    pub sql: String,
    /// PostgreSQL's message.
    pub message: String,
    /// The SQLSTATE.
    pub code: String,
    /// Where in the statement, in characters from 1.
    pub position: Option<u32>,
}

/// What was built.
pub struct Built {
    /// As the server says it now is.
    pub catalog: Catalog,
    /// What could not be.
    pub refusals: Vec<Refusal>,
    /// The roles that were made for it.
    pub roles: Vec<String>,
}

impl Scratch {
    async fn open(source: &Source, major: Option<u32>) -> Result<Self, OracleError> {
        let (info, like, cluster) = match &source.server {
            Some(Named::Other(info)) => (info.clone(), false, None),
            Some(Named::Target(info)) => (info.clone(), true, None),
            None => {
                let found = scratch::find(&source.search);
                let binaries = scratch::nearest(&found, major).ok_or(OracleError::NoBinaries)?;
                let cluster = Cluster::start(binaries).await?;
                let text = format!(
                    "host='{}' port={} user={} dbname=postgres sslmode=disable",
                    cluster.socket_dir().display(),
                    cluster.port(),
                    cluster.user()
                );
                (ConnInfo::parse(&text, &Env::default())?, false, Some(cluster))
            }
        };
        let admin = connect(&info, "plumb scratch").await?;
        let names = database::Names::of(&admin.client).await?;
        let version = "SELECT pg_catalog.current_setting('server_version_num')::int4";
        let version = admin.client.query_one(version, &[]).await?.get::<_, i32>(0).unsigned_abs();
        if cluster.is_none() {
            database::sweep(&admin.client).await?;
        }
        Ok(Self { admin, info, names, like, version, cluster })
    }

    /// Its major version.
    pub fn major(&self) -> u32 {
        self.version / 10_000
    }

    /// What it is, in words: `a private cluster of PostgreSQL 15`.
    pub fn described(&self) -> String {
        let what = match (&self.cluster, self.like) {
            (Some(_), _) => "a private cluster",
            (None, true) => "a database beside the target",
            (None, false) => "the server given with --scratch",
        };
        format!("{what} (PostgreSQL {})", self.major())
    }

    /// Whether nobody else uses the server.
    pub(crate) fn is_private(&self) -> bool {
        self.cluster.is_some()
    }

    /// The catalog of a database in which nothing has been made.
    ///
    /// # Errors
    /// As [`Scratch::build`].
    pub async fn nothing(&self) -> Result<Catalog, OracleError> {
        Ok(self.build(&Catalog::default(), &[]).await?.catalog)
    }

    /// Builds a catalog in a new database, runs more statements on it, reads it back.
    ///
    /// # Errors
    /// Only what is no fault of the objects; those are in [`Built::refusals`].
    pub async fn build(&self, wanted: &Catalog, more: &[String]) -> Result<Built, OracleError> {
        let (name, connection) = self.database().await?;
        let result = build_in(&connection, wanted, more, !self.is_private()).await;
        connection.close().await;
        self.drop_database(&name).await?;
        result
    }

    /// A new database and a connection to it.
    ///
    /// # Errors
    /// A server that makes none.
    pub(crate) async fn database(&self) -> Result<(String, Connection), OracleError> {
        let name = self.names.next();
        let made =
            database::create(&self.admin.client, &name, self.names.strategy(), self.like).await;
        made.map_err(|error| match error.code() {
            Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
                OracleError::NoCreateDb(self.info.user().to_owned())
            }
            _ => error.into(),
        })?;
        match connect(&self.info.with_database(&name), "plumb scratch").await {
            Ok(connection) => Ok((name, connection)),
            Err(error) => {
                self.drop_database(&name).await?;
                Err(error.into())
            }
        }
    }

    /// A throwaway cluster takes the database with it; another one must get rid of it.
    ///
    /// # Errors
    /// A server that does not answer.
    pub(crate) async fn drop_database(&self, name: &str) -> Result<(), OracleError> {
        Ok(database::remove(&self.admin.client, name).await?)
    }

    /// Drops roles that [`copy`] made, as far as nothing else has come to depend on them.
    pub(crate) async fn drop_roles(&self, roles: &[String]) {
        for role in roles {
            let sql = format!("DROP ROLE IF EXISTS {}", crate::sql::quote::ident(role));
            let _ = self.admin.client.batch_execute(&sql).await;
        }
    }
}

/// Builds in a database; `undo`: in a transaction that is rolled back, roles and all.
async fn build_in(
    connection: &Connection,
    wanted: &Catalog,
    more: &[String],
    undo: bool,
) -> Result<Built, OracleError> {
    let client = &connection.client;
    let empty = introspect::introspect(client).await?;
    if undo {
        client.batch_execute("BEGIN").await?;
    }
    let built = fill(connection, empty, bare(wanted), &roles(wanted), true, undo).await?;
    for sql in more {
        client.batch_execute(sql).await?;
    }
    let catalog =
        if undo { introspect::read(client).await? } else { introspect::introspect(client).await? };
    Ok(Built { catalog, ..built })
}

/// Builds a whole catalog, with owners, privileges and comments, as the role that reads it; `own`:
/// the server is plumb's own, so that any role may be made a superuser there.
///
/// # Errors
/// As [`Scratch::build`].
pub(crate) async fn copy(
    wanted: &Catalog,
    connection: &Connection,
    own: bool,
) -> Result<Built, OracleError> {
    let mut roles: BTreeSet<String> = wanted.roles.clone();
    roles.extend(self::roles(wanted));
    let mut whole = Catalog { objects: wanted.objects.clone(), ..Catalog::default() };
    whole.needs = wanted.needs.clone();
    let empty = introspect::introspect(&connection.client).await?;
    let built = fill(connection, empty, whole, &roles, false, false).await?;
    let user = &wanted.server.user;
    // A role that was there is somebody's, and gets no rights.
    if !user.is_empty() && (own || built.roles.contains(user)) {
        let user = crate::sql::quote::ident(user);
        let sql = format!("ALTER ROLE {user} SUPERUSER; SET SESSION AUTHORIZATION {user}");
        connection.client.batch_execute(&sql).await?;
    }
    let catalog = introspect::introspect(&connection.client).await?;
    Ok(Built { catalog, ..built })
}

/// Makes the objects in a database in which there are only those of `empty`; `block`: within a
/// transaction.
async fn fill(
    connection: &Connection,
    mut empty: Catalog,
    mut bare: Catalog,
    roles: &BTreeSet<String>,
    plain: bool,
    block: bool,
) -> Result<Built, OracleError> {
    let client = &connection.client;
    let mut refusals = Vec::new();
    let mut made = Vec::new();
    for role in roles {
        if !empty.roles.contains(role) {
            let sql = format!("CREATE ROLE {}", crate::sql::quote::ident(role));
            // Another build may have made it meanwhile.
            if attempt(client, &sql, block).await.is_ok() {
                made.push(role.clone());
            }
            empty.roles.insert(role.clone());
        }
    }
    bare.objects.retain(|id, _| !id.kind.def().cluster_wide && id.kind.def().on_scratch);
    // Of a copy, only what is the cluster's is there anyway.
    for (id, object) in empty.objects.iter().filter(|(id, _)| plain || id.kind.def().cluster_wide) {
        bare.objects.entry(id.clone()).or_insert_with(|| object.clone());
    }
    for (id, object) in &mut bare.objects {
        if plain && let Some(there) = empty.get(id) {
            (object.owner, object.grants) = (there.owner.clone(), there.grants.clone());
            object.comment.clone_from(&there.comment);
            object.labels.clone_from(&there.labels);
        }
    }
    let plan = plan::plan(&empty, &bare, &plan::Options::default())?;
    client
        .batch_execute("SET check_function_bodies = off; SET client_min_messages = error")
        .await?;
    let mut path: Option<Option<Vec<String>>> = None;
    for step in plan.steps() {
        if path.as_ref() != Some(&step.search_path) {
            let list = step.search_path.clone().unwrap_or_else(|| vec!["pg_catalog".to_owned()]);
            let list: Vec<String> = list.iter().map(|s| crate::sql::quote::ident(s)).collect();
            client.batch_execute(&format!("SET search_path = {}", list.join(", "))).await?;
            path = Some(step.search_path.clone());
        }
        if let Err(error) = attempt(client, &step.sql, block).await {
            let change = step.changes.first().and_then(|at| plan.changes.get(*at));
            let object = change.and_then(|change| change.object.parse().ok());
            let Some(db) = error.as_db_error() else { return Err(error.into()) };
            refusals.push(Refusal {
                object,
                sql: step.sql.clone(),
                message: db.message().to_owned(),
                code: db.code().code().to_owned(),
                position: match db.position() {
                    Some(tokio_postgres::error::ErrorPosition::Original(at)) => Some(*at),
                    _ => None,
                },
            });
        }
    }
    Ok(Built { catalog: Catalog::default(), refusals, roles: made })
}

/// Runs a statement; within a transaction, one that is refused leaves it as it was.
async fn attempt(client: &Client, sql: &str, block: bool) -> Result<(), tokio_postgres::Error> {
    if !block {
        return client.batch_execute(sql).await;
    }
    // Sent together: each waits for the one before on the server, not here.
    let (_, done, _) = tokio::join!(
        biased;
        client.batch_execute("SAVEPOINT plumb_step"),
        client.batch_execute(sql),
        client.batch_execute("RELEASE plumb_step"),
    );
    if done.is_err() {
        client.batch_execute("ROLLBACK TO plumb_step; RELEASE plumb_step").await?;
    }
    done
}

/// The objects without owners, privileges and comments, which no answer depends on.
fn bare(catalog: &Catalog) -> Catalog {
    let mut bare = Catalog { server: Server::default(), ..Catalog::default() };
    for (id, object) in &catalog.objects {
        if id.kind.def().sort == crate::kind::Sort::DefaultPrivileges {
            continue;
        }
        let mut object = object.clone();
        (object.owner, object.grants, object.comment) = (None, None, None);
        object.labels.clear();
        object.renamed_from = None;
        bare.objects.insert(id.clone(), object);
    }
    bare
}

/// Every role that an object names.
fn roles(catalog: &Catalog) -> BTreeSet<String> {
    let named = catalog.objects.iter().flat_map(|(id, object)| object.attrs.references(id));
    named
        .chain(catalog.objects.keys().cloned())
        .filter(|id| id.kind.def().cluster_wide)
        .map(|id| id.name().to_owned())
        .collect()
}

/// The casts that no text names: those of the types that are there.
fn casts_between(catalog: &Catalog, closed: &Catalog) -> Vec<Id> {
    let all = Kind::COERCIONS.iter().flat_map(|kind| catalog.below(*kind, &[]));
    let missing = all.filter(|(cast, _)| !closed.objects.contains_key(*cast));
    let seen = missing.filter(|(cast, object)| {
        let mut needs = object.attrs.references(cast).into_iter();
        needs.any(|of| Kind::TYPES.contains(&of.kind) && closed.objects.contains_key(&of))
    });
    seen.map(|(cast, _)| cast.clone()).collect()
}

/// The objects, whatever they need, and what shapes the relations among them.
pub fn closure(catalog: &Catalog, seeds: impl IntoIterator<Item = Id>, read: bool) -> Catalog {
    let known = read.then(|| needs::Needs::of(catalog));
    let mut open: Vec<Id> = seeds.into_iter().collect();
    // What comes from an extension cannot be told from a text.
    open.extend(catalog.objects.keys().filter(|id| id.kind.def().provides).cloned());
    let mut closed = Catalog { server: catalog.server.clone(), ..Catalog::default() };
    loop {
        if open.is_empty() {
            open.extend(casts_between(catalog, &closed));
        }
        let Some(id) = open.pop() else { break };
        if closed.objects.contains_key(&id) {
            continue;
        }
        let Some(object) = catalog.get(&id) else { continue };
        let wanted = needs::wanted(&id, object, catalog);
        open.extend(wanted.hard);
        if let Some(known) = &known {
            open.extend(known.needed_by(&id).cloned());
        }
        for place in id.kind.def().children.iter().filter(|place| place.kind.def().shapes) {
            open.extend(catalog.below(place.kind, &id.path).map(|(child, _)| child.clone()));
        }
        // A view that groups by a key needs the key.
        if Kind::RELATIONS.contains(&id.kind) {
            open.extend(
                catalog.children(&id).filter(|(_, o)| o.attrs.is_key()).map(|(c, _)| c.clone()),
            );
        }
        closed.objects.insert(id, object.clone());
    }
    closed
}
