//! What strangers named and wrote is printed so that it deceives nobody: neither a terminal nor the
//! runner of a CI job.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Output, Plumb, home};
use pgplumb::shown::{deceives, has_command};

/// Characters that a terminal obeys or does not show.
const TRICKS: &str = "\u{1b}[2J\u{1b}]0;pwned\u{7}\u{9b}31m\u{ad}\u{61c}\u{200b}\u{202e}\u{2066}\u{feff}\u{2028}\u{e0041}";
/// Lines that a runner obeys.
const COMMANDS: &str = "\n::add-mask::plan\n  ::set-output name=a::b\n\u{a0}::stop-commands::t\n##[add-mask]x\na ##vso[task.setvariable]y\n";

fn run(arguments: &[&str], folder: &Folder, database: &Database, ci: bool) -> Output {
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    let common = ["--schema", folder.arg(), "--url", &url, "--scratch", &scratch];
    let run = Plumb::new(&[arguments, &common].concat());
    let output = if ci { run.env("CI", "true").run() } else { run.run() };
    checked(output, ci)
}

/// A run whose output deceives nobody.
fn checked(output: Output, ci: bool) -> Output {
    for text in [&output.stdout, &output.stderr] {
        let odd = |c: char| deceives(c) && c != '\n' && c != '\t';
        assert!(!text.contains(odd), "{text:?}");
        assert!(!ci || !has_command(text), "{text}");
    }
    output
}

/// A database and a declaration in which everything that can be named is named to deceive.
async fn hostile() -> (Database, Folder) {
    let database = Database::create(&Cluster::start(home())).await;
    let folder = Folder::new();
    let escaped: String = TRICKS.chars().map(|c| format!("\\U{:08X}", c as u32)).collect();
    let commands = COMMANDS.replace('\n', "\\n").replace('\u{a0}', "\\u00A0");
    folder.write(
        "a.toml",
        &format!(
            "[table.\"t{escaped}\"]\ncomment = \"{escaped}{commands}\"\n\
             [table.\"t{escaped}\".column]\nid = \"bigint default length('{escaped}{commands}')\"\n\
             [function.\"f()\"]\nreturns = 'text'\nlanguage = 'sql'\n\
             body = \"select '{escaped}' || '{commands}'\"\n"
        ),
    );
    let name = format!("t{TRICKS}").replace('"', "");
    database
        .execute(&format!(
            "CREATE TABLE \"{name}\" (id int DEFAULT length('{TRICKS}')); \
             COMMENT ON TABLE \"{name}\" IS '{COMMANDS}'; CREATE TABLE \"x{COMMANDS}\" (a int); \
             CREATE FUNCTION g() RETURNS text LANGUAGE sql AS 'select ''{TRICKS}{COMMANDS}'''"
        ))
        .await;
    (database, folder)
}

#[tokio::test]
async fn no_name_comment_or_body_deceives_a_reader_or_a_runner() {
    let (database, folder) = hostile().await;
    for ci in [false, true] {
        for format in ["text", "json", "markdown"] {
            let planned = run(&["plan", "--format", format], &folder, &database, ci).ok();
            assert!(planned.contains("u{1b}[2J") || planned.contains("\\u001b[2J"), "{planned}");
            run(&["drift", "--format", format], &folder, &database, ci).exit(2);
        }
        run(&["drift", "--format", "prometheus"], &folder, &database, ci).exit(2);
        let coverage = ["coverage", "--format", "json", "--schema", folder.arg(), "--url"];
        let coverage = Plumb::new(&[&coverage[..], &[&database.url()]].concat());
        let coverage = if ci { coverage.env("CI", "true") } else { coverage };
        checked(coverage.run(), ci).ok();
        run(&["apply"], &folder, &database, ci).exit(3);
    }
    // Colours of ours stay, and no other sequence does.
    let coloured = Plumb::new(&[
        "plan",
        "--color",
        "always",
        "--schema",
        folder.arg(),
        "--url",
        &database.url(),
        "--scratch",
        &database.cluster.url("postgres"),
    ])
    .env("CI", "1")
    .run()
    .ok();
    assert!(coloured.contains("\u{1b}[32m") && !coloured.contains("\u{1b}[2J"), "{coloured:?}");
    assert!(!has_command(&coloured), "{coloured}");
}

#[tokio::test]
async fn a_plan_of_odd_characters_is_applied_as_it_was_planned() {
    let (database, folder) = hostile().await;
    let plan = folder.join("plan.json");
    run(&["plan", "--out", &plan], &folder, &database, true).ok();
    let text = folder.read("plan.json");
    assert!(!text.contains(|c: char| deceives(c) && c != '\n') && !has_command(&text), "{text}");
    run(&["apply", "--yes", "--allow", "all", &plan], &folder, &database, true).ok();
    run(&["plan", "--exit-code"], &folder, &database, true).ok();
    let body = database.query_strings("select f()").await;
    assert_eq!(body, [format!("{TRICKS}{COMMANDS}")]);
    // A snapshot keeps them too.
    let now = folder.join("now.json");
    Plumb::new(&["snapshot", "--url", &database.url(), "--out", &now]).run().ok();
    assert!(!folder.read("now.json").contains(|c: char| deceives(c) && c != '\n'));
    Plumb::new(&["diff", "--exit-code", &now, &database.url()]).run().ok();
}

#[tokio::test]
async fn a_script_with_a_command_for_the_runner_is_not_printed_in_ci() {
    let (database, folder) = hostile().await;
    let refused = run(&["plan", "--format", "sql"], &folder, &database, true);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(refused.stderr.contains("--out FILE"), "{}", refused.stderr);
    let out = folder.join("plan.sql");
    run(&["plan", "--out", &out], &folder, &database, true).ok();
    assert!(has_command(&folder.read("plan.sql")));
    let script = Plumb::new(&[
        "plan",
        "--format",
        "sql",
        "--schema",
        folder.arg(),
        "--url",
        &database.url(),
        "--scratch",
        &database.cluster.url("postgres"),
    ])
    .run()
    .ok();
    assert_eq!(script, folder.read("plan.sql"));
}

#[tokio::test]
async fn words_of_the_server_are_printed_visibly() {
    let database = Database::create(&Cluster::start(home())).await;
    database
        .execute(
            "CREATE FUNCTION say() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
             RAISE NOTICE E'\\x1b]0;pwned\\x07\\x1b[2J\\n::add-mask::plan\\n##[x]\\u200B'; \
             IF current_setting('plumb.fail', true) = 'on' THEN \
               RAISE EXCEPTION E'no\\x1b[2J\\n::error::m' USING HINT = E'h\\u009b1m\\n::error::h', \
               DETAIL = E'd\\u202e\\n##vso[d]'; END IF; END $$; \
             CREATE EVENT TRIGGER say ON ddl_command_start EXECUTE FUNCTION say()",
        )
        .await;
    let folder = Folder::declaring(
        "manage.schemas = ['public']\n[table.t.column]\na = 'int'\n[schema]\napp = {}\n",
    );
    let applied = run(&["apply", "--yes", "--allow", "all"], &folder, &database, true);
    assert!(
        applied.stderr.contains("\\u{1b}[2J\n\\::add-mask::plan\n#\\#[x]\\u{200b}"),
        "{}",
        applied.stderr
    );
    let name = database.query_strings("SELECT current_database()::text").await;
    database.execute(&format!("ALTER DATABASE \"{}\" SET plumb.fail = 'on'", name[0])).await;
    let folder = Folder::declaring("manage.schemas = ['public']\n[table.u.column]\na = 'int'\n");
    let failed = run(&["apply", "--yes", "--allow", "all"], &folder, &database, true);
    assert_ne!(failed.code, 0);
    assert!(failed.stderr.contains("no\\u{1b}[2J\n\\::error::m"), "{}", failed.stderr);
}

#[test]
fn file_names_mistakes_and_arguments_are_printed_visibly() {
    for ci in [false, true] {
        let run = |folder: &Folder, arguments: &[&str]| {
            let schema = ["--schema", folder.arg()];
            let run = Plumb::new(&[arguments, &schema].concat());
            checked(if ci { run.env("GITHUB_ACTIONS", "true").run() } else { run.run() }, ci)
        };
        let folder = Folder::new();
        folder.write("a\u{1b}[2J\n::error::b.toml", "[table.t.column]\nid  =  'int'\n");
        let named = run(&folder, &["fmt", "--check"]).exit(1);
        assert_eq!(named, "a\\u{1b}[2J\\n::error::b.toml\n");
        folder.write("a\u{1b}[2J\n::error::b.toml", "[table.t]\ncolum = '\u{9b}31m \u{200b}'\n");
        let wrong = run(&folder, &["check"]);
        assert_eq!(wrong.code, 1);
        assert!(wrong.stderr.contains("a\\u{1b}[2J\\n::error::b.toml:2:1"), "{}", wrong.stderr);
        let folder = Folder::declaring("[table.t.column]\nid = \"frob \\u009b31m\\n::error::x\"\n");
        assert_eq!(run(&folder, &["fmt", "--check", "--x\u{1b}[2J\n::error::y"]).code, 1);
        assert_eq!(run(&folder, &["apply\u{9b}\n##[x]"]).code, 1);
    }
}
