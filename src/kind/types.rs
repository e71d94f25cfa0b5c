//! Types, and the casts, conversions and transforms between them.

pub(in crate::kind) mod base_type;
pub(in crate::kind) mod cast;
pub(in crate::kind) mod collation;
pub(in crate::kind) mod composite;
pub(in crate::kind) mod conversion;
pub(in crate::kind) mod domain;
pub(in crate::kind) mod domain_constraint;
pub(in crate::kind) mod enumeration;
pub(in crate::kind) mod made_of;
pub(in crate::kind) mod range;
pub(in crate::kind) mod shell_type;
pub(in crate::kind) mod transform;
