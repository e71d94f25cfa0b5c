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

/// Whether a refusal with this SQLSTATE passes by itself.
pub(crate) fn is_passing_code(code: &str) -> bool {
    PASSING.iter().any(|passing| passing.code() == code)
}

/// An error of which it can be told whether it passes by itself.
pub trait Passing {
    /// Whether the same command may succeed later.
    fn is_passing(&self) -> bool;
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
