//! From the natural form to the form that can be compared: wherever two SQL leaves of one object
//! are shown equal, the desired one takes the current text. By bytes, by parse trees, then by a
//! server; what no server can decide is unproved and changes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::catalog::{Catalog, Object, side_by_side};
use crate::diff;
use crate::id::Id;
use crate::kind::{Kind, abilities};
use crate::oracle::{OracleError, Refusal, Scratch, closure, with_lent};
use crate::plan::{Proof, needs};
use crate::sql::cosmetic;
use crate::sql::names::{KnownNames, Names as _, What};
use crate::sql::refs;
use crate::sql::scan;
use crate::sql::tree::{self, Class};

/// What was found out about the leaves that differ.
#[derive(Default, Debug)]
pub struct Findings {
    /// How each difference was found, by object and field.
    pub proofs: BTreeMap<(Id, String), Proof>,
    /// Differences that nothing but the catalog can tell, by object and field.
    pub cosmetic: BTreeSet<(Id, String)>,
    /// Objects with a leaf that nobody could decide.
    pub unproved: BTreeSet<Id>,
    /// Why, by object.
    pub reasons: BTreeMap<Id, String>,
}

type Leaf = (&'static str, Class, String);

fn leaves(object: &Object) -> Vec<Leaf> {
    let mut all = Vec::new();
    object.attrs.each_leaf(&mut |name, class, leaf| all.push((name, class, leaf.text.clone())));
    all
}

/// The leaves of two objects that stand in the same place and have other texts.
fn differing(old: &Object, new: &Object) -> Vec<(usize, Leaf, Leaf)> {
    let (old, new) = (leaves(old), leaves(new));
    new.into_iter()
        .enumerate()
        .filter_map(|(at, new)| {
            let old = old.get(at).filter(|old| old.0 == new.0)?;
            (old.2 != new.2).then(|| (at, old.clone(), new))
        })
        .collect()
}

fn take_over(object: &mut Object, place: usize, text: &str) {
    let mut at = 0;
    object.attrs.leaves(&mut |_, _, leaf| {
        if at == place {
            leaf.take_over(text);
        }
        at += 1;
    });
}

/// The objects that are on both sides and not alike.
fn unequal(current: &Catalog, desired: &Catalog) -> Vec<Id> {
    side_by_side(&current.objects, &desired.objects)
        .filter_map(|(id, old, new)| {
            let (old, new) = (old?, new?);
            let unequal = old.attrs != new.attrs && !differing(old, new).is_empty();
            unequal.then(|| id.clone())
        })
        .collect()
}

/// How many leaves the objects on both sides have, and how many of them have other texts.
pub fn count(current: &Catalog, desired: &Catalog) -> (usize, usize) {
    let both = side_by_side(&current.objects, &desired.objects);
    both.filter_map(|(_, old, new)| Some((old?, new?))).fold(
        (0, 0),
        |(all, unequal), (old, new)| {
            let of = leaves(new).len().min(leaves(old).len());
            let other = if old.attrs == new.attrs { 0 } else { differing(old, new).len() };
            (all + of, unequal + other)
        },
    )
}

/// Equals out what parse trees can show equal; returns what they cannot.
pub fn by_parse_tree(current: &Catalog, desired: &mut Catalog) -> Vec<Id> {
    let ids = unequal(current, desired);
    if ids.is_empty() {
        return ids;
    }
    let reshaped = reshaped(current, desired);
    let mut names: BTreeMap<Vec<String>, (KnownNames, Answers)> = BTreeMap::new();
    for id in &ids {
        let (Some(old), Some(new)) = (current.get(id), desired.get(id)) else { continue };
        let path = needs::search_path(new);
        let (known, answers) = names
            .entry(path.clone())
            .or_insert_with(|| (known_names(current, desired, &path), Answers::default()));
        let place = Surroundings::new(current, id);
        // A proof by trees takes it that both sides see the same columns.
        let own_table = place.table.as_ref().map(|(_, name)| name.as_str());
        if own_table.is_some_and(|name| reshaped.contains(name)) {
            continue;
        }
        let reads_reshaped = |class: Class, text: &str| {
            refs::references(class, text)
                .is_ok_and(|refs| refs.relations.iter().any(|(_, name)| reshaped.contains(name)))
        };
        let same: Vec<(usize, String)> = differing(old, new)
            .into_iter()
            .filter(|(_, _, new)| reshaped.is_empty() || !reads_reshaped(new.1, &new.2))
            .filter(|(_, old, new)| {
                let same = || tree::same_in(new.1, &old.2, &new.2, known, &place.of());
                answers.get((new.1, &old.2, &new.2), &place, known, same)
            })
            .map(|(place, old, _)| (place, old.2))
            .collect();
        if let Some(object) = desired.objects.get_mut(id) {
            for (place, text) in same {
                take_over(object, place, &text);
            }
        }
    }
    unequal(current, desired)
}

/// The names of relations whose columns are not the same on both sides.
fn reshaped(current: &Catalog, desired: &Catalog) -> BTreeSet<String> {
    let kind = |object: Option<&Object>| {
        object.and_then(|object| object.attrs.as_typed().and_then(abilities::Typed::type_text))
    };
    desired
        .objects
        .keys()
        .chain(current.objects.keys())
        .filter(|id| id.kind.def().shapes && kind(current.get(id)) != kind(desired.get(id)))
        .flat_map(Id::parents)
        .filter(|table| current.get(table).is_some() && desired.get(table).is_some())
        .map(|table| table.name().to_owned())
        .collect()
}

/// Answers that were found for the leaves of one object and hold for another: many tables have the same defaults and the
/// same checks. An answer depends on the two texts and on the types of the columns that they name.
#[derive(Default)]
pub(crate) struct Answers<T = bool>(HashMap<String, T>);

impl<T: Clone> Answers<T> {
    /// The answer for a leaf, found by `find` if no equal one is known.
    pub(crate) fn get(
        &mut self,
        (class, old, new): (Class, &str, &str),
        place: &Surroundings,
        names: &KnownNames,
        find: impl FnOnce() -> T,
    ) -> T {
        // The text of a query is hardly ever that of another.
        let key = if class == Class::Query { None } else { place.key(&[old, new], names) };
        let Some(key) = key else { return find() };
        let key = format!("{class:?}\0{old}\0{new}\0{key}");
        if let Some(known) = self.0.get(&key) {
            return known.clone();
        }
        let found = find();
        self.0.insert(key, found.clone());
        found
    }
}

/// What a leaf sees around it.
pub(crate) struct Surroundings {
    /// The table whose columns it sees.
    pub(crate) table: Option<(String, String)>,
    /// The type of what it is assigned to.
    pub(crate) target: Option<String>,
    value: Option<String>,
}

impl Surroundings {
    pub(crate) fn new(current: &Catalog, id: &Id) -> Self {
        let def = id.kind.def();
        let parents = id.parents();
        let parent = parents.iter().find(|parent| current.get(parent).is_some());
        let type_of = |id: &Id| {
            current
                .get(id)
                .and_then(|object| object.attrs.as_typed().and_then(abilities::Typed::type_text))
        };
        let target = parent.filter(|_| def.single).and_then(&type_of);
        let value = parent.filter(|_| !def.single).and_then(type_of);
        let in_table = id.path.len() == 3 && value.is_none();
        let table = in_table.then(|| (id.path[0].clone(), id.path[1].clone()));
        Self { table, target, value }
    }

    /// What the meaning of these texts hangs on here; none where they name the table itself.
    fn key(&self, texts: &[&str], names: &KnownNames) -> Option<String> {
        let mut key = format!("{:?}\0{:?}", self.target, self.value);
        let Some((schema, table)) = &self.table else { return Some(key) };
        let columns = names.columns(schema, table)?;
        let mut words = BTreeSet::new();
        for text in texts {
            words.extend(scan::tokens(text).ok()?.into_iter().map(|token| token.word));
        }
        if words.contains(table) {
            return None;
        }
        for (column, of) in words.iter().filter_map(|word| columns.get_key_value(word)) {
            key.push_str(&format!("\0{column}\0{of}"));
        }
        Some(key)
    }

    pub(crate) fn of(&self) -> tree::Place<'_> {
        tree::Place {
            table: self.table.as_ref().map(|(schema, name)| (schema.as_str(), name.as_str())),
            target: self.target.as_deref(),
            value: self.value.as_deref(),
        }
    }
}

/// The names that SQL under a search path can mean, of both sides.
pub(crate) fn known_names(current: &Catalog, desired: &Catalog, path: &[String]) -> KnownNames {
    let mut names = KnownNames::new(path.to_vec());
    for (what, schema, name) in &current.provided {
        names.add(*what, schema, name);
    }
    let mut columns: BTreeMap<Vec<String>, BTreeMap<String, String>> = BTreeMap::new();
    for (id, object) in desired.objects.iter().chain(&current.objects) {
        if id.kind.def().shapes
            && let Some(parent) = id.parents().into_iter().next()
            && let Some(text) = object.attrs.as_typed().and_then(abilities::Typed::type_text)
        {
            columns.entry(parent.path).or_default().entry(id.name().to_owned()).or_insert(text);
        }
    }
    for (id, object) in desired.objects.iter().chain(&current.objects) {
        if let Some(it) = object.attrs.as_typed() {
            it.register(id, &mut names);
        }
        let Some(schema) = id.schema() else { continue };
        if Kind::MAKERS.contains(&id.kind) {
            for (_, path) in object.attrs.occupies(id) {
                if let [schema, name] = path.as_slice() {
                    names.add(What::Type, schema, name);
                    // The constructor is called like the type.
                    names.add(What::Function, schema, name);
                }
            }
        }
        if Kind::RELATIONS.contains(&id.kind) {
            match columns.get(&id.path) {
                Some(known) => names.add_relation(schema, id.name(), known.clone()),
                None => names.add(What::Relation, schema, id.name()),
            }
        }
        if Kind::ROUTINES.contains(&id.kind) {
            names.add(What::Function, schema, id.bare_name());
        }
        if Kind::OPERATORS.contains(&id.kind) {
            names.add(What::Operator, schema, id.bare_name());
        }
        if Kind::TYPES.contains(&id.kind) {
            names.add(What::Type, schema, id.name());
        }
        if Kind::OPERATOR_CLASSES.contains(&id.kind) {
            names.add(What::OperatorClass, schema, id.bare_name());
        }
        if Kind::COLLATIONS.contains(&id.kind) {
            names.add(What::Collation, schema, id.name());
        }
    }
    names
}

/// Asks a server about the leaves of `open` that still differ.
///
/// # Errors
/// Only what keeps the scratch from answering at all.
pub async fn by_server(
    current: &Catalog,
    desired: &mut Catalog,
    open: &[Id],
    scratch: &Scratch,
) -> Result<Findings, OracleError> {
    let mut findings = Findings::default();
    // The first round prints what was declared; a text that was restored from a dump has been
    // printed twice, so that a second round prints both sides again.
    let first = with_lent(current, desired, async |desired| {
        let wanted = closure(desired, open.iter().cloned(), false);
        let first = scratch.build(&wanted, &[]).await?;
        findings.reasons = reasons(desired, open, &first.refusals);
        Ok::<_, OracleError>(first)
    });
    let first = first.await?;
    // Two majors print the same thing in two ways; their trees are compared then.
    let names = (current.server.major() != scratch.major())
        .then(|| known_names(current, desired, &["pg_catalog".to_owned()]));
    let settle = |desired: &mut Catalog, open: &[Id], pairs: &[(&Objects, &Objects)]| {
        settle(current, desired, open, pairs, names.as_ref())
    };
    let mut left = settle(desired, open, &[(&current.objects, &first.catalog.objects)]);
    if !left.is_empty() {
        let old = closure(current, left.iter().cloned(), true);
        let again = closure(&first.catalog, left.iter().cloned(), true);
        let (old, again) = (scratch.build(&old, &[]).await?, scratch.build(&again, &[]).await?);
        left = settle(
            desired,
            &left,
            &[
                (&old.catalog.objects, &first.catalog.objects),
                (&old.catalog.objects, &again.catalog.objects),
                (&current.objects, &again.catalog.objects),
            ],
        );
    }
    for id in left {
        let built = first.catalog.get(&id);
        let proof = if built.is_some() { Proof::Server } else { Proof::Unproved };
        if let (Some(object), Some(built)) = (desired.objects.get_mut(&id), built)
            && let Some(it) = object.attrs.as_unsaid_mut()
        {
            it.learn(&built.attrs);
        }
        let (Some(old), Some(new)) = (current.get(&id), desired.get(&id)) else { continue };
        for (_, leaf, _) in differing(old, new) {
            findings.proofs.insert((id.clone(), leaf.0.to_owned()), proof);
        }
        for name in built.map(|built| cosmetic(old, new, built)).unwrap_or_default() {
            findings.cosmetic.insert((id.clone(), name));
        }
        if built.is_none() {
            findings.unproved.insert(id);
        }
    }
    Ok(findings)
}

/// Why objects could not be made: what the server said of them, or of what they need.
fn reasons(desired: &Catalog, open: &[Id], refusals: &[Refusal]) -> BTreeMap<Id, String> {
    let refused: BTreeMap<&Id, &str> = refusals
        .iter()
        .filter_map(|refusal| Some((refusal.object.as_ref()?, refusal.message.as_str())))
        .collect();
    let mut reasons: BTreeMap<Id, String> =
        refused.iter().map(|(id, why)| ((*id).clone(), (*why).to_owned())).collect();
    if refused.is_empty() {
        return reasons;
    }
    // What an extension brings is in no declaration, so that nothing says who needs it.
    let brings = refused.keys().copied().find(|id| id.kind.def().provides);
    for id in open {
        let needed = closure(desired, [id.clone()], false);
        let lacking =
            needed.objects.keys().find(|other| *other != id && refused.contains_key(other));
        let lacking = lacking.or(brings.filter(|_| refused.contains_key(id)));
        if let Some((other, why)) = lacking.and_then(|other| Some((other, refused.get(other)?))) {
            reasons.insert(id.clone(), format!("{other} could not be made on the scratch: {why}"));
        }
    }
    reasons
}

/// The fields that differ in leaves only which, as the server prints them, are alike but for what is
/// cosmetic.
fn cosmetic(old: &Object, new: &Object, built: &Object) -> Vec<String> {
    let printed = leaves(built);
    let mut alike = new.clone();
    let mut names = BTreeSet::new();
    for (place, old, _) in differing(old, new) {
        let print = printed.get(place).filter(|print| print.0 == old.0);
        if print.is_some_and(|print| cosmetic::leaves(old.1, &old.2, &print.2)) {
            take_over(&mut alike, place, &old.2);
            names.insert(old.0.to_owned());
        }
    }
    for (name, ..) in diff::fields(old, &alike) {
        names.remove(&name);
    }
    names.into_iter().collect()
}

type Objects = BTreeMap<Id, Object>;

/// Takes over the current text wherever one of the pairs of sides has two equal prints.
fn settle(
    current: &Catalog,
    desired: &mut Catalog,
    open: &[Id],
    pairs: &[(&Objects, &Objects)],
    names: Option<&KnownNames>,
) -> Vec<Id> {
    for id in open {
        let (Some(old), Some(new)) = (current.get(id), desired.get(id)) else { continue };
        let mut equal = Vec::new();
        for (place, leaf, _) in differing(old, new) {
            let print = |side: &Objects| {
                let all = leaves(side.get(id)?);
                all.get(place).filter(|found| found.0 == leaf.0).map(|found| found.2.clone())
            };
            let same = pairs.iter().any(|(old, new)| {
                let (Some(old), Some(new)) = (print(old), print(new)) else { return false };
                let place = Surroundings::new(current, id);
                old == new
                    || names
                        .is_some_and(|names| tree::same_in(leaf.1, &old, &new, names, &place.of()))
            });
            if same {
                equal.push((place, leaf.2));
            }
        }
        if let Some(object) = desired.objects.get_mut(id) {
            for (place, text) in equal {
                take_over(object, place, &text);
            }
        }
    }
    open.iter()
        .filter(|id| match (current.get(id), desired.get(id)) {
            (Some(old), Some(new)) => !differing(old, new).is_empty(),
            _ => false,
        })
        .cloned()
        .collect()
}

/// Lets the leaves that nobody could decide be as they are; returns the objects as they were wanted.
pub fn put_aside(current: &Catalog, desired: &mut Catalog, unproved: &BTreeSet<Id>) -> Objects {
    let mut aside = Objects::new();
    for id in unproved {
        let (Some(old), Some(new)) = (current.get(id), desired.objects.get_mut(id)) else {
            continue;
        };
        aside.insert(id.clone(), new.clone());
        for (place, leaf, _) in differing(old, new) {
            take_over(new, place, &leaf.2);
        }
    }
    aside
}
