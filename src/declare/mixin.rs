//! Mixins: what many tables share, put into the tables that use it. A key that the table itself
//! gives wins; `${table}` and `${schema}` are replaced inside names and SQL.

use super::{Reader, value};
use crate::id::Id;
use crate::report::{Diagnostic, suggest};
use crate::source::{Key, Node, Table};

impl Reader {
    /// The table with its mixins put in.
    pub(super) fn mixed(&mut self, mut table: Table, id: &Id, key: &Key) -> Table {
        let Some((_, used)) = table.take("use") else { return table };
        let mut seen = Vec::new();
        let mut whole = Table { entries: Vec::new(), origin: table.origin.clone() };
        let (mut first, mut last) = (Vec::new(), Vec::new());
        self.collect(&used, &mut seen, &mut first, &mut last);
        let pairs = [("${table}", id.name()), ("${schema}", id.first())];
        for mixin in first {
            merge(&mut whole, replaced(mixin, &pairs, key), false);
        }
        merge(&mut whole, table, true);
        for mixin in last {
            merge(&mut whole, replaced(mixin, &pairs, key), false);
        }
        whole
    }

    /// The mixins that are used, each once, those with `place = "first"` apart.
    fn collect(
        &mut self,
        used: &Node,
        seen: &mut Vec<String>,
        first: &mut Vec<Table>,
        last: &mut Vec<Table>,
    ) {
        let Node::Array(names, _) = used else {
            self.error(value::expected("an array of mixins", used));
            return;
        };
        for name in names {
            let Node::String(name) = name else {
                self.error(value::expected("the name of a mixin", name));
                continue;
            };
            if seen.contains(&name.value) {
                continue;
            }
            seen.push(name.value.clone());
            let Some((_, mixin)) = self.mixins.get(&name.value) else {
                let message = format!("there is no mixin `{}`", name.value);
                let diagnostic =
                    Diagnostic::error("unknown-mixin", message).at(name.whole(), "unknown");
                let near = suggest(&name.value, self.mixins.keys().map(String::as_str));
                let diagnostic = match near {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic,
                };
                self.error(diagnostic);
                continue;
            };
            let mut mixin = mixin.clone();
            if let Some((_, inner)) = mixin.take("use") {
                self.collect(&inner, seen, first, last);
            }
            match mixin.take("place") {
                Some((_, Node::String(place))) if place.value == "first" => first.push(mixin),
                None => last.push(mixin),
                Some((_, node)) => {
                    let message = "the only place is \"first\"";
                    self.error(
                        Diagnostic::error("bad-value", message).at(node.origin(), "not a place"),
                    );
                }
            }
        }
    }
}

/// Whether a table of the language is a table of names, which is merged name by name, and not a
/// value, which is taken whole.
fn holds_names(name: &str) -> bool {
    crate::kind::Kind::ALL.iter().any(|kind| {
        let def = kind.def();
        def.key == name && !def.single && !def.parents.is_empty()
    })
}

/// Puts `from` behind what is there; the table's own entry takes the place of a mixin's.
fn merge(into: &mut Table, from: Table, own: bool) {
    for (key, node) in from.entries {
        let at = into.entries.iter().position(|(known, _)| known.name == key.name);
        match (at, node) {
            (None, node) => into.entries.push((key, node)),
            (Some(at), Node::Table(new)) if holds_names(&key.name) => {
                if let Node::Table(known) = &mut into.entries[at].1 {
                    for (name, value) in new.entries {
                        put(known, name, value, own);
                    }
                }
            }
            (Some(at), node) => {
                if own {
                    into.entries[at] = (key, node);
                }
            }
        }
    }
}

fn put(table: &mut Table, name: Key, value: Node, own: bool) {
    match table.entries.iter_mut().find(|(known, _)| known.name == name.name) {
        None => table.entries.push((name, value)),
        Some(entry) if own => *entry = (name, value),
        Some(_) => {}
    }
}

fn replaced(mut table: Table, pairs: &[(&str, &str)], at: &Key) -> Table {
    for (key, node) in &mut table.entries {
        *key = key.replace(pairs);
        let owned = std::mem::replace(node, Node::Boolean(false, at.origin.clone()));
        *node = match owned {
            Node::String(text) => Node::String(text.substitute(pairs)),
            Node::Table(table) => Node::Table(replaced(table, pairs, at)),
            Node::Array(items, origin) => Node::Array(
                items
                    .into_iter()
                    .map(|item| match item {
                        Node::String(text) => Node::String(text.substitute(pairs)),
                        other => other,
                    })
                    .collect(),
                origin,
            ),
            other => other,
        };
    }
    table
}
