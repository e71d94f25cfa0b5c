//! The SQL of a catalog as a person would write it.

use crate::canon::{self, Answers, Surroundings};
use crate::catalog::Catalog;
use crate::leaf::Sql;
use crate::sql::names::KnownNames;
use crate::sql::plain;
use crate::sql::tree::{self, Class};

/// The same catalog, in which expressions have neither the parentheses nor the casts that a server prints beside what
/// was written.
pub(super) fn catalog(catalog: &Catalog) -> Catalog {
    let mut shown = catalog.clone();
    let names = canon::known_names(catalog, catalog, &["pg_catalog".to_owned()]);
    let mut known = Answers::default();
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
            let find = || short(class, &leaf.text, &names, place);
            *leaf = Sql::new(known.get((class, &leaf.text, ""), place, &names, find));
        });
    }
    shown
}

fn short(class: Class, text: &str, names: &KnownNames, place: &Surroundings) -> String {
    let same = |other: &str| tree::same_in(class, text, other, names, &place.of());
    let without = plain::parentheses(class, text);
    let without = match class {
        Class::Expr | Class::IndexElement => {
            let shorter = plain::constants(&without, &same);
            if shorter == without { shorter } else { plain::parentheses(class, &shorter) }
        }
        _ => without,
    };
    plain::lower_case(&without)
}
