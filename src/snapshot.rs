//! A [`Catalog`] as a JSON file: to plan without a database, or to drift against. Names no kind.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::catalog::{Catalog, Object, Server, Unmodelled};
use crate::grants::Grants;
use crate::id::Id;
use crate::shown;
use crate::sql::names::What;
use crate::sql::piece::{self, PieceError};

/// The version of the file's form.
pub const FORMAT: u32 = 1;

/// Why a snapshot could not be read.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It is no JSON, or not of this form.
    #[error("this is no snapshot of plumb's: {0}")]
    Form(#[from] serde_json::Error),
    /// Another version of plumb wrote it.
    #[error("the snapshot has format {0}, and this plumb reads format {FORMAT}; take it again")]
    Format(u32),
    /// A text of it is more than its place asks for.
    #[error("{id} in the snapshot: `{leaf}` is not one piece of SQL: {source}")]
    Piece {
        /// The object.
        id: Id,
        /// The attribute.
        leaf: &'static str,
        /// What is wrong.
        source: PieceError,
    },
    /// An object of it could not be understood.
    #[error("{id} in the snapshot could not be understood: {source}")]
    Object {
        /// The object.
        id: Id,
        /// What did not fit.
        source: serde_json::Error,
    },
}

#[derive(Serialize, Deserialize)]
struct File {
    format: u32,
    server: Server,
    roles: BTreeSet<String>,
    objects: Vec<Entry>,
    #[serde(default)]
    copies: Vec<Entry>,
    needs: Vec<(Id, Id)>,
    unmodelled: Vec<Unmodelled>,
    #[serde(default)]
    provided: BTreeSet<(What, String, String)>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Entry {
    id: Id,
    #[serde(skip_serializing_if = "is_empty")]
    #[serde(default)]
    attrs: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grants: Option<Grants>,
    rank: u32,
}

fn is_empty(value: &Json) -> bool {
    value.as_object().is_none_or(serde_json::Map::is_empty)
}

fn entry((id, object): (&Id, &Object)) -> Entry {
    Entry {
        id: id.clone(),
        attrs: object.attrs.json(),
        comment: object.comment.clone(),
        labels: object.labels.clone(),
        owner: object.owner.clone(),
        grants: object.grants.clone(),
        rank: object.rank,
    }
}

fn object(entry: Entry) -> Result<(Id, Object), SnapshotError> {
    let Entry { id, attrs, comment, labels, owner, grants, rank } = entry;
    let attrs = if attrs.is_null() { Json::Object(serde_json::Map::new()) } else { attrs };
    let attrs = (id.kind.def().parse)(&attrs)
        .map_err(|source| SnapshotError::Object { id: id.clone(), source })?;
    let mut wrong = None;
    attrs.each_leaf(&mut |leaf, class, sql| {
        if let Err(source) = piece::leaf(class, sql.written()) {
            wrong.get_or_insert(SnapshotError::Piece { id: id.clone(), leaf, source });
        }
    });
    if let Some(error) = wrong {
        return Err(error);
    }
    let mut object = Object::new(attrs);
    (object.comment, object.labels) = (comment, labels);
    (object.owner, object.grants, object.rank) = (owner, grants, rank);
    Ok((id, object))
}

/// What some objects were: enough to bring them back, whatever became of them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Part {
    /// The relations of which all parts are told, and other objects, by their ids before and after a plan.
    touched: BTreeSet<Id>,
    /// What was there of them.
    objects: Vec<Entry>,
    /// What they had by inheritance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    copies: Vec<Entry>,
}

impl Part {
    /// What there is in a catalog of some objects, and of all that is part of the same relations.
    pub fn of<'a>(catalog: &Catalog, ids: impl IntoIterator<Item = &'a Id>) -> Self {
        let touched: BTreeSet<Id> = ids.into_iter().flat_map(hosts).collect();
        let part = |objects: &BTreeMap<Id, Object>| {
            objects.iter().filter(|(id, _)| is_of(id, &touched)).map(entry).collect()
        };
        let (objects, copies) = (part(&catalog.objects), part(&catalog.copies));
        Self { touched, objects, copies }
    }

    /// A catalog in which these objects are again what they were.
    ///
    /// # Errors
    /// As [`read`].
    pub fn put_back(self, mut catalog: Catalog) -> Result<Catalog, SnapshotError> {
        let Self { touched, objects, copies } = self;
        for all in [&mut catalog.objects, &mut catalog.copies] {
            all.retain(|id, _| !is_of(id, &touched));
        }
        for entry in objects {
            let (id, object) = object(entry)?;
            catalog.objects.insert(id, object);
        }
        for entry in copies {
            let (id, object) = object(entry)?;
            catalog.copies.insert(id, object);
        }
        Ok(catalog)
    }
}

/// An object, and the relations that it may be part of.
fn hosts(id: &Id) -> impl Iterator<Item = Id> {
    let relations =
        id.parents().into_iter().flat_map(|parent| parent.parents().into_iter().chain([parent]));
    relations.chain([id.clone()])
}

/// Whether an object is one of these, or part of one.
fn is_of(id: &Id, touched: &BTreeSet<Id>) -> bool {
    hosts(id).any(|host| touched.contains(&host))
}

/// Writes a catalog.
pub fn write(catalog: &Catalog) -> String {
    let file = File {
        format: FORMAT,
        server: catalog.server.clone(),
        roles: catalog.roles.clone(),
        objects: catalog.objects.iter().map(entry).collect(),
        copies: catalog.copies.iter().map(entry).collect(),
        needs: catalog.needs.iter().map(|(from, to)| (from.clone(), to.clone())).collect(),
        unmodelled: catalog.unmodelled.clone(),
        provided: catalog.provided.clone(),
    };
    let text = serde_json::to_string_pretty(&file).unwrap_or_default();
    let mut text = shown::json(&text).into_owned();
    text.push('\n');
    text
}

/// Reads a catalog.
///
/// # Errors
/// What is no snapshot, or one of another format.
pub fn read(text: &str) -> Result<Catalog, SnapshotError> {
    let file: Json = serde_json::from_str(text)?;
    let format = file.get("format").and_then(Json::as_u64).unwrap_or(0);
    if format != u64::from(FORMAT) {
        return Err(SnapshotError::Format(u32::try_from(format).unwrap_or(0)));
    }
    let file: File = serde_json::from_value(file)?;
    Ok(Catalog {
        objects: file.objects.into_iter().map(object).collect::<Result<_, _>>()?,
        copies: file.copies.into_iter().map(object).collect::<Result<_, _>>()?,
        needs: file.needs.into_iter().collect(),
        unmodelled: file.unmodelled,
        provided: file.provided,
        roles: file.roles,
        server: file.server,
        ..Catalog::default()
    })
}
