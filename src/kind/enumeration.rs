//! Enumerations (`CREATE TYPE ... AS ENUM`, `pg_enum`). Values are added in place; a value that
//! goes or moves means a new type that takes the place of the old one under its columns.

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::default_privileges::in_force;
use super::name::object_name;
use super::{Alter, Cx, Describe, Id, Kind};
use crate::catalog::Object;
use crate::clause::{Clause, Shape, clause};
use crate::grants::{self, Grants, OWNER, PUBLIC, Rights};
use crate::introspect::{USER_SCHEMA, no_member};
use crate::leaf::{literal_text, split_commas};
use crate::sql::quote::{ident, literal, qualified};
use crate::sql::names::KnownNames;
use crate::step::{Block, Step};

/// An enumeration.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enum {
    /// Its values, in order (`pg_enum.enumsortorder`).
    #[serde(deserialize_with = "values")]
    values: Vec<String>,
}

/// Reads an array of values, or their literals between the parentheses of `AS ENUM (...)`.
fn values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Values;
    impl<'de> Visitor<'de> for Values {
        type Value = Vec<String>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an array of values")
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<String>, E> {
            let value = |item: &str| {
                literal_text(item).ok_or_else(|| E::custom(format!("`{item}` is no literal")))
            };
            split_commas(text).into_iter().map(value).collect()
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<String>, A::Error> {
            let mut values = Vec::new();
            while let Some(value) = seq.next_element()? {
                values.push(value);
            }
            Ok(values)
        }
    }
    let values = deserializer.deserialize_any(Values)?;
    for (at, value) in values.iter().enumerate() {
        if values[..at].contains(value) {
            return Err(D::Error::custom(format!("value `{value}` stands there twice")));
        }
        if value.len() > 63 {
            let message =
                format!("value `{value}` is over 63 bytes long, which PostgreSQL refuses");
            return Err(D::Error::custom(message));
        }
    }
    Ok(values)
}

impl Enum {
    fn made(&self, name: &str) -> Step {
        let values: Vec<_> = self.values.iter().map(|value| literal(value)).collect();
        Step::new(format!("CREATE TYPE {name} AS ENUM ({})", values.join(", ")))
    }

    /// `ADD VALUE` for each new one, left to right, so that its neighbour is there already.
    fn additions(&self, old: &Self, id: &Id) -> Vec<Step> {
        let mut steps = Vec::new();
        for (at, value) in self.values.iter().enumerate() {
            if old.values.contains(value) {
                continue;
            }
            let place = match (at.checked_sub(1), old.values.first()) {
                (Some(before), _) => format!(" AFTER {}", literal(&self.values[before])),
                (None, Some(first)) => format!(" BEFORE {}", literal(first)),
                (None, None) => String::new(),
            };
            let sql = format!("ALTER {} ADD VALUE {}{place}", self.address(id), literal(value));
            steps.push(Step::new(sql).block(Block::CommitAfter));
        }
        steps
    }

    /// A new type in the place of the old one.
    fn rebuild(&self, old: &Self, id: &Id, cx: &Cx<'_>) -> Alter {
        let columns: Vec<(&Id, String)> = users(id, cx);
        if let Some(reason) = obstacle(id, &columns, cx) {
            return Alter::Refuse(reason);
        }
        let (name, former) = (qualified(&id.path[0], &id.path[1]), former_name(id, cx));
        let former_type = qualified(&id.path[0], &former);
        let mut steps = vec![
            Step::new(format!("ALTER TYPE {name} RENAME TO {}", ident(&former))),
            self.made(&name),
        ];
        steps.extend(belongings(id, cx));
        let gone: Vec<_> = old.values.iter().filter(|value| !self.values.contains(value)).collect();
        for (column, of) in columns {
            let array = if of.ends_with("[]") { "[]" } else { "" };
            let (table, column_name) =
                (qualified(&column.path[0], &column.path[1]), ident(&column.path[2]));
            let sql = format!(
                "ALTER TABLE {table} ALTER COLUMN {column_name} TYPE {name}{array} \
                 USING {column_name}::text{array}::{name}{array}"
            );
            let message = format!("table {table} is rewritten under an exclusive lock");
            let mut step = Step::new(sql).hazard("rewrite", message);
            if !gone.is_empty() {
                let gone: Vec<_> = gone.iter().map(|value| literal(value)).collect();
                let message =
                    format!("it fails if a row of {table} still has {}", gone.join(" or "));
                step = step.hazard("may-fail", message);
            }
            steps.push(step);
        }
        steps.push(Step::new(format!("DROP TYPE {former_type}")));
        Alter::Around(steps)
    }
}

/// The columns of tables that are of the type or of its array, each with its type.
fn users<'a>(id: &Id, cx: &Cx<'a>) -> Vec<(&'a Id, String)> {
    let of_type = |column: &'a Id| {
        let json = cx.current.get(column)?.attrs.json();
        let of = json.get("type")?.as_str()?.to_owned();
        let base = of.trim_end_matches("[]");
        (base == qualified(&id.path[0], &id.path[1])).then_some((column, of))
    };
    let columns =
        cx.current.needs.iter().filter(|(from, to)| from.kind == Kind::Column && to == id);
    // What goes is gone before the type changes.
    let stays = |column: &Id| cx.desired.get(column).is_some();
    columns.filter(|(column, _)| stays(column)).filter_map(|(column, _)| of_type(column)).collect()
}

/// What PostgreSQL would refuse half-way.
fn obstacle(id: &Id, columns: &[(&Id, String)], cx: &Cx<'_>) -> Option<String> {
    let ours = |id: &Id| columns.iter().any(|(column, _)| *column == id);
    let why = "a value goes or moves, which needs a new type under the columns, but";
    let way = "drop it first and declare it again after";
    for (column, _) in columns {
        if let Some(table) = super::table::partitioned_by(column, cx.current) {
            let (column, table) = (column.dotted(), table.dotted());
            return Some(format!(
                "{why} the rows of table {table} fall into partitions by column {column}: add the \
                 new values and leave the old one, or make a new table and copy the rows"
            ));
        }
    }
    for (from, to) in cx.current.needs.iter() {
        if cx.desired.get(from).is_none() {
            continue;
        }
        if to == id && from.kind == Kind::Domain {
            let used = |(user, on): &(Id, Id)| user.kind == Kind::Column && on == from;
            if cx.current.needs.iter().any(used) {
                let domain = from.dotted();
                return Some(format!(
                    "{why} domain {domain} is built on it and has columns: {way}"
                ));
            }
        }
        if ours(to) && from.kind == Kind::Column && from != to {
            let column = from.dotted();
            return Some(format!("{why} column {column} is computed from one of them: {way}"));
        }
        if ours(to) && from.kind == Kind::Constraint {
            let elsewhere =
                |(other, on): &(Id, Id)| other == from && ours(on) && on.path[..2] != to.path[..2];
            if cx.current.needs.iter().any(elsewhere) {
                let key = from.dotted();
                return Some(format!("{why} foreign key {key} joins two of them: {way}"));
            }
        }
    }
    None
}

/// A free name for the old type until it is gone.
fn former_name(id: &Id, cx: &Cx<'_>) -> String {
    let taken = |name: &str| {
        let path = [id.path[0].clone(), name.to_owned()];
        [cx.current, cx.desired].iter().any(|catalog| {
            Kind::TYPES.iter().any(|kind| catalog.get(&Id::new(*kind, path.clone())).is_some())
        })
    };
    let mut name = object_name(id.name(), None, "former");
    let mut pass = 0;
    while taken(&name) {
        pass += 1;
        name = object_name(id.name(), None, &format!("former{pass}"));
    }
    name
}

/// Owner, comment and privileges of the old type, for the new one.
fn belongings(id: &Id, cx: &Cx<'_>) -> Vec<Step> {
    let Some(Object { owner, comment, grants: held, .. }) = cx.current.get(id) else {
        return Vec::new();
    };
    let name = qualified(&id.path[0], &id.path[1]);
    let user = &cx.current.server.user;
    let owner = owner.as_ref().unwrap_or(user);
    let mut steps = Vec::new();
    if let Some(comment) = comment {
        steps.push(Step::new(format!("COMMENT ON TYPE {name} IS {}", literal(comment))));
    }
    if owner != user {
        steps.push(Step::new(format!("ALTER TYPE {name} OWNER TO {}", ident(owner))));
    }
    let rights = &grants::TYPE;
    let major = cx.major();
    let fresh = in_force(cx.current, user, Some(id.first()), rights.word, rights, major);
    let held = held.clone().unwrap_or_default();
    let mut grantees: Vec<&String> = fresh.0.keys().chain(held.0.keys()).collect();
    grantees.sort();
    grantees.dedup();
    for grantee in grantees {
        let usage =
            |grants: &Grants| grants.effective(grantee, rights, major).get("usage").copied();
        let (has, wanted) = (usage(&fresh), usage(&held));
        let role = match grantee.as_str() {
            PUBLIC => "PUBLIC".to_owned(),
            OWNER => ident(owner),
            role => ident(role),
        };
        if has == wanted {
            continue;
        }
        if has.is_some() {
            steps.push(Step::new(format!("REVOKE USAGE ON TYPE {name} FROM {role}")));
        }
        if let Some(passes) = wanted {
            let option = if passes { " WITH GRANT OPTION" } else { "" };
            steps.push(Step::new(format!("GRANT USAGE ON TYPE {name} TO {role}{option}")));
        }
    }
    steps
}

impl Describe for Enum {
    const CLAUSES: &'static [Clause] =
        &[clause("values", "", Shape::Parens), clause("values", "as enum", Shape::Parens)];
    const CATALOG: u32 = 1247;
    const MODELS: Option<(&'static str, &'static str)> = Some(("pg_type", "t.typtype = 'e'"));
    const RIGHTS: Option<&'static Rights> = Some(&grants::TYPE);
    const OWNED: bool = true;

    fn query(_major: u32) -> String {
        format!(
            "SELECT t.oid AS _oid, n.nspname::text AS _1, t.typname::text AS _2, \
             pg_get_userbyid(t.typowner)::text AS _owner, t.typacl::text AS _acl, \
             COALESCE(e.labels, '{{}}') AS \"values\" \
             FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
             LEFT JOIN (SELECT enumtypid, array_agg(enumlabel::text ORDER BY enumsortorder) AS labels \
               FROM pg_enum GROUP BY enumtypid) e ON e.enumtypid = t.oid \
             WHERE t.typtype = 'e' AND {USER_SCHEMA} AND {}",
            no_member("pg_type", "t.oid")
        )
    }

    fn tell(&self, id: &Id, names: &mut KnownNames) {
        names.add_enum(id.first(), id.name());
    }

    fn address(&self, id: &Id) -> String {
        format!("TYPE {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        vec![self.made(&qualified(&id.path[0], &id.path[1]))]
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Cx<'_>) -> Alter {
        let Self { values } = self;
        let kept: Vec<_> = values.iter().filter(|value| old.values.contains(value)).collect();
        if kept == old.values.iter().collect::<Vec<_>>() {
            return Alter::InPlace(self.additions(old, id));
        }
        self.rebuild(old, id, cx)
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![("type", id.path.clone())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use serde_json::json;

    fn of(json: serde_json::Value) -> Enum {
        serde_json::from_value(json!({ "values": json })).unwrap()
    }

    fn alter(old: &[&str], new: &[&str]) -> Alter {
        let id = Id::new(Kind::Enum, ["public", "mood"]);
        let empty = Catalog::default();
        of(json!(new)).alter(&of(json!(old)), &id, &Cx { current: &empty, desired: &empty })
    }

    fn sql(alter: Alter) -> Vec<String> {
        let (Alter::InPlace(steps) | Alter::Around(steps)) = alter else { panic!("{alter:?}") };
        steps.into_iter().map(|step| step.sql).collect()
    }

    #[test]
    fn values_are_written_as_an_array_or_as_sql() {
        assert_eq!(of(json!("'it''s', 'ok'")), of(json!(["it's", "ok"])));
    }

    #[test]
    fn new_values_go_beside_their_neighbours_from_left_to_right() {
        assert_eq!(
            sql(alter(&["b", "d"], &["a", "b", "c", "c2", "d"])),
            [
                "ALTER TYPE public.mood ADD VALUE 'a' BEFORE 'b'",
                "ALTER TYPE public.mood ADD VALUE 'c' AFTER 'b'",
                "ALTER TYPE public.mood ADD VALUE 'c2' AFTER 'c'",
            ]
        );
    }

    #[test]
    fn a_value_that_goes_makes_a_new_type() {
        assert_eq!(
            sql(alter(&["a", "b"], &["b"])),
            [
                "ALTER TYPE public.mood RENAME TO mood_former",
                "CREATE TYPE public.mood AS ENUM ('b')",
                "DROP TYPE public.mood_former",
            ]
        );
        assert!(matches!(alter(&["a", "b"], &["b", "a"]), Alter::Around(_)));
    }
}
