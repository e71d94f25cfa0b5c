//! What a failure on the way to one server means: from the driver's errors to ours.
//!
//! The server's own words are kept; what to do about them is added.

use super::ConnectError;
use super::conninfo::{ConnInfo, Server};
use super::error::Attempt;
use super::require_auth::NotAllowed;
use super::tls::{TlsFailure, explained, is_tls};
use std::error::Error as _;
use std::io;
use tokio_postgres::error::{DbError, SqlState};

/// The server of a failure, and what was to be done there.
pub(super) struct Place<'a> {
    pub(super) info: &'a ConnInfo,
    pub(super) server: &'a Server,
    /// The address that was tried, where the server's name does not show it.
    pub(super) address: Option<String>,
    pub(super) encrypted: bool,
}

impl Place<'_> {
    /// An attempt that came to nothing here.
    pub(super) fn unreachable(&self, reason: impl Into<String>) -> ConnectError {
        let server = match &self.address {
            Some(address) => format!("{} ({address})", self.server),
            None => self.server.to_string(),
        };
        ConnectError::Unreachable { attempts: vec![Attempt { server, reason: reason.into() }] }
    }

    /// No encryption, for this reason.
    pub(super) fn tls(&self, problem: impl Into<String>) -> ConnectError {
        ConnectError::Tls { server: self.server.to_string(), problem: problem.into() }
    }

    /// What the driver's error means here.
    pub(super) fn classify(&self, error: &tokio_postgres::Error) -> ConnectError {
        if let Some(refusal) = error.as_db_error() {
            return self.refusal(refusal);
        }
        let source = error.source();
        if let Some(failure) = source.and_then(|source| source.downcast_ref::<TlsFailure>()) {
            return match failure {
                TlsFailure::NotOffered => self.tls(
                    "the server does not offer TLS; set `ssl = on` there, or use \
                     sslmode=prefer or disable",
                ),
                TlsFailure::Handshake(error) => {
                    let direct = self.info.tls.direct && !is_tls(error);
                    let help = "; sslnegotiation=direct needs PostgreSQL 17 or later";
                    self.tls(handshake(error) + if direct { help } else { "" })
                }
                TlsFailure::Name(_) => self.tls(failure.to_string()),
            };
        }
        if let Some(error) = source.and_then(|source| source.downcast_ref::<io::Error>()) {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<NotAllowed>());
            if let Some(refused) = inner {
                let (server, problem) = (self.server.to_string(), refused.to_string());
                return ConnectError::Authentication { server, problem };
            }
            return if is_tls(error) {
                self.tls(handshake(error))
            } else {
                self.unreachable(reason(error))
            };
        }
        let detail = source.map(ToString::to_string).unwrap_or_default();
        let server = self.server.to_string();
        match (error.to_string().as_str(), detail.as_str()) {
            (_, "password missing") => {
                let note = self.info.warnings().iter().map(|warning| format!(" ({warning})"));
                let user = self.info.user().to_owned();
                ConnectError::NoPassword { server, user, note: note.collect() }
            }
            (_, "server did not use channel binding") => ConnectError::Authentication {
                server,
                problem:
                    "the server did not use channel binding; it needs TLS and scram-sha-256, or \
                          channel_binding=prefer"
                        .to_owned(),
            },
            ("authentication error", _) => ConnectError::Authentication {
                server,
                problem: format!(
                    "{detail}; a password (scram-sha-256, md5), a certificate, peer or trust \
                     will do"
                ),
            },
            _ if error.is_closed() => self.unreachable("the server closed the connection"),
            (other, "") => self.unreachable(other.to_owned()),
            (other, detail) => self.unreachable(format!("{other}: {detail}")),
        }
    }

    /// A refusal in the server's words, by its SQLSTATE.
    fn refusal(&self, refusal: &DbError) -> ConnectError {
        let server = self.server.to_string();
        let (user, database) = (self.info.user(), self.info.database());
        let message = match refusal.detail() {
            Some(detail) => format!("{} ({detail})", refusal.message()),
            None => refusal.message().to_owned(),
        };
        let code = refusal.code();
        if *code == SqlState::INVALID_PASSWORD {
            let source_file = self.info.password(self.server).and_then(|(_, file)| file);
            return ConnectError::WrongPassword {
                server,
                user: user.to_owned(),
                source_file: source_file.map(|file| file.display().to_string()),
            };
        }
        if *code == SqlState::INVALID_CATALOG_NAME {
            return ConnectError::NoDatabase { server, database: database.to_owned() };
        }
        if *code == SqlState::INSUFFICIENT_PRIVILEGE {
            let help =
                format!("its owner may `GRANT CONNECT ON DATABASE \"{database}\" TO \"{user}\"`");
            return ConnectError::NotPermitted { server, message, help };
        }
        if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
            let help = if self.server.is_local() {
                "check the user name; over a socket the server may want the operating-system user \
                 (peer): then use host=localhost and a password"
            } else if self.encrypted {
                "check user, database and client certificate, and the server's pg_hba.conf"
            } else {
                "check user and database, and the server's pg_hba.conf; it may want TLS \
                 (sslmode=require)"
            };
            return ConnectError::NotPermitted { server, message, help: help.to_owned() };
        }
        if *code == SqlState::CANNOT_CONNECT_NOW || *code == SqlState::TOO_MANY_CONNECTIONS {
            return ConnectError::Busy { server, message };
        }
        ConnectError::Refused { server, message, code: code.code().to_owned() }
    }
}

/// Whether another server, or another address of this one, may still serve.
pub(super) fn goes_on(error: &ConnectError) -> bool {
    matches!(error, ConnectError::Unreachable { .. } | ConnectError::Busy { .. })
}

/// One error for all servers that were missed: every attempt, or the refusal that says most.
pub(super) fn conclusion(missed: Vec<ConnectError>) -> ConnectError {
    let mut attempts = Vec::new();
    for error in missed {
        match error {
            ConnectError::Unreachable { attempts: more } => attempts.extend(more),
            said => return said,
        }
    }
    ConnectError::Unreachable { attempts }
}

/// Why a socket did not connect, or broke.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::NotFound => "no such socket".to_owned(),
        io::ErrorKind::PermissionDenied => "no permission to use the socket".to_owned(),
        io::ErrorKind::TimedOut => "no answer".to_owned(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            "the server closed the connection".to_owned()
        }
        // The driver's words for an end in the middle of a message.
        _ if error.to_string() == "bytes remaining on stream" => {
            "the answer is not PostgreSQL's".to_owned()
        }
        _ => error.to_string(),
    }
}

/// What failed in a handshake, and what to do.
fn handshake(error: &io::Error) -> String {
    explained(error).unwrap_or_else(|| reason(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missed(server: &str) -> ConnectError {
        let attempt =
            Attempt { server: server.to_owned(), reason: "connection refused".to_owned() };
        ConnectError::Unreachable { attempts: vec![attempt] }
    }

    #[test]
    fn every_server_that_was_tried_is_named() {
        let message = conclusion(vec![missed("a:5432"), missed("b:5432")]).to_string();
        assert!(
            message.contains("a:5432: connection refused; b:5432: connection refused"),
            "{message}"
        );
    }

    #[test]
    fn a_server_that_answered_says_more_than_one_that_did_not() {
        let busy =
            ConnectError::Busy { server: "b:5432".to_owned(), message: "starting up".to_owned() };
        assert_eq!(conclusion(vec![missed("a:5432"), busy.clone()]), busy);
    }
}
