//! Privileges on a member of an extension (`pg_init_privs`), where they are not what the extension's
//! script gave. The member itself is the extension's; only grantees that have more or less than
//! they had from it stand here, under `function public.f(integer)`.
//!
//! Left out are members of `plpgsql`, which is no declared extension, and what is the server's own.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::grants::{self, OWNER, PUBLIC, Privileges, Rights, role_of};
use crate::kind::access::default_privileges::list;
use crate::kind::routines::routine::signature;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides, Sort};
use crate::sql::quote::{ident, split_qualified};
use crate::step::Step;

/// The privileges of some grantees.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// What each has now.
    #[serde(default)]
    grant: BTreeMap<String, Given>,
    /// What each had from the script; not written: nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    initial: Option<BTreeMap<String, Given>>,
}

/// Privileges: a list as in GRANT, or items of the catalog, of which those with a star may be passed
/// on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
struct Given(Privileges);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    List(String),
    Items(Vec<String>),
}

impl TryFrom<Written> for Given {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::List(text) => list::read(&text, &ANY).map(Given),
            Written::Items(items) => {
                let one = |item: String| match item.strip_suffix('*') {
                    Some(name) => (name.to_owned(), true),
                    None => (item, false),
                };
                Ok(Given(items.into_iter().map(one).collect()))
            }
        }
    }
}

impl From<Given> for Written {
    fn from(given: Given) -> Self {
        Written::List(list::write(&given.0))
    }
}

/// Every privilege that a member may have.
const ANY: Rights = Rights {
    word: "member of an extension",
    all: &[
        ('a', "insert"),
        ('r', "select"),
        ('w', "update"),
        ('d', "delete"),
        ('D', "truncate"),
        ('x', "references"),
        ('t', "trigger"),
        ('m', "maintain"),
        ('U', "usage"),
        ('C', "create"),
        ('X', "execute"),
    ],
    public: &[],
};

/// The sorts of members: the words in the key, those of GRANT, what PUBLIC has as built in.
const SORTS: &[(&str, Rights)] = &[
    ("function", grants::FUNCTION),
    ("procedure", Rights { word: "PROCEDURE", ..grants::FUNCTION }),
    ("table", grants::TABLE),
    ("column", grants::COLUMN),
    ("sequence", grants::SEQUENCE),
    ("type", grants::TYPE),
    ("schema", grants::SCHEMA),
    ("language", grants::LANGUAGE),
    ("foreign data wrapper", grants::WRAPPER),
    ("foreign server", grants::SERVER),
];

/// A key taken apart: the rights of its sort, the names, the types of a routine.
struct Named<'a> {
    word: &'static str,
    rights: &'static Rights,
    names: Vec<String>,
    types: Option<&'a str>,
}

impl<'a> Named<'a> {
    fn read(key: &'a str) -> Option<Self> {
        let key = key.trim();
        let after = |word: &str| {
            let (head, rest) = key.split_at_checked(word.len())?;
            (head.eq_ignore_ascii_case(word) && rest.starts_with(char::is_whitespace))
                .then(|| rest.trim_start())
        };
        let (word, rights, rest) =
            SORTS.iter().find_map(|(word, rights)| Some((*word, rights, after(word)?)))?;
        let open = rest.rfind('(').filter(|_| matches!(word, "function" | "procedure"));
        let (name, types) = match open {
            Some(at) => (&rest[..at], rest[at + 1..].trim_end().strip_suffix(')')),
            None => (rest, None),
        };
        Some(Self { word, rights, names: split_qualified(name.trim()).ok()?, types })
    }

    fn routine(&self) -> bool {
        matches!(self.word, "function" | "procedure")
    }

    /// How many names it takes to find one.
    fn depth(&self) -> usize {
        match self.word {
            "schema" | "language" | "foreign data wrapper" | "foreign server" => 1,
            "column" => 3,
            _ => 2,
        }
    }

    fn path(&self) -> String {
        self.names.iter().map(|name| ident(name)).collect::<Vec<_>>().join(".")
    }

    fn key(&self) -> String {
        let types = self.types.map(|types| format!("({types})")).unwrap_or_default();
        format!("{} {}{types}", self.word, self.path())
    }
}

/// How GRANT names it, and the columns behind each privilege.
fn target(id: &Id) -> (String, Option<String>) {
    let Some(mut named) = Named::read(id.name()) else { return (id.name().to_owned(), None) };
    if named.word == "column" {
        let column = named.names.pop().unwrap_or_default();
        return (format!("TABLE {}", named.path()), Some(ident(&column)));
    }
    let types = named.types.map(|types| format!("({types})")).unwrap_or_default();
    (format!("{} {}{types}", named.rights.word, named.path()), None)
}

/// The statements that give one grantee these privileges. Without knowledge of what there is, all
/// is taken away first.
fn change(id: &Id, grantee: &str, before: Option<&Privileges>, after: &Privileges) -> Vec<Step> {
    let (on, column) = target(id);
    let to = role_of(grantee).map_or_else(|| "PUBLIC".to_owned(), ident);
    let behind = column.map(|column| format!(" ({column})")).unwrap_or_default();
    let words = |fits: &dyn Fn(&str, bool) -> bool, of: &Privileges| {
        let some = of.iter().filter(|(name, passes)| fits(name, **passes));
        let words: Vec<_> = some.map(|(name, _)| name.to_uppercase() + &behind).collect();
        words.join(", ")
    };
    let mut steps = Vec::new();
    let mut say = |sql: String, some: bool| steps.extend(some.then(|| Step::new(sql)));
    let none = Privileges::new();
    match before {
        None => say(format!("REVOKE ALL{behind} ON {on} FROM {to}"), true),
        Some(before) => {
            let gone = words(&|name, _| !after.contains_key(name), before);
            say(format!("REVOKE {gone} ON {on} FROM {to}"), !gone.is_empty());
            let bound = words(&|name, passes| passes && after.get(name) == Some(&false), before);
            say(format!("REVOKE GRANT OPTION FOR {bound} ON {on} FROM {to}"), !bound.is_empty());
        }
    }
    let before = before.unwrap_or(&none);
    let plain = words(&|name, passes| !passes && !before.contains_key(name), after);
    say(format!("GRANT {plain} ON {on} TO {to}"), !plain.is_empty());
    let passing = words(&|name, passes| passes && before.get(name) != Some(&true), after);
    say(format!("GRANT {passing} ON {on} TO {to} WITH GRANT OPTION"), !passing.is_empty());
    steps
}

impl Member {
    /// What a grantee has that does not stand here, as far as that is known: roles of the
    /// cluster's administrator are unknown to a script, those of the server are not.
    fn untouched(&self, grantee: &str) -> Option<Privileges> {
        let initial = self.initial.as_ref().and_then(|all| all.get(grantee));
        match initial {
            Some(initial) => Some(initial.0.clone()),
            None if grantee == PUBLIC || grantee.starts_with("pg_") => None,
            None => Some(Privileges::new()),
        }
    }
}

impl Define for Member {
    const ABOUT: About = About {
        clauses: &[],
        catalog: 3394,
        extra_keys: &["grant"],
        sort: Sort::Grants,
        renames: false,
        on_scratch: false,
        noun: Some("privileges on"),
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        let class = |catalog: &str, acl: &str, built_in: &str, key: &str, more: &str| {
            format!(
                "SELECT e.refobjid AS ext, {key} AS key, t.{acl} AS acl, \
                 COALESCE(i.initprivs, acldefault({built_in})) AS init \
                 FROM pg_depend e JOIN pg_{catalog} t ON t.oid = e.objid {more} \
                 LEFT JOIN pg_init_privs i ON i.classoid = e.classid AND i.objoid = t.oid \
                   AND i.objsubid = 0 \
                 WHERE e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e' \
                 AND e.classid = 'pg_{catalog}'::regclass AND t.{acl} IS NOT NULL \
                 AND t.{acl} IS DISTINCT FROM i.initprivs"
            )
        };
        let in_schema = |of: &str| format!("JOIN pg_namespace n ON n.oid = t.{of}");
        let name = |word: &str, of: &str| {
            format!("'{word} ' || quote_ident(n.nspname) || '.' || quote_ident(t.{of})")
        };
        let alone = |word: &str, of: &str| format!("'{word} ' || quote_ident(t.{of})");
        let routine = format!(
            "CASE t.prokind WHEN 'p' THEN {} ELSE {} END || '(' || COALESCE((SELECT \
             string_agg(format_type(a.t, -1), ', ' ORDER BY a.at) \
             FROM unnest(t.proargtypes::oid[]) WITH ORDINALITY AS a(t, at)), '') || ')'",
            name("procedure", "proname"),
            name("function", "proname"),
        );
        let relation = format!(
            "CASE t.relkind WHEN 'S' THEN {} ELSE {} END",
            name("sequence", "relname"),
            name("table", "relname")
        );
        let columns = "SELECT e.refobjid, 'column ' || quote_ident(n.nspname) || '.' || \
             quote_ident(c.relname) || '.' || quote_ident(t.attname), t.attacl, \
             COALESCE(i.initprivs, acldefault('c', c.relowner)) \
             FROM pg_depend e JOIN pg_class c ON c.oid = e.objid \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_attribute t ON t.attrelid = c.oid AND NOT t.attisdropped \
             LEFT JOIN pg_init_privs i ON i.classoid = e.classid AND i.objoid = c.oid \
               AND i.objsubid = t.attnum \
             WHERE e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e' \
             AND e.classid = 'pg_class'::regclass AND t.attacl IS NOT NULL \
             AND t.attacl IS DISTINCT FROM i.initprivs";
        let all = [
            class("proc", "proacl", "'f', t.proowner", &routine, &in_schema("pronamespace")),
            class(
                "class",
                "relacl",
                "CASE t.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", t.relowner",
                &relation,
                &in_schema("relnamespace"),
            ),
            columns.to_owned(),
            class(
                "type",
                "typacl",
                "'T', t.typowner",
                &name("type", "typname"),
                &in_schema("typnamespace"),
            ),
            class("namespace", "nspacl", "'n', t.nspowner", &alone("schema", "nspname"), ""),
            class("language", "lanacl", "'l', t.lanowner", &alone("language", "lanname"), ""),
            class(
                "foreign_data_wrapper",
                "fdwacl",
                "'F', t.fdwowner",
                &alone("foreign data wrapper", "fdwname"),
                "",
            ),
            class(
                "foreign_server",
                "srvacl",
                "'S', t.srvowner",
                &alone("foreign server", "srvname"),
                "",
            ),
        ];
        let side = |now: &str| {
            let of = if now == "true" { "o.acl" } else { "o.init" };
            format!("SELECT {now} AS now, a.* FROM aclexplode({of}) a")
        };
        format!(
            "SELECT NULL::oid AS _oid, x.extname::text AS _1, o.key AS _2, g.now AS \"grant\", \
             g.was AS initial FROM ({}) o JOIN pg_extension x ON x.oid = o.ext, \
             LATERAL (SELECT jsonb_object_agg(grantee, now) AS now, \
               jsonb_object_agg(grantee, was) AS was FROM (\
               SELECT grantee, COALESCE(jsonb_agg(DISTINCT p) FILTER (WHERE now), '[]') AS now, \
               COALESCE(jsonb_agg(DISTINCT p) FILTER (WHERE NOT now), '[]') AS was FROM (\
                 SELECT CASE WHEN a.grantee = 0 THEN '{PUBLIC}' WHEN btrim(r.rolname, '\"') = '{OWNER}' \
                   THEN '\"' || r.rolname || '\"' ELSE r.rolname END AS grantee, \
                 lower(a.privilege_type) || CASE WHEN a.is_grantable THEN '*' ELSE '' END AS p, now \
                 FROM ({} UNION ALL {}) a LEFT JOIN pg_roles r ON r.oid = a.grantee \
                 WHERE a.grantee = 0 OR r.oid IS NOT NULL) p GROUP BY grantee) s \
               WHERE now <> was) g \
             WHERE g.now IS NOT NULL AND x.extname <> 'plpgsql'",
            all.join(" UNION ALL "),
            side("true"),
            side("false"),
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { grant, initial: _ } = self;
        let grantees: BTreeSet<&String> = grant.keys().chain(old.grant.keys()).collect();
        let one = |grantee: &String| {
            let before = old.grant.get(grantee).map(|given| given.0.clone());
            let before = before.or_else(|| self.untouched(grantee));
            let after = grant.get(grantee).map(|given| given.0.clone());
            let after = after.or_else(|| old.untouched(grantee)).unwrap_or_default();
            change(id, grantee, before.as_ref(), &after)
        };
        Alter::InPlace(grantees.into_iter().flat_map(one).collect())
    }

    fn resolve_key(id: &Id, names: &Lookup<'_>) -> Option<Id> {
        let mut named = Named::read(id.name())?;
        if named.names.len() + 1 == named.depth() {
            let extension = id.ancestor(Kind::Extension, 1);
            let schema = names.object(&extension)?.attrs.json();
            let schema = schema.get("schema").and_then(serde_json::Value::as_str)?;
            named.names.splice(0..0, split_qualified(schema).ok()?);
        }
        let types = named.types.filter(|_| named.routine()).and_then(|types| {
            let inputs = signature::arguments(types).ok()?.into_iter().map(|mut input| {
                input.of = signature::resolve_type(input.of, names);
                input.mode = signature::Mode::In;
                input
            });
            Some(signature::inputs(&inputs.collect::<Vec<_>>()))
        });
        let key = Named { types: types.as_deref(), ..named }.key();
        Some(Id::new(id.kind, [id.first().to_owned(), key]))
    }

    fn key(key: &str) -> Result<(String, Option<serde_json::Value>), String> {
        if Named::read(key).is_some() {
            return Ok((key.to_owned(), None));
        }
        let words: Vec<_> = SORTS.iter().map(|(word, _)| *word).collect();
        Err(format!(
            "a member is named as GRANT names it, `function s.f(integer)`; there are {}",
            words.join(", ")
        ))
    }

    fn name_in_key(_key: &str) -> &'static str {
        ""
    }
}

impl Describe for Member {
    fn address(&self, id: &Id) -> String {
        target(id).0
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let one = |(grantee, wanted): (&String, &Given)| {
            change(id, grantee, self.untouched(grantee).as_ref(), &wanted.0)
        };
        self.grant.iter().flat_map(one).collect()
    }

    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        let one = |(grantee, there): (&String, &Given)| {
            let after = self.untouched(grantee).unwrap_or_default();
            change(id, grantee, Some(&there.0), &after)
        };
        self.grant.iter().flat_map(one).collect()
    }

    fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
        Vec::new()
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        let named = self.grant.keys().filter_map(|key| role_of(key));
        named.map(|role| Id::new(Kind::Role, [role])).collect()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let id = Self::resolve_key(id, names).unwrap_or_else(|| id.clone());
        self.initial = names
            .current
            .and_then(|current| current.attrs::<Self>(&id))
            .and_then(|there| there.initial.clone());
    }

    fn without_choices(&mut self) {
        self.initial = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use serde_json::json;

    fn sql(steps: Vec<Step>) -> Vec<String> {
        steps.into_iter().map(|step| step.sql).collect()
    }

    fn member(json: serde_json::Value) -> Member {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn what_is_not_said_any_more_is_as_the_script_left_it() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Member, ["e", "function public.f(text, integer)"]);
        let wanted = member(json!({"grant": {"app": "execute", "public": ""}}));
        assert_eq!(
            sql(wanted.create(&id, &cx, &[])),
            [
                "GRANT EXECUTE ON FUNCTION public.f(text, integer) TO app",
                "REVOKE ALL ON FUNCTION public.f(text, integer) FROM PUBLIC",
            ]
        );
        let there = member(json!({
            "grant": {"app": ["execute*"], "public": []},
            "initial": {"app": [], "public": ["execute"]}
        }));
        assert_eq!(
            sql(there.drop(&id, &cx)),
            [
                "REVOKE EXECUTE ON FUNCTION public.f(text, integer) FROM app",
                "GRANT EXECUTE ON FUNCTION public.f(text, integer) TO PUBLIC",
            ]
        );
        let Alter::InPlace(steps) = wanted.alter(&there, &id, &cx) else { panic!("in place") };
        assert_eq!(
            sql(steps),
            ["REVOKE GRANT OPTION FOR EXECUTE ON FUNCTION public.f(text, integer) FROM app"]
        );
    }

    #[test]
    fn a_column_stands_behind_each_privilege() {
        let id = Id::new(Kind::Member, ["e", "column s.t.\"A\""]);
        let steps =
            change(&id, "app", Some(&Privileges::new()), &list::read("select", &ANY).unwrap());
        assert_eq!(sql(steps), ["GRANT SELECT (\"A\") ON TABLE s.t TO app"]);
    }

    #[test]
    fn a_key_has_one_spelling() {
        let declared = Catalog::default();
        let names = Lookup { declared: &declared, current: None, path: &[] };
        let of = |key: &str| {
            let id = Id::new(Kind::Member, ["e", key]);
            Member::resolve_key(&id, &names).unwrap().name().to_owned()
        };
        assert_eq!(
            of("FUNCTION public.f(int,varchar)"),
            "function public.f(integer, character varying)"
        );
        assert_eq!(of("foreign data wrapper \"W\""), "foreign data wrapper \"W\"");
    }
}
