//! A throwaway PostgreSQL that plumb may write to, so that the real server can parse, check and
//! deparse what is declared.
//!
//! [`find`] looks for the PostgreSQL installations of this machine, [`nearest`] picks the one whose
//! version is nearest the target's, and [`Cluster::start`] makes a private cluster of it: a directory
//! that only its owner may enter, a unix socket in it, no TCP port, nothing synced to disk.
//! It is gone after [`Cluster::stop`], after a drop, after Ctrl-C and after `kill -9`.
//!
//! This module holds no connection and knows nothing of schemas; what is built on the scratch is
//! decided elsewhere. No directory is kept between runs; an archive of a fresh one is, where
//! [`Cluster::start_from`] is told where to.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use pgplumb::scratch::{Cluster, Search, find, nearest};
//!
//! let found = find(&Search { named: Vec::new(), path: Some("/usr/bin".into()) });
//! let binaries = nearest(&found, Some(15)).ok_or("no PostgreSQL on this machine")?;
//! let cluster = Cluster::start(binaries).await?;
//! let mut config = tokio_postgres::Config::new();
//! config.host_path(cluster.socket_dir()).port(cluster.port()).user(cluster.user());
//! cluster.stop().await?;
//! # Ok(())
//! # }
//! ```

mod binaries;
mod cluster;
mod confine;
mod leftovers;
mod place;
mod template;
mod watcher;

use std::io;
use std::path::PathBuf;

pub use binaries::{Binaries, Search, find, nearest};
pub use cluster::Cluster;

/// Says why there is no scratch, or why it could not be taken away.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScratchError {
    /// PostgreSQL refuses to run as root, and there is no account to run it as.
    #[error(
        "PostgreSQL refuses to run as root, and neither user \"postgres\" nor \"nobody\" exists here: \
         create one of them, run plumb as another user, or name a server with --scratch URL"
    )]
    NoAccount,
    /// No directory can hold the cluster and its socket.
    #[error(
        "no directory for the scratch cluster ({tried}): set TMPDIR to a short path that the user \
         who runs PostgreSQL may enter and write, or name a server with --scratch URL"
    )]
    NoPlace {
        /// Each directory tried, with what was wrong with it.
        tried: String,
    },
    /// A program of the installation, or the shell that watches over it, did not start.
    #[error("cannot run {}: {source}", program.display())]
    Run {
        /// The program's path.
        program: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// `initdb` gave up.
    #[error("{} could not make the scratch cluster:\n{output}", program.display())]
    Initdb {
        /// The path of `initdb`.
        program: PathBuf,
        /// The last lines it printed.
        output: String,
    },
    /// `postgres` ended before it accepted connections.
    #[error("{} could not start the scratch cluster:\n{output}", program.display())]
    Server {
        /// The path of `postgres`.
        program: PathBuf,
        /// The last lines it printed.
        output: String,
    },
    /// A program of the installation was still not done when patience ran out.
    #[error("{} was not done after {seconds} seconds:\n{output}", program.display())]
    Slow {
        /// The program's path.
        program: PathBuf,
        /// How long it was waited for.
        seconds: u64,
        /// The last lines it printed.
        output: String,
    },
    /// The cluster's directory was still there after the server was told to stop.
    #[error("cannot remove the scratch cluster in {}: {source}", dir.display())]
    Remove {
        /// The cluster's private directory.
        dir: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}
