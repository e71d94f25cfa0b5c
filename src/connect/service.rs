//! Named sets of parameters: libpq, "The Connection Service File".
//!
//! LDAP look-ups, which libpq can be built with, are not made.

use super::keyword::{self, Settings};
use super::{ConnectError, Env};
use std::path::{Path, PathBuf};

/// Where the system-wide file is when `PGSYSCONFDIR` does not say: Debian's place, then Fedora's.
const SYSTEM: [&str; 2] = ["/etc/postgresql-common", "/etc"];

/// Adds what the service says that is named by `service` or `PGSERVICE`, and nobody said before.
///
/// # Errors
/// If a file cannot be read or has a wrong line, or no file defines the service.
pub(super) fn fill(settings: &mut Settings, env: &Env) -> Result<(), ConnectError> {
    let given = settings.get("service").map_or_else(|| env.get("PGSERVICE"), |name| Some(name));
    let Some(service) = given.filter(|name| !name.is_empty()).map(ToOwned::to_owned) else {
        return Ok(());
    };
    let named = settings.get("servicefile").map(String::as_str).filter(|file| !file.is_empty());
    let mut files = Vec::new();
    if let Some(file) = named.or_else(|| env.get("PGSERVICEFILE")) {
        if !Path::new(file).exists() {
            return Err(error(&service, format!("the service file {file} does not exist")));
        }
        files.push(PathBuf::from(file));
    } else if let Some(home) = &env.home {
        files.push(home.join(".pg_service.conf"));
    }
    match env.get("PGSYSCONFDIR") {
        Some(dir) => files.push(Path::new(dir).join("pg_service.conf")),
        None => files.extend(SYSTEM.map(|dir| Path::new(dir).join("pg_service.conf"))),
    }

    for file in files.iter().filter(|file| file.exists()) {
        let text = std::fs::read(file)
            .map_err(|e| error(&service, format!("cannot read {}: {e}", file.display())))?;
        let text = String::from_utf8_lossy(&text);
        if let Some(found) = section(&text, &service, file)? {
            for (name, value) in found {
                settings.entry(name).or_insert(value);
            }
            return Ok(());
        }
    }
    let looked = files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ");
    Err(error(&service, format!("not defined; looked for [{service}] in {looked}")))
}

/// The parameters of one section, or none if the file has no such section.
fn section(text: &str, service: &str, file: &Path) -> Result<Option<Settings>, ConnectError> {
    let mut found: Option<Settings> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let wrong = |what: &str| {
            error(service, format!("{what} in {}, line {}", file.display(), number + 1))
        };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            if header.strip_suffix(']') == Some(service) {
                found = Some(Settings::new());
            }
            continue;
        }
        let Some(section) = found.as_mut() else { continue };
        if line.starts_with("ldap://") {
            return Err(wrong("LDAP look-ups are not supported"));
        }
        let (name, value) = line.split_once('=').ok_or_else(|| wrong("there is no `=`"))?;
        let name = keyword::canonical(name.trim_end()).map_err(|e| wrong(&e.to_string()))?;
        if name == "service" || name == "servicefile" {
            return Err(wrong("a service cannot name another"));
        }
        section.entry(name).or_insert_with(|| value.trim_start().to_owned());
    }
    Ok(found)
}

fn error(service: &str, problem: String) -> ConnectError {
    ConnectError::Service { service: service.to_owned(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# comment\n[other]\nhost=elsewhere\n\n[clinic]\nhost=db.example\nport \
     = 5433\n\
                        host=second\npassword=with space\n[after]\nhost=no\n";

    fn read(text: &str) -> Result<Option<Settings>, ConnectError> {
        section(text, "clinic", Path::new("pg_service.conf"))
    }

    #[test]
    fn a_service_is_the_lines_below_its_name_and_the_first_of_a_kind_wins() {
        let expected = Settings::from([
            ("host", "db.example".to_owned()),
            ("password", "with space".to_owned()),
            ("port", "5433".to_owned()),
        ]);
        assert_eq!(read(FILE).unwrap(), Some(expected));
        assert_eq!(read("[other]\nhost=x\n").unwrap(), None);
    }

    #[test]
    fn a_wrong_line_is_named_by_file_and_number() {
        for (line, expected) in [
            ("hots=x", "did you mean `host`? in pg_service.conf, line 2"),
            ("nonsense", "there is no `=` in pg_service.conf, line 2"),
            ("service=x", "a service cannot name another in pg_service.conf, line 2"),
            ("ldap://ldap.example/x", "LDAP look-ups are not supported in pg_service.conf, line 2"),
        ] {
            let message = read(&format!("[clinic]\n{line}\n")).unwrap_err().to_string();
            assert!(message.ends_with(expected), "{message}");
        }
    }
}
