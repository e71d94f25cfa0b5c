//! Which objects a scratch needs for some others, and what a target lends to a declaration.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, Object, side_by_side};
use crate::id::Id;
use crate::kind::{Kind, abilities};
use crate::plan::needs;

/// The casts that no text names: those of the types that are there.
fn casts_between(catalog: &Catalog, closed: &Catalog) -> Vec<Id> {
    let all = Kind::COERCIONS.iter().flat_map(|kind| catalog.below(*kind, &[]));
    let missing = all.filter(|(cast, _)| !closed.objects.contains_key(*cast));
    let seen = missing.filter(|(cast, object)| {
        let mut needs = object.attrs.references(cast).into_iter();
        needs.any(|of| Kind::TYPES.contains(&of.kind) && closed.objects.contains_key(&of))
    });
    seen.map(|(cast, _)| cast.clone()).collect()
}

/// Adds to the desired side what is there and in no declaration, so that a scratch has whatever a leaf
/// names; what stands in the way of a declared object, or inside one, is left out. Returns what was added.
pub(crate) fn lend(current: &Catalog, desired: &mut Catalog) -> Vec<Id> {
    let mut lent: Vec<(&Id, &Object)> = side_by_side(&current.objects, &desired.objects)
        .filter_map(|(id, there, wanted)| Some((id, there.filter(|_| wanted.is_none())?)))
        .filter(|(id, _)| !id.parents().iter().any(|parent| desired.objects.contains_key(parent)))
        .collect();
    if lent.is_empty() {
        return Vec::new();
    }
    let occupied: BTreeSet<(&'static str, Vec<String>)> =
        desired.objects.iter().flat_map(|(id, object)| object.attrs.occupies(id)).collect();
    lent.retain(|(id, object)| !object.attrs.occupies(id).iter().any(|it| occupied.contains(it)));
    let lent: Vec<(Id, Object)> =
        lent.into_iter().map(|(id, object)| (id.clone(), object.clone())).collect();
    let ids = lent.iter().map(|(id, _)| id.clone()).collect();
    desired.objects.extend(lent);
    ids
}

/// Has something done with the desired side and what [`lend`] adds to it.
pub(crate) async fn with_lent<T>(
    current: &Catalog,
    desired: &mut Catalog,
    done: impl AsyncFnOnce(&Catalog) -> T,
) -> T {
    let lent = lend(current, desired);
    let result = done(desired).await;
    for id in lent {
        desired.objects.remove(&id);
    }
    result
}

/// The objects, whatever they need, and what shapes the relations among them.
pub fn closure(catalog: &Catalog, seeds: impl IntoIterator<Item = Id>, read: bool) -> Catalog {
    let known = read.then(|| needs::Needs::of(catalog));
    let mut open: Vec<Id> = seeds.into_iter().collect();
    // What comes from an extension cannot be told from a text.
    open.extend(catalog.objects.keys().filter(|id| id.kind.def().provides).cloned());
    let mut closed = Catalog { server: catalog.server.clone(), ..Catalog::default() };
    loop {
        if open.is_empty() {
            open.extend(casts_between(catalog, &closed));
        }
        let Some(id) = open.pop() else { break };
        if closed.objects.contains_key(&id) {
            continue;
        }
        let Some(object) = catalog.get(&id) else { continue };
        let wanted = needs::wanted(&id, object, catalog);
        open.extend(wanted.hard);
        if let Some(known) = &known {
            open.extend(known.needed_by(&id).cloned());
        }
        for place in id.kind.def().children.iter().filter(|place| place.kind.def().shapes) {
            open.extend(catalog.below(place.kind, &id.path).map(|(child, _)| child.clone()));
        }
        // A view that groups by a key needs the key.
        if Kind::RELATIONS.contains(&id.kind) {
            open.extend(
                catalog
                    .children(&id)
                    .filter(|(_, o)| o.attrs.as_key().is_some_and(abilities::Key::is_key))
                    .map(|(c, _)| c.clone()),
            );
        }
        closed.objects.insert(id, object.clone());
    }
    closed
}
