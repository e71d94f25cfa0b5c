//! What a table keeps of a parent that it leaves: PostgreSQL makes the columns and checks that came from
//! there the table's own, and they may not be in the declaration.

use crate::id::Id;
use crate::kind::abilities::Inherited;
use crate::kind::relation::lineage::{gone, kept, left, of_parents, parents, stays_as_it_is};
use crate::kind::relation::table::Table;
use crate::kind::{Kind, Sides};
use crate::sql::quote::ident;
use crate::step::Step;

/// Drops what a table keeps of the parents that it has left and what is not in the declaration.
pub(in crate::kind) fn steps(table: &Id, cx: &Sides<'_>) -> Vec<Step> {
    let left = left(table, cx);
    if left.is_empty() {
        return Vec::new();
    }
    let alter = Table::alter_table(table);
    let stays = parents(table, cx.desired);
    let mut steps = Vec::new();
    for kind in [Kind::Constraint, Kind::Column] {
        // Another parent, which may be new, has it as well.
        let mut still = of_parents(&stays, kind, cx.current);
        still.extend(of_parents(&stays, kind, cx.desired));
        for (name, of) in of_parents(&left, kind, cx.current) {
            let own = table.child(kind, &name);
            if still.contains_key(&name) || kept(&own, cx).is_none() {
                continue;
            }
            let wanted = cx.desired.get(&own).map(|object| &object.attrs);
            let step = if kind == Kind::Column {
                if wanted.and_then(|attrs| attrs.as_inherited()).is_some_and(Inherited::is_local) {
                    continue;
                }
                Step::new(format!("{alter} DROP COLUMN {}{}", gone(&of, cx), ident(&name)))
                    .loses_data("its values are lost")
            } else {
                if stays_as_it_is(wanted, &of, cx) {
                    continue;
                }
                Step::new(format!("{alter} DROP CONSTRAINT {}{}", gone(&of, cx), ident(&name)))
            };
            steps.push(step);
        }
    }
    steps
}
