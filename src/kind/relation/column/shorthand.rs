//! What the value of a column says of objects around it, on the way back from the catalog: `serial`, and the keys and
//! checks of this column alone that have the names which PostgreSQL gives them. The reader of the short form decides:
//! a part is written if it is read as the object that is there.

use serde_json::Value as Json;

use super::Column;
use super::inline::{CLAUSES, OF_CONSTRAINTS, Reader, checked};
use crate::catalog::Catalog;
use crate::clause::Shape;
use crate::id::Id;
use crate::kind::relation::constraint::Constraint;
use crate::kind::{Attrs, Inner, Kind, Member, Part, Shorthand};
use crate::source::Origin;

/// What the value of a column can say as well; nothing if it says nothing but the column.
pub(super) fn of(column: &Column, id: &Id, catalog: &Catalog) -> Option<Shorthand> {
    column.kind.as_ref()?;
    // They would be read as those of a constraint beside it.
    if column.no_inherit || column.not_valid {
        return None;
    }
    let mut said = serial(column, id, catalog).unwrap_or_default();
    let mut parts: Vec<(String, Json)> = Vec::new();
    let mut named: Vec<Id> = Vec::new();
    for (constraint, object) in catalog.below(Kind::Constraint, &id.path[..2]) {
        let of = catalog.attrs::<Constraint>(constraint);
        let Some(of) = of.filter(|of| of.is_of_column(id.name())) else { continue };
        let over = of.check_text().map(|check| checked(check, id));
        if !object.is_unremarked() || over.is_some_and(|over| over.as_deref() != Some(id.name())) {
            continue;
        }
        let mut more = parts.clone();
        more.extend(spoken(of, catalog));
        let mut all = named.clone();
        all.push(constraint.clone());
        if reads_as(id, &more, &all, catalog) {
            (parts, named) = (more, all);
        }
    }
    if parts.iter().any(|(key, _)| key == "primary_key") && column.constraint.is_none() {
        said.says.push("not_null");
    }
    said.adds = parts;
    said.objects.extend(named);
    (!said.objects.is_empty()).then_some(said)
}

/// The parts of a constraint as they stand in a column's value. The columns of a primary key need not be named.
fn spoken(constraint: &Constraint, catalog: &Catalog) -> Vec<(String, Json)> {
    let Ok(Json::Object(mut parts)) = serde_json::to_value(constraint) else { return Vec::new() };
    for said in ["columns", "foreign_key"] {
        parts.shift_remove(said);
    }
    if let Some(references) = constraint.shortest_target(catalog) {
        parts.insert("references".to_owned(), Json::String(references));
    }
    parts.into_iter().collect()
}

/// Whether the parts are read, in the order in which they are written, as these constraints and no others.
fn reads_as(id: &Id, parts: &[(String, Json)], constraints: &[Id], catalog: &Catalog) -> bool {
    let twice = parts
        .iter()
        .enumerate()
        .any(|(at, (key, _))| parts[..at].iter().any(|(other, _)| other == key));
    let says = |(key, value): &(String, Json)| {
        let mut clauses = CLAUSES.iter().filter(|clause| clause.key == key);
        clauses.any(|clause| match (clause.shape, value) {
            (Shape::Flag, value) => *value == Json::Bool(true),
            (Shape::Is(word), value) => value == word,
            (Shape::Off, _) => false,
            (_, value) => value.is_string(),
        })
    };
    if twice || !parts.iter().all(says) {
        return false;
    }
    let place = |key: &str| CLAUSES.iter().position(|clause| clause.key == key);
    let mut ordered: Vec<&(String, Json)> = parts.iter().collect();
    ordered.sort_by_key(|(key, _)| place(key));
    let mut reader = Reader::new(id);
    for (key, value) in ordered {
        let part = Part { key: key.clone(), value: value.clone(), origin: nowhere() };
        if OF_CONSTRAINTS.contains(&key.as_str()) && reader.inner.is_empty()
            || reader.part(part).is_err()
        {
            return false;
        }
    }
    reader.inner.len() == constraints.len()
        && reader.inner.iter().all(|inner| {
            let there = catalog.attrs::<Constraint>(&inner.id);
            let same = |read: &Constraint| there.is_some_and(|there| read.is_as(there, catalog));
            let read = read(inner);
            let read = read.as_ref().and_then(Constraint::downcast);
            constraints.contains(&inner.id) && read.is_some_and(same)
        })
}

/// What the parts of an object are read as.
fn read(inner: &Inner) -> Option<Attrs> {
    let parts = inner.parts.iter().map(|part| (part.key.clone(), part.value.clone()));
    (inner.id.kind.def().parse)(&Json::Object(parts.collect())).ok()
}

fn nowhere() -> Origin {
    Origin { file: "".into(), start: 0, end: 0 }
}

/// `serial`, where it would make the column, its default and its sequence as they are.
fn serial(column: &Column, id: &Id, catalog: &Catalog) -> Option<Shorthand> {
    let integer = column.kind.as_ref()?.text.as_str();
    let word = match integer {
        "integer" => "serial",
        "bigint" => "bigserial",
        "smallint" => "smallserial",
        _ => return None,
    };
    let mut made = Reader::new(id);
    made.serial(integer, &nowhere());
    let owner = id.parents().iter().find_map(|table| catalog.get(table)?.owner.clone());
    let is_there = |inner: &Inner| {
        catalog.get(&inner.id).zip(read(inner)).is_some_and(|(there, attrs)| {
            let owned = there.owner.is_none() || there.owner == owner;
            let granted = there.grants.as_ref().is_some_and(|grants| !grants.is_empty());
            there.attrs == attrs && there.is_unremarked() && owned && !granted
        })
    };
    (column.not_null && made.inner.iter().all(is_there)).then(|| Shorthand {
        replaces: Some(("type", word)),
        says: vec!["not_null", "default"],
        adds: Vec::new(),
        objects: made.inner.into_iter().map(|inner| inner.id).collect(),
    })
}
