//! A throwaway server: a private directory, a socket in it, no TCP port, nothing synced.

use super::postgres::{Postgres, majors};
use nix::sys::statvfs::statvfs;
use nix::unistd::{AccessFlags, Gid, Uid, User, access, chown, geteuid, mkdtemp};
use std::{
    env,
    ffi::OsStr,
    fs,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, OnceLock},
    thread,
    time::{Duration, Instant},
};

/// Runs the server and outlives us by as much as it takes to stop it: standard input ends when our process does.
const WATCHER: &str = r#"
postgres=$1 home=$2 addresses=$3 port=$4
shift 4
# In the file, as on most servers: what a role of its own hides can be read there.
echo "timezone = 'Europe/Zurich'" >>"$home/data/postgresql.conf"
"$postgres" -D "$home/data" -k "$home" -c listen_addresses="$addresses" -c port="$port" -c fsync=off -c full_page_writes=off \
    -c synchronous_commit=off -c autovacuum=off -c wal_level=logical -c max_connections=200 \
    -c shared_buffers=32MB -c max_wal_size=64MB -c log_min_messages=fatal "$@" </dev/null >"$home/log" 2>&1 &
read -r _
kill -QUIT $!
wait $!
cd / && rm -rf "$home"
"#;

/// A running server that goes with the last who holds it, or with the process.
pub struct Cluster {
    pub postgres: Postgres,
    directory: PathBuf,
    port: u16,
    watcher: Child,
}

impl Cluster {
    /// The server of that major that all tests of this process share. Roles are common to its databases: a test
    /// that makes some and cannot name them after itself starts a server of its own.
    pub fn shared(postgres: &Postgres) -> Arc<Self> {
        static SHARED: OnceLock<Vec<OnceLock<Arc<Cluster>>>> = OnceLock::new();
        let at = majors().iter().position(|other| other == postgres).expect("one of majors()");
        let slots = SHARED.get_or_init(|| majors().iter().map(|_| OnceLock::new()).collect());
        slots[at].get_or_init(|| Self::start(postgres)).clone()
    }

    /// Starts a server that nobody else uses.
    ///
    /// # Panics
    ///
    /// If it does not start; with what it wrote.
    pub fn start(postgres: &Postgres) -> Arc<Self> {
        Self::listening(postgres, "", 5432, &[])
    }

    /// Starts a server of its own with more settings: `max_connections=20`.
    ///
    /// # Panics
    ///
    /// If it does not start; with what it wrote.
    pub fn with(postgres: &Postgres, settings: &[&str]) -> Arc<Self> {
        Self::listening(postgres, "", 5432, settings)
    }

    /// Starts a server that can be reached over TCP too, on this machine only.
    ///
    /// # Panics
    ///
    /// If it does not start; with what it wrote.
    pub fn on_tcp(postgres: &Postgres) -> Arc<Self> {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        Self::listening(postgres, "127.0.0.1", free.expect("a free port").port(), &[])
    }

    fn listening(postgres: &Postgres, addresses: &str, port: u16, settings: &[&str]) -> Arc<Self> {
        let directory = mkdtemp(&home().join("plumb-test-XXXXXX")).expect("a temporary directory");
        let user = unprivileged();
        if let Some((uid, gid)) = user {
            chown(&directory, Some(uid), Some(gid)).expect("giving the directory away");
        }
        let mut initdb = clean(postgres.bin.join("initdb"), &directory, user);
        let output = initdb
            .args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ])
            .arg("--pgdata")
            .arg(directory.join("data"))
            .output()
            .unwrap_or_else(|error| panic!("{}/initdb: {error}", postgres.bin.display()));
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));

        let watcher = clean("sh", &directory, user)
            .args(["-c", WATCHER, "sh"])
            .arg(postgres.bin.join("postgres"))
            .arg(&directory)
            .args([addresses, &port.to_string()])
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .process_group(0) // Ctrl-C is for us; the watcher hears of it by our end
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh");
        let cluster = Self { postgres: postgres.clone(), directory, port, watcher };
        cluster.wait_until_ready();
        Arc::new(cluster)
    }

    /// The directory of the server's socket.
    pub fn host(&self) -> &Path {
        &self.directory
    }

    /// The port that names the socket.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a database of this server.
    pub fn url(&self, database: &str) -> String {
        self.url_as(database, "postgres")
    }

    /// The URL of a database, for a role.
    pub fn url_as(&self, database: &str, role: &str) -> String {
        let (host, port) = (self.host().display(), self.port());
        format!("postgresql:///{database}?host={host}&port={port}&user={role}")
    }

    fn wait_until_ready(&self) {
        let until = Instant::now() + Duration::from_secs(60);
        while Instant::now() < until {
            // The last line of postmaster.pid is the state.
            let state = fs::read_to_string(self.directory.join("data/postmaster.pid"));
            if state
                .is_ok_and(|text| text.lines().last().is_some_and(|line| line.trim() == "ready"))
            {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let log = fs::read_to_string(self.directory.join("log")).unwrap_or_default();
        panic!("PostgreSQL {} does not start: {log}", self.postgres.major);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

/// Where servers keep their data: in memory if there is room. A database is 300 files, and making and deleting
/// thousands of those is most of what the tests would wait for on a disk.
fn home() -> PathBuf {
    const ENOUGH: u64 = 4 << 30;
    let memory = Path::new("/dev/shm");
    let free = statvfs(memory).map_or(0, |of| of.blocks_available() * of.fragment_size());
    let writable = access(memory, AccessFlags::W_OK | AccessFlags::X_OK).is_ok();
    if writable && free >= ENOUGH { memory.to_path_buf() } else { env::temp_dir() }
}

/// A command with nothing of our environment, as the user who may run a server.
fn clean(program: impl AsRef<OsStr>, directory: &Path, user: Option<(Uid, Gid)>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default());
    command.env("LC_ALL", "C").env("TZ", "UTC").env("HOME", directory).current_dir(directory);
    if let Some((uid, gid)) = user {
        command.uid(uid.as_raw()).gid(gid.as_raw());
    }
    command
}

/// PostgreSQL refuses to run as root.
fn unprivileged() -> Option<(Uid, Gid)> {
    if !geteuid().is_root() {
        return None;
    }
    let user = ["postgres", "nobody"].iter().find_map(|name| User::from_name(name).ok().flatten());
    let user = user.expect("a user postgres or nobody to run servers as");
    Some((user.uid, user.gid))
}
