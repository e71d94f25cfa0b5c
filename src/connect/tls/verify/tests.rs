//! Certificates as the manual's recipes make them, and what is made of them. They are good for a
//! hundred years; the tests say what time it is.

use super::*;
use rustls::pki_types::pem::PemObject;
use std::time::Duration;

const CA: &str = "\
-----BEGIN CERTIFICATE-----
MIIBezCCASGgAwIBAgIUebbvNPcIgK3AQl77unMq76SSeeowCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjIwNDEyMzFaGA8yMTI2MTAyOTA0
MTIzMVowEjEQMA4GA1UEAwwHVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABCmoIqLDQh4yRw1e612ExM7XFKW76BXgZv7QeitSZUubyy1p1D1jwofx2AqE
9O8cl+yn+DDcltgiLjTllEx0jfGjUzBRMB0GA1UdDgQWBBSsnMHJdhT8lCmofX7b
4AC1Lhd73jAfBgNVHSMEGDAWgBSsnMHJdhT8lCmofX7b4AC1Lhd73jAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIFzcVKHABUt4xUN39aD2iliF4H9P
cilRaWMC2JpnlgDaAiEA6wpm1M1Sqmf01V/uPj70xj9K7V/XmgNuJgwSPHfyKhE=
-----END CERTIFICATE-----
";
const V1: &str = "\
-----BEGIN CERTIFICATE-----
MIIBIzCBygIULfiEihpTUM7djA5d7OwRCzZK2k4wCgYIKoZIzj0EAwIwEjEQMA4G
A1UEAwwHVGVzdCBDQTAgFw0yNjExMjIwNDEyMzFaGA8yMTI2MTAyOTA0MTIzMVow
FTETMBEGA1UEAwwKZGIuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
BIeeN20cM9wqt945fGQ5vXGZ0rTw2SzRQ5uMhIoFGhtM2XbJVwqfXl8yd3zL3PWB
1uT/h4I9ZJw0Ek7C8KudBGQwCgYIKoZIzj0EAwIDSAAwRQIhAN1Lejc7GY5dOlGW
PdXEj8rLCeYCgEdu1yf6GuQMMV2MAiBQboovdwQOu6UvbJPwZpsYs/SVR6xeOEt+
csHv7AKA/w==
-----END CERTIFICATE-----
";
const SELF_SIGNED: &str = "\
-----BEGIN CERTIFICATE-----
MIIBgjCCASegAwIBAgIUEUKuYL9E3m0t65By78So3IaXNgswCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKZGIuZXhhbXBsZTAgFw0yNjExMjIwNDEyMzFaGA8yMTI2MTAy
OTA0MTIzMVowFTETMBEGA1UEAwwKZGIuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABI4L/YapCIk40DiGfCqECQ/3OyyflOHYEG4ytZlAsd4xlSPVJOru
znIOOeLCekEbkkQQ0Wgg+Ae7S1r1dF2zaU+jUzBRMB0GA1UdDgQWBBRfdOPL0Xb6
vkFn0lts+uxUw43KqzAfBgNVHSMEGDAWgBRfdOPL0Xb6vkFn0lts+uxUw43KqzAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQCNrjy3rzFLv8Xav1Q+
GXcHWjR1NvuhdbKhfEG2mN7wOwIhAKs3AYeacN9V8yiObPcfHAYluUNqVARSsyKw
MQzjTDa5
-----END CERTIFICATE-----
";
const WITH_SAN: &str = "\
-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUetazj9FwDDQnrkYBNAzk/SJKKd4wCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKZGIuZXhhbXBsZTAgFw0yNjExMjIwNDEyMzFaGA8yMTI2MTAy
OTA0MTIzMVowFTETMBEGA1UEAwwKZGIuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABA7vN3pDFtKPYIaQdPvICXNYQHknVRDUAYbT9E0jFmHlRh2XOIxG
FuohYuKEKocScSt/iEw+yCBvnQWs1hcPQUmjbTBrMB0GA1UdDgQWBBQCeGLxxl8m
3Nd3Yec9P2kJ1uW9BDAfBgNVHSMEGDAWgBQCeGLxxl8m3Nd3Yec9P2kJ1uW9BDAP
BgNVHRMBAf8EBTADAQH/MBgGA1UdEQQRMA+CDW90aGVyLmV4YW1wbGUwCgYIKoZI
zj0EAwIDRwAwRAIgA7idnz1bg0LdGyax8VTj/X1LXld+FIvifceSGlKN3ZcCIEeR
LTinQPoQBId16ERxAxpb7rm4jLtw78KrypIUa6Ks
-----END CERTIFICATE-----
";
const NO_AUTHORITY: &str = "\
-----BEGIN CERTIFICATE-----
MIIBczCCARigAwIBAgIUVjbPYRzKYr68cJqyT+2TmyHBF6MwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEbGVhZjAgFw0yNjExMjIwNDEyMzFaGA8yMTI2MTAyOTA0MTIz
MVowDzENMAsGA1UEAwwEbGVhZjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEFa
7tiFvn/6cFPp6f59Jfdi2xRiEkuGKT8jnQLQ2IPNxNXJ/g6ylngyMEIJdZtTKqg/
zyjyjszW45I3/JGcz1yjUDBOMB0GA1UdDgQWBBSwPpUndr8/p3Nr2ZHFjVN6nZ5F
ejAfBgNVHSMEGDAWgBSwPpUndr8/p3Nr2ZHFjVN6nZ5FejAMBgNVHRMBAf8EAjAA
MAoGCCqGSM49BAMCA0kAMEYCIQCnA8c8N6bA6wgn8XyIz8PFl8WuZpFWLl2JFlzp
tM/fSQIhAJHTF45v8dmhYEcq+Ij5nZR4sRnWG63laRLEIrzbm4cm
-----END CERTIFICATE-----
";
const V1_BY_NO_AUTHORITY: &str = "\
-----BEGIN CERTIFICATE-----
MIIBHzCBxwIUGHa5UQlp5pQ39+EX475zSrspmMIwCgYIKoZIzj0EAwIwDzENMAsG
A1UEAwwEbGVhZjAgFw0yNjExMjIwNDEyMzFaGA8yMTI2MTAyOTA0MTIzMVowFTET
MBEGA1UEAwwKZGIuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIee
N20cM9wqt945fGQ5vXGZ0rTw2SzRQ5uMhIoFGhtM2XbJVwqfXl8yd3zL3PWB1uT/
h4I9ZJw0Ek7C8KudBGQwCgYIKoZIzj0EAwIDRwAwRAIgDaBdjSbkngX3y0SdIeIf
GRLcWe2s4Gbb0iAOWqHdIjYCIE+UBbMQkYz02utJ1bcTdxbmqimDFSoI+DUAv4CZ
dPkk
-----END CERTIFICATE-----
";

fn der(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

fn verdict(pem: &str, roots: &[&str], years: u64) -> Option<Result<(), Error>> {
    let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(years * 31_556_952));
    let roots: Vec<_> = roots.iter().map(|root| der(root)).collect();
    vouched_for(&der(pem), &roots, &algorithms, now)
}

#[test]
fn a_self_signed_certificate_in_the_root_file_is_trusted_as_it_is() {
    assert_eq!(verdict(SELF_SIGNED, &[CA, SELF_SIGNED], 70), Some(Ok(())));
    assert_eq!(verdict(SELF_SIGNED, &[CA], 70), None);
}

#[test]
fn a_version_1_certificate_is_trusted_if_an_authority_in_the_root_file_signed_it() {
    assert_eq!(verdict(V1, &[SELF_SIGNED, CA], 70), Some(Ok(())));
    assert_eq!(verdict(V1, &[SELF_SIGNED], 70), None);
    assert_eq!(verdict(V1, &[V1], 70), None, "nor does libpq take one without its root");
}

#[test]
fn a_server_certificate_in_the_root_file_vouches_for_no_other() {
    assert_eq!(verdict(V1_BY_NO_AUTHORITY, &[NO_AUTHORITY], 70), None);
    assert_eq!(verdict(NO_AUTHORITY, &[NO_AUTHORITY], 70), Some(Ok(())));
}

#[test]
fn a_forged_version_1_certificate_is_not_trusted() {
    let mut forged = der(V1).to_vec();
    let at = forged.windows(10).position(|window| window == b"db.example").unwrap();
    forged[at..at + 2].copy_from_slice(b"DB");
    let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(70 * 31_556_952));
    assert_eq!(vouched_for(&CertificateDer::from(forged), &[der(CA)], &algorithms, now), None);
}

#[test]
fn trust_ends_with_the_dates_of_the_certificate() {
    for (years, expected) in [(40, CertificateError::NotValidYet), (200, CertificateError::Expired)]
    {
        assert_eq!(verdict(V1, &[CA], years), Some(Err(expected.clone().into())));
        assert_eq!(verdict(SELF_SIGNED, &[SELF_SIGNED], years), Some(Err(expected.into())));
    }
}

#[test]
fn the_common_name_counts_only_without_alternative_names() {
    for (pem, host, expected) in [
        (V1, "db.example", true),
        (SELF_SIGNED, "db.example", true),
        (SELF_SIGNED, "other.example", false),
        (WITH_SAN, "db.example", false),
    ] {
        assert_eq!(common_name_matches(&der(pem), host).is_some(), expected);
    }
}

#[test]
fn a_certificate_is_read_field_by_field() {
    let read = |pem| Certificate::parse(&der(pem)).unwrap();
    // 22 November 2026, 04:12:31 UTC.
    assert_eq!(read(V1).not_before, 1_795_320_751);
    assert_eq!(read(V1).common_name.as_deref(), Some("db.example"));
    assert!(!read(V1).version_3 && read(V1).authority);
    assert!(read(CA).version_3 && read(CA).authority && !read(NO_AUTHORITY).authority);
    assert!(read(WITH_SAN).has_alternative_names && !read(SELF_SIGNED).has_alternative_names);
}

#[test]
fn a_wildcard_stands_for_one_label() {
    for (name, host, expected) in [
        ("db.example", "db.example", true),
        ("DB.example", "db.Example", true),
        ("*.example", "db.example", true),
        ("*.example", "a.db.example", false),
        ("*.example", "example", false),
        ("*.example", ".example", false),
        ("*.0.0.1", "127.0.0.1", false),
        ("127.0.0.1", "127.0.0.1", true),
        ("*", "db", false),
        ("other", "db", false),
    ] {
        assert_eq!(matches_host(name, host), expected, "{name} for {host}");
    }
}
