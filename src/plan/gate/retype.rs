//! Columns that get another type by no more than casts: whether their values lose something is the rule by which plans are
//! made, asked again of the types that the database has.

use std::collections::BTreeMap;

use pg_query::protobuf::AlterTableType as Do;
use serde_json::{Map, Value};

use super::history::History;
use super::named::{Group, collect, commands, range};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::abilities;
use crate::sql::cast::CastColumn;
use crate::sql::tree::{self, fields, number, text};
use crate::sql::type_name::{self, TypeName};

/// A column and its new type.
pub(super) struct Retyped {
    /// Its path before the plan.
    pub(super) column: Vec<String>,
    of: TypeName,
}

impl Retyped {
    /// Those of a statement. A domain that the plan makes stands for its own type.
    pub(super) fn of(
        kind: &str,
        statement: &Map<String, Value>,
        history: &History,
        domains: &Domains,
    ) -> Vec<Self> {
        let relation = range(statement.get("relation")).filter(|_| kind == "AlterTableStmt");
        let Some(relation) = relation else { return Vec::new() };
        let one = |command: &Map<String, Value>| {
            let name = text(command, "name");
            let def = fields(command.get("def")?, "ColumnDef")?;
            if number(command, "subtype") != Do::AtAlterColumnType as i64 {
                return None;
            }
            let mut types = match def.get("raw_default").map(CastColumn::of) {
                None => Vec::new(),
                Some(using) => using.filter(|using| using.column == name)?.types,
            };
            let of = tree::type_name(def.get("type_name")?)?;
            types.push(type_name::from_tree(of, name).ok()?);
            let now: Vec<String> = relation.iter().cloned().chain([name.to_owned()]).collect();
            let column = history.before(Group::Column, &now);
            let new = |of| Self { column: column.clone(), of: domains.below(of) };
            Some(types.into_iter().map(new).collect::<Vec<_>>())
        };
        commands(statement).filter_map(one).flatten().collect()
    }

    /// The column of a table, by its path before the plan, that gets a type.
    pub(super) fn new(table: &[String], name: &str, of: TypeName, domains: &Domains) -> Self {
        let column = table.iter().cloned().chain([name.to_owned()]).collect();
        Self { column, of: domains.below(of) }
    }

    /// What the values lose, by the type that the column has.
    pub(super) fn loses(&self, current: &Catalog) -> Option<&'static str> {
        let (id, found) = current.column(&self.column)?;
        let holds = |parent: &Id| current.get(parent).is_some() && parent.kind.def().holds_rows;
        let found = Some(found).filter(|_| id.parents().iter().any(holds))?;
        found.attrs.as_typed().and_then(|it: &dyn abilities::Typed| it.loses_as(&self.of, current))
    }
}

/// The domains that a plan makes, with their types.
#[derive(Default)]
pub(super) struct Domains(BTreeMap<(String, String), TypeName>);

impl Domains {
    /// Those of the statements.
    pub(super) fn of(statements: &[Option<(&str, &Map<String, Value>)>]) -> Self {
        let made = statements.iter().flatten().filter(|(kind, _)| *kind == "CreateDomainStmt");
        let one = |(_, fields): &(&str, &Map<String, Value>)| {
            let mut path = Vec::new();
            collect(fields.get("domainname")?, &mut path);
            let [schema, name] = <[String; 2]>::try_from(path).ok()?;
            let of =
                type_name::from_tree(tree::type_name(fields.get("type_name")?)?, &name).ok()?;
            Some(((schema, name), of))
        };
        Self(made.filter_map(one).collect())
    }

    fn below(&self, mut name: TypeName) -> TypeName {
        for _ in 0..32 {
            let key = name.schema.clone().map(|schema| (schema, name.name.clone()));
            let Some(of) = key.and_then(|key| self.0.get(&key)) else { break };
            name = TypeName { array: name.array || of.array, ..of.clone() };
        }
        name
    }
}
