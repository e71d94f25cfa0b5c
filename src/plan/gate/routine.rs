//! Which routine a statement makes or drops: overloads of one name differ in the types of their arguments.

use pg_query::protobuf::FunctionParameterMode as Mode;
use serde_json::{Map, Value};

use crate::sql::tree::{self, fields, list, names, node, number};

/// A routine that a plan makes.
pub(super) struct Routine {
    /// Its name, with the schema if that is said.
    pub(super) path: Vec<String>,
    /// Its input arguments.
    pub(super) arguments: Vec<Argument>,
}

/// The type of one argument; no name: whatever it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Argument {
    name: Vec<String>,
    is_array: bool,
}

/// The input arguments of a routine or an aggregate that a statement makes.
pub(super) fn made(statement: &Map<String, Value>) -> Vec<Argument> {
    let mut found = Vec::new();
    for key in ["parameters", "args"] {
        for item in list(statement, key) {
            parameters(item, &mut found);
        }
    }
    found
}

fn parameters(item: &Value, found: &mut Vec<Argument>) {
    match node(item) {
        Some(("FunctionParameter", parameter)) => {
            let mode = number(parameter, "mode");
            if mode != Mode::FuncParamOut as i64 && mode != Mode::FuncParamTable as i64 {
                found.push(argument(parameter.get("arg_type")));
            }
        }
        Some(("List", items)) => {
            for item in list(items, "items") {
                parameters(item, found);
            }
        }
        _ => {}
    }
}

/// The arguments that a DROP names; `None`: none are needed to know the routine.
pub(super) fn dropped(object: &Value) -> Option<Vec<Argument>> {
    let object = fields(object, "ObjectWithArgs")?;
    let unspecified = object.get("args_unspecified").is_some_and(|is| is == true);
    (!unspecified).then(|| list(object, "objargs").iter().map(|of| argument(Some(of))).collect())
}

fn argument(of: Option<&Value>) -> Argument {
    let Some(of) = of.and_then(tree::type_name) else {
        return Argument::default();
    };
    // `t.c%TYPE` is known to the server only.
    if of.get("pct_type").is_some_and(|is| is == true) {
        return Argument::default();
    }
    let name = names(of.get("names")).unwrap_or_default();
    Argument {
        name: name.into_iter().map(str::to_owned).collect(),
        is_array: !list(of, "array_bounds").is_empty(),
    }
}

/// Whether these may be the arguments of one routine; `before` says how a type was called before the plan. A type
/// without a schema may be of any.
pub(super) fn alike(
    made: &[Argument],
    dropped: &Option<Vec<Argument>>,
    before: &dyn Fn(&[String]) -> Vec<String>,
) -> bool {
    let Some(dropped) = dropped else { return true };
    let same = |a: &[String], b: &[String]| {
        a.last() == b.last() && (a.len() == 1 || b.len() == 1 || a == b)
    };
    made.len() == dropped.len()
        && made.iter().zip(dropped).all(|(a, b)| {
            let unknown = a.name.is_empty() || b.name.is_empty();
            unknown
                || a.is_array == b.is_array
                    && (same(&a.name, &b.name) || same(&before(&a.name), &before(&b.name)))
        })
}
