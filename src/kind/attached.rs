//! A partition's copy of its parent's index, where its name is not the one that PostgreSQL chose
//! (`ChooseIndexName`, indexcmds.c). The copy comes with the parent's index; only its name is said.

use serde::{Deserialize, Serialize};

use super::constraint::Constraint;
use super::index::Index;
use super::{Alter, Cx, Describe, Id, Kind, Lookup, Member, copy};
use crate::catalog::Catalog;
use crate::clause::{Clause, Shape, clause};
use crate::introspect::{USER_SCHEMA, no_member};
use crate::leaf::text_of;
use crate::sql::quote::{dollar, literal, qualified};
use crate::step::Step;

/// The unusual name of a copy, under the name of the parent's index.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attached {
    /// The name of the partition's own index, exactly.
    #[serde(deserialize_with = "text_of")]
    name: String,
}

impl Attached {
    /// A copy of that name.
    pub(super) fn called(name: &str) -> Self {
        Self { name: name.to_owned() }
    }

    /// The name of the copy.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Gives the copy, whatever it is called, its name.
    pub(super) fn rename_copy(&self, id: &Id) -> Step {
        // Under which name the copy came to be, only the server knows.
        let table = literal(&qualified(&id.path[0], &id.path[1]));
        let body = format!(
            "DECLARE copy regclass;\n\
             BEGIN\n  \
             SELECT c.oid INTO STRICT copy FROM pg_catalog.pg_index i\n    \
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid\n    \
             JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid\n    \
             JOIN pg_catalog.pg_class p ON p.oid = h.inhparent\n    \
             WHERE i.indrelid = {table}::pg_catalog.regclass AND p.relname = {parent};\n  \
             IF copy::oid <> COALESCE(pg_catalog.to_regclass({whole})::oid, 0) THEN\n    \
             EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', copy, {name});\n  \
             END IF;\n\
             END",
            whole = literal(&qualified(&id.path[0], &self.name)),
            parent = literal(id.name()),
            name = literal(&self.name),
        );
        Step::new(format!("DO {}", dollar(&format!("\n{body}\n"))))
    }
}

impl Describe for Attached {
    const CLAUSES: &'static [Clause] = &[clause("name", "", Shape::Tail)];
    const CATALOG: u32 = 1259;
    const RENAMES: bool = false;
    const FOLLOWS_TYPE: bool = true;

    fn query(_major: u32) -> String {
        // Where not every partition has a copy, each is said; so is a copy that a key has.
        // The columns of an index are named by the same rule as the index itself. A name that had
        // to be cut is taken for PostgreSQL's choice if it ends as that would, one that is counted
        // up if what it would be otherwise is taken.
        format!(
            "SELECT a._oid, a._1, a._2, a._3, a.name FROM (SELECT ic.oid AS _oid, \
             n.nspname::text AS _1, c.relname::text AS _2, pc.relname::text AS _3, \
             ic.relname::text AS name, \
             pi.indisvalid AND (con.oid IS NOT NULL OR NOT EXISTS (SELECT FROM pg_constraint k \
               WHERE k.conindid = ic.oid AND k.contype IN ('p', 'u', 'x'))) AS implied, CASE con.contype WHEN 'p' THEN '_pkey' WHEN 'u' THEN '_key' \
               WHEN 'x' THEN '_excl' ELSE '_idx' END AS label, \
             c.relname || CASE con.contype WHEN 'p' THEN '' ELSE '_' || (SELECT \
               string_agg(ia.attname, '_' ORDER BY ia.attnum) FROM pg_attribute ia \
               WHERE ia.attrelid = ic.oid) END AS base \
             FROM pg_inherits h JOIN pg_index i ON i.indexrelid = h.inhrelid \
             JOIN pg_class ic ON ic.oid = h.inhrelid JOIN pg_class pc ON pc.oid = h.inhparent \
             JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_index pi ON pi.indexrelid = h.inhparent \
             LEFT JOIN pg_constraint con ON con.conindid = pc.oid AND con.contype IN ('p', 'u', 'x') \
             WHERE {USER_SCHEMA} AND {}) a WHERE NOT implied OR CASE \
             WHEN octet_length(base) + octet_length(label) > 63 \
             THEN octet_length(name) < 58 OR name !~ (label || '[0-9]*$') \
             ELSE name <> base || label AND NOT (starts_with(name, base || label) \
               AND substr(name, length(base || label) + 1) ~ '^[0-9]*$' \
               AND EXISTS (SELECT FROM pg_class o JOIN pg_namespace t ON t.oid = o.relnamespace \
                 WHERE o.relname = base || label AND t.nspname = a._1)) END",
            no_member("pg_class", "c.oid")
        )
    }

    /// A copy of the name that PostgreSQL chooses is in no catalog: to say that name says nothing more.
    fn is_nothing(&self, id: &Id, names: &Lookup<'_>) -> bool {
        let Some(current) = names.current.filter(|current| current.get(id).is_none()) else {
            return false;
        };
        let table = id.ancestor(Kind::Table, 2);
        // On both sides every partition has one, so that PostgreSQL names it.
        let usual = copy::originals(id, current).into_iter().any(|original| {
            [current, names.declared].iter().all(|side| {
                copy::usual_name(&original, &table, side).as_ref() == Some(&self.name)
            })
        });
        usual && !current.occupied("relation", &[table.first(), &self.name])
    }

    fn address(&self, id: &Id) -> String {
        format!("INDEX {}", qualified(&id.path[0], &self.name))
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let table = id.ancestor(Kind::Table, 2);
        for original in copy::originals(id, cx.desired) {
            let Some(attrs) = cx.desired.get(&original).map(|object| &object.attrs) else { continue };
            let of_index = Index::peel(attrs).filter(|index| index.is_only());
            let of_key = Constraint::peel(attrs).filter(|key| key.is_only());
            // What is there of this name, or is declared, becomes the copy.
            let own = [Kind::Index, Kind::Constraint].map(|kind| table.child(kind, &self.name));
            let there = own.iter().any(|own| {
                cx.desired.get(own).is_some()
                    || cx.current.get(own).is_some_and(|old| old.attrs.outlives(own, cx))
            });
            let made = match (of_index, of_key) {
                (Some(index), _) => index.on(&table, &self.name),
                (_, Some(key)) => key.on(&table, &self.name),
                _ => continue,
            };
            let made = Some(made).filter(|_| !there);
            let steps = made.into_iter().chain([copy::attach(&original, &table, &self.name)]);
            return steps.collect();
        }
        // A key of this name has taken the copy already.
        if cx.desired.get(&table.child(Kind::Constraint, &self.name)).is_some() {
            return Vec::new();
        }
        vec![self.rename_copy(id)]
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Cx<'_>) -> Alter {
        let Self { name } = self;
        let same = *name == old.name;
        Alter::InPlace(if same { Vec::new() } else { vec![self.rename_copy(id)] })
    }

    /// Another name is as good.
    fn drop(&self, _id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        Vec::new()
    }

    fn outlives(&self, id: &Id, cx: &Cx<'_>) -> bool {
        !copy::originals(id, cx.desired).is_empty()
    }

    fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
        Vec::new()
    }

    fn needs(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
        let table = id.ancestor(Kind::Table, 2);
        let own = [Kind::Index, Kind::Constraint].map(|kind| table.child(kind, &self.name));
        let own = own.into_iter().filter(|own| catalog.get(own).is_some());
        copy::originals(id, catalog).into_iter().chain(own).collect()
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![("relation", vec![id.path[0].clone(), self.name.clone()])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_found_through_its_parent() {
        let id = Id::new(Kind::Attached, ["s", "p1", "idx"]);
        let sql = Attached { name: "o'k".to_owned() }.rename_copy(&id).sql;
        assert!(sql.contains("'s.p1'::pg_catalog.regclass AND p.relname = 'idx'"));
        assert!(sql.contains("RENAME TO %I', copy, 'o''k'"));
    }
}
