//! What rustls says of a handshake that failed, with what to do about it.

use rustls::CertificateError;
use std::io;

/// Whether an error on the stream is one of TLS.
pub(in super::super) fn is_tls(error: &io::Error) -> bool {
    within(error).is_some()
}

fn within(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>())
}

/// What failed in a handshake, and what to do.
pub(in super::super) fn explained(error: &io::Error) -> Option<String> {
    Some(match within(error)? {
        rustls::Error::InvalidCertificate(problem) => {
            let help = match problem {
                CertificateError::UnknownIssuer => {
                    return Some(
                        "the server's certificate is not signed by a trusted root; give \
                     the root that signed it \
                            with `sslrootcert`"
                            .to_owned(),
                    );
                }
                CertificateError::NotValidForName
                | CertificateError::NotValidForNameContext { .. } => {
                    "; connect by a name that the certificate has, or use sslmode=verify-ca"
                }
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    "; the server needs a new certificate"
                }
                // webpki names these two by their Rust names only.
                CertificateError::Other(other) if other.to_string().contains("CaUsedAs") => {
                    return Some(
                        "the server's certificate is marked as an authority's (CA:TRUE) and is \
                            not itself in the root file; put it there (`sslrootcert`), or give \
                            the server a certificate without the mark"
                            .to_owned(),
                    );
                }
                CertificateError::Other(other) if other.to_string().contains("CertVersion") => {
                    return Some(
                        "the server's certificate is of version 1 and no root in the root \
                            file signed it; give that root with `sslrootcert`, or the server a \
                            certificate of version 3"
                            .to_owned(),
                    );
                }
                _ => "",
            };
            format!("the server's certificate is not accepted: {}{help}", certificate(problem))
        }
        rustls::Error::AlertReceived(alert) => format!(
            "the server broke the handshake off ({alert:?}); it may want a client certificate \
             (sslcert, sslkey) \
             that it trusts"
        ),
        other => other.to_string(),
    })
}

fn certificate(problem: &CertificateError) -> String {
    match problem {
        CertificateError::NotValidForName => "it does not name this host".to_owned(),
        CertificateError::Expired => "it has expired".to_owned(),
        CertificateError::NotValidYet => "it is not valid yet".to_owned(),
        CertificateError::Revoked => "it is revoked".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_for_another_host_is_answered_with_what_to_do() {
        let error = rustls::Error::InvalidCertificate(CertificateError::NotValidForName);
        let message = explained(&io::Error::new(io::ErrorKind::InvalidData, error)).unwrap();
        assert_eq!(
            message,
            "the server's certificate is not accepted: it does not name this host; connect by \
             a name that the \
             certificate has, or use sslmode=verify-ca"
        );
    }
}
