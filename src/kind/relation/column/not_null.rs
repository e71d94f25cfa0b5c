//! The constraint behind NOT NULL, which has a name and states of its own since 18
//! (`pg_constraint.contype` `n`). Before that only the column knows of it.
//!
//! A name that PostgreSQL chose is not written: that of the table and the column, and for a child table
//! that of the parent's constraint. The name of what a child table inherits is only given when the child is
//! made, since nothing can rename it later.

use serde::{Deserialize, Deserializer, Serializer};

use super::{Column, alter_column, alter_table};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::name::object_name;
use crate::kind::relation::{helper, lineage};
use crate::kind::{Kind, Lookup, Sides};
use crate::leaf::{Item, Name};
use crate::sql::quote::{ident, qualified};
use crate::step::Step;

pub(super) fn write_name<S: Serializer>(
    name: &Option<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&ident(name.as_deref().unwrap_or_default()))
}

pub(super) fn read_name<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Name::read(&text).map(|name| Some(name.0)).map_err(serde::de::Error::custom)
}

/// The constraint of column `a`, for the query.
pub(super) fn constraints(major: u32) -> &'static str {
    if major < 18 {
        return "";
    }
    "LEFT JOIN pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n' \
     AND nn.conkey[1] = a.attnum"
}

/// Whether the name is not what `ChooseConstraintName` makes of the table and the column, where it
/// counts up while a name is taken; one that had to be cut is taken for its choice if it ends as
/// that would.
const UNUSUAL: &str = "CASE WHEN octet_length(c.relname || '_' || a.attname || '_not_null') > 63 \
    THEN octet_length(nn.conname) < 58 OR nn.conname !~ '_not_null[0-9]*$' \
    ELSE NOT starts_with(nn.conname, c.relname || '_' || a.attname || '_not_null') \
    OR substr(nn.conname, length(c.relname || '_' || a.attname || '_not_null') + 1) !~ '^[0-9]*$' END";

/// Whether a column that is the table's own has such a constraint: since 18 its own, before that one that may be
/// inherited.
pub(super) fn own(major: u32) -> &'static str {
    if major < 18 { "a.attnotnull" } else { "a.attnotnull AND COALESCE(nn.conislocal, true)" }
}

/// The unusual name of a column's own constraint.
pub(super) fn own_name(major: u32) -> String {
    if major < 18 {
        return "NULL::text".to_owned();
    }
    format!("CASE WHEN nn.conislocal AND {UNUSUAL} THEN quote_ident(nn.conname) END")
}

/// The name of a child table's constraint, if it is not the parent's.
pub(super) fn heirs_name(major: u32) -> String {
    if major < 18 {
        return "NULL::text".to_owned();
    }
    // A primary key of the child's own brings one of the child's own; only a partition can be made with it.
    format!(
        "CASE WHEN p.attnotnull THEN CASE WHEN nn.conname <> (SELECT o.conname FROM pg_constraint o \
           WHERE o.conrelid = p.attrelid AND o.contype = 'n' AND o.conkey[1] = p.attnum) \
           AND (c.relispartition OR {UNUSUAL} OR NOT EXISTS (SELECT FROM pg_constraint k \
             WHERE k.conrelid = a.attrelid AND k.contype = 'p' AND k.conparentid = 0 \
             AND a.attnum = ANY (k.conkey))) \
           THEN quote_ident(nn.conname) END \
         WHEN {UNUSUAL} THEN quote_ident(nn.conname) END"
    )
}

/// The columns `no_inherit` and `not_valid` of the query.
pub(super) fn states(major: u32) -> &'static str {
    if major < 18 {
        return "false AS no_inherit, false AS not_valid";
    }
    "COALESCE(nn.connoinherit, false) AS no_inherit, NOT COALESCE(nn.convalidated, true) AS not_valid"
}

pub(super) fn usual_name(id: &Id) -> String {
    object_name(&id.path[1], Some(id.name()), "not_null")
}

/// The name of the constraint that a column has, as its own or else from the table's parent.
fn named(id: &Id, parent: Option<&Id>, side: &Catalog) -> Option<String> {
    let column = side.attrs::<Column>(id);
    let said = column.and_then(|column| column.constraint.clone());
    let Some(parent) = parent else {
        let name = said.unwrap_or_else(|| usual_name(id));
        return column.is_some_and(|column| column.not_null).then_some(name);
    };
    let said = said.filter(|_| column.is_some_and(Column::is_override));
    let above = lineage::parents(parent, side);
    said.or_else(|| named(&parent.child(Kind::Column, id.name()), above.first(), side))
}

/// The same, if it is not what PostgreSQL would choose for the table that has it.
pub(super) fn name_from(id: &Id, parent: Option<&Id>, side: &Catalog) -> Option<String> {
    named(id, parent, side).filter(|name| *name != usual_name(id))
}

impl Column {
    fn not_null_name(&self, id: &Id) -> String {
        ident(self.not_null_constraint(id).name())
    }

    /// The id that the constraint would have as an object of its own.
    pub(super) fn not_null_constraint(&self, id: &Id) -> Id {
        let name = self.constraint.clone().unwrap_or_else(|| usual_name(id));
        id.ancestor(Kind::Table, 2).child(Kind::Constraint, &name)
    }

    /// The constraint as it stands in the definition of the column.
    pub(super) fn not_null_sql(&self) -> String {
        let name = self.constraint.as_ref();
        let name = name.map(|name| format!("CONSTRAINT {} ", ident(name))).unwrap_or_default();
        format!("{name}NOT NULL{}", if self.no_inherit { " NO INHERIT" } else { "" })
    }

    /// Adds it to the table, with all that its definition cannot say.
    pub(super) fn add_not_null(&self, id: &Id) -> Step {
        let inherit = if self.no_inherit { " NO INHERIT" } else { "" };
        let valid = if self.not_valid { " NOT VALID" } else { "" };
        Step::new(format!(
            "{} ADD CONSTRAINT {} NOT NULL {}{inherit}{valid}",
            alter_table(id),
            self.not_null_name(id),
            ident(id.name())
        ))
    }

    /// Makes a column NOT NULL that is there.
    pub(super) fn set_not_null(&self, id: &Id) -> Step {
        if self.constraint.is_some() || self.no_inherit || self.not_valid {
            return self.add_not_null(id);
        }
        Step::new(format!("{} SET NOT NULL", alter_column(id)))
    }

    /// The statements that give the constraint another name where the table inherits it (18): PostgreSQL renames it
    /// only while it is the table's own (`RenameConstraint`). `None` where that is not so.
    ///
    /// # Errors
    /// Why the table should not stop inheriting for that.
    pub(super) fn rename_inherited(
        &self,
        old: &Self,
        id: &Id,
        cx: &Sides<'_>,
    ) -> Option<Result<Vec<Step>, String>> {
        let table = id.ancestor(Kind::Table, 2);
        let inherited = || super::inherits_not_null(id, cx.current);
        let own = cx.major() >= 18 && self.not_null && !self.is_override();
        if !own || self.constraint == old.constraint || !inherited() {
            return None;
        }
        let parents = lineage::parents(&table, cx.current);
        if parents != lineage::parents(&table, cx.desired) {
            return None;
        }
        let of_parents = parents.iter().map(Some);
        let there = old.constraint.clone();
        let there = there.or_else(|| {
            of_parents.map(|parent| named(id, parent, cx.current)).find_map(|name| name)
        })?;
        let wanted = self.constraint.clone().filter(|wanted| *wanted != there)?;
        let all = lineage::columns(&table, cx.current).into_values();
        let mut inherited = all.chain(lineage::checks(&table, cx.current).into_values());
        if inherited.any(|of| !of.local) {
            return Some(Err(format!(
                "PostgreSQL cannot rename the NOT NULL constraint {there} of column {}, which is inherited: leave \
                 out the name {wanted}",
                id.dotted()
            )));
        }
        let alter = alter_table(id);
        let each = |word: &str| {
            let step = |parent: &Id| {
                Step::new(format!("{alter} {word} {}", qualified(parent.first(), parent.name())))
            };
            parents.iter().map(step).collect::<Vec<_>>()
        };
        let rename = format!("{alter} RENAME CONSTRAINT {} TO {}", ident(&there), ident(&wanted));
        Some(Ok([each("NO INHERIT"), vec![Step::new(rename)], each("INHERIT")].concat()))
    }

    /// What changes of the constraint where there is one before and after.
    pub(super) fn not_null_steps(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        if !(self.not_null && old.not_null) {
            return Vec::new();
        }
        if self.not_valid && !old.not_valid {
            let drop = Step::new(format!("{} DROP NOT NULL", alter_column(id)));
            return vec![drop, self.add_not_null(id)];
        }
        let (alter, name) = (alter_table(id), self.not_null_name(id));
        let mut steps = Vec::new();
        if self.constraint != old.constraint {
            let from = old.not_null_name(id);
            steps.push(Step::new(format!("{alter} RENAME CONSTRAINT {from} TO {name}")));
        }
        if self.no_inherit != old.no_inherit {
            let word = if self.no_inherit { "NO INHERIT" } else { "INHERIT" };
            steps.push(Step::new(format!("{alter} ALTER CONSTRAINT {name} {word}")));
        }
        if old.not_valid && !self.not_valid {
            steps.push(helper::validate(&self.not_null_constraint(id), cx.is_in_use(id)));
        }
        steps
    }

    /// A name is said only where it is not PostgreSQL's choice, and where it can be given.
    pub(super) fn resolve_not_null(&mut self, id: &Id, names: &Lookup<'_>) {
        let there = names.current.filter(|current| current.server.major() > 0);
        if there.is_some_and(|current| current.server.major() < 18) {
            self.constraint = None;
            return;
        }
        let of_parent = self.is_override_of(id, names);
        self.constraint.take_if(|name| !of_parent && *name == usual_name(id));
        let child = id.ancestor(Kind::Table, 2);
        if let Some(current) = there
            && !lineage::parents(&child, current).is_empty()
        {
            let own = current.attrs::<Self>(id);
            let unsaid = self.constraint.is_none() && super::inherits_not_null(id, names.declared);
            if self.kind.is_none() || unsaid && own.is_some_and(|own| !own.is_override()) {
                self.constraint = own.and_then(|own| own.constraint.clone());
            }
        }
    }

    /// Whether it says nothing but the name of what a child table inherits.
    pub(super) fn is_name_only(&self) -> bool {
        self.constraint.is_some()
            && *self == Self { constraint: self.constraint.clone(), ..Self::default() }
    }

    fn is_override_of(&self, id: &Id, names: &Lookup<'_>) -> bool {
        self.is_override() && super::inherits_not_null(id, names.declared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(json: serde_json::Value) -> Column {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_name_and_the_states_are_changed_in_place() {
        let id = Id::new(Kind::Column, ["s", "t", "c"]);
        let usual = column(serde_json::json!({"type": "text", "not_null": true}));
        let named = column(serde_json::json!({
            "type": "text", "constraint": "\"N\"", "not_null": true, "not_valid": true
        }));
        let sql = |new: &Column, old: &Column| -> Vec<String> {
            let (current, desired) = (Catalog::default(), Catalog::default());
            let sides = Sides { current: &current, desired: &desired };
            new.not_null_steps(old, &id, &sides).into_iter().map(|step| step.sql).collect()
        };
        assert_eq!(
            sql(&usual, &named),
            [
                "ALTER TABLE s.t RENAME CONSTRAINT \"N\" TO t_c_not_null",
                "ALTER TABLE s.t VALIDATE CONSTRAINT t_c_not_null",
            ]
        );
        assert_eq!(
            sql(&named, &usual),
            [
                "ALTER TABLE s.t ALTER COLUMN c DROP NOT NULL",
                "ALTER TABLE s.t ADD CONSTRAINT \"N\" NOT NULL c NOT VALID",
            ]
        );
    }
}
