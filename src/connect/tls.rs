//! TLS by libpq's rules ("SSL Support"): which mode asks for what, which files are read, and the
//! rustls configuration that comes of it.
//!
//! Encrypted private keys, engines and directories of revocation lists are not read.

mod tunnel;
mod verify;
mod x509;

use super::ConnectError;
use super::keyword::Settings;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
pub(super) use tunnel::{Dialer, TlsFailure, Tunnel};
use verify::{Shown, Trust, Verifier};

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
#[derive(Debug, Clone)]
pub(super) struct TlsSettings {
    pub(super) mode: SslMode,
    pub(super) direct: bool,
    roots: Roots,
    certificate: Option<File>,
    key: Option<File>,
    revocation: Option<File>,
    server_name_indication: bool,
    versions: Vec<&'static SupportedProtocolVersion>,
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

    /// Makes what speaks TLS to one host. Warnings say what was asked for and is not there.
    ///
    /// # Errors
    /// If a file that is needed is missing, unreadable or unsafe: what is wrong and what to do.
    pub(super) fn dialer(
        &self,
        host: Option<&str>,
        address: &str,
        warnings: &mut Vec<String>,
    ) -> Result<Dialer, String> {
        let checked =
            if self.mode == SslMode::VerifyFull {
                Some(host.ok_or(
                    "sslmode=verify-full needs a host name; give `host` besides `hostaddr`",
                )?)
            } else {
                None
            };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let shown = Shown::default();
        let verifier = Verifier {
            trust: self.trust(&provider, warnings)?,
            host: checked.map(ToOwned::to_owned),
            algorithms: provider.signature_verification_algorithms,
            shown: Arc::clone(&shown),
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&self.versions)
            .map_err(|e| e.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match self.client_certificate(warnings)? {
            Some((chain, key)) => builder
                .with_client_auth_cert(chain, key)
                .map_err(|e| format!("the client certificate and its key do not serve: {e}"))?,
            None => builder.with_no_client_auth(),
        };
        // Each connection shows its certificate anew, which channel binding needs.
        config.resumption = Resumption::disabled();
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        config.enable_sni = self.server_name_indication;
        let mut name = host.unwrap_or(address).to_owned();
        if checked.is_none() && ServerName::try_from(name.as_str()).is_err() {
            // Nothing is compared with the name, so a host that no certificate can name will do.
            "localhost".clone_into(&mut name);
            config.enable_sni = false;
        }
        let or_plain = self.mode == SslMode::Prefer;
        Ok(Dialer::secure(config, name, shown, self.direct, or_plain))
    }

    /// A root file that exists is used in every mode; only `verify-ca` and `verify-full` need it.
    fn trust(
        &self,
        provider: &Arc<rustls::crypto::CryptoProvider>,
        warnings: &mut Vec<String>,
    ) -> Result<Trust, String> {
        let needed = self.mode >= SslMode::VerifyCa;
        let roots = match &self.roots {
            Roots::System => {
                let found = rustls_native_certs::load_native_certs();
                if found.certs.is_empty() {
                    return Err("no trusted roots were found on this system (sslrootcert=system)"
                        .to_owned());
                }
                found.certs
            }
            Roots::File(Some(file)) if file.path.exists() => certificates(&file.path)?,
            Roots::File(file) if needed => {
                let path = file.as_ref().map_or("~/.postgresql/root.crt".to_owned(), |file| {
                    file.path.display().to_string()
                });
                return Err(format!(
                    "root certificate file {path} does not exist; provide it, use the \
                     system's trusted roots \
                     with sslrootcert=system, or choose an sslmode that does not verify the server"
                ));
            }
            Roots::File(file) => {
                if let Some(file) = file.as_ref().filter(|file| file.named) {
                    warnings.push(format!(
                        "root certificate file {} does not exist: the server is not verified",
                        file.path.display()
                    ));
                }
                return Ok(Trust::Anyone);
            }
        };
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(roots.iter().cloned());
        let lists = match &self.revocation {
            Some(file) if file.path.exists() => {
                CertificateRevocationListDer::pem_file_iter(&file.path)
                    .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                    .map_err(|e| format!("revocation list file {}: {e}", file.path.display()))?
            }
            _ => Vec::new(),
        };
        let revocation = !lists.is_empty();
        let webpki =
            WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider))
                .with_crls(lists)
                .build()
                .map_err(|e| format!("the trusted roots do not serve: {e}"))?;
        Ok(Trust::Roots { webpki, roots, revocation })
    }

    /// The client's certificate and key, if there is a certificate.
    fn client_certificate(
        &self,
        warnings: &mut Vec<String>,
    ) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>, String> {
        let Some(file) = &self.certificate else { return Ok(None) };
        if !file.path.exists() {
            if file.named {
                warnings.push(format!(
                    "client certificate file {} does not exist: none is shown to the server",
                    file.path.display()
                ));
            }
            return Ok(None);
        }
        let chain = certificates(&file.path)?;
        let path = &self
            .key
            .as_ref()
            .ok_or("there is a client certificate and no key: give `sslkey`")?
            .path;
        let metadata = std::fs::metadata(path).map_err(|e| {
            format!(
                "certificate {} has no usable private key {}: {e}",
                file.path.display(),
                path.display()
            )
        })?;
        // libpq: 0600 or stricter, or 0640 for a file of root's.
        let mode = metadata.permissions().mode();
        let allowed = if metadata.uid() == 0 { 0o027 } else { 0o077 };
        if metadata.is_file() && mode & allowed != 0 {
            return Err(format!(
                "private key file {0} has group or world access; make it private with `chmod \
                 0600 {0}`",
                path.display()
            ));
        }
        let text =
            std::fs::read(path).map_err(|e| format!("private key file {}: {e}", path.display()))?;
        let key = PrivateKeyDer::from_pem_slice(&text).map_err(|e| {
            let encrypted = String::from_utf8_lossy(&text).contains("ENCRYPTED");
            let problem = if encrypted {
                "it is encrypted, which is not supported; decrypt it with `openssl pkey`".to_owned()
            } else {
                e.to_string()
            };
            format!("private key file {}: {problem}", path.display())
        })?;
        Ok(Some((chain, key)))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| format!("certificate file {}: {e}", path.display()))?;
    if found.is_empty() {
        return Err(format!("certificate file {} has no certificate in PEM form", path.display()));
    }
    Ok(found)
}

/// The versions from the least to the greatest; rustls has 1.2 and 1.3.
fn versions(
    least: Option<&str>,
    greatest: Option<&str>,
) -> Result<Vec<&'static SupportedProtocolVersion>, ConnectError> {
    let known = [("TLSv1", 10), ("TLSv1.1", 11), ("TLSv1.2", 12), ("TLSv1.3", 13)];
    let rank = |name: &'static str, value: Option<&str>, default| {
        let lower = value.map(str::to_ascii_lowercase);
        let canonical = known.iter().find(|(known, _)| Some(known.to_ascii_lowercase()) == lower);
        one_of(name, canonical.map(|(known, _)| *known).or(value), &known, default)
    };
    let least = rank("ssl_min_protocol_version", least, 12)?;
    let greatest = rank("ssl_max_protocol_version", greatest, 13)?;
    let range = least..=greatest;
    let versions: Vec<_> = [(12, &TLS12), (13, &TLS13)]
        .into_iter()
        .filter_map(|(rank, version)| range.contains(&rank).then_some(version))
        .collect();
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
        let range = |least, greatest| {
            versions(least, greatest).unwrap().iter().map(|v| v.version).collect::<Vec<_>>()
        };
        assert_eq!(range(None, None).len(), 2);
        assert_eq!(range(Some("tlsv1.3"), None), [rustls::ProtocolVersion::TLSv1_3]);
        assert_eq!(range(Some("TLSv1"), Some("TLSv1.2")), [rustls::ProtocolVersion::TLSv1_2]);
    }

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
