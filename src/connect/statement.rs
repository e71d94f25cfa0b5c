//! Sends one statement and never two.

use tokio_postgres::{Client, Error};

/// Runs one statement by the extended query protocol, whose Parse message takes no more than one
/// ("cannot insert multiple commands into a prepared statement"). Rows that it returns are passed over.
///
/// # Errors
/// What the server refuses, a second statement in the text among it.
pub async fn execute(client: &Client, sql: &str) -> Result<(), Error> {
    client.execute_typed(sql, &[]).await.map(drop)
}
