//! Wrong input: every mistake is named where it stands, the exit code says that nothing was done, and nothing is.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Output, Plumb, home};

async fn database() -> Database {
    let database = Database::create(&Cluster::shared(home())).await;
    database
        .execute("create table kept (id integer primary key); insert into kept values (1)")
        .await;
    database
}

fn apply(folder: &Folder, database: &Database) -> Output {
    apply_with(folder, database, &[])
}

fn apply_with(folder: &Folder, database: &Database, more: &[&str]) -> Output {
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    let words = [
        "apply",
        "--yes",
        "--allow",
        "all",
        "--schema",
        folder.arg(),
        "--url",
        &url,
        "--scratch",
        &scratch,
    ];
    Plumb::new(&[&words[..], more].concat()).run()
}

/// The run failed, said all these words, and left the database as it was.
#[track_caller]
fn is_refused(output: &Output, words: &[&str]) {
    assert_ne!(output.code, 0, "{}", output.stdout);
    assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
    for word in words {
        assert!(output.stderr.contains(word), "no `{word}` in:\n{}", output.stderr);
    }
}

/// Applying these files fails with these words.
async fn wrong(files: &[(&str, &str)], words: &[&str]) {
    let database = database().await;
    let before = database.dump();
    let folder = Folder::new();
    for (name, text) in files {
        folder.write(name, text);
    }
    is_refused(&apply(&folder, &database), words);
    assert_eq!(before, database.dump());
}

#[tokio::test]
async fn an_unknown_key_is_named_with_the_one_that_was_meant() {
    let toml = "[table.client]\ncomment = 'x'\ncolumns = { id = 'integer' }\n";
    wrong(&[("client.toml", toml)], &["client.toml:3:1", "`columns`", "column"]).await;
}

#[tokio::test]
async fn an_unknown_kind_is_named() {
    wrong(
        &[("a.toml", "[tabel.client.column]\nid = 'integer'\n")],
        &["a.toml:1:2", "`tabel`", "table"],
    )
    .await;
}

#[tokio::test]
async fn a_name_that_stands_in_two_files_is_shown_in_both() {
    let table = "[table.client.column]\nid = 'integer'\n";
    wrong(&[("a.toml", table), ("b/c.toml", table)], &["a.toml:1", "b/c.toml:1", "client"]).await;
}

#[tokio::test]
async fn a_foreign_key_to_nothing_changes_nothing() {
    let toml = "[table.visit.column]\nid = 'integer primary key'\nclient_id = 'integer references client'\n";
    wrong(&[("visit.toml", toml)], &["visit.toml:3:33", "there is no table public.client"]).await;
}

#[tokio::test]
async fn an_index_on_a_column_that_is_not_there_is_found() {
    let toml =
        "[table.visit]\ncolumn = { id = 'integer', name = 'text' }\nindex.visit_idx = '(nmae)'\n";
    wrong(&[("visit.toml", toml)], &["visit.toml:3", "nmae"]).await;
}

#[tokio::test]
async fn a_type_that_is_not_there_is_found() {
    wrong(&[("visit.toml", "[table.visit.column]\nid = 'integer'\nstate = 'sttus'\n")], &["sttus"])
        .await;
}

#[tokio::test]
async fn sql_that_does_not_parse_is_shown_where_it_stands() {
    let toml = "[table.visit.column]\nid = 'integer'\n[table.visit.constraint]\nvisit_check = 'check (id > > 0 and)'\n";
    wrong(&[("visit.toml", toml)], &["visit.toml:4", "syntax error"]).await;
}

#[tokio::test]
async fn a_view_on_a_column_that_is_not_there_changes_nothing() {
    let toml = "[table.visit.column]\nid = 'integer'\n[view.seen]\nquery = 'select when_seen from visit'\n";
    wrong(&[("visit.toml", toml)], &["when_seen"]).await;
}

#[tokio::test]
async fn views_in_a_circle_are_named_all() {
    let toml = "[view.hen]\nquery = 'select * from egg'\n[view.egg]\nquery = 'select * from hen'\n";
    wrong(&[("circle.toml", toml)], &["circle", "view:public.hen", "view:public.egg"]).await;
}

#[tokio::test]
async fn a_name_of_64_bytes_is_refused_and_not_cut() {
    let name = "n".repeat(64);
    let toml = format!("[table.{name}.column]\nid = 'integer'\n");
    wrong(&[("long.toml", &toml)], &["long.toml:1", "64 bytes", &name]).await;
}

#[tokio::test]
async fn all_mistakes_of_a_run_are_shown() {
    let toml = "[table.a]\nfirst = 1\n[table.b]\nsecond = 2\n";
    wrong(
        &[("a.toml", toml), ("b.toml", "[table.c]\nthird = 3\n")],
        &["first", "second", "third", "3 errors"],
    )
    .await;
}

#[tokio::test]
async fn toml_that_does_not_parse_is_shown_where_it_stands() {
    wrong(&[("a.toml", "[table.a.column]\nid = 'integer\n")], &["a.toml:2"]).await;
}

#[tokio::test]
async fn a_file_that_is_not_utf8_is_named() {
    let database = database().await;
    let before = database.dump();
    let folder = Folder::declaring("[table.client.column]\nid = 'integer'\n");
    std::fs::write(folder.path().join("latin.toml"), b"# caf\xe9\n").expect("a file");
    is_refused(&apply(&folder, &database), &["latin.toml", "UTF-8", "0xE9", "line 1"]);
    assert_eq!(before, database.dump());
}

#[tokio::test]
async fn an_empty_directory_is_no_declaration() {
    wrong(&[], &["no *.toml file"]).await;
}

#[tokio::test]
async fn a_directory_that_is_not_there_is_named() {
    let folder = Folder::new();
    let missing = folder.join("missing");
    is_refused(&Plumb::new(&["plan", "--schema", &missing]).run(), &["missing", "does not exist"]);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_named() {
    let folder = Folder::declaring("[table.client.column]\nid = 'integer'\n");
    let plan = |url: &str| Plumb::new(&["plan", "--schema", folder.arg(), "--url", url]).run();
    is_refused(&plan("postgresql://127.0.0.1:1/clinic?user=ada"), &["127.0.0.1", "1", "refused"]);
    is_refused(&plan("postgresql:///clinic?host=/nowhere&user=ada"), &["/nowhere"]);
    is_refused(&plan("mysql://127.0.0.1/clinic"), &["mysql"]);
}

#[tokio::test]
async fn a_database_or_a_role_that_is_not_there_is_named() {
    let cluster = Cluster::shared(home());
    let folder = Folder::declaring("[table.client.column]\nid = 'integer'\n");
    let plan = |url: &str| Plumb::new(&["plan", "--schema", folder.arg(), "--url", url]).run();
    is_refused(&plan(&cluster.url("no_such")), &["no_such", "does not exist"]);
    is_refused(&plan(&cluster.url_as("postgres", "nobody_knows")), &["nobody_knows"]);
}

#[tokio::test]
async fn a_wrong_password_is_said_and_never_shown() {
    let database = database().await;
    let folder = Folder::declaring("[table.client.column]\nid = 'integer'\n");
    // A server of one's own that asks for passwords.
    let cluster = Cluster::start(home());
    let there = Database::create(&cluster).await;
    there.execute("create role ada login password 'right'").await;
    let hba = cluster.host().join("data/pg_hba.conf");
    std::fs::write(&hba, "local all postgres trust\nlocal all all scram-sha-256\n")
        .expect("pg_hba.conf");
    there.execute("select pg_reload_conf()").await;
    let url = format!("{}&password=wr0ng-s3cret", there.url_as("ada"));
    let mut output = Plumb::new(&["plan", "--schema", folder.arg(), "--url", &url]).run();
    for _ in 0..50 {
        if output.code != 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        output = Plumb::new(&["plan", "--schema", folder.arg(), "--url", &url]).run();
    }
    is_refused(&output, &["password", "ada"]);
    assert!(!output.stderr.contains("wr0ng-s3cret") && !output.stdout.contains("wr0ng-s3cret"));
    drop(database);
}

#[tokio::test]
async fn a_role_that_may_not_create_changes_nothing() {
    let database = database().await;
    database
        .execute("create role may_nothing login; revoke create on schema public from public")
        .await;
    let before = database.dump();
    let folder = Folder::declaring(
        "[table.client.column]\nid = 'integer'\n[table.other.column]\nid = 'integer'\n",
    );
    let url = database.url_as("may_nothing");
    let output = Plumb::new(&["apply", "--yes", "--schema", folder.arg(), "--url", &url]).run();
    // Both are named before the first statement.
    assert_eq!(output.code, 3, "{}", output.stderr);
    let missing = "role may_nothing has no CREATE on schema public";
    for said in ["nothing was changed", "table:public.client", "table:public.other", missing] {
        assert!(output.stderr.contains(said), "no `{said}` in:\n{}", output.stderr);
    }
    assert_eq!(before, database.dump());
}

#[tokio::test]
async fn a_statement_that_fails_takes_its_transaction_back() {
    let database = database().await;
    database
        .execute("create table visit (id integer, seats integer); insert into visit values (1, -1)")
        .await;
    let before = database.dump();
    let toml = "[table.visit]\ncolumn = { id = 'integer', seats = 'integer', note = 'text' }\nconstraint.seats = 'check (seats > 0)'\n";
    let folder = Folder::declaring(toml);
    let output = apply_with(&folder, &database, &["--no-preflight"]);
    is_refused(&output, &["seats", "violated by some row", "nothing was changed"]);
    assert_eq!(before, database.dump());
    // Asked first, the rows are found before any statement.
    let output = apply(&folder, &database);
    is_refused(&output, &["rows of public.visit that violate seats: 1", "nothing was changed"]);
    assert_eq!(before, database.dump());
}

#[tokio::test]
async fn wrong_words_on_the_command_line_are_an_error_and_no_difference() {
    for words in [
        &["plam"][..],
        &["plan", "--nothing"],
        &["plan", "--url", "a", "--env", "b"],
        &["plan", "--env", "none"],
    ] {
        assert_eq!(Plumb::new(words).run().code, 1, "{words:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_plan_is_not_applied() {
    let database = database().await;
    let before = database.dump();
    let folder = Folder::new();
    let url = database.url();
    for (text, words) in [
        ("{}", &["not a plan saved by plumb"][..]),
        ("{\"format\": 99}", &["format 99"]),
        ("DROP TABLE kept", &["not a plan saved by plumb"]),
    ] {
        folder.write("plan.json", text);
        let output =
            Plumb::new(&["apply", &folder.join("plan.json"), "--yes", "--url", &url]).run();
        is_refused(&output, words);
    }
    is_refused(
        &Plumb::new(&["apply", &folder.join("none.json"), "--yes", "--url", &url]).run(),
        &["none.json"],
    );
    assert_eq!(before, database.dump());
}

#[tokio::test]
async fn a_wrong_manage_table_is_no_reason_to_drop_anything() {
    let database = database().await;
    let before = database.dump();
    for (toml, word) in [
        ("[manage]\nundeclared = 'dorp'\n", "undeclared"),
        ("[manage]\nundeclard = 'drop'\n", "undeclared"),
    ] {
        is_refused(&apply(&Folder::declaring(toml), &database), &["schema.toml:2", word]);
    }
    assert_eq!(before, database.dump());
}

/// What is declared of rows whose values go from an enum.
const MOODS: &str = "[enum]\nmood = ['ok', 'glad']\n[domain]\nfeeling = 'mood'\n[range]\nspan = 'as range (subtype = mood)'\n\
    [type]\nday = 'as (feelings feeling[])'\n[table.diary.column]\nmood = 'mood'\nmoods = 'mood[]'\nday = 'day'\n\
    days = 'day[]'\nspan = 'span'\n[view.diaries]\nquery = 'select mood from diary'\n";

#[tokio::test]
async fn values_that_rows_hold_do_not_go_from_an_enum_and_are_named_with_their_place_and_number() {
    let database = database().await;
    database
        .execute(
            "create type mood as enum ('sad', 'glad', 'ok'); create domain feeling as mood;
             create type span as range (subtype = mood); create type day as (feelings feeling[]);
             create table diary (mood mood, moods mood[], day day, days day[], span span);
             create view diaries as select mood from diary;
             insert into diary values ('sad', '{ok,sad,sad}', row('{sad}'), array[row('{sad,ok}')::day], '[sad,ok]'),
               ('sad', null, null, null, null), ('ok', '{}', row(null), '{}', 'empty')",
        )
        .await;
    let before = database.dump();
    let folder = Folder::new();
    folder.write("moods.toml", MOODS);
    let words = [
        "public.diary.mood holds 'sad' 2 times",
        "public.diary.moods holds 'sad' 2 times",
        "public.diary.day holds 'sad' 1 times",
        "public.diary.days holds 'sad' 1 times",
        "public.diary.span holds 'sad' 1 times",
        "Give these rows other values first",
    ];
    is_refused(&apply(&folder, &database), &words);
    assert_eq!(before, database.dump());

    database
        .execute(
            "update diary set mood = 'glad', moods = '{glad}', day = null, days = '{}', span = '[glad,ok]'
             where mood = 'sad'; update diary set span = null",
        )
        .await;
    let output = apply(&folder, &database);
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
}

#[tokio::test]
async fn what_follows_a_bound_or_a_partition_key_is_not_swallowed() {
    let parent =
        "[table.visit]\nsql = 'partition by list (a) using heap'\ncolumn = { a = 'integer' }\n";
    wrong(&[("a.toml", parent)], &["a.toml", "table:public.visit", "a partition key"]).await;
    let both = "[table.visit]\nsql = 'partition by list (a)'\ncolumn = { a = 'integer' }\n\
                [table.visit_1]\npartition_of = 'visit for values in (1) partition by list (a)'\n";
    wrong(&[("a.toml", both)], &["a.toml:4", "table:public.visit_1", "the bound of a partition"])
        .await;
}

#[tokio::test]
async fn the_sequence_of_serial_is_not_declared_beside_it() {
    let toml = "[table.visit]\ncolumn = { id = 'serial' }\n[sequence.visit_id_seq]\ncycle = true\n";
    wrong(&[("a.toml", toml)], &["a.toml:3:11", "declared twice", "keep one"]).await;
}

#[tokio::test]
async fn a_label_where_postgresql_has_none_is_refused() {
    let toml = "[table.visit]\ncolumn = { id = 'integer' }\n\
                index = { visit_id = { sql = '(id)', security_label = { selinux = 'x' } } }\n";
    wrong(&[("a.toml", toml)], &["a.toml:3", "no security label", "index:public.visit.visit_id"])
        .await;
    let toml = "[table.visit]\nsecurity_label = 'x'\n";
    wrong(&[("a.toml", toml)], &["a.toml:2", "a table of providers"]).await;
}

#[tokio::test]
async fn a_catalog_that_may_not_be_read_is_named() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    database
        .execute(
            "create table visit (id integer primary key); create role reader login;
             revoke select on pg_index from public",
        )
        .await;
    let folder = Folder::new();
    let url = database.url_as("reader");
    let output = Plumb::new(&["export", "--url", &url, "--out", folder.arg()]).run();
    is_refused(&output, &["from the catalog failed: permission denied for table pg_index (42501)"]);
}

#[tokio::test]
async fn a_plan_whose_statements_no_server_takes_is_an_error() {
    let database = database().await;
    let url = database.url();
    for (toml, why) in [
        ("[table.t]\nwith = { fillfactor = 5 }\n[table.t.column]\na = 'int'", "out of bounds"),
        (
            "[function.'f()']\nreturns = 'int'\nlanguage = 'sql'\nsql_body = 'begin atomic drop table kept; select 1; end'",
            "not yet supported in unquoted SQL function body",
        ),
        (
            "[table.t.column]\na = 'int'\nb = 'int generated always as (a + 1) stored'\nc = 'int generated always as (b + 1) stored'",
            "generated column",
        ),
    ] {
        let folder = Folder::declaring(toml);
        let plan = Plumb::new(&["plan", "--schema", folder.arg(), "--url", &url]).run();
        assert_eq!(plan.code, 1, "{toml}\n{}{}", plan.stdout, plan.stderr);
        assert!(
            plan.stderr.contains(why) && plan.stderr.contains("schema.toml:"),
            "{}",
            plan.stderr
        );
    }
}

#[tokio::test]
async fn a_role_that_is_not_there_is_named_where_it_is_declared() {
    let database = database().await;
    database.execute("create role \"there-1\"").await;
    let t = "column = { a = \"int\" }\n";
    let fdw = "[foreign_data_wrapper]\nw = {}\n[server.s]\nforeign_data_wrapper = \"w\"\n";
    for toml in [
        format!("[table.t]\nowner = \"nosuch\"\n{t}"),
        format!("[table.t]\ngrant = {{ nosuch = \"select\" }}\n{t}"),
        format!(
            "[table.t]\ngrant = {{ \"there-1\" = \"select (a)\", nosuch = \"select (a)\" }}\n{t}"
        ),
        format!(
            "[table.t]\nrow_level_security = true\npolicy = {{ p = \"to nosuch using (true)\" }}\n{t}"
        ),
        format!("{fdw}[server.s.user_mapping]\nnosuch = {{}}\n"),
        "[default_privileges.\"for role nosuch\"]\ntables = { \"there-1\" = \"select\" }\n"
            .to_owned(),
        "[default_privileges.\"for role there-1\"]\ntables = { nosuch = \"select\" }\n"
            .to_owned()
            .replace("there-1", "\\\"there-1\\\""),
        "[role.fresh]\nmember_of = [\"nosuch\"]\n".to_owned(),
    ] {
        let folder = Folder::declaring(&toml);
        let (url, scratch) = (database.url(), database.cluster.url("postgres"));
        let words = ["plan", "--schema", folder.arg(), "--url", &url, "--scratch", &scratch];
        let output = Plumb::new(&words).run();
        assert_eq!(output.code, 1, "{toml}{}{}", output.stdout, output.stderr);
        is_refused(&output, &["there is no role nosuch", "schema.toml:"]);
    }
    let toml = format!(
        "[role]\nfresh = \"nologin\"\n[table.t]\nowner = \"fresh\"\ngrant = {{ \"there-1\" = \"select\" }}\n\
         row_level_security = true\npolicy = {{ p = \"to fresh, public using (true)\" }}\n{t}"
    );
    apply(&Folder::declaring(&toml), &database).ok();
}

#[tokio::test]
async fn a_grant_that_no_server_takes_is_named_where_it_is_declared() {
    for (grant, words) in [
        ("postgres = \"select (zz)\"", "has no column `zz`"),
        ("postgres = \"delete (a)\"", "`delete` is no privilege of a column"),
        ("public = \"select with grant option\"", "grants a grant option to public"),
        ("public = \"select (a) with grant option\"", "grants a grant option to public"),
        ("postgres = \"select granted by pg_monitor\"", "SELECT granted by pg_monitor"),
    ] {
        let toml = format!("[table.t]\ngrant = {{ {grant} }}\ncolumn = {{ a = \"int\" }}\n");
        wrong(&[("a.toml", &toml)], &[words, "a.toml:"]).await;
        let folder = Folder::declaring(&toml);
        let check = Plumb::new(&["check", "--schema", folder.arg()]).run();
        assert_eq!(check.code, 1, "{grant}{}", check.stdout);
    }
    let toml = "[table.p]\npartition_by = \"list (a)\"\ncolumn = { a = \"int\" }\n\
        [table.p1]\npartition_of = \"p for values in (1)\"\ngrant = { pg_monitor = \"select (a)\" }\n\
        [view.v]\nquery = \"select 1 as a\"\n\
        grant = { pg_monitor = \"select with grant option\", pg_read_all_stats = \"select (a) granted by pg_monitor\" }\n";
    let database = database().await;
    apply(&Folder::declaring(toml), &database).ok();
}

#[tokio::test]
async fn what_no_database_has_is_named_where_it_is_declared() {
    for (toml, words) in [
        (
            "[function.\"f()\"]\nsql = \"returns int language nosuch as 'x'\"\n",
            "there is no language nosuch",
        ),
        (
            "[table.t]\ncolumn = { a = { type = \"int\", statistics = 10001 } }\n",
            "can be -1 to 10000",
        ),
        ("[table.\"pg_temp.t\"]\ncolumn = { a = \"int\" }\n", "which is PostgreSQL's own"),
        ("[table.\"pg_catalog.t\"]\ncolumn = { a = \"int\" }\n", "which is PostgreSQL's own"),
        (
            "[view.\"information_schema.v\"]\nquery = \"select 1 as a\"\n",
            "which is PostgreSQL's own",
        ),
    ] {
        wrong(&[("a.toml", toml)], &[words, "a.toml:"]).await;
        let folder = Folder::declaring(toml);
        let check = Plumb::new(&["check", "--schema", folder.arg()]).run();
        assert_eq!(check.code, 1, "{toml}{}", check.stdout);
    }
    let toml = "[function]\n\"f()\" = \"returns int language plpgsql as 'begin return 1; end'\"\n\
        \"g()\" = \"returns int language sql as 'select 1'\"\n\
        [table.t]\ncolumn = { a = { type = \"int\", statistics = 10000 }, b = { type = \"int\", statistics = -1 } }\n";
    apply(&Folder::declaring(toml), &database().await).ok();
}

#[tokio::test]
async fn a_name_that_something_undeclared_has_is_refused_before_the_first_statement() {
    let database = database().await;
    database
        .execute("create table u (a int primary key); create type mood as enum ('a'); create view v as select 1 as a")
        .await;
    for (toml, words) in [
        (
            "[table.t]\ncolumn = { a = \"int\" }\nindex = { u_pkey = \"(a)\" }\n",
            "constraint:public.u.u_pkey has its name",
        ),
        ("[table.mood]\ncolumn = { a = \"int\" }\n", "enum:public.mood has its name"),
        ("[view.u]\nquery = \"select 1 as a\"\n", "table:public.u has its name and stays"),
        ("[table.v]\ncolumn = { a = \"int\" }\n", "view:public.v has its name and stays"),
    ] {
        let folder = Folder::declaring(toml);
        let (url, scratch) = (database.url(), database.cluster.url("postgres"));
        let words_of = ["plan", "--schema", folder.arg(), "--url", &url, "--scratch", &scratch];
        let output = Plumb::new(&words_of).run();
        assert_eq!(output.code, 3, "{toml}{}{}", output.stdout, output.stderr);
        is_refused(&output, &[words]);
    }
    // What goes leaves its name.
    let all = "[manage]\nundeclared = \"drop\"\n[view.u]\nquery = \"select 1 as a\"\n[table.v]\ncolumn = { a = \"int\" }\n\
        [table.mood]\ncolumn = { a = \"int\" }\nindex = { u_pkey = \"(a)\" }\n";
    apply(&Folder::declaring(all), &database).ok();
}

#[tokio::test]
async fn a_setting_that_no_server_takes_is_named_where_it_is_declared() {
    for (toml, words) in [
        (
            "[database]\nset = { nosuch_setting = \"1\" }\n",
            "unrecognized configuration parameter \"nosuch_setting\"",
        ),
        ("[database]\nset = { work_mem = \"abc\" }\n", "invalid value for parameter \"work_mem\""),
        (
            "[manage]\nroles = true\n[role.r]\nset = { work_mem = \"abc\" }\n",
            "invalid value for parameter \"work_mem\"",
        ),
        (
            "[role.r]\nin_database = { x = { nosuch = \"1\" } }\n",
            "unrecognized configuration parameter \"nosuch\"",
        ),
        (
            "[function]\n\"f()\" = \"returns int language sql set work_mem = 'abc' as 'select 1'\"\n",
            "invalid value",
        ),
        (
            "[procedure]\n\"f()\" = \"language sql set nosuch = 'abc' as 'select 1'\"\n",
            "unrecognized",
        ),
    ] {
        wrong(&[("a.toml", toml)], &[words, "a.toml:"]).await;
        let folder = Folder::declaring(toml);
        let check = Plumb::new(&["check", "--schema", folder.arg()]).run();
        assert_eq!(check.code, 1, "{toml}{}", check.stdout);
    }
    // What only a superuser may set, an extension has, or the target alone knows, the target decides.
    let toml = "[database]\nset = { log_min_messages = \"error\", \"app.x\" = \"1\", search_path = \"nowhere, public\", \
        default_tablespace = \"pg_default\", default_text_search_config = \"public.mine\", shared_buffers = \"1GB\" }\n";
    let folder = Folder::declaring(toml);
    Plumb::new(&["check", "--schema", folder.arg()]).run().ok();
}

#[tokio::test]
async fn what_a_plan_cannot_reach_is_refused_before_the_first_statement() {
    for (there, toml, words) in [
        (
            "create type ct as (x numeric, y date); create table ty of ct; insert into ty values (1.75)",
            "[type]\nct = \"as (x integer, y date)\"\n[table.ty]\nof = \"ct\"\n",
            "its column x is of type numeric, the attribute of type integer",
        ),
        (
            "create table ty (c int) partition by list (c); create table ty1 partition of ty for values in (1)",
            "[table.ty]\ncolumn = { c = \"int\" }\n",
            "table:public.ty1 stays its partition",
        ),
        (
            "create table ty (c int)",
            "[view.ty]\nquery = \"select 1 as c\"\n",
            "table:public.ty has its name",
        ),
        (
            "create view ty as select 1 as c",
            "[table.ty]\ncolumn = { c = \"int\" }\n",
            "view:public.ty has its name",
        ),
    ] {
        let database = database().await;
        database.execute(there).await;
        let folder = Folder::declaring(toml);
        let (url, scratch) = (database.url(), database.cluster.url("postgres"));
        let plan = ["plan", "--schema", folder.arg(), "--url", &url, "--scratch", &scratch];
        let output = Plumb::new(&plan).run();
        assert_eq!(output.code, 3, "{toml}{}{}", output.stdout, output.stderr);
        is_refused(&output, &[words]);
    }
    // What declares the columns too is reached.
    let database = database().await;
    database.execute("create type ct as (x numeric, y date); create table ty of ct; insert into ty values (2)").await;
    let toml = "[type]\nct = \"as (x integer, y date)\"\n[table.ty]\nof = \"ct\"\ncolumn = { x = \"int\", y = \"date\" }\n";
    apply(&Folder::declaring(toml), &database).ok();
}
