//! Routines as a scratch builds them: with their signature, and with a body of which nothing runs.

use super::returns::Returns;
use super::{Routine, Settings};
use crate::sql::constant;
use crate::sql::tree::{self, Class};

/// The symbol behind a routine in C on a scratch: `shell_in` (pseudotypes.c) only raises an error, whatever the
/// signature.
pub(crate) const SYMBOL: &str = "shell_in";

/// Functions of PostgreSQL that read and print values of its own types, and that a base type may use for its
/// own: at worst they print what is in the server's memory, or end it.
pub(crate) const INPUT_OUTPUT: &[&str] = &[
    "boolin",
    "boolout",
    "bpcharin",
    "bpcharout",
    "byteain",
    "byteaout",
    "charin",
    "charout",
    "date_in",
    "date_out",
    "float4in",
    "float4out",
    "float8in",
    "float8out",
    "int2in",
    "int2out",
    "int4in",
    "int4out",
    "int8in",
    "int8out",
    "namein",
    "nameout",
    "oidin",
    "oidout",
    "textin",
    "textout",
    "time_in",
    "time_out",
    "timestamp_in",
    "timestamp_out",
    "timestamptz_in",
    "timestamptz_out",
    "uuid_in",
    "uuid_out",
    "varcharin",
    "varcharout",
];

impl Routine {
    /// Takes the body, and what only a superuser may say. A body that the server parses when it is
    /// declared (`sql_body`) stays: the catalog prints it. With `bodies`, so do those in languages that
    /// every server has and every role may use.
    pub(in crate::kind) fn stub(&mut self, bodies: bool) {
        self.leakproof = false;
        self.support = None;
        if bodies && matches!(self.language.as_str(), "sql" | "plpgsql") {
            return;
        }
        self.set = Settings::default();
        if self.sql_body.is_some() {
            return;
        }
        let body = self.body.as_deref().unwrap_or_default();
        if self.language == "internal" && INPUT_OUTPUT.contains(&body) {
            return;
        }
        // A superuser creates what is compiled, and must not read a default.
        let compiled =
            matches!(self.language.as_str(), "c" | "internal") && !self.has_string_default();
        (self.object_file, self.link_symbol) = (None, None);
        // A transform belongs to its language.
        if !compiled && self.transform.is_empty() {
            "plpgsql".clone_into(&mut self.language);
        }
        let body = match self.language.as_str() {
            "c" | "internal" => {
                "internal".clone_into(&mut self.language);
                SYMBOL
            }
            "plpgsql" if self.returns_nothing() => "begin end",
            "plpgsql" => "begin return null; end",
            _ => "",
        };
        self.body = Some(body.to_owned());
    }

    /// Takes back what [`Routine::stub`] has taken.
    pub(in crate::kind) fn unstub(&mut self, whole: &Self) {
        self.language.clone_from(&whole.language);
        self.leakproof = whole.leakproof;
        self.support.clone_from(&whole.support);
        self.set.clone_from(&whole.set);
        self.body.clone_from(&whole.body);
        self.object_file.clone_from(&whole.object_file);
        self.link_symbol.clone_from(&whole.link_symbol);
    }

    /// Whether a default of an argument holds a string constant, which is evaluated when the routine is created.
    fn has_string_default(&self) -> bool {
        let arguments = self.arguments.as_ref();
        arguments.is_some_and(|of| match tree::parse(Class::Arguments, &of.text) {
            Ok(tree) => constant::has_string(&tree),
            Err(_) => true,
        })
    }

    /// Whether RETURN takes no value.
    fn returns_nothing(&self) -> bool {
        match &self.returns {
            None | Some(Returns::Set(_) | Returns::Table(_)) => true,
            Some(Returns::One(of)) => matches!(of.text.as_str(), "void" | "event_trigger"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stubbed(attributes: serde_json::Value) -> (Routine, Routine) {
        let whole: Routine = serde_json::from_value(attributes).unwrap();
        let mut stub = whole.clone();
        stub.stub(false);
        (whole, stub)
    }

    #[test]
    fn nothing_of_a_body_is_left_and_all_of_it_comes_back() {
        for (attributes, language, body) in [
            (
                json!({ "language": "sql", "returns": "integer", "body": "select evil()" }),
                "plpgsql",
                "begin return null; end",
            ),
            (
                json!({ "language": "plpgsql", "returns": "void", "body": "begin perform evil(); end" }),
                "plpgsql",
                "begin end",
            ),
            (
                json!({ "language": "plperlu", "returns": "text", "body": "evil()", "set": "x = '1'" }),
                "plpgsql",
                "begin return null; end",
            ),
            (
                json!({ "language": "c", "returns": "cstring", "object_file": "/tmp/evil.so", "link_symbol": "evil" }),
                "internal",
                SYMBOL,
            ),
            (
                json!({ "language": "internal", "returns": "text", "body": "pg_read_file" }),
                "internal",
                SYMBOL,
            ),
        ] {
            let (whole, mut stub) = stubbed(attributes);
            assert_eq!((stub.language.as_str(), stub.body.as_deref()), (language, Some(body)));
            assert!(
                stub.object_file.is_none() && stub.link_symbol.is_none() && stub.set.is_empty()
            );
            stub.unstub(&whole);
            assert_eq!(stub, whole);
        }
    }

    #[test]
    fn what_needs_a_superuser_has_no_default_that_is_read() {
        for (arguments, language) in [
            ("a text default 'x'", "plpgsql"),
            ("a d[] default '{}'::d[]", "plpgsql"),
            ("a integer default 1", "internal"),
            ("a d default null", "internal"),
        ] {
            let (_, stub) = stubbed(json!({
                "arguments": arguments, "language": "c", "returns": "integer", "object_file": "x",
            }));
            assert_eq!(stub.language, language, "{arguments}");
        }
    }

    #[test]
    fn a_body_that_the_catalog_prints_stays() {
        let (whole, stub) =
            stubbed(json!({ "language": "sql", "returns": "integer", "sql_body": "return 1" }));
        assert_eq!(stub.sql_body, whole.sql_body);
    }
}
