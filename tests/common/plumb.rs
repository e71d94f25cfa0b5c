//! The program, run as a user runs it, but with nothing of our environment.

use super::postgres::{Postgres, home};
use std::{
    collections::BTreeMap,
    env,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What a run left: its exit code (-1 if a signal ended it) and what it wrote.
#[derive(Debug)]
pub struct Output {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Returns the standard output of a run that succeeded.
    ///
    /// # Panics
    ///
    /// If it did not; with everything that it wrote.
    pub fn ok(self) -> String {
        self.exit(0)
    }

    /// Returns the standard output of a run that ended with this code.
    ///
    /// # Panics
    ///
    /// If it ended with another; with everything that it wrote.
    pub fn exit(self, code: i32) -> String {
        let Self { code: actual, stdout, stderr } = self;
        assert_eq!(actual, code, "exit code\n-- stdout\n{stdout}\n-- stderr\n{stderr}");
        stdout
    }
}

/// Runs `plumb` with these arguments; its scratch servers are of the home major.
pub fn plumb(arguments: &[&str]) -> Output {
    Plumb::new(arguments).run()
}

/// A run in the making.
pub struct Plumb {
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
    directory: PathBuf,
    input: Option<String>,
}

impl Plumb {
    /// A run in the temporary directory, where no `plumb.toml` is. The servers of the tests, on which their
    /// user is a superuser, are trusted as scratch servers; to say otherwise, write `--scratch=URL`.
    pub fn new(arguments: &[&str]) -> Self {
        let trusted = arguments.contains(&"--scratch").then_some("--trust-database");
        Self {
            arguments: arguments.iter().copied().chain(trusted).map(str::to_owned).collect(),
            environment: BTreeMap::new(),
            directory: env::temp_dir(),
            input: None,
        }
        .on(home())
    }

    /// Takes scratch servers of this major.
    pub fn on(self, postgres: &Postgres) -> Self {
        let bin = postgres.bin.to_str().expect("binaries in a path of UTF-8");
        self.env("PLUMB_PG_BIN", bin)
    }

    /// Runs in another directory.
    pub fn dir(self, directory: &Path) -> Self {
        Self { directory: directory.to_path_buf(), ..self }
    }

    /// Adds a variable to the environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Answers on standard input; without it there is none.
    pub fn input(self, text: &str) -> Self {
        Self { input: Some(text.to_owned()), ..self }
    }

    /// The command itself, for a test that wants to end it early.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
        command.args(&self.arguments).current_dir(&self.directory);
        command
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .envs(&self.environment);
        command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs to the end.
    pub fn run(self) -> Output {
        let mut child = self.command().spawn().expect("plumb");
        if let (Some(mut stdin), Some(text)) = (child.stdin.take(), &self.input) {
            // Whoever did not ask does not read.
            let _ = stdin.write_all(text.as_bytes());
        }
        let output = child.wait_with_output().expect("plumb");
        Output {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }
}
