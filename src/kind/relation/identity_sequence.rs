//! What is said of the sequence behind an identity column beside its options: its privileges, its
//! comment, and whether it is logged where its table is not, or the other way. The options, and the
//! name, are attributes of the column.

use serde::{Deserialize, Serialize};

use crate::grants;
use crate::kind::abilities::{Granted, Outliving};
use crate::kind::hint::Hint;
use crate::kind::relation::column::Column;
use crate::kind::relation::table::Table;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::Qualified;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::step::Step;

/// The sequence of an identity column, where something is said of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitySequence {
    /// Its name, where it is there.
    #[serde(default, skip_serializing)]
    name: Hint<Option<Qualified>>,
    /// Whether it is unlogged, if its table is otherwise (`pg_class.relpersistence`, since 15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unlogged: Option<bool>,
}

impl IdentitySequence {
    /// The statement that makes it logged or unlogged.
    fn persist(&self, id: &Id, unlogged: bool) -> Step {
        let word = if unlogged { "UNLOGGED" } else { "LOGGED" };
        Step::new(format!("ALTER SEQUENCE {} SET {word}", self.sql(id)))
    }

    /// The statement that makes it as its table is to be.
    fn persist_as_table(&self, id: &Id, cx: &Sides<'_>) -> Option<Step> {
        let table = cx.desired.attrs::<Table>(&id.ancestor(Kind::Table, 2))?;
        Some(self.persist(id, table.unlogged))
    }

    fn sql(&self, id: &Id) -> String {
        let usual = || Column::default().sequence_name(id);
        self.name.0.clone().unwrap_or_else(usual).sql()
    }
}

impl Define for IdentitySequence {
    const ABOUT: About = About {
        clauses: &[],
        catalog: 1259,
        rights: Some(&grants::SEQUENCE),
        renames: false,
        follows_type: true,
        extra_keys: &["unlogged"],
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        let other = if major < 15 { "false" } else { "s.relpersistence <> c.relpersistence" };
        format!(
            "SELECT s.oid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, \
             a.attname::text AS _3, pg_get_userbyid(s.relowner)::text AS _owner, \
             s.relacl::text AS _acl, quote_ident(sn.nspname) || '.' || quote_ident(s.relname) AS name, \
             CASE WHEN {other} THEN s.relpersistence = 'u' END AS unlogged \
             FROM pg_class s JOIN pg_namespace sn ON sn.oid = s.relnamespace \
             JOIN pg_depend g ON g.classid = 'pg_class'::regclass AND g.objid = s.oid \
               AND g.deptype = 'i' AND g.refclassid = 'pg_class'::regclass AND g.refobjsubid > 0 \
             JOIN pg_attribute a ON a.attrelid = g.refobjid AND a.attnum = g.refobjsubid \
             JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE s.relkind = 'S' AND a.attislocal AND {USER_SCHEMA} \
             AND (s.relacl IS NOT NULL OR {other} OR EXISTS (SELECT FROM pg_description x \
               WHERE x.classoid = 'pg_class'::regclass AND x.objoid = s.oid) \
             OR EXISTS (SELECT FROM pg_seclabel x \
               WHERE x.classoid = 'pg_class'::regclass AND x.objoid = s.oid)) AND {}",
            no_member("pg_class", "c.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Self { name: _, unlogged } = self;
        let step = match unlogged {
            same if *same == old.unlogged => None,
            Some(unlogged) => Some(self.persist(id, *unlogged)),
            None => self.persist_as_table(id, cx),
        };
        Alter::InPlace(step.into_iter().collect())
    }
}

impl Describe for IdentitySequence {
    fn address(&self, id: &Id) -> String {
        format!("SEQUENCE {}", self.sql(id))
    }

    /// It comes with its column, and is as its table then.
    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        self.unlogged.map(|unlogged| self.persist(id, unlogged)).into_iter().collect()
    }

    fn drop(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        let stays = self.outlives(id, cx) && self.unlogged.is_some();
        stays.then(|| self.persist_as_table(id, cx)).flatten().into_iter().collect()
    }

    fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        let used = self.unlogged.is_some() && major < 15;
        used.then_some(("a sequence that is not logged as its table is", 15))
    }

    fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
        Vec::new()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let column = id.as_kind(Kind::Column);
        let declared = names.declared.attrs::<Column>(&column);
        let there = names.current.and_then(|current| {
            let column = current.attrs::<Column>(&column)?;
            let usual = column.is_identity() && column.has_usual_sequence();
            usual.then(|| column.sequence_name(id))
        });
        // PostgreSQL counts up where its choice is taken, and that is as good.
        self.name = Hint(match declared {
            Some(column) if !column.has_usual_sequence() => Some(column.sequence_name(id)),
            _ => there,
        });
    }

    fn occupies(&self, _id: &Id) -> Vec<(&'static str, Vec<String>)> {
        Vec::new()
    }
}

impl Outliving for IdentitySequence {
    fn outlives(&self, id: &Id, cx: &Sides<'_>) -> bool {
        let column = cx.desired.attrs::<Column>(&id.as_kind(Kind::Column));
        column.is_some_and(Column::is_identity)
    }
}

impl Granted for IdentitySequence {
    fn grant_address(&self, id: &Id) -> Option<String> {
        Some(self.address(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn privileges_are_given_on_the_sequence_that_is_there() {
        let id = Id::new(Kind::IdentitySequence, ["s", "t", "id"]);
        let unknown = IdentitySequence { name: Hint(None), unlogged: None };
        assert_eq!(unknown.grant_address(&id).unwrap(), "SEQUENCE s.t_id_seq");
        let there = IdentitySequence { name: Hint(Some(Qualified::new("s", "Q"))), unlogged: None };
        assert_eq!(there.grant_address(&id).unwrap(), "SEQUENCE s.\"Q\"");
    }
}
