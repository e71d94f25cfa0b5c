//! Foreign-data wrappers (`CREATE FOREIGN DATA WRAPPER`, `pg_foreign_data_wrapper`). Those of
//! extensions belong to the extension.

use serde::{Deserialize, Serialize};

use crate::clause::{Shape, clause};
use crate::grants;
use crate::id::key_part;
use crate::kind::abilities::HoldsSecrets;
use crate::kind::foreign::options::{Options, of_wrapper};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::Qualified;
use crate::secret::Secret;
use crate::sql::own::no_member;
use crate::sql::quote::ident;
use crate::step::Step;

/// A foreign-data wrapper.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignDataWrapper {
    /// The function that makes plans for its tables (`fdwhandler`).
    #[serde(skip_serializing_if = "Option::is_none")]
    handler: Option<Qualified>,
    /// The function that checks options (`fdwvalidator`).
    #[serde(skip_serializing_if = "Option::is_none")]
    validator: Option<Qualified>,
    /// The function that tells a subscription how to connect to one of its servers (`fdwconnection`, 19).
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<Qualified>,
    /// Options.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    options: Options,
}

/// What each function takes.
const SIGNATURES: [&str; 3] = ["()", "(text[], oid)", "(oid, oid, internal)"];

impl ForeignDataWrapper {
    fn functions(&self) -> [&Option<Qualified>; 3] {
        [&self.handler, &self.validator, &self.connection]
    }

    /// The clauses for the functions that differ.
    fn function_clauses(&self, old: &Self) -> Vec<String> {
        let words = ["HANDLER", "VALIDATOR", "CONNECTION"];
        let pairs = self.functions().into_iter().zip(old.functions()).zip(words);
        pairs
            .filter(|((new, old), _)| new != old)
            .map(|((new, _), word)| match new {
                Some(function) => format!("{word} {}", function.sql()),
                None => format!("NO {word}"),
            })
            .collect()
    }
}

/// A function of the server's own is not qualified, one of a user's is.
fn function(name: &str) -> String {
    format!(
        "(SELECT CASE WHEN n.nspname = 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END \
         || quote_ident(p.proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
         WHERE p.oid = t.{name})"
    )
}

impl Define for ForeignDataWrapper {
    const ABOUT: About = About {
        clauses: &[
            clause("handler", "handler", Shape::Word),
            clause("validator", "validator", Shape::Word),
            clause("connection", "connection", Shape::Word),
            clause("options", "options", Shape::Parens),
        ],
        catalog: 2328,
        models: Some(("pg_foreign_data_wrapper", "true")),
        rights: Some(&grants::WRAPPER),
        owned: true,
        hides: &["options"],
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        let connection =
            if major >= 19 { function("fdwconnection") } else { "NULL::text".to_owned() };
        format!(
            "SELECT t.oid AS _oid, t.fdwname::text AS _1, \
             pg_get_userbyid(t.fdwowner)::text AS _owner, t.fdwacl::text AS _acl, \
             {} AS handler, {} AS validator, {connection} AS connection, {} AS options \
             FROM pg_foreign_data_wrapper t JOIN pg_foreign_data_wrapper w ON w.oid = t.oid WHERE {}",
            function("fdwhandler"),
            function("fdwvalidator"),
            of_wrapper("t.fdwoptions"),
            no_member("pg_foreign_data_wrapper", "t.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { handler: _, validator: _, connection: _, options } = self;
        let mut clauses = self.function_clauses(old);
        clauses.extend(options.change(&old.options));
        if clauses.is_empty() {
            return Alter::InPlace(Vec::new());
        }
        let sql = format!("ALTER {} {}", self.address(id), clauses.join(" "));
        Alter::InPlace(vec![Step::new(sql).authored()])
    }
}

impl Describe for ForeignDataWrapper {
    fn address(&self, id: &Id) -> String {
        format!("FOREIGN DATA WRAPPER {}", ident(id.name()))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let mut sql = format!("CREATE {}", self.address(id));
        for clause in self.function_clauses(&Self::default()) {
            sql.push_str(&format!(" {clause}"));
        }
        vec![Step::new(sql + &self.options.clause()).authored()]
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        let named = self.functions().into_iter().zip(SIGNATURES);
        named
            .filter_map(|(function, signature)| {
                let function = function.as_ref()?;
                let key = format!("{}{signature}", key_part(&function.name));
                Some(Id::new(Kind::Function, [function.schema.as_deref()?, &key]))
            })
            .collect()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        let theirs = there.map_or([&None; 3], Self::functions);
        let own = [&mut self.handler, &mut self.validator, &mut self.connection];
        for ((function, signature), there) in own.into_iter().zip(SIGNATURES).zip(theirs) {
            let Some(function) = function else { continue };
            if function.schema.is_none() {
                let key = format!("{}{signature}", key_part(&function.name));
                function.schema = names.schema_of(&[Kind::Function], &key);
            }
            // A function of an extension is no object.
            names.named(&[], function, there.as_ref());
        }
    }

    fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        let newer = self.connection.is_some() && major < 19;
        newer.then_some(("CONNECTION of a foreign-data wrapper", 19))
    }
}

impl HoldsSecrets for ForeignDataWrapper {
    fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        self.options.secrets(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn of(json: serde_json::Value) -> ForeignDataWrapper {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn functions_and_options_change_in_place() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::ForeignDataWrapper, ["w"]);
        let old = of(serde_json::json!({ "handler": "s.h", "options": "debug 'true'" }));
        let new = of(serde_json::json!({ "validator": "s.v", "options": "debug 'false'" }));
        assert_eq!(
            old.create(&id, &cx, &[])[0].sql,
            "CREATE FOREIGN DATA WRAPPER w HANDLER s.h OPTIONS (debug 'true')"
        );
        let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
        assert_eq!(
            steps[0].sql,
            "ALTER FOREIGN DATA WRAPPER w NO HANDLER VALIDATOR s.v OPTIONS (SET debug 'false')"
        );
        assert_eq!(new.references(&id), [Id::new(Kind::Function, ["s", "v(text[], oid)"])]);
        let with = of(serde_json::json!({ "validator": "s.v", "connection": "s.c" }));
        let Alter::InPlace(steps) = old.alter(&with, &id, &cx) else { panic!("in place") };
        assert_eq!(
            steps[0].sql,
            "ALTER FOREIGN DATA WRAPPER w HANDLER s.h NO VALIDATOR NO CONNECTION OPTIONS (ADD debug 'true')"
        );
        assert_eq!(
            with.references(&id)[1],
            Id::new(Kind::Function, ["s", "c(oid, oid, internal)"])
        );
        assert_eq!((with.lacks(18).is_some(), with.lacks(19)), (true, None));
    }
}
