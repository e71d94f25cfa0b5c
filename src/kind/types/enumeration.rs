//! Enumerations (`CREATE TYPE ... AS ENUM`, `pg_enum`). Values are added in place; a value that
//! goes or moves means a new type that takes the place of the old one under its columns.

mod in_use;

use std::collections::BTreeSet;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::clause::{Shape, clause};
use crate::grants;
use crate::kind::abilities::{Swapped, Typed};
use crate::kind::{About, Alter, Attrs, Cx, Define, Describe, Id, Member, Sides};
use crate::leaf::{literal_text, split_commas};
use crate::sql::names::KnownNames;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{literal, qualified};
use crate::step::{Block, Step};

/// An enumeration.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enum {
    /// Its values, in order (`pg_enum.enumsortorder`).
    #[serde(deserialize_with = "values")]
    values: Vec<String>,
}

/// Reads an array of values, or their literals between the parentheses of `AS ENUM (...)`.
fn values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Values;
    impl<'de> Visitor<'de> for Values {
        type Value = Vec<String>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an array of values")
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<String>, E> {
            let value = |item: &str| {
                literal_text(item).ok_or_else(|| E::custom(format!("`{item}` is no literal")))
            };
            split_commas(text).into_iter().map(value).collect()
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<String>, A::Error> {
            let mut values = Vec::new();
            while let Some(value) = seq.next_element()? {
                values.push(value);
            }
            Ok(values)
        }
    }
    let values = deserializer.deserialize_any(Values)?;
    let mut seen = BTreeSet::new();
    for value in &values {
        if !seen.insert(value) {
            return Err(D::Error::custom(format!("value `{value}` stands there twice")));
        }
        if value.len() > 63 {
            let message =
                format!("value `{value}` is over 63 bytes long, which PostgreSQL refuses");
            return Err(D::Error::custom(message));
        }
    }
    Ok(values)
}

impl Enum {
    fn known(&self) -> BTreeSet<&String> {
        self.values.iter().collect()
    }

    fn made(&self, name: &str) -> Step {
        let values: Vec<_> = self.values.iter().map(|value| literal(value)).collect();
        Step::new(format!("CREATE TYPE {name} AS ENUM ({})", values.join(", ")))
    }

    /// `ADD VALUE` for each new one, left to right, so that its neighbour is there already.
    fn additions(&self, old: &Self, id: &Id) -> Vec<Step> {
        let mut steps = Vec::new();
        let there = old.known();
        for (at, value) in self.values.iter().enumerate() {
            if there.contains(value) {
                continue;
            }
            let place = match (at.checked_sub(1), old.values.first()) {
                (Some(before), _) => format!(" AFTER {}", literal(&self.values[before])),
                (None, Some(first)) => format!(" BEFORE {}", literal(first)),
                (None, None) => String::new(),
            };
            let sql = format!("ALTER {} ADD VALUE {}{place}", self.address(id), literal(value));
            steps.push(Step::new(sql).block(Block::CommitAfter));
        }
        steps
    }
}

impl Define for Enum {
    const ABOUT: About = About {
        clauses: &[clause("values", "", Shape::Parens), clause("values", "as enum", Shape::Parens)],
        catalog: 1247,
        models: Some(("pg_type", "t.typtype = 'e'")),
        rights: Some(&grants::TYPE),
        owned: true,
        sets_aside: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT t.oid AS _oid, n.nspname::text AS _1, t.typname::text AS _2, \
             pg_get_userbyid(t.typowner)::text AS _owner, t.typacl::text AS _acl, \
             ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid \
               ORDER BY e.enumsortorder) AS \"values\" \
             FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
             WHERE t.typtype = 'e' AND {USER_SCHEMA} AND {}",
            no_member("pg_type", "t.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { values } = self;
        let there = old.known();
        let kept: Vec<_> = values.iter().filter(|value| there.contains(value)).collect();
        if kept == old.values.iter().collect::<Vec<_>>() {
            return Alter::InPlace(self.additions(old, id));
        }
        Alter::Replace
    }
}

impl Describe for Enum {
    fn address(&self, id: &Id) -> String {
        format!("TYPE {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        vec![self.made(&qualified(&id.path[0], &id.path[1]))]
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![("type", id.path.clone())]
    }
}

impl Typed for Enum {
    fn register(&self, id: &Id, names: &mut KnownNames) {
        names.add_enum(id.first(), id.name());
    }
}

impl Swapped for Enum {
    fn check_before(&self, old: &Attrs, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        let Some(old) = Self::downcast(old) else { return Vec::new() };
        let known = self.known();
        let gone: Vec<_> = old.values.iter().filter(|value| !known.contains(value)).collect();
        in_use::check(id, &gone, cx).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::kind::Kind;
    use serde_json::json;

    fn of(json: serde_json::Value) -> Enum {
        serde_json::from_value(json!({ "values": json })).unwrap()
    }

    #[test]
    fn a_hundred_thousand_values_are_read_and_compared_in_time() {
        let start = std::time::Instant::now();
        let all: Vec<String> = (0..100_000).map(|at| format!("value {at}")).collect();
        let (old, new) = (of(json!(all[1..])), of(json!(all)));
        let id = Id::new(Kind::Enum, ["public", "e"]);
        assert_eq!(new.additions(&old, &id).len(), 1);
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }

    fn alter(old: &[&str], new: &[&str]) -> Alter {
        let id = Id::new(Kind::Enum, ["public", "mood"]);
        let empty = Catalog::default();
        of(json!(new)).alter(&of(json!(old)), &id, &Cx::undecided(&empty, &empty))
    }

    fn sql(alter: Alter) -> Vec<String> {
        let Alter::InPlace(steps) = alter else { panic!("{alter:?}") };
        steps.into_iter().map(|step| step.sql).collect()
    }

    #[test]
    fn values_are_written_as_an_array_or_as_sql() {
        assert_eq!(of(json!("'it''s', 'ok'")), of(json!(["it's", "ok"])));
    }

    #[test]
    fn new_values_go_beside_their_neighbours_from_left_to_right() {
        assert_eq!(
            sql(alter(&["b", "d"], &["a", "b", "c", "c2", "d"])),
            [
                "ALTER TYPE public.mood ADD VALUE 'a' BEFORE 'b'",
                "ALTER TYPE public.mood ADD VALUE 'c' AFTER 'b'",
                "ALTER TYPE public.mood ADD VALUE 'c2' AFTER 'c'",
            ]
        );
    }

    #[test]
    fn a_value_that_goes_or_moves_makes_a_new_type() {
        assert_eq!(alter(&["a", "b"], &["b"]), Alter::Replace);
        assert_eq!(alter(&["a", "b"], &["b", "a"]), Alter::Replace);
    }
}
