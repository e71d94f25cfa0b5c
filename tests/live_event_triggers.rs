//! Event triggers of the server, whose code runs beside the statements of a plan.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Output, Plumb, majors};

fn run(words: &[&str], toml: &str, database: &Database) -> Output {
    let folder = Folder::declaring(toml);
    Plumb::new(&[words, &["--schema", folder.arg(), "--url", &database.url()]].concat())
        .on(&database.cluster.postgres)
        .run()
}

/// A database with an event trigger that does something to every new table of schema public.
async fn watched(postgres: &common::Postgres, does: &str) -> Database {
    let database = Database::create(&Cluster::start(postgres)).await;
    database
        .execute(&format!(
            "create schema machinery;
             create function machinery.stamp() returns trigger language plpgsql as
               'begin new.updated_at := now(); return new; end';
             create function machinery.on_create() returns event_trigger language plpgsql as $$
             declare r record; begin
               for r in select * from pg_event_trigger_ddl_commands()
                 where command_tag = 'CREATE TABLE' and schema_name = 'public' loop
                 execute format('{does}', r.objid::regclass);
               end loop; end $$;
             create event trigger on_create on ddl_command_end when tag in ('CREATE TABLE')
               execute function machinery.on_create()"
        ))
        .await;
    database
}

const STAMP: &str =
    "create trigger stamp before update on %s for each row execute function machinery.stamp()";

const DECLARED: &str = r#"
[table.visit]
column = { id = "int primary key", updated_at = "timestamptz" }
trigger.stamp = "before update for each row execute function machinery.stamp()"
"#;

#[tokio::test]
async fn what_an_event_trigger_has_made_as_the_plan_wants_it_is_passed_over() {
    for postgres in majors() {
        let database = watched(postgres, STAMP).await;
        let plan = run(&["plan"], DECLARED, &database);
        assert!(plan.stderr.contains("event trigger on_create fires"), "{}", plan.stderr);
        let applied = run(&["apply", "--yes"], DECLARED, &database);
        assert!(applied.stderr.contains("passed over"), "{}", applied.stderr);
        applied.ok();
        assert!(run(&["plan"], DECLARED, &database).ok().contains("no changes"));
    }
}

#[tokio::test]
async fn what_an_event_trigger_changes_otherwise_is_rolled_back_and_it_is_named() {
    for postgres in majors() {
        let database = watched(postgres, "comment on table %s is ''watched''").await;
        let applied = run(&["apply", "--yes"], DECLARED, &database);
        assert_eq!(applied.code, 3, "{}", applied.stderr);
        assert!(applied.stderr.contains("event trigger on_create fired"), "{}", applied.stderr);
        let tables =
            database.query_strings("select tablename from pg_tables where schemaname = 'public'");
        assert!(tables.await.is_empty());
    }
}

#[tokio::test]
async fn one_that_fires_for_nothing_in_a_plan_is_not_named() {
    for postgres in majors() {
        let database = watched(postgres, STAMP).await;
        database.execute("alter event trigger on_create disable").await;
        let plan = run(&["plan"], DECLARED, &database);
        assert!(!plan.stderr.contains("event trigger"), "{}", plan.stderr);
        run(&["apply", "--yes"], DECLARED, &database).ok();
    }
}
