//! The rows of an object that is made again: saved before it is dropped, and restored when it is there again.

use super::graph::{Edges, Effect};
use super::needs::{self, Needs};
use crate::id::Id;
use crate::kind::Cx;
use crate::step::Step;

/// Whether an object is made again with what it held, or only if rows allow it.
pub(super) fn saves(cx: &Cx<'_>, id: &Id) -> bool {
    !steps_before(cx, id).is_empty()
}

/// The statements before anything is dropped: they save what an object holds, or stop the plan where rows do not fit.
pub(super) fn steps_before(cx: &Cx<'_>, id: &Id) -> Vec<Step> {
    let (Some(old), Some(new)) = (cx.current.get(id), cx.desired.get(id)) else {
        return Vec::new();
    };
    match (new.attrs.as_swapped(), new.attrs.as_rows()) {
        (Some(swapped), _) => swapped.check_before(&old.attrs, id, cx),
        (_, Some(rows)) => rows.save(id, cx),
        _ => Vec::new(),
    }
}

/// Save before any drop; restore once the targets exist and before anything reads them.
pub(super) fn order(cx: &Cx<'_>, needs: &Needs<'_>, edges: &mut Edges, id: &Id) {
    let Some(restore) = edges.find(Effect::Restore, id) else { return };
    let check = edges.find(Effect::Check, id);
    let Some(object) = cx.desired.get(id) else { return };
    let mut holders = object.attrs.as_rows().map_or_else(Vec::new, |it| it.fills(id, cx));
    holders.push(id.clone());
    let kept = |other: &Id| {
        cx.current
            .get(other)
            .is_some_and(|old| old.attrs.as_rows().is_some_and(|it| it.keeps_rows(other, cx)))
            || other == id
    };
    let within = |of: &Id| of.path.starts_with(&id.path);
    for other in cx.decisions.keys() {
        let (of, holds) = (other.parents(), holders.contains(other));
        let old = cx.current.get(other);
        let goes_along = old.is_some_and(|old| old.attrs.dropped_with(other).iter().any(within));
        if kept(other) || goes_along || of.iter().any(kept) {
            for effect in [Effect::Drop, Effect::Aside] {
                let first = edges.find(effect, other);
                edges.before(check, first);
            }
        }
        let Some(make) = edges.find(Effect::Make, other) else { continue };
        let def = other.kind.def();
        let new = cx.desired.get(other);
        // A column's own sequence.
        let part = |of: &Id| within(of) && of != id;
        let counted = new.is_some_and(|new| new.attrs.dropped_with(other).iter().any(part));
        let inside = of.iter().any(|parent| holders.contains(parent));
        if holds || counted || inside && (def.shapes || def.single) {
            edges.before(Some(make), Some(restore));
            continue;
        }
        let looks = || {
            new.is_some_and(|new| {
                let wanted = needs::wanted(other, new, cx.desired);
                let names =
                    |holder: &Id| wanted.hard.contains(holder) || wanted.soft.contains(holder);
                holders.iter().any(names)
            })
        };
        let looked = || needs.needed_by(other).any(|needed| holders.contains(needed));
        if (inside || looks() || looked())
            && !petgraph::algo::has_path_connecting(&edges.graph, make, restore, None)
        {
            edges.before(Some(restore), Some(make));
        }
    }
}
