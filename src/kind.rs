//! What each kind of object knows about itself: its attributes, its catalog query, its grammar, its
//! CREATE, ALTER and DROP. Everything outside this folder is generic and names no kind.
//!
//! Adding a kind: a file here with a struct that implements [`Describe`], and a line in `kinds!`.

mod callee;
mod copy;
mod def_list;
mod describe;
mod enabled;
mod functions;
mod hint;
mod lookup;
mod made_of;
mod name;
mod options;
mod routine;

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::catalog::Catalog;
use crate::clause::Clause;
use crate::grants::Rights;
use crate::id::Id;
use crate::introspect::RowReader;
use crate::leaf::{Qualified, Sql};
use crate::secret::Secret;
use crate::source::Origin;
use crate::sql::names::KnownNames;
use crate::sql::tree::Class;
use crate::step::Step;

/// What statements are written for: both sides and the version of the server.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    /// What is there.
    pub current: &'a Catalog,
    /// What is wanted.
    pub desired: &'a Catalog,
}

impl Cx<'_> {
    /// The major version of the target.
    pub fn major(&self) -> u32 {
        self.current.server.major()
    }
}

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
    /// PostgreSQL has no way; says why, and the way round.
    Refuse(String),
}

/// One word of a short form that stands for an object and for others around it: `serial`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// The clause that it stands in, in place of the object's own.
    pub key: &'static str,
    /// The word.
    pub word: &'static str,
    /// The parts that it says as well.
    pub says: &'static [&'static str],
    /// The objects that it says as well.
    pub objects: Vec<Id>,
}

pub use default_privileges::in_force as default_grants;
pub use describe::{Describe, qualified_path};
pub use lookup::Lookup;
pub(crate) use name::spare_name;

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
    /// Whether its name was chosen by PostgreSQL's rule, so that another name is as good.
    pub implicit: bool,
}

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

/// The place of a kind in the tree of a declaration.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The kind that stands there.
    pub kind: Kind,
    /// The key it stands under.
    pub key: &'static str,
}

/// What the generic code knows of a kind: plain function pointers, made at compile time.
pub struct Def {
    /// The key in a declaration, and the first part of an id.
    pub name: &'static str,
    /// What may live in it, and under which key.
    pub children: &'static [Place],
    /// The kinds it may live in; empty: at the top of a file.
    pub parents: &'static [Kind],
    /// The key under its parent.
    pub key: &'static str,
    /// Whether it is one part of its parent's value and no table of names.
    pub single: bool,
    /// Whether the first part of its path is a schema.
    pub in_schema: bool,
    /// See [`Describe`].
    pub clauses: &'static [Clause],
    /// See [`Describe`].
    pub extra_keys: &'static [&'static str],
    /// See [`Describe`].
    pub catalog: u32,
    /// See [`Describe::MODELS`].
    pub models: Option<(&'static str, &'static str)>,
    /// See [`Describe`].
    pub rights: Option<&'static Rights>,
    /// See [`Describe`].
    pub owned: bool,
    /// See [`Describe`].
    pub holds_rows: bool,
    /// See [`Describe`].
    pub follows_type: bool,
    /// See [`Describe::SETS_ASIDE`].
    pub sets_aside: bool,
    /// See [`Describe`].
    pub renames: bool,
    /// See [`Describe::SHAPES`].
    pub shapes: bool,
    /// See [`Describe::NUMEROUS`].
    pub numerous: bool,
    /// See [`Describe::PROVIDES`].
    pub provides: bool,
    /// See [`Describe::LARGE`].
    pub large: bool,
    /// See [`Describe::LONG_FORM`].
    pub long_form: bool,
    /// See [`Describe::PLAIN_KEY`].
    pub plain_key: bool,
    /// See [`Describe::SORT`].
    pub sort: Sort,
    /// See [`Describe::KEEPS`].
    pub keeps: &'static [&'static str],
    /// See [`Describe::PART`].
    pub part: bool,
    /// See [`Describe::ON_SCRATCH`].
    pub on_scratch: bool,
    /// See [`Describe::HOLDS_PARENT`].
    pub holds_parent: bool,
    /// See [`Describe::NOUN`].
    pub noun: Option<&'static str>,
    /// See [`Describe::CLUSTER_WIDE`].
    pub cluster_wide: bool,
    /// See [`Describe::query`].
    pub query: fn(u32) -> String,
    /// Reads the attributes of one row of the query.
    pub read: fn(&RowReader<'_>) -> Result<Attrs, serde_json::Error>,
    /// Reads the attributes of the long form.
    pub parse: fn(&Json) -> Result<Attrs, serde_json::Error>,
    /// See [`Describe::expand`].
    pub expand: fn(&Id, &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)>,
    /// See [`Describe::key`].
    pub parse_key: KeyParser,
    /// See [`Describe::resolve_key`].
    pub resolve_key: fn(&Id, &Lookup<'_>) -> Option<Id>,
    /// See [`Describe::name_in_key`].
    pub name_in_key: fn(&str) -> &str,
}

/// See [`Describe::key`].
pub type KeyParser = fn(&str) -> Result<(String, Option<Json>), String>;

/// Joins a kind's struct with its variant of [`Attrs`]; written by `kinds!`.
pub trait Member: Sized {
    /// The kind.
    const KIND: Kind;
    /// Puts the attributes under the common type.
    fn wrap(self) -> Attrs;
    /// Takes them out again, if they are of this kind.
    fn peel(attrs: &Attrs) -> Option<&Self>;
    /// As [`Member::peel`], to change them.
    fn peel_mut(attrs: &mut Attrs) -> Option<&mut Self>;
}

/// Makes [`Kind`] and [`Attrs`] out of the one list of kinds. A line reads
/// `Variant "name" file::Struct, in schema?, [parents] under "key" single?, [children];`
macro_rules! kinds {
    ($( $variant:ident $name:literal $module:ident::$type:ident
        in_schema $schema:literal under $key:literal single $single:literal
        in [$($parent:ident),*] holds [$($child:ident),*]; )*) => {
        $( mod $module; )*

        /// The kinds of objects; their order breaks ties between steps.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Kind { $( #[doc = $name] $variant, )* }

        /// The attributes of an object of any kind. Boxed, since one kind's are several times as large as
        /// another's, and most objects are columns.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Attrs { $( #[doc = $name] $variant(Box<$module::$type>), )* }

        $( impl Member for $module::$type {
            const KIND: Kind = Kind::$variant;
            fn wrap(self) -> Attrs { Attrs::$variant(Box::new(self)) }
            fn peel(attrs: &Attrs) -> Option<&Self> {
                if let Attrs::$variant(inner) = attrs { Some(inner) } else { None }
            }
            fn peel_mut(attrs: &mut Attrs) -> Option<&mut Self> {
                if let Attrs::$variant(inner) = attrs { Some(inner) } else { None }
            }
        } )*

        impl Kind {
            /// Every kind, in the order of the list.
            pub const ALL: &'static [Kind] = &[$( Kind::$variant ),*];

            /// What the generic code knows of the kind.
            pub fn def(self) -> &'static Def {
                match self { $( Kind::$variant => {
                    static DEF: Def = Def {
                        name: $name,
                        children: &[$( Place { kind: Kind::$child, key: Kind::$child.under() } ),*],
                        parents: &[$( Kind::$parent ),*],
                        key: $key,
                        single: $single,
                        in_schema: $schema,
                        clauses: $module::$type::CLAUSES,
                        extra_keys: $module::$type::EXTRA_KEYS,
                        catalog: $module::$type::CATALOG,
                        models: $module::$type::MODELS,
                        rights: $module::$type::RIGHTS,
                        owned: $module::$type::OWNED,
                        holds_rows: $module::$type::HOLDS_ROWS,
                        follows_type: $module::$type::FOLLOWS_TYPE,
                        sets_aside: $module::$type::SETS_ASIDE,
                        renames: $module::$type::RENAMES,
                        shapes: $module::$type::SHAPES,
                        numerous: $module::$type::NUMEROUS,
                        provides: $module::$type::PROVIDES,
                        large: $module::$type::LARGE,
                        long_form: $module::$type::LONG_FORM,
                        plain_key: $module::$type::PLAIN_KEY,
                        sort: $module::$type::SORT,
                        keeps: $module::$type::KEEPS,
                        part: $module::$type::PART,
                        on_scratch: $module::$type::ON_SCRATCH,
                        holds_parent: $module::$type::HOLDS_PARENT,
                        noun: $module::$type::NOUN,
                        cluster_wide: $module::$type::CLUSTER_WIDE,
                        query: $module::$type::query,
                        read: |row| row.attributes::<$module::$type>().map(Member::wrap),
                        parse: |json| $module::$type::deserialize(json).map(Member::wrap),
                        expand: $module::$type::expand,
                        parse_key: $module::$type::key,
                        resolve_key: $module::$type::resolve_key,
                        name_in_key: $module::$type::name_in_key,
                    };
                    &DEF
                } )* }
            }

            /// The key it stands under in a declaration.
            const fn under(self) -> &'static str {
                match self { $( Kind::$variant => $key, )* }
            }
        }

        impl Attrs {
            /// The kind whose attributes they are.
            pub fn kind(&self) -> Kind {
                match self { $( Attrs::$variant(_) => Kind::$variant, )* }
            }
            /// Serializes them: field by field, defaults left out.
            pub fn json(&self) -> Json {
                match self { $( Attrs::$variant(a) => serde_json::to_value(a).unwrap_or_default(), )* }
            }
            /// See [`Describe::address`].
            pub fn address(&self, id: &Id) -> String {
                match self { $( Attrs::$variant(a) => a.address(id), )* }
            }
            /// See [`Describe::create`].
            pub fn create(&self, id: &Id, cx: &Cx<'_>, inner: &[String]) -> Vec<Step> {
                match self { $( Attrs::$variant(a) => a.create(id, cx, inner), )* }
            }
            /// See [`Describe::alter`].
            pub fn alter(&self, old: &Attrs, id: &Id, cx: &Cx<'_>) -> Alter {
                match (self, old) {
                    $( (Attrs::$variant(new), Attrs::$variant(old)) => new.alter(old, id, cx), )*
                    _ => Alter::Replace,
                }
            }
            /// See [`Describe::remakes`].
            pub fn remakes(&self, id: &Id, cx: &Cx<'_>) -> Option<Id> {
                match self { $( Attrs::$variant(a) => a.remakes(id, cx), )* }
            }
            /// See [`Describe::frees`].
            pub fn frees(&self, old: &Attrs, id: &Id) -> Vec<Step> {
                match (self, old) {
                    $( (Attrs::$variant(new), Attrs::$variant(old)) => new.frees(old, id), )*
                    _ => Vec::new(),
                }
            }
            /// See [`Describe::changes_after`].
            pub fn changes_after(&self, id: &Id, cx: &Cx<'_>) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.changes_after(id, cx), )* }
            }
            /// See [`Describe::releases`].
            pub fn releases(&self, id: &Id, cx: &Cx<'_>) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.releases(id, cx), )* }
            }
            /// See [`Describe::check_before`].
            pub fn check_before(&self, old: &Attrs, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
                match (self, old) {
                    $( (Attrs::$variant(new), Attrs::$variant(old)) => new.check_before(old, id, cx), )*
                    _ => Vec::new(),
                }
            }
            /// See [`Describe::set_aside`].
            pub fn set_aside(&self, id: &Id, former: &Id) -> Vec<Step> {
                match self { $( Attrs::$variant(a) => a.set_aside(id, former), )* }
            }
            /// See [`Describe::lets_go`].
            pub fn lets_go(&self, other: &Id) -> bool {
                match self { $( Attrs::$variant(a) => a.lets_go(other), )* }
            }
            /// See [`Describe::carry`].
            pub fn carry(
                &self,
                old: &Attrs,
                id: &Id,
                cx: &Cx<'_>,
                exchanged: &BTreeSet<Id>,
            ) -> Result<Vec<Step>, String> {
                match (self, old) {
                    $( (Attrs::$variant(new), Attrs::$variant(old)) => {
                        new.carry(old, id, cx, exchanged)
                    } )*
                    _ => Ok(Vec::new()),
                }
            }
            /// See [`Describe::ties`].
            pub fn ties(&self) -> bool {
                match self { $( Attrs::$variant(a) => a.ties(), )* }
            }
            /// See [`Describe::drop`].
            pub fn drop_steps(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
                match self { $( Attrs::$variant(a) => Describe::drop(a.as_ref(), id, cx), )* }
            }
            /// See [`Describe::rename`].
            pub fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
                match self { $( Attrs::$variant(a) => a.rename(old, new), )* }
            }
            /// See [`Describe::references`].
            pub fn references(&self, id: &Id) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.references(id), )* }
            }
            /// See [`Describe::dropped_with`].
            pub fn dropped_with(&self, id: &Id) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.dropped_with(id), )* }
            }
            /// See [`Describe::clause`].
            pub fn clause(&self, id: &Id, cx: &Cx<'_>, inner: &[String]) -> Option<String> {
                match self { $( Attrs::$variant(a) => a.clause(id, cx, inner), )* }
            }
            /// See [`Describe::leaves`].
            pub fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
                match self { $( Attrs::$variant(a) => a.leaves(visit), )* }
            }
            /// As [`Attrs::leaves`], to look at them only.
            pub fn each_leaf(&self, visit: &mut dyn FnMut(&'static str, Class, &Sql)) {
                self.clone().leaves(&mut |name, class, leaf| visit(name, class, leaf));
            }
            /// See [`Describe::resolve`].
            pub fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
                match self { $( Attrs::$variant(a) => a.resolve(id, names), )* }
            }
            /// See [`Describe::is_nothing`].
            pub fn is_nothing(&self, id: &Id, names: &Lookup<'_>) -> bool {
                match self { $( Attrs::$variant(a) => a.is_nothing(id, names), )* }
            }
            /// See [`Describe::learn`].
            pub fn learn(&mut self, built: &Attrs) {
                match (self, built) {
                    $( (Attrs::$variant(a), Attrs::$variant(b)) => a.learn(b), )*
                    _ => {}
                }
            }
            /// See [`Describe::made_by`].
            pub fn made_by(&self, id: &Id) -> Option<Id> {
                match self { $( Attrs::$variant(a) => a.made_by(id), )* }
            }
            /// See [`Describe::in_a_word`].
            pub fn in_a_word(&self, id: &Id, catalog: &Catalog) -> Option<Word> {
                match self { $( Attrs::$variant(a) => a.in_a_word(id, catalog), )* }
            }
            /// See [`Describe::follows_owner`].
            pub fn follows_owner(&self, id: &Id) -> Option<Id> {
                match self { $( Attrs::$variant(a) => a.follows_owner(id), )* }
            }
            /// See [`Describe::grant_columns`].
            pub fn grant_columns(&self, id: &Id) -> Option<String> {
                match self { $( Attrs::$variant(a) => a.grant_columns(id), )* }
            }
            /// See [`Describe::after_clause`].
            pub fn after_clause(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
                match self { $( Attrs::$variant(a) => a.after_clause(id, cx), )* }
            }
            /// See [`Describe::needs`].
            pub fn needs(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.needs(id, catalog), )* }
            }
            /// See [`Describe::is_open`].
            pub fn is_open(&self) -> bool {
                match self { $( Attrs::$variant(a) => a.is_open(), )* }
            }
            /// See [`Describe::is_key`].
            pub fn is_key(&self) -> bool {
                match self { $( Attrs::$variant(a) => a.is_key(), )* }
            }
            /// See [`Describe::type_text`].
            pub fn type_text(&self) -> Option<String> {
                match self { $( Attrs::$variant(a) => a.type_text(), )* }
            }
            /// See [`Describe::is_computed`].
            pub fn is_computed(&self) -> bool {
                match self { $( Attrs::$variant(a) => a.is_computed(), )* }
            }
            /// See [`Describe::partition_parent`].
            pub fn partition_parent(&self) -> Option<Id> {
                match self { $( Attrs::$variant(a) => a.partition_parent(), )* }
            }
            /// See [`Describe::forget_version`].
            pub fn forget_version(&mut self, there: &Attrs) {
                match (self, there) {
                    $( (Attrs::$variant(a), Attrs::$variant(b)) => a.forget_version(b), )*
                    _ => {}
                }
            }
            /// See [`Describe::is_settled`].
            pub fn is_settled(&self) -> bool {
                match self { $( Attrs::$variant(a) => a.is_settled(), )* }
            }
            /// See [`Describe::keep_names`].
            pub fn keep_names(&mut self, there: &Attrs) {
                match (self, there) {
                    $( (Attrs::$variant(a), Attrs::$variant(b)) => a.keep_names(b), )*
                    _ => {}
                }
            }
            /// See [`Describe::tell`].
            pub fn tell(&self, id: &Id, names: &mut KnownNames) {
                match self { $( Attrs::$variant(a) => a.tell(id, names), )* }
            }
            /// See [`Describe::without_choices`].
            pub fn without_choices(&mut self) {
                match self { $( Attrs::$variant(a) => a.without_choices(), )* }
            }
            /// See [`Describe::occupies`].
            pub fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
                match self { $( Attrs::$variant(a) => a.occupies(id), )* }
            }
            /// See [`Describe::follows_type`].
            pub fn follows_type(&self, id: &Id, cx: &Cx<'_>) -> bool {
                match self { $( Attrs::$variant(a) => a.follows_type(id, cx), )* }
            }
            /// See [`Describe::obstacle`].
            pub fn obstacle(&self, id: &Id, cx: &Cx<'_>) -> Option<String> {
                match self { $( Attrs::$variant(a) => a.obstacle(id, cx), )* }
            }
            /// See [`Describe::takes_along`].
            pub fn takes_along(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.takes_along(id, catalog), )* }
            }
            /// See [`Describe::waits_for`].
            pub fn waits_for(&self, id: &Id, cx: &Cx<'_>) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.waits_for(id, cx), )* }
            }
            /// See [`Describe::completes`].
            pub fn completes(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.completes(id, catalog), )* }
            }
            /// See [`Describe::outlives`].
            pub fn outlives(&self, id: &Id, cx: &Cx<'_>) -> bool {
                match self { $( Attrs::$variant(a) => a.outlives(id, cx), )* }
            }
            /// See [`Describe::is_merged`].
            pub fn is_merged(&self, id: &Id, cx: &Cx<'_>) -> bool {
                match self { $( Attrs::$variant(a) => a.is_merged(id, cx), )* }
            }
            /// See [`Describe::grant_address`].
            pub fn grant_address(&self, id: &Id) -> Option<String> {
                match self { $( Attrs::$variant(a) => a.grant_address(id), )* }
            }
            /// See [`Describe::lacks`].
            pub fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
                match self { $( Attrs::$variant(a) => a.lacks(major), )* }
            }
            /// See [`Describe::secrets`].
            pub fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
                match self { $( Attrs::$variant(a) => a.secrets(visit), )* }
            }
            /// See [`Describe::named_after`].
            pub fn named_after(&self, id: &Id, now: &dyn Fn(&Id) -> Id) -> Option<Id> {
                match self { $( Attrs::$variant(a) => a.named_after(id, now), )* }
            }
            /// See [`Describe::body_language`].
            pub fn body_language(&self) -> Option<(String, String)> {
                match self { $( Attrs::$variant(a) => a.body_language(), )* }
            }
        }
    };
}

kinds! {
    Role "role" role::Role in_schema false under "role" single false in [] holds [];
    Schema "schema" schema::Schema in_schema false under "schema" single false in [] holds [];
    Extension "extension" extension::Extension in_schema false under "extension" single false in [] holds [Member];
    Member "member" member::Member in_schema false under "member" single false in [Extension] holds [];
    Enum "enum" enumeration::Enum in_schema true under "enum" single false in [] holds [];
    Domain "domain" domain::Domain in_schema true under "domain" single false in [] holds [DomainConstraint];
    Composite "type" composite::Composite in_schema true under "type" single false in [] holds [];
    ShellType "shell_type" shell_type::ShellType
        in_schema true under "shell_type" single false in [] holds [];
    BaseType "base_type" base_type::BaseType
        in_schema true under "base_type" single false in [] holds [];
    Range "range" range::Range in_schema true under "range" single false in [] holds [];
    Collation "collation" collation::Collation in_schema true under "collation" single false in [] holds [];
    Sequence "sequence" sequence::Sequence in_schema true under "sequence" single false in [] holds [];
    Table "table" table::Table in_schema true under "table" single false in []
        holds [Column, TypedTable, Constraint, Index, Attached, Trigger, CopiedTrigger, Policy, Rule];
    ForeignTable "foreign_table" foreign_table::ForeignTable in_schema true under "foreign_table" single false in []
        holds [Column, Constraint, Trigger];
    Column "column" column::Column in_schema true under "column" single false in [Table, ForeignTable]
        holds [Default, IdentitySequence];
    TypedTable "typed_table" typed_table::TypedTable in_schema true under "of" single true in [Table] holds [];
    Function "function" function::Function in_schema true under "function" single false in [] holds [];
    Procedure "procedure" procedure::Procedure in_schema true under "procedure" single false in [] holds [];
    Aggregate "aggregate" aggregate::Aggregate in_schema true under "aggregate" single false in [] holds [];
    Operator "operator" operator::Operator in_schema true under "operator" single false in [] holds [];
    Language "language" language::Language in_schema false under "language" single false in [] holds [];
    Transform "transform" transform::Transform in_schema false under "transform" single false in [] holds [];
    Conversion "conversion" conversion::Conversion
        in_schema true under "conversion" single false in [] holds [];
    TextSearchParser "text_search_parser" text_search_parser::TextSearchParser
        in_schema true under "text_search_parser" single false in [] holds [];
    TextSearchTemplate "text_search_template" text_search_template::TextSearchTemplate
        in_schema true under "text_search_template" single false in [] holds [];
    TextSearchDictionary "text_search_dictionary" text_search_dictionary::TextSearchDictionary
        in_schema true under "text_search_dictionary" single false in [] holds [];
    TextSearchConfiguration "text_search_configuration"
        text_search_configuration::TextSearchConfiguration
        in_schema true under "text_search_configuration" single false in [] holds [];
    AccessMethod "access_method" access_method::AccessMethod
        in_schema false under "access_method" single false in [] holds [];
    OperatorFamily "operator_family" operator_family::OperatorFamily
        in_schema true under "operator_family" single false in [] holds [];
    OperatorClass "operator_class" operator_class::OperatorClass
        in_schema true under "operator_class" single false in [] holds [];
    Cast "cast" cast::Cast in_schema false under "cast" single false in [] holds [];
    DomainConstraint "domain_constraint" domain_constraint::DomainConstraint
        in_schema true under "constraint" single false in [Domain] holds [];
    Default "default" default::Default in_schema true under "default" single true in [Column] holds [];
    IdentitySequence "identity" identity_sequence::IdentitySequence
        in_schema true under "identity" single true in [Column] holds [];
    Constraint "constraint" constraint::Constraint
        in_schema true under "constraint" single false in [Table, ForeignTable] holds [];
    Index "index" index::Index in_schema true under "index" single false in [Table, MaterializedView] holds [];
    Attached "attached" attached::Attached in_schema true under "attached" single false in [Table] holds [];
    Statistics "statistics" statistics::Statistics in_schema true under "statistics" single false in [] holds [];
    View "view" view::View in_schema true under "view" single false in [] holds [ViewColumn, Trigger, Rule];
    MaterializedView "materialized_view" materialized_view::MaterializedView
        in_schema true under "materialized_view" single false in [] holds [ViewColumn, Index];
    ViewColumn "view_column" view_column::ViewColumn
        in_schema true under "column" single false in [View, MaterializedView] holds [];
    Trigger "trigger" trigger::Trigger
        in_schema true under "trigger" single false in [Table, View, ForeignTable] holds [];
    CopiedTrigger "copied_trigger" copied_trigger::CopiedTrigger
        in_schema true under "copied_trigger" single false in [Table] holds [];
    Rule "rule" rule::Rule in_schema true under "rule" single false in [Table, View] holds [];
    Policy "policy" policy::Policy in_schema true under "policy" single false in [Table] holds [];
    DefaultPrivileges "default_privileges" default_privileges::DefaultPrivileges
        in_schema false under "default_privileges" single false in [] holds [];
    EventTrigger "event_trigger" event_trigger::EventTrigger
        in_schema false under "event_trigger" single false in [] holds [];
    ForeignDataWrapper "foreign_data_wrapper" foreign_data_wrapper::ForeignDataWrapper
        in_schema false under "foreign_data_wrapper" single false in [] holds [];
    Server "server" server::Server in_schema false under "server" single false in [] holds [UserMapping];
    UserMapping "user_mapping" user_mapping::UserMapping
        in_schema false under "user_mapping" single false in [Server] holds [];
    Publication "publication" publication::Publication in_schema false under "publication" single false in []
        holds [PublicationTable, PublicationSchema];
    PublicationTable "publication_table" publication_table::PublicationTable
        in_schema false under "table" single false in [Publication] holds [];
    PublicationSchema "publication_schema" publication_schema::PublicationSchema
        in_schema false under "tables_in_schema" single false in [Publication] holds [];
    Subscription "subscription" subscription::Subscription
        in_schema false under "subscription" single false in [] holds [];
}

impl Kind {
    /// What may stand behind FROM or REFERENCES, and share one name space (`pg_class`).
    pub const RELATIONS: &'static [Kind] =
        &[Kind::Table, Kind::View, Kind::MaterializedView, Kind::Sequence, Kind::ForeignTable];
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
    /// What an expression uses without a word, by the types in it.
    pub const COERCIONS: &'static [Kind] = &[Kind::Cast];

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

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Id {
    /// The role of that name.
    pub fn role(name: &str) -> Self {
        Self::new(Kind::Role, [name])
    }

    /// The schema that it lives in, as an object.
    pub fn schema_id(&self) -> Option<Self> {
        self.schema().map(|schema| Self::new(Kind::Schema, [schema]))
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
