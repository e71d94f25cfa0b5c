//! What `plumb ci` leaves on a code host: one comment for each environment, found on whatever page and updated in place; what it says
//! where the token may not write. The code host is a stub that answers as the documentation says.

#![allow(clippy::unwrap_used)]

mod common;

use common::hub::{Hub, TOKEN, comment};
use common::runner::{job, outputs, with_event};
use common::{Folder, Output, Plumb};
use serde_json::{Value, json};

/// A checkout with the declaration of a base and that of a head, which adds a table.
fn checkout() -> Folder {
    let folder = Folder::new();
    folder.write("base/a.toml", "[table.client.column]\nid = 'int'\nfax = 'text'\n");
    folder.write(
        "schema/a.toml",
        "[table.client.column]\nid = 'bigint'\nfax = 'text'\n[table.visit.column]\nid = 'int'\n",
    );
    folder
}

fn plan(folder: &Folder, hub: &Hub, more: &[&str]) -> Output {
    job(folder, hub, &[&["plan", "--base", "base"], more].concat()).run()
}

#[test]
fn a_pull_request_has_one_comment_with_the_plan() {
    let (folder, hub) = (checkout(), Hub::start());
    let said = plan(&folder, &hub, &[]);
    assert!(!said.stdout.contains(TOKEN) && !said.stderr.contains(TOKEN));
    let log = said.exit(0);
    assert!(
        log.contains("::error file=schema/a.toml,line=2,col=1,title=plumb rewrite-table"),
        "{log}"
    );
    let texts = hub.texts(12);
    assert_eq!(texts.len(), 1);
    let text = &texts[0];
    assert!(text.starts_with("<!-- plumb plan  -->\n### plan for base (PostgreSQL "), "{text}");
    for part in [
        "**changes 1 table, creates 1 table;",
        "- **rewrite-table** `column public.client.id`:",
        "planned from the declaration of the base, and not from a database",
        concat!(
            "\n---\nplumb ",
            env!("CARGO_PKG_VERSION"),
            ", artifact plumb-plan, commit 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567, [job](https://github.com/clinic/db/actions/runs/7)"
        ),
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(folder.read("summary.md").contains("**changes 1 table, creates 1 table;"));
    let outputs = outputs(&folder);
    for (name, value) in [
        ("changes", "true"),
        ("hazards", "rewrite-table"),
        ("plan", "plumb-ci/plan.json"),
        ("sarif", "plumb-ci/plan.sarif"),
        ("artifact", "plumb-plan"),
        ("comment", "https://github.example/c/9001"),
    ] {
        assert!(outputs.contains(&(name.to_owned(), value.to_owned())), "{name}: {outputs:?}");
    }
    for name in
        ["plan.json", "plan.html", "plan.sarif", "comment.md", "gl-code-quality-report.json"]
    {
        assert!(!folder.read(&format!("plumb-ci/{name}")).contains(TOKEN), "{name}");
    }
    // The same again changes nothing; another plan is written into the same comment.
    plan(&folder, &hub, &[]).exit(0);
    assert_eq!(hub.writes(), ["POST /repos/clinic/db/issues/12/comments"]);
    folder.write("schema/a.toml", "[table.client.column]\nid = 'int'\nfax = 'text'\n");
    let said = plan(&folder, &hub, &["--exit-code"]).exit(0);
    assert!(said.contains("no changes"), "{said}");
    assert_eq!(hub.texts(12).len(), 1);
    assert!(hub.texts(12)[0].contains("**no changes**"));
}

#[test]
fn a_comment_is_found_beyond_the_first_page() {
    let (folder, hub) = (checkout(), Hub::start());
    let mut all: Vec<Value> =
        (1..=260).map(|id| comment(id, "dr-house", "User", "it's never lupus")).collect();
    all[230] = comment(231, "github-actions[bot]", "Bot", "<!-- plumb plan production -->\r\nold");
    hub.state().comments.insert(12, all);
    plan(&folder, &hub, &["--name", "production"]).exit(0);
    assert_eq!(hub.writes(), ["PATCH /repos/clinic/db/issues/comments/231"]);
    let text = hub.texts(12)[230].clone();
    assert!(text.starts_with("<!-- plumb plan production -->\n### plan"), "{text}");
    assert!(
        text.contains(", environment production, artifact plumb-plan-production, commit "),
        "{text}"
    );
    // Another environment has its own.
    plan(&folder, &hub, &["--name", "staging"]).exit(0);
    assert_eq!(hub.texts(12).len(), 261);
}

#[test]
fn a_comment_that_a_stranger_has_written_is_no_comment_of_plumbs() {
    let (folder, hub) = (checkout(), Hub::start());
    let theirs = comment(1, "mallory", "User", "<!-- plumb plan  -->\n### no changes at all");
    let other = comment(2, "another[bot]", "Bot", "<!-- plumb plan  -->\nof another app");
    // The token of a job may not ask whose it is: what a person wrote is not its own.
    hub.state().comments.insert(12, vec![theirs.clone()]);
    plan(&folder, &hub, &[]).exit(0);
    assert_eq!(hub.writes(), ["POST /repos/clinic/db/issues/12/comments"]);
    hub.state().comments.insert(12, vec![theirs, other]);
    hub.state().asked.clear();
    hub.state().user = Some(json!({ "login": "release-bot", "id": 3 }));
    plan(&folder, &hub, &[]).exit(0);
    assert_eq!(hub.writes(), ["POST /repos/clinic/db/issues/12/comments"]);
    assert!(hub.texts(12)[0].contains("no changes at all"));
}

#[test]
fn the_comments_of_earlier_plans_are_kept_folded_where_that_is_asked_for() {
    let (folder, hub) = (checkout(), Hub::start());
    plan(&folder, &hub, &["--comment", "keep"]).exit(0);
    folder.write("schema/b.toml", "[table.other.column]\nid = 'int'\n");
    plan(&folder, &hub, &["--comment", "keep"]).exit(0);
    let texts = hub.texts(12);
    assert_eq!(texts.len(), 2);
    let folded = "<!-- plumb superseded -->\n<details><summary>An earlier plan, which a newer comment replaces</summary>\n\n### plan";
    assert!(texts[0].starts_with(folded), "{}", texts[0]);
    assert!(texts[1].contains("creates 2 tables"), "{}", texts[1]);
    // The same plan for another commit is no new comment.
    let event = json!({ "pull_request": { "number": 12, "head": { "sha": "beef" } } });
    let again = ["plan", "--base", "base", "--comment", "keep"];
    with_event(&folder, &hub, &again, "pull_request", &event).run().exit(0);
    let texts = hub.texts(12);
    assert!(texts.len() == 2 && texts[1].contains("commit beef"), "{texts:?}");
    plan(&folder, &hub, &["--comment", "off"]).exit(0);
    assert!(hub.texts(12)[1].contains("commit beef"));
}

#[test]
fn two_comments_of_one_environment_become_one() {
    let (folder, hub) = (checkout(), Hub::start());
    let two = |id| comment(id, "github-actions[bot]", "Bot", "<!-- plumb plan  -->\nold");
    hub.state().comments.insert(12, vec![two(4), two(5)]);
    plan(&folder, &hub, &[]).exit(0);
    let texts = hub.texts(12);
    assert!(texts[0].starts_with("<!-- plumb superseded -->"), "{}", texts[0]);
    assert!(texts[1].starts_with("<!-- plumb plan  -->\n### plan"), "{}", texts[1]);
}

#[test]
fn a_token_that_only_reads_leaves_the_plan_in_the_summary() {
    let (folder, hub) = (checkout(), Hub::start());
    hub.state().read_only = true;
    let log = plan(&folder, &hub, &[]).exit(0);
    assert!(
        log.contains("::warning title=plumb ci::no comment is written: the token may not do that"),
        "{log}"
    );
    assert!(hub.texts(12).is_empty());
    let summary = folder.read("summary.md");
    assert!(summary.contains("### plan") && summary.contains("`workflow_run`"), "{summary}");
    assert!(outputs(&folder).contains(&("comment".to_owned(), String::new())));
    // Without a token, too.
    let log = job(&folder, &hub, &["plan", "--base", "base"]).env("GITHUB_TOKEN", "").run().exit(0);
    assert!(log.contains("GITHUB_TOKEN is not set"), "{log}");
}

#[test]
fn a_plan_that_is_too_long_for_the_host_is_written_shorter() {
    let (folder, hub) = (checkout(), Hub::start());
    let tables: String =
        (0..650).map(|n| format!("[table.table_of_many_{n}.column]\nid = 'int primary key'\nsome_name = 'text not null'\n")).collect();
    folder.write("schema/b.toml", &tables);
    hub.state().longest = 40_000;
    let log = plan(&folder, &hub, &[]).exit(0);
    assert_eq!(hub.writes().len(), 2, "{log}");
    let text = &hub.texts(12)[0];
    assert!(text.chars().count() <= 40_000 && text.contains("too long for a comment"), "{text}");
    assert!(text.contains("**rewrite-table**"), "{text}");
    // Not even that: it is said, and the job goes on.
    hub.state().longest = 10;
    let log = plan(&folder, &hub, &["--name", "b"]).exit(0);
    assert!(log.contains("the content is refused (POST /repos/clinic/db/issues/12/comments: 422, Validation Failed"), "{log}");
}

#[test]
fn a_host_that_is_down_for_a_moment_is_asked_again() {
    let (folder, hub) = (checkout(), Hub::start());
    hub.state().broken = 2;
    plan(&folder, &hub, &[]).exit(0);
    assert_eq!(hub.texts(12).len(), 1);
    // Down for longer: an outdated comment would be read as the plan, so that the job has to be run again.
    hub.state().broken = 99;
    let said = plan(&folder, &hub, &["--name", "b"]);
    assert!(
        said.stderr.contains("no comment is written: GET /repos/clinic/db/issues/12/comments: 502"),
        "{}",
        said.stderr
    );
    said.exit(4);
    assert!(folder.read("plumb-ci/plan.json").contains("rewrite-table"));
}

#[test]
fn a_job_that_is_cancelled_does_not_wait_for_the_host() {
    use nix::sys::signal::{Signal, kill};
    let (folder, hub) = (checkout(), Hub::start());
    hub.state().hangs = true;
    let mut plumb = job(&folder, &hub, &["plan", "--base", "base"]).command().spawn().unwrap();
    while hub.state().asked.is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let start = std::time::Instant::now();
    kill(nix::unistd::Pid::from_raw(i32::try_from(plumb.id()).unwrap()), Signal::SIGTERM).unwrap();
    assert_eq!(plumb.wait().unwrap().code(), Some(143));
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

#[test]
fn the_token_does_not_follow_a_link_to_another_host() {
    let (folder, hub, other) = (checkout(), Hub::start(), Hub::start());
    let all = (1..=150).map(|id| comment(id, "a", "User", "b")).collect();
    hub.state().comments.insert(12, all);
    hub.state().other_host = Some(other.url.clone());
    let said = plan(&folder, &hub, &[]);
    assert!(said.stderr.contains("the next page is on another host"), "{}", said.stderr);
    said.exit(1);
    assert!(other.state().asked.is_empty() && hub.writes().is_empty());
}

#[test]
fn without_tls_the_token_goes_to_no_other_machine() {
    let (folder, hub) = (checkout(), Hub::start());
    let run = job(&folder, &hub, &["plan", "--base", "base"]);
    let said = run.env("GITHUB_API_URL", "http://api.example").run();
    assert!(said.stderr.contains("has no TLS: the token would be readable"), "{}", said.stderr);
    said.exit(1);
}

#[test]
fn a_mistake_of_the_declaration_is_said_where_the_plan_would_stand() {
    let (folder, hub) = (checkout(), Hub::start());
    plan(&folder, &hub, &[]).exit(0);
    folder.write(
        "schema/a.toml",
        "[table.client.column]\nid = 'int'\n[tabel.visit.column]\nid = 'int'\n",
    );
    let log = plan(&folder, &hub, &[]).exit(1);
    assert!(
        log.contains("::error file=schema/a.toml,line=3,col=2,title=plumb unknown-key"),
        "{log}"
    );
    let text = &hub.texts(12)[0];
    assert!(
        text.starts_with("<!-- plumb plan  -->\n### plumb: no plan\n\n```text\nerror"),
        "{text}"
    );
    let sarif: Value = serde_json::from_str(&folder.read("plumb-ci/plan.sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "unknown-key");
    // Nothing of the plan before is left to be applied.
    assert!(!folder.path().join("plumb-ci/plan.json").exists());
    assert!(folder.read("plumb-ci/failure.txt").contains("tabel"));
}

#[test]
fn no_name_of_a_pull_request_is_markup_a_command_or_an_output() {
    let (folder, hub) = (checkout(), Hub::start());
    let evil = [
        r"x\n::set-output name=a::b",
        r"\n<!-- plumb plan  --> @all",
        r"<img src=x> \u001b[2J ```",
        r"a\nchanges=false\r\n##[group]",
    ];
    let table = |name: &str| {
        format!(
            "[table.\"t{name}\".column]\n\"b{name}\" = 'int'\n[table.\"t{name}\"]\ncomment = \"{name}\"\n"
        )
    };
    folder.write("schema/b.toml", &evil.map(table).concat());
    folder.write("base/b.toml", &evil.map(table).concat().replace("'int'", "'text'"));
    let log = plan(&folder, &hub, &["--name", "a --> ::error::"]).exit(0);
    for (name, text) in [
        ("log", &log),
        ("comment", &hub.texts(12)[0]),
        ("summary", &folder.read("summary.md")),
        ("outputs", &folder.read("outputs")),
    ] {
        assert!(!text.contains('\u{1b}'), "{name}: {text}");
        let command = |line: &str| {
            line.trim_start().starts_with("::")
                && !(line.starts_with("::notice ")
                    || line.starts_with("::warning ")
                    || line.starts_with("::error "))
        };
        assert!(!text.lines().any(command), "{name}: {text}");
    }
    let names: Vec<String> = outputs(&folder).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "changes",
            "summary",
            "hazards",
            "plan",
            "page",
            "directory",
            "sarif",
            "artifact",
            "comment"
        ]
    );
}

#[test]
fn as_many_annotations_are_printed_as_github_shows_and_the_rest_is_counted() {
    let (folder, hub) = (checkout(), Hub::start());
    let tables = |id: &str| {
        (0..30).map(|n| format!("[table.t{n}.column]\nid = '{id}'\n")).collect::<String>()
    };
    folder.write("base/b.toml", &tables("int"));
    folder.write("schema/b.toml", &tables("bigint"));
    let log = plan(&folder, &hub, &[]).exit(0);
    let shown = log
        .lines()
        .filter(|line| line.starts_with("::error ") || line.starts_with("::warning "))
        .count();
    assert_eq!(shown, 10, "{log}");
    assert!(log.contains("::and 22 annotations more: GitHub shows ten of a level"), "{log}");
}

#[test]
fn the_summary_of_a_step_keeps_within_its_limit() {
    let (folder, hub) = (checkout(), Hub::start());
    folder.write("summary.md", &"x".repeat((1 << 20) - 100));
    let said = plan(&folder, &hub, &[]);
    assert!(said.stderr.contains("the summary of the step is full"), "{}", said.stderr);
    said.exit(0);
    assert!(folder.read("summary.md").len() <= 1 << 20);
}

#[test]
fn a_template_of_the_user_writes_the_comment() {
    let (folder, hub) = (checkout(), Hub::start());
    folder.write("own.md", "**{{ environment }}**: {{ summary }}");
    plan(&folder, &hub, &["--name", "production", "--template", "own.md"]).exit(0);
    let text = &hub.texts(12)[0];
    assert!(
        text.starts_with(
            "<!-- plumb plan production -->\n**production**: 1 to create, 1 to change;"
        ),
        "{text}"
    );
}

/// The event of a job after one for a pull request.
fn after(repository: &str) -> Value {
    let owner = repository.split('/').next().unwrap();
    json!({ "workflow_run": {
        "head_sha": "cafe", "head_branch": "b", "html_url": "https://github.example/run/3",
        "head_repository": { "full_name": repository, "owner": { "login": owner } },
    } })
}

#[test]
fn the_second_half_of_a_forks_job_writes_the_comment() {
    let (folder, hub) = (checkout(), Hub::start());
    hub.state().read_only = true;
    plan(&folder, &hub, &[]).exit(0);
    hub.state().read_only = false;
    let pull = |number: u64, sha: &str| json!({ "number": number, "head": { "sha": sha } });
    hub.state().pulls.insert("mallory:b".to_owned(), vec![pull(3, "other"), pull(31, "cafe")]);
    let run = |event: &Value| with_event(&folder, &hub, &["comment"], "workflow_run", event).run();
    run(&after("mallory/db")).exit(0);
    let text = &hub.texts(31)[0];
    assert!(text.starts_with("<!-- plumb plan  -->\n### plan"), "{text}");
    assert!(
        text.contains(
            "commit cafe, [job](https://github.example/run/3)\n\nThis is from a job of the fork"
        ),
        "{text}"
    );
    // What the fork's job leaves is text, whatever it is.
    std::fs::remove_file(folder.path().join("plumb-ci/plan.json")).unwrap();
    folder
        .write("plumb-ci/failure.txt", "```\n<script>@all ::set-output name=a::b\n::add-mask::x\n");
    run(&after("mallory/db")).exit(0);
    let text = &hub.texts(31)[0];
    assert!(text.contains("\n````text\n```\n<script>@all"), "{text}");
    assert!(text.contains("\n\\::add-mask::x\n"), "{text}");
    // A commit that is not the head of a pull request any more has no comment.
    let said = run(&after("eve/db")).exit(0);
    assert!(said.contains("no open pull request has eve:b at cafe"), "{said}");
    folder.write("plumb-ci/plan.json", "{}");
    run(&after("mallory/db")).exit(1);
    with_event(&folder, &hub, &["comment"], "push", &json!({})).run().exit(1);
}

#[test]
fn the_plan_that_was_reviewed_is_found_for_the_merge() {
    let (folder, hub) = (checkout(), Hub::start());
    let merged = "feedfacefeedfacefeedfacefeedfacefeedface";
    let pull = |number: u64, head: &str, merge: &str| json!({ "number": number, "merged_at": "2026-11-30T00:00:00Z", "merge_commit_sha": merge, "head": { "sha": head } });
    let made = |run: u64, sha: &str, from: u64, expired: bool| {
        json!({ "name": "plumb-plan-production", "expired": expired, "workflow_run": {
            "id": run, "head_sha": sha, "repository_id": 1, "head_repository_id": from } })
    };
    let find = || {
        let _ = std::fs::remove_file(folder.path().join("outputs"));
        let run =
            with_event(&folder, &hub, &["reviewed", "--name", "production"], "push", &json!({}));
        run.run().exit(0);
        outputs(&folder)
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(find(), "run= artifact=plumb-plan-production request=");
    hub.state()
        .merged
        .insert(merged.to_owned(), vec![pull(4, "old", "another"), pull(5, "cafe", merged)]);
    assert_eq!(find(), "run= artifact=plumb-plan-production request=5");
    hub.state().artifacts =
        vec![made(90, "cafe", 2, false), made(91, "cafe", 1, true), made(92, "other", 1, false)];
    assert_eq!(find(), "run= artifact=plumb-plan-production request=5");
    let required = ["reviewed", "--name", "production", "--required"];
    with_event(&folder, &hub, &required, "push", &json!({})).run().exit(3);
    hub.state().artifacts.push(made(93, "cafe", 1, false));
    assert_eq!(find(), "run=93 artifact=plumb-plan-production request=5");
}

#[test]
fn a_merge_request_of_gitlab_has_one_note() {
    let (folder, hub) = (checkout(), Hub::start());
    hub.state().user = Some(json!({ "id": 77, "username": "project_5_bot" }));
    let theirs = comment(1, "mallory", "User", "<!-- plumb plan  -->\nno changes");
    let mut all: Vec<Value> = (2..150).map(|id| comment(id, "x", "User", "y")).collect();
    all.push(theirs);
    hub.state().comments.insert(9, all);
    let run = || {
        let mut plumb = Plumb::new(&["ci", "plan", "--base", "base"]).dir(folder.path());
        for (name, value) in [
            ("GITLAB_CI", "true"),
            ("CI", "true"),
            ("CI_API_V4_URL", format!("{}/api/v4", hub.url).as_str()),
            ("CI_PROJECT_ID", "5"),
            ("CI_MERGE_REQUEST_IID", "9"),
            ("GITLAB_TOKEN", TOKEN),
            ("CI_COMMIT_SHA", "cafe"),
        ] {
            plumb = plumb.env(name, value);
        }
        plumb.run().exit(0)
    };
    let log = run();
    assert!(!log.contains("::warning"), "{log}");
    folder.write("schema/b.toml", "[table.other.column]\nid = 'int'\n");
    run();
    assert_eq!(
        hub.writes(),
        [
            "POST /api/v4/projects/5/merge_requests/9/notes",
            "PUT /api/v4/projects/5/merge_requests/9/notes/9001"
        ]
    );
    let quality: Value =
        serde_json::from_str(&folder.read("plumb-ci/gl-code-quality-report.json")).unwrap();
    assert_eq!(quality[0]["location"]["path"], "schema/a.toml");
}

#[test]
fn elsewhere_the_files_are_written_and_nothing_is_asked() {
    let folder = checkout();
    let said =
        Plumb::new(&["ci", "plan", "--base", "base", "--exit-code"]).dir(folder.path()).run();
    assert!(!said.stdout.contains("::"), "{}", said.stdout);
    said.exit(2);
    assert!(folder.read("plumb-ci/comment.md").starts_with("### plan"));
}

#[test]
fn help_lists_the_exit_codes() {
    let said = Plumb::new(&["help", "ci"]).run().exit(0);
    for part in ["Exit codes:", "  3  refused", "  4  not now", "reviewed", "GITHUB_TOKEN"] {
        assert!(said.contains(part), "{part}\n{said}");
    }
}
