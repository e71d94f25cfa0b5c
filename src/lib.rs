//! Keeps a PostgreSQL database true to its declaration.

#![forbid(unsafe_code)]

pub mod actor;
pub mod apply;
pub mod canon;
pub mod catalog;
pub mod check;
pub mod clause;
pub mod compare;
pub mod connect;
pub mod coverage;
pub mod declare;
pub mod diff;
pub mod drift;
mod execute;
pub mod export;
pub mod fmt;
pub mod grants;
pub mod hazard;
pub mod id;
pub mod introspect;
pub mod kind;
pub mod later;
pub mod leaf;
pub mod manage;
pub mod oracle;
pub mod plan;
pub mod prove;
pub mod render;
pub mod report;
pub mod scratch;
pub mod secret;
pub mod shown;
pub mod snapshot;
pub mod source;
pub mod sql;
pub mod step;
pub mod timings;
