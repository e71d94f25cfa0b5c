//! Parses SQL leaves with PostgreSQL's own grammar into plain trees that can be walked.
//!
//! A leaf is a part of a statement: an expression, a type, an index element. It is wrapped into
//! the statement that it would stand in, parsed, and taken out again, so that a text that is
//! more than the leaf it claims to be is refused. The tree is what the raw grammar yields, less
//! the places in the text and the fields that are not set: no name is resolved here and nothing
//! is folded. Nothing in plumb ever turns a tree back into SQL: the author's text is what is
//! written (libpg_query's deparser can lose parentheses and can abort the process).

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use serde_json::{Map, Value};

use super::memo::{self, Size};
use super::newer;
use super::piece;
pub use super::same::{Place, same, same_in};
use super::scan;

/// What a leaf of SQL is, which says how it is wrapped to be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A value expression: a default, a check, a policy, a WHEN, an index predicate.
    Expr,
    /// A SELECT, VALUES or WITH query: a view's definition.
    Query,
    /// The name of a type with its modifiers.
    Type,
    /// One or more elements of an index, as between its parentheses.
    IndexElement,
    /// A table constraint without its name: `check (...)`, `exclude using gist (...)`.
    Constraint,
    /// What follows PARTITION BY: `range (created_at)`.
    PartitionKey,
    /// What follows PARTITION OF: `for values from (1) to (10)`, `default`.
    Bound,
    /// The arguments of a function, as between its parentheses.
    Arguments,
    /// An SQL-standard function body: `return a + b`, `begin atomic ... end`.
    Body,
    /// Any statements: the body of an SQL function that is written as a string.
    Statements,
}

/// A leaf that PostgreSQL's grammar refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// What PostgreSQL says, in its words.
    pub message: String,
    /// The byte of the text at which the trouble starts, where it is known.
    pub at: Option<usize>,
    /// Whether the grammar took it, and it is not what it stands for, or more than that: no server has
    /// another opinion.
    pub surplus: bool,
}

impl Class {
    /// The text before the leaf and the text after it. A line break ends a trailing comment.
    fn wrapper(self) -> (&'static str, &'static str) {
        match self {
            Self::Expr => ("SELECT (", "\n)"),
            Self::Query | Self::Statements => ("", ""),
            Self::Type => ("SELECT NULL::", ""),
            Self::IndexElement => ("CREATE INDEX ON t (", "\n)"),
            Self::Constraint => ("ALTER TABLE t ADD ", ""),
            Self::PartitionKey => ("CREATE TABLE t () PARTITION BY ", ""),
            Self::Bound => ("CREATE TABLE t PARTITION OF p ", ""),
            Self::Arguments => ("CREATE FUNCTION f(", "\n) RETURNS void AS ''"),
            Self::Body => ("CREATE FUNCTION f() RETURNS void ", ""),
        }
    }

    /// Where the leaf hangs in the tree of the wrapped statement, and that statement without it.
    fn shell(self) -> (&'static str, &'static str) {
        match self {
            Self::Expr => (
                "/SelectStmt/target_list/0/ResTarget/val",
                r#"{"SelectStmt":{"target_list":[{"ResTarget":{"val":null}}],"limit_option":1,"op":1}}"#,
            ),
            Self::Query | Self::Statements => ("", "null"),
            Self::Type => (
                "/SelectStmt/target_list/0/ResTarget/val/TypeCast/type_name",
                r#"{"SelectStmt":{"target_list":[{"ResTarget":{"val":{"TypeCast":{"arg":{"AConst":{"isnull":true}},"type_name":null}}}}],"limit_option":1,"op":1}}"#,
            ),
            Self::IndexElement => (
                "/IndexStmt/index_params",
                r#"{"IndexStmt":{"relation":{"relname":"t","inh":true,"relpersistence":"p"},"access_method":"btree","index_params":null}}"#,
            ),
            Self::Constraint => (
                "/AlterTableStmt/cmds/0/AlterTableCmd/def",
                r#"{"AlterTableStmt":{"relation":{"relname":"t","inh":true,"relpersistence":"p"},"cmds":[{"AlterTableCmd":{"subtype":17,"def":null,"behavior":1}}],"objtype":42}}"#,
            ),
            Self::PartitionKey => (
                "/CreateStmt/partspec",
                r#"{"CreateStmt":{"relation":{"relname":"t","inh":true,"relpersistence":"p"},"partspec":null,"oncommit":1}}"#,
            ),
            Self::Bound => (
                "/CreateStmt/partbound",
                r#"{"CreateStmt":{"relation":{"relname":"t","inh":true,"relpersistence":"p"},"inh_relations":[{"RangeVar":{"relname":"p","inh":true,"relpersistence":"p"}}],"partbound":null,"oncommit":1}}"#,
            ),
            Self::Arguments => (
                "/CreateFunctionStmt/parameters",
                r#"{"CreateFunctionStmt":{"funcname":[{"String":{"sval":"f"}}],"parameters":null,"return_type":{"names":[{"String":{"sval":"void"}}]},"options":[{"DefElem":{"defname":"as","arg":{"List":{"items":[{"String":{}}]}},"defaction":1}}]}}"#,
            ),
            Self::Body => (
                "/CreateFunctionStmt/sql_body",
                r#"{"CreateFunctionStmt":{"funcname":[{"String":{"sval":"f"}}],"return_type":{"names":[{"String":{"sval":"void"}}]},"sql_body":null}}"#,
            ),
        }
    }
}

impl ParseError {
    /// The text is not what it stands for, or more than that.
    pub(super) fn surplus(message: impl Into<String>) -> Self {
        Self { message: message.into(), at: None, surplus: true }
    }
}

/// Returns the tree of the leaf, which is parsed once however often it is asked for.
///
/// A tree of thousands of levels needs a deep stack also to be dropped; where a text can be long,
/// [`with_stack`] gives one to the whole of the work.
///
/// # Errors
///
/// Fails if PostgreSQL's grammar refuses the text, or if it is more than one leaf of the class.
pub fn parse(class: Class, text: &str) -> Result<Arc<Value>, ParseError> {
    memo::of(class, text, || {
        with_stack(&[text], || match read(class, text) {
            Ok(tree) => {
                let size = Size::of(&tree);
                (Ok(Arc::new(tree)), size)
            }
            Err(error) => (Err(error), Size::default()),
        })
    })
}

/// As [`parse`], a tree to be changed.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_owned(class: Class, text: &str) -> Result<Value, ParseError> {
    parse(class, text).map(Arc::unwrap_or_clone)
}

/// The most tokens that are parsed: the tree of each takes about two kilobytes of memory on the way.
const MOST_TOKENS: usize = 200_000;

fn read(class: Class, text: &str) -> Result<Value, ParseError> {
    let (prefix, suffix) = class.wrapper();
    piece::leaf(class, text)
        .map_err(|error| ParseError { at: Some(error.at), ..ParseError::surplus(error.message) })?;
    if scan::has_more(text, MOST_TOKENS) {
        let message = format!("it has more than {MOST_TOKENS} words and signs, and is not parsed");
        return Err(ParseError { message, at: None, surplus: false });
    }
    let mut statements = match statements(&format!("{prefix}{text}{suffix}")) {
        Ok(statements) => statements,
        Err(message) => {
            let newer = (class == Class::Statements)
                .then(|| newer::read(text, |older| statements(older).ok()));
            newer.flatten().ok_or_else(|| located(class, text, message))?
        }
    };
    match class {
        Class::Statements => Ok(Value::Array(statements)),
        _ if statements.len() != 1 => Err(not_one(class)),
        Class::Query if statements[0].get("SelectStmt").is_none() => Err(not_one(class)),
        Class::Query => Ok(statements.remove(0)),
        _ => take_leaf(class, statements.remove(0)),
    }
}

fn take_leaf(class: Class, mut statement: Value) -> Result<Value, ParseError> {
    let (pointer, shell) = class.shell();
    // No argument at all is an empty list, which a tree does not show.
    if class == Class::Arguments && statement.pointer(pointer).is_none() {
        return Ok(Value::Array(Vec::new()));
    }
    let leaf = statement.pointer_mut(pointer).map(Value::take);
    match leaf {
        Some(leaf) if !leaf.is_null() && format!("{statement}") == shell => Ok(leaf),
        _ => Err(not_one(class)),
    }
}

fn not_one(class: Class) -> ParseError {
    let wanted = match class {
        Class::Expr => "one expression",
        Class::Query => "one query (SELECT, VALUES or WITH)",
        Class::Type => "the name of one type",
        Class::IndexElement => "the elements of an index",
        Class::Constraint => "one table constraint without a name",
        Class::PartitionKey => "a partition key, such as `range (a)`",
        Class::Bound => "the bound of a partition, such as `for values in (1)` or `default`",
        Class::Arguments => "the arguments of a function",
        Class::Body => "one SQL function body, `return ...` or `begin atomic ... end`",
        Class::Statements => "SQL statements",
    };
    ParseError::surplus(format!("this is not {wanted}"))
}

/// Adds to PostgreSQL's message the place in the leaf, which libpg_query's binding does not give.
///
/// The offending token is the first at which the text up to its end already gives this message.
fn located(class: Class, text: &str, message: String) -> ParseError {
    let near = message.split_once("at or near \"").and_then(|(_, rest)| rest.strip_suffix('"'));
    let Some(near) = near else {
        let at = message.ends_with("at end of input").then_some(text.len());
        return ParseError { message, at, surplus: false };
    };
    let (prefix, _) = class.wrapper();
    // Once a head is refused for it, every longer one is.
    let places: Vec<usize> = text.match_indices(near).map(|(at, _)| at).collect();
    let first = places.partition_point(|at| {
        let head = format!("{prefix}{}", &text[..at + near.len()]);
        pg_query::parse(&head, 0).err().is_none_or(|e| parser_message(&e) != message)
    });
    match places.get(first) {
        Some(at) => ParseError { message, at: Some(*at), surplus: false },
        None => ParseError {
            message: "syntax error at end of input".into(),
            at: Some(text.len()),
            surplus: false,
        },
    }
}

fn parser_message(error: &pg_query::Error) -> String {
    match error {
        pg_query::Error::Parse(message) => message.clone(),
        other => other.to_string(),
    }
}

fn statements(text: &str) -> Result<Vec<Value>, String> {
    let parsed = pg_query::parse(text, 0).map_err(|e| parser_message(&e))?;
    let mut statements = Vec::with_capacity(parsed.protobuf.stmts.len());
    for raw in &parsed.protobuf.stmts {
        if let Some(statement) = &raw.stmt {
            let value = serde_json::to_value(statement).map_err(|e| e.to_string())?;
            statements.push(compact(value));
        }
    }
    Ok(statements)
}

/// Fields that say where in the text something stood.
const PLACES: [&str; 9] = [
    "location",
    "name_location",
    "arg_location",
    "payload_location",
    "conninfo_location",
    "list_start",
    "list_end",
    "rexpr_list_start",
    "rexpr_list_end",
];

/// Drops places, wrappers and unset fields. Nothing is lost: an unset field of a message is the
/// same as one with the zero of its type, and each field has one type.
fn compact(value: Value) -> Value {
    match value {
        Value::Object(mut fields) => {
            if fields.len() == 1
                && let Some(node) = fields.get_mut("node")
            {
                return compact(node.take());
            }
            let kept = fields.into_iter().filter(|(key, value)| !is_unset(key, value)).map(
                |(key, value)| {
                    let arm = is_arm(&key, &value);
                    let value = compact(value);
                    (key, if arm { of_kind("SelectStmt", value) } else { value })
                },
            );
            Value::Object(kept.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(compact).collect()),
        other => other,
    }
}

/// Makes a node of the kind; the fields are moved, not copied as `json!` does.
pub(super) fn of_kind(kind: &str, fields: Value) -> Value {
    Value::Object(Map::from_iter([(kind.to_owned(), fields)]))
}

/// The arms of a set operation are the only queries that the grammar's tree holds without saying
/// that they are queries.
fn is_arm(key: &str, value: &Value) -> bool {
    matches!(key, "larg" | "rarg") && value.get("limit_option").is_some()
}

fn is_unset(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(set) => !set,
        Value::Number(number) => {
            PLACES.contains(&key)
                || number.as_i64() == Some(0)
                || key == "typemod" && number.as_i64() == Some(-1)
        }
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        // An empty message is still there: `Boolval {}` is the constant false.
        Value::Object(_) => false,
    }
}

/// Runs the work on a stack that is deep enough for the trees of the texts.
///
/// A level of the tree takes at least two bytes of text, and up to 20 kB of stack to be decoded
/// in a debug build; short texts stay where they are. libpg_query itself refuses trees of more
/// than some thousand levels.
///
/// # Panics
///
/// Panics if the work does.
pub fn with_stack<R: Send>(texts: &[&str], work: impl FnOnce() -> R + Send) -> R {
    let (inline, level) = if cfg!(debug_assertions) { (100, 24 << 10) } else { (600, 6 << 10) };
    if texts.iter().map(|t| t.len()).max().unwrap_or(0) <= inline {
        return work();
    }
    let levels = texts.iter().map(|t| nesting(t)).max().unwrap_or(0);
    let size = (levels * level).clamp(64 << 20, 512 << 20);
    thread::scope(|scope| {
        // The mapping is reserved, not filled; only an exhausted machine refuses it.
        let spawned = thread::Builder::new().stack_size(size).spawn_scoped(scope, work);
        match spawned.expect("a thread can be started").join() {
            Ok(result) => result,
            Err(panic) => resume_unwind(panic),
        }
    })
}

/// An upper bound of the levels of a text: its words, operators and opening brackets.
fn nesting(text: &str) -> usize {
    let bytes = text.as_bytes();
    let starts_word = |i: usize| {
        bytes[i].is_ascii_alphabetic() && (i == 0 || !bytes[i - 1].is_ascii_alphanumeric())
    };
    (0..bytes.len())
        .filter(|&i| b"+-*/<>=~!@#%^&|?([:.".contains(&bytes[i]) || starts_word(i))
        .count()
}

/// Returns the kind and the fields of a node such as `{"ColumnRef": {...}}`.
#[must_use]
pub fn node(value: &Value) -> Option<(&str, &Map<String, Value>)> {
    let (kind, fields) = value.as_object().filter(|o| o.len() == 1)?.iter().next()?;
    Some((kind.as_str(), fields.as_object()?))
}

/// Returns the fields of the node if it is of the kind.
#[must_use]
pub fn fields<'a>(value: &'a Value, kind: &str) -> Option<&'a Map<String, Value>> {
    node(value).filter(|(found, _)| *found == kind).map(|(_, fields)| fields)
}

/// Returns the texts of a list of `String` nodes, such as a qualified name; none if another node
/// is among them.
#[must_use]
pub fn names(list: Option<&Value>) -> Option<Vec<&str>> {
    let items = list?.as_array()?;
    items.iter().map(|item| Some(text(fields(item, "String")?, "sval"))).collect()
}

/// Returns the items of a list field, none if it is not set.
#[must_use]
pub fn list<'a>(fields: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    fields.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Returns a text field, empty if it is not set.
#[must_use]
pub fn text<'a>(fields: &'a Map<String, Value>, key: &str) -> &'a str {
    fields.get(key).and_then(Value::as_str).unwrap_or("")
}

/// Returns a number field, zero if it is not set.
#[must_use]
pub fn number(fields: &Map<String, Value>, key: &str) -> i64 {
    fields.get(key).and_then(Value::as_i64).unwrap_or(0)
}

/// Returns an enum field as that enum; none if the grammar has no such value.
#[must_use]
pub fn choice<T: TryFrom<i32>>(fields: &Map<String, Value>, key: &str) -> Option<T> {
    T::try_from(i32::try_from(number(fields, key)).ok()?).ok()
}

/// Whether the value of an option is true.
pub fn is_on(value: &Value) -> bool {
    fields(value, "Boolean").is_some_and(|it| it.get("boolval").is_some_and(|on| on == true))
}

/// Returns the fields of a `TypeName`, which stands without its kind in some statements.
#[must_use]
pub fn type_name(value: &Value) -> Option<&Map<String, Value>> {
    fields(value, "TypeName").or_else(|| value.as_object())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const LEAVES: [(Class, &str); 10] = [
        (Class::Expr, "lower(a) || 'x' -- note"),
        (Class::Query, "select a from t;"),
        (Class::Type, "numeric(10, 2)[]"),
        (Class::IndexElement, "a desc, lower(b) text_pattern_ops"),
        (Class::Constraint, "check (a > 0) not valid"),
        (Class::PartitionKey, "range (a, lower(b))"),
        (Class::Bound, "for values from (1) to (maxvalue)"),
        (Class::Arguments, "a integer, out b text default 'x'"),
        (Class::Body, "return a + 1"),
        (Class::Statements, "select 1; insert into t values (2)"),
    ];

    #[test]
    fn a_leaf_of_each_class_is_parsed() {
        for (class, text) in LEAVES {
            assert!(parse(class, text).is_ok_and(|tree| !tree.is_null()), "{class:?}");
        }
        assert_eq!(parse_owned(Class::Arguments, " "), Ok(json!([])));
        assert_eq!(parse_owned(Class::Statements, ""), Ok(json!([])));
        assert_eq!(
            parse_owned(Class::Expr, "a > 0"),
            Ok(json!({"AExpr": {
                "kind": 1,
                "name": [{"String": {"sval": ">"}}],
                "lexpr": {"ColumnRef": {"fields": [{"String": {"sval": "a"}}]}},
                "rexpr": {"AConst": {"val": {"Ival": {}}}},
            }}))
        );
    }

    #[test]
    fn a_text_that_is_more_than_its_leaf_is_refused() {
        for (class, text) in [
            (Class::Expr, "a) or (b"),
            (Class::Expr, "a), (b"),
            (Class::Expr, "a) from t where (b"),
            (Class::Expr, "a; drop table t"),
            (Class::Expr, "1) as x, (2"),
            (Class::Expr, ""),
            (Class::Query, "select 1; select 2"),
            (Class::Query, "delete from t"),
            (Class::Query, ""),
            (Class::Type, "text, 1"),
            (Class::Type, "text from t"),
            (Class::Type, "text collate \"C\""),
            (Class::Type, "text as x"),
            (Class::IndexElement, "a) where (b"),
            (Class::IndexElement, "a) include (b"),
            (Class::Constraint, "check (a), add check (b)"),
            (Class::Constraint, "column a int"),
            (Class::Constraint, "constraint c check (a), drop column b"),
            (Class::PartitionKey, "range (a) with (fillfactor = 10)"),
            (Class::PartitionKey, "range (a) tablespace x"),
            (Class::Bound, "default partition by list (a)"),
            (Class::Bound, "(a not null) for values in (1)"),
            (Class::Arguments, "a int) returns int language sql as 'x' -- "),
            (Class::Body, "return 1 language sql"),
            (Class::Body, "language sql"),
        ] {
            assert!(parse(class, text).is_err(), "{class:?} {text}");
        }
    }

    #[test]
    fn an_error_says_where_in_the_text_it_is() {
        let at = |class, text: &str| parse(class, text).expect_err(text).at;
        assert_eq!(at(Class::Expr, "a b"), Some(2));
        assert_eq!(at(Class::Expr, "x + b + y b"), Some(10));
        assert_eq!(at(Class::Expr, "'é' b"), Some(5));
        assert_eq!(at(Class::Expr, "a +"), Some(3));
        assert_eq!(at(Class::Expr, "f(a"), Some(1));
        assert_eq!(at(Class::Expr, "a)"), Some(1));
        assert_eq!(at(Class::Expr, "a || 'b"), Some(5));
        assert_eq!(at(Class::Query, "select from where"), Some(12));
        assert_eq!(at(Class::Query, "select 1 +"), Some(10));
        let error = parse(Class::Type, "numeric(").expect_err("open");
        assert_eq!(error.to_string(), "a bracket is not closed");
        let error = parse(Class::Expr, "a b").expect_err("two names");
        assert_eq!(error.to_string(), "syntax error at or near \"b\"");
    }

    #[test]
    fn places_and_comments_leave_no_trace() {
        for (class, text) in LEAVES {
            let spaced = format!(" /* c */ {}", text.replace(' ', "   "));
            assert_eq!(parse(class, text), parse(class, &spaced), "{text}");
        }
    }

    #[test]
    fn a_tree_of_hundreds_of_levels_is_parsed_compared_and_dropped() {
        let sum = vec!["a"; 700].join("+");
        let union = vec!["select 1"; 300].join(" union all ");
        let not = format!("{} a", "not ".repeat(700));
        let calls = format!("{}a{}", "lower(".repeat(300), ")".repeat(300));
        for (class, text) in [
            (Class::Expr, &sum),
            (Class::Query, &union),
            (Class::Expr, &not),
            (Class::Expr, &calls),
        ] {
            assert!(with_stack(&[text], || parse(class, text).is_ok()));
            let names = super::super::names::KnownNames::default();
            assert!(same(class, &format!("({text})"), text, &names));
            let last = text.rfind(['a', '1']).expect("an operand");
            let other = format!("{}2{}", &text[..last], &text[last + 1..]);
            assert!(!same(class, text, &other, &names));
        }
    }

    #[test]
    fn a_tree_can_be_asked_for_its_parts() {
        let tree = parse(Class::Expr, "s.f(a, 1)").expect("a call");
        let (kind, call) = node(&tree).expect("a node");
        assert_eq!(kind, "FuncCall");
        assert_eq!(names(call.get("funcname")), Some(vec!["s", "f"]));
        assert_eq!(list(call, "args").len(), 2);
        assert_eq!((number(call, "nothing"), text(call, "nothing")), (0, ""));
        assert!(fields(&tree, "ColumnRef").is_none());
    }
}
