//! What of a declaration no excerpt shows: values that stand where a secret may stand. Most are refused because they
//! are none that a file may hold, or stand below a key that is mistyped.

use super::{COMMON, Reader, keys_of};
use crate::kind::Kind;
use crate::source::Node;

impl Reader {
    /// Hides what may be a secret in an object of this kind.
    pub(super) fn hide_secrets(&mut self, kind: Kind, node: &Node) {
        let def = kind.def();
        if def.hides.is_empty() {
            return;
        }
        let Node::Table(table) = node else {
            self.hide_literals(node);
            return;
        };
        let known = |name: &str| {
            def.clauses.iter().any(|clause| clause.key == name)
                || def.extra_keys.contains(&name)
                || def.children.iter().any(|place| place.key == name)
                || keys_of(kind).contains(&name)
                || COMMON.contains(&name)
        };
        for (key, node) in &table.entries {
            if key.name == "sql" {
                self.hide_literals(node);
            } else if def.hides.contains(&key.name.as_str()) || !known(&key.name) {
                self.hide_all(node);
            }
        }
    }

    /// Hides a text of SQL from its first literal or list of options on; the rest may be read.
    fn hide_literals(&mut self, node: &Node) {
        let Node::String(text) = node else {
            self.hide_all(node);
            return;
        };
        // What is behind a literal that is not closed cannot be told apart.
        if let Some(start) = text.value.find(['\'', '$', '(']) {
            self.report.hide(text.at(start..text.value.len()));
        }
    }

    /// Hides every value in this one.
    fn hide_all(&mut self, node: &Node) {
        match node {
            Node::Table(table) => table.entries.iter().for_each(|(_, node)| self.hide_all(node)),
            Node::Array(nodes, _) => nodes.iter().for_each(|node| self.hide_all(node)),
            node => self.report.hide(node.origin()),
        }
    }
}
