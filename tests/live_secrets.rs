//! Secrets: nobody but the server that needs one ever gets to see it.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Output, Plumb, home};

const DECLARED: &str = r#"
[foreign_data_wrapper]
w = {}
[server.far]
sql = "foreign data wrapper w"
[server.far.user_mapping]
public = "options (\"user\" 'u', password '${env:FAR}')"
[subscription]
s = "connection 'host=far user=u password=${env:FAR}' publication p with (slot_name = none)"
[function]
"body()" = "returns text language sql as $$ select '${env:FAR}' $$"
"#;

const SECRET: &str = r"it's a \ secret";

fn run(arguments: &[&str], folder: &Folder, database: &Database, secret: Option<&str>) -> Output {
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    let common = ["--schema", folder.arg(), "--url", &url, "--scratch", &scratch];
    let run = Plumb::new(&[arguments, &common].concat());
    let output = match secret {
        Some(secret) => run.env("FAR", secret).run(),
        None => run.run(),
    };
    for text in [&output.stdout, &output.stderr] {
        assert!(!text.contains("a \\ secret") && !text.contains("other"), "{text}");
    }
    output
}

#[tokio::test]
async fn a_secret_goes_from_the_environment_to_the_server_and_nowhere_else() {
    let database = Database::create(&Cluster::start(home())).await;
    let folder = Folder::declaring(DECLARED);
    let refused = run(&["apply", "--yes"], &folder, &database, None);
    assert_ne!(refused.code, 0);
    assert!(refused.stderr.contains("FAR"), "{}", refused.stderr);

    // A saved plan has the placeholder.
    let plan = folder.join("plan.json");
    run(&["plan", "--out", &plan], &folder, &database, Some(SECRET)).ok();
    assert!(!folder.read("plan.json").contains("a \\\\ secret"));
    run(&["apply", "--yes"], &folder, &database, Some(SECRET)).ok();
    let there = "select array_to_string(umoptions, ' ') from pg_user_mappings
        union all select subconninfo from pg_subscription union all select body()";
    let mut known = database.query_strings(there).await;
    known.sort();
    assert_eq!(
        known,
        [
            "${env:FAR}",
            r"host=far user=u password='it\'s a \\ secret'",
            r"password=it's a \ secret user=u",
        ]
    );

    // Without the variable nothing differs, with it what it says is compared.
    run(&["plan", "--exit-code"], &folder, &database, None).ok();
    run(&["plan", "--exit-code"], &folder, &database, Some(SECRET)).ok();
    // A nightly job without the value is silent; -v says which object, option and variable that is.
    let unset = |object: &str, option: &str| {
        format!(
            "note: {object}: option {option} is not compared: the environment variable FAR is not set, or --untrusted withholds it\n"
        )
    };
    let plan = run(&["plan"], &folder, &database, None);
    let drift = run(&["drift"], &folder, &database, None);
    assert_eq!((drift.code, drift.stdout.as_str(), drift.stderr.as_str()), (0, "", ""));
    let drift = run(&["drift", "-v"], &folder, &database, None);
    assert_eq!(drift.code, 0, "{}", drift.stdout);
    for line in [unset("user_mapping:far.public", "password"), unset("subscription:s", "password")]
    {
        assert!(drift.stderr.contains(&line), "{}", drift.stderr);
        assert!(plan.stderr.contains(&line), "{}", plan.stderr);
    }
    let drift = run(&["drift"], &folder, &database, Some(SECRET));
    assert_eq!((drift.code, drift.stdout.as_str(), drift.stderr.as_str()), (0, "", ""));
    let changed = run(&["plan", "--exit-code"], &folder, &database, Some("other")).exit(2);
    assert!(changed.contains("SET password '${env:FAR}'"), "{changed}");
    assert!(changed.contains("CONNECTION 'host=far user=u password=''${env:FAR}'''"), "{changed}");

    // Neither does an export or a snapshot have it, and both compare as equal.
    let (out, url) = (Folder::new(), database.url());
    Plumb::new(&["export", "--url", &url, "--out", &out.join("schema")]).run().ok();
    Plumb::new(&["snapshot", "--url", &url, "--out", &out.join("now.json")]).run().ok();
    let texts = [
        out.read("now.json"),
        out.read("schema/_server.toml"),
        out.read("schema/_subscription.toml"),
    ];
    for text in texts {
        assert!(text.contains("${env:PLUMB_") && !text.contains("a \\"), "{text}");
    }
    let (schema, now) = (out.join("schema"), out.join("now.json"));
    Plumb::new(&["diff", "--exit-code", &now, &url]).run().ok();
    Plumb::new(&["plan", "--exit-code", "--schema", &schema, "--url", &url]).run().ok();
}

#[tokio::test]
async fn a_secret_that_stands_in_a_file_is_an_error_that_does_not_repeat_it() {
    let database = Database::create(&Cluster::shared(home())).await;
    let mapping = |text: &str| {
        format!(
            "[server.far]\nsql = \"foreign data wrapper w\"\nuser_mapping.public = \"{text}\"\n"
        )
    };
    let subscription =
        |text: &str| format!("[subscription]\ns = \"connection '{text}' publication p\"\n");
    for toml in [
        mapping("options (password 'other')"),
        mapping("options (password other)"),
        subscription("host=a password=other"),
        subscription("host=a password=other z"),
        subscription("postgresql://u:other@a/b@c"),
    ] {
        let output = run(&["plan"], &Folder::declaring(&toml), &database, None);
        assert_eq!(output.code, 1);
    }
}

#[tokio::test]
async fn a_script_takes_its_secrets_from_the_environment() {
    let database = Database::create(&Cluster::start(home())).await;
    let folder = Folder::declaring(DECLARED);
    let script = folder.join("plan.sql");
    run(&["plan", "--out", &script], &folder, &database, None).ok();
    let psql = |secret: Option<&str>| {
        let mut command = std::process::Command::new(home().bin.join("psql"));
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", &script, &database.url()]);
        command.env_remove("FAR").envs(secret.map(|secret| ("FAR", secret)));
        command.output().unwrap().status.success()
    };
    assert!(!psql(None));
    assert!(psql(Some("a b")));
    run(&["plan", "--exit-code"], &folder, &database, Some("a b")).ok();
}
