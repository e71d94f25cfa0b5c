//! The URL form of a connection string: libpq, "Connection URIs".
//!
//! It splits and decodes, and knows no meaning. Errors never quote what stands before the
//! database, since a badly encoded password may be anywhere in there.

use super::ConnectError;
use super::keyword::{self, Settings};
use std::fmt::Write as _;

/// Removes the scheme, if it is one of the two that libpq knows.
pub(super) fn strip_scheme(text: &str) -> Option<&str> {
    text.strip_prefix("postgresql://").or_else(|| text.strip_prefix("postgres://"))
}

/// Reads what follows the scheme: `user:password@host:port,host:port/database?name=value`.
///
/// # Errors
/// If the text is not of this form, or names an unknown parameter.
pub(super) fn parse(rest: &str) -> Result<Settings, ConnectError> {
    let mut settings = Settings::new();
    let mut rest = rest;
    let stop = rest.find(['@', '/']).unwrap_or(rest.len());
    if rest[stop..].starts_with('@') {
        let (user, password) = match rest[..stop].split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (&rest[..stop], None),
        };
        store(&mut settings, "user", user)?;
        if let Some(password) = password {
            store(&mut settings, "password", password)?;
        }
        rest = &rest[stop + 1..];
    }

    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    if authority.contains('@') || tail.split('?').next().is_some_and(|path| path.contains('@')) {
        return Err(form(
            "the URL has a stray `@`: in a user name or password write `@` as %40, `/` as \
             %2F, `:` as %3A",
        ));
    }
    servers(&mut settings, authority)?;

    let (path, query) = match tail.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (tail, None),
    };
    if let Some(database) = path.strip_prefix('/') {
        store(&mut settings, "dbname", database)?;
    }
    parameters(&mut settings, query.unwrap_or_default())?;
    Ok(settings)
}

/// Reads `host:port,host:port` into the lists `host` and `port`.
fn servers(settings: &mut Settings, authority: &str) -> Result<(), ConnectError> {
    let (mut hosts, mut ports) = (Vec::new(), Vec::new());
    for server in authority.split(',') {
        let (host, port) = if let Some(inner) = server.strip_prefix('[') {
            let (host, after) = inner
                .split_once(']')
                .ok_or_else(|| form("the URL has an IPv6 address without its closing `]`"))?;
            if host.is_empty() {
                return Err(form("the URL has an empty IPv6 address"));
            }
            match after.strip_prefix(':') {
                Some(port) => (host, port),
                None if after.is_empty() => (host, ""),
                None => return Err(form("the URL has text between `]` and the port")),
            }
        } else {
            server.split_once(':').unwrap_or((server, ""))
        };
        hosts.push(decode(host, "host")?);
        let port = decode(port, "port")?;
        // Not quoted: without a host, the password stands in the port's place.
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(form(
                "the URL has a port that is not a number; user and password end with `@`",
            ));
        }
        ports.push(port);
    }
    if hosts.iter().any(|host| !host.is_empty()) {
        settings.insert("host", hosts.join(","));
    }
    if ports.iter().any(|port| !port.is_empty()) {
        settings.insert("port", ports.join(","));
    }
    Ok(())
}

/// Reads `name=value&name=value`; a later one wins over an earlier one and over the path.
fn parameters(settings: &mut Settings, query: &str) -> Result<(), ConnectError> {
    let mut previous = "";
    for pair in query.split('&').filter(|_| !query.is_empty()) {
        let (name, value) = match pair.split_once('=') {
            Some((name, value)) if !value.contains('=') => (name, value),
            _ if keyword::secret(previous) => return Err(after_secret(previous)),
            Some((name, _)) => {
                return Err(form(format!(
                    "the URL's parameter `{name}` has a second `=`: write it as %3D"
                )));
            }
            None => return Err(form("the URL has a parameter without `=`")),
        };
        let name = decode(name, "parameter name")?;
        // JDBC's way, which libpq takes too.
        if name == "ssl" && value == "true" {
            settings.insert("sslmode", "require".to_owned());
            continue;
        }
        let canonical = match keyword::canonical(&name) {
            Ok(canonical) => canonical,
            Err(_) if keyword::secret(previous) => return Err(after_secret(previous)),
            Err(unknown) => return Err(unknown),
        };
        settings.insert(canonical, decode(value, canonical)?);
        previous = canonical;
    }
    Ok(())
}

fn after_secret(previous: &str) -> ConnectError {
    form(format!(
        "the URL has an unreadable parameter after `{previous}`: in a value write `&` as %26 \
         and `=` as %3D"
    ))
}

fn store(settings: &mut Settings, name: &'static str, raw: &str) -> Result<(), ConnectError> {
    if !raw.is_empty() {
        settings.insert(name, decode(raw, name)?);
    }
    Ok(())
}

/// Decodes `%41`; `+` stands for itself.
fn decode(raw: &str, what: &str) -> Result<String, ConnectError> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let decoded = match (digit(rest.next()), digit(rest.next())) {
            (Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        match decoded {
            Some(0) => return Err(form(format!("the URL's {what} has %00, which is forbidden"))),
            Some(byte) => bytes.push(byte),
            None => {
                return Err(form(format!(
                    "the URL's {what} has a `%` that two hexadecimal digits do not follow: \
                     write `%` as %25"
                )));
            }
        }
    }
    String::from_utf8(bytes)
        .map_err(|_| form(format!("the URL's {what} is not UTF-8 once decoded")))
}

/// Encodes what a part of a URL cannot hold as it is; `keep` lists what else may stay.
pub(super) fn encode(text: &str, keep: &str) -> String {
    let mut encoded = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || keep.contains(c) {
            encoded.push(c);
        } else {
            let mut buffer = [0; 4];
            for byte in c.encode_utf8(&mut buffer).bytes() {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

fn form(problem: impl Into<String>) -> ConnectError {
    ConnectError::Form { problem: problem.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(url: &str) -> String {
        let settings = parse(strip_scheme(url).unwrap()).unwrap();
        settings.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn urls_are_read_as_in_libpq() {
        for (url, expected) in [
            ("postgresql://", ""),
            ("postgresql://localhost", "host=localhost"),
            ("postgres://localhost:5433", "host=localhost port=5433"),
            ("postgresql://localhost/mydb", "dbname=mydb host=localhost"),
            ("postgresql://user@localhost", "host=localhost user=user"),
            ("postgresql://user:secret@localhost", "host=localhost password=secret user=user"),
            (
                "postgresql://other@localhost/otherdb?connect_timeout=10&application_name=myapp",
                "application_name=myapp connect_timeout=10 dbname=otherdb host=localhost \
                 user=other",
            ),
            (
                "postgresql://host1:123,host2:456/somedb?target_session_attrs=any",
                "dbname=somedb host=host1,host2 port=123,456 target_session_attrs=any",
            ),
            ("postgresql://host1,host2:456/", "host=host1,host2 port=,456"),
            ("postgresql:///mydb?host=localhost&port=5433", "dbname=mydb host=localhost port=5433"),
            ("postgresql://%2Fvar%2Frun%2Fpostgresql/db", "dbname=db host=/var/run/postgresql"),
            ("postgresql:///db?host=/tmp/s", "dbname=db host=/tmp/s"),
            ("postgresql://[2001:db8::1234]/db", "dbname=db host=2001:db8::1234"),
            ("postgresql://[::1]:5433,[::2]", "host=::1,::2 port=5433,"),
            ("postgresql://u%40corp:p%2F%3A%40@h", "host=h password=p/:@ user=u@corp"),
            ("postgresql://h?dbname=a%20b", "dbname=a b host=h"),
            ("postgresql://u:p?q#r@h/d", "dbname=d host=h password=p?q#r user=u"),
            ("postgresql://h/d?ssl=true", "dbname=d host=h sslmode=require"),
            ("postgresql://h/d?user=a&password=b", "dbname=d host=h password=b user=a"),
            ("postgresql://h/a+b", "dbname=a+b host=h"),
        ] {
            assert_eq!(text(url), expected, "{url}");
        }
    }

    #[test]
    fn a_wrong_url_says_what_is_wrong_and_never_shows_the_password() {
        for (url, expected) in [
            ("u:hun@ter2@h/d", "stray `@`"),
            ("u:hun/ter2@h/d", "stray `@`"),
            ("u:hunter2%zz@h/d", "password has a `%`"),
            ("u:hunter2%00@h/d", "%00"),
            ("u:hunter2/d", "user and password end with `@`"),
            ("[::1/d", "closing `]`"),
            ("[]/d", "empty IPv6"),
            ("[::1]x/d", "between `]`"),
            ("h/d?sslmode", "without `=`"),
            ("h/d?application_name=a=b", "second `=`"),
            ("h/d?password=x&hunter2", "after `password`"),
            ("h/d?password=x&hunter2=y", "after `password`"),
            ("h/d?password=x&hunter2=y=z", "after `password`"),
            ("h/d?sslmod=require", "did you mean `sslmode`?"),
        ] {
            let message = parse(url).unwrap_err().to_string();
            assert!(message.contains(expected) && !message.contains("ter2"), "{url}: {message}");
        }
    }

    #[test]
    fn encoding_and_decoding_are_inverse() {
        for text in ["plain", "a b", "ünïcode", "/var/run", "a%b@c:d?e&f=g#h+i"] {
            assert_eq!(decode(&encode(text, ""), "x").unwrap(), text);
        }
    }
}
