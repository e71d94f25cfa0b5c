//! What a name, a right or a silence in the declaration means, where a mistake would give somebody more.

mod common;

use common::{Cluster, Database, Folder, Plumb, home, majors};

/// Names that end in a blank, in every kind, and roles whose names are nearly words of ours.
const ODD_NAMES: &str = r#"
create role "Public"; create role "PUBLIC"; create role "<owner>"; create role "r ";
create schema "s ";
create table "s "."t " ("a " int primary key, "b " text default 'x', constraint "c " check ("a " > 0), c int generated always as identity (sequence name "s "."ids "));
create index "i " on "s "."t " ("b ");
create view "s "."v " as select "a ", "b " as "x " from "s "."t ";
create materialized view "s "."m " as select "a " from "s "."t ";
create type "s "."e " as enum ('x ', 'y');
create type "s "."co " as ("f " int);
create domain "s "."d " as int constraint "dc " check (value > 0);
create type "s "."ra " as range (subtype = int4);
create function "s "."f "("arg " int, "s "."d ") returns int language sql as 'select 1';
create procedure "s "."p "("arg " int) language sql as 'select 1';
create function "s "."tr "() returns trigger language plpgsql as 'begin return new; end';
create trigger "tg " before insert on "s "."t " for each row execute function "s "."tr "();
create aggregate "s "."ag "(int) (sfunc = int4pl, stype = int);
create sequence "s "."sq " owned by "s "."t "."a ";
create policy "po " on "s "."t " to "r " using (true);
alter table "s "."t " enable row level security;
create rule "ru " as on delete to "s "."t " do instead nothing;
create statistics "s "."st " on "a ", "b " from "s "."t ";
create collation "s "."cl " from "C";
create text search dictionary "s "."td " (template = simple);
create text search configuration "s "."tc " (parser = default);
create publication "pb " for table "s "."t ";
create foreign data wrapper "w ";
create server "sv " foreign data wrapper "w ";
create foreign table "s "."ft " ("a " int) server "sv ";
create user mapping for "r " server "sv ";
create function "s "."ev "() returns event_trigger language plpgsql as 'begin end';
create event trigger "et " on sql_drop when tag in ('DROP SERVER') execute function "s "."ev "();
create table "s "."pt " (a int) partition by range (a);
create table "s "."p1 " partition of "s "."pt " for values from (1) to (2);
create operator family "s "."of " using btree;
create conversion "s "."cv " for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create operator class "s "."oc " for type int4 using btree family "s "."of " as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(int4,int4);
create index "oi " on "s "."t " ("a " "s "."oc ");
alter table "s "."pt " owner to "r ";
grant select on "s "."t " to "Public", "PUBLIC", "<owner>", "r ";
grant insert on "s "."t " to public;
grant update ("a ") on "s "."t " to "<owner>", "Public";
alter default privileges for role "r " in schema "s " grant select on tables to "<owner>", "Public";
alter default privileges for role "<owner>" revoke insert on tables from "<owner>";
create table o (a int); alter table o owner to "<owner>"; revoke update on o from "<owner>"; grant select on o to "Public";
comment on table "s "."t " is 'trailing ';
"#;

#[tokio::test]
async fn odd_names_survive_an_export() {
    for postgres in [home(), majors().last().expect("a server")] {
        let cluster = Cluster::start(postgres);
        let database = Database::create(&cluster).await;
        database.execute(ODD_NAMES).await;
        let (exported, url) = (Folder::new(), database.url());
        let out = exported.join("out");
        Plumb::new(&["export", "--url", &url, "--out", &out]).run().ok();
        let plan = |url: &str| {
            Plumb::new(&["plan", "--exit-code", "--schema", &out, "--url", url]).on(postgres).run()
        };
        plan(&url).ok();
        let copy = Database::create(&cluster).await;
        let other = copy.url();
        Plumb::new(&["apply", "--yes", "--schema", &out, "--url", &other]).on(postgres).run().ok();
        plan(&other).ok();
        assert_eq!(copy.dump(), database.dump());
    }
}

#[tokio::test]
async fn only_the_bare_lower_case_public_is_everybody() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    let url = database.url();
    let with = |grantee: &str| {
        let files = Folder::declaring(&format!(
            "[table.t]\ncolumn = {{ a = \"int\" }}\ngrant = {{ {grantee} = \"select\" }}\n"
        ));
        Plumb::new(&["plan", "--schema", files.arg(), "--url", &url]).run()
    };
    assert!(with("public").ok().contains("GRANT SELECT ON TABLE public.t TO PUBLIC;"));
    let refused = with("PUBLIC");
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("the key `public`, in lower case, is PUBLIC"),
        "{}",
        refused.stderr
    );
    database.execute("create role \"PUBLIC\"; create role \"<owner>\"").await;
    assert!(with("PUBLIC").ok().contains("GRANT SELECT ON TABLE public.t TO \"PUBLIC\";"));
    assert!(with("'\"<owner>\"'").ok().contains("GRANT SELECT ON TABLE public.t TO \"<owner>\";"));
}

#[tokio::test]
async fn a_column_that_an_unmanaged_view_selects_is_not_dropped() {
    let cluster = Cluster::shared(home());
    let database = Database::create(&cluster).await;
    database
        .execute(
            "create schema app; create schema rpt; create table app.t (id int primary key, gone int, free int); \
             create view rpt.v as select id, gone from app.t",
        )
        .await;
    let declared = |column: &str| {
        let files = Folder::declaring(&format!(
            "namespace = \"app\"\n[manage]\nschemas = [\"app\"]\nundeclared = \"drop\"\n\
             [table.t.column]\nid = \"int primary key\"\n{column} = \"int\"\n"
        ));
        Plumb::new(&["plan", "--schema", files.arg(), "--url", &database.url()]).run()
    };
    let refused = declared("free");
    assert_eq!(refused.code, 3);
    assert!(
        refused.stderr.contains("view:rpt.v cannot be changed: it uses column:app.t.gone"),
        "{}",
        refused.stderr
    );
    let plan = declared("gone").ok();
    assert!(plan.contains("DROP COLUMN free") && !plan.contains("rpt.v"), "{plan}");
}

#[tokio::test]
async fn a_role_that_became_more_than_declared_is_drift_and_is_left_alone() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    database.execute("create role app login; create role other").await;
    let url = database.url();
    let run = |command: &str, manage: &str| {
        let files = Folder::declaring(&format!("{manage}[role]\napp = \"login\"\n"));
        Plumb::new(&[command, "--schema", files.arg(), "--url", &url]).run()
    };
    run("drift", "").ok();
    database.execute("alter role app superuser bypassrls").await;
    let drift = run("drift", "");
    assert_eq!(drift.code, 2, "{}", drift.stdout);
    let changed = "changed role:app: superuser now true, declared (none); bypassrls now true, declared (none)";
    assert!(drift.stdout.contains(changed), "{}", drift.stdout);
    let plan = run("plan", "").ok();
    assert!(
        plan.contains("not managed") && plan.contains("role app") && !plan.contains("ALTER ROLE"),
        "{plan}"
    );
    let plan = run("plan", "[manage]\nroles = true\n").ok();
    assert!(plan.contains("ALTER ROLE app NOSUPERUSER NOBYPASSRLS"), "{plan}");
    // Memberships and settings are compared with `roles` only.
    database.execute("alter role app nosuperuser nobypassrls; alter role app set work_mem = '1MB'; grant other to app").await;
    run("drift", "").ok();
}

#[tokio::test]
async fn a_policy_that_does_not_apply_is_warned_of() {
    let cluster = Cluster::shared(home());
    let database = Database::create(&cluster).await;
    let url = database.url();
    let said = |rls: &str| {
        let files = Folder::declaring(&format!(
            "[table.t]\ncolumn = {{ a = \"int\" }}\npolicy = {{ p = \"using (a = 1)\" }}\n{rls}"
        ));
        let plan = Plumb::new(&["plan", "--schema", files.arg(), "--url", &url]).run();
        let check = Plumb::new(&["check", "--schema", files.arg()]).run();
        (plan.code, plan.stderr, check.code, check.stderr)
    };
    let warning = "warning[row-level-security]: policy p does not apply: row-level security of table public.t is off";
    let (plan, planned, check, checked) = said("");
    assert_eq!((plan, check), (0, 0), "{planned}{checked}");
    assert!(planned.contains(warning) && checked.contains(warning), "{planned}{checked}");
    let (_, planned, _, checked) = said("row_level_security = true\n");
    assert!(!planned.contains("warning") && !checked.contains("warning"), "{planned}{checked}");
    let (plan, planned, ..) = said("rls = true\n");
    assert_eq!(plan, 1);
    assert!(planned.contains("did you mean `row_level_security`?"), "{planned}");
}

#[test]
fn a_mistake_is_shown_where_it_stands() {
    let check = |toml: &str| {
        let files = Folder::declaring(toml);
        let output = Plumb::new(&["check", "--schema", files.arg()]).run();
        assert_eq!(output.code, 1, "{}", output.stderr);
        output.stderr
    };
    let unknown = check("[table.t.column]\na = \"int\"\nb = \"intt\"\n");
    assert!(unknown.contains("schema.toml:3:1") && unknown.contains("near `intt"), "{unknown}");
    let circle = check("[view]\na = \"as select * from b\"\nb = \"as select * from a\"\n");
    assert!(circle.contains("view:public.b -> view:public.a -> view:public.b"), "{circle}");
    assert!(circle.contains("2 | a =") && circle.contains("3 | b ="), "{circle}");
    let query = check("[view.v]\nas = \"select 1\"\n");
    assert!(query.contains("did you mean `query`?"), "{query}");
    assert!(query.contains("look at the key `as`"), "{query}");
    assert!(check("[grant]\nt = \"select\"\n").contains("privileges stand in the object"));
    let secret = check("[role]\na = \"login password 'hunter2'\"\n");
    assert!(secret.contains("password") && !secret.contains("hunter2"), "{secret}");
}
