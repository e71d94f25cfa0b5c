//! Finds functions that are named without their types, as the options of aggregates and operators
//! name them.

use crate::catalog::Catalog;
use crate::id::{Id, key_part};
use crate::kind::{Kind, Lookup};
use crate::leaf::Qualified;
use crate::sql::names::What;
use crate::sql::pg_catalog::may_have;

use super::signature::split;

/// The objects of a kind with that name in its schema, whatever their types.
pub(in crate::kind) fn called(kind: Kind, of: &Qualified, catalog: &Catalog) -> Vec<Id> {
    let Some(schema) = &of.schema else { return Vec::new() };
    let start = format!("{}(", key_part(&of.name));
    let first = Id::new(kind, [schema.as_str(), start.as_str()]);
    let ids = catalog.objects.range(first.clone()..).map(|(id, _)| id);
    ids.take_while(|id| id.kind == kind && id.first() == first.first())
        .take_while(|id| id.name().starts_with(&start))
        .cloned()
        .collect()
}

/// As [`called`], but only the one with these types, if there is such a one.
pub(in crate::kind) fn best(
    kind: Kind,
    of: &Qualified,
    types: Option<&str>,
    catalog: &Catalog,
) -> Vec<Id> {
    let all = called(kind, of, catalog);
    let exact = |id: &&Id| split(id.name()).is_some_and(|(_, inside)| Some(inside) == types);
    match all.iter().find(exact) {
        Some(one) => vec![one.clone()],
        None => all,
    }
}

/// Finds the schema of a name that `pg_catalog`, searched first, does not have. `there` is what
/// stands in its place in the database: what extensions bring is in no catalog of ours.
pub(in crate::kind) fn qualify(
    kind: Kind,
    of: &mut Qualified,
    there: Option<&Qualified>,
    names: &Lookup<'_>,
) {
    let what = if kind == Kind::Operator { What::Operator } else { What::Function };
    if of.schema.is_some() || may_have(what, &of.name) {
        return;
    }
    let known = |schema: &&String| {
        let wanted = Qualified::new(schema, &of.name);
        let mut sides = std::iter::once(names.declared).chain(names.current);
        sides.any(|side| !called(kind, &wanted, side).is_empty())
    };
    let theirs = || {
        let schema = there.filter(|there| there.name == of.name)?.schema.as_ref()?;
        names.path.contains(schema).then(|| schema.clone())
    };
    of.schema = names.path.iter().find(known).cloned().or_else(theirs);
}
