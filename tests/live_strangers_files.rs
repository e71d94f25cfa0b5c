//! Files of strangers: a declaration reads nothing outside of its directory, and what plumb writes
//! goes where the user said, for those who may read it.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use common::{Cluster, Database, Folder, Output, Plumb, home};

/// What stands in every file outside of a declaration here.
const CONTENT: &str = "hunter2pgpass";

fn run(arguments: &[&str]) -> Output {
    let output = Plumb::new(arguments).run();
    for text in [&output.stdout, &output.stderr] {
        assert!(!text.contains(CONTENT), "{arguments:?}: {text}");
    }
    output
}

/// A checkout with the declaration `schema`, and a file beside the checkout.
fn checkout() -> Folder {
    let folder = Folder::new();
    folder.write("outside/secret.toml", &format!("db:5432:{CONTENT} = 'x\n[{CONTENT}\n"));
    folder.write("outside/f.sql", &format!("select '{CONTENT}'"));
    folder.write("repo/.git/config", &format!("[{CONTENT}]\n\turl = {CONTENT} x"));
    folder.write("repo/schema/a.toml", "[table.a.column]\nid = 'bigint'\n");
    folder
}

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[tokio::test]
async fn a_link_that_leads_out_of_the_declaration_is_an_error_and_shows_nothing() {
    let database = Database::create(&Cluster::shared(home())).await;
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    for (target, name) in [
        ("../.git/config", "x.toml"),
        ("../../outside/secret.toml", "deep.toml"),
        ("../../outside", "dir"),
        ("../.git", "git"),
        ("/dev/zero", "zero.toml"),
        ("/proc/self/environ", "environ.toml"),
    ] {
        let folder = checkout();
        symlink(target, folder.join(&format!("repo/schema/{name}"))).unwrap();
        let schema = folder.join("repo/schema");
        for command in ["fmt", "check", "plan", "drift"] {
            let mut arguments = vec![command, "--schema", &schema];
            match command {
                "fmt" => arguments.push("--check"),
                "check" => arguments.extend(["--scratch", &scratch]),
                _ => arguments.extend(["--url", &url, "--scratch", &scratch]),
            }
            let output = run(&arguments);
            assert_eq!(output.code, 1, "{command} {name}: {}", output.stderr);
            let said = format!("`{name}` leads out of the declaration directory");
            assert!(output.stderr.contains(&said), "{command} {name}: {}", output.stderr);
        }
    }
}

#[test]
fn a_fifo_in_the_declaration_does_not_block() {
    let folder = checkout();
    let fifo = folder.join("repo/schema/f.toml");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    symlink("f.toml", folder.join("repo/schema/link.toml")).unwrap();
    let output = run(&["fmt", "--check", "--schema", &folder.join("repo/schema")]);
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("`f.toml` is not a regular file"), "{}", output.stderr);
}

#[tokio::test]
async fn a_body_file_is_read_inside_the_declaration_only() {
    let database = Database::create(&Cluster::shared(home())).await;
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    let folder = checkout();
    let schema = folder.join("repo/schema");
    symlink("../../outside/f.sql", folder.join("repo/schema/link.sql")).unwrap();
    symlink("../../outside", folder.join("repo/schema/link")).unwrap();
    assert!(
        Command::new("mkfifo").arg(folder.join("repo/schema/fifo.sql")).status().unwrap().success()
    );
    let plan = |file: &str, declared: String| {
        folder.write("repo/schema/f.toml", &declared);
        fs::remove_file(folder.join("repo/schema/link")).ok();
        let output = run(&["plan", "--schema", &schema, "--url", &url, "--scratch", &scratch]);
        assert_eq!(output.code, 1, "{file}: {}", output.stdout);
        output.stderr
    };
    let absolute = folder.join("outside/f.sql");
    for file in
        ["../../outside/f.sql", "link.sql", &absolute, "../.git/config", "x/../../../outside/f.sql"]
    {
        let function =
            format!("[function.'f()']\nreturns = 'text'\nlanguage = 'sql'\nbody_file = '{file}'\n");
        let said = plan(file, function);
        assert!(said.contains("leads out of the declaration directory"), "{file}: {said}");
        let view = format!("[view.v]\nquery_file = '{file}'\n");
        let said = plan(file, view);
        assert!(said.contains("leads out of the declaration directory"), "{file}: {said}");
    }
    for (file, why) in [("fifo.sql", "is not a regular file"), ("no.sql", "there is no file")] {
        let said = plan(file, format!("[view.v]\nquery_file = '{file}'\n"));
        assert!(said.contains(why), "{file}: {said}");
    }
    // What stays inside is read, by `..` and by link.
    folder.write("repo/schema/sql/v.sql", "select 7 as seven\n");
    symlink("v.sql", folder.join("repo/schema/sql/alias.sql")).unwrap();
    folder.write("repo/schema/f.toml", "[view.v]\nquery_file = 'sql/alias.sql'\n");
    folder.write("repo/schema/deep/g.toml", "[view.w]\nquery_file = '../sql/v.sql'\n");
    let planned = run(&["plan", "--schema", &schema, "--url", &url, "--scratch", &scratch]).ok();
    assert_eq!(planned.matches("select 7 as seven").count(), 2, "{planned}");
}

#[test]
fn a_declaration_at_the_top_of_a_checkout_does_not_read_hidden_files() {
    let folder = checkout();
    let repository = folder.join("repo");
    folder.write("repo/.env", CONTENT);
    for (target, name) in [(".git/config", "a.toml"), (".env", "b.toml"), (".git", "c")] {
        symlink(target, folder.join(&format!("repo/{name}"))).unwrap();
        let output = run(&["fmt", "--check", "--schema", &repository]);
        assert_eq!(output.code, 1);
        assert!(output.stderr.contains("leads to a hidden file"), "{name}: {}", output.stderr);
        fs::remove_file(folder.join(&format!("repo/{name}"))).unwrap();
    }
    for file in [".git/config", ".env", "schema/../.env"] {
        folder.write("repo/f.toml", &format!("[view.v]\nquery_file = '{file}'\n"));
        let output = run(&["check", "--schema", &repository]);
        assert_eq!(output.code, 1);
        assert!(output.stderr.contains("leads to a hidden file"), "{file}: {}", output.stderr);
    }
}

#[test]
fn a_checkout_cannot_pass_off_files_of_the_machine_as_its_own() {
    let folder = checkout();
    let schema = folder.join("repo/schema");
    symlink("../../outside/secret.toml", folder.join("repo/schema/plumb.toml")).unwrap();
    let output = run(&["coverage", "--schema", &schema]);
    assert_eq!(output.code, 1);
    assert!(
        output.stderr.contains("plumb.toml is a symbolic link that leads out"),
        "{}",
        output.stderr
    );
    // Neither may it lead to what else is in the checkout.
    for target in ["../.git/config", "../.env", "../.ci/x.toml"] {
        folder.write("repo/.env", &format!("TOKEN=[{CONTENT}"));
        folder.write("repo/.ci/x.toml", &format!("[{CONTENT}"));
        fs::remove_file(folder.join("repo/schema/plumb.toml")).unwrap();
        symlink(target, folder.join("repo/schema/plumb.toml")).unwrap();
        let output = run(&["coverage", "--schema", &schema]);
        assert!(output.stderr.contains("is a symbolic link that leads"), "{}", output.stderr);
    }
    // Named on the command line it is what the user meant.
    folder.write("outside/mine.toml", "[env.x]\nurl_env = 'X'\n");
    run(&["coverage", "--schema", &schema, "--config", &folder.join("outside/mine.toml")]).ok();

    let folder = checkout();
    fs::remove_dir_all(folder.join("repo/schema")).unwrap();
    symlink("../outside", folder.join("repo/schema")).unwrap();
    let output = run(&["fmt", "--schema", &folder.join("repo/schema")]);
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("leads out of the repository"), "{}", output.stderr);

    // Without version control a link is the user's own, unless the files are said to be a stranger's.
    folder.write("other/a.toml", "");
    folder.write("loose/README", "");
    symlink("../other", folder.join("loose/schema")).unwrap();
    let schema = folder.join("loose/schema");
    let output = run(&["fmt", "--untrusted", "--check", "--schema", &schema]);
    assert!(output.stderr.contains("leads out of the repository"), "{}", output.stderr);
    run(&["fmt", "--check", "--schema", &schema]).ok();
}

#[test]
fn formatting_writes_through_no_link_that_leads_out() {
    let folder = checkout();
    folder.write("outside/loose.toml", "a  =  1\n");
    symlink("../../outside/loose.toml", folder.join("repo/schema/x.toml")).unwrap();
    let schema = folder.join("repo/schema");
    assert_eq!(run(&["fmt", "--schema", &schema]).code, 1);
    assert_eq!(folder.read("outside/loose.toml"), "a  =  1\n");
    // A link inside stays a link, and its file is formatted.
    fs::remove_file(folder.join("repo/schema/x.toml")).unwrap();
    folder.write("repo/schema/..kept.toml", "[table.b.column]\nid  =  'bigint'\n");
    fs::set_permissions(folder.join("repo/schema/..kept.toml"), fs::Permissions::from_mode(0o640))
        .unwrap();
    symlink("..kept.toml", folder.join("repo/schema/b.toml")).unwrap();
    run(&["fmt", "--schema", &schema]).ok();
    assert!(Path::new(&folder.join("repo/schema/b.toml")).is_symlink());
    assert_eq!(folder.read("repo/schema/..kept.toml"), "[table.b.column]\nid = \"bigint\"\n");
    assert_eq!(mode(folder.join("repo/schema/..kept.toml")), 0o640);
}

#[tokio::test]
async fn a_device_a_fifo_and_a_link_are_written_in_place() {
    let database = Database::create(&Cluster::shared(home())).await;
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    let folder = checkout();
    let schema = folder.join("repo/schema");
    let plan = |out: &str| {
        let arguments = ["plan", "--schema", &schema, "--url", &url, "--scratch", &scratch];
        Plumb::new(&[&arguments[..], &["--format", "json", "--out", out]].concat())
    };
    // Not the device of the machine, which a mistake here would take away. Only root makes another.
    let null = folder.join("null");
    let made = Command::new("mknod").args([&null, "c", "1", "3"]).output().unwrap();
    if made.status.success() {
        plan(&null).run().ok();
        assert!(fs::metadata(&null).unwrap().file_type().is_char_device());
    }
    let link = folder.join("null-link");
    symlink("/dev/null", &link).unwrap();
    plan(&link).run().ok();
    assert!(Path::new(&link).is_symlink());

    let fifo = folder.join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let reader = {
        let fifo = fifo.clone();
        std::thread::spawn(move || fs::read_to_string(fifo).unwrap())
    };
    plan(&fifo).run().ok();
    assert!(reader.join().unwrap().starts_with("{\n"));
    assert!(fs::symlink_metadata(&fifo).unwrap().file_type().is_fifo());

    folder.write("there.json", &"x".repeat(100_000));
    symlink("there.json", folder.join("link.json")).unwrap();
    plan(&folder.join("link.json")).run().ok();
    assert!(Path::new(&folder.join("link.json")).is_symlink());
    let there = folder.read("there.json");
    assert!(there.starts_with("{\n") && there.ends_with("}\n"), "{there}");

    // To standard output goes the plan, and nothing else.
    let output = plan("/dev/stdout").run();
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert_eq!(output.stdout, there);
    assert!(output.stderr.contains("1 to create"), "{}", output.stderr);
}

#[tokio::test]
async fn no_planted_link_beside_a_file_is_followed() {
    let database = Database::create(&Cluster::shared(home())).await;
    let folder = checkout();
    let out = folder.join("now.json");
    folder.write("victim", "mine");
    let plumb = Plumb::new(&["snapshot", "--url", &database.url(), "--out", &out]);
    let mut command = Command::new("sh");
    // The shell has the process id that plumb gets.
    command.args([
        "-c",
        r#"ln -s victim "$0.$$.0.part"; ln -s victim "$0.$$.part"; exec "$@""#,
        &out,
    ]);
    let program = plumb.command();
    command.arg(program.get_program()).args(program.get_args()).env_clear();
    for (name, value) in program.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    assert!(command.output().unwrap().status.success());
    assert_eq!(folder.read("victim"), "mine");
    assert!(folder.read("now.json").starts_with("{\n"));
    assert!(!Path::new(&out).is_symlink());
}

#[tokio::test]
async fn what_needed_a_password_is_readable_by_its_owner_alone() {
    let database = Database::create(&Cluster::shared(home())).await;
    let url = database.url();
    let separator = if url.contains('?') { '&' } else { '?' };
    // The server trusts, and a password is there all the same.
    let secret = format!("{url}{separator}password=x");
    let folder = checkout();
    let (schema, scratch) = (folder.join("repo/schema"), database.cluster.url("postgres"));
    for (name, url, wanted) in [("open", &url, 0o644), ("closed", &secret, 0o600)] {
        let file = |ending: &str| folder.join(&format!("{name}{ending}"));
        run(&["snapshot", "--url", url, "--out", &file("-now.json")]).ok();
        run(&[
            "plan",
            "--schema",
            &schema,
            "--url",
            url,
            "--scratch",
            &scratch,
            "--out",
            &file(".json"),
        ])
        .ok();
        run(&["export", "--url", url, "--out", &file("-schema")]).ok();
        for written in ["-now.json", ".json", "-schema/_database.toml"] {
            if Path::new(&file(written)).exists() {
                assert_eq!(mode(file(written)), wanted, "{name}{written}");
            }
        }
        // What is made of a snapshot is no more open than the snapshot.
        let from = file("-now.json");
        run(&[
            "plan",
            "--schema",
            &schema,
            "--from",
            &from,
            "--scratch",
            &scratch,
            "--out",
            &file("-from.json"),
        ])
        .ok();
        assert_eq!(mode(file("-from.json")), wanted, "{name} from");
    }
    for (before, open, closed) in
        [(0o664, 0o664, 0o600), (0o400, 0o400, 0o400), (0o640, 0o640, 0o600)]
    {
        for (url, wanted) in [(&url, open), (&secret, closed)] {
            folder.write("there.json", "");
            fs::set_permissions(folder.join("there.json"), fs::Permissions::from_mode(before))
                .unwrap();
            run(&["snapshot", "--url", url, "--out", &folder.join("there.json")]).ok();
            assert_eq!(mode(folder.join("there.json")), wanted, "{before:o}");
            fs::remove_file(folder.join("there.json")).unwrap();
        }
    }
}

#[tokio::test]
async fn an_export_writes_nothing_outside_of_its_directory() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("CREATE TABLE t (a int); CREATE SCHEMA app; CREATE TABLE app.t (a int)").await;
    let url = database.url();
    let (folder, first) = (checkout(), Folder::new());
    let out = first.join("schema");
    run(&["export", "--url", &url, "--out", &out]).ok();
    let mut names: Vec<String> = fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    for name in names {
        let link = folder.join(&format!("repo/schema/{name}"));
        symlink("../../outside/made", &link).unwrap();
        let output =
            run(&["export", "--url", &url, "--force", "--out", &folder.join("repo/schema")]);
        assert_eq!(output.code, 1, "{name}");
        assert!(!Path::new(&folder.join("outside/made")).exists(), "{name}");
        fs::remove_file(&link).unwrap();
    }
}
