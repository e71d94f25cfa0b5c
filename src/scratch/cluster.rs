//! One private cluster: `initdb` or a copy of what it made, `postgres`, and how both are taken away again.
//!
//! It runs the two programs itself, without `pg_ctl`, and opens no connection. Every process and every
//! file it makes belongs to a [`Held`], whose drop takes all of it away, so that a failure or a
//! cancelled future leaves nothing behind.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use super::confine;
use super::leftovers::sweep;
use super::place::{self, Account, PORT, Place};
use super::template::Template;
use super::watcher::Watcher;
use super::{Binaries, ScratchError};

/// The superuser of every scratch.
const USER: &str = "plumb_scratch";
/// What packs and unpacks the archive of a cluster; found on [`place::PATH`].
const TAR: &str = "tar";
/// How often a program is looked after; one that is done has been so for half of it on average.
const POLL: Duration = Duration::from_millis(2);
/// How long a program may take on a slow, busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long plumb itself waits for the server's end before it leaves the rest to the watcher.
const FAREWELL: Duration = Duration::from_secs(2);

/// Nothing is synced or kept, nothing runs in the background, and one transaction can lock every
/// object of a large schema (manual, "Non-Durable Settings" and `max_locks_per_transaction`).
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=256MB",
    "autovacuum=off",
    "jit=off",
    "shared_buffers=16MB",
    "max_connections=32",
    "max_locks_per_transaction=512",
    "max_worker_processes=0",
    "max_logical_replication_workers=0",
    "checkpoint_timeout=1h",
    "temp_file_limit=256MB",
    "dynamic_shared_memory_type=mmap", // in the data directory, so that it goes with it
    "log_min_messages=log",            // what is declared stays out of the log
];

/// A running throwaway cluster; dropping it stops the server and removes its directory.
#[derive(Debug)]
pub struct Cluster {
    held: Held,
    major: u32,
    walls: Vec<&'static str>,
    data: PathBuf,
}

impl Cluster {
    /// Makes and starts a cluster, in memory (`/dev/shm`) if there is room, else in the temporary directory.
    ///
    /// Directories that a killed plumb left there are removed along the way.
    ///
    /// # Errors
    ///
    /// When no directory serves, when we are root and there is no other account to use, and when
    /// `initdb` or `postgres` fails, with the last lines that it printed.
    pub async fn start(binaries: &Binaries) -> Result<Self, ScratchError> {
        Self::begin(binaries, place::bases(std::env::temp_dir()), None).await
    }

    /// As [`Cluster::start`], with what `initdb` makes from an archive in the directory `cache`, which is made there
    /// if it is missing.
    ///
    /// # Errors
    ///
    /// As [`Cluster::start`].
    pub async fn start_from(binaries: &Binaries, cache: &Path) -> Result<Self, ScratchError> {
        Self::begin(binaries, place::bases(std::env::temp_dir()), Some(cache)).await
    }

    /// Makes and starts a cluster in the first of `bases` that serves.
    ///
    /// # Errors
    ///
    /// As [`Cluster::start`].
    pub async fn start_in(binaries: &Binaries, bases: Vec<PathBuf>) -> Result<Self, ScratchError> {
        Self::begin(binaries, bases, None).await
    }

    async fn begin(
        binaries: &Binaries,
        bases: Vec<PathBuf>,
        cache: Option<&Path>,
    ) -> Result<Self, ScratchError> {
        let account = Account::find()?;
        let mut held = Held::new(Place::make(&bases, account)?)?;
        tokio::task::spawn_blocking(move || sweep(&bases, account));

        let server = binaries.dir.join("postgres");
        let template = cache.and_then(|cache| Template::of(cache, binaries));
        let mut walls = None;
        if let Some(template) = &template
            && let Some(archive) = template.open()
        {
            if unpack(&mut held, archive).await? {
                walls = match postgres(&mut held, &server).await {
                    Err(ScratchError::Server { .. }) => None,
                    walls => Some(walls?),
                };
            }
            if walls.is_none() {
                template.remove();
                held.clear()?;
            }
        }
        let walls = match walls {
            Some(walls) => walls,
            None => {
                initdb(&mut held, binaries).await?;
                if let Some(template) = &template {
                    pack(&mut held, template).await?;
                }
                postgres(&mut held, &server).await?
            }
        };
        let data = held.place.data();
        Ok(Self { held, major: binaries.major, walls, data })
    }

    /// The directory of the unix socket: the host to connect to.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.held.place.dir
    }

    /// The directory of the cluster's files.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The port to connect to, which only names the socket: nothing listens on TCP.
    #[must_use]
    pub fn port(&self) -> u16 {
        PORT
    }

    /// The user to connect as: a superuser, without a password.
    #[must_use]
    pub fn user(&self) -> &str {
        USER
    }

    /// What the operating system keeps the server from, in words; nothing where it cannot.
    #[must_use]
    pub fn walls(&self) -> &[&'static str] {
        &self.walls
    }

    /// The server's major version.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }

    /// Stops the server and removes its directory.
    ///
    /// # Errors
    ///
    /// When the directory cannot be removed at once; the watcher goes on trying.
    pub async fn stop(self) -> Result<(), ScratchError> {
        let mut held = self.held;
        let dir = held.place.dir.clone();
        let released = tokio::task::spawn_blocking(move || held.release()).await;
        released
            .unwrap_or_else(|_| Err(io::Error::other("the task that does so was cancelled")))
            .map_err(|source| ScratchError::Remove { dir, source })
    }
}

/// Runs `initdb`, with the locale that sorts and folds alike everywhere if the system has it.
async fn initdb(held: &mut Held, binaries: &Binaries) -> Result<(), ScratchError> {
    let program = binaries.dir.join("initdb");
    for locale in ["C.UTF-8", "C"] {
        let mut command = held.place.command(&program);
        command
            .arg("--pgdata")
            .arg(held.place.data())
            .args(["--no-sync", "--username", USER, "--auth", "trust", "--encoding", "UTF8"])
            .args(["--locale", locale])
            // Segments of 16 MB are written out in full: a tenth of the time and half of the space.
            .args(["--wal-segsize", "1"]);
        if binaries.major >= 18 {
            command.arg("--no-data-checksums");
        }
        if held.run(command, &program).await?.success() {
            return Ok(());
        }
        let output = held.place.tail();
        if locale == "C" || !output.contains("invalid locale") {
            return Err(ScratchError::Initdb { program, output });
        }
    }
    Ok(())
}

/// Unpacks what an earlier `initdb` made; false where that does not succeed.
async fn unpack(held: &mut Held, archive: File) -> Result<bool, ScratchError> {
    let mut command = held.place.command(Path::new(TAR));
    command.arg("-xpf").arg("-").stdin(archive);
    let done = held.run_piped(command, Path::new(TAR)).await;
    let data = held.place.data();
    let whole = ["PG_VERSION", "global/pg_control"].iter().all(|file| data.join(file).exists());
    match done {
        Ok(status) => Ok(status.success() && whole),
        // A machine without tar.
        Err(ScratchError::Run { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Keeps what `initdb` made for the next time, where that succeeds.
async fn pack(held: &mut Held, template: &Template) -> Result<(), ScratchError> {
    let Ok(archive) = template.begin() else { return Ok(()) };
    let mut command = held.place.command(Path::new(TAR));
    let made = archive.try_clone().map(|out| command.args(["-cf", "-", "data"]).stdout(out));
    let done = match made {
        Ok(_) => held.run_piped(command, Path::new(TAR)).await,
        Err(_) => return Ok(template.abandon()),
    };
    match done {
        Ok(status) if status.success() && template.finish(&archive).is_ok() => Ok(()),
        Ok(_) | Err(ScratchError::Run { .. }) => Ok(template.abandon()),
        Err(error) => {
            template.abandon();
            Err(error)
        }
    }
}

/// Starts `postgres` and waits until its `postmaster.pid` says `ready`, as `pg_ctl` does.
async fn postgres(held: &mut Held, program: &Path) -> Result<Vec<&'static str>, ScratchError> {
    let mut command = held.place.command(program);
    command.arg("-D").arg(held.place.data());
    // The value is a list: quotes keep a comma or a space in the path.
    let dir = held.place.dir.to_string_lossy().replace('"', "\"\"");
    command.arg("-c").arg(format!("unix_socket_directories=\"{dir}\""));
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    let walls = held.spawn(command, program, true)?;
    let status = held.place.data().join("postmaster.pid");
    let deadline = Instant::now() + PATIENCE;
    loop {
        if fs::read_to_string(&status).is_ok_and(|text| says_ready(&text)) {
            return Ok(walls);
        }
        if held.ended(program)?.is_some() {
            let output = held.place.tail();
            return Err(ScratchError::Server { program: program.to_owned(), output });
        }
        held.wait_a_little(deadline, program).await?;
    }
}

/// The eighth line of `postmaster.pid` is `LOCK_FILE_LINE_PM_STATUS`.
fn says_ready(pid_file: &str) -> bool {
    pid_file.lines().nth(7).is_some_and(|line| line.trim_end() == "ready")
}

/// A directory, the process that works in it, and the watcher over both.
#[derive(Debug)]
struct Held {
    place: Place,
    process: Option<Child>,
    watcher: Option<Watcher>,
}

impl Held {
    fn new(place: Place) -> Result<Self, ScratchError> {
        let mut held = Self { place, process: None, watcher: None };
        held.watcher = Some(Watcher::start(&held.place)?);
        Ok(held)
    }

    /// Starts a program that writes to the log; `confined`: behind the walls that there are, which are returned.
    fn spawn(
        &mut self,
        mut command: Command,
        program: &Path,
        confined: bool,
    ) -> Result<Vec<&'static str>, ScratchError> {
        let failed = |source| ScratchError::Run { program: program.to_owned(), source };
        let output = self.place.log.try_clone().map_err(failed)?;
        command.stdin(Stdio::null()).stdout(output);
        self.spawn_piped(command, program, confined)
    }

    /// As [`Held::spawn`], where the command says what it reads and writes, but for its errors.
    fn spawn_piped(
        &mut self,
        mut command: Command,
        program: &Path,
        confined: bool,
    ) -> Result<Vec<&'static str>, ScratchError> {
        let failed = |source| ScratchError::Run { program: program.to_owned(), source };
        command.stderr(self.place.log.try_clone().map_err(failed)?);
        let (process, walls) = if confined {
            confine::spawn(&mut command, program, &self.place.dir).map_err(failed)?
        } else {
            (command.spawn().map_err(failed)?, Vec::new())
        };
        let group = process.id();
        self.process = Some(process);
        self.watch(Some(group)).map_err(failed)?;
        Ok(walls)
    }

    async fn run(&mut self, command: Command, program: &Path) -> Result<ExitStatus, ScratchError> {
        self.spawn(command, program, false)?;
        self.end(program).await
    }

    async fn run_piped(
        &mut self,
        command: Command,
        program: &Path,
    ) -> Result<ExitStatus, ScratchError> {
        self.spawn_piped(command, program, false)?;
        self.end(program).await
    }

    async fn end(&mut self, program: &Path) -> Result<ExitStatus, ScratchError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.ended(program)? {
                return Ok(status);
            }
            self.wait_a_little(deadline, program).await?;
        }
    }

    fn ended(&mut self, program: &Path) -> Result<Option<ExitStatus>, ScratchError> {
        let failed = |source| ScratchError::Run { program: program.to_owned(), source };
        let Some(process) = &mut self.process else { return Ok(None) };
        let status = process.try_wait().map_err(failed)?;
        if status.is_some() {
            // Its number may soon be another's.
            self.process = None;
            self.watch(None).map_err(failed)?;
        }
        Ok(status)
    }

    async fn wait_a_little(&self, deadline: Instant, program: &Path) -> Result<(), ScratchError> {
        if Instant::now() > deadline {
            let (seconds, output) = (PATIENCE.as_secs(), self.place.tail());
            return Err(ScratchError::Slow { program: program.to_owned(), seconds, output });
        }
        tokio::time::sleep(POLL).await;
        Ok(())
    }

    /// Removes the data directory, to begin again.
    fn clear(&self) -> Result<(), ScratchError> {
        let data = self.place.data();
        match fs::remove_dir_all(&data) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(ScratchError::Remove { dir: data, source })
            }
            _ => Ok(()),
        }
    }

    fn watch(&mut self, group: Option<u32>) -> io::Result<()> {
        self.watcher.as_mut().map_or(Ok(()), |watcher| watcher.follow(group))
    }

    /// Stops the process and removes the directory; what does not end at once is left to the watcher.
    fn release(&mut self) -> io::Result<()> {
        let Some(mut watcher) = self.watcher.take() else {
            return match fs::remove_dir_all(&self.place.dir) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                other => other,
            };
        };
        // Dropped on an early return, the watcher does the rest.
        if let Some(mut process) = self.process.take() {
            let group = Pid::from_raw(i32::try_from(process.id()).map_err(io::Error::other)?);
            // To `initdb` itself alone: it ends with the step it is at, while a bootstrapping server
            // that is killed leaves its shared memory behind.
            kill(group, Signal::SIGQUIT)?;
            let deadline = Instant::now() + FAREWELL;
            while process.try_wait()?.is_none() || killpg(group, None).is_ok() {
                if Instant::now() > deadline {
                    return Err(io::Error::from(io::ErrorKind::TimedOut));
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            let _ = watcher.follow(None);
        }
        fs::remove_dir_all(&self.place.dir)?;
        watcher.dismiss();
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_still_starting_is_not_ready() {
        let file = |status: &str| format!("1\n/d\n2\n5432\n/s\n\n 3 4\n{status}\n");
        assert!(says_ready(&file("ready   ")));
        assert!(!says_ready(&file("starting")));
        assert!(!says_ready("1\n/d\n2\n5432\n/s\n"));
    }

    #[tokio::test]
    async fn the_last_lines_of_an_initdb_that_fails_are_shown() {
        let account = Account::find().unwrap();
        let mut held = Held::new(Place::make(&["/tmp".into()], account).unwrap()).unwrap();
        let dir = held.place.dir.clone();
        let mut command = held.place.command(Path::new("/bin/sh"));
        command.args(["-c", "echo working; echo 'initdb: error: no luck' >&2; exit 1"]);
        let status = held.run(command, Path::new("/bin/sh")).await.unwrap();
        assert_eq!(status.code(), Some(1));
        assert_eq!(held.place.tail(), "working\ninitdb: error: no luck");
        drop(held);
        assert!(!dir.exists());
    }
}
