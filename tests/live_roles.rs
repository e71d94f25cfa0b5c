//! Roles: made where they are missing, and left alone unless `[manage] roles` says otherwise.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Plumb, home, majors};
use pgplumb::render::{json, read_json};

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

#[tokio::test]
async fn a_saved_plan_drops_the_role_that_it_says_and_no_other() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    database.execute("create role goes login; create role boss superuser; create role stays").await;
    let (url, scratch) = (database.url(), cluster.url("postgres"));
    let folder = Folder::declaring(
        "[manage]\nundeclared = \"drop\"\nroles = true\n[role.boss]\nsuperuser = true\n[role.stays]\n",
    );
    let file = folder.join("plan.json");
    let run = |command: &[&str]| {
        let common = ["--schema", folder.arg(), "--url", &url, "--scratch", &scratch];
        Plumb::new(&[command, &common].concat()).run()
    };
    run(&["plan", "--out", &file]).ok();
    let text = std::fs::read_to_string(&file).unwrap();
    let there =
        "select rolname::text from pg_roles where oid <> 10 and rolname !~ '^pg_' order by 1";
    for (bent, why) in [
        ("DROP ROLE boss", "object boss is dropped"),
        ("DROP ROLE goes, boss", "no plan contains"),
        ("DROP OWNED BY stays", "no plan contains"),
        ("REASSIGN OWNED BY stays TO boss", "no plan contains"),
    ] {
        let mut plan = read_json(&text).unwrap();
        let steps = plan.transactions.iter_mut().flat_map(|transaction| &mut transaction.steps);
        let dropped = steps.filter(|step| step.sql == "DROP ROLE goes");
        let mut count = 0;
        for step in dropped {
            bent.clone_into(&mut step.sql);
            count += 1;
        }
        assert_eq!(count, 1, "{text}");
        let other = folder.join("bent.json");
        std::fs::write(&other, json(&plan)).unwrap();
        let refused = run(&["apply", "--yes", "--allow", "all", &other]);
        assert_eq!(refused.code, 3, "{bent}: {}", refused.stderr);
        assert!(refused.stderr.contains(why), "{bent}: {}", refused.stderr);
        assert_eq!(database.query_strings(there).await, ["boss", "goes", "stays"]);
    }
    run(&["apply", "--yes", "--allow", "undeclared-drop", &file]).ok();
    assert_eq!(database.query_strings(there).await, ["boss", "stays"]);
}
