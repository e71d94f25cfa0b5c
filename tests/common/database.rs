//! A database of a test's own, gone when the test lets go of it.

use super::{cluster::Cluster, dump::normalise_dump};
use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};
use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage};

/// An empty database on a throwaway server.
pub struct Database {
    pub cluster: Arc<Cluster>,
    pub name: String,
}

impl Database {
    /// Creates an empty database with a name that no other has.
    pub async fn create(cluster: &Arc<Cluster>) -> Self {
        Self::copied(cluster, "template0").await
    }

    /// Creates a copy of this database; nobody may be connected to it.
    pub async fn copy(&self) -> Self {
        Self::copied(&self.cluster, &self.name).await
    }

    async fn copied(cluster: &Arc<Cluster>, template: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let server = connect(&cluster.url("postgres")).await;
        // Nothing is synced, so that the checkpoint that comes with copied files costs nothing.
        let strategy = if cluster.postgres.major >= 15 { " STRATEGY file_copy" } else { "" };
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}{strategy}");
        // Two copies of one template at the same moment can meet; the server waits only a few seconds.
        let mut created = server.batch_execute(&sql).await;
        for _ in 0..5 {
            if created.is_ok() {
                break;
            }
            created = server.batch_execute(&sql).await;
        }
        created.unwrap_or_else(|error| panic!("{sql}: {}", explain(&error)));
        Self { cluster: Arc::clone(cluster), name }
    }

    /// `postgresql:///name?host=/dir&port=N&user=postgres`
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// The same, for another role.
    pub fn url_as(&self, role: &str) -> String {
        self.cluster.url_as(&self.name, role)
    }

    /// Connects, for what takes more than one statement at a time.
    pub async fn client(&self) -> Client {
        connect(&self.url()).await
    }

    /// Runs any number of statements.
    ///
    /// # Panics
    ///
    /// If one fails.
    pub async fn execute(&self, sql: &str) {
        if let Err(error) = self.try_execute(sql).await {
            panic!("{}\nin: {sql}", explain(&error));
        }
    }

    /// Runs any number of statements, of which one may fail.
    ///
    /// # Errors
    ///
    /// What the server answers.
    pub async fn try_execute(&self, sql: &str) -> Result<(), Error> {
        self.client().await.batch_execute(sql).await
    }

    /// The rows as `psql -At` writes them: columns divided by `|`, NULL as nothing.
    pub async fn query_strings(&self, sql: &str) -> Vec<String> {
        let client = self.client().await;
        let messages = client.simple_query(sql).await;
        let messages = messages.unwrap_or_else(|error| panic!("{}\nin: {sql}", explain(&error)));
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        rows.map(|row| {
            let columns = (0..row.len()).map(|column| row.get(column).unwrap_or_default());
            columns.collect::<Vec<_>>().join("|")
        })
        .collect()
    }

    /// `pg_dump --schema-only` in an order that depends on nothing but what is there; None if no `pg_dump` here
    /// can read this server.
    pub fn dump(&self) -> Option<String> {
        self.raw_dump().map(|text| normalise_dump(&text))
    }

    /// The same, as `pg_dump` writes it.
    pub fn raw_dump(&self) -> Option<String> {
        let output = Command::new(self.cluster.postgres.pg_dump()?)
            .args(["--schema-only", "--dbname"])
            .arg(self.url())
            .env("LC_ALL", "C")
            .output()
            .expect("pg_dump");
        assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
        Some(String::from_utf8(output.stdout).expect("UTF-8 from pg_dump"))
    }
}

impl Drop for Database {
    /// In the background: hundreds of databases would fill the disk, and none is worth waiting for.
    fn drop(&mut self) {
        let (cluster, name) = (Arc::clone(&self.cluster), self.name.clone());
        thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build()
            else {
                return;
            };
            runtime.block_on(async {
                let Ok((client, connection)) =
                    tokio_postgres::connect(&cluster.url("postgres"), NoTls).await
                else {
                    return;
                };
                tokio::spawn(connection);
                let _ = client
                    .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                    .await;
            });
        });
    }
}

async fn connect(url: &str) -> Client {
    let connected = tokio_postgres::connect(url, NoTls).await;
    let (client, connection) =
        connected.unwrap_or_else(|error| panic!("{url}: {}", explain(&error)));
    tokio::spawn(connection);
    client
}

/// The server's own words, which `Display` leaves out.
fn explain(error: &Error) -> String {
    match error.as_db_error() {
        Some(answer) => format!("{}: {}", answer.code().code(), answer.message()),
        None => error.to_string(),
    }
}
