//! The kinds by what they are to others: all that the generic code may ask for by name.

use super::Kind;

impl Kind {
    /// What may stand behind FROM or REFERENCES, and share one name space (`pg_class`).
    pub const RELATIONS: &'static [Kind] =
        &[Kind::Table, Kind::View, Kind::MaterializedView, Kind::Sequence, Kind::ForeignTable];
    /// Parts of a table that are relations of their own, in its schema: ALTER INDEX and DROP INDEX name them so.
    pub(crate) const INDEXES: &'static [Kind] =
        &[Kind::Index, Kind::Constraint, Kind::Attached, Kind::IdentitySequence];
    /// Relations, and what the catalog has with the oid of a relation, under that relation's name (`_oid` of the query).
    pub(crate) const IN_RELATIONS: &'static [Kind] = &[
        Kind::Column,
        Kind::Constraint,
        Kind::ForeignTable,
        Kind::MaterializedView,
        Kind::Policy,
        Kind::Rule,
        Kind::Sequence,
        Kind::Table,
        Kind::Trigger,
        Kind::View,
        Kind::ViewColumn,
    ];
    /// What may stand where a type is asked for.
    pub const TYPES: &'static [Kind] = &[
        Kind::Enum,
        Kind::Domain,
        Kind::Composite,
        Kind::ShellType,
        Kind::BaseType,
        Kind::Range,
        Kind::Table,
        Kind::View,
        Kind::MaterializedView,
        Kind::ForeignTable,
    ];
    /// What may be called.
    pub const ROUTINES: &'static [Kind] = &[Kind::Function, Kind::Procedure, Kind::Aggregate];
    /// What may stand between two expressions.
    pub const OPERATORS: &'static [Kind] = &[Kind::Operator];

    /// What makes a type beside its own, whose name it takes up too.
    pub const MAKERS: &'static [Kind] = &[Kind::Range];
    /// What a shell of the same name becomes, when the routines that it needs, and that name it, are there.
    pub const COMPLETES: &'static [Kind] = &[Kind::BaseType];
    /// What may stand behind COLLATE.
    pub const COLLATIONS: &'static [Kind] = &[Kind::Collation];
    /// What a constant of the types `regconfig` and `regdictionary` names.
    pub const TEXT_SEARCH: &'static [Kind] =
        &[Kind::TextSearchConfiguration, Kind::TextSearchDictionary];
    /// What may stand behind the column of an index.
    pub const OPERATOR_CLASSES: &'static [Kind] = &[Kind::OperatorClass];
    /// What SECURITY LABEL takes (manual, "SECURITY LABEL").
    pub const LABELLED: &'static [Kind] = &[
        Kind::Aggregate,
        Kind::BaseType,
        Kind::Column,
        Kind::Composite,
        Kind::Database,
        Kind::Domain,
        Kind::Enum,
        Kind::EventTrigger,
        Kind::ForeignTable,
        Kind::Function,
        Kind::IdentitySequence,
        Kind::Language,
        Kind::MaterializedView,
        Kind::Procedure,
        Kind::Publication,
        Kind::Range,
        Kind::Role,
        Kind::Schema,
        Kind::Sequence,
        Kind::ShellType,
        Kind::Subscription,
        Kind::Table,
        Kind::View,
        Kind::ViewColumn,
    ];
    /// What an expression uses without a word, by the types in it.
    pub const COERCIONS: &'static [Kind] = &[Kind::Cast];
}
