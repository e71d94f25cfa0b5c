//! Constraints of tables: keys, foreign keys, checks and exclusions (`ALTER TABLE ... ADD
//! CONSTRAINT`, `pg_constraint`). NOT NULL is an attribute of the column on every version.

mod exclusion;
mod key;
mod online;
mod partition;
mod query;

use serde::{Deserialize, Serialize};

use exclusion::Exclusion;
use key::{KeyColumn, Target, action};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::kind::abilities::{Inherited, Inline, Key, Ordered, Outliving};
use crate::kind::relation::copy;
use crate::kind::relation::helper;
use crate::kind::relation::index;
use crate::kind::relation::lineage;
use crate::kind::relation::lineage::overlooked;
use crate::kind::relation::view;
use crate::kind::{About, Alter, Attrs, Cx, Define, Describe, Id, Kind, Member, Sides};
use crate::leaf::{List, Name, Parameters, Sql, is_false};
use crate::sql::names::KnownNames;
use crate::sql::quote::{ident, literal, qualified};
use crate::sql::tree::{Class, Place, same_in};
use crate::step::Step;

/// A constraint: exactly one of the first five fields says which.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constraint {
    /// A primary key.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(in crate::kind) primary_key: bool,
    /// A unique key.
    #[serde(default, skip_serializing_if = "is_false")]
    unique: bool,
    /// A foreign key.
    #[serde(default, skip_serializing_if = "is_false")]
    foreign_key: bool,
    /// A condition on each row.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<Sql>,
    /// Rows that may not stand side by side.
    #[serde(skip_serializing_if = "Option::is_none")]
    exclude: Option<Exclusion>,
    /// Whether NULLs are equal to each other, in a unique key (15).
    #[serde(default, skip_serializing_if = "is_false")]
    nulls_not_distinct: bool,
    /// The columns of a key or foreign key.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub(in crate::kind) columns: List<KeyColumn>,
    /// Columns that the key's index holds besides.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    include: List<Name>,
    /// Storage parameters of the index.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    with: Parameters,
    /// The tablespace of the index (`USING INDEX TABLESPACE`).
    #[serde(default, with = "crate::leaf::bare::option", skip_serializing_if = "Option::is_none")]
    tablespace: Option<String>,
    /// What a foreign key refers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::kind) references: Option<Target>,
    /// `full`, if it is not simple.
    #[serde(
        rename = "match",
        default,
        deserialize_with = "crate::leaf::keywords::option::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    matching: Option<String>,
    /// What deleting a referenced row does; nothing said is NO ACTION.
    #[serde(
        default,
        deserialize_with = "crate::leaf::keywords::option::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    on_delete: Option<String>,
    /// What changing a referenced key does.
    #[serde(
        default,
        deserialize_with = "crate::leaf::keywords::option::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    on_update: Option<String>,
    /// Which rows an exclusion regards.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    predicate: Option<Sql>,
    /// Whether inheriting tables do not have it.
    #[serde(default, skip_serializing_if = "is_false")]
    no_inherit: bool,
    /// Whether it may be checked at the end of the transaction.
    #[serde(default, skip_serializing_if = "is_false")]
    deferrable: bool,
    /// Whether it is, unless SET CONSTRAINTS says otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    initially_deferred: bool,
    /// Whether it is never checked (`pg_constraint.conenforced`, 18).
    #[serde(default, skip_serializing_if = "is_false")]
    not_enforced: bool,
    /// Whether rows that were there before are unchecked (`pg_constraint.convalidated`).
    #[serde(default, skip_serializing_if = "is_false")]
    not_valid: bool,
    /// Whether not every partition has a copy of it (`ALTER TABLE ONLY ... ADD`).
    #[serde(default, skip_serializing_if = "is_false")]
    only: bool,
    /// Whether the table is clustered on its index.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(in crate::kind) cluster: bool,
    /// Whether logical replication finds rows by its index.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(in crate::kind) replica_identity: bool,
    /// The comment on the index behind it, beside its own (`COMMENT ON INDEX`).
    #[serde(skip_serializing_if = "Option::is_none")]
    index_comment: Option<String>,
}

impl Constraint {
    /// Whether it is a foreign key.
    pub(in crate::kind) fn is_foreign(&self) -> bool {
        self.foreign_key
    }

    /// Whether rows that were there before are unchecked.
    pub(in crate::kind) fn is_not_valid(&self) -> bool {
        self.not_valid
    }

    /// Whether it is a check.
    pub(in crate::kind) fn is_check(&self) -> bool {
        self.check.is_some()
    }

    /// The table that a foreign key is to.
    pub(in crate::kind) fn referenced_table(&self) -> Option<Id> {
        self.references.as_ref().map(|target| Id::new(Kind::Table, target.table.path()))
    }

    /// Whether it is a primary or unique key.
    pub(in crate::kind) fn is_key(&self) -> bool {
        self.primary_key || self.unique
    }

    /// The names of the key's columns.
    pub(in crate::kind) fn names(&self) -> Vec<&str> {
        self.columns.0.iter().map(|column| column.name.as_str()).collect()
    }

    /// What follows the name, all but NOT VALID.
    fn definition(&self) -> String {
        let mut sql = if self.primary_key {
            format!("PRIMARY KEY ({})", self.columns.sql())
        } else if self.unique {
            let nulls = if self.nulls_not_distinct { "NULLS NOT DISTINCT " } else { "" };
            format!("UNIQUE {nulls}({})", self.columns.sql())
        } else if self.foreign_key {
            format!("FOREIGN KEY ({})", self.columns.sql())
        } else if let Some(check) = &self.check {
            format!("CHECK ({check})")
        } else if let Some(exclude) = &self.exclude {
            format!("EXCLUDE {}", exclude.sql())
        } else {
            String::new()
        };
        let mut add = |text: String| {
            sql.push(' ');
            sql.push_str(&text);
        };
        if let Some(target) = &self.references {
            add(format!("REFERENCES {}", target.sql()));
        }
        if let Some(matching) = &self.matching {
            add(format!("MATCH {}", matching.to_uppercase()));
        }
        if let Some(action) = &self.on_update {
            add(format!("ON UPDATE {}", key::action_sql(action)));
        }
        if let Some(action) = &self.on_delete {
            add(format!("ON DELETE {}", key::action_sql(action)));
        }
        if !self.include.is_empty() {
            add(format!("INCLUDE ({})", self.include.sql()));
        }
        if !self.with.is_empty() {
            add(format!("WITH ({})", self.with.sql()));
        }
        if let Some(tablespace) = &self.tablespace {
            add(format!("USING INDEX TABLESPACE {}", ident(tablespace)));
        }
        if let Some(predicate) = &self.predicate {
            add(format!("WHERE ({predicate})"));
        }
        if self.no_inherit {
            add("NO INHERIT".to_owned());
        }
        sql.push_str(self.timing());
        if self.not_enforced {
            sql.push_str(" NOT ENFORCED");
        }
        sql
    }

    /// When it is checked, as it stands behind its definition.
    fn timing(&self) -> &'static str {
        match (self.deferrable, self.initially_deferred) {
            (_, true) => " DEFERRABLE INITIALLY DEFERRED",
            (true, false) => " DEFERRABLE",
            (false, false) => "",
        }
    }

    /// What is said of the index behind it.
    fn use_steps(&self, old: Option<&Self>, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let cluster = (old.is_some_and(|old| old.cluster), self.cluster);
        let replica = (old.is_some_and(|old| old.replica_identity), self.replica_identity);
        let mut steps = index::use_steps(id, cluster, replica, cx);
        if self.index_comment.as_ref() != old.and_then(|old| old.index_comment.as_ref()) {
            let index = qualified(&id.path[0], id.name());
            let text = self.index_comment.as_deref().map_or("NULL".to_owned(), literal);
            steps.push(Step::new(format!("COMMENT ON INDEX {index} IS {text}")));
        }
        steps
    }

    /// The storage parameters and the tablespace of its index.
    pub(in crate::kind) fn storage(&self) -> index::Storage<'_> {
        (&self.with, self.tablespace.as_deref())
    }

    /// Whether PostgreSQL changes in place whether it is enforced: a foreign key since 18; since 19 a check, with all
    /// tables below, so that none of them may have it otherwise. Its rows are read while others wait, which a table in
    /// use is spared.
    fn may_alter_enforced(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> bool {
        if self.foreign_key {
            return true;
        }
        if self.check.is_none() || cx.major() < 19 || lineage::is_foreign(id, cx) {
            return false;
        }
        if old.not_enforced && (self.not_valid || cx.is_in_use(id)) {
            return false;
        }
        let table = id.ancestor(Kind::Table, 2);
        let same = |child: Id| {
            let own = child.child(Kind::Constraint, id.name());
            let of: Vec<Id> = lineage::ancestors(&own, cx.desired).chain([own.clone()]).collect();
            let differs = |of: &Id| {
                let other = cx.desired.attrs::<Self>(of);
                other.is_some_and(|other| other.not_enforced != self.not_enforced)
            };
            !lineage::is_foreign(&child.child(id.kind, id.name()), cx) && !of.iter().any(differs)
        };
        self.no_inherit || lineage::below(&table, cx.desired).into_iter().all(same)
    }

    /// Whether not every partition has a copy of it.
    pub(in crate::kind) fn is_only(&self) -> bool {
        self.only
    }

    /// Whether it is over this column and no other, so that it can stand in the column's value. A check is over the
    /// column that its name has.
    pub(in crate::kind) fn is_of_column(&self, column: &str) -> bool {
        let only = || matches!(self.columns.0.as_slice(), [only] if only.name == column);
        self.check.is_some() || self.exclude.is_none() && only()
    }

    /// The condition of a check.
    pub(in crate::kind) fn check_text(&self) -> Option<&str> {
        self.check.as_ref().map(|check| check.text.as_str())
    }

    /// What a foreign key refers to, without the columns of a primary key.
    pub(in crate::kind) fn shortest_target(&self, catalog: &Catalog) -> Option<String> {
        let target = self.references.as_ref()?;
        let mut target = target.clone();
        if is_primary_key(&target, catalog) {
            target.columns = List::default();
        }
        Some(target.sql())
    }

    /// Whether it is the same as one of the catalog; the columns of a primary key that it refers to need not be named.
    pub(in crate::kind) fn is_as(&self, there: &Self, catalog: &Catalog) -> bool {
        let mut read = self.clone();
        if let (Some(read), Some(there)) = (&mut read.references, &there.references)
            && read.columns.is_empty()
            && is_primary_key(there, catalog)
        {
            read.columns.clone_from(&there.columns);
        }
        read == *there
    }

    /// Whether what a table keeps of its former parent's is it, as strict as that.
    pub(in crate::kind) fn is_copy_of(&self, other: &Self) -> bool {
        self.is_like(other)
            && self.not_valid == other.not_valid
            && self.not_enforced == other.not_enforced
    }

    /// Whether PostgreSQL takes a child table's check for a parent's new one (`MergeWithExistingConstraint`).
    fn merges_with(&self, of: &Self) -> bool {
        let same = self.check.as_ref().zip(of.check.as_ref()).is_some_and(|(own, of)| {
            let names = KnownNames::new(["pg_catalog"]);
            same_in(Class::Expr, &own.text, &of.text, &names, &Place::default())
        });
        same && !self.is_laxer_than(of)
    }

    /// Whether rows may break it that may not break `other`: PostgreSQL takes it for no copy of that
    /// (`MergeConstraintsIntoExisting`).
    pub(in crate::kind) fn is_laxer_than(&self, other: &Self) -> bool {
        self.not_valid && !other.not_valid || self.not_enforced && !other.not_enforced
    }

    /// Whether it differs from `other` in nothing but what can be altered.
    pub(in crate::kind) fn is_like(&self, other: &Self) -> bool {
        let Self {
            primary_key,
            unique,
            foreign_key,
            check,
            exclude,
            nulls_not_distinct,
            columns,
            include,
            with: _,
            tablespace: _,
            references,
            matching,
            on_delete,
            on_update,
            predicate,
            no_inherit,
            deferrable: _,
            initially_deferred: _,
            not_enforced: _,
            not_valid: _,
            only: _,
            cluster: _,
            replica_identity: _,
            index_comment: _,
        } = self;
        *primary_key == other.primary_key
            && *unique == other.unique
            && *foreign_key == other.foreign_key
            && *check == other.check
            && *exclude == other.exclude
            && *nulls_not_distinct == other.nulls_not_distinct
            && *columns == other.columns
            && *include == other.include
            && *references == other.references
            && *matching == other.matching
            && *on_delete == other.on_delete
            && *on_update == other.on_update
            && *predicate == other.predicate
            && *no_inherit == other.no_inherit
    }
}

fn alter_table(id: &Id) -> String {
    format!("ALTER TABLE {}", qualified(&id.path[0], &id.path[1]))
}

/// Whether the columns that a foreign key refers to are the primary key of the table.
fn is_primary_key(target: &Target, catalog: &Catalog) -> bool {
    let table = target.table.path();
    let mut keys = catalog.below(Kind::Constraint, &table);
    keys.any(|(key, _)| {
        let key = catalog.attrs::<Constraint>(key).filter(|key| key.primary_key);
        key.is_some_and(|key| {
            key.columns.0.iter().all(|column| !column.is_temporal())
                && key.names() == target.names()
        })
    })
}

impl Define for Constraint {
    const ABOUT: About = About {
        clauses: &[
            clause("primary_key", "primary key", Shape::Flag),
            clause("unique", "unique", Shape::Flag),
            clause("foreign_key", "foreign key", Shape::Flag),
            clause("check", "check", Shape::Parens),
            clause("exclude", "exclude", Shape::Rest),
            clause("nulls_not_distinct", "nulls not distinct", Shape::Flag),
            clause("nulls_not_distinct", "nulls distinct", Shape::Off),
            clause("columns", "", Shape::Parens),
            clause("include", "include", Shape::Parens),
            clause("with", "with", Shape::Parens),
            clause("tablespace", "using index tablespace", Shape::Word),
            clause("references", "references", Shape::Rest),
            clause("match", "match", Shape::Word),
            clause("on_delete", "on delete", Shape::Rest),
            clause("on_update", "on update", Shape::Rest),
            clause("where", "where", Shape::Parens),
            clause("no_inherit", "no inherit", Shape::Flag),
            clause("deferrable", "deferrable", Shape::Flag),
            clause("deferrable", "not deferrable", Shape::Off),
            clause("initially_deferred", "initially deferred", Shape::Flag),
            clause("initially_deferred", "initially immediate", Shape::Off),
            clause("not_enforced", "not enforced", Shape::Flag),
            clause("not_enforced", "enforced", Shape::Off),
            clause("not_valid", "not valid", Shape::Flag),
        ],
        catalog: 2606,
        numerous: true,
        follows_type: true,
        extra_keys: &["cluster", "replica_identity", "only", "index_comment"],
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        query::constraints(major)
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let timing =
            self.deferrable != old.deferrable || self.initially_deferred != old.initially_deferred;
        let fixed = !self.is_like(old)
            || (timing && !self.foreign_key)
            || (self.not_enforced != old.not_enforced && !self.may_alter_enforced(old, id, cx))
            || (self.not_valid && !old.not_valid && !old.not_enforced)
            || (self.only && !old.only)
            || (self.storage() != old.storage() && copy::is_partitioned(id, cx));
        if fixed {
            return Alter::Replace;
        }
        let (alter, name) = (alter_table(id), ident(id.name()));
        let mut steps = Vec::new();
        if timing {
            let word = match (self.deferrable || self.initially_deferred, self.initially_deferred) {
                (false, _) => "NOT DEFERRABLE",
                (true, false) => "DEFERRABLE INITIALLY IMMEDIATE",
                (true, true) => "DEFERRABLE INITIALLY DEFERRED",
            };
            steps.push(Step::new(format!("{alter} ALTER CONSTRAINT {name} {word}")));
        }
        if self.not_enforced != old.not_enforced {
            let word = if self.not_enforced { "NOT ENFORCED" } else { "ENFORCED" };
            steps.push(Step::new(format!("{alter} ALTER CONSTRAINT {name} {word}")));
        }
        if old.not_valid && !self.not_valid && !self.not_enforced {
            steps.push(helper::validate(id, cx.is_in_use(id)));
        }
        if old.only && !self.only {
            steps.extend(self.complete(id, cx));
        }
        steps.extend(index::storage_steps(self.storage(), old.storage(), id));
        steps.extend(self.use_steps(Some(old), id, cx));
        Alter::InPlace(steps)
    }
}

impl Describe for Constraint {
    fn address(&self, id: &Id) -> String {
        format!("CONSTRAINT {} ON {}", ident(id.name()), qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        // What came from the parent stays when the partition is detached.
        if let Some(original) = copy::detached(id, cx, &|old| {
            cx.current
                .attrs::<Self>(old)
                .is_some_and(|old| !self.is_check() && self.is_copy_of(old))
        }) {
            let mut steps = Vec::new();
            if self.is_key() {
                let usual = Some(self.usual_name(&id.ancestor(Kind::Table, 2)));
                steps.extend(copy::rename_detached(id, &original, usual, cx));
            }
            steps.extend(self.use_steps(None, id, cx));
            return steps;
        }
        let kept = lineage::kept(id, cx);
        let wanted = cx.desired.get(id).map(|object| &object.attrs);
        if kept.is_some_and(|of| lineage::stays_as_it_is(wanted, &of, cx)) {
            return Vec::new();
        }
        if let Some(mut steps) = self.staged(id, cx) {
            steps.extend(self.use_steps(None, id, cx));
            return steps;
        }
        if let Some(step) = self.takes_copy(id, cx) {
            let mut steps = vec![step];
            steps.extend(self.use_steps(None, id, cx));
            return steps;
        }
        let invalid = if self.not_valid { " NOT VALID" } else { "" };
        let only = if self.only { " ONLY" } else { "" };
        let sql = format!(
            "ALTER TABLE{only} {} ADD CONSTRAINT {} {}{invalid}",
            qualified(&id.path[0], &id.path[1]),
            ident(id.name()),
            self.definition()
        );
        let mut steps = vec![Step::new(sql).authored()];
        steps.extend(self.use_steps(None, id, cx));
        steps
    }

    fn drop(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        if let Some(original) = copy::adopted(id, cx) {
            let usual = Some(self.usual_name(&id.ancestor(Kind::Table, 2)));
            return copy::rename_adopted(id, &original, usual, cx);
        }
        let usual = Some(self.usual_name(&id.ancestor(Kind::Table, 2)));
        if let Some(steps) = copy::make_room(id, usual, cx) {
            return steps;
        }
        if Self::goes_with(id, cx).is_some() {
            return Vec::new();
        }
        if let Some(steps) = self.ends(id, cx) {
            return steps;
        }
        vec![Step::new(format!("{} DROP CONSTRAINT {}", alter_table(id), ident(id.name())))]
    }

    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        let (alter, from, to) = (alter_table(old), ident(old.name()), ident(new.name()));
        vec![Step::new(format!("{alter} RENAME CONSTRAINT {from} TO {to}"))]
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        let table = id.ancestor(Kind::Table, 2);
        let own = self.names().into_iter().chain(self.include.names());
        let mut ids: Vec<Id> = own.map(|name| table.child(Kind::Column, name)).collect();
        if let Some(target) = &self.references {
            let table = Id::new(Kind::Table, target.table.path());
            ids.extend(target.names().into_iter().map(|name| table.child(Kind::Column, name)));
            ids.push(table);
        }
        ids
    }

    fn obstacle(&self, id: &Id, cx: &Sides<'_>) -> Option<String> {
        overlooked(&id.ancestor(Kind::Table, 2), cx.desired, |column| self.overlooks(column))
    }

    fn needs(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
        let Some(target) = &self.references else {
            let table = id.ancestor(Kind::Table, 2);
            return if self.only { copy::partitions(&table, catalog) } else { Vec::new() };
        };
        let table = target.table.path();
        let names = target.names();
        let mut wanted = names.clone();
        wanted.sort_unstable();
        let keys = catalog.below(Kind::Constraint, &table).filter(|(id, _)| {
            catalog.attrs::<Self>(id).is_some_and(|key| {
                let mut own = key.names();
                own.sort_unstable();
                // PostgreSQL takes no key that waits for the end of a transaction.
                key.is_key()
                    && !key.deferrable
                    && (own == wanted || (wanted.is_empty() && key.primary_key))
            })
        });
        let mut found: Vec<Id> = keys.map(|(id, _)| id.clone()).collect();
        if found.is_empty() {
            let indexes = catalog.below(Kind::Index, &table).filter(|(id, _)| {
                catalog.attrs::<index::Index>(id).is_some_and(|index| index.is_key_of(&names))
            });
            found.extend(indexes.map(|(id, _)| id.clone()));
        }
        found
    }

    fn without_choices(&mut self) {
        self.with.sort();
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        if let Some(check) = &mut self.check {
            visit("check", Class::Expr, check);
        }
        for element in self.exclude.iter_mut().flat_map(|exclude| &mut exclude.elements) {
            visit("exclude", Class::IndexElement, &mut element.key);
        }
        if let Some(predicate) = &mut self.predicate {
            visit("where", Class::Expr, predicate);
        }
    }

    fn resolve(&mut self, _id: &Id, names: &crate::kind::Lookup<'_>) {
        if let Some(target) = &mut self.references {
            names.relation(&mut target.table);
            if target.columns.is_empty() {
                target.columns = primary_key(&target.table.path(), names);
            }
        }
        for each in [&mut self.on_delete, &mut self.on_update] {
            if let Some(text) = each {
                *text = action(text);
            }
            each.take_if(|text| text == "no action");
        }
        if let Some(matching) = &mut self.matching {
            matching.make_ascii_lowercase();
        }
        self.matching.take_if(|matching| matching == "simple");
        self.deferrable |= self.initially_deferred;
        self.tablespace.take_if(|space| space == "pg_default");
        // A constraint that is not enforced is not validated either.
        self.not_valid &= !self.not_enforced;
        view::spell_out(&mut self.with);
    }

    fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        let columns_of_action = self.on_delete.as_ref().is_some_and(|action| action.contains('('));
        let used = [
            (self.nulls_not_distinct, "NULLS NOT DISTINCT", 15),
            (columns_of_action, "a list of columns in ON DELETE", 15),
            (self.not_enforced, "NOT ENFORCED", 18),
            (self.columns.0.iter().any(KeyColumn::is_temporal), "a temporal key", 18),
        ];
        let mut newer = used.into_iter().filter(|(used, _, since)| *used && major < *since);
        newer.next().map(|(_, what, since)| (what, since))
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        let mut names = vec![("constraint", id.path.clone())];
        if self.is_key() || self.exclude.is_some() {
            names.push(("relation", vec![id.path[0].clone(), id.name().to_owned()]));
        }
        names
    }
}

impl Key for Constraint {
    fn is_key(&self) -> bool {
        Constraint::is_key(self)
    }

    fn is_twin(&self, other: &Attrs) -> bool {
        let other = Self::downcast(other);
        other.is_some_and(|other| other.is_key() && other.columns == self.columns)
    }

    fn ties(&self) -> bool {
        self.references.is_some()
    }
}

impl Inherited for Constraint {
    fn passes_on(&self) -> bool {
        self.check.is_some() && !self.no_inherit
    }
}

impl Ordered for Constraint {
    fn drops_after(&self, id: &Id, cx: &Cx<'_>) -> Vec<Id> {
        if !self.passes_on() {
            return Vec::new();
        }
        lineage::beside(id, cx.current, cx)
    }

    fn follows_type(&self, id: &Id, cx: &Sides<'_>) -> Option<bool> {
        Some(key::stays_joined(self, &id.ancestor(Kind::Table, 2), cx))
    }

    /// The parent's comes first, which would take it for its copy otherwise.
    fn changes_after(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        copy::rival(id, cx).into_iter().collect()
    }

    /// A copy goes only with what it is a copy of.
    fn has_rebuilt(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        let of = Self::goes_with(id, cx).filter(|of| cx.desired.get(of).is_some());
        of.into_iter().chain(copy::displaced_by(id, cx)).collect()
    }

    fn needs_rebuilt(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        copy::displaced_by(id, cx)
    }

    fn waits_for(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        let below = lineage::below(&id.ancestor(Kind::Table, 2), cx.current).into_iter();
        let below = below.filter(|_| self.passes_on()).map(|child| child.child(id.kind, id.name()));
        [copy::copied(id, cx), copy::displaced_by(id, cx), below.collect()].concat()
    }
}

impl Outliving for Constraint {
    fn outlives(&self, id: &Id, cx: &Sides<'_>) -> bool {
        copy::adopted(id, cx).is_some()
    }

    fn is_merged(&self, id: &Id, cx: &Sides<'_>) -> bool {
        // A child table has one check of a name. Where the parent stays and gets another than the child's, that goes.
        let of = lineage::inherited(id, cx.desired).and_then(|(_, of)| cx.desired.attrs(&of));
        let table = id.ancestor(Kind::Table, 2);
        let stays = lineage::parents(&table, cx.current) == lineage::parents(&table, cx.desired);
        self.passes_on() && of.is_some_and(|of| !stays || self.merges_with(of))
    }
}

impl Inline for Constraint {
    fn clause(&self, id: &Id, _cx: &Sides<'_>, _inner: &[String]) -> Option<String> {
        if self.foreign_key || self.not_valid || self.only {
            return None;
        }
        Some(format!("CONSTRAINT {} {}", ident(id.name()), self.definition()))
    }

    fn after_clause(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        self.use_steps(None, id, cx)
    }
}

/// Whether a table or one that inherits from it has a check.
pub(in crate::kind) fn is_checked(table: &Id, cx: &Sides<'_>) -> bool {
    let of = |table: &Id| {
        let mut all = cx.current.below(Kind::Constraint, &table.path);
        all.any(|(id, _)| cx.current.attrs::<Constraint>(id).is_some_and(Constraint::is_check))
    };
    let mut child_tables = lineage::children(cx.current);
    of(table)
        || child_tables.any(|child| {
            lineage::parents(&child, cx.current).contains(table) && is_checked(&child, cx)
        })
}

/// The columns of a table's primary key, declared or there.
fn primary_key(table: &[String], names: &crate::kind::Lookup<'_>) -> List<KeyColumn> {
    let find = |catalog: &Catalog| {
        let found = catalog.below(Kind::Constraint, table).find_map(|(id, _)| {
            catalog.attrs::<Constraint>(id).filter(|constraint| constraint.primary_key)
        });
        found.map(|key| key.columns.clone())
    };
    let mut columns =
        find(names.declared).or_else(|| names.current.and_then(find)).unwrap_or_default();
    for column in &mut columns.0 {
        column.as_target();
    }
    columns
}

#[cfg(test)]
mod tests;
