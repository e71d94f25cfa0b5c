//! A build without the feature `tls`: no connection is encrypted.

use super::TlsSettings;
use super::tunnel::Dialer;
use std::io;

impl TlsSettings {
    /// # Errors
    /// Always: this build has no TLS.
    pub(in super::super) fn dialer(
        &self,
        _host: Option<&str>,
        _address: &str,
        _warnings: &mut Vec<String>,
    ) -> Result<Dialer, String> {
        Err("this build of plumb has no TLS; build it with the feature `tls`".to_owned())
    }
}

/// Whether an error on the stream is one of TLS.
pub(in super::super) fn is_tls(_error: &io::Error) -> bool {
    false
}

/// What failed in a handshake, and what to do.
pub(in super::super) fn explained(_error: &io::Error) -> Option<String> {
    None
}
