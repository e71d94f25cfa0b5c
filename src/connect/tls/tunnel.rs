//! A connection to a server, encrypted or not: the protocol's request for TLS, the handshake, and
//! the stream that comes of it, in the shape that tokio-postgres asks for.
//!
//! tokio-postgres can ask for TLS itself, but tells its failures apart in text only: the request is
//! sent here.

use super::super::require_auth::{RequireAuth, Watch};
#[cfg(feature = "tls")]
use super::verify::Shown;
#[cfg(feature = "tls")]
use rustls::ClientConfig;
use std::future::Future;
use std::io;
use std::pin::Pin;
#[cfg(feature = "tls")]
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
#[cfg(feature = "tls")]
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_postgres::Socket;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
#[cfg(feature = "tls")]
use tokio_postgres_rustls::MakeRustlsConnect;

#[cfg(feature = "tls")]
type Encrypted = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;
#[cfg(feature = "tls")]
type Handshake = <MakeRustlsConnect as MakeTlsConnect<Socket>>::TlsConnect;

/// Why there is no encrypted connection.
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "no handshake is tried"))]
#[derive(Debug, Error)]
pub(in super::super) enum TlsFailure {
    /// The server does not do TLS.
    #[error("the server does not offer TLS")]
    NotOffered,
    /// The handshake failed.
    #[error("{0}")]
    Handshake(io::Error),
    /// The host is no name for a certificate.
    #[error("`{0}` is not a host name that a certificate can have")]
    Name(String),
}

/// How to speak to one server.
#[derive(Clone)]
pub(in super::super) struct Dialer {
    /// None: never encrypted.
    #[cfg(feature = "tls")]
    secure: Option<Secure>,
    /// Whether to go on without encryption if the server has none.
    #[cfg(feature = "tls")]
    or_plain: bool,
    /// What the server may ask for.
    rule: Option<RequireAuth>,
}

#[cfg(feature = "tls")]
#[derive(Clone)]
struct Secure {
    rustls: MakeRustlsConnect,
    name: String,
    shown: Shown,
    direct: bool,
}

impl Dialer {
    /// Never encrypts.
    pub(in super::super) fn plain() -> Dialer {
        Dialer {
            #[cfg(feature = "tls")]
            secure: None,
            #[cfg(feature = "tls")]
            or_plain: true,
            rule: None,
        }
    }

    /// Encrypts; `direct` starts with the handshake, as version 17 of the server allows.
    #[cfg(feature = "tls")]
    pub(super) fn secure(
        config: ClientConfig,
        name: String,
        shown: Shown,
        direct: bool,
        or_plain: bool,
    ) -> Dialer {
        let rustls = MakeRustlsConnect::new(config);
        Dialer { secure: Some(Secure { rustls, name, shown, direct }), or_plain, rule: None }
    }

    /// The same dialer, whose server may ask for this authentication only.
    pub(in super::super) fn watched(self, rule: Option<RequireAuth>) -> Dialer {
        Dialer { rule, ..self }
    }

    /// Whether the driver needs this dialer: for encryption, or to watch the server.
    pub(in super::super) fn dials(&self) -> bool {
        self.encrypts() || self.rule.is_some()
    }

    #[cfg(feature = "tls")]
    fn encrypts(&self) -> bool {
        self.secure.is_some()
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, reason = "as with TLS")]
    fn encrypts(&self) -> bool {
        false
    }

    /// Whether a handshake came as far as the server's certificate.
    #[cfg(feature = "tls")]
    pub(in super::super) fn encrypted(&self) -> bool {
        self.secure.as_ref().is_some_and(|secure| secure.shown.load(Ordering::Relaxed))
    }

    /// Whether a handshake came as far as the server's certificate.
    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, reason = "as with TLS")]
    pub(in super::super) fn encrypted(&self) -> bool {
        false
    }
}

impl MakeTlsConnect<Socket> for Dialer {
    type Stream = Tunnel;
    type TlsConnect = Dialer;
    type Error = TlsFailure;

    fn make_tls_connect(&mut self, _domain: &str) -> Result<Dialer, TlsFailure> {
        Ok(self.clone())
    }
}

impl TlsConnect<Socket> for Dialer {
    type Stream = Tunnel;
    type Error = TlsFailure;
    type Future = Pin<Box<dyn Future<Output = Result<Tunnel, TlsFailure>> + Send>>;

    fn connect(self, stream: Socket) -> Self::Future {
        Box::pin(self.dial(stream))
    }
}

impl Dialer {
    async fn dial(mut self, stream: Socket) -> Result<Tunnel, TlsFailure> {
        let watch = self.rule.take().map(Watch::new);
        Ok(Tunnel { stream: self.stream(stream).await?, watch })
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_async, clippy::unused_self, reason = "as with TLS")]
    async fn stream(self, stream: Socket) -> Result<Stream, TlsFailure> {
        Ok(Stream::Plain(stream))
    }

    #[cfg(feature = "tls")]
    async fn stream(self, mut stream: Socket) -> Result<Stream, TlsFailure> {
        let Some(mut secure) = self.secure else { return Ok(Stream::Plain(stream)) };
        let handshake: Handshake =
            MakeTlsConnect::<Socket>::make_tls_connect(&mut secure.rustls, &secure.name)
                .map_err(|_| TlsFailure::Name(secure.name.clone()))?;
        if !secure.direct && !offers_tls(&mut stream).await.map_err(TlsFailure::Handshake)? {
            return if self.or_plain {
                Ok(Stream::Plain(stream))
            } else {
                Err(TlsFailure::NotOffered)
            };
        }
        let inner = handshake.connect(stream).await.map_err(TlsFailure::Handshake)?;
        Ok(Stream::Secure(Box::new(inner)))
    }
}

/// Sends `SSLRequest` and reads the one byte that answers it (protocol, "SSL Session Encryption").
/// Reading no more than that byte leaves no room for bytes slipped in before the handshake.
#[cfg(feature = "tls")]
async fn offers_tls(stream: &mut Socket) -> io::Result<bool> {
    stream.write_all(&[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]).await?;
    stream.flush().await?;
    Ok(stream.read_u8().await? == b'S')
}

/// The stream to the server, and what watches what comes from there.
pub(in super::super) struct Tunnel {
    stream: Stream,
    watch: Option<Watch>,
}

enum Stream {
    /// Not encrypted.
    Plain(Socket),
    /// Encrypted.
    #[cfg(feature = "tls")]
    Secure(Box<Encrypted>),
}

impl TlsStream for Tunnel {
    fn channel_binding(&self) -> ChannelBinding {
        match &self.stream {
            #[cfg(feature = "tls")]
            Stream::Secure(inner) => inner.channel_binding(),
            Stream::Plain(_) => ChannelBinding::none(),
        }
    }
}

impl AsyncRead for Tunnel {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Tunnel { stream, watch } = self.get_mut();
        let before = buf.filled().len();
        let read = match stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            #[cfg(feature = "tls")]
            Stream::Secure(inner) => Pin::new(inner).poll_read(cx, buf),
        };
        if let (Some(watch), Poll::Ready(Ok(()))) = (watch, &read)
            && let Err(refused) = watch.see(&buf.filled()[before..])
        {
            buf.set_filled(before);
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::PermissionDenied, refused)));
        }
        read
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            #[cfg(feature = "tls")]
            Stream::Secure(inner) => Pin::new(inner).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            #[cfg(feature = "tls")]
            Stream::Secure(inner) => Pin::new(inner).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            #[cfg(feature = "tls")]
            Stream::Secure(inner) => Pin::new(inner).poll_shutdown(cx),
        }
    }
}
