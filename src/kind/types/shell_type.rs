//! Shell types (`CREATE TYPE name`, `pg_type.typisdefined` false): names that stand for a type which
//! is yet to be defined. A base type has been one, and its functions need no more of it.

use serde::{Deserialize, Serialize};

use crate::kind::abilities::Companion;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Sides};
use crate::leaf::is_false;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::qualified;
use crate::step::Step;

/// A shell type.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShellType {
    /// Whether a base type has come of it.
    #[serde(default, skip_serializing_if = "is_false")]
    defined: bool,
}

impl Define for ShellType {
    const ABOUT: About = About {
        clauses: &[],
        catalog: 1247,
        models: Some((
            "pg_type",
            "NOT t.typisdefined OR t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)",
        )),
        owned: true,
        renames: false,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT CASE WHEN t.typisdefined THEN 0::oid ELSE t.oid END AS _oid, n.nspname::text AS _1, t.typname::text AS _2, \
             pg_get_userbyid(t.typowner)::text AS _owner, t.typisdefined AS defined \
             FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
             WHERE (NOT t.typisdefined OR t.typtype = 'b' \
               AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)) AND {USER_SCHEMA} AND {}",
            no_member("pg_type", "t.oid")
        )
    }

    fn alter(&self, _old: &Self, _id: &Id, _cx: &Sides<'_>) -> Alter {
        // What has come of it is an object of its own.
        let Self { defined: _ } = self;
        Alter::InPlace(Vec::new())
    }
}

impl Describe for ShellType {
    fn address(&self, id: &Id) -> String {
        format!("TYPE {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        vec![Step::new(format!("CREATE {}", self.address(id)))]
    }

    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        if self.defined {
            Vec::new()
        } else {
            vec![Step::new(format!("DROP {}", self.address(id)))]
        }
    }

    /// PostgreSQL renames no shell; but nothing is in one that could be lost.
    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        if self.defined {
            return Vec::new();
        }
        let gone = Step::new(format!("DROP {}", self.address(old)));
        vec![gone, Step::new(format!("CREATE {}", self.address(new)))]
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![("type", id.path.clone())]
    }
}

impl Companion for ShellType {
    fn made_by(&self, id: &Id) -> Option<Id> {
        self.defined.then(|| id.as_kind(Kind::BaseType))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn a_shell_is_a_name_and_no_more() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::ShellType, ["s", "yet to come"]);
        assert_eq!(
            ShellType::default().create(&id, &cx, &[])[0].sql,
            "CREATE TYPE s.\"yet to come\""
        );
    }
}
