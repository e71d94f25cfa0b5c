//! What the rows of a database must be like for a plan to succeed: a query for each statement that the rows can make fail,
//! from its parse tree. A query counts what is in the way and shows no value. The statements decide, and not what a plan file
//! says of them, since `apply` runs the queries.
//!
//! A query runs nothing that is not PostgreSQL's own, since it is asked before anything was agreed to: columns are of built-in
//! types wherever something is compared, and an expression of the author's is asked only if [`plain`] says so. The others are
//! said to be able to fail, without a query.
//!
//! There is no question about a relation that the plan makes, renames or fills, nor about a column that it adds, converts or
//! writes: the rows that are there now do not tell what the statement will find.

mod column;
mod constraint;
mod index;
mod part;
mod plain;

use std::collections::{BTreeMap, BTreeSet};

use pg_query::protobuf::{AlterTableType as Do, ObjectType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::gate::named::{commands, range};
use super::{PlannedStep, Transaction};
use crate::catalog::Catalog;
use crate::hazard::Hazard;
use crate::kind::abilities;
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::{self, Class, node, number, text};
use crate::sql::type_name::{self, TypeName};
use crate::step::StepHazard;

/// Rows that would make a statement fail, and how to count them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Question {
    /// The place of the statement's transaction, from 0.
    pub transaction: usize,
    /// The place of the statement in it, from 0.
    pub step: usize,
    /// What would be in the way: `rows of public.visit without a value in ward`.
    pub about: String,
    /// A query whose rows are in the way, without their values: `SELECT FROM public.visit WHERE ward IS NULL`.
    pub sql: String,
    /// The functions that it calls, of `pg_catalog`. It is asked only where they are immutable.
    #[serde(skip)]
    pub(crate) calls: BTreeSet<String>,
}

impl Question {
    /// The query that counts, to be pasted.
    #[must_use]
    pub fn count(&self) -> String {
        format!("SELECT count(*) FROM ({}) AS in_the_way", self.sql)
    }

    /// The tables that the query reads, each with its schema.
    pub(crate) fn relations(&self) -> BTreeSet<(String, String)> {
        let mut found = BTreeSet::new();
        if let Ok(tree) = tree::parse(Class::Query, &self.sql) {
            relations(&tree, &mut found);
        }
        found
    }

    /// The query that counts at most this many.
    #[must_use]
    pub fn count_to(&self, most: u32) -> String {
        format!("SELECT pg_catalog.count(*) FROM ({} LIMIT {most}) AS in_the_way", self.sql)
    }
}

fn relations(value: &Value, found: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| relations(item, found)),
        Value::Object(map) => {
            if let Some(relation) = tree::fields(value, "RangeVar") {
                let part = |key: &str| text(relation, key).to_owned();
                found.insert((part("schemaname"), part("relname")));
            }
            map.values().for_each(|item| relations(item, found));
        }
        _ => {}
    }
}

/// What a statement asks of the rows.
struct Asked {
    about: String,
    /// `None`: it can fail, and asking would run what is not PostgreSQL's own.
    sql: Option<String>,
    calls: BTreeSet<String>,
}

impl Asked {
    /// A question whose query plumb writes itself.
    fn own(about: String, sql: String) -> Self {
        Self { about, sql: Some(sql), calls: BTreeSet::new() }
    }
}

/// A table that was there before the plan, as a statement names it.
struct Table<'a> {
    schema: &'a str,
    name: &'a str,
    /// What the plan changes before the statement.
    plan: &'a Fresh,
    current: &'a Catalog,
}

impl Table<'_> {
    fn sql(&self) -> String {
        qualified(self.schema, self.name)
    }

    /// How messages name it.
    fn text(&self) -> String {
        format!("{}.{}", ident(self.schema), ident(self.name))
    }

    /// The type that a column has before the plan, if it is PostgreSQL's own or an array of such.
    fn built_in(&self, column: &str) -> Option<TypeName> {
        let path = [self.schema, self.name, column];
        built_in(self.current, path)
    }

    /// Whether a column gets other values by the plan.
    fn is_fresh(&self, column: &str) -> bool {
        self.plan.has_column([self.schema, self.name], column)
    }

    /// Whether one of the columns that a tree names does.
    fn uses_fresh(&self, tree: &Value) -> bool {
        part::columns(tree).into_iter().any(|name| self.is_fresh(name))
    }
}

/// What is not as it was before the plan.
#[derive(Default)]
struct Fresh {
    relations: BTreeSet<Vec<String>>,
    columns: BTreeMap<Vec<String>, BTreeSet<String>>,
}

impl Fresh {
    fn has(&self, path: &[String]) -> bool {
        self.relations.contains(path)
    }

    fn has_column(&self, table: [&str; 2], column: &str) -> bool {
        let columns = self.columns.get(&table.map(str::to_owned)[..]);
        columns.is_some_and(|columns| columns.contains(column))
    }

    fn writes(&mut self, path: &[String], column: &str) {
        self.columns.entry(path.to_vec()).or_default().insert(column.to_owned());
    }
}

/// The type of a column, if it is PostgreSQL's own or an array of such.
fn built_in(current: &Catalog, path: [&str; 3]) -> Option<TypeName> {
    let (_, found) = current.column(&path.map(str::to_owned))?;
    let text = found.attrs.as_typed().and_then(abilities::Typed::type_text)?;
    let of = type_name::canonical(&text).ok()?;
    (of.origin == type_name::Origin::BuiltIn).then_some(of)
}

/// The questions of a plan, in the order of its statements; each is asked once. `current` is the database before the plan.
#[must_use]
pub fn questions(transactions: &[Transaction], current: &Catalog) -> Vec<Question> {
    walk(transactions, current).into_iter().filter_map(Placed::question).collect()
}

/// What a statement asks, with the places of its transaction and its own.
struct Placed {
    transaction: usize,
    step: usize,
    asked: Asked,
}

impl Placed {
    fn question(self) -> Option<Question> {
        let Self { transaction, step, asked: Asked { about, sql, calls } } = self;
        sql.map(|sql| Question { transaction, step, about, sql, calls })
    }
}

/// All that statements ask of rows, each once.
fn walk(transactions: &[Transaction], current: &Catalog) -> Vec<Placed> {
    let (mut fresh, mut known, mut all) = (Fresh::default(), BTreeSet::new(), Vec::new());
    for (transaction, of) in transactions.iter().enumerate() {
        for (step, planned) in of.steps.iter().enumerate() {
            let asked = read(planned, &mut fresh, current).into_iter();
            let new = asked.filter(|asked| known.insert(asked.about.clone()));
            all.extend(new.map(|asked| Placed { transaction, step, asked }));
        }
    }
    all
}

/// Says of each step which rows make it fail.
pub(super) fn mark(transactions: &mut [Transaction], current: &Catalog) -> Vec<Question> {
    let all = walk(transactions, current);
    for Placed { transaction, step, asked } in &all {
        let message = format!("it fails if there are {}", asked.about);
        let hazard = StepHazard { name: Hazard::MayFail, message };
        let hazards = &mut transactions[*transaction].steps[*step].hazards;
        if !hazards.contains(&hazard) {
            hazards.push(hazard);
        }
    }
    all.into_iter().filter_map(Placed::question).collect()
}

/// Statements without these words ask nothing and change no rows.
const WORDS: &[&str] = &[
    "ALTER TABLE",
    "ALTER FOREIGN",
    "UNIQUE INDEX",
    "UPDATE",
    "INSERT",
    "CREATE",
    " RENAME ",
    " SCHEMA ",
];

fn read(step: &PlannedStep, fresh: &mut Fresh, current: &Catalog) -> Vec<Asked> {
    let sql = step.sql.as_str();
    if !WORDS.iter().any(|word| sql.contains(word)) {
        return Vec::new();
    }
    let Ok(parsed) = tree::parse(Class::Statements, sql) else { return Vec::new() };
    let mut asked = Vec::new();
    for statement in parsed.as_array().map_or(&[][..], Vec::as_slice) {
        let Some((kind, fields)) = node(statement) else { continue };
        asked.extend(one(kind, fields, sql, fresh, current));
    }
    asked
}

fn one(
    kind: &str,
    fields: &Map<String, Value>,
    sql: &str,
    fresh: &mut Fresh,
    current: &Catalog,
) -> Vec<Asked> {
    let path = range(fields.get("relation")).filter(|path| path.len() == 2);
    match (kind, path) {
        ("AlterTableStmt", Some(path)) if !fresh.has(&path) => {
            let mut asked = Vec::new();
            for command in commands(fields) {
                let table = Table { schema: &path[0], name: &path[1], plan: fresh, current };
                asked.extend(column::asked(command, &table));
                asked.extend(constraint::asked(command, sql, &table));
                if let Some(column) = column::written(command) {
                    fresh.writes(&path, &column);
                }
            }
            asked
        }
        ("IndexStmt", Some(path)) if !fresh.has(&path) => {
            let table = Table { schema: &path[0], name: &path[1], plan: fresh, current };
            index::asked(fields, sql, &table).into_iter().collect()
        }
        // What has two names in a plan is not asked about.
        ("RenameStmt", Some(path)) if number(fields, "rename_type") == COLUMN => {
            fresh.writes(&path, text(fields, "subname"));
            fresh.writes(&path, text(fields, "newname"));
            Vec::new()
        }
        ("RenameStmt", Some(path)) if number(fields, "rename_type") == TABLE => {
            let mut renamed = path.clone();
            text(fields, "newname").clone_into(&mut renamed[1]);
            fresh.relations.extend([path, renamed]);
            Vec::new()
        }
        ("AlterObjectSchemaStmt", Some(path)) => {
            let moved = vec![text(fields, "newschema").to_owned(), path[1].clone()];
            fresh.relations.extend([path, moved]);
            Vec::new()
        }
        ("RenameStmt", None) if number(fields, "rename_type") == SCHEMA => {
            let new = text(fields, "newname");
            let tables = current.objects.keys().filter(|id| id.path.len() == 2);
            let moved = tables.map(|id| vec![new.to_owned(), id.name().to_owned()]);
            fresh.relations.extend(moved);
            Vec::new()
        }
        ("CreateTableAsStmt", _) => {
            let made = fields.get("into").and_then(|into| {
                let into = tree::fields(into, "IntoClause").or_else(|| into.as_object())?;
                range(into.get("rel"))
            });
            fresh.relations.extend(made);
            Vec::new()
        }
        // Triggers and generated columns may follow an UPDATE in any column.
        (_, Some(path))
            if kind.starts_with("Create") || matches!(kind, "InsertStmt" | "UpdateStmt") =>
        {
            fresh.relations.insert(path);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// What RENAME is of (`ObjectType` of the grammar).
const COLUMN: i64 = ObjectType::ObjectColumn as i64;
const SCHEMA: i64 = ObjectType::ObjectSchema as i64;
const TABLE: i64 = ObjectType::ObjectTable as i64;

/// Which subcommand of ALTER TABLE a command is.
fn what(command: &Map<String, Value>) -> Option<Do> {
    tree::choice(command, "subtype")
}

#[cfg(test)]
mod tests;
