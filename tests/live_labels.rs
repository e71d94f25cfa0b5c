//! Security labels: exported, made, changed and taken away as they are declared. `label_provider/` is compiled
//! into a provider that takes any label, which a server loads for whoever connects to the database.

#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, os::unix::fs::PermissionsExt, process::Command, sync::Arc};

use common::{Cluster, Database, Folder, Output, Plumb, home};

const LABELLED: &str = "
    create table visit (id integer primary key, doctor text, number integer generated always as identity);
    create table kept (a integer);
    create index visit_doctor on visit (doctor);
    create view doctors as select doctor from visit;
    create type place as (ward text);
    create function f() returns integer language sql as 'select 1';
    comment on table visit is 'Visits.';
    security label for plumb_test on table visit is 'it''s secret';
    security label for plumb_test on column visit.doctor is 'masked';
    security label for plumb_test on sequence visit_number_seq is 'counted';
    security label for plumb_test on view doctors is 'shown';
    security label for plumb_test on column doctors.doctor is 'shown too';
    security label for plumb_test on type place is 'a place';
    security label for plumb_test on function f() is 'works';
    security label for plumb_test on schema public is 'all'";

/// A database whose sessions know the provider.
async fn database(cluster: &Arc<Cluster>) -> Database {
    let major = cluster.postgres.major;
    let library = cluster.host().join("plumb_test.so");
    if !library.exists() {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/label_provider/plumb_test.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", &format!("-DMAJOR={major}"), source, "-o"]);
        assert!(compiler.arg(&library).status().expect("cc").success(), "{source}");
        fs::set_permissions(&library, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let database = Database::create(cluster).await;
    let name = database.query_strings("select current_database()").await.remove(0);
    let loads = format!(
        "alter database {name} set session_preload_libraries = '{}'",
        library.to_str().unwrap()
    );
    database.execute(&loads).await;
    database
}

fn run(words: &[&str], folder: &str, database: &Database) -> Output {
    let url = database.url();
    let scratch = database.cluster.url("postgres");
    Plumb::new(&[words, &["--schema", folder, "--url", &url, "--scratch", &scratch]].concat()).run()
}

#[tokio::test]
async fn labels_are_declared_as_comments_are() {
    let cluster = Cluster::start(home());
    let there = database(&cluster).await;
    there.execute(LABELLED).await;
    let folder = Folder::new();
    Plumb::new(&["export", "--url", &there.url(), "--out", folder.arg()]).run().ok();
    assert!(run(&["plan"], folder.arg(), &there).ok().contains("no changes"));

    let anew = database(&cluster).await;
    run(&["apply", "--yes"], folder.arg(), &anew).ok();
    assert_eq!(there.dump(), anew.dump());

    // Somebody changes one, takes one away and makes one too many.
    anew.execute(
        "security label for plumb_test on column visit.doctor is 'open';
         security label for plumb_test on function f() is null;
         security label for plumb_test on sequence visit_number_seq is null;
         security label for plumb_test on column doctors.doctor is null;
         security label for plumb_test on table kept is 'x'",
    )
    .await;
    let drift = run(&["drift"], folder.arg(), &anew).exit(2);
    assert!(drift.contains("plumb_test: open"), "{drift}");
    let plan = run(&["plan"], folder.arg(), &anew).ok();
    assert!(plan.contains("ON COLUMN public.visit.doctor IS 'masked'"), "{plan}");
    assert!(
        plan.contains("what plumb_test lets be done with COLUMN public.visit.doctor"),
        "{plan}"
    );
    assert!(plan.contains("ON TABLE public.kept IS NULL"), "{plan}");
    run(&["apply", "--yes", "--allow", "all"], folder.arg(), &anew).ok();
    assert_eq!(there.dump(), anew.dump());
    assert!(run(&["plan"], folder.arg(), &anew).ok().contains("no changes"));
}

#[tokio::test]
async fn a_label_on_what_is_no_object_is_reported() {
    let there = database(&Cluster::start(home())).await;
    there
        .execute(
            "create type place as (ward text);
             security label for plumb_test on column place.ward is 'x'",
        )
        .await;
    let folder = Folder::new();
    Plumb::new(&["export", "--url", &there.url(), "--out", folder.arg()]).run().ok();
    let plan = run(&["plan"], folder.arg(), &there).ok();
    assert!(plan.contains("public.place.ward for plumb_test"), "{plan}");
}

#[tokio::test]
async fn the_label_of_a_role_is_managed_with_roles() {
    let there = database(&Cluster::start(home())).await;
    there.execute("create role nurse").await;
    let managed = "[manage]\nschemas = ['*']\nroles = true\n[role.nurse]\n";
    let folder =
        Folder::declaring(&format!("{managed}security_label = {{ plumb_test = 'ward' }}\n"));
    run(&["apply", "--yes", "--allow", "all"], folder.arg(), &there).ok();
    let labels = "select label from pg_shseclabel";
    assert_eq!(there.query_strings(labels).await, ["ward"]);
    assert!(run(&["plan"], folder.arg(), &there).ok().contains("no changes"));
    let folder = Folder::declaring(managed);
    run(&["apply", "--yes", "--allow", "all"], folder.arg(), &there).ok();
    assert!(there.query_strings(labels).await.is_empty());
}
