//! Rows are read only where nothing of what the owner of a relation has written runs: neither a view that has taken the
//! place of a table, nor a function that planning a query on a table would call.

#![allow(clippy::unwrap_used)]

mod common;

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use common::{Cluster, Database, Folder, Output, Plumb, majors};

/// A schema of a role that may log in, with a function that leaves a file behind when a superuser calls it.
async fn of_a_stranger(postgres: &common::Postgres, folder: &Folder) -> Database {
    let database = Database::create(&Cluster::start(postgres)).await;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let file = folder.join("canary");
    database
        .execute(&format!(
            "create role mallory login; create schema m authorization mallory; set role mallory;
             create function m.ran() returns integer language plpgsql as $f$ begin
                 execute $q$copy (select 1) to program 'touch {file}'$q$; return 1;
                 exception when insufficient_privilege then return 1;
             end $f$;
             create function m.safe() returns integer language plpgsql immutable as 'begin return m.ran(); end'"
        ))
        .await;
    database
}

/// Runs plumb while a transaction of the stranger is open that puts something else in the place of what plumb has read.
async fn during(database: &Database, swap: &str, words: &[&str]) -> Output {
    let url = database.url_as("mallory");
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(&format!("begin; {swap}")).await.unwrap();
    let words: Vec<String> = words
        .iter()
        .map(|word| (*word).to_owned())
        .chain(["--url".to_owned(), database.url()])
        .collect();
    let running = tokio::task::spawn_blocking(move || {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Plumb::new(&words).run()
    });
    tokio::time::sleep(Duration::from_millis(1500)).await;
    client.batch_execute("commit").await.unwrap();
    running.await.unwrap()
}

fn is_silent(folder: &Folder, output: &Output) {
    let there = folder.path().join("canary").exists();
    assert!(!there, "something ran:\n{}\n{}", output.stdout, output.stderr);
}

const SWAP: &str = "alter table m.t rename to t1; create view m.t as select m.ran() as a from m.t1";

#[tokio::test]
async fn a_view_in_the_place_of_a_table_is_not_asked() {
    for postgres in majors() {
        let folder = Folder::declaring("[schema.m]\n[table.\"m.t\".column]\na = 'int not null'\n");
        let database = of_a_stranger(postgres, &folder).await;
        database.execute("create table m.t (a integer); alter table m.t owner to mallory; insert into m.t values (1)").await;
        let (file, url) = (folder.join("plan.json"), database.url());
        let plan = ["plan", "--no-check", "--schema", folder.arg(), "--url", &url, "--out", &file];
        Plumb::new(&plan).run().ok();
        let output = during(&database, SWAP, &["verify", &file]).await;
        is_silent(&folder, &output);
        assert_ne!(output.code, 0, "{}{}", output.stdout, output.stderr);
    }
}

#[tokio::test]
async fn a_view_in_the_place_of_a_table_is_not_counted() {
    for postgres in majors() {
        let folder = Folder::declaring("[schema.m]\n[table.'m.new'.column]\na = 'int'\n");
        let database = of_a_stranger(postgres, &folder).await;
        database.execute("create table m.t (a integer); alter table m.t owner to mallory; insert into m.t values (1)").await;
        folder.write(
            "plumb.toml",
            "[manage]\nschemas = ['m']\nundeclared = 'drop'\nignore = ['function:*']\n",
        );
        let (file, url) = (folder.join("plan.json"), database.url());
        let plan = ["plan", "--no-check", "--schema", folder.arg(), "--url", &url, "--out", &file];
        Plumb::new(&plan).run().ok();
        database.execute(&format!("set role mallory; {SWAP}")).await;
        let output = Plumb::new(&["apply", "--yes", &file, "--url", &url]).run();
        is_silent(&folder, &output);
        assert_eq!(output.code, 3, "{}{}", output.stdout, output.stderr);
    }
}

#[tokio::test]
async fn a_view_in_the_place_of_a_sequence_is_not_read() {
    for postgres in majors() {
        let folder = Folder::declaring("[schema.m]\n[sequence.\"m.s\"]\n");
        let database = of_a_stranger(postgres, &folder).await;
        database.execute("create sequence m.s; alter sequence m.s owner to mallory").await;
        let swap = "alter sequence m.s rename to s1; create view m.s as select m.ran() = 1 as is_called, \
                    1::bigint as last_value";
        let output = during(&database, swap, &["lint", "--schema", folder.arg()]).await;
        is_silent(&folder, &output);
    }
}

/// The planner calls immutable functions with constants for what they give.
#[tokio::test]
async fn a_table_whose_index_calls_a_function_of_a_stranger_is_not_asked() {
    for postgres in majors() {
        for also in [
            "create index on m.t ((a + m.safe()))",
            "create table m.c (check (a < m.safe() + 1)) inherits (m.t)",
            "create statistics m.s on (a + m.safe()), a from m.t",
        ] {
            let folder =
                Folder::declaring("[schema.m]\n[table.\"m.t\".column]\na = 'int not null'\n");
            let database = of_a_stranger(postgres, &folder).await;
            let made = format!("set role mallory; create table m.t (a integer); {also}");
            database.execute(&made).await;
            database.execute("insert into m.t values (1), (null)").await;
            let canary = folder.path().join("canary");
            let _ = std::fs::remove_file(&canary);
            let (file, url) = (folder.join("plan.json"), database.url());
            let plan =
                ["plan", "--no-check", "--schema", folder.arg(), "--url", &url, "--out", &file];
            Plumb::new(&plan).run().ok();
            let output = Plumb::new(&["verify", &file, "--url", &url]).run();
            is_silent(&folder, &output);
            let said = format!("{}{}", output.stdout, output.stderr);
            assert!(said.contains("would call m.safe()"), "{}: {also}: {said}", postgres.major);
        }
    }
}

#[tokio::test]
async fn plumb_acts_as_the_role_that_connects() {
    for postgres in majors() {
        let folder = Folder::declaring("[table.t.column]\na = 'int'\n");
        let database = of_a_stranger(postgres, &folder).await;
        let name = &database.name;
        let set = format!(
            "alter database {name} set role = mallory; grant all on schema public to mallory"
        );
        database.execute(&set).await;
        let apply = ["apply", "--yes", "--schema", folder.arg(), "--url", &database.url()]
            .map(str::to_owned);
        let output = Plumb::new(&apply.each_ref().map(String::as_str)).run();
        assert!(
            output.stderr.contains("role = mallory, which is not followed"),
            "{}",
            output.stderr
        );
        output.ok();
        let owner = "select tableowner from pg_tables where tablename = 't'";
        assert_eq!(database.query_strings(owner).await, ["postgres"]);
        // What a role has set for itself it follows.
        database.execute("set role none; create role deployer login superuser; alter role deployer set role = mallory").await;
        folder.write("b.toml", "[table.u.column]\na = 'int'\n");
        let url = database.url_as("deployer");
        Plumb::new(&["apply", "--yes", "--schema", folder.arg(), "--url", &url]).run().ok();
        let owner = "select tableowner from pg_tables where tablename = 'u'";
        assert_eq!(database.query_strings(owner).await, ["mallory"]);
    }
}
