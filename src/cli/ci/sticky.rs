//! One comment for each environment: found by its marker, updated in place, or followed by a new one with the old one folded.

use clap::ValueEnum;

use super::forge::{Forge, Marker, Posted, same};
use super::http::Trouble;

/// What becomes of the comment of an earlier plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum Comment {
    /// It is updated in place.
    #[default]
    Update,
    /// It stays, folded, and a new one is written.
    Keep,
    /// No comment is written.
    Off,
}

/// A comment as it is to be: what it says, and of which commit and job.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) body: String,
    pub(crate) footer: String,
}

impl Text {
    fn whole(&self, marker: &Marker) -> String {
        marker.mark(&format!("{}\n\n{}\n", self.body.trim_end(), self.footer))
    }
}

/// Writes the comment; gives its link.
pub(crate) fn stick(
    forge: &dyn Forge,
    request: u64,
    marker: &Marker,
    text: &Text,
    how: Comment,
) -> Result<String, Trouble> {
    let (newest, others) = marker.find(forge.comments(request)?);
    let whole = text.whole(marker);
    let posted = match newest {
        Some(old) if same(&old.body, &whole) => old,
        // With the same plan for another commit there is nothing new to be read.
        Some(old) if how != Comment::Keep || says(&old, marker, text) => {
            match forge.rewrite(request, old.id, &whole) {
                // It has been deleted meanwhile.
                Err(Trouble::Missing(_)) => forge.comment(request, &whole)?,
                other => other?,
            }
        }
        Some(old) => {
            let new = forge.comment(request, &whole)?;
            fold(forge, request, &old)?;
            new
        }
        None => forge.comment(request, &whole)?,
    };
    // Two jobs at a time may have made two comments: an outdated one must not be read as the plan.
    for other in others {
        fold(forge, request, &other)?;
    }
    Ok(posted.link)
}

/// Whether a comment says the same of another commit.
fn says(old: &Posted, marker: &Marker, text: &Text) -> bool {
    let body = marker.mark(text.body.trim_end());
    old.body
        .replace("\r\n", "\n")
        .strip_prefix(&body)
        .is_some_and(|rest| rest.starts_with("\n\n---\n"))
}

/// Folds a comment of an earlier plan. It loses its marker, so that it is not found again.
fn fold(forge: &dyn Forge, request: u64, old: &Posted) -> Result<(), Trouble> {
    let body = old.body.split_once('\n').map_or("", |(_, rest)| rest).trim();
    let folded = format!(
        "<!-- plumb superseded -->\n<details><summary>An earlier plan, which a newer comment replaces</summary>\n\n{body}\n\n</details>\n"
    );
    match forge.rewrite(request, old.id, &folded) {
        Err(Trouble::Missing(_)) => Ok(()),
        other => other.map(|_| ()),
    }
}
