//! Values: the short form, the long form and their mixture into the attributes of a kind.

use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::{COMMON, Reader, hint, keys_of, unknown};
use crate::clause::{self, Value};
use crate::id::Id;
use crate::kind::{Attrs, Part};
use crate::report::{Code, Diagnostic};
use crate::source::{Key, Node, Origin, Root, Text, Unread};

pub(super) fn expected(what: &str, node: &Node) -> Diagnostic {
    Diagnostic::error(Code::WrongType, format!("expected {what}, found {}", node.type_name()))
        .at(node.origin(), format!("{what} belongs here"))
}

impl Reader {
    /// A value that is no table.
    pub(super) fn value(&mut self, id: &Id, node: Node, parts: &mut Vec<Part>) {
        match node {
            Node::String(text) => self.short(id, &text, parts),
            Node::Array(items, origin) => {
                let value = Json::Array(items.iter().map(json).collect());
                parts.push(Part { key: "values".to_owned(), value, origin });
            }
            node => self.error(expected("a text or a table", &node)),
        }
    }

    /// Takes the SQL of the short form apart.
    pub(super) fn short(&mut self, id: &Id, text: &Text, parts: &mut Vec<Part>) {
        match clause::split(id.kind.def().clauses, &text.value) {
            Ok(found) => parts.extend(found.into_iter().map(|found| Part {
                key: found.key.to_owned(),
                value: match found.value {
                    Value::Flag(flag) => Json::Bool(flag),
                    Value::Text(text) => Json::String(text),
                },
                origin: text.at(found.range),
            })),
            Err(error) => {
                let message = format!("{}: {}", id.kind.def().name, error.message);
                self.error(
                    Diagnostic::error(Code::BadValue, message).at(text.at(error.at), "here"),
                );
            }
        }
    }

    /// One key of the long form; `body_file` reads `body` from a file.
    pub(super) fn part(&mut self, id: &Id, key: &Key, node: Node, parts: &mut Vec<Part>) {
        let def = id.kind.def();
        let known = |name: &str| {
            def.clauses.iter().any(|clause| clause.key == name)
                || def.extra_keys.contains(&name)
                || def.children.iter().any(|place| place.key == name)
        };
        if let Some(base) = key.name.strip_suffix("_file")
            && known(base)
            && !known(&key.name)
        {
            if let Some((text, origin)) = self.file_text(&node) {
                parts.push(Part { key: base.to_owned(), value: Json::String(text), origin });
            }
            return;
        }
        if !known(&key.name) {
            self.strangers.push((id.clone(), key.name.clone()));
            let all = def.clauses.iter().map(|clause| clause.key);
            let all = all.chain(def.extra_keys.iter().copied());
            let all = all.chain(def.children.iter().map(|place| place.key));
            let all = all.chain(def.beside.iter().map(|beside| beside.key));
            self.error(unknown(
                &format!("part of a {}", def.name),
                key,
                all.chain(keys_of(id.kind).iter().copied()).chain(COMMON.iter().copied()),
            ));
            return;
        }
        if parts.iter().any(|part| part.key == key.name) && key.name != "arguments" {
            let message = format!("`{}` is said twice", key.name);
            self.error(
                Diagnostic::error(Code::SaidTwice, message)
                    .at(key.origin.clone(), "said again here")
                    .help("keep it in `sql` or as a key of its own"),
            );
            return;
        }
        let value = json(&node);
        let origin = node.origin();
        if value == Json::Bool(false)
            && def.clauses.iter().any(|c| c.key == key.name && c.shape == clause::Shape::Flag)
        {
            return;
        }
        parts.push(Part { key: key.name.clone(), value, origin });
    }

    /// The text of a file of the declaration: beside the file that names it, or else in the
    /// declaration's directory, and nowhere outside.
    fn file_text(&mut self, node: &Node) -> Option<(String, Origin)> {
        let Node::String(text) = node else {
            self.error(expected("the name of a file", node));
            return None;
        };
        let origin = text.whole();
        let mut refuse = |code, message, help: Option<&str>| {
            let diagnostic = Diagnostic::error(code, message).at(origin.clone(), "named here");
            self.report.push(match help {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            });
            None
        };
        let beside = Path::new(&*origin.file).parent().unwrap_or(Path::new(""));
        let mut why = Unread::Outside;
        for below in [beside.join(&text.value), PathBuf::from(&text.value)] {
            // What leads out by its name alone is not even looked for.
            let read = if leaves(&below) {
                Err(Unread::Outside)
            } else {
                let root = Root::new(&self.root).map_err(Unread::from);
                root.and_then(|root| root.read(&self.root.join(&below)))
            };
            match read.map(String::from_utf8) {
                Ok(Ok(body)) => {
                    // The line break that an editor leaves at the end belongs to the file.
                    let end = ["\r\n", "\n"].into_iter().find_map(|end| body.strip_suffix(end));
                    return Some((end.unwrap_or(&body).to_owned(), origin));
                }
                Ok(Err(_)) => {
                    return refuse(Code::NotUtf8, format!("`{}` is not UTF-8", text.value), None);
                }
                Err(Unread::Missing) => why = Unread::Missing,
                // A file that is not there is the mistake, and not where it is looked for next.
                Err(Unread::Outside) if leaves(&below) => {}
                Err(other) => {
                    why = other;
                    break;
                }
            }
        }
        if matches!(why, Unread::Missing) {
            let help = "it is looked for beside this file, then in the declaration's directory";
            return refuse(
                Code::UnreadableFile,
                format!("there is no file `{}`", text.value),
                Some(help),
            );
        }
        refuse(Code::UnreadableFile, format!("`{}` {}", text.value, why.reason()), why.help())
    }

    /// Makes attributes of parts.
    pub(super) fn attributes(
        &mut self,
        id: &Id,
        parts: Vec<Part>,
        origin: &Origin,
    ) -> Option<Attrs> {
        let def = id.kind.def();
        let mut map = Map::new();
        let mut places: Vec<(String, Origin)> = Vec::with_capacity(parts.len());
        for Part { key, value, origin } in parts {
            if map.insert(key.clone(), value).is_some() {
                let message = format!("`{}` is said twice", key.replace('_', " "));
                self.error(Diagnostic::error(Code::SaidTwice, message).at(origin, "again here"));
                return None;
            }
            places.push((key, origin));
        }
        let value = Json::Object(map);
        match (def.parse)(&value) {
            Ok(attrs) => Some(attrs),
            Err(error) => {
                // The part without which the message is another one is the one at fault.
                let at_fault = places.iter().find(|(key, _)| {
                    let mut without = value.clone();
                    without.as_object_mut().map(|map| map.remove(key));
                    (def.parse)(&without)
                        .map_or_else(|other| other.to_string() != error.to_string(), |_| true)
                });
                let at = at_fault.map_or_else(|| origin.clone(), |(_, origin)| origin.clone());
                let message = format!("{} `{}`: {error}", def.name, id.dotted());
                if message.contains(crate::secret::REFUSED) {
                    let message = format!("{}: {message}", at.file);
                    self.error(Diagnostic::error(Code::SecretInFile, message));
                    return None;
                }
                let diagnostic = Diagnostic::error(Code::BadValue, message).at(at, "here");
                let missing = error.to_string();
                let missing =
                    missing.strip_prefix("missing field `").and_then(|it| it.split('`').next());
                let written = self.strangers.iter().find(|(of, key)| {
                    of == id
                        && missing.is_some_and(|missing| {
                            hint::meant(key, [missing].into_iter()).is_some()
                        })
                });
                let diagnostic = match written {
                    Some((_, key)) => diagnostic.help(format!("look at the key `{key}`")),
                    None => diagnostic,
                };
                self.error(diagnostic);
                None
            }
        }
    }
}

/// Whether a path leads out of the directory that it starts from by `..`. An absolute path is
/// decided by where it leads.
fn leaves(path: &Path) -> bool {
    let mut depth = 0_usize;
    for component in path.components() {
        match component {
            Component::ParentDir if depth == 0 => return true,
            Component::ParentDir => depth -= 1,
            Component::Normal(_) => depth += 1,
            Component::Prefix(_) | Component::RootDir | Component::CurDir => {}
        }
    }
    false
}

/// A TOML value as JSON.
pub(super) fn json(node: &Node) -> Json {
    match node {
        Node::String(text) => Json::String(text.value.clone()),
        Node::Integer(number, _) => Json::from(*number),
        Node::Float(number, _) => Json::from(*number),
        Node::Boolean(flag, _) => Json::Bool(*flag),
        Node::Array(items, _) => Json::Array(items.iter().map(json).collect()),
        Node::Table(table) => Json::Object(
            table.entries.iter().map(|(key, node)| (key.name.clone(), json(node))).collect(),
        ),
        Node::Datetime(text, _) => Json::String(text.clone()),
    }
}
