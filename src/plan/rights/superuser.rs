//! What only a superuser may do, on any server: statements that make the server run code of its own kind (`superuser()` in
//! src/backend/commands). What services for databases let their administrators do as well, such as event triggers,
//! is not among it: PostgreSQL decides there.

use pg_query::protobuf::ObjectType;
use serde_json::{Map, Value};

use crate::sql::tree::{fields, list, number, text};

/// Whether a statement needs a superuser.
pub(super) fn is_needed(kind: &str, statement: &Map<String, Value>) -> bool {
    match kind {
        "CreateAmStmt" | "CreateOpClassStmt" | "CreateOpFamilyStmt" | "CreatePlangStmt" => true,
        "DefineStmt" => {
            let of = number(statement, "kind");
            let only =
                [ObjectType::ObjectType, ObjectType::ObjectTsparser, ObjectType::ObjectTstemplate];
            only.iter().any(|only| of == *only as i64)
        }
        "CreateFunctionStmt" => {
            let options = list(statement, "options").iter();
            let mut options = options.filter_map(|option| fields(option, "DefElem"));
            options.any(|option| {
                let says = |kind: &str, key: &str| {
                    let arg = option.get("arg").and_then(|arg| fields(arg, kind));
                    arg.map(|arg| text(arg, key).to_owned())
                };
                match text(option, "defname") {
                    "language" => {
                        matches!(says("String", "sval").as_deref(), Some("c" | "internal"))
                    }
                    "leakproof" => option.get("arg").is_some_and(is_true),
                    "support" => true,
                    _ => false,
                }
            })
        }
        _ => false,
    }
}

fn is_true(value: &Value) -> bool {
    fields(value, "Boolean").is_some_and(|value| value.get("boolval").is_some_and(|it| it == true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::tree::{self, Class};

    #[test]
    fn code_of_the_servers_own_kind_needs_a_superuser() {
        for (sql, needed) in [
            ("CREATE FUNCTION s.f() RETURNS int LANGUAGE c AS 'lib', 'f'", true),
            ("CREATE FUNCTION s.f() RETURNS int LANGUAGE internal AS 'f'", true),
            ("CREATE FUNCTION s.f() RETURNS int LANGUAGE sql LEAKPROOF AS 'select 1'", true),
            ("CREATE FUNCTION s.f() RETURNS int LANGUAGE sql NOT LEAKPROOF AS 'select 1'", false),
            ("CREATE FUNCTION s.f() RETURNS int LANGUAGE sql SUPPORT s.g AS 'select 1'", true),
            ("CREATE TYPE s.t (INPUT = s.i, OUTPUT = s.o)", true),
            ("CREATE TYPE s.t AS (a int)", false),
            ("CREATE TYPE s.t AS ENUM ('a')", false),
            ("CREATE AGGREGATE s.a(int) (SFUNC = s.f, STYPE = int)", false),
            ("CREATE OPERATOR s.+ (LEFTARG = int, RIGHTARG = int, FUNCTION = s.f)", false),
            ("CREATE OPERATOR CLASS s.c FOR TYPE int USING btree AS OPERATOR 1 <", true),
            ("CREATE TEXT SEARCH PARSER s.p (START = s.a)", true),
            ("CREATE TEXT SEARCH CONFIGURATION s.p (PARSER = s.a)", false),
            ("CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION s.f()", false),
        ] {
            let tree = tree::parse(Class::Statements, sql).unwrap();
            let (kind, statement) = tree::node(&tree[0]).unwrap();
            assert_eq!(is_needed(kind, statement), needed, "{sql}");
        }
    }
}
