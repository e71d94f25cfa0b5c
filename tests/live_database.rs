//! The database itself: its settings, privileges, owner and comment are compared where `[database]` is written.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Plumb, home, majors};
use pgplumb::render::{json, read_json};

const DECLARED: &str = r#"
[database]
comment = "Wards and visits."
owner   = "keeper"
set     = { work_mem = "64MB", search_path = "app, public" }

[database.grant]
public = "temporary"
app    = "connect"
"#;

#[tokio::test]
async fn what_is_changed_of_the_database_is_found_and_undone() {
    let newest = majors().last().filter(|newest| newest.major != home().major);
    for postgres in std::iter::once(home()).chain(newest) {
        let cluster = Cluster::start(postgres);
        let database = Database::create(&cluster).await;
        let url = database.url();
        database.execute("create role app; create role keeper").await;
        let folder = Folder::declaring(DECLARED);
        let run = |command: &[&str]| {
            let common = ["--schema", folder.arg(), "--url", &url];
            Plumb::new(&[command, &common].concat()).run()
        };
        run(&["apply", "--yes"]).ok();
        run(&["drift"]).ok();
        let there = "select d.datdba::regrole || ' ' || shobj_description(d.oid, 'pg_database') || ' ' || \
            d.datacl::text || ' ' || (select setconfig::text from pg_db_role_setting \
            where setdatabase = d.oid) from pg_database d where datname = current_database()";
        let wanted = database.query_strings(there).await;
        assert!(
            wanted[0].contains("keeper Wards and visits.") && wanted[0].contains("app=c/keeper"),
            "{wanted:?}"
        );
        let name = database.query_strings("select quote_ident(current_database())").await;
        for by_hand in [
            "alter database NAME set work_mem = '2MB'",
            "alter database NAME set statement_timeout = '1s'",
            "alter database NAME reset search_path",
            "alter database NAME owner to postgres",
            "comment on database NAME is 'another'",
            "grant connect on database NAME to public",
            "revoke connect on database NAME from app",
        ] {
            database.execute(&by_hand.replace("NAME", &name[0])).await;
            let drift = run(&["drift", "--format", "json"]);
            assert_eq!(drift.code, 2, "{by_hand}: {}{}", drift.stdout, drift.stderr);
            run(&["apply", "--yes"]).ok();
            run(&["drift"]).ok();
            assert_eq!(database.query_strings(there).await, wanted, "{by_hand}");
        }
    }
}

#[tokio::test]
async fn a_database_is_compared_with_its_export_and_left_alone_without_it() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    let other = Database::create(&cluster).await;
    let name = database.query_strings("select quote_ident(current_database())").await;
    let set = |to: &str| format!("alter database {} set work_mem = '{to}'", name[0]);
    database.execute("create table t (a int)").await;
    database.execute(&set("2MB")).await;
    let folder = Folder::new();
    let out = folder.join("out");
    let url = database.url();
    Plumb::new(&["export", "--url", &url, "--out", &out]).run().ok();
    Plumb::new(&["drift", "--url", &url, "--schema", &out]).run().ok();
    database.execute(&set("3MB")).await;
    let drift = Plumb::new(&["drift", "--url", &url, "--schema", &out]).run();
    assert_eq!(drift.code, 2);
    assert!(drift.stdout.contains("work_mem"), "{}", drift.stdout);

    // The declaration names no database, so that it serves another one.
    let (url, there) = (
        other.url(),
        "select coalesce(setconfig::text, '') from pg_db_role_setting \
        join pg_database d on d.oid = setdatabase where datname = current_database()",
    );
    Plumb::new(&["apply", "--yes", "--url", &url, "--schema", &out]).run().ok();
    assert_eq!(other.query_strings(there).await, ["{work_mem=2MB}"]);

    // Where it is not written, it is not compared; nor is it dropped.
    let silent = Folder::declaring(
        "[manage]\nschemas = [\"*\"]\nundeclared = \"drop\"\n[table.t.column]\na = \"int\"\n",
    );
    let plan = Plumb::new(&["plan", "--url", &url, "--schema", silent.arg()]).run().ok();
    assert!(plan.contains("no changes"), "{plan}");

    // Without a database there is nothing to compare it with.
    let plan = Plumb::new(&["plan", "--schema", &out]).run();
    assert_eq!(plan.code, 0);
    assert!(!plan.stdout.contains("ALTER DATABASE"), "{}", plan.stdout);
}

#[tokio::test]
async fn a_saved_plan_sets_nothing_for_another_database() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    let url = database.url();
    let folder = Folder::declaring("[database]\nset = { work_mem = \"5MB\" }\n");
    let file = folder.join("plan.json");
    Plumb::new(&["plan", "--url", &url, "--schema", folder.arg(), "--out", &file]).run().ok();
    let mut plan = read_json(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let step = plan.transactions.iter_mut().flat_map(|it| &mut it.steps).next().unwrap();
    assert!(step.sql.starts_with("ALTER DATABASE"), "{}", step.sql);
    "ALTER DATABASE postgres SET session_preload_libraries TO 'evil'".clone_into(&mut step.sql);
    let bent = folder.join("bent.json");
    std::fs::write(&bent, json(&plan)).unwrap();
    let refused = Plumb::new(&["apply", "--yes", "--allow", "all", "--url", &url, &bent]).run();
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    let set = "select setconfig::text from pg_db_role_setting";
    assert!(database.query_strings(set).await.is_empty());
}

#[tokio::test]
async fn privileges_on_system_objects_are_found_and_undone() {
    let newest = majors().last().filter(|newest| newest.major != home().major);
    for postgres in std::iter::once(home()).chain(newest) {
        let cluster = Cluster::start(postgres);
        let database = Database::create(&cluster).await;
        let url = database.url();
        database.execute("create role app; create role keeper; create table t (a int)").await;
        database.execute("grant execute on function pg_catalog.pg_ls_dir(text) to keeper").await;
        let folder = Folder::new();
        let out = folder.join("out");
        Plumb::new(&["export", "--url", &url, "--out", &out]).run().ok();
        let text = std::fs::read_to_string(format!("{out}/_system_object.toml")).unwrap();
        assert!(text.contains("function pg_catalog.pg_ls_dir(text)"), "{text}");
        let run = |command: &[&str]| {
            Plumb::new(&[command, &["--url", &url, "--schema", &out]].concat()).run()
        };
        run(&["drift"]).ok();
        let there = "select coalesce(r.rolname, 'public') || a.privilege_type from ( \
            select relacl from pg_class where oid = 'pg_authid'::regclass union all \
            select attacl from pg_attribute where attrelid = 'pg_class'::regclass union all \
            select proacl from pg_proc where proname in ('pg_ls_dir', 'pg_read_file', 'now') union all \
            select nspacl from pg_namespace where nspname = 'pg_catalog' union all \
            select lanacl from pg_language where lanname = 'plpgsql') o (acl), \
            lateral aclexplode(acl) a left join pg_roles r on r.oid = a.grantee \
            where a.grantee = 0 or r.rolname in ('app', 'keeper') order by 1";
        let before = database.query_strings(there).await;
        for by_hand in [
            "grant select on pg_catalog.pg_authid to app",
            "grant select (relname) on pg_catalog.pg_class to app",
            "grant execute on function pg_catalog.pg_read_file(text) to app",
            "revoke execute on function pg_catalog.pg_ls_dir(text) from keeper",
            "revoke execute on function pg_catalog.now() from public",
            "revoke usage on schema pg_catalog from public",
            "grant usage on language plpgsql to app",
            "revoke usage on language plpgsql from public",
        ] {
            database.execute(by_hand).await;
            let drift = run(&["drift", "--format", "json"]);
            assert_eq!(drift.code, 2, "{by_hand}: {}{}", drift.stdout, drift.stderr);
            assert_eq!(drift.stdout.matches("\"kind\"").count(), 1, "{}", drift.stdout);
            run(&["apply", "--yes", "--allow", "all"]).ok();
            run(&["drift"]).ok();
            let public = |all: &[String]| {
                let mut all = all.to_vec();
                // PUBLIC has them where no privileges are stored, too.
                all.retain(|one| one != "publicEXECUTE" && one != "publicUSAGE");
                all
            };
            assert_eq!(public(&database.query_strings(there).await), public(&before), "{by_hand}");
        }
    }
}
