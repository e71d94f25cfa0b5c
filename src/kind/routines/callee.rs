//! A function that is named with its types, as casts, operator classes and transforms name it:
//! `s.f(text, integer)`. Where only one has the name, the types may be left out.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::{Id, key_part};
use crate::kind::routines::routine::find::{called, qualify};
use crate::kind::routines::routine::signature::{arguments, inputs, resolve_type, split};
use crate::kind::{Kind, Lookup};
use crate::leaf::{Item, Qualified};

/// The SQL for the function in a column of a catalog row, as a [`Callee`] reads it.
pub(crate) fn query(column: &str) -> String {
    format!(
        "(SELECT CASE WHEN cn.nspname <> 'pg_catalog' THEN quote_ident(cn.nspname) || '.' ELSE '' \
         END || quote_ident(cp.proname) || '(' || oidvectortypes(cp.proargtypes) || ')' \
         FROM pg_proc cp JOIN pg_namespace cn ON cn.oid = cp.pronamespace \
         WHERE cp.oid = {column}::oid)"
    )
}

/// A function with the types of its arguments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Callee {
    /// Its name; without a schema it is one of PostgreSQL's own.
    pub(crate) name: Qualified,
    /// The types, as in an id; `None` until they are found.
    pub(crate) types: Option<String>,
}

impl Callee {
    /// As it is named in SQL.
    pub(crate) fn sql(&self) -> String {
        match &self.types {
            Some(types) => format!("{}({types})", self.name.sql()),
            None => self.name.sql(),
        }
    }

    /// The object it is, if it is the user's.
    pub(crate) fn id(&self) -> Option<Id> {
        let key = format!("{}({})", key_part(&self.name.name), self.types.as_ref()?);
        Some(Id::new(Kind::Function, [self.name.schema.as_ref()?, &key]))
    }

    /// Finds the schemas of its name and types, and the types if they are not said.
    pub(crate) fn resolve(&mut self, there: Option<&Self>, names: &Lookup<'_>) {
        if let Some(read) = self.types.as_ref().and_then(|types| arguments(types).ok()) {
            let resolved: Vec<_> = read
                .into_iter()
                .map(|mut argument| {
                    argument.of = resolve_type(argument.of, names);
                    argument
                })
                .collect();
            self.types = Some(inputs(&resolved));
        }
        qualify(Kind::Function, &mut self.name, there.map(|there| &there.name), names);
        if self.types.is_none() {
            let one = |side: &crate::catalog::Catalog| {
                let [only] = called(Kind::Function, &self.name, side).try_into().ok()?;
                let Id { path, .. } = only;
                split(path.last()?).map(|(_, types)| types.to_owned())
            };
            self.types = one(names.declared)
                .or_else(|| names.current.and_then(one))
                .or_else(|| there.filter(|there| there.name == self.name)?.types.clone());
        }
    }
}

impl Item for Callee {
    fn read(text: &str) -> Result<Self, String> {
        let (name, types) = match text.find('(') {
            Some(_) => {
                let (_, inside) =
                    split(text).ok_or_else(|| format!("`{text}` is not `name(types)`"))?;
                let name = &text[..text.len() - inside.len() - 2 - trailing(text)];
                (name, Some(inputs(&arguments(inside)?)))
            }
            None => (text, None),
        };
        let mut name = Qualified::read(name.trim())?;
        name.schema.take_if(|schema| schema == "pg_catalog");
        Ok(Self { name, types })
    }

    fn write(&self) -> String {
        self.sql()
    }
}

/// The bytes of space behind the last parenthesis.
fn trailing(text: &str) -> usize {
    text.len() - text.trim_end().len()
}

impl Serialize for Callee {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql())
    }
}

impl<'de> Deserialize<'de> for Callee {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_with_or_without_types() {
        let callee = Callee::read("s.\"F\"( int, varchar(3) ) ").unwrap();
        assert_eq!(callee.sql(), "s.\"F\"(integer, character varying)");
        assert_eq!(callee.id().unwrap().path, ["s", "F(integer, character varying)"]);
        assert_eq!(Callee::read("pg_catalog.btint4cmp").unwrap().sql(), "btint4cmp");
        assert!(Callee::read("f(").is_err());
    }
}
