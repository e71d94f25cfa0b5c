//! The column that owns a sequence (`OWNED BY`).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::Id;
use crate::kind::Kind;
use crate::leaf::Qualified;
use crate::sql::quote::{ident, split_qualified};

/// `table.column` or `schema.table.column`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Owner {
    pub(super) table: Qualified,
    column: String,
}

impl Owner {
    pub(super) fn sql(&self) -> String {
        format!("{}.{}", self.table.sql(), ident(&self.column))
    }

    pub(super) fn table(&self) -> Id {
        Id::new(Kind::Table, self.table.path())
    }

    pub(super) fn column(&self) -> Id {
        self.table().child(Kind::Column, &self.column)
    }
}

impl Serialize for Owner {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql())
    }
}

pub(super) fn owner<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Owner>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let wrong = || serde::de::Error::custom(format!("`{text}` is no column: write `table.column`"));
    let mut parts = split_qualified(&text).map_err(|_| wrong())?;
    let (Some(column), Some(name)) = (parts.pop(), parts.pop()) else { return Err(wrong()) };
    let schema = parts.pop();
    if !parts.is_empty() {
        return Err(wrong());
    }
    Ok(Some(Owner { table: Qualified { schema, name }, column }))
}
