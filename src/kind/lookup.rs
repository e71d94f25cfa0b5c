//! What an unqualified name of a declaration means: by what is declared, and by what is in the
//! database.

use super::{Id, Kind};
use crate::catalog::{Catalog, Object};
use crate::leaf::{Qualified, Sql};
use crate::sql::names::What;

/// What a kind may ask of the declaration and of the database while it resolves names.
pub struct Lookup<'a> {
    /// The objects of the declaration.
    pub declared: &'a Catalog,
    /// What is in the database, where one is at hand.
    pub current: Option<&'a Catalog>,
    /// The schemas in which an unqualified name is looked for, first one first.
    pub path: &'a [String],
}

impl Lookup<'_> {
    /// Whether an object of that id is declared or there.
    pub fn exists(&self, id: &Id) -> bool {
        let known = |side: &Catalog| side.objects.contains_key(id) || side.maker(id).is_some();
        known(self.declared) || self.current.is_some_and(known)
    }

    /// The object of that id, from the declaration or else from the database.
    pub fn object(&self, id: &Id) -> Option<&Object> {
        self.declared.get(id).or_else(|| self.current.and_then(|current| current.get(id)))
    }

    /// The schema that an unqualified name means, as an object of any of these kinds.
    pub fn schema_of(&self, kinds: &[Kind], name: &str) -> Option<String> {
        let known = |schema: &&String| {
            kinds.iter().any(|kind| self.exists(&Id::new(*kind, [schema.as_str(), name])))
        };
        self.path.iter().find(known).cloned()
    }

    /// Qualifies a relation's name, by what is declared, what is there, or the path's head.
    pub fn relation(&self, name: &mut Qualified) {
        if name.schema.is_none() {
            let found = self.schema_of(Kind::RELATIONS, &name.name);
            name.schema = found.or_else(|| self.path.first().cloned());
        }
    }

    /// Qualifies the name of an object of these kinds; what is in `pg_catalog` gets no schema.
    /// `there` is what stands in its place in the database: what extensions bring is in no
    /// catalog of ours.
    pub fn named(&self, kinds: &[Kind], name: &mut Qualified, there: Option<&Qualified>) {
        if name.schema.take_if(|schema| schema == "pg_catalog").is_some() || name.schema.is_some() {
            return;
        }
        let theirs = || {
            let schema = there.filter(|there| there.name == name.name)?.schema.as_ref()?;
            self.path.contains(schema).then(|| schema.clone())
        };
        name.schema = self.schema_of(kinds, &name.name).or_else(theirs);
    }

    /// The schema of a type without one, if it is a type of the user's or of an extension that is
    /// there.
    pub fn schema_of_type(&self, name: &str) -> Option<String> {
        let brought = |schema: &&String| {
            let what = (What::Type, (*schema).clone(), name.to_owned());
            self.current.is_some_and(|current| current.provided.contains(&what))
        };
        self.schema_of(Kind::TYPES, name).or_else(|| self.path.iter().find(brought).cloned())
    }

    /// Qualifies the name of a type, if it is no built-in one.
    pub fn type_name(&self, name: &mut Sql) {
        let Ok(parsed) = crate::sql::type_name::canonical(&name.text) else { return };
        if parsed.is_unresolved()
            && let Some(schema) = self.schema_of_type(&parsed.name)
        {
            let resolved = crate::sql::type_name::TypeName { schema: Some(schema), ..parsed };
            name.take_over(&resolved.to_string());
        }
    }
}
