//! Whether the CI job builds a pull request from a fork, by what the CI service says in its variables.
//!
//! Reads nothing itself: variables and the event file come through the two functions that are passed.

use serde_json::Value;

/// How a CI service shows a pull request from a fork.
enum Sign {
    /// The variable is set.
    Set(&'static str),
    /// The variable is `true`, in any case.
    True(&'static str),
    /// Both variables are set, and name different repositories.
    Differ(&'static str, &'static str),
}

const SIGNS: &[(&str, Sign)] = &[
    ("GitLab", Sign::Differ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "CI_MERGE_REQUEST_PROJECT_ID")),
    (
        "GitLab",
        Sign::Differ(
            "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY",
            "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY",
        ),
    ),
    ("CircleCI", Sign::Set("CIRCLE_PR_REPONAME")),
    ("CircleCI", Sign::Set("CIRCLE_PR_USERNAME")),
    ("Azure Pipelines", Sign::True("SYSTEM_PULLREQUEST_ISFORK")),
    ("Jenkins", Sign::Set("CHANGE_FORK")),
    ("Travis CI", Sign::Differ("TRAVIS_PULL_REQUEST_SLUG", "TRAVIS_REPO_SLUG")),
    ("AppVeyor", Sign::Differ("APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME", "APPVEYOR_REPO_NAME")),
    ("Semaphore", Sign::Differ("SEMAPHORE_GIT_PR_SLUG", "SEMAPHORE_GIT_REPO_SLUG")),
    ("Bitrise", Sign::Differ("BITRISEIO_PULL_REQUEST_REPOSITORY_URL", "GIT_REPOSITORY_URL")),
    ("Codefresh", Sign::True("CF_PULL_REQUEST_IS_FORK")),
    ("Buildkite", Sign::Differ("BUILDKITE_PULL_REQUEST_REPO", "BUILDKITE_REPO")),
];

/// Says which CI service shows a pull request from a fork; `None`: none does.
///
/// `read` reads the file of the event, which GitHub names in a variable. A pull request whose event
/// cannot be read counts as one from a fork.
pub(crate) fn fork(
    variable: &dyn Fn(&str) -> Option<String>,
    read: &dyn Fn(&str) -> Option<String>,
) -> Option<&'static str> {
    let get = |name: &str| variable(name).filter(|value| !value.is_empty());
    if let Some(event) = get("GITHUB_EVENT_NAME") {
        let text = get("GITHUB_EVENT_PATH").and_then(|path| read(&path));
        let value = text.and_then(|text| serde_json::from_str(&text).ok());
        if github(&event, value.as_ref()) {
            return Some("GitHub");
        }
    }
    let shows = |sign: &Sign| match sign {
        Sign::Set(name) => get(name).is_some(),
        Sign::True(name) => get(name).is_some_and(|value| value.eq_ignore_ascii_case("true")),
        Sign::Differ(a, b) => match (get(a), get(b)) {
            (Some(a), Some(b)) => repository(&a) != repository(&b),
            _ => false,
        },
    };
    SIGNS.iter().find(|(_, sign)| shows(sign)).map(|(service, _)| *service)
}

/// Whether the event of a GitHub (or Gitea, or Forgejo) job is of a pull request from a fork.
fn github(event: &str, value: Option<&Value>) -> bool {
    let name = |pointer: &str| value.and_then(|value| value.pointer(pointer)?.as_str());
    let (head, base) = match event {
        "workflow_run" => (
            name("/workflow_run/head_repository/full_name"),
            name("/workflow_run/repository/full_name").or(name("/repository/full_name")),
        ),
        event if event.starts_with("pull_request") => (
            name("/pull_request/head/repo/full_name"),
            // A repository that is itself a fork has pull requests of its own.
            name("/pull_request/base/repo/full_name"),
        ),
        // A comment on a pull request does not say whose it is; a job that waits for one checks it out.
        "issue_comment" => {
            return value.is_none_or(|value| value.pointer("/issue/pull_request").is_some());
        }
        _ => return false,
    };
    match (head, base) {
        (Some(head), Some(base)) => !head.eq_ignore_ascii_case(base),
        _ => true,
    }
}

/// Owner and name out of `owner/name`, `git@host:owner/name.git` and `https://host/owner/name`.
fn repository(text: &str) -> String {
    let text = text.trim_end_matches('/').trim_end_matches(".git").to_lowercase();
    let parts: Vec<&str> = text.rsplit(['/', ':']).take(2).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)], event: &str) -> Option<&'static str> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let read = |path: &str| (path == "/event.json").then(|| event.to_owned());
        fork(&variable, &read)
    }

    #[test]
    fn a_comment_on_a_pull_request_may_be_on_that_of_a_fork() {
        let job = [("GITHUB_EVENT_NAME", "issue_comment"), ("GITHUB_EVENT_PATH", "/event.json")];
        assert_eq!(found(&job, r#"{"issue": {"pull_request": {"url": "u"}}}"#), Some("GitHub"));
        assert_eq!(found(&job, r#"{"issue": {"number": 3}}"#), None);
        assert_eq!(found(&job[..1], ""), Some("GitHub"));
    }

    #[test]
    fn a_pull_request_from_a_fork_is_seen_on_github() {
        let pull = |head: &str, base: &str| {
            format!(
                r#"{{"pull_request": {{"head": {{"repo": {head}}}, "base": {{"repo": {base}}}}}}}"#
            )
        };
        let ours = r#"{"full_name": "clinic/db", "fork": false}"#;
        let theirs = r#"{"full_name": "mallory/db", "fork": true}"#;
        for name in ["pull_request", "pull_request_target", "pull_request_review"] {
            let job = [("GITHUB_EVENT_NAME", name), ("GITHUB_EVENT_PATH", "/event.json")];
            assert_eq!(found(&job, &pull(theirs, ours)), Some("GitHub"), "{name}");
            assert_eq!(found(&job, &pull("null", ours)), Some("GitHub"), "{name}");
            assert_eq!(found(&job, &pull(ours, ours)), None, "{name}");
            assert_eq!(found(&job, "no json"), Some("GitHub"), "{name}");
            assert_eq!(found(&job[..1], ""), Some("GitHub"), "{name}");
        }
        let push = [("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", "/event.json")];
        assert_eq!(found(&push, "{}"), None);
    }

    #[test]
    fn a_pull_request_of_a_repository_that_is_a_fork_is_not_from_a_fork() {
        let job = [("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_EVENT_PATH", "/event.json")];
        let repo = r#"{"repo": {"full_name": "clinic/db", "fork": true}}"#;
        let event = format!(r#"{{"pull_request": {{"head": {repo}, "base": {repo}}}}}"#);
        assert_eq!(found(&job, &event), None);
    }

    #[test]
    fn a_run_after_a_pull_request_from_a_fork_is_seen_on_github() {
        let job = [("GITHUB_EVENT_NAME", "workflow_run"), ("GITHUB_EVENT_PATH", "/event.json")];
        let run = |head: &str| {
            format!(
                r#"{{"workflow_run": {{"head_repository": {{"full_name": "{head}"}}}},
                     "repository": {{"full_name": "clinic/db"}}}}"#
            )
        };
        assert_eq!(found(&job, &run("mallory/db")), Some("GitHub"));
        assert_eq!(found(&job, &run("clinic/db")), None);
    }

    #[test]
    fn a_pull_request_from_a_fork_is_seen_on_every_service() {
        for (variables, service) in [
            (
                &[
                    ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "7"),
                    ("CI_MERGE_REQUEST_PROJECT_ID", "1"),
                ][..],
                "GitLab",
            ),
            (
                &[
                    ("CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY", "mallory/db"),
                    ("CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY", "clinic/db"),
                ],
                "GitLab",
            ),
            (&[("CF_PULL_REQUEST_IS_FORK", "true")], "Codefresh"),
            (
                &[
                    ("BITRISEIO_PULL_REQUEST_REPOSITORY_URL", "https://x.example/mallory/db.git"),
                    ("GIT_REPOSITORY_URL", "git@x.example:clinic/db.git"),
                ],
                "Bitrise",
            ),
            (&[("CIRCLE_PR_REPONAME", "db")], "CircleCI"),
            (&[("SYSTEM_PULLREQUEST_ISFORK", "True")], "Azure Pipelines"),
            (&[("CHANGE_FORK", "mallory")], "Jenkins"),
            (
                &[("TRAVIS_PULL_REQUEST_SLUG", "mallory/db"), ("TRAVIS_REPO_SLUG", "clinic/db")],
                "Travis CI",
            ),
            (
                &[
                    ("BUILDKITE_PULL_REQUEST_REPO", "git://github.com/mallory/db.git"),
                    ("BUILDKITE_REPO", "git@github.com:clinic/db.git"),
                ],
                "Buildkite",
            ),
        ] {
            assert_eq!(found(variables, ""), Some(service));
        }
    }

    #[test]
    fn a_pull_request_from_the_same_repository_is_not_from_a_fork() {
        for variables in [
            &[][..],
            &[("CIRCLE_PR_REPONAME", "")],
            &[("SYSTEM_PULLREQUEST_ISFORK", "False")],
            &[("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "1"), ("CI_MERGE_REQUEST_PROJECT_ID", "1")],
            &[
                ("BUILDKITE_PULL_REQUEST_REPO", "git://github.com/clinic/db.git"),
                ("BUILDKITE_REPO", "git@github.com:clinic/db.git"),
            ],
        ] {
            assert_eq!(found(variables, ""), None);
        }
    }
}
