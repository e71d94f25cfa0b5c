//! Decides whether what the server prints and what an author wrote are the same SQL.
//!
//! Both are parsed, folded and resolved, and then walked together.
//!
//! `true` is a proof. `false` means only that there is none, and that a server must be asked.
//! It is taken for granted that tables have the same columns on both sides: leaves on a table
//! whose columns change in the same plan are to be asked of the server anyway.

use super::fold::{self, Side};
use super::names::{self, Names, What};
use super::pg_catalog;
use super::scan::{self, Token, TokenKind};
use super::scope::Scope;
use super::tree::{self, Class};
use super::walk::Walk;

/// What is known of the place where a leaf stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place<'a> {
    /// Schema and name of the table whose columns the leaf sees without qualification.
    pub table: Option<(&'a str, &'a str)>,
    /// For a default, the type of its column or argument as `format_type` prints it.
    pub target: Option<&'a str>,
    /// For a check of a domain, the base type of the domain, which VALUE has.
    pub value: Option<&'a str>,
}

/// Says whether the two texts of a leaf of unknown surroundings are the same SQL.
#[must_use]
pub fn same(class: Class, current: &str, desired: &str, names: &dyn Names) -> bool {
    same_in(class, current, desired, names, &Place::default())
}

/// Says whether the two texts of a leaf are the same SQL, `current` as PostgreSQL prints it under
/// `search_path = pg_catalog`, `desired` as the author wrote it. A text that does not parse is
/// never the same as another.
#[must_use]
pub fn same_in(
    class: Class,
    current: &str,
    desired: &str,
    names: &dyn Names,
    place: &Place,
) -> bool {
    if is_copy(current, desired, names) {
        return true;
    }
    tree::with_stack(&[current, desired], || {
        let read = |text: &str, side| {
            let folded = fold::fold(tree::parse_owned(class, text).ok()?, side);
            let mut folded = if class == Class::Bound { fold::bound(folded) } else { folded };
            let enclosed = class != Class::Query;
            Scope::new(side, names, place, enclosed).bind(&mut folded);
            Some(folded)
        };
        let (Some(current), Some(desired)) =
            (read(current, Side::Current), read(desired, Side::Desired(names)))
        else {
            return false;
        };
        let walk = Walk { names };
        match place.target.filter(|_| class == Class::Expr) {
            _ if current == desired => true,
            Some(target) => walk.assigned(&current, &desired, target),
            None => walk.equal(&current, &desired),
        }
    })
}

/// Says whether the desired text is the current one token by token, as in a declaration that was
/// exported, but for schemas that are left out, and means the same under the search path of the author.
///
/// What stands unqualified in the current text is in `pg_catalog`, or is no object. The author's
/// path has `pg_catalog` first as well, so that only what can be overloaded may be found
/// elsewhere: functions and operators.
fn is_copy(current: &str, desired: &str, names: &dyn Names) -> bool {
    let (Ok(current), Ok(desired)) = (scan::tokens(current), scan::tokens(desired)) else {
        return false;
    };
    let (current, desired) = (without_end(&current), without_end(&desired));
    let alike = |c: &Token, d: &Token| c.kind == d.kind && c.word == d.word;
    let mut at = 0;
    for (place, token) in desired.iter().enumerate() {
        match &current[at.min(current.len())..] {
            [same, ..] if alike(same, token) => {
                if is_overloaded(desired, place, names) {
                    return false;
                }
                at += 1;
            }
            // The schema is left out where the name is found without it.
            [schema, dot, same, ..]
                if dot.is(".") && alike(same, token) && is_found(schema, desired, place, names) =>
            {
                at += 3;
            }
            _ => return false,
        }
    }
    at == current.len()
}

/// Whether the name at a place, which stands alone, is that of an object of the schema and of no other.
fn is_found(schema: &Token, tokens: &[Token], at: usize, names: &dyn Names) -> bool {
    let is_name = |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent);
    let is_dot = |at: Option<usize>| at.and_then(|at| tokens.get(at)).is_some_and(|it| it.is("."));
    // A WITH query hides relations.
    let hidden = tokens.iter().any(|token| token.is_word("with"));
    if hidden || !is_name(schema) || is_dot(at.checked_sub(1)) || is_dot(Some(at + 1)) {
        return false;
    }
    let calls = tokens.get(at + 1).is_some_and(|next| next.is("("));
    let sorts: &[What] = if calls { &[What::Function] } else { &[What::Relation, What::Type] };
    names::is_found_alone(names, sorts, &schema.word, &tokens[at].word)
}

fn without_end(tokens: &[Token]) -> &[Token] {
    match tokens {
        [rest @ .., last] if last.is(";") => rest,
        all => all,
    }
}

/// Says whether the token names a function or an operator that is not surely one of `pg_catalog`.
fn is_overloaded(tokens: &[Token], at: usize, names: &dyn Names) -> bool {
    let token = &tokens[at];
    let follows = |text: &str| tokens.get(at + 1).is_some_and(|next| next.is(text));
    if at > 0 && tokens[at - 1].is(".") {
        return false;
    }
    let is_foreign = |what, name: &str| match names.resolve(what, None, name) {
        Some(schema) => schema != "pg_catalog",
        None => pg_catalog::may_have(what, name),
    };
    match token.kind {
        TokenKind::Op => is_foreign(What::Operator, &token.word),
        TokenKind::Word | TokenKind::QuotedIdent
            if follows("(") && is_foreign(What::Function, &token.word) =>
        {
            true
        }
        TokenKind::Word => {
            let hidden: &[&str] = match token.word.as_str() {
                "in" | "distinct" | "nullif" | "case" | "any" | "using" | "natural" => &["=", "<>"],
                "between" => &["<", "<=", ">", ">="],
                "like" => &["~~", "!~~"],
                "ilike" => &["~~*", "!~~*"],
                "similar" => &["~", "!~"],
                _ => &[],
            };
            hidden.iter().any(|op| is_foreign(What::Operator, op))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::names::{KnownNames, Signature};

    fn names() -> KnownNames {
        let mut names = KnownNames::new(["app", "public"]);
        let columns = |list: &[(&str, &str)]| {
            list.iter().map(|(name, of)| ((*name).to_owned(), (*of).to_owned())).collect()
        };
        names.add_relation(
            "public",
            "t",
            columns(&[
                ("id", "integer"),
                ("b", "bigint"),
                ("p", "numeric(10,2)"),
                ("r", "real"),
                ("name", "text"),
                ("code", "character varying(20)"),
                ("ch", "character(3)"),
                ("flag", "boolean"),
                ("created", "timestamp with time zone"),
                ("st", "public.status"),
                ("em", "public.email"),
                ("data", "jsonb"),
                ("tags", "text[]"),
                ("user_id", "integer"),
            ]),
        );
        names.add_relation(
            "public",
            "m",
            columns(&[
                ("id", "integer"),
                ("user_id", "integer"),
                ("role", "text"),
                ("x", "integer"),
            ]),
        );
        names.add_relation("app", "client", columns(&[("id", "bigint"), ("label", "text")]));
        names.add_relation("public", "client", columns(&[("id", "bigint"), ("label", "text")]));
        names.add(What::Relation, "public", "seq");
        names.add(What::Relation, "app", "seq");
        names.add_enum("public", "status");
        names.add_domain("public", "email", "text");
        let text = || vec!["text".to_owned()];
        names.add_function("app", "uid", Some(Signature { arguments: vec![], result: None }));
        let signature = Signature { arguments: text(), result: Some("text".to_owned()) };
        names.add_function("public", "has_role", Some(signature));
        names.add(What::Function, "public", "gen_random_uuid");
        names.add(What::OperatorClass, "public", "gin_trgm_ops");
        names
    }

    /// What the server prints, texts of which it prints that, and the nearest of which it does not.
    type Row<'a> = (&'a str, &'a [&'a str], &'a [&'a str]);

    fn check(class: Class, place: &Place, rows: &[Row]) {
        let names = names();
        for (current, equal, other) in rows {
            for desired in *equal {
                assert!(same_in(class, current, desired, &names, place), "{current} | {desired}");
            }
            for desired in *other {
                assert!(!same_in(class, current, desired, &names, place), "{current} | {desired}");
            }
        }
    }

    const T: Place<'static> = Place { table: Some(("public", "t")), target: None, value: None };

    #[test]
    fn a_copy_may_leave_schemas_out_where_the_names_are_found() {
        let names = names();
        for (current, desired, copy) in [
            ("SELECT t.id FROM public.t", "select t.id from t", true),
            ("SELECT t.id FROM other.t", "select t.id from t", false),
            ("SELECT t.id FROM public.t", "select t.id from public.t", true),
            ("SELECT id FROM public.nowhere", "select id from nowhere", false),
            (
                "WITH t AS (SELECT 1) SELECT 1 FROM public.t",
                "with t as (select 1) select 1 from t",
                false,
            ),
            ("SELECT public.t.id FROM public.t", "select t.id from t", false),
            ("SELECT (a - b) - c", "select a - (b - c)", false),
        ] {
            assert_eq!(is_copy(current, desired, &names), copy, "{desired}");
        }
    }

    #[test]
    fn lists_are_arrays_of_the_common_type() {
        check(
            Class::Expr,
            &T,
            &[
                (
                    "(name = ANY (ARRAY['a'::text, 'b'::text]))",
                    &[
                        "name in ('a', 'b')",
                        "t.name = any (array['a', 'b'])",
                        "NAME IN('a','b'::text)",
                    ],
                    &[
                        "name in ('b', 'a')",
                        "name not in ('a', 'b')",
                        "code in ('a', 'b')",
                        "name in ('a')",
                    ],
                ),
                (
                    "((code)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
                    &["code in ('a', 'b')"],
                    // An array that is written as one is an array of text from the start.
                    &["code = any (array['a', 'b'])", "name in ('a', 'b')", "ch in ('a', 'b')"],
                ),
                (
                    "(st = ANY (ARRAY['on'::public.status, 'off'::public.status]))",
                    &["st in ('on', 'off')", "st = any (array['on', 'off']::status[])"],
                    &["st::text in ('on', 'off')", "st in ('on', 'of')"],
                ),
                (
                    "(id = ANY (ARRAY[1, 2]))",
                    &["id in (1, 2)"],
                    &["b in (1, 2)", "id in (1, 2, 2)"],
                ),
                (
                    "(b = ANY (ARRAY[(1)::bigint, (2)::bigint]))",
                    &["b in (1, 2)"],
                    &["id in (1, 2)"],
                ),
                ("(id <> ALL (ARRAY[1, 2]))", &["id not in (1, 2)"], &["id <> any (array[1, 2])"]),
                ("(name = 'a'::text)", &["name in ('a')"], &["name not in ('a')", "name like 'a'"]),
                ("(id = ANY (ARRAY[1, b]))", &[], &["id in (1, b)"]),
            ],
        );
    }

    #[test]
    fn only_casts_that_the_server_adds_are_added() {
        check(
            Class::Expr,
            &T,
            &[
                (
                    "(p > (0)::numeric)",
                    &["p > 0"],
                    &["p > 0.0", "p > 0::bigint", "b > 0", "p >= 0"],
                ),
                ("(b > 0)", &["b > 0"], &["b > '0'", "b > 0::bigint"]),
                ("(r > (0)::double precision)", &["r > 0"], &["r > 0::real", "p > 0"]),
                ("(b > '0'::bigint)", &["b > '0'"], &["b > 0", "id > '0'"]),
                (
                    "((code)::text = 'a'::text)",
                    &["code = 'a'", "code::text = 'a'"],
                    &["name = 'a'"],
                ),
                ("(name = 'a'::text)", &["name = 'a'"], &["code = 'a'", "name = 'a'::name"]),
                ("(ch = 'a'::bpchar)", &["ch = 'a'"], &["ch = 'a'::text", "name = 'a'"]),
                ("((ch)::text = name)", &["ch = name"], &["ch = code", "name = ch"]),
                (
                    "((ch)::text = upper((ch)::text))",
                    &["ch = upper(ch)"],
                    &["ch = upper(name)", "ch = lower(ch)", "ch <> upper(ch)"],
                ),
                ("(length(ch) = 1)", &["length(ch) = 1"], &["length(ch::text) = 1"]),
                ("((em)::text = 'a'::text)", &["em = 'a'"], &["name = 'a'"]),
                (
                    "(lower((code)::text) = 'a'::text)",
                    &["lower(code) = 'a'"],
                    &["lower(name) = 'a'"],
                ),
                (
                    "((data ->> 'k'::text) = 'a'::text)",
                    &["data ->> 'k' = 'a'"],
                    &["data -> 'k' = 'a'"],
                ),
                ("(data @> '{}'::jsonb)", &["data @> '{}'"], &["data <@ '{}'", "data @> '[]'"]),
                (
                    "COALESCE(code, ''::character varying)",
                    &["coalesce(code, '')"],
                    &["coalesce(name, '')"],
                ),
                (
                    "(name)::character varying",
                    &["name::varchar"],
                    &["name", "name::varchar(20)", "name::text"],
                ),
                ("name", &["name", "name::text"], &["name::varchar", "code::text"]),
                ("(name = 'a'::text) IS TRUE", &["(name = 'a') is true"], &["name = 'a'"]),
                ("(created)::date", &["created::date"], &["created::timestamp", "created"]),
            ],
        );
    }

    #[test]
    fn what_is_written_differently_and_parsed_alike_is_the_same() {
        check(
            Class::Expr,
            &T,
            &[
                (
                    "((id >= 1) AND (id <= 2))",
                    &["id between 1 and 2"],
                    &["id not between 1 and 2", "id > 1 and id <= 2"],
                ),
                ("((id < 1) OR (id > 2))", &["id not between 1 and 2"], &["id between 1 and 2"]),
                (
                    "((flag AND (id = 1)) AND (b = 2))",
                    &["flag and id = 1 and b = 2", "flag and (id = 1 and b = 2)"],
                    &["flag and b = 2 and id = 1", "flag and id = 1 or b = 2", "flag and id = 1"],
                ),
                (
                    "((flag AND (id = 1)) OR (b = 2))",
                    &["flag and id = 1 or b = 2"],
                    &["flag and (id = 1 or b = 2)"],
                ),
                (
                    "(name ~~ 'a%'::text)",
                    &["name like 'a%'", "name ~~ 'a%'"],
                    &["name ilike 'a%'", "name not like 'a%'"],
                ),
                (
                    "(name ~~ like_escape('a!%'::text, '!'::text))",
                    &["name like 'a!%' escape '!'"],
                    &["name like 'a!%'"],
                ),
                ("(id <> 1)", &["id != 1", "id operator(pg_catalog.<>) 1"], &["id = 1"]),
                (
                    "(NOT (id IS DISTINCT FROM 1))",
                    &["id is not distinct from 1"],
                    &["id is distinct from 1", "id = 1"],
                ),
                (
                    "(name IS NOT NULL)",
                    &["name is not null", "name notnull"],
                    &["name is distinct from null", "name is null"],
                ),
                (
                    "(NOT (name IS DISTINCT FROM NULL::text))",
                    &[],
                    &["name is not distinct from null"],
                ),
                ("(NOT (NOT flag))", &["not (not flag)"], &["flag"]),
                (
                    "(created > '2020-01-01 00:00:00+00'::timestamp with time zone)",
                    &["created > timestamptz '2020-01-01 00:00:00+00'"],
                    &["created > date '2020-01-01'", "created > '2020-01-01'"],
                ),
                (
                    "(created > (now() - '7 days'::interval))",
                    &["created > now() - interval '7 days'"],
                    &[
                        "created > current_timestamp - interval '7 days'",
                        "created > now() - interval '7 day'",
                    ],
                ),
                ("(id > '-1'::integer)", &["id > -1"], &["id > 1", "id > '-1'::bigint"]),
                (
                    "(EXTRACT(year FROM created) > (0)::numeric)",
                    &["extract(year from created) > 0"],
                    &["extract(day from created) > 0"],
                ),
                (
                    "EXTRACT(year FROM created)",
                    &["extract(year from created)", "extract('year' from created)"],
                    &["extract(month from created)", "date_part('year', created)"],
                ),
                (
                    "(created AT TIME ZONE 'UTC'::text)",
                    &["created at time zone 'UTC'", "timezone('UTC', created)"],
                    &["created at time zone 'utc'"],
                ),
                ("TRIM(BOTH FROM name)", &["trim(name)", "btrim(name)"], &["ltrim(name)"]),
                (
                    "SUBSTRING(name FROM 1 FOR 2)",
                    &["substring(name from 1 for 2)", "substring(name, 1, 2)"],
                    &["substr(name, 1, 2)", "substring(name from 1)"],
                ),
                (
                    "CASE WHEN flag THEN 'a'::text ELSE NULL::text END",
                    &["case when flag then 'a' end", "case when flag then 'a' else null end"],
                    &["case when flag then 'a' else '' end"],
                ),
                ("(id IS NOT DISTINCT FROM b)", &[], &["id = b"]),
            ],
        );
    }

    #[test]
    fn what_only_looks_alike_is_not() {
        check(
            Class::Expr,
            &T,
            &[
                (
                    "now()",
                    &["now()", "pg_catalog.now()"],
                    &["current_timestamp", "transaction_timestamp()"],
                ),
                ("CURRENT_USER", &["current_user"], &["user", "session_user", "current_role"]),
                (
                    "(user_id = ( SELECT app.uid() AS uid))",
                    &["user_id = (select uid())", "user_id = (select app.uid())"],
                    &["user_id = uid()", "user_id = (select uid() as x)"],
                ),
                (
                    "(user_id = app.uid())",
                    &["user_id = uid()"],
                    &["user_id = (select uid())", "user_id = public.uid()"],
                ),
                (
                    "public.has_role('admin'::text)",
                    &["has_role('admin')"],
                    &["has_role('Admin')", "app.has_role('admin')"],
                ),
                // `pg_catalog` is searched before `public`, which has one too.
                ("gen_random_uuid()", &["gen_random_uuid()"], &["public.gen_random_uuid()"]),
                ("public.gen_random_uuid()", &["public.gen_random_uuid()"], &["gen_random_uuid()"]),
                ("'x'::text", &["'x'::text"], &["'x'", "'x'::varchar", "'X'::text"]),
                ("1.50", &["1.50"], &["1.5", "'1.5'"]),
                ("'t'::text", &[], &["true", "'t'::boolean"]),
                ("(id + b)", &["id + b"], &["b + id"]),
                ("((id)::numeric / 2.0)", &["id / 2.0"], &["id / 2", "id::numeric / 2"]),
            ],
        );
    }

    #[test]
    fn a_default_takes_the_type_of_its_column() {
        let rows: &[(&str, Row)] = &[
            (
                "text",
                ("'x'::text", &["'x'", "('x')", "'x'::text", "text 'x'"], &["'y'", "'x'::varchar"]),
            ),
            ("text", ("''::text", &["''"], &["' '", "null"])),
            (
                "character varying(20)",
                (
                    "'x'::character varying",
                    &["'x'", "'x'::varchar"],
                    &["'x'::text", "'x'::varchar(20)"],
                ),
            ),
            (
                "integer",
                ("0", &["0", "'0'", "'0'::int4", "0::integer"], &["1", "0.0", "'00'", "0::bigint"]),
            ),
            ("integer", ("'-1'::integer", &["-1", "- 1", "'-1'"], &["1"])),
            ("bigint", ("'0'::bigint", &["'0'"], &["0"])),
            ("bigint", ("0", &["0"], &["'0'"])),
            ("numeric(10,2)", ("0.00", &["0.00", "'0.00'"], &["0", "0.0"])),
            ("numeric(10,2)", ("(0)::numeric(10,2)", &["0::numeric(10,2)"], &["0", "0::numeric"])),
            (
                "boolean",
                ("false", &["false", "'f'", "'false'::boolean", "FALSE"], &["true", "'t'", "null"]),
            ),
            ("jsonb", ("'{}'::jsonb", &["'{}'", "'{}'::jsonb"], &["'[]'", "'{}'::json"])),
            ("text[]", ("'{}'::text[]", &["'{}'"], &["array[]::text[]"])),
            (
                "text[]",
                (
                    "ARRAY['a'::text, 'b'::text]",
                    &["array['a', 'b']", "array['a','b']::text[]"],
                    &["'{a,b}'", "array['b','a']"],
                ),
            ),
            (
                "public.status",
                (
                    "'on'::public.status",
                    &["'on'", "'on'::status"],
                    &["'off'", "'on'::app.status", "'on'::text"],
                ),
            ),
            ("public.email", ("'x'::text", &["'x'"], &["'y'"])),
            ("public.unknown", ("'x'::text", &["'x'::text"], &["'x'"])),
            (
                "bigint",
                (
                    "nextval('app.seq'::regclass)",
                    &["nextval('seq')", "nextval('app.seq')", "nextval('seq'::regclass)"],
                    &["nextval('public.seq')", "nextval('seq'::text)", "nextval('other')"],
                ),
            ),
            (
                "timestamp with time zone",
                ("now()", &["now()"], &["current_timestamp", "'now'", "now() + interval '1 day'"]),
            ),
            (
                "timestamp with time zone",
                (
                    "'2026-01-01 10:00:00+00'::timestamp with time zone",
                    &["'2026-01-01 10:00:00+00'"],
                    &["'now'", "'2026-01-01'"],
                ),
            ),
            ("interval(3)", ("'1 day'::interval(3)", &["'1 day'"], &["'1 day'::interval"])),
        ];
        for (target, row) in rows {
            check(Class::Expr, &Place { target: Some(target), ..T }, &[*row]);
        }
    }

    #[test]
    fn value_of_a_domain_has_its_base_type() {
        let place = Place { value: Some("character varying(20)"), ..Place::default() };
        check(
            Class::Expr,
            &place,
            &[("((VALUE)::text ~ '@'::text)", &["value ~ '@'"], &["value ~* '@'"])],
        );
        check(
            Class::Expr,
            &Place::default(),
            &[("((VALUE)::text ~ '@'::text)", &[], &["value ~ '@'"])],
        );
    }

    #[test]
    fn columns_in_sub_queries_are_found() {
        check(
            Class::Expr,
            &T,
            &[
                (
                    "(user_id IN ( SELECT m.user_id FROM public.m WHERE (m.role = 'a'::text)))",
                    &[
                        "user_id in (select user_id from m where role = 'a')",
                        "t.user_id = any (select m.user_id from public.m m where m.role = 'a')",
                    ],
                    &[
                        "user_id in (select t.user_id from m where role = 'a')",
                        "user_id in (select user_id from client where role = 'a')",
                        "user_id not in (select user_id from m where role = 'a')",
                        "user_id in (select distinct user_id from m where role = 'a')",
                    ],
                ),
                (
                    "(EXISTS ( SELECT 1 FROM public.m WHERE ((m.id = t.id) AND (m.x = t.b))))",
                    &["exists (select 1 from m where m.id = t.id and x = b)"],
                    // Inside, `id` is that of the inner table.
                    &[
                        "exists (select 1 from m where id = id and x = b)",
                        "exists (select 1 from m where m.id = t.id and m.x = m.b)",
                    ],
                ),
                (
                    "(EXISTS ( SELECT 1 FROM public.client WHERE (client.id = t.b)))",
                    &["exists (select 1 from public.client where client.id = b)"],
                    &["exists (select 1 from client where client.id = b)"],
                ),
                (
                    "(new.name IS DISTINCT FROM old.name)",
                    &["new.name is distinct from old.name"],
                    &["old.name is distinct from new.name"],
                ),
                ("(new.code)::text = 'a'::text", &["new.code = 'a'"], &["new.name = 'a'"]),
            ],
        );
        // Without the columns of the tables, what is unqualified in a sub-query is anybody's.
        let blind = KnownNames::new(["public"]);
        assert!(!same(
            Class::Expr,
            "(EXISTS ( SELECT 1 FROM public.m WHERE m.x))",
            "exists (select 1 from public.m where x)",
            &blind
        ));
    }

    #[test]
    fn queries_are_compared_column_by_column() {
        check(
            Class::Query,
            &Place::default(),
            &[
                (
                    " SELECT m.id,\n    lower(m.role) AS lower\n   FROM public.m\n  WHERE (m.x > 0)\n  ORDER BY m.id;",
                    &[
                        "select id, lower(role) from m where x > 0 order by id",
                        "select m.id, lower(m.role) as lower from public.m m where m.x > 0 order by 1 asc nulls last",
                    ],
                    &[
                        "select id, lower(role) as role from m where x > 0 order by id",
                        "select lower(role), id from m where x > 0 order by id",
                        "select id, lower(role) from m where x > 0 order by id desc",
                        "select id, lower(role) from m where x > 0",
                        "select id, lower(role) from m where x > 0 order by 2",
                        "select * from m where x > 0 order by id",
                        "select id, lower(role) from only m where x > 0 order by id",
                    ],
                ),
                (
                    " SELECT id FROM public.m",
                    &["select m.id from m"],
                    &["select x as id from m", "select id from t"],
                ),
                (
                    " SELECT m.role, t.name FROM (public.m JOIN public.t ON ((t.id = m.id)));",
                    &[
                        "select role, name from m join t on t.id = m.id",
                        "select m.role, t.name from (m inner join t on (t.id = m.id))",
                    ],
                    &[
                        "select m.role, t.name from m left join t on t.id = m.id",
                        "select m.role, t.name from t join m on t.id = m.id",
                        "select m.role, t.name from m, t where t.id = m.id",
                        "select role, name from m join t using (id)",
                    ],
                ),
                (
                    " WITH w AS ( SELECT m.id FROM public.m) SELECT w.id FROM w;",
                    &["with w as (select id from m) select id from w"],
                    &[
                        "with w as (select id from m) select id from t w",
                        "with w as materialized (select id from m) select id from w",
                        "with recursive w as (select id from m) select id from w",
                    ],
                ),
                (
                    " SELECT date_trunc('month'::text, t.created) AS mth, count(*) AS count FROM public.t GROUP BY (date_trunc('month'::text, t.created));",
                    &[
                        "select date_trunc('month', created) as mth, count(*) from t group by mth",
                        "select date_trunc('month', created) as mth, count(*) from t group by 1",
                    ],
                    &[
                        "select date_trunc('month', created) as mth, count(*) from t group by created",
                        "select date_trunc('month', created) as mth, count(id) from t group by 1",
                    ],
                ),
                (
                    " SELECT m.id AS a FROM public.m UNION SELECT t.id AS a FROM public.t;",
                    &["select id as a from m union select id as b from t"],
                    &[
                        "select id as a from m union all select id from t",
                        "select id from m union select id as a from t",
                        "select id as a from t union select id from m",
                    ],
                ),
                (
                    " SELECT 'x'::text AS k, NULL::text AS n;",
                    &["select 'x' as k, null as n"],
                    &["select 'x' as k, null::integer as n"],
                ),
            ],
        );
    }

    #[test]
    fn index_elements_drop_their_defaults() {
        check(
            Class::IndexElement,
            &T,
            &[
                (
                    "lower((code)::text)",
                    &["lower(code)", "(lower(code))", "lower(code) asc nulls last"],
                    &["lower(code) desc", "lower(name)", "lower(code) nulls first"],
                ),
                (
                    "name public.gin_trgm_ops",
                    &["name gin_trgm_ops", "(name) gin_trgm_ops"],
                    &["name", "name text_ops"],
                ),
                ("id DESC", &["id desc nulls first"], &["id", "id desc nulls last"]),
                (
                    "name COLLATE \"C\"",
                    &["name collate \"C\""],
                    &["name", "name collate \"POSIX\""],
                ),
                ("((id + 1))", &["(id + 1)"], &["(1 + id)"]),
                ("a, b", &["a, b"], &["b, a", "a"]),
            ],
        );
    }

    #[test]
    fn other_leaves_are_compared_too() {
        check(
            Class::Constraint,
            &T,
            &[
                (
                    "CHECK ((id > 0))",
                    &["check (id > 0)"],
                    &["check (id > 0) not valid", "check (id > 0) no inherit"],
                ),
                (
                    "FOREIGN KEY (user_id) REFERENCES app.client(id) ON DELETE CASCADE",
                    &["foreign key (user_id) references client (id) on delete cascade"],
                    &[
                        "foreign key (user_id) references client (id)",
                        "foreign key (user_id) references public.client (id) on delete cascade",
                    ],
                ),
                (
                    "EXCLUDE USING gist (id WITH =)",
                    &["exclude using gist (id with operator(pg_catalog.=))"],
                    &["exclude using gist (id with <>)", "exclude using btree (id with =)"],
                ),
            ],
        );
        check(
            Class::Type,
            &T,
            &[
                ("character varying(20)", &["varchar(20)"], &["varchar", "text"]),
                ("public.status[]", &["status[]", "status[3]"], &["app.status[]", "status"]),
            ],
        );
        check(
            Class::Bound,
            &T,
            &[
                (
                    "FOR VALUES FROM (1) TO (10)",
                    &["for values from ('1') to (10)"],
                    &["for values from (1) to (11)"],
                ),
                (
                    "FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)",
                    &["for values from (date '2026-01-01') to (maxvalue)"],
                    &["for values from (minvalue) to (maxvalue)"],
                ),
                (
                    "FOR VALUES IN ('a', NULL)",
                    &["for values in ('a', null)"],
                    &["for values in ('a')", "default"],
                ),
                ("DEFAULT", &["default"], &["for values in (null)"]),
            ],
        );
        check(
            Class::PartitionKey,
            &T,
            &[(
                "RANGE (created)",
                &["range (created)", "range ((created))"],
                &["list (created)", "range (id)"],
            )],
        );
        check(
            Class::Arguments,
            &Place::default(),
            &[
                (
                    "a integer, OUT b text, VARIADIC c text[] DEFAULT '{}'::text[]",
                    &["a int4, out b text, variadic c text[] = '{}'"],
                    &[
                        "a bigint, out b text, variadic c text[] = '{}'",
                        "x int4, out b text, variadic c text[] = '{}'",
                        "a int, inout b text, variadic c text[] = '{}'",
                    ],
                ),
                ("", &["", " "], &["a integer"]),
            ],
        );
        check(
            Class::Body,
            &Place::default(),
            &[("RETURN (a + b)", &["return a + b"], &["return b + a"])],
        );
    }

    #[test]
    fn an_exported_text_is_the_same_without_being_parsed() {
        let mut names = names();
        let text = "((lower(name) = 'a'::text) AND (id = ANY (ARRAY[1])))";
        assert!(same(
            Class::Expr,
            text,
            "((lower(name) = 'a'::text)\n AND (id = any (ARRAY[1])))",
            &names
        ));
        // Even what this grammar cannot read, such as a name that became a keyword.
        assert!(same(Class::Arguments, "json json", "json json", &names));
        // A function of the same name could be meant, and a type that is not known to differ.
        names.add(What::Function, "public", "lower");
        assert!(!same(Class::Expr, text, text, &names));
        assert!(same_in(Class::Expr, text, text, &names, &T));
        names.add(What::Operator, "public", "=");
        assert!(!same(Class::Expr, "a IN (b)", "a IN (b)", &names));
    }

    #[test]
    fn what_does_not_parse_is_never_the_same() {
        let names = names();
        assert!(!same(Class::Expr, "a +", "a", &names));
        assert!(!same(Class::Expr, "a", "a) or (true", &names));
        assert!(!same(Class::Query, "select 1", "select 1; drop table t", &names));
        assert!(!same(Class::Query, "select 1", "", &names));
    }
}
