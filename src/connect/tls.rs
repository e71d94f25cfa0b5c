//! TLS by libpq's rules ("SSL Support"): which mode asks for what, which files are read, and the
//! rustls configuration that comes of it.
//!
//! Encrypted private keys, engines and directories of revocation lists are not read.

#[cfg(feature = "tls")]
mod explain;
#[cfg(feature = "tls")]
mod secure;
mod tunnel;
#[cfg(feature = "tls")]
mod verify;
#[cfg(not(feature = "tls"))]
mod without;
#[cfg(feature = "tls")]
mod x509;

use super::ConnectError;
use super::keyword::Settings;
#[cfg(feature = "tls")]
pub(super) use explain::{explained, is_tls};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
pub(super) use tunnel::{Dialer, TlsFailure, Tunnel};
#[cfg(not(feature = "tls"))]
pub(super) use without::{explained, is_tls};

/// How much encryption and verification is asked for (`sslmode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SslMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl SslMode {
    /// The value of `sslmode`.
    pub(super) fn name(self) -> &'static str {
        MODES.iter().find(|(_, mode)| *mode == self).map_or("", |(name, _)| name)
    }
}

const MODES: [(&str, SslMode); 6] = [
    ("disable", SslMode::Disable),
    ("allow", SslMode::Allow),
    ("prefer", SslMode::Prefer),
    ("require", SslMode::Require),
    ("verify-ca", SslMode::VerifyCa),
    ("verify-full", SslMode::VerifyFull),
];

/// A file that was named, or the default one that need not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    path: PathBuf,
    named: bool,
}

/// Where trust comes from (`sslrootcert`).
#[derive(Debug, Clone, PartialEq, Eq)]
enum Roots {
    System,
    File(Option<File>),
}

/// The TLS side of a connection's parameters.
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "read to be checked, not used"))]
#[derive(Debug, Clone)]
pub(super) struct TlsSettings {
    pub(super) mode: SslMode,
    pub(super) direct: bool,
    roots: Roots,
    certificate: Option<File>,
    key: Option<File>,
    revocation: Option<File>,
    server_name_indication: bool,
    versions: RangeInclusive<u8>,
}

impl TlsSettings {
    /// Reads the parameters that begin with `ssl`.
    ///
    /// # Errors
    /// If a value is not one of those known, or two do not go together.
    pub(super) fn resolve(
        settings: &Settings,
        home: Option<&Path>,
    ) -> Result<TlsSettings, ConnectError> {
        let get = |name: &str| settings.get(name).map(String::as_str).filter(|v| !v.is_empty());
        let file = |name: &str, default: &str| match get(name) {
            Some(path) => Some(File { path: PathBuf::from(path), named: true }),
            None => {
                home.map(|home| File { path: home.join(".postgresql").join(default), named: false })
            }
        };
        let roots = match get("sslrootcert") {
            Some("system") => Roots::System,
            _ => Roots::File(file("sslrootcert", "root.crt")),
        };
        let default = if roots == Roots::System { SslMode::VerifyFull } else { SslMode::Prefer };
        let mode = one_of("sslmode", get("sslmode"), &MODES, default)?;
        if roots == Roots::System && mode != SslMode::VerifyFull {
            return Err(ConnectError::Contradiction(
                "weak sslmode may not be used with sslrootcert=system; use sslmode=verify-full"
                    .to_owned(),
            ));
        }
        let direct = one_of(
            "sslnegotiation",
            get("sslnegotiation"),
            &[("postgres", false), ("direct", true)],
            false,
        )?;
        if direct && mode < SslMode::Require {
            return Err(ConnectError::Contradiction(
                "weak sslmode may not be used with sslnegotiation=direct; use \
                 sslmode=require, verify-ca or verify-full"
                    .to_owned(),
            ));
        }
        let own = get("sslcertmode") != Some("disable");
        let crl = file("sslcrl", "root.crl").filter(|_| roots != Roots::System);
        Ok(TlsSettings {
            mode,
            direct,
            roots,
            certificate: file("sslcert", "postgresql.crt").filter(|_| own),
            key: file("sslkey", "postgresql.key"),
            revocation: crl,
            server_name_indication: one_of(
                "sslsni",
                get("sslsni"),
                &[("0", false), ("1", true)],
                true,
            )?,
            versions: versions(get("ssl_min_protocol_version"), get("ssl_max_protocol_version"))?,
        })
    }
}

/// The versions from the least to the greatest, 12 for TLS 1.2 and 13 for TLS 1.3; rustls has these two.
fn versions(
    least: Option<&str>,
    greatest: Option<&str>,
) -> Result<RangeInclusive<u8>, ConnectError> {
    let known = [("TLSv1", 10), ("TLSv1.1", 11), ("TLSv1.2", 12), ("TLSv1.3", 13)];
    let rank = |name: &'static str, value: Option<&str>, default| {
        let lower = value.map(str::to_ascii_lowercase);
        let canonical = known.iter().find(|(known, _)| Some(known.to_ascii_lowercase()) == lower);
        one_of(name, canonical.map(|(known, _)| *known).or(value), &known, default)
    };
    let least = rank("ssl_min_protocol_version", least, 12)?;
    let greatest = rank("ssl_max_protocol_version", greatest, 13)?;
    let versions = least.max(12)..=greatest;
    if versions.is_empty() {
        return Err(ConnectError::Contradiction(
            "ssl_min_protocol_version and ssl_max_protocol_version leave no version; TLSv1.2 \
             and TLSv1.3 are available"
                .to_owned(),
        ));
    }
    Ok(versions)
}

/// The meaning of a value, out of a list of those known.
///
/// # Errors
/// If it is not in the list.
pub(super) fn one_of<T: Copy>(
    parameter: &'static str,
    value: Option<&str>,
    known: &[(&str, T)],
    default: T,
) -> Result<T, ConnectError> {
    let Some(value) = value else { return Ok(default) };
    known.iter().find(|(name, _)| *name == value).map(|(_, meaning)| *meaning).ok_or_else(|| {
        ConnectError::InvalidValue {
            parameter,
            value: value.to_owned(),
            expected: known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(pairs: &[(&'static str, &str)]) -> Result<TlsSettings, ConnectError> {
        let settings = pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        TlsSettings::resolve(&settings, Some(Path::new("/nowhere")))
    }

    #[test]
    fn encryption_is_preferred_unless_something_else_is_said() {
        assert_eq!(resolve(&[]).unwrap().mode, SslMode::Prefer);
        assert_eq!(resolve(&[("sslmode", "verify-ca")]).unwrap().mode, SslMode::VerifyCa);
        assert_eq!(resolve(&[("sslrootcert", "system")]).unwrap().mode, SslMode::VerifyFull);
    }

    #[test]
    fn weak_modes_and_wrong_values_are_refused() {
        for (pairs, expected) in [
            (
                &[("sslmode", "verify_full")][..],
                "expected disable, allow, prefer, require, verify-ca, verify-full",
            ),
            (&[("sslmode", "require"), ("sslrootcert", "system")], "use sslmode=verify-full"),
            (&[("sslnegotiation", "direct")], "use sslmode=require"),
            (&[("ssl_max_protocol_version", "TLSv1.1")], "TLSv1.2 and TLSv1.3 are available"),
            (&[("ssl_min_protocol_version", "SSLv3")], "expected TLSv1, "),
        ] {
            let message = resolve(pairs).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn protocol_versions_are_a_range() {
        assert_eq!(versions(None, None), Ok(12..=13));
        assert_eq!(versions(Some("tlsv1.3"), None), Ok(13..=13));
        assert_eq!(versions(Some("TLSv1"), Some("TLSv1.2")), Ok(12..=12));
    }

    #[cfg(feature = "tls")]
    #[test]
    fn verification_without_a_root_file_says_what_to_do() {
        let settings = resolve(&[("sslmode", "verify-ca")]).unwrap();
        let problem = settings.dialer(Some("db"), "10.0.0.1", &mut Vec::new()).err().unwrap();
        assert!(
            problem
                .starts_with("root certificate file /nowhere/.postgresql/root.crt does not exist"),
            "{problem}"
        );
    }

    #[cfg(feature = "tls")]
    #[test]
    fn a_named_root_file_that_is_missing_is_warned_about() {
        let settings = resolve(&[("sslmode", "require"), ("sslrootcert", "/nowhere/ca")]).unwrap();
        let mut warnings = Vec::new();
        assert!(settings.dialer(Some("db"), "10.0.0.1", &mut warnings).is_ok());
        assert_eq!(
            warnings,
            ["root certificate file /nowhere/ca does not exist: the server is not verified"]
        );
    }
}
