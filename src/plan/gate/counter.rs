//! Where a sequence counts: that is data, and a plan takes it from what is there. It sets a constant only to keep a
//! counter within new bounds, and begins again only where no value of the old bounds is one of the new.

use pg_query::protobuf::{AExprKind, AlterTableType as Do, ConstrType, SetOperation};
use serde_json::{Map, Value};

use super::history::History;
use super::named::{Group, commands, mentions, path_of, range, says};
use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::{Kind, abilities};
use crate::sql::quote::{ident, split_qualified};
use crate::sql::tree::{choice, fields, list, names, node, number, text};

/// A sequence that begins again, and the bounds that it gets.
pub(super) struct Restarted {
    /// The path of the sequence before the plan, or of the column that it is the identity of.
    path: Vec<String>,
    bounds: Bounds,
}

/// Bounds that a statement says.
#[derive(Clone, Copy, Default)]
pub(super) struct Bounds {
    least: Option<i64>,
    greatest: Option<i64>,
}

impl Bounds {
    /// Those of a statement about a sequence or an identity.
    pub(super) fn of(kind: &str, statement: &Map<String, Value>) -> Self {
        let mut found = Self::default();
        for (_, options) in altered(kind, statement) {
            for (name, value) in options.iter().filter_map(option) {
                match name {
                    "minvalue" => found.least = value.and_then(integer),
                    "maxvalue" => found.greatest = value.and_then(integer),
                    _ => {}
                }
            }
        }
        found
    }

    /// Whether one of them is this one.
    pub(super) fn say(self, bound: i64) -> bool {
        self.least == Some(bound) || self.greatest == Some(bound)
    }
}

impl Restarted {
    /// Those of a statement.
    pub(super) fn of(kind: &str, statement: &Map<String, Value>, history: &History) -> Vec<Self> {
        let relation = |key: &str| range(statement.get(key)).unwrap_or_default();
        let begins = |options: &[Value]| {
            options
                .iter()
                .filter_map(option)
                .any(|(name, value)| name == "restart" && value.is_none())
        };
        let altered = altered(kind, statement).into_iter().filter(|(_, options)| begins(options));
        let one = |(column, _): (Option<&str>, &[Value])| {
            let path = match column {
                Some(column) => {
                    let mut path = relation("relation");
                    path.push(column.to_owned());
                    history.before(Group::Column, &path)
                }
                None => history.before(Group::Relation, &relation("sequence")),
            };
            Self { path, bounds: Bounds::of(kind, statement) }
        };
        altered.map(one).collect()
    }

    /// What is lost, if the counter could go on by the bounds that the sequence has.
    pub(super) fn loses(&self, current: &Catalog) -> Option<String> {
        let sequences =
            Kind::RELATIONS.iter().map(|kind| Id { kind: *kind, path: self.path.clone() });
        let column = current.column(&self.path).map(|(id, _)| id.clone());
        let bounds = sequences.chain(column).find_map(|id| {
            let counts: &dyn abilities::Counts = current.get(&id)?.attrs.as_counting()?;
            counts.bounds()
        });
        let (least, greatest) = bounds?;
        let beyond = self.bounds.least.is_some_and(|new| new > greatest)
            || self.bounds.greatest.is_some_and(|new| new < least);
        (!beyond).then(|| format!("where {} counts is lost", self.path.join(".")))
    }
}

/// Whether a statement lets a sequence begin again at a constant, which no plan does.
pub(super) fn restarts_at(kind: &str, statement: &Map<String, Value>) -> bool {
    let at = |(name, value): (&str, Option<&Value>)| name == "restart" && value.is_some();
    altered(kind, statement)
        .into_iter()
        .any(|(_, options)| options.iter().filter_map(option).any(at))
}

/// The options of the sequences that a statement alters, with the column that one is the identity of.
fn altered<'a>(
    kind: &str,
    statement: &'a Map<String, Value>,
) -> Vec<(Option<&'a str>, &'a [Value])> {
    match kind {
        "AlterSeqStmt" => vec![(None, list(statement, "options"))],
        "AlterTableStmt" => {
            let identity = |command: &&Map<String, Value>| {
                number(command, "subtype") == Do::AtSetIdentity as i64
            };
            let options = |command: &'a Map<String, Value>| {
                let of = command.get("def").and_then(|def| fields(def, "List"));
                (Some(text(command, "name")), of.map_or(&[][..], |of| list(of, "items")))
            };
            commands(statement).filter(identity).map(options).collect()
        }
        _ => Vec::new(),
    }
}

fn option(value: &Value) -> Option<(&str, Option<&Value>)> {
    fields(value, "DefElem").map(|option| (text(option, "defname"), option.get("arg")))
}

/// A whole number, as an option or a constant of an expression has it.
fn integer(value: &Value) -> Option<i64> {
    match node(value)? {
        ("Integer", it) => Some(number(it, "ival")),
        ("Float", it) => text(it, "fval").parse().ok(),
        ("AConst", it) => match node(it.get("val")?)? {
            ("Ival", it) => Some(number(it, "ival")),
            ("Fval", it) => text(it, "fval").parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// Whether it is `SELECT setval(...)` of columns and the ends of a column, or of a constant that the counter has come
/// beyond: no other function is called.
pub(super) fn is_set(statement: &Map<String, Value>) -> bool {
    let known =
        ["target_list", "from_clause", "where_clause", "having_clause", "limit_option", "op"];
    let Some((called, arguments)) = call(statement) else { return false };
    let counts = ["setval", "pg_get_serial_sequence", "max", "min"];
    let constant = arguments.get(1).and_then(integer);
    matches!(called.as_slice(), ["setval"] | ["pg_catalog", "setval"])
        && !statement.values().any(|value| calls_others(value, &counts))
        && statement.keys().all(|key| known.contains(&key.as_str()))
        && number(statement, "op") == SetOperation::SetopNone as i64
        // Where a counter begins is read from what is there.
        && reads_one(statement)
        && constant.is_none_or(|bound| {
            beyond(statement) == Some(bound)
        })
}

/// A counter that a statement sets.
pub(super) enum Set {
    /// A sequence, by its name.
    Sequence(Vec<String>),
    /// The sequence that belongs to a column.
    OfColumn(Vec<String>),
}

impl Set {
    /// That of `setval`, if the statement says which one by constants.
    pub(super) fn of(kind: &str, statement: &Map<String, Value>) -> Option<Self> {
        let (_, arguments) = (kind == "SelectStmt").then(|| call(statement))??;
        let path = |value: &Value| split_qualified(constant(value)?).ok();
        let first = arguments.first()?;
        let Some(of) = fields(first, "FuncCall") else { return path(first).map(Self::Sequence) };
        let called = names(of.get("funcname"))?;
        let [table, column] = list(of, "args") else { return None };
        let mut whole = path(table).filter(|_| called.ends_with(&["pg_get_serial_sequence"]))?;
        whole.push(constant(column)?.to_owned());
        Some(Self::OfColumn(whole))
    }

    /// The relation that it is a part of.
    pub(super) fn relation(self) -> Vec<String> {
        match self {
            Self::Sequence(path) => path,
            Self::OfColumn(mut path) => {
                path.pop();
                path
            }
        }
    }
}

/// A text constant.
fn constant(value: &Value) -> Option<&str> {
    let value = fields(value, "AConst")?.get("val")?;
    fields(value, "Sval").map(|it| text(it, "sval"))
}

/// Whether a statement lets a counter go on where another one stands, wherever it stood itself.
pub(super) fn goes_on(statement: &Map<String, Value>) -> bool {
    let moves_on = || {
        let test = statement.get("where_clause").and_then(|test| fields(test, "AExpr"));
        let link = test.and_then(|test| fields(test.get("rexpr")?, "SubLink"));
        let own = Set::of("SelectStmt", statement);
        let read = link.and_then(|link| {
            let select = fields(link.get("subselect")?, "SelectStmt")?;
            range(list(select, "from_clause").first())
        });
        matches!((own, read), (Some(Set::Sequence(own)), Some(read)) if own == read)
    };
    let position = call(statement).and_then(|(_, arguments)| arguments.get(1));
    position.is_some_and(|value| mentions(value, "last_value")) && !moves_on()
}

/// The constant that the counter is set to, if it is one: a bound, which the plan sets after that.
pub(super) fn bound(kind: &str, statement: &Map<String, Value>) -> Option<i64> {
    (kind == "SelectStmt").then(|| call(statement)?.1.get(1).and_then(integer))?
}

/// The one function that a query calls, and its arguments.
fn call(statement: &Map<String, Value>) -> Option<(Vec<&str>, &[Value])> {
    let [target] = list(statement, "target_list") else { return None };
    let value = fields(target, "ResTarget")?.get("val")?;
    let call = fields(value, "FuncCall")?;
    Some((names(call.get("funcname"))?, list(call, "args")))
}

fn reads_one(select: &Map<String, Value>) -> bool {
    let [from] = list(select, "from_clause") else { return false };
    fields(from, "RangeVar").is_some()
}

/// The constant of `WHERE last_value > 99` or `<`.
fn beyond(statement: &Map<String, Value>) -> Option<i64> {
    let test = fields(statement.get("where_clause")?, "AExpr")?;
    let compares = choice(test, "kind") == Some(AExprKind::AexprOp)
        && matches!(names(test.get("name")).as_deref(), Some(["<" | ">"]));
    let of = fields(test.get("lexpr")?, "ColumnRef")?;
    let of_counter = names(of.get("fields")).as_deref() == Some(&["last_value"]);
    if compares && of_counter { integer(test.get("rexpr")?) } else { None }
}

/// Whether a function call stands in it that is none of these, or a query that reads more than another counter.
fn calls_others(value: &Value, known: &[&str]) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| calls_others(item, known)),
        Value::Object(map) => {
            let foreign = match node(value) {
                Some(("FuncCall", call)) => match names(call.get("funcname")).as_deref() {
                    Some([name] | ["pg_catalog", name]) => !known.contains(name),
                    _ => true,
                },
                Some(("SubLink", link)) => !is_counter(link),
                _ => false,
            };
            foreign || map.values().any(|inner| calls_others(inner, known))
        }
        _ => false,
    }
}

/// `(SELECT last_value FROM s.q)`
fn is_counter(link: &Map<String, Value>) -> bool {
    let select = link.get("subselect").and_then(|select| fields(select, "SelectStmt"));
    select.is_some_and(|select| {
        let known = ["target_list", "from_clause", "limit_option", "op"];
        let column = match list(select, "target_list") {
            [target] => fields(target, "ResTarget").and_then(|target| target.get("val")),
            _ => None,
        };
        let column = column.and_then(|column| fields(column, "ColumnRef"));
        column.and_then(|of| names(of.get("fields"))).as_deref() == Some(&["last_value"])
            && select.keys().all(|key| known.contains(&key.as_str()))
            && reads_one(select)
    })
}

/// The columns that a statement gives a sequence of their own.
pub(super) fn numbered(kind: &str, statement: &Map<String, Value>) -> Vec<Vec<String>> {
    let Some(table) = range(statement.get("relation")) else { return Vec::new() };
    let called = |options: &[Value]| {
        let named = options.iter().filter_map(|option| fields(option, "DefElem"));
        let mut named = named.filter(|option| text(option, "defname") == "sequence_name");
        named.find_map(|option| option.get("arg").map(path_of))
    };
    let of_table = |name: String| table.iter().cloned().chain([name]).collect();
    let identity = ConstrType::ConstrIdentity as i64;
    let of = |name: &str, constraint: &Value| -> Vec<Vec<String>> {
        let constraint = fields(constraint, "Constraint");
        let constraint = constraint.filter(|it| number(it, "contype") == identity);
        let sequence = constraint.and_then(|it| called(list(it, "options")));
        constraint.map(|_| of_table(name.to_owned())).into_iter().chain(sequence).collect()
    };
    let of_column = |column: &Value| -> Vec<Vec<String>> {
        let Some(column) = fields(column, "ColumnDef") else { return Vec::new() };
        let constraints = list(column, "constraints").iter();
        constraints.flat_map(|constraint| of(text(column, "colname"), constraint)).collect()
    };
    match kind {
        "CreateStmt" => list(statement, "table_elts").iter().flat_map(of_column).collect(),
        "AlterTableStmt" => commands(statement)
            .flat_map(|command| match (number(command, "subtype"), command.get("def")) {
                (does, Some(def)) if does == Do::AtAddColumn as i64 => of_column(def),
                (does, Some(def)) if does == Do::AtAddIdentity as i64 => {
                    of(text(command, "name"), def)
                }
                _ => Vec::new(),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether a SELECT gives the position of a sequence to another one.
pub(super) fn takes_over(target: &Value, sequence: &[String]) -> bool {
    let name: Vec<String> = sequence.iter().map(|part| ident(part)).collect();
    mentions(target, "last_value") && !says(target, &name.join("."))
}
