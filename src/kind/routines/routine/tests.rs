//! From the short form to CREATE FUNCTION, and what can be replaced in place.

use serde_json::{Value as Json, json};

use super::*;
use crate::catalog::Catalog;
use crate::clause::{Found, Value, split};
use crate::kind::routines::function::Function;
use crate::kind::{Define, Part};
use crate::source::Origin;

fn parts(text: &str) -> Vec<Part> {
    let origin = Origin { file: "".into(), start: 0, end: 0 };
    let part = |found: Found| Part {
        key: found.key.to_owned(),
        value: match found.value {
            Value::Flag(flag) => flag.into(),
            Value::Text(text) => text.into(),
        },
        origin: origin.clone(),
    };
    split(Function::ABOUT.clauses, text).unwrap().into_iter().map(part).collect()
}

fn id(key: &str) -> Id {
    Id::new(Kind::Function, ["public".to_owned(), super::key(key).unwrap().0])
}

fn routine(key: &str, text: &str) -> Routine {
    let id = id(key);
    let mut parts = parts(text);
    if let Some(arguments) = super::key(key).unwrap().1 {
        let origin = Origin { file: "".into(), start: 0, end: 0 };
        parts.push(Part { key: "arguments".to_owned(), value: arguments, origin });
    }
    expand(&id, &mut parts).unwrap();
    let map = parts.into_iter().map(|part| (part.key, part.value)).collect();
    let mut routine: Routine = serde_json::from_value(Json::Object(map)).unwrap();
    let empty = Catalog::default();
    routine.resolve(&id, &Lookup { declared: &empty, current: None, path: &[] }, None);
    routine
}

#[test]
fn the_short_form_falls_into_its_parts() {
    let text = "returns table (a int, \"B\" text) language SQL immutable strict parallel safe cost 100 \
        rows 5 set search_path = '' set work_mem to '1MB' as $$ select 'it''s' $$";
    assert_eq!(
        serde_json::to_value(routine("f(a text)", text)).unwrap(),
        json!({
            "arguments": "a text",
            "returns": "table(a integer, \"B\" text)",
            "language": "sql",
            "volatility": "immutable",
            "strict": true,
            "parallel": "safe",
            "rows": "5",
            "set": {"search_path": "\"\"", "work_mem": "1MB"},
            "body": " select 'it''s' ",
        })
    );
}

#[test]
fn a_function_is_made_as_it_was_read() {
    let text = "returns trigger language plpgsql as $x$ begin return $$a$$; end $x$";
    assert_eq!(
        routine("\"My\".f()", text).made(&id("stamp()"), "CREATE").sql,
        "CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql \
         AS $body$ begin return $$a$$; end $body$"
    );
}

#[test]
fn a_standard_body_needs_no_language() {
    let one = routine("f(a integer, b integer)", "returns integer return a + b");
    assert_eq!(
        one.made(&id("f(integer, integer)"), "CREATE").sql,
        "CREATE FUNCTION public.f(a integer, b integer) RETURNS integer LANGUAGE sql return a + b"
    );
    let two = routine("f()", "returns int begin atomic select 1; select 2; end");
    assert_eq!(two.sql_body.unwrap().text, "begin atomic select 1; select 2; end");
}

#[test]
fn out_arguments_say_what_is_returned() {
    let said = routine("f(a int, out b text, inout c int)", "returns record language sql as ''");
    assert_eq!(said, routine("f(a int, out b text, inout c int)", "language sql as ''"));
    let set = routine("f(out a text)", "returns setof text language sql as ''");
    assert_eq!(set.returns, Some(Returns::Set(Sql::new("text"))));
}

#[test]
fn a_function_in_c_names_its_library() {
    let routine = routine("f(internal)", "returns internal language c as 'lib', 'sym'");
    assert_eq!(
        routine.made(&id("f(internal)"), "CREATE").sql,
        "CREATE FUNCTION public.f(internal) RETURNS internal LANGUAGE c AS 'lib', 'sym'"
    );
}

#[test]
fn the_key_and_the_arguments_must_agree() {
    let mut parts = parts("language sql as ''");
    let origin = Origin { file: "".into(), start: 0, end: 0 };
    parts.push(Part { key: "arguments".to_owned(), value: json!("a text"), origin });
    assert!(expand(&id("f(integer)"), &mut parts).unwrap_err().0.contains("`(text)`"));
}

#[test]
fn what_callers_can_see_makes_a_new_function() {
    let text = "returns int language sql as ''";
    let replaced = |old: &str, new: &str| {
        let id = id(new);
        routine(new, text).alter(&routine(old, text), &id) == Alter::Replace
    };
    assert!(!replaced("f(int)", "f(a int = 1)"));
    assert!(replaced("f(a int)", "f(b int)"));
    assert!(replaced("f(a int)", "f(int)"));
    assert!(replaced("f(a int = 1)", "f(a int)"));
    let returning = |what: &str| routine("f()", &format!("returns {what} language sql as ''"));
    assert_eq!(returning("int").alter(&returning("text"), &id("f()")), Alter::Replace);
}
