//! Which relations of a catalog are in use while a plan is applied, by their sizes and what is said of them.

use std::collections::BTreeMap;

use super::{Catalog, Object};
use crate::id::Id;
use crate::online::{Online, Policy};

impl Catalog {
    /// Marks the relations that are large, and those that are in use.
    pub fn mark(&mut self, policy: Policy) {
        self.policy = Some(policy);
        for (id, object) in &mut self.objects {
            mark(id, object, policy);
        }
    }

    /// Marks those of which the declaration says when they are in use.
    pub(crate) fn mark_said(&mut self, said: &BTreeMap<Id, Online>) {
        let Some(policy) = self.policy.filter(|policy| !policy.fixed) else { return };
        for (id, online) in said {
            if let Some(object) = self.objects.get_mut(id) {
                mark(id, object, Policy { online: *online, ..policy });
            }
        }
    }
}

fn mark(id: &Id, object: &mut Object, policy: Policy) {
    let large = object.size.map(|size| size.bytes > policy.above);
    object.large = large == Some(true);
    // What has no rows of its own is not asked for its size.
    object.in_use = (large.is_some() || id.kind.def().holds_rows) && policy.is_in_use(large);
}
