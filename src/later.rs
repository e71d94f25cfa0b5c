//! Which refusals of a server pass by themselves, so that the same command may succeed later. Decided by
//! SQLSTATE alone: messages are translated.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// What passes: a lock that another session holds, a deadlock, a server that starts, stops or is full.
const PASSING: &[SqlState] = &[
    SqlState::LOCK_NOT_AVAILABLE,
    SqlState::T_R_DEADLOCK_DETECTED,
    SqlState::T_R_SERIALIZATION_FAILURE,
    SqlState::CANNOT_CONNECT_NOW,
    SqlState::TOO_MANY_CONNECTIONS,
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
];

/// An error of which it can be told whether it passes by itself.
pub trait Passing {
    /// Whether the same command may succeed later.
    fn is_passing(&self) -> bool;
}

/// Whether the refusal with this SQLSTATE passes.
pub(crate) fn is_passing_code(code: &str) -> bool {
    PASSING.iter().any(|passing| passing.code() == code)
}

impl Passing for Error {
    fn is_passing(&self) -> bool {
        match self.as_db_error() {
            Some(refusal) => PASSING.contains(refusal.code()),
            // A connection that broke may be made again.
            None => self.is_closed() || is_broken(self),
        }
    }
}

/// Whether the connection broke.
fn is_broken(error: &Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.downcast_ref::<std::io::Error>().is_some())
}

/// What a catalog that changes while it is read answers: a relation or type that was there when the query began
/// is gone when a function of the server looks at it.
pub(crate) fn is_moving(error: &Error) -> bool {
    let Some(refusal) = error.as_db_error() else { return false };
    match refusal.code() {
        code if *code == SqlState::UNDEFINED_TABLE || *code == SqlState::UNDEFINED_OBJECT => true,
        // An internal error is never translated (elog).
        code if *code == SqlState::INTERNAL_ERROR => {
            let gone = [
                "could not open relation with OID",
                "cache lookup failed",
                "could not find tuple for",
            ];
            gone.iter().any(|start| refusal.message().starts_with(start))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::{Attempt, ConnectError};

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
