//! SIGINT and SIGTERM: the statement that runs is cancelled on the server, and what state the database is in
//! is said. A second signal gives up waiting.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pgplumb::connect::{Canceller, Connection};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::output::{Failure, say};

static SIGNAL: AtomicI32 = AtomicI32::new(0);
static CHANGING: AtomicBool = AtomicBool::new(false);
static OPEN: Mutex<Vec<Canceller>> = Mutex::new(Vec::new());

/// Lets an interruption cancel what the connection is doing.
pub(crate) fn covers(connection: &Connection) {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner).push(connection.canceller());
}

/// Whether a signal has come.
pub(crate) fn requested() -> bool {
    SIGNAL.load(Ordering::Relaxed) != 0
}

/// The exit code that shells expect of a program that a signal ended: 130 after SIGINT, 143 after SIGTERM.
pub(crate) fn exit_code() -> Option<u8> {
    match SIGNAL.load(Ordering::Relaxed) {
        0 => None,
        signal => u8::try_from(128 + signal).ok(),
    }
}

/// While it lives, the database is being changed: the first signal waits for the end of that.
pub(crate) struct Changing;

impl Changing {
    pub(crate) fn start() -> Self {
        CHANGING.store(true, Ordering::Relaxed);
        Self
    }
}

impl Drop for Changing {
    fn drop(&mut self) {
        CHANGING.store(false, Ordering::Relaxed);
    }
}

/// Runs a command to its end, or to its interruption.
pub(crate) async fn guarded<T>(
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return work.await;
    };
    let mut work = std::pin::pin!(work);
    let busy = Busy::watch();
    tokio::select! {
        biased;
        ended = &mut work => return ended,
        () = arrived(&mut interrupt, &mut terminate) => {}
    }
    drop(busy);
    // The second signal may come while the first is still being dealt with.
    let give_up = async {
        arrived(&mut interrupt, &mut terminate).await;
        Err(Failure::text(
            "interrupted twice: plumb no longer waits; the server ends the statement by itself and rolls \
             it back. The next `plumb apply` goes on from where the database is",
        ))
    };
    let end = async {
        let changing = CHANGING.load(Ordering::Relaxed);
        if changing {
            say("interrupted: cancelling the statement and waiting for its rollback");
        }
        cancel().await;
        if changing {
            return work.await;
        }
        Err(Failure::text("interrupted; nothing was changed"))
    };
    tokio::select! {
        ended = end => ended,
        given_up = give_up => given_up,
    }
}

/// Ends the program where a signal finds it busy with something else than waiting for a server, such as a long text, and it
/// does not come back in time. Nothing is being changed then.
struct Busy(tokio::task::JoinHandle<()>);

/// How long a busy program has to come back.
const PATIENCE: Duration = Duration::from_secs(1);

impl Busy {
    fn watch() -> Self {
        Self(tokio::spawn(async {
            let (Ok(mut interrupt), Ok(mut terminate)) =
                (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
            else {
                return;
            };
            arrived(&mut interrupt, &mut terminate).await;
            tokio::time::sleep(PATIENCE).await;
            if CHANGING.load(Ordering::Relaxed) {
                return;
            }
            cancel().await;
            say("interrupted; nothing was changed");
            // The thread that would return is busy.
            std::process::exit(exit_code().map_or(1, i32::from));
        }))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn arrived(interrupt: &mut Signal, terminate: &mut Signal) {
    let kind = tokio::select! {
        _ = interrupt.recv() => SignalKind::interrupt(),
        _ = terminate.recv() => SignalKind::terminate(),
    };
    SIGNAL.store(kind.as_raw_value(), Ordering::Relaxed);
}

/// Cancels the running statement of each connection.
async fn cancel() {
    let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for canceller in open {
        // A server that cannot be reached for that has lost the session, too.
        let _ = canceller.cancel().await;
    }
}
