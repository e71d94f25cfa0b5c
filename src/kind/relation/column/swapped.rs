//! How the values of a column go over to a new type or collation of the same name, when the old one
//! has been set aside: `ALTER COLUMN ... TYPE ... USING`.
//!
//! Between two types of a user's that only share a name there is no cast but through text, or
//! through what they are made of.

use std::collections::{BTreeMap, BTreeSet};

use super::castable::{castable, converted};
use super::retype;
use super::{Column, alter_column};
use crate::hazard::Hazard;
use crate::id::Id;
use crate::kind::relation::lineage;
use crate::kind::types::composite::Composite;
use crate::kind::types::domain::Domain;
use crate::kind::types::made_of;
use crate::kind::types::range::Range;
use crate::kind::{Kind, Sides};
use crate::sql::quote::ident;
use crate::sql::type_name::{self, TypeName};
use crate::step::{Step, StepHazard};

/// What values go through.
#[derive(Clone, PartialEq, Debug)]
enum Way {
    /// Nothing: they are of the same type after.
    Stay,
    /// A type that both have a cast with.
    By(String),
    /// The row of the expressions of attributes, each with what stands behind it: `(c).a::text`.
    Row(Vec<(Option<String>, String)>),
}

/// Finds ways, and keeps what they may do.
struct Converter<'a> {
    cx: &'a Sides<'a>,
    swapped: &'a BTreeSet<Id>,
    known: BTreeMap<TypeName, Result<Way, String>>,
    hazards: Vec<StepHazard>,
}

impl Converter<'_> {
    fn hazard(&mut self, name: Hazard, message: impl Into<String>) {
        let hazard = StepHazard { name, message: message.into() };
        if !self.hazards.contains(&hazard) {
            self.hazards.push(hazard);
        }
    }

    /// The way between the types that have this name before and after, found once for each.
    fn way(&mut self, of: &TypeName) -> Result<Way, String> {
        if let Some(known) = self.known.get(of) {
            return known.clone();
        }
        let way = self.look(of);
        self.known.insert(of.clone(), way.clone());
        way
    }

    fn look(&mut self, of: &TypeName) -> Result<Way, String> {
        if of.array {
            return Ok(match self.whole(&of.element())? {
                None => Way::Stay,
                // An array of a domain over arrays is no array of more dimensions.
                Some(middle) if middle.ends_with("[]") => Way::By("text".to_owned()),
                Some(middle) => Way::By(format!("{middle}[]")),
            });
        }
        let Some(id) = made_of::type_id(of, self.cx.current).filter(|id| self.swapped.contains(id))
        else {
            return Ok(Way::Stay);
        };
        match id.kind {
            Kind::Domain => self.domain(&id),
            Kind::Composite => self.composite(&id),
            _ => {
                let both =
                    (self.cx.current.attrs::<Range>(&id), self.cx.desired.attrs::<Range>(&id));
                if let (Some(old), Some(new)) = both
                    && old.subtype() != new.subtype()
                {
                    let (from, to) = (old.subtype(), new.subtype());
                    self.hazard(
                        Hazard::MayFail,
                        format!("it fails if a bound is no {to} as it is printed as {from}"),
                    );
                }
                Ok(Way::By("text".to_owned()))
            }
        }
    }

    /// The type to go through where a value cannot be taken apart: in an array, in a domain.
    fn whole(&mut self, of: &TypeName) -> Result<Option<String>, String> {
        match self.way(of)? {
            Way::Stay => Ok(None),
            Way::By(middle) => Ok(Some(middle)),
            Way::Row(row) => {
                let old = made_of::type_id(of, self.cx.current)
                    .and_then(|id| self.cx.current.attrs::<Composite>(&id));
                let before = old.into_iter().flat_map(Composite::attributes).map(|(name, _)| name);
                if !before.eq(row.iter().map(|(name, _)| name.as_deref().unwrap_or_default())) {
                    return Err(format!(
                        "values of type {of} inside others cannot be taken apart, to give them \
                         other attributes"
                    ));
                }
                self.hazard(
                    Hazard::MayFail,
                    format!("it fails if a value of {of} cannot be read as it was printed"),
                );
                Ok(Some("text".to_owned()))
            }
        }
    }

    fn domain(&mut self, id: &Id) -> Result<Way, String> {
        let base = |domain: Option<&Domain>| type_name::canonical(&domain?.base.text).ok();
        let text = Way::By("text".to_owned());
        let old = base(self.cx.current.attrs::<Domain>(id));
        let new = base(self.cx.desired.attrs::<Domain>(id));
        let (Some(from), Some(to)) = (old, new) else { return Ok(text) };
        if from == to {
            return Ok(Way::By(self.whole(&from)?.unwrap_or_else(|| to.to_string())));
        }
        self.between(&from, &to).map(|by| by.map_or(text, Way::By))
    }

    /// The type to cast to where one type takes the place of another; none: through text.
    fn between(&mut self, from: &TypeName, to: &TypeName) -> Result<Option<String>, String> {
        let user = |name: &TypeName| name.schema.is_some();
        if !castable(from, to, self.cx) {
            return Err(format!("PostgreSQL has no cast from {from} to {to}"));
        }
        let change = converted(from, to, self.cx);
        if let Some(loses) = change.loses {
            self.hazard(Hazard::DataLoss, loses);
        }
        if change.explicit {
            self.hazard(Hazard::MayFail, format!("it fails if a value is no {to}"));
        }
        Ok((!user(from) && !user(to)).then(|| to.to_string()))
    }

    fn composite(&mut self, id: &Id) -> Result<Way, String> {
        let sides =
            (self.cx.current.attrs::<Composite>(id), self.cx.desired.attrs::<Composite>(id));
        let (Some(old), Some(new)) = sides else { return Ok(Way::By("text".to_owned())) };
        let names = |composite: &Composite| -> Vec<String> {
            composite.attributes().map(|(name, _)| name.to_owned()).collect()
        };
        let (before, after) = (names(old), names(new));
        for gone in before.iter().filter(|name| !after.contains(name)) {
            self.hazard(Hazard::DataLoss, format!("the values of attribute {gone} are lost"));
        }
        let mut row = Vec::new();
        let mut through_text = before == after;
        for (name, to) in new.attributes() {
            let there = old.attributes().find(|(other, _)| *other == name).map(|(_, of)| of);
            let read = |of: &str| type_name::canonical(of).ok();
            row.push(match (there.and_then(read), read(to)) {
                (Some(from), Some(to)) if from == to => {
                    let by = self.whole(&from)?;
                    let by = by.map_or_else(String::new, |middle| format!("::{middle}::{to}"));
                    (Some(name.to_owned()), by)
                }
                (Some(from), Some(to)) => {
                    through_text = false;
                    let middle = match self.between(&from, &to)? {
                        Some(_) => "",
                        None => "::text",
                    };
                    (Some(name.to_owned()), format!("{middle}::{to}"))
                }
                _ => (None, "NULL".to_owned()),
            });
        }
        Ok(if through_text { Way::By("text".to_owned()) } else { Way::Row(row) })
    }
}

/// The statement that takes a column over.
pub(super) fn steps(
    new: &Column,
    old: &Column,
    id: &Id,
    cx: &Sides<'_>,
    swapped: &BTreeSet<Id>,
) -> Result<Vec<Step>, String> {
    if new.kind != old.kind || new.collate != old.collate {
        // Its own change leads away already.
        return Ok(Vec::new());
    }
    // With the type comes its storage, uncompressed.
    let alter = alter_column(id);
    let storage =
        new.storage.as_ref().map(|of| format!("{alter} SET STORAGE {}", of.to_uppercase()));
    let compression = new.compression.as_ref().map(|by| format!("{alter} SET COMPRESSION {by}"));
    let storage = storage.into_iter().chain(compression).map(Step::new);
    if let Some(why) = retype::obstacle(id, cx) {
        return Err(format!("its type or collation has to be made again, and {why}"));
    }
    let mut sql = format!("{} TYPE {}{}", alter_column(id), new.type_sql(), new.collate_sql());
    if lineage::is_foreign(id, cx) {
        return Ok(vec![Step::new(sql)]);
    }
    let Some(of) = new.type_name() else { return Ok(Vec::new()) };
    let mut converter = Converter { cx, swapped, known: BTreeMap::new(), hazards: Vec::new() };
    let way = converter.way(&of).map_err(|why| {
        format!(
            "its type has to be made again, and {why}: declare a type of another name and say by \
             using = \"...\" how its values come from the old ones"
        )
    })?;
    let (column, to) = (ident(id.name()), new.type_sql());
    match (&new.using.0, &way) {
        (Some(using), _) => sql.push_str(&format!(" USING {using}")),
        (None, Way::Stay) => return Ok(std::iter::once(Step::new(sql)).chain(storage).collect()),
        (None, Way::By(middle)) => {
            let middle = if *middle == to { String::new() } else { format!("::{middle}") };
            sql.push_str(&format!(" USING {column}{middle}::{to}"));
        }
        (None, Way::Row(attributes)) => {
            let values: Vec<String> = attributes
                .iter()
                .map(|(name, rest)| match name {
                    Some(name) => format!("({column}).{}{rest}", ident(name)),
                    None => rest.clone(),
                })
                .collect();
            // IS NULL is true of a row of nulls as well.
            sql.push_str(&format!(
                " USING CASE WHEN {column} IS DISTINCT FROM NULL THEN ROW({})::{to} END",
                values.join(", ")
            ));
        }
    }
    let mut step = Step::new(sql).authored();
    step.hazards = converter.hazards;
    let step = step.rewrites("table");
    Ok(std::iter::once(step).chain(storage).collect())
}
