//! `--state FILE`: what the last comparison found, for the next one to begin with.

use std::path::{Path, PathBuf};

use pgplumb::connect::Connection;
use pgplumb::drift::{Drift, State};
use pgplumb::introspect::{Versions, read_versions};
use pgplumb::shown::hex;
use pgplumb::source;
use sha2::{Digest, Sha256};

use super::config::Config;
use super::output::{Failure, Form, say};
use super::trust;
use super::write::{self, Readers};

/// The file, and the question that is asked now.
pub(crate) struct Kept {
    path: PathBuf,
    /// A digest of all that the answer follows from besides the database.
    asked: String,
    last: Option<State>,
}

impl Kept {
    /// Reads the file, which need not be there yet. `None` where an answer cannot be kept: the declaration takes secrets
    /// from variables, which a file does not hold, or not all of it can be read.
    ///
    /// # Errors
    /// If the file is something else, which is not overwritten.
    pub(crate) fn find(
        path: &Path,
        compared: &Path,
        config: &Config,
        strict: bool,
    ) -> Result<Option<Self>, Failure> {
        let last = match source::limit::read_text(path) {
            Ok(text) if text.trim().is_empty() => None,
            Ok(text) => State::read(&text).map_err(|_| {
                Failure::text(format!(
                    "{} is no state that plumb has written, and is left as it is: name another file for --state",
                    path.display()
                ))
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(Failure::unreadable(path, &error));
            }
        };
        let asked = asked(compared, config, strict);
        Ok(asked.map(|asked| Self { path: path.to_owned(), asked, last }))
    }

    /// Whether the last answer was to the same question.
    pub(crate) fn is_known(&self) -> bool {
        self.last.as_ref().is_some_and(|last| last.asked == self.asked)
    }

    /// What the database stands at.
    pub(crate) async fn versions(connection: &Connection) -> Result<Option<Versions>, Failure> {
        read_versions(&connection.client).await.map_err(Failure::of)
    }

    /// The last answer, if it is still true.
    pub(crate) fn answer(&self, versions: Option<&Versions>) -> Option<Drift> {
        self.last.as_ref()?.answers(&self.asked, versions?).cloned()
    }

    /// Keeps an answer, if it is one: of what no server could decide another server may know more.
    pub(crate) fn keep(&self, versions: Option<Versions>, drift: &Drift, readers: Readers) {
        let Some(versions) = versions.filter(|_| drift.unproved.is_empty()) else { return };
        let state = State { asked: self.asked.clone(), versions, drift: drift.clone() };
        if let Err(failure) = write::deliver(&self.path, Form::Json, &state.text(), readers) {
            say(format!("warning: {}", failure.message().trim_end()));
        }
    }
}

/// A digest of plumb's version, the configuration, and the declaration or snapshot.
fn asked(compared: &Path, config: &Config, strict: bool) -> Option<String> {
    let mut files = if compared.is_dir() {
        source::read_bytes(compared)?
    } else {
        vec![(String::new(), std::fs::read(compared).ok()?)]
    };
    if config.file.is_file() {
        files.push(("plumb.toml".to_owned(), std::fs::read(&config.file).ok()?));
    }
    let secret = b"${env:";
    if files.iter().any(|(_, bytes)| bytes.windows(secret.len()).any(|at| at == secret)) {
        return None;
    }
    let mut digest = Sha256::new();
    digest.update(format!("{} {strict} {}\n", env!("CARGO_PKG_VERSION"), trust::untrusted()));
    for (name, bytes) in files {
        digest.update(format!("{}:{name} {}\n", name.len(), bytes.len()));
        digest.update(bytes);
    }
    Some(hex(&digest.finalize()))
}
