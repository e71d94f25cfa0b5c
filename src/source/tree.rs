//! The values of a file in the order in which they were written, each with its place.
//!
//! The tables are lists, not maps: a table's columns keep their order. Looking up a name walks the
//! list, so readers of long tables go through the entries instead.

use std::sync::Arc;

use super::{Origin, Text};

/// A value of a declaration file.
#[derive(Clone, Debug)]
pub enum Node {
    /// A string.
    String(Text),
    /// An integer.
    Integer(i64, Origin),
    /// A floating-point number.
    Float(f64, Origin),
    /// `true` or `false`.
    Boolean(bool, Origin),
    /// An array, or the tables under one `[[header]]`.
    Array(Vec<Node>, Origin),
    /// A table, however it was written.
    Table(Table),
    /// A date, a time or both, as TOML writes them.
    Datetime(String, Origin),
}

impl Node {
    /// Returns the place of the value.
    #[must_use]
    pub fn origin(&self) -> Origin {
        match self {
            Node::String(text) => text.whole(),
            Node::Integer(_, origin)
            | Node::Float(_, origin)
            | Node::Boolean(_, origin)
            | Node::Array(_, origin)
            | Node::Datetime(_, origin) => origin.clone(),
            Node::Table(table) => table.origin.clone(),
        }
    }

    /// Returns what the value is, with its article, for messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Node::String(_) => "a string",
            Node::Integer(..) => "an integer",
            Node::Float(..) => "a float",
            Node::Boolean(..) => "a boolean",
            Node::Array(..) => "an array",
            Node::Table(_) => "a table",
            Node::Datetime(..) => "a date or time",
        }
    }

    /// Returns the text of a string.
    #[must_use]
    pub fn as_text(&self) -> Option<&Text> {
        if let Node::String(text) = self { Some(text) } else { None }
    }

    /// Returns the table of a table.
    #[must_use]
    pub fn as_table(&self) -> Option<&Table> {
        if let Node::Table(table) = self { Some(table) } else { None }
    }

    /// Returns the elements of an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Node]> {
        if let Node::Array(nodes, _) = self { Some(nodes) } else { None }
    }

    /// Returns the value of a boolean.
    #[must_use]
    pub fn as_boolean(&self) -> Option<bool> {
        if let Node::Boolean(value, _) = self { Some(*value) } else { None }
    }
}

/// A table of a declaration file.
#[derive(Clone, Debug)]
pub struct Table {
    /// Keys and values, in the order in which the keys first appear in the file.
    pub entries: Vec<(Key, Node)>,
    /// The header, the braces, or the key that implied the table.
    pub origin: Origin,
}

impl Table {
    /// Returns the value of a key.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entry(name).map(|(_, node)| node)
    }

    /// Returns a key as written, with its value.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<(&Key, &Node)> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(key, node)| (key, node))
    }

    /// Removes a key and returns it with its value.
    pub fn take(&mut self, name: &str) -> Option<(Key, Node)> {
        let at = self.entries.iter().position(|(key, _)| key.name == name)?;
        Some(self.entries.remove(at))
    }

    /// Returns the names of the keys, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(key, _)| key.name.as_str())
    }

    /// Says whether the table has no keys.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// A key of a table, decoded.
#[derive(Clone)]
pub struct Key {
    /// The name, without TOML's quotes.
    pub name: String,
    /// The place of the key, quotes included.
    pub origin: Origin,
    pub(super) source: Arc<str>,
}

impl Key {
    /// Returns the name as a text, for keys that hold SQL, such as `"f(text, integer)"`.
    #[must_use]
    pub fn text(&self) -> Text {
        let span = self.origin.start..self.origin.end;
        Text::from_raw(&self.origin.file, &self.source, span, self.name.as_str())
    }

    /// Returns the key with parts of its name replaced; it points where it did.
    #[must_use]
    pub fn replace(&self, pairs: &[(&str, &str)]) -> Key {
        let name = pairs.iter().fold(self.name.clone(), |name, (from, to)| name.replace(from, to));
        Key { name, origin: self.origin.clone(), source: Arc::clone(&self.source) }
    }
}

/// Shows the name and its place; the file behind it stays out of the output.
impl std::fmt::Debug for Key {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Key")
            .field("name", &self.name)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::source::{Source, parse};

    #[test]
    fn a_key_that_holds_sql_points_into_its_quotes() {
        let source = Source::new("a.toml", "[function]\n\"f(\\\"T\\\", inte)\" = ''\n");
        let (table, _) = parse(&source);
        let key = &table.get("function").unwrap().as_table().unwrap().entries[0].0;
        let at = key.name.find("inte").unwrap();
        let origin = key.text().at(at..at + 4);
        assert_eq!(&source.text[origin.start..origin.end], "inte");
        assert_eq!(origin.line_column(&source.text), (2, 11));
    }

    #[test]
    fn what_is_taken_is_gone_and_the_rest_keeps_its_order() {
        let (mut table, _) = parse(&Source::new("a.toml", "c = 1\nb = true\na = ['x']\n"));
        let (key, node) = table.take("b").unwrap();
        assert_eq!((key.name.as_str(), node.as_boolean()), ("b", Some(true)));
        assert!(table.take("b").is_none());
        assert_eq!(table.names().collect::<Vec<_>>(), ["c", "a"]);
        let text = table.get("a").and_then(|node| node.as_array()?[0].as_text());
        assert_eq!(text.unwrap().value, "x");
    }
}
