//! Columns of tables (`pg_attribute`): local ones, and overrides of what a partition or an
//! inheriting table has from its parent. Defaults, keys and checks are objects of their own, also
//! where they are written in the column's value.

mod castable;
mod change;
pub(in crate::kind) mod child;
mod convert;
mod counter;
mod detached;
mod filled;
mod identity;
mod inherited;
mod inline;
mod not_null;
pub(in crate::kind) mod query;
pub(in crate::kind) mod retype;
mod save;
mod shorthand;
mod swapped;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub(crate) use detached::keeps_column;
use identity::{Identity, Options};
use inherited::{generated_above, in_primary_key, inherits_not_null, is_fitted};

use crate::catalog::{Catalog, Object};
use crate::grants;
use crate::hazard::Hazard;
use crate::kind::abilities::{Granted, HoldsSecrets, Inline, Outliving, Typed, Unsaid, Values};
use crate::kind::foreign::options::Options as ForeignOptions;
use crate::kind::hint::Hint;
use crate::kind::relation::lineage;
use crate::kind::relation::repartition;
use crate::kind::{
    About, Alter, Attrs, Cx, Define, Describe, Id, Inner, Kind, Lookup, Member, Part, Shorthand,
    Sides,
};
use crate::leaf::{List, Name, Parameters, Qualified, Sql, Type, is_false, read_type_option};
use crate::secret::Secret;
use crate::source::Origin;
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::Class;
use crate::sql::type_name::{self, TypeName};
use crate::step::Step;

/// A column.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its type; none for what overrides a parent's column.
    #[serde(
        rename = "type",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "read_type_option"
    )]
    pub(in crate::kind) kind: Option<Type>,
    /// Its collation, if it is not the type's (`pg_attribute.attcollation`).
    #[serde(skip_serializing_if = "Option::is_none")]
    collate: Option<Qualified>,
    /// The name of the constraint that keeps out NULLs, if it is not PostgreSQL's choice (18).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "not_null::read_name",
        serialize_with = "not_null::write_name"
    )]
    constraint: Option<String>,
    /// Whether it may not be NULL.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(in crate::kind) not_null: bool,
    /// Whether inheriting tables do not have that constraint (18).
    #[serde(default, skip_serializing_if = "is_false")]
    no_inherit: bool,
    /// Whether rows that were there before may hold NULL (18).
    #[serde(default, skip_serializing_if = "is_false")]
    not_valid: bool,
    /// `plain`, `main`, `external` or `extended`, if it is not the type's.
    #[serde(
        default,
        deserialize_with = "crate::leaf::keywords::option::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    storage: Option<String>,
    /// `pglz` or `lz4` (`pg_attribute.attcompression`).
    #[serde(
        default,
        deserialize_with = "crate::leaf::keywords::option::deserialize",
        skip_serializing_if = "Option::is_none"
    )]
    compression: Option<String>,
    /// The statistics target, if it is not the server's.
    #[serde(default, deserialize_with = "target", skip_serializing_if = "Option::is_none")]
    statistics: Option<i32>,
    /// `n_distinct` and `n_distinct_inherited` (`pg_attribute.attoptions`).
    #[serde(
        default,
        skip_serializing_if = "Parameters::is_empty",
        deserialize_with = "options_of_authors"
    )]
    options: Parameters,
    /// What a foreign table's wrapper is told of it (`pg_attribute.attfdwoptions`).
    #[serde(default, skip_serializing_if = "ForeignOptions::is_empty")]
    foreign_options: ForeignOptions,
    /// Whether its value comes from a sequence of its own, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<Identity>,
    /// The options of that sequence.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    identity_options: Options,
    /// The expression it is computed by (`pg_attribute.attgenerated`).
    #[serde(skip_serializing_if = "Option::is_none")]
    generated: Option<Sql>,
    /// Whether what is computed is stored; otherwise it is virtual (18).
    #[serde(default, skip_serializing_if = "is_false")]
    stored: bool,
    /// The name of that sequence, where it is there.
    #[serde(default, skip_serializing)]
    sequence: Hint<Option<Qualified>>,
    /// What converts old values when the type changes.
    #[serde(default, skip_serializing)]
    using: Hint<Option<Sql>>,
    /// What fills rows that are there when the column becomes NOT NULL.
    #[serde(default, skip_serializing)]
    backfill: Hint<Option<Sql>>,
    /// The words by which it is classified, for the rules of lint; they reach no server.
    #[serde(default, skip_serializing)]
    tag: Hint<List<Name>>,
}

/// Reads a statistics target (`ATExecSetStatistics` of `tablecmds.c`).
fn target<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    let target = Option::<i32>::deserialize(deserializer)?;
    match target.filter(|target| !(-1..=10_000).contains(target)) {
        Some(target) => {
            let message = format!("statistics is {target}, and can be -1 to 10000");
            Err(serde::de::Error::custom(message))
        }
        None => Ok(target),
    }
}

impl Column {
    /// Whether the values would have to be converted.
    pub(in crate::kind) fn is_of_another_type(&self, new: &Self) -> bool {
        self.kind != new.kind || self.collate != new.collate
    }

    /// The words by which it is classified.
    pub(in crate::kind) fn tags(&self) -> Vec<String> {
        self.tag.0.names().map(str::to_owned).collect()
    }

    /// What existing rows get in it.
    pub(in crate::kind) fn backfill_sql(&self) -> Option<String> {
        self.backfill.0.as_ref().map(ToString::to_string)
    }

    /// Whether its values are computed when they are read (18).
    pub(in crate::kind) fn is_virtual(&self) -> bool {
        self.generated.is_some() && !self.stored
    }

    /// Whether it only says what differs from the parent's column.
    pub(in crate::kind) fn is_override(&self) -> bool {
        self.kind.is_none()
    }

    fn type_sql(&self) -> String {
        self.kind.as_ref().map_or_else(String::new, ToString::to_string)
    }

    fn collate_sql(&self) -> String {
        self.collate.as_ref().map_or_else(String::new, |name| format!(" COLLATE {}", name.sql()))
    }

    fn identity_sql(&self) -> Option<String> {
        let identity = self.identity?.sql();
        let options = self.identity_options.sql(true);
        let options = if options.is_empty() { options } else { format!(" ({options})") };
        Some(format!("GENERATED {identity} AS IDENTITY{options}"))
    }

    fn generated_sql(&self) -> Option<String> {
        let word = if self.stored { "STORED" } else { "VIRTUAL" };
        Some(format!("GENERATED ALWAYS AS ({}) {word}", self.generated.as_ref()?))
    }

    /// The column as it stands in CREATE TABLE and behind ADD COLUMN.
    fn definition(&self, id: &Id, cx: &Sides<'_>, not_null: bool, inner: &[String]) -> String {
        let mut words = vec![ident(id.name())];
        let none = inner.is_empty() && self.loses_default(id, cx);
        if self.kind.is_some() {
            words.push(self.type_sql());
        }
        if let Some(storage) = self.storage.as_ref().filter(|_| cx.major() >= 16) {
            words.push(format!("STORAGE {}", storage.to_uppercase()));
        }
        if let Some(compression) = &self.compression {
            words.push(format!("COMPRESSION {compression}"));
        }
        if !self.foreign_options.is_empty() {
            words.push(self.foreign_options.clause().trim_start().to_owned());
        }
        if let Some(collate) = &self.collate {
            words.push(format!("COLLATE {}", collate.sql()));
        }
        words.extend(inner.iter().cloned());
        words.extend(none.then(|| "DEFAULT NULL".to_owned()));
        // Before 16 the expression of a parent's column is taken over and may not be said again.
        if cx.major() >= 16 || !generated_above(id, cx.desired) {
            words.extend(self.generated_sql());
        }
        words.extend(self.identity_sql());
        if not_null && !self.not_valid {
            words.push(self.not_null_sql());
        }
        words.join(" ")
    }

    /// The steps for what has no place in the definition.
    fn settings(&self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let storage = if cx.major() >= 16 { self.storage.clone() } else { None };
        let compression = self.compression.clone();
        let foreign_options = self.foreign_options.clone();
        let kind = self.kind.clone();
        let made = Self { kind, storage, compression, foreign_options, ..Self::default() };
        let mut steps = Vec::new();
        if self.not_null && self.not_valid {
            steps.push(self.add_not_null(id));
        }
        steps.extend(self.settings_steps(&made, id, cx));
        steps
    }
}

/// The columns of a table and what it says of columns of its parents, in order.
pub(in crate::kind) fn of_table<'a>(
    table: &'a Id,
    catalog: &'a Catalog,
) -> Vec<(&'a str, &'a Column)> {
    let all = catalog.below(Kind::Column, &table.path);
    let mut all: Vec<_> = all
        .filter_map(|(id, object)| Some((object.rank, id.name(), catalog.attrs::<Column>(id)?)))
        .collect();
    all.sort_by_key(|(rank, ..)| *rank);
    all.into_iter().map(|(_, name, column)| (name, column)).collect()
}

/// `ALTER TABLE s.t ALTER COLUMN c`.
fn alter_column(id: &Id) -> String {
    format!("{} ALTER COLUMN {}", alter_table(id), ident(id.name()))
}

fn alter_table(id: &Id) -> String {
    format!("ALTER TABLE {}", qualified(&id.path[0], &id.path[1]))
}

/// Leaves out `pg_attver`, which the server itself keeps there since 15.20 and which pg_dump leaves
/// out as well: it counts the changes of the table, and is in no declaration.
pub(in crate::kind) fn options_of_authors<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Parameters, D::Error> {
    let mut options = Parameters::deserialize(from)?;
    options.0.shift_remove("pg_attver");
    Ok(options)
}

impl Define for Column {
    const ABOUT: About = About {
        clauses: inline::CLAUSES,
        catalog: 1259,
        rights: Some(&grants::COLUMN),
        shapes: true,
        numerous: true,
        // `MaxHeapAttributeNumber` (htup_details.h).
        most: Some(1600),
        extra_keys: &["statistics", "options", "using", "backfill", "tag"],
        hides: &["foreign_options"],
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        query::columns(major)
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        if !self.is_override() && !old.is_override() && is_fitted(id, cx) {
            return Alter::InPlace(Vec::new());
        }
        let table = id.ancestor(Kind::Table, 2);
        if repartition::is_rebuilt(&table, cx) {
            // It is made with its table.
            let why = repartition::key_obstacle(&table, cx);
            return why.map_or_else(|| Alter::InPlace(Vec::new()), |why| Alter::Refuse(why.into()));
        }
        self.change(old, id, cx)
    }

    fn expand(id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        inline::expand(id, parts)
    }
}

impl Describe for Column {
    fn address(&self, id: &Id) -> String {
        format!("COLUMN {}.{}", qualified(&id.path[0], &id.path[1]), ident(id.name()))
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, inner: &[String]) -> Vec<Step> {
        let table = id.ancestor(Kind::Table, 2);
        if self.is_override() || detached::is_there(id, cx) {
            // What is said of it is set.
            let mut steps = match self.loosened(id, cx) {
                Some(Alter::InPlace(steps) | Alter::Around(steps)) => steps,
                None if !lineage::is_attached(&table, cx) => {
                    self.attribute_steps(&Self::default(), id, cx)
                }
                _ => Vec::new(),
            };
            let sets = inner.iter().map(|clause| format!("{} SET {clause}", alter_column(id)));
            steps.extend(sets.map(|sql| Step::new(sql).authored()));
            return steps;
        }
        if let Some(steps) = self.filled_later(id, cx, inner) {
            return steps;
        }
        if self.identity.is_some() && counter::identity_follows(&table, cx) {
            let plain = Self {
                identity: None,
                identity_options: Options::default(),
                not_null: true,
                ..self.clone()
            };
            let mut steps = plain.create(id, cx, inner);
            steps.extend(self.identity_steps(&plain, id, cx));
            return steps;
        }
        let add = format!("{} ADD COLUMN ", alter_table(id));
        let mut steps = Vec::new();
        if let Some(backfill) = self.backfill.0.as_ref().filter(|_| self.generated.is_none()) {
            // A default that is there from the start would fill the rows instead.
            steps.push(Step::new(add + &self.definition(id, cx, false, &[])).authored());
            let (name, column) = (qualified(&id.path[0], &id.path[1]), ident(id.name()));
            steps.push(
                // A child table may have had the column, and values in it.
                Step::new(format!(
                    "UPDATE {name} SET {column} = {backfill} WHERE {column} IS NULL"
                ))
                .authored()
                .hazard(Hazard::BackfillNeeded, "every row of the table is updated"),
            );
            let alter = alter_column(id);
            let sets = inner.iter().map(|clause| format!("{alter} SET {clause}"));
            steps.extend(sets.map(|sql| Step::new(sql).authored()));
            if self.not_null && self.identity.is_none() && !self.not_valid {
                steps.push(self.set_not_null(id));
            }
        } else {
            let definition = self.definition(id, cx, self.not_null, inner);
            let mut step = Step::new(add + &definition).authored();
            let empty = self.not_null && inner.is_empty() && !lineage::is_foreign(id, cx);
            if empty && self.identity.is_none() && self.generated.is_none() {
                step = step.hazard(
                    Hazard::NotNullWithoutDefault,
                    "fails if the table has rows: give the column a default or a `backfill`",
                );
            }
            if self.identity.is_some() || (self.generated.is_some() && self.stored) {
                step = step.rewrites("table");
            }
            steps.push(step);
        }
        steps.extend(self.settings(id, cx));
        steps
    }

    fn obstacle(&self, id: &Id, cx: &Sides<'_>) -> Option<String> {
        let table = id.ancestor(Kind::Table, 2);
        let parents = |side| lineage::parents(&table, side);
        let stays = parents(cx.current) == parents(cx.desired);
        let inherited = |side| lineage::inherited(id, side).is_some();
        if !self.is_override() && stays && inherited(cx.current) && inherited(cx.desired) {
            return Some(format!(
                "table {} has it of a parent, and PostgreSQL has no way to make such a column the \
                 table's own as well: leave it out",
                table.dotted()
            ));
        }
        let new = |(parent, _): &(Id, Id)| !parents(cx.current).contains(parent);
        if self.is_override()
            && lineage::is_partition(&table, cx.current) == Some(false)
            && lineage::is_partition(&table, cx.desired) == Some(false)
            && !lineage::columns(&table, cx.current).contains_key(id.name())
            && lineage::origins(id, cx.desired).next().as_ref().is_some_and(new)
        {
            return Some(format!(
                "table {} gets it for a new parent, and INHERIT takes only a column that is the table's own as \
                 well: write its type",
                table.dotted()
            ));
        }
        if let Some(Alter::Refuse(why)) = self.loosened(id, cx) {
            return Some(why.to_string());
        }
        let filled = self.identity.is_some()
            || self.generated.is_some() && self.stored
            || self.backfill.0.is_none() && cx.desired.get(&id.as_kind(Kind::Default)).is_some()
            || self.type_name().is_some_and(|of| retype::is_conditional(&of, cx.desired));
        if self.is_override() || !filled || cx.current.get(&table).is_none() {
            return None;
        }
        retype::of_rows(&table, cx)
    }

    fn drop(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        let table = id.ancestor(Kind::Table, 2);
        if self.is_override() {
            // A column that is gone from the parent is gone here too.
            if Self::parent(id, cx).is_none() {
                return Vec::new();
            }
            let goes_along = |(_, of): (Id, Id)| cx.decision(&of).removes();
            if lineage::is_attached(&table, cx) || lineage::origins(id, cx.current).any(goes_along)
            {
                return Vec::new();
            }
            return Self::default().attribute_steps(self, id, cx);
        }
        if lineage::becomes_partition(&table, cx) {
            return Vec::new();
        }
        let has_children = lineage::children(cx.desired).any(|child| {
            let column = child.child(Kind::Column, id.name());
            cx.desired.get(&column).is_some() && detached::was_inherited(&column, cx)
        });
        // 18 would leave a child that keeps the column a NOT NULL that it can neither drop nor take through another type.
        let keeps = |child: &Id| detached::keeps_column(child, id, cx);
        let kept = has_children || lineage::below(&table, cx.current).iter().any(keeps);
        let free = (cx.major() >= 18 && self.not_null && kept)
            .then(|| Step::new(format!("{} DROP NOT NULL", alter_column(id))));
        if has_children {
            // With ONLY the columns of child tables stay, and are their own from then on.
            let address = format!("TABLE ONLY {}", qualified(&id.path[0], &id.path[1]));
            let sql = format!("ALTER {address} DROP COLUMN {}", ident(id.name()));
            let drop = Step::new(sql).loses_data("its values in this table are lost");
            return free.into_iter().chain([drop]).collect();
        }
        let step = Step::new(format!("{} DROP COLUMN {}", alter_table(id), ident(id.name())));
        let holds = self.generated.is_none() && !lineage::is_foreign(id, cx);
        let step = if holds { step.loses_data("its values are lost") } else { step };
        free.into_iter().chain([step]).collect()
    }

    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        let (from, to) = (ident(old.name()), ident(new.name()));
        vec![Step::new(format!("{} RENAME COLUMN {from} TO {to}", alter_table(old))).renames()]
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        let types = self.kind.iter().flat_map(|kind| crate::kind::type_ids(&kind.text));
        types.chain(self.collate.iter().filter_map(crate::kind::collation_id)).collect()
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        if let Some(generated) = &mut self.generated {
            visit("generated", Class::Expr, generated);
        }
        if let Some(using) = &mut self.using.0 {
            visit("using", Class::Expr, using);
        }
        if let Some(backfill) = &mut self.backfill.0 {
            visit("backfill", Class::Expr, backfill);
        }
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let table = id.ancestor(Kind::Table, 2);
        if let Some(kind) = &mut self.kind {
            names.type_name(kind);
        }
        self.not_null = self.not_null
            || self.identity.is_some()
            || in_primary_key(&table, id.name(), names.declared);
        if inherits_not_null(id, names.declared) {
            // An override says only what the parent's column is not. What a column of the table's own inherits is
            // known apart since 18, and never taken from it again.
            let there = names.current.filter(|current| current.server.major() >= 18);
            let own = |current: &Catalog| current.attrs::<Self>(id).is_some_and(|own| own.not_null);
            self.not_null = !self.is_override() && (self.not_null || there.is_none_or(own));
        }
        self.resolve_not_null(id, names);
        if let Some(collate) = &mut self.collate {
            let there = names.current.and_then(|current| current.attrs::<Self>(id));
            let there = there.and_then(|column| column.collate.as_ref());
            names.named(Kind::COLLATIONS, collate, there);
        }
        self.collate.take_if(|collate| collate.schema.is_none() && collate.name == "default");
        let name = self.kind.as_ref().and_then(|kind| type_name::canonical(&kind.text).ok());
        if let Some(storage) = &mut self.storage {
            storage.make_ascii_lowercase();
        }
        let usual = name.as_ref().map(convert::default_storage);
        self.storage.take_if(|storage| storage == "default" || Some(storage.as_str()) == usual);
        if let Some(compression) = &mut self.compression {
            compression.make_ascii_lowercase();
        }
        self.compression.take_if(|compression| compression == "default");
        self.statistics.take_if(|target| *target < 0);
        if let Some(kind) = &self.kind {
            self.identity_options.strip(&kind.text);
        }
        if let Some(name) = &mut self.identity_options.name
            && name.schema.is_none()
        {
            name.schema = Some(id.first().to_owned());
        }
        let usual = crate::kind::name::object_name(&id.path[1], Some(id.name()), "seq");
        let usual = Qualified::new(id.first(), &usual);
        self.identity_options.name.take_if(|name| *name == usual);
        if self.identity_options.name.is_none() {
            // Where the usual name is taken, PostgreSQL counts up, and that is as good.
            let there = names.current.and_then(|current| current.attrs::<Self>(id));
            let name = there.and_then(|column| column.identity_options.name.as_ref());
            let counted = |name: &&Qualified| {
                let rest = name.name.strip_prefix(&usual.name);
                name.schema == usual.schema
                    && rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
            };
            self.identity_options.name = name.filter(counted).cloned();
        }
    }

    fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        let computed = self.generated.is_some() && !self.stored;
        let used = [
            (computed, "a generated column that is not STORED"),
            (self.no_inherit, "NOT NULL NO INHERIT"),
            (self.not_valid, "NOT NULL NOT VALID"),
        ];
        let newer = used.into_iter().find(|(used, _)| *used && major < 18);
        newer.map(|(_, what)| (what, 18))
    }
}

impl Values for Column {
    fn reshapes(&self, id: &Id, cx: &Sides<'_>) -> bool {
        matches!(self.loosened(id, cx), Some(Alter::Around(_)))
    }

    fn is_computed(&self) -> bool {
        self.generated.is_some()
    }

    fn convert(
        &self,
        old: &Attrs,
        id: &Id,
        cx: &Sides<'_>,
        swapped: &BTreeSet<Id>,
    ) -> Result<Vec<Step>, String> {
        let Some(old) = Self::downcast(old) else { return Ok(Vec::new()) };
        swapped::steps(self, old, id, cx, swapped)
    }

    fn shorthand(&self, id: &Id, catalog: &Catalog) -> Option<Shorthand> {
        shorthand::of(self, id, catalog)
    }
}

impl Typed for Column {
    fn type_text(&self) -> Option<String> {
        self.kind.as_ref().map(|kind| kind.text.clone())
    }

    fn loses_as(&self, new: &TypeName, catalog: &Catalog) -> Option<&'static str> {
        let old = self.type_name().filter(|_| self.generated.is_none())?;
        castable::converted_in(&old, new, catalog).loses
    }
}

impl Inline for Column {
    fn clause(&self, id: &Id, cx: &Sides<'_>, inner: &[String]) -> Option<String> {
        if self.is_override() {
            let table = id.ancestor(Kind::Table, 2);
            let partition = lineage::is_partition(&table, cx.desired) == Some(true);
            let not_null = self.not_null || self.constraint.is_some();
            return (partition && (not_null || !inner.is_empty())).then(|| {
                let constraint = self.constraint.clone();
                let bare = Self { constraint, not_null, ..Self::default() };
                bare.definition(id, cx, not_null, inner)
            });
        }
        Some(self.definition(id, cx, self.not_null, inner))
    }

    fn after_clause(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        if self.is_override() {
            return self.settings_steps(&Self::default(), id, cx);
        }
        self.settings(id, cx)
    }
}

impl Unsaid for Column {
    fn is_settled(&self) -> bool {
        self.is_name_only()
    }

    /// What a child table says of a column that it inherits, and that turns out to say nothing.
    fn is_nothing(&self, id: &Id, names: &Lookup<'_>) -> bool {
        let declared = names.declared.get(id);
        let bare = |object: &Object| object.is_unremarked() && object.grants.is_none();
        *self == Self::default()
            && declared.is_some_and(bare)
            && names.declared.get(&id.as_kind(Kind::Default)).is_none()
            && names.current.is_some_and(|current| current.get(id).is_none())
    }

    fn keep_names(&mut self, there: &Attrs) {
        let Some(there) = Self::downcast(there) else { return };
        if self.identity_options.name.is_none() {
            self.identity_options.name.clone_from(&there.identity_options.name);
        }
        if self.constraint.is_none() && self.not_null == there.not_null {
            self.constraint.clone_from(&there.constraint);
        }
    }
}

impl Outliving for Column {
    fn outlives(&self, id: &Id, cx: &Sides<'_>) -> bool {
        if self.is_override() {
            return Self::parent(id, cx).is_some();
        }
        lineage::becomes_partition(&id.ancestor(Kind::Table, 2), cx)
    }

    fn is_merged(&self, id: &Id, cx: &Sides<'_>) -> bool {
        // ADD COLUMN of the parent takes an equal column of a child table over, with its values; there is
        // no way to make it one that is only inherited.
        !self.is_override()
            && lineage::origins(id, cx.desired).any(|(_, of)| {
                let of = cx.desired.attrs::<Self>(&of);
                of.is_some_and(|of| !of.is_of_another_type(self))
            })
    }
}

impl HoldsSecrets for Column {
    fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        self.foreign_options.secrets(visit);
    }
}

impl Granted for Column {
    fn grant_columns(&self, id: &Id) -> Option<String> {
        Some(ident(id.name()))
    }

    fn grant_address(&self, id: &Id) -> Option<String> {
        Some(format!("TABLE {}", qualified(&id.path[0], &id.path[1])))
    }
}

#[cfg(test)]
mod tests;
