//! The second pass, `edges`: one graph of everything that is done, and what must come before what.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use petgraph::graph::{DiGraph, NodeIndex};

use super::needs::{self, Needs};
use super::rename::Renames;
use super::save;
use super::stages::Stages;
use super::taken;
use crate::grants::Grants;
use crate::id::Id;
use crate::kind::{self, Cx, Decision, Kind, Sort, abilities};
use crate::step::Step;

/// What a node does to its object; the order is the order among nodes that are free to go.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Effect {
    /// Gives it another name.
    Rename,
    /// Stops the plan where rows do not fit what is to come.
    Check,
    /// Removes it.
    Drop,
    /// Sets it aside under another name until it can be removed, or takes from it what another
    /// is to have.
    Aside,
    /// Makes or changes it.
    Make,
    /// Restores the rows that were saved.
    Restore,
    /// Gives it another owner.
    Owner,
    /// Grants and revokes.
    Grant,
    /// Says another comment.
    Comment,
    /// Does the rest of its making or change, which can wait and takes long.
    Finish,
}

/// One thing that is done to one object.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Node {
    /// What.
    pub(crate) effect: Effect,
    /// To which object.
    pub(crate) id: Id,
}

/// Everything that is done; an edge leads from what comes first.
pub(crate) type Graph = DiGraph<Node, ()>;

/// The graph with a way to find its nodes.
pub(crate) struct Edges {
    /// The graph.
    pub(crate) graph: Graph,
    places: BTreeMap<Node, NodeIndex>,
    /// The edges that are there: petgraph looks through all of a node to find one, and a schema may have very many.
    known: HashSet<(NodeIndex, NodeIndex)>,
}

impl Edges {
    /// The node that does something to an object, if it is done.
    pub(crate) fn find(&self, effect: Effect, id: &Id) -> Option<NodeIndex> {
        self.places.get(&Node { effect, id: id.clone() }).copied()
    }

    /// The node that gives an object's name free.
    fn freed(&self, id: &Id) -> Option<NodeIndex> {
        self.find(Effect::Aside, id).or_else(|| self.find(Effect::Drop, id))
    }

    fn node(&mut self, effect: Effect, id: &Id) {
        let node = Node { effect, id: id.clone() };
        let place = self.graph.add_node(node.clone());
        self.places.insert(node, place);
    }

    pub(super) fn before(&mut self, first: Option<NodeIndex>, then: Option<NodeIndex>) {
        if let (Some(first), Some(then)) = (first, then)
            && first != then
            && self.known.insert((first, then))
        {
            self.graph.add_edge(first, then, ());
        }
    }
}

/// Which fields of an object are set after all, beside its making.
pub(crate) struct Fields {
    /// Objects that get another owner.
    pub(crate) owner: BTreeSet<Id>,
    /// Objects whose privileges change.
    pub(crate) grants: BTreeSet<Id>,
    /// Objects that get another comment.
    pub(crate) comment: BTreeSet<Id>,
}

/// Makes the graph.
pub(crate) fn edges(
    cx: &Cx<'_>,
    needs: &Needs<'_>,
    fields: &Fields,
    renames: &Renames,
    stages: &Stages,
) -> Edges {
    let mut edges = Edges { graph: Graph::new(), places: BTreeMap::new(), known: HashSet::new() };
    for id in renames.keys() {
        edges.node(Effect::Rename, id);
    }
    for (id, decision) in cx.decisions {
        match decision {
            Decision::Create => edges.node(Effect::Make, id),
            Decision::Alter { .. } => {
                edges.node(Effect::Make, id);
                if !runs_before(cx, id).is_empty() {
                    edges.node(Effect::Aside, id);
                }
            }
            Decision::Rebuild { .. } => {
                edges.node(Effect::Drop, id);
                edges.node(Effect::Make, id);
                if save::saves(cx, id) {
                    edges.node(Effect::Check, id);
                    edges.node(Effect::Restore, id);
                }
            }
            Decision::Swap { .. } => {
                for effect in [Effect::Check, Effect::Aside, Effect::Make, Effect::Drop] {
                    edges.node(effect, id);
                }
            }
            Decision::Drop => edges.node(Effect::Drop, id),
            Decision::Keep => {}
        }
    }
    for id in &stages.in_two {
        edges.node(Effect::Finish, id);
        edges.before(edges.find(Effect::Make, id), edges.find(Effect::Finish, id));
    }
    for (effect, ids) in [
        (Effect::Owner, &fields.owner),
        (Effect::Grant, &fields.grants),
        (Effect::Comment, &fields.comment),
    ] {
        for id in ids {
            edges.node(effect, id);
        }
    }
    let occupied = occupied(cx);
    let mut guesses = Vec::new();
    for (id, decision) in cx.decisions {
        guesses.push((id, build(cx, needs, &mut edges, stages, id, decision)));
        teardown(cx, needs, &mut edges, id, decision);
        if let (Some(make), Some(object)) = (edges.find(Effect::Make, id), cx.desired.get(id)) {
            for name in object.attrs.occupies(id) {
                for holder in occupied.get(&name).into_iter().flatten() {
                    let freed = edges.freed(holder);
                    edges.before(freed, Some(make));
                }
            }
        }
    }
    for (id, soft) in guesses {
        guess(&mut edges, id, &soft);
    }
    for (id, _) in cx.decisions.iter().filter(|(_, decision)| decision.alters()) {
        while_attached(cx, &mut edges, id);
        leave_with_columns(cx, &mut edges, id);
    }
    for id in cx.decisions.keys() {
        save::order(cx, needs, &mut edges, id);
    }
    settle_fields(cx, &mut edges, fields);
    roles_last(cx, &mut edges);
    defaults_last(cx, &mut edges);
    for new in renames.keys() {
        let rename = edges.find(Effect::Rename, new);
        let followers: Vec<NodeIndex> = edges
            .places
            .iter()
            .filter(|(node, _)| {
                node.id.path.starts_with(&new.path)
                    && (node.effect != Effect::Rename || node.id.path.len() > new.path.len())
            })
            .map(|(_, place)| *place)
            .collect();
        for follower in followers {
            edges.before(rename, Some(follower));
        }
        // A schema that it moves to is made first.
        let schema = new.schema_id().and_then(|schema| edges.find(Effect::Make, &schema));
        edges.before(schema, rename);
        // Whoever held the new name before must be gone.
        if let Some(object) = cx.desired.get(new) {
            // With its table it may go to another schema.
            let owner = object.attrs.as_companion().and_then(|it| it.follows_owner(new));
            edges.before(rename, owner.and_then(|owner| edges.find(Effect::Rename, &owner)));
            let first = object.attrs.as_ordered().map_or_else(Vec::new, |it| it.renamed_after(new));
            for other in first {
                edges.before(edges.find(Effect::Drop, &other), rename);
            }
            for name in object.attrs.occupies(new).into_iter().chain(taken::along(cx, new, renames))
            {
                for holder in
                    occupied.get(&name).into_iter().flatten().filter(|holder| *holder != new)
                {
                    let freed = edges.freed(holder);
                    edges.before(freed, rename);
                }
            }
        }
    }
    edges
}

/// The statements of a change in place that come first.
pub(super) fn runs_before(cx: &Cx<'_>, id: &Id) -> Vec<Step> {
    match (cx.current.get(id), cx.desired.get(id)) {
        (Some(old), Some(new)) => {
            new.attrs.as_ordered().map_or_else(Vec::new, |it| it.runs_before(&old.attrs, id))
        }
        _ => Vec::new(),
    }
}

/// Names that are given free, and by whom.
fn occupied(cx: &Cx<'_>) -> BTreeMap<(&'static str, Vec<String>), Vec<Id>> {
    let mut taken: BTreeMap<(&'static str, Vec<String>), Vec<Id>> = BTreeMap::new();
    for (id, decision) in cx.decisions {
        if decision.removes()
            && let Some(object) = cx.current.get(id)
        {
            for name in object.attrs.occupies(id) {
                taken.entry(name).or_default().push(id.clone());
            }
        }
    }
    taken
}

/// What an object needs is made before it; returns what it may need beside that.
fn build(
    cx: &Cx<'_>,
    needs: &Needs<'_>,
    edges: &mut Edges,
    stages: &Stages,
    id: &Id,
    decision: &Decision,
) -> BTreeSet<Id> {
    let Some(make) = edges.find(Effect::Make, id) else { return BTreeSet::new() };
    let freed = edges.freed(id);
    edges.before(freed, Some(make));
    if matches!(decision, Decision::Swap { .. }) {
        let (check, aside) = (edges.find(Effect::Check, id), edges.find(Effect::Aside, id));
        edges.before(check, aside);
        let dropped = edges.find(Effect::Drop, id);
        edges.before(Some(make), dropped);
    }
    let Some(object) = cx.desired.get(id) else { return BTreeSet::new() };
    if let Some(it) = object.attrs.as_ordered() {
        let in_the_way =
            if decision.makes() { it.waits_for(id, cx) } else { it.waits_to_change_for(id) };
        for other in in_the_way {
            let gone = edges.find(Effect::Drop, &other);
            edges.before(gone, Some(make));
        }
        for other in it.changes_after(id, cx) {
            let aside = edges.find(Effect::Aside, &other);
            let first = aside.or_else(|| edges.find(Effect::Make, &other));
            edges.before(first, Some(make));
        }
    }
    let wanted = needs::wanted(id, object, cx.desired);
    let (mut hard, mut soft) = (wanted.hard, wanted.soft);
    if decision.rebuilds() && decision.because().is_some() {
        // What it needed before it may need again; for certain only if it comes back as it was.
        let same = cx.current.get(id).is_some_and(|old| old.attrs == object.attrs);
        let again = if same { &mut hard } else { &mut soft };
        again
            .extend(needs.needed_by(id).filter(|other| cx.decisions.contains_key(*other)).cloned());
    }
    let later = object.attrs.as_ordered().map_or_else(Vec::new, |it| it.comes_before(id, cx));
    for other in &later {
        let then = edges.find(Effect::Make, other);
        edges.before(Some(make), then);
    }
    for other in hard.iter().filter(|other| !later.contains(other)) {
        let first = edges.find(Effect::Make, other);
        edges.before(first, Some(make));
        // What waits itself is made of what is finished.
        if stages.waits(id) {
            edges.before(edges.find(Effect::Finish, other), Some(make));
        }
    }
    soft
}

/// What an object may need is made before it, as far as no cycle comes of it.
fn guess(edges: &mut Edges, id: &Id, soft: &BTreeSet<Id>) {
    let Some(make) = edges.find(Effect::Make, id) else { return };
    for other in soft {
        if let Some(first) = edges.find(Effect::Make, other)
            && !petgraph::algo::has_path_connecting(&edges.graph, make, first, None)
        {
            edges.before(Some(first), Some(make));
        }
    }
}

/// What a child keeps of a parent that it leaves, and the parent loses, is the child's own before that: otherwise it would
/// go on both, with its values.
fn leave_with_columns(cx: &Cx<'_>, edges: &mut Edges, id: &Id) {
    let leaving = edges.find(Effect::Aside, id).or_else(|| edges.find(Effect::Make, id));
    let after = kind::parents(id, cx.desired);
    let shaping = Kind::ALL.iter().filter(|kind| kind.def().shapes);
    for parent in kind::parents(id, cx.current).iter().filter(|parent| !after.contains(parent)) {
        for (part, _) in shaping.clone().flat_map(|kind| cx.current.below(*kind, &parent.path)) {
            if kind::keeps_column(id, part, cx) {
                edges.before(leaving, edges.find(Effect::Drop, part));
            }
        }
    }
}

/// What a partition's parent gets and loses reaches a partition only while it is one: it is detached to
/// get other rows after that, as far as no cycle comes of it.
fn while_attached(cx: &Cx<'_>, edges: &mut Edges, id: &Id) {
    let Some(aside) = edges.find(Effect::Aside, id) else { return };
    let parent = cx
        .current
        .get(id)
        .and_then(|object| object.attrs.as_child().and_then(abilities::Child::partition_parent));
    let Some(parent) = parent else { return };
    let leaves = cx.desired.get(id).is_some() && !kind::parents(id, cx.desired).contains(&parent);
    let keeps = |part: &Id| leaves && part.kind.def().shapes && kind::keeps_column(id, part, cx);
    for part in cx.decisions.keys().filter(|part| part.parents().contains(&parent)) {
        for effect in [Effect::Drop, Effect::Make] {
            if let Some(first) = edges.find(effect, part)
                && !(effect == Effect::Drop && keeps(part))
                && !petgraph::algo::has_path_connecting(&edges.graph, aside, first, None)
            {
                edges.before(Some(first), Some(aside));
            }
        }
    }
}

/// What needs an object is removed, or changed so that it does not need it any more, before it.
fn teardown(cx: &Cx<'_>, needs: &Needs<'_>, edges: &mut Edges, id: &Id, decision: &Decision) {
    let dropped = edges.find(Effect::Drop, id);
    let old =
        cx.current.get(id).and_then(|old| old.attrs.as_ordered()).filter(|_| dropped.is_some());
    for other in old.map_or_else(Vec::new, |it| it.drops_after(id, cx)) {
        edges.before(edges.find(Effect::Drop, &other), dropped);
    }
    let old = old.filter(|_| *decision == Decision::Drop);
    let successors = old.map_or_else(Vec::new, |it| it.taken_over_by(id, cx));
    for other in &successors {
        let taken_over = edges.find(Effect::Make, other);
        edges.before(taken_over, dropped);
    }
    for other in needs.needed_by(id) {
        let other_dropped = edges.find(Effect::Drop, other);
        if matches!(decision, Decision::Swap { .. }) {
            let stops_needing = cx.current.get(id).is_some_and(|old| {
                old.attrs.as_swapped().is_some_and(|it| it.stops_needing(other))
            });
            let last = if stops_needing { edges.find(Effect::Aside, id) } else { dropped };
            edges.before(last, other_dropped);
            // What it is made of is still called as it was when it goes aside.
            let (aside, other_aside) =
                (edges.find(Effect::Aside, id), edges.find(Effect::Aside, other));
            edges.before(aside, other_aside);
        } else if dropped.is_some() {
            edges.before(dropped, other_dropped);
            let aside = edges.find(Effect::Aside, other);
            edges.before(dropped, aside);
            if cx.decision(other).alters() && successors.is_empty() {
                let changed = edges.find(Effect::Make, other);
                edges.before(dropped, changed);
            }
        } else if decision.alters()
            && matches!(cx.decision(other), Decision::Drop | Decision::Swap { .. })
        {
            let changed = edges.find(Effect::Make, id);
            edges.before(changed, other_dropped);
        }
    }
}

/// Default privileges change when all that gets privileges by them is made: what a new object has is
/// reckoned with those that were there.
fn defaults_last(cx: &Cx<'_>, edges: &mut Edges) {
    let defaults = cx.decisions.keys().filter(|id| id.kind.def().sort == Sort::DefaultPrivileges);
    let last: Vec<NodeIndex> = defaults
        .flat_map(|id| [Effect::Drop, Effect::Make].map(|effect| edges.find(effect, id)))
        .flatten()
        .collect();
    let makes = cx.decisions.iter().filter(|(_, decision)| decision.makes());
    let makes = makes.filter(|(id, _)| id.kind.def().rights.is_some() || id.kind.def().provides);
    let first: Vec<NodeIndex> = makes.filter_map(|(id, _)| edges.find(Effect::Make, id)).collect();
    for last in last {
        for first in &first {
            if !petgraph::algo::has_path_connecting(&edges.graph, last, *first, None) {
                edges.before(Some(*first), Some(last));
            }
        }
    }
}

/// A role goes when nothing that it owns, has privileges on or stands in names it any more.
fn roles_last(cx: &Cx<'_>, edges: &mut Edges) {
    let mut last: BTreeMap<Id, (NodeIndex, Vec<NodeIndex>)> = BTreeMap::new();
    for (id, decision) in cx.decisions {
        if id.kind.def().cluster_wide
            && decision.removes()
            && let Some(drop) = edges.find(Effect::Drop, id)
        {
            last.insert(id.clone(), (drop, Vec::new()));
        }
    }
    if last.is_empty() {
        return;
    }
    for (node, place) in &edges.places {
        let Some(object) = cx.current.get(&node.id) else { continue };
        let owner = object.owner.as_deref().into_iter();
        let granted = object.grants.iter().flat_map(Grants::roles);
        let named = object.attrs.references(&node.id).into_iter();
        for role in owner.chain(granted).map(Id::role).chain(named) {
            if let Some((_, naming)) = last.get_mut(&role).filter(|_| role != node.id) {
                naming.push(*place);
            }
        }
    }
    for (drop, naming) in last.into_values() {
        for place in naming {
            edges.before(Some(place), Some(drop));
        }
    }
}

/// Owner, then privileges, then the comment, all after the object and the roles they name.
fn settle_fields(cx: &Cx<'_>, edges: &mut Edges, fields: &Fields) {
    // With another owner a table takes the sequences along that it has by then.
    for (id, object) in &cx.desired.objects {
        if let Some(table) = object.attrs.as_companion().and_then(|it| it.follows_owner(id)) {
            edges.before(edges.find(Effect::Make, id), edges.find(Effect::Owner, &table));
        }
    }
    let all = fields.owner.iter().chain(&fields.grants).chain(&fields.comment);
    for id in all.collect::<BTreeSet<_>>() {
        let chain = [Effect::Make, Effect::Owner, Effect::Grant, Effect::Comment];
        let mut last = None;
        for effect in chain {
            let node = edges.find(effect, id);
            edges.before(last, node);
            last = node.or(last);
        }
        let Some(object) = cx.desired.get(id) else { continue };
        let owner = object.owner.as_deref().into_iter();
        let granted = object.grants.iter().flat_map(Grants::roles);
        for role in owner.chain(granted) {
            let role = edges.find(Effect::Make, &Id::role(role));
            for effect in [Effect::Owner, Effect::Grant] {
                let node = edges.find(effect, id);
                edges.before(role, node);
            }
        }
        // A new owner needs CREATE on the schema.
        if let Some(schema) = id.schema_id() {
            for effect in [Effect::Owner, Effect::Grant] {
                let (first, then) = (edges.find(effect, &schema), edges.find(Effect::Owner, id));
                edges.before(first, then);
                // So does a role that grants what it was granted need USAGE.
                if object.grants.as_ref().is_some_and(|grants| !grants.passed_on.is_empty()) {
                    edges.before(first, edges.find(Effect::Grant, id));
                }
            }
        }
        for parent in id.parents() {
            for effect in [Effect::Owner, Effect::Grant] {
                let (first, then) = (edges.find(effect, &parent), edges.find(Effect::Grant, id));
                edges.before(first, then);
            }
        }
    }
}
