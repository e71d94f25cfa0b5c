//! Which servers there are: `PLUMB_TEST_PG` (directories of binaries, colon-separated), the distribution's, and
//! those that `scripts/postgres` fetched, in this order. `PLUMB_TEST_MAJORS=15,18` keeps only some.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// An installed server: its major version, and the directory of its binaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postgres {
    pub major: u32,
    pub bin: PathBuf,
}

impl Postgres {
    /// The oldest `pg_dump` that can read this server, if there is one.
    pub fn pg_dump(&self) -> Option<&'static Path> {
        clients().range(self.major..).next().map(|(_, path)| path.as_path())
    }
}

/// Returns every server under test, oldest first.
///
/// # Panics
///
/// If there is none, or no `pg_dump` for any: the tests would pass without having tested anything.
pub fn majors() -> &'static [Postgres] {
    static FOUND: OnceLock<Vec<Postgres>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let only = env::var("PLUMB_TEST_MAJORS").ok();
        let only: Option<Vec<u32>> = only
            .map(|list| list.split(',').filter_map(|major| major.trim().parse().ok()).collect());
        let found: Vec<Postgres> = programs("postgres")
            .into_iter()
            .filter(|(major, path)| *major >= 14 && path.with_file_name("initdb").exists())
            .filter(|(major, _)| only.as_ref().is_none_or(|only| only.contains(major)))
            .filter_map(|(major, path)| Some(Postgres { major, bin: path.parent()?.to_path_buf() }))
            .collect();
        assert!(
            found.iter().any(|postgres| postgres.pg_dump().is_some()),
            "no PostgreSQL server with a pg_dump that reads it: run `make setup`"
        );
        found
    })
}

/// Returns the one server for tests that need no more than one: 15, or else the oldest that can be dumped.
pub fn home() -> &'static Postgres {
    let dumpable = |postgres: &&Postgres| postgres.pg_dump().is_some();
    majors()
        .iter()
        .find(|postgres| postgres.major == 15)
        .or_else(|| majors().iter().find(dumpable))
        .expect("majors() has seen to it")
}

fn clients() -> &'static BTreeMap<u32, PathBuf> {
    static FOUND: OnceLock<BTreeMap<u32, PathBuf>> = OnceLock::new();
    FOUND.get_or_init(|| programs("pg_dump"))
}

/// The first program of that name for each major.
fn programs(name: &str) -> BTreeMap<u32, PathBuf> {
    let mut found = BTreeMap::new();
    for directory in directories() {
        let path = directory.join(name);
        if let Some(major) = path.exists().then(|| major_of(&path)).flatten() {
            found.entry(major).or_insert(path);
        }
    }
    found
}

fn directories() -> Vec<PathBuf> {
    let named = env::var_os("PLUMB_TEST_PG").unwrap_or_default();
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/postgres");
    env::split_paths(&named)
        .filter(|path| !path.as_os_str().is_empty())
        .chain(versions_below(Path::new("/usr/lib/postgresql"), "bin"))
        .chain(versions_below(&fetched, "native/bin"))
        // Root's servers run as somebody else, who may not pass through the checkout.
        .filter_map(|path| fs::canonicalize(path).ok())
        .collect()
}

fn versions_below(directory: &Path, tail: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path().join(tail)).collect();
    paths.sort();
    paths
}

/// `postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)` is 15, `pg_dump (PostgreSQL) 19beta1` is 19.
fn major_of(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split_once(") ")?.1;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
