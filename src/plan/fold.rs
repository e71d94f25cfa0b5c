//! The third pass, `fold`: a table is made with its columns, keys and checks in one statement, and
//! dropped with whatever goes with it, wherever that makes no cycle.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction::{Incoming, Outgoing};
use petgraph::graph::NodeIndex;

use super::graph::{Edges, Effect};
use crate::id::Id;
use crate::kind::Cx;

/// Which nodes stand inside which.
#[derive(Default)]
pub(crate) struct Folds {
    leader: BTreeMap<NodeIndex, NodeIndex>,
    members: BTreeMap<NodeIndex, Vec<NodeIndex>>,
    /// Children made by their parent's statement, by parent.
    pub(crate) inner: BTreeMap<Id, Vec<Id>>,
}

impl Folds {
    /// The node whose statement a node is part of; often itself.
    pub(crate) fn leader(&self, node: NodeIndex) -> NodeIndex {
        let mut at = node;
        while let Some(next) = self.leader.get(&at) {
            at = *next;
        }
        at
    }

    /// The nodes that are part of a node's statement, itself first.
    pub(crate) fn members(&self, leader: NodeIndex) -> Vec<NodeIndex> {
        let mut all = vec![leader];
        let mut at = 0;
        while at < all.len() {
            all.extend(self.members.get(&all[at]).into_iter().flatten());
            at += 1;
        }
        all
    }

    fn neighbours(&self, edges: &Edges, leader: NodeIndex, forward: bool) -> BTreeSet<NodeIndex> {
        let direction = if forward { Outgoing } else { Incoming };
        self.members(leader)
            .into_iter()
            .flat_map(|member| edges.graph.neighbors_directed(member, direction))
            .map(|node| self.leader(node))
            .filter(|node| *node != leader)
            .collect()
    }

    /// Whether a way from `from` to `to` leads through some other node.
    fn detour(&self, edges: &Edges, from: NodeIndex, to: NodeIndex) -> bool {
        let mut open: Vec<NodeIndex> =
            self.neighbours(edges, from, true).into_iter().filter(|node| *node != to).collect();
        let mut seen: BTreeSet<NodeIndex> = open.iter().copied().collect();
        while let Some(node) = open.pop() {
            for next in self.neighbours(edges, node, true) {
                if next == to {
                    return true;
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    }

    fn fold(&mut self, edges: &Edges, child: NodeIndex, into: NodeIndex) -> bool {
        let (child, into) = (self.leader(child), self.leader(into));
        if child == into {
            return true;
        }
        if self.detour(edges, into, child) || self.detour(edges, child, into) {
            return false;
        }
        self.leader.insert(child, into);
        self.members.entry(into).or_default().push(child);
        true
    }
}

/// Puts nodes together, as far as no cycle comes of it.
pub(crate) fn fold(cx: &Cx<'_>, edges: &Edges) -> Folds {
    let mut folds = Folds::default();
    // Innermost first: a default into its column, then the column into its table.
    let mut created: Vec<&Id> =
        cx.decisions.iter().filter(|(_, decision)| decision.makes()).map(|(id, _)| id).collect();
    let place = |id: &Id| {
        let rank = cx.desired.get(id).map_or(0, |object| object.rank);
        (!id.kind.def().single, id.kind, rank, id.clone())
    };
    created.sort_by_cached_key(|id| place(id));
    until_nothing_moves(created, |id| folds.fold_create(cx, edges, id));
    // A column that is computed from a later one is folded after that.
    for children in folds.inner.values_mut() {
        children.sort_by_cached_key(place);
    }
    let dropped = cx.decisions.iter().filter(|(_, decision)| decision.removes()).map(|(id, _)| id);
    let mut dropped: Vec<&Id> = dropped.collect();
    dropped.sort_by_key(|id| (std::cmp::Reverse(id.path.len()), !id.kind.def().single, *id));
    until_nothing_moves(dropped, |id| folds.fold_drop(cx, edges, id));
    folds
}

/// Tries all in their order, and those that met a detour again, which another's folding may have closed.
fn until_nothing_moves<'a>(mut open: Vec<&'a Id>, mut fold: impl FnMut(&'a Id) -> bool) {
    loop {
        let before = open.len();
        open.retain(|id| !fold(id));
        if open.is_empty() || open.len() == before {
            return;
        }
    }
}

impl Folds {
    /// Makes an object with its parent; false if only a detour is in the way.
    fn fold_create(&mut self, cx: &Cx<'_>, edges: &Edges, id: &Id) -> bool {
        let Some(object) = cx.desired.get(id) else { return true };
        let parent = id.parents().into_iter().find(|parent| cx.decision(parent).makes());
        let Some(parent) = parent else { return true };
        let inner = self.clauses(cx, id);
        if object.attrs.as_inline().and_then(|it| it.clause(id, cx, &inner)).is_none() {
            return true;
        }
        // CREATE TABLE makes one index of two keys over the same columns (transformIndexConstraints).
        let twin = object.attrs.as_key().filter(|key| key.is_key()).is_some_and(|key| {
            let mut siblings = self.inner.get(&parent).into_iter().flatten();
            siblings.any(|sibling| cx.desired.get(sibling).is_some_and(|it| key.is_twin(&it.attrs)))
        });
        if twin {
            return true;
        }
        let (Some(child), Some(into)) =
            (edges.find(Effect::Make, id), edges.find(Effect::Make, &parent))
        else {
            return true;
        };
        let folded = self.fold(edges, child, into);
        if folded {
            self.inner.entry(parent).or_default().push(id.clone());
        }
        folded
    }

    /// Drops an object with its parent; false if only a detour is in the way.
    fn fold_drop(&mut self, cx: &Cx<'_>, edges: &Edges, id: &Id) -> bool {
        if id.kind.def().holds_parent {
            return true;
        }
        let Some(object) = cx.current.get(id) else { return true };
        let mut hosts = id.parents().into_iter().chain(object.attrs.dropped_with(id));
        // Nor does what stays by something else when its declaration goes.
        let outlives = |host: &Id| cx.desired.get(host).is_none() && cx.outlives(host);
        let stays = |host: &Id| edges.find(Effect::Aside, host).is_some() || outlives(host);
        let host = hosts.find_map(|host| {
            // What is set aside stays for a while, and what it holds must not.
            edges.find(Effect::Drop, &host).filter(|_| !stays(&host))
        });
        match (edges.find(Effect::Drop, id), host) {
            (Some(child), Some(host)) => self.fold(edges, child, host),
            _ => true,
        }
    }

    /// The clauses of the children that are made with an object, in their order.
    pub(crate) fn clauses(&self, cx: &Cx<'_>, id: &Id) -> Vec<String> {
        let Some(children) = self.inner.get(id) else { return Vec::new() };
        children
            .iter()
            .filter_map(|child| {
                let object = cx.desired.get(child)?;
                object
                    .attrs
                    .as_inline()
                    .and_then(|it| it.clause(child, cx, &self.clauses(cx, child)))
            })
            .collect()
    }
}
