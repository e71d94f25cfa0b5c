//! One attribute of a composite type: `zip character varying(10) collate "C"`.

use crate::clause::{self, Clause, Shape, Value, clause};
use crate::id::Id;
use crate::kind::{Kind, Lookup, collation_id};
use crate::leaf::{Item, Name, Qualified, Type};
use crate::sql::{quote, scan, type_name};

/// An attribute.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Attribute {
    /// Its name (`attname`).
    pub(super) name: String,
    /// Its type (`atttypid`, `atttypmod`).
    pub(super) of: Type,
    /// Its collation, if it is not the one of the type (`attcollation`).
    collate: Option<Qualified>,
}

/// What stands behind the name.
const CLAUSES: &[Clause] =
    &[clause("type", "", Shape::Rest), clause("collate", "collate", Shape::Word)];

impl Attribute {
    /// The attribute as it is written in CREATE TYPE.
    pub(super) fn sql(&self) -> String {
        format!("{} {}", quote::ident(&self.name), self.of_sql())
    }

    /// Its type and its collation.
    pub(super) fn of_sql(&self) -> String {
        match &self.collate {
            Some(collation) => format!("{} COLLATE {}", self.of, collation.sql()),
            None => self.of.to_string(),
        }
    }

    /// The collation, if it is not the server's own.
    pub(super) fn collation(&self) -> Option<Id> {
        self.collate.as_ref().and_then(collation_id)
    }

    /// Qualifies its names; `there` is the attribute of that name in the database.
    pub(super) fn resolve(&mut self, names: &Lookup<'_>, there: Option<&Self>) {
        names.type_name(&mut self.of);
        let Some(collation) = &mut self.collate else { return };
        names.named(Kind::COLLATIONS, collation, there.and_then(|there| there.collate.as_ref()));
        self.collate.take_if(|collate| collate.schema.is_none() && collate.name == "default");
    }
}

impl Item for Attribute {
    fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no attribute: write its name and its type");
        let tokens = scan::tokens(text).map_err(|error| error.to_string())?;
        let first = tokens.first().ok_or_else(wrong)?;
        let Name(name) = Name::read(&text[first.start..first.end])?;
        let rest = clause::split(CLAUSES, &text[first.end..]).map_err(|error| error.message)?;
        let value = |key: &str| {
            rest.iter().find(|found| found.key == key).and_then(|found| match &found.value {
                Value::Text(text) => Some(text.as_str()),
                Value::Flag(_) => None,
            })
        };
        let of = type_name::canonical(value("type").ok_or_else(wrong)?);
        Ok(Self {
            name,
            of: Type::new(of.map_err(|error| error.to_string())?.to_string()),
            collate: value("collate").map(Qualified::read).transpose()?,
        })
    }

    fn write(&self) -> String {
        let text = format!("{} {}", quote::ident(&self.name), self.of.text);
        match &self.collate {
            Some(collation) => format!("{text} collate {}", collation.sql()),
            None => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_needs_a_type() {
        assert!(Attribute::read("street").unwrap_err().contains("its type"));
        assert!(Attribute::read("").is_err());
    }

    #[test]
    fn a_keyword_may_be_the_name() {
        let attribute = Attribute::read("collate \"collate\".t collate pg_catalog.\"C\"").unwrap();
        assert_eq!(attribute.sql(), "\"collate\" \"collate\".t COLLATE pg_catalog.\"C\"");
    }
}
