//! Access methods (`CREATE ACCESS METHOD`, `pg_am`). They live in no schema, have no owner and
//! cannot be altered.

use serde::{Deserialize, Serialize};

use crate::clause::{Shape, clause};
use crate::id::key_part;
use crate::kind::def_list::system;
use crate::kind::routines::routine::find::qualify;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::Qualified;
use crate::sql::own::no_member;
use crate::sql::quote::ident;
use crate::step::Step;

/// An access method.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessMethod {
    /// What it stores (`amtype`): `table` or `index`.
    #[serde(rename = "type", deserialize_with = "crate::leaf::keywords::deserialize")]
    sort: String,
    /// The function that knows how (`amhandler`).
    handler: Qualified,
}

impl Define for AccessMethod {
    const ABOUT: About = About {
        clauses: &[clause("type", "type", Shape::Word), clause("handler", "handler", Shape::Word)],
        catalog: 2601,
        models: Some(("pg_am", "true")),
        keeps: &["brin", "btree", "gin", "gist", "hash", "heap", "spgist"],
        renames: false,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT a.oid AS _oid, a.amname::text AS _1, \
             CASE a.amtype WHEN 't' THEN 'table' ELSE 'index' END AS type, \
             CASE WHEN n.nspname <> 'pg_catalog' THEN quote_ident(n.nspname) || '.' ELSE '' END \
               || quote_ident(p.proname) AS handler \
             FROM pg_am a JOIN pg_proc p ON p.oid = a.amhandler::oid \
             JOIN pg_namespace n ON n.oid = p.pronamespace WHERE a.oid >= 16384 AND {}",
            no_member("pg_am", "a.oid")
        )
    }

    fn alter(&self, _old: &Self, _id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { sort: _, handler: _ } = self;
        Alter::Replace
    }
}

impl Describe for AccessMethod {
    fn address(&self, id: &Id) -> String {
        format!("ACCESS METHOD {}", ident(id.name()))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let (address, sort) = (self.address(id), self.sort.to_uppercase());
        let sql = format!("CREATE {address} TYPE {sort} HANDLER {}", self.handler.sql());
        vec![Step::new(sql).authored()]
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        let key = format!("{}(internal)", key_part(&self.handler.name));
        let schema = self.handler.schema.iter();
        schema.map(|schema| Id::new(Kind::Function, [schema, &key])).collect()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        self.sort.make_ascii_lowercase();
        self.handler = system(self.handler.clone());
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        let there = there.map(|there| &there.handler);
        qualify(Kind::Function, &mut self.handler, there, names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn an_access_method_is_made_by_its_handler() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::AccessMethod, ["heap2"]);
        let wanted: AccessMethod = serde_json::from_value(
            serde_json::json!({"type": "table", "handler": "heap_tableam_handler"}),
        )
        .unwrap();
        assert_eq!(
            wanted.create(&id, &cx, &[])[0].sql,
            "CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler"
        );
    }
}
