//! The rustls configuration that comes of the parameters.

use super::tunnel::Dialer;
use super::verify::{Shown, Trust, Verifier};
use super::{Roots, SslMode, TlsSettings};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

impl TlsSettings {
    /// Makes what speaks TLS to one host. Warnings say what was asked for and is not there.
    ///
    /// # Errors
    /// If a file that is needed is missing, unreadable or unsafe: what is wrong and what to do.
    pub(in super::super) fn dialer(
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
        let versions: Vec<_> = [(12, &TLS12), (13, &TLS13)]
            .into_iter()
            .filter_map(|(rank, version)| self.versions.contains(&rank).then_some(version))
            .collect();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let shown = Shown::default();
        let verifier = Verifier {
            trust: self.trust(&provider, warnings)?,
            host: checked.map(ToOwned::to_owned),
            algorithms: provider.signature_verification_algorithms,
            shown: Arc::clone(&shown),
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions)
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
