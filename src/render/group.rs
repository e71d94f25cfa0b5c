//! Changes by the object that they belong to: a table with its columns, indexes and policies.
//!
//! What lives where is asked of the registry of kinds; no kind is named here.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::Id;
use crate::kind::Kind;
use crate::plan::{Action, Change};

use super::{ink, label};

/// A change, and those that need no line of their own because they come with it.
pub(super) struct Node<'a> {
    pub(super) change: &'a Change,
    inside: BTreeMap<Kind, Vec<&'a Id>>,
}

impl<'a> Node<'a> {
    fn id(&self) -> &'a Id {
        &self.change.object
    }

    /// What comes with it: `with 12 columns, 3 constraints`.
    pub(super) fn with(&self) -> Option<String> {
        let parts = self.inside.iter().map(|(kind, ids)| {
            let (def, noun) = (kind.def(), kind.noun());
            if def.single { noun } else { crate::shown::counted(ids.len(), &noun) }
        });
        let parts = parts.collect::<Vec<_>>().join(", ");
        (!parts.is_empty()).then(|| format!("with {parts}"))
    }

    /// The objects that come with it.
    pub(super) fn inside(&self) -> Vec<&'a Id> {
        self.inside.values().flatten().copied().collect()
    }

    /// The object, shortly if it stands under its parent.
    pub(super) fn label(&self) -> String {
        if self.is_child() { label::child(self.id()) } else { label::object(self.id()) }
    }

    /// Whether the object lives in another.
    pub(super) fn is_child(&self) -> bool {
        !self.id().parents().is_empty()
    }
}

/// Changes of one object and of what lives in it.
pub(super) struct Group<'a> {
    root: Option<Id>,
    /// The object, where no change of its own says it.
    pub(super) title: Option<String>,
    pub(super) nodes: Vec<Node<'a>>,
}

impl Group<'_> {
    /// What a report calls the object.
    pub(super) fn noun(&self) -> String {
        self.root.as_ref().map_or_else(|| "object".to_owned(), |id| id.kind.noun())
    }
}

/// Puts children that are made, dropped or rebuilt with their parent under it, as numbers.
pub(super) fn fold<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Vec<Node<'a>> {
    let mut nodes: Vec<Node<'a>> =
        changes.into_iter().map(|change| Node { change, inside: BTreeMap::new() }).collect();
    let places = places(&nodes);
    let mut kept = BTreeSet::new();
    for at in 0..nodes.len() {
        match nearest(nodes[at].id(), &places) {
            Some(parent) if comes_with(nodes[at].change, nodes[parent].change) => {
                let id = nodes[at].id();
                nodes[parent].inside.entry(id.kind).or_default().push(id);
            }
            _ => {
                kept.insert(at);
            }
        }
    }
    let nodes = nodes.into_iter().enumerate().filter(|(at, _)| kept.contains(at));
    nodes.map(|(_, node)| node).collect()
}

/// Groups what [`fold`] leaves, in the order in which each object is first met; the object itself
/// goes before what lives in it.
pub(super) fn grouped(changes: &[Change]) -> Vec<Group<'_>> {
    let nodes = fold(changes);
    let places = places(&nodes);
    let mut order: Vec<String> = Vec::new();
    let mut members: BTreeMap<String, Vec<Node<'_>>> = BTreeMap::new();
    for node in nodes {
        let key = key(&node, &places);
        if !members.contains_key(&key) {
            order.push(key.clone());
        }
        members.entry(key).or_default().push(node);
    }
    let groups = order.iter().filter_map(|key| members.remove(key));
    groups
        .map(|mut nodes| {
            nodes.sort_by_key(Node::is_child);
            let is_child = nodes.first().is_some_and(Node::is_child);
            let title = is_child.then(|| title(&nodes));
            let root =
                if is_child { root(&nodes) } else { nodes.first().map(|it| it.id().clone()) };
            Group { root, title, nodes }
        })
        .collect()
}

fn places(nodes: &[Node<'_>]) -> BTreeMap<Id, usize> {
    let mut places = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate() {
        places.entry(node.id().clone()).or_insert(at);
    }
    places
}

/// The place of the innermost object around `id` that changes too.
fn nearest(id: &Id, places: &BTreeMap<Id, usize>) -> Option<usize> {
    let mut level = id.parents();
    while !level.is_empty() {
        if let Some(at) = level.iter().find_map(|id| places.get(id)) {
            return Some(*at);
        }
        level = level.iter().flat_map(Id::parents).collect();
    }
    None
}

/// Whether nothing needs to be said of the child beside what is said of the parent.
fn comes_with(child: &Change, parent: &Change) -> bool {
    let same = matches!(
        (child.action, parent.action),
        (Action::Create, Action::Create)
            | (Action::Drop, Action::Drop)
            | (Action::Rebuild, Action::Rebuild | Action::Replace)
    );
    same && child.fields.is_empty() && child.undeclared == parent.undeclared
}

/// The outermost objects that `id` may live in; of several, only one can exist.
fn roots(id: &Id) -> BTreeSet<Id> {
    let parents = id.parents();
    if parents.is_empty() {
        return BTreeSet::from([id.clone()]);
    }
    parents.iter().flat_map(roots).collect()
}

/// What the changes of one group have in common.
fn key(node: &Node<'_>, places: &BTreeMap<Id, usize>) -> String {
    let id = node.id();
    let roots = roots(id);
    match roots.iter().find(|root| *root == id || places.contains_key(root)) {
        Some(root) => root.to_string(),
        // Whatever holds children shares one name space with the others of its sort.
        None => roots.first().map(|root| format!(":{}", root.dotted())).unwrap_or_default(),
    }
}

/// The object that all of them live in, with its kind where only one is possible, or where all have
/// a word in common: a foreign table is a table.
fn title(nodes: &[Node<'_>]) -> String {
    let any = || nodes.first().and_then(|node| roots(node.id()).first().map(Id::dotted));
    match root(nodes) {
        Some(root) => label::object(&root),
        None => any().map(|any| ink::line(&any).into_owned()).unwrap_or_default(),
    }
}

/// The object that all of them live in, where that can be told.
fn root(nodes: &[Node<'_>]) -> Option<Id> {
    let mut sets = nodes.iter().map(Node::id).map(roots);
    let first = sets.next().unwrap_or_default();
    let common = sets.fold(first, |common, set| &common & &set);
    let plain = common.first()?;
    let alike = common.len() == 1 || common.iter().all(|id| last(id) == plain.kind.noun());
    alike.then(|| plain.clone())
}

/// The last word of what the kind is called.
fn last(id: &Id) -> String {
    id.kind.noun().rsplit(' ').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::sample::change;
    use super::*;

    fn shown(changes: &[Change]) -> Vec<String> {
        let line =
            |node: &Node<'_>| [Some(node.label()), node.with()].map(Option::unwrap_or_default);
        grouped(changes)
            .iter()
            .flat_map(|group| {
                let nodes =
                    group.nodes.iter().map(|node| line(node).join(" ").trim_end().to_owned());
                group
                    .title
                    .iter()
                    .map(|title| format!("({title})"))
                    .chain(nodes)
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn a_new_table_with_80_columns_takes_one_line() {
        let mut changes = vec![change(Action::Create, "table:public.wide")];
        for n in 0..80 {
            changes.push(change(Action::Create, &format!("column:public.wide.c{n}")));
        }
        changes.push(change(Action::Create, "default:public.wide.c3"));
        changes.push(change(Action::Create, "policy:public.wide.p"));
        assert_eq!(shown(&changes), ["table public.wide with 80 columns, 1 policy"]);
    }

    #[test]
    fn new_columns_of_an_old_table_stand_one_by_one_under_it() {
        let changes = [
            change(Action::Create, "column:public.t.a"),
            change(Action::Alter, "view:public.v"),
            change(Action::Create, "default:public.t.a"),
            change(Action::Drop, "index:public.t.b"),
            change(Action::Alter, "default:public.t.b"),
        ];
        assert_eq!(
            shown(&changes),
            [
                "(table public.t)",
                "column a with default",
                "index b",
                "default of b",
                "view public.v"
            ]
        );
    }

    #[test]
    fn an_index_alone_does_not_say_what_it_is_on() {
        assert_eq!(shown(&[change(Action::Drop, "index:public.t.i")]), ["(public.t)", "index i"]);
        let changes = [
            change(Action::Rebuild, "index:public.m.i"),
            change(Action::Replace, "materialized_view:public.m"),
        ];
        assert_eq!(shown(&changes), ["materialized view public.m with 1 index"]);
    }

    #[test]
    fn a_dropped_child_of_a_changed_table_is_not_hidden() {
        let changes =
            [change(Action::Drop, "column:public.t.a"), change(Action::Alter, "table:public.t")];
        assert_eq!(shown(&changes), ["table public.t", "column a"]);
    }
}
