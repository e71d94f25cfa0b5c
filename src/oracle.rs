//! What a scratch answers: it builds objects, and its catalog says how PostgreSQL prints them.
//!
//! On plumb's own cluster everything is built in the `cage`. On a server that is not plumb's own nothing
//! stays: what is built there is rolled back, its database is dropped, and no role is made or changed.

mod cage;
mod closure;
mod database;
mod elevate;
mod fill;
mod room;
mod scripts;
mod settings;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use tokio_postgres::error::SqlState;

use crate::catalog::Catalog;
use crate::connect::{ConnInfo, Connection, Env, connect, execute};
use crate::id::Id;
use crate::introspect::{self, IntrospectError, server_message};
use crate::later::Passing;
use crate::plan::PlanError;
use crate::scratch::{self, Cluster, Search};
pub use closure::closure;
pub(crate) use closure::with_lent;
use fill::build_in;
pub(crate) use fill::copy;
pub(crate) use room::Room;
pub(crate) use scripts::Scripts;
pub(crate) use settings::can_be_asked;

/// A server that plumb may write to.
pub struct Scratch {
    admin: Connection,
    info: ConnInfo,
    names: database::Names,
    /// Whether a new database is to be like the one that the connection names.
    like: bool,
    version: u32,
    /// The extensions that the target has.
    extensions: BTreeSet<String>,
    /// Whether a statement has used up its time.
    slow: AtomicBool,
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
    /// The directory in which the archive of a fresh cluster is kept; none: nowhere.
    pub cache: Option<PathBuf>,
    /// Whether a named server may be used with a superuser's rights.
    pub trusted: bool,
    /// The time zone in which literals are read; none: UTC, or a named server's own.
    pub timezone: Option<String>,
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
    extensions: BTreeSet<String>,
    checks_plans: bool,
}

impl Lazy {
    /// A scratch to be had from there.
    pub fn new(source: Source) -> Self {
        Self { source, ..Self::default() }
    }

    /// Has whatever a plan makes or changes built on it before the plan is shown.
    #[must_use]
    pub fn checking(self, checks_plans: bool) -> Self {
        Self { checks_plans, ..self }
    }

    /// See [`Lazy::checking`].
    pub(crate) fn checks_plans(&self) -> bool {
        self.checks_plans
    }

    /// Lets the scratch have the extensions and the time zone of the target.
    pub(crate) fn like(&mut self, target: &Catalog) {
        let provide = target.objects.keys().filter(|id| id.kind.def().provides);
        self.extensions = provide.map(|id| id.name().to_owned()).collect();
        if !target.server.timezone.is_empty() {
            self.source.timezone = Some(target.server.timezone.clone());
        }
    }

    /// The scratch; `major` is the version that it should be nearest to.
    ///
    /// # Errors
    /// No binaries, or a server that does not start or answer.
    pub async fn get(&mut self, major: Option<u32>) -> Result<&Scratch, OracleError> {
        if self.scratch.is_none() {
            self.scratch = Some(Scratch::open(&self.source, major).await?);
        }
        if let Some(scratch) = &mut self.scratch {
            scratch.extensions.clone_from(&self.extensions);
            if let Some(zone) = &self.source.timezone {
                scratch.info = scratch.info.with_timezone(zone);
            }
        }
        self.scratch.as_ref().ok_or(OracleError::NoBinaries)
    }

    /// The scratch, if one was needed.
    pub fn started(&self) -> Option<&Scratch> {
        self.scratch.as_ref()
    }
}

/// Why a scratch could not answer.
#[non_exhaustive]
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
    /// Its role may do more than build.
    #[error(
        "the role `{0}` has a superuser's rights, or may run programs or read and write files on the \
         server, and the scratch would give them to text that is not trusted: give a role that has only \
         CREATEDB, or pass --trust-database if every user of the database and the declaration are trusted"
    )]
    TooMuchPower(String),
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

impl Passing for OracleError {
    fn is_passing(&self) -> bool {
        match self {
            Self::Connect(error) => error.is_passing(),
            Self::Server(error) => error.is_passing(),
            Self::Introspect(error) => error.is_passing(),
            _ => false,
        }
    }
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

impl Built {
    /// The objects of `wanted` that are not there.
    pub(crate) fn missing(&self, wanted: &Catalog) -> BTreeSet<Id> {
        let lacks = |id: &&Id| !id.kind.def().is_anyway() && self.catalog.get(id).is_none();
        wanted.objects.keys().filter(lacks).cloned().collect()
    }
}

impl Scratch {
    async fn open(source: &Source, major: Option<u32>) -> Result<Self, OracleError> {
        let (info, like, cluster) = match &source.server {
            Some(Named::Other(info)) => (info.clone(), false, None),
            Some(Named::Target(info)) => (info.clone(), true, None),
            None => {
                let found = scratch::find(&source.search);
                let binaries = scratch::nearest(&found, major).ok_or(OracleError::NoBinaries)?;
                let cluster = match &source.cache {
                    Some(cache) => Cluster::start_from(binaries, cache).await?,
                    None => Cluster::start(binaries).await?,
                };
                let text = format!(
                    "host='{}' port={} user={} dbname=postgres sslmode=disable",
                    cluster.socket_dir().display(),
                    cluster.port(),
                    cluster.user()
                );
                let info = ConnInfo::parse(&text, &Env::default())?.with_timezone("UTC");
                (info, false, Some(cluster))
            }
        };
        let admin = connect(&info, "plumb scratch").await?;
        if cluster.is_some() {
            cage::prepare(&admin.client).await?;
        } else if !source.trusted && database::is_powerful(&admin.client).await? {
            return Err(OracleError::TooMuchPower(info.user().to_owned()));
        }
        let names = database::Names::of(&admin.client).await?;
        let version = "SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4";
        let version = admin.client.query_typed_one(version, &[]).await?;
        let version = version.get::<_, i32>(0).unsigned_abs();
        if cluster.is_none() {
            database::sweep(&admin.client).await?;
        }
        let extensions = BTreeSet::new();
        let slow = AtomicBool::new(false);
        Ok(Self { admin, info, names, like, version, extensions, slow, cluster })
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

    /// As [`Scratch::described`], and what the operating system keeps it from.
    pub fn walled(&self) -> String {
        match self.cluster.as_ref().map(Cluster::walls) {
            None => self.described(),
            Some([]) => {
                format!("{}; the operating system confines it in nothing", self.described())
            }
            Some(walls) => format!("{}; {}", self.described(), walls.join(", ")),
        }
    }

    /// Whether nobody else uses the server.
    pub(crate) fn is_private(&self) -> bool {
        self.cluster.is_some()
    }

    /// The catalog of a database in which nothing has been made, as its owner sees it.
    ///
    /// # Errors
    /// As [`Scratch::build`].
    pub async fn nothing(&self) -> Result<Catalog, OracleError> {
        let name = self.names.next();
        self.create(&name, None).await?;
        let read = async {
            let connection = connect(&self.info.with_database(&name), "plumb scratch").await?;
            let catalog = introspect::introspect(&connection.client).await;
            connection.close().await;
            Ok::<_, OracleError>(catalog?.without_given())
        };
        let catalog = read.await;
        database::remove(&self.admin.client, &name).await?;
        let mut catalog = catalog?;
        catalog.server.actor = None;
        if let Some(cluster) = &self.cluster {
            // The name that a superuser usually has.
            let usual = |name: &mut String| {
                if name == cluster.user() {
                    "postgres".clone_into(name);
                }
            };
            usual(&mut catalog.server.user);
            catalog.objects.values_mut().filter_map(|object| object.owner.as_mut()).for_each(usual);
            let own = [cluster.user(), cage::ROLE, cage::KEEPER];
            catalog.roles.retain(|role| !own.contains(&role.as_str()));
        }
        Ok(catalog)
    }

    /// Builds a catalog in a new database, runs more statements on it, reads it back. Bodies are stubs and
    /// materialized views are empty there; in what is read back they are as they were.
    ///
    /// # Errors
    /// Only what is no fault of the objects; those are in [`Built::refusals`].
    pub async fn build(&self, wanted: &Catalog, more: &[String]) -> Result<Built, OracleError> {
        let room = self.room(cage::ROLE, false).await?;
        let result = build_in(&room, wanted, more).await;
        room.leave().await?;
        let mut built = result?;
        for (id, object) in &mut built.catalog.objects {
            if let Some(whole) = wanted.get(id)
                && let Some(it) = object.attrs.as_stubbed_mut()
            {
                it.unstub(&whole.attrs);
            }
        }
        Ok(built)
    }

    /// A new database and a connection to it, on plumb's own cluster as a role of that name; `rows`: it is
    /// filled.
    ///
    /// # Errors
    /// A server that makes none.
    pub(crate) async fn room(&self, role: &str, rows: bool) -> Result<Room<'_>, OracleError> {
        let name = self.names.next();
        let role = self.cluster.as_ref().map(|cluster| {
            // The roles that the cluster has by itself are not caged.
            let own = role.is_empty()
                || role.starts_with("pg_")
                || role == cluster.user()
                || role == cage::KEEPER;
            if own { cage::ROLE } else { role }.to_owned()
        });
        if let Some(role) = &role {
            cage::create_role(&self.admin.client, role, if rows { "BYPASSRLS" } else { "" })
                .await?;
        }
        self.create(&name, role.as_deref()).await?;
        match self.enter(&name, role.as_deref()).await {
            Ok(connection) => Ok(Room::new(connection, name, self, role, rows)),
            Err(error) => {
                database::remove(&self.admin.client, &name).await?;
                Err(error)
            }
        }
    }

    async fn create(&self, name: &str, owner: Option<&str>) -> Result<(), OracleError> {
        let strategy = self.names.strategy();
        let made = database::create(&self.admin.client, name, owner, strategy, self.like).await;
        made.map_err(|error| match error.code() {
            Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
                OracleError::NoCreateDb(self.info.user().to_owned())
            }
            _ => error.into(),
        })
    }

    async fn enter(&self, name: &str, role: Option<&str>) -> Result<Connection, OracleError> {
        let info = self.info.with_database(name);
        let Some(role) = role else { return Ok(connect(&info, "plumb scratch").await?) };
        // Before 15 the schema `public` is not the owner's of the database.
        if self.major() < 15 {
            let connection = connect(&info, "plumb scratch").await?;
            let sql = format!("ALTER SCHEMA public OWNER TO {}", crate::sql::quote::ident(role));
            execute(&connection.client, &sql).await?;
            connection.close().await;
        }
        Ok(connect(&info.with_user(role), "plumb scratch").await?)
    }

    /// Drops roles that [`copy`] made, as far as nothing else has come to depend on them.
    pub(crate) async fn drop_roles(&self, roles: &[String]) {
        for role in roles {
            let sql = format!("DROP ROLE IF EXISTS {}", crate::sql::quote::ident(role));
            let _ = execute(&self.admin.client, &sql).await;
        }
    }
}
