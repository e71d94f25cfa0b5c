//! What a table must have of a parent's columns before it can be attached (`MergeAttributesIntoExisting`,
//! tablecmds.c): the same type, NOT NULL where the parent's is. The rest is what a partition made there has.

use super::{Column, not_null};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::relation::lineage;
use crate::kind::{Alter, Kind, Sides};
use crate::step::Step;

/// The column as a partition of `parent` has it; of identity PostgreSQL sees to it itself.
fn inherited(id: &Id, parent: &Id, side: &Catalog) -> Option<Column> {
    let above = parent.child(Kind::Column, id.name());
    let own = side.attrs::<Column>(&above).filter(|column| !column.is_override());
    let mut column = match own {
        Some(own) => Column { constraint: None, identity: None, ..own.clone() },
        None => lineage::parents(parent, side)
            .iter()
            .find_map(|grand| inherited(&above, grand, side))?,
    };
    column.identity_options = super::Options::default();
    if let Some(said) = side.attrs::<Column>(id).filter(|column| column.is_override()) {
        column.not_null |= said.not_null;
        column.storage = said.storage.clone().or(column.storage);
        column.compression = said.compression.clone().or(column.compression);
        column.statistics = said.statistics.or(column.statistics);
        column.options.clone_from(&said.options);
        (column.using, column.backfill) = (said.using.clone(), said.backfill.clone());
    }
    column.constraint = not_null::name_from(id, Some(parent), side);
    Some(column)
}

impl Column {
    /// The column with the NOT NULL that INHERIT asks for, whatever is said of it.
    fn with_not_null_of(self, above: Option<&Self>) -> Self {
        match above.filter(|above| above.not_null && !above.no_inherit) {
            Some(above) => Self {
                constraint: if self.not_null { self.constraint } else { above.constraint.clone() },
                not_null: true,
                no_inherit: false,
                not_valid: self.not_valid && above.not_valid,
                ..self
            },
            None => self,
        }
    }
}

/// The column as it is where the table stands alone, or has left its former parent.
fn there(id: &Id, former: Option<&Id>, cx: &Sides<'_>) -> Option<Column> {
    if let Some(former) = former {
        return inherited(id, former, cx.current);
    }
    let own = cx.current.attrs::<Column>(id).filter(|column| !column.is_override())?;
    Some(Column { constraint: not_null::name_from(id, None, cx.current), ..own.clone() })
}

/// The steps that make a column like the parent's, and whether its type changes; none for one that is
/// lacking. Fails where PostgreSQL has no way.
pub(in crate::kind) fn fit(
    id: &Id,
    former: Option<&Id>,
    parent: &Id,
    cx: &Sides<'_>,
) -> Result<Option<(Vec<Step>, bool)>, String> {
    let Some(there) = there(id, former, cx) else { return Ok(None) };
    // What it is to have as its own besides, it says itself; a partition has nothing of its own.
    let partition = lineage::is_partition(&id.ancestor(Kind::Table, 2), cx.desired) == Some(true);
    let own = cx.desired.attrs::<Column>(id).filter(|own| !own.is_override() && !partition);
    let above = inherited(id, parent, cx.desired);
    let own = own.cloned().map(|own| own.with_not_null_of(above.as_ref()));
    let Some(mut wanted) = own.or(above) else { return Ok(None) };
    if cx.major() < 18 {
        wanted.constraint.clone_from(&there.constraint);
    }
    if wanted.generated.is_some() && there.generated.is_some() && wanted.stored == there.stored {
        wanted.generated.clone_from(&there.generated);
    }
    match wanted.change(&there, id, cx) {
        Alter::InPlace(steps) => Ok(Some((steps, false))),
        Alter::Around(steps) => Ok(Some((steps, true))),
        Alter::Refuse(why) => Err(why.to_string()),
        Alter::Replace => Err(format!(
            "column {} of table {} is computed otherwise than that of table {}: drop it first, and it \
             is made again with the table's new parent",
            id.name(),
            id.ancestor(Kind::Table, 2).dotted(),
            parent.dotted()
        )),
    }
}
