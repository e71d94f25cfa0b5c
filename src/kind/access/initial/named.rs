//! The key of such an object: its sort and its name, as GRANT names it.

use crate::grants::{self, Rights};
use crate::kind::Lookup;
use crate::kind::routines::routine::signature;
use crate::sql::quote::{ident, split_qualified};

/// The sorts of objects: the words in the key, those of GRANT, what PUBLIC has as built in.
const SORTS: &[(&str, Rights)] = &[
    ("function", grants::FUNCTION),
    ("procedure", Rights { word: "PROCEDURE", ..grants::FUNCTION }),
    ("table", grants::TABLE),
    ("column", grants::COLUMN),
    ("sequence", grants::SEQUENCE),
    ("type", grants::TYPE),
    ("schema", grants::SCHEMA),
    ("language", grants::LANGUAGE),
    ("foreign data wrapper", grants::WRAPPER),
    ("foreign server", grants::SERVER),
];

/// A key taken apart: the rights of its sort, the names, the types of a routine.
pub(super) struct Named<'a> {
    pub(super) word: &'static str,
    pub(super) rights: &'static Rights,
    pub(super) names: Vec<String>,
    pub(super) types: Option<&'a str>,
}

impl<'a> Named<'a> {
    pub(super) fn read(key: &'a str) -> Option<Self> {
        let key = key.trim();
        let after = |word: &str| {
            let (head, rest) = key.split_at_checked(word.len())?;
            (head.eq_ignore_ascii_case(word) && rest.starts_with(char::is_whitespace))
                .then(|| rest.trim_start())
        };
        let (word, rights, rest) =
            SORTS.iter().find_map(|(word, rights)| Some((*word, rights, after(word)?)))?;
        let open = rest.rfind('(').filter(|_| matches!(word, "function" | "procedure"));
        let (name, types) = match open {
            Some(at) => (&rest[..at], rest[at + 1..].trim_end().strip_suffix(')')),
            None => (rest, None),
        };
        Some(Self { word, rights, names: split_qualified(name.trim()).ok()?, types })
    }

    fn routine(&self) -> bool {
        matches!(self.word, "function" | "procedure")
    }

    /// How many names it takes to find one.
    fn depth(&self) -> usize {
        match self.word {
            "schema" | "language" | "foreign data wrapper" | "foreign server" => 1,
            "column" => 3,
            _ => 2,
        }
    }

    pub(super) fn path(&self) -> String {
        self.names.iter().map(|name| ident(name)).collect::<Vec<_>>().join(".")
    }

    fn key(&self) -> String {
        let types = self.types.map(|types| format!("({types})")).unwrap_or_default();
        format!("{} {}{types}", self.word, self.path())
    }
}

/// The key with the types of a routine resolved. `schema` stands in front of a name that has none.
pub(in crate::kind::access) fn resolved(
    key: &str,
    schema: &dyn Fn() -> Option<Vec<String>>,
    names: &Lookup<'_>,
) -> Option<String> {
    let mut named = Named::read(key)?;
    if named.names.len() + 1 == named.depth() {
        named.names.splice(0..0, schema()?);
    }
    let types = named.types.filter(|_| named.routine()).and_then(|types| {
        let inputs = signature::arguments(types).ok()?.into_iter().map(|mut input| {
            input.of = signature::resolve_type(input.of, names);
            input.mode = signature::Mode::In;
            input
        });
        Some(signature::inputs(&inputs.collect::<Vec<_>>()))
    });
    Some(Named { types: types.as_deref(), ..named }.key())
}

/// Checks that a key names an object as GRANT does.
///
/// # Errors
/// What there is to name.
pub(in crate::kind::access) fn check(key: &str, what: &str) -> Result<(), String> {
    if Named::read(key).is_some() {
        return Ok(());
    }
    let words: Vec<_> = SORTS.iter().map(|(word, _)| *word).collect();
    Err(format!(
        "{what} is named as GRANT names it, `function s.f(integer)`; there are {}",
        words.join(", ")
    ))
}
