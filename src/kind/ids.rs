//! The ids that names in attributes stand for, and who lives in whom.

use super::Kind;
use crate::id::Id;
use crate::leaf::Qualified;

/// The ids that a type of the user's may have, of whatever kind; none for a built-in one.
pub fn type_ids(of: &str) -> Vec<Id> {
    let Ok(name) = crate::sql::type_name::canonical(of) else { return Vec::new() };
    let Some(schema) = name.schema else { return Vec::new() };
    let id = |kind: &Kind| Id::new(*kind, [schema.as_str(), name.name.as_str()]);
    Kind::TYPES.iter().map(id).collect()
}

/// The id of a collation that is not the server's own.
pub fn collation_id(name: &Qualified) -> Option<Id> {
    Some(Id::new(Kind::Collation, [name.schema.as_ref()?, &name.name]))
}

/// The ids of an operator class that is not the server's own.
pub fn operator_class_ids(name: &Qualified, method: &str) -> Vec<Id> {
    let Some(schema) = &name.schema else { return Vec::new() };
    let key = format!("{} using {method}", name.name);
    Kind::OPERATOR_CLASSES.iter().map(|kind| Id::new(*kind, [schema, &key])).collect()
}

impl Id {
    /// The role of that name.
    pub fn role(name: &str) -> Self {
        Self::new(Kind::Role, [name])
    }

    /// The name as other SQL says it: without the types of a signature, and without the access method of an
    /// operator class.
    pub fn bare_name(&self) -> &str {
        let name = self.name();
        if Kind::ROUTINES.contains(&self.kind) || Kind::OPERATORS.contains(&self.kind) {
            name.split_once('(').map_or(name, |(name, _)| name)
        } else if Kind::OPERATOR_CLASSES.contains(&self.kind) {
            (self.kind.def().name_in_key)(name)
        } else {
            name
        }
    }

    /// The types in its own name, as between the parentheses of a routine.
    pub fn signature(&self) -> Option<&str> {
        if self.kind.def().plain_key {
            return None;
        }
        self.name().split_once('(').map(|(_, types)| types.trim_end_matches(')'))
    }

    /// The schema that it lives in, as an object.
    pub fn schema_id(&self) -> Option<Self> {
        self.schema().map(|schema| Self::new(Kind::Schema, [schema]))
    }

    /// Whether it is that object, or lives in it at any depth.
    pub fn lies_in(&self, outer: &Self) -> bool {
        self == outer
            || self.path.starts_with(&outer.path)
                && self.parents().iter().any(|parent| parent.lies_in(outer))
    }

    /// Whether it is a schema.
    pub fn is_schema(&self) -> bool {
        self.kind == Kind::Schema
    }

    /// The object it lives in: a column's table, a table's schema.
    pub fn parents(&self) -> Vec<Id> {
        let def = self.kind.def();
        let up = self.path.len().saturating_sub(usize::from(!def.single));
        def.parents.iter().map(|parent| self.ancestor(*parent, up)).collect()
    }

    /// The object it lives in, where there is only one sort; several sorts share a name space, so
    /// that at most one of [`Id::parents`] exists.
    pub fn parent(&self) -> Option<Id> {
        self.parents().into_iter().next()
    }
}
