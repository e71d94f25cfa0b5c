//! The directory of a declaration: regular files in it are read, and no file outside of it.
//!
//! A symbolic link, `..` or an absolute path may lead to any file of the machine. What counts is
//! the real path. Nothing but a regular file is opened, so that a FIFO cannot block.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use super::limit;

/// The directory of a declaration, by its real path.
#[derive(Clone, Debug)]
pub struct Root {
    real: PathBuf,
}

/// Why a file of a declaration is not read.
#[derive(Debug)]
pub enum Unread {
    /// There is no such file.
    Missing,
    /// Its real path is not below the declaration directory.
    Outside,
    /// It is hidden: no part of a declaration, but `.git/config` or `.env`.
    Hidden,
    /// It is a directory, a FIFO, a socket or a device.
    NotRegular,
    /// The system says why.
    Failed(io::Error),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            // What O_NOFOLLOW says where the real path has become a link since it was found.
            _ if error.raw_os_error() == Some(nix::errno::Errno::ELOOP as i32) => Self::Outside,
            _ => Self::Failed(error),
        }
    }
}

impl Unread {
    /// What is wrong, to stand behind the name of the file.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Missing => "cannot be read: it does not exist".to_owned(),
            Self::Outside => "leads out of the declaration directory".to_owned(),
            Self::Hidden => "leads to a hidden file, which is no part of a declaration".to_owned(),
            Self::NotRegular => "is not a regular file".to_owned(),
            Self::Failed(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                "cannot be read: permission denied".to_owned()
            }
            Self::Failed(error) => format!("cannot be read: {error}"),
        }
    }

    /// What to do about it, where that is clear.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        matches!(self, Self::Outside).then_some(
            "only files below the declaration directory are read; move or copy the file there",
        )
    }
}

impl Root {
    /// Finds the real path of a declaration directory.
    ///
    /// # Errors
    /// If there is none.
    pub fn new(dir: &Path) -> io::Result<Self> {
        let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
        Ok(Self { real: fs::canonicalize(dir)? })
    }

    /// The real path of a file or directory.
    ///
    /// # Errors
    /// If it does not exist, is hidden, or lies outside.
    pub fn find(&self, path: &Path) -> Result<PathBuf, Unread> {
        let real = fs::canonicalize(path)?;
        match real.strip_prefix(&self.real) {
            Ok(below) if is_hidden(below) => Err(Unread::Hidden),
            Ok(_) => Ok(real),
            Err(_) => Err(Unread::Outside),
        }
    }

    /// The bytes of a regular file.
    ///
    /// # Errors
    /// If it is not one, is hidden, lies outside, or cannot be read.
    pub fn read(&self, path: &Path) -> Result<Vec<u8>, Unread> {
        let real = self.find(path)?;
        if !fs::symlink_metadata(&real)?.is_file() {
            return Err(Unread::NotRegular);
        }
        let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
        let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(&real)?;
        if !file.metadata()?.is_file() {
            return Err(Unread::NotRegular);
        }
        Ok(limit::read(file, limit::FILE)?)
    }
}

/// Whether a part of a path begins with a dot. Kubernetes keeps the files of a volume behind names
/// that begin with two.
#[must_use]
pub fn is_hidden(path: &Path) -> bool {
    path.iter().any(|part| {
        let part = part.to_string_lossy();
        part.starts_with('.') && !part.starts_with("..")
    })
}
