//! Keeps a PostgreSQL database true to its declaration.
//!
//! A declaration is TOML, the leaves of which are SQL. [`declare`] reads it, [`introspect`] reads a
//! database, [`compare`] compares the two and plans the way from one to the other, [`render`] shows
//! the plan, and [`apply`] carries it out. The program `plumb` is the same library behind a command line.
//!
//! # A plan from two declarations
//!
//! No server is needed where every difference is decided by structure or by parse tree.
//!
//! ```
//! use pgplumb::{compare, declare, oracle, render};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let before = declare::text("[table.ward]\ncolumn = { id = 'bigint' }")?;
//! let after = declare::text("[table.ward]\ncolumn = { id = 'bigint', beds = 'integer' }")?;
//!
//! let mut scratch = oracle::Lazy::default();
//! let plan = compare::compare(before.as_current(), after, &mut scratch, true).await?;
//!
//! let statements: Vec<&str> = plan.steps().map(|step| step.sql.as_str()).collect();
//! assert_eq!(statements, ["ALTER TABLE public.ward ADD COLUMN beds integer"]);
//! assert_eq!(render::summary(&plan), "1 to create; 1 statement in 1 transaction");
//! # Ok(())
//! # }
//! ```
//!
//! # Applying to a server
//!
//! ```no_run
//! use pgplumb::apply::{Allowed, Options, apply};
//! use pgplumb::connect::{ConnInfo, Env, connect};
//! use pgplumb::{compare, declare, introspect, oracle};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let info = ConnInfo::parse("postgresql:///hospital", &Env::from_process())?;
//! let connection = connect(&info, "my program").await?;
//! let current = introspect::introspect(&connection.client).await?;
//!
//! let desired = declare::text("[table.ward]\ncolumn = { id = 'bigint' }")?;
//! let mut scratch = oracle::Lazy::default();
//! let plan = compare::compare(current, desired, &mut scratch, true).await?;
//!
//! let secrets = |name: &str| std::env::var(name).ok();
//! let allowed = Allowed::default();
//! let options = Options { secrets: &secrets, beside: Some(&info), ..Options::new(&allowed) };
//! apply(&connection, &plan, &options, &mut |_| {}).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! - `cli` (default): the program `plumb`.
//! - `tls` (default): encrypted connections, by rustls.
//!
//! Modules that are not listed here may change in any version.

#![forbid(unsafe_code)]

pub mod apply;
pub mod catalog;
pub mod compare;
pub mod connect;
pub mod declare;
pub mod drift;
pub mod export;
pub mod hazard;
pub mod introspect;
pub mod lint;
pub mod online;
pub mod oracle;
pub mod plan;
pub mod render;
pub mod report;
pub mod rollback;
pub mod snapshot;

mod execute;

// For the program `plumb` and the tests.
#[doc(hidden)]
pub mod accept;
#[doc(hidden)]
pub mod actor;
#[doc(hidden)]
pub mod canon;
#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod clause;
#[doc(hidden)]
pub mod coverage;
#[doc(hidden)]
pub mod diff;
#[doc(hidden)]
pub mod event_trigger;
#[doc(hidden)]
pub mod fmt;
#[doc(hidden)]
pub mod grants;
#[doc(hidden)]
pub mod id;
#[doc(hidden)]
pub mod kind;
#[doc(hidden)]
pub mod later;
#[doc(hidden)]
pub mod leaf;
#[doc(hidden)]
pub mod manage;
#[doc(hidden)]
pub mod prove;
#[doc(hidden)]
pub mod row;
#[doc(hidden)]
pub mod scratch;
#[doc(hidden)]
pub mod secret;
#[doc(hidden)]
pub mod shown;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod sql;
#[doc(hidden)]
pub mod step;
#[doc(hidden)]
pub mod suggest;
#[doc(hidden)]
pub mod timings;
