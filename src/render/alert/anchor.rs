//! Where an object is declared, or, where its line is gone, what it is part of: code hosts show nothing at a deleted line.

use std::collections::BTreeMap;

use super::Place;
use crate::declare::Declaration;
use crate::id::Id;
use crate::source::{Origin, Source};

/// The places of a declaration's objects.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    /// The directory of the declaration, as the root of the checkout knows it.
    dir: String,
    objects: BTreeMap<Id, Place>,
    /// The first file of each schema, and of the declaration under no name.
    files: BTreeMap<String, String>,
}

impl Anchors {
    /// The places of a declaration that lies in a directory.
    #[must_use]
    pub fn of(declaration: &Declaration, dir: &str) -> Self {
        let mut anchors = Self { dir: dir.to_owned(), ..Self::default() };
        let sources: BTreeMap<&str, &Source> =
            declaration.sources.iter().map(|source| (&*source.name, source)).collect();
        if let Some(first) = sources.keys().next() {
            anchors.files.insert(String::new(), anchors.path(first));
        }
        for (id, object) in &declaration.catalog.objects {
            let Some(origin) = &object.origin else { continue };
            let Some(source) = sources.get(&*origin.file) else { continue };
            let place = anchors.place(origin, source);
            if let Some(schema) = id.schema() {
                anchors.files.entry(schema.to_owned()).or_insert_with(|| place.file.clone());
            }
            anchors.objects.insert(id.clone(), place);
        }
        anchors
    }

    /// Of a declaration that cannot be read the directory only.
    #[must_use]
    pub fn under(dir: &str) -> Self {
        Self { dir: dir.to_owned(), ..Self::default() }
    }

    /// The path of a file of the declaration.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        match self.dir.trim_end_matches('/') {
            "" | "." => name.to_owned(),
            dir => format!("{dir}/{name}"),
        }
    }

    /// The place of an origin in its file.
    #[must_use]
    pub fn place(&self, origin: &Origin, source: &Source) -> Place {
        let (line, column) = source.line_column(origin);
        let end = Origin { start: origin.end.max(origin.start), ..origin.clone() };
        let end = source.line_column(&end);
        let end = (end > (line, column)).then_some(end);
        Place { file: self.path(&source.name), line, column, end }
    }

    /// Where an object is declared; else what it is part of; else the file where others of its schema are.
    #[must_use]
    pub fn nearest(&self, object: &Id) -> Option<Place> {
        let mut level = vec![object.clone()];
        while !level.is_empty() {
            if let Some(place) = level.iter().find_map(|id| self.objects.get(id)) {
                return Some(place.clone());
            }
            level = level.iter().flat_map(Id::parents).collect();
        }
        let file = object.schema().and_then(|schema| self.files.get(schema));
        let file = file.or_else(|| self.files.get(""))?;
        Some(Place { file: file.clone(), line: 1, column: 1, end: None })
    }
}
