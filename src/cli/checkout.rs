//! The checkout: what a pull request may change. A link in it may lead to any file of the machine,
//! and whoever runs plumb has not named that file.

use std::path::{Path, PathBuf};

use pgplumb::source::is_hidden;

use super::output::Failure;

/// The directory of the Git repository that a directory is in, by its real path.
fn repository(real: &Path) -> Option<PathBuf> {
    let is_top = |dir: &&Path| dir.join(".git").symlink_metadata().is_ok();
    real.ancestors().find(is_top).map(Path::to_path_buf)
}

/// Refuses a declaration directory that a link inside a repository leads out of it.
pub(crate) fn holds_declaration(dir: &Path) -> Result<(), Failure> {
    let prefixes = dir.ancestors().filter(|prefix| !prefix.as_os_str().is_empty());
    for link in prefixes.filter(|prefix| prefix.is_symlink()) {
        let parent = match link.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let (Ok(parent), Ok(real)) = (parent.canonicalize(), link.canonicalize()) else { continue };
        if repository(&parent).is_some_and(|top| !real.starts_with(top)) {
            return Err(Failure::text(format!(
                "`{}` is a symbolic link that leads out of the repository; name the directory \
                 itself with --schema",
                link.display()
            )));
        }
    }
    Ok(())
}

/// Refuses a `plumb.toml` that was found, not named, and is a link out of the repository; where
/// there is none, out of the declaration directory and its parent. A link to `.env` or
/// `.git/config` is refused too.
pub(crate) fn holds_config(found: &Path, parent: &Path) -> Result<(), Failure> {
    let own = found.parent().unwrap_or(parent).canonicalize();
    let inside = |real: PathBuf| {
        let own = own.as_deref().ok();
        let places =
            [own.and_then(repository), own.map(Path::to_path_buf), parent.canonicalize().ok()];
        let below = places.iter().flatten().find_map(|place| real.strip_prefix(place).ok());
        below.is_some_and(|below| !is_hidden(below) && real.extension() == found.extension())
    };
    if found.canonicalize().is_ok_and(inside) {
        return Ok(());
    }
    Err(Failure::text(format!(
        "{} is a symbolic link that leads out of the repository, or to a file that is no \
         configuration; name the file itself with --config",
        found.display()
    )))
}
