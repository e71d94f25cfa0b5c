//! What functions and procedures have in common (`pg_proc`): their attributes, catalog query,
//! grammar and statements. The kinds themselves say which of it is theirs.

mod expand;
pub(in crate::kind) mod find;
mod query;
mod returns;
pub(in crate::kind) mod setting;
pub(in crate::kind) mod signature;
pub(crate) mod stub;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::catalog::Catalog;
use crate::kind::describe::{in_schema, move_steps};
use crate::kind::routines::function::Function;
use crate::kind::routines::procedure::Procedure;
use crate::kind::{Alter, Describe, Id, Kind, Lookup};
use crate::leaf::{Item, List, Qualified, Sql, is_false, text_of};
use crate::secret::Secret;
use crate::sql::pg_catalog;
use crate::sql::quote::{dollar, ident, literal};
use crate::sql::tree::Class;
use crate::sql::type_name;
use crate::step::Step;
use returns::Returns;
use setting::Settings;
use signature::{Argument, Mode};

pub(in crate::kind) use expand::expand;
pub(in crate::kind) use query::query;
pub(in crate::kind) use signature::{key, resolve_key};

/// The keys of the long form that no clause writes.
pub(in crate::kind) const KEYS: &[&str] =
    &["arguments", "body", "sql_body", "object_file", "link_symbol"];

/// The attributes of a function or procedure.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::kind) struct Routine {
    /// Names, modes, types and defaults of the arguments, where they say more than the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arguments: Option<Sql>,
    /// What a function returns (`prorettype`, `proretset`), if OUT arguments do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    returns: Option<Returns>,
    /// The language (`prolang`).
    #[serde(with = "crate::leaf::bare")]
    language: String,
    /// Types that are converted by TRANSFORM (`protrftypes`).
    #[serde(default, skip_serializing_if = "List::is_empty")]
    transform: List<Transform>,
    /// Whether it is a window function (`prokind` `w`).
    #[serde(default, skip_serializing_if = "is_false")]
    window: bool,
    /// `volatile`, `stable` or `immutable` (`provolatile`).
    #[serde(default = "volatile", deserialize_with = "lower", skip_serializing_if = "is_volatile")]
    volatility: String,
    /// Whether only superusers may say that it is safe (`proleakproof`).
    #[serde(default, skip_serializing_if = "is_false")]
    leakproof: bool,
    /// Whether NULL is returned for NULL without a call (`proisstrict`).
    #[serde(default, skip_serializing_if = "is_false")]
    strict: bool,
    /// `definer` or `invoker` (`prosecdef`).
    #[serde(default = "invoker", deserialize_with = "lower", skip_serializing_if = "is_invoker")]
    security: String,
    /// `unsafe`, `restricted` or `safe` (`proparallel`).
    #[serde(default = "not_safe", deserialize_with = "lower", skip_serializing_if = "is_unsafe")]
    parallel: String,
    /// The cost, if it is not the language's own (`procost`).
    #[serde(default, with = "number", skip_serializing_if = "Option::is_none")]
    cost: Option<f32>,
    /// How many rows a set has, if not 1000 (`prorows`).
    #[serde(default, with = "number", skip_serializing_if = "Option::is_none")]
    rows: Option<f32>,
    /// The planner's support function (`prosupport`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    support: Option<Qualified>,
    /// What is set while it runs (`proconfig`).
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    set: Settings,
    /// The source, byte for byte (`prosrc`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// `return ...` or `begin atomic ... end` (`prosqlbody`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sql_body: Option<Sql>,
    /// The library of a function in C (`probin`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object_file: Option<String>,
    /// The name of a function in C (`prosrc`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    link_symbol: Option<String>,
}

fn volatile() -> String {
    "volatile".to_owned()
}
impl Routine {
    /// Whether it runs with the rights of its owner, and whether it sets its search_path.
    pub(super) fn security(&self) -> (bool, bool) {
        (!is_invoker(&self.security), self.set.names().any(|name| name == "search_path"))
    }

    /// Whether it may return another value for the same arguments.
    pub(super) fn is_volatile(&self) -> bool {
        is_volatile(&self.volatility)
    }
}

fn is_volatile(word: &String) -> bool {
    word == "volatile"
}
fn invoker() -> String {
    "invoker".to_owned()
}
fn is_invoker(word: &String) -> bool {
    word == "invoker"
}
fn not_safe() -> String {
    "unsafe".to_owned()
}
fn is_unsafe(word: &String) -> bool {
    word == "unsafe"
}

fn lower<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let word = String::deserialize(deserializer)?.to_lowercase();
    let known =
        ["volatile", "stable", "immutable", "definer", "invoker", "unsafe", "restricted", "safe"];
    if known.contains(&word.as_str()) {
        return Ok(word);
    }
    Err(serde::de::Error::custom(format!("`{word}` is none of {}", known.join(", "))))
}

/// A `float4`, written as text so that it stays as short as it was.
mod number {
    use super::{Deserializer, Serializer, text_of};

    pub(super) fn serialize<S: Serializer>(
        number: &Option<f32>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&number.unwrap_or_default())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<f32>, D::Error> {
        let text = text_of(deserializer)?;
        let wrong = |_| serde::de::Error::custom(format!("`{text}` is no number"));
        text.parse().map(Some).map_err(wrong)
    }
}

/// `for type hstore`, one item of TRANSFORM.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Transform(Sql);

impl Item for Transform {
    fn read(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.splitn(3, char::is_whitespace).collect();
        let of = match words.as_slice() {
            [first, second, of]
                if first.eq_ignore_ascii_case("for") && second.eq_ignore_ascii_case("type") =>
            {
                of
            }
            _ => text,
        };
        let of = type_name::canonical(of).map_err(|error| error.to_string())?;
        Ok(Self(Sql::new(of.to_string())))
    }

    fn write(&self) -> String {
        format!("for type {}", self.0)
    }
}

/// `s.f(text, integer)`, as ALTER, DROP, COMMENT and GRANT name it.
pub(in crate::kind) fn address(id: &Id) -> String {
    format!("{}({})", signature::sql_name(id), signature::addressed(id))
}

/// New schema, then new name; the types stay.
pub(in crate::kind) fn rename<T: Describe>(attrs: &T, old: &Id, new: &Id) -> Vec<Step> {
    let name = |id: &Id| Qualified::new(id.first(), &signature::name(id));
    move_steps(&name(old), &name(new), &|schema| attrs.address(&in_schema(old, schema)))
}

impl Routine {
    /// What it takes, with the names and defaults where they are said.
    fn arguments(&self, id: &Id) -> Vec<Argument> {
        let text = self.arguments.as_ref().map_or_else(|| signature::types(id), |sql| &sql.text);
        signature::arguments(text).unwrap_or_default()
    }

    /// `CREATE` or `CREATE OR REPLACE`, as `create` says.
    pub(in crate::kind) fn made(&self, id: &Id, create: &str) -> Step {
        let word = if id.kind == Kind::Procedure { "PROCEDURE" } else { "FUNCTION" };
        let arguments = match &self.arguments {
            Some(arguments) => arguments.to_string(),
            None => signature::types(id).to_owned(),
        };
        let mut sql = format!("{create} {word} {}({arguments})", signature::sql_name(id));
        if let Some(returns) = &self.returns {
            sql.push_str(&format!(" RETURNS {returns}"));
        }
        sql.push_str(&format!(" LANGUAGE {}", ident(&self.language)));
        sql.push_str(&self.options());
        match (&self.sql_body, &self.body) {
            (Some(body), _) => sql.push_str(&format!(" {body}")),
            (None, Some(body)) => sql.push_str(&format!(" AS {}", dollar(body))),
            (None, None) => {
                let file = literal(self.object_file.as_deref().unwrap_or_default());
                let symbol = literal(self.link_symbol.as_deref().unwrap_or_default());
                sql.push_str(&format!(" AS {file}, {symbol}"));
            }
        }
        Step::new(sql).authored()
    }

    fn options(&self) -> String {
        let mut sql = String::new();
        if !self.transform.is_empty() {
            let types: Vec<_> =
                self.transform.0.iter().map(|of| format!("FOR TYPE {}", of.0)).collect();
            sql.push_str(&format!(" TRANSFORM {}", types.join(", ")));
        }
        if self.window {
            sql.push_str(" WINDOW");
        }
        if !is_volatile(&self.volatility) {
            sql.push_str(&format!(" {}", self.volatility.to_uppercase()));
        }
        if self.leakproof {
            sql.push_str(" LEAKPROOF");
        }
        if self.strict {
            sql.push_str(" STRICT");
        }
        if !is_invoker(&self.security) {
            sql.push_str(" SECURITY DEFINER");
        }
        if !is_unsafe(&self.parallel) {
            sql.push_str(&format!(" PARALLEL {}", self.parallel.to_uppercase()));
        }
        if let Some(cost) = self.cost {
            sql.push_str(&format!(" COST {cost}"));
        }
        if let Some(rows) = self.rows {
            sql.push_str(&format!(" ROWS {rows}"));
        }
        if let Some(support) = &self.support {
            sql.push_str(&format!(" SUPPORT {}", support.sql()));
        }
        sql + &self.set.sql()
    }

    /// How `old` becomes `self`: OR REPLACE, where PostgreSQL allows it (`ProcedureCreate`).
    pub(in crate::kind) fn alter(&self, old: &Self, id: &Id) -> Alter {
        let Self {
            arguments: _,
            returns,
            language: _,
            transform: _,
            window,
            volatility: _,
            leakproof: _,
            strict: _,
            security: _,
            parallel: _,
            cost: _,
            rows: _,
            support: _,
            set: _,
            body: _,
            sql_body: _,
            object_file: _,
            link_symbol: _,
        } = self;
        let (before, after) = (old.arguments(id), self.arguments(id));
        let may_follow = may_follow(&before, &after)
            && (self.arguments == old.arguments || !may_retype_default(&before, &after));
        if *window != old.window || *returns != old.returns || !may_follow {
            return Alter::Replace;
        }
        Alter::InPlace(vec![self.made(id, "CREATE OR REPLACE")])
    }

    /// See [`Configured`](crate::kind::abilities::Configured).
    pub(in crate::kind) fn settings(&self) -> Vec<(String, String)> {
        self.set.plain()
    }

    /// See [`HoldsSecrets`](crate::kind::abilities::HoldsSecrets).
    pub(in crate::kind) fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        self.set.secrets(visit);
    }

    pub(in crate::kind) fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        if let Some(arguments) = &mut self.arguments {
            visit("arguments", Class::Arguments, arguments);
        }
        match &mut self.returns {
            Some(Returns::One(of) | Returns::Set(of)) => visit("returns", Class::Type, of),
            Some(Returns::Table(columns)) => visit("returns", Class::Arguments, columns),
            None => {}
        }
        for of in &mut self.transform.0 {
            visit("transform", Class::Type, &mut of.0);
        }
        if let Some(body) = &mut self.sql_body {
            visit("sql_body", Class::Body, body);
        }
    }

    pub(in crate::kind) fn resolve(&mut self, id: &Id, names: &Lookup<'_>, there: Option<&Self>) {
        let read = self.arguments(id);
        if !signature::says_more(&read) {
            self.arguments = None;
        }
        if read.iter().any(Argument::is_output) && matches!(self.returns, Some(Returns::One(_))) {
            self.returns = None;
        }
        if let Some(returns) = &mut self.returns {
            returns.resolve(names);
        }
        for of in &mut self.transform.0 {
            names.type_name(&mut of.0);
        }
        let compiled = matches!(self.language.as_str(), "c" | "internal");
        self.cost = self.cost.filter(|cost| *cost != if compiled { 1.0 } else { 100.0 });
        let set = matches!(self.returns, Some(Returns::Set(_) | Returns::Table(_)));
        self.rows = self.rows.filter(|rows| *rows != if set { 1000.0 } else { 0.0 });
        if self.language == "c" && self.object_file.is_none() {
            self.object_file = self.body.take();
        }
        if self.object_file.is_some() && self.link_symbol.is_none() {
            self.link_symbol = Some(signature::name(id));
        }
        if let Some(support) = &mut self.support {
            let key = format!("{}(internal)", crate::id::key_part(&support.name));
            match support.schema.as_deref() {
                Some("pg_catalog") => support.schema = None,
                None => support.schema = names.schema_of(&[Kind::Function], &key),
                Some(_) => {}
            }
        }
        // A line break is the same line break, whichever editor wrote it.
        if let (Some(body), Some(theirs)) = (&mut self.body, there.and_then(|it| it.body.as_ref()))
            && body != theirs
            && body.replace("\r\n", "\n") == theirs.replace("\r\n", "\n")
        {
            body.clone_from(theirs);
        }
    }

    pub(in crate::kind) fn references(&self) -> Vec<Id> {
        let support = self.support.iter().filter_map(|support| {
            let schema = support.schema.as_ref()?;
            let key = format!("{}(internal)", crate::id::key_part(&support.name));
            Some(Id::new(Kind::Function, [schema.clone(), key]))
        });
        support.chain([Id::new(Kind::Language, [&self.language])]).collect()
    }

    pub(in crate::kind) fn body_language(&self) -> Option<(String, String)> {
        let body = self.body.clone()?;
        (self.language != "internal").then(|| (self.language.clone(), body))
    }
}

/// Whether OR REPLACE takes these arguments in the place of those.
fn may_follow(before: &[Argument], after: &[Argument]) -> bool {
    let defaults = |all: &[Argument]| all.iter().filter(|argument| argument.has_default).count();
    let inputs = |all: &[Argument]| -> Vec<Argument> {
        all.iter().filter(|argument| argument.is_input()).cloned().collect()
    };
    let outputs = |all: &[Argument]| -> Vec<(Mode, String, String)> {
        let some = all.iter().filter(|argument| argument.is_output());
        some.map(|out| (out.mode, out.name.clone(), out.of.to_string())).collect()
    };
    let named = inputs(before)
        .iter()
        .zip(&inputs(after))
        .all(|(old, new)| old.name.is_empty() || old.name == new.name);
    named && defaults(after) >= defaults(before) && outputs(before) == outputs(after)
}

/// Whether a default may get another type, which OR REPLACE does not take ("cannot change data type of existing
/// parameter default value"): that of an argument of a polymorphic type has a type of its own.
fn may_retype_default(before: &[Argument], after: &[Argument]) -> bool {
    let mut both = before.iter().zip(after).filter(|(old, new)| old.has_default && new.has_default);
    both.any(|(old, _)| {
        let of = old.of.base();
        of.name.starts_with("any") && pg_catalog::is_type(&of.name)
    })
}

/// Whether a routine of a catalog has a body that PostgreSQL has parsed, and so knows what it reads.
pub(in crate::kind) fn is_parsed(id: &Id, catalog: &Catalog) -> bool {
    let routine = match id.kind {
        Kind::Procedure => catalog.attrs::<Procedure>(id).map(Procedure::routine),
        _ => catalog.attrs::<Function>(id).map(Function::routine),
    };
    routine.is_some_and(|routine| routine.sql_body.is_some())
}

#[cfg(test)]
mod tests;
