//! plumb's own statements call PostgreSQL's functions and operators, whatever a database has under the same
//! names first on its path.
//!
//! Which those are is taken from the server's log of a run, so that the list cannot grow old.

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::{Cluster, Database, Folder, Plumb, home};

const SCHEMA: &str = include_str!("corpus/dense.sql");

/// Every statement that the log of a server shows.
fn logged(log: &str) -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    let mut open = false;
    for line in log.lines() {
        let begin = line.split_once("LOG:  ").map(|(_, rest)| rest);
        let begin = begin.and_then(|rest| {
            let (what, sql) = rest.split_once(": ")?;
            (what == "statement" || what.starts_with("execute ")).then_some(sql)
        });
        match begin {
            Some(sql) => {
                statements.push(sql.to_owned());
                open = true;
            }
            None if open && line.starts_with('\t') => {
                if let Some(last) = statements.last_mut() {
                    last.push('\n');
                    last.push_str(line);
                }
            }
            None => open = false,
        }
    }
    statements
}

/// The names of functions and operators in a tree, the last part of each.
fn used(
    tree: &serde_json::Value,
    functions: &mut BTreeSet<String>,
    operators: &mut BTreeSet<String>,
) {
    let last = |list: &serde_json::Value| {
        let name = list.as_array()?.last()?;
        Some(name["node"]["String"]["sval"].as_str()?.to_owned())
    };
    match tree {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                match key.as_str() {
                    "FuncCall" => functions.extend(last(&value["funcname"])),
                    "AExpr" => operators.extend(last(&value["name"])),
                    _ => {}
                }
                used(value, functions, operators);
            }
        }
        serde_json::Value::Array(items) => {
            for item in items {
                used(item, functions, operators);
            }
        }
        _ => {}
    }
}

/// Runs every command that connects; what each printed and how it ended.
fn commands(database: &Database) -> Vec<String> {
    let url = database.url();
    let files = Folder::new();
    let (out, snapshot, plan) = (files.join("out"), files.join("s.json"), files.join("p.json"));
    let wanted = Folder::declaring("[table.shadow_test.column]\na = \"integer default (1 + 1)\"\n");
    let words: &[&[&str]] = &[
        &["export", "--url", &url, "--out", &out],
        &["snapshot", "--url", &url, "--out", &snapshot],
        &["coverage", "--url", &url],
        &["plan", "--url", &url, "--schema", &out],
        &["drift", "--url", &url, "--schema", &out],
        &["prove", "--url", &url, "--schema", wanted.arg(), "--rows", "2"],
        &["plan", "--url", &url, "--schema", wanted.arg(), "--out", &plan],
        &["apply", "--url", &url, "--schema", wanted.arg(), "--yes", "--scratch", "target"],
        &["plan", "--url", &url, "--schema", wanted.arg(), "--exit-code"],
        &["drift", "--url", &url, "--schema", wanted.arg(), "--scratch", &url],
        &["check", "--schema", wanted.arg(), "--scratch", &url],
    ];
    words
        .iter()
        .map(|words| {
            let url = url.replace('?', "?target_session_attrs=read-write&");
            let words: Vec<&str> = words
                .iter()
                .map(|word| if *word == database.url() { &url } else { *word })
                .collect();
            let output = Plumb::new(&words).run();
            assert!(output.code == 0, "{words:?}: {}\n{}", output.code, output.stderr);
            output.stdout.replace(&database.name, "DATABASE")
        })
        .collect()
}

#[tokio::test]
async fn no_function_or_operator_of_a_database_stands_in_for_postgresqls() {
    let cluster = Cluster::start(home());
    let plain = Database::create(&cluster).await;
    plain.execute("create role app_user; create role app_auditor; create role app_owner").await;
    plain.execute(SCHEMA).await;
    for setting in ["log_min_messages = log", "log_statement = 'all'"] {
        plain.execute(&format!("alter database {} set {setting}", plain.name)).await;
    }
    let expected = commands(&plain);

    let log = fs::read_to_string(cluster.host().join("log")).expect("the log of the server");
    let (mut functions, mut operators) = (BTreeSet::new(), BTreeSet::new());
    let statements = logged(&log);
    for statement in &statements {
        if let Ok(parsed) = pg_query::parse(statement, 0) {
            let tree = serde_json::to_value(&parsed.protobuf).expect("a tree");
            used(&tree, &mut functions, &mut operators);
        }
    }
    // What CASE, IN, LIKE and their like call without naming it.
    operators.extend(["=", "<>", "~~", "!~~", "||", "+", "*"].map(str::to_owned));
    assert!(
        ["set_config", "pg_try_advisory_lock", "to_jsonb"]
            .iter()
            .all(|name| functions.contains(*name)),
        "the log of {} statements names {functions:?}",
        statements.len()
    );

    let shadowed = Database::create(&cluster).await;
    shadowed.execute(SCHEMA).await;
    let list = |names: &BTreeSet<String>| {
        let quoted: Vec<String> =
            names.iter().map(|name| format!("'{}'", name.replace('\'', "''"))).collect();
        quoted.join(", ")
    };
    shadowed
        .execute(&format!(
            "create schema hostile; grant usage on schema hostile to public; \
             do $do$ declare f record; arguments text; \
             begin \
               for f in select p.oid, p.proname, p.prorettype, p.proretset, \
                   pg_get_function_identity_arguments(p.oid) as arguments from pg_proc p \
                 where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind = 'f' \
                   and p.proname in ({functions}) loop \
                 begin \
                   execute format('create function hostile.%I(%s) returns %s%s language plpgsql as \
                     $f$ begin raise exception ''a hostile function was called''; end $f$', f.proname, \
                     f.arguments, case when f.proretset then 'setof ' else '' end, \
                     format_type(f.prorettype, null)); \
                 exception when others then null; end; \
               end loop; \
               for f in select o.oid, o.oprname, o.oprleft, o.oprright, o.oprresult from pg_operator o \
                 where o.oprnamespace = 'pg_catalog'::regnamespace and o.oprname in ({operators}) loop \
                 begin \
                   arguments := concat_ws(', ', nullif(format_type(nullif(f.oprleft, 0), null), '-'), \
                     format_type(f.oprright, null)); \
                   execute format('create function hostile.%I(%s) returns %s language plpgsql as \
                     $f$ begin raise exception ''a hostile operator was called''; end $f$', \
                     'op_' || f.oid, arguments, format_type(f.oprresult, null)); \
                   execute format('create operator hostile.%s (%s rightarg = %s, function = hostile.%I)', \
                     f.oprname, case when f.oprleft <> 0 then 'leftarg = ' \
                       || format_type(f.oprleft, null) || ',' else '' end, \
                     format_type(f.oprright, null), 'op_' || f.oid); \
                 exception when others then null; end; \
               end loop; \
             end $do$; \
             alter database {name} set search_path = hostile, public, pg_catalog;",
            functions = list(&functions),
            operators = list(&operators),
            name = shadowed.name,
        ))
        .await;
    let made = shadowed
        .query_strings("select (select count(*) from pg_catalog.pg_proc where pronamespace OPERATOR(pg_catalog.=) 'hostile'::pg_catalog.regnamespace)")
        .await;
    assert!(made[0].parse::<u32>().expect("a number") > 200, "{made:?}");
    // The hostile schema itself is the only difference.
    let url = shadowed.url();
    let drift = Plumb::new(&["export", "--url", &url, "--out", &Folder::new().join("x")]).run();
    assert_eq!(drift.code, 0, "{}", drift.stderr);
    let seen = commands(&shadowed);
    assert_eq!(seen.len(), expected.len());
}
