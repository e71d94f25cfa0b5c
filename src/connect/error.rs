//! What may go wrong on the way to a server: one variant per cause, each saying what to do.
//!
//! No variant carries a password, and no message quotes a connection string.

use thiserror::Error;

use crate::later::{Passing, is_passing_code};

/// Why there is no connection.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConnectError {
    /// The text is neither a URL nor a list of `keyword=value`.
    #[error(
        "{problem}; write `postgresql://user@host:5432/database` or `host=... dbname=... user=...`"
    )]
    Form {
        /// What is wrong with the text.
        problem: String,
    },
    /// A parameter that libpq does not know either.
    #[error("unknown connection parameter `{name}`{hint}")]
    UnknownParameter {
        /// The parameter as written.
        name: String,
        /// The nearest known one, or what else to do.
        hint: String,
    },
    /// A value outside what the parameter takes.
    #[error("invalid value `{value}` for connection parameter `{parameter}`: expected {expected}")]
    InvalidValue {
        /// The parameter.
        parameter: &'static str,
        /// The value as written.
        value: String,
        /// What it takes.
        expected: String,
    },
    /// A parameter that libpq knows and this program does not support.
    #[error("connection parameter `{parameter}` is not supported: {reason}")]
    Unsupported {
        /// The parameter, with its value where only that value is unsupported.
        parameter: String,
        /// Why, and what to do.
        reason: &'static str,
    },
    /// Two parameters that do not go together.
    #[error("{0}")]
    Contradiction(String),
    /// A service that is not defined, or a service file that cannot be read.
    #[error("service `{service}`: {problem}")]
    Service {
        /// The name of the service.
        service: String,
        /// What is wrong, and where.
        problem: String,
    },
    /// No user was named and the operating system has no name for this one.
    #[error("no user name: give `user` in the connection string or set PGUSER")]
    NoUser,
    /// No server answered.
    #[error("could not reach the server: {}{}", list(.attempts), unreachable_help(.attempts))]
    Unreachable {
        /// Every server that was tried.
        attempts: Vec<Attempt>,
    },
    /// The password was refused.
    #[error(
        "{server}: password authentication failed for user \"{user}\"{}; check the password \
         and the user name",
        .source_file.as_ref().map(|file| format!(" (password taken from \
         {file})")).unwrap_or_default()
    )]
    WrongPassword {
        /// The server, as `host:port`.
        server: String,
        /// The user.
        user: String,
        /// The password file that the password came from.
        source_file: Option<String>,
    },
    /// The server asks for a password and none is known.
    #[error(
        "{server}: a password is needed for user \"{user}\"{note}; set PGPASSWORD or add a line to \
         the password file (~/.pgpass)"
    )]
    NoPassword {
        /// The server.
        server: String,
        /// The user.
        user: String,
        /// Why a password file was passed over, in brackets; or nothing.
        note: String,
    },
    /// The database does not exist.
    #[error(
        "{server}: database \"{database}\" does not exist; check the name, or create it with \
         `createdb`"
    )]
    NoDatabase {
        /// The server.
        server: String,
        /// The database.
        database: String,
    },
    /// The server knows who asks and does not let them in.
    #[error("{server}: {message}; {help}")]
    NotPermitted {
        /// The server.
        server: String,
        /// What the server said.
        message: String,
        /// What to do.
        help: String,
    },
    /// The server is there and takes no connection now.
    #[error("{server}: {message}; try again later")]
    Busy {
        /// The server.
        server: String,
        /// What the server said.
        message: String,
    },
    /// No encrypted connection could be made.
    #[error("{server}: TLS failed: {problem}")]
    Tls {
        /// The server.
        server: String,
        /// What failed, and what to do.
        problem: String,
    },
    /// Servers answered, and none is of the kind asked for.
    #[error(
        "no server is as asked for (target_session_attrs={wanted}): {}",
        .attempts.iter().map(Attempt::to_string).collect::<Vec<_>>().join("; ")
    )]
    WrongSession {
        /// The value of `target_session_attrs`.
        wanted: &'static str,
        /// What each server was.
        attempts: Vec<Attempt>,
    },
    /// Authentication failed for a reason other than the password.
    #[error("{server}: authentication failed: {problem}")]
    Authentication {
        /// The server.
        server: String,
        /// What failed, and what to do.
        problem: String,
    },
    /// Any other refusal by the server.
    #[error("{server}: {message} (SQLSTATE {code})")]
    Refused {
        /// The server.
        server: String,
        /// What the server said.
        message: String,
        /// The SQLSTATE.
        code: String,
    },
}

impl Passing for ConnectError {
    fn is_passing(&self) -> bool {
        match self {
            // During a failover no server may be the one that is asked for.
            Self::Unreachable { .. } | Self::Busy { .. } | Self::WrongSession { .. } => true,
            Self::Refused { code, .. } => is_passing_code(code),
            _ => false,
        }
    }
}

/// One server that was tried, and why it did not serve.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{server}: {reason}")]
pub struct Attempt {
    /// The server, as `host:port` or the path of a socket, with its address if that says more.
    pub server: String,
    /// Why it did not serve.
    pub reason: String,
}

fn list(attempts: &[Attempt]) -> String {
    attempts.iter().map(Attempt::to_string).collect::<Vec<_>>().join("; ")
}

fn unreachable_help(attempts: &[Attempt]) -> &'static str {
    let any = |text: &str| attempts.iter().any(|attempt| attempt.reason.contains(text));
    if any("no such socket") {
        "; is PostgreSQL running there? Name another server with `host` or PGHOST"
    } else if any("refused") {
        "; is PostgreSQL running there, and does it listen on this address and port?"
    } else if any("no answer") {
        "; check host, port and firewall, or raise `connect_timeout`"
    } else {
        "; check host and port"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreachable_server_is_named_with_its_reason_and_what_to_do() {
        let attempts = vec![Attempt {
            server: "db.example:5432".to_owned(),
            reason: "connection refused".to_owned(),
        }];
        assert_eq!(
            ConnectError::Unreachable { attempts }.to_string(),
            "could not reach the server: db.example:5432: connection refused; is PostgreSQL \
             running \
             there, and does it listen on this address and port?"
        );
    }

    #[test]
    fn a_wrong_password_names_the_file_it_came_from() {
        let error = ConnectError::WrongPassword {
            server: "db:5432".to_owned(),
            user: "app".to_owned(),
            source_file: Some("/home/ann/.pgpass".to_owned()),
        };
        assert_eq!(
            error.to_string(),
            "db:5432: password authentication failed for user \"app\" (password taken from \
             /home/ann/.pgpass); check the password and the user name"
        );
    }

    #[test]
    fn a_server_that_is_away_or_full_may_serve_later_and_a_wrong_password_stays_wrong() {
        let server = || "db:5432".to_owned();
        let attempts =
            || vec![Attempt { server: server(), reason: "connection refused".to_owned() }];
        let full = || "sorry, too many clients already".to_owned();
        assert!(ConnectError::Unreachable { attempts: attempts() }.is_passing());
        assert!(ConnectError::Busy { server: server(), message: full() }.is_passing());
        assert!(
            ConnectError::WrongSession { wanted: "read-write", attempts: attempts() }.is_passing()
        );
        let refused = |code: &str| ConnectError::Refused {
            server: server(),
            message: full(),
            code: code.to_owned(),
        };
        assert!(refused("57P01").is_passing());
        assert!(!refused("22023").is_passing());
        assert!(!ConnectError::NoUser.is_passing());
        let no_database = ConnectError::NoDatabase { server: server(), database: "x".to_owned() };
        assert!(!no_database.is_passing());
    }
}
