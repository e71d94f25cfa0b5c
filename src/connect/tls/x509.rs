//! The fields of an X.509 certificate (RFC 5280, section 4.1) that libpq's rules need and rustls
//! does not show: the version, the common name, the dates, and which key signed what.
//!
//! This module reads fields and verifies nothing; `verify` decides which certificate is trusted.

use x509_cert::der::asn1::{AnyRef, BitString};
use x509_cert::der::oid::db::rfc4519::COMMON_NAME;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, SubjectAltName};
use x509_cert::name::Name;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_cert::{Certificate as X509, Version};

/// The fields of one certificate.
pub(super) struct Certificate {
    /// Whether the certificate is of version 3, the first with extensions.
    pub(super) version_3: bool,
    pub(super) issuer: Name,
    pub(super) subject: Name,
    /// Seconds since 1970.
    pub(super) not_before: u64,
    pub(super) not_after: u64,
    /// The contents of the key's `AlgorithmIdentifier`, and the key.
    pub(super) key_algorithm: Vec<u8>,
    pub(super) key: Vec<u8>,
    /// Whether a subjectAltName names a host or an address.
    pub(super) has_alternative_names: bool,
    /// Whether the certificate may sign others (`basicConstraints`). Versions 1 and 2 have no such
    /// extension: any of their certificates may.
    pub(super) authority: bool,
    pub(super) common_name: Option<String>,
    /// What is signed, the contents of the signature's `AlgorithmIdentifier`, and the signature.
    pub(super) signed: Vec<u8>,
    pub(super) signature_algorithm: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl Certificate {
    /// Reads a certificate; none if it is not well-formed.
    pub(super) fn parse(der: &[u8]) -> Option<Certificate> {
        let X509 { tbs_certificate: tbs, signature_algorithm, signature } =
            X509::from_der(der).ok()?;
        let alternative = tbs.get::<SubjectAltName>().ok()?;
        let has_alternative_names = alternative.is_some_and(|(_, names)| {
            names
                .0
                .iter()
                .any(|name| matches!(name, GeneralName::DnsName(_) | GeneralName::IpAddress(_)))
        });
        let constraints = tbs.get::<BasicConstraints>().ok()?;
        let version_3 = tbs.version == Version::V3;
        Some(Certificate {
            version_3,
            not_before: tbs.validity.not_before.to_unix_duration().as_secs(),
            not_after: tbs.validity.not_after.to_unix_duration().as_secs(),
            key_algorithm: contents(&tbs.subject_public_key_info.algorithm)?,
            key: bytes(&tbs.subject_public_key_info.subject_public_key)?,
            has_alternative_names,
            authority: !version_3 || constraints.is_some_and(|(_, basic)| basic.ca),
            common_name: common_name(&tbs.subject),
            signed: tbs.to_der().ok()?,
            signature_algorithm: contents(&signature_algorithm)?,
            signature: bytes(&signature)?,
            issuer: tbs.issuer,
            subject: tbs.subject,
        })
    }
}

/// An `AlgorithmIdentifier` without its tag and length, as webpki's tables have it.
fn contents(algorithm: &AlgorithmIdentifierOwned) -> Option<Vec<u8>> {
    let der = algorithm.to_der().ok()?;
    Some(AnyRef::from_der(&der).ok()?.value().to_vec())
}

fn bytes(bits: &BitString) -> Option<Vec<u8>> {
    bits.as_bytes().map(<[u8]>::to_vec)
}

/// The first common name of a subject.
fn common_name(subject: &Name) -> Option<String> {
    let attributes = subject.0.iter().flat_map(|names| names.0.iter());
    let value =
        attributes.into_iter().find(|attribute| attribute.oid == COMMON_NAME)?.value.value();
    String::from_utf8(value.to_vec()).ok().filter(|name| !name.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_certificates_are_refused_without_a_panic() {
        for der in
            [&[][..], &[0x30], &[0x30, 0x80], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0; 40]]
        {
            assert!(Certificate::parse(der).is_none());
        }
    }
}
