//! Names without their schema, where the reader of the file finds the same object: its unqualified names are those of
//! its namespace, and then those of `public`.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::canon;
use crate::catalog::{Catalog, Object};
use crate::id::Id;
use crate::sql::names::{KnownNames, What, is_found_alone};
use crate::sql::plain;
use crate::sql::scan::{self, Token, TokenKind};
use crate::sql::tree::{self, Class};

/// What can be seen from each namespace.
pub(super) struct Names(BTreeMap<String, KnownNames>);

impl Names {
    pub(super) fn of(catalog: &Catalog) -> Self {
        let schemas = catalog.objects.keys().filter_map(Id::schema);
        let mut all = BTreeMap::new();
        for schema in schemas {
            if !all.contains_key(schema) {
                let path = [schema.to_owned(), "public".to_owned()];
                all.insert(schema.to_owned(), canon::known_names(catalog, catalog, &path));
            }
        }
        Self(all)
    }

    /// Shortens the parts of an object, but for what is read as it is, such as the body of a function.
    pub(super) fn shorten(&self, id: &Id, object: &Object, parts: &mut [(String, Json)]) {
        let mut queries = Vec::new();
        let mut bodies = Vec::new();
        object.attrs.each_leaf(&mut |name, class, _| match class {
            Class::Statements | Class::Body => bodies.push(name),
            Class::Query => queries.push(name),
            _ => {}
        });
        let def = id.kind.def();
        let clause = |key: &str| def.clauses.iter().any(|clause| clause.key == key);
        // What stands in no schema is read as if it stood in public.
        let namespace = if def.in_schema { id.schema().unwrap_or("public") } else { "public" };
        for (key, value) in parts.iter_mut() {
            if bodies.contains(&key.as_str()) || !clause(key) && !value.is_array() {
                continue;
            }
            let query = queries.contains(&key.as_str());
            let short = |text: &str| {
                let text = if query { text.to_owned() } else { plain::types(text) };
                self.shorter(&text, namespace, query)
            };
            match value {
                Json::String(text) => *text = short(text),
                Json::Array(items) => {
                    for item in items {
                        if let Json::String(text) = item {
                            *text = short(text);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn shorter(&self, text: &str, namespace: &str, query: bool) -> String {
        let Some(names) = self.0.get(namespace).filter(|_| text.contains('.')) else {
            return text.to_owned();
        };
        let Ok(tokens) = scan::tokens(text) else { return text.to_owned() };
        let hidden = if query { with_queries(text) } else { Vec::new() };
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for (dot, token) in tokens.iter().enumerate() {
            if token.is(".")
                && let Some((schema, name)) = qualified(&tokens, dot)
                && !hidden.contains(&name.word)
                && finds(names, &schema.word, &name.word)
            {
                out.push_str(&text[at..schema.start]);
                at = token.end;
            }
        }
        out.push_str(&text[at..]);
        names_in_texts(&out, names)
    }
}

/// The schema and the name around a dot, if they are a qualified name and no more than that.
fn qualified(tokens: &[Token], dot: usize) -> Option<(&Token, &Token)> {
    let is_name = |at: usize| {
        tokens
            .get(at)
            .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent))
    };
    let is_dot = |at: Option<usize>| at.and_then(|at| tokens.get(at)).is_some_and(|it| it.is("."));
    let (schema, name) = (is_name(dot.checked_sub(1)?)?, is_name(dot + 1)?);
    (!is_dot(dot.checked_sub(2)) && !is_dot(Some(dot + 2))).then_some((schema, name))
}

/// Whether the name alone is that object and no other.
fn finds(names: &KnownNames, schema: &str, name: &str) -> bool {
    is_found_alone(names, &[What::Relation, What::Function, What::Type], schema, name)
}

/// The names of WITH queries, which hide relations.
fn with_queries(text: &str) -> Vec<String> {
    fn collect(value: &Json, found: &mut Vec<String>) {
        match value {
            Json::Array(items) => items.iter().for_each(|item| collect(item, found)),
            Json::Object(map) => {
                if let Some(query) = tree::fields(value, "CommonTableExpr") {
                    found.push(tree::text(query, "ctename").to_owned());
                }
                map.values().for_each(|value| collect(value, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Ok(tree) = tree::parse(Class::Query, text) {
        collect(&tree, &mut found);
    }
    found
}

/// `nextval('public.number')` without the schema.
fn names_in_texts(text: &str, names: &KnownNames) -> String {
    const BEFORE: &str = "nextval('";
    let Some(start) = text.find(BEFORE).map(|at| at + BEFORE.len()) else { return text.to_owned() };
    let Some(end) = text[start..].find('\'').map(|at| start + at) else { return text.to_owned() };
    let path = crate::sql::quote::split_qualified(&text[start..end]);
    match path.as_deref() {
        Ok([schema, name]) if finds(names, schema, name) => {
            format!("{}{}{}", &text[..start], crate::sql::quote::ident(name), &text[end..])
        }
        _ => text.to_owned(),
    }
}
