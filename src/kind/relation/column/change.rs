//! How a column that is there becomes the one that is wanted.

use super::castable::{below_domains, castable, converted, goes_by_text};
use super::convert::{Conversion, default_storage};
use super::{Column, alter_column, retype};
use crate::catalog::Catalog;
use crate::hazard::Hazard;
use crate::id::Id;
use crate::kind::relation::constraint;
use crate::kind::relation::index;
use crate::kind::relation::lineage;
use crate::kind::replication::publication_table;
use crate::kind::{Alter, Kind, Obstacle, Sides};
use crate::leaf::Qualified;
use crate::sql::cast::CastColumn;
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::{self, Class};
use crate::sql::type_name::{self, TypeName};
use crate::step::Step;

/// How a value of one type becomes one of another.
pub(super) struct Cast {
    /// The expression, where an assignment is not enough.
    pub(super) value: Option<String>,
    /// Whether the table is written anew.
    rewrites: bool,
    /// What values may lose.
    pub(super) loses: Option<&'static str>,
}

impl Column {
    /// The column of the parent that this one overrides.
    pub(super) fn parent<'a>(id: &Id, cx: &Sides<'a>) -> Option<&'a Column> {
        let (_, of) = lineage::inherited(id, cx.desired)?;
        cx.desired.attrs(&of)
    }

    pub(super) fn type_name(&self) -> Option<TypeName> {
        type_name::canonical(&self.kind.as_ref()?.text).ok()
    }

    pub(super) fn change(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        if self.is_override() != old.is_override() {
            return becomes_local_or_not(self, id, cx);
        }
        if self.is_override() && lineage::is_attached(&id.ancestor(Kind::Table, 2), cx) {
            return Alter::InPlace(Vec::new());
        }
        match (&old.generated, &self.generated) {
            (None, Some(_)) => return Alter::Replace,
            (Some(_), None) if !old.stored => return Alter::Replace,
            (Some(from), Some(to)) => {
                // PostgreSQL 18 takes no other expression of a virtual column beside a check, 19 reads the rows; neither
                // takes one of a published table.
                let table = id.ancestor(Kind::Table, 2);
                let is_named = || publication_table::is_published(&table, cx);
                let is_checked = || cx.major() < 19 && constraint::is_checked(&table, cx);
                let refused = cx.major() < 17 || !self.stored && (is_checked() || is_named());
                let replaced = self.stored != old.stored || (from != to && refused);
                if replaced {
                    return Alter::Replace;
                }
                if from != to
                    && self.stored
                    && let Some(why) = retype::of_rows(&table, cx)
                {
                    return Alter::Refuse(why.into());
                }
            }
            _ => {}
        }
        let mut steps = Vec::new();
        let mut renamed = None;
        match self.rename_inherited(old, id, cx) {
            Some(Err(why)) => return Alter::Refuse(why.into()),
            Some(Ok(renames)) => {
                steps.extend(renames);
                let constraint = self.constraint.clone();
                renamed = Some(Self { constraint, not_null: true, ..old.clone() });
            }
            None => {}
        }
        let old = renamed.as_ref().unwrap_or(old);
        if old.identity.is_some() && self.identity.is_none() {
            steps.push(Step::new(format!("{} DROP IDENTITY", alter_column(id))));
        }
        if old.generated.is_some() && self.generated.is_none() {
            steps.push(Step::new(format!("{} DROP EXPRESSION", alter_column(id))));
        }
        let retyped = old.is_of_another_type(self);
        let narrows = self.narrows_identity(old);
        if narrows {
            steps.extend(self.identity_steps(old, id, cx));
        }
        // What is inherited as well gets its type with the parent's.
        if retyped && lineage::shared(id, cx).is_empty() {
            if let Some(why) = retype::obstacle(id, cx) {
                return Alter::Refuse(why.into());
            }
            let converts = !lineage::is_foreign(id, cx);
            if let Some(why) = self.no_cast(old, cx).filter(|_| converts) {
                return Alter::Refuse(why.into());
            }
            steps.push(self.type_step(old, id, cx));
        }
        // With another type comes its storage, uncompressed (`ATExecAlterColumnType`).
        let mut fresh = retyped.then(|| Self { storage: None, compression: None, ..old.clone() });
        if let Some(fresh) = fresh.as_mut().filter(|_| narrows) {
            fresh.kind.clone_from(&self.kind);
            fresh.identity = self.identity;
            fresh.identity_options.clone_from(&self.identity_options);
        }
        steps.extend(self.attribute_steps(fresh.as_ref().unwrap_or(old), id, cx));
        if retyped { Alter::Around(steps) } else { Alter::InPlace(steps) }
    }

    fn type_step(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Step {
        let mut sql =
            format!("{} TYPE {}{}", alter_column(id), self.type_sql(), self.collate_sql());
        if lineage::is_foreign(id, cx) {
            // There is nothing to convert, and PostgreSQL takes no USING.
            return Step::new(sql);
        }
        // A generated column is computed anew and takes no USING.
        let change = self.cast(old, id, cx);
        if let Some(value) = change.value.filter(|_| self.generated.is_none()) {
            sql.push_str(&format!(" USING {value}"));
        }
        let mut step = Step::new(sql).authored();
        if change.rewrites {
            step = step.rewrites("table");
        }
        if let Some(loses) = change.loses {
            step = step.loses_data(loses);
        }
        step
    }

    /// Why the values cannot get the new type.
    pub(in crate::kind) fn no_cast(&self, old: &Self, cx: &Sides<'_>) -> Option<String> {
        let (from, to) = (old.type_name()?, self.type_name()?);
        let told = self.using.0.is_some() || self.generated.is_some();
        (!told && !castable(&from, &to, cx)).then(|| {
            format!("PostgreSQL has no cast from {from} to {to}; say how with using = \"...\"")
        })
    }

    /// How a value of the old type becomes one of the new.
    pub(super) fn cast(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Cast {
        let (from, to) = (old.type_name(), self.type_name());
        let change = match (&from, &to) {
            (Some(from), Some(to)) => converted(from, to, cx),
            _ => Conversion { explicit: true, rewrites: true, loses: None },
        };
        let Conversion { explicit, rewrites, loses } = change;
        if let Some(using) = &self.using.0 {
            let using = using.to_string();
            let loses = loses.or_else(|| {
                let tree = tree::parse(Class::Expr, &using).ok()?;
                let on_the_way = CastColumn::of(&tree)?.types;
                on_the_way.iter().find_map(|to| converted(from.as_ref()?, to, cx).loses)
            });
            return Cast { value: Some(using), rewrites: true, loses };
        }
        if !explicit {
            return Cast { value: None, rewrites, loses };
        }
        let column = ident(id.name());
        // No cast leads from or to an enum or a range but through text.
        let under = |name: &TypeName| goes_by_text(&below_domains(name, cx), cx);
        let through = [&from, &to].into_iter().flatten().any(under);
        let text = from.as_ref().is_some_and(|name| {
            !name.array && matches!(name.name.as_str(), "text" | "varchar" | "bpchar")
        });
        let arrays = from.as_ref().is_some_and(|name| name.array);
        let middle = match (through && !text, arrays) {
            (false, _) => "",
            (true, false) => "::text",
            (true, true) => "::text[]",
        };
        Cast { value: Some(format!("{column}{middle}::{}", self.type_sql())), rewrites, loses }
    }

    /// What is not the type, in the order in which PostgreSQL takes it.
    pub(super) fn attribute_steps(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let alter = alter_column(id);
        let mut steps = Vec::new();
        if let (Some(from), Some(to)) = (&old.generated, &self.generated)
            && from != to
        {
            let mut step = Step::new(format!("{alter} SET EXPRESSION AS ({to})")).authored();
            let table = id.ancestor(Kind::Table, 2);
            if self.stored {
                step = step.rewrites("table");
            } else if constraint::is_checked(&table, cx) || self.not_null {
                let message = format!("{} is read while its reads and writes wait", table.dotted());
                step = step.hazard(Hazard::ScanExclusive, message);
            }
            steps.push(step);
        }
        if self.not_null && !old.not_null && cx.is_in_use(id) {
            steps.extend(self.becomes_not_null(id, cx, false));
        } else if self.not_null && !old.not_null {
            if let Some(backfill) = &self.backfill.0 {
                let (table, column) = (qualified(&id.path[0], &id.path[1]), ident(id.name()));
                let sql =
                    format!("UPDATE {table} SET {column} = {backfill} WHERE {column} IS NULL");
                steps.push(Step::new(sql).authored());
            }
            steps.push(self.set_not_null(id));
        }
        steps.extend(self.not_null_steps(old, id, cx));
        steps.extend(self.identity_steps(old, id, cx));
        if old.not_null && !self.not_null {
            let identifies = |side| index::identifies(id, side);
            let table = id.ancestor(Kind::Table, 2);
            if identifies(cx.current)
                && !identifies(cx.desired)
                && !lineage::says_replica_identity(&table, cx.desired)
            {
                let table = qualified(&id.path[0], &id.path[1]);
                steps.push(Step::new(format!("ALTER TABLE {table} REPLICA IDENTITY DEFAULT")));
            }
            steps.push(Step::new(format!("{alter} DROP NOT NULL")));
        }
        steps.extend(self.settings_steps(old, id, cx));
        steps
    }

    /// Whether it takes its values from a sequence of its own.
    pub(in crate::kind) fn is_identity(&self) -> bool {
        self.identity.is_some()
    }

    /// Whether that has the name that PostgreSQL chooses.
    pub(in crate::kind) fn has_usual_sequence(&self) -> bool {
        self.identity_options.name.is_none()
    }

    /// The name of the sequence behind an identity.
    pub(in crate::kind) fn sequence_name(&self, id: &Id) -> Qualified {
        let known = self.sequence.0.as_ref().or(self.identity_options.name.as_ref());
        known.cloned().unwrap_or_else(|| {
            let name = crate::kind::name::object_name(&id.path[1], Some(id.name()), "seq");
            Qualified::new(id.first(), &name)
        })
    }

    /// Storage, compression, statistics and options.
    pub(super) fn settings_steps(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let alter = alter_column(id);
        let Self {
            kind: _,
            collate: _,
            constraint: _,
            not_null: _,
            no_inherit: _,
            not_valid: _,
            storage,
            compression,
            statistics,
            options,
            foreign_options,
            identity: _,
            identity_options: _,
            generated: _,
            stored: _,
            sequence: _,
            using: _,
            backfill: _,
            tag: _,
        } = self;
        // An override that ends gives way to what the parent has.
        let parent = if self.is_override() { Self::parent(id, cx) } else { None };
        let mut steps = Vec::new();
        if *storage != old.storage {
            let inherited = parent.and_then(|parent| parent.storage.clone());
            let word = storage.clone().or(inherited).unwrap_or_else(|| {
                if cx.major() >= 16 {
                    return "default".to_owned();
                }
                let name = self.type_name().or_else(|| parent.and_then(Column::type_name));
                name.map_or("extended", |name| default_storage(&below_domains(&name, cx)))
                    .to_owned()
            });
            steps.push(Step::new(format!("{alter} SET STORAGE {}", word.to_uppercase())));
        }
        if *compression != old.compression {
            let inherited = parent.and_then(|parent| parent.compression.clone());
            let word = compression.clone().or(inherited).unwrap_or_else(|| "DEFAULT".to_owned());
            let below = compressed_with(id, cx);
            let all = std::iter::once(id).chain(&below);
            steps.extend(all.map(|column| {
                Step::new(format!("{} SET COMPRESSION {word}", alter_column(column)))
            }));
        }
        if *statistics != old.statistics {
            let inherited = parent.and_then(|parent| parent.statistics);
            let target = statistics.or(inherited).unwrap_or(-1);
            steps.push(Step::new(format!("{alter} SET STATISTICS {target}")));
        }
        steps.extend(options.alter(&old.options, &alter).into_iter().map(Step::new));
        if let Some(change) = foreign_options.change(&old.foreign_options) {
            steps.push(Step::new(format!("{alter} {change}")));
        }
        steps
    }
}

impl Column {
    /// The storage and the compression that it has, or has of the nearest parent that says one.
    pub(in crate::kind) fn stored_as(id: &Id, side: &Catalog) -> (Option<String>, Option<String>) {
        let table = id.ancestor(Kind::Table, 2);
        let line = lineage::line(&table, side).map(|above| above.child(Kind::Column, id.name()));
        let all: Vec<&Self> = line.filter_map(|column| side.attrs(&column)).collect();
        let find = |of: &dyn Fn(&Self) -> Option<String>| all.iter().find_map(|column| of(column));
        (find(&|column| column.storage.clone()), find(&|column| column.compression.clone()))
    }
}

/// The columns of child tables that are compressed as this one before and after: SET COMPRESSION does not reach
/// them (`ATExecSetCompression`).
fn compressed_with(id: &Id, cx: &Sides<'_>) -> Vec<Id> {
    let says = |own: &Id, side: &Catalog| {
        let own = side.attrs::<Column>(own);
        own.is_some_and(|own| !own.is_override() || own.compression.is_some())
    };
    let table = id.ancestor(Kind::Table, 2);
    let below = lineage::below(&table, cx.current).into_iter();
    let columns = below.map(|child| child.child(Kind::Column, id.name()));
    let follows = |own: &Id| {
        let of = lineage::inherited(own, cx.desired).map(|(_, of)| of);
        of.as_ref() == Some(id) && !says(own, cx.current) && !says(own, cx.desired)
    };
    columns.filter(follows).collect()
}

/// A local column becomes an inherited one, or the other way, only together with its table.
fn becomes_local_or_not(wanted: &Column, id: &Id, cx: &Sides<'_>) -> Alter {
    let table = id.ancestor(Kind::Table, 2);
    let parents = |catalog| lineage::parents(&table, catalog);
    if parents(cx.current) != parents(cx.desired) {
        if !wanted.is_override() {
            return wanted.comes_loose(id, cx);
        }
        return Alter::InPlace(Vec::new());
    }
    let (column, table) = (id.name(), table.dotted());
    Alter::Refuse(if wanted.is_override() {
        Obstacle::with_hint(
            format!(
                "column {column} is declared without a type, as what overrides a parent's column, \
                 and table {table} has it as its own"
            ),
            "write its type",
        )
    } else {
        Obstacle::with_hint(
            format!(
                "column {column} of table {table} comes from a parent, and PostgreSQL cannot make \
                 it the table's own as well"
            ),
            "leave out its type",
        )
    })
}
