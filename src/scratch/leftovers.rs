//! What earlier runs left behind, if both plumb and its watcher were killed.
//!
//! A directory is taken away only if its name and its marker are ours, it belongs to us (or, for root,
//! to the account that runs PostgreSQL), the process in its name is gone, and nobody holds the
//! lock on its marker: that lock also proves an owner alive whose process id we cannot see, in
//! another container. No process is signalled: a server whose data directory vanishes ends by itself within
//! a minute ("data directory lock file is invalid").

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg, OFlag};
use nix::sys::signal::kill;
use nix::unistd::{Pid, geteuid};

use super::place::{Account, MARKER, PREFIX};

/// Removes the leftovers in `bases`; what cannot be removed stays, without a word.
pub(super) fn sweep(bases: &[PathBuf], account: Option<Account>) {
    for base in bases {
        for entry in fs::read_dir(base).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let owner = name.to_str().and_then(owner_in);
            if owner.is_some_and(gone) && ours(&entry.path(), account) {
                remove(&entry.path());
            }
        }
    }
}

/// The process id in a directory's name.
fn owner_in(name: &str) -> Option<i32> {
    let (pid, random) = name.strip_prefix(PREFIX)?.split_once('-')?;
    let hex = random.len() == 8 && random.bytes().all(|byte| byte.is_ascii_hexdigit());
    pid.parse().ok().filter(|pid| hex && *pid > 0)
}

fn gone(pid: i32) -> bool {
    kill(Pid::from_raw(pid), None) == Err(Errno::ESRCH)
}

fn ours(dir: &Path, account: Option<Account>) -> bool {
    fs::symlink_metadata(dir).is_ok_and(|it| {
        let owner = it.uid();
        it.is_dir()
            && it.mode() & 0o777 == 0o700
            && (owner == geteuid().as_raw() || account.is_some_and(|account| owner == account.uid))
    })
}

fn remove(dir: &Path) {
    match open_marker(&dir.join(MARKER)) {
        Ok(marker) => {
            if let Ok(_lock) = Flock::lock(marker, FlockArg::LockExclusiveNonblock) {
                let _ = fs::remove_dir_all(dir);
            }
        }
        // Killed before the marker was made: only an empty directory goes this way.
        Err(_) => {
            let _ = fs::remove_dir(dir);
        }
    }
}

fn open_marker(path: &Path) -> std::io::Result<File> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    OpenOptions::new().read(true).custom_flags(flags.bits()).open(path)
}

#[cfg(test)]
mod tests {
    use std::fs::{DirBuilder, Permissions};
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    use std::process::Command;

    use super::*;

    fn dead_process() -> u32 {
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        child.id()
    }

    fn make(base: &Path, name: &str, marked: bool) -> PathBuf {
        let dir = base.join(name);
        DirBuilder::new().mode(0o700).create(&dir).unwrap();
        fs::write(dir.join("data"), "rows").unwrap();
        if marked {
            fs::write(dir.join(MARKER), "").unwrap();
        }
        dir
    }

    #[test]
    fn only_what_a_dead_plumb_left_is_taken_away() {
        let base = std::env::temp_dir().join(format!("plumb-leftovers-{}", std::process::id()));
        fs::create_dir(&base).unwrap();
        let dead = dead_process();
        let left = make(&base, &format!("{PREFIX}{dead}-0000000a"), true);
        let empty = base.join(format!("{PREFIX}{dead}-0000000b"));
        DirBuilder::new().mode(0o700).create(&empty).unwrap();

        let unmarked = make(&base, &format!("{PREFIX}{dead}-0000000c"), false);
        let foreign = make(&base, &format!("{PREFIX}{dead}-mine"), true);
        let alive = make(&base, &format!("{PREFIX}{}-0000000d", std::process::id()), true);
        let open = make(&base, &format!("{PREFIX}{dead}-0000000e"), true);
        fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
        let locked = make(&base, &format!("{PREFIX}{dead}-0000000f"), true);
        let marker = File::open(locked.join(MARKER)).unwrap();
        let lock = Flock::lock(marker, FlockArg::LockExclusive).unwrap();
        let link = base.join(format!("{PREFIX}{dead}-00000010"));
        std::os::unix::fs::symlink(&foreign, &link).unwrap();

        sweep(std::slice::from_ref(&base), None);
        assert!(!left.exists() && !empty.exists());
        for kept in [&unmarked, &foreign, &alive, &open, &locked, &link] {
            assert!(kept.join("data").exists(), "{}", kept.display());
        }

        drop(lock);
        sweep(std::slice::from_ref(&base), None);
        assert!(!locked.exists());
        fs::remove_dir_all(base).unwrap();
    }
}
