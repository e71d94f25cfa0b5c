//! What plumb asks of a code host: the comments and issues that it wrote itself, to be updated in place. A stranger can write a
//! comment with plumb's marker in it, and edit it later; so only what the token's own user wrote counts.

use std::cmp::Reverse;

use super::github::Github;
use super::gitlab::Gitlab;
use super::http::Trouble;
use super::job::{Job, Service};

/// A comment or an issue that plumb wrote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Posted {
    /// Its number, by which it is changed.
    pub(crate) id: u64,
    pub(crate) body: String,
    /// Where a person reads it.
    pub(crate) link: String,
}

/// The API of a code host, for one repository.
pub(crate) trait Forge {
    /// The comments of the token's own user on a pull request, the oldest first.
    fn comments(&self, request: u64) -> Result<Vec<Posted>, Trouble>;
    /// Writes a comment.
    fn comment(&self, request: u64, body: &str) -> Result<Posted, Trouble>;
    /// Replaces the text of a comment.
    fn rewrite(&self, request: u64, comment: u64, body: &str) -> Result<Posted, Trouble>;
    /// The open issues of the token's own user.
    fn issues(&self) -> Result<Vec<Posted>, Trouble>;
    /// Opens an issue.
    fn open(&self, title: &str, body: &str, labels: &[String]) -> Result<Posted, Trouble>;
    /// Replaces the text of an issue.
    fn update(&self, issue: u64, title: &str, body: &str) -> Result<Posted, Trouble>;
    /// Closes an issue, and says why in a comment.
    fn close(&self, issue: u64, why: &str) -> Result<(), Trouble>;
    /// The longest text that it takes, in characters, with room for what stands around a plan.
    fn longest(&self) -> usize;
}

/// The code host of a job; `None` where there is none, or no token.
pub(crate) fn of(job: &Job) -> Result<Option<Box<dyn Forge + Send>>, Trouble> {
    let (Some(service), Some(token)) = (job.service, job.token.clone()) else { return Ok(None) };
    Ok(Some(match service {
        Service::Github => Box::new(Github::new(&job.api, token, &job.repository)?),
        Service::Gitlab => Box::new(Gitlab::new(&job.api, token, &job.repository)?),
    }))
}

/// What a marker says of a text: which of several it is. It stands in the first line and is not shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Marker(String);

impl Marker {
    /// The marker for one sort of text about one environment.
    pub(crate) fn new(sort: &str, environment: &str) -> Self {
        let mut name = String::new();
        for byte in environment.bytes() {
            // Nothing that ends a comment of HTML.
            if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') {
                name.push(char::from(byte));
            } else {
                name.push_str(&format!("%{byte:02X}"));
            }
        }
        Self(format!("<!-- plumb {sort} {name} -->"))
    }

    /// The text with the marker before it.
    pub(crate) fn mark(&self, text: &str) -> String {
        format!("{}\n{text}", self.0)
    }

    fn is_on(&self, posted: &Posted) -> bool {
        posted.body.lines().next().is_some_and(|first| first.trim_end() == self.0)
    }

    /// The text that has this marker; of several the newest, and then the others.
    pub(crate) fn find(&self, all: Vec<Posted>) -> (Option<Posted>, Vec<Posted>) {
        let mut found: Vec<Posted> = all.into_iter().filter(|it| self.is_on(it)).collect();
        found.sort_by_key(|it| Reverse(it.id));
        let mut found = found.into_iter();
        (found.next(), found.collect())
    }
}

/// Whether a host shows the same text: it may have changed the line ends.
pub(crate) fn same(a: &str, b: &str) -> bool {
    let lines = |text: &str| text.trim_end().replace("\r\n", "\n");
    lines(a) == lines(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posted(id: u64, body: &str) -> Posted {
        Posted { id, body: body.to_owned(), link: String::new() }
    }

    #[test]
    fn a_marker_is_of_one_environment_and_ends_where_it_ends() {
        let marker = Marker::new("plan", "prod --> <b>");
        assert_eq!(marker.mark("x"), "<!-- plumb plan prod%20%2D%2D%3E%20%3Cb%3E -->\nx");
        let other = Marker::new("plan", "production");
        let all = vec![
            posted(1, &other.mark("a")),
            posted(2, &marker.mark("b")),
            posted(3, &format!("quoted:\n{}", marker.mark("c"))),
            posted(4, &marker.mark("d").replace('\n', "\r\n")),
        ];
        let (newest, rest) = marker.find(all);
        assert_eq!((newest.map(|it| it.id), rest.len()), (Some(4), 1));
    }

    #[test]
    fn line_ends_are_no_difference() {
        assert!(same("a\nb\n", "a\r\nb"));
        assert!(!same("a\nb", "a\nc"));
    }
}
