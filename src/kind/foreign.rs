//! Foreign data: wrappers, servers, user mappings, foreign tables.

pub(in crate::kind) mod foreign_data_wrapper;
pub(in crate::kind) mod foreign_table;
pub(in crate::kind) mod options;
pub(in crate::kind) mod server;
pub(in crate::kind) mod user_mapping;
