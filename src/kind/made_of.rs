//! What a type of the user's is made of: the enum inside a domain, an array, a composite or a range.

use super::composite::Composite;
use super::domain::Domain;
use super::range::Range;
use super::{Id, Kind};
use crate::catalog::Catalog;
use crate::sql::quote::ident;
use crate::sql::type_name::{self, TypeName};

/// The object behind the name of a type that is no array, if it is one of the user's.
pub(super) fn type_id(of: &TypeName, catalog: &Catalog) -> Option<Id> {
    let schema = of.schema.as_deref()?;
    let id = |kind: &Kind| Id::new(*kind, [schema, of.name.as_str()]);
    let made = || Kind::MAKERS.iter().find_map(|kind| catalog.maker(&id(kind)).cloned());
    Kind::TYPES.iter().map(id).find(|id| catalog.get(id).is_some()).or_else(made)
}

/// Where values of one type are found inside those of another.
pub(super) struct Place {
    /// An expression for the value.
    pub(super) value: String,
    /// What stands behind the table in FROM, so that the expression has its meaning.
    pub(super) from: String,
}

/// The places of a type in a value of type `of`, which the expression `value` stands for.
pub(super) fn places(value: &str, of: &TypeName, wanted: &Id, catalog: &Catalog) -> Vec<Place> {
    let mut found = Vec::new();
    let start = Place { value: value.to_owned(), from: String::new() };
    look(start, of, wanted, catalog, 0, &mut found);
    found
}

fn look(
    at: Place,
    of: &TypeName,
    wanted: &Id,
    catalog: &Catalog,
    depth: usize,
    found: &mut Vec<Place>,
) {
    // Types form no circles, but a table's row may hold the table's own array.
    if depth > 16 {
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
    let mut deeper = |at: Place, of: &str| {
        if let Ok(of) = type_name::canonical(of) {
            look(at, &of, wanted, catalog, depth + 1, found);
        }
    };
    if of.array {
        return deeper(unnested(&at), &of.element().to_string());
    }
    let Some(id) = type_id(of, catalog) else { return };
    if id == *wanted {
        found.push(at);
        return;
    }
    if let Some(domain) = catalog.attrs::<Domain>(&id) {
        let value = format!("({}::{})", at.value, domain.base.text);
        return deeper(Place { value, from: at.from }, &domain.base.text);
    }
    if let Some(composite) = catalog.attrs::<Composite>(&id) {
        for (name, of) in composite.attributes() {
            let value = format!("({}).{}", at.value, ident(name));
            deeper(Place { value, from: at.from.clone() }, of);
        }
        return;
    }
    if let Some(range) = catalog.attrs::<Range>(&id) {
        let at = if id.name() == of.name && Some(id.first()) == of.schema.as_deref() {
            at
        } else {
            unnested(&at)
        };
        for end in ["lower", "upper"] {
            let value = format!("{end}({})", at.value);
            deeper(Place { value, from: at.from.clone() }, range.subtype());
        }
    }
}
