//! Columns that get another type without an expression: whether their values lose something is the rule by which plans are
//! made, asked again of the types that the database has.

use std::collections::BTreeMap;

use pg_query::protobuf::AlterTableType as Do;
use serde_json::{Map, Value};

use super::history::History;
use super::named::{Group, collect, commands, range};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::abilities;
use crate::sql::tree::{self, fields, node, number, text};
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
        let table = history.before(Group::Relation, &relation);
        let one = |command: &Map<String, Value>| {
            let name = text(command, "name");
            let def = fields(command.get("def")?, "ColumnDef")?;
            let changes = number(command, "subtype") == Do::AtAlterColumnType as i64;
            if !changes || !def.get("raw_default").is_none_or(|using| is_cast_of(using, name)) {
                return None;
            }
            let of = tree::type_name(def.get("type_name")?)?;
            let of = domains.below(type_name::from_tree(of, name).ok()?);
            let column = table.iter().cloned().chain([name.to_owned()]).collect();
            Some(Self { column, of })
        };
        commands(statement).filter_map(one).collect()
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

/// Whether an expression is the column itself, or casts of it.
fn is_cast_of(value: &Value, column: &str) -> bool {
    match node(value) {
        Some(("TypeCast", cast)) => cast.get("arg").is_some_and(|arg| is_cast_of(arg, column)),
        Some(("ColumnRef", reference)) => {
            crate::sql::tree::names(reference.get("fields")).as_deref() == Some(&[column])
        }
        _ => false,
    }
}
