//! TOML files into a [`Catalog`] in its natural form. Names no kind: what a key means is in the
//! tree of kinds, what a value means in the kind's own grammar. All mistakes are collected.

mod accepted;
mod check;
mod doubt;
mod grant;
mod hide;
mod hint;
mod mixin;
mod name;
mod privilege_list;
mod privileges;
mod resolve;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

pub use accepted::{Accepted, Of};
pub use check::check;
pub use doubt::doubts;
use name::split_arguments;
pub use resolve::resolve;

use crate::accept::Acceptance;
use crate::catalog::{Catalog, Object};
use crate::id::Id;
use crate::kind::{Beside, Inner, Kind, Naming, Part, qualified_path};
use crate::manage::Manage;
use crate::online::Online;
use crate::report::{Code, Diagnostic, Report};
use crate::source::{self, Key, Node, Origin, Source, Table};
use crate::sql::quote;
use crate::suggest::suggest;

/// What the files say.
#[derive(Clone, Debug, Default)]
pub struct Declaration {
    /// The objects, in their natural form.
    pub catalog: Catalog,
    /// What the declaration answers for.
    pub manage: Manage,
    /// Objects whose names PostgreSQL would have chosen, so that another name is as good.
    pub implicit: BTreeSet<Id>,
    /// Objects that are renamed if they are there under another name.
    pub kept: BTreeSet<Id>,
    /// The hazards that are accepted beside an object, of it and what lives in it.
    pub accepted: BTreeMap<Id, Vec<Acceptance>>,
    /// The tables of which is said whether they are in use while a plan is applied.
    pub online: BTreeMap<Id, Online>,
    /// The files, for excerpts.
    pub sources: Vec<Source>,
}

impl Declaration {
    /// The declared objects as if a database of the newest major had them: the current side of a
    /// comparison that asks no server. Objects without `owner` belong to the role `postgres`.
    #[must_use]
    pub fn as_current(mut self) -> Catalog {
        resolve(&mut self, None);
        let server = &mut self.catalog.server;
        server.version = NEWEST;
        "postgres".clone_into(&mut server.user);
        for (id, object) in &mut self.catalog.objects {
            if id.kind.def().owned {
                object.owner.get_or_insert_with(|| server.user.clone());
            }
        }
        self.catalog
    }

    /// Gives what the declaration does not name, the database, the name that it has in `current`. Where that side has
    /// none, as a snapshot of an older plumb or another declaration, it is left out; says what was.
    pub fn name_given(&mut self, current: &Catalog) -> Vec<Id> {
        let mut left_out = Vec::new();
        for kind in Kind::top().filter(|kind| kind.def().given) {
            let Some(id) = self.catalog.of_kind(kind).next().map(|(id, _)| id.clone()) else {
                continue;
            };
            let Some(object) = self.catalog.objects.remove(&id) else { continue };
            match current.of_kind(kind).next() {
                Some((there, _)) => {
                    self.catalog.objects.insert(there.clone(), object);
                }
                None => left_out.push(id),
            }
        }
        left_out
    }

    /// Learns the secrets that somebody knows, by the variables that the placeholders name.
    pub fn reveal(&mut self, env: &dyn Fn(&str) -> Option<String>) {
        for object in self.catalog.objects.values_mut() {
            object.attrs.secrets(&mut |_, secret| secret.reveal(env));
        }
    }
}

/// Reads files into a declaration. `root` is where `body_file` and `query_file` are looked for;
/// `manage` is what `plumb.toml` says, if it says it.
///
/// # Errors
/// Every mistake of every file.
pub fn declare(
    sources: Vec<Source>,
    root: PathBuf,
    manage: Option<Manage>,
) -> Result<Declaration, Report> {
    let mut reader = Reader { root, ..Reader::default() };
    reader.manage = manage.map(|manage| (manage, None));
    let trees: Vec<Table> = sources
        .iter()
        .map(|source| {
            let (tree, mistakes) = source::parse(source);
            reader.report.extend(mistakes);
            tree
        })
        .collect();
    for tree in &trees {
        reader.collect_mixins(tree);
    }
    for tree in trees {
        reader.file(tree);
    }
    reader.finish(sources)
}

/// Reads one text into a declaration. Files that it names are looked for in the current directory.
///
/// # Errors
/// Every mistake of the text.
pub fn text(toml: &str) -> Result<Declaration, Report> {
    declare(vec![Source::new("text.toml", toml)], PathBuf::from("."), None)
}

/// `server_version_num` of the newest major.
const NEWEST: u32 = 180_000;

/// The words at the top of a file that are no kinds.
const RESERVED: &[&str] = &["namespace", "manage", "mixin"];
/// The name of what the declaration does not name, until it is known with what it is compared.
const UNNAMED: &str = "<current>";
/// The keys that every object may have.
pub const COMMON: &[&str] = &[
    "sql",
    "comment",
    "security_label",
    "owner",
    "grant",
    "renamed_from",
    "depends_on",
    "use",
    "allow",
];
/// Says of what holds rows whether it is in use while a plan is applied.
const ONLINE: &str = "online";

/// The keys that an object of the kind may have for what it is, beside those of its grammar.
pub fn keys_of(kind: Kind) -> &'static [&'static str] {
    if kind.def().holds_rows { &[ONLINE] } else { &[] }
}

#[derive(Default)]
struct Reader {
    root: PathBuf,
    report: Report,
    catalog: Catalog,
    manage: Option<(Manage, Option<Origin>)>,
    implicit: Vec<(Inner, String)>,
    kept: BTreeSet<Id>,
    mixins: BTreeMap<String, (Origin, Table)>,
    /// What was said of mixins that no table can use, so that it is said once.
    limits: BTreeSet<String>,
    column_grants: Vec<grant::ColumnGrant>,
    /// Keys that an object does not have.
    strangers: Vec<(Id, String)>,
    accepted: BTreeMap<Id, Vec<Acceptance>>,
    online: BTreeMap<Id, Online>,
    rank: u32,
}

impl Reader {
    fn error(&mut self, diagnostic: Diagnostic) {
        self.report.push(diagnostic);
    }

    fn collect_mixins(&mut self, tree: &Table) {
        let Some((_, Node::Table(mixins))) = tree.entry("mixin") else { return };
        for (key, node) in &mixins.entries {
            let Node::Table(table) = node else {
                self.report.push(value::expected("a table", node));
                continue;
            };
            let entry = (key.origin.clone(), table.clone());
            if let Some((first, _)) = self.mixins.insert(key.name.clone(), entry) {
                self.report.push(twice("mixin", &key.name, &key.origin, &first));
            }
        }
    }

    fn file(&mut self, mut tree: Table) {
        let namespace = match tree.take("namespace") {
            None => "public".to_owned(),
            Some((_, Node::String(text))) => text.value,
            Some((_, node)) => {
                self.error(value::expected("the name of a schema", &node));
                "public".to_owned()
            }
        };
        tree.take("mixin");
        if let Some((key, node)) = tree.take("manage") {
            self.manage(&key, &node);
        }
        for (key, node) in tree.entries {
            let Some(kind) = Kind::top().find(|kind| kind.def().key == key.name) else {
                let known = Kind::top().map(|kind| kind.def().key).chain(RESERVED.iter().copied());
                let diagnostic = unknown("kind of object", &key, known);
                self.error(match hint::at_top(&key.name) {
                    Some(hint) => diagnostic.help(hint),
                    None => diagnostic,
                });
                continue;
            };
            if kind.def().given {
                if matches!(node, Node::Table(_)) {
                    self.object(Id::new(kind, [UNNAMED]), &key, node, &namespace);
                } else {
                    self.error(value::expected("a table", &node));
                }
                continue;
            }
            let Node::Table(names) = node else {
                self.error(value::expected("a table of names", &node));
                continue;
            };
            for (name, node) in names.entries {
                if let Some(id) = self.top_id(kind, &name, &namespace) {
                    self.object(id, &name, node, &namespace);
                }
            }
        }
    }

    fn manage(&mut self, key: &Key, node: &Node) {
        let Node::Table(table) = node else {
            self.error(value::expected("a table", node));
            return;
        };
        match Manage::read(table) {
            Ok(manage) => {
                if let Some((_, first)) = &self.manage {
                    let first = first.clone().unwrap_or_else(|| key.origin.clone());
                    self.error(twice("the table", "manage", &key.origin, &first));
                } else {
                    self.manage = Some((manage, Some(key.origin.clone())));
                }
            }
            Err(mistakes) => self.report.extend(mistakes),
        }
    }

    fn object(&mut self, id: Id, key: &Key, node: Node, namespace: &str) {
        let def = id.kind.def();
        if let Some(first) = self.catalog.get(&id).and_then(|object| object.origin.clone()) {
            self.error(twice(def.name, &id.dotted(), &key.origin, &first));
            return;
        }
        self.hide_secrets(id.kind, &node);
        let mut parts = Vec::new();
        let mut object = Meta::default();
        let (_, arguments) = split_arguments(&key.name);
        if !arguments.is_empty()
            && let Ok((_, Some(written))) = (def.parse_key)(&format!("x{arguments}"))
        {
            parts.push(Part {
                key: "arguments".to_owned(),
                value: written,
                origin: key.origin.clone(),
            });
        }
        let (mut children, mut beside) = (Vec::new(), None);
        match node {
            Node::Table(table) => {
                let mut table = self.mixed(table, &id, key);
                beside = def.beside.and_then(|beside| Some((beside, table.take(beside.key)?.1)));
                for (key, node) in table.entries {
                    self.entry(&id, key, node, &mut parts, &mut object, &mut children);
                }
                // Whose privileges are said is there, and as usual.
                for (kind, key, _) in &children {
                    if kind.def().single && !parts.iter().any(|part| part.key == key.name) {
                        let (key, origin) = (key.name.clone(), key.origin.clone());
                        parts.push(Part { key, value: serde_json::Value::Bool(true), origin });
                    }
                }
            }
            node => self.value(&id, node, &mut parts),
        }
        // What the long form says explicitly stands in the place of what the key says.
        if parts.iter().filter(|part| part.key == "arguments").count() > 1 {
            parts.remove(0);
        }
        self.add(id.clone(), parts, object, &key.origin, namespace);
        if self.are_too_many(&id, key, &children) {
            return;
        }
        for (kind, name, node) in children {
            if kind.def().single {
                self.object(id.as_kind(kind), &name, node, namespace);
                continue;
            }
            self.name_length(kind, &name.name, &name);
            match (kind.def().parse_key)(&name.name) {
                Ok((path, _)) => self.object(id.child(kind, &path), &name, node, namespace),
                Err(message) => self.error(
                    Diagnostic::error(Code::BadName, message).at(name.origin.clone(), "this name"),
                ),
            }
        }
        if let Some((place, node)) = beside {
            self.beside(&id, place, node, namespace);
        }
    }

    /// The objects that stand with another, in whose values the clause is left out that names it.
    fn beside(&mut self, id: &Id, place: Beside, node: Node, namespace: &str) {
        let Node::Table(names) = node else {
            self.error(value::expected("a table of names", &node));
            return;
        };
        let clause = id.kind.def().clauses.iter().find(|clause| clause.key == place.clause);
        let lead = clause.map_or("", |clause| clause.lead);
        let opening = format!("{lead} {} ", qualified_path(id));
        for (name, mut node) in names.entries {
            let said = match &mut node {
                Node::String(text) => Some(text),
                Node::Table(table) => {
                    let sql = table.entries.iter_mut().find(|(key, _)| key.name == "sql");
                    sql.and_then(|(_, sql)| match sql {
                        Node::String(text) => Some(text),
                        _ => None,
                    })
                }
                _ => None,
            };
            let Some(text) = said else {
                let what =
                    format!("what would follow `{}`, or a table with it as `sql`", opening.trim());
                self.error(value::expected(&what, &node));
                continue;
            };
            *text = text.after(&opening);
            self.name_length(id.kind, &name.name, &name);
            let mut path = id.path.clone();
            if let Some(last) = path.last_mut() {
                last.clone_from(&name.name);
            }
            self.object(Id { kind: id.kind, path }, &name, node, namespace);
        }
    }

    /// Refuses more of one kind in one parent than PostgreSQL allows, before any is read.
    fn are_too_many(&mut self, id: &Id, key: &Key, children: &[(Kind, Key, Node)]) -> bool {
        let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
        for (kind, _, _) in children {
            *counts.entry(*kind).or_default() += 1;
        }
        let too_many = counts.into_iter().find_map(|(kind, count)| {
            kind.def().most.filter(|most| count > *most).map(|most| (kind, count, most))
        });
        let Some((kind, count, most)) = too_many else { return false };
        let message = format!(
            "{} {} has {count} {}s; PostgreSQL allows {most}",
            id.kind.noun(),
            id.dotted(),
            kind.noun()
        );
        self.error(
            Diagnostic::error(Code::TooMany, message).at(key.origin.clone(), "declared here"),
        );
        true
    }

    fn entry(
        &mut self,
        id: &Id,
        key: Key,
        node: Node,
        parts: &mut Vec<Part>,
        meta: &mut Meta,
        children: &mut Vec<(Kind, Key, Node)>,
    ) {
        let def = id.kind.def();
        let place = def.children.iter().find(|place| {
            place.key == key.name
                && !place.kind.def().single
                && !def.clauses.iter().any(|c| c.key == key.name)
        });
        if let Some(place) = def.children.iter().find(|place| {
            place.key == key.name && place.kind.def().single && place.kind.def().rights.is_some()
        }) && let Node::Table(table) = node
        {
            self.said_inside(id, place.kind, (key, table), parts, children);
            return;
        }
        if let Some(place) = place {
            let Node::Table(names) = node else {
                self.error(value::expected("a table of names", &node));
                return;
            };
            children.extend(names.entries.into_iter().map(|(name, node)| (place.kind, name, node)));
            return;
        }
        match (key.name.as_str(), node) {
            ("sql", Node::String(text)) => self.short(id, &text, parts),
            ("comment", Node::String(text)) => {
                meta.comment = Some(text.value).filter(|comment| !comment.is_empty());
            }
            ("security_label", Node::Table(providers)) => {
                for (provider, node) in providers.entries {
                    match node {
                        Node::String(label) => {
                            meta.labels.insert(provider.name, label.value);
                        }
                        node => self.error(value::expected("a label", &node)),
                    }
                }
            }
            ("owner", Node::String(text)) => meta.owner = Some(text.value),
            ("renamed_from", Node::String(text)) => {
                let from = match quote::split_key(&text.value) {
                    Ok(mut path) if path.len() <= id.path.len() => {
                        let missing = id.path.len() - path.len();
                        let mut whole = id.path[..missing].to_vec();
                        whole.append(&mut path);
                        Id { kind: id.kind, path: whole }
                    }
                    _ => {
                        let message = format!("`{}` is not a former name", text.value);
                        self.error(
                            Diagnostic::error(Code::BadName, message).at(text.whole(), "this name"),
                        );
                        return;
                    }
                };
                meta.renamed_from = Some(from);
            }
            ("depends_on", Node::Array(items, _)) => {
                for item in items {
                    match item.as_text().map(|text| text.value.parse::<Id>()) {
                        Some(Ok(id)) => meta.depends_on.push(id),
                        _ => self
                            .error(value::expected("an id such as \"table:public.client\"", &item)),
                    }
                }
            }
            ("grant", Node::Table(table)) if def.rights.is_some() => {
                meta.grants = Some(self.grants(id, &table));
            }
            ("allow", node) => match Acceptance::read(&node) {
                Ok(accepted) => _ = self.accepted.insert(id.clone(), accepted),
                Err(mistakes) => self.report.extend(mistakes),
            },
            (ONLINE, node) if keys_of(id.kind).contains(&ONLINE) => {
                match node.as_text().map(|text| text.value.parse::<Online>()) {
                    Some(Ok(online)) => _ = self.online.insert(id.clone(), online),
                    _ => self.error(value::expected("\"auto\", \"always\" or \"off\"", &node)),
                }
            }
            (name, node) if COMMON.contains(&name) && !def.extra_keys.contains(&name) => {
                let what = match name {
                    "grant" if def.rights.is_none() => {
                        let message = format!("a {} has no privileges", def.name);
                        self.error(
                            Diagnostic::error(Code::UnknownKey, message).at(key.origin, "this key"),
                        );
                        return;
                    }
                    "grant" => "a table of grantees",
                    "security_label" => "a table of providers and their labels",
                    "depends_on" => "an array of ids",
                    _ => "a text",
                };
                self.error(value::expected(what, &node));
            }
            (_, node) => self.part(id, &key, node, parts),
        }
    }

    /// A part with its privileges and comment: `identity = { always = true, grant = { ... } }`. They
    /// are said of an object of its own, the rest is of the value.
    fn said_inside(
        &mut self,
        id: &Id,
        kind: Kind,
        (key, mut table): (Key, crate::source::Table),
        parts: &mut Vec<Part>,
        children: &mut Vec<(Kind, Key, Node)>,
    ) {
        let (said, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut table.entries).into_iter().partition(|(key, _)| {
                let key = key.name.as_str();
                COMMON.contains(&key) || kind.def().extra_keys.contains(&key)
            });
        let about = crate::source::Table { entries: said, ..table.clone() };
        if !rest.is_empty() || about.entries.is_empty() {
            self.part(
                id,
                &key,
                Node::Table(crate::source::Table { entries: rest, ..table }),
                parts,
            );
        }
        if !about.entries.is_empty() {
            children.push((kind, key, Node::Table(about)));
        }
    }

    /// Takes the objects inside apart from the value, and adds all of them.
    fn add(&mut self, id: Id, mut parts: Vec<Part>, meta: Meta, origin: &Origin, namespace: &str) {
        let def = id.kind.def();
        let inner = match (def.expand)(&id, &mut parts) {
            Ok(inner) => inner,
            Err((message, origin)) => {
                self.error(Diagnostic::error(Code::BadValue, message).at(origin, "here"));
                return;
            }
        };
        let Some(attrs) = self.attributes(&id, parts, origin) else { return };
        let mut object = Object::new(attrs);
        object.comment = meta.comment;
        object.labels = meta.labels;
        object.owner = meta.owner;
        object.grants = meta.grants;
        object.renamed_from = meta.renamed_from;
        object.depends_on = meta.depends_on;
        object.namespace = Some(namespace.to_owned());
        object.origin = Some(origin.clone());
        self.rank += 1;
        object.rank = self.rank;
        self.catalog.objects.insert(id, object);
        for inner in inner {
            match inner.naming {
                Naming::Chosen => self.implicit.push((inner, namespace.to_owned())),
                Naming::Given => self.inner(inner, namespace, origin),
                Naming::Kept => {
                    self.kept.insert(inner.id.clone());
                    self.inner(inner, namespace, origin);
                }
            }
        }
    }

    fn inner(&mut self, inner: Inner, namespace: &str, origin: &Origin) {
        let at = inner.parts.first().map_or_else(|| origin.clone(), |part| part.origin.clone());
        if let Some(first) = self.catalog.get(&inner.id).and_then(|object| object.origin.clone()) {
            self.error(twice(inner.id.kind.name(), &inner.id.dotted(), &at, &first));
            return;
        }
        self.add(inner.id, inner.parts, Meta::default(), &at, namespace);
    }

    fn finish(mut self, sources: Vec<Source>) -> Result<Declaration, Report> {
        let mut implicit = BTreeSet::new();
        for (mut inner, namespace) in std::mem::take(&mut self.implicit) {
            // ChooseConstraintName counts up until a name is free.
            let base = inner.id.name().to_owned();
            let mut pass = 0;
            while self.catalog.objects.contains_key(&inner.id) {
                pass += 1;
                if let Some(last) = inner.id.path.last_mut() {
                    *last = format!("{base}{pass}");
                }
            }
            if !inner.id.kind.def().single {
                implicit.insert(inner.id.clone());
            }
            let origin = inner.parts.first().map(|part| part.origin.clone());
            let origin = origin.unwrap_or(Origin { file: "".into(), start: 0, end: 0 });
            self.inner(inner, &namespace, &origin);
        }
        self.settle_column_grants();
        if self.report.has_errors() {
            return Err(self.report.without_secrets(&sources));
        }
        let manage = self.manage.map(|(manage, _)| manage).unwrap_or_default();
        Ok(Declaration {
            catalog: self.catalog,
            manage,
            implicit,
            kept: self.kept,
            accepted: self.accepted,
            online: self.online,
            sources,
        })
    }
}

/// What every object may have, beside its attributes.
#[derive(Default)]
struct Meta {
    comment: Option<String>,
    labels: BTreeMap<String, String>,
    owner: Option<String>,
    grants: Option<crate::grants::Grants>,
    renamed_from: Option<Id>,
    depends_on: Vec<Id>,
}

fn twice(what: &str, name: &str, second: &Origin, first: &Origin) -> Diagnostic {
    Diagnostic::error(Code::DuplicateName, format!("{what} `{name}` is declared twice"))
        .at(second.clone(), "declared again here")
        .at(first.clone(), "first declared here")
        .help("keep one of them")
}

fn unknown<'a>(what: &str, key: &Key, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().collect();
    let diagnostic = Diagnostic::error(Code::UnknownKey, format!("`{}` is no {what}", key.name))
        .at(key.origin.clone(), "unknown");
    let meant = hint::meant(&key.name, known.iter().copied());
    match meant.or_else(|| suggest(&key.name, known)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}
