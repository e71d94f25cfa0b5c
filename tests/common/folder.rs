//! A temporary directory: for a declaration, a plan, an export.

use nix::unistd::mkdtemp;
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// An empty directory, gone with the value.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes an empty directory.
    pub fn new() -> Self {
        let path =
            mkdtemp(&env::temp_dir().join("plumb-folder-XXXXXX")).expect("a temporary directory");
        Self { path }
    }

    /// Makes a directory with one file, `schema.toml`.
    pub fn declaring(toml: &str) -> Self {
        let folder = Self::new();
        folder.write("schema.toml", toml);
        folder
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory, as an argument.
    pub fn arg(&self) -> &str {
        self.path.to_str().expect("a temporary directory in UTF-8")
    }

    /// Something in the directory, as an argument.
    pub fn join(&self, name: &str) -> String {
        format!("{}/{name}", self.arg())
    }

    /// Writes a file, and the directories that it needs.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().expect("below the directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}
