//! Roles: made where they are missing, and left alone unless `[manage] roles` says otherwise.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Plumb, majors};

const THERE: &str = "create role reads; create role writes in role reads; create role goes login;
    alter role writes set search_path = a, \"B c\"; grant writes to goes with admin option;
    create schema s authorization goes";

const DECLARED: &str = r#"
[schema]
s = { owner = "comes" }
[role]
reads  = { sql = "createdb", comment = "Reads." }
comes  = { member_of = { reads = "with admin option" }, set = { work_mem = "8MB" } }
writes = { login = true, in_database = { postgres = { statement_timeout = 50 } } }
"#;

#[tokio::test]
async fn roles_are_managed_only_where_the_declaration_says_so() {
    for postgres in majors() {
        let cluster = Cluster::start(postgres);
        let database = Database::create(&cluster).await;
        database.execute(THERE).await;
        let url = database.url();
        let scratch = cluster.url("postgres");
        let run = |command: &[&str], dir: &str| {
            let common = ["--schema", dir, "--url", &url, "--scratch", &scratch];
            Plumb::new(&[command, &common].concat()).run()
        };

        // What is not managed is neither changed nor dropped; what is missing is made.
        let folder = Folder::declaring(DECLARED);
        let plan = run(&["plan"], folder.arg()).ok();
        assert!(plan.contains("CREATE ROLE comes NOLOGIN"), "{plan}");
        assert!(!plan.contains("ALTER ROLE writes") && !plan.contains("DROP ROLE"), "{plan}");

        let managed = "[manage]\nschemas = [\"*\"]\nundeclared = \"drop\"\nroles = true\n";
        let folder = Folder::declaring(&format!("{managed}{DECLARED}"));
        run(&["apply", "--yes", "--allow", "all"], folder.arg()).ok();
        assert!(run(&["plan"], folder.arg()).ok().contains("no changes"));
        let roles = "select rolname || rolcanlogin || rolcreatedb from pg_roles
            where oid <> 10 and rolname !~ '^pg_' order by 1";
        assert_eq!(
            database.query_strings(roles).await,
            ["comesfalsefalse", "readsfalsetrue", "writestruefalse"]
        );

        // An export with roles is the whole truth.
        let exported = Folder::new();
        let out = exported.join("out");
        Plumb::new(&["export", "--roles", "--url", &url, "--out", &out]).run().ok();
        assert!(run(&["plan"], &out).ok().contains("no changes"));
    }
}
