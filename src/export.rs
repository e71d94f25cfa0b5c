//! A [`Catalog`] into TOML files, as `fmt` would write them. Names no kind.

mod grant;
mod plain;
mod reread;
mod short;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Object};
use crate::fmt;
use crate::id::Id;
use crate::kind::{Kind, Shorthand};
use crate::source::Source;
use short::Names;
use write::{Spot, Writer};

/// What is written.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether owners are.
    pub owners: bool,
    /// Whether privileges are, default ones too.
    pub privileges: bool,
    /// Whether what belongs to the whole cluster is: roles.
    pub roles: bool,
    /// Whether partitions are.
    pub partitions: Partitions,
}

impl Default for Options {
    /// The whole of a database, and nothing of the cluster.
    fn default() -> Self {
        Self { owners: true, privileges: true, roles: false, partitions: Partitions::Written }
    }
}

/// What becomes of the partitions of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Partitions {
    /// They are written with their parent.
    #[default]
    Written,
    /// They are left out, and the declaration says that it does not answer for them: a job makes them.
    LeftOut,
}

/// One file: its path below the directory, with forward slashes, and its text.
pub type File = (String, String);

/// The first line of every file, by which `--force` knows what it may remove.
pub const MARK: &str = "# Written by plumb export.";

/// Writes the declaration of a whole catalog: `manage.toml`, a folder per schema, a file per large
/// object, the small ones together by kind.
///
/// What is written as a person would write it is read again, and as the server has it wherever it is not read as the
/// same object.
pub fn export(catalog: &Catalog, options: Options) -> Vec<File> {
    let plain = plain::catalog(catalog);
    let written = files(&plain, options, &BTreeSet::new());
    let unlike = reread::unlike(&written, catalog, options);
    if unlike.is_empty() {
        return written;
    }
    let mut mixed = plain;
    for (id, object) in catalog.objects.iter().filter(|(id, _)| unlike.contains(*id)) {
        mixed.objects.insert(id.clone(), object.clone());
    }
    files(&mixed, options, &unlike)
}

/// The files; `exact` are the objects that are written as the server has them.
fn files(catalog: &Catalog, options: Options, exact: &BTreeSet<Id>) -> Vec<File> {
    let owner = if options.owners { common_owner(catalog) } else { None };
    let words: BTreeMap<&Id, Shorthand> = catalog
        .objects
        .iter()
        .filter_map(|(id, object)| {
            Some((id, object.attrs.as_values().and_then(|it| it.shorthand(id, catalog))?))
        })
        .collect();
    let said: BTreeSet<&Id> = words.values().flat_map(|word| &word.objects).collect();
    let names = Names::of(catalog);
    let mut writer = Writer {
        catalog,
        options,
        owner: owner.as_deref(),
        words: &words,
        said: &said,
        exact,
        names: &names,
        beside: BTreeMap::new(),
        is_beside: BTreeSet::new(),
    };
    writer.find_beside();
    let mut files: BTreeMap<String, Page> = BTreeMap::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut paths: BTreeMap<(String, String), String> = BTreeMap::new();
    for (id, object) in Kind::top().flat_map(|kind| catalog.below(kind, &[])) {
        let def = id.kind.def();
        let left_out = def.cluster_wide && !options.roles
            || def.sort == crate::kind::Sort::DefaultPrivileges && !options.privileges
            || said.contains(id)
            || writer.is_beside.contains(id)
            || options.partitions == Partitions::LeftOut && Writer::is_partition(object);
        if left_out || is_made_alike(id, object, catalog) {
            continue;
        }
        let namespace = id.schema().unwrap_or("").to_owned();
        let folder = id.schema().map_or_else(String::new, |schema| format!("{}/", safe(schema)));
        let file = if def.holds_rows || def.large {
            format!("{folder}{}", safe(id.name()))
        } else {
            format!("{folder}_{}", def.name)
        };
        let path = paths.entry((namespace.clone(), file.clone())).or_insert_with(|| {
            // Names that differ only in case are one on some file systems.
            let mut path = file.clone();
            let mut count = 1;
            while !taken.insert(path.to_lowercase()) {
                count += 1;
                path = format!("{file}~{count}");
            }
            path
        });
        let file = files.entry(format!("{path}.toml")).or_insert_with(|| Page::new(&namespace));
        match writer.object(id, object) {
            Spot::Line(key, line) => file.lines.entry(key).or_default().push(line),
            Spot::Block(text) => file.blocks.push(text),
        }
    }
    let mut all: Vec<File> = files
        .into_iter()
        .map(|(path, file)| {
            let text = file.text();
            // As `plumb fmt` would write it.
            let text = fmt::format(&Source::new(path.clone(), text.clone())).unwrap_or(text);
            (path, text)
        })
        .collect();
    all.push(("manage.toml".to_owned(), manage(owner.as_deref(), options)));
    all.sort();
    all
}

/// Whether another object makes it as it is.
fn is_made_alike(id: &Id, object: &Object, catalog: &Catalog) -> bool {
    let maker = object.attrs.as_companion().and_then(|it| it.made_by(id));
    let maker = maker.and_then(|maker| catalog.get(&maker));
    maker.is_some_and(|maker| maker.owner == object.owner && object.is_unremarked())
}

/// A file while it is written: what stands on one line each, by its kind, and then the rest.
struct Page {
    head: String,
    lines: BTreeMap<&'static str, Vec<(String, String)>>,
    blocks: Vec<String>,
}

impl Page {
    fn new(namespace: &str) -> Self {
        let mut head = MARK.to_owned();
        if !namespace.is_empty() && namespace != "public" {
            head.push_str(&format!("\nnamespace = {}", fmt::string(namespace)));
        }
        Self { head, lines: BTreeMap::new(), blocks: Vec::new() }
    }

    fn text(self) -> String {
        let mut parts = vec![self.head + "\n"];
        for (key, lines) in self.lines {
            parts.push(format!("[{key}]\n{}", write::aligned(&lines)));
        }
        parts.extend(self.blocks);
        parts.join("\n")
    }
}

fn manage(owner: Option<&str>, options: Options) -> String {
    let mut text = format!(
        "{MARK}\n\n# The whole truth: whatever is not declared here is not wanted.\n[manage]\n\
         schemas            = [\"*\"]\nundeclared         = \"drop\"\npartitions         = {}\n\
         owners             = {}\ngrants             = {}\ndefault_privileges = {}\n\
         extension_versions = true\nconstraint_names   = true\nroles              = {}\n",
        options.partitions == Partitions::Written,
        options.owners,
        options.privileges,
        options.privileges,
        options.roles
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
