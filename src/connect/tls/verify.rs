//! Which server certificates are trusted: libpq, "Client Verification of Server Certificates".
//!
//! webpki decides first. It refuses three kinds of certificate that libpq takes and that the
//! manual's own recipes make, so they are decided here: a self-signed one that is itself in the
//! root file, a version 1 certificate that an authority in there signed, and the common name as a
//! host name where no subjectAltName has one.

use super::x509::Certificate;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the server has shown its certificate.
pub(super) type Shown = Arc<AtomicBool>;

/// Whom to trust.
#[derive(Debug)]
pub(super) enum Trust {
    /// Any certificate: the connection is encrypted and the server is not verified.
    Anyone,
    /// Those that these certificates vouch for.
    Roots {
        webpki: Arc<WebPkiServerVerifier>,
        roots: Vec<CertificateDer<'static>>,
        /// With revocation lists, webpki alone decides.
        revocation: bool,
    },
}

/// Verifies server certificates by libpq's rules.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) trust: Trust,
    /// The host that the certificate has to name, if it has to name one.
    pub(super) host: Option<String>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
    pub(super) shown: Shown,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.shown.store(true, Ordering::Relaxed);
        let Trust::Roots { webpki, roots, revocation } = &self.trust else {
            return Ok(ServerCertVerified::assertion());
        };
        let verdict =
            webpki.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verdict {
            Ok(verified) => return Ok(verified),
            // webpki looks at the name last, so the chain is good.
            Err(error) if is_about_the_name(&error) => {
                if let Some(host) = &self.host {
                    common_name_matches(end_entity, host).ok_or(error)?;
                }
            }
            Err(error) => {
                if *revocation {
                    return Err(error);
                }
                vouched_for(end_entity, roots, &self.algorithms, now).ok_or(error)??;
                if let Some(host) = &self.host {
                    names(end_entity, server_name, host)?;
                }
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signature(message, cert, dss, || {
            verify_tls12_signature(message, cert, dss, &self.algorithms)
        })
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signature(message, cert, dss, || {
            verify_tls13_signature(message, cert, dss, &self.algorithms)
        })
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl Verifier {
    /// Checks the handshake's signature: by rustls, or by the key of a version 1 certificate, which
    /// rustls does not read. Where anyone is trusted a signature proves nothing.
    fn signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
        by_rustls: impl FnOnce() -> Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        if matches!(self.trust, Trust::Anyone) {
            return Ok(HandshakeSignatureValid::assertion());
        }
        match Certificate::parse(cert) {
            Some(parsed) if !parsed.version_3 => {
                let schemes = self.algorithms.mapping.iter();
                let valid = schemes
                    .filter(|(scheme, _)| *scheme == dss.scheme)
                    .flat_map(|(_, algorithms)| algorithms.iter())
                    .filter(|algorithm| {
                        &*algorithm.public_key_alg_id() == parsed.key_algorithm.as_slice()
                    })
                    .any(|a| a.verify_signature(&parsed.key, message, dss.signature()).is_ok());
                if valid {
                    Ok(HandshakeSignatureValid::assertion())
                } else {
                    Err(CertificateError::BadSignature.into())
                }
            }
            _ => by_rustls(),
        }
    }
}

/// Whether the only thing wrong is the host name.
fn is_about_the_name(error: &Error) -> bool {
    matches!(
        error,
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
        )
    )
}

/// Whether the roots vouch for a certificate that webpki does not take: it is self-signed and one
/// of them, or of version 1 and signed by one of them that is an authority. None: they do not; an
/// error: they do, and its time is not now.
fn vouched_for(
    der: &CertificateDer<'_>,
    roots: &[CertificateDer<'static>],
    algorithms: &WebPkiSupportedAlgorithms,
    now: UnixTime,
) -> Option<Result<(), Error>> {
    let certificate = Certificate::parse(der)?;
    let mut dates = vec![(certificate.not_before, certificate.not_after)];
    let self_signed = certificate.issuer == certificate.subject;
    if !(self_signed && roots.iter().any(|root| root == der)) {
        if certificate.version_3 {
            return None;
        }
        let issuer = roots.iter().filter_map(|root| Certificate::parse(root)).find(|root| {
            root.authority
                && root.subject == certificate.issuer
                && algorithms.all.iter().any(|algorithm| {
                    &*algorithm.signature_alg_id() == certificate.signature_algorithm.as_slice()
                        && &*algorithm.public_key_alg_id() == root.key_algorithm.as_slice()
                        && algorithm
                            .verify_signature(
                                &root.key,
                                &certificate.signed,
                                &certificate.signature,
                            )
                            .is_ok()
                })
        })?;
        dates.push((issuer.not_before, issuer.not_after));
    }
    let now = now.as_secs();
    for (not_before, not_after) in dates {
        if now < not_before {
            return Some(Err(CertificateError::NotValidYet.into()));
        }
        if now > not_after {
            return Some(Err(CertificateError::Expired.into()));
        }
    }
    Some(Ok(()))
}

/// Checks that a certificate names the host, in a subjectAltName or else as its common name.
fn names(der: &CertificateDer<'_>, name: &ServerName<'_>, host: &str) -> Result<(), Error> {
    if common_name_matches(der, host).is_some() {
        return Ok(());
    }
    match ParsedCertificate::try_from(der) {
        Ok(parsed) => rustls::client::verify_server_name(&parsed, name),
        Err(_) => Err(CertificateError::NotValidForName.into()),
    }
}

/// Whether the common name stands for the host: it does only if no subjectAltName has a name.
fn common_name_matches(der: &[u8], host: &str) -> Option<()> {
    let certificate = Certificate::parse(der)?;
    if certificate.has_alternative_names {
        return None;
    }
    matches_host(&certificate.common_name?, host).then_some(())
}

/// Whether a name, which may be `*.` and a domain, stands for a host; `*` is one label.
fn matches_host(name: &str, host: &str) -> bool {
    if name.eq_ignore_ascii_case(host) {
        return true;
    }
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    match (name.strip_prefix("*."), host.split_once('.')) {
        (Some(domain), Some((label, rest))) => {
            !is_address && !label.is_empty() && domain.eq_ignore_ascii_case(rest)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
