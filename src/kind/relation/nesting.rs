//! How deep tables may inherit from tables, as partitions or by INHERITS.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::id::Id;
pub(crate) use crate::kind::relation::lineage::LEVELS;
use crate::kind::relation::lineage::parents;
use crate::kind::{Kind, abilities};

/// A table with more levels of parents than are allowed, or one that is its own ancestor.
pub(crate) fn too_deep(catalog: &Catalog) -> Option<Id> {
    let all =
        [Kind::Table, Kind::ForeignTable].into_iter().flat_map(|kind| catalog.below(kind, &[]));
    let all = all
        .filter(|(_, object)| object.attrs.as_child().is_some_and(abilities::Child::is_open))
        .map(|(id, _)| id);
    // A table is found as a parent under the one kind, whatever it is.
    let above: BTreeMap<Id, Vec<Id>> = all
        .map(|id| (id.as_kind(Kind::Table), parents(&id.as_kind(Kind::Table), catalog)))
        .collect();
    let mut levels: BTreeMap<&Id, usize> = BTreeMap::new();
    // Each round knows the tables of one more level; in a circle none is ever known.
    let mut left: Vec<&Id> = above.keys().collect();
    for level in 0..=LEVELS {
        let (known, open): (Vec<&Id>, Vec<&Id>) = left.into_iter().partition(|id| {
            above[*id].iter().all(|id| !above.contains_key(id) || levels.contains_key(id))
        });
        levels.extend(known.into_iter().map(|id| (id, level)));
        left = open;
        if left.is_empty() {
            return None;
        }
    }
    left.first().map(|id| (*id).clone())
}
