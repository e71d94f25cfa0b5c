//! The pass `stages`: what of the plan can wait until all is done that cannot. A kind marks the statements that take
//! long, or wait for others, where what they are about is in use ([`Step::late`]); they come last, each in a
//! transaction of its own, so that no lock of another statement is held meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;

use super::graph::{Edges, Effect, Node};
use super::realise::Altered;
use crate::id::Id;
use crate::kind::{Cx, Decision};
use crate::step::Step;

/// Which objects are made, changed or dropped later than others.
#[derive(Default)]
pub(crate) struct Stages {
    /// Objects that are made or changed late.
    late: BTreeSet<Id>,
    /// Objects that are made or changed at once, and of which the rest is late.
    pub(super) in_two: BTreeSet<Id>,
    /// Objects that are dropped late.
    dropped: BTreeSet<Id>,
}

impl Stages {
    /// Asks every object that is part of something in use, or names it: a foreign key reads both of its tables.
    pub(crate) fn of(cx: &Cx<'_>, altered: &Altered) -> Self {
        let mut stages = Self::default();
        let in_use = |of: &Id| cx.current.get(of).is_some_and(|object| object.in_use);
        let concerns = |id: &Id| {
            let named = || cx.desired.get(id).map(|object| object.attrs.references(id));
            cx.is_staged(id) || named().is_some_and(|named| named.iter().any(in_use))
        };
        for (id, decision) in cx.decisions.iter().filter(|(id, _)| concerns(id)) {
            let steps = match decision {
                Decision::Create => cx.desired.get(id).map(|new| new.attrs.create(id, cx, &[])),
                Decision::Alter { .. } => altered.get(id).cloned(),
                Decision::Drop => cx.current.get(id).map(|old| old.attrs.drop(id, cx)),
                _ => None,
            };
            let first = steps.unwrap_or_default().iter().position(|step| step.late);
            match (decision, first) {
                (_, None) => continue,
                (Decision::Drop, Some(_)) => stages.dropped.insert(id.clone()),
                // What is there is not waited for by what needs it.
                (Decision::Create, Some(0)) => stages.late.insert(id.clone()),
                (_, Some(_)) => stages.in_two.insert(id.clone()),
            };
        }
        stages
    }

    /// Whether an object is made or changed late as a whole.
    pub(super) fn waits(&self, id: &Id) -> bool {
        self.late.contains(id)
    }

    /// When it is a node's turn: at once, later, or, since what is dropped is better missed last, at the end.
    pub(super) fn turn(&self, node: &Node) -> u8 {
        match node.effect {
            Effect::Drop if self.dropped.contains(&node.id) => 2,
            _ => u8::from(self.is_late(node)),
        }
    }

    /// Whether a node comes after all that cannot wait.
    fn is_late(&self, node: &Node) -> bool {
        match node.effect {
            Effect::Make => self.late.contains(&node.id),
            Effect::Drop => self.dropped.contains(&node.id),
            Effect::Finish => true,
            _ => false,
        }
    }

    /// The statements of a node, of all that make or change its object.
    pub(super) fn of_node(&self, node: &Node, mut steps: Vec<Step>) -> Vec<Step> {
        if !self.in_two.contains(&node.id) {
            return steps;
        }
        let first = steps.iter().position(|step| step.late).unwrap_or(steps.len());
        match node.effect {
            Effect::Make => steps.truncate(first),
            Effect::Finish => drop(steps.drain(..first)),
            _ => {}
        }
        steps
    }

    /// The objects that would be made or dropped late while another is gone that is made again.
    pub(super) fn between(&self, cx: &Cx<'_>, edges: &Edges, order: &[NodeIndex]) -> BTreeSet<Id> {
        if self.late.is_empty() && self.dropped.is_empty() {
            return BTreeSet::new();
        }
        let mut spans: BTreeMap<&Id, (usize, usize)> = BTreeMap::new();
        for (at, leader) in order.iter().enumerate() {
            let node = &edges.graph[*leader];
            let moves = matches!(
                node.effect,
                Effect::Drop | Effect::Aside | Effect::Make | Effect::Restore
            );
            if moves && cx.decision(&node.id).rebuilds() {
                spans.entry(&node.id).or_insert((at, at)).1 = at;
            }
        }
        let late = order.iter().enumerate().filter(|(_, node)| self.is_late(&edges.graph[**node]));
        let gone = |at: usize| spans.values().any(|(from, to)| *from < at && at < *to);
        late.filter(|(at, _)| gone(*at)).map(|(_, node)| edges.graph[*node].id.clone()).collect()
    }
}
