//! The settings of the session while apply runs: what may wait for how long.

use std::time::Duration;

use tokio_postgres::{Client, Error};

use super::event::{Event, Teller};
use super::waits::Waits;
use crate::connect::execute;
use crate::connect::settings::set_config;

/// After what time the server ends a session that is idle in a transaction: a client that hangs gives its locks back.
const IDLE: &str = "30s";

/// What apply sets.
const SET: [&str; 4] = [
    "lock_timeout",
    "statement_timeout",
    "idle_in_transaction_session_timeout",
    "client_connection_check_interval",
];

/// The setting as PostgreSQL reads it; `None`: without a limit.
pub(super) fn milliseconds(timeout: Option<Duration>) -> String {
    // Rounded up: 0 is none.
    timeout.map_or_else(|| "0".to_owned(), |it| format!("{}ms", it.as_micros().div_ceil(1000)))
}

/// Prepares the session for an attempt. Outside of a block a RESET ALL may have come before.
pub(super) async fn prepare(
    client: &Client,
    waits: &Waits,
    lock_timeout: Option<Duration>,
    block: bool,
) -> Result<(), Error> {
    let statement = waits.statement_timeout.as_deref().filter(|_| block).unwrap_or("0");
    let set = |name: &str, value: &str| set_config(name, value, false);
    let [lock, statements, idle, check] = SET;
    let settings =
        [set(lock, &milliseconds(lock_timeout)), set(statements, statement), set(idle, IDLE)];
    execute(client, &format!("SELECT {}", settings.join(", "))).await?;
    // Not every operating system can tell.
    let _ = execute(client, &format!("SET {check} = '1s'")).await;
    Ok(())
}

/// Gives the session its own settings back. A connection that is lost has none.
pub(super) async fn restore(client: &Client) {
    for name in SET {
        let _ = execute(client, &format!("RESET {name}")).await;
    }
}

/// How long a lock is waited for before the server looks whether that is a deadlock, and cancels an autovacuum.
pub(super) async fn deadlock_timeout(client: &Client) -> Result<Duration, Error> {
    let sql = "SELECT s.setting::float8 / 1000 FROM pg_catalog.pg_settings s WHERE s.name = 'deadlock_timeout'";
    let seconds: f64 = client.query_typed_one(sql, &[]).await?.get(0);
    Ok(Duration::from_secs_f64(seconds.max(0.0)))
}

/// Says which timeouts of the role and the database do not hold.
pub(super) async fn say_overridden(client: &Client, teller: &Teller<'_>) -> Result<(), Error> {
    let sql = "SELECT pg_catalog.split_part(c.one, '=', 1), \
        pg_catalog.substr(c.one, pg_catalog.strpos(c.one, '=') + 1), \
        pg_catalog.concat_ws(', ', 'role ' || r.rolname, 'database ' || d.datname) \
        FROM pg_catalog.pg_db_role_setting s CROSS JOIN pg_catalog.unnest(s.setconfig) c(one) \
        LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole \
        LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase \
        WHERE (s.setrole = 0 OR r.rolname = SESSION_USER) \
        AND (s.setdatabase = 0 OR d.datname = pg_catalog.current_database()) \
        AND pg_catalog.split_part(c.one, '=', 1) IN ('lock_timeout', 'statement_timeout', 'transaction_timeout') \
        ORDER BY 1, 3";
    for row in client.query_typed(sql, &[]).await? {
        let (setting, value, of) = (row.get(0), row.get(1), row.get(2));
        teller.tell(Event::Overridden { setting, value, of });
    }
    Ok(())
}
