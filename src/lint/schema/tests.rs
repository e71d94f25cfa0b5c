use super::*;
use crate::declare::{declare, resolve};
use crate::report::Report;
use crate::source::{self, Source};

const TODAY: &str = "2026-11-30";

fn settings(lint: &str) -> Result<Settings, Report> {
    let source = Source::new("plumb.toml", lint);
    let (table, mistakes) = source::parse(&source);
    assert!(mistakes.is_empty());
    Settings::read(&table).map_err(|mistakes| mistakes.into_iter().collect())
}

fn declared(toml: &str) -> Declaration {
    let mut declaration = declare(vec![Source::new("a.toml", toml)], ".".into(), None).unwrap();
    resolve(&mut declaration, None);
    declaration
}

/// What a rule says of a declaration.
fn with(rule: &str, toml: &str, lint: &str, positions: Option<&Positions>) -> Vec<String> {
    let declaration = declared(toml);
    let settings = settings(lint).unwrap_or_else(|report| panic!("{report}"));
    let found = schema(&declaration, &settings, positions, TODAY).all;
    found.into_iter().filter(|it| it.rule.name == rule).map(|it| it.message).collect()
}

fn said(rule: &str, toml: &str) -> Vec<String> {
    with(rule, toml, "", None)
}

#[test]
fn the_rules_stand_by_name_and_have_pages() {
    let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    for rule in RULES {
        assert!(rule.page().contains("\n\nWhy: "), "{}", rule.name);
        assert!(!rule.remedy().is_empty() && rule.summary().ends_with('.'), "{}", rule.name);
    }
}

#[test]
fn a_table_without_a_primary_key_is_found_and_a_partition_is_not() {
    let found = said(
        "no-primary-key",
        "[table.a.column]\nid = 'int primary key'\n[table.b.column]\nid = 'int'\n\
         [table.p]\npartition_by = 'list (id)'\ncolumn = { id = 'int primary key' }\n\
         [table.p1]\npartition_of = 'p default'\n",
    );
    assert_eq!(found, ["table public.b has no primary key"]);
}

#[test]
fn a_foreign_key_needs_an_index_that_begins_with_its_columns() {
    let toml = |index: &str| {
        format!(
            "[table.a.column]\nid = 'int primary key'\n[table.b]\ncolumn = {{ id = 'int primary key', \
             a_id = 'int references a', c = 'int' }}\n{index}"
        )
    };
    let found = |index: &str| said("foreign-key-without-index", &toml(index));
    assert_eq!(
        found(""),
        [
            "no index of public.b begins with (a_id), the columns of foreign key b_a_id_fkey to public.a"
        ]
    );
    assert_eq!(found("index.i = '(c, a_id)'").len(), 1);
    assert_eq!(found("index.i = '(a_id) where c > 1'").len(), 1);
    assert_eq!(found("index.i = 'using brin (a_id)'").len(), 1);
    for index in [
        "index.i = '(a_id, c)'",
        "index.i = 'using hash (a_id)'",
        "index.i = '(a_id) where a_id is not null'",
        "constraint.u = 'unique (a_id, c)'",
    ] {
        assert!(found(index).is_empty(), "{index}");
    }
}

#[test]
fn an_index_that_another_covers_is_redundant() {
    let found = |index: &str| {
        said(
            "redundant-index",
            &format!(
                "[table.a]\ncolumn = {{ id = 'int primary key', b = 'int', c = 'int' }}\n{index}"
            ),
        )
    };
    assert_eq!(
        found("index = { x = '(b)', y = '(b, c)' }"),
        ["index x of public.a is redundant: index y begins with its columns"]
    );
    assert_eq!(
        found("index = { x = '(b)', y = '(b)' }"),
        ["index y of public.a is redundant: index x has the same columns"]
    );
    assert_eq!(
        found("index = { x = 'unique (id)' }"),
        ["index x of public.a is redundant: primary key a_pkey has the same columns"]
    );
    for index in [
        "index = { x = 'unique (b)', y = '(b, c)' }",
        "index = { x = '(b) where c > 1', y = '(b, c)' }",
        "index = { x = '(c)', y = '(b, c)' }",
        "index = { x = 'using hash (b)', y = '(b, c)' }",
        "index = { x = '(b) include (id)', y = '(b, c)' }",
    ] {
        assert!(found(index).is_empty(), "{index}: {:?}", found(index));
    }
}

#[test]
fn a_timestamp_without_time_zone_is_found_whatever_its_precision() {
    let found = said(
        "timestamp-without-time-zone",
        "[table.a.column]\na = 'timestamp'\nb = 'timestamptz'\nc = 'timestamp(3) without time zone'\nd = 'date'\n",
    );
    assert_eq!(
        found,
        [
            "column a of public.a is a timestamp without time zone",
            "column c of public.a is a timestamp without time zone"
        ]
    );
}

#[test]
fn security_definer_has_to_set_its_search_path() {
    let found = said(
        "security-definer-search-path",
        "[function]\n'f()' = \"returns int language sql security definer as 'select 1'\"\n\
         'g()' = \"returns int language sql security definer set search_path = pg_temp as 'select 1'\"\n\
         'h()' = \"returns int language sql as 'select 1'\"\n\
         [procedure]\n'p()' = \"language sql security definer as 'select 1'\"\n",
    );
    assert_eq!(
        found,
        [
            "function public.f() is SECURITY DEFINER and does not set search_path",
            "procedure public.p() is SECURITY DEFINER and does not set search_path"
        ]
    );
}

#[test]
fn a_view_may_not_read_past_policies_unawares() {
    let found = said(
        "view-over-row-level-security",
        "[table.a]\nrow_level_security = true\ncolumn = { id = 'int primary key' }\n\
         [table.b]\ncolumn = { id = 'int primary key' }\n\
         [view]\nopen = 'as select a.id from a join b using (id)'\nother = 'as select id from b'\n\
         safe = 'with (security_invoker = true) as select id from a'\n\
         wall = 'with (security_barrier) as select id from a'\n",
    );
    assert_eq!(
        found,
        ["view public.open reads as its owner past the row-level security of public.a"]
    );
}

#[test]
fn a_tenant_column_asks_for_forced_policies_that_name_it() {
    let table =
        |more: &str| format!("[table.a]\ncolumn = {{ tenant_id = 'int', org = 'int' }}\n{more}");
    let rule = "tenant-row-level-security";
    assert_eq!(
        said(rule, &table("")),
        [
            "table public.a has the tenant column tenant_id: row-level security is off, and no policy names tenant_id"
        ]
    );
    let on = "row_level_security = true\n";
    assert_eq!(
        said(rule, &table(&format!("{on}policy.p = 'using (org = 1)'\n"))),
        [
            "table public.a has the tenant column tenant_id: row-level security does not apply to its owner, \
          and no policy names tenant_id"
        ]
    );
    let all =
        format!("{on}force_row_level_security = true\npolicy.p = 'using (a.tenant_id = 1)'\n");
    assert!(said(rule, &table(&all)).is_empty());
    let other = with(rule, &table(&all), "tenant = ['org']", None);
    assert_eq!(other, ["table public.a has the tenant column org: no policy names org"]);
    assert!(with(rule, &table(""), "tenant = []", None).is_empty());
}

#[test]
fn a_policy_that_does_not_apply_is_found() {
    let found = said(
        "policy-without-row-level-security",
        "[table.a]\ncolumn = { b = 'int' }\npolicy.p = 'using (b = 1)'\n",
    );
    assert_eq!(found, ["policy p does not apply: row-level security of table public.a is off"]);
}

#[test]
fn a_unique_key_must_not_hold_deleted_rows() {
    let found = said(
        "soft-delete-unique",
        "[table.a]\ncolumn = { id = 'int primary key', mail = 'text unique', deleted_at = 'timestamptz' }\n\
         index = { x = 'unique (mail) where deleted_at is null', y = 'unique (lower(mail))', z = '(mail)' }\n",
    );
    assert_eq!(
        found,
        [
            "unique key a_mail_key of public.a also holds rows with deleted_at set",
            "unique index y of public.a also holds rows with deleted_at set"
        ]
    );
}

#[test]
fn a_narrow_key_is_found_and_with_a_database_a_used_one() {
    let toml = "[table.a.column]\nid = 'serial primary key'\n[table.b.column]\n\
                id = 'bigint generated always as identity primary key'\n[table.c.column]\n\
                id = 'smallint generated always as identity primary key'\n";
    let rule = "key-near-exhaustion";
    assert_eq!(
        said(rule, toml),
        [
            "key id of public.a is integer: after 2147483647 numbers every INSERT fails",
            "key id of public.c is smallint: after 32767 numbers every INSERT fails"
        ]
    );
    let at = |name: &str, last: i64| (vec!["public".to_owned(), name.to_owned()], last);
    let positions: Positions =
        [at("a_id_seq", 2_000_000_000), at("b_id_seq", 5), at("c_id_seq", 16_000)].into();
    assert_eq!(
        with(rule, toml, "", Some(&positions)),
        ["key id of public.a has used 93 % of its numbers: 2000000000 of 2147483647"]
    );
}

#[test]
fn names_are_looked_at_where_that_is_asked_for() {
    let toml = "[table.Visit]\ncolumn = { id = 'int primary key' }\nindex = { i = '(id)', Visit_id_idx = '(id)' }\n";
    assert!(said("naming", toml).is_empty());
    let on = "rules = { naming = 'warn' }\n";
    assert_eq!(
        with("naming", toml, on, None)[0],
        "the name of table public.Visit does not match `[a-z_][a-z0-9_]*`"
    );
    let found =
        with("naming", toml, &format!("{on}naming = {{ index = '${{table}}_.*_idx' }}\n"), None);
    assert_eq!(found, ["the name of index public.Visit.i does not match `${table}_.*_idx`"]);
}

#[test]
fn a_tagged_column_has_to_be_as_its_tag_says() {
    let toml = "[table.a]\ngrant = { reader = 'select' }\nindex.i = '(ssn)'\n[table.a.column]\n\
                ssn = { type = 'text', tag = ['phi'] }\nok = { type = 'bytea', tag = 'phi', comment = 'x' }\n";
    let lint = "tag.phi = { type = ['bytea'], comment = true, index = false }\n";
    assert_eq!(
        with("tag", toml, lint, None),
        [
            "column ssn of public.a has the tag phi: index i holds it",
            "column ssn of public.a has the tag phi: it has no comment",
            "column ssn of public.a has the tag phi: its type is text, not bytea"
        ]
    );
    let lint = "tag.phi = { no_grant = ['reader'], security_label = 'pgaudit' }\n";
    let found = with("tag", toml, lint, None);
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(
        found.contains(
            &"column ok of public.a has the tag phi: reader has privileges on table public.a"
                .to_owned()
        )
    );
    assert!(said("tag", toml).is_empty());
    assert_eq!(with("tag", toml, "tag.pii = {}", None).len(), 2);
}

#[test]
fn what_is_ignored_is_counted_and_an_expired_ignore_is_said() {
    let declaration = declared("[table.raw_a.column]\nid = 'int'\n[table.b.column]\nid = 'int'\n");
    let lint = |until: &str| {
        format!(
            "ignore = [{{ rule = 'no-primary-key', object = 'table:public.raw_*', reason = 'staging', until = {until} }}]"
        )
    };
    let found = schema(&declaration, &settings(&lint("'2026-11-30'")).unwrap(), None, TODAY);
    assert_eq!((found.all.len(), found.ignored, found.expired.len()), (1, 1, 0));
    let found = schema(&declaration, &settings(&lint("2026-11-29")).unwrap(), None, TODAY);
    assert_eq!((found.all.len(), found.ignored), (2, 0));
    assert_eq!(
        found.expired,
        [
            "ignore of no-primary-key for table:public.raw_* has expired on 2026-11-29 and ignores nothing (staging)"
        ]
    );
}

#[test]
fn a_level_says_how_much_a_rule_counts() {
    let declaration = declared("[table.b.column]\nid = 'int'\n");
    let levels = |lint: &str| {
        let found = schema(&declaration, &settings(lint).unwrap(), None, TODAY).all;
        found.into_iter().map(|it| it.level).collect::<Vec<_>>()
    };
    assert_eq!(levels(""), [Level::Warn]);
    assert_eq!(levels("rules = { no-primary-key = 'error' }"), [Level::Error]);
    assert_eq!(levels("rules = { no-primary-key = 'off' }"), []);
}

#[test]
fn what_lint_cannot_say_is_a_mistake_with_the_nearest_name() {
    for (lint, said, help) in [
        (
            "rules = { no-primary-keys = 'error' }",
            "unknown rule `no-primary-keys`",
            Some("no-primary-key"),
        ),
        ("rules = { no-primary-key = 'fatal' }", "a rule is \"error\"", None),
        ("ignore = [{ rule = 'x', object = '*', reason = 'y' }]", "unknown rule `x`", None),
        ("ignore = [{ rule = 'naming', object = '*' }]", "needs `reason`", None),
        (
            "ignore = [{ rule = 'naming', object = '*', reason = 'y', until = 'soon' }]",
            "until is a date",
            None,
        ),
        ("naming = { tabel = 'x' }", "`tabel` does not belong here", Some("table")),
        ("naming = { table = '(' }", "no regular expression", None),
        ("tenants = ['x']", "`tenants` does not belong here", Some("tenant")),
        ("tag.phi = { types = 'x' }", "`types` does not belong here", Some("type")),
    ] {
        let report = settings(lint).unwrap_err();
        assert!(report.to_string().contains(said), "{lint}: {report}");
        let helps = report.diagnostics[0].help.as_deref().unwrap_or_default();
        assert!(help.is_none_or(|name| helps.contains(&format!("`{name}`"))), "{lint}: {helps}");
    }
}

#[test]
fn a_finding_stands_where_its_object_is_declared() {
    let toml = "[table.b.column]\nid = 'int'\nat = 'timestamp'\n";
    let declaration = declared(toml);
    let found = schema(&declaration, &Settings::default(), None, TODAY).all;
    let place = |rule: &str| {
        let found = found.iter().find(|it| it.rule.name == rule).unwrap();
        found.at.as_ref().unwrap().line_column(toml)
    };
    assert_eq!(place("timestamp-without-time-zone").0, 3);
    assert_eq!(place("no-primary-key").0, 1);
}
