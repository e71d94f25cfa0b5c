//! What to connect to and how: parameters from all their sources, put together by libpq's rules
//! (given > service file > environment > default) and checked.
//!
//! It reads the service and password files and opens no connection.

use super::keyword::{self, Settings};
use super::passfile::{Passfile, Secret};
use super::require_auth::RequireAuth;
use super::tls::{TlsSettings, one_of};
use super::{ConnectError, Env, keyvalue, service, uri};
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_postgres::config::ChannelBinding;

const DEFAULT_PORT: u16 = 5432;

/// Where servers put their sockets when nobody says where: Debian's choice, then upstream's.
const SOCKET_DIRS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// Where to connect to, as whom, and how; never shows its password.
#[derive(Clone)]
pub struct ConnInfo {
    pub(super) servers: Vec<Server>,
    user: String,
    database: String,
    password: Option<Secret>,
    passfile: Passfile,
    pub(super) options: Option<String>,
    /// The time zone of the sessions; none: the database's.
    pub(super) timezone: Option<String>,
    pub(super) application_name: Option<String>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) tcp_user_timeout: Option<Duration>,
    pub(super) keepalives: Keepalives,
    pub(super) channel_binding: ChannelBinding,
    pub(super) require_auth: Option<RequireAuth>,
    pub(super) session: Session,
    pub(super) shuffled: bool,
    pub(super) tls: TlsSettings,
    warnings: Vec<String>,
}

/// One server of possibly several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    /// A host name, an address, or the directory of a socket; none where only `hostaddr` was given.
    pub(super) host: Option<String>,
    /// Spares the look-up of the host name.
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
}

/// TCP keepalive; `None` leaves it to the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keepalives {
    pub(super) on: bool,
    pub(super) idle: Option<Duration>,
    pub(super) interval: Option<Duration>,
    pub(super) count: Option<u32>,
}

/// What kind of server is wanted (`target_session_attrs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Session {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

impl ConnInfo {
    /// Reads a connection string, a URL or `keyword=value`, and adds what the environment says.
    ///
    /// # Errors
    /// If the text has neither form, or a parameter is unknown, wrong or not supported.
    pub fn parse(text: &str, env: &Env) -> Result<ConnInfo, ConnectError> {
        resolve(Self::settings(text)?, env)
    }

    /// The parameters of a connection string, by libpq's names, and nothing of what is not in it.
    ///
    /// # Errors
    /// If the text has neither form, or a parameter is unknown.
    pub fn settings(
        text: &str,
    ) -> Result<std::collections::BTreeMap<&'static str, String>, ConnectError> {
        let text = text.trim();
        Ok(if let Some(rest) = uri::strip_scheme(text) {
            uri::parse(rest)?
        } else if let Some((scheme, _)) = text.split_once("://").filter(|(s, _)| is_scheme(s)) {
            let problem = format!("`{scheme}://` is not the scheme of a PostgreSQL URL");
            return Err(ConnectError::Form { problem });
        } else if !text.is_empty() && !text.contains('=') {
            let problem = "the text is neither a URL nor a list of `keyword=value`".to_owned();
            return Err(ConnectError::Form { problem });
        } else {
            keyvalue::parse(text)?
        })
    }

    /// Puts together what the `PG*` variables of the environment say.
    ///
    /// # Errors
    /// If a variable has a wrong value or names something that is not supported.
    pub fn from_env(env: &Env) -> Result<ConnInfo, ConnectError> {
        resolve(Settings::new(), env)
    }

    /// Whether the environment says where to connect to: `PGHOST`, `PGSERVICE` or `PGDATABASE`.
    #[must_use]
    pub fn names_a_server(env: &Env) -> bool {
        ["PGHOST", "PGSERVICE", "PGDATABASE"].iter().any(|name| env.get(name).is_some())
    }

    /// The same server, user and manner, and another database.
    #[must_use]
    pub fn with_database(&self, name: &str) -> ConnInfo {
        ConnInfo { database: name.to_owned(), ..self.clone() }
    }

    /// The same, with sessions in a time zone.
    #[must_use]
    pub fn with_timezone(&self, zone: &str) -> ConnInfo {
        ConnInfo { timezone: Some(zone.to_owned()), ..self.clone() }
    }

    /// The same server and manner, and another user.
    #[must_use]
    pub(crate) fn with_user(&self, name: &str) -> ConnInfo {
        ConnInfo { user: name.to_owned(), ..self.clone() }
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The user.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// What was passed over and ought to be known, such as a password file that others can read.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Whether there is a password for one of the servers, from whatever source.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.servers.iter().any(|server| self.password(server).is_some())
    }

    /// The password for one server, and the password file if it came from there.
    pub(super) fn password(&self, server: &Server) -> Option<(&str, Option<&Path>)> {
        if let Some(password) = &self.password {
            return Some((password.reveal(), None));
        }
        let address = server.address.map(|address| address.to_string());
        let host = match server.host.as_deref().or(address.as_deref()) {
            // The manual: `localhost` also stands for a socket in the default directory.
            None => "localhost",
            Some(dir) if dir == "/run/postgresql" || SOCKET_DIRS.contains(&dir) => "localhost",
            Some(host) => host,
        };
        let found = self.passfile.password(host, server.port, &self.database, &self.user)?;
        Some((found.reveal(), Some(&self.passfile.path)))
    }
}

impl Server {
    /// Whether it is reached by a socket in the file system.
    pub(super) fn is_local(&self) -> bool {
        self.address.is_none() && self.host.as_deref().is_some_and(|host| host.starts_with('/'))
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address.map(|address| address.to_string()).unwrap_or_default();
        let host = self.host.as_deref().unwrap_or(&address);
        match host {
            _ if self.is_local() => write!(f, "{host}/.s.PGSQL.{}", self.port),
            _ if host.contains(':') => write!(f, "[{host}]:{}", self.port),
            _ => write!(f, "{host}:{}", self.port),
        }
    }
}

/// A URL without secrets: the same for the same parameters, and good for connecting again.
impl fmt::Display for ConnInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (user, database) = (uri::encode(&self.user, ""), uri::encode(&self.database, ""));
        if let [server] = self.servers.as_slice()
            && server.is_local()
        {
            let dir = uri::encode(server.host.as_deref().unwrap_or_default(), "/");
            write!(f, "postgresql://{user}@/{database}?host={dir}")?;
            return if server.port == DEFAULT_PORT {
                Ok(())
            } else {
                write!(f, "&port={}", server.port)
            };
        }
        let servers = self.servers.iter().map(|server| {
            let local = server.host.as_deref().filter(|_| server.is_local());
            local.map_or_else(
                || server.to_string(),
                |dir| format!("{}:{}", uri::encode(dir, ""), server.port),
            )
        });
        let servers = servers.collect::<Vec<_>>().join(",");
        write!(f, "postgresql://{user}@{servers}/{database}")
    }
}

impl fmt::Debug for ConnInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnInfo({self})")
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn resolve(mut settings: Settings, env: &Env) -> Result<ConnInfo, ConnectError> {
    service::fill(&mut settings, env)?;
    keyword::fill_from_env(&mut settings, &env.vars);
    keyword::check_supported(&settings)?;
    let get = |name: &str| settings.get(name).map(String::as_str).filter(|v| !v.is_empty());
    let owned = |name: &str| get(name).map(ToOwned::to_owned);

    let user = owned("user").or_else(|| env.user.clone()).ok_or(ConnectError::NoUser)?;
    let passfile = match get("passfile") {
        Some(path) => Some(PathBuf::from(path)),
        None => env.home.as_ref().map(|home| home.join(".pgpass")),
    };
    let password = owned("password").map(Secret::new);
    let (passfile, warning) = match passfile.filter(|_| password.is_none()) {
        Some(path) => Passfile::read(&path),
        None => (Passfile::default(), None),
    };
    let flag = [("0", false), ("1", true)];
    Ok(ConnInfo {
        servers: servers(get("host"), get("hostaddr"), get("port"))?,
        database: owned("dbname").unwrap_or_else(|| user.clone()),
        user,
        password,
        passfile,
        options: owned("options"),
        timezone: None,
        application_name: owned("application_name").or_else(|| owned("fallback_application_name")),
        connect_timeout: seconds("connect_timeout", get("connect_timeout"))?,
        tcp_user_timeout: positive("tcp_user_timeout", get("tcp_user_timeout"))?
            .map(|milliseconds| Duration::from_millis(milliseconds.into())),
        keepalives: Keepalives {
            on: one_of("keepalives", get("keepalives"), &flag, true)?,
            idle: seconds("keepalives_idle", get("keepalives_idle"))?,
            interval: seconds("keepalives_interval", get("keepalives_interval"))?,
            count: positive("keepalives_count", get("keepalives_count"))?,
        },
        channel_binding: one_of(
            "channel_binding",
            get("channel_binding"),
            &[
                ("disable", ChannelBinding::Disable),
                ("prefer", ChannelBinding::Prefer),
                ("require", ChannelBinding::Require),
            ],
            ChannelBinding::Prefer,
        )?,
        require_auth: get("require_auth").map(RequireAuth::parse).transpose()?,
        session: one_of(
            "target_session_attrs",
            get("target_session_attrs"),
            &[
                ("any", Session::Any),
                ("read-write", Session::ReadWrite),
                ("read-only", Session::ReadOnly),
                ("primary", Session::Primary),
                ("standby", Session::Standby),
                ("prefer-standby", Session::PreferStandby),
            ],
            Session::Any,
        )?,
        shuffled: one_of(
            "load_balance_hosts",
            get("load_balance_hosts"),
            &[("disable", false), ("random", true)],
            false,
        )?,
        tls: TlsSettings::resolve(&settings, env.home.as_deref())?,
        warnings: warning.into_iter().collect(),
    })
}

/// Pairs hosts, addresses and ports: lists of one length, or one port for all.
fn servers(
    hosts: Option<&str>,
    addresses: Option<&str>,
    ports: Option<&str>,
) -> Result<Vec<Server>, ConnectError> {
    let list = |text: Option<&str>| -> Vec<String> {
        text.map(|text| text.split(',').map(|item| item.trim().to_owned()).collect())
            .unwrap_or_default()
    };
    let (hosts, addresses, ports) = (list(hosts), list(addresses), list(ports));
    if !hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len() {
        return Err(ConnectError::Contradiction(format!(
            "`host` has {} entries and `hostaddr` has {}: give one address for each host",
            hosts.len(),
            addresses.len()
        )));
    }
    let count = hosts.len().max(addresses.len()).max(1);
    if ports.len() > 1 && ports.len() != count {
        return Err(ConnectError::Contradiction(format!(
            "`port` has {} entries for {count} servers: give one port, or one for each",
            ports.len()
        )));
    }
    (0..count)
        .map(|i| {
            let port = port(ports.get(i).or(ports.first()).map_or("", String::as_str))?;
            let address = match addresses.get(i).filter(|text| !text.is_empty()) {
                Some(text) => {
                    Some(text.parse::<IpAddr>().map_err(|_| ConnectError::InvalidValue {
                        parameter: "hostaddr",
                        value: text.clone(),
                        expected: "a numeric address; a name goes into `host`".to_owned(),
                    })?)
                }
                None => None,
            };
            let host = hosts.get(i).filter(|host| !host.is_empty()).cloned();
            if host.as_ref().is_some_and(|host| host.starts_with('@')) {
                return Err(ConnectError::Unsupported {
                    parameter: "host=@...".to_owned(),
                    reason: "abstract sockets are not; name the directory of the socket",
                });
            }
            let host = match (host, address) {
                (None, None) => Some(default_host(&SOCKET_DIRS, port)),
                (host, _) => host,
            };
            Ok(Server { host, address, port })
        })
        .collect()
}

fn port(text: &str) -> Result<u16, ConnectError> {
    if text.is_empty() {
        return Ok(DEFAULT_PORT);
    }
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| ConnectError::InvalidValue {
        parameter: "port",
        value: text.to_owned(),
        expected: "a number from 1 to 65535".to_owned(),
    })
}

/// The directory that has the socket, or else the first that exists, or else TCP on this machine.
fn default_host(dirs: &[&str], port: u16) -> String {
    let with_socket =
        dirs.iter().find(|dir| Path::new(dir).join(format!(".s.PGSQL.{port}")).exists());
    let existing = || dirs.iter().find(|dir| Path::new(dir).is_dir());
    (*with_socket.or_else(existing).unwrap_or(&"localhost")).to_owned()
}

/// A whole number; zero and less are "the default", as in libpq.
fn positive(parameter: &'static str, value: Option<&str>) -> Result<Option<u32>, ConnectError> {
    let Some(value) = value else { return Ok(None) };
    let number: i32 = value.trim().parse().map_err(|_| ConnectError::InvalidValue {
        parameter,
        value: value.to_owned(),
        expected: "a whole number".to_owned(),
    })?;
    Ok(u32::try_from(number).ok().filter(|number| *number > 0))
}

fn seconds(parameter: &'static str, value: Option<&str>) -> Result<Option<Duration>, ConnectError> {
    Ok(positive(parameter, value)?.map(|seconds| Duration::from_secs(seconds.into())))
}

#[cfg(test)]
mod tests;
