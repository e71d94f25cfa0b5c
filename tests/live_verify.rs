//! Before the first statement a plan's questions are asked: which rows would make it fail, in numbers and with a query.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Plumb, home, majors};

/// A declaration, the rows that refuse it, what makes them fit, and what is said.
const CASES: &[(&str, &str, &str, &str)] = &[
    (
        "[table.t.column]\nid = 'int primary key'\na = 'int not null'",
        "create table t (id int primary key, a int); insert into t values (1, null), (2, null), (3, 4)",
        "update t set a = 0 where a is null",
        "rows of public.t without a value in a: 2",
    ),
    (
        "[table.t.column]\nid = 'int primary key'\na = 'int not null'",
        "create table t (id int primary key); insert into t values (1)",
        "truncate t",
        "rows in public.t, which get no value in a: 1",
    ),
    (
        "[table.t.column]\nid = 'int primary key'\na = 'int'",
        "create table t (id int, a int); insert into t values (1), (1), (2)",
        "delete from t where id = 1",
        "several rows of public.t with the same id: 1",
    ),
    (
        "[table.t.column]\na = 'text'\nb = 'text'\n[table.t.index]\ni = \"unique (lower(a) text_pattern_ops, b desc) where (b <> ')')\"",
        "create table t (a text, b text); insert into t values ('X', 'b'), ('x', 'b'), ('Y', ')'), ('y', ')'), ('Z', null), ('z', null)",
        "delete from t where a = 'X'",
        "several rows of public.t with the same lower(a), b: 1",
    ),
    (
        "[table.t.column]\na = 'int'\n[table.t.constraint]\n\"Odd one\" = \"check (a > 0 and (a)::text <> ')')\"",
        "create table t (a int); insert into t values (0), (-1), (1), (null)",
        "delete from t where a < 1",
        "rows of public.t that violate \"Odd one\": 2",
    ),
    (
        "[table.o.column]\nx = 'int'\ny = 'int'\n[table.o.constraint]\nk = 'unique (x, y)'\n\
         [table.t.column]\na = 'int'\nb = 'int'\n[table.t.constraint]\nf = 'foreign key (a, b) references o (x, y)'",
        "create table o (x int, y int, constraint k unique (x, y)); create table t (a int, b int); insert into o values (1, 1); \
         insert into t values (1, 1), (1, 2), (null, 7)",
        "delete from t where b = 2",
        "rows of public.t whose a, b is in no row of public.o: 1",
    ),
    (
        "[table.o.column]\nx = 'int'\ny = 'int'\n[table.o.constraint]\nk = 'unique (x, y)'\n\
         [table.t.column]\na = 'int'\nb = 'int'\n[table.t.constraint]\nf = 'foreign key (a, b) references o (x, y) match full'",
        "create table o (x int, y int, constraint k unique (x, y)); create table t (a int, b int); insert into o values (1, 1); \
         insert into t values (1, 1), (1, 2), (null, 7), (null, null)",
        "delete from t where b <> 1",
        "rows of public.t whose a, b is in no row of public.o: 2",
    ),
    (
        "[table.t.column]\na = 'integer'",
        "create table t (a bigint); insert into t values (1), (3000000000), (null)",
        "delete from t where a > 1",
        "rows of public.t whose a does not fit into the new type: 1",
    ),
    (
        "[table.t.column]\na = 'varchar(3)'",
        "create table t (a text); insert into t values ('abc'), ('abc   '), ('abcd')",
        "delete from t where a = 'abcd'",
        "rows of public.t whose a does not fit into the new type: 1",
    ),
    (
        "[table.t.column]\na = 'numeric(4, 1)'",
        "create table t (a numeric); insert into t values (999.94), (999.95), (-1000), (0.04)",
        "delete from t where abs(a) > 999.94",
        "rows of public.t whose a does not fit into the new type: 2",
    ),
];

#[tokio::test]
async fn rows_in_the_way_are_counted_before_anything_is_changed() {
    let newest = majors().last().filter(|newest| newest.major != home().major);
    for postgres in std::iter::once(home()).chain(newest) {
        let cluster = Cluster::start(postgres);
        for online in ["off", "always"] {
            for (toml, there, cure, said) in CASES {
                let database = Database::create(&cluster).await;
                database.execute(there).await;
                let (url, folder) = (database.url(), Folder::declaring(toml));
                let file = folder.join("plan.json");
                let run = |words: &[&str]| {
                    let more = ["--url", &url, "--schema", folder.arg()];
                    Plumb::new(&[words, &more].concat()).run()
                };
                run(&["plan", "--online", online, "--out", &file]).ok();
                let before = database.dump();
                let refused = run(&["verify", &file]);
                assert_eq!(refused.code, 3, "{toml}\n{}{}", refused.stdout, refused.stderr);
                assert!(refused.stdout.contains(said), "no `{said}` in:\n{}", refused.stdout);
                let refused = run(&["apply", "--yes", "--allow", "all", &file]);
                assert_eq!(refused.code, 3, "{toml}\n{}", refused.stderr);
                assert!(refused.stderr.contains(said), "no `{said}` in:\n{}", refused.stderr);
                assert_eq!(before, database.dump());
                // It is so: without the questions, a statement fails.
                let failed =
                    run(&["apply", "--yes", "--allow", "all", "--online", "off", "--no-preflight"]);
                assert_eq!(failed.code, 1, "{toml}\n{}", failed.stderr);
                database.execute(cure).await;
                let fine = run(&["verify", &file]).ok();
                assert!(fine.contains("nothing is in the way"), "{fine}");
                run(&["apply", "--yes", "--allow", "all", &file]).ok();
            }
        }
    }
}

#[tokio::test]
async fn a_question_without_an_answer_stops_nothing() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    database.execute("create table t (a int); insert into t values (1)").await;
    let (url, folder) = (database.url(), Folder::declaring("[table.t.column]\na = 'int not null'"));
    let file = folder.join("plan.json");
    let run = |words: &[&str]| {
        Plumb::new(&[words, &["--url", &url, "--schema", folder.arg()]].concat()).run()
    };
    run(&["plan", "--out", &file]).ok();
    let mut other = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(other.1);
    let held = other.0.transaction().await.unwrap();
    held.batch_execute("lock table t in access exclusive mode").await.unwrap();
    let open = run(&["verify", &file]);
    assert_eq!(open.code, 4, "{}{}", open.stdout, open.stderr);
    assert!(open.stdout.contains("open    rows of public.t"), "{}", open.stdout);
    held.rollback().await.unwrap();
    run(&["verify", &file]).ok();
}

#[tokio::test]
async fn asking_runs_nothing_of_the_database_or_the_author() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    database
        .execute(
            "create function ran() returns boolean language plpgsql as $$begin raise exception 'RAN'; end$$;
            create function f(text) returns boolean language sql as 'select ran()';
            create function eq(varchar, text) returns boolean language sql as 'select ran()';
            create operator = (leftarg = varchar, rightarg = text, function = eq);
            create function eq(integer, integer) returns boolean language sql as 'select ran()';
            create operator = (leftarg = integer, rightarg = integer, function = eq);
            create function lower(text) returns text language sql as 'select ran()::text';
            create table p (id text primary key, n integer); insert into p values ('a', 1);
            create table c (v varchar(10), n integer); insert into c values ('a', 1), ('a', 2), ('hunter2', 3)",
        )
        .await;
    let url = database.url();
    for (toml, asked) in [
        ("[table.c.constraint]\nk = 'foreign key (v) references p (id)'", true),
        ("[table.c.constraint]\nk = 'check (f(v))'", false),
        ("[table.c.constraint]\nk = 'check (public.f(v))'", false),
        ("[table.c.constraint]\nk = \"check (n = 1 or v = 'x'::text)\"", true),
        ("[table.c.constraint]\nk = \"check (pg_read_file('/etc/passwd') <> v)\"", false),
        ("[table.c.constraint]\nk = 'check (v::int > 1)'", true),
        ("[table.c.index]\nk = 'unique (lower(v))'", true),
        ("[table.c.index]\nk = 'unique (public.lower(v)) where (public.f(v))'", false),
    ] {
        let tables = "[table.p.column]\nid = 'text primary key'\nn = 'int'\n[table.c.column]\nv = 'varchar(10)'\nn = 'int'\n";
        let functions = "[manage]\nundeclared = 'report'\n";
        let folder = Folder::declaring(&format!("{functions}{tables}{toml}\n"));
        let file = folder.join("plan.json");
        let run = |words: &[&str]| {
            let more = ["--url", &url, "--schema", folder.arg(), "--no-check"];
            Plumb::new(&[words, &more[..if words[0] == "verify" { 4 } else { 5 }]].concat()).run()
        };
        run(&["plan", "--out", &file]).ok();
        for words in [&["verify", &file][..], &["apply", "--dry-run", "--allow", "all", &file]] {
            let output = run(words);
            let said = format!("{}{}", output.stdout, output.stderr);
            assert!(!said.contains("RAN") && !said.contains("hunter2"), "{toml}\n{said}");
            if words[0] == "verify" {
                assert_eq!(said.contains("1 question"), asked, "{toml}\n{said}");
            }
        }
    }
}

#[tokio::test]
async fn a_time_zone_brings_no_other_setting() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    database.execute("create table t (a int)").await;
    let url = database.url();
    let folder = Folder::declaring("[table.t.column]\na = 'int'\nb = 'int'");
    for space in ["\\n", "\\t", "\\u000b", "\\u000c", "\\r", " "] {
        folder.write(
            "plumb.toml",
            &format!("[session]\ntimezone = \"UTC{space}-cnosuch_thing=1\"\n"),
        );
        for command in ["plan", "drift", "check", "prove"] {
            let words = [command, "--schema", folder.arg(), "--url", &url];
            let words = if command == "check" { &words[..3] } else { &words[..] };
            let output = Plumb::new(words).run();
            assert!(!output.stderr.contains("unrecognized"), "{command}: {}", output.stderr);
        }
    }
}
