//! What an aggregate is called with: `(numeric)`, `(*)`, `(float8 order by numeric)`.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::{Id, key_part};
use crate::kind::routines::routine::signature::{self, Argument, Mode, split};
use crate::kind::{Kind, Lookup};
use crate::sql::quote::ident;
use crate::sql::scan;

/// The arguments of an aggregate.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Arguments {
    /// Those before ORDER BY.
    direct: Vec<Argument>,
    /// Those after it, of an ordered-set aggregate (`pg_aggregate.aggkind` `o` and `h`).
    ordered: Option<Vec<Argument>>,
}

impl Arguments {
    /// Reads what stands between the parentheses.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if text.trim() == "*" {
            return Ok(Self { direct: Vec::new(), ordered: None });
        }
        let tokens = scan::tokens(text).map_err(|error| error.to_string())?;
        let by = tokens.windows(2).find(|two| two[0].is_word("order") && two[1].is_word("by"));
        let Some([order, by]) = by else {
            return Ok(Self { direct: signature::arguments(text)?, ordered: None });
        };
        Ok(Self {
            direct: signature::arguments(&text[..order.start])?,
            ordered: Some(signature::arguments(&text[by.end..])?),
        })
    }

    /// The arguments of an id.
    pub(super) fn of(id: &Id) -> Self {
        let none = Self { direct: Vec::new(), ordered: None };
        split(id.name()).and_then(|(_, inside)| Self::read(inside).ok()).unwrap_or(none)
    }

    pub(super) fn is_ordered(&self) -> bool {
        self.ordered.is_some()
    }

    pub(super) fn has_names(&self) -> bool {
        self.all().any(|argument| !argument.name.is_empty())
    }

    /// Every argument.
    pub(super) fn all(&self) -> impl Iterator<Item = &Argument> {
        self.direct.iter().chain(self.ordered.iter().flatten())
    }

    /// The types of what is aggregated, without the direct arguments of an ordered set.
    pub(super) fn aggregated(&self) -> String {
        inputs(self.ordered.as_ref().unwrap_or(&self.direct))
    }

    fn print(&self, list: &dyn Fn(&[Argument]) -> String) -> String {
        match &self.ordered {
            None if self.direct.is_empty() => "*".to_owned(),
            None => list(&self.direct),
            Some(ordered) if self.direct.is_empty() => format!("order by {}", list(ordered)),
            Some(ordered) => format!("{} order by {}", list(&self.direct), list(ordered)),
        }
    }

    /// As they stand in an id: the types alone.
    pub(super) fn types(&self) -> String {
        self.print(&inputs)
    }

    /// As they are declared: names and types.
    pub(super) fn sql(&self) -> String {
        self.print(&|all| {
            let each = all.iter().map(|argument| {
                let mode = if argument.mode == Mode::Variadic { "variadic " } else { "" };
                let name = match argument.name.as_str() {
                    "" => String::new(),
                    name => ident(name) + " ",
                };
                format!("{mode}{name}{}", argument.of.base())
            });
            each.collect::<Vec<_>>().join(", ")
        })
    }

    /// As those of a function, for GRANT: a VARIADIC that stands on both sides counts once
    /// (`makeOrderedSetArgs`, gram.y).
    pub(super) fn flat(&self) -> String {
        let twice = self.direct.last().is_some_and(|argument| argument.mode == Mode::Variadic);
        let ordered = self.ordered.iter().flatten().filter(|_| !twice).cloned();
        inputs(&self.direct.iter().cloned().chain(ordered).collect::<Vec<_>>())
    }

    /// Gives types of the user's their schemas.
    pub(super) fn resolve(&mut self, names: &Lookup<'_>) {
        for argument in self.direct.iter_mut().chain(self.ordered.iter_mut().flatten()) {
            argument.of = signature::resolve_type(argument.of.clone(), names);
        }
    }

    /// The types of the user's among them, as whatever kind they may be.
    pub(super) fn references(&self) -> Vec<Id> {
        let user = self.all().filter_map(|argument| {
            let schema = argument.of.schema.clone()?;
            Some((schema, argument.of.name.clone()))
        });
        user.flat_map(|(schema, name)| {
            Kind::TYPES.iter().map(move |kind| Id::new(*kind, [schema.clone(), name.clone()]))
        })
        .collect()
    }
}

fn inputs(all: &[Argument]) -> String {
    signature::inputs(all)
}

/// The canonical key, and the arguments if they say more than it does.
pub(super) fn key(key: &str) -> Result<(String, Option<serde_json::Value>), String> {
    let Some((name, inside)) = split(key) else {
        return Err(format!(
            "the types of the arguments are missing: write `{key}(*)` if it has none"
        ));
    };
    let read = Arguments::read(inside)?;
    let canonical = format!("{}({})", key_part(&name), read.types());
    Ok((canonical, read.has_names().then(|| serde_json::Value::String(inside.trim().to_owned()))))
}

/// See [`crate::kind::Describe::resolve_key`].
pub(super) fn resolve_key(id: &Id, names: &Lookup<'_>) -> Option<Id> {
    let mut read = Arguments::of(id);
    read.all().next()?;
    if !read.is_ordered() {
        return signature::resolve_key(id, names);
    }
    read.resolve(names);
    let (name, _) = split(id.name())?;
    let mut path = id.path.clone();
    *path.last_mut()? = format!("{}({})", key_part(&name), read.types());
    Some(Id { kind: id.kind, path })
}

impl Serialize for Arguments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql())
    }
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_what_an_aggregate_is_called_with() {
        assert_eq!(key("f( int , text)").unwrap().0, "f(integer, text)");
        assert_eq!(key("f()").unwrap().0, "f(*)");
        assert_eq!(
            key("p(float8 ORDER BY x numeric)").unwrap(),
            (
                "p(double precision order by numeric)".to_owned(),
                Some("float8 ORDER BY x numeric".into())
            )
        );
        assert!(key("f").unwrap_err().contains("f(*)"));
    }

    #[test]
    fn a_grant_names_the_function_behind_it() {
        let flat = |text: &str| Arguments::read(text).unwrap().flat();
        assert_eq!(flat("float8 order by numeric"), "double precision, numeric");
        assert_eq!(flat("variadic \"any\" order by variadic \"any\""), "variadic \"any\"");
        assert_eq!(flat("*"), "");
    }
}
