//! A [`Catalog`] into TOML files, as `fmt` would write them. Names no kind.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::catalog::{Catalog, Object};
use crate::clause::{self, Value};
use crate::fmt;
use crate::grants::{Grants, PassedOn, Privileges};
use crate::id::{Id, key_part};
use crate::kind::{Def, Kind, Word};
use crate::source::Source;
use crate::sql::quote::ident;

/// What is written.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether owners are.
    pub owners: bool,
    /// Whether privileges are, default ones too.
    pub privileges: bool,
    /// Whether what belongs to the whole cluster is: roles.
    pub roles: bool,
}

/// One file: its path below the directory, with forward slashes, and its text.
pub type File = (String, String);

/// The first line of every file, by which `--force` knows what it may remove.
pub const MARK: &str = "# Written by plumb export.";

/// Writes the declaration of a whole catalog: `manage.toml`, a folder per schema, a file per large
/// object, the small ones together by kind.
pub fn export(catalog: &Catalog, options: Options) -> Vec<File> {
    let owner = if options.owners { common_owner(catalog) } else { None };
    let words: BTreeMap<&Id, Word> = catalog
        .objects
        .iter()
        .filter_map(|(id, object)| {
            Some((id, object.attrs.as_values().and_then(|it| it.shorthand(id, catalog))?))
        })
        .collect();
    let said: BTreeSet<&Id> = words.values().flat_map(|word| &word.objects).collect();
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut paths: BTreeMap<(String, String), String> = BTreeMap::new();
    for kind in Kind::top() {
        let def = kind.def();
        if def.cluster_wide && !options.roles {
            continue;
        }
        for (id, object) in catalog.below(kind, &[]) {
            if def.sort == crate::kind::Sort::DefaultPrivileges && !options.privileges {
                continue;
            }
            if said.contains(id) {
                continue;
            }
            let maker = object
                .attrs
                .as_companion()
                .and_then(|it| it.made_by(id))
                .and_then(|maker| catalog.get(&maker));
            if maker.is_some_and(|maker| maker.owner == object.owner && object.is_unremarked()) {
                continue;
            }
            let writer = Writer { catalog, options, owner: owner.as_deref(), words: &words };
            let text = writer.object(id, object);
            let folder =
                id.schema().map_or_else(String::new, |schema| format!("{}/", safe(schema)));
            let file = if def.holds_rows || def.large {
                format!("{folder}{}", safe(id.name()))
            } else {
                format!("{folder}_{}", def.name)
            };
            let namespace = id.schema().unwrap_or("").to_owned();
            let path = paths.entry((namespace.clone(), file.clone())).or_insert_with(|| {
                // Names that differ only in case are one on some file systems.
                let mut path = file.clone();
                let mut count = 1;
                while !names.insert(path.to_lowercase()) {
                    count += 1;
                    path = format!("{file}~{count}");
                }
                path
            });
            let entry = files.entry(format!("{path}.toml")).or_insert_with(|| {
                let mut head = vec![MARK.to_owned()];
                if !namespace.is_empty() && namespace != "public" {
                    head.push(format!("namespace = {}", fmt::string(&namespace)));
                }
                head
            });
            entry.push(text);
        }
    }
    let mut all: Vec<File> = files
        .into_iter()
        .map(|(path, parts)| {
            let (head, rest) =
                parts.split_at(parts.iter().take_while(|p| !p.starts_with('[')).count());
            let text = format!("{}\n\n{}", head.join("\n"), rest.join("\n"));
            // As `plumb fmt` would write it.
            let text = fmt::format(&Source::new(path.clone(), text.clone())).unwrap_or(text);
            (path, text)
        })
        .collect();
    all.push(("manage.toml".to_owned(), manage(owner.as_deref(), options)));
    all.sort();
    all
}

fn manage(owner: Option<&str>, options: Options) -> String {
    let mut text = format!(
        "{MARK}\n\n# The whole truth: whatever is not declared here is not wanted.\n[manage]\n\
         schemas            = [\"*\"]\nundeclared         = \"drop\"\npartitions         = true\n\
         owners             = {}\ngrants             = {}\ndefault_privileges = {}\n\
         extension_versions = true\nroles              = {}\n",
        options.owners, options.privileges, options.privileges, options.roles
    );
    if let Some(owner) = owner {
        text.push_str(&format!("owner              = {}\n", fmt::string(owner)));
    }
    text
}

/// The owner of most objects, who is then written once.
fn common_owner(catalog: &Catalog) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, object) in &catalog.objects {
        if id.kind.def().owned
            && !id.kind.def().given
            && let Some(owner) = &object.owner
        {
            *counts.entry(owner).or_default() += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(name, count)| (*count, std::cmp::Reverse(*name)));
    most.map(|(name, _)| name.to_owned())
}

/// A file name that is safe on every file system; what is not plain is written as `%xx`.
fn safe(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c) || !c.is_ascii();
    let mut text: String = name
        .chars()
        .map(|c| if plain(c) { c.to_string() } else { format!("%{:02x}", u32::from(c)) })
        .collect();
    // Names that Windows keeps for devices.
    let lower = text.to_lowercase();
    let device = matches!(lower.as_str(), "con" | "prn" | "aux" | "nul")
        || (lower.len() == 4 && (lower.starts_with("com") || lower.starts_with("lpt")));
    if device {
        text.push('%');
    }
    text
}

struct Writer<'a> {
    catalog: &'a Catalog,
    options: Options,
    owner: Option<&'a str>,
    words: &'a BTreeMap<&'a Id, Word>,
}

impl Writer<'_> {
    /// A top-level object with its children.
    fn object(&self, id: &Id, object: &Object) -> String {
        let def = id.kind.def();
        let header = if def.given {
            def.key.to_owned()
        } else {
            format!("{}.{}", def.key, fmt::key(&top_key(id)))
        };
        let mut out = String::new();
        self.block(&header, id, object, &mut out);
        out
    }

    /// `[header]` with one line a part, then the children.
    fn block(&self, header: &str, id: &Id, object: &Object, out: &mut String) {
        let entries = self.entries(id, object);
        out.push_str(&format!("[{header}]\n"));
        let width = entries.iter().map(|(key, _)| fmt::width(key)).max().unwrap_or(0);
        for (key, value) in &entries {
            let pad = " ".repeat(width.saturating_sub(fmt::width(key)));
            out.push_str(&format!("{key}{pad} = {value}\n"));
        }
        for place in id.kind.def().children {
            if place.kind.def().single {
                continue;
            }
            self.children(header, id, place.key, place.kind, out);
        }
    }

    fn children(&self, header: &str, id: &Id, key: &str, kind: Kind, out: &mut String) {
        if kind.def().sort == crate::kind::Sort::Grants && !self.options.privileges {
            return;
        }
        let mut children: Vec<(&Id, &Object)> = self.catalog.below(kind, &id.path).collect();
        children.sort_by_key(|(child, object)| {
            (if kind.def().shapes { object.rank } else { 0 }, (*child).clone())
        });
        let (mut lines, mut blocks) = (Vec::new(), String::new());
        for (child, object) in children {
            let name = fmt::key(child.name());
            let entries = self.entries(child, object);
            let sub_children = kind.def().children.iter().any(|place| {
                !place.kind.def().single
                    && self.catalog.below(place.kind, &child.path).next().is_some()
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
            out.push_str(&format!("\n[{header}.{key}]\n"));
            let width = lines.iter().map(|(name, _)| fmt::width(name)).max().unwrap_or(0).min(40);
            for (name, value) in lines {
                let pad = " ".repeat(width.saturating_sub(fmt::width(&name)));
                out.push_str(&format!("{name}{pad} = {value}\n"));
            }
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
        let (clauses, extra): (Vec<_>, Vec<_>) =
            parts.iter().partition(|(key, value)| !long && writes(def, key, value));
        let sql = clause::join(def.clauses, &|key| {
            clauses
                .iter()
                .find(|(known, _)| known == key)
                .and_then(|(_, value)| clause_value(value))
        });
        if !sql.is_empty() {
            entries.push(("sql".to_owned(), string(&sql)));
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
        if let Some(word) = self.words.get(id) {
            parts.retain(|(key, _)| !word.says.contains(&key.as_str()));
            for (key, value) in &mut parts {
                if *key == word.key {
                    *value = Json::from(word.word);
                }
            }
        }
        parts
    }
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

/// A privilege list as GRANT reads it; where only some may be passed on, those that may not.
fn privilege_list(privileges: &Privileges) -> String {
    let names: Vec<&str> = privileges.keys().map(String::as_str).collect();
    let passes = !privileges.is_empty() && privileges.values().all(|passes| *passes);
    format!("{}{}", names.join(", "), if passes { " with grant option" } else { "" })
}

/// What each grantee has, from the owner and then from others, with `granted by` behind it.
fn by_grantee(grants: &Grants) -> BTreeMap<&str, Vec<(String, &Privileges)>> {
    let mut all: BTreeMap<&str, Vec<(String, &Privileges)>> = BTreeMap::new();
    for (grantee, privileges) in &grants.by_owner {
        all.entry(grantee).or_default().push((String::new(), privileges));
    }
    for (PassedOn { grantor, grantee }, privileges) in &grants.passed_on {
        let by = format!(" granted by {}", ident(grantor));
        all.entry(grantee).or_default().push((by, privileges));
    }
    all
}

/// Grants as they are read.
pub fn grants_text(grants: &Grants) -> String {
    let list = |(by, privileges): &(String, &Privileges)| {
        let list = privilege_list(privileges);
        if list.is_empty() { "nothing".to_owned() } else { list + by }
    };
    let one = |(grantee, lists): (&str, Vec<(String, &Privileges)>)| {
        format!("{grantee}: {}", lists.iter().map(list).collect::<Vec<_>>().join(", "))
    };
    by_grantee(grants).into_iter().map(one).collect::<Vec<_>>().join("; ")
}

fn grants_toml(grants: &Grants) -> String {
    let some = |privileges: &Privileges, wanted: bool| -> Privileges {
        let some = privileges.iter().filter(|(_, passes)| **passes == wanted);
        some.map(|(name, passes)| (name.clone(), *passes)).collect()
    };
    let lists = |(by, privileges): (String, &Privileges)| -> Vec<String> {
        let mut parts = vec![some(privileges, false), some(privileges, true)];
        parts.retain(|part| !part.is_empty());
        if parts.is_empty() {
            parts.push(Privileges::new());
        }
        let text = |part: &Privileges| fmt::one_line_string(&(privilege_list(part) + &by));
        parts.iter().map(text).collect()
    };
    let one = |(grantee, all): (&str, Vec<(String, &Privileges)>)| {
        let texts: Vec<String> = all.into_iter().flat_map(lists).collect();
        let value = match texts.as_slice() {
            [text] => text.clone(),
            texts => format!("[{}]", texts.join(", ")),
        };
        format!("{} = {value}", fmt::key(grantee))
    };
    format!("{{ {} }}", by_grantee(grants).into_iter().map(one).collect::<Vec<_>>().join(", "))
}
