//! The SQL of a catalog as a person would write it.

use std::collections::BTreeMap;

use crate::canon::{self, Surroundings};
use crate::catalog::Catalog;
use crate::leaf::Sql;
use crate::sql::names::KnownNames;
use crate::sql::plain;
use crate::sql::tree::{self, Class};

/// The same catalog, in which expressions have neither the parentheses nor the casts that a server prints beside what
/// somebody wrote.
pub(super) fn catalog(catalog: &Catalog) -> Catalog {
    let mut shown = catalog.clone();
    let names = canon::known_names(catalog, catalog, &["pg_catalog".to_owned()]);
    // Many columns have the same default.
    let mut known: BTreeMap<(Class, String, Option<String>), String> = BTreeMap::new();
    for (id, object) in &mut shown.objects {
        let mut place = None;
        object.attrs.leaves(&mut |_, class, leaf| {
            if !matches!(
                class,
                Class::Expr | Class::IndexElement | Class::PartitionKey | Class::Bound
            ) || leaf.text.contains("--")
                || leaf.text.contains("/*")
            {
                return;
            }
            let place = place.get_or_insert_with(|| Surroundings::new(catalog, id));
            let key =
                place.table.is_none().then(|| (class, leaf.text.clone(), place.target.clone()));
            if let Some(text) = key.as_ref().and_then(|key| known.get(key)) {
                *leaf = Sql::new(text.clone());
                return;
            }
            let text = short(class, &leaf.text, &names, place);
            if let Some(key) = key {
                known.insert(key, text.clone());
            }
            *leaf = Sql::new(text);
        });
    }
    shown
}

fn short(class: Class, text: &str, names: &KnownNames, place: &Surroundings) -> String {
    let same = |other: &str| tree::same_in(class, text, other, names, &place.of());
    let without = plain::parentheses(class, text);
    let without = match class {
        Class::Expr | Class::IndexElement => {
            let without = plain::constants(&without, &same);
            plain::parentheses(class, &without)
        }
        _ => without,
    };
    plain::lower_case(&without)
}
