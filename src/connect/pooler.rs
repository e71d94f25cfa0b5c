//! Whether a pooler stands between plumb and the server, which may give every transaction another session:
//! locks and settings made in one transaction are gone, or another client's, in the next.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, DuplexStream, ReadBuf, duplex};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};
use tokio_postgres::{Client, Error};

/// The length of a CancelRequest: length, code, process id, secret key.
const REQUEST: usize = 16;

/// Whether the session's process is another than the one that was announced when it began
/// (BackendKeyData). A pooler announces a number of its own.
///
/// # Errors
/// If the server does not answer.
pub(super) async fn is_between(client: &Client) -> Result<bool, Error> {
    let announced = announced(client).await;
    let row = client.query_typed_one("SELECT pg_catalog.pg_backend_pid()", &[]).await?;
    Ok(announced.is_some_and(|announced| announced != row.get::<_, i32>(0)))
}

/// The process id of BackendKeyData. The driver keeps it for itself, but writes it into a request to cancel,
/// which is read here and goes nowhere.
async fn announced(client: &Client) -> Option<i32> {
    let (near, mut far) = duplex(REQUEST);
    client.cancel_token().cancel_query_raw(near, Through).await.ok()?;
    let mut request = [0; REQUEST];
    far.read_exact(&mut request).await.ok()?;
    request.get(8..12)?.try_into().ok().map(i32::from_be_bytes)
}

/// Takes a stream for one that is encrypted already.
struct Through;

struct Passed(DuplexStream);

impl TlsConnect<DuplexStream> for Through {
    type Stream = Passed;
    type Error = io::Error;
    type Future = Ready<io::Result<Passed>>;

    fn connect(self, stream: DuplexStream) -> Self::Future {
        ready(Ok(Passed(stream)))
    }
}

impl TlsStream for Passed {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Passed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Passed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
