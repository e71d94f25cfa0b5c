//! What the cage may do with a superuser's rights: statements that PostgreSQL lets only a superuser run
//! and that evaluate no text of anybody's while they run.
//!
//! A statement is judged by its parse tree, after the role without rights was refused (42501). PostgreSQL reads a string
//! constant with the input function of its type while it parses; a domain in that type has its check evaluated. So no
//! statement with a string constant is run with more rights.

use serde_json::{Map, Value};

use crate::kind::stub;
use crate::sql::constant;
use crate::sql::tree::{self, Class, fields, list, number, text};

/// Extensions of PostgreSQL's own `contrib`, and widely used ones, that are not marked as trusted and whose
/// scripts and functions give a role nothing that it may not do anyway: they check their caller themselves.
/// Extensions that are marked as trusted need no superuser.
const HARMLESS: &[&str] = &[
    "amcheck",
    "autoinc",
    "bloom",
    "earthdistance",
    "file_fdw",
    "hypopg",
    "insert_username",
    "intagg",
    "moddatetime",
    "pageinspect",
    "pg_buffercache",
    "pg_freespacemap",
    "pg_prewarm",
    "pg_repack",
    "pg_stat_statements",
    "pg_visibility",
    "pg_walinspect",
    "pgrowlocks",
    "pgstattuple",
    "postgis",
    "postgis_raster",
    "postgis_sfcgal",
    "postgis_topology",
    "postgres_fdw",
    "refint",
    "sslinfo",
    "vector",
    "xml2",
];

/// Why a statement may be run with a superuser's rights.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Vetted {
    /// It evaluates nothing.
    Plain,
    /// It runs the script of an extension that is known to be harmless.
    Harmless,
    /// It runs the script of an extension of the target: no role may EXECUTE its functions afterwards.
    Extension(String),
}

/// Judges a statement; `stubs`: no body is there that would do anything; `extensions` are those that the
/// target has.
pub(super) fn vetted(sql: &str, stubs: bool, extensions: &dyn Fn(&str) -> bool) -> Option<Vetted> {
    let parsed = tree::parse(Class::Statements, sql).ok()?;
    let [statement] = parsed.as_array()?.as_slice() else { return None };
    let (node, found) = tree::node(statement)?;
    if constant::has_string(statement) {
        return None;
    }
    match node {
        "CreateExtensionStmt" => {
            let name = text(found, "extname");
            if HARMLESS.contains(&name) {
                return Some(Vetted::Harmless);
            }
            extensions(name).then(|| Vetted::Extension(name.to_owned()))
        }
        // Handlers, validators and support functions are looked up and not called.
        "CreatePlangStmt"
        | "CreateAmStmt"
        | "CreateOpClassStmt"
        | "CreateOpFamilyStmt"
        | "AlterOpFamilyStmt"
        | "CreateCastStmt"
        | "CreatePublicationStmt"
        | "AlterPublicationStmt"
        | "AlterTypeStmt" => Some(Vetted::Plain),
        // Needs EXECUTE on a function, which is called when there are rows.
        "CreateTrigStmt" => stubs.then_some(Vetted::Plain),
        // Its function is called by every command that follows.
        "CreateEventTrigStmt" => stubs.then_some(Vetted::Plain),
        // A validator is called with the options.
        "CreateFdwStmt" => {
            let functions = list(found, "func_options").iter();
            let mut functions = functions.filter_map(|it| fields(it, "DefElem"));
            let validates = functions.any(|it| text(it, "defname") == "validator");
            (list(found, "options").is_empty() || !validates).then_some(Vetted::Plain)
        }
        "DefineStmt" => is_plain_definition(found).then_some(Vetted::Plain),
        "CreateFunctionStmt" => is_stub(found).then_some(Vetted::Plain),
        _ => None,
    }
}

/// What a statement has to do with the script of an extension, which calls by their bare names whatever its schema has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Script {
    /// It runs one, in that schema.
    Runs(String),
    /// It makes a schema, in which one may run.
    Schema(String),
}

/// See [`Script`].
pub(crate) fn script(sql: &str) -> Option<Script> {
    let parsed = tree::parse(Class::Statements, sql).ok()?;
    match tree::node(parsed.get(0)?)? {
        ("CreateExtensionStmt" | "AlterExtensionStmt", statement) => {
            let mut options =
                list(statement, "options").iter().filter_map(|o| fields(o, "DefElem"));
            let schema = options.find(|option| text(option, "defname") == "schema");
            let schema = schema.and_then(|option| fields(option.get("arg")?, "String"));
            Some(Script::Runs(
                schema.map_or_else(String::new, |name| text(name, "sval").to_owned()),
            ))
        }
        ("CreateSchemaStmt", statement) => {
            Some(Script::Schema(text(statement, "schemaname").to_owned()))
        }
        _ => None,
    }
}

/// A base type, a text search parser or template, an aggregate without values that would be read.
fn is_plain_definition(statement: &Map<String, Value>) -> bool {
    use pg_query::protobuf::ObjectType;
    let of = |kind: ObjectType| number(statement, "kind") == kind as i64;
    let reads_value = list(statement, "definition").iter().any(|option| {
        fields(option, "DefElem").is_none_or(|option| {
            matches!(
                text(option, "defname").to_ascii_lowercase().as_str(),
                "initcond" | "minitcond" | "initcond1"
            )
        })
    });
    of(ObjectType::ObjectType)
        || of(ObjectType::ObjectTsparser)
        || of(ObjectType::ObjectTstemplate)
        || of(ObjectType::ObjectAggregate) && !reads_value
}

/// A function in `internal` behind which is nothing but an error, or one that reads or prints a value.
fn is_stub(statement: &Map<String, Value>) -> bool {
    let option = |name: &str| {
        let mut all = list(statement, "options").iter().filter_map(|o| fields(o, "DefElem"));
        let found = all.find(|option| text(option, "defname") == name)?;
        found.get("arg")
    };
    let language = option("language").and_then(|arg| fields(arg, "String"));
    if language.is_none_or(|language| text(language, "sval") != "internal") {
        return false;
    }
    let body = option("as").and_then(|arg| fields(arg, "List"));
    let Some([body]) = body.map(|body| list(body, "items")) else { return false };
    let Some(symbol) = fields(body, "String").map(|body| text(body, "sval")) else { return false };
    if symbol == stub::SYMBOL {
        return true;
    }
    let name = |of: Option<&Value>| {
        let names = of.and_then(|of| tree::names(of.get("names")))?;
        names.last().map(|name| (*name).to_owned())
    };
    let parameters: Option<Vec<String>> = list(statement, "parameters")
        .iter()
        .map(|parameter| name(fields(parameter, "FunctionParameter")?.get("arg_type")))
        .collect();
    let (Some(parameters), Some(returns)) = (parameters, name(statement.get("return_type"))) else {
        return false;
    };
    let parameters: Vec<&str> = parameters.iter().map(String::as_str).collect();
    // An `internal` value is a pointer: no function may return or take one here.
    let value = |of: &str| !matches!(of, "internal" | "cstring");
    let reads = matches!(parameters.as_slice(), ["cstring"] | ["cstring", "oid", "int4"]);
    stub::INPUT_OUTPUT.contains(&symbol)
        && if symbol.ends_with("in") {
            reads && value(&returns)
        } else {
            matches!(parameters.as_slice(), [of] if value(of)) && returns == "cstring"
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> Option<Vetted> {
        vetted(sql, false, &|name| name == "theirs")
    }

    #[test]
    fn what_evaluates_nothing_may_be_done_with_more_rights() {
        for sql in [
            "CREATE TYPE s.t (INPUT = s.i, OUTPUT = s.o, LIKE = float8)",
            "CREATE TYPE s.t",
            "CREATE OPERATOR CLASS s.c FOR TYPE integer USING btree AS OPERATOR 1 <",
            "CREATE OPERATOR FAMILY s.f USING btree",
            "CREATE CAST (s.t AS bytea) WITHOUT FUNCTION",
            "CREATE FOREIGN DATA WRAPPER w VALIDATOR s.v",
            "CREATE FOREIGN DATA WRAPPER w HANDLER s.h OPTIONS (token 'x')",
            "CREATE TEXT SEARCH TEMPLATE s.t (LEXIZE = s.f)",
            "CREATE AGGREGATE s.a(integer) (SFUNC = s.f, STYPE = internal)",
            "CREATE FUNCTION s.f(cstring) RETURNS s.t LANGUAGE internal AS $$shell_in$$",
            "CREATE FUNCTION s.f(a int DEFAULT 0, b s.d DEFAULT NULL) RETURNS s.t LANGUAGE internal AS $$shell_in$$",
            "CREATE FUNCTION s.f(cstring, oid, integer) RETURNS s.t LANGUAGE internal AS $$int4in$$",
            "CREATE FUNCTION s.f(s.t) RETURNS cstring LANGUAGE internal STRICT AS $$int4out$$",
        ] {
            assert_eq!(of(sql), Some(Vetted::Plain), "{sql}");
        }
        assert_eq!(of("CREATE EXTENSION pg_stat_statements"), Some(Vetted::Harmless));
        assert_eq!(of("CREATE EXTENSION theirs"), Some(Vetted::Extension("theirs".to_owned())));
    }

    #[test]
    fn a_script_runs_in_the_schema_of_its_extension() {
        let runs = |schema: &str| Some(Script::Runs(schema.to_owned()));
        assert_eq!(script("CREATE EXTENSION e WITH SCHEMA s VERSION '1'"), runs("s"));
        assert_eq!(script("ALTER EXTENSION e UPDATE TO '2'"), runs(""));
        assert_eq!(script("CREATE SCHEMA s"), Some(Script::Schema("s".to_owned())));
        assert_eq!(script("ALTER EXTENSION e SET SCHEMA s"), None);
        assert_eq!(script("COMMENT ON EXTENSION e IS 'x'"), None);
    }

    #[test]
    fn a_trigger_is_made_where_its_function_does_nothing() {
        let of = |sql: &str| vetted(sql, true, &|_| false);
        let on = "CREATE TRIGGER t BEFORE INSERT ON s.t FOR EACH ROW";
        for sql in [
            "CREATE EVENT TRIGGER e ON ddl_command_end WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION s.f()",
            &format!("{on} WHEN (new.a > 0 AND new.b IS NOT NULL) EXECUTE FUNCTION s.f('a')"),
        ] {
            assert_eq!(of(sql), Some(Vetted::Plain), "{sql}");
        }
        assert_eq!(of(&format!("{on} WHEN (new.a = '{{1}}') EXECUTE FUNCTION s.f()")), None);
    }

    #[test]
    fn what_could_run_something_may_not() {
        for sql in [
            "CREATE EXTENSION dblink",
            "CREATE FUNCTION s.f() RETURNS int LANGUAGE c AS '/tmp/evil', 'evil'",
            "CREATE FUNCTION s.f() RETURNS int LANGUAGE internal AS 'pg_read_file'",
            "CREATE FUNCTION s.f(cstring) RETURNS internal LANGUAGE internal AS 'int8in'",
            "CREATE FUNCTION s.f(internal) RETURNS cstring LANGUAGE internal AS 'textout'",
            "CREATE FUNCTION s.f() RETURNS int LANGUAGE plpgsql AS 'shell_in'",
            "CREATE AGGREGATE s.a(integer) (SFUNC = s.f, STYPE = s.d, INITCOND = 'x')",
            "CREATE FOREIGN DATA WRAPPER w VALIDATOR s.v OPTIONS (a 'b')",
            "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION s.f()",
            "CREATE FUNCTION s.f(a s.d[] DEFAULT '{1}') RETURNS int LANGUAGE internal AS $$shell_in$$",
            "CREATE FUNCTION s.f(a s.d DEFAULT ''::s.d) RETURNS int LANGUAGE internal AS $$shell_in$$",
            "CREATE PUBLICATION p FOR TABLES IN SCHEMA s, TABLE s.t WHERE (a = '{1}')",
            "CREATE TYPE s.t; DROP TABLE t",
            "COPY t TO PROGRAM 'id'",
            "ALTER ROLE x SUPERUSER",
            "ALTER SYSTEM SET x = y",
            "CREATE INDEX i ON t (s.f(a))",
            "REFRESH MATERIALIZED VIEW v",
        ] {
            assert_eq!(of(sql), None, "{sql}");
        }
    }
}
