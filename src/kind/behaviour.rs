//! What runs or filters when a relation is used: triggers, rules, policies.

pub(in crate::kind) mod copied_trigger;
pub(in crate::kind) mod enabled;
pub(in crate::kind) mod event_trigger;
pub(in crate::kind) mod policy;
pub(in crate::kind) mod rule;
pub(in crate::kind) mod trigger;
