//! Procedural languages (`CREATE LANGUAGE`, `pg_language`). They live in no schema; those that an
//! extension brings, as nearly all do, are its own. `plpgsql` is never dropped.

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::grants;
use crate::id::key_part;
use crate::kind::def_list::system;
use crate::kind::routines::routine::find::qualify;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Obstacle, Sides};
use crate::leaf::{Qualified, is_false};
use crate::sql::own::no_member;
use crate::sql::quote::ident;
use crate::step::Step;

/// A language.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// Whether others than superusers may write in it (`lanpltrusted`).
    #[serde(default, skip_serializing_if = "is_false")]
    trusted: bool,
    /// The function that runs what is written in it (`lanplcallfoid`).
    handler: Qualified,
    /// The function that runs a DO block (`laninline`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inline: Option<Qualified>,
    /// The function that checks a new body (`lanvalidator`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    validator: Option<Qualified>,
}

impl Language {
    fn made(&self, id: &Id, create: &str) -> Step {
        let trusted = if self.trusted { "TRUSTED " } else { "" };
        let mut sql = format!(
            "{create} {trusted}LANGUAGE {} HANDLER {}",
            ident(id.name()),
            self.handler.sql()
        );
        for (word, function) in [("INLINE", &self.inline), ("VALIDATOR", &self.validator)] {
            if let Some(function) = function {
                sql.push_str(&format!(" {word} {}", function.sql()));
            }
        }
        Step::new(sql).authored()
    }
}

impl Define for Language {
    const ABOUT: About = About {
        clauses: &[
            clause("trusted", "trusted", Shape::Flag),
            clause("handler", "handler", Shape::Word),
            clause("inline", "inline", Shape::Word),
            clause("validator", "validator", Shape::Word),
        ],
        catalog: 2612,
        models: Some(("pg_language", "true")),
        keeps: &["plpgsql", "sql", "c", "internal"],
        rights: Some(&grants::LANGUAGE),
        owned: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        let function = |column: &str| {
            format!(
                "(SELECT CASE WHEN n.nspname <> 'pg_catalog' THEN quote_ident(n.nspname) || '.' \
                 ELSE '' END || quote_ident(p.proname) FROM pg_proc p \
                 JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = l.{column})"
            )
        };
        format!(
            "SELECT l.oid AS _oid, l.lanname::text AS _1, \
             pg_get_userbyid(l.lanowner)::text AS _owner, l.lanacl::text AS _acl, \
             l.lanpltrusted AS trusted, {} AS handler, {} AS inline, {} AS validator \
             FROM pg_language l WHERE l.lanispl AND l.oid >= 16384 AND {}",
            function("lanplcallfoid"),
            function("laninline"),
            function("lanvalidator"),
            no_member("pg_language", "l.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Self { trusted, handler: _, inline: _, validator: _ } = self;
        let grants = |side: &Catalog| side.get(id).and_then(|object| object.grants.clone());
        if old.trusted && !trusted && grants(cx.current) != grants(cx.desired) {
            return Alter::Refuse(Obstacle::with_hint(
                "PostgreSQL takes no GRANT or REVOKE on a language that is not trusted",
                "change the privileges first, and declare it untrusted after",
            ));
        }
        Alter::InPlace(vec![self.made(id, "CREATE OR REPLACE")])
    }
}

impl Describe for Language {
    fn address(&self, id: &Id) -> String {
        format!("LANGUAGE {}", ident(id.name()))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        vec![self.made(id, "CREATE")]
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        let id = |function: &Qualified, arguments: &str| {
            let key = format!("{}({arguments})", key_part(&function.name));
            Some(Id::new(Kind::Function, [function.schema.as_ref()?, &key]))
        };
        let handler = id(&self.handler, "");
        let inline = self.inline.as_ref().and_then(|function| id(function, "internal"));
        let validator = self.validator.as_ref().and_then(|function| id(function, "oid"));
        [handler, inline, validator].into_iter().flatten().collect()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        let theirs = [
            there.map(|there| &there.handler),
            there.and_then(|there| there.inline.as_ref()),
            there.and_then(|there| there.validator.as_ref()),
        ];
        let ours = [Some(&mut self.handler), self.inline.as_mut(), self.validator.as_mut()];
        for (function, theirs) in ours.into_iter().zip(theirs) {
            if let Some(function) = function {
                *function = system(function.clone());
                qualify(Kind::Function, function, theirs, names);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_language_is_replaced_in_place() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Language, ["plx"]);
        let of = |value| serde_json::from_value::<Language>(value).unwrap();
        let old = of(json!({"handler": "plpgsql_call_handler"}));
        let new = of(json!({"trusted": true, "handler": "s.h", "validator": "s.v"}));
        let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
        assert_eq!(
            steps[0].sql,
            "CREATE OR REPLACE TRUSTED LANGUAGE plx HANDLER s.h VALIDATOR s.v"
        );
    }
}
