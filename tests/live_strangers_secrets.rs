//! Secrets by other names: what a foreign-data wrapper calls its password, a URL that was mistyped,
//! and a server that asks for the password in a way that was not allowed.

#![allow(clippy::unwrap_used)]

mod common;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use common::{Cluster, Database, Folder, Output, Plumb, home};

const SECRET: &str = "hunter2";
/// What wrappers of this world call a secret.
const NAMES: [&str; 12] = [
    "auth",
    "authorization",
    "bearer",
    "connstr",
    "cookie",
    "dsn",
    "key",
    "passcode",
    "password",
    "pin",
    "program",
    "url",
];

fn checked(output: Output) -> Output {
    for text in [&output.stdout, &output.stderr] {
        assert!(!text.contains(SECRET), "{text}");
    }
    output
}

fn run(arguments: &[&str]) -> Output {
    checked(Plumb::new(arguments).run())
}

/// Every file below a directory.
fn below(dir: &std::path::Path) -> String {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        if path.is_dir() { below(&path) } else { std::fs::read_to_string(path).unwrap() }
    };
    entries.map(read).collect()
}

/// A database whose every option that could be a secret is one.
async fn secretive(wrapper: &str) -> Database {
    let database = Database::create(&Cluster::start(home())).await;
    let options = NAMES.map(|name| format!("{name} '{SECRET}-{name}'")).join(", ");
    database
        .execute(&format!(
            "CREATE FOREIGN DATA WRAPPER {wrapper} OPTIONS ({options}); \
             CREATE SERVER far FOREIGN DATA WRAPPER {wrapper} \
               OPTIONS (host 'h', port '5433', updatable 'false', flag 'on', {options}); \
             CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (\"user\" 'u', {options}); \
             CREATE FOREIGN TABLE t (a int OPTIONS (column_name 'b', {options})) SERVER far \
               OPTIONS (schema_name 's', table_name 't', {options})"
        ))
        .await;
    database
}

#[tokio::test]
async fn an_option_that_nobody_knows_is_shown_nowhere() {
    let database = secretive("mine").await;
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    let (folder, empty) = (
        Folder::new(),
        Folder::declaring("manage.schemas = ['public']\n[table.x.column]\na = 'int'\n"),
    );
    let server = ["--url", &url, "--scratch", &scratch];
    for format in ["text", "json", "markdown", "sql"] {
        run(&[&["plan", "--schema", empty.arg(), "--format", format], &server[..]].concat()).ok();
    }
    for format in ["text", "json", "markdown"] {
        run(&[&["drift", "--schema", empty.arg(), "--format", format], &server[..]].concat())
            .exit(2);
    }
    let (schema, now) = (folder.join("schema"), folder.join("now.json"));
    run(&["export", "--url", &url, "--out", &schema]).ok();
    run(&["snapshot", "--url", &url, "--out", &now]).ok();
    let all = format!("{}\n{}", folder.read("now.json"), below(schema.as_ref()));
    assert!(!all.contains(SECRET), "{all}");
    for shown in ["host 'h'", "port '5433'", "flag 'on'", "\\\"user\\\" 'u'", "column_name 'b'"] {
        assert!(all.contains(shown), "{shown}: {all}");
    }
    for placeholder in ["dsn '${env:PLUMB_FAR_DSN}'", "pin '${env:PLUMB_PUBLIC_T_A_PIN}'"] {
        assert!(all.contains(placeholder), "{placeholder}: {all}");
    }

    // The export is the database: without the values, and with them.
    let plan = [&["plan", "--exit-code", "--schema", &schema], &server[..]].concat();
    run(&plan).ok();
    let with = |value: &dyn Fn(&str) -> String| {
        let objects = ["MINE", "FAR", "FAR_PUBLIC", "PUBLIC_T", "PUBLIC_T_A"];
        objects.iter().flat_map(|object| NAMES.map(|name| (object, name))).fold(
            Plumb::new(&plan),
            |run, (object, name)| {
                run.env(&format!("PLUMB_{object}_{}", name.to_uppercase()), &value(name))
            },
        )
    };
    checked(with(&|name| format!("{SECRET}-{name}")).run()).ok();
    let changed = checked(with(&|_| "other".to_owned()).run()).exit(2);
    assert!(
        changed.contains("SET dsn '${env:PLUMB_FAR_DSN}'") && !changed.contains("'other'"),
        "{changed}"
    );
    run(&["diff", "--exit-code", &now, &url]).ok();
    run(&["diff", "--exit-code", &url, &now]).ok();
    run(&["plan", "--exit-code", "--schema", &schema, "--from", &now, "--scratch", &scratch]).ok();
}

#[tokio::test]
async fn a_wrapper_that_is_known_shows_what_its_list_has() {
    let database = Database::create(&Cluster::start(home())).await;
    database
        .execute(
            "CREATE FOREIGN DATA WRAPPER oracle_fdw; CREATE FOREIGN DATA WRAPPER mine; \
             CREATE SERVER o FOREIGN DATA WRAPPER oracle_fdw OPTIONS (dbserver '//h/known'); \
             CREATE SERVER m FOREIGN DATA WRAPPER mine OPTIONS (dbserver '//h/unknown')",
        )
        .await;
    let (url, folder) = (database.url(), Folder::new());
    run(&["export", "--url", &url, "--out", &folder.join("schema")]).ok();
    let servers = folder.read("schema/_server.toml");
    assert!(servers.contains("dbserver '//h/known'"), "{servers}");
    assert!(servers.contains("dbserver '${env:PLUMB_M_DBSERVER}'"), "{servers}");
    let scratch = database.cluster.url("postgres");
    run(&[
        "plan",
        "--exit-code",
        "--schema",
        &folder.join("schema"),
        "--url",
        &url,
        "--scratch",
        &scratch,
    ])
    .ok();
}

#[test]
fn an_option_that_nobody_knows_is_no_text_in_a_file() {
    let declared = [
        "[foreign_data_wrapper]\nx = \"options (@)\"\n",
        "[server]\ns = \"foreign data wrapper w options (@)\"\n",
        "[server.s]\nsql = \"foreign data wrapper w\"\nuser_mapping.public = \"options (@)\"\n",
        "[foreign_table.t]\nsql = \"server s options (@)\"\n",
        "[foreign_table.t]\nsql = \"server s\"\ncolumn.a = \"integer options (@)\"\n",
    ];
    let options =
        ["dsn 'hunter2'", "dsn hunter2", "host 'http://u:hunter2@h'", "pin '${env:A} hunter2'"];
    for (toml, options) in declared.iter().flat_map(|toml| options.map(|options| (toml, options))) {
        let folder = Folder::declaring(&toml.replace('@', options));
        let output = run(&["check", "--schema", folder.arg()]);
        assert_eq!(output.code, 1, "{toml} {options}");
        assert!(output.stderr.contains("is a secret"), "{toml} {options}: {}", output.stderr);
    }
    let folder = Folder::declaring(
        "[server.s]\nforeign_data_wrapper = 'w'\noptions = { dsn = 'hunter2', host = 'h' }\n",
    );
    assert!(run(&["check", "--schema", folder.arg()]).stderr.contains("is a secret"));
}

#[test]
fn a_mistyped_url_is_not_repeated() {
    let folder = Folder::declaring("[table.t.column]\na = 'int'\n");
    for url in [
        "postgres:/u:hunter2@h",
        "postgres:/u:hunter2@h/d?sslmode=require",
        "u:hunter2@h/d",
        "postgre://u:hunter2@h/d",
        "postgres://u:hunter2@h:x/d",
        "host=h user=u:hunter2@h hunter2@x=1",
        "jdbc:postgresql://h/d?password=hunter2&hunter2",
    ] {
        for arguments in [
            ["diff", url, folder.arg()],
            ["diff", folder.arg(), url],
            ["plan", "--url", url],
            ["plan", "--nourl", url],
            ["plan", url, "--exit-code"],
            ["plan", "--exit-code", &format!("--nourl={url}")],
            ["snapshot", "--url", &format!("{url}\u{1b}[2J")],
        ] {
            assert_eq!(run(&arguments).code, 1, "{arguments:?}");
        }
    }
}

/// A server that asks for authentication in one way, and keeps what it is told.
fn asking(code: u32) -> (u16, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move |mut stream: TcpStream| {
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let mut startup = vec![0; u32::from_be_bytes(length) as usize - 4];
        stream.read_exact(&mut startup).unwrap();
        let body: &[u8] = match code {
            5 => b"salt",
            10 => b"SCRAM-SHA-256\0\0",
            _ => b"",
        };
        let length = u32::try_from(8 + body.len()).unwrap().to_be_bytes();
        stream.write_all(&[b"R", &length[..], &code.to_be_bytes(), body].concat()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut answer = vec![0; 256];
        let read = stream.read(&mut answer).unwrap();
        answer.truncate(read);
        answer
    };
    // Whoever refuses before it connects never comes.
    listener.set_nonblocking(true).unwrap();
    let accept = move || {
        for _ in 0..500 {
            if let Ok((stream, _)) = listener.accept() {
                stream.set_nonblocking(false).unwrap();
                return serve(stream);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Vec::new()
    };
    (port, std::thread::spawn(accept))
}

#[test]
fn require_auth_keeps_the_password_from_a_server_that_asks_otherwise() {
    let folder = Folder::new();
    let told = |code: u32, rule: &str| {
        let (port, server) = asking(code);
        let url = format!(
            "host=127.0.0.1 port={port} user=u password={SECRET} sslmode=disable connect_timeout=5 {rule}"
        );
        let output = run(&["snapshot", "--url", &url, "--out", &folder.join("x.json")]);
        // A server that hangs up may be there again later.
        assert!(matches!(output.code, 1 | 4), "{}", output.code);
        (server.join().unwrap(), output.stderr)
    };
    for (code, rule) in [
        (3, "scram-sha-256"),
        (5, "scram-sha-256"),
        (3, "!password"),
        (10, "md5"),
        (0, "scram-sha-256,md5"),
    ] {
        let (answer, said) = told(code, &format!("require_auth={rule}"));
        assert!(answer.is_empty(), "{code} {rule}: {answer:?}");
        assert!(
            said.contains(&format!("which require_auth={rule} does not allow")),
            "{code} {rule}: {said}"
        );
    }
    for (code, rule) in [
        (3, ""),
        (3, "require_auth=password"),
        (10, "require_auth=scram-sha-256"),
        (5, "require_auth=!password"),
    ] {
        let (answer, _) = told(code, rule);
        assert_eq!(answer.first(), Some(&b'p'), "{code} {rule}");
    }
    let wrong = run(&["snapshot", "--url", "host=h require_auth=scram", "--out", "x"]);
    assert!(
        wrong.stderr.contains("invalid value `scram` for connection parameter `require_auth`"),
        "{}",
        wrong.stderr
    );
}

#[tokio::test]
async fn a_setting_that_is_named_as_a_secret_shows_no_value() {
    let database = Database::create(&Cluster::start(home())).await;
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    let server = ["--url", &url, "--scratch", &scratch];
    let said = |value: &str| {
        format!(
            "[manage]\nroles = true\n[database]\nset = {{ \"app.api_key\" = \"{value}\" }}\n\
             [role.r]\nset = {{ \"app.token\" = \"{value}\" }}\n\
             [function.\"f()\"]\nsql = \"returns int language sql set app.secret = '{value}' as 'select 1'\"\n"
        )
    };
    let clear = Folder::declaring(&said(SECRET));
    for command in [&["check"][..], &["plan", "--url", &url], &["lint"]] {
        let output = run(&[command, &["--schema", clear.arg()]].concat());
        assert!(
            output.stderr.contains("is a secret, which does not stand in a file"),
            "{}",
            output.stderr
        );
    }
    let files = Folder::declaring(&said("${env:PLUMB_S}"));
    let command = |words: &[&str]| {
        let all = [words, &["--schema", files.arg()], &server[..]].concat();
        checked(Plumb::new(&all).env("PLUMB_S", SECRET).run())
    };
    for format in ["text", "json", "html", "markdown", "sql"] {
        let plan = command(&["plan", "--format", format]).ok();
        assert!(plan.contains("${env:PLUMB_S}") || format == "sql", "{plan}");
    }
    command(&["prove"]).ok();
    command(&["apply", "--yes"]).ok();
    let set = "select unnest(setconfig) from pg_db_role_setting union all \
               select unnest(proconfig) from pg_proc where proname = 'f' order by 1";
    let there = ["app.api_key", "app.secret", "app.token"].map(|name| format!("{name}={SECRET}"));
    assert_eq!(database.query_strings(set).await, there);
    command(&["plan", "--exit-code"]).ok();
    let plan = Plumb::new(&[&["plan", "--schema", files.arg()], &server[..]].concat());
    let changed = checked(plan.env("PLUMB_S", "other").run());
    assert!(changed.stdout.contains("SET app.token TO '${env:PLUMB_S}'"), "{}", changed.stdout);

    let folder = Folder::new();
    let (schema, now) = (folder.join("schema"), folder.join("now.json"));
    run(&["export", "--url", &url, "--out", &schema]).ok();
    run(&["snapshot", "--url", &url, "--out", &now]).ok();
    let all = format!("{}\n{}", folder.read("now.json"), below(schema.as_ref()));
    assert!(!all.contains(SECRET), "{all}");
}
