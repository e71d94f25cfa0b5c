//! Text from a pull request, and text that any user of a database wrote into it, is read and never run.
//!
//! Each test plants something that leaves a file behind when it runs (the canary), and looks whether the
//! answer is right all the same.

mod common;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use common::{Cluster, Database, Folder, Output, Plumb, home, majors};

/// A directory into which every account may write.
struct Canary(Folder);

impl Canary {
    fn new() -> Self {
        let folder = Folder::new();
        let open = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(folder.path(), open).expect("an open directory");
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("canary")
    }

    /// SQL of a PL/pgSQL block that tries everything that leaves a trace, one after the other.
    fn body(&self) -> String {
        let file = self.file().display().to_string();
        let tries = [
            format!("execute $q$copy (select 1) to program 'touch {file}'$q$"),
            format!("execute $q$copy (select 1) to '{file}'$q$"),
            format!("perform lo_export(lo_creat(-1), '{file}')"),
            "execute 'set session authorization plumb_scratch'".to_owned(),
            "execute 'set role plumb_scratch'".to_owned(),
            "execute 'alter role current_user superuser'".to_owned(),
            "execute 'alter system set work_mem = 1234'".to_owned(),
            "execute 'create role raised superuser'".to_owned(),
            "execute 'create extension plpython3u'".to_owned(),
            format!("perform pg_file_write('{file}', 'x', false)"),
            // What succeeded is tried again with what it gave.
            format!("execute $q$copy (select 1) to program 'touch {file}'$q$"),
        ];
        let tried =
            tries.iter().map(|sql| format!("begin {sql}; exception when others then null; end;"));
        tried.collect::<Vec<_>>().join("\n")
    }

    /// A function that tries it, and gives 1.
    fn function(&self, name: &str) -> String {
        format!(
            "create function {name}() returns integer language plpgsql as $f$ begin {} return 1; end $f$;",
            self.body()
        )
    }

    fn is_silent(&self, after: &Output) {
        assert!(!self.file().exists(), "something ran:\n{}\n{}", after.stdout, after.stderr);
    }
}

/// The text of a declaration.
fn folder(text: &str) -> Folder {
    Folder::declaring(text)
}

#[tokio::test]
async fn what_a_user_wrote_into_the_database_does_not_run_when_it_is_compared() {
    for postgres in majors() {
        let cluster = Cluster::shared(postgres);
        let database = Database::create(&cluster).await;
        let canary = Canary::new();
        database.execute(&canary.function("public.pwn")).await;
        database
            .execute(
                "create function public.same(a integer) returns integer immutable language plpgsql \
                   as $$ begin perform public.pwn(); return a; end $$; \
                 create materialized view public.mv as select public.pwn() as x with no data; \
                 create table public.t (a integer, b integer); \
                 create index i on public.t ((same(a))) where same(1) > 0; \
                 create view public.v as select a from t where same(a) = pwn();",
            )
            .await;
        // Building it ran it, with the rights of whom it belongs to.
        let _ = std::fs::remove_file(canary.file());
        let wanted = folder(
            "[function]\n\"same(a integer)\" = \"returns integer immutable language plpgsql as $$ begin \
               return a; end $$\"\n\
             [materialized_view]\nmv = \"as select 1 as x\"\n\
             [table.t.column]\na = \"integer\"\nb = \"integer\"\n\
             [table.t.index]\ni = \"((same(a))) where (same(2) > 0)\"\n\
             [view]\nv = \"as select a from t where (same(a) = 1)\"\n",
        );
        let words = ["--schema", wanted.arg(), "--url", &database.url()].map(str::to_owned);
        let run = |command: &[&str]| {
            let words = command.iter().copied().chain(words.iter().map(String::as_str));
            Plumb::new(&words.collect::<Vec<_>>()).on(postgres).run()
        };
        let drift = run(&["drift"]);
        canary.is_silent(&drift);
        let said = drift.exit(2);
        for name in ["materialized_view:public.mv", "index:public.t.i", "view:public.v"] {
            assert!(said.contains(name), "{name} on {}: {said}", postgres.major);
        }
        for command in [&["plan"][..], &["apply", "--dry-run", "--allow", "all"], &["prove"]] {
            let output = run(command);
            canary.is_silent(&output);
            assert_eq!(output.code, 0, "{command:?}\n{}\n{}", output.stdout, output.stderr);
        }
        let rows = run(&["prove", "--rows", "3"]);
        canary.is_silent(&rows);
    }
}

#[tokio::test]
async fn what_a_declaration_says_does_not_run_when_it_is_built() {
    let postgres = home();
    let canary = Canary::new();
    let body = canary.body();
    let wanted = folder(&format!(
        "[function]\n\
         \"own()\" = '''returns integer language plpgsql as $f$ begin {body} return 1; end $f$'''\n\
         \"fixed(a integer)\" = '''returns integer immutable language plpgsql as $f$ begin {body} return a; end $f$'''\n\
         \"stamp()\" = '''returns trigger language plpgsql as $f$ begin {body} return new; end $f$'''\n\
         \"noted()\" = '''returns event_trigger language plpgsql as $f$ begin {body} end $f$'''\n\
         [event_trigger]\nnoted = \"on ddl_command_end execute function noted()\"\n\
         [domain]\npositive = \"integer check (value > fixed(0))\"\n\
         [materialized_view]\nm = \"as select own() as x, pg_sleep(1000)::text as y\"\n\
         [table.t.column]\na = \"integer default own()\"\nb = \"integer generated always as (fixed(a)) stored\"\n\
         [table.t.constraint]\nc = \"check (fixed(1) = 1 and a > 0)\"\n\
         [table.t.index]\ni = \"((fixed(a))) where fixed(1) > 0\"\n\
         [table.t.trigger]\ns = \"before insert for each row execute function stamp()\"\n\
         [table.p]\npartition_by = \"range (a)\"\ncolumn = {{ a = \"integer\" }}\n\
         [table.p_1]\npartition_of = \"p for values from (1) to (9)\"\n"
    ));
    let before = Instant::now();
    let check = Plumb::new(&["check", "--schema", wanted.arg()]).on(postgres).run();
    canary.is_silent(&check);
    assert_eq!(check.code, 0, "{}\n{}", check.stdout, check.stderr);
    let plan = Plumb::new(&["plan", "--schema", wanted.arg()]).on(postgres).run();
    canary.is_silent(&plan);
    assert!(before.elapsed() < Duration::from_secs(60), "{:?}", before.elapsed());

    // On a copy with rows the bodies run, in the cage.
    let database = Database::create(&Cluster::shared(postgres)).await;
    let url = database.url();
    let words = ["prove", "--rows", "2", "--schema", wanted.arg(), "--url", &url];
    let prove = Plumb::new(&words).on(postgres).run();
    canary.is_silent(&prove);
}

#[tokio::test]
async fn a_text_that_is_more_than_its_place_is_an_error_and_nothing_of_it_runs() {
    let database = Database::create(&Cluster::shared(home())).await;
    let canary = Canary::new();
    database
        .execute(
            "create table precious (a integer); insert into precious values (1); \
             create table t (a integer, b text); create table u (a integer); \
             create view v as select 1 as a; create publication p for table u; \
             create function tf() returns trigger language plpgsql as $$ begin return new; end $$",
        )
        .await;
    let table =
        "[table.t.column]\na = \"integer\"\nb = \"text\"\n[table.u.column]\na = \"integer\"\n";
    let file = canary.file().display().to_string();
    let drop = "drop table public.precious";
    for broken in [
        format!("[table.u.index.i]\ncolumns = \"a\"\nwhere = \"a > 0; {drop}; --\"\n"),
        format!("[table.u.index]\ni = \"(a) where a > 0; {drop}\"\n"),
        format!("[table.u.index.i]\ncolumns = [\"a); {drop}; --\"]\n"),
        format!("[domain.d]\ntype = \"int\"\ndefault = \"1; {drop}; --\"\n"),
        format!(
            "[domain.d]\ntype = \"int\"\n[domain.d.constraint.k]\ncheck = \"value > 0); {drop}; --\"\n"
        ),
        format!(
            "[view.v]\nquery = \"select 1 as a\"\n[view.v.column.a]\ndefault = \"1; {drop}; --\"\n"
        ),
        format!("[table.u.policy.p]\nusing = \"true); {drop}; --\"\n"),
        format!("[table.u.policy.p]\nwith_check = \"true); {drop}; --\"\n"),
        format!(
            "[table.u.trigger.tr]\nbefore = \"insert\"\nfor_each = \"row\"\nexecute = \"tf()\"\n\
             when = \"true) execute function tf(); {drop}; --\"\n"
        ),
        format!("[publication.p.table.u]\nwhere = \"a > 0); {drop}; --\"\n"),
        format!(
            "[table.w.column]\nb = {{ type = \"int\", not_null = true, backfill = \"1; {drop}; --\" }}\n"
        ),
        format!("[table.w.column]\na = {{ type = \"text\", using = \"a::text; {drop}; --\" }}\n"),
        format!(
            "[table.w.column]\nb = {{ type = \"int\", not_null = true, backfill = \"1;\\n\\\\! touch {file}\\n--\" }}\n"
        ),
        format!(
            "[table.w.column]\na = {{ type = \"text\", using = \"a::text;\\n\\\\! touch {file}\\n--\" }}\n"
        ),
        "[table.w.column]\na = { type = \"integer\", default = \"1, x int\" }\n".to_owned(),
    ] {
        let wanted = folder(&format!("{table}{broken}"));
        let url = database.url();
        let common = ["--schema", wanted.arg(), "--url", &url];
        for command in [&["plan"][..], &["plan", "--format", "sql"], &["apply", "--yes"]] {
            let output = Plumb::new(&[command, &common].concat()).run();
            assert_eq!(output.code, 1, "{broken}\n{}\n{}", output.stdout, output.stderr);
            assert!(output.stderr.contains("schema.toml:"), "{broken}\n{}", output.stderr);
            canary.is_silent(&output);
        }
        assert_eq!(
            database.query_strings("select count(*) from precious").await,
            ["1"],
            "{broken}"
        );
    }
}

#[tokio::test]
async fn a_snapshot_is_text_of_strangers_too() {
    let database = Database::create(&Cluster::shared(home())).await;
    let canary = Canary::new();
    database.execute("create table t (a integer); create index i on t (a) where a > 5").await;
    let files = Folder::new();
    let (out, url) = (files.join("s.json"), database.url());
    Plumb::new(&["snapshot", "--url", &url, "--out", &out]).run().ok();
    let file = canary.file().display().to_string();
    let text = files.read("s.json");
    assert!(text.contains("(a > 5)"), "{text}");
    files.write(
        "s.json",
        &text.replace("(a > 5)", &format!("a > 5; copy (select 1) to program 'touch {file}'; --")),
    );
    let wanted = folder(
        "[table.t]\ncolumn = { a = \"integer\" }\n[table.t.index]\ni = \"(a) where a > 6\"\n",
    );
    for words in [
        ["drift", "--url", &url, "--against", &out],
        ["plan", "--schema", wanted.arg(), "--from", &out],
        ["prove", "--schema", wanted.arg(), "--from", &out],
    ] {
        let output = Plumb::new(&words).run();
        canary.is_silent(&output);
        assert_eq!(output.code, 1, "{}\n{}", output.stdout, output.stderr);
        assert!(output.stderr.contains("index:public.t.i in the snapshot"), "{}", output.stderr);
    }
}

#[tokio::test]
async fn a_scratch_that_somebody_named_is_no_superusers() {
    let cluster = Cluster::shared(home());
    let database = Database::create(&cluster).await;
    let url = database.url();
    database.execute("create table t (a integer default 1 + 1)").await;
    let wanted = folder("[table.t.column]\na = \"integer default (1 + 1 + 0)\"\n");
    let words = ["drift", "--schema", wanted.arg(), "--url", &url];
    for scratch in ["--scratch=target".to_owned(), format!("--scratch={}", cluster.url("postgres"))]
    {
        let check = Plumb::new(&["check", "--schema", wanted.arg(), &scratch]).run();
        if scratch != "--scratch=target" {
            assert_eq!(check.code, 1);
            assert!(check.stderr.contains("--trust-database"), "{}", check.stderr);
        }
        let plan = Plumb::new(&[&["plan"], &words[1..], &[&scratch]].concat()).run();
        let said = format!("{}{}", plan.stdout, plan.stderr);
        assert!(said.contains("--trust-database"), "{said}");
        let trusted = Plumb::new(&[&words[..], &[&scratch, "--trust-database"]].concat()).run();
        let said = format!("{}{}", trusted.stdout, trusted.stderr);
        assert!(trusted.code == 2 && !said.contains("--trust-database"), "{said}");
    }
    let role = format!("scratch_only_{}", std::process::id());
    database.execute(&format!("create role {role} login createdb")).await;
    let scratch = format!("--scratch={}", cluster.url_as("postgres", &role));
    let drift = Plumb::new(&[&words[..], &[&scratch]].concat()).run();
    assert_eq!(drift.code, 2, "{}\n{}", drift.stdout, drift.stderr);
    database.execute(&format!("drop role {role}")).await;
}

/// A function whose body goes on for ever, whatever it is told.
fn endless(name: &str, of: &str, does: &str) -> String {
    let (set, ends) =
        ("set_config('statement_timeout', '0', false)", if of == "trigger" { "new" } else { "1" });
    format!(
        "create function {name} returns {of} language plpgsql as $f$ begin perform {set}; \
         {does} return {ends}; end $f$;"
    )
}

/// `prove` with rows, and how long it took.
fn proved(database: &Database, wanted: &Folder, canary: &Canary) -> (Output, Duration) {
    let (url, start) = (database.url(), Instant::now());
    let words = ["prove", "--rows", "2", "--schema", wanted.arg(), "--url", &url];
    let output = Plumb::new(&words).run();
    canary.is_silent(&output);
    (output, start.elapsed())
}

#[tokio::test]
async fn a_copy_with_rows_gives_nobody_the_disk() {
    let database = Database::create(&Cluster::shared(home())).await;
    let canary = Canary::new();
    let fill = "for n in 1..1000 loop execute format('create table public.f%s as select repeat(''x'', 1000) \
       from generate_series(1, 300000)', n); end loop;";
    database.execute(&endless("fills()", "trigger", fill)).await;
    database
        .execute(
            "create table full_ (a integer); create table other (a integer); \
             create trigger t before insert on full_ for each statement execute function fills()",
        )
        .await;
    let wanted = folder(
        "[manage]\nundeclared = \"ignore\"\n[table.full_.column]\na = \"integer\"\n\
         [table.other.column]\na = \"bigint\"\n",
    );
    let (output, took) = proved(&database, &wanted, &canary);
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(took < Duration::from_secs(120), "{took:?} {said}");
    assert!(said.contains("no rows could be made for public.full_"), "{said}");
    assert!(
        said.contains("rewrote public.other") && said.contains("public.other: 2 -> 2"),
        "{said}"
    );
    output.ok();
}

#[tokio::test]
async fn a_copy_with_rows_ends_whatever_its_triggers_and_casts_wait_for() {
    let database = Database::create(&Cluster::shared(home())).await;
    let canary = Canary::new();
    let sleep = "perform pg_sleep(100000);";
    // Where a row is made, where it is checked at the end, where its value is read.
    database.execute(&endless("waits()", "trigger", sleep)).await;
    database
        .execute(
            "create table slow (a integer); create table last (a integer); create table other (a integer); \
             create trigger t before insert on slow for each row execute function waits(); \
             create type pair as (a integer, b integer); create table cast_ (p pair); \
             create function shown(pair) returns text language plpgsql as $f$ begin \
               perform set_config('statement_timeout', '0', false), pg_sleep(100000); return 'x'; end $f$; \
             create cast (pair as text) with function shown(pair); \
             create constraint trigger t after update on last deferrable initially deferred \
               for each row execute function waits();",
        )
        .await;
    let wanted = folder(
        "[manage]\nundeclared = \"ignore\"\n[table.other.column]\na = \"bigint\"\n\
         [table.last.column]\na = { type = \"bigint\", using = \"a + 1\" }\n",
    );
    let (output, took) = proved(&database, &wanted, &canary);
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(took < Duration::from_secs(240), "{took:?} {said}");
    assert!(said.contains("no rows could be made for public.slow"), "{said}");
    assert!(said.contains("public.other: 2 -> 2"), "{said}");
}

#[tokio::test]
async fn no_user_of_a_snapshot_is_the_scratchs_superuser() {
    let database = Database::create(&Cluster::shared(home())).await;
    let canary = Canary::new();
    let files = Folder::new();
    let (out, url) = (files.join("s.json"), database.url());
    database
        .execute(
            "create table t (a integer); create function is_super() returns trigger language plpgsql as \
               $f$ begin if (select rolsuper from pg_roles where rolname = current_user) then \
                 raise exception 'a superuser'; end if; return new; end $f$; \
             create trigger t before insert on t for each row execute function is_super()",
        )
        .await;
    Plumb::new(&["snapshot", "--url", &url, "--out", &out]).run().ok();
    let text = files.read("s.json");
    for user in ["plumb_scratch", "plumb_cage", "pg_execute_server_program"] {
        let named = text.replace("\"user\": \"postgres\"", &format!("\"user\": \"{user}\""));
        assert_ne!(named, text, "{text}");
        files.write("s.json", &named);
        let wanted =
            folder("[manage]\nundeclared = \"ignore\"\n[table.t.column]\na = \"bigint\"\n");
        let words = ["prove", "--rows", "2", "--schema", wanted.arg(), "--from", &out];
        let output = Plumb::new(&words).run();
        canary.is_silent(&output);
        assert!(!output.stdout.contains("a superuser"), "{user}: {}", output.stdout);
        assert!(
            output.stdout.contains("public.t: 2 -> 2"),
            "{user}: {}{}",
            output.stdout,
            output.stderr
        );
    }
}

#[tokio::test]
async fn no_function_of_an_extension_of_the_target_is_called() {
    let database = Database::create(&Cluster::shared(home())).await;
    database
        .execute(
            "create extension dblink; create table p (a integer) partition by range (a); \
             create table t (a integer); create view v as select dblink_get_connections() as c",
        )
        .await;
    // PostgreSQL evaluates the bounds of a partition when it is made.
    let wanted = folder(
        "[extension.dblink]\n[table.p]\npartition_by = \"range (a)\"\ncolumn.a = \"integer\"\n\
         [table.p_1]\npartition_of = \"p for values from (length(dblink_connect('host=/nowhere'))) to (9)\"\n\
         [table.t.column]\na = \"integer\"\nb = \"integer\"\n\
         [view]\nv = \"as select public.dblink_get_connections() as c\"\n",
    );
    let url = database.url();
    let prove = Plumb::new(&["prove", "--schema", wanted.arg(), "--url", &url]).run();
    let said = format!("{}{}", prove.stdout, prove.stderr);
    assert!(said.contains("permission denied for function dblink_connect"), "{said}");
    assert!(!said.contains("could not establish connection"), "{said}");
}

#[test]
fn a_constant_that_is_read_while_something_is_created_is_read_without_rights() {
    // A text is read by the input function of its type, which evaluates the checks of the domains in it. A
    // superuser creates what is compiled.
    for of in ["d[] default '{1}'", "c default '(1)'", "e[] default '{1}'", "r default '{(1)}'"] {
        let wanted = folder(&format!(
            "[function]\n\"f(text)\" = \"returns int language sql begin atomic \
               select (current_user || pg_catalog.pg_read_file('PG_VERSION'))::int; end\"\n\
             \"g(a {of})\" = \"returns int language c as 'x', 'y'\"\n\
             [domain]\nd = \"text check (f(value) > 0)\"\ne = \"d\"\nr = \"c[]\"\n\
             [type]\nc = \"as (a d)\"\n"
        ));
        let check = Plumb::new(&["check", "--schema", wanted.arg()]).on(home()).run();
        let said = format!("{}{}", check.stdout, check.stderr);
        assert!(said.contains("permission denied for function pg_read_file"), "{of}: {said}");
        assert!(!said.contains("plumb_cage"), "{of}: {said}");
    }
}

#[tokio::test]
async fn the_script_of_an_extension_runs_before_anything_of_a_user_is_there() {
    let database = Database::create(&Cluster::shared(home())).await;
    // What a script may call by its bare name lies in the schema of the extension.
    database
        .execute(
            "create function upper(text) returns text immutable language plpgsql as $$ begin raise exception 'called'; \
               end $$; create table t (a text)",
        )
        .await;
    let wanted = folder(
        "[extension]\ncitext = {}\nhstore = \"schema extra\"\n[schema.extra]\n\
         [function.\"upper(text)\"]\nreturns = \"text\"\nvolatility = \"immutable\"\nlanguage = \"plpgsql\"\n\
         body = \" begin raise exception 'called'; end \"\n\
         [table.t.column]\na = \"text\"\nb = \"citext\"\nc = \"extra.hstore\"\n",
    );
    let url = database.url();
    let prove =
        Plumb::new(&["prove", "--rows", "2", "--schema", wanted.arg(), "--url", &url]).run();
    let said = prove.ok();
    let first = "it ran before the copy was made";
    // Two extensions, and the schema of one of them.
    assert_eq!(said.matches(first).count(), 3, "{said}");
    assert!(!said.contains("called"), "{said}");
}
