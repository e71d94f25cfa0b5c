//! The options of CREATE OPERATOR
//! (<https://www.postgresql.org/docs/current/sql-createoperator.html>, `pg_operator`).

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{read_name, write_name};
use crate::leaf::{Item, Qualified, Sql, split_commas};

/// What an operator does, beside its operands.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Definition {
    /// The function behind it (`oprcode`).
    pub(super) function: Qualified,
    /// The operator with the operands swapped (`oprcom`).
    pub(super) commutator: Option<Qualified>,
    /// The operator that says the opposite (`oprnegate`).
    pub(super) negator: Option<Qualified>,
    /// What estimates its selectivity (`oprrest`).
    pub(super) restrict: Option<Qualified>,
    /// The same for a join (`oprjoin`).
    pub(super) join: Option<Qualified>,
    /// Whether it can support a hash join (`oprcanhash`).
    pub(super) hashes: bool,
    /// Whether it can support a merge join (`oprcanmerge`).
    pub(super) merges: bool,
}

/// What is in `pg_catalog` has no schema here.
fn system(mut name: Qualified) -> Qualified {
    name.schema.take_if(|schema| schema == "pg_catalog");
    name
}

impl Definition {
    fn new(mut options: BTreeMap<String, String>) -> Result<Self, String> {
        // The operands stand in the key.
        options.retain(|name, _| !matches!(name.as_str(), "leftarg" | "rightarg"));
        let mut function =
            |name: &str| options.remove(name).map(|text| Qualified::read(&text)).transpose();
        let code = match function("function")? {
            Some(code) => Some(code),
            None => function("procedure")?,
        };
        let (restrict, join) = (function("restrict")?, function("join")?);
        let mut operator =
            |name: &str| options.remove(name).map(|text| read_name(&text)).transpose();
        let (commutator, negator) = (operator("commutator")?, operator("negator")?);
        let mut flag = |name: &str| {
            let text = options.remove(name);
            text.is_some_and(|text| !matches!(text.to_ascii_lowercase().as_str(), "false" | "off"))
        };
        let (hashes, merges) = (flag("hashes"), flag("merges"));
        if let Some(name) = options.keys().next() {
            return Err(format!(
                "`{name}` is no option of an operator; known are function, commutator, negator, \
                 restrict, join, hashes and merges"
            ));
        }
        let code = code.ok_or_else(|| "`function` is missing: say what computes it".to_owned())?;
        Ok(Self {
            function: system(code),
            commutator: commutator.map(system),
            negator: negator.map(system),
            restrict: restrict.map(system),
            join: join.map(system),
            hashes,
            merges,
        })
    }

    /// The options that are said, by name, without the operands.
    pub(super) fn items(&self) -> Vec<String> {
        let Self { function, commutator, negator, restrict, join, hashes, merges } = self;
        let mut items = vec![format!("function = {}", function.sql())];
        for (name, value) in [("commutator", commutator), ("negator", negator)] {
            items.extend(value.iter().map(|value| format!("{name} = {}", write_name(value))));
        }
        for (name, value) in [("restrict", restrict), ("join", join)] {
            items.extend(value.iter().map(|value| format!("{name} = {}", value.sql())));
        }
        items.extend(hashes.then(|| "hashes".to_owned()));
        items.extend(merges.then(|| "merges".to_owned()));
        items
    }

    /// The functions, to be qualified.
    pub(super) fn functions_mut(&mut self) -> impl Iterator<Item = &mut Qualified> {
        [&mut self.function].into_iter().chain(&mut self.restrict).chain(&mut self.join)
    }
}

impl Serialize for Definition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.items().join(", "))
    }
}

impl<'de> Deserialize<'de> for Definition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Definition;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`function = name, ...` or a table")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Definition, E> {
                let mut all = BTreeMap::new();
                for item in split_commas(text) {
                    let (name, value) = item.split_once('=').unwrap_or((item, ""));
                    let name = name.trim().to_ascii_lowercase();
                    if all.insert(name, value.trim().to_owned()).is_some() {
                        return Err(E::custom(format!("`{item}` is said twice")));
                    }
                }
                Definition::new(all).map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Definition, A::Error> {
                let mut all = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, Sql>()? {
                    all.insert(name, value.text);
                }
                Definition::new(all).map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_any(Pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_read_back_as_they_are_written() {
        let read = |text: &str| serde_json::from_value::<Definition>(text.into());
        let text = "PROCEDURE = s.f, leftarg = text, commutator = operator(s.~>), restrict = eqsel, merges";
        let definition = read(text).unwrap();
        let short = definition.items().join(", ");
        assert_eq!(short, "function = s.f, commutator = operator(s.~>), restrict = eqsel, merges");
        assert_eq!(read(&short).unwrap(), definition);
        assert!(read("function = f, sort = x").unwrap_err().to_string().contains("`sort`"));
        assert!(read("merges").is_err());
    }
}
