//! The PostgreSQL installations of this machine: where packages put them, and which one to take.
//!
//! It reads no environment variable: whoever calls passes what `PLUMB_PG_BIN`, `[scratch] bin` and
//! `PATH` said. It starts no server; the only programs it runs are `postgres --version` and
//! `pg_config --bindir`, as the account that would run the server and never as root.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;

use super::place::{self, Account};

/// A PostgreSQL installation: the directory of `postgres` and `initdb`, and its major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The directory that holds `postgres` and `initdb`.
    pub dir: PathBuf,
    /// The major version, as in 15 for PostgreSQL 15.4.
    pub major: u32,
}

/// Says where to look for PostgreSQL besides the usual places.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The directories named by the user, in order: a `bin` directory, or the one above it.
    pub named: Vec<PathBuf>,
    /// The value of `PATH`.
    pub path: Option<OsString>,
}

/// Directories with a version in their name: the parent, what stands before the number, what follows.
const VERSIONED: &[(&str, &str, &str)] = &[
    ("usr/lib/postgresql", "", "bin"),          // Debian, Ubuntu
    ("usr", "pgsql-", "bin"),                   // the PGDG packages for RHEL, Fedora
    ("usr/lib", "postgresql", "bin"),           // SUSE
    ("usr/lib64", "postgresql-", "bin"),        // Gentoo
    ("usr/libexec", "postgresql", ""),          // Alpine
    ("opt/homebrew/opt", "postgresql@", "bin"), // Homebrew on Apple silicon
    ("usr/local/opt", "postgresql@", "bin"),    // Homebrew on Intel
    ("home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"), // Homebrew on Linux
    ("Applications/Postgres.app/Contents/Versions", "", "bin"), // Postgres.app
    ("Library/PostgreSQL", "", "bin"),          // the EDB installer, macOS
    ("opt/PostgreSQL", "", "bin"),              // the EDB installer, Linux
    ("opt/local/lib", "postgresql", "bin"),     // MacPorts
];

/// Directories that hold one installation at a time: Fedora and Arch, the official image, `make install`.
const PLAIN: &[&str] = &["usr/bin", "usr/local/bin", "usr/local/pgsql/bin", "opt/homebrew/bin"];

/// The user of whom no system thinks anything, where there is no account by name.
const NOBODY: u32 = 65534;

/// Finds the installations of this machine, those named by the user first, each once.
///
/// A directory without both `postgres` and `initdb` is passed over, and so is one whose `postgres`
/// does not run.
#[must_use]
pub fn find(search: &Search) -> Vec<Binaries> {
    let dirs = distinct(candidates(search, Path::new("/")));
    let majors: Vec<Option<u32>> = thread::scope(|scope| {
        let asked: Vec<_> = dirs.iter().map(|dir| scope.spawn(|| major_of(dir))).collect();
        asked.into_iter().map(|thread| thread.join().ok().flatten()).collect()
    });
    dirs.into_iter()
        .zip(majors)
        .filter_map(|(dir, major)| Some(Binaries { dir, major: major? }))
        .collect()
}

/// Picks the installation whose major version is nearest the wanted one: the newer of two that are
/// equally near, the newest if none is wanted, the first found of those with the same version.
#[must_use]
pub fn nearest(found: &[Binaries], major: Option<u32>) -> Option<&Binaries> {
    let distance = |binaries: &Binaries| major.map_or(0, |wanted| wanted.abs_diff(binaries.major));
    found
        .iter()
        .enumerate()
        .min_by_key(|(place, it)| (distance(it), std::cmp::Reverse(it.major), *place))
        .map(|(_, it)| it)
}

fn candidates(search: &Search, root: &Path) -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    // An empty name would be the current directory.
    for named in search.named.iter().filter(|dir| !dir.as_os_str().is_empty()) {
        dirs.push(named.clone());
        dirs.push(named.join("bin"));
    }
    for (parent, prefix, rest) in VERSIONED {
        let parent = root.join(parent);
        let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(&parent)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                Some((name.strip_prefix(prefix)?.parse().ok()?, parent.join(name).join(rest)))
            })
            .collect();
        versions.sort_unstable_by(|a, b| b.cmp(a));
        dirs.extend(versions.into_iter().map(|(_, dir)| dir));
    }
    dirs.extend(PLAIN.iter().map(|dir| root.join(dir)));
    // What is relative or empty is found below whatever directory plumb is run in.
    let path: Vec<PathBuf> = search
        .path
        .iter()
        .flat_map(std::env::split_paths)
        .filter(|dir| dir.is_absolute())
        .collect();
    dirs.extend(
        path.iter()
            .map(|dir| dir.join("pg_config"))
            .find(|it| it.is_file())
            .and_then(|it| bindir(&it)),
    );
    dirs.extend(path);
    dirs
}

/// Keeps the directories that hold an installation, each once, however many links lead to it.
fn distinct(dirs: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    dirs.into_iter()
        .filter_map(|dir| std::path::absolute(dir).ok())
        .filter(|dir| dir.join("initdb").is_file())
        .filter(|dir| fs::canonicalize(dir.join("postgres")).is_ok_and(|real| seen.insert(real)))
        .collect()
}

fn bindir(pg_config: &Path) -> Option<PathBuf> {
    output(pg_config, "--bindir").map(|text| PathBuf::from(text.trim_end()))
}

fn major_of(dir: &Path) -> Option<u32> {
    parse_version(&output(&dir.join("postgres"), "--version")?)
}

/// Runs a program of the installation in the environment that the scratch will give it: none.
fn output(program: &Path, argument: &str) -> Option<String> {
    let account = Account::find();
    let mut command =
        place::command(program, Path::new("/"), account.as_ref().ok().copied().flatten());
    if account.is_err() {
        // Whether there is an account is a question for the scratch; root runs nothing here.
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.arg(argument).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}

/// Reads `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`, `... 18beta2` and their like.
fn parse_version(text: &str) -> Option<u32> {
    let version =
        text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let end = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installation(major: u32) -> Binaries {
        Binaries { dir: PathBuf::from(format!("/pg/{major}/bin")), major }
    }

    fn picked(majors: &[u32], wanted: Option<u32>) -> Option<u32> {
        let found: Vec<Binaries> = majors.iter().copied().map(installation).collect();
        nearest(&found, wanted).map(|it| it.major)
    }

    #[test]
    fn the_installation_nearest_the_target_is_taken() {
        assert_eq!(picked(&[14, 15, 17], Some(15)), Some(15));
        assert_eq!(picked(&[14, 18], Some(15)), Some(14));
        assert_eq!(picked(&[14, 16], Some(15)), Some(16));
        assert_eq!(picked(&[14, 17, 16], None), Some(17));
        assert_eq!(picked(&[], Some(15)), None);
    }

    #[test]
    fn of_two_installations_of_one_version_the_one_named_first_is_taken() {
        let own = Binaries { dir: "/own/bin".into(), major: 16 };
        let found = [own.clone(), installation(16)];
        assert_eq!(nearest(&found, Some(16)), Some(&own));
        assert_eq!(nearest(&found, None), Some(&own));
    }

    #[test]
    fn every_packager_s_version_text_is_understood() {
        let check = |text, major| assert_eq!(parse_version(text), major, "{text}");
        check("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n", Some(15));
        check("postgres (PostgreSQL) 18beta2\n", Some(18));
        check("postgres (PostgreSQL) 19devel\n", Some(19));
        check("postgres (EnterpriseDB) 16.4.0\n", Some(16));
        check("no version here\n", None);
    }

    #[test]
    fn no_program_is_looked_for_below_the_current_directory() {
        let search = Search {
            named: vec![PathBuf::new()],
            path: std::env::join_paths(["", ".", "node_modules/.bin", "/on/path"]).ok(),
        };
        let found = candidates(&search, Path::new("/nowhere"));
        assert!(found.iter().all(|dir| dir.is_absolute()), "{found:?}");
        assert!(found.contains(&PathBuf::from("/on/path")));
    }

    #[test]
    fn a_program_of_an_installation_never_runs_as_root() {
        use std::os::unix::fs::PermissionsExt;
        let dir = std::env::temp_dir().join(format!("plumb-asked-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let program = dir.join("pg_config");
        fs::write(&program, "#!/bin/sh\nid -u; pwd\n").unwrap();
        for path in [&dir, &program] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let told = output(&program, "--bindir").unwrap();
        let own = nix::unistd::geteuid();
        let uid = Account::find().unwrap().map_or(own.as_raw(), |account| account.uid);
        assert_eq!(told, format!("{uid}\n/\n"));
        assert_ne!(uid, 0);
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn installations_are_found_where_packages_put_them_named_ones_first_and_each_once() {
        let root = std::env::temp_dir().join(format!("plumb-binaries-{}", std::process::id()));
        let make = |dir: &str| {
            let dir = root.join(dir);
            fs::create_dir_all(&dir).unwrap();
            fs::write(dir.join("postgres"), "").unwrap();
            fs::write(dir.join("initdb"), "").unwrap();
        };
        make("own/bin");
        make("usr/lib/postgresql/9/bin");
        make("usr/lib/postgresql/15/bin");
        make("usr/pgsql-17/bin");
        make("opt/homebrew/opt/postgresql@16/bin");
        make("on/path");
        fs::create_dir_all(root.join("usr/lib/postgresql/14/bin")).unwrap();
        std::os::unix::fs::symlink(root.join("on/path"), root.join("link")).unwrap();

        let search = Search {
            named: vec![root.join("own"), root.join("nothing/here")],
            path: std::env::join_paths([root.join("on/path"), root.join("link")]).ok(),
        };
        let found = distinct(candidates(&search, &root));
        let shown: Vec<_> = found.iter().map(|dir| dir.strip_prefix(&root).unwrap()).collect();
        let expected = [
            "own/bin",
            "usr/lib/postgresql/15/bin",
            "usr/lib/postgresql/9/bin",
            "usr/pgsql-17/bin",
            "opt/homebrew/opt/postgresql@16/bin",
            "on/path",
        ];
        assert_eq!(shown, expected.map(Path::new));
        fs::remove_dir_all(root).unwrap();
    }
}
