//! Casts (`CREATE CAST`, `pg_cast`). A cast has no name but its two types: the key is
//! `text as myschema.t`. It lives in no schema and cannot be altered.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::clause::{Shape, clause};
use crate::kind::routines::callee::{self, Callee};
use crate::kind::routines::routine::signature::resolve_type;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Lookup, Sides, type_ids};
use crate::sql::own::no_member;
use crate::sql::scan;
use crate::sql::type_name::{self, TypeName};
use crate::step::Step;

/// A cast.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cast {
    /// The function that converts (`castfunc`), where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    function: Option<Callee>,
    /// What does it otherwise (`castmethod`): `binary` or `inout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// Where it is used without being written (`castcontext`): `assignment` or `implicit`.
    #[serde(
        rename = "as",
        default,
        deserialize_with = "crate::leaf::keywords::option::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    context: Option<String>,
}

/// The two types of a key.
fn types(key: &str) -> Result<[TypeName; 2], String> {
    let wrong = || format!("`{key}` is no cast: write the two types as in `text as myschema.t`");
    let tokens = scan::tokens(key).map_err(|error| error.to_string())?;
    let at = tokens.iter().find(|token| token.is_word("as")).ok_or_else(wrong)?;
    let read = |text: &str| type_name::canonical(text).map_err(|error| error.to_string());
    let (source, target) = (key[..at.start].trim(), key[at.end..].trim());
    if source.is_empty() || target.is_empty() {
        return Err(wrong());
    }
    Ok([read(source)?.base(), read(target)?.base()])
}

fn print([source, target]: &[TypeName; 2]) -> String {
    format!("{source} as {target}")
}

impl Define for Cast {
    const ABOUT: About = About {
        clauses: &[
            clause("function", "with function", Shape::Rest),
            clause("method", "without function", Shape::Is("binary")),
            clause("method", "with inout", Shape::Is("inout")),
            clause("as", "as assignment", Shape::Is("assignment")),
            clause("as", "as implicit", Shape::Is("implicit")),
        ],
        catalog: 2605,
        models: Some(("pg_cast", "true")),
        plain_key: false,
        renames: false,
        ..About::USUAL
    };

    /// Those that a range type or a domain brings along (`i`) are its own.
    fn query(_major: u32) -> String {
        format!(
            "SELECT c.oid AS _oid, format_type(c.castsource, -1) || ' as ' \
               || format_type(c.casttarget, -1) AS _1, {} AS function, \
             CASE c.castmethod WHEN 'b' THEN 'binary' WHEN 'i' THEN 'inout' END AS method, \
             CASE c.castcontext WHEN 'a' THEN 'assignment' WHEN 'i' THEN 'implicit' END AS \"as\" \
             FROM pg_cast c WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d \
               WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i') \
             AND {}",
            callee::query("NULLIF(c.castfunc, 0)"),
            no_member("pg_cast", "c.oid")
        )
    }

    fn alter(&self, _old: &Self, _id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { function: _, method: _, context: _ } = self;
        Alter::Replace
    }

    fn resolve_key(id: &Id, names: &Lookup<'_>) -> Option<Id> {
        let resolved = types(id.name()).ok()?.map(|of| resolve_type(of, names));
        Some(Id::new(id.kind, [print(&resolved)]))
    }

    fn name_in_key(_key: &str) -> &'static str {
        ""
    }

    fn key(key: &str) -> Result<(String, Option<Json>), String> {
        Ok((print(&types(key)?), None))
    }
}

impl Describe for Cast {
    fn address(&self, id: &Id) -> String {
        match types(id.name()) {
            Ok([source, target]) => format!("CAST ({source} AS {target})"),
            Err(_) => format!("CAST ({})", id.name()),
        }
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let how = match (&self.function, self.method.as_deref()) {
            (Some(function), _) => format!("WITH FUNCTION {}", function.sql()),
            (None, Some("inout")) => "WITH INOUT".to_owned(),
            (None, _) => "WITHOUT FUNCTION".to_owned(),
        };
        let mut sql = format!("CREATE {} {how}", self.address(id));
        if let Some(context) = &self.context {
            sql.push_str(&format!(" AS {}", context.to_uppercase()));
        }
        vec![Step::new(sql).authored()]
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        let types = types(id.name()).into_iter().flatten();
        let types = types.flat_map(|of| type_ids(&of.to_string()));
        types.chain(self.function.as_ref().and_then(Callee::id)).collect()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let id = Self::resolve_key(id, names).unwrap_or_else(|| id.clone());
        let there = names.current.and_then(|current| current.attrs::<Self>(&id));
        if let Some(function) = &mut self.function {
            function.resolve(there.and_then(|there| there.function.as_ref()), names);
        } else {
            self.method.get_or_insert_with(|| "binary".to_owned());
        }
        self.context.take_if(|context| context == "explicit");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::kind::Kind;
    use serde_json::json;

    #[test]
    fn a_key_is_the_two_types() {
        assert_eq!(Cast::key("varchar(3) AS \"as\".t").unwrap().0, "character varying as \"as\".t");
        assert!(Cast::key("text").unwrap_err().contains("text as myschema.t"));
        assert!(Cast::key("text as").is_err());
    }

    #[test]
    fn a_cast_is_made_by_its_function_or_without() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Cast, ["text as s.\"T\""]);
        let sql = |value: Json| {
            let cast: Cast = serde_json::from_value(value).unwrap();
            cast.create(&id, &cx, &[]).remove(0).sql
        };
        assert_eq!(
            sql(json!({"function": "s.f(text,int)", "as": "implicit"})),
            "CREATE CAST (text AS s.\"T\") WITH FUNCTION s.f(text, integer) AS IMPLICIT"
        );
        assert_eq!(sql(json!({"method": "inout"})), "CREATE CAST (text AS s.\"T\") WITH INOUT");
        assert_eq!(
            sql(json!({"method": "binary", "as": "assignment"})),
            "CREATE CAST (text AS s.\"T\") WITHOUT FUNCTION AS ASSIGNMENT"
        );
    }

    #[test]
    fn it_needs_its_types_and_its_function() {
        let cast: Cast = serde_json::from_value(json!({"function": "s.f(s.t)"})).unwrap();
        let needs = cast.references(&Id::new(Kind::Cast, ["s.t as json"]));
        assert!(needs.contains(&Id::new(Kind::Domain, ["s", "t"])));
        assert!(needs.contains(&Id::new(Kind::Function, ["s", "f(s.t)"])));
    }
}
