//! Whose text it is: with `--untrusted`, files of the checkout are a stranger's.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
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

/// The directories whose content comes from version control.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checkout {
    roots: Vec<PathBuf>,
    /// Whether version control says where the checkout begins.
    known: bool,
}

impl Checkout {
    /// The checkout that a declaration's directory lies in: the outermost directory above it with a
    /// `.git`, since a pull request can add a submodule. Without any it is the directory and its parent.
    ///
    /// A link can lead to the directory: where the link stands belongs to the checkout too.
    pub(crate) fn around(dir: &Path) -> Self {
        let mut checkout = Self { roots: Vec::new(), known: true };
        for place in places(dir) {
            let git =
                |dir: &&Path| dir.parent().is_some() && dir.join(".git").symlink_metadata().is_ok();
            if let Some(root) = place.ancestors().filter(git).last() {
                checkout.roots.push(root.to_owned());
                continue;
            }
            checkout.known = false;
            // A directory at the top of the file system has no parent but everything.
            let parent = place.parent().filter(|parent| parent.parent().is_some());
            checkout.roots.push(parent.unwrap_or(&place).to_owned());
        }
        checkout
    }

    /// As [`Checkout::around`], for two directories.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.roots.extend(other.roots);
        self.known &= other.known;
        self
    }

    /// Whether a path, or what it leads to, lies in the checkout.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        places(path).iter().any(|place| self.roots.iter().any(|root| place.starts_with(root)))
    }

    /// Whether a configuration that was found and not named lies outside the checkout for certain.
    pub(crate) fn is_outside(&self, path: &Path) -> bool {
        self.known && !self.holds(path)
    }
}

/// A path as it is written, made absolute, and the real one.
fn places(path: &Path) -> Vec<PathBuf> {
    let mut written = PathBuf::new();
    for component in std::path::absolute(path).iter().flat_map(|path| path.components()) {
        match component {
            Component::ParentDir => {
                written.pop();
            }
            Component::CurDir => {}
            other => written.push(other),
        }
    }
    let mut places = vec![written];
    if let Ok(real) = std::fs::canonicalize(path)
        && real != places[0]
    {
        places.push(real);
    }
    places
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// `outer/plumb.toml`, `outer/repo/.git`, `outer/repo/db/schema`, `outer/elsewhere`.
    struct Tree(PathBuf);

    impl Tree {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("plumb-trust-{}-{name}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            for dir in ["outer/repo/.git", "outer/repo/db/schema", "outer/elsewhere"] {
                fs::create_dir_all(path.join(dir)).unwrap();
            }
            for file in ["outer/plumb.toml", "outer/repo/plumb.toml", "outer/repo/db/plumb.toml"] {
                fs::write(path.join(file), "").unwrap();
            }
            Self(path)
        }

        fn at(&self, name: &str) -> PathBuf {
            self.0.join("outer").join(name)
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_configuration_above_the_checkout_is_trusted_and_one_in_it_is_not() {
        let tree = Tree::new("above");
        let checkout = Checkout::around(&tree.at("repo/db/schema"));
        assert!(checkout.is_outside(&tree.at("plumb.toml")));
        assert!(!checkout.is_outside(&tree.at("repo/plumb.toml")));
        assert!(!checkout.is_outside(&tree.at("repo/db/plumb.toml")));
        assert!(!checkout.is_outside(&tree.at("repo/db/../plumb.toml")));
        assert!(checkout.is_outside(&tree.at("repo/../plumb.toml")));
    }

    #[test]
    fn a_submodule_does_not_make_the_files_around_it_trusted() {
        let tree = Tree::new("submodule");
        fs::write(tree.at("repo/db/schema/.git"), "gitdir: ../../.git/modules/x").unwrap();
        let checkout = Checkout::around(&tree.at("repo/db/schema"));
        assert!(!checkout.is_outside(&tree.at("repo/db/plumb.toml")));
    }

    #[test]
    fn a_link_makes_nothing_trusted() {
        let tree = Tree::new("links");
        // The declaration leads out of the checkout: the files around the link are still in it.
        symlink(tree.at("elsewhere"), tree.at("repo/linked")).unwrap();
        let checkout = Checkout::around(&tree.at("repo/linked"));
        assert!(!checkout.is_outside(&tree.at("repo/plumb.toml")));
        // A configuration that is a link out of the checkout, and one that leads into it.
        symlink(tree.at("plumb.toml"), tree.at("repo/db/schema/plumb.toml")).unwrap();
        let checkout = Checkout::around(&tree.at("repo/db/schema"));
        assert!(!checkout.is_outside(&tree.at("repo/db/schema/plumb.toml")));
        symlink(tree.at("repo/plumb.toml"), tree.at("elsewhere/plumb.toml")).unwrap();
        assert!(!checkout.is_outside(&tree.at("elsewhere/plumb.toml")));
    }

    #[test]
    fn without_version_control_no_configuration_is_trusted_that_was_not_named() {
        let tree = Tree::new("bare");
        fs::remove_dir(tree.at("repo/.git")).unwrap();
        let checkout = Checkout::around(&tree.at("repo/db/schema"));
        assert!(!checkout.is_outside(&tree.at("repo/db/plumb.toml")));
        assert!(checkout.holds(&tree.at("repo/db/bin")));
        assert!(!checkout.holds(&tree.at("elsewhere")));
        assert!(!Checkout::around(Path::new("/schema")).holds(Path::new("/usr/lib")));
    }
}
