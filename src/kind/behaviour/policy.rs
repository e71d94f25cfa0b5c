//! Row-level security policies (`CREATE POLICY`, `pg_policy`).

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::kind::abilities::Doubtful;
use crate::kind::relation::table::Table;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Sides};
use crate::leaf::{List, Name, Sql};
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::Class;
use crate::step::Step;

/// A policy of a table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// `permissive` or `restrictive` (`pg_policy.polpermissive`).
    #[serde(
        rename = "as",
        default = "permissive",
        deserialize_with = "crate::leaf::keywords::deserialize",
        skip_serializing_if = "is_permissive"
    )]
    mode: String,
    /// The command it is for (`pg_policy.polcmd`).
    #[serde(
        rename = "for",
        default = "all",
        deserialize_with = "crate::leaf::keywords::deserialize",
        skip_serializing_if = "is_all"
    )]
    command: String,
    /// The roles it is for; none written is PUBLIC (`pg_policy.polroles` 0).
    #[serde(default, skip_serializing_if = "List::is_empty")]
    to: List<Name>,
    /// Which rows are seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    using: Option<Sql>,
    /// Which rows may be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    with_check: Option<Sql>,
}

fn permissive() -> String {
    "permissive".to_owned()
}
fn is_permissive(mode: &String) -> bool {
    mode == "permissive"
}
fn all() -> String {
    "all".to_owned()
}
fn is_all(command: &String) -> bool {
    command == "all"
}

impl Policy {
    fn clauses(&self) -> String {
        let mut sql = String::new();
        if let Some(using) = &self.using {
            sql.push_str(&format!(" USING ({using})"));
        }
        if let Some(check) = &self.with_check {
            sql.push_str(&format!(" WITH CHECK ({check})"));
        }
        sql
    }

    fn roles(&self) -> String {
        if self.to.is_empty() { "PUBLIC".to_owned() } else { self.to.sql() }
    }
}

impl Define for Policy {
    const ABOUT: About = About {
        clauses: &[
            clause("as", "as permissive", Shape::Is("permissive")),
            clause("as", "as restrictive", Shape::Is("restrictive")),
            clause("for", "for", Shape::Word),
            clause("to", "to", Shape::Rest),
            clause("using", "using", Shape::Parens),
            clause("with_check", "with check", Shape::Parens),
        ],
        catalog: 3256,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT p.oid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, p.polname::text AS _3, \
             CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END AS \"as\", \
             CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' \
               WHEN 'd' THEN 'delete' ELSE 'all' END AS \"for\", \
             (SELECT array_agg(r.rolname::text ORDER BY r.rolname COLLATE \"C\") FROM pg_roles r \
               WHERE r.oid = ANY (p.polroles)) AS \"to\", \
             pg_get_expr(p.polqual, p.polrelid) AS \"using\", \
             pg_get_expr(p.polwithcheck, p.polrelid) AS with_check \
             FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE {USER_SCHEMA} AND {}",
            no_member("pg_policy", "p.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { mode, command, to, using, with_check } = self;
        // ALTER POLICY can neither change the command nor take a clause away.
        let lost = (old.using.is_some() && using.is_none())
            || (old.with_check.is_some() && with_check.is_none());
        if *mode != old.mode || *command != old.command || lost {
            return Alter::Replace;
        }
        let mut sql = format!("ALTER {}", self.address(id));
        if *to != old.to {
            sql.push_str(&format!(" TO {}", self.roles()));
        }
        if *using != old.using || *with_check != old.with_check {
            sql.push_str(&self.clauses());
        }
        Alter::InPlace(vec![Step::new(sql).authored()])
    }
}

impl Describe for Policy {
    fn address(&self, id: &Id) -> String {
        format!("POLICY {} ON {}", ident(id.name()), qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let mut sql = format!("CREATE {}", self.address(id));
        if !is_permissive(&self.mode) {
            sql.push_str(" AS RESTRICTIVE");
        }
        if !is_all(&self.command) {
            sql.push_str(&format!(" FOR {}", self.command.to_uppercase()));
        }
        if !self.to.is_empty() {
            sql.push_str(&format!(" TO {}", self.to.sql()));
        }
        vec![Step::new(sql + &self.clauses()).authored()]
    }

    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        vec![Step::new(format!("ALTER {} RENAME TO {}", self.address(old), ident(new.name())))]
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        self.to.names().map(|role| Id::new(Kind::Role, [role])).collect()
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        if let Some(using) = &mut self.using {
            visit("using", Class::Expr, using);
        }
        if let Some(check) = &mut self.with_check {
            visit("with_check", Class::Expr, check);
        }
    }

    fn resolve(&mut self, _id: &Id, _names: &crate::kind::Lookup<'_>) {
        self.mode.make_ascii_lowercase();
        self.command.make_ascii_lowercase();
        // TO PUBLIC is what nothing means.
        self.to.0.retain(|role| role.0 != "public");
        self.to.0.sort();
    }
}

impl Doubtful for Policy {
    fn doubt(&self, id: &Id, declared: &Catalog) -> Option<(String, &'static str)> {
        let table = id.ancestor(Kind::Table, 2);
        let off = !declared.attrs::<Table>(&table)?.has_row_level_security();
        off.then(|| {
            let message = format!(
                "policy {} does not apply: row-level security of table {} is off",
                id.name(),
                table.dotted()
            );
            (message, "add row_level_security = true to the table")
        })
    }
}
