//! Conversions between encodings (`CREATE CONVERSION`, `pg_conversion`).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clause::{Shape, clause};
use crate::id::key_part;
use crate::kind::def_list::{plain, system};
use crate::kind::routines::routine::find::qualify;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::{Qualified, is_false};
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{literal, qualified};
use crate::step::Step;

/// A conversion.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversion {
    /// Whether it is the one that clients get (`condefault`).
    #[serde(default, skip_serializing_if = "is_false")]
    default: bool,
    /// The encoding it reads (`conforencoding`).
    #[serde(rename = "for")]
    source: Encoding,
    /// The encoding it writes (`contoencoding`).
    to: Encoding,
    /// The function that does it (`conproc`).
    from: Qualified,
}

/// The name of an encoding, as PostgreSQL prints it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Encoding(String);

impl Serialize for Encoding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&literal(&self.0))
    }
}

impl<'de> Deserialize<'de> for Encoding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = plain(&String::deserialize(deserializer)?).to_uppercase();
        Ok(Self(match name.as_str() {
            "UNICODE" | "UTF-8" | "UTF_8" => "UTF8".to_owned(),
            _ => name,
        }))
    }
}

/// What the function takes (`CreateConversionCommand`).
const ARGUMENTS: &str = "integer, integer, cstring, internal, integer, boolean";

impl Define for Conversion {
    const ABOUT: About = About {
        clauses: &[
            clause("default", "default", Shape::Flag),
            clause("for", "for", Shape::Word),
            clause("to", "to", Shape::Word),
            clause("from", "from", Shape::Word),
        ],
        catalog: 2607,
        models: Some(("pg_conversion", "true")),
        owned: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT c.oid AS _oid, n.nspname::text AS _1, c.conname::text AS _2, \
             pg_get_userbyid(c.conowner)::text AS _owner, c.condefault AS default, \
             quote_literal(pg_encoding_to_char(c.conforencoding)) AS for, \
             quote_literal(pg_encoding_to_char(c.contoencoding)) AS to, \
             CASE WHEN pn.nspname <> 'pg_catalog' THEN quote_ident(pn.nspname) || '.' ELSE '' END \
               || quote_ident(p.proname) AS from \
             FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace \
             JOIN pg_proc p ON p.oid = c.conproc::oid \
             JOIN pg_namespace pn ON pn.oid = p.pronamespace WHERE {USER_SCHEMA} AND {}",
            no_member("pg_conversion", "c.oid")
        )
    }

    fn alter(&self, _old: &Self, _id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { default: _, source: _, to: _, from: _ } = self;
        Alter::Replace
    }
}

impl Describe for Conversion {
    fn address(&self, id: &Id) -> String {
        format!("CONVERSION {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let default = if self.default { "DEFAULT " } else { "" };
        let sql = format!(
            "CREATE {default}{} FOR {} TO {} FROM {}",
            self.address(id),
            literal(&self.source.0),
            literal(&self.to.0),
            self.from.sql()
        );
        vec![Step::new(sql).authored()]
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        let key = format!("{}({ARGUMENTS})", key_part(&self.from.name));
        let schema = self.from.schema.iter();
        schema.map(|schema| Id::new(Kind::Function, [schema, &key])).collect()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        self.from = system(self.from.clone());
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        qualify(Kind::Function, &mut self.from, there.map(|there| &there.from), names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use serde_json::json;

    #[test]
    fn an_encoding_has_one_spelling() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Conversion, ["s", "c"]);
        let value = json!({"default": true, "for": "latin1", "to": "'utf-8'", "from": "s.f"});
        let wanted: Conversion = serde_json::from_value(value).unwrap();
        assert_eq!(
            wanted.create(&id, &cx, &[])[0].sql,
            "CREATE DEFAULT CONVERSION s.c FOR 'LATIN1' TO 'UTF8' FROM s.f"
        );
    }
}
