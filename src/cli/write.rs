//! Files that plumb writes: whole or not at all where that is possible, and readable by no more
//! users than they should be.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::output::{Failure, Form, print, print_as, say};

/// Who may read a file that is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Readers {
    /// Whoever the umask lets, or may read the file that is replaced.
    Usual,
    /// Its owner: it holds data of a server that needs a password.
    Owner,
}

/// The permissions of everybody but the owner.
const OTHERS: u32 = 0o077;

impl Readers {
    /// The readers of what is made from a file: only the owner where only the owner reads that.
    pub(crate) fn of(path: &Path) -> Self {
        let private = |there: Metadata| there.is_file() && there.permissions().mode() & OTHERS == 0;
        if path.metadata().is_ok_and(private) { Self::Owner } else { Self::Usual }
    }

    /// The permissions of a new file, before the umask.
    fn new_mode(self) -> u32 {
        match self {
            Self::Usual => 0o666,
            Self::Owner => 0o600,
        }
    }

    /// The permissions of a file that has these.
    fn kept_mode(self, there: &Metadata) -> u32 {
        match self {
            Self::Usual => there.permissions().mode() & 0o7777,
            Self::Owner => there.permissions().mode() & 0o600,
        }
    }
}

/// Writes a file. A regular file is replaced at once, and keeps its permissions; a device, a FIFO
/// or what a symbolic link leads to is written in place.
pub(crate) fn write(path: &Path, text: &str, readers: Readers) -> Result<(), Failure> {
    let written = match path.symlink_metadata() {
        Ok(there) if there.is_file() => replace(path, text, readers, Some(&there)),
        Ok(_) => in_place(path, text, readers),
        Err(error) if error.kind() == io::ErrorKind::NotFound => replace(path, text, readers, None),
        Err(error) => Err(error),
    };
    written.map_err(|error| failed(path, &error))
}

/// Writes a text of some form to a file that the user named.
pub(crate) fn deliver(
    path: &Path,
    form: Form,
    text: &str,
    readers: Readers,
) -> Result<(), Failure> {
    if is_stdout(path) {
        return print_as(form, text);
    }
    write(path, &form.written(text), readers)
}

/// Says what was written: on standard output, unless that is the file.
pub(crate) fn summarize(path: &Path, text: &str) {
    if is_stdout(path) { say(text) } else { print(&format!("{text}\n")) }
}

/// Says that a file could not be written, and why.
pub(crate) fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::text(format!("{} could not be written: {error}", path.display()))
}

/// Whether a path is another name of standard output, as `/dev/stdout` is. Opened again it would
/// write over what stands there.
fn is_stdout(path: &Path) -> bool {
    let ours = io::stdout().as_fd().try_clone_to_owned().and_then(|fd| File::from(fd).metadata());
    let there = path.metadata();
    matches!((ours, there), (Ok(ours), Ok(there))
        if path.is_symlink() && (ours.dev(), ours.ino()) == (there.dev(), there.ino()))
}

fn in_place(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(readers.new_mode());
    let mut file = options.open(path)?;
    let there = file.metadata()?;
    if there.is_file() {
        narrow(&file, readers.kept_mode(&there), &there)?;
    }
    file.write_all(text.as_bytes())
}

fn replace(path: &Path, text: &str, readers: Readers, there: Option<&Metadata>) -> io::Result<()> {
    let mode = there.map_or(readers.new_mode(), |there| readers.kept_mode(there));
    let (partial, mut file) = partial(path, mode)?;
    let written = (|| {
        if there.is_some() {
            // The umask has no part in the permissions of a file that is there.
            narrow(&file, mode, &file.metadata()?)?;
        }
        file.write_all(text.as_bytes())?;
        std::fs::rename(&partial, path)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    written
}

fn narrow(file: &File, mode: u32, there: &Metadata) -> io::Result<()> {
    if there.permissions().mode() & 0o7777 == mode {
        return Ok(());
    }
    file.set_permissions(Permissions::from_mode(mode))
}

/// A new file beside the one to be written. It follows no link that stands there.
fn partial(path: &Path, mode: u32) -> io::Result<(PathBuf, File)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(mode);
    let mut tried = 0;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}.{tried}.part", std::process::id()));
        let name = PathBuf::from(name);
        match options.open(&name) {
            Ok(file) => return Ok((name, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tried < 100 => tried += 1,
            Err(error) => return Err(error),
        }
    }
}
