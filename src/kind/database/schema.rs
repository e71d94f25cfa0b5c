//! Schemas (`CREATE SCHEMA`, `pg_namespace`). A schema has no attributes of its own: what it is,
//! is its name, owner, comment and privileges.

use serde::{Deserialize, Serialize};

use crate::grants;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Sides};
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::ident;
use crate::step::Step;

/// A schema.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {}

impl Define for Schema {
    const ABOUT: About = About {
        clauses: &[],
        catalog: 2615,
        keeps: &["public"],
        rights: Some(&grants::SCHEMA),
        owned: true,
        ..About::USUAL
    };

    /// `public` is read like any other: that PUBLIC may use it (and before 15 create in it) comes
    /// from initdb and not from PostgreSQL's built-in rights, so it is a grant that an export
    /// states.
    fn query(_major: u32) -> String {
        format!(
            "SELECT n.oid AS _oid, n.nspname::text AS _1, pg_get_userbyid(n.nspowner)::text AS _owner, \
             n.nspacl::text AS _acl FROM pg_namespace n WHERE {USER_SCHEMA} AND {}",
            no_member("pg_namespace", "n.oid")
        )
    }

    fn alter(&self, _old: &Self, _id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self {} = self;
        Alter::InPlace(Vec::new())
    }
}

impl Describe for Schema {
    fn address(&self, id: &Id) -> String {
        format!("SCHEMA {}", ident(id.name()))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        vec![Step::new(format!("CREATE {}", self.address(id)))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::kind::Kind;

    #[test]
    fn a_schema_is_made_by_its_name() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let steps = Schema {}.create(&Id::new(Kind::Schema, ["Odd name"]), &cx, &[]);
        assert_eq!(steps[0].sql, "CREATE SCHEMA \"Odd name\"");
    }
}
