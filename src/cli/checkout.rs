//! The checkout: what a pull request may change. Its files are a stranger's with `--untrusted`, and a link in it may
//! lead to any file of the machine, which whoever runs plumb has not named.
//!
//! A directory with a `.git` is the top of a work tree. Work trees lie in each other: a pull request can add a
//! submodule. Both questions get the safe answer: whatever lies in the outermost is not trusted, and a link leads
//! nowhere but within the innermost.

use std::path::{Component, Path, PathBuf};

use pgplumb::source::is_hidden;

use super::output::Failure;
use super::trust;

/// The work trees of Git that a path lies in, the innermost first. The top of the file system is none.
fn work_trees(path: &Path) -> impl Iterator<Item = &Path> {
    let is_top =
        |dir: &&Path| dir.parent().is_some() && dir.join(".git").symlink_metadata().is_ok();
    path.ancestors().filter(is_top)
}

/// The directories whose content comes from version control.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checkout {
    roots: Vec<PathBuf>,
    /// Whether version control says where the checkout begins.
    known: bool,
}

impl Checkout {
    /// The checkout that a declaration's directory lies in: its outermost work tree. Without any it is the directory and
    /// its parent.
    ///
    /// A link can lead to the directory: where the link stands belongs to the checkout too.
    pub(crate) fn around(dir: &Path) -> Self {
        let mut checkout = Self { roots: Vec::new(), known: true };
        for place in places(dir) {
            if let Some(root) = work_trees(&place).last() {
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

/// Refuses a declaration directory that a link inside a work tree leads out of it. Outside of every work tree a link is
/// the user's own, but with `--untrusted` one in the place of the directory stays below what holds it.
pub(crate) fn holds_declaration(dir: &Path) -> Result<(), Failure> {
    let prefixes = dir.ancestors().filter(|prefix| !prefix.as_os_str().is_empty());
    for link in prefixes.filter(|prefix| prefix.is_symlink()) {
        let parent = match link.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let (Ok(parent), Ok(real)) = (parent.canonicalize(), link.canonicalize()) else { continue };
        let unknown = (trust::untrusted() && link == dir).then_some(parent.as_path());
        if work_trees(&parent).next().or(unknown).is_some_and(|top| !real.starts_with(top)) {
            return Err(Failure::text(format!(
                "`{}` is a symbolic link that leads out of the repository; name the directory \
                 itself with --schema",
                link.display()
            )));
        }
    }
    Ok(())
}

/// Refuses a `plumb.toml` that was found, not named, and is a link out of the work tree; where
/// there is none, out of the declaration directory and its parent. A link to `.env` or
/// `.git/config` is refused too.
pub(crate) fn holds_config(found: &Path, parent: &Path) -> Result<(), Failure> {
    let own = found.parent().unwrap_or(parent).canonicalize();
    let inside = |real: PathBuf| {
        let own = own.as_deref().ok();
        let tree = own.and_then(|own| work_trees(own).next()).map(Path::to_path_buf);
        let places = [tree, own.map(Path::to_path_buf), parent.canonicalize().ok()];
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
                std::env::temp_dir().join(format!("plumb-checkout-{}-{name}", std::process::id()));
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
    fn a_link_leads_nowhere_but_within_the_innermost_work_tree() {
        let tree = Tree::new("within");
        fs::create_dir_all(tree.at("repo/vendor/.git")).unwrap();
        fs::create_dir_all(tree.at("repo/vendor/schema")).unwrap();
        symlink(tree.at("repo/db/schema"), tree.at("repo/inside")).unwrap();
        symlink(tree.at("elsewhere"), tree.at("repo/outside")).unwrap();
        symlink(tree.at("repo/outside"), tree.at("repo/chain")).unwrap();
        symlink(tree.at("repo/vendor/schema"), tree.at("repo/vendor/own")).unwrap();
        symlink(tree.at("repo/db/schema"), tree.at("repo/vendor/around")).unwrap();
        symlink(tree.at("repo/vendor/schema"), tree.at("repo/into")).unwrap();
        symlink(tree.at("repo/db"), tree.at("linked")).unwrap();
        for (dir, follows) in [
            ("repo/db/schema", true),
            ("repo/inside", true),
            ("repo/outside", false),
            ("repo/chain", false),
            ("repo/vendor/own", true),
            // A submodule is another's, and so is what lies around it.
            ("repo/vendor/around", false),
            ("repo/into", true),
            // A link outside of every work tree is the user's own.
            ("linked/schema", true),
        ] {
            assert_eq!(holds_declaration(&tree.at(dir)).is_ok(), follows, "{dir}");
        }
    }

    #[test]
    fn a_configuration_that_is_a_link_lies_in_the_innermost_work_tree() {
        let tree = Tree::new("config");
        fs::create_dir_all(tree.at("repo/vendor/.git")).unwrap();
        fs::create_dir_all(tree.at("repo/vendor/schema")).unwrap();
        fs::write(tree.at("repo/.env"), "").unwrap();
        fs::write(tree.at("repo/.secret.toml"), "").unwrap();
        for (at, (to, follows)) in [
            ("repo/plumb.toml", true),
            ("plumb.toml", false),
            ("repo/.env", false),
            ("repo/.secret.toml", false),
        ]
        .into_iter()
        .enumerate()
        {
            let dir = tree.at(&format!("repo/db/{at}"));
            fs::create_dir(&dir).unwrap();
            symlink(tree.at(to), dir.join("plumb.toml")).unwrap();
            assert_eq!(holds_config(&dir.join("plumb.toml"), &dir).is_ok(), follows, "{to}");
        }
        let own = tree.at("repo/vendor/schema/plumb.toml");
        symlink(tree.at("repo/plumb.toml"), &own).unwrap();
        assert!(holds_config(&own, own.parent().unwrap()).is_err());
    }

    #[test]
    fn whatever_lies_in_the_outermost_work_tree_is_not_trusted() {
        let tree = Tree::new("nested");
        for top in ["repo/vendor/.git", "repo/vendor/inner/.git", "repo/vendor/inner/schema"] {
            fs::create_dir_all(tree.at(top)).unwrap();
        }
        symlink(tree.at("repo/vendor/inner"), tree.at("linked")).unwrap();
        for dir in ["repo/vendor/inner/schema", "linked/schema"] {
            let checkout = Checkout::around(&tree.at(dir));
            for held in
                ["repo/vendor/inner/bin", "repo/vendor/bin", "repo/bin", "repo/db/plumb.toml"]
            {
                assert!(checkout.holds(&tree.at(held)), "{dir} {held}");
                assert!(!checkout.is_outside(&tree.at(held)), "{dir} {held}");
            }
        }
        let checkout = Checkout::around(&tree.at("repo/vendor/inner/schema"));
        assert!(checkout.is_outside(&tree.at("plumb.toml")));
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
