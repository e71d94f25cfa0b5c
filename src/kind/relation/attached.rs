//! A partition's copy of its parent's index, where there is something to say of it: a name that is not the
//! one that PostgreSQL chose (`ChooseIndexName`, indexcmds.c), options other than the parent's, a comment, or
//! a use. The copy itself comes with the parent's index.

mod options;
mod query;

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::kind::abilities::{Ordered, Outliving, Unsaid};
use crate::kind::hint::Hint;
use crate::kind::relation::constraint::Constraint;
use crate::kind::relation::copy;
use crate::kind::relation::index::Index;
use crate::kind::relation::view;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Member, Sides};
use crate::leaf::{Parameters, is_false, text_of};
use crate::sql::quote::{dollar, ident, literal, qualified};
use crate::step::Step;

/// A copy, under the name of the parent's index.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attached {
    /// The name of the partition's own index, exactly.
    #[serde(deserialize_with = "text_of")]
    name: String,
    /// Whether not every partition of the partition has a copy of it.
    #[serde(default, skip_serializing_if = "is_false")]
    only: bool,
    /// Storage parameters, if they are not the parent's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    with: Option<Parameters>,
    /// The tablespace, if it is not the parent's.
    #[serde(default, with = "crate::leaf::bare::option", skip_serializing_if = "Option::is_none")]
    tablespace: Option<String>,
    /// The statistics target of an expression, by the number of the element
    /// (`pg_attribute.attstattarget`).
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    statistics: Parameters,
    /// Whether the partition is clustered on it (`pg_index.indisclustered`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub(in crate::kind) cluster: bool,
    /// Whether logical replication finds rows by it (`pg_index.indisreplident`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub(in crate::kind) replica_identity: bool,
    /// The comment on the key that it is the index of (`COMMENT ON CONSTRAINT`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    constraint_comment: Option<String>,
    /// The name that PostgreSQL would have chosen, where a server could say.
    #[serde(default, skip_serializing)]
    usual: Hint<Option<String>>,
}

impl Attached {
    /// A copy of that name.
    pub(in crate::kind) fn called(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Whether not every partition of the partition has a copy of it.
    pub(in crate::kind) fn is_only(&self) -> bool {
        self.only
    }

    /// The name of the copy.
    pub(in crate::kind) fn name(&self) -> &str {
        &self.name
    }

    /// The index itself, as one of the partition's.
    fn own(&self, id: &Id) -> Id {
        id.ancestor(Kind::Table, 2).child(Kind::Index, &self.name)
    }

    /// Gives the copy another name.
    fn renamed(&self, name: &str, id: &Id) -> Option<Step> {
        let index = qualified(&id.path[0], &self.name);
        let step = || Step::new(format!("ALTER INDEX {index} RENAME TO {}", ident(name)));
        (name != self.name).then(step)
    }

    /// Gives the copy, whatever it is called, its name.
    pub(in crate::kind) fn rename_copy(&self, id: &Id) -> Step {
        self.rename_there(id, "STRICT ")
    }

    /// The same, where the copy may be gone with its parent's by then.
    pub(in crate::kind) fn rename_copy_if_there(&self, id: &Id) -> Step {
        self.rename_there(id, "")
    }

    fn rename_there(&self, id: &Id, strict: &str) -> Step {
        // Under which name the copy came to be, only the server knows.
        let table = literal(&qualified(&id.path[0], &id.path[1]));
        let body = format!(
            "DECLARE copy regclass;\n\
             BEGIN\n  \
             SELECT c.oid INTO {strict}copy FROM pg_catalog.pg_index i\n    \
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

impl Define for Attached {
    const ABOUT: About = About {
        clauses: &[clause("name", "", Shape::Tail)],
        catalog: 1259,
        renames: false,
        follows_type: true,
        extra_keys: &[
            "only",
            "with",
            "tablespace",
            "statistics",
            "cluster",
            "replica_identity",
            "constraint_comment",
        ],
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        query::copies()
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        if self.only && !old.only {
            return Alter::Replace;
        }
        let mut steps: Vec<Step> = old.renamed(&self.name, id).into_iter().collect();
        if old.only && !self.only {
            steps.extend(self.completed(id, cx));
        }
        steps.extend(self.settings(Some(old), id, cx));
        Alter::InPlace(steps)
    }
}

impl Describe for Attached {
    fn resolve(&mut self, _id: &Id, _names: &Lookup<'_>) {
        if let Some(with) = &mut self.with {
            view::spell_out(with);
        }
    }

    fn without_choices(&mut self) {
        if let Some(with) = &mut self.with {
            with.sort();
        }
    }

    fn address(&self, id: &Id) -> String {
        format!("INDEX {}", qualified(&id.path[0], &self.name))
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let table = id.ancestor(Kind::Table, 2);
        let mut steps = Vec::new();
        let attrs = copy::original(id, cx.desired)
            .and_then(|original| cx.desired.get(&original))
            .map(|object| &object.attrs);
        let attrs = attrs.filter(|_| !copy::is_given(id, cx.desired));
        let (of_index, of_key) =
            (attrs.and_then(Index::downcast), attrs.and_then(Constraint::downcast));
        let made = match (of_index, of_key) {
            (Some(index), _) => Some(index.on(&table, &self.name, self.only)),
            (_, Some(key)) => Some(key.on(&table, &self.name, self.only)),
            _ => None,
        };
        let there = copy::same(id, cx).filter(|_| !Self::is_made_anew(id, cx));
        let old = there.as_ref().and_then(|old| cx.current.attrs::<Self>(old));
        // A key of this name has taken the copy already.
        let taken = || cx.desired.get(&table.child(Kind::Constraint, &self.name)).is_some();
        match made {
            Some(made) => {
                // What is there of this name, or is declared, becomes the copy.
                let own = [Kind::Index, Kind::Constraint].map(|kind| table.child(kind, &self.name));
                let there = own.iter().any(|own| cx.desired.get(own).is_some() || cx.outlives(own));
                steps.extend(Some(made).filter(|_| !there));
                steps.push(copy::attach(&copy::parent(id, cx.desired), &table, &self.name));
            }
            None if taken() => {}
            None => match old {
                Some(old) => steps.extend(old.renamed(&self.name, id)),
                None if self.is_called_so(id, cx) => {}
                None => steps.push(self.rename_copy(id)),
            },
        }
        steps.extend(self.settings(old, id, cx));
        // What was said of it, under the other name of the index above.
        let said = |side: &Catalog, id: &Id| side.get(id).is_some_and(|o| o.comment.is_some());
        if there.is_some_and(|old| said(cx.current, &old)) && !said(cx.desired, id) {
            steps.push(Step::new(format!("COMMENT ON {} IS NULL", self.address(id))));
        }
        steps
    }

    /// The copy stays, and is as PostgreSQL makes it.
    fn drop(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        let stays = copy::original(id, cx.current).is_some_and(|of| cx.stays(&of));
        if !stays || !self.outlives(id, cx) || cx.desired.get(id).is_some() {
            return Vec::new();
        }
        self.undone(id, cx)
    }

    fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
        Vec::new()
    }

    fn needs(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
        let table = id.ancestor(Kind::Table, 2);
        let own = [Kind::Index, Kind::Constraint].map(|kind| table.child(kind, &self.name));
        let own = own.into_iter().filter(|own| catalog.get(own).is_some());
        copy::original(id, catalog).into_iter().chain(copy::above(id, catalog)).chain(own).collect()
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![("relation", vec![id.path[0].clone(), self.name.clone()])]
    }
}

impl Unsaid for Attached {
    /// A copy of the name that PostgreSQL chooses is in no catalog: to say that name says nothing more.
    fn is_nothing(&self, id: &Id, names: &Lookup<'_>) -> bool {
        let Some(current) = names.current.filter(|current| current.get(id).is_none()) else {
            return false;
        };
        let commented = names.declared.get(id).is_some_and(|object| object.comment.is_some());
        if commented || *self != Self::called(&self.name) {
            return false;
        }
        let table = id.ancestor(Kind::Table, 2);
        // On both sides every partition has one, so that PostgreSQL names it.
        let usual = copy::original(id, current).is_some_and(|original| {
            [current, names.declared].iter().all(|side| {
                copy::is_given(id, side)
                    && copy::likely_name(&original, &table, side).as_ref() == Some(&self.name)
            })
        });
        usual && !current.occupied("relation", &[table.first(), &self.name])
    }
}

impl Ordered for Attached {
    /// Only with the index that it is a copy of can it lose those of its own partitions.
    fn needs_rebuilt(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        let loses = cx.current.attrs::<Self>(id).is_some_and(|old| self.only && !old.only);
        copy::original(id, cx.desired).filter(|_| loses).into_iter().collect()
    }
}

impl Outliving for Attached {
    /// The index above it may have another name then, and be said under that.
    fn outlives(&self, id: &Id, cx: &Sides<'_>) -> bool {
        let table = id.ancestor(Kind::Table, 2);
        copy::original(id, cx.current).is_some_and(|of| copy::is_copied(&of, &table, cx.desired))
            && copy::same(id, &cx.back()).is_none_or(|other| other == *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_found_through_its_parent() {
        let id = Id::new(Kind::Attached, ["s", "p1", "idx"]);
        let sql = Attached::called("o'k").rename_copy(&id).sql;
        assert!(sql.contains("'s.p1'::pg_catalog.regclass AND p.relname = 'idx'"));
        assert!(sql.contains("RENAME TO %I', copy, 'o''k'"));
    }
}
