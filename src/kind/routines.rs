//! Functions, procedures, aggregates and their languages.

pub(in crate::kind) mod aggregate;
pub(in crate::kind) mod callee;
pub(in crate::kind) mod function;
pub(in crate::kind) mod functions;
pub(in crate::kind) mod language;
pub(in crate::kind) mod procedure;
pub(in crate::kind) mod routine;
