//! A saved plan cannot be bent: whatever is changed in the file, it is refused, or runs the statements that it had.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pgplumb::hazard::Hazard;
use pgplumb::plan::Plan;
use pgplumb::render::{json, read_json};
use serde_json::Value;

/// A generator of numbers, always with the same ones.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }
}

/// The pinned plans, as they are saved.
fn plans() -> Vec<(PathBuf, Plan)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let mut found = Vec::new();
    for kind in fs::read_dir(root).unwrap().flatten().filter(|it| it.path().is_dir()) {
        for case in fs::read_dir(kind.path()).unwrap().flatten() {
            let path = case.path().join("plan.json");
            let Ok(text) = fs::read_to_string(&path) else { continue };
            // The pinned digest is left out.
            let mut value: Value = serde_json::from_str(&text).unwrap();
            value.as_object_mut().unwrap().remove("digest");
            found.push((path, serde_json::from_value(value).unwrap()));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(found.len() > 50);
    found
}

fn statements(plan: &Plan) -> Vec<String> {
    plan.steps().map(|step| step.sql.clone()).collect()
}

/// Every value of a document, by its path.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                places(inner, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (number, inner) in items.iter().enumerate() {
                places(inner, &format!("{at}/{number}"), found);
            }
        }
        _ => {}
    }
    if !at.is_empty() {
        found.push(at.to_owned());
    }
}

/// The document with one value changed.
fn mutated(document: &Value, places: &[String], numbers: &mut Numbers) -> Value {
    let mut document = document.clone();
    let other = document.pointer(&places[numbers.below(places.len())]).cloned().unwrap();
    let value = document.pointer_mut(&places[numbers.below(places.len())]).unwrap();
    let what = numbers.below(8);
    match value {
        Value::String(text) if what < 5 => {
            const WORDS: [&str; 9] = [
                "; DROP TABLE public.client",
                "DROP",
                "ADD",
                "TRUNCATE public.client",
                "CASCADE",
                "DELETE FROM public.client",
                "USING NULL",
                "public",
                "'",
            ];
            let mut chars: Vec<char> = text.chars().collect();
            let at = numbers.below(chars.len() + 1);
            let word = WORDS[numbers.below(WORDS.len())];
            match what {
                0 if at < chars.len() => {
                    chars.remove(at);
                }
                1 => chars.splice(at..at, word.chars()).for_each(drop),
                2 => chars = word.chars().collect(),
                3 => chars.truncate(at),
                _ => {
                    let changed =
                        text.replace("ADD COLUMN", "DROP COLUMN").replace("CREATE", "DROP");
                    chars = changed.chars().collect();
                }
            }
            *text = chars.into_iter().collect();
        }
        Value::Array(items) if what < 4 && !items.is_empty() => {
            items.remove(numbers.below(items.len()));
        }
        Value::Object(fields) if what < 4 && !fields.is_empty() => {
            let key = fields.keys().nth(numbers.below(fields.len())).unwrap().clone();
            fields.shift_remove(&key);
        }
        Value::Bool(flag) => *flag = !*flag,
        value => *value = other,
    }
    document
}

#[test]
fn a_file_mutated_ten_thousand_times_runs_no_statement_that_the_original_did_not_have() {
    let plans = plans();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut accepted = 0;
    for round in 0..10_000 {
        let (path, plan) = &plans[round % plans.len()];
        let text = json(plan);
        let mutant = if round % 2 == 0 {
            let mut bytes = text.clone().into_bytes();
            for _ in 0..=numbers.below(3) {
                let at = numbers.below(bytes.len());
                match numbers.below(3) {
                    0 => bytes[at] = u8::try_from(numbers.below(256)).unwrap(),
                    1 => drop(bytes.remove(at)),
                    _ => bytes.insert(at, b' '),
                }
            }
            String::from_utf8_lossy(&bytes).into_owned()
        } else {
            let document: Value = serde_json::from_str(&text).unwrap();
            let mut all = Vec::new();
            places(&document, "", &mut all);
            serde_json::to_string_pretty(&mutated(&document, &all, &mut numbers)).unwrap()
        };
        if let Ok(read) = read_json(&mutant) {
            assert_eq!(&read, plan, "{}: {mutant}", path.display());
            accepted += 1;
        }
    }
    // Blanks between values are no change.
    assert!(accepted > 0 && accepted < 3_000, "{accepted}");
}

/// The words of statements that destroy, and of those that no plan contains.
fn destroys(sql: &str) -> bool {
    let words: BTreeSet<&str> =
        sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    ["TRUNCATE", "DELETE", "COPY"].iter().any(|word| sql.trim_start().starts_with(word))
        || sql.starts_with("DROP TABLE")
        || sql.starts_with("DROP SEQUENCE")
        || sql.starts_with("ALTER TABLE") && sql.contains(" DROP COLUMN ")
        || sql.starts_with("DROP") && words.contains("CASCADE")
}

#[test]
fn a_mutant_with_a_digest_that_fits_destroys_nothing_that_it_does_not_say() {
    let plans = plans();
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let (mut refused, mut bent) = (0, 0);
    for round in 0..10_000 {
        let (path, plan) = &plans[round % plans.len()];
        let original: BTreeSet<String> = statements(plan).into_iter().collect();
        let document = serde_json::to_value(plan).unwrap();
        let mut all = Vec::new();
        places(&document, "", &mut all);
        let sql: Vec<String> = all.iter().filter(|at| at.ends_with("/sql")).cloned().collect();
        let all = if sql.is_empty() || round % 3 == 0 { all } else { sql };
        // The digest is made by whoever saves the plan.
        let Ok(mutant) = serde_json::from_value::<Plan>(mutated(&document, &all, &mut numbers))
        else {
            continue;
        };
        match read_json(&json(&mutant)) {
            Err(_) => refused += 1,
            Ok(read) => {
                for step in read.steps().filter(|step| !original.contains(&step.sql)) {
                    bent += 1;
                    let said = step.hazards.iter().any(|it| it.name == Hazard::DataLoss)
                        || !step.harmless.is_empty();
                    assert!(said || !destroys(&step.sql), "{}: {}", path.display(), step.sql);
                }
            }
        }
    }
    assert!(refused > 1_000 && bent > 0, "{refused} {bent}");
}

#[test]
fn every_pinned_plan_is_read_back() {
    for (path, plan) in plans() {
        let read = read_json(&json(&plan)).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(read, plan);
    }
}

/// A plan of these steps, for the text of a bent one.
fn of(steps: Vec<serde_json::Value>) -> Result<Plan, String> {
    let plan: Plan = serde_json::from_value(serde_json::json!({
        "format": 2, "database": "d", "server_version": 150_000,
        "changes": [{"object": "column:public.t.a", "kind": "column", "action": "create"}],
        "transactions": [{"block": true, "steps": steps, "before": {}, "after": {}}],
    }))
    .unwrap();
    read_json(&json(&plan)).map_err(|error| error.to_string())
}

/// What the statements of these tests change, so that nothing is refused for not being said.
const TOUCHES: &[&str] = &[
    "relation public.i",
    "relation public.q",
    "relation public.s",
    "relation public.t",
    "relation public.u",
    "relation public.v",
    "routine public.f",
    "type public.e",
    "type public.e_former",
];

fn step(sql: &str) -> serde_json::Value {
    serde_json::json!({"sql": sql, "changes": [0], "touches": TOUCHES})
}

/// A plan of one statement.
fn with(sql: &str) -> Result<Plan, String> {
    of(vec![step(sql)])
}

#[test]
fn rows_are_kept_only_where_they_are_saved_before_the_drop_and_restored_after_it() {
    let all = |sqls: &[&str]| of(sqls.iter().map(|sql| step(sql)).collect());
    let again = "CREATE TABLE public.t (a integer)";
    let (save, drop, restore) = (
        "CREATE TABLE public.s AS TABLE public.t",
        "DROP TABLE public.t",
        "INSERT INTO public.t (a) SELECT a FROM public.s",
    );
    all(&[save, drop, again, restore, "DROP TABLE public.s"]).unwrap();
    for sqls in [
        [drop, again, save, restore],
        [save, restore, drop, again],
        [save, drop, again, "INSERT INTO public.u (a) SELECT a FROM public.s"],
        ["CREATE TABLE public.s AS TABLE public.t WITH NO DATA", drop, again, restore],
        ["CREATE TABLE IF NOT EXISTS public.s AS TABLE public.t", drop, again, restore],
        ["CREATE TABLE public.s AS SELECT a FROM public.t WHERE a > 0", drop, again, restore],
        ["CREATE TABLE public.s AS TABLE ONLY public.t", drop, again, restore],
        ["CREATE TABLE s AS TABLE public.t", drop, again, "INSERT INTO public.t SELECT a FROM s"],
    ] {
        assert!(all(&sqls).is_err(), "{sqls:?}");
    }
    // What is lost on the way is said of the table.
    let mut steps: Vec<_> = [save, drop, again, restore].iter().map(|sql| step(sql)).collect();
    steps[3]["hazards"] = serde_json::json!([{"name": "data-loss", "message": "m"}]);
    assert!(of(steps).unwrap_err().contains("the plan says it of column:public.t.a"));
    let bent = "ALTER TABLE public.s ALTER COLUMN a SET DEFAULT 1";
    assert!(all(&[save, bent, drop, again, restore]).is_err());
    // A table that was there is none of the plan's own.
    let (read, own) =
        ("SELECT setval('public.q', max(a)) FROM public.t", "CREATE TABLE public.t AS");
    for made in ["CREATE TABLE IF NOT EXISTS public.t AS SELECT 1 AS a", "SELECT 1"] {
        assert!(all(&[made, read, drop]).is_err(), "{made}");
    }
    assert!(all(&[drop, &format!("{own} SELECT 1 AS a"), read]).is_err());
    all(&[&format!("{own} SELECT 1 AS a"), read, drop]).unwrap();
}

#[test]
fn what_is_made_before_it_is_dropped_is_not_made_again() {
    let all = |sqls: &[&str]| of(sqls.iter().map(|sql| step(sql)).collect());
    let (made, gone) = ("CREATE OR REPLACE VIEW public.v AS SELECT 1 AS a", "DROP VIEW public.v");
    all(&[gone, made]).unwrap();
    assert!(all(&[made, gone]).is_err());
    let (made, gone) = (
        "CREATE OR REPLACE FUNCTION public.f() RETURNS int LANGUAGE sql RETURN 1",
        "DROP FUNCTION public.f()",
    );
    all(&[gone, made]).unwrap();
    assert!(all(&[made, gone]).is_err());
    // The old one under its temporary name.
    let aside = "ALTER TYPE public.e RENAME TO e_former";
    all(&[aside, "CREATE TYPE public.e AS ENUM ()", "DROP TYPE public.e_former"]).unwrap();
}

#[test]
fn a_loss_is_said_of_what_is_lost_and_cannot_be_called_harmless_at_will() {
    let said = |sql: &str, hazards: &[&str], harmless: &[&str]| {
        let hazard = |name: &&str| serde_json::json!({"name": name, "message": "m"});
        let hazards: Vec<_> = hazards.iter().map(hazard).collect();
        of(vec![serde_json::json!({
            "sql": sql, "changes": [0], "hazards": hazards, "harmless": harmless, "touches": TOUCHES,
        })])
    };
    let both = ["data-loss", "undeclared-drop"];
    // The step is for column a of table public.t.
    said("ALTER TABLE public.t DROP COLUMN a", &both, &[]).unwrap();
    for sql in [
        "DROP TABLE public.t",
        "ALTER TABLE public.t DROP COLUMN b",
        "ALTER TABLE public.u DROP COLUMN a",
        "DROP TABLE public.u",
        "DROP TABLE public.t, public.u",
        "DROP FUNCTION public.f()",
    ] {
        let error = said(sql, &both, &[]).unwrap_err();
        assert!(error.contains("and the plan says it of column:public.t.a"), "{error}");
    }
    said("ALTER TABLE public.t DROP COLUMN a", &[], &["column public.t.a"]).unwrap();
    for (sql, harmless) in [
        ("DROP FUNCTION public.f()", "routine public.f"),
        ("DROP VIEW public.v", "relation public.v"),
        ("DROP SCHEMA s", "object s"),
    ] {
        assert!(said(sql, &[], &[harmless]).is_err(), "{sql}");
    }
    // Which table that is depends on search_path.
    assert!(said("ALTER TABLE t DROP COLUMN a", &both, &["column t.a"]).is_err());
    assert!(said("DROP TABLE t", &both, &["relation t"]).is_err());
}

/// A plan of one statement that drops this object.
fn drop_of(object: &str, sql: &str) -> Result<Plan, String> {
    let hazards = serde_json::json!([{"name": "undeclared-drop", "message": "m"}]);
    let plan: Plan = serde_json::from_value(serde_json::json!({
        "format": 2, "database": "d", "server_version": 150_000,
        "changes": [{"object": object, "kind": object.split(':').next(), "action": "drop"}],
        "transactions": [{"block": true, "before": {}, "after": {},
            "steps": [{"sql": sql, "changes": [0], "hazards": hazards}]}],
    }))
    .unwrap();
    read_json(&json(&plan)).map_err(|error| error.to_string())
}

#[test]
fn what_has_no_schema_is_dropped_only_if_the_plan_says_it_of_that() {
    for (object, sql, other) in [
        ("role:app", "DROP ROLE app", "DROP ROLE owner"),
        ("role:app", "DROP ROLE app", "DROP ROLE app, owner"),
        ("role:app", "DROP ROLE app", "DROP ROLE CURRENT_USER"),
        ("role:app", "DROP ROLE app", "DROP OWNED BY app"),
        ("schema:s", "DROP SCHEMA s", "DROP SCHEMA clinic"),
        ("publication:p", "DROP PUBLICATION p", "DROP PUBLICATION q"),
        ("publication:p", "DROP PUBLICATION p", "DROP PUBLICATION p, q"),
        ("server:s", "DROP SERVER s", "DROP SERVER t"),
        (
            "user_mapping:s.app",
            "DROP USER MAPPING FOR app SERVER s",
            "DROP USER MAPPING FOR PUBLIC SERVER s",
        ),
        (
            "user_mapping:s.public",
            "DROP USER MAPPING FOR PUBLIC SERVER s",
            "DROP USER MAPPING FOR PUBLIC SERVER t",
        ),
        ("event_trigger:e", "DROP EVENT TRIGGER e", "DROP EVENT TRIGGER f"),
        ("language:l", "DROP LANGUAGE l", "DROP LANGUAGE plpgsql"),
        ("subscription:s", "DROP SUBSCRIPTION s", "DROP SUBSCRIPTION t"),
        ("foreign_data_wrapper:w", "DROP FOREIGN DATA WRAPPER w", "DROP FOREIGN DATA WRAPPER x"),
    ] {
        drop_of(object, sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert!(drop_of(object, other).is_err(), "{other}");
    }
}

#[test]
fn statements_of_19_are_read_and_nothing_stands_behind_them() {
    for (object, sql) in [
        ("publication:p", "CREATE PUBLICATION p FOR ALL SEQUENCES"),
        ("publication:p", "CREATE PUBLICATION p FOR ALL TABLES EXCEPT (TABLE ONLY public.t)"),
        (
            "publication:p",
            "ALTER PUBLICATION p SET ALL TABLES EXCEPT (TABLE ONLY public.t), ALL SEQUENCES",
        ),
        ("subscription:s", "ALTER SUBSCRIPTION s SERVER f"),
        (
            "subscription:s",
            "CREATE SUBSCRIPTION s SERVER f PUBLICATION p WITH (connect = false, slot_name=s)",
        ),
        ("foreign_data_wrapper:w", "CREATE FOREIGN DATA WRAPPER w CONNECTION public.c"),
        ("foreign_data_wrapper:w", "ALTER FOREIGN DATA WRAPPER w NO HANDLER NO CONNECTION"),
    ] {
        drop_of(object, sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        for behind in
            ["; DROP TABLE public.t", " DROP TABLE public.t", ", TABLE public.t", " CASCADE"]
        {
            let sql = format!("{sql}{behind}");
            assert!(drop_of(object, &sql).is_err(), "{sql}");
        }
    }
}

#[test]
fn hazards_are_derived_from_the_statements_whatever_the_file_says() {
    for sql in [
        "DROP TABLE public.t",
        "DROP TABLE public.t CASCADE",
        "ALTER TABLE public.t DROP COLUMN a",
        "ALTER TABLE public.t ADD COLUMN b int, DROP COLUMN a",
        "ALTER TABLE public.t ALTER COLUMN a TYPE integer USING 0",
        "ALTER TABLE public.t ALTER COLUMN a TYPE integer USING (SELECT max(b) FROM public.u)",
        "ALTER TYPE public.t DROP ATTRIBUTE a",
        "DROP SEQUENCE public.s",
        "DROP EXTENSION hstore",
        "DROP VIEW public.v",
        "DROP FUNCTION public.f(integer)",
        "DROP SCHEMA s",
        "DROP TYPE public.e",
        "DROP SCHEMA s CASCADE",
        "DROP OWNED BY app",
        "DROP ROLE app",
        "TRUNCATE public.t",
        "DELETE FROM public.t",
        "UPDATE public.t SET a = NULL",
        "UPDATE public.t SET a = 1 WHERE a IS NOT NULL",
        "UPDATE public.t SET a = 1, b = 2 WHERE a IS NULL",
        "INSERT INTO public.t SELECT 1",
        "INSERT INTO public.t SELECT * FROM public.u",
        "MERGE INTO public.t USING public.u ON true WHEN MATCHED THEN DELETE",
        "COPY public.t FROM PROGRAM 'id'",
        "DO $$ BEGIN DELETE FROM public.t; END $$",
        "DO $$ BEGIN EXECUTE 'DROP TABLE public.t'; END $$",
        "DO $$ BEGIN PERFORM public.f(); END $$",
        "DO $$ DECLARE x text; BEGIN SELECT public.f() INTO x; END $$",
        "DO LANGUAGE plpython3u $$ import os $$",
        "DO $$ BEGIN COPY public.t FROM '/tmp/x'; END $$",
        "CALL public.p()",
        "SELECT public.f()",
        "SELECT 1 INTO x",
        "SELECT setval('s', 1), public.f()",
        "SELECT setval('s', public.f())",
        "SELECT setval('s', pg_catalog.lo_export(1, '/tmp/x'))",
        "SELECT setval('s', max(a)) FROM public.t WHERE pg_terminate_backend(1)",
        "SELECT setval('s', (SELECT public.f()))",
        "WITH gone AS (DELETE FROM public.t RETURNING 1) SELECT setval('s', 1) FROM gone",
        "CREATE TABLE public.x AS WITH gone AS (DELETE FROM public.t RETURNING 1) SELECT * FROM gone",
        "SET SESSION AUTHORIZATION postgres",
        "SET ROLE postgres",
        "SET search_path = x",
        "RESET ALL",
        "COMMIT",
        "ROLLBACK",
        "BEGIN",
        "ALTER SYSTEM SET fsync = off",
        "VACUUM FULL",
        "LOAD 'x'",
        "PREPARE x AS DELETE FROM public.t",
        "EXECUTE x",
        "ALTER TABLE public.t ADD b int; DROP TABLE public.t",
        "REASSIGN OWNED BY a TO b",
        "DROP DATABASE d",
        "NOTIFY x",
        "EXPLAIN ANALYZE DELETE FROM public.t",
        "SELECT pg_catalog.setval('public.s', 10)",
        "SELECT pg_catalog.setval('public.s', 10, true) FROM public.s WHERE last_value > 10",
    ] {
        assert!(with(sql).is_err(), "{sql}");
    }
    for sql in [
        "ALTER TABLE public.t ADD COLUMN a integer",
        "ALTER TABLE public.t ALTER COLUMN a TYPE integer USING a::integer",
        "ALTER TABLE public.t ALTER COLUMN a SET NOT NULL",
        "UPDATE public.t SET a = 1 WHERE a IS NULL",
        "CREATE INDEX CONCURRENTLY i ON public.t (a)",
        "DROP INDEX public.i",
        "SELECT pg_catalog.setval('public.s', max(a)) FROM public.t",
    ] {
        with(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}
