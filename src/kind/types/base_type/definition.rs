//! The options of CREATE TYPE for a base type
//! (<https://www.postgresql.org/docs/current/sql-createtype.html>, `pg_type`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kind::def_list::Options;
use crate::leaf::{Qualified, Type};
use crate::sql::quote::literal;

/// The options that are functions; the first two have to be said.
pub(super) const FUNCTIONS: &[&str] =
    &["input", "output", "receive", "send", "typmod_in", "typmod_out", "analyze", "subscript"];

/// The options that ALTER TYPE ... SET can change; `storage` is another.
pub(super) const SETTABLE: &[&str] =
    &["receive", "send", "typmod_in", "typmod_out", "analyze", "subscript"];

/// All options, in the order in which they are written.
pub(super) const KEYS: &[&str] = &[
    "input",
    "output",
    "receive",
    "send",
    "typmod_in",
    "typmod_out",
    "analyze",
    "subscript",
    "internallength",
    "passedbyvalue",
    "alignment",
    "storage",
    "category",
    "preferred",
    "default",
    "element",
    "delimiter",
    "collatable",
];

/// What a base type is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Options", into = "String")]
pub(super) struct Definition {
    /// Its functions, by option.
    pub(super) functions: BTreeMap<&'static str, Qualified>,
    /// Bytes, or `variable` (`typlen`).
    internallength: String,
    /// Whether values are passed by value (`typbyval`).
    passedbyvalue: bool,
    /// `char`, `int2`, `int4` or `double` (`typalign`).
    alignment: String,
    /// `plain`, `external`, `extended` or `main` (`typstorage`).
    pub(super) storage: String,
    /// A letter (`typcategory`).
    category: String,
    /// Whether it is the one that casts of its category prefer (`typispreferred`).
    preferred: bool,
    /// The default of columns (`typdefault`).
    default: Option<String>,
    /// The type of its elements (`typelem`).
    pub(super) element: Option<Type>,
    /// What stands between values in an array (`typdelim`).
    delimiter: String,
    /// Whether it has collations (`typcollation`).
    collatable: bool,
}

impl Definition {
    /// The options as SQL; what is usual is left out.
    pub(super) fn sql(&self) -> String {
        let Self {
            functions,
            internallength,
            passedbyvalue,
            alignment,
            storage,
            category,
            preferred,
            default,
            element,
            delimiter,
            collatable,
        } = self;
        let mut options = Options::default();
        for (key, name) in functions {
            options.set(key, Some(name.sql()));
        }
        let mut text = |key: &str, value: &str, usual: &str, quoted: bool| {
            let sql = if quoted { literal(value) } else { value.to_owned() };
            options.set(key, Some(sql).filter(|_| value != usual));
        };
        text("internallength", internallength, "variable", false);
        text("alignment", alignment, "int4", false);
        text("storage", storage, "plain", false);
        text("category", category, "U", true);
        text("delimiter", delimiter, ",", true);
        options.set("default", default.as_deref().map(literal));
        options.set("element", element.as_ref().map(|of| of.written().to_owned()));
        for (key, set) in
            [("passedbyvalue", passedbyvalue), ("preferred", preferred), ("collatable", collatable)]
        {
            options.set(key, set.then(|| "true".to_owned()));
        }
        options.sql(KEYS)
    }

    /// Whether all is alike but what can be set later.
    pub(super) fn agree(&self, other: &Self) -> bool {
        let fixed = |of: &Self| {
            let mut of = Self { storage: String::new(), ..of.clone() };
            of.functions.retain(|key, _| !SETTABLE.contains(key));
            of
        };
        fixed(self) == fixed(other)
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
        let mut functions = BTreeMap::new();
        for key in FUNCTIONS {
            if let Some(name) = options.take_name(key)? {
                functions.insert(*key, name);
            }
        }
        for key in &FUNCTIONS[..2] {
            if !functions.contains_key(key) {
                return Err(format!("`{key}` is missing: say the function that does it"));
            }
        }
        let mut text =
            |key: &str, usual: &str| options.take_text(key).unwrap_or_else(|| usual.to_owned());
        let definition = Self {
            functions,
            internallength: text("internallength", "variable").to_ascii_lowercase(),
            alignment: text("alignment", "int4").to_ascii_lowercase(),
            storage: text("storage", "plain").to_ascii_lowercase(),
            category: text("category", "U"),
            delimiter: text("delimiter", ","),
            default: options.take_text("default"),
            element: options.take_type("element")?,
            passedbyvalue: options.take_flag("passedbyvalue")?.unwrap_or(false),
            preferred: options.take_flag("preferred")?.unwrap_or(false),
            collatable: options.take_flag("collatable")?.unwrap_or(false),
        };
        options.finish("a base type", KEYS)?;
        Ok(definition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_is_not_written() {
        let text = "INPUT = s.i, output = o, internallength = 4, passedbyvalue, storage = plain, delimiter = ';'";
        let read = Definition::try_from(Options::read(text).unwrap()).unwrap();
        assert_eq!(
            read.sql(),
            "input = s.i, output = o, internallength = 4, passedbyvalue = true, delimiter = ';'"
        );
        let wrong = Options::read("input = i").unwrap();
        assert!(Definition::try_from(wrong).unwrap_err().contains("`output` is missing"));
    }
}
