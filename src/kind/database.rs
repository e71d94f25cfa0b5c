//! The database itself, and what it is divided into: schemas and extensions.

pub(in crate::kind) mod extension;
pub(in crate::kind) mod itself;
pub(in crate::kind) mod schema;
