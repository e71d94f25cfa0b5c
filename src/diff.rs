//! Two catalogs into the objects that differ. Names no kind and compares plain values: whatever
//! is equal in another spelling has been made equal by `canon` before.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::catalog::{Catalog, Object, side_by_side};
use crate::id::Id;

/// One object that is not alike on both sides.
#[derive(Clone, Copy, Debug)]
pub struct Delta<'a> {
    /// What is there.
    pub old: Option<&'a Object>,
    /// What is wanted.
    pub new: Option<&'a Object>,
}

impl Delta<'_> {
    fn both(&self, differ: impl Fn(&Object, &Object) -> bool) -> bool {
        matches!((self.old, self.new), (Some(old), Some(new)) if differ(old, new))
    }

    /// Whether the object is on both sides with other attributes.
    pub fn attrs(&self) -> bool {
        self.both(|old, new| old.attrs != new.attrs)
    }

    /// Whether it is on both sides with another owner.
    pub fn owner(&self) -> bool {
        self.both(|old, new| new.owner.is_some() && old.owner != new.owner)
    }

    /// Whether it is on both sides with other privileges.
    pub fn grants(&self) -> bool {
        self.both(|old, new| new.grants.is_some() && old.grants != new.grants)
    }

    /// Whether it is on both sides with another comment or another label.
    pub fn remarks(&self) -> bool {
        self.both(|old, new| !old.is_remarked_as(new))
    }
}

/// Every object that is on one side only or not alike, in the order of ids.
pub fn diff<'a>(current: &'a Catalog, desired: &'a Catalog) -> BTreeMap<&'a Id, Delta<'a>> {
    side_by_side(&current.objects, &desired.objects)
        .map(|(id, old, new)| (id, Delta { old, new }))
        .filter(|(_, delta)| {
            let one_side = delta.old.is_none() || delta.new.is_none();
            one_side || delta.attrs() || delta.owner() || delta.grants() || delta.remarks()
        })
        .collect()
}

/// The attributes that differ, by name, with both values; `None` is the default.
pub fn fields(old: &Object, new: &Object) -> Vec<(String, Option<Json>, Option<Json>)> {
    let (Json::Object(old), Json::Object(new)) = (old.attrs.json(), new.attrs.json()) else {
        return Vec::new();
    };
    let added = new.keys().filter(|key| !old.contains_key(*key));
    old.keys()
        .chain(added)
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| (key.clone(), old.get(key).cloned(), new.get(key).cloned()))
        .collect()
}
