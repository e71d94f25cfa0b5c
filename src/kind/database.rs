//! What a database is divided into: schemas and extensions.

pub(in crate::kind) mod extension;
pub(in crate::kind) mod schema;
