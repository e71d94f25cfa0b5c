//! Whether a server is of the kind that `target_session_attrs` asks for: libpq, "Specifying
//! Multiple Hosts". tokio-postgres knows half of the kinds, so the server is asked here.

use super::conninfo::Session;
use tokio_postgres::{Client, Error};

/// What libpq learns from `default_transaction_read_only` and `in_hot_standby`.
const QUERY: &str =
    "SELECT pg_catalog.current_setting('transaction_read_only'), pg_catalog.pg_is_in_recovery()";

impl Session {
    /// The kinds to look for, one round over all servers each.
    pub(super) fn rounds(self) -> &'static [Session] {
        match self {
            Session::Any => &[Session::Any],
            Session::ReadWrite => &[Session::ReadWrite],
            Session::ReadOnly => &[Session::ReadOnly],
            Session::Primary => &[Session::Primary],
            Session::Standby => &[Session::Standby],
            Session::PreferStandby => &[Session::Standby, Session::Any],
        }
    }

    /// The name that libpq gives it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Session::Any => "any",
            Session::ReadWrite => "read-write",
            Session::ReadOnly => "read-only",
            Session::Primary => "primary",
            Session::Standby => "standby",
            Session::PreferStandby => "prefer-standby",
        }
    }

    /// What a server is instead of what is wanted; none if it is of the kind wanted.
    ///
    /// # Errors
    /// If the server does not answer the question.
    pub(super) async fn mismatch(self, client: &Client) -> Result<Option<&'static str>, Error> {
        if self == Session::Any {
            return Ok(None);
        }
        let row = client.query_typed_one(QUERY, &[]).await?;
        Ok(self.verdict(row.try_get::<_, &str>(0)? == "on", row.try_get(1)?))
    }

    fn verdict(self, read_only: bool, standby: bool) -> Option<&'static str> {
        match self {
            Session::ReadWrite if read_only => Some("is read-only"),
            Session::ReadOnly if !read_only => Some("is read-write"),
            Session::Primary if standby => Some("is a standby"),
            Session::Standby if !standby => Some("is a primary"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_primary_that_is_read_only_by_default_is_still_a_primary() {
        assert_eq!(Session::Primary.verdict(true, false), None);
        assert_eq!(Session::ReadWrite.verdict(true, false), Some("is read-only"));
        assert_eq!(Session::ReadOnly.verdict(true, false), None);
        assert_eq!(Session::Standby.verdict(true, false), Some("is a primary"));
    }

    #[test]
    fn a_standby_is_preferred_and_anything_else_taken() {
        assert_eq!(Session::PreferStandby.rounds(), [Session::Standby, Session::Any]);
    }
}
