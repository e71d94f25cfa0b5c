//! The scratch on the PostgreSQL of this machine: it answers, and nothing of it stays.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use pgplumb::scratch::{Binaries, Cluster, ScratchError, Search, find, nearest};
use tokio_postgres::{Client, NoTls};

/// Set for the test binary when it is run again as the process that is to be killed.
const VICTIM: &str = "PLUMB_TEST_SCRATCH_VICTIM";

fn installed() -> Vec<Binaries> {
    let named = std::env::var_os("PLUMB_PG_BIN");
    let found = find(&Search {
        named: named.iter().flat_map(std::env::split_paths).collect(),
        path: std::env::var_os("PATH"),
    });
    assert!(!found.is_empty(), "these tests need a PostgreSQL: install one, or set PLUMB_PG_BIN");
    found
}

async fn start() -> Cluster {
    Cluster::start(nearest(&installed(), None).unwrap()).await.unwrap()
}

async fn connect(cluster: &Cluster) -> Client {
    let mut config = tokio_postgres::Config::new();
    config.host_path(cluster.socket_dir()).port(cluster.port()).user(cluster.user());
    let (client, connection) = config.dbname("postgres").connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn shown(client: &Client, setting: &str) -> String {
    client.query_one("SELECT current_setting($1)", &[&setting]).await.unwrap().get(0)
}

/// The process id of a cluster's server.
fn server(dir: &Path) -> Pid {
    let text = std::fs::read_to_string(dir.join("data/postmaster.pid")).unwrap();
    Pid::from_raw(text.lines().next().unwrap().parse().unwrap())
}

/// Tells that a process is gone, or dead and waiting for an init that is slow to bury it.
fn ended(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    kill(pid, None) == Err(Errno::ESRCH) || stat.contains(") Z ")
}

fn soon(what: &str, claim: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(15);
    while !claim() {
        assert!(Instant::now() < patience, "not within 15 seconds: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A directory of the test's own to hold clusters, gone at the end.
struct Base(PathBuf);

impl Base {
    fn new(name: &str) -> Self {
        let dir = Path::new("/tmp").join(format!("plumb-live-{name}-{}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o700).create(&dir).unwrap();
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o1777)).unwrap();
        Self(dir)
    }

    fn clusters(&self) -> usize {
        std::fs::read_dir(&self.0).unwrap().count()
    }
}

impl Drop for Base {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn every_installed_version_starts_and_answers() {
    for binaries in installed() {
        let cluster = Cluster::start(&binaries).await.unwrap();
        let client = connect(&cluster).await;
        let number: i32 = shown(&client, "server_version_num").await.parse().unwrap();
        assert_eq!(number / 10000, i32::try_from(cluster.major()).unwrap());
        assert_eq!(cluster.major(), binaries.major);
        assert_eq!(shown(&client, "server_encoding").await, "UTF8");
        assert_eq!(shown(&client, "is_superuser").await, "on");
        client.batch_execute("CREATE TABLE t (id int PRIMARY KEY)").await.unwrap();
        cluster.stop().await.unwrap();
    }
}

#[tokio::test]
async fn nobody_can_reach_it_over_the_network_or_from_another_account() {
    let cluster = start().await;
    let client = connect(&cluster).await;
    assert_eq!(shown(&client, "listen_addresses").await, "");
    let mode = std::fs::metadata(cluster.socket_dir()).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o700);
    if cfg!(target_os = "linux") {
        let pid = server(cluster.socket_dir());
        let sockets: Vec<String> = std::fs::read_dir(format!("/proc/{pid}/fd"))
            .unwrap()
            .filter_map(|fd| std::fs::read_link(fd.unwrap().path()).ok())
            .filter_map(|link| {
                Some(link.to_str()?.strip_prefix("socket:[")?.trim_end_matches(']').to_owned())
            })
            .collect();
        assert!(!sockets.is_empty());
        for table in ["tcp", "tcp6"] {
            let listening =
                std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
            let inodes: Vec<&str> =
                listening.lines().filter_map(|line| line.split_whitespace().nth(9)).collect();
            assert!(sockets.iter().all(|socket| !inodes.contains(&socket.as_str())), "{listening}");
        }
    }
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn it_is_gone_after_stop() {
    let cluster = start().await;
    let _client = connect(&cluster).await;
    let (dir, pid) = (cluster.socket_dir().to_owned(), server(cluster.socket_dir()));
    cluster.stop().await.unwrap();
    assert!(!dir.exists());
    assert!(ended(pid));
}

#[tokio::test]
async fn it_is_gone_after_a_drop_and_quickly() {
    let cluster = start().await;
    let _client = connect(&cluster).await;
    let (dir, pid) = (cluster.socket_dir().to_owned(), server(cluster.socket_dir()));
    let before = Instant::now();
    drop(cluster);
    assert!(before.elapsed() < Duration::from_secs(2));
    assert!(!dir.exists());
    assert!(ended(pid));
}

#[tokio::test]
async fn nothing_is_left_of_a_start_that_is_given_up_half_way() {
    let base = Base::new("half");
    let found = installed();
    let starting = Cluster::start_in(nearest(&found, None).unwrap(), vec![base.0.clone()]);
    assert!(tokio::time::timeout(Duration::from_millis(60), starting).await.is_err());
    assert_eq!(base.clusters(), 0);
}

#[tokio::test]
async fn a_directory_without_postgresql_is_an_error_that_names_the_program_and_leaves_nothing() {
    let base = Base::new("none");
    let binaries = Binaries { dir: "/nowhere/bin".into(), major: 17 };
    let error = Cluster::start_in(&binaries, vec![base.0.clone()]).await.unwrap_err();
    assert!(matches!(error, ScratchError::Run { .. }));
    assert!(error.to_string().starts_with("cannot run /nowhere/bin/initdb: "), "{error}");
    assert_eq!(base.clusters(), 0);
}

#[tokio::test]
async fn two_clusters_do_not_meet() {
    let (one, two) = tokio::join!(start(), start());
    assert_ne!(one.socket_dir(), two.socket_dir());
    connect(&one).await.batch_execute("CREATE TABLE only_here ()").await.unwrap();
    connect(&two).await.batch_execute("CREATE TABLE only_here ()").await.unwrap();
    one.stop().await.unwrap();
    connect(&two).await.batch_execute("SELECT FROM only_here").await.unwrap();
    two.stop().await.unwrap();
}

#[tokio::test]
async fn a_scratch_starts_from_the_archive_of_an_earlier_one() {
    let base = Base::new("cache");
    let (found, cache) = (installed(), base.0.join("cache"));
    let binaries = nearest(&found, None).unwrap();
    let age = || {
        let mut archives = std::fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap());
        let only = archives.next().unwrap();
        assert!(archives.next().is_none());
        only.metadata().unwrap().modified().unwrap()
    };
    let mut made = Vec::new();
    for _ in 0..2 {
        let cluster = Cluster::start_from(binaries, &cache).await.unwrap();
        connect(&cluster).await.batch_execute("CREATE TABLE t ()").await.unwrap();
        cluster.stop().await.unwrap();
        made.push(age());
    }
    assert_eq!(made[0], made[1]);
}

#[tokio::test]
async fn an_archive_that_is_damaged_is_made_again() {
    let base = Base::new("damaged");
    let (found, cache) = (installed(), base.0.join("cache"));
    let binaries = nearest(&found, None).unwrap();
    Cluster::start_from(binaries, &cache).await.unwrap().stop().await.unwrap();
    let archive = std::fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    let whole = std::fs::read(&archive).unwrap();
    let mut without_control = whole.clone();
    for at in 0..whole.len() - 10 {
        if whole[at..].starts_with(b"global/pg_control\0") {
            // The file after the 512 bytes of its header.
            let start = at - at % 512 + 512;
            without_control[start..start + 8192].fill(0);
        }
    }
    for damaged in [&whole[..whole.len() / 3], b"", &without_control] {
        std::fs::write(&archive, damaged).unwrap();
        let cluster = Cluster::start_from(binaries, &cache).await.unwrap();
        connect(&cluster).await.batch_execute("CREATE TABLE t ()").await.unwrap();
        cluster.stop().await.unwrap();
        assert!(std::fs::metadata(&archive).unwrap().len() >= whole.len() as u64 / 2);
    }
}

/// Not a test of its own: the process that the tests below kill.
#[tokio::test]
async fn victim() {
    let Some(base) = std::env::var_os(VICTIM) else { return };
    let found = installed();
    let cluster =
        Cluster::start_in(nearest(&found, None).unwrap(), vec![base.into()]).await.unwrap();
    println!("\nserver {}", server(cluster.socket_dir()));
    tokio::time::sleep(Duration::from_secs(60)).await;
    drop(cluster);
}

fn victim_in(base: &Base) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim", "--nocapture"])
        .env(VICTIM, &base.0)
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap()
}

/// Waits until the victim's cluster runs.
fn running(victim: &mut Child) -> Pid {
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let line =
        lines.map_while(Result::ok).find_map(|line| line.strip_prefix("server ")?.parse().ok());
    Pid::from_raw(line.unwrap())
}

#[test]
fn it_is_gone_after_plumb_is_killed_with_sigkill() {
    let base = Base::new("kill");
    let mut victim = victim_in(&base);
    let server = running(&mut victim);
    assert_eq!(base.clusters(), 1);
    victim.kill().unwrap();
    victim.wait().unwrap();
    soon("the server has ended", || ended(server));
    soon("the directory is gone", || base.clusters() == 0);
}

#[test]
fn it_is_gone_after_ctrl_c_in_the_terminal() {
    let base = Base::new("int");
    let mut victim = victim_in(&base);
    let server = running(&mut victim);
    killpg(Pid::from_raw(i32::try_from(victim.id()).unwrap()), Signal::SIGINT).unwrap();
    victim.wait().unwrap();
    soon("the server has ended", || ended(server));
    soon("the directory is gone", || base.clusters() == 0);
}

#[test]
fn it_is_gone_after_plumb_is_killed_while_initdb_runs() {
    let base = Base::new("early");
    let mut victim = victim_in(&base);
    soon("initdb works", || {
        let cluster = std::fs::read_dir(&base.0).unwrap().flatten().next();
        cluster.is_some_and(|it| it.path().join("data/global").exists())
    });
    victim.kill().unwrap();
    victim.wait().unwrap();
    soon("the directory is gone", || base.clusters() == 0);
}
