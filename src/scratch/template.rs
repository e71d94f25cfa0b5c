//! A cluster as `initdb` makes it, kept as an archive in the user's cache: unpacking takes a tenth of the time.
//!
//! An archive is written under another name and then renamed, so that several plumbs may do so at once, and each may
//! be deleted at any time. `tar` reads and writes the data directory as the account that owns it: root follows no
//! links of another user.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use nix::fcntl::OFlag;
use nix::unistd::geteuid;
use sha2::{Digest, Sha256};

use super::Binaries;

/// How the names of archives begin and end.
const NAME: (&str, &str) = ("scratch-", ".tar");
/// How long one is used: a library of the system may have become another since.
const FRESH: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How many archives are kept, of 30 MB each.
const KEPT: usize = 4;
/// Where the system has the locales, which `initdb` puts into `pg_collation`.
const LOCALES: &str = "/usr/lib/locale";

/// The archive for one installation.
#[derive(Debug)]
pub(super) struct Template {
    file: PathBuf,
}

impl Template {
    /// The archive of an installation as it is now, in the directory `cache`, which is made; `None` where the
    /// directory is open to others.
    pub(super) fn of(cache: &Path, binaries: &Binaries) -> Option<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(cache).ok()?;
        if !is_ours(&fs::metadata(cache).ok()?) {
            return None;
        }
        let dir = fs::canonicalize(&binaries.dir).ok()?;
        let mut seen = format!("{}\n{}\n", env!("CARGO_PKG_VERSION"), dir.display());
        let mut locales: Vec<PathBuf> =
            fs::read_dir(LOCALES).into_iter().flatten().flatten().map(|it| it.path()).collect();
        locales.sort();
        for path in [dir.join("postgres"), dir.join("initdb")].iter().chain(&locales) {
            let about = fs::metadata(path).ok()?;
            let (size, seconds) = (about.size(), about.mtime());
            seen += &format!("{} {size} {seconds} {}\n", path.display(), about.mtime_nsec());
        }
        let digest = Sha256::digest(seen.as_bytes());
        let key = crate::shown::hex(&digest[..16]);
        Some(Self { file: cache.join(format!("{}{key}{}", NAME.0, NAME.1)) })
    }

    /// The archive, if there is one that is ours alone to write.
    pub(super) fn open(&self) -> Option<File> {
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(OFlag::O_NOFOLLOW.bits());
        let file = options.open(&self.file).ok()?;
        let about = file.metadata().ok()?;
        let age = SystemTime::now().duration_since(about.modified().ok()?).unwrap_or_default();
        (about.is_file() && is_ours(&about) && age < FRESH).then_some(file)
    }

    /// A file to write the archive to.
    pub(super) fn begin(&self) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.part())
    }

    /// Puts what was written in its place, and removes the archives of other installations that are too many.
    pub(super) fn finish(&self, file: &File) -> io::Result<()> {
        file.sync_all()?;
        fs::rename(self.part(), &self.file)?;
        self.prune();
        Ok(())
    }

    /// Removes what was written of an archive.
    pub(super) fn abandon(&self) {
        let _ = fs::remove_file(self.part());
    }

    /// Removes the archive, which does not serve.
    pub(super) fn remove(&self) {
        let _ = fs::remove_file(&self.file);
    }

    fn part(&self) -> PathBuf {
        self.file.with_extension(format!("{}.part", std::process::id()))
    }

    fn prune(&self) {
        let ours = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with(NAME.0)) && *path != self.file
        };
        let entries = self.file.parent().map(fs::read_dir).into_iter().flatten().flatten();
        let mut others: Vec<(SystemTime, PathBuf)> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(ours)
            .filter_map(|path| Some((fs::symlink_metadata(&path).ok()?.modified().ok()?, path)))
            .collect();
        others.sort();
        let many = others.len().saturating_sub(KEPT - 1);
        for (_, path) in others.into_iter().take(many) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether a file or directory is our own, and no other user may write it.
fn is_ours(about: &fs::Metadata) -> bool {
    about.uid() == geteuid().as_raw() && about.mode() & 0o022 == 0
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A directory of the test's own, with an installation and a cache in it.
    fn template(test: &str) -> (PathBuf, Template) {
        let root = std::env::temp_dir().join(format!("plumb-{test}-{}", std::process::id()));
        let dir = root.join("bin");
        fs::create_dir_all(&dir).unwrap();
        for program in ["postgres", "initdb"] {
            fs::write(dir.join(program), program).unwrap();
        }
        let template = Template::of(&root.join("cache"), &Binaries { dir, major: 15 }).unwrap();
        (root, template)
    }

    fn fill(template: &Template) {
        let file = template.begin().unwrap();
        template.finish(&file).unwrap();
    }

    #[test]
    fn an_archive_serves_until_the_installation_changes() {
        let (root, template) = template("changes");
        assert!(template.open().is_none());
        fill(&template);
        assert!(template.open().is_some());
        let dir = root.join("bin");
        fs::write(dir.join("postgres"), "another version").unwrap();
        let after = Template::of(&root.join("cache"), &Binaries { dir, major: 15 }).unwrap();
        assert!(after.open().is_none());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn an_archive_that_others_may_write_is_not_used() {
        let (root, template) = template("open");
        fill(&template);
        fs::set_permissions(&template.file, fs::Permissions::from_mode(0o666)).unwrap();
        assert!(template.open().is_none());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn the_cache_keeps_a_few_archives() {
        let (root, template) = template("few");
        for at in 0..10 {
            fs::write(root.join(format!("cache/scratch-{at}.tar")), "old").unwrap();
        }
        fill(&template);
        assert_eq!(fs::read_dir(root.join("cache")).unwrap().count(), KEPT);
        assert!(template.open().is_some());
        fs::remove_dir_all(root).unwrap();
    }
}
