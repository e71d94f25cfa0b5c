//! The fourth pass, `order`: Kahn's algorithm with a heap on a total key, so that equal input gives
//! equal bytes (`petgraph::algo::toposort` follows the order of insertion).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use petgraph::Direction::{Incoming, Outgoing};
use petgraph::graph::NodeIndex;

use super::fold::Folds;
use super::graph::{Edges, Effect, Node};
use super::realise::Altered;
use super::stages::Stages;
use crate::id::Id;
use crate::kind::Cx;
use crate::step::Block;

/// Whether it can wait, its effect, kind, place and name.
type Key = (u8, Effect, i64, Vec<String>, u32, Node);

/// What decides between nodes that are free to go: whether they can wait, their effect, their kind (the other way round
/// for what is removed), their place in the file, their name. A change that has to be committed
/// before it is used comes first, so that the rest is one transaction.
fn key(node: &Node, cx: &Cx<'_>, altered: &Altered, stages: &Stages) -> Key {
    let commits = altered
        .get(&node.id)
        .is_some_and(|steps| steps.iter().any(|step| step.block == Block::CommitAfter));
    let effect = if commits && node.effect == Effect::Make { Effect::Rename } else { node.effect };
    let late = stages.turn(node);
    let kind = node.id.kind as i64;
    let rank = cx.desired.get(&node.id).map_or(0, |object| object.rank);
    let depth = if node.id.kind.def().shapes { node.id.path.len() - 1 } else { node.id.path.len() };
    let path = node.id.path[..depth].to_vec();
    match node.effect {
        Effect::Drop => (late, node.effect, -kind, path, 0, node.clone()),
        _ => (late, effect, kind, path, rank, node.clone()),
    }
}

/// The leaders of all nodes, in order.
///
/// # Errors
/// The objects of a circle, in its order.
pub(crate) fn order(
    cx: &Cx<'_>,
    altered: &Altered,
    edges: &Edges,
    folds: &Folds,
    stages: &Stages,
) -> Result<Vec<NodeIndex>, Vec<Id>> {
    let mut waits: BTreeMap<NodeIndex, BTreeSet<NodeIndex>> = BTreeMap::new();
    let mut frees: BTreeMap<NodeIndex, BTreeSet<NodeIndex>> = BTreeMap::new();
    for node in edges.graph.node_indices() {
        let leader = folds.leader(node);
        waits.entry(leader).or_default();
        for (direction, map) in [(Incoming, &mut waits), (Outgoing, &mut frees)] {
            let others = edges.graph.neighbors_directed(node, direction).map(|n| folds.leader(n));
            map.entry(leader).or_default().extend(others.filter(|other| *other != leader));
        }
    }
    let mut heap: BinaryHeap<Reverse<(_, NodeIndex)>> = waits
        .iter()
        .filter(|(_, waits)| waits.is_empty())
        .map(|(node, _)| Reverse((key(&edges.graph[*node], cx, altered, stages), *node)))
        .collect();
    let mut order = Vec::new();
    while let Some(Reverse((_, node))) = heap.pop() {
        order.push(node);
        waits.remove(&node);
        for next in frees.get(&node).into_iter().flatten() {
            if let Some(left) = waits.get_mut(next)
                && left.remove(&node)
                && left.is_empty()
            {
                heap.push(Reverse((key(&edges.graph[*next], cx, altered, stages), *next)));
            }
        }
    }
    if waits.is_empty() {
        return Ok(order);
    }
    // Walk back from any node that is left until one comes again.
    let mut path: Vec<NodeIndex> = Vec::new();
    let mut at = waits.keys().next().copied();
    while let Some(node) = at {
        if let Some(start) = path.iter().position(|known| *known == node) {
            path.drain(..start);
            break;
        }
        path.push(node);
        at = waits
            .get(&node)
            .and_then(|left| left.iter().find(|other| waits.contains_key(other)))
            .copied();
    }
    Err(path.iter().rev().map(|node| edges.graph[*node].id.clone()).collect())
}
