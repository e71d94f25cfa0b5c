//! `f(text, integer)`: the name and the input types that identify a routine, and its arguments.
//!
//! In an id the types stand as `format_type` prints them, OUT arguments are left out, and a
//! VARIADIC one says so (`pg_proc.proargtypes`, `provariadic`).

use serde_json::Value as Json;

use crate::id::{Id, key_part};
use crate::kind::{Kind, Lookup};
use crate::leaf::split_commas;
use crate::sql::quote::{ident, qualified};
use crate::sql::scan;
use crate::sql::tree::{self, Class};
use crate::sql::type_name::{self, TypeName};

/// How an argument is passed (`pg_proc.proargmodes`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::kind) enum Mode {
    In,
    Out,
    InOut,
    Variadic,
}

/// One argument of a routine.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::kind) struct Argument {
    pub(in crate::kind) mode: Mode,
    pub(in crate::kind) name: String,
    pub(in crate::kind) of: TypeName,
    pub(in crate::kind) has_default: bool,
}

impl Argument {
    pub(in crate::kind) fn is_input(&self) -> bool {
        self.mode != Mode::Out
    }

    pub(in crate::kind) fn is_output(&self) -> bool {
        matches!(self.mode, Mode::Out | Mode::InOut)
    }

    /// How it stands in a signature.
    fn input(&self) -> String {
        let variadic = if self.mode == Mode::Variadic { "variadic " } else { "" };
        format!("{variadic}{}", self.of.base())
    }
}

/// Reads the arguments as they stand between the parentheses of CREATE FUNCTION.
pub(in crate::kind) fn arguments(text: &str) -> Result<Vec<Argument>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let tree = tree::parse(Class::Arguments, text)
        .or_else(|error| tree::parse(Class::Arguments, &quoted_names(text)).map_err(|_| error))
        .map_err(|error| error.message)?;
    let items = tree.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|item| argument(item, text)).collect()
}

/// Words that an older server prints bare as the name of an argument and that the grammar of 16 to
/// 18 has made keywords.
const NEW_KEYWORDS: &[&str] = &[
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "merge_action",
    "system_user",
];

/// The arguments with such names quoted.
fn quoted_names(text: &str) -> String {
    let quoted = |item: &str| {
        let Ok(tokens) = scan::tokens(item) else { return item.to_owned() };
        let modes = ["in", "out", "inout", "variadic"];
        let first = usize::from(tokens.first().is_some_and(|t| modes.iter().any(|m| t.is_word(m))));
        match (tokens.get(first), tokens.get(first + 1)) {
            (Some(name), Some(next))
                if NEW_KEYWORDS.contains(&name.word.as_str())
                    && matches!(
                        next.kind,
                        scan::TokenKind::Word | scan::TokenKind::QuotedIdent
                    ) =>
            {
                format!("{}\"{}\"{}", &item[..name.start], name.word, &item[name.end..])
            }
            _ => item.to_owned(),
        }
    };
    split_commas(text).into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}

fn argument(item: &Json, text: &str) -> Result<Argument, String> {
    let wrong = || format!("`{text}` are no arguments of a function");
    let fields = tree::fields(item, "FunctionParameter").ok_or_else(wrong)?;
    let of = fields.get("arg_type").and_then(Json::as_object).ok_or_else(wrong)?;
    let of = of.get("TypeName").and_then(Json::as_object).unwrap_or(of);
    // FunctionParameterMode of libpg_query's protobuf.
    let mode = match tree::number(fields, "mode") {
        2 => Mode::Out,
        3 => Mode::InOut,
        4 => Mode::Variadic,
        _ => Mode::In,
    };
    Ok(Argument {
        mode,
        name: tree::text(fields, "name").to_owned(),
        of: type_name::from_tree(of, text).map_err(|error| error.to_string())?,
        has_default: fields.contains_key("defexpr"),
    })
}

/// The types of the inputs, as they stand in an id.
pub(in crate::kind) fn inputs(arguments: &[Argument]) -> String {
    let inputs = arguments.iter().filter(|argument| argument.is_input()).map(Argument::input);
    inputs.collect::<Vec<_>>().join(", ")
}

/// Whether arguments can be those whose types stand in an id: a type that one of them names without its
/// schema is any of that name.
pub(in crate::kind) fn agree(read: &[Argument], id: &Id) -> bool {
    let Ok(key) = arguments(types(id)) else { return inputs(read) == types(id) };
    let open = |of: &TypeName| TypeName { schema: None, ..of.clone() };
    let alike = |(one, other): (&Argument, &Argument)| {
        one.input() == other.input()
            || (one.of.is_unresolved() || other.of.is_unresolved())
                && Argument { of: open(&one.of), ..one.clone() }.input()
                    == Argument { of: open(&other.of), ..other.clone() }.input()
    };
    let read: Vec<&Argument> = read.iter().filter(|argument| argument.is_input()).collect();
    read.len() == key.len() && read.into_iter().zip(&key).all(alike)
}

/// Cuts `f(text, integer)` into the name as the catalog has it and the text of the arguments.
pub(in crate::kind) fn split(key: &str) -> Option<(String, &str)> {
    let open = last_group(key)?;
    let inside = &key[open + 1..key.trim_end().len() - 1];
    let name = key[..open].trim_end();
    let quoted = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    Some((quoted.map_or_else(|| name.to_owned(), |inner| inner.replace("\"\"", "\"")), inside))
}

/// Where the parenthesis opens that closes at the end of the text. It is looked for from the end,
/// since a name may hold anything.
fn last_group(key: &str) -> Option<usize> {
    let key = key.trim_end();
    if !key.ends_with(')') {
        return None;
    }
    let (mut depth, mut quote) = (0_i32, None);
    for (at, c) in key.char_indices().rev() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, ')') => depth += 1,
            (None, '(') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The name of a routine, without its types.
pub(in crate::kind) fn name(id: &Id) -> String {
    split(id.name()).map_or_else(|| id.name().to_owned(), |(name, _)| name)
}

/// The types of an id, as they stand there.
pub(in crate::kind) fn types(id: &Id) -> &str {
    split(id.name()).map_or("", |(_, types)| types)
}

/// `s.f`, quoted.
pub(in crate::kind) fn sql_name(id: &Id) -> String {
    qualified(id.first(), &name(id))
}

/// See [`crate::kind::Describe::key`]. The second value are the arguments, if the key says more
/// than their types.
pub(in crate::kind) fn key(key: &str) -> Result<(String, Option<Json>), String> {
    let Some((name, inside)) = split(key) else {
        return Err(format!(
            "the types of the arguments are missing: write `{key}()` if it has none"
        ));
    };
    let read = arguments(inside)?;
    let canonical = format!("{}({})", key_part(&name), inputs(&read));
    Ok((canonical, says_more(&read).then(|| Json::String(inside.trim().to_owned()))))
}

/// Whether the arguments say more than the types of an id do; modifiers of types PostgreSQL drops.
pub(in crate::kind) fn says_more(arguments: &[Argument]) -> bool {
    arguments
        .iter()
        .any(|argument| !argument.name.is_empty() || argument.has_default || argument.is_output())
}

/// See [`crate::kind::Describe::resolve_key`].
pub(in crate::kind) fn resolve_key(id: &Id, names: &Lookup<'_>) -> Option<Id> {
    let (name, types) = split(id.name())?;
    let read = arguments(types).ok()?;
    if !read.iter().any(|argument| argument.of.is_unresolved()) {
        return None;
    }
    let resolved: Vec<Argument> = read
        .into_iter()
        .map(|argument| Argument { of: resolve_type(argument.of, names), ..argument })
        .collect();
    let mut path = id.path.clone();
    *path.last_mut()? = format!("{}({})", key_part(&name), inputs(&resolved));
    let found = Id { kind: id.kind, path };
    if !resolved.iter().any(|argument| argument.of.is_unresolved()) {
        return Some(found);
    }
    Some(namesake(&found, &name, &resolved, names).unwrap_or(found))
}

/// A type of the user's with its schema, if it is known.
pub(in crate::kind) fn resolve_type(of: TypeName, names: &Lookup<'_>) -> TypeName {
    match names.schema_of_type(&of.name) {
        Some(schema) if of.is_unresolved() => TypeName { schema: Some(schema), ..of },
        _ => of,
    }
}

/// The one routine in the database that differs only in that the schemas of its types are known:
/// types of extensions are nobody's objects.
fn namesake(id: &Id, wanted: &str, inputs: &[Argument], names: &Lookup<'_>) -> Option<Id> {
    let current = names.current?;
    let alike = |other: &&Id| {
        let Some((name, types)) = split(other.name()) else { return false };
        let Ok(read) = arguments(types) else { return false };
        name == wanted
            && read.len() == inputs.len()
            && read.iter().zip(inputs).all(|(theirs, ours)| {
                let unqualified = TypeName { schema: None, ..theirs.of.clone() };
                theirs.mode == ours.mode
                    && (theirs.of == ours.of || ours.of.is_unresolved() && unqualified == ours.of)
            })
    };
    let mut found = current.below(id.kind, &id.path[..1]).map(|(id, _)| id).filter(alike);
    let first = found.next()?;
    found.next().is_none().then(|| first.clone())
}

/// The columns of a table that a function returns, each as a name and a type.
pub(in crate::kind) fn columns(text: &str) -> Result<String, String> {
    let read = arguments(text)?;
    let written: Vec<_> =
        read.iter().map(|column| format!("{} {}", ident(&column.name), column.of.base())).collect();
    Ok(written.join(", "))
}

/// The name that a function takes up: another of the same types cannot be VARIADIC beside it.
pub(in crate::kind) fn slot(id: &Id) -> Vec<String> {
    let types = split_commas(types(id));
    let flat = types.iter().map(|item| item.strip_prefix("variadic ").unwrap_or(item));
    let flat = flat.collect::<Vec<_>>().join(", ");
    vec![id.first().to_owned(), format!("{}({flat})", key_part(&name(id)))]
}

/// The types of an id as arguments of a statement: each with the mode that a lookup needs.
pub(in crate::kind) fn addressed(id: &Id) -> String {
    let types = types(id);
    if id.kind != Kind::Procedure {
        return types.to_owned();
    }
    // Without a mode, PostgreSQL would also try the types as those of all arguments, OUT included.
    let each = split_commas(types).into_iter().filter(|item| !item.is_empty()).map(|item| {
        if item.starts_with("variadic ") { item.to_owned() } else { format!("IN {item}") }
    });
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Catalog, Object};
    use crate::kind::Attrs;

    fn canonical(text: &str) -> String {
        key(text).unwrap().0
    }

    #[test]
    fn a_key_is_the_name_and_the_input_types() {
        assert_eq!(
            canonical("f(int, varchar(3) [], out x text)"),
            "f(integer, character varying[])"
        );
        assert_eq!(
            canonical("f( a text = ')', inout b float8, variadic rest text[] )"),
            "f(text, double precision, variadic text[])"
        );
        assert_eq!(canonical("stamp()"), "stamp()");
        assert_eq!(canonical("a(b(text)"), "a(b(text)");
        assert_eq!(canonical("\"odd.name\"(int)"), "\"odd.name\"(integer)");
        assert!(key("stamp").unwrap_err().contains("stamp()"));
    }

    #[test]
    fn names_and_defaults_in_a_key_are_the_arguments() {
        assert_eq!(key("f(int)").unwrap().1, None);
        assert_eq!(key("f(a int = 1)").unwrap().1, Some(Json::from("a int = 1")));
    }

    #[test]
    fn a_procedure_is_looked_up_by_its_inputs() {
        let id = Id::new(Kind::Procedure, ["s", "p(integer, variadic text[])"]);
        assert_eq!(addressed(&id), "IN integer, variadic text[]");
        assert_eq!(sql_name(&id.as_kind(Kind::Function)), "s.p");
    }

    #[test]
    fn a_type_of_the_users_gets_its_schema() {
        let mut declared = Catalog::default();
        let mut current = Catalog::default();
        let values = serde_json::json!({"values": ["a"]});
        let status: Attrs = (Kind::Enum.def().parse)(&values).unwrap();
        declared
            .objects
            .insert(Id::new(Kind::Enum, ["app", "status"]), Object::new(status.clone()));
        let there = Id::new(Kind::Function, ["app", "g(app.status, public.citext)"]);
        current.objects.insert(there.clone(), Object::new(status));
        let path = ["app".to_owned(), "public".to_owned()];
        let names = Lookup { declared: &declared, current: Some(&current), path: &path };
        let of = |key: &str| resolve_key(&Id::new(Kind::Function, ["app", key]), &names);
        assert_eq!(of("f(status[], integer)").unwrap().name(), "f(app.status[], integer)");
        assert_eq!(of("g(status, citext)").unwrap(), there);
        assert_eq!(of("f(integer)"), None);
    }
}
