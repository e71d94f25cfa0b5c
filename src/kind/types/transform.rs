//! Transforms (`CREATE TRANSFORM`, `pg_transform`): how a type is handed to a language. A transform
//! has no name but these two: the key is `for hstore language plperl`.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::catalog::Catalog;
use crate::clause::{self, Clause, Shape, clause};
use crate::kind::routines::callee::{self, Callee};
use crate::kind::routines::routine::signature::resolve_type;
use crate::kind::{
    About, Alter, Cx, Define, Describe, Id, Inner, Kind, Lookup, Part, Sides, type_ids,
};
use crate::leaf::{Item, Name, split_commas};
use crate::source::Origin;
use crate::sql::own::no_member;
use crate::sql::quote::ident;
use crate::sql::type_name::{self, TypeName};
use crate::step::Step;

/// A transform.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transform {
    /// What hands a value to the language (`trffromsql`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from_sql: Option<Callee>,
    /// What takes one back (`trftosql`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to_sql: Option<Callee>,
}

/// The grammar of a key.
const KEY: &[Clause] =
    &[clause("type", "for", Shape::Rest), clause("language", "language", Shape::Word)];
/// The grammar of one item between the parentheses.
const ITEM: &[Clause] = &[
    clause("from_sql", "from sql with function", Shape::Tail),
    clause("to_sql", "to sql with function", Shape::Tail),
];

/// The type and the language of a key.
fn parts(key: &str) -> Result<(TypeName, String), String> {
    let found = clause::split(KEY, key).map_err(|error| error.message)?;
    let said = |key: &str| {
        found.iter().find(|found| found.key == key).and_then(|found| match &found.value {
            clause::Value::Text(text) => Some(text.as_str()),
            clause::Value::Flag(_) => None,
        })
    };
    match (said("type"), said("language")) {
        (Some(of), Some(language)) => {
            let of = type_name::canonical(of).map_err(|error| error.to_string())?;
            Ok((of.base(), Name::read(language)?.0))
        }
        _ => Err(format!("`{key}` is no transform: write `for hstore language plperl`")),
    }
}

/// The transforms of a type.
pub(in crate::kind) fn of_type(of: &Id, catalog: &Catalog) -> Vec<Id> {
    let all = catalog.below(Kind::Transform, &[]);
    all.filter(|(id, object)| object.attrs.references(id).contains(of))
        .map(|(id, _)| id.clone())
        .collect()
}

fn print(of: &TypeName, language: &str) -> String {
    format!("for {of} language {}", ident(language))
}

impl Transform {
    fn made(&self, id: &Id, create: &str) -> Step {
        let items = [("FROM", &self.from_sql), ("TO", &self.to_sql)];
        let items = items.into_iter().filter_map(|(word, function)| {
            Some(format!("{word} SQL WITH FUNCTION {}", function.as_ref()?.sql()))
        });
        let items: Vec<String> = items.collect();
        Step::new(format!("{create} {} ({})", self.address(id), items.join(", "))).authored()
    }
}

impl Define for Transform {
    const ABOUT: About = About {
        clauses: &[clause("functions", "", Shape::Parens)],
        catalog: 3576,
        extra_keys: &["from_sql", "to_sql"],
        models: Some(("pg_transform", "true")),
        plain_key: false,
        renames: false,
        long_form: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT t.oid AS _oid, 'for ' || format_type(t.trftype, -1) || ' language ' \
               || quote_ident(l.lanname) AS _1, {} AS from_sql, {} AS to_sql \
             FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE {}",
            callee::query("NULLIF(t.trffromsql::oid, 0)"),
            callee::query("NULLIF(t.trftosql::oid, 0)"),
            no_member("pg_transform", "t.oid")
        )
    }

    fn alter(&self, _old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { from_sql: _, to_sql: _ } = self;
        Alter::InPlace(vec![self.made(id, "CREATE OR REPLACE")])
    }

    fn expand(_id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        let Some(at) = parts.iter().position(|part| part.key == "functions") else {
            return Ok(Vec::new());
        };
        let Part { value, origin, .. } = parts.remove(at);
        for item in split_commas(value.as_str().unwrap_or_default()) {
            let found =
                clause::split(ITEM, item).map_err(|error| (error.message, origin.clone()))?;
            for found in found {
                if parts.iter().any(|part| part.key == found.key) {
                    return Err((format!("`{}` is said twice", found.key), origin));
                }
                let clause::Value::Text(text) = found.value else { continue };
                let (key, value) = (found.key.to_owned(), Json::String(text));
                parts.push(Part { key, value, origin: origin.clone() });
            }
        }
        Ok(Vec::new())
    }

    fn resolve_key(id: &Id, names: &Lookup<'_>) -> Option<Id> {
        let (of, language) = parts(id.name()).ok()?;
        Some(Id::new(id.kind, [print(&resolve_type(of, names), &language)]))
    }

    fn name_in_key(_key: &str) -> &'static str {
        ""
    }

    fn key(key: &str) -> Result<(String, Option<Json>), String> {
        let (of, language) = parts(key)?;
        Ok((print(&of, &language), None))
    }
}

impl Describe for Transform {
    fn address(&self, id: &Id) -> String {
        match parts(id.name()) {
            Ok((of, language)) => format!("TRANSFORM FOR {of} LANGUAGE {}", ident(&language)),
            Err(_) => format!("TRANSFORM {}", id.name()),
        }
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        vec![self.made(id, "CREATE")]
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        let functions = [&self.from_sql, &self.to_sql].into_iter().flatten();
        let mut all: Vec<Id> = functions.filter_map(Callee::id).collect();
        if let Ok((of, language)) = parts(id.name()) {
            all.extend(type_ids(&of.to_string()));
            all.push(Id::new(Kind::Language, [language]));
        }
        all
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let id = Self::resolve_key(id, names).unwrap_or_else(|| id.clone());
        let there = names.current.and_then(|current| current.attrs::<Self>(&id));
        if let Some(function) = &mut self.from_sql {
            function.resolve(there.and_then(|there| there.from_sql.as_ref()), names);
        }
        if let Some(function) = &mut self.to_sql {
            function.resolve(there.and_then(|there| there.to_sql.as_ref()), names);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn a_key_is_a_type_and_a_language() {
        assert_eq!(Transform::key("FOR int LANGUAGE SQL").unwrap().0, "for integer language sql");
        assert!(Transform::key("hstore").is_err());
    }

    #[test]
    fn its_functions_stand_between_parentheses() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Transform, ["for integer language sql"]);
        let origin = Origin { file: "".into(), start: 0, end: 0 };
        let value = "from sql with function prsd_lextype(internal), to sql with function int4recv(internal)";
        let value = Json::from(value);
        let mut parts = vec![Part { key: "functions".to_owned(), value, origin }];
        Transform::expand(&id, &mut parts).unwrap();
        let map = parts.into_iter().map(|part| (part.key, part.value)).collect();
        let read: Transform = serde_json::from_value(Json::Object(map)).unwrap();
        assert_eq!(
            read.create(&id, &cx, &[])[0].sql,
            "CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION \
             prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal))"
        );
    }
}
