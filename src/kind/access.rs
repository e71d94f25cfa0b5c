//! Roles, default privileges, and privileges on what an extension or initdb has made.

pub(in crate::kind) mod default_privileges;
mod initial;
pub(in crate::kind) mod member;
pub(in crate::kind) mod role;
pub(in crate::kind) mod system_object;
