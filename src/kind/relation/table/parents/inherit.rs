//! How a table gets other tables to inherit from (`ALTER TABLE ... INHERIT`).

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::relation::column::{Column, child};
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::lineage;
use crate::kind::{Kind, Sides};
use crate::leaf::{List, Qualified};
use crate::sql::quote::{ident, qualified};
use crate::step::Step;

/// Takes parents from a table and gives it others.
///
/// INHERIT asks for a column and a check like each of the parent's. What the table lacks of them is
/// made first, and is the table's own from then on as well (`attislocal`): PostgreSQL has no way to
/// add it as inherited only. Returned with the steps: whether the type of a column is among what changes.
///
/// # Errors
/// What PostgreSQL cannot change in place.
pub(crate) fn steps(
    old: &List<Qualified>,
    new: &List<Qualified>,
    id: &Id,
    cx: &Sides<'_>,
) -> Result<(Vec<Step>, bool), String> {
    let alter = format!("ALTER TABLE {}", qualified(&id.path[0], &id.path[1]));
    // The order of the parents is the order in which they were added. Those that stay are the first of the wanted ones
    // that are there in this order; all others are taken away, and added again behind them.
    let mut there = old.0.iter();
    let stay = new.0.iter().take_while(|parent| there.any(|old| old == *parent)).count();
    let (stay, come) = new.0.split_at(stay);
    let gone = old.0.iter().filter(|parent| !stay.contains(parent));
    let gone: Vec<Step> =
        gone.map(|parent| Step::new(format!("{alter} NO INHERIT {}", parent.sql()))).collect();
    // What the table has of no parent for a moment becomes the table's own.
    let again = come.iter().any(|parent| old.0.contains(parent));
    let (mut steps, last) = if again { (gone, Vec::new()) } else { (Vec::new(), gone) };
    let mut retyped = false;
    let mut there: BTreeSet<String> = lineage::columns(id, cx.current).into_keys().collect();
    let mut checked: BTreeSet<String> = lineage::checks(id, cx.current).into_keys().collect();
    for parent in come {
        let table = Id::new(Kind::Table, parent.path());
        for (name, column) in lineage::columns(&table, cx.desired) {
            let own = id.child(Kind::Column, &name);
            let is_local = |side: &Catalog| {
                side.attrs::<Column>(&own).is_some_and(|column| !column.is_override())
            };
            if there.insert(name) {
                let declared = cx.desired.get(&own).is_some();
                steps.extend(add_column(&alter, &column.of, cx).filter(|_| !declared));
            } else if is_local(cx.current)
                && let Some((fits, retypes)) = child::fit(&own, None, &table, cx)?
            {
                steps.extend(fits);
                retyped |= retypes;
            }
        }
        for (name, check) in lineage::checks(&table, cx.desired) {
            let own = id.child(Kind::Constraint, &name);
            let there = cx.current.attrs::<Constraint>(&own);
            let wanted = cx.desired.attrs::<Constraint>(&check.of);
            let is_laxer = there.zip(wanted).is_some_and(|(own, of)| own.is_laxer_than(of));
            if cx.desired.get(&own).is_some() && !is_laxer {
                continue;
            }
            if is_laxer {
                steps.push(Step::new(format!("{alter} DROP CONSTRAINT {}", ident(&name))));
            }
            if checked.insert(name) || is_laxer {
                steps.extend(add_check(&alter, &check.of, cx));
            }
        }
        steps.push(Step::new(format!("{alter} INHERIT {}", parent.sql())));
    }
    steps.extend(last);
    Ok((steps, retyped))
}

pub(super) fn add_column(alter: &str, id: &Id, cx: &Sides<'_>) -> Option<Step> {
    let default = id.as_kind(Kind::Default);
    let inner = cx.desired.get(&default);
    let inner: Vec<String> = inner
        .and_then(|object| object.attrs.as_inline().and_then(|it| it.clause(&default, cx, &[])))
        .into_iter()
        .collect();
    let clause = cx.desired.get(id)?.attrs.as_inline().and_then(|it| it.clause(id, cx, &inner))?;
    Some(Step::new(format!("{alter} ADD COLUMN {clause}")).authored())
}

pub(super) fn add_check(alter: &str, id: &Id, cx: &Sides<'_>) -> Option<Step> {
    let clause = cx.desired.get(id)?.attrs.as_inline().and_then(|it| it.clause(id, cx, &[]))?;
    Some(Step::new(format!("{alter} ADD {clause}")).authored())
}
