//! No setting of a database or a role changes what plumb's SQL means or what it reads.

mod common;

use common::{Cluster, Database, Folder, Plumb, home, majors};

/// Every setting that plumb's sessions have, with a value that would bend what they do.
const HOSTILE: &[(&str, &str)] = &[
    ("search_path", "hostile, public"),
    ("default_tablespace", "''"),
    ("default_table_access_method", "heap"),
    ("standard_conforming_strings", "off"),
    ("backslash_quote", "off"),
    ("array_nulls", "off"),
    ("transform_null_equals", "on"),
    ("xmloption", "document"),
    ("DateStyle", "'SQL, DMY'"),
    ("IntervalStyle", "sql_standard"),
    ("TimeZone", "'Asia/Kathmandu'"),
    ("timezone_abbreviations", "'Australia'"),
    ("lc_monetary", "'C'"),
    ("bytea_output", "escape"),
    ("extra_float_digits", "-15"),
    ("xmlbinary", "hex"),
    ("quote_all_identifiers", "on"),
    ("check_function_bodies", "on"),
    ("row_security", "on"),
    ("default_transaction_isolation", "serializable"),
    ("default_transaction_deferrable", "on"),
    ("synchronize_seqscans", "on"),
    ("createrole_self_grant", "'set, inherit'"),
    ("statement_timeout", "'1ms'"),
    ("lock_timeout", "'1ms'"),
    ("idle_in_transaction_session_timeout", "'1ms'"),
    ("idle_session_timeout", "'1ms'"),
    // It is set by a statement, since older servers refuse it in the startup packet; that takes a while itself.
    ("transaction_timeout", "'50ms'"),
    ("client_min_messages", "error"),
    ("restrict_nonsystem_relation_kind", "'view, foreign-table'"),
];

/// A schema whose meaning hangs on settings: backslashes, NULLs in arrays, dates, intervals, zones, floats, bytea.
const WANTED: &str = r#"
[function]
"touch()" = "returns trigger language plpgsql as $$ begin new.note := new.note || later(); return new; end $$"
"later()" = """returns text language sql as $$ select '\\d\\t'::text $$"""
[table.t]
partition_by = "range (at)"
[table.t.column]
at       = "timestamptz not null default '2026-01-01 12:00'"
day      = "date not null default '02/03/2026'"
span     = "interval not null default '1 2:03:04'"
note     = """text not null default 'a\\d+'"""
list     = "text[] not null default '{a,NULL,b}'"
float    = "float8 not null default 0.1234567890123456"
bytes    = """bytea not null default '\\xdeadbeef'"""
document = "xml default 'a<b/>'"
price    = "money default '1.50'"
"Odd name" = "text"
[table.t.constraint]
later = "check (at > '2020-01-01 00:00')"
note  = """check (note ~ '^[^\\\\]\\d*' and note <> E'\\t')"""
[table.t_2026]
partition_of = "t for values from ('2026-01-01') to ('2027-01-01')"
[table.t.index]
recent = "(day) where (at > '2026-01-01 00:00')"
[view]
v = """as select at, note like 'a\\_%' as likes, span > interval '1 day' as long from t where at > '2026-06-01'"""
[materialized_view]
kept = "as select likes from v"
"#;

fn applied(database: &Database, url: &str, files: &Folder) {
    let words = ["--schema", files.arg(), "--url", url];
    let apply = Plumb::new(&[&["apply", "--yes"], &words[..]].concat());
    apply.on(&database.cluster.postgres).run().ok();
    let plan = Plumb::new(&[&["plan", "--exit-code"], &words[..]].concat());
    plan.on(&database.cluster.postgres).run().ok();
    let drift = Plumb::new(&[&["drift"], &words[..]].concat());
    drift.on(&database.cluster.postgres).run().ok();
}

#[tokio::test]
async fn settings_of_the_database_and_the_role_bend_nothing() {
    let list = include_str!("../src/connect/settings.rs");
    let plain = list.split("setting(\"").skip(1);
    // The first text behind `newer(` is the name; behind the function itself it is that of another setting.
    let newer = list.split("newer(").skip(1).filter_map(|rest| Some(rest.split_once('"')?.1));
    let named: Vec<&str> = plain.chain(newer).filter_map(|rest| rest.split('"').next()).collect();
    assert!(named.len() > 20, "{named:?}");
    for name in &named {
        assert!(HOSTILE.iter().any(|(known, _)| known == name), "no hostile value for {name}");
    }
    let newest = majors().last().filter(|newest| newest.major != home().major);
    for postgres in std::iter::once(home()).chain(newest) {
        let cluster = Cluster::shared(postgres);
        let files = Folder::declaring(WANTED);
        let plain = Database::create(&cluster).await;
        applied(&plain, &plain.url(), &files);
        let expected = plain.dump();
        for (at, on_role) in [(0, false), (1, true)] {
            let role = format!("bent_{}_{at}", std::process::id());
            let database = Database::create(&cluster).await;
            database.execute(&format!("create role {role} superuser login")).await;
            let name = &database.name;
            let known = database.query_strings("select lower(name) from pg_settings").await;
            // As one script: from the first hostile timeout on, no session of ours would live.
            let mut script = String::new();
            for (setting, value) in HOSTILE {
                if !known.contains(&setting.to_lowercase()) || on_role && *setting == "TimeZone" {
                    continue;
                }
                let whose =
                    if on_role { format!("role {role}") } else { format!("database {name}") };
                script.push_str(&format!("alter {whose} set {setting} = {value};"));
            }
            if on_role {
                script.push_str(&format!("alter role {role} set timezone = 'Asia/Kathmandu';"));
            }
            database.execute(&script).await;
            let url = if on_role { database.url_as(&role) } else { database.url() };
            applied(&database, &url, &files);
            // What a literal without a zone means is the database's to say, and not the role's.
            let reset = format!("alter database {name} reset all");
            Database::create(&cluster).await.execute(&reset).await;
            let mut dump = database.dump();
            if on_role {
                dump = dump.map(|dump| dump.replace(&role, "postgres"));
            }
            if on_role {
                assert_eq!(dump, expected, "on {}, role", postgres.major);
            } else {
                let zoned = Database::create(&cluster).await;
                let config = Folder::new();
                config.write("plumb.toml", "[session]\ntimezone = \"Asia/Kathmandu\"\n");
                let (config, url) = (config.join("plumb.toml"), zoned.url());
                let words =
                    ["apply", "--yes", "--schema", files.arg(), "--url", &url, "--config", &config];
                Plumb::new(&words).on(postgres).run().ok();
                assert_eq!(dump, zoned.dump(), "on {}, database", postgres.major);
            }
        }
    }
}

#[tokio::test]
async fn a_trigger_that_runs_when_a_session_begins_bends_nothing() {
    for postgres in majors().iter().filter(|postgres| postgres.major >= 17) {
        let cluster = Cluster::start(postgres);
        let files = Folder::declaring(WANTED);
        let plain = Database::create(&cluster).await;
        applied(&plain, &plain.url(), &files);
        let (expected, bent) = (plain.dump(), Database::create(&cluster).await);
        let known = bent.query_strings("select lower(name) from pg_settings").await;
        let sets = HOSTILE.iter().filter(|(name, _)| {
            // What ends a statement at once lets no session begin.
            known.contains(&name.to_lowercase()) && !name.ends_with("timeout")
        });
        let sets: String = sets
            .map(|(name, value)| {
                let value = if value.starts_with('\'') {
                    (*value).to_owned()
                } else {
                    format!("'{value}'")
                };
                format!("perform pg_catalog.set_config('{name}', {value}, false);")
            })
            .collect();
        // An operator that takes the place of PostgreSQL's own says who called it.
        bent.execute(&format!(
            "create schema hostile; create table public.called (who text);
             create function hostile.same(text, text) returns boolean language plpgsql as $$
               begin insert into public.called values (session_user);
               return $1 operator(pg_catalog.=) $2; end $$;
             create operator hostile.= (leftarg = text, rightarg = text, function = hostile.same);
             create function hostile.begins() returns event_trigger language plpgsql as $$
               begin {sets}
               perform pg_catalog.set_config('search_path', 'hostile, public, pg_catalog', false); end $$;
             create event trigger begins on login execute function hostile.begins();"
        ))
        .await;
        let manage = "[manage]\nignore = [\"table:public.called\"]\n";
        files.write("manage.toml", manage);
        applied(&bent, &bent.url(), &files);
        bent.execute("reset all; set search_path = pg_catalog; drop event trigger begins").await;
        assert!(bent.query_strings("select who from public.called").await.is_empty());
        bent.execute("drop schema hostile cascade; drop table public.called").await;
        assert_eq!(bent.dump(), expected, "on {}", postgres.major);
    }
}

#[tokio::test]
async fn a_literal_without_a_zone_means_what_the_database_says() {
    let cluster = Cluster::shared(home());
    let files = Folder::declaring(
        "[table.t]\npartition_by = \"range (at)\"\ncolumn = { at = \"timestamptz not null\" }\n\
         [table.t_1]\npartition_of = \"t for values from ('2026-01-01') to ('2027-01-01')\"\n",
    );
    let database = Database::create(&cluster).await;
    database
        .execute(&format!("alter database {} set timezone = 'Asia/Kathmandu'", database.name))
        .await;
    let url = database.url();
    let words = ["--schema", files.arg(), "--url", &url];
    let plan = Plumb::new(&[&["plan"], &words[..]].concat()).run();
    assert!(plan.stderr.contains("are read in Asia/Kathmandu"), "{}", plan.stderr);
    let script = Plumb::new(&[&["plan", "--format", "sql"], &words[..]].concat()).run().ok();
    assert!(script.contains("\nSET TimeZone = 'Asia/Kathmandu';\n"), "{script}");
    applied(&database, &url, &files);
    let bound = "set timezone = 'UTC'; select pg_get_expr(relpartbound, oid) from pg_class where relname = 't_1'";
    let bound = database.query_strings(bound).await.concat();
    assert!(bound.contains("2025-12-31 18:15:00+00"), "{bound}");
    // A snapshot is read in its own zone.
    let out = Folder::new();
    let snapshot = out.join("s.json");
    Plumb::new(&["snapshot", "--url", &url, "--out", &snapshot]).run().ok();
    assert!(out.read("s.json").contains("Asia/Kathmandu"));
    Plumb::new(&["plan", "--exit-code", "--schema", files.arg(), "--from", &snapshot]).run().ok();
    Plumb::new(&["drift", "--url", &url, "--against", &snapshot]).run().ok();
}

#[tokio::test]
async fn only_a_role_with_a_time_zone_of_its_own_hides_the_servers() {
    let files =
        Folder::declaring("[table.t]\ncolumn = { at = \"timestamptz default '2026-01-01'\" }\n");
    for postgres in majors() {
        let database = Database::create(&Cluster::start(postgres)).await;
        database.execute("create role plain login; create role zoned login").await;
        database.execute("alter role zoned set timezone = 'Asia/Kathmandu'").await;
        let zone = database.query_strings("select current_setting('timezone')").await.concat();
        for (role, zone) in [("plain", zone.as_str()), ("postgres", &zone), ("zoned", "UTC")] {
            let url = database.url_as(role);
            let plan = Plumb::new(&["plan", "--schema", files.arg(), "--url", &url]);
            let said = plan.on(postgres).run().stderr;
            assert_eq!(said.contains("a time zone of its own"), zone == "UTC", "{role}: {said}");
            assert!(said.contains(&format!("are read in {zone}")), "{role}: {said}");
        }
    }
}
