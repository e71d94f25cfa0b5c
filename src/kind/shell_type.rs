//! Shell types (`CREATE TYPE name`, `pg_type.typisdefined` false): names that stand for a type which
//! is yet to be defined. Types with functions of their own for input and output are not modelled:
//! their functions and they need each other, and nearly all of them come from extensions.

use serde::{Deserialize, Serialize};

use super::{Alter, Cx, Describe, Id};
use crate::clause::Clause;
use crate::introspect::{USER_SCHEMA, no_member};
use crate::sql::quote::qualified;
use crate::step::Step;

/// A shell type.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShellType {}

impl Describe for ShellType {
    const CLAUSES: &'static [Clause] = &[];
    const CATALOG: u32 = 1247;
    const MODELS: Option<(&'static str, &'static str)> = Some(("pg_type", "NOT t.typisdefined"));
    const OWNED: bool = true;
    const RENAMES: bool = false;

    fn query(_major: u32) -> String {
        format!(
            "SELECT t.oid AS _oid, n.nspname::text AS _1, t.typname::text AS _2, \
             pg_get_userbyid(t.typowner)::text AS _owner \
             FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
             WHERE NOT t.typisdefined AND {USER_SCHEMA} AND {}",
            no_member("pg_type", "t.oid")
        )
    }

    fn address(&self, id: &Id) -> String {
        format!("TYPE {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        vec![Step::new(format!("CREATE {}", self.address(id)))]
    }

    fn alter(&self, _old: &Self, _id: &Id, _cx: &Cx<'_>) -> Alter {
        let Self {} = self;
        Alter::InPlace(Vec::new())
    }

    /// PostgreSQL renames no shell; but nothing is in one that could be lost.
    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        let gone = Step::new(format!("DROP {}", self.address(old)));
        vec![gone, Step::new(format!("CREATE {}", self.address(new)))]
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![("type", id.path.clone())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::kind::Kind;

    #[test]
    fn a_shell_is_a_name_and_no_more() {
        let empty = Catalog::default();
        let cx = Cx { current: &empty, desired: &empty };
        let id = Id::new(Kind::ShellType, ["s", "yet to come"]);
        assert_eq!(ShellType {}.create(&id, &cx, &[])[0].sql, "CREATE TYPE s.\"yet to come\"");
    }
}
