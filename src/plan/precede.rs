//! The last pass, `precede`: which transactions have to be committed before which. A transaction whose lock is not obtained
//! then holds up only those that come after it for a reason.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;

use super::emit::Cut;
use super::graph::Edges;
use super::realise::Altered;
use crate::id::Id;
use crate::step::Block;

/// For each transaction the earlier ones that it needs, without those that one of them needs already: a path of the graph
/// leads from them, or they share an object. What follows a statement that has to be committed first
/// ([`Block::CommitAfter`]) may use what it makes without a path.
pub(crate) fn precede(
    transactions: &[Cut],
    altered: &Altered,
    edges: &Edges,
) -> Vec<BTreeSet<usize>> {
    let mut places: BTreeMap<&Id, BTreeSet<usize>> = BTreeMap::new();
    for (at, cut) in transactions.iter().enumerate() {
        for id in &cut.touched {
            places.entry(id).or_default().insert(at);
        }
    }
    let mut nodes: BTreeMap<usize, Vec<NodeIndex>> = BTreeMap::new();
    for node in edges.graph.node_indices() {
        for at in places.get(&edges.graph[node].id).into_iter().flatten() {
            nodes.entry(*at).or_default().push(node);
        }
    }
    let commits = |id: &Id| {
        let steps = altered.get(id);
        steps.is_some_and(|steps| steps.iter().any(|step| step.block == Block::CommitAfter))
    };
    let mut needs = vec![BTreeSet::new(); transactions.len()];
    for (at, Cut { touched, .. }) in transactions.iter().enumerate() {
        let behind = if touched.iter().any(commits) {
            (0..transactions.len()).collect()
        } else {
            behind(touched, nodes.remove(&at).unwrap_or_default(), &places, edges)
        };
        for later in behind.range(at + 1..) {
            needs[*later].insert(at);
        }
    }
    reduced(&needs)
}

/// The transactions that share an object with these, or that a path leads to from these nodes.
fn behind(
    touched: &[Id],
    mut open: Vec<NodeIndex>,
    places: &BTreeMap<&Id, BTreeSet<usize>>,
    edges: &Edges,
) -> BTreeSet<usize> {
    let of = |id: &Id| places.get(id);
    let mut behind: BTreeSet<usize> = touched.iter().filter_map(of).flatten().copied().collect();
    let mut seen: BTreeSet<NodeIndex> = open.iter().copied().collect();
    while let Some(node) = open.pop() {
        for next in edges.graph.neighbors(node).filter(|next| seen.insert(*next)) {
            match of(&edges.graph[next].id) {
                Some(of) => behind.extend(of),
                // A node without a statement passes on what it waits for.
                None => open.push(next),
            }
        }
    }
    behind
}

/// The needs without those that follow from others.
fn reduced(needs: &[BTreeSet<usize>]) -> Vec<BTreeSet<usize>> {
    let mut all: Vec<BTreeSet<usize>> = Vec::new();
    let mut direct = Vec::new();
    for own in needs {
        let implied: BTreeSet<usize> = own.iter().flat_map(|at| &all[*at]).copied().collect();
        direct.push(own.difference(&implied).copied().collect());
        all.push(own.union(&implied).copied().collect());
    }
    direct
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_another_need_is_left_out() {
        let needs: [&[usize]; 4] = [&[], &[0], &[0, 1], &[0]];
        let needs: Vec<BTreeSet<usize>> =
            needs.iter().map(|needs| needs.iter().copied().collect()).collect();
        let direct = reduced(&needs);
        let direct: Vec<Vec<usize>> =
            direct.into_iter().map(|needs| needs.into_iter().collect()).collect();
        assert_eq!(direct, [vec![], vec![0], vec![1], vec![0]]);
    }
}
