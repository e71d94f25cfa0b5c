//! Operators, their families and classes, and access methods.

pub(in crate::kind) mod access_method;
pub(in crate::kind) mod operator;
pub(in crate::kind) mod operator_class;
pub(in crate::kind) mod operator_family;
