//! The one hub type: a schema in memory, alike whether it was declared, read from a server or
//! loaded from a snapshot.

mod in_use;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event_trigger::EventTrigger;
use crate::grants::Grants;
use crate::id::Id;
use crate::kind::{Attrs, Kind};
use crate::online::Policy;
use crate::source::Origin;
use crate::sql::names::What;

/// One addressable object: what its kind says of it, and what every object may have.
#[derive(Clone, PartialEq, Debug)]
pub struct Object {
    /// What its kind knows.
    pub attrs: Attrs,
    /// `COMMENT ON`; `None` is none.
    pub comment: Option<String>,
    /// `SECURITY LABEL`, by the name of the provider.
    pub labels: BTreeMap<String, String>,
    /// Who owns it; `None`: nobody says (a declaration without `owner`).
    pub owner: Option<String>,
    /// Privileges that differ from PostgreSQL's built-in ones; `None`: nobody says.
    pub grants: Option<Grants>,
    /// The name it had, if it was renamed: the id it is found under in the current catalog.
    pub renamed_from: Option<Id>,
    /// Objects that must be there first, said by the author where no parser can see them.
    pub depends_on: Vec<Id>,
    /// The place among its siblings; orders new columns and is never compared.
    pub rank: u32,
    /// The schema that unqualified names in its SQL mean first; `None`: they are all qualified.
    pub namespace: Option<String>,
    /// Where it was declared.
    pub origin: Option<Origin>,
    /// How large it is, if it holds rows and the server was asked; never compared.
    pub size: Option<Size>,
    /// Whether it is known to be larger than the limit up to which a lock is not held for long; never compared.
    pub large: bool,
    /// Whether others use it while a plan is applied, so that no statement may block it for long; never compared.
    pub in_use: bool,
}

/// How large a relation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Size {
    /// Bytes of its main fork, with those of its partitions and children.
    pub bytes: u64,
    /// How many rows the server supposes it to have, with theirs (`pg_class.reltuples`).
    pub rows: u64,
}

impl Object {
    /// An object that has nothing but its attributes.
    pub fn new(attrs: Attrs) -> Self {
        Self {
            attrs,
            comment: None,
            labels: BTreeMap::new(),
            owner: None,
            grants: None,
            renamed_from: None,
            depends_on: Vec::new(),
            rank: 0,
            namespace: None,
            origin: None,
            size: None,
            large: false,
            in_use: false,
        }
    }

    /// Whether it has the comment and the labels of another.
    pub fn is_remarked_as(&self, other: &Self) -> bool {
        self.comment == other.comment && self.labels == other.labels
    }

    /// Whether it has neither a comment nor a label.
    pub fn is_unremarked(&self) -> bool {
        self.comment.is_none() && self.labels.is_empty()
    }
}

/// What a catalog knows of the server it was read from.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Server {
    /// `server_version_num`: 150018 for 15.18; 0 when no server was asked.
    pub version: u32,
    /// The role that new objects will belong to (`current_user`).
    pub user: String,
    /// The name of the database.
    pub database: String,
    /// The time zone in which its literals are read and printed (`TimeZone`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub timezone: String,
    /// How many locks its lock table holds for sure (`max_locks_per_transaction` times `max_connections` plus
    /// `max_prepared_transactions`); 0 when no server was asked.
    #[serde(skip)]
    pub lock_table: u32,
    /// How many sessions and other backends its lock table has room for at most.
    #[serde(skip)]
    pub backends: u32,
    /// Its `max_locks_per_transaction`; 0 when no server was asked.
    #[serde(skip)]
    pub max_locks: u32,
    /// What the connected role may do there; `None` when no server was asked, or it is a scratch.
    #[serde(skip)]
    pub actor: Option<Actor>,
    /// Its enabled event triggers; none when no server was asked.
    #[serde(skip)]
    pub event_triggers: Vec<EventTrigger>,
    /// The identifier of its cluster (`pg_control_system`), where it was read; in no snapshot.
    #[serde(skip)]
    pub system: Option<String>,
}

impl Server {
    /// The major version, 15 for 150018.
    pub fn major(&self) -> u32 {
        self.version / 10_000
    }

    /// Whether the connected role may act for the owner of an object, as far as that is known.
    pub fn acts_for(&self, owner: Option<&str>) -> bool {
        let (Some(actor), Some(owner)) = (&self.actor, owner) else { return true };
        let held = actor.roles.get(owner);
        actor.superuser || owner == self.user || held.is_none_or(|held| held.acts || held.grants)
    }

    /// What to say of a server that is newer than the newest that plumb knows.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        (self.major() > NEWEST).then(|| {
            format!(
                "PostgreSQL {} is newer than plumb knows, which is {NEWEST}: what came after \
                 {NEWEST} is neither read nor compared",
                self.major()
            )
        })
    }
}

/// The newest major version that plumb knows.
const NEWEST: u32 = 19;

/// Something that stands in the database and that plumb does not model.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Unmodelled {
    /// What it is, in PostgreSQL's words (`pg_identify_object.type`).
    pub kind: String,
    /// Its name (`pg_identify_object.identity`).
    pub identity: String,
    /// The schema it lives in, if in one.
    pub schema: Option<String>,
}

/// Pairs of objects of which the first needs the second. They are put in order when they are first
/// asked for: a comparison that finds no difference asks for none.
#[derive(Clone, Debug, Default)]
pub struct Links {
    ids: Vec<Id>,
    edges: Vec<(usize, usize)>,
    order: OnceLock<Order>,
}

/// The pairs by the ranks that their objects have among all: numbers compare as the ids do, and faster.
#[derive(Clone, Debug, Default)]
struct Order {
    /// The places of the ids in their list, in the order of ids; of equal ones the first.
    sorted: Vec<u32>,
    /// Who needs, and what.
    forward: Vec<(u32, u32)>,
    /// What is needed, and by whom.
    backward: Vec<(u32, u32)>,
}

impl Links {
    /// Makes pairs of places in a list of objects.
    pub fn new(ids: Vec<Id>, edges: Vec<(usize, usize)>) -> Self {
        Self { ids, edges, order: OnceLock::new() }
    }

    fn order(&self) -> &Order {
        self.order.get_or_init(|| {
            let mut sorted: Vec<u32> = (0..self.ids.len() as u32).collect();
            sorted.sort_by(|a, b| self.ids[*a as usize].cmp(&self.ids[*b as usize]));
            let mut ranks = vec![0; self.ids.len()];
            let mut last = 0;
            for (at, place) in sorted.iter().enumerate() {
                if self.ids[*place as usize] != self.ids[sorted[last] as usize] {
                    last = at;
                }
                ranks[*place as usize] = last as u32;
            }
            let of = |edge: &(usize, usize)| Some((*ranks.get(edge.0)?, *ranks.get(edge.1)?));
            let mut forward: Vec<(u32, u32)> = self.edges.iter().filter_map(of).collect();
            let mut backward: Vec<(u32, u32)> = forward.iter().map(|(a, b)| (*b, *a)).collect();
            for pairs in [&mut forward, &mut backward] {
                pairs.sort_unstable();
                pairs.dedup();
            }
            Order { sorted, forward, backward }
        })
    }

    fn id(&self, rank: u32) -> &Id {
        &self.ids[self.order().sorted[rank as usize] as usize]
    }

    fn beside<'a>(
        &'a self,
        id: &Id,
        pairs: &'a [(u32, u32)],
    ) -> impl Iterator<Item = &'a Id> + use<'a> {
        let sorted = &self.order().sorted;
        let rank = sorted.partition_point(|place| self.ids[*place as usize] < *id);
        let known = sorted.get(rank).is_some_and(|place| self.ids[*place as usize] == *id);
        let start = pairs.partition_point(|(of, _)| (*of as usize) < rank);
        let all = pairs[start..].iter().take_while(move |(of, _)| known && *of as usize == rank);
        all.map(|(_, other)| self.id(*other))
    }

    /// What an object needs, in the order of ids.
    pub fn needed_by<'a>(&'a self, id: &Id) -> impl Iterator<Item = &'a Id> + use<'a> {
        self.beside(id, &self.order().forward)
    }

    /// What needs an object, in the order of ids.
    pub fn dependents<'a>(&'a self, id: &Id) -> impl Iterator<Item = &'a Id> + use<'a> {
        self.beside(id, &self.order().backward)
    }

    /// All pairs, in the order of ids.
    pub fn iter(&self) -> impl Iterator<Item = (&Id, &Id)> {
        self.order().forward.iter().map(|(from, to)| (self.id(*from), self.id(*to)))
    }
}

impl FromIterator<(Id, Id)> for Links {
    fn from_iter<I: IntoIterator<Item = (Id, Id)>>(pairs: I) -> Self {
        let (mut ids, mut edges) = (Vec::new(), Vec::new());
        for (from, to) in pairs {
            edges.push((ids.len(), ids.len() + 1));
            ids.extend([from, to]);
        }
        Self::new(ids, edges)
    }
}

/// Objects, and who needs whom.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Every object by its id.
    pub objects: BTreeMap<Id, Object>,
    /// `(a, b)`: `a` cannot be without `b`. Read from `pg_depend`; empty in a declaration.
    pub needs: Links,
    /// Objects that came by inheritance: found under their own id, never compared.
    pub copies: BTreeMap<Id, Object>,
    /// What plumb saw and does not model.
    pub unmodelled: Vec<Unmodelled>,
    /// What the members of extensions are called: sort, schema, name.
    pub provided: BTreeSet<(What, String, String)>,
    /// Objects of which some text has bytes that are no UTF-8, which stand as U+FFFD here: the database is in SQL_ASCII.
    pub garbled: BTreeSet<Id>,
    /// Roles that exist, whether or not anybody declares them.
    pub roles: BTreeSet<String>,
    /// Whether all privileges are declared, those on what extensions bring too (`[manage] grants`).
    pub all_grants: bool,
    /// By what it was marked which relations are in use.
    pub policy: Option<Policy>,
    /// The server it was read from.
    pub server: Server,
}

/// Walks two lists of objects side by side, in the order of ids: each id once, with what either side
/// has of it. Costs one pass, where a look-up for each would cost a search.
pub fn side_by_side<'a>(
    old: &'a BTreeMap<Id, Object>,
    new: &'a BTreeMap<Id, Object>,
) -> impl Iterator<Item = (&'a Id, Option<&'a Object>, Option<&'a Object>)> {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    std::iter::from_fn(move || {
        let order = match (old.peek(), new.peek()) {
            (Some((a, _)), Some((b, _))) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        match order {
            Ordering::Less => old.next().map(|(id, object)| (id, Some(object), None)),
            Ordering::Greater => new.next().map(|(id, object)| (id, None, Some(object))),
            Ordering::Equal => {
                let (id, before) = old.next()?;
                Some((id, Some(before), new.next().map(|(_, after)| after)))
            }
        }
    })
}

impl Catalog {
    /// Leaves out the database itself: that of a scratch says nothing of a target.
    pub(crate) fn without_given(mut self) -> Self {
        self.objects.retain(|id, _| !id.kind.def().given);
        self
    }

    /// The object of that id.
    pub fn get(&self, id: &Id) -> Option<&Object> {
        self.objects.get(id)
    }

    /// The column of that path, whatever sort of relation it is in.
    pub(crate) fn column(&self, path: &[String]) -> Option<(&Id, &Object)> {
        let mut kinds = Kind::ALL.iter().filter(|kind| kind.def().shapes);
        kinds.find_map(|kind| self.objects.get_key_value(&Id { kind: *kind, path: path.to_vec() }))
    }

    /// The attributes of that id as one kind's own type.
    pub fn attrs<T: crate::kind::Define>(&self, id: &Id) -> Option<&T> {
        self.objects.get(id).and_then(|object| T::downcast(&object.attrs))
    }

    /// The objects of one kind, in order.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&Id, &Object)> {
        let start = Id { kind, path: Vec::new() };
        self.objects.range(start..).take_while(move |(id, _)| id.kind == kind)
    }

    /// Whether an object takes up a name of that sort ([`crate::kind::Describe::occupies`]) that ends so.
    pub fn occupied(&self, sort: &str, end: &[&str]) -> bool {
        self.objects.iter().any(|(id, object)| {
            let names = object.attrs.occupies(id);
            names.iter().any(|(of, path)| {
                *of == sort && path.iter().rev().zip(end.iter().rev()).all(|(a, b)| a == b)
            })
        })
    }

    /// The object that makes the type of that id beside its own: a range its multirange.
    pub fn maker(&self, id: &Id) -> Option<&Id> {
        if !Kind::MAKERS.contains(&id.kind) || id.path.is_empty() {
            return None;
        }
        let makes = |other: &Id, object: &Object| {
            object
                .attrs
                .occupies(other)
                .iter()
                .any(|(sort, path)| *sort == "type" && *path == id.path)
        };
        let start = Id { kind: id.kind, path: Vec::new() };
        let all = self.objects.range(start..).take_while(|(other, _)| other.kind == id.kind);
        all.filter(|(other, object)| makes(other, object)).map(|(other, _)| other).next()
    }

    /// The objects of one kind whose path starts with `prefix`, in order.
    pub fn below<'a>(
        &'a self,
        kind: Kind,
        prefix: &'a [String],
    ) -> impl Iterator<Item = (&'a Id, &'a Object)> + 'a {
        let start = Id { kind, path: prefix.to_vec() };
        self.objects
            .range(start..)
            .take_while(move |(id, _)| id.kind == kind && id.path.starts_with(prefix))
            .filter(move |(id, _)| id.path.len() > prefix.len())
    }

    /// What lives in an object: in a table its columns, in a schema its tables.
    pub fn inside<'a>(&'a self, id: &Id) -> impl Iterator<Item = (&'a Id, &'a Object)> {
        let living = |kind: &&Kind| {
            let def = kind.def();
            def.parents.contains(&id.kind)
                || def.parents.is_empty() && def.in_schema && id.is_schema()
        };
        let kinds: Vec<Kind> = Kind::ALL.iter().filter(living).copied().collect();
        let path = id.path.clone();
        kinds.into_iter().flat_map(move |kind| {
            let (path, deep) = (path.clone(), path.len() + usize::from(!kind.def().single));
            self.objects
                .range(Id { kind, path: path.clone() }..)
                .take_while(move |(id, _)| id.kind == kind && id.path.starts_with(&path))
                .filter(move |(id, _)| id.path.len() == deep)
        })
    }

    /// The children of an object, of every kind that may live in it.
    pub fn children<'a>(&'a self, id: &'a Id) -> impl Iterator<Item = (&'a Id, &'a Object)> + 'a {
        id.kind.def().children.iter().flat_map(move |child| {
            let single = child.kind.def().single;
            let start = Id { kind: child.kind, path: id.path.clone() };
            self.objects
                .range(start..)
                .take_while(move |(other, _)| {
                    other.kind == child.kind && other.path.starts_with(&id.path)
                })
                .filter(move |(other, _)| {
                    other.path.len() == id.path.len() + usize::from(!single)
                        && other.parents().contains(id)
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_a_later_major_is_warned_of() {
        let server = |version| Server { version, ..Server::default() };
        assert_eq!(server(190_004).warning(), None);
        let said = server(200_000).warning();
        assert!(said.is_some_and(|said| said.starts_with("PostgreSQL 20 is newer")));
    }
}
