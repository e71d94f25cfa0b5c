//! The parameters of a connection, as in the manual, "Parameter Key Words" and "Environment
//! Variables" of libpq: one table that says of each what it means here.
//!
//! It does not interpret values; `conninfo` does.

use super::ConnectError;
use std::collections::BTreeMap;

use crate::suggest::suggest;

/// Parameters that were given, by their canonical keyword. An empty value is "the default".
pub(super) type Settings = BTreeMap<&'static str, String>;

/// What becomes of a parameter.
enum Support {
    /// It is honoured.
    Used,
    /// It is read and has no effect, which harms nobody.
    Ignored,
    /// Only these values are honoured; any other is an error for this reason.
    Only(&'static [&'static str], &'static str),
    /// Giving it is an error for this reason.
    Refused(&'static str),
}

/// One parameter: its keyword, its environment variable, and what becomes of it.
pub(super) struct Keyword {
    pub(super) name: &'static str,
    env: &'static str,
    support: Support,
}

const fn used(name: &'static str, env: &'static str) -> Keyword {
    Keyword { name, env, support: Support::Used }
}
const fn ignored(name: &'static str, env: &'static str) -> Keyword {
    Keyword { name, env, support: Support::Ignored }
}
const fn refused(name: &'static str, env: &'static str, why: &'static str) -> Keyword {
    Keyword { name, env, support: Support::Refused(why) }
}
const fn only(
    name: &'static str,
    env: &'static str,
    values: &'static [&'static str],
    why: &'static str,
) -> Keyword {
    Keyword { name, env, support: Support::Only(values, why) }
}

const NO_GSS: &str = "GSSAPI is not available here; leave it out or use TLS";
const NO_OAUTH: &str = "OAuth is not available here; authenticate with a password or a certificate";
const NO_SCRAM_KEY: &str = "SCRAM keys cannot be given; give the password itself";

/// Every parameter that libpq knows. Those that are ignored are harmless to ignore: the encoding
/// is always UTF8, TLS compression is gone, GSSAPI details matter only with GSSAPI, and
/// `sslpassword` only for encrypted keys, which are refused by name when one is met.
const KEYWORDS: &[Keyword] = &[
    used("service", "PGSERVICE"),
    used("servicefile", "PGSERVICEFILE"),
    used("user", "PGUSER"),
    used("password", "PGPASSWORD"),
    used("passfile", "PGPASSFILE"),
    used("dbname", "PGDATABASE"),
    used("host", "PGHOST"),
    used("hostaddr", "PGHOSTADDR"),
    used("port", "PGPORT"),
    used("options", "PGOPTIONS"),
    used("application_name", "PGAPPNAME"),
    used("fallback_application_name", ""),
    used("connect_timeout", "PGCONNECT_TIMEOUT"),
    used("tcp_user_timeout", ""),
    used("keepalives", ""),
    used("keepalives_idle", ""),
    used("keepalives_interval", ""),
    used("keepalives_count", ""),
    used("channel_binding", "PGCHANNELBINDING"),
    used("require_auth", "PGREQUIREAUTH"),
    used("target_session_attrs", "PGTARGETSESSIONATTRS"),
    used("load_balance_hosts", "PGLOADBALANCEHOSTS"),
    used("sslmode", "PGSSLMODE"),
    used("sslnegotiation", "PGSSLNEGOTIATION"),
    used("sslcert", "PGSSLCERT"),
    used("sslkey", "PGSSLKEY"),
    used("sslrootcert", "PGSSLROOTCERT"),
    used("sslcrl", "PGSSLCRL"),
    used("sslsni", "PGSSLSNI"),
    used("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION"),
    used("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION"),
    only(
        "sslcertmode",
        "PGSSLCERTMODE",
        &["disable", "allow"],
        "that a certificate was asked for cannot be enforced; use `allow`",
    ),
    only("gssencmode", "PGGSSENCMODE", &["disable", "prefer"], NO_GSS),
    only(
        "replication",
        "",
        &["false", "off", "no", "0"],
        "this is not a replication client; leave it out",
    ),
    only("min_protocol_version", "PGMINPROTOCOLVERSION", &["3.0"], "only protocol 3.0 is spoken"),
    ignored("max_protocol_version", "PGMAXPROTOCOLVERSION"),
    ignored("client_encoding", "PGCLIENTENCODING"),
    ignored("sslcompression", "PGSSLCOMPRESSION"),
    ignored("sslpassword", ""),
    ignored("krbsrvname", "PGKRBSRVNAME"),
    ignored("gsslib", "PGGSSLIB"),
    ignored("gssdelegation", "PGGSSDELEGATION"),
    ignored("authtype", ""),
    ignored("tty", ""),
    refused("requirepeer", "PGREQUIREPEER", "the owner of a socket cannot be checked; use TLS"),
    refused("sslcrldir", "PGSSLCRLDIR", "give one file with `sslcrl`"),
    refused("sslkeylogfile", "", "session keys are never written to a file"),
    refused("scram_client_key", "", NO_SCRAM_KEY),
    refused("scram_server_key", "", NO_SCRAM_KEY),
    refused("oauth_issuer", "", NO_OAUTH),
    refused("oauth_client_id", "", NO_OAUTH),
    refused("oauth_client_secret", "", NO_OAUTH),
    refused("oauth_scope", "", NO_OAUTH),
];

/// What other drivers call a parameter.
const ALIASES: &[(&str, &str)] = &[
    ("database", "dbname"),
    ("db", "dbname"),
    ("username", "user"),
    ("login", "user"),
    ("pass", "password"),
    ("passwd", "password"),
    ("pwd", "password"),
    ("hostname", "host"),
    ("server", "host"),
    ("ssl", "sslmode"),
    ("tls", "sslmode"),
    ("timeout", "connect_timeout"),
];

/// What object-relational mappers put into a URL for themselves.
const FOREIGN: &[&str] = &[
    "schema",
    "currentschema",
    "connection_limit",
    "pool_timeout",
    "pool_size",
    "pgbouncer",
    "statement_cache_size",
    "socket_timeout",
    "sslaccept",
    "serverversion",
    "charset",
    "preparethreshold",
];

/// Whether what follows this parameter may be a piece of a secret, and must not be quoted.
pub(super) fn secret(name: &str) -> bool {
    name.contains("pass") || name.contains("secret") || name.starts_with("scram_")
}

/// Finds the canonical form of a keyword.
///
/// # Errors
/// If libpq does not know it either: with the nearest name that it knows.
pub(super) fn canonical(name: &str) -> Result<&'static str, ConnectError> {
    if let Some(keyword) = KEYWORDS.iter().find(|keyword| keyword.name == name) {
        return Ok(keyword.name);
    }
    // A text that was meant for a URL may have its password in what looks like a name.
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(ConnectError::Form {
            problem: "the text is neither a URL nor a list of `keyword=value`: the name of a \
                      parameter has letters and `_` only"
                .to_owned(),
        });
    }
    let lower = name.to_ascii_lowercase();
    let hint = if FOREIGN.contains(&lower.as_str()) {
        "; it belongs to an application framework, not to PostgreSQL: leave it out".to_owned()
    } else {
        let alias = ALIASES.iter().find(|(other, _)| *other == lower).map(|(_, name)| *name);
        let near = || suggest(&lower, KEYWORDS.iter().map(|keyword| keyword.name));
        alias.or_else(near).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
    };
    Err(ConnectError::UnknownParameter { name: name.to_owned(), hint })
}

/// Adds what the environment says and nobody said before.
pub(super) fn fill_from_env(settings: &mut Settings, vars: &BTreeMap<String, String>) {
    for keyword in KEYWORDS.iter().filter(|keyword| !keyword.env.is_empty()) {
        if let Some(value) = vars.get(keyword.env) {
            settings.entry(keyword.name).or_insert_with(|| value.clone());
        }
    }
}

/// Refuses what is given and not supported.
///
/// # Errors
/// Names the first such parameter, and says what to do.
pub(super) fn check_supported(settings: &Settings) -> Result<(), ConnectError> {
    for keyword in KEYWORDS {
        let Some(value) = settings.get(keyword.name).filter(|value| !value.is_empty()) else {
            continue;
        };
        match keyword.support {
            Support::Only(values, reason) if !values.contains(&value.as_str()) => {
                let parameter = format!("{}={value}", keyword.name);
                return Err(ConnectError::Unsupported { parameter, reason });
            }
            Support::Refused(reason) => {
                let parameter = keyword.name.to_owned();
                return Err(ConnectError::Unsupported { parameter, reason });
            }
            Support::Used | Support::Ignored | Support::Only(..) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_parameter_is_answered_with_the_nearest_name() {
        for (wrong, right) in [
            ("sslmod", "`sslmode`?"),
            ("SSLMODE", "`sslmode`?"),
            ("conect_timeout", "`connect_timeout`?"),
            ("database", "`dbname`?"),
            ("username", "`user`?"),
            ("target_session_attr", "`target_session_attrs`?"),
            ("pgbouncer", "leave it out"),
        ] {
            let message = canonical(wrong).unwrap_err().to_string();
            assert!(message.ends_with(right), "{message}");
        }
    }

    #[test]
    fn a_parameter_like_no_other_gets_no_suggestion() {
        assert_eq!(
            canonical("frobnicate").unwrap_err().to_string(),
            "unknown connection parameter `frobnicate`"
        );
    }

    #[test]
    fn harmless_parameters_are_ignored_and_harmful_ones_are_named() {
        let check = |name, value: &str| {
            let settings = Settings::from([(canonical(name)?, value.to_owned())]);
            check_supported(&settings)
        };
        assert_eq!(check("krbsrvname", "postgres"), Ok(()));
        assert_eq!(check("gssencmode", "prefer"), Ok(()));
        assert_eq!(
            check("gssencmode", "require").unwrap_err().to_string(),
            "connection parameter `gssencmode=require` is not supported: GSSAPI is not available \
             here; leave it out or use TLS"
        );
        assert!(check("requirepeer", "postgres").is_err());
    }

    #[test]
    fn keywords_and_variables_are_unique() {
        for (i, a) in KEYWORDS.iter().enumerate() {
            for b in &KEYWORDS[i + 1..] {
                assert_ne!(a.name, b.name);
                assert!(a.env.is_empty() || a.env != b.env, "{}", a.env);
            }
        }
    }
}
