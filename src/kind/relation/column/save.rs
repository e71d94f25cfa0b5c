//! How the values of a column are saved while its table is made again, and restored.

use super::castable::reads_as_text;
use super::{Column, ident};
use crate::id::Id;
use crate::kind::{Cx, Decision, Describe, Kind, type_ids};

/// A value that comes back.
pub(in crate::kind) struct Returning {
    /// The expression over what was saved.
    pub(in crate::kind) sql: String,
    /// What is lost on the way.
    pub(in crate::kind) loses: Option<&'static str>,
    /// Whether it may be NULL where the column may not.
    pub(in crate::kind) may_be_null: bool,
}

impl Column {
    /// The value as it is saved: as a text where its type or collation does not stay what it is.
    pub(in crate::kind) fn aside(&self, id: &Id, cx: &Cx<'_>) -> String {
        let column = ident(id.name());
        if self.stays(id, cx) {
            return column;
        }
        format!("{column}::text COLLATE pg_catalog.\"default\" AS {column}")
    }

    /// The value as it comes back from there.
    pub(in crate::kind) fn returning(&self, old: &Self, id: &Id, cx: &Cx<'_>) -> Returning {
        let column = ident(id.name());
        let (retyped, stays) = (old.is_of_another_type(self), old.stays(id, cx));
        let change = if retyped { Some(self.cast(old, id, cx)) } else { None };
        let (value, loses) = change.map_or((None, None), |change| (change.value, change.loses));
        let as_text = self.type_name().is_some_and(|name| reads_as_text(&name));
        let mut sql = if stays || self.using.0.is_some() && retyped {
            value.unwrap_or(column)
        } else if as_text {
            column
        } else {
            format!("{column}::{}", self.type_sql())
        };
        let fills = self.not_null && !old.not_null;
        if let Some(backfill) = self.backfill_sql().filter(|_| fills) {
            sql = format!("coalesce({sql}, {backfill})");
        }
        let may_be_null = fills && self.backfill_sql().is_none();
        Returning { sql, loses, may_be_null }
    }

    /// Whether its type and collation stay as they are while the rows are saved.
    fn stays(&self, id: &Id, cx: &Cx<'_>) -> bool {
        let brought = || {
            let mut extensions = cx.current.of_kind(Kind::Extension);
            extensions.all(|(extension, _)| !cx.decision(extension).removes())
        };
        let types = self.kind.iter().flat_map(|kind| type_ids(&kind.text));
        let known = types.into_iter().any(|id| cx.current.get(&id).is_some());
        let foreign = self.type_name().is_some_and(|name| name.schema.is_some()) && !known;
        (!foreign || brought())
            && self.references(id).iter().all(|of| *cx.decision(of) == Decision::Keep)
    }
}
