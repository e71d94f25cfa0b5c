//! Roles, default privileges and the privileges of what an extension brings.

pub(in crate::kind) mod default_privileges;
pub(in crate::kind) mod member;
pub(in crate::kind) mod role;
