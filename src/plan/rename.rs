//! What renames do to the ids of whatever lives in the objects that are renamed.

use std::collections::BTreeMap;

use crate::id::Id;

/// Objects that get another name: new id to old id.
pub type Renames = BTreeMap<Id, Id>;

/// The id under which an object is found after the renames.
pub fn renamed(id: &Id, renames: &Renames) -> Id {
    let all = renames.iter();
    best(id, all).unwrap_or_else(|| id.clone())
}

/// The old id of a renamed object when it is its turn: what it lives in has its new name already.
pub fn at_turn(new: &Id, old: &Id, renames: &Renames) -> Id {
    let others = renames.iter().filter(|(other, _)| *other != new);
    best(old, others).unwrap_or_else(|| old.clone())
}

/// The old id of an object with this new one.
pub fn before(id: &Id, renames: &Renames) -> Id {
    let swapped: Renames = renames.iter().map(|(new, old)| (old.clone(), new.clone())).collect();
    renamed(id, &swapped)
}

/// The innermost rename that reaches the object decides.
fn best<'a>(id: &Id, renames: impl Iterator<Item = (&'a Id, &'a Id)>) -> Option<Id> {
    let reaching = renames.filter(|(_, old)| reaches(old, id));
    let (new, old) = reaching.max_by_key(|(_, old)| old.path.len())?;
    let mut path = new.path.clone();
    path.extend_from_slice(&id.path[old.path.len()..]);
    Some(Id { kind: id.kind, path })
}

fn reaches(old: &Id, id: &Id) -> bool {
    if old.path == id.path {
        return old.kind == id.kind || id.kind.def().single;
    }
    let inside = id.path.starts_with(&old.path);
    inside
        && (id.schema_id().as_ref() == Some(old)
            || id.parents().iter().any(|parent| lives_in(parent, old)))
}

fn lives_in(parent: &Id, old: &Id) -> bool {
    parent == old || parent.parents().iter().any(|above| lives_in(above, old))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Id {
        text.parse().expect("an id")
    }

    fn renames(pairs: &[(&str, &str)]) -> Renames {
        pairs.iter().map(|(new, old)| (id(new), id(old))).collect()
    }

    #[test]
    fn what_lives_in_a_renamed_schema_moves_with_it() {
        let renames = renames(&[("schema:billing", "schema:accounts")]);
        assert_eq!(renamed(&id("table:accounts.invoice"), &renames), id("table:billing.invoice"));
        assert_eq!(
            renamed(&id("column:accounts.invoice.id"), &renames),
            id("column:billing.invoice.id")
        );
        assert_eq!(
            renamed(&id("default:accounts.invoice.id"), &renames),
            id("default:billing.invoice.id")
        );
        assert_eq!(renamed(&id("role:accounts"), &renames), id("role:accounts"));
        assert_eq!(before(&id("table:billing.invoice"), &renames), id("table:accounts.invoice"));
    }

    #[test]
    fn a_column_is_renamed_in_a_table_that_has_its_new_name() {
        let renames = renames(&[
            ("table:public.client", "table:public.customer"),
            ("column:public.client.email", "column:public.customer.mail"),
        ]);
        let old = id("column:public.customer.mail");
        assert_eq!(renamed(&old, &renames), id("column:public.client.email"));
        assert_eq!(
            renamed(&id("default:public.customer.mail"), &renames),
            id("default:public.client.email")
        );
        assert_eq!(
            at_turn(&id("column:public.client.email"), &old, &renames),
            id("column:public.client.mail")
        );
    }
}
