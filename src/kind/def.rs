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
    /// See [`super::Describe`].
    pub clauses: &'static [Clause],
    /// See [`super::Describe`].
    pub extra_keys: &'static [&'static str],
    /// See [`super::Describe`].
    pub catalog: u32,
    /// See [`super::Describe::MODELS`].
    pub models: Option<(&'static str, &'static str)>,
    /// See [`super::Describe`].
    pub rights: Option<&'static Rights>,
    /// See [`super::Describe`].
    pub owned: bool,
    /// See [`super::Describe`].
    pub holds_rows: bool,
    /// See [`super::Describe`].
    pub follows_type: bool,
    /// See [`super::Describe::SETS_ASIDE`].
    pub sets_aside: bool,
    /// See [`super::Describe`].
    pub renames: bool,
    /// See [`super::Describe::SHAPES`].
    pub shapes: bool,
    /// See [`super::Describe::NUMEROUS`].
    pub numerous: bool,
    /// See [`super::Describe::PROVIDES`].
    pub provides: bool,
    /// See [`super::Describe::LARGE`].
    pub large: bool,
    /// See [`super::Describe::LONG_FORM`].
    pub long_form: bool,
    /// See [`super::Describe::PLAIN_KEY`].
    pub plain_key: bool,
    /// See [`super::Describe::SORT`].
    pub sort: Sort,
    /// See [`super::Describe::KEEPS`].
    pub keeps: &'static [&'static str],
    /// See [`super::Describe::PART`].
    pub part: bool,
    /// See [`super::Describe::ON_SCRATCH`].
    pub on_scratch: bool,
    /// See [`super::Describe::HOLDS_PARENT`].
    pub holds_parent: bool,
    /// See [`super::Describe::MOST`].
    pub most: Option<usize>,
    /// See [`super::Describe::NOUN`].
    pub noun: Option<&'static str>,
    /// See [`super::Describe::CLUSTER_WIDE`].
    pub cluster_wide: bool,
    /// See [`super::Describe::query`].
    pub query: fn(u32) -> String,
    /// Reads the attributes of one row of the query.
    pub read: fn(&RowReader<'_>) -> Result<Attrs, serde_json::Error>,
    /// Reads the attributes of the long form.
    pub parse: fn(&Json) -> Result<Attrs, serde_json::Error>,
    /// See [`super::Describe::expand`].
    pub expand: fn(&Id, &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)>,
    /// See [`super::Describe::key`].
    pub parse_key: KeyParser,
    /// See [`super::Describe::resolve_key`].
    pub resolve_key: fn(&Id, &Lookup<'_>) -> Option<Id>,
    /// See [`super::Describe::name_in_key`].
    pub name_in_key: fn(&str) -> &str,
}

/// See [`super::Describe::key`].
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
