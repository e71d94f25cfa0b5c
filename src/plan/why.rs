//! The graph that a plan was ordered by, for who asks why something stands where it does. It is not saved: a saved plan has
//! `Transaction::needs`, which is all that apply has to know.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction::Incoming;
use petgraph::graph::NodeIndex;

use super::fold::Folds;
use super::graph::{Edges, Effect};
use crate::id::Id;

/// What is done to an object at one place of the plan, and what comes before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Done {
    /// What, as a verb: `make`, `drop`.
    pub verb: &'static str,
    /// The objects, the first foremost.
    pub objects: Vec<Id>,
    /// The places in [`Way::nodes`] of what has to be done before it.
    pub after: BTreeSet<usize>,
}

/// All that is done, in order. Every two are equal: it says nothing that the statements do not do.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// What is done, in order.
    pub nodes: Vec<Done>,
}

impl PartialEq for Way {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Way {}

/// Of a statement the place in [`Way::nodes`] of what it does; every two are equal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turn(pub Option<usize>);

impl PartialEq for Turn {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Turn {}

/// The graph by the places of its nodes in the order.
pub(crate) fn way(edges: &Edges, folds: &Folds, order: &[NodeIndex]) -> Way {
    let turns: BTreeMap<NodeIndex, usize> =
        order.iter().enumerate().map(|(at, leader)| (*leader, at)).collect();
    let done = |leader: &NodeIndex| {
        let members = folds.members(*leader);
        let before = members.iter().flat_map(|it| edges.graph.neighbors_directed(*it, Incoming));
        let after = before.map(|node| folds.leader(node)).filter(|other| other != leader);
        Done {
            verb: verb(edges.graph[*leader].effect),
            objects: members.iter().map(|it| edges.graph[*it].id.clone()).collect(),
            after: after.filter_map(|other| turns.get(&other).copied()).collect(),
        }
    };
    Way { nodes: order.iter().map(done).collect() }
}

fn verb(effect: Effect) -> &'static str {
    match effect {
        Effect::Rename => "rename",
        Effect::Check => "check the rows of",
        Effect::Drop => "drop",
        Effect::Aside => "move aside",
        Effect::Make => "make or change",
        Effect::Restore => "restore the rows of",
        Effect::Owner => "set the owner of",
        Effect::Grant => "set the privileges of",
        Effect::Comment => "set the comment of",
        Effect::Finish => "finish",
    }
}
