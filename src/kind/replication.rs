//! Publications and subscriptions.

pub(in crate::kind) mod publication;
pub(in crate::kind) mod publication_schema;
pub(in crate::kind) mod publication_table;
pub(in crate::kind) mod subscription;
