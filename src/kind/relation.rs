//! Tables, views, sequences and what is part of them.

pub(in crate::kind) mod attached;
pub(in crate::kind) mod column;
pub(in crate::kind) mod constraint;
pub(in crate::kind) mod copy;
pub(in crate::kind) mod default;
pub(in crate::kind) mod helper;
pub(in crate::kind) mod identity_sequence;
pub(in crate::kind) mod index;
pub(in crate::kind) mod lineage;
pub(in crate::kind) mod materialized_view;
pub(crate) mod nesting;
pub(in crate::kind) mod repartition;
pub(in crate::kind) mod sequence;
pub(in crate::kind) mod statistics;
pub(in crate::kind) mod table;
pub(in crate::kind) mod typed_table;
pub(in crate::kind) mod view;
pub(in crate::kind) mod view_column;
