//! Which columns have values of a type, or use a collation: what cannot be dropped under them.

use std::collections::BTreeSet;

use super::Kind;
use crate::catalog::Catalog;
use crate::id::Id;

/// A column that uses the object, itself or through the types that are made of it.
pub(crate) fn column_of<'a>(id: &Id, current: &'a Catalog) -> Option<&'a Id> {
    let (mut open, mut seen) = (vec![id.clone()], BTreeSet::new());
    while let Some(at) = open.pop() {
        for (from, _) in current.needs.iter().filter(|(_, to)| *to == at) {
            let relation = Kind::RELATIONS.contains(&from.kind);
            if from.kind == Kind::Column {
                return Some(from);
            }
            if !relation && Kind::TYPES.contains(&from.kind) && seen.insert(from.clone()) {
                open.push(from.clone());
            }
        }
    }
    None
}
