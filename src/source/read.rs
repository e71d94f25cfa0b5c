//! Reads the files of a declaration directory, in an order that no file system can change.
//!
//! Hidden files and folders are not declarations: editors and volume mounts keep their own there.
//! A file that can be reached in two ways through symbolic links is read once. A link that leads
//! out of the directory is an error, and nothing of what is there is read.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Origin, Root, Source, Unread, limit};
use crate::report::{Code, Diagnostic, Report};

/// Reads every `*.toml` below a directory, sorted by name, but for the `plumb.toml` at its top.
///
/// # Errors
///
/// Fails if there is no such directory, if it holds no `*.toml`, and with everything in it that
/// cannot be read, is not UTF-8, or is a link that leads out of it.
pub fn read_dir(dir: &Path) -> Result<Vec<Source>, Report> {
    let shown = dir.display();
    let (root, found, mut report) = list(dir, false)?;
    let mut sources = Vec::with_capacity(found.len());
    let mut bytes = 0_u64;
    for (name, path) in found {
        if bytes > limit::DECLARATION {
            let most = limit::DECLARATION >> 20;
            let message =
                format!("the declaration `{shown}` is larger than {most} MiB, which is the limit");
            report.push(Diagnostic::error(Code::TooLarge, message));
            break;
        }
        bytes += fs::metadata(&path).map_or(0, |metadata| metadata.len());
        match root.read(&path).map(String::from_utf8) {
            Ok(Ok(text)) => sources.push(Source::new(name, text)),
            Ok(Err(error)) => {
                let at = error.utf8_error().valid_up_to();
                report.push(not_utf8(&name, error.as_bytes(), at));
            }
            Err(error) => report.push(unreadable(&name, &error)),
        }
    }
    if sources.is_empty() && report.is_empty() {
        let message = format!("declaration directory `{shown}` holds no *.toml file");
        report.push(
            Diagnostic::error(Code::NoDeclaration, message)
                .help("write one, or let `plumb export` write them from a database"),
        );
    }
    if report.is_empty() { Ok(sources) } else { Err(report) }
}

/// The names and bytes of all that a declaration may be made of, texts that it includes too; `None` where something of
/// it cannot be read, or is too large. Equal answers are equal declarations.
#[must_use]
pub fn read_bytes(dir: &Path) -> Option<Vec<(String, Vec<u8>)>> {
    let (root, found, report) = list(dir, true).ok()?;
    let mut sum = 0_u64;
    let mut files = Vec::with_capacity(found.len());
    for (name, path) in found {
        let bytes = root.read(&path).ok()?;
        sum += bytes.len() as u64;
        if sum > limit::DECLARATION {
            return None;
        }
        files.push((name, bytes));
    }
    report.is_empty().then_some(files)
}

/// The files below a directory, by name: those that declare objects, or `every` one.
fn list(dir: &Path, every: bool) -> Result<(Root, Vec<(String, PathBuf)>, Report), Report> {
    let mut report = Report::default();
    let shown = dir.display();
    match fs::metadata(dir) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => {
            let message = format!("declaration `{shown}` is a file, not a directory");
            report.push(
                Diagnostic::error(Code::NoDeclaration, message)
                    .help("name the directory that holds the *.toml files"),
            );
            return Err(report);
        }
        Err(error) => {
            let why = reason(&error);
            let message = format!("declaration directory `{shown}` cannot be read: {why}");
            report.push(
                Diagnostic::error(Code::NoDeclaration, message)
                    .help("name the directory with --schema, or run `plumb init` to make one"),
            );
            return Err(report);
        }
    }
    let root = match Root::new(dir) {
        Ok(root) => root,
        Err(error) => {
            report.push(unreadable(&shown.to_string(), &error.into()));
            return Err(report);
        }
    };
    let (files, listed, links) = (BTreeMap::new(), BTreeSet::new(), VecDeque::new());
    let mut walk = Walk { root, every, files, listed, links, report };
    walk.tree(dir);
    let Walk { root, files, report, .. } = walk;
    let mut found: Vec<_> = files.into_iter().map(|(path, (_, name))| (name, path)).collect();
    found.sort();
    Ok((root, found, report))
}

/// Says why a file is not read; of its content nothing.
fn unreadable(name: &str, why: &Unread) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UnreadableFile, format!("`{name}` {}", why.reason()));
    match why.help() {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// Returns what went wrong without the number of the system's error.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => error.to_string(),
    }
}

fn not_utf8(name: &str, bytes: &[u8], at: usize) -> Diagnostic {
    let line = bytes[..at].split(|byte| *byte == b'\n').count();
    let byte = bytes.get(at).copied().unwrap_or_default();
    let message = format!("`{name}` is not UTF-8: byte 0x{byte:02X} at offset {at}, line {line}");
    let origin = Origin { file: Arc::from(name), start: at, end: at + 1 };
    Diagnostic::error(Code::NotUtf8, message).at(origin, "").help("save the file as UTF-8")
}

struct Walk {
    root: Root,
    /// Not only those that declare objects.
    every: bool,
    /// By real path: whether a link led there, and the name.
    files: BTreeMap<PathBuf, (bool, String)>,
    /// The real paths of the directories that were listed: each is once, however many links lead
    /// to it, and however often they lead back up.
    listed: BTreeSet<PathBuf>,
    /// Links to directories, and the names of these.
    links: VecDeque<(PathBuf, String)>,
    report: Report,
}

impl Walk {
    /// Lists everything below a directory: what no link leads to first.
    fn tree(&mut self, dir: &Path) {
        self.directory(dir, "", false);
        while let Some((path, name)) = self.links.pop_front() {
            self.directory(&path, &name, true);
        }
    }

    fn directory(&mut self, dir: &Path, prefix: &str, linked: bool) {
        let real = match self.root.find(dir) {
            Ok(real) => real,
            Err(why) => return self.report.push(unreadable(prefix, &why)),
        };
        if !self.listed.insert(real) {
            return;
        }
        let entries = fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.report.push(unreadable(prefix, &error.into())),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let file_name = entry.file_name();
            let file_name = file_name.to_string_lossy();
            let name = if prefix.is_empty() {
                file_name.to_string()
            } else {
                format!("{prefix}/{file_name}")
            };
            if !file_name.starts_with('.') && name != "plumb.toml" {
                self.entry(&entry.path(), name, linked);
            }
        }
    }

    fn entry(&mut self, path: &Path, name: String, linked: bool) {
        let wanted = self.every || path.extension().is_some_and(|extension| extension == "toml");
        match fs::symlink_metadata(path).and_then(|own| Ok((own, fs::metadata(path)?))) {
            Ok((own, target)) if target.is_dir() => {
                if own.is_symlink() {
                    self.links.push_back((path.to_path_buf(), name));
                } else {
                    self.directory(path, &name, linked);
                }
            }
            Ok((own, target)) if wanted => match self.root.find(path) {
                Ok(real) if target.is_file() => {
                    let found = (linked || own.is_symlink(), name);
                    let kept = self.files.entry(real).or_insert_with(|| found.clone());
                    if found < *kept {
                        *kept = found;
                    }
                }
                Ok(_) => self.report.push(unreadable(&name, &Unread::NotRegular)),
                Err(why) => self.report.push(unreadable(&name, &why)),
            },
            Err(error) if wanted => self.report.push(unreadable(&name, &error.into())),
            Ok(_) | Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of its own that goes away with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str, files: &[(&str, &[u8])]) -> Folder {
            let path =
                std::env::temp_dir().join(format!("plumb-read-{}-{name}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).unwrap();
            for (name, bytes) in files {
                fs::create_dir_all(path.join(name).parent().unwrap()).unwrap();
                fs::write(path.join(name), bytes).unwrap();
            }
            Folder(path)
        }

        fn names(&self) -> Vec<String> {
            read_dir(&self.0).unwrap().iter().map(|source| source.name.to_string()).collect()
        }

        fn errors(&self) -> String {
            read_dir(&self.0).unwrap_err().to_string()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn files_come_sorted_from_every_depth() {
        let folder = Folder::new(
            "sorted",
            &[
                ("b.toml", b""),
                ("a/z.toml", b"x = 1"),
                ("a/plumb.toml", b""),
                ("plumb.toml", b"[env]"),
                ("a.sql", b""),
                (".git/x.toml", b""),
                (".#b.toml", b""),
            ],
        );
        assert_eq!(folder.names(), ["a/plumb.toml", "a/z.toml", "b.toml"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_once_and_never_in_a_circle() {
        use std::os::unix::fs::symlink;
        let folder = Folder::new("links", &[("m/t.toml", b""), ("u.toml", b"")]);
        symlink(&folder.0, folder.0.join("a_loop")).unwrap();
        symlink(folder.0.join("m"), folder.0.join("again")).unwrap();
        symlink(folder.0.join("u.toml"), folder.0.join("alias.toml")).unwrap();
        assert_eq!(folder.names(), ["m/t.toml", "u.toml"]);
        symlink(folder.0.join("nowhere"), folder.0.join("gone.toml")).unwrap();
        assert_eq!(folder.errors(), "`gone.toml` cannot be read: it does not exist");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_is_named_and_nothing_behind_it_is_read() {
        use std::os::unix::fs::symlink;
        let other = Folder::new("other", &[("secret.toml", b"hunter2"), ("d/t.toml", b"")]);
        let folder = Folder::new("out", &[("a.toml", b"")]);
        symlink(other.0.join("secret.toml"), folder.0.join("x.toml")).unwrap();
        symlink(other.0.join("d"), folder.0.join("dir")).unwrap();
        fs::create_dir(folder.0.join(".git")).unwrap();
        fs::write(folder.0.join(".git/config"), "[hunter2]").unwrap();
        symlink(".git/config", folder.0.join("config.toml")).unwrap();
        symlink("/dev/zero", folder.0.join("zero.toml")).unwrap();
        symlink(folder.0.join("x.toml"), folder.0.join("twice.toml")).unwrap();
        assert_eq!(
            folder.errors(),
            "`config.toml` leads to a hidden file, which is no part of a declaration\n\
             `dir` leads out of the declaration directory\n\
             `twice.toml` leads out of the declaration directory\n\
             `x.toml` leads out of the declaration directory\n\
             `zero.toml` leads out of the declaration directory"
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_to_each_other_take_no_longer_than_files() {
        use std::os::unix::fs::symlink;
        let folder = Folder::new("maze", &[("a.toml", b""), ("..h/b.toml", b"")]);
        for at in 0..40 {
            fs::create_dir(folder.0.join(format!("d{at}"))).unwrap();
            for link in ["x", "y"] {
                let to = format!("../d{}", (at + 1) % 40);
                symlink(to, folder.0.join(format!("d{at}/{link}"))).unwrap();
            }
        }
        symlink("..h", folder.0.join("kept")).unwrap();
        assert_eq!(folder.names(), ["a.toml", "kept/b.toml"]);
    }

    #[test]
    fn a_fifo_is_an_error_and_does_not_block() {
        let folder = Folder::new("fifo", &[("a.toml", b"")]);
        let mode = nix::sys::stat::Mode::S_IRUSR | nix::sys::stat::Mode::S_IWUSR;
        nix::unistd::mkfifo(&folder.0.join("f.toml"), mode).unwrap();
        assert_eq!(folder.errors(), "`f.toml` is not a regular file");
    }

    #[test]
    fn every_file_that_is_not_utf8_is_named_with_its_place() {
        let folder =
            Folder::new("latin", &[("a.toml", b"a = 1\nb = '\xe9'\n"), ("b.toml", b"\xff")]);
        assert_eq!(
            folder.errors(),
            "`a.toml` is not UTF-8: byte 0xE9 at offset 11, line 2\n\
             `b.toml` is not UTF-8: byte 0xFF at offset 0, line 1"
        );
    }

    #[test]
    fn included_texts_are_part_of_a_declaration() {
        let folder = Folder::new("bytes", &[("a.toml", b"x = 1"), ("sql/f.sql", b"select 1")]);
        let files = read_bytes(&folder.0).unwrap();
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a.toml", "sql/f.sql"]);
        fs::write(folder.0.join("sql/f.sql"), b"select 2").unwrap();
        assert_ne!(read_bytes(&folder.0).unwrap(), files);
        let mode = nix::sys::stat::Mode::S_IRUSR;
        nix::unistd::mkfifo(&folder.0.join("f"), mode).unwrap();
        assert_eq!(read_bytes(&folder.0), None);
    }

    #[test]
    fn a_missing_or_empty_directory_is_said() {
        let folder = Folder::new("empty", &[("plumb.toml", b""), ("x.sql", b"")]);
        assert!(folder.errors().ends_with("holds no *.toml file"));
        let missing = read_dir(&folder.0.join("no")).unwrap_err().to_string();
        assert!(missing.ends_with("/no` cannot be read: it does not exist"), "{missing}");
        let file = read_dir(&folder.0.join("x.sql")).unwrap_err().to_string();
        assert!(file.ends_with("is a file, not a directory"), "{file}");
    }
}
