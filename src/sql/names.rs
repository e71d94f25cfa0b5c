//! Says what a name in the author's SQL means.
//!
//! The declaration's leaves are read with `search_path = <namespace>, public`, where `pg_catalog`
//! comes first unseen; the server's own texts are read with `search_path = pg_catalog`. This
//! module decides when an unqualified name of the one is a qualified name of the other. It never
//! guesses: where two objects of different schemas could be meant, there is no answer. It does
//! not choose between overloaded functions of one schema: that takes types.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::pg_catalog::{is_type, may_have};

/// What sort of object a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A table, view, sequence or anything else of `pg_class`.
    Relation,
    /// A function, procedure or aggregate.
    Function,
    /// A type or domain.
    Type,
    /// An operator.
    Operator,
    /// A collation.
    Collation,
    /// An operator class.
    OperatorClass,
}

/// Whether a name without a schema is that of an object of the schema, of one of these sorts, and of no other.
pub(crate) fn is_found_alone(names: &dyn Names, sorts: &[What], schema: &str, name: &str) -> bool {
    let found: Vec<String> =
        sorts.iter().filter_map(|what| names.resolve(*what, None, name)).collect();
    !found.is_empty() && found.iter().all(|found| found == schema)
}

/// The types of a function, as `format_type` prints them without modifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Those of the input arguments, also of those that have a default.
    pub arguments: Vec<String>,
    /// That of the result, if it is a single value.
    pub result: Option<String>,
}

/// The objects that the author's SQL can see.
///
/// The answers hold for the desired side. Members of extensions belong to them: where they are
/// missing, names of theirs are not resolved, and the server is asked.
pub trait Names: Sync {
    /// Returns the schema in which the name is found, and nothing if that is not certain.
    ///
    /// With a schema given it is that schema.
    fn resolve(&self, what: What, schema: Option<&str>, name: &str) -> Option<String>;

    /// Returns all columns of a relation with their types as `format_type` prints them.
    ///
    /// Nothing means that they are not known; a column that is missing in the answer is missing
    /// in the relation.
    fn columns(&self, _schema: &str, _relation: &str) -> Option<&BTreeMap<String, String>> {
        None
    }

    /// Says whether the type is an enum; false also where that is not known.
    fn is_enum(&self, _schema: &str, _name: &str) -> bool {
        false
    }

    /// Returns the signature of a function if the schema has exactly one of that name, and this one
    /// is neither variadic nor polymorphic.
    fn signature(&self, _schema: &str, _name: &str) -> Option<&Signature> {
        None
    }

    /// Returns the base type of a domain as `format_type` prints it; of a domain over a domain
    /// the innermost.
    fn domain_base(&self, _schema: &str, _name: &str) -> Option<&str> {
        None
    }
}

/// [`Names`] over a set of objects that somebody has collected.
#[derive(Debug, Clone, Default)]
pub struct KnownNames {
    path: Vec<String>,
    objects: BTreeSet<(What, String, String)>,
    columns: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    enums: BTreeSet<(String, String)>,
    domains: BTreeMap<(String, String), String>,
    functions: BTreeMap<(String, String), Option<Signature>>,
}

impl KnownNames {
    /// Makes an empty set with a search path, without the `pg_catalog` that always comes first.
    #[must_use]
    pub fn new<S: Into<String>>(path: impl IntoIterator<Item = S>) -> Self {
        let mut names = Self::default();
        for schema in path.into_iter().map(Into::into) {
            // The namespace of a file is often `public` itself.
            if !names.path.contains(&schema) {
                names.path.push(schema);
            }
        }
        names
    }

    /// Adds an object.
    pub fn add(&mut self, what: What, schema: impl Into<String>, name: impl Into<String>) {
        self.objects.insert((what, schema.into(), name.into()));
    }

    /// Adds an enum type.
    pub fn add_enum(&mut self, schema: impl Into<String>, name: impl Into<String>) {
        let (schema, name) = (schema.into(), name.into());
        self.enums.insert((schema.clone(), name.clone()));
        self.add(What::Type, schema, name);
    }

    /// Adds a function with its signature, if that is neither variadic nor polymorphic.
    pub fn add_function(
        &mut self,
        schema: impl Into<String>,
        name: impl Into<String>,
        signature: Option<Signature>,
    ) {
        let key = (schema.into(), name.into());
        self.add(What::Function, key.0.clone(), key.1.clone());
        // A second one of the name takes the certainty away.
        let seen = self.functions.contains_key(&key);
        self.functions.insert(key, signature.filter(|_| !seen));
    }

    /// Adds a domain with its innermost base type as `format_type` prints it.
    pub fn add_domain(
        &mut self,
        schema: impl Into<String>,
        name: impl Into<String>,
        base: impl Into<String>,
    ) {
        let (schema, name) = (schema.into(), name.into());
        self.domains.insert((schema.clone(), name.clone()), base.into());
        self.add(What::Type, schema, name);
    }

    /// Adds a relation with all its columns; their types are given as `format_type` prints them.
    pub fn add_relation(
        &mut self,
        schema: impl Into<String>,
        name: impl Into<String>,
        columns: BTreeMap<String, String>,
    ) {
        let (schema, name) = (schema.into(), name.into());
        self.add(What::Relation, schema.clone(), name.clone());
        self.columns.entry(schema).or_default().insert(name, columns);
    }

    /// The schemas of the path that have the object, in their order.
    fn found(&self, what: What, name: &str) -> Vec<&String> {
        // A relation is a type as well: that of its rows.
        let holds =
            |what, schema: &String| self.objects.contains(&(what, schema.clone(), name.to_owned()));
        let is_found = |schema: &&String| {
            holds(what, schema) || what == What::Type && holds(What::Relation, schema)
        };
        self.path.iter().filter(is_found).collect()
    }
}

impl Names for KnownNames {
    fn resolve(&self, what: What, schema: Option<&str>, name: &str) -> Option<String> {
        if let Some(schema) = schema {
            return Some(schema.to_owned());
        }
        let found = self.found(what, name);
        match (what, found.as_slice(), may_have(what, name)) {
            (_, [], true) => Some("pg_catalog".to_owned()),
            // Types that are built in are listed completely, and `pg_catalog` is searched first.
            (What::Type, _, true) if is_type(name) => Some("pg_catalog".to_owned()),
            // The first hit of the path wins, except for what can be overloaded.
            (What::Function | What::Operator, [one], false) => Some((*one).clone()),
            (_, _, true) | (What::Function | What::Operator, _, _) => None,
            (_, found, false) => found.first().map(|schema| (*schema).clone()),
        }
    }

    fn columns(&self, schema: &str, relation: &str) -> Option<&BTreeMap<String, String>> {
        self.columns.get(schema)?.get(relation)
    }

    fn is_enum(&self, schema: &str, name: &str) -> bool {
        self.enums.contains(&(schema.to_owned(), name.to_owned()))
    }

    fn signature(&self, schema: &str, name: &str) -> Option<&Signature> {
        self.functions.get(&(schema.to_owned(), name.to_owned()))?.as_ref()
    }

    fn domain_base(&self, schema: &str, name: &str) -> Option<&str> {
        self.domains.get(&(schema.to_owned(), name.to_owned())).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> KnownNames {
        let mut names = KnownNames::new(["billing", "public"]);
        names.add(What::Relation, "billing", "invoice");
        names.add(What::Relation, "public", "invoice");
        names.add(What::Relation, "public", "client");
        names.add(What::Relation, "public", "pg_stat_mine");
        names.add(What::Relation, "other", "hidden");
        names.add(What::Function, "public", "stamp");
        names.add(What::Function, "public", "lower");
        names.add(What::Function, "public", "both");
        names.add(What::Function, "billing", "both");
        names.add(What::Operator, "public", "<->");
        names.add(What::Operator, "public", "@@@@");
        names.add(What::Type, "public", "text");
        names.add_enum("public", "status");
        names.add(What::OperatorClass, "public", "gin_trgm_ops");
        names.add(What::Collation, "public", "numeric_order");
        names.add(What::Collation, "public", "de_DE");
        names
    }

    #[test]
    fn a_name_is_found_in_the_first_schema_of_the_path() {
        let names = names();
        let resolve = |what, name| names.resolve(what, None, name);
        assert_eq!(resolve(What::Relation, "invoice").as_deref(), Some("billing"));
        assert_eq!(resolve(What::Relation, "client").as_deref(), Some("public"));
        assert_eq!(resolve(What::Relation, "hidden"), None);
        assert_eq!(resolve(What::Function, "stamp").as_deref(), Some("public"));
        assert_eq!(resolve(What::Function, "upper").as_deref(), Some("pg_catalog"));
        assert_eq!(resolve(What::Operator, "@@@@").as_deref(), Some("public"));
        assert_eq!(resolve(What::Operator, "=").as_deref(), Some("pg_catalog"));
        assert_eq!(resolve(What::Type, "status").as_deref(), Some("public"));
        assert_eq!(resolve(What::Type, "client").as_deref(), Some("public"));
        assert_eq!(resolve(What::OperatorClass, "gin_trgm_ops").as_deref(), Some("public"));
        assert_eq!(resolve(What::Collation, "numeric_order").as_deref(), Some("public"));
        assert_eq!(names.resolve(What::Relation, Some("x"), "y").as_deref(), Some("x"));
    }

    #[test]
    fn what_is_built_in_hides_a_type_and_competes_with_a_function() {
        let names = names();
        let resolve = |what, name| names.resolve(what, None, name);
        assert_eq!(resolve(What::Type, "text").as_deref(), Some("pg_catalog"));
        assert_eq!(resolve(What::Function, "lower"), None);
        assert_eq!(resolve(What::Function, "both"), None);
        assert_eq!(resolve(What::Operator, "<->"), None);
        assert_eq!(resolve(What::Relation, "pg_stat_mine"), None);
        assert_eq!(resolve(What::Relation, "pg_class").as_deref(), Some("pg_catalog"));
        assert_eq!(resolve(What::Collation, "de_DE"), None);
        assert_eq!(resolve(What::Collation, "C").as_deref(), Some("pg_catalog"));
    }

    #[test]
    fn a_name_that_nobody_knows_has_no_answer() {
        let names = names();
        for what in [What::Relation, What::Function, What::Type, What::OperatorClass] {
            assert_eq!(names.resolve(what, None, "nobody"), None, "{what:?}");
        }
    }
}
