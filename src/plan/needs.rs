//! Who needs whom: read from `pg_depend` for what is there; from structure, from parsing and from
//! the author for what is wanted.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Object};
use crate::id::{Id, key_part};
use crate::kind::{self, Kind, abilities};
use crate::sql::refs::{self, Refs};
use crate::sql::tree::Class;

/// Needs of one side, by object: they are looked up when asked for, since most plans ask about few objects.
pub struct Needs<'a> {
    catalog: &'a Catalog,
    /// What `pg_depend` is not asked about or does not know.
    more: BTreeMap<Id, BTreeSet<Id>>,
    /// The same, by what is needed.
    more_dependents: BTreeMap<Id, BTreeSet<Id>>,
    /// What counts for nothing, of what `pg_depend` says.
    except: BTreeSet<(Id, Id)>,
}

impl<'a> Needs<'a> {
    /// What `pg_depend` said, and that a child needs its parent.
    pub fn of(catalog: &'a Catalog) -> Self {
        let mut needs = Self {
            catalog,
            more: BTreeMap::new(),
            more_dependents: BTreeMap::new(),
            except: BTreeSet::new(),
        };
        for kind in Kind::ALL {
            let (def, maker) = (kind.def(), Kind::MAKERS.contains(kind));
            // What names a schema that it does not live in: `pg_depend` is not asked about schemas.
            // Nor does it know what has no address of its own.
            if def.in_schema && def.catalog != 0 && !maker {
                continue;
            }
            for (id, object) in catalog.of_kind(*kind) {
                let needed =
                    if def.catalog == 0 { object.attrs.needs(id, catalog) } else { Vec::new() };
                let named = object.attrs.references(id).into_iter().filter(|named| {
                    !named.kind.def().cluster_wide && catalog.objects.contains_key(named)
                });
                for other in needed.into_iter().chain(named) {
                    needs.more.entry(id.clone()).or_default().insert(other.clone());
                    needs.more_dependents.entry(other).or_default().insert(id.clone());
                }
            }
        }
        for kind in Kind::COMPLETES {
            for (id, object) in catalog.of_kind(*kind) {
                let functions =
                    object.attrs.as_ordered().map_or_else(Vec::new, |it| it.completes(id, catalog));
                needs.except.extend(functions.into_iter().map(|function| (function, id.clone())));
            }
        }
        needs
    }

    fn counts(&self, from: &Id, to: &Id) -> bool {
        self.except.is_empty() || !self.except.contains(&(from.clone(), to.clone()))
    }

    /// What an object needs.
    pub fn needed_by(&self, id: &Id) -> impl Iterator<Item = &Id> {
        let objects = &self.catalog.objects;
        let mut found: BTreeSet<&Id> = self.catalog.needs.needed_by(id).collect();
        if objects.contains_key(id) {
            let parents = id.parents();
            let schema = id.schema_id().filter(|_| parents.is_empty());
            let there = |id: &Id| objects.get_key_value(id).map(|(id, _)| id);
            found.extend(parents.iter().chain(&schema).filter_map(there));
        }
        found.extend(self.more.get(id).into_iter().flatten());
        found.retain(|other| self.counts(id, other));
        found.into_iter()
    }

    /// What needs an object.
    pub fn dependents(&self, id: &Id) -> impl Iterator<Item = &Id> {
        let mut found: BTreeSet<&Id> = self.catalog.needs.dependents(id).collect();
        if self.catalog.objects.contains_key(id) {
            found.extend(self.catalog.inside(id).map(|(other, _)| other));
        }
        found.extend(self.more_dependents.get(id).into_iter().flatten());
        found.retain(|other| self.counts(other, id));
        found.into_iter()
    }
}

/// What an object of the desired side needs: for certain, and as far as one can guess from a text
/// that the server does not check (a function's body).
#[derive(Default, Debug)]
pub struct Wanted {
    /// It cannot be made without these.
    pub hard: BTreeSet<Id>,
    /// It is better made after these.
    pub soft: BTreeSet<Id>,
}

/// Finds what an object needs in a catalog.
pub fn wanted(id: &Id, object: &Object, catalog: &Catalog) -> Wanted {
    let mut wanted = Wanted::default();
    let there = |id: &Id| catalog.objects.contains_key(id);
    let add = |found: Id, set: &mut BTreeSet<Id>| {
        let maker = || catalog.maker(&found).cloned();
        let found = if there(&found) { Some(found) } else { maker() };
        set.extend(found.filter(|found| found != id));
    };
    for parent in id.parents() {
        add(parent, &mut wanted.hard);
    }
    if let Some(schema) = id.schema_id() {
        add(schema, &mut wanted.hard);
    }
    let named = object.attrs.references(id).into_iter().chain(object.attrs.needs(id, catalog));
    for found in named.chain(object.depends_on.iter().cloned()) {
        add(found, &mut wanted.hard);
    }
    let path = search_path(object);
    let mut texts = Vec::new();
    object.attrs.each_leaf(&mut |_, class, leaf| texts.push((class, leaf.written().to_owned())));
    let groups = texts
        .iter()
        .any(|(_, text)| text.as_bytes().windows(5).any(|w| w.eq_ignore_ascii_case(b"group")));
    let computes = texts.iter().any(|(class, _)| !matches!(class, Class::Type | Class::Arguments));
    for (class, text) in texts {
        for found in resolve(&refs::references(class, &text).unwrap_or_default(), catalog, &path) {
            add(found, &mut wanted.hard);
        }
    }
    // The types of a signature stand in the name.
    if let Some(types) = id.signature()
        && let Ok(found) = refs::references(Class::Arguments, types)
    {
        for found in resolve(&found, catalog, &path) {
            add(found, &mut wanted.hard);
        }
    }
    if let Some((language, body)) =
        object.attrs.as_stubbed().and_then(abilities::Stubbed::body_language)
    {
        for found in resolve(&refs::body_references(&language, &body), catalog, &path) {
            add(found, &mut wanted.soft);
        }
    }
    // A routine may do with the shell of a type, and those that make the type have to.
    if Kind::ROUTINES.contains(&id.kind) {
        let whole = |found: &Id| Kind::COMPLETES.contains(&found.kind);
        let (soft, hard) = std::mem::take(&mut wanted.hard).into_iter().partition(whole);
        wanted.hard = hard;
        wanted.soft.extend::<BTreeSet<Id>>(soft);
    }
    // A query may show all columns of a table whose key it groups by (manual, "GROUP BY and HAVING").
    if groups {
        let relations = wanted.hard.iter().filter(|found| Kind::RELATIONS.contains(&found.kind));
        let keys = relations
            .flat_map(|relation| catalog.children(relation))
            .filter(|(_, child)| child.attrs.as_key().is_some_and(abilities::Key::is_key));
        let keys: Vec<Id> = keys.map(|(key, _)| key.clone()).collect();
        wanted.soft.extend(keys);
    }
    // Who reads a relation reads its columns, those of its parents too, which may only come.
    let relations = wanted.hard.iter().chain(&wanted.soft);
    let relations = relations.filter(|found| found.kind.def().holds_rows);
    let inherited: Vec<Id> =
        relations.flat_map(|table| kind::inherited_columns(table, catalog)).collect();
    for set in [&mut wanted.hard, &mut wanted.soft] {
        let relations: Vec<Id> =
            set.iter().filter(|found| Kind::RELATIONS.contains(&found.kind)).cloned().collect();
        for relation in relations {
            if id.path.starts_with(&relation.path) {
                continue;
            }
            for place in relation.kind.def().children.iter().filter(|p| p.kind.def().shapes) {
                set.extend(catalog.below(place.kind, &relation.path).map(|(c, _)| c.clone()));
            }
        }
    }
    wanted.soft.extend(inherited);
    // What has values of a type is better made after the conditions on that: PostgreSQL adds none
    // to a type that stands in an array.
    let types: Vec<Id> =
        wanted.hard.iter().filter(|found| Kind::TYPES.contains(&found.kind)).cloned().collect();
    for of in types.iter().filter(|of| id.kind.def().shapes && !id.path.starts_with(&of.path)) {
        for place in of.kind.def().children.iter().filter(|place| !place.kind.def().shapes) {
            wanted.soft.extend(catalog.below(place.kind, &of.path).map(|(c, _)| c.clone()));
        }
    }
    // A child's own expressions read its siblings: a check its columns.
    if id.path.len() == 3 && !id.kind.def().shapes {
        let siblings: Vec<Id> = id
            .parents()
            .iter()
            .flat_map(|parent| parent.kind.def().children.iter().map(move |p| (parent, p)))
            .filter(|(_, place)| place.kind.def().shapes)
            .flat_map(|(parent, place)| catalog.below(place.kind, &parent.path))
            .map(|(sibling, _)| sibling.clone())
            .collect();
        if id.kind.def().single {
            add(id.parents().remove(0), &mut wanted.hard);
        } else {
            wanted.hard.extend(siblings);
        }
    }
    if computes {
        wanted.soft.extend(coercions(&wanted.hard, catalog));
    }
    wanted.hard.remove(id);
    wanted.soft.remove(id);
    wanted
}

/// The casts of the types that an expression sees: those in it, and those of the columns.
fn coercions(seen: &BTreeSet<Id>, catalog: &Catalog) -> Vec<Id> {
    let mut casts = Kind::COERCIONS.iter().flat_map(|kind| catalog.below(*kind, &[])).peekable();
    if casts.peek().is_none() {
        return Vec::new();
    }
    let columns = seen.iter().filter(|id| id.kind.def().shapes);
    let of_columns = columns.filter_map(|id| catalog.get(id).map(|c| c.attrs.references(id)));
    let types: BTreeSet<Id> = of_columns.flatten().chain(seen.iter().cloned()).collect();
    let uses = |(id, object): &(&Id, &Object)| {
        let mut of = object.attrs.references(id).into_iter();
        of.any(|of| Kind::TYPES.contains(&of.kind) && types.contains(&of))
    };
    casts.filter(uses).map(|(id, _)| id.clone()).collect()
}

/// The schemas in which the unqualified names of an object's SQL are looked for.
pub fn search_path(object: &Object) -> Vec<String> {
    match object.namespace.as_deref() {
        None => Vec::new(),
        Some("public") => vec!["public".to_owned()],
        Some(namespace) => vec![namespace.to_owned(), "public".to_owned()],
    }
}

fn resolve(refs: &Refs, catalog: &Catalog, path: &[String]) -> Vec<Id> {
    let mut found = Vec::new();
    let mut look = |kinds: &[Kind], schema: &Option<String>, name: &str| {
        let schemas: Vec<&String> =
            schema.iter().chain(path.iter().filter(|_| schema.is_none())).collect();
        for schema in schemas {
            for kind in kinds {
                let id = Id::new(*kind, [schema.as_str(), name]);
                if catalog.objects.contains_key(&id) {
                    found.push(id);
                } else {
                    found.extend(catalog.maker(&id).cloned());
                }
            }
        }
    };
    for (schema, name) in refs.relations.iter().chain(&refs.sequences) {
        look(Kind::RELATIONS, schema, name);
    }
    for (schema, name) in &refs.types {
        look(Kind::TYPES, schema, name);
    }
    for (schema, name) in &refs.collations {
        look(Kind::COLLATIONS, schema, name);
    }
    for (schema, name) in &refs.text_search {
        look(Kind::TEXT_SEARCH, schema, name);
    }
    // The constructor of a range is called like the type.
    for (schema, name) in &refs.functions {
        look(Kind::MAKERS, schema, name);
    }
    for (schema, name) in &refs.operator_classes {
        for kind in Kind::OPERATOR_CLASSES {
            let start = format!("{name} using ");
            for schema in schema.iter().chain(path.iter().filter(|_| schema.is_none())) {
                let all = catalog.below(*kind, std::slice::from_ref(schema));
                let called = all.map(|(id, _)| id).filter(|id| id.name().starts_with(&start));
                found.extend(called.cloned());
            }
        }
    }
    let routines = refs.functions.iter().map(|name| (name, Kind::ROUTINES));
    let operators = refs.operators.iter().map(|name| (name, Kind::OPERATORS));
    for ((schema, name), kinds) in routines.chain(operators) {
        let start = format!("{}(", key_part(name));
        for schema in schema.iter().chain(path.iter().filter(|_| schema.is_none())) {
            for kind in kinds {
                let from = Id::new(*kind, [schema.as_str(), start.as_str()]);
                found.extend(
                    catalog
                        .objects
                        .range(from.clone()..)
                        .map(|(id, _)| id)
                        .take_while(|id| {
                            id.kind == *kind
                                && id.first() == from.first()
                                && id.name().starts_with(&start)
                        })
                        .cloned(),
                );
            }
        }
    }
    found
}
