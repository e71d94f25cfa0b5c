//! The values that attributes are made of: SQL leaves, lists of names, storage parameters.
//!
//! Each is read from the text a person writes, from what a catalog query returns, and from a
//! snapshot, by the same `Deserialize`.

mod parameters;

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::sql::scan;
use crate::sql::{quote, tree, type_name};

pub use parameters::{Parameters, option_list};

/// A piece of SQL inside an attribute. Two are equal when their texts are; what else is equal is
/// for `canon` to find out, which then gives the desired leaf the current text.
#[derive(Clone, Default)]
pub struct Sql {
    /// The text that is compared.
    pub text: String,
    /// What the author wrote, where `text` has been replaced.
    pub author: Option<String>,
}

impl Sql {
    /// A leaf of that text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), author: None }
    }

    /// The text to emit: the author's own.
    pub fn written(&self) -> &str {
        self.author.as_deref().unwrap_or(&self.text)
    }

    /// Puts it in parentheses, so that an expression which plumb cannot read is one all the same.
    pub fn enclose(&mut self) {
        // The break ends a comment.
        *self = Self::new(format!("({}\n)", self.written()));
    }

    /// Takes over a text that means the same, keeping what the author wrote.
    pub fn take_over(&mut self, text: &str) {
        if self.text != text {
            let written = std::mem::replace(&mut self.text, text.to_owned());
            self.author.get_or_insert(written);
        }
    }
}

impl PartialEq for Sql {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl Eq for Sql {}

impl fmt::Debug for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

impl fmt::Display for Sql {
    /// Writes the text to emit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.written())
    }
}

impl Serialize for Sql {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Sql {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = text_of(deserializer)?;
        Ok(Self::new(scan::before_last_comment(text.trim())))
    }
}

/// Reads a string, or a number or boolean as its text: `cache = 20` and `cache = "20"` are alike.
pub fn text_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Scalar;
    impl Visitor<'_> for Scalar {
        type Value = String;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }
        fn visit_str<E: Error>(self, v: &str) -> Result<String, E> {
            Ok(v.to_owned())
        }
        fn visit_string<E: Error>(self, v: String) -> Result<String, E> {
            Ok(v)
        }
        fn visit_i64<E: Error>(self, v: i64) -> Result<String, E> {
            Ok(v.to_string())
        }
        fn visit_u64<E: Error>(self, v: u64) -> Result<String, E> {
            Ok(v.to_string())
        }
        fn visit_f64<E: Error>(self, v: f64) -> Result<String, E> {
            Ok(v.to_string())
        }
        fn visit_bool<E: Error>(self, v: bool) -> Result<String, E> {
            Ok(v.to_string())
        }
    }
    deserializer.deserialize_any(Scalar)
}

/// `true`, or a key without value.
pub fn is_false(value: &bool) -> bool {
    !*value
}

/// What the pieces of a comma-separated list are.
pub trait Item: Sized {
    /// Reads one item from what stands between two commas.
    ///
    /// # Errors
    /// A text that says what was expected.
    fn read(text: &str) -> Result<Self, String>;
    /// Writes the item as it stands in a list.
    fn write(&self) -> String;
    /// Reads an item that stands alone in an array: there a name is exact, nothing is folded.
    ///
    /// # Errors
    /// As [`Item::read`].
    fn exact(text: String) -> Result<Self, String> {
        Self::read(&text)
    }
}

/// A comma-separated list, written as SQL text or as a TOML array.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> List<T> {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Item> List<T> {
    /// The list as SQL, without parentheses.
    pub fn sql(&self) -> String {
        self.0.iter().map(Item::write).collect::<Vec<_>>().join(", ")
    }
}

impl<T: Item> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql())
    }
}

impl<'de, T: Item> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(std::marker::PhantomData<T>);
        impl<'de, T: Item> Visitor<'de> for Items<T> {
            type Value = List<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a comma-separated list or an array")
            }
            fn visit_str<E: Error>(self, v: &str) -> Result<List<T>, E> {
                let v = scan::without_comments(v);
                let items = split_commas(&v).into_iter().map(T::read);
                items.collect::<Result<_, _>>().map(List).map_err(E::custom)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(text) = seq.next_element::<String>()? {
                    items.push(T::exact(text).map_err(A::Error::custom)?);
                }
                Ok(List(items))
            }
        }
        deserializer.deserialize_any(Items(std::marker::PhantomData))
    }
}

/// Splits at the commas outside parentheses, brackets and quotes; surrounding space is cut off.
pub fn split_commas(text: &str) -> Vec<&str> {
    let Ok(tokens) = scan::tokens(text) else { return vec![text.trim()] };
    let (mut depth, mut start) = (0_i32, 0);
    let mut items = Vec::new();
    for token in &tokens {
        match &text[token.start..token.end] {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            "," if depth == 0 => {
                items.push(text[start..token.start].trim());
                start = token.end;
            }
            _ => {}
        }
    }
    let last = text[start..].trim();
    if !last.is_empty() || !items.is_empty() {
        items.push(last);
    }
    items
}

/// An unqualified identifier.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Name(pub String);

impl Item for Name {
    fn read(text: &str) -> Result<Self, String> {
        match quote::split_qualified(text) {
            Ok(parts) if parts.len() == 1 => Ok(Self(parts.into_iter().next().unwrap_or_default())),
            _ => Err(format!("`{text}` is not a name")),
        }
    }
    fn write(&self) -> String {
        quote::ident(&self.0)
    }
    fn exact(text: String) -> Result<Self, String> {
        Ok(Self(text))
    }
}

/// A name that is all that a clause says, for `serde`: an SQL identifier in texts, bare here.
pub mod bare {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Item, Name, literal_text, quote};

    /// Writes it as an identifier.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(name: &str, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&quote::ident(name))
    }

    /// Reads an identifier, or what cannot be one as it is: the long form may leave the quotes out.
    ///
    /// # Errors
    /// If it is no text.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(match Name::read(&text) {
            Ok(name) => name.0,
            Err(_) => literal_text(&text).unwrap_or(text),
        })
    }

    /// The same for a name that need not be said.
    pub mod option {
        use serde::{Deserializer, Serializer};

        /// See [`super::serialize`].
        ///
        /// # Errors
        /// The serializer's.
        pub fn serialize<S: Serializer>(
            name: &Option<String>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            super::serialize(name.as_deref().unwrap_or_default(), serializer)
        }

        /// See [`super::deserialize`].
        ///
        /// # Errors
        /// If it is no text.
        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<String>, D::Error> {
            super::deserialize(deserializer).map(Some)
        }
    }
}

/// Words of PostgreSQL's grammar that are written as they are (`external`, `set null (a)`), for `serde`: one word, or one
/// of the few phrases that stand where one word may. More would be another clause.
pub mod keywords {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer};

    use crate::sql::scan::{self, Token, TokenKind};

    /// Reads words.
    ///
    /// # Errors
    /// A text in which something else stands.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || D::Error::custom(format!("`{text}` is not a keyword"));
        let tokens = scan::tokens(&text).map_err(|_| wrong())?;
        let is_name =
            |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent);
        let words: Vec<&str> = tokens
            .iter()
            .map_while(|token| (token.kind == TokenKind::Word).then_some(token.word.as_str()))
            .collect();
        let fits = match (words.as_slice(), &tokens[words.len()..]) {
            ([_] | ["no", "action"] | ["set", "null" | "default"], []) => true,
            (["set", "null" | "default"], [open, names @ .., close]) => {
                let mut names = names.split(|token| token.is(","));
                open.is("(")
                    && close.is(")")
                    && names.all(|name| matches!(name, [name] if is_name(name)))
            }
            _ => false,
        };
        if fits { Ok(text) } else { Err(wrong()) }
    }

    /// The same for words that need not be said.
    pub mod option {
        use serde::Deserializer;

        /// See [`super::deserialize`].
        ///
        /// # Errors
        /// As there.
        pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
            super::deserialize(d).map(Some)
        }
    }
}

impl Item for Sql {
    fn read(text: &str) -> Result<Self, String> {
        Ok(Self::new(text))
    }
    fn write(&self) -> String {
        self.written().to_owned()
    }
}

impl List<Name> {
    /// The names themselves.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| name.0.as_str())
    }
}

/// A name that may be qualified: `client`, `billing."Invoice"`. Resolved before it is compared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Qualified {
    /// The schema; `None` until it is resolved.
    pub schema: Option<String>,
    /// The name in the schema.
    pub name: String,
}

impl Qualified {
    /// A name in a schema.
    pub fn new(schema: &str, name: &str) -> Self {
        Self { schema: Some(schema.to_owned()), name: name.to_owned() }
    }

    /// Schema and name, as a path.
    pub fn path(&self) -> Vec<String> {
        self.schema.iter().cloned().chain([self.name.clone()]).collect()
    }

    /// The name as SQL.
    pub fn sql(&self) -> String {
        match &self.schema {
            Some(schema) => quote::qualified(schema, &self.name),
            None => quote::ident(&self.name),
        }
    }
}

impl Item for Qualified {
    fn read(text: &str) -> Result<Self, String> {
        let mut parts =
            quote::split_qualified(text).map_err(|_| format!("`{text}` is not a name"))?;
        let name = parts.pop().unwrap_or_default();
        match parts.len() {
            0 => Ok(Self { schema: None, name }),
            1 => Ok(Self { schema: parts.pop(), name }),
            _ => Err(format!("`{text}` has more than a schema and a name")),
        }
    }
    fn write(&self) -> String {
        self.sql()
    }
}

impl Serialize for Qualified {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql())
    }
}

impl<'de> Deserialize<'de> for Qualified {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The name of a type, in the spelling of `format_type` under `search_path = pg_catalog`.
pub type Type = Sql;

/// Reads a type as an author writes it.
pub fn read_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Type, D::Error> {
    let text = String::deserialize(deserializer)?;
    let name = type_name::canonical(&text).map_err(D::Error::custom)?;
    Ok(Sql { author: None, text: name.to_string() })
}

/// As [`read_type`], for a type that may be left out.
pub fn read_type_option<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Type>, D::Error> {
    read_type(d).map(Some)
}

/// What a string literal stands for (`'it''s'`, `E'\n'`, `$$body$$`); `None` if it is no literal.
pub fn literal_text(text: &str) -> Option<String> {
    let text = text.trim();
    let [token] = scan::tokens(text).ok()?.try_into().ok()?;
    if token.kind != scan::TokenKind::String {
        return None;
    }
    if let Some(rest) = text.strip_prefix('$') {
        let tag = rest.find('$')? + 2;
        return text.get(tag..text.len().checked_sub(tag)?).map(str::to_owned);
    }
    if let Some(inner) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return Some(inner.replace("''", "'"));
    }
    let constant = tree::parse(tree::Class::Expr, text).ok()?;
    let (kind, value) = tree::node(constant.pointer("/AConst/val")?)?;
    (kind == "Sval").then(|| tree::text(value, "sval").to_owned())
}
