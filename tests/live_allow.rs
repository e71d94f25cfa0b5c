//! What a plan destroys is allowed by name: the refusal prints the flag, and a flag that says nothing is an error.

#![allow(clippy::unwrap_used)]

mod common;

use std::process::Command;

use common::{Cluster, Database, Folder, Output, Plumb, home, plumb};

/// Drops whatever is not in the declaration.
const DROP: &str = "[manage]\nschemas = [\"public\"]\nundeclared = \"drop\"\n[table.kept.column]\nid = 'integer'\n";

async fn database(sql: &str) -> (Database, Folder) {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("create table kept (id integer)").await;
    database.execute(sql).await;
    (database, Folder::declaring(DROP))
}

fn arguments(words: &[&str], folder: &Folder, database: &Database) -> Vec<String> {
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    let rest = ["--schema", folder.arg(), "--url", &url, "--scratch", &scratch];
    words.iter().chain(&rest).map(|&word| word.to_owned()).collect()
}

fn run(words: &[&str], folder: &Folder, database: &Database) -> Output {
    let arguments = arguments(words, folder, database);
    Plumb::new(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).run()
}

/// The flags that a refusal prints.
fn flags(stderr: &str) -> Vec<&str> {
    stderr.split("allow it with ").skip(1).filter_map(|rest| rest.lines().next()).collect()
}

#[tokio::test]
async fn the_flag_of_a_refusal_works_when_it_is_pasted_into_a_shell() {
    let odd = r#"
        create table "it's $HOME `id` ""x""; exit 9" (a int); create table "two
lines" (a int); create table "a,data-loss,b)(" (a int); create table "*?[a]!" (a int);
        create function f(text, integer) returns int language sql as 'select 1';
        create function "g,h"("my,type" kept) returns int language sql as 'select 1';
    "#;
    let (database, folder) = database(odd).await;
    let refused = run(&["apply", "--yes"], &folder, &database);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    let flags = flags(&refused.stderr);
    // Tables lose data, and they and the functions are not in the declaration.
    assert_eq!(flags.len(), 10, "{}", refused.stderr);
    assert!(
        flags.contains(&"--allow 'undeclared-drop:function:public.f(text, integer)'"),
        "{flags:?}"
    );
    for at in 0..flags.len() {
        let mut less = flags.clone();
        less.remove(at);
        let output = pasted(&less.join(" "), &folder, &database, "--dry-run");
        assert_eq!(output.code, 3, "{}: {}", flags[at], output.stderr);
        assert_eq!(self::flags(&output.stderr), [flags[at]]);
    }
    pasted(&flags.join(" "), &folder, &database, "--yes").ok();
    assert_eq!(
        database
            .query_strings(
                "select relname from pg_class where relnamespace = 'public'::regnamespace"
            )
            .await,
        ["kept"]
    );
}

/// A command line as a person writes it.
fn pasted(flags: &str, folder: &Folder, database: &Database, how: &str) -> Output {
    let arguments = arguments(&["apply", how, "--trust-database"], folder, database);
    let output = Command::new("sh")
        .args(["-c", &format!("\"$0\" \"$@\" {flags}"), env!("CARGO_BIN_EXE_plumb")])
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .unwrap();
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[tokio::test]
async fn an_unknown_hazard_or_object_on_the_command_line_is_an_error() {
    let (database, folder) =
        database("create table gone (a int); create view seen as select 1 as a").await;
    let wrong = |list: &str, words: &[&str]| {
        let output = run(&["apply", "--yes", "--allow", list], &folder, &database);
        assert_eq!(output.code, 1, "{list}: {}", output.stderr);
        for word in words {
            assert!(output.stderr.contains(word), "{list}: no {word} in {}", output.stderr);
        }
    };
    wrong("data-lost", &["unknown hazard `data-lost`", "`data-loss`"]);
    wrong("all,undeclared", &["unknown hazard `undeclared`", "`undeclared-drop`"]);
    wrong(
        "data-loss:table:public.gnoe",
        &["`table:public.gnoe` matches no object", "`table:public.gone`"],
    );
    wrong("all:public.gone", &["did you mean `table:public.gone`?"]);
    // Objects of both sides count, also those that the plan leaves alone.
    let both =
        run(&["apply", "--yes", "--allow", "data-loss:table:public.kept"], &folder, &database);
    assert_eq!(both.code, 3, "{}", both.stderr);
    let plan = folder.join("plan.json");
    run(&["plan", "--out", &plan], &folder, &database).ok();
    let saved = |list: &str, code: i32| {
        let words = ["apply", &plan, "--yes", "--allow", list];
        let output = Plumb::new(&[&words[..], &["--url", &database.url()]].concat()).run();
        assert_eq!(output.code, code, "{list}: {}", output.stderr);
        output
    };
    assert!(saved("data-loss:table:public.gnoe", 1).stderr.contains("`table:public.gone`"));
    saved("data-loss:table:public.kept", 3);
    // Each may be repeated, and one list may name several.
    run(
        &[
            "apply",
            "--yes",
            "--allow",
            "data-loss:*.gone,undeclared-drop:table:*",
            "--allow",
            "undeclared-drop:view:*",
        ],
        &folder,
        &database,
    )
    .ok();
    // Nothing is left to do, so that the objects are on neither side.
    saved("data-loss:table:public.gone", 0);
}

#[tokio::test]
async fn plumb_toml_may_name_objects_that_are_not_there_but_no_unknown_hazard() {
    let (database, folder) = database("create table gone (a int)").await;
    let run = |words: &[&str]| {
        let scratch = database.cluster.url("postgres");
        Plumb::new(
            &[words, &["--schema", folder.arg(), "--env", "prod", "--scratch", &scratch]].concat(),
        )
        .env("DB", &database.url())
        .run()
    };
    let config = |allow: &str| {
        folder.write("plumb.toml", &format!("[env.prod]\nurl_env = \"DB\"\nallow = [{allow}]\n"));
    };
    for (allow, place, near) in [
        (
            "\"data-loss\", \"undeclared-dorp:table:x\"",
            "plumb.toml:3:24",
            "did you mean `undeclared-drop`?",
        ),
        ("\"data-loss,rewrite\"", "plumb.toml:3:21", "did you mean `rewrite-table`?"),
        ("7", "plumb.toml:3:10", "a hazard cannot be"),
    ] {
        config(allow);
        let output = run(&["plan"]);
        assert_eq!(output.code, 1, "{allow}");
        assert!(output.stderr.contains(place) && output.stderr.contains(near), "{}", output.stderr);
    }
    config("\"data-loss:table:public.old_*\", \"all:table:public.gone\"");
    run(&["apply", "--yes"]).ok();
    assert_eq!(database.query_strings("select to_regclass('gone')").await, [""]);
}

#[test]
fn every_name_in_a_plan_is_explained() {
    let page = plumb(&["explain", "data-loss"]).ok();
    assert!(page.contains("Why: ") && page.contains("What to do: "), "{page}");
    assert!(plumb(&["explain", "table"]).ok().contains("[table.NAME]"));
    assert!(plumb(&["explain", "not_null"]).ok().contains("a key of the declaration"));
    assert!(plumb(&["explain"]).ok().contains("rewrite-table"));
    let wrong = plumb(&["explain", "rewrite-tabel"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.stderr.contains("did you mean `rewrite-table`"), "{}", wrong.stderr);
}

#[tokio::test]
async fn what_is_accepted_beside_an_object_needs_no_flag_until_its_day() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("create table visit (id integer, note text); create table gone ()").await;
    let declaring = |until: &str| {
        let accepted = |hazard: &str| {
            format!("{{ hazard = '{hazard}', reason = 'nothing in it', until = '{until}' }}")
        };
        let both = format!("[{}, {}]", accepted("data-loss"), accepted("undeclared-drop"));
        Folder::declaring(&format!(
            "[manage]\nschemas = ['public']\nundeclared = 'drop'\nallow = {both}\n\
             [table.visit]\nallow = {both}\n[table.visit.column]\nid = 'integer'\n"
        ))
    };
    let past = declaring("2026-01-31");
    let refused = run(&["apply", "--yes"], &past, &database);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert_eq!(flags(&refused.stderr).len(), 4, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("; its acceptance in schema.toml:6 ended on 2026-01-31;"),
        "{}",
        refused.stderr
    );
    let folder = declaring("2999-12-31");
    let plan = run(&["plan"], &folder, &database).ok();
    let plan = plan.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        plan.contains(
            "data-loss of column:public.visit.note is accepted until 2999-12-31 in schema.toml:6: nothing in it"
        ),
        "{plan}"
    );
    // A stranger's declaration accepts nothing.
    let untrusted = run(&["apply", "--yes", "--untrusted"], &folder, &database);
    assert_eq!(untrusted.code, 3, "{}", untrusted.stderr);
    // A saved plan says nothing of it: the declaration does, where it is at hand.
    let saved = folder.join("plan.json");
    run(&["plan", "--out", &saved], &folder, &database).ok();
    let url = database.url();
    let elsewhere = Folder::declaring(DROP);
    let alone = ["apply", &saved, "--yes", "--url", &url, "--schema", elsewhere.arg()];
    assert_eq!(Plumb::new(&alone).run().code, 3);
    Plumb::new(&["apply", &saved, "--yes", "--url", &url, "--schema", folder.arg()]).run().ok();
    let left = "select attname from pg_attribute where attrelid = 'visit'::regclass and attnum > 0 and not attisdropped";
    assert_eq!(database.query_strings(left).await, ["id"]);
}

#[tokio::test]
async fn a_configuration_says_why_and_until_when() {
    let (database, folder) = database("create table gone (id integer)").await;
    let entry = |rest: &str| {
        folder.write(
            "plumb.toml",
            &format!(
                "[env.prod]\nurl_env = 'DB'\nallow = ['undeclared-drop', {{ hazard = 'data-loss', {rest} }}]\n"
            ),
        );
        let scratch = database.cluster.url("postgres");
        let words = [
            "apply",
            "--dry-run",
            "--env",
            "prod",
            "--schema",
            folder.arg(),
            "--scratch",
            &scratch,
        ];
        Plumb::new(&words).env("DB", &database.url()).run()
    };
    entry("object = 'table:public.g*', reason = 'empty', until = '2999-01-01'").ok();
    let other = entry("object = 'table:public.h*', reason = 'empty'");
    assert_eq!(other.code, 3, "{}", other.stderr);
    let over = entry("reason = 'empty', until = '2020-01-01'");
    assert!(over.stderr.contains("ended on 2020-01-01"), "{}", over.stderr);
    let wrong = entry("until = 'soon', reason = 'empty'");
    assert!(wrong.stderr.contains("until is a date"), "{}", wrong.stderr);
    let silent = entry("until = '2999-01-01'");
    assert!(silent.stderr.contains("needs `reason`"), "{}", silent.stderr);
}

#[tokio::test]
async fn a_plan_that_would_block_a_table_for_longer_than_the_environment_allows_is_refused() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("create table visit (id int, note text)").await;
    database
        .execute("insert into visit select g, repeat('x', 200) from generate_series(1, 100000) g; analyze visit")
        .await;
    let folder = Folder::declaring("[table.visit.column]\nid = 'bigint'\nnote = 'text'\n");
    let limited = |limit: &str| {
        folder.write(
            "plumb.toml",
            &format!("[env.prod]\nurl_env = 'DB'\nmax_lock = '{limit}'\nallow = ['all']\n"),
        );
        let words = ["apply", "--dry-run", "--env", "prod", "--schema", folder.arg()];
        Plumb::new(&words).env("DB", &database.url()).run()
    };
    let refused = limited("500ms");
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("transaction 1 blocks public.visit for about 1"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("max_lock of the environment is 500 ms"), "{}", refused.stderr);
    limited("1min").ok();
    let wrong = limited("soon");
    assert!(wrong.stderr.contains("max_lock: "), "{}", wrong.stderr);
    let plan = run(&["plan"], &folder, &database).ok();
    assert!(plan.contains("at the longest public.visit for about 1"), "{plan}");
}

#[tokio::test]
async fn values_that_a_new_type_cuts_or_rounds_are_lost_through_a_domain_too() {
    let database = Database::create(&Cluster::shared(home())).await;
    for (at, (old, domain, new, value)) in [
        ("text", "varchar(1)", "d", "abc"),
        ("varchar(10)", "varchar(2)", "d", "abcdef"),
        ("numeric", "int", "d", "1.75"),
        ("numeric(10,2)", "numeric(10,0)", "d", "1.75"),
        ("timestamptz", "date", "d", "2026-11-30 12:00:00+00"),
        ("varchar(10)[]", "varchar(2)", "d[]", "{abcdef}"),
        ("text", "text", "\"char\"", "abc"),
        ("bigint", "text", "double precision", "9007199254740993"),
        ("integer", "text", "real", "123456789"),
        ("json", "text", "jsonb", "{\"a\": 1, \"a\": 2}"),
        ("numeric", "text", "money", "1.555"),
        ("integer", "text", "boolean", "2"),
    ]
    .into_iter()
    .enumerate()
    {
        let table = format!("t{at}");
        database
            .execute(&format!("drop domain if exists d cascade; create domain d as {domain}"))
            .await;
        database
            .execute(&format!(
                "create table {table} (c {old}); insert into {table} values ('{value}')"
            ))
            .await;
        let folder = Folder::declaring(&format!(
            "[manage]\nundeclared = 'ignore'\n[domain]\nd = '{domain}'\n[table.{table}.column]\nc = '''{new}'''\n"
        ));
        let applied = run(&["apply", "--yes"], &folder, &database);
        assert_eq!(applied.code, 3, "{old} to {new} over {domain}: {}", applied.stderr);
        assert!(applied.stderr.contains("data-loss: column:"), "{old}: {}", applied.stderr);
    }
    // What is too long for the type below a domain is refused, as it is without the domain, and not cut.
    database.execute("drop domain d cascade; create domain d as varchar(1); create table u (c text); insert into u values ('abc')").await;
    let folder = Folder::declaring(
        "[manage]\nundeclared = 'ignore'\n[domain]\nd = 'varchar(1)'\n[table.u.column]\nc = 'd'\n",
    );
    let allowed = ["apply", "--yes", "--allow", "data-loss", "--no-preflight"];
    assert_eq!(run(&allowed, &folder, &database).code, 1);
    assert_eq!(database.query_strings("select c::text from u").await, ["abc"]);
}

#[tokio::test]
async fn what_lives_in_an_ignored_object_is_ignored() {
    let database = Database::create(&Cluster::shared(home())).await;
    database
        .execute("create table keep (a int primary key, b int); create index on keep (b)")
        .await;
    let folder = Folder::declaring(
        "[manage]\nschemas = ['public']\nundeclared = 'drop'\nignore = ['table:public.keep']\n[table.other.column]\na = 'int'\n",
    );
    let plan = run(&["plan"], &folder, &database).ok();
    assert!(!plan.contains("keep"), "{plan}");
}
