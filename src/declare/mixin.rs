//! Mixins: what many tables share, put into the tables that use it. A key that the table itself
//! gives wins; `${table}` and `${schema}` are replaced inside names and SQL.

use std::collections::{BTreeMap, BTreeSet};

use super::{Reader, value};
use crate::id::Id;
use crate::report::{Code, Diagnostic};
use crate::source::{Key, Node, Origin, Table};
use crate::suggest::suggest;

/// How deep mixins may use each other.
const DEPTH: usize = 100;
/// How many mixins one table may use, with those that they use.
const USED: usize = 1_000;

/// What a table uses.
#[derive(Default)]
struct Used {
    seen: BTreeSet<String>,
    /// The mixins that are being looked into, each with the place that names it.
    path: Vec<(String, Origin)>,
    first: Vec<Table>,
    last: Vec<Table>,
}

impl Reader {
    /// The table with its mixins put in.
    pub(super) fn mixed(&mut self, mut table: Table, id: &Id, key: &Key) -> Table {
        let Some((_, names)) = table.take("use") else { return table };
        let mut used = Used::default();
        self.collect(&names, &mut used);
        let pairs = [("${table}", id.name()), ("${schema}", id.first())];
        let mut whole = Merged::new(Table { entries: Vec::new(), origin: table.origin.clone() });
        for mixin in used.first {
            whole.merge(replaced(mixin, &pairs, key), false);
        }
        whole.merge(table, true);
        for mixin in used.last {
            whole.merge(replaced(mixin, &pairs, key), false);
        }
        whole.table
    }

    /// The mixins that are used, each once, those with `place = "first"` apart.
    fn collect(&mut self, names: &Node, used: &mut Used) {
        let Node::Array(names, _) = names else {
            self.error(value::expected("an array of mixins", names));
            return;
        };
        for name in names {
            let Node::String(name) = name else {
                self.error(value::expected("the name of a mixin", name));
                continue;
            };
            if let Some(at) = used.path.iter().position(|(known, _)| *known == name.value) {
                self.circle(&used.path[at..], name.whole());
                continue;
            }
            if used.seen.contains(&name.value) {
                continue;
            }
            if used.path.len() >= DEPTH {
                let message = format!("mixins are nested more than {DEPTH} deep");
                self.too_many(message, &name.value, name.whole());
                continue;
            }
            if used.seen.len() >= USED {
                let message = format!("a table uses more than {USED} mixins");
                self.too_many(message, &name.value, name.whole());
                return;
            }
            used.seen.insert(name.value.clone());
            let Some((_, mixin)) = self.mixins.get(&name.value) else {
                let message = format!("there is no mixin `{}`", name.value);
                let diagnostic =
                    Diagnostic::error(Code::UnknownMixin, message).at(name.whole(), "unknown");
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
                used.path.push((name.value.clone(), name.whole()));
                self.collect(&inner, used);
                used.path.pop();
            }
            match mixin.take("place") {
                Some((_, Node::String(place))) if place.value == "first" => used.first.push(mixin),
                None => used.last.push(mixin),
                Some((_, node)) => {
                    let message = "the only place is \"first\"";
                    self.error(
                        Diagnostic::error(Code::BadValue, message).at(node.origin(), "not a place"),
                    );
                }
            }
        }
    }

    /// Mixins that use each other: said once, whichever table meets them.
    fn circle(&mut self, path: &[(String, Origin)], closing: Origin) {
        let Some((first, _)) = path.first() else { return };
        let names: BTreeSet<&str> = path.iter().map(|(name, _)| name.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        if !self.limits.insert(names.join(" ")) {
            return;
        }
        let mut chain: Vec<&str> = path.iter().map(|(name, _)| name.as_str()).collect();
        chain.push(first);
        let message = format!("mixins use each other in a circle: {}", chain.join(" -> "));
        let mut diagnostic = Diagnostic::error(Code::MixinCircle, message)
            .at(closing, format!("uses `{first}` again"))
            .help("remove one `use`");
        for (name, origin) in path.iter().skip(1) {
            diagnostic = diagnostic.at(origin.clone(), format!("uses `{name}`"));
        }
        self.error(diagnostic);
    }

    fn too_many(&mut self, message: String, name: &str, origin: Origin) {
        if self.limits.insert(format!("{message} {name}")) {
            self.error(
                Diagnostic::error(Code::TooManyMixins, message)
                    .at(origin, format!("`{name}` is one too many"))
                    .help("write what it holds into the mixin or table that uses it"),
            );
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

/// A table in the making, with the places of its names.
struct Merged {
    table: Table,
    places: BTreeMap<String, usize>,
    /// The places inside a table of names.
    inner: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Merged {
    fn new(table: Table) -> Self {
        Self { table, places: BTreeMap::new(), inner: BTreeMap::new() }
    }

    /// Puts `from` behind what is there; the table's own entry takes the place of a mixin's.
    fn merge(&mut self, from: Table, own: bool) {
        for (key, node) in from.entries {
            let Some(at) = self.places.get(&key.name).copied() else {
                self.places.insert(key.name.clone(), self.table.entries.len());
                self.table.entries.push((key, node));
                continue;
            };
            match node {
                Node::Table(new) if holds_names(&key.name) => {
                    if let Node::Table(known) = &mut self.table.entries[at].1 {
                        let places = self.inner.entry(key.name).or_insert_with(|| {
                            let names = known.entries.iter().enumerate();
                            names.map(|(at, (name, _))| (name.name.clone(), at)).collect()
                        });
                        for (name, value) in new.entries {
                            put(known, places, name, value, own);
                        }
                    }
                }
                node => {
                    if own {
                        self.inner.remove(&key.name);
                        self.table.entries[at] = (key, node);
                    }
                }
            }
        }
    }
}

fn put(table: &mut Table, places: &mut BTreeMap<String, usize>, name: Key, value: Node, own: bool) {
    match places.get(&name.name).copied() {
        None => {
            places.insert(name.name.clone(), table.entries.len());
            table.entries.push((name, value));
        }
        Some(at) if own => table.entries[at] = (name, value),
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use crate::declare::declare;
    use crate::source::Source;

    fn declared(toml: &str) -> Result<usize, String> {
        match declare(vec![Source::new("a.toml", toml)], PathBuf::new(), None) {
            Ok(declaration) => Ok(declaration.catalog.objects.len()),
            Err(report) => Err(report.to_string()),
        }
    }

    #[test]
    fn mixins_that_use_each_other_in_a_circle_are_named_once() {
        let toml = "[mixin.a]\nuse = ['b']\n[mixin.b]\nuse = ['a']\n\
                    [table.t]\nuse = ['a']\n[table.u]\nuse = ['b']\n";
        let error = declared(toml).unwrap_err();
        assert!(error.contains("in a circle: a -> b -> a"), "{error}");
        assert_eq!(error.matches("circle").count(), 1, "{error}");
        assert!(declared("[mixin.a]\nuse = ['a']\n[table.t]\nuse = ['a']\n").is_err());
    }

    #[test]
    fn a_mixin_that_is_used_in_two_ways_is_no_circle() {
        let toml = "[mixin.a]\ncolumn.x = 'int'\n[mixin.b]\nuse = ['a']\n[mixin.c]\nuse = ['a']\n\
                    [table.t]\nuse = ['b', 'c']\n";
        assert_eq!(declared(toml), Ok(2));
    }

    #[test]
    fn a_chain_of_mixins_has_a_limit_and_no_end_to_the_stack() {
        let chain = |length: usize| {
            let mixin = |at: usize| format!("[mixin.m{at}]\nuse = ['m{}']\n", at + 1);
            let mixins: String = (0..length).map(mixin).collect();
            format!("{mixins}[mixin.m{length}]\ncolumn.x = 'int'\n[table.t]\nuse = ['m0']\n")
        };
        assert_eq!(declared(&chain(99)), Ok(2));
        let error = declared(&chain(50_000)).unwrap_err();
        assert!(error.contains("mixins are nested more than 100 deep"), "{error}");
        let many: String = (0..2_000).map(|at| format!("[mixin.m{at}]\n")).collect();
        let names: Vec<String> = (0..2_000).map(|at| format!("'m{at}'")).collect();
        let error =
            declared(&format!("{many}[table.t]\nuse = [{}]\n", names.join(", "))).unwrap_err();
        assert!(error.contains("more than 1000 mixins"), "{error}");
    }

    #[test]
    fn a_table_with_more_columns_than_postgresql_allows_is_refused() {
        let table = |count: usize| {
            let columns: String = (0..count).map(|at| format!("c{at} = 'int'\n")).collect();
            format!("[table.t.column]\n{columns}")
        };
        assert_eq!(declared(&table(1600)), Ok(1601));
        let error = declared(&table(100_000)).unwrap_err();
        assert!(error.contains("100000 columns; PostgreSQL allows 1600"), "{error}");
    }
}
