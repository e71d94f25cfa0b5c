//! What each kind of object knows about itself: its attributes, its catalog query, its grammar, its
//! CREATE, ALTER and DROP. Everything outside this folder is generic and names no kind.
//!
//! Adding a kind: a file here with a struct that implements [`Describe`], and a line in `kinds!`.

#[macro_use]
pub mod abilities;
#[macro_use]
mod kinds;

mod about;
mod decision;
mod def;
mod def_list;
mod describe;
mod groups;
mod hint;
mod ids;
mod lookup;
mod name;
mod obstacle;
pub mod survey;

mod access;
mod behaviour;
mod database;
mod foreign;
mod operators;
pub(crate) mod relation;
mod replication;
mod routines;
mod search;
mod types;

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use crate::id::Id;
use crate::leaf::Sql;
use crate::secret::Secret;
use crate::source::Origin;
use crate::sql::tree::Class;
use crate::step::Step;

/// The switch of `[manage]` that governs a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// `schemas` and `undeclared`.
    Object,
    /// `default_privileges`.
    DefaultPrivileges,
    /// `grants`: privileges on what is no object here.
    Grants,
}

/// How an object whose attributes differ becomes what is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Alter {
    /// By these statements.
    InPlace(Vec<Step>),
    /// By these statements, with what needs the object dropped before and made again after.
    Around(Vec<Step>),
    /// Dropped and made again, with whatever needs it.
    Replace,
    /// PostgreSQL has no way.
    Refuse(Obstacle),
}

impl Alter {
    /// The statements, where it is changed in place.
    pub fn steps(self) -> Vec<Step> {
        match self {
            Self::InPlace(steps) | Self::Around(steps) => steps,
            Self::Replace | Self::Refuse(_) => Vec::new(),
        }
    }
}

/// What the short form of an object says of others around it: `serial primary key`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Shorthand {
    /// The clause in which a word stands in place of the object's own, and the word.
    pub replaces: Option<(&'static str, &'static str)>,
    /// The parts of the object that are said by that.
    pub says: Vec<&'static str>,
    /// The parts that it has besides.
    pub adds: Vec<(String, serde_json::Value)>,
    /// The objects that it says as well.
    pub objects: Vec<Id>,
}

pub use about::{About, Beside};
pub use access::default_privileges::in_force as default_grants;
pub use decision::{Cx, Decision, Decisions, Sides};
pub use def::{Def, KeyParser, Member, Place};
pub use describe::{Define, Describe, qualified_path};
pub use ids::{collation_id, operator_class_ids, type_ids};
pub use lookup::Lookup;
pub(crate) use name::temporary_name;
pub use obstacle::Obstacle;
pub(crate) use relation::column::keeps_column;
pub(crate) use relation::lineage::{columns_above, inherited_columns, parents};
pub(crate) use routines::routine::stub;

/// One part of a value: a clause of the short form or a key of the long one.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    /// The key of the long form.
    pub key: String,
    /// What it says: a text, a boolean, a number, a list or a table.
    pub value: Json,
    /// Where it was written.
    pub origin: Origin,
}

impl Part {
    /// The value as text, if it is one.
    pub fn text(&self) -> Option<&str> {
        self.value.as_str()
    }
}

/// An object that was written inside another's value (`primary key` or `default` in a column).
#[derive(Clone, Debug)]
pub struct Inner {
    /// Its id.
    pub id: Id,
    /// Its attributes, in the long form.
    pub parts: Vec<Part>,
    /// Who gave it its name.
    pub naming: Naming,
}

/// Who gave an object its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Naming {
    /// Its author.
    Given,
    /// PostgreSQL's rule; another name is as good.
    Chosen,
    /// PostgreSQL's rule, and others go by it: the sequence of `serial`, which is renamed if it has
    /// another.
    Kept,
}

impl Naming {
    /// That of an object whose author has said a name, or not.
    pub(crate) fn of<T>(said: Option<&T>) -> Self {
        if said.is_some() { Self::Given } else { Self::Chosen }
    }
}

kinds! {
    Role "role" access::role::Role in_schema false under "role" single false in [] holds [] can [Unsaid, HoldsSecrets, Configured, Empowered];
    Database "database" database::itself::Database in_schema false under "database" single true in [] holds [] can [HoldsSecrets, Configured];
    Schema "schema" database::schema::Schema in_schema false under "schema" single false in [] holds [] can [];
    Extension "extension" database::extension::Extension in_schema false under "extension" single false in [] holds [Member] can [Unsaid];
    Member "member" access::member::Member in_schema false under "member" single false in [Extension] holds [] can [];
    SystemObject "system_object" access::system_object::SystemObject in_schema false under "system_object" single false in [] holds [] can [];
    Enum "enum" types::enumeration::Enum in_schema true under "enum" single false in [] holds [] can [Typed, Swapped];
    Domain "domain" types::domain::Domain in_schema true under "domain" single false in [] holds [DomainConstraint] can [Typed, Swapped];
    Composite "type" types::composite::Composite in_schema true under "type" single false in [] holds [] can [Ordered, Swapped];
    ShellType "shell_type" types::shell_type::ShellType
        in_schema true under "shell_type" single false in [] holds [] can [Companion];
    BaseType "base_type" types::base_type::BaseType
        in_schema true under "base_type" single false in [] holds [] can [Ordered];
    Range "range" types::range::Range in_schema true under "range" single false in [] holds [] can [Swapped];
    Collation "collation" types::collation::Collation in_schema true under "collation" single false in [] holds [] can [Swapped];
    Sequence "sequence" relation::sequence::Sequence in_schema true under "sequence" single false in [] holds [] can [Companion, Ordered, Counts];
    Table "table" relation::table::Table in_schema true under "table" single false in []
        holds [Column, TypedTable, Constraint, Index, Attached, Trigger, CopiedTrigger, Policy, Rule] can [Doubtful, Ordered, HoldsRows, Child];
    ForeignTable "foreign_table" foreign::foreign_table::ForeignTable in_schema true under "foreign_table" single false in []
        holds [Column, Constraint, Trigger] can [Child, HoldsSecrets];
    Column "column" relation::column::Column in_schema true under "column" single false in [Table, ForeignTable]
        holds [Default, IdentitySequence] can [Values, Typed, Inherited, Ordered, Inline, Unsaid, Outliving, HoldsSecrets, Granted, Counted, Counts];
    TypedTable "typed_table" relation::typed_table::TypedTable in_schema true under "of" single true in [Table] holds [] can [];
    Function "function" routines::function::Function in_schema true under "function" single false in [] holds [] can [Stubbed, Granted, HoldsSecrets, Configured];
    Procedure "procedure" routines::procedure::Procedure in_schema true under "procedure" single false in [] holds [] can [Stubbed, Granted, HoldsSecrets, Configured];
    Aggregate "aggregate" routines::aggregate::Aggregate in_schema true under "aggregate" single false in [] holds [] can [Granted];
    Operator "operator" operators::operator::Operator in_schema true under "operator" single false in [] holds [] can [];
    Language "language" routines::language::Language in_schema false under "language" single false in [] holds [] can [];
    Transform "transform" types::transform::Transform in_schema false under "transform" single false in [] holds [] can [];
    Conversion "conversion" types::conversion::Conversion
        in_schema true under "conversion" single false in [] holds [] can [];
    TextSearchParser "text_search_parser" search::text_search_parser::TextSearchParser
        in_schema true under "text_search_parser" single false in [] holds [] can [];
    TextSearchTemplate "text_search_template" search::text_search_template::TextSearchTemplate
        in_schema true under "text_search_template" single false in [] holds [] can [];
    TextSearchDictionary "text_search_dictionary" search::text_search_dictionary::TextSearchDictionary
        in_schema true under "text_search_dictionary" single false in [] holds [] can [];
    TextSearchConfiguration "text_search_configuration"
        search::text_search_configuration::TextSearchConfiguration
        in_schema true under "text_search_configuration" single false in [] holds [] can [];
    AccessMethod "access_method" operators::access_method::AccessMethod
        in_schema false under "access_method" single false in [] holds [] can [];
    OperatorFamily "operator_family" operators::operator_family::OperatorFamily
        in_schema true under "operator_family" single false in [] holds [] can [Companion];
    OperatorClass "operator_class" operators::operator_class::OperatorClass
        in_schema true under "operator_class" single false in [] holds [] can [];
    Cast "cast" types::cast::Cast in_schema false under "cast" single false in [] holds [] can [];
    DomainConstraint "domain_constraint" types::domain_constraint::DomainConstraint
        in_schema true under "constraint" single false in [Domain] holds [] can [Ordered, Inline];
    Default "default" relation::default::Default in_schema true under "default" single true in [Column] holds [] can [Ordered, Outliving, Unsaid, Inline, Counted];
    IdentitySequence "identity" relation::identity_sequence::IdentitySequence
        in_schema true under "identity" single true in [Column] holds [] can [Outliving, Granted];
    Constraint "constraint" relation::constraint::Constraint
        in_schema true under "constraint" single false in [Table, ForeignTable] holds [] can [Key, Inherited, Ordered, Outliving, Inline, Unsaid];
    Index "index" relation::index::Index in_schema true under "index" single false in [Table, MaterializedView] holds [] can [Outliving, Ordered, Unsaid];
    Attached "attached" relation::attached::Attached in_schema true under "attached" single false in [Table] holds [] can [Unsaid, Ordered, Outliving];
    Statistics "statistics" relation::statistics::Statistics in_schema true under "statistics" single false in [] holds [] can [Ordered];
    View "view" relation::view::View in_schema true under "view" single false in [] holds [ViewColumn, Trigger, Rule] can [Unsaid];
    MaterializedView "materialized_view" relation::materialized_view::MaterializedView
        in_schema true under "materialized_view" single false in [] holds [ViewColumn, Index] can [Stubbed];
    ViewColumn "view_column" relation::view_column::ViewColumn
        in_schema true under "column" single false in [View, MaterializedView] holds [] can [Granted, Outliving];
    Trigger "trigger" behaviour::trigger::Trigger
        in_schema true under "trigger" single false in [Table, View, ForeignTable] holds [] can [Ordered];
    CopiedTrigger "copied_trigger" behaviour::copied_trigger::CopiedTrigger
        in_schema true under "copied_trigger" single false in [Table] holds [] can [];
    Rule "rule" behaviour::rule::Rule in_schema true under "rule" single false in [Table, View] holds [] can [];
    Policy "policy" behaviour::policy::Policy in_schema true under "policy" single false in [Table] holds [] can [Doubtful];
    DefaultPrivileges "default_privileges" access::default_privileges::DefaultPrivileges
        in_schema false under "default_privileges" single false in [] holds [] can [Unsaid];
    EventTrigger "event_trigger" behaviour::event_trigger::EventTrigger
        in_schema false under "event_trigger" single false in [] holds [] can [];
    ForeignDataWrapper "foreign_data_wrapper" foreign::foreign_data_wrapper::ForeignDataWrapper
        in_schema false under "foreign_data_wrapper" single false in [] holds [] can [HoldsSecrets];
    Server "server" foreign::server::Server in_schema false under "server" single false in [] holds [UserMapping] can [HoldsSecrets];
    UserMapping "user_mapping" foreign::user_mapping::UserMapping
        in_schema false under "user_mapping" single false in [Server] holds [] can [HoldsSecrets];
    Publication "publication" replication::publication::Publication in_schema false under "publication" single false in []
        holds [PublicationTable, PublicationSchema] can [];
    PublicationTable "publication_table" replication::publication_table::PublicationTable
        in_schema false under "table" single false in [Publication] holds [] can [Inline, Companion];
    PublicationSchema "publication_schema" replication::publication_schema::PublicationSchema
        in_schema false under "tables_in_schema" single false in [Publication] holds [] can [Inline, Companion];
    Subscription "subscription" replication::subscription::Subscription
        in_schema false under "subscription" single false in [] holds [] can [HoldsSecrets];
}

impl Kind {
    /// The name of the kind, as in an id.
    pub fn name(self) -> &'static str {
        self.def().name
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Kind> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// What a report calls it: `materialized view`.
    pub fn noun(self) -> String {
        let def = self.def();
        def.noun.unwrap_or(def.key).replace('_', " ")
    }

    /// The kinds that stand at the top of a file.
    pub fn top() -> impl Iterator<Item = Kind> {
        Self::ALL.iter().copied().filter(|kind| kind.def().parents.is_empty())
    }
}

impl Attrs {
    /// As [`Describe::leaves`], to look at them only.
    pub fn each_leaf(&self, visit: &mut dyn FnMut(&'static str, Class, &Sql)) {
        self.clone().leaves(&mut |name, class, leaf| visit(name, class, leaf));
    }

    /// Shows every secret in it, with the name of the option that holds it.
    pub fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        if let Some(secretive) = self.as_secretive_mut() {
            secretive.secrets(visit);
        }
    }

    /// How GRANT names it, if it has privileges.
    pub fn grant_address(&self, id: &Id) -> Option<String> {
        match self.as_granted() {
            Some(granted) => granted.grant_address(id),
            None => self
                .kind()
                .def()
                .rights
                .map(|rights| format!("{} {}", rights.word, qualified_path(id))),
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let unknown = || serde::de::Error::custom(format!("`{name}` is no kind of object"));
        Self::named(&name).ok_or_else(unknown)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
