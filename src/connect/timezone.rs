//! The time zone of a session, in which literals of timestamptz without a zone are read: the one that was
//! named, else the database's own setting (ALTER DATABASE), else the server configuration's. Never the
//! role's or the client's, so that a literal means the same whoever runs plumb.

use tokio_postgres::{Client, Error};

/// Sets the zone; `None` where the role's own setting hides the server configuration's, and UTC is taken.
///
/// `pg_settings.source` says which layer the session's value comes from ("user" and "database user" are the
/// role's, "client" the client's); `pg_db_role_setting` has the database's.
///
/// The zone is looked up once, before it is set: a second look would find the session's own (`source` "session").
const CHOOSE: &str = "WITH c AS MATERIALIZED (SELECT COALESCE( \
        (SELECT pg_catalog.substr(u.setting, pg_catalog.strpos(u.setting, '=') + 1) \
          FROM pg_catalog.pg_db_role_setting s \
          JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase, \
          LATERAL pg_catalog.unnest(s.setconfig) AS u(setting) \
          WHERE s.setrole = 0 AND d.datname = pg_catalog.current_database() \
            AND pg_catalog.lower(pg_catalog.split_part(u.setting, '=', 1)) = 'timezone'), \
        (SELECT t.setting FROM pg_catalog.pg_settings t WHERE t.name = 'TimeZone' \
          AND t.source NOT IN ('user', 'database user', 'client', 'session'))) AS zone) \
    SELECT pg_catalog.set_config('TimeZone', COALESCE(c.zone, 'UTC'), false), c.zone IS NOT NULL \
    FROM c";

/// The server configuration's own value, for those who may read it.
const CONFIGURED: &str = "SELECT pg_catalog.set_config('TimeZone', f.setting, false) \
    FROM pg_catalog.pg_file_settings f WHERE f.applied AND pg_catalog.lower(f.name) = 'timezone'";

/// Sets the zone of a session that has set none. Whether it is certain.
pub(super) async fn choose(client: &Client) -> Result<bool, Error> {
    if client.query_typed_one(CHOOSE, &[]).await?.get(1) {
        return Ok(true);
    }
    Ok(client.query_typed_opt(CONFIGURED, &[]).await.is_ok_and(|row| row.is_some()))
}
