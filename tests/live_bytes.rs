//! Bytes that are no UTF-8, and line breaks of another editor.

mod common;

use common::{Cluster, Database, Folder, Output, Plumb, home};

fn run(words: &[&str], toml: &str, url: &str) -> Output {
    let folder = Folder::declaring(toml);
    // The body in a file has the line breaks of the declaration.
    let breaks = if toml.contains("\r\n") { "\r\n" } else { "\n" };
    folder.write("h.sql", &["begin", "  return 2;", "end", ""].join(breaks));
    Plumb::new(&[words, &["--schema", folder.arg(), "--url", url]].concat()).run()
}

#[tokio::test]
async fn a_database_in_sql_ascii_is_read_whatever_bytes_it_holds() {
    let cluster = Cluster::start(home());
    let server = Database::create(&cluster).await;
    server
        .execute(
            "create database old encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0",
        )
        .await;
    let old = Database { cluster: cluster.clone(), name: "old".to_owned() };
    let url = old.url();
    old.execute(
        "set client_encoding = sql_ascii; create table other (a text default 'a'); create table ok (a int);
         create view v as select a from ok;
         do $$ declare bad text := quote_literal(convert_from('\\x6e61ef7665'::bytea, 'SQL_ASCII')); begin
           execute 'comment on table other is ' || bad;
           execute 'alter table other alter a set default ' || bad;
           execute 'create view w as select a, ' || bad || '::text as b from ok'; end $$",
    )
    .await;

    // Names and labels that are two in the database stay two, and what is not managed does not matter.
    old.execute(
        "set client_encoding = sql_ascii; create schema odd;
         do $$ declare one text := convert_from('\\x74e4'::bytea, 'SQL_ASCII');
                       two text := convert_from('\\x74f6'::bytea, 'SQL_ASCII'); begin
           execute format('create type odd.e as enum (%L, %L)', one, two);
           execute format('create table odd.%I (a int)', one);
           execute format('create table odd.%I (b int)', two); end $$",
    )
    .await;
    let ok =
        "[table.ok.column]\na = \"int\"\nb = \"int\"\n[view.v]\nquery = \"select a from ok\"\n";
    run(&["apply", "--yes"], ok, &url).ok();
    assert_eq!(run(&["drift"], ok, &url).ok(), "");

    // What is managed is named, and changed to what is declared.
    let other = "[table.other]\ncomment = \"plain\"\ncolumn.a = \"text default 'b'\"\n";
    let drift = run(&["drift"], other, &url).exit(2);
    assert!(drift.contains("table:public.other"), "{drift}");
    let applied = run(&["apply", "--yes"], other, &url);
    assert_eq!(applied.code, 0, "{}", applied.stderr);
    assert!(applied.stderr.contains("bytes of it that are not UTF-8"), "{}", applied.stderr);
    assert_eq!(run(&["drift"], other, &url).ok(), "");

    // What cannot be written as it is is not written otherwise.
    let folder = Folder::new();
    let export = Plumb::new(&["export", "--url", &url, "--out", &folder.join("out")]).run();
    assert_eq!(export.code, 1, "{}", export.stdout);
    for named in ["view:public.w", "table:odd.t\u{fffd}e4", "table:odd.t\u{fffd}f6"] {
        assert!(export.stderr.contains(named), "{named}: {}", export.stderr);
    }
    // No statement can name such a table.
    let drops = "[manage]\nschemas = [\"odd\"]\nundeclared = \"drop\"\n";
    let plan = run(&["plan"], drops, &url);
    assert_eq!(plan.code, 3, "{}{}", plan.stdout, plan.stderr);
}

#[tokio::test]
async fn a_line_break_in_a_body_is_the_same_whichever_editor_wrote_it() {
    let lines = "[function]\n\"f()\" = '''returns int language plpgsql as $$\nbegin\n  return 1;\nend\n$$'''\n\
        [function.\"g()\"]\nreturns = \"text\"\nlanguage = \"sql\"\nbody = '''\nselect\n  'a'\n'''\n\
        [function.\"h()\"]\nreturns = \"int\"\nlanguage = \"plpgsql\"\nbody_file = \"h.sql\"\n\
        [procedure.\"p()\"]\nlanguage = \"plpgsql\"\nbody = '''\nbegin\n  null;\nend'''\n";
    let windows = lines.replace('\n', "\r\n");
    for (first, second) in [(lines, windows.as_str()), (&windows, lines)] {
        let database = Database::create(&Cluster::shared(home())).await;
        run(&["apply", "--yes"], first, &database.url()).ok();
        for toml in [first, second, first] {
            assert_eq!(run(&["drift"], toml, &database.url()).ok(), "");
            assert!(run(&["plan"], toml, &database.url()).ok().contains("no changes"));
        }
    }
}

#[tokio::test]
async fn a_character_that_the_database_has_not_is_named_before_anything_is_done() {
    let cluster = Cluster::start(home());
    let server = Database::create(&cluster).await;
    server
        .execute(
            "create database old encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0",
        )
        .await;
    let old = Database { cluster: cluster.clone(), name: "old".to_owned() };
    let url = old.url();
    let fine = "[table.t]\ncomment = 'é'\ncolumn = { 'ä' = 'int' }\n";
    run(&["apply", "--yes"], fine, &url).ok();
    assert_eq!(run(&["drift"], fine, &url).ok(), "");
    let wrong = "[table.t]\ncomment = 'é'\ncolumn = { 'ä' = 'int', 'あ' = 'int' }\n[table.u]\ncomment = '–'\n";
    let refused = run(&["apply", "--yes"], wrong, &url);
    let said = "the database is in LATIN1, which has no character – (U+2013), あ (U+3042)";
    assert!(refused.stderr.contains(said), "{}", refused.stderr);
    refused.exit(3);
    assert_eq!(run(&["drift"], fine, &url).ok(), "");
}
