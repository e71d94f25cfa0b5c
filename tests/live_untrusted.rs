//! `--untrusted`: what a pull request writes into its checkout runs nothing, reaches no host and reveals no
//! variable; what the person who runs plumb says counts as before.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use common::{Cluster, Database, Folder, Output, Plumb, home};

const DECLARED: &str = "[table.t.column]\na = \"int\"\n";

/// A checkout with a declaration in `schema`.
fn checkout(config: &str) -> Folder {
    let folder = Folder::new();
    fs::create_dir(folder.path().join(".git")).unwrap();
    folder.write("schema/t.toml", DECLARED);
    folder.write("plumb.toml", config);
    folder
}

fn run(folder: &Folder, arguments: &[&str]) -> Plumb {
    Plumb::new(arguments).dir(folder.path())
}

#[track_caller]
fn says(output: &Output, words: &[&str]) {
    for word in words {
        assert!(output.stderr.contains(word), "no `{word}` in:\n{}", output.stderr);
    }
}

/// Programs that leave a file behind, in the place of PostgreSQL's.
fn programs(folder: &Folder, name: &str) -> (String, String) {
    let ran = folder.join("ran");
    for program in ["postgres", "initdb", "pg_config"] {
        let file = format!("{name}/{program}");
        folder
            .write(&file, &format!("#!/bin/sh\nid -u >> {ran}\necho 'postgres (PostgreSQL) 99'\n"));
        fs::set_permissions(folder.path().join(file), fs::Permissions::from_mode(0o755)).unwrap();
    }
    // Whoever runs them may leave the file.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    (folder.join(name), ran)
}

#[test]
fn no_program_of_a_checkout_is_run() {
    let folder = checkout("[scratch]\nbin = [\"tools\"]\n");
    let (tools, ran) = programs(&folder, "tools");
    let output = run(&folder, &["check", "--untrusted"]).run();
    says(&output, &["[scratch] bin", "plumb.toml", "--config"]);
    output.ok();
    run(&folder, &["check"]).env("PLUMB_UNTRUSTED", "1").run().ok();
    // Nor through a variable, PATH, or a configuration that is trusted.
    let path = format!("{tools}:/usr/bin:/bin");
    run(&folder, &["check", "--untrusted"]).env("PATH", &path).run().ok();
    let trusted = Folder::new();
    trusted.write("plumb.toml", &format!("[scratch]\nbin = [\"{tools}\"]\n"));
    let config = trusted.join("plumb.toml");
    run(&folder, &["check", "--untrusted", "--config", &config]).run().ok();
    assert!(!Path::new(&ran).exists(), "{}", folder.read("ran"));
}

#[test]
fn a_program_that_is_found_never_runs_as_root() {
    let folder = checkout("[scratch]\nbin = [\"tools\"]\n");
    let (_, ran) = programs(&folder, "tools");
    run(&folder, &["check"]).run();
    assert!(Path::new(&ran).exists());
    assert!(folder.read("ran").lines().all(|uid| uid != "0"), "{}", folder.read("ran"));
}

#[test]
fn no_program_is_found_below_the_current_directory() {
    let folder = checkout("");
    let (_, ran) = programs(&folder, "tools");
    for path in ["tools", "./tools", ""] {
        let path = format!("{path}:/usr/bin:/bin");
        run(&folder, &["check"]).env("PATH", &path).run().ok();
    }
    assert!(!Path::new(&ran).exists(), "{}", folder.read("ran"));
}

#[tokio::test]
async fn a_host_that_a_checkout_names_is_not_reached() {
    let database = Database::create(&Cluster::shared(home())).await;
    let url = database.url();
    let folder = checkout(&format!(
        "[env.prod]\nurl = \"{url}\"\nallow = [\"all\"]\nlock_timeout = \"1h\"\n[env.other]\nurl_env = \"OTHER\"\n"
    ));
    run(&folder, &["plan", "--env", "prod"]).run().ok();
    for command in ["plan", "drift", "snapshot", "coverage", "prove", "apply"] {
        let mut arguments = vec![command, "--untrusted", "--env", "prod"];
        if command == "snapshot" {
            arguments.extend(["--out", "now.json"]);
        }
        let output = run(&folder, &arguments).run();
        assert_eq!(output.code, 1, "{command}");
        says(
            &output,
            &[
                "[env.prod] url in plumb.toml is ignored",
                "[env.prod] allow",
                "`prod` has no URL",
                "--config",
            ],
        );
    }
    let output = run(&folder, &["plan", "--untrusted", "--env", "other"]).env("OTHER", &url).run();
    says(&output, &["[env.other] url_env", "`other` has no URL"]);
    // Named by the person who runs plumb, the same file counts.
    let named = ["plan", "--untrusted", "--config", "plumb.toml", "--env", "prod"];
    run(&folder, &named).run().ok();
    let told = run(&folder, &["plan", "--untrusted", "--url", &url]).run();
    assert_eq!(told.stderr, "");
    told.ok();
}

#[tokio::test]
async fn what_is_managed_counts_from_whoever() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("create table t (a int); create table extra (a int)").await;
    let folder = checkout("[manage]\nundeclared = \"drop\"\n");
    let url = database.url();
    let planned = run(&folder, &["plan", "--untrusted", "--url", &url]).run().ok();
    assert!(planned.contains("DROP TABLE public.extra"), "{planned}");
}

#[test]
fn a_pull_request_from_a_fork_is_untrusted_by_itself() {
    let folder = checkout("[scratch]\nbin = [\"tools\"]\n");
    let (_, ran) = programs(&folder, "tools");
    folder.write(
        "event.json",
        r#"{"pull_request": {"head": {"repo": {"full_name": "mallory/db"}},
                             "base": {"repo": {"full_name": "clinic/db"}}}}"#,
    );
    let output = run(&folder, &["check"])
        .env("GITHUB_EVENT_NAME", "pull_request")
        .env("GITHUB_EVENT_PATH", &folder.join("event.json"))
        .run();
    says(&output, &["GitHub", "--untrusted is on", "[scratch] bin"]);
    output.ok();
    assert!(!Path::new(&ran).exists());
}

#[test]
fn a_configuration_that_leads_out_of_the_checkout_is_not_read() {
    let folder = checkout("");
    let other = Folder::new();
    other.write("secret", "token = \"hunter2\"\n");
    fs::remove_file(folder.path().join("plumb.toml")).unwrap();
    std::os::unix::fs::symlink(other.join("secret"), folder.path().join("plumb.toml")).unwrap();
    let output = run(&folder, &["check"]).run();
    assert_eq!(output.code, 1);
    says(&output, &["plumb.toml is a symbolic link that leads out of the repository"]);
    assert!(!output.stderr.contains("hunter2"), "{}", output.stderr);
}

#[tokio::test]
async fn only_variables_on_the_trusted_side_are_revealed() {
    let database = Database::create(&Cluster::start(home())).await;
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    let folder = checkout("[secrets]\nenv = [\"AWS_KEY\"]\n");
    let server = |name: &str| {
        format!(
            "[foreign_data_wrapper]\nw = {{}}\n[server.far]\nsql = \"foreign data wrapper w\"\n\
             user_mapping.public = \"options (password '${{env:{name}}}')\"\n"
        )
    };
    let run = |arguments: &[&str]| {
        let common = ["--untrusted", "--url", &url, "--scratch", &scratch];
        run(&folder, &[arguments, &common].concat())
            .env("AWS_KEY", "hunter2")
            .env("PLUMB_FAR", "known")
            .run()
    };
    let there = "select array_to_string(umoptions, ' ') from pg_user_mappings";

    folder.write("schema/t.toml", &server("AWS_KEY"));
    for arguments in [&["apply", "--yes"][..], &["plan", "--format", "sql"]] {
        let output = run(arguments);
        assert_eq!(output.code, 3, "{}", output.stderr);
        says(&output, &["AWS_KEY", "[secrets] env in plumb.toml is ignored"]);
        assert!(!format!("{output:?}").contains("hunter2"));
    }
    assert!(database.query_strings(there).await.is_empty());

    folder.write("schema/t.toml", &server("PLUMB_FAR"));
    run(&["apply", "--yes"]).ok();
    assert_eq!(database.query_strings(there).await, ["password=known"]);

    // A value that is not revealed is not compared either.
    folder.write("schema/t.toml", &server("AWS_KEY"));
    run(&["plan", "--exit-code"]).ok();

    // A configuration that was named lists what may be revealed.
    run(&["apply", "--yes", "--config", "plumb.toml"]).ok();
    assert_eq!(database.query_strings(there).await, ["password=hunter2"]);
}
