//! Connections as users know them from libpq: URLs and `keyword=value` strings, service and
//! password files, `PG*` variables, several hosts, TLS by `sslmode`.
//!
//! tokio-postgres speaks the protocol; everything before its first message is decided here. The
//! environment is passed in as [`Env`]; nothing is printed, asked or retried later, and no message
//! shows a secret. GSSAPI, OAuth and LDAP are not spoken.

mod connection;
mod conninfo;
mod env;
mod error;
mod failure;
mod keyvalue;
mod keyword;
mod passfile;
mod pooler;
mod require_auth;
mod service;
mod session;
pub(crate) mod settings;
mod statement;
mod timezone;
mod tls;
mod uri;

pub use connection::{Canceller, Connection};
pub use conninfo::ConnInfo;
pub use env::Env;
pub use error::{Attempt, ConnectError};
pub use statement::execute;

use conninfo::Server;
use failure::{Place, conclusion, goes_on};
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use tls::{Dialer, SslMode};
use tokio_postgres::Config;
use tokio_postgres::config::{SslMode as DriverMode, SslNegotiation};

/// Connects to the first server that serves, within libpq's rules for several hosts.
///
/// `application_name` is what the server shows for the session where the parameters say nothing
/// else.
/// A server that cannot be reached, or takes no connections now, is passed over for the next one;
/// any other refusal is final.
///
/// # Errors
/// If no server serves: why, for each of them.
pub async fn connect(info: &ConnInfo, application_name: &str) -> Result<Connection, ConnectError> {
    let mut servers: Vec<&Server> = info.servers.iter().collect();
    if info.shuffled {
        shuffle(&mut servers);
    }
    let mut missed = Vec::new();
    let mut unfit = Vec::new();
    for wanted in info.session.rounds() {
        missed.clear();
        unfit.clear();
        for server in &servers {
            let places = match places(info, server).await {
                Ok(places) => places,
                Err(error) => {
                    missed.push(error);
                    continue;
                }
            };
            for (address, place) in places {
                match attempt(&place, address, application_name).await {
                    Ok(connection) => match wanted.mismatch(&connection.client).await {
                        Ok(None) => return Ok(connection),
                        Ok(Some(reason)) => {
                            let server = server.to_string();
                            unfit.push(Attempt { server, reason: reason.to_owned() });
                            connection.close().await;
                        }
                        Err(error) => missed.push(place.classify(&error)),
                    },
                    Err(error) if goes_on(&error) => missed.push(error),
                    Err(error) => return Err(error),
                }
            }
        }
    }
    if unfit.is_empty() {
        return Err(conclusion(missed));
    }
    for error in missed {
        match error {
            ConnectError::Unreachable { attempts } => unfit.extend(attempts),
            ConnectError::Busy { server, message } => {
                unfit.push(Attempt { server, reason: message });
            }
            _ => {}
        }
    }
    Err(ConnectError::WrongSession { wanted: info.session.name(), attempts: unfit })
}

/// The addresses of a server; none stands for a socket in the file system.
async fn places<'a>(
    info: &'a ConnInfo,
    server: &'a Server,
) -> Result<Vec<(Option<SocketAddr>, Place<'a>)>, ConnectError> {
    let place = |address| Place { info, server, address, encrypted: false };
    if server.is_local() {
        return Ok(vec![(None, place(None))]);
    }
    if let Some(address) = server.address {
        let shown = server.host.is_some().then(|| address.to_string());
        return Ok(vec![(Some(SocketAddr::new(address, server.port)), place(shown))]);
    }
    let host = server.host.as_deref().unwrap_or_default();
    let lookup = tokio::net::lookup_host((host, server.port)).await;
    let mut found: Vec<SocketAddr> = lookup
        .map_err(|_| place(None).unreachable("the host name has no known address"))?
        .collect();
    if info.shuffled {
        shuffle(&mut found);
    }
    let shown = |found: &SocketAddr| Some(found.ip().to_string()).filter(|ip| ip != host);
    Ok(found.into_iter().map(|found| (Some(found), place(shown(&found)))).collect())
}

/// Connects to one address, in the ways that `sslmode` allows and in their order.
async fn attempt(
    place: &Place<'_>,
    address: Option<SocketAddr>,
    application_name: &str,
) -> Result<Connection, ConnectError> {
    let mode = if address.is_none() { SslMode::Disable } else { place.info.tls.mode };
    let mut warnings = place.info.warnings().to_vec();
    if address.is_none() && place.info.require_auth.is_some() {
        return Err(ConnectError::Unsupported {
            parameter: "require_auth".to_owned(),
            reason: "over a Unix-domain socket it is not; use host=localhost, or leave it out",
        });
    }
    warnings.extend(address.and_then(|address| unverified(place, address)));
    let plain = || once(place, address, application_name, Dialer::plain());
    let dialer = match address {
        Some(address) if mode != SslMode::Disable => {
            let host = place.server.host.as_deref();
            match place.info.tls.dialer(host, &address.ip().to_string(), &mut warnings) {
                Ok(dialer) => Some(dialer),
                Err(problem) if mode <= SslMode::Prefer => {
                    warnings.push(format!("TLS is not tried: {problem}"));
                    None
                }
                Err(problem) => return Err(place.tls(problem)),
            }
        }
        _ => None,
    };
    let mut connection = match dialer {
        None => plain().await?,
        Some(dialer) => {
            let secure = || once(place, address, application_name, dialer.clone());
            match mode {
                SslMode::Allow => match plain().await {
                    Err(refused) if is_refused(&refused) => match secure().await {
                        Err(ConnectError::Tls { .. }) => return Err(refused),
                        other => other?,
                    },
                    other => other?,
                },
                SslMode::Prefer => match secure().await {
                    Err(first) if worth_a_plain_try(&first, &dialer) => match plain().await {
                        Ok(connection) => {
                            warnings.push(format!("the connection is not encrypted: {first}"));
                            connection
                        }
                        Err(ConnectError::NotPermitted { .. }) => return Err(first),
                        Err(second) => return Err(second),
                    },
                    other => other?,
                },
                _ => secure().await?,
            }
        }
    };
    connection.warnings.splice(0..0, warnings);
    Ok(connection)
}

/// The warning that whoever is between here and the server may learn the password.
fn unverified(place: &Place<'_>, address: SocketAddr) -> Option<String> {
    let local = address.ip().to_canonical().is_loopback();
    let password = place.info.password(place.server).is_some();
    let mode = place.info.tls.mode;
    (!local && password && mode < SslMode::VerifyFull).then(|| {
        format!(
            "sslmode={} does not make sure that {} is the server that gets the password; use \
             sslmode=verify-full",
            mode.name(),
            place.server
        )
    })
}

/// Whether `sslmode=prefer` goes on without encryption. Not after a wrong password: libpq would
/// send it again in the clear.
fn worth_a_plain_try(error: &ConnectError, dialer: &Dialer) -> bool {
    match error {
        ConnectError::Tls { .. } => true,
        ConnectError::NotPermitted { .. } => dialer.encrypted(),
        _ => false,
    }
}

/// Whether the server looked at who asks, and said no.
fn is_refused(error: &ConnectError) -> bool {
    matches!(error, ConnectError::NotPermitted { .. } | ConnectError::WrongPassword { .. })
}

/// Connects to one address in one way: as the role that connects, also where the owner of the database has every
/// session act as another one.
async fn once(
    place: &Place<'_>,
    address: Option<SocketAddr>,
    application_name: &str,
    dialer: Dialer,
) -> Result<Connection, ConnectError> {
    let said = place.info.options.as_deref().unwrap_or_default();
    let connection = session(place, address, application_name, dialer.clone(), said).await?;
    let role = settings::role_of_database(&connection.client).await;
    let Some(role) = role.map_err(|error| place.classify(&error))? else { return Ok(connection) };
    connection.close().await;
    let said = format!("{said} -c role=none");
    let mut connection = session(place, address, application_name, dialer, &said).await?;
    connection.warnings.push(format!(
        "the database has the setting role = {role}, which is not followed: plumb acts as the role that connects"
    ));
    Ok(connection)
}

/// Opens a session with options that the user has `said` and with those of plumb.
async fn session(
    place: &Place<'_>,
    address: Option<SocketAddr>,
    application_name: &str,
    dialer: Dialer,
    said: &str,
) -> Result<Connection, ConnectError> {
    let dialer = dialer.watched(place.info.require_auth.clone());
    let zone = place.info.timezone.as_deref();
    let options = format!("{said} {}", settings::options(zone));
    let mut in_packet = true;
    let connected = loop {
        let mut config = driver_config(place, address, application_name, &dialer);
        let options = if in_packet { options.trim() } else { said };
        if !options.is_empty() {
            config.options(options);
        }
        let connecting = config.connect(dialer.clone());
        let connected = match place.info.connect_timeout {
            None => connecting.await,
            Some(limit) => tokio::time::timeout(limit, connecting).await.map_err(|_| {
                place.unreachable(format!("no answer within {} s", limit.as_secs()))
            })?,
        };
        match connected {
            // A pool of connections may take no options: they follow as statements.
            Err(error) if in_packet && refuses_options(&error) => in_packet = false,
            other => break other,
        }
    };
    let encrypted = dialer.encrypted();
    let classify = |error: &tokio_postgres::Error| {
        let place = Place { address: place.address.clone(), encrypted, ..*place };
        place.classify(error)
    };
    let (client, connection) = connected.map_err(|error| classify(&error))?;
    let version = connection.parameter("server_version").unwrap_or_default();
    let version = version_number(version);
    let connection = Connection::start(client, connection, dialer, place.server.to_string());
    if let Some(query) = settings::once_connected(version, zone, in_packet) {
        let set = connection.client.query_typed(&query, &[]).await;
        set.map_err(|error| classify(&error))?;
    }
    let certain = match zone {
        Some(_) => true,
        None => timezone::choose(&connection.client).await.map_err(|error| classify(&error))?,
    };
    let mut connection = connection;
    if !certain {
        connection.warnings.push(
            "the role has a time zone of its own, which hides the server's: literals are read in UTC; say \
             which zone they mean in plumb.toml, [session] timezone"
                .to_owned(),
        );
    }
    Ok(connection)
}

/// `server_version_num` by `server_version`: 150018 for `15.18 (Debian 15.18-0)`, 190000 for `19rc1`.
fn version_number(version: &str) -> u32 {
    let mut parts = version.split(|c: char| !c.is_ascii_digit());
    let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let (major, minor) = (number(), number());
    major * 10_000 + if version.contains('.') { minor } else { 0 }
}

/// Whether a server or pooler does not take the options of the startup packet (pgbouncer: "unsupported startup
/// parameter").
fn refuses_options(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|refusal| {
        refusal.message().contains("startup parameter") || refusal.message().contains("options")
    })
}

/// The driver's parameters for one address. The dialer does all of TLS, so the driver either leaves
/// it out or takes the dialer's stream as it comes ("direct").
fn driver_config(
    place: &Place<'_>,
    address: Option<SocketAddr>,
    application_name: &str,
    dialer: &Dialer,
) -> Config {
    let Place { info, server, .. } = place;
    let mut config = Config::new();
    config
        .user(info.user())
        .dbname(info.database())
        .application_name(info.application_name.as_deref().unwrap_or(application_name))
        .port(server.port)
        .channel_binding(info.channel_binding)
        .keepalives(info.keepalives.on)
        .ssl_mode(if dialer.dials() { DriverMode::Require } else { DriverMode::Disable })
        .ssl_negotiation(SslNegotiation::Direct);
    match (server.host.as_deref(), address) {
        (Some(host), Some(SocketAddr::V6(address))) if address.scope_id() != 0 => config.host(host),
        (Some(host), Some(address)) => config.host(host).hostaddr(address.ip()),
        (None, Some(address)) => config.host(address.ip().to_string()),
        (host, None) => config.host_path(host.unwrap_or_default()),
    };
    if let Some((password, _)) = info.password(server) {
        config.password(password);
    }
    if let Some(limit) = info.connect_timeout {
        config.connect_timeout(limit);
    }
    if let Some(limit) = info.tcp_user_timeout {
        config.tcp_user_timeout(limit);
    }
    if let Some(idle) = info.keepalives.idle {
        config.keepalives_idle(idle);
    }
    if let Some(interval) = info.keepalives.interval {
        config.keepalives_interval(interval);
    }
    if let Some(count) = info.keepalives.count {
        config.keepalives_retries(count);
    }
    config
}

/// Puts a list into random order: the one thing that the user asks to be left to chance.
fn shuffle<T>(list: &mut [T]) {
    let random = RandomState::new();
    for i in (1..list.len()).rev() {
        let pick = random.hash_one(i) % (i as u64 + 1);
        list.swap(i, usize::try_from(pick).unwrap_or(i));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_balancing_loses_no_server() {
        let mut list: Vec<usize> = (0..20).collect();
        shuffle(&mut list);
        list.sort_unstable();
        assert_eq!(list, (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn a_password_over_a_network_without_verification_is_warned_of() {
        let env = Env { user: Some("ann".to_owned()), ..Env::default() };
        let warned = |text: &str, address: &str| {
            let info = ConnInfo::parse(text, &env).unwrap();
            let place =
                Place { info: &info, server: &info.servers[0], address: None, encrypted: false };
            unverified(&place, SocketAddr::new(address.parse().unwrap(), 5432))
        };
        let far = "203.0.113.1";
        for mode in ["disable", "allow", "prefer", "require", "verify-ca"] {
            let text = format!("host=db password=hunter2 sslmode={mode}");
            let warning = warned(&text, far).unwrap();
            assert!(warning.starts_with(&format!("sslmode={mode} does")), "{warning}");
            assert!(!warning.contains("hunter2") && !warning.contains('\n'), "{warning}");
            assert!(warned(&text, "127.0.0.1").is_none());
            assert!(warned(&text, "::ffff:127.0.0.1").is_none() && warned(&text, "::1").is_none());
        }
        assert!(warned("host=db password=x sslmode=verify-full", far).is_none());
        assert!(warned("host=db", far).is_none());
    }

    #[test]
    fn connecting_may_be_left_to_another_thread() {
        fn sent<T: Send>(_: &T) {}
        let env = Env { user: Some("ann".to_owned()), ..Env::default() };
        let info = ConnInfo::parse("host=db", &env).unwrap();
        sent(&connect(&info, "test"));
    }
}
