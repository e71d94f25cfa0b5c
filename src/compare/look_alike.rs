//! An object that goes, or that nobody declares, and one that is made: where the two look like one
//! object under two names, the plan says so. Nothing is guessed: the pair changes no step, and of
//! several candidates none is named.

use std::collections::{BTreeMap, BTreeSet};

use super::align::alike;
use crate::catalog::{Catalog, Object, side_by_side};
use crate::id::Id;
use crate::kind::{Attrs, Kind, abilities};

/// One object under two names, as it seems.
pub(super) struct Pair {
    /// What is made.
    pub(super) new: Id,
    /// What goes.
    pub(super) old: Id,
    /// What they have in common.
    pub(super) common: String,
}

/// More pairs than these under one parent are no rename but another schema.
const MOST: usize = 10_000;

/// Objects of one kind under one parent: what is made, and what goes.
type Sides<'a> = (Vec<&'a Id>, Vec<&'a Id>);

/// The pairs of the two sides, in the order of ids. Asked for before it is settled what silence
/// means: what is left alone may have been renamed too.
pub(super) fn pairs(current: &Catalog, desired: &Catalog) -> Vec<Pair> {
    let taken: BTreeSet<&Id> =
        desired.objects.values().filter_map(|object| object.renamed_from.as_ref()).collect();
    let mut groups: BTreeMap<(Kind, &[String], &str), Sides<'_>> = BTreeMap::new();
    for (id, there, wanted) in side_by_side(&current.objects, &desired.objects) {
        match (there, wanted) {
            (None, Some(object)) => {
                let made = object.renamed_from.is_none() && object.origin.is_some();
                if made && has_a_name(id, object) {
                    groups.entry(place(id)).or_default().0.push(id);
                }
            }
            (Some(object), None) if !taken.contains(id) && has_a_name(id, object) => {
                groups.entry(place(id)).or_default().1.push(id);
            }
            _ => {}
        }
    }
    let sides = Both { current, desired };
    let small = groups.into_values().filter(|(made, gone)| made.len() * gone.len() <= MOST);
    let mut pairs: Vec<Pair> = small.flat_map(|(made, gone)| sides.matched(&made, &gone)).collect();
    pairs.sort_by(|a, b| a.new.cmp(&b.new));
    pairs
}

fn has_a_name(id: &Id, object: &Object) -> bool {
    let def = id.kind.def();
    def.renames
        && !def.single
        && !def.part
        && !def.cluster_wide
        && object.attrs.as_companion().and_then(|it| it.made_by(id)).is_none()
}

/// What a new name leaves as it is: the kind, the parent, and what stands behind the name in a key.
fn place(id: &Id) -> (Kind, &[String], &str) {
    let name = (id.kind.def().name_in_key)(id.name());
    (id.kind, &id.path[..id.path.len() - 1], id.name().strip_prefix(name).unwrap_or_default())
}

struct Both<'a> {
    current: &'a Catalog,
    desired: &'a Catalog,
}

impl Both<'_> {
    /// Each that is the best of the other, where both are so alone.
    fn matched(&self, made: &[&Id], gone: &[&Id]) -> Vec<Pair> {
        let mut likeness: BTreeMap<(&Id, &Id), (usize, String)> = BTreeMap::new();
        for new in made {
            for old in gone {
                if let Some(found) = self.likeness(old, new) {
                    likeness.insert((new, old), found);
                }
            }
        }
        let best = |of: &dyn Fn(&(&Id, &Id)) -> bool| {
            let mut all: Vec<_> = likeness.iter().filter(|(pair, _)| of(pair)).collect();
            all.sort_by_key(|(_, (score, _))| std::cmp::Reverse(*score));
            match all.as_slice() {
                [(pair, _)] => Some(**pair),
                [(pair, first), (_, second), ..] if first.0 > second.0 => Some(**pair),
                _ => None,
            }
        };
        let alone = likeness.iter().filter(|(pair, _)| {
            best(&|other| other.0 == pair.0) == Some(**pair)
                && best(&|other| other.1 == pair.1) == Some(**pair)
        });
        alone
            .map(|((new, old), (_, common))| Pair {
                new: (*new).clone(),
                old: (*old).clone(),
                common: common.clone(),
            })
            .collect()
    }

    /// How much of the larger one is in both, in thousandths, and what that is; `None`: too little.
    fn likeness(&self, old: &Id, new: &Id) -> Option<(usize, String)> {
        let (before, after) = (self.current.get(old)?, self.desired.get(new)?);
        if old.kind.def().shapes {
            let same = alike(&before.attrs, &after.attrs);
            // What is computed cannot be given the other's values.
            let type_too = before.attrs.as_typed().and_then(abilities::Typed::type_text)?
                == after.attrs.as_typed().and_then(abilities::Typed::type_text)?
                && before.attrs.as_values().is_some_and(abilities::Values::is_computed)
                    == after.attrs.as_values().is_some_and(abilities::Values::is_computed);
            let place = self.neighbours(self.current, old) == self.neighbours(self.desired, new);
            let score = if same { 1000 } else { 900 };
            return (type_too && place).then(|| (score, "type and place are the same".to_owned()));
        }
        let (shape, wanted) = (shape(self.current, old), shape(self.desired, new));
        if !shape.is_empty() && !wanted.is_empty() {
            let noun = shape.first().map(|part| part.0.noun()).unwrap_or_default();
            return overlap(&shape, &wanted, &format!("{noun}s"));
        }
        let (content, wanted) = (content(self.current, old), content(self.desired, new));
        if !content.is_empty() && !wanted.is_empty() {
            return overlap(&content, &wanted, "objects in it");
        }
        attributes(old.kind, &before.attrs, &after.attrs)
    }

    /// The nearest siblings on both sides that have the same name before and after.
    fn neighbours<'a>(&self, side: &'a Catalog, id: &Id) -> [Option<&'a str>; 2] {
        let rank = |id: &Id| side.get(id).map_or(0, |object| object.rank);
        let own = rank(id);
        let prefix = &id.path[..id.path.len() - 1];
        let start = Id { kind: id.kind, path: prefix.to_vec() };
        let siblings = side.objects.range(start..).map(|(other, _)| other);
        let siblings =
            siblings.take_while(|other| other.kind == id.kind && other.path.starts_with(prefix));
        let stays = |other: &&Id| {
            other.path.len() == id.path.len()
                && self.current.objects.contains_key(other)
                && self.desired.objects.contains_key(other)
        };
        let stay: Vec<&Id> = siblings.filter(stays).collect();
        let before = stay.iter().filter(|other| rank(other) < own).max_by_key(|other| rank(other));
        let after = stay.iter().filter(|other| rank(other) > own).min_by_key(|other| rank(other));
        [before, after].map(|found| found.map(|id| id.name()))
    }
}

/// What others see of an object: kind, name and type of each part.
fn shape(side: &Catalog, id: &Id) -> BTreeSet<(Kind, String, String)> {
    side.children(id)
        .filter(|(child, _)| child.kind.def().shapes)
        .filter_map(|(child, object)| {
            Some((
                child.kind,
                child.name().to_owned(),
                object.attrs.as_typed().and_then(abilities::Typed::type_text)?,
            ))
        })
        .collect()
}

/// What lives in a schema: kind and name of each object, without the schema's.
fn content(side: &Catalog, id: &Id) -> BTreeSet<(Kind, Vec<String>)> {
    let inside = side.objects.keys().filter(|other| other.schema_id().as_ref() == Some(id));
    inside.map(|other| (other.kind, other.path[1..].to_vec())).collect()
}

/// Two thirds of the larger one have to be in both.
fn overlap<T: Ord>(old: &BTreeSet<T>, new: &BTreeSet<T>, what: &str) -> Option<(usize, String)> {
    let (both, all) = (old.intersection(new).count(), old.len().max(new.len()));
    let common = || (both * 1000 / all, format!("{both} of {all} {what} are the same"));
    (both * 3 >= all * 2).then(common)
}

/// The same attributes; of a type, a list may have a few other items: the values of an enum.
fn attributes(kind: Kind, old: &Attrs, new: &Attrs) -> Option<(usize, String)> {
    let (before, after) = (old.json(), new.json());
    let (before, after) = (before.as_object()?, after.as_object()?);
    // What is all default is like any other.
    if before.is_empty() || after.is_empty() {
        return None;
    }
    if alike(old, new) {
        return Some((1000, "everything but the name is the same".to_owned()));
    }
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut differing = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
    let (Some(key), None) = (differing.next(), differing.next()) else { return None };
    let list = |side: &serde_json::Map<String, serde_json::Value>| {
        let items = side.get(key)?.as_array()?;
        Some(items.iter().map(ToString::to_string).collect::<BTreeSet<_>>())
    };
    let (old, new) = (list(before)?, list(after)?);
    if Kind::TYPES.contains(&kind) { overlap(&old, &new, key) } else { None }
}
