//! A schema in a publication (`FOR TABLES IN SCHEMA`, `pg_publication_namespace`, 15): all of its
//! tables are published, also those that are made later.

use serde::{Deserialize, Serialize};

use crate::kind::abilities::{Companion, Inline};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Sides};
use crate::sql::own::no_member;
use crate::sql::quote::ident;
use crate::step::Step;

/// A schema in a publication; there is nothing to be said of it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationSchema {}

impl PublicationSchema {
    fn change(id: &Id, verb: &str) -> Vec<Step> {
        let (publication, schema) = (ident(id.first()), ident(id.name()));
        let sql = format!("ALTER PUBLICATION {publication} {verb} TABLES IN SCHEMA {schema}");
        vec![Step::new(sql)]
    }
}

impl Define for PublicationSchema {
    const ABOUT: About = About {
        clauses: &[],
        catalog: 6237,
        renames: false,
        part: true,
        noun: Some("published schema"),
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        if major < 15 {
            return "SELECT NULL::oid AS _oid, NULL::text AS _1, NULL::text AS _2 WHERE false"
                .to_owned();
        }
        format!(
            "SELECT s.oid AS _oid, p.pubname::text AS _1, n.nspname::text AS _2 \
             FROM pg_publication_namespace s JOIN pg_publication p ON p.oid = s.pnpubid \
             JOIN pg_namespace n ON n.oid = s.pnnspid WHERE {}",
            no_member("pg_publication", "p.oid")
        )
    }

    fn alter(&self, _old: &Self, _id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self {} = self;
        Alter::InPlace(Vec::new())
    }
}

impl Describe for PublicationSchema {
    fn address(&self, id: &Id) -> String {
        format!("SCHEMA {}", ident(id.name()))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        Self::change(id, "ADD")
    }

    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        Self::change(id, "DROP")
    }

    fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
        Vec::new()
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        vec![Id::new(Kind::Schema, [id.name()])]
    }

    fn dropped_with(&self, id: &Id) -> Vec<Id> {
        vec![Id::new(Kind::Schema, [id.name()])]
    }

    fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        (major < 15).then_some(("FOR TABLES IN SCHEMA", 15))
    }
}

impl Inline for PublicationSchema {
    fn clause(&self, id: &Id, _cx: &Sides<'_>, _inner: &[String]) -> Option<String> {
        Some(format!("TABLES IN SCHEMA {}", ident(id.name())))
    }
}

impl Companion for PublicationSchema {
    fn named_after(&self, id: &Id, now: &dyn Fn(&Id) -> Id) -> Option<Id> {
        let schema = now(&Id::new(Kind::Schema, [id.name()]));
        Some(Id::new(id.kind, [id.first(), schema.name()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_put_in_by_its_name() {
        let id = Id::new(Kind::PublicationSchema, ["p", "S"]);
        assert_eq!(
            PublicationSchema::change(&id, "ADD")[0].sql,
            "ALTER PUBLICATION p ADD TABLES IN SCHEMA \"S\""
        );
        assert!(PublicationSchema {}.lacks(14).is_some());
    }
}
