//! The private directory of a scratch cluster, and the account that owns it.
//!
//! It decides where the directory goes and who may enter; it starts nothing, and what is left of a
//! dead plumb's directories is the business of `leftovers`.

use std::collections::hash_map::RandomState;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::BuildHasher;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::fcntl::{Flock, FlockArg};
use nix::unistd::{User, geteuid};

use super::ScratchError;

/// How the directory's name begins; the process id of its plumb and a random part follow.
pub(super) const PREFIX: &str = "plumb-scratch-";
/// The file that marks a directory as a scratch, locked for as long as its plumb lives.
pub(super) const MARKER: &str = "plumb-scratch.lock";
/// Where programs look for `rm`, `sleep` and `locale`.
pub(super) const PATH: &str = "/usr/local/bin:/usr/bin:/bin";
/// The port, which only names the socket file: nothing listens on TCP.
pub(super) const PORT: u16 = 5432;

/// `sun_path` holds 104 bytes on macOS and the BSDs and 108 on Linux, the closing zero included.
const LONGEST_SOCKET: usize = 103;
/// A fresh cluster takes about 30 MB; the rest is for what is built on it.
const ROOM: u64 = 256 << 20;

/// Who runs PostgreSQL where plumb itself is root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    gid: u32,
}

impl Account {
    /// Finds the account to use: none unless we are root.
    pub(super) fn find() -> Result<Option<Self>, ScratchError> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Some(Self { uid: user.uid.as_raw(), gid: user.gid.as_raw() }))
            .ok_or(ScratchError::NoAccount)
    }
}

/// A private directory, with the log and the lock in it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) dir: PathBuf,
    pub(super) account: Option<Account>,
    pub(super) log: File,
    _lock: Flock<File>,
}

impl Place {
    /// Makes a directory in the first of `bases` that serves.
    pub(super) fn make(bases: &[PathBuf], account: Option<Account>) -> Result<Self, ScratchError> {
        let mut tried = Vec::new();
        for base in bases {
            match Self::make_in(base, account) {
                Ok(place) => return Ok(place),
                Err(error) => tried.push(format!("{}: {error}", base.display())),
            }
        }
        Err(ScratchError::NoPlace { tried: tried.join("; ") })
    }

    fn make_in(base: &Path, account: Option<Account>) -> io::Result<Self> {
        let base = fs::canonicalize(base)?;
        if account.is_some() {
            open_to_others(&base)?;
        }
        let dir = base.join(name(RandomState::new().hash_one(std::process::id())));
        if dir.join(format!(".s.PGSQL.{PORT}")).as_os_str().as_bytes().len() > LONGEST_SOCKET {
            return Err(io::Error::other("its path is too long for a unix socket"));
        }
        DirBuilder::new().mode(0o700).create(&dir)?;
        Self::furnish(&dir, account).inspect_err(|_| {
            let _ = fs::remove_dir_all(&dir);
        })
    }

    /// Makes the files before the directory changes hands: root must not follow another user's links.
    fn furnish(dir: &Path, account: Option<Account>) -> io::Result<Self> {
        let new = |name: &str| {
            let mut options = OpenOptions::new();
            options.create_new(true).append(true).read(true).mode(0o600).open(dir.join(name))
        };
        let log = new("log")?;
        // Under its name only once it is locked, or a sweeping plumb could find it free.
        let lock = Flock::lock(new("unlocked")?, FlockArg::LockExclusiveNonblock)
            .map_err(|(_, error)| io::Error::from(error))?;
        fs::rename(dir.join("unlocked"), dir.join(MARKER))?;
        if let Some(account) = account {
            chown(dir, Some(account.uid), Some(account.gid))?;
        }
        Ok(Self { dir: dir.to_owned(), account, log, _lock: lock })
    }

    /// The cluster's data directory, below the private one.
    pub(super) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// A command in a process group of its own, run by the account, with nothing of our environment.
    ///
    /// Ctrl-C reaches the group of the terminal; what holds the data must not get it before we do.
    pub(super) fn command(&self, program: &Path) -> Command {
        command(program, &self.dir, self.account)
    }

    /// The last lines of the log.
    pub(super) fn tail(&self) -> String {
        let mut bytes = Vec::new();
        let mut log = &self.log;
        if log.seek(SeekFrom::Start(0)).and_then(|_| log.read_to_end(&mut bytes)).is_err() {
            return String::new();
        }
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        lines[lines.len().saturating_sub(8)..].join("\n")
    }
}

/// A command in a process group of its own, run by the account, with nothing of our environment.
pub(super) fn command(program: &Path, dir: &Path, account: Option<Account>) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", PATH)
        .env("HOME", dir)
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .current_dir(dir)
        .process_group(0);
    if let Some(Account { uid, gid }) = account {
        // As root, the standard library drops the supplementary groups along with the user.
        command.uid(uid).gid(gid);
    }
    command
}

/// The places to try: memory if there is room, then `temp`, then what every system has.
pub(super) fn bases(temp: PathBuf) -> Vec<PathBuf> {
    let memory = PathBuf::from("/dev/shm");
    let mut bases = Vec::new();
    bases.extend(roomy(&memory).then_some(memory));
    bases.push(temp);
    bases.push(PathBuf::from("/tmp"));
    bases.dedup();
    bases
}

fn name(random: u64) -> String {
    format!("{PREFIX}{}-{:08x}", std::process::id(), random >> 32)
}

#[allow(clippy::useless_conversion, reason = "statvfs counts blocks in 32 bits on macOS")]
fn roomy(dir: &Path) -> bool {
    nix::sys::statvfs::statvfs(dir)
        .is_ok_and(|it| u64::from(it.blocks_available()) * u64::from(it.fragment_size()) >= ROOM)
}

/// Refuses a base where an unprivileged account could not work, or not take its directory away.
fn open_to_others(base: &Path) -> io::Result<()> {
    let closed =
        |dir: &Path, bits: u32| Ok::<_, io::Error>(fs::metadata(dir)?.mode() & bits != bits);
    for dir in base.ancestors().skip(1) {
        if closed(dir, 0o001)? {
            return Err(io::Error::other(format!("{} is closed to other users", dir.display())));
        }
    }
    if closed(base, 0o003)? {
        return Err(io::Error::other("other users may not write there"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_its_owner_may_enter_the_directory() {
        let account = Account::find().unwrap();
        let place = Place::make(&[PathBuf::from("/tmp")], account).unwrap();
        let metadata = fs::metadata(&place.dir).unwrap();
        assert_eq!(metadata.mode() & 0o7777, 0o700);
        assert_eq!(metadata.uid(), account.map_or(geteuid().as_raw(), |it| it.uid));
        fs::remove_dir_all(&place.dir).unwrap();
    }

    #[test]
    fn a_place_that_does_not_serve_is_passed_over_and_named_if_none_does() {
        let long = Path::new("/tmp").join(format!(
            "plumb-place-{}-{}",
            std::process::id(),
            "x".repeat(80)
        ));
        fs::create_dir(&long).unwrap();
        fs::set_permissions(&long, Permissions::from_mode(0o1777)).unwrap();
        let bases = [PathBuf::from("/nowhere/at/all"), long.clone()];
        let account = Account::find().unwrap();

        let error = Place::make(&bases, account).unwrap_err().to_string();
        assert!(error.contains("/nowhere/at/all: No such file"), "{error}");
        assert!(error.contains("xxx: its path is too long for a unix socket"), "{error}");

        let place = Place::make(&[&bases[..], &["/tmp".into()]].concat(), account).unwrap();
        assert!(place.dir.to_string_lossy().contains(PREFIX));
        fs::remove_dir_all(&place.dir).unwrap();
        fs::remove_dir_all(long).unwrap();
    }

    #[test]
    fn a_place_closed_to_the_unprivileged_account_is_refused() {
        let base = Path::new("/tmp").join(format!("plumb-closed-{}", std::process::id()));
        DirBuilder::new().mode(0o700).create(&base).unwrap();
        assert!(open_to_others(&base).is_err());
        fs::set_permissions(&base, Permissions::from_mode(0o1777)).unwrap();
        open_to_others(&base).unwrap();
        fs::remove_dir(base).unwrap();
    }

    #[test]
    fn programs_see_nothing_of_our_environment() {
        let output = command(Path::new("/usr/bin/env"), Path::new("/"), None).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let mut names: Vec<&str> = text.lines().filter_map(|line| line.split('=').next()).collect();
        names.sort_unstable();
        assert_eq!(names, ["HOME", "LC_ALL", "PATH", "TZ"]);
    }
}
