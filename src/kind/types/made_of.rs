//! What a type of the user's is made of: the enum inside a domain, an array, a composite or a range.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::kind::types::composite::Composite;
use crate::kind::types::domain::Domain;
use crate::kind::types::range::Range;
use crate::kind::{Id, Kind};
use crate::sql::quote::ident;
use crate::sql::type_name::{self, TypeName};

/// The object behind the name of a type that is no array, if it is one of the user's.
pub(in crate::kind) fn type_id(of: &TypeName, catalog: &Catalog) -> Option<Id> {
    let schema = of.schema.as_deref()?;
    let id = |kind: &Kind| Id::new(*kind, [schema, of.name.as_str()]);
    let made = || Kind::MAKERS.iter().find_map(|kind| catalog.maker(&id(kind)).cloned());
    Kind::TYPES.iter().map(id).find(|id| catalog.get(id).is_some()).or_else(made)
}

/// Where values of one type are found inside those of another.
pub(in crate::kind) struct Place {
    /// An expression for the value.
    pub(in crate::kind) value: String,
    /// What stands behind the table in FROM, so that the expression has its meaning.
    pub(in crate::kind) from: String,
}

/// More places than these are not listed: composites that hold each other twice have 2^n.
const MOST: usize = 256;

/// The places of a type in a value of type `of`, which the expression `value` stands for; the first [`MOST`].
pub(in crate::kind) fn places(
    value: &str,
    of: &TypeName,
    wanted: &Id,
    catalog: &Catalog,
) -> Vec<Place> {
    let mut search = Search { wanted, catalog, without: BTreeSet::new(), found: Vec::new() };
    let start = Place { value: value.to_owned(), from: String::new() };
    search.look(start, of, 0);
    search.found
}

/// Whether a value of type `of` is or holds one of the type `wanted`.
pub(in crate::kind) fn holds(of: &TypeName, wanted: &Id, catalog: &Catalog) -> bool {
    let (mut open, mut seen) = (vec![of.clone()], BTreeSet::new());
    while let Some(of) = open.pop() {
        let Some(id) = type_id(&of, catalog).filter(|id| seen.insert(id.clone())) else { continue };
        if id == *wanted {
            return true;
        }
        open.extend(inside(&id, catalog).iter().filter_map(|of| type_name::canonical(of).ok()));
    }
    false
}

/// Whether values of another type hold values of this one.
pub(in crate::kind) fn is_held(wanted: &Id, catalog: &Catalog) -> bool {
    let kinds = [Kind::Domain, Kind::Composite, Kind::Range];
    let mut others = kinds.iter().flat_map(|kind| catalog.of_kind(*kind));
    others.any(|(id, _)| {
        let mut made_of = inside(id, catalog).into_iter();
        made_of.any(|of| type_name::canonical(of).is_ok_and(|of| holds(&of, wanted, catalog)))
    })
}

/// The types of which the values of a type are made.
fn inside<'a>(id: &Id, catalog: &'a Catalog) -> Vec<&'a str> {
    if let Some(domain) = catalog.attrs::<Domain>(id) {
        return vec![&domain.base.text];
    }
    if let Some(composite) = catalog.attrs::<Composite>(id) {
        return composite.attributes().map(|(_, of)| of).collect();
    }
    catalog.attrs::<Range>(id).map(Range::subtype).into_iter().collect()
}

struct Search<'a> {
    wanted: &'a Id,
    catalog: &'a Catalog,
    /// Types without a place, which need not be looked into again.
    without: BTreeSet<Id>,
    found: Vec<Place>,
}

impl Search<'_> {
    fn look(&mut self, at: Place, of: &TypeName, depth: usize) {
        // Types form no circles, but a table's row may hold the table's own array.
        if depth > 16 || self.found.len() >= MOST {
            return;
        }
        let unnested = |at: &Place| {
            let name = format!("value{depth}");
            let from = format!(
                "{}, LATERAL (SELECT {name} FROM unnest({}) AS {name}) AS in{depth}",
                at.from, at.value
            );
            Place { value: format!("in{depth}.{name}"), from }
        };
        if of.array {
            return self.deeper(unnested(&at), &of.element().to_string(), depth);
        }
        let Some(id) = type_id(of, self.catalog).filter(|id| !self.without.contains(id)) else {
            return;
        };
        if id == *self.wanted {
            self.found.push(at);
            return;
        }
        if !holds(of, self.wanted, self.catalog) {
            self.without.insert(id);
            return;
        }
        if let Some(domain) = self.catalog.attrs::<Domain>(&id) {
            let value = format!("({}::{})", at.value, domain.base.text);
            return self.deeper(Place { value, from: at.from }, &domain.base.text, depth);
        }
        if let Some(composite) = self.catalog.attrs::<Composite>(&id) {
            for (name, of) in composite.attributes() {
                let value = format!("({}).{}", at.value, ident(name));
                self.deeper(Place { value, from: at.from.clone() }, of, depth);
            }
            return;
        }
        if let Some(range) = self.catalog.attrs::<Range>(&id) {
            let at = if id.name() == of.name && Some(id.first()) == of.schema.as_deref() {
                at
            } else {
                unnested(&at)
            };
            for end in ["lower", "upper"] {
                let value = format!("{end}({})", at.value);
                self.deeper(Place { value, from: at.from.clone() }, range.subtype(), depth);
            }
        }
    }

    fn deeper(&mut self, at: Place, of: &str, depth: usize) {
        if let Ok(of) = type_name::canonical(of) {
            self.look(at, &of, depth + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::Object;

    /// Composites that hold the next one twice, and an enum at the end.
    fn diamonds(depth: usize) -> Catalog {
        let mut catalog = Catalog::default();
        let mut add = |kind: Kind, name: &str, attributes: serde_json::Value| {
            let attrs = (kind.def().parse)(&attributes).unwrap();
            catalog.objects.insert(Id::new(kind, ["s", name]), Object::new(attrs));
        };
        for at in 0..depth {
            let of = format!("s.t{}", at + 1);
            let list = json!([format!("a {of}"), format!("b {of}")]);
            add(Kind::Composite, &format!("t{at}"), json!({ "attributes": list }));
        }
        let last = format!("t{depth}");
        add(Kind::Enum, &last, json!({ "values": ["x"] }));
        add(Kind::Enum, "other", json!({ "values": ["x"] }));
        catalog
    }

    #[test]
    fn composites_that_hold_each_other_twice_are_looked_into_once() {
        let catalog = diamonds(2_000);
        let of = type_name::canonical("s.t0[]").unwrap();
        let id = |name: &str| Id::new(Kind::Enum, ["s", name]);
        assert!(holds(&of, &id("t2000"), &catalog));
        assert!(!holds(&of, &id("other"), &catalog));
        assert!(places("x", &of, &id("other"), &catalog).is_empty());
        let (deep, of) = (diamonds(15), type_name::canonical("s.t0").unwrap());
        assert_eq!(places("x", &of, &id("t15"), &deep).len(), MOST);
        let (flat, of) = (diamonds(1), type_name::canonical("s.t0").unwrap());
        let found: Vec<String> =
            places("x", &of, &id("t1"), &flat).into_iter().map(|place| place.value).collect();
        assert_eq!(found, ["(x).a", "(x).b"]);
    }
}
