//! The options of CREATE TYPE ... AS RANGE
//! (<https://www.postgresql.org/docs/current/sql-createtype.html>, `pg_range`).

use serde::{Deserialize, Serialize};

use crate::kind::def_list::Options;
use crate::leaf::{Qualified, Type};

/// The options, in the order in which they are written.
pub(super) const KEYS: &[&str] = &[
    "subtype",
    "subtype_opclass",
    "collation",
    "canonical",
    "subtype_diff",
    "multirange_type_name",
];

/// What a range is over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Options", into = "String")]
pub(super) struct Definition {
    /// The type of its bounds (`rngsubtype`).
    pub(super) subtype: Type,
    /// How they are ordered, if not by the type's default (`rngsubopc`).
    pub(super) opclass: Option<Qualified>,
    /// Their collation, if not the type's (`rngcollation`).
    pub(super) collation: Option<Qualified>,
    /// What brings equal ranges to one form (`rngcanonical`).
    pub(super) canonical: Option<Qualified>,
    /// What computes the distance of two bounds (`rngsubdiff`).
    pub(super) subtype_diff: Option<Qualified>,
    /// The multirange type, if it has not the usual name (`rngmultitypid`).
    pub(super) multirange: Option<Qualified>,
}

impl Definition {
    /// The options as SQL.
    pub(super) fn sql(&self) -> String {
        let Self { subtype, opclass, collation, canonical, subtype_diff, multirange } = self;
        let mut options = Options::default();
        options.set("subtype", Some(subtype.written().to_owned()));
        let names = [opclass, collation, canonical, subtype_diff, multirange];
        for (key, name) in KEYS.iter().skip(1).zip(names) {
            options.set(key, name.as_ref().map(Qualified::sql));
        }
        options.sql(KEYS)
    }

    /// Whether all is alike but the name of the multirange.
    pub(super) fn agree(&self, other: &Self) -> bool {
        Self { multirange: None, ..self.clone() } == Self { multirange: None, ..other.clone() }
    }
}

impl From<Definition> for String {
    fn from(definition: Definition) -> Self {
        definition.sql()
    }
}

impl TryFrom<Options> for Definition {
    type Error = String;

    fn try_from(mut options: Options) -> Result<Self, String> {
        let missing = || "`subtype` is missing: say what it is a range of".to_owned();
        let definition = Self {
            subtype: options.take_type("subtype")?.ok_or_else(missing)?,
            opclass: options.take_name("subtype_opclass")?,
            collation: options.take_name("collation")?,
            canonical: options.take_name("canonical")?,
            subtype_diff: options.take_name("subtype_diff")?,
            multirange: options.take_name("multirange_type_name")?,
        };
        options.finish("a range type", KEYS)?;
        Ok(definition)
    }
}

/// The name that PostgreSQL gives to the multirange of a range (`makeMultirangeTypeName`).
pub(super) fn multirange_name(range: &str) -> String {
    let clip = |text: &str, bytes: usize| {
        let mut end = bytes.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text[..end].to_owned()
    };
    let whole = match range.split_once("range") {
        Some((before, after)) => format!("{before}multirange{after}"),
        None => format!("{}_multirange", clip(range, 52)),
    };
    clip(&whole, 63)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multirange_is_called_after_its_range() {
        assert_eq!(multirange_name("floatrange"), "floatmultirange");
        assert_eq!(multirange_name("span"), "span_multirange");
        assert_eq!(multirange_name(&"é".repeat(31)), format!("{}_multirange", "é".repeat(26)));
    }

    #[test]
    fn options_read_back_as_they_are_written() {
        let text = "subtype = double precision, subtype_diff = float8mi";
        let options = Options::read("SUBTYPE_DIFF = pg_catalog.float8mi, Subtype = float8");
        let read = Definition::try_from(options.unwrap()).unwrap();
        assert_eq!(read.sql(), text);
        let wrong = Options::read("subtype = int, element = int").unwrap();
        assert!(Definition::try_from(wrong).unwrap_err().contains("`element` is no option"));
    }
}
