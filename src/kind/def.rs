//! What the generic code knows of a kind: plain data and function pointers, made at compile time.

use serde_json::Value as Json;

use super::{Attrs, Inner, Kind, Lookup, Part, Sort};
use crate::clause::Clause;
use crate::grants::Rights;
use crate::id::Id;
use crate::introspect::RowReader;
use crate::source::Origin;

/// The place of a kind in the tree of a declaration.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The kind that stands there.
    pub kind: Kind,
    /// The key it stands under.
    pub key: &'static str,
}

/// What the generic code knows of a kind: plain function pointers, made at compile time.
pub struct Def {
    /// The key in a declaration, and the first part of an id.
    pub name: &'static str,
    /// What may live in it, and under which key.
    pub children: &'static [Place],
    /// The kinds it may live in; empty: at the top of a file.
    pub parents: &'static [Kind],
    /// The key under its parent.
    pub key: &'static str,
    /// Whether it is one part of its parent's value and no table of names.
    pub single: bool,
    /// Whether the first part of its path is a schema.
    pub in_schema: bool,
    /// See [`Describe`].
    pub clauses: &'static [Clause],
    /// See [`Describe`].
    pub extra_keys: &'static [&'static str],
    /// See [`Describe`].
    pub catalog: u32,
    /// See [`Describe::MODELS`].
    pub models: Option<(&'static str, &'static str)>,
    /// See [`Describe`].
    pub rights: Option<&'static Rights>,
    /// See [`Describe`].
    pub owned: bool,
    /// See [`Describe`].
    pub holds_rows: bool,
    /// See [`Describe`].
    pub follows_type: bool,
    /// See [`Describe::SETS_ASIDE`].
    pub sets_aside: bool,
    /// See [`Describe`].
    pub renames: bool,
    /// See [`Describe::SHAPES`].
    pub shapes: bool,
    /// See [`Describe::NUMEROUS`].
    pub numerous: bool,
    /// See [`Describe::PROVIDES`].
    pub provides: bool,
    /// See [`Describe::LARGE`].
    pub large: bool,
    /// See [`Describe::LONG_FORM`].
    pub long_form: bool,
    /// See [`Describe::PLAIN_KEY`].
    pub plain_key: bool,
    /// See [`Describe::SORT`].
    pub sort: Sort,
    /// See [`Describe::KEEPS`].
    pub keeps: &'static [&'static str],
    /// See [`Describe::PART`].
    pub part: bool,
    /// See [`Describe::ON_SCRATCH`].
    pub on_scratch: bool,
    /// See [`Describe::HOLDS_PARENT`].
    pub holds_parent: bool,
    /// See [`Describe::NOUN`].
    pub noun: Option<&'static str>,
    /// See [`Describe::CLUSTER_WIDE`].
    pub cluster_wide: bool,
    /// See [`Describe::query`].
    pub query: fn(u32) -> String,
    /// Reads the attributes of one row of the query.
    pub read: fn(&RowReader<'_>) -> Result<Attrs, serde_json::Error>,
    /// Reads the attributes of the long form.
    pub parse: fn(&Json) -> Result<Attrs, serde_json::Error>,
    /// See [`Describe::expand`].
    pub expand: fn(&Id, &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)>,
    /// See [`Describe::key`].
    pub parse_key: KeyParser,
    /// See [`Describe::resolve_key`].
    pub resolve_key: fn(&Id, &Lookup<'_>) -> Option<Id>,
    /// See [`Describe::name_in_key`].
    pub name_in_key: fn(&str) -> &str,
}

/// See [`Describe::key`].
pub type KeyParser = fn(&str) -> Result<(String, Option<Json>), String>;

/// Joins a kind's struct with its variant of [`Attrs`]; written by `kinds!`.
pub trait Member: Sized {
    /// The kind.
    const KIND: Kind;
    /// Puts the attributes under the common type.
    fn wrap(self) -> Attrs;
    /// Takes them out again, if they are of this kind.
    fn peel(attrs: &Attrs) -> Option<&Self>;
    /// As [`Member::peel`], to change them.
    fn peel_mut(attrs: &mut Attrs) -> Option<&mut Self>;
}
