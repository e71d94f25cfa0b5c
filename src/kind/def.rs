//! What the generic code knows of a kind: plain data and function pointers, made at compile time.

use serde_json::Value as Json;

use super::{About, Attrs, Inner, Kind, Lookup, Part};
use crate::id::Id;
use crate::row::RowReader;
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
    /// What kind of kind it is; its fields are read as the definition's own.
    pub about: About,
    /// See [`super::Define::query`].
    pub query: fn(u32) -> String,
    /// Reads the attributes of one row of the query.
    pub read: fn(&RowReader<'_>) -> Result<Attrs, serde_json::Error>,
    /// Reads the attributes of the long form.
    pub parse: fn(&Json) -> Result<Attrs, serde_json::Error>,
    /// See [`super::Define::expand`].
    pub expand: fn(&Id, &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)>,
    /// See [`super::Define::key`].
    pub parse_key: KeyParser,
    /// See [`super::Define::resolve_key`].
    pub resolve_key: fn(&Id, &Lookup<'_>) -> Option<Id>,
    /// See [`super::Define::name_in_key`].
    pub name_in_key: fn(&str) -> &str,
}

impl std::ops::Deref for Def {
    type Target = About;

    fn deref(&self) -> &About {
        &self.about
    }
}

/// See [`super::Define::key`].
pub type KeyParser = fn(&str) -> Result<(String, Option<Json>), String>;

/// Joins a kind's struct with its variant of [`Attrs`]; written by `kinds!`.
pub trait Member: Sized {
    /// The kind.
    const KIND: Kind;
    /// Puts the attributes under the common type.
    fn wrap(self) -> Attrs;
    /// Takes them out again, if they are of this kind.
    fn downcast(attrs: &Attrs) -> Option<&Self>;
    /// As [`Member::downcast`], to change them.
    fn downcast_mut(attrs: &mut Attrs) -> Option<&mut Self>;
}
