//! The user's own template of a plan: which files it may read, and whose it is.

use std::path::{Path, PathBuf};

use pgplumb::plan::Plan;
use pgplumb::render::{self, About};
use pgplumb::source::{Root, Unread};

use super::checkout::Checkout;
use super::output::Failure;
use super::trust;

/// A template that is used.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    dir: PathBuf,
    name: String,
    about: About,
}

impl Template {
    /// The template that was named; `None` where a stranger may have written it. A stranger's template could leave out a hazard.
    ///
    /// # Errors
    /// If the path names no file.
    pub(crate) fn trusted(
        path: &Path,
        checkout: &Checkout,
        environment: Option<&str>,
    ) -> Result<Option<Self>, Failure> {
        let wrong = || Failure::text(format!("{} is no file", path.display()));
        let name = path.file_name().and_then(std::ffi::OsStr::to_str).ok_or_else(wrong)?;
        if trust::untrusted() && checkout.holds(path) {
            trust::ignored(path, "the template");
            return Ok(None);
        }
        let about = About { environment: environment.map(str::to_owned) };
        let dir = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Ok(Some(Self { dir, name: name.to_owned(), about }))
    }

    /// The plan, as the template writes it.
    ///
    /// # Errors
    /// If the template cannot be read or filled in.
    pub(crate) fn written(&self, plan: &Plan) -> Result<String, Failure> {
        let named = self.dir.join(&self.name);
        let root = Root::new(&self.dir)
            .map_err(|error| Failure::text(format!("{}: {error}", named.display())))?;
        let dir = self.dir.clone();
        let read = move |name: &str| match root.read(&dir.join(name)) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Ok(Some(text)),
                Err(_) => Err(format!("{name} is not UTF-8")),
            },
            Err(Unread::Missing) => Ok(None),
            Err(Unread::Outside) => {
                Err(format!("{name} leads out of the directory of the template"))
            }
            Err(other) => Err(format!("{name} {}", other.reason())),
        };
        render::template(plan, &self.about, &self.name, read)
            .map_err(|error| Failure::text(format!("{}: {error}", named.display())))
    }
}
