//! The keys of objects: what they name, and what no name can be.

use super::Reader;
use crate::id::Id;
use crate::kind::Kind;
use crate::report::{Code, Diagnostic};
use crate::source::Key;
use crate::sql::quote;

impl Reader {
    /// The id that a key directly below a kind stands for.
    pub(super) fn top_id(&mut self, kind: Kind, key: &Key, namespace: &str) -> Option<Id> {
        let def = kind.def();
        let bad = |message: String| {
            Diagnostic::error(Code::BadName, message).at(key.origin.clone(), "this name")
        };
        if !def.in_schema {
            // It has no schema to be divided from, so that a dot need not be quoted; but it may be.
            let quoted =
                key.name.starts_with('"').then(|| quote::split_key(&key.name).ok()).flatten();
            let name = match quoted.as_deref() {
                Some([name]) => name,
                _ => &key.name,
            };
            self.name_length(kind, name, key);
            return match (def.parse_key)(name) {
                Ok((name, _)) => Some(Id::new(kind, [name])),
                Err(message) => {
                    self.error(bad(message));
                    None
                }
            };
        }
        let (head, arguments) = split_arguments(&key.name);
        let mut parts = match quote::split_key(head) {
            Ok(parts) => parts,
            Err(error) => {
                self.error(bad(error.to_string()));
                return None;
            }
        };
        if parts.len() > 2 {
            let help = "a part that holds a dot is quoted: '\"odd.name\"'";
            self.error(bad(format!("`{}` has more than a schema and a name", key.name)).help(help));
            return None;
        }
        let name = parts.pop().unwrap_or_default();
        self.name_length(kind, &name, key);
        let schema = parts.pop().unwrap_or_else(|| namespace.to_owned());
        if arguments.is_empty() {
            match (def.parse_key)(&name) {
                Ok((name, _)) => return Some(Id::new(kind, [schema, name])),
                Err(message) => self.error(bad(message)),
            }
            return None;
        }
        match (def.parse_key)(&format!("{}{arguments}", crate::id::key_part(&name))) {
            Ok((name, _)) => Some(Id::new(kind, [schema, name])),
            Err(message) => {
                self.error(bad(message));
                None
            }
        }
    }

    /// NAMEDATALEN is 64: a longer name would be cut in silence by the server.
    pub(super) fn name_length(&mut self, kind: Kind, name: &str, key: &Key) {
        let name = (kind.def().name_in_key)(name);
        if name.len() > 63 {
            let message = format!("the name is {} bytes long; PostgreSQL keeps 63", name.len());
            self.error(
                Diagnostic::error(Code::NameTooLong, message)
                    .at(key.origin.clone(), "this name")
                    .help(format!("PostgreSQL would cut it to `{}`", cut(name))),
            );
        }
    }
}

/// `f(int)` falls into `f` and `(int)`; a parenthesis between double quotes is part of the name.
pub(super) fn split_arguments(key: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, c) in key.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => return key.split_at(at),
            _ => {}
        }
    }
    (key, "")
}

fn cut(name: &str) -> &str {
    let mut end = name.len().min(63);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}
