//! A saved plan is applied as it was reviewed, to the database that it was made for, or not at all.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Output, Plumb, Postgres, majors};
use pgplumb::plan::{Lock, LockMode, Plan};
use pgplumb::render::{json, read_json};

const NEW: &str =
    "[table.client.column]\nid = 'integer primary key'\nname = 'text'\nmail = 'text'\n";

/// 15 and the newest major that are here.
fn postgres() -> Vec<&'static Postgres> {
    let all = majors();
    let fifteen = all.iter().find(|it| it.major == 15).or(all.first());
    let mut both: Vec<_> = fifteen.into_iter().chain(all.last()).collect();
    both.dedup_by_key(|it| it.major);
    both
}

/// A database, its plan on a file, and the text of the plan.
struct Case {
    database: Database,
    folder: Folder,
    file: String,
    text: String,
}

impl Case {
    async fn new(postgres: &'static Postgres, there: &str, toml: &str) -> Self {
        let database = Database::create(&Cluster::shared(postgres)).await;
        database.execute(there).await;
        let folder = Folder::new();
        folder.write("client.toml", toml);
        let file = folder.join("plan.json");
        let scratch = database.cluster.url("postgres");
        Plumb::new(&[
            "plan",
            "--schema",
            folder.arg(),
            "--url",
            &database.url(),
            "--scratch",
            &scratch,
            "--out",
            &file,
        ])
        .run()
        .ok();
        let text = std::fs::read_to_string(&file).unwrap();
        Self { database, folder, file, text }
    }

    async fn simple(postgres: &'static Postgres) -> Self {
        let there = "create table client (id integer primary key, name text); insert into client values (1, 'a')";
        Self::new(postgres, there, NEW).await
    }

    fn apply(&self, more: &[&str]) -> Output {
        let url = self.database.url();
        let words = ["apply", &self.file, "--yes", "--url", &url, "--schema", self.folder.arg()];
        Plumb::new(&[&words[..], more].concat()).run()
    }

    /// Saves the plan with a change, and a digest that fits.
    fn bend(&self, change: impl FnOnce(&mut Plan)) {
        let mut plan = read_json(&self.text).unwrap();
        change(&mut plan);
        std::fs::write(&self.file, json(&plan)).unwrap();
    }

    async fn rows(&self) -> Vec<String> {
        self.database.query_strings("select count(*), count(name) from client").await
    }
}

#[tokio::test]
async fn a_plan_whose_text_was_changed_is_refused() {
    for postgres in postgres() {
        let case = Case::simple(postgres).await;
        for (from, to) in [
            ("ADD COLUMN mail text", "DROP COLUMN name"),
            ("ADD COLUMN mail text", "ADD COLUMN mail text default 'x'"),
            ("\"block\": true", "\"block\": false"),
        ] {
            let text = case.text.replace(from, to);
            assert_ne!(text, case.text);
            std::fs::write(&case.file, text).unwrap();
            let output = case.apply(&["--allow", "all"]);
            assert_eq!(output.code, 3, "{}", output.stderr);
            assert!(
                output.stderr.contains("changed after plumb had saved it"),
                "{}",
                output.stderr
            );
        }
        assert_eq!(case.rows().await, ["1|1"]);
    }
}

/// The steps of a bent plan, and what it says of the state before and after.
fn steps(plan: &mut Plan, sqls: &[&str]) {
    let transaction = &mut plan.transactions[0];
    let mut step = transaction.steps[0].clone();
    step.hazards.clear();
    step.touches = ["relation public.s", "type public.mood"].map(str::to_owned).into();
    transaction.steps = sqls
        .iter()
        .map(|sql| {
            (*sql).clone_into(&mut step.sql);
            step.clone()
        })
        .collect();
    transaction.before.clear();
    transaction.after.clear();
}

#[tokio::test]
async fn what_a_bent_plan_says_of_the_rest_of_the_database_is_not_believed() {
    for postgres in postgres() {
        let there = "create type mood as enum ('a', 'b'); \
            create table client (id integer primary key, name text, mood mood); \
            insert into client values (1, 'a', 'b')";
        let toml = "[enum.mood]\nvalues = ['a', 'b']\n[table.client.column]\nid = 'integer primary key'\n\
            name = 'text'\nmood = 'mood'\nmail = 'text'\n";
        let case = Case::new(postgres, there, toml).await;
        // Not every column is saved, and not every column is restored.
        for (saved, restored) in
            [("SELECT id FROM", "(id) SELECT id"), ("SELECT id, name, mood FROM", "(id) SELECT id")]
        {
            case.bend(|plan| {
                let save = format!("CREATE TABLE public.s AS {saved} public.client");
                let restore = format!("INSERT INTO public.client {restored} FROM public.s");
                let again = "CREATE TABLE public.client (id integer, name text, mood public.mood)";
                steps(plan, &[&save, "DROP TABLE public.client", again, &restore]);
            });
            let output = case.apply(&["--allow", "undeclared-drop"]);
            assert_eq!(output.code, 3, "{}", output.stderr);
            let lost = "values of column public.client.name are lost";
            assert!(output.stderr.contains(lost), "{}", output.stderr);
        }
        // That a column goes is what its statements say.
        case.bend(|plan| {
            let again = "CREATE TYPE public.mood AS ENUM ('a', 'b')";
            steps(plan, &["DROP TYPE public.mood CASCADE", again]);
            let transaction = &mut plan.transactions[0];
            transaction.steps[0].harmless.insert("type public.mood".to_owned());
            transaction.after.insert("column:public.client.mood".parse().unwrap(), None);
        });
        let output = case.apply(&[]);
        assert_eq!(output.code, 3, "{}", output.stderr);
        assert!(output.stderr.contains("values of type public.mood are lost"), "{}", output.stderr);
    }
}

#[tokio::test]
async fn a_plan_with_a_digest_that_fits_is_refused_for_what_it_would_destroy() {
    for postgres in postgres() {
        let case = Case::simple(postgres).await;
        for sql in [
            "TRUNCATE public.client",
            "ALTER TABLE public.client DROP COLUMN name",
            "ALTER TABLE public.client ALTER COLUMN name TYPE text USING NULL",
            "DELETE FROM public.client",
            "DROP TABLE public.client",
            "DO $$ BEGIN EXECUTE 'TRUNCATE public.client'; END $$",
            "ALTER ROLE clerk SUPERUSER",
            "CREATE ROLE intruder SUPERUSER LOGIN",
            "GRANT pg_execute_server_program TO clerk",
            "ALTER ROLE ALL SET search_path TO evil",
        ] {
            case.bend(|plan| {
                let mut step = plan.transactions[0].steps[0].clone();
                sql.clone_into(&mut step.sql);
                step.hazards.clear();
                plan.transactions[0].steps.push(step);
            });
            let output = case.apply(&[]);
            assert_eq!(output.code, 3, "{sql}: {}", output.stderr);
        }
        // What the file calls harmless is compared with the database.
        case.bend(|plan| {
            let step = &mut plan.transactions[0].steps[0];
            "ALTER TABLE public.client DROP COLUMN name".clone_into(&mut step.sql);
            step.harmless.insert("column public.client.name".to_owned());
        });
        let output = case.apply(&["--allow", "all"]);
        assert_eq!(output.code, 3, "{}", output.stderr);
        assert!(output.stderr.contains("says that nothing is lost"), "{}", output.stderr);
        // Neither are its locks believed.
        for locks in [Vec::new(), vec![("public.client", LockMode::Share)]] {
            case.bend(|plan| {
                let lock = |(relation, mode): &(&str, LockMode)| Lock {
                    relation: relation.parse().unwrap(),
                    mode: *mode,
                };
                plan.transactions[0].steps[0].locks = locks.iter().map(lock).collect();
            });
            let output = case.apply(&["--allow", "all"]);
            assert_eq!(output.code, 3, "{}", output.stderr);
            let said = "statement 1 takes AccessExclusiveLock on public.client";
            assert!(output.stderr.contains(said), "{}", output.stderr);
        }
        assert_eq!(case.rows().await, ["1|1"]);
    }
}

#[tokio::test]
async fn a_transaction_that_leaves_something_else_is_rolled_back() {
    for postgres in postgres() {
        let case = Case::simple(postgres).await;
        case.bend(|plan| {
            let step = &mut plan.transactions[0].steps[0];
            step.sql = step.sql.replace("mail text", "mail integer");
        });
        let output = case.apply(&[]);
        assert_eq!(output.code, 3, "{}", output.stderr);
        assert!(
            output.stderr.contains("was rolled back")
                && output.stderr.contains("column:public.client.mail"),
            "{}",
            output.stderr
        );
        let columns =
            "select count(*) from pg_attribute where attrelid = 'client'::regclass and attnum > 0";
        assert_eq!(case.database.query_strings(columns).await, ["2"]);
    }
}

#[tokio::test]
async fn an_applied_plan_says_so_and_a_plan_for_another_server_is_refused() {
    for postgres in postgres() {
        let case = Case::simple(postgres).await;
        let output = case.apply(&[]);
        assert!(output.stdout.starts_with("applied: "), "{output:?}");
        let again = case.apply(&[]);
        assert_eq!(again.code, 0, "{}", again.stderr);
        assert!(again.stdout.starts_with("already applied: "), "{}", again.stdout);
        case.database.execute("alter table client drop column mail").await;
        case.bend(|plan| plan.server_version = 130_001);
        let output = case.apply(&[]);
        assert_eq!(output.code, 3, "{}", output.stderr);
        assert!(output.stderr.contains("the plan was made for PostgreSQL 13"), "{}", output.stderr);
        case.bend(|plan| {
            assert!(plan.system.is_some());
            plan.system = Some("7".to_owned());
        });
        let output = case.apply(&[]);
        assert_eq!(output.code, 3, "{}", output.stderr);
        assert!(output.stderr.contains("system identifier 7"), "{}", output.stderr);
    }
}

/// A table with a computed column, rebuilt with its partitions: what only looks like a loss is none.
#[tokio::test]
async fn a_plan_whose_drops_lose_nothing_needs_no_word() {
    for postgres in postgres() {
        let there = "create table client (id integer not null, at date not null, twice integer generated always as (id * 2) \
                     stored) partition by range (at); create table client_1 partition of client for values from \
                     ('2020-01-01') to ('2030-01-01'); insert into client values (1, '2025-01-01')";
        let toml = "[table.client]\npartition_by = 'range (at)'\n[table.client.column]\nid = 'integer not null'\nat = 'date \
                    not null'\n[table.client_1]\npartition_of = \"client for values from ('2020-01-01') to ('2030-01-01')\"\n";
        let case = Case::new(postgres, there, toml).await;
        let output = case.apply(&[]);
        assert_eq!(output.code, 0, "{}", output.stderr);
        assert_eq!(case.database.query_strings("select count(*) from client").await, ["1"]);
    }
}

#[tokio::test]
async fn a_signed_plan_is_applied_and_any_other_is_refused() {
    for (postgres, password) in postgres().into_iter().zip([None, Some("s3cret")]) {
        let case = Case::simple(postgres).await;
        let keys = match password {
            Some(password) => {
                minisign::KeyPair::generate_encrypted_keypair(Some(password.to_owned()))
            }
            None => minisign::KeyPair::generate_unencrypted_keypair(),
        };
        let keys = keys.unwrap();
        let other = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
        case.folder.write("plan.key", &keys.sk.to_box(None).unwrap().to_string());
        case.folder.write("plan.pub", &keys.pk.to_box().unwrap().to_string());
        let (key, public) = (case.folder.join("plan.key"), case.folder.join("plan.pub"));
        let unsigned = case.apply(&["--verify", &public]);
        assert_eq!(unsigned.code, 3, "{}", unsigned.stderr);
        let (url, scratch) = (case.database.url(), case.database.cluster.url("postgres"));
        let words = [
            "plan",
            "--schema",
            case.folder.arg(),
            "--url",
            &url,
            "--scratch",
            &scratch,
            "--out",
            &case.file,
            "--sign",
            &key,
        ];
        if let Some(password) = password {
            let output = Plumb::new(&words).run();
            assert_eq!(output.code, 1, "{}", output.stderr);
            assert!(output.stderr.contains("PLUMB_SIGN_PASSWORD"), "{}", output.stderr);
            Plumb::new(&words).env("PLUMB_SIGN_PASSWORD", "wrong").run().exit(1);
            Plumb::new(&words).env("PLUMB_SIGN_PASSWORD", password).run().ok();
        } else {
            Plumb::new(&words).run().ok();
            // minisign writes no checksum into a key without a password: the last 32 bytes are zeros.
            let written = case.folder.read("plan.key");
            let line = written.lines().nth(1).unwrap();
            let (comment, bare) = (written.lines().next().unwrap(), &line[..line.len() - 44]);
            case.folder.write("plan.key", &format!("{comment}\n{bare}{}A=\n", "A".repeat(42)));
            Plumb::new(&words).run().ok();
        }
        let wrong = case.apply(&["--verify", &other.pk.to_base64()]);
        assert_eq!(wrong.code, 3, "{}", wrong.stderr);
        let text = std::fs::read_to_string(&case.file).unwrap();
        std::fs::write(&case.file, format!("{text}\n")).unwrap();
        let changed = case.apply(&["--verify", &public]);
        assert_eq!(changed.code, 3, "{}", changed.stderr);
        std::fs::write(&case.file, text).unwrap();
        case.apply(&["--verify", &public]).ok();
    }
}
