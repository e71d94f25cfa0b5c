//! What a table must be like before it can be attached as a partition: the parent's columns and checks,
//! neither more nor less (<https://www.postgresql.org/docs/current/sql-altertable.html>, ATTACH PARTITION).

use super::inherit;
use crate::id::Id;
use crate::kind::abilities::{Inherited, Typed};
use crate::kind::relation::column::{Column, child};
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::default::{Default, inherited};
use crate::kind::relation::lineage;
use crate::kind::relation::table::Table;
use crate::kind::{Kind, Sides};
use crate::sql::names::KnownNames;
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::{Class, Place, same_in};
use crate::step::Step;

/// The steps, and whether the type of a column is among what changes. `former` is the parent that the
/// table has left just before.
///
/// # Errors
/// What PostgreSQL cannot change in place.
pub(crate) fn steps(
    id: &Id,
    former: Option<&Id>,
    parent: &Id,
    cx: &Sides<'_>,
) -> Result<(Vec<Step>, bool), String> {
    let alter = Table::alter_table(id);
    let mut retyped = false;
    let (mut steps, mut added) = (Vec::new(), Vec::new());
    let wanted = lineage::columns(parent, cx.desired);
    let own = cx.current.below(Kind::Column, &id.path).filter(|_| former.is_none());
    for (column, _) in own.filter(|(column, _)| !wanted.contains_key(column.name())) {
        if cx.current.attrs::<Column>(column).is_some_and(|column| !column.is_override()) {
            let drop = format!("{alter} DROP COLUMN {}", ident(column.name()));
            steps.push(Step::new(drop).loses_data("its values are lost"));
        }
    }
    for (name, above) in &wanted {
        let column = id.child(Kind::Column, name);
        let Some((fits, retypes)) = child::fit(&column, former, parent, cx)? else {
            added.extend(inherit::add_column(&alter, &above.of, cx));
            continue;
        };
        steps.extend(fits);
        retyped |= retypes;
        steps.extend(default_step(&column, former, parent, cx));
    }
    // What is computed of others is so of their new types.
    steps.extend(added);
    for (name, above) in lineage::checks(parent, cx.desired) {
        let own = id.child(Kind::Constraint, &name);
        let check = |id: &Id| {
            let check = cx.current.attrs::<Constraint>(id);
            check.filter(|check| check.passes_on())
        };
        let kept = former
            .and_then(|former| lineage::checks(former, cx.current).remove(&name))
            .map(|of| of.of);
        let there = check(&own).or_else(|| kept.as_ref().and_then(check));
        let goes = kept.as_ref().map_or("", |of| lineage::gone(of, cx));
        let equal = there.is_some() && there == cx.desired.attrs::<Constraint>(&above.of);
        if equal && goes.is_empty() {
            continue;
        }
        if there.is_some() {
            steps.push(Step::new(format!("{alter} DROP CONSTRAINT {goes}{}", ident(&name))));
        }
        steps.extend(inherit::add_check(&alter, &above.of, cx));
    }
    Ok((steps, retyped))
}

/// A default that is said of the partition is an object of its own; what is not said is the parent's.
fn default_step(column: &Id, former: Option<&Id>, parent: &Id, cx: &Sides<'_>) -> Option<Step> {
    let own = column.as_kind(Kind::Default);
    if cx.desired.get(&own).is_some() {
        return None;
    }
    let there = cx.current.attrs::<Default>(&own);
    let there = there.or_else(|| inherited(column, former?, cx.current));
    let wanted = inherited(column, parent, cx.desired);
    let same = match (there.and_then(Default::expr), wanted.and_then(Default::expr)) {
        (Some(there), Some(wanted)) => {
            let of = parent.child(Kind::Column, column.name());
            let of = cx.desired.attrs::<Column>(&of).and_then(Typed::type_text);
            let place = Place { target: of.as_deref(), ..Place::default() };
            let names = KnownNames::new(["pg_catalog"]);
            same_in(Class::Expr, &there.text, &wanted.text, &names, &place)
        }
        (there, wanted) => there.is_none() && wanted.is_none(),
    };
    if same {
        return None;
    }
    let action = match wanted.and_then(Default::expr) {
        Some(expr) => format!("SET DEFAULT {expr}"),
        None => "DROP DEFAULT".to_owned(),
    };
    let (table, column) = (qualified(&column.path[0], &column.path[1]), ident(column.name()));
    Some(Step::new(format!("ALTER TABLE {table} ALTER COLUMN {column} {action}")).authored())
}
