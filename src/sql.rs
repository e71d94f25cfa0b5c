//! SQL as text: quoting, tokens, types, and whether two leaves of SQL mean the same.
//!
//! PostgreSQL's own grammar (pg_query) reads every leaf of a declaration. Nothing here talks to a
//! server, and nothing here writes SQL from a parse tree: what plumb emits is the author's text.
//! [`tree::same_in`] proves equality where that can be done without a server and otherwise says
//! no, which means "ask the server" and never "they differ".

pub mod cosmetic;
pub mod names;
pub(crate) mod own;
pub mod piece;
pub mod plain;
pub mod quote;
pub mod refs;
pub mod scan;
pub mod split;
pub mod tree;
pub mod type_name;

pub(crate) mod cast;
pub(crate) mod constant;
mod fold;
mod infer;
pub(crate) mod label;
mod memo;
mod newer;
mod operator;
pub(crate) mod pg_catalog;
mod same;
mod scope;
mod walk;
