//! Rows that a plan saves, and restores into a table that it makes again: the drop between the two loses none. Judged in
//! the order of the statements, and by qualified names only, since another search_path finds another table.

use std::collections::{BTreeMap, BTreeSet};

use pg_query::protobuf::{AExprKind, ObjectType};
use serde_json::{Map, Value};

use super::form;
use super::history::History;
use super::moves::Moves;
use super::named::{Group, drops, range};
use crate::sql::cast::{CastColumn, may_be_set};
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
    /// The tables that are made otherwise than of a query, with the number of the statement.
    made: Vec<(usize, Made)>,
    /// Relations that are dropped, with the number of the statement.
    dropped: Vec<(usize, Vec<String>)>,
    /// Relations that get another name or another place.
    moves: Moves,
}

/// A table that is made.
struct Made {
    path: Vec<String>,
    /// What it is a child of from the beginning.
    parents: Vec<Vec<String>>,
    /// The types of its columns.
    types: BTreeMap<String, TypeName>,
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
    /// Whether an expression may yield another number of rows than there are.
    may_be_sets: bool,
}

/// The columns whose values a query takes over, with the types that they are cast to; `None`: all, as they are.
pub(super) type Columns = Option<BTreeMap<String, Vec<TypeName>>>;

/// A table whose rows are saved and restored.
pub(super) struct Kept {
    /// Its name in the statements.
    pub(super) table: Vec<String>,
    /// Its name before the plan.
    pub(super) before: Vec<String>,
    /// Its columns by their names in the statements, with their names before the plan.
    pub(super) columns: BTreeMap<String, String>,
    /// The number of the statement that saves.
    pub(super) since: usize,
    /// The columns that are saved.
    pub(super) saved: Columns,
    /// The number of the statement that restores, and the columns that it restores.
    pub(super) restored: (usize, Columns),
    /// Whether another number of rows than was saved may be restored.
    pub(super) may_be_sets: bool,
    /// The types of the columns of the table that is made.
    types: BTreeMap<String, TypeName>,
}

impl Kept {
    /// Itself with the names from before the plan.
    pub(super) fn before(self, history: &History) -> Self {
        let names = [&self.saved, &self.restored.1].into_iter().flatten().flat_map(BTreeMap::keys);
        let names = names.chain(self.types.keys()).cloned();
        let column = |name: String| {
            let path: Vec<String> = self.table.iter().cloned().chain([name.clone()]).collect();
            Some((name, history.before(Group::Column, &path).pop()?))
        };
        let columns = names.filter_map(column).collect();
        Self { before: history.before(Group::Relation, &self.table), columns, ..self }
    }

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
        let mut rows = Self { transactions: transactions.to_vec(), ..Self::default() };
        for (step, statement) in statements.iter().enumerate() {
            let Some((kind, fields)) = statement else { continue };
            rows.follow(step, kind, fields);
            rows.moves.follow(step, kind, fields);
            let dropped = drops(kind, fields).into_iter();
            let dropped = dropped.filter(|(group, _)| *group == Group::Relation);
            rows.dropped.extend(dropped.map(|(_, path)| (step, path)));
        }
        rows
    }

    fn follow(&mut self, step: usize, kind: &str, statement: &Map<String, Value>) {
        let relation = || range(statement.get("relation"));
        match kind {
            "CreateTableAsStmt" => {
                let of_table = number(statement, "objtype") == ObjectType::ObjectTable as i64;
                let into = statement.get("into").and_then(Value::as_object);
                // IF NOT EXISTS makes nothing of what is there, WITH NO DATA copies nothing, and a list of columns gives
                // values other names.
                let makes = !statement.contains_key("if_not_exists")
                    && into.is_some_and(|into| {
                        !into.contains_key("skip_data") && !into.contains_key("col_names")
                    });
                if let Some(path) = range(into.and_then(|into| into.get("rel")))
                    && of_table
                    && makes
                {
                    let from = form::whole_source(statement);
                    let columns = columns(statement.get("query"), None);
                    self.saved.entry(path).or_insert(Saved { step, from, columns });
                }
            }
            "InsertStmt" => {
                let select = statement.get("select_stmt");
                match (relation(), form::source(select)) {
                    (Some(into), Some(from)) => {
                        self.read.push((step, from.clone()));
                        self.changed.insert(into.clone());
                        // Values of all columns would go to columns by their order alone.
                        let columns = columns(select, Some(list(statement, "cols")));
                        let columns = Some(columns.unwrap_or_default());
                        let may_be_sets = targets(select).any(may_be_set);
                        self.restored.push(Restored { step, from, into, columns, may_be_sets });
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
                let parents = list(statement, "inh_relations").iter();
                let parents = parents.filter_map(|parent| range(Some(parent))).collect();
                let types = columns.collect();
                let path = relation().filter(|_| !statement.contains_key("if_not_exists"));
                self.made.extend(path.map(|path| (step, Made { path, parents, types })));
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

    /// Whether the plan itself has made the table of a query, and has read it, before the statement drops it, and nothing
    /// else has come to that name or into that table.
    pub(super) fn is_own(&self, table: &[String], drop: usize) -> bool {
        let made = self.saved.get(table).map_or(usize::MAX, |saved| saved.step);
        let read =
            |(step, path): &(usize, Vec<String>)| path == table && made < *step && *step < drop;
        table.len() == 2
            && made < drop
            && self.together(made, drop)
            && self.read.iter().any(read)
            && !self.changed.contains(table)
            && !self.moves.has(table, made..drop)
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
            let between = saved.step..restored.step;
            let again = |(at, made): &&(usize, Made)| made.path == table && *at > drop;
            let (made_at, made) = self.made.iter().find(again)?;
            let bent = |(at, path): &(usize, Vec<String>)| {
                *at < restored.step && self.is_within(path, table, restored.step)
            };
            let other = |(at, path): &(usize, Vec<String>)| path == aside && between.contains(at);
            let whole = aside.len() == 2
                && *made_at < restored.step
                && !self.bent.iter().any(bent)
                && !self.changed.contains(aside)
                && !self.dropped.iter().any(other)
                && ![table, aside].into_iter().any(|name| self.moves.has(name, between.clone()));
            whole.then(|| Kept {
                table: table.to_vec(),
                before: table.to_vec(),
                columns: BTreeMap::new(),
                since: saved.step,
                saved: saved.columns.clone(),
                restored: (restored.step, restored.columns.clone()),
                may_be_sets: restored.may_be_sets,
                types: made.types.clone(),
            })
        });
        found.filter(|_| table.len() == 2)
    }

    /// Whether a table is another one, or is made as a child of it before the statement.
    fn is_within(&self, table: &[String], of: &[String], step: usize) -> bool {
        let mut seen = BTreeSet::from([of]);
        loop {
            if seen.contains(table) {
                return true;
            }
            let made = self.made.iter().filter(|(at, _)| *at < step);
            let children = made.filter(|(_, made)| {
                made.parents.iter().any(|parent| seen.contains(parent.as_slice()))
            });
            let found: Vec<&[String]> = children.map(|(_, made)| made.path.as_slice()).collect();
            let known = seen.len();
            seen.extend(found);
            if seen.len() == known {
                return false;
            }
        }
    }

    /// Whether one of the statements gives the relation another name or another place.
    pub(super) fn moves(&self, relation: &[String], steps: std::ops::Range<usize>) -> bool {
        self.moves.has(relation, steps)
    }
}

/// The expressions that a query selects.
fn targets(query: Option<&Value>) -> impl Iterator<Item = &Value> {
    let select = query.and_then(|query| fields(query, "SelectStmt"));
    let targets = select.map_or(&[][..], |select| list(select, "target_list")).iter();
    targets.filter_map(|target| fields(target, "ResTarget")?.get("val"))
}

/// Whether a query yields one row for each row that it reads: it selects columns, and nothing that could be a set.
pub(super) fn is_of_columns(query: Option<&Value>) -> bool {
    targets(query).all(|value| is_star(value) || taken(value).is_some() && !may_be_set(value))
}

/// The columns whose values a query puts where they come from: what is saved under another name, or restored into another
/// column, is not there any more. `into` are the columns of an INSERT.
fn columns(query: Option<&Value>, into: Option<&[Value]>) -> Columns {
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
        if name == Some(taken.column) {
            found.insert(taken.column.to_owned(), taken.types);
        }
    }
    Some(found)
}

fn is_star(value: &Value) -> bool {
    let parts = fields(value, "ColumnRef").map_or(&[][..], |column| list(column, "fields"));
    parts.iter().any(|part| node(part).is_some_and(|(kind, _)| kind == "AStar"))
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
