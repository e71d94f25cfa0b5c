//! Random schemas: what they are made of, how one is drawn, and how a second is drawn that is partly the same.
//!
//! A name is a number, and what is named may be missing: whoever names it does without. So every value is a
//! valid schema, and shrinking stays simple.
#![allow(dead_code, unreachable_pub, missing_docs)]

mod sql;

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

/// Things with numbers for names.
pub type Named<T> = BTreeMap<u8, T>;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    pub enums: Named<Vec<u8>>,
    pub domains: Named<Domain>,
    pub composites: Named<Named<Type>>,
    pub sequences: Named<(u8, u8)>,
    pub functions: Named<Function>,
    pub tables: Named<Table>,
    pub views: Named<View>,
    pub schema: Decor,
    pub defaults: Named<u8>,
}

/// What most objects can have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decor {
    pub comment: Option<u8>,
    pub owner: Option<u8>,
    pub grants: Named<u8>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Domain {
    pub text: bool,
    pub not_null: bool,
    pub checks: Named<u8>,
    pub default: Option<u8>,
    pub decor: Decor,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    Plain(u8),
    Enum(u8),
    Domain(u8),
    Composite(u8),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// A predicate on an integer, a function of the argument, a procedure, an aggregate.
    pub form: u8,
    pub argument: Type,
    pub body: u8,
    pub traits: u8,
    pub decor: Decor,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub kind: Type,
    pub not_null: bool,
    pub default: Option<u8>,
    /// Identity, generated, or neither.
    pub source: u8,
    pub setting: u8,
    pub decor: Decor,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub columns: Named<Column>,
    pub key: u8,
    pub uniques: Named<(u8, u8)>,
    pub checks: Named<(u8, u8)>,
    /// Each has a column of its own, which names rows of a table.
    pub references: Named<(u8, u8)>,
    pub indexes: Named<(u8, u8)>,
    pub statistics: Named<(u8, u8)>,
    pub policies: Named<(u8, u8)>,
    pub triggers: Named<(u8, u8)>,
    pub rules: Named<u8>,
    pub security: u8,
    pub storage: u8,
    /// How many partitions, or whether it inherits; which of them is said by its number.
    pub shape: u8,
    pub decor: Decor,
}

#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub materialized: bool,
    pub form: u8,
    pub of: u8,
    pub other: u8,
    pub columns: Vec<u8>,
    pub indexes: Named<u8>,
    pub decor: Decor,
}

fn decor() -> impl Strategy<Value = Decor> {
    let comment = option::weighted(0.2, 0u8..3);
    let owner = option::weighted(0.15, 0u8..2);
    (comment, owner, named(0u8..3, 0..2, 2)).prop_map(|(comment, owner, grants)| {
        // Rare enough that a schema can be read.
        let grants = if owner.is_some() || comment.is_some() { grants } else { Named::new() };
        Decor { comment, owner, grants }
    })
}

fn named<T: std::fmt::Debug>(
    value: impl Strategy<Value = T>,
    size: std::ops::Range<usize>,
    names: u8,
) -> impl Strategy<Value = Named<T>> {
    btree_map(0..names, value, size)
}

fn kind() -> impl Strategy<Value = Type> {
    prop_oneof![
        8 => (0u8..sql::PLAIN).prop_map(Type::Plain),
        2 => (0u8..3).prop_map(Type::Enum),
        2 => (0u8..3).prop_map(Type::Domain),
        1 => (0u8..2).prop_map(Type::Composite),
    ]
}

fn domain() -> impl Strategy<Value = Domain> {
    let checks = named(0u8..3, 0..3, 3);
    (any::<bool>(), any::<bool>(), checks, option::of(0u8..3), decor()).prop_map(
        |(text, not_null, checks, default, decor)| Domain {
            text,
            not_null,
            checks,
            default,
            decor,
        },
    )
}

fn column() -> impl Strategy<Value = Column> {
    (kind(), any::<bool>(), option::of(0u8..4), 0u8..12, 0u8..12, decor()).prop_map(
        |(kind, not_null, default, source, setting, decor)| Column {
            kind,
            not_null,
            default,
            source,
            setting,
            decor,
        },
    )
}

fn table() -> impl Strategy<Value = Table> {
    let pair = || (0u8..6, 0u8..12);
    (
        (named(column(), 0..5, 6), 0u8..5, named(pair(), 0..2, 3), named(pair(), 0..3, 4)),
        (named(pair(), 0..3, 3), named(pair(), 0..4, 5), named(pair(), 0..2, 2)),
        (named(pair(), 0..2, 3), named(pair(), 0..2, 3), named(0u8..6, 0..2, 2)),
        (0u8..8, 0u8..12, 0u8..4, decor()),
    )
        .prop_map(|(a, b, c, d)| Table {
            columns: a.0,
            key: a.1,
            uniques: a.2,
            checks: a.3,
            references: b.0,
            indexes: b.1,
            statistics: b.2,
            policies: c.0,
            triggers: c.1,
            rules: c.2,
            security: d.0,
            storage: d.1,
            shape: d.2,
            decor: d.3,
        })
}

fn view() -> impl Strategy<Value = View> {
    (any::<bool>(), 0u8..8, 0u8..10, 0u8..6, vec(0u8..6, 0..3), named(0u8..4, 0..2, 2), decor())
        .prop_map(|(materialized, form, of, other, columns, indexes, decor)| View {
            materialized,
            form,
            of,
            other,
            columns,
            indexes,
            decor,
        })
}

fn function() -> impl Strategy<Value = Function> {
    (0u8..4, kind(), 0u8..4, 0u8..8, decor()).prop_map(|(form, argument, body, traits, decor)| {
        Function { form, argument, body, traits, decor }
    })
}

/// Any schema.
pub fn model() -> impl Strategy<Value = Model> {
    (
        named(vec(1u8..6, 0..4), 0..3, 3),
        named(domain(), 0..3, 3),
        named(named(kind(), 1..4, 4), 0..2, 2),
        named((0u8..6, 0u8..8), 0..3, 3),
        named(function(), 0..4, 5),
        named(table(), 0..6, 6),
        named(view(), 0..4, 5),
        decor(),
        named(0u8..4, 0..2, 2),
    )
        .prop_map(
            |(
                enums,
                domains,
                composites,
                sequences,
                functions,
                tables,
                views,
                schema,
                defaults,
            )| {
                Model {
                    enums,
                    domains,
                    composites,
                    sequences,
                    functions,
                    tables,
                    views,
                    schema,
                    defaults,
                }
            },
        )
}

/// Two schemas, of which the second is the first with some of it taken from a third.
pub fn pair() -> impl Strategy<Value = (Model, Model)> {
    (model(), model(), vec(any::<u8>(), 48)).prop_map(|(one, other, bytes)| {
        let two = Picks { bytes, at: 0 }.model(&one, &other);
        (one, two)
    })
}

struct Picks {
    bytes: Vec<u8>,
    at: usize,
}

impl Picks {
    /// Whether something is to be different; zeros, to which bytes shrink, leave everything as it is.
    fn yes(&mut self) -> bool {
        self.at += 1;
        self.bytes[self.at % self.bytes.len()].wrapping_add((self.at / self.bytes.len()) as u8)
            > 185
    }

    fn rarely<T: Clone>(&mut self, one: &T, other: &T) -> T {
        if self.yes() && self.yes() { other.clone() } else { one.clone() }
    }

    fn of<T: Clone>(&mut self, one: &T, other: &T) -> T {
        if self.yes() { other.clone() } else { one.clone() }
    }

    fn all<T: Clone>(
        &mut self,
        one: &Named<T>,
        other: &Named<T>,
        deep: impl Fn(&mut Self, &T, &T) -> T,
    ) -> Named<T> {
        let mut mixed = Named::new();
        let names: std::collections::BTreeSet<&u8> = one.keys().chain(other.keys()).collect();
        for name in names {
            let value = match (one.get(name), other.get(name)) {
                (Some(one), Some(other)) => Some(deep(self, one, other)),
                (Some(one), None) => (!self.yes()).then(|| one.clone()),
                (None, other) => other.filter(|_| self.yes()).cloned(),
            };
            mixed.extend(value.map(|value| (*name, value)));
        }
        mixed
    }

    fn flat<T: Clone>(&mut self, one: &Named<T>, other: &Named<T>) -> Named<T> {
        self.all(one, other, Picks::of)
    }

    fn decor(&mut self, one: &Decor, other: &Decor) -> Decor {
        Decor {
            comment: self.of(&one.comment, &other.comment),
            owner: self.of(&one.owner, &other.owner),
            grants: self.flat(&one.grants, &other.grants),
        }
    }

    fn model(&mut self, one: &Model, other: &Model) -> Model {
        Model {
            enums: self.flat(&one.enums, &other.enums),
            domains: self.all(&one.domains, &other.domains, |p, one, other| Domain {
                text: p.of(&one.text, &other.text),
                not_null: p.of(&one.not_null, &other.not_null),
                checks: p.flat(&one.checks, &other.checks),
                default: p.of(&one.default, &other.default),
                decor: p.decor(&one.decor, &other.decor),
            }),
            composites: self.all(&one.composites, &other.composites, Picks::flat),
            sequences: self.flat(&one.sequences, &other.sequences),
            functions: self.all(&one.functions, &other.functions, |p, one, other| Function {
                form: p.of(&one.form, &other.form),
                argument: p.of(&one.argument, &other.argument),
                body: p.of(&one.body, &other.body),
                traits: p.of(&one.traits, &other.traits),
                decor: p.decor(&one.decor, &other.decor),
            }),
            tables: self.all(&one.tables, &other.tables, Self::table),
            views: self.all(&one.views, &other.views, |p, one, other| View {
                materialized: p.of(&one.materialized, &other.materialized),
                form: p.of(&one.form, &other.form),
                of: p.of(&one.of, &other.of),
                other: p.of(&one.other, &other.other),
                columns: p.of(&one.columns, &other.columns),
                indexes: p.flat(&one.indexes, &other.indexes),
                decor: p.decor(&one.decor, &other.decor),
            }),
            schema: self.decor(&one.schema, &other.schema),
            defaults: self.flat(&one.defaults, &other.defaults),
        }
    }

    fn table(&mut self, one: &Table, other: &Table) -> Table {
        Table {
            columns: self.all(&one.columns, &other.columns, |p, one, other| Column {
                kind: p.rarely(&one.kind, &other.kind),
                not_null: p.of(&one.not_null, &other.not_null),
                default: p.of(&one.default, &other.default),
                source: p.of(&one.source, &other.source),
                setting: p.of(&one.setting, &other.setting),
                decor: p.decor(&one.decor, &other.decor),
            }),
            key: self.of(&one.key, &other.key),
            uniques: self.flat(&one.uniques, &other.uniques),
            checks: self.flat(&one.checks, &other.checks),
            references: self.flat(&one.references, &other.references),
            indexes: self.flat(&one.indexes, &other.indexes),
            statistics: self.flat(&one.statistics, &other.statistics),
            policies: self.flat(&one.policies, &other.policies),
            triggers: self.flat(&one.triggers, &other.triggers),
            rules: self.flat(&one.rules, &other.rules),
            security: self.of(&one.security, &other.security),
            storage: self.of(&one.storage, &other.storage),
            shape: self.of(&one.shape, &other.shape),
            decor: self.decor(&one.decor, &other.decor),
        }
    }
}
