//! Rows that a plan saves, and restores into a table that it makes again: the drop between the two loses none. Judged in
//! the order of the statements, and by qualified names only, since another search_path finds another table.

use std::collections::{BTreeMap, BTreeSet};

use pg_query::protobuf::{AExprKind, ObjectType};
use serde_json::{Map, Value};

use super::form;
use super::named::range;
use crate::sql::cast::CastColumn;
use crate::sql::tree::{self, choice, fields, list, names, node, number, text};
use crate::sql::type_name::{self, TypeName};

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
    /// The tables that are made, with the types of their columns.
    made: BTreeMap<Vec<String>, BTreeMap<String, TypeName>>,
    /// Old and new names of columns.
    pub(super) renames: Renames,
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

/// The columns whose values a query takes over, with the types that they are cast to; `None`: all, as they are.
pub(super) type Columns = Option<BTreeMap<String, Vec<TypeName>>>;

/// A table whose rows are saved and restored.
pub(super) struct Kept {
    /// Its name in the statements.
    pub(super) table: Vec<String>,
    /// The columns that are saved.
    pub(super) saved: Columns,
    /// The number of the statement that restores, and the columns that it restores.
    pub(super) restored: (usize, Columns),
    /// The types of the columns of the table that is made.
    types: BTreeMap<String, TypeName>,
}

impl Kept {
    /// The columns whose values become such of another type on the way, with each type.
    pub(super) fn retyped(&self) -> impl Iterator<Item = (&str, &TypeName)> {
        let cast = [&self.saved, &self.restored.1].into_iter().flatten().flatten();
        let cast = cast.flat_map(|(column, types)| types.iter().map(move |of| (column, of)));
        cast.chain(&self.types).map(|(column, of)| (column.as_str(), of))
    }
}

impl Rows {
    pub(super) fn of(
        statements: &[Option<(&str, &Map<String, Value>)>],
        transactions: &[usize],
    ) -> Self {
        let renames = renames(statements);
        let mut rows = Self { transactions: transactions.to_vec(), renames, ..Self::default() };
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
                    let columns = columns(statement.get("query"), None, &self.renames);
                    self.saved.entry(path).or_insert(Saved { step, from, columns });
                }
            }
            "InsertStmt" => {
                let select = statement.get("select_stmt");
                match (relation(), form::source(select)) {
                    (Some(into), Some(from)) => {
                        self.read.push((step, from.clone()));
                        self.changed.insert(into.clone());
                        let columns = columns(select, Some(list(statement, "cols")), &self.renames);
                        self.restored.push(Restored { step, from, into, columns });
                    }
                    (into, _) => self.changed.extend(into),
                }
            }
            "CreateStmt" => {
                let columns = list(statement, "table_elts").iter().filter_map(|column| {
                    let column = fields(column, "ColumnDef")?;
                    let name = text(column, "colname");
                    let of = type_name::from_tree(tree::type_name(column.get("type_name")?)?, name);
                    Some((name.to_owned(), of.ok()?))
                });
                let made = relation().map(|path| (path, columns.collect()));
                self.made.extend(made);
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
            let made = self.made.get(table);
            whole.then(|| Kept {
                table: table.to_vec(),
                saved: saved.columns.clone(),
                restored: (restored.step, restored.columns.clone()),
                types: made.cloned().unwrap_or_default(),
            })
        });
        found.filter(|_| table.len() == 2)
    }
}

/// The columns whose values a query puts where they come from: what is saved under another name, or restored into another
/// column, is not there any more. `into` are the columns of an INSERT.
fn columns(query: Option<&Value>, into: Option<&[Value]>, renames: &Renames) -> Columns {
    let select = query.and_then(|query| fields(query, "SelectStmt"));
    let mut found = BTreeMap::new();
    for (at, target) in
        select.map_or(&[][..], |select| list(select, "target_list")).iter().enumerate()
    {
        let Some(target) = fields(target, "ResTarget") else { continue };
        let Some(value) = target.get("val") else { continue };
        if is_star(value) {
            // Without names, and of all columns in their order.
            return None;
        }
        let Some(taken) = taken(value) else { continue };
        let name = match into {
            Some(into) => {
                into.get(at).and_then(|to| fields(to, "ResTarget")).map(|to| text(to, "name"))
            }
            None => {
                Some(text(target, "name")).filter(|name| !name.is_empty()).or(Some(taken.column))
            }
        };
        let renamed =
            |(old, new): &(String, String)| *old == taken.column && Some(new.as_str()) == name;
        if name == Some(taken.column) || renames.iter().any(renamed) {
            found.insert(taken.column.to_owned(), taken.types);
        }
    }
    Some(found)
}

fn is_star(value: &Value) -> bool {
    let parts = fields(value, "ColumnRef").map_or(&[][..], |column| list(column, "fields"));
    parts.iter().any(|part| node(part).is_some_and(|(kind, _)| kind == "AStar"))
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
    columns.contains_key(column)
        || renames.iter().any(|(old, new)| old == column && columns.contains_key(new))
}

/// A column whose values an expression takes over: itself, cast, or taken apart and put together again. Whatever computes
/// something else takes over none.
fn taken(value: &Value) -> Option<CastColumn<'_>> {
    CastColumn::first_of(value).or_else(|| {
        let case = fields(value, "CaseExpr").filter(|case| !case.contains_key("defresult"))?;
        let [when] = list(case, "args") else { return None };
        let when = fields(when, "CaseWhen")?;
        let test = when.get("expr").and_then(|test| fields(test, "AExpr"));
        let of = test.filter(|test| is_null_test(test))?.get("lexpr").and_then(CastColumn::of)?;
        let mut read = BTreeSet::new();
        (is_put_together(when.get("result")?, &mut read) && read == BTreeSet::from([of.column]))
            .then_some(of)
    })
}

/// Whether an expression only takes values apart and puts them together again; adds the columns that it reads.
fn is_put_together<'a>(value: &'a Value, read: &mut BTreeSet<&'a str>) -> bool {
    match node(value) {
        Some(("ColumnRef", column)) => match names(column.get("fields")).as_deref() {
            Some([name]) => {
                read.insert(name);
                true
            }
            _ => false,
        },
        Some(("AIndirection" | "TypeCast", inner)) => {
            inner.get("arg").is_some_and(|arg| is_put_together(arg, read))
        }
        Some(("RowExpr", row)) => list(row, "args").iter().all(|arg| is_put_together(arg, read)),
        Some(("AConst", constant)) => constant.contains_key("isnull"),
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
