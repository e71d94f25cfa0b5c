//! Checks of domains (`ALTER DOMAIN ... ADD CONSTRAINT`, `pg_constraint.contypid`). That a domain
//! is NOT NULL is a field of the domain, also where PostgreSQL 18 keeps a constraint for it.

use serde::{Deserialize, Serialize};

use crate::clause::{Shape, clause};
use crate::kind::abilities::{Inline, Ordered};
use crate::kind::types::domain;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Sides};
use crate::leaf::{Sql, is_false};
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::Class;
use crate::step::Step;

/// A check of a domain.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainConstraint {
    /// What must be true of a value (`conbin`).
    check: Sql,
    /// Whether values stored before it were never looked at (`convalidated`).
    #[serde(default, skip_serializing_if = "is_false")]
    not_valid: bool,
}

impl DomainConstraint {
    fn domain(id: &Id) -> String {
        format!("ALTER DOMAIN {}", qualified(&id.path[0], &id.path[1]))
    }
}

impl Define for DomainConstraint {
    const ABOUT: About = About {
        clauses: &[
            clause("check", "check", Shape::Parens),
            clause("not_valid", "not valid", Shape::Flag),
        ],
        catalog: 2606,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT con.oid AS _oid, n.nspname::text AS _1, t.typname::text AS _2, con.conname::text AS _3, \
             pg_get_expr(con.conbin, 0) AS \"check\", NOT con.convalidated AS not_valid \
             FROM pg_constraint con JOIN pg_type t ON t.oid = con.contypid \
             JOIN pg_namespace n ON n.oid = t.typnamespace \
             WHERE con.contypid <> 0 AND con.contype = 'c' AND {USER_SCHEMA} AND {}",
            no_member("pg_type", "t.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Self { check, not_valid } = self;
        if !self.needs_rebuilt(id, cx).is_empty() || *check != old.check || *not_valid {
            return Alter::Replace;
        }
        let sql = format!("{} VALIDATE CONSTRAINT {}", Self::domain(id), ident(id.name()));
        Alter::InPlace(vec![Step::new(sql)])
    }
}

impl Describe for DomainConstraint {
    fn address(&self, id: &Id) -> String {
        format!("CONSTRAINT {} ON DOMAIN {}", ident(id.name()), qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let valid = if self.not_valid { " NOT VALID" } else { "" };
        let name = ident(id.name());
        let domain = Self::domain(id);
        let sql = format!("{domain} ADD CONSTRAINT {name} CHECK ({}){valid}", self.check);
        vec![Step::new(sql).authored()]
    }

    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        vec![Step::new(format!("{} DROP CONSTRAINT {}", Self::domain(id), ident(id.name())))]
    }

    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        let (from, to) = (ident(old.name()), ident(new.name()));
        vec![Step::new(format!("{} RENAME CONSTRAINT {from} TO {to}", Self::domain(old)))]
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        visit("check", Class::Expr, &mut self.check);
    }
}

impl Ordered for DomainConstraint {
    fn needs_rebuilt(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        let domain = id.ancestor(crate::kind::Kind::Domain, 2);
        let unseen = !self.not_valid && domain::is_unseen(&domain, cx);
        unseen.then_some(domain).into_iter().collect()
    }
}

impl Inline for DomainConstraint {
    fn clause(&self, id: &Id, _cx: &Sides<'_>, _inner: &[String]) -> Option<String> {
        // CREATE DOMAIN does not take NOT VALID.
        (!self.not_valid).then(|| format!("CONSTRAINT {} CHECK ({})", ident(id.name()), self.check))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::kind::Kind;

    #[test]
    fn a_check_that_was_never_validated_is_validated_in_place() {
        let old = DomainConstraint { check: Sql::new("VALUE > 0"), not_valid: true };
        let new = DomainConstraint { not_valid: false, ..old.clone() };
        let id = Id::new(Kind::DomainConstraint, ["public", "Money", "positive"]);
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let step = Step::new("ALTER DOMAIN public.\"Money\" VALIDATE CONSTRAINT positive");
        assert_eq!(new.alter(&old, &id, &cx), Alter::InPlace(vec![step]));
        assert_eq!(new.clause(&id, &cx, &[]).unwrap(), "CONSTRAINT positive CHECK (VALUE > 0)");
        assert_eq!(old.clause(&id, &cx, &[]), None);
    }
}
