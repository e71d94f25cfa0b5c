//! Whose text it is: with `--untrusted`, files of the checkout are a stranger's.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::fork::fork;
use super::output::say;

static UNTRUSTED: OnceLock<bool> = OnceLock::new();

/// Decides once for the whole run, by the option and by what the CI service says.
pub(crate) fn decide(option: bool) {
    let service =
        || fork(&|name| std::env::var(name).ok(), &|path| std::fs::read_to_string(path).ok());
    let service = if option { None } else { service() };
    if let Some(service) = service {
        say(format!("note: {service} shows a pull request from a fork: --untrusted is on"));
    }
    let _ = UNTRUSTED.set(option || service.is_some());
}

/// Whether files of the checkout are a stranger's.
pub(crate) fn untrusted() -> bool {
    UNTRUSTED.get().copied().unwrap_or_default()
}

/// Says on standard error what of a file is ignored, each once in a run.
pub(crate) fn ignored(file: &Path, what: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let note = format!(
        "note: {what} in {} is ignored because of --untrusted; --config FILE makes a file trusted",
        file.display()
    );
    if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(note.clone()) {
        say(note);
    }
}
