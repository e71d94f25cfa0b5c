//! The few fields of an X.509 certificate (RFC 5280, section 4.1) that libpq's rules need and
//! rustls does not show: the version, the common name, the dates, what signed it with what.
//!
//! It reads structure and checks nothing; `verify` decides what a certificate is good for.

use sha2::{Digest, Sha256, Sha384, Sha512};

/// A certificate taken apart, borrowing from its DER.
pub(super) struct Certificate<'a> {
    /// 1 to 3.
    pub(super) version: u8,
    pub(super) issuer: &'a [u8],
    pub(super) subject: &'a [u8],
    /// Seconds since 1970.
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    /// The contents of the key's `AlgorithmIdentifier`, and the key.
    pub(super) key_algorithm: &'a [u8],
    pub(super) key: &'a [u8],
    /// Whether a subjectAltName names a host or an address.
    pub(super) has_alternative_names: bool,
    /// Whether it may sign others, as far as it says (`basicConstraints`).
    pub(super) authority: bool,
    pub(super) common_name: Option<String>,
    /// What is signed, the contents of the signature's `AlgorithmIdentifier`, and the signature.
    pub(super) signed: &'a [u8],
    pub(super) signature_algorithm: &'a [u8],
    pub(super) signature: &'a [u8],
}

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];

impl<'a> Certificate<'a> {
    /// Reads a certificate; none if it is not well-formed.
    pub(super) fn parse(der: &'a [u8]) -> Option<Certificate<'a>> {
        let mut outer = Reader(Reader(der).take(SEQUENCE)?);
        let signed = outer.peek_whole()?;
        let mut tbs = Reader(outer.take(SEQUENCE)?);
        let signature_algorithm = outer.take(SEQUENCE)?;
        let signature = outer.take(BIT_STRING)?.strip_prefix(&[0])?;

        let version = match tbs.optional(0xa0) {
            Some(inner) => Reader(inner).take(INTEGER)?.last()?.checked_add(1)?,
            None => 1,
        };
        tbs.take(INTEGER)?;
        tbs.take(SEQUENCE)?;
        let issuer = tbs.take(SEQUENCE)?;
        let mut validity = Reader(tbs.take(SEQUENCE)?);
        let (not_before, not_after) = (validity.time()?, validity.time()?);
        let subject = tbs.take(SEQUENCE)?;
        let mut key_info = Reader(tbs.take(SEQUENCE)?);
        let key_algorithm = key_info.take(SEQUENCE)?;
        let key = key_info.take(BIT_STRING)?.strip_prefix(&[0])?;
        tbs.optional(0x81);
        tbs.optional(0x82);
        let (has_alternative_names, marked) = extensions(tbs.optional(0xa3).unwrap_or_default())?;

        Some(Certificate {
            version,
            issuer,
            subject,
            not_before,
            not_after,
            key_algorithm,
            key,
            has_alternative_names,
            // Before version 3 there was no such mark.
            authority: marked || version < 3,
            common_name: common_name(subject),
            signed,
            signature_algorithm,
            signature,
        })
    }
}

/// The `tls-server-end-point` of RFC 5929: the certificate's hash by the hash function of its own
/// signature, SHA-256 instead of weaker ones; none for signatures without a single hash function.
pub(super) fn end_point(der: &[u8]) -> Option<Vec<u8>> {
    let algorithm = Certificate::parse(der)?.signature_algorithm;
    let mut reader = Reader(algorithm);
    let hash = match reader.take(OID)? {
        // RSASSA-PSS (1.2.840.113549.1.1.10) names its hash in its parameters, or means SHA-1.
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a] => {
            let mut parameters = Reader(reader.take(SEQUENCE)?);
            match parameters.optional(0xa0) {
                Some(inner) => match Reader(Reader(inner).take(SEQUENCE)?).take(OID)? {
                    [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, n] => match n {
                        1 => 256,
                        2 => 384,
                        3 => 512,
                        _ => return None,
                    },
                    _ => return None,
                },
                None => 256,
            }
        }
        // sha1-, sha256-, sha384- and sha512WithRSAEncryption (1.2.840.113549.1.1.n).
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, n] => match n {
            4 | 5 | 11 => 256,
            12 => 384,
            13 => 512,
            _ => return None,
        },
        // ecdsa-with-SHA1 (1.2.840.10045.4.1) and ecdsa-with-SHA2 (1.2.840.10045.4.3.n).
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01] => 256,
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, n] => match n {
            2 => 256,
            3 => 384,
            4 => 512,
            _ => return None,
        },
        _ => return None,
    };
    Some(match hash {
        256 => Sha256::digest(der).to_vec(),
        384 => Sha384::digest(der).to_vec(),
        _ => Sha512::digest(der).to_vec(),
    })
}

/// Whether a subjectAltName has a name, and whether `basicConstraints` marks an authority.
fn extensions(der: &[u8]) -> Option<(bool, bool)> {
    let (mut has_name, mut authority) = (false, false);
    let mut list = if der.is_empty() { Reader(der) } else { Reader(Reader(der).take(SEQUENCE)?) };
    while !list.0.is_empty() {
        let mut extension = Reader(list.take(SEQUENCE)?);
        let id = extension.take(OID)?;
        extension.optional(BOOLEAN);
        let value = extension.take(OCTET_STRING)?;
        if id == SUBJECT_ALT_NAME {
            let mut names = Reader(Reader(value).take(SEQUENCE)?);
            while let Some((tag, _)) = names.any() {
                // dNSName and iPAddress.
                has_name |= matches!(tag, 0x82 | 0x87);
            }
        } else if id == BASIC_CONSTRAINTS {
            let constraints = Reader(value).take(SEQUENCE)?;
            authority = Reader(constraints).optional(BOOLEAN).is_some_and(|ca| ca != [0]);
        }
    }
    Some((has_name, authority))
}

fn common_name(subject: &[u8]) -> Option<String> {
    let mut names = Reader(subject);
    while !names.0.is_empty() {
        let mut attributes = Reader(names.take(SET)?);
        while !attributes.0.is_empty() {
            let mut attribute = Reader(attributes.take(SEQUENCE)?);
            if attribute.take(OID)? == COMMON_NAME {
                let (_, value) = attribute.any()?;
                return String::from_utf8(value.to_vec()).ok().filter(|name| !name.contains('\0'));
            }
        }
    }
    None
}

/// Reads DER values one after the other.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The next value, with its tag.
    fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (first, mut rest) = rest.split_first()?;
        let mut length = usize::from(*first);
        if *first >= 0x80 {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 {
                return None;
            }
            let (bytes, after) = rest.split_at_checked(count)?;
            length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            rest = after;
        }
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, value))
    }

    /// The next value, which has this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.any().filter(|(found, _)| *found == tag).map(|(_, value)| value)
    }

    /// The next value if it has this tag.
    fn optional(&mut self, tag: u8) -> Option<&'a [u8]> {
        if self.0.first() == Some(&tag) { self.take(tag) } else { None }
    }

    /// The next value, tag and length included, left where it is.
    fn peek_whole(&self) -> Option<&'a [u8]> {
        let mut ahead = Reader(self.0);
        ahead.any()?;
        self.0.get(..self.0.len() - ahead.0.len())
    }

    fn time(&mut self) -> Option<i64> {
        let (tag, text) = self.any()?;
        let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (year, rest) = match (tag, text.len()) {
            (UTC_TIME, 12) => {
                let year: i64 = text[..2].parse().ok()?;
                (if year < 50 { 2000 + year } else { 1900 + year }, &text[2..])
            }
            (GENERALIZED_TIME, 14) => (text[..4].parse().ok()?, &text[4..]),
            _ => return None,
        };
        let part = |at: usize| rest[at..at + 2].parse::<i64>().ok();
        let (month, day) = (part(0)?, part(2)?);
        // Days since 1970 in the Gregorian calendar, with years that begin in March.
        let year = if month <= 2 { year - 1 } else { year };
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let days = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468;
        Some(((days * 24 + part(4)?) * 60 + part(6)?) * 60 + part(8)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_seconds_since_1970() {
        for (tag, text, expected) in [
            (UTC_TIME, "700101000000Z", 0),
            (UTC_TIME, "000229120000Z", 951_825_600),
            (UTC_TIME, "491231235959Z", 2_524_607_999),
            (GENERALIZED_TIME, "20500101000000Z", 2_524_608_000),
        ] {
            let mut der = vec![tag, u8::try_from(text.len()).unwrap()];
            der.extend(text.bytes());
            assert_eq!(Reader(&der).time(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_certificate_is_refused_quietly() {
        for der in
            [&[][..], &[0x30], &[0x30, 0x80], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0; 40]]
        {
            assert!(Certificate::parse(der).is_none());
        }
    }
}
