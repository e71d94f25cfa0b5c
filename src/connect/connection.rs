//! An open connection: its client, what the server says unasked, and how to cancel.
//!
//! It neither connects nor reconnects.

use super::tls::{Dialer, Tunnel};
use super::{Attempt, ConnectError};
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::JoinHandle;
use tokio_postgres::error::DbError;
use tokio_postgres::{AsyncMessage, CancelToken, Client, Socket};

/// An open connection, whose traffic a task of its own carries.
pub struct Connection {
    /// Sends statements to the server.
    pub client: Client,
    heard: Arc<Mutex<Heard>>,
    task: JoinHandle<()>,
    canceller: Canceller,
    encrypted: bool,
    pub(super) warnings: Vec<String>,
}

/// What another session has sent by NOTIFY.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Told {
    /// The process of the session that sent it.
    pub(crate) pid: i32,
    /// Its channel.
    pub(crate) channel: String,
    /// Its text.
    pub(crate) payload: String,
}

/// What the server said unasked.
#[derive(Default)]
struct Heard {
    notices: Vec<String>,
    notifications: Vec<Told>,
    ended: Option<String>,
}

/// Cancels the running statement of a connection; may be kept and sent elsewhere.
#[derive(Clone)]
pub struct Canceller {
    token: CancelToken,
    dialer: Dialer,
    server: String,
}

impl Connection {
    /// Lets a task carry the traffic from here on.
    pub(super) fn start(
        client: Client,
        connection: tokio_postgres::Connection<Socket, Tunnel>,
        dialer: Dialer,
        server: String,
    ) -> Connection {
        let heard = Arc::<Mutex<Heard>>::default();
        let task = tokio::spawn(carry(connection, Arc::clone(&heard)));
        let encrypted = dialer.encrypted();
        let canceller = Canceller { token: client.cancel_token(), dialer, server };
        Connection { client, heard, task, canceller, encrypted, warnings: Vec::new() }
    }

    /// Hands over the notices since the last call, such as `NOTICE: relation "t" already exists`.
    #[must_use]
    pub fn take_notices(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.heard).notices)
    }

    /// Hands over what other sessions have sent by NOTIFY since the last call.
    pub(crate) fn take_notifications(&self) -> Vec<Told> {
        std::mem::take(&mut locked(&self.heard).notifications)
    }

    /// Why the connection ended, if it ended by itself: what the server said, or what broke.
    #[must_use]
    pub fn ended(&self) -> Option<String> {
        locked(&self.heard).ended.clone()
    }

    /// What was passed over on the way and ought to be known.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The server that was chosen, as `host:port` or the path of a socket.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.canceller.server
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn encrypted(&self) -> bool {
        self.encrypted
    }

    /// What cancels this connection's statements from another task.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Whether a pooler answers in the server's place, so that another session may be behind each transaction.
    ///
    /// # Errors
    /// If the server does not answer.
    pub async fn is_pooled(&self) -> Result<bool, tokio_postgres::Error> {
        super::pooler::is_between(&self.client).await
    }

    /// Asks the server to cancel the running statement.
    ///
    /// # Errors
    /// If the server cannot be reached for that; that it is too late is no error.
    pub async fn cancel(&self) -> Result<(), ConnectError> {
        self.canceller.cancel().await
    }

    /// Ends the session, and returns when the server has been told.
    pub async fn close(self) {
        drop(self.client);
        // A task that failed has nothing left to close.
        let _ = self.task.await;
    }
}

impl Canceller {
    /// Asks the server to cancel the running statement, on a connection of its own.
    ///
    /// # Errors
    /// If the server cannot be reached for that; that it is too late is no error.
    pub async fn cancel(&self) -> Result<(), ConnectError> {
        self.token.cancel_query(self.dialer.clone()).await.map_err(|error| {
            let reason = std::error::Error::source(&error)
                .map_or_else(|| error.to_string(), ToString::to_string);
            let reason = format!("the statement could not be cancelled: {reason}");
            ConnectError::Unreachable {
                attempts: vec![Attempt { server: self.server.clone(), reason }],
            }
        })
    }
}

/// Carries the traffic until the connection ends, and keeps what the server says unasked.
async fn carry(
    mut connection: tokio_postgres::Connection<Socket, Tunnel>,
    heard: Arc<Mutex<Heard>>,
) {
    while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
        match message {
            Ok(AsyncMessage::Notice(notice)) => locked(&heard).notices.push(told(&notice)),
            Ok(AsyncMessage::Notification(sent)) => locked(&heard).notifications.push(Told {
                pid: sent.process_id(),
                channel: sent.channel().to_owned(),
                payload: sent.payload().to_owned(),
            }),
            Ok(_) => {}
            Err(error) => {
                let source = std::error::Error::source(&error);
                let broke = || source.map_or_else(|| error.to_string(), ToString::to_string);
                let reason = error.as_db_error().map_or_else(broke, told);
                locked(&heard).ended = Some(reason);
                return;
            }
        }
    }
}

/// A message of the server's, as psql shows it.
fn told(message: &DbError) -> String {
    let mut text = format!("{}: {}", message.severity(), message.message());
    for (label, part) in [("DETAIL", message.detail()), ("HINT", message.hint())] {
        if let Some(part) = part {
            text.extend(["\n", label, ": ", part]);
        }
    }
    text
}

fn locked(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}
