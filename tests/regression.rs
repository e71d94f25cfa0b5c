//! PostgreSQL's own regression database, which has objects of nearly every kind: exported, it differs from its
//! export in nothing; built from the export, it is the same to `pg_dump`, but for what is said here.
//!
//! `scripts/regression` fetches the suite and runs this.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{Cluster, Database, Folder, Plumb, majors};

/// A scratch that cannot be had.
const NO_SCRATCH: &str = "postgresql:///none?host=/nowhere";

/// What is in the regression database, is not built, and why.
const KNOWN: &[(&str, &str)] =
    &[("ON TABLE pg_catalog.", "privileges on the system's own catalogs are the server's affair")];

fn suite() -> PathBuf {
    let path =
        std::env::var_os("PLUMB_REGRESSION").expect("PLUMB_REGRESSION: run scripts/regression");
    PathBuf::from(path)
}

/// As `pg_regress` runs its tests; what they answer is of no interest.
fn run(database: &Database, suite: &Path, here: &Folder) {
    let cluster = &database.cluster;
    let schedule = fs::read_to_string(suite.join("parallel_schedule")).expect("a schedule");
    for group in schedule.lines().filter_map(|line| line.strip_prefix("test:")) {
        let tests = group.split_whitespace().map(|test| {
            Command::new(cluster.postgres.bin.join("psql"))
                .args(["-X", "-q", "-d", &database.name])
                .args(["-v", "HIDE_TABLEAM=on", "-v", "HIDE_TOAST_COMPRESSION=on"])
                .env("PGHOST", cluster.host())
                .env("PGPORT", cluster.port().to_string())
                .env("PGUSER", "postgres")
                .env("PGTZ", "PST8PDT")
                .env("PGDATESTYLE", "Postgres, MDY")
                .env("PGOPTIONS", "-c intervalstyle=postgres_verbose")
                .env("PG_ABS_SRCDIR", suite)
                .env("PG_ABS_BUILDDIR", here.path())
                .env("PG_LIBDIR", suite.join("lib"))
                .env("PG_DLSUFFIX", ".so")
                .stdin(fs::File::open(suite.join(format!("sql/{test}.sql"))).expect("a test"))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("psql")
        });
        for mut test in tests.collect::<Vec<_>>() {
            test.wait().expect("psql");
        }
    }
}

/// Exports a database, and plans it against that: nothing is to be done, and no server has to be asked.
fn exported(database: &Database) -> (Folder, String) {
    let folder = Folder::new();
    let url = database.url();
    let export = folder.join("exported");
    let output = Plumb::new(&["export", "--url", &url, "--out", &export]).run();
    assert_eq!(output.code, 0, "{}", output.stderr);
    let plan = ["plan", "--exit-code", "--schema", &export, "--url", &url, "--scratch", NO_SCRATCH];
    let plan = Plumb::new(&plan).run();
    assert_eq!(plan.code, 0, "against its own export: {}{}", plan.stdout, plan.stderr);
    (folder, output.stderr)
}

#[ignore = "run by scripts/regression, which fetches the suite"]
#[tokio::test]
async fn the_regression_database_is_built_again_from_its_export() {
    let postgres = majors().iter().find(|postgres| postgres.major == 15).expect("PostgreSQL 15");
    let cluster = Cluster::start(postgres);
    let (there, built) = (Database::create(&cluster).await, Database::create(&cluster).await);
    let here = Folder::new();
    fs::create_dir(here.path().join("results")).expect("a directory");
    run(&there, &suite(), &here);
    let count = there.query_strings("SELECT count(*) FROM pg_class WHERE oid >= 16384").await;
    println!("regression: the suite left {} relations", count[0]);

    let (folder, said) = exported(&there);
    println!("regression: the export says\n{said}");
    assert!(!said.contains("not modelled"), "{said}");
    let (export, url) = (folder.join("exported"), built.url());
    let scratch = cluster.url("postgres");
    let on = ["--schema", &export, "--url", &url, "--scratch", &scratch];
    Plumb::new(&[&["apply", "--yes", "--allow", "all"][..], &on].concat()).run().ok();
    Plumb::new(&[&["plan", "--exit-code"][..], &on].concat()).run().ok();

    let (wanted, made) = (there.dump().expect("pg_dump"), built.dump().expect("pg_dump"));
    let entries = |dump: &str| dump.split("\n\n-- ").map(str::to_owned).collect::<BTreeSet<_>>();
    let (wanted, made) = (entries(&wanted), entries(&made));
    let differing: Vec<&String> = wanted.symmetric_difference(&made).collect();
    let mut unknown = differing.clone();
    for (words, why) in KNOWN {
        let before = unknown.len();
        unknown.retain(|entry| !entry.contains(words));
        let found = before - unknown.len();
        println!("regression: {found} of {} entries differ: {words}: {why}", wanted.len());
        assert!(found > 0, "no longer differs: {words}");
    }
    for entry in &unknown {
        let side = if wanted.contains(*entry) { "lacking" } else { "too much" };
        println!("{side}: {entry}\n");
    }
    assert!(unknown.is_empty(), "{} entries differ and should not", unknown.len());
}
