//! What functions and procedures have in common (`pg_proc`): their attributes, catalog query,
//! grammar and statements. The kinds themselves say which of it is theirs.

mod returns;
mod setting;
mod signature;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::{Alter, Describe, Id, Inner, Kind, Lookup, Part};
use crate::introspect::{USER_SCHEMA, no_member};
use crate::leaf::{Item, List, Name, Qualified, Sql, is_false, literal_text, text_of};
use crate::source::Origin;
use crate::sql::quote::{dollar, ident, literal};
use crate::sql::tree::Class;
use crate::sql::type_name;
use crate::step::Step;
use returns::Returns;
use setting::Settings;
use signature::{Argument, Mode};

pub(super) use signature::{key, resolve_key};

/// The keys of the long form that no clause writes.
pub(super) const KEYS: &[&str] = &["arguments", "body", "sql_body", "object_file", "link_symbol"];

/// The attributes of a function or procedure.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Routine {
    /// Names, modes, types and defaults of the arguments, where they say more than the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arguments: Option<Sql>,
    /// What a function returns (`prorettype`, `proretset`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    returns: Option<Returns>,
    /// The language (`prolang`).
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
    let known = ["volatile", "stable", "immutable", "definer", "invoker", "unsafe", "restricted", "safe"];
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

/// The query for some kinds of routines (`pg_proc.prokind`).
pub(super) fn query(kinds: &str) -> String {
    format!(
        "SELECT p.oid AS _oid, n.nspname::text AS _1, \
         CASE WHEN p.proname ~ '[.\"]' THEN '\"' || replace(p.proname, '\"', '\"\"') || '\"' \
           ELSE p.proname END || '(' || COALESCE(i.types, '') || ')' AS _2, \
         pg_get_userbyid(p.proowner)::text AS _owner, p.proacl::text AS _acl, \
         CASE WHEN p.proargnames IS NOT NULL OR p.pronargdefaults > 0 OR p.proallargtypes IS NOT NULL \
           THEN NULLIF(NULLIF(pg_get_function_arguments(p.oid), ''), COALESCE(i.printed, '')) END AS arguments, \
         CASE WHEN p.prokind <> 'p' THEN pg_get_function_result(p.oid) END AS \"returns\", \
         l.lanname::text AS language, \
         ARRAY(SELECT format_type(t, NULL) FROM unnest(p.protrftypes) t) AS transform, \
         p.prokind = 'w' AS \"window\", \
         CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatility, \
         p.proleakproof AS leakproof, p.proisstrict AS strict, \
         CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END AS security, \
         CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END AS parallel, \
         NULLIF(p.procost, CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END) AS cost, \
         NULLIF(p.prorows, CASE WHEN p.proretset THEN 1000 ELSE 0 END) AS rows, \
         CASE WHEN p.prosupport <> 0 THEN (SELECT CASE WHEN sn.nspname <> 'pg_catalog' \
             THEN quote_ident(sn.nspname) || '.' ELSE '' END || quote_ident(s.proname) \
           FROM pg_proc s JOIN pg_namespace sn ON sn.oid = s.pronamespace WHERE s.oid = p.prosupport) \
           END AS support, \
         p.proconfig AS \"set\", \
         CASE WHEN p.prosqlbody IS NULL AND p.probin IS NULL THEN p.prosrc END AS body, \
         CASE WHEN p.prosqlbody IS NOT NULL THEN pg_get_function_sqlbody(p.oid) END AS sql_body, \
         p.probin AS object_file, CASE WHEN p.probin IS NOT NULL THEN p.prosrc END AS link_symbol \
         FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
         JOIN pg_language l ON l.oid = p.prolang \
         CROSS JOIN LATERAL (SELECT \
           string_agg(CASE WHEN a.at = p.pronargs AND p.provariadic <> 0 THEN 'variadic ' ELSE '' END \
             || format_type(a.t, NULL), ', ' ORDER BY a.at) AS types, \
           string_agg(CASE WHEN a.at = p.pronargs AND p.provariadic <> 0 THEN 'VARIADIC ' \
             WHEN p.prokind = 'p' THEN 'IN ' ELSE '' END \
             || format_type(a.t, NULL), ', ' ORDER BY a.at) AS printed \
           FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a(t, at)) i \
         WHERE p.prokind IN ({kinds}) AND {USER_SCHEMA} AND {} \
         AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass \
           AND d.objid = p.oid AND d.deptype = 'i')",
        no_member("pg_proc", "p.oid")
    )
}

/// `s.f(text, integer)`, as ALTER, DROP, COMMENT and GRANT name it.
pub(super) fn address(id: &Id) -> String {
    format!("{}({})", signature::sql_name(id), signature::addressed(id))
}

/// New schema, then new name; the types stay.
pub(super) fn rename<T: Describe>(attrs: &T, old: &Id, new: &Id) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut at = old.clone();
    if old.first() != new.first() {
        let address = attrs.address(&at);
        steps.push(Step::new(format!("ALTER {address} SET SCHEMA {}", ident(new.first()))));
        new.first().clone_into(&mut at.path[0]);
    }
    let name = signature::name(new);
    if signature::name(old) != name {
        let address = attrs.address(&at);
        steps.push(
            Step::new(format!("ALTER {address} RENAME TO {}", ident(&name)))
                .hazard("rename-breaks-clients", "code that uses the old name stops working"),
        );
    }
    steps
}

/// Makes parts of the long form out of those that only the short form has: `as`, `return`,
/// `begin atomic`, and `set` that comes several times.
pub(super) fn expand(id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
    let mut set: Option<Part> = None;
    let mut kept: Vec<Part> = Vec::new();
    for mut part in std::mem::take(parts) {
        let at = part.origin.clone();
        let text = part.text().map(str::to_owned);
        match (part.key.as_str(), text) {
            ("as", Some(text)) => kept.append(&mut source(id, &text, &at)?),
            ("return", Some(text)) => kept.push(sql_body(format!("return {text}"), at)),
            ("begin_atomic", Some(text)) => kept.push(sql_body(format!("begin atomic {text}"), at)),
            ("set", Some(text)) => {
                let (name, value) = setting::clause(&text).map_err(|message| (message, at))?;
                let all = set.get_or_insert(Part { value: Json::Object(serde_json::Map::new()), ..part });
                if let Json::Object(all) = &mut all.value
                    && all.insert(name.clone(), Json::String(value)).is_some()
                {
                    return Err((format!("`{name}` is set twice"), all_origin(&set)));
                }
            }
            ("language", Some(text)) => {
                let name = literal_text(&text).or_else(|| Name::read(&text).ok().map(|name| name.0));
                part.value = Json::String(name.ok_or_else(|| (format!("`{text}` is no language"), at))?);
                kept.push(part);
            }
            _ => kept.push(part),
        }
    }
    kept.extend(set);
    let said = |key: &str| kept.iter().find(|part| part.key == key);
    if let (Some(body), None) = (said("sql_body"), said("language")) {
        let value = Json::String("sql".to_owned());
        let language = Part { key: "language".to_owned(), value, origin: body.origin.clone() };
        kept.push(language);
    }
    if let Some(part) = kept.iter().find(|part| part.key == "arguments") {
        let read = part.text().map(signature::arguments);
        match read {
            Some(Ok(read)) if signature::inputs(&read) == signature::types(id) => {}
            Some(Ok(read)) => {
                let inputs = signature::inputs(&read);
                let message = format!("the key says `({})` and the arguments `({inputs})`", signature::types(id));
                return Err((message, part.origin.clone()));
            }
            Some(Err(message)) => return Err((message, part.origin.clone())),
            None => return Err(("the arguments are a text".to_owned(), part.origin.clone())),
        }
    }
    *parts = kept;
    Ok(Vec::new())
}

fn all_origin(set: &Option<Part>) -> Origin {
    set.as_ref().map_or(Origin { file: "".into(), start: 0, end: 0 }, |part| part.origin.clone())
}

fn sql_body(text: String, origin: Origin) -> Part {
    Part { key: "sql_body".to_owned(), value: Json::String(text), origin }
}

/// What stands after AS: a body, or a library and a name in it.
fn source(id: &Id, text: &str, at: &Origin) -> Result<Vec<Part>, (String, Origin)> {
    let literals: Option<Vec<String>> =
        crate::leaf::split_commas(text).into_iter().map(literal_text).collect();
    let part = |key: &str, value: String| Part {
        key: key.to_owned(),
        value: Json::String(value),
        origin: at.clone(),
    };
    match literals.as_deref() {
        Some([body]) => Ok(vec![part("body", body.clone())]),
        Some([file, symbol]) => {
            Ok(vec![part("object_file", file.clone()), part("link_symbol", symbol.clone())])
        }
        _ => {
            let name = signature::name(id);
            Err((format!("the body of `{name}` is not one text in quotes, such as $$ ... $$"), at.clone()))
        }
    }
}

impl Routine {
    /// What it takes, with the names and defaults where they are said.
    fn arguments(&self, id: &Id) -> Vec<Argument> {
        let text = self.arguments.as_ref().map_or_else(|| signature::types(id), |sql| &sql.text);
        signature::arguments(text).unwrap_or_default()
    }

    /// `CREATE` or `CREATE OR REPLACE`, as `create` says.
    pub(super) fn made(&self, id: &Id, create: &str) -> Step {
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
            let types: Vec<_> = self.transform.0.iter().map(|of| format!("FOR TYPE {}", of.0)).collect();
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
    pub(super) fn alter(&self, old: &Self, id: &Id) -> Alter {
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
        if *window != old.window || *returns != old.returns || !may_follow(&before, &after) {
            return Alter::Replace;
        }
        Alter::InPlace(vec![self.made(id, "CREATE OR REPLACE")])
    }

    pub(super) fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
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

    pub(super) fn resolve(&mut self, id: &Id, names: &Lookup<'_>, there: Option<&Self>) {
        let read = self.arguments(id);
        if !signature::says_more(&read) {
            self.arguments = None;
        }
        if id.kind != Kind::Procedure && self.returns.is_none() {
            self.returns = Returns::of_outputs(&read);
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

    pub(super) fn references(&self) -> Vec<Id> {
        let support = self.support.iter().filter_map(|support| {
            let schema = support.schema.as_ref()?;
            let key = format!("{}(internal)", crate::id::key_part(&support.name));
            Some(Id::new(Kind::Function, [schema.clone(), key]))
        });
        support.collect()
    }

    pub(super) fn body_language(&self) -> Option<(String, String)> {
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

#[cfg(test)]
mod tests;
