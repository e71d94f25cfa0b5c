//! A plan as a script: psql makes of it what `plumb apply` makes, whatever names, comments, literals and bodies
//! hold, whatever psql and the database are set to; and it runs nothing else.

#![allow(clippy::unwrap_used)]

mod common;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Cluster, Database, Folder, Plumb, home};
use toml::{Table, Value};

/// Texts that mean something to psql, to a terminal, or to a lexer that reads half of them.
fn nasty(canary: &str) -> Vec<String> {
    let plain = [
        "back\\slash",
        "\\",
        "\\'",
        "a'b",
        "a\"b",
        ":PORT",
        ":'x'",
        ":\"x\"",
        ":{?PORT}",
        "$$",
        "$body$",
        "$1",
        "; drop table precious; --",
        "-- end",
        "/* open",
        "*/",
        "line\nbreak",
        "line\r\nbreak",
        "bell\u{7}, escape \u{1b}[2J",
        "c1 \u{85}\u{9b}31m",
        "turned \u{202e}round\u{2066}",
        "separated\u{2028}\u{2029}",
        "hidden \u{200b}\u{feff}\u{61c}",
        "あ 🙂 é",
        "E'\\x1b'",
        "u&\"\\0041\"",
        "\\gexec",
        "\\.",
        "quit",
    ];
    let mut all: Vec<String> = plain.iter().map(ToString::to_string).collect();
    // Shorter than a name may be.
    all.extend([
        format!("\\! touch {canary}"),
        format!("\n\\! touch {canary}\n"),
        format!("'\n;\\! touch {canary}\n--"),
        format!("`touch {canary}`"),
        format!("*/\r\\! touch {canary}"),
    ]);
    all
}

fn table(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    Value::Table(entries.into_iter().collect())
}

fn text(of: impl Into<String>) -> Value {
    Value::String(of.into())
}

/// A name as a key of the declaration.
fn key(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn escaped(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Every text as a name, a comment, a default, a label and a body.
fn declared(nasty: &[String]) -> String {
    let mut whole = Table::new();
    let tables = nasty.iter().map(|name| {
        let column = table([
            ("type".into(), text("text")),
            ("default".into(), text(literal(name))),
            ("comment".into(), text(name)),
        ]);
        let other = table([("type".into(), text("text")), ("default".into(), text(escaped(name)))]);
        let columns = table([(name.clone(), column), ("other".into(), other)]);
        (key(name), table([("comment".into(), text(name)), ("column".into(), columns)]))
    });
    whole.insert("table".into(), table(tables));
    let labels = nasty.iter().map(text).collect();
    whole.insert("enum".into(), table([("labels".into(), Value::Array(labels))]));
    let bodies = nasty.iter().enumerate().map(|(at, body)| {
        let parts = [
            ("returns".into(), text("text")),
            ("language".into(), text("plpgsql")),
            ("body".into(), text(format!("begin\n  return {};\nend", escaped(body)))),
            ("comment".into(), text(body)),
        ];
        (format!("f{at}()"), table(parts))
    });
    let mut functions: Table = bodies.collect();
    functions.insert(
        "atomic(port int, a text[])".into(),
        text(
            "returns text[] language sql begin atomic \
             select case when true then a[1:PORT] end as begin; select a[:port] as end; end",
        ),
    );
    functions.insert("begin()".into(), text("returns int language sql as 'select 1'"));
    whole.insert("function".into(), Value::Table(functions));
    let view =
        "as select (array['a','b'])[1:PORT] as x, ':PORT' as y from (select 2 as \"port\") s";
    whole.insert("view".into(), table([("sliced".into(), text(view))]));
    toml::to_string(&whole).unwrap()
}

/// What psql says of a script on standard input.
fn psql(database: &Database, script: &str, encoding: &str) -> std::process::Output {
    let mut child = Command::new(home().bin.join("psql"))
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "PORT=1", "-v", "port=1", "-v", "x=evil"])
        .args(["-v", "1=5", "-v", "2=7"])
        .arg(database.url())
        .env("PGCLIENTENCODING", encoding)
        .env("LC_ALL", "C")
        .env("FAR", "known")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[tokio::test]
async fn psql_makes_of_a_script_what_apply_makes_whatever_it_holds() {
    let cluster = Cluster::start(home());
    let (applied, planned) = (Database::create(&cluster).await, Database::create(&cluster).await);
    let canaries = Folder::new();
    let canary = canaries.join("C");
    let folder = Folder::declaring(&declared(&nasty(&canary)));
    let run = |arguments: &[&str], database: &Database| {
        let (url, scratch) = (database.url(), cluster.url("postgres"));
        let common = ["--schema", folder.arg(), "--url", &url, "--scratch", &scratch];
        Plumb::new(&[arguments, &common].concat()).run()
    };
    run(&["apply", "--yes"], &applied).ok();
    let script = run(&["plan", "--format", "sql"], &planned).ok();
    let shown = |c: char| !c.is_control() || c == '\n' || c == '\t';
    let hidden: Vec<char> =
        script.chars().filter(|c| !shown(*c) || matches!(c, '\u{2028}'..='\u{202e}')).collect();
    assert_eq!(hidden, [], "a terminal would not show these");

    let wanted = applied.dump().unwrap();
    for (encoding, setting) in
        [("UTF8", "on"), ("LATIN1", "off"), ("SJIS", "off"), ("LATIN1", "on")]
    {
        let database = Database::create(&cluster).await;
        let name = &database.name;
        database
            .execute(&format!("alter database {name} set standard_conforming_strings = {setting}"))
            .await;
        let output = psql(&database, &script, encoding);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // pg_dump writes literals as the database is set.
        let reset = format!("alter database {name} reset standard_conforming_strings");
        database.execute(&reset).await;
        let there = database.dump().unwrap();
        assert_eq!(there, wanted, "{encoding}, standard_conforming_strings = {setting}");
        assert!(!Path::new(&canary).exists());
    }
}

#[tokio::test]
async fn a_secret_beside_a_line_break_runs_no_command_of_psql() {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    let canaries = Folder::new();
    let canary = canaries.join("C");
    let connection = format!("host='a\n\\\\! touch {canary}\n' user=u password=${{env:FAR}}");
    let connection = connection.replace('\'', "''");
    let declared = format!("connection '{connection}' publication p with (connect = false)");
    let folder = Folder::declaring(&format!("[subscription]\ns = {}\n", Value::String(declared)));
    let (url, scratch) = (database.url(), cluster.url("postgres"));
    let output = Plumb::new(&[
        "plan",
        "--format",
        "sql",
        "--schema",
        folder.arg(),
        "--url",
        &url,
        "--scratch",
        &scratch,
    ])
    .run();
    let script = output.ok();
    let output = psql(&database, &script, "UTF8");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!Path::new(&canary).exists(), "{script}");
    let there = database.query_strings("select subconninfo from pg_subscription").await;
    assert!(there[0].contains(&format!("! touch {canary}\n'")), "{there:?}");
    assert!(there[0].contains("password='known'"), "{there:?}");
}
