//! Passwords by server, database and user: libpq, "The Password File".
//!
//! The file is read once; which line serves is decided per server, when connecting.

use std::fmt;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A password, never shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(String);

impl Secret {
    pub(super) fn new(text: String) -> Secret {
        Secret(text)
    }

    /// The password itself, for the server alone.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// The lines of a password file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Passfile {
    pub(super) path: PathBuf,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// Host, port, database and user; none stands for any.
    fields: [Option<String>; 4],
    password: Secret,
}

impl Passfile {
    /// Reads a file. One that does not exist has no lines; one that cannot be trusted has none
    /// either, and the second value says why.
    pub(super) fn read(path: &Path) -> (Passfile, Option<String>) {
        let none = Passfile { path: path.to_owned(), entries: Vec::new() };
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return (none, None);
            }
            Err(e) => return (none, Some(format!("password file {}: {e}", path.display()))),
        };
        if !metadata.is_file() {
            let warning = format!("password file {} is not a plain file: ignored", path.display());
            return (none, Some(warning));
        }
        if metadata.permissions().mode() & 0o077 != 0 {
            let warning = format!(
                "password file {0} has group or world access: ignored; make it private with \
                 `chmod 0600 {0}`",
                path.display()
            );
            return (none, Some(warning));
        }
        match std::fs::read(path) {
            Ok(bytes) => {
                let entries = String::from_utf8_lossy(&bytes).lines().filter_map(entry).collect();
                (Passfile { path: path.to_owned(), entries }, None)
            }
            Err(e) => (none, Some(format!("password file {}: {e}", path.display()))),
        }
    }

    /// The password of the first line that serves.
    pub(super) fn password(
        &self,
        host: &str,
        port: u16,
        database: &str,
        user: &str,
    ) -> Option<&Secret> {
        let port = port.to_string();
        let wanted = [host, &port, database, user];
        self.entries
            .iter()
            .find(|entry| {
                entry
                    .fields
                    .iter()
                    .zip(wanted)
                    .all(|(field, wanted)| field.as_ref().is_none_or(|field| field == wanted))
            })
            .map(|entry| &entry.password)
    }
}

/// Reads `host:port:database:user:password`, in which a backslash takes `:` and `\` as they are.
fn entry(line: &str) -> Option<Entry> {
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let mut rest = line;
    let mut field = || {
        let mut escaped = false;
        let end = rest.find(|c| {
            let found = c == ':' && !escaped;
            escaped = c == '\\' && !escaped;
            found
        })?;
        let raw = &rest[..end];
        rest = &rest[end + 1..];
        Some(if raw == "*" { None } else { Some(unescaped(raw)) })
    };
    let fields = [field()?, field()?, field()?, field()?];
    Some(Entry { fields, password: Secret::new(unescaped(rest)) })
}

fn unescaped(raw: &str) -> String {
    let mut chars = raw.chars();
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.push(chars.next().unwrap_or('\\')),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passfile(text: &str) -> Passfile {
        Passfile { path: PathBuf::new(), entries: text.lines().filter_map(entry).collect() }
    }

    fn found(text: &str, host: &str, port: u16, database: &str, user: &str) -> Option<String> {
        passfile(text).password(host, port, database, user).map(|secret| secret.reveal().to_owned())
    }

    #[test]
    fn the_first_line_that_matches_serves() {
        let text = "# comment\n\ndb:5432:clinic:app:one\ndb:*:*:app:two\n*:*:*:*:three\n";
        for (host, port, database, user, expected) in [
            ("db", 5432, "clinic", "app", "one"),
            ("db", 5433, "clinic", "app", "two"),
            ("db", 5432, "other", "app", "two"),
            ("db", 5432, "clinic", "ann", "three"),
        ] {
            assert_eq!(found(text, host, port, database, user).as_deref(), Some(expected));
        }
        assert_eq!(found("db:5432:clinic:app:one", "other", 5432, "clinic", "app"), None);
    }

    #[test]
    fn colons_and_backslashes_are_escaped() {
        let text = r"\:\:1:5432:a\\b:u\*:p:q\:r\\s";
        assert_eq!(found(text, "::1", 5432, r"a\b", "u*").as_deref(), Some(r"p:q:r\s"));
    }

    #[test]
    fn a_line_with_too_few_fields_is_no_line() {
        assert_eq!(found("db:5432:clinic:secret", "db", 5432, "clinic", "app"), None);
    }

    #[test]
    fn a_password_is_never_shown_when_debugged() {
        assert!(!format!("{:?}", passfile("*:*:*:*:hunter2")).contains("hunter2"));
    }

    #[test]
    fn a_file_that_others_can_read_is_ignored_with_a_warning() {
        let path = std::env::temp_dir().join(format!("passfile-test-{}", std::process::id()));
        std::fs::write(&path, "*:*:*:*:hunter2\n").unwrap();
        for (mode, entries) in [(0o644, 0), (0o640, 0), (0o600, 1)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let (passfile, warning) = Passfile::read(&path);
            assert_eq!(passfile.entries.len(), entries);
            assert_eq!(warning.is_some(), entries == 0);
        }
        std::fs::remove_file(&path).unwrap();
        assert_eq!(Passfile::read(&path).1, None);
    }
}
