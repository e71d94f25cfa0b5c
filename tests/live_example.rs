//! What has to work on the example declaration (`schema/`): on the database that plumb builds, the rules hold,
//! tenants do not see each other, and the declared indexes are used.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Output, Plumb, home};
use serde_json::Value as Json;
use tokio::sync::OnceCell;

fn run(words: &[&str], database: &Database) -> Output {
    let schema = format!("{}/schema", env!("CARGO_MANIFEST_DIR"));
    let (url, scratch) = (database.url(), database.cluster.url("postgres"));
    let mut all = words.to_vec();
    all.extend(["--schema", &schema, "--url", &url, "--scratch", &scratch]);
    Plumb::new(&all).run()
}

/// Two tenants, each with a house, a user and two clients. Ids say what they are: `t1`, `f1`, `u1`, `c1`.
const ROWS: &str = r#"
create function id(text) returns uuid language sql immutable as $$ select md5($1)::uuid $$;
insert into tenant (id, slug, name) values (id('t1'), 'riverside', 'Riverside'), (id('t2'), 'hillside', 'Hillside');
insert into facility (id, "tenantId", name, licence_number, capacity)
  select id('f' || n), id('t' || n), 'House', 'L-1', 10 from generate_series(1, 2) n;
insert into "user" (id, "tenantId", supertokens_user_id, email, given_name, family_name)
  select id('u' || n), id('t' || n), 'st' || n, 'ada@example.org', 'Ada', 'Byron' from generate_series(1, 2) n;
insert into client (id, "tenantId", facility_id, given_name, family_name, birth_date, admitted_on)
  select id('c' || n || t), id('t' || t), id('f' || t), 'Cy', 'Young', '1930-01-01', '2026-01-01'
  from generate_series(1, 2) t, generate_series(1, 2) n;
"#;

/// The example with its rows; every test has a copy. The roles come with the first.
async fn example() -> Database {
    static BUILT: OnceCell<Database> = OnceCell::const_new();
    let built = BUILT.get_or_init(async || {
        let database = Database::create(&Cluster::shared(home())).await;
        run(&["apply", "--yes"], &database).ok();
        database.execute(ROWS).await;
        database
    });
    let template = built.await;
    // Whoever inserted the rows may still be leaving.
    let busy = format!(
        "select count(*) from pg_stat_activity where datname = '{}' and pid <> pg_backend_pid()",
        template.name
    );
    let server = Database { cluster: template.cluster.clone(), name: "postgres".to_owned() };
    for _ in 0..100 {
        if server.query_strings(&busy).await == ["0"] {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    std::mem::forget(server);
    template.copy().await
}

/// The database refuses this, for that reason.
async fn refuses(database: &Database, sql: &str, because: &str) {
    let error = database.try_execute(sql).await.expect_err(sql);
    let error = error.as_db_error().expect("an answer of the server");
    let said = format!("{} {}", error.message(), error.constraint().unwrap_or_default());
    assert!(said.contains(because), "{sql}\nwas refused with: {said}");
}

fn client(id: &str, rest: &str) -> String {
    let columns = "id, \"tenantId\", facility_id, given_name, family_name, birth_date, admitted_on, discharged_on, ssn";
    format!(
        "insert into client ({columns}) values (id('{id}'), id('t1'), id('f1'), 'A', 'B', {rest})"
    )
}

#[tokio::test]
async fn a_fresh_database_gets_everything_and_nothing_is_left() {
    let database = example().await;
    database.execute("drop function id(text)").await;
    let again = run(&["plan", "--exit-code"], &database);
    assert_eq!(again.code, 0, "{}", again.stdout);
    let comments = "select count(*) from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
        and obj_description(oid) is null";
    assert_eq!(database.query_strings(comments).await, ["0"], "tables without a comment");
}

#[tokio::test]
async fn a_half_built_database_gets_the_difference_and_nothing_else() {
    drop(example().await); // for the roles
    let database = Database::create(&Cluster::shared(home())).await;
    let sql =
        std::fs::read_to_string(format!("{}/demo/half-built.sql", env!("CARGO_MANIFEST_DIR")))
            .expect("half-built.sql");
    database.execute(&sql).await;
    let plan: Json =
        serde_json::from_str(&run(&["plan", "--format", "json"], &database).ok()).expect("JSON");
    let word = |change: &Json, key: &str| change[key].as_str().unwrap_or_default().to_owned();
    let changes: Vec<String> = plan["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|change| format!("{} {}", word(change, "action"), word(change, "object")))
        .filter(|line| {
            ["team_members", "api_keys", "invitations", "public.role"]
                .iter()
                .any(|name| line.contains(name))
        })
        .collect();
    let wanted = [
        "create column:public.api_keys.last_used_at",
        "alter default:public.invitations.role",
        "create index:public.api_keys.api_keys_organization_id_idx",
    ];
    assert_eq!(changes, wanted);
    let undeclared: Vec<&str> = plan["undeclared"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|found| found["object"].as_str())
        .collect();
    assert_eq!(undeclared, ["index:public.api_keys.api_keys_org"]);
    run(&["apply", "--yes"], &database).ok();
    assert_eq!(database.query_strings("select count(*) from team_members").await, ["2"]);
    assert_eq!(run(&["plan", "--exit-code"], &database).code, 0);
}

#[tokio::test]
async fn rows_that_break_a_rule_are_refused() {
    let database = example().await;
    let user = |id: &str, email: &str| {
        format!(
            "insert into \"user\" (id, \"tenantId\", supertokens_user_id, email, given_name, family_name)
             values (id('{id}'), id('t1'), '{id}', '{email}', 'A', 'B')"
        )
    };
    refuses(&database, &user("u8", "no address"), "user_email_format").await;
    refuses(&database, &user("u8", "ADA@Example.org"), "user_tenant_email_key").await;
    // A deleted login makes room.
    database.execute("update \"user\" set deleted_at = now() where id = id('u1')").await;
    database.execute(&user("u8", "ADA@Example.org")).await;

    refuses(
        &database,
        &client("c8", "current_date + 1, null, null, null"),
        "client_birth_date_past",
    )
    .await;
    refuses(
        &database,
        &client("c8", "'1930-01-01', '2026-02-01', '2026-01-01', null"),
        "client_stay",
    )
    .await;
    refuses(&database, &client("c8", "'1930-01-01', null, '2026-01-01', null"), "client_discharge")
        .await;
    refuses(&database, &client("c8", "'1930-01-01', null, null, 'x'"), "client_ssn_has_key").await;
    database.execute(&client("c8", "'1930-01-01', '2026-01-01', '2026-01-01', null")).await;

    let facility = |tenant: &str, capacity: i32| {
        format!(
            "insert into facility (\"tenantId\", name, licence_number, capacity) values (id('{tenant}'), 'x', 'L-1', {capacity})"
        )
    };
    refuses(&database, &facility("t1", 5), "facility_licence_number_key").await;
    refuses(&database, &facility("t1", 0), "facility_capacity_positive").await;
    refuses(&database, "update tenant set status = 'gone'", "tenant_status_known").await;
    refuses(&database, "update tenant set slug = 'riverside'", "tenant_slug_key").await;
}

#[tokio::test]
async fn assignments_may_follow_each_other_and_not_overlap() {
    let database = example().await;
    let staff = |from: &str, to: &str| {
        format!(
            "insert into facility_staff (\"tenantId\", user_id, facility_id, role, starts_on, ends_on)
             select id('t1'), id('u1'), id('f1'), enum_first(null::user_role_enum), {from}, {to}"
        )
    };
    database.execute(&staff("'2026-01-01'", "'2026-02-01'")).await;
    refuses(&database, &staff("'2026-01-15'", "null"), "facility_staff_no_overlap").await;
    refuses(&database, &staff("'2026-03-01'", "'2026-03-01'"), "facility_staff_period").await;
    database.execute(&staff("'2026-02-01'", "null")).await;
}

#[tokio::test]
async fn what_belongs_together_goes_together_and_the_rest_is_held() {
    let database = example().await;
    refuses(&database, "delete from tenant where id = id('t1')", "violates foreign key").await;
    refuses(&database, "delete from facility where id = id('f1')", "client_facility_id_fkey").await;
    database
        .execute(
            "insert into facility_staff (\"tenantId\", user_id, facility_id, role)
               values (id('t1'), id('u1'), id('f1'), enum_first(null::user_role_enum));
             insert into address (id, \"tenantId\", line1, city, postal_code) values (id('a1'), id('t1'), '1 Main', 'Troy', '12180');
             update client set address_id = id('a1') where id = id('c11');
             insert into medication (\"tenantId\", client_id, name, key_id, search_hash)
               values (id('t1'), id('c11'), 'x', 'k1', sha256('x'))",
        )
        .await;
    assert_eq!(
        database.query_strings("select display_line from address").await,
        ["1 Main, Troy 12180"]
    );
    database.execute("delete from \"user\" where id = id('u1'); delete from address").await;
    assert_eq!(database.query_strings("select count(*) from facility_staff").await, ["0"]);
    assert_eq!(
        database.query_strings("select address_id from client where id = id('c11')").await,
        [""]
    );
    database.execute("delete from client where id = id('c11')").await;
    assert_eq!(database.query_strings("select count(*) from medication").await, ["0"]);
}

#[tokio::test]
async fn a_log_is_written_by_triggers_and_can_only_grow() {
    let database = example().await;
    let logged = "select action, entity_type from system_audit_log where entity_id = id('c11')";
    assert_eq!(database.query_strings(logged).await, ["insert|client"]);
    database.execute("update client set given_name = 'Di' where id = id('c11')").await;
    let changed =
        "select details from system_audit_log where entity_id = id('c11') and action = 'update'";
    assert_eq!(
        database.query_strings(changed).await,
        [r#"{"changed": ["given_name", "updated_at"]}"#]
    );
    for sql in [
        "update system_audit_log set action = 'x'",
        "delete from system_audit_log",
        "truncate system_audit_log",
    ] {
        refuses(&database, sql, "append-only").await;
    }
}

#[tokio::test]
async fn a_tenant_sees_and_writes_only_its_own() {
    let database = example().await;
    let session = database.client().await;
    session.batch_execute("set role app_user").await.expect("the role");
    let count = async |table: &str| {
        let row =
            session.query_one(&format!("select count(*) from {table}"), &[]).await.expect(table);
        row.get::<_, i64>(0)
    };
    // Without a tenant there is nothing.
    assert_eq!(count("client").await, 0);
    let set = "select set_config('app.tenant_id', public.id('t1')::text, false)";
    session.batch_execute(set).await.expect("a tenant");
    for (table, rows) in
        [("tenant", 1), ("facility", 1), ("\"user\"", 1), ("client", 2), ("live_client", 2)]
    {
        assert_eq!(count(table).await, rows, "{table}");
    }
    for (sql, word) in [
        (
            "insert into facility (\"tenantId\", name, licence_number, capacity) values (id('t2'), 'x', 'y', 1)",
            "row-level security",
        ),
        ("update client set \"tenantId\" = id('t2')", "row-level security"),
        ("delete from client", "permission denied"),
        ("select * from user_action_audit_log", "permission denied"),
        ("select * from facility_census", "permission denied"),
        ("select write_audit_row()", "permission denied"),
    ] {
        let error = session.batch_execute(sql).await.expect_err(sql);
        let said = error.as_db_error().expect("an answer").message().to_owned();
        assert!(said.contains(word), "{sql}: {said}");
    }
    let touched =
        session.execute("update client set given_name = 'X' where id = id('c12')", &[]).await;
    assert_eq!(touched.expect("an update of nothing"), 0);
    session.batch_execute("reset role; set role app_auditor").await.expect("the role");
    assert!(count("system_audit_log").await > 0);
    assert!(session.batch_execute("select * from client").await.is_err());
}

/// Some 100,000 rows, then what the lists of the application ask.
const MANY: &str = r#"
alter table client disable trigger user;
insert into tenant (id, slug, name) select id('t' || n), 'tenant-' || n, 'Tenant' from generate_series(3, 50) n;
insert into facility (id, "tenantId", name, licence_number, capacity)
  select id('f' || n), id('t' || n % 50 + 1), 'House ' || n, 'L-' || n, 10 from generate_series(3, 1000) n;
insert into "user" (id, "tenantId", supertokens_user_id, email, given_name, family_name)
  select id('u' || n), id('t' || n % 50 + 1), 'st' || n, 'u' || n || '@example.org', 'U', 'V' from generate_series(3, 5000) n;
insert into client (id, "tenantId", facility_id, given_name, family_name, birth_date, admitted_on)
  select id('n' || n), f."tenantId", f.id, md5(n::text), md5((n * 7)::text), '1940-01-01'::date + n % 9000, '2026-01-01'::date - n % 900
  from generate_series(1, 60000) n join facility f on f.id = id('f' || n % 900 + 3);
insert into team_members (organization_id, user_id) select 'o' || n % 500, 'u' || n from generate_series(1, 20000) n;
insert into api_keys (name, organization_id, hashed_key) select 'k', 'o' || n % 500, md5(n::text) from generate_series(1, 10000) n;
insert into invitations (organization_id, email, token, expires, invited_by)
  select 'o' || n % 500, 'g' || n || '@example.org', md5(n::text), now(), 'ada' from generate_series(1, 10000) n;
insert into user_action_audit_log ("tenantId", user_id, action, entity_type, entity_id, created_at)
  select id('t' || n % 50 + 1), id('u' || n % 5000), 'view', 'client', id('n' || n), '2026-01-01'::timestamptz + n * interval '1 minute'
  from generate_series(1, 40000) n;
analyze;
"#;

#[tokio::test]
async fn every_list_uses_the_index_that_was_declared_for_it() {
    let database = example().await;
    database.execute(MANY).await;
    let queries = [
        (
            "select * from client where \"tenantId\" = id('t7') and lower(family_name) = 'abc' and deleted_at is null",
            "client_tenant_name_idx",
        ),
        ("select * from client where family_name ilike '%abcd12%'", "client_family_name_trgm_idx"),
        ("select * from client where given_name ilike '%abcd12%'", "client_given_name_trgm_idx"),
        (
            "select * from client where facility_id = id('f9') order by admitted_on desc limit 20",
            "client_facility_idx",
        ),
        ("select * from client where number = 1234", "client_number_key"),
        (
            "select * from \"user\" where \"tenantId\" = id('t7') and lower(email) = 'u6@example.org' and deleted_at is null",
            "user_tenant_email_key",
        ),
        (
            "select * from \"user\" where supertokens_user_id = 'st77'",
            "user_supertokens_user_id_key",
        ),
        (
            "select * from facility where \"tenantId\" = id('t7') order by name limit 5",
            "facility_tenant_name_idx",
        ),
        (
            "select * from facility where \"tenantId\" = id('t7') and licence_number = 'L-56'",
            "facility_licence_number_key",
        ),
        ("select * from tenant where slug = 'tenant-7'", "tenant_slug_key"),
        (
            "select * from team_members where organization_id = 'o7'",
            "unique_team_user_idx|team_members_organization_id_idx",
        ),
        ("select * from team_members where user_id = 'u7'", "team_members_user_id_idx"),
        ("select * from api_keys where hashed_key = 'x'", "api_keys_hashed_key_idx"),
        ("select * from api_keys where organization_id = 'o7'", "api_keys_organization_id_idx"),
        ("select * from invitations where token = 'x'", "invitations_token_key"),
        ("select * from invitations where email = 'g7@example.org'", "invitations_email_idx"),
        (
            "select * from invitations where organization_id = 'o7' and email = 'g7@example.org'",
            "unique_team_email_idx|invitations_email_idx",
        ),
        (
            "select * from user_action_audit_log where entity_type = 'client' and entity_id = id('n7') order by created_at desc limit 9",
            "user_action_audit_log_2026_entity_type_entity_id_created_at_idx",
        ),
        (
            "select * from user_action_audit_log where user_id = id('u7') order by created_at desc limit 9",
            "user_action_audit_log_2026_user_id_created_at_idx",
        ),
    ];
    let mut wrong = Vec::new();
    for (query, index) in queries {
        // A table of few pages is read whole, whatever indexes it has.
        let settings = if query.contains("from tenant") { "set enable_seqscan = off;" } else { "" };
        let plan = database.query_strings(&format!("{settings} explain {query}")).await.join("\n");
        if !index.split('|').any(|name| plan.contains(name)) {
            wrong.push(format!("{query}\n  does not use {index}:\n{plan}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let partitions = database
        .query_strings("explain select * from user_action_audit_log where created_at >= '2026-02-01' and created_at < '2026-02-02'")
        .await
        .join("\n");
    assert!(!partitions.contains("_2027") && !partitions.contains("_default"), "{partitions}");
}

#[tokio::test]
async fn its_export_is_the_same_schema() {
    let database = example().await;
    let folder = Folder::new();
    let out = folder.join("exported");
    Plumb::new(&["export", "--url", &database.url(), "--out", &out]).run().ok();
    let output =
        Plumb::new(&["plan", "--exit-code", "--schema", &out, "--url", &database.url()]).run();
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
}
