//! A connected role that is no superuser: what it may grant itself is granted for the transaction, and what else it
//! lacks is named before the first statement.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Output, Plumb, majors};

/// A server on which `master` creates roles and owns the database, as on a managed service.
async fn managed(postgres: &common::Postgres) -> Database {
    let database = Database::create(&Cluster::start(postgres)).await;
    let name = &database.name;
    database
        .execute(&format!(
            "create role master login createrole; create role clerk login;
             alter database {name} owner to master"
        ))
        .await;
    database
}

fn run(words: &[&str], toml: &str, database: &Database, role: &str) -> Output {
    let folder = Folder::declaring(toml);
    let url = database.url_as(role);
    Plumb::new(&[words, &["--schema", folder.arg(), "--url", &url]].concat())
        .on(&database.cluster.postgres)
        .run()
}

const MEMBERS: &str =
    "select roleid::regrole, grantor::regrole, to_jsonb(m) ->> 'set_option' from pg_auth_members m
    where member = 'master'::regrole order by 1";

#[tokio::test]
async fn a_creator_of_roles_makes_a_new_role_the_owner_and_migrates_its_objects() {
    for postgres in majors() {
        let database = managed(postgres).await;
        let first = "[role]\napp_owner = \"nologin\"\n[schema.app]\nowner = \"app_owner\"\n
            [table.\"app.t\"]\nowner = \"app_owner\"\ncolumn = { id = \"int primary key\" }\n";
        run(&["apply", "--yes"], first, &database, "master").ok();
        assert!(run(&["plan"], first, &database, "master").ok().contains("no changes"));
        let members = database.query_strings(MEMBERS).await;
        let next = format!(
            "{}[table.\"app.u\"]\nowner = \"app_owner\"\ncolumn.a = \"int\"\n",
            first.replace("column = {", "column = { more = \"int\",")
        );
        run(&["apply", "--yes"], &next, &database, "master").ok();
        assert!(run(&["plan"], &next, &database, "master").ok().contains("no changes"));
        // Nothing is left of what the role granted itself.
        assert_eq!(database.query_strings(MEMBERS).await, members, "{}", postgres.major);
    }
}

#[tokio::test]
async fn a_role_that_the_connected_one_administers_becomes_an_owner() {
    for postgres in majors() {
        let database = managed(postgres).await;
        // Before 16 CREATEROLE is ADMIN of every role.
        let inherits =
            if postgres.major >= 16 { " with inherit false, set false, admin true" } else { "" };
        database
            .execute(&format!(
                "create role boss; {} grant create on schema public to boss, master;
                 set role master; create table t (a int)",
                if postgres.major >= 16 {
                    format!("grant boss to master{inherits};")
                } else {
                    String::new()
                }
            ))
            .await;
        let members = database.query_strings(MEMBERS).await;
        let toml = "[table.t]\nowner = \"boss\"\ncomment = \"theirs\"\ncolumn.a = \"int\"\n";
        run(&["apply", "--yes"], toml, &database, "master").ok();
        let owner =
            "select relowner::regrole, obj_description(oid) from pg_class where relname = 't'";
        assert_eq!(database.query_strings(owner).await, ["boss|theirs"]);
        assert_eq!(database.query_strings(MEMBERS).await, members, "{}", postgres.major);
    }
}

#[tokio::test]
async fn what_the_connected_role_may_not_do_is_named_before_the_first_statement() {
    for postgres in majors() {
        let database = managed(postgres).await;
        database
            .execute(
                "create role boss; create table t (a int); create view v as select 1 as a; create schema s;
                 create schema mine authorization clerk; create table mine.m (a int);
                 alter table mine.m owner to clerk; grant select on t to clerk with grant option",
            )
            .await;
        let toml = "[role]\nfresh = \"nologin\"\n[schema]\nnew = {}\n
            [table.\"s.u\".column]\na = \"int\"\n[table.t.column]\na = \"int\"\nb = \"int\"\n
            [view.v]\ncomment = \"a view\"\nquery = \"select 1 as a\"\n
            [table.\"mine.m\"]\nowner = \"boss\"\ncolumn.a = \"int\"\n";
        let plan = run(&["plan"], toml, &database, "clerk");
        assert_eq!(plan.code, 0, "{}{}", plan.stdout, plan.stderr);
        let lines = [
            "role:fresh: role clerk has no CREATEROLE",
            "schema:new: role clerk has no CREATE on database",
            "table:s.u: role clerk has no CREATE on schema s; GRANT CREATE ON SCHEMA s TO clerk",
            "column:public.t.b of table:public.t is owned by postgres: role clerk has not the privileges",
            "view:public.v is owned by postgres: role clerk has not the privileges",
            "table:mine.m: role clerk may not make boss its owner; GRANT boss TO clerk",
        ];
        let apply = run(&["apply", "--yes"], toml, &database, "clerk");
        assert_eq!(apply.code, 3, "{}", apply.stderr);
        for line in lines {
            assert!(
                plan.stderr.contains(&format!("note: apply would be refused: {line}")),
                "{line}: {}",
                plan.stderr
            );
            assert!(apply.stderr.contains(&format!("\n  {line}")), "{line}: {}", apply.stderr);
        }
        assert!(apply.stderr.contains("nothing was changed"), "{}", apply.stderr);
        let dry = run(&["apply", "--dry-run"], toml, &database, "clerk");
        assert_eq!(dry.code, 3, "{}", dry.stderr);
        assert!(dry.stderr.contains(lines[3]), "{}", dry.stderr);
        let made = "select count(*) from pg_roles where rolname = 'fresh'";
        assert_eq!(database.query_strings(made).await, ["0"]);

        // A plan of another role's is judged for whoever applies it.
        let folder = Folder::declaring(toml);
        let saved = folder.join("plan.json");
        let words = ["plan", "--schema", folder.arg(), "--out", &saved, "--url", &database.url()];
        Plumb::new(&words).on(&database.cluster.postgres).run().ok();
        let words = ["apply", &saved, "--yes", "--url", &database.url_as("clerk")];
        let refused = Plumb::new(&words).on(&database.cluster.postgres).run();
        assert_eq!(refused.code, 3, "{}", refused.stderr);
        assert!(refused.stderr.contains(lines[3]), "{}", refused.stderr);
        run(&["apply", "--yes"], toml, &database, "postgres").ok();
    }
}

#[tokio::test]
async fn what_the_connected_role_may_do_in_another_way_than_as_owner_is_not_refused() {
    for postgres in majors() {
        let database = managed(postgres).await;
        database
            .execute(
                "create role boss; grant boss to clerk; create schema s authorization clerk;
                 create table s.theirs (a int); create table s.gone (a int); create table s.of_boss (a int);
                 alter table s.of_boss owner to boss; grant select on s.theirs to clerk with grant option;
                 grant trigger on s.theirs to clerk; create function s.f() returns trigger language plpgsql
                 as 'begin return new; end'; grant create, usage on schema s to boss; create role reader",
            )
            .await;
        let toml = "[manage]\nschemas = [\"s\"]\nundeclared = \"drop\"\n[schema.s]\n
            [table.\"s.theirs\"]\ncolumn.a = \"int\"\ngrant.reader = \"select\"\n
            grant.clerk = [\"select with grant option\", \"trigger\"]\n
            trigger.x = \"after insert for each row execute function s.f()\"\n
            [table.\"s.of_boss\"]\ncolumn = { a = \"int\", b = \"int\" }\n
            [table.\"s.new\"]\nowner = \"boss\"\ncolumn.a = \"int\"\n
            [function.\"s.f()\"]\nreturns = \"trigger\"\nlanguage = \"plpgsql\"\nbody = \"begin return new; end\"\n";
        let plan = run(&["plan"], toml, &database, "clerk");
        assert!(!plan.stderr.contains("refused"), "{}", plan.stderr);
        run(&["apply", "--yes", "--allow", "all"], toml, &database, "clerk").ok();
        assert!(run(&["plan"], toml, &database, "clerk").ok().contains("no changes"));
    }
}

#[tokio::test]
async fn a_session_that_only_reads_is_told_so_before_the_first_statement() {
    let database = managed(common::home()).await;
    database.execute("alter role master set default_transaction_read_only = on").await;
    let toml = "[table.t.column]\na = \"int\"\n";
    let plan = run(&["plan"], toml, &database, "master");
    assert_eq!(plan.code, 0, "{}", plan.stderr);
    assert!(plan.stderr.contains("default_transaction_read_only is on"), "{}", plan.stderr);
    let apply = run(&["apply", "--yes"], toml, &database, "master");
    assert_eq!(apply.code, 3, "{}", apply.stderr);
    assert!(apply.stderr.contains("default_transaction_read_only is on"), "{}", apply.stderr);
}

/// Applying as `master` is refused with 3 before the first statement, and plan says so.
#[track_caller]
fn is_named(toml: &str, database: &Database, lines: &[&str]) {
    let plan = run(&["plan"], toml, database, "master");
    assert_eq!(plan.code, 0, "{}{}", plan.stdout, plan.stderr);
    let apply = run(&["apply", "--yes"], toml, database, "master");
    assert_eq!(apply.code, 3, "{}{}", plan.stdout, apply.stderr);
    for line in lines {
        assert!(plan.stderr.contains(&format!("refused: {line}")), "{line}: {}", plan.stderr);
        assert!(apply.stderr.contains(&format!("\n  {line}")), "{line}: {}", apply.stderr);
    }
}

#[tokio::test]
async fn a_new_owner_without_create_on_a_new_schema_is_named() {
    for postgres in majors() {
        let database = managed(postgres).await;
        let toml = |grant: &str| {
            format!(
                "[role]\napp = \"nologin\"\ngrp = \"nologin\"\n[schema.z]\nowner = \"app\"\ngrant = {{ {grant} }}\n\
                 [view.\"z.v\"]\nowner = \"grp\"\nquery = \"select 1 as a\"\n"
            )
        };
        is_named(&toml(""), &database, &["view:z.v: role grp has no CREATE on schema z"]);
        let granted = toml("grp = \"create\"");
        run(&["apply", "--yes"], &granted, &database, "master").ok();
        assert!(run(&["plan"], &granted, &database, "master").ok().contains("no changes"));
    }
}

#[tokio::test]
async fn who_passes_a_privilege_on_without_usage_on_its_schema_is_named() {
    for postgres in majors() {
        let database = managed(postgres).await;
        database
            .execute("create role grp; create role reader; create schema old authorization master")
            .await;
        if postgres.major >= 16 {
            database.execute("grant grp to master with admin option").await;
        }
        for schema in ["old", "new"] {
            let toml = |usage: &str| {
                format!(
                    "[schema.{schema}]\ngrant = {{ {usage} }}\n[table.\"{schema}.t\"]\ncolumn.a = \"int\"\n\
                     grant = {{ grp = \"select with grant option\", reader = \"select granted by grp\" }}\n"
                )
            };
            let line = format!(
                "table:{schema}.t: role grp, which grants a privilege on it, has no USAGE on schema {schema}"
            );
            is_named(&toml(""), &database, &[&line]);
            // A superuser who grants as another role is none meanwhile.
            let apply = run(&["apply", "--yes"], &toml(""), &database, "postgres");
            assert_eq!(apply.code, 3, "{}", apply.stderr);
            assert!(apply.stderr.contains(&line), "{}", apply.stderr);
            let granted = toml("grp = \"usage\"");
            run(&["apply", "--yes"], &granted, &database, "master").ok();
        }
    }
}

#[tokio::test]
async fn what_a_creator_of_roles_may_not_do_to_roles_is_named() {
    for postgres in majors() {
        let database = managed(postgres).await;
        database.execute("create role theirs; create role root superuser; create role gone").await;
        let roles = |text: &str| format!("[manage]\nroles = true\n[role]\n{text}");
        let lacks = |attribute: &str| format!("role:fresh: role master has not {attribute} itself");
        for (word, line) in [
            ("replication", lacks("REPLICATION")),
            ("bypassrls", lacks("BYPASSRLS")),
            ("superuser", "role:fresh: role master is no superuser".to_owned()),
        ] {
            is_named(&roles(&format!("fresh = \"nologin {word}\"\n")), &database, &[&line]);
        }
        let root = "role:root: role master is no superuser";
        is_named(&roles("root = \"login superuser\"\n"), &database, &[root]);
        let createdb = roles("fresh = \"nologin createdb\"\n");
        let theirs = [
            "theirs = \"login\"\n",
            "theirs = { set = { work_mem = \"1MB\" } }\n",
            "yours = { renamed_from = \"theirs\" }\n",
        ];
        if postgres.major >= 16 {
            is_named(&createdb, &database, &[&lacks("CREATEDB")]);
            for toml in theirs {
                let line = "role master has no ADMIN OPTION on role theirs; GRANT theirs TO master";
                let apply = run(&["apply", "--yes"], &roles(toml), &database, "master");
                assert_eq!(apply.code, 3, "{toml}{}", apply.stderr);
                assert!(apply.stderr.contains(line), "{toml}{}", apply.stderr);
            }
            database.execute("grant theirs to master with admin option").await;
            database.execute("alter role master createdb replication bypassrls").await;
            let all = roles("fresh = \"nologin createdb replication bypassrls\"\n");
            run(&["apply", "--yes"], &all, &database, "master").ok();
        } else {
            run(&["apply", "--yes"], &createdb, &database, "master").ok();
        }
        for toml in theirs {
            run(&["apply", "--yes"], &roles(toml), &database, "master").ok();
        }
    }
}
