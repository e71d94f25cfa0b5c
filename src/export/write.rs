//! One object of a catalog as TOML: its header, its parts and its children.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::grant::grants_toml;
use super::short::Names;
use super::{Options, Partitions};
use crate::catalog::{Catalog, Object};
use crate::clause::{self, Value};
use crate::fmt;
use crate::id::{Id, key_part};
use crate::kind::abilities::Child;
use crate::kind::{Beside, Def, Kind, Shorthand};

/// Writes objects.
pub(super) struct Writer<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) options: Options,
    /// The owner who is not said.
    pub(super) owner: Option<&'a str>,
    /// What objects say of others around them.
    pub(super) words: &'a BTreeMap<&'a Id, Shorthand>,
    /// The objects that others say.
    pub(super) said: &'a BTreeSet<&'a Id>,
    /// The objects that are written as the server has them.
    pub(super) exact: &'a BTreeSet<Id>,
    pub(super) names: &'a Names,
    /// The objects with which others stand, and those.
    pub(super) beside: BTreeMap<Id, Vec<(&'a Id, &'a Object)>>,
    /// The others.
    pub(super) is_beside: BTreeSet<Id>,
}

/// Where an object stands.
pub(super) enum Spot {
    /// On a line below the header of its kind: the key and the value.
    Line(&'static str, (String, String)),
    /// Below a header of its own.
    Block(String),
}

/// Lines with their `=` in one column.
pub(super) fn aligned(lines: &[(String, String)]) -> String {
    let width = lines.iter().map(|(name, _)| fmt::width(name)).max().unwrap_or(0).min(40);
    let line = |(name, value): &(String, String)| {
        let pad = " ".repeat(width.saturating_sub(fmt::width(name)));
        format!("{name}{pad} = {value}\n")
    };
    lines.iter().map(line).collect()
}

impl Writer<'_> {
    /// Finds what stands with another object of its schema; the rest stands where its kind does.
    pub(super) fn find_beside(&mut self) {
        if self.options.partitions == Partitions::LeftOut {
            return;
        }
        for (id, object) in Kind::top().flat_map(|kind| self.catalog.below(kind, &[])) {
            let parent = object.attrs.as_child().and_then(Child::partition_parent);
            let parent = parent.filter(|parent| {
                parent.kind == id.kind
                    && id.kind.def().beside.is_some_and(|beside| is_short(id, object, beside))
                    && parent.schema() == id.schema()
                    && self.catalog.get(parent).is_some()
            });
            if let Some(parent) = parent {
                self.is_beside.insert(id.clone());
                self.beside.entry(parent).or_default().push((id, object));
            }
        }
    }

    /// Whether it is a partition of another object.
    pub(super) fn is_partition(object: &Object) -> bool {
        object.attrs.as_child().is_some_and(|child| child.partition_of().is_some())
    }

    /// A top-level object with its children.
    pub(super) fn object(&self, id: &Id, object: &Object) -> Spot {
        let def = id.kind.def();
        if def.given {
            let mut out = String::new();
            self.block(def.key, id, object, &mut out);
            return Spot::Block(out);
        }
        let key = fmt::key(&top_key(id));
        if !def.holds_rows
            && let Some(value) = self.line(id, object)
        {
            return Spot::Line(def.key, (key, value));
        }
        let mut out = String::new();
        self.block(&format!("{}.{key}", def.key), id, object, &mut out);
        Spot::Block(out)
    }

    /// The value, if that is all: nothing stands below it.
    fn line(&self, id: &Id, object: &Object) -> Option<String> {
        let has_children =
            id.kind.def().children.iter().any(|place| {
                !place.kind.def().single && self.shown(place.kind, id).next().is_some()
            });
        if has_children || self.beside.contains_key(id) {
            return None;
        }
        match self.entries(id, object).as_slice() {
            [] => Some("{}".to_owned()),
            [(key, value)] if (key == "sql" || key == "values") && !value.contains('\n') => {
                Some(value.clone())
            }
            _ => None,
        }
    }

    /// The objects below another, but for those that others say.
    fn shown(&self, kind: Kind, of: &'_ Id) -> impl Iterator<Item = (&Id, &Object)> {
        let below = self.catalog.objects.range(Id { kind, path: of.path.clone() }..);
        let (path, said) = (of.path.clone(), self.said);
        below
            .take_while(move |(id, _)| id.kind == kind && id.path.starts_with(&path))
            .filter(move |(id, _)| !said.contains(id))
    }

    /// `[header]` with one line a part, then the children. What has children may have no header of its own.
    fn block(&self, header: &str, id: &Id, object: &Object, out: &mut String) {
        let entries = self.entries(id, object);
        let mut below = String::new();
        for place in id.kind.def().children {
            if !place.kind.def().single {
                self.children(header, id, place.key, place.kind, &mut below);
            }
        }
        self.write_beside(header, id, &mut below);
        if !entries.is_empty() || below.is_empty() {
            out.push_str(&format!("[{header}]\n{}", aligned(&entries)));
        }
        out.push_str(if entries.is_empty() { below.trim_start() } else { &below });
    }

    /// What stands with the object.
    fn write_beside(&self, header: &str, id: &Id, out: &mut String) {
        let Some(place) = id.kind.def().beside else { return };
        let (mut lines, mut blocks) = (Vec::new(), String::new());
        for (other, object) in self.beside.get(id).into_iter().flatten() {
            let key = fmt::key(other.name());
            match self.line(other, object) {
                Some(value) => lines.push((key, value)),
                None => {
                    blocks.push('\n');
                    let header = format!("{header}.{}.{key}", place.key);
                    self.block(&header, other, object, &mut blocks);
                }
            }
        }
        if !lines.is_empty() {
            out.push_str(&format!("\n[{header}.{}]\n{}", place.key, aligned(&lines)));
        }
        out.push_str(&blocks);
    }

    fn children(&self, header: &str, id: &Id, key: &str, kind: Kind, out: &mut String) {
        if kind.def().sort == crate::kind::Sort::Grants && !self.options.privileges {
            return;
        }
        let mut children: Vec<(&Id, &Object)> = self.shown(kind, id).collect();
        children.sort_by_key(|(child, object)| {
            (if kind.def().shapes { object.rank } else { 0 }, (*child).clone())
        });
        let (mut lines, mut blocks) = (Vec::new(), String::new());
        for (child, object) in children {
            let name = fmt::key(child.name());
            let entries = self.entries(child, object);
            let sub_children = kind.def().children.iter().any(|place| {
                !place.kind.def().single && self.shown(place.kind, child).next().is_some()
            });
            let multi_line = entries.iter().any(|(_, value)| value.contains('\n'));
            match entries.as_slice() {
                [(only, value)] if only == "sql" && !sub_children => {
                    lines.push((name, value.clone()));
                }
                [] if !sub_children => lines.push((name, "{}".to_owned())),
                entries if !multi_line && !sub_children => {
                    let inner: Vec<String> =
                        entries.iter().map(|(key, value)| format!("{key} = {value}")).collect();
                    lines.push((name, format!("{{ {} }}", inner.join(", "))));
                }
                _ if kind.def().shapes => {
                    // A header of its own would move the column behind the others.
                    let inner: Vec<String> = self
                        .entries_on_one_line(child, object)
                        .iter()
                        .map(|(key, value)| format!("{key} = {value}"))
                        .collect();
                    lines.push((name, format!("{{ {} }}", inner.join(", "))));
                }
                _ => {
                    blocks.push('\n');
                    self.block(&format!("{header}.{key}.{name}"), child, object, &mut blocks);
                }
            }
        }
        if !lines.is_empty() {
            out.push_str(&format!("\n[{header}.{key}]\n{}", aligned(&lines)));
        }
        out.push_str(&blocks);
    }

    fn entries_on_one_line(&self, id: &Id, object: &Object) -> Vec<(String, String)> {
        self.entries_with(id, object, fmt::one_line_string)
    }

    fn entries(&self, id: &Id, object: &Object) -> Vec<(String, String)> {
        self.entries_with(id, object, fmt::string)
    }

    /// The parts of an object: the short form under `sql`, what no clause can say by name, and the
    /// fields that every object may have.
    fn entries_with(
        &self,
        id: &Id,
        object: &Object,
        string: fn(&str) -> String,
    ) -> Vec<(String, String)> {
        let def = id.kind.def();
        let parts = self.parts(id, object);
        let mut entries = Vec::new();
        let long = def.long_form || parts.iter().any(|(_, value)| multi_line(value));
        // What stands with another begins behind the clause that names that.
        let place = |key: &str| def.clauses.iter().position(|clause| clause.key == key);
        let first = def.beside.filter(|_| self.is_beside.contains(id)).map(|it| it.clause);
        let begins = first.and_then(place).unwrap_or(0);
        let (clauses, extra): (Vec<_>, Vec<_>) = parts.iter().partition(|(key, value)| {
            !long && writes(def, key, value) && place(key).is_some_and(|place| place >= begins)
        });
        let sql = clause::join(def.clauses, &|key| {
            clauses
                .iter()
                .find(|(known, _)| known == key)
                .and_then(|(_, value)| clause_value(value))
        });
        let lead = def.clauses.get(begins).filter(|_| first.is_some()).map_or("", |it| it.lead);
        let sql = sql.strip_prefix(lead).map_or(&*sql, str::trim_start);
        if !sql.is_empty() {
            entries.push(("sql".to_owned(), string(sql)));
        }
        for (key, value) in extra {
            entries.push((fmt::key(key), toml(value, string)));
        }
        for place in def.children.iter().filter(|place| place.kind.def().single) {
            let child = id.as_kind(place.kind);
            let Some(about) =
                self.catalog.get(&child).filter(|_| place.kind.def().rights.is_some())
            else {
                continue;
            };
            let said = self.entries_on_one_line(&child, about);
            if !said.is_empty() {
                let said: Vec<_> =
                    said.iter().map(|(key, value)| format!("{key} = {value}")).collect();
                entries.push((place.key.to_owned(), format!("{{ {} }}", said.join(", "))));
            }
        }
        if let Some(comment) = &object.comment {
            entries.push(("comment".to_owned(), string(comment)));
        }
        if !object.labels.is_empty() {
            let pair = |(provider, label): (&String, &String)| {
                format!("{} = {}", fmt::key(provider), fmt::one_line_string(label))
            };
            let all: Vec<String> = object.labels.iter().map(pair).collect();
            entries.push(("security_label".to_owned(), format!("{{ {} }}", all.join(", "))));
        }
        if self.options.owners
            && def.owned
            && object.owner.as_deref() != self.owner
            && let Some(owner) = &object.owner
        {
            entries.push(("owner".to_owned(), string(owner)));
        }
        if self.options.privileges
            && let Some(grants) = &object.grants
            && !grants.is_empty()
        {
            entries.push(("grant".to_owned(), grants_toml(grants)));
        }
        entries
    }

    /// What stands with its parent does not name it.
    fn leave_out_parent(&self, id: &Id, object: &Object, parts: &mut [(String, Json)]) {
        let Some(place) = id.kind.def().beside.filter(|_| self.is_beside.contains(id)) else {
            return;
        };
        let of = object.attrs.as_child().and_then(Child::partition_of);
        for (_, value) in parts.iter_mut().filter(|(key, _)| key == place.clause) {
            *value = of.map_or(Json::Null, |of| Json::from(of.bound.text.as_str()));
        }
    }

    /// Whether it, or what it says of others, is written as the server has it.
    fn is_exact(&self, id: &Id) -> bool {
        let said = self.words.get(id).into_iter().flat_map(|said| &said.objects);
        std::iter::once(id).chain(said).any(|id| self.exact.contains(id))
    }

    /// The attributes, with those of the children that are parts of the value.
    fn parts(&self, id: &Id, object: &Object) -> Vec<(String, Json)> {
        let Json::Object(map) = object.attrs.json() else { return Vec::new() };
        // What no declaration says is known from the server alone.
        let said = |key: &str| {
            id.kind.def().extra_keys.contains(&key)
                || id.kind.def().clauses.iter().any(|clause| clause.key == key)
        };
        let mut parts: Vec<(String, Json)> = map.into_iter().filter(|(key, _)| said(key)).collect();
        for place in id.kind.def().children.iter().filter(|place| place.kind.def().single) {
            if let Some(child) = self.catalog.get(&id.as_kind(place.kind))
                && place.kind.def().rights.is_none()
                && let Json::Object(inner) = child.attrs.json()
                && let Some((_, value)) = inner.into_iter().next()
            {
                parts.push((place.key.to_owned(), value));
            }
        }
        if let Some(said) = self.words.get(id) {
            parts.retain(|(key, _)| !said.says.contains(&key.as_str()));
            for (key, value) in &mut parts {
                if let Some((_, word)) = said.replaces.filter(|(of, _)| of == key) {
                    *value = Json::from(word);
                }
            }
            parts.extend(said.adds.iter().cloned());
        }
        self.leave_out_parent(id, object, &mut parts);
        if !self.is_exact(id) {
            self.names.shorten(id, object, &mut parts);
        }
        parts
    }
}

/// Whether the short form can say what an object is, so that it may stand with another.
fn is_short(id: &Id, object: &Object, beside: Beside) -> bool {
    let parts = object.attrs.json();
    let said = parts.get(beside.clause).is_some_and(|it| writes(id.kind.def(), beside.clause, it));
    said && parts.as_object().is_some_and(|parts| !parts.values().any(multi_line))
}

fn multi_line(value: &Json) -> bool {
    value.as_str().is_some_and(|text| text.contains('\n'))
}

/// Whether the short form can say it.
fn writes(def: &Def, key: &str, value: &Json) -> bool {
    use crate::clause::Shape;
    def.clauses.iter().filter(|clause| clause.key == key).any(|clause| {
        match (clause.shape, value) {
            (Shape::Flag, Json::Bool(true)) | (Shape::Off, Json::Bool(false)) => true,
            (Shape::Is(word), Json::String(text)) => word == text,
            (Shape::Parens | Shape::Rest | Shape::Word | Shape::Tail, Json::String(text)) => {
                !text.is_empty() && !text.contains("--")
            }
            (Shape::Rest | Shape::Word, Json::Number(_)) => true,
            _ => false,
        }
    })
}

fn clause_value(value: &Json) -> Option<Value> {
    match value {
        Json::Bool(flag) => Some(Value::Flag(*flag)),
        Json::String(text) => Some(Value::Text(text.clone())),
        Json::Number(number) => Some(Value::Text(number.to_string())),
        _ => None,
    }
}

/// The key below a kind: in its own file's namespace, so never qualified.
fn top_key(id: &Id) -> String {
    let divided = id.kind.def().in_schema || id.name().starts_with('"');
    if !divided || !id.kind.def().plain_key {
        return id.name().to_owned();
    }
    key_part(id.name())
}

fn toml(value: &Json, string: fn(&str) -> String) -> String {
    match value {
        Json::String(text) => string(text),
        Json::Array(items) => {
            let items: Vec<String> =
                items.iter().map(|item| toml(item, fmt::one_line_string)).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(map) => {
            let pair = |(key, value): (&String, &Json)| {
                format!("{} = {}", fmt::key(key), toml(value, fmt::one_line_string))
            };
            format!("{{ {} }}", map.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
