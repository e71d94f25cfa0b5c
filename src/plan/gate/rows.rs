//! Rows that a plan saves, and restores into a table that it makes again: the drop between the two loses none. Judged in
//! the order of the statements, and by qualified names only, since another search_path finds another table.

use std::collections::{BTreeMap, BTreeSet};

use pg_query::protobuf::{AExprKind, ObjectType};
use serde_json::{Map, Value};

use super::form;
use super::named::range;
use crate::sql::tree::{choice, fields, list, names, node, number, text};

/// The tables of saved rows.
#[derive(Default)]
pub(super) struct Rows {
    /// The transaction of each statement. Each transaction is judged alone: an earlier one may be done already, and its
    /// statements are not run then.
    transactions: Vec<usize>,
    saved: BTreeMap<Vec<String>, Saved>,
    restored: Vec<Restored>,
    /// Tables that something is read from, with the number of the statement.
    read: Vec<(usize, Vec<String>)>,
    /// Tables on which something is made that may change what is written into them, with the number of the statement.
    bent: Vec<(usize, Vec<String>)>,
    /// Tables that are changed otherwise than by restoring rows.
    changed: BTreeSet<Vec<String>>,
}

/// A table that is made of a query.
struct Saved {
    /// The number of the statement.
    step: usize,
    /// The table of which it has all rows, if it does.
    from: Option<Vec<String>>,
    columns: Columns,
}

/// An INSERT of saved rows.
struct Restored {
    /// The number of the statement.
    step: usize,
    from: Vec<String>,
    into: Vec<String>,
    columns: Columns,
}

/// The columns whose values a query takes over; `None`: all.
pub(super) type Columns = Option<BTreeSet<String>>;

/// A table whose rows are saved and restored.
pub(super) struct Kept {
    /// Its name in the statements.
    pub(super) table: Vec<String>,
    /// The columns that are saved.
    pub(super) saved: Columns,
    /// The number of the statement that restores, and the columns that it restores.
    pub(super) restored: (usize, Columns),
}

impl Rows {
    pub(super) fn of(
        statements: &[Option<(&str, &Map<String, Value>)>],
        transactions: &[usize],
    ) -> Self {
        let mut rows = Self { transactions: transactions.to_vec(), ..Self::default() };
        for (step, statement) in statements.iter().enumerate() {
            let Some((kind, fields)) = statement else { continue };
            rows.follow(step, kind, fields);
        }
        rows
    }

    fn follow(&mut self, step: usize, kind: &str, statement: &Map<String, Value>) {
        let relation = || range(statement.get("relation"));
        match kind {
            "CreateTableAsStmt" => {
                let of_table = number(statement, "objtype") == ObjectType::ObjectTable as i64;
                let into = statement.get("into").and_then(Value::as_object);
                // IF NOT EXISTS makes nothing of what is there, WITH NO DATA copies nothing.
                let makes = !statement.contains_key("if_not_exists")
                    && into.is_some_and(|into| !into.contains_key("skip_data"));
                if let Some(path) = range(into.and_then(|into| into.get("rel")))
                    && of_table
                    && makes
                {
                    let from = form::whole_source(statement);
                    let columns = columns(statement.get("query"));
                    self.saved.entry(path).or_insert(Saved { step, from, columns });
                }
            }
            "InsertStmt" => {
                let select = statement.get("select_stmt");
                match (relation(), form::source(select)) {
                    (Some(into), Some(from)) => {
                        self.read.push((step, from.clone()));
                        self.changed.insert(into.clone());
                        self.restored.push(Restored { step, from, into, columns: columns(select) });
                    }
                    (into, _) => self.changed.extend(into),
                }
            }
            "SelectStmt" => {
                if let [from] = list(statement, "from_clause")
                    && let Some(from) = range(Some(from))
                {
                    self.read.push((step, from));
                }
            }
            "RuleStmt" | "CreateTrigStmt" => {
                self.bent.extend(relation().map(|path| (step, path)));
                self.changed.extend(relation());
            }
            "AlterTableStmt" | "UpdateStmt" | "RenameStmt" | "AlterObjectSchemaStmt" => {
                self.changed.extend(relation());
            }
            _ => {}
        }
    }

    /// Whether two statements are of one transaction, so that none is run without the other.
    pub(super) fn together(&self, one: usize, other: usize) -> bool {
        self.transactions.get(one) == self.transactions.get(other)
    }

    /// Whether the transaction has made the table of a query before the statement.
    pub(super) fn has(&self, table: &[String], step: usize) -> bool {
        let made = |saved: &Saved| saved.step < step && self.together(saved.step, step);
        table.len() == 2 && self.saved.get(table).is_some_and(made)
    }

    /// Whether the plan itself has made the table of a query, and has read it, before the statement drops it.
    pub(super) fn is_own(&self, table: &[String], drop: usize) -> bool {
        let made = self.saved.get(table).map_or(usize::MAX, |saved| saved.step);
        let read =
            |(step, path): &(usize, Vec<String>)| path == table && made < *step && *step < drop;
        table.len() == 2 && self.together(made, drop) && self.read.iter().any(read)
    }

    /// The rows of a table that the statement drops, if they are saved before it and restored after it.
    pub(super) fn kept(&self, table: &[String], drop: usize) -> Option<Kept> {
        let of = |(_, saved): &(&Vec<String>, &Saved)| {
            saved.from.as_deref() == Some(table)
                && saved.step < drop
                && self.together(saved.step, drop)
        };
        let found = self.saved.iter().filter(of).find_map(|(aside, saved)| {
            let back = |it: &&Restored| {
                it.from == *aside
                    && it.into == table
                    && it.step > drop
                    && self.together(it.step, drop)
            };
            let restored = self.restored.iter().find(back)?;
            let bent = |(at, path): &(usize, Vec<String>)| path == table && *at < restored.step;
            if self.bent.iter().any(bent) {
                return None;
            }
            let whole = aside.len() == 2 && !self.changed.contains(aside);
            whole.then(|| Kept {
                table: table.to_vec(),
                saved: saved.columns.clone(),
                restored: (restored.step, restored.columns.clone()),
            })
        });
        found.filter(|_| table.len() == 2)
    }
}

/// The columns whose values a SELECT takes over.
fn columns(query: Option<&Value>) -> Columns {
    let select = query.and_then(|query| fields(query, "SelectStmt"));
    let mut found = BTreeSet::new();
    for target in select.map_or(&[][..], |select| list(select, "target_list")) {
        let value = fields(target, "ResTarget").and_then(|target| target.get("val"));
        if !value.is_some_and(|value| mentioned(value, &mut found)) {
            return None;
        }
    }
    Some(found)
}

/// Adds the column whose value an expression takes over: itself, cast, or taken apart and put together again. Whatever
/// computes something else takes over none. False if it reads all columns.
fn mentioned(value: &Value, found: &mut BTreeSet<String>) -> bool {
    if is_computed(value) {
        return true;
    }
    reads(value, found)
}

fn reads(value: &Value, found: &mut BTreeSet<String>) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| reads(item, found)),
        Value::Object(map) => {
            if let Some(("ColumnRef", column)) = node(value) {
                let parts = list(column, "fields");
                if parts.iter().any(|part| node(part).is_some_and(|(kind, _)| kind == "AStar")) {
                    return false;
                }
                let name = names(column.get("fields")).and_then(|names| names.last().copied());
                found.extend(name.map(str::to_owned));
            }
            map.values().all(|inner| reads(inner, found))
        }
        _ => true,
    }
}

/// Whether a function or an operator stands in an expression, but for the test whether a value is NULL.
fn is_computed(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(is_computed),
        Value::Object(map) => match node(value) {
            Some(("FuncCall" | "SubLink" | "CoalesceExpr" | "MinMaxExpr", _)) => true,
            Some(("AExpr", of)) => !is_null_test(of),
            _ => map.values().any(is_computed),
        },
        _ => false,
    }
}

/// `x IS DISTINCT FROM NULL`.
fn is_null_test(of: &Map<String, Value>) -> bool {
    choice(of, "kind") == Some(AExprKind::AexprDistinct)
        && of
            .get("rexpr")
            .and_then(|null| fields(null, "AConst"))
            .is_some_and(|it| it.contains_key("isnull"))
}

/// Columns that get another name, by the relation: new name and old name.
pub(super) fn renames(statements: &[Option<(&str, &Map<String, Value>)>]) -> Renames {
    let mut all = Renames::new();
    for (kind, statement) in statements.iter().flatten() {
        let column = number(statement, "rename_type") == ObjectType::ObjectColumn as i64;
        if *kind == "RenameStmt" && column {
            let (old, new) = (text(statement, "subname"), text(statement, "newname"));
            all.push((old.to_owned(), new.to_owned()));
        }
    }
    all
}

/// Old names of columns, and new ones.
pub(super) type Renames = Vec<(String, String)>;

/// Whether the values of a column are among these, perhaps under a new name.
pub(super) fn has(columns: &Columns, column: &str, renames: &Renames) -> bool {
    let Some(columns) = columns else { return true };
    columns.contains(column)
        || renames.iter().any(|(old, new)| old == column && columns.contains(new))
}
