//! The job of a CI service that plumb runs in, by its variables. Reads nothing itself: variables and the file of the event come
//! through the two functions that are passed.

use std::path::PathBuf;

use serde_json::Value;

/// A CI service whose API plumb knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Service {
    /// GitHub, GitHub Enterprise, Gitea, Forgejo.
    Github,
    /// GitLab.
    Gitlab,
}

/// What is known of the job.
#[derive(Clone, Default)]
pub(crate) struct Job {
    pub(crate) service: Option<Service>,
    /// The URL of the API.
    pub(crate) api: String,
    pub(crate) token: Option<String>,
    /// `owner/name` on GitHub, the number of the project on GitLab.
    pub(crate) repository: String,
    /// The number of the pull or merge request.
    pub(crate) request: Option<u64>,
    /// The commit that is reviewed, which is not the merge commit that GitHub checks out.
    pub(crate) commit: Option<String>,
    /// A link to the job.
    pub(crate) link: Option<String>,
    /// Where GitHub takes the summary of the step, and its outputs.
    pub(crate) summary: Option<PathBuf>,
    pub(crate) outputs: Option<PathBuf>,
    /// Of a `workflow_run`: the run before it.
    pub(crate) run: Option<Run>,
}

/// The run that a `workflow_run` comes after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Run {
    pub(crate) commit: String,
    /// `owner:branch` of its head.
    pub(crate) head: String,
    /// Whether its head is in another repository.
    pub(crate) is_fork: bool,
    pub(crate) link: Option<String>,
}

// The token is printed nowhere.
impl std::fmt::Debug for Job {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Job({:?}, {}, {:?})", self.service, self.repository, self.request)
    }
}

impl Job {
    /// The job of this process.
    pub(crate) fn here() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).ok();
        Self::of(&|name| std::env::var(name).ok(), &read)
    }

    /// The job that the variables show.
    pub(crate) fn of(
        variable: &dyn Fn(&str) -> Option<String>,
        read: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let get = |name: &str| variable(name).filter(|value| !value.is_empty());
        if get("GITHUB_ACTIONS").is_some() {
            github(&get, read)
        } else if get("GITLAB_CI").is_some() {
            gitlab(&get)
        } else {
            Self::default()
        }
    }
}

fn github(get: &dyn Fn(&str) -> Option<String>, read: &dyn Fn(&str) -> Option<String>) -> Job {
    let event = get("GITHUB_EVENT_PATH").and_then(|path| read(&path));
    let event: Value = event.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let repository = get("GITHUB_REPOSITORY").unwrap_or_default();
    let server = get("GITHUB_SERVER_URL").unwrap_or_else(|| "https://github.com".to_owned());
    let link = get("GITHUB_RUN_ID").map(|run| format!("{server}/{repository}/actions/runs/{run}"));
    // An issue has a number too; only that of a pull request counts.
    let number = event.pointer("/pull_request/number").or_else(|| {
        event.pointer("/issue/pull_request").and_then(|_| event.pointer("/issue/number"))
    });
    let run = event.get("workflow_run").and_then(|run| {
        let text = |pointer: &str| run.pointer(pointer)?.as_str().map(str::to_owned);
        let head = text("/head_repository/full_name")?;
        let owner = text("/head_repository/owner/login")
            .or_else(|| head.split('/').next().map(str::to_owned))?;
        Some(Run {
            commit: text("/head_sha")?,
            head: format!("{owner}:{}", text("/head_branch")?),
            is_fork: !head.eq_ignore_ascii_case(&repository),
            link: text("/html_url"),
        })
    });
    Job {
        service: Some(Service::Github),
        api: get("GITHUB_API_URL").unwrap_or_else(|| "https://api.github.com".to_owned()),
        token: get("GITHUB_TOKEN").or_else(|| get("GH_TOKEN")),
        request: number.and_then(Value::as_u64),
        commit: text("/pull_request/head/sha").or_else(|| get("GITHUB_SHA")),
        summary: get("GITHUB_STEP_SUMMARY").map(PathBuf::from),
        outputs: get("GITHUB_OUTPUT").map(PathBuf::from),
        repository,
        link,
        run,
    }
}

fn gitlab(get: &dyn Fn(&str) -> Option<String>) -> Job {
    Job {
        service: Some(Service::Gitlab),
        api: get("CI_API_V4_URL").unwrap_or_else(|| "https://gitlab.com/api/v4".to_owned()),
        // The token of a job may not write notes. A name with PLUMB_ would be one that a stranger's declaration may reveal.
        token: get("GITLAB_TOKEN"),
        repository: get("CI_PROJECT_ID").unwrap_or_default(),
        request: get("CI_MERGE_REQUEST_IID").and_then(|number| number.parse().ok()),
        commit: get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").or_else(|| get("CI_COMMIT_SHA")),
        link: get("CI_JOB_URL"),
        ..Job::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(variables: &[(&str, &str)], event: &str) -> Job {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Job::of(&variable, &|path| (path == "/event.json").then(|| event.to_owned()))
    }

    const RUNNER: [(&str, &str); 6] = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "clinic/db"),
        ("GITHUB_EVENT_PATH", "/event.json"),
        ("GITHUB_TOKEN", "secret"),
        ("GITHUB_SHA", "merge"),
        ("GITHUB_RUN_ID", "7"),
    ];

    #[test]
    fn a_pull_request_on_github_has_its_number_and_the_commit_of_its_head() {
        let job = job(&RUNNER, r#"{"pull_request": {"number": 12, "head": {"sha": "abc"}}}"#);
        assert_eq!((job.request, job.commit.as_deref()), (Some(12), Some("abc")));
        assert_eq!(job.api, "https://api.github.com");
        assert_eq!(job.link.as_deref(), Some("https://github.com/clinic/db/actions/runs/7"));
        assert!(!format!("{job:?}").contains("secret"));
    }

    #[test]
    fn a_push_and_an_issue_have_no_pull_request() {
        assert_eq!(job(&RUNNER, r#"{"issue": {"number": 3}}"#).request, None);
        let job = job(&RUNNER, "{}");
        assert_eq!((job.request, job.commit.as_deref()), (None, Some("merge")));
    }

    #[test]
    fn the_run_before_says_whether_it_is_a_forks() {
        let event = r#"{"workflow_run": {"head_sha": "abc", "head_branch": "b", "html_url": "u",
            "head_repository": {"full_name": "mallory/db", "owner": {"login": "mallory"}}}}"#;
        let run = job(&RUNNER, event).run.unwrap();
        assert!(run.is_fork);
        assert_eq!((run.head.as_str(), run.commit.as_str()), ("mallory:b", "abc"));
        assert!(!job(&RUNNER, &event.replace("mallory", "clinic")).run.unwrap().is_fork);
    }

    #[test]
    fn a_merge_request_on_gitlab_has_its_number() {
        let job = job(
            &[
                ("GITLAB_CI", "true"),
                ("CI_PROJECT_ID", "5"),
                ("CI_MERGE_REQUEST_IID", "9"),
                ("CI_JOB_TOKEN", "may not write notes"),
            ],
            "",
        );
        assert_eq!((job.request, job.token, job.repository.as_str()), (Some(9), None, "5"));
    }

    #[test]
    fn elsewhere_there_is_no_job() {
        assert_eq!(job(&[("CI", "true")], "").service, None);
    }
}
