//! Tables, views and routines as plain facts, for what looks at a whole catalog and names no kind: the rules of lint, and
//! pictures.

use std::collections::BTreeMap;

use super::behaviour::policy::Policy as PolicyAttrs;
use super::relation::column::Column as ColumnAttrs;
use super::relation::constraint::Constraint;
use super::relation::copy::column_of;
use super::relation::index::Index as IndexAttrs;
use super::relation::lineage;
use super::relation::sequence::Sequence;
use super::relation::table::Table as TableAttrs;
use super::relation::view::View as ViewAttrs;
use super::routines::function::Function;
use super::routines::procedure::Procedure;
use super::{Attrs, Id, Kind, Member};
use crate::catalog::{Catalog, Object};
use crate::leaf::{Item, Name, Qualified};
use crate::sql::quote::ident;
use crate::sql::refs::references;
use crate::sql::tree::Class;
use crate::sql::type_name::{self, TypeName};

/// What is in a catalog.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// The tables, foreign ones too, by id.
    pub tables: BTreeMap<Id, Table>,
    /// The views.
    pub views: Vec<View>,
    /// The functions and procedures.
    pub routines: Vec<Routine>,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its id.
    pub id: Id,
    /// Whether its rows are elsewhere.
    pub is_foreign: bool,
    /// Whether it is a partition.
    pub is_partition: bool,
    /// The tables whose columns it has, the nearest first, those of the parents too.
    pub ancestors: Vec<Id>,
    /// Its columns by place, those that it inherits last.
    pub columns: Vec<Column>,
    /// Its primary key and unique keys.
    pub keys: Vec<Key>,
    /// Its foreign keys.
    pub references: Vec<Reference>,
    /// Its indexes that belong to no key.
    pub indexes: Vec<Index>,
    /// Whether policies apply.
    pub row_level_security: bool,
    /// Whether policies apply to the owner too.
    pub is_forced: bool,
    /// Its policies.
    pub policies: Vec<Policy>,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its id, in the table that declares it.
    pub id: Id,
    /// Its type, as `format_type` prints it.
    pub of: String,
    /// Whether it may not be NULL.
    pub not_null: bool,
    /// Whether the table inherits it, so that what is wrong with it is its parent's.
    pub is_inherited: bool,
    /// The sequence that its values come from.
    pub counter: Option<Counter>,
    /// The comment on it.
    pub comment: Option<String>,
    /// The words by which the declaration classifies it.
    pub tags: Vec<String>,
}

/// A sequence that a column takes its values from.
#[derive(Clone, Debug)]
pub struct Counter {
    /// Schema and name; the schema is not known where the server chooses the sequence.
    pub name: Qualified,
    /// The greatest value that both the sequence and the column can hold.
    pub greatest: i64,
}

/// A primary key or a unique key.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its id.
    pub id: Id,
    /// Whether it is the primary key.
    pub is_primary: bool,
    /// The names of its columns.
    pub columns: Vec<String>,
}

/// A foreign key.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Its id.
    pub id: Id,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// The table that it refers to.
    pub to: Id,
}

/// An index.
#[derive(Clone, Debug)]
pub struct Index {
    /// Its id.
    pub id: Id,
    /// Whether it forbids equal keys.
    pub is_unique: bool,
    /// The access method.
    pub method: String,
    /// The elements of its key, a plain column as its quoted name.
    pub elements: Vec<String>,
    /// The columns of the elements, where an element is a column.
    pub columns: Vec<Option<String>>,
    /// Columns that it holds besides.
    pub include: Vec<String>,
    /// The condition on its rows.
    pub predicate: Option<String>,
}

/// A policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its id.
    pub id: Id,
    /// The names of the columns in its conditions.
    pub columns: Vec<String>,
}

/// A view.
#[derive(Clone, Debug)]
pub struct View {
    /// Its id.
    pub id: Id,
    /// Whether it reads as the role that uses it (`security_invoker`).
    pub is_invoker: bool,
    /// Whether conditions of its user are checked after its own (`security_barrier`).
    pub is_barrier: bool,
    /// The tables that its query names.
    pub reads: Vec<Id>,
}

/// A function or procedure.
#[derive(Clone, Debug)]
pub struct Routine {
    /// Its id.
    pub id: Id,
    /// Whether it runs with the rights of its owner (SECURITY DEFINER).
    pub is_definer: bool,
    /// Whether it sets `search_path` for itself.
    pub pins_path: bool,
}

impl Survey {
    /// Looks at a catalog whose names are resolved.
    #[must_use]
    pub fn of(catalog: &Catalog) -> Self {
        let mut survey = Self::default();
        for (id, object) in &catalog.objects {
            match &object.attrs {
                Attrs::Table(of) => {
                    let of: &TableAttrs = of;
                    let mut found = table(id, catalog);
                    found.row_level_security = of.has_row_level_security();
                    found.is_forced = of.forces_row_level_security();
                    survey.tables.insert(id.clone(), found);
                }
                Attrs::ForeignTable(_) => {
                    let found = Table { is_foreign: true, ..table(id, catalog) };
                    survey.tables.insert(id.clone(), found);
                }
                Attrs::View(of) => survey.views.push(view(id, object, of, catalog)),
                Attrs::Function(of) => {
                    let of: &Function = of;
                    let (is_definer, pins_path) = of.security();
                    survey.routines.push(Routine { id: id.clone(), is_definer, pins_path });
                }
                Attrs::Procedure(of) => {
                    let of: &Procedure = of;
                    let (is_definer, pins_path) = of.security();
                    survey.routines.push(Routine { id: id.clone(), is_definer, pins_path });
                }
                _ => {}
            }
        }
        survey
    }

    /// A table and those that it has columns of.
    pub fn line<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a Table> {
        let above = table.ancestors.iter().filter_map(|id| self.tables.get(id));
        std::iter::once(table).chain(above)
    }
}

impl Table {
    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.id.name() == name)
    }
}

fn table(id: &Id, catalog: &Catalog) -> Table {
    let named = id.as_kind(Kind::Table);
    let mut found = Table {
        id: id.clone(),
        is_foreign: false,
        is_partition: lineage::is_partition(&named, catalog) == Some(true),
        ancestors: lineage::line(&named, catalog).skip(1).collect(),
        columns: columns(&named, catalog),
        keys: Vec::new(),
        references: Vec::new(),
        indexes: Vec::new(),
        row_level_security: false,
        is_forced: false,
        policies: Vec::new(),
    };
    for (id, object) in catalog.children(id) {
        match &object.attrs {
            Attrs::Constraint(of) => {
                let of: &Constraint = of;
                let columns = of.names().into_iter().map(str::to_owned).collect();
                if of.is_key() {
                    let is_primary = of.primary_key;
                    found.keys.push(Key { id: id.clone(), is_primary, columns });
                } else if let Some(to) = of.referenced_table().filter(|_| of.is_foreign()) {
                    found.references.push(Reference { id: id.clone(), columns, to });
                }
            }
            Attrs::Index(of) => found.indexes.push(index(id, of)),
            Attrs::Policy(of) => found.policies.push(policy(id, of)),
            _ => {}
        }
    }
    found
}

fn columns(table: &Id, catalog: &Catalog) -> Vec<Column> {
    let mut all: Vec<(bool, u32, Column)> = lineage::columns(table, catalog)
        .into_values()
        .filter_map(|effective| {
            let object = catalog.get(&effective.of)?;
            let of = ColumnAttrs::downcast(&object.attrs)?;
            let column = Column {
                of: of.kind.as_ref().map_or_else(String::new, |of| of.text.clone()),
                not_null: of.not_null,
                is_inherited: !effective.local,
                counter: counter(&effective.of, object, catalog),
                comment: object.comment.clone(),
                tags: of.tags(),
                id: effective.of,
            };
            Some((column.is_inherited, object.rank, column))
        })
        .collect();
    all.sort_by(|a, b| (a.0, a.1, &a.2.id).cmp(&(b.0, b.1, &b.2.id)));
    all.into_iter().map(|(.., column)| column).collect()
}

/// The sequence that gives a column its values, as an identity or by its default.
fn counter(id: &Id, column: &Object, catalog: &Catalog) -> Option<Counter> {
    let counted = column.attrs.as_counted()?;
    let (_, most) = counted.integer()?.bounds();
    if let Some((name, counting)) = counted.identity(id) {
        return Some(Counter { name, greatest: counting.greatest.min(most) });
    }
    let default = id.as_kind(Kind::Default);
    let sequence = catalog.get(&default)?.attrs.as_counted()?.calls(&default, None, catalog)?;
    let greatest = catalog.attrs::<Sequence>(&sequence)?.counting().greatest.min(most);
    Some(Counter { name: Qualified::new(sequence.first(), sequence.name()), greatest })
}

fn index(id: &Id, of: &IndexAttrs) -> Index {
    let element = |element: &crate::leaf::Sql| {
        Name::read(&element.text).map_or_else(|_| element.text.clone(), |name| ident(&name.0))
    };
    Index {
        id: id.clone(),
        is_unique: of.unique,
        method: of.method().to_owned(),
        elements: of.columns.0.iter().map(element).collect(),
        columns: of.columns.0.iter().map(column_of).collect(),
        include: of.included().map(str::to_owned).collect(),
        predicate: of.predicate.as_ref().map(|predicate| predicate.text.clone()),
    }
}

fn policy(id: &Id, of: &PolicyAttrs) -> Policy {
    let mut columns = Vec::new();
    Attrs::Policy(Box::new(of.clone())).each_leaf(&mut |_, class, leaf| {
        let found = references(class, &leaf.text).unwrap_or_default().columns;
        columns.extend(found.into_iter().filter_map(|mut parts| parts.pop()));
    });
    Policy { id: id.clone(), columns }
}

fn view(id: &Id, object: &Object, of: &ViewAttrs, catalog: &Catalog) -> View {
    let mut reads = Vec::new();
    let namespace = object.namespace.as_deref().unwrap_or("public");
    object.attrs.each_leaf(&mut |_, class, leaf| {
        if class != Class::Query {
            return;
        }
        for (schema, name) in references(class, &leaf.text).unwrap_or_default().relations {
            let schemas =
                schema.as_deref().map_or(vec![namespace, "public"], |schema| vec![schema]);
            let table = |schema: &&str| Id::new(Kind::Table, [*schema, name.as_str()]);
            reads.extend(schemas.iter().map(table).find(|id| catalog.get(id).is_some()));
        }
    });
    let (is_invoker, is_barrier) = of.security();
    View { id: id.clone(), is_invoker, is_barrier, reads }
}

/// The plain name of a type, without its modifiers: `timestamp` of `timestamp(3) without time zone`.
#[must_use]
pub fn plain_type(of: &str) -> Option<TypeName> {
    type_name::canonical(of).ok().map(|of| of.base())
}
